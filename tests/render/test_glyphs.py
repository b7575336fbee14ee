"""Letters: every character of the catalogues is in the font that ships; others come from the machine's fonts, or are
refused.
"""

from __future__ import annotations

import importlib.util
import itertools
import math
import os
import random
import re
import string
import sys
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

import convanim as ca
from convanim.errors import ConvanimError
from convanim.labels import LABELS
from convanim.render import agg, glyphs, machine_fonts, outlines
from helpers.catalogues import TABLES, texts_of
from helpers.figures import seen_texts
from helpers.operations import of_all_kinds
from helpers.processes import ROOT
from helpers.refusals import refusal
from oracle.rasteriser import rasterised

SVG = "{http://www.w3.org/2000/svg}"
FONTS = ROOT / "tests" / "fonts"
FONT = FONTS / "NotoSansSC-subset.otf"


PAGES = ("player", "explorer")  # texts of pages, in the reader's own fonts


@pytest.fixture
def fresh():
    """No glyph that was looked up before, and none left for other tests."""

    def clear():
        for cached in (glyphs.glyph, glyphs.width, agg._glyph, machine_fonts.paths):
            if hasattr(cached, "cache_clear"):
                cached.cache_clear()

    clear()
    yield
    clear()


def no_machine():
    raise AssertionError("the machine's fonts were looked for")


@pytest.fixture(scope="module")
def has():
    """The code points of the font that ships."""
    return TTFont(FONT).getBestCmap().keys()


@pytest.mark.parametrize("code", TABLES)
def test_every_character_of_every_catalogue_has_a_glyph_in_the_font_that_ships(code, has):
    drawn = "".join(text for (section, _), texts in texts_of(code).items() if section not in PAGES for text in texts)
    used = {*re.sub(r"\{\w+\}", "", drawn), *TABLES[code]["language"]["name"]}
    assert sorted(c for c in used if ord(c) not in has) == []
    assert len(used) > 40 and not any(ord(c) in has for c in "あ한𐒀")


def test_titles_of_the_figures_that_ship_need_no_other_font(has):
    assert sorted(c for c in {c for one in ca.figures().values() for c in one.title} if ord(c) not in has) == []


SAYING = {
    "a convolution": (ca.Conv((4, 5), 3, stride=2, padding=((0, 2), (1, 1)), bias=True), {"bias": [-0.5]}),
    "copies": (ca.Conv(4, 3, padding=1, padding_mode="reflect"), {"view": "isometric", "reveal": True}),
    "symbols": (ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1), {"symbols": True}),
    "a pooling": (ca.Pool(5, 2, padding=1, ceil_mode=True), {"view": "flat"}),
    "l2": (ca.Pool(4, 2, mode="l2"), {"view": "flat"}),
    "adaptive": (ca.AdaptivePool((5, 4), (3, 2)), {}),
    "dilation": (ca.Conv(7, 3, dilation=2), {}),
}


@pytest.mark.parametrize("lang", TABLES)
@pytest.mark.parametrize("name", SAYING)
def test_a_figure_with_all_labels_needs_no_font_of_the_machine(name, lang, fresh, monkeypatch):
    monkeypatch.setattr(machine_fonts, "paths", no_machine)
    op, look = SAYING[name]
    a = ca.animate(op, theme="clear", labels=LABELS, lang=lang, dpi=60, **look)
    for step in (0, len(a) // 2, len(a) - 1):
        ElementTree.fromstring(a.svg(step))
    a.frame(0)
    assert glyphs.glyph.cache_info().currsize > 30, "no letters were looked up"


def test_the_guard_of_the_machines_fonts_sees_a_look_at_them(fresh, monkeypatch):
    monkeypatch.setattr(machine_fonts, "paths", no_machine)
    with pytest.raises(AssertionError, match="were looked for"):
        ca.animate(ca.Conv(3, 2), title="\U00010480", labels="title")


def font_with(path, characters, draw=True):
    """A font file in which each of these characters is a square of 400 units, 100 from its left, with an advance of 600
    of 1000.
    """
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "box"])
    builder.setupCharacterMap({ord(c): "box" for c in characters})
    pen = TTGlyphPen(None)
    if draw:
        for n, point in enumerate([(100, 0), (100, 400), (500, 400), (500, 0)]):
            (pen.lineTo if n else pen.moveTo)(point)
        pen.closePath()
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "box": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "box": (600, 100)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return str(path)


RARE = "\N{OSMANYA LETTER ALEF}\N{OSMANYA LETTER BA}"


def test_other_characters_of_a_title_come_from_the_first_of_the_machines_fonts_that_draws_them(
    fresh, monkeypatch, tmp_path
):
    (tmp_path / "broken.ttf").write_bytes(b"no font at all")
    empty, other = (
        font_with(tmp_path / "pictures.ttf", RARE, draw=False),
        font_with(tmp_path / "other.ttf", "\N{OSMANYA LETTER TA}"),
    )
    fonts = (
        str(tmp_path / "missing.ttf"),
        str(tmp_path / "broken.ttf"),
        empty,
        other,
        font_with(tmp_path / "right.ttf", RARE),
    )
    monkeypatch.setattr(machine_fonts, "paths", lambda: fonts)
    for face in ("sans", "roman"):
        one = glyphs.glyph(RARE[0], face)
        assert one.advance == pytest.approx(0.6)
        points = [point for _, points in one.outline for point in points]
        assert [(round(x, 4), round(y, 4) + 0.0) for x, y in dict.fromkeys(points)] == [
            (0.1, 0.0),
            (0.1, -0.4),
            (0.5, -0.4),
            (0.5, 0.0),
        ]
    a = ca.animate(
        ca.Conv(3, 2), title=RARE, labels="title", theme={"base": "classic", "label": {"fill": "#ff0000"}}, dpi=300
    )
    assert seen_texts(a, [0]) == [RARE] and ElementTree.fromstring(a.svg(0)).findtext(f"{SVG}title") == RARE
    for pixels in (a.frame(0), rasterised(a.svg(0))):
        assert inked(pixels) == pytest.approx(
            2 * (0.4 * 26) ** 2, rel=0.02
        )  # two squares of .4 em; an em has 13 pixels at 150 dpi


def inked(pixels):
    """How many pixels are covered with pure red, those in part counted as such."""
    red, green, _ = np.moveaxis(pixels.astype(float), -1, 0)
    return ((255 - green) / 255)[red == 255].sum()


def test_a_character_that_no_font_has_is_named_in_one_line_with_its_code_point(fresh, monkeypatch):
    monkeypatch.setattr(machine_fonts, "paths", lambda: ())
    for character in (*RARE, "あ", "\ue123"):
        text = refusal(lambda c=character: ca.animate(ca.Conv(3, 2), title=f"A {c}", labels=["title"]))
        assert f"U+{ord(character):04X}" in text and unicodedata.name(character, "without a name") in text
        assert repr(character) in text
        ca.animate(ca.Conv(3, 2), title=f"A {character}", labels="none").svg(
            0
        )  # a title for screen readers needs no font


def test_what_has_no_shape_is_left_out_of_a_title_and_a_title_of_nothing_else_is_the_operations():
    op, usual = ca.Conv(3, 2), ca.animate(ca.Conv(3, 2), labels=["title"])
    for nothing in ("\x01", "\ud800", "\u200b\u200e", "\u00ad", "\ufe0f", "\ufffe", " \n "):
        a = ca.animate(op, title=nothing, labels=["title"])
        assert a.scene == usual.scene and ElementTree.fromstring(a.svg(0)).findtext(f"{SVG}title") == usual.scene.title
    for given, text, read in (
        ("a\x01b\ud800", "ab", "ab"),
        ("soft\u00adhyphen", "softhyphen", "soft\u00adhyphen"),
        ("a\u202eb\ufe0f", "ab", "a\u202eb\ufe0f"),
        ("\ud835\udc65", "\U0001d465", "\U0001d465"),
        (" a\tb\n c ", "a b c", "a\tb\n c"),
    ):
        a = ca.animate(op, title=given, labels=["title"])
        assert seen_texts(a, [0]) == [text] and a.scene.title == read, given


def test_the_machines_fonts_for_running_text_come_first_in_whatever_order_the_system_lists_them(fresh, monkeypatch):
    wanted = [
        "/f/ASans-Regular.ttf",
        "/g/bsans.otf",
        "/f/Plain.ttf",
        "/f/ASans-Bold.ttf",
        "/f/CSerif.ttf",
        "/f/ASerif-BoldItalic.ttf",
    ]
    rng = random.Random(2)
    for _ in range(5):
        listed = [*wanted, "/System/LastResort.otf", "/f/Last Resort.ttf"]
        rng.shuffle(listed)
        machine_fonts.paths.cache_clear()
        monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda listed=listed: listed)
        found = list(machine_fonts.paths())
        assert sorted(found) == sorted(wanted)
        assert found.index("/f/ASans-Regular.ttf") < found.index("/f/Plain.ttf") < found.index("/f/ASans-Bold.ttf")
        assert found[-1] == "/f/ASerif-BoldItalic.ttf"


SCRIPTS = [
    "HEBREW",
    "ARABIC",
    "SYRIAC",
    "THAANA",
    "NKO",
    "DEVANAGARI",
    "BENGALI",
    "GURMUKHI",
    "GUJARATI",
    "ORIYA",
    "TAMIL",
    "TELUGU",
    "KANNADA",
    "MALAYALAM",
    "SINHALA",
    "TIBETAN",
    "MYANMAR",
    "KHMER",
]


def letters_of(script):
    return [
        chr(code)
        for code in range(0x0590, 0xFFFE)
        if unicodedata.name(chr(code), "").startswith(f"{script} LETTER ") and not 0xA000 <= code < 0xFB00
    ]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_that_run_from_right_to_left_or_join_their_letters_are_refused_in_one_line_before_any_font_is_asked(
    script, fresh, monkeypatch
):
    monkeypatch.setattr(glyphs, "_shipped", lambda *_: no_machine())
    monkeypatch.setattr(machine_fonts, "glyph", lambda *_: no_machine())
    letters = letters_of(script)
    assert len(letters) > 20
    for face, letter in itertools.product(glyphs.FACES, letters):
        with pytest.raises(ConvanimError, match=f"U\\+{ord(letter):04X} {script}.*labels can't draw"):
            glyphs.glyph(letter, face)
    assert "leave the title out of the labels" in refusal(
        lambda: ca.animate(ca.Conv(3, 2), title=letters[-1], labels="title")
    )


def test_every_letter_that_runs_from_right_to_left_and_that_the_packages_own_fonts_have_is_refused():
    there = (
        TTFont(FONT).getBestCmap().keys()
        | TTFont(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf").getBestCmap().keys()
    )
    letters = [
        c
        for c in map(chr, there)
        if c < "\U00010000" and unicodedata.category(c)[0] == "L" and unicodedata.bidirectional(c) in ("R", "AL")
    ]
    assert len(letters) > 300
    for letter in letters:
        with pytest.raises(ConvanimError, match="from right to left"):
            glyphs.glyph(letter, "sans")


NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def script(name):
    spec = importlib.util.spec_from_file_location(f"fonts_{name}", FONTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_that_makes_the_font_asks_for_all_that_is_needed(has):
    wanted = script("subset").characters()
    shipped = {c for path in (ROOT / "templates").glob("*.toml") for c in path.read_text(encoding="utf-8")} - {"\n"}
    catalogues = {
        c
        for code in TABLES
        for (section, _), texts in texts_of(code).items()
        if section not in PAGES
        for text in texts
        for c in text
    }
    drawn = [
        ca.animate(op, theme="clear", labels="all", lang=("en", "zh")[n % 2])
        for n, op in enumerate(of_all_kinds()[::2])
    ]
    written = {c for a in drawn for text in seen_texts(a, [0]) for c in text}
    fallbacks = {"\N{PRIME}"} | {
        c for c in written if c in glyphs.ITALIC or c in glyphs.LOWERED
    }  # DejaVu's, Computer Modern's, smaller digits
    assert shipped | catalogues | set(string.printable.strip()) <= wanted
    assert written - fallbacks <= wanted and {ord(c) for c in written - fallbacks} <= has
    assert has <= {ord(c) for c in wanted}, "the font has more than the script asks for"


@pytest.mark.skipif(not os.path.exists(NOTO), reason="this machine has no Noto Sans CJK")
def test_the_font_that_ships_is_what_the_script_makes(tmp_path, monkeypatch, capsys):
    made, opened = script("subset"), []
    load = subset.load_font
    monkeypatch.setattr(subset, "load_font", lambda *given: opened.append(load(*given)) or opened[-1])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    monkeypatch.setattr(made, "TARGET", tmp_path / FONT.name)
    made.main(NOTO)
    opened[0].close()
    assert f"{FONT.name}: " in capsys.readouterr().out
    assert (tmp_path / FONT.name).read_bytes() == FONT.read_bytes()


@pytest.mark.skipif(
    f"matplotlib=={matplotlib.__version__}\n" not in (ROOT / "tests" / "constraints.txt").read_text(encoding="utf-8"),
    reason="the outlines of letters differ from version to version",
)
def test_the_table_of_outlines_is_what_the_script_makes_of_the_fonts():
    assert (Path(glyphs.__file__).parent / "fonts" / outlines.TABLE).read_bytes() == script("outlines").made()


def outline_of(font, code):
    """A glyph in ems, y down, as fontTools reads it: the advance, and the points of its outline in their order."""
    name, pen = font.getBestCmap()[code], DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    em = font["head"].unitsPerEm
    points = {(x / em, -y / em) for _, points in pen.value for x, y in (p for p in points if p is not None)}
    return font["hmtx"][name][0] / em, points


def test_letters_of_the_table_have_the_fonts_own_points_and_widths():
    """fontTools reads the fonts without FreeType. Corners are on the curve in both; control points may be written in
    another way.
    """
    for name, at in (
        (FONT.name, FONT),
        ("DejaVuSans.ttf", Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")),
    ):
        font, compared = TTFont(at), 0
        for code in font.getBestCmap():
            glyph = outlines.glyph(name, code)
            if glyph is None:
                continue
            advance, points = outline_of(font, code)
            assert glyph.advance == pytest.approx(advance, abs=2e-5), (name, code)
            corners = [command[1][-1] for command in glyph.outline if command[0] in "ML"]
            assert all(min(math.dist(corner, point) for point in points) < 2e-3 for corner in corners), (name, code)
            compared += bool(corners)
        assert compared > 300


@pytest.mark.parametrize("library", ["matplotlib"])
def test_a_letter_that_does_not_ship_needs_matplotlib_and_says_so(library, fresh, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    assert glyphs.glyph("a", "sans").outline and glyphs.glyph("7", "roman").outline
    with pytest.raises(ConvanimError, match="pip install matplotlib"):
        glyphs.glyph("\N{HIRAGANA LETTER A}", "sans")

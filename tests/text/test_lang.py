"""Languages: the catalogues against each other, their letters against the font that ships, and figures in Chinese
against those in English.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import random
import re
import shutil
import string
import tomllib
import unicodedata
from collections import Counter
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

import convanim as ca
from convanim.errors import ConvanimError
from convanim.geometry import OPERATIONS
from convanim.geometry.parameters import parameters
from convanim.labels import LABELS
from convanim.render import agg, glyphs
from convanim.scene import Text
from convanim.text.describe import description, title
from convanim.text.lang import LANGUAGES, Language, language
from helpers.figures import drawn
from helpers.operations import ODD, drawn_at_random, new_ops, subjects
from helpers.processes import ROOT, python
from helpers.refusals import refusal
from oracle.rasteriser import rasterised
from oracle.scenes import leaves, marks_of

FOLDER = ROOT / "convanim" / "text" / "lang"
FONT = ROOT / "convanim" / "render" / "fonts" / "NotoSansSC-subset.otf"
TABLES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
PARAMETERS = {name for kind in OPERATIONS.values() for name in parameters(kind)}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SVG = "{http://www.w3.org/2000/svg}"
PAGES = {"player"}  # sections whose texts stand on a page, not in a figure
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def texts_of(code):
    """(section, key) -> its texts, one for each plural form."""
    return {
        (section, key): texts if isinstance(texts, list) else [texts]
        for section, table in TABLES[code].items()
        if section != "language"
        for key, texts in table.items()
    }


def places(text):
    """The names in braces; an article is English's own, and a capital is the same word."""
    return {name.lower() for _, name, *_ in string.Formatter().parse(text) if name is not None} - {"a"}


def counted(code):
    """The keys whose text depends on a count."""
    return {
        (section, key)
        for section, table in TABLES[code].items()
        for key, text in table.items()
        if isinstance(text, list)
    }


def catalogue_faults(code):
    """What is wrong with a catalogue, against English's."""
    own, english = texts_of(code), texts_of("en")
    free = {(section, key) for section, key in own.keys() | english.keys() if section == "parameter"}
    found = [f"no {section}.{key}" for section, key in english.keys() - own.keys() - free]
    found += [f"{section}.{key} is unknown" for section, key in own.keys() - english.keys() - free]
    found += [f"{key} is no parameter" for section, key in own.keys() & free if key not in PARAMETERS]
    found += [f"{key} has forms, and no count to choose by" for key in counted(code) - counted("en")]
    for key, texts in own.items():
        wanted = places(english[key][0]) if key in english else set()
        found += [f"{key} has {sorted(places(text))} for {sorted(wanted)}" for text in texts if places(text) != wanted]
        found += [f"{key} is empty" for text in texts if not text]
    return sorted(found)


# --- the catalogues


def test_the_languages_are_the_files_of_the_folder():
    assert set(TABLES) == set(LANGUAGES) == {"en", "zh"}
    assert [TABLES[code]["language"]["name"] for code in ("en", "zh")] == ["English", "简体中文"]
    assert all(set(table["language"]) == {"name", "plural"} for table in TABLES.values())


@pytest.mark.parametrize("code", TABLES)
def test_every_language_has_all_texts_of_english_with_the_same_places(code):
    assert catalogue_faults(code) == []


@pytest.mark.parametrize("code", TABLES)
def test_the_plural_rule_has_a_form_for_every_count_and_no_form_is_idle(code):
    rule = language(code).plural
    used = {rule(count) for count in range(101)}
    for section, key in counted(code):
        assert used == set(range(len(TABLES[code][section][key]))), key
        assert {language(code).say(f"{section}.{key}", count, size="5", n=count) for count in range(101)}


def test_one_is_singular_and_all_else_plural_in_english_and_chinese_has_one_form():
    assert [language("en").plural(count) for count in (0, 1, 2, 21, 100)] == [1, 0, 1, 1, 1]
    assert {language("zh").plural(count) for count in range(101)} == {0}
    assert [description(ca.Conv(n, 1, ndim=1)).count(f"In {n} step{'s' if n > 1 else ''} it") for n in (1, 2, 11)] == [
        1,
        1,
        1,
    ]


def test_the_check_of_catalogues_sees_a_missing_key_an_unknown_one_other_places_and_forms_that_nothing_chooses(
    monkeypatch,
):
    spoiled = tomllib.loads((FOLDER / "zh.toml").read_text(encoding="utf-8"))
    del spoiled["label"]["step"]
    spoiled["label"]["stpe"] = "第 {n} 步，共 {steps} 步"
    spoiled["label"]["input"] = "输入"
    spoiled["legend"]["input"] = ["输入"]
    spoiled["legend"]["copy"] = ""
    spoiled["parameter"]["strude"] = "步幅"
    monkeypatch.setitem(TABLES, "zh", spoiled)
    assert catalogue_faults("zh") == sorted(
        [
            "no label.step",
            "label.stpe is unknown",
            "('label', 'stpe') has ['n', 'steps'] for []",
            "('label', 'input') has [] for ['size']",
            "('legend', 'input') has forms, and no count to choose by",
            "('legend', 'copy') is empty",
            "strude is no parameter",
        ]
    )


def figures():
    """Operations of all kinds."""
    return [op for kind in ODD for op in [*drawn_at_random(kind, 12), *ODD[kind]]]


def seen_texts(a, steps):
    return [
        mark.text
        for step in steps
        for mark in leaves(marks_of(a.scene, step))
        if isinstance(mark, Text) and mark.face == "sans"
    ]


MORE = [  # kinds that `figures` doesn't have, and padding that doesn't count
    *(
        kind(4, k, in_channels=c, out_channels=2, groups=g)
        for kind, k, c, g in itertools.product((ca.Conv, ca.ConvTranspose), (1, 3), (2,), (1, 2))
    ),
    ca.Pool(4, 2, padding=1, mode="average", count_include_pad=False, ceil_mode=True),
    ca.Pool(5, 2, padding=1, ceil_mode=True),
    ca.AdaptivePool(4, 3, mode="max"),
    ca.Pool(4, 2, mode="l2"),
]


def test_every_text_of_a_catalogue_is_said_of_some_figure(monkeypatch):
    said = set()
    say = Language.say
    monkeypatch.setattr(
        Language, "say", lambda self, key, *args, **rest: said.add(key) or say(self, key, *args, **rest)
    )
    for n, op in enumerate([*figures()[::4], *MORE]):
        view = "flat" if n % 2 and getattr(op, "in_channels", 1) == 1 else "isometric"
        for theme in ("clear", "classic"):
            seen_texts(ca.animate(op, theme=theme, view=view, labels="all", reveal=n % 3 == 0), [0])
    ca.animate(ca.Conv(4, 3, bias=True), bias=[0.5], labels=["sizes"])
    seen_texts(ca.animate(ca.ConvTranspose(2, 2, bias=True), symbols=True, view="scatter"), [0])
    ca.animate(ca.Conv(4, 3)).storyboard(2)
    ca.animate(ca.Conv(4, 3)).html()
    assert all(ca.animate(ca.Pool(4, 2, mode=mode), seed=1).storyboard(2).alt for mode in ("max", "l2"))
    for view in ca.VIEWS:
        for op in subjects(view)[::9]:
            seen_texts(drawn(op, view=view, theme="clear", labels="all"), [0])
    known = {f"{section}.{key}" for section, key in texts_of("en")}
    assert said == known


# --- numbers are the same in every language


def numbers(text):
    return Counter(NUMBER.findall(text))


def described():
    rng = random.Random(5)
    ops = [
        *figures(),
        *list(new_ops())[::3],
        ca.Conv((3, 4, 5), 2, stride=(1, 2, 1)),
        ca.Pool((4,), 2),
        ca.AdaptivePool((7, 5, 3), 2),
    ]
    for n, op in enumerate(ops):
        yield op, rng.choice([0, 0, 0.5, -2]) if n % 2 else 0


def test_title_and_description_in_chinese_hold_exactly_the_numbers_of_the_english_ones():
    count = 0
    for op, bias in described():
        assert numbers(title(op, "zh")) == numbers(title(op)), op
        assert numbers(description(op, bias, "zh")) == numbers(description(op, bias)), op
        count += 1
    assert count > 300


def test_labels_in_chinese_hold_exactly_the_numbers_of_the_english_ones():
    for n, op in enumerate(figures()):
        look = {
            "theme": ("clear", "classic")[n % 2],
            "labels": [name for name in LABELS if name != "title"],
            "view": ("flat", "isometric")[n // 2 % 2],
        }
        english, chinese = (ca.animate(op, lang=lang, **look) for lang in ("en", "zh"))
        for step in {0, len(english) // 2, len(english) - 1}:
            one, other = (numbers(" ".join(seen_texts(a, [step]))) for a in (english, chinese))
            assert one == other and one, (op, look, step)


def test_the_comparison_of_numbers_sees_one_that_is_wrong_missing_or_doubled():
    text = title(ca.Conv(5, 3, stride=2, padding=(1, (0, 2))))
    assert numbers(text) == Counter(["5", "5", "3", "3", "2", "2", "1", "1", "0", "2"])
    for wrong in (text.replace("3x3", "3x4"), text.replace("3x3", "3"), text + " 5"):
        assert numbers(wrong) != numbers(text)


def test_in_chinese_only_the_names_and_choices_of_parameters_are_english():
    known = PARAMETERS | {"reflect", "replicate", "circular", "symmetric"}
    foreign = Counter()
    for op, bias in described():
        for text in (title(op, "zh"), description(op, bias, "zh")):
            assert re.search("[\u4e00-\u9fff]", text)
            foreign.update(re.findall("[A-Za-z_]{2,}", text))
    assert set(foreign) <= known and {"reflect", "ceil_mode"} <= set(foreign)


# --- letters


@pytest.fixture
def fresh():
    """No glyph that was looked up before, and none left for other tests."""

    def clear():
        for cached in (glyphs.glyph, glyphs.width, agg._glyph, glyphs._machine_fonts):
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
    monkeypatch.setattr(glyphs, "_machine_fonts", no_machine)
    op, look = SAYING[name]
    a = ca.animate(op, theme="clear", labels=LABELS, lang=lang, dpi=60, **look)
    for step in (0, len(a) // 2, len(a) - 1):
        ElementTree.fromstring(a.svg(step))
    a.frame(0)
    assert glyphs.glyph.cache_info().currsize > 30, "no letters were looked up"


def test_the_guard_of_the_machines_fonts_sees_a_look_at_them(fresh, monkeypatch):
    monkeypatch.setattr(glyphs, "_machine_fonts", no_machine)
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
    monkeypatch.setattr(glyphs, "_machine_fonts", lambda: fonts)
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
    monkeypatch.setattr(glyphs, "_machine_fonts", lambda: ())
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
        glyphs._machine_fonts.cache_clear()
        monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda listed=listed: listed)
        found = list(glyphs._machine_fonts())
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
    monkeypatch.setattr(glyphs, "_font_with", lambda *_: no_machine())
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


# --- figures in Chinese


def test_an_svg_says_in_which_language_its_words_are(tmp_path):
    for lang, look in itertools.product(
        TABLES, ({}, {"reveal": True, "theme": "auto"}, {"labels": "all", "background": "transparent"})
    ):
        a = ca.animate(ca.Conv(3, 2), lang=lang, dpi=60, **look)
        a.save(tmp_path / "x.svg")
        for text in (a.svg(1), (tmp_path / "x.svg").read_text(encoding="utf-8")):
            root = ElementTree.fromstring(text)
            assert root.get(LANG) == (None if lang == "en" else lang)
            assert root.findtext(f"{SVG}title") == title(ca.Conv(3, 2), lang) and root.findtext(
                f"{SVG}desc"
            ) == description(ca.Conv(3, 2), lang=lang)


def test_a_title_and_description_of_ones_own_go_before_those_of_the_language():
    a = ca.animate(ca.Conv(3, 2), lang="zh", title="我的标题", description="mine")
    assert (a.scene.title, a.scene.description, a.scene.lang) == ("我的标题", "mine", "zh")


@pytest.mark.parametrize(
    ("given", "meant"), [("EN", "en"), ("eng", "en"), ("zho", "zh"), ("fr", None), ("", None), (5, None), (None, None)]
)
def test_a_language_that_there_is_not_is_refused_with_those_that_there_are(given, meant):
    hint = f"did you mean {meant!r}? " if meant else ""
    assert (
        refusal(lambda: ca.animate(ca.Conv(3, 2), lang=given))
        == f"unknown language {given!r}: {hint}Expected one of en, zh"
    )


@pytest.mark.parametrize("given", [["en"], {"en": 1}, {"en"}])
def test_what_is_no_text_is_no_language_either(given):
    assert "unknown language" in refusal(lambda: ca.animate(ca.Conv(3, 2), lang=given))


# --- another language is one file

POLISH = {
    '"English"': '"Polski"',
    '"n != 1"': '"n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2"',
    '["{n} step", "{n} steps"]': '["{n} krok", "{n} kroki", "{n} kroków"]',
    '["{n} kernel cell", "{n} kernel cells"]': '["{n} pole", "{n} pola", "{n} pól"]',
    '["{size} cell", "{size} cells"]': '["{size} pole", "{size} pola", "{size} pól"]',
    '"step {n} of {steps}"': '"krok {n} z {steps}"',
    '"convolution"': '"splot"',
    'stride = "stride"': 'stride = "krok"',
}
IN_POLISH = """
import sys
import convanim as ca
from convanim.text.lang import LANGUAGES
from convanim.text.describe import description
assert ca.__file__.startswith(sys.argv[1]), ca.__file__
print(*LANGUAGES)
for n in (1, 2, 5, 22):
    print(description(ca.Conv(n, 1, ndim=1), lang="pl"))
print(ca.animate(ca.Conv(4, 2, stride=2), lang="pl", theme="clear", labels=["step"]).svg(0))
sys.argv = ["convanim", "draw", "conv", "-i", "4", "-k", "2", "-s", "2", "--lang", "pl", "--labels", "step", "--theme", "clear", "-o", "x_{step}.svg"]
from convanim.cli import main
main()
"""


def test_a_new_file_in_the_folder_is_a_new_language(tmp_path):
    shutil.copytree(ROOT / "convanim", tmp_path / "convanim", ignore=shutil.ignore_patterns("__pycache__"))
    text = (FOLDER / "en.toml").read_text(encoding="utf-8")
    for english, polish in POLISH.items():
        assert english in text
        text = text.replace(english, polish)
    (tmp_path / "convanim" / "text" / "lang" / "pl.toml").write_text(text, encoding="utf-8")
    run = python("-c", IN_POLISH, tmp_path, cwd=tmp_path, PYTHONPATH=str(tmp_path), PYTHONDONTWRITEBYTECODE="1")
    assert run.returncode == 0, run.stderr
    languages, *described, svg = run.stdout.split("\n", 5)
    assert languages == "en pl zh"
    assert [re.search(r"In (\d+ \w+) it", line)[1] for line in described] == [
        "1 krok",
        "2 kroki",
        "5 kroków",
        "22 kroki",
    ]
    root = ElementTree.fromstring(svg[: svg.index("</svg>") + 6])
    assert root.get(LANG) == "pl" and root.findtext(f"{SVG}title") == "Splot of a 4x4 input, kernel 2x2, krok 2x2"
    assert (tmp_path / "x_0.svg").read_text(encoding="utf-8").strip() == svg[: svg.index("</svg>") + 6]


# --- the font that ships

SUBSET = ROOT / "tests" / "fonts" / "subset.py"
NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def subset_script():
    spec = importlib.util.spec_from_file_location("subset_script", SUBSET)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_that_makes_the_font_asks_for_all_that_is_needed(has):
    wanted = subset_script().characters()
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
        ca.animate(op, theme="clear", labels="all", lang=("en", "zh")[n % 2]) for n, op in enumerate(figures()[::2])
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
    script, opened = subset_script(), []
    load = subset.load_font
    monkeypatch.setattr(subset, "load_font", lambda *given: opened.append(load(*given)) or opened[-1])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    monkeypatch.setattr(script, "TARGET", tmp_path / FONT.name)
    script.main(NOTO)
    opened[0].close()
    assert f"{FONT.name}: " in capsys.readouterr().out
    assert (tmp_path / FONT.name).read_bytes() == FONT.read_bytes()

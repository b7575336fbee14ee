"""Backgrounds: transparent ones and those of one's own, in pixels, SVG, PNG and GIF; and the theme that is light or
dark as its reader's page.
"""

from __future__ import annotations

import io
import itertools
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import resvg_py
from PIL import Image, ImageSequence

import convanim as ca
from convanim.themes.table import CLEAR, DARK, theme_of
from convanim.themes.theme import Style
from helpers.figures import saved_svg
from helpers.refusals import refusal
from oracle.css import StyleSheet, cascaded, matches
from oracle.gif import decoded, gif_blocks
from oracle.pictures import differences, flat_areas
from oracle.rasteriser import rasterised

LEAST = 64  # alpha from which on a pixel is there in a GIF
MARK = "#123456"

FIGURES = {
    "isometric": (ca.Conv(4, 3, padding=1), {"theme": "classic"}),
    "hatches and labels": (ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1), {"theme": "clear"}),
    "links, dark": (
        ca.Conv((3, 4), 3, padding=1, padding_mode="circular"),
        {"theme": "dark", "view": "flat", "labels": ["step", "sum"]},
    ),
    "appearing": (ca.Pool((4, 6), 2), {"theme": "print", "reveal": True, "labels": ["step"]}),
    "one step": (ca.Conv(3, 3), {"theme": "colorblind"}),
}


def rgb(colour):
    return np.array(list(bytes.fromhex(colour[1:])), float)


@cache
def figure(name, background=None):
    op, look = FIGURES[name]
    return ca.animate(op, background=background, dpi=100, **look)


def over(pixels, colour):
    """RGBA pixels on a background of one colour: uint8 (height, width, 3)."""
    alpha = pixels[..., 3:] / 255
    return np.rint(pixels[..., :3] * alpha + rgb(colour) * (1 - alpha)).astype(np.uint8)


def nearly(one, other):
    """Whether two pictures are within 2 of 255, but for one pixel in a thousand, where many edges meet and rounding
    adds up, up to 4.
    """
    far = np.abs(one.astype(int) - other).max(-1)
    return far.max() <= 4 and (far > 2).mean() < 0.001


def seen_steps(a):
    return sorted({0, 1, a.scene.poster, len(a) - 1} & set(range(len(a))))


@pytest.mark.parametrize("name", FIGURES)
def test_a_transparent_frame_is_empty_in_its_corners_opaque_in_its_cells_and_over_the_background_the_opaque_one(name):
    clear, opaque = figure(name, "transparent"), figure(name)
    assert clear.theme.transparent and not opaque.theme.transparent and clear.size == opaque.size
    for step in seen_steps(clear):
        pixels, whole = clear.frame(step), opaque.frame(step)
        assert (pixels.dtype, pixels.shape, whole.shape) == (np.uint8, (*clear.size[::-1], 4), (*clear.size[::-1], 3))
        assert not pixels[[0, 0, -1, -1], [0, -1, 0, -1], 3].any()
        veil = round(255 * opaque.theme.styles["tap"].opacity)
        filled = (whole != rgb(opaque.theme.background)).any(-1) & flat_areas(whole)
        assert set(pixels[filled, 3]) <= {255, veil} and (pixels[filled, 3] == 255).mean() > 0.8
        assert nearly(over(pixels, opaque.theme.background), whole)


@pytest.mark.parametrize("name", FIGURES)
def test_over_any_colour_a_transparent_frame_is_the_one_with_this_background(name):
    clear = figure(name, "transparent")
    for colour in (MARK, "#ffee00"):
        other = figure(name, colour)
        for step in seen_steps(clear):
            assert nearly(over(clear.frame(step), colour), other.frame(step))


def test_the_comparison_with_what_lies_below_sees_a_wrong_alpha():
    clear, opaque = figure("isometric", "transparent"), figure("isometric")
    pixels = clear.frame(4)
    pixels[..., 3] = np.where(pixels[..., 3] == 255, 250, pixels[..., 3])
    assert not nearly(over(pixels, opaque.theme.background), opaque.frame(4))
    assert not nearly(over(clear.frame(4), "#fafafa"), opaque.frame(4)) and nearly(opaque.frame(4), opaque.frame(4))


def test_frames_with_a_transparent_background_are_the_callers_own_and_do_not_depend_on_their_order():
    a = ca.animate(ca.Conv(4, 3), background="transparent", dpi=60)
    frames = [a.frame(step) for step in range(4)]
    kept = [frame.copy() for frame in frames]
    frames[2][:] = 7
    for step in (3, 1, 2, 0):
        assert (a.frame(step) == kept[step]).all()


@pytest.mark.parametrize("name", FIGURES)
def test_a_png_holds_the_frame_with_its_alpha(name, tmp_path):
    clear = figure(name, "transparent")
    for step in seen_steps(clear):
        (path,) = clear.save(tmp_path / "x.png", step=step)
        with Image.open(path) as picture:
            assert picture.mode == "RGBA" and (np.asarray(picture) == clear.frame(step)).all()


def with_alpha(svg):
    """What resvg makes of an SVG: uint8 (height, width, 4)."""
    stretched = svg.replace("<svg", '<svg preserveAspectRatio="none"', 1)
    return np.asarray(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=stretched)))).convert("RGBA"))


BACKGROUND = re.compile(r'(?<=</desc>)<path fill="([^"]+)" d="M[-.\d ]+h[.\d]+v[.\d]+h-[.\d]+z"/>')


def unhashed(svg):
    """An SVG without the hash of its content."""
    return svg.replace(re.search(r'id="(c[0-9a-f]{5})t"', svg)[1], "")


@pytest.mark.parametrize("name", FIGURES)
def test_a_transparent_svg_has_no_background_and_is_what_the_frame_is_on_any_page(name, tmp_path):
    clear, opaque = figure(name, "transparent"), figure(name)
    for text, whole in (
        (clear.svg(clear.scene.poster), opaque.svg(opaque.scene.poster)),
        (saved_svg(clear, tmp_path), saved_svg(opaque, tmp_path)),
    ):
        assert len(BACKGROUND.findall(whole)) == 1 and not BACKGROUND.findall(text)
        assert unhashed(text) == unhashed(BACKGROUND.sub("", whole))
        pixels, frame = with_alpha(text), clear.frame(clear.scene.poster)
        assert not pixels[0, 0].any()
        for page in ("#a0b0c0", "#505860"):
            assert not differences(over(pixels, page), over(frame, page))
    assert differences(over(with_alpha(opaque.svg(0)), "#a0b0c0"), over(clear.frame(0), "#a0b0c0"))


def by_ffmpeg(path, size):
    return decoded(path, size, "rgba")


def by_pillow(path, size):
    with Image.open(path) as picture:
        return np.stack([np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(picture)])


def by_gifsicle(path, size):
    """All frames as gifsicle takes them apart: each whole, and alone in a file of its own."""
    program = Path(sys.executable).with_name("gifsicle")
    subprocess.run(
        [str(program), "--unoptimize", "--explode", str(path), "-o", str(path.with_suffix(".part"))],
        check=True,
        capture_output=True,
    )
    parts = sorted(path.parent.glob(f"{path.stem}.part.*"))
    found = [by_pillow(part, size)[0] for part in parts]
    for part in parts:
        part.unlink()
    return np.stack(found)


READERS = {"ffmpeg": by_ffmpeg, "pillow": by_pillow, "gifsicle": by_gifsicle}


def faults(frames, a):
    """What is wrong with a transparent GIF's frames: their number, what is there and shouldn't be, holes, and colours
    over 24 off.
    """
    if len(frames) != len(a):
        return {"frames": len(frames)}
    found = {}
    for step, pixels in enumerate(frames):
        true = a.frame(step)
        there = true[..., 3] >= LEAST
        far = np.abs(pixels[..., :3].astype(int) - over(true, a.theme.background)).max(-1)
        if (pixels[~there, 3] != 0).any():
            found[step] = f"{(pixels[~there, 3] != 0).sum()} pixels are left that should be empty"
        elif (pixels[there, 3] != 255).any():
            found[step] = "holes"
        elif far[there].max(initial=0) > 24:
            found[step] = f"{far[there].max()} of 255 off"
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_each_frame_of_a_transparent_gif_is_there_where_the_frame_is_and_nothing_stays_behind(name, tmp_path):
    a = figure(name, "transparent")
    a.save(tmp_path / "x.gif")
    for reader in READERS:
        assert faults(READERS[reader](tmp_path / "x.gif", a.size), a) == {}, reader
    size, loops, frames = gif_blocks((tmp_path / "x.gif").read_bytes())
    assert size == a.size and loops == (0 if len(a) > 1 else None)
    there = [a.frame(step)[..., 3] >= LEAST for step in range(len(a))]
    clears = [
        bool((one & ~other).any()) for one, other in itertools.pairwise(there)
    ]  # what becomes transparent must be cleared away
    assert [(delay, disposal) for delay, disposal, _ in frames] == [
        (100, 2 if clear else 1) for clear in [*clears, False]
    ]


def test_the_comparison_of_transparent_gifs_sees_what_stays_behind_holes_other_steps_and_colours(tmp_path):
    a = figure("isometric", "transparent")
    a.save(tmp_path / "x.gif")
    data = (tmp_path / "x.gif").read_bytes()
    changed, times = re.subn(rb"\x21\xf9\x04\x09", b"\x21\xf9\x04\x05", data)  # frames are kept when the next one comes
    (tmp_path / "x.gif").write_bytes(changed)
    assert times > 3
    for reader in READERS.values():
        kept = faults(reader(tmp_path / "x.gif", a.size), a)
        assert len(kept) >= times and any("should be empty" in text for text in kept.values())
    (tmp_path / "x.gif").write_bytes(data)
    frames = by_pillow(tmp_path / "x.gif", a.size)
    assert faults(frames[:-1], a) == {"frames": len(a) - 1}
    assert len(faults(np.roll(frames, 1, 0), a)) == len(a)
    holes, dark = frames.copy(), frames.copy()
    holes[3, 100:110, 80:140, 3] = 0
    dark[5, ..., :3] //= 2
    assert faults(holes, a) == {3: "holes"} and set(faults(dark, a)) == {5}


@pytest.mark.parametrize("name", FIGURES)
def test_another_background_changes_the_background_alone(name):
    usual, other = figure(name), figure(name, MARK)
    assert usual.scene == other.scene
    assert other.theme == replace(usual.theme, background=MARK)
    for step in seen_steps(usual):
        before, after, alpha = usual.frame(step), other.frame(step), figure(name, "transparent").frame(step)[..., 3]
        assert (
            np.abs(after[alpha == 255].astype(int) - before[alpha == 255]).max() <= 1
            and (after[alpha == 0] == rgb(MARK)).all()
        )
        assert (alpha == 255).mean() > 0.05 and (alpha == 0).mean() > 0.3
        one, two = (unhashed(a.svg(step)) for a in (usual, other))
        assert BACKGROUND.search(two)[1] == MARK and BACKGROUND.sub("", one) == BACKGROUND.sub("", two)


@pytest.mark.parametrize(
    "given",
    [
        "white",
        "#fff",
        "#12345",
        "#1234567",
        "#12345g",
        "123456",
        "",
        "none",
        "Transparent",
        " transparent",
        "#123456\n",
        5,
        True,
        False,
        b"#123456",
        ["transparent"],
        ("#123456",),
        {"fill": "#123456"},
        0.5,
    ],
)
def test_what_is_no_background_is_refused_in_one_line(given):
    text = refusal(lambda: ca.animate(ca.Conv(4, 3), background=given))
    assert text.startswith("background=") and text.endswith(
        " is neither 'transparent' nor a colour: write it as '#rrggbb'"
    )


def test_an_array_is_no_background_either():
    assert "write it as '#rrggbb'" in refusal(lambda: ca.animate(ca.Conv(4, 3), background=np.array([1, 2])))


PREFERS = "prefers-color-scheme:dark"
AUTO = {
    "hatches and labels": (ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1), {}),
    "links": (ca.Conv((3, 4), 3, padding=1, padding_mode="circular"), {"labels": ["legend"]}),
    "numbers and links": (ca.Conv((4, 3), 3, padding=1, padding_mode="reflect"), {"view": "flat", "labels": "all"}),
    "appearing": (
        ca.ConvTranspose((1, 2), 3, stride=2, padding=1, output_padding=1),
        {"reveal": True, "labels": ["step"]},
    ),
    "symbols, appearing": (
        ca.Conv((3, 4), 2, stride=2, padding=((0, 1), (0, 0))),
        {"symbols": True, "reveal": True, "labels": "all"},
    ),
    "overhang, unread": (ca.Pool((3, 5), 2, stride=(2, 3), ceil_mode=True), {"labels": "none"}),
    "cropped": (ca.ConvTranspose(3, 2, stride=2, padding=1), {"labels": ["sizes"], "lang": "zh"}),
    "links that bow": (ca.Conv(5, 3, padding=2, padding_mode="reflect", ndim=1), {"view": "flat", "labels": "none"}),
}


@cache
def themed(name, theme):
    op, look = AUTO[name]
    labels = look.get("labels", ca.THEMES["auto"].labels)
    return ca.animate(op, theme=theme, dpi=70, **{**look, "labels": labels})


def read(svg):
    root = ElementTree.fromstring(svg)
    return root, {child: parent for parent in root.iter() for child in parent}, StyleSheet(styles(root))


def styles(root):
    return "".join(style.text for style in root.iter() if style.tag.endswith("}style"))


def in_the_dark(svg, without=()):
    """The SVG as a reader sees it who prefers dark pages: the rules for them are made the elements' own, in the order
    of the cascade.
    """
    root = ElementTree.fromstring(svg)
    parents = {child: parent for parent in root.iter() for child in parent}
    rules = [
        rule
        for rule in StyleSheet(styles(root)).media[PREFERS]
        if not any(re.search(rf"{re.escape(word)}\b", rule[0]) for word in without)
    ]
    for element in root.iter():
        own = element.attrib.pop("style", None)
        held = cascaded(rules, element, parents)
        if own:
            element.set("style", own)
        for key, value in held.items():
            element.set(key, value)
    return ElementTree.tostring(root, encoding="unicode").replace("ns0:", "").replace("xmlns:ns0", "xmlns")


def texts_of(a, tmp_path):
    """The last step of a figure, and the file that moves."""
    return a.svg(len(a) - 1), saved_svg(a, tmp_path)


@pytest.mark.parametrize("name", AUTO)
def test_auto_is_clear_where_nothing_is_preferred_and_dark_where_that_is(name, tmp_path):
    for text, one, other in zip(
        *(texts_of(themed(name, theme), tmp_path) for theme in ("auto", "clear", "dark")), strict=True
    ):
        assert f"@media({PREFERS})" in text and PREFERS not in one + other
        assert (rasterised(text) == rasterised(one)).all(), "resvg knows no preference"
        assert (rasterised(in_the_dark(text)) == rasterised(other)).all()


def test_auto_in_the_dark_is_what_the_frames_of_dark_are():
    for name in ("links", "overhang, unread"):
        auto, dark = (replace(themed(name, theme), dpi=150.0) for theme in ("auto", "dark"))
        assert not differences(rasterised(in_the_dark(auto.svg(1))), dark.frame(1))
        assert differences(rasterised(auto.svg(1)), dark.frame(1))


RULES = {  # a figure, and the rules that it shows the work of
    "links": [
        "background",
        "input",
        "copy",
        "tap",
        "window",
        "ray",
        "output",
        "output_grid",
        "current",
        "label",
        "hatch",
        "copy_link",
        "grid",
    ],
    "hatches and labels": ["padding", "inserted", "odd_padding", "output_padding", "cropped", "measure"],
    "overhang, unread": ["overhang", "unread"],
    "numbers and links": ["input_value", "kernel_value", "output_value"],
    "links that bow": ["line"],
    "appearing": ["pending"],
}


@pytest.mark.parametrize("name", RULES)
def test_the_comparison_with_dark_sees_each_rule_that_is_missing(name):
    auto, dark = (themed(name, theme) for theme in ("auto", "dark"))
    wanted = rasterised(dark.svg(0))
    assert (rasterised(in_the_dark(auto.svg(0))) == wanted).all()
    for role in RULES[name]:
        assert (rasterised(in_the_dark(auto.svg(0), without=[f".{role}"])) != wanted).any(), role


@pytest.mark.parametrize("name", AUTO)
def test_the_rules_of_auto_begin_with_a_class_of_the_figures_own_and_find_all_that_is_drawn(name, tmp_path):
    a = themed(name, "auto")
    for text in (a.svg(a.scene.poster), saved_svg(a, tmp_path)):
        root, parents, sheet = read(text)
        prefix = re.search(r'id="(c[0-9a-f]{5})t"', text)[1]
        rules = sheet.media[PREFERS]
        assert len(rules) > 8
        assert all(re.fullmatch(rf"\.{prefix}(\.[a-z_]+)+", selector) for selector, _ in rules)
        assert all(selector.startswith(f".{prefix}") for selector, _ in sheet.always)
        page = ElementTree.fromstring(
            '<div><p class="background"/><p class="input line"/><g class="label"><path class="hatch"/></g></div>'
        )
        outside = {child: parent for parent in page.iter() for child in parent}
        for element in page.iter():
            element.tag = "{x}" + element.tag
        assert matches(".input.line", page[1], outside)
        for selector, _ in [*rules, *sheet.always]:
            assert not any(matches(selector, element, outside) for element in page.iter())
        drawn = [
            element
            for element in root.iter()
            if element.get("fill") not in (None, "none") or element.get("stroke") not in (None, "none")
        ]
        assert len(drawn) > 5
        for element in drawn:
            held = cascaded(rules, element, parents)
            assert all(key in held for key in ("fill", "stroke") if element.get(key) not in (None, "none")), (
                ElementTree.tostring(element)[:200]
            )


def test_two_figures_of_auto_in_one_page_share_no_class_of_their_own_nor_id(tmp_path):
    texts = [text for name in AUTO for text in (themed(name, "auto").svg(0), saved_svg(themed(name, "auto"), tmp_path))]
    own = [set(re.findall(r"\bc[0-9a-f]{5}\w*", text)) for text in texts]
    assert all(len({name[:6] for name in names}) == 1 for names in own)
    for one, other in itertools.combinations(own, 2):
        assert not one & other


@pytest.mark.parametrize("name", ["hatches and labels", "symbols, appearing"])
def test_in_pixels_auto_is_clear(name, tmp_path):
    auto, clear = themed(name, "auto"), themed(name, "clear")
    assert (auto.frame(1) == clear.frame(1)).all()
    one, other = (
        [path.read_bytes() for path in (*a.save(tmp_path / "x.gif"), *a.save(tmp_path / "x.png", step=0))]
        for a in (auto, clear)
    )
    assert one == other


def test_a_transparent_auto_has_nothing_to_paint_and_one_on_a_colour_is_the_same_in_the_light_and_in_the_dark():
    op, look = AUTO["links"]
    texts = {
        given: ca.animate(op, theme="auto", background=given, dpi=60, **look).svg(3)
        for given in (None, "transparent", MARK)
    }
    grounds = {given: re.findall(r'class="c\w+ background" fill="([^"]+)"', text) for given, text in texts.items()}
    assert grounds == {
        None: ["#fff"],
        "transparent": [],
        MARK: [],
    }  # on a colour of one's own nothing changes, so nothing needs a class
    assert [PREFERS in text for text in texts.values()] == [True, True, False]
    assert (
        not with_alpha(texts["transparent"])[0, 0].any()
        and not with_alpha(in_the_dark(texts["transparent"]))[0, 0].any()
    )
    assert (rasterised(texts[MARK])[0, 0] == rgb(MARK)).all()
    assert (rasterised(in_the_dark(texts[None]))[0, 0] == rgb(DARK.background)).all()


OTHER_LINES = {
    "output": {"width": 0.2, "stroke": "#ffffff"},
    "grid": {"dash": 0.3},
    "tap": {"opacity": 0.6},
    "window": {"stroke": "none"},
    "ray": {"width": 0.1},
}


@pytest.mark.parametrize(
    "dark",
    [
        "classic",
        "print",
        {"base": "dark", "padding": False, "unread": False, "inserted": False},
        {"base": "dark", **OTHER_LINES},
        {"base": "dark", "odd_padding": {"stroke": "#ffffff", "width": 0.2}},
        {"base": "dark", "inserted": {"stroke": "#ffffff", "width": 0.05, "dash": 0.02}},
    ],
    ids=str,
)
def test_any_theme_may_be_the_dark_one(dark):
    op, look = ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1), {"labels": "none", "dpi": 100}
    mine, theme = ca.animate(op, theme={"base": "clear", "dark": dark}, **look), theme_of(dark)
    hidden = dict.fromkeys(
        CLEAR.styles.keys() - theme.styles.keys(), Style()
    )  # what has no style is there, and isn't seen
    wanted = replace(mine, theme=replace(theme, styles={**theme.styles, **hidden}))
    for step in (0, len(mine) // 2, len(mine) - 1):
        assert (rasterised(in_the_dark(mine.svg(step))) == rasterised(wanted.svg(step))).all()

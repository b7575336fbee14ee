"""The theme that is light or dark as its reader's page: its rules are played, and its pictures are those of its two
themes.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

import pytest

import convanim as ca
from convanim.themes.table import CLEAR, DARK, theme_of
from convanim.themes.theme import Style
from helpers.colours import MARK, rgb
from helpers.figures import saved_svg
from oracle.css import StyleSheet, cascaded, matches
from oracle.pictures import differences
from oracle.rasteriser import rasterised, with_alpha

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
    "links side by side": (
        ca.Conv(5, 3, padding=2, padding_mode="reflect", ndim=1),
        {"view": "flat", "labels": "none"},
    ),
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
    "numbers and links": ["input_value", "kernel_value", "output_value", "line"],
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
        prefix = re.search(r'id="([A-Z][a-z0-9]{3})t"', text)[1]
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
    own = []
    for text in texts:
        prefix = re.search(r'id="([A-Z][a-z0-9]{3})t"', text)[1]
        selected = re.findall(r"[{},]\.(\w+)", text.partition("<style>")[2].partition("</style>")[0])
        names = {*re.findall(r' id="(\w+)"', text), *selected, *re.findall(r"@keyframes (\w+)", text)}
        assert len(names) > 2 and not [name for name in names if not name.startswith(prefix)]
        own.append(names)
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
    grounds = {given: re.findall(r'class="[A-Z]\w+ background" fill="([^"]+)"', text) for given, text in texts.items()}
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

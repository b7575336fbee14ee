"""The themes: contrasts, looks without colour and colours as others see them, by ColorAide (see vision.py); and themes
of one's own.
"""

from __future__ import annotations

import copy
import itertools
import json
import math
import sys
from dataclasses import fields, replace

import numpy as np
import pytest
from coloraide import Color

import convanim as ca
from convanim.cli import main
from convanim.errors import ConvanimError
from convanim.scene.hatch import HATCHES
from convanim.themes.table import CLASSIC, CLEAR, DARK, theme_of
from convanim.themes.theme import EXTRA, NEEDED, ROLES, THIN, Style, derived
from convanim.views import refusal as reason
from helpers.refusals import refusal
from oracle import vision

HELD = {name: theme for name, theme in ca.THEMES.items() if name not in ("classic", "auto")}  # auto is clear, and dark
MARK = "#123456"  # a colour that no theme has
# the figures of the guide as they were measured: the veil over white, blue and cyan, and contrasts
VEILED = {"#ffffff": (156, 175, 179), "#268bd2": (26, 105, 152), "#2aa198": (28, 118, 118)}
MEASURED = {
    "input to output": 1.17,
    "input to veiled input": 1.62,
    "output to current output": 1.70,
    "digits under the veil on input": 3.1,
}


def each(table):
    return pytest.mark.parametrize("theme", table.values(), ids=table)


def rgb(colour):
    return tuple(bytes.fromhex(colour[1:]))


def colours(theme):
    """ "role's field" -> colour, and the background."""
    words = [one.name for one in fields(Style)]
    found = {
        f"{role}'s {word}": getattr(style, word)
        for role, style in theme.styles.items()
        for word in words
        if "width" not in word
    }
    return {
        "background": theme.background,
        **{name: value for name, value in found.items() if isinstance(value, str) and value.startswith("#")},
    }


def coloured(theme):
    """The colours of a theme that are no greys."""
    return [name for name, colour in colours(theme).items() if len(set(rgb(colour))) > 1]


# --- the measure measures rightly


def test_contrast_is_that_of_known_pairs():
    assert vision.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert vision.contrast("#ffffff", "#ffffff") == 1
    # the lightest greys on white that WCAG's two limits allow, and the next lighter ones
    for limit, passes, fails in ((vision.TEXT, "#767676", "#777777"), (vision.SHAPE, "#949494", "#959595")):
        assert vision.contrast(passes, "#ffffff") >= limit > vision.contrast(fails, "#ffffff")


@pytest.mark.parametrize("below", VEILED)
def test_what_lies_over_a_colour_is_mixed_as_in_the_guides_figures(below):
    assert rgb(vision.veiled(CLASSIC, below)) == VEILED[below]


def test_the_numbers_that_were_measured_of_the_guides_figures_are_those_of_classic():
    found = vision.classics(CLASSIC)
    assert {name: round(found[name], 1 if name.startswith("digits") else 2) for name in MEASURED} == MEASURED
    assert vision.text_contrasts(CLASSIC)["input_value on input"] == pytest.approx(5.7, abs=0.05)


def test_classic_fails_where_it_is_known_to():
    assert [line.split(":")[0] for line in vision.text_faults(CLASSIC)] == [
        "input_value on input under the veil",
        "kernel_value on input under the veil",
        "output_value on current",
    ]
    assert [line.split(":")[0] for line in vision.shape_faults(CLASSIC)] == ["window's stroke on input under the veil"]
    assert vision.signature_faults(CLASSIC) == ["output and current: nothing but colour tells them apart"]
    assert {seen for seen in vision.VISIONS if vision.fill_faults(CLASSIC, seen)} == {
        "tritan (machado)",
        "tritan (brettel)",
        "grey",
    }


@pytest.mark.parametrize("seen", vision.VISIONS)
def test_every_vision_keeps_greys_and_only_the_impaired_lose_a_pair_of_hues(seen):
    for grey in ("#000000", "#404040", "#b0b0b0", "#ffffff"):
        assert vision.as_seen(grey, seen).delta_e(Color(grey), method="2000") < 1.5
        assert vision.as_seen(grey, seen).luminance() == pytest.approx(Color(grey).luminance(), abs=0.01)
    # a red and a green, a blue and a green, each of one luminance
    for pair, lost in (
        (("#c05060", "#508050"), ("protan", "deutan", "grey")),
        (("#3c8cb4", "#399375"), ("tritan", "grey")),
    ):
        assert (vision.distance(*pair, seen) < vision.distance(*pair) / 3) == seen.startswith(lost)


# --- every theme


@each(HELD)
def test_every_text_has_the_contrast_of_wcag_on_all_on_which_it_can_stand(theme):
    assert vision.text_faults(theme) == []


@each(HELD)
def test_every_shape_has_the_contrast_of_wcag_against_all_on_which_it_can_lie(theme):
    assert vision.shape_faults(theme) == []


@each(HELD)
def test_cells_of_a_plane_are_told_apart_by_more_than_colour(theme):
    assert vision.signature_faults(theme) == []


@pytest.mark.parametrize("seen", vision.VISIONS)
@each(HELD)
def test_cells_of_a_plane_are_told_apart_in_every_vision(theme, seen):
    assert vision.vision_faults(theme, seen) == []


@pytest.mark.parametrize("seen", vision.VISIONS)
@each(HELD)
def test_the_veil_shows_on_every_cell_in_every_vision(theme, seen):
    assert vision.veil_faults(theme, seen) == []


@pytest.mark.parametrize("seen", ["normal", *vision.IMPAIRED])
def test_the_fills_of_colorblind_alone_are_told_apart_in_every_vision_of_colour(seen):
    assert vision.fill_faults(ca.THEMES["colorblind"], seen) == []


def test_print_is_grey():
    assert coloured(ca.THEMES["print"]) == []


@each(HELD)
def test_light_themes_are_white_and_dark_is_dark(theme):
    assert Color(theme.background).luminance() < 0.05 if theme.name == "dark" else theme.background == "#ffffff"


def test_auto_is_clear_with_dark():
    assert ca.THEMES["auto"] == replace(CLEAR, name="auto", dark=DARK)
    assert CLEAR.dark is None and DARK.dark is None


@each(HELD)
def test_every_theme_has_a_look_for_every_role(theme):
    assert set(theme.styles) == set(ROLES) and set(CLASSIC.styles) == set(NEEDED)


# --- the measure leaves out nothing


def test_every_role_is_measured():
    held = {*vision.TEXTS, *(role for role, _ in vision.SHAPES)}
    by_its_edges = {role for role, edge in vision.EDGES.items() if (edge, "stroke") in vision.SHAPES}
    assert held | by_its_edges | {*vision.WEIGHT_CELLS, "stamp"} == set(ROLES)
    assert {*vision.WEIGHT_CELLS} < {*vision.TEXTS["kernel_value"]} and {*vision.STAMPS} < {
        *vision.TEXTS["output_value"]
    }, "known by what stands on them"
    for role in by_its_edges - {"tap"}:
        assert role in vision.SHAPES[vision.EDGES[role], "stroke"], (
            "the edge is not held against the cell that it is of"
        )
    assert set(vision.VEILED) <= set(vision.SHAPES["window", "stroke"]), "tap"


def test_all_pairs_of_one_plane_are_compared():
    lines = {
        "grid",
        "output_grid",
        "window",
        "ray",
        "copy_link",
        "measure",
        "edge",
        *(f"edge_{n}" for n in range(1, 10)),
    }
    cells = (
        set(ROLES)
        - lines
        - {
            "tap",
            "stamp",
            "label",
            "input_value",
            "kernel_value",
            "output_value",
            "sign",
            "hidden",
            *vision.WEIGHT_CELLS,
        }
    )
    assert set(itertools.chain.from_iterable(vision.WITHIN)) == cells
    assert len(vision.WITHIN) == 7 * 6 / 2 + 5 * 4 / 2


SHOWN = [  # operations that have all kinds of cells, with a window over each of those that are padded
    ca.ConvTranspose((3, 4), 3, stride=2, padding=((0, 1), (1, 0)), output_padding=1),
    ca.Conv((4, 5), 3, padding=1, padding_mode="circular"),
    ca.Pool(6, 2, stride=3, ceil_mode=True),
    ca.Conv(6, 3, stride=4),
    ca.Pool((5, 6), 3, stride=2, ceil_mode=True),
]
# roles that the views of two planes don't have, by the beginnings of their names: a figure that has them
ELSEWHERE = {
    "weight": (ca.Conv(4, 3), "matrix"),
    "edge": (ca.Conv(4, 3), "dense"),
    "stamp": (ca.ConvTranspose((3, 4), 5, stride=2), "scatter"),
    "sign": (ca.Conv(4, 3), "matrix"),
    "hidden": ([ca.Conv(5, 3), ca.Conv(3, 2)], "stack"),
}


@each(ca.THEMES)
def test_every_surface_is_seen_in_a_frame_as_it_was_computed(theme):
    wanted = {name: colour for name, colour in vision.surfaces(theme).items() if name != "background" + vision.UNDER}
    found = set()
    for op, view in [*((op, "flat") for op in SHOWN), *ELSEWHERE.values()]:
        a = ca.animate(op, theme=theme, dpi=40, labels="none", view=view)
        for step in {0, a.scene.poster, len(a) - 1}:
            pixels = a.frame(step).astype(int)
            # each of many veils is rounded
            found |= {
                name
                for name, colour in wanted.items()
                if (abs(pixels - rgb(colour)) <= (5 if name in vision.STAMPS else 1)).all(-1).any()
            }
    assert set(wanted) == found


# --- the measure can fail


def spoiled(theme=CLEAR, **styles):
    return derived(theme, "spoiled", styles)


def names(faults):
    return [line.split(":")[0] for line in faults]


@pytest.mark.parametrize("role", vision.TEXTS)
def test_a_text_in_the_colour_of_what_it_stands_on_is_reported_on_each(role):
    for surface in vision.TEXTS[role]:
        colour = vision.surfaces(CLEAR)[
            surface.removesuffix(vision.UNDER) if role == "input_value" else surface
        ]  # the veil lies over both
        assert f"{role} on {surface}" in names(vision.text_faults(spoiled(**{role: {"fill": colour}})))
    assert names(vision.text_faults(spoiled(**{role: {"fill": None}}))) == [
        f"{role} on {surface}" for surface in vision.TEXTS[role]
    ]


@pytest.mark.parametrize(("role", "ink"), vision.SHAPES)
def test_a_shape_in_the_colour_of_what_it_lies_on_is_reported_on_each(role, ink):
    for surface in vision.SHAPES[role, ink]:
        theme = spoiled(
            **{
                role: {
                    ink: vision.surfaces(CLEAR)[
                        surface.removesuffix(vision.UNDER) if ink == "hatch_stroke" else surface
                    ]
                }
            }
        )
        assert f"{role}'s {ink} on {surface}" in names(vision.shape_faults(theme))
    if ink != "fill":
        assert f"{role}'s {ink} on {vision.SHAPES[role, ink][0]}" in names(
            vision.shape_faults(spoiled(**{role: {ink.replace("stroke", "width"): 0}}))
        )


def test_a_fill_or_a_veil_that_swallows_what_stands_on_it_is_reported():
    assert "kernel_value on input under the veil" in names(vision.text_faults(spoiled(input={"fill": "#1c7ed6"})))
    assert "input_value on padding under the veil" in names(vision.text_faults(spoiled(tap={"opacity": 0.7})))
    assert "window's stroke on background under the veil" in names(vision.shape_faults(spoiled(tap={"opacity": 0.7})))
    assert vision.veil_faults(spoiled(tap={"opacity": 0.05}), "normal") != []
    assert vision.veil_faults(spoiled(tap={"fill": None}), "normal")[0].startswith(
        "background and under the veil: 0.00"
    )


ALIKE = [
    ("inserted", "padding"),
    ("odd_padding", "padding"),
    ("odd_padding", "inserted"),
    ("output", "output_padding"),
    ("pending", "cropped"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_two_roles_with_one_look_are_reported_and_colour_alone_does_not_help(one, other):
    for fill in {CLEAR.styles[other].fill, MARK if CLEAR.styles[other].fill else None}:
        theme = derived(CLEAR, "spoiled", {one: replace(CLEAR.styles[other], fill=fill)})
        line = next(" and ".join(pair) for pair in vision.WITHIN if set(pair) == {one, other})
        assert line in names(vision.signature_faults(theme))
        assert (line in names(vision.vision_faults(theme, "normal"))) == (fill != MARK)


def test_looks_differ_in_each_way_but_not_by_a_little():
    look = vision.Signature(hatch=None, filled=True, dash=0.2, width=0.05, linked=False)
    assert vision.differences(look, look) == set()
    ways = {
        "hatch": {"hatch": "/"},
        "fill": {"filled": False},
        "dash": {"dash": 0},
        "width": {"width": 0},
        "links": {"linked": True},
    }
    assert all(vision.differences(look, replace(look, **change)) == {way} for way, change in ways.items())
    for word in ("dash", "width"):
        for share in (0.5, 0.75, 1.25, 2):
            assert bool(vision.differences(look, replace(look, **{word: getattr(look, word) * share}))) == (
                share in (0.5, 2)
            )


def test_hues_that_only_some_see_are_reported_for_those_alone():
    theme = spoiled(ca.THEMES["colorblind"], padding={"fill": "#c06a3c"}, inserted={"fill": "#6e8a30"})
    found = {seen for seen in vision.VISIONS if "inserted and padding" in names(vision.fill_faults(theme, seen))}
    assert found == {seen for seen in vision.VISIONS if seen.startswith(("protan", "deutan", "grey"))}


def test_a_colour_among_greys_is_reported():
    assert coloured(spoiled(ca.THEMES["print"], ray={"stroke": "#000001"})) == ["ray's stroke"]
    assert coloured(spoiled(ca.THEMES["print"], inserted={"hatch_stroke": MARK})) == ["inserted's hatch_stroke"]


def test_the_table_of_numbers_has_the_least_of_each_theme(capsys):
    vision.main()
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [name for name in ca.THEMES if name != "auto"]
    assert found["classic"]["text"] == [pytest.approx(3.10, abs=0.005), "input_value on input under the veil"]
    for name, numbers in found.items():
        assert (numbers["text"][0] < vision.TEXT) == bool(vision.text_faults(ca.THEMES[name]))
        assert (numbers["shape"][0] < vision.SHAPE) == bool(vision.shape_faults(ca.THEMES[name]))
        assert all(
            (least < vision.APART) == bool(vision.fill_faults(ca.THEMES[name], seen))
            for seen, (least, _) in numbers["apart"].items()
        )


# --- themes of one's own


@pytest.fixture(scope="module", autouse=True)
def shipped_themes_stay_as_they_are():
    before = copy.deepcopy(ca.THEMES)
    yield
    assert before == ca.THEMES


def unlike(one, other):
    """The roles and other fields in which two themes differ, but for their names."""
    rest = [
        field.name
        for field in fields(one)
        if field.name not in ("name", "styles") and getattr(one, field.name) != getattr(other, field.name)
    ]
    return {*rest, *(role for role in ROLES if one.styles.get(role) != other.styles.get(role))}


@pytest.mark.parametrize("name", ca.THEMES)
def test_a_name_and_a_theme_are_the_theme_itself(name):
    assert theme_of(name) is theme_of(ca.THEMES[name]) is ca.THEMES[name]
    mine = replace(CLEAR, name="mine", background=MARK)
    assert theme_of(mine) is mine is ca.animate(ca.Conv(4, 3), theme=mine).theme


@pytest.mark.parametrize("base", [None, *ca.THEMES])
def test_a_table_changes_what_it_names_and_leaves_the_rest_of_its_base(base):
    whole = ca.THEMES[base or "clear"]
    start = {"base": base} if base else {}
    assert unlike(theme_of({**start, "name": "x"}), whole) == set()
    for role in ROLES:
        made = theme_of({**start, role: {"fill": MARK, "width": 0.5}})
        assert unlike(made, whole) == {role} and made.name == "custom"
        assert made.styles[role] == replace(whole.styles.get(role, Style()), fill=MARK, width=0.5)
    changes = {
        "background": MARK,
        "labels": ["step"],
        "dark": {"base": "dark", "label": {"fill": MARK}},
        "name": "mine",
    }
    made = theme_of({**start, **changes})
    assert (made.name, made.background, made.labels, unlike(made.dark, DARK)) == ("mine", MARK, ("step",), {"label"})
    assert unlike(made, whole) <= {"background", "labels", "dark"}


def test_a_base_may_be_a_table_or_a_theme():
    first = {"base": "dark", "input": {"fill": MARK}}
    for base in (first, theme_of(first)):
        made = theme_of({"base": base, "output": {"fill": MARK}})
        assert (
            unlike(made, DARK) == {"input", "output"}
            and made.styles["input"].fill == made.styles["output"].fill == MARK
        )


@pytest.mark.parametrize("word", [one.name for one in fields(Style)])
def test_every_key_of_a_style_can_be_changed_alone(word):
    value = {"hatch": "x", "opacity": 0.5, "width": 0.5, "dash": 0.5, "hatch_width": 0.5}.get(word, MARK)
    made = theme_of({"copy": {word: value}}).styles["copy"]
    more = {"width": THIN} if word == "stroke" else {}  # a stroke that is asked for is seen
    assert made == replace(CLEAR.styles["copy"], **{word: value}, **more) != CLEAR.styles["copy"]


FILE = """
base = "dark"
background = "#123456"
labels = ["step", "legend"]
dark = "print"
padding = false
input = { fill = "#abcdef", hatch = "x", width = 0.25 }
[ray]
stroke = "none"
dash = false
"""


def test_a_file_means_what_the_table_in_it_means(tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text(FILE, encoding="utf-8")
    made = theme_of(str(path))
    assert unlike(made, DARK) == {"background", "labels", "dark", "padding", "input", "ray"}
    assert made.name == "mine" and made.dark is ca.THEMES["print"] and made.labels == ("step", "legend")
    assert "padding" not in made.styles and made.styles["ray"] == replace(DARK.styles["ray"], stroke=None, dash=None)
    assert made.styles["input"] == replace(DARK.styles["input"], fill="#abcdef", hatch="x", width=0.25)
    path.with_name("bom.TOML").write_text(FILE, encoding="utf-8-sig")
    assert theme_of("bom.TOML", tmp_path) == replace(made, name="bom")
    monkeypatch.chdir(tmp_path)
    assert theme_of("mine.toml") == made == theme_of({"name": "mine", "base": str(path)})


@pytest.mark.parametrize("role", EXTRA)
def test_a_role_that_is_removed_is_not_drawn(role):
    for nothing in (False, None):
        theme = theme_of({role: nothing})
        assert set(theme.styles) == set(ROLES) - {role}
    pairs = [(op, view) for op in SHOWN for view in ca.VIEWS if not reason(view, op)]
    assert not any(role in ca.animate(op, theme=theme, view=view).scene.roles() for op, view in pairs)
    assert any(role in ca.animate(op, theme=CLEAR, view=view).scene.roles() for op, view in pairs)


def test_themes_made_of_a_theme_leave_it_as_it_was():
    before = repr(ca.THEMES)
    for name in ca.THEMES:
        made = [theme_of({"base": name, role: {"fill": MARK, "hatch": "x", "hatch_width": 0.5}}) for role in ROLES]
        made += [derived(ca.THEMES[name], "mine", {role: None}) for role in EXTRA]
        assert all(unlike(one, ca.THEMES[name]) for one in made) or name == "classic"
    table = {"base": "dark", "labels": ["step"], "input": {"fill": MARK}}
    theme_of(table)
    assert repr(ca.THEMES) == before and table == {"base": "dark", "labels": ["step"], "input": {"fill": MARK}}


@pytest.mark.parametrize("role", NEEDED)
def test_a_role_that_every_view_needs_is_there_and_not_seen_when_it_is_removed(role):
    theme = theme_of({role: False})
    assert theme.styles[role] == Style() and {**theme.styles, role: CLEAR.styles[role]} == CLEAR.styles
    a = ca.animate(ca.Conv(4, 3, padding=1), theme=theme, labels="none", view="flat", dpi=60)
    other = replace(a, theme=CLEAR)
    drawn = role in a.scene.roles()
    assert (a.frame(0) != other.frame(0)).any() == drawn == (a.svg(0) != other.svg(0))


def test_a_theme_made_by_hand_has_every_role_that_every_view_needs():
    assert "has no style for ray:" in refusal(
        lambda: replace(CLEAR, styles={role: style for role, style in CLEAR.styles.items() if role != "ray"})
    )


@pytest.mark.parametrize("nothing", ["none", False, None])
def test_none_for_a_fill_leaves_what_lies_below(nothing):
    theme = theme_of({"base": {"input": {"fill": MARK}}, "padding": {"fill": nothing}, "name": "x"})
    assert theme.styles["padding"] == replace(CLEAR.styles["padding"], fill=None)
    a, usual = (ca.animate(ca.Conv(4, 3, padding=1), theme=one, labels="none") for one in (theme, CLEAR))
    padding = rgb(CLEAR.styles["padding"].fill)
    assert not (a.frame(0) == padding).all(-1).any() and (usual.frame(0) == padding).all(-1).any()
    assert (a.frame(0) == rgb(MARK)).all(-1).any()


# what can't be: what is given -> what the one line tells
REFUSED = {
    "an unknown role": ({"inptu": {"fill": MARK}}, "unknown role 'inptu': did you mean 'input'?"),
    "an unknown key": ({"input": {"colour": MARK}}, "theme 'custom', role 'input': unknown key 'colour'"),
    "a key that is nearly one": ({"input": {"hatch_strok": MARK}}, "did you mean 'hatch_stroke'?"),
    "an unknown hatch": ({"input": {"hatch": "//"}}, "unknown hatch '//'"),
    "several hatches": ({"input": {"hatch": ["/", "x"]}}, "hatch"),
    "a colour by name": ({"input": {"fill": "red"}}, "colour 'red': write it as '#rrggbb'"),
    "a short colour": ({"ray": {"stroke": "#123"}}, "colour '#123': write it as '#rrggbb'"),
    "a colour with more behind it": ({"ray": {"stroke": MARK + "\n"}}, "write it as '#rrggbb'"),
    "a colour with opacity": ({"copy": {"hatch_stroke": "#12345678"}}, "write it as '#rrggbb'"),
    "no colour for a hatch": ({"copy": {"hatch_stroke": "none"}}, "colour None"),
    "a number for a colour": ({"input": {"fill": 0x123456}}, "colour 1193046"),
    "a background that is none": ({"background": "white"}, "colour 'white'"),
    "a negative width": ({"ray": {"width": -0.1}}, "width=-0.1: it is a number from 0 to 1"),
    "too much opacity": ({"tap": {"opacity": 1.5}}, "opacity=1.5: it is a number from 0 to 1"),
    "opacity that is no number": ({"tap": {"opacity": math.nan}}, "opacity=nan"),
    "opacity as text": ({"tap": {"opacity": "0.5"}}, "opacity='0.5'"),
    "opacity as a switch": ({"tap": {"opacity": True}}, "opacity=True"),
    "a dash of no length": ({"grid": {"dash": 0}}, "dash=0: it is a number from 0.01 to 10"),
    "a hatch without width": ({"copy": {"hatch_width": "none"}}, "hatch_width=None"),
    "a colour for a role": ({"input": MARK}, "give a table such as"),
    "true for a role": ({"input": True}, "give a table such as"),
    "a number for labels": ({"labels": 3}, 'theme \'custom\' has labels=3: give "all", "none", or a list'),
    "labels that are no text": ({"labels": [1]}, "labels=[1]: give"),
    "an unknown base": ({"base": "drak"}, "unknown theme 'drak': did you mean 'dark'?"),
    "a base that isn't there": (
        {"base": "nowhere.toml"},
        "can't read the theme 'nowhere.toml': No such file or directory",
    ),
    "an unknown dark theme": ({"dark": "clera"}, "did you mean 'clear'?"),
    "a wrong role of the dark theme": ({"dark": {"inptu": {}}}, "did you mean 'input'?"),
    "an empty table": ({}, "unknown theme {}"),
    "no theme": (None, "unknown theme None"),
    "a file of another kind": ("mine.json", "unknown theme 'mine.json'"),
    "a folder": ("", "unknown theme ''"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_theme_can_have_is_refused_in_one_line(name):
    given, expected = REFUSED[name]
    assert expected in refusal(lambda: theme_of(given))
    assert expected in refusal(lambda: ca.animate(ca.Conv(4, 3), theme=given))


@pytest.mark.parametrize("given", ["step, legend", ["step", "legend"], ("step", "legend")])
def test_a_themes_labels_are_a_text_or_a_list(given):
    assert theme_of({"labels": given}).labels == ("step", "legend")
    assert (
        ca.animate(ca.Conv(4, 3), theme={"labels": given}).scene
        == ca.animate(ca.Conv(4, 3), theme="clear", labels=["legend", "step"]).scene
    )


def test_a_themes_background_may_be_transparent():
    theme = theme_of({"base": "dark", "background": "transparent"})
    assert theme == replace(DARK, name="custom", transparent=True)
    assert ca.animate(ca.Conv(4, 3), theme=theme, dpi=60).frame(0).shape[-1] == 4


def test_themes_that_lead_back_to_themselves_are_refused(tmp_path):
    (tmp_path / "a.toml").write_text('base = "b.toml"\n')
    (tmp_path / "b.toml").write_text('dark = "a.toml"\n')
    (tmp_path / "c.toml").write_text('base = "c.toml"\n')
    for name in ("a.toml", "b.toml", "c.toml"):
        assert "leads back to itself: take the name of a theme as its base" in refusal(
            lambda name=name: theme_of(tmp_path / name)
        )
    (tmp_path / "c.toml").write_text('base = "dark"\n')
    assert theme_of(tmp_path / "c.toml") == theme_of(str(tmp_path / "c.toml")) == replace(DARK, name="c")


def test_labels_of_a_theme_that_there_are_not_are_refused_when_a_figure_is_made():
    assert "did you mean 'legend'" in refusal(lambda: ca.animate(ca.Conv(4, 3), theme={"labels": ["legnd"]}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"input = {", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (b"x = " + b"[" * 5000, "is not TOML"),
        (b"x = 1", "unknown role 'x'"),
        (b'input = { fill = "#123" }', "theme 'bad', role 'input' has the colour '#123'"),
    ],
)
def test_a_file_that_holds_no_theme_is_refused_in_one_line(text, expected, tmp_path):
    path = tmp_path / "bad.toml"
    path.write_bytes(text)
    assert expected in refusal(lambda: theme_of(str(path)))


def test_a_file_that_changes_nothing_is_clear(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("# nothing yet\n")
    assert theme_of(str(path)) == replace(CLEAR, name="mine")


JUNK = [
    None,
    True,
    False,
    0,
    -1,
    5,
    0.5,
    math.inf,
    10**400,
    "",
    "none",
    "#12345",
    MARK,
    "x",
    "clear",
    "a\nb",
    b"x",
    [],
    ["/"],
    {},
    {"fill": MARK},
    {1: 2},
]


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:12])
def test_anything_in_any_place_gives_a_theme_or_one_line(junk):
    words = [one.name for one in fields(Style)]
    tables = [
        *({"copy": {word: junk}} for word in words),
        *({word: junk} for word in ("base", "name", "background", "labels", "dark", "copy", "input", "x")),
    ]
    faults = []
    for table in [*tables, {"copy": {str(junk): MARK}}, {str(junk): {"fill": MARK}}]:
        try:
            assert isinstance(theme_of(table), ca.Theme)
        except ConvanimError as error:
            assert len(str(error).splitlines()) == 1
        except Exception as error:  # nothing else may come out
            faults.append((table, repr(error)))
    assert not faults


def test_derived_takes_styles_as_they_are_and_other_fields_by_name():
    style = Style(fill=MARK, hatch="x")
    made = derived(CLEAR, "mine", {"unread": style, "cropped": None, "ray": {}}, transparent=True, labels=("step",))
    assert (
        made.styles["unread"] is style
        and made.styles["ray"] == CLEAR.styles["ray"]
        and (made.name, made.transparent) == ("mine", True)
    )
    assert unlike(made, CLEAR) == {"unread", "cropped", "transparent", "labels"}


# --- a theme of one's own draws


def has(animation, colour=MARK):
    """Whether the first, the last or the step that tells most has pixels of exactly this colour."""
    return any(
        (animation.frame(step) == rgb(colour)).all(-1).any() for step in {0, animation.scene.poster, len(animation) - 1}
    )


TEXT_ROLES = ("label", "sign", "input_value", "kernel_value", "output_value")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_drawn_in_the_colour_that_is_asked_for(role):
    look = {"fill": MARK, "stroke": MARK, "width": 0.2, "opacity": 1.0, "dash": None, "hatch": None}
    if role in TEXT_ROLES:
        look |= {"stroke": None}
    options = {"dpi": 200 if role in TEXT_ROLES else 60, "reveal": role == "pending", "labels": ["sizes"]}
    place = ELSEWHERE.get(role.split("_")[0] if not role.endswith("value") else "")
    shown = [place] if place else [(op, "isometric" if role == "ray" else "flat") for op in SHOWN]
    assert any(has(ca.animate(op, view=view, theme={role: look}, **options)) for op, view in shown)
    assert not has(ca.animate(shown[0][0], view=shown[0][1], theme=CLEAR, **options))


@pytest.mark.parametrize("hatch", HATCHES)
def test_every_hatch_is_drawn_in_the_colour_that_is_asked_for(hatch):
    look = {"hatch": hatch, "hatch_stroke": MARK, "hatch_width": 0.1}
    assert has(ca.animate(ca.Conv(4, 3, padding=1), theme={"padding": look}, labels="none"))
    assert not has(ca.animate(ca.Conv(4, 3, padding=1), theme={"padding": {**look, "hatch": "none"}}, labels="none"))


def test_the_background_is_the_one_asked_for_and_animates_own_goes_before_it():
    assert has(ca.animate(ca.Conv(4, 3), theme={"background": MARK}))
    assert not has(ca.animate(ca.Conv(4, 3), theme={"background": MARK}, background="#ffffff"))


def test_labels_of_a_theme_are_those_that_a_figure_has_if_none_are_asked_for():
    op = ca.Conv(4, 3, padding=1)
    for labels in (["step"], ["sizes", "legend"], []):
        assert (
            ca.animate(op, theme={"labels": labels}).scene
            == ca.animate(op, theme="clear", labels=labels or "none").scene
        )
    assert (
        ca.animate(op, theme={"labels": ["step"]}, labels=["legend"]).scene
        == ca.animate(op, theme="clear", labels=["legend"]).scene
    )


def test_a_dark_theme_of_ones_own_is_in_the_svg_alone():
    a = ca.animate(
        ca.Conv(4, 3), theme={"dark": {"base": "dark", "background": "#102030", "input": {"fill": MARK}}}, labels="none"
    )
    light = ca.animate(ca.Conv(4, 3), theme="clear", labels="none")
    assert "prefers-color-scheme:dark" in a.svg(0) and MARK in a.svg(0) and "#102030" in a.svg(0)
    assert "prefers-color-scheme" not in light.svg(0) and np.array_equal(a.frame(0), light.frame(0))


OWN = {"base": "dark", "input": {"fill": MARK}, "labels": ["step"]}
OWN_FILE = 'base = "dark"\nlabels = ["step"]\ninput = { fill = "#123456" }\n'
OWN_SPEC = """
[fig]
operation = "conv"
input_size = 4
kernel_size = 3
padding = 1
theme = { base = "dark", labels = ["step"], input = { fill = "#123456" } }
"""


@pytest.mark.parametrize("suffix", [".gif", ".svg"])
def test_python_a_spec_and_the_command_line_draw_the_same_in_a_theme_of_ones_own(suffix, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(OWN_FILE)
    (tmp_path / "spec.toml").write_text(OWN_SPEC)
    a = ca.animate(ca.Conv(4, 3, padding=1), theme=OWN)
    a.save(f"python{suffix}")
    ca.figure("fig", "spec.toml").save(f"spec{suffix}")
    monkeypatch.setattr(
        sys,
        "argv",
        ["convanim", "draw", "conv", "-i", "4", "-k", "3", "-p", "1", "--theme", "own.toml", "-o", f"command{suffix}"],
    )
    main()
    assert capfd.readouterr().err == ""
    assert (
        (tmp_path / f"python{suffix}").read_bytes()
        == (tmp_path / f"spec{suffix}").read_bytes()
        == (tmp_path / f"command{suffix}").read_bytes()
    )
    assert has(a) and not has(ca.animate(ca.Conv(4, 3, padding=1), theme="dark"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [('input = { fil = "#123456" }', "did you mean 'fill'"), (None, "can't read the theme 'own.toml'")],
)
def test_the_command_line_refuses_a_wrong_theme_in_one_line_and_writes_nothing(
    text, expected, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "own.toml").write_text(text)
    monkeypatch.setattr(
        sys, "argv", ["convanim", "draw", "conv", "-i", "4", "-k", "3", "--theme", "own.toml", "-o", "x.svg"]
    )
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capfd.readouterr()
    assert (end.value.code, out, err.count("\n")) == (2, "", 1) and expected in err and "Traceback" not in err
    assert not (tmp_path / "x.svg").exists()


def test_a_spec_refuses_a_wrong_theme_and_names_the_figure(tmp_path):
    path = tmp_path / "spec.toml"
    path.write_text(OWN_SPEC.replace("input = { fill", "ray = { strke"))
    text = refusal(lambda: ca.figures(path))
    assert "figure 'fig'" in text and "role 'ray'" in text and "did you mean 'stroke'" in text

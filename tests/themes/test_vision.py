"""The measure of how well a theme can be seen: it measures rightly, leaves out nothing, and can fail."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from coloraide import Color

import convanim as ca
from convanim.themes.table import CLASSIC, CLEAR
from convanim.themes.theme import ROLES, derived
from helpers.colours import ELSEWHERE, MARK, SHOWN, coloured, each, rgb
from oracle import vision

# the figures of the guide as they were measured: the veil over white, blue and cyan, and contrasts
VEILED = {"#ffffff": (156, 175, 179), "#268bd2": (26, 105, 152), "#2aa198": (28, 118, 118)}


MEASURED = {
    "input to output": 1.17,
    "input to veiled input": 1.62,
    "output to current output": 1.70,
    "digits under the veil on input": 3.1,
}


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
        "torn",
        "edge",
        *(f"edge_{n}" for n in range(1, 26)),
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
            "kernel",
            *vision.WEIGHT_CELLS,
        }
    )
    assert set(itertools.chain.from_iterable(vision.WITHIN)) == cells
    assert len(vision.WITHIN) == 7 * 6 / 2 + 5 * 4 / 2


@each(ca.THEMES)
def test_every_surface_is_seen_in_a_frame_as_it_was_computed(theme):
    wanted = {name: colour for name, colour in vision.surfaces(theme).items() if name != "background" + vision.UNDER}
    found = set()
    for op, view in [*((op, "flat") for op in SHOWN), *ELSEWHERE.values()]:
        kernel = {"show_kernel": True} if view == "flat" and op.weighted else {}
        a = ca.animate(op, theme=theme, dpi=40, labels="none", view=view, **kernel)
        for step in {0, a.scene.poster, len(a) - 1}:
            packed = np.unique(a.frame(step).astype(int) @ (1 << 16, 1 << 8, 1))
            pixels = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], -1)
            # each of many veils is rounded
            found |= {
                name
                for name, colour in wanted.items()
                if (abs(pixels - rgb(colour)) <= (5 if name in vision.STAMPS else 1)).all(-1).any()
            }
    assert set(wanted) == found


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

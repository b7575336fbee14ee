"""The colours of a kernel's weights: how far apart they are, and how many a kernel has."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

import convanim as ca
from convanim.themes.theme import WEIGHTS
from convanim.views.weights import edge_role, weight_role
from oracle.vision import distance

# the least CIEDE2000 of two weights. `print` has greys, and `classic` the white cells of the guide
FILLS = {"clear": 7.3, "dark": 10.9, "colorblind": 7.3}
LINES = {"classic": 10.0, "clear": 10.0, "dark": 13.6, "colorblind": 10.0}


def least(theme, kind, ink):
    """How far the two nearest colours of a theme's weights are apart."""
    colours = [getattr(theme.styles[f"{kind}_{n}"], ink) for n in WEIGHTS]
    return min(itertools.starmap(distance, itertools.combinations(colours, 2)))


@pytest.mark.parametrize("name", FILLS)
def test_cells_of_25_weights_have_colours_that_are_told_apart(name):
    assert least(ca.THEMES[name], "weight", "fill") >= FILLS[name]


@pytest.mark.parametrize("name", LINES)
def test_connections_of_25_weights_have_colours_that_are_told_apart(name):
    assert least(ca.THEMES[name], "edge", "stroke") >= LINES[name]


def test_in_print_no_two_weights_look_alike_in_greys_dashes_and_widths():
    styles = ca.THEMES["print"].styles
    assert len({styles[f"weight_{n}"].fill for n in WEIGHTS}) == 25
    lines = [styles[f"edge_{n}"] for n in WEIGHTS]
    assert len({(line.stroke, line.dash, line.width) for line in lines}) == 25


def test_two_weights_of_one_colour_are_seen():
    clear = ca.THEMES["clear"]
    same = replace(clear, styles={**clear.styles, "weight_16": clear.styles["weight_1"]})
    assert least(same, "weight", "fill") == 0


@pytest.mark.parametrize("role", [weight_role, edge_role])
def test_cells_of_a_kernel_share_a_colour_only_where_it_has_more_than_25_and_never_near_each_other(role):
    for size in [*itertools.product(range(1, 12), repeat=2), *((n,) for n in (1, 3, 25, 26, 60))]:
        cells = list(itertools.product(*map(range, size)))
        roles = [role(size, cell) for cell in cells]
        assert {int(one.split("_")[1]) for one in roles} <= set(WEIGHTS)
        if len(cells) <= 25:
            assert len(set(roles)) == len(cells), size
        for (one, a), (other, b) in itertools.combinations(zip(roles, cells, strict=True), 2):
            assert one != other or max(abs(m - n) for m, n in zip(a, b, strict=True)) >= 5, (size, a, b)


def test_the_cells_of_three_by_three_are_the_first_nine_row_by_row():
    assert [weight_role((3, 3), cell) for cell in itertools.product(range(3), repeat=2)] == [
        f"weight_{n}" for n in range(1, 10)
    ]

"""Links from copies to the cells that they copy."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.scene import Line, Text
from convanim.text.cell_texts import symbols
from convanim.themes.table import CLEAR
from convanim.views import VIEWS, view_flags
from helpers.cases import PLANAR
from helpers.figures import draw
from helpers.operations import ODD, drawn_at_random
from oracle.ink import ink_of
from oracle.planes import Seen
from oracle.scenes import only, with_marks

MODES = ("reflect", "replicate", "circular", "symmetric")
WIDE = [ca.Conv(6, 5, padding=p, padding_mode=mode) for mode, p in itertools.product(MODES, (1, 2, 3))]


@pytest.mark.parametrize("view", PLANAR)
def test_links_to_different_cells_never_run_along_one_another(view):
    for op in [*drawn_at_random("conv", 40), *ODD["conv"], *WIDE]:
        shown = Seen(draw(op, view), view)
        for step in range(shown.scene.steps):
            assert not merged(shown, step), (op, step)


def merged(shown, step):
    """Pairs of links to different cells of which parts lie in one line and overlap there, not counted at their ends."""
    links = [[shown.below.at(point) for point in part] for part in shown.parts(shown.moving(step), Line, "copy_link")]
    parts = [(pair, link[-1]) for link in links for pair in itertools.pairwise(link) if math.dist(*pair) > 0.25]
    found = []
    for ((a, b), end), ((c, d), other) in itertools.combinations(parts, 2):
        for n in (0, 1):
            if max(abs(v[n] - a[n]) for v in (b, c, d)) < 1e-6 and math.dist(end, other) > 1e-6:
                (p, q), (r, s) = (sorted(point[1 - n] for point in part) for part in ((a, b), (c, d)))
                found += [(a, b, c, d)] if min(q, s) - max(p, r) > 1e-6 else []
    return found


def test_links_that_run_along_one_another_are_seen():
    op = ca.Conv(5, 3, padding=2, padding_mode="reflect", ndim=1)
    scene = draw(op, "flat")
    assert not merged(Seen(scene, "flat"), 0)

    def level(mark):
        y = mark.parts[0][0][1]
        return replace(mark, parts=tuple(((part[0][0], y), (part[-1][0], y)) for part in mark.parts))

    spoiled = with_marks(scene, only("copy_link", level, Line))
    assert merged(Seen(spoiled, "flat"), 0)


def crossings(shown, step):
    """The texts of cells over which a link runs, as wide as it is drawn."""
    marks = [*shown.marks, *shown.moving(step)]
    half = CLEAR.styles["copy_link"].width / 2
    lines = np.array(
        [pair for part in shown.parts(shown.moving(step), Line, "copy_link") for pair in itertools.pairwise(part)]
    ).reshape(-1, 2, 2)
    low, high = lines.min(1), lines.max(1)
    found = []
    for text in (mark for mark in marks if isinstance(mark, Text) and mark.role in ("input_value", "kernel_value")):
        x0, y0, x1, y1 = np.add(np.add(ink_of(text)[0], text.at * 2), [-half, -half, half, half])
        found += [text.text] * ((low < (x1, y1)) & (high > (x0, y0))).all(1).sum()
    return found


NUMBERS = {"digits": (8, 8), "two digits": (48, -8), "three digits": (888, 88), "fractions": (0.25, -1.5)}


@pytest.mark.parametrize("numbers", [*NUMBERS, "symbols"])
@pytest.mark.parametrize("mode", MODES)
def test_no_link_runs_over_a_digit(mode, numbers):
    links = 0
    for k, p in ((3, 1), (5, 2), (4, 3)) if numbers == "symbols" else ((4, 3),):
        op = ca.Conv((5, 4), k, padding=p, padding_mode=mode)
        if numbers == "symbols":
            scene = VIEWS["flat"].draw(op, symbols(op), view_flags(CLEAR))
        else:
            x, w = NUMBERS[numbers]
            scene = draw(op, "flat", input=np.full(op.input_size, x), kernel=np.full(op.kernel_size, w))
        shown = Seen(scene, "flat")
        for step in range(shown.scene.steps):
            assert not crossings(shown, step), (op, step)
            links += len(shown.step(step)["copy_link"])
    assert links > 100


def test_a_link_over_a_digit_is_seen():
    op = ca.Conv(5, 3, padding=1, padding_mode="reflect")
    scene = draw(op, "flat", input=np.full((5, 5), 8), kernel=np.full((3, 3), 8))
    straight = only(
        "copy_link", lambda mark: replace(mark, parts=tuple((part[0], part[-1]) for part in mark.parts)), Line
    )
    assert not crossings(Seen(scene, "flat"), 0)
    assert crossings(Seen(with_marks(scene, straight), "flat"), 0)

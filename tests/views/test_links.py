"""Links from copies to the cells that they copy."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest

import convanim as ca
from convanim.scene import Line
from helpers.cases import PLANAR
from helpers.figures import draw
from helpers.operations import ODD, drawn_at_random
from oracle.planes import Seen
from oracle.scenes import only, with_marks


@pytest.mark.parametrize("view", PLANAR)
def test_links_in_one_row_or_column_never_run_along_one_another(view):
    for op in [*drawn_at_random("conv", 40), *ODD["conv"]]:
        shown = Seen(draw(op, view), view)
        for step in range(shown.scene.steps):
            assert not merged(shown, step), (op, step)


def merged(shown, step):
    """Pairs of straight links to different cells that lie in one line and overlap there."""
    links = [[shown.below.at(point) for point in part] for part in shown.parts(shown.moving(step), Line, "copy_link")]
    straight = [link for link in links if len(link) == 2]
    found = []
    for (a, b), (c, d) in itertools.combinations(straight, 2):
        for n in (0, 1):
            if (
                abs(a[n] - b[n]) < 1e-6
                and abs(c[n] - d[n]) < 1e-6
                and abs(a[n] - c[n]) < 1e-6
                and math.dist(b, d) > 1e-6
            ):
                (p, q), (r, s) = (sorted(point[1 - n] for point in link) for link in ((a, b), (c, d)))
                found += [(a, b, c, d)] if min(q, s) - max(p, r) > 1e-6 else []
    return found


def test_links_that_run_along_one_another_are_seen():
    op = ca.Conv(5, 3, padding=2, padding_mode="reflect", ndim=1)
    scene = draw(op, "flat")
    assert not merged(Seen(scene, "flat"), 0)
    straight = only(
        "copy_link", lambda mark: replace(mark, parts=tuple((part[0], part[-1]) for part in mark.parts)), Line
    )
    assert len(merged(Seen(with_marks(scene, straight), "flat"), 0)) == 1

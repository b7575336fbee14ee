"""The isometric view: its rays lead from the window's corners to the output cell."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from helpers.figures import draw
from helpers.operations import ODD, SIZES, drawn_at_random, some
from oracle.planes import Seen
from oracle.scenes import leaves, marks_of, only, with_marks
from oracle.shapes import apart, hull


def ray_faults(shown, step):
    """Rays that don't lead from the window's corners to the output cell's, or to where they go behind the output's
    plane.
    """
    rows, columns = shown.above.size
    top, bottom, left, right = shown.step(step)["window"]
    ((r, c),) = shown.step(step)["current"]
    wanted = {
        (x, y): (c + u, r + v)
        for (v, y), (u, x) in itertools.product(enumerate((top, bottom)), enumerate((left, right)))
    }
    found, rays = [], shown.rays(step)
    for start, end, a, b in rays:
        corner = tuple(round(v) for v in start)
        if max(abs(v - w) for v, w in zip(start, corner, strict=True)) > 1e-6 or corner not in wanted:
            found.append("starts beside the window's corners")
            continue
        goal, begin = wanted.pop(corner), shown.above.at(a)
        way, rest = ([w - v for v, w in zip(begin, to, strict=True)] for to in (end, goal))
        if abs(way[0] * rest[1] - way[1] * rest[0]) > 1e-6:
            found.append("doesn't lead to the cell's corner")
        elif math.dist(end, goal) > 1e-6 and not (
            any(abs(v) < 1e-6 or abs(v - most) < 1e-6 for v, most in zip(end, (columns, rows), strict=True))
            and all(-1e-6 < v < most + 1e-6 for v, most in zip(end, (columns, rows), strict=True))
        ):
            found.append("ends before the plane")
    return found + ["missing"] * (len(rays) != 4)


@pytest.mark.parametrize("kind", ODD)
def test_rays_lead_from_the_windows_corners_to_the_output_cells(kind):
    for op in [*drawn_at_random(kind, 40), *ODD[kind]]:
        shown = Seen(draw(op, "isometric"), "isometric")
        for step in range(shown.scene.steps):
            assert not ray_faults(shown, step), (op, step)


def test_a_ray_to_another_corner_and_one_cut_short_are_seen():
    shown = Seen(draw(ca.Conv(5, 3, stride=2, padding=1), "isometric"), "isometric")
    assert ray_faults(shown, 4) == []

    def turned(scene, change):
        return ray_faults(Seen(with_marks(scene, only("ray", change)), "isometric"), 4)

    assert "starts beside the window's corners" in turned(
        shown.scene, lambda mark: replace(mark, parts=tuple((b, a) for a, b in mark.parts))
    )
    bent = turned(shown.scene, lambda mark: replace(mark, parts=tuple((a, (b[0] + 0.2, b[1])) for a, b in mark.parts)))
    assert bent == ["doesn't lead to the cell's corner"] * 4
    short = turned(
        shown.scene,
        lambda mark: replace(mark, parts=tuple((a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)) for a, b in mark.parts)),
    )
    assert short == ["ends before the plane"] * 4
    assert turned(shown.scene, lambda mark: replace(mark, parts=mark.parts[1:])) == ["missing"]


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("theme", ca.THEMES)
def test_the_planes_of_the_isometric_view_never_overlap_cropped_cells_and_overhang_included(theme, name):
    for size in [*SIZES, (1, 40), (40, 1), (30, 2), (2, 30)]:
        op = some(name, size)
        scene = ca.animate(op, view="isometric", theme=theme, labels="none").scene
        marks = [mark for step in (0, len(op.steps) - 1) for mark in leaves(marks_of(scene, step))]
        below, above = (
            hull([point for mark in marks if mark.role in wanted for part in mark.parts for point in part])
            for wanted in (("grid", "overhang", "window"), ("output_grid", "cropped", "current"))
        )
        assert min(len(below), len(above)) >= 4
        assert apart(below, above) > 0.1, op

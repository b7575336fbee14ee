"""Outputs that appear one by one, in pixels: frames depend on nothing but their step, and a step costs what is new in
it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import convanim as ca
from convanim.render.agg import seen
from convanim.scene import Accumulating, PerStep
from convanim.views.sliding_window import AppearingCells
from helpers.cases import PLANAR
from helpers.memory import peak
from oracle.gif import decoded, gif_faults
from oracle.planes import Revealed
from oracle.windows import cells_of

FIGURES = {
    "flat": (
        ca.Conv((3, 4), 2, padding=((0, 1), (0, 0))),
        {"view": "flat", "theme": "clear", "labels": ["step", "sum"]},
    ),
    "isometric": (ca.Conv(5, 3, stride=2, padding=1), {"theme": "classic"}),
    "output_padding": (
        ca.ConvTranspose((1, 2), 3, stride=2, padding=1, output_padding=1),
        {"theme": "dark", "labels": "none"},
    ),
    "one row": (ca.Pool(6, 2, ndim=1), {"view": "flat", "theme": "print", "labels": "none"}),
}


@cache
def figure(name, reveal=True):
    op, look = FIGURES[name]
    return ca.animate(op, reveal=reveal, dpi=90, **look)


def fresh(name):
    op, look = FIGURES[name]
    return ca.animate(op, reveal=True, dpi=90, **look)


@cache
def forward(name):
    a = fresh(name)
    return [a.frame(step) for step in range(len(a))]


@pytest.mark.parametrize("name", FIGURES)
def test_frames_are_the_same_in_any_order_and_on_a_fresh_canvas(name):
    a, frames = fresh(name), forward(name)
    steps = [step for step in range(len(a)) for _ in range(2)] + [0, len(a) - 1, 0]
    random.Random(name).shuffle(steps)
    for step in steps:
        assert (a.frame(step) == frames[step]).all(), steps
    for step, frame in enumerate(frames):
        assert (seen(a.canvas().draw(step), a.theme) == frame).all()
    assert len({frame.tobytes() for frame in frames}) == len(a)


@pytest.mark.parametrize("name", FIGURES)
def test_frames_are_those_of_a_figure_that_draws_all_cells_up_to_the_step_anew(name):
    a = figure(name)

    def anew(layer):
        return (
            PerStep(lambda step: tuple(mark for n in range(step + 1) for mark in layer.at(n)), layer.roles)
            if isinstance(layer, Accumulating)
            else layer
        )

    other = replace(a, scene=replace(a.scene, layers=tuple(map(anew, a.scene.layers))))
    assert not any(isinstance(layer, Accumulating) for layer in other.scene.layers)
    for step, frame in enumerate(forward(name)):
        assert (other.frame(step) == frame).all(), step


def interiors(a, grid):
    """cell -> (rows, columns) of the pixels in its middle."""
    (ox, oy), box, (width, height) = grid.origin, a.scene.box, a.size
    view = np.linalg.inv(np.array(grid.inverse).reshape(2, 2))  # from (column, row) to the scene
    found = {}
    rows, columns = (round(v) for v in grid.size)
    share = np.linspace(0.2, 0.8, 12)
    for r, c in cells_of(range(rows), range(columns)):
        x, y = view @ np.stack([v.ravel() for v in np.meshgrid(share + c + ox, share + r + oy)])
        found[r, c] = (((y - box.y) * height / box.height).astype(int), ((x - box.x) * width / box.width).astype(int))
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_the_pixels_in_the_cells_that_are_there_are_those_of_the_whole_figure_and_the_others_are_empty(name):
    a, whole = figure(name), figure(name, reveal=False)
    assert a.size == whole.size
    view = FIGURES[name][1].get("view", "isometric")
    where = interiors(a, Revealed(a.scene, view).grid)
    ground = np.array(list(bytes.fromhex(a.theme.background[1:])))
    empty = 0
    for step, frame in enumerate(forward(name)):
        full = whole.frame(step)
        for n, (cell, at) in enumerate(sorted(where.items())):
            if n <= step:
                assert (frame[at] == full[at]).all(), (step, cell)
                assert (frame[at] != ground).any(-1).mean() > 0.9
            else:
                empty += (frame[at] == ground).all(-1).mean()
                assert (full[at] != ground).any(-1).mean() > 0.9
    pending = len(a) * (len(a) - 1) / 2
    assert empty == pending if view == "flat" else empty > 0.9 * pending  # rays may run over them


def test_a_step_after_the_one_before_draws_only_what_is_new_and_one_before_it_draws_all_again(monkeypatch):
    asked = []
    monkeypatch.setattr(
        AppearingCells,
        "__call__",
        lambda self, step, call=AppearingCells.__call__: asked.append(step) or call(self, step),
    )
    a = fresh("isometric")
    canvas = a.canvas()
    for steps, drawn in [
        ([0], [0]),
        ([1], [1]),
        ([1], []),
        ([2, 3], [2, 3]),
        ([6], [4, 5, 6]),
        ([6], []),
        ([2], [0, 1, 2]),
        ([3], [3]),
    ]:
        asked.clear()
        for step in steps:
            canvas.draw(step)
        assert asked == drawn
    asked.clear()
    for step in range(len(a)):
        a.frame(step)
    assert asked == list(range(len(a)))


@pytest.mark.parametrize("view", PLANAR)
def test_the_last_steps_cost_as_many_strokes_as_the_first_and_few_more_than_without(view, monkeypatch):
    from matplotlib.backends.backend_agg import RendererAgg

    strokes = []
    draw_path = RendererAgg.draw_path
    monkeypatch.setattr(RendererAgg, "draw_path", lambda self, *given: strokes.append(given) or draw_path(self, *given))
    counts = []
    for reveal in (False, True):
        a = ca.animate(ca.Conv((3, 20), (2, 3)), view=view, reveal=reveal, width=1600)  # wide enough for values
        canvas = a.canvas()
        before = [strokes.clear() or canvas.draw(step) is None or len(strokes) for step in range(len(a))]
        counts.append(before)
    plain, growing = counts
    assert len(set(plain)) == 1 and len(set(growing)) == 1 and len(growing) == 36
    assert growing[0] - plain[0] == (3 if view == "flat" else 2)  # the cell, its edges, its text


def test_a_gif_of_many_outputs_that_appear_needs_no_more_memory_than_one_of_few(tmp_path):
    few, many = (ca.animate(ca.Conv((2, n), 1), dpi=100, reveal=True) for n in (4, 40))
    many = replace(many, scene=replace(many.scene, box=few.scene.box))  # the same pixels
    frame = few.size[0] * few.size[1] * 4
    assert few.size == many.size and peak(lambda: [few.frame(n) for n in range(8)]) > 8 * frame * 3 / 4, (
        "the measure sees frames that are kept"
    )
    peaks = [peak(lambda a=a: a.save(tmp_path / "x.gif")) for a in (few, many)]
    assert peaks[1] - peaks[0] < 8 * frame


@pytest.mark.parametrize("name", FIGURES)
def test_the_frames_of_a_gif_are_the_frames(name, tmp_path):
    a = figure(name)
    a.save(tmp_path / "x.gif")
    assert gif_faults(tmp_path / "x.gif", a) == {}
    assert len(decoded(tmp_path / "x.gif", a.size)) == len(a)


def test_the_comparison_of_gifs_sees_outputs_that_are_all_there(tmp_path):
    a = figure("isometric")
    figure("isometric", reveal=False).save(tmp_path / "x.gif")
    assert set(gif_faults(tmp_path / "x.gif", a)) >= set(range(len(a) - 1))

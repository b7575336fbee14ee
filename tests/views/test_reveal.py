"""Outputs that appear one by one: which cells each step has, read back from the scene."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

import convanim as ca
from convanim.scene import Accumulating, Layer, Text
from convanim.themes.table import CLASSIC, CLEAR
from convanim.views import VIEWS
from helpers.cases import PLANAR
from helpers.figures import draw, revealed
from helpers.operations import ODD, drawn_at_random, lines_of
from helpers.refusals import refusal
from oracle.planes import Grid, Revealed
from oracle.scenes import leaves
from oracle.windows import meaning


def order(op):
    """The cells of the output, row by row, and those that output_padding adds."""
    down, across = meaning(op)
    cells = list(itertools.product(range(down.output), range(across.output)))
    return cells, {(r, c) for r, c in cells if r >= down.output - down.extra or c >= across.output - across.extra}


def whole_texts(op, view):
    """cell -> text, of the figure whose outputs are all there; nothing in a view without values."""
    scene = draw(op, view)
    marks = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
    grid = Grid(view, marks, "output_grid")
    return {grid.cell(mark.at): mark.text for mark in marks if isinstance(mark, Text) and mark.role == "output_value"}


def growth_faults(shown, op, texts):
    """Steps in which another cell comes than the next one, or with another look or text; and cells that stand there at
    once.
    """
    cells, added = order(op)
    bare = shown.read(shown.still)
    found = (
        []
        if bare
        == {
            "output": set(),
            "output_padding": set(),
            "output_grid": set(),
            "pending": set(cells),
            "output_value": {},
        }
        else ["still"]
    )
    if shown.scene.steps != len(cells) or len(shown.growing) != 1:
        return [*found, "steps"]
    for step, cell in enumerate(cells):
        meant = {
            "output": {cell},
            "output_padding": {cell} & added,
            "output_grid": {cell},
            "pending": set(),
            "output_value": {cell: texts[cell]} if texts else {},
        }
        found += [step] if shown.comes(step) != meant else []
    for step in {0, len(cells) // 2, len(cells) - 1}:
        first, there = cells[: step + 1], shown.there(step)
        said = {cell: texts[cell] for cell in first} if texts else {}
        meant = {
            "output": set(first),
            "output_padding": set(first) & added,
            "pending": set(cells),
            "output_value": said,
            "output_grid": there["output_grid"] | set(first),
        }  # a cell between others has their edges
        found += [f"in all of {step}"] if there != meant else []
    return found


def operations(kind):
    """All sizes of small operations of one dimension, and others of two."""
    sizes = {
        (op.input_size, op.output_size, op.padded_size, getattr(op, "output_padding", 0)): op for op in lines_of(kind)
    }
    return [*sizes.values(), *drawn_at_random(kind, 10), *ODD[kind]]


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_in_each_step_the_outputs_up_to_it_are_filled_and_no_others(kind, view):
    extra = 0
    for op in operations(kind):
        shown = Revealed(revealed(op, view), view)
        assert growth_faults(shown, op, whole_texts(op, view)) == [], op
        extra += len(order(op)[1])
    assert (extra > 100) == (kind == "transpose")


@pytest.mark.parametrize("view", PLANAR)
def test_all_else_is_as_in_the_figure_whose_outputs_are_there_at_once_but_for_rays(view):
    for op in [op for kind in ODD for op in [*drawn_at_random(kind, 6), *ODD[kind]]]:
        for theme in (CLEAR, CLASSIC):
            one, other = revealed(op, view, theme), draw(op, view, theme)
            assert (one.box, one.steps, one.poster, one.measured) == (
                other.box,
                other.steps,
                other.poster,
                other.measured,
            )
            own = {"pending", "output", "output_padding", "output_grid", "output_value"}
            still = [[mark for mark in scene.layers[0].marks if mark.role not in own] for scene in (one, other)]
            assert still[0] == still[1]
            for step in {0, one.poster, one.steps - 1}:
                moving = [
                    [mark for mark in scene.layers[-1].at(step) if getattr(mark, "role", "") != "ray"]
                    for scene in (one, other)
                ]
                assert moving[0] == moving[1]
            assert one.layers[-1].at(one.steps - 1) == other.layers[-1].at(one.steps - 1), (
                "in the last step all cells hide what is behind them"
            )


def test_without_it_nothing_grows_and_no_cell_is_pending():
    for view in PLANAR:
        scene = ca.animate(ca.Conv(4, 3), view=view).scene
        assert "pending" not in scene.roles() and not any(isinstance(layer, Accumulating) for layer in scene.layers)
        scene = ca.animate(ca.Conv(4, 3), view=view, reveal=True).scene
        assert "pending" in scene.roles() and any(isinstance(layer, Accumulating) for layer in scene.layers)


@pytest.mark.parametrize("given", [1, 0, None, "true", [True]])
def test_what_is_neither_true_nor_false_is_refused(given):
    assert refusal(lambda: ca.animate(ca.Conv(4, 3), reveal=given)) == f"reveal={given!r} is neither True nor False"


def other_growth(scene, at):
    return replace(
        scene,
        layers=tuple(
            Accumulating(at(layer.at), layer.roles) if isinstance(layer, Accumulating) else layer
            for layer in scene.layers
        ),
    )


@pytest.mark.parametrize("view", PLANAR)
def test_cells_that_come_late_early_twice_or_elsewhere_are_seen(view):
    op = ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1)
    scene, texts = revealed(op, view), whole_texts(op, view)
    assert growth_faults(Revealed(scene, view), op, texts) == []
    late = other_growth(scene, lambda at: lambda step: at(step - 1) if step else ())
    assert growth_faults(Revealed(late, view), op, texts)[:16] == list(range(16))
    with pytest.raises(AssertionError, match=r"overlap|two texts"):
        growth_faults(Revealed(other_growth(scene, lambda at: lambda step: (*at(step), *at(step))), view), op, texts)
    plain = other_growth(
        scene, lambda at: lambda step: (replace(at(step)[0], marks=at(0)[0].marks), *at(step)[1:])
    )  # none of output_padding
    assert set(growth_faults(Revealed(plain, view), op, texts)) >= {
        step for step in range(16) if step % 4 == 3 or step >= 12
    }
    silent = other_growth(scene, lambda at: lambda step: at(step)[:1])
    assert bool(growth_faults(Revealed(silent, view), op, texts)) == VIEWS[view].shows_values
    filled = replace(scene, layers=(Layer((*scene.layers[0].marks, *scene.layers[1].at(3))), *scene.layers[1:]))
    with pytest.raises(AssertionError, match=r"overlap|two texts"):
        growth_faults(Revealed(filled, view), op, texts)

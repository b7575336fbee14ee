"""The window in every step: which cells it covers and reads, which output cell is current, and which step stands for
all.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest

import convanim as ca
from convanim.scene import Layer, PerStep, Text
from convanim.themes.table import CLASSIC, CLEAR
from helpers.cases import PLANAR
from helpers.figures import draw
from helpers.operations import ODD, drawn_at_random, operations
from oracle.planes import BASES, Seen, unlike
from oracle.scenes import only, with_marks
from oracle.windows import STRENGTH, cells_of, meaning, meant_step


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_in_every_step_window_taps_current_cell_and_links_are_where_the_numbers_put_them(kind, view):
    linked = 0
    for op in operations(kind):
        shown = Seen(draw(op, view), view)
        assert shown.scene.steps == math.prod(op.output_size)
        for step in range(shown.scene.steps):
            meant = meant_step(op, step)
            assert not unlike(shown.step(step), meant), (op, step)
            linked += len(meant["copy_link"])
    assert (linked > 1000) == (kind == "conv")


@pytest.mark.parametrize("kind", ODD)
def test_the_taps_under_the_window_and_the_ground_under_them_are_those_of_the_steps(kind):
    for op in [*drawn_at_random(kind, 25), *ODD[kind]]:
        shown, cuts = Seen(draw(op, "flat"), "flat"), [axis.cut[0] for axis in meaning(op)]
        ground = {cell: role for role, cells in shown.still().items() if role in STRENGTH for cell in cells}
        flat = len(op.input_size) == 1  # a single row
        for step in op.steps:
            found = shown.step(step.index)
            places = [((0, *tap.padded) if flat else tap.padded, tap) for tap in step.taps]
            taps = {(r + cuts[0], q + cuts[1]): tap for (r, q), tap in places if tap.role != "overhang"}
            hang = [cell for cell, tap in places if tap.role == "overhang"]
            window = cells_of(range(*found["window"][:2]), range(*found["window"][2:]))
            assert found["tap"] == set(taps)
            assert all(cell in window and ground[cell] == "overhang" for cell in hang)
            assert found["current"] == {(0, *step.output) if flat else step.output}
            for cell, tap in taps.items():
                assert ground[cell].removeprefix("odd_") == tap.role
            assert {cell for cell, _ in found["copy_link"]} == {
                cell for cell, tap in taps.items() if tap.role == "copy"
            }


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_nothing_lies_outside_the_picture_in_any_step(kind, view):
    for op, theme in itertools.product([*drawn_at_random(kind, 30), *ODD[kind]], (CLASSIC, CLEAR)):
        shown = Seen(draw(op, view, theme), view)
        box = shown.scene.box
        for marks in (shown.marks, *map(shown.moving, range(shown.scene.steps))):
            for mark in marks:
                points = [mark.at] if isinstance(mark, Text) else [point for part in mark.parts for point in part]
                assert all(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height for x, y in points), (
                    op,
                    theme.name,
                    mark.role,
                )


@pytest.mark.parametrize("view", PLANAR)
def test_windows_of_one_shape_are_one_group_of_marks_that_is_drawn_once(view):
    for op in (
        ca.Conv(6, 3, stride=2, padding=1),
        ca.Pool(5, 2, ceil_mode=True),
        ca.AdaptivePool(5, 3),
        ca.AdaptivePool(8, 3),
    ):
        scene = draw(op, view)
        (moving,) = (layer for layer in scene.layers if isinstance(layer, PerStep))
        groups = [moving.at(step)[0] for step in range(scene.steps)]
        shapes = {
            (len(rows), len(columns)) for rows, columns in itertools.product(*(axis.taps for axis in meaning(op)))
        }
        assert len({id(group.marks) for group in groups}) == len(shapes)


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize(
    ("role", "keys"),
    [("tap", ["tap"]), ("window", ["window"]), ("current", ["current"]), ("copy_link", ["copy_link", "dots"])],
)
def test_what_moves_is_missed_where_it_is_a_cell_off(role, keys, view):
    op, step = ca.Conv((4, 5), 3, padding=1, padding_mode="circular"), 9
    scene = draw(op, view)
    assert not unlike(Seen(scene, view).step(step), meant_step(op, step))
    (_, down) = BASES[view]
    off = only(
        role,
        lambda mark: replace(
            mark, parts=tuple(tuple((x - down[0], y - down[1]) for x, y in part) for part in mark.parts)
        ),
    )
    assert unlike(Seen(with_marks(scene, off), view).step(step), meant_step(op, step)) == keys


def test_a_bias_stands_between_the_planes_and_in_the_description_and_zero_does_not():
    def texts(a):
        return [
            mark.text
            for layer in a.scene.layers
            if isinstance(layer, Layer)
            for mark in layer.marks
            if isinstance(mark, Text)
        ]

    op = ca.Conv(3, 3, padding=1, bias=True, ndim=1)
    for bias, word in ((0.5, "+0.5"), (-2, "\N{MINUS SIGN}2")):
        a = ca.animate(op, input=[1, 2, 3], kernel=[1, 0, 0], bias=[bias])
        assert texts(a).count(word) == 1 and f"is added {word.removeprefix('+')}, the bias" in a.scene.description
        assert (
            5
            < next(
                mark.at[0]
                for layer in a.scene.layers
                if isinstance(layer, Layer)
                for mark in layer.marks
                if isinstance(mark, Text) and mark.text == word
            )
            < 6
        )
    none = ca.animate(op, input=[1, 2, 3], kernel=[1, 0, 0])
    assert not any(text.startswith("+") for text in texts(none)) and "bias" not in none.scene.description
    exact = ca.animate(ca.Conv(3, 1, bias=True, ndim=1), input=[1, 2, 3], kernel=[1], bias=[0.125])
    assert texts(exact)[-3:] == ["1.125", "2.125", "3.125"]

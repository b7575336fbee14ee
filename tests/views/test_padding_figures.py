"""The figures of templates/padding.toml: each shows what its title says."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest

import convanim as ca
from oracle.planes import Seen, unlike
from oracle.scenes import number
from oracle.windows import NUMPY_MODES, cells_of, meant_step, meant_still

FIGURES = {name: one for name, one in ca.figures().items() if one.source == "padding.toml"}


def read_figure(name):
    """(the figure's operation, its scene read back, the input's texts, the output's texts)."""
    one = FIGURES[name]
    assert one.options["theme"] == "clear" and len(one.title) > 40
    view = one.options.get("view", "isometric")
    shown = Seen(one.animate(labels="none").scene, view)
    assert shown.scene.title == one.title
    numbers = [
        {cell: number(text) for cell, text in shown.texts(shown.marks, role, grid).items()}
        for role, grid in (("input_value", shown.below), ("output_value", shown.above))
    ]
    return one.op(), shown, *numbers


def windows(shown):
    """(first row, last row, first column, last column) of each step's window."""
    return [(a, b - 1, c, d - 1) for a, b, c, d in (shown.step(n)["window"] for n in range(shown.scene.steps))]


def bands(rows, columns, size):
    """The cells of these rows and these columns of a square."""
    return {(r, c) for r, c in cells_of(range(size), range(size)) if r in rows or c in columns}


def links_of(shown):
    return {link for step in range(shown.scene.steps) for link in shown.step(step)["copy_link"]}


def test_same_upper_strided_has_its_one_odd_row_and_column_at_the_end():
    op, shown, *_ = read_figure("same_upper_strided")
    still = shown.still()
    assert still["odd_padding"] == bands({6}, {6}, 7)
    assert not still["padding"] and not still["unread"]
    assert op.output_size == (3, 3)


def test_same_lower_strided_has_it_at_the_start_and_other_windows_of_the_same_sizes():
    op, shown, *_ = read_figure("same_lower_strided")
    other, upper, *_ = read_figure("same_upper_strided")
    assert shown.still()["odd_padding"] == bands({0}, {0}, 7)
    assert (op.input_size, op.kernel_size, op.stride, op.output_size) == (
        other.input_size,
        other.kernel_size,
        other.stride,
        other.output_size,
    )
    units = [sorted(one.still()["input"])[0] for one in (shown, upper)]
    assert units == [(1, 1), (0, 0)]
    for step in range(9):  # of the input, every window sees other cells
        one, two = (
            {(r - y, c - x) for r, c in which.step(step)["tap"]}
            for which, (y, x) in zip((shown, upper), units, strict=True)
        )
        assert one != two


def test_padding_1_strided_has_zeros_on_both_sides_and_never_reads_the_last_row_and_column():
    op, shown, *_ = read_figure("padding_1_strided")
    still = shown.still()
    assert still["padding"] == bands({0, 7}, {0, 7}, 8) and not still["odd_padding"]
    assert still["unread"] == bands({7}, {7}, 8)
    assert op.output_size == (3, 3)


def test_uncovered_cells_are_the_last_row_and_column_of_the_input():
    op, shown, *_ = read_figure("uncovered_cells")
    still = shown.still()
    assert still["unread"] == bands({5}, {5}, 6) <= still["input"]
    assert op.output_size == ((6 - 3) // 2 + 1,) * 2 == (2, 2)


def test_ceil_mode_has_last_windows_that_hang_over_and_take_the_maximum_of_what_is_there():
    _, shown, inputs, outputs = read_figure("ceil_mode")
    assert shown.still()["overhang"] == bands({5}, {5}, 6)
    assert windows(shown)[-1] == (4, 5, 4, 5) and shown.step(8)["tap"] == {(4, 4)}
    assert outputs == {
        (r, c): max(inputs[y, x] for y in range(2 * r, min(2 * r + 2, 5)) for x in range(2 * c, min(2 * c + 2, 5)))
        for r, c in cells_of(range(3), range(3))
    }


def test_ceil_mode_dropped_has_three_windows_and_leaves_only_padding_unread():
    op, shown, *_ = read_figure("ceil_mode_dropped")
    assert math.ceil((5 + 2 - 2) / 2) + 1 == 4 and op.output_size == (3, 3)
    still = shown.still()
    assert still["unread"] == bands({6}, {6}, 7) <= still["padding"]
    assert not still["overhang"] and 3 * 2 == 6 >= 5 + 1, (
        "a fourth window would start at 6, behind the input's cells 1 to 5"
    )


def test_count_include_pad_gives_4_in_the_corners_and_6_at_the_edges():
    _, shown, inputs, outputs = read_figure("count_include_pad")
    assert {outputs[cell] for cell in cells_of((0, 2), (0, 2))} == {4 * 9 / 9} == {4}
    assert {outputs[cell] for cell in ((0, 1), (1, 0), (1, 2), (2, 1))} == {6 * 9 / 9} == {6}
    assert outputs[1, 1] == 9
    assert Counter(inputs.values()) == {9: 25, 0: 24} and {inputs[cell] for cell in shown.still()["padding"]} == {0}


def test_count_exclude_pad_gives_9_everywhere_and_prints_nothing_in_the_padding():
    _, shown, inputs, outputs = read_figure("count_exclude_pad")
    assert set(outputs.values()) == {9} and len(outputs) == 9
    assert Counter(inputs.values()) == {9: 25} and set(inputs) == shown.still()["input"]
    assert len(shown.still()["padding"]) == 24


def test_max_pooling_pads_with_minus_infinity_and_stays_negative():
    _, shown, inputs, outputs = read_figure("max_pooling_padding")
    assert {inputs[cell] for cell in shown.still()["padding"]} == {-math.inf}
    assert max(outputs.values()) < 0 and outputs[0, 0] == -1 and outputs[2, 2] == -7


@pytest.mark.parametrize(("name", "pad"), [("reflect", 1), ("replicate", 2), ("circular", 1), ("symmetric", 1)])
def test_each_copy_has_the_value_that_numpy_pads_and_a_link_to_where_it_comes_from(name, pad):
    op, shown, inputs, outputs = read_figure(name)
    x = np.arange(1, 17).reshape(4, 4)
    assert op.padding_mode == name
    padded = np.pad(x, pad, NUMPY_MODES[name])
    assert inputs == {cell: padded[cell] for cell in np.ndindex(padded.shape)}
    still = shown.still()
    assert still["copy"] == set(np.ndindex(padded.shape)) - still["input"]
    links = links_of(shown)
    assert {start for start, _ in links} == still["copy"], "every copy is read, and has a link"
    assert all(end in still["input"] and inputs[start] == inputs[end] for start, end in links)
    assert outputs == {(r, c): padded[r + pad, c + 2 * pad] for r, c in cells_of(range(4), range(4))}, (
        "the kernel's one looks to the right"
    )


def test_reflect_leaves_out_the_last_cell_and_symmetric_repeats_it():
    for name, first in (
        ("reflect", [2, 1, 2]),
        ("symmetric", [1, 1, 2]),
        ("replicate", [1, 1, 1]),
        ("circular", [4, 1, 2]),
    ):
        _, shown, inputs, _ = read_figure(name)
        row = min(r for r, _ in shown.still()["input"])
        assert [inputs[row, c] for c in range(3)] == first


def test_circular_continues_on_the_other_side():
    _, shown, *_ = read_figure("circular")
    across = {(start, end) for start, end in links_of(shown) if start[0] == 2}
    assert across == {((2, 0), (2, 4)), ((2, 5), (2, 1))}


def test_causal_dilated_pads_at_the_start_alone_and_no_output_sees_later_cells():
    op, shown, inputs, outputs = read_figure("causal_dilated")
    assert op.pads == ((4, 0),) and op.output_size == op.input_size == (8,)
    assert shown.still()["odd_padding"] == {(0, c) for c in range(4)}
    for o in range(8):
        assert max(c for _, c in shown.step(o)["tap"]) == 4 + o
        assert outputs[0, o] == sum(inputs[0, c] for c in (o, o + 2, o + 4))


def test_output_padding_gives_back_the_last_row_and_column_of_those_that_padding_crops():
    op, shown, *_ = read_figure("output_padding")
    assert (3 - 1) * 2 + 3 == 7, "cells before any is cropped"
    assert op.output_size == (7 - 2 * 1 + 1,) * 2 == (6, 6)
    still = shown.still()
    assert still["output_padding"] == bands({5}, {5}, 6)
    assert still["cropped"] == {(-1, c) for c in range(-1, 6)} | {(r, -1) for r in range(6)}, (
        "none is cropped at the end"
    )
    x, w = np.arange(1, 10).reshape(3, 3), np.arange(1, 10).reshape(3, 3)
    given_back = ca.evaluate(op, x, w)[5]
    assert given_back.any(), "not zeros"
    assert (given_back == ca.evaluate(ca.ConvTranspose(3, 3, stride=2), x, w)[6, 1:]).all()


def seen_cells(shown):
    """How many input cells each output cell sees."""
    units = shown.still()["input"]
    return [len(shown.step(step)["tap"] & units) for step in range(shown.scene.steps)]


def test_transposed_k2_s2_has_outputs_that_see_one_input_cell_each():
    op, shown, *_ = read_figure("transposed_k2_s2")
    assert op.output_size == (6, 6) and seen_cells(shown) == [1] * 36


def test_transposed_k3_s2_has_outputs_that_see_1_2_and_4_input_cells_in_turn():
    op, shown, *_ = read_figure("transposed_k3_s2")
    counts = np.array(seen_cells(shown)).reshape(op.output_size)
    line = [1, 1, 2, 1, 2, 1, 1]
    assert (counts == np.outer(line, line)).all() and set(counts.ravel().tolist()) == {1, 2, 4}


def test_same_upper_transposed_crops_one_row_and_column_at_the_end_alone():
    op, shown, *_ = read_figure("same_upper_transposed")
    assert op.output_size == (6, 6)
    assert shown.still()["cropped"] == {(6, c) for c in range(7)} | {(r, 6) for r in range(6)}


def test_adaptive_pooling_has_windows_of_cells_0_to_1_then_1_to_3_then_3_to_4():
    _, shown, inputs, outputs = read_figure("adaptive_pooling")
    runs = [(0, 1), (1, 3), (3, 4)]
    assert windows(shown) == [(*rows, *columns) for rows, columns in itertools.product(runs, runs)]
    for (r, rows), (c, columns) in itertools.product(enumerate(runs), enumerate(runs)):
        mean = np.mean([inputs[y, x] for y in range(rows[0], rows[1] + 1) for x in range(columns[0], columns[1] + 1)])
        assert outputs[r, c] == pytest.approx(mean, abs=0.0501)


def test_every_figure_of_padding_toml_is_tested_here_and_shows_what_the_numbers_give():
    names = {name for name in FIGURES if any(name in text.__name__ for text in globals().values() if callable(text))}
    assert set(FIGURES) - names <= {"replicate", "max_pooling_padding"}, "a figure without a test that names it"
    for name, one in FIGURES.items():
        op, shown, *_ = read_figure(name)
        assert not unlike(shown.still(), meant_still(op)), name
        for step in range(shown.scene.steps):
            assert not unlike(shown.step(step), meant_step(op, step)), (name, step)
        assert one.op() == op

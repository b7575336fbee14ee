"""The flat view: its planes stand apart, and each number is the value at its place, clear of others."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.scene import Line, Polygon
from helpers.figures import draw
from helpers.operations import ODD, drawn_at_random, lines_of
from oracle.places import text_faults
from oracle.planes import Seen
from oracle.scenes import number, only, with_marks
from oracle.windows import meant_values


@pytest.mark.parametrize("kind", ODD)
def test_the_two_planes_of_the_flat_view_are_a_cell_apart_cropped_cells_and_overhang_included(kind):
    for op in [*drawn_at_random(kind, 40), *ODD[kind]]:
        shown = Seen(draw(op, "flat"), "flat")
        last, first = (
            [
                x
                for mark in shown.marks
                if isinstance(mark, Polygon | Line) and mark.role in roles
                for part in mark.parts
                for x, _ in part
            ]
            for roles in (("grid", "overhang"), ("output_grid", "cropped"))
        )
        assert min(first) - max(last) == pytest.approx(1), op


def value_faults(shown, op, x, w):
    """Texts that say another value than the one at their place, or stand where none should."""
    padded, w, results = meant_values(op, x, w)
    inputs = shown.texts(shown.marks, "input_value", shown.below)
    outputs = shown.texts(shown.marks, "output_value", shown.above)
    found = (
        []
        if {cell: number(text) for cell, text in inputs.items()}
        == {cell: v for cell, v in padded.items() if v is not None}
        else ["input"]
    )
    if set(outputs) != set(results) or any(
        abs(number(outputs[cell]) - v) > 0.0501 for cell, v in results.items() if math.isfinite(v)
    ):
        found.append("output")
    for step in range(shown.scene.steps):
        marks, place = shown.moving(step), shown.step(step)
        top, _, left, _ = place["window"]
        weights = {cell: number(text) for cell, text in shown.texts(marks, "kernel_value", shown.below).items()}
        meant = (
            {(top + j * d, left + i * e): w[j, i] for d, e in [(op.dilation * 2)[-2:]] for j, i in np.ndindex(w.shape)}
            if w is not None
            else {}
        )
        (current,) = place["current"]
        if weights != meant:
            found.append(f"kernel in step {step}")
        if shown.texts(marks, "output_value", shown.above) != {current: outputs.get(current)}:
            found.append(f"result in step {step}")
    return found


def given_values(op, rng):
    """An input and a kernel of whole numbers of one and two digits, with signs."""
    w = None if isinstance(op, ca.Pool | ca.AdaptivePool) else rng.integers(-3, 12, op.kernel_size)
    return rng.integers(-9, 30, op.input_size), w


@pytest.mark.parametrize("kind", ODD)
def test_every_number_of_the_flat_view_is_the_value_at_its_place(kind):
    rng = np.random.default_rng(7)
    for op in [*list(lines_of(kind))[::9], *drawn_at_random(kind, 40), *ODD[kind]]:
        x, w = given_values(op, rng)
        shown = Seen(draw(op, "flat", input=x, kernel=w), "flat")
        assert not value_faults(shown, op, x, w), op


def test_nothing_is_printed_where_nothing_counts():
    rng = np.random.default_rng(8)
    blank = 0
    for i, k, s, p in itertools.product((4, 5), (2, 3), (1, 2), (0, 1)):
        op = ca.Pool(i, k, stride=s, padding=p, mode="average", count_include_pad=False, ceil_mode=True)
        x, _ = given_values(op, rng)
        shown = Seen(draw(op, "flat", input=x), "flat")
        assert not value_faults(shown, op, x, None)
        texts = shown.texts(shown.marks, "input_value", shown.below)
        assert len(texts) == i * i
        blank += len(shown.still()["padding"])
    assert blank


NUMBERS = {
    "digits": ([1, 2, 3, 0], [1, 0, 2]),
    "two digits": ([10, 42, 7, 99], [1, 0, 2]),
    "signs": ([-1, 4, -38, 0], [-2, 1, 11]),
    "fractions": ([0.25, -1.125, 3, 117.5], [0.5, -0.333, 2]),
    "large": ([12345, -99999, 1, 2e7], [100, -1, 12]),
}


@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize("kind", ODD)
def test_every_number_stays_in_its_cell_and_clear_of_the_other_in_it(kind, numbers):
    x, w = NUMBERS[numbers]
    for op in [op for op in ODD[kind] if math.prod(op.output_size) < 40]:
        given = {"input": np.resize(x, op.input_size)} | (
            {} if kind in ("pool", "adaptive_pool") else {"kernel": np.resize(w, op.kernel_size)}
        )
        shown = Seen(draw(op, "flat", **given), "flat")
        for step in {0, shown.scene.poster, shown.scene.steps - 1}:
            assert not text_faults(shown, step), op


def test_another_value_a_missing_one_and_one_at_another_place_are_seen():
    op = ca.Conv(4, 3, padding=1)
    x, w = given_values(op, np.random.default_rng(3))
    scene = draw(op, "flat", input=x, kernel=w)
    assert value_faults(Seen(scene, "flat"), op, x, w) == []
    for role, fault in (("input_value", "input"), ("output_value", "output"), ("kernel_value", "kernel in step 0")):
        for change in (
            lambda mark: replace(mark, text="77"),
            lambda mark: replace(mark, at=(mark.at[0], mark.at[1] + 1)),
        ):
            assert fault in value_faults(Seen(with_marks(scene, only(role, change)), "flat"), op, x, w)
    assert "input" in value_faults(Seen(scene, "flat"), op, x + 1, w)
    assert "output" in value_faults(Seen(scene, "flat"), op, x, w[::-1])


def test_a_text_too_large_and_two_in_one_place_are_seen():
    op = ca.Conv(4, 3, padding=1)
    scene = draw(op, "flat", input=np.full((4, 4), 8), kernel=np.full((3, 3), 8))
    assert text_faults(Seen(scene, "flat"), 0) == []
    large = with_marks(scene, only("output_value", lambda mark: replace(mark, size=2.0, width=9.0)))
    assert ("leaves its cell", "256") in text_faults(Seen(large, "flat"), 0)
    close = with_marks(scene, only("kernel_value", lambda mark: replace(mark, at=(mark.at[0] - 0.2, mark.at[1] - 0.2))))
    assert ("meets", "8", "8") in text_faults(Seen(close, "flat"), 0)

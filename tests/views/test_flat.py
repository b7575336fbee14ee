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
from helpers.refusals import refusal
from oracle.places import text_faults
from oracle.planes import Seen
from oracle.scenes import number, only, with_marks
from oracle.windows import meant_values


def xs_of(marks, roles):
    return [
        x
        for mark in marks
        if isinstance(mark, Polygon | Line) and mark.role in roles
        for part in mark.parts
        for x, _ in part
    ]


@pytest.mark.parametrize("kind", ODD)
def test_the_planes_of_the_flat_view_are_a_cell_apart_cropped_cells_and_overhang_included(kind):
    for op in [*drawn_at_random(kind, 40), *ODD[kind]]:
        shown = Seen(draw(op, "flat"), "flat")
        last = max(xs_of(shown.marks, ("grid", "overhang", "input")))
        output = xs_of(shown.marks, ("output_grid", "cropped"))
        if shown.kernel is None:
            assert min(output) - last == pytest.approx(1), op
            continue
        kernel = xs_of(shown.marks, ("kernel",))
        assert min(output + kernel) - last == pytest.approx(1), op
        assert (min(output) + max(output)) == pytest.approx(min(kernel) + max(kernel)), "centred"


def shown_kernel(scene):
    """The kernel's own plane, row by row, and the rows between it and the output with its cropped cells."""
    shown = Seen(scene, "flat")
    texts = shown.texts(shown.marks, "kernel_value", shown.kernel)
    rows, columns = (max(cell[n] for cell in texts) + 1 for n in (0, 1))
    assert sorted(texts) == list(itertools.product(range(rows), range(columns)))
    cells = shown.kernel.covered(shown.parts(shown.marks, Polygon, "kernel"))
    assert set(cells) == set(texts)
    ys = [
        y
        for mark in shown.marks
        if isinstance(mark, Line) and mark.role in ("output_grid", "cropped")
        for part in mark.parts
        for _, y in part
    ]
    gap = min(ys) - (shown.kernel.origin[1] + rows)
    return [[number(texts[r, c]) for c in range(columns)] for r in range(rows)], gap


@pytest.mark.parametrize("kind", ["conv", "transpose"])
def test_the_kernels_own_plane_has_its_weights_as_they_meet_the_input_without_gaps(kind):
    rng = np.random.default_rng(9)
    for op in [*drawn_at_random(kind, 30), *ODD[kind]]:
        x, w = given_values(op, rng)
        _, met, _ = meant_values(op, x, w)
        weights, gap = shown_kernel(draw(op, "flat", input=x, kernel=w))
        assert weights == met.tolist() and gap == pytest.approx(1), op


def test_another_weight_in_the_kernels_plane_is_seen():
    op, x, w = ca.Conv(4, 2), np.arange(16).reshape(4, 4), np.array([[1, 2], [3, 4]])
    scene = draw(op, "flat", input=x, kernel=w)
    assert shown_kernel(scene)[0] == w.tolist()
    assert shown_kernel(draw(op, "flat", input=x, kernel=w.T))[0] != w.tolist()


def test_the_kernels_plane_is_there_where_it_is_wanted_and_a_kernel_has_weights():
    def seen(op, **look):
        return "kernel" in ca.animate(op, view="flat", labels="none", **look).scene.roles()

    conv, pool = ca.Conv(5, 3), ca.Pool(4, 2)
    assert [seen(conv, theme=theme) for theme in ca.THEMES] == [theme != "classic" for theme in ca.THEMES]
    assert seen(conv, show_kernel=True) and not seen(conv, theme="clear", show_kernel=False)
    assert seen(conv, theme="clear", symbols=True) and not seen(pool, theme="clear")
    assert ca.animate(conv, show_kernel=True).scene.roles() >= {"kernel", "input_value"}, "the view that has the plane"
    assert "kernel" not in ca.animate(conv, show_kernel=False, theme="clear").scene.roles()
    assert "max pooling has no weights to show" in refusal(lambda: ca.animate(pool, show_kernel=True))
    assert "take view='flat'" in refusal(lambda: ca.animate(conv, view="line", show_kernel=True))


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
        for step in {0, shown.scene.steps - 1}:
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

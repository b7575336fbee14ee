"""Values whose squares float64 can't hold, and arrays with masked values."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

import convanim as ca
from convanim.geometry import Conv, Pool
from convanim.numeric.evaluation import evaluate
from helpers.refusals import refusal


def test_a_root_of_squares_that_float64_cant_hold_is_that_of_exact_fractions_window_by_window():
    pool = Pool((3,), (3,), mode="l2")
    assert evaluate(pool, [1e-200, 0, 0]).tolist() == [1e-200] and evaluate(pool, [1e200, 0, 0]).tolist() == [1e200]
    assert evaluate(pool, [0, 0, 0]).tolist() == [0] and evaluate(pool, [0, -5e-324, 0]).tolist() == [5e-324]
    rng = np.random.default_rng(9)
    for _ in range(200):
        x = rng.normal(size=8) * 10.0 ** rng.integers(-300, 300, 8)
        ours = evaluate(Pool((8,), (3,), stride=1, padding=1, mode="l2"), x)
        for o, value in enumerate(ours):
            squares = sum(Fraction(float(v)) ** 2 for v in x[max(o - 1, 0) : o + 2])
            # one part in 10**24 is far less than a float's last digit
            exact = Fraction(math.isqrt(int(squares * 10**1400)), 10**700)
            assert abs(Fraction(float(value)) - exact) <= exact / 10**15


ROW = [1.0, 2.0, 3.0]
MASKED = np.ma.array(ROW, mask=[False, True, False])


@pytest.mark.parametrize("name", ["input", "kernel", "bias"])
@pytest.mark.parametrize("wrapped", [lambda row: row, list, lambda row: [list(row)][0], lambda row: tuple(row)])
def test_masked_values_are_refused_in_one_line(name, wrapped):
    op = Conv((3,), (3,), out_channels=3, bias=True)
    given = {"input": ROW, "kernel": np.ones((3, 1, 3)), "bias": ROW}
    bad = {"input": MASKED, "kernel": [[MASKED], [ROW], [ROW]], "bias": MASKED}[name]
    text = refusal(lambda: evaluate(op, **{**given, name: wrapped(bad)}))
    assert text.startswith(f"{name} is a masked array") and f"{name}.filled(0)" in text


def test_masked_values_are_refused_in_rows_and_in_figures_and_unmasked_arrays_are_numbers():
    two = Conv((2, 3), (1, 1))
    rows = [MASKED, np.array(ROW)]
    assert "masked array" in refusal(lambda: evaluate(two, rows, [[1]]))
    assert "masked array" in refusal(lambda: ca.animate(two, view="flat", input=rows))
    assert "masked array" in refusal(lambda: evaluate(Pool((3,), (1,)), np.ma.masked_greater(ROW, 2)))
    assert evaluate(Conv((3,), (1,)), np.ma.array(ROW), [1]).tolist() == ROW
    endless = []
    endless.append(endless)
    assert refusal(lambda: evaluate(two, endless, [[1]])).startswith("input holds itself")

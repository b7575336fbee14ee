"""The printed size formula of every small operation is true, as arithmetic that is written here reads it."""

from __future__ import annotations

import itertools
import re

import pytest

from convanim.geometry import AdaptivePool, Conv, ConvTranspose, Pool
from convanim.text.formula import full_formula
from helpers.cases import ALL
from oracle.expressions import assert_balanced, assert_says, worked_out


def test_the_printed_formula_of_every_small_convolution_is_true_and_gives_its_output_size():
    for i, k, s, p, d in ALL:
        if i + 2 * p > d * (k - 1):
            op = Conv((i,), (k,), stride=s, padding=p, dilation=d)
            text = full_formula(op, 0)
            assert_balanced(text)
            assert text.endswith(f" = {op.output_size[0]}") and text.startswith(
                f"floor(({i} + 2*{p} - {d}*({k} - 1) - 1) / {s})"
            )


def test_the_printed_formula_of_every_small_transposed_convolution_is_true_and_gives_its_output_size():
    for i, k, s, p, d in ALL:
        for extra in range(max(s, d)):
            if (i - 1) * s - 2 * p + d * (k - 1) + extra + 1 > 0:
                op = ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra)
                text = full_formula(op, 0)
                assert_balanced(text)
                assert text == f"({i} - 1)*{s} - 2*{p} + {d}*({k} - 1) + {extra} + 1 = {op.output_size[0]}"


def test_the_printed_formula_of_an_asymmetric_padding_is_true_on_every_axis():
    for p0, p1 in itertools.product(range(4), repeat=2):
        for op in (
            Conv((7, 5), (3, 2), stride=2, padding=((p0, p1), (p1, 0))),
            Pool((9, 9), 7, stride=2, padding=((p0, p1), (p1, 0))),
            ConvTranspose((5, 4), (3, 4), stride=2, padding=((p0, p1), (p1, 0)), output_padding=(1, 0)),
        ):
            for axis in (0, 1):
                assert_balanced(full_formula(op, axis))
                assert full_formula(op, axis).endswith(f" = {op.output_size[axis]}")
    assert full_formula(Conv((7,), 3, padding=[(1, 2)]), 0) == "floor((7 + 1 + 2 - 1*(3 - 1) - 1) / 1) + 1 = 8"
    assert full_formula(ConvTranspose((7,), 3, padding=[(1, 2)]), 0) == "(7 - 1)*1 - 1 - 2 + 1*(3 - 1) + 0 + 1 = 6"


def test_the_check_of_formulas_can_fail():
    with pytest.raises(AssertionError):
        assert_balanced("floor((5 + 2*1 - 1*(3 - 1) - 1) / 2) + 1 = 4")
    with pytest.raises(AssertionError):
        assert_balanced("some words = 4")
    assert_balanced("floor((5 + 2*1 - 1*(3 - 1) - 1) / 2) + 1 = 3")


def test_the_reader_of_expressions_reads_them_as_arithmetic_does_and_sees_a_false_one():
    assert worked_out("floor((5 + 2*1 - 1*(3 - 1) - 1) / 2) + 1") == 3 and worked_out("ceil(7/2)*2 - 1 - 2") == 5
    assert (
        worked_out("ceil((o + 1)*5/3)", o=1) == 4
        and worked_out("1,000*2 - 1 (it would start beyond the input)") == 1999
    )
    for text in ("floor(3/2) = 2", "ceil(3/2) = 1", "(5 - 1)*2 - 1 - 2 = 7", "2*3 = 7"):
        with pytest.raises(AssertionError):
            assert_says(text, int(text[-1]))
    with pytest.raises(AssertionError):
        worked_out("2 + 3 ?")
    assert_says("ceil(3/2) = 2", 2)


def window_of(k, d):
    return len(range(d * (k - 1) + 1))


def test_the_printed_formula_of_every_small_pooling_with_ceil_mode_is_true():
    dropped = 0
    for i, k, s, (p0, p1), d in itertools.product(
        range(1, 7), range(1, 4), range(1, 5), itertools.product(range(3), repeat=2), (1, 2)
    ):
        starts = [start for start in range(0, i + p0 + p1, s) if start + window_of(k, d) <= i + p0 + p1]
        if max(p0, p1) < window_of(k, d) and starts:
            op = Pool((i,), (k,), stride=s, dilation=d, padding=[(p0, p1)], ceil_mode=True)
            text = full_formula(op, 0)
            assert_says(text, op.output_size[0])
            assert text.startswith(f"ceil(({i} + ") and str(k) in text
            dropped += "it would start beyond the input" in text
            assert_says(full_formula(Pool((i,), (k,), stride=s, dilation=d, padding=[(p0, p1)]), 0), len(starts))
    assert dropped > 30
    assert full_formula(Pool((6,), 3, stride=2, ceil_mode=True), 0) == "ceil((6 + 2*0 - 1*(3 - 1) - 1) / 2) + 1 = 3"
    assert (
        full_formula(Pool((5,), 2, padding=1, ceil_mode=True), 0)
        == "ceil((5 + 2*1 - 1*(2 - 1) - 1) / 2) + 1 - 1 (it would start beyond the input) = 3"
    )


def test_the_printed_formula_of_paddings_by_name_is_true():
    for i, k, s, padding in itertools.product(
        range(1, 8), range(1, 5), range(1, 4), ("same_upper", "same_lower", "full", "half", "causal", "valid")
    ):
        if padding == "valid" and i < k:
            continue
        for op in (Conv((i,), (k,), stride=s, padding=padding), Pool((i,), (k,), stride=s, padding=padding)):
            assert_says(full_formula(op, 0), op.output_size[0])
        if padding.startswith("same") and s <= k:
            assert_says(full_formula(ConvTranspose((i,), (k,), stride=s, padding=padding), 0), i * s)


def test_the_printed_windows_of_adaptive_pooling_are_those_of_the_operation():
    for i, n in itertools.product(range(1, 12), repeat=2):
        pool = AdaptivePool((i,), (n,))
        count, first, last = re.fullmatch(
            rf"(\d+) windows over {i}: from (.+) up to (.+)", full_formula(pool, 0)
        ).groups()
        assert int(count) == len(pool.steps) == n
        for step in pool.steps:
            (o,) = step.output
            assert [tap.source[0] for tap in step.taps] == list(
                range(int(worked_out(first, o=o)), int(worked_out(last, o=o)))
            )

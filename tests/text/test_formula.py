"""The printed size formula of every small operation is true, as arithmetic that is written here reads it."""

from __future__ import annotations

import html
import itertools
import re

import pytest

import convanim as ca
from convanim.geometry import OPERATIONS, AdaptivePool, Conv, ConvTranspose, Pool
from convanim.text import describe
from convanim.text.formula import number_formula
from convanim.text.lang import language
from helpers.cases import ALL
from helpers.operations import drawn_at_random
from oracle.expressions import assert_balanced, assert_says, worked_out
from oracle.scenes import leaves, marks_of

AT_END = " (added at the end)"


def printed(op, axis):
    """The formula with its numbers, in the signs of a keyboard."""
    return number_formula(op, axis, language("en")).replace("·", "*").replace("−", "-")


def test_the_printed_formula_of_every_small_convolution_is_true_and_gives_its_output_size():
    for i, k, s, p, d in ALL:
        if i + 2 * p > d * (k - 1):
            op = Conv((i,), (k,), stride=s, padding=p, dilation=d)
            text = printed(op, 0)
            assert_balanced(text)
            window = f"({d}*({k} - 1) + 1)" if d > 1 else k
            assert text == f"floor(({i} + 2*{p} - {window})/{s}) + 1 = {op.output_size[0]}"


def test_the_printed_formula_of_every_small_transposed_convolution_is_true_and_gives_its_output_size():
    for i, k, s, p, d in ALL:
        for extra in range(max(s, d)):
            if (i - 1) * s - 2 * p + d * (k - 1) + extra + 1 > 0:
                op = ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra)
                text = printed(op, 0)
                assert_says(text, op.output_size[0])
                window, more = (f"{d}*({k} - 1) + 1" if d > 1 else k), (f" + {extra}{AT_END}" if extra else "")
                assert text == f"({i} - 1)*{s} - 2*{p} + {window}{more} = {op.output_size[0]}"


def test_the_printed_formula_of_an_asymmetric_padding_is_true_on_every_axis():
    for p0, p1 in itertools.product(range(4), repeat=2):
        for op in (
            Conv((7, 5), (3, 2), stride=2, padding=((p0, p1), (p1, 0))),
            Pool((9, 9), 7, stride=2, padding=((p0, p1), (p1, 0))),
            ConvTranspose((5, 4), (3, 4), stride=2, padding=((p0, p1), (p1, 0)), output_padding=(1, 0)),
        ):
            for axis in (0, 1):
                assert_says(printed(op, axis), op.output_size[axis])
                assert printed(op, axis).endswith(f" = {op.output_size[axis]}")
    assert printed(Conv((7,), 3, padding=[(1, 2)]), 0) == "floor((7 + 1 + 2 - 3)/1) + 1 = 8"
    assert printed(ConvTranspose((7,), 3, padding=[(1, 2)]), 0) == "(7 - 1)*1 - 1 - 2 + 3 = 6"


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
            text = printed(op, 0)
            assert_says(text, op.output_size[0])
            assert text.startswith(f"ceil(({i} + ") and str(k) in text
            dropped += "it would start beyond the input" in text
            assert_says(printed(Pool((i,), (k,), stride=s, dilation=d, padding=[(p0, p1)]), 0), len(starts))
    assert dropped > 30
    assert printed(Pool((6,), 3, stride=2, ceil_mode=True), 0) == "ceil((6 + 2*0 - 3)/2) + 1 = 3"
    assert (
        printed(Pool((5,), 2, padding=1, ceil_mode=True), 0)
        == "ceil((5 + 2*1 - 2)/2) + 1 - 1 (it would start beyond the input) = 3"
    )


def test_the_printed_formula_of_paddings_by_name_is_true():
    for i, k, s, padding in itertools.product(
        range(1, 8), range(1, 5), range(1, 4), ("same_upper", "same_lower", "full", "half", "causal", "valid")
    ):
        if padding == "valid" and i < k:
            continue
        for op in (Conv((i,), (k,), stride=s, padding=padding), Pool((i,), (k,), stride=s, padding=padding)):
            assert_says(printed(op, 0), op.output_size[0])
        if padding.startswith("same") and s <= k:
            assert_says(printed(ConvTranspose((i,), (k,), stride=s, padding=padding), 0), i * s)


def test_the_printed_windows_of_adaptive_pooling_are_those_of_the_operation():
    for i, n in itertools.product(range(1, 12), repeat=2):
        pool = AdaptivePool((i,), (n,))
        count, first, last = re.fullmatch(
            r"window n of (\d+) reads cells (.+) to (.+), n = 0, 1, …", printed(pool, 0)
        ).groups()
        assert int(count) == len(pool.steps) == n
        for step in pool.steps:
            (o,) = step.output
            assert [tap.source[0] for tap in step.taps] == list(
                range(int(worked_out(first, n=o)), int(worked_out(last, n=o)) + 1)
            )


def disagreeing(op, shown):
    """The ways out, of those of a figure of the operation `shown`, that don't say the formulas of `op`."""
    formulas = [text.replace(" ", "") for name, text in describe.facts(op) if name in ("height", "width")]
    a = ca.animate(shown, labels="formula", theme="clear", dpi=60)
    label = "".join(mark.text for mark in leaves(marks_of(a.scene, 0)) if mark.role == "label")
    page = "".join(re.findall(r'<p class="formula[^"]*">(.*?)</p>', a.html()))
    ways = {"label": label, "page": html.unescape(page), "figure": "".join(a.formula)}
    return [way for way, text in ways.items() if not all(one in text.replace(" ", "") for one in formulas)]


@pytest.mark.parametrize("kind", OPERATIONS)
def test_a_figure_its_label_its_page_and_info_have_one_formula(kind):
    for op in drawn_at_random(kind, 12):
        assert not disagreeing(op, op), op


def test_another_formula_is_seen_everywhere():
    assert disagreeing(Conv(5, 3), Conv(5, 2)) == ["label", "page", "figure"]

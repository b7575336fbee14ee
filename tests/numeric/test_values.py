"""The values of a figure."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np

import convanim.numeric.evaluation as evaluation
from convanim import Conv, ConvTranspose, Pool, animate, evaluate, unrolled
from convanim.errors import ConvanimError
from convanim.numeric import divisors, meetings, values
from convanim.numeric.arrays import finite
from convanim.numeric.given import given as read
from convanim.numeric.legacy_random import RandomState
from helpers.operations import drawn_at_random, lines_of
from helpers.refusals import refusal
from oracle.arrays import by_scipy

KINDS = ("conv", "transpose", "pool", "adaptive")


def _hollow(op):
    """Whether it is an average over nothing."""
    try:
        divisors(op)
    except ConvanimError:
        return True
    return False


def test_the_values_of_a_figure_are_drawn_from_the_legacy_generator():
    conv = Conv(5, 3, stride=2, padding=1)
    for seed in (1234, 0, 2**32 - 1):
        state = np.random.RandomState(seed)
        x = state.randint(0, 4, (5, 5))
        w = state.randint(0, 3, (3, 3))
        drawn = values(conv, seed=seed)
        assert drawn.input == tuple(x.ravel().tolist())
        assert drawn.kernel == tuple(w.ravel().tolist())
        assert drawn.output == tuple(by_scipy(x, w, (2, 2), [(1, 1)] * 2, (1, 1)).ravel().tolist())
    assert values(conv).input == values(conv, seed=np.int64(1234)).input
    assert values(conv, seed=1).input != values(conv, seed=2).input


def test_the_values_of_a_figure_are_those_given():
    x, w = np.arange(25).reshape(5, 5), np.eye(3)
    given = values(Conv(5, 3), input=x, kernel=w)
    assert given.input == tuple(x.ravel().tolist())
    assert given.kernel == tuple(w.ravel().tolist())
    assert given.whole and not values(Conv(5, 3), kernel=w / 2).whole and not values(Conv(5, 3), input=x / 2).whole
    assert values(Conv(5, 3), kernel=w).input == values(Conv(5, 3)).input
    assert values(Conv(5, 3), input=x).kernel == values(Conv(5, 3)).kernel
    assert values(Conv(5, 3)).flipped is False and values(ConvTranspose(5, 3)).flipped is True
    pool = values(Pool(4, 2))
    assert pool.kernel is None and pool.padding == -math.inf and values(Pool(4, 2, mode="average")).padding == 0


def test_the_output_is_the_exact_sum_of_the_decimals_that_are_given():
    noisy = [([0.1, 0.2, 0.3], [1, 1, -1], 0), ([0.2, 0.3, 0.3], [1, -2, 1], Fraction(-1, 10))]
    for x, w, exact in [*noisy, ([0.3, 0.1, -0.4], [1, 1, 1], 0), ([1e-9, 1, 2], [1, 0, 0], Fraction(1, 10**9))]:
        shown = values(Conv((3,), 3), input=x, kernel=w)
        assert shown.exact == (exact,) and shown.output[0] == float(exact)
    assert evaluate(Conv((3,), 3), *noisy[0][:2])[0] != 0, "what rounding leaves"


def test_numbers_of_all_magnitudes_are_added_up_exactly():
    for x, exact in (
        ([1e15, 1.0, -1e15], 1),
        ([1e17, 1.0, -1e17], 1),
        ([1e300, 1e-300, -1e300], Fraction(1, 10**300)),
        ([10**13, 1, 0], 10**13 + 1),
        ([2**62, 2**62, 1], 2**63 + 1),
        ([2.0**70, -3, 0], 1180591620717411300000 - 3),  # the digits that Python writes
    ):
        shown = values(Conv((3,), 3), input=x, kernel=[1, 1, 1])
        assert shown.exact == (exact,) and float(shown.output[0]) == float(exact)
    biased = values(Conv((2,), 2, bias=True), input=[1e16, 0.25], kernel=[1, 1e-3], bias=-1e16)
    assert biased.exact == (Fraction(1, 4000),)


def test_averages_are_fractions_and_roots_are_exact_where_they_end():
    mean = values(Pool((4,), 3, stride=1, mode="average"), input=[0.1, 0.2, 0.4, 0.5])
    assert mean.exact == (
        Fraction(7, 30),
        Fraction(11, 30),
    )
    root = values(Pool((4,), 2, stride=2, mode="l2"), input=[0.3, 0.4, 1, 1])
    assert (
        root.exact[0] == Fraction(1, 2) and abs(root.exact[1] ** 2 - 2) < Fraction(1, 10**49) != root.exact[1] ** 2 - 2
    )
    near = values(Pool((2,), 2, mode="l2"), input=[1, 1e-60]).exact[0]
    assert near != 1 and float(near) == 1.0, "no root that has no end is a number that ends"
    assert values(Pool((2,), 2, padding=1), input=[0.1, 0.2]).exact == (
        Fraction(1, 10),
        Fraction(1, 5),
    )


# --- plain Python and arrays: each is the other's oracle

SOME = [op for kind in KINDS for op in (*[*lines_of(kind)][::9], *drawn_at_random(kind, 12)) if not _hollow(op)]


def test_figures_have_the_numbers_that_arrays_give():
    for op in SOME:
        shown = values(op, **({"bias": [2]} if op.bias else {}))
        kernel = None if shown.kernel is None else np.reshape(shown.kernel, op.kernel_size)
        theirs = evaluate(op, np.reshape(shown.input, op.input_size), kernel, [2] if op.bias else None)
        np.testing.assert_allclose(shown.output, theirs.ravel(), rtol=1e-13)
    assert len(SOME) > 200


def test_meetings_and_divisors_are_those_of_arrays():
    for op in SOME:
        assert divisors(op) == evaluation.divisors(op).ravel().tolist()
        if op.linear:
            met = [(row, i, k) for row, met in enumerate(meetings(op)) for k, i in met]
            matrix = unrolled(op)
            assert sorted(met) == sorted(zip(*map(np.ndarray.tolist, (matrix.rows, matrix.columns, matrix.kernel))))


def test_the_legacy_generator_is_numpys():
    for seed in (0, 1, 1234, 2**32 - 1, *range(500, 540)):
        ours, theirs = RandomState(seed), np.random.RandomState(seed)
        for high, count in ((4, 25), (3, 9), (4, 700), (3, 1300), (1, 3), (9, 40)):
            assert ours.randint(high, count) == theirs.randint(0, high, count).tolist(), seed
    assert RandomState(1).randint(4, 50) != RandomState(2).randint(4, 50)


def test_lists_are_read_as_numpy_reads_them():
    for given, shape in (
        ([True, 2], (2,)),
        ([1.5, 2.5], (2,)),
        ([[1, 2], [3, 4]], (2, 2)),
        ((1, [2][0]), (2,)),
        ([2**63 - 1, -(2**63)], (2,)),
        ([], (0,)),
        (3, ()),
        ([[], []], (2, 0)),
        (np.zeros((0, 3), np.float32), (2,)),
        (np.arange(6, dtype=np.uint64).reshape(2, 3)[:, ::2], (2, 2)),
    ):
        theirs = finite("x", given, shape)
        found = read("x", given, shape)
        assert found == (theirs.shape, theirs.ravel().tolist())
        assert list(map(type, found[1])) == list(map(type, theirs.ravel().tolist()))
    for wrong in (
        [[1, 2], [3]], [1, [2]], ["1"], [math.nan], [1, math.inf], [None], "12", [1, 2j],
        np.array([[1], [2, 3]], object), np.ma.masked_array([1, 2], [0, 1]), np.array([1, np.inf], np.float32),
    ):  # fmt: skip
        assert refusal(lambda wrong=wrong: read("x", wrong, (2,))) == refusal(
            lambda wrong=wrong: finite("x", wrong, (2,))
        )


def test_each_number_of_a_figure_is_the_one_that_is_given():
    large, single, half = 2**53 + 1, np.float32, np.float16
    for given, numbers in (
        ([1, True, 2.5], [1, 1, 2.5]),
        ([large, 0.5], [large, 0.5]),
        ([np.int64(large), 0.5], [large, 0.5]),
        ([[large], [np.float64(0.5)]], [large, 0.5]),
        ([2**70 + 1, -(10**40)], [2**70 + 1, -(10**40)]),
        (np.array([2**64 - 1, 1], np.uint64), [2**64 - 1, 1]),
        (np.array([2**70 + 1, 0.5], object), [2**70 + 1, 0.5]),
        (np.array([0.1, -2.5e-7, 3], single), [0.1, -2.5e-7, 3.0]),
        (np.array([[0.1, 1e-5], [-0.3, 2048]], half), [0.1, 1e-5, -0.3, 2048.0]),
        ([single(0.1), 0.2, half(0.3)], [0.1, 0.2, 0.3]),
        ([np.array([0.1], single), np.array([0.2])], [0.1, 0.2]),
        (memoryview(np.array([0.1, 0.7], single)), [0.1, 0.7]),
        (single(0.1), [0.1]),
        ([Fraction(1, 4), Decimal("0.1"), Decimal(10**30), Fraction(large)], [0.25, 0.1, 10**30, large]),
    ):
        found = read("x", given, (2,))[1]
        assert found == numbers and list(map(type, found)) == list(map(type, numbers)), given


def test_fractions_and_numbers_that_no_float_can_hold_are_refused():
    for wrong, told in (
        ([0, Fraction(1, 3)], "Fraction(1, 3) at (1,)"),
        ([Decimal("0.12345678901234567891")], "Decimal('0.12345678901234567891') at (0,)"),
        ([Decimal("1e-999999999")], "a float can hold"),
        ([[1, 10**400]], "(0, 1) that is too large"),
        ([Fraction(10**400, 3)], "(0,) that is too large"),
        ([Decimal("sNaN")], "sNaN at (0,): every value must be a finite number"),
        ([Decimal("-Infinity")], "-Infinity at (0,): every value must be a finite number"),
    ):
        assert told in refusal(lambda wrong=wrong: read("x", wrong, (2,)))


def test_sums_are_those_of_the_numbers_that_are_seen():
    def summed(x, w, **bias):
        return values(Conv((2,), 2, bias=bool(bias)), input=x, kernel=w, **bias)

    single = np.float32
    assert summed(np.array([0.1, 0.25], single), [1, 1]).exact == (Fraction(35, 100),)
    assert summed([1, 1], np.array([0.1, 0.2], single)).exact == (Fraction(3, 10),)
    assert summed([2**53 + 1, 0.5], [1, 1]).exact == (2**53 + Fraction(3, 2),)
    assert summed([2**70, 2.0**70], [1, -1]).exact == (2**70 - 1180591620717411300000,), "digits that Python writes"
    assert summed([10**40 + 1, 0.5], [1, 2]).exact == (10**40 + 2,)
    biased = summed([0, 0.25], [1, 1], bias=2**53 + 1)
    assert biased.exact == (2**53 + Fraction(5, 4),) and biased.bias == 2**53 + 1
    assert summed([0, 0], [1, 1], bias=np.array([0.1], single)).bias == 0.1
    pool = values(Pool((2,), 2, mode="max"), input=[2**53, 2**53 + 1])
    assert pool.exact == pool.output == (2**53 + 1,)
    assert animate(Conv((2,), 2), view="line", labels="sum", kernel=[1, 1], input=np.array([0.1, 0.25], single)).svg(
        0
    ) == animate(Conv((2,), 2), view="line", labels="sum", kernel=[1, 1], input=[0.1, 0.25]).svg(0)

"""Values against scipy's correlation, against stamping, and against numpy's windows; none shares code with the package."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from scipy.signal import correlate

from convanim import Conv, ConvanimError, ConvTranspose, Pool, evaluate, unrolled
from convanim.numeric import numbers, values
from helpers.cases import random_cases
from helpers.refusals import refusal

I, K, S, P, D = range(1, 8), range(1, 5), range(1, 4), range(4), range(1, 4)  # noqa: E741 - the guide's letters
ALL = list(itertools.product(I, K, S, P, D))
VALID = [(i, k, s, p, d) for i, k, s, p, d in ALL if i + 2 * p > d * (k - 1)]


# --- oracles


def stuffed(w, dilation):
    """The kernel with zeros between its cells."""
    out = np.zeros([d * (k - 1) + 1 for k, d in zip(w.shape, dilation, strict=True)], w.dtype)
    out[tuple(slice(None, None, d) for d in dilation)] = w
    return out


def by_scipy(x, w, stride, pads, dilation):
    full = correlate(np.pad(x, pads), stuffed(w, dilation), mode="valid", method="direct")
    return full[tuple(slice(None, None, s) for s in stride)]


def by_stamping(x, w, stride, pads, dilation, extra):
    """Every input cell stamps the kernel times its value; then the padding is cropped."""
    rows = list(zip(x.shape, w.shape, stride, dilation, extra, strict=True))
    full = np.zeros([(i - 1) * s + d * (k - 1) + 1 + e for i, k, s, d, e in rows], np.result_type(x, w))
    for cell in np.ndindex(x.shape):
        spot = tuple(slice(c * s, c * s + d * (k - 1) + 1, d) for c, (_, k, s, d, _) in zip(cell, rows, strict=True))
        full[spot] += x[cell] * w
    return full[tuple(slice(p0, n - p1) for n, (p0, p1) in zip(full.shape, pads, strict=True))]


def by_windows(x, kernel, stride, pads, dilation, mode):
    padded = np.pad(x.astype(float), pads, constant_values=-np.inf if mode == "max" else 0)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach)
    windows = windows[tuple(slice(None, None, s) for s in stride) + tuple(slice(None, None, d) for d in dilation)]
    axes = tuple(range(x.ndim, 2 * x.ndim))
    return windows.max(axes) if mode == "max" else windows.sum(axes) / math.prod(kernel)


def assert_exactly(ours, theirs):
    """Same kind of number, same shape, every value equal."""
    assert ours.dtype.kind == theirs.dtype.kind, (ours.dtype, theirs.dtype)
    assert ours.shape == theirs.shape
    assert (ours == theirs).all()


def assert_close(ours, theirs):
    assert ours.dtype == np.float64 and ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def whole(rng, shape):
    return rng.integers(-9, 10, shape)


def transposed_size(i, k, s, p, d, extra):
    return (i - 1) * s - 2 * p + d * (k - 1) + extra + 1


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def test_the_comparisons_of_arrays_can_fail():
    one = np.array([[1, 2], [3, 4]])
    for other in (one + np.array([[0, 0], [0, 1]]), one.astype(float), one[:1], one.ravel()):
        with pytest.raises(AssertionError):
            assert_exactly(one, other)
    for other in (one * (1 + 1e-10), one[:1]):
        with pytest.raises(AssertionError):
            assert_close(one.astype(float), other)
    assert_exactly(one, one.copy())


def test_the_oracles_agree_with_numbers_worked_by_hand():
    x, w = np.array([1, 2, 3]), np.array([10, 1])
    assert by_scipy(x, w, (1,), [(1, 0)], (1,)).tolist() == [1, 12, 23]
    assert by_scipy(x, w, (1,), [(0, 0)], (2,)).tolist() == [13]
    assert by_stamping(x, w, (2,), [(1, 0)], (1,), (1,)).tolist() == [1, 20, 2, 30, 3, 0]
    assert by_windows(x, (2,), (1,), [(1, 0)], (1,), "max").tolist() == [1, 2, 3]
    assert by_windows(x, (2,), (1,), [(1, 0)], (1,), "average").tolist() == [0.5, 1.5, 2.5]


# --- values


def test_every_small_convolution_equals_scipys_correlation(rng):
    for i, k, s, p, d in VALID:
        x, w = whole(rng, i), whole(rng, k)
        assert_exactly(
            evaluate(Conv((i,), (k,), stride=s, padding=p, dilation=d), x, w), by_scipy(x, w, (s,), [(p, p)], (d,))
        )


def test_every_small_square_convolution_equals_scipys_correlation(rng):
    for i, k, s, p, d in VALID[::3]:
        x, w = whole(rng, (i, i)), whole(rng, (k, k))
        ours = evaluate(Conv(i, k, stride=s, padding=p, dilation=d), x, w)
        assert_exactly(ours, by_scipy(x, w, (s, s), [(p, p)] * 2, (d, d)))


def test_every_small_transposed_convolution_equals_stamping(rng):
    for i, k, s, p, d in ALL:
        x, w = whole(rng, i), whole(rng, k)
        for extra in range(max(s, d)):
            if transposed_size(i, k, s, p, d, extra) > 0:
                up = ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra)
                assert_exactly(evaluate(up, x, w), by_stamping(x, w, (s,), [(p, p)], (d,), (extra,)))


def test_sampled_square_transposed_convolutions_equal_stamping(rng):
    valid = [case for case in ALL if transposed_size(*case, 0) > 0]
    for i, k, s, p, d in random.Random(4).sample(valid, 250):
        x, w = whole(rng, (i, i)), whole(rng, (k, k))
        ours = evaluate(ConvTranspose(i, k, stride=s, padding=p, dilation=d), x, w)
        assert_exactly(ours, by_stamping(x, w, (s, s), [(p, p)] * 2, (d, d), (0, 0)))


@pytest.mark.parametrize("mode", ["max", "average"])
def test_every_small_pooling_equals_the_windows_of_a_padded_array(mode, rng):
    for i, k, s, p, d in VALID:
        if p > k // 2:
            continue
        x = whole(rng, i)
        ours = evaluate(Pool((i,), (k,), stride=s, padding=p, dilation=d, mode=mode), x)
        theirs = by_windows(x, (k,), (s,), [(p, p)], (d,), mode)
        assert_exactly(ours, theirs.astype(int) if mode == "max" and np.isfinite(theirs).all() else theirs)


def test_rectangular_asymmetric_cases_of_one_to_three_dimensions_equal_the_oracles(rng):
    for i, k, s, p, d in random_cases(5, 250):
        x, w = whole(rng, i), whole(rng, k)
        conv = Conv(i, k, stride=s, padding=p, dilation=d)
        y = evaluate(conv, x, w)
        assert_exactly(y, by_scipy(x, w, s, p, d))
        up = conv.transpose()
        if y.size <= 400:
            assert_exactly(evaluate(up, y, w), by_stamping(y, w, s, p, d, up.output_padding))


def test_rectangular_asymmetric_pooling_of_one_to_three_dimensions_equals_the_windows(rng):
    for i, k, s, p, d in random_cases(6, 250):
        p = tuple(
            (min(a, (e * (b - 1) + 1) // 2), min(c, (e * (b - 1) + 1) // 2))
            for b, (a, c), e in zip(k, p, d, strict=True)
        )
        if any(n + sum(one) < e * (b - 1) + 1 for n, b, one, e in zip(i, k, p, d, strict=True)):
            continue
        x = rng.normal(size=i)
        for mode in ("max", "average"):
            ours = evaluate(Pool(i, k, stride=s, padding=p, dilation=d, mode=mode), x)
            assert_close(ours, by_windows(x, k, s, p, d, mode))


def test_a_pooling_without_a_stride_takes_the_kernel_size(rng):
    x = whole(rng, (7, 8))
    assert_exactly(
        evaluate(Pool((7, 8), (2, 3)), x), by_windows(x, (2, 3), (2, 3), [(0, 0)] * 2, (1, 1), "max").astype(int)
    )


def test_a_max_over_padding_alone_is_minus_infinity():
    assert evaluate(Pool((1,), (2,), stride=1, padding=((2, 2),), dilation=3), [5]).tolist() == [-math.inf, -math.inf]


def test_floats_equal_the_oracles_closely(rng):
    for i, k, s, p, d in random_cases(7, 100, ndims=(1, 2)):
        x, w = rng.normal(size=i), rng.normal(size=k)
        conv = Conv(i, k, stride=s, padding=p, dilation=d)
        y = evaluate(conv, x, w)
        assert_close(y, by_scipy(x, w, s, p, d))
        assert_close(evaluate(conv.transpose(), y, w), by_stamping(y, w, s, p, d, conv.transpose().output_padding))


def test_taps_multiplied_by_hand_give_the_values(rng):
    for i, k, s, p, d in [
        *[((i,), (k,), (s,), ((p, p),), (d,)) for i, k, s, p, d in VALID[::2]],
        *random_cases(8, 40, largest=5),
    ]:
        w = whole(rng, k)
        conv = Conv(i, k, stride=s, padding=p, dilation=d)
        for op in (conv, conv.transpose()):
            x = whole(rng, op.input_size)
            out = evaluate(op, x, w)
            for step in op.steps:
                assert out[step.output] == sum(
                    x[tap.source] * w[tap.kernel] for tap in step.taps if tap.source is not None
                )


def test_taps_compared_by_hand_give_the_values_of_max_and_average_pooling(rng):
    for i, k, s, p, d in VALID[::3]:
        if p > k // 2:
            continue
        x = whole(rng, i)
        pools = [Pool((i,), (k,), stride=s, padding=p, dilation=d, mode=mode) for mode in ("max", "average")]
        largest, mean = (evaluate(pool, x) for pool in pools)
        for step in pools[0].steps:
            read = [x[tap.source] for tap in step.taps if tap.source is not None]
            assert largest[step.output] == max(read, default=-math.inf)
            assert mean[step.output] == pytest.approx(sum(read) / k, abs=1e-12)


# --- matrices


def test_the_matrix_of_the_transpose_is_the_transposed_matrix_for_every_small_size():
    for i, k, s, p, d in VALID:
        conv = Conv((i,), (k,), stride=s, padding=p, dilation=d)
        direct, up = unrolled(conv).dense(), unrolled(conv.transpose()).dense()
        assert_exactly(up, direct.T)


def test_the_matrix_of_the_transpose_is_the_transposed_matrix_also_where_axes_differ(rng):
    for i, k, s, p, d in random_cases(9, 150, largest=5):
        conv, w = Conv(i, k, stride=s, padding=p, dilation=d), whole(rng, k)
        direct, up = unrolled(conv, w), unrolled(conv.transpose(), w)
        assert_exactly(up.dense(), direct.dense().T)
        entries = [sorted(zip(c.rows, c.columns, c.kernel, c.values, strict=True)) for c in (direct, up)]
        assert sorted((r, c, k, v) for c, r, k, v in entries[1]) == entries[0]


def test_transposed_convolutions_with_output_padding_and_crop_have_the_transposed_matrix_of_their_transpose():
    count = 0
    for i, k, s, p, d in ALL:
        for extra in range(s):
            if transposed_size(i, k, s, p, d, extra) > 0:
                up = ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra)
                assert_exactly(unrolled(up).dense(), unrolled(up.transpose()).dense().T)
                count += 1
    assert count > 1000


def test_the_matrix_times_the_input_is_the_output(rng):
    for i, k, s, p, d in [
        *[((i,), (k,), (s,), ((p, p),), (d,)) for i, k, s, p, d in VALID],
        *random_cases(10, 100, largest=5),
    ]:
        conv, w = Conv(i, k, stride=s, padding=p, dilation=d), whole(rng, k)
        for op in (conv, conv.transpose()):
            x = whole(rng, op.input_size)
            matrix = unrolled(op, w)
            assert matrix.shape == (math.prod(op.output_size), math.prod(op.input_size))
            assert_exactly(matrix.dense() @ x.ravel(), evaluate(op, x, w).ravel())


def test_convolution_and_its_transpose_are_adjoint(rng):
    for i, k, s, p, d in [*[((i,), (k,), (s,), ((p, p),), (d,)) for i, k, s, p, d in VALID], *random_cases(11, 150)]:
        conv, w = Conv(i, k, stride=s, padding=p, dilation=d), whole(rng, k)
        x, y = whole(rng, conv.input_size), whole(rng, conv.output_size)
        assert (evaluate(conv, x, w) * y).sum() == (x * evaluate(conv.transpose(), y, w)).sum()


def test_the_guides_matrix_is_4_by_16_with_36_values():
    matrix = unrolled(Conv(4, 3))
    rows = [  # section 4.1, w_0,0 written 1, w_0,1 written 2, ... w_2,2 written 9
        [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0],
        [0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0],
        [0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9],
    ]
    assert (
        matrix.shape == (4, 16)
        and len(matrix.values) == len(matrix.rows) == len(matrix.columns) == len(matrix.kernel) == 36
    )
    assert matrix.dense().tolist() == rows
    assert (matrix.values == matrix.kernel + 1).all()
    assert sorted(set(zip(matrix.rows.tolist(), matrix.columns.tolist(), strict=True))) == sorted(
        (r, c) for r, row in enumerate(rows) for c, value in enumerate(row) if value
    )


def test_a_kernel_value_of_zero_stays_in_the_sparse_matrix():
    assert len(unrolled(Conv(4, 3), np.zeros((3, 3), int)).values) == 36


def test_average_pooling_has_a_matrix_and_max_pooling_none(rng):
    for i, k, s, p, d in VALID[::2]:
        if p <= k // 2:
            pool, x = Pool((i,), (k,), stride=s, padding=p, dilation=d, mode="average"), rng.normal(size=i)
            assert_close(unrolled(pool).dense() @ x, evaluate(pool, x))
    assert "not linear" in refusal(lambda: unrolled(Pool(4, 2)))


# --- kinds of numbers


def exact(conv, x, w):
    """One-dimensional convolution without padding in Python's own numbers, which don't overflow."""
    (s,), (d,) = conv.stride, conv.dilation
    return [sum(int(x[o * s + j * d]) * int(w[j]) for j in range(len(w))) for o in range(conv.output_size[0])]


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.int64, np.uint64])
def test_small_integer_types_do_not_wrap(kind):
    conv = Conv((4,), (3,))
    top = min(np.iinfo(kind).max, 2**29)
    x, w = np.full(4, top, kind), np.full(3, top, kind)
    ours = evaluate(conv, x, w)
    assert ours.dtype == np.int64 and ours.tolist() == exact(conv, x, w)
    up = ConvTranspose((4,), (3,))
    assert evaluate(up, x, w).tolist() == [int(top) ** 2 * n for n in (1, 2, 3, 3, 2, 1)]
    assert evaluate(Pool((4,), (2,), mode="average"), x).tolist() == [top, top]
    assert evaluate(Pool((4,), (2,)), x).tolist() == [top, top]


def test_sums_that_would_leave_int64_are_float64_and_those_just_below_are_exact():
    conv = Conv((2,), (2,))
    for x, w in (
        ([2**62, 2**62], [1, 1]),
        ([2**40, 1], [2**40, 1]),
        ([-(2**63), 0], [1, 1]),
        ([2**63 - 1, 1], [-1, -(2**63)]),
    ):
        ours = evaluate(conv, x, w)
        assert ours.dtype == np.float64
        assert ours.tolist() == pytest.approx(exact(conv, x, w), rel=1e-12)
    for x, w in (([2**62 - 1, 2**62 - 1], [1, 1]), ([-(2**61) - 1, 5], [1, 1])):
        ours = evaluate(conv, x, w)
        assert ours.dtype == np.int64 and ours.tolist() == exact(conv, x, w)
    big = evaluate(conv, np.array([2**63, 2**64 - 1], np.uint64), [1, 1])
    assert big.dtype == np.float64 and big.tolist() == [float(2**63 + 2**64)]


def test_max_pooling_without_padding_keeps_every_whole_number():
    x = [2**63 - 1, 2**53 + 1, -(2**63), -(2**63) + 1]
    assert evaluate(Pool((4,), (2,)), x).tolist() == [2**63 - 1, -(2**63) + 1]


def test_bools_count_as_numbers_and_floats_of_any_width_become_float64():
    assert evaluate(Conv((3,), (2,)), [True, False, True], [1, 2]).tolist() == [1, 2]
    for kind in (np.float16, np.float32, np.float64):
        ours = evaluate(Conv((3,), (2,)), np.array([1, 2, 3], kind), [1, 2])
        assert ours.dtype == np.float64 and ours.tolist() == [5, 8]


def test_evaluate_leaves_its_inputs_alone_and_reads_views_and_other_byte_orders(rng):
    x, w = whole(rng, (6, 6)), whole(rng, (3, 3))
    kept = x.copy(), w.copy()
    ours = evaluate(Conv((3, 6), 3), x[::2], w.T)
    assert (x == kept[0]).all() and (w == kept[1]).all()
    assert_exactly(ours, by_scipy(kept[0][::2], kept[1].T, (1, 1), [(0, 0)] * 2, (1, 1)))
    assert_exactly(evaluate(Conv((3, 6), 3), x[::2].astype(">i4"), w.T.tolist()), ours)
    x.setflags(write=False)
    evaluate(Conv(6, 3), x, w)


# --- the values of a figure


def test_the_values_of_a_figure_are_drawn_from_the_legacy_generator():
    conv = Conv(5, 3, stride=2, padding=1)
    for seed in (1234, 0, 2**32 - 1):
        state = np.random.RandomState(seed)
        x = state.randint(0, 4, (5, 5))
        w = state.randint(0, 3, (3, 3))
        drawn = values(conv, seed=seed)
        assert_exactly(drawn.input, x)
        assert_exactly(drawn.kernel, w)
        assert_exactly(drawn.output, by_scipy(x, w, (2, 2), [(1, 1)] * 2, (1, 1)))
    assert_exactly(values(conv).input, values(conv, seed=np.int64(1234)).input)
    assert (values(conv, seed=1).input != values(conv, seed=2).input).any()


def test_the_values_of_a_figure_are_those_given():
    x, w = np.arange(25).reshape(5, 5), np.eye(3)
    given = values(Conv(5, 3), input=x, kernel=w)
    assert_exactly(given.input, x)
    assert_exactly(given.kernel, w)
    assert given.whole and not values(Conv(5, 3), kernel=w / 2).whole and not values(Conv(5, 3), input=x / 2).whole
    assert_exactly(values(Conv(5, 3), kernel=w).input, values(Conv(5, 3)).input)
    assert_exactly(values(Conv(5, 3), input=x).kernel, values(Conv(5, 3)).kernel)
    assert values(Conv(5, 3)).flipped is False and values(ConvTranspose(5, 3)).flipped is True
    pool = values(Pool(4, 2))
    assert pool.kernel is None and pool.padding == -math.inf and values(Pool(4, 2, mode="average")).padding == 0


# --- bad input: one line that names the parameter


BAD = {
    "NaN": [[1, 2], [3, math.nan]],
    "infinity": [[1, 2], [3, math.inf]],
    "minus infinity": np.array([[1, 2], [3, -math.inf]], np.float32),
    "complex": [[1, 2], [3, 4j]],
    "string": "1234",
    "strings": [["1", "2"], ["3", "4"]],
    "bytes": b"1234",
    "ragged": [[1, 2], [3]],
    "None": None,
    "None inside": [[1, 2], [3, None]],
    "huge integers": [[1, 2], [3, 10**40]],
    "objects": [[object()] * 2] * 2,
    "dates": np.zeros((2, 2), "datetime64[s]"),
    "records": np.zeros((2, 2), [("a", int)]),
    "dict": {0: [1, 2]},
    "flat": [1, 2, 3, 4],
    "scalar": 3,
    "empty": [],
    "too wide": np.ones((2, 3)),
    "too deep": np.ones((2, 1, 2, 2)),
    "a line break": "1\n2",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize("op", [Conv(2, 2), ConvTranspose(2, 2)], ids=["conv", "transpose"])
def test_bad_values_are_refused_by_name(op, bad):
    good = [[1, 2], [3, 4]]
    assert refusal(lambda: evaluate(op, bad, good)).startswith("input ")
    if bad is None:
        assert "kernel" in refusal(lambda: evaluate(op, good, bad))
    else:
        assert refusal(lambda: evaluate(op, good, bad)).startswith("kernel ")
        assert refusal(lambda: unrolled(op, bad)).startswith("kernel ")
        assert refusal(lambda: values(op, input=bad)).startswith("input ")
        assert refusal(lambda: values(op, kernel=bad)).startswith("kernel ")


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_values_for_pooling_are_refused_by_name(bad):
    for mode in ("max", "average"):
        assert refusal(lambda mode=mode: evaluate(Pool(2, 2, mode=mode), bad)).startswith("input ")


def test_a_missing_or_superfluous_kernel_is_refused():
    x = np.ones((4, 4))
    for op in (Conv(4, 2), ConvTranspose(4, 2)):
        assert "kernel" in refusal(lambda op=op: evaluate(op, x)) and "2 x 2" in refusal(lambda op=op: evaluate(op, x))
    for mode in ("max", "average"):
        pool = Pool(4, 2, mode=mode)
        assert "has no kernel" in refusal(lambda pool=pool: evaluate(pool, x, np.ones((2, 2))))
        assert "has no kernel" in refusal(lambda pool=pool: values(pool, kernel=np.ones((2, 2))))
    assert "has no kernel" in refusal(lambda: unrolled(Pool(4, 2, mode="average"), np.ones((2, 2))))


def test_the_refusal_of_a_bad_value_says_where_it_stands():
    x = np.ones((3, 3))
    x[1, 2] = math.nan
    assert (
        refusal(lambda: evaluate(Conv(3, 1), x, [[1]]))
        == "input holds nan at (1, 2): every value must be a finite number"
    )
    assert "(2, 3)" in refusal(lambda: numbers("input", np.ones((3, 2)), (2, 3)))


@pytest.mark.parametrize("seed", [-1, 2**32, 10**30, 1.0, True, "1", None, [1], math.nan])
def test_a_bad_seed_is_refused_by_name(seed):
    assert refusal(lambda: values(Conv(5, 3), seed=seed)).startswith("seed=")


def test_the_check_of_refusals_can_fail():
    with pytest.raises(pytest.fail.Exception):
        refusal(lambda: evaluate(Conv(1, 1), [[1]], [[1]]))


# --- faults that were found once


def test_max_pooling_with_padding_keeps_large_whole_numbers():
    assert evaluate(Pool((2,), (3,), stride=1, padding=1), [2**53 + 1, 5]).tolist() == [2**53 + 1, 2**53 + 1]
    assert evaluate(Pool((2,), (3,), stride=1, padding=1), [2**63 - 1, -(2**63)]).tolist() == [2**63 - 1, 2**63 - 1]


def test_a_product_that_is_no_part_of_a_window_cannot_spoil_it():
    assert evaluate(Conv((2,), (2,), padding=[(1, 0)]), [1, 1e200], [1e200, 1]).tolist() == [1, 2e200]


def test_values_too_large_for_float64_are_refused_in_one_line():
    for x, w in (([1e200], [1e200]), ([1e200, 1e200], [1e200, -1e200])):
        with pytest.raises(ConvanimError, match="too large"):
            evaluate(Conv((len(x),), (len(x),)), x, w)


def test_steps_of_more_cells_than_len_can_count_are_still_found():
    assert Conv(10**7, 1, ndim=3).steps[-1].output == (10**7 - 1,) * 3


def test_what_rounding_leaves_of_a_sum_that_is_zero_is_shown_as_zero():
    noisy = [([0.1, 0.2, 0.3], [1, 1, -1]), ([0.2, 0.3, 0.3], [1, -2, 1])]
    for x, w in noisy[:1]:
        assert evaluate(Conv((3,), 3), x, w)[0] != 0
    for x, w in [*noisy, ([0.3, 0.1, -0.4], [1, 1, 1])]:
        shown = values(Conv((3,), 3), input=x, kernel=w).output[0]
        assert shown == pytest.approx(np.dot(x, w), abs=1e-15) and (abs(shown) > 1e-10 or shown == 0)
    small = values(Conv((3,), 3), input=[1e-9, 1, 2], kernel=[1, 0, 0]).output
    assert small[0] == 1e-9, "what is small but no noise stays"

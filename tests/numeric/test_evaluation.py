"""Values against scipy's correlation, against stamping, and against numpy's windows; none shares code with the
package.
"""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from convanim import Conv, ConvanimError, ConvTranspose, Pool, evaluate
from helpers.cases import ALL, VALID, random_cases, whole
from oracle.arrays import assert_close, assert_exactly, by_scipy, by_stamping, by_windows, transposed_size


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

"""The values of a figure."""

from __future__ import annotations

import math

import numpy as np
import pytest

from convanim import Conv, ConvTranspose, Pool, evaluate
from convanim.numeric import values
from oracle.arrays import assert_exactly, by_scipy


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


def test_what_rounding_leaves_of_a_sum_that_is_zero_is_shown_as_zero():
    noisy = [([0.1, 0.2, 0.3], [1, 1, -1]), ([0.2, 0.3, 0.3], [1, -2, 1])]
    for x, w in noisy[:1]:
        assert evaluate(Conv((3,), 3), x, w)[0] != 0
    for x, w in [*noisy, ([0.3, 0.1, -0.4], [1, 1, 1])]:
        shown = values(Conv((3,), 3), input=x, kernel=w).output[0]
        assert shown == pytest.approx(np.dot(x, w), abs=1e-15) and (abs(shown) > 1e-10 or shown == 0)
    small = values(Conv((3,), 3), input=[1e-9, 1, 2], kernel=[1, 0, 0]).output
    assert small[0] == 1e-9, "what is small but no noise stays"

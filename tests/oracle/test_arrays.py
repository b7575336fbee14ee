"""The oracles of arrays agree with numbers worked by hand, and their comparisons can fail."""

from __future__ import annotations

import numpy as np
import pytest

from oracle.arrays import assert_close, assert_exactly, by_scipy, by_stamping, by_windows


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

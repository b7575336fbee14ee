"""The distances of shapes against squares that are moved."""

from __future__ import annotations

import pytest

from oracle.shapes import apart, hull


def test_the_distance_of_planes_sees_an_overlap():
    square = hull([(0, 0), (1, 0), (1, 1), (0, 1), (0.5, 0.5)])
    assert len(square) == 4
    assert apart(square, [(x + 2, y) for x, y in square]) == pytest.approx(1)
    assert apart(square, [(x + 0.9, y + 0.9) for x, y in square]) < 0
    assert apart(square, [(x / 4 + 0.3, y / 4 + 0.3) for x, y in square]) < 0

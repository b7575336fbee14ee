"""The cells that no window reads, against sets."""

from __future__ import annotations

import itertools

from convanim.geometry.axis import AdaptiveAxis, Axis


def test_the_cells_that_no_window_reads_are_those_in_no_list_of_taps():
    seen = 0
    for i, k, s, d, before, ceil_mode in itertools.product(
        range(1, 9), range(1, 4), range(1, 6), range(1, 4), range(3), (False, True)
    ):
        axis = Axis(i, k, s, d, before, 1, ceil_mode=ceil_mode)
        if axis.output >= 1:
            read = {cell for output in range(axis.output) for cell in axis.taps(output)}
            assert axis.unread == sorted({*range(axis.padded)} - read), axis
            seen += bool(axis.unread)
    assert seen > 500
    assert Axis(7, 1, 3).unread == [1, 2, 4, 5] and Axis(10**6, 3000, 1).unread == []
    assert all(AdaptiveAxis.over(i, n).unread == [] for i, n in itertools.product(range(1, 9), repeat=2))

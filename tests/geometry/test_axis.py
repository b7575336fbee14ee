"""One axis: its cells, units and windows against lists by hand, and the cells that no window reads, against sets."""

from __future__ import annotations

import itertools

from convanim import ConvTranspose
from convanim.geometry.axis import AdaptiveAxis, Axis
from oracle.taps import padded_by_hand


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


def test_axis_source_zero_and_units_are_those_of_a_list_by_hand_also_when_cells_are_cut_off():
    cut = 0
    for i, spacing, before, after in itertools.product(range(1, 6), range(1, 4), range(-7, 4), range(-7, 4)):
        if before + (i - 1) * spacing + 1 + after < 1:
            continue
        axis, line = (
            Axis(input=i, kernel=1, before=before, after=after, spacing=spacing),
            padded_by_hand(i, before, after, spacing),
        )
        cells = range(len(line))
        assert axis.padded == len(line)
        assert [axis.source(c) for c in cells] == [mark if isinstance(mark, int) else None for mark in line]
        if before >= 0 and after >= 0:
            assert [axis.role(c) for c in cells] == [mark if isinstance(mark, str) else "input" for mark in line]
        assert [axis.role(c) == "input" for c in cells] == [isinstance(mark, int) for mark in line]
        assert list(axis.units) == [c for c in cells if isinstance(line[c], int)], (i, spacing, before, after)
        cut += before < 0 or after < 0
    assert cut > 100


def test_padding_beyond_the_kernels_reach_crops_the_units_of_a_transposed_convolution():
    up = ConvTranspose((5,), (1,), stride=2, padding=3)
    assert up.output_size == up.padded_size == (3,)
    assert list(up.axes[0].units) == [1]  # units stand at 0, 2, 4, 6, 8; 3 to 5 are left
    assert [step.taps[0].source for step in up.steps] == [None, (2,), None]
    assert [step.taps[0].role for step in up.steps] == ["inserted", "input", "inserted"]
    one_sided = ConvTranspose((5,), (1,), stride=2, padding=[(0, 5)])
    assert list(one_sided.axes[0].units) == [0, 2]


def test_axis_taps_are_the_cells_of_the_window():
    assert list(Axis(5, 3, stride=2, before=1, after=1).taps(1)) == [2, 3, 4]
    assert list(Axis(9, 3, stride=2, dilation=3).taps(1)) == [2, 5, 8]

"""The cells that meet under each window, counted row by row, in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from ..geometry import Operation
from ..geometry.axis import Axis, unravel
from .refusals import no_average

Meeting = tuple[int, int]  # a kernel cell and the input cell under it


def meetings(op: Operation) -> Iterator[list[Meeting]]:
    """For each output cell, row by row, the kernel cells that meet an input cell or a copy of one, with that cell.

    Both are counted row by row: the first output cell of an input of 3 x 3 and a kernel of 2 x 2 has
    [(0, 0), (1, 1), (2, 3), (3, 4)]. The sizes are those of one channel.
    """
    along = [_along(axis, op.flipped) for axis in op.axes]
    for windows in product(*along):
        found = [(0, 0)]
        for axis, window in zip(op.axes, windows, strict=True):
            found = [(w * axis.kernel + k, x * axis.input + i) for w, x in found for k, i in window]
        yield found


def _along(axis: Axis, flipped: bool) -> list[list[Meeting]]:
    return [
        [
            (axis.kernel - 1 - k if flipped else k, source)
            for k, cell in enumerate(axis.taps(output))
            if (source := axis.source(cell)) is not None
        ]
        for output in range(axis.output)
    ]


def divisors(op: Operation) -> list[int]:
    """The number that each window's total is divided by, row by row: 1, or for an average the number of cells that
    count, 4 for a whole window of 2 x 2.

    Raises ConvanimError for a window without a cell that counts.
    """
    if not op.reduction.divides:
        return [1] * prod(op.output_size)
    if op.divisor_override is not None:
        return [op.divisor_override] * prod(op.output_size)
    along = [
        [
            sum(cell < axis.padded if op.count_include_pad else axis.source(cell) is not None for cell in axis.taps(o))
            for o in range(axis.output)
        ]
        for axis in op.axes
    ]
    counts = [prod(each) for each in product(*along)]
    if 0 in counts:
        raise no_average(unravel(counts.index(0), op.output_size))
    return counts

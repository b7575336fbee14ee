"""The cells that an output cell reads along one axis, and the record of a receptive field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..errors import ConvanimError, short_repr
from .axis import Axis, Cell
from .parameters import integer, is_many

MOST_READS = 1 << 22  # cells looked at for one answer, all of a picture of 2048 x 2048: a few seconds

Span = tuple[int, int]  # first and last cell; the padding's are negative, or beyond the last input cell


@dataclass(frozen=True, slots=True)
class Field:
    """The receptive field after a layer, along each axis: the cells of the first layer's input that its output cells
    see.

    `size` is the number of cells from the first to the last that an output cell sees, the padding's included; where
    output cells differ (after a transposed convolution, in adaptive pooling) it is that of the widest. `jump` is the
    distance of neighbouring output cells' fields, a fraction where a transposed convolution's stride divides it.
    `start` and `end` are the first and the last cell that output cell 0 sees, negative in the padding. `output_size` is
    the layer's.
    """

    size: tuple[int, ...]
    jump: tuple[float, ...]
    start: tuple[int, ...]
    end: tuple[int, ...]
    output_size: Cell


def endless(axis: Axis, output: int) -> range:
    """The input cells along an axis that one output cell reads, as if the input went on without end on both sides."""
    start, stop = (cell - axis.before for cell in axis.window(output))
    # the first of the taps, `dilation` apart, that stands on one of the input's cells, `spacing` apart: a congruence
    common = math.gcd(axis.dilation, axis.spacing)
    if start % common:
        return range(0)
    period = axis.spacing // common
    first = start + -start // common * pow(axis.dilation // common, -1, period) % period * axis.dilation
    return range(first // axis.spacing, (stop - 1) // axis.spacing + 1, axis.dilation // common)


def check_count(what: str, count: int) -> None:
    if count > MOST_READS:
        raise ConvanimError(
            f"{what} {count:,} cells, and at most {MOST_READS:,} are looked through: take smaller layers, or fewer"
        )


def cells_read(axis: Axis, outputs: set[int]) -> set[int]:
    """The input cells along an axis that these output cells read."""
    if not axis.copies:
        reads = [endless(axis, output) for output in outputs]
        inside = [
            cells[max(0, -(cells.start // cells.step)) : max(0, -((cells.start - axis.input) // cells.step))]
            for cells in reads
        ]
        check_count("this output cell reads", sum(map(len, inside)))
        return set().union(*inside)
    check_count("this output cell reads", len(outputs) * axis.kernel)
    return {cell for output in outputs for tap in axis.taps(output) if (cell := axis.source(tap)) is not None}


def output_cell(op: Any, cell: object) -> Cell:
    size: Cell = op.output_size
    try:
        given = (cell,) if not is_many(cell) else tuple(cell) if len(cell) == len(size) else ()  # type: ignore[arg-type]
    except TypeError:
        given = ()
    index = tuple(n for c in given if (n := integer(c)) is not None)
    if len(index) == len(size) and all(0 <= c < n for c, n in zip(index, size, strict=True)):
        return index
    raise ConvanimError(
        f"cell={short_repr(cell)} is not a cell of the last layer's output: give one index per axis, at most"
        f" {tuple(n - 1 for n in size)}"
    )

"""Receptive fields: the cells of the first layer's input that a cell of the last layer's output sees."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from ..errors import ConvanimError, short_repr
from . import Operation, kinds
from .axis import Axis, Cell
from .parameters import is_many

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


def receptive_field(layers: Sequence[Any]) -> list[Field]:
    """The receptive field after each of these layers, the first of them next to the input.

    The layers are operations, or results of `from_torch` and its like; each one's input size must be the output size
    before it. Along each axis a convolution or pooling adds `(k - 1) d jump` to `size`, and multiplies `jump` by s
    (Araujo, Norris & Sim 2019, *Computing Receptive Fields of Convolutional Neural Networks*, equations 2 and 3): two
    3x3 span 5, three 7, and kernels of 2 with dilations 1, 2, 4 and 8 span 16 (van den Oord et al. 2016, *WaveNet*,
    figure 3). `sources` gives the cells. Raises ConvanimError for layers that don't fit together, and where more than
    2**22 cells would have to be looked through.

    >>> from convanim import Conv
    >>> receptive_field([Conv(7, 3), Conv(5, 3)])[-1].size
    (5, 5)
    """
    ops = chained(layers)
    fields = []
    for n, op in enumerate(ops):
        rows = [_field([one.axes[axis] for one in ops[: n + 1]]) for axis in range(len(op.axes))]
        size, jump, start, end = zip(*rows, strict=True)
        fields.append(Field(size, jump, start, end, op.output_size))
    return fields


def _field(axes: list[Axis]) -> tuple[int, float, int, int]:
    """Size, jump, start and end along one axis of a chain."""
    jump = math.prod((axis.jump for axis in axes), start=Fraction(1))
    # output cells that lie a whole period apart see the same, shifted
    period = min(math.prod(axis.jump.denominator for axis in axes), axes[-1].output)
    _check_count("the receptive fields of these layers differ over", period * len(axes))
    spans = [_span(axes, cell) for cell in range(period)]
    first, last = spans[0]
    return max(b - a + 1 for a, b in spans), int(jump) if jump.denominator == 1 else float(jump), first, last


def _span(axes: list[Axis], cell: int) -> Span:
    """The first and last cell of the first axis' input that a cell of the last one's output sees, as if all went on
    without end; (0, -1) for nothing.
    """
    # between spaced cells some read nothing, so that all have to be followed; below, the first and the last say it
    spaced = next((n for n, axis in enumerate(axes) if axis.spacing > 1), len(axes))
    cells: Sequence[int] = range(cell, cell + 1)
    for axis in reversed(axes[spaced:]):
        _check_count("an output cell reads", len(cells))
        reads = [_endless(axis, output) for output in cells]
        if len(reads) > 1:  # one is a range, of any length
            _check_count("an output cell reads", sum(map(len, reads)))
        cells = reads[0] if len(reads) == 1 else sorted(set().union(*reads))
        if not cells:
            return 0, -1
    first, last = cells[0], cells[-1]
    for axis in reversed(axes[:spaced]):
        first, last = axis.window(first)[0] - axis.before, axis.window(last)[1] - 1 - axis.before
    return first, last


def _endless(axis: Axis, output: int) -> range:
    """The input cells along an axis that one output cell reads, as if the input went on without end on both sides."""
    start, stop = (cell - axis.before for cell in axis.window(output))
    # the first of the taps, `dilation` apart, that stands on one of the input's cells, `spacing` apart: a congruence
    common = math.gcd(axis.dilation, axis.spacing)
    if start % common:
        return range(0)
    period = axis.spacing // common
    first = start + -start // common * pow(axis.dilation // common, -1, period) % period * axis.dilation
    return range(first // axis.spacing, (stop - 1) // axis.spacing + 1, axis.dilation // common)


def _check_count(what: str, count: int) -> None:
    if count > MOST_READS:
        raise ConvanimError(
            f"{what} {count:,} cells, and at most {MOST_READS:,} are looked through: take smaller layers, or fewer"
        )


def sources(layers: Sequence[Any], cell: Sequence[int] | int) -> set[Cell]:
    """The cells of the first layer's input that an output cell of the last layer sees, padding excluded.

    The layers are as for `receptive_field`, from one on. A cell that the padding copies counts, since its value is
    seen. The middle cell of two 3x3 convolutions over 5x5 sees all 25. Raises ConvanimError for layers that don't fit
    together, for a cell outside of the output, and for more than 2**22 cells.

    >>> from convanim import Conv
    >>> sorted(sources([Conv(5, 2, dilation=2, ndim=1)], 1))
    [(1,), (3,)]
    """
    ops = chained(layers)
    seen = [{c} for c in _cell(ops[-1], cell)]
    for op in reversed(ops):
        seen = [_read(axis, cells) for axis, cells in zip(op.axes, seen, strict=True)]
    _check_count("this output cell sees", math.prod(map(len, seen)))
    return set(product(*seen))


def _read(axis: Axis, outputs: set[int]) -> set[int]:
    """The input cells along an axis that these output cells read."""
    if not axis.copies:
        reads = [_endless(axis, output) for output in outputs]
        inside = [
            cells[max(0, -(cells.start // cells.step)) : max(0, -((cells.start - axis.input) // cells.step))]
            for cells in reads
        ]
        _check_count("this output cell reads", sum(map(len, inside)))
        return set().union(*inside)
    _check_count("this output cell reads", len(outputs) * axis.kernel)
    return {cell for output in outputs for tap in axis.taps(output) if (cell := axis.source(tap)) is not None}


def _cell(op: Operation, cell: object) -> Cell:
    size = op.output_size
    try:
        given = tuple(cell) if is_many(cell) else (cell,)  # type: ignore[arg-type]
        index = () if any(isinstance(c, bool) for c in given) else tuple(map(operator.index, given))  # type: ignore[arg-type]
    except TypeError:
        index = ()
    if len(index) == len(size) and all(0 <= c < n for c, n in zip(index, size, strict=True)):
        return index
    raise ConvanimError(
        f"cell={short_repr(cell)} is no cell of the last layer's output: take one index an axis, at most"
        f" {tuple(n - 1 for n in size)}"
    )


def chained(layers: Sequence[Any]) -> list[Operation]:
    """The layers as operations that fit together."""
    if isinstance(layers, Operation) or not isinstance(layers, Sequence) or not layers:
        raise ConvanimError(
            f"{short_repr(layers)} is not a list of layers: give a list such as [Conv(7, 3), Conv(5, 3)], input first"
        )
    ops: list[Operation] = []
    channels: int | None = None  # pooling keeps them
    for n, layer in enumerate(layers):
        op = getattr(layer, "op", layer)
        place = f"layer {n + 1}"
        if not isinstance(op, Operation):
            raise ConvanimError(f"{place} is {short_repr(layer)}, which is not an operation: give a {kinds()}")
        if ops and op.input_size != ops[-1].output_size:
            raise ConvanimError(
                f"{place} has input_size={op.input_size}, and the layer before it gives {ops[-1].output_size}: they"
                " must be the same"
            )
        if op.weighted:
            if channels not in (None, op.in_channels):
                raise ConvanimError(
                    f"{place} has in_channels={op.in_channels}, and {channels} channels come from the layers before it:"
                    " they must be the same"
                )
            channels = op.out_channels
        ops.append(op)
    return ops

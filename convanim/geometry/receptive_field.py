"""Receptive fields: the cells of the first layer's input that an output cell of the last layer depends on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from ..errors import ConvanimError, short_repr
from . import Operation, kinds
from .axis import Axis, Cell
from .network import Network, Path
from .network_field import network_fields, network_sources
from .seen import Field, Span, cells_read, check_count, endless, output_cell


def receptive_field(layers: Sequence[Any] | Network) -> list[Field]:
    """The receptive field after each of these layers, the first of them next to the input.

    The layers are operations, or results of `from_torch` and its like; each one's input size must be the output size
    before it. Along each axis a convolution or pooling adds `(k - 1) d jump` to `size`, and multiplies `jump` by s
    (Araujo, Norris & Sim 2019, *Computing Receptive Fields of Convolutional Neural Networks*, equations 2 and 3): two
    3x3 span 5, three 7, and kernels of 2 with dilations 1, 2, 4 and 8 span 16 (van den Oord et al. 2016, *WaveNet*,
    figure 3). `sources` gives the cells. Where the branches of a Network join, the field spans those of all branches,
    and its jump is the largest. Raises ConvanimError for layers that don't fit together, and where more
    than 2**22 cells would have to be looked through.

    >>> from convanim import Conv
    >>> receptive_field([Conv(7, 3), Conv(5, 3)])[-1].size
    (5, 5)
    """
    if isinstance(layers, Network):
        return network_fields(layers)
    ops = chained(layers)
    along = [_fields([op.axes[axis] for op in ops]) for axis in range(len(ops[0].axes))]
    fields = []
    for op, rows in zip(ops, zip(*along, strict=True), strict=True):
        size, jump, start, end = zip(*rows, strict=True)
        fields.append(Field(size, jump, start, end, op.output_size))
    return fields


@dataclass(frozen=True, slots=True)
class _Plain:
    """The span of a cell behind layers whose windows are evenly spaced: from `scale * cell + first` to `+ last`."""

    scale: int = 1
    first: int = 0
    last: int = 0

    def then(self, axis: Axis) -> _Plain:
        """The span of a cell of one more layer."""
        start, end = axis.window(0)
        first, last = (self.scale * (cell - axis.before) for cell in (start, end - 1))
        return _Plain(self.scale * axis.stride, self.first + first, self.last + last)

    def span(self, first: int, last: int) -> Span:
        """The span of the cells from `first` to `last`."""
        return self.scale * first + self.first, self.scale * last + self.last


def _fields(axes: list[Axis]) -> list[tuple[int, float, int, int]]:
    """Size, jump, start and end along one axis of a chain, after each layer."""
    plain, rows = _Plain(), []
    tail: list[Axis] = []
    jump, repeat = Fraction(1), 1
    for count, axis in enumerate(axes, 1):
        jump, repeat = jump * axis.jump, repeat * axis.jump.denominator
        if tail or axis.spacing > 1 or axis.adaptive:
            tail.append(axis)
        else:  # composed once, so that a chain of thousands of layers takes no longer than its length
            plain = plain.then(axis)
        # output cells that lie a whole period apart see the same, shifted
        period = min(repeat, axis.output)
        check_count("the receptive fields of these layers differ over", period * count)
        spans = [_span(plain, tail, cell) for cell in range(period)]
        size = max(b - a + 1 for a, b in spans)
        rows.append((size, int(jump) if jump.denominator == 1 else float(jump), *spans[0]))
    return rows


def _span(plain: _Plain, axes: list[Axis], cell: int) -> Span:
    """The first and last cell of the first layer's input that a cell of the last one's output sees, as if all went on
    without end; (0, -1) for nothing. The layers are the plain ones, then those of `axes`.
    """
    # between spaced cells some read nothing, so that all have to be followed; below, the first and the last say it
    spaced = next((n for n, axis in enumerate(axes) if axis.spacing > 1), len(axes))
    cells: Sequence[int] = range(cell, cell + 1)
    for axis in reversed(axes[spaced:]):
        check_count("an output cell reads", len(cells))
        reads = [endless(axis, output) for output in cells]
        if len(reads) > 1:  # one is a range, of any length
            check_count("an output cell reads", sum(map(len, reads)))
        cells = reads[0] if len(reads) == 1 else sorted(set().union(*reads))
        if not cells:
            return 0, -1
    first, last = cells[0], cells[-1]
    for axis in reversed(axes[:spaced]):
        first, last = axis.window(first)[0] - axis.before, axis.window(last)[1] - 1 - axis.before
    return plain.span(first, last)


def sources(layers: Sequence[Any] | Network, cell: Sequence[int] | int) -> set[Cell]:
    """The cells of the first layer's input that an output cell of the last layer sees, padding excluded.

    The layers are as for `receptive_field`, from one on. A cell that the padding copies counts, since its value is
    seen. The middle cell of two 3x3 convolutions over 5x5 sees all 25. Of a
    Network, the cell is one of the output of its last node. Raises ConvanimError for layers that don't fit
    together, for a cell outside of the output, and for more than 2**22 cells.

    >>> from convanim import Conv
    >>> sorted(sources([Conv(5, 2, dilation=2, ndim=1)], 1))
    [(1,), (3,)]
    """
    if isinstance(layers, Network):
        return network_sources(layers, cell)
    ops = chained(layers)
    seen = [{c} for c in output_cell(ops[-1], cell)]
    for op in reversed(ops):
        seen = [cells_read(axis, cells) for axis, cells in zip(op.axes, seen, strict=True)]
    check_count("this output cell sees", math.prod(map(len, seen)))
    return set(product(*seen))


def chained(layers: Sequence[Any] | Network) -> list[Operation]:
    """Return the layers as operations. Raises ConvanimError if they don't fit together."""
    if isinstance(layers, Network):
        raise layers.no_chain()
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
                f"{place} has input_size={op.input_size}, and the previous layer gives {ops[-1].output_size}: they"
                " must be the same"
            )
        if op.weighted:
            if channels not in (None, op.in_channels) and not isinstance(layers, Path):
                raise ConvanimError(
                    f"{place} has in_channels={op.in_channels}, and {channels} channels come from the previous layers:"
                    " they must be the same"
                )
            channels = op.out_channels
        ops.append(op)
    return ops

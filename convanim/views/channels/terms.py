"""The sum over channels in symbols: a term for each input plane, beside the planes and in the equation of a step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

from ...geometry import Operation
from ...scene import Equation, Marks, Text
from ...text.cell_texts import B, Indexed, W, X, Y
from ..text_size import same_size
from .rows import NAME, SIGN, SIZE, PlaneRows

SUM, DOT = "Σ", "\N{MIDDLE DOT}"
BEYOND = 1.5  # how much wider than its plane a term may be: beside a narrow plane stand the sizes of its rows


@dataclass(frozen=True)
class Sums:
    """The equation of each step: the sum over the windows on all input planes of the group."""

    op: Operation
    rows: PlaneRows
    cells: int  # the number of cells of an output channel

    def __call__(self, step: int) -> Equation:
        channel = step // self.cells
        *terms, last = [self.term(channel, feeding) for feeding in self.rows.feeding(channel)]
        bias = f" + {self.bias[channel]}" if self.op.bias else ""
        return Equation(tuple(terms), last, f"{bias} = {self.outputs[channel]}")

    def term(self, channel: int, feeding: int) -> str:
        """The term of an input channel in an output channel: "Σ x₁·w(1→0)" for the window times the kernel from 1 to
        0. It has no indices, which would look like those of a kernel's cell.
        """
        start = f"{SUM} " if prod(self.op.kernel_size) > 1 else ""
        return f"{start}{self.inputs[feeding]}{DOT}{W}({feeding}→{channel})"

    @cached_property
    def inputs(self) -> Indexed:
        """The names of the input's channels."""
        return Indexed(X, (self.op.in_channels,), "")

    @cached_property
    def outputs(self) -> Indexed:
        """The names of the output's channels."""
        return Indexed(Y, (self.op.out_channels,), "")

    @cached_property
    def bias(self) -> Indexed:
        """The names of the output channels' biases."""
        return Indexed(B, (self.op.out_channels,), "")


def under(sums: Sums, channel: int) -> Marks:
    """The texts below the input's planes for an output channel: terms below the planes that it reads, else names."""
    rows, feeding = sums.rows, sums.rows.feeding(channel)
    deep, wide = rows.size
    edges = [plane.point(wide / 2, deep) for plane in rows.input_planes]
    places = [(x, y + NAME) for x, y in edges]
    room = min(rows.slot - SIGN, wide * rows.edge + BEYOND)
    terms = same_size([Text("sign", places[n], sums.term(channel, n), SIZE, room) for n in feeding])
    others = [
        Text("sign", place, sums.inputs[n], SIZE, rows.slot) for n, place in enumerate(places) if n not in feeding
    ]
    signs = [Text("sign", (places[n][0] + rows.slot / 2, places[n][1]), "+", SIZE, SIGN) for n in feeding[:-1]]
    if sums.op.bias:
        x, y = places[feeding[-1]]
        signs.append(Text("sign", (x + (rows.slot + SIGN) / 2, y), f"+ {sums.bias[channel]}", SIZE, 2 * SIGN))
    return (*terms, *signs, *others)


def over(sums: Sums) -> Marks:
    """The names of the output's planes, beyond their far edges."""
    (top, _), (left, right) = sums.rows.around
    middle = (right - left + sums.rows.cells[1]) / 2
    edges = [plane.point(middle, -top) for plane in sums.rows.output_planes]
    return tuple(
        Text("sign", (x, y - NAME), name, SIZE, sums.rows.slot)
        for (x, y), name in zip(edges, sums.outputs, strict=True)
    )

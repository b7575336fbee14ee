"""A layer as a network: two columns of nodes, one for each cell, beside the planes of their cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from ...geometry import Operation
from ...geometry.axis import Axis, Cell, rows_and_columns
from ...scene import Box, Group, Line, Marks, MeasuredPlane, Polygon, Text
from ...scene.plane import Part, Plane, Point
from ...themes.theme import BORDER
from ..flags import ViewFlags
from ..flat import DOWN, RIGHT
from ..sliding_window import SlidingWindow, drawn_axes, drawn_crops, drawn_output_padding
from ..text_size import same_size

APART = 1.15  # from node to node, in cells; less in a column that would be longer than LONGEST
LONGEST = 30.0
SPREAD = 0.65  # the shorter column's share of the longer one's length, unless its nodes would be too far apart
ROW = 0.5  # the extra distance between nodes of different rows, as a share of APART
ROUND = 0.42  # a node's radius, as a share of the distance to the next
LEAST_RADIUS = 0.3  # the least radius of a node with a text
WITHIN = 0.84  # the part of a node's width that its text may take
VALUE, STRETCH = 0.46, 1.15  # the size of letters in nodes and in the kernel's cells, and how far they are widened
NARROWEST, WIDEST = 5.0, 12.0  # from column to column
SHARE = 0.42  # this distance as a share of the columns' height
BESIDE = 1.25  # from a plane to the middle of the nodes
BELOW = 1.4  # from the input's plane, or from the nodes, to the kernel
CORNERS = 24  # the corners of a node's outline


@dataclass(frozen=True)
class Nodes:
    """A column of nodes at x, one for each of `ys`."""

    x: float
    ys: tuple[float, ...]
    radius: float

    @staticmethod
    def of(size: Cell, x: float, apart: float = APART) -> Nodes:
        """The nodes of a plane's cells, row by row, around y = 0."""
        rows, columns = size
        gap = ROW if rows > 1 and columns > 1 else 0.0
        places = [n + n // columns * gap for n in range(rows * columns)]
        last = places[-1] if places else 0.0  # a detail that lies in the padding has no cell of the input
        apart = min(apart, LONGEST / (last + 1))
        return Nodes(x, tuple((place - last / 2) * apart for place in places), min(0.5, ROUND * apart))

    @cached_property
    def circle(self) -> Part:
        """A node's outline around (0, 0)."""
        turns = [2 * math.pi * (n + 0.5) / CORNERS for n in range(CORNERS)]
        return tuple((self.radius * math.cos(turn), self.radius * math.sin(turn)) for turn in turns)

    def shape(self, role: str) -> Marks:
        """A node around (0, 0), filled."""
        r = self.radius
        return (Polygon(role, (self.circle,), Plane((-r, -r), (2 * r, 0.0), (0.0, 2 * r))),)

    def outline(self, role: str) -> Marks:
        """A node's edge around (0, 0)."""
        return (Line(role, ((*self.circle, self.circle[0]),)),)

    def all(self, marks: Marks) -> tuple[Group, ...]:
        """The marks of one node, repeated for all nodes."""
        return tuple(Group((self.x, y), marks) for y in self.ys)

    def texts(self, role: str, texts: Sequence[str]) -> tuple[Text, ...]:
        """The texts in the nodes; none if the nodes are small."""
        if self.radius < LEAST_RADIUS:
            return ()
        values = same_size(
            [
                Text(role, (self.x, y), text, VALUE, 2 * self.radius * WITHIN, STRETCH)
                for y, text in zip(self.ys, texts, strict=True)
            ]
        )
        return tuple(values)


@dataclass(frozen=True)
class DenseLayout:
    """The places of all parts: the planes of input, output and kernel, and the nodes `before` and `after` the edges."""

    op: Operation
    height: Axis
    width: Axis
    input_plane: Plane
    output_plane: Plane
    before: Nodes
    after: Nodes
    kernel: Plane
    around: tuple[tuple[int, int], tuple[int, int]]
    added: tuple[int, int]

    @staticmethod
    def of(op: Operation, flags: ViewFlags) -> DenseLayout:
        """The input's plane and the kernel left of the nodes, the output's plane right of them.

        An operation of one dimension is drawn upright, each cell beside its node.
        """
        height, width = drawn_axes(op)
        around, extra = drawn_crops(op, flags), drawn_output_padding(op, flags)
        line = len(op.axes) == 1
        if line:
            height, width, around, extra = width, height, (around[1], around[0]), (extra[1], extra[0])
        deep, rows, bottom = height.extent, height.output, around[0][1]
        taps = kernel_size(op)
        tall = float(deep) if line or not taps else deep + BELOW + taps[0]
        if line:
            before = Nodes(
                BESIDE, tuple(height.before + n * height.spacing + 0.5 - deep / 2 for n in height.shown), ROUND
            )
            after = Nodes(0.0, tuple(y - deep / 2 for y in _middles(height)), ROUND)
        else:
            before, after = _pair((len(height.shown), len(width.shown)), (rows, width.output))
        high = max(before.ys[-1] - before.ys[0], after.ys[-1] - after.ys[0])
        after = replace(after, x=BESIDE + min(max(NARROWEST, SHARE * high), WIDEST))
        below = Plane((-float(width.extent), -tall / 2), RIGHT, DOWN)
        above = Plane((after.x + BESIDE + around[1][0], -rows / 2), RIGHT, DOWN)
        at = (-(width.extent + taps[1]) / 2, tall / 2 - taps[0]) if taps else (0.0, 0.0)
        if taps and line:
            lowest = max(deep / 2, before.ys[-1] + ROUND, rows / 2 + bottom)
            at = ((before.x + after.x - taps[1]) / 2, lowest + BELOW)
        return DenseLayout(op, height, width, below, above, before, after, Plane(at, RIGHT, DOWN), around, extra)

    @property
    def line(self) -> bool:
        """Whether the operation has one dimension."""
        return len(self.op.axes) == 1

    @property
    def bias(self) -> Point:
        """The place of the bias, above the output's nodes."""
        return (self.after.x, self.after.ys[0] - self.after.radius - 0.5)

    def box(self, sliding: SlidingWindow, *, biased: bool) -> Box:
        """The box around all parts."""
        ((top, bottom), (_, right)), taps = self.around, kernel_size(self.op)
        ends = [(0.0, 0.0)] if not taps else [self.kernel.point(0, 0), self.kernel.point(taps[1], taps[0])]
        ends += [
            self.input_plane.point(0, 0),
            self.input_plane.point(self.width.extent, self.height.extent),
        ]
        ends += [
            self.output_plane.point(0, -top),
            self.output_plane.point(self.width.output + right, self.height.output + bottom),
        ]
        for nodes in (self.before, self.after):
            ends += [(nodes.x, nodes.ys[0] - nodes.radius), (nodes.x, nodes.ys[-1] + nodes.radius)]
        ends += [(self.bias[0], self.bias[1] - 0.4)] if biased else []
        return Box.around(ends, BORDER)

    def measured(self, sliding: SlidingWindow) -> tuple[MeasuredPlane, ...]:
        """The planes that labels measure."""
        deep, wide, rows, columns = self.height.extent, self.width.extent, self.height.output, self.width.output
        taps = kernel_size(self.op)
        kernel = (MeasuredPlane("kernel", self.kernel, taps, "left", "bottom"),) if taps else ()
        if self.line:  # the axis goes down
            turned = [Plane(plane.origin, DOWN, RIGHT) for plane in (self.input_plane, self.output_plane)]
            return (
                MeasuredPlane("input", turned[0], (1, deep), "left", "top"),
                *kernel,
                MeasuredPlane("output", turned[1], (1, rows), "right", "bottom", (self.around[1], self.around[0])),
            )
        return (
            MeasuredPlane("input", self.input_plane, (deep, wide), "left", "top"),
            *kernel,
            MeasuredPlane("output", self.output_plane, (rows, columns), "right", "top", self.around),
        )


def _pair(before: Cell, after: Cell) -> tuple[Nodes, Nodes]:
    """The nodes of input and output; nodes of the shorter column are further apart."""
    usual = [Nodes.of(size, BESIDE) for size in (before, after)]
    wanted = [
        SPREAD * (other.ys[-1] - other.ys[0]) / len(nodes.ys)
        for nodes, other in zip(usual, reversed(usual), strict=True)
    ]
    first, last = (
        Nodes.of(size, BESIDE, min(max(APART, apart), 2 * APART))
        for size, apart in zip((before, after), wanted, strict=True)
    )
    return first, last


def _middles(axis: Axis) -> list[float]:
    """The places of output nodes along an axis: the middles of windows, or one cell apart if windows are closer."""
    middles = [sum(axis.window(o)) / 2 for o in range(axis.output)]
    if all(b - a >= 1 for a, b in pairwise(middles)):
        return middles
    return [axis.extent / 2 + o + 0.5 - axis.output / 2 for o in range(axis.output)]


def kernel_size(op: Operation) -> tuple[int, int] | None:
    """(rows, columns) of the kernel; None for pooling, which has no weights."""
    return rows_and_columns(op.kernel_size, 1) if op.weighted else None

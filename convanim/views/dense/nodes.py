"""A layer as a network: columns of nodes, one for each cell, and where they stand beside the planes of their cells."""

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
from ..sliding_window import SlidingWindow, drawn_crops, drawn_output_padding, two_axes
from ..text_size import SMALL, same_size

APART = 1.15  # from node to node, in cells; less where the column of nodes would be longer than LONGEST
LONGEST = 30.0
SPREAD = 0.65  # of the longer column is how long the shorter one is, where that takes no more than twice the distance
ROW = 0.5  # how much further it is to the node of another row of the plane, as a share of APART
ROUND = 0.42  # a node's radius, as a share of the distance to the next
LEAST_RADIUS = 0.3  # of a node with a text
WITHIN = 0.84  # of a node's width, for its text
NARROWEST, WIDEST, SHARE = (
    5.0,
    12.0,
    0.42,
)  # how long connections are from side to side; their share of the columns' height
BESIDE = 1.25  # from a plane to the middle of the nodes
BELOW = 1.4  # from the input's plane, or from the nodes, to the kernel
CORNERS = 24  # of a node


@dataclass(frozen=True)
class Nodes:
    """A column of nodes at x, one for each of `ys`; the first of its marks is the node, filled, and the second its
    outline.
    """

    x: float
    ys: tuple[float, ...]
    radius: float

    @staticmethod
    def of(size: Cell, x: float, apart: float = APART) -> Nodes:
        """The nodes of a plane's cells, row by row, those of a row together, around y = 0."""
        rows, columns = size
        gap = ROW if rows > 1 and columns > 1 else 0.0
        places = [n + n // columns * gap for n in range(rows * columns)]
        apart = min(apart, LONGEST / (places[-1] + 1))
        return Nodes(x, tuple((place - places[-1] / 2) * apart for place in places), min(0.5, ROUND * apart))

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
        """Marks of a node, for all of them."""
        return tuple(Group((self.x, y), marks) for y in self.ys)

    def texts(self, role: str, texts: Sequence[str]) -> list[Text]:
        """What stands in the nodes, nothing where they are small."""
        if self.radius < LEAST_RADIUS:
            return []
        size, _, stretch = SMALL
        return same_size(
            [
                Text(role, (self.x, y), text, size, 2 * self.radius * WITHIN, stretch)
                for y, text in zip(self.ys, texts, strict=True)
            ]
        )


@dataclass(frozen=True)
class DenseLayout:
    """Where all is: the planes of input and output, the nodes before and after the connections, and the kernel's plane."""

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
        """The input's plane and the kernel left of the nodes, the output's plane right of them; a line of cells beside
        its nodes, upright.
        """
        height, width = two_axes(op)
        around, extra = drawn_crops(op, flags), drawn_output_padding(op, flags)
        line = len(op.axes) == 1
        if line:
            height, width, around, extra = width, height, (around[1], around[0]), (extra[1], extra[0])
        deep, rows, bottom = height.extent, height.output, around[0][1]
        taps = kernel_size(op)
        tall = float(deep) if line or not taps else deep + BELOW + taps[0]
        if line:
            before = Nodes(
                BESIDE, tuple(height.before + n * height.spacing + 0.5 - deep / 2 for n in range(height.input)), ROUND
            )
            after = Nodes(0.0, tuple(y - deep / 2 for y in _middles(height)), ROUND)
        else:
            before, after = _pair((height.input, width.input), (rows, width.output))
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
        """Where what is added to each sum stands: above the output's nodes."""
        return (self.after.x, self.after.ys[0] - self.after.radius - 0.5)

    def box(self, sliding: SlidingWindow, *, biased: bool) -> Box:
        """The rectangle around all of it."""
        ((top, bottom), (_, right)), taps = self.around, kernel_size(self.op)
        ends = [(0.0, 0.0)] if not taps else [self.kernel.point(0, 0), self.kernel.point(taps[1], taps[0])]
        ends += [
            self.input_plane.point(-sliding.reach, -sliding.rise),
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
        if self.line:  # the one axis goes down
            turned = [Plane(plane.origin, DOWN, RIGHT) for plane in (self.input_plane, self.output_plane)]
            return (
                MeasuredPlane("input", turned[0], (1, deep), "left", "top", reach=sliding.reach),
                *kernel,
                MeasuredPlane("output", turned[1], (1, rows), "right", "bottom", (self.around[1], self.around[0])),
            )
        return (
            MeasuredPlane(
                "input", self.input_plane, (deep, wide), "left", "top", reach=sliding.reach, rise=sliding.rise
            ),
            *kernel,
            MeasuredPlane("output", self.output_plane, (rows, columns), "right", "top", self.around),
        )


def _pair(before: Cell, after: Cell) -> tuple[Nodes, Nodes]:
    """The nodes of input and output, those of the shorter column further apart."""
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
    """Where along an axis output nodes stand: in the middle of their windows, or a cell apart where windows are closer
    to each other.
    """
    middles = [sum(axis.window(o)) / 2 for o in range(axis.output)]
    if all(b - a >= 1 for a, b in pairwise(middles)):
        return middles
    return [axis.extent / 2 + o + 0.5 - axis.output / 2 for o in range(axis.output)]


def kernel_size(op: Operation) -> tuple[int, int] | None:
    """(rows, columns) of the kernel, None for pooling, which has none."""
    return rows_and_columns(op.kernel_size, 1) if op.weighted else None

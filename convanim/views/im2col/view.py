"""The view "im2col": the kernel as a row, times a matrix with the windows as columns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ...errors import ConvanimError
from ...geometry import Operation
from ...scene import Accumulating, Box, Group, Layer, Line, Marks, MeasuredPlane, PerStep, Scene, Text, moved
from ...scene import roles as roles_of
from ...scene.plane import Plane
from ...text import describe
from ...text.numbers import MINUS
from ...themes.theme import BORDER
from ..flags import ViewFlags
from ..flat import DOWN, RIGHT, plane_texts
from ..input_plane import padded_input
from ..poster import stills
from ..sliding_window import (
    SlidingWindow,
    drawn_axes,
    drawn_crops,
    drawn_output_padding,
    one_channel,
    torn_outputs,
)
from ..text_size import LARGE, Size, cell_values, no_larger, same_size
from ..torn import Look, Torn, torn_edges
from .columns import MATRIX, WindowMatrix, coloured

if TYPE_CHECKING:
    from ...text.cell_texts import Texts

MOST_CELLS = 10_000  # of the matrix of windows
APART = 1.5  # from the kernel to the matrix, with the × between them, and from the matrix to the output's row
BELOW = 1.0  # from the input's plane to the kernel
BIAS = 1.7  # the room of the bias
SIGN = 0.85  # the size of × and =
EQUAL = 0.75  # between the matrix and the output's row


def refuses(op: Operation) -> str:
    """The reason why the view can't draw an operation, or ""."""
    if reason := one_channel(op):
        return reason
    if not op.weighted:
        return f"multiplies windows with a kernel, and {describe.name(op)} has none"
    rows, columns = math.prod(op.kernel_size), math.prod(op.output_size)
    if rows * columns <= MOST_CELLS:
        return ""
    return (
        f"draws a matrix of up to {MOST_CELLS:,} cells, and {rows:,} rows (the kernel's cells) of {columns:,} columns"
        f" (the windows) have {rows * columns:,}"
    )


def draw(op: Operation, texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of a convolution of one or two dimensions and one channel as a product of matrices."""
    if texts is None or not op.weighted:
        raise ConvanimError(
            "the im2col view shows the values of a convolution: give input= and kernel=, a seed, or symbols"
        )
    height, width = drawn_axes(op)
    layout = Im2colLayout(op, drawn_crops(op, flags), biased=texts.bias not in ("", "0"))
    inputs, weights = plane_texts(height, width, texts, flipped=op.flipped, shown=layout.box().width / flags.enlarged)
    sliding = SlidingWindow.of(
        (height, width),
        (layout.input_plane, layout.output_plane),
        flags,
        output_padding=drawn_output_padding(op, flags),
        window_marks=weights,
    )
    matrix = WindowMatrix(op, texts, flags.cell_kinds)
    motion = Im2colMotion(layout, sliding, matrix, tuple(_results(layout, texts)))
    still = Layer(
        (
            *padded_input(layout.input_plane, height, width, flags),
            *moved(tuple(inputs), *layout.input_plane.origin),
            *(() if layout.line else sliding.cropped(layout.around)),
            *_kernel(op, texts, layout.kernel, no_larger(LARGE, inputs)),
            *layout.signs(texts.bias),
            *matrix.grid(pending=sliding.reveal),
            *_torn(layout, grid="pending" if sliding.reveal else "grid"),
            *(() if sliding.reveal else matrix.cells(range(sliding.steps))),
            *motion.outputs(),
        )
    )
    columns = AppearingColumns(motion)
    growing = [Accumulating(columns, columns.roles)] if sliding.reveal else []
    poster, corner = stills(op, texts)
    return Scene(
        layout.box(),
        (still, *growing, PerStep(motion, motion.roles)),
        sliding.steps,
        poster,
        layout.measured(sliding),
        corner=corner,
        remark="" if weights or not texts.kernel else "small",
    )


@dataclass(frozen=True)
class Im2colLayout:
    """The places of all parts: the matrix at (0, 0), the kernel left of its last row, the product below it, and planes
    on both sides.

    Read as a formula that goes on in the next line, this is: kernel × matrix (+ bias) = product.
    """

    op: Operation
    around: tuple[tuple[int, int], tuple[int, int]]
    biased: bool

    @property
    def line(self) -> bool:
        """Whether there is one dimension, so that the product's row is the output's plane."""
        return len(self.op.axes) == 1

    @cached_property
    def size(self) -> tuple[int, int]:
        """(rows, columns) of the matrix: the kernel's cells, and the windows."""
        return math.prod(self.op.kernel_size), math.prod(self.op.output_size)

    @property
    def torn(self) -> Torn:
        """Whether the matrix has more columns before and after those of a detail's windows."""
        sides = torn_outputs(self.op)
        return (False, False), (any(before for before, _ in sides), any(after for _, after in sides))

    @cached_property
    def kernel(self) -> Plane:
        """The kernel as a row."""
        return Plane((-APART - self.size[0], self.size[0] - 1.0), RIGHT, DOWN)

    @cached_property
    def row(self) -> Plane:
        """The product as a row, with a cell below each column."""
        return Plane((0.0, self.size[0] + EQUAL), RIGHT, DOWN)

    @cached_property
    def input_plane(self) -> Plane:
        """The input above the kernel: centred or, if it is wider, with the same right edge."""
        height, width = drawn_axes(self.op)
        spare = max(self.size[0] - width.extent, 0) / 2
        return Plane(
            (-APART - spare - width.extent, min(0.0, self.kernel.origin[1] - BELOW - height.extent)), RIGHT, DOWN
        )

    @cached_property
    def output_plane(self) -> Plane:
        """The output right of the matrix, with the same lower edge as the product's row unless it is too high."""
        if self.line:
            return self.row
        (top, bottom), (left, _) = self.around
        y = max(float(top), self.row.origin[1] + 1 - bottom - drawn_axes(self.op)[0].output)
        return Plane((self.size[1] + APART + self.biased * BIAS + left, y), RIGHT, DOWN)

    def signs(self, bias: str) -> tuple[Text, ...]:
        """The signs of the formula: ×, =, and the bias that is added to each sum."""
        middle = self.size[0] - 0.5
        signs = [
            Text("sign", (-APART / 2, middle), "×", SIGN, 1.0),
            Text("sign", (-APART / 2, self.row.origin[1] + 0.5), "=", SIGN, 1.0),
        ]
        added = f"{MINUS} {bias[1:]}" if bias.startswith(MINUS) else f"+ {bias}"
        return (
            *signs,
            *(
                [Text("sign", (self.size[1] + BIAS / 2 + 0.2, middle), added, SIGN * 0.75, BIAS - 0.2)]
                if self.biased
                else []
            ),
        )

    def box(self) -> Box:
        """The box around all parts."""
        (top, bottom), (_, right) = ((0, 0), (0, 0)) if self.line else self.around
        height, width = drawn_axes(self.op)
        ends = [
            self.kernel.point(0, 0),
            self.input_plane.point(0, 0),
            self.input_plane.point(width.extent, height.extent),
            (0.0, 0.0),
            self.row.point(self.size[1], 1),
            (self.size[1] + self.biased * (BIAS + 0.2), 0.0),
            self.output_plane.point(0, -top),
            self.output_plane.point(width.output + right, height.output + bottom),
        ]
        return Box.around(ends, BORDER)

    def measured(self, sliding: SlidingWindow) -> tuple[MeasuredPlane, ...]:
        """The planes that labels measure."""
        height, width = drawn_axes(self.op)
        whole = (self.size[0], math.prod(self.op.whole.output_size))
        output = (
            MeasuredPlane("output", self.row, (1, self.size[1]), None, "bottom")
            if self.line
            else MeasuredPlane(
                "output", self.output_plane, (height.output, width.output), "right", "bottom", self.around
            )
        )
        return (
            MeasuredPlane("input", self.input_plane, (height.extent, width.extent), "left", "top"),
            MeasuredPlane("kernel", self.kernel, (1, self.size[0]), "left", "bottom"),
            MeasuredPlane("columns_of_windows", MATRIX, self.size, None, "top", torn=self.torn, whole=whole),
            output,
        )


def _torn(layout: Im2colLayout, grid: str) -> Marks:
    """The torn edges of a detail's matrix, and of the product's row, if that isn't the output's plane."""
    rows = [(MATRIX, layout.size), *([] if layout.line else [(layout.row, (1, layout.size[1]))])]
    return tuple(mark for at, size in rows for mark in torn_edges(at, size, layout.torn, Look(""), Look(grid)))


def _kernel(op: Operation, texts: Texts, plane: Plane, size: Size) -> Marks:
    """The kernel as a row, its weights in their colours, in the order in which windows are read."""
    cells = [tap.kernel for tap in op.steps[0].taps]
    values = list(reversed(texts.kernel)) if op.flipped else texts.kernel
    return (
        *coloured(op, plane, [(0, n) for n in range(len(cells))]),
        Line("output_grid", plane.lines((0, 1), (0, len(cells)))),
        *same_size([Text("kernel_value", plane.point(n + 0.5, 0.5), text, *size) for n, text in enumerate(values)]),
    )


def _results(layout: Im2colLayout, texts: Texts) -> list[tuple[Text, ...]]:
    """The output value of each step: in the product's row and, if there is one, in the output's plane."""
    planes = [layout.row] if layout.line else [layout.row, layout.output_plane]
    wide = [layout.size[1], layout.op.output_size[-1]]
    listed = [
        cell_values("output_value", plane, columns, texts.output) for plane, columns in zip(planes, wide, strict=False)
    ]
    return list(zip(*listed, strict=True))


@dataclass(frozen=True)
class Im2colMotion:
    """The moving marks: the window, its column, and the current cell of product and output."""

    layout: Im2colLayout
    sliding: SlidingWindow
    matrix: WindowMatrix
    results: tuple[tuple[Text, ...], ...]

    def _both(self, cell: Group, step: int) -> tuple[Group, ...]:
        """A cell of the output's plane, and its cell in the product's row."""
        return (cell,) if self.layout.line else (replace(cell, at=self.layout.row.point(step, 0)), cell)

    def output(self, step: int) -> Marks:
        """The static marks of a step's output."""
        return (*self._both(self.sliding.appearing(step), step), *self.results[step])

    def outputs(self) -> Marks:
        """All outputs, or with `reveal` the edges of their cells."""
        if not self.sliding.reveal:
            cells = (mark for step in range(self.sliding.steps) for mark in self.output(step))
            return (*cells, *self.sliding.teeth())
        places = self.layout.row.lines((0, 1), (0, self.sliding.steps))
        return (*(() if self.layout.line else [Line("pending", places)]), *self.sliding.output())

    def __call__(self, step: int) -> Marks:
        return (
            *self.sliding.window(step),
            Group(MATRIX.point(step, 0), self.matrix.current),
            *self.matrix.values(step),
            *self._both(self.sliding.current(step), step),
            *self.results[step],
        )

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all moving marks."""
        return self.sliding.roles | roles_of(self.matrix.current) | {"input_value", "output_value"}


@dataclass(frozen=True)
class AppearingColumns:
    """The columns and the outputs that appear one by one."""

    motion: Im2colMotion

    def __call__(self, step: int) -> Marks:
        return (*self.motion.matrix.cells(range(step, step + 1)), *self.motion.output(step))

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all these marks."""
        return frozenset().union(*(roles_of(self(step)) for step in range(self.motion.sliding.steps)))

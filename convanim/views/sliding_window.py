"""The window that slides over the input's plane, and the current cell of the output's plane: the views share them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TypeVar

from ..geometry import Operation
from ..geometry.axis import Axis, Cell, ravel, rows_and_columns
from ..scene import Group, Line, Marks, Polygon, Text, roles
from ..scene.plane import Plane, runs
from .flags import ViewFlags
from .links import EDGES, CopyLinks, Lanes
from .torn import Look, Torn, torn_edges

Cells = TypeVar("Cells")
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class WindowShape:
    """A window along one axis: how many cells it spans, and which of them it reads, counted from its first cell."""

    cells: int
    taps: range

    @staticmethod
    def of(axis: Axis, output: int) -> WindowShape:
        """The shape of one output cell's window. Adaptive windows differ; overhanging windows read fewer cells."""
        start, stop = axis.window(output)
        return WindowShape(stop - start, range(0, min(stop, axis.padded) - start, axis.dilation))


@dataclass(frozen=True)
class SlidingWindow:
    """The moving marks of two planes: the window over the input's plane, and the current cell of the output's plane.

    `window_marks` are added to the window, around its top left corner. Links between copies and the copied cells run in
    the `lanes` of their cells; without these there are none. `output_padding` is the number of rows and of columns at
    the output's end that are marked as added. With `reveal` output cells appear one by one, as they are computed.
    """

    height: Axis
    width: Axis
    input_plane: Plane
    output_plane: Plane
    window_marks: Marks = ()
    lanes: Lanes | None = None
    output_padding: Pair = (0, 0)
    reveal: bool = False
    _windows: dict[tuple[WindowShape, WindowShape], Marks] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @staticmethod
    def of(
        axes: tuple[Axis, Axis],
        planes: tuple[Plane, Plane],
        flags: ViewFlags,
        *,
        output_padding: Pair,
        window_marks: Marks = (),
        lanes: Lanes = EDGES,
    ) -> SlidingWindow:
        """The window over the planes of input and output, drawn by the flags; `axes` are of rows and of columns."""
        return SlidingWindow(
            *axes,
            *planes,
            window_marks,
            lanes if flags.links else None,
            output_padding,
            flags.reveal,
        )

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of all moving marks."""
        copies = (
            axis.role(cell) == "copy"
            for axis in (self.height, self.width)
            if axis.copies
            for o in range(axis.output)
            for cell in axis.taps(o)
        )
        linked = {"copy_link"} if self.lanes and any(copies) else set()
        return frozenset({"tap", "window", "current"} | linked | roles(self.window_marks))

    @cached_property
    def _cell(self) -> Marks:
        plane = self.output_plane.at_origin()
        return (Polygon("current", plane.rectangles([(0, 1)], [(0, 1)]), plane),)

    def _window(self, rows: WindowShape, columns: WindowShape) -> Marks:
        """The shaded taps, and a grid over the whole window, with the gaps of a dilation.

        Windows of one shape share their marks, so that these are drawn, and written, once.
        """
        if (rows, columns) not in self._windows:
            plane = self.input_plane.at_origin()
            taps = Polygon("tap", plane.rectangles(runs(rows.taps), runs(columns.taps)), plane)
            self._windows[rows, columns] = (
                taps,
                Line("window", plane.lines((0, rows.cells), (0, columns.cells))),
                *self.window_marks,
            )
        return self._windows[rows, columns]

    @property
    def steps(self) -> int:
        """The number of output cells."""
        return self.height.output * self.width.output

    def output(self) -> tuple[Polygon | Line, ...]:
        """The output's plane: its area, its grid, and the rows and columns that `output_padding` adds.

        With `reveal` it is the edges of the cells alone.
        """
        extra = self.output_padding
        rows, columns = self.height.output, self.width.output
        lines = self.output_plane.lines((0, rows), (0, columns))
        if self.reveal:
            return (Line("pending", lines), *self.teeth())
        down, right = rows - min(extra[0], rows), columns - min(extra[1], columns)
        parts = self.output_plane.rectangles([(down, rows)] if extra[0] else [], [(0, columns)])
        parts += self.output_plane.rectangles([(0, down)] if down else [], [(right, columns)] if extra[1] else [])
        added = (Polygon("output_padding", parts, self.output_plane),) if parts else ()
        return (
            Polygon("output", self.output_plane.rectangles([(0, rows)], [(0, columns)]), self.output_plane),
            *added,
            Line("output_grid", lines),
            *self.teeth(),
        )

    def teeth(self) -> tuple[Polygon | Line, ...]:
        """The torn edges of a detail's output."""
        fill, grid = ("", "pending") if self.reveal else ("output", "output_grid")
        size, torn = (self.height.output, self.width.output), (self.height.torn_output, self.width.torn_output)
        return torn_edges(self.output_plane, size, torn, Look(fill), Look(grid))

    def _added(self, step: int) -> bool:
        """Whether `output_padding` adds the output cell of a step."""
        r, q = divmod(step, self.width.output)
        return r >= self.height.output - self.output_padding[0] or q >= self.width.output - self.output_padding[1]

    @cached_property
    def _appearing(self) -> tuple[Marks, Marks]:
        """The marks of an appearing output cell, and of one that `output_padding` adds."""
        plane = self.output_plane.at_origin()
        cell = plane.rectangles([(0, 1)], [(0, 1)])
        below, edges = Polygon("output", cell, plane), Line("output_grid", plane.lines((0, 1), (0, 1)))
        return (below, edges), (below, Polygon("output_padding", cell, plane), edges)

    def appearing(self, step: int) -> Group:
        """The output cell that appears in a step, with `reveal`."""
        return Group(
            self.output_plane.point(step % self.width.output, step // self.width.output),
            self._appearing[self._added(step)],
        )

    def cropped(self, around: tuple[Pair, Pair]) -> tuple[Line, ...]:
        """A grid of the cropped cells around the output; `around` is (before, after) of rows and of columns."""
        (top, bottom), (left, right) = around
        rows, columns = self.height.output, self.width.output
        if not top + bottom + left + right:
            return ()
        areas = [
            ((-top, 0), (-left, columns + right)),
            ((rows, rows + bottom), (-left, columns + right)),
            ((0, rows), (-left, 0)),
            ((0, rows), (columns, columns + right)),
        ]
        lines = {line for (y, x) in areas if y[1] > y[0] and x[1] > x[0] for line in self.output_plane.lines(y, x)}
        return (Line("cropped", tuple(sorted(lines))),)

    def corners(self, step: int) -> tuple[Cell, Cell]:
        """(row, column) of the window's top left cell in the padded input, and of the output cell."""
        r, q = divmod(step, self.width.output)
        return (self.height.window(r)[0], self.width.window(q)[0]), (r, q)

    def shapes(self, step: int) -> tuple[WindowShape, WindowShape]:
        """The shape of a step's window along rows and along columns."""
        r, q = divmod(step, self.width.output)
        return WindowShape.of(self.height, r), WindowShape.of(self.width, q)

    def window(self, step: int) -> tuple[Group, *tuple[Line | Polygon, ...]]:
        """The window of a step, and the links under it."""
        (top, left), (r, q) = self.corners(step)
        window = Group(self.input_plane.point(left, top), self._window(*self.shapes(step)))
        return (window, *(self._links.of(r, q) if self._links else ()))

    def current(self, step: int) -> Group:
        """The current output cell of a step."""
        _, (r, q) = self.corners(step)
        return Group(self.output_plane.point(q, r), self._cell)

    @cached_property
    def _links(self) -> CopyLinks | None:
        copies = self.height.copies or self.width.copies
        return CopyLinks(self.height, self.width, self.input_plane, self.lanes) if self.lanes and copies else None


@dataclass(frozen=True)
class AppearingCells:
    """The output cells that appear one by one, each with its text if the view has texts."""

    sliding: SlidingWindow
    results: tuple[Text, ...] = ()

    def __call__(self, step: int) -> Marks:
        return (self.sliding.appearing(step), *self.results[step : step + 1])

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all these marks."""
        extra = {"output_padding"} if any(self.sliding.output_padding) else set()
        return frozenset({"output", "output_grid"} | extra | roles(self.results))


def one_or_two(op: Operation) -> str:
    """The reason why a view of rows and columns can't draw an operation, or ""."""
    return "" if len(op.axes) <= 2 else f"draws 1 or 2 dimensions, and this operation has {len(op.axes)}"


def one_channel(op: Operation) -> str:
    """The reason why a view that shows the values of one channel can't draw an operation, or ""."""
    if reason := one_or_two(op):
        return reason
    if op.in_channels == op.out_channels == 1:
        return ""
    return f"shows the values of one channel, and this has {op.in_channels} to {op.out_channels}"


def shown_inputs(op: Operation, cells: Sequence[Cells]) -> tuple[Cells, ...]:
    """Of something for each cell of the input, row by row, what is for the cells that are drawn."""
    return tuple(cells[ravel(cell, op.input_size)] for cell in product(*op.shown))


def torn_outputs(op: Operation) -> Torn:
    """Whether the output's rows and columns go on before and after those that are drawn."""
    height, width = two_axes(op)
    return height.torn_output, width.torn_output


def two_axes(op: Operation) -> tuple[Axis, Axis]:
    """The axes of rows and columns; an operation of one dimension is one row."""
    return rows_and_columns(op.axes, Axis(1, 1))


def drawn_axes(op: Operation) -> tuple[Axis, Axis]:
    """The axes of rows and columns of a plane that shows the whole input, also the cells that padding cuts off."""
    height, width = two_axes(op)
    return height.drawn, width.drawn


def crops(op: Operation) -> tuple[Pair, Pair]:
    """The output cells that padding takes away, (before, after) of rows and of columns."""
    return rows_and_columns(op.cropped, (0, 0))


def drawn_crops(op: Operation, flags: ViewFlags) -> tuple[Pair, Pair]:
    """The cropped output cells that are drawn, (before, after) of rows and of columns."""
    return crops(op) if flags.cropped else ((0, 0), (0, 0))


def drawn_output_padding(op: Operation, flags: ViewFlags) -> Pair:
    """How many rows and columns are marked as added by `output_padding`."""
    return rows_and_columns(op.output_padding, 0) if flags.output_padding else (0, 0)

"""Grids of cells on planes: what the views that show an input and an output plane have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from ..errors import ConvanimError
from ..geometry import Axis, Cell, Operation
from ..scene import Group, Line, Mark, Part, Point, Polygon

Run = tuple[int, int]  # first cell and the cell after the last


@dataclass(frozen=True, slots=True)
class Plane:
    """A grid of cells in the scene: where its top left corner lies, and the steps to the next column and the next row."""

    origin: Point
    right: Point
    down: Point

    def point(self, x: float, y: float) -> Point:
        """The point at column x and row y; whole numbers are corners of cells."""
        return (self.origin[0] + x * self.right[0] + y * self.down[0], self.origin[1] + x * self.right[1] + y * self.down[1])

    def coordinates(self, point: Point) -> Point:
        """The inverse of `point`."""
        x, y = point[0] - self.origin[0], point[1] - self.origin[1]
        (a, b), (c, d) = self.right, self.down
        det = a * d - b * c
        return ((x * d - y * c) / det, (y * a - x * b) / det)

    def at_origin(self) -> Plane:
        """The same plane with its corner at (0, 0), for marks that a Group places."""
        return Plane((0.0, 0.0), self.right, self.down)

    def rectangles(self, rows: Iterable[Run], columns: Iterable[Run]) -> tuple[Part, ...]:
        """The outlines of all products of runs of rows and runs of columns."""
        return tuple(
            (self.point(x0, y0), self.point(x1, y0), self.point(x1, y1), self.point(x0, y1))
            for (y0, y1), (x0, x1) in product(rows, list(columns))
        )

    def lines(self, rows: Run, columns: Run, *, outline: bool = True) -> tuple[Part, ...]:
        """The grid lines of a rectangle, those along x first; each starts at its left or bottom end, where dashes begin."""
        inner = 0 if outline else 1
        (y0, y1), (x0, x1) = rows, columns
        along_x = tuple((self.point(x0, y), self.point(x1, y)) for y in range(y1 - inner, y0 + inner - 1, -1))
        along_y = tuple((self.point(x, y1), self.point(x, y0)) for x in range(x0 + inner, x1 + 1 - inner))
        return along_x + along_y

    def grid(self, role: str, rows: int, columns: int) -> Line:
        """All grid lines of the plane."""
        return Line(role, self.lines((0, rows), (0, columns)))

    def units(self, height: Axis, width: Axis) -> tuple[Polygon | Line, ...]:
        """The input cells, those that touch as one rectangle with grid lines inside."""
        rows, columns = runs(height.units), runs(width.units)
        inside = tuple(part for r, c in product(rows, columns) for part in self.lines(r, c, outline=False))
        marks: tuple[Polygon | Line, ...] = (Polygon("input", self.rectangles(rows, columns)), Line("input", inside))
        return tuple(mark for mark in marks if mark.parts)

    def window(self, height: Axis, width: Axis) -> tuple[Polygon | Line, ...]:
        """The kernel over the plane's corner: the shaded taps, and a grid over the whole window, gaps of a dilation included."""
        taps = Polygon("tap", self.rectangles(runs(height.taps(0)), runs(width.taps(0))))
        return (taps, self.grid("window", height.effective_kernel, width.effective_kernel))


@dataclass(frozen=True)
class Sliding:
    """What moves in every view of two planes: the window over the input's plane, and the current cell of the output's.

    `marks` are what the view adds to the window, around its top left corner.
    """

    height: Axis
    width: Axis
    below: Plane
    above: Plane
    marks: tuple[Mark, ...] = ()

    @cached_property
    def _shapes(self) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        cell = Polygon("current", self.above.at_origin().rectangles([(0, 1)], [(0, 1)]))
        return self.below.at_origin().window(self.height, self.width) + self.marks, (cell,)

    @property
    def steps(self) -> int:
        """The number of output cells."""
        return self.height.output * self.width.output

    @property
    def poster(self) -> int:
        """The step of the cell in the middle of the output, which stands for all where only one is seen."""
        return self.height.output // 2 * self.width.output + self.width.output // 2

    def output(self) -> tuple[Polygon | Line, ...]:
        """The output's plane: the square and its grid."""
        rows, columns = self.height.output, self.width.output
        return (Polygon("output", self.above.rectangles([(0, rows)], [(0, columns)])), self.above.grid("output_grid", rows, columns))

    def corners(self, step: int) -> tuple[Cell, Cell]:
        """(row, column) of the window's top left corner in the padded input, and of the output cell."""
        r, q = divmod(step, self.width.output)
        return (r * self.height.stride, q * self.width.stride), (r, q)

    def groups(self, step: int) -> tuple[Group, Group]:
        """The window and the current output cell, each in its place."""
        (top, left), (r, q) = self.corners(step)
        window, cell = self._shapes
        return Group(self.below.point(left, top), window), Group(self.above.point(q, r), cell)


def runs(cells: range) -> list[Run]:
    """Neighbouring cells of a range joined: 0, 1, 2 is one run, 0, 2, 4 are three."""
    if cells and cells.step == 1:
        return [(cells.start, cells.stop)]
    return [(c, c + 1) for c in cells]


def two_axes(op: Operation, view: str) -> tuple[Axis, Axis]:
    """The axes of rows and columns; an operation of one dimension is one row."""
    axes = op.axes
    if len(axes) > 2:
        raise ConvanimError(f"the {view} view draws 1 or 2 dimensions, and this operation has {len(axes)}: leave the others out")
    return (Axis(1, 1), axes[0]) if len(axes) == 1 else (axes[0], axes[1])

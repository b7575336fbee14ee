"""The output's row in the view "line": each cell is below its window, so that cells are as far apart as windows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ...geometry.axis import Axis
from ...scene import Group, Line, Marks, Polygon
from ...scene.plane import Part, Plane
from ..torn import Look, torn_edges


@dataclass(frozen=True)
class OutputRow:
    """A row of `count` output cells. The first begins at the column `first`, each other `apart` columns later.

    `plane` begins where the first cell does; `added` are the last cells, which output_padding added. The row of a
    detail is `torn` where it goes on.
    """

    plane: Plane
    first: float
    count: int
    apart: float
    added: int = 0
    reveal: bool = False
    torn: tuple[bool, bool] = (False, False)

    @staticmethod
    def below(plane: Plane, axis: Axis, y: float, *, added: int = 0, reveal: bool = False) -> OutputRow:
        """The row at the row y of the input's plane, each cell below its window's middle.

        Where padding gives an output for each input cell ("same", "causal"), an output stands below its own. Adaptive
        windows aren't equally far apart; their outputs are, and never closer than side by side.
        """
        whole, count = axis.whole.drawn, axis.output
        apart, reach = float(axis.stride), axis.effective_kernel - 1
        own = not any(whole.around) and whole.before + whole.after == reach
        first = whole.before if own else whole.around[0] + reach / 2
        if axis.adaptive:
            apart = max(1.0, whole.input / whole.output)
            first = (whole.input - (whole.output - 1) * apart - 1) / 2
        first += axis.start * apart - axis.first
        start = Plane(plane.point(first, y), plane.right, plane.down)
        return OutputRow(start, first, count, apart, added, reveal, axis.torn_output)

    @property
    def length(self) -> float:
        """The length from the first cell to the last, both included, in columns."""
        return (self.count - 1) * self.apart + 1

    @property
    def ruled(self) -> Plane:
        """A plane with one column for each cell, as long as the row: to measure it."""
        share = self.length / self.count
        return Plane(self.plane.origin, (self.plane.right[0] * share, self.plane.right[1] * share), self.plane.down)

    def left(self, output: int) -> float:
        """The column at which a cell begins."""
        return self.first + output * self.apart

    def still(self) -> Marks:
        """The static marks of the row; with `reveal` the edges of its cells alone."""
        fill, grid = ("", "pending") if self.reveal else ("output", "output_grid")
        torn = (False, False), self.torn
        teeth = torn_edges(self.ruled, (1, self.count), torn, Look(fill), Look(grid))
        if self.reveal:
            return (Line("pending", self._lines()), *teeth)
        added = range(max(self.count - self.added, 0), self.count)
        extra = (Polygon("output_padding", self._cells(added), self.plane),) if added else ()
        return (
            Polygon("output", self._cells(range(self.count)), self.plane),
            *extra,
            Line("output_grid", self._lines()),
            *teeth,
        )

    def appearing(self, output: int) -> Group:
        """The cell that appears in a step, with `reveal`."""
        return self._placed(output, self._appearing[output >= self.count - self.added])

    def current(self, output: int) -> Group:
        """The current cell of a step."""
        return self._placed(output, self._current)

    def _placed(self, output: int, marks: Marks) -> Group:
        return Group(self.plane.point(output * self.apart, 0), marks)

    @cached_property
    def _current(self) -> Marks:
        plane = self.plane.at_origin()
        return (Polygon("current", plane.rectangles([(0, 1)], [(0, 1)]), plane),)

    @cached_property
    def _appearing(self) -> tuple[Marks, Marks]:
        plane = self.plane.at_origin()
        cell = plane.rectangles([(0, 1)], [(0, 1)])
        below, edges = Polygon("output", cell, plane), Line("output_grid", plane.lines((0, 1), (0, 1)))
        return (below, edges), (below, Polygon("output_padding", cell, plane), edges)

    def _cells(self, outputs: range) -> tuple[Part, ...]:
        """The outlines of cells; neighbours have one outline."""
        if self.apart == 1:
            return self.plane.rectangles([(0, 1)], [(outputs.start, outputs.stop)])
        return self.plane.rectangles([(0, 1)], [(o * self.apart, o * self.apart + 1) for o in outputs])

    def _lines(self) -> tuple[Part, ...]:
        if self.apart == 1:
            return self.plane.lines((0, 1), (0, self.count))
        cells = (replace(self.plane, origin=self.plane.point(o * self.apart, 0)) for o in range(self.count))
        return tuple(line for cell in cells for line in cell.lines((0, 1), (0, 1)))

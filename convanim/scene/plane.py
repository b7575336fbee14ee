"""A grid of cells on a plane of a scene: where its cells lie, and the outlines and lines that they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

Point = tuple[float, float]
Part = tuple[Point, ...]
Run = tuple[int, int]  # first cell and the cell after the last


@dataclass(frozen=True, slots=True)
class Plane:
    """A grid of cells in the scene: its top left corner, and the steps to the next column and to the next row."""

    origin: Point
    right: Point
    down: Point

    def point(self, x: float, y: float) -> Point:
        """The point at column x and row y; whole numbers are corners of cells."""
        return (
            self.origin[0] + x * self.right[0] + y * self.down[0],
            self.origin[1] + x * self.right[1] + y * self.down[1],
        )

    def coordinates(self, point: Point) -> Point:
        """The inverse of `point`."""
        x, y = point[0] - self.origin[0], point[1] - self.origin[1]
        (a, b), (c, d) = self.right, self.down
        det = a * d - b * c
        return ((x * d - y * c) / det, (y * a - x * b) / det)

    def moved(self, x: float, y: float) -> Plane:
        """The same plane, that far to the right and down."""
        return Plane((self.origin[0] + x, self.origin[1] + y), self.right, self.down)

    def at_origin(self) -> Plane:
        """The same plane with its corner at (0, 0), for marks that a Group places."""
        return Plane((0.0, 0.0), self.right, self.down)

    def rectangle(self, rows: tuple[float, float], columns: tuple[float, float]) -> Part:
        """The four corners of a run of rows and a run of columns, from the top left on."""
        (y0, y1), (x0, x1) = rows, columns
        return self.point(x0, y0), self.point(x1, y0), self.point(x1, y1), self.point(x0, y1)

    def rectangles(
        self, rows: Iterable[tuple[float, float]], columns: Iterable[tuple[float, float]]
    ) -> tuple[Part, ...]:
        """The outlines of all products of runs of rows and runs of columns."""
        return tuple(self.rectangle(*runs) for runs in product(rows, list(columns)))

    def lines(self, rows: Run, columns: Run, *, outline: bool = True) -> tuple[Part, ...]:
        """The grid lines of a rectangle, those along x first; each starts at its left or bottom end, where dashes
        begin.
        """
        inner = 0 if outline else 1
        (y0, y1), (x0, x1) = rows, columns
        along_x = tuple((self.point(x0, y), self.point(x1, y)) for y in range(y1 - inner, y0 + inner - 1, -1))
        along_y = tuple((self.point(x, y1), self.point(x, y0)) for x in range(x0 + inner, x1 + 1 - inner))
        return along_x + along_y


def between(start: Point, end: Point, share: float) -> Point:
    """The point on the way from one to another."""
    return (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))


def crossing(start: Point, end: Point, size: Point) -> tuple[float, float] | None:
    """From where to where a line lies over a plane's cells, as shares of its length; None where it doesn't (Liang &
    Barsky, 1984).

    Its ends are (column, row) in the plane's coordinates, and `size` is how many columns and rows there are.
    """
    enter, leave = 0.0, 1.0
    for a, b, limit in zip(start, end, size, strict=True):
        if abs(b - a) < 1e-9:
            if not 0 < a < limit:
                return None
            continue
        first, last = sorted((-a / (b - a), (limit - a) / (b - a)))
        enter, leave = max(enter, first), min(leave, last)
    return (enter, leave) if leave - enter > 1e-9 else None


def runs(cells: range) -> list[Run]:
    """Neighbouring cells of a range joined: 0, 1, 2 is one run, 0, 2, 4 are three."""
    if cells and cells.step == 1:
        return [(cells.start, cells.stop)]
    return [(c, c + 1) for c in cells]


def joined(cells: Iterable[int]) -> list[Run]:
    """Neighbouring cells joined, of any cells in ascending order."""
    found: list[Run] = []
    for cell in cells:
        if found and found[-1][1] == cell:
            found[-1] = (found[-1][0], cell + 1)
        else:
            found.append((cell, cell + 1))
    return found

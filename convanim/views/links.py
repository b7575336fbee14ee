"""Lines from copied cells of the padding to the cells that they copy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

from ..geometry.axis import Axis
from ..scene import Line, Polygon
from ..scene.plane import Plane, Point

DOT = 0.09  # half of the mark at a link's end
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where in a cell links run: upright ones at the column `first[0]`, level ones at the row `first[1]`.

    Links that would lie along each other run side by side, at most `apart`, the last of them no farther than `room`
    before the first. A link ends at `end` in the cell that is copied.
    """

    first: Point
    room: Point
    apart: float
    end: Point

    def place(self, direction: int, track: int, tracks: int) -> float:
        """The column (direction 0) or the row (direction 1) of one of so many tracks."""
        return self.first[direction] - track * min(self.apart, self.room[direction] / max(tracks - 1, 1))


# along the edges of the cells, where neither digits nor weights stand
EDGES = Lanes((0.05, 0.12), (0.1, 0.15), 0.075, (0.06, 0.06))
MIDDLES = Lanes((0.5, 0.5), (0.24, 0.24), 0.08, (0.5, 0.5))  # of views without digits


@dataclass(frozen=True)
class CopyLinks:
    """The links on an input's plane. They run along rows and columns, a corner's first along its row."""

    height: Axis
    width: Axis
    plane: Plane
    lanes: Lanes

    @cached_property
    def _places(self) -> tuple[dict[int, float], dict[int, float]]:
        """Where in its column an upright link of a copied row runs, and where in its row a level one of a column."""
        found = []
        for direction, axis in enumerate((self.height, self.width)):
            tracks = _tracks(axis)
            count = max(tracks.values(), default=0) + 1
            found.append({cell: self.lanes.place(direction, track, count) for cell, track in tracks.items()})
        return found[0], found[1]

    def of(self, r: int, q: int) -> tuple[Line | Polygon, ...]:
        """A line from each copy under the window of an output cell to the cell that it copies, which gets a mark.

        A line that meets the beginning of another one to the same cell ends there: none is drawn twice.
        """
        paths: list[tuple[Point, list[Point]]] = []
        ends = set()
        for row, column in product(self.height.taps(r), self.width.taps(q)):
            source = self.height.source(row), self.width.source(column)
            copied = row in self._places[0], column in self._places[1]
            if any(copied) and source[0] in self.height.shown and source[1] in self.width.shown:
                assert source[0] is not None
                assert source[1] is not None
                y, x = self.height.before + source[0], self.width.before + source[1]
                ends.add(end := (x + self.lanes.end[0], y + self.lanes.end[1]))
                paths.append((end, self._path((row, column), (y, x))))
        if not paths:
            return ()
        lines = [
            tuple(self.plane.point(*at) for at in _joined(path, [other[0] for to, other in paths if to == end]))
            for end, path in paths
        ]
        marks = tuple(
            part for x, y in sorted(ends) for part in self.plane.rectangles([(y - DOT, y + DOT)], [(x - DOT, x + DOT)])
        )
        return (Line("copy_link", tuple(lines)), Polygon("copy_link", marks, self.plane))

    def _path(self, copy: tuple[int, int], cell: tuple[int, int]) -> list[Point]:
        """From a copy to the cell: along the row to its column, then along the column. It begins and ends inside of
        them, also where it runs between cells.
        """
        (row, column), (y, x), (right, down) = copy, cell, self.lanes.end
        upright, level = self._places
        if column in level:
            start, found = (column + 0.5, row + self.lanes.first[1]), [(column + 0.5, row + level[column])]
            found.append((x + upright.get(row, right), row + level[column]))
        else:
            start, found = (column + self.lanes.first[0], row + 0.5), [(column + upright[row], row + 0.5)]
        if row in upright:
            found.append((x + upright[row], y + down))
        end = x + right, y + down
        return [
            *([] if _within(found[0], row, column) else [start]),
            *found,
            *([] if _within(found[-1], y, x) else [end]),
        ]


def _joined(path: list[Point], starts: list[Point]) -> list[Point]:
    """The path up to the first of these points that lies on it behind its own start; each of its parts is level or
    upright.
    """
    for n, ((x0, y0), (x1, y1)) in enumerate(pairwise(path)):
        met = [
            at
            for at in starts
            if at != path[0]
            and min(x0, x1) - NEAR < at[0] < max(x0, x1) + NEAR
            and min(y0, y1) - NEAR < at[1] < max(y0, y1) + NEAR
        ]
        if met:
            return [*path[: n + 1], min(met, key=lambda at: abs(at[0] - x0) + abs(at[1] - y0))]
    return path


def _within(at: Point, row: int, column: int) -> bool:
    """Whether a point lies in a cell."""
    return 0 < at[0] - column < 1 and 0 < at[1] - row < 1


def _tracks(axis: Axis) -> dict[int, int]:
    """A track for each copy along an axis: another one for links to another cell that one window shows beside it."""
    copies = {cell: axis.before + source for cell in range(axis.padded) if (source := _copied(axis, cell)) is not None}
    beside: dict[int, set[int]] = {cell: set() for cell in copies}
    for output in range(axis.output) if copies else ():
        seen = [cell for cell in axis.taps(output) if cell in copies]
        for one, other in product(seen, seen):
            spans = [sorted((cell, copies[cell])) for cell in (one, other)]
            if copies[one] != copies[other] and max(spans)[0] < min(end for _, end in spans):
                beside[one].add(other)
    tracks: dict[int, int] = {}
    for cell in copies:
        taken = {tracks[other] for other in beside[cell] if other in tracks}
        tracks[cell] = next(n for n in range(len(taken) + 1) if n not in taken)
    return tracks


def _copied(axis: Axis, cell: int) -> int | None:
    """The input cell that a copy in the padding copies, if it is drawn; None for all other cells."""
    source = axis.source(cell) if axis.role(cell) == "copy" else None
    return source if source in axis.shown else None

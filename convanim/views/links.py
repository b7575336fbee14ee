"""Lines from copied cells of the padding to the cells that they copy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

from ..geometry.axis import Axis
from ..scene import Line, Polygon
from ..scene.plane import Plane, Point

DOT = 0.09  # half of the mark at a link's end


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
        """A line from each copy under the window of an output cell to the cell that it copies, which gets a mark."""
        lines, ends = [], set()
        for row, column in product(self.height.taps(r), self.width.taps(q)):
            source = self.height.source(row), self.width.source(column)
            copied = row in self._places[0], column in self._places[1]
            if any(copied) and source[0] is not None and source[1] is not None:
                y, x = self.height.before + source[0], self.width.before + source[1]
                lines.append(tuple(self.plane.point(*at) for at in self._path((row, column), (y, x))))
                ends.add((x + self.lanes.end[0], y + self.lanes.end[1]))
        if not lines:
            return ()
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
        return [start, *(at for at in [*found, (x + right, y + down)] if at != start)]


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
    """The input cell that a copy in the padding copies; None for all other cells."""
    return axis.source(cell) if axis.role(cell) == "copy" else None

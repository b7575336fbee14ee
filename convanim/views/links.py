"""Lines from copied cells of the padding to the cells that they copy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

from ..geometry.axis import Axis
from ..scene import Line, Polygon
from ..scene.plane import Plane, Point

LINK = (0.14, 0.14)  # links begin and end at this point of a cell, so that they miss the digits of rows and columns
DOT = 0.09  # half of the mark at a link's end
# Links that would lie along each other are bowed: by so much for each cell of their length, in one row or column and
# otherwise, and by at most so many cells, which is less than the flat view's margin.
BOW, SLANTED_BOW, BOW_MOST = 0.15, 0.06, 1.0
BOW_PARTS = 8  # a bowed link consists of so many straight lines


@dataclass(frozen=True)
class CopyLinks:
    """The links on an input's plane; `place` is where in a cell they begin and end."""

    height: Axis
    width: Axis
    plane: Plane
    place: Point

    @cached_property
    def _crowded(self) -> tuple[bool, bool]:
        """Whether links of some window overlap if they are straight, by rows and by columns."""
        return _crowded(self.height), _crowded(self.width)

    @property
    def reach(self) -> float:
        """How far links bow out beyond the plane's left edge, in cells: those between cells of the first column."""
        return _bulge(self.height, self.place[0]) if self._crowded[0] else 0.0

    @property
    def rise(self) -> float:
        """How far links bow out beyond the plane's top edge, in cells: those between cells of the first row."""
        return _bulge(self.width, self.place[1]) if self._crowded[1] else 0.0

    def of(self, r: int, q: int) -> tuple[Line | Polygon, ...]:
        """A line from each copy under the window of an output cell to the cell that it copies, which gets a mark."""
        lines, dots = [], set()
        x, y = self.place
        rows, columns = self._crowded
        for row, column in product(self.height.taps(r), self.width.taps(q)):
            source = self.height.source(row), self.width.source(column)
            if (
                "copy" in (self.height.role(row), self.width.role(column))
                and source[0] is not None
                and source[1] is not None
            ):
                start, end = (
                    (column + x, row + y),
                    (self.width.before + source[1] + x, self.height.before + source[0] + y),
                )
                bow = (
                    columns * BOW
                    if start[1] == end[1]
                    else rows * BOW
                    if start[0] == end[0]
                    else rows * columns * SLANTED_BOW
                )
                lines.append(tuple(self.plane.point(*at) for at in _bowed(start, end, bow)))
                dots.add(end)
        if not lines:
            return ()
        marks = tuple(
            part for x, y in sorted(dots) for part in self.plane.rectangles([(y - DOT, y + DOT)], [(x - DOT, x + DOT)])
        )
        return (Line("copy_link", tuple(lines)), Polygon("copy_link", marks, self.plane))


def _bulge(axis: Axis, place: float) -> float:
    """How far the longest link along an axis bows beyond an edge; links begin `place` away from the edge."""
    longest = max(
        (abs(cell - axis.before - source) for cell in range(axis.padded) if (source := axis.source(cell)) is not None),
        default=0,
    )
    return max(0.0, min(BOW * longest, BOW_MOST) - place)


def _crowded(axis: Axis) -> bool:
    """Whether a window has copies whose links to different cells overlap."""
    if not axis.copies:
        return False
    for output in range(axis.output):
        copies = [
            (cell, axis.before + source)
            for cell in axis.taps(output)
            if axis.role(cell) == "copy" and (source := axis.source(cell)) is not None
        ]
        spans = sorted((min(link), max(link), link[1]) for link in copies)
        if any(start < end and one != other for (_, end, one), (start, _, other) in pairwise(spans)):
            return True
    return False


def _bowed(start: Point, end: Point, bow: float) -> list[Point]:
    """A line that bows by `bow` for each cell of its length: upwards, or to the left if it is upright."""
    if not bow:
        return [start, end]
    dx, dy = end[0] - start[0], end[1] - start[1]
    rise = min(bow, BOW_MOST / math.hypot(dx, dy)) * (-1 if dx < 0 or (dx == 0 and dy > 0) else 1)
    shares = [(t / BOW_PARTS, rise * 4 * t * (BOW_PARTS - t) / BOW_PARTS**2) for t in range(BOW_PARTS + 1)]
    return [(start[0] + t * dx + aside * dy, start[1] + t * dy - aside * dx) for t, aside in shares]

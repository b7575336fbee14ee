"""Hatches: lines, dots and marks that tell roles apart without colour, laid over the cells of a plane and cut at a
polygon's edge.

They are lines like any other, so every renderer can draw them, and they lean with the plane that they lie on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

from . import Polygon
from .plane import Part, Plane, Point

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Family:
    """Parallel lines on a plane of cells: all points with `a x + b y = first + n * apart`, for every whole n.

    `dashes` are the parts of each cell's width (of its height, where the lines are upright) in which they are drawn;
    the whole of it if there are none.
    """

    a: float
    b: float
    first: float
    apart: float = 1.0
    dashes: tuple[Span, ...] = ()


# every pattern leaves the middle of a cell as clear as it can: digits stand there
HATCHES: dict[str, tuple[Family, ...]] = {
    "/": (Family(1, 1, 0.5),),
    "\\": (Family(1, -1, 0.5),),
    "x": (Family(1, 1, 0.0), Family(1, -1, 0.0)),
    "-": (Family(0, 1, 0.15), Family(0, 1, 0.85)),
    "|": (Family(1, 0, 0.15), Family(1, 0, 0.85)),
    ".": (
        Family(0, 1, 0.15, dashes=((0.105, 0.195), (0.805, 0.895))),
    ),  # two dots: a kernel's digit stands in the lower half
    "+": (Family(0, 1, 0.2, dashes=((0.07, 0.33),)), Family(1, 0, 0.2, dashes=((0.07, 0.33),))),
}


def hatched(polygon: Polygon, pattern: str) -> tuple[Part, ...]:
    """The lines of a pattern of HATCHES over a polygon, in the scene's cells, as parts of a Line."""
    return tuple(
        (polygon.plane.point(*start), polygon.plane.point(*end))
        for part in polygon.parts
        for family in HATCHES[pattern]
        for start, end in _lines(family, _corners(polygon.plane, part))
    )


def _corners(plane: Plane, part: Part) -> list[Point]:
    """The corners in the plane's cells, without the noise of floating point, so that lines through corners stay what
    they are.
    """
    return [(round(x, 9), round(y, 9)) for x, y in map(plane.coordinates, part)]


def _lines(family: Family, corners: list[Point]) -> Iterator[tuple[Point, Point]]:
    """The pieces of a family's lines inside a polygon."""
    a, b = family.a, family.b
    values = [a * x + b * y for x, y in corners]
    count = range(
        ceil((min(values) - family.first) / family.apart), floor((max(values) - family.first) / family.apart) + 1
    )
    for line in (family.first + n * family.apart for n in count):
        # where the outline changes sides; a corner on the line belongs to one side, so that the pieces always come in
        # pairs
        edges = zip(corners, values, [*corners[1:], corners[0]], [*values[1:], values[0]], strict=True)
        cuts = sorted(_along(family, p, q, (line - s) / (e - s)) for p, s, q, e in edges if (s < line) != (e < line))
        for start, end in _dashed(family.dashes, zip(cuts[::2], cuts[1::2], strict=True)):
            if end - start > 1e-6:
                yield _at(family, line, start), _at(family, line, end)


def _along(family: Family, p: Point, q: Point, share: float) -> float:
    """How far along a family's line, in x or for upright lines in y, the point lies that is this share of the way from
    p to q.
    """
    axis = 0 if family.b else 1
    return p[axis] + share * (q[axis] - p[axis])


def _at(family: Family, line: float, along: float) -> Point:
    return (along, (line - family.a * along) / family.b) if family.b else (line / family.a, along)


def _dashed(dashes: tuple[Span, ...], pieces: Iterator[Span]) -> Iterator[Span]:
    if not dashes:
        yield from pieces
        return
    for start, end in pieces:
        for cell in range(floor(start), ceil(end)):
            for on, off in dashes:
                yield max(start, cell + on), min(end, cell + off)

"""Rays from plane to plane, cut where cells hide them.

Rays are cut, and planes are not painted over them, so that all moving marks can be drawn over all static marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..scene.plane import Plane, Point, between, crossing

Ray = tuple[Point, Point]


def ray(start: Point, plane: Plane, corner: tuple[int, int], size: tuple[int, int]) -> list[Ray]:
    """The visible parts of a ray from a point below a plane to a corner, (column, row), of this plane's cells.

    The plane has (columns, rows) that hide the ray. A corner of cropped cells lies beyond them.
    """
    return _parts(start, plane.point(*corner), [crossing(plane.coordinates(start), corner, size)])


def visible(start: Point, end: Point, planes: Sequence[tuple[Plane, tuple[int, int]]]) -> list[Ray]:
    """The parts of a ray that no plane hides; each plane comes with its (rows, columns)."""
    spans = [crossing(plane.coordinates(start), plane.coordinates(end), size[::-1]) for plane, size in planes]
    return _parts(start, end, spans)


def _parts(start: Point, end: Point, hidden: Iterable[tuple[float, float] | None]) -> list[Ray]:
    """The parts of a ray outside the hidden spans, which are shares of its length."""
    done, shown = 0.0, []
    for enter, leave in sorted(filter(None, hidden)):
        if enter > done:
            shown.append((done, enter))
        done = max(done, leave)
    if done < 1:
        shown.append((done, 1.0))
    return [(between(start, end, first), between(start, end, last)) for first, last in shown]

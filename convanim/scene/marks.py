"""Marks: what a view draws, in units of one cell (x to the right, y down). A mark knows no colour and no format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Literal

from .plane import Part, Plane, Point

Side = Literal["left", "right", "top", "bottom"]
UPRIGHT = Plane((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))  # the scene's own cells


@dataclass(frozen=True, slots=True)
class Line:
    """Open polylines of one role, drawn as one; dashes start anew in each part."""

    role: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Polygon:
    """Closed polygons of one role, filled and outlined as one; parts don't overlap. A theme's hatch follows the cells
    of `plane`.
    """

    role: str
    parts: tuple[Part, ...]
    plane: Plane = UPRIGHT


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text centred at a point.

    `size` is the font size and `width` the room that the text shrinks into, both in cells; `stretch` widens the
    letters. The size is that at which `like` fits too: texts that are like each other get one size. `face` is "roman"
    for the numbers of cells, as the guide has them, and "sans" for words.
    """

    role: str
    at: Point
    text: str
    size: float
    width: float
    stretch: float = 1.0
    like: str = ""
    face: Literal["roman", "sans"] = "roman"


@dataclass(frozen=True, slots=True)
class Group:
    """Marks around their own origin, placed at a point; a shape that many steps share is drawn, or written, only once."""

    at: Point
    marks: tuple[Mark, ...]


Mark = Line | Polygon | Text | Group
Marks = tuple[Mark, ...]


def moved(marks: Marks, x: float, y: float) -> Marks:
    """The marks, that far to the right and down; groups stay groups."""
    return tuple(_moved(mark, x, y) for mark in marks)


def _moved(mark: Mark, x: float, y: float) -> Mark:
    if isinstance(mark, Group | Text):
        return replace(mark, at=(mark.at[0] + x, mark.at[1] + y))
    parts = tuple(tuple((px + x, py + y) for px, py in part) for part in mark.parts)
    if isinstance(mark, Line):
        return Line(mark.role, parts)
    (ox, oy), right, down = mark.plane.origin, mark.plane.right, mark.plane.down
    return Polygon(mark.role, parts, Plane((ox + x, oy + y), right, down))


def roles(marks: Marks) -> frozenset[str]:
    """The roles of the marks, those in groups included."""
    return frozenset(
        role for mark in marks for role in (roles(mark.marks) if isinstance(mark, Group) else (mark.role,))
    )


def extremes(marks: Marks, text_width: Callable[[Text], float] = attrgetter("width")) -> Iterator[Point]:
    """Points between which the marks lie, in cells. A text is as wide as its room, unless `text_width` measures it."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from extremes(moved(mark.marks, *mark.at), text_width)
        elif isinstance(mark, Text):
            (x, y), half, high = mark.at, text_width(mark) / 2, mark.size / 2
            yield from ((x - half, y - high), (x + half, y + high))
        else:
            yield from (point for part in mark.parts for point in part)

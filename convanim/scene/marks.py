"""Marks: what a view draws, in units of one cell (x to the right, y down).

A mark knows no format. Its role says how it looks; a mark that shows a value has a `colour` beside its role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Literal

from ..errors import ConvanimError
from .plane import Part, Plane, Point

Side = Literal["left", "right", "top", "bottom"]
UPRIGHT = Plane((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))  # the scene's own cells


@dataclass(frozen=True, slots=True)
class Shade:
    """A value as a colour: an index from 0 to 255 into a row of COLORMAPS."""

    colormap: str
    index: int


@dataclass(frozen=True, slots=True)
class ReadableOn:
    """The colour of a text that stands on a shaded cell: the theme's if it can be read there, else black or white.

    `role` is the cell's, and `veil` a role whose fill lies over the cell and below the text.
    """

    shade: Shade
    role: str
    veil: str = ""


Colour = Shade | ReadableOn


@dataclass(frozen=True, slots=True)
class Line:
    """Open polylines of one role, drawn as one; dashes start anew in each part."""

    role: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Polygon:
    """Closed polygons of one role, filled and outlined as one; parts don't overlap. A theme's hatch follows the cells
    of `plane`. A `colour` takes the place of the role's fill.
    """

    role: str
    parts: tuple[Part, ...]
    plane: Plane = UPRIGHT
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text centred at a point.

    `size` is the font size and `width` the room that the text shrinks into, both in cells; `stretch` widens the
    letters. The size is that at which `like` fits too: texts that are like each other get one size. `face` is "roman"
    for the numbers of cells, as the guide has them, and "sans" for words. A `colour` takes the place of the role's.
    """

    role: str
    at: Point
    text: str
    size: float
    width: float
    stretch: float = 1.0
    like: str = ""
    face: Literal["roman", "sans"] = "roman"
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Raster:
    """A grid of colours in a parallelogram: each pixel fills one cell of `plane`, in one flat colour, without gaps.

    `pixels` are `rows` x `columns`, row by row from the plane's corner: a byte of grey each, or three bytes of red,
    green and blue. The role gives the opacity alone. Raises ConvanimError for another number of bytes.
    """

    role: str
    plane: Plane
    rows: int
    columns: int
    pixels: bytes

    def __post_init__(self) -> None:
        cells = self.rows * self.columns
        if self.rows < 1 or self.columns < 1 or len(self.pixels) not in (cells, 3 * cells):
            raise ConvanimError(
                f"a raster of {self.rows} x {self.columns} pixels has {len(self.pixels)} bytes: give one byte of grey"
                " or three of red, green and blue for each pixel"
            )

    @property
    def channels(self) -> int:
        """1 for grey, 3 for red, green and blue."""
        return len(self.pixels) // (self.rows * self.columns)

    def colour(self, row: int, column: int) -> str:
        """The colour of a pixel as `#rrggbb`."""
        start = (row * self.columns + column) * self.channels
        return "#" + (self.pixels[start : start + self.channels] * (3 // self.channels)).hex()

    @property
    def outline(self) -> Part:
        """The corners of the parallelogram."""
        return self.plane.rectangles([(0, self.rows)], [(0, self.columns)])[0]


@dataclass(frozen=True, slots=True)
class Group:
    """Marks around their own origin, placed at a point. A shape that many steps share is drawn or written once."""

    at: Point
    marks: tuple[Mark, ...]


Mark = Line | Polygon | Text | Raster | Group
Marks = tuple[Mark, ...]


def moved(marks: Marks, x: float, y: float) -> Marks:
    """The marks, that far to the right and down; groups stay groups."""
    return tuple(_moved(mark, x, y) for mark in marks)


def _moved(mark: Mark, x: float, y: float) -> Mark:
    if isinstance(mark, Text):  # the most frequent mark; `replace` takes twice the time
        at = mark.at[0] + x, mark.at[1] + y
        return Text(mark.role, at, mark.text, mark.size, mark.width, mark.stretch, mark.like, mark.face, mark.colour)
    if isinstance(mark, Group):
        return Group((mark.at[0] + x, mark.at[1] + y), mark.marks)
    if isinstance(mark, Raster):
        return replace(mark, plane=mark.plane.moved(x, y))
    parts = tuple(tuple((px + x, py + y) for px, py in part) for part in mark.parts)
    if isinstance(mark, Line):
        return Line(mark.role, parts)
    return Polygon(mark.role, parts, mark.plane.moved(x, y), mark.colour)


def roles(marks: Marks) -> frozenset[str]:
    """The roles of the marks, those in groups included."""
    found: set[str] = set()
    for mark in marks:
        if isinstance(mark, Group):
            found |= roles(mark.marks)
        else:
            found.add(mark.role)
    return frozenset(found)


def extremes(marks: Marks, text_width: Callable[[Text], float] = attrgetter("width")) -> Iterator[Point]:
    """Points between which the marks lie, in cells. A text is as wide as its room, unless `text_width` measures it."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from extremes(moved(mark.marks, *mark.at), text_width)
        elif isinstance(mark, Text):
            (x, y), half, high = mark.at, text_width(mark) / 2, mark.size / 2
            yield from ((x - half, y - high), (x + half, y + high))
        elif isinstance(mark, Raster):
            yield from mark.outline
        else:
            yield from (point for part in mark.parts for point in part)

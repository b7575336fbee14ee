"""What a view draws: marks in units of one cell (x to the right, y down), in layers. A scene knows no colour and no format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Point = tuple[float, float]
Part = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Open polylines of one role, drawn as one; dashes start anew in each part."""

    role: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Polygon:
    """Closed polygons of one role, filled and outlined as one; parts don't overlap."""

    role: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text centred at a point.

    `size` is the font size and `width` the room that the text shrinks into, both in cells; `stretch` widens the letters. The
    size is that at which `like` fits too: texts that are like each other get one size.
    """

    role: str
    at: Point
    text: str
    size: float
    width: float
    stretch: float = 1.0
    like: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Marks around their own origin, placed at a point; a shape that many steps share is drawn, or written, only once."""

    at: Point
    marks: tuple[Mark, ...]


Mark = Line | Polygon | Text | Group


@dataclass(frozen=True, slots=True)
class Layer:
    """Marks that are seen during a span of steps; a span of None means always."""

    marks: tuple[Mark, ...]
    span: range | None = None


@dataclass(frozen=True, slots=True)
class Moving:
    """Marks that differ in every step, made when the step is drawn: memory and the cost of a step stay those of one step.

    `at` is a frozen record with a `__call__`, not a closure, so that scenes can be compared and sent to other processes.
    """

    at: Callable[[int], tuple[Mark, ...]]


@dataclass(frozen=True, slots=True)
class Box:
    """The rectangle of the scene's plane that is shown, in cells."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A figure: its box, the layers in drawing order, the number of steps, and the step that explains most when only one is seen."""

    box: Box
    layers: tuple[Layer | Moving, ...]
    steps: int
    poster: int
    title: str = ""
    description: str = ""

    def visible(self, layer: Layer | Moving, step: int) -> tuple[Mark, ...]:
        """The marks of a layer that are seen in a step."""
        if isinstance(layer, Moving):
            return layer.at(step)
        return layer.marks if layer.span is None or step in layer.span else ()

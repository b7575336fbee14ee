"""Cells shaded by their values: scales from numbers to colours, colour bars, and a scene's marks in these colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import isfinite
from typing import TYPE_CHECKING

from ..geometry import Operation
from ..geometry.axis import Axis, Cell, rows_and_columns, unravel
from ..scene import (
    Accumulating,
    AnyLayer,
    Box,
    Group,
    Layer,
    Line,
    Marks,
    MeasuredPlane,
    PerStep,
    Polygon,
    Raster,
    ReadableOn,
    Scene,
    Shade,
    Text,
    extremes,
    moved,
)
from ..scene.plane import Part, Plane
from ..text.numbers import number
from ..themes.colormaps import COLORMAPS
from ..themes.theme import BORDER

if TYPE_CHECKING:
    from ..numeric import Values

SEQUENTIAL, DIVERGING = "viridis", "RdBu"
VEIL = "tap"  # the role that lies over the cells that take part in a step
TONES = 64  # colours of a colour bar
LEAST_LENGTH, HEIGHT = 2.0, 0.32  # of a colour bar, in cells
SIGNED_LENGTH = 3.0  # of a bar that has room for a 0 in its middle
# cells from the planes to a bar, from the bar to the middle of its digits, and the size of these
AIR, BELOW, DIGITS = 0.6, 0.36, 0.42
# a frame inside the edges of the cells that take part in a step, since an edge of the theme may be as dark as a shade
FRAME, CURRENT_FRAME = 0.07, 0.12  # how far it reaches from the edges of a window and of the current cell, in cells
ROOMS = {"input_value": 0.84, "kernel_value": 0.84, "output_value": 0.74}  # of a cell's width, inside its frame
RAISED = 0.04  # cells that a kernel's digits stand higher, above the frame
HIDDEN = ("input", "output", "current")  # roles whose fill isn't seen, so that the legend doesn't explain it


@dataclass(frozen=True, slots=True)
class Scale:
    """Which colour stands for which number: `least` and `most` have the colours at the ends of a colour map."""

    colormap: str
    least: float
    most: float

    @staticmethod
    def of(values: Iterable[float]) -> Scale:
        """The scale of all finite values: around 0 if they have both signs, otherwise from the least to the most.

        A scale of one value alone reaches from it to 0, and a scale of zeros to 1.
        """
        finite = [value for value in values if isfinite(value)] or [0.0]
        least, most = min(finite), max(finite)
        if least < 0 < most:
            reach = max(-least, most)
            return Scale(DIVERGING, -reach, reach)
        if least == most:
            least, most = min(least, 0.0), max(most, 0.0)
        return Scale(SEQUENTIAL, least, most if most > least else least + 1.0)

    def shade(self, value: float) -> Shade:
        """The shade of a value; a value beyond an end has the colour of the end."""
        share = (min(max(value, self.least), self.most) - self.least) / (self.most - self.least)
        return Shade(self.colormap, min(int(share * 256), 255))

    def bar(self, start: float, end: float, y: float) -> Marks:
        """A colour bar from one x to another, its top at y, with the numbers at its ends."""
        plane = Plane((start, y), ((end - start) / TONES, 0.0), (0.0, HEIGHT))
        tones = [COLORMAPS[self.colormap][(2 * n + 1) * 128 // TONES] for n in range(TONES)]
        signed = self.colormap == DIVERGING and end - start >= SIGNED_LENGTH
        values = [self.least, 0.0, self.most] if signed else [self.least, self.most]
        places = [start + (end - start) * n / (len(values) - 1) for n in range(len(values))]
        room = 0.9 * min(places[1] - places[0], LEAST_LENGTH)
        texts = [
            Text("label", (x, y + HEIGHT + BELOW), number(value), DIGITS, room)
            for x, value in zip(places, values, strict=True)
        ]
        outline = plane.rectangle((0, 1), (0, TONES))
        return (
            Raster("output", plane, 1, TONES, bytes.fromhex("".join(tone[1:] for tone in tones))),
            Line("measure", ((*outline, *outline[:2]),)),
            *texts,
        )


@dataclass(frozen=True)
class Shading:
    """The marks of two planes of cells in the colours of their values.

    `inputs` are the shades of the input's cells by their (row, column) on the plane `below`, `texts` what stands in
    these cells, and `outputs` the shades of the cells on the plane `above`.
    """

    below: Plane
    above: Plane
    inputs: Mapping[Cell, Shade]
    outputs: Mapping[Cell, Shade]
    texts: Mapping[Cell, Text]

    def __call__(self, marks: Marks, veil: str = "") -> Marks:
        """The marks in these colours; with a veil, they are those of a step, and the veil lies over their cells."""
        return tuple(one for mark in _flat(marks) for one in self._shaded(mark, veil))

    def _shaded(self, mark: Line | Polygon | Raster | Text, veil: str) -> Marks:
        """What is drawn in place of a mark."""
        if isinstance(mark, Text):
            return (self._readable(mark, veil),)
        if isinstance(mark, Polygon) and mark.role in ("input", VEIL):
            cells = {cell: self.inputs[cell] for cell in _cells(mark, self.below) if cell in self.inputs}
            own = _polygons("input", self.below, cells)
            if mark.role == "input":
                return own
            texts = (self._readable(self.texts[cell], veil) for cell in cells if cell in self.texts)
            return (*own, mark, *_frames("input", self.below, cells, FRAME), *texts)
        if isinstance(mark, Polygon) and mark.role in ("output", "current"):
            cells = {cell: self.outputs[cell] for cell in _cells(mark, self.above)}
            own = _polygons("output", self.above, cells)
            if mark.role == "output":
                return own
            frames = _frames("output", self.above, cells, CURRENT_FRAME)
            edges = tuple((*part, *part[:2]) for part in mark.parts)
            return (*own, Polygon(VEIL, mark.parts, mark.plane), *frames, Line("current", edges))
        return (mark,)

    def _readable(self, text: Text, veil: str) -> Text:
        """A text in a colour that can be read on its cell."""
        output = text.role == "output_value"
        plane, shades = (self.above, self.outputs) if output else (self.below, self.inputs)
        x, y = plane.coordinates(text.at)
        shade = shades.get((int(y // 1), int(x // 1)))
        colour = ReadableOn(shade, "output" if output else "input", veil) if shade else None
        raised = RAISED if text.role == "kernel_value" else 0.0
        at = text.at[0], text.at[1] - raised
        return replace(text, at=at, width=min(text.width, ROOMS[text.role]), colour=colour)


@dataclass(frozen=True)
class _Shaded:
    """The marks of a layer's steps in their colours."""

    at: Callable[[int], Marks]
    shading: Shading
    veil: str = ""

    def __call__(self, step: int) -> Marks:
        return self.shading(self.at(step), self.veil)


def shaded(scene: Scene, op: Operation, values: Values, texts: Iterable[Text]) -> Scene:
    """A scene of the planes of an input and an output, with their cells in the colours of their values and with colour
    bars below them.

    `texts` stand in the cells of the padded input. The output of a pooling has the scale of its input, since its values
    are of the same kind; a sum of products has a scale of its own.
    """
    below, above = scene.measured
    height, width = rows_and_columns(op.axes, Axis(1, 1))
    given, computed = values.input.ravel().tolist(), values.output.ravel().tolist()
    scales = [Scale.of(given), Scale.of(computed)] if op.weighted else [Scale.of([*given, *computed])]
    sources = [(r, q, height.source(r), width.source(q)) for r, q in product(height.units, width.units)]
    shading = Shading(
        below.plane,
        above.plane,
        {
            (r, q): scales[0].shade(given[y * width.input + x])
            for r, q, y, x in sources
            if y is not None and x is not None
        },
        {unravel(n, above.size): scales[-1].shade(value) for n, value in enumerate(computed)},
        {(int(text.at[1]), int(text.at[0])): text for text in texts},
    )
    bars = _bars(scales, below, above, max(point[1] for plane in (below, above) for point in _outline(plane)) + AIR)
    first, *rest = (_layer(layer, shading) for layer in scene.layers)
    return replace(
        scene,
        box=Box.around([*scene.box.corners, *Box.around(extremes(bars), BORDER).corners]),
        layers=(Layer((*first.at(0), *bars)), *rest),
        measured=(replace(below, columns="top"), above),
        meanings=(*scene.meanings, *((role, "") for role in HIDDEN)),
    )


def _layer(layer: AnyLayer, shading: Shading) -> AnyLayer:
    """A layer in these colours; only what differs in each step lies below the veil."""
    if layer.static:
        return Layer(shading(layer.at(0)))
    if layer.stays:
        return Accumulating(_Shaded(layer.at, shading), layer.roles)
    return PerStep(_Shaded(layer.at, shading, VEIL), layer.roles | {"input", "input_value", "output"})


def _bars(scales: list[Scale], below: MeasuredPlane, above: MeasuredPlane, y: float) -> Marks:
    """The colour bars below the planes, their tops at y: one for each plane, or one for both."""
    ends = [[x for x, _ in _outline(plane)] for plane in (below, above)]
    marks: Marks = ()
    for scale, xs in zip(scales, ends if len(scales) > 1 else [ends[0] + ends[1]], strict=True):
        middle, half = (min(xs) + max(xs)) / 2, max(max(xs) - min(xs) - 1, LEAST_LENGTH) / 2
        marks += scale.bar(middle - half, middle + half, y)
    return marks


def _outline(plane: MeasuredPlane) -> Part:
    """The corners of a plane's cells, cropped cells included."""
    (rows, columns), ((top, bottom), (before, after)) = plane.size, plane.around
    return plane.plane.rectangle((-top, rows + bottom), (-before, columns + after))


def _flat(marks: Marks) -> Iterator[Line | Polygon | Raster | Text]:
    """The marks, those of groups where they are placed."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from _flat(moved(mark.marks, *mark.at))
        else:
            yield mark


def _cells(polygon: Polygon, plane: Plane) -> Iterator[Cell]:
    """The cells of a plane that a polygon's rectangles cover."""
    for part in polygon.parts:
        xs, ys = zip(*map(plane.coordinates, part), strict=True)
        yield from product(range(round(min(ys)), round(max(ys))), range(round(min(xs)), round(max(xs))))


def _polygons(role: str, plane: Plane, shades: Mapping[Cell, Shade]) -> tuple[Polygon, ...]:
    """Cells of a plane in their shades, a polygon for each shade."""
    cells: dict[Shade, list[Cell]] = {}
    for cell, shade in shades.items():
        cells.setdefault(shade, []).append(cell)
    return tuple(
        Polygon(role, tuple(plane.rectangle((r, r + 1), (q, q + 1)) for r, q in alike), plane, shade)
        for shade, alike in cells.items()
    )


def _frames(role: str, plane: Plane, shades: Mapping[Cell, Shade], wide: float) -> tuple[Polygon, ...]:
    """A frame within the outline of cells that take part in a step, in each cell in the colour of its text."""
    found: dict[Shade, tuple[Part, ...]] = {}
    for (r, q), shade in shades.items():
        top, bottom, left, right = (
            wide * (cell not in shades) for cell in ((r - 1, q), (r + 1, q), (r, q - 1), (r, q + 1))
        )
        sides = (
            ((r, r + top), (q, q + 1)),
            ((r + 1 - bottom, r + 1), (q, q + 1)),
            ((r + top, r + 1 - bottom), (q, q + left)),
            ((r + top, r + 1 - bottom), (q + 1 - right, q + 1)),
        )
        parts = tuple(
            plane.rectangle(*side) for side, seen in zip(sides, (top, bottom, left, right), strict=True) if seen
        )
        found[shade] = (*found.get(shade, ()), *parts)
    return tuple(
        Polygon(f"{role}_value", parts, plane, ReadableOn(shade, role, VEIL)) for shade, parts in found.items() if parts
    )

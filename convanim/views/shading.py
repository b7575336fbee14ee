"""Cells shaded by their values: scales from numbers to colours, colour bars, and a scene's marks in these colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import frexp, fsum, isfinite, ldexp
from typing import TYPE_CHECKING

from ..geometry import Operation
from ..geometry.axis import Cell, unravel
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
from ..text.numbers import told_apart
from ..themes.colormaps import COLORMAPS
from ..themes.theme import BORDER
from .sliding_window import drawn_axes
from .text_size import ems

if TYPE_CHECKING:
    from ..numeric import Values

SEQUENTIAL, DIVERGING = "viridis", "RdBu"
VEIL = "tap"  # the role that lies over the cells that take part in a step
TONES = 64  # colours of a colour bar
LEAST_LENGTH, HEIGHT = 2.0, 0.32  # of a colour bar, in cells
# cells from the planes to a bar, from the bar to the middle of its digits, and the size of these
AIR, BELOW, DIGITS = 0.6, 0.36, 0.42
# cells between the numbers of a bar, between two bars with their numbers, and the width that a number shrinks into
BETWEEN, APART, LONGEST = 0.3, 0.6, 3.0
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
        # with the larger end near 1, no difference overflows and the least numbers keep their digits
        exponent = frexp(max(-self.least, self.most))[1]
        least, most, at = (
            ldexp(number, -exponent) for number in (self.least, self.most, min(max(value, self.least), self.most))
        )
        return Shade(self.colormap, min(int((at - least) / (most - least) * 256), 255))

    def bar(self, role: str, middle: float, length: float, y: float) -> Marks:
        """A colour bar around an x, its top at y, with the numbers at its ends; `role` is that of the cells that have
        its colours. It is longer than asked where its numbers would meet.
        """
        ends = told_apart(self.least, self.most)
        rooms = [min(ems(text) * DIGITS, LONGEST) for text in ends]
        length = max(length, fsum(rooms) / 2 + BETWEEN)
        start, zero = middle - length / 2, ems("0") * DIGITS
        numbers = [(start, ends[0], rooms[0]), (start + length, ends[1], rooms[1])]
        if self.colormap == DIVERGING and length / 2 >= (max(rooms) + zero) / 2 + BETWEEN:
            numbers.insert(1, (middle, "0", zero))
        plane = Plane((start, y), (length / TONES, 0.0), (0.0, HEIGHT))
        tones = [COLORMAPS[self.colormap][(2 * n + 1) * 128 // TONES] for n in range(TONES)]
        outline = plane.rectangle((0, 1), (0, TONES))
        return (
            Raster(role, plane, 1, TONES, bytes.fromhex("".join(tone[1:] for tone in tones))),
            Line("measure", ((*outline, *outline[:2]),)),
            *(Text("label", (x, y + HEIGHT + BELOW), text, DIGITS, room) for x, text, room in numbers),
        )


@dataclass(frozen=True)
class Shading:
    """The marks of two planes of cells in the colours of their values.

    `inputs` are the shades of the input's cells by their (row, column) on the plane `below`, `copies` those of their
    copies in the padding, `texts` what stands in these cells, and `outputs` the shades of the cells on the plane
    `above`. With `copy_style` the theme has a look for copies.
    """

    below: Plane
    above: Plane
    inputs: Mapping[Cell, Shade]
    copies: Mapping[Cell, Shade]
    outputs: Mapping[Cell, Shade]
    texts: Mapping[Cell, Text]
    copy_style: bool

    def __call__(self, marks: Marks, veil: str = "") -> Marks:
        """The marks in these colours; with a veil, they are those of a step, and the veil lies over their cells."""
        return tuple(one for mark in _flat(marks) for one in self._shaded(mark, veil))

    def _shaded(self, mark: Line | Polygon | Raster | Text, veil: str) -> Marks:
        """What is drawn in place of a mark."""
        if isinstance(mark, Text):
            return (self._readable(mark, veil),)
        if isinstance(mark, Polygon) and mark.role in ("input", "copy", VEIL):
            cells = [*_cells(mark, self.below)]
            own = (*_polygons("input", self.below, _among(cells, self.inputs)), *self._copies(cells))
            if mark.role != VEIL:
                return own
            inks = {cell: ink for cell in cells if (ink := self._ink(cell, VEIL))}
            texts = (self._readable(self.texts[cell], veil) for cell in inks if cell in self.texts)
            return (*own, mark, *_frames("input", self.below, inks, FRAME), *texts)
        if isinstance(mark, Polygon) and mark.role in ("output", "current"):
            shades = _among(_cells(mark, self.above), self.outputs)
            own = _polygons("output", self.above, shades)
            if mark.role == "output":
                return own
            inks = {cell: ReadableOn(shade, "output", VEIL) for cell, shade in shades.items()}
            frames = _frames("output", self.above, inks, CURRENT_FRAME)
            edges = tuple((*part, *part[:2]) for part in mark.parts)
            return (*own, Polygon(VEIL, mark.parts, mark.plane), *frames, Line("current", edges))
        return (mark,)

    def _copies(self, cells: Iterable[Cell]) -> Marks:
        """The copies among these cells; without a look of their own they have the padding's edges alone."""
        shades = _among(cells, self.copies)
        if self.copy_style:
            return _polygons("copy", self.below, shades)
        return tuple(
            Raster("input", replace(self.below, origin=self.below.point(q, r)), 1, 1, bytes.fromhex(_colour(shade)[1:]))
            for (r, q), shade in shades.items()
        )

    def _ink(self, cell: Cell, veil: str) -> ReadableOn | None:
        """A colour that can be read on a cell of the input's plane; None on a cell without a shade."""
        if cell in self.inputs:
            return ReadableOn(self.inputs[cell], "input", veil)
        if cell in self.copies:
            return ReadableOn(self.copies[cell], "copy" if self.copy_style else "input", veil)
        return None

    def _readable(self, text: Text, veil: str) -> Text:
        """A text in a colour that can be read on its cell. The kernel's digits are of one size and height, also on
        cells without a shade; other texts there stay as they are.
        """
        output = text.role == "output_value"
        x, y = (self.above if output else self.below).coordinates(text.at)
        cell = int(y // 1), int(x // 1)
        if output:
            colour = ReadableOn(self.outputs[cell], "output", veil) if cell in self.outputs else None
        else:
            colour = self._ink(cell, veil)
        if text.role == "kernel_value":
            text = replace(text, at=(text.at[0], text.at[1] - RAISED))
        elif colour is None:
            return text
        return replace(text, width=min(text.width, ROOMS[text.role]), colour=colour)


@dataclass(frozen=True)
class _Shaded:
    """The marks of a layer's steps in their colours."""

    at: Callable[[int], Marks]
    shading: Shading
    veil: str = ""

    def __call__(self, step: int) -> Marks:
        return self.shading(self.at(step), self.veil)


def shaded(scene: Scene, op: Operation, values: Values, texts: Iterable[Text], *, copy_style: bool) -> Scene:
    """A scene of the planes of an input and an output, with their cells in the colours of their values and with colour
    bars below them. Copies in the padding have the colours of the copied values, zeros stay as they are.

    `texts` stand in the cells of the padded input; with `copy_style` the theme has a look for copies. The output
    of a pooling has the scale of its input, since its values are of the same kind; a sum of products has a scale of its
    own.
    """
    below, above = scene.measured
    height, width = drawn_axes(op)
    given, computed = values.input, values.output
    scales = [Scale.of(given), Scale.of(computed)] if op.weighted else [Scale.of([*given, *computed])]
    sources = [[(cell, axis.source(cell)) for cell in range(axis.padded)] for axis in (height, width)]
    held: dict[Cell, Shade] = {
        (r, q): scales[0].shade(given[y * width.input + x])
        for (r, y), (q, x) in product(*sources)
        if y is not None and x is not None
    }
    inputs = _among(product(height.units, width.units), held)
    shading = Shading(
        below.plane,
        above.plane,
        inputs,
        {cell: shade for cell, shade in held.items() if cell not in inputs},
        {unravel(n, above.size): scales[-1].shade(value) for n, value in enumerate(computed)},
        {(int(text.at[1]), int(text.at[0])): text for text in texts},
        copy_style,
    )
    bottoms = [max(y for _, y in _outline(plane)) for plane in (below, above)]
    bars = _bars(scales, below, above, max(bottoms) + AIR)
    under = max(bottoms) - bottoms[1] + AIR + HEIGHT + BELOW + DIGITS / 2  # where the numbers of the bars end
    first, *rest = (_layer(layer, shading) for layer in scene.layers)
    return replace(
        scene,
        box=Box.around([*scene.box.corners, *Box.around(extremes(bars), BORDER).corners]),
        layers=(Layer((*first.at(0), *bars)), *rest),
        measured=(replace(below, columns="top"), replace(above, drop=under)),
        meanings=(*scene.meanings, *((role, "") for role in HIDDEN)),
    )


def _layer(layer: AnyLayer, shading: Shading) -> AnyLayer:
    """A layer in these colours; only what differs in each step lies below the veil."""
    if layer.static:
        return Layer(shading(layer.at(0)))
    if layer.stays:
        return Accumulating(_Shaded(layer.at, shading), layer.roles)
    copies = {"copy"} if shading.copy_style and shading.copies else set()
    return PerStep(_Shaded(layer.at, shading, VEIL), layer.roles | {"input", "input_value", "output"} | copies)


def _bars(scales: list[Scale], below: MeasuredPlane, above: MeasuredPlane, y: float) -> Marks:
    """The colour bars below the planes, their tops at y: one for each plane, or one for both, which is the input's.

    Where two bars or their numbers would meet, both move outwards.
    """
    ends = [[x for x, _ in _outline(plane)] for plane in (below, above)]
    bars = [
        scale.bar(role, (min(xs) + max(xs)) / 2, max(max(xs) - min(xs) - 1, LEAST_LENGTH), y)
        for role, scale, xs in zip(
            ("input", "output"), scales, ends if len(scales) > 1 else [ends[0] + ends[1]], strict=False
        )
    ]
    if len(bars) == 1:
        return bars[0]
    left, right = (Box.around(extremes(bar)) for bar in bars)
    aside = max(left.x + left.width + APART - right.x, 0.0) / 2
    return (*moved(bars[0], -aside, 0.0), *moved(bars[1], aside, 0.0))


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


def _among(cells: Iterable[Cell], shades: Mapping[Cell, Shade]) -> dict[Cell, Shade]:
    """The shades of these cells that have one."""
    return {cell: shades[cell] for cell in cells if cell in shades}


def _colour(shade: Shade) -> str:
    return COLORMAPS[shade.colormap][shade.index]


def _frames(role: str, plane: Plane, inks: Mapping[Cell, ReadableOn], wide: float) -> tuple[Polygon, ...]:
    """A frame within the outline of cells that take part in a step, in each cell in the colour of its text."""
    found: dict[ReadableOn, tuple[Part, ...]] = {}
    for (r, q), ink in inks.items():
        top, bottom, left, right = (
            wide * (cell not in inks) for cell in ((r - 1, q), (r + 1, q), (r, q - 1), (r, q + 1))
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
        found[ink] = (*found.get(ink, ()), *parts)
    return tuple(Polygon(f"{role}_value", parts, plane, ink) for ink, parts in found.items() if parts)

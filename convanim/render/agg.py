"""Pixels: draws scenes with Agg, matplotlib's anti-aliased rasteriser, without figures, axes or artists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from ..scene import Group, Layer, Line, Mark, Part, Point, Polygon, Scene, Text
from ..theme import Style, Theme
from . import glyphs

CODES = {"M": Path.MOVETO, "L": Path.LINETO, "Q": Path.CURVE3, "C": Path.CURVE4, "Z": Path.CLOSEPOLY}
CHUNK = 256  # parts a path: Agg refuses a single path that touches too many pixels
KEPT = 4096  # shapes whose paths are kept between steps

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Stroke = tuple[Any, Path, Any]  # what draw_path takes: graphics context, path, colour of the fill


class Canvas:
    """Draws the steps of one scene, one after the other, into one buffer.

    What stands still below all that moves is drawn once, and copied back before each step.
    """

    def __init__(self, scene: Scene, theme: Theme, size: tuple[int, int]) -> None:
        width, height = size
        self._scene, self._theme = scene, theme
        # the page fills its pixels, as the guide's does: up to half a pixel in each direction
        self._across, self._down = width / scene.box.width, height / scene.box.height
        self._points = (self._across * self._down) ** 0.5  # a cell in points: at 72 dpi Agg's points are pixels
        self._contexts: dict[Style, Any] = {}
        self._shapes: dict[object, tuple[Mark, list[Stroke]]] = {}
        self._agg = RendererAgg(width, height, 72)
        self._buffer: Pixels = np.asarray(self._agg.buffer_rgba())
        self._buffer[:] = np.frombuffer(bytes.fromhex(theme.background[1:] + "ff"), np.uint8)
        below = list(takewhile(lambda layer: isinstance(layer, Layer) and layer.span is None, scene.layers))
        for layer in below:
            self._draw(scene.visible(layer, 0), 0.0, 0.0, keep=False)
        self._above = scene.layers[len(below):]
        self._still = self._buffer.copy()

    def draw(self, step: int) -> Pixels:
        """The step as uint8 (height, width, 4), opaque; the next call overwrites it."""
        self._buffer[:] = self._still
        for layer in self._above:
            self._draw(self._scene.visible(layer, step), 0.0, 0.0, keep=isinstance(layer, Layer))
        return self._buffer

    def _draw(self, marks: tuple[Mark, ...], x: float, y: float, *, keep: bool) -> None:
        for mark in marks:
            if isinstance(mark, Group):
                self._draw(mark.marks, x + mark.at[0], y + mark.at[1], keep=True)
            elif isinstance(mark, Text):
                self._place(self._kept(replace(mark, at=(0.0, 0.0)), mark), x + mark.at[0], y + mark.at[1])
            else:
                self._place(self._kept(id(mark), mark) if keep else self._strokes(mark), x, y)

    def _place(self, strokes: list[Stroke], x: float, y: float) -> None:
        box = self._scene.box
        to_pixels = Affine2D(np.array([
            [self._across, 0.0, (x - box.x) * self._across],
            [0.0, -self._down, (box.y + box.height - y) * self._down],  # Agg's y goes up
            [0.0, 0.0, 1.0],
        ]))
        for context, path, fill in strokes:
            self._agg.draw_path(context, path, to_pixels, fill)

    def _kept(self, key: object, mark: Line | Polygon | Text) -> list[Stroke]:
        """The strokes of a shape that comes back in other steps; the mark is kept with them, so that its id stays its own."""
        if key not in self._shapes:
            if len(self._shapes) >= KEPT:
                self._shapes.clear()
            self._shapes[key] = (mark, self._strokes(mark))
        return self._shapes[key][1]

    def _strokes(self, mark: Line | Polygon | Text) -> list[Stroke]:
        style = self._theme.styles[mark.role]
        context = self._context(style)
        fill = None if style.fill is None or isinstance(mark, Line) else (*to_rgb(style.fill), style.opacity)
        if isinstance(mark, Text):
            commands = glyphs.outline(mark)
            paths = [_path(commands)] if commands else []
        else:
            closed = isinstance(mark, Polygon)
            paths = [_parts(mark.parts[n : n + CHUNK], closed) for n in range(0, len(mark.parts), CHUNK)]
        return [(context, path, fill) for path in paths]

    def _context(self, style: Style) -> Any:
        if style not in self._contexts:
            context = self._agg.new_gc()
            context.set_snap(False)  # Agg would move straight paths to whole pixels, and rays jump by half a pixel
            context.set_joinstyle("miter")
            context.set_capstyle("butt")
            context.set_linewidth(style.width * self._points if style.stroke else 0.0)
            context.set_foreground((*to_rgb(style.stroke or "#000000"), 1.0), isRGBA=True)
            if style.dash:
                context.set_dashes(0, [style.dash * self._points] * 2)
            self._contexts[style] = context
        return self._contexts[style]


def to_rgb(colour: str) -> tuple[float, float, float]:
    """`#rrggbb` as three floats from 0 to 1."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _parts(parts: tuple[Part, ...], closed: bool) -> Path:
    end: list[glyphs.Command] = [("Z", ())] if closed else []
    return _path([command for first, *rest in parts for command in [("M", (first,)), *(("L", (point,)) for point in rest), *end]])


def _path(commands: Sequence[glyphs.Command]) -> Path:
    points: list[Point] = []
    codes: list[int] = []
    for letter, given in commands:
        points += given or points[-1:]
        codes += [int(CODES[letter])] * (len(given) or 1)
    path = Path(np.array(points), np.array(codes, Path.code_type))
    path.should_simplify = False
    return path

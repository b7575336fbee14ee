"""Pixels: draws scenes with Agg, matplotlib's anti-aliased rasteriser, without figures, axes or artists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, takewhile
from math import ceil, floor
from typing import Any

import numpy as np

from ..scene import AnyLayer, Box, Group, Line, Mark, Marks, Polygon, Raster, Scene, Text, moved
from ..scene.hatch import hatched
from ..scene.plane import Part, Plane, Point
from ..themes.theme import Style, Theme
from . import glyphs
from .matplot import quiet
from .outlines import Command
from .sampling import Pixels, paint

with quiet():
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.path import Path

CODES = {"M": Path.MOVETO, "L": Path.LINETO, "Q": Path.CURVE3, "C": Path.CURVE4, "Z": Path.CLOSEPOLY}
CHUNK = 256  # parts a path: Agg refuses a single path that touches too many pixels
MITER = 5.0  # widths of a line that a sharp corner may reach beyond its middle: Agg's limit is 4
JOINED = 1.5  # times the pixels of two areas that the one around both may have
KEPT = 4096  # shapes whose paths are kept between steps

Area = tuple[float, float, float, float]  # left, top, right, bottom
Rectangle = tuple[slice, slice]  # rows and columns of pixels
# the arguments of draw_path: graphics context, path (or a picture), colour of the fill; and the area that it may cover
Stroke = tuple[Any, Path | Raster, Any, Area]


class Canvas:
    """Draws the steps of one scene, one after the other, into one buffer.

    The static background is drawn once and restored before each step; accumulated marks are added to it.
    """

    def __init__(self, scene: Scene, theme: Theme, size: tuple[int, int]) -> None:
        width, height = size
        self._scene, self._theme = scene, theme
        # the page fills its pixels, as the guide's does: up to half a pixel in each direction
        self._across, self._down = width / scene.box.width, height / scene.box.height
        self._points = (self._across * self._down) ** 0.5  # a cell in points: at 72 dpi Agg's points are pixels
        self._contexts: dict[Style, Any] = {}
        self._touched: list[Rectangle] = []  # areas that were drawn on since the last restore
        self._shapes: dict[object, tuple[Marks, list[Stroke]]] = {}
        self._agg = RendererAgg(width, height, 72)
        self._buffer: Pixels = np.asarray(self._agg.buffer_rgba())
        background = bytes.fromhex(theme.background[1:] + ("00" if theme.transparent else "ff"))
        self._buffer.view(np.uint32)[:] = np.frombuffer(background, np.uint32)
        below = list(takewhile(lambda layer: layer.static, scene.layers))
        for layer in below:
            self._draw(layer.seen(0), 0.0, 0.0, keep=False)
        rest = scene.layers[len(below) :]
        self._growing = list(takewhile(lambda layer: layer.stays, rest))
        self._above = rest[len(self._growing) :]
        self._touched.clear()
        self._bare = self._still = self._buffer.copy()
        self._picture: Pixels | None = None  # the static background, drawn on demand
        self._grown = -1  # the last step whose accumulated marks are in the background
        self._whole: Rectangle = slice(0, height), slice(0, width)
        # all pixels in which the last picture may differ from the one before; of the first picture, the whole of it
        self.changed = self._whole
        self._first = True

    def draw(self, step: int) -> Pixels:
        """The step as uint8 (height, width, 4), opaque unless the theme is transparent; the next call overwrites it."""
        anew = self._first or step < self._grown
        self._first = False
        changed = self._drawn(self._above, step)
        self.changed = self._whole if anew else around(*changed, *self._touched)
        return self._buffer

    def ground(self, step: int) -> Pixels:
        """The step without the marks that go away again: the static ones, and those that have appeared so far."""
        self._first = True  # the next picture may differ from the one before it anywhere
        self._drawn([layer for layer in self._above if layer.static or layer.stays], step)
        return self._buffer

    def grows(self, step: int) -> bool:
        """Whether marks appear in this step that stay."""
        return any(layer.at(step) for layer in (*self._growing, *self._above) if layer.stays)

    @property
    def drawn(self) -> Rectangle:
        """All pixels in which the last picture may differ from the static picture below it."""
        return around(*self._touched)

    def _drawn(self, above: Sequence[AnyLayer], step: int) -> list[Rectangle]:
        """Draw a step with these layers on top, and give the areas of the picture before and of what has grown."""
        changed = self._touched.copy()
        self._restore()
        if self._growing:
            changed += self._grow(step)
        for layer in above:
            self._draw(layer.seen(step), 0.0, 0.0, keep=layer.lasts and not layer.stays)
        return changed

    def picture(self, step: int) -> Pixels:
        """The step as `seen` gives it, the caller's own: only where something was drawn, pixels are read one by one."""
        pixels = self.draw(step)
        if self._picture is None:
            self._picture = seen(self._still, self._theme)
        picture = self._picture.copy()
        for area in self._touched:
            _copy(pixels, picture, area)
        return picture

    def _restore(self) -> None:
        """Restore the static picture."""
        for area in self._touched:
            self._buffer[area] = self._still[area]
        self._touched.clear()

    def _grow(self, step: int) -> list[Rectangle]:
        """Add the marks that appeared up to this step to the static picture, and give their areas; going back starts
        anew.
        """
        if step < self._grown:
            self._still, self._grown = self._bare, -1
            self._buffer[:], self._picture = self._still, None
        if step > self._grown:
            for layer in self._growing:
                for n in range(self._grown + 1, step + 1):
                    self._draw(layer.at(n), 0.0, 0.0, keep=False)
            if self._still is self._bare:
                self._still = self._bare.copy()
            for area in self._touched:
                self._still[area] = self._buffer[area]
                if self._picture is not None:
                    _copy(self._buffer, self._picture, area)
            grown, self._grown = self._touched.copy(), step
            self._touched.clear()
            return grown
        return []

    def _draw(self, marks: Marks, x: float, y: float, *, keep: bool) -> None:
        for mark in marks:
            if isinstance(mark, Group):
                self._place(self._kept(id(mark.marks), mark.marks), x + mark.at[0], y + mark.at[1])
            elif isinstance(mark, Text):
                key = (mark.role, mark.text, mark.size, mark.width, mark.stretch, mark.like, mark.face, mark.colour)
                self._place(self._kept(key, (mark,), -mark.at[0], -mark.at[1]), x + mark.at[0], y + mark.at[1])
            else:
                self._place(self._kept(id(mark), (mark,)) if keep else self._strokes(mark), x, y)

    def _place(self, strokes: list[Stroke], x: float, y: float) -> None:
        box = self._scene.box
        to_pixels = np.array(
            [
                [self._across, 0.0, (x - box.x) * self._across],
                [0.0, -self._down, (box.y + box.height - y) * self._down],  # Agg's y goes up
                [0.0, 0.0, 1.0],
            ]
        )
        for context, path, fill, area in strokes:
            if isinstance(path, Raster):
                self._paint(path, x - box.x, y - box.y)
            else:
                self._agg.draw_path(context, path, to_pixels, fill)
            self._touch(area, x - box.x, y - box.y)

    def _paint(self, raster: Raster, x: float, y: float) -> None:
        """Draw a picture, moved by x and y."""
        to_pixels = (self._across, self._down)
        corner, right, down = (
            np.multiply(point, to_pixels)
            for point in (raster.plane.moved(x, y).origin, raster.plane.right, raster.plane.down)
        )
        paint(
            self._buffer,
            raster,
            Plane(tuple(corner), tuple(right), tuple(down)),
            self._theme.styles[raster.role].opacity,
        )

    def _touch(self, area: Area, x: float, y: float) -> None:
        """Keep in mind the pixels that a stroke may have changed, moved by x and y."""
        x0, y0, x1, y1 = area
        height, width = self._buffer.shape[:2]
        rows = slice(max(floor((y0 + y) * self._down) - 1, 0), min(ceil((y1 + y) * self._down) + 1, height))
        columns = slice(max(floor((x0 + x) * self._across) - 1, 0), min(ceil((x1 + x) * self._across) + 1, width))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return  # beside the page
        if (
            self._touched
        ):  # joined with the one before it where that costs little: few large copies are quicker than many small ones
            before = self._touched[-1]
            both = around(before, (rows, columns))
            if _pixels(both) <= JOINED * (_pixels(before) + _pixels((rows, columns))):
                self._touched[-1] = both
                return
        self._touched.append((rows, columns))

    def _kept(self, key: object, marks: Marks, x: float = 0.0, y: float = 0.0) -> list[Stroke]:
        """The strokes of marks that come back in other steps, moved by x and y; they are kept with the marks, so that
        an id stays their own.
        """
        if key not in self._shapes:
            if len(self._shapes) >= KEPT:
                self._shapes.clear()
            self._shapes[key] = (marks, self._all(moved(marks, x, y) if x or y else marks))
        return self._shapes[key][1]

    def _all(self, marks: Marks) -> list[Stroke]:
        """The strokes of marks one after the other; texts of one role that follow each other are one path."""
        found: list[Stroke] = []
        for look, run in groupby(marks, lambda mark: (mark.role, mark.colour) if isinstance(mark, Text) else None):
            if look is None:
                for mark in run:
                    found += self._all(moved(mark.marks, *mark.at)) if isinstance(mark, Group) else self._strokes(mark)
            else:
                texts = [mark for mark in run if isinstance(mark, Text)]
                style = self._theme.style(*look)
                found += [self._stroke(style, path, _fill(style)) for path in _letters(texts)]
        return found

    def _strokes(self, mark: Mark) -> list[Stroke]:
        """The strokes of a line, or of a polygon with its hatch; a picture is a stroke itself."""
        if isinstance(mark, Raster):
            ((x0, y0), (x1, y1)) = Box.around(mark.outline).corners
            return [(None, mark, None, (x0, y0, x1, y1))]
        assert isinstance(mark, Line | Polygon)
        closed = isinstance(mark, Polygon)
        style = self._theme.style(mark.role, mark.colour if isinstance(mark, Polygon) else None)
        fill = _fill(style) if closed else None
        strokes = [self._stroke(style, path, fill) for path in _paths(mark.parts, closed)]
        if isinstance(mark, Polygon) and style.hatch:
            strokes += [
                self._stroke(style.hatching, path, None) for path in _paths(hatched(mark, style.hatch), closed=False)
            ]
        return strokes

    def _stroke(self, style: Style, path: Path, fill: Any) -> Stroke:
        points = np.asarray(path.vertices)
        (x0, y0), (x1, y1) = points.min(0), points.max(0)
        edge = style.width * MITER if style.stroke else 0.0
        return self._context(style), path, fill, (x0 - edge, y0 - edge, x1 + edge, y1 + edge)

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


def seen(pixels: Pixels, theme: Theme) -> Pixels:
    """A copy of RGBA pixels without what says nothing: the fourth channel, where the background isn't transparent."""
    if theme.transparent:
        return pixels.copy()
    copied = np.empty((*pixels.shape[:2], 3), np.uint8)
    for channel in range(3):  # four times as quick as a copy of all at once, in which each pixel's bytes lie apart
        copied[..., channel] = pixels[..., channel]
    return copied


def around(*areas: Rectangle) -> Rectangle:
    """The least rectangle around areas; one pixel where there are none."""
    if not areas:
        return slice(0, 1), slice(0, 1)
    return (
        slice(min(rows.start for rows, _ in areas), max(rows.stop for rows, _ in areas)),
        slice(min(columns.start for _, columns in areas), max(columns.stop for _, columns in areas)),
    )


def _copy(pixels: Pixels, picture: Pixels, area: Rectangle) -> None:
    """Copy an area of RGBA pixels into a picture that may have no fourth channel."""
    for channel in range(picture.shape[2]):
        picture[(*area, channel)] = pixels[(*area, channel)]


def _pixels(area: Rectangle) -> int:
    rows, columns = area
    return int((rows.stop - rows.start) * (columns.stop - columns.start))


def _fill(style: Style) -> tuple[float, ...] | None:
    return None if style.fill is None else (*to_rgb(style.fill), style.opacity)


def to_rgb(colour: str) -> tuple[float, float, float]:
    """`#rrggbb` as three floats from 0 to 1."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _paths(parts: tuple[Part, ...], closed: bool) -> list[Path]:
    return [_parts(parts[n : n + CHUNK], closed) for n in range(0, len(parts), CHUNK)]


def _letters(texts: list[Text]) -> list[Path]:
    """The outlines of texts as one path, put together from their glyphs' points; none for spaces alone."""
    outlines, counts, places = [], [], []
    for text in texts:
        x, y = text.at
        for letter in glyphs.letters(text):
            outline = _glyph(letter.character, letter.face, letter.wide, letter.size)
            outlines.append(outline)
            counts.append(len(outline[0]))
            places.append((x + letter.at[0], y + letter.at[1]))
    if not outlines:
        return []
    points = np.concatenate([points for points, _ in outlines])
    points += np.repeat(places, counts, axis=0)
    return [_unsimplified(points, np.concatenate([codes for _, codes in outlines]))]


@lru_cache(maxsize=1 << 12)
def _glyph(character: str, face: str, wide: float, size: float) -> tuple[Any, Any]:
    """The points of a letter, in cells, and their codes."""
    path = _path(glyphs.glyph(character, face).outline)
    return np.asarray(path.vertices) * (wide, size), path.codes


def _parts(parts: tuple[Part, ...], closed: bool) -> Path:
    end: list[Command] = [("Z", ())] if closed else []
    return _path(
        [command for first, *rest in parts for command in [("M", (first,)), *(("L", (point,)) for point in rest), *end]]
    )


def _path(commands: Sequence[Command]) -> Path:
    points: list[Point] = []
    codes: list[int] = []
    for letter, given in commands:
        points += given or points[-1:]
        codes += [int(CODES[letter])] * (len(given) or 1)
    return _unsimplified(np.array(points), np.array(codes, Path.code_type))


def _unsimplified(points: Any, codes: Any) -> Path:
    path = Path(points, codes)
    path.should_simplify = False
    return path

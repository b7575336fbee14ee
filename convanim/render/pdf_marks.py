"""Marks as operators of PDF (ISO 32000-1, 8): paths in cells, filled and stroked. What comes back is a form, drawn by
name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from ..scene import Group, Line, Mark, Marks, Polygon, Raster, Scene, Text
from ..scene.hatch import hatched
from ..scene.plane import Point
from ..themes.theme import Style, Theme
from . import glyphs
from .outlines import Command
from .svg_marks import number, pair, thousandths

LETTERS = {"M": "m", "L": "l", "C": "c", "Z": "h"}
MITER = "4 M"  # a sharper corner is cut off, as in SVG
Form = Callable[[object, Callable[[], str]], str]  # the name of a form by its key; its operators are made once


class Ink:
    """Writes the steps of a scene as operators. `form` keeps shapes that come back, `image` keeps pictures; both give a
    name.
    """

    def __init__(self, scene: Scene, theme: Theme, form: Form, image: Callable[[Raster], str]) -> None:
        self._scene, self._theme, self._form, self._image = scene, theme, form, image

    def page(self, step: int, width: float, height: float) -> str:
        """A step on a page of this size in points, whose y goes up."""
        box = self._scene.box
        across, down = width / box.width, height / box.height
        ground = (
            ""
            if self._theme.transparent
            else f"{_colour(self._theme.background)} rg 0 0 {width:.3f} {height:.3f} re f\n"
        )
        cells = f"{across:.6f} 0 0 {-down:.6f} {-box.x * across:.6f} {height + box.y * down:.6f} cm"
        return f"{ground}{cells} {MITER}\n" + "".join(self._layer(n, step) for n in range(len(self._scene.layers)))

    def _layer(self, n: int, step: int) -> str:
        layer = self._scene.layers[n]
        if layer.lasts:
            return "".join(self._kept((n, start), layer.at(start)) for start in layer.starts(step))
        return self._marks(layer.seen(step))

    def _kept(self, key: tuple[int, ...], marks: Marks) -> str:
        """Marks that come back in other steps. Some programs lay the opacity that is set over the whole form, so it is
        none.
        """
        return f"/{OPAQUE} gs /{self._form(key, lambda: self._marks(marks))} Do\n" if marks else ""

    def _marks(self, marks: Marks) -> str:
        return "".join(self._mark(mark) for mark in marks)

    def _mark(self, mark: Mark) -> str:
        if isinstance(mark, Group):
            return f"q 1 0 0 1 {pair(*map(thousandths, mark.at))} cm\n{self._marks(mark.marks)}Q\n"
        if isinstance(mark, Raster):
            return self._raster(mark)
        style = self._theme.style(mark.role, None if isinstance(mark, Line) else mark.colour)
        if isinstance(mark, Text):
            return self._text(mark, style)
        area = isinstance(mark, Polygon)
        text = _painted(style, _path(_straight(mark.parts, closed=area)), filled=area)
        if isinstance(mark, Polygon) and style.hatch:
            text += _painted(style.hatching, _path(_straight(hatched(mark, style.hatch), closed=False)), filled=False)
        return text

    def _raster(self, mark: Raster) -> str:
        """A picture, which PDF draws into the unit square, its first row at the top of a y that goes up."""
        plane = mark.plane
        right, down = (
            (step[0] * count, step[1] * count) for step, count in ((plane.right, mark.columns), (plane.down, mark.rows))
        )
        corner = plane.point(0, mark.rows)
        numbers = " ".join(pair(*map(thousandths, point)) for point in (right, (-down[0], -down[1]), corner))
        state = opacity(self._theme.styles[mark.role].opacity)
        return f"q /{state} gs {numbers} cm /{self._image(mark)} Do Q\n"

    def _text(self, mark: Text, style: Style) -> str:
        """A text as its letters, each a form."""
        look, paint = _look(style, filled=True), _paint(style, filled=True)
        found = []
        for letter in glyphs.letters(mark):

            def drawn(letter: glyphs.Letter = letter) -> str:
                return f"{_path(letter.outline())}{paint}\n"

            key = letter.character, letter.face, letter.size, letter.wide, paint
            at = mark.at[0] + letter.at[0], mark.at[1] + letter.at[1]
            shape = f"/{self._form(key, drawn)} Do" if style.opacity == 1 else drawn()
            found.append(f"q 1 0 0 1 {pair(*map(thousandths, at))} cm {shape} Q\n")
        return f"{look}\n{''.join(found)}" if found and paint != "n" else ""


def _straight(parts: Iterable[tuple[Point, ...]], *, closed: bool) -> Iterator[Command]:
    for first, *rest in parts:
        yield "M", (first,)
        yield from (("L", (point,)) for point in rest)
        if closed:
            yield "Z", ()


def _path(commands: Iterable[Command]) -> str:
    """A path's operators; PDF has no quadratic curves, which are cubic ones too."""
    text: list[str] = []
    here: Point = (0.0, 0.0)
    for letter, points in commands:
        if letter == "Q":
            points = glyphs.cubic(here, *points)
        text += [pair(*map(thousandths, point)) for point in points]
        text.append(LETTERS["C" if letter == "Q" else letter])
        here = points[-1] if points else here
    return " ".join(text) + " "


def _painted(style: Style, path: str, *, filled: bool) -> str:
    paint = _paint(style, filled)
    return f"{_look(style, filled)} {path}{paint}\n" if paint != "n" and path.strip() else ""


def _paint(style: Style, filled: bool) -> str:
    """The operator that fills, strokes, both or neither."""
    return {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}[
        bool(filled and style.fill), bool(style.stroke)
    ]


@cache
def _look(style: Style, filled: bool) -> str:
    """The operators that set how a style looks, opacity by the name of its state."""
    words = []
    if filled and style.fill:
        words += [f"/{opacity(style.opacity)} gs", f"{_colour(style.fill)} rg"]
    if style.stroke:
        dash = number(thousandths(style.dash)) if style.dash else ""
        words += [f"{_colour(style.stroke)} RG", f"{number(thousandths(style.width))} w", f"[{dash}] 0 d"]
    return " ".join(words)


def opacity(value: float) -> str:
    """The name of the state with this opacity: O550 for .55."""
    return f"O{thousandths(value)}"


OPAQUE = opacity(1.0)


def _colour(colour: str) -> str:
    return " ".join(f"{part / 255:.4f}".rstrip("0").rstrip(".") for part in bytes.fromhex(colour[1:]))

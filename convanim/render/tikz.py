"""Marks as paths and nodes of TikZ: texts are TeX's own, in the fonts of the document around them; what TeX may have no
letter for is an outline.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable
from itertools import groupby

from ..scene import Colour, Group, Line, Mark, Marks, Polygon, Raster, Scene, Text
from ..scene.hatch import hatched
from ..scene.plane import Part, Point
from ..text.escaping import TEX, one_line, tex
from ..themes.theme import Style, Theme
from . import glyphs
from .svg_marks import number, thousandths

# characters that every TeX sets by itself, beside those that have a command
PLAIN = {*string.ascii_letters, *string.digits, *" !'()*+,-./:;=?@[]", *TEX}
ITALIC = {chr(0x1D44E + n): chr(ord("a") + n) for n in range(26)}
INDEXED = re.compile("([\U0001d44e-\U0001d467])([₀-₉]+(?:,[₀-₉]+)*)?|([₀-₉]+)")
UPRIGHT = str.maketrans({chr(0x2080 + n): str(n) for n in range(10)})
POINTS = 72.27 / 72  # of TeX in a big point
FONT = 10  # points: texts are set at this size, which every font has, and scaled
KEPT = 4096  # shapes that have a name
# marks of a role that have a fill of their own
COLOURED = r"""\def\convanimcoloured#1#2#3{\begingroup\definecolor{convanimown}{HTML}{#2}
\tikzset{\convanimname/#1/area/.append style={fill=convanimown},\convanimname/#1/text/.append style={text=convanimown}}
#3\endgroup}
"""
RASTER = r"""\def\convanimpixels#1#2{\definecolor{convanimown}{HTML}{#1}\fill[convanimown] #2;}
\def\convanimraster#1#2{\begin{scope}[transparency group,opacity=#1]#2\end{scope}}
"""


class Picture:
    """Writes the marks of a scene's steps with the macros of a TeX file; shapes that come back are written once, before
    they are first used.
    """

    def __init__(self, scene: Scene, theme: Theme, bp: float) -> None:
        self._scene, self._theme, self._bp = scene, theme, bp
        self._shapes: dict[object, str] = {}
        self._new: list[str] = []
        self._grown = -1

    def still(self) -> str:
        """The layers that come back as they are."""
        kept = [(n, layer) for n, layer in enumerate(self._scene.layers) if layer.lasts and not layer.stays]
        text = "".join(f"\\convanimkeep{{l{n}}}{{\n{self.marks(layer.at(0))}}}\n" for n, layer in kept)
        return self._defined() + text

    def step(self, step: int, page: int) -> str:
        """One step as page `page`, after the marks that appeared since the previous call."""
        grown = text = ""
        for n, layer in enumerate(self._scene.layers):
            if layer.stays:
                grown += "".join(
                    f"\\convanimgrow{{l{n}}}{{{m}}}{{\n{self.marks(layer.at(m))}}}\n"
                    for m in range(self._grown + 1, step + 1)
                )
                text += f"\\convanimgrown{{l{n}}}{{{step}}}\n"
            elif not layer.lasts:
                text += self.marks(layer.seen(step))
            elif layer.starts(step):
                text += f"\\convanimkept{{l{n}}}\n"
        self._grown = step
        return f"{self._defined()}{grown}\\convanimpage{{{page}}}{{\n{text}}}\n"

    def _define(self, macros: str) -> None:
        """Write macros that few figures need before they are first used."""
        if macros not in self._shapes:
            self._shapes[macros] = ""
            self._new.append(macros)

    def _defined(self) -> str:
        """The shapes that are new."""
        text, self._new = "".join(self._new), []
        return text

    def marks(self, marks: Marks) -> str:
        """The marks as commands."""
        return "".join(self._mark(mark) for mark in marks)

    def _mark(self, mark: Mark) -> str:
        if isinstance(mark, Group):
            return self._at(mark.at, mark.marks, lambda: self.marks(mark.marks))
        if isinstance(mark, Raster):
            return self._raster(mark)
        if isinstance(mark, Text):
            return self._coloured(mark.role, mark.colour, self._text(mark))
        colour = None if isinstance(mark, Line) else mark.colour
        area, style = isinstance(mark, Polygon), self._theme.style(mark.role, colour)
        text = (
            _path(mark.role, "area" if area else "line", _drawn(mark.parts, closed=area))
            if style.stroke or (area and style.fill)
            else ""
        )
        if isinstance(mark, Polygon) and style.hatch:
            text += _path(mark.role, "hatch", _drawn(hatched(mark, style.hatch), closed=False))
        return self._coloured(mark.role, colour, text)

    def _coloured(self, role: str, colour: Colour | None, text: str) -> str:
        """Commands of marks that have a colour beside their role."""
        fill = self._theme.style(role, colour).fill
        if colour is None or not fill or not text:
            return text
        self._define(COLOURED)
        return f"\\convanimcoloured{{{role}}}{{{fill[1:].upper()}}}{{\n{text}}}\n"

    def _raster(self, mark: Raster) -> str:
        """A picture as areas, one for each run of one colour in a row. Each reaches to the last column and the last
        row, and the next ones lie over it, so that no background is seen between them.
        """
        areas = []
        for row in range(mark.rows):
            start = 0
            for colour, run in groupby(mark.colour(row, column) for column in range(mark.columns)):
                (part,) = mark.plane.rectangles([(row, mark.rows)], [(start, mark.columns)])
                areas.append(f"\\convanimpixels{{{colour[1:].upper()}}}{{{_drawn([part], closed=True)}}}\n")
                start += len(list(run))
        opacity = self._theme.styles[mark.role].opacity
        self._define(RASTER)
        return f"\\convanimraster{{{opacity:g}}}{{\n{''.join(areas)}}}\n"

    def _at(self, at: Point, shape: object, drawn: Callable[[], str]) -> str:
        """A shape at a point; the first time, its drawing is kept under a name. Of more shapes than TeX has room for,
        each is drawn where it stands.
        """
        if shape not in self._shapes:
            text = drawn()  # may define others
            if not text or len(self._shapes) >= KEPT:
                return text and f"\\convanimshift{{{_numbers(at)}}}{{\n{text}}}\n"
            self._shapes[shape] = f"s{len(self._shapes)}"
            self._new.append(f"\\convanimshape{{{self._shapes[shape]}}}{{\n{text}}}\n")
        return f"\\convanimat{{{_numbers(at)}}}{{{self._shapes[shape]}}}\n"

    def _text(self, mark: Text) -> str:
        """A text around its middle: a value in its cell, words from where they begin. Fonts that are wider are set
        smaller.
        """
        letters = glyphs.letters(mark)
        if not letters or not self._theme.styles[mark.role].fill:
            return ""
        if not {*mark.text} <= PLAIN | {*ITALIC}:
            return "".join(self._letter(mark, letter) for letter in letters)
        size = letters[0].size / (glyphs.LOWER_SIZE if mark.text[letters[0].index] in glyphs.LOWERED else 1)
        words = mark.face == "sans"
        room = min(mark.width, glyphs.width(mark.text, mark.face) * size * mark.stretch) if words else mark.width
        left = mark.at[0] - room / 2 if words else mark.at[0]
        scale = f"{size * self._bp * POINTS / FONT:.4f}".rstrip("0").rstrip(".")
        command = "words" if words else "text"
        where = f"{{{_numbers((left, mark.at[1]))}}}{{{scale}}}{{{room * self._bp:.2f}}}"
        return f"\\convanim{command}{{{mark.role}}}{where}{{{set_in_tex(mark.text)}}}\n"

    def _letter(self, mark: Text, letter: glyphs.Letter) -> str:
        """A letter as its outline, which texts share."""
        at = mark.at[0] + letter.at[0], mark.at[1] + letter.at[1]
        key = mark.role, letter.character, letter.face, letter.size, letter.wide
        return self._at(at, key, lambda: _path(mark.role, "area", _outline(letter)))


class Look:
    """The colours and styles of a scene's roles; `name` stands before their names, so that two figures don't meet."""

    def __init__(self, scene: Scene, theme: Theme, name: str, bp: float) -> None:
        self._scene, self._theme, self._name, self._bp = scene, theme, name, bp

    def colours(self) -> list[tuple[str, str]]:
        """(name, RRGGBB) of all colours."""
        found = {self._theme.background, "#000000"}
        for style in (self._theme.styles[role] for role in self._scene.roles()):
            found |= {
                colour for colour in (style.fill, style.stroke, style.hatch_stroke if style.hatch else None) if colour
            }
        return [(self._colour(colour), colour[1:].upper()) for colour in sorted({colour.lower() for colour in found})]

    def styles(self) -> list[tuple[str, str]]:
        """(name, options) of each role's areas, lines, texts and hatch; a document's own `convanim/role` goes before
        what they say.
        """
        found = []
        for role in sorted(self._scene.roles()):
            style, own = self._theme.styles[role], f"convanim/{role}/.try"
            found.append((f"{self._name}/{role}/area", f"{self._options(style, filled=True)}, {own}"))
            found.append((f"{self._name}/{role}/line", f"{self._options(style, filled=False)}, {own}, fill=none"))
            text = f"text={self._colour(style.fill or '#000000')}, text opacity={style.opacity:g}"
            found.append((f"{self._name}/{role}/text", f"{text}, {own}, fill=none, draw=none"))
            if style.hatch:
                found.append(
                    (
                        f"{self._name}/{role}/hatch",
                        f"{self._options(style.hatching, filled=False)}, convanim/{role} hatch/.try",
                    )
                )
        return found

    def bounds(self) -> str:
        """The box of the picture."""
        box = self._scene.box
        return f"{_point((box.x, box.y))} rectangle {_point((box.x + box.width, box.y + box.height))}"

    def ground(self) -> str:
        """The box of the picture, painted unless the background is transparent."""
        corners = self.bounds()
        paint = "" if self._theme.transparent else f"\n\\fill[{self._colour(self._theme.background)}] {corners};"
        return f"\\useasboundingbox {corners};{paint}"

    def _options(self, style: Style, *, filled: bool) -> str:
        """A style as options of a path."""
        words = []
        if filled and style.fill:
            words += [f"fill={self._colour(style.fill)}", f"fill opacity={style.opacity:g}"]
        if style.stroke:
            dash = (
                f"dash pattern=on {self._length(style.dash)} off {self._length(style.dash)}" if style.dash else "solid"
            )
            words += [f"draw={self._colour(style.stroke)}", f"line width={self._length(style.width)}", dash]
        return ", ".join(words) or "draw=none"

    def _colour(self, colour: str) -> str:
        return f"{self._name}{colour[1:].lower()}"

    def _length(self, cells: float) -> str:
        """A length in big points."""
        return f"{cells * self._bp:.4f}".rstrip("0").rstrip(".") + "bp"


def set_in_tex(text: str) -> str:
    """A text with letters and indices as TeX sets them: 𝑥₁₂ is $x_{12}$."""

    def maths(found: re.Match[str]) -> str:
        letter, low = ITALIC.get(found[1] or "", ""), (found[2] or found[3] or "").translate(UPRIGHT)
        return f"\0{letter}{f'_{{{low}}}' if low else ''}\1"

    parts = re.split("\0(.*?)\1", INDEXED.sub(maths, one_line(text)))
    return "".join(
        f"${'{}' if part.startswith('_') else ''}{part}$" if n % 2 else _words(part) for n, part in enumerate(parts)
    )


def _words(text: str) -> str:
    """Words, with the blanks at their ends."""
    inner = text.strip()
    return text.replace(inner, tex(inner), 1) if inner else text


def _path(role: str, kind: str, path: str) -> str:
    return f"\\convanim{kind}{{{role}}}{{{path}}}\n" if path else ""


def _numbers(point: Point) -> str:
    x, y = map(thousandths, point)
    return f"{number(x)},{number(y)}"


def _point(point: Point) -> str:
    return f"({_numbers(point)})"


def _drawn(parts: Iterable[Part], *, closed: bool) -> str:
    return " ".join("--".join(map(_point, part)) + ("--cycle" if closed else "") for part in parts)


def _outline(letter: glyphs.Letter) -> str:
    """The outline of a letter from the start of its baseline, in TikZ's cubic curves."""
    text, here = "", (0.0, 0.0)
    ways = {
        "M": "{0}",
        "L": "--{0}",
        "C": "..controls {0} and {1}..{2}",
        "Q": "..controls {0} and {1}..{2}",
        "Z": "--cycle ",
    }
    for name, points in letter.outline():
        if name == "Q":
            points = glyphs.cubic(here, *points)
        text += ways[name].format(*map(_point, points))
        here = points[-1] if points else here
    return text

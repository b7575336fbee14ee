"""Marks as paths and nodes of TikZ: texts are TeX's own, in the fonts of the document around them; what TeX may have no letter for is an outline."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

from ..escaping import TEX, one_line, tex
from ..hatch import hatched
from ..plane import Part, Point
from ..scene import Group, Growing, Layer, Line, Marks, Moving, Polygon, Scene, Text
from ..theme import Style, Theme
from . import glyphs
from .pen import number, thousandths

# characters that every TeX sets by itself, beside those that have a command
PLAIN = {*string.ascii_letters, *string.digits, *" !'()*+,-./:;=?@[]", *TEX}
ITALIC = {chr(0x1D44E + n): chr(ord("a") + n) for n in range(26)}
INDEXED = re.compile("([\U0001d44e-\U0001d467])([₀-₉]+(?:,[₀-₉]+)*)?|([₀-₉]+)")
UPRIGHT = str.maketrans({chr(0x2080 + n): str(n) for n in range(10)})


class Picture:
    """Writes the marks of a scene's steps; `name` stands before the names of its styles, so that two figures don't meet."""

    def __init__(self, scene: Scene, theme: Theme, name: str, bp: float) -> None:
        self._scene, self._theme, self._name, self._bp = scene, theme, name, bp

    def colours(self) -> list[tuple[str, str]]:
        """(name, RRGGBB) of all colours."""
        return [(self._colour(colour), colour[1:].upper()) for colour in sorted(self._all_colours())]

    def styles(self) -> list[tuple[str, str]]:
        """(name, options) of each role's areas, lines, texts and hatch; a document's own `convanim/role` goes before what they say."""
        found = []
        for role in sorted(self._scene.roles()):
            style = self._theme.styles[role]
            for kind, options in (("area", _options(self, style, filled=True)), ("line", _options(self, style, filled=False))):
                found.append((f"{self._name}/{role}/{kind}", f"{options}, convanim/{role}/.try"))
            found.append((f"{self._name}/{role}/text", f"text={self._colour(style.fill or '#000000')}, text opacity={style.opacity:g}, convanim/{role}/.try"))
            if style.hatch:
                found.append((f"{self._name}/{role}/hatch", f"{_options(self, style.hatching, filled=False)}, convanim/{role} hatch/.try"))
        return found

    def ground(self) -> str:
        """The box of the picture, painted unless the background is transparent."""
        box = self._scene.box
        corners = _corners(box.x, box.y, box.x + box.width, box.y + box.height)
        paint = "" if self._theme.transparent else f"\n\\fill[{self._colour(self._theme.background)}] {corners}"
        return f"\\useasboundingbox {corners}{paint}"

    def kept(self) -> list[tuple[str, str]]:
        """(name, drawing) of what several steps have in common: still layers, those of some steps, and all that has grown up to each step."""
        found = []
        for n, layer in enumerate(self._scene.layers):
            if isinstance(layer, Layer):
                found.append((f"l{n}", self.marks(layer.marks)))
            elif isinstance(layer, Growing):
                for step in range(self._scene.steps):
                    before = self._call(f"l{n}s{step - 1}") if step else ""
                    found.append((f"l{n}s{step}", before + self.marks(layer.at(step))))
        return found

    def step(self, step: int) -> str:
        """What is seen in a step."""
        text = ""
        for n, layer in enumerate(self._scene.layers):
            if isinstance(layer, Moving):
                text += self.marks(layer.at(step))
            elif isinstance(layer, Growing):
                text += self._call(f"l{n}s{step}")
            elif layer.span is None or step in layer.span:
                text += self._call(f"l{n}")
        return text

    def _call(self, name: str) -> str:
        return f"\\csname {self._name}@{name}\\endcsname\n"

    def marks(self, marks: Marks) -> str:
        """The marks as commands."""
        return "".join(self._mark(mark) for mark in marks)

    def _mark(self, mark: Group | Line | Polygon | Text) -> str:
        if isinstance(mark, Group):
            return f"\\begin{{scope}}[shift={{{_point(mark.at)}}}]\n{self.marks(mark.marks)}\\end{{scope}}\n"
        if isinstance(mark, Text):
            return self._text(mark)
        area, style = isinstance(mark, Polygon), self._theme.styles[mark.role]
        text = self._path(mark.role, "area" if area else "line", _drawn(mark.parts, closed=area)) if style.stroke or (area and style.fill) else ""
        if isinstance(mark, Polygon) and style.hatch:
            text += self._path(mark.role, "hatch", _drawn(hatched(mark, style.hatch), closed=False))
        return text

    def _path(self, role: str, kind: str, path: str) -> str:
        return f"\\path[{self._name}/{role}/{kind}] {path};\n" if path else ""

    def _text(self, mark: Text) -> str:
        """A text as a node on its baseline: a value in the middle of its cell, words from where they begin. Fonts that are wider are set smaller."""
        letters = glyphs.letters(mark)
        if not letters:
            return ""
        if not {*mark.text} <= PLAIN | {*ITALIC}:
            return self._path(mark.role, "area", "".join(_outline(letter, mark.at) for letter in letters))
        size = letters[0].size / (glyphs.LOWER_SIZE if mark.text[letters[0].index] in glyphs.LOWERED else 1)
        baseline = mark.at[1] + size * glyphs.FACES[mark.face].digits / 2
        room = min(mark.width, glyphs.width(mark.text, mark.face) * size * mark.stretch) if mark.face == "sans" else mark.width
        left = mark.at[0] - room / 2 if mark.face == "sans" else mark.at[0]
        anchor = "base west" if mark.face == "sans" else "base"
        words = f"\\convanimfit{{{size * self._bp:.2f}}}{{{room * self._bp:.2f}}}{{{set_in_tex(mark.text)}}}"
        return f"\\node[{self._name}/{mark.role}/text, anchor={anchor}, inner sep=0pt, outer sep=0pt] at {_point((left, baseline))} {{{words}}};\n"

    def _all_colours(self) -> set[str]:
        found = {self._theme.background, "#000000"}
        for role in self._scene.roles():
            style = self._theme.styles[role]
            found |= {colour for colour in (style.fill, style.stroke, style.hatch_stroke if style.hatch else None) if colour}
        return {colour.lower() for colour in found}

    def _colour(self, colour: str) -> str:
        return f"{self._name}{colour[1:].lower()}"

    def length(self, cells: float) -> str:
        """A length in big points."""
        return f"{cells * self._bp:.4f}".rstrip("0").rstrip(".") + "bp"


def _options(picture: Picture, style: Style, *, filled: bool) -> str:
    """A style as options of a path."""
    words = []
    if filled and style.fill:
        words += [f"fill={picture._colour(style.fill)}", f"fill opacity={style.opacity:g}"]
    if style.stroke:
        dash = f"dash pattern=on {picture.length(style.dash)} off {picture.length(style.dash)}" if style.dash else "solid"
        words += [f"draw={picture._colour(style.stroke)}", f"line width={picture.length(style.width)}", dash]
    return ", ".join(words) or "draw=none"


def set_in_tex(text: str) -> str:
    """A text with letters and indices as TeX sets them: 𝑥₁₂ is $x_{12}$."""
    def maths(found: re.Match[str]) -> str:
        letter, low = ITALIC.get(found[1] or "", ""), (found[2] or found[3] or "").translate(UPRIGHT)
        return f"\0{letter}{f'_{{{low}}}' if low else ''}\1"

    parts = re.split("\0(.*?)\1", INDEXED.sub(maths, one_line(text)))
    return "".join(f"${'{}' if part.startswith('_') else ''}{part}$" if n % 2 else _words(part) for n, part in enumerate(parts))


def _words(text: str) -> str:
    """Words, with the blanks at their ends."""
    inner = text.strip()
    return text.replace(inner, tex(inner), 1) if inner else text


def _point(point: Point) -> str:
    x, y = map(thousandths, point)
    return f"({number(x)},{number(y)})"


def _corners(x0: float, y0: float, x1: float, y1: float) -> str:
    return f"{_point((x0, y0))} rectangle {_point((x1, y1))};"


def _drawn(parts: Iterable[Part], *, closed: bool) -> str:
    return " ".join("--".join(map(_point, part)) + ("--cycle" if closed else "") for part in parts)


def _outline(letter: glyphs.Letter, at: Point) -> str:
    """The outline of a letter, in TikZ's cubic curves."""
    x, y = at[0] + letter.at[0], at[1] + letter.at[1]
    text, here = "", (0.0, 0.0)
    for name, points in letter.outline():
        moved = [(px + x, py + y) for px, py in points]
        if name == "Q":
            moved = [*glyphs.cubic(here, *moved)]
        ways = {"M": "{0}", "L": "--{0}", "C": "..controls {0} and {1}..{2}", "Q": "..controls {0} and {1}..{2}", "Z": "--cycle "}
        text += ways[name].format(*map(_point, moved))
        here = moved[-1] if moved else here
    return text

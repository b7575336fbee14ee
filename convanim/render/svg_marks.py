"""Writes marks as elements of SVG, and collects the definitions of shapes that come back."""

from __future__ import annotations

import base64
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from ..scene import Colour, Group, Line, Mark, Marks, Polygon, Raster, Text
from ..scene.hatch import hatched
from ..scene.plane import Plane, Point
from ..themes.theme import Style, Theme
from . import glyphs
from .outlines import Command
from .png import png

MANY = 500  # references to a shape from which on its letters are one outline: a browser copies all that a reference has
PREFIX = "\0"  # stands for the hash until the text is complete; no XML text can hold it
Attributes = dict[str, str]
DEFAULTS: Attributes = {
    "fill": "#000",
    "fill-opacity": "1",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-dasharray": "none",
}
# of a line of words, what may come back in others: a word, and a factor of a product with the sign that follows it
PARTS = re.compile("[^ \u00b7]+|\u00b7[^ ]*(?: [+\u2212])?")
# no interpolation: the attribute is SVG 1.1's, the property is CSS's
SHARP = 'image-rendering="optimizeSpeed" style="image-rendering:pixelated"'
COLOURS = ("fill", "fill-opacity", "stroke")  # the attributes that differ between a light page and a dark one


class Pen:
    """Writes marks, and collects the definitions of the shapes that are used more than once."""

    def __init__(self, theme: Theme, layers: Iterable[Marks]) -> None:
        self._theme = theme
        self._uses: Counter[object] = Counter()
        for marks in layers:
            self._count(marks)
        self._ids: dict[object, str] = {}
        self._roles: dict[str, None] = {}  # that were written, in order
        self._same: dict[tuple[str | None, ...], Colour] = {}  # a colour for all that look the same
        self._fills: dict[str, None] = {}  # of marks with a colour of their own, on a dark page
        self._outlined = False  # whether letters are written as outlines
        self.defs: list[str] = []

    def _count(self, marks: Marks) -> None:
        for mark in marks:
            if isinstance(mark, Text) and mark.face != "roman":
                self._uses.update(_part(mark, part) for part in PARTS.findall(mark.text))
            elif isinstance(mark, Group | Raster | Text):
                self._uses[_shape(mark)] += 1
            if isinstance(mark, Group) and self._uses[mark.marks] == 1:
                self._count(mark.marks)

    def most_common(self, marks: Marks) -> str | None:
        """The role of most of the marks that can't be used by reference, whose look their parent carries."""
        roles = Counter(mark.role for mark in marks if isinstance(mark, Line | Polygon))
        return roles.most_common(1)[0][0] if roles else None

    def look(self, role: str, kind: type, colour: Colour | None = None) -> Attributes:
        """The attributes of a role's lines, areas or texts, with the colour that a mark has beside its role."""
        self._roles[role] = None
        return _attributes(self._theme.style(role, colour), kind)

    def named(self, role: str, kind: type, colour: Colour | None = None) -> str:
        """The classes of a role's marks, by which the rules for a dark page find them, and tell lines from areas.

        They find them by the mark's own classes: what stands around a shape doesn't count where it is used by
        reference. A class of its own stands for a mark's colour.
        """
        dark = self._theme.dark
        if dark is None:
            return role
        own = ""
        if colour is not None and role in dark.styles and (fill := dark.style(role, colour).fill):
            own = f" f{fill[1:]}"
            self._fills[fill] = None
        return f"{PREFIX} {role}{' line' if kind is Line else ''}{own}"

    def dark_rules(self) -> str:
        """The rules by which all that was written takes the dark theme's colours and lines where the reader prefers a
        dark page.

        What the light theme doesn't draw, an area or a hatch, is not there to be changed.
        """
        dark = self._theme.dark
        if dark is None:
            return ""
        rules = [f".{PREFIX}.background{{fill:{coloured(dark.background)}}}"]
        for role in self._roles:
            light, style = self._theme.styles[role], dark.styles.get(role)
            if style is None:
                rules.append(f".{PREFIX}.{role}{{display:none}}")
                continue
            usual = _attributes(light, Polygon)
            look = [
                f"{key}:{value}"
                for key, value in _attributes(style, Polygon).items()
                if key in COLOURS or usual.get(key) != value
            ]
            rules.append(f".{PREFIX}.{role}{{{';'.join(look)}}}")
            if light.hatch:
                hatch = _attributes(style.hatching if style.hatch else Style(), Line)
                rules.append(f".{PREFIX}.{role}.hatch{{{';'.join(f'{key}:{value}' for key, value in hatch.items())}}}")
        rules += [f".{PREFIX}.f{fill[1:]}{{fill:{coloured(fill)}}}" for fill in self._fills]
        return f"@media(prefers-color-scheme:dark){{{''.join(rules)}.{PREFIX}.line,.{PREFIX}.hatch{{fill:none}}}}"

    def marks(self, marks: Marks, around: Attributes | None = DEFAULTS, parent: str | None = None) -> str:
        """The marks as elements.

        `around` are the attributes that they inherit, None where those aren't known; `parent` is the role that their
        parent has.
        """
        found = []
        for text_look, run in groupby(marks, self._text_look):
            if text_look is None:
                found += [self._mark(mark, around, parent) for mark in run]
            else:
                role, face, colour = text_look
                look = written(_different(self.look(role, Text, colour), around)) + ("" if face == "roman" else SMALL)
                texts = [mark for mark in run if isinstance(mark, Text)]
                letters = (
                    _outlines([(letter, mark.at) for mark in texts for letter in glyphs.letters(mark)])
                    if self._outlined
                    else "".join(_line(self._text(mark), face) for mark in texts)
                )
                found.append(f'<g class="{self.named(role, Text, colour)}"{look}>{letters}</g>')
        return "".join(found)

    def _text_look(self, mark: Mark) -> tuple[str, str, Colour | None] | None:
        """The role, the face and the colour of a text; colours that look the same here are one."""
        if not isinstance(mark, Text):
            return None
        if mark.colour is None:
            return mark.role, mark.face, None
        dark = self._theme.dark
        fills = [
            theme.style(mark.role, mark.colour).fill
            for theme in (self._theme, dark)
            if theme and mark.role in theme.styles
        ]
        return mark.role, mark.face, self._same.setdefault((mark.role, *fills), mark.colour)

    def _mark(self, mark: Mark, around: Attributes | None, parent: str | None) -> str:
        if isinstance(mark, Group):
            shape = _shape(mark)
            if self._uses[shape] > 1:
                return _used(self._use(shape, mark.at, lambda: self._group(mark.marks, self._uses[shape])))
            return f'<g transform="translate({pair(*map(thousandths, mark.at))})">{self.marks(mark.marks, around)}</g>'
        if isinstance(mark, Raster):
            return self._raster(mark)
        assert isinstance(mark, Line | Polygon)
        colour = mark.colour if isinstance(mark, Polygon) else None
        style, kind = self._theme.style(mark.role, colour), type(mark)
        look = _different(self.look(mark.role, kind, colour), around)
        end: list[Command] = [("Z", ())] if isinstance(mark, Polygon) else []
        seen = style.stroke or (style.fill and isinstance(mark, Polygon))
        role = f' class="{self.named(mark.role, kind, colour)}"' if mark.role != parent or self._theme.dark else ""
        path = f'<path{role}{written(look)} d="{_data(_commands(mark.parts, end))}"/>' if seen else ""
        if not isinstance(mark, Polygon) or not style.hatch:
            return path
        look = _different(_attributes(style.hatching, Line), around)
        return (
            path + f'<path class="{self.named(mark.role, Polygon)} hatch"{written(look)}'
            f' d="{_data(_commands(hatched(mark, style.hatch), []))}"/>'
        )

    def _group(self, marks: Marks, uses: int) -> str:
        """A group that is referred to so many times."""
        before, self._outlined = self._outlined, self._outlined or uses > MANY
        inside = self.marks(marks, None)
        self._outlined = before
        return f"<g{{}}>{inside}</g>"

    def _raster(self, mark: Raster) -> str:
        """A picture in a parallelogram, whose corner is the origin where it is used by reference."""
        shape = _shape(mark)
        if self._uses[shape] > 1:
            return _used(self._use(shape, mark.plane.origin, lambda: self._image(mark, mark.plane.at_origin(), "{}")))
        return self._image(mark, mark.plane, "")

    def _image(self, mark: Raster, plane: Plane, named: str) -> str:
        """The element of a picture; `named` is the place of its id."""
        opacity = thousandths(self._theme.styles[mark.role].opacity)
        look = f' opacity="{number(opacity)}"' if opacity != thousandths(1) else ""
        steps = " ".join(pair(*map(thousandths, point)) for point in (plane.right, plane.down, plane.origin))
        data = base64.b64encode(png(mark)).decode("ascii")
        return (
            f'<image{named} class="{self.named(mark.role, Raster)}"{look} {SHARP} width="{mark.columns}"'
            f' height="{mark.rows}" preserveAspectRatio="none" transform="matrix({steps})"'
            f' href="data:image/png;base64,{data}"/>'
        )

    def _text(self, mark: Text) -> list[Use]:
        """A text as its letters, which have no colour of their own; the element around gives it."""
        letters = glyphs.letters(mark)
        if mark.face == "roman":
            return self._together(_shape(mark), letters, mark.at, (0.0, 0.0))
        matches = list(PARTS.finditer(mark.text))
        first = [bisect_left(letters, match.start(), key=lambda letter: letter.index) for match in matches]
        parts = zip(matches, pairwise([*first, len(letters)]), strict=True)
        return [
            use
            for match, (a, b) in parts
            if a < b
            for use in self._together(_part(mark, match[0]), letters[a:b], mark.at, letters[a].at)
        ]

    def _together(self, shape: object, letters: list[glyphs.Letter], at: Point, origin: Point) -> list[Use]:
        """Letters as one shape around `origin`, if it comes back."""
        if len(letters) == 1 or self._uses[shape] < 2:
            return [self._letter(letter, at) for letter in letters]
        (x, y), face = origin, letters[0].face
        if self._uses[shape] > MANY:
            moved = [(letter, (-x, -y)) for letter in letters]
            return [self._use(shape, (at[0] + x, at[1] + y), lambda: _outlines(moved, "{}"), face)]
        return [
            self._use(
                shape,
                (at[0] + x, at[1] + y),
                lambda: f"<g{{}}>{''.join(_used(self._letter(letter, (-x, -y)), face) for letter in letters)}</g>",
                face,
            )
        ]

    def _letter(self, letter: glyphs.Letter, at: Point) -> Use:
        key, face = (letter.character, letter.face, letter.size, letter.wide), letter.face
        stroke = ' stroke="none"' if face == "roman" else ""
        return self._use(
            key,
            (at[0] + letter.at[0], at[1] + letter.at[1]),
            lambda: f'<path{{}}{stroke} d="{_data(letter.outline(), face)}"/>',
            face,
        )

    def _use(self, shape: object, at: Point, element: Callable[[], str], face: str = "roman") -> Use:
        """A reference to a shape, which is defined by the first; `element` has {} in the place of its id."""
        if shape not in self._ids:
            text = element()  # may define others
            self._ids[shape] = f"{PREFIX}{len(self._ids)}"
            self.defs.append(text.format(f' id="{self._ids[shape]}"'))
        x, y = at
        return self._ids[shape], FORMS[face].whole(x), FORMS[face].whole(y)


def _outlines(letters: list[tuple[glyphs.Letter, Point]], named: str = "") -> str:
    """Letters of one face, each moved by a distance, as one path; `named` is the place of its id."""
    commands: list[Command] = []
    for letter, (x, y) in letters:
        x, y = x + letter.at[0], y + letter.at[1]
        commands += [(name, tuple((px + x, py + y) for px, py in points)) for name, points in letter.outline()]
    face = letters[0][0].face if letters else "roman"
    stroke = ' stroke="none"' if face == "roman" else ""
    return f'<path{named}{stroke} d="{_data(commands, face)}"/>' if commands else ""


Use = tuple[str, int, int]  # the id of a shape, and where it stands, in the units of its face


def _used(use: Use, face: str = "roman") -> str:
    """The element of a reference."""
    name, x, y = use
    text = FORMS[face].text
    return f'<use href="#{name}"' + (f' x="{text(x)}"' if x else "") + (f' y="{text(y)}"/>' if y else "/>")


def _line(uses: list[Use], face: str) -> str:
    """The elements of a text's letters; in a group that is moved to the first of them, where that is shorter."""
    flat = "".join(_used(use, face) for use in uses)
    if len(uses) <= SHORT:
        return flat
    _, x, y = uses[0]
    text = FORMS[face].text
    inside = "".join(_used((name, right - x, down - y), face) for name, right, down in uses)
    return min(flat, f'<g transform="translate({text(x)} {text(y)})">{inside}</g>', key=len)


def _commands(parts: Iterable[Sequence[Point]], end: list[Command]) -> list[Command]:
    return [c for first, *rest in parts for c in [("M", (first,)), *(("L", (point,)) for point in rest), *end]]


def _shape(mark: Group | Raster | Text) -> object:
    """What makes two marks the same shape at different places. A text's shape has no colour: its parent has it."""
    if isinstance(mark, Group):
        return mark.marks
    if isinstance(mark, Raster):
        return replace(mark, plane=mark.plane.at_origin())
    return replace(mark, at=(0.0, 0.0), colour=None)


def _part(mark: Text, part: str) -> object:
    """What makes parts of texts the same shape at different places."""
    return part, mark.face, mark.size, mark.width, mark.stretch, mark.like


def _different(look: Attributes, around: Attributes | None) -> Attributes:
    return look if around is None else {key: value for key, value in look.items() if around[key] != value}


def _attributes(style: Style, kind: type) -> Attributes:
    """A style as presentation attributes; lines aren't filled."""
    fill = style.fill if kind is not Line else None
    look = {"fill": coloured(fill), "stroke": coloured(style.stroke)}
    if fill:
        look["fill-opacity"] = number(thousandths(style.opacity))
    if style.stroke:
        look["stroke-width"] = number(thousandths(style.width))
        look["stroke-dasharray"] = number(thousandths(style.dash)) if style.dash else "none"
    return look


def written(attributes: Attributes) -> str:
    """The attributes as they stand in an element."""
    return "".join(f' {key}="{value}"' for key, value in attributes.items())


def coloured(colour: str | None) -> str:
    """A colour in few characters, "none" for none."""
    if colour is None:
        return "none"
    short = colour[1::2] == colour[2::2]
    return f"#{colour[1::2]}" if short else colour


def _data(commands: Iterable[Command], face: str = "roman") -> str:
    """Path data with relative points (the first is absolute all the same), from coordinates rounded once, so that
    nothing adds up.

    A letter that the one before implies is left out, and so is a space where two numbers don't run together without it.
    """
    text: list[str] = []
    whole = FORMS[face].whole
    implied = last = ""
    x = y = start_x = start_y = 0
    for letter, points in commands:
        ends = [(whole(px), whole(py)) for px, py in points] or [(start_x, start_y)]
        numbers = [v for px, py in ends for v in (px - x, py - y)]
        command = letter.lower()
        if letter == "L" and 0 in numbers:
            command, numbers = ("v", numbers[1:]) if numbers[0] == 0 else ("h", numbers[:1])
        if command != implied:
            text.append(command)
            last = ""
        for written_out in map(FORMS[face].text, numbers if points else []):
            apart = last and written_out[0] != "-" and not (written_out[0] == "." and "." in last)
            text.append(f" {written_out}" if apart else written_out)
            last = written_out
        implied = "l" if command == "m" else command
        x, y = ends[-1]
        if letter == "M":
            start_x, start_y = x, y
    return "".join(text)


def thousandths(value: float) -> int:
    """A length in cells as a whole number of thousandths, in which all is written."""
    return round(value * 1000)


def number(value: int) -> str:
    """A number of thousandths as the shortest decimal: 700 is ".7", -2490 is "-2.49"."""
    whole, part = divmod(abs(value), 1000)
    text = f"{whole or ''}.{part:03d}".rstrip("0").rstrip(".") if part else str(whole)
    return f"-{text}" if value < 0 else text


@dataclass(frozen=True, slots=True)
class Form:
    """How lengths are written: as whole numbers of a unit, and those as texts."""

    whole: Callable[[float], int]
    text: Callable[[int], str]


# Words are drawn 400 times as large, and shrunk as a whole: that saves the points, and digits. Their points are then at
# most an 800th of a cell off, 0.04 pixels at 150 dpi.
FORMS: dict[str, Form] = {"roman": Form(thousandths, number), "sans": Form(lambda value: round(value * 400), str)}
SMALL = ' transform="scale(.0025)"'
SHORT = 3  # letters that are never moved together


def pair(x: int, y: int) -> str:
    """Two numbers of thousandths."""
    return f"{number(x)} {number(y)}"

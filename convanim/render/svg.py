"""SVG text: still frames, and one file that plays by CSS alone and stands still for readers who ask for reduced motion.

Looks are presentation attributes, which every reader of SVG knows; classes carry the roles. Shapes that come back are written
once and used by reference. Ids begin with a hash of the content: two figures in one page don't meet, and the same figure is
the same text.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from xml.sax.saxutils import escape

from ..scene import Group, Layer, Line, Mark, Moving, Point, Polygon, Scene, Text
from ..theme import Style, Theme
from . import glyphs

PREFIX = "\0"  # stands for the hash until the text is complete; no XML text can hold it
Attributes = dict[str, str]
DEFAULTS: Attributes = {"fill": "#000", "fill-opacity": "1", "stroke": "none", "stroke-width": "1", "stroke-dasharray": "none"}


def still(scene: Scene, theme: Theme, size: tuple[int, int], step: int) -> str:
    """One step as an SVG document, `size` (width, height) in pixels."""
    layers = [scene.visible(layer, step) for layer in scene.layers]
    pen = _Pen(theme, layers)
    return _document(scene, theme, size, pen, [pen.marks(marks) for marks in layers])


def animated(scene: Scene, theme: Theme, size: tuple[int, int], step_ms: int) -> str:
    """All steps as one SVG document that plays in a loop, `step_ms` milliseconds a step.

    Each step is a group that one shared animation shows for its time, shifted by a negative delay. Without animations (a
    reader's wish, or a program that has none) the poster's step is seen.
    """
    if scene.steps == 1:
        return still(scene, theme, size, 0)
    every = range(scene.steps)
    pen = _Pen(theme, (marks for layer in scene.layers for marks in (map(layer.at, every) if isinstance(layer, Moving) else [layer.marks])))
    lengths: dict[int, str] = {}  # steps that a group is seen -> class of its parent
    body = []
    for layer in scene.layers:
        if isinstance(layer, Layer) and layer.span is None:
            body.append(pen.marks(layer.marks))
        elif isinstance(layer, Layer):
            seen = layer.span or every
            kind = lengths.setdefault(len(seen), f"{PREFIX}k{len(lengths)}")
            body += [f'<g class="{kind}">', _seen(pen.marks(layer.marks), seen, scene, step_ms), "</g>"]
        else:
            kind = lengths.setdefault(1, f"{PREFIX}k{len(lengths)}")
            role = pen.most_common(layer.at(scene.poster))
            look = pen.look(role)
            body.append(f'<g class="{kind} {role}"{_written(look)}>' if role else f'<g class="{kind}">')
            body += [_seen(pen.marks(layer.at(step), DEFAULTS | look, role), range(step, step + 1), scene, step_ms) for step in every]
            body.append("</g>")
    return _document(scene, theme, size, pen, [_style(lengths, scene.steps, step_ms), *body])


def _seen(marks: str, span: range, scene: Scene, step_ms: int) -> str:
    """A group that is seen during a span of steps."""
    poster = ' class="poster"' if scene.poster in span else ""
    delay = (scene.steps - span.start) % scene.steps * step_ms
    late = f' style="animation-delay:-{_number(delay)}s"' if delay else ""
    return f"<g{poster}{late}>{marks}</g>"


def _style(lengths: dict[int, str], steps: int, step_ms: int) -> str:
    if not lengths:
        return ""
    rules = []
    for length, kind in lengths.items():
        # rounded down, so that a step has gone when the next one comes, at the very moment, which the first picture is; the gap
        # is less than a hundred nanoseconds for each minute
        end = f"{math.floor(length / steps * 1e9) / 1e7:.7f}".rstrip("0").rstrip(".")
        rules.append(
            f".{kind}>g{{visibility:hidden;animation:{kind} {_number(steps * step_ms)}s step-end infinite}}"
            f".{kind}>.poster{{visibility:visible}}"
            f"@keyframes {kind}{{0%{{visibility:visible}}{end}%{{visibility:hidden}}}}"
        )
    calm = ",".join(f".{kind}>g" for kind in lengths.values())
    return f"<style>{''.join(rules)}@media(prefers-reduced-motion:reduce){{{calm}{{animation:none}}}}</style>"


def _document(scene: Scene, theme: Theme, size: tuple[int, int], pen: _Pen, body: list[str]) -> str:
    box = [_thousandths(v) for v in (scene.box.x, scene.box.y, scene.box.width, scene.box.height)]
    x, y, width, height = map(_number, box)
    defs = f"<defs>{''.join(pen.defs)}</defs>" if pen.defs else ""
    text = "".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" viewBox="{x} {y} {width} {height}"'
        f' role="img" aria-labelledby="{PREFIX}t {PREFIX}d">',
        f'<title id="{PREFIX}t">{xml_text(scene.title)}</title><desc id="{PREFIX}d">{xml_text(scene.description)}</desc>',
        f'<path fill="{_colour(theme.background)}" d="M{_pair(box[0], box[1])}h{width}v{height}h{_number(-box[2])}z"/>',
        defs, *body, "</svg>\n",
    ))
    return text.replace(PREFIX, "c" + hashlib.sha256(text.encode()).hexdigest()[:5])


def xml_text(text: str) -> str:
    """Text for an XML element or attribute: escaped, and without the control characters and half surrogates that XML forbids."""
    allowed = (c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000")
    return escape("".join(allowed), {'"': "&quot;"})


class _Pen:
    """Writes marks, and collects the definitions of the shapes that are used more than once."""

    def __init__(self, theme: Theme, layers: Iterable[Sequence[Mark]]) -> None:
        self._theme = theme
        self._uses: Counter[object] = Counter()
        for marks in layers:
            self._count(marks)
        self._ids: dict[object, str] = {}
        self.defs: list[str] = []

    def _count(self, marks: Sequence[Mark]) -> None:
        for mark in marks:
            if isinstance(mark, Group | Text):
                self._uses[_shape(mark)] += 1
            if isinstance(mark, Group) and self._uses[mark.marks] == 1:
                self._count(mark.marks)

    def most_common(self, marks: Sequence[Mark]) -> str | None:
        """The role of most of the marks that can't be used by reference, whose look their parent carries."""
        roles = Counter(mark.role for mark in marks if isinstance(mark, Line | Polygon))
        return roles.most_common(1)[0][0] if roles else None

    def look(self, role: str | None) -> Attributes:
        """The attributes of a role's lines."""
        return _attributes(self._theme.styles[role], Line) if role else {}

    def marks(self, marks: Sequence[Mark], around: Attributes | None = DEFAULTS, parent: str | None = None) -> str:
        """The marks as elements.

        `around` are the attributes that they inherit, None where those aren't known; `parent` is the role that their parent has.
        """
        written = []
        for role, run in groupby(marks, lambda mark: mark.role if isinstance(mark, Text) else None):
            if role is None:
                written += [self._mark(mark, around, parent) for mark in run]
            else:
                look = _different(_attributes(self._theme.styles[role], Text), around)
                written.append(f'<g class="{role}"{_written(look)}>{"".join(self._text(mark) for mark in run if isinstance(mark, Text))}</g>')
        return "".join(written)

    def _mark(self, mark: Mark, around: Attributes | None, parent: str | None) -> str:
        if isinstance(mark, Group):
            shape = _shape(mark)
            if self._uses[shape] > 1:
                return self._use(shape, mark.at, lambda: f"<g{{}}>{self.marks(mark.marks, None)}</g>")
            return f'<g transform="translate({_pair(*map(_thousandths, mark.at))})">{self.marks(mark.marks, around)}</g>'
        assert isinstance(mark, Line | Polygon)
        look = _different(_attributes(self._theme.styles[mark.role], type(mark)), around)
        role = f' class="{mark.role}"' if mark.role != parent else ""
        end: list[glyphs.Command] = [("Z", ())] if isinstance(mark, Polygon) else []
        commands = [c for first, *rest in mark.parts for c in [("M", (first,)), *(("L", (point,)) for point in rest), *end]]
        return f'<path{role}{_written(look)} d="{_data(commands)}"/>'

    def _text(self, mark: Text) -> str:
        """A text as its letters, which have no colour of their own; the element around gives it."""
        letters = glyphs.letters(mark)
        if len(letters) == 1:
            return self._letter(letters[0], mark.at)
        if self._uses[shape := _shape(mark)] > 1:
            return self._use(shape, mark.at, lambda: f"<g{{}}>{''.join(self._letter(letter, (0.0, 0.0)) for letter in letters)}</g>")
        return "".join(self._letter(letter, mark.at) for letter in letters)

    def _letter(self, letter: glyphs.Letter, at: Point) -> str:
        key = (letter.character, letter.size, letter.wide)
        return self._use(key, (at[0] + letter.at[0], at[1] + letter.at[1]), lambda: f'<path{{}} stroke="none" d="{_data(letter.outline())}"/>')

    def _use(self, shape: object, at: Point, element: Callable[[], str]) -> str:
        """A reference to a shape, which is defined by the first; `element` has {} in the place of its id."""
        if shape not in self._ids:
            text = element()  # may define others
            self._ids[shape] = f"{PREFIX}{len(self._ids)}"
            self.defs.append(text.format(f' id="{self._ids[shape]}"'))
        x, y = map(_thousandths, at)
        return f'<use href="#{self._ids[shape]}"' + (f' x="{_number(x)}"' if x else "") + (f' y="{_number(y)}"/>' if y else "/>")


def _shape(mark: Group | Text) -> object:
    """What makes two marks the same shape at different places."""
    return mark.marks if isinstance(mark, Group) else replace(mark, at=(0.0, 0.0))


def _different(look: Attributes, around: Attributes | None) -> Attributes:
    return look if around is None else {key: value for key, value in look.items() if around[key] != value}


def _attributes(style: Style, kind: type) -> Attributes:
    """A style as presentation attributes; lines aren't filled."""
    fill = style.fill if kind is not Line else None
    look = {"fill": _colour(fill), "stroke": _colour(style.stroke)}
    if fill:
        look["fill-opacity"] = _number(_thousandths(style.opacity))
    if style.stroke:
        look["stroke-width"] = _number(_thousandths(style.width))
        look["stroke-dasharray"] = _number(_thousandths(style.dash)) if style.dash else "none"
    return look


def _written(attributes: Attributes) -> str:
    return "".join(f' {key}="{value}"' for key, value in attributes.items())


def _colour(colour: str | None) -> str:
    if colour is None:
        return "none"
    short = colour[1::2] == colour[2::2]
    return f"#{colour[1::2]}" if short else colour


def _data(commands: Iterable[glyphs.Command]) -> str:
    """Path data with relative points (the first is absolute all the same), from coordinates rounded once, so that nothing adds up.

    A letter that the one before implies is left out, and so is a space where two numbers don't run together without it.
    """
    text: list[str] = []
    implied = last = ""
    x = y = start_x = start_y = 0
    for letter, points in commands:
        ends = [(_thousandths(px), _thousandths(py)) for px, py in points] or [(start_x, start_y)]
        numbers = [v for px, py in ends for v in (px - x, py - y)]
        command = letter.lower()
        if letter == "L" and 0 in numbers:
            command, numbers = ("v", numbers[1:]) if numbers[0] == 0 else ("h", numbers[:1])
        if command != implied:
            text.append(command)
            last = ""
        for number in map(_number, numbers if points else []):
            apart = last and number[0] != "-" and not (number[0] == "." and "." in last)
            text.append(f" {number}" if apart else number)
            last = number
        implied = "l" if command == "m" else command
        x, y = ends[-1]
        if letter == "M":
            start_x, start_y = x, y
    return "".join(text)


def _thousandths(value: float) -> int:
    return round(value * 1000)


def _number(thousandths: int) -> str:
    """A number of thousandths as the shortest decimal: 700 is ".7", -2490 is "-2.49"."""
    whole, part = divmod(abs(thousandths), 1000)
    text = f"{whole or ''}.{part:03d}".rstrip("0").rstrip(".") if part else str(whole)
    return f"-{text}" if thousandths < 0 else text


def _pair(x: int, y: int) -> str:
    return f"{_number(x)} {_number(y)}"


__all__ = ["animated", "still", "xml_text"]

"""The parts that all labels share: the figure's context, the size of letters, and blocks of text lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from ..geometry import Operation
from ..render import glyphs
from ..scene import Box, Marks, Scene, Text
from ..scene.plane import Point
from ..text import describe
from ..text.cell_texts import Texts
from ..text.escaping import visible
from ..text.lang import Language
from .kept import Kept

FACE: Literal["sans"] = "sans"
LINE = 1.45  # from line to line, in ems
# Chinese text may break between any two characters, but not before these, and not after these
NOT_FIRST, NOT_LAST = set("，。、；：？！）》」』】…·,.;:?!)"), set("（《「『【(")


@dataclass(frozen=True)
class LabelContext:
    """The context of labels: the figure, the language, the size of letters and the width of lines, in cells.

    Letters are `spare` times as large as they must be. If `listed`, each entry of the legend has a row of its own.
    """

    op: Operation
    scene: Scene
    texts: Texts | None
    lang: Language
    em: float
    room: float
    spare: float
    listed: bool = False
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    def named_ops(self, word: str) -> list[tuple[str, Operation]]:
        """The figure's operations, each with its name by a row of [label], "" where there is only one."""
        ops = tuple(op.whole for op in self.scene.ops or (self.op,))
        if len(ops) == 1:
            return [("", ops[0])]
        return [
            (self.lang.say(f"label.{word}", n=n, operation=describe.name(op, self.lang.code)), op)
            for n, op in enumerate(ops, 1)
        ]

    def fits(self, text: str) -> bool:
        """Whether a text fits on one line."""
        return self.length(text) <= self.room

    def length(self, text: str) -> float:
        """The width of a text in cells."""
        return glyphs.width(text, FACE) * self.em

    def text(self, text: str, x: float, y: float) -> Text:
        """A text that begins at x, its middle at the height y; smaller where there is no room for it, which only very
        long numbers need.
        """
        return Text("label", (x + min(self.length(text), self.room) / 2, y), text, self.em, self.room, face=FACE)


@dataclass(frozen=True)
class Block:
    """A label above or below the figure: its marks around its top left corner, its width and height; `moving` are marks
    that differ in every step.
    """

    width: float
    height: float
    marks: Marks = ()
    moving: Callable[[int], Marks] | None = None


Placed = list[tuple[Point, Block]]  # texts, each with its top left corner
Arranged = tuple[Box, Placed]  # the page, and what stands around the figure


def paragraph(context: LabelContext, lines: list[str]) -> Block:
    """Texts below each other, each broken into lines where it doesn't fit."""
    broken = [part for line in lines for part in wrapped(line, context)]
    marks = tuple(context.text(line, 0.0, (n + 0.5) * LINE * context.em) for n, line in enumerate(broken))
    return Block(max(map(context.length, broken), default=0.0), LINE * context.em * len(broken), marks)


def title(context: LabelContext) -> Block:
    """The figure's title."""
    return paragraph(context, [context.scene.title])


@dataclass(frozen=True)
class Changing:
    """Lines of text that change with every step."""

    context: LabelContext
    lines: Callable[[int], list[str]]

    def __call__(self, step: int) -> Marks:
        return tuple(
            self.context.text(line, 0.0, (n + 0.5) * LINE * self.context.em) for n, line in enumerate(self.lines(step))
        )

    def block(self, most: int = 1) -> Block:
        """The lines as a block of so many at most, as wide as there is room."""
        return Block(self.context.room, most * LINE * self.context.em, moving=self)


def wrapped(text: str, context: LabelContext) -> list[str]:
    """The lines of a text, broken at spaces, between Chinese characters, and inside of words longer than a line."""
    lines = [""]
    for piece in _pieces(text):
        if context.fits((lines[-1] + piece).rstrip()):
            lines[-1] += piece
            continue
        if lines[-1]:
            lines.append("")
        for character in piece if not context.fits(piece.rstrip()) else [piece]:
            if lines[-1] and not context.fits((lines[-1] + character).rstrip()):
                lines.append("")
            lines[-1] += character
    return [line.strip() for line in lines if line.strip()]


@lru_cache(maxsize=1 << 12)
def _pieces(text: str) -> tuple[str, ...]:
    """The parts of a text that a line may end after. Kept, since a page is laid out in many sizes of letters."""
    shown = " ".join(unicodedata.normalize("NFC", visible(text)).split())
    pieces, start = [], 0
    wide = [unicodedata.east_asian_width(character) in ("W", "F") for character in shown] + [False]
    for n, character in enumerate(shown):
        after = shown[n + 1 : n + 2]
        if (
            character == " "
            or (character == "-" and after.isalnum())
            or ((wide[n] or wide[n + 1]) and after not in NOT_FIRST and character not in NOT_LAST and after != " ")
        ):
            pieces.append(shown[start : n + 1])
            start = n + 1
    return (*pieces, shown[start:]) if start < len(shown) else tuple(pieces)

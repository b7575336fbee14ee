"""Text as outlines: the same in pixels and SVG, with no font at the reader's.

Numbers in cells are set in Computer Modern, as in the guide; words in Noto Sans. A table of the package has the
outlines of both, with all characters that the catalogues of words need. Other characters come from matplotlib's DejaVu
Sans, or from the machine's fonts.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from math import fsum

from ..errors import ConvanimError, short_repr
from ..scene import Text
from ..scene.plane import Point
from . import outlines
from .outlines import Command, Glyph

LOWERED = {chr(0x2080 + digit): str(digit) for digit in range(10)}  # subscripts, drawn as small digits below the line
LOWER_SIZE, LOWER_BY = 0.7, 0.15  # of an em: TeX's size of a subscript, and how far it goes down


@dataclass(frozen=True, slots=True)
class Face:
    """A family of fonts: files, of which the first that has a character is taken, and how high digits are, in ems.

    `elsewhere` are characters that stand in another file, at a place of their own (the BaKoMa fonts' tables).
    """

    fonts: tuple[str, ...]
    digits: float
    elsewhere: dict[str, tuple[str, int]]


ITALIC = {chr(0x1D44E + n): ("cmmi10.ttf", ord("a") + n) for n in range(26)}  # mathematical italic letters
WORDS, DEJAVU = "NotoSansSC-subset.otf", "DejaVuSans.ttf"
FACES = {
    # TeX's height of a CMR10 digit, by which the guide centres its numbers
    "roman": Face(
        ("cmr10.ttf", DEJAVU),
        0.6444,
        {
            "\N{MINUS SIGN}": ("cmsy10.ttf", 0xA1),
            "×": ("cmsy10.ttf", 0xA3),
            "÷": ("cmsy10.ttf", 0xA5),
            "≈": ("cmsy10.ttf", 0xBC),
            "\N{INFINITY}": ("cmsy10.ttf", 0x31),
            "²": (DEJAVU, 0xB2),
            "Σ": ("cmr10.ttf", 0xA7),
            **ITALIC,
        },
    ),
    # Noto Sans' capHeight; in a Chinese font these signs are as wide as a character
    "sans": Face((WORDS, DEJAVU), 0.733, {**ITALIC, **{sign: (DEJAVU, ord(sign)) for sign in "·…‘’“”–—"}}),
}
# blocks whose letters change their shape or order by their neighbours: the Semitic and the Indic families
SHAPED = tuple(
    range(first, last)
    for first, last in (
        (0x0590, 0x0900),
        (0x0900, 0x0E00),
        (0x0F00, 0x10A0),
        (0x1780, 0x1800),
        (0x1A20, 0x1AB0),
        (0x1B00, 0x1D00),
        (0xA840, 0xA8E0),
        (0xA930, 0xA9E0),
        (0xAA00, 0xAB00),
        (0xABC0, 0xAC00),
        (0xFB1D, 0xFE00),
        (0xFE70, 0xFEFF),
        (0x11000, 0x12000),
    )
)
RIGHT_TO_LEFT = ("R", "AL", "AN", "RLE", "RLO", "RLI", "LRO")  # classes of Unicode's bidirectional algorithm


@dataclass(frozen=True, slots=True)
class Letter:
    """A character of a text: its index there, its size and width in cells an em, and its baseline's start from the
    text's centre.
    """

    index: int
    character: str
    face: str
    size: float
    wide: float
    at: Point

    def outline(self) -> tuple[Command, ...]:
        """The outline in cells, from the start of its baseline."""
        return tuple(
            (name, tuple((x * self.wide, y * self.size) for x, y in points))
            for name, points in glyph(self.character, self.face).outline
        )


# Lengths are added by fsum, here, in views and in labels: Python 3.12 changed how sum rounds, and a figure must have
# the same bytes under each version. For the same reason no length comes from math.hypot.
def letters(text: Text) -> list[Letter]:
    """The letters of a text around its centre; smaller where its room demands it."""
    pieces = _pieces(text.text)
    advances = _advances(pieces, text.face)
    length = max(fsum(advances), fsum(_advances(_pieces(text.like), text.face))) * text.size * text.stretch
    size = text.size * min(1.0, text.width / length) if length else text.size
    wide = size * text.stretch
    starts = accumulate(advances, initial=-fsum(advances) / 2)
    baseline = FACES[text.face].digits / 2
    return [
        Letter(n, c, text.face, size * small, wide * small, (x * wide, size * (baseline + down)))
        for n, ((c, small, down), x) in enumerate(zip(pieces, starts, strict=False))
        if glyph(c, text.face).outline
    ]


@lru_cache(maxsize=1 << 14)  # what a figure of thousands of steps asks again; more would only fill a worker
def width(text: str, face: str) -> float:
    """How wide a text is, in ems."""
    return fsum(_advances(_pieces(text), face))


def cubic(start: Point, control: Point, end: Point) -> tuple[Point, Point, Point]:
    """The control points and the end of the cubic curve that a quadratic one is: two thirds of the way to its control
    point from either end.
    """
    first, second = (
        tuple(at + (to - at) * 2 / 3 for at, to in zip(point, control, strict=True)) for point in (start, end)
    )
    return (first[0], first[1]), (second[0], second[1]), end


def outline(text: Text) -> tuple[Command, ...]:
    """The outlines of all letters of a text around its centre, in cells."""
    return tuple(
        (name, tuple((x + letter.at[0], y + letter.at[1]) for x, y in points))
        for letter in letters(text)
        for name, points in letter.outline()
    )


@lru_cache(maxsize=1 << 12)
def _pieces(text: str) -> tuple[tuple[str, float, float], ...]:
    """The characters to draw, each with its size and how far it goes down, in ems. A comma between subscripts is one
    too.
    """
    found: list[tuple[str, float, float]] = []
    for n, character in enumerate(text):
        low = character in LOWERED or (
            character == "," and text[n - 1 : n] in LOWERED and text[n + 1 : n + 2] in LOWERED
        )
        found.append((LOWERED.get(character, character), LOWER_SIZE, LOWER_BY) if low else (character, 1.0, 0.0))
    return tuple(found)


def _advances(pieces: tuple[tuple[str, float, float], ...], face: str) -> list[float]:
    return [glyph(c, face).advance * small for c, small, _ in pieces]


@cache
def glyph(character: str, face: str) -> Glyph:
    """A character's outline in a face of FACES; raises ConvanimError for one that can't be drawn."""
    if unicodedata.bidirectional(character) in RIGHT_TO_LEFT or any(ord(character) in block for block in SHAPED):
        raise ConvanimError(
            f"{_named(character)} is of a script whose letters depend on their neighbours or run from right to left, "
            "which labels can't draw: leave it out, or leave the title out of the labels, as labels='theme' does"
        )
    found = _shipped(character, FACES[face])
    if found is None:
        from . import machine_fonts

        try:
            found = machine_fonts.glyph(character)
        except ImportError as error:
            raise ConvanimError(
                f"{_named(character)} is not in convanim's own font, and other fonts need matplotlib: pip install"
                " matplotlib, or leave it out"
            ) from error
    if found is None:
        raise ConvanimError(
            f"no font has a glyph for {_named(character)}, neither the package's nor the machine's: install a font that"
            " has it, or leave it out; labels='theme' leaves a title to captions and screen readers"
        )
    return found


def _shipped(character: str, face: Face) -> Glyph | None:
    places = [face.elsewhere[character]] if character in face.elsewhere else [(f, ord(character)) for f in face.fonts]
    return next((found for font, code in places if (found := outlines.glyph(font, code))), None)


def _named(character: str) -> str:
    return f"{short_repr(character)} (U+{ord(character):04X} {unicodedata.name(character, 'without a name')})"

"""Text as outlines of the Computer Modern that ships with matplotlib: the same in pixels and SVG, with no font at the reader's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Any

from ..errors import ConvanimError
from ..scene import Point, Text

FONT = "cmr10.ttf"
# characters that Computer Modern has in other files, at places of their own (matplotlib's BaKoMa tables)
ELSEWHERE = {"\N{MINUS SIGN}": ("cmsy10.ttf", 0xA1), "\N{INFINITY}": ("cmsy10.ttf", 0x31)}
FALLBACK = "DejaVuSans.ttf"
EM = 1000  # outlines are read at this size, so that an em is 1 after dividing by it
DIGIT_HEIGHT = 0.6444  # of an em: TeX's height of a CMR10 digit, by which the guide centres its numbers

_LOCK = Lock()  # a font holds one glyph at a time, for all threads

Command = tuple[str, tuple[Point, ...]]  # M, L, Q, C or Z with its points, as in an SVG path


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character's outline and advance in ems, y down."""

    outline: tuple[Command, ...]
    advance: float


@dataclass(frozen=True, slots=True)
class Letter:
    """One character of a text: what it is, its size and width in cells an em, and where its baseline starts from the text's centre."""

    character: str
    size: float
    wide: float
    at: Point

    def outline(self) -> tuple[Command, ...]:
        """The outline in cells, from the start of its baseline."""
        return tuple((name, tuple((x * self.wide, y * self.size) for x, y in points)) for name, points in _glyph(self.character).outline)


def letters(text: Text) -> list[Letter]:
    """The letters of a text around its centre; smaller where its room demands it."""
    advances = [_glyph(character).advance for character in text.text]
    length = max(sum(advances), sum(_glyph(character).advance for character in text.like)) * text.size * text.stretch
    size = text.size * min(1.0, text.width / length) if length else text.size
    wide = size * text.stretch
    starts = accumulate(advances, initial=-sum(advances) / 2)
    return [Letter(c, size, wide, (x * wide, size * DIGIT_HEIGHT / 2)) for c, x in zip(text.text, starts, strict=False) if _glyph(c).outline]


def outline(text: Text) -> tuple[Command, ...]:
    """The outlines of all letters of a text around its centre, in cells."""
    return tuple(
        (name, tuple((x + letter.at[0], y + letter.at[1]) for x, y in points))
        for letter in letters(text) for name, points in letter.outline()
    )


@cache
def _glyph(character: str) -> Glyph:
    from matplotlib.ft2font import LoadFlags

    name, code = ELSEWHERE.get(character, (FONT, ord(character)))
    with _LOCK:
        font = _font(name)
        if font.get_char_index(code) == 0:
            name, code, font = FALLBACK, ord(character), _font(FALLBACK)
        if font.get_char_index(code) == 0:
            raise ConvanimError(f"no glyph for {character!r}: neither {FONT} nor {FALLBACK} has it; leave it out")
        advance = font.load_char(code, flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / EM
        vertices, codes = font.get_path()
    return Glyph(tuple(_commands(vertices.tolist(), codes.tolist())), advance)


@cache
def _font(name: str) -> Any:
    import matplotlib
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(Path(matplotlib.get_data_path(), "fonts", "ttf", name)))
    font.set_size(EM, 72)
    return font


def _commands(vertices: list[Point], codes: list[int]) -> Iterator[Command]:
    letters = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 0)}  # matplotlib.path.Path's codes
    n = 0
    while n < len(codes):
        letter, count = letters[codes[n]]
        yield letter, tuple((x / EM, -y / EM) for x, y in vertices[n : n + count])
        n += max(count, 1)

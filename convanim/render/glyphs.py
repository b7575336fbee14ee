"""Text as outlines of fonts that ship with matplotlib and with this package: the same in pixels and SVG, with no font at the reader's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate
from pathlib import Path
from threading import RLock
from typing import Any

from ..errors import ConvanimError
from ..scene import Point, Text

DIGITS, WORDS = "cmr10.ttf", "DejaVuSans.ttf"  # both ship with matplotlib
# characters that Computer Modern has in other files, at places of their own (matplotlib's BaKoMa tables)
ELSEWHERE = {"\N{MINUS SIGN}": ("cmsy10.ttf", 0xA1), "\N{INFINITY}": ("cmsy10.ttf", 0x31)}
EM = 1000  # outlines are read at this size, so that an em is 1 after dividing by it
DIGIT_HEIGHT = 0.6444  # of an em: TeX's height of a CMR10 digit, by which the guide centres its numbers

_LOCK = RLock()  # a font holds one glyph at a time, for all threads

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
    font: str
    size: float
    wide: float
    at: Point

    def outline(self) -> tuple[Command, ...]:
        """The outline in cells, from the start of its baseline."""
        return tuple((name, tuple((x * self.wide, y * self.size) for x, y in points)) for name, points in _glyph(self.character, self.font).outline)


def letters(text: Text) -> list[Letter]:
    """The letters of a text around its centre; smaller where its room demands it."""
    glyphs = [_glyph(character, text.font) for character in text.text]
    total = sum(glyph.advance for glyph in glyphs)
    length = max(total, extent(text.like, text.font)) * text.size * text.stretch
    size = text.size * min(1.0, text.width / length) if length else text.size
    wide = size * text.stretch
    starts = accumulate((glyph.advance for glyph in glyphs), initial=-total / 2)
    return [Letter(c, text.font, size, wide, (x * wide, size * DIGIT_HEIGHT / 2))
            for c, glyph, x in zip(text.text, glyphs, starts, strict=False) if glyph.outline]


def extent(text: str, font: str) -> float:
    """The width of a text in ems."""
    return sum(_glyph(character, font).advance for character in text)


def outline(text: Text) -> tuple[Command, ...]:
    """The outlines of all letters of a text around its centre, in cells."""
    return tuple(
        (name, tuple((x + letter.at[0], y + letter.at[1]) for x, y in points))
        for letter in letters(text) for name, points in letter.outline()
    )


@cache
def _glyph(character: str, font: str) -> Glyph:
    from matplotlib.ft2font import LoadFlags

    with _LOCK:
        face, code = _place(character, font)
        advance = face.load_char(code, flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / EM
        vertices, codes = face.get_path()
    return Glyph(tuple(_commands(vertices.tolist(), codes.tolist())), advance)


def _place(character: str, font: str) -> tuple[Any, int]:
    """The font that has a character, and its code there: Computer Modern for digits, then matplotlib's, ours, and the machine's."""
    import matplotlib

    shipped = Path(matplotlib.get_data_path(), "fonts", "ttf")
    if font == "digits":
        name, code = ELSEWHERE.get(character, (DIGITS, ord(character)))
        if (face := _face(str(shipped / name))).get_char_index(code):
            return face, code
    for path in (str(shipped / WORDS), *_own()):
        if (face := _face(path)).get_char_index(ord(character)):
            return face, ord(character)
    for path in _machines():
        try:
            face = _face(path)
        except (OSError, RuntimeError):  # a broken file among the machine's fonts is none of ours
            continue
        if face.get_char_index(ord(character)):
            return face, ord(character)
    raise ConvanimError(f"no glyph for {character!r}: neither the fonts that come with convanim nor this machine's have it; leave it out, or install a font")


@cache
def _own() -> tuple[str, ...]:
    """The fonts in this package."""
    folder = resources.files("convanim") / "fonts"
    return tuple(sorted(str(path) for path in folder.iterdir() if path.name.endswith((".ttf", ".otf")))) if folder.is_dir() else ()


@cache
def _machines() -> tuple[str, ...]:
    """The fonts of the machine, by name, so that the same machine always takes the same one."""
    from matplotlib.font_manager import fontManager

    return tuple(sorted({entry.fname for entry in fontManager.ttflist}))


@cache
def _face(path: str) -> Any:
    from matplotlib.ft2font import FT2Font

    face = FT2Font(path)
    face.set_size(EM, 72)
    return face


def _commands(vertices: list[Point], codes: list[int]) -> Iterator[Command]:
    letters = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 0)}  # matplotlib.path.Path's codes
    n = 0
    while n < len(codes):
        letter, count = letters[codes[n]]
        yield letter, tuple((x / EM, -y / EM) for x, y in vertices[n : n + count])
        n += max(count, 1)

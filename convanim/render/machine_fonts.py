"""Letters that do not ship with the package: from DejaVu Sans, which is matplotlib's, or from the machine's fonts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

from .matplot import quiet
from .outlines import Command, Glyph

EM = 1000  # outlines are read at this size, so that an em is 1 after dividing by it
# in the names of fonts that aren't for running text
UNUSUAL = (
    "bold",
    "black",
    "heavy",
    "light",
    "thin",
    "medium",
    "italic",
    "oblique",
    "mono",
    "condensed",
    "serif",
    "emoji",
    "symbol",
)
_COMMANDS = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 0)}  # matplotlib.path.Path's codes
_LOCK = RLock()  # a font holds one glyph at a time, for all threads


def glyph(character: str) -> Glyph | None:
    """A character's outline in the first font that has it; None where no font has it.

    Raises ImportError where matplotlib, which reads fonts, isn't installed.
    """
    with quiet():
        from matplotlib.ft2font import LoadFlags
    with _LOCK:
        font = _font_with(character)
        if font is None:
            return None
        advance = font.load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / EM
        vertices, codes = font.get_path()
        return Glyph(tuple(_commands(vertices.tolist(), codes.tolist())), advance)


def _font_with(character: str) -> Any:
    code = ord(character)
    font = _dejavu()
    if font.get_char_index(code):
        return font
    for path in paths():
        try:
            font = _open(path)
            if font.get_char_index(code):
                font.load_char(code)
                if len(font.get_path()[0]):  # not a font of pictures
                    return font
        except (OSError, RuntimeError):  # not a font
            continue
    return None


@cache
def paths() -> tuple[str, ...]:
    """The machine's font files, upright ones of normal weight without serifs first."""
    with quiet():
        from matplotlib.font_manager import findSystemFonts

    def rank(path: str) -> tuple[int, bool, str, str]:
        name = Path(path).stem.lower()
        return sum(word in name for word in UNUSUAL), "sans" not in name, name, path

    # Apple's "last resort" has a box for everything
    return tuple(
        sorted((path for path in findSystemFonts() if "lastresort" not in path.lower().replace(" ", "")), key=rank)
    )


def _dejavu() -> Any:
    import matplotlib

    return _open(str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")))


@cache
def _open(path: str) -> Any:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(path)
    font.set_size(EM, 72)
    return font


def _commands(vertices: list[tuple[float, float]], codes: list[int]) -> Iterator[Command]:
    n = 0
    while n < len(codes):
        letter, count = _COMMANDS[codes[n]]
        yield letter, tuple((x / EM, -y / EM) for x, y in vertices[n : n + count])
        n += max(count, 1)

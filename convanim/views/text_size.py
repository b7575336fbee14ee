"""The values in cells: the sizes of their letters, and one size for all texts that belong together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import fsum

from ..scene import Text
from ..scene.plane import Plane
from ..text.numbers import INDICES, INFINITY, MINUS
from ..themes.theme import CELL_BP

ROOM = 0.82  # the part of a cell's width that a text may take; the current cell's edge takes .1
NARROW = 0.85  # how far long texts are pressed together, before they shrink
# The guide has CMR8 at 7.97 bp and CMR5 at 4.98 bp, whose digits are .531 and .681 em wide. CMR10 is drawn here,
# whose digits are .5 em wide, and is stretched.
LARGE = (7.97011 / CELL_BP, ROOM, 1.062)  # size, width, stretch of a Text
SMALL = (4.98132 / CELL_BP, 0.86, 1.362)
# of CMR10, in ems: a digit, and the other characters of numbers
DIGIT_WIDTH = 0.5
WIDTHS = {
    ".": 0.277,
    "e": 0.444,
    MINUS: 0.777,
    "+": 0.777,
    "≈": 0.777,
    INFINITY: 1.0,
    **dict.fromkeys(INDICES, 0.35),
    "𝑥": 0.572,
    "𝑤": 0.716,
    "𝑦": 0.49,
    "𝑏": 0.429,
}
# The least size of letters, as a share of the figure's width: 5.5 pixels in a picture of 300, which is as small as
# READMEs have them. Long numbers may shrink to 3.5, since a larger picture of them is of use.
READABLE, SHRUNK = 1 / 55, 1 / 85
RATIO = 4 / 3  # of width to height: of several arrangements the one is taken that is larger in a picture of this shape


def ems(text: str) -> float:
    """How wide a number or a symbol is in the face "roman", in ems: 1.777 for −12."""
    return fsum(WIDTHS.get(character, DIGIT_WIDTH) for character in text)


def same_size(texts: list[Text]) -> list[Text]:
    """The texts, all in the size in which the widest fits, which is pressed together before it shrinks."""
    widest = max((text.text for text in texts), key=ems, default="")
    if len(widest) < 2:
        return texts
    return [replace(text, like=widest, stretch=_stretch(text, ems(widest))) for text in texts]


def _stretch(text: Text, length: float) -> float:
    """The stretch with which a text of this many ems fits, but not below NARROW."""
    return min(text.stretch, max(NARROW, text.width / (text.size * length)))


def readable(texts: Iterable[Text], width: float) -> bool:
    """Whether all texts can be read in a small picture of a figure that is so many cells wide."""
    return all(
        text.size >= READABLE * width
        and text.size * min(1.0, text.width / (text.size * text.stretch * max(map(ems, (text.text, text.like)))))
        >= SHRUNK * width
        for text in texts
        if text.text
    )


def cell_values(
    role: str, plane: Plane, columns: int, texts: Iterable[str], size: tuple[float, float, float] = LARGE
) -> tuple[Text, ...]:
    """Texts in the middles of a plane's cells, row by row, all in one size; `size` is LARGE, SMALL or alike."""
    return tuple(
        same_size(
            [
                Text(role, plane.point(n % columns + 0.5, n // columns + 0.5), text, *size)
                for n, text in enumerate(texts)
            ]
        )
    )

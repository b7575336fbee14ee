"""Outlines of the letters that ship: a table that tests/fonts/outlines.py makes from the fonts, read with the standard
library alone.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate

from ..scene.plane import Point

UNITS = 64_000  # of the table, in an em
ADVANCE_UNITS = 65_536_000
TABLE = "outlines.json.gz"
_COMMAND = re.compile("([MLQCZ])([^MLQCZ]*)")

Command = tuple[str, tuple[Point, ...]]  # M, L, Q, C or Z with its points, as in an SVG path


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character's outline and advance in ems, y down."""

    outline: tuple[Command, ...]
    advance: float


def glyph(font: str, code: int) -> Glyph | None:
    """The outline at a code point of a font that ships; None if the table hasn't got it.

    A line of the table is an advance and an SVG path whose points are relative to the point before: '32768000 M0 0L64
    0Z' is a glyph of half an em in width.
    """
    line = _table().get(font, {}).get(f"{code:x}")
    if line is None:
        return None
    advance, _, path = line.partition(" ")
    found, x, y = [], 0, 0
    for letter, numbers in _COMMAND.findall(path):
        steps = list(map(int, numbers.split()))
        xs = list(accumulate(steps[::2], initial=x))
        ys = list(accumulate(steps[1::2], initial=y))
        x, y = xs[-1], ys[-1]
        found.append((letter, tuple((a / UNITS, b / UNITS) for a, b in zip(xs[1:], ys[1:], strict=True))))
    return Glyph(tuple(found), int(advance) / ADVANCE_UNITS)


@cache
def _table() -> dict[str, dict[str, str]]:
    packed = resources.files(__package__).joinpath("fonts", TABLE).read_bytes()
    table: dict[str, dict[str, str]] = json.loads(zlib.decompress(packed, wbits=31))  # 31: with gzip's header
    return table

"""Where texts have ink: boxes of the outlines of their letters.

The outlines come from the package's glyphs: no other reader knows where a renderer draws a letter.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from convanim.render import glyphs
from convanim.scene import Text


@cache
def ink_of_letter(character, face):
    """The box of a letter from the start of its baseline, in ems."""
    points = [point for _, points in glyphs.glyph(character, face).outline for point in points]
    return [pick(v) for pick in (min, max) for v in zip(*points, strict=True)]


@lru_cache(maxsize=1 << 15)
def ink(text, face, size, width, stretch, like):
    """The box of a text's outlines around its centre, (x0, y0, x1, y1), and the size of its smallest letter; None for
    one of blanks.
    """
    letters = glyphs.letters(Text("label", (0.0, 0.0), text, size, width, stretch, like, face))
    boxes = []
    for letter in letters:
        x0, y0, x1, y1 = ink_of_letter(letter.character, face)
        (x, y), wide, high = letter.at, letter.wide, letter.size
        boxes.append((x + x0 * wide, y + y0 * high, x + x1 * wide, y + y1 * high))
    if not boxes:
        return None
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (min(x0), min(y0), max(x1), max(y1)), min(letter.size for letter in letters)


def ink_of(mark):
    return ink(mark.text, mark.face, mark.size, mark.width, mark.stretch, mark.like)


def boxed(marks):
    """The texts among the marks that have ink, and their boxes: (n, 4)."""
    texts = [mark for mark in marks if isinstance(mark, Text) and ink_of(mark)]
    return texts, np.array([np.add(ink_of(mark)[0], mark.at * 2) for mark in texts]).reshape(-1, 4)

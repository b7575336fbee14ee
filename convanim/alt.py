"""Words in place of a figure, for those who don't see it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .axis import Cell
from .lang import language
from .scene import Result, Scene

if TYPE_CHECKING:
    from .texts import Texts

MOST_TOLD = 16  # output values that a sentence can hold
ENDS = (".", "!", "?", "…", "。", "！", "？")


def text(scene: Scene) -> str:
    """The title of a figure and its description, which says what moves over what, the sizes, and what comes of it: the numbers, if they are few."""
    say = language(scene.lang).say
    title = scene.title.rstrip()
    parts = [f"{title}{'' if title.endswith(ENDS) else say('alt.stop')}" if title else "", scene.description.strip()]
    if scene.result:
        rows = say("alt.row").join(" ".join(row) for row in scene.result.rows)
        parts.append(say("alt.about" if scene.result.rounded else "alt.result", rows=rows))
    return say("alt.space").join(filter(None, parts))


def result(texts: Texts | None, size: Cell) -> Result | None:
    """What comes of an operation, in the figure's numbers, row by row; None where it shows none, or more than a sentence can hold."""
    if texts is None or texts.values is None or math.prod(size) > MOST_TOLD:
        return None
    cells = list(texts.output)
    rows = tuple(tuple(cells[start : start + size[-1]]) for start in range(0, len(cells), size[-1]))
    return Result(rows, not texts.exact or bool(texts.rounded))

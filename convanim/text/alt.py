"""Words in place of a figure, for those who don't see it."""

from __future__ import annotations

import math
from functools import reduce
from typing import TYPE_CHECKING

from ..scene import Scene
from .lang import language

if TYPE_CHECKING:
    from ..geometry import Operation
    from .cell_texts import Texts

MOST_VALUES = 16  # output values that a sentence can hold
ENDS = (".", "!", "?", "…", "。", "！", "？")


def text(scene: Scene, op: Operation, texts: Texts | None) -> str:
    """The title of a figure, its description with motion and sizes, its remark, and its output values if they are
    few.
    """
    say = language(scene.lang).say
    title = scene.title.rstrip()
    parts = [
        f"{title}{'' if title.endswith(ENDS) else say('alt.stop')}" if title else "",
        scene.description.strip(),
        say(f"remark.{scene.remark}") if scene.remark else "",
        _result(scene, op, texts),
    ]
    found = [part for part in parts if part]
    return reduce(lambda one, other: say("alt.joined", one=one, other=other), found) if found else ""


def _result(scene: Scene, op: Operation, texts: Texts | None) -> str:
    """The output values of a figure, row by row; "" without values, of a detail, and for more than a
    sentence can hold.
    """
    if texts is None or texts.values is None or op.whole is not op or math.prod(op.output_size) > MOST_VALUES:
        return ""
    say, columns, cells = language(scene.lang).say, op.output_size[-1], list(texts.output)
    rows = say("alt.row").join(" ".join(cells[start : start + columns]) for start in range(0, len(cells), columns))
    return say("alt.about" if texts.rounded or not texts.exact else "alt.result", rows=rows)

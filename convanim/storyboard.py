"""Several steps of a figure beside and below each other, as one still figure for print."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from .errors import ConvanimError, short_repr
from .labels.labelling import Labelling
from .labels.layout import FACE, letter_size
from .scene import Box, Equation, Group, Layer, Marks, Scene, Text
from .text.lang import language
from .themes.theme import BORDER

if TYPE_CHECKING:
    from .clip import Clip

SHAPE = 1.5  # of a page: its width over its height, if nothing else is asked for
CAPTION = 2.0  # the height of a caption, in ems
EACH = (
    "sizes",
    "sum",
)  # labels of every picture; the others stand once, around all of them, and the step is its caption


def board(clip: Clip, steps: object, columns: object) -> Labelling:
    """The figure of a storyboard: a picture for each step, row by row, each with its number below it; what all have in
    common is said once.

    Pictures keep their size, and share their borders.
    """
    labelling, dpi = clip.labelling, clip.dpi
    chosen = _chosen(steps, clip.scene)
    scene = replace(labelling, names=tuple(name for name in labelling.names if name in EACH)).at(dpi)
    em = letter_size(dpi)
    across, down = scene.box.width - BORDER, scene.box.height - BORDER + CAPTION * em
    in_row = _columns(columns, len(chosen), across, down)
    say = language(scene.lang).say
    marks: Marks = ()
    for n, step in enumerate(chosen):
        row, column = divmod(n, in_row)
        at = column * across, row * down
        caption = scene.box.x + scene.box.width / 2 + at[0], scene.box.y + scene.box.height - BORDER + 0.8 * em + at[1]
        marks += (
            Group(at, scene.seen(step)),
            Text("label", caption, say("label.step", n=step + 1, steps=scene.steps), em, across - BORDER, face=FACE),
        )
    rows = -(-len(chosen) // in_row)
    description = say("description.storyboard", steps=", ".join(str(step + 1) for step in chosen), whole=scene.steps)
    made = replace(
        scene,
        box=Box(scene.box.x, scene.box.y, in_row * across + BORDER, rows * down + BORDER),
        layers=(Layer(marks),),
        steps=1,
        poster=0,
        measured=(),
        equation=_nothing,
        description=f"{scene.description} {description}",
    )
    return Labelling(
        made, labelling.op, labelling.texts, tuple(name for name in labelling.names if name not in (*EACH, "step"))
    )


def _nothing(step: int) -> Equation:
    """A page of several steps has no equation."""
    return Equation((), "", "")


def _chosen(steps: object, scene: Scene) -> list[int]:
    """The steps that are wanted: listed, or so many from the first to the last, as evenly as can be.

    One is the poster, and two are a corner with its padding and the poster.
    """
    if isinstance(steps, Iterable) and not isinstance(steps, str | bytes):
        listed = list(steps)
        found = [_whole(n) for n in listed]
        if not found or any(n is None or not 0 <= n < scene.steps for n in found):
            raise ConvanimError(
                f"steps={short_repr(listed)}: list steps of this figure, which has 0 to {scene.steps - 1}"
            )
        return [n for n in found if n is not None]
    count = _whole(steps)
    if count is None or count < 1:
        raise ConvanimError(
            f"steps={short_repr(steps)}: a storyboard takes a number of steps, 1 or more, or a list of them such as [0,"
            " 4, 8]"
        )
    count = min(count, scene.steps)
    best = sorted({scene.poster, scene.corner} if count == 2 else {scene.poster})
    return best if len(best) == count else [round(n * (scene.steps - 1) / (count - 1)) for n in range(count)]


def _whole(value: object) -> int | None:
    """An integer of any kind, None for anything else."""
    try:
        return None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def _columns(columns: object, count: int, across: float, down: float) -> int:
    """How many pictures are in a row: as asked for, or what gives a page of a good shape with few places left empty."""
    if columns is None:
        ratios = {n: n * across / (-(-count // n) * down) for n in range(1, count + 1)}
        return min(ratios, key=lambda n: (abs(math.log(ratios[n] / SHAPE)) + (-count % n) / n, n))
    found = _whole(columns)
    if found is None or found < 1:
        raise ConvanimError(f"columns={short_repr(columns)}: the pictures in a row are a whole number, 1 or more")
    return min(found, count)

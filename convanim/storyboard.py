"""Several steps of a figure beside and below each other, as one still figure for print."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from dataclasses import replace

from .errors import ConvanimError, shown
from .labels.setting import FACE, letter_size
from .lang import language
from .scene import Box, Group, Layer, Marks, Scene, Text
from .theme import BORDER

SHAPE = 1.5  # of a page: its width over its height, if nothing else is asked for
CAPTION = 1.8  # the height of a caption, in ems


def board(scene: Scene, steps: object, columns: object, dpi: float) -> Scene:
    """The scene of a storyboard: a picture for each step, row by row, each with its number below it.

    Pictures keep their size, and share their borders.
    """
    chosen = _chosen(scene, steps)
    em = letter_size(dpi)
    across, down = scene.box.width - BORDER, scene.box.height - BORDER + CAPTION * em
    in_row = _columns(columns, len(chosen), across, down)
    say = language(scene.lang).say
    marks: Marks = ()
    for n, step in enumerate(chosen):
        row, column = divmod(n, in_row)
        at = column * across, row * down
        marks += (Group(at, tuple(mark for layer in scene.layers for mark in scene.visible(layer, step))),)
        words = say("label.step", n=step + 1, steps=scene.steps)
        middle = scene.box.x + scene.box.width / 2 + at[0], scene.box.y + down + at[1]
        marks += (Text("label", middle, words, em, across - BORDER, face=FACE),)
    rows = -(-len(chosen) // in_row)
    box = Box(scene.box.x, scene.box.y, in_row * across + BORDER, rows * down + BORDER)
    told = say("description.storyboard", steps=", ".join(str(step + 1) for step in chosen), whole=scene.steps)
    return replace(scene, box=box, layers=(Layer(marks),), steps=1, poster=0, sheets=(), equation=None, description=f"{scene.description} {told}")


def _chosen(scene: Scene, steps: object) -> list[int]:
    """The steps that are wanted: listed, or so many from the first to the last, as evenly as can be."""
    if isinstance(steps, Iterable) and not isinstance(steps, str | bytes):
        listed = list(steps)
        if not listed or not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < scene.steps for n in map(_whole, listed)):
            raise ConvanimError(f"steps={shown(listed)}: list steps of this figure, which has 0 to {scene.steps - 1}")
        return [operator.index(n) for n in listed]
    count = _whole(steps)
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ConvanimError(f"steps={shown(steps)}: a storyboard takes a number of steps, 1 or more, or a list of them such as [0, 4, 8]")
    count = min(count, scene.steps)
    return [scene.poster] if count == 1 else [round(n * (scene.steps - 1) / (count - 1)) for n in range(count)]


def _whole(value: object) -> object:
    """An integer of any kind as int; anything else as it is."""
    try:
        return value if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return value


def _columns(columns: object, count: int, across: float, down: float) -> int:
    """How many pictures are in a row."""
    if columns is None:
        ratios = {n: n * across / (-(-count // n) * down) for n in range(1, count + 1)}
        return min(ratios, key=lambda n: (abs(math.log(ratios[n] / SHAPE)) + 0.3 * (-count % n) / n, n))  # few places left empty
    found = _whole(columns)
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise ConvanimError(f"columns={shown(columns)}: the pictures in a row are a whole number, 1 or more")
    return min(found, count)

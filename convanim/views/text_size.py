"""The values in cells: the sizes of their letters, one for all texts that belong together, and what can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import fsum

from ..scene import Accumulating, AnyLayer, Group, Layer, Marks, PerStep, Scene, Text
from ..scene import roles as roles_of
from ..scene.plane import Plane
from ..text.numbers import INDICES, INFINITY, MINUS
from ..themes.theme import CELL_BP

ROOM = 0.82  # the part of a cell's width that a text may take; the current cell's edge takes .1
NARROW = 0.85  # how far long texts are pressed together, before they shrink
# The guide has CMR8 at 7.97 bp and CMR5 at 4.98 bp, whose digits are .531 and .681 em wide. CMR10 is drawn here,
# whose digits are .5 em wide, and is stretched.
Size = tuple[float, float, float]  # size, width, stretch of a Text
LARGE: Size = (7.97011 / CELL_BP, ROOM, 1.062)
SMALL: Size = (4.98132 / CELL_BP, 0.86, 1.362)
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
# READMEs have them. Long numbers, which are pressed together, may shrink to 5.
READABLE, SHRUNK = 1 / 55, 1 / 60
VALUES = frozenset({"input_value", "kernel_value", "output_value", "sign"})  # the roles of texts that may be left out
LOOKED_AT = 50  # steps of a figure whose texts are measured, evenly spread: texts of one role have one size in all
RATIO = 4 / 3  # of width to height: of several arrangements the one is taken that is larger in a picture of this shape
Kind = tuple[str, float]  # the role of texts, and their size in cells


@lru_cache(maxsize=1 << 14)
def ems(text: str) -> float:
    """How wide a number or a symbol is in the face "roman", in ems: 1.777 for −12."""
    return fsum(WIDTHS.get(character, DIGIT_WIDTH) for character in text)


def same_size(texts: list[Text]) -> list[Text]:
    """The texts, all in the size in which the widest fits, which is pressed together before it shrinks."""
    widest = max((text.text for text in texts), key=ems, default="")
    if len(widest) < 2:
        return texts
    length = ems(widest)
    return [Text(t.role, t.at, t.text, t.size, t.width, _stretch(t, length), widest, t.face, t.colour) for t in texts]


def _stretch(text: Text, length: float) -> float:
    """The stretch with which a text of this many ems fits, but not below NARROW."""
    return min(text.stretch, max(NARROW, text.width / (text.size * length)))


def no_larger(size: Size, than: Iterable[Text]) -> Size:
    """The size of a kernel's letters: its own, but no larger than other texts are, those of the input beside it."""
    return (min([size[0], *(letters(text) for text in than if text.text)]), *size[1:])


def readable(texts: Iterable[Text], width: float) -> bool:
    """Whether all texts can be read in a small picture of a figure that is so many cells wide: the one rule.

    `legible` leaves out what can't be read, of every view. A view asks this itself only where it draws other marks in
    another way then, as `plane_texts` does, or where texts would be made in vain.
    """
    return all(text.size >= READABLE * width and letters(text) >= SHRUNK * width for text in texts if text.text)


def letters(text: Text) -> float:
    """The size of a text's letters in cells, after it shrinks into its room."""
    return min(text.size, text.width / (text.stretch * max(map(ems, (text.text, text.like)))))


def legible(scene: Scene, width: float) -> Scene:
    """The scene without the values that are too small to read in a small picture of it, `width` cells wide; its remark
    says that they are left out.

    Values of one role and size in one layer, and the signs between them, stay or go together.
    """
    found = [(layer, _small(layer, scene.steps, width)) for layer in scene.layers]
    if not any(small for _, small in found):
        return scene
    return replace(scene, layers=tuple(_without(layer, small, scene.steps) for layer, small in found), remark="small")


def _small(layer: AnyLayer, steps: int, width: float) -> frozenset[Kind]:
    """The roles and sizes of a layer's values that can't be read."""
    return frozenset((text.role, text.size) for text in values(layer, steps) if not readable([text], width))


def values(layer: AnyLayer, steps: int) -> Iterable[Text]:
    """The values in a layer; those of LOOKED_AT steps if it has more."""
    if layer.roles & VALUES:
        yield from (text for start in _looked_at(layer, steps) for text in texts_of(layer.at(start)) if is_value(text))


def _looked_at(layer: AnyLayer, steps: int) -> set[int]:
    """The first steps of a layer's parts, or of LOOKED_AT of them."""
    starts = [span.start for span in layer.spans(steps)]
    return {starts[n * (len(starts) - 1) // LOOKED_AT] for n in range(LOOKED_AT + 1)} if starts else set()


def is_value(text: Text) -> bool:
    """Whether a text is a value or a term, not a sign such as ×."""
    return text.role in VALUES and any(map(str.isalnum, text.text))


def texts_of(marks: Marks) -> Iterable[Text]:
    """The texts among the marks, those in groups included."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from texts_of(mark.marks)
        elif isinstance(mark, Text):
            yield mark


def _without(layer: AnyLayer, kinds: frozenset[Kind], steps: int) -> AnyLayer:
    """The layer without the texts of these kinds."""
    if not kinds:
        return layer
    if isinstance(layer, Layer):
        return replace(layer, marks=_kept(layer.marks, kinds))
    at = Without(layer.at, kinds)
    left = frozenset(role for start in _looked_at(layer, steps) for role in roles_of(at(start)))
    kept: PerStep | Accumulating = replace(layer, at=at, roles=layer.roles - ({role for role, _ in kinds} - left))
    return kept


@dataclass(frozen=True)
class Without:
    """The marks of a layer without the texts of some kinds."""

    at: Callable[[int], Marks]
    kinds: frozenset[Kind]

    def __call__(self, step: int) -> Marks:
        return _kept(self.at(step), self.kinds)


def _kept(marks: Marks, kinds: frozenset[Kind]) -> Marks:
    return tuple(
        replace(mark, marks=_kept(mark.marks, kinds)) if isinstance(mark, Group) else mark
        for mark in marks
        if not (isinstance(mark, Text) and (mark.role, mark.size) in kinds)
    )


def cell_values(role: str, plane: Plane, columns: int, texts: Iterable[str], size: Size = LARGE) -> tuple[Text, ...]:
    """Texts in the middles of a plane's cells, row by row, all in one size; `size` is LARGE, SMALL or alike."""
    return tuple(
        same_size(
            [
                Text(role, plane.point(n % columns + 0.5, n // columns + 0.5), text, *size)
                for n, text in enumerate(texts)
            ]
        )
    )

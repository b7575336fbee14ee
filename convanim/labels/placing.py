"""Places the labels around a scene: which room they get, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile

from ..render import glyphs
from ..scene import AnyLayer, Box, Layer, Marks, PerStep, Scene, Text, extremes, moved, roles
from ..scene.plane import Point
from ..themes.theme import BORDER
from . import LABELS
from .layout import Block, LabelContext
from .sizes import Measured, sizes

Placed = tuple[tuple[Point, Callable[[int], Marks]], ...]  # labels that move, each with where it begins

APART = 0.55  # from block to block, and to the figure, in ems


@dataclass(frozen=True)
class Together:
    """The moving marks of the figure and the moving labels, each in its place."""

    figure: Callable[[int], Marks]
    placed: Placed

    def __call__(self, step: int) -> Marks:
        return (*self.figure(step), *(mark for (x, y), labels in self.placed for mark in moved(labels(step), x, y)))


def labelled(context: LabelContext, names: tuple[str, ...]) -> Scene:
    """The scene with these labels around it, in its language, in letters of the context's size.

    The scene's box grows by the room that they need; its marks stay the same. No label can meet the figure or another
    one: those above and below have lines of their own, and sizes lie beyond the edges that a view keeps free.
    """
    scene = context.scene
    measured = measures(context) if "sizes" in names else None
    box = around(scene.box, measured.all) if measured and measured.all else scene.box
    context = replace(context, room=max(context.room, box.width - 2 * BORDER))
    blocks = [(LABELS[name].place, LABELS[name].block(context)) for name in names if LABELS[name].function]
    return _placed(scene, box, measured, [(place, block) for place, block in blocks if block.height], context.em)


def measures(context: LabelContext) -> Measured | None:
    """The sizes along the axes; None if there is no room for them between the planes.

    Letters that are too large for it because of a `label_size` above 1 are as large as there is room for.
    """
    largest = context.scene.largest_label
    if context.em > largest * max(context.factor, 1):
        return None
    return sizes(replace(context, em=min(context.em, largest)))


def around(box: Box, marks: Marks) -> Box:
    """The box that has these marks in it too, with a border around them."""
    return Box.around([*box.corners, *Box.around(extremes(marks, _text_width), BORDER).corners])


def _text_width(text: Text) -> float:
    return glyphs.width(text.text, text.face) * text.size


def _placed(scene: Scene, box: Box, measured: Measured | None, blocks: list[tuple[str, Block]], em: float) -> Scene:
    """The scene with the blocks above and below it, all beginning at one left edge."""
    width = max([box.width, *(block.width + 2 * BORDER for _, block in blocks)])
    left, apart = box.x - (width - box.width) / 2, APART * em
    heights = {
        where: sum(block.height + apart for place, block in blocks if place == where) for where in ("above", "below")
    }
    top, bottom = box.y - heights["above"], box.y + box.height
    still: Marks = measured.marks if measured else ()
    moving: list[tuple[Point, Callable[[int], Marks]]] = [
        ((0.0, 0.0), windows) for windows in (measured.windows if measured else ())
    ]
    at = {"above": top + BORDER, "below": bottom - BORDER + apart}
    for place, block in blocks:
        still += moved(block.marks, left + BORDER, at[place])
        if block.moving:
            moving.append(((left + BORDER, at[place]), block.moving))
        at[place] += block.height + apart
    whole = Box(left, top, width, bottom + heights["below"] - top)
    named = frozenset({"label"}) | roles(measured.all if measured else ())
    return replace(scene, box=whole, layers=_layers(scene, still, tuple(moving), named))


def _layers(scene: Scene, still: Marks, moving: Placed, named: frozenset[str]) -> tuple[AnyLayer, ...]:
    """The scene's layers with the labels: static labels below the first layer that isn't static, moving labels with the
    last layer, if that moves.
    """
    count = len(list(takewhile(lambda layer: layer.static, scene.layers)))
    layers = [*scene.layers[:count], Layer(still), *scene.layers[count:]]
    if moving:
        last = PerStep(_nothing, frozenset()) if layers[-1].lasts else layers.pop()
        layers.append(PerStep(Together(last.at, moving), last.roles | named))
    return tuple(layers)


def _nothing(step: int) -> Marks:
    return ()

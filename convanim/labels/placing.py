"""Places the labels around a scene: which room they get, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile
from math import fsum

from ..render import glyphs
from ..scene import AnyLayer, Box, Layer, Marks, PerStep, Scene, Text, extremes, moved, roles
from ..scene.plane import Point
from ..themes.theme import BORDER
from . import LABELS, LAYOUTS
from .layout import Arranged, Block, LabelContext, Placed, paragraph
from .sizes import Measured, named, sizes

Moving = tuple[tuple[Point, Callable[[int], Marks]], ...]  # labels that move, each with where it begins

APART = 0.55  # from block to block, and to the figure, in ems


@dataclass(frozen=True)
class Together:
    """The moving marks of the figure and the moving labels, each in its place."""

    figure: Callable[[int], Marks]
    placed: Moving

    def __call__(self, step: int) -> Marks:
        return (*self.figure(step), *(mark for (x, y), labels in self.placed for mark in moved(labels(step), x, y)))


def labelled(context: LabelContext, names: tuple[str, ...], layout: str) -> Scene:
    """The scene with these labels around it, in its language, in letters of the context's size.

    The scene's box grows by the room that they need; its marks stay the same. No label can meet the figure or another
    one: texts have lines of their own, and sizes lie beyond the edges that a view keeps free.
    """
    scene = context.scene
    measured = measures(context) if "sizes" in names else None
    box = around(scene.box, measured.all) if measured and measured.all else scene.box
    page, placed = LAYOUTS[layout].place(context, names, box)
    still: Marks = measured.marks if measured else ()
    moving: list[tuple[Point, Callable[[int], Marks]]] = [
        ((0.0, 0.0), windows) for windows in (measured.windows if measured else ())
    ]
    for (x, y), block in placed:
        still += moved(block.marks, x, y)
        if block.moving:
            moving.append(((x, y), block.moving))
    named = frozenset({"label"}) | roles(measured.all if measured else ())
    return replace(scene, box=page, layers=_layers(scene, still, tuple(moving), named))


def blocks_of(context: LabelContext, names: tuple[str, ...]) -> list[tuple[str, Block]]:
    """The texts of these labels that say something, each with whether it stands above or below, from the top.

    Sizes that have no room along the planes are a text.
    """
    made: list[tuple[str, Block]] = []
    for name in names:
        if LABELS[name].function:
            made.append((LABELS[name].place, LABELS[name].block(context)))
        elif name == "sizes" and _crowded(context):
            made.append(("above", paragraph(context, [", ".join(named(context))])))
    return [(place, block) for place, block in made if block.height]


def portrait(context: LabelContext, names: tuple[str, ...], box: Box) -> Arranged:
    """The texts above and below the figure in its box, all beginning at one left edge."""
    blocks = blocks_of(replace(context, room=max(context.room, box.width - 2 * BORDER)), names)
    width = max([box.width, *(block.width + 2 * BORDER for _, block in blocks)])
    left, apart = box.x - (width - box.width) / 2, APART * context.em
    heights = {
        where: fsum(block.height + apart for place, block in blocks if place == where) for where in ("above", "below")
    }
    top, bottom = box.y - heights["above"], box.y + box.height
    at = {"above": top + BORDER, "below": bottom - BORDER + apart}
    placed: Placed = []
    for place, block in blocks:
        placed.append(((left + BORDER, at[place]), block))
        at[place] += block.height + apart
    return Box(left, top, width, bottom + heights["below"] - top), placed


def measures(context: LabelContext) -> Measured | None:
    """The sizes along the axes; None if there is no room for them between the planes.

    Letters that are too large for it are as large as there is room for, if they can still be read.
    """
    if _crowded(context):
        return None
    return sizes(replace(context, em=min(context.em, context.scene.largest_label)))


def _crowded(context: LabelContext) -> bool:
    """Whether letters are too large for the room between the planes."""
    return context.em > context.scene.largest_label * context.spare


def around(box: Box, marks: Marks) -> Box:
    """The box that has these marks in it too, with a border around them."""
    return Box.around([*box.corners, *Box.around(extremes(marks, _text_width), BORDER).corners])


def _text_width(text: Text) -> float:
    return glyphs.width(text.text, text.face) * text.size


def _layers(scene: Scene, still: Marks, moving: Moving, named: frozenset[str]) -> tuple[AnyLayer, ...]:
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

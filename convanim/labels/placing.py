"""Places the labels around a scene: which room they get, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..geometry import Operation
from ..render import glyphs
from ..scene import Accumulating, Box, Group, Layer, Mark, Marks, PerStep, Scene, Text, moved, roles
from ..scene.plane import Point
from ..text.cell_texts import Texts
from ..text.lang import language
from ..themes.theme import BORDER
from . import LABELS
from .layout import LEAST_ROOM, Block, LabelContext, letter_size
from .sizes import Measured, sizes

Placed = tuple[tuple[Point, Callable[[int], Marks]], ...]  # labels that move, each with where it begins

APART = 0.55  # from block to block, and to the figure, in ems


@dataclass(frozen=True)
class Together:
    """What moves in the figure, and the labels that move, each placed."""

    figure: Callable[[int], Marks]
    placed: Placed

    def __call__(self, step: int) -> Marks:
        return (*self.figure(step), *(mark for (x, y), labels in self.placed for mark in moved(labels(step), x, y)))


def labelled(scene: Scene, op: Operation, texts: Texts | None, names: tuple[str, ...], dpi: float) -> Scene:
    """The scene with these labels around it, in its language, in letters that can be read at this resolution.

    The scene's box grows by what they need; what was in it stays as it is. No label can meet the figure or another one:
    those above and below have lines of their own, and sizes lie beyond the edges that a view keeps free.
    """
    em = letter_size(dpi)
    setting = LabelContext(op, scene, texts, language(scene.lang), em, LEAST_ROOM * em)
    measured = sizes(setting) if "sizes" in names and em <= scene.largest_label else None
    box = _around(scene.box, measured.all) if measured and measured.all else scene.box
    setting = replace(setting, room=max(setting.room, box.width - 2 * BORDER))
    blocks = [(LABELS[name].place, block(setting)) for name in names if (block := LABELS[name].block)]
    return _placed(scene, box, measured, [(place, block) for place, block in blocks if block.height], em)


def _around(box: Box, marks: Marks) -> Box:
    """The box that has these marks in it too, with a border around them."""
    points = [point for mark in marks for point in _extremes(mark)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x0, y0 = min(box.x, min(xs) - BORDER), min(box.y, min(ys) - BORDER)
    x1, y1 = max(box.x + box.width, max(xs) + BORDER), max(box.y + box.height, max(ys) + BORDER)
    return Box(x0, y0, x1 - x0, y1 - y0)


def _extremes(mark: Mark) -> list[Point]:
    """Points between which a mark lies."""
    if isinstance(mark, Group):
        return [point for one in moved(mark.marks, *mark.at) for point in _extremes(one)]
    if isinstance(mark, Text):
        (x, y), half, high = mark.at, glyphs.width(mark.text, mark.face) * mark.size / 2, mark.size / 2
        return [(x - half, y - high), (x + half, y + high)]
    return [point for part in mark.parts for point in part]


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


def _layers(
    scene: Scene, still: Marks, moving: Placed, named: frozenset[str]
) -> tuple[Layer | Accumulating | PerStep, ...]:
    """The scene's layers with the labels: what stands still among them below the first that doesn't, what moves with
    the last, if that moves.
    """
    count = next(
        (n for n, layer in enumerate(scene.layers) if not isinstance(layer, Layer) or layer.span is not None),
        len(scene.layers),
    )
    layers = [*scene.layers[:count], Layer(still), *scene.layers[count:]]
    if moving:
        last = layers.pop() if isinstance(layers[-1], PerStep) else PerStep(_nothing, frozenset())
        assert isinstance(last, PerStep)
        layers.append(PerStep(Together(last.at, moving), last.roles | named))
    return tuple(layers)


def _nothing(step: int) -> Marks:
    return ()

"""Which part of a figure is drawn: all of it, or a detail around some of its steps where the whole would be too small.

A detail is fixed: an animation of it plays the steps whose windows lie in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any, Literal

from ..geometry import Operation
from ..geometry.axis import Axis, ravel, unravel
from ..geometry.detail import Span, chain_around, detail
from ..scene import Scene
from ..scene.choice import only
from . import VIEWS
from .poster import stills
from .torn import of_detail

MOST_SIDE = 48  # cells of a map's side in a small picture: a cell of a larger one is smaller than about 4 pixels

Drawn = Operation | tuple[Operation, ...]
Focus = Literal["auto", False] | tuple[int, ...]


def focused(op: Drawn, view: str, focus: Focus, steps: Any, poster: int | None, enlarged: float) -> Drawn:
    """The operation or layers, or the detail that is drawn: around the listed steps, the poster, or the middle.

    `focus` is "auto", False for the whole, or the cells of the detail, one for all axes or one an axis. "auto" is the
    whole if its sides have at most MOST_SIDE cells in a small picture, of which the figure is so much `enlarged`, if
    all steps are asked for, and if the listed ones lie too far apart.
    """
    row, layers = VIEWS[view], op if isinstance(op, tuple) else (op,)
    dimensions = len(layers[0].axes)
    if focus is False or not row.detail or dimensions > 2 or row.takes_layers != isinstance(op, tuple):
        return op
    if focus != "auto":
        wanted = _wanted(layers[-1], view, steps, poster)
        return (
            op if wanted is None else _detail(op, wanted, focus if len(focus) == dimensions else focus[:1] * dimensions)
        )
    sides = max(max(axis.drawn.extent, axis.output) for layer in layers for axis in layer.axes)
    if steps == "all" or (sides <= MOST_SIDE * enlarged and not row.refuses(op)):
        return op
    wanted = _wanted(layers[-1], view, steps, poster)
    return op if wanted is None else _automatic(op, view, wanted)


def _detail(op: Drawn, wanted: list[Span], cells: Sequence[int]) -> Drawn:
    return chain_around(op, wanted, cells) if isinstance(op, tuple) else detail(op, wanted, cells)


def _automatic(op: Drawn, view: str, wanted: list[Span]) -> Drawn:
    """The detail of the view's own size: larger where a second window needs it, smaller where the view refuses it."""
    row, first = VIEWS[view], op[0] if isinstance(op, tuple) else op
    cells = [max(row.detail, axis.effective_kernel + axis.stride) for axis in first.axes]
    if any(end - start > most for (start, end), most in zip(wanted, cells, strict=True)):
        return op
    while True:
        made = _detail(op, wanted, cells)
        if not row.refuses(made):
            return made
        if max(cells) == 1:
            return op
        cells = [max(one // 2, 1) if one == max(cells) else one for one in cells]


def _wanted(op: Operation, view: str, steps: Any, poster: int | None) -> list[Span] | None:
    """The outputs, along each axis, of the steps in the middle of a detail; None for steps out of range."""
    listed = steps if isinstance(steps, tuple) else () if poster is None else (poster,)
    if not listed and VIEWS[view].steps == "inputs":
        listed = (ravel(tuple(cells // 2 for cells in op.input_size), op.input_size),)
    if not listed:
        return [(cell, cell + 1) for cell in unravel(stills(op)[0], op.output_size)]
    rows = [row for number in listed if (row := _outputs(op, view, number)) is not None]
    if len(rows) < len(listed):
        return None
    return [(min(start for start, _ in axis), max(end for _, end in axis)) for axis in zip(*rows, strict=True)]


def _outputs(op: Operation, view: str, number: int) -> list[Span] | None:
    """The outputs of a step along each axis; None for a step out of range."""
    if VIEWS[view].steps == "inputs":
        if number >= prod(op.input_size):
            return None
        return [_reached(axis, cell) for axis, cell in zip(op.axes, unravel(number, op.input_size), strict=True)]
    size = op.output_size
    if number >= prod(size) * (op.out_channels if VIEWS[view].steps == "channels" else 1):
        return None
    return [(cell, cell + 1) for cell in unravel(number % prod(size), size)]


def _reached(axis: Axis, cell: int) -> Span:
    """The outputs of a transposed convolution that an input cell reaches; the nearest one where it reaches none."""
    start = cell * axis.spacing + axis.before - axis.effective_kernel + 1
    first = min(max(start, 0), axis.output - 1)
    return first, max(min(start + axis.effective_kernel, axis.output), first + 1)


def placed(scene: Scene, op: Operation, view: str) -> Scene:
    """The scene of a detail among all: the numbers of its steps, and room for its torn edges."""
    whole, per_map = op.whole, prod(op.output_size)
    scene = of_detail(scene, op)
    if VIEWS[view].steps == "inputs":
        starts = [shown.start for shown in op.shown]
        size = tuple(map(len, op.shown))
        cells = [tuple(map(sum, zip(unravel(n, size), starts, strict=True))) for n in range(scene.steps)]
        scene = replace(
            scene, numbers=tuple(ravel(cell, whole.input_size) for cell in cells), total=prod(whole.input_size)
        )
        inside = [n for n, cell in enumerate(cells) if _inside(op, cell)]
        return only(scene, inside) if 0 < len(inside) < scene.steps else scene
    own = [op.number(cell) for cell in range(per_map)]  # type: ignore[attr-defined]  # a detail has numbers
    every = prod(whole.output_size)
    maps = scene.steps // per_map
    return replace(
        scene, numbers=tuple(channel * every + n for channel in range(maps) for n in own), total=maps * every
    )


def _inside(op: Operation, cell: tuple[int, ...]) -> bool:
    """Whether all outputs that an input cell reaches lie in the detail."""
    reached = [_reached(axis, own) for axis, own in zip(op.whole.axes, cell, strict=True)]
    return all(
        axis.start <= start and end <= axis.start + axis.output
        for axis, (start, end) in zip(op.axes, reached, strict=True)
    )

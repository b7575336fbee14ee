"""A figure with only some of its steps: listed ones, or a number of steps that are evenly spread."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Generic, TypeVar

from .marks import Marks
from .scene import Accumulating, AnyLayer, Layer, PerStep, Scene

Made = TypeVar("Made", covariant=True)


@dataclass(frozen=True, slots=True)
class Chosen(Generic[Made]):
    """What `at` makes for a step of the whole figure, by the step's place among the chosen ones."""

    at: Callable[[int], Made]
    numbers: tuple[int, ...]

    def __call__(self, step: int) -> Made:
        return self.at(self.numbers[step])


@dataclass(frozen=True, slots=True)
class ChosenSince:
    """The marks that an accumulating layer adds after the previous chosen step, up to this one."""

    at: Callable[[int], Marks]
    numbers: tuple[int, ...]

    def __call__(self, step: int) -> Marks:
        first = self.numbers[step - 1] + 1 if step else 0
        return tuple(mark for number in range(first, self.numbers[step] + 1) for mark in self.at(number))


def only(scene: Scene, numbers: Sequence[int]) -> Scene:
    """The scene with these steps alone, in ascending order; each shows what it shows among all of them.

    The poster and the corner are the chosen steps that are nearest to those of the whole.
    """
    kept = tuple(numbers)
    layers = (_layer(layer, kept) for layer in scene.layers)

    def nearest(wanted: int) -> int:
        return min(range(len(kept)), key=lambda n: abs(kept[n] - wanted))

    return replace(
        scene,
        layers=tuple(layer for layer in layers if layer is not None),
        steps=len(kept),
        poster=nearest(scene.poster),
        corner=nearest(scene.corner),
        equation=scene.equation and Chosen(scene.equation, kept),
        numbers=tuple(map(scene.number, kept)),
        total=scene.whole,
    )


def _layer(layer: AnyLayer, kept: tuple[int, ...]) -> AnyLayer | None:
    """A layer of the chosen steps; None if it shows in none of them."""
    if isinstance(layer, PerStep):
        return PerStep(Chosen(layer.at, kept), layer.roles)
    if isinstance(layer, Accumulating):
        return Accumulating(ChosenSince(layer.at, kept), layer.roles)
    if layer.span is None:
        return layer
    span = range(bisect_left(kept, layer.span.start), bisect_left(kept, layer.span.stop))
    return Layer(layer.marks, span) if span else None


def spread(size: Sequence[int], count: int) -> list[int]:
    """About `count` of the steps that visit a map's cells row by row: evenly spread rows and columns, with all corners.

    Of 112x112 cells and 36 steps these are 6 rows of 6 cells.
    """
    kept: list[list[int]] = [[] for _ in size]
    wanted, cells = min(count, prod(size)), prod(size)
    for axis in sorted(range(len(size)), key=lambda n: size[n]):
        left = sum(not one for one in kept)
        share = (wanted / cells) ** (1 / left)
        n = min(size[axis], max(round(size[axis] * share), 2 if count > 1 else 1))
        kept[axis] = [round(i * (size[axis] - 1) / (n - 1)) for i in range(n)] if n > 1 else [0]
        wanted, cells = max(wanted // n, 1), cells // size[axis]
    found = [0]
    for length, cells_kept in zip(size, kept, strict=True):
        found = [before * length + cell for before in found for cell in cells_kept]
    return found

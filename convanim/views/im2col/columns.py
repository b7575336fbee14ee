"""The matrix of im2col: all windows as columns, with the kinds and the texts of their cells."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from ...geometry import Operation
from ...geometry.axis import ravel
from ...scene import Line, Marks, Polygon, Text
from ...scene.plane import Part, Plane, joined
from ..flags import CELL_KINDS
from ..flat import DOWN, RIGHT
from ..input_plane import kinds, strongest_kind
from ..sliding_window import drawn_axes
from ..text_size import LARGE, same_size
from ..weights import weight_role

if TYPE_CHECKING:
    from ...text.cell_texts import Texts

MATRIX = Plane((0.0, 0.0), RIGHT, DOWN)


def coloured(op: Operation, plane: Plane, places: list[tuple[int, int]]) -> Marks:
    """Cells of the plane in the colours of the kernel's weights, in the order in which windows are read."""
    parts: dict[str, tuple[Part, ...]] = {}
    for tap, (r, q) in zip(op.steps[0].taps, places, strict=True):
        role = weight_role(op.kernel_size, tap.kernel)
        parts[role] = parts.get(role, ()) + plane.rectangles([(r, r + 1)], [(q, q + 1)])
    return tuple(Polygon(role, of_role, plane) for role, of_role in parts.items())


@dataclass(frozen=True)
class WindowMatrix:
    """The matrix with a column for each window: the kinds and the texts of its cells."""

    op: Operation
    texts: Texts
    cell_kinds: frozenset[str]

    @cached_property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the matrix."""
        return math.prod(self.op.kernel_size), math.prod(self.op.output_size)

    @cached_property
    def _kinds(self) -> tuple[list[str], list[str]]:
        height, width = drawn_axes(self.op)
        return kinds(height), kinds(width)

    def _column(self, step: int) -> list[str]:
        """The kinds of a column's cells."""
        height, width = drawn_axes(self.op)
        r, q = divmod(step, width.output)
        rows, columns = self._kinds
        return [strongest_kind(rows[y], columns[x]) for y, x in product(height.taps(r), width.taps(q))]

    def grid(self, *, pending: bool) -> Marks:
        """The grid of all columns, which may be `pending`."""
        rows, columns = self.shape
        return (Line("pending" if pending else "grid", MATRIX.lines((0, rows), (0, columns))),)

    def cells(self, steps: range) -> Marks:
        """The columns of these steps, with their texts."""
        found: dict[str, list[Part]] = {}
        inside: list[Part] = []
        for step in steps:
            column = self._column(step)
            for role in {*column} & (self.cell_kinds | {"input"}):
                for first, last in joined(n for n, one in enumerate(column) if one == role):
                    found.setdefault(role, []).extend(MATRIX.rectangles([(first, last)], [(step, step + 1)]))
                    inside += MATRIX.lines((first, last), (step, step + 1), outline=False) if role == "input" else ()
        areas = tuple(Polygon(role, tuple(found[role]), MATRIX) for role in CELL_KINDS if role in found)
        edges = (
            (
                Line(
                    "grid", tuple(part for step in steps for part in MATRIX.lines((0, self.shape[0]), (step, step + 1)))
                ),
            )
            if len(steps) == 1
            else ()
        )
        units = (Polygon("input", tuple(found["input"]), MATRIX),) if "input" in found else ()
        return (
            *areas,
            *edges,
            *units,
            *((Line("input", tuple(inside)),) if inside else ()),
            *(text for step in steps for text in self.values(step)),
        )

    @cached_property
    def _texts(self) -> list[Text]:
        """The texts of all cells, column by column, in one size."""
        none = Text("input_value", (0.0, 0.0), self.texts.padding, *LARGE)
        found = []
        for step in self.op.steps:
            for row, tap in enumerate(step.taps):
                index = None if tap.source is None else ravel(tap.source, self.op.input_size)
                found.append(
                    replace(
                        none,
                        at=MATRIX.point(step.index + 0.5, row + 0.5),
                        text=none.text if index is None else self.texts.input[index],
                    )
                )
        return same_size(found)

    def values(self, step: int) -> list[Text]:
        """The texts of a step's column."""
        rows = self.shape[0]
        return self._texts[step * rows : (step + 1) * rows]

    @cached_property
    def current(self) -> Marks:
        """The marks of the current column: each cell in the colour of its weight."""
        rows = self.shape[0]
        return (
            *coloured(self.op, MATRIX, [(n, 0) for n in range(rows)]),
            Line("window", MATRIX.lines((0, rows), (0, 1))),
        )

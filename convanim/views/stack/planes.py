"""Layers of two dimensions: planes above each other, with rays from the field on each to the field on the next."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, pairwise

from ...geometry import Operation
from ...geometry.axis import Axis, rows_and_columns
from ...scene import Accumulating, Box, Group, Layer, Line, Marks, MeasuredPlane, PerStep, Polygon, Scene
from ...scene.plane import Part, Plane, Point, joined
from ...themes.theme import BORDER, THICK
from ..flags import ViewFlags
from ..input_plane import torn_input, whole_cells
from ..isometric import DOWN, RIGHT
from ..poster import chosen
from ..rays import ray
from ..sliding_window import AppearingCells, SlidingWindow, drawn_output_padding, two_axes
from ..torn import NOT_TORN, PEAK
from .fields import FieldSizes, Seen, map_sizes, middle, trace, without_padding

APART = 1.0  # between planes, in rows, so that none covers another
ASIDE = 0.8  # from all marks to the names of the maps, in cells


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """One map: the plane of its cells, its (rows, columns), and the number of cells drawn `around` them."""

    plane: Plane
    size: tuple[int, int]
    around: tuple[tuple[int, int], tuple[int, int]]

    @property
    def whole(self) -> tuple[Plane, tuple[int, int]]:
        """The plane with the cells around the map, and its (rows, columns)."""
        (top, bottom), (left, right) = self.around
        rows, columns = self.size
        return Plane(self.plane.point(-left, -top), self.plane.right, self.plane.down), (
            top + rows + bottom,
            left + columns + right,
        )

    @property
    def corners(self) -> Part:
        """The four corners of the plane with the cells around the map."""
        plane, (rows, columns) = self.whole
        return plane.rectangle((0, rows), (0, columns))


def draw(ops: tuple[Operation, ...], flags: ViewFlags) -> Scene:
    """The scene of layers of two dimensions."""
    maps = _maps(ops)
    height, width = two_axes(ops[-1])
    last = SlidingWindow(
        height,
        width,
        maps[-2].plane,
        maps[-1].plane,
        output_padding=drawn_output_padding(ops[-1], flags),
        reveal=flags.reveal,
    )
    maps_marks = (_map_marks(op, one, flags, first=one is maps[0]) for op, one in zip(ops, maps, strict=False))
    still = Layer((*chain.from_iterable(maps_marks), *last.output()))
    cells = AppearingCells(last)
    growing = [Accumulating(cells, cells.roles)] if last.reveal else []
    motion = PlanesMotion(ops, maps, last)
    box = Box.around([corner for one in maps for corner in one.corners], THICK / 2 + BORDER)
    names = ["input", *["hidden"] * (len(maps) - 2), "output"]
    beside = box.x + box.width - BORDER + ASIDE
    measured = tuple(
        MeasuredPlane(
            name,
            one.plane,
            one.size,
            None,
            None,
            one.around,
            named_at=(beside, _corner(one)[1]),
            torn=NOT_TORN,
            whole=rows_and_columns(whole, 1),
        )
        for name, one, whole in zip(names, maps, map_sizes(ops), strict=True)
    )
    poster, corner = motion.stills
    return Scene(
        box,
        (still, *growing, PerStep(motion, motion.roles)),
        last.steps,
        poster,
        measured,
        corner=corner,
        equation=FieldSizes(ops),
        ops=ops,
    )


def _corner(one: FeatureMap) -> Point:
    """The right corner of a map."""
    return one.plane.point(one.size[1], one.size[0])


def _maps(ops: tuple[Operation, ...]) -> tuple[FeatureMap, ...]:
    """The maps from the input to the output. On each plane, fields are below the cells that see them."""
    maps: list[FeatureMap] = []
    x = y = 0.0  # a map's first cell, in columns and rows of the first map
    lift = reach = 0.0  # how far up a map is; its rows and columns together
    edge = -math.inf  # the first row that is drawn of the map before
    for n, size in enumerate([*map(_input, ops), _output(ops[-1])]):
        (top, bottom), (left, right) = around = _around(ops[n]) if n < len(ops) else ((0, 0), (0, 0))
        across = top + size[0] + bottom + left + size[1] + right
        if n:
            height, width = two_axes(ops[n - 1])
            y, x = y + middle(height) - size[0] / 2, x + middle(width) - size[1] / 2
            # more for wide maps, whose rays would be too flat
            teeth = 0.0 if height.whole is height else 2 * PEAK
            lift += max(y + size[0] + bottom - edge, (reach + across) / 4) + APART + teeth
        edge, reach = y - top, across
        maps.append(
            FeatureMap(
                Plane((x * RIGHT[0] + y * DOWN[0], x * RIGHT[1] + y * DOWN[1] - lift), RIGHT, DOWN), size, around
            )
        )
    return tuple(maps)


def _input(op: Operation) -> tuple[int, int]:
    height, width = two_axes(op)
    return height.input, width.input


def _output(op: Operation) -> tuple[int, int]:
    height, width = two_axes(op)
    return height.output, width.output


def _around(op: Operation) -> tuple[tuple[int, int], tuple[int, int]]:
    """The numbers of cells that are drawn around a layer's input, with the cells that windows hang over."""

    def of(axis: Axis) -> tuple[int, int]:
        return (0, 0) if without_padding(op) else (axis.before, axis.after + axis.overhang)

    height, width = two_axes(op)
    return of(height), of(width)


def _map_marks(op: Operation, one: FeatureMap, flags: ViewFlags, *, first: bool) -> Marks:
    """A map as a layer reads it. Only the cells of the `first` map have the look of an input."""
    rows, columns = one.size
    fill, edges = ("input", "input") if first else ("hidden", "output_grid")
    inner = one.plane.lines((0, rows), (0, columns), outline=not first)
    cells: Marks = (
        Polygon(fill, one.plane.rectangles([(0, rows)], [(0, columns)]), one.plane),
        *([Line(edges, inner)] if inner else []),
    )
    height, width = two_axes(op)
    if without_padding(op):
        return (*cells, *torn_input(one.plane, height.bare, width.bare, flags, (fill, edges)))
    marks = whole_cells(one.whole[0], height, width, flags)
    at = next(n for n, mark in enumerate(marks) if mark.role == "input")
    teeth = torn_input(one.whole[0], height, width, flags, (fill, edges))
    return (*marks[:at], *cells, *(mark for mark in marks[at:] if mark.role != "input"), *teeth)


@dataclass(frozen=True)
class PlanesMotion:
    """The moving marks: the current output cell, its field on each map, and the rays from field to field."""

    ops: tuple[Operation, ...]
    maps: tuple[FeatureMap, ...]
    last: SlidingWindow
    _kept: dict[tuple[Seen, Seen], Marks] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _along(self) -> tuple[tuple[tuple[Seen, ...], ...], ...]:
        """The cells of all maps that each output cell sees, along rows and along columns."""
        return tuple(
            tuple(
                trace([(two_axes(op)[n], without_padding(op)) for op in self.ops], output)
                for output in range(axis.output)
            )
            for n, axis in enumerate((self.last.height, self.last.width))
        )

    @property
    def stills(self) -> tuple[int, int]:
        """The step whose output cell sees most of the input; of several, the middlemost. And that of a corner."""
        return chosen([[len(seen[0].cells) for seen in along] for along in self._along])

    def fields(self, step: int) -> list[tuple[Seen, Seen]]:
        """The cells of each map that a step's output cell sees, along rows and columns; last the cell itself."""
        r, q = divmod(step, self.last.width.output)
        return [
            *zip(self._along[0][r], self._along[1][q], strict=True),
            (Seen((r,), (r,), (r, r + 1)), Seen((q,), (q,), (q, q + 1))),
        ]

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of all moving marks."""
        seen = any(
            rows.size and columns.size for step in range(self.last.steps) for rows, columns in self.fields(step)[:-1]
        )
        taps = any(
            rows.read and columns.read for step in range(self.last.steps) for rows, columns in self.fields(step)[:-1]
        )
        return frozenset({"current"} | ({"window", "ray"} if seen else set()) | ({"tap"} if taps else set()))

    def __call__(self, step: int) -> Marks:
        fields = [(one, rows, columns) for one, (rows, columns) in zip(self.maps, self.fields(step), strict=True)]
        marks: list[Group | Line] = [
            Group(one.plane.point(columns.span[0], rows.span[0]), self._field(rows.shifted(), columns.shifted()))
            for one, rows, columns in fields[:-1]
            if rows.size and columns.size
        ]
        rays = [
            part
            for (one, *below), (other, *above) in pairwise(fields)
            if all(seen.size for seen in below)
            for part in self._rays(one, below, other, above, step)
        ]
        return (*marks, *([Line("ray", tuple(rays))] if rays else []), self.last.current(step))

    def _field(self, rows: Seen, columns: Seen) -> Marks:
        """The veil over the cells that are read, with the cells that the padding copies, and the grid around them."""
        if (rows, columns) not in self._kept:
            plane = self.last.output_plane.at_origin()
            parts = plane.rectangles(joined(rows.read), joined(columns.read))
            copied = [c for c in rows.cells if c not in rows.read], [c for c in columns.cells if c not in columns.read]
            parts += plane.rectangles(joined(copied[0]), joined(columns.cells))
            parts += plane.rectangles(joined(c for c in rows.cells if c in rows.read), joined(copied[1]))
            veil = (Polygon("tap", parts, plane),) if parts else ()
            self._kept[rows, columns] = (*veil, Line("window", plane.lines(rows.span, columns.span)))
        return self._kept[rows, columns]

    def _rays(
        self, one: FeatureMap, below: list[Seen], other: FeatureMap, above: list[Seen], step: int
    ) -> list[tuple[Point, Point]]:
        """The rays from the corners of a field to the corners of the cells on the next map that see it."""
        plane, (deep, wide) = other.whole
        if other is self.maps[-1] and self.last.reveal:
            deep = step // self.last.width.output + 1  # rows that appear later hide nothing
        (top, _), (left, _) = other.around
        (y0, y1), (x0, x1) = ((seen.cells[0], seen.cells[-1] + 1) for seen in above)
        ends = [
            ((columns, rows), (x + left, y + top))
            for rows, y in zip(below[0].span, (y0, y1), strict=True)
            for columns, x in zip(below[1].span, (x0, x1), strict=True)
        ]
        return [part for start, end in ends for part in ray(one.plane.point(*start), plane, end, (wide, deep))]

"""Torn edges: where a plane shows a detail, its cells go on for a bit and end in a zigzag, as of torn paper.

They are polygons and lines, as all that views draw, so that every renderer knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from ..geometry import Operation
from ..geometry.axis import Axis, rows_and_columns
from ..scene import Box, Group, Layer, Line, Marks, MeasuredPlane, Polygon, Scene, extremes, moved
from ..scene.plane import Part, Plane, Point
from ..themes.theme import BORDER, THICK

VALLEY, PEAK = 0.16, 0.46  # how far the teeth begin and end beyond the last whole cell
SINGLE = 3  # teeth of a row of one cell: one alone would look like an arrow
Torn = tuple[tuple[bool, bool], tuple[bool, bool]]  # whether a plane goes on (before, after) its rows and its columns
NOT_TORN: Torn = ((False, False), (False, False))
Size = tuple[int, int]
Beyond = Callable[[int, int], str]  # the role of a cell (row, column) that lies beyond the detail; "" for none


@dataclass(frozen=True)
class Look:
    """One role for all cells beyond a detail."""

    role: str

    def __call__(self, row: int, column: int) -> str:
        return self.role


def reach(torn: tuple[bool, bool]) -> tuple[float, float]:
    """How far teeth reach before a plane, and after it."""
    return PEAK * torn[0], PEAK * torn[1]


def torn_edges(plane: Plane, size: Size, torn: Torn, fill: Beyond, grid: Beyond) -> tuple[Polygon | Line, ...]:
    """The cells that go on beyond the torn sides of a plane of (rows, columns), the lines between them, and the teeth
    around them. `fill` and `grid` are the roles of a cell and of its edges.
    """
    sides = [side for side, goes_on in zip(_sides(size), _clockwise(torn), strict=True) if goes_on]
    if not sides:
        return ()
    areas: dict[str, list[Part]] = {}
    lines: dict[str, list[Part]] = {}
    for side in sides:
        _fill_side(plane, side, fill, areas)
        for n in range(side.count + 1):
            beside = {grid(*side.cell(c)) for c in (n - 1, n) if 0 <= c < side.count}
            role = min(beside, key=lambda one: (one == "grid", one))
            lines.setdefault(role, []).append(tuple(plane.point(*side.at(n, depth)) for depth in (0.0, VALLEY)))
    for one, other in _corners(size, torn):
        x, y = one.at(one.count, VALLEY), other.at(0, VALLEY)
        outer = one.at(one.count + VALLEY, VALLEY)
        role = fill(*one.cell(one.count))
        if role:
            areas.setdefault(role, []).append(tuple(plane.point(*at) for at in (one.at(one.count, 0.0), x, outer, y)))
    return (
        *(Polygon(role, tuple(parts), plane) for role, parts in areas.items()),
        *(Line(role, tuple(parts)) for role, parts in lines.items()),
        Line("torn", tuple(tuple(plane.point(*at) for at in chain) for chain in _chains(size, torn))),
    )


def _fill_side(plane: Plane, side: _Side, fill: Beyond, areas: dict[str, list[Part]]) -> None:
    """Add the areas of the cells beyond a side: neighbours of one role are one area."""
    for role, cells in groupby(range(side.count), lambda n: fill(*side.cell(n))):
        if role:
            own = list(cells)
            edge = (side.at(own[0], 0.0), *side.zigzag(own[0], own[-1] + 1), side.at(own[-1] + 1, 0.0))
            areas.setdefault(role, []).append(tuple(plane.point(*at) for at in edge))


class _Side:
    """A side of a plane, walked clockwise: `at` is a point so many cells along it and so far beyond it."""

    def __init__(self, size: Size, number: int) -> None:
        self._size, self._number = size, number
        self.count = size[1] if number % 2 == 0 else size[0]

    def at(self, along: float, beyond: float) -> Point:
        """(column, row) of a point."""
        rows, columns = self._size
        return (
            (along, -beyond),
            (columns + beyond, along),
            (columns - along, rows + beyond),
            (-beyond, rows - along),
        )[self._number]

    def cell(self, along: int) -> tuple[int, int]:
        """(row, column) of a cell beyond the side; of the corner after it, if it is as far as the side is long."""
        rows, columns = self._size
        return ((-1, along), (along, columns), (rows, columns - 1 - along), (rows - 1 - along, -1))[self._number]

    def zigzag(self, first: int, last: int) -> Iterator[Point]:
        """The teeth from a cell's beginning to another's: one at each cell, but SINGLE at a row of one cell."""
        teeth = SINGLE if self.count == 1 else 1
        yield self.at(first, VALLEY)
        for n in range(first * teeth, last * teeth):
            yield self.at((n + 0.5) / teeth, PEAK)
            yield self.at((n + 1) / teeth, VALLEY)


def _sides(size: Size) -> list[_Side]:
    return [_Side(size, number) for number in range(4)]


def _clockwise(torn: Torn) -> tuple[bool, bool, bool, bool]:
    """Top, right, bottom, left."""
    (top, bottom), (left, right) = torn
    return top, right, bottom, left


def _corners(size: Size, torn: Torn) -> list[tuple[_Side, _Side]]:
    """The torn sides that meet, the first one before the other."""
    sides, goes_on = _sides(size), _clockwise(torn)
    rows = zip(pairwise([*sides, sides[0]]), pairwise([*goes_on, goes_on[0]]), strict=True)
    return [pair for pair, both in rows if all(both)]


def _chains(size: Size, torn: Torn) -> list[list[Point]]:
    """The teeth of torn sides that meet, as one line each; of four sides, it ends where it begins."""
    sides, goes_on = _sides(size), _clockwise(torn)
    first = next((n for n in range(4) if goes_on[n] and not goes_on[n - 1]), 0)
    chains: list[list[Point]] = []
    for n in range(first, first + 4):
        side = sides[n % 4]
        if not goes_on[n % 4]:
            continue
        if n == first or not goes_on[n % 4 - 1]:
            chains.append([])
        else:
            chains[-1].append(side.at(-VALLEY, VALLEY))
        chains[-1] += side.zigzag(0, side.count)
    if all(goes_on):
        chains[0] += [sides[first].at(-VALLEY, VALLEY), chains[0][0]]
    return chains


def of_detail(scene: Scene, op: Operation) -> Scene:
    """A detail's scene, with room for the teeth, and with what labels say of the whole."""
    height, width = rows_and_columns(op.axes, Axis(1, 1))
    measured = tuple(_measured(sheet, op, height, width) for sheet in scene.measured)
    teeth = [point for layer in scene.layers if isinstance(layer, Layer) for point in _teeth(layer.marks)]
    corners = Box.around(teeth, THICK / 2 + BORDER).corners if teeth else ()
    return replace(scene, box=Box.around([*scene.box.corners, *corners]), measured=measured)


def _teeth(marks: Marks) -> Iterator[Point]:
    """The points of all torn edges."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from _teeth(moved(mark.marks, *mark.at))
        elif isinstance(mark, Line) and mark.role == "torn":
            yield from extremes((mark,))


def _measured(sheet: MeasuredPlane, op: Operation, height: Axis, width: Axis) -> MeasuredPlane:
    """A plane as labels measure it: they begin beyond its teeth."""
    torn = sheet.torn
    if torn is None:
        if sheet.role not in ("input", "output"):
            return sheet
        torn, whole = (height.torn_output, width.torn_output), rows_and_columns(op.whole.output_size, 1)
        if sheet.role == "input":
            torn = (height.torn, width.torn) if sheet.padded else (height.bare.torn, width.bare.torn)
            whole = rows_and_columns(op.whole.input_size, 1)
        sheet = replace(sheet, torn=torn, whole=whole)
    (top, bottom), (left, right) = sheet.around
    ends = [reach(one) for one in torn]
    around = (top + ends[0][0], bottom + ends[0][1]), (left + ends[1][0], right + ends[1][1])
    return replace(sheet, around=around)

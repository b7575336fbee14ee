"""The plane of the padded input: the kind of each cell, and its marks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ..geometry.axis import Axis
from ..scene import Line, Polygon
from ..scene.plane import Plane, Run, joined, runs
from .flags import CELL_KINDS, ViewFlags
from .torn import torn_edges

Marks = tuple[Polygon | Line, ...]


def padded_input(plane: Plane, height: Axis, width: Axis, flags: ViewFlags) -> Marks:
    """The marks of the padded input: cells around the input's, the grid, the input's cells, unread cells, and the torn
    edges of a detail.
    """
    return (*whole_cells(plane, height, width, flags), *torn_input(plane, height, width, flags))


def whole_cells(plane: Plane, height: Axis, width: Axis, flags: ViewFlags) -> Marks:
    """The marks of the padded input without torn edges."""
    return (
        *_around(plane, height, width, flags.cell_kinds),
        *(_overhang(plane, height, width) if "overhang" in flags.cell_kinds else ()),
        Line("grid", plane.lines((0, height.padded), (0, width.padded))),
        *_units(plane, height, width),
        *(_unread(plane, height, width) if flags.unread else ()),
    )


def torn_input(
    plane: Plane, height: Axis, width: Axis, flags: ViewFlags, look: tuple[str, str] = ("input", "input")
) -> Marks:
    """The torn edges of a detail: its cells go on as they do in the whole. `look` are the roles of the input's cells
    and of their edges.
    """

    def beyond(r: int, q: int) -> str:
        return strongest_kind(_kind(height, r), _kind(width, q))

    def fill(r: int, q: int) -> str:
        kind = beyond(r, q)
        return look[0] if kind == "input" else kind if kind in flags.cell_kinds else ""

    def grid(r: int, q: int) -> str:
        return look[1] if beyond(r, q) == "input" else "grid"

    return torn_edges(plane, (height.extent, width.extent), (height.torn, width.torn), fill, grid)


def _around(plane: Plane, height: Axis, width: Axis, drawn: frozenset[str]) -> Iterator[Polygon]:
    """The padded cells around and between the input's: a polygon for each kind that is drawn."""
    rows, columns = _runs_of_kinds(height), _runs_of_kinds(width)
    for kind in CELL_KINDS:
        if kind not in drawn or kind == "overhang":
            continue
        areas = [(r, c) for (a, r), (b, c) in product(rows, columns) if strongest_kind(a, b) == kind]
        if areas:
            yield Polygon(kind, tuple(part for r, c in areas for part in plane.rectangles([r], [c])), plane)


def _units(plane: Plane, height: Axis, width: Axis) -> Marks:
    """The input cells; neighbours are one rectangle with grid lines inside."""
    rows, columns = runs(height.units), runs(width.units)
    inside = tuple(part for r, c in product(rows, columns) for part in plane.lines(r, c, outline=False))
    return _present(Polygon("input", plane.rectangles(rows, columns), plane), Line("input", inside))


def _overhang(plane: Plane, height: Axis, width: Axis) -> Marks:
    """The cells beyond the padded input that windows reach: one shape with grid lines inside."""
    deep, wide, down, right = height.padded, width.padded, height.overhang, width.overhang
    if not down and not right:
        return ()
    outline = [(wide, 0), (wide + right, 0), (wide + right, deep + down), (0, deep + down), (0, deep), (wide, deep)]
    if not down or not right:
        outline = [*outline[:3], (wide, deep)] if right else outline[2:]
    along_x = [((wide if y <= deep else 0, y), (wide + right, y)) for y in range(1 if right else deep + 1, deep + down)]
    along_y = [((x, deep + down), (x, deep if x <= wide else 0)) for x in range(1 if down else wide + 1, wide + right)]
    inside = tuple((plane.point(*start), plane.point(*end)) for start, end in along_x + along_y)
    return _present(
        Polygon("overhang", (tuple(plane.point(*corner) for corner in outline),), plane), Line("overhang", inside)
    )


def _unread(plane: Plane, height: Axis, width: Axis) -> Marks:
    """The cells that no window reads."""
    rows, columns = joined(height.unread), joined(width.unread)
    read = joined(sorted({*range(height.padded)} - {*height.unread}))
    return _present(
        Polygon("unread", plane.rectangles(rows, [(0, width.padded)]) + plane.rectangles(read, columns), plane)
    )


def _present(*marks: Polygon | Line) -> Marks:
    return tuple(mark for mark in marks if mark.parts)


def kinds(axis: Axis) -> list[str]:
    """The kind of each cell of an axis, "input" or one of CELL_KINDS, up to the last that a window reaches."""
    return [_kind(axis, cell) for cell in range(axis.extent)]


def _kind(axis: Axis, cell: int) -> str:
    """The kind of a cell, also of one beyond a detail."""
    role = axis.role(cell)
    return "odd_padding" if role == "padding" and not axis.copies and cell in axis.odd_side else role


def strongest_kind(row: str, column: str) -> str:
    """The kind of a cell from the kinds of its row and its column: the later one of "input" and CELL_KINDS."""
    return max(row, column, key=("input", *CELL_KINDS).index)


def _runs_of_kinds(axis: Axis) -> list[tuple[str, Run]]:
    """The cells of an axis as runs of one kind."""
    found: list[tuple[str, Run]] = []
    for cell, role in enumerate(kinds(axis)):
        if found and found[-1][0] == role:
            found[-1] = (role, (found[-1][1][0], cell + 1))
        else:
            found.append((role, (cell, cell + 1)))
    return found

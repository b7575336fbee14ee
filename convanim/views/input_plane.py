"""The input's plane: what each of its cells is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

from ..geometry.axis import Axis
from ..scene import Line, Polygon
from ..scene.plane import Plane, Run, joined, runs

# what is drawn in the padded input's cells besides the input; a cell that is two of them, by its row and by its column,
# is the later
GROUNDS = ("input", "copy", "inserted", "padding", "odd_padding", "overhang")

Marks = tuple[Polygon | Line, ...]


def ground(plane: Plane, height: Axis, width: Axis, roles: Collection[str]) -> Marks:
    """The padded input in those of `roles` that occur: what its cells are, its grid, the input's cells, and those not
    read.
    """
    return (
        *_around(plane, height, width, roles),
        *(_overhang(plane, height, width) if "overhang" in roles else ()),
        Line("grid", plane.lines((0, height.padded), (0, width.padded))),
        *_units(plane, height, width),
        *(_unread(plane, height, width) if "unread" in roles else ()),
    )


def _around(plane: Plane, height: Axis, width: Axis, roles: Collection[str]) -> Iterator[Polygon]:
    """What the cells around and between the input's are: a polygon for each of GROUNDS."""
    rows, columns = _grounds(height), _grounds(width)
    for role in GROUNDS[1:-1]:
        areas = [(r, c) for (a, r), (b, c) in product(rows, columns) if max(a, b, key=GROUNDS.index) == role]
        if areas and role in roles:
            yield Polygon(role, tuple(part for r, c in areas for part in plane.rectangles([r], [c])), plane)


def _units(plane: Plane, height: Axis, width: Axis) -> Marks:
    """The input cells, those that touch as one rectangle with grid lines inside."""
    rows, columns = runs(height.units), runs(width.units)
    inside = tuple(part for r, c in product(rows, columns) for part in plane.lines(r, c, outline=False))
    return _present(Polygon("input", plane.rectangles(rows, columns), plane), Line("input", inside))


def _overhang(plane: Plane, height: Axis, width: Axis) -> Marks:
    """The cells beyond the padded input that windows reach, as one shape with the grid lines inside."""
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
    """What each cell of an axis is, one of GROUNDS, up to the last that a window reaches."""
    odd = range(0) if axis.copies else axis.odd_side
    return [
        "odd_padding" if (role := axis.role(cell)) == "padding" and cell in odd else role for cell in range(axis.extent)
    ]


def _grounds(axis: Axis) -> list[tuple[str, Run]]:
    """The cells of an axis as runs of one ground."""
    found: list[tuple[str, Run]] = []
    for cell, role in enumerate(kinds(axis)):
        if found and found[-1][0] == role:
            found[-1] = (role, (found[-1][1][0], cell + 1))
        else:
            found.append((role, (cell, cell + 1)))
    return found

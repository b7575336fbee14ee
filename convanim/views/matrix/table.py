"""An operation's matrix as a table of cells: the weights in each cell, their marks, and the cells that a step reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ...geometry import Operation
from ...geometry.axis import unravel
from ...scene import Group, Line, Marks, Polygon, Text, roles
from ...scene.plane import Part, Plane, Point, joined
from ...themes.theme import WEIGHTS
from ..text_size import ROOM, ems, readable
from ..weights import weight_role

if TYPE_CHECKING:
    from ...numeric import Exact
    from ...text.cell_texts import Texts

SIZE, STRETCH = 0.54, 1.062  # of letters in the matrix and the vectors
# number of weights that meet in a cell -> its bands (down, across), and the size of the letters in each. More weights
# are bands side by side, with three lines of text: the first weight, "+…+", the last weight
BANDS = {1: (1, 1, SIZE), 2: (2, 1, 0.38), 3: (3, 1, 0.28), 4: (2, 2, 0.3)}
PLUS = 0.2  # the size of the sign between four weights, in the cell's middle


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell of the matrix that holds weights: its column, a role for each weight, and a text for each or for all."""

    column: int
    roles: tuple[str, ...]
    texts: tuple[str, ...]

    def areas(self, plane: Plane, row: int) -> Iterator[tuple[str, Part]]:
        """(role, outline) of the cell's bands, one for each weight."""
        down, across, _ = BANDS.get(len(self.roles), (1, len(self.roles), SIZE))
        for n, role in enumerate(self.roles):
            y, x = row + n // across / down, self.column + n % across / across
            yield role, plane.rectangles([(y, y + 1 / down)], [(x, x + 1 / across)])[0]

    def letters(self, plane: Plane, row: int, like: str, most: float) -> Iterator[Text]:
        """The cell's texts, of this size at most. The text of a single weight has the size in which `like` fits."""
        down, across, size = BANDS[len(self.texts)]
        widest = max(self.texts, key=ems) if len(self.texts) > 1 else like if len(self.roles) == 1 else ""
        for n, text in enumerate(self.texts):
            at = plane.point(self.column + (n % across + 0.5) / across, row + (n // across + 0.5) / down)
            yield Text("kernel_value", at, text, min(size, most), ROOM / across, STRETCH, widest)
        if across > 1:
            yield Text("kernel_value", plane.point(self.column + 0.5, row + 0.5), "+", PLUS, PLUS)


MatrixRows = tuple[tuple[Entry, ...], ...]


def matrix_rows(op: Operation, texts: Texts) -> MatrixRows:
    """The entries of each row of the matrix, from left to right. Weights that meet in a cell are added."""
    from ...numeric import divisors, meetings

    found: list[dict[int, list[int]]] = []
    for met in meetings(op):
        found.append({})
        for cell, column in met:
            found[-1].setdefault(column, []).append(cell)
    if op.weighted:
        weights = _weights(texts)
        return tuple(
            tuple(_sum(op, column, sorted(cells), texts, weights) for column, cells in sorted(row.items()))
            for row in found
        )
    counts = divisors(op)
    role = {
        count: f"weight_{n % len(WEIGHTS) + 1}" for n, count in enumerate(sorted(set(counts)))
    }  # equal weights have equal colours
    return tuple(
        tuple(Entry(column, (role[count],), ("1" if count == 1 else f"1/{count}",)) for column in sorted(row))
        for row, count in zip(found, counts, strict=True)
    )


def _weights(texts: Texts) -> list[Exact]:
    """The decimals of the kernel; none for symbols."""
    from ...numeric import exact

    return [] if texts.values is None else [exact(value) for value in texts.values.kernel or ()]


def _sum(op: Operation, column: int, cells: list[int], texts: Texts, weights: list[Exact]) -> Entry:
    """The entry of weights that meet in a column: a sum of symbols, or, with the kernel's `weights`, of numbers."""
    shown = [texts.kernel[cell] for cell in cells]
    meeting = tuple(weight_role(op.kernel_size, unravel(cell, op.kernel_size)) for cell in cells)
    if len(cells) == 1:
        return Entry(column, meeting, (shown[0],))
    if weights:
        return Entry(column, meeting, (texts.of_map([*weights, sum(weights[cell] for cell in cells)])[-1],))
    if len(cells) not in BANDS:
        return Entry(column, meeting, (shown[0], "+…+", shown[-1]))
    plus = "+" if BANDS[len(cells)][1] == 1 else ""  # four weights have one sign in their middle
    return Entry(column, meeting, (shown[0], *(plus + text for text in shown[1:])))


@dataclass(frozen=True)
class MatrixTable:
    """The matrix, and the input as a row above it. Veils and outlines over the cells that a step reads move.

    Rows that are the same but for their first column share their marks. Texts that can't be read in a figure of this
    `width` are left out, and so are all texts of cells smaller than 1; none is larger than `largest`. `blocks` are the
    (rows, columns) of the matrix between lines.
    """

    plane: Plane
    vector: Plane
    columns: int
    rows: MatrixRows
    width: float
    largest: float
    cell: float
    blocks: tuple[int, int]
    _kept: dict[object, Marks] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _like(self) -> str:
        """The widest text of a single weight, which gives all of them their size."""
        return max((one.texts[0] for row in self.rows for one in row if len(one.roles) == 1), key=ems, default="")

    def matrix(self, *, edges: bool) -> Marks:
        """The entries in their colours, with `edges` of their own, the grid, and the texts."""
        areas: dict[str, list[Part]] = {}
        for r, row in enumerate(self.rows):
            for entry in row:
                for role, part in entry.areas(self.plane, r):
                    areas.setdefault(role, []).append(part)
        lines = Line("grid", every(self.plane, (len(self.rows), self.columns), self.blocks))
        letters = (
            text for r, row in enumerate(self.rows) for entry in row for text in self._letters(entry, self.plane, r)
        )
        around = tuple((*part, *part[:2]) for role in sorted(areas) for part in areas[role]) if edges else ()
        return (
            *(Polygon(role, tuple(areas[role]), self.plane) for role in sorted(areas)),
            lines,
            *([Line("output_grid", around)] if around else []),
            *letters,
        )

    def input(self, *, unread: bool) -> Marks:
        """The input's cells as a row; with `unread` the cells that no row reads are marked."""
        plane = self.vector
        lines = [plane.lines((y, y), (0, 1))[0] for y in range(self.blocks[1], self.columns, self.blocks[1])]
        idle = (
            joined(sorted({*range(self.columns)} - {entry.column for row in self.rows for entry in row}))
            if unread
            else []
        )
        return (
            Polygon("input", plane.rectangles([(0, self.columns)], [(0, 1)]), plane),
            *([Line("input", tuple(lines))] if lines else []),
            *([Polygon("unread", plane.rectangles(idle, [(0, 1)]), plane)] if idle else []),
        )

    def step(self, r: int) -> Marks:
        """The marks of a step: the row's outline, and veils over its entries and over the input's cells.

        The entries' texts are drawn again above the veil.
        """
        if "outline" not in self._kept:
            plane = self.plane.at_origin()
            row = plane.rectangle((0, 1), (0, self.columns))
            lines = plane.lines((0, 1), (0, self.columns)) if self.cell == 1 else ((*row, *row[:2]),)
            self._kept["outline"] = (Line("window", lines),)
        outline = Group(self.plane.point(0, r), self._kept["outline"])
        if not self.rows[r]:
            return (outline,)
        first = self.rows[r][0].column
        shifted = tuple(replace(entry, column=entry.column - first) for entry in self.rows[r])
        cells = joined(entry.column for entry in shifted)
        return (
            outline,
            self._group(self.plane.point(first, r), ("row", shifted), lambda: self._entries(shifted)),
            self._group(self.vector.point(0, first), ("read", *cells), lambda: _read(self.vector.at_origin(), cells)),
        )

    def _group(self, at: Point, key: object, make: Callable[[], Marks]) -> Group:
        if key not in self._kept:
            self._kept[key] = make()
        return Group(at, self._kept[key])

    def _entries(self, row: tuple[Entry, ...]) -> Marks:
        plane = self.plane.at_origin()
        veil = Polygon("tap", plane.rectangles([(0, 1)], joined(entry.column for entry in row)), plane)
        return (veil, *(text for entry in row for text in self._letters(entry, plane, 0)))

    def _letters(self, entry: Entry, plane: Plane, row: int) -> tuple[Text, ...]:
        """The texts of an entry; () where they would be too small."""
        found = tuple(entry.letters(plane, row, self._like, self.largest)) if self.cell == 1 else ()
        return found if readable([text for text in found if text.text != "+"], self.width) else ()

    @property
    def complete(self) -> bool:
        """Whether all entries have their texts."""
        return all(self._letters(entry, self.plane, 0) for row in self.rows for entry in row)

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all moving marks."""
        return frozenset().union(*(roles(self.step(r)) for r in range(len(self.rows))))


def every(plane: Plane, size: tuple[int, int], blocks: tuple[int, int]) -> tuple[Part, ...]:
    """The lines around a plane of `size` cells, and those between blocks of so many rows and columns."""
    (rows, columns), (down, across) = size, blocks
    along_x = tuple((plane.point(0, y), plane.point(columns, y)) for y in range(rows, -1, -down))
    return along_x + tuple((plane.point(x, rows), plane.point(x, 0)) for x in range(0, columns + 1, across))


def _read(plane: Plane, cells: list[tuple[int, int]]) -> Marks:
    return (
        Polygon("tap", plane.rectangles(cells, [(0, 1)]), plane),
        Line("window", tuple(line for run in cells for line in plane.lines(run, (0, 1)))),
    )

"""Layers of one dimension: rows of cells above each other, with their connections, as in WaveNet's figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from ...geometry import Operation
from ...geometry.axis import Axis
from ...scene import Accumulating, Box, Group, Layer, Line, Marks, MeasuredPlane, PerStep, Polygon, Scene
from ...scene.plane import Part, Plane, Point
from ...themes.theme import BORDER, THICK
from ..flags import ViewFlags
from ..poster import chosen
from ..sliding_window import drawn_output_padding
from ..torn import NOT_TORN, Look, torn_edges
from .fields import FieldSizes, Seen, map_sizes, middle, seen_by, trace

ROW = 3.0  # from row to row, in cells
ASIDE = 0.8  # from the cells to the names of the maps, in cells


@dataclass(frozen=True, slots=True)
class MapRow:
    """One map: the place of its first cell, the `pitch` from cell to cell, and the number of cells."""

    x: float
    y: float
    pitch: float
    count: int

    @property
    def plane(self) -> Plane:
        """The plane of the first cell."""
        return Plane((self.x, self.y), (1.0, 0.0), (0.0, 1.0))

    @property
    def ruled(self) -> Plane:
        """A plane with a column for each cell, as long as the row."""
        share = ((self.count - 1) * self.pitch + 1) / self.count
        return Plane((self.x, self.y), (share, 0.0), (0.0, 1.0))

    def at(self, cell: int) -> Point:
        """The top left corner of a cell."""
        return self.x + cell * self.pitch, self.y

    def part(self, cell: int) -> Part:
        """The outline of a cell."""
        x, y = self.at(cell)
        return (x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)

    def fill(self, role: str, cells: Collection[int]) -> Polygon:
        """Cells filled as a role."""
        return Polygon(role, tuple(map(self.part, cells)), self.plane)

    def edges(self, role: str) -> Line:
        """The edges of all cells; neighbours share theirs."""
        if self.pitch == 1:
            return Line(role, self.plane.lines((0, 1), (0, self.count)))
        return Line(role, tuple((*part, part[0]) for part in map(self.part, range(self.count))))


def draw(ops: tuple[Operation, ...], flags: ViewFlags) -> Scene:
    """The scene of layers of one dimension."""
    axes, rows = tuple(op.axes[0] for op in ops), _rows([op.axes[0] for op in ops])
    extra, reveal = drawn_output_padding(ops[-1], flags)[1], flags.reveal
    steps = RowsMotion(axes, tuple(rows))
    links = [line for n in range(len(ops)) if (line := steps.links("edge", n, range(axes[n].output))).parts]
    between = [mark for row in rows[1:-1] for mark in (row.fill("hidden", range(row.count)), row.edges("output_grid"))]
    still: Marks = (*links, rows[0].fill("input", range(rows[0].count)), *between, *_teeth(axes, rows, reveal=reveal))
    cells = AppearingRowCells(rows[-1], extra)
    still += (rows[-1].edges("pending"),) if reveal else cells.all()
    growing = [Accumulating(cells, cells.roles)] if reveal else []
    right = max(row.at(row.count - 1)[0] + 1 for row in rows)
    box = Box.around([(min(row.x for row in rows), 0.0), (right, rows[0].y + 1)], THICK / 2 + BORDER)
    names = ["input", *["hidden"] * (len(rows) - 2), "output"]
    measured = tuple(
        MeasuredPlane(
            name,
            Plane((row.x, row.y), (row.pitch, 0.0), (0.0, 1.0)),
            (1, row.count),
            None,
            None,
            named_at=(right + ASIDE, row.y + 0.5),
            torn=NOT_TORN,
            whole=(1, whole[0]),
        )
        for name, row, whole in zip(names, rows, map_sizes(ops), strict=True)
    )
    poster, corner = chosen([[len(seen[0].cells) for seen in steps.along]])
    return Scene(
        box,
        (Layer(still), *growing, PerStep(steps, steps.roles)),
        axes[-1].output,
        poster,
        measured,
        corner=corner,
        equation=FieldSizes(ops),
        ops=ops,
        meanings=(("ray", "ray"),),
    )


def _teeth(axes: tuple[Axis, ...], rows: list[MapRow], *, reveal: bool) -> Marks:
    """The torn ends of the rows of a detail."""
    last = ("", "pending") if reveal else ("output", "output_grid")
    looks = [("input", "input"), *[("hidden", "output_grid")] * (len(rows) - 2), last]
    torn = [*(axis.bare.torn for axis in axes), axes[-1].torn_output]
    return tuple(
        mark
        for row, ends, (fill, edges) in zip(rows, torn, looks, strict=True)
        for mark in torn_edges(row.ruled, (1, row.count), ((False, False), ends), Look(fill), Look(edges))
    )


def _rows(axes: list[Axis]) -> list[MapRow]:
    """The rows from the input to the output. Each cell is above the cells that it sees."""
    pitches, middles = [1.0], [axes[0].input / 2]
    for axis in axes:
        middles.append(middles[-1] + (middle(axis) - axis.input / 2) * pitches[-1])
        pitches.append(pitches[-1] * float(axis.jump))
    counts = [axes[0].input, *(axis.output for axis in axes)]
    unit = 1 / min((pitch for pitch, count in zip(pitches, counts, strict=True) if count > 1), default=1.0)
    return [
        MapRow(unit * (at - (count - 1) / 2 * pitch) - 0.5, ROW * (len(axes) - n), round(unit * pitch, 9), count)
        for n, (at, pitch, count) in enumerate(zip(middles, pitches, counts, strict=True))
    ]


@dataclass(frozen=True)
class RowsMotion:
    """The moving marks: the current output cell, the cells that it sees in each row, and their connections."""

    axes: tuple[Axis, ...]
    rows: tuple[MapRow, ...]

    @cached_property
    def along(self) -> tuple[tuple[Seen, ...], ...]:
        """The cells of all rows that each output cell sees."""
        layers = [(axis, True) for axis in self.axes]
        return tuple(trace(layers, output) for output in range(self.axes[-1].output))

    def fields(self, step: int) -> list[Seen]:
        """The cells of each row that a step's output cell sees; last the cell itself."""
        return [*self.along[step], Seen((step,), (step,), (step, step + 1))]

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of all moving marks."""
        return frozenset(
            {"current"} | ({"tap", "window", "ray"} if any(seen[-1].cells for seen in self.along) else set())
        )

    def links(self, role: str, n: int, outputs: Collection[int]) -> Line:
        """The connections of a layer to some of its output cells, without connections from the padding."""
        axis, below, above = self.axes[n], self.rows[n], self.rows[n + 1]
        pairs = [
            (source, output) for output in outputs for source in seen_by(axis, (output,), without_padding=True).cells
        ]
        starts, ends = (
            [(x + 0.5, y + down) for x, y in map(row.at, cells)]
            for row, cells, down in ((below, [s for s, _ in pairs], 0), (above, [o for _, o in pairs], 1))
        )
        return Line(role, tuple(zip(starts, ends, strict=True)))

    def __call__(self, step: int) -> Marks:
        fields = self.fields(step)
        links = [self.links("ray", n, above.cells) for n, above in enumerate(fields[1:])]
        marks: list[Group | Line | Polygon] = [line for line in links if line.parts]
        for row, seen in zip(self.rows[:-1], fields[:-1], strict=True):
            if seen.cells:
                marks += [
                    row.fill("tap", seen.cells),
                    Line("window", tuple((*part, part[0]) for part in map(row.part, seen.cells))),
                ]
        return (*marks, self.rows[-1].fill("current", (step,)))


@dataclass(frozen=True)
class AppearingRowCells:
    """The output cells as they appear; `output_padding` adds the last `extra` cells."""

    row: MapRow
    extra: int

    def __call__(self, step: int) -> Marks:
        roles = ("output", *(["output_padding"] if step >= self.row.count - self.extra else []))
        x, y = self.row.at(step)
        return (
            *(self.row.fill(role, (step,)) for role in roles),
            Line("output_grid", Plane((x, y), (1.0, 0.0), (0.0, 1.0)).lines((0, 1), (0, 1))),
        )

    def all(self) -> Marks:
        """The marks of all output cells."""
        added = range(max(0, self.row.count - self.extra), self.row.count)
        more = (self.row.fill("output_padding", added),) if added else ()
        return (self.row.fill("output", range(self.row.count)), *more, self.row.edges("output_grid"))

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all these marks."""
        return frozenset({"output", "output_grid"} | ({"output_padding"} if self.extra else set()))

"""The places of the planes of several channels: the input's in a row, the output's in a row above, group by group."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from ...geometry import Operation
from ...geometry.axis import Axis
from ...scene.plane import Plane, Point
from ...themes.theme import THIN, WEIGHTS
from ..sliding_window import Pair

# columns are level, so that planes stand side by side; rows come towards the reader, as in the isometric view
RIGHT, DOWN = (1.0, 0.0), (0.5, 0.6)
# the edges that cells may have: the largest with which the figure isn't wider than WIDEST, where its letters would get
# too small beside the planes
EDGES, WIDEST = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4), 23.0
HOVER = 0.45  # a kernel hovers at this share of the way from the window to the output cell
APART, GROUPS_APART = 1.3, 2.2  # from plane to plane, and more from group to group
SLOT = 3.9  # the least width of a plane in its row, which its term of the sum needs
CLEAR = 0.4  # from the kernels to the planes above and below them
SIZE = 0.66  # the size of the letters beside the planes, in cells
NAME = 0.62  # from the edge of a plane to the middle of its name
SIGN = 0.9  # the room of a "+" between two terms
SLOPE = 0.4  # the least slope of a ray from plane to plane, middle to middle: flat rays can't be told apart


@dataclass(frozen=True)
class PlaneRows:
    """The planes of both rows, and the number of groups.

    Each plane begins at its first cell: of the padded input, or of the output. `size` is (rows, columns) of an input
    plane, `cells` of an output plane, and `around` are the cropped cells drawn around each output plane. `slot` is the
    width that each input plane has in its row, and `edge` that of a cell.
    """

    input_planes: tuple[Plane, ...]
    output_planes: tuple[Plane, ...]
    groups: int
    size: Pair
    cells: Pair
    around: tuple[Pair, Pair]
    slot: float
    edge: float

    def plane(self, columns: float = 1.0, rows: float = 1.0) -> Plane:
        """A plane at (0, 0) whose cells are as large as these, times so much along columns and rows."""
        return _sheet((0.0, 0.0), self.edge * columns, self.edge * rows)

    @property
    def width(self) -> float:
        """How far the planes of both rows reach from left to right."""
        (deep, wide), (height, width), ((top, bottom), (left, right)) = self.size, self.cells, self.around
        ends = [plane.rectangle((0, deep), (0, wide)) for plane in self.input_planes]
        ends += [plane.rectangle((-top, height + bottom), (-left, width + right)) for plane in self.output_planes]
        xs = [x for part in ends for x, _ in part]
        return max(xs) - min(xs)

    def feeding(self, channel: int) -> range:
        """The input channels that an output channel reads: all of its group (PyTorch's `groups`)."""
        group, inside = channel // (len(self.output_planes) // self.groups), len(self.input_planes) // self.groups
        return range(group * inside, (group + 1) * inside)


def plane_rows(op: Operation, height: Axis, width: Axis, around: tuple[Pair, Pair]) -> PlaneRows:
    """The planes of both rows, with smaller cells where there are many planes."""
    arranged = (_rows(op, height, width, around, edge) for edge in EDGES)
    return next(rows for rows in arranged if rows.width <= WIDEST or rows.edge == EDGES[-1])


def _rows(op: Operation, height: Axis, width: Axis, around: tuple[Pair, Pair], edge: float) -> PlaneRows:
    """The planes with cells of this edge: the input planes of a group are centred below its output planes."""
    (top, bottom), (left, right) = around
    deep, tall, across = height.extent, top + height.output + bottom, left + width.output + right
    inside, outside = op.in_channels // op.groups, op.out_channels // op.groups
    slots = max(width.extent * edge + APART, SLOT), max(across * edge + APART, SLOT)
    block = max(inside * slots[0], outside * slots[1])
    lift = _lift(
        height,
        around,
        max(abs(a - b) for a in _middles(inside, slots[0]) for b in _middles(outside, slots[1])),
        edge,
    )
    below, above = [], []
    for group in range(op.groups):
        middle = group * (block + GROUPS_APART)
        below += [_plane(middle + x, 0.0, (deep, width.extent), edge) for x in _middles(inside, slots[0])]
        above += [_plane(middle + x, -lift, (tall, across), edge) for x in _middles(outside, slots[1])]
    return PlaneRows(
        tuple(below),
        tuple(_sheet(plane.point(left, top), edge, edge) for plane in above),
        op.groups,
        (deep, width.extent),
        (height.output, width.output),
        around,
        slots[0],
        edge,
    )


def kernel_role(op: Operation, channel: int, place: int) -> str:
    """The role of the kernel that leads from the input channel at this place of its group to an output channel.

    Each has a colour: "weight_3" for the first one of output channel 1 where groups have two input channels. Of more
    than 25, every 25th have the same.
    """
    return f"weight_{(channel * (op.in_channels // op.groups) + place) % len(WEIGHTS) + 1}"


def _middles(count: int, slot: float) -> list[float]:
    """The middles of the slots of a row, around 0."""
    return [(n - (count - 1) / 2) * slot for n in range(count)]


def _plane(x: float, y: float, size: Pair, edge: float) -> Plane:
    """The plane with its middle at x and its far edge at y."""
    return _sheet((x - (size[1] + size[0] * DOWN[0]) * edge / 2, y), edge, edge)


def _sheet(origin: Point, across: float, down: float) -> Plane:
    """The plane with cells of these edges along columns and rows."""
    return Plane(origin, (RIGHT[0] * across, RIGHT[1] * across), (DOWN[0] * down, DOWN[1] * down))


def _lift(height: Axis, around: tuple[Pair, Pair], spread: float, edge: float) -> float:
    """How far the output's planes lie above the input's, far edge to far edge, so that kernels cover neither."""
    (top, bottom), step = around[0], DOWN[1] * edge
    tall = top + height.output + bottom
    over_input = (CLEAR + step * (1 - HOVER) * height.extent) / HOVER + step * (top + height.output)
    under_output = (step * (tall - HOVER * top) + CLEAR) / (1 - HOVER)
    return max(over_input, under_output, SLOPE * spread + step * tall)


def coincide(start: Point, end: Point, points: list[Point]) -> bool:
    """Whether points lie so near to a line that a line through them would look the same."""
    x, y = end[0] - start[0], end[1] - start[1]
    return all(abs(x * (b - start[1]) - y * (a - start[0])) < 2 * THIN * sqrt(x * x + y * y) for a, b in points)

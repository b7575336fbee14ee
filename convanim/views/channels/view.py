"""The view "channels": the input's planes side by side, the output's above them, and which feed which."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

from ...geometry import Operation
from ...scene import Accumulating, Box, Group, Layer, Line, Mark, Marks, MeasuredPlane, PerStep, Polygon, Scene, moved
from ...scene.plane import Part, Plane, between, runs
from ...themes.theme import BORDER, THICK
from ..flags import ViewFlags
from ..input_plane import padded_input
from ..poster import stills
from ..rays import visible
from ..sliding_window import (
    AppearingCells,
    Pair,
    SlidingWindow,
    WindowShape,
    drawn_axes,
    drawn_crops,
    drawn_output_padding,
    one_or_two,
)
from .rows import HOVER, NAME, SIGN, SIZE, PlaneRows, coincide, kernel_role, plane_rows

if TYPE_CHECKING:
    from ...text.cell_texts import Texts

MOST_PLANES, MOST_STEPS, MOST_WINDOWS = 64, 5000, 10_000
NAMED = 2  # the rows that a plane's name takes beyond it
LETTERS = 0.72  # the largest letters of labels that have room where slanted and level edges meet


def refuses(op: Operation) -> str:
    """The reason why the view can't draw an operation, or "". It draws no pooling, and limited numbers of planes."""
    if not op.weighted:
        return "draws layers that add up channels, and pooling treats each channel alone"
    if reason := one_or_two(op):
        return reason
    planes, steps = op.in_channels + op.out_channels, op.out_channels * prod(op.output_size)
    if planes > MOST_PLANES:
        return f"draws {MOST_PLANES} planes at most, and {op.in_channels} + {op.out_channels} channels are {planes}"
    if (windows := steps * (op.in_channels // op.groups)) > MOST_WINDOWS:
        return f"draws {MOST_WINDOWS:,} windows at most in all steps, and this layer has {windows:,}"
    return (
        f"takes {MOST_STEPS:,} steps at most, one per cell, and the {op.out_channels} channels of the output have"
        f" {steps:,}"
        if steps > MOST_STEPS
        else ""
    )


def draw(op: Operation, texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of a convolution with all its channels, a step for each output cell, channel by channel."""
    from .terms import Sums, over, under  # this loads numpy, and some views need none

    height, width = drawn_axes(op)
    rows = plane_rows(op, height, width, drawn_crops(op, flags))
    level = rows.plane()
    sliding = SlidingWindow(
        height, width, level, level, output_padding=drawn_output_padding(op, flags), reveal=flags.reveal
    )
    cells, sums = sliding.steps, Sums(op, rows, sliding.steps)
    below, above = padded_input(level, height, width, flags), (*sliding.cropped(rows.around), *sliding.output())
    planes = [
        Group(plane.origin, marks)
        for row, marks in ((rows.input_planes, below), (rows.output_planes, above))
        for plane in row
    ]
    named = [Layer(under(sums, o), range(o * cells, (o + 1) * cells)) for o in range(op.out_channels)]
    growing = [Accumulating(AppearingChannels(sliding, rows), AppearingCells(sliding).roles)] if sliding.reveal else []
    steps = ChannelsMotion(op, sliding, rows)
    outside = op.out_channels // op.groups
    later = op.groups // 2 * outside + outside // 2  # an output channel of a later group, if there is one
    poster, corner = stills(op)
    return Scene(
        _box(op, rows),
        (Layer((*planes, *over(sums))), *growing, *named, PerStep(steps, steps.roles)),
        op.out_channels * cells,
        later * cells + poster,
        _measured(op, rows),
        corner=later * cells + corner,
        equation=sums,
        largest_label=LETTERS,
        meanings=(("weight_1", "kernels"),),
    )


def _box(op: Operation, rows: PlaneRows) -> Box:
    """The box around all planes, the terms below them and the names above them."""
    (top, bottom), (left, right) = rows.around
    deep, wide = rows.size
    height, width = rows.cells
    first, last = (rows.input_planes[n].point(wide / 2, deep) for n in (0, -1))
    half, bias = (rows.slot - SIGN) / 2, 2 * SIGN if op.bias else 0.0
    low, high = first[1] + NAME + SIZE / 2, rows.output_planes[0].point(0, -top)[1] - NAME - SIZE / 2
    points = [
        *rows.input_planes[0].rectangle((0, deep), (0, wide)),
        *rows.input_planes[-1].rectangle((0, deep), (0, wide)),
        *rows.output_planes[0].rectangle((-top, height + bottom), (-left, width + right)),
        *rows.output_planes[-1].rectangle((-top, height + bottom), (-left, width + right)),
        (first[0] - half, low),
        (last[0] + half + bias, high),
    ]
    return Box.around(points, THICK / 2 + BORDER)


def _measured(op: Operation, rows: PlaneRows) -> tuple[MeasuredPlane, ...]:
    """The measured planes: the input's first and the output's last, with numbers beyond the rays over their edges."""
    (top, bottom), (left, right) = rows.around
    (deep, wide), (height, width) = rows.size, rows.cells
    first, last = rows.input_planes[0], rows.output_planes[-1]
    over_left = any(first.coordinates(rows.output_planes[0].point(0, y))[0] < 0 for y in (0, height))
    over_right = any(last.coordinates(rows.input_planes[-1].point(wide, y))[0] > width + right for y in (0, deep))
    return (
        MeasuredPlane(
            "input",
            first,
            rows.size,
            "left" if deep > 2 else None,
            "bottom",
            drop=NAMED / rows.edge,
            rows_at=1.0 if over_left else 0.5,
            read=op.groups == 1 and not over_left,
        ),
        MeasuredPlane(
            "output",
            last,
            rows.cells,
            "right",
            "top",
            ((top, bottom), (left, right)),
            rise=NAMED / rows.edge,
            rows_at=0.0 if over_right else 0.5,
        ),
    )


@dataclass(frozen=True)
class AppearingChannels:
    """The output cells that appear one by one, channel by channel."""

    sliding: SlidingWindow
    rows: PlaneRows

    def __call__(self, step: int) -> Marks:
        channel, cell = divmod(step, self.sliding.steps)
        return moved((self.sliding.appearing(cell),), *self.rows.output_planes[channel].origin)


@dataclass(frozen=True)
class ChannelsMotion:
    """The moving marks: a window on each plane of the group, kernels over them, rays, and the current output cell."""

    op: Operation
    sliding: SlidingWindow
    rows: PlaneRows
    _kernels: dict[tuple[WindowShape, WindowShape, str], Marks] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __call__(self, step: int) -> Marks:
        channel, cell = divmod(step, self.sliding.steps)
        (top, left), (r, q) = self.sliding.corners(cell)
        shapes = self.sliding.shapes(cell)
        window = self.sliding.window(cell)
        above, hiding = self.rows.output_planes[channel], self._hiding(channel, r)
        windows: list[Mark] = []
        kernels: list[Group] = []
        behind: list[Part] = []
        before: list[Part] = []  # in front of the kernels
        for place, feeding in enumerate(self.rows.feeding(channel)):
            below = self.rows.input_planes[feeding]
            windows += moved(window, *below.origin)
            at = between(below.point(left, top), above.point(q, r), HOVER)
            kernels.append(Group(at, self._kernel(*shapes, kernel_role(self.op, channel, place))))
            for x in (0, 1):
                start = [below.point(left + x * shapes[1].cells, top + y * shapes[0].cells) for y in (0, 1)]
                end = [above.point(q + x, r + y) for y in (0, 1)]
                through = between(start[1], end[1], HOVER)
                if not coincide(start[1], end[1], [start[0], end[0]]):
                    behind += visible(start[0], end[0], hiding)
                behind.append((start[1], through))
                before += visible(through, end[1], hiding)
        return (
            *windows,
            Line("ray", tuple(behind)),
            *kernels,
            Line("ray", tuple(before)),
            *moved((self.sliding.current(cell),), *above.origin),
        )

    def _hiding(self, channel: int, row: int) -> list[tuple[Plane, Pair]]:
        """The planes that may hide a ray, with their (rows, columns): rows that appear later hide nothing."""
        above, cells = self.rows.output_planes, self.rows.cells
        if not self.sliding.reveal:
            return [(plane, cells) for plane in above]
        return [*((plane, cells) for plane in above[:channel]), (above[channel], (row + 1, cells[1]))]

    def _kernel(self, rows: WindowShape, columns: WindowShape, role: str) -> Marks:
        """A kernel on the way from the window to the output cell, as wide as the rays there, with a dilation's gaps."""
        if (rows, columns, role) not in self._kernels:
            x, y = ((1 - HOVER) + HOVER / shape.cells for shape in (columns, rows))
            plane = self.rows.plane(x, y)
            cells = Polygon(role, plane.rectangles(runs(rows.taps), runs(columns.taps)), plane)
            self._kernels[rows, columns, role] = (
                cells,
                Line("window", plane.lines((0, rows.cells), (0, columns.cells))),
            )
        return self._kernels[rows, columns, role]

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of all moving marks."""
        inside = self.op.in_channels // self.op.groups
        return (
            self.sliding.roles
            | {"ray"}
            | {kernel_role(self.op, o, place) for o in range(self.op.out_channels) for place in range(inside)}
        )

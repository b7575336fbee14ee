"""The view "pair": a convolution and its transpose side by side, where a step links the same cells in both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from ..errors import ConvanimError
from ..geometry import Operation
from ..geometry.axis import Axis
from ..scene import (
    Accumulating,
    Box,
    Equation,
    Group,
    Layer,
    Line,
    Marks,
    MeasuredPlane,
    PerStep,
    Polygon,
    Said,
    Scene,
    Text,
)
from ..scene.plane import Part, Plane
from ..text import describe
from ..themes.theme import BORDER, THICK
from .flags import ViewFlags
from .input_plane import padded_input
from .isometric import DOWN, LIFT_X, RIGHT
from .poster import stills
from .rays import ray
from .scatter.marks import ReachedCells
from .scatter.stamps import Stamps, reached
from .sliding_window import (
    AppearingCells,
    Pair,
    SlidingWindow,
    crops,
    drawn_crops,
    drawn_output_padding,
    one_or_two,
    two_axes,
)

if TYPE_CHECKING:
    from ..text.cell_texts import Texts

APART = 2.4  # between the two figures, with a sign between them
SIGN = 1.4  # the size of this sign, in cells
MOST_LINKS = 50_000  # each is named in the equation of its step
LETTERS = 0.52  # the largest letters that have room between the planes: those of labels at 100 dpi
LISTED = 4  # cells apart from each other that are named one by one


def refuses(op: Operation) -> str:
    """The reason why the view can't draw an operation, or "". It takes convolutions that have a transpose, and these
    transposes.
    """
    if reason := one_or_two(op):
        return reason
    if not op.weighted:
        return f"draws a convolution beside its transpose, and this is {describe.name(op)}"
    try:
        both(op)
    except ConvanimError as error:
        return f"draws a convolution beside its transpose, and {str(error).partition(': take')[0]}"
    links = math.prod(op.inner_size) * math.prod(op.kernel_size)
    return (
        f"draws {MOST_LINKS:,} pairs of cells at most in all steps, and this operation has {links:,}"
        if links > MOST_LINKS
        else ""
    )


def both(op: Operation) -> tuple[Operation, Operation]:
    """A convolution and its transpose, one of which is `op`. Raises ConvanimError if the other does not exist."""
    other = op.transpose()
    return (other, op) if op.transposed else (op, other)


def draw(op: Operation, texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of a convolution and its transpose, of one or two dimensions, without values."""
    conv, transposed = ops = both(op)
    layout = PairLayout.of(conv, transposed)
    left = SlidingWindow(
        *two_axes(conv),
        layout.below,
        layout.above,
        reveal=flags.reveal,
    )
    extra = drawn_output_padding(transposed, flags)
    right = SlidingWindow(*two_axes(transposed), layout.start, layout.end, output_padding=extra, reveal=flags.reveal)
    stamps = Stamps(right.height, right.width)
    still = (
        *padded_input(layout.below, left.height, left.width, flags),
        *left.output(),
        *padded_input(layout.start, Axis(left.height.output, 1), Axis(left.width.output, 1), flags),
        *right.cropped(drawn_crops(transposed, flags)),
        *right.output(),
        layout.sign,
    )
    cells: list[AppearingCells | ReachedCells] = (
        [AppearingCells(left), ReachedCells(right, _reached(stamps, right))] if flags.reveal else []
    )
    zeros = "padding" if not flags.distinguish_kinds and any(map(any, conv.pads)) else ""
    poster, corner = stills(conv)
    return Scene(
        layout.box,
        (
            Layer(still),
            *(Accumulating(one, one.roles) for one in cells),
            PerStep(PairMotion(left, layout), left.roles | {"ray"}),
        ),
        left.steps,
        poster,
        layout.measured(conv, transposed),
        corner=corner,
        ops=ops,
        equation=LinkedCells(stamps, len(op.axes)),
        meanings=(("tap", "linked"), ("grid", zeros)),
        largest_label=LETTERS,
    )


def _reached(stamps: Stamps, right: SlidingWindow) -> tuple[tuple[int, ...], ...]:
    """For each step, the cells of the transpose's output that no earlier step reaches."""
    return reached(
        ([cell for cell, _ in stamp.cells(right.height, right.width)] for stamp in stamps.all()), right.steps
    )


@dataclass(frozen=True)
class PairLayout:
    """The planes of the convolution, `below` for its input and `above` for its output, and of its transpose, `start`
    for its input and `end` for its output.

    `around` are the cropped cells of the transpose. They always have room, since the windows reach them.
    """

    below: Plane
    above: Plane
    start: Plane
    end: Plane
    around: tuple[Pair, Pair]
    sign: Text
    box: Box

    @staticmethod
    def of(conv: Operation, transposed: Operation) -> PairLayout:
        """The convolution on the left, its transpose on the right, both as in the isometric view and equally high."""
        height, width = two_axes(conv)
        rows, columns, deep, wide = height.output, width.output, height.padded, width.padded
        (top, bottom), (left, right) = around = crops(transposed)
        lift = max(deep, (deep + wide) / 2) + 1  # as in the isometric view; the transpose's lower plane is not larger
        middle = max(wide, LIFT_X + columns) + APART / 2  # right of the convolution
        first = min(-DOWN[0] * rows, LIFT_X - DOWN[0] * (top + height.input + bottom))  # the transpose's leftmost point
        x = middle + APART / 2 - first
        below, above, start = _level(deep), _level(rows, LIFT_X, -lift), _level(rows, x)
        whole = _level(height.input + bottom, x + LIFT_X, -lift)  # the transpose's output with the cropped columns
        end = Plane(whole.point(left, 0), RIGHT, DOWN)
        corners = (
            *below.rectangle((0, deep), (0, wide)),
            *above.rectangle((0, rows), (0, columns)),
            *start.rectangle((0, rows), (0, columns)),
            *end.rectangle((-top, height.input + bottom), (-left, width.input + right)),
        )
        sign = Text("sign", (middle, -0.5 * wide - 1.5), "⇄", SIGN, 2.0)  # above the corner left of it
        return PairLayout(below, above, start, end, around, sign, Box.around(corners, THICK / 2 + BORDER))

    def measured(self, conv: Operation, transposed: Operation) -> tuple[MeasuredPlane, ...]:
        """The planes that labels measure."""
        height, width = two_axes(conv)
        inner, outer = (height.output, width.output), (height.input, width.input)
        # rays from the right cross the edge of a narrow output, as in the isometric view
        far = width.window(width.output - 1)[1]
        over = any(self.above.coordinates(self.below.point(far, y))[0] > width.output for y in (0, height.padded))
        return (
            MeasuredPlane("input", self.below, (height.padded, width.padded), "left", "bottom", op=conv),
            MeasuredPlane("output", self.above, inner, "right", "top", rows_at=0.0 if over else 0.5, op=conv),
            MeasuredPlane("input", self.start, inner, "left", "bottom", op=transposed, padded=False, read=False),
            MeasuredPlane("output", self.end, outer, "right", "top", self.around, op=transposed),
        )


def _level(rows: int, x: float = 0.0, y: float = 0.0) -> Plane:
    """A plane of so many rows whose lower left corner is at (x, y)."""
    return Plane((x - DOWN[0] * rows, y - DOWN[1] * rows), RIGHT, DOWN)


@dataclass(frozen=True)
class PairMotion:
    """The moving marks: one window over the convolution's input and the transpose's output, the linked cells, rays."""

    sliding: SlidingWindow
    layout: PairLayout

    @cached_property
    def _cell(self) -> Marks:
        plane = self.layout.start.at_origin()
        return (
            Polygon("tap", plane.rectangles([(0, 1)], [(0, 1)]), plane),
            Line("window", plane.lines((0, 1), (0, 1))),
        )

    def __call__(self, step: int) -> Marks:
        height, width, layout = self.sliding.height, self.sliding.width, self.layout
        (y, x), (r, q) = self.sliding.corners(step)
        window, *_ = self.sliding.window(step)
        y, x = y - height.before, x - width.before  # without the padding: cells of the transpose's output
        tall, wide = height.effective_kernel, width.effective_kernel
        hiding = (width.output, height.output), (width.input, height.input)
        if self.sliding.reveal:  # rows that appear later hide nothing
            hiding = (width.output, r + 1), (width.input, min(height.input, y + tall))
        rays: list[Part] = []
        for b, a in product((0, 1), (0, 1)):
            outer, inner = (x + a * wide, y + b * tall), (q + a, r + b)
            start = layout.below.point(outer[0] + width.before, outer[1] + height.before)
            rays += ray(start, layout.above, inner, hiding[0])
            rays += ray(layout.start.point(*inner), layout.end, outer, hiding[1])
        stamp = Group(layout.end.point(x, y), window.marks)
        cell = Group(layout.start.point(q, r), self._cell)
        return (window, stamp, cell, Line("ray", tuple(rays)), self.sliding.current(step))


@dataclass(frozen=True)
class LinkedCells:
    """What a step does in both figures, with the indices of the cells: "output (0,1) reads input row 0, columns
    2–3".
    """

    stamps: Stamps
    ndim: int

    def __call__(self, step: int) -> Equation:
        height, width = self.stamps.height, self.stamps.width
        reached = [divmod(cell, width.output) for cell, _ in self.stamps.of(step).cells(height, width)]
        r, q = divmod(step, width.input)
        at = ("at", f"({r},{q})" if self.ndim > 1 else str(q))
        if not reached:
            return Equation((), "", "", sentences=(Said("pair_reads_none", (at,)), Said("pair_adds_none", (at,))))
        rows, columns = (sorted(set(along)) for along in zip(*reached, strict=True))
        cells = ("cells", _cells(rows, columns) if self.ndim > 1 else _run("cells_at", columns))
        return Equation((), "", "", sentences=(Said("pair_reads", (at, cells)), Said("pair_adds", (at, cells))))


def _cells(rows: list[int], columns: list[int]) -> Said:
    """The cells where these rows and columns meet."""
    return Said("rows_and_columns", (("rows", _run("rows_at", rows)), ("columns", _run("columns_at", columns))))


def _run(key: str, cells: list[int]) -> Said:
    """Cells that are equally far apart: "1–3", "0, 2, 4", "0, 2, …, 12"."""
    if len(cells) > 1 and cells[1] - cells[0] == 1:
        text = f"{cells[0]}–{cells[-1]}"
    else:
        text = ", ".join(map(str, cells if len(cells) <= LISTED else [*cells[:2], "…", cells[-1]]))
    return Said(key, (("n", text),), len(cells))

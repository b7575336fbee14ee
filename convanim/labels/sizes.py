"""Sizes along the axes: dimension lines beside the planes of input and output, and one that moves with the window."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

from ..geometry import Operation
from ..geometry.axis import Axis, unravel
from ..scene import Group, Line, Marks, MeasuredPlane, Side, Text, moved
from ..scene.plane import Point
from ..text import numbers
from ..text.numbers import MINUS
from .layout import FACE, LINE, LabelContext

# distances in ems: from the plane to the first line, half of a tick, from a tick to the text, half of a text's height,
# and from one text to the next line
GAP, TICK, AIR, HALF, NEXT = 0.5, 0.2, 0.12, 0.5, 0.45
BEYOND = 0.4  # how far a line goes on where its plane is torn, in cells
BECOMES = " → "  # from how many cells there are to how many they spread over


@dataclass(frozen=True)
class Edge:
    """A side of a plane, along which something is measured: `at(c)` is where cell c begins, `normal` points away from
    the plane.

    At the distance `free`, in cells, all other marks end.
    """

    start: Point
    step: Point
    normal: Point
    free: float
    outwards: int  # -1 where a long text may reach out to the left, as the input's, 1 where to the right

    @staticmethod
    def of(sheet: MeasuredPlane, side: Side) -> Edge:
        """The edge of a sheet at this side, beyond all that is drawn around it."""
        plane, (rows, columns), ((top, bottom), (left, right)) = sheet.plane, sheet.size, sheet.around
        upright = side in ("left", "right")
        step, other = (plane.down, plane.right) if upright else (plane.right, plane.down)
        start = {"left": (-left, 0), "right": (columns + right, 0), "top": (0, -top), "bottom": (0, rows + bottom)}[
            side
        ]
        sign = 1 if side in ("right", "bottom") else -1
        length = math.sqrt(step[0] ** 2 + step[1] ** 2)
        normal = (-step[1] / length, step[0] / length)
        away = sign * (normal[0] * other[0] + normal[1] * other[1])
        normal = normal if away > 0 else (-normal[0], -normal[1])
        free = abs(away) * {"top": sheet.rise, "bottom": sheet.drop}.get(side, 0.0)
        return Edge(plane.point(*start), step, normal, free, -1 if sheet.rows == "left" else 1)

    def at(self, cell: float, distance: float = 0.0) -> Point:
        """The point at the beginning of a cell, at a distance from the plane."""
        return (
            self.start[0] + cell * self.step[0] + distance * self.normal[0],
            self.start[1] + cell * self.step[1] + distance * self.normal[1],
        )


@dataclass(frozen=True)
class Ruler:
    """Draws dimension lines along an edge, at a distance from the plane, in cells."""

    context: LabelContext
    edge: Edge
    distance: float
    end: float  # the last cell that a text may cover, if it must stay inside
    place: float = 0.5  # of the text along the line: 0 at its beginning

    def marks(
        self, bounds: tuple[float, ...], text: str, torn: tuple[bool, bool] = (False, False)
    ) -> tuple[Line, Text]:
        """A line from the first to the last of `bounds` with a tick at each, and the text beside its middle.

        A `torn` end, before or after, has no tick: the line goes on beyond it, as the cells do.
        """
        edge, tick = self.edge, TICK * self.context.em
        before, after = torn
        line = (
            edge.at(bounds[0] - BEYOND * before, self.distance),
            edge.at(bounds[-1] + BEYOND * after, self.distance),
        )
        ends = bounds[1 if before else 0 : -1 if after else None]
        ticks = tuple((edge.at(b, self.distance - tick), edge.at(b, self.distance + tick)) for b in ends)
        return (Line("measure", (line, *ticks)), self._text(bounds[0], bounds[-1] - bounds[0], text))

    def _text(self, start: float, length: float, text: str) -> Text:
        """The text beside the line, its nearest corner, or its nearest side where the edge is level or upright, at its
        place.
        """
        em, (nx, ny) = self.context.em, self.edge.normal
        half, high = self.context.length(text) / 2, HALF * em
        x, y = self.edge.at(start + self.place * length, self.distance + (TICK + AIR) * em)
        x, y = x + half * _sign(nx), y + high * _sign(ny)
        if not _sign(nx) and half > length / 2:  # wider than the line: it may grow to one side alone
            inner = self.edge.at(self.end if self.edge.outwards < 0 else 0)[0]
            x = min(x, inner - half) if self.edge.outwards < 0 else max(x, inner + half)
        return Text("label", (x, y), text, em, math.inf, face=FACE)

    def depth(self, text: str) -> float:
        """How far from the plane a text reaches, in cells."""
        em, (nx, ny) = self.context.em, self.edge.normal
        return self.distance + (TICK + AIR) * em + self.context.length(text) * abs(nx) + 2 * HALF * em * abs(ny)


def _sign(value: float) -> int:
    return 0 if abs(value) < 1e-9 else 1 if value > 0 else -1


@dataclass(frozen=True)
class Windows:
    """The dimension lines that move with a window, one per axis of its operation."""

    op: Operation
    rulers: tuple[Ruler, ...]
    _kept: dict[tuple[int, int, int], Group] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __call__(self, step: int) -> Marks:
        return tuple(
            self.of(axis, o)
            for axis, o in enumerate(unravel(step % math.prod(self.op.output_size), self.op.output_size))
        )

    def of(self, axis: int, output: int) -> Group:
        """The line of one output cell along an axis; windows of one size have the same marks."""
        ruler = self.rulers[axis]
        start, stop = self.op.axes[axis].drawn.window(output)
        if (axis, start, stop) not in self._kept:
            marks = ruler.marks((start, stop), window_text(self.op, axis, output))
            x, y = ruler.edge.at(start, ruler.distance)
            self._kept[axis, start, stop] = Group((x, y), moved(marks, -x, -y))
        return self._kept[axis, start, stop]

    @cached_property
    def all(self) -> list[Group]:
        """All of them, for each axis and each of its output cells."""
        return [self.of(axis, o) for axis, n in enumerate(self.op.output_size) for o in range(n)]


def window_text(op: Operation, axis: int, output: int) -> str:
    """How many cells the window of an output cell has along an axis: "k=3", "k=3 → 5" where a dilation spreads 3 over
    5.
    """
    a = op.axes[axis]
    if a.adaptive:
        return str(len(a.taps(output)))
    return f"k={a.kernel}" if a.dilation == 1 or a.kernel == 1 else f"k={a.kernel}{BECOMES}{a.effective_kernel}"


def padded_text(axis: Axis) -> tuple[tuple[int, ...], str]:
    """Where the parts of a drawn axis begin and end, and the numbers of their cells: "1 + 5 + 1" with padding, "3 → 5"
    with zeros between, "3 → 2 + 5 + 2" with both, "−1 + 5 − 2" where padding cuts cells off, each at
    its side. Of a detail, these are the numbers of the whole, and the places that it shows.
    """
    if axis.whole is not axis:
        (within, text), extent = padded_text(axis.whole), axis.padded
        shown = {place - axis.first for place in within if 0 < place - axis.first < extent}
        return tuple(sorted({0, extent} | shown)), text
    drawn, spread = axis.drawn, (axis.input - 1) * axis.spacing + 1
    first, last = drawn.before, drawn.before + spread
    (before, after), total = axis.cut, drawn.padded
    parts = [f"{first} + "] * (first > 0) + [str(spread)] + [f" + {total - last}"] * (last < total)
    cells = "".join([f"{MINUS}{before} + "] * (before > 0) + parts + [f" {MINUS} {after}"] * (after > 0))
    bounds = tuple(sorted({0, before, first, last, total - after, total}))
    return bounds, f"{axis.input}{BECOMES}{cells}" if spread > axis.input else cells


@dataclass(frozen=True)
class Measured:
    """The static marks of the sizes, and the dimension lines that move with windows."""

    marks: Marks
    windows: tuple[Windows, ...]

    @property
    def all(self) -> Marks:
        """All marks of all steps."""
        return (*self.marks, *(group for one in self.windows for group in one.all))


def sizes(context: LabelContext) -> Measured:
    """The sizes along every axis of the planes; the one along the columns has the plane's name too."""
    marks: list[Line | Text] = []
    windows: list[Windows] = []
    for sheet in context.scene.measured:
        op = sheet.op or context.op
        plain = sheet.role not in ("input", "output")
        count, moving = 2 if plain else len(op.axes), []
        for axis in range(count):
            columns = axis == count - 1
            side = sheet.columns if columns else sheet.rows
            if side is None:
                continue
            edge, end = Edge.of(sheet, side), sheet.size[1 if columns else 0]
            ruler = Ruler(context, edge, edge.free + GAP * context.em, end, 0.5 if columns else sheet.rows_at)
            if sheet.role == "input" and sheet.read:
                moving.append(ruler)
                ruler = Ruler(context, edge, _depth(op, axis, ruler) + NEXT * context.em, end)
            padded = sheet.role == "input" and sheet.padded
            told = sheet.whole or sheet.size
            bounds, text = padded_text(op.axes[axis]) if padded else ((0, end), str(told[1 if columns else 0]))
            # rows and columns together, for a matrix and where the rows have no side; one dimension has no rows
            both = sheet.role == "matrix" or (count == 2 and sheet.rows is None and text.isdecimal())
            size = numbers.size(told if told[0] > 1 else told[-len(context.op.axes) :]) if both else text
            words = context.lang.say(f"label.{sheet.role}", size=size) if columns else text
            marks += ruler.marks(bounds, words, sheet.torn[1 if columns else 0] if sheet.torn else (False, False))
        windows += [Windows(op, tuple(moving))] if len(moving) == count else []
    return Measured((*marks, *_names(context)), tuple(windows))


def named(context: LabelContext) -> list[str]:
    """The sizes of all planes in words: "input 1 + 5 + 1" of a square, else "input (1 + 5 + 1) x 4", "kernel 3x2"."""
    found = []
    for sheet in context.scene.measured:
        op = sheet.op or context.op
        if sheet.role == "input" and sheet.padded:
            parts = [padded_text(axis)[1] for axis in op.axes]
        else:
            told = sheet.whole or sheet.size
            parts = [str(cells) for cells in (told if told[0] > 1 else told[-len(op.axes) :])]
        whole = [f"({part})" if " " in part else part for part in parts]
        times = f" {numbers.TIMES} " if whole != parts else numbers.TIMES
        square = len(set(parts)) == 1 and sheet.role != "matrix"
        found.append((f"label.{sheet.role}", parts[0] if square else times.join(whole)))
    own = found if context.scene.ops else dict.fromkeys(found)  # of several operations, each has its sizes
    said = ((context.lang.say(key, size=size), size) for key, size in own)
    return [text for text, size in said if size in text]


def _names(context: LabelContext) -> list[Text]:
    """The names and sizes of planes that stand beside the figure, in a column: each at its plane's height, or above the
    one below it.
    """
    texts: list[Text] = []
    free = math.inf
    for sheet in sorted((one for one in context.scene.measured if one.named_at), key=_height, reverse=True):
        assert sheet.named_at is not None
        x, y = sheet.named_at[0], min(sheet.named_at[1], free)
        told = sheet.whole or sheet.size
        text = context.lang.say(f"label.{sheet.role}", size=numbers.size(told[-len(context.op.axes) :]))
        texts.append(Text("label", (x + context.length(text) / 2, y), text, context.em, math.inf, face=FACE))
        free = y - LINE * context.em
    return texts


def _height(sheet: MeasuredPlane) -> float:
    return sheet.named_at[1] if sheet.named_at else 0.0


def _depth(op: Operation, axis: int, ruler: Ruler) -> float:
    """How far from the plane the lines that move with the window reach, with their texts."""
    outputs = range(op.axes[axis].output if op.axes[axis].adaptive else 1)
    return max(map(ruler.depth, {window_text(op, axis, o) for o in outputs}))

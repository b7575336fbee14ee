"""The view "matrix": the window beside the operation as a matrix, times the input as a column (guide, section 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import ceil, prod
from typing import TYPE_CHECKING

from ...errors import ConvanimError
from ...geometry import Operation
from ...geometry.axis import Axis, unravel
from ...scene import Accumulating, Box, Group, Layer, Line, Marks, MeasuredPlane, PerStep, Polygon, Scene, Text
from ...scene.plane import Part, Plane, joined
from ...text.describe import name
from ...text.numbers import MINUS
from ...themes.theme import BORDER, THICK, THIN
from ..flags import ViewFlags
from ..input_plane import padded_input
from ..poster import stills
from ..sliding_window import Pair, SlidingWindow, drawn_axes, drawn_crops, drawn_output_padding, one_channel
from ..text_size import ROOM, cell_values, same_size
from ..weights import weight_role
from .table import SIZE, STRETCH, MatrixTable, matrix_rows

if TYPE_CHECKING:
    from ...text.cell_texts import Texts

RIGHT, DOWN = (1.0, 0.0), (0.0, 1.0)
MOST_CELLS, MOST_SIDE = 25_000, 400  # of the matrix: 12 x 12 input and output cells give 20,736 cells
APART = 1.0  # between planes, the line beside them, the matrix, the signs, and the vectors
LOW = 3.0  # the least distance of the planes' middles: the numbers beside them need room
ADDEND, LETTER = 1.6, 0.3  # the most room of the bias, and the room of each of its letters
ASIDE = 0.7  # from the bias to the signs beside it
WIDE = 12  # a matrix of so many columns is wider than its label
HIGH, TAG = 0.31, (0.56, 0.94)  # how far down in a cell are the input's value, and the top and bottom of a kernel's tag
TAG_SIDE, TAG_SIZE = 0.1, 0.35  # from a cell's side to the tag; the size of the tag's letters
VALUE = (SIZE, ROOM, STRETCH)  # size, width and stretch of the values in cells
SIGN, BIAS = 0.7, 0.56  # the sizes of signs and of the bias


def refuses(op: Operation) -> str:
    """The reason why the view can't draw an operation, or ""."""
    if reason := one_channel(op):
        return reason
    if not op.linear:
        return f"draws an operation as a matrix, and {name(op)} isn't linear, so it has none"
    rows, columns = prod(op.output_size), prod(op.input_size)
    if rows * columns > MOST_CELLS or max(rows, columns) > MOST_SIDE:
        return (
            f"draws matrices of at most {MOST_CELLS:,} cells and {MOST_SIDE} rows or columns, and this one is"
            f" {rows:,}x{columns:,}, {rows * columns:,} cells (a row for each output cell, a column for each input"
            " cell)"
        )
    return ""


def draw(op: Operation, texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of a linear operation of one or two dimensions, with the texts of its cells."""
    if texts is None:
        raise ConvanimError("the matrix view shows values: give input= (and kernel=), a seed, or symbols=True")
    height, width = drawn_axes(op)
    around, extra = drawn_crops(op, flags), drawn_output_padding(op, flags)
    at = MatrixLayout.of(op, around, texts.bias if texts.bias != "0" else "")
    planes, tags = (at.input_plane, at.output_plane), _tags(op, height, width, texts)
    sliding = SlidingWindow.of((height, width), planes, flags, output_padding=extra, window_marks=tags)
    table = MatrixTable(at.matrix, at.vector, prod(op.input_size), matrix_rows(op, texts))
    results = _results(at, width, texts)
    column = OutputColumn(sliding, at.result, results)
    under = _input_texts(at.input_plane, height, width, texts)
    inputs = cell_values("input_value", at.vector, 1, texts.input, VALUE)
    still = Layer(
        (
            *padded_input(at.input_plane, height, width, flags),
            *(text for text in under if text.text),
            *sliding.cropped(around),
            *sliding.output(),
            *column.still(),
            *table.matrix(),
            *table.input(unread=flags.unread),
            *inputs,
            *(() if sliding.reveal else (text for both in results for text in both)),
            *_signs(at, texts.bias),
        )
    )
    growing = [Accumulating(column, column.roles)] if sliding.reveal else []
    moving = PerStep(
        MatrixMotion(sliding, table, column, under, inputs),
        sliding.roles | table.roles | {"input_value", "output_value"},
    )
    box = Box.around([(-sliding.reach, 0.0), (at.width, at.height)], THICK / 2 + BORDER)
    poster, corner = stills(op, texts)
    return Scene(
        box,
        (still, *growing, moving),
        sliding.steps,
        poster,
        _measured(at, sliding, around, len(table.rows), table.columns),
        corner=corner,
    )


@dataclass(frozen=True)
class MatrixLayout:
    """The places of all parts, centred at one height: the planes, a line, the matrix, the input, a bias, the output."""

    input_plane: Plane
    output_plane: Plane
    line: float
    matrix: Plane
    vector: Plane
    result: Plane
    signs: tuple[tuple[str, float], ...]
    bias: float
    width: float
    height: float

    @staticmethod
    def of(op: Operation, around: tuple[Pair, Pair], bias: str) -> MatrixLayout:
        """The places of an operation's parts. `around` are the drawn cropped cells; `bias` is its text, "" for none."""
        height, width = drawn_axes(op)
        (top, bottom), (left, right) = around
        m, n = prod(op.output_size), prod(op.input_size)
        tall, across = top + height.output + bottom, left + width.output + right
        gap = max(APART, LOW - (height.output + height.extent) / 2)
        planes, side = tall + gap + height.extent, float(max(across, width.extent))
        high = float(max(planes, m, n))
        y = (high - planes) / 2
        line = side + APART
        times = line + APART + n + APART
        plus = times + APART + 1 + APART
        room = min(ADDEND, LETTER * (len(bias) + 1))
        equal = plus + room + 2 * ASIDE if bias else plus
        last = equal + APART
        return MatrixLayout(
            _upright((side - width.extent) / 2, y + tall + gap),
            _upright((side - across) / 2 + left, y + top),
            line,
            _upright(line + APART, (high - m) / 2),
            _upright(times + APART, (high - n) / 2),
            _upright(last, (high - m) / 2),
            (("×", times), *([("+", plus)] if bias else []), ("=", equal)),
            (plus + equal) / 2,
            last + 1,
            high,
        )


def _upright(x: float, y: float) -> Plane:
    return Plane((x, y), RIGHT, DOWN)


def _measured(
    at: MatrixLayout, sliding: SlidingWindow, around: tuple[Pair, Pair], rows: int, columns: int
) -> tuple[MeasuredPlane, ...]:
    """The planes that labels measure: both planes on their left, and the matrix' rows beside the output's column.

    Its columns are measured above it; where it is narrower than their label may be, above the input beside it too.
    """
    height, width = sliding.height, sliding.width
    over = ceil(at.matrix.origin[1]) if columns < WIDE else 0
    beyond = ceil(at.width - at.matrix.origin[0] - columns)
    return (
        MeasuredPlane("input", at.input_plane, (height.extent, width.extent), "left", "bottom", reach=sliding.reach),
        MeasuredPlane("output", at.output_plane, (height.output, width.output), "left", "top", around),
        MeasuredPlane("matrix", at.matrix, (rows, columns), "right", "top", ((over, 0), (0, beyond))),
    )


@dataclass(frozen=True)
class OutputColumn:
    """The output as a column. With `reveal` its cells and the plane's cells appear with their texts."""

    sliding: SlidingWindow
    plane: Plane
    results: tuple[tuple[Text, Text], ...]

    def still(self) -> Marks:
        """The static marks: the cells, with `output_padding` marked; with `reveal` the edges of the cells alone."""
        sliding, plane, count = self.sliding, self.plane, len(self.results)
        lines = plane.lines((0, count), (0, 1))
        if sliding.reveal:
            return (Line("pending", lines),)
        rows, columns = (
            axis.output - extra
            for axis, extra in zip((sliding.height, sliding.width), sliding.output_padding, strict=True)
        )
        extra = [n for n in range(count) if n // sliding.width.output >= rows or n % sliding.width.output >= columns]
        return (
            Polygon("output", plane.rectangles([(0, count)], [(0, 1)]), plane),
            *([Polygon("output_padding", plane.rectangles(joined(extra), [(0, 1)]), plane)] if extra else []),
            Line("output_grid", lines),
        )

    def __call__(self, step: int) -> Marks:
        cell = self.sliding.appearing(step)
        return (cell, Group(self.plane.point(0, step), cell.marks), *self.results[step])

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all appearing cells."""
        return frozenset(
            {"output", "output_grid", "output_value"}
            | ({"output_padding"} if any(self.sliding.output_padding) else set())
        )


@dataclass(frozen=True)
class MatrixMotion:
    """The moving marks: the window, the matrix' row, the cells that it reads, and the current output cell, twice.

    Texts under a veil are drawn again above it.
    """

    sliding: SlidingWindow
    table: MatrixTable
    column: OutputColumn
    under: tuple[Text, ...]
    inputs: tuple[Text, ...]

    def __call__(self, step: int) -> Marks:
        sliding = self.sliding
        cell = sliding.current(step)
        r, q = divmod(step, sliding.width.output)
        down, across = sliding.height, sliding.width
        read = [
            y * across.padded + x
            for y, x in product(down.taps(r), across.taps(q))
            if y < down.padded and x < across.padded
        ]
        values = [self.under[n] for n in read if self.under[n].text]
        values += [self.inputs[entry.column] for entry in self.table.rows[step]]
        return (
            *sliding.window(step),
            cell,
            *self.table.step(step),
            Group(self.column.plane.point(0, step), cell.marks),
            *values,
            *self.column.results[step],
        )


def _input_texts(plane: Plane, height: Axis, width: Axis, texts: Texts) -> tuple[Text, ...]:
    """The text of each padded cell, row by row: of the input, a copy, or a zero; "" if the cell doesn't count."""
    high = HIGH if texts.kernel else 0.5
    rows, columns = ([axis.source(cell) for cell in range(axis.padded)] for axis in (height, width))
    shown = [
        texts.padding if y is None or x is None else texts.input[y * width.input + x] for y, x in product(rows, columns)
    ]
    return tuple(
        same_size(
            [
                Text("input_value", plane.point(n % width.padded + 0.5, n // width.padded + high), text, *VALUE)
                for n, text in enumerate(shown)
            ]
        )
    )


def _tags(op: Operation, height: Axis, width: Axis, texts: Texts) -> Marks:
    """The kernel's values over the window, each on a tag in its colour; a transposed convolution's are flipped."""
    if not texts.kernel:
        return ()
    (y0, y1), found = TAG, []
    tags: dict[str, list[Part]] = {}
    cells = list(
        product(range(0, height.effective_kernel, height.dilation), range(0, width.effective_kernel, width.dilation))
    )
    plane = _upright(0.0, 0.0)
    for (r, q), n in zip(cells, reversed(range(len(cells))) if op.flipped else range(len(cells)), strict=True):
        part = plane.rectangles([(r + y0, r + y1)], [(q + TAG_SIDE, q + 1 - TAG_SIDE)])
        tags.setdefault(weight_role(op.kernel_size, unravel(n, op.kernel_size)), []).extend(part)
        low = 0.03 if texts.symbolic else 0.0  # indices go below the line
        found.append(
            Text(
                "kernel_value",
                (q + 0.5, r + (y0 + y1) / 2 - low),
                texts.kernel[n],
                TAG_SIZE,
                1 - 2 * TAG_SIDE - 0.06,
                STRETCH,
            )
        )
    return (*(Polygon(role, tuple(parts), plane) for role, parts in sorted(tags.items())), *same_size(found))


def _results(at: MatrixLayout, width: Axis, texts: Texts) -> tuple[tuple[Text, Text], ...]:
    """The text of each output cell on the plane and in the column."""
    places = (at.output_plane, width.output), (at.result, 1)
    first, second = (cell_values("output_value", *place, texts.output, VALUE) for place in places)
    return tuple(zip(first, second, strict=True))


def _signs(at: MatrixLayout, bias: str) -> Marks:
    """The line between planes and matrix, the signs, and the bias."""
    middle, half = at.height / 2, THIN
    made: list[Polygon | Text] = [
        Polygon(
            "sign",
            (((at.line - half, 0.0), (at.line + half, 0.0), (at.line + half, at.height), (at.line - half, at.height)),),
        )
    ]
    for sign, x in at.signs:
        shown = MINUS if sign == "+" and bias.startswith(MINUS) else sign
        made.append(Text("sign", (x, middle), shown, SIGN, ROOM))
    if len(at.signs) > 2:
        made.append(Text("output_value", (at.bias, middle), bias.removeprefix(MINUS), BIAS, ADDEND, STRETCH))
    return tuple(made)

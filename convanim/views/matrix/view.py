"""The view "matrix": the window and the operation as a matrix, the input above its columns (guide, section 4.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
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
from ...themes.theme import BORDER, THICK
from ..flags import ViewFlags
from ..input_plane import padded_input
from ..poster import stills
from ..sliding_window import Pair, SlidingWindow, drawn_axes, drawn_crops, drawn_output_padding, one_channel
from ..text_size import ROOM, cell_values, no_larger, same_size
from ..weights import weight_role
from .layout import ADDEND, TAG_SIZE, MatrixLayout
from .table import SIZE, STRETCH, MatrixTable, every, matrix_rows

if TYPE_CHECKING:
    from ...text.cell_texts import Texts

MOST_CELLS, MOST_SIDE = 25_000, 400  # of the matrix: 12 x 12 input and output cells give 20,736 cells
HIGH, TAG = 0.3, (0.56, 0.96)  # how far down in a cell are the input's value, and the top and bottom of a kernel's tag
TAG_SIDE = 0.1  # from a cell's side to the tag
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
    shown = at.shown / flags.enlarged
    listed = (
        _input_texts(at, height, width, texts),
        cell_values("input_value", at.vector, 1, texts.input, VALUE),
        cell_values("output_value", at.output_plane, width.output, texts.output, at.value),
        cell_values("output_value", at.result, 1, texts.output, VALUE),
    )
    under, inputs, *outputs = (own if at.cell == 1 or n in (0, 2) else () for n, own in enumerate(listed))
    tags, told = _tags(op, at, texts, under)
    # between small cells there are lines alone where a row of the output or of the input ends
    blocks = (1, 1) if at.cell == 1 else (width.output, width.input)
    largest, *_ = no_larger(VALUE, listed[1])
    rows = matrix_rows(op, texts)
    table = MatrixTable(at.matrix, at.vector, prod(op.input_size), rows, shown, largest, at.cell, blocks)
    sliding = SlidingWindow.of(
        (height, width), (at.input_plane, at.output_plane), flags, output_padding=extra, window_marks=(*tags, *told)
    )
    column = OutputColumn(sliding, at.result, (outputs[0], outputs[1]), blocks[0])
    still = Layer(
        (
            *padded_input(at.input_plane, height, width, flags),
            *(text for text in under if text.text),
            *sliding.cropped(around),
            *sliding.output(),
            *column.still(),
            *table.matrix(edges=flags.white_weights and at.cell < 1),
            *table.input(unread=flags.unread),
            *inputs,
            *(() if sliding.reveal else (text for own in outputs for text in own)),
            *_signs(at, texts.bias),
        )
    )
    growing = [Accumulating(column, column.roles)] if sliding.reveal else []
    motion = MatrixMotion(sliding, table, column, under, inputs)
    values = {text.role for own in (under, inputs, *outputs) for text in own if text.text}
    ends = [at.input_plane.point(0.0, 0.0), (0.0, 0.0), (at.width, at.height)]
    poster, corner = stills(op, texts)
    return Scene(
        Box.around(ends, THICK / 2 + BORDER),
        (still, *growing, PerStep(motion, sliding.roles | table.roles | values)),
        sliding.steps,
        poster,
        _measured(at, sliding, around, len(table.rows), table.columns),
        corner=corner,
        remark="" if table.complete and at.cell == 1 else "small",
    )


def _measured(
    at: MatrixLayout, sliding: SlidingWindow, around: tuple[Pair, Pair], rows: int, columns: int
) -> tuple[MeasuredPlane, ...]:
    """The planes that labels measure: both planes, and the matrix below it and beside the output's column."""
    height, width = sliding.height, sliding.width
    side, other, edge = at.sides
    beyond = ceil((at.result.point(1, 0)[0] - at.matrix.origin[0]) / at.cell - columns)
    return (
        MeasuredPlane("input", at.input_plane, (height.extent, width.extent), side, edge),
        MeasuredPlane("output", at.output_plane, (height.output, width.output), other, "top", around),
        MeasuredPlane("matrix", at.matrix, (rows, columns), "right", "bottom", ((0, 0), (0, beyond))),
    )


@dataclass(frozen=True)
class OutputColumn:
    """The output as a column. With `reveal` its cells and the plane's cells appear with their texts, which are those of
    the plane and of the column, each () where they are left out. There is a line after so many cells as a `block` has.
    """

    sliding: SlidingWindow
    plane: Plane
    texts: tuple[tuple[Text, ...], tuple[Text, ...]]
    block: int

    def still(self) -> Marks:
        """The static marks: the cells, with `output_padding` marked; with `reveal` the edges of the cells alone."""
        sliding, plane, count = self.sliding, self.plane, self.sliding.steps
        lines = every(plane, (count, 1), (self.block, 1))
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
        own = tuple(mark for mark in self.cells.appearing(step).marks if self.block == 1 or isinstance(mark, Polygon))
        return (self.sliding.appearing(step), Group(self.plane.point(0, step), own), *self.results(step))

    def results(self, step: int) -> Marks:
        """The texts of a step's output."""
        return tuple(text for own in self.texts for text in own[step : step + 1])

    @cached_property
    def cells(self) -> SlidingWindow:
        """The output's cells in the size of the column's."""
        return replace(self.sliding, output_plane=self.plane)

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all appearing cells."""
        return frozenset(
            {"output", "output_grid"}
            | ({"output_value"} if any(self.texts) else set())
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
        r, q = divmod(step, sliding.width.output)
        down, across = sliding.height, sliding.width
        read = [
            y * across.padded + x
            for y, x in product(down.taps(r), across.taps(q))
            if y < down.padded and x < across.padded
        ]
        values = [self.under[n] for n in read if self.under and self.under[n].text]
        values += [self.inputs[entry.column] for entry in self.table.rows[step] if self.inputs]
        return (
            *sliding.window(step),
            sliding.current(step),
            *self.table.step(step),
            Group(self.column.plane.point(0, step), self.column.cells.current(step).marks),
            *values,
            *self.column.results(step),
        )


def _input_texts(at: MatrixLayout, height: Axis, width: Axis, texts: Texts) -> tuple[Text, ...]:
    """The text of each padded cell, row by row: of the input, a copy, or a zero; "" if the cell doesn't count."""
    high = HIGH if texts.kernel else 0.5
    rows, columns = ([axis.source(cell) for cell in range(axis.padded)] for axis in (height, width))
    shown = [
        texts.padding if y is None or x is None else texts.input[y * width.input + x] for y, x in product(rows, columns)
    ]
    return tuple(
        same_size(
            [
                Text(
                    "input_value",
                    at.input_plane.point(n % width.padded + 0.5, n // width.padded + high),
                    text,
                    *at.value,
                )
                for n, text in enumerate(shown)
            ]
        )
    )


def _tags(op: Operation, at: MatrixLayout, texts: Texts, inputs: tuple[Text, ...]) -> tuple[Marks, tuple[Text, ...]]:
    """Tags in the kernel's colours over the window, and its values for them; a transposed convolution's are flipped."""
    if not texts.kernel:
        return (), ()
    (y0, y1), found, (height, width) = TAG, [], drawn_axes(op)
    size = no_larger((TAG_SIZE * at.large, (1 - 2 * TAG_SIDE - 0.06) * at.large, STRETCH), inputs)
    tags: dict[str, list[Part]] = {}
    cells = list(
        product(range(0, height.effective_kernel, height.dilation), range(0, width.effective_kernel, width.dilation))
    )
    plane = at.input_plane.at_origin()
    for (r, q), n in zip(cells, reversed(range(len(cells))) if op.flipped else range(len(cells)), strict=True):
        part = plane.rectangles([(r + y0, r + y1)], [(q + TAG_SIDE, q + 1 - TAG_SIDE)])
        tags.setdefault(weight_role(op.kernel_size, unravel(n, op.kernel_size)), []).extend(part)
        low = 0.03 if texts.symbolic else 0.0  # indices go below the line
        found.append(
            Text(
                "kernel_value",
                plane.point(q + 0.5, r + (y0 + y1) / 2 - low),
                texts.kernel[n],
                *size,
            )
        )
    areas = tuple(Polygon(role, tuple(parts), plane) for role, parts in sorted(tags.items()))
    return areas, tuple(same_size(found))


def _signs(at: MatrixLayout, bias: str) -> Marks:
    """The line between planes and matrix, the signs, and the bias."""
    made: list[Polygon | Text] = [Polygon("sign", (at.line,))]
    for sign, place in at.signs:
        made.append(Text("sign", place, MINUS if sign == "+" and bias.startswith(MINUS) else sign, SIGN, ROOM))
    if len(at.signs) > 2:
        made.append(Text("output_value", at.bias, bias.removeprefix(MINUS), BIAS, ADDEND, STRETCH))
    return tuple(made)

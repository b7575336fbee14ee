"""The view "flat", the guide's numerical figures: input and output side by side, with their values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from ..errors import ConvanimError
from ..geometry import Operation
from ..geometry.axis import Axis
from ..scene import Accumulating, Box, Layer, Line, Marks, MeasuredPlane, PerStep, Polygon, Scene, Side, Text
from ..scene.plane import Plane, Point
from ..text.numbers import MINUS
from ..themes.theme import BORDER
from .flags import ViewFlags
from .input_plane import padded_input
from .poster import stills
from .shading import shaded
from .sliding_window import AppearingCells, Pair, SlidingWindow, drawn_axes, drawn_crops, drawn_output_padding
from .text_size import LARGE, ROOM, SMALL, Size, cell_values, no_larger, readable, same_size
from .torn import reach

if TYPE_CHECKING:
    from ..text.cell_texts import Texts

RIGHT, DOWN = (1.0, 0.0), (0.0, 1.0)
APART = 1  # cells between the kernel and the output
MARGIN = 0.5  # the guide's texts have invisible boxes of 2 x 2 cells, so its pages end half a cell beyond the grids
# how far down in its cell an input value stands if it has no room beside the kernel's value
RAISED = 0.36


def draw(op: Operation, texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of an operation of one or two dimensions, with its values."""
    if texts is None:
        raise ConvanimError("the flat view shows values: give input= (and kernel=), or a seed")
    copy_style = "copy" in flags.cell_kinds
    if flags.shade:  # the fill of output_padding would hide the shades; copies have one in every theme
        flags = replace(flags, output_padding=False, cell_kinds=flags.cell_kinds | {"copy"})
    height, width = drawn_axes(op)
    at = FlatLayout.of(op, height, width, texts, flags)
    size = SMALL if flags.guide_numbers else LARGE
    results = cell_values("output_value", at.right, width.output, texts.output, size)
    inputs, weights = plane_texts(height, width, texts, flipped=op.flipped, shown=at.box.width / flags.enlarged)
    extra = drawn_output_padding(op, flags)
    sliding = SlidingWindow.of((height, width), (at.left, at.right), flags, output_padding=extra, window_marks=weights)
    cells = AppearingCells(sliding, results)
    still = Layer(
        (
            *padded_input(at.left, height, width, flags),
            *inputs,
            *bias_text(texts, at.bias),
            *sliding.cropped(at.around),
            *sliding.output(),
            *(() if sliding.reveal else results),
        )
    )
    growing = [Accumulating(cells, cells.roles)] if sliding.reveal else []
    moving = PerStep(FlatMotion(sliding, results), sliding.roles | {"output_value"})
    poster, corner = stills(op, texts)
    remark = "" if weights or not texts.kernel or at.above else "small"  # the kernel has a plane of its own
    measured = at.measured(op)
    scene = Scene(at.box, (still, *growing, moving), sliding.steps, poster, measured, corner=corner, remark=remark)
    if flags.shade and texts.values:
        scene = shaded(scene, op, texts.values, inputs, copy_style=copy_style)
    return at.with_kernel(scene, op, texts, no_larger(LARGE, inputs))


@dataclass(frozen=True)
class FlatLayout:
    """The places of the planes: the input on the `left`, the output on the `right`, and `above` it, if it is shown, the
    kernel, without the gaps of a dilation.

    `around` are the cropped cells drawn around the output.
    """

    height: Axis
    width: Axis
    left: Plane
    right: Plane
    above: Plane | None
    around: tuple[Pair, Pair]

    @staticmethod
    def of(op: Operation, height: Axis, width: Axis, texts: Texts, flags: ViewFlags) -> FlatLayout:
        """The places for these axes. The guide has no plane for the kernel, and rounds down from the bottom."""
        (top, bottom), (before, after) = around = drawn_crops(op, flags)
        tall, across = top + height.output + bottom, before + width.output + after
        taps, side = 0, 0
        if shown := flags.show_kernel and bool(texts.kernel):
            taps, side = height.kernel + APART, max(width.kernel - across, 0)
        spare = max(height.extent - taps - tall, 0) if shown else height.extent - tall
        teeth = reach(width.torn)[1], reach(width.torn_output)[0]
        x, y = width.extent + 1.0 + sum(teeth), float(spare - spare // 2)
        right = Plane((x + side / 2 + before, y + taps + top), RIGHT, DOWN)
        above = Plane((x + max(across - width.kernel, 0) / 2, y), RIGHT, DOWN) if shown else None
        return FlatLayout(height, width, Plane((0.0, 0.0), RIGHT, DOWN), right, above, around)

    @property
    def bias(self) -> Point:
        """The place of the bias, between the input and the middle of the output."""
        return self.right.origin[0] - self.around[1][0] - 0.5, self.right.origin[1] + self.height.output / 2

    @property
    def box(self) -> Box:
        """The box around all planes."""
        (top, bottom), (before, after) = self.around
        whole = (-top, self.height.output + bottom), (-before, self.width.output + after)
        ends = [*self.left.rectangle((0, self.height.extent), (0, self.width.extent)), *self.right.rectangle(*whole)]
        if self.above:
            ends += self.above.rectangle((0, self.height.kernel), (0, self.width.kernel))
        return Box.around(ends, MARGIN + BORDER)

    def measured(self, op: Operation) -> tuple[MeasuredPlane, ...]:
        """The planes that labels measure but the kernel's; the output's below it where the kernel is above."""
        size, cells = (self.height.extent, self.width.extent), (self.height.output, self.width.output)
        edge: Side = "bottom" if self.above else "top"
        return (
            MeasuredPlane("input", self.left, size, "left", "bottom"),
            MeasuredPlane("output", self.right, cells, "right", edge, self.around),
        )

    def with_kernel(self, scene: Scene, op: Operation, texts: Texts, size: Size) -> Scene:
        """The scene with the kernel as a plane, as it meets the input: a transposed convolution's is flipped. Its
        letters have this size.
        """
        if not self.above:
            return scene
        rows, columns = taps = self.height.kernel, self.width.kernel
        weights = texts.kernel[::-1] if op.flipped else texts.kernel
        inner = self.above.lines((0, rows), (0, columns), outline=False)
        marks: Marks = (
            Polygon("kernel", self.above.rectangles([(0, rows)], [(0, columns)]), self.above),
            *((Line("kernel", inner),) if inner else ()),
            *cell_values("kernel_value", self.above, columns, weights, size),
        )
        role = "flipped_kernel" if op.flipped and max(taps) > 1 else "kernel"
        side: Side | None = "right" if len(op.axes) > 1 else None
        measured = MeasuredPlane(role, self.above, taps, side, "top")
        first, *rest = scene.layers
        return replace(scene, layers=(Layer((*first.at(0), *marks)), *rest), measured=(*scene.measured, measured))


@dataclass(frozen=True)
class FlatMotion:
    """The moving marks: the window with the kernel's values, and the current output cell with its value."""

    sliding: SlidingWindow
    results: tuple[Text, ...]

    def __call__(self, step: int) -> Marks:
        return (*self.sliding.window(step), self.sliding.current(step), self.results[step])


def plane_texts(
    height: Axis, width: Axis, texts: Texts, *, flipped: bool, shown: float = 0.0
) -> tuple[list[Text], tuple[Text, ...]]:
    """The texts of the padded input, whose corner is at (0, 0), and of the kernel, around the corner of a window.

    The kernel has none where they couldn't be read in a small picture of a figure `shown` cells wide.
    """
    inputs = _input_texts(height, width, texts)
    weights = _kernel_texts(height, width, texts, no_larger(SMALL, inputs), flipped=flipped)
    weights = weights if readable(weights, shown) else ()
    if any(len(text.text) > 1 for text in weights) or (weights and any(len(text.text) > 1 for text in inputs)):
        inputs = [replace(text, at=(text.at[0], text.at[1] + RAISED - 0.5)) for text in inputs]
    return inputs, weights


def _input_texts(height: Axis, width: Axis, texts: Texts) -> list[Text]:
    """The value of each padded cell: of the input, a copy, a zero, or minus infinity; "" if the cell doesn't count."""
    none = Text("input_value", (0.0, 0.0), texts.padding, *LARGE)
    if len(none.text) > 1:
        none = replace(none, width=ROOM * 0.75)  # minus infinity, clear of the dashes around it
    rows, columns = ([(cell, axis.source(cell)) for cell in range(axis.padded)] for axis in (height, width))
    places = [(r, q, y, x) for (r, y), (q, x) in product(rows, columns)]
    listed = [
        none if y is None or x is None else replace(none, text=texts.input[y * width.input + x])
        for _, _, y, x in places
    ]
    infinite = none.text if len(none.text) > 1 else ""
    same = iter(same_size([replace(text, width=ROOM) for text in listed if text.text != infinite]))
    return [
        replace(none if text.text == infinite else next(same), at=(q + 0.5, r + 0.5))
        for text, (r, q, _, _) in zip(listed, places, strict=True)
        if text.text
    ]


def bias_text(texts: Texts, at: Point) -> tuple[Text, ...]:
    """The bias between the two planes, with its sign: "+0.5"; nothing for 0."""
    sign = "" if texts.bias.startswith(MINUS) else "+"
    return (Text("output_value", at, sign + texts.bias, *SMALL),) if texts.bias not in ("", "0") else ()


def _kernel_texts(height: Axis, width: Axis, texts: Texts, size: Size, *, flipped: bool) -> tuple[Text, ...]:
    """The kernel's values: in the bottom right corners of the taps, or below the input's values if they are long.

    They stand as they meet the input, so that a transposed convolution's kernel is flipped here.
    """
    if not texts.kernel:
        return ()
    cells = list(product(range(height.kernel), range(width.kernel)))
    x = 0.8 if all(len(text) == 1 for text in texts.kernel) else 0.5
    y = 0.76 if texts.symbolic else 0.8  # indices go below the line
    return tuple(
        same_size(
            [
                Text("kernel_value", (q * width.dilation + x, r * height.dilation + y), text, *size)
                for (r, q), text in zip(cells, reversed(texts.kernel) if flipped else texts.kernel, strict=True)
            ]
        )
    )

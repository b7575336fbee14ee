"""The view "flat", the guide's numerical figures: input and output side by side, with their values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from ..errors import ConvanimError
from ..geometry import Operation
from ..geometry.axis import Axis
from ..scene import Accumulating, Box, Layer, Marks, MeasuredPlane, PerStep, Scene, Text
from ..scene.plane import Plane, Point
from ..text.numbers import MINUS
from ..themes.theme import BORDER
from .flags import ViewFlags
from .input_plane import padded_input
from .poster import stills
from .shading import shaded
from .sliding_window import AppearingCells, SlidingWindow, drawn_axes, drawn_crops, drawn_output_padding
from .text_size import LARGE, ROOM, SMALL, cell_values, same_size

if TYPE_CHECKING:
    from ..text.cell_texts import Texts

RIGHT, DOWN = (1.0, 0.0), (0.0, 1.0)
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
    rows, columns = height.output, width.output
    deep, wide = height.extent, width.extent
    (top, bottom), (before, after) = around = drawn_crops(op, flags)
    left = Plane((0.0, 0.0), RIGHT, DOWN)
    spare = deep - (top + rows + bottom)
    # the guide rounds down from the bottom
    right = Plane((wide + 1.0 + before, float(spare - spare // 2) + top), RIGHT, DOWN)
    results = cell_values("output_value", right, columns, texts.output, SMALL if flags.guide_numbers else LARGE)
    inputs, weights = plane_texts(height, width, texts, flipped=op.flipped)
    sliding = SlidingWindow.of(
        (height, width), (left, right), flags, output_padding=drawn_output_padding(op, flags), window_marks=weights
    )
    cells = AppearingCells(sliding, results)
    still = Layer(
        (
            *padded_input(left, height, width, flags),
            *inputs,
            *bias_text(texts, (wide + 0.5, right.origin[1] + rows / 2)),
            *sliding.cropped(around),
            *sliding.output(),
            *(() if sliding.reveal else results),
        )
    )
    growing = [Accumulating(cells, cells.roles)] if sliding.reveal else []
    whole = (-top, rows + bottom), (-before, columns + after)
    box = Box.around((*left.rectangle((0, deep), (0, wide)), *right.rectangle(*whole)), MARGIN + BORDER)
    measured = (
        MeasuredPlane("input", left, (deep, wide), "left", "bottom"),
        MeasuredPlane("output", right, (rows, columns), "right", "top", around),
    )
    moving = PerStep(FlatMotion(sliding, results), sliding.roles | {"output_value"})
    poster, corner = stills(op, texts)
    scene = Scene(box, (still, *growing, moving), sliding.steps, poster, measured, corner=corner)
    if not flags.shade or not texts.values:
        return scene
    return shaded(scene, op, texts.values, inputs, copy_style=copy_style)


@dataclass(frozen=True)
class FlatMotion:
    """The moving marks: the window with the kernel's values, and the current output cell with its value."""

    sliding: SlidingWindow
    results: tuple[Text, ...]

    def __call__(self, step: int) -> Marks:
        return (*self.sliding.window(step), self.sliding.current(step), self.results[step])


def plane_texts(height: Axis, width: Axis, texts: Texts, *, flipped: bool) -> tuple[list[Text], tuple[Text, ...]]:
    """The texts of the padded input, whose corner is at (0, 0), and of the kernel, around the corner of a window."""
    inputs, weights = _input_texts(height, width, texts), _kernel_texts(height, width, texts, flipped=flipped)
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


def _kernel_texts(height: Axis, width: Axis, texts: Texts, *, flipped: bool) -> tuple[Text, ...]:
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
                Text("kernel_value", (q * width.dilation + x, r * height.dilation + y), text, *SMALL)
                for (r, q), text in zip(cells, reversed(texts.kernel) if flipped else texts.kernel, strict=True)
            ]
        )
    )

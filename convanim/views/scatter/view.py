"""The view "scatter": each input cell stamps its kernel onto the output, where overlapping stamps add up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from ...errors import ConvanimError
from ...geometry import Operation
from ...scene import Accumulating, AnyLayer, Layer, Line, Marks, PerStep, Scene, Text
from ...scene.plane import Plane
from ...text import describe, numbers
from ..flags import ViewFlags
from ..input_plane import padded_input
from ..sliding_window import SlidingWindow, drawn_crops, drawn_output_padding, one_or_two, shown_inputs, two_axes
from ..text_size import LARGE, SMALL, Size, cell_values, no_larger, same_size
from ..torn import Look, torn_edges
from ..weights import weight_role
from .layout import StampLayout
from .marks import ReachedCells, ScatterMotion, StampFills, StampMarks, StampVeils
from .stamps import Adds, Change, Equations, Stamps, additions, counts, reached, spans, sums

if TYPE_CHECKING:
    from ...text.cell_texts import Texts

MOST_PRODUCTS = 6_000  # each product is a text, and so is each sum after it
PAIR = 5  # a cell can hold so many letters: "12+34"
LETTERS = 0.72  # the largest letters that have room between the planes: those of labels at 72 dpi
SUM_AT, ADDED_AT = 0.39, 0.81  # how far down in a cell are the sum, and the product that a step adds
RAISED = 0.06  # symbols are so much higher: their indices go below the line
# unlike in other views, the input has no zeros around it, and the kernel's digits have cells of their own
MEANINGS = (("grid", ""), ("kernel_value", ""))


def refuses(op: Operation) -> str:
    """The reason why the view can't draw an operation, or "". It takes transposed convolutions of one channel."""
    if reason := one_or_two(op):
        return reason
    if not op.transposed:
        name = describe.name(op)
        return f"draws transposed convolutions, and this is {'a ' if name.endswith('convolution') else ''}{name}"
    if op.in_channels * op.out_channels > 1:
        return f"adds up the stamps of one channel, and this has {op.in_channels} to {op.out_channels}"
    if (count := math.prod(map(len, op.shown)) * math.prod(op.kernel_size)) > MOST_PRODUCTS:
        sizes = f"an input of {numbers.size(op.input_size)} with a kernel of {numbers.size(op.kernel_size)}"
        return f"draws {MOST_PRODUCTS:,} products at most, and {sizes} has {count:,}"
    return ""


def draw(op: Operation, texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of a transposed convolution of one or two dimensions, with its values."""
    if texts is None or not op.transposed:
        raise ConvanimError(
            "the scatter view shows the values of a transposed convolution: give input= and kernel=, or a seed"
        )
    values = texts.values and replace(texts.values, input=shown_inputs(op, texts.values.input))
    texts, op = replace(texts, input=shown_inputs(op, texts.input), values=values), op.alone
    stamps = Stamps(*two_axes(op))
    layout, adds = StampLayout.of(op, stamps), additions(stamps, texts, flip=op.flip)
    below, _, above, counted = layout.planes
    stamp_marks = StampMarks(stamps, _weights(op), (below, above))
    kernel = tuple(reversed(texts.kernel)) if op.flip else tuple(texts.kernel)  # as it is stamped
    raised = RAISED if texts.symbolic else 0.0
    fills = StampFills(stamp_marks)
    inputs = cell_values("input_value", below, stamps.width.input, texts.input)
    products = _products(above, adds, stamps, ADDED_AT - raised / 2, no_larger(SMALL, inputs))
    motion = ScatterMotion(stamp_marks, products)
    layers: tuple[AnyLayer, ...] = (
        *_planes(op, layout, stamp_marks, adds, flags),
        PerStep(fills, fills.roles),
        Layer(_values(layout, stamps, inputs, kernel)),
        *_layers(above, sums(adds, texts, reveal=flags.reveal), stamps, SUM_AT - raised),
        *_layers(counted, counts(adds, len(texts.output)), stamps, 0.5),
        PerStep(motion, motion.roles),
    )
    return Scene(
        layout.box,
        layers,
        len(stamps),
        len(stamps) - 1,  # only there all sums are whole
        layout.measured(op),
        equation=Equations(adds, tuple(texts.input), kernel, tuple(texts.output) if texts.symbolic else ()),
        meanings=MEANINGS,
        largest_label=LETTERS,
    )


def _planes(
    op: Operation, layout: StampLayout, stamp_marks: StampMarks, adds: Adds, flags: ViewFlags
) -> tuple[AnyLayer, ...]:
    """The planes, with `reveal` the output cells as stamps reach them, and the veils of all stamps so far."""
    stamps, (below, beside, above, counted) = stamp_marks.stamps, layout.planes
    extra = drawn_output_padding(op, flags)
    sliding = SlidingWindow(stamps.height, stamps.width, below, above, output_padding=extra, reveal=flags.reveal)
    still = (
        *padded_input(below, stamps.height.bare, stamps.width.bare, flags),
        *stamp_marks.kernel(beside),
        *layout.signs,
        *sliding.cropped(drawn_crops(op, flags)),
        *sliding.output(),
    )
    layers: list[AnyLayer] = [Layer(still)]
    if flags.reveal:
        first = ReachedCells(sliding, reached([[add.cell for add in found] for found in adds], sliding.steps))
        layers.append(Accumulating(first, first.roles))
    if any(adds):
        veils = StampVeils(stamp_marks, counted)
        layers.append(Accumulating(veils, veils.roles))
    return tuple(layers)


def _weights(op: Operation) -> tuple[str, ...]:
    """The role of each kernel cell's weight, row by row, as the kernel is stamped."""
    found = tuple(weight_role(op.kernel_size, cell) for cell in product(*map(range, op.kernel_size)))
    return found[::-1] if op.flip else found


def _values(layout: StampLayout, stamps: Stamps, inputs: tuple[Text, ...], kernel: Sequence[str]) -> Marks:
    """The values of input and kernel, and the grid of the counts, which veils below it would hide."""
    _, beside, _, counted = layout.planes
    return (
        Line("output_grid", counted.lines((0, stamps.height.output), (0, stamps.width.output))),
        *torn_edges(
            counted,
            (stamps.height.output, stamps.width.output),
            (stamps.height.torn_output, stamps.width.torn_output),
            Look(""),
            Look("output_grid"),
        ),
        *inputs,
        *cell_values("kernel_value", beside, stamps.width.kernel, kernel, no_larger(LARGE, inputs)),
    )


def _layers(plane: Plane, changes: list[list[Change]], stamps: Stamps, down: float) -> list[Layer]:
    """The changing texts of a plane's cells, with a layer for all texts that are seen in the same steps."""
    columns, steps = stamps.width.output, len(stamps)
    texts = [
        (start, stop, Text("output_value", plane.point(cell % columns + 0.5, cell // columns + down), text, *LARGE))
        for cell, own in enumerate(changes)
        for start, stop, text in spans(own, steps)
    ]
    found: dict[tuple[int, int], list[Text]] = {}
    for (start, stop, _), text in zip(texts, same_size([text for *_, text in texts]), strict=True):
        found.setdefault((start, stop), []).append(text)
    return [Layer(tuple(own), None if span == (0, steps) else range(*span)) for span, own in sorted(found.items())]


def _products(plane: Plane, adds: Adds, stamps: Stamps, down: float, size: Size) -> tuple[tuple[Text, ...], ...]:
    """The products of each step, below the sums: each after the sum before it, if both are short."""
    columns = stamps.width.output
    pairs = max((len(add.before + add.added) for found in adds for add in found), default=0) <= PAIR
    texts = iter(
        same_size(
            [
                Text(
                    "kernel_value",
                    plane.point(add.cell % columns + 0.5, add.cell // columns + down),
                    add.before + add.added if pairs else add.added,
                    *size,
                )
                for found in adds
                for add in found
            ]
        )
    )
    return tuple(tuple(next(texts) for _ in found) for found in adds)

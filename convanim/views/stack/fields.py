"""What a cell of the last of several layers sees of each map below it, axis by axis, since axes don't interact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...geometry import Operation
from ...geometry.axis import Axis, unravel
from ...scene import Equation
from ...text.numbers import size


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of one map along one axis: 0 is the map's first cell, and what lies in its padding is negative or
    beyond its last.

    `cells` are those of the map whose values count, `read` those that windows stand on, the padding's among them, and
    `span` the first of all places under the windows, gaps included, and the one after the last; (0, 0) where nothing is
    seen.
    """

    cells: tuple[int, ...] = ()
    read: tuple[int, ...] = ()
    span: tuple[int, int] = (0, 0)

    @property
    def size(self) -> int:
        """How many places it spans."""
        return self.span[1] - self.span[0]

    def shifted(self) -> Seen:
        """The same, counted from the first place that it spans."""
        first = self.span[0]
        return Seen(tuple(c - first for c in self.cells), tuple(c - first for c in self.read), (0, self.size))


def without_padding(op: Operation) -> bool:
    """Whether a map is drawn without what an operation puts around and between its cells: the zeros of a transposed
    convolution.
    """
    return op.transposed


def seen_by(axis: Axis, outputs: Collection[int], *, without_padding: bool) -> Seen:
    """What some output cells of a layer see of its input along an axis, with its padding or `without_padding`."""
    taps = {cell for output in outputs for cell in axis.taps(output) if 0 <= cell < axis.padded}
    cells = tuple(sorted({source for tap in taps if (source := axis.source(tap)) is not None}))
    if without_padding:
        return Seen(cells, cells, (cells[0], cells[-1] + 1)) if cells else Seen()
    if not outputs:
        return Seen()
    windows = [axis.window(output) for output in outputs]
    span = min(start for start, _ in windows) - axis.before, max(stop for _, stop in windows) - axis.before
    return Seen(cells, tuple(sorted(tap - axis.before for tap in taps)), span)


def trace(layers: Sequence[tuple[Axis, bool]], output: int) -> tuple[Seen, ...]:
    """What one cell of the last layer's output sees along an axis of each layer's input, the first layer's first;
    layers are (axis, without_padding).
    """
    found: list[Seen] = []
    outputs: Collection[int] = (output,)
    for axis, alone in reversed(layers):
        found.append(seen_by(axis, outputs, without_padding=alone))
        outputs = found[-1].cells
    return tuple(reversed(found))


@dataclass(frozen=True)
class FieldSizes:
    """The sizes of an output cell's receptive field on each map, the output's first, with all padding counted: "1x1 →
    3x3 → 5x5".
    """

    ops: tuple[Operation, ...]

    def __call__(self, step: int) -> Equation:
        cell = unravel(step, self.ops[-1].output_size)
        along = [field_spans([(op.axes[n], without_padding(op)) for op in self.ops], c) for n, c in enumerate(cell)]
        fields = [tuple(stop - start for start, stop in spans) for spans in zip(*along, strict=True)]
        sizes = [size(field) if all(field) else "0" for field in fields]
        return Equation(sizes[:-1], sizes[-1], "", joined=" → ", word="field")


def field_spans(layers: Sequence[tuple[Axis, bool]], output: int) -> list[tuple[int, int]]:
    """The first place of an output cell's field and the one after the last along an axis of each map, the output's
    first; (0, 0) for nothing.

    Windows of a convolution or pooling go on beyond an edge, over what is padding on this map or was on one above. What
    a transposed convolution or adaptive pooling reads are cells that there are: nothing lies beyond. Layers are (axis,
    without_padding).
    """
    start, stop = output, output + 1
    spans = [(start, stop)]
    for axis, alone in reversed(layers):
        if alone or axis.adaptive:
            start, stop = seen_by(axis, range(max(start, 0), min(stop, axis.output)), without_padding=True).span
        elif stop > start:
            start, stop = axis.window(start)[0] - axis.before, axis.window(stop - 1)[1] - axis.before
        spans.append((start, stop))
    return spans


def most_telling(traces: Sequence[tuple[Seen, ...]]) -> int:
    """The output cell that sees most of the input along an axis, of several the one nearest to the middle."""
    return max(range(len(traces)), key=lambda output: (len(traces[output][0].cells), -abs(output - len(traces) // 2)))


def middle(axis: Axis) -> float:
    """Where on the map that a layer reads the middle of its output belongs, 0 being the map's edge.

    An output cell belongs over the middle of its window, less as many cells at either side as the padding has there:
    over the last cell of a causal window, and in general over the cell of its own number where the output has the
    input's size.
    """
    first, last = (_anchor(axis, output) for output in (0, axis.output - 1))
    return ((first + last) / 2 - axis.before) / axis.spacing + 0.5


def _anchor(axis: Axis, output: int) -> float:
    """The padded cell over which an output cell belongs, a fraction where that is between two."""
    start, stop = axis.window(output)
    place = (stop - 1 - start + axis.before - axis.after) / 2
    return float(start + min(max(place, 0), stop - 1 - start))

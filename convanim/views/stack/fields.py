"""The cells of each map that a cell of the last layer's output sees, axis by axis, since axes don't interact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...geometry import Operation
from ...geometry.axis import Axis, Cell, unravel
from ...scene import Equation
from ...text.numbers import size


@dataclass(frozen=True, slots=True)
class Seen:
    """The cells of one map that are seen along one axis. The padding's cells are negative, or beyond the last cell.

    `cells` are those of the map whose values count, `read` those that windows stand on, the padding's among them, and
    `span` the first of all places under the windows, gaps included, and the one after the last; (0, 0) where nothing is
    seen.
    """

    cells: tuple[int, ...] = ()
    read: tuple[int, ...] = ()
    span: tuple[int, int] = (0, 0)

    @property
    def size(self) -> int:
        """The number of places that it spans."""
        return self.span[1] - self.span[0]

    def shifted(self) -> Seen:
        """The same, counted from the first place that it spans."""
        first = self.span[0]
        return Seen(tuple(c - first for c in self.cells), tuple(c - first for c in self.read), (0, self.size))


def without_padding(op: Operation) -> bool:
    """Whether the map below an operation is drawn without its padding: without a transposed convolution's zeros."""
    return op.transposed


def seen_by(axis: Axis, outputs: Collection[int], *, without_padding: bool) -> Seen:
    """The cells of a layer's input that some output cells see along an axis, with padding or `without_padding`."""
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
    """The cells of each layer's input, first layer first, that one output cell of the last layer sees along an axis.

    Layers are (axis, without_padding).
    """
    found: list[Seen] = []
    outputs: Collection[int] = (output,)
    for axis, alone in reversed(layers):
        found.append(seen_by(axis, outputs, without_padding=alone))
        outputs = found[-1].cells
    return tuple(reversed(found))


@dataclass(frozen=True)
class FieldSizes:
    """The sizes of an output cell's receptive field on all maps, output first, padding included: "1x1 → 3x3 → 5x5"."""

    ops: tuple[Operation, ...]

    def __call__(self, step: int) -> Equation:
        cell = unravel(step, self.ops[-1].output_size)
        along = [field_spans([(op.axes[n], without_padding(op)) for op in self.ops], c) for n, c in enumerate(cell)]
        fields = [tuple(stop - start for start, stop in spans) for spans in zip(*along, strict=True)]
        sizes = [size(field) if all(field) else "0" for field in fields]
        return Equation(sizes[:-1], sizes[-1], "", joined=" → ", word="field")


def map_sizes(ops: Sequence[Operation]) -> list[Cell]:
    """The sizes of all maps, of which layers may show details, from the input to the output."""
    return [ops[0].whole.input_size, *(op.whole.output_size for op in ops)]


def field_spans(layers: Sequence[tuple[Axis, bool]], output: int) -> list[tuple[int, int]]:
    """(first place, place after the last) of an output cell's field along an axis of all maps, output first.

    An empty field is (0, 0). Windows of a convolution or pooling go on beyond an edge, over padding of this map or of a
    map above. A transposed convolution or adaptive pooling reads nothing beyond an edge. Layers are (axis,
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


def middle(axis: Axis) -> float:
    """The place on a layer's input, from its edge on, above which the middle of the output is drawn.

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

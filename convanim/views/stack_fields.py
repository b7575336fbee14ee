"""What a cell of the last of several layers sees of each map below it, axis by axis, since axes don't interact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..axis import AdaptiveAxis, Axis, Cell, unravel
from ..chain import span
from ..geometry import ConvTranspose, Operation
from ..scene import Equation
from ..words import size


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of one map along one axis: 0 is the map's first cell, and what lies in its padding is negative or beyond its last.

    `cells` are those of the map whose values count, `read` those that windows stand on, the padding's among them, and `span` the
    first of all places under the windows, gaps included, and the one after the last; (0, 0) where nothing is seen.
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


def bare(op: Operation) -> bool:
    """Whether a map is drawn without what an operation puts around and between its cells: the zeros of a transposed convolution."""
    return isinstance(op, ConvTranspose)


def seen_by(axis: Axis, outputs: Collection[int], *, bare: bool) -> Seen:
    """What some output cells of a layer see of its input along an axis, with its padding or `bare`."""
    taps = {cell for output in outputs for cell in axis.taps(output) if 0 <= cell < axis.padded}
    cells = tuple(sorted({source for tap in taps if (source := axis.source(tap)) is not None}))
    if bare:
        return Seen(cells, cells, (cells[0], cells[-1] + 1)) if cells else Seen()
    if not outputs:
        return Seen()
    windows = [axis.window(output) for output in outputs]
    span = min(start for start, _ in windows) - axis.before, max(stop for _, stop in windows) - axis.before
    return Seen(cells, tuple(sorted(tap - axis.before for tap in taps)), span)


def trace(layers: Sequence[tuple[Axis, bool]], output: int) -> tuple[Seen, ...]:
    """What one cell of the last layer's output sees along an axis of each layer's input, the first layer's first; layers are (axis, bare)."""
    found: list[Seen] = []
    outputs: Collection[int] = (output,)
    for axis, is_bare in reversed(layers):
        found.append(seen_by(axis, outputs, bare=is_bare))
        outputs = found[-1].cells
    return tuple(reversed(found))


@dataclass(frozen=True)
class Fields:
    """The sizes of an output cell's receptive field on each map, the output's first, with all padding counted: "1x1 → 3x3 → 5x5"."""

    ops: tuple[Operation, ...]

    def __call__(self, step: int) -> Equation:
        cell = unravel(step, self.ops[-1].output_size)
        sizes = [size((1,) * len(cell)), *(self._size(n, cell) for n in reversed(range(len(self.ops))))]
        return Equation(sizes[:-1], sizes[-1], "", joined=" → ", word="field")

    def _size(self, layer: int, cell: Cell) -> str:
        """What the cell sees of a layer's input; "0" for nothing."""
        spans = [self._span(layer, axis, c) for axis, c in enumerate(cell)]
        return size(tuple(last - first + 1 for first, last in spans)) if all(last >= first for first, last in spans) else "0"

    def _span(self, layer: int, axis: int, cell: int) -> tuple[int, int]:
        """The first and the last cell of a layer's input that a cell sees along an axis.

        The windows of a convolution go on beyond the edge as far as padding reaches; those of adaptive pooling, and the input cells
        of a transposed convolution, don't.
        """
        first, last = span([op.axes[axis] for op in self.ops[layer:]], cell)
        own = self.ops[layer].axes[axis]
        ends = isinstance(own, AdaptiveAxis) or bare(self.ops[layer])
        return (max(first, 0), min(last, own.input - 1)) if ends else (first, last)


def telling(traces: Sequence[tuple[Seen, ...]]) -> int:
    """The output cell that sees most of the input along an axis, of several the one nearest to the middle."""
    return max(range(len(traces)), key=lambda output: (len(traces[output][0].cells), -abs(output - len(traces) // 2)))


def jump(axis: Axis) -> float:
    """How far the windows of neighbouring output cells are apart, in cells of the map that they read."""
    return axis.input / axis.output if isinstance(axis, AdaptiveAxis) else axis.stride / axis.spacing


def middle(axis: Axis) -> float:
    """Where on the map that a layer reads the middle of its output belongs, 0 being the map's edge.

    An output cell belongs over the middle of its window, less as many cells at either side as the padding has there: over the last
    cell of a causal window, and in general over the cell of its own number where the output has the input's size.
    """
    first, last = (_anchor(axis, output) for output in (0, axis.output - 1))
    return ((first + last) / 2 - axis.before) / axis.spacing + 0.5


def _anchor(axis: Axis, output: int) -> float:
    """The padded cell over which an output cell belongs, a fraction where that is between two."""
    start, stop = axis.window(output)
    place = (stop - 1 - start + axis.before - axis.after) / 2
    return float(start + min(max(place, 0), stop - 1 - start))

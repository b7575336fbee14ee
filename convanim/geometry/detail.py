"""A detail of an operation, as of a map: some neighbouring outputs, and the padded cells that their windows span.

What a detail asks is what the whole asks: its taps meet the same cells of the input with the same cells of the kernel.
Cells that are drawn, steps and outputs are counted from the detail's first; cells of the input from the whole's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from .axis import Axis, Cell, Role, ravel, unravel
from .operation import Operation

Span = tuple[int, int]  # the first, and the one after the last


@dataclass(frozen=True, slots=True)
class DetailAxis(Axis):
    """One dimension of a detail: the outputs from `start` up to `end`, and the drawn cells from `first` up to `stop`.

    The other cells are cut off as by a negative padding. Input cells are counted from the cell `counted`.
    """

    of: Axis = Axis(1, 1)  # noqa: RUF009 - frozen, and always given
    first: int = 0  # type: ignore[misc]  # a constant of whole axes, as are the next four
    stop: int = 0
    start: int = 0  # type: ignore[misc]
    end: int = 0
    counted: int = 0

    @staticmethod
    def part(axis: Axis, outputs: Span) -> DetailAxis:
        """The detail of these outputs; where they begin or end with the whole, so do the drawn cells."""
        drawn, (start, end) = axis.drawn, outputs
        first = int(drawn.window(start)[0]) if start else 0
        stop = int(min(drawn.window(end - 1)[1], drawn.extent)) if end < axis.output else drawn.extent
        return DetailAxis(
            axis.input,
            axis.kernel,
            axis.stride,
            axis.dilation,
            drawn.before - first,
            drawn.after - (drawn.padded - min(stop, drawn.padded)),
            axis.spacing,
            axis.padding_mode,
            axis.ceil_mode,
            of=axis,
            first=first,
            stop=stop,
            start=start,
            end=end,
        )

    @property
    def alone(self) -> DetailAxis:
        """The same detail of an input that has the shown cells alone: they are counted from the first of them."""
        units, shown = self.units, self.shown
        before = units[0] if units else 0
        after = self.padded - (len(shown) - 1) * self.spacing - 1 - before
        return replace(self, input=len(shown), before=before, after=after, counted=shown.start)

    @property
    def whole(self) -> Axis:
        """The axis that this is a detail of."""
        return self.of

    @property
    def shown(self) -> range:
        """The input cells that are drawn."""
        units = self.units
        first = (units.start - self.before) // self.spacing
        return range(first, first + len(units))

    @property
    def bare(self) -> Axis:
        """The detail of the input's shown cells alone."""
        start = self.shown.start + self.counted
        return DetailAxis.part(Axis(self.of.input, 1), (start, start + len(self.shown))).alone

    @property
    def torn(self) -> tuple[bool, bool]:  # type: ignore[override]  # a constant of whole axes, as is the next
        """Whether drawn cells go on before the detail, and after it."""
        return self.first > 0, self.stop < self.of.drawn.extent

    @property
    def torn_output(self) -> tuple[bool, bool]:  # type: ignore[override]
        """Whether outputs go on before the detail, and after it."""
        return self.start > 0, self.end < self.of.output

    @property
    def adaptive(self) -> bool:  # type: ignore[override]
        """Whether the whole is adaptive."""
        return self.of.adaptive

    @property
    def output(self) -> int:
        """The detail's outputs."""
        return self.end - self.start

    @property
    def dropped(self) -> bool:
        """Whether the whole drops a window, at the detail's end."""
        return self.of.dropped and self.end == self.of.output

    @property
    def overhang(self) -> int:
        """Drawn cells beyond the padded input."""
        return self.stop - max(self.first, min(self.stop, self.of.drawn.padded))

    @property
    def jump(self) -> Any:
        """The whole's."""
        return self.of.jump

    def window(self, output: Any) -> tuple[Any, Any]:
        """The first drawn cell under the kernel for one of the detail's outputs, and the one after the last."""
        start, stop = self.of.drawn.window(output + self.start)
        return start - self.first, stop - self.first

    def source(self, padded: int) -> int | None:
        """The input cell that stands in a drawn cell, itself or as a copy; of an input that is `alone`, None for copies
        of cells that aren't drawn.
        """
        cell = self.of.drawn.source(padded + self.first)
        if cell is None or self.of.input == self.input:
            return cell
        return cell - self.counted if 0 <= cell - self.counted < self.input else None

    def role(self, padded: int) -> Role:
        """The whole's role of a drawn cell, also of one beyond the detail."""
        return self.of.drawn.role(padded + self.first)

    @property
    def cut(self) -> Span:
        """None: cells that a negative padding cuts off are drawn, as far as they lie in the detail."""
        return 0, 0

    @property
    def drawn(self) -> Axis:
        """The detail itself."""
        return self

    @property
    def odd_side(self) -> range:
        """The whole's, counted from the detail's first cell; it may begin or end beyond the detail."""
        odd = self.of.drawn.odd_side
        return range(odd.start - self.first, odd.stop - self.first)

    @property
    def unread(self) -> list[int]:
        """The cells of the detail that no window of the whole reads."""
        return [cell - self.first for cell in self.of.drawn.unread if self.first <= cell < self.stop]


@dataclass(frozen=True, repr=False)
class Detail(Operation):
    """A detail of the operation `part_of`: its outputs along each axis from the first up to the second of `spans`.

    With `own_input` its input has the cells alone that are drawn.
    """

    part_of: Operation
    spans: tuple[Span, ...]
    own_input: bool = False

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `DetailAxis` a dimension."""
        parts = [DetailAxis.part(axis, span) for axis, span in zip(self.part_of.axes, self.spans, strict=True)]
        return tuple(part.alone if self.own_input else part for part in parts)

    @property
    def whole(self) -> Operation:
        """The operation that this is a detail of."""
        return self.part_of

    @property
    def alone(self) -> Operation:
        """The detail with an input of the shown cells alone."""
        return Detail(self.part_of, self.spans, own_input=True)

    def __repr__(self) -> str:
        return f"{self.part_of!r}, of whose outputs {self.spans}"

    @property
    def input_size(self) -> Cell:
        """Cells of the whole's input, by which cells are counted; of an own input, its cells."""
        return tuple(axis.input for axis in self.axes)

    @property
    def output_size(self) -> Cell:
        """Cells of the output that the detail shows."""
        return tuple(axis.output for axis in self.axes)

    @property
    def output_padding(self) -> Cell:
        """Shown cells of the output's end that `output_padding` adds."""
        total = self.part_of.output_size
        rows = zip(self.spans, self.part_of.output_padding, total, strict=True)
        return tuple(max(end - max(start, cells - added), 0) for (start, end), added, cells in rows)

    @property
    def cropped(self) -> tuple[Span, ...]:
        """The cropped output cells where the output ends within the detail."""
        rows = zip(self.spans, self.part_of.cropped, self.part_of.output_size, strict=True)
        return tuple(
            (0 if start else before, after if end == cells else 0) for (start, end), (before, after), cells in rows
        )

    def number(self, step: int) -> int:
        """The whole's step that computes the output of one of the detail's steps."""
        cell = unravel(step, self.output_size)
        return ravel(tuple(c + start for c, (start, _) in zip(cell, self.spans, strict=True)), self.part_of.output_size)


# what a detail has from the whole; the rest of its answers follows from its axes
OF_WHOLE = (
    *("weighted", "transposed", "size_formula", "in_channels", "out_channels", "groups", "bias", "flip"),
    *("count_include_pad", "divisor_override", "ndim", "kernel_size", "padding", "reduction", "kind", "flipped"),
    *("pads", "stride", "dilation", "uneven", "padding_value", "kernel_shape", "parameters", "applied", "macs"),
    *("outer_size", "inner_size", "linear"),
)


def _of_whole(name: str) -> Any:
    return property(lambda self: getattr(self.part_of, name), doc="The whole's.")


for _name in OF_WHOLE:
    setattr(Detail, _name, _of_whole(_name))


def outputs_around(axis: Axis, wanted: Span, cells: int) -> Span:
    """The outputs of a detail that has so many cells at most, of the input and of the output, with the wanted outputs
    in its middle; all of the wanted ones, if they need more.

    Around output 56 of a layer of 224 cells, k=7, s=2, p=3, 16 cells have the outputs 54 to 58.
    """
    start, end = wanted
    drawn = axis.drawn

    def fits(first: int, last: int) -> bool:
        return last - first <= cells and drawn.window(last - 1)[1] - drawn.window(first)[0] <= cells

    while True:
        after = end < axis.output and fits(start, end + 1)
        end += after
        before = start > 0 and fits(start - 1, end)
        start -= before
        if not after and not before:
            return start, end


def chain(ops: Sequence[Operation], spans: tuple[Span, ...]) -> tuple[Operation, ...] | None:
    """The details of layers, one after the other, for these outputs of the last: each has the outputs that the next one
    reads, with an input of its own. None where a layer reads nothing but padding.
    """
    found: list[Operation] = []
    for op in reversed(ops):
        found.insert(0, made := Detail(op, spans))
        if not all(made.shown):
            return None
        spans = tuple((shown.start, shown.stop) for shown in made.shown)
    return tuple(one.alone for one in found)


def chain_around(ops: Sequence[Operation], wanted: Sequence[Span], cells: Sequence[int]) -> tuple[Operation, ...]:
    """The details of layers around the wanted outputs of the last, with so many cells of each map along each axis at
    most; the layers themselves, if they have no more, or if one reads nothing but padding.
    """
    best = chain(ops, tuple(wanted))
    if best is None:
        return tuple(ops)
    spans = list(wanted)
    for n, most in enumerate(cells):
        grown = True
        while grown:
            grown = False
            for before, after in ((0, 1), (1, 0)):
                start, end = spans[n][0] - before, spans[n][1] + after
                if start < 0 or end > ops[-1].axes[n].output:
                    continue
                tried = [*spans[:n], (start, end), *spans[n + 1 :]]
                made = chain(ops, tuple(tried))
                if made and max(max(op.axes[n].extent, op.axes[n].output) for op in made) <= most:
                    spans, best, grown = tried, made, True
    same = all(
        (axis.start, axis.output, axis.extent) == (0, axis.whole.output, axis.whole.drawn.extent)
        for op in best
        for axis in op.axes
    )
    return tuple(ops) if same else best


def detail(op: Operation, wanted: Sequence[Span], cells: Sequence[int]) -> Operation:
    """The detail around the wanted outputs with so many cells along each axis; the operation itself, if it has no
    more.
    """
    spans = tuple(outputs_around(axis, own, most) for axis, own, most in zip(op.axes, wanted, cells, strict=True))
    return op if all(span == (0, axis.output) for span, axis in zip(spans, op.axes, strict=True)) else Detail(op, spans)

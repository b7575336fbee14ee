"""The integer arithmetic of convolutions: which kernel cell meets which input cell, for every output cell.

The properties of a convolution do not interact across axes (Dumoulin & Visin 2016, section 2), so an operation of N
dimensions is a product of N independent `Axis`. Cells are tuples, (row, column) in two dimensions; sizes are (height, width).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, overload

from .checks import normalise
from .errors import ConvanimError, expected_one_of

Cell = tuple[int, ...]
Zero = Literal["padding", "inserted"]

POOL_MODES = ("max", "average")


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of a convolution that reads `kernel` cells, `dilation` apart, every `stride` cells of a padded input.

    The padded input has `before` zeros, the `input` cells `spacing` apart (with zeros between them), and `after` zeros.
    A negative `before` or `after` cuts cells off, which is what a transposed convolution's padding does beyond the kernel's reach.

    >>> Axis(input=5, kernel=3, stride=2, before=1, after=1).output
    3
    """

    input: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    spacing: int = 1

    @property
    def padded(self) -> int:
        """Cells after padding, and after zeros were inserted: `before + (input - 1) * spacing + 1 + after`."""
        return self.before + (self.input - 1) * self.spacing + 1 + self.after

    @property
    def effective_kernel(self) -> int:
        """Cells that the dilated kernel spans, `d (k - 1) + 1` (Dumoulin & Visin 2016, section 5.1): 5 for k=3, d=2."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def output(self) -> int:
        """Windows that fit, `floor((padded - effective_kernel) / stride) + 1` (Relationship 15): 3 for 7, 3 and stride 2."""
        return (self.padded - self.effective_kernel) // self.stride + 1

    @property
    def remainder(self) -> int:
        """Padded cells at the end that no window reaches: 1 for an input of 6, kernel 3, stride 2 and padding 1."""
        return (self.padded - self.effective_kernel) % self.stride

    def taps(self, output: int) -> range:
        """The padded cells under the kernel for one output cell: `range(2, 5)` for cell 1, kernel 3, stride 2."""
        start = output * self.stride
        return range(start, start + self.effective_kernel, self.dilation)

    def source(self, padded: int) -> int | None:
        """The input cell that stands in a padded cell, or None where a zero stands."""
        cell, between = divmod(padded - self.before, self.spacing)
        return cell if between == 0 and 0 <= cell < self.input else None

    def zero(self, padded: int) -> Zero | None:
        """What a padded cell without an input cell is: "padding" outside of the input, "inserted" between its cells."""
        if self.source(padded) is not None:
            return None
        inside = 0 < padded - self.before < (self.input - 1) * self.spacing
        return "inserted" if inside else "padding"

    @property
    def units(self) -> range:
        """The padded cells where input cells stand; cells that a negative padding cuts off are not among them."""
        first = max(0, -(self.before // self.spacing) if self.before < 0 else 0)
        start = self.before + first * self.spacing
        last = min(self.before + (self.input - 1) * self.spacing, self.padded - 1)
        return range(start, last + 1, self.spacing)


@dataclass(frozen=True, slots=True, repr=False)
class Tap:
    """One kernel cell that meets one padded cell during a step.

    `source` is the input cell that stands there, or None for a zero; `zero` then says which: "padding" or "inserted".
    """

    kernel: Cell
    padded: Cell
    source: Cell | None
    zero: Zero | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        zero = "" if self.zero is None else f", zero={self.zero!r}"
        return f"Tap(kernel={self.kernel}, padded={self.padded}, source={self.source}{zero})"


@dataclass(frozen=True, slots=True)
class Step:
    """One output cell, and the taps that make its value; `index` counts the output cells row by row from 0."""

    index: int
    output: Cell
    taps: tuple[Tap, ...]


@dataclass(frozen=True, slots=True)
class Steps(Sequence[Step]):
    """All steps of an operation, each worked out when it is asked for, so that a million of them cost nothing."""

    axes: tuple[Axis, ...]
    flipped: bool

    @property
    def _all(self) -> range:
        return range(math.prod(axis.output for axis in self.axes))

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | list[Step]:
        if isinstance(index, slice):
            return [self._step(i) for i in self._all[index]]
        return self._step(self._all[index])

    def __iter__(self) -> Iterator[Step]:
        return map(self._step, self._all)

    def _step(self, index: int) -> Step:
        output = unravel(index, tuple(axis.output for axis in self.axes))
        reads = [[(axis.kernel - 1 - j if self.flipped else j, cell, axis.source(cell), axis.zero(cell))
                  for j, cell in enumerate(axis.taps(o))] for axis, o in zip(self.axes, output, strict=True)]
        return Step(index, output, tuple(_tap(read) for read in product(*reads)))


def _tap(read: tuple[tuple[int, int, int | None, Zero | None], ...]) -> Tap:
    kernel, padded, sources, zeros = zip(*read, strict=True)
    if None not in sources:
        return Tap(kernel, padded, sources)
    return Tap(kernel, padded, None, "padding" if "padding" in zeros else "inserted")


def unravel(index: int, size: Cell) -> Cell:
    """The cell with this index, counted row by row: index 4 of a (3, 3) is (1, 1)."""
    cell = []
    for n in reversed(size):
        index, last = divmod(index, n)
        cell.append(last)
    return tuple(reversed(cell))


# Fields that take an int or one value an axis and are then a tuple with one value an axis; the language of
# types has no word for a dataclass field that is given as one and read as another.
Cells = Any
Pads = Any


class _Operation:
    """What all kinds of convolution share: everything that follows from their axes."""

    padding: Pads

    if TYPE_CHECKING:

        @cached_property
        def axes(self) -> tuple[Axis, ...]:
            """One `Axis` a dimension."""

    @property
    def output_size(self) -> Cell:
        """Cells of the output along each axis."""
        return tuple(axis.output for axis in self.axes)

    @property
    def padded_size(self) -> Cell:
        """Cells that the kernel slides over: the input with its padding and, transposed, the zeros inserted between its units."""
        return tuple(axis.padded for axis in self.axes)

    @property
    def effective_kernel_size(self) -> Cell:
        """Cells that the dilated kernel spans along each axis, `d (k - 1) + 1`."""
        return tuple(axis.effective_kernel for axis in self.axes)

    @property
    def remainder(self) -> Cell:
        """Padded cells at the end of each axis that no window reaches."""
        return tuple(axis.remainder for axis in self.axes)

    @property
    def steps(self) -> Steps:
        """For every output cell, row by row, the taps that make its value."""
        return Steps(self.axes, flipped=False)

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """The padding as (before, after) of each axis."""
        return tuple((p, p) if isinstance(p, int) else p for p in self.padding)

    def _check_windows(self) -> None:
        for n, axis in enumerate(self.axes):
            if axis.effective_kernel > axis.padded:
                spans = f" (it spans {axis.effective_kernel} cells with dilation={axis.dilation})" if axis.dilation > 1 else ""
                raise ConvanimError(
                    f"kernel_size={axis.kernel}{spans} along axis {n} is larger than the padded input of {axis.padded} cells: "
                    f"take a smaller kernel, a larger input_size (now {axis.input}) or more padding"
                )


@dataclass(frozen=True)
class Conv(_Operation):
    """A convolution as the frameworks compute it (cross-correlation: the kernel is not flipped), in PyTorch's words.

    Every parameter is an int for all axes, or one value an axis; `padding` also a (before, after) pair an axis. The number of
    dimensions follows from the tuples given, or from `ndim`, else it is 2. `output_size` is
    `floor((i + p_before + p_after - d (k - 1) - 1) / s) + 1` (Dumoulin & Visin 2016, Relationship 15).

    Raises ConvanimError for sizes below 1, a negative padding, and a kernel larger than the padded input.

    >>> Conv(input_size=5, kernel_size=3, stride=2, padding=1).output_size
    (3, 3)
    """

    input_size: Cells
    kernel_size: Cells
    _: KW_ONLY
    stride: Cells = 1
    padding: Pads = 0
    dilation: Cells = 1
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        normalise(self, ("input_size", "kernel_size", "stride", "dilation"))
        self._check_windows()

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension."""
        return _direct_axes(self)

    def transpose(self) -> ConvTranspose:
        """The transposed convolution with the same connectivity, which gives back this one's input size.

        Its `output_padding` is this one's remainder (Dumoulin & Visin 2016, Relationship 14): 1 for an input of 6, kernel 3,
        stride 2 and padding 1, where an input of 5 has the same output size of 3.
        """
        return ConvTranspose(self.output_size, self.kernel_size, stride=self.stride, padding=self.padding,
                             dilation=self.dilation, output_padding=self.remainder)


@dataclass(frozen=True)
class ConvTranspose(_Operation):
    """A transposed convolution in PyTorch's words: `padding` crops the output, `output_padding` adds to its end.

    It is drawn, and computed, as the guide does: a convolution of stride 1 with the flipped kernel over the input with
    `stride - 1` zeros between its units, `d (k - 1) - p` before and `d (k - 1) - p + output_padding` after (Dumoulin & Visin
    2016, Relationship 14 and section 4). `output_size` is `(i - 1) s - p_before - p_after + d (k - 1) + 1 + output_padding`.

    Raises ConvanimError as `Conv`, for an `output_padding` that is not smaller than stride or dilation, and for an empty output.

    >>> ConvTranspose(input_size=3, kernel_size=3, stride=2, padding=1, output_padding=1).output_size
    (6, 6)
    """

    input_size: Cells
    kernel_size: Cells
    _: KW_ONLY
    stride: Cells = 1
    padding: Pads = 0
    dilation: Cells = 1
    output_padding: Cells = 0
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        normalise(self, ("input_size", "kernel_size", "stride", "dilation"), ("output_padding",))
        rows = zip(self.axes, self.stride, self.dilation, self.output_padding, self.pads, strict=True)
        for n, (axis, stride, dilation, extra, pads) in enumerate(rows):
            if extra >= max(stride, dilation):
                raise ConvanimError(
                    f"output_padding={extra} along axis {n} must be smaller than stride={stride} or dilation={dilation}: "
                    f"take at most {max(stride, dilation) - 1}"
                )
            if axis.padded < axis.effective_kernel:
                raise ConvanimError(
                    f"padding={pads} along axis {n} crops the whole output ({max(axis.output, 0)} cells are left of "
                    f"{axis.output + sum(pads)}): take less padding"
                )

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension: stride 1 over the input with inserted zeros."""
        rows = zip(*(getattr(self, name) for name in ("input_size", "kernel_size", "stride", "dilation", "output_padding", "pads")), strict=True)
        return tuple(Axis(i, k, 1, d, d * (k - 1) - p0, d * (k - 1) - p1 + extra, s) for i, k, s, d, extra, (p0, p1) in rows)

    @property
    def steps(self) -> Steps:
        """For every output cell, row by row, the taps that make its value; they carry the flipped kernel."""
        return Steps(self.axes, flipped=True)

    def transpose(self) -> Conv:
        """The convolution with the same connectivity, which gives back this one's input size.

        An `output_padding` of the stride or more (which a larger dilation permits) leaves room for more windows than there
        are input cells; then the padding at the end shrinks. Raises ConvanimError where there is none to take.
        """
        pads = []
        for n, (extra, stride, (before, after)) in enumerate(zip(self.output_padding, self.stride, self.pads, strict=True)):
            spare = extra // stride * stride
            if spare > after:
                raise ConvanimError(
                    f"output_padding={extra} along axis {n} is not smaller than stride={stride}, so no convolution has this input size "
                    f"as its output size: take an output_padding of at most {stride - 1}"
                )
            pads.append((before, after - spare))
        return Conv(self.output_size, self.kernel_size, stride=self.stride, padding=pads, dilation=self.dilation)


@dataclass(frozen=True)
class Pool(_Operation):
    """Max or average pooling in PyTorch's words; a stride that is left out is the kernel size.

    Padding counts as minus infinity for the maximum and as zero for the average, which divides by all cells of the window
    (PyTorch's `count_include_pad=True`). Raises ConvanimError as `Conv`, and for a padding of more than half the window.

    >>> Pool(input_size=5, kernel_size=2, mode="max").output_size
    (2, 2)
    """

    input_size: Cells
    kernel_size: Cells
    _: KW_ONLY
    stride: Cells = None
    padding: Pads = 0
    dilation: Cells = 1
    mode: str = "max"
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.mode, str) or self.mode not in POOL_MODES:
            raise expected_one_of("pooling mode", self.mode, POOL_MODES)
        if self.stride is None:
            object.__setattr__(self, "stride", self.kernel_size)
        normalise(self, ("input_size", "kernel_size", "stride", "dilation"))
        for n, (axis, pads) in enumerate(zip(self.axes, self.pads, strict=True)):
            if max(pads) > axis.effective_kernel // 2:
                raise ConvanimError(
                    f"padding={max(pads)} along axis {n} is more than half of the pooling window of {axis.effective_kernel} cells: "
                    f"take at most {axis.effective_kernel // 2}"
                )
        self._check_windows()

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension."""
        return _direct_axes(self)


Operation = Conv | ConvTranspose | Pool

# the one list of the kinds of convolution: TOML's `operation`, the commands of the CLI
OPERATIONS: dict[str, type[Conv] | type[ConvTranspose] | type[Pool]] = {"conv": Conv, "transpose": ConvTranspose, "pool": Pool}


def _direct_axes(op: Conv | Pool) -> tuple[Axis, ...]:
    rows = zip(op.input_size, op.kernel_size, op.stride, op.dilation, op.pads, strict=True)
    return tuple(Axis(i, k, s, d, p0, p1) for i, k, s, d, (p0, p1) in rows)


__all__ = ["OPERATIONS", "POOL_MODES", "Axis", "Conv", "ConvTranspose", "Operation", "Pool", "Step", "Steps", "Tap", "unravel"]

"""One dimension of a convolution, and the steps that a product of such dimensions makes.

The properties of a convolution do not interact across axes (Dumoulin & Visin 2016, section 2), so an operation of N
dimensions is a product of N independent axes. Cells are tuples, (row, column) in two dimensions; sizes are (height,
width).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, overload

from .padding import PADDING_MODES

if TYPE_CHECKING:
    from fractions import Fraction

Value = TypeVar("Value")
Cell = tuple[int, ...]
Role = Literal["input", "copy", "inserted", "padding", "overhang"]

# the weakest first: a cell has the strongest of its axes' roles, so a zero of the padding beats an inserted one
ROLES: tuple[Role, ...] = ("input", "copy", "inserted", "padding", "overhang")


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of a convolution that reads `kernel` cells, `dilation` apart, every `stride` cells of a padded
    input.

    The padded input has `before` cells, the `input` cells `spacing` apart (with zeros between them), and `after` cells.
    The cells before and after are zeros or, by `padding_mode`, copies of input cells. A negative `before` or `after`
    cuts cells off, as a transposed convolution's padding does beyond the kernel's reach. With `ceil_mode` a last window
    may hang over the end of the padded input.

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
    padding_mode: str = "zeros"
    ceil_mode: bool = False

    adaptive: ClassVar[bool] = False  # whether the windows follow from the output's size
    around: ClassVar[tuple[int, int]] = (0, 0)  # padded cells before and after that windows leave out
    # of a detail: the first drawn cell and the first output that it shows, and whether cells and outputs go on before
    # and after it
    first: ClassVar[int] = 0
    start: ClassVar[int] = 0
    torn: ClassVar[tuple[bool, bool]] = (False, False)
    torn_output: ClassVar[tuple[bool, bool]] = (False, False)

    @property
    def whole(self) -> Axis:
        """The axis that this one is a detail of: itself, if it is none."""
        return self

    @property
    def shown(self) -> range:
        """The input cells that are drawn: all of them, unless the axis is a detail."""
        return range(self.input)

    @property
    def bare(self) -> Axis:
        """The axis of the input's cells alone, without padding and without zeros between them."""
        return Axis(self.input, 1)

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
        """Windows that fit, `floor((padded - effective_kernel) / stride) + 1` (Relationship 15): 3 for 7, 3 and stride
        2.

        With `ceil_mode` the division is rounded up, and a last window that would start in the padding at the end is
        dropped (PyTorch's rule): 3 for an input of 6, kernel 3 and stride 2, where 2 windows fit and a third hangs over
        by one cell.
        """
        room = self.padded - self.effective_kernel
        if not self.ceil_mode:
            return room // self.stride + 1
        count = -(-room // self.stride) + 1
        return count - 1 if (count - 1) * self.stride >= self.before + self.input else count

    @property
    def dropped(self) -> bool:
        """Whether `ceil_mode` would give one window more, which would start in the padding at the end, or beyond it."""
        return self.ceil_mode and self.output < -(-(self.padded - self.effective_kernel) // self.stride) + 1

    @property
    def remainder(self) -> int:
        """Padded cells at the end that no window reaches: 1 for an input of 6, kernel 3, stride 2 and padding 1."""
        return max(0, self.padded - int(self.window(self.output - 1)[1]))

    @property
    def overhang(self) -> int:
        """Cells that the last window reads beyond the padded input: 1 for an input of 6, kernel 3, stride 2 and
        `ceil_mode`.
        """
        return max(0, int(self.window(self.output - 1)[1]) - self.padded)

    @property
    def extent(self) -> int:
        """Cells that are drawn: the padded ones, and the ones that the last window reads beyond them."""
        return self.padded + self.overhang

    @property
    def copies(self) -> bool:
        """Whether the padding holds copies of input cells, not zeros."""
        return PADDING_MODES[self.padding_mode].source is not None

    @property
    def jump(self) -> Fraction:
        """How far the windows of neighbouring output cells are apart, in input cells: 1/2 for zeros between the cells.

        For adaptive pooling it is the mean distance.
        """
        from fractions import Fraction  # it takes longer to load than all of geometry

        return Fraction(self.stride, self.spacing)

    def window(self, output: Any) -> tuple[Any, Any]:
        """The first cell under the kernel for one output cell, and the one after the last: (2, 5) for cell 1, kernel 3,
        stride 2.

        An array of output cells gives arrays.
        """
        start = output * self.stride
        return start, start + self.effective_kernel

    def taps(self, output: int) -> range:
        """The padded cells under the kernel for one output cell: `range(2, 5)` for cell 1, kernel 3, stride 2."""
        return range(*self.window(output), self.dilation)

    def source(self, padded: int) -> int | None:
        """The input cell that stands in a padded cell, itself or as a copy, or None where a zero or nothing stands."""
        cell, between = divmod(padded - self.before, self.spacing)
        if between == 0 and 0 <= cell < self.input:
            return cell
        copied = PADDING_MODES[self.padding_mode].source
        return copied(cell, self.input) if copied and 0 <= padded < self.padded else None

    def role(self, padded: int) -> Role:
        """The role of a padded cell: "input", "copy", a zero "inserted" between the input's cells, "padding", or
        "overhang" beyond it.
        """
        if padded >= self.padded:
            return "overhang"
        cell, between = divmod(padded - self.before, self.spacing)
        if 0 <= cell < self.input and between == 0:
            return "input"
        if 0 <= cell < self.input - 1:
            return "inserted"
        return "copy" if self.copies else "padding"

    @property
    def units(self) -> range:
        """The padded cells where input cells stand; cells that a negative padding cuts off are not among them."""
        first = max(0, -(self.before // self.spacing) if self.before < 0 else 0)
        start = self.before + first * self.spacing
        last = min(self.before + (self.input - 1) * self.spacing, self.padded - 1)
        return range(start, last + 1, self.spacing)

    @property
    def cut(self) -> tuple[int, int]:
        """Cells that a negative padding cuts off before and after, input cells and the zeros between them.

        (1, 1) for a transposed convolution with a kernel of 2 and a padding of 2: `d (k - 1) - p` is -1.
        """
        return max(-self.before, 0), max(-self.after, 0)

    @property
    def drawn(self) -> Axis:
        """The axis as it is drawn: with the cells that a negative padding cuts off, which no window reads."""
        if not any(self.cut):
            return self
        before, after = max(self.before, 0), max(self.after, 0)
        return UncutAxis(
            self.input, self.kernel, self.stride, self.dilation, before, after, self.spacing, around=self.cut
        )

    @property
    def odd_side(self) -> range:
        """The cells that the padding has on one side more than on the other: the last one for padding (1, 2)."""
        before, after = max(self.before, 0), max(self.after, 0)
        return range(before - after) if before > after else range(self.padded - (after - before), self.padded)

    @property
    def unread(self) -> list[int]:
        """The padded cells that no window reads: a remainder at the end, and gaps where a stride or a dilation leaves
        some.
        """
        read, start = bytearray(self.extent), self.window(0)[0]
        for first in range(start, start + self.effective_kernel, self.dilation):
            read[first : first + (self.output - 1) * self.stride + 1 : self.stride] = b"\1" * self.output
        return [cell for cell in range(self.padded) if not read[cell]]


@dataclass(frozen=True, slots=True)
class AdaptiveAxis(Axis):
    """One dimension of adaptive pooling: `windows` of them share the input, and differ in size by one cell where they
    must.

    Window o reads the cells from `floor(o i / n)` up to `ceil((o + 1) i / n)`, this one excluded (PyTorch's
    `AdaptiveAvgPool2d`): 0-1, 1-3 and 3-4 for 5 cells and 3 windows. `kernel` is the size of the largest.
    """

    windows: int = 1

    adaptive: ClassVar[bool] = True

    @property
    def output(self) -> int:
        """The number of windows."""
        return self.windows

    @property
    def jump(self) -> Fraction:
        """The mean distance of neighbouring windows, in input cells: 5/3 for 3 windows over 5 cells."""
        from fractions import Fraction

        return Fraction(self.input, self.windows)

    def window(self, output: Any) -> tuple[Any, Any]:
        """The first cell of a window, and the one after its last: (1, 4) for window 1 of 3 over 5 cells."""
        return output * self.input // self.windows, -(-(output + 1) * self.input // self.windows)

    @property
    def unread(self) -> list[int]:
        """None: the windows cover the whole input."""
        return []

    @staticmethod
    def over(input: int, windows: int) -> AdaptiveAxis:  # noqa: A002 - the field's word
        """The axis of this many windows over this many cells: AdaptiveAxis.over(5, 3).kernel is 3."""
        whole, rest = divmod(input, windows)
        # windows start at all multiples of gcd / n of a cell, so the largest begins as late in a cell as that allows
        return AdaptiveAxis(
            input, whole + (0 if rest == 0 else 1 if rest == math.gcd(input, windows) else 2), windows=windows
        )


@dataclass(frozen=True, slots=True)
class UncutAxis(Axis):
    """One dimension whose windows leave out the cells `around`, (before, after): those that a negative padding cuts
    off.
    """

    around: tuple[int, int] = (0, 0)  # type: ignore[misc]  # a constant of other axes

    @property
    def output(self) -> int:
        """Windows that fit between the cells around them."""
        return (self.padded - sum(self.around) - self.effective_kernel) // self.stride + 1

    def window(self, output: Any) -> tuple[Any, Any]:
        """The first cell of a window, and the one after its last: (1, 3) for cell 0, kernel 2 and a cell before."""
        start = self.around[0] + output * self.stride
        return start, start + self.effective_kernel


@dataclass(frozen=True, slots=True, repr=False)
class Tap:
    """One kernel cell that meets one padded cell during a step.

    `source` is the input cell that stands there, or None. `role` is the padded cell's: "input"; a "copy" of the source;
    a zero "inserted" between input cells; "padding"; or "overhang", beyond the padded input, where a window of
    `ceil_mode` reaches.
    """

    kernel: Cell
    padded: Cell
    source: Cell | None
    role: Role = field(default="input", compare=False)

    def __repr__(self) -> str:
        role = "" if self.role == "input" else f", role={self.role!r}"
        return f"Tap(kernel={self.kernel}, padded={self.padded}, source={self.source}{role})"


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
        reads = [
            [
                (axis.kernel - 1 - j if self.flipped else j, cell, axis.source(cell), axis.role(cell))
                for j, cell in enumerate(axis.taps(o))
            ]
            for axis, o in zip(self.axes, output, strict=True)
        ]
        return Step(index, output, tuple(_tap(read) for read in product(*reads)))


def _tap(read: tuple[tuple[int, int, int | None, Role], ...]) -> Tap:
    kernel, padded, sources, roles = zip(*read, strict=True)
    return Tap(kernel, padded, None if None in sources else sources, strongest(roles))


def strongest(roles: Sequence[Role]) -> Role:
    """The role of a cell from the roles that it has along its axes: an inserted row in the padding is padding."""
    return max(roles, key=ROLES.index)


def rows_and_columns(values: tuple[Value, ...], row: Value) -> tuple[Value, Value]:
    """The values of an operation's axes as those of rows and of columns.

    An operation of one dimension is a single row, which has the value `row`: (0, 2) for the values (2,) and the row 0.
    """
    first, second = (row, *values)[-2:]
    return first, second


def unravel(index: int, size: Cell) -> Cell:
    """The cell with this index, counted row by row: index 4 of a (3, 3) is (1, 1)."""
    cell = []
    for n in reversed(size):
        index, last = divmod(index, n)
        cell.append(last)
    return tuple(reversed(cell))


def ravel(cell: Cell, size: Cell) -> int:
    """The index of a cell, counted row by row: (1, 1) of a (3, 3) has index 4."""
    index = 0
    for n, c in zip(size, cell, strict=True):
        index = index * n + c
    return index

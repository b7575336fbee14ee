"""The base classes of all operations: properties that follow from the axes, and shared fields."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import Field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import ConvanimError
from .axis import Axis, Cell, Steps
from .parameters import parameter, parameters, shortest
from .reduction import SUM, Reduction
from .size_formula import SLIDING
from .words import Along, direct

# Fields that take an int or one value per axis and are then a tuple with one value per axis; the language of
# types has no word for a dataclass field that is given as one and read as another.
Cells = Any
Pads = Any


class Operation:
    """An operation: a product of independent axes, and answers to all questions that other modules have.

    Other modules use these properties and never test the class of an operation. An operation is a frozen dataclass with
    its parameters as fields; it has `input_size`, `kernel_size`, `padding`, `axes`, `reduction` and `kind`, and
    overrides the properties that differ from these.
    """

    weighted: ClassVar[bool] = False  # whether the kernel has values
    transposed: ClassVar[bool] = False  # whether `padding` crops the output, and zeros surround and part the input
    size_formula: ClassVar[str | None] = None  # None where the output's size is a parameter

    in_channels: int = 1
    out_channels: int = 1
    groups: int = 1
    bias: bool = False
    flip: bool = False  # whether the kernel is flipped, compared with the frameworks
    count_include_pad: bool = True  # whether an average counts the padding's zeros
    divisor_override: int | None = None  # the number that an average divides by, if not the number of cells

    if TYPE_CHECKING:
        ndim: int | None
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

        @property
        def input_size(self) -> Cells:
            """Cells of the input along each axis."""

        @property
        def kernel_size(self) -> Cells:
            """Cells of the kernel along each axis; of adaptive pooling, of the largest window."""

        @property
        def output_size(self) -> Cells:
            """Cells of the output along each axis."""

        @property
        def padding(self) -> Pads:
            """The padding of each axis: a number, or a (before, after) pair."""

        @cached_property
        def axes(self) -> tuple[Axis, ...]:
            """One `Axis` a dimension."""

        @property
        def reduction(self) -> Reduction:
            """How a window's values are reduced to one value."""

        @property
        def kind(self) -> str:
            """The row of [operation] in the catalogues of words that names the operation: "max_pool"."""

    def __repr__(self) -> str:
        """The constructor call, without parameters at their defaults."""
        shown, known = [], parameters(type(self))
        for one in fields(self):
            value = getattr(self, one.name)
            usual = known[one.name].usual if one.default is None and one.name in known else one.default
            if one.repr and value not in (usual, (usual,) * len(self.axes)):
                shown.append(f"{one.name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def whole(self) -> Operation:
        """The operation that this one is a detail of: itself, if it is none."""
        return self

    @property
    def alone(self) -> Operation:
        """The operation of the input's cells that are drawn: itself, if it isn't a detail."""
        return self

    @property
    def shown(self) -> tuple[range, ...]:
        """The cells of the input that are drawn along each axis."""
        return tuple(axis.shown for axis in self.axes)

    @property
    def outer_size(self) -> Cell:
        """Cells of a convolution's input, and of its transpose's output: of the side where padding lies."""
        size: Cell = self.output_size if self.transposed else self.input_size
        return size

    @property
    def inner_size(self) -> Cell:
        """Cells of a convolution's output, and of its transpose's input: each weight is applied once to each of them.

        (3, 3) for a convolution from 5x5 to 3x3, and for a transposed one from 3x3 to 5x5.
        """
        size: Cell = self.input_size if self.transposed else self.output_size
        return size

    @property
    def padded_size(self) -> Cell:
        """Cells that the kernel slides over: the input with its padding and, transposed, the zeros inserted between its
        units.
        """
        return tuple(axis.padded for axis in self.axes)

    @property
    def effective_kernel_size(self) -> Cell:
        """Cells that the dilated kernel spans along each axis, `d (k - 1) + 1`; of adaptive pooling, the largest
        window.
        """
        return tuple(axis.effective_kernel for axis in self.axes)

    @property
    def remainder(self) -> Cell:
        """Padded cells at the end of each axis that no window reaches."""
        return tuple(axis.remainder for axis in self.axes)

    @property
    def overhang(self) -> Cell:
        """Cells that the last window of each axis reads beyond the padded input, which only `ceil_mode` permits."""
        return tuple(axis.overhang for axis in self.axes)

    @property
    def steps(self) -> Steps:
        """For every output cell, row by row, the taps that make its value."""
        return Steps(self.axes, flipped=self.flipped)

    @property
    def flipped(self) -> bool:
        """Whether the taps meet the input with the kernel reversed along each axis."""
        return False

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """The padding as (before, after) of each axis."""
        return ((0, 0),) * len(self.input_size)

    @property
    def stride(self) -> Cells:
        """Cells from window to window along each axis; () where the windows' distances differ."""
        return ()

    @property
    def dilation(self) -> Cells:
        """Cells from tap to tap along each axis."""
        return (1,) * len(self.input_size)

    @property
    def output_padding(self) -> Cells:
        """Cells added at the end of the output along each axis, which only a transposed convolution has."""
        return (0,) * len(self.input_size)

    @property
    def cropped(self) -> tuple[tuple[int, int], ...]:
        """The output cells that `padding` takes away before and after, along each axis; none but of a transposed
        convolution.
        """
        return ((0, 0),) * len(self.input_size)

    @property
    def adaptive(self) -> bool:
        """Whether the windows follow from the output's size, and not from the size of a kernel."""
        return any(axis.adaptive for axis in self.axes)

    @property
    def uneven(self) -> bool:
        """Whether the windows have more than one size; the first is then the smallest."""
        return any(axis.kernel > len(axis.taps(0)) for axis in self.axes)

    @property
    def linear(self) -> bool:
        """Whether the output is a weighted sum of the input's cells, so that the operation has a matrix."""
        return self.reduction.linear

    @property
    def padding_value(self) -> float | None:
        """The value of a cell without a value of its own: 0, minus infinity for a maximum, None for a cell that an
        average leaves out.
        """
        return self.reduction.padding_value if self.count_include_pad else None

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        """The shape of the kernel's values with its channels; () if the kernel has no values."""
        return ()

    @property
    def parameters(self) -> int:
        """The number of parameters that the layer learns."""
        return 0

    @property
    def applied(self) -> Cell:
        """The size of the map to whose cells each weight is applied: `inner_size`, (3, 3) from 5x5 to 3x3."""
        return self.inner_size

    @property
    def macs(self) -> int:
        """Multiplications with an addition each, for one input."""
        return 0

    def transpose(self) -> Operation:
        """The operation with the same connections in the opposite direction. Raises ConvanimError if none exists."""
        raise ConvanimError(f"{type(self).__name__} has no transpose: take a Conv or ConvTranspose")

    def to_code(self, framework: str) -> str:
        """The shortest Python that builds this layer in a framework: "torch", "keras", "jax" or "onnx".

        Where the framework can't say it directly, the code pads or crops explicitly. It defines `layer`; README shows
        its arguments. Raises ConvanimError for another name, and for an operation that a framework can't compute.
        """
        # the one upward import: users expect a method of the operation
        from ..frameworks import to_code

        return to_code(self, framework)


class Sized(Operation):
    """The base of kinds whose output size follows from their other parameters."""

    kernel_size: Cells
    stride: Cells
    padding: Pads
    dilation: Cells

    size_formula: ClassVar[str | None] = SLIDING

    @property
    def output_size(self) -> Cell:
        """Cells of the output along each axis."""
        return tuple(axis.output for axis in self.axes)

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """The padding as (before, after) of each axis."""
        return tuple((p, p) if isinstance(p, int) else p for p in self.padding)

    def sliding(self, **more: Any) -> tuple[Axis, ...]:
        """The axes of a window that slides over the padded input; `more` are further fields of all of them."""
        rows = zip(self.input_size, self.kernel_size, self.stride, self.dilation, self.pads, strict=True)
        return tuple(Axis(i, k, s, d, p0, p1, **more) for i, k, s, d, (p0, p1) in rows)

    def name_to_padding(self) -> None:
        """Replace a padding's name by its numbers."""
        if isinstance(self.padding, str):
            self.store_padding(direct(self.padding, self.along(), self.flip))

    def along(self) -> list[Along]:
        """The numbers that a padding's name is understood from, of each axis."""
        extra = getattr(self, "output_padding", None) or (None,) * len(self.input_size)
        rows = zip(self.input_size, self.kernel_size, self.stride, self.dilation, extra, strict=True)
        return [Along(i, d * (k - 1) + 1, s, o) for i, k, s, d, o in rows]

    def store_padding(self, pads: Sequence[tuple[int, int]]) -> None:
        """Put these numbers in the place of the padding."""
        object.__setattr__(self, "padding", shortest(pads))

    def check_windows(self) -> None:
        """Raise ConvanimError if no window fits."""
        for n, axis in enumerate(self.axes):
            if axis.output < 1:
                spans = (
                    f" (it spans {axis.effective_kernel} cells with dilation={axis.dilation})"
                    if axis.dilation > 1
                    else ""
                )
                raise ConvanimError(
                    f"kernel_size={axis.kernel}{spans} along axis {n} is larger than the padded input of {axis.padded}"
                    f" cells: take a smaller kernel, a larger input_size (now {axis.input}) or more padding"
                )


class Weighted(Sized):
    """The base of kinds whose kernel has values: channels, groups, parameters."""

    weighted: ClassVar[bool] = True

    @property
    def reduction(self) -> Reduction:
        """The sum, of products with the weights."""
        return SUM

    @property
    def kind(self) -> str:
        """The name "conv" or "transpose", with "depthwise_" or "pointwise_" before it where layers are called so."""
        kind = "transpose" if self.transposed else "conv"
        if self.groups == self.in_channels > 1:
            return f"depthwise_{kind}"
        if max(self.kernel_size) == 1 and self.in_channels * self.out_channels > 1:
            return f"pointwise_{kind}"
        return kind

    @property
    def parameters(self) -> int:
        """The number of parameters including the bias: 224 for 3 to 8 channels, a kernel of 3 x 3 and a bias."""
        return math.prod(self.kernel_shape) + (self.out_channels if self.bias else 0)

    @property
    def macs(self) -> int:
        """Multiplications with an addition each, for one input: one for each weight and each cell where it is applied.

        A convolution applies each weight once an output cell, the padding's zeros included; a transposed one once an
        input cell. 3 to 8 channels, a kernel of 3 x 3 and an output of 5 x 5: 216 * 25 = 5400.
        """
        return math.prod(self.kernel_shape) * math.prod(self.inner_size)

    def check_groups(self) -> None:
        """Raise ConvanimError if groups don't divide the channels."""
        for name in ("in_channels", "out_channels"):
            channels = getattr(self, name)
            if channels % self.groups:
                raise ConvanimError(
                    f"{name}={channels} must be divisible by groups={self.groups}: take groups of 1, or {name} of a"
                    " multiple"
                )


CELLS_OF_INPUT = parameter("cells", "Cells of the input.")
CELLS_OF_KERNEL = parameter("cells", "Cells of the kernel.")
PADDING = parameter("padding", "Cells around the input, or a name.", least=0)
DILATION = parameter("cells", "Cells from tap to tap.")
CHANNELS = {
    "in_channels": parameter("count", "Channels of the input."),
    "out_channels": parameter("count", "Channels of the output."),
    "groups": parameter("count", "Groups of channels that don't see each other."),
    "bias": parameter("switch", "Add a number to each channel of the output."),
    "flip": parameter("switch", "Flip the kernel: a true convolution, against the frameworks' cross-correlation."),
}

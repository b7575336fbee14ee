"""What the kinds of convolution have in common: everything that follows from their axes, and the fields that several
have.
"""

from __future__ import annotations

import math
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import ConvanimError
from .axis import Axis, Cell, Steps
from .parameters import parameter, resolve_padding, shortest

# Fields that take an int or one value an axis and are then a tuple with one value an axis; the language of
# types has no word for a dataclass field that is given as one and read as another.
Cells = Any
Pads = Any


class Base:
    """What all kinds of convolution share: everything that follows from their axes."""

    if TYPE_CHECKING:
        input_size: Cells
        ndim: int | None

        @cached_property
        def axes(self) -> tuple[Axis, ...]:
            """One `Axis` a dimension."""

    def __repr__(self) -> str:
        """The call that makes it, without what is left at its default."""
        shown = []
        for one in fields(self):  # type: ignore[arg-type]
            value = getattr(self, one.name)
            if one.repr and value not in (one.default, (one.default,) * len(self.axes)):
                shown.append(f"{one.name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

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
        return ((0, 0),) * len(self.axes)

    def to_code(self, framework: str) -> str:
        """The shortest Python that builds this layer in a framework: "torch", "keras", "jax" or "onnx".

        Where the framework can't say it directly, the code pads or crops explicitly. It defines `layer`; README shows
        what that takes. Raises ConvanimError for another name, and for what a framework has no way to compute.
        """
        from ..frameworks import (
            to_code,  # the one import against the current: the method is the name that users look for
        )

        return to_code(self, framework)  # type: ignore[arg-type]


class Sized(Base):
    """What the kinds share whose output size follows from the others."""

    kernel_size: Cells
    stride: Cells
    padding: Pads
    dilation: Cells
    transposed: ClassVar[bool] = False  # whether `padding` crops the output

    @property
    def output_size(self) -> Cell:
        """Cells of the output along each axis."""
        return tuple(axis.output for axis in self.axes)

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """The padding as (before, after) of each axis."""
        return tuple((p, p) if isinstance(p, int) else p for p in self.padding)

    def sliding(self, **more: Any) -> tuple[Axis, ...]:
        """The axes of a window that slides over the padded input; `more` is what else all of them have."""
        rows = zip(self.input_size, self.kernel_size, self.stride, self.dilation, self.pads, strict=True)
        return tuple(Axis(i, k, s, d, p0, p1, **more) for i, k, s, d, (p0, p1) in rows)

    def name_to_padding(self) -> None:
        """Put numbers in the place of a padding's name."""
        if isinstance(self.padding, str):
            self._store_padding(resolve_padding(self.padding, self.transposed, self._windows))

    @property
    def _windows(self) -> list[tuple[int, int, int]]:
        """(input, window, stride) of each axis."""
        rows = zip(self.input_size, self.kernel_size, self.stride, self.dilation, strict=True)
        return [(i, d * (k - 1) + 1, s) for i, k, s, d in rows]

    def _store_padding(self, pads: list[tuple[int, int]]) -> None:
        object.__setattr__(self, "padding", shortest(pads))

    def check_windows(self) -> None:
        """Raise ConvanimError where no window fits."""
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
    """What the kinds share that have a kernel with values: channels, groups, parameters."""

    in_channels: int
    out_channels: int
    groups: int
    bias: bool
    flip: bool

    if TYPE_CHECKING:

        @property
        def kernel_shape(self) -> tuple[int, ...]:
            """The kernel's shape with its channels."""

        @property
        def applied(self) -> Cell:
            """The size of what each weight is applied to, cell by cell."""

    @property
    def parameters(self) -> int:
        """How many numbers the layer learns, bias included: 224 for 3 to 8 channels, a kernel of 3 x 3 and a bias."""
        return math.prod(self.kernel_shape) + (self.out_channels if self.bias else 0)

    @property
    def macs(self) -> int:
        """Multiplications with an addition each, for one input: one for each weight and each cell where it is applied.

        A convolution applies each weight once an output cell, the padding's zeros included; a transposed one once an
        input cell. 3 to 8 channels, a kernel of 3 x 3 and an output of 5 x 5: 216 * 25 = 5400.
        """
        return math.prod(self.kernel_shape) * math.prod(self.applied)

    def check_groups(self) -> None:
        """Raise ConvanimError where groups don't divide the channels."""
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

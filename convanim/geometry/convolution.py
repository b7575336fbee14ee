"""Convolutions and transposed convolutions: parameters in PyTorch's words, checked once, and the axes that follow from
them.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import ClassVar

from ..errors import ConvanimError
from .axis import Axis
from .operation import CELLS_OF_INPUT, CELLS_OF_KERNEL, CHANNELS, DILATION, PADDING, Cells, Pads, Weighted
from .padding import PADDING_MODES, Crop
from .parameters import normalise, parameter
from .size_formula import TRANSPOSED
from .words import reached, reached_by_numbers, transposed


@dataclass(frozen=True, repr=False)
class Conv(Weighted):
    """A convolution as the frameworks compute it (cross-correlation: the kernel is not flipped), in PyTorch's words.

    Every size is an int for all axes, or one value per axis. `padding` is also a (before, after) pair per axis, or a
    name of PADDINGS, which becomes its numbers: "valid", "full", "half", "same" (PyTorch's: stride 1), "SAME"
    (TensorFlow's, JAX', Keras'), "same_upper" and "same_lower" (ONNX'), "same_numpy" (numpy's and scipy's), "causal".
    The number of dimensions follows from the tuples given, or from `ndim`, else it is 2. `padding_mode` is "zeros", or
    a way to copy input cells: "reflect", "replicate", "circular" or "symmetric". `flip` computes the true convolution.
    `output_size` is `floor((i + p_before + p_after - d (k - 1) - 1) / s) + 1` (Dumoulin & Visin 2016, Relationship 15).

    Raises ConvanimError for sizes below 1, a negative padding, a kernel larger than the padded input, "same" with a
    stride, or with `flip` and an even window (numpy's same isn't PyTorch's), "same_numpy" with a stride or a window
    larger than the input, more padding than its mode can copy, and groups that don't divide the channels.

    >>> Conv(input_size=5, kernel_size=3, stride=2, padding=1).output_size
    (3, 3)

    """

    input_size: Cells = field(metadata=CELLS_OF_INPUT)
    kernel_size: Cells = field(metadata=CELLS_OF_KERNEL)
    _: KW_ONLY
    stride: Cells = field(default=1, metadata=parameter("cells", "Cells from window to window."))
    padding: Pads = field(default=0, metadata=PADDING)
    dilation: Cells = field(default=1, metadata=DILATION)
    padding_mode: str = field(
        default="zeros", metadata=parameter("choice", "What stands in the padding.", choices=PADDING_MODES)
    )
    flip: bool = field(default=False, metadata=CHANNELS["flip"])
    in_channels: int = field(default=1, metadata=CHANNELS["in_channels"])
    out_channels: int = field(default=1, metadata=CHANNELS["out_channels"])
    groups: int = field(default=1, metadata=CHANNELS["groups"])
    bias: bool = field(default=False, metadata=CHANNELS["bias"])
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        normalise(self)
        self.check_groups()
        self.name_to_padding()
        mode = PADDING_MODES[self.padding_mode]
        for n, (cells, pads) in enumerate(zip(self.input_size, self.pads, strict=True)):
            if mode.most and max(pads) > mode.most(cells):
                raise ConvanimError(
                    f"{mode.rule}: padding={max(pads)} along axis {n} with padding_mode={self.padding_mode!r} and"
                    f" input_size={cells}; take at most {mode.most(cells)}"
                )
        self.check_windows()

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        """The kernel's shape with its channels, PyTorch's `weight.shape`: (out_channels, in_channels / groups, ...).

        (8, 3, 3, 3) for 3 to 8 channels and a kernel of 3 x 3.
        """
        return (self.out_channels, self.in_channels // self.groups, *self.kernel_size)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension."""
        return self.sliding(padding_mode=self.padding_mode)

    @property
    def flipped(self) -> bool:
        """Whether the taps meet the input with the kernel reversed along each axis: `flip`."""
        return self.flip

    def transpose(self) -> ConvTranspose:
        """The transposed convolution with the same connectivity and the same kernel, which gives back this one's input
        size.

        Its `output_padding` is this one's remainder (Dumoulin & Visin 2016, Relationship 14): 1 for an input of 6,
        kernel 3, stride 2 and padding 1, where an input of 5 has the same output size of 3. Raises ConvanimError for a
        padding that copies.
        """
        if self.padding_mode != "zeros":
            raise ConvanimError(
                f"padding_mode={self.padding_mode!r} copies cells, which a ConvTranspose can't undo: take"
                " padding_mode='zeros'"
            )
        return ConvTranspose(
            self.output_size,
            self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            output_padding=self.remainder,
            flip=self.flip,
            in_channels=self.out_channels,
            out_channels=self.in_channels,
            groups=self.groups,
        )


class Implied(tuple[int, ...]):
    """An output_padding that wasn't given, so that `dataclasses.replace` with another padding by name implies its
    own.
    """

    __slots__ = ()


@dataclass(frozen=True, repr=False)
class ConvTranspose(Weighted):
    """A transposed convolution in PyTorch's words: `padding` crops the output, `output_padding` adds to its end.

    It is drawn, and computed, as the guide does: a convolution of stride 1 with the flipped kernel over the input with
    `stride - 1` zeros between its units, `d (k - 1) - p` before and `d (k - 1) - p + output_padding` after (Dumoulin &
    Visin 2016, Relationship 14 and section 4). `output_size` is `(i - 1) s - p_before - p_after + d (k - 1) + 1 +
    output_padding`.

    `padding` may be a name of PADDINGS but "causal" and "same_numpy". "same" and "SAME" are Keras', TensorFlow's and
    JAX': an output of `i s` or, with an `output_padding`, even of 0, Keras' of `(i - 1) s + window % 2 +
    output_padding`. "same_upper" and "same_lower" are ONNX': an output of `i s`, with and without `output_padding`.
    `output_shape` asks for an output size: with a number for the padding it chooses `output_padding` (PyTorch's
    `output_size=`), with "SAME" (TensorFlow), "same_upper", "same_lower" or no padding (ONNX) the cells to crop. With
    `flip` the kernel meets the input unflipped.

    Raises ConvanimError as `Conv`, for an `output_padding` that is not smaller than stride or dilation, for an empty
    output, and for words that frameworks understand in different ways: "valid", "same_upper" and "same_lower" where the
    stride is larger than the window, and an `output_padding` with an `output_shape`.

    >>> ConvTranspose(input_size=3, kernel_size=3, stride=2, padding=1, output_padding=1).output_size
    (6, 6)
    """

    transposed: ClassVar[bool] = True
    size_formula: ClassVar[str | None] = TRANSPOSED

    input_size: Cells = field(metadata=CELLS_OF_INPUT)
    kernel_size: Cells = field(metadata=CELLS_OF_KERNEL)
    _: KW_ONLY
    stride: Cells = field(default=1, metadata=parameter("cells", "Cells from stamp to stamp of the output."))
    padding: Pads = field(default=0, metadata=PADDING)
    dilation: Cells = field(default=1, metadata=DILATION)
    output_padding: Cells = field(
        default=None,
        metadata=parameter(
            "cells", "Rows and columns added at the end of the output.", least=0, optional=True, usual=0
        ),
    )
    output_shape: Cells = field(
        default=None, metadata=parameter("cells", "The output's size, where stride leaves several.", optional=True)
    )
    flip: bool = field(default=False, metadata=CHANNELS["flip"])
    in_channels: int = field(default=1, metadata=CHANNELS["in_channels"])
    out_channels: int = field(default=1, metadata=CHANNELS["out_channels"])
    groups: int = field(default=1, metadata=CHANNELS["groups"])
    bias: bool = field(default=False, metadata=CHANNELS["bias"])
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = isinstance(self.output_padding, Implied)
        if own and (isinstance(self.padding, str) or self.output_shape is not None):
            object.__setattr__(self, "output_padding", None)  # these imply another one
        kind = Implied if own or self.output_padding is None else tuple
        normalise(self)
        self.check_groups()
        crops = self._crops()
        self.store_padding([(before, after) for before, after, _ in crops])
        object.__setattr__(self, "output_padding", kind(extra for _, _, extra in crops))
        object.__setattr__(self, "output_shape", None)
        rows = zip(self.axes, self.stride, self.dilation, self.output_padding, self.pads, strict=True)
        for n, (axis, stride, dilation, extra, pads) in enumerate(rows):
            if extra >= max(stride, dilation):
                raise ConvanimError(
                    f"output_padding={extra} along axis {n} must be smaller than either stride={stride} or"
                    f" dilation={dilation}: take at most {max(stride, dilation) - 1}"
                )
            if axis.padded < axis.effective_kernel:
                raise ConvanimError(
                    f"padding={pads} along axis {n} crops the whole output ({max(axis.output, 0)} cells are left of "
                    f"{axis.output + sum(pads)}), the output size is too small: take less padding"
                )

    def _crops(self) -> list[Crop]:
        """The cells to crop before and after, and those that output_padding adds, along each axis."""
        rows, named = self.along(), isinstance(self.padding, str)
        if self.output_shape is None:
            if named:
                return transposed(self.padding, rows)
            return [(*pads, row.extra or 0) for pads, row in zip(self.pads, rows, strict=True)]
        if named and self.padding != "valid":
            return reached(self.padding, rows, self.output_shape)
        pads = ((0, 0),) * len(rows) if named else self.pads
        return reached_by_numbers(pads, rows, self.output_shape)

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        """The kernel's shape with its channels, PyTorch's `weight.shape`: (in_channels, out_channels / groups, ...).

        (3, 8, 3, 3) for 3 to 8 channels and a kernel of 3 x 3.
        """
        return (self.in_channels, self.out_channels // self.groups, *self.kernel_size)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension: stride 1 over the input with inserted zeros."""
        rows = zip(
            *(
                getattr(self, name)
                for name in ("input_size", "kernel_size", "stride", "dilation", "output_padding", "pads")
            ),
            strict=True,
        )
        return tuple(
            Axis(i, k, 1, d, d * (k - 1) - p0, d * (k - 1) - p1 + extra, s) for i, k, s, d, extra, (p0, p1) in rows
        )

    @property
    def flipped(self) -> bool:
        """Whether the taps meet the input with the kernel reversed along each axis: always, but not with `flip`."""
        return not self.flip

    @property
    def cropped(self) -> tuple[tuple[int, int], ...]:
        """The output cells that `padding` takes away before and after, along each axis: ((1, 0),) for padding 1 and
        output_padding 1.

        Cells that `output_padding` gives back aren't cropped.
        """
        return tuple((p0, max(p1 - extra, 0)) for (p0, p1), extra in zip(self.pads, self.output_padding, strict=True))

    def transpose(self) -> Conv:
        """The convolution with the same connectivity and the same kernel, which gives back this one's input size.

        An `output_padding` of the stride or more (which a larger dilation permits) leaves room for more windows than
        there are input cells; then the padding at the end shrinks. Raises ConvanimError where there is none to take.
        """
        pads = []
        for n, (extra, stride, (before, after)) in enumerate(
            zip(self.output_padding, self.stride, self.pads, strict=True)
        ):
            spare = extra // stride * stride
            if spare > after:
                raise ConvanimError(
                    f"output_padding={extra} along axis {n} is not smaller than stride={stride}, so no convolution has"
                    f" this input size as its output size: take an output_padding of at most {stride - 1}"
                )
            pads.append((before, after - spare))
        return Conv(
            self.output_size,
            self.kernel_size,
            stride=self.stride,
            padding=pads,
            dilation=self.dilation,
            flip=self.flip,
            in_channels=self.out_channels,
            out_channels=self.in_channels,
            groups=self.groups,
        )

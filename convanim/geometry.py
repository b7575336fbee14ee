"""The kinds of convolution: parameters in the framework's words, checked once, and the axes that follow from them."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .axis import AdaptiveAxis, Axis, Cell, Role, Step, Steps, Tap, unravel
from .checks import is_many, normalise, parameter, resolve_padding, shortest
from .errors import ConvanimError
from .padding import PADDING_MODES

# Fields that take an int or one value an axis and are then a tuple with one value an axis; the language of
# types has no word for a dataclass field that is given as one and read as another.
Cells = Any
Pads = Any

POOL_MODES = ("max", "average", "l2")
ADAPTIVE_MODES = ("average", "max")


class _Operation:
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
        """Cells that the kernel slides over: the input with its padding and, transposed, the zeros inserted between its units."""
        return tuple(axis.padded for axis in self.axes)

    @property
    def effective_kernel_size(self) -> Cell:
        """Cells that the dilated kernel spans along each axis, `d (k - 1) + 1`; of adaptive pooling, the largest window."""
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

        Where the framework can't say it directly, the code pads or crops explicitly. It defines `layer`; README shows what that
        takes. Raises ConvanimError for another name, and for what a framework has no way to compute.
        """
        from .frameworks import to_code  # the one import against the current: the method is the name that users look for

        return to_code(self, framework)  # type: ignore[arg-type]


class _Sized(_Operation):
    """What the kinds share whose output size follows from the others."""

    padding: Pads

    @property
    def output_size(self) -> Cell:
        """Cells of the output along each axis."""
        return tuple(axis.output for axis in self.axes)

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """The padding as (before, after) of each axis."""
        return tuple((p, p) if isinstance(p, int) else p for p in self.padding)

    def _check_windows(self) -> None:
        for n, axis in enumerate(self.axes):
            if axis.output < 1:
                spans = f" (it spans {axis.effective_kernel} cells with dilation={axis.dilation})" if axis.dilation > 1 else ""
                raise ConvanimError(
                    f"kernel_size={axis.kernel}{spans} along axis {n} is larger than the padded input of {axis.padded} cells: "
                    f"take a smaller kernel, a larger input_size (now {axis.input}) or more padding"
                )


class _Weighted(_Sized):
    """What the kinds share that have a kernel with values: channels, groups, parameters."""

    kernel_size: Cells
    in_channels: int
    out_channels: int
    groups: int
    bias: bool
    flip: bool

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        """The kernel's shape with its channels, PyTorch's `weight.shape`: (8, 3, 3, 3) for 3 to 8 channels and a kernel of 3 x 3.

        A convolution's is (out_channels, in_channels / groups, ...), a transposed one's (in_channels, out_channels / groups, ...).
        """
        first, second = (self.in_channels, self.out_channels) if isinstance(self, ConvTranspose) else (self.out_channels, self.in_channels)
        return (first, second // self.groups, *self.kernel_size)

    @property
    def parameters(self) -> int:
        """How many numbers the layer learns, bias included: 224 for 3 to 8 channels, a kernel of 3 x 3 and a bias."""
        return math.prod(self.kernel_shape) + (self.out_channels if self.bias else 0)

    @property
    def macs(self) -> int:
        """Multiplications with an addition each, for one input: one for each weight and each cell where it is applied.

        A convolution applies each weight once an output cell, the padding's zeros included; a transposed one once an input cell.
        3 to 8 channels, a kernel of 3 x 3 and an output of 5 x 5: 216 * 25 = 5400.
        """
        return math.prod(self.kernel_shape) * math.prod(self.input_size if isinstance(self, ConvTranspose) else self.output_size)

    def _check_groups(self) -> None:
        for name in ("in_channels", "out_channels"):
            channels = getattr(self, name)
            if channels % self.groups:
                raise ConvanimError(f"{name}={channels} must be divisible by groups={self.groups}: take groups of 1, or {name} of a multiple")


def _channel_fields() -> dict[str, Any]:
    return {
        "in_channels": parameter("count", "Channels of the input."),
        "out_channels": parameter("count", "Channels of the output."),
        "groups": parameter("count", "Groups of channels that don't see each other."),
        "bias": parameter("switch", "Add a number to each channel of the output."),
        "flip": parameter("switch", "Flip the kernel: a true convolution, against the frameworks' cross-correlation."),
    }


_CELLS_OF_INPUT = parameter("cells", "Cells of the input.")
_CELLS_OF_KERNEL = parameter("cells", "Cells of the kernel.")
_PADDING = parameter("padding", "Cells around the input, or a name.", least=0)
_DILATION = parameter("cells", "Cells from tap to tap.")
_CHANNELS = _channel_fields()


@dataclass(frozen=True, repr=False)
class Conv(_Weighted):
    """A convolution as the frameworks compute it (cross-correlation: the kernel is not flipped), in PyTorch's words.

    Every size is an int for all axes, or one value an axis; `padding` also a (before, after) pair an axis, or a name of PADDINGS:
    "valid", "full", "half", "same" (stride 1), "same_upper", "same_lower", "causal". The number of dimensions follows from the
    tuples given, or from `ndim`, else it is 2. `padding_mode` is "zeros", or what the padding copies: "reflect", "replicate",
    "circular" or "symmetric". `flip` computes the true convolution. `output_size` is
    `floor((i + p_before + p_after - d (k - 1) - 1) / s) + 1` (Dumoulin & Visin 2016, Relationship 15).

    Raises ConvanimError for sizes below 1, a negative padding, a kernel larger than the padded input, "same" with a stride, more
    padding than its mode can copy, and groups that don't divide the channels.

    >>> Conv(input_size=5, kernel_size=3, stride=2, padding=1).output_size
    (3, 3)
    """

    input_size: Cells = field(metadata=_CELLS_OF_INPUT)
    kernel_size: Cells = field(metadata=_CELLS_OF_KERNEL)
    _: KW_ONLY
    stride: Cells = field(default=1, metadata=parameter("cells", "Cells from window to window."))
    padding: Pads = field(default=0, metadata=_PADDING)
    dilation: Cells = field(default=1, metadata=_DILATION)
    padding_mode: str = field(default="zeros", metadata=parameter("choice", "What stands in the padding.", choices=PADDING_MODES))
    flip: bool = field(default=False, metadata=_CHANNELS["flip"])
    in_channels: int = field(default=1, metadata=_CHANNELS["in_channels"])
    out_channels: int = field(default=1, metadata=_CHANNELS["out_channels"])
    groups: int = field(default=1, metadata=_CHANNELS["groups"])
    bias: bool = field(default=False, metadata=_CHANNELS["bias"])
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        normalise(self)
        self._check_groups()
        _name_to_padding(self)
        mode = PADDING_MODES[self.padding_mode]
        for n, (cells, pads) in enumerate(zip(self.input_size, self.pads, strict=True)):
            if mode.most and max(pads) > mode.most(cells):
                raise ConvanimError(
                    f"{mode.rule}: padding={max(pads)} along axis {n} with padding_mode={self.padding_mode!r} and input_size={cells}; "
                    f"take at most {mode.most(cells)}"
                )
        self._check_windows()

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension."""
        rows = zip(self.input_size, self.kernel_size, self.stride, self.dilation, self.pads, strict=True)
        return tuple(Axis(i, k, s, d, p0, p1, padding_mode=self.padding_mode) for i, k, s, d, (p0, p1) in rows)

    @property
    def flipped(self) -> bool:
        """Whether the taps meet the input with the kernel reversed along each axis: `flip`."""
        return self.flip

    def transpose(self) -> ConvTranspose:
        """The transposed convolution with the same connectivity and the same kernel, which gives back this one's input size.

        Its `output_padding` is this one's remainder (Dumoulin & Visin 2016, Relationship 14): 1 for an input of 6, kernel 3,
        stride 2 and padding 1, where an input of 5 has the same output size of 3. Raises ConvanimError for a padding that copies.
        """
        if self.padding_mode != "zeros":
            raise ConvanimError(f"padding_mode={self.padding_mode!r} copies cells, which a ConvTranspose can't undo: take padding_mode='zeros'")
        return ConvTranspose(self.output_size, self.kernel_size, stride=self.stride, padding=self.padding, dilation=self.dilation,
                             output_padding=self.remainder, flip=self.flip, in_channels=self.out_channels, out_channels=self.in_channels,
                             groups=self.groups)


@dataclass(frozen=True, repr=False)
class ConvTranspose(_Weighted):
    """A transposed convolution in PyTorch's words: `padding` crops the output, `output_padding` adds to its end.

    It is drawn, and computed, as the guide does: a convolution of stride 1 with the flipped kernel over the input with
    `stride - 1` zeros between its units, `d (k - 1) - p` before and `d (k - 1) - p + output_padding` after (Dumoulin & Visin
    2016, Relationship 14 and section 4). `output_size` is `(i - 1) s - p_before - p_after + d (k - 1) + 1 + output_padding`.

    `padding` may be a name of PADDINGS but "causal": "same_upper" is Keras' and ONNX's, with an output of `i s`. `output_shape`
    asks for an output size: with a number for the padding it chooses `output_padding` (PyTorch's `output_size=`), with
    "same_upper" or "same_lower" what is cropped (ONNX). With `flip` the kernel meets the input unflipped.

    Raises ConvanimError as `Conv`, for an `output_padding` that is not smaller than stride or dilation, and for an empty output.

    >>> ConvTranspose(input_size=3, kernel_size=3, stride=2, padding=1, output_padding=1).output_size
    (6, 6)
    """

    input_size: Cells = field(metadata=_CELLS_OF_INPUT)
    kernel_size: Cells = field(metadata=_CELLS_OF_KERNEL)
    _: KW_ONLY
    stride: Cells = field(default=1, metadata=parameter("cells", "Cells from stamp to stamp of the output."))
    padding: Pads = field(default=0, metadata=_PADDING)
    dilation: Cells = field(default=1, metadata=_DILATION)
    output_padding: Cells = field(default=0, metadata=parameter("cells", "Rows and columns added at the end of the output.", least=0))
    output_shape: Cells = field(default=None, metadata=parameter("cells", "The output's size, where stride leaves several.", optional=True))
    flip: bool = field(default=False, metadata=_CHANNELS["flip"])
    in_channels: int = field(default=1, metadata=_CHANNELS["in_channels"])
    out_channels: int = field(default=1, metadata=_CHANNELS["out_channels"])
    groups: int = field(default=1, metadata=_CHANNELS["groups"])
    bias: bool = field(default=False, metadata=_CHANNELS["bias"])
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        normalise(self)
        self._check_groups()
        if self.output_shape is not None:
            self._reach_output_shape()
        _name_to_padding(self)
        rows = zip(self.axes, self.stride, self.dilation, self.output_padding, self.pads, strict=True)
        for n, (axis, stride, dilation, extra, pads) in enumerate(rows):
            if extra >= max(stride, dilation):
                raise ConvanimError(
                    f"output_padding={extra} along axis {n} must be smaller than either stride={stride} or dilation={dilation}: "
                    f"take at most {max(stride, dilation) - 1}"
                )
            if axis.padded < axis.effective_kernel:
                raise ConvanimError(
                    f"padding={pads} along axis {n} crops the whole output ({max(axis.output, 0)} cells are left of "
                    f"{axis.output + sum(pads)}), the output size is too small: take less padding"
                )

    def _reach_output_shape(self) -> None:
        """Turn `output_shape` into what is cropped, where padding is "same_upper" or "same_lower", otherwise into output_padding."""
        if isinstance(self.padding, str) and self.padding != "valid":
            if self.padding not in ("same_upper", "same_lower"):
                raise ConvanimError(f"output_shape with padding={self.padding!r}: take a number, 'same_upper' or 'same_lower'")
            windows = zip(self.input_size, self.stride, self.kernel_size, self.dilation, self.output_shape, self.output_padding, strict=True)
            pads, extras = [], []
            for n, (i, s, k, d, wanted, extra) in enumerate(windows):
                cells = (i - 1) * s + d * (k - 1) + 1
                total = cells + extra - wanted  # the formula of ONNX's ConvTranspose
                if total < 0 and wanted >= cells + s:
                    raise ConvanimError(
                        f"requested an output size of {wanted} along axis {n}, but there are {cells} cells, and fewer than stride={s} "
                        f"can be added: take at most {cells + s - 1}"
                    )
                both = max(total, 0)
                pads.append((both // 2, both - both // 2) if self.padding == "same_upper" else (both - both // 2, both // 2))
                extras.append(extra + max(-total, 0))
            object.__setattr__(self, "padding", shortest(pads))
            object.__setattr__(self, "output_padding", tuple(extras))
        else:
            _name_to_padding(self)
            least = tuple(axis.output - extra for axis, extra in zip(self.axes, self.output_padding, strict=True))
            most = tuple(n + s - 1 for n, s in zip(least, self.stride, strict=True))  # PyTorch's: also where dilation is larger
            if any(not a <= wanted <= b for a, wanted, b in zip(least, self.output_shape, most, strict=True)):
                raise ConvanimError(f"requested an output size of {self.output_shape}, but valid sizes range from {least} to {most}")
            object.__setattr__(self, "output_padding", tuple(w - a for w, a in zip(self.output_shape, least, strict=True)))
            del self.__dict__["axes"]  # they had the old output_padding
        object.__setattr__(self, "output_shape", None)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension: stride 1 over the input with inserted zeros."""
        rows = zip(*(getattr(self, name) for name in ("input_size", "kernel_size", "stride", "dilation", "output_padding", "pads")), strict=True)
        return tuple(Axis(i, k, 1, d, d * (k - 1) - p0, d * (k - 1) - p1 + extra, s) for i, k, s, d, extra, (p0, p1) in rows)

    @property
    def flipped(self) -> bool:
        """Whether the taps meet the input with the kernel reversed along each axis: always, but not with `flip`."""
        return not self.flip

    @property
    def cropped(self) -> tuple[tuple[int, int], ...]:
        """The output cells that `padding` takes away before and after, along each axis: ((1, 0),) for padding 1 and output_padding 1.

        What `output_padding` gives back isn't cropped.
        """
        return tuple((p0, max(p1 - extra, 0)) for (p0, p1), extra in zip(self.pads, self.output_padding, strict=True))

    def transpose(self) -> Conv:
        """The convolution with the same connectivity and the same kernel, which gives back this one's input size.

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
        return Conv(self.output_size, self.kernel_size, stride=self.stride, padding=pads, dilation=self.dilation, flip=self.flip,
                    in_channels=self.out_channels, out_channels=self.in_channels, groups=self.groups)


@dataclass(frozen=True, repr=False)
class Pool(_Sized):
    """Max, average or L2 pooling in PyTorch's words; a stride that is left out is the kernel size.

    Padding counts as minus infinity for the maximum and as zero for the others. The average divides by all cells of the window
    that lie on the padded input or, with `count_include_pad=False`, by those on the input alone (Keras' `same`), or by
    `divisor_override`. "l2" is the square root of the sum of squares. `ceil_mode` rounds the output size up: a last window may
    hang over the end, unless it would start in the padding there.

    Raises ConvanimError as `Conv`, and for a padding in numbers of more than half the kernel, PyTorch's rule; pairs and names, which
    are ONNX' and Keras', must only be less than the window.

    >>> Pool(input_size=5, kernel_size=2, mode="max").output_size
    (2, 2)
    >>> Pool(input_size=5, kernel_size=2, ceil_mode=True).output_size
    (3, 3)
    """

    input_size: Cells = field(metadata=_CELLS_OF_INPUT)
    kernel_size: Cells = field(metadata=_CELLS_OF_KERNEL)
    _: KW_ONLY
    stride: Cells = field(default=None, metadata=parameter("cells", "Cells from window to window; pooling's is the kernel size if left out."))
    padding: Pads = field(default=0, metadata=_PADDING)
    dilation: Cells = field(default=1, metadata=_DILATION)
    mode: str = field(default="max", metadata=parameter("choice", "What becomes of the cells of a window.", choices=POOL_MODES))
    ceil_mode: bool = field(default=False, metadata=parameter("switch", "Round the output size up: a last window may hang over the end."))
    count_include_pad: bool = field(default=True, metadata=parameter("switch", "Whether the average counts the padding's zeros."))
    divisor_override: int | None = field(default=None, metadata=parameter("count", "What the average divides by.", optional=True))
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.stride is None:
            object.__setattr__(self, "stride", self.kernel_size)
        numbers = not isinstance(self.padding, str) and not (is_many(self.padding) and any(map(is_many, self.padding)))
        normalise(self)
        _name_to_padding(self)
        if self.mode != "average" and (self.divisor_override is not None or not self.count_include_pad):
            word = "divisor_override" if self.divisor_override is not None else "count_include_pad"
            raise ConvanimError(f"{word} is for the average, and this is {self.mode} pooling: leave it out, or take mode='average'")
        self._check_padding(numbers)
        self._check_windows()

    def _check_padding(self, numbers: bool) -> None:
        """PyTorch's rule for a padding in PyTorch's words, which are numbers; ONNX' and Keras' pairs and names must only leave a cell."""
        for n, (axis, pads) in enumerate(zip(self.axes, self.pads, strict=True)):
            half = axis.kernel // 2  # of the kernel, whatever its dilation
            if numbers and max(pads) > half:
                raise ConvanimError(
                    f"padding={max(pads)} along axis {n} is more than half of kernel_size={axis.kernel} (pad should be at most half of kernel "
                    f"size, in PyTorch): take at most {half}; a pair, padding={((1, 2),) * len(self.axes)}, must only be less than the window"
                )
            if max(pads) >= axis.effective_kernel:
                raise ConvanimError(
                    f"padding={pads} along axis {n} is not less than the pooling window of {axis.effective_kernel} cells: "
                    f"take at most {axis.effective_kernel - 1}"
                )
        if any(p0 > kernel // 2 or p1 > kernel // 2 for (p0, p1), kernel in zip(self.pads, self.kernel_size, strict=True)):
            object.__setattr__(self, "padding", self.pads)  # pairs stay pairs, so that the repr can be read back

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension."""
        rows = zip(self.input_size, self.kernel_size, self.stride, self.dilation, self.pads, strict=True)
        return tuple(Axis(i, k, s, d, p0, p1, ceil_mode=self.ceil_mode) for i, k, s, d, (p0, p1) in rows)


@dataclass(frozen=True, repr=False)
class AdaptivePool(_Operation):
    """Average or max pooling to a given size, whose windows differ in size by a cell or two where they must (PyTorch's words).

    Window o of n over i cells reads from `floor(o i / n)` up to `ceil((o + 1) i / n)`. Raises ConvanimError for sizes below 1.

    >>> [list(AdaptivePool(input_size=5, output_size=3, ndim=1).axes[0].taps(o)) for o in range(3)]
    [[0, 1], [1, 2, 3], [3, 4]]
    """

    input_size: Cells = field(metadata=_CELLS_OF_INPUT)
    output_size: Cells = field(metadata=parameter("cells", "Cells of the output."))
    _: KW_ONLY
    mode: str = field(default="average", metadata=parameter("choice", "What becomes of the cells of a window.", choices=ADAPTIVE_MODES))
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        normalise(self)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension."""
        return tuple(AdaptiveAxis.over(i, n) for i, n in zip(self.input_size, self.output_size, strict=True))

    @property
    def kernel_size(self) -> Cell:
        """Cells of the largest window along each axis."""
        return tuple(axis.kernel for axis in self.axes)

    @property
    def padding(self) -> tuple[int, ...]:
        """None: 0 along each axis."""
        return (0,) * len(self.axes)


Operation = Conv | ConvTranspose | Pool | AdaptivePool

# the one list of the kinds of convolution: TOML's `operation`, the commands of the CLI
OPERATIONS: dict[str, type[Conv] | type[ConvTranspose] | type[Pool] | type[AdaptivePool]] = {
    "conv": Conv, "transpose": ConvTranspose, "pool": Pool, "adaptive_pool": AdaptivePool,
}


def _name_to_padding(op: Conv | ConvTranspose | Pool) -> None:
    """Put numbers in the place of a padding's name; what a transposed convolution's name adds goes to output_padding."""
    if not isinstance(op.padding, str):
        return
    sizes = [(i, d * (k - 1) + 1, s) for i, k, s, d in zip(op.input_size, op.kernel_size, op.stride, op.dilation, strict=True)]
    pads = resolve_padding(op.padding, isinstance(op, ConvTranspose), sizes)
    if isinstance(op, ConvTranspose):
        more = tuple(extra + max(-after, 0) for extra, (_, after) in zip(op.output_padding, pads, strict=True))
        object.__setattr__(op, "output_padding", more)
    object.__setattr__(op, "padding", shortest([(before, max(after, 0)) for before, after in pads]))


__all__ = [
    "ADAPTIVE_MODES", "OPERATIONS", "POOL_MODES", "AdaptivePool", "Axis", "Cell", "Conv", "ConvTranspose", "Operation", "Pool", "Role",
    "Step", "Steps", "Tap", "unravel",
]

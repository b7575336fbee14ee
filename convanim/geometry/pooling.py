"""Pooling: windows of one size, and adaptive ones."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from ..errors import ConvanimError
from .axis import AdaptiveAxis, Axis, Cell
from .operation import CELLS_OF_INPUT, CELLS_OF_KERNEL, DILATION, PADDING, Cells, Operation, Pads, Sized
from .padding import PADDINGS
from .parameters import MOST_AXES, is_many, normalise, parameter
from .reduction import REDUCTIONS, Reduction
from .words import pooled

POOL_MODES = ("max", "average", "l2")
ADAPTIVE_MODES = ("average", "max")


@dataclass(frozen=True, repr=False)
class Pool(Sized):
    """Max, average or L2 pooling in PyTorch's words; a stride that is left out is the kernel size.

    Padding counts as minus infinity for the maximum and as zero for the others. The average divides by all cells of the
    window that lie on the padded input or, with `count_include_pad=False`, by those on the input alone, or by
    `divisor_override`. What `count_include_pad` is if left out follows from the padding: PyTorch's True for numbers and
    the guide's names, and False for "same", "SAME", "same_upper" and "same_lower", as in Keras, TensorFlow and ONNX.
    "l2" is the square root of the sum of squares. `ceil_mode` rounds the output size up: a
    last window may hang over the end, unless it would start in the padding there.

    Raises ConvanimError as `Conv`, and for a padding in numbers of more than half the kernel, PyTorch's rule; pairs and
    names, which are ONNX' and Keras', must only be less than the window. So are "same_numpy", which no pooling has, and
    ONNX' "same_upper" and "same_lower" without a stride, which is 1 in ONNX.

    >>> Pool(input_size=5, kernel_size=2, mode="max").output_size
    (2, 2)
    >>> Pool(input_size=5, kernel_size=2, ceil_mode=True).output_size
    (3, 3)
    """

    input_size: Cells = field(metadata=CELLS_OF_INPUT)
    kernel_size: Cells = field(metadata=CELLS_OF_KERNEL)
    _: KW_ONLY
    stride: Cells = field(
        default=None,
        metadata=parameter("cells", "Cells from window to window; pooling's is the kernel size if left out."),
    )
    padding: Pads = field(default=0, metadata=PADDING)
    dilation: Cells = field(default=1, metadata=DILATION)
    mode: str = field(
        default="max", metadata=parameter("choice", "What becomes of the cells of a window.", choices=POOL_MODES)
    )
    ceil_mode: bool = field(
        default=False, metadata=parameter("switch", "Round the output size up: a last window may hang over the end.")
    )
    count_include_pad: Any = field(  # None if it follows from the padding; always read as a bool
        default=None,
        metadata=parameter("switch", "Whether the average counts the padding's zeros.", optional=True, usual=True),
    )
    divisor_override: int | None = field(
        default=None, metadata=parameter("count", "What the average divides by.", optional=True)
    )
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        stride_given = self.stride is not None
        if not stride_given:
            object.__setattr__(self, "stride", self.kernel_size)
        numbers = not isinstance(self.padding, str) and not (
            is_many(self.padding) and any(map(is_many, islice(self.padding, MOST_AXES)))
        )
        normalise(self)
        name = self.padding if isinstance(self.padding, str) else None
        if name is not None:
            self.store_padding(pooled(name, self.along(), stride_given))
        if self.count_include_pad is None:
            counted = self.mode != "average" or name is None or PADDINGS[name].counted or not any(map(any, self.pads))
            object.__setattr__(self, "count_include_pad", counted)
        if self.mode != "average" and (self.divisor_override is not None or not self.count_include_pad):
            word = "divisor_override" if self.divisor_override is not None else "count_include_pad"
            raise ConvanimError(
                f"{word} is for the average, and this is {self.mode} pooling: leave it out, or take mode='average'"
            )
        self._check_padding(numbers)
        self.check_windows()

    def _check_padding(self, numbers: bool) -> None:
        """PyTorch's rule for a padding in PyTorch's words, which are numbers; ONNX' and Keras' pairs and names must
        only leave a cell.
        """
        for n, (axis, pads) in enumerate(zip(self.axes, self.pads, strict=True)):
            half = axis.kernel // 2  # of the kernel, whatever its dilation
            if numbers and max(pads) > half:
                raise ConvanimError(
                    f"padding={max(pads)} along axis {n} is more than half of kernel_size={axis.kernel} (pad should be"
                    f" at most half of kernel size, in PyTorch): take at most {half}; a pair,"
                    f" padding={((1, 2),) * len(self.axes)}, must only be less than the window"
                )
            if max(pads) >= axis.effective_kernel:
                raise ConvanimError(
                    f"padding={pads} along axis {n} is not less than the pooling window of {axis.effective_kernel}"
                    f" cells: take at most {axis.effective_kernel - 1}"
                )
        if any(
            p0 > kernel // 2 or p1 > kernel // 2 for (p0, p1), kernel in zip(self.pads, self.kernel_size, strict=True)
        ):
            object.__setattr__(self, "padding", self.pads)  # pairs stay pairs, so that the repr can be read back

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One `Axis` a dimension."""
        return self.sliding(ceil_mode=self.ceil_mode)

    @property
    def reduction(self) -> Reduction:
        """The row of REDUCTIONS that `mode` names."""
        return REDUCTIONS[self.mode]

    @property
    def kind(self) -> str:
        """The name "max_pool", "average_pool" or "l2_pool"."""
        return f"{self.mode}_pool"


@dataclass(frozen=True, repr=False)
class AdaptivePool(Operation):
    """Average or max pooling to a given size, whose windows differ in size by a cell or two where they must (PyTorch's
    words).

    Window o of n over i cells reads from `floor(o i / n)` up to `ceil((o + 1) i / n)`. None for an axis, as in
    (None, 3), keeps the input's size. Raises ConvanimError for sizes below 1.

    >>> [list(AdaptivePool(input_size=5, output_size=3, ndim=1).axes[0].taps(o)) for o in range(3)]
    [[0, 1], [1, 2, 3], [3, 4]]
    """

    input_size: Cells = field(metadata=CELLS_OF_INPUT)
    output_size: Cells = field(metadata=parameter("cells", "Cells of the output."))
    _: KW_ONLY
    mode: str = field(
        default="average",
        metadata=parameter("choice", "What becomes of the cells of a window.", choices=ADAPTIVE_MODES),
    )
    ndim: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if is_many(self.output_size) and any(size is None for size in islice(self.output_size, MOST_AXES)):
            own = self.input_size if is_many(self.input_size) else [self.input_size] * len(self.output_size)
            if len(own) == len(self.output_size):  # `normalise` reports other errors
                pairs = zip(own, self.output_size, strict=True)
                object.__setattr__(self, "output_size", tuple(i if size is None else size for i, size in pairs))
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

    @property
    def reduction(self) -> Reduction:
        """The row of REDUCTIONS that `mode` names."""
        return REDUCTIONS[self.mode]

    @property
    def kind(self) -> str:
        """The name "average_adaptive_pool" or "max_adaptive_pool"."""
        return f"{self.mode}_adaptive_pool"

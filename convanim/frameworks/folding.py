"""Paddings and crops beside a layer that become a part of it, where that is exact."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from ..errors import ConvanimError
from ..geometry import AdaptivePool, Axis, Conv, ConvTranspose, Operation, Pool
from ..geometry.axis import Cell
from ..geometry.padding import PADDING_MODES
from ..geometry.parameters import shortest
from .snippet import Pads, any_pad


@dataclass(frozen=True)
class Padding:
    """Cells that are added before and after each axis of an input of this size, or cut off where `pads` is negative.

    `mode` is of PADDING_MODES, or "constant" for cells of another `value`. `steps` are the
    distances between the cells of the rest that are kept, () for 1.
    """

    name: str
    kind: str
    input_size: Cell
    pads: Pads
    mode: str = "zeros"
    value: float = 0
    steps: Cell = ()

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Which cells of the input each cell of the output is."""
        mode = self.mode if self.mode in PADDING_MODES else "zeros"
        return tuple(
            Axis(size, 1, step, 1, before, after, padding_mode=mode)
            for size, step, (before, after) in zip(
                self.input_size, self.steps or (1,) * len(self.pads), self.pads, strict=True
            )
        )

    @property
    def output_size(self) -> Cell:
        """The size with the cells added and cut."""
        return tuple(axis.output for axis in self.axes)

    @property
    def is_whole(self) -> bool:
        """Whether each cell of the rest is kept."""
        return max(self.steps, default=1) == 1

    @property
    def is_nothing(self) -> bool:
        """Whether it neither adds nor cuts a cell."""
        return self.is_whole and not any_pad(self.pads)


def sliced(name: str, kind: str, size: Cell, parts: Iterable[slice]) -> Padding | None:
    """The cells that slices leave, one slice per axis; None where they leave none, or turn an axis round."""
    pads, steps = [], []
    for cells, part in zip(size, parts, strict=True):
        kept = range(cells)[part]
        if kept.step < 1 or not kept:
            return None
        pads.append((-kept[0], kept[-1] + 1 - cells))
        steps.append(kept.step if len(kept) > 1 else 1)
    return Padding(name, kind, size, tuple(pads), steps=tuple(steps) if max(steps, default=1) > 1 else ())


def is_growing(padding: Padding) -> bool:
    """Whether cells are added alone."""
    return padding.is_whole and min(map(min, padding.pads)) >= 0


def is_cropping(padding: Padding) -> bool:
    """Whether cells are cut alone."""
    return padding.is_whole and max(map(max, padding.pads)) <= 0


def both(first: Padding, second: Padding) -> Padding | None:
    """Two paddings, one after the other, as one; None where they aren't."""
    if not (first.is_whole and second.is_whole):
        return None
    cuts = is_cropping(second) and (
        first.mode in ("zeros", "replicate", "constant")
        or all(
            p + q >= 0
            for one, other in zip(first.pads, second.pads, strict=True)
            for p, q in zip(one, other, strict=True)
        )
    )
    grows = first.mode == second.mode in ("zeros", "replicate") and is_growing(first) and is_growing(second)
    if not (cuts or grows):
        return None
    return replace(
        second,
        input_size=first.input_size,
        pads=_sum(first.pads, second.pads),
        mode=first.mode,
        value=first.value,
        name=second.name if grows else first.name,
        kind=second.kind if grows else first.kind,
    )


def _sum(one: Iterable[tuple[int, int]], other: Iterable[tuple[int, int]]) -> Pads:
    return tuple((a + c, b + d) for (a, b), (c, d) in zip(one, other, strict=True))


def cropped(op: Operation, crop: Padding) -> Operation | None:
    """The operation whose output lacks the cells that are cut off; None where no padding says so.

    A convolution whose padding is on both sides and whose last cells are cut off has less padding at the end: the
    causal convolution of a TCN.
    """
    if not is_cropping(crop) or isinstance(op, AdaptivePool) or (isinstance(op, Pool) and op.ceil_mode):
        return None
    strides = (-1,) * len(crop.pads) if op.transposed else op.stride
    pads = tuple(
        (before + cut[0] * stride, after + cut[1] * stride)
        for (before, after), cut, stride in zip(op.pads, crop.pads, strides, strict=True)
    )
    if min(map(min, pads)) < 0:
        return None
    try:
        new = replace(op, padding=pads if isinstance(op, Pool) else shortest(pads))
    except ConvanimError:  # its padding crops the whole output
        return None
    return new if new.output_size == crop.output_size else None


def folded(op: Operation, padding: Padding) -> Operation | str:
    """The operation with a padding layer's cells as its own padding, or the reason why that isn't the same."""
    if not is_growing(padding):
        return "it crops the input"
    return FOLDS[type(op)](op, padding)


def _into_conv(op: Conv, padding: Padding) -> Operation | str:
    own = op.padding_mode if any_pad(op.pads) else padding.mode
    if padding.mode == "constant":
        return f"its cells are {padding.value:g}, and a convolution's padding is 0"
    if own != padding.mode or (any_pad(op.pads) and own not in ("zeros", "replicate")):
        return f"{padding.mode} cells in front of a padding of {op.padding_mode} are not one padding"
    return replace(
        op, input_size=padding.input_size, padding=shortest(_sum(op.pads, padding.pads)), padding_mode=padding.mode
    )


def _into_pool(op: Pool, padding: Padding) -> Operation | str:
    if padding.mode not in ("zeros", "constant"):
        return f"pooling has no padding_mode={padding.mode!r}"
    if op.mode == "max" and padding.value != -math.inf:
        return "its cells take part in the maximum, which a max pooling's own padding doesn't"
    if op.mode != "max" and padding.value != 0:
        return f"its cells are {padding.value:g}, and a pooling's padding is 0"
    if op.mode == "average" and any_pad(op.pads) and not op.count_include_pad and op.divisor_override is None:
        return "its zeros count in the average, and the pooling's own don't"
    try:
        new = replace(op, input_size=padding.input_size, padding=_sum(op.pads, padding.pads), count_include_pad=True)
    except ConvanimError:
        return "it is too large for a pooling's padding"
    return (
        new
        if new.output_size == op.output_size
        else "with ceil_mode, windows may start in it, but not in the pooling's own padding"
    )


FOLDS: dict[type, Callable[[Any, Padding], Operation | str]] = {
    Conv: _into_conv,
    Pool: _into_pool,
    ConvTranspose: lambda op, padding: "a transposed convolution's padding crops its output",
    AdaptivePool: lambda op, padding: "adaptive pooling has no padding",
}

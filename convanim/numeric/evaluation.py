"""Evaluates an operation tap by tap: the cell that each kernel cell meets, and the one value of each window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

from ..errors import ConvanimError
from ..geometry import Operation, Reduction, check_operation
from ..geometry.axis import Axis
from ..geometry.padding import PADDING_MODES
from .arrays import Array, given_bias, given_input, given_kernel
from .refusals import TOO_LARGE, check_memory, no_average


def evaluate(op: Operation, input: object, kernel: object | None = None, bias: object | None = None) -> Array:  # noqa: A002 - the field's word
    """The output of an operation, computed tap by tap.

    `input` has the shape `op.input_size`, and `kernel` (for Conv and ConvTranspose) `op.kernel_size`; with channels
    they have `(op.in_channels, *op.input_size)` and `op.kernel_shape`, and `bias` is one number per channel of the
    output. Pooling takes any number of channels. The result has `op.output_size`, after its channels if the input has
    any; it is int64 where all is whole numbers (and doesn't overflow), otherwise float64. The kernel isn't flipped
    (cross-correlation), as in the frameworks; a ConvTranspose computes its adjoint. Raises ConvanimError for values of
    another shape, NaN and infinity, for a missing or superfluous kernel or bias, and for an average over nothing.

    >>> from convanim import Conv
    >>> evaluate(Conv(input_size=4, kernel_size=2, stride=2, ndim=1), [1, 2, 3, 4], [10, 1]).tolist()
    [12, 34]
    """
    check_operation(op)
    x, has_channels = given_input(op, input)
    w = given_kernel(op, kernel)
    b = given_bias(op, bias)
    check_memory("output", (op.out_channels if op.weighted else len(x), *op.output_size))
    if w is not None and _may_overflow(op, x, w, b):
        x = x.astype(np.float64)
    rule = op.reduction
    reads = [reads_along(axis, op.flipped) for axis in op.axes]
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # products of values that aren't there are thrown away; the rest is checked
        scale = _scales(op, x, reads) if rule.squares else None
        total, seen = _combined(op, x if rule.squares else rule.prepare(x), w, reads, scale)
        if b is not None:
            total = total + b.reshape(-1, *[1] * len(op.axes))
        result: Array = rule.finish(total, divisors(op, reads))
        if scale is not None:
            result = result * scale
    if rule.padding_value and not seen.all():  # windows over nothing but padding
        result = np.where(seen, result, rule.padding_value)
    elif not np.isfinite(result).all():
        raise ConvanimError(TOO_LARGE)
    return result if has_channels or len(result) > 1 else result[0]


def _scales(op: Operation, x: Array, reads: list[Reads]) -> Array:
    """The largest power of two that isn't above the magnitudes under each window; 1 where all are 0."""
    largest, _ = _combined(op, np.abs(x.astype(np.float64)), None, reads, rule=LARGEST)
    _, exponents = np.frexp(largest)
    return np.where(largest > 0, np.ldexp(1.0, exponents - 1), 1.0)


LARGEST = Reduction("largest", "maximum")  # of magnitudes, so that 0 stands where there is no value


def _combined(
    op: Operation,
    x: Array,
    w: Array | None,
    reads: list[Reads],
    scale: Array | None = None,
    rule: Reduction | None = None,
) -> tuple[Array, Array]:
    """The combined values under each window, (channels, *output_size), and whether it has any, `output_size`.

    With `scale` the values of each window are divided by its own, and prepared then; `rule` is another reduction than
    the operation's.
    """
    rule = rule or op.reduction
    combine = getattr(np, rule.combine)
    total: Array | None = None
    seen = np.zeros(op.output_size, bool)
    for number, cell in enumerate(product(*(range(k) for k in op.kernel_size))):
        sources = [read.source[j] for read, j in zip(reads, cell, strict=True)]
        here = _outer(np.logical_and, [source >= 0 for source in sources])
        value = x[np.ix_(np.arange(len(x)), *sources)]
        if w is not None:
            value = _weighted(op, value, w.reshape(*w.shape[:2], -1)[:, :, number])
        if scale is not None:
            value = rule.prepare(value / scale)
        if not here.all():
            value = np.where(here, value, _neutral(rule, value.dtype))
        total = value if total is None else combine(total, value)
        seen |= here
    assert total is not None
    return total, seen


def _neutral(rule: Reduction, dtype: np.dtype[Any]) -> Any:
    """The value where there is no cell, as a number of this type: 0, or the lowest or highest number that there is."""
    if dtype.kind == "i" and math.isinf(rule.padding_value):
        limits = np.iinfo(np.int64)
        return dtype.type(limits.min if rule.padding_value < 0 else limits.max)
    return dtype.type(rule.padding_value)


def _weighted(op: Operation, x: Array, w: Array) -> Array:
    """The sums over a group's input channels, of the values that one kernel cell meets: (out_channels, *output)."""
    groups, size = op.groups, x.shape[1:]
    columns = x.reshape(groups, op.in_channels // groups, -1)
    if op.transposed:
        rows = w.reshape(groups, op.in_channels // groups, -1).transpose(0, 2, 1)
    else:
        rows = w.reshape(groups, op.out_channels // groups, -1)
    return np.asarray(np.matmul(rows, columns)).reshape(op.out_channels, *size)


def _may_overflow(op: Operation, x: Array, w: Array, b: Array | None) -> bool:
    """Whether sums of products of these whole numbers could leave int64."""
    if x.dtype.kind != "i" or w.dtype.kind != "i":
        return False
    most = [max(abs(int(a.max())), abs(int(a.min()))) for a in (x, w, np.zeros(1, np.int64) if b is None else b)]
    products = op.in_channels // op.groups * math.prod(op.kernel_size)  # in one output value
    return most[0] * most[1] * products + most[2] >= 2**63


@dataclass(frozen=True, eq=False)
class Reads:
    """The cells that each kernel cell (rows) meets for each output cell (columns) along an axis.

    `source` is the input cell, or -1 where there is none; `on_padded` is whether there is a padded cell at all.
    """

    source: Array
    on_padded: Array


def reads_along(axis: Axis, flipped: bool) -> Reads:
    """The cells that the kernel's cells meet along an axis; `flipped` is whether the kernel is reversed."""
    check_memory("table of windows", (axis.kernel, axis.output))
    kernel = np.arange(axis.kernel)[:, None]
    start, stop = axis.window(np.arange(axis.output))
    cells = start + kernel * axis.dilation
    source, between = np.divmod(cells - axis.before, axis.spacing)
    on_padded = (cells < stop) & (cells < axis.padded)
    inside = (source >= 0) & (source < axis.input)
    copied = PADDING_MODES[axis.padding_mode].source
    if copied:
        source, inside = np.where(inside, source, copied(source, axis.input)), np.ones_like(inside)
    source = np.where(on_padded & inside & (between == 0), source, -1)
    return Reads(source[::-1], on_padded[::-1]) if flipped else Reads(source, on_padded)


def _outer(combine: np.ufunc, rows: list[Array]) -> Array:
    return np.asarray(reduce(combine.outer, rows))


def divisors(op: Operation, reads: list[Reads] | None = None) -> Array:
    """The number that each window's total is divided by, of the shape `op.output_size`: 1, or for an average the number
    of cells that count, 4 for a whole window of 2 x 2.

    Raises ConvanimError for a window without a cell that counts.
    """
    if not op.reduction.divides:
        return np.broadcast_to(np.int64(1), op.output_size)
    if op.divisor_override is not None:
        return np.full(op.output_size, op.divisor_override)
    reads = reads or [reads_along(axis, False) for axis in op.axes]
    counts = _outer(
        np.multiply, [(read.on_padded if op.count_include_pad else read.source >= 0).sum(0) for read in reads]
    )
    if not counts.all():
        raise no_average(tuple(int(i) for i in np.argwhere(counts == 0)[0]))
    return counts

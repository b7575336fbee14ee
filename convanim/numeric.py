"""Evaluates a convolution through its taps: the values behind a figure, and the sparse matrix of the guide's section 4.1."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

from .axis import Axis, Cell
from .checks import MOST_BYTES
from .errors import ConvanimError, shown
from .geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool, check_operation
from .padding import PADDING_MODES

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Reduction:
    """How the values under a window become one.

    `prepare` is done to each value, `absent` stands where there is none, `combine` joins two, and `finish` gets the total and
    the number of cells that count. `linear` ones have a matrix.
    """

    absent: float
    combine: np.ufunc
    finish: Callable[[Array, Array], Array] = lambda total, count: total
    prepare: Callable[[Array], Array] = lambda value: value
    linear: bool = True


REDUCTIONS = {
    "sum": Reduction(0, np.add),
    "average": Reduction(0, np.add, lambda total, count: total / count, lambda value: value.astype(np.float64)),
    "max": Reduction(-math.inf, np.maximum, linear=False),
    "l2": Reduction(0, np.add, lambda total, count: np.sqrt(total), lambda value: value.astype(np.float64) ** 2, linear=False),
}


def reduction(op: Operation) -> Reduction:
    """The row of REDUCTIONS that an operation uses: its pooling mode, otherwise the sum."""
    return REDUCTIONS["sum" if isinstance(op, Conv | ConvTranspose) else op.mode]


def numbers(name: str, values: object, shape: tuple[int, ...]) -> Array:
    """The values as int64 or float64 of this shape; one ConvanimError line for anything that isn't finite numbers of this shape."""
    converted = _finite(name, values, shape)
    if converted.shape != shape:
        raise ConvanimError(f"{name} has the shape {converted.shape}: this figure needs {shape}")
    return converted


def _finite(name: str, values: object, shape: tuple[int, ...]) -> Array:
    try:
        array = np.asarray(values)
    except Exception:  # a user's object may raise anything here
        raise ConvanimError(f"{name} is not an array, or has rows of different lengths: give {_size(shape)} numbers") from None
    if array.dtype.kind not in "biuf":
        raise ConvanimError(f"{name} holds {array.dtype} ({shown(values)}): give {_size(shape)} real numbers")
    whole = array.dtype.kind in "biu" and (array.size == 0 or int(array.max()) < 2**63)
    with np.errstate(over="ignore"):
        converted = array.astype(np.int64 if whole else np.float64)
    if not np.isfinite(converted).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(converted))[0])
        raise ConvanimError(f"{name} holds {array[where]} at {where}: every value must be a finite number")
    return converted


def _check_memory(what: str, size: Cell) -> None:
    needed = math.prod(size) * 8
    if needed > MOST_BYTES:
        raise ConvanimError(f"the {what} of {_size(size)} would need {needed / 2**30:,.0f} GB, and {MOST_BYTES >> 30} GB are the most")


def _size(size: Cell) -> str:
    return " x ".join(map(str, size))


def evaluate(op: Operation, input: object, kernel: object | None = None, bias: object | None = None) -> Array:  # noqa: A002 - the field's word
    """The output of an operation, computed tap by tap.

    `input` has the shape `op.input_size`, and `kernel` (for Conv and ConvTranspose) `op.kernel_size`; with channels they have
    `(op.in_channels, *op.input_size)` and `op.kernel_shape`, and `bias` is one number a channel of the output. Pooling takes any
    number of channels. The result has `op.output_size`, after its channels if the input has any; it is int64 where all is
    whole numbers (and doesn't overflow), otherwise float64. The kernel isn't flipped (cross-correlation), as in the frameworks;
    a ConvTranspose computes its adjoint. Raises ConvanimError for values of another shape, NaN and infinity, for a missing or
    superfluous kernel or bias, and for an average over nothing.

    >>> from convanim import Conv
    >>> evaluate(Conv(input_size=4, kernel_size=2, stride=2, ndim=1), [1, 2, 3, 4], [10, 1]).tolist()
    [12, 34]
    """
    check_operation(op)
    x, has_channels = _input(op, input)
    w = _weights(op, kernel)
    b = _bias(op, bias)
    channels = op.out_channels if isinstance(op, Conv | ConvTranspose) else len(x)
    _check_memory("output", (channels, *op.output_size))
    rule = reduction(op)
    if isinstance(op, Conv | ConvTranspose) and w is not None and _may_overflow(op, x, w, b):
        x = x.astype(np.float64)
    reads = [_reads(axis, op.flipped) for axis in op.axes]
    total: Array | None = None
    seen = np.zeros(op.output_size, bool)
    with np.errstate(over="ignore", invalid="ignore"):  # products of values that aren't there are thrown away; the rest is checked
        x = rule.prepare(x)
        for number, cell in enumerate(product(*(range(k) for k in op.kernel_size))):
            index = np.ix_(np.arange(len(x)), *(read.source[j] for read, j in zip(reads, cell, strict=True)))
            here = _outer(np.logical_and, [read.source[j] >= 0 for read, j in zip(reads, cell, strict=True)])
            value = x[index]
            if w is not None and isinstance(op, Conv | ConvTranspose):
                value = _weighted(op, value, w.reshape(*w.shape[:2], -1)[:, :, number])
            if not here.all():
                lowest = np.iinfo(np.int64).min if value.dtype.kind == "i" else -np.inf
                value = np.where(here, value, value.dtype.type(lowest if rule.absent else 0))
            total = value if total is None else rule.combine(total, value)
            seen |= here
        assert total is not None
        if b is not None:
            total = total + b.reshape(-1, *[1] * len(op.axes))
    if rule.absent and not seen.all():  # windows over nothing but padding
        total = np.where(seen, total, rule.absent)
    elif not np.isfinite(total).all():
        raise ConvanimError("the output's values are too large for float64: take smaller values for input= and kernel=")
    result = rule.finish(total, divisors(op, reads))
    return result if has_channels or len(result) > 1 else result[0]


def _input(op: Operation, values: object) -> tuple[Array, bool]:
    """The input as (channels, *size), and whether it was given with its channels."""
    channels = op.in_channels if isinstance(op, Conv | ConvTranspose) else None
    shape = op.input_size if channels in (1, None) else (channels, *op.input_size)
    x = _finite("input", values, shape)
    if x.shape == op.input_size and channels in (1, None):
        return x[None], False
    if x.shape[1:] == op.input_size and x.ndim == len(op.axes) + 1 and len(x) == (channels or len(x)) > 0:
        return x, True
    raise ConvanimError(f"input has the shape {x.shape}: this figure needs {shape}")


def _weights(op: Operation, kernel: object | None) -> Array | None:
    """The kernel as `op.kernel_shape`; None for pooling."""
    if not isinstance(op, Conv | ConvTranspose):
        if kernel is not None:
            raise ConvanimError(f"{op.mode} pooling has no kernel values: leave out kernel=")
        return None
    shape = op.kernel_size if math.prod(op.kernel_shape[:2]) == 1 else op.kernel_shape
    if kernel is None:
        raise ConvanimError(f"the kernel's values are missing: give kernel= as {_size(shape)} numbers")
    w = _finite("kernel", kernel, shape)
    if w.shape not in (shape, op.kernel_shape):
        raise ConvanimError(f"kernel has the shape {w.shape}: this figure needs {shape}")
    return w.reshape(op.kernel_shape)


def _bias(op: Operation, bias: object | None) -> Array | None:
    wanted = isinstance(op, Conv | ConvTranspose) and op.bias
    if wanted and bias is None:
        raise ConvanimError("the bias is missing: give bias= with one number a channel of the output, or take bias=False for the operation")
    if not wanted and bias is not None:
        raise ConvanimError("this operation has no bias: leave out bias=, or take bias=True for the operation")
    return numbers("bias", bias, (op.out_channels,)) if isinstance(op, Conv | ConvTranspose) and wanted else None


def _weighted(op: Conv | ConvTranspose, x: Array, w: Array) -> Array:
    """The sums over a group's input channels, of the values that one kernel cell meets: (out_channels, *output)."""
    groups, size = op.groups, x.shape[1:]
    columns = x.reshape(groups, op.in_channels // groups, -1)
    if isinstance(op, ConvTranspose):
        rows = w.reshape(groups, op.in_channels // groups, -1).transpose(0, 2, 1)
    else:
        rows = w.reshape(groups, op.out_channels // groups, -1)
    return np.asarray(np.matmul(rows, columns)).reshape(op.out_channels, *size)


def _may_overflow(op: Conv | ConvTranspose, x: Array, w: Array, b: Array | None) -> bool:
    """Whether sums of products of these whole numbers could leave int64."""
    if x.dtype.kind != "i" or w.dtype.kind != "i":
        return False
    most = [max(abs(int(a.max())), abs(int(a.min()))) for a in (x, w, np.zeros(1, np.int64) if b is None else b)]
    products = op.in_channels // op.groups * math.prod(op.kernel_size)  # in one output value
    return most[0] * most[1] * products + most[2] >= 2**63


@dataclass(frozen=True, eq=False)
class Reads:
    """What each kernel cell (rows) meets for each output cell (columns) along an axis.

    `source` is the input cell, or -1 where there is none; `on_padded` is whether there is a padded cell at all.
    """

    source: Array
    on_padded: Array


def _reads(axis: Axis, flipped: bool) -> Reads:
    _check_memory("table of windows", (axis.kernel, axis.output))
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
    """What the average of each window divides by, of the shape `op.output_size`: 4 for a window of 2 x 2 that counts all its cells."""
    if not isinstance(op, Pool | AdaptivePool) or op.mode != "average":
        return np.ones((), np.int64)
    if isinstance(op, Pool) and op.divisor_override is not None:
        return np.full(op.output_size, op.divisor_override)
    reads = reads or [_reads(axis, False) for axis in op.axes]
    everything = not isinstance(op, Pool) or op.count_include_pad
    counts = _outer(np.multiply, [(read.on_padded if everything else read.source >= 0).sum(0) for read in reads])
    if not counts.all():
        where = tuple(int(i) for i in np.argwhere(counts == 0)[0])
        raise ConvanimError(f"the window of output cell {where} has no cell that counts, so there is no average: take count_include_pad=True, or less padding")
    return counts


@dataclass(frozen=True, eq=False)
class Unrolled:
    """An operation as a sparse matrix: `values[n]` stands in row `rows[n]` (output cell) and column `columns[n]` (input cell).

    Cells are counted row by row. `kernel[n]` is the kernel cell that the value is of, counted in the same way.
    """

    shape: tuple[int, int]
    rows: Array
    columns: Array
    kernel: Array
    values: Array

    def dense(self) -> Array:
        """The whole matrix, zeros included."""
        _check_memory("matrix", self.shape)
        matrix = np.zeros(self.shape, self.values.dtype)
        np.add.at(matrix, (self.rows, self.columns), self.values)
        return matrix


def unrolled(op: Operation, kernel: object | None = None) -> Unrolled:
    """The sparse matrix C with `output.ravel() = C @ input.ravel()` (Dumoulin & Visin 2016, section 4.1), the bias left out.

    Without `kernel` the values number the kernel's cells, row by row from 1, so that they tell which weight stands where.
    The matrix of a transposed convolution is exactly the transpose of the direct one's. Average pooling has one too; max and L2
    pooling are not linear and raise ConvanimError. For an input of 4 x 4 and a kernel of 3 x 3 it is the guide's 4 x 16
    matrix with 36 values. Channels come first in rows and columns, as they do in the arrays.
    """
    check_operation(op)
    rule = reduction(op)
    if not rule.linear and not isinstance(op, Conv | ConvTranspose):
        raise ConvanimError(f"{op.mode} pooling is not linear, so it has no matrix: take mode='average', or a Conv")
    rows, columns, cells = _channels(op)
    present = np.ones(rows.shape, bool)
    _check_memory("table of windows", (*rows.shape, *op.output_size, *op.kernel_size))

    def outer(total: Array, one: Array, factor: int) -> Array:
        both = total[:, None, :, None] * factor + one[None, :, None, :]
        return both.reshape(total.shape[0] * one.shape[0], -1)

    # every axis as (output, kernel) tables, then their product in the order output cell, kernel cell
    for axis in op.axes:
        source = _reads(axis, op.flipped).source.T
        o, k = np.ogrid[: axis.output, : axis.kernel]
        rows, columns, cells = outer(rows, o + 0 * k, axis.output), outer(columns, source, axis.input), outer(cells, k + 0 * o, axis.kernel)
        present = outer(present, source >= 0, 1) == 2
    index = cells[present]
    values = _values(op, kernel, rows[present], index)
    channels = (op.out_channels, op.in_channels) if isinstance(op, Conv | ConvTranspose) else (1, 1)
    shape = channels[0] * math.prod(op.output_size), channels[1] * math.prod(op.input_size)
    return Unrolled(shape, rows[present], columns[present], index, values)


def _values(op: Operation, kernel: object | None, rows: Array, cells: Array) -> Array:
    """The matrix' values: the weights, or their numbers; of an average, one over what its window divides by."""
    if not isinstance(op, Conv | ConvTranspose):
        _weights(op, kernel)
        return np.asarray(1 / divisors(op).ravel()[rows])
    weights = np.arange(1, math.prod(op.kernel_shape) + 1) if kernel is None else _weights(op, kernel)
    assert weights is not None
    return np.asarray(weights.ravel()[cells])


def _channels(op: Operation) -> tuple[Array, Array, Array]:
    """(output channel, input channel, kernel's channels) for each output channel (rows) and each input channel of its group (columns)."""
    if not isinstance(op, Conv | ConvTranspose):
        return (np.zeros((1, 1), np.int64),) * 3
    inside, outside = op.in_channels // op.groups, op.out_channels // op.groups
    o, j = np.ogrid[: op.out_channels, :inside]
    i = o // outside * inside + j
    return o + 0 * j, i, i * outside + o % outside if isinstance(op, ConvTranspose) else o * inside + j


@dataclass(frozen=True, eq=False)
class Values:
    """The arrays behind a figure: input, kernel (None for pooling), output; what padding counts as (None: it doesn't), and whether the kernel is flipped."""

    input: Array
    kernel: Array | None
    output: Array
    padding: float | None
    flipped: bool
    bias: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether input, kernel and bias hold whole numbers alone."""
        return self.bias == round(self.bias) and all(bool((a == np.round(a)).all()) for a in (self.input, self.kernel) if a is not None)


def values(op: Operation, *, input: object | None = None, kernel: object | None = None, bias: object | None = None,  # noqa: A002
           seed: int = 1234) -> Values:
    """The values of a figure: the arrays given, and whole numbers drawn from `seed` for those that aren't; a bias is 0 if not given.

    The guide's figures have seed 1234: an input of 0 to 3, then a kernel of 0 to 2, from numpy's legacy generator, whose
    numbers never change between versions. Raises ConvanimError as `evaluate`, for a seed outside of 0 to 2**32 - 1, and for
    more than one channel, whose sums one plane can't show.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ConvanimError(f"seed={shown(seed)}: it must be a whole number from 0 to {2**32 - 1}")
    check_operation(op)
    for what, size in (("input", op.input_size), ("kernel", op.kernel_size), ("output", op.output_size)):
        _check_memory(what, size)
    weighted = isinstance(op, Conv | ConvTranspose)
    if isinstance(op, Conv | ConvTranspose) and math.prod(op.kernel_shape[:2]) * op.groups > 1:
        raise ConvanimError(
            f"values are shown of one channel, and this has {op.in_channels} to {op.out_channels}: take the isometric view, or "
            "in_channels, out_channels and groups of 1 and the values of one channel"
        )
    random = np.random.RandomState(seed)
    # always both, in this order: the numbers drawn for one don't depend on whether the other is given
    drawn: list[Array] = [np.asarray(random.randint(0, high, size)) for high, size in ((4, op.input_size), (3, op.kernel_size))]
    x = drawn[0] if input is None else _input(op, input)[0][0]
    weights = _weights(op, kernel if kernel is not None or not weighted else drawn[1])
    b = np.zeros(1, np.int64) if bias is None and isinstance(op, Conv | ConvTranspose) and op.bias else bias
    skipped = isinstance(op, Pool) and op.mode == "average" and not op.count_include_pad
    return Values(x, None if weights is None else weights[0, 0], evaluate(op, x, weights, b), None if skipped else reduction(op).absent, op.flipped,
                  0.0 if b is None else float(np.asarray(b).ravel()[0]))

"""Evaluates a convolution through its taps: the values behind a figure, and the sparse matrix of the guide's section 4.1."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

from .checks import MOST_BYTES
from .errors import ConvanimError, shown
from .geometry import Axis, Cell, ConvTranspose, Operation, Pool

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Reduction:
    """How the values under a window become one: what a zero counts as, how two combine, and what is done with the total."""

    absent: float
    combine: np.ufunc
    finish: Callable[[Array, int], Array]


REDUCTIONS = {
    "sum": Reduction(0, np.add, lambda total, count: total),
    "average": Reduction(0, np.add, lambda total, count: total / count),
    "max": Reduction(-math.inf, np.maximum, lambda total, count: total),
}


def reduction(op: Operation) -> Reduction:
    """The row of REDUCTIONS that an operation uses: its pooling mode, otherwise the sum."""
    return REDUCTIONS[op.mode if isinstance(op, Pool) else "sum"]


def numbers(name: str, values: object, size: Cell) -> Array:
    """The values as int64 or float64 of this size; one ConvanimError line for anything that isn't finite numbers of this shape."""
    try:
        array = np.asarray(values)
    except Exception:  # a user's object may raise anything here
        raise ConvanimError(f"{name} is not an array, or has rows of different lengths: give {_size(size)} numbers") from None
    if array.dtype.kind not in "biuf":
        raise ConvanimError(f"{name} holds {array.dtype} ({shown(values)}): give {_size(size)} real numbers")
    if array.shape != size:
        raise ConvanimError(f"{name} has the shape {array.shape}: this figure needs {size}")
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


def evaluate(op: Operation, input: object, kernel: object | None = None) -> Array:  # noqa: A002 - the field's word
    """The output of an operation, computed tap by tap.

    `input` has the shape `op.input_size`, `kernel` (for Conv and ConvTranspose) `op.kernel_size`; the result has
    `op.output_size`, int64 where both are whole numbers (and don't overflow), otherwise float64. The kernel isn't flipped
    (cross-correlation), as in the frameworks; a ConvTranspose computes its adjoint. Raises ConvanimError for values of
    another shape, NaN and infinity, and for a missing or superfluous kernel.

    >>> from convanim import Conv
    >>> evaluate(Conv(input_size=4, kernel_size=2, stride=2, ndim=1), [1, 2, 3, 4], [10, 1]).tolist()
    [12, 34]
    """
    if not isinstance(op, Operation):
        raise ConvanimError(f"{shown(op)} is not an operation: give a Conv, ConvTranspose or Pool")
    x = numbers("input", input, op.input_size)
    w = _weights(op, kernel)
    _check_memory("output", op.output_size)
    rule = reduction(op)
    if (w is None and rule is REDUCTIONS["average"]) or (w is not None and _may_overflow(x, w)):
        x = x.astype(np.float64)
    reads = [_sources(axis, isinstance(op, ConvTranspose)) for axis in op.axes]
    total: Array | None = None
    seen = np.zeros(op.output_size, bool)
    with np.errstate(over="ignore", invalid="ignore"):  # products of values that aren't there are thrown away; the rest is checked
        for cell in product(*(range(k) for k in op.kernel_size)):
            index = np.ix_(*(read[j] for read, j in zip(reads, cell, strict=True)))
            here = reduce(np.logical_and.outer, (read[j] >= 0 for read, j in zip(reads, cell, strict=True)))
            value = x[index] if w is None else x[index] * w[cell]
            if not here.all():
                lowest = np.iinfo(np.int64).min if value.dtype.kind == "i" else -np.inf
                value = np.where(here, value, value.dtype.type(lowest if rule.absent else 0))
            total = value if total is None else rule.combine(total, value)
            seen |= here
    assert total is not None
    if rule.absent and not seen.all():  # windows over nothing but padding
        total = np.where(seen, total, rule.absent)
    elif not np.isfinite(total).all():
        raise ConvanimError("the output's values are too large for float64: take smaller values for input= and kernel=")
    return rule.finish(total, math.prod(op.kernel_size))


def _weights(op: Operation, kernel: object | None) -> Array | None:
    if isinstance(op, Pool):
        if kernel is not None:
            raise ConvanimError(f"{op.mode} pooling has no kernel values: leave out kernel=")
        return None
    if kernel is None:
        raise ConvanimError(f"the kernel's values are missing: give kernel= as {_size(op.kernel_size)} numbers")
    return numbers("kernel", kernel, op.kernel_size)


def _may_overflow(x: Array, w: Array) -> bool:
    """Whether sums of products of these whole numbers could leave int64."""
    if x.dtype.kind != "i" or w.dtype.kind != "i":
        return False
    largest = [max(abs(int(a.max())), abs(int(a.min()))) for a in (x, w)]
    return largest[0] * largest[1] * w.size >= 2**63


def _sources(axis: Axis, flipped: bool) -> Array:
    """For each kernel cell (rows) and output cell (columns) of an axis, the input cell that is read, or -1 for a zero."""
    kernel = np.arange(axis.kernel)[::-1] if flipped else np.arange(axis.kernel)
    cells = kernel[:, None] * axis.dilation + np.arange(axis.output) * axis.stride - axis.before
    source, between = np.divmod(cells, axis.spacing)
    return np.where((between == 0) & (source >= 0) & (source < axis.input), source, -1)


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
    """The sparse matrix C with `output.ravel() = C @ input.ravel()` (Dumoulin & Visin 2016, section 4.1).

    Without `kernel` the values number the kernel's cells, row by row from 1, so that they tell which weight stands where.
    The matrix of a transposed convolution is exactly the transpose of the direct one's. Average pooling has one too, with
    the same value everywhere; max pooling is not linear and raises ConvanimError. For an input of 4 x 4 and a kernel of
    3 x 3 it is the guide's 4 x 16 matrix with 36 values.
    """
    if isinstance(op, Pool):
        if op.mode != "average":
            raise ConvanimError(f"{op.mode} pooling is not linear, so it has no matrix: take mode='average', or a Conv")
        _weights(op, kernel)
        weights: Array = np.full(math.prod(op.kernel_size), 1 / math.prod(op.kernel_size))
    elif kernel is None:
        weights = np.arange(1, math.prod(op.kernel_size) + 1)
    else:
        weights = numbers("kernel", kernel, op.kernel_size).ravel()
    # every axis as (kernel, output) tables, then their product in the order output cell, kernel cell
    rows = columns = cells = np.zeros((1, 1), np.int64)
    present = np.ones((1, 1), bool)
    for axis in op.axes:
        source = _sources(axis, isinstance(op, ConvTranspose)).T
        o, k = np.ogrid[: axis.output, : axis.kernel]

        def outer(total: Array, one: Array, factor: int) -> Array:
            both = total[:, None, :, None] * factor + one[None, :, None, :]
            return both.reshape(total.shape[0] * one.shape[0], -1)

        rows, columns, cells = outer(rows, o + 0 * k, axis.output), outer(columns, source, axis.input), outer(cells, k + 0 * o, axis.kernel)
        present = outer(present, source >= 0, 1) == 2
    index = cells[present]
    shape = math.prod(op.output_size), math.prod(op.input_size)
    return Unrolled(shape, rows[present], columns[present], index, weights[index])


@dataclass(frozen=True, eq=False)
class Values:
    """The arrays behind a figure: input, kernel (None for pooling), output, what a zero counts as, and whether the kernel is flipped."""

    input: Array
    kernel: Array | None
    output: Array
    padding: float
    flipped: bool

    @property
    def whole(self) -> bool:
        """Whether input and kernel hold whole numbers alone."""
        return all(bool((a == np.round(a)).all()) for a in (self.input, self.kernel) if a is not None)


def values(op: Operation, *, input: object | None = None, kernel: object | None = None, seed: int = 1234) -> Values:  # noqa: A002
    """The values of a figure: the arrays given, and whole numbers drawn from `seed` for those that aren't.

    The guide's figures have seed 1234: an input of 0 to 3, then a kernel of 0 to 2, from numpy's legacy generator, whose
    numbers never change between versions. Raises ConvanimError as `evaluate`, and for a seed outside of 0 to 2**32 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ConvanimError(f"seed={shown(seed)}: it must be a whole number from 0 to {2**32 - 1}")
    random = np.random.RandomState(seed)
    # always both, in this order: the numbers drawn for one don't depend on whether the other is given
    drawn: list[Array] = [np.asarray(random.randint(0, high, size)) for high, size in ((4, op.input_size), (3, op.kernel_size))]
    x = drawn[0] if input is None else numbers("input", input, op.input_size)
    weights = _weights(op, kernel if kernel is not None or isinstance(op, Pool) else drawn[1])
    return Values(x, weights, evaluate(op, x, weights), reduction(op).absent, isinstance(op, ConvTranspose))

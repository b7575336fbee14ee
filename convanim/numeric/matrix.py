"""Unrolls an operation into the sparse matrix of the guide's section 4.1."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import ConvanimError
from ..geometry import Operation, check_operation
from .arrays import Array, given_kernel
from .evaluation import divisors, reads_along
from .refusals import check_memory


@dataclass(frozen=True, eq=False)
class Unrolled:
    """An operation as a sparse matrix: `values[n]` stands in row `rows[n]` (output cell) and column `columns[n]` (input
    cell).

    Cells are counted row by row. `kernel[n]` is the kernel cell that the value is of, counted in the same way.
    """

    shape: tuple[int, int]
    rows: Array
    columns: Array
    kernel: Array
    values: Array

    def dense(self) -> Array:
        """The whole matrix, zeros included."""
        check_memory("matrix", self.shape)
        matrix = np.zeros(self.shape, self.values.dtype)
        np.add.at(matrix, (self.rows, self.columns), self.values)
        return matrix


def unrolled(op: Operation, kernel: object | None = None) -> Unrolled:
    """The sparse matrix C with `output.ravel() = C @ input.ravel()` (Dumoulin & Visin 2016, section 4.1), the bias left
    out.

    Without `kernel` the values number the kernel's cells, row by row from 1, so that they show which weight stands
    where. The matrix of a transposed convolution is exactly the transpose of the direct one's. Average pooling has one
    too; max and L2 pooling are not linear and raise ConvanimError. For an input of 4 x 4 and a kernel of 3 x 3 it is
    the guide's 4 x 16 matrix with 36 values. Channels come first in rows and columns, as they do in the arrays.
    """
    check_operation(op)
    if not op.linear:
        raise ConvanimError(
            f"{op.reduction.name} pooling is not linear, so it has no matrix: take mode='average', or a Conv"
        )
    rows, columns, cells = _channel_tables(op)
    present = np.ones(rows.shape, bool)
    check_memory("table of windows", (*rows.shape, *op.output_size, *op.kernel_size))

    def outer(total: Array, one: Array, factor: int) -> Array:
        both = total[:, None, :, None] * factor + one[None, :, None, :]
        return both.reshape(total.shape[0] * one.shape[0], -1)

    # every axis as (output, kernel) tables, then their product in the order output cell, kernel cell
    for axis in op.axes:
        source = reads_along(axis, op.flipped).source.T
        o, k = np.ogrid[: axis.output, : axis.kernel]
        rows, columns, cells = (
            outer(rows, o + 0 * k, axis.output),
            outer(columns, source, axis.input),
            outer(cells, k + 0 * o, axis.kernel),
        )
        present = outer(present, source >= 0, 1) == 2
    index = cells[present]
    values = _values(op, kernel, rows[present], index)
    shape = op.out_channels * math.prod(op.output_size), op.in_channels * math.prod(op.input_size)
    return Unrolled(shape, rows[present], columns[present], index, values)


def _values(op: Operation, kernel: object | None, rows: Array, cells: Array) -> Array:
    """The matrix' values: the weights or their numbers; without weights 1, divided by the divisor of an average."""
    if not op.weighted:
        given_kernel(op, kernel)
        return np.asarray(1 / divisors(op).ravel()[rows])
    weights = np.arange(1, math.prod(op.kernel_shape) + 1) if kernel is None else given_kernel(op, kernel)
    assert weights is not None
    return np.asarray(weights.ravel()[cells])


def _channel_tables(op: Operation) -> tuple[Array, Array, Array]:
    """(output channel, input channel, kernel's channels) for each output channel (rows) and each input channel of its
    group (columns).
    """
    if not op.weighted:
        return (np.zeros((1, 1), np.int64),) * 3
    inside, outside = op.in_channels // op.groups, op.out_channels // op.groups
    o, j = np.ogrid[: op.out_channels, :inside]
    i = o // outside * inside + j
    return o + 0 * j, i, i * outside + o % outside if op.transposed else o * inside + j

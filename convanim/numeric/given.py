"""The numbers that a figure is given, read in plain Python, and checked."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from ..errors import ConvanimError
from ..geometry import Operation
from ..geometry.axis import Cell, unravel
from ..geometry.parameters import MOST_AXES
from .refusals import check_bias, no_bias, no_float, no_kernel, not_finite, size, too_large, wrong_shape

Number = int | float
KINDS = {int, bool, float, Fraction, Decimal}
MOST_PLAIN = 1 << 22  # numbers; numpy reads more of them faster, and in less memory


class Table(list[list[Number]]):
    """The rows of a CSV file."""

    def along(self, dimensions: int) -> list[list[Number]] | list[Number]:
        """The rows; in one dimension a single row, or a single column, is the line of numbers."""
        if dimensions == 1 and 1 in (len(self), len(self[0])):
            return [value for row in self for value in row]
        return list(self)


def figures_input(op: Operation, values: object) -> list[Number]:
    """The input of a figure, row by row; it may be given with its one channel."""
    shape, numbers = given("input", _fitted(op, values), op.input_size)
    if shape not in (op.input_size, (1, *op.input_size)):
        raise wrong_shape("input", shape, op.input_size)
    return numbers


def figures_kernel(op: Operation, values: object) -> list[Number] | None:
    """The kernel of a figure, row by row; None for pooling."""
    if not op.weighted:
        if values is not None:
            raise no_kernel(op)
        return None
    shape, numbers = given("kernel", _fitted(op, values), op.kernel_size)
    if shape not in (op.kernel_size, op.kernel_shape):
        raise wrong_shape("kernel", shape, op.kernel_size)
    return numbers


def figures_bias(op: Operation, values: object) -> Number | None:
    """The bias of a figure, which may stand in brackets; None where the operation has none."""
    if not op.bias:
        if values is not None:
            raise no_bias()
        return None
    check_bias(values)
    shape, numbers = given("bias", values, (1,))
    if shape not in ((), (1,)):
        raise wrong_shape("bias", shape, (1,))
    return numbers[0]


def _fitted(op: Operation, values: object) -> object:
    """The values, those of a CSV file with as many dimensions as the operation has."""
    return values.along(len(op.axes)) if isinstance(values, Table) else values


def given(name: str, values: object, shape: Cell) -> tuple[Cell, list[Number]]:
    """The shape of values and the values row by row; `shape` is the one that messages ask for.

    Each number is the one that its owner sees: whole numbers have all their digits, also beside floats, and 0.1 of
    float32 is 0.1. Lists of Python's numbers are read here. numpy reads all others, and says what is wrong with them.
    """
    plain = _plain(values)
    if plain is None:
        try:
            from .arrays import decimals, finite
        except ImportError as error:
            raise ConvanimError(f"{name} is not a list of {size(shape)} numbers, and numpy isn't installed") from error
        own = decimals(name, values, shape)
        plain = _plain(own)
        if plain is None:
            array = finite(name, values if isinstance(own, list) else own, shape)
            return array.shape, array.ravel().tolist()
    return plain[0], [_number(name, value, n, plain[0]) for n, value in enumerate(plain[1])]


def _plain(values: object) -> tuple[Cell, list[Number | Fraction | Decimal]] | None:
    """The shape and the numbers of a list of lists; None where it is something else, or needs a closer look."""
    level, shape = [values], []
    while level and type(level[0]) in (list, tuple):
        first = len(level[0])  # type: ignore[arg-type]
        if any(type(row) not in (list, tuple) or len(row) != first for row in level):  # type: ignore[arg-type]
            return None
        shape.append(first)
        if len(shape) > MOST_AXES or len(level) * first > MOST_PLAIN:
            return None
        level = [value for row in level for value in row]  # type: ignore[attr-defined]
    return (tuple(shape), level) if set(map(type, level)) <= KINDS else None  # type: ignore[return-value]


def _number(name: str, value: Number | Fraction | Decimal, n: int, shape: Cell) -> Number:
    """The number as int or float; fractions only where a float has the same decimals."""
    try:
        near = float(value)
    except OverflowError:
        raise too_large(name, unravel(n, shape)) from None
    except ValueError:  # a Decimal may be a signalling NaN
        near = math.nan
    if not math.isfinite(near):
        raise not_finite(name, value, unravel(n, shape))
    if isinstance(value, float):
        return value
    if (whole := int(value)) == value:
        return whole
    decimal = Decimal(repr(near))  # a Fraction of a Decimal may have a billion digits
    if (decimal if isinstance(value, Decimal) else Fraction(decimal)) != value:
        raise no_float(name, value, unravel(n, shape))
    return near

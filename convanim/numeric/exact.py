"""The outputs of a figure without rounding: its numbers are read as decimals, and added up as whole numbers."""

from __future__ import annotations

import math
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np

from ..geometry import Operation
from .arrays import Array
from .evaluation import combined, divisors, reads_along

Exact = int | Fraction | float  # a float stands for an infinity alone
DIGITS = 50  # of a root that has no end


def exact(value: float | Fraction) -> Exact:
    """The decimal number that a float is written as: 0.1 is a tenth, and not the binary number next to it."""
    return value if isinstance(value, int | Fraction) or math.isinf(value) else Fraction(Decimal(repr(value)))


def exact_output(op: Operation, x: Array, w: Array | None, b: Array | None, output: Array) -> list[Exact]:
    """The output row by row: exact sums of exact products, exact averages, and the decimals of other results.

    The arrays are those of one channel, (1, *op.input_size) and `op.kernel_shape`; `output` is what `evaluate` gives.
    With the kernel 1 1 1 the sum of 1e15, 1 and -1e15 is 1, and that of .1, .2 and -.3 is 0. A root that has no end is
    right to 50 digits, and to so many that it can't be taken for a number that ends.
    """
    rule = op.reduction
    if output.dtype.kind == "i" or not (rule.linear or rule.squares):
        return [exact(value) for value in output.ravel().tolist()]
    (x, ten), (w, ten_w), (b, ten_b) = _whole(x), _whole(w), _whole(b)
    x, ten = (x.astype(object) ** 2, 2 * ten) if rule.squares else (x, ten)
    if _largest(x) * (1 if w is None else _largest(w)) * math.prod(op.kernel_size) >= 2**63:
        x = x.astype(object)  # Python's whole numbers, which have no end
    reads = [reads_along(axis, op.flipped) for axis in op.axes]
    totals, counts = combined(op, x, w, reads)[0].ravel().tolist(), divisors(op, reads).ravel().tolist()
    unit, added = Fraction(10) ** (ten + ten_w), 0 if b is None else int(b[0]) * Fraction(10) ** ten_b
    found = (total * unit / count + added for total, count in zip(totals, counts, strict=True))
    return [_root(square) for square in found] if rule.squares else list(found)


def _whole(values: Array | None) -> tuple[Array, int]:
    """Whole numbers, and the power of ten of their unit: .5 and 12 are 5 and 120 tenths."""
    if values is None or values.dtype.kind == "i":
        return values, 0  # type: ignore[return-value]  # None stays None
    different, where = np.unique(values, return_inverse=True)
    parts = [Decimal(repr(value)).normalize().as_tuple() for value in different.tolist()]
    lowest = min(int(part.exponent) for part in parts)
    numbers = [int(Decimal((part.sign, part.digits, 0))) * 10 ** (int(part.exponent) - lowest) for part in parts]
    kind = object if max(map(abs, numbers)) >= 2**63 else np.int64
    return np.array(numbers, kind)[where].reshape(values.shape), lowest


def _largest(values: Array) -> int:
    return max(abs(int(values.max())), abs(int(values.min())))


def _root(square: Fraction) -> Fraction:
    """The square root. It has more digits than the square, so one that has no end doesn't look like one that has."""
    over, under = square.numerator, square.denominator
    if (one := math.isqrt(over)) ** 2 == over and (other := math.isqrt(under)) ** 2 == under:
        return Fraction(one, other)
    context = Context(prec=DIGITS + len(str(over)) + len(str(under)))
    return Fraction(context.sqrt(context.divide(Decimal(over), Decimal(under))))

"""The outputs of a figure without rounding: its numbers are read as decimals, and added up as whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from fractions import Fraction

from ..geometry import Operation
from .taps import Meeting, divisors, meetings

Exact = int | Fraction | float  # a float stands for an infinity alone
DIGITS = 50  # of a root that has no end


def exact(value: float | Fraction) -> Exact:
    """The decimal number that a float is written as: 0.1 is a tenth, and not the binary number next to it."""
    return value if isinstance(value, int | Fraction) or math.isinf(value) else Fraction(Decimal(repr(value)))


def exact_output(op: Operation, x: Sequence[float], w: Sequence[float] | None, bias: float | None) -> list[Exact]:
    """The output row by row: exact sums of exact products, exact averages, and values that a window picks.

    `x` and `w` have one channel, row by row. With the kernel 1 1 1 the sum of 1e15, 1 and -1e15 is 1, and that of .1,
    .2 and -.3 is 0. A root that has no end is right to 50 digits, and to so many that it can't be taken for a number
    that ends. A window without a value has the reduction's `padding_value`. Raises ConvanimError for an average over
    nothing.
    """
    rule = op.reduction
    if rule.picks is not None:
        values = list(map(exact, x))
        found = ([values[i] for _, i in met] for met in meetings(op))
        return [rule.picks(window) if window else rule.padding_value for window in found]
    (xs, ten), (ws, ten_w) = _whole(x), _whole(w or ())
    if rule.squares:
        xs, ten = [value**2 for value in xs], 2 * ten
    total = _total(xs, ws if w is not None else None)
    unit, added = _power(ten + ten_w), 0 if bias is None else exact(bias)
    sums = (total(met) * unit for met in meetings(op))
    means = sums if not rule.divides else (Fraction(one) / n for one, n in zip(sums, divisors(op), strict=True))
    return [_root(Fraction(square)) for square in means] if rule.squares else [one + added for one in means]


def _total(x: list[int], w: list[int] | None) -> Callable[[list[Meeting]], int]:
    if w is None:
        return lambda met: sum(x[i] for _, i in met)
    return lambda met: sum(w[k] * x[i] for k, i in met)


def _power(ten: int) -> int | Fraction:
    """Ten to a power."""
    return 10**ten if ten >= 0 else Fraction(1, 10**-ten)


def _whole(values: Sequence[float]) -> tuple[list[int], int]:
    """Whole numbers, and the power of ten of their unit: .5 and 12 are 5 and 120 tenths."""
    if all(isinstance(value, int) for value in values):
        return list(map(int, values)), 0
    given = {(type(value), value): _digits(value) for value in values}  # 2**70 and 2.0**70 are not the same decimals
    lowest = min(ten for _, ten in given.values())
    whole = {key: digits * 10 ** (ten - lowest) for key, (digits, ten) in given.items()}
    return [whole[type(value), value] for value in values], lowest


def _digits(value: float) -> tuple[int, int]:
    """The digits of a number as a whole number, and the power of ten of the last one: 5, -1 for .5."""
    if isinstance(value, int):
        return int(value), 0
    sign, digits, ten = Decimal(repr(value)).normalize().as_tuple()
    return int(Decimal((sign, digits, 0))), int(ten)


def _root(square: Fraction) -> Fraction:
    """The square root. It has more digits than the square, so one that has no end doesn't look like one that has."""
    over, under = square.numerator, square.denominator
    if (one := math.isqrt(over)) ** 2 == over and (other := math.isqrt(under)) ** 2 == under:
        return Fraction(one, other)
    context = Context(prec=DIGITS + len(str(over)) + len(str(under)))
    return Fraction(context.sqrt(context.divide(Decimal(over), Decimal(under))))

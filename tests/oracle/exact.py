"""Outputs in exact fractions, from the meaning of an operation alone, and what a printed number may be off by."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import convanim as ca
from oracle.windows import meaning


def exactly(value):
    """The number that a float is written as, by Python's own shortest digits."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def said(text):
    """The number that a text says."""
    text = text.replace("−", "-")
    return float(text.replace("∞", "inf")) if "∞" in text else Fraction(text)


def half_unit(text):
    """Half of the last digit's place: .005 for 1.25, 5e-10 for 1.5e−8."""
    mantissa, _, power = text.replace("−", "-").partition("e")
    return Fraction(10) ** (int(power or 0) - len(mantissa.partition(".")[2])) / 2


def reads(op):
    """For each output cell, row by row, a list of (input cell or None, kernel cell) of all taps that count."""
    down, across = meaning(op)
    rows, columns = (1, *op.input_size)[-2:]
    height, width = (1, *op.kernel_size)[-2:] if hasattr(op, "stride") else (0, 0)
    turned = isinstance(op, ca.ConvTranspose) != getattr(op, "flip", False)
    alone = getattr(op, "mode", "") == "average" and not getattr(op, "count_include_pad", True)
    for r, c in itertools.product(range(down.output), range(across.output)):
        found = []
        for (j, y), (i, x) in itertools.product(enumerate(down.taps[r]), enumerate(across.taps[c])):
            source = (down.sources[y], across.sources[x])
            cell = source[0] * columns + source[1] if min(source) >= 0 else None
            assert cell is None or cell < rows * columns
            if not (alone and cell is None):
                weight = j * width + i
                found.append((cell, height * width - 1 - weight if turned else weight))
        yield found


def exact_outputs(op, x, w=None, bias=0):
    """The outputs row by row; of L2 pooling their squares. `x` and `w` are lists of fractions."""
    mode = getattr(op, "mode", "sum")
    for taps in reads(op):
        values = [x[cell] for cell, _ in taps if cell is not None]
        if mode == "max":
            yield max(values, default=-math.inf)
        elif mode == "l2":
            yield sum((value**2 for value in values), Fraction(0))
        elif mode == "average":
            yield sum(values, Fraction(0)) / (getattr(op, "divisor_override", None) or len(taps))
        else:
            yield sum((x[cell] * w[k] for cell, k in taps if cell is not None), Fraction(0)) + bias


def text_fault(text, value, *, square=False):
    """What is wrong with a rounded number: "" where it is within half of its last digit; with `square` the value is
    the number's square.
    """
    shown, half = said(text), half_unit(text) if "∞" not in text else 0
    if isinstance(value, float) or isinstance(shown, float):
        return "" if shown == value else "infinity"
    if square:
        low = max(shown - half, 0)
        return "" if low**2 <= value <= (shown + half) ** 2 else "rounding"
    return "" if abs(shown - value) <= half else "rounding"

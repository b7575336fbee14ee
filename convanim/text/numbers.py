"""Numbers and sizes as texts: in the cells of figures, in titles and in formulas."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from ..geometry.axis import Cell

INDICES = tuple("₀₁₂₃₄₅₆₇₈₉")
MINUS, TIMES, INFINITY = "\N{MINUS SIGN}", "x", "\N{INFINITY}"


def size(cells: Cell) -> str:
    """A size as words have it: (5, 7) is "5x7"."""
    return TIMES.join(map(str, cells))


def number(value: float) -> str:
    """A value in few characters, with a true minus sign: 3, −0.25, 123.4, 1.23e6, −∞."""
    magnitude = abs(value)
    if math.isinf(value):
        text = INFINITY
    elif value == int(value) and magnitude < 1e9:
        text = str(int(magnitude))
    elif 0.001 <= magnitude < 1e5:
        places = 3 if magnitude < 10 else 2 if magnitude < 100 else 1
        text = f"{magnitude:.{places}f}".rstrip("0")
        text += "0" if text.endswith(".") else ""  # 1000.0 for 999.96: not a whole number
    else:
        text = _significant(magnitude, 3)
    return MINUS + text if value < 0 else text


def told_apart(least: float, most: float) -> tuple[str, str]:
    """Two values as `number` writes them; where the texts don't say less and more, with as many digits as it takes.

    1000.01 and 1000.03 are "1000.01" and "1000.03".
    """
    texts = number(least), number(most)
    digits = 4
    while least < most and not read(texts[0]) < read(texts[1]):
        texts = _significant(least, digits), _significant(most, digits)
        digits += 1
    return texts


def _significant(value: float, digits: int) -> str:
    """A value with so many digits, without zeros at their end: 1.23e6."""
    text = f"{value:.{digits}g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
    return text.replace("-", MINUS)


def bracketed(text: str) -> str:
    """A value as a factor: a negative one in brackets."""
    return f"({text})" if text.startswith(MINUS) else text


def read(text: str) -> float:
    """The value that a text of `number` or `results` says."""
    return float(text.replace(MINUS, "-").replace(INFINITY, "inf"))


def results(values: Iterable[float], *, whole: bool) -> list[str]:
    """Output values: with one decimal, as the guide prints them, where the input's and kernel's values are whole
    numbers.

    They have two decimals where two are exact and one isn't (0.25, an average of 2 x 2). Other values are written as
    `number` does, and so are values that one decimal would turn to zero or make too long.
    """
    listed = list(values)
    if whole and all(v == 0 or 0.05 <= abs(v) < 1e5 for v in listed):
        exact = [all(float(f"{v:.{places}f}") == v for v in listed) for places in (1, 2)]
        places = 2 if exact == [False, True] else 1
        return [_rounded(v, places) for v in listed]
    return [number(v) for v in listed]


def _rounded(value: float, places: int) -> str:
    """The value with this many decimals, halves away from zero, as one rounds by hand: 1.25 is 1.3."""
    text = str(Decimal(repr(value + 0.0)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    return text.replace("-", MINUS)


def per_axis(each: Iterable[int | tuple[int, int]]) -> str:
    """One value an axis, as words have it: (1, 2) is "1x2", and pairs ((1, 1), (0, 2)) are "1:1x0:2"."""
    return TIMES.join(str(v) if isinstance(v, int) else f"{v[0]}:{v[1]}" for v in each)

"""Numbers and sizes as texts: in the cells of figures, in titles and in formulas."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from ..geometry.axis import Cell
from ..numeric import exact

INDICES = tuple("₀₁₂₃₄₅₆₇₈₉")
LEAST, MOST = Fraction(1, 1000), 10**5  # numbers from and up to these are written with decimals
MOST_WHOLE = 10**9  # and whole ones with all their digits up to this
DIGITS = 3  # of the other numbers
SHORT = 6  # characters: the longest text with all of a map's decimals
# the most decimals that are all written where they are short, and the most that there are where they have to be cut
# and no number is small
GIVEN, SUMS, SUMS_OF_WHOLE = (4, 3), (3, 3), (3, 1)
MINUS, TIMES, INFINITY = "\N{MINUS SIGN}", "x", "\N{INFINITY}"


def size(cells: Cell) -> str:
    """A size as words have it: (5, 7) is "5x7"."""
    return TIMES.join(map(str, cells))


def number(value: float | Fraction) -> str:
    """A value in few characters, with a true minus sign: 3, −0.25, 123.4, 0.0015, 1.23e6, −∞."""
    value = _decimal(value)
    if isinstance(value, float):
        return MINUS + INFINITY if value < 0 else INFINITY
    if value.denominator == 1 and abs(value) < MOST_WHOLE:
        return _fixed(value, 0)
    if not LEAST <= abs(value) < MOST:
        return _scientific(value)
    text = _fixed(value, max(_usual(value), _first_digit(value) + 2)).rstrip("0")
    return text + "0" if text.endswith(".") else text  # 1000.0 for 999.96: not a whole number


def map_texts(
    values: Iterable[float | Fraction], *, precision: int | None = None, rule: tuple[int, int] = GIVEN
) -> list[str]:
    """The texts of numbers that stand in one map. Whole numbers are written so; if there are others, all have the same
    number of decimals: 0.50, 1.00, 2.25.

    These are `precision` decimals, or all that they have where the texts stay short, or so many that numbers below 1
    have at least two digits; `rule` is GIVEN, SUMS or SUMS_OF_WHOLE. Numbers too large or too small for decimals are
    written as 1.5e−7.
    """
    listed = [_decimal(value) for value in values]
    broken = [v for v in listed if isinstance(v, Fraction) and v.denominator != 1]
    if not broken:
        found = {v: number(v) for v in dict.fromkeys(listed)}  # each once: there are often few
        return [found[v] for v in listed]
    least, most = (LEAST, MOST) if precision is None else (0, MOST_WHOLE)
    usual = [abs(v) for v in listed if isinstance(v, Fraction) and least <= abs(v) < most]
    places = _places(usual, *rule) if precision is None else precision

    def text(value: Fraction | float) -> str:
        if not isinstance(value, float) and (value == 0 or least <= abs(value) < most):
            return _fixed(value, places)
        return number(value) if isinstance(value, float) or precision is None else _scientific(value, precision)

    return [text(v) for v in listed]


def guide_texts(values: Iterable[float | Fraction]) -> list[str]:
    """The texts of results of whole numbers as the guide prints them: with one decimal.

    They have two decimals where two are exact and one isn't (0.25, an average of 2 x 2). Numbers that one decimal would
    turn to zero, leave without a true digit or make too long are written as in other maps.
    """
    listed = [_decimal(value) for value in values]
    finite = [v for v in listed if isinstance(v, Fraction)]
    one, two = (all((v * 10**places).denominator == 1 for v in finite) for places in (1, 2))
    least = 0 if two else Fraction(1, 10)
    if len(finite) < len(listed) or not all(v == 0 or least <= abs(v) < MOST for v in finite):
        return map_texts(listed, rule=SUMS_OF_WHOLE)
    return [_fixed(v, 2 if two and not one else 1) for v in finite]


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


def says(text: str, value: float | Fraction) -> bool:
    """Whether a text is the value itself, and isn't rounded."""
    true = _decimal(value)
    if isinstance(true, float) or "e" in text or text.endswith(INFINITY):
        return read(text) == true
    whole, _, decimals = text.replace(MINUS, "-").partition(".")  # twelve times as fast as a fraction of a text
    return int(whole + decimals) * true.denominator == true.numerator * int(10 ** len(decimals))


def read(text: str) -> Fraction | float:
    """The number that a text says, exactly; a float stands for an infinity."""
    text = text.replace(MINUS, "-")
    return float(text.replace(INFINITY, "inf")) if text.endswith(INFINITY) else Fraction(text)


def _decimal(value: float | Fraction) -> Fraction | float:
    """The decimal number of a value, a whole one as a fraction too. A float that comes back is an infinity."""
    found = exact(value)
    return Fraction(found) if isinstance(found, int) else found


def _fixed(value: Fraction, places: int) -> str:
    """The value with this many decimals, halves away from zero, as one rounds by hand: 1.25 is 1.3."""
    digits = str(_rounded(abs(value), places)).zfill(places + 1)
    sign = MINUS if value < 0 and digits.strip("0") else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def _scientific(value: Fraction, precision: int | None = None) -> str:
    """The value as 1.5e−7: with three digits, or with so many decimals."""
    magnitude, places = abs(value), DIGITS - 1 if precision is None else precision
    power = -_first_digit(value)
    digits = str(_rounded(magnitude, places - power))
    power += len(digits) - places - 1  # 9.999e6 is 1.00e7
    decimals = digits[1 : places + 1] if precision is not None else digits[1 : places + 1].rstrip("0")
    mantissa = f"{digits[0]}.{decimals}" if decimals else digits[0]
    return f"{MINUS if value < 0 else ''}{mantissa}e{str(power).replace('-', MINUS)}"


def _rounded(magnitude: Fraction, places: int) -> int:
    """How many units of this decimal place there are, halves up: 1.25 has 13 tenths."""
    over, under = magnitude.numerator, magnitude.denominator
    return (2 * over * _ten(places) + under * _ten(-places)) // (2 * under * _ten(-places))


def _ten(power: int) -> int:
    """Ten to a power, 1 for a negative one."""
    return int(10 ** max(power, 0))


def _first_digit(value: Fraction) -> int:
    """The decimal place of the first digit: 1 for .5, 3 for .001, 0 for 7, -2 for 123."""
    magnitude = abs(value)
    place = len(str(magnitude.denominator)) - len(str(magnitude.numerator))
    return place if magnitude * Fraction(10) ** place >= 1 else place + 1


def _usual(value: Fraction) -> int:
    """The decimals of a number of 1 or more: three, or less for larger numbers."""
    return 3 if abs(value) < 10 else 2 if abs(value) < 100 else 1


def _places(magnitudes: list[Fraction], short: int, cut: int) -> int:
    """The decimals of a map with these magnitudes."""
    broken = [v for v in magnitudes if v.denominator != 1]
    if not broken:
        return 0
    largest = max(magnitudes)
    needed, length = max(map(_decimals, {v.denominator for v in broken})), len(str(int(largest)))
    if needed <= min(short, SHORT - 1 - length):
        return int(needed)
    small = [_first_digit(v) + 1 for v in broken if v < 1]
    return int(min(needed, max(min(cut, _usual(largest)), *small, 1)))


def _decimals(denominator: int) -> float:
    """How many decimals a fraction in lowest terms has: 2 for 1/4, infinitely many for 1/3."""
    found = []
    for factor in (2, 5):
        times = 0
        while denominator % factor == 0:
            denominator, times = denominator // factor, times + 1
        found.append(times)
    return max(found) if denominator == 1 else math.inf


def per_axis(each: Iterable[int | tuple[int, int]]) -> str:
    """One value per axis, as words have it: (1, 2) is "1x2", and pairs ((1, 1), (0, 2)) are "1:1x0:2"."""
    return TIMES.join(str(v) if isinstance(v, int) else f"{v[0]}:{v[1]}" for v in each)

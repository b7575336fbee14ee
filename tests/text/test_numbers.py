"""Numbers as text: they read back, and no result that is not zero reads as zero."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction

import pytest

from convanim.text.numbers import MINUS, SUMS, SUMS_OF_WHOLE, guide_texts, map_texts, number, says, told_apart


def read(text):
    """A printed number as a float again."""
    return float(text.replace(MINUS, "-").replace("\N{INFINITY}", "inf"))


def decimal(text):
    """A printed number as it stands; a float has not enough digits near 1e-320."""
    return Decimal(text.replace(MINUS, "-"))


def test_whole_numbers_are_written_without_a_point_and_with_a_true_minus_sign():
    for value in range(-2000, 2001):
        for kind in (int, float):
            assert number(kind(value)) == str(value).replace("-", "\N{MINUS SIGN}")
    assert number(-0.0) == "0"
    assert number(999_999) == "999999"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (-0.25, "\N{MINUS SIGN}0.25"),
        (1.23e6, "1230000"),
        (1_000_001, "1000001"),
        (-1234567.0, "\N{MINUS SIGN}1234567"),
        (123.4, "123.4"),
        (999.96, "1000.0"),
        (1e-7, "1e\N{MINUS SIGN}7"),
        (-1.5e-12, "\N{MINUS SIGN}1.5e\N{MINUS SIGN}12"),
        (1e100, "1e100"),
        (1 / 3, "0.333"),
        (2.0004, "2.0"),
        (0.0015, "0.0015"),
        (0.012345, "0.0123"),
        (Fraction(1, 18), "0.0556"),
        (9.999e6, "9999000"),
        (0.5 + 9.9995e6, "1e7"),
        (10**13 + 1, "1e13"),
        (math.inf, "\N{INFINITY}"),
        (-math.inf, "\N{MINUS SIGN}\N{INFINITY}"),
        (10**18, "1e18"),
    ],
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_numbers_read_back_to_three_digits_over_all_magnitudes():
    for exponent, lead, sign in itertools.product(range(-300, 301, 7), (1.0, 1.234567, 9.87654, 9.999), (1, -1)):
        value = sign * lead * 10.0**exponent
        assert read(number(value)) == pytest.approx(value, rel=0.0051)
        assert len(number(value)) <= 10 and "-" not in number(value) and "+" not in number(value)


def test_results_of_whole_values_have_one_decimal_as_in_the_guide():
    assert guide_texts([12, 0, -3, Fraction(5, 3)]) == ["12.0", "0.0", "\N{MINUS SIGN}3.0", "1.7"]
    assert guide_texts([12, 0, -3, 2.25]) == ["12.00", "0.00", "\N{MINUS SIGN}3.00", "2.25"]
    assert guide_texts(iter([1, 2])) == ["1.0", "2.0"]
    assert guide_texts([]) == [] and guide_texts([0.125]) == ["0.1"] and guide_texts([0.05, 1]) == ["0.05", "1.00"]


def test_results_that_one_decimal_would_spoil_are_written_as_in_other_maps():
    for listed in ([1.0, 0.041], [1e5, 1.0], [math.inf, 2.0], [-math.inf, 2.0], [-0.012], [Fraction(1, 18), 1]):
        assert guide_texts(listed) == map_texts(listed, rule=SUMS_OF_WHOLE)
    assert guide_texts([Fraction(1, 18), 1]) == ["0.056", "1.000"]
    assert guide_texts([-math.inf, 2.0]) == ["\N{MINUS SIGN}\N{INFINITY}", "2"]


@pytest.mark.parametrize(
    ("values", "given", "of_floats", "of_whole"),
    [
        ([1, 20, -3.0], "1 20 −3", "1 20 −3", "1 20 −3"),
        ([0.5, 1, 2.25], "0.50 1.00 2.25", "0.50 1.00 2.25", "0.50 1.00 2.25"),
        ([0.0625, 0.25], "0.0625 0.2500", "0.063 0.250", "0.063 0.250"),
        ([Fraction(1, 3), 0, 2], "0.333 0.000 2.000", "0.333 0.000 2.000", "0.33 0.00 2.00"),
        ([Fraction(5, 3), 2], "1.667 2.000", "1.667 2.000", "1.7 2.0"),
        ([Fraction(1, 18), 1], "0.056 1.000", "0.056 1.000", "0.056 1.000"),
        ([0.0034567, 1.5], "0.0035 1.5000", "0.0035 1.5000", "0.0035 1.5000"),
        ([118.25, 3], "118.25 3.00", "118.25 3.00", "118.25 3.00"),
        ([118.125, 3], "118.1 3.0", "118.1 3.0", "118.1 3.0"),
        ([1e-9, 0.1, 3], "1e−9 0.1 3.0", "1e−9 0.1 3.0", "1e−9 0.1 3.0"),
        ([123456, 0.5], "123456 0.5", "123456 0.5", "123456 0.5"),
        ([-math.inf, 0.5, 1], "−∞ 0.5 1.0", "−∞ 0.5 1.0", "−∞ 0.5 1.0"),
    ],
)
def test_numbers_of_one_map_have_one_number_of_decimals(values, given, of_floats, of_whole):
    assert " ".join(map_texts(values)) == given
    assert " ".join(map_texts(values, rule=SUMS)) == of_floats
    assert " ".join(map_texts(values, rule=SUMS_OF_WHOLE)) == of_whole


def test_precision_is_the_number_of_decimals_of_what_is_not_whole():
    assert map_texts([1, 2.0], precision=3) == ["1", "2"]
    assert map_texts([1, 2.5, -0.001], precision=2) == ["1.00", "2.50", "0.00"]
    assert map_texts([0.5, 1.5, 2.5], precision=0) == ["1", "2", "3"], "halves away from zero, as one rounds by hand"
    assert map_texts([1.5e20, 0.5], precision=2) == ["1.50e20", "0.50"]


def test_a_text_says_a_number_only_if_it_is_that_number():
    assert says("0.3", 0.3) and says("0.3", Fraction(3, 10)) and says("1e13", 10**13) and says("−∞", -math.inf)
    assert not says("0.3", 0.1 + 0.2) and not says("1e13", 10**13 + 1) and not says("0.333", Fraction(1, 3))


def test_no_result_that_is_not_zero_reads_as_zero():
    for value in [sign * n / 1000 for n in range(1, 400) for sign in (1, -1)]:
        for texts in (guide_texts([value, 1]), map_texts([value, 1.5]), map_texts([value, 1], rule=SUMS_OF_WHOLE)):
            assert read(texts[0]) == pytest.approx(value, rel=0.051 if abs(value) < 0.1 else 0.51)
            assert read(texts[0]) != 0


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((1000.01, 1000.03), ("1000.01", "1000.03")),
        ((-1000.03, -1000.01), (MINUS + "1000.03", MINUS + "1000.01")),
        ((0.9996, 1), ("0.9996", "1")),
        ((1.2341e-7, 1.2342e-7), (f"1.2341e{MINUS}7", f"1.2342e{MINUS}7")),
        ((123456789.5, 123456789.6), ("123456789.5", "123456789.6")),
        ((1.7e308, 1.797e308), ("1.7e308", "1.8e308")),
        ((4, 4), ("4", "4")),
    ],
)
def test_two_numbers_are_told_apart_by_their_texts(values, texts):
    assert told_apart(*values) == texts


def test_neighbouring_floats_are_told_apart():
    for exponent in range(-320, 308, 4):
        for digits in ("1", "9.9999999999999982", "1.2345678"):
            for sign in (1, -1):
                value = sign * float(f"{digits}e{exponent}")
                for other in (math.nextafter(value, math.inf), value * 1.0000001, value):
                    least, most = sorted((value, other))
                    texts = told_apart(least, most)
                    less, more = map(decimal, texts)
                    assert (less < more) == (least < most)
                    if least == most or decimal(number(least)) < decimal(number(most)):
                        assert texts == (number(least), number(most))

"""Numbers as text: they read back, and no result that is not zero reads as zero."""

from __future__ import annotations

import itertools
import math

import pytest

from convanim.text.numbers import MINUS, number, results, told_apart


def read(text):
    """A printed number as a float again."""
    return float(text.replace(MINUS, "-").replace("\N{INFINITY}", "inf"))


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
    assert results([12, 0, -3, 5 / 3], whole=True) == ["12.0", "0.0", "\N{MINUS SIGN}3.0", "1.7"]
    assert results([12, 0, -3, 2.25], whole=True) == ["12.00", "0.00", "\N{MINUS SIGN}3.00", "2.25"]
    assert results(iter([1, 2]), whole=True) == ["1.0", "2.0"]
    assert results([], whole=True) == [] and results([0.125], whole=True) == ["0.1"]


def test_results_that_one_decimal_would_spoil_are_written_as_numbers():
    for listed in ([1.0, 0.04], [1e5, 1.0], [math.inf, 2.0], [-math.inf, 2.0], [-0.01]):
        assert results(listed, whole=True) == [number(v) for v in listed]
    assert results([1.0, 2.5], whole=False) == ["1", "2.5"]


def test_no_result_that_is_not_zero_reads_as_zero():
    for value in [sign * n / 1000 for n in range(1, 400) for sign in (1, -1)]:
        for whole in (True, False):
            assert read(results([value], whole=whole)[0]) != 0


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
                    assert (read(texts[0]) < read(texts[1])) == (least < most)
                    if least == most or read(number(least)) < read(number(most)):
                        assert texts == (number(least), number(most))

"""What is said of an operation: every number in a sentence is compared with one counted without the package."""

from __future__ import annotations

import itertools
import math
import re

import pytest

from convanim import Conv, ConvTranspose, Pool
from convanim.errors import ConvanimError, expected_one_of, shown
from convanim.words import MINUS, description, formula, name, number, results, size, title

I, K, S, P, D = range(1, 8), range(1, 5), range(1, 4), range(4), range(1, 4)  # noqa: E741 - the guide's letters
ALL = list(itertools.product(I, K, S, P, D))


def read(text):
    """A printed number as a float again."""
    return float(text.replace(MINUS, "-").replace("\N{INFINITY}", "inf"))


def calculated(text):
    """Both sides of a printed formula, worked out by Python: the right side, and what the left side really is."""
    assert re.fullmatch(r"(floor)?[-+*/() 0-9]+ = \d+", text), text
    left, right = text.split(" = ")
    return eval(left, {"__builtins__": {}, "floor": math.floor}), int(right)


def assert_balanced(text):
    left, right = calculated(text)
    assert left == right, text


# --- numbers


def test_whole_numbers_are_written_without_a_point_and_with_a_true_minus_sign():
    for value in range(-2000, 2001):
        for kind in (int, float):
            assert number(kind(value)) == str(value).replace("-", "\N{MINUS SIGN}")
    assert number(-0.0) == "0"
    assert number(999_999) == "999999"


@pytest.mark.parametrize(("value", "text"), [
    (0.5, "0.5"), (-0.25, "\N{MINUS SIGN}0.25"), (1.23e6, "1230000"), (1_000_001, "1000001"), (-1234567.0, "\N{MINUS SIGN}1234567"),
    (123.4, "123.4"), (999.96, "1000.0"),
    (1e-7, "1e\N{MINUS SIGN}7"), (-1.5e-12, "\N{MINUS SIGN}1.5e\N{MINUS SIGN}12"), (1e100, "1e100"), (1 / 3, "0.333"), (2.0004, "2.0"),
    (math.inf, "\N{INFINITY}"), (-math.inf, "\N{MINUS SIGN}\N{INFINITY}"), (10**18, "1e18"),
])
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
    assert results([], whole=True) == []


def test_results_that_one_decimal_would_spoil_are_written_as_numbers():
    for listed in ([1.0, 0.04], [1e5, 1.0], [math.inf, 2.0], [-math.inf, 2.0], [-0.01]):
        assert results(listed, whole=True) == [number(v) for v in listed]
    assert results([1.0, 2.5], whole=False) == ["1", "2.5"]


def test_no_result_that_is_not_zero_reads_as_zero():
    for value in [sign * n / 1000 for n in range(1, 400) for sign in (1, -1)]:
        for whole in (True, False):
            assert read(results([value], whole=whole)[0]) != 0


# --- names and sentences


def test_sizes_and_names():
    assert (size((5,)), size((5, 7)), size((2, 3, 4))) == ("5", "5x7", "2x3x4")
    assert [name(op) for op in (Conv(5, 3), ConvTranspose(5, 3), Pool(5, 3), Pool(5, 3, mode="average"))] == [
        "convolution", "transposed convolution", "max pooling", "average pooling",
    ]


@pytest.mark.parametrize(("op", "text"), [
    (Conv(5, 3), "Convolution of a 5x5 input, kernel 3x3"),
    (Conv(5, 3, stride=2, padding=1), "Convolution of a 5x5 input, kernel 3x3, stride 2x2, padding 1x1"),
    (Conv((5, 7), (3, 1), stride=(1, 2), dilation=(2, 1)), "Convolution of a 5x7 input, kernel 3x1, stride 1x2, dilation 2x1"),
    (Conv((5,), 3, padding=[(1, 2)]), "Convolution of a 5 input, kernel 3, padding 1:2"),
    (Conv(5, 3, padding=(1, (0, 2))), "Convolution of a 5x5 input, kernel 3x3, padding 1:1x0:2"),
    (ConvTranspose(3, 3, stride=2, padding=1, output_padding=1),
     "Transposed convolution of a 3x3 input, kernel 3x3, stride 2x2, padding 1x1, output_padding 1x1"),
    (Pool(4, 2, mode="average"), "Average pooling of a 4x4 input, kernel 2x2, stride 2x2"),
])
def test_the_title_names_what_differs_from_the_defaults(op, text):
    assert title(op) == text


def test_titles_of_different_operations_differ():
    ops = [Conv((i,), (k,), stride=s, padding=p, dilation=d) for i, k, s, p, d in ALL if i + 2 * p > d * (k - 1)]
    ops += [op.transpose() for op in ops]
    assert len({title(op) for op in ops}) == len(set(ops))


def test_the_numbers_of_a_description_are_those_counted():
    text = description(Conv(6, 3, stride=2, padding=1))
    assert text == (
        "A window of 3x3 cells with 9 kernel cells moves over an input of 6x6 padded to 8x8, row by row from the top left. "
        "In 9 steps it computes the output of 3x3, one cell each. At the end of its axes, 1x1 rows of cells are never read."
    )
    assert "A window of 5x5 cells with 9 kernel cells" in description(Conv(7, 3, dilation=2))
    assert "an input of 2x2 widened by zeros to 7x7, row" in description(ConvTranspose(2, 3, stride=2))
    assert "an input of 3x3 with zeros added and the edge cropped drawn as 1x1, row" in description(ConvTranspose(3, 1, padding=1))
    for op in (Conv(5, 3), Conv((5,), 3), Pool((4, 4, 4), 2)):
        assert "padded" not in description(op) and "never read" not in description(op)


def test_a_description_is_one_line_with_the_sizes_for_every_small_size():
    for i, k, s, p, d in ALL[::5]:
        if i + 2 * p > d * (k - 1):
            n = (i + 2 * p - d * (k - 1) - 1) // s + 1
            text = description(Conv(i, k, stride=s, padding=p, dilation=d))
            assert f"A window of {d * (k - 1) + 1}x{d * (k - 1) + 1} cells with {k * k} kernel cell{'s' * (k > 1)} moves" in text
            assert f"In {n * n} step{'s' * (n > 1)} it computes the output of {n}x{n}, one cell each." in text
            assert (f"padded to {i + 2 * p}x{i + 2 * p}" in text) == (p > 0) and "\n" not in text
            left = (i + 2 * p - d * (k - 1) - 1) % s
            assert (f"{left}x{left} rows of cells are never read" in text) == (left > 0)


# --- formulas


def test_the_printed_formula_of_every_small_convolution_is_true_and_gives_its_output_size():
    for i, k, s, p, d in ALL:
        if i + 2 * p > d * (k - 1):
            op = Conv((i,), (k,), stride=s, padding=p, dilation=d)
            text = formula(op, 0)
            assert_balanced(text)
            assert text.endswith(f" = {op.output_size[0]}") and text.startswith(f"floor(({i} + 2*{p} - {d}*({k} - 1) - 1) / {s})")


def test_the_printed_formula_of_every_small_transposed_convolution_is_true_and_gives_its_output_size():
    for i, k, s, p, d in ALL:
        for extra in range(max(s, d)):
            if (i - 1) * s - 2 * p + d * (k - 1) + extra + 1 > 0:
                op = ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra)
                text = formula(op, 0)
                assert_balanced(text)
                assert text == f"({i} - 1)*{s} - 2*{p} + {d}*({k} - 1) + {extra} + 1 = {op.output_size[0]}"


def test_the_printed_formula_of_an_asymmetric_padding_is_true_on_every_axis():
    for p0, p1 in itertools.product(range(4), repeat=2):
        for op in (Conv((7, 5), (3, 2), stride=2, padding=((p0, p1), (p1, 0))), Pool((9, 9), 7, stride=2, padding=((p0, p1), (p1, 0))),
                   ConvTranspose((5, 4), (3, 4), stride=2, padding=((p0, p1), (p1, 0)), output_padding=(1, 0))):
            for axis in (0, 1):
                assert_balanced(formula(op, axis))
                assert formula(op, axis).endswith(f" = {op.output_size[axis]}")
    assert formula(Conv((7,), 3, padding=[(1, 2)]), 0) == "floor((7 + 1 + 2 - 1*(3 - 1) - 1) / 1) + 1 = 8"
    assert formula(ConvTranspose((7,), 3, padding=[(1, 2)]), 0) == "(7 - 1)*1 - 1 - 2 + 1*(3 - 1) + 0 + 1 = 6"


def test_the_check_of_formulas_can_fail():
    with pytest.raises(AssertionError):
        assert_balanced("floor((5 + 2*1 - 1*(3 - 1) - 1) / 2) + 1 = 4")
    with pytest.raises(AssertionError):
        assert_balanced("some words = 4")
    assert_balanced("floor((5 + 2*1 - 1*(3 - 1) - 1) / 2) + 1 = 3")


# --- the sentences of errors


def test_an_error_is_one_line_whatever_the_input_held():
    for text in ("a\nb", "a\r\nb", "  a\tb\n", "a\x0bb", "a\u2028b"):
        assert len(str(ConvanimError(text)).splitlines()) == 1 and str(ConvanimError(text)) == "a b"
    assert issubclass(ConvanimError, ValueError)


def test_a_shown_value_is_cut_and_never_raises():
    class Shy:
        def __repr__(self):
            raise RuntimeError

    assert shown("x" * 100) == "'" + "x" * 56 + "..." and len(shown("x" * 100)) == 60
    assert shown("x" * 58) == repr("x" * 58)
    assert shown(Shy()) == "<Shy>" and shown(10**6000) == "<int>"


def test_an_unknown_name_gets_the_choices_and_the_likeliest_of_them():
    assert str(expected_one_of("view", "isometrc", ["flat", "isometric"])) == (
        "unknown view 'isometrc': did you mean 'isometric'? Expected one of flat, isometric"
    )
    assert str(expected_one_of("view", "zzz", iter(["flat", "isometric"]))) == "unknown view 'zzz': Expected one of flat, isometric"

"""The sum of each step: its terms, and the value that they give."""

from __future__ import annotations

import math
import re
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

import convanim as ca
from convanim.labels import LABELS
from helpers.cases import PLANAR
from helpers.operations import SUMMED, some
from helpers.refusals import refusal
from oracle.labels import DOT, ELLIPSIS, MINUS, label_lines, mode_of
from oracle.places import label_faults

NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"


FORMS = {"sum": r"()(.*)()", "average": r"(\()(.*)\)/(\d+)", "max": r"(max\()(.*)\)()", "l2": r"(√\()(.*)\)()"}


def read_number(text):
    text = text.removeprefix("(").removesuffix(")").removesuffix("²").removeprefix("(").removesuffix(")")
    sign, text = (-1, text[1:]) if text.startswith(MINUS) else (1, text)
    assert text == "∞" or re.fullmatch(NUMBER, text), text
    return sign * (math.inf if text == "∞" else Fraction(text))


def read_sum(op, text, bias):
    """(terms as tuples of numbers, None for an ellipsis; divisor; bias; sign; result) of the text of a sum."""
    left, sign, result = re.fullmatch(r"(.*) ([=≈]) (\S+)", text).groups()
    added = Fraction(0)
    if bias:
        left, way, number = re.fullmatch(r"(.*) ([+−]) (\S+)", left).groups()
        added = Fraction(number) * (1 if way == "+" else -1)
    _, terms, divisor = re.fullmatch(FORMS[mode_of(op)], left).groups()
    terms = terms.split(", " if mode_of(op) == "max" else " + ")
    assert all(term.endswith("²") == (mode_of(op) == "l2") for term in terms if term != ELLIPSIS)
    assert all(not re.search(f"(^|{DOT}){MINUS}", term) for term in terms) or mode_of(op) == "max", (
        "a negative factor without brackets"
    )
    return (
        [None if term == ELLIPSIS else tuple(map(read_number, term.split(DOT))) for term in terms],
        int(divisor or 1),
        added,
        sign,
        result,
    )


def counted(op, step):
    """The taps of a step that count."""
    alone = mode_of(op) == "average" and not getattr(op, "count_include_pad", True)
    return [tap for tap in step.taps if tap.role != "overhang" and not (alone and tap.source is None)]


def meant_terms(op, step, x, w):
    """The terms of a step, from its taps."""
    none = -math.inf if mode_of(op) == "max" else 0
    return [
        (none if tap.source is None else x[tap.source], *([] if w is None else [w[tap.kernel]]))
        for tap in counted(op, step)
    ]


def total(op, terms, divisor, bias):
    """The value of a sum in exact numbers; of "l2" its square."""
    if mode_of(op) == "max":
        return max(value for (value,) in terms)
    if mode_of(op) == "l2":
        return sum(value**2 for (value,) in terms)
    return sum(math.prod(term) for term in terms) / Fraction(divisor) + bias


def spread(result):
    """By how much a printed number may be off: half of its last place."""
    mantissa, _, power = result.replace(MINUS, "-").lstrip("-").partition("e")
    return Fraction(1, 2) * Fraction(10) ** (int(power or 0) - len(mantissa.partition(".")[2]))


def wrong_sum(op, step, text, x, w, bias, value):
    """What is wrong with the text of a step's sum, `value` being what `ca.evaluate` gives: "" for nothing."""
    terms, divisor, added, sign, result = read_sum(op, text, bias or getattr(op, "bias", False))
    meant = meant_terms(op, step, x, w)
    count = 1 if mode_of(op) != "average" else getattr(op, "divisor_override", None) or len(meant)
    if (divisor, added) != (count, Fraction(bias)):
        return "divisor or bias"
    if None in terms:
        cut = terms.index(None)
        if terms[:cut] != meant[:cut] or terms[cut + 1 :] != meant[-1:] or cut + 1 >= len(meant):
            return "shortened terms"
        terms = meant
    elif terms != meant:
        return "terms"
    exact, printed = total(op, terms, divisor, added), read_number(result)
    square = mode_of(op) == "l2"
    if not math.isclose(math.sqrt(exact) if square else exact, value, rel_tol=1e-12):
        return "the value"
    if (sign == "=") != (printed**2 == exact and printed >= 0 if square else printed == exact):
        return "equal or nearly so"
    if sign == "≈" and abs(float(printed) - value) > float(spread(result)) * (1 + 1e-9):
        return "rounding"
    return ""


VALUES = {  # what stands in the cells, and the bias: none is longer than it is printed
    "whole": (lambda rng, size: rng.integers(0, 4, size), 0),
    "negative": (lambda rng, size: rng.integers(-9, 10, size), -3),
    "fractions": (lambda rng, size: rng.integers(-40, 41, size) / 8, 0.125),
    "large": (lambda rng, size: rng.integers(-(10**6), 10**6, size), 99_000),
    "tenths": (lambda rng, size: rng.integers(-30, 31, size) / 4, -1.75),
}


def summed(kind):
    """(operation, input, kernel, bias, what `ca.evaluate` gives) with values of every kind."""
    rng = np.random.default_rng(7)
    for n, op in enumerate([*SUMMED[kind], *(some(kind, size) for size in [(3, 3), (4, 2), (2, 6), (5,), (12,)])]):
        for draw, bias in VALUES.values() if n < len(SUMMED[kind]) else [VALUES["tenths"]]:
            x, w = draw(rng, op.input_size), draw(rng, op.kernel_size) if mode_of(op) == "sum" else None
            b = bias if getattr(op, "bias", False) else 0
            yield op, x, w, b, ca.evaluate(op, x, w, [b] if getattr(op, "bias", False) else None)


def exactly(array):
    """The array in exact numbers."""
    return (
        None if array is None else np.array([Fraction(v) for v in array.ravel().tolist()], object).reshape(array.shape)
    )


@pytest.mark.parametrize("kind", SUMMED)
def test_the_sum_of_each_step_has_the_terms_of_its_taps_and_gives_the_value_that_is_computed(kind):
    seen = Counter()
    for op, x, w, b, values in summed(kind):
        a = ca.animate(op, view="flat", labels=["sum"], input=x, kernel=w, bias=[b] if b else None)
        exact = exactly(x), exactly(w)
        for step in op.steps:
            text = " ".join(lines := label_lines(a, step.index))
            wrong = wrong_sum(op, step, text, *exact, b, values[step.output])
            assert not wrong, (wrong, text, op, step.index)
            seen.update(
                {
                    "cut": ELLIPSIS in text,
                    "whole": ELLIPSIS not in text,
                    "=": "=" in text,
                    "≈": "≈" in text,
                    "several lines": len(lines) > 1,
                }
            )
            assert len(lines) <= 3
    assert min(seen.values()) >= 8 and min(seen[word] for word in ("whole", "=", "≈")) > 20, seen


def test_the_check_of_sums_sees_wrong_terms_values_signs_and_roundings():
    op, x, w = ca.Conv((2, 2), 2), exactly(np.array([[1, -2], [3, 4]])), exactly(np.array([[2, 1], [0, 5]]))
    pool, y = ca.Pool((3,), 3, mode="average"), exactly(np.array([1, 2, 2]))
    (step,), (mean,) = op.steps, pool.steps
    good = "1·2 + (−2)·1 + 3·0 + 4·5 = 20.0"
    assert not wrong_sum(op, step, good, x, w, 0, 20) and not wrong_sum(op, step, "1·2 + … + 4·5 = 20.0", x, w, 0, 20)
    assert not wrong_sum(pool, mean, "(1 + 2 + 2)/3 ≈ 1.67", y, None, 0, 5 / 3)
    for text, fault in (
        (good.replace("3·0", "3·1"), "terms"),
        ("1·2 + … + 3·0 = 20.0", "shortened terms"),
        ("(−2)·1 + … + 4·5 = 20.0", "shortened terms"),
        (good.replace("+ 3·0 ", "+ … "), ""),
        ("1·2 + (−2)·1 + 3·0 + … + 4·5 = 20.0", "shortened terms"),
        (good.replace("= 20.0", "= 21.0"), "equal or nearly so"),
        (good.replace("=", "≈"), "equal or nearly so"),
        (good.replace("= 20.0", "≈ 20.1"), "rounding"),
    ):
        assert wrong_sum(op, step, text, x, w, 0, 20) == fault, text
    assert wrong_sum(op, step, good, x, w, 0, 19) == "the value"
    assert wrong_sum(op, step, good.replace(" =", " + 1 ="), x, w, 2, 22) == "divisor or bias"
    assert wrong_sum(pool, mean, "(1 + 2 + 2)/4 ≈ 1.67", y, None, 0, 5 / 3) == "divisor or bias"
    assert wrong_sum(pool, mean, "(1 + 2 + 2)/3 ≈ 1.66", y, None, 0, 5 / 3) == "rounding"
    assert wrong_sum(pool, mean, "(1 + 2 + 2)/3 = 1.67", y, None, 0, 5 / 3) == "equal or nearly so"
    with pytest.raises(AssertionError, match="brackets"):
        wrong_sum(op, step, good.replace("(−2)", "−2"), x, w, 0, 20)


LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def read_symbol(text, letter, ndim):
    """The cell of 𝑥₁₂ or 𝑥₁₀,₂."""
    assert text[0] == letter, text
    parts = text[1:].translate(LOWERED)
    return tuple(map(int, parts.split(",") if "," in parts or ndim == 1 else parts))


def meant_symbols(op, step):
    none = "−∞" if mode_of(op) == "max" else "0"
    return [
        (none if tap.source is None else tap.source, *([tap.kernel] if mode_of(op) == "sum" else []))
        for tap in counted(op, step)
    ]


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", SUMMED)
def test_with_symbols_the_sum_has_the_letters_and_indices_of_the_taps(kind, view):
    cut = Counter()
    for op in [*SUMMED[kind], *(some(kind, size) for size in [(12, 2), (2, 12), (12,), (4, 6)])]:
        a = ca.animate(op, view=view, labels=["sum"], theme="classic", symbols=ca.VIEWS[view].shows_values)
        ndim = len(op.input_size)
        for step in op.steps:
            text = " ".join(label_lines(a, step.index))
            left, result = text.split(" = ")
            if getattr(op, "bias", False):
                left, b = left.rsplit(" + ", 1)
                assert b == "𝑏"
            _, terms, divisor = re.fullmatch(FORMS[mode_of(op)], left).groups()
            meant = meant_symbols(op, step)
            assert read_symbol(result, "𝑦", ndim) == step.output
            assert int(divisor or 1) == (
                1 if mode_of(op) != "average" else getattr(op, "divisor_override", None) or len(meant)
            )
            found = []
            for term in terms.split(", " if mode_of(op) == "max" else " + "):
                x, *w = (term.removesuffix("²") if mode_of(op) == "l2" else term).split(DOT)
                found.append(
                    None
                    if term == ELLIPSIS
                    else (
                        x if x in ("0", "−∞") else read_symbol(x, "𝑥", ndim),
                        *(read_symbol(one, "𝑤", ndim) for one in w),
                    )
                )
            if None in found:
                n = found.index(None)
                assert found == [*meant[:n], None, meant[-1]] and n + 1 < len(meant), (op, text)
            else:
                assert found == meant, (op, text)
            cut[None in found] += 1
    assert cut[False] > 20 and cut[True] >= 2


@pytest.mark.parametrize("dpi", [150, 20])
def test_the_longest_numbers_fit_into_the_line_of_a_sum(dpi):
    for x, w, b in [
        (-999_999_999, -999_999_999, -999_999_999),
        (-1.23e-100, -1.23e-111, -99_999.9),
        (0.001234, -1.23e300, -0.5),
    ]:
        mean = ca.Pool((3,), 2, mode="average", divisor_override=10**9)
        for op in (
            ca.Conv((3,), 2, bias=True),
            ca.ConvTranspose((2,), 2, bias=True),
            ca.Pool((3,), 2),
            ca.Pool((3,), 2, mode="l2"),
            mean,
        ):
            weighted = mode_of(op) == "sum"
            given = {
                "input": np.full(op.input_size, x),
                "kernel": np.full(op.kernel_size, w) if weighted else None,
                "bias": [b] if weighted else None,
            }
            a, plain = (ca.animate(op, view="flat", labels=labels, dpi=dpi, **given) for labels in ("sum", "none"))
            for step in range(len(a)):
                assert not label_faults(a, plain.scene, step), label_lines(a, step)


def test_an_equals_sign_stands_only_where_the_numbers_that_are_printed_are_equal():
    for x, w in [
        ([1 / 3], [3]),
        ([1 / 3, 2 / 3], [1, 1]),
        ([0.1, 0.2], [1, 1]),
        ([1 / 3, 1 / 6], [2, 2]),
        ([0.12345], [10_000]),
    ]:
        op = ca.Conv((len(x),), len(x))
        (text,) = label_lines(ca.animate(op, view="flat", labels="sum", input=x, kernel=w))
        terms, divisor, added, sign, result = read_sum(op, text, 0)
        assert sign == "≈" or total(op, terms, divisor, added) == read_number(result), text


def test_one_cell_that_is_rounded_leaves_the_equals_signs_of_the_steps_that_do_not_read_it():
    whole, cases = [1, 2, 3, 4], [([1, 2, 3, 0.12345], [1, 2], "==≈"), ([0.12345, 1, 2, 3], [1, 2], "≈==")]
    for x, w, signs in [*cases, (whole, [0.12345, 2], "≈≈≈"), (whole, [1, 2], "===")]:
        for view in ("flat", "line"):
            a = ca.animate(ca.Conv((4,), 2), view=view, labels=["sum"], input=x, kernel=w)
            assert [re.search("[=≈]", label_lines(a, step)[-1])[0] for step in range(3)] == list(signs), (x, view)
    pool = ca.animate(ca.Pool((4,), 2, stride=1), view="flat", labels=["sum"], input=[1, 2, 3, 0.12345])
    assert [re.search("[=≈]", label_lines(pool, step)[-1])[0] for step in range(3)] == ["=", "=", "≈"]


def has(op, labels, names, **look):
    """Whether these labels are those of the names."""
    return ca.animate(op, labels=labels, **look).scene == ca.animate(op, labels=sorted(names), **look).scene


def test_the_sum_is_left_out_where_there_is_nothing_to_add_up_unless_it_is_asked_for_by_name():
    one, many, every = ca.Conv((1, 2), 1), ca.Conv((1, 2), 1, in_channels=2), set(LABELS)
    explained = set(ca.THEMES["clear"].labels)
    assert "sum" in explained and not ca.THEMES["classic"].labels
    assert has(one, None, explained - {"sum"}, theme="clear") and has(many, None, explained - {"sum"}, theme="clear")
    assert has(one, None, explained, theme="clear", view="flat") and has(
        one, None, explained, theme="clear", symbols=True
    )
    assert has(one, None, ()) and has(one, "none", (), theme="clear")
    assert (
        has(one, "all", every)
        and has(many, "all", every - {"sum"})
        and has(many, "all", every - {"sum"}, theme="clear")
    )
    assert not has(one, "all", every - {"sum"}) and not has(one, None, explained - {"sum"}, theme="clear", view="flat")
    for names in (["sum"], "step,sum", [*LABELS]):
        assert "one channel, and this operation has 2 to 1" in refusal(
            lambda names=names: ca.animate(many, labels=names)
        )


def test_an_average_over_padding_alone_that_is_not_counted_has_a_sum_too_where_its_divisor_is_given():
    op = ca.Pool((2,), 2, stride=1, padding=1, dilation=3, mode="average", count_include_pad=False, divisor_override=3)
    assert ca.evaluate(op, [5, 6]).tolist() == [0]
    for view in PLANAR:
        (text,) = label_lines(ca.animate(op, view=view, labels="sum"))
        assert re.fullmatch(r"\(?0?\)?/3 = (0\.0|𝑦₀)", text), text

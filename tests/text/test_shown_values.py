"""Every number that a figure shows, read again and compared with exact fractions: equal where "=" stands, within half
of its last digit where "≈" does.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import convanim as ca
from convanim.errors import ConvanimError
from convanim.scene import Text
from convanim.views.line.terms import Terms
from helpers.operations import drawn_at_random, lines_of
from oracle.exact import exact_outputs, exactly, half_unit, reads, said, text_fault
from oracle.scenes import leaves

MADE = {  # how values are drawn
    "whole": lambda rng: rng.randint(-9, 9),
    "bytes": lambda rng: rng.choice([0, 255]),
    "halves": lambda rng: rng.randint(-9, 9) / 2,
    "tenths": lambda rng: rng.randint(-9, 9) / 10,
    "normal": lambda rng: rng.gauss(0, 1),
    "small": lambda rng: rng.gauss(0, 1) / 10 ** rng.randint(1, 6),
    "tiny": lambda rng: rng.choice([0.0, 1e-9, -1.5e-12, 3e-200, 0.25]),
    "huge": lambda rng: rng.choice([1e15, -1e15, 1.0, 0.5, 0, 1e17]),
    "integers": lambda rng: rng.choice([10**13, 1, -3, 10**9, 0]),
    "mixed": lambda rng: rng.choice([1e120, -1e120, 1e-120, 2.0, 1 / 3]),
}


def values_of(op, rng):
    """Values for input, kernel and bias of kinds that are drawn."""

    def array(size, make):
        return np.array([make(rng) for _ in range(int(np.prod(size)))]).reshape(size)

    made, other = rng.choice([*MADE.values()]), rng.choice([*MADE.values()])
    if rng.random() < 0.5:
        other = MADE["whole"]
    kernel = array(op.kernel_size, other) if isinstance(op, WEIGHTED) else None
    bias = rng.choice([0.1, -3, 1e-9, 2.5]) if getattr(op, "bias", False) else None
    return array(op.input_size, made), kernel, bias


def numbers(array):
    return [] if array is None else [exactly(value) for value in array.ravel().tolist()]


def figure(op, view, x, w, bias, **look):
    given = {"input": x, **({} if w is None else {"kernel": w}), **({} if bias is None else {"bias": bias})}
    return ca.animate(op, view=view, **given, **look)


def shown_faults(a, op, x, w, bias):
    """What is wrong with the texts of input, kernel and output, with the signs, and with the alternative text."""
    texts, found = a.labelling.texts, set()
    exact_x, exact_w, exact_b = numbers(x), numbers(w), exactly(bias or 0)
    for name, own, exact in (("input", texts.input, exact_x), ("kernel", texts.kernel, exact_w)):
        if len(own) != len(exact) or any(text_fault(*pair) for pair in zip(own, exact, strict=True)):
            found.add(name)
    true = [[said(text) == value for text, value in zip(own, of, strict=True)]
            for own, of in ((texts.input, exact_x), (texts.kernel, exact_w))]  # fmt: skip
    if bias is not None and text_fault(texts.bias, exact_b):
        found.add("bias")
    true_b = bias is None or said(texts.bias) == exact_b
    square, signs = getattr(op, "mode", "") == "l2", []
    for step, (taps, value) in enumerate(zip(reads(op), exact_outputs(op, exact_x, exact_w, exact_b), strict=True)):
        text = texts.output[step]
        if text_fault(text, value, square=square):
            found.add("output")
        cells = all(cell is None or (true[0][cell] and (not exact_w or true[1][k])) for cell, k in taps)
        same = said(text) ** (2 if square else 1) == value
        if view_has_sums(a):
            sign, result = re.search(r" ([=≈]) (\S+)$", a.equation(step)).groups()
            signs.append(sign)
            if result != text or (sign == "=" and not (cells and same and true_b)):
                found.add("equation")
            if sign == "≈" and cells and same and true_b:
                found.add("called rounded")
    alt = re.search(r"The output(, rounded,)? is (.*)\.$", a.alt)
    about = alt is not None and view_has_sums(a) and bool(alt[1]) != ("≈" in signs)
    if alt and (about or alt[2].replace(";", "").split() != list(texts.output)):
        found.add("alternative text")
    return found


def view_has_sums(a):
    return a.scene.equation is None


WEIGHTED = ca.Conv | ca.ConvTranspose
KINDS = ["conv", "pool", "transpose", "adaptive"]


def operations(kind, rng, count):
    """Operations of one and two dimensions, some with a bias, in averages and L2 too."""
    lines = list(lines_of(kind))
    for op in [*rng.sample(lines, min(count, len(lines))), *drawn_at_random(kind, count)]:
        if isinstance(op, WEIGHTED) and rng.random() < 0.4:
            yield replace(op, bias=True)
        elif hasattr(op, "mode") and rng.random() < 0.5:
            yield replace(op, mode=rng.choice(["average", "l2"] if kind == "pool" else ["average"]))
        else:
            yield op


@pytest.mark.parametrize("kind", KINDS)
def test_every_shown_number_is_the_exact_one_or_is_called_rounded(kind):
    rng, seen = random.Random(f"shown {kind}"), Counter()
    for n, op in enumerate(operations(kind, rng, 60)):
        x, w, bias = values_of(op, rng)
        theme, precision = ("classic", "clear")[n % 2], rng.choice([None, None, None, 0, 2, 5])
        try:
            a = figure(op, "flat", x, w, bias, theme=theme, precision=precision, labels="none")
        except ConvanimError as error:
            assert "too large" in str(error) or "no average" in str(error)
            continue
        assert not shown_faults(a, op, x, w, bias), (op, x, w, bias, theme, precision)
        seen.update(a.equation(step).rsplit(" ", 2)[1] for step in range(len(a)))
    assert min(seen["="], seen["≈"]) > 100, seen


def test_every_term_of_a_row_is_the_exact_one_or_is_called_rounded_and_the_largest_values_have_the_rings():
    rng, seen = random.Random("terms"), Counter()
    for kind in ("conv", "transpose", "pool"):
        for op in rng.sample(list(lines_of(kind)), 120):
            x, w, bias = values_of(op, rng)
            a = figure(op, "line", x, w, bias, labels="none")
            assert not shown_faults(a, op, x, w, bias), (op, x, w)
            terms, exact_x, exact_w = Terms(op, op.axes[0], a.labelling.texts), numbers(x), numbers(w)
            for step, taps in enumerate(reads(op)):
                absent = 0 if exact_w else -float("inf")
                factors = exact_w or [1]
                meant = [absent if cell is None else exact_x[cell] * factors[k % len(factors)] for cell, k in taps]
                own = terms.of(step)
                assert not any(text_fault(one.text, value) for one, value in zip(own, meant, strict=True))
                for one, value, (cell, k) in zip(own, meant, taps, strict=True):
                    if w is not None:
                        shown = a.labelling.texts
                        true = cell is None or (
                            said(shown.input[cell]) == exact_x[cell] and said(shown.kernel[k]) == exact_w[k]
                        )
                        assert one.exact == (said(one.text) == value and true)
                        seen[one.exact] += 1
                if w is None:
                    ringed = [one.cell for one in terms.picked(step)]
                    assert ringed == [one.cell for one, v in zip(own, meant, strict=True) if v == max(meant)]
                    seen["rings"] += len(ringed)
    assert min(seen.values()) > 100, seen


def test_every_sum_on_its_way_is_the_exact_one_or_is_called_rounded():
    rng, seen = random.Random("stamps"), Counter()
    for op in operations("transpose", rng, 80):
        x, w, bias = values_of(op, rng)
        a = figure(op, "scatter", x, w, bias, labels="none")
        exact_x, exact_w, exact_b = numbers(x), numbers(w), exactly(bias or 0)
        assert not shown_faults(a, op, x, w, bias), (op, x, w)
        stamps = [[] for _ in x.ravel()]
        for cell, taps in enumerate(reads(op)):
            for source, k in taps:
                if source is not None:
                    stamps[source].append((cell, k))
        total = dict.fromkeys(range(int(np.prod(op.output_size))), exact_b)
        for step, own in enumerate(stamps):
            equation = a.scene.equation(step)
            parts = [*equation.terms, equation.last] if own else []
            for (cell, k), part in zip(sorted(own), sorted_by_cell(parts, own), strict=True):
                before, first, second, sign, after = re.fullmatch(r"(\S+) \+ (\S+)·(\S+) ([=≈]) (\S+)", part).groups()
                first, second = first.strip("()"), second.strip("()")
                rows = (before, total[cell]), (first, exact_x[step]), (second, exact_w[k])
                total[cell] += exact_x[step] * exact_w[k]
                rows = *rows, (after, total[cell])
                assert not any(text_fault(*row) for row in rows), (op, part)
                assert (sign == "=") == all(said(text) == value for text, value in rows), (op, part)
                seen[sign] += 1
    assert min(seen["="], seen["≈"]) > 100, seen


def sorted_by_cell(parts, own):
    """The equations of a step, which stand in the order of the stamp's cells: the rows from above."""
    assert len(parts) == len(own)
    return parts


# --- examples


def equation(x, w, view="flat", **look):
    return ca.animate(ca.Conv((len(x),), len(w)), view=view, input=x, kernel=w, theme="clear", **look).equation(0)


@pytest.mark.parametrize("view", ["flat", "line", "matrix", "dense", "im2col"])
def test_a_sum_that_is_not_zero_is_never_called_zero_and_one_that_is_rounded_never_equal(view):
    assert equation([1e15, 1.0, -1e15], [1, 1, 1], view).endswith("·1 = 1")
    assert equation([10**13, 1, 0], [1, 1, 1], view).endswith(" ≈ 1e13")
    assert equation([10**13, 0, 0], [1, 1, 1], view).endswith(" = 1e13")
    assert equation([0.1, 0.2, -0.3], [1, 1, 1], view).endswith(" = 0"), "as decimals it is 0"
    assert equation([0.1 + 0.2, -0.3], [1, 1], view).endswith(" ≈ 4e−17"), "and of what was rounded before it is not"
    assert equation([0.1 + 0.2, -0.3], [1, 1], view).startswith("0.3")
    assert equation([1e17, 1.0, -1e17], [1, 1, 1], view).endswith(" = 1"), "which floats lose"


def test_the_maximum_has_its_ring_by_value_not_by_its_text():
    x = [1.00001, 1.00004, 1.0]
    op = ca.Pool((3,), 3)
    a = ca.animate(op, view="line", input=x)
    assert a.labelling.texts.input[:2] == ("1.000", "1.000")
    assert [one.cell for one in Terms(op, op.axes[0], a.labelling.texts).picked(0)] == [1]
    squares = [m for m in leaves(a.scene.layers[-1].seen(0)) if m.role == "window" and len(m.parts[0]) == 5]
    assert len(squares) == 1


def test_a_maximum_looks_like_the_values_of_which_it_is_one():
    a = ca.animate(ca.Pool((4,), 2, stride=1), view="line", input=[1.0001, 1.0004, 1.0, 0.5], theme="clear")
    assert a.labelling.texts.output == ("1.0004", "1.0004", "1.0000")
    assert a.equation(0) == "max(1.0001, 1.0004) = 1.0004"


def test_a_sum_that_floats_can_hold_only_by_rounding_on_the_way_is_refused():
    largest, rest = 1.7976931348623157e308, 9e291  # less than half a unit of the last digit of the largest
    with pytest.raises(ConvanimError, match="too large for float64"):
        ca.animate(ca.Conv((3,), 3), view="flat", input=[largest, rest, rest], kernel=[1, 1, 1])
    assert equation([largest, rest, 0], [1, 1, 1], "flat").endswith(" ≈ 1.8e308")


def test_small_numbers_keep_two_digits_and_numbers_of_a_map_have_one_number_of_decimals():
    texts = ca.animate(ca.Conv((3,), 1), view="flat", input=[0.0015, 1, 2], kernel=[1], theme="clear").labelling.texts
    assert texts.input == texts.output == ("0.0015", "1.0000", "2.0000")
    mean = ca.animate(ca.Pool((18, 1), (18, 1), mode="average"), view="flat", input=[[1]] + [[0]] * 17)
    assert mean.labelling.texts.output == ("0.056",) and mean.equation(0).endswith("/18 ≈ 0.056")


def test_decimals_are_asked_for_with_precision():
    op, x = ca.Conv((4,), 2), [1 / 3, 2, 0.5, 1.25]
    for places in (0, 1, 2, 6):
        texts = ca.animate(op, view="flat", input=x, kernel=[1, 2], precision=places).labelling.texts
        assert {len(text.partition(".")[2]) for text in (*texts.input, *texts.output)} == {places}
        assert texts.kernel == ("1", "2"), "whole numbers are whole"
    assert ca.animate(op, input=x, precision=2).scene == ca.animate(op, view="flat", input=x, precision=2).scene
    shown = ca.animate(op, view="line", input=x, kernel=[0.5, 2], precision=1).equation(0)
    assert shown == "0.3·0.5 + 2.0·2.0 ≈ 4.2"


@pytest.mark.parametrize("theme", [name for name in ca.THEMES if name != "classic"])
def test_whole_numbers_are_whole_and_as_large_in_the_output_as_in_the_input(theme):
    a = ca.animate(ca.Conv(4, 3), seed=1, theme=theme, labels="sum")
    assert not any("." in text for text in a.labelling.texts.output) and "." not in a.equation(0)
    sizes = {m.role: m.size for layer in a.scene.layers for m in leaves(layer.seen(0)) if isinstance(m, Text)}
    assert sizes["output_value"] == sizes["input_value"] > sizes["kernel_value"]
    guide = ca.animate(ca.Conv(4, 3), seed=1, view="flat").labelling.texts.output
    assert [text.removesuffix(".0") for text in guide] == list(a.labelling.texts.output) != list(guide)


# --- that this oracle can tell


def test_a_wrong_digit_sign_or_output_is_seen():
    op, x, w = ca.Conv((3,), 2), np.array([0.5, 1 / 3, 2.0]), np.array([1, 3])
    a = figure(op, "flat", x, w, None, theme="clear")
    assert not shown_faults(a, op, x, w, None)

    def spoiled(**changes):
        texts = replace(a.labelling.texts, **changes)
        return shown_faults(replace(a, labelling=replace(a.labelling, texts=texts)), op, x, w, None)

    assert a.labelling.texts.output == ("1.500", "6.333")
    assert "output" in spoiled(output=("1.500", "6.334")) and "input" in spoiled(input=("0.500", "0.334", "2.000"))
    assert "kernel" in spoiled(kernel=("1", "2"))
    assert text_fault("1.25", Fraction("1.2551")) and not text_fault("1.25", Fraction("1.255"))
    assert half_unit("1.5e−8") == Fraction("5e-10") and half_unit("12") == Fraction(1, 2)
    assert text_fault("1.41", Fraction(2), square=True) == "" and text_fault("1.42", Fraction(2), square=True)
    assert list(exact_outputs(op, [1, 2, 3], [1, 10])) == [21, 32] and list(reads(op))[1] == [(1, 0), (2, 1)]

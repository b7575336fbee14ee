"""The size formula and the parameters beside a figure, against the formulas of PyTorch's documentation."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from fractions import Fraction

import pytest

import convanim as ca
from helpers.cases import PLANAR
from helpers.figures import ROWS, said
from helpers.operations import SIZES, built, some
from oracle.labels import DOT, FLOOR, MINUS, numbers_of, value_of
from oracle.windows import meaning

AT_THE_END = {"en": "(addedattheend)", "zh": "（加在末端）"}
UNSTARTED = {"en": "(itwouldstartbeyondtheinput)", "zh": "（否则会从输入之外开始）"}


def documented(op, axis):
    """The output size by the formulas of PyTorch's documentation of Conv2d, ConvTranspose2d and MaxPool2d, and whether
    `ceil_mode` dropped a window.
    """
    i, k, s, (before, after), d, extra = numbers_of(op)[axis]
    if isinstance(op, ca.ConvTranspose):
        return (i - 1) * s - before - after + d * (k - 1) + extra + 1, False
    inside = Fraction(i + before + after - d * (k - 1) - 1, s) + 1
    if not (isinstance(op, ca.Pool) and op.ceil_mode):
        return math.floor(inside), False
    dropped = (math.ceil(inside) - 1) * s >= i + before
    return math.ceil(inside) - dropped, dropped


TOKEN = re.compile(r"output_padding|floor|ceil|p′|[ikspd]|\d+|[-+*/(),−]")


def with_numbers(letters, values):
    """A formula in letters with the letters' values, and a dot where a product was not written."""
    tokens = TOKEN.findall(letters)
    assert "".join(tokens) == letters, letters
    written = tokens[:1]
    for one, other in itertools.pairwise(tokens):
        product_ = (one[-1] in "ikspd′)" or one.isdigit() or one == "output_padding") and (
            other[0] in "ikspd(" or other == "output_padding"
        )
        written += [DOT, other] if product_ else [other]
    return "".join(str(values[token]) if token in values else token for token in written)


def wrong_formula(op, text, lang):
    """What is wrong with the text of a formula: "" for nothing."""
    text = text.replace(" ", "")
    per_axis = re.split("|".join(ROWS[lang]), text)[1:] or [text] * len(op.input_size)
    assert len(per_axis) == len(op.input_size)
    letters = None
    for axis, one in enumerate(per_axis):
        i, k, s, (before, after), d, extra = numbers_of(op)[axis]
        right, dropped = documented(op, axis)
        o, *sides, result = one.split("=")
        if len(sides) == 2:
            letters = sides.pop(0)
        (numbers,) = sides
        if dropped != numbers.endswith(UNSTARTED[lang]):
            return "why a window is dropped"
        numbers = numbers.removesuffix(UNSTARTED[lang])
        if bool(extra) != numbers.endswith(AT_THE_END[lang]):
            return "where cells are added"
        numbers = numbers.removesuffix(AT_THE_END[lang])
        if o != "o" or not right == op.output_size[axis] == int(result) == value_of(numbers):
            return "the result"
        values = {"i": i, "k": k, "s": s, "p": before, "p′": after, "d": d, "output_padding": extra}
        if before != after and "p′" not in letters:
            return "one padding for two"
        if with_numbers(letters, values) != numbers or value_of(with_numbers(letters, values)) != right:
            return "the letters"
    return ""


PADS = [((0, 0),), ((1, 1),), ((0, 1),), ((2, 1),)]


def small(kind):
    """All small operations of one dimension, with a bit of everything that changes the output's size."""
    if kind == "conv":
        for i, k, s, p, d in itertools.product(range(1, 7), (1, 2, 3), (1, 2, 3), PADS, (1, 2, 3)):
            yield from built(ca.Conv, (i,), k, stride=s, padding=p, dilation=d)
    elif kind == "pool":
        for i, k, s, p, d, ceil in itertools.product(
            range(1, 7), (1, 2, 3), (1, 2, 3, 4), [0, 1, ((0, 1),)], (1, 2), (False, True)
        ):
            yield from built(ca.Pool, (i,), k, stride=s, padding=p, dilation=d, ceil_mode=ceil)
    elif kind == "transpose":
        for i, k, s, p, d, extra in itertools.product((1, 2, 4), (1, 2, 3), (1, 2, 3), PADS, (1, 2), (0, 1, 2)):
            yield from built(ca.ConvTranspose, (i,), k, stride=s, padding=p, dilation=d, output_padding=extra)


SIZED = ("conv", "pool", "transpose")


@pytest.mark.parametrize("kind", SIZED)
def test_the_formula_holds_with_its_letters_and_with_its_numbers_for_all_small_operations(kind):
    seen = Counter()
    for n, op in enumerate(small(kind)):
        lang = ("en", "zh")[n % 2]
        text = said(op, "formula", lang=lang)
        assert not wrong_formula(op, text, lang), (op, text)
        parts_of_it = {"p′": "p′", "d": "d(k", "ceil": "ceil", "extra": "output_padding"}
        seen.update(
            {"all": 1, "dropped": documented(op, 0)[1], **{name: part in text for name, part in parts_of_it.items()}}
        )
    assert seen["all"] > 400 and seen["p′"] > 100 and seen["d"] > 100
    assert (seen["dropped"] > 50, seen["ceil"] > 100, seen["extra"] > 100) == (
        kind == "pool",
        kind == "pool",
        kind == "transpose",
    )


@pytest.mark.parametrize("view", PLANAR)
def test_the_formula_names_rows_and_columns_where_they_differ(view):
    named = Counter()
    for n, (kind, size) in enumerate(itertools.product(SIZED, [*SIZES, (30, 2)])):
        lang = list(ROWS)[n % len(ROWS)]
        op = some(kind, size)
        text = said(op, "formula", lang=lang, view=view, dpi=60 if len(size) == 1 else 150)
        assert not wrong_formula(op, text, lang), (op, text)
        differ = len(set(numbers_of(op))) > 1
        assert [text.count(name) for name in ROWS[lang]] == [int(differ)] * 2
        named[differ] += 1
    assert min(named.values()) > 20
    op = ca.Conv((7, 5), 3, padding=((1, 1), (1, 2)), stride=(2, 1), dilation=(1, 2))
    assert said(op, "formula") == (
        "height: o = floor((i + 2p − k)/s) + 1 = floor((7 + 2·1 − 3)/2) + 1 = 4 "
        "width: o = floor((i + p + p′ − (d(k − 1) + 1))/s) + 1 = floor((5 + 1 + 2 − (2·(3 − 1) + 1))/1) + 1 = 4"
    )


@pytest.mark.parametrize("lang", ROWS)
def test_the_words_of_adaptive_pooling_give_the_cells_of_every_window(lang):
    for i, n in itertools.product(range(1, 13), repeat=2):
        text = said(ca.AdaptivePool((i,), n), "formula", lang=lang).replace(" ", "")
        first, last = re.search(r"(floor\(.*?n/\d+\)).*?(ceil\(.*?\)/\d+\)−1)", text).groups()
        assert re.search(rf"(?<!\d){n}(?!\d)", text)
        for o, (start, stop) in enumerate(meaning(ca.AdaptivePool((i,), n))[1].windows):
            assert [eval(side.replace(MINUS, "-").replace(DOT, "*"), {**FLOOR, "n": o}) for side in (first, last)] == [
                start,
                stop - 1,
            ]
    names = ROWS[lang]
    assert [
        said(ca.AdaptivePool(size, 2), "formula", lang=lang).count(name) for size in ((5, 5), (5, 4)) for name in names
    ] == [0, 0, 1, 1]


def test_the_check_of_formulas_sees_wrong_numbers_letters_and_results():
    op, dropped = ca.Conv((5,), 3, stride=2, padding=1), ca.Pool((5,), 2, padding=1, ceil_mode=True)
    good = said(op, "formula")
    assert good == "o = floor((i + 2p − k)/s) + 1 = floor((5 + 2·1 − 3)/2) + 1 = 3" and not wrong_formula(
        op, good, "en"
    )
    for old, new, fault in (
        ("= 3", "= 4", "the result"),
        ("(5 +", "(6 +", "the letters"),
        ("5 + 2·1", "2·1 + 5", "the letters"),
        ("2p", "p", "the letters"),
        ("(5 +", "(9 +", "the result"),
        ("k)/s", "s)/k", "the letters"),
        ("o = ", "i = ", "the result"),
    ):
        assert wrong_formula(op, good.replace(old, new, 1), "en") == fault
    assert wrong_formula(ca.Conv((5,), 3, stride=2, padding=((1, 2),)), good, "en") == "one padding for two"
    assert (
        wrong_formula(dropped, said(dropped, "formula").replace("(it would start beyond the input)", ""), "en")
        == "why a window is dropped"
    )
    added = ca.ConvTranspose((3,), 3, stride=2, output_padding=1)
    text = said(added, "formula")
    assert not wrong_formula(added, text, "en")
    assert wrong_formula(added, text.replace("(added at the end)", ""), "en") == "where cells are added"
    assert (
        with_numbers("(i−1)s−2p+d(k−1)+1+output_padding", {"i": 1, "s": 2, "p": 3, "d": 4, "k": 5, "output_padding": 6})
        == "(1−1)·2−2·3+4·(5−1)+1+6"
    )


USUAL = {
    "stride": None,
    "padding": None,
    "kernel_size": None,
    "dilation": 1,
    "output_padding": 0,
    "padding_mode": "zeros",
    "flip": False,
    "ceil_mode": False,
    "count_include_pad": True,
    "divisor_override": None,
    "in_channels": 1,
    "out_channels": 1,
    "groups": 1,
    "bias": False,
}


LETTERS = {"k": "kernel_size", "s": "stride", "p": "padding", "d": "dilation"}


def read_parameters(text, ndim):
    """{parameter: value as text, or a tuple of an axis each}, of "k=3x2 p=1:2 flip=True"."""
    found = {}
    for word in text.split():
        name, value = word.split("=")
        name = LETTERS.get(name, name)
        if name in ("kernel_size", "stride", "padding", "dilation", "output_padding"):
            each = [tuple(map(int, one.split(":"))) if ":" in one else int(one) for one in value.split("x")]
            value = tuple(each * ndim if len(each) == 1 else each)
        assert name not in found
        found[name] = value
    return found


def test_the_parameters_are_those_of_the_operation_and_all_that_is_not_usual_is_among_them():
    channels = [
        ca.Conv(4, 3, in_channels=4, out_channels=8, groups=2, bias=True),
        ca.Pool(4, 2, mode="average", divisor_override=3),
    ]
    for n, op in enumerate([*(some(kind, size) for kind in SIZED for size in SIZES), *channels]):
        text = said(op, "parameters", lang=("en", "zh")[n % 2], dpi=(150, 60)[n // 2 % 2])
        unusual = {
            word: getattr(op, word)
            for word, usual in USUAL.items()
            if hasattr(op, word) and getattr(op, word) not in (usual, (usual,) * len(op.input_size))
        }
        assert read_parameters(text, len(op.input_size)) == {
            word: value if isinstance(value, tuple) else str(value) for word, value in unusual.items()
        }
    assert said(ca.Conv((5, 4), 3, padding=((1, 2), (0, 0))), "parameters") == "k=3 s=1 p=1:2x0:0"
    assert (
        said(ca.AdaptivePool((5, 4), (3, 2)), "parameters") == "o=3x2"
        and said(ca.AdaptivePool((5, 4), 2), "parameters") == "o=2"
    )

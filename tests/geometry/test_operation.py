"""What holds for every kind of operation alike: it can be read back from its repr, compared, copied, and refuses what
is no value.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
import math
import pickle
import random

import numpy as np
import pytest

from convanim.geometry import ADAPTIVE_MODES, OPERATIONS, POOL_MODES, AdaptivePool, Conv, ConvTranspose, Pool
from convanim.geometry.padding import PADDING_MODES, PADDINGS
from convanim.geometry.parameters import LARGEST, MOST_AXES, parameters
from helpers.refusals import refusal

KINDS = tuple(OPERATIONS.values())
NAMES = {kind.__name__: kind for kind in KINDS}
GOOD = {
    Conv: {"input_size": 9, "kernel_size": 3},
    ConvTranspose: {"input_size": 5, "kernel_size": 3, "stride": 2},
    Pool: {"input_size": 9, "kernel_size": 3, "mode": "average"},
    AdaptivePool: {"input_size": 9, "output_size": 3},
}
WORDS = [(kind, word) for kind in KINDS for word in parameters(kind)]


def some(kind, draw):
    """An operation of this kind with every parameter drawn, left out at times."""
    n = draw.randint(1, 3)

    def cells(low, high):
        return draw.choice((draw.randint(low, high), tuple(draw.randint(low, high) for _ in range(n))))

    pads = [tuple((draw.randint(0, 2), draw.randint(0, 2)) for _ in range(n)), cells(0, 2), *PADDINGS]
    choices = {
        "input_size": lambda: cells(1, 9),
        "kernel_size": lambda: cells(1, 4),
        "output_size": lambda: cells(1, 9),
        "stride": lambda: cells(1, 3),
        "dilation": lambda: cells(1, 3),
        "padding": lambda: draw.choice(pads),
        "output_padding": lambda: cells(0, 2),
        "output_shape": lambda: cells(1, 20),
        "padding_mode": lambda: draw.choice(list(PADDING_MODES)),
        "mode": lambda: draw.choice(ADAPTIVE_MODES if kind is AdaptivePool else POOL_MODES),
        "in_channels": lambda: 2 * draw.randint(1, 3),
        "out_channels": lambda: 2 * draw.randint(1, 3),
        "groups": lambda: draw.randint(1, 2),
        "divisor_override": lambda: draw.randint(1, 5),
    }
    while True:
        words = {
            name: choices.get(name, lambda: draw.random() < 0.5)()
            for name in parameters(kind)
            if name in GOOD[kind] or draw.random() < 0.5
        }
        try:
            return kind(**words, ndim=n)
        except ValueError:
            continue


OPS = [some(kind, random.Random(f"{kind.__name__} {n}")) for kind in KINDS for n in range(150)]


def test_the_drawn_operations_differ_in_every_parameter():
    for kind, word in WORDS:
        if word != "output_shape":  # it is turned into others
            assert len({getattr(op, word) for op in OPS if type(op) is kind}) > 1, (kind, word)


def test_the_repr_of_every_operation_gives_it_back():
    for op in OPS:
        again = eval(repr(op), NAMES)
        assert again == op and hash(again) == hash(op) and repr(again) == repr(op), op
        assert again.axes == op.axes and again.ndim == op.ndim


def test_the_repr_says_nothing_that_is_at_its_default():
    assert repr(Conv(5, 3)) == "Conv(input_size=(5, 5), kernel_size=(3, 3))"
    assert repr(Pool(4, 2)) == "Pool(input_size=(4, 4), kernel_size=(2, 2), stride=(2, 2))"
    assert repr(Pool((9,), 5, padding=2)) == "Pool(input_size=(9,), kernel_size=(5,), stride=(5,), padding=(2,))"
    assert repr(AdaptivePool((5,), (2,), mode="max")) == "AdaptivePool(input_size=(5,), output_size=(2,), mode='max')"
    assert repr(ConvTranspose(2, 3, stride=2, bias=True, groups=1, output_shape=6)) == (
        "ConvTranspose(input_size=(2, 2), kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1), bias=True)"
    )
    assert repr(Conv((4,), (2,), padding="same_numpy", padding_mode="reflect", in_channels=2, flip=True)) == (
        "Conv(input_size=(4,), kernel_size=(2,), padding=((1, 0),), padding_mode='reflect', flip=True, in_channels=2)"
    )


def test_pickles_and_copies_of_every_operation_are_equal_to_it():
    for op in OPS[::3]:
        assert op.axes  # what is kept of it must not spoil the copies
        for again in (pickle.loads(pickle.dumps(op)), copy.copy(op), copy.deepcopy(op), dataclasses.replace(op)):
            assert (
                again == op
                and hash(again) == hash(op)
                and again.axes == op.axes
                and again.output_size == op.output_size
            )
            assert again is not op and type(again) is type(op)
        assert pickle.loads(pickle.dumps(op.steps[-1])) == op.steps[-1]


def test_operations_are_equal_where_all_their_parameters_are():
    for one, other in itertools.combinations(OPS[::7], 2):
        same = type(one) is type(other) and all(
            getattr(one, word) == getattr(other, word) for word in parameters(type(one))
        )
        assert (one == other) == same
        assert one != "conv" and not (same and hash(one) != hash(other))


@pytest.mark.parametrize(
    ("kind", "word", "value"),
    [
        (Conv, "padding_mode", "circular"),
        (Conv, "flip", True),
        (Conv, "in_channels", 2),
        (Conv, "out_channels", 2),
        (Conv, "bias", True),
        (ConvTranspose, "flip", True),
        (ConvTranspose, "bias", True),
        (Pool, "ceil_mode", True),
        (Pool, "count_include_pad", False),
        (Pool, "divisor_override", 4),
        (Pool, "mode", "max"),
        (AdaptivePool, "mode", "max"),
        (AdaptivePool, "output_size", (3, 4)),
    ],
)
def test_one_parameter_makes_two_operations_differ_and_can_be_replaced(kind, word, value):
    plain = kind(**GOOD[kind])
    changed = dataclasses.replace(plain, **{word: value})
    assert (
        changed != plain
        and changed == kind(**{**GOOD[kind], word: value})
        and dataclasses.replace(changed, **{word: getattr(plain, word)}) == plain
    )


def test_every_operation_says_its_sizes_as_tuples_of_plain_ints():
    for op in OPS:
        sizes = [
            op.input_size,
            op.output_size,
            op.kernel_size,
            op.padded_size,
            op.effective_kernel_size,
            op.remainder,
            op.overhang,
            *op.pads,
        ]
        assert all(type(cell) is int for size in sizes for cell in size) and all(
            len(size) == op.ndim for size in sizes[:7]
        )
        assert len(op.steps) == math.prod(op.output_size) and min(op.output_size) >= 1


def test_numpy_integers_are_accepted_everywhere_and_become_ints():
    for kind, word in WORDS:
        one = parameters(kind)[word]
        if one.kind in ("cells", "count", "padding"):
            value = GOOD[kind].get(word, 11 if word == "output_shape" else 1)
            plain = kind(**{**GOOD[kind], word: value})
            for other in (
                np.int64(value),
                np.uint8(value),
                np.array(value),
                *([] if one.kind == "count" else [np.array([value] * 2), [np.int16(value)] * 2]),
            ):
                again = kind(**{**GOOD[kind], word: other})
                assert again == plain and repr(again) == repr(plain)


# --- bad input: one line, never another exception


class Shy:
    """Its repr raises."""

    def __repr__(self):
        raise RuntimeError


NEVER = [
    math.nan,
    math.inf,
    1.0,
    2.5,
    3j,
    b"3",
    "3",
    "",
    "x\ny",
    "x" * 10**5,
    None,
    object(),
    Shy(),
    {},
    {3},
    {3: 3},
    [],
    (),
    [[]],
    [None],
    [[1, 2, 3]] * 2,
    -1,
    -(10**30),
    LARGEST + 1,
    10**30,
    10**6000,
    -(10**6000),
    np.float64(2),
    np.array([1.5]),
    np.array([]),
    np.array([[[1]]]),
    np.datetime64("2020"),
    Conv,
    Conv(5, 3),
    lambda: 3,
    (3, Shy()),
    ("3", 3),
    (True, 1),
    range(0),
    memoryview(b""),
    iter([1, 2]),
    type,
    NotImplemented,
    ...,
    np.ma.masked,
]
ALSO = {
    "cells": [True, False, np.True_],
    "padding": [True, False, np.True_],
    "count": [True, False, (1,), [1, 1], np.array([1])],
    "switch": [0, 1, "true", "yes"],
    "choice": [True, 0, ["max"]],
}


@pytest.mark.parametrize(("kind", "word"), WORDS)
def test_what_is_no_value_of_a_parameter_is_refused_in_one_line_that_names_it(kind, word):
    one = parameters(kind)[word]
    for bad in [*NEVER, *ALSO[one.kind]]:
        if bad is None and (one.optional or (kind, word) == (Pool, "stride")):
            continue
        if isinstance(bad, list) and bad == [None] and (kind, word) == (AdaptivePool, "output_size"):
            continue  # along an axis, the input's
        text = refusal(lambda bad=bad: kind(**{**GOOD[kind], word: bad}))
        assert word in text and len(text) < 300, text
        assert "\n" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_one_less_than_the_least_is_refused(kind):
    for word, one in parameters(kind).items():
        if one.kind in ("cells", "count"):
            for bad in (one.least - 1, np.int8(one.least - 1)):
                text = refusal(lambda bad=bad, word=word: kind(**{**GOOD[kind], word: bad}))
                assert text == f"{word}={one.least - 1} is out of range: it must be at least {one.least}"


@pytest.mark.parametrize("kind", KINDS)
def test_sizes_of_a_billion_are_worked_out_or_refused_at_once(kind):
    words = [word for word, one in parameters(kind).items() if one.kind in ("cells", "padding", "count")]
    for huge in [
        *itertools.combinations(words, 1),
        *itertools.combinations(words, 2),
        *itertools.combinations(words, 3),
        tuple(words),
    ]:
        try:
            op = kind(**{**GOOD[kind], **dict.fromkeys(huge, LARGEST)})
        except ValueError as error:
            assert len(str(error).splitlines()) == 1 and len(str(error)) < 400
            continue
        assert min(op.output_size) >= 1 and len(repr(op)) < 1000 and min(op.padded_size) >= 1 and min(op.remainder) >= 0
        if not isinstance(op, Pool | AdaptivePool):
            assert op.macs >= op.parameters - LARGEST


@pytest.mark.parametrize("kind", KINDS)
def test_more_axes_than_numpy_has_are_refused(kind):
    assert kind(**GOOD[kind], ndim=MOST_AXES).ndim == MOST_AXES
    assert refusal(lambda: kind(**GOOD[kind], ndim=MOST_AXES + 1)).startswith("ndim=33 is out of range")
    assert "at most 32 axes" in refusal(lambda: kind(**{**GOOD[kind], "input_size": (9,) * 33}))


def test_an_unknown_parameter_is_a_mistake_of_the_call():
    for kind in KINDS:
        with pytest.raises(TypeError):
            kind(**GOOD[kind], strides=2)


def test_the_sweep_over_bad_values_can_fail():
    with pytest.raises(pytest.fail.Exception):
        refusal(lambda: Conv(9, 3, in_channels=3))
    with pytest.raises(RuntimeError):
        refusal(lambda: repr(Shy()))

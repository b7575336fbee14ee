"""How parameters are given, and what is refused by name."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from convanim import AdaptivePool, Conv, ConvanimError, ConvTranspose, Pool
from convanim.geometry import OPERATIONS
from convanim.geometry.parameters import LARGEST
from helpers.refusals import refusal


def test_ints_are_broadcast_and_tuples_set_the_number_of_axes():
    assert Conv(5, 3) == Conv((5, 5), (3, 3), stride=(1, 1), padding=((0, 0), (0, 0)), dilation=[1, 1])
    assert Conv(5, 3).ndim == 2 and Conv(5, 3, ndim=3).input_size == (5, 5, 5)
    assert Conv(5, (3,)).input_size == (5,) and Conv(5, 3, padding=(1, 0, 2)).ndim == 3
    assert Conv(5, 3, padding=[(1, 2)]).padded_size == (8,)
    assert Conv(5, 3, padding=(1, (0, 2))).pads == ((1, 1), (0, 2))
    assert Conv(5, 3, padding=((1, 1), (2, 2))).padding == (1, 2)
    assert Pool(6, (2, 3)).stride == (2, 3) and Pool(6, 2, stride=1).output_size == (5, 5)


def test_numpy_integers_and_arrays_of_them_are_accepted_and_become_ints():
    pads = np.array([[1, 2], [0, 1]])
    conv = Conv(np.int64(5), np.uint8(3), stride=np.array([2, 1]), padding=pads, dilation=np.array(1), ndim=np.int16(2))
    assert conv == Conv(5, 3, stride=(2, 1), padding=((1, 2), (0, 1)))
    for value in (*conv.input_size, *conv.kernel_size, *conv.stride, *itertools.chain(*conv.padding), conv.ndim):
        assert type(value) is int
    assert ConvTranspose(3, 3, stride=2, output_padding=np.int8(1)).output_size == (8, 8)


def test_operations_are_frozen_and_take_options_by_keyword_only():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Conv(5, 3).stride = 2
    with pytest.raises(TypeError):
        Conv(5, 3, 2)
    assert set(OPERATIONS.values()) == {Conv, ConvTranspose, Pool, AdaptivePool}


def test_the_repr_of_an_operation_gives_it_back():
    up, pool = ConvTranspose(3, 3, stride=2, output_padding=1), Pool(5, 2, mode="average")
    for op in (Conv((5, 7), 3, stride=2, padding=((1, 2), (0, 0))), up, pool):
        assert eval(repr(op), {kind.__name__: kind for kind in OPERATIONS.values()}) == op


GOOD = {
    Conv: {"input_size": 5, "kernel_size": 3, "stride": 1, "padding": 1, "dilation": 1},
    ConvTranspose: {"input_size": 5, "kernel_size": 3, "stride": 2, "padding": 1, "dilation": 1, "output_padding": 1},
    Pool: {"input_size": 5, "kernel_size": 3, "stride": 2, "padding": 1, "dilation": 1},
}


WORDS = [(kind, word) for kind, words in GOOD.items() for word in words]


NOT_WHOLE = [
    2.0,
    1.5,
    float("nan"),
    float("inf"),
    True,
    False,
    "3",
    "",
    b"3",
    None,
    3j,
    {3},
    {3: 3},
    object(),
    "x\ny",
    np.float64(3),
    np.bool_(True),
]


@pytest.mark.parametrize(("kind", "word"), WORDS)
def test_what_is_not_a_whole_number_is_refused_by_name(kind, word):
    for bad in NOT_WHOLE:
        if bad is None and (kind, word) in ((Pool, "stride"), (ConvTranspose, "output_padding")):
            continue  # as if it were left out
        assert word in refusal(lambda bad=bad: kind(**{**GOOD[kind], word: bad})).split("=")[0], bad
        if bad is None and (kind, word) == (AdaptivePool, "output_size"):
            continue  # along an axis, the input's
        assert word in refusal(lambda bad=bad: kind(**{**GOOD[kind], word: (3, bad)})).split("=")[0], bad


@pytest.mark.parametrize(("kind", "word"), WORDS)
def test_negative_zero_and_huge_numbers_are_refused_by_name(kind, word):
    bad = [-1, -(10**30), LARGEST + 1, 10**30, 10**6000, np.int64(-3)]
    if word not in ("padding", "output_padding"):
        bad += [0, np.uint8(0)]
    for value in bad:
        for given in (value, (3, value)):
            text = refusal(lambda given=given: kind(**{**GOOD[kind], word: given}))
            assert text.startswith(f"{word}=") and "it must be at" in text and len(text) < 160


@pytest.mark.parametrize(("kind", "word"), WORDS)
def test_a_wrong_number_of_axes_is_refused_by_name(kind, word):
    for ndim, given in ((2, (1, 1, 1)), (2, (1,)), (3, [1, 1]), (1, (1, 1)), (2, ())):
        text = refusal(lambda given=given, ndim=ndim: kind(**{**GOOD[kind], word: given}, ndim=ndim))
        assert text.startswith(f"{word} is for {len(given)} ax") and f"ndim for {ndim}" in text
    other = "kernel_size" if word == "input_size" else "input_size"
    text = refusal(lambda: kind(**{**GOOD[kind], other: (5, 5), word: (1, 1, 1)}))
    assert word in text and other in text
    assert refusal(lambda: kind(**{**GOOD[kind], word: []})).startswith(f"{word} is empty")


def test_a_padding_of_one_axis_that_is_no_pair_is_refused():
    for bad in ((1, 2, 3), (), [1]):
        assert refusal(lambda bad=bad: Conv(5, 3, padding=(bad, 1))).startswith("padding=")
    for bad in ((1, -1), (1, 0.5), (True, 1), ("1", 1), (None, 0), ((1, 2), 1)):
        assert refusal(lambda bad=bad: Conv(5, 3, padding=(bad, 1))).startswith("padding=")
    assert "a (before, after) pair for 3 axes is padding=((1, 2), (1, 2), (1, 2))" in refusal(
        lambda: Conv(5, 3, padding=(1, 2), ndim=3)
    )


@pytest.mark.parametrize("bad", [0, -1, 1.0, True, "2", 10**30, (2,), [2, 2]])
def test_a_bad_ndim_is_refused_by_name(bad):
    for kind in GOOD:
        assert refusal(lambda kind=kind: kind(5, 3, ndim=bad)).startswith("ndim=")


def test_output_padding_must_be_smaller_than_stride_or_dilation():
    for s, d, extra in itertools.product(range(1, 4), range(1, 4), range(6)):
        if extra < max(s, d):
            assert ConvTranspose(4, 3, stride=s, dilation=d, output_padding=extra).output_padding == (extra, extra)
        else:
            text = refusal(
                lambda s=s, d=d, extra=extra: ConvTranspose(4, 3, stride=s, dilation=d, output_padding=(0, extra))
            )
            assert text.startswith(f"output_padding={extra} along axis 1") and text.endswith(f"at most {max(s, d) - 1}")


def test_a_pooling_padding_in_numbers_of_more_than_half_the_kernel_is_refused_and_pairs_must_leave_a_cell():
    for k, d, p in itertools.product(range(1, 5), range(1, 4), range(7)):
        if 2 * p <= k:
            assert Pool(20, k, padding=p, dilation=d).pads == ((p, p),) * 2
        else:
            text = refusal(lambda k=k, d=d, p=p: Pool(20, k, padding=(0, p), dilation=d))
            assert text.startswith(f"padding={p} along axis 1 is more than half") and f"at most {k // 2}" in text
        pairs = ((0, 0), (p, p))
        if p < len(range(d * (k - 1) + 1)):
            pool = Pool(20, k, padding=pairs, dilation=d)
            assert pool.pads == pairs and eval(repr(pool), {"Pool": Pool}) == dataclasses.replace(pool) == pool
        else:
            assert "not less than the pooling window" in refusal(
                lambda k=k, d=d, pairs=pairs: Pool(20, k, padding=pairs, dilation=d)
            )


def test_an_unknown_pooling_mode_is_refused_with_a_suggestion():
    assert (
        refusal(lambda: Pool(5, 2, mode="avrage"))
        == "unknown mode 'avrage': did you mean 'average'? Expected one of max, average, l2"
    )
    for bad in (None, 3, True, "", "Max pooling", ["max"], b"max", "max\n"):
        text = refusal(lambda bad=bad: Pool(5, 2, mode=bad))
        assert "mode" in text and text.endswith("Expected one of max, average, l2")


def test_a_padding_that_crops_the_whole_transposed_output_is_refused_by_name():
    assert ConvTranspose((3,), (3,), padding=2).output_size == (1,)
    for padding in (3, [(5, 0)], [(0, 5)], [(2, 3)], 100):
        assert refusal(lambda padding=padding: ConvTranspose((3,), (3,), padding=padding)).startswith("padding=")


def test_the_check_of_refusals_can_fail():
    with pytest.raises(pytest.fail.Exception):
        refusal(lambda: Conv(5, 3))
    with pytest.raises(AssertionError):
        refusal(lambda: (_ for _ in ()).throw(ConvanimError("no")))

"""Kinds of numbers, and what is refused by name."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import convanim as ca
from convanim import Conv, ConvTranspose, Pool, evaluate, unrolled
from convanim.errors import short_repr
from convanim.numeric import values
from convanim.numeric.arrays import numbers
from helpers.cases import whole
from helpers.refusals import refusal
from oracle.arrays import assert_exactly, by_scipy


def exact(conv, x, w):
    """One-dimensional convolution without padding in Python's own numbers, which don't overflow."""
    (s,), (d,) = conv.stride, conv.dilation
    return [sum(int(x[o * s + j * d]) * int(w[j]) for j in range(len(w))) for o in range(conv.output_size[0])]


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.int64, np.uint64])
def test_small_integer_types_do_not_wrap(kind):
    conv = Conv((4,), (3,))
    top = min(np.iinfo(kind).max, 2**29)
    x, w = np.full(4, top, kind), np.full(3, top, kind)
    ours = evaluate(conv, x, w)
    assert ours.dtype == np.int64 and ours.tolist() == exact(conv, x, w)
    up = ConvTranspose((4,), (3,))
    assert evaluate(up, x, w).tolist() == [int(top) ** 2 * n for n in (1, 2, 3, 3, 2, 1)]
    assert evaluate(Pool((4,), (2,), mode="average"), x).tolist() == [top, top]
    assert evaluate(Pool((4,), (2,)), x).tolist() == [top, top]


def test_sums_that_would_leave_int64_are_float64_and_those_just_below_are_exact():
    conv = Conv((2,), (2,))
    for x, w in (
        ([2**62, 2**62], [1, 1]),
        ([2**40, 1], [2**40, 1]),
        ([-(2**63), 0], [1, 1]),
        ([2**63 - 1, 1], [-1, -(2**63)]),
    ):
        ours = evaluate(conv, x, w)
        assert ours.dtype == np.float64
        assert ours.tolist() == pytest.approx(exact(conv, x, w), rel=1e-12)
    for x, w in (([2**62 - 1, 2**62 - 1], [1, 1]), ([-(2**61) - 1, 5], [1, 1])):
        ours = evaluate(conv, x, w)
        assert ours.dtype == np.int64 and ours.tolist() == exact(conv, x, w)
    big = evaluate(conv, np.array([2**63, 2**64 - 1], np.uint64), [1, 1])
    assert big.dtype == np.float64 and big.tolist() == [float(2**63 + 2**64)]


def test_max_pooling_without_padding_keeps_every_whole_number():
    x = [2**63 - 1, 2**53 + 1, -(2**63), -(2**63) + 1]
    assert evaluate(Pool((4,), (2,)), x).tolist() == [2**63 - 1, -(2**63) + 1]


def test_bools_count_as_numbers_and_floats_of_any_width_become_float64():
    assert evaluate(Conv((3,), (2,)), [True, False, True], [1, 2]).tolist() == [1, 2]
    for kind in (np.float16, np.float32, np.float64):
        ours = evaluate(Conv((3,), (2,)), np.array([1, 2, 3], kind), [1, 2])
        assert ours.dtype == np.float64 and ours.tolist() == [5, 8]


def test_evaluate_leaves_its_inputs_alone_and_reads_views_and_other_byte_orders(rng):
    x, w = whole(rng, (6, 6)), whole(rng, (3, 3))
    kept = x.copy(), w.copy()
    ours = evaluate(Conv((3, 6), 3), x[::2], w.T)
    assert (x == kept[0]).all() and (w == kept[1]).all()
    assert_exactly(ours, by_scipy(kept[0][::2], kept[1].T, (1, 1), [(0, 0)] * 2, (1, 1)))
    assert_exactly(evaluate(Conv((3, 6), 3), x[::2].astype(">i4"), w.T.tolist()), ours)
    x.setflags(write=False)
    evaluate(Conv(6, 3), x, w)


BAD = {
    "NaN": [[1, 2], [3, math.nan]],
    "infinity": [[1, 2], [3, math.inf]],
    "minus infinity": np.array([[1, 2], [3, -math.inf]], np.float32),
    "complex": [[1, 2], [3, 4j]],
    "string": "1234",
    "strings": [["1", "2"], ["3", "4"]],
    "bytes": b"1234",
    "ragged": [[1, 2], [3]],
    "None": None,
    "None inside": [[1, 2], [3, None]],
    "huge integers": [[1, 2], [3, 10**40]],
    "objects": [[object()] * 2] * 2,
    "dates": np.zeros((2, 2), "datetime64[s]"),
    "records": np.zeros((2, 2), [("a", int)]),
    "dict": {0: [1, 2]},
    "flat": [1, 2, 3, 4],
    "scalar": 3,
    "empty": [],
    "too wide": np.ones((2, 3)),
    "too deep": np.ones((2, 1, 2, 2)),
    "a line break": "1\n2",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize("op", [Conv(2, 2), ConvTranspose(2, 2)], ids=["conv", "transpose"])
def test_bad_values_are_refused_by_name(op, bad):
    good = [[1, 2], [3, 4]]
    assert refusal(lambda: evaluate(op, bad, good)).startswith("input ")
    if bad is None:
        assert "kernel" in refusal(lambda: evaluate(op, good, bad))
    else:
        assert refusal(lambda: evaluate(op, good, bad)).startswith("kernel ")
        assert refusal(lambda: unrolled(op, bad)).startswith("kernel ")
        if bad is not BAD["huge integers"]:  # figures add up whole numbers of any size
            assert refusal(lambda: values(op, input=bad)).startswith("input ")
            assert refusal(lambda: values(op, kernel=bad)).startswith("kernel ")


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_values_for_pooling_are_refused_by_name(bad):
    for mode in ("max", "average"):
        assert refusal(lambda mode=mode: evaluate(Pool(2, 2, mode=mode), bad)).startswith("input ")


def test_a_missing_or_superfluous_kernel_is_refused():
    x = np.ones((4, 4))
    for op in (Conv(4, 2), ConvTranspose(4, 2)):
        assert "kernel" in refusal(lambda op=op: evaluate(op, x)) and "2 x 2" in refusal(lambda op=op: evaluate(op, x))
    for mode in ("max", "average"):
        pool = Pool(4, 2, mode=mode)
        assert "has no kernel" in refusal(lambda pool=pool: evaluate(pool, x, np.ones((2, 2))))
        assert "has no kernel" in refusal(lambda pool=pool: values(pool, kernel=np.ones((2, 2))))
    assert "has no kernel" in refusal(lambda: unrolled(Pool(4, 2, mode="average"), np.ones((2, 2))))


def test_the_refusal_of_a_bad_value_says_where_it_stands():
    x = np.ones((3, 3))
    x[1, 2] = math.nan
    assert (
        refusal(lambda: evaluate(Conv(3, 1), x, [[1]]))
        == "input holds nan at (1, 2): every value must be a finite number"
    )
    assert "(2, 3)" in refusal(lambda: numbers("input", np.ones((3, 2)), (2, 3)))


@pytest.mark.parametrize("seed", [-1, 2**32, 10**30, 1.0, True, "1", None, [1], math.nan])
def test_a_bad_seed_is_refused_by_name(seed):
    assert refusal(lambda: values(Conv(5, 3), seed=seed)).startswith("seed=")


def test_the_check_of_refusals_can_fail():
    with pytest.raises(pytest.fail.Exception):
        refusal(lambda: evaluate(Conv(1, 1), [[1]], [[1]]))


@pytest.mark.parametrize(
    ("bad", "part"),
    [
        ("x.csv", "is text ('x.csv'): give 3 x 3 numbers; Python takes arrays, as numpy.loadtxt(\"x.csv\""),
        (Path("x.csv"), "the command line takes files"),
        ([["1", "2"]], "holds text"),
        ([[b"1"]], "holds text in bytes"),
        (np.array([["2020-01-01"]], "M8[D]"), "holds dates"),
        (np.array([[1]], "m8[s]"), "holds spans of time"),
        ([[1j]], "holds complex numbers"),
        (np.zeros((3, 3), "f8, i4"), "holds records"),
        ([[None]], "holds values that are no numbers"),
        (3, "is a single value"),
        (True, "is a single value"),
    ],
)
def test_values_that_are_no_numbers_are_named_in_plain_words(bad, part):
    kernel = part.replace("3 x 3", "2 x 2")
    for make in (lambda **given: values(Conv(3, 2), **given), lambda **given: ca.animate(Conv(3, 2), **given)):
        for name, wanted in (("input", part), ("kernel", kernel)):
            said = refusal(lambda make=make, name=name: make(**{name: bad}))
            assert said.startswith(f"{name} {wanted}") or (said.startswith(f"{name} is text") and wanted in said)
            assert not any(word in said.split("(")[0] for word in ("<U", "|S", "dtype", "object", "complex128"))


@pytest.mark.parametrize("bad", [True, False, np.True_, "1", b"1"])
def test_a_bias_that_is_a_switch_or_text_is_refused_with_the_number_that_it_wants(bad):
    rule = "is not a number: give one number per output channel, such as bias=0.5"
    one, two = Conv(3, 2, bias=True), Conv(3, 2, out_channels=2, bias=True)
    for make in (
        lambda: ca.animate(one, bias=bad, view="flat"),
        lambda: evaluate(one, np.ones((3, 3)), np.ones((2, 2)), bad),
        lambda: evaluate(two, np.ones((3, 3)), np.ones((2, 1, 2, 2)), bad),
    ):
        assert refusal(make) == f"bias={short_repr(bad)} {rule}"

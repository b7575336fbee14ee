"""Paddings by name against their definitions, and copied paddings against numpy.pad."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from convanim.geometry import Conv, ConvTranspose, Pool
from convanim.geometry.axis import Axis
from convanim.geometry.padding import PADDING_MODES, PADDINGS
from convanim.geometry.parameters import LARGEST
from convanim.numeric.evaluation import evaluate
from helpers.refusals import refusal
from oracle.taps import window

SIZES = list(itertools.product(range(1, 10), range(1, 5), range(1, 5), range(1, 4)))  # input, kernel, stride, dilation


def starts(padded, w, s):
    """Every start at which a window fits, found by trying all of them."""
    return [start for start in range(0, padded, s) if start + w <= padded]


# --- by name: the definitions


def least_same(i, w, s):
    """The fewest zeros with which ceil(i / s) windows fit, found by trying."""
    return next(total for total in itertools.count() if len(starts(i + total, w, s)) >= math.ceil(i / s))


def tensorflow_same(i, w, s):
    """TensorFlow's own words: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2."""
    return max(w - s, 0) if i % s == 0 else max(w - (i % s), 0)


def halves(total, larger):
    small = total // 2
    return (small, total - small) if larger == "end" else (total - small, small)


def test_the_two_definitions_of_same_agree():
    for i, k, s, d in SIZES:
        assert least_same(i, window(k, d), s) == tensorflow_same(i, window(k, d), s)
    assert (least_same(5, 3, 2), least_same(6, 3, 2), least_same(4, 2, 3)) == (2, 1, 1)


@pytest.mark.parametrize(("name", "larger"), [("same_upper", "end"), ("same_lower", "start")])
def test_same_is_the_fewest_zeros_for_an_output_of_input_over_stride_rounded_up(name, larger):
    odd = 0
    for i, k, s, d in SIZES:
        total = tensorflow_same(i, window(k, d), s)
        conv = Conv((i,), (k,), stride=s, dilation=d, padding=name)
        assert conv.output_size == (math.ceil(i / s),)
        assert conv.pads == (halves(total, larger),), conv
        pool = Pool((i,), (k,), stride=s, dilation=d, padding=name)
        assert (pool.pads, pool.output_size) == (conv.pads, conv.output_size)
        odd += total % 2
    assert odd > 100


def test_pytorchs_same_keeps_the_size_with_the_odd_cell_at_the_end_and_refuses_a_stride():
    for i, k, s, d in SIZES:
        if s == 1:
            op = Conv((i,), (k,), stride=1, dilation=d, padding="same")
            assert op.output_size == (i,) and op.pads == (halves(d * (k - 1), "end"),)
        else:
            text = refusal(lambda i=i, k=k, s=s, d=d: Conv((i,), (k,), stride=s, dilation=d, padding="same"))
            assert "padding='same' is not supported for strided convolutions" in text
            assert "padding='SAME'" in text and "'same_upper'" in text
    assert "not supported for strided" in refusal(lambda: Conv((5, 5), 3, stride=(1, 2), padding="same"))


def test_same_of_a_pooling_or_a_transposed_convolution_which_pytorch_lacks_is_keras_with_any_stride():
    for i, k, s, d in SIZES:
        for kind in (Pool, ConvTranspose):
            words = {"stride": s, "dilation": d}
            assert kind((i,), (k,), padding="same", **words) == kind((i,), (k,), padding="SAME", **words)
    assert ConvTranspose(5, 3, stride=2, padding="same").output_size == (10, 10)
    assert Pool(5, 3, padding="same").output_size == (2, 2), "pooling's stride is its kernel size"


@pytest.mark.parametrize("flip", [True, False])
def test_numpys_same_is_that_of_convolve_with_flip_and_of_correlate_without(flip):
    rng, even = np.random.default_rng(5), 0
    for i, k in itertools.product(range(1, 10), repeat=2):
        if k > i:
            text = refusal(lambda i=i, k=k: Conv((i,), (k,), padding="same_numpy", flip=flip))
            assert text.startswith(f"padding='same_numpy' with a window of {k} along axis 0, larger than the input")
            if flip:
                text = refusal(lambda i=i, k=k: Conv((i,), (k,), padding="same", flip=True))
                assert "a window larger than the input" in text and "padding='same_lower' for scipy's" in text
            continue
        x, w = rng.integers(-9, 10, i), rng.integers(-9, 10, k)
        theirs = np.convolve(x, w, "same") if flip else np.correlate(x, w, "same")
        assert evaluate(Conv((i,), (k,), padding="same_numpy", flip=flip), x, w).tolist() == theirs.tolist()
        even += k % 2 == 0
        if k % 2 == 0 and flip:
            text = refusal(lambda i=i, k=k: Conv((i,), (k,), padding="same", flip=True))
            assert "padding='same_numpy' for numpy's and scipy's" in text and "padding='SAME' for PyTorch's" in text
        else:
            same = evaluate(Conv((i,), (k,), padding="same", flip=flip), x, w)
            assert k % 2 == 0 or same.tolist() == theirs.tolist()
    assert even > 10


def test_numpys_same_of_an_even_kernel_isnt_pytorchs():
    x, w = [1, 2, 3, 4, 5, 6], [1, 10, 100, 1000]
    numpys = evaluate(Conv((6,), (4,), padding="same_numpy", flip=True), x, w)
    assert numpys.tolist() == np.convolve(x, w, "same").tolist() == [12, 123, 1234, 2345, 3456, 4560]
    assert evaluate(Conv((6,), (4,), padding="SAME", flip=True), x, w).tolist() == [123, 1234, 2345, 3456, 4560, 5600]
    assert refusal(lambda: Conv(5, (3, 2), padding="same", flip=True)) and Conv(5, (3, 1), padding="same", flip=True)
    assert refusal(lambda: Conv(5, 2, padding="same", dilation=3, flip=True)).startswith(
        "padding='same' with flip=True"
    )
    assert Conv(5, 2, padding="same", dilation=2, flip=True).pads == ((1, 1), (1, 1))


def test_numpys_same_has_no_stride_no_pooling_and_no_transpose():
    text = refusal(lambda: Conv((7,), (4,), stride=2, padding="same_numpy"))
    assert text.endswith("take a pair, padding=[(2, 1)]")
    assert Conv((7,), (4,), stride=2, padding=[(2, 1)]).output_size == (4,)
    assert "is not defined for a pooling" in refusal(lambda: Pool(5, 3, stride=1, padding="same_numpy"))
    assert "is not defined for a transposed" in refusal(lambda: ConvTranspose(5, 3, padding="same_numpy"))


def test_words_as_tensorflow_jax_and_onnx_write_them():
    for i, k, s, d in SIZES:
        words = {"stride": s, "dilation": d}
        same, upper, lower = (Conv((i,), (k,), padding=name, **words) for name in ("SAME", "SAME_UPPER", "SAME_LOWER"))
        assert same == upper == Conv((i,), (k,), padding="same_upper", **words)
        assert lower == Conv((i,), (k,), padding="same_lower", **words)
    assert Conv(5, 3, padding="VALID") == Conv(5, 3)


def test_a_pooling_has_onnx_words_with_a_stride_alone_whose_default_is_another_there():
    for name in ("same_upper", "same_lower", "SAME_UPPER", "SAME_LOWER"):
        text = refusal(lambda name=name: Pool(6, 3, padding=name))
        assert text.startswith(f"padding={name.lower()!r} without a stride: ONNX' ") and "stride=1" in text
        assert ("padding='SAME'" in text) == (name.lower() == "same_upper")
        assert Pool(6, 3, stride=1, padding=name).output_size == (6, 6)
        assert Pool(6, 1, padding=name).stride == (1, 1), "the same in all of them"
    assert Pool(6, 3, padding="SAME") == Pool(6, 3, stride=3, padding="same") and Pool(6, 3, padding="SAME").pads == (
        (0, 0),
        (0, 0),
    )


def test_valid_has_no_padding_and_refuses_a_kernel_that_does_not_fit():
    for i, k, s, d in SIZES:
        if window(k, d) > i:
            assert "larger than the padded input" in refusal(
                lambda i=i, k=k, s=s, d=d: Conv((i,), (k,), stride=s, dilation=d, padding="valid")
            )
        else:
            assert Conv((i,), (k,), stride=s, dilation=d, padding="valid") == Conv((i,), (k,), stride=s, dilation=d)


def test_full_has_a_window_for_every_overlap_of_kernel_and_input():
    for i, k, _, d in SIZES:
        w = window(k, d)
        overlaps = [shift for shift in range(-50, 50) if set(range(shift, shift + w)) & set(range(i))]
        conv = Conv((i,), (k,), dilation=d, padding="full")
        assert conv.output_size == (len(overlaps),) and conv.pads == ((-overlaps[0], overlaps[-1] + w - i),)


def test_half_is_the_guides_half_of_the_window_rounded_down_which_keeps_the_size_for_odd_windows():
    for i, k, s, d in SIZES:
        conv = Conv((i,), (k,), stride=s, dilation=d, padding="half")
        assert conv.pads == ((math.floor(window(k, d) / 2),) * 2,)
        if s == 1:
            assert conv.output_size == (i + (window(k, d) % 2 == 0),)


def test_causal_windows_end_at_their_own_cell_for_every_small_size():
    for i, k, s, d in SIZES:
        conv = Conv((i,), (k,), stride=s, dilation=d, padding="causal")
        assert conv.output_size == (math.ceil(i / s),)
        for step in conv.steps:
            (o,) = step.output
            assert step.taps[-1].source == (o * s,)
            assert [tap.source for tap in step.taps] == [
                (o * s - d * j,) if o * s >= d * j else None for j in reversed(range(k))
            ]


def test_a_padding_by_name_is_resolved_along_each_axis():
    conv = Conv((7, 8), (3, 2), stride=(2, 3), dilation=(1, 2), padding="same_upper")
    assert conv.pads == ((1, 1), (0, 1)) and conv.output_size == (4, 3)
    assert Conv((7, 8), (3, 2), stride=(2, 3), dilation=(1, 2), padding="same_lower").pads == ((1, 1), (1, 0))
    assert Conv(5, 3, padding="same") == Conv(5, 3, padding=1) and Conv(5, 3, padding="same").padding == (1, 1)


def test_transposed_same_is_the_transpose_of_the_direct_same_and_its_output_is_input_times_stride():
    added = cut = 0
    for i, k, s, d in SIZES:
        for name, larger in (("SAME", "end"), ("same_upper", "end"), ("same_lower", "start")):
            total = window(k, d) - s
            if total < 0 and name != "SAME":
                text = refusal(
                    lambda i=i, k=k, s=s, d=d, name=name: ConvTranspose((i,), (k,), stride=s, dilation=d, padding=name)
                )
                assert text.startswith(f"padding={name!r} with stride={s} along axis 0, larger than the window")
                assert "padding='SAME'" in text
                continue
            up = ConvTranspose((i,), (k,), stride=s, dilation=d, padding=name)
            assert up.output_size == (i * s,), up
            assert up.pads == (halves(max(total, 0), larger),) and up.output_padding == (max(-total, 0),)
            assert up == Conv((i * s,), (k,), stride=s, dilation=d, padding=name).transpose()
            added += total < 0
            cut += total > 0
        if s == 1:
            assert ConvTranspose((i,), (k,), dilation=d, padding="same") == ConvTranspose(
                (i,), (k,), dilation=d, padding="same_upper"
            )
    assert added > 50 and cut > 100


def test_the_other_names_crop_a_transposed_output_by_what_they_would_add():
    refused = 0
    for i, k, s, d in SIZES:
        w = window(k, d)
        for name, crop in (("valid", 0), ("full", w - 1), ("half", w // 2)):
            size = (i - 1) * s + w - 2 * crop
            if name == "valid" and s > w:
                text = refusal(
                    lambda i=i, k=k, s=s, d=d: ConvTranspose((i,), (k,), stride=s, dilation=d, padding="valid")
                )
                assert f"output_padding={[s - w]} for Keras'" in text and "output_padding=0 for ONNX'" in text
                for extra in (0, s - w):
                    up = ConvTranspose((i,), (k,), stride=s, dilation=d, padding="valid", output_padding=extra)
                    assert up.output_size == (size + extra,)
            elif size < 1:
                assert "crops the whole output" in refusal(
                    lambda i=i, k=k, s=s, d=d, name=name: ConvTranspose((i,), (k,), stride=s, dilation=d, padding=name)
                )
                refused += 1
            else:
                assert ConvTranspose((i,), (k,), stride=s, dilation=d, padding=name).output_size == (size,)
    assert refused > 50


def test_causal_transposed_is_refused_with_the_names_that_have_a_meaning():
    text = refusal(lambda: ConvTranspose(5, 3, padding="causal"))
    assert text.startswith("padding='causal' is not defined for a transposed convolution")
    assert text.split(" one of ")[1].split(", ") == [
        "valid",
        "full",
        "half",
        "same",
        "SAME",
        "same_upper",
        "same_lower",
    ]


@pytest.mark.parametrize("kind", [Conv, ConvTranspose, Pool])
def test_an_unknown_padding_is_refused_with_a_suggestion(kind):
    assert refusal(lambda: kind(5, 3, padding="same_uper")).startswith(
        "unknown padding 'same_uper': did you mean 'same_upper'? Expected one of valid, "
    )
    for bad in ("", "Same", "none", "valid ", "zeros", "3", "valid\n", "x" * 10**5):
        text = refusal(lambda bad=bad: kind(5, 3, padding=bad))
        assert text.startswith("unknown padding ") and all(name in text for name in PADDINGS) and len(text) < 300
    for bad in (("same", "valid"), ("same", 1), [("same", "same")] * 2, b"same", (1, "valid")):
        assert refusal(lambda bad=bad: kind(5, 3, padding=bad)).startswith("padding=")


def test_every_name_has_a_meaning_for_every_kind_or_is_refused():
    for name, row in PADDINGS.items():
        assert Conv(9, 2, padding=name).pads
        assert row.pools == (name != "same_numpy") and (not row.pools or Pool(9, 2, stride=1, padding=name).pads)
        if row.transposed:
            assert ConvTranspose(9, 2, padding=name).pads
        else:
            assert name in ("causal", "same_numpy")


def test_a_name_for_sizes_of_a_billion_is_worked_out_at_once():
    assert (
        Conv(LARGEST, LARGEST, stride=7, dilation=LARGEST, padding="same_lower").output_size
        == (math.ceil(LARGEST / 7),) * 2
    )
    assert ConvTranspose(LARGEST, 2, stride=LARGEST, padding="SAME").output_size == (LARGEST**2,) * 2


# --- what stands in the padding


OLD_NUMPY = np.__version__ < "2"  # gets paddings wrong that are larger than the input, which operations refuse
NUMPY = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "symmetric": "symmetric"}


MOST = {"reflect": lambda n: n - 1, "replicate": lambda n: 9, "circular": lambda n: n, "symmetric": lambda n: n}


def correlated(padded, w, stride, dilation):
    """The correlation of arrays of any dimension, cell by cell."""
    size = [len(starts(n, window(k, d), s)) for n, k, s, d in zip(padded.shape, w.shape, stride, dilation, strict=True)]
    out = np.zeros(size, np.int64)
    for cell in np.ndindex(*size):
        spot = tuple(
            slice(o * s, o * s + window(k, d), d) for o, k, s, d in zip(cell, w.shape, stride, dilation, strict=True)
        )
        out[cell] = (padded[spot] * w).sum()
    return out


def test_every_padding_mode_but_zeros_is_one_of_numpys():
    assert set(PADDING_MODES) == {"zeros", *NUMPY}


@pytest.mark.parametrize("mode", NUMPY)
def test_the_source_of_every_padded_cell_is_that_of_numpys_pad(mode):
    for i, p0, p1 in itertools.product(range(1, 8), range(10), range(10)):
        if OLD_NUMPY and max(p0, p1) > MOST[mode](i):
            continue
        axis = Axis(input=i, kernel=1, before=p0, after=p1, padding_mode=mode)
        padded = np.pad(np.arange(i), (p0, p1), NUMPY[mode])
        assert [axis.source(cell) for cell in range(axis.padded)] == padded.tolist(), (i, p0, p1)
        assert [axis.role(cell) for cell in range(axis.padded)] == ["copy"] * p0 + ["input"] * i + ["copy"] * p1
        assert axis.source(-1) is None and axis.source(axis.padded) is None


@pytest.mark.parametrize("mode", NUMPY)
def test_every_small_copied_padding_gives_the_values_of_numpys_pad(mode):
    rng, count = np.random.default_rng(1), 0
    for i, k, s, d in itertools.product(range(1, 6), range(1, 4), (1, 2), (1, 2)):
        most = min(MOST[mode](i), 3)
        for p0, p1 in itertools.product(range(most + 1), repeat=2):
            if i + p0 + p1 < window(k, d):
                continue
            x, w = rng.integers(-9, 10, i), rng.integers(-9, 10, k)
            ours = evaluate(Conv((i,), (k,), stride=s, dilation=d, padding=[(p0, p1)], padding_mode=mode), x, w)
            assert ours.tolist() == correlated(np.pad(x, (p0, p1), NUMPY[mode]), w, (s,), (d,)).tolist()
            count += 1
    assert count > 300


@pytest.mark.parametrize("mode", NUMPY)
def test_copied_paddings_of_two_and_three_dimensions_give_the_values_of_numpys_pad(mode):
    rng = np.random.default_rng(2)
    for _ in range(40):
        n = int(rng.integers(2, 4))
        i, k, s, d = (tuple(rng.integers(low, high, n).tolist()) for low, high in ((2, 6), (1, 4), (1, 3), (1, 3)))
        pads = tuple((min(int(rng.integers(5)), MOST[mode](a)), min(int(rng.integers(5)), MOST[mode](a))) for a in i)
        if any(a + sum(p) < window(b, e) for a, b, e, p in zip(i, k, d, pads, strict=True)):
            continue
        x, w = rng.integers(-9, 10, i), rng.integers(-9, 10, k)
        ours = evaluate(Conv(i, k, stride=s, dilation=d, padding=pads, padding_mode=mode), x, w)
        assert ours.tolist() == correlated(np.pad(x, pads, NUMPY[mode]), w, s, d).tolist()


@pytest.mark.parametrize("mode", NUMPY)
def test_the_taps_of_a_copied_padding_name_the_cell_that_is_copied(mode):
    for pads, s in itertools.product((((1, 2), (2, 0)), ((2, 2), (1, 1)), ((0, 0), (0, 3))), (1, 2)):
        conv = Conv((3, 4), (2, 3), stride=s, padding=pads, padding_mode=mode)
        cells = np.pad(np.arange(12).reshape(3, 4), pads, NUMPY[mode])
        inside = np.pad(np.ones((3, 4), bool), pads)
        for step in conv.steps:
            for tap in step.taps:
                assert tap.source == divmod(int(cells[tap.padded]), 4)
                assert tap.role == ("input" if inside[tap.padded] else "copy")
                assert ("role" in repr(tap)) == (tap.role == "copy")


def test_the_comparison_with_numpys_pad_can_fail():
    for mode, other in itertools.permutations(NUMPY, 2):
        axis = Axis(input=3, kernel=1, before=2, after=2, padding_mode=mode)
        assert [axis.source(cell) for cell in range(7)] != np.pad(np.arange(3), 2, NUMPY[other]).tolist()
    x, w = np.array([1, 2, 4]), np.array([1, 1])
    assert correlated(np.pad(x, 1), w, (1,), (1,)).tolist() == [1, 3, 6, 4]
    assert correlated(np.pad(x, 1), w, (2,), (2,)).tolist() == [2, 2]


@pytest.mark.parametrize(
    ("mode", "rule"),
    [
        ("reflect", "Padding size should be less than the corresponding input dimension"),
        ("circular", "Padding value causes wrapping around more than once"),
        ("symmetric", "symmetric padding should not be larger than the corresponding input dimension"),
    ],
)
def test_a_padding_of_more_than_its_mode_can_copy_is_refused_at_the_exact_limit(mode, rule):
    for i, p, side in itertools.product(range(1, 7), range(9), (0, 1)):
        pads = [(0, 0), ((p, 0), (0, p))[side]]
        if p <= MOST[mode](i):
            assert Conv((9, i), 1, padding=pads, padding_mode=mode).padded_size == (9, i + p)
        else:
            text = refusal(lambda i=i, pads=pads: Conv((9, i), 1, padding=pads, padding_mode=mode))
            assert text.startswith(f"{rule}: padding={p} along axis 1 ") and text.endswith(
                f"take at most {MOST[mode](i)}"
            )


def test_replicate_and_zeros_have_no_limit():
    for mode in ("replicate", "zeros"):
        assert Conv((1,), (3,), padding=100, padding_mode=mode).output_size == (199,)
    assert evaluate(Conv((1,), (3,), padding=2, padding_mode="replicate"), [5], [1, 10, 100]).tolist() == [555] * 3


def test_named_paddings_are_copied_too():
    x = np.arange(1, 7)
    same = Conv((6,), (4,), padding="same", padding_mode="reflect")
    assert (
        evaluate(same, x, [1, 10, 100, 1000]).tolist()
        == correlated(np.pad(x, (1, 2), "reflect"), np.array([1, 10, 100, 1000]), (1,), (1,)).tolist()
    )
    causal = Conv((6,), (3,), dilation=2, padding="causal", padding_mode="circular")
    assert (
        evaluate(causal, x, [1, 1, 1]).tolist()
        == correlated(np.pad(x, (4, 0), "wrap"), np.ones(3, int), (1,), (2,)).tolist()
    )
    assert refusal(lambda: Conv((2,), (3,), padding="full", padding_mode="reflect")).startswith(
        "Padding size should be less than"
    )


def test_a_convolution_that_copies_has_no_transposed_one():
    for mode in NUMPY:
        assert refusal(lambda mode=mode: Conv(5, 3, padding=1, padding_mode=mode).transpose()).startswith(
            f"padding_mode={mode!r} copies cells"
        )


def test_an_unknown_padding_mode_is_refused_with_a_suggestion():
    assert refusal(lambda: Conv(5, 3, padding_mode="reflekt")).startswith(
        "unknown padding_mode 'reflekt': did you mean 'reflect'? Expected one of zeros, "
    )
    for bad in (None, 3, True, "", b"zeros", ["zeros"], math.nan, "zeros\n"):
        assert "unknown padding_mode" in refusal(lambda bad=bad: Conv(5, 3, padding_mode=bad))

"""What a transposed convolution crops, the sizes that can be asked of it, and kernels that are flipped."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from convanim.frameworks.keras_code import keras_crop
from convanim.geometry import Conv, ConvTranspose
from convanim.numeric.evaluation import evaluate
from helpers.refusals import refusal
from oracle.taps import window

TRANSPOSED = list(
    itertools.product(range(1, 5), range(1, 4), range(1, 4), range(1, 3), range(4), range(4))
)  # i k s d p_before p_after


def stamped(i, w, s):
    """The cells of the uncropped output, from the last cell of the last stamp."""
    return max(range((i - 1) * s, (i - 1) * s + w)) + 1


def test_cropped_counts_the_cells_of_the_stamps_that_the_output_lacks():
    kept_some = 0
    for i, k, s, d, p0, p1 in TRANSPOSED:
        whole = list(range(stamped(i, window(k, d), s)))
        for extra in range(max(s, d)):
            if len(whole) - p0 - p1 + extra < 1:
                continue
            up = ConvTranspose((i,), (k,), stride=s, dilation=d, padding=[(p0, p1)], output_padding=extra)
            last = p0 + up.output_size[0] - 1  # in the stamps' cells; beyond them stands what output_padding adds
            assert up.cropped == ((p0, len([c for c in whole if c > last])),)
            kept_some += extra > 0
    assert kept_some > 300
    assert ConvTranspose((3,), (3,), stride=2, padding=1, output_padding=1).cropped == ((1, 0),)


def test_a_cell_of_output_padding_beyond_the_stamps_meets_zeros_alone():
    up = ConvTranspose((3,), (2,), stride=3, output_padding=2)
    assert [any(tap.source is not None for tap in step.taps) for step in up.steps] == [True, True, False] * 2 + [
        True,
        True,
        False,
        False,
    ]
    assert evaluate(up, [1, 2, 3], [5, 7]).tolist() == [5, 7, 0, 10, 14, 0, 15, 21, 0, 0]


def test_output_shape_with_numbers_chooses_the_output_padding_within_pytorchs_range():
    for i, k, s, d, p0, p1 in TRANSPOSED:
        least = stamped(i, window(k, d), s) - p0 - p1
        for wanted in range(max(least - 2, 1), max(least + s + 2, 2)):

            def make(i=i, k=k, s=s, d=d, pads=((p0, p1),), wanted=wanted):
                return ConvTranspose((i,), (k,), stride=s, dilation=d, padding=pads, output_shape=wanted)

            if least <= wanted < least + s:
                up = make()
                assert (
                    up.output_size == (wanted,) and up.output_padding == (wanted - least,) and up.output_shape is None
                )
                assert up == ConvTranspose(
                    (i,), (k,), stride=s, dilation=d, padding=[(p0, p1)], output_padding=wanted - least
                )
            elif wanted < least and p0 == p1 == 0:  # ONNX' output_shape without pads and auto_pad
                assert make().output_size == (wanted,) and make().pads == (onnx_pads(i, k, s, d, 0, wanted, ""),)
                lower = ConvTranspose((i,), (k,), stride=s, dilation=d, padding="same_lower", output_shape=wanted)
                assert make() == lower
            else:
                advice = "; leave out padding= for a smaller one, which ONNX crops to" if wanted < least else ""
                assert (
                    refusal(make)
                    == f"requested an output size of ({wanted},), but valid sizes range from ({least},) to"
                    f" ({least + s - 1},){advice}"
                )


def onnx_pads(i, k, s, d, extra, wanted, name):
    """The pads of ONNX' ConvTranspose from its output_shape: https://onnx.ai/onnx/operators/onnx__ConvTranspose.html."""
    total = s * (i - 1) + extra + ((k - 1) * d + 1) - wanted
    return (total // 2, total - total // 2) if name == "same_upper" else (total - total // 2, total // 2)


@pytest.mark.parametrize("name", ["same_upper", "same_lower"])
def test_output_shape_with_a_name_chooses_what_is_cropped_as_onnx_does(name):
    outcomes = {"cropped": 0, "added": 0, "refused": 0}
    for i, k, s, d, extra in itertools.product(range(1, 5), range(1, 4), range(1, 4), range(1, 3), range(3)):
        if extra >= max(s, d):
            continue
        there = stamped(i, window(k, d), s)
        for wanted in range(1, there + max(s, d) + 2):

            def make(i=i, k=k, s=s, d=d, extra=extra, wanted=wanted):
                return ConvTranspose(
                    (i,), (k,), stride=s, dilation=d, padding=name, output_padding=extra, output_shape=wanted
                )

            if wanted <= there + extra:
                up = make()
                assert (
                    up.output_size == (wanted,)
                    and up.pads == (onnx_pads(i, k, s, d, extra, wanted, name),)
                    and up.output_padding == (extra,)
                )
                outcomes["cropped"] += 1
            elif (
                wanted < there + s
            ):  # nothing to crop: what is missing is added, less than a stride of it, as PyTorch would
                up = make()
                assert up.output_size == (wanted,) and up.pads == ((0, 0),) and up.output_padding == (wanted - there,)
                outcomes["added"] += 1
            else:
                assert refusal(make).startswith(f"requested an output size of {wanted} along axis 0")
                outcomes["refused"] += 1
    assert min(outcomes.values()) > 50


def test_output_shape_is_worked_out_along_each_axis():
    up = ConvTranspose((3, 4), 3, stride=(2, 3), padding=1, output_shape=(6, 12))
    assert up.output_padding == (1, 2) and up.output_size == (6, 12)
    assert ConvTranspose((3, 4), 3, stride=2, padding="same_upper", output_shape=(6, 8)).pads == ((0, 1), (0, 1))
    assert ConvTranspose(3, 3, stride=2, padding="valid", output_shape=8).output_padding == (1, 1)
    assert ConvTranspose(5, 3, stride=2, output_shape=10).pads == ((1, 0), (1, 0))
    assert ConvTranspose(3, 3, stride=2, output_padding=0, output_shape=8).output_padding == (1, 1)
    text = refusal(lambda: ConvTranspose(3, 3, stride=2, output_padding=1, output_shape=7))
    assert "leave it out for PyTorch's" in text and "padding='same_lower' for ONNX'" in text
    onnxs = ConvTranspose(3, 3, stride=2, padding="same_lower", output_padding=1, output_shape=7)
    assert onnxs.pads == ((1, 0), (1, 0)) and onnxs.output_padding == (1, 1)  # onnxruntime's
    assert ConvTranspose(3, 3, stride=2, output_shape=None).output_size == (7, 7)


def test_output_shape_with_a_name_that_leaves_no_choice_is_refused():
    for name in ("same", "full", "half", "causal"):
        assert refusal(lambda name=name: ConvTranspose(5, 3, padding=name, output_shape=7)).startswith(
            f"output_shape with padding={name!r}"
        )


def test_onnx_names_keep_the_output_at_input_times_stride_whatever_the_output_padding():
    for i, k, s, d, extra in itertools.product(range(1, 5), range(1, 5), range(1, 4), range(1, 3), range(3)):
        w = window(k, d)
        for name in ("same_upper", "same_lower"):

            def make(i=i, k=k, s=s, d=d, extra=extra, name=name):
                return ConvTranspose((i,), (k,), stride=s, dilation=d, padding=name, output_padding=extra)

            if s > w + extra:
                assert "larger than the window" in refusal(make)
            elif extra >= max(s, d):
                assert refusal(make).startswith(f"output_padding={extra} along axis 0 must be smaller than")
            else:
                up = make()
                assert up.output_size == (i * s,) and up.output_padding == (extra,)
                assert up.pads == (onnx_pads(i, k, s, d, extra, i * s, name),)
    up = ConvTranspose(3, 3, stride=2, padding="same_upper", output_padding=1)
    assert up.output_size == (6, 6) and up.cropped == ((1, 0), (1, 0))


def test_keras_same_with_an_output_padding_has_keras_size_and_crop():
    """Its lines: https://github.com/keras-team/keras/blob/master/keras/src/backend/common/backend_utils.py."""
    for i, k, s, d in itertools.product(range(1, 5), range(1, 6), range(1, 4), range(1, 3)):
        w = window(k, d)
        for extra, name in itertools.product((None, *range(s + 1)), ("same", "SAME")):

            def make(i=i, k=k, s=s, d=d, extra=extra, name=name):
                return ConvTranspose((i,), (k,), stride=s, dilation=d, padding=name, output_padding=extra)

            if extra is not None and extra >= s:
                text = refusal(make)
                assert text.startswith(f"output_padding={extra} along axis 0 must be smaller than stride={s}")
                continue
            pad = 0 if w % 2 == 0 else 1  # the size: i s, or (i - 1) s + w - 2 (w // 2) + output_padding
            size = i * s if extra is None else (i - 1) * s + pad + extra
            if size < 1:
                assert "crops the whole output" in refusal(make)
                continue
            up, total = make(), (i - 1) * s + w - size
            assert up.output_size == (size,)
            assert up.pads == ((max(total, 0) // 2, max(total, 0) - max(total, 0) // 2),)
            before, after = keras_crop("same", extra, w, s)
            assert (up.pads[0][0], up.pads[0][1] - up.output_padding[0]) == (before, after), "as from_keras has it"
    same = {o: ConvTranspose(3, 3, stride=2, padding="same", output_padding=o) for o in (None, 0, 1)}
    assert {o: up.output_size for o, up in same.items()} == {None: (6, 6), 0: (5, 5), 1: (6, 6)}
    assert same[None] == same[1] and same[0].pads == ((1, 1), (1, 1))


def test_tensorflows_same_has_the_sizes_of_conv2d_transpose():
    """An output_shape is right where a convolution with SAME gives back the input, and crops what that would pad."""
    for i, k, s in itertools.product(range(1, 6), range(1, 5), range(1, 4)):
        for wanted in range(1, (i + 2) * s):

            def make(i=i, k=k, s=s, wanted=wanted):
                return ConvTranspose((i,), (k,), stride=s, padding="SAME", output_shape=wanted)

            conv = Conv((wanted,), (k,), stride=s, padding="SAME")
            if conv.output_size == (i,):
                assert make().output_size == (wanted,) and make().pads == conv.pads
            else:
                assert "TensorFlow's SAME gives an input of" in refusal(make)
    assert "which TensorFlow hasn't" in refusal(
        lambda: ConvTranspose(3, 3, stride=2, padding="SAME", output_padding=1, output_shape=6)
    )


def test_flip_is_numpys_convolution_for_every_small_size():
    rng = np.random.default_rng(3)
    for i, k in itertools.product(range(1, 8), range(1, 6)):
        x, w = rng.integers(-9, 10, i), rng.integers(-9, 10, k)
        assert (
            evaluate(Conv((i,), (k,), padding="full", flip=True), x, w).tolist() == np.convolve(x, w, "full").tolist()
        )
        if k <= i:
            assert evaluate(Conv((i,), (k,), flip=True), x, w).tolist() == np.convolve(x, w, "valid").tolist()


def test_flip_is_the_operation_with_the_kernel_reversed_along_every_axis():
    rng, draw = np.random.default_rng(4), random.Random(4)
    for _ in range(30):
        n = draw.randint(1, 3)
        i, k, s, d = (tuple(draw.randint(1, top) for _ in range(n)) for top in (5, 3, 3, 2))
        pads = tuple((draw.randint(0, 2), draw.randint(0, 2)) for _ in range(n))
        for kind in (Conv, ConvTranspose):
            if kind is Conv and any(a + sum(p) < window(b, e) for a, b, e, p in zip(i, k, d, pads, strict=True)):
                continue
            if kind is ConvTranspose and any(
                stamped(a, window(b, e), c) <= sum(p) for a, b, c, e, p in zip(i, k, s, d, pads, strict=True)
            ):
                continue
            plain, flipped = (kind(i, k, stride=s, dilation=d, padding=pads, flip=flip) for flip in (False, True))
            x, w = rng.integers(-9, 10, i), rng.integers(-9, 10, k)
            assert evaluate(flipped, x, w).tolist() == evaluate(plain, x, np.flip(w)).tolist()
            for one, other in zip(plain.steps, flipped.steps, strict=True):
                assert [tap.padded for tap in one.taps] == [tap.padded for tap in other.taps]
                assert [tap.kernel for tap in one.taps] == [
                    tuple(b - 1 - c for b, c in zip(k, tap.kernel, strict=True)) for tap in other.taps
                ]


def test_transpose_keeps_flip_and_groups_and_swaps_the_channels():
    for flip, groups in itertools.product((False, True), (1, 2)):
        conv = Conv(
            (6, 7), 3, stride=2, padding=((1, 0), (2, 1)), flip=flip, in_channels=4, out_channels=6, groups=groups
        )
        up = conv.transpose()
        assert (up.flip, up.groups, up.in_channels, up.out_channels) == (flip, groups, 6, 4)
        assert up.kernel_shape == conv.kernel_shape and up.transpose() == conv and up.transpose().transpose() == up
        assert conv.flipped is flip and up.flipped is not flip

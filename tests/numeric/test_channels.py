"""Channels, groups and biases against plain nested loops; matrices; counts of parameters and multiplications."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random

import numpy as np
import pytest

from convanim.geometry import Conv, ConvTranspose, Pool
from convanim.geometry.parameters import LARGEST
from convanim.numeric import values
from convanim.numeric.evaluation import evaluate
from convanim.numeric.matrix import unrolled
from helpers.refusals import refusal


def looped(op, x, w, b=None):
    """The output as PyTorch's documentation has it, and the number of multiplications, those with zeros included."""
    up, n = isinstance(op, ConvTranspose), len(op.input_size)
    inside, outside = op.in_channels // op.groups, op.out_channels // op.groups
    out, count = np.zeros((op.out_channels, *op.output_size), np.result_type(x, w)), 0
    cells = {name: list(np.ndindex(*getattr(op, name))) for name in ("input_size", "kernel_size", "output_size")}
    for group, i, o in itertools.product(range(op.groups), range(inside), range(outside)):
        source, target = group * inside + i, group * outside + o
        for cell, j in itertools.product(cells["input_size" if up else "output_size"], cells["kernel_size"]):
            at = tuple(k - 1 - c for k, c in zip(op.kernel_size, j, strict=True)) if op.flip else j
            weight = w[(source, o, *at)] if up else w[(target, i, *at)]
            other = tuple(cell[a] * op.stride[a] + j[a] * op.dilation[a] - op.pads[a][0] for a in range(n))
            there = all(0 <= c < size for c, size in zip(other, op.output_size if up else op.input_size, strict=True))
            if there and up:
                out[(target, *other)] += weight * x[(source, *cell)]
            elif there:
                out[(target, *cell)] += weight * x[(source, *other)]
            count += 1
    return (out if b is None else out + np.reshape(b, (-1, *[1] * n))), count


def same(ours, theirs):
    return ours.dtype == theirs.dtype and ours.shape == theirs.shape and bool((ours == theirs).all())


def test_the_comparison_with_loops_can_fail():
    op = Conv((3,), (2,), in_channels=2, out_channels=2)
    x, w = np.arange(6).reshape(2, 3), np.arange(8).reshape(2, 2, 2)
    right = evaluate(op, x, w)
    assert same(right, looped(op, x, w)[0])
    for wrong in (
        looped(op, x[::-1], w)[0],
        looped(op, x, w[::-1])[0],
        looped(op, x, w[:, ::-1])[0],
        looped(op, x, w[:, :, ::-1])[0],
        right.astype(float),
        right[:1],
        looped(op, x, w, [0, 1])[0],
    ):
        assert not same(right, wrong)


def test_the_loops_give_numbers_worked_by_hand():
    op = Conv((2,), (1,), in_channels=2, out_channels=2, bias=True)
    out, count = looped(op, np.array([[1, 2], [10, 20]]), np.array([[[1], [2]], [[3], [4]]]), [100, 0])
    assert out.tolist() == [[121, 142], [43, 86]] and count == 8
    up = ConvTranspose((2,), (2,), stride=2, in_channels=2, out_channels=2, groups=2)
    out, count = looped(up, np.array([[1, 2], [10, 20]]), np.array([[[1, 3]], [[5, 7]]]))
    assert out.tolist() == [[1, 3, 2, 6], [50, 70, 100, 140]] and count == 8


CHANNELS = [(g * a, g * b, g) for g, a, b in itertools.product(range(1, 4), range(1, 4), range(1, 4))]


def some(seed, ndims, largest=4):
    """For each number of channels and groups a convolution and a transposed one, with other parameters at random."""
    draw = random.Random(seed)
    for (inside, outside, groups), kind in itertools.product(CHANNELS, (Conv, ConvTranspose)):
        while True:
            n = draw.choice(ndims)
            i, k, s, d = (tuple(draw.randint(1, top) for _ in range(n)) for top in (largest, 3, 2, 2))
            pads = tuple((draw.randint(0, 2), draw.randint(0, 2)) for _ in range(n))
            room = [
                a + sum(p) - e * (b - 1) if kind is Conv else (a - 1) * c + e * (b - 1) + 1 - sum(p)
                for a, b, c, e, p in zip(i, k, s, d, pads, strict=True)
            ]
            if min(room) > 0:
                break
        yield kind(
            i,
            k,
            stride=s,
            dilation=d,
            padding=pads,
            in_channels=inside,
            out_channels=outside,
            groups=groups,
            bias=draw.random() < 0.5,
            flip=draw.random() < 0.3,
        )


OPS = [*some(1, (1,)), *some(2, (2,), 3)]


def arrays(op, rng):
    """Whole numbers for input, kernel and bias; the kernel's shape is PyTorch's `weight.shape`."""
    first, second = (
        (op.in_channels, op.out_channels) if isinstance(op, ConvTranspose) else (op.out_channels, op.in_channels)
    )
    x = rng.integers(-9, 10, (op.in_channels, *op.input_size))
    w = rng.integers(-9, 10, (first, second // op.groups, *op.kernel_size))
    return x, w, rng.integers(-9, 10, op.out_channels) if op.bias else None


def test_channels_groups_and_biases_give_the_values_of_plain_loops():
    rng = np.random.default_rng(1)
    for op in OPS:
        x, w, b = arrays(op, rng)
        assert same(evaluate(op, x, w, b), looped(op, x, w, b)[0]), op


def test_floats_with_channels_give_the_values_of_plain_loops():
    rng = np.random.default_rng(2)
    for op in OPS[::4]:
        x, w, b = (None if a is None else a + rng.random(a.shape) for a in arrays(op, rng))
        np.testing.assert_allclose(evaluate(op, x, w, b), looped(op, x, w, b)[0], rtol=1e-12, atol=1e-12)


def test_three_dimensions_give_the_values_of_plain_loops():
    rng = np.random.default_rng(3)
    for kind in (Conv, ConvTranspose):
        op = kind(
            (2, 3, 2),
            (2, 1, 2),
            stride=(1, 2, 1),
            padding=((0, 1), (0, 0), (1, 0)),
            in_channels=2,
            out_channels=4,
            groups=2,
            bias=True,
        )
        x, w, b = arrays(op, rng)
        assert same(evaluate(op, x, w, b), looped(op, x, w, b)[0])


def test_a_depthwise_convolution_is_one_convolution_a_channel():
    rng = np.random.default_rng(4)
    for kind, times in itertools.product((Conv, ConvTranspose), (1, 2)):
        one = kind((4, 5), 3, stride=2, padding=1)
        op = dataclasses.replace(one, in_channels=3, out_channels=3 * times, groups=3)
        x, w, _ = arrays(op, rng)
        apart = w.reshape(3, times, 3, 3)
        theirs = [evaluate(one, x[channel], apart[channel, n]) for channel in range(3) for n in range(times)]
        assert same(evaluate(op, x, w), np.array(theirs))


def test_a_pointwise_convolution_is_a_matrix_times_the_channels():
    rng = np.random.default_rng(5)
    op = Conv((4, 5), 1, in_channels=3, out_channels=2)
    x, w, _ = arrays(op, rng)
    assert same(evaluate(op, x, w), np.einsum("oi,iyx->oyx", w[:, :, 0, 0], x))
    assert same(
        evaluate(ConvTranspose((4, 5), 1, in_channels=3, out_channels=2), x, w.transpose(1, 0, 2, 3)),
        evaluate(op, x, w),
    )


def test_groups_do_not_see_each_other():
    rng = np.random.default_rng(6)
    for op in OPS:
        if op.groups == 1:
            continue
        x, w, b = arrays(op, rng)
        before = evaluate(op, x, w, b)
        for group in range(op.groups):
            changed = x.copy()
            changed[group * op.in_channels // op.groups : (group + 1) * op.in_channels // op.groups] += 100
            differ = (evaluate(op, changed, w, b) != before).reshape(op.groups, -1).any(1)
            assert not np.delete(differ, group).any()


def test_one_channel_may_be_given_and_comes_back_with_or_without_its_axis():
    x, w = np.arange(5), np.array([1, 10])
    for kind in (Conv, ConvTranspose):
        op = kind((5,), (2,))
        plain = evaluate(op, x, w)
        assert plain.shape == op.output_size
        for one, kernel in itertools.product((x, x[None]), (w, w[None, None])):
            assert evaluate(op, one, kernel).tolist() == (plain.tolist() if one is x else [plain.tolist()])
        biased = dataclasses.replace(op, bias=True)
        assert evaluate(biased, x, w, [1000]).tolist() == (plain + 1000).tolist()


def test_no_output_channel_is_lost_where_the_input_of_one_channel_is_given_without_its_axis():
    x = np.arange(5)
    for kind, shape in ((Conv, (3, 1, 2)), (ConvTranspose, (1, 3, 2))):
        op, w = kind((5,), (2,), out_channels=3), np.arange(6).reshape(shape)
        assert evaluate(op, x, w).shape == (3, *op.output_size)
        assert same(evaluate(op, x, w), looped(op, x[None], w)[0]) and same(
            evaluate(op, x[None], w), evaluate(op, x, w)
        )


def test_whole_numbers_that_fit_stay_whole_however_many_channels_there_are():
    for n in (1, 2, 8, 64):
        wide = Conv((1,), (1,), out_channels=n)
        ours = evaluate(wide, [[2**62 + 1]], np.ones((n, 1, 1), int))
        assert ours.dtype == np.int64 and ours.ravel().tolist() == [2**62 + 1] * n
    deep = Conv((1,), (1,), in_channels=4)
    assert evaluate(deep, np.full((4, 1), 2**60), np.ones((1, 4, 1), int)).tolist() == [[2**62]]
    assert evaluate(deep, np.full((4, 1), 2**61), np.ones((1, 4, 1), int)).dtype == np.float64
    biased = Conv((1,), (1,), bias=True)
    assert evaluate(biased, [2**62], [1], [2**62 - 1]).tolist() == [2**63 - 1]
    assert evaluate(biased, [2**62], [1], [2**62]).tolist() == [2.0**63]


def test_one_value_too_large_for_float64_among_others_is_refused():
    op = Conv((3,), (1,), out_channels=2)
    for weights in ([[[1e200]], [[1]]], [[[1]], [[1e200]]]):
        assert "too large for float64" in refusal(lambda weights=weights: evaluate(op, [[1, 1e200, 1]], weights))


def test_the_kernels_shape_and_the_counts_of_parameters_and_multiplications_are_those_of_the_loops():
    rng = np.random.default_rng(7)
    for op in OPS:
        x, w, b = arrays(op, rng)
        assert op.kernel_shape == w.shape
        assert op.parameters == w.size + (0 if b is None else b.size)
        assert op.macs == looped(op, x, w)[1], op


@pytest.mark.parametrize(
    ("op", "parameters", "macs"),
    [
        (
            Conv(224, 11, stride=4, padding=2, in_channels=3, out_channels=64, bias=True),
            23_296,
            64 * 55 * 55 * 363,
        ),  # AlexNet's first, as torchvision has it
        (Conv(56, 3, padding=1, in_channels=64, out_channels=64), 36_864, 115_605_504),  # ResNet's 3 x 3
        (Conv(112, 3, padding=1, in_channels=32, out_channels=32, groups=32), 288, 3_612_672),  # MobileNet's depthwise
        (Conv(112, 1, in_channels=32, out_channels=64), 2048, 25_690_112),  # and its pointwise
        (Conv(7, 3, in_channels=3, out_channels=8, bias=True), 224, 5400),
        (
            ConvTranspose(4, 4, stride=2, padding=1, in_channels=512, out_channels=256),
            2_097_152,
            33_554_432,
        ),  # DCGAN's second
    ],
)
def test_known_layers_have_their_known_counts(op, parameters, macs):
    assert (op.parameters, op.macs) == (parameters, macs)


def test_counts_of_huge_layers_are_exact():
    op = Conv(LARGEST, 3, padding=1, in_channels=LARGEST, out_channels=LARGEST, bias=True)
    assert op.parameters == 9 * LARGEST**2 + LARGEST and op.macs == 9 * LARGEST**4


def test_the_shortest_description_has_one_channel_and_no_bias():
    for kind in (Conv, ConvTranspose):
        op = kind(5, 3)
        assert (op.in_channels, op.out_channels, op.groups, op.bias, op.flip) == (1, 1, 1, False, False)
        assert op.kernel_shape == (1, 1, 3, 3) and op.parameters == 9


def test_the_matrix_with_channels_times_the_input_is_the_output_without_its_bias():
    rng = np.random.default_rng(8)
    for op in OPS:
        x, w, _ = arrays(op, rng)
        matrix = unrolled(op, w)
        assert matrix.shape == (op.out_channels * math.prod(op.output_size), op.in_channels * math.prod(op.input_size))
        assert same(matrix.dense() @ x.ravel(), looped(op, x, w)[0].ravel()), op
        assert (w.ravel()[matrix.kernel] == matrix.values).all()


def test_the_matrix_of_the_transpose_with_channels_is_the_transposed_matrix():
    rng = np.random.default_rng(9)
    for op in OPS:
        w = arrays(op, rng)[1]
        if isinstance(op, Conv):
            assert same(unrolled(op.transpose(), w).dense(), unrolled(op, w).dense().T)
            assert same(unrolled(op.transpose()).dense(), unrolled(op).dense().T)
        else:
            down = op.transpose()
            assert same(unrolled(down, w).dense(), unrolled(op, w).dense().T)


def test_a_matrix_without_a_kernel_numbers_all_weights_in_their_order():
    for op in OPS[::5]:
        shape = arrays(op, np.random.default_rng(0))[1].shape
        assert same(unrolled(op).dense(), unrolled(op, np.arange(1, math.prod(shape) + 1).reshape(shape)).dense())


def test_copied_padding_stands_in_the_matrix_as_the_cell_that_is_copied():
    rng = np.random.default_rng(10)
    for mode in ("reflect", "replicate", "circular", "symmetric"):
        op = Conv((4, 3), (3, 2), padding=((2, 1), (1, 1)), padding_mode=mode, in_channels=2, out_channels=2)
        x, w, _ = arrays(op, rng)
        matrix = unrolled(op, w)
        assert len(matrix.values) == op.macs, "every weight meets a cell in every window"
        assert same(matrix.dense() @ x.ravel(), evaluate(op, x, w).ravel())


def test_groups_that_do_not_divide_the_channels_are_refused():
    for kind, inside, outside, groups in itertools.product(
        (Conv, ConvTranspose), range(1, 7), range(1, 7), range(1, 5)
    ):

        def make(kind=kind, inside=inside, outside=outside, groups=groups):
            return kind(5, 3, in_channels=inside, out_channels=outside, groups=groups)

        if inside % groups == 0 and outside % groups == 0:
            assert make().groups == groups
        else:
            word, channels = ("in_channels", inside) if inside % groups else ("out_channels", outside)
            assert refusal(make).startswith(f"{word}={channels} must be divisible by groups={groups}")


def said(name, bad, wanted):
    if bad.ndim == 0:
        return f"{name} is a single value: this figure needs numbers of the shape {wanted}"
    return f"{name} has the shape {bad.shape}: this figure needs {wanted}"


def test_arrays_of_another_shape_are_refused_in_one_line_that_names_the_shape():
    for kind, weight in ((Conv, (6, 2, 3, 3)), (ConvTranspose, (4, 3, 3, 3))):
        op = kind(5, 3, in_channels=4, out_channels=6, groups=2, bias=True)
        x, w, b = np.ones((4, 5, 5)), np.ones(weight), np.ones(6)
        assert evaluate(op, x, w, b).shape == (6, *op.output_size)
        for bad in (x[0], x[:3], x[None], x[..., 0], x[:, :4], np.ones((5, 5, 4)), np.ones(100), np.ones(())):
            assert refusal(lambda op=op, w=w, b=b, bad=bad: evaluate(op, bad, w, b)) == said("input", bad, (4, 5, 5))
        for bad in (w[0], w[:1], w[:, :1], w[..., :2], np.ones((3, 3)), np.ones(weight[:2]), w.ravel()):
            assert refusal(lambda op=op, x=x, b=b, bad=bad: evaluate(op, x, bad, b)) == said("kernel", bad, weight)
            assert refusal(lambda op=op, bad=bad: unrolled(op, bad)).startswith("kernel has the shape")
        for bad in (b[:5], b[None], np.ones(()), np.ones((6, 1, 1))):
            assert refusal(lambda op=op, x=x, w=w, bad=bad: evaluate(op, x, w, bad)) == said("bias", bad, (6,))


def test_a_bias_that_is_missing_superfluous_or_no_finite_number_is_refused():
    x, w = np.ones((5, 5)), np.ones((3, 3))
    for kind in (Conv, ConvTranspose):
        assert refusal(lambda kind=kind: evaluate(kind(5, 3, bias=True), x, w)).startswith("the bias is missing")
        assert refusal(lambda kind=kind: evaluate(kind(5, 3), x, w, [0])).startswith("this operation has no bias")
        for bad in ([math.nan], ["1"], [None], [1j], {}, "1", [[1], [1, 2]], math.nan, 1j, True, np.True_):
            assert refusal(lambda kind=kind, bad=bad: evaluate(kind(5, 3, bias=True), x, w, bad)).startswith("bias"), (
                bad
            )
        for single in (3, 3.0, np.int8(3), np.float32(3)):
            assert same(evaluate(kind(5, 3, bias=True), x, w, single), evaluate(kind(5, 3, bias=True), x, w, [3]))
        two = kind(5, 3, out_channels=2, bias=True)
        assert refusal(lambda two=two: evaluate(two, x, np.ones(two.kernel_shape), 3)).startswith("bias ")


def test_the_values_of_a_figure_are_of_one_channel():
    for words in ({"in_channels": 2}, {"out_channels": 2}, {"in_channels": 2, "out_channels": 2, "groups": 2}):
        for kind in (Conv, ConvTranspose):
            assert refusal(lambda kind=kind, words=words: values(kind(5, 3, **words))).startswith(
                "values can be shown for one channel"
            )
    plain, biased = values(Conv(5, 3)), values(Conv(5, 3, bias=True))
    assert plain.output == biased.output, "a bias that isn't given is 0"
    assert values(Conv(5, 3, bias=True), bias=[7]).output == tuple(one + 7 for one in plain.output)
    assert values(Conv(5, 3, flip=True)).flipped and not values(ConvTranspose(5, 3, flip=True)).flipped


def test_an_operation_of_no_kind_is_refused_wherever_one_is_wanted():
    for bad in (None, "conv", 3, Conv, object(), [Conv(5, 3)]):
        for call in (lambda bad=bad: evaluate(bad, [1]), lambda bad=bad: unrolled(bad), lambda bad=bad: values(bad)):
            assert "is not an operation" in refusal(call)


def test_values_and_matrices_that_need_more_memory_than_there_is_are_refused_in_one_line(monkeypatch):
    monkeypatch.setattr(
        "convanim.numeric.refusals.MOST_BYTES", 10_000
    )  # as if it was little, so that a failure does no harm
    for op in (Conv(100, 3), Conv(LARGEST, 3), Pool(LARGEST, LARGEST), ConvTranspose(LARGEST, 3, padding=1)):
        assert "GB" in refusal(lambda op=op: values(op))
    assert "GB" in refusal(lambda: unrolled(Conv((1000,), (20,))))
    assert "GB" in refusal(
        lambda: evaluate(Conv((1000,), (3,), padding=1, out_channels=20), np.ones((1, 1000)), np.ones((20, 1, 3)))
    )
    assert evaluate(Conv((10,), (3,)), np.ones(10), np.ones(3)).shape == (8,) and unrolled(
        Pool((10,), (2,), mode="average")
    ).shape == (5, 10)

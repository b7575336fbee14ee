"""Output sizes of convolutions, transposed convolutions and pooling, against the guide's relationships."""

from __future__ import annotations

import itertools
import random

import pytest

from convanim import Conv, ConvanimError, ConvTranspose, Pool
from convanim.geometry import POOL_MODES
from helpers.cases import ALL, VALID, random_cases
from helpers.operations import conv1
from oracle.relationships import (
    direct_sizes,
    disagreements,
    relationship_6,
    relationship_7,
    relationship_15,
    transposed_sizes,
    windows,
)


def test_output_sizes_follow_relationships_1_to_6_and_15_for_every_small_size():
    seen = set()
    for i, k, s, p, d in VALID:
        expected = direct_sizes(i, k, s, p, d)
        assert disagreements(conv1(i, k, s, p, d).output_size[0], expected) == [], (i, k, s, p, d)
        seen |= set(expected)
    assert seen == {1, 2, 3, 4, 5, 6, 15}


def test_the_comparison_with_relationships_can_fail():
    assert disagreements(4, direct_sizes(5, 3, 1, 0, 1)) == [15, 6, 5, 2, 1]
    assert disagreements(6, transposed_sizes(3, 5, 3, 1, 0)) == [14, 9, 8, 13, 12]
    assert disagreements(3, direct_sizes(5, 3, 1, 0, 1)) == []


def test_pooling_sizes_follow_relationships_6_7_and_15_for_every_small_size():
    count = 0
    for (i, k, s, p, d), mode in itertools.product(VALID, POOL_MODES):
        if p > k // 2:
            continue
        size = Pool((i,), (k,), stride=s, padding=p, dilation=d, mode=mode).output_size[0]
        assert disagreements(size, direct_sizes(i, k, s, p, d)) == [], (i, k, s, p, d)
        if p == 0 and d == 1:
            assert size == relationship_7(i, k, s)
            count += 1
    assert count


def test_transposed_sizes_follow_relationships_8_to_14_for_every_small_size():
    seen = set()
    for i, k, s, p, d in VALID:
        if d > 1:
            continue
        direct = conv1(i, k, s, p)
        o = relationship_6(i, k, s, p)
        extra = (i + 2 * p - k) % s
        expected = transposed_sizes(o, i, k, s, p)
        written = ConvTranspose((o,), (k,), stride=s, padding=p, output_padding=extra)
        assert disagreements(written.output_size[0], expected) == [], (i, k, s, p)
        assert direct.transpose() == written, (i, k, s, p)
        assert written.output_size == (i,)
        seen |= set(expected)
    assert seen == {8, 9, 10, 11, 12, 13, 14}


def test_transposed_sizes_are_those_of_pytorchs_documentation_for_every_small_size_and_output_padding():
    for i, k, s, p, d in ALL:
        for extra in range(max(s, d)):
            size = (i - 1) * s - 2 * p + d * (k - 1) + extra + 1
            if size < 1:
                with pytest.raises(ConvanimError, match=r"^padding=.* crops the whole output"):
                    ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra)
            else:
                up = ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra)
                assert up.output_size == (size,)
                assert up.effective_kernel_size == (d * (k - 1) + 1,)
                assert up.padded_size == (size + d * (k - 1),), "stride 1 over the padded input gives the output"
                assert up.remainder == (0,)


def test_padded_size_effective_kernel_size_and_remainder_are_those_found_by_counting():
    for i, k, s, p, d in VALID:
        padded = len([None] * p + list(range(i)) + [None] * p)
        fits = windows(padded, k, s, d)
        cells = [start + j * d for start in fits[-1:] for j in range(k)]
        conv = conv1(i, k, s, p, d)
        assert conv.padded_size == (padded,)
        assert conv.effective_kernel_size == (len(range(cells[0], cells[-1] + 1)),)
        assert conv.output_size == (len(fits),)
        assert conv.remainder == (padded - 1 - cells[-1],)
        assert len(conv.steps) == len(fits)


def test_square_two_dimensional_sizes_are_the_one_dimensional_ones_twice():
    for i, k, s, p, d in random.Random(1).sample(VALID, 300):
        square, line = Conv(i, k, stride=s, padding=p, dilation=d), conv1(i, k, s, p, d)
        for name in ("output_size", "padded_size", "effective_kernel_size", "remainder", "axes"):
            assert getattr(square, name) == getattr(line, name) * 2, name
        assert square.transpose().output_size == (i, i)
        assert disagreements(square.output_size[0], direct_sizes(i, k, s, p, d)) == []


def test_a_kernel_larger_than_the_padded_input_is_refused_for_every_small_size():
    refused = [case for case in ALL if case not in set(VALID)]
    assert len(refused) > 50
    for i, k, s, p, d in refused:
        with pytest.raises(
            ConvanimError, match=rf"^kernel_size={k}.* is larger than the padded input of {i + 2 * p} cells"
        ) as error:
            conv1(i, k, s, p, d)
        assert ("dilation" in str(error.value)) == (d > 1)
        with pytest.raises(ConvanimError):
            Pool((i,), (k,), stride=s, padding=p, dilation=d)


def test_transpose_gives_back_the_input_size_and_its_transpose_the_convolution_for_every_small_size():
    for i, k, s, p, d in VALID:
        conv = conv1(i, k, s, p, d)
        up = conv.transpose()
        assert up.output_size == conv.input_size and up.input_size == conv.output_size
        assert up.output_padding == conv.remainder
        assert up.transpose() == conv and hash(up.transpose()) == hash(conv)


def test_transpose_gives_back_the_input_size_of_rectangular_asymmetric_cases():
    for i, k, s, p, d in random_cases(2, 400):
        conv = Conv(i, k, stride=s, padding=p, dilation=d)
        assert conv.transpose().output_size == i
        assert conv.transpose().transpose() == conv
        assert conv.output_size == tuple(
            relationship_15(a + sum(q) - 2, b, c, 1, e) for a, b, c, q, e in zip(i, k, s, p, d, strict=True)
        )
        assert conv.pads == p


def test_transpose_of_a_transposed_convolution_has_its_input_size_or_is_refused():
    outcomes = set()
    for i, k, s, p, d in ALL:
        for extra in range(max(s, d)):
            if (i - 1) * s - 2 * p + d * (k - 1) + extra + 1 < 1:
                continue
            up = ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra)
            # the windows that fit into the output padded on both sides, if nothing is taken from the end
            fit = len(windows(up.output_size[0] + 2 * p, k, s, d))
            if (fit - i) * s > p:
                with pytest.raises(ConvanimError, match=f"^output_padding={extra} "):
                    up.transpose()
                outcomes.add("refused")
            else:
                down = up.transpose()
                assert down.output_size == up.input_size and down.input_size == up.output_size
                outcomes.add("shrunk" if fit > i else "plain")
    assert outcomes == {"refused", "shrunk", "plain"}

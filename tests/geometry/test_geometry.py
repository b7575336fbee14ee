"""The arithmetic of geometry.py against the guide's relationships and against lists that are padded and walked by hand."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random

import numpy as np
import pytest

from convanim import AdaptivePool, Axis, Conv, ConvanimError, ConvTranspose, Pool, Step, Tap
from convanim.geometry import OPERATIONS, POOL_MODES, unravel
from convanim.geometry.parameters import LARGEST
from helpers.cases import random_cases
from helpers.refusals import refusal

I, K, S, P, D = range(1, 8), range(1, 5), range(1, 4), range(4), range(1, 4)  # noqa: E741 - the guide's letters
ALL = list(itertools.product(I, K, S, P, D))
VALID = [(i, k, s, p, d) for i, k, s, p, d in ALL if i + 2 * p > d * (k - 1)]


# --- the guide's relationships, each as it is printed, with the conditions under which it holds


def relationship_1(i, k):
    return (i - k) + 1


def relationship_2(i, k, p):
    return (i - k) + 2 * p + 1


def relationship_3(i, k, p):
    """k = 2n + 1, p = n."""
    return i + 2 * (k // 2) - (k - 1)


def relationship_4(i, k):
    """p = k - 1."""
    return i + (k - 1)


def relationship_5(i, k, s):
    return math.floor((i - k) / s) + 1


def relationship_6(i, k, s, p):
    return math.floor((i + 2 * p - k) / s) + 1


def relationship_7(i, k, s):
    """Pooling."""
    return math.floor((i - k) / s) + 1


def relationship_8(i, k):
    return i + (k - 1)


def relationship_9(i, k, p):
    return i + (k - 1) - 2 * p


def relationship_10(i):
    """k = 2n + 1, p = n."""
    return i


def relationship_11(i, k):
    """p = k - 1."""
    return i - (k - 1)


def relationship_12(i, k, s):
    """The direct convolution's input minus k is a multiple of s."""
    return s * (i - 1) + k


def relationship_13(i, k, s, p):
    """The direct convolution's input plus 2p minus k is a multiple of s."""
    return s * (i - 1) + k - 2 * p


def relationship_14(i, k, s, p, a):
    """a = (direct input + 2p - k) mod s."""
    return s * (i - 1) + a + k - 2 * p


def relationship_15(i, k, s, p, d):
    return math.floor((i + 2 * p - k - (k - 1) * (d - 1)) / s) + 1


def direct_sizes(i, k, s, p, d):
    """The output size by every direct relationship whose conditions hold, by number."""
    sizes = {15: relationship_15(i, k, s, p, d)}
    if d == 1:
        sizes[6] = relationship_6(i, k, s, p)
        if p == 0:
            sizes[5] = relationship_5(i, k, s)
        if s == 1:
            sizes[2] = relationship_2(i, k, p)
            if p == 0:
                sizes[1] = relationship_1(i, k)
            if k % 2 == 1 and p == k // 2:
                sizes[3] = relationship_3(i, k, p)
            if p == k - 1:
                sizes[4] = relationship_4(i, k)
    return sizes


def transposed_sizes(o, i, k, s, p):
    """The transposed output size by every relationship that holds, where the direct one (dilation 1) takes i to o."""
    sizes = {14: relationship_14(o, k, s, p, (i + 2 * p - k) % s)}
    if s == 1:
        sizes[9] = relationship_9(o, k, p)
        if p == 0:
            sizes[8] = relationship_8(o, k)
        if k % 2 == 1 and p == k // 2:
            sizes[10] = relationship_10(o)
        if p == k - 1:
            sizes[11] = relationship_11(o, k)
    if (i + 2 * p - k) % s == 0:
        sizes[13] = relationship_13(o, k, s, p)
        if p == 0:
            sizes[12] = relationship_12(o, k, s)
    return sizes


def disagreements(size, expected):
    """The numbers of the relationships that a size contradicts."""
    return [number for number, value in expected.items() if value != size]


def windows(padded, k, s, d):
    """Every start at which a window fits, found by trying all of them."""
    reach = [j * d for j in range(k)]
    return [start for start in range(0, padded, s) if start + reach[-1] < padded]


def conv1(i, k, s=1, p=0, d=1):
    return Conv((i,), (k,), stride=s, padding=p, dilation=d)


# --- sizes


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


# --- taps against lists that are padded, stuffed and walked by hand


def padded_by_hand(i, before, after, spacing=1):
    """The padded cells as markers: an input cell's number, "padding" or "inserted"; a negative side is cut off."""
    line = [0]
    for n in range(1, i):
        line += ["inserted"] * (spacing - 1) + [n]
    line = ["padding"] * before + line + ["padding"] * after
    return line[max(0, -before) : len(line) + min(0, after)]


def line_of(op, n):
    """The markers of axis n, from the operation's words alone."""
    i, k, s, d, (p0, p1) = (values[n] for values in (op.input_size, op.kernel_size, op.stride, op.dilation, op.pads))
    if isinstance(op, ConvTranspose):
        return padded_by_hand(i, d * (k - 1) - p0, d * (k - 1) - p1 + op.output_padding[n], s)
    return padded_by_hand(i, p0, p1)


def steps_by_hand(op):
    """All steps as (output cell, [(kernel cell, padded cell, source, role)])."""
    lines = [line_of(op, n) for n in range(op.ndim)]
    up = isinstance(op, ConvTranspose)
    strides = [1] * op.ndim if up else op.stride
    starts = [
        windows(len(line), k, s, d) for line, k, s, d in zip(lines, op.kernel_size, strides, op.dilation, strict=True)
    ]
    for o in itertools.product(*(range(len(one)) for one in starts)):
        taps = []
        for window in itertools.product(*(range(k) for k in op.kernel_size)):
            cell = tuple(one[a] + b * d for one, a, b, d in zip(starts, o, window, op.dilation, strict=True))
            marks = [line[c] for line, c in zip(lines, cell, strict=True)]
            kernel = tuple(k - 1 - b for k, b in zip(op.kernel_size, window, strict=True)) if up else window
            if all(isinstance(mark, int) for mark in marks):
                taps.append((kernel, cell, tuple(marks), "input"))
            else:
                taps.append((kernel, cell, None, "padding" if "padding" in marks else "inserted"))
        yield o, taps


def as_plain(step):
    return step.output, [(tap.kernel, tap.padded, tap.source, tap.role) for tap in step.taps]


def assert_steps_by_hand(op, steps=None):
    ours, theirs = [as_plain(step) for step in steps or op.steps], list(steps_by_hand(op))
    assert ours == theirs, op
    assert [step.index for step in op.steps] == list(range(len(theirs)))


def test_taps_of_every_small_convolution_are_those_of_a_list_padded_by_hand():
    for i, k, s, p, d in VALID:
        assert_steps_by_hand(conv1(i, k, s, p, d))


def test_taps_of_every_small_transposed_convolution_are_those_of_a_list_stuffed_by_hand():
    cropped = 0
    for i, k, s, p, d in ALL:
        if (i - 1) * s - 2 * p + d * (k - 1) + 1 < 1:
            continue
        for extra in {0, max(s, d) - 1}:
            assert_steps_by_hand(ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra))
        cropped += p > d * (k - 1)
    assert cropped > 100


def test_taps_of_rectangular_asymmetric_one_two_and_three_dimensional_cases_are_those_by_hand():
    for case in random_cases(3, 60, largest=5):
        i, k, s, p, d = case
        conv = Conv(i, k, stride=s, padding=p, dilation=d)
        assert_steps_by_hand(conv)
        assert_steps_by_hand(conv.transpose())


def test_the_comparison_of_taps_can_fail():
    conv, other = Conv(5, 3, padding=1), Conv(5, 3, padding=((1, 1), (0, 2)))
    assert conv.output_size == other.output_size
    up = ConvTranspose(3, 3, stride=2)
    for op, steps in ((conv, other.steps), (up, dataclasses.replace(up.steps, flipped=False))):
        assert len(op.steps) == len(steps)
        with pytest.raises(AssertionError):
            assert_steps_by_hand(op, steps)


def test_the_documented_tap_is_the_first_of_the_fifth_step():
    tap = Conv(input_size=5, kernel_size=3, stride=2, padding=1).steps[4].taps[0]
    assert tap == Tap(kernel=(0, 0), padded=(2, 2), source=(1, 1))
    assert repr(tap) == "Tap(kernel=(0, 0), padded=(2, 2), source=(1, 1))"
    assert tap.role == "input"


def test_the_repr_of_a_tap_on_a_zero_says_which_zero_and_gives_the_tap_back():
    zero = Conv(5, 3, padding=1).steps[0].taps[0]
    assert repr(zero) == "Tap(kernel=(0, 0), padded=(0, 0), source=None, role='padding')"
    assert eval(repr(zero), {"Tap": Tap}) == zero == Tap((0, 0), (0, 0), None), "the role is no part of the comparison"
    inserted = [tap for tap in ConvTranspose(3, 3, stride=2).steps[12].taps if tap.role == "inserted"]
    assert inserted and all(repr(tap).endswith("source=None, role='inserted')") for tap in inserted)


def test_a_cell_that_is_inserted_on_one_axis_and_padding_on_the_other_is_padding():
    up = ConvTranspose(input_size=2, kernel_size=2, stride=2)
    roles = {tap.padded: tap.role for step in up.steps for tap in step.taps}
    assert (
        roles[0, 2] == "padding" and roles[2, 1] == "inserted" and roles[1, 1] == "input" and roles[2, 2] == "inserted"
    )


# --- Steps


def test_steps_of_a_huge_convolution_answer_at_once_without_being_listed():
    conv = Conv(input_size=10**6, kernel_size=3, padding=1)
    assert len(conv.steps) == 10**12
    step = conv.steps[12345]
    assert (step.index, step.output, len(step.taps)) == (12345, (0, 12345), 9)
    assert step.taps[4] == Tap((1, 1), (1, 12346), (0, 12345))
    assert conv.steps[-1].output == (10**6 - 1, 10**6 - 1)
    assert [s.index for s in conv.steps[5 : 10**12 : 3 * 10**11]] == [5, 3 * 10**11 + 5, 6 * 10**11 + 5, 9 * 10**11 + 5]
    assert next(iter(conv.steps)).index == 0


def test_steps_index_and_slice_as_the_list_of_them_does():
    steps = Conv((4, 5), 2).steps
    listed = list(steps)
    assert len(listed) == len(steps) == 12 and all(isinstance(step, Step) for step in listed)
    for n in range(-12, 12):
        assert steps[n] == listed[n]
    bounds = [None, *range(-14, 15, 3)]
    for a, b, c in itertools.product(bounds, bounds, (None, 1, 2, -1, -5)):
        assert steps[a:b:c] == listed[a:b:c]
    assert list(reversed(steps)) == listed[::-1]
    assert listed[3] in steps and steps.index(listed[3]) == 3


@pytest.mark.parametrize("index", [12, -13, 10**9, 10**30, -(10**30)])
def test_a_step_that_does_not_exist_is_an_index_error(index):
    with pytest.raises(IndexError):
        Conv((4, 5), 2).steps[index]


def test_unravel_counts_row_by_row_as_nested_loops_do():
    for size in [(1,), (5,), (2, 3), (3, 1, 4), (2, 2, 2, 2)]:
        for n, cell in enumerate(itertools.product(*map(range, size))):
            assert unravel(n, size) == cell


# --- Axis


def test_axis_source_zero_and_units_are_those_of_a_list_by_hand_also_when_cells_are_cut_off():
    cut = 0
    for i, spacing, before, after in itertools.product(range(1, 6), range(1, 4), range(-7, 4), range(-7, 4)):
        if before + (i - 1) * spacing + 1 + after < 1:
            continue
        axis, line = (
            Axis(input=i, kernel=1, before=before, after=after, spacing=spacing),
            padded_by_hand(i, before, after, spacing),
        )
        cells = range(len(line))
        assert axis.padded == len(line)
        assert [axis.source(c) for c in cells] == [mark if isinstance(mark, int) else None for mark in line]
        if before >= 0 and after >= 0:
            assert [axis.role(c) for c in cells] == [mark if isinstance(mark, str) else "input" for mark in line]
        assert [axis.role(c) == "input" for c in cells] == [isinstance(mark, int) for mark in line]
        assert list(axis.units) == [c for c in cells if isinstance(line[c], int)], (i, spacing, before, after)
        cut += before < 0 or after < 0
    assert cut > 100


def test_padding_beyond_the_kernels_reach_crops_the_units_of_a_transposed_convolution():
    up = ConvTranspose((5,), (1,), stride=2, padding=3)
    assert up.output_size == up.padded_size == (3,)
    assert list(up.axes[0].units) == [1]  # units stand at 0, 2, 4, 6, 8; 3 to 5 are left
    assert [step.taps[0].source for step in up.steps] == [None, (2,), None]
    assert [step.taps[0].role for step in up.steps] == ["inserted", "input", "inserted"]
    one_sided = ConvTranspose((5,), (1,), stride=2, padding=[(0, 5)])
    assert list(one_sided.axes[0].units) == [0, 2]


def test_axis_taps_are_the_cells_of_the_window():
    assert list(Axis(5, 3, stride=2, before=1, after=1).taps(1)) == [2, 3, 4]
    assert list(Axis(9, 3, stride=2, dilation=3).taps(1)) == [2, 5, 8]


# --- how parameters are given


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


# --- bad input: one line that names the parameter


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
        if kind is Pool and word == "stride" and bad is None:
            continue  # the kernel size, then
        assert word in refusal(lambda bad=bad: kind(**{**GOOD[kind], word: bad})).split("=")[0], bad
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

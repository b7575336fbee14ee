"""Steps and their taps, against lists that are padded, stuffed and walked by hand."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from convanim import Conv, ConvTranspose, Step, Tap
from convanim.geometry import unravel
from helpers.cases import ALL, VALID, random_cases
from helpers.operations import conv1
from oracle.taps import steps_by_hand


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

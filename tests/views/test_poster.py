"""The steps that explain most: against a brute force over all taps, for every kind of operation and every view."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.views import VIEWS, refusal
from convanim.views.poster import chosen, stills
from helpers.operations import drawn_at_random, lines_of
from helpers.refusals import refusal as refused


def met(step):
    """How many of the input's own cells a step reads."""
    return sum(tap.role == "input" for tap in step.taps)


def off(op, step):
    return sum(abs(at - of // 2) for at, of in zip(step.output, op.output_size, strict=True))


def faults(op, poster, corner, results=None):
    """What is wrong with the two steps of an operation, word by word."""
    steps = list(op.steps)
    living = [step for step in steps if results is None or results[step.index]] or steps
    most = max(map(met, living))
    best = [step for step in living if met(step) == most]
    ends = [
        step for step in steps if all(at in (0, of - 1) for at, of in zip(step.output, op.output_size, strict=True))
    ]
    others = [step for step in ends if step.index != poster] or steps
    return [
        word
        for word, wrong in (
            ("zero", steps[poster] not in living),
            ("few", met(steps[poster]) < most),
            ("aside", off(op, steps[poster]) > min(off(op, step) for step in best)),
            ("same", corner == poster and len(steps) > 1),
            ("inside", steps[corner] not in ends),
            ("full", met(steps[corner]) > min(map(met, others))),
        )
        if wrong
    ]


@pytest.mark.parametrize("kind", OPERATIONS)
def test_the_poster_reads_most_of_the_input_next_to_the_middle_and_the_corner_least(kind):
    solid = [ca.Conv((3, 4, 3), 3, padding=1), ca.Pool((4, 2, 5), 2), ca.ConvTranspose((2, 3, 2), 3, stride=2)]
    for op in [*lines_of(kind), *drawn_at_random(kind, 150), *solid]:
        assert not faults(op, *stills(op)), op


def test_the_check_sees_other_steps():
    op = ca.Conv(5, 3, padding=1)
    assert stills(op) == (12, 0)
    assert {step: faults(op, step, 0) for step in (0, 6, 12)} == {0: ["few", "aside", "same"], 6: ["aside"], 12: []}
    assert faults(op, 12, 7) == ["inside", "full"] and faults(op, 12, 0, [n != 12 for n in range(25)]) == ["zero"]
    up = ca.ConvTranspose(3, 3, stride=2, padding=1)  # its middle reads one cell of the input alone, and zeros
    assert faults(up, 12, 0) == ["few"] and stills(up) == (6, 0)


@pytest.mark.parametrize("padding", [0, 1, (2, 0)])
def test_a_result_that_is_not_zero_comes_first_wherever_it_is(padding):
    op = ca.Conv((4, 5), 3, padding=padding)
    for lit in itertools.chain(itertools.product(range(4), range(5)), [None]):
        x = np.zeros((4, 5), int)
        if lit is not None:
            x[lit] = 2
        a = ca.animate(op, input=x, kernel=[[1, 1, 0], [0, 1, 0], [0, 0, -1]], view="flat")
        y = ca.evaluate(op, x, [[1, 1, 0], [0, 1, 0], [0, 0, -1]])
        assert not faults(op, a.poster, a.scene.corner, np.ravel(y)), lit
    assert a.poster == stills(op)[0], "all are 0, so it is the middle"


def test_every_view_takes_the_step_of_its_operation():
    for op in (
        ca.Conv(5, 3, stride=2, padding=1),
        ca.Conv(7, 3, padding="causal", dilation=2, ndim=1),
        ca.ConvTranspose(3, 3, stride=2, padding=1),
        ca.ConvTranspose(3, 2, stride=2, ndim=1),
        ca.Pool(6, 3, stride=2, mode="average", padding=1),
        ca.AdaptivePool(5, 3),
        ca.Conv(1, 1),
    ):
        for view in VIEWS:
            if refusal(view, op):
                continue
            ones = {"input": np.ones(op.input_size, int)} if VIEWS[view].shows == "numbers" else {}
            ones |= {"kernel": np.ones(op.kernel_size, int)} if ones and op.weighted else {}
            for theme in ("classic", "clear"):
                a = ca.animate(op, view=view, theme=theme, **ones)
                if view == "scatter":  # a step is an input cell, and the last has all sums
                    assert a.poster == math.prod(op.input_size) - 1
                else:
                    steps = op.transpose() if view == "pair" and op.transposed else op
                    assert (a.poster, a.scene.corner) == stills(steps), (op, view)


def test_of_channels_it_is_in_a_later_group_and_of_layers_where_most_of_the_input_is_seen():
    op = ca.Conv(5, 3, padding=1, in_channels=4, out_channels=4, groups=2)
    poster, corner = stills(op)
    scene = ca.animate(op, view="channels").scene
    assert (scene.poster % 25, scene.corner % 25) == (poster, corner) and scene.poster // 25 == scene.corner // 25 == 3
    for layers in ([ca.Conv(9, 3, padding=1), ca.Conv(9, 3, padding=1)], [ca.Conv(9, 3, padding=2, ndim=1)] * 1):
        scene = ca.animate(layers, view="stack").scene
        assert scene.poster == scene.steps // 2 and scene.corner == 0


def test_counts_along_each_axis_are_enough():
    assert chosen([[1, 2, 2, 1]]) == (2, 0) and chosen([[3]]) == (0, 0) and chosen([[1, 1], [2, 1]]) == (2, 1)
    assert chosen([[1, 2, 3]], [0, 5, 0]) == (1, 0) and chosen([[1, 2, 3]], [0, 0, 0]) == (2, 0)


def test_two_pictures_are_a_corner_and_the_poster_and_an_explicit_poster_stays():
    def numbers(a, count):
        said = a.storyboard(count).scene.description.rsplit(": ", 1)[1]
        return [int(n) - 1 for n in said.rstrip(".").split(", ")]

    a = ca.animate(ca.Conv(5, 3, padding=1))
    assert [numbers(a, n) for n in (1, 2, 3)] == [[12], [0, 12], [0, 12, 24]]
    assert numbers(ca.animate(ca.Conv(6, 3, stride=2, padding=((0, 1), (0, 1))), theme="clear"), 2) == [4, 8]
    assert numbers(ca.animate(ca.Conv(5, 3, padding=1), poster=7), 2) == [0, 7]
    assert numbers(ca.animate(ca.Conv(5, 3, padding=1), poster=0), 2) == [0, 24]
    assert len(ca.animate(ca.Conv(3, 3)).storyboard(2)) == 1


def test_a_figures_own_poster_is_left_out_where_its_steps_are_others(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        '[a]\noperation="transpose"\ninput_size=3\nkernel_size=3\nstride=2\npadding=1\nposter=24\n'
        '[b]\nlike="a"\ninput_size=2\n[c]\nlike="a"\ntheme="clear"\n',
        encoding="utf-8",
    )
    assert [ca.figure(name, path).poster for name in "abc"] == [24, 4, 24]
    assert ca.figure("a", path, view="scatter").poster == 8
    assert "0 to 24" in refused(lambda: ca.figure("a", path, poster=25))

"""Frames: they depend on nothing but their step, and belong to the caller."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from helpers.guide import EXAMPLES, animation


def test_frames_do_not_depend_on_the_order_in_which_they_are_asked_for():
    for name in EXAMPLES:
        a, b = animation(name), animation(name)
        forward = [a.frame(n) for n in range(len(a))]
        assert all((b.frame(n) == forward[n]).all() for n in (*reversed(range(len(b))), 0, len(b) - 1))


def test_a_frame_is_the_callers_own():
    a = animation("padding_strides")
    first = a.frame(0)
    kept = first.copy()
    a.frame(5)
    assert (first == kept).all()
    first[:] = 0
    assert (a.frame(0) == kept).all()
    assert (kept.dtype, kept.shape) == (np.uint8, (*a.size[::-1], 3))


def test_frames_from_several_threads_are_those_of_one():
    a = animation("padding_strides")
    alone = [animation("padding_strides").frame(n) for n in range(9)]
    with ThreadPoolExecutor(4) as pool:
        assert all(
            (frame == alone[n % 9]).all() for n, frame in enumerate(pool.map(a.frame, [n % 9 for n in range(45)]))
        )

"""Subjects that tests of several folders draw or compute."""

from __future__ import annotations

import itertools
import random

PLANAR = [
    "isometric",
    "flat",
]  # the views of the guide: the input's plane, the output's, and a step for each output cell


def random_cases(seed, count, ndims=(1, 2, 3), largest=7):
    """Rectangular (input, kernel, stride, pads, dilation), each axis its own, padding a (before, after) pair; windows
    that fit alone.
    """
    rng = random.Random(seed)
    while count:
        n = rng.choice(ndims)
        i, k, s, d = (tuple(rng.randint(1, top) for _ in range(n)) for top in (largest, 4, 3, 3))
        p = tuple((rng.randint(0, 3), rng.randint(0, 3)) for _ in range(n))
        if all(a + sum(c) > e * (b - 1) for a, b, c, e in zip(i, k, p, d, strict=True)):
            count -= 1
            yield i, k, s, p, d


I, K, S, P, D = range(1, 8), range(1, 5), range(1, 4), range(4), range(1, 4)  # noqa: E741 - the guide's letters


ALL = list(itertools.product(I, K, S, P, D))


VALID = [(i, k, s, p, d) for i, k, s, p, d in ALL if i + 2 * p > d * (k - 1)]


def whole(rng, shape):
    return rng.integers(-9, 10, shape)

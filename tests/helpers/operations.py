"""Operations to draw and to compute: all small ones, random ones, and odd ones."""

from __future__ import annotations

import itertools
import math
import random

import convanim as ca
from convanim.errors import ConvanimError
from oracle.windows import NUMPY_MODES

PADS = [(0, 0), (1, 1), (0, 1), (2, 0), (1, 2)]


def built(kind, *args, **kwargs):
    try:
        return [kind(*args, **kwargs)]
    except ConvanimError:
        return []


def lines_of(kind):
    """All small operations of one dimension."""
    if kind == "conv":
        for i, k, s, p, d in itertools.product(range(1, 5), (1, 2, 3), (1, 2, 3), PADS, (1, 2)):
            yield from built(ca.Conv, (i,), k, stride=s, padding=(p,), dilation=d)
        for i, k, s, p, mode in itertools.product(range(1, 5), (1, 2, 3), (1, 2), PADS[1:], NUMPY_MODES):
            yield from built(ca.Conv, (i,), k, stride=s, padding=(p,), padding_mode=mode)
    elif kind == "pool":
        for i, k, s, p, d, ceil in itertools.product(
            range(1, 7), (1, 2, 3), (1, 2, 3, 4), (0, 1), (1, 2), (False, True)
        ):
            yield from built(ca.Pool, (i,), k, stride=s, padding=p, dilation=d, ceil_mode=ceil)
    elif kind == "transpose":
        for i, k, s, p, d, extra in itertools.product((1, 2, 3), (1, 2, 3), (1, 2, 3), PADS, (1, 2), (0, 1, 2)):
            yield from built(ca.ConvTranspose, (i,), k, stride=s, padding=(p,), dilation=d, output_padding=extra)
    else:
        yield from (ca.AdaptivePool((i,), n) for i, n in itertools.product(range(1, 9), repeat=2))


def drawn_at_random(kind, count, largest=6):
    """Rectangular operations of two dimensions, each axis its own."""
    rng = random.Random(kind)

    def two(low, high):
        return rng.randint(low, high), rng.randint(low, high)

    while count:
        common = {
            "stride": two(1, 4),
            "dilation": two(1, 3),
            "padding": ((rng.randint(0, 2), rng.randint(0, 2)), (rng.randint(0, 3), rng.randint(0, 2))),
        }
        if kind == "conv":
            mode = rng.choice(["zeros", *NUMPY_MODES])
            found = built(ca.Conv, two(1, largest), two(1, 4), padding_mode=mode, flip=rng.random() < 0.3, **common)
        elif kind == "pool":
            padding = rng.choice([0, 1, common["padding"]])
            mode = rng.choice(["max", "average", "l2"])
            found = built(
                ca.Pool,
                two(1, largest),
                two(1, 4),
                ceil_mode=rng.random() < 0.7,
                mode=mode,
                **{**common, "padding": padding},
            )
        elif kind == "transpose":
            found = built(
                ca.ConvTranspose, two(1, 4), two(1, 3), output_padding=two(0, 2), flip=rng.random() < 0.3, **common
            )
        else:
            found = built(ca.AdaptivePool, two(1, 8), two(1, 8), mode=rng.choice(["average", "max"]))
        if found and math.prod(found[0].output_size) <= 120:
            count -= 1
            yield found[0]


ODD = {
    "conv": [
        ca.Conv(6, 3, stride=2, padding="same_upper"),
        ca.Conv((6, 5), (3, 4), stride=2, padding="same_lower"),
        ca.Conv((1, 12), 1),
        ca.Conv((12, 1), (5, 1), padding=((4, 0), (0, 0))),
        ca.Conv(8, 3, dilation=2, padding="causal", ndim=1),
        ca.Conv(9, 2, dilation=4, stride=3),
        ca.Conv((9, 7), (2, 1), stride=(4, 3), padding=((0, 0), (2, 1))),
        ca.Conv(3, 2, padding=3, padding_mode="circular"),
        ca.Conv((4, 2), 4, padding=((4, 1), (2, 2)), padding_mode="symmetric"),
        ca.Conv(5, 5, padding=4, padding_mode="reflect", ndim=1),
        ca.Conv(1, 4, padding=5, padding_mode="replicate"),
        ca.Conv((3, 4), (3, 1), padding=((1, 1), (0, 0)), padding_mode="reflect"),
        ca.Conv(4, 9, padding=4, padding_mode="circular", ndim=1),
    ],
    "pool": [
        ca.Pool(6, 5, stride=4, ceil_mode=True),
        ca.Pool((3, 9), (3, 5), stride=(2, 7), ceil_mode=True),
        ca.Pool(5, 2, padding=1, ceil_mode=True),
        ca.Pool(7, 3, stride=3, dilation=3, ceil_mode=True),
        ca.Pool((1, 12), (1, 2), ceil_mode=True),
        ca.Pool(5, 1, stride=3, ceil_mode=True),
        ca.Pool(5, 4, stride=3, padding="same_upper", mode="average"),
    ],
    "transpose": [
        ca.ConvTranspose(3, 2, stride=2, dilation=4, output_padding=3),
        ca.ConvTranspose(4, 2, stride=2, padding=3),
        ca.ConvTranspose(1, 1, stride=11, padding=((5, 0), (0, 0)), output_padding=10),
        ca.ConvTranspose(3, 3, stride=2, padding="same_upper"),
        ca.ConvTranspose(3, 1, stride=3, padding="same_lower"),
        ca.ConvTranspose((2, 3), (1, 3), stride=(4, 2), output_padding=(3, 1)),
        ca.ConvTranspose(5, 3, stride=2, padding=((4, 0), (0, 5)), output_padding=1),
    ],
    "adaptive_pool": [
        ca.AdaptivePool(3, 7),
        ca.AdaptivePool((1, 12), (1, 5)),
        ca.AdaptivePool((12, 2), (5, 3)),
        ca.AdaptivePool((10, 9), (4, 7)),
    ],
}


def operations(kind):
    return [*lines_of(kind), *drawn_at_random(kind, 40), *ODD[kind]]

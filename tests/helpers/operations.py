"""Operations to draw and to compute: all small ones, random ones, and odd ones."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace
from functools import cache

import numpy as np

import convanim as ca
from convanim.errors import ConvanimError
from convanim.geometry import OPERATIONS, POOL_MODES, AdaptivePool, Conv, ConvTranspose, Pool
from convanim.geometry.padding import PADDING_MODES, PADDINGS
from convanim.geometry.parameters import parameters
from convanim.views import VIEWS
from convanim.views import refusal as reason
from helpers.cases import PLANAR
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
        ca.ConvTranspose(3, 1, stride=3, padding="SAME"),
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
    return [*lines_of(kind), *drawn_at_random(kind, 25), *ODD[kind]]


@cache
def some(name, input_size):
    """An operation of this kind and input size; its other parameters come from a generator seeded by these."""
    rng = random.Random(f"{name} {input_size}")

    def each(low, high):
        return tuple(rng.randint(low, high) for _ in input_size)

    while True:
        pairs = tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in input_size)
        drawn = {
            "stride": each(1, 3),
            "dilation": each(1, 3),
            "padding": rng.choice([pairs, pairs, each(0, 2), *PADDINGS]),
            "output_padding": each(0, 2),
            "output_size": each(1, 8),
            "padding_mode": rng.choice([*PADDING_MODES]),
            "flip": rng.random() < 0.5,
            "ceil_mode": rng.random() < 0.7,
            "count_include_pad": rng.random() < 0.5,
            "kernel_size": each(1, 4),
            "mode": rng.choice(["average", "max"] if name == "adaptive_pool" else POOL_MODES),
        }
        taken = {word: drawn[word] for word in parameters(OPERATIONS[name]) if word in drawn}
        if drawn["mode"] != "average":
            taken.pop("count_include_pad", None)
        try:
            op = OPERATIONS[name](input_size, **taken)
            ca.evaluate(
                op, np.ones(op.input_size), np.ones(op.kernel_size) if "flip" in taken else None
            )  # not an average over nothing
            return op
        except ca.ConvanimError:
            continue


SIZES = [*itertools.product((1, 2, 3, 4, 6, 12), repeat=2), *((i,) for i in range(1, 13))]


# every second pair, as the white fields of a chessboard: each height and each width is there, with three of the other
CHESS = [size for n, size in enumerate(SIZES) if (n + n // 6) % 2 == 0]


# where rays, or links between copies, run along a plane's side
LONG = {
    "conv": [
        ca.Conv((2, 9), (1, 9)),
        ca.Conv((3, 12), (2, 11)),
        ca.Conv((12, 3), (11, 2)),
        ca.Conv((9, 2), (9, 1)),
        ca.Conv(12, 12, ndim=1),
        ca.Conv((3, 1), (3, 1), padding=((2, 0), (0, 0)), padding_mode="reflect"),
        ca.Conv(6, 3, padding=((4, 0), (1, 1)), padding_mode="circular"),
    ],
    "pool": [ca.Pool((3, 7), (1, 7)), ca.Pool((5, 12), (2, 5), stride=(1, 7))],
    "transpose": [
        ca.ConvTranspose((2, 12), (1, 3), padding=(0, 6)),
        ca.ConvTranspose((12, 2), 3, padding=((5, 6), (0, 0))),
    ],
    "adaptive_pool": [
        ca.AdaptivePool((5, 12), (3, 1)),
        ca.AdaptivePool((2, 12), (7, 2)),
        ca.AdaptivePool((12, 2), (1, 7)),
        ca.AdaptivePool((26, 2), (3, 1)),
    ],
}


SUMMED = {
    "conv": [
        ca.Conv((3, 4), 2, bias=True),
        ca.Conv((3, 3), 3, padding=((1, 2), (0, 1)), bias=True),
        ca.Conv((5, 4), 2, dilation=2, flip=True, padding=1),
        ca.Conv(4, (3, 2), padding=1, padding_mode="reflect", stride=2),
        ca.Conv(4, 3, padding=2, padding_mode="circular", bias=True),
        ca.Conv((6,), 3, stride=2, padding=2),
        ca.Conv((8, 9), 8, bias=True),
    ],
    "transpose": [
        ca.ConvTranspose((2, 3), 3, stride=2, padding=1, output_padding=1, bias=True),
        ca.ConvTranspose(3, 2, stride=2, flip=True),
        ca.ConvTranspose((3,), 3, dilation=2, padding=1),
        ca.ConvTranspose((2, 2), (1, 3), stride=(1, 3)),
        ca.ConvTranspose((8, 9), 8, padding=7),
    ],
    "pool": [
        ca.Pool(4, 2, padding=1, mode="average"),
        ca.Pool((5, 4), 3, stride=2, padding=1, mode="average", count_include_pad=False, ceil_mode=True),
        ca.Pool(4, 2, mode="average", divisor_override=7),
        ca.Pool(5, 2, mode="average", ceil_mode=True),
        ca.Pool(4, 3, padding=1, stride=2),
        ca.Pool((5, 3), 2, padding=1, ceil_mode=True, dilation=2),
        ca.Pool(4, 3, padding=1, stride=2, mode="l2"),
        ca.Pool((7,), 3, ceil_mode=True),
        ca.Pool((2, 2), (2, 2), stride=1, padding=((1, 1), (1, 0))),
        ca.Pool((12, 13), 12, stride=1, mode="average"),
    ],
    "adaptive_pool": [
        ca.AdaptivePool((5, 4), 3),
        ca.AdaptivePool((5, 7), (3, 2), mode="max"),
        ca.AdaptivePool((3,), 7),
        ca.AdaptivePool((12, 24), (1, 2)),
    ],
}


@cache
def chains():
    """Lists of layers that fit together, of 2 to 4, of one and two dimensions."""
    found = []
    for size in [(1,), (2,), (5,), (12,), (1, 1), (3, 4), (6, 3), (12, 12)]:
        for seed in range(3):
            rng, ops = random.Random(f"{size} {seed}"), []
            while len(ops) < 2 + seed:
                at = ops[-1].output_size if ops else size
                op = some(rng.choice(list(OPERATIONS)), at)
                if max(op.output_size) <= 20 and max(axis.padded for axis in op.axes) <= 30:
                    ops.append(op)
                elif rng.random() < 0.5:
                    ops = []
            found.append(tuple(ops))
    return found


@cache
def subjects(view):
    """(operation, or list of layers) that a view takes, of all kinds and sizes."""
    if VIEWS[view].takes_layers:
        return [ops for ops in chains() if not reason(view, ops)]
    single = [some(name, size) for name, size in itertools.product(OPERATIONS, SIZES)]
    deep = [
        replace(op, in_channels=c * g, out_channels=d * g, groups=g)
        for (c, d, g), op in zip(
            itertools.cycle([(2, 1, 1), (1, 3, 1), (1, 1, 3), (2, 2, 2)]),
            [op for op in single if op.weighted][::3],
            strict=False,
        )
    ]
    taken = [op for op in [*single, *deep] if not reason(view, op)]
    return taken if view in PLANAR else taken[:: -(-len(taken) // 50)]


def new_ops():
    """Operations of all kinds with every parameter of two values at least."""
    for i, k, s, p in itertools.product((4, 5), (2, 3), (1, 2), ("valid", "same_upper", "half")):
        for mode, flip, bias, channels in itertools.product(
            ("zeros", "reflect"), (False, True), (False, True), ((1, 1, 1), (2, 4, 1), (2, 2, 2), (1, 2, 1))
        ):
            words = dict(
                zip(("in_channels", "out_channels", "groups"), channels, strict=True), stride=s, flip=flip, bias=bias
            )
            yield Conv((i, i + 1), k, padding=p, padding_mode=mode, **words)
            if mode == "zeros":
                yield ConvTranspose((i, i + 1), k, padding=p, **words)
        for mode, ceil, count in itertools.product(("max", "average", "l2"), (False, True), (False, True)):
            if count or mode == "average":
                yield Pool(
                    (i, i + 1),
                    k,
                    stride=s,
                    padding=p,
                    mode=mode,
                    ceil_mode=ceil,
                    count_include_pad=count,
                    divisor_override=None if count else 3,
                )
        yield AdaptivePool((i, i + 1), (k, s))


def of_all_kinds():
    """Operations of all kinds."""
    return [op for kind in ODD for op in [*drawn_at_random(kind, 12), *ODD[kind]]]


def conv1(i, k, s=1, p=0, d=1):
    return Conv((i,), (k,), stride=s, padding=p, dilation=d)

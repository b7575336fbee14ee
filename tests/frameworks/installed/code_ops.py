"""Operations to write as code: one for each parameter by hand, and random ones, of 1 to 3 dimensions."""

from __future__ import annotations

import random
from typing import Any

from convanim.errors import ConvanimError
from convanim.geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from convanim.geometry.padding import PADDING_MODES, PADDINGS

CHANNELS = {"in_channels": 4, "out_channels": 6}
SIDES = ((1, 0), (2, 2))
CONVS = [
    Conv(5, 3),
    Conv(5, 3, stride=2, padding=1),
    Conv(6, 3, stride=2, padding="same_upper"),
    Conv(6, 3, stride=2, padding="same_lower"),
    Conv(6, 4, padding="same"),
    Conv(6, (4, 3), padding="same", dilation=2),
    Conv(7, 3, padding="causal", dilation=2, ndim=1),
    Conv(7, 3, padding="causal"),
    Conv(5, 3, padding="full"),
    Conv(5, 3, padding="half"),
    Conv(5, 3, padding=((0, 2), (1, 0))),
    Conv((5, 7), (3, 2), stride=(2, 1), padding=(1, 0)),
    Conv(7, 3, dilation=2, stride=2),
    Conv(7, 3, dilation=(2, 1), stride=(1, 2), padding=1),
    Conv(8, 3, dilation=2, stride=3, padding="same_upper", ndim=1),
    Conv(5, 3, padding_mode="reflect"),
    *(Conv(6, 3, padding=2, padding_mode=mode) for mode in PADDING_MODES),
    *(Conv(6, 3, padding=((1, 2), (0, 1)), padding_mode=mode) for mode in PADDING_MODES),
    *(Conv(5, 2, padding=1, padding_mode=mode, ndim=3) for mode in PADDING_MODES),
    *(Conv(5, 4, padding="same", padding_mode=mode, ndim=1) for mode in PADDING_MODES),
    Conv(5, 3, flip=True),
    Conv(5, (3, 2), flip=True, bias=True, padding=((1, 0), (0, 2)), groups=2, **CHANNELS),
    Conv(5, 3, ndim=3, flip=True),
    Conv(5, 3, bias=True),
    Conv(5, 3, **CHANNELS),
    Conv(5, 3, groups=2, bias=True, **CHANNELS),
    Conv(5, 3, in_channels=4, out_channels=4, groups=4),
    Conv(5, 1, in_channels=3, out_channels=8, bias=True),
]
TRANSPOSED = [
    ConvTranspose(3, 3),
    ConvTranspose(3, 3, stride=2, padding=1, output_padding=1),
    ConvTranspose(3, 4, stride=2, padding="same_upper"),
    ConvTranspose(3, 3, stride=2, padding="same_upper"),
    ConvTranspose(3, 3, stride=2, padding="same_lower"),
    ConvTranspose(3, 2, stride=3, padding="SAME"),
    ConvTranspose(3, 3, stride=2, padding=((1, 0), (0, 1)), output_padding=1),
    ConvTranspose(3, 3, stride=2, padding=((0, 2), (3, 0))),
    ConvTranspose(3, 3, stride=2, padding=((1, 2), (2, 0)), output_padding=1),
    ConvTranspose(3, 3, dilation=3, output_padding=2),
    ConvTranspose(3, 3, dilation=3, stride=2, output_padding=2, padding=1),
    ConvTranspose(3, 3, dilation=(1, 2), stride=(2, 1), output_padding=(1, 1)),
    ConvTranspose(2, 1, stride=4, output_padding=3, bias=True),
    ConvTranspose(3, 3, dilation=2, output_padding=1, padding=((0, 3), (1, 0)), bias=True),
    ConvTranspose(6, 3, padding=3),
    ConvTranspose(3, 3, flip=True),
    ConvTranspose(3, (3, 2), flip=True, bias=True, groups=2, stride=2, padding=((1, 0), (0, 1)), **CHANNELS),
    ConvTranspose(3, 2, stride=2, bias=True),
    ConvTranspose(3, 3, **CHANNELS),
    ConvTranspose(3, 3, groups=2, bias=True, stride=2, **CHANNELS),
    ConvTranspose(3, 3, dilation=2, stride=2, flip=True),
    ConvTranspose(2, 2, stride=2, ndim=3, output_padding=1),
    ConvTranspose(3, 3, stride=2, ndim=1, padding=1, output_padding=1),
    ConvTranspose(3, 3, groups=2, stride=2, dilation=2, bias=True, **CHANNELS),
]
AVERAGE = {"mode": "average"}
POOLS = [
    Pool(5, 2),
    Pool(5, 2, ceil_mode=True),
    Pool(6, 3, stride=2, padding=1),
    Pool(6, 3, stride=2, padding="same_upper"),
    Pool(5, 3, stride=1, padding="same_upper"),
    Pool(6, 3, stride=2, padding="same_lower"),
    Pool(7, 3, stride=2, dilation=2, padding=((2, 2), (2, 2))),
    Pool(7, 3, stride=2, dilation=(2, 1), padding=((0, 1), (2, 0))),
    Pool(7, 3, stride=2, padding=((0, 2), (1, 0)), ceil_mode=True),
    Pool(7, 3, dilation=2, stride=3, padding=((0, 4), (1, 0)), ceil_mode=True),
    *(Pool(7, 3, stride=2, mode=mode, ndim=n) for mode in ("average", "l2") for n in (1, 2, 3)),
    *(
        Pool(6, 3, stride=2, mode=mode, padding=p)
        for mode in ("average", "l2")
        for p in ("same_upper", "same_lower", 1, SIDES)
    ),
    *(
        Pool(8, 3, stride=2, mode=mode, padding=1, ceil_mode=True, dilation=d)
        for mode in ("average", "l2")
        for d in (1, 2, (1, 3))
    ),
    *(
        Pool(6, 3, stride=2, padding=p, count_include_pad=False, **AVERAGE)
        for p in ("same_upper", "same_lower", 1, SIDES)
    ),
    *(
        Pool(8, 3, stride=2, padding=p, count_include_pad=c, ceil_mode=True, **AVERAGE)
        for p in (1, ((0, 1), (1, 0)))
        for c in (True, False)
    ),
    *(
        Pool(7, 3, stride=2, padding=((0, 1), (1, 0)), dilation=2, count_include_pad=c, ceil_mode=True, **AVERAGE)
        for c in (True, False)
    ),
    *(Pool(7, 3, stride=2, divisor_override=4, padding=p, **AVERAGE) for p in (0, 1, "same_upper")),
    *(
        Pool(7, 3, stride=2, divisor_override=4, padding=p, ndim=1, ceil_mode=True, dilation=d, **AVERAGE)
        for p in (1, ((0, 2),))
        for d in (1, 2)
    ),
]
ADAPTIVE = [
    *(
        AdaptivePool(i, o, mode=mode)
        for mode in ("average", "max")
        for i, o in (((5, 7), (3, 2)), ((6, 4), (3, 4)), (5, 1), ((3, 3), (5, 4)))
    ),
    *(AdaptivePool(5, 3, mode=mode, ndim=n) for mode in ("average", "max") for n in (1, 3)),
]
HAND_PICKED: list[Operation] = [*CONVS, *TRANSPOSED, *POOLS, *ADAPTIVE]


def random_operations(seed: Any, count: int) -> list[Operation]:
    """Operations of all kinds; what convanim refuses is drawn again."""
    rng = random.Random(str(seed))
    found: list[Operation] = []
    while len(found) < count:
        kind = rng.choices((Conv, ConvTranspose, Pool, AdaptivePool), (6, 6, 7, 1))[0]
        n = rng.choice((1, 2, 2, 2, 3))
        try:
            found.append(DRAWS[kind](rng, tuple(rng.randint(1, 8 if n < 3 else 5) for _ in range(n))))
        except ConvanimError:
            continue
    return found


def _sizes(rng: random.Random, n: int) -> dict[str, Any]:
    """Parameters of an axis, the same for all axes half of the time."""

    def one(draw: Any) -> Any:
        return draw() if rng.random() < 0.5 else tuple(draw() for _ in range(n))

    names = [*PADDINGS, None, None, None, None, None]
    padding = rng.choice(names) or (
        tuple((rng.randint(0, 3), rng.randint(0, 3)) for _ in range(n))
        if rng.random() < 0.5
        else one(lambda: rng.randint(0, 2))
    )
    return {
        "stride": one(lambda: rng.choice((1, 1, 2, 3))),
        "dilation": one(lambda: rng.choice((1, 1, 1, 2, 3))),
        "padding": padding,
    }


def _channels(rng: random.Random) -> dict[str, Any]:
    groups = rng.choice((1, 1, 1, 2, 3))
    return {
        "groups": groups,
        "in_channels": groups * rng.randint(1, 2),
        "out_channels": groups * rng.randint(1, 2),
        "bias": rng.random() < 0.4,
        "flip": rng.random() < 0.25,
    }


def _kernel(rng: random.Random, n: int) -> Any:
    return tuple(rng.randint(1, 4) for _ in range(n))


def _conv(rng: random.Random, size: tuple[int, ...]) -> Conv:
    mode = rng.choice(("zeros", "zeros", "zeros", *PADDING_MODES))
    return Conv(size, _kernel(rng, len(size)), **_sizes(rng, len(size)), **_channels(rng), padding_mode=mode)


def _transposed(rng: random.Random, size: tuple[int, ...]) -> ConvTranspose:
    small = tuple(min(n, 4) for n in size)
    extra = 0 if rng.random() < 0.5 else tuple(rng.randint(0, 2) for _ in size)
    return ConvTranspose(
        small, _kernel(rng, len(size)), **_sizes(rng, len(size)), **_channels(rng), output_padding=extra
    )


def _pool(rng: random.Random, size: tuple[int, ...]) -> Pool:
    mode = rng.choice(("max", "average", "average", "l2"))
    average: dict[str, Any] = {}
    if mode == "average":
        average = {
            "count_include_pad": rng.random() < 0.5,
            "divisor_override": rng.randint(1, 9) if rng.random() < 0.2 else None,
        }
    pool = Pool(
        size, _kernel(rng, len(size)), **_sizes(rng, len(size)), mode=mode, ceil_mode=rng.random() < 0.4, **average
    )
    _divisible(pool)
    return pool


def _divisible(pool: Pool) -> None:
    """Raise for an average over nothing, which convanim computes nothing for."""
    from convanim.numeric import divisors

    divisors(pool)


def _adaptive(rng: random.Random, size: tuple[int, ...]) -> AdaptivePool:
    return AdaptivePool(size, tuple(rng.randint(1, 6) for _ in size), mode=rng.choice(("average", "max")))


DRAWS: dict[type, Any] = {Conv: _conv, ConvTranspose: _transposed, Pool: _pool, AdaptivePool: _adaptive}

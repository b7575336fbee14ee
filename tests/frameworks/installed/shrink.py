"""Makes a configuration smaller for as long as it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cases import SIMPLEST, Config


def smaller(config: Config) -> Iterator[Config]:
    """The configurations that are simpler by one thing: an axis less, a parameter at its default, or a number less by
    one.
    """
    axes = config["axes"]
    if len(axes) > 1:
        for n in range(len(axes)):
            shape = config.get("output_shape")
            yield {
                **config,
                "axes": axes[:n] + axes[n + 1 :],
                **({"output_shape": shape[:n] + shape[n + 1 :]} if shape else {}),
            }
    channels = [config.get(name, 1) for name in ("in_channels", "out_channels", "groups")]
    for groups in {2, channels[2]}:  # groups and the channels on both sides, which have to follow
        if min(channels) >= groups > 1 and max(channels) > groups:
            yield {**config, "groups": groups, "in_channels": groups, "out_channels": groups}
    for name, value in config.items():
        if name in SIMPLEST:
            for other in simpler(value, SIMPLEST[name]):
                yield {**config, name: other}
    for n, axis in enumerate(axes):
        for name, value in axis.items():
            for other in simpler(value, SIMPLEST[name]):
                yield {**config, "axes": [*axes[:n], {**axis, name: other}, *axes[n + 1 :]]}


def simpler(value: Any, simplest: Any) -> list[Any]:
    if value == simplest:
        return []
    number = isinstance(value, int) and not isinstance(value, bool) and isinstance(simplest, int)
    return [simplest, value - 1] if number and value > simplest + 1 else [simplest]


def shrunk(config: Config, fails: Callable[[Config], bool]) -> Config:
    """The simplest configuration on the way down from this one that still fails."""
    while True:
        for other in smaller(config):
            if fails(other):
                config = other
                break
        else:
            return config

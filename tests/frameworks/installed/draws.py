"""Random configurations: sizes, channels and padding, pushed to an edge of what is allowed, or over it, one time in
eight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cases import SIMPLEST, Config, window

EDGE_SHARE = 0.2  # of the draws; not every configuration has the edge that is drawn


def draw_axes(rng: Any, ndim: int) -> list[dict[str, int]]:
    """Axes of small sizes, each its own; padding comes later."""
    largest, kernel = {1: (9, 4), 2: (7, 4), 3: (5, 3)}[ndim]
    return [
        {
            "input": rng.randint(1, largest),
            "kernel": rng.randint(1, kernel),
            "stride": rng.choice((1, 1, 2, 3)),
            "dilation": rng.choice((1, 1, 1, 2, 3)),
            "before": 0,
            "after": 0,
        }
        for _ in range(ndim)
    ]


def draw_ndim(rng: Any) -> int:
    return rng.choice((1, 1, 2, 2, 2, 3))


def draw_channels(rng: Any, ndim: int) -> Config:
    """Channels that the groups divide; a fifth is depthwise."""
    groups = rng.choice((1, 1, 1, 2, 3) if ndim < 3 else (1, 1, 2))
    inside = groups * (1 if rng.random() < 0.4 else rng.randint(1, 3 if ndim < 3 else 2))
    return {
        "in_channels": inside,
        "out_channels": groups * rng.randint(1, 3 if ndim < 3 else 2),
        "groups": groups,
        "bias": rng.random() < 0.3,
    }


def draw_pads(rng: Any, config: Config, most: Callable[[Mapping[str, int]], int], symmetric: bool) -> None:
    """Give each axis a padding of at most `most(axis)` a side."""
    for axis in config["axes"]:
        axis["before"] = rng.randint(0, max(most(axis), 0))
        axis["after"] = axis["before"] if symmetric else rng.randint(0, max(most(axis), 0))


def fit(rng: Any, config: Config) -> None:
    """Make the input large enough for one window, where it isn't."""
    for axis in config["axes"]:
        short = window(axis) - axis["input"] - axis["before"] - axis["after"]
        if short > 0:
            axis["input"] += short + rng.randint(0, 2)


# edges: each changes a configuration in place, to the last thing that is allowed or the first that isn't, and says
# whether it could


def edge_groups(rng: Any, config: Config) -> bool:
    """Groups that don't divide the channels of one side."""
    config["groups"] = rng.choice((2, 3))
    side, other = rng.sample(("in_channels", "out_channels"), 2)
    config[side], config[other] = config["groups"] * rng.randint(1, 2) + 1, config["groups"] * rng.randint(1, 2)
    return True


def edge_copies(rng: Any, config: Config) -> bool:
    """As much padding as can be copied, or one more."""
    if config["padding_mode"] not in ("reflect", "circular") or config["padding"]:
        return False
    axis = rng.choice(config["axes"])
    axis["before"] = axis["after"] = axis["input"] - (config["padding_mode"] == "reflect") + rng.choice((0, 1))
    return True


def edge_window(rng: Any, config: Config) -> bool:
    """An input and padding that are just as large as the window, or up to two less."""
    if config["padding"] not in (None, "valid"):
        return False
    axis = rng.choice(config["axes"])
    axis["kernel"] = max(axis["kernel"], 2)
    axis["before"] = axis["after"] = min(axis["before"], (window(axis) - 1) // 2)
    axis["input"] = max(window(axis) - axis["before"] - axis["after"] - rng.choice((0, 1, 1, 2)), 1)
    return True


def edge_nonpositive(rng: Any, config: Config) -> bool:
    """A stride, dilation or kernel of 0, or a padding of -1 (of zeros: where it copies, PyTorch crops instead, for
    which we have no word).
    """
    if config["padding"] not in (None, "valid"):
        return False  # a word is turned into numbers somewhere, which needs sizes that make sense
    names = ["stride", "kernel"]
    if config["kind"] in ("convolution", "transposed", "max"):
        names.append("dilation")
    if not config["padding"] and config.get("padding_mode", "zeros") == "zeros":
        names.append("before")
    axis, name = rng.choice(config["axes"]), rng.choice(names)
    axis["before"] = axis["after"] = 0 if name != "before" else -1  # one thing wrong at a time
    if name != "before":
        axis[name] = 0
    return True


def edge_output_padding(rng: Any, config: Config) -> bool:
    """An output_padding of stride or dilation, the larger of the two, or one less."""
    axis = rng.choice(config["axes"])
    axis["output_padding"] = max(axis["stride"], axis["dilation"]) - rng.choice((0, 0, 1)) + rng.choice((0, 0, 1))
    return True


def edge_empty(rng: Any, config: Config) -> bool:
    """A transposed convolution's padding that leaves one cell, none or less."""
    if config["padding"]:
        return False
    axis = rng.choice(config["axes"])
    whole = (axis["input"] - 1) * axis["stride"] + window(axis) + axis["output_padding"]
    both = whole - rng.choice((1, 0, 0, -1))
    axis["before"], axis["after"] = both // 2, both - both // 2
    return True


def edge_half(rng: Any, config: Config) -> bool:
    """A pooling's padding of half the kernel, or one more."""
    if config["padding"]:
        return False
    axis = rng.choice(config["axes"])
    axis["before"] = axis["after"] = axis["kernel"] // 2 + rng.choice((0, 1))
    axis["input"] = max(axis["input"], window(axis))
    return True


def pushed(rng: Any, config: Config, edges: tuple[Callable[[Any, Config], bool], ...]) -> Config:
    """The configuration, or, for `EDGE_SHARE` of them, the same at an edge; "edge" tells which."""
    if edges and rng.random() < EDGE_SHARE:
        edge = rng.choice(edges)
        if edge(rng, config):
            config["edge"] = edge.__name__.removeprefix("edge_")
    return config


def features(config: Config) -> Iterator[str]:
    """What a configuration has, for the table of how often each thing was drawn."""
    axes = config["axes"]
    yield f"{len(axes)}-D"
    yield f"padding {config['padding']}" if config.get("padding") else "padding in numbers"
    if config.get("padding_mode", "zeros") != "zeros":
        yield f"padding_mode {config['padding_mode']}"
    if any(axis.get("before") != axis.get("after") for axis in axes):
        yield "padding with two different sides"
    for name in ("stride", "dilation"):
        if any(axis.get(name, 1) > 1 for axis in axes):
            yield name
    if any(axis.get("output_padding") for axis in axes):
        yield "output_padding"
    for name in ("groups", "bias", "flip", "ceil_mode", "output_shape", "divisor_override"):
        if config.get(name, SIMPLEST[name]) != SIMPLEST[name]:
            yield name
    if config.get("groups", 1) > 1 and config["groups"] == config["in_channels"]:
        yield "depthwise"
    if not config.get("count_include_pad", True):
        yield "count_include_pad=False"
    if "edge" in config:
        yield "pushed to an edge or over it"

"""Random configurations, in words that no framework owns, and how one is made smaller.

A configuration is a plain dict: "kind", "axes" (a dict of whole numbers an axis) and what holds for all axes. It says what to
compute, not whether that is allowed: about one in eight is pushed to an edge of what is, or over it. Each framework's file draws
from here what that framework can say, and turns it into a `Case`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Config = dict[str, Any]

KINDS = {
    "convolution": "Convolution",
    "transposed": "Transposed convolution",
    "max": "Max pooling",
    "average": "Average pooling",
    "l2": "L2 pooling",
    "adaptive": "Adaptive pooling",
}
EDGE_SHARE = 0.14  # of the configurations

# what a parameter is when it plays no part: shrinking goes there first, then down one by one
SIMPLEST = {
    "input": 1, "kernel": 1, "stride": 1, "dilation": 1, "before": 0, "after": 0, "output_padding": 0, "windows": 1,
    "in_channels": 1, "out_channels": 1, "channels": 1, "groups": 1, "multiplier": 1, "seed": 0,
    "bias": False, "flip": False, "ceil_mode": False, "padding": None, "padding_mode": "zeros", "output_shape": None,
    "count_include_pad": True, "divisor_override": None, "by": None,
}


AXIS = ("input", "kernel", "stride", "dilation", "before", "after", "output_padding", "windows")


@dataclass(frozen=True)
class Case:
    """One comparison: an operation of convanim and the framework's lines, as code that runs.

    `arrays` are the shapes of what both are given: x, the input with its channels, and for a convolution w, the kernel, and b,
    the bias. `operation` is an expression, `theirs` lines that end by setting `theirs`, without a batch.
    """

    kind: str
    arrays: Mapping[str, tuple[int, ...]]
    operation: str
    theirs: str
    seed: int = 0

    def drawn(self) -> dict[str, np.ndarray]:
        """Eighths between -12 and 12: sums of their products are exact in float32 too, so that no tolerance hides a difference."""
        random = np.random.RandomState(self.seed)
        return {name: random.randint(-99, 100, shape) / 8 for name, shape in self.arrays.items()}

    @property
    def evaluate(self) -> str:
        """Our line."""
        return f"evaluate(op, {', '.join(self.arrays)})"

    def code(self, setup: str) -> str:
        """A program that prints both results; what is printed for a counter-example is what was run."""
        lines = [
            "import numpy as np", "from convanim import AdaptivePool, Conv, ConvTranspose, Pool, evaluate",
            *setup.strip().splitlines(), "", f"random = np.random.RandomState({self.seed})",
            *(f"{name} = random.randint(-99, 100, {shape}) / 8" for name, shape in self.arrays.items()), "",
            f"op = {self.operation}", f"print({self.evaluate})", "", *self.theirs.splitlines(), "print(theirs)",
        ]
        return "\n".join(lines) + "\n"


class Raw(str):
    """Code that `call` puts in as it is."""

    def __repr__(self) -> str:
        return str(self)


def call(name: str, *arguments: Any, **options: Any) -> str:
    """The text of a call, without the options that are None."""
    given = [*map(repr, arguments), *(f"{key}={value!r}" for key, value in options.items() if value is not None)]
    return f"{name}({', '.join(given)})"


def unless(value: Any, default: Any) -> Any:
    """The value, or None, which `call` leaves out, for one that all axes have at its default."""
    return None if value == default or (isinstance(value, tuple) and set(value) == {default}) else value


def each(config: Config, name: str) -> tuple[int, ...]:
    """One parameter of all axes."""
    return tuple(axis[name] for axis in config["axes"])


def pairs(config: Config) -> tuple[tuple[int, int], ...]:
    """The padding of all axes."""
    return tuple((axis["before"], axis["after"]) for axis in config["axes"])


def window(axis: Mapping[str, int]) -> int:
    """Cells under the dilated kernel."""
    return axis["dilation"] * (axis["kernel"] - 1) + 1


def weights(config: Config, transposed: bool = False) -> dict[str, tuple[int, ...]]:
    """The shapes of the arrays of a convolution; groups that don't divide the channels still get some."""
    inside, outside, groups = config["in_channels"], config["out_channels"], config["groups"]
    channels = (inside, max(outside // groups, 1)) if transposed else (outside, max(inside // groups, 1))
    arrays = {"x": (inside, *each(config, "input")), "w": (*channels, *(max(k, 0) for k in each(config, "kernel")))}
    return {**arrays, "b": (outside,)} if config["bias"] else arrays


def our_conv(config: Config, kind: str = "Conv", **other: Any) -> str:
    """The convanim call of a convolution, with `other` in the place of what the configuration says."""
    padding = config["padding"] or unless(plain(pairs(config)), 0)
    options = {
        "stride": unless(each(config, "stride"), 1), "padding": padding, "dilation": unless(each(config, "dilation"), 1),
        **{name: unless(config.get(name, default), default) for name, default in (("padding_mode", "zeros"), ("flip", False))},
        **{name: unless(config[name], default) for name, default in (("in_channels", 1), ("out_channels", 1), ("groups", 1), ("bias", False))},
    }
    return call(kind, each(config, "input"), each(config, "kernel"), **{**options, **other})


def our_pool(config: Config, **other: Any) -> str:
    """The convanim call of a pooling."""
    options = {
        "stride": each(config, "stride"), "padding": config["padding"] or unless(plain(pairs(config)), 0), "dilation": unless(each(config, "dilation"), 1),
        "mode": config["kind"], "ceil_mode": unless(config["ceil_mode"], False),
        "count_include_pad": unless(config["count_include_pad"], True), "divisor_override": config["divisor_override"],
    }
    return call("Pool", each(config, "input"), each(config, "kernel"), **{**options, **other})


def even(sides: tuple[tuple[int, int], ...]) -> bool:
    """Whether every axis has the same padding on both sides."""
    return all(before == after for before, after in sides)


def plain(sides: tuple[tuple[int, int], ...]) -> tuple[Any, ...]:
    """One number an axis where both sides of every axis have the same."""
    return tuple(before for before, _ in sides) if even(sides) else sides


# drawing

def draw_axes(rng: Any, ndim: int) -> list[dict[str, int]]:
    """Axes of small sizes, each its own; padding comes later."""
    largest, kernel = {1: (9, 4), 2: (7, 4), 3: (5, 3)}[ndim]
    return [
        {"input": rng.randint(1, largest), "kernel": rng.randint(1, kernel), "stride": rng.choice((1, 1, 2, 3)), "dilation": rng.choice((1, 1, 1, 2, 3)),
         "before": 0, "after": 0}
        for _ in range(ndim)
    ]


def draw_ndim(rng: Any) -> int:
    return rng.choice((1, 1, 2, 2, 2, 3))


def draw_channels(rng: Any, ndim: int) -> Config:
    """Channels that the groups divide; a fifth is depthwise."""
    groups = rng.choice((1, 1, 1, 2, 3) if ndim < 3 else (1, 1, 2))
    inside = groups * (1 if rng.random() < 0.4 else rng.randint(1, 3 if ndim < 3 else 2))
    return {"in_channels": inside, "out_channels": groups * rng.randint(1, 3 if ndim < 3 else 2), "groups": groups, "bias": rng.random() < 0.3}


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


# edges: each changes a configuration in place, to the last thing that is allowed or the first that isn't, and says whether it could

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
    """A stride, dilation or kernel of 0, or a padding of -1 (of zeros: where it copies, PyTorch crops instead, for which we have no word)."""
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


# shrinking

def smaller(config: Config) -> Iterator[Config]:
    """The configurations that are simpler by one thing: an axis less, a parameter at its default, or a number less by one."""
    axes = config["axes"]
    if len(axes) > 1:
        for n in range(len(axes)):
            shape = config.get("output_shape")
            yield {**config, "axes": axes[:n] + axes[n + 1:], **({"output_shape": shape[:n] + shape[n + 1:]} if shape else {})}
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
                yield {**config, "axes": [*axes[:n], {**axis, name: other}, *axes[n + 1:]]}


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


def full(config: Config) -> Config:
    """A configuration that says only what isn't the simplest, with all that is."""
    axes = [{**{name: SIMPLEST[name] for name in AXIS}, **axis} for axis in config["axes"]]
    rest = {name: value for name, value in SIMPLEST.items() if name not in AXIS}
    return {**rest, "mode": "average", "channels_first": False, "given": False, **config, "axes": axes}


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

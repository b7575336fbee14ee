"""A configuration, in words that no framework owns, and a `Case`: the code that it becomes on both sides.

A configuration is a plain dict: "kind", "axes" (a dict of whole numbers an axis) and what holds for all axes. It says
what to compute, not whether that is allowed. Each framework's file draws what that framework can say, and turns it into
a `Case`.
"""

from __future__ import annotations

from collections.abc import Mapping
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

# what a parameter is when it plays no part: shrinking goes there first, then down one by one
SIMPLEST = {
    "input": 1,
    "kernel": 1,
    "stride": 1,
    "dilation": 1,
    "before": 0,
    "after": 0,
    "output_padding": 0,
    "windows": 1,
    "in_channels": 1,
    "out_channels": 1,
    "channels": 1,
    "groups": 1,
    "multiplier": 1,
    "seed": 0,
    "bias": False,
    "flip": False,
    "ceil_mode": False,
    "padding": None,
    "padding_mode": "zeros",
    "output_shape": None,
    "count_include_pad": True,
    "divisor_override": None,
    "by": None,
}


SAME = ("same", "SAME", "same_upper", "same_lower")
AXIS = ("input", "kernel", "stride", "dilation", "before", "after", "output_padding", "windows")


@dataclass(frozen=True)
class Case:
    """One comparison: an operation of convanim and the framework's lines, as code that runs.

    `arrays` are the shapes of what both are given: x, the input with its channels, and for a convolution w, the kernel,
    and b, the bias. `operation` is an expression, `theirs` lines that end by setting `theirs`, without a batch. Where
    `operation` has a word with two meanings, it may be refused in a line that `says` how to write it: `instead`.
    """

    kind: str
    arrays: Mapping[str, tuple[int, ...]]
    operation: str
    theirs: str
    seed: int = 0
    says: str = ""
    instead: str = ""

    def drawn(self) -> dict[str, np.ndarray]:
        """Eighths between -12 and 12: sums of their products are exact in float32 too, so that no tolerance hides a
        difference.
        """
        random = np.random.RandomState(self.seed)
        return {name: random.randint(-99, 100, shape) / 8 for name, shape in self.arrays.items()}

    @property
    def evaluate(self) -> str:
        """Our line."""
        return f"evaluate(op, {', '.join(self.arrays)})"

    def code(self, setup: str) -> str:
        """A program that prints both results; what is printed for a counter-example is what was run."""
        lines = [
            "import numpy as np",
            "from convanim import AdaptivePool, Conv, ConvTranspose, Pool, evaluate",
            *setup.strip().splitlines(),
            "",
            f"random = np.random.RandomState({self.seed})",
            *(f"{name} = random.randint(-99, 100, {shape}) / 8" for name, shape in self.arrays.items()),
            "",
            f"op = {self.instead or self.operation}",
            f"print({self.evaluate})",
            "",
            *self.theirs.splitlines(),
            "print(theirs)",
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
        "stride": unless(each(config, "stride"), 1),
        "padding": padding,
        "dilation": unless(each(config, "dilation"), 1),
        **{
            name: unless(config.get(name, default), default)
            for name, default in (("padding_mode", "zeros"), ("flip", False))
        },
        **{
            name: unless(config[name], default)
            for name, default in (("in_channels", 1), ("out_channels", 1), ("groups", 1), ("bias", False))
        },
    }
    return call(kind, each(config, "input"), each(config, "kernel"), **{**options, **other})


def our_pool(config: Config, **other: Any) -> str:
    """The convanim call of a pooling."""
    said = config["kind"] == "average" and config["padding"] in SAME  # else it would follow from the word
    options = {
        "stride": each(config, "stride"),
        "padding": config["padding"] or unless(plain(pairs(config)), 0),
        "dilation": unless(each(config, "dilation"), 1),
        "mode": config["kind"],
        "ceil_mode": unless(config["ceil_mode"], False),
        "count_include_pad": config["count_include_pad"] if said else unless(config["count_include_pad"], True),
        "divisor_override": config["divisor_override"],
    }
    return call("Pool", each(config, "input"), each(config, "kernel"), **{**options, **other})


def even(sides: tuple[tuple[int, int], ...]) -> bool:
    """Whether every axis has the same padding on both sides."""
    return all(before == after for before, after in sides)


def plain(sides: tuple[tuple[int, int], ...]) -> tuple[Any, ...]:
    """One number an axis where both sides of every axis have the same."""
    return tuple(before for before, _ in sides) if even(sides) else sides


def full(config: Config) -> Config:
    """A configuration that says only what isn't the simplest, with all that is."""
    axes = [{**{name: SIMPLEST[name] for name in AXIS}, **axis} for axis in config["axes"]]
    rest = {name: value for name, value in SIMPLEST.items() if name not in AXIS}
    return {**rest, "mode": "average", "channels_first": False, "given": False, **config, "axes": axes}

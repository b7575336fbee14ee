"""What a user of each framework would type: its words, with its defaults left out, and the same words on our side.

A configuration says in "typed" which parameters are written; the others have the framework's defaults. Where a word has
two meanings we may refuse it, if the line says how to write this framework's, and that is then compared. Not typed are
defaults that PyTorch's words have otherwise, and that are said to: bias=False, and in ONNX the strides and
count_include_pad of a pooling with pads in numbers. Nor what ONNX' two judges understand in different ways (see
cases_onnx.py), its output_shape with VALID, and PyTorch's refusal of an output_size that ONNX' output_shape allows.
"""

from __future__ import annotations

from typing import Any

from cases import Config, call, each, unless
from draws import draw_axes, draw_channels, draw_ndim

PLAIN = {"bias": False, "padding": None, "padding_mode": "zeros", "flip": False, "ceil_mode": False}
POOL = {"divisor_override": None, "count_include_pad": True}


def start(rng: Any, shares: Config, words: tuple[str, ...], most: int = 3) -> Config:
    """A kind, axes, channels, and which words are typed; those that aren't have the value that all frameworks share."""
    kind = rng.choices(list(shares), shares.values())[0]
    axes = draw_axes(rng, min(draw_ndim(rng), most))
    typed = tuple(word for word in words if rng.random() < 0.5)
    for axis in axes:
        axis["output_padding"] = 0
        for name in ("stride", "dilation"):
            axis[name] = axis[name] if name in typed else 1
    channels = draw_channels(rng, len(axes)) if kind in ("convolution", "transposed") else {}
    shared = {"channels": rng.randint(1, 2), "channels_first": False, "by": None, "seed": rng.randrange(1000)}
    return {"kind": kind, "axes": axes, "typed": typed, **shared, **channels, **PLAIN, **POOL}


def check_left_out(config: Config, **defaults: str) -> None:
    """ValueError, which shrinking passes over, where a word that isn't typed hasn't its default; one may be another's
    name.
    """
    for name, default in {"stride": 1, "dilation": 1, "output_padding": 0, **defaults}.items():
        for axis in config["axes"]:
            usual = axis[default] if isinstance(default, str) else default
            if name not in config["typed"] and axis[name] != usual:
                raise ValueError


def written(config: Config, *names: str) -> Config:
    """The typed ones of these parameters of an axis, each a number where all axes agree."""
    return {name: short(each(config, name)) if name in config["typed"] else None for name in names}


def short(values: Any) -> Any:
    return values[0] if len(set(values)) == 1 and len(values) > 1 else values


def ours(kind: str, config: Config, **words: Any) -> str:
    """Our call, with these words."""
    named = {"in_channels": 1, "out_channels": 1, "groups": 1}
    channels = {name: unless(config[name], 1) for name in named} if kind != "Pool" else {}
    return call(kind, each(config, "input"), each(config, "kernel"), **words, **channels)


def pool_arrays(config: Config) -> Config:
    return {"x": (config["channels"], *each(config, "input"))}

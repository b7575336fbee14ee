"""ONNX, as it is typed."""

from __future__ import annotations

from typing import Any

from cases import Case, Config, each, pairs, unless, weights, window
from cases_onnx import ends, node, theirs
from draws import draw_pads, fit
from typed import check_left_out, ours, pool_arrays, start, written

AUTO = ("VALID", "SAME_UPPER", "SAME_LOWER", "SAME_UPPER", "SAME_LOWER")


def draw(rng: Any) -> Config:
    shares = {"convolution": 5, "transposed": 6, "max": 2, "average": 4, "l2": 1}
    config = start(rng, shares, ("stride", "padding", "dilation", "output_padding"))
    kind, axes, pooling = config["kind"], config["axes"], config["kind"] in ("max", "average", "l2")
    config["padding"] = rng.choice(AUTO).lower() if rng.random() < 0.7 else None
    config["output_shape"] = None
    if config["padding"] in ("same_upper", "same_lower"):
        for axis in axes:
            axis["stride"] = min(axis["stride"], window(axis) if kind == "transposed" else axis["kernel"])
            axis["dilation"] = 1 if pooling else axis["dilation"]
    if kind == "transposed":
        for axis in axes:
            axis["input"] = min(axis["input"], 5)
            if "output_padding" in config["typed"]:
                axis["output_padding"] = rng.randrange(axis["stride"])
        if config["padding"] != "valid" and rng.random() < 0.4:
            config["output_shape"] = tuple(
                max((a["input"] - 1) * a["stride"] + window(a) - rng.choice((0, 1, 1, 2, 3)), 1) for a in axes
            )
        config["out_channels"] += -config["out_channels"] % config["groups"]
    if config["padding"] is None and "padding" in config["typed"] and kind != "transposed":
        draw_pads(rng, config, lambda axis: axis["kernel"] - 1, symmetric=False)
    if kind == "average":
        config["count_include_pad"] = rng.random() < 0.3
        config["typed"] = (*config["typed"], "count_include_pad") if config["count_include_pad"] else config["typed"]
    fit(rng, config)
    return config


def case(config: Config) -> Case:
    kind, name, axes = config["kind"], config["padding"], config["axes"]
    check_left_out(config)
    word = name.upper() if name else None
    if name and any(map(sum, pairs(config))):
        raise ValueError
    numbers = None if name or not any(map(sum, pairs(config))) else pairs(config)
    words = {**written(config, "stride", "dilation"), "padding": word or numbers}
    given = {
        "strides": each(config, "stride") if "stride" in config["typed"] else None,
        "dilations": each(config, "dilation") if "dilation" in config["typed"] else None,
        "auto_pad": word,
        "pads": ends(numbers) if numbers else None,
    }
    if kind == "convolution":
        arrays = weights(config)
        lines = [node("Conv", tuple(arrays), **given, group=unless(config["groups"], 1))]
        return Case(kind, arrays, ours("Conv", config, **words), theirs(lines, arrays), config["seed"])
    if kind == "transposed":
        return onnx_transposed(config, words, given)
    if name in ("same_upper", "same_lower") and any(a["stride"] > a["kernel"] or a["dilation"] > 1 for a in axes):
        raise ValueError
    counts = config["count_include_pad"]
    if counts != ("count_include_pad" in config["typed"]) and kind == "average":
        raise ValueError
    named = name in ("same_upper", "same_lower")
    words["mode"] = kind
    if kind == "average" and (counts or not named):
        words["count_include_pad"] = counts or not numbers
    given["count_include_pad"] = 1 if kind == "average" and counts else None
    stride_one = {**words, "stride": words["stride"] or 1}
    arrays, operator = pool_arrays(config), {"max": "MaxPool", "average": "AveragePool", "l2": "LpPool"}[kind]
    lines = [node(operator, ("x",), kernel_shape=each(config, "kernel"), **given)]
    mine = ours("Pool", config, **(words if named else stride_one))
    instead = ours("Pool", config, **stride_one)
    return Case(kind, arrays, mine, theirs(lines, arrays), config["seed"], "write stride=1 for ONNX'", instead)


def onnx_transposed(config: Config, words: Config, given: Config) -> Case:
    arrays, shape, extra = weights(config, transposed=True), config["output_shape"], each(config, "output_padding")
    name, typed = config["padding"], "output_padding" in config["typed"]
    if any(a["stride"] > window(a) for a in config["axes"]) and name in ("same_upper", "same_lower"):
        raise ValueError
    if config["out_channels"] % config["groups"] or (shape and name == "valid") or any(map(sum, pairs(config))):
        raise ValueError
    more: Config = {"output_padding": extra if typed else None, "output_shape": shape}
    operator = node("ConvTranspose", tuple(arrays), **given, **more, group=unless(config["groups"], 1))
    mine = ours("ConvTranspose", config, **words, **more)
    says, instead = "", ""
    if shape and not name:
        says = "padding='same_lower' for ONNX'"
        instead = ours("ConvTranspose", config, **{**words, "padding": "same_lower"}, **more)
    elif name == "valid" and not typed:
        says, instead = "output_padding=0 for ONNX'", ours("ConvTranspose", config, **{**words, "output_padding": 0})
    return Case("transposed", arrays, mine, theirs([operator], arrays), config["seed"], says, instead)

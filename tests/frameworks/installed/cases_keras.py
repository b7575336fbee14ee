"""Keras 3 on the PyTorch backend: layers with their words, valid, same and causal, and `keras.ops.pad` for padding in
numbers.

Compared are the refusals that Keras' layers document: groups, windows, an output_padding not below the stride, sizes of
0. Not drawn is what Keras refuses and we don't: a stride with a dilation, and output_padding with a dilation alone.
"""

from __future__ import annotations

from typing import Any

from cases import Case, Config, call, each, our_conv, our_pool, pairs, unless, weights, window
from draws import (
    draw_axes,
    draw_channels,
    draw_ndim,
    draw_pads,
    edge_groups,
    edge_nonpositive,
    edge_output_padding,
    edge_window,
    fit,
    pushed,
)

NAME = "Keras"
SETUP = "import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras"
REFUSALS = (ValueError, RuntimeError)
SHARES = {"convolution": 8, "transposed": 6, "max": 2, "average": 2, "adaptive": 1.5}


def prepare() -> None:
    import torch

    torch.set_num_threads(1)


def draw(rng: Any) -> Config:
    """One configuration."""
    kind = rng.choices(list(SHARES), SHARES.values())[0]
    first = {"channels_first": rng.random() < 0.3, "seed": rng.randrange(1000)}
    return DRAWS[kind](rng, {"kind": kind, "axes": draw_axes(rng, draw_ndim(rng)), **first})


def strided_or_dilated(rng: Any, config: Config) -> None:
    for axis in config["axes"]:
        axis[rng.choice(("stride", "dilation")) if len(config["axes"]) == 1 else config["plain"]] = 1
    del config["plain"]


def draw_conv(rng: Any, config: Config) -> Config:
    ndim = len(config["axes"])
    config |= {
        **draw_channels(rng, ndim),
        "flip": rng.random() < 0.1,
        "padding_mode": "zeros",
        "plain": rng.choice(("stride", "dilation")),
    }
    config["padding"] = rng.choice(
        ("valid", "valid", "same_upper", "same_upper", "same_upper", None, *(("causal",) * 2 if ndim == 1 else ()))
    )
    strided_or_dilated(rng, config)
    if not config["padding"]:
        config["padding_mode"] = rng.choice(
            ("zeros", "reflect", "symmetric") if ndim < 3 else ("zeros",)
        )  # PyTorch's pad can't do all in 3-D
        draw_pads(
            rng, config, lambda axis: min(axis["input"] - (config["padding_mode"] == "reflect"), 3), symmetric=False
        )
    fit(rng, config)
    depthwise = config["groups"] == config["in_channels"] > 1 and ndim < 3 and config["padding"] != "causal"
    config["by"] = "depthwise" if depthwise and rng.random() < 0.7 else None
    if config["by"]:
        return config
    return pushed(
        rng, config, (edge_groups, edge_window, edge_nonpositive) if config["padding"] == "valid" else (edge_groups,)
    )


def draw_transposed(rng: Any, config: Config) -> Config:
    config |= {
        **draw_channels(rng, len(config["axes"])),
        "flip": rng.random() < 0.1,
        "plain": rng.choice(("stride", "stride", "dilation")),
    }
    config |= {"groups": 1, "padding": rng.choice(("valid", "same_upper", "same_upper")), "given": rng.random() < 0.5}
    strided_or_dilated(rng, config)
    for axis in config["axes"]:
        axis["output_padding"] = rng.randrange(axis["stride"]) if config["given"] else 0
    if config["given"] and all(axis["dilation"] == 1 for axis in config["axes"]):
        return pushed(rng, config, (edge_output_padding,) if config["padding"] == "valid" else ())
    return config


def draw_pool(rng: Any, config: Config) -> Config:
    config |= {
        "padding": rng.choice(("valid", "same_upper")),
        "ceil_mode": False,
        "divisor_override": None,
        "channels": rng.randint(1, 2),
    }
    config["count_include_pad"] = config["kind"] == "max" or config["padding"] == "valid"
    for axis in config["axes"]:
        axis["dilation"] = 1
    fit(rng, config)
    return pushed(rng, config, (edge_window,))


def draw_adaptive(rng: Any, config: Config) -> Config:
    axes = [{"input": axis["input"], "windows": rng.randint(1, 7)} for axis in config["axes"]]
    return {**config, "axes": axes, "channels": rng.randint(1, 2), "mode": rng.choice(("average", "max"))}


DRAWS = {
    "convolution": draw_conv,
    "transposed": draw_transposed,
    "max": draw_pool,
    "average": draw_pool,
    "adaptive": draw_adaptive,
}
WORDS = {"valid": None, None: None, "same_upper": "same", "causal": "causal"}


def case(config: Config) -> Case:
    """The comparison of a configuration."""
    strided, dilated = (any(axis.get(name, 1) > 1 for axis in config["axes"]) for name in ("stride", "dilation"))
    counts = config["kind"] == "average" and config["count_include_pad"] == (config["padding"] == "same_upper")
    if counts or (strided and dilated) or (dilated and config.get("given") and any(each(config, "output_padding"))):
        raise ValueError
    return CASES[config["kind"]](config)


def compared(config: Config, made: str, kernel: str | None = None, given: str = "x") -> str:
    """The lines that run a layer on our values, whichever place its channels have."""
    first = config["channels_first"]
    lines = [
        f"given = {given}[None]" if first else f"given = np.moveaxis({given}, 0, -1)[None]",
        f"layer = {made[:-1]}, {'''data_format='channels_first', ''' if first else ''}dtype='float64')",
    ]
    if kernel:
        lines += ["layer.build(given.shape)", f"layer.set_weights([{kernel}{', b' if config['bias'] else ''}])"]
    lines.append("theirs = keras.ops.convert_to_numpy(layer(given))[0]")
    return "\n".join([*lines, *(() if first else ("theirs = np.moveaxis(theirs, -1, 0)",))])


def conv(config: Config) -> Case:
    arrays, ndim, given = weights(config), len(config["axes"]), "x"
    options = {
        "strides": unless(each(config, "stride"), 1),
        "padding": WORDS[config["padding"]],
        "dilation_rate": unless(each(config, "dilation"), 1),
        "use_bias": None if config["bias"] else False,
    }
    kernel = f"np.flip(w, {tuple(range(2, 2 + ndim))})" if config["flip"] else "w"
    if config["by"] == "depthwise":
        multiplier, rest = divmod(config["out_channels"], config["in_channels"])
        if rest or config["groups"] != config["in_channels"] or ndim > 2:
            raise ValueError
        made = call(
            f"keras.layers.DepthwiseConv{ndim}D",
            each(config, "kernel"),
            **options,
            depth_multiplier=unless(multiplier, 1),
        )
        shape = (*each(config, "kernel"), config["in_channels"], multiplier)
        kernel = f"np.moveaxis({kernel}[:, 0], 0, -1).reshape({shape})"
    else:
        made = call(
            f"keras.layers.Conv{ndim}D",
            config["out_channels"],
            each(config, "kernel"),
            **options,
            groups=unless(config["groups"], 1),
        )
        kernel = f"np.moveaxis({kernel}, (0, 1), (-1, -2))"
    if not config["padding"] and any(map(sum, pairs(config))):
        mode = {"zeros": "constant"}.get(config["padding_mode"], config["padding_mode"])
        given = f"keras.ops.convert_to_numpy(keras.ops.pad(x, {((0, 0), *pairs(config))}, mode={mode!r}))"
    return Case("convolution", arrays, our_conv(config), compared(config, made, kernel, given), config["seed"])


def transposed(config: Config) -> Case:
    arrays, ndim, axes = weights(config, transposed=True), len(config["axes"]), config["axes"]
    extra, same = each(config, "output_padding"), config["padding"] == "same_upper"
    made = call(
        f"keras.layers.Conv{ndim}DTranspose",
        config["out_channels"],
        each(config, "kernel"),
        strides=unless(each(config, "stride"), 1),
        padding=WORDS[config["padding"]],
        output_padding=extra if config["given"] else None,
        dilation_rate=unless(each(config, "dilation"), 1),
        use_bias=None if config["bias"] else False,
    )
    kernel = f"np.flip(w, {tuple(range(2, 2 + ndim))})" if config["flip"] else "w"
    ours: Config = {"padding": None, "output_padding": None}
    if same and not config["given"]:
        ours["padding"] = "SAME"
    elif not same:  # without output_padding the output is as long as if the window were at least the stride
        ours["output_padding"] = extra if config["given"] else tuple(max(a["stride"] - window(a), 0) for a in axes)
    # Keras' output size is (i - 1) s + k % 2 + output_padding: what is too much is cropped, the odd cell at the end,
    # what lacks is added
    else:
        totals = [window(a) - window(a) % 2 - a["output_padding"] for a in axes]
        ours["padding"] = tuple((max(t, 0) // 2, (max(t, 0) + 1) // 2) for t in totals)
        ours["output_padding"] = tuple(max(-t, 0) for t in totals)
    ours["output_padding"] = unless(ours["output_padding"], 0)
    theirs = compared(config, made, f"np.moveaxis({kernel}, (0, 1), (-1, -2))")
    return Case("transposed", arrays, our_conv(config, "ConvTranspose", **ours), theirs, config["seed"])


def pool(config: Config) -> Case:
    kind, size = config["kind"], each(config, "kernel")
    name = {"max": "MaxPooling", "average": "AveragePooling"}[kind]
    made = call(
        f"keras.layers.{name}{len(size)}D", size, strides=each(config, "stride"), padding=WORDS[config["padding"]]
    )
    return Case(
        kind,
        {"x": (config["channels"], *each(config, "input"))},
        our_pool(config),
        compared(config, made),
        config["seed"],
    )


def adaptive(config: Config) -> Case:
    name, size = (
        {"average": "AdaptiveAveragePooling", "max": "AdaptiveMaxPooling"}[config["mode"]],
        each(config, "windows"),
    )
    ours = call("AdaptivePool", each(config, "input"), size, mode=unless(config["mode"], "average"))
    made = call(f"keras.layers.{name}{len(size)}D", size if len(size) > 1 else size[0])
    return Case(
        "adaptive", {"x": (config["channels"], *each(config, "input"))}, ours, compared(config, made), config["seed"]
    )


CASES = {"convolution": conv, "transposed": transposed, "max": pool, "average": pool, "adaptive": adaptive}

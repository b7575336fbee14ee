"""Keras, as it is typed."""

from __future__ import annotations

from typing import Any

from cases import Case, Config, call, each, unless, weights, window
from cases_keras import compared as keras_lines
from draws import fit
from typed import check_left_out, ours, pool_arrays, start, written


def draw(rng: Any) -> Config:
    shares = {"convolution": 5, "transposed": 6, "max": 2, "average": 4}
    config = start(rng, shares, ("stride", "padding", "dilation", "output_padding"))
    kind, axes = config["kind"], config["axes"]
    plain_one = rng.choice(("stride", "dilation"))
    for axis in axes:
        axis[plain_one if kind in ("convolution", "transposed") else "dilation"] = 1
    names = ["valid", "same", "same", "SAME"] + (["causal"] if kind == "convolution" and len(axes) == 1 else [])
    config["padding"] = rng.choice(names) if "padding" in config["typed"] else None
    if kind == "transposed":
        config["groups"] = 1
        if "output_padding" in config["typed"]:
            for axis in axes:
                axis["dilation"] = 1
                axis["output_padding"] = rng.randrange(axis["stride"] + (rng.random() < 0.1))
    elif kind != "convolution":
        for axis in axes:
            axis["stride"] = axis["stride"] if "stride" in config["typed"] else axis["kernel"]
        config["count_include_pad"] = not (kind == "average" and config["padding"] in ("same", "SAME"))
    fit(rng, config)
    return config


def case(config: Config) -> Case:
    kind, ndim, name = config["kind"], len(config["axes"]), config["padding"]
    pooling = kind in ("max", "average")
    check_left_out(config, **({"stride": "kernel"} if pooling else {}))
    words = {**written(config, "stride", "dilation"), "padding": name}
    if pooling:
        words["dilation"] = None
        layer = {"max": "MaxPooling", "average": "AveragePooling"}[kind]
        made = call(
            f"keras.layers.{layer}{ndim}D", each(config, "kernel"), strides=each_or(words["stride"], ndim), padding=name
        )
        lines = keras_lines(config, made)
        return Case(kind, pool_arrays(config), ours("Pool", config, mode=kind, **words), lines, config["seed"])
    strided, dilated = (any(axis[word] > 1 for axis in config["axes"]) for word in ("stride", "dilation"))
    if strided and dilated:
        raise ValueError  # Keras refuses it, and we don't
    extra, says, more = written(config, "output_padding")["output_padding"], "", {}
    options = {
        "strides": each_or(words["stride"], ndim),
        "padding": name,
        "dilation_rate": each_or(words["dilation"], ndim),
        "use_bias": False,
    }
    if kind == "convolution":
        arrays, mine = weights(config), ours("Conv", config, **words)
        says, instead = "padding='SAME', which is what Keras", ours("Conv", config, **{**words, "padding": "SAME"})
        options["groups"] = unless(config["groups"], 1)
        made = call(f"keras.layers.Conv{ndim}D", config["out_channels"], each(config, "kernel"), **options)
    else:
        arrays = weights(config, transposed=True)
        # Keras' default for a padding is valid, which is the word that we have for it
        words["padding"] = name or "valid"
        lacking = [max(a["stride"] - window(a), 0) for a in config["axes"]]
        says, more = f"output_padding={lacking} for Keras'", {"output_padding": lacking}
        mine = ours("ConvTranspose", config, **words, output_padding=extra)
        instead = ours("ConvTranspose", config, **words, **more)
        made = call(
            f"keras.layers.Conv{ndim}DTranspose",
            config["out_channels"],
            each(config, "kernel"),
            **options,
            output_padding=each_or(extra, ndim),
        )
    lines = keras_lines(config, made, "np.moveaxis(w, (0, 1), (-1, -2))")
    return Case(kind, arrays, mine, lines, config["seed"], says, instead)


def each_or(value: Any, ndim: int) -> Any:
    """One number an axis, or None: Keras' layers of one and of three axes differ in what else they take."""
    return (value,) * ndim if isinstance(value, int) else value

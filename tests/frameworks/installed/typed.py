"""What a user of each framework would type: its words, with its defaults left out, and the same words on our side.

A configuration says in "typed" which parameters are written; the others have the framework's defaults. Where a word has
two meanings we may refuse it, if the line says how to write this framework's, and that is then compared. Not typed are
defaults that PyTorch's words have otherwise, and that are said to: bias=False, and in ONNX the strides and
count_include_pad of a pooling with pads in numbers. Nor what ONNX' two judges understand in different ways (see
cases_onnx.py), its output_shape with VALID, and PyTorch's refusal of an output_size that ONNX' output_shape allows.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from cases import Case, Config, Raw, call, each, even, pairs, plain, unless, weights, window
from cases_jax import kernel as jax_kernel
from cases_keras import compared as keras_lines
from cases_onnx import ends, node, theirs
from cases_torch import layer as torch_layer
from cases_torch import size as torch_size
from draws import draw_axes, draw_channels, draw_ndim, draw_pads, fit

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


# --- PyTorch


def torch_draw(rng: Any) -> Config:
    shares = {"convolution": 6, "transposed": 5, "max": 2, "average": 3, "l2": 1, "adaptive": 2}
    config = start(rng, shares, ("stride", "padding", "dilation", "output_padding", "ceil_mode", "count_include_pad"))
    kind, typed, axes = config["kind"], config["typed"], config["axes"]
    if kind == "adaptive":
        drawn = [{"input": axis["input"], "windows": rng.randint(1, 7)} for axis in axes]
        kept = tuple(rng.random() < 0.4 for _ in axes)
        for axis, keep in zip(drawn, kept, strict=True):
            axis["windows"] = axis["input"] if keep else axis["windows"]
        return {**config, "axes": drawn, "kept": kept, "mode": rng.choice(("average", "max"))}
    if kind in ("average", "l2"):
        for axis in axes:
            axis["dilation"] = 1
    if kind in ("max", "average", "l2"):
        for axis in axes:
            axis["stride"] = axis["stride"] if "stride" in typed else axis["kernel"]
        config["ceil_mode"] = "ceil_mode" in typed
        config["count_include_pad"] = not ("count_include_pad" in typed and kind == "average")
        if kind == "average" and len(axes) > 1 and rng.random() < 0.2:
            config["divisor_override"] = rng.randint(1, 9)
    if kind == "convolution" and rng.random() < 0.4:
        config["padding"] = rng.choice(("same", "same", "valid"))
        config["padding_mode"] = rng.choice(("zeros", "zeros", "replicate", "reflect", "circular"))
    elif "padding" in typed and kind != "l2":
        most = {"max": 2, "average": 2}.get(kind, 1)
        draw_pads(rng, config, lambda axis: min(axis["kernel"] // most, (window(axis) - 1) // most), symmetric=True)
    fit(rng, config)
    if kind == "transposed":
        for axis in axes:
            if "output_padding" in typed:
                axis["output_padding"] = rng.randrange(max(axis["stride"], axis["dilation"]) + (rng.random() < 0.1))
        if rng.random() < 0.3:
            config["output_shape"] = tuple(
                max((a["input"] - 1) * a["stride"] + window(a) - 2 * a["before"] + rng.randrange(a["stride"]), 1)
                for a in axes
            )
    return config


def torch_case(config: Config) -> Case:
    kind, ndim, given = config["kind"], len(config["axes"]), "torch.tensor(x)[None]"
    if kind == "adaptive":
        sizes = tuple(
            None if keep else axis["windows"] for keep, axis in zip(config["kept"], config["axes"], strict=True)
        )
        if ndim != len(config["kept"]) or any(
            keep and axis["windows"] != axis["input"] for keep, axis in zip(config["kept"], config["axes"], strict=True)
        ):
            raise ValueError
        # PyTorch's own layer of one axis takes no None
        shown = sizes if ndim > 1 else sizes[0] or config["axes"][0]["input"]
        name = f"torch.nn.Adaptive{'Avg' if config['mode'] == 'average' else 'Max'}Pool{ndim}d"
        mine = call("AdaptivePool", each(config, "input"), sizes, mode=unless(config["mode"], "average"))
        line = f"theirs = {name}({shown!r})({given})[0].numpy()"
        return Case(kind, {"x": (config["channels"], *each(config, "input"))}, mine, line, config["seed"])
    pooling = kind in ("max", "average", "l2")
    check_left_out(config, **({"stride": "kernel"} if pooling else {}))
    words = written(config, "stride", "dilation")
    numbers = short(plain(pairs(config)))
    if not even(pairs(config)):
        raise ValueError
    words["padding"] = config["padding"] or (numbers if "padding" in config["typed"] and kind != "l2" else None)
    if pooling:
        words["ceil_mode"] = config["ceil_mode"] or None
        words["dilation"] = words["dilation"] if kind == "max" else None
        words["count_include_pad"] = None if config["count_include_pad"] else False
        words["divisor_override"] = config["divisor_override"]
        name = {"max": "MaxPool", "average": "AvgPool", "l2": "LPPool"}[kind]
        sized = [2] if kind == "l2" else []
        made = call(
            f"torch.nn.{name}{ndim}d",
            *sized,
            torch_size(each(config, "kernel")),
            **{word: torch_size(value) for word, value in words.items()},
        )
        mine = ours("Pool", config, mode=kind, **words)
        return Case(kind, pool_arrays(config), mine, f"theirs = {made}({given})[0].numpy()", config["seed"])
    arrays, moved = weights(config, transposed=kind == "transposed"), {}
    if kind == "convolution":
        moved["padding_mode"] = unless(config["padding_mode"], "zeros")
        mine = instead = ours("Conv", config, **words, **moved)
    else:
        shape = config.get("output_shape")
        moved["output_padding"] = words_of = written(config, "output_padding")["output_padding"]
        mine = ours("ConvTranspose", config, **words, output_padding=words_of, output_shape=shape)
        instead = ours("ConvTranspose", config, **words, output_shape=shape) if shape else mine
    options = {
        word: torch_size(value) for word, value in {**moved, "padding": words["padding"]}.items() if value is not None
    }
    lines = torch_layer(config, {"convolution": "Conv", "transposed": "ConvTranspose"}[kind], **options)
    wanted = f", output_size={config['output_shape']}" if config.get("output_shape") else ""
    lines.append(f"theirs = layer({given}{wanted})[0].detach().numpy()")
    return Case(kind, arrays, mine, "\n".join(lines), config["seed"], "leave it out for PyTorch's", instead)


# --- Keras


def keras_draw(rng: Any) -> Config:
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


def keras_case(config: Config) -> Case:
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


# --- ONNX

AUTO = ("VALID", "SAME_UPPER", "SAME_LOWER", "SAME_UPPER", "SAME_LOWER")


def onnx_draw(rng: Any) -> Config:
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


def onnx_case(config: Config) -> Case:
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


# --- JAX

JAX_WORDS = {"convolution": ("SAME", "SAME", "VALID", "SAME_LOWER"), "transposed": ("SAME", "SAME", "VALID")}


def jax_draw(rng: Any) -> Config:
    config = start(rng, {"convolution": 6, "transposed": 6, "max": 2, "average": 3}, ("dilation", "transpose_kernel"))
    for axis in config["axes"]:
        axis["stride"] = rng.choice((1, 1, 2, 3))  # JAX has no default
        axis["dilation"] = 1 if config["kind"] == "average" else axis["dilation"]
    config["typed"] = (*config["typed"], "stride")
    config["padding"] = rng.choice(JAX_WORDS.get(config["kind"], ("SAME", "SAME", "VALID")))
    if config["kind"] == "transposed":
        config["groups"] = 1
        config["flip"] = "transpose_kernel" not in config["typed"]
    fit(rng, config)
    return config


def jax_case(config: Config) -> Case:
    kind, name, axes, ndim = config["kind"], config["padding"], config["axes"], len(config["axes"])
    check_left_out(config)
    words = {**written(config, "stride", "dilation"), "padding": name}
    gaps = each(config, "dilation") if "dilation" in config["typed"] else None
    if kind == "convolution":
        groups = unless(config["groups"], 1)
        made = call(
            "lax.conv_general_dilated",
            Raw("x[None]"),
            Raw("w"),
            each(config, "stride"),
            name,
            rhs_dilation=gaps,
            feature_group_count=groups,
        )
        return Case(kind, weights(config), ours("Conv", config, **words), f"theirs = {made}[0]", config["seed"])
    if kind == "transposed":
        if config["flip"] == ("transpose_kernel" in config["typed"]) or config["groups"] > 1:
            raise ValueError
        spec = "NC" + "DHW"[3 - ndim :]
        made = call(
            "lax.conv_transpose",
            Raw("x[None]"),
            Raw(jax_kernel(config, False, "w.swapaxes(0, 1)" if config["flip"] else "w")),
            each(config, "stride"),
            name,
            rhs_dilation=gaps,
            dimension_numbers=(spec, "OI" + spec[2:], spec),
            transpose_kernel=None if config["flip"] else True,
        )
        lacking = [max(a["stride"] - window(a), 0) for a in axes]
        words["flip"] = config["flip"] or None
        mine, instead = (ours("ConvTranspose", config, **words, output_padding=extra) for extra in (None, lacking))
        says = f"output_padding={lacking} for Keras', TensorFlow's and JAX'"
        lines = f"theirs = {made}[0]"
        return Case(kind, weights(config, transposed=True), mine, lines, config["seed"], says, instead)
    sizes = (1, *each(config, "kernel")), (1, *each(config, "stride")), name
    words["mode"] = kind
    if kind == "average":
        words["dilation"], gaps = None, None

    def reduced(values: str, first: str, how: str) -> str:
        windows = None if gaps is None else (1, *gaps)
        return call("lax.reduce_window", Raw(values), Raw(first), Raw(how), *sizes, window_dilation=windows)

    total = reduced("x", "0.0", "lax.add") + " / " + reduced("jnp.ones_like(x)", "0.0", "lax.add")
    lines = f"theirs = {reduced('x', '-jnp.inf', 'lax.max') if kind == 'max' else total}"
    return Case(kind, pool_arrays(config), ours("Pool", config, **words), lines, config["seed"])


# --- numpy and scipy: functions that flip the kernel or don't, of one, of two or of any number of axes

SIGNAL = {
    "np.convolve": (True, (1,)),
    "np.correlate": (False, (1,)),
    "signal.convolve": (True, (1, 2, 3)),
    "signal.correlate": (False, (1, 2, 3)),
    "signal.fftconvolve": (True, (1, 2)),
    "signal.convolve2d": (True, (2,)),
    "signal.correlate2d": (False, (2,)),
    "ndimage.convolve": (True, (1, 2, 3)),
    "ndimage.correlate": (False, (1, 2, 3)),
}
# the default comes first, and isn't typed
MODES = {"np.correlate": ("valid", "same", "full")}
BOUNDARIES = {"fill": "zeros", "wrap": "circular", "symm": "symmetric"}
NDIMAGE = {
    "reflect": "symmetric",
    "constant": "zeros",
    "nearest": "replicate",
    "mirror": "reflect",
    "wrap": "circular",
}


def numpy_draw(rng: Any) -> Config:
    by = rng.choice(list(SIGNAL))
    config = start(rng, {"convolution": 1}, ())
    axes = config["axes"] * 3
    config["axes"] = [dict(axis) for axis in axes[: rng.choice(SIGNAL[by][1])]]
    mode = rng.choice(("same", "same", *MODES.get(by, ("full", "same", "valid"))))
    if by.startswith("ndimage"):
        mode = "same"
    for axis in config["axes"]:
        axis["kernel"] = rng.randint(1, 4)
        if mode == "valid" or (mode == "same" and by != "signal.convolve"):
            axis["input"] = max(axis["input"], axis["kernel"])
    if mode == "same" and rng.random() < 0.1 and by == "np.convolve":
        config["axes"][0] |= {"input": 2, "kernel": rng.choice((3, 5))}
    filled = "fill"
    if by.startswith("ndimage"):
        filled = rng.choice(list(NDIMAGE))
    elif by.endswith("2d"):
        filled = rng.choice(list(BOUNDARIES))
        for axis in config["axes"] if filled != "fill" else ():  # as much as can be copied
            axis["input"] = max(axis["input"], axis["kernel"])
    single = {"in_channels": 1, "out_channels": 1, "groups": 1}
    return {**config, **single, "by": by, "padding": mode, "filled": filled, "flip": SIGNAL[by][0]}


def numpy_case(config: Config) -> Case:
    by, mode, axes, filled = config["by"], config["padding"], config["axes"], config["filled"]
    if by not in SIGNAL or len(axes) not in SIGNAL[by][1] or mode not in ("same", "full", "valid"):
        raise ValueError
    if config["flip"] != SIGNAL[by][0] or max(config[name] for name in ("in_channels", "out_channels")) > 1:
        raise ValueError
    check_left_out(config)
    image, two = by.startswith("ndimage"), by.endswith("2d")
    default = MODES.get(by, ("full",))[0]
    given = {"mode": None if image or mode == default else mode}
    if image:
        given = {"mode": None if filled == "reflect" else filled}
    elif two:
        given["boundary"] = None if filled == "fill" else filled
    copied = NDIMAGE[filled] if image else BOUNDARIES[filled] if two else "zeros"
    # a correlation's same is PyTorch's in correlate2d alone
    word = "same_numpy" if mode == "same" and not config["flip"] and by != "signal.correlate2d" else mode
    words = {"padding_mode": unless(copied, "zeros"), "flip": config["flip"] or None}
    mine = ours("Conv", config, padding=word, **words)
    says, right = ("padding='SAME' for PyTorch's", "SAME") if image else ("padding='same_numpy'", "same_numpy")
    longer = any(window(axis) > axis["input"] for axis in axes)
    if mode == "same" and longer:
        says, right = "padding='same_lower' for scipy's", "same_lower"
    instead = ours("Conv", config, padding=right, **words) if mode == "same" else ""
    arrays, first = weights(config), ("x[0]", "w[0, 0]")
    if mode == "same" and longer and by == "np.convolve":  # x is then numpy's kernel, as we are told to exchange them
        swapped = {**config, "axes": [{**axes[0], "input": axes[0]["kernel"], "kernel": axes[0]["input"]}]}
        says, instead = "exchange input and kernel for numpy's", ours("Conv", swapped, padding="same_numpy", **words)
        arrays, first = weights(swapped), ("w[0, 0]", "x[0]")
    lines = f"theirs = {call(by, *map(Raw, first), **given)}[None]"
    return Case("convolution", arrays, mine, lines, config["seed"], says, instead)


FRAMEWORKS = {
    "torch": SimpleNamespace(draw=torch_draw, case=torch_case),
    "keras": SimpleNamespace(draw=keras_draw, case=keras_case),
    "onnx": SimpleNamespace(draw=onnx_draw, case=onnx_case),
    "jax": SimpleNamespace(draw=jax_draw, case=jax_case),
    "numpy": SimpleNamespace(
        NAME="NumPy and SciPy",
        SETUP="from scipy import ndimage, signal",
        REFUSALS=(ValueError, RuntimeError),
        prepare=lambda: None,
        draw=numpy_draw,
        case=numpy_case,
    ),
}

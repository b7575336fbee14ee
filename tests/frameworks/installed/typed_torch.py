"""PyTorch, as it is typed."""

from __future__ import annotations

from typing import Any

from cases import Case, Config, call, each, even, pairs, plain, unless, weights, window
from cases_torch import layer as torch_layer
from cases_torch import size as torch_size
from draws import draw_pads, fit
from typed import check_left_out, ours, pool_arrays, short, start, written


def draw(rng: Any) -> Config:
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


def case(config: Config) -> Case:
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

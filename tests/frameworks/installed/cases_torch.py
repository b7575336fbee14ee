"""PyTorch: every configuration as `torch.nn` says it, or with an explicit pad or crop where it has no word; refusals in
full.
"""

from __future__ import annotations

from typing import Any

from cases import Case, Config, Raw, call, each, even, our_conv, our_pool, pairs, plain, unless, weights, window
from draws import (
    draw_axes,
    draw_channels,
    draw_ndim,
    draw_pads,
    edge_copies,
    edge_empty,
    edge_groups,
    edge_half,
    edge_nonpositive,
    edge_output_padding,
    edge_window,
    fit,
    pushed,
)

NAME = "PyTorch"
SETUP = "import torch\nimport torch.nn.functional as F"
REFUSALS = (RuntimeError, ValueError)
SHARES = {"convolution": 8, "transposed": 5, "max": 2.5, "average": 2.5, "l2": 1, "adaptive": 1}

# PyTorch's reason for a refusal, and ours: (a pattern of PyTorch's message, a part of ours)
REASONS = [
    ("divisible by groups", "divisible by groups"),
    ("not supported for strided", "not supported for strided"),
    ("Padding size should be less than", "Padding size should be less than"),
    ("wrapping around more than once", "wrapping around more than once"),
    ("output padding must be smaller", "must be smaller than either"),
    ("requested an output size of", "requested an output size of"),
    ("requested an output size of", "output_shape=0 is out of range"),
    ("Output size is too small|empty output", "output size is too small"),
    ("Kernel size can't be greater than actual input size", "larger than the padded input"),
    ("Output size is too small|Invalid computed output size|smaller than kernel size", "larger than the padded input"),
    ("pad(ding)? should be (at most|smaller than or equal to) half", "pad should be at most half"),
    ("negative padding is not supported|non-negative", "padding=-1 is out of range"),
    ("non-positive stride|stride (should|must) (not be zero|be greater than zero)", "stride=0 is out of range"),
    ("dilation (should|must) be greater than zero", "dilation=0 is out of range"),
    (
        "kernel.size (should|must) be greater than zero|non-empty .*kernel|pad=0, kernel_size=0",
        "kernel_size=0 is out of range",
    ),
]


def prepare() -> None:
    import torch

    torch.set_num_threads(1)


def draw(rng: Any) -> Config:
    kind = rng.choices(list(SHARES), SHARES.values())[0]
    config = {"kind": kind, "axes": draw_axes(rng, draw_ndim(rng)), "seed": rng.randrange(1000), **DRAWS[kind][0](rng)}
    return DRAWS[kind][1](rng, config)


def draw_conv(rng: Any, config: Config) -> Config:
    config |= draw_channels(rng, len(config["axes"]))
    config["padding_mode"] = rng.choice(("zeros", "zeros", "zeros", "reflect", "replicate", "circular", "symmetric"))
    config["padding"] = rng.choice(
        (None, None, None, "valid", "same", "full", "half", "same_upper", "same_lower", "causal")
    )
    if config["padding"] == "same" and config["flip"]:
        config["padding"] = "SAME"  # numpy's differs, so that it may be refused, see `typed`
    if config["padding"] == "same" and (config["padding_mode"] == "symmetric" or rng.random() < 0.9):
        for axis in config["axes"]:
            axis["stride"] = 1
    if config["padding"] not in (None, "valid") and config["padding_mode"] not in (
        "zeros",
        "replicate",
    ):  # room to copy from
        for axis in config["axes"]:
            axis["input"] = max(axis["input"], window(axis) + rng.choice((0, 0, 0, -1)))
    if not config["padding"]:
        least = {"reflect": -1}.get(config["padding_mode"], 0)
        most = 3 if config["padding_mode"] in ("zeros", "replicate") else 99
        draw_pads(rng, config, lambda axis: min(most, axis["input"] + least, 4), symmetric=rng.random() < 0.6)
    fit(rng, config)
    one = len(config["axes"]) == config["in_channels"] == config["out_channels"] == 1
    if config["flip"] and one and config["padding"] is None and not config["bias"]:
        config["by"] = "numpy"
        config["padding_mode"] = "zeros"
        config["axes"][0] |= {"stride": 1, "dilation": 1}
        fit(rng, config)
        return config
    edges = (edge_groups, edge_copies, edge_copies, edge_window, edge_nonpositive)
    return pushed(
        rng,
        config,
        (
            edges
            if even(pairs(config)) and config["padding"] in (None, "same", "valid")
            else (edge_groups, edge_copies, edge_window)
        ),
    )


def draw_transposed(rng: Any, config: Config) -> Config:
    config |= draw_channels(rng, len(config["axes"]))
    config["padding"] = rng.choice(
        (None, None, None, None, None, "valid", "full", "half", "SAME", "same_upper", "same_lower")
    )
    for axis in config["axes"]:
        if config["padding"] in ("same_upper", "same_lower"):  # else it is refused, see `typed`
            axis["stride"] = min(axis["stride"], window(axis))
        axis["output_padding"] = rng.choice((0, 0, rng.randrange(max(axis["stride"], axis["dilation"]))))
    if not config["padding"]:
        # cropping reaches beyond the kernel sometimes; some cells are left of the smallest outputs
        draw_pads(
            rng,
            config,
            lambda axis: min(window(axis), ((axis["input"] - 1) * axis["stride"] + window(axis) - 1) // 2),
            symmetric=rng.random() < 0.7,
        )
        if even(pairs(config)) and rng.random() < 0.3:
            config["output_shape"] = tuple(
                (axis["input"] - 1) * axis["stride"]
                + window(axis)
                - 2 * axis["before"]
                + rng.randrange(max(axis["stride"], axis["dilation"]))
                + (rng.choice((-1 if any(a["before"] for a in config["axes"]) else 1, 1)) if rng.random() < 0.08 else 0)
                for axis in config["axes"]
            )
            for axis in config["axes"]:
                axis["output_padding"] = 0
            return config
    elif config["padding"] == "full":
        for axis in config["axes"]:
            axis["input"] += 1 + (axis["kernel"] > 2)
    if config["padding"] not in (None, "valid"):
        for axis in config["axes"]:
            axis["output_padding"] = 0
    edges = (edge_groups, edge_output_padding, edge_output_padding, edge_empty, edge_nonpositive)
    return pushed(rng, config, edges if even(pairs(config)) and not config["padding"] else (edge_groups,))


def draw_pool(rng: Any, config: Config) -> Config:
    config["padding"] = (
        rng.choice((None, None, None, "valid", "same_upper", "same_lower")) if config["kind"] != "l2" else None
    )
    config["ceil_mode"] = rng.random() < 0.4
    if config["kind"] != "max":
        for axis in config["axes"]:
            axis["dilation"] = 1
    if config["padding"] is None and config["kind"] != "l2":
        symmetric = config["ceil_mode"] or rng.random() < 0.8  # with two sides and ceil_mode ONNX is asked
        draw_pads(rng, config, lambda axis: axis["kernel"] // 2 if symmetric else window(axis) - 1, symmetric)
    if config["padding"] in ("same_upper", "same_lower"):
        config["ceil_mode"] = False
    fit(rng, config)
    if config["kind"] == "average":
        config["count_include_pad"] = rng.random() < 0.6
        if config["padding"] is None and even(pairs(config)) and len(config["axes"]) > 1 and rng.random() < 0.2:
            config["divisor_override"] = rng.randint(1, 9)
    edges = (
        (edge_window,)
        if config["kind"] == "l2" or not even(pairs(config))
        else (edge_window, edge_half, edge_half, edge_nonpositive)
    )
    return pushed(rng, config, edges)


def draw_adaptive(rng: Any, config: Config) -> Config:
    config["axes"] = [
        {"input": axis["input"], "windows": rng.randint(1, 9 if len(config["axes"]) < 3 else 5)}
        for axis in config["axes"]
    ]
    return config


CONV = {"in_channels": 1, "out_channels": 1, "groups": 1, "bias": False, "padding": None, "by": None}
POOL = {"padding": None, "ceil_mode": False, "count_include_pad": True, "divisor_override": None}
DRAWS = {
    "convolution": (lambda rng: {**CONV, "padding_mode": "zeros", "flip": rng.random() < 0.15}, draw_conv),
    "transposed": (lambda rng: {**CONV, "flip": rng.random() < 0.15, "output_shape": None}, draw_transposed),
    **dict.fromkeys(("max", "average", "l2"), (lambda rng: {**POOL, "channels": rng.randint(1, 2)}, draw_pool)),
    "adaptive": (lambda rng: {"channels": rng.randint(1, 2), "mode": rng.choice(("average", "max"))}, draw_adaptive),
}


def case(config: Config) -> Case:
    """The comparison; ValueError for what only shrinking makes, as the lines that stand for a word refuse what the word
    doesn't.
    """
    if config["kind"] == "adaptive":
        return adaptive(config)
    explicit = not even(pairs(config)) or config["padding"]
    if explicit and (
        min(sum(pairs(config), ())) < 0
        or any(axis.get("output_padding", 0) >= max(axis["stride"], axis["dilation"], 1) for axis in config["axes"])
    ):
        raise ValueError
    return CASES[config["kind"]](config)


def same(axis: Any, upper: bool) -> tuple[int, int]:
    """TensorFlow's SAME and ONNX's SAME_LOWER, from ceil(input / stride) windows."""
    total = max((-(-axis["input"] // axis["stride"]) - 1) * axis["stride"] + window(axis) - axis["input"], 0)
    return (total // 2, (total + 1) // 2) if upper else ((total + 1) // 2, total // 2)


# what is not a word of PyTorch, in numbers
EXPLICIT = {
    "SAME": lambda axis: same(axis, True),
    "same_upper": lambda axis: same(axis, True),
    "same_lower": lambda axis: same(axis, False),
    "full": lambda axis: (window(axis) - 1,) * 2,
    "half": lambda axis: (window(axis) // 2,) * 2,
    "causal": lambda axis: (window(axis) - 1, 0),
    "valid": lambda axis: (0, 0),
}


def sides(config: Config) -> tuple[tuple[int, int], ...]:
    return tuple(map(EXPLICIT[config["padding"]], config["axes"])) if config["padding"] in EXPLICIT else pairs(config)


def flat(padding: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """F.pad's order: the last axis first."""
    return tuple(side for pair in reversed(padding) for side in pair)


def size(values: tuple[Any, ...] | None) -> Any:
    """As PyTorch's layers take a size: a number for one axis, as some of them want it."""
    return values[0] if isinstance(values, tuple) and len(values) == 1 else values


def flipped(config: Config, array: str) -> str:
    axes = tuple(range(2, 2 + len(config["axes"])))
    return f"torch.tensor({array})" + (f".flip({axes})" if config["flip"] else "")


def layer(config: Config, kind: str, **options: Any) -> list[str]:
    """The lines that build a layer with our weights."""
    groups, bias = unless(config["groups"], 1), None if config["bias"] else False
    made = call(
        f"torch.nn.{kind}{len(config['axes'])}d",
        config["in_channels"],
        config["out_channels"],
        size(each(config, "kernel")),
        stride=size(unless(each(config, "stride"), 1)),
        dilation=size(unless(each(config, "dilation"), 1)),
        groups=groups,
        bias=bias,
        **options,
    )
    lines = [f"layer = {made[:-1]}, dtype=torch.float64)", f"layer.weight.data = {flipped(config, 'w')}"]
    return [*lines, "layer.bias.data = torch.tensor(b)"] if config["bias"] else lines


def conv(config: Config) -> Case:
    mode, word = config["padding_mode"], config["padding"]
    padding, given = sides(config), "torch.tensor(x)[None]"
    if config["by"] == "numpy":
        lines = [f"theirs = np.convolve(np.pad(x[0], {padding[0]}), w[0, 0], 'valid')[None]"]
        return Case("convolution", weights(config), our_conv(config), "\n".join(lines), config["seed"])
    options: Config = {}
    if mode == "symmetric":
        padding = tuple(((window(a) - 1) // 2, window(a) // 2) for a in config["axes"]) if word == "same" else padding
        given = f"torch.tensor(np.pad(x, {((0, 0), *padding)}, mode='symmetric'))[None]"
    elif word in ("same", "valid") or even(padding):
        options = {
            "padding": word if word in ("same", "valid") else size(unless(plain(padding), 0)),
            "padding_mode": unless(mode, "zeros"),
        }
    else:
        given = call("F.pad", Raw(given), flat(padding), mode=unless(mode, "zeros"))
    lines = [*layer(config, "Conv", **options), f"theirs = layer({given})[0].detach().numpy()"]
    return Case("convolution", weights(config), our_conv(config), "\n".join(lines), config["seed"])


def transposed(config: Config) -> Case:
    padding, extra, shape = sides_transposed(config), each(config, "output_padding"), config["output_shape"]
    given = extra if config["padding"] == "valid" else unless(extra, 0)
    ours = our_conv(config, "ConvTranspose", output_padding=given, output_shape=shape)
    if not config["padding"] and even(padding):
        lines = layer(
            config, "ConvTranspose", padding=size(unless(plain(padding), 0)), output_padding=size(unless(extra, 0))
        )
        wanted = f", output_size={shape}" if shape else ""
        lines.append(f"theirs = layer(torch.tensor(x)[None]{wanted})[0].detach().numpy()")
    else:
        # the whole output, then zeros added at its end and the padding cropped: what the words mean, with no word used
        free = {**config, "bias": False}
        added = [max(e, 0) + max(-after, 0) for e, (_, after) in zip(extra, padding, strict=True)]
        crops = ", ".join(
            f"{before}:whole.shape[{n + 1}] - {max(after, 0)}" for n, (before, after) in enumerate(padding)
        )
        lines = [
            *layer(free, "ConvTranspose"),
            f"whole = F.pad(layer(torch.tensor(x)[None])[0], {flat(tuple((0, e) for e in added))})",
            f"theirs = whole[:, {crops}].detach().numpy()",
        ]
        if config["bias"]:
            lines.append(f"theirs = theirs + b.reshape({(-1, *[1] * len(config['axes']))})")
    return Case("transposed", weights(config, transposed=True), ours, "\n".join(lines), config["seed"])


def sides_transposed(config: Config) -> tuple[tuple[int, int], ...]:
    """What is cropped; of "SAME" (Keras) and "same_upper" (ONNX) what an output of input times stride leaves over, a
    negative number added at the end.
    """
    word = config["padding"]
    if word not in ("SAME", "same_upper", "same_lower"):
        return sides(config)
    totals = [window(axis) - axis["stride"] for axis in config["axes"]]
    half = [((t + (word == "same_lower")) // 2) if t > 0 else 0 for t in totals]
    return tuple((h, t - h) for h, t in zip(half, totals, strict=True))


def pool(config: Config) -> Case:
    kind, ndim, padding = config["kind"], len(config["axes"]), sides(config)
    given, native = "torch.tensor(x)[None]", config["padding"] in (None, "valid") and even(padding)
    options: Config = {
        "stride": size(each(config, "stride")),
        "padding": size(unless(plain(padding), 0)) if native else None,
        "ceil_mode": unless(config["ceil_mode"], False),
    }
    kernel = size(each(config, "kernel"))
    if kind == "max":
        options["dilation"] = size(unless(each(config, "dilation"), 1))
        if not native:
            given = f"F.pad({given}, {flat(padding)}, value=-np.inf)"
        lines = [f"theirs = {call(f'torch.nn.MaxPool{ndim}d', kernel, **options)}({given})[0].numpy()"]
    elif kind == "l2":
        lines = [f"theirs = {call(f'torch.nn.LPPool{ndim}d', 2, kernel, **options)}({given})[0].numpy()"]
    else:
        options |= {
            "count_include_pad": unless(config["count_include_pad"], True),
            "divisor_override": config["divisor_override"],
        }
        if native or config["count_include_pad"]:
            given = given if native else f"F.pad({given}, {flat(padding)})"
            lines = [f"theirs = {call(f'torch.nn.AvgPool{ndim}d', kernel, **options)}({given})[0].numpy()"]
        else:  # the average over the input's cells alone: the padded sum over the padded count
            options["count_include_pad"] = None
            lines = [
                f"average = {call(f'torch.nn.AvgPool{ndim}d', kernel, **options)}",
                (
                    f"theirs = (average(F.pad({given}, {flat(padding)})) / average(F.pad(torch.ones_like({given}),"
                    f" {flat(padding)})))[0].numpy()"
                ),
            ]
    return Case(
        kind, {"x": (config["channels"], *each(config, "input"))}, our_pool(config), "\n".join(lines), config["seed"]
    )


def adaptive(config: Config) -> Case:
    name = {"average": "AdaptiveAvgPool", "max": "AdaptiveMaxPool"}[config["mode"]]
    windows = each(config, "windows")
    ours = call("AdaptivePool", each(config, "input"), windows, mode=unless(config["mode"], "average"))
    theirs = f"theirs = torch.nn.{name}{len(windows)}d({size(windows)})(torch.tensor(x)[None])[0].numpy()"
    return Case("adaptive", {"x": (config["channels"], *each(config, "input"))}, ours, theirs, config["seed"])


CASES = {"convolution": conv, "transposed": transposed, **dict.fromkeys(("max", "average", "l2"), pool)}

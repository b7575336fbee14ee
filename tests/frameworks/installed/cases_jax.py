"""JAX: `lax.conv_general_dilated`, `lax.conv_transpose`, `lax.reduce_window` and `jnp.pad`, in float64.

Compared are the refusals that have a counterpart: groups, sizes of 0, and windows that fit nowhere, for which JAX gives
an empty output. JAX takes any padding and any output_padding, so PyTorch's limits on these aren't compared. Compiling
takes JAX longer than all else, so many configurations are compiled as one function.
"""

from __future__ import annotations

import os
from typing import Any

from cases import Case, Config, Raw, call, each, our_conv, our_pool, pairs, unless, weights, window
from draws import (
    draw_axes,
    draw_channels,
    draw_ndim,
    draw_pads,
    edge_empty,
    edge_groups,
    edge_nonpositive,
    edge_window,
    fit,
    pushed,
)

NAME = "JAX"
SETUP = "import jax\nimport jax.numpy as jnp\nfrom jax import lax\njax.config.update('jax_enable_x64', True)"
REFUSALS = (ValueError, TypeError)
SHARES = {"convolution": 8, "transposed": 6, "max": 2.5, "average": 2.5, "l2": 1}
MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "symmetric": "symmetric"}
WORDS = {"valid": "VALID", "same_upper": "SAME", "same_lower": "SAME_LOWER"}
BATCH = 25  # configurations compiled as one


def prepare() -> None:
    """Compile fast, as each function runs once, and without a pass that can abort the process where eager JAX is right.

    Its faults: https://github.com/openxla/xla/issues/48715 and https://github.com/openxla/xla/issues/48719
    """
    os.environ["XLA_FLAGS"] = (
        "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true --xla_disable_hlo_passes=algsimp"
    )


def compute(names: dict[str, Any], cases: list[Case], arrays: list[dict[str, Any]]) -> list[Any]:
    """What each case's lines give, or what they raise: traced one by one, and those that pass compiled as one
    function.
    """
    results: list[Any] = []
    for case, given in zip(cases, arrays, strict=True):
        try:
            results.append(names["jax"].eval_shape(lambda given, case=case: traced(names, case, given), given))
        except REFUSALS as error:
            results.append(error)
    alive = [n for n, result in enumerate(results) if not isinstance(result, Exception)]
    for n, value in zip(alive, compiled(names, [(cases[n], arrays[n]) for n in alive]), strict=True):
        results[n] = value
    return results


def traced(names: dict[str, Any], case: Case, given: dict[str, Any]) -> Any:
    known = {**names, **given}
    exec(case.theirs, known)
    return known["theirs"]


def compiled(names: dict[str, Any], some: list[tuple[Case, dict[str, Any]]]) -> list[Any]:
    """The results of one function for all of these; where it is refused, of one for each half."""
    try:
        return names["jax"].jit(
            lambda many: [traced(names, case, given) for (case, _), given in zip(some, many, strict=True)]
        )([given for _, given in some])
    except REFUSALS as error:
        if len(some) == 1:
            return [error]
        return compiled(names, some[: len(some) // 2]) + compiled(names, some[len(some) // 2 :])


def draw(rng: Any) -> Config:
    """One configuration."""
    kind = rng.choices(list(SHARES), SHARES.values())[0]
    return DRAWS[kind](rng, {"kind": kind, "axes": draw_axes(rng, draw_ndim(rng)), "seed": rng.randrange(1000)})


def draw_conv(rng: Any, config: Config) -> Config:
    config |= {
        **draw_channels(rng, len(config["axes"])),
        "flip": rng.random() < 0.2,
        "padding_mode": "zeros",
        "by": None,
    }
    config["padding"] = rng.choice((None, None, *WORDS))
    if not config["padding"]:
        config["padding_mode"] = rng.choice(("zeros", "zeros", *MODES))
        most = {"zeros": 99, "replicate": 99, "reflect": -1}.get(config["padding_mode"], 0)
        draw_pads(rng, config, lambda axis: min(axis["input"] + most, 4), symmetric=rng.random() < 0.3)
    fit(rng, config)
    axis, one = (
        config["axes"][0],
        len(config["axes"]) == config["in_channels"] == config["out_channels"] == 1 and not config["bias"],
    )
    if one and config["flip"] and not config["padding"] and axis["input"] >= axis["kernel"]:
        whole = axis["kernel"] - 1 if rng.random() < 0.5 else 0
        axis |= {"stride": 1, "dilation": 1, "before": whole, "after": whole}
        return {**config, "padding_mode": "zeros", "by": "convolve"}
    return pushed(
        rng, config, (edge_groups, edge_window, edge_nonpositive) if config["padding"] == "valid" else (edge_groups,)
    )


def draw_transposed(rng: Any, config: Config) -> Config:
    config |= {
        **draw_channels(rng, len(config["axes"])),
        "flip": rng.random() < 0.3,
        "padding": rng.choice((None, None, "valid", "same_upper")),
    }
    if config["padding"] or rng.random() < 0.3:
        config["groups"] = 1
    for axis in config["axes"]:
        axis["output_padding"] = 0
    if not config["padding"]:
        draw_pads(
            rng,
            config,
            lambda axis: ((axis["input"] - 1) * axis["stride"] + window(axis) - 1) // 2,
            symmetric=rng.random() < 0.3,
        )
        if config["groups"] > 1 or rng.random() < 0.5:
            for axis in config["axes"]:
                axis["output_padding"] = rng.randrange(max(axis["stride"], axis["dilation"]))
    return pushed(rng, config, (edge_empty,))


def draw_pool(rng: Any, config: Config) -> Config:
    config |= {
        "padding": rng.choice((None, None, *WORDS)),
        "ceil_mode": False,
        "divisor_override": None,
        "channels": rng.randint(1, 2),
    }
    config["count_include_pad"] = config["kind"] != "average" or rng.random() < 0.5
    if not config["count_include_pad"]:  # else a window could hold no cell
        for axis in config["axes"]:
            axis["dilation"] = 1
    if not config["padding"]:
        config["ceil_mode"] = rng.random() < 0.4
        draw_pads(rng, config, lambda axis: window(axis) - 1, symmetric=rng.random() < 0.3)
    fit(rng, config)
    return pushed(rng, config, (edge_window, edge_nonpositive) if config["padding"] == "valid" else (edge_window,))


DRAWS = {"convolution": draw_conv, "transposed": draw_transposed, **dict.fromkeys(("max", "average", "l2"), draw_pool)}


def case(config: Config) -> Case:
    """The comparison of a configuration; ValueError for what only shrinking makes."""
    if min(min(pair) for pair in pairs(config)) < 0:
        raise ValueError
    return CASES[config["kind"]](config)


def with_bias(config: Config, line: str) -> str:
    return line + (f"\ntheirs = theirs + b.reshape({(-1, *[1] * len(config['axes']))})" if config["bias"] else "")


def kernel(config: Config, flip: bool, array: str = "w") -> str:
    return f"jnp.flip({array}, {tuple(range(2, 2 + len(config['axes'])))})" if flip else array


def conv(config: Config) -> Case:
    arrays, given, padding = weights(config), "x[None]", WORDS.get(config["padding"], pairs(config))
    if config["by"] == "convolve":
        axis = config["axes"][0]
        if (
            (axis["before"], axis["after"]) not in ((0, 0), (axis["kernel"] - 1,) * 2)
            or axis["kernel"] > axis["input"] + axis["before"]
            or each(config, "stride") + each(config, "dilation") + tuple(arrays["w"][:2]) != (1,) * 4
            or not config["flip"]
        ):
            raise ValueError
        line = f"theirs = jnp.convolve(x[0], w[0, 0], mode={'full' if axis['before'] else 'valid'!r})[None]"
        return Case("convolution", arrays, our_conv(config), line, config["seed"])
    if config["padding_mode"] != "zeros":
        given, padding = (
            f"jnp.pad(x, {((0, 0), *pairs(config))}, mode={MODES[config['padding_mode']]!r})[None]",
            "VALID",
        )
    made = call(
        "lax.conv_general_dilated",
        Raw(given),
        Raw(kernel(config, config["flip"])),
        each(config, "stride"),
        padding,
        rhs_dilation=unless(each(config, "dilation"), 1),
        feature_group_count=unless(config["groups"], 1),
    )
    return Case("convolution", arrays, our_conv(config), with_bias(config, f"theirs = {made}[0]"), config["seed"])


def transposed(config: Config) -> Case:
    arrays, axes, ndim = weights(config, transposed=True), config["axes"], len(config["axes"])
    extra: Any = each(config, "output_padding")
    if config["groups"] == 1 and not any(extra):
        # conv_transpose takes a kernel as the direct convolution has it and flips it, or one of the transposed
        # convolution and doesn't
        spec = "NC" + "DHW"[3 - ndim :]
        numbers = (spec, "OI" + spec[2:], spec)
        words: Config = {
            "padding": WORDS.get(config["padding"], pairs(config)),
            "use_consistent_padding": None if config["padding"] else True,
        }
        made = call(
            "lax.conv_transpose",
            Raw("x[None]"),
            Raw("w.swapaxes(0, 1)" if config["flip"] else "w"),
            each(config, "stride"),
            rhs_dilation=unless(each(config, "dilation"), 1),
            dimension_numbers=numbers,
            transpose_kernel=None if config["flip"] else True,
            **words,
        )
        if config["padding"] == "valid":  # as long as if the window were at least the stride
            extra = tuple(max(a["stride"] - window(a), 0) for a in axes)
    else:
        if config["padding"] or config["in_channels"] % config["groups"]:
            raise ValueError
        groups, size = config["groups"], each(config, "kernel")
        inside, outside = config["in_channels"] // groups, max(config["out_channels"] // groups, 1)
        swapped = (
            f"w.reshape({(groups, inside, outside, *size)}).swapaxes(1, 2).reshape({(groups * outside, inside, *size)})"
        )
        padding = [(window(a) - 1 - a["before"], window(a) - 1 - a["after"] + a["output_padding"]) for a in axes]
        made = call(
            "lax.conv_general_dilated",
            Raw("x[None]"),
            Raw(kernel(config, not config["flip"], swapped)),
            (1,) * ndim,
            padding,
            lhs_dilation=each(config, "stride"),
            rhs_dilation=unless(each(config, "dilation"), 1),
            feature_group_count=unless(groups, 1),
        )
    ours = our_conv(
        config,
        "ConvTranspose",
        padding={"valid": None, "same_upper": "SAME"}.get(config["padding"], our_pads(config)),
        output_padding=unless(extra, 0),
    )
    return Case("transposed", arrays, ours, with_bias(config, f"theirs = {made}[0]"), config["seed"])


def our_pads(config: Config) -> Any:
    return pairs(config) if any(map(sum, pairs(config))) else None


def over(axis: Any, ceil_mode: bool) -> int:
    """The cells by which the last window hangs over the padded input, by PyTorch's rule for ceil_mode."""
    padded, reach = axis["before"] + axis["input"] + axis["after"], window(axis)
    if not ceil_mode:
        return 0
    last = -(-(padded - reach) // axis["stride"])
    if last * axis["stride"] >= axis["before"] + axis["input"]:
        last -= 1
    return max(last * axis["stride"] + reach - padded, 0)


def pool(config: Config) -> Case:
    kind, axes, size = config["kind"], config["axes"], (1, *each(config, "kernel"))
    steps, gaps = (1, *each(config, "stride")), unless((1, *each(config, "dilation")), 1)
    hanging = [over(axis, config["ceil_mode"]) for axis in axes]
    sides: Any = WORDS.get(
        config["padding"], ((0, 0), *((a["before"], a["after"] + h) for a, h in zip(axes, hanging, strict=True)))
    )

    def reduced(values: str, start: str, how: str, padding: Any) -> str:
        return call("lax.reduce_window", Raw(values), Raw(start), Raw(how), size, steps, padding, window_dilation=gaps)

    if kind == "max":
        lines = f"theirs = {reduced('x', '-jnp.inf', 'lax.max', sides)}"
    elif kind == "l2":
        lines = f"theirs = jnp.sqrt({reduced('x * x', '0.0', 'lax.add', sides)})"
    else:
        ones: Any = "jnp.ones_like(x)"
        counted = sides
        if config["count_include_pad"]:
            ones = f"jnp.pad({ones}, {((0, 0), *pads(config))}, constant_values=1)"
            counted = ((0, 0), *((0, h) for h in hanging))
        lines = f"theirs = {reduced('x', '0.0', 'lax.add', sides)} / {reduced(ones, '0.0', 'lax.add', counted)}"
    arrays = {"x": (config["channels"], *each(config, "input"))}
    return Case(kind, arrays, our_pool(config, padding=config["padding"] or our_pads(config)), lines, config["seed"])


def pads(config: Config) -> tuple[tuple[int, int], ...]:
    """The padding in numbers; of a word, what it means."""
    if config["padding"] in (None, "valid"):
        return pairs(config)
    totals = [
        max((-(-a["input"] // a["stride"]) - 1) * a["stride"] + window(a) - a["input"], 0) for a in config["axes"]
    ]
    return tuple((t // 2, t - t // 2) if config["padding"] == "same_upper" else (t - t // 2, t // 2) for t in totals)


CASES = {"convolution": conv, "transposed": transposed, **dict.fromkeys(("max", "average", "l2"), pool)}

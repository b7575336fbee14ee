"""JAX, as it is typed."""

from __future__ import annotations

from typing import Any

from cases import Case, Config, Raw, call, each, unless, weights, window
from cases_jax import kernel as jax_kernel
from draws import fit
from typed import check_left_out, ours, pool_arrays, start, written

JAX_WORDS = {"convolution": ("SAME", "SAME", "VALID", "SAME_LOWER"), "transposed": ("SAME", "SAME", "VALID")}


def draw(rng: Any) -> Config:
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


def case(config: Config) -> Case:
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

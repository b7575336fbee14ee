"""numpy's and scipy's functions, as they are typed: they flip the kernel or don't, and have one, two or any number of
axes.
"""

from __future__ import annotations

from typing import Any

from cases import Case, Config, Raw, call, unless, weights, window
from typed import check_left_out, ours, start

NAME = "NumPy and SciPy"
SETUP = "from scipy import ndimage, signal"
REFUSALS = (ValueError, RuntimeError)

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


def draw(rng: Any) -> Config:
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


def case(config: Config) -> Case:
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


def prepare() -> None:
    """Nothing to do."""

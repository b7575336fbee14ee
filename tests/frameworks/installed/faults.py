"""The frameworks' own documented faults: a difference that a row explains, down to the value that the fault gives, is
no difference of ours.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from cases import Case, Config, window
from numpy.lib.stride_tricks import sliding_window_view

from convanim import Conv, evaluate


@dataclass(frozen=True)
class Finding:
    """A difference from a judge: the configuration, its code, what differs, the two results, and whether another judge
    agrees with us.
    """

    judge: str
    config: Config
    case: Case
    found: str
    ours: Any
    theirs: Any
    upheld: bool

    def is_(self, sort: str, *kinds: str) -> bool:
        """Whether it is of this sort ("values", "size", "accepted" by us alone, ...) and kind."""
        return self.found.startswith(sort + ":") and self.config["kind"] in kinds


@dataclass(frozen=True)
class Fault:
    """One documented fault; `explains` is as narrow as the fault, so that it hides nothing else. `example` shows it,
    without defaults.
    """

    judge: str
    name: str
    link: str
    explains: Callable[[Finding], bool]
    example: Config


def close(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-5, atol=1e-5))


def by_hand(config: Config, x: Any) -> Any:
    """Average or L2 pooling without dilation, cell by cell: what should come out where a framework refuses or is
    wrong.
    """
    spans = []
    for a, (before, after) in zip(config["axes"], padding_of(config), strict=True):
        last = a["input"] + after - a["kernel"] + (a["stride"] - 1 if config["ceil_mode"] else 0)
        starts = range(-before, min(last, a["input"] - 1) + 1, a["stride"])
        spans.append(
            [[cell for cell in range(start, start + a["kernel"]) if cell < a["input"] + after] for start in starts]
        )
    out = np.zeros((len(x), *map(len, spans)))
    for where in product(*(range(len(cells)) for cells in spans)):
        window_cells = [cells[o] for cells, o in zip(spans, where, strict=True)]
        inside = np.ix_(
            range(len(x)),
            *([c for c in cells if 0 <= c < a["input"]] for cells, a in zip(window_cells, config["axes"], strict=True)),
        )
        values = x[inside].reshape(len(x), -1)
        counted = math.prod(map(len, window_cells)) if config["count_include_pad"] else values.shape[1]
        out[(slice(None), *where)] = (
            np.sqrt((values**2).sum(1))
            if config["kind"] == "l2"
            else values.sum(1) / (config["divisor_override"] or counted)
        )
    return out


def padding_of(config: Config) -> list[tuple[int, int]]:
    """The padding in numbers, also of the words for Keras' same."""
    if config["padding"] not in ("same", "SAME", "same_upper"):
        return [(a["before"], a["after"]) for a in config["axes"]]
    totals = [
        max((-(-a["input"] // a["stride"]) - 1) * a["stride"] + a["kernel"] - a["input"], 0) for a in config["axes"]
    ]
    return [(t // 2, t - t // 2) for t in totals]


def lp_pool_of_clipped_windows(one: Finding) -> bool:
    """The window's mean square over the cells that are there, times the whole kernel: a window over half of its cells
    gets sqrt(2) too much.
    """
    if not (one.is_("values", "l2") and one.config["ceil_mode"]):
        return False
    axes = one.config["axes"]
    there = [
        [min(o * a["stride"] + a["kernel"], a["input"]) - o * a["stride"] for o in range(n)]
        for a, n in zip(axes, one.ours.shape[1:], strict=True)
    ]
    shares = np.array([math.prod(cells) for cells in product(*there)]).reshape(one.ours.shape[1:]) / math.prod(
        a["kernel"] for a in axes
    )
    return close(one.theirs, one.ours / np.sqrt(shares))


def avg_pool3d_of_small_input(one: Finding) -> bool:
    small = len(one.config["axes"]) == 3 and any(a["input"] < a["kernel"] for a in one.config["axes"])
    if not (one.is_("accepted", "average", "l2") and small and "smaller than kernel size" in one.theirs.reason):
        return False
    return one.config["padding"] in (None, "valid") and close(one.ours, by_hand(one.config, one.case.drawn()["x"]))


def reference(*kinds: str, when: Callable[[Config], bool]) -> Callable[[Finding], bool]:
    """A fault of ONNX' reference evaluator in these kinds; onnxruntime must agree with us, in size and values."""
    return lambda one: (
        one.upheld and one.config["kind"] in kinds and not one.is_("refused", *kinds) and when(one.config)
    )


def has(config: Config, name: str) -> bool:
    return any(axis[name] > 1 for axis in config["axes"])


def beyond(config: Config) -> bool:
    """Whether output_shape asks for more cells than there are, along some axis."""
    return any(
        wanted > (a["input"] - 1) * a["stride"] + window(a) + a["output_padding"]
        for wanted, a in zip(config["output_shape"] or (), config["axes"], strict=False)
    )


def max_pool_is_not_plain(config: Config) -> bool:
    return (
        bool(config["padding"])
        or config["ceil_mode"]
        or has(config, "dilation")
        or any(a["before"] or a["after"] for a in config["axes"])
    )


def no_dilation_with_same(one: Finding) -> bool:
    word = one.config.get("padding") in ("same_upper", "same_lower") and has(one.config, "dilation")
    return (
        one.upheld
        and one.is_("accepted", "convolution")
        and word
        and "Dilation not supported for AutoPadType::SAME_UPPER" in one.theirs.reason
    )


def a_window_too_large_counts(one: Finding) -> bool:
    """The division that rounds to 0 for a negative number: a window that is too large by less than the stride gives one
    cell.
    """
    if not one.is_("refused", "max", "average", "l2") or "larger than the padded input" not in one.ours.reason:
        return False
    rooms = [(a["input"] + a["before"] + a["after"] - window(a), a["stride"]) for a in one.config["axes"]]
    return all(room > -stride for room, stride in rooms) and one.theirs.shape[1:] == tuple(
        max(room, 0) // stride + 1 for room, stride in rooms
    )


def average_over_nothing(one: Finding) -> bool:
    """The operator's text doesn't say what the average of no cell is; onnxruntime says 0 or NaN, and we refuse."""
    return (
        one.is_("refused", "average")
        and "no cell that counts" in one.ours.reason
        and bool((np.nan_to_num(one.theirs) == 0).any())
    )


def average_of_copies(one: Finding) -> bool:
    """Keras' same, where the two sides differ, fills the padding with copies of the edge on PyTorch, and averages those
    too.
    """
    if not one.is_("values", "average") or one.config["padding"] not in ("same", "SAME", "same_upper"):
        return False
    config, x, sides = one.config, one.case.drawn()["x"], padding_of(one.config)
    if all(before == after for before, after in sides):
        return False
    windows = sliding_window_view(
        np.pad(x, [(0, 0), *sides], mode="edge"), [a["kernel"] for a in config["axes"]], axis=tuple(range(1, x.ndim))
    )
    steps = (slice(None), *(slice(None, None, a["stride"]) for a in config["axes"]))
    return close(one.theirs, windows[steps].mean(axis=tuple(range(-len(sides), 0)))) and close(
        one.ours, by_hand(config, x)
    )


def symmetric_as_edge(one: Finding) -> bool:
    """keras.ops.pad's symmetric is the edge's value again and again on PyTorch."""
    if not (one.is_("values", "convolution") and one.config["padding_mode"] == "symmetric"):
        return False
    arrays, sides = one.case.drawn(), [(0, 0), *padding_of(one.config)]
    op = eval(one.case.operation, {"Conv": Conv})
    bare = dataclasses.replace(op, input_size=op.padded_size, padding=0, padding_mode="zeros")
    padded = {
        mode: evaluate(bare, *{**arrays, "x": np.pad(arrays["x"], sides, mode=mode)}.values())
        for mode in ("edge", "symmetric")
    }
    return close(one.theirs, padded["edge"]) and close(one.ours, padded["symmetric"])


REFERENCE = "onnx reference"
FAULTS = [
    Fault(
        "PyTorch",
        "LPPool with ceil_mode counts cells that aren't there, against its own formula",
        "https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html",
        lp_pool_of_clipped_windows,
        {"kind": "l2", "axes": [{"input": 1, "kernel": 2, "stride": 2}], "ceil_mode": True},
    ),
    Fault(
        "PyTorch",
        "AvgPool3d and LPPool3d refuse an input smaller than the kernel, whatever padding or ceil_mode, against their"
        " own formula",
        "https://pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html",
        avg_pool3d_of_small_input,
        {"kind": "average", "axes": [{"kernel": 2, "before": 1, "after": 1}, {}, {}]},
    ),
    Fault(
        "Keras",
        "AveragePooling's same averages copies of the edge where the two sides differ",
        "https://github.com/keras-team/keras/pull/23233",
        average_of_copies,
        {
            "kind": "average",
            "axes": [{"input": 2, "kernel": 3, "stride": 2}],
            "padding": "same_upper",
            "count_include_pad": False,
        },
    ),
    Fault(
        "Keras",
        "ops.pad's symmetric repeats the edge",
        "https://github.com/keras-team/keras/pull/23230",
        symmetric_as_edge,
        {"kind": "convolution", "axes": [{"input": 2, "after": 2}], "padding_mode": "symmetric"},
    ),
    Fault(
        REFERENCE,
        "ConvTranspose with groups slices the wrong channels",
        "https://github.com/onnx/onnx/pull/8446",
        reference("transposed", when=lambda config: config["groups"] > 1),
        {"kind": "transposed", "axes": [{}], "in_channels": 2, "out_channels": 6, "groups": 2},
    ),
    Fault(
        REFERENCE,
        "ConvTranspose with output_shape computes no pads without auto_pad",
        "https://github.com/onnx/onnx/issues/4527",
        reference("transposed", when=lambda config: bool(config["output_shape"]) and not config["padding"]),
        {"kind": "transposed", "axes": [{"input": 3, "kernel": 4}], "output_shape": (5,)},
    ),
    Fault(
        REFERENCE,
        "ConvTranspose with an output_shape beyond its cells adds zeros on both sides",
        "https://github.com/onnx/onnx/pull/4167",
        reference("transposed", when=beyond),
        {"kind": "transposed", "axes": [{"stride": 2}], "padding": "same_upper", "output_shape": (2,)},
    ),
    Fault(
        REFERENCE,
        "MaxPool keeps an old implementation, which misreads pads, auto_pad and ceil_mode",
        "https://github.com/onnx/onnx/pull/5250",
        reference("max", when=max_pool_is_not_plain),
        {"kind": "max", "axes": [{"kernel": 2, "before": 1}]},
    ),
    Fault(
        REFERENCE,
        "AveragePool and LpPool ignore dilations with auto_pad=VALID",
        "https://github.com/onnx/onnx/issues/4849",
        reference("average", "l2", when=lambda config: config["padding"] == "valid" and has(config, "dilation")),
        {"kind": "average", "axes": [{"input": 3, "kernel": 2, "dilation": 2}], "padding": "valid"},
    ),
    Fault(
        REFERENCE,
        "AveragePool and LpPool add the cells that ceil_mode needs on both sides",
        "https://github.com/onnx/onnx/issues/4958",
        reference("average", "l2", when=lambda config: config["ceil_mode"]),
        {
            "kind": "average",
            "axes": [{"input": 4, "kernel": 2, "stride": 3, "dilation": 3, "before": 1}],
            "ceil_mode": True,
        },
    ),
    Fault(
        REFERENCE,
        "GlobalMaxPool reduces the wrong axes of 1-D and 3-D inputs",
        "https://github.com/onnx/onnx/issues/7682",
        reference("adaptive", when=lambda config: config["mode"] == "max" and len(config["axes"]) != 2),
        {"kind": "adaptive", "axes": [{}], "mode": "max"},
    ),
    Fault(
        "onnxruntime",
        "Conv refuses dilations with SAME_UPPER and SAME_LOWER",
        "https://github.com/microsoft/onnxruntime/issues/20582",
        no_dilation_with_same,
        {"kind": "convolution", "axes": [{"dilation": 2}], "padding": "same_upper"},
    ),
    Fault(
        "onnxruntime",
        "pooling gives one cell where the window is too large",
        "https://github.com/microsoft/onnxruntime/issues/25234",
        a_window_too_large_counts,
        {"kind": "average", "axes": [{"input": 2, "kernel": 2, "stride": 2, "dilation": 2}]},
    ),
    Fault(
        "onnxruntime",
        "AveragePool over padding alone, of which the specification says nothing",
        "https://github.com/onnx/onnx/issues/1922",
        average_over_nothing,
        {
            "kind": "average",
            "axes": [{"kernel": 2, "dilation": 2, "before": 1, "after": 1}],
            "count_include_pad": False,
        },
    ),
]

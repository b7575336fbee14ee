"""ONNX: nodes of opset 22, run by two judges, the reference evaluator of the onnx package and onnxruntime.

The reference evaluator computes and checks nothing, so what we refuse must be refused by onnxruntime. Not drawn, as the
two judges contradict each other or the operator's text: SAME_* pooling with a dilation or with gaps between its
windows, and a SAME_* ConvTranspose whose stride is larger than its window. Not compared, as the words are PyTorch's and
its rules stricter or looser than ONNX': padding that wraps around more than once, and an output_padding from the stride
up to the dilation.
"""

from __future__ import annotations

from typing import Any

from cases import Case, Config, call, each, our_conv, our_pool, pairs, unless, weights, window
from draws import draw_axes, draw_channels, draw_ndim, draw_pads, edge_empty, edge_groups, edge_window, fit, pushed

NAME = "ONNX"
SETUP = """
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

def model(nodes, kind, **arrays):
    inputs = [helper.make_tensor_value_info(name, kind, array.shape) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "graph", inputs, [helper.make_tensor_value_info("y", kind, None)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)

def run(nodes, **arrays):
    arrays = {name: array[None] if name == "x" else array for name, array in arrays.items()}
    return ReferenceEvaluator(model(nodes, TensorProto.DOUBLE, **arrays)).run(None, arrays)[0][0]
"""
RUNTIME = (
    SETUP
    + """
import onnxruntime

options = onnxruntime.SessionOptions()
options.log_severity_level, options.intra_op_num_threads, options.inter_op_num_threads = 4, 1, 1

# its kernels are of float32; the lowest one stands for the maximum of a window over nothing
def run(nodes, **arrays):
    arrays = {name: (array[None] if name == "x" else array).astype(np.float32) for name, array in arrays.items()}
    graph = model(nodes, TensorProto.FLOAT, **arrays).SerializeToString()
    y = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"]).run(None, arrays)[0][0]
    return np.where(y == np.finfo(np.float32).min, -np.inf, y)
"""
)
JUDGES = {"onnx reference": SETUP, "onnxruntime": RUNTIME}
REFUSALS = (Exception,)
CHECKING = ("onnxruntime",)
REASONS = [("(?s)^(?!.*Dilation not supported)", "")]  # any reason of onnxruntime but its own fault, see faults.py
SHARES = {"convolution": 7, "transposed": 5, "max": 3, "average": 3, "l2": 2, "adaptive": 0.7}
WORDS = (None, None, None, "valid", "same_upper", "same_lower")
MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def prepare() -> None:
    """Nothing to do."""


def draw(rng: Any) -> Config:
    kind = rng.choices(list(SHARES), SHARES.values())[0]
    return DRAWS[kind](rng, {"kind": kind, "axes": draw_axes(rng, draw_ndim(rng)), "seed": rng.randrange(1000)})


def draw_conv(rng: Any, config: Config) -> Config:
    config |= {
        **draw_channels(rng, len(config["axes"])),
        "flip": False,
        "padding": rng.choice(WORDS),
        "padding_mode": "zeros",
    }
    if not config["padding"]:
        config["padding_mode"] = rng.choice(("zeros", "zeros", *MODES))
        most = {"zeros": 99, "replicate": 99, "reflect": -1}.get(config["padding_mode"], 0)
        draw_pads(rng, config, lambda axis: min(axis["input"] + most, 3), symmetric=rng.random() < 0.3)
    fit(rng, config)
    return pushed(rng, config, (edge_groups, edge_window) if config["padding_mode"] == "zeros" else (edge_groups,))


def draw_transposed(rng: Any, config: Config) -> Config:
    config |= {
        **draw_channels(rng, len(config["axes"])),
        "flip": False,
        "padding": rng.choice(WORDS),
        "output_shape": None,
    }
    for axis in config["axes"]:
        axis["input"] = min(axis["input"], 5)
        axis["output_padding"] = rng.choice((0, 0, rng.randrange(axis["stride"])))
    if not config["padding"]:
        draw_pads(
            rng,
            config,
            lambda axis: ((axis["input"] - 1) * axis["stride"] + window(axis) - 1) // 2,
            symmetric=rng.random() < 0.3,
        )
    if config["padding"] != "valid" and not any(map(sum, pairs(config))) and rng.random() < 0.5:
        config["output_shape"] = tuple(
            max(
                (axis["input"] - 1) * axis["stride"]
                + window(axis)
                + axis["output_padding"]
                - rng.choice((-1, 0, 1, 1, 2, 3)),
                1,
            )
            for axis in config["axes"]
        )
    elif config["padding"] not in (None, "valid"):
        for axis in config["axes"]:
            axis["output_padding"], axis["stride"] = 0, min(axis["stride"], window(axis))
    edges = (edge_groups,) if config["output_shape"] or config["padding"] else (edge_groups, edge_extra, edge_empty)
    config = pushed(rng, config, edges)
    config["out_channels"] += (
        -config["out_channels"] % config["groups"]
    )  # the kernel's shape says them, and can't say others
    return config


def edge_extra(rng: Any, config: Config) -> bool:
    """An output_padding of stride - 1, or of stride and dilation, whichever is larger: between the two PyTorch accepts
    it, and ONNX doesn't.
    """
    axis = rng.choice(config["axes"])
    axis["output_padding"] = rng.choice((axis["stride"] - 1, max(axis["stride"], axis["dilation"])))
    return True


def draw_pool(rng: Any, config: Config) -> Config:
    config |= {
        "padding": rng.choice(WORDS),
        "ceil_mode": False,
        "count_include_pad": True,
        "divisor_override": None,
        "channels": rng.randint(1, 2),
    }
    if config["kind"] == "average":
        config["count_include_pad"] = rng.random() < 0.5
    if not config["padding"]:
        config["ceil_mode"] = rng.random() < 0.4
        draw_pads(rng, config, lambda axis: axis["kernel"] - 1, symmetric=rng.random() < 0.4)
    elif config["padding"] != "valid":
        for axis in config["axes"]:
            axis["dilation"], axis["stride"] = 1, min(axis["stride"], axis["kernel"])
    fit(rng, config)
    return pushed(rng, config, (edge_window,))


def draw_global(rng: Any, config: Config) -> Config:
    axes = [{"input": axis["input"], "windows": 1} for axis in config["axes"]]
    return {**config, "axes": axes, "channels": rng.randint(1, 2), "mode": rng.choice(("average", "max"))}


DRAWS = {
    "convolution": draw_conv,
    "transposed": draw_transposed,
    "adaptive": draw_global,
    **dict.fromkeys(("max", "average", "l2"), draw_pool),
}


def case(config: Config) -> Case:
    """The comparison of a configuration."""
    return CASES[config["kind"]](config)


def ends(sides: tuple[tuple[int, int], ...]) -> list[int]:
    """ONNX' order of pads: all before, then all after."""
    return [before for before, _ in sides] + [after for _, after in sides]


def attributes(config: Config) -> Config:
    """What most nodes have, the defaults left out."""
    word = config["padding"]
    many = {"strides": unless(each(config, "stride"), 1), "dilations": unless(each(config, "dilation"), 1)}
    return {
        **many,
        "pads": None if word or not any(map(sum, pairs(config))) else ends(pairs(config)),
        "auto_pad": word and word.upper(),
    }


def node(kind: str, inputs: tuple[str, ...], output: str = "y", **given: Any) -> str:
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    return call("helper.make_node", kind, list(inputs), [output], **listed)


def asked(config: Config) -> Any:
    """Our padding: the word, or (before, after) pairs, as ONNX' pads have both sides."""
    return config["padding"] or (pairs(config) if any(map(sum, pairs(config))) else None)


def conv(config: Config) -> Case:
    arrays, given, mode = weights(config), attributes(config), config["padding_mode"]
    lines, first = [], "x"
    if mode != "zeros":
        before, after = ([pair[side] for pair in pairs(config)] for side in (0, 1))
        lines = [
            node("Constant", (), "p", value_ints=[0, 0, *before, 0, 0, *after]),
            node("Pad", ("x", "p"), "padded", mode=MODES[mode]),
        ]
        first, given["pads"] = "padded", None
    lines.append(node("Conv", (first, *list(arrays)[1:]), **given, group=unless(config["groups"], 1)))
    return Case("convolution", arrays, our_conv(config, padding=asked(config)), theirs(lines, arrays), config["seed"])


def theirs(lines: list[str], arrays: Config) -> str:
    return f"nodes = [{', '.join(lines)}]\ntheirs = run(nodes, {', '.join(f'{name}={name}' for name in arrays)})"


def transposed(config: Config) -> Case:
    arrays, shape, extra = weights(config, transposed=True), config["output_shape"], each(config, "output_padding")
    if config["out_channels"] % config["groups"]:
        raise ValueError
    given = {
        **attributes(config),
        "group": unless(config["groups"], 1),
        "output_padding": unless(extra, 0),
        "output_shape": shape,
    }
    word = (
        config["padding"] or "same_lower" if shape else asked(config)
    )  # the operator's text: without SAME_UPPER the odd cell is at the start
    ours = our_conv(
        config,
        "ConvTranspose",
        padding=word,
        output_padding=extra if word == "valid" else unless(extra, 0),
        output_shape=shape,
    )
    return Case(
        "transposed", arrays, ours, theirs([node("ConvTranspose", tuple(arrays), **given)], arrays), config["seed"]
    )


def pool(config: Config) -> Case:
    kind, arrays = config["kind"], {"x": (config["channels"], *each(config, "input"))}
    given = {
        "kernel_shape": each(config, "kernel"),
        **attributes(config),
        "ceil_mode": int(config["ceil_mode"]) or None,
    }
    if kind == "average":
        given["count_include_pad"] = int(config["count_include_pad"]) or None
    name = {"max": "MaxPool", "average": "AveragePool", "l2": "LpPool"}[kind]
    return Case(
        kind,
        arrays,
        our_pool(config, padding=asked(config)),
        theirs([node(name, ("x",), **given)], arrays),
        config["seed"],
    )


def globally(config: Config) -> Case:
    arrays = {"x": (config["channels"], *each(config, "input"))}
    name = {"average": "GlobalAveragePool", "max": "GlobalMaxPool"}[config["mode"]]
    ours = call("AdaptivePool", each(config, "input"), each(config, "windows"), mode=unless(config["mode"], "average"))
    if set(each(config, "windows")) != {1}:
        raise ValueError
    return Case("adaptive", arrays, ours, theirs([node(name, ("x",))], arrays), config["seed"])


CASES = {
    "convolution": conv,
    "transposed": transposed,
    "adaptive": globally,
    **dict.fromkeys(("max", "average", "l2"), pool),
}

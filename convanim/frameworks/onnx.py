"""ONNX' nodes as operations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any

from ..errors import ConvanimError, expected_one_of
from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from ..geometry.axis import Cell
from ..geometry.padding import Pair
from .onnx_graph import Graph, attributes, left_open, loaded, sized
from .walk import Imported, Padding, Walk, need

AUTO_PADS = {"VALID": "valid", "SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower"}
MODES = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


def from_onnx(model: Any, node: str | None = None, input_size: Any = None) -> Imported | list[Imported]:
    """The nodes of an ONNX model as operations with their weights: a list in the graph's order, or the one that `node`
    names.

    `model` is a ModelProto or the path of a file. Nodes are Conv, ConvTranspose, MaxPool, AveragePool, LpPool of p=2
    and the global poolings; a node's name is its own, or that of its output. `input_size`, without channels, stands for
    the sizes that the model's input leaves open; an int is for all axes. Pad nodes fold into the node after them where
    that is exact. All other nodes are named in one ConvanimWarning. Raises ConvanimError for an object that is no
    model, an unknown node, and sizes that stay unknown.
    """
    try:
        import onnx
    except ImportError:
        raise need("ONNX", "onnx") from None
    graph = sized(onnx, loaded(onnx, model), input_size, KINDS)
    chosen = None if node is None else _named(graph, node)
    if not any(one.op_type in KINDS for one in graph.nodes):
        raise ConvanimError("the model holds no convolution or pooling that convanim knows: there is nothing to import")
    if input_size is None and (name := left_open(graph, KINDS)):
        raise ConvanimError(f"the model leaves the size of {name!r} open: give input_size=32, or one value an axis")
    if chosen is not None:
        return _one(graph, chosen)
    walk = Walk(taken=_taken(graph))
    for one in graph.nodes:
        _meet(walk, graph, one)
    return walk.finish(stacklevel=3)


def _taken(graph: Graph) -> Counter[Hashable]:
    """How often each tensor is taken, by nodes and as an output of the model."""
    return Counter([*(name for node in graph.nodes for name in node.input), *graph.outputs])


def _name(node: Any) -> str:
    return str(node.name or node.output[0])


def _named(graph: Graph, wanted: str) -> Any:
    """The node of this name, or with an output of this name."""
    known = [_name(one) for one in graph.nodes if one.op_type in KINDS]
    node = next((one for one in graph.nodes if wanted == one.name or wanted in one.output), None)
    if node is None:
        raise expected_one_of("node", wanted, known)
    if node.op_type not in KINDS:
        raise ConvanimError(
            f"node {wanted!r} is a {node.op_type}, no convolution or pooling: take one of"
            f" {', '.join(known) or 'another model'}"
        )
    return node


def _one(graph: Graph, node: Any) -> Imported:
    """One node, with the padding that folds into it."""
    walk = Walk(taken=_taken(graph))
    for other in graph.nodes:
        if other is node:
            walk.layer(_imported(graph, node), node.input[0], node.output[0])
        elif other.op_type == "Pad":
            _meet(walk, graph, other)
    return walk.found[0]


def _meet(walk: Walk, graph: Graph, node: Any) -> None:
    name = _name(node)
    if node.op_type not in KINDS and node.op_type != "Pad":
        walk.skip(name, node.op_type, *_passed(graph, node))
        return
    try:
        if node.op_type == "Pad":
            walk.padding(_padding(graph, node), node.input[0], node.output[0])
        else:
            walk.layer(_imported(graph, node), node.input[0], node.output[0])
    except ConvanimError as error:
        walk.skip(name, f"{node.op_type}: {error}", *_passed(graph, node))


def _passed(graph: Graph, node: Any) -> tuple[list[str], str]:
    """The tensors that a node takes, constants left out, and the one that it gives."""
    return [name for name in node.input if name and graph.value(name) is None], node.output[0]


def _imported(graph: Graph, node: Any) -> Imported:
    given = attributes(node)
    size = graph.size(node.input[0])
    op = KINDS[node.op_type](graph, node, size, given)
    weights = [graph.value(name) for name in node.input[1:3]] if op.weighted else []
    kernel, bias = [*weights, None, None][:2]
    return Imported(_name(node), op, kernel, bias)


def _pairs(pads: Any, ndim: int) -> list[Pair]:
    """All that is before, then all that is after, as a pair an axis."""
    return [(int(pads[n]), int(pads[n + ndim])) for n in range(ndim)]


def _shared(given: dict[str, Any], ndim: int) -> dict[str, Any]:
    """The parameters that convolutions and poolings share, with ONNX' defaults."""
    word = given.get("auto_pad", "NOTSET")
    padding = _pairs(given.get("pads", [0] * 2 * ndim), ndim) if word == "NOTSET" else AUTO_PADS.get(word, word)
    return {
        "stride": given.get("strides", (1,) * ndim),
        "dilation": given.get("dilations", (1,) * ndim),
        "padding": padding,
    }


def _channels(graph: Graph, node: Any, given: dict[str, Any]) -> tuple[list[int], dict[str, Any]]:
    """The shape of the weights, and the channels that follow from it."""
    shape = [n or 0 for n in graph.shapes.get(node.input[1], [])]
    if len(shape) < 3 or 0 in shape:
        raise ConvanimError("the shape of its weights isn't known from the model: give them a shape, or values")
    groups = given.get("group", 1)
    inside, outside = (
        (shape[0], shape[1] * groups) if node.op_type == "ConvTranspose" else (shape[1] * groups, shape[0])
    )
    bias = len(node.input) > 2 and bool(node.input[2])
    return shape[2:], {"groups": groups, "in_channels": inside, "out_channels": outside, "bias": bias}


def _conv(graph: Graph, node: Any, size: Cell, given: dict[str, Any]) -> Conv:
    kernel, channels = _channels(graph, node, given)
    return Conv(size, kernel, **_shared(given, len(size)), **channels)


def _transposed(graph: Graph, node: Any, size: Cell, given: dict[str, Any]) -> ConvTranspose:
    """With an output_shape, the pads follow from it, the odd cell at the start but for SAME_UPPER (the operator's
    text).
    """
    kernel, channels = _channels(graph, node, given)
    words, extra = _shared(given, len(size)), given.get("output_padding", (0,) * len(size))
    wanted = tuple(given["output_shape"][-len(size) :]) if "output_shape" in given else None
    if wanted:
        words["padding"] = "same_upper" if words["padding"] == "same_upper" else "same_lower"
    elif words["padding"] in ("same_upper", "same_lower") and any(extra):
        wanted = tuple(i * s for i, s in zip(size, words["stride"], strict=True))
    return ConvTranspose(size, kernel, output_padding=extra, output_shape=wanted, **words, **channels)


def _pool(mode: str) -> Callable[[Graph, Any, Cell, dict[str, Any]], Pool]:
    def build(graph: Graph, node: Any, size: Cell, given: dict[str, Any]) -> Pool:
        if given.get("p", 2) != 2:
            raise ConvanimError(f"p={given['p']}: convanim has the L2 pooling, p=2")
        words = _shared(given, len(size))
        counts = (
            mode != "average"
            or bool(given.get("count_include_pad", 0))
            or not any(map(any, _given_pads(words["padding"])))
        )
        return Pool(
            size,
            given["kernel_shape"],
            mode=mode,
            ceil_mode=bool(given.get("ceil_mode", 0)),
            count_include_pad=counts,
            **words,
        )

    return build


def _given_pads(padding: str | list[Pair]) -> list[Pair]:
    """The pads in numbers; a word that may be some counts as some."""
    return padding if isinstance(padding, list) else [(int(padding != "valid"), 0)]


def _global(mode: str) -> Callable[[Graph, Any, Cell, dict[str, Any]], Operation]:
    return lambda graph, node, size, given: AdaptivePool(size, 1, mode=mode)


def _padding(graph: Graph, node: Any) -> Padding:
    """A Pad node; its numbers are an attribute, or since opset 11 an input."""
    given, size = attributes(node), graph.size(node.input[0])
    inputs = [graph.value(name) if name else None for name in node.input[1:]] + [None] * 3
    pads, value, axes = given.get("pads", inputs[0]), given.get("value", inputs[1]), inputs[2]
    if pads is None or (axes is None and len(node.input) > 3 and node.input[3]):
        raise ConvanimError("its pads are only known when the model runs")
    rank = len(size) + 2
    named = range(rank) if axes is None else [int(axis) % rank for axis in axes]
    rows = dict(zip(named, _pairs(pads, len(named)), strict=True))
    if any(any(rows.get(axis, ())) for axis in (0, 1)):
        raise ConvanimError("it pads the batch or the channels")
    filled = 0.0 if value is None else float(value.flat[0] if hasattr(value, "flat") else value)
    mode = MODES[given.get("mode", "constant")] if filled == 0 else "constant"
    return Padding(_name(node), "Pad", size, tuple(rows.get(axis, (0, 0)) for axis in range(2, rank)), mode, filled)


KINDS: dict[str, Callable[[Graph, Any, Cell, dict[str, Any]], Operation]] = {
    "Conv": _conv,
    "ConvTranspose": _transposed,
    "MaxPool": _pool("max"),
    "AveragePool": _pool("average"),
    "LpPool": _pool("l2"),
    "GlobalMaxPool": _global("max"),
    "GlobalAveragePool": _global("average"),
}

"""ONNX' nodes as operations."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..axis import Cell
from ..errors import ConvanimError, expected_one_of, shown
from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from ..padding import Pair
from .walk import Array, Imported, Padding, Walk, need, size_of

AUTO_PADS = {"VALID": "valid", "SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower"}
MODES = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


def from_onnx(model: Any, node: str | None = None, input_size: Any = None) -> Imported | list[Imported]:
    """What the nodes of an ONNX model compute, with their weights: a list in the graph's order, or the one that `node` names.

    `model` is a ModelProto or the path of a file. Nodes are Conv, ConvTranspose, MaxPool, AveragePool, LpPool of p=2 and the global
    poolings; a node's name is its own, or that of its output. `input_size`, without channels, stands for the sizes that the
    model's input leaves open; an int is for all axes. Pad nodes fold into the node after them where that is exact. What else
    there is, is named in one ConvanimWarning. Raises ConvanimError for what is no model, a node that isn't there, and sizes that
    stay unknown.
    """
    try:
        import onnx
    except ImportError:
        raise need("ONNX", "onnx") from None
    graph = _sized(onnx, _loaded(onnx, model), input_size)
    chosen = None if node is None else _named(graph, node)
    if not any(one.op_type in KINDS for one in graph.nodes):
        raise ConvanimError("the model holds no convolution or pooling that convanim knows: there is nothing to import")
    if input_size is None and (name := _open(graph)):
        raise ConvanimError(f"the model leaves the size of {name!r} open: give input_size=32, or one value an axis")
    if chosen is not None:
        return _one(graph, chosen)
    walk = Walk()
    for one in graph.nodes:
        _meet(walk, graph, one)
    return walk.finish(stacklevel=3)


def _loaded(onnx: Any, model: Any) -> Any:
    """The model, read from its file if it is a path."""
    if isinstance(model, onnx.ModelProto):
        return model
    if not isinstance(model, str | os.PathLike):
        raise ConvanimError(f"{shown(model)} is no ONNX model: give an onnx.ModelProto, or the path of a file")
    path = os.fspath(model)
    try:
        loaded = onnx.load(path)
    except OSError as error:
        raise ConvanimError(f"{path} can't be read: {error.strerror or error}") from None
    except Exception:  # of the decoder, which has several
        loaded = None
    if loaded is None or not loaded.graph.node:
        raise ConvanimError(f"{path} is not an ONNX model: give a file that onnx.save wrote")
    return loaded


@dataclass(frozen=True, eq=False)
class Graph:
    """What a graph says of itself: its nodes, and by name the values that are known and the shapes, None where a dimension is open."""

    nodes: list[Any]
    constants: dict[str, Any]
    shapes: dict[str, list[int | None]]
    read: Callable[[Any], Array]

    def value(self, name: str) -> Array | None:
        """A constant's values; None for what is only known when the model runs."""
        return self.read(self.constants[name]) if name in self.constants else None

    def size(self, name: str) -> Cell:
        """The size of a tensor, without batch and channels."""
        size = tuple(self.shapes.get(name, [])[2:])
        known = tuple(n for n in size if n is not None)
        if not size or len(known) < len(size):
            raise ConvanimError(f"the size of {name!r} is only known when the model runs")
        return known


def _sized(onnx: Any, model: Any, input_size: Any) -> Graph:
    """The graph with the shapes that follow from its inputs' and, where these leave it open, from the given size."""
    sized = onnx.ModelProto()
    sized.CopyFrom(model)
    _fill(sized, input_size)
    try:
        inferred = onnx.shape_inference.infer_shapes(sized, data_prop=True).graph
    except Exception as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ConvanimError(f"the sizes in the model don't fit together: {reason}") from None
    shapes = {value.name: [d.dim_value if _is_known(d) else None for d in value.type.tensor_type.shape.dim]
              for values in (inferred.input, inferred.value_info, inferred.output) for value in values}
    constants: dict[str, Any] = {one.name: one for one in inferred.initializer}
    constants |= {one.output[0]: one for one in inferred.node if one.op_type == "Constant"}
    shapes |= {one.name: list(one.dims) for one in inferred.initializer}

    def read(constant: Any) -> Array:
        if isinstance(constant, onnx.NodeProto):
            constant = onnx.helper.get_attribute_value(constant.attribute[0])
        import numpy as np

        array = onnx.numpy_helper.to_array(constant) if isinstance(constant, onnx.TensorProto) else np.asarray(constant)
        return array if array.dtype in (np.float32, np.float64, np.int64) else array.astype(np.float32)

    nodes = [one for one in inferred.node if one.op_type != "Constant"]
    return Graph(nodes, constants, shapes, read)


def _fill(model: Any, input_size: Any) -> None:
    """Put the given size in the place of what the model's inputs leave open, with a batch of 1 if that is open too."""
    initial = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in initial]
    ndim = next((len(pairs) // 2 if name == "pads" else len(pairs) for one in model.graph.node if one.op_type in KINDS
                 for name, pairs in _attributes(one).items() if name in ("pads", "kernel_shape", "strides")), 2)
    for value in inputs:
        if not value.type.tensor_type.HasField("shape") and input_size is not None:  # nothing is said of it: any channels
            for _ in range(ndim + 2):
                value.type.tensor_type.shape.dim.add()
    spatial = {value.name: value.type.tensor_type.shape.dim[2:] for value in inputs}
    for value in inputs:
        dims = value.type.tensor_type.shape.dim
        if len(dims) > 2 and not _is_known(dims[0]):
            dims[0].dim_value = 1
    if input_size is None:
        return
    left_open = {name: dims for name, dims in spatial.items() if not all(map(_is_known, dims))}
    for name, dims in (left_open or spatial).items():
        if not dims:
            continue
        size = size_of(input_size, len(dims), f"the model's input {name!r}")
        known = tuple(one.dim_value if _is_known(one) else None for one in dims)
        if any(n not in (None, wanted) for n, wanted in zip(known, size, strict=True)):
            raise ConvanimError(f"input_size={size} is not what the model's input {name!r} has, {known}: leave it out, or give the sizes left open")
        for one, wanted in zip(dims, size, strict=True):
            one.dim_value = wanted
        if not left_open:
            return  # the first input is the picture, those after it weights


def _open(graph: Graph) -> str:
    """The first tensor that a convolution or pooling takes and whose size isn't known; "" for none."""
    taken = [one.input[0] for one in graph.nodes if one.op_type in KINDS]
    return next((name for name in taken if None in graph.shapes.get(name, [None])[2:] or len(graph.shapes.get(name, [])) < 3), "")


def _is_known(dim: Any) -> bool:
    return bool(dim.HasField("dim_value") and dim.dim_value > 0)


def _attributes(node: Any) -> dict[str, Any]:
    """A node's attributes by name: whole numbers, lists of them, or words."""
    import onnx

    values = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in values.items()}


# --- nodes


def _name(node: Any) -> str:
    return str(node.name or node.output[0])


def _named(graph: Graph, wanted: str) -> Any:
    """The node of this name, or with an output of this name."""
    known = [_name(one) for one in graph.nodes if one.op_type in KINDS]
    node = next((one for one in graph.nodes if wanted == one.name or wanted in one.output), None)
    if node is None:
        raise expected_one_of("node", wanted, known)
    if node.op_type not in KINDS:
        raise ConvanimError(f"node {wanted!r} is a {node.op_type}, no convolution or pooling: take one of {', '.join(known) or 'another model'}")
    return node


def _one(graph: Graph, node: Any) -> Imported:
    """One node, with what folds into it."""
    walk = Walk()
    for other in graph.nodes:
        if other is node:
            walk.layer(_imported(graph, node), node.input[0], node.output[0])
        elif other.op_type == "Pad":
            _meet(walk, graph, other)
    return walk.found[0]


def _meet(walk: Walk, graph: Graph, node: Any) -> None:
    name = _name(node)
    if node.op_type not in KINDS and node.op_type != "Pad":
        walk.skip(name, node.op_type)
        return
    try:
        if node.op_type == "Pad":
            walk.padding(_padding(graph, node), node.input[0], node.output[0])
        else:
            walk.layer(_imported(graph, node), node.input[0], node.output[0])
    except ConvanimError as error:
        walk.skip(name, f"{node.op_type}: {error}")


def _imported(graph: Graph, node: Any) -> Imported:
    given = _attributes(node)
    size = graph.size(node.input[0])
    op = KINDS[node.op_type](graph, node, size, given)
    weights = [graph.value(name) for name in node.input[1:3]] if isinstance(op, Conv | ConvTranspose) else []
    kernel, bias = [*weights, None, None][:2]
    return Imported(_name(node), op, kernel, bias)


def _pairs(pads: Any, ndim: int) -> list[Pair]:
    """All that is before, then all that is after, as a pair an axis."""
    return [(int(pads[n]), int(pads[n + ndim])) for n in range(ndim)]


def _shared(given: dict[str, Any], ndim: int) -> dict[str, Any]:
    """What convolutions and poolings have in common, with ONNX' defaults."""
    word = given.get("auto_pad", "NOTSET")
    padding = _pairs(given.get("pads", [0] * 2 * ndim), ndim) if word == "NOTSET" else AUTO_PADS.get(word, word)
    return {"stride": given.get("strides", (1,) * ndim), "dilation": given.get("dilations", (1,) * ndim), "padding": padding}


def _channels(graph: Graph, node: Any, given: dict[str, Any]) -> tuple[list[int], dict[str, Any]]:
    """The shape of the weights, and what follows from it."""
    shape = [n or 0 for n in graph.shapes.get(node.input[1], [])]
    if len(shape) < 3 or 0 in shape:
        raise ConvanimError("the shape of its weights isn't known from the model: give them a shape, or values")
    groups = given.get("group", 1)
    inside, outside = (shape[0], shape[1] * groups) if node.op_type == "ConvTranspose" else (shape[1] * groups, shape[0])
    bias = len(node.input) > 2 and bool(node.input[2])
    return shape[2:], {"groups": groups, "in_channels": inside, "out_channels": outside, "bias": bias}


def _conv(graph: Graph, node: Any, size: Cell, given: dict[str, Any]) -> Conv:
    kernel, channels = _channels(graph, node, given)
    return Conv(size, kernel, **_shared(given, len(size)), **channels)


def _transposed(graph: Graph, node: Any, size: Cell, given: dict[str, Any]) -> ConvTranspose:
    """With an output_shape, the pads follow from it, the odd cell at the start but for SAME_UPPER (the operator's text)."""
    kernel, channels = _channels(graph, node, given)
    words, extra = _shared(given, len(size)), given.get("output_padding", (0,) * len(size))
    wanted = tuple(given["output_shape"][-len(size):]) if "output_shape" in given else None
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
        counts = mode != "average" or bool(given.get("count_include_pad", 0)) or not any(map(any, _given_pads(words["padding"])))
        return Pool(size, given["kernel_shape"], mode=mode, ceil_mode=bool(given.get("ceil_mode", 0)), count_include_pad=counts, **words)

    return build


def _given_pads(padding: str | list[Pair]) -> list[Pair]:
    """The pads in numbers; a word that may be some counts as some."""
    return padding if isinstance(padding, list) else [(int(padding != "valid"), 0)]


def _global(mode: str) -> Callable[[Graph, Any, Cell, dict[str, Any]], Operation]:
    return lambda graph, node, size, given: AdaptivePool(size, 1, mode=mode)


def _padding(graph: Graph, node: Any) -> Padding:
    """A Pad node; its numbers are an attribute, or since opset 11 an input."""
    given, size = _attributes(node), graph.size(node.input[0])
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
    "Conv": _conv, "ConvTranspose": _transposed, "MaxPool": _pool("max"), "AveragePool": _pool("average"), "LpPool": _pool("l2"),
    "GlobalMaxPool": _global("max"), "GlobalAveragePool": _global("average"),
}

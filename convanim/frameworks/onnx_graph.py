"""An ONNX model's graph: read from its file, with constants folded and the sizes of what its nodes take.

Sizes are inferred node by node, with ONNX' own inference, and constants folded with its reference implementation. Both
see small tensors alone, so that a foreign file costs no more time and memory than it has nodes and weights.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import ConvanimError, short_repr
from ..geometry.axis import Cell
from .imported import Array, shortest_decimals

MOST_VALUES = 4096  # of a tensor that sizes may follow from; larger ones are weights
MOST_WEIGHTS = 1 << 28  # of a kernel that nodes compute from constants

# what may be computed from constants: nodes whose output is no larger than their inputs together
FOLDED = frozenset(
    [
        "Abs",
        "Add",
        "And",
        "Cast",
        "CastLike",
        "Ceil",
        "Concat",
        "Div",
        "Equal",
        "Exp",
        "Flatten",
        "Floor",
        "Gather",
        "GatherElements",
        "GatherND",
        "Greater",
        "GreaterOrEqual",
        "Identity",
        "Less",
        "LessOrEqual",
        "Max",
        "Min",
        "Mod",
        "Mul",
        "Neg",
        "Not",
        "Or",
        "Pow",
        "ReduceMax",
        "ReduceMin",
        "ReduceProd",
        "ReduceSum",
        "Reshape",
        "Round",
        "ScatterElements",
        "ScatterND",
        "Slice",
        "Split",
        "Sqrt",
        "Squeeze",
        "Sub",
        "Sum",
        "Transpose",
        "Unsqueeze",
        "Where",
        "Xor",
        "DequantizeLinear",
        "QuantizeLinear",
        "ConstantOfShape",
        "Expand",
        "Range",
        "Tile",
    ]
)


def loaded(onnx: Any, model: Any) -> Any:
    """The model, read from its file if it is a path, with its own functions put in their places."""
    if not isinstance(model, onnx.ModelProto):
        model = _read(onnx, model)
    if model.functions:
        from onnx import inliner

        try:
            model = inliner.inline_local_functions(model)
        except Exception as error:
            raise ConvanimError(f"the functions in the model can't be put in their places: {_reason(error)}") from None
    return model


def _read(onnx: Any, given: Any) -> Any:
    if not isinstance(given, str | os.PathLike):
        raise ConvanimError(f"{short_repr(given)} is not an ONNX model: give an onnx.ModelProto, or the path of a file")
    path = os.fspath(given)
    try:
        read = onnx.load(path)
    except OSError as error:
        raise ConvanimError(f"{path} can't be read: {error.strerror or error}") from None
    except Exception:  # of the decoder, which has several
        read = None
    if read is None or not read.graph.node:
        raise ConvanimError(f"{path} is not an ONNX model: give a file that onnx.save wrote")
    return read


def _reason(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


@dataclass(eq=False)
class Graph:
    """A graph: its nodes, and by name the small known values and the shapes, with None for an open dimension."""

    nodes: list[Any]
    inputs: dict[str, list[str | int | None] | None]  # of each dimension the size, or the name; None for no shape
    outputs: tuple[str, ...]
    opsets: dict[str, int]
    initial: dict[str, Any]
    declared: dict[str, Any]
    makers: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Array] = field(default_factory=dict)
    types: dict[str, Any] = field(default_factory=dict)
    large: set[str] = field(default_factory=set)  # constants that aren't small

    def shape(self, name: str) -> list[int | None]:
        """The shape of a tensor, [] where nothing is known of it."""
        if name in self.initial:
            return list(self.initial[name].dims)
        kind = self.types.get(name)
        if kind is None or not kind.tensor_type.HasField("shape"):
            return []
        return [d.dim_value if is_known(d) else None for d in kind.tensor_type.shape.dim]

    def is_constant(self, name: str) -> bool:
        """Whether a tensor doesn't depend on the model's inputs."""
        return name in self.values or name in self.large or name in self.initial

    def value(self, name: str) -> Array | None:
        """A constant's values; None for what is only known when the model runs."""
        if name in self.values:
            return wide(self.values[name])
        if name in self.initial:
            return wide(array_of(self.initial[name]))
        if name in self.large:
            node = self.makers[name]
            given = [self.value(one) if one else None for one in node.input]
            if math.prod(n or 0 for n in self.shape(name)) <= MOST_WEIGHTS:
                return wide(computed(self, node, given)[list(node.output).index(name)])
        return None

    def size(self, name: str) -> Cell:
        """The size of a tensor, without batch and channels."""
        size = tuple(self.shape(name)[2:])
        known = tuple(n for n in size if n is not None)
        if not size or len(known) < len(size):
            raise ConvanimError(f"the size of {name!r} is only known when the model runs")
        return known


def wide(array: Array) -> Array:
    """An array in a number type that numpy computes with."""
    import numpy as np

    if array.dtype in (np.float16, np.float32, np.float64, np.int64):
        return array
    exact = array.astype(np.float32)
    narrow = array.dtype.kind == "V"  # bfloat16 and float8, which numpy lacks
    return shortest_decimals(exact, lambda values: values.astype(array.dtype).astype(np.float32)) if narrow else exact


def array_of(tensor: Any) -> Array:
    """A tensor of a file as an array; one line where its data doesn't fit its shape."""
    from onnx import numpy_helper

    if math.prod(tensor.dims) > MOST_WEIGHTS or min(tensor.dims, default=0) < 0:
        raise ConvanimError(f"the tensor {tensor.name!r} has the shape {short_repr(tuple(tensor.dims))}")
    try:
        array: Array = numpy_helper.to_array(tensor)
    except Exception as error:
        raise ConvanimError(f"the data of the tensor {tensor.name!r} doesn't fit its shape: {_reason(error)}") from None
    return array


def read(model: Any) -> Graph:
    """The graph of a model, without any size that doesn't stand in it."""
    graph = model.graph
    initial = {one.name: one for one in graph.initializer}
    inputs: dict[str, list[str | int | None] | None] = {}
    for one in graph.input:
        if one.name not in initial:
            tensor = one.type.tensor_type
            dims = [d.dim_value if is_known(d) else d.dim_param or None for d in tensor.shape.dim]
            inputs[one.name] = dims if tensor.HasField("shape") else None
    declared = {one.name: one.type for one in (*graph.input, *graph.value_info, *graph.output)}
    nodes = [node for node in graph.node if node.output]
    opsets = {one.domain: one.version for one in model.opset_import} or {"": 1}
    makers = {name: node for node in nodes for name in node.output}
    return Graph(nodes, inputs, tuple(one.name for one in graph.output), opsets, initial, declared, makers)


def is_known(dim: Any) -> bool:
    """Whether a dimension has a size."""
    return bool(dim.HasField("dim_value") and dim.dim_value > 0)


def infer(graph: Graph, shapes: Mapping[str, Sequence[int | None] | None], trusted: bool) -> None:
    """Fill in the values and the types of all tensors, from these shapes of the inputs on.

    `trusted` says that the shapes that the file has of what its nodes give are of the same inputs.
    """
    from onnx import helper

    graph.values, graph.types, graph.large = {}, {}, set()
    for name, shape in shapes.items():
        element = graph.declared[name].tensor_type.elem_type if name in graph.declared else 1
        graph.types[name] = helper.make_tensor_type_proto(element or 1, shape)
    for name, tensor in graph.initial.items():
        graph.types[name] = _positive(helper.make_tensor_type_proto(tensor.data_type or 1, list(tensor.dims)))
        if math.prod(tensor.dims) <= MOST_VALUES:
            try:
                graph.values[name] = array_of(tensor)
            except ConvanimError:
                continue
    for node in graph.nodes:
        _infer_node(graph, node, trusted)


def _infer_node(graph: Graph, node: Any, trusted: bool) -> None:
    from onnx import helper

    folded = _folded(graph, node)
    if folded is not None:
        for name, array in zip(node.output, folded, strict=False):
            if name:
                graph.types[name] = _positive(helper.make_tensor_type_proto(_element(array), list(array.shape)))
                if array.size <= MOST_VALUES:
                    graph.values[name] = array
                else:
                    graph.large.add(name)
        return
    if node.op_type == "Constant" or (
        node.op_type in FOLDED and node.input and all(graph.is_constant(one) for one in node.input if one)
    ):
        graph.large |= {*node.output}
    graph.types |= _types(graph, node)
    for name in node.output:
        if trusted and name in graph.declared and None in (graph.shape(name) or [None]):
            graph.types[name] = _positive(graph.declared[name])


def _positive(kind: Any) -> Any:
    """A type whose dimensions of no cell, or of fewer, are open: ONNX' inference of slices ends the process at them."""
    if any(dim.HasField("dim_value") and dim.dim_value <= 0 for dim in kind.tensor_type.shape.dim):
        copy = type(kind)()
        copy.CopyFrom(kind)
        for dim in copy.tensor_type.shape.dim:
            if dim.HasField("dim_value") and dim.dim_value <= 0:
                dim.Clear()
        return copy
    return kind


def _element(array: Array) -> int:
    from onnx import helper

    return int(helper.np_dtype_to_tensor_dtype(array.dtype))


def _folded(graph: Graph, node: Any) -> list[Array] | None:
    """The outputs of a node whose inputs are known and small; of Shape, where the shape is known."""
    import numpy as np

    if node.domain not in ("", "ai.onnx"):
        return None
    if node.op_type == "Constant":
        return _constant(node)
    if node.op_type in ("Shape", "Size"):
        given = attributes(node)
        shape = graph.shape(node.input[0]) if node.input else []
        if not shape and not graph.is_constant(node.input[0] if node.input else ""):
            return None
        part = shape[given.get("start", 0) : given.get("end", len(shape))]
        if node.op_type == "Size":
            part = [None if None in shape else math.prod(n or 0 for n in shape)]
        if None in part:
            return None
        return [np.array(part if node.op_type == "Shape" else part[0], np.int64)]
    if node.op_type not in FOLDED or not node.input or any(one and one not in graph.values for one in node.input):
        return None
    given_values = [graph.values[one] if one else None for one in node.input]
    if _made(node, given_values) > MOST_VALUES:
        return None
    try:
        return computed(graph, node, given_values)
    except ConvanimError:
        return None


def _made(node: Any, given: list[Array | None]) -> int:
    """How many values a node makes, where that can be more than its inputs have together."""
    first = given[0]
    numbers = [int(n) for n in first.flat] if first is not None else []
    if node.op_type == "ConstantOfShape":
        return math.prod(max(n, 0) for n in numbers)
    if node.op_type in ("Expand", "Tile") and first is not None and len(given) > 1 and given[1] is not None:
        return max(first.size, 1) * math.prod(max(int(n), 1) for n in given[1].flat)
    if node.op_type == "Range" and all(one is not None and one.size == 1 for one in given) and len(given) == 3:
        start, stop, step = (float(one.flat[0]) for one in given if one is not None)
        return int(abs((stop - start) / step)) if step else MOST_VALUES + 1
    return math.prod(max(one.size, 1) for one in given if one is not None and one.size > 64)


def _constant(node: Any) -> list[Array] | None:
    import numpy as np

    if not node.attribute:
        return None
    one = node.attribute[0]
    if one.name == "value":
        return None if math.prod(one.t.dims) > MOST_VALUES else [array_of(one.t)]
    value = attributes(node).get(one.name)
    if isinstance(value, str) or one.name not in ("value_int", "value_ints", "value_float", "value_floats"):
        return None
    return [np.asarray(value, np.int64 if "int" in one.name else np.float32)]


def computed(graph: Graph, node: Any, given: list[Array | None]) -> list[Array]:
    """The outputs of a node for these values, by ONNX' reference implementation."""
    from onnx import helper
    from onnx.reference import ReferenceEvaluator

    if node.op_type == "Constant":
        return [array_of(node.attribute[0].t)]
    names = {name: array for name, array in zip(node.input, given, strict=True) if name and array is not None}
    try:
        sides = [[helper.make_tensor_value_info(name, 1, None) for name in part] for part in (names, node.output)]
        made = helper.make_model(
            helper.make_graph([node], "g", *sides),
            opset_imports=[
                helper.make_opsetid(domain, _computing(node, version)) for domain, version in graph.opsets.items()
            ],
        )
        return list(ReferenceEvaluator(made).run(None, names))
    except Exception as error:
        raise ConvanimError(f"the constants of {name_of(node)} can't be computed: {_reason(error)}") from None


def _computing(node: Any, version: int) -> int:
    """The version of the operators to compute a node with; quantised numbers mean the same in all that have them, and
    the reference implementation lacks the older ones.
    """
    return max(version, 21) if node.op_type in ("QuantizeLinear", "DequantizeLinear") else version


def _types(graph: Graph, node: Any) -> dict[str, Any]:
    """The types of a node's outputs, by ONNX' own inference; {} where it finds none."""
    from onnx import defs, helper, numpy_helper, shape_inference

    nothing = helper.make_tensor_type_proto(1, None)
    try:
        node = _without_nothing(graph, node)
        domain = "" if node.domain == "ai.onnx" else node.domain
        schema = defs.get_schema(node.op_type, graph.opsets.get(domain, graph.opsets.get("ai.onnx", 1)), domain)
        types = {one: graph.types.get(one, nothing) for one in node.input if one}
        known = {one: numpy_helper.from_array(graph.values[one], one) for one in node.input if one in graph.values}
        opsets = [helper.make_opsetid(name, version) for name, version in graph.opsets.items()]
        made = shape_inference.infer_node_outputs(schema, node, types, known, None, opsets)
        return {name: _positive(one) for name, one in made.items()}
    except Exception:  # an unknown operator, or inputs that don't fit it
        return {}


def _without_nothing(graph: Graph, node: Any) -> Any:
    """A concatenation without its constants of no cell, whose sizes inference can't be told (see _positive)."""
    left = [one for one in node.input if one not in graph.values or graph.values[one].size]
    if node.op_type != "Concat" or len(left) == len(node.input) or not left:
        return node
    copy = type(node)()
    copy.CopyFrom(node)
    del copy.input[:]
    copy.input.extend(left)
    return copy


def name_of(node: Any) -> str:
    """A node's name: its own, or that of its first output."""
    return str(node.name or (node.output[0] if node.output else node.op_type))


def attributes(node: Any) -> dict[str, Any]:
    """A node's attributes by name: whole numbers, lists of them, or words."""
    import onnx

    values = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
    return {
        name: value.decode(errors="replace") if isinstance(value, bytes) else value for name, value in values.items()
    }

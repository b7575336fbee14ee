"""An ONNX model's graph: read from its file, with the sizes of its nodes' inputs."""

from __future__ import annotations

import math
import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ..errors import ConvanimError, short_repr
from ..geometry.axis import Cell
from .walk import Array, size_of

MOST_VALUES = 1024  # of a tensor that sizes may follow from; larger ones are weights


def loaded(onnx: Any, model: Any) -> Any:
    """The model, read from its file if it is a path."""
    if isinstance(model, onnx.ModelProto):
        return model
    if not isinstance(model, str | os.PathLike):
        raise ConvanimError(f"{short_repr(model)} is no ONNX model: give an onnx.ModelProto, or the path of a file")
    path = os.fspath(model)
    try:
        read = onnx.load(path)
    except OSError as error:
        raise ConvanimError(f"{path} can't be read: {error.strerror or error}") from None
    except Exception:  # of the decoder, which has several
        read = None
    if read is None or not read.graph.node:
        raise ConvanimError(f"{path} is not an ONNX model: give a file that onnx.save wrote")
    return read


@dataclass(frozen=True, eq=False)
class Graph:
    """A graph: its nodes, and by name the known values and the shapes, with None for an open dimension."""

    nodes: list[Any]
    constants: dict[str, Any]
    shapes: dict[str, list[int | None]]
    outputs: tuple[str, ...] = ()

    def value(self, name: str) -> Array | None:
        """A constant's values; None for values that are only known when the model runs."""
        if name not in self.constants:
            return None
        import numpy as np
        import onnx

        constant = self.constants[name]
        if isinstance(constant, onnx.NodeProto):
            constant = onnx.helper.get_attribute_value(constant.attribute[0])
        array = onnx.numpy_helper.to_array(constant) if isinstance(constant, onnx.TensorProto) else np.asarray(constant)
        return array if array.dtype in (np.float32, np.float64, np.int64) else array.astype(np.float32)

    def size(self, name: str) -> Cell:
        """The size of a tensor, without batch and channels."""
        size = tuple(self.shapes.get(name, [])[2:])
        known = tuple(n for n in size if n is not None)
        if not size or len(known) < len(size):
            raise ConvanimError(f"the size of {name!r} is only known when the model runs")
        return known


def sized(onnx: Any, model: Any, input_size: Any, kinds: Collection[str]) -> Graph:
    """The graph with the shapes that follow from its inputs' and, where these leave it open, from the given size.

    `kinds` are the operators that are to be imported.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for one in copy.graph.initializer:  # shapes follow from small constants: sizes, pads, axes
        if math.prod(one.dims) > MOST_VALUES:
            one.ClearField("raw_data")
    if _fill(copy, input_size, kinds):  # the sizes in between were stored for other inputs
        del copy.graph.value_info[:]
        for output in copy.graph.output:
            output.type.tensor_type.ClearField("shape")
    try:
        inferred = onnx.shape_inference.infer_shapes(copy, data_prop=True).graph
    except Exception as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ConvanimError(f"the sizes in the model don't fit together: {reason}") from None
    shapes = {
        value.name: [d.dim_value if _is_known(d) else None for d in value.type.tensor_type.shape.dim]
        for values in (inferred.input, inferred.value_info, inferred.output)
        for value in values
    }
    constants: dict[str, Any] = {one.name: one for one in model.graph.initializer}
    constants |= {one.output[0]: one for one in model.graph.node if one.op_type == "Constant"}
    shapes |= {one.name: list(one.dims) for one in model.graph.initializer}
    outputs = tuple(one.name for one in model.graph.output)
    return Graph([one for one in model.graph.node if one.op_type != "Constant"], constants, shapes, outputs)


def _fill(model: Any, input_size: Any, kinds: Collection[str]) -> bool:
    """Put the given size in the place of open dimensions of the model's inputs, and 1 for an open batch; whether there
    were any.
    """
    initial = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in initial]
    for value in inputs:
        shape = value.type.tensor_type.shape
        if not value.type.tensor_type.HasField("shape") and input_size is not None:  # nothing is known: any channels
            for _ in range(_count_axes(model, kinds) + 2):
                shape.dim.add()
    spatial = {value.name: value.type.tensor_type.shape.dim[2:] for value in inputs}
    for value in inputs:
        dims = value.type.tensor_type.shape.dim
        if len(dims) > 2 and not _is_known(dims[0]):
            dims[0].dim_value = 1
    if input_size is None:
        return False
    unsaid = {name: dims for name, dims in spatial.items() if not all(map(_is_known, dims))}
    for name, dims in (unsaid or spatial).items():
        if not dims:
            continue
        size = size_of(input_size, len(dims), f"the model's input {name!r}")
        known = tuple(one.dim_value if _is_known(one) else None for one in dims)
        if any(n not in (None, wanted) for n, wanted in zip(known, size, strict=True)):
            raise ConvanimError(
                f"input_size={size} is not what the model's input {name!r} has, {known}: leave it out, or give the"
                " sizes left open"
            )
        for one, wanted in zip(dims, size, strict=True):
            one.dim_value = wanted
        if not unsaid:
            break  # the first input is the picture, those after it weights
    return bool(unsaid)


def _count_axes(model: Any, kinds: Collection[str]) -> int:
    """The number of axes that the nodes of these kinds have; 2 where none says it."""
    return next(
        (
            len(pairs) // 2 if name == "pads" else len(pairs)
            for one in model.graph.node
            if one.op_type in kinds
            for name, pairs in attributes(one).items()
            if name in ("pads", "kernel_shape", "strides")
        ),
        2,
    )


def left_open(graph: Graph, kinds: Collection[str]) -> str:
    """The first tensor that a convolution or pooling takes and whose size isn't known; "" for none."""
    taken = [one.input[0] for one in graph.nodes if one.op_type in kinds]
    return next(
        (name for name in taken if None in graph.shapes.get(name, [None])[2:] or len(graph.shapes.get(name, [])) < 3),
        "",
    )


def _is_known(dim: Any) -> bool:
    return bool(dim.HasField("dim_value") and dim.dim_value > 0)


def attributes(node: Any) -> dict[str, Any]:
    """A node's attributes by name: whole numbers, lists of them, or words."""
    import onnx

    values = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in values.items()}

"""ONNX' nodes as operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ConvanimError, ConvanimWarning, expected_one_of
from ..geometry.axis import Cell
from ..geometry.network import Network
from ..geometry.parameters import is_many
from .assemble import finish, fold
from .imported import Imported, need
from .onnx_graph import Graph, attributes, infer, loaded, name_of, read
from .onnx_layers import BIASES, KINDS, WEIGHTS
from .onnx_names import DOMAINS
from .onnx_operators import HANDLERS
from .onnx_sizes import input_shapes, left_open, open_names
from .onnx_walk import Walk


def from_onnx(model: Any, node: str | None = None, input_size: Any = None) -> Imported | list[Imported] | Network:
    """The nodes of an ONNX model as operations with their weights: a list in the graph's order, or a Network where they
    are no chain, or the one node that `node` names.

    `model` is a ModelProto or the path of a file. Nodes are Conv, QLinearConv, ConvInteger, ConvTranspose, MaxPool,
    AveragePool, LpPool of p=2, the global poolings, and means and maxima over axes; a node's name is its own, or that
    of its output. `input_size`, without batch and channels, stands for the sizes that the model's input leaves open; an
    int is for all axes, and a table is for dimensions by name: {"time": 16000}. Constants are folded. Pad nodes fold
    into the node after them where that is exact, and Slice nodes into the node before them. An unknown operator breaks
    the chain. All other nodes are named in one ConvanimWarning. Raises ConvanimError for an object that is no model, an
    unknown node, and sizes that stay unknown.
    """
    try:
        import onnx
    except ImportError:
        raise need("ONNX", "onnx") from None
    try:
        return _imported(read(loaded(onnx, model)), node, input_size)
    except (ConvanimError, ConvanimWarning):
        raise
    except Exception as error:  # what a file can hold that no writer of models writes
        reason = next(iter(str(error).splitlines()), "")
        raise ConvanimError(f"the model is broken: {type(error).__name__} {reason}") from None


def _imported(graph: Graph, node: str | None, input_size: Any) -> Imported | list[Imported] | Network:
    chosen = None if node is None else _named(graph, node)
    if not any(map(_is_layer, graph.nodes)):
        raise ConvanimError("the model contains no supported convolution or pooling: there is nothing to import")
    _data_first(graph)
    walk, size = _walked(graph, input_size)
    if name := left_open(graph, KINDS):
        _check_open(graph, name, input_size)
    if chosen is not None:
        return _one(walk, chosen)
    return finish(walk.trace, size, stacklevel=4)


def _is_layer(node: Any) -> bool:
    return node.op_type in KINDS and node.domain in DOMAINS


def _data_first(graph: Graph) -> None:
    """Put inputs that are weights behind those that are data; the first one is the model's input."""
    rows = [(one, table.get(one.op_type, 0)) for one in graph.nodes for table in (WEIGHTS, BIASES)]
    weights = {one.input[n] for one, n in rows if 0 < n < len(one.input)}
    graph.inputs = dict(sorted(graph.inputs.items(), key=lambda row: row[0] in weights))


def _check_open(graph: Graph, name: str, input_size: Any) -> None:
    """Raise ConvanimError where a size that is given, or one more by name, would tell the size of a tensor."""
    names = open_names(graph)
    if isinstance(input_size, Mapping):
        if missing := [one for one in names if one not in input_size]:
            raise ConvanimError(f"input_size leaves the size of {name!r} open: give sizes for {', '.join(missing)} too")
    elif input_size is None and any(
        shape is None or not all(isinstance(n, int) for n in shape) for shape in graph.inputs.values()
    ):
        by_name = f", or sizes by name, {dict.fromkeys(names, 32)}" if names else ""
        raise ConvanimError(
            f"the model leaves the size of {name!r} open: give input_size=32, or one value per axis{by_name}"
        )


def _named(graph: Graph, wanted: str) -> Any:
    """The node of this name, or with an output of this name."""
    known = [name_of(one) for one in graph.nodes if _is_layer(one)]
    node = next((one for one in graph.nodes if wanted == one.name or wanted in one.output), None)
    if node is None:
        raise expected_one_of("node", wanted, known)
    if not _is_layer(node):
        raise ConvanimError(
            f"node {wanted!r} is a {node.op_type}, no convolution or pooling: take one of"
            f" {', '.join(known) or 'another model'}"
        )
    return node


def _one(walk: Walk, node: Any) -> Imported:
    """One node, with what folds into it."""
    if node.output[0] in walk.refused:
        raise walk.refused[node.output[0]]
    fold(walk.trace)
    layer = walk.trace.steps[walk.layers[node.output[0]]].layer
    assert layer is not None
    return layer


# --- where the axes of the model's input are


def _walked(graph: Graph, input_size: Any) -> tuple[Walk, Cell]:
    """The walk over the graph, with the input's axes where its first layer has them; and the size of the input.

    The axes may be behind batch and channels, between them, or behind the batch alone; the first place from which the
    first layer is reached through operators that are known is taken, otherwise the usual one.
    """
    usual: tuple[Walk, Cell] | None = None
    failure: ConvanimError | None = None
    for dims in _places(graph, input_size):
        try:
            found = _placed(graph, input_size, dims)
        except ConvanimError as error:
            if usual is None:
                failure = failure or error
                found = _placed(graph, None, dims)
                if found and found[0].reached():  # the size is for these axes, and doesn't fit them
                    raise
            continue
        if found and found[0].reached():
            return found
        usual = usual or found
    if failure is not None or usual is None:
        raise failure or ConvanimError("the model's input has no axes that a convolution or pooling could slide along")
    return _placed(graph, input_size, usual[0].dims) or usual


def _placed(graph: Graph, input_size: Any, dims: tuple[int, ...]) -> tuple[Walk, Cell] | None:
    """The walk with the input's axes at these dimensions, and the size of the input, () where it isn't known.

    None where the input has fewer dimensions.
    """
    shapes = input_shapes(graph, input_size, len(dims), dims)
    if shapes is None:
        return None
    opened = any(shape is None or not all(isinstance(n, int) for n in shape) for shape in graph.inputs.values())
    infer(graph, shapes, trusted=input_size is None or not opened)
    walk = Walk(graph, HANDLERS, dims)
    walk.run(shapes)
    first = next(iter(shapes.values()), None) or ()
    size = tuple(n for d, n in enumerate(first) if d in dims and n is not None)
    return walk, size if len(size) == len(dims) else ()


def _places(graph: Graph, input_size: Any) -> Iterator[tuple[int, ...]]:
    """The places where the axes of an input may be, the usual one first."""
    axes = next((count for one in graph.nodes if one.op_type in KINDS and (count := _axes_of(graph, one))), 2)
    given = is_many(input_size) and not isinstance(input_size, str | bytes | Mapping)
    ranks = [len(shape) for shape in graph.inputs.values() if shape is not None][:1]
    counts = [axes, *range(axes - 1, 0, -1)]
    if given and len(input_size) in counts:
        counts = [len(input_size)]
    for count in counts:
        for begin in (2, 1, 0):
            if not ranks or begin + count <= ranks[0]:
                yield tuple(range(begin, begin + count))


def _axes_of(graph: Graph, node: Any) -> int:
    """How many axes a layer slides along, by its attributes or its weights; 0 where nothing says it."""
    for name, values in attributes(node).items():
        if name in ("pads", "kernel_shape", "strides") and isinstance(values, list):
            return len(values) // 2 if name == "pads" else len(values)
    place = WEIGHTS.get(node.op_type, -1)
    return max(0, len(graph.shape(node.input[place])) - 2) if 0 < place < len(node.input) else 0

"""ONNX' convolutions and poolings as operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ConvanimError, short_repr
from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from ..geometry.axis import Cell
from ..geometry.padding import Pair
from .imported import Array
from .onnx_graph import Graph

AUTO_PADS = {"VALID": "valid", "SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower"}


def weights_of(graph: Graph, node: Any) -> tuple[Array | None, Array | None]:
    """The kernel and the bias of a convolution; of quantised ones, as the numbers that they stand for."""
    place = WEIGHTS[node.op_type]
    names = [*node.input, *[""] * 9]
    kernel = graph.value(names[place]) if names[place] else None
    if node.op_type == "ConvInteger":
        zero = graph.value(names[3]) if names[3] else None
        return (None if kernel is None else kernel - _along(zero, kernel, 0)), None
    if node.op_type == "QLinearConv":
        scale, zero, x_scale = (graph.value(names[n]) for n in (4, 5, 1))
        bias = graph.value(names[8]) if names[8] else None
        if kernel is None or scale is None or x_scale is None:
            return None, None
        real = (kernel - _along(zero, kernel, 0)) * _along(scale, kernel, 1)
        return real, None if bias is None else bias * x_scale.reshape(-1) * scale.reshape(-1)
    return kernel, graph.value(names[2]) if names[2] else None


def _along(values: Array | None, kernel: Array, default: float) -> Any:
    """One number for all, or one an output channel, so that it spreads over a kernel."""
    if values is None:
        return default
    return values.reshape(-1, *(1,) * (kernel.ndim - 1)) if values.size > 1 else values.reshape(-1)[0]


def pairs_of(pads: Any, ndim: int) -> list[Pair]:
    """All that is before, then all that is after, as a pair per axis."""
    if len(pads) != 2 * ndim:
        raise ConvanimError(f"pads={short_repr(list(pads))} has {len(pads)} numbers, and {ndim} axes need {2 * ndim}")
    return [(int(pads[n]), int(pads[n + ndim])) for n in range(ndim)]


def _shared(given: dict[str, Any], ndim: int) -> dict[str, Any]:
    """The parameters that convolutions and poolings share, with ONNX' defaults."""
    word = given.get("auto_pad", "NOTSET")
    padding = pairs_of(given.get("pads", [0] * 2 * ndim), ndim) if word == "NOTSET" else AUTO_PADS.get(word, word)
    return {
        "stride": given.get("strides", (1,) * ndim),
        "dilation": given.get("dilations", (1,) * ndim),
        "padding": padding,
    }


def _channels(graph: Graph, node: Any, given: dict[str, Any]) -> tuple[list[int], dict[str, Any]]:
    """The shape of the weights, and what follows from it."""
    shape = [n or 0 for n in graph.shape(node.input[WEIGHTS[node.op_type]])]
    if len(shape) < 3 or 0 in shape:
        raise ConvanimError("the shape of its weights isn't known from the model: give them a shape, or values")
    groups = given.get("group", 1)
    inside, outside = (
        (shape[0], shape[1] * groups) if node.op_type == "ConvTranspose" else (shape[1] * groups, shape[0])
    )
    place = BIASES.get(node.op_type, len(node.input))
    bias = len(node.input) > place and bool(node.input[place])
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
            raise ConvanimError(f"p={given['p']}: only the L2 pooling is supported, p=2")
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


WEIGHTS = {"Conv": 1, "ConvTranspose": 1, "ConvInteger": 1, "QLinearConv": 3}  # where the kernel stands in the inputs
BIASES = {"Conv": 2, "ConvTranspose": 2, "QLinearConv": 8}
KINDS: dict[str, Callable[[Graph, Any, Cell, dict[str, Any]], Operation]] = {
    "Conv": _conv,
    "QLinearConv": _conv,
    "ConvInteger": _conv,
    "ConvTranspose": _transposed,
    "MaxPool": _pool("max"),
    "AveragePool": _pool("average"),
    "LpPool": _pool("l2"),
    "GlobalMaxPool": _global("max"),
    "GlobalAveragePool": _global("average"),
}

"""The size of an ONNX model's input: what the model leaves open, and the size that is given for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..errors import ConvanimError, short_repr
from .imported import size_of
from .onnx_graph import Graph


def input_shapes(
    graph: Graph, input_size: Any, axes: int, dims: tuple[int, ...]
) -> dict[str, list[int | None] | None] | None:
    """The shapes of the inputs, with the given size in the place of what they leave open along these dimensions, and a
    batch of 1; None where an input has fewer dimensions.

    Raises ConvanimError for a size that the model contradicts.
    """
    named = input_size if isinstance(input_size, Mapping) else {}
    _check_names(graph, named)
    shapes: dict[str, list[int | None] | None] = {}
    first = next(iter(graph.inputs), None)
    opened = [
        name for name, shape in graph.inputs.items() if shape is None or any(isinstance(n, str | None) for n in shape)
    ]
    for name, given in graph.inputs.items():
        if given is None and input_size is None:
            shapes[name] = None
            continue
        shape: list[int | None] = [named.get(n) if isinstance(n, str) else n for n in given or [None] * (axes + 2)]
        if max(dims) >= len(shape):
            if name == first:
                return None
            shapes[name] = shape
            continue
        spatial = [shape[d] for d in dims]
        if input_size is not None and not named and (None in spatial or (name == first and not opened)):
            size = size_of(input_size, axes, f"the model's input {name!r}")
            if any(n not in (None, wanted) for n, wanted in zip(spatial, size, strict=True)):
                known = tuple(spatial)
                taken = tuple(wanted if n is None else n for n, wanted in zip(spatial, size, strict=True))
                instead = f"take input_size={taken}" if None in known else "leave it out"
                raise ConvanimError(
                    f"input_size={size} is not what the model's input {name!r} has, {known}: {instead}, or give the"
                    " sizes left open"
                )
            for d, wanted in zip(dims, size, strict=True):
                shape[d] = wanted
        if shape[0] is None and 0 not in dims:
            shape[0] = 1
        shapes[name] = shape
    return shapes


def _check_names(graph: Graph, named: Mapping[Any, Any]) -> None:
    """Raise ConvanimError for sizes of names that the model's inputs don't have, and for those that are no sizes."""
    known = list(dict.fromkeys(n for shape in graph.inputs.values() for n in shape or () if isinstance(n, str)))
    for name, value in named.items():
        if name not in known:
            raise ConvanimError(
                f"input_size has a size for {short_repr(name)}, and the model leaves open {', '.join(known) or 'none'}"
            )
        size_of(value, 1, f"the dimension {name!r}")


def open_names(graph: Graph) -> list[str]:
    """The names of the dimensions that the model's inputs leave open, the batch left out."""
    return list(dict.fromkeys(n for shape in graph.inputs.values() for n in (shape or ())[1:] if isinstance(n, str)))


def left_open(graph: Graph, kinds: Collection[str]) -> str:
    """The first tensor that a convolution or pooling takes and whose size isn't known; "" for none."""
    taken = [one.input[0] for one in graph.nodes if one.op_type in kinds and one.input]
    return next((name for name in taken if None in graph.shape(name)[2:] or len(graph.shape(name)) < 3), "")

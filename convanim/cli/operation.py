"""Build the operation from the flags of a command."""

from __future__ import annotations

import warnings
from typing import Any

import click

from .. import parsing
from ..errors import ConvanimError, short_repr
from ..geometry import OPERATIONS
from ..parsing import flag


def operation_of(*, operation: str | None, ndim: int | None, onnx: str | None, node: str | None, **given: Any) -> Any:
    """Build the operation from the flags, or import a layer of an ONNX model."""
    parameters = {name: value for name, value in given.items() if value is not None}
    if onnx is not None:
        return _from_onnx(onnx, node, operation, parameters, ndim)
    if node is not None:
        raise ConvanimError(f"--node {short_repr(node)} is a node of an ONNX model: add --onnx FILE")
    if operation is None:
        raise ConvanimError(
            f"no operation was specified: begin with one of {', '.join(OPERATIONS)}, or take one from a model"
            f" with --onnx"
            " FILE"
        )
    return parsing.operation(operation, parameters, flag, ndim)


def _from_onnx(path: str, node: str | None, operation: str | None, parameters: dict[str, Any], ndim: int | None) -> Any:
    """Import a layer of an ONNX model. If the model has several, --node names the layer."""
    from ..errors import ConvanimWarning
    from ..frameworks import Imported, from_onnx

    others = [
        *([operation] if operation else []),
        *(flag(name) for name in parameters if name != "input_size"),
        *(["--ndim"] if ndim else []),
    ]
    if others:
        raise ConvanimError(f"{others[0]} can't be combined with --onnx: the model specifies it; leave it out")
    size = parsing.size("input_size", parameters["input_size"], flag) if "input_size" in parameters else None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvanimWarning)
        found = from_onnx(path, node=node, input_size=size[0] if size and len(size) == 1 else size and tuple(size))
    for one in caught:
        if issubclass(one.category, ConvanimWarning):
            click.echo(f"convanim: {one.message}", err=True)
    if isinstance(found, Imported):
        return found
    if len(found) == 1:
        return found[0]
    names = ", ".join(layer.name for layer in found) or "none"
    raise ConvanimError(f"{path} has {len(found)} layers that can be drawn, {names}: choose one with --node NAME")

"""PyTorch's layers as operations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import ConvanimError, short_repr
from ..geometry.axis import Cell
from ..geometry.network import Network
from ..geometry.parameters import is_many
from .assemble import finish
from .imported import Imported, need, size_of
from .torch_modules import KINDS, base_kind, known_kind
from .trace import Trace

MOST_CHANNELS = 16  # that are tried for a model's input, where no layer of it takes them as they are


def from_torch(layer: Any, input_size: Any = None) -> Imported | list[Imported] | Network:
    """A layer of PyTorch as an operation with its weights, on an input of this size; for a model, a list of its layers,
    or a Network where they are no chain.

    `layer` is a Conv, ConvTranspose, MaxPool, AvgPool, LPPool or adaptive pooling of 1 to 3 dimensions, or a model.
    `input_size` has no channels; an int is for all axes. A model is run once on zeros, in eval mode, and its calls of
    modules and functions are followed from its input on: `F.conv2d`, `F.pad`, slices, sums, concatenations. Paddings
    fold into the layer after them where that is exact, and crops into the layer before them. An unknown function breaks
    the chain. All other modules are named in one ConvanimWarning, which also says where the model looks at values of
    its input, and where a normalisation takes means over cells. Raises ConvanimError for an object that is no such
    layer, for a model that doesn't run, and for a missing input size.
    """
    try:
        import torch
    except ImportError:
        raise need("PyTorch", "torch") from None
    layer = _checked(torch, layer)
    known = known_kind(layer)
    if known in KINDS:
        return _of_layer(layer, size_of(input_size, KINDS[known], f"a {known}"))
    refusal = ConvanimError(
        f"{type(layer).__name__} is not a supported convolution or pooling: give one, or a model that contains one"
    )
    children = any(layer.children())
    if known or not (children or _weights(layer)):
        raise refusal
    trace, size = _run_on_zeros(layer, input_size)
    if not children and base_kind(layer):  # a convolution with a `forward` of its own: one layer, or none
        layers = [step.layer for step in trace.steps if step.layer is not None]
        if len(layers) != 1 or trace.skipped:
            raise refusal
    found = finish(trace, size, stacklevel=3)
    return found[0] if not children and base_kind(layer) and isinstance(found, list) else found


def _checked(torch: Any, layer: Any) -> Any:
    """The module to read; raises ConvanimError for what is none, or can't be run."""
    if not isinstance(layer, torch.nn.Module):
        raise ConvanimError(f"{short_repr(layer)} is not a layer of PyTorch: give an nn.Module")
    if any(map(torch.nn.parameter.is_lazy, [*layer.parameters(), *layer.buffers()])):
        raise ConvanimError(
            f"{type(layer).__name__} has lazy layers, whose channels aren't known yet: call it once on an input"
        )
    layer = getattr(layer, "_orig_mod", layer)  # of torch.compile
    if isinstance(layer, torch.jit.ScriptModule):
        raise ConvanimError(
            f"{layer.original_name} is a ScriptModule, whose calls can't be traced: give the model from which it was"
            " made"
        )
    return layer


def _weights(model: Any) -> list[Any]:
    """The parameters that may be a convolution's kernel."""
    return [one for one in model.parameters() if 3 <= one.ndim <= 5]


def _of_layer(layer: Any, size: Cell) -> Imported:
    """One of PyTorch's own layers, which needn't be run."""
    from .torch_run import followed

    channels = getattr(layer, "in_channels", 1)
    trace = followed(layer, (1, channels, *size), tuple(range(2, 2 + len(size))), "float", alone=True)
    found = finish(trace, stacklevel=4)
    assert isinstance(found, list)
    return found[0]


# --- a model


def _run_on_zeros(model: Any, input_size: Any) -> tuple[Trace, Cell]:
    """The trace of a model on an input of this size, in the first shape that it takes: (batch, channels, ...), (batch,
    ...) or (batch, ..., channels); and the size.
    """
    from .torch_run import followed

    modules = [module for _, module in model.named_modules()]
    ndims = [KINDS[kind] for kind in map(known_kind, modules) if kind in KINDS]
    ndims += [weight.ndim - 2 for weight in _weights(model)]
    if not ndims:
        raise ConvanimError(
            f"{type(model).__name__} contains no supported convolution or pooling: there is nothing to import"
        )
    if is_many(input_size) and not isinstance(input_size, str | bytes) and 1 <= len(input_size) <= 3:
        ndims.insert(0, len(input_size))
    size = size_of(input_size, ndims[0], "a model")
    failures = []
    for shape, dims, kind in _shapes(modules, size):
        try:
            return followed(model, shape, dims, kind), size
        except Exception as error:  # of the model's own code
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            failures.append(f"the model does not run on zeros of the shape {shape}: {reason}")
    joined = next((text for text in failures if "their sizes must be the same" in text), failures[0])
    raise ConvanimError(joined)


def _shapes(modules: list[Any], size: Cell) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], str]]:
    """The shapes that a model may take, with the dimensions of their axes, and whether numbers are floats or ints."""
    ndim = len(size)
    channels = list(dict.fromkeys([*_channels(modules), 3, 1, *range(2, MOST_CHANNELS + 1)]))
    if any(type(module).__name__ == "Embedding" for module in modules):
        yield (1, *size), tuple(range(1, 1 + ndim)), "int"
    for count in channels:
        yield (1, count, *size), tuple(range(2, 2 + ndim)), "float"
    yield (1, *size), tuple(range(1, 1 + ndim)), "float"
    for count in channels:
        yield (1, *size, count), tuple(range(1, 1 + ndim)), "float"


def _channels(modules: list[Any]) -> Iterator[int]:
    """The channels that layers want, in the order of the model; one of the first is the model's own."""
    for module in modules:
        for name in ("in_channels", "num_features", "num_channels"):
            if isinstance(getattr(module, name, None), int):
                yield getattr(module, name)
        weight = getattr(module, "weight", None)
        if weight is not None and 3 <= getattr(weight, "ndim", 0) <= 5:
            yield weight.shape[1]

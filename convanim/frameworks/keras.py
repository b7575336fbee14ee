"""Keras' layers as operations."""

from __future__ import annotations

from typing import Any

from ..errors import ConvanimError, short_repr
from ..geometry.axis import Cell
from ..geometry.network import Network
from .assemble import finish
from .imported import Imported, need, size_of
from .keras_calls import Calls
from .keras_functions import HANDLERS
from .keras_layers import KINDS, axes_of, known_kind
from .trace import Trace


def from_keras(layer: Any, input_size: Any = None) -> Imported | list[Imported] | Network:
    """A layer of Keras as an operation with its weights, on an input of this size; for a model, a list of its layers,
    or a Network where they are no chain.

    `layer` is a convolution (also depthwise, or separable, whose two convolutions are listed), a transposed one or a
    pooling, or a Sequential or functional model. `input_size` has no channels; an int is for all axes, and a model, or
    a layer of one, whose sizes are known needs none. A model is run once on zeros, and its layers and functions of
    keras.ops are followed from its input on. Kernels are turned to PyTorch's layout; a layer that isn't built has none,
    and the least channels that it may have. Paddings fold into the layer after them where that is exact, and crops into
    the layer before them. An unknown layer or function breaks the chain. All other layers, activations included, are
    named in one ConvanimWarning. Raises ConvanimError for an object that is no such layer, and for a missing size.
    """
    try:
        import keras
    except ImportError:
        raise need("Keras", "keras") from None
    if not isinstance(layer, keras.Layer):
        raise ConvanimError(f"{short_repr(layer)} is not a layer of Keras 3: give a keras.Layer or keras.Model")
    if isinstance(layer, keras.Model):
        return _of_model(keras, layer, input_size)
    known = known_kind(layer)
    if known not in KINDS:
        raise ConvanimError(
            f"{type(layer).__name__} is not a supported convolution or pooling: give one, or a model that contains one"
        )
    trace = Trace()
    ndim = KINDS[known][1]
    size = size_of(_size_in_model(layer) if input_size is None else input_size, ndim, f"a {known}")
    dims = axes_of(layer, ndim)
    shape = (1, 1, *size) if dims[0] == 2 else (1, *size, 1)
    calls = Calls(keras, HANDLERS)
    value = trace.input("the input", shape, dims)
    calls.trace = trace
    calls.layers(layer, known, value)
    found = finish(trace, stacklevel=3)
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def _size_in_model(layer: Any) -> Cell | None:
    """The size that a layer's input has in the model that it is part of, if that is known."""
    try:
        size = _spatial(layer, layer.input.shape)
    except (AttributeError, ValueError):  # it is in none, or in several
        return None
    return None if None in size else size


def _spatial(layer: Any, shape: Any) -> Cell:
    return tuple(shape[2:] if getattr(layer, "data_format", "") == "channels_first" else shape[1:-1])


# --- a model


def _of_model(keras: Any, model: Any, input_size: Any) -> list[Imported] | Network:
    """The layers of a model, found by running it."""
    layers = model._flatten_layers(include_self=False)
    first = next((layer for layer in layers if known_kind(layer) in KINDS), None)
    if first is None:
        raise ConvanimError(
            f"the model {model.name!r} contains no supported convolution or pooling: there is nothing to import"
        )
    if not getattr(model, "inputs", None):
        raise ConvanimError(
            f"the model {model.name!r} doesn't say the shape of its input: begin it with keras.Input((height, width,"
            " channels))"
        )
    inputs = getattr(model, "_inputs_struct", model.inputs)  # a dict, a list, or one
    inputs = inputs[0] if isinstance(inputs, list) and len(inputs) == 1 else inputs
    zeros = keras.tree.map_structure(
        lambda tensor: keras.ops.zeros(_shape(tensor.shape, first, input_size), tensor.dtype), inputs
    )
    calls = Calls(keras, HANDLERS)
    given = keras.tree.flatten(zeros)
    for tensor in given:
        name = "the input" if len(given) == 1 else f"input {len(calls.kept)}"
        calls.keep(tensor, calls.trace.input(name, tensor.shape, _dims(tensor.shape, first)))
    followed = [*layers, *_operations(keras, [model, *layers])]
    try:
        for (
            one
        ) in followed:  # in the instance's place of the class' method; Keras' own attributes go through its trackers
            vars(one)["call"] = calls.traced(one, one.call)
        made = model(zeros, training=False)
    except Exception as error:  # of the model's own code
        reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise ConvanimError(f"the model {model.name!r} does not run on zeros: {reason}") from None
    finally:
        for one in followed:
            vars(one).pop("call", None)
    calls.trace.outputs += [value.step for one in keras.tree.flatten(made) if (value := calls.value(one))]
    size = calls.value(given[0]).size if len(given) == 1 else ()  # type: ignore[union-attr]
    return finish(calls.trace, size, stacklevel=4)


def _operations(keras: Any, models: list[Any]) -> list[Any]:
    """The functions of keras.ops that functional models call, which are no layers."""
    found = {id(one): one for model in models for one in getattr(model, "operations", ())}
    return [one for one in found.values() if not isinstance(one, keras.Layer)]


def _shape(shape: Any, first: Any, input_size: Any) -> tuple[int, ...]:
    """The shape of a model's input, with a batch of one, and the given size where the model leaves it open."""
    dims = _dims(shape, first)
    if dims is None or (input_size is None and None not in [shape[d] for d in dims]):
        return tuple(n or 1 for n in (1, *shape[1:]))
    size = size_of(input_size, len(dims), "a model whose input has no fixed size")
    spatial = tuple(shape[d] for d in dims)
    if any(n not in (None, wanted) for n, wanted in zip(spatial, size, strict=True)):
        raise ConvanimError(
            f"input_size={size} doesn't fit the model, which takes {spatial}: leave it out, or give the sizes"
            " that it leaves open"
        )
    sizes = dict(zip(dims, size, strict=True))
    return tuple(sizes.get(d, n or 1) for d, n in enumerate((1, *shape[1:])))


def _dims(shape: Any, first: Any) -> tuple[int, ...] | None:
    """The dimensions of a model's input that are its axes; None where its first layer doesn't tell."""
    ndim = KINDS[known_kind(first)][1]
    if len(shape) == ndim + 1:  # (batch, time), without channels
        return tuple(range(1, ndim + 1))
    return axes_of(first, ndim) if len(shape) == ndim + 2 else None

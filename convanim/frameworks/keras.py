"""Keras' layers as operations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

from ..errors import ConvanimError, short_repr
from ..geometry import AdaptivePool, Conv, ConvTranspose, Pool
from ..geometry.axis import Cell
from .keras_code import keras_crop
from .walk import Array, Imported, Padding, Walk, need, size_of

PADDINGS = {"valid": "valid", "same": "same_upper", "causal": "causal"}  # Keras' words as ours


def from_keras(layer: Any, input_size: Any = None) -> Imported | list[Imported]:
    """A layer of Keras as an operation with its weights, on an input of this size; for a model, a list of its layers.

    `layer` is a convolution (also depthwise, or separable, whose two convolutions are listed), a transposed one or a
    pooling, or a Sequential or functional model with such layers. `input_size` has no channels; an int is for all axes,
    and a model, or a layer of one, whose sizes are known needs none. A model is run once on zeros, and its layers are
    listed as they are executed. Kernels are turned to PyTorch's layout; a layer that isn't built has none, and the
    least channels that it may have. Padding layers fold into the layer after them where that is exact, and cropping
    ones into a transposed convolution before them. All other layers, activations included, are named in one
    ConvanimWarning. Raises ConvanimError for an object that is no such layer, and for a missing size.
    """
    try:
        import keras
    except ImportError:
        raise need("Keras", "keras") from None
    if not isinstance(layer, keras.Layer):
        raise ConvanimError(f"{short_repr(layer)} is not a layer of Keras 3: give a keras.Layer or keras.Model")
    if isinstance(layer, keras.Model):
        return _of_model(keras, layer, input_size)
    known = _known(layer)
    if known not in KINDS:
        raise ConvanimError(
            f"{type(layer).__name__} is no convolution or pooling that convanim knows: give one, or a model that holds"
            " some"
        )
    walk = Walk()
    size = size_of(_size_in_model(layer) if input_size is None else input_size, KINDS[known][1], f"a {known}")
    _layers(walk, layer, known, size, None, None)
    found = walk.finish(stacklevel=3)
    return found if len(found) > 1 else found[0]


def _known(layer: Any) -> str:
    """The name of Keras' layer that this is, or "" for none; one with a `call` of its own computes something else."""
    for kind in type(layer).__mro__:
        if kind.__module__.startswith("keras.src.layers.") and (kind.__name__ in KINDS or kind.__name__ in PADS):
            return kind.__name__ if type(layer).call is kind.call else ""  # type: ignore[attr-defined]
    return ""


def _size_in_model(layer: Any) -> Cell | None:
    """The size that a layer's input has in the model that it is part of, if that is known."""
    try:
        size = _spatial(layer, layer.input.shape)
    except (AttributeError, ValueError):  # it is in none, or in several
        return None
    return None if None in size else size


def _spatial(layer: Any, shape: Any) -> Cell:
    return tuple(shape[2:] if getattr(layer, "data_format", "") == "channels_first" else shape[1:-1])


def _layers(walk: Walk, layer: Any, known: str, size: Cell, takes: Any, gives: Any) -> None:
    """Tell the walk of a layer; of a separable convolution's two, the first takes its input and the last gives its
    output.
    """
    rows = KINDS[known][0](layer, size)
    for n, (suffix, op, kernel, bias) in enumerate(rows):
        imported = Imported(layer.name + suffix, op, kernel, bias)
        walk.layer(imported, takes if n == 0 else None, gives if n == len(rows) - 1 else None)
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if activation != "linear":
        walk.skip(f"{layer.name}.activation", activation)


# --- a model


def _of_model(keras: Any, model: Any, input_size: Any) -> list[Imported]:
    """The layers of a model, found by running it."""
    layers = model._flatten_layers(include_self=False)
    known = {id(layer): _known(layer) for layer in layers}
    first = next((layer for layer in layers if known[id(layer)] in KINDS), None)
    if first is None:
        raise ConvanimError(
            f"the model {model.name!r} holds no convolution or pooling that convanim knows: there is nothing to import"
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
    leaves = [layer for layer in layers if known[id(layer)] or not layer._flatten_layers(include_self=False)]
    met = _run(model, leaves, zeros)
    walk = Walk(taken=Counter(key for _, given, made in met for key in _passed(given, made)[0]))
    for layer, given, made in met:
        _meet(walk, layer, known[id(layer)], given, made)
    return walk.finish(stacklevel=4)


def _run(model: Any, leaves: list[Any], zeros: Any) -> list[tuple[Any, Any, Any]]:
    """Each call of these layers while the model runs: the layer, its input and its output.

    All tensors are kept until the end, since they are known by their id.
    """
    met: list[tuple[Any, Any, Any]] = []

    def traced(layer: Any, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            made = call(*args, **kwargs)
            met.append((layer, args[0] if args else next(iter(kwargs.values()), None), made))
            return made

        return run

    try:
        for (
            layer
        ) in leaves:  # the instance's own `call` goes before the class'; setattr would go through Keras' trackers
            vars(layer)["call"] = traced(layer, layer.call)
        model(zeros, training=False)
    except Exception as error:  # of the model's own code
        reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise ConvanimError(f"the model {model.name!r} does not run on zeros: {reason}") from None
    finally:
        for layer in leaves:
            vars(layer).pop("call", None)
    return met


def _shape(shape: Any, first: Any, input_size: Any) -> tuple[int, ...]:
    """The shape of a model's input, with a batch of one, and the given size where the model leaves it open."""
    spatial = _spatial(first, shape)
    ndim = KINDS[_known(first)][1]
    if len(spatial) != ndim or (input_size is None and None not in spatial):
        return tuple(n or 1 for n in (1, *shape[1:]))
    size = size_of(input_size, ndim, "a model whose input has no fixed size")
    if any(n not in (None, wanted) for n, wanted in zip(spatial, size, strict=True)):
        raise ConvanimError(
            f"input_size={size} is not what the model takes, {spatial}: leave it out, or give the sizes that it leaves"
            " open"
        )
    return (1, shape[1], *size) if first.data_format == "channels_first" else (1, *size, shape[-1])


def _meet(walk: Walk, layer: Any, known: str, given: Any, made: Any) -> None:
    kind = type(layer).__name__
    if not known:
        walk.skip(layer.name, kind, *_passed(given, made))
        return
    size = _spatial(layer, given.shape)
    if known in PADS:
        sign, attribute = PADS[known]
        sides = getattr(layer, attribute)
        pads = tuple(
            (sign * int(before), sign * int(after))
            for before, after in (sides if isinstance(sides[0], list | tuple) else [sides])
        )
        walk.padding(Padding(layer.name, kind, size, pads), id(given), id(made))
        return
    try:
        _layers(walk, layer, known, size, id(given), id(made))
    except ConvanimError as error:
        walk.skip(layer.name, f"{kind}: {error}", *_passed(given, made))


def _passed(given: Any, made: Any) -> tuple[list[int], int]:
    """The keys of a layer's inputs, one tensor or several, and of its output."""
    return [id(one) for one in given] if isinstance(given, list | tuple) else [id(given)], id(made)


# --- a layer: rows of (suffix of its name, operation, kernel, bias)

Rows: TypeAlias = "list[tuple[str, Any, Array | None, Array | None]]"


def _array(layer: Any, name: str) -> Array | None:
    """A weight as an array of its own, or None for a layer that isn't built or has none."""
    value = getattr(layer, name, None) if layer.built else None
    if value is None:
        return None
    import keras

    wide = (
        value
        if keras.backend.standardize_dtype(value.dtype) in ("float32", "float64")
        else keras.ops.cast(value, "float32")
    )
    array: Array = keras.ops.convert_to_numpy(wide).copy()
    return array


def _turned(kernel: Array | None) -> Array | None:
    """A kernel (..., a, b) as (b, a, ...)."""
    return None if kernel is None else kernel.transpose((kernel.ndim - 1, kernel.ndim - 2, *range(kernel.ndim - 2)))


def _word(layer: Any) -> str:
    if not isinstance(layer.padding, str):
        raise ConvanimError(f"padding={short_repr(layer.padding)}: Keras' layers have 'valid', 'same' and 'causal'")
    return PADDINGS[layer.padding.lower()]


def _conv(layer: Any, size: Cell) -> Rows:
    kernel, bias = _array(layer, "kernel"), _array(layer, "bias")
    inside = layer.groups if kernel is None else kernel.shape[-2] * layer.groups
    op = Conv(
        size,
        layer.kernel_size,
        stride=layer.strides,
        padding=_word(layer),
        dilation=layer.dilation_rate,
        groups=layer.groups,
        in_channels=inside,
        out_channels=layer.filters,
        bias=bool(layer.use_bias),
    )
    return [("", op, _turned(kernel), bias)]


def _depthwise(layer: Any, size: Cell, name: str = "kernel", suffix: str = "") -> Rows:
    """Each channel is a group, with `depth_multiplier` outputs that follow one another."""
    kernel = _array(layer, name)
    inside = 1 if kernel is None else kernel.shape[-2]
    outside = inside * layer.depth_multiplier
    bias = not suffix and bool(layer.use_bias)
    op = Conv(
        size,
        layer.kernel_size,
        stride=layer.strides,
        padding=_word(layer),
        dilation=layer.dilation_rate,
        groups=inside,
        in_channels=inside,
        out_channels=outside,
        bias=bias,
    )
    single = None if kernel is None else kernel.reshape((*kernel.shape[:-2], 1, outside))
    return [(suffix, op, _turned(single), _array(layer, "bias") if bias else None)]


def _separable(layer: Any, size: Cell) -> Rows:
    rows = _depthwise(layer, size, "depthwise_kernel", ".depthwise")
    first = rows[0][1]
    op = Conv(
        first.output_size, 1, in_channels=first.out_channels, out_channels=layer.filters, bias=bool(layer.use_bias)
    )
    return [*rows, (".pointwise", op, _turned(_array(layer, "pointwise_kernel")), _array(layer, "bias"))]


def _transposed(layer: Any, size: Cell) -> Rows:
    kernel, bias = _array(layer, "kernel"), _array(layer, "bias")
    windows = [d * (k - 1) + 1 for k, d in zip(layer.kernel_size, layer.dilation_rate, strict=True)]
    extra = layer.output_padding or (None,) * len(size)
    crops = [
        keras_crop(_word(layer).removesuffix("_upper"), o, w, s)
        for o, w, s in zip(extra, windows, layer.strides, strict=True)
    ]
    op = ConvTranspose(
        size,
        layer.kernel_size,
        stride=layer.strides,
        dilation=layer.dilation_rate,
        padding=[(before, max(after, 0)) for before, after in crops],
        output_padding=[max(-after, 0) for _, after in crops],
        in_channels=1 if kernel is None else kernel.shape[-1],
        out_channels=layer.filters,
        bias=bool(layer.use_bias),
    )
    return [("", op, _turned(kernel), bias)]


def _pool(layer: Any, size: Cell, mode: str) -> Rows:
    average = {"count_include_pad": False} if mode == "average" and _word(layer) != "valid" else {}
    return [
        ("", Pool(size, layer.pool_size, stride=layer.strides, padding=_word(layer), mode=mode, **average), None, None)
    ]


def _adaptive(layer: Any, size: Cell, mode: str) -> Rows:
    return [("", AdaptivePool(size, getattr(layer, "output_size", 1), mode=mode), None, None)]


_KINDS: dict[str, Callable[[Any, Cell], Rows]] = {
    "Conv{}D": _conv,
    "DepthwiseConv{}D": _depthwise,
    "SeparableConv{}D": _separable,
    "Conv{}DTranspose": _transposed,
    "MaxPooling{}D": lambda layer, size: _pool(layer, size, "max"),
    "AveragePooling{}D": lambda layer, size: _pool(layer, size, "average"),
    "GlobalAveragePooling{}D": lambda layer, size: _adaptive(layer, size, "average"),
    "GlobalMaxPooling{}D": lambda layer, size: _adaptive(layer, size, "max"),
    "AdaptiveAveragePooling{}D": lambda layer, size: _adaptive(layer, size, "average"),
    "AdaptiveMaxPooling{}D": lambda layer, size: _adaptive(layer, size, "max"),
}
KINDS = {name.format(n): (build, n) for name, build in _KINDS.items() for n in (1, 2, 3)}
PADS = {
    f"{name}{n}D": row
    for name, row in {"ZeroPadding": (1, "padding"), "Cropping": (-1, "cropping")}.items()
    for n in (1, 2, 3)
}

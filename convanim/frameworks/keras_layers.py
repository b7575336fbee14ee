"""Keras' layers as operations: rows of what is added to the layer's name, operation, kernel, bias."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ..errors import ConvanimError, short_repr
from ..geometry import AdaptivePool, Conv, ConvTranspose, Pool
from ..geometry.axis import Cell
from .imported import Array, shortest_decimals
from .keras_code import keras_crop

PADDINGS = {"valid": "valid", "same": "same_upper", "causal": "causal"}  # Keras' words as ours
Rows: TypeAlias = "list[tuple[str, Any, Array | None, Array | None]]"


def _array(layer: Any, name: str) -> Array | None:
    """A weight as an array of its own, or None for a layer that isn't built or has none."""
    value = getattr(layer, name, None) if layer.built else None
    if value is None:
        return None
    import keras

    dtype, to_numpy, cast = keras.backend.standardize_dtype(value.dtype), keras.ops.convert_to_numpy, keras.ops.cast
    if dtype in ("float16", "float32", "float64"):
        array: Array = to_numpy(value).copy()
        return array
    exact: Array = to_numpy(cast(value, "float32"))
    return shortest_decimals(exact, lambda values: to_numpy(cast(cast(values, dtype), "float32")))


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


def known_kind(layer: Any) -> str:
    """The name of Keras' layer that this is, or "" for none; one with a `call` of its own computes something else."""
    for kind in type(layer).__mro__:
        if kind.__module__.startswith("keras.src.layers.") and (kind.__name__ in KINDS or kind.__name__ in PADS):
            return kind.__name__ if type(layer).call is kind.call else ""  # type: ignore[attr-defined]
    return ""


def axes_of(layer: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions that a layer slides along."""
    begin = 2 if getattr(layer, "data_format", "") == "channels_first" else 1
    return tuple(range(begin, begin + ndim))

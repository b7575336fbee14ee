"""PyTorch's layers as operations, from the arguments of the functions that compute them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ConvanimError
from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from ..geometry.axis import Cell
from .imported import Array, shortest_decimals


def array_of(tensor: Any) -> Array | None:
    """A parameter as an array of its own; None for one without values."""
    if tensor is None or tensor.is_meta:
        return None
    tensor = tensor.detach().cpu()
    if tensor.is_complex():
        raise ConvanimError("the layer's weights are complex, and convanim supports real numbers only")
    if str(tensor.dtype) == "torch.float16" or tensor.element_size() >= 4 or not tensor.is_floating_point():
        array: Array = tensor.numpy().copy()
        return array

    def rounded(values: Array) -> Array:
        back: Array = tensor.new_tensor(values).float().numpy()
        return back

    return shortest_decimals(tensor.float().numpy(), rounded)


def _many(value: Any, count: int) -> tuple[Any, ...]:
    """One value per axis; PyTorch takes one for all as a number or alone in a list."""
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    return values if len(values) == count else values * count


def _conv(given: dict[str, Any], size: Cell) -> Conv:
    weight, groups, count = given["weight"], given.get("groups", 1), len(size)
    padding = given.get("padding", 0)
    return Conv(
        size,
        tuple(weight.shape[2:]),
        stride=_many(given.get("stride", 1), count),
        padding=padding if isinstance(padding, str) else _many(padding, count),
        dilation=_many(given.get("dilation", 1), count),
        groups=groups,
        in_channels=weight.shape[1] * groups,
        out_channels=weight.shape[0],
        bias=given.get("bias") is not None,
    )


def _transposed(given: dict[str, Any], size: Cell) -> ConvTranspose:
    weight, groups, count = given["weight"], given.get("groups", 1), len(size)
    words: dict[str, Any] = {name: _many(given.get(name, 0), count) for name in ("padding", "output_padding")}
    words |= {name: _many(given.get(name, 1), count) for name in ("stride", "dilation")}
    return ConvTranspose(
        size,
        tuple(weight.shape[2:]),
        groups=groups,
        in_channels=weight.shape[0],
        out_channels=weight.shape[1] * groups,
        bias=given.get("bias") is not None,
        **words,
    )


def _either(given: dict[str, Any], size: Cell) -> Operation:
    """ATen's one name for both kinds of convolution."""
    if given.pop("transposed"):
        return _transposed(given, size)
    return _conv(given, size)


def _pool_words(given: dict[str, Any], size: Cell) -> dict[str, Any]:
    kernel = _many(given["kernel_size"], len(size))
    stride = given.get("stride")
    return {
        "kernel_size": kernel,
        "stride": kernel if stride is None or stride == [] else _many(stride, len(size)),
        "ceil_mode": bool(given.get("ceil_mode", False)),
    }


def _max(given: dict[str, Any], size: Cell) -> Pool:
    words: dict[str, Any] = {
        name: _many(given.get(name, default), len(size)) for name, default in (("padding", 0), ("dilation", 1))
    }
    return Pool(size, **_pool_words(given, size), **words)


def _average(given: dict[str, Any], size: Cell) -> Pool:
    return Pool(
        size,
        padding=_many(given.get("padding", 0), len(size)),
        mode="average",
        count_include_pad=bool(given.get("count_include_pad", True)),
        divisor_override=given.get("divisor_override"),
        **_pool_words(given, size),
    )


def _l2(given: dict[str, Any], size: Cell) -> Pool:
    norm = given["norm_type"]
    if norm != 2:
        raise ConvanimError(f"norm_type={norm:g}: only the L2 pooling is supported, norm_type=2")
    op = Pool(size, mode="l2", **_pool_words(given, size))
    if any(op.overhang):
        raise ConvanimError(
            f"PyTorch's LPPool{len(size)}d with ceil_mode scales the windows that hang over the end as if they were"
            " whole, so they are no root of a sum of squares: pad the input by zeros instead"
        )
    return op


def _adaptive(mode: str) -> Callable[[dict[str, Any], Cell], AdaptivePool]:
    def build(given: dict[str, Any], size: Cell) -> AdaptivePool:
        wanted = _many(given["output_size"], len(size))
        return AdaptivePool(size, tuple(i if n is None else n for i, n in zip(size, wanted, strict=True)), mode=mode)

    return build


_WINDOW = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
_ROWS: dict[str, tuple[Callable[[dict[str, Any], Cell], Operation], tuple[str, ...]]] = {
    "conv{}d": (_conv, ("input", "weight", "bias", "stride", "padding", "dilation", "groups")),
    "conv_transpose{}d": (
        _transposed,
        ("input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation"),
    ),
    "max_pool{}d": (_max, _WINDOW),
    "max_pool{}d_with_indices": (_max, _WINDOW),
    "avg_pool{}d": (
        _average,
        ("input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"),
    ),
    "lp_pool{}d": (_l2, ("input", "norm_type", "kernel_size", "stride", "ceil_mode")),
    "adaptive_avg_pool{}d": (_adaptive("average"), ("input", "output_size")),
    "adaptive_max_pool{}d": (_adaptive("max"), ("input", "output_size", "return_indices")),
    "adaptive_max_pool{}d_with_indices": (_adaptive("max"), ("input", "output_size", "return_indices")),
}
LAYERS = {name.format(n): row for name, row in _ROWS.items() for n in (1, 2, 3)}
LAYERS["convolution"] = (
    _either,
    ("input", "weight", "bias", "stride", "padding", "dilation", "transposed", "output_padding", "groups"),
)
LAYERS["_convolution"] = LAYERS["convolution"]  # in traced models, with switches behind the groups
LAYERS |= {f"_{name}": LAYERS[name] for name in ("adaptive_avg_pool2d", "adaptive_avg_pool3d")}  # of ATen

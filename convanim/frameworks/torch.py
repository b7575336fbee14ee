"""PyTorch's layers as operations."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..errors import ConvanimError, short_repr
from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from ..geometry.axis import Cell
from .walk import Array, Imported, Padding, Walk, need, size_of


def from_torch(layer: Any, input_size: Any = None) -> Imported | list[Imported]:
    """A layer of PyTorch as an operation with its weights, on an input of this size; for a model, a list of its layers.

    `layer` is a Conv, ConvTranspose, MaxPool, AvgPool, LPPool or adaptive pooling of 1 to 3 dimensions, or a model with
    such layers. `input_size` has no channels; an int is for all axes. A model is run once on zeros, in eval mode, and
    its layers are listed as they are executed, each with the size that its input has; operations in its `forward` that
    are no layers aren't seen. Padding layers fold into the layer after them where that is exact, and cropping ones into
    a transposed convolution before them. All other layers are named in one ConvanimWarning. Raises ConvanimError for an
    object that is no such layer, and for a missing input size.
    """
    try:
        import torch
    except ImportError:
        raise need("PyTorch", "torch") from None
    if not isinstance(layer, torch.nn.Module):
        raise ConvanimError(f"{short_repr(layer)} is not a layer of PyTorch: give an nn.Module")
    if any(map(torch.nn.parameter.is_lazy, [*layer.parameters(), *layer.buffers()])):
        raise ConvanimError(
            f"{type(layer).__name__} has lazy layers, whose channels aren't known yet: call it once on an input"
        )
    known = _known(layer)
    if known in KINDS:
        return _imported(type(layer).__name__, layer, known, size_of(input_size, int(known[-2]), f"a {known}"))
    if known or not any(layer.children()):
        raise ConvanimError(
            f"{type(layer).__name__} is no convolution or pooling that convanim knows: give one, or a model that holds"
            " some"
        )
    return _of_model(layer, input_size)


def _known(module: Any) -> str:
    """The name of PyTorch's layer that a module is, or "" for none; one whose `forward` is another computes something
    else.
    """
    for kind in type(module).__mro__:
        if kind.__module__.startswith("torch.nn.modules.") and (kind.__name__ in KINDS or kind.__name__ in PADS):
            same = all(
                getattr(type(module), name, None) is getattr(kind, name, None) for name in ("forward", "_conv_forward")
            )
            return kind.__name__ if same else ""
    return ""


def _imported(name: str, module: Any, known: str, size: Cell) -> Imported:
    weights = {
        word: _array(getattr(module, attribute, None)) for word, attribute in (("kernel", "weight"), ("bias", "bias"))
    }
    return Imported(name, KINDS[known](module, size), **weights)


def _array(tensor: Any) -> Array | None:
    """A parameter as an array of its own."""
    if tensor is None:
        return None
    tensor = tensor.detach().cpu()
    if tensor.is_complex():
        raise ConvanimError("the layer's weights are complex, and convanim computes with real numbers alone")
    array: Array = (tensor if tensor.element_size() >= 4 else tensor.float()).numpy().copy()
    return array


# --- a model


def _of_model(model: Any, input_size: Any) -> list[Imported]:
    """The layers of a model, found by running it; its channels are those of the first layer that says so and fits."""
    names = {module: name for name, module in model.named_modules()}
    known = {module: _known(module) for module in names}
    first = next((kind for kind in known.values() if kind in KINDS), None)
    if first is None:
        raise ConvanimError(
            f"{type(model).__name__} holds no convolution or pooling that convanim knows: there is nothing to import"
        )
    size = size_of(input_size, int(first[-2]), "a model")
    failures = []
    for channels in dict.fromkeys([*_channels(names), 3, 1]):
        try:
            met = _run(model, (1, channels, *size), names, known)
            break
        except Exception as error:  # of the model's own code
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            failures.append(f"the model does not run on zeros of the shape {(1, channels, *size)}: {reason}")
    else:
        raise ConvanimError(failures[0])
    walk = Walk(taken=Counter(given.key for _, given, _ in met))
    for module, given, made in met:
        _meet(walk, names[module], module, known[module], given, made)
    return walk.finish(stacklevel=4)


def _channels(modules: Any) -> Iterator[int]:
    """The channels that layers want, in the order of the model; one of the first is the model's own."""
    for module in modules:
        for name in ("in_channels", "num_features", "num_channels"):
            if isinstance(getattr(module, name, None), int):
                yield getattr(module, name)


@dataclass(frozen=True)
class Value:
    """A tensor at one time: a layer that works in place returns the same tensor with another version."""

    tensor: Any  # kept, as its id is its name
    shape: tuple[int, ...]
    key: tuple[int, int]

    @staticmethod
    def of(tensor: Any) -> Value:
        """The state of a tensor; other objects have no shape."""
        return Value(tensor, tuple(getattr(tensor, "shape", ())), (id(tensor), getattr(tensor, "_version", 0)))


def _run(
    model: Any, shape: tuple[int, ...], names: dict[Any, str], known: dict[Any, str]
) -> list[tuple[Any, Any, Any]]:
    """Run the model once: each layer with its input and its output as `Value`, in order of execution."""
    import torch

    met: list[tuple[Any, Any, Any]] = []
    given: list[Value] = []  # to the layers that are running

    def begin(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given.append(Value.of(args[0] if args else next(iter(kwargs.values()), None)))

    def meet(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        met.append((module, given.pop(), Value.of(output[0] if isinstance(output, tuple) else output)))

    training = [(module, module.training) for module in names]
    inner = [
        f"{names[module]}." for module in names if known[module]
    ]  # a parametrised layer has layers of its own, for its weights
    leaves = [
        module
        for module in names
        if known[module] or not (any(module.children()) or names[module].startswith(tuple(inner)))
    ]
    handles = [module.register_forward_pre_hook(begin, with_kwargs=True) for module in leaves]
    handles += [module.register_forward_hook(meet, with_kwargs=True) for module in leaves]
    parameter = next((p for p in model.parameters() if p.is_floating_point()), torch.empty(0))
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.eval()(torch.zeros(shape, dtype=parameter.dtype, device=parameter.device))
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in training:
            module.training = mode
    return met


def _meet(walk: Walk, name: str, module: Any, known: str, given: Value, made: Value) -> None:
    kind = type(module).__name__
    if not known:
        walk.skip(name, kind, [given.key], made.key)
        return
    ndim = int(known[-2])
    size = given.shape[-ndim:]
    if known in PADS:
        walk.padding(_padding(name, module, known, size), given.key, made.key)
        return
    try:
        imported = _imported(name, module, known, size)
        if imported.op.transposed and imported.op.output_size != made.shape[-ndim:]:  # called with an output_size
            op = replace(imported.op, output_padding=0, output_shape=made.shape[-ndim:])
            imported = replace(imported, op=op)
        walk.layer(imported, given.key, made.key)
    except ConvanimError as error:
        walk.skip(name, f"{kind}: {error}", [given.key], made.key)


# --- a layer


def _conv(layer: Any, size: Cell) -> Conv:
    return Conv(size, layer.kernel_size, padding=layer.padding, padding_mode=layer.padding_mode, **_weighted(layer))


def _transposed(layer: Any, size: Cell) -> ConvTranspose:
    return ConvTranspose(
        size, layer.kernel_size, padding=layer.padding, output_padding=layer.output_padding, **_weighted(layer)
    )


def _weighted(layer: Any) -> dict[str, Any]:
    names = ("stride", "dilation", "in_channels", "out_channels", "groups")
    return {**{name: getattr(layer, name) for name in names}, "bias": layer.bias is not None}


def _max(layer: Any, size: Cell) -> Pool:
    return Pool(
        size,
        layer.kernel_size,
        stride=layer.stride,
        padding=layer.padding,
        dilation=layer.dilation,
        ceil_mode=layer.ceil_mode,
    )


def _average(layer: Any, size: Cell) -> Pool:
    return Pool(
        size,
        layer.kernel_size,
        stride=layer.stride,
        padding=layer.padding,
        mode="average",
        ceil_mode=layer.ceil_mode,
        count_include_pad=layer.count_include_pad,
        divisor_override=getattr(layer, "divisor_override", None),
    )


def _l2(layer: Any, size: Cell) -> Pool:
    if layer.norm_type != 2:
        raise ConvanimError(f"norm_type={layer.norm_type:g}: convanim has the L2 pooling, norm_type=2")
    op = Pool(size, layer.kernel_size, stride=layer.stride, mode="l2", ceil_mode=layer.ceil_mode)
    if any(op.overhang):
        raise ConvanimError(
            f"PyTorch's {type(layer).__name__} with ceil_mode scales the windows that hang over the end as if they were"
            " whole, so they are no root of a sum of squares: pad the input by zeros instead"
        )
    return op


def _adaptive(layer: Any, size: Cell, mode: str) -> AdaptivePool:
    wanted = layer.output_size if isinstance(layer.output_size, tuple) else (layer.output_size,) * len(size)
    return AdaptivePool(size, tuple(i if n is None else n for i, n in zip(size, wanted, strict=True)), mode=mode)


def _padding(name: str, layer: Any, known: str, size: Cell) -> Padding:
    """A padding layer; its numbers begin with the last axis."""
    sides = layer.padding
    pads = tuple((int(sides[2 * n]), int(sides[2 * n + 1])) for n in reversed(range(len(size))))
    value = float(getattr(layer, "value", 0))
    return Padding(name, type(layer).__name__, size, pads, PADS[known] if value == 0 else "constant", value)


_KINDS: dict[str, Callable[[Any, Cell], Operation]] = {
    "Conv": _conv,
    "ConvTranspose": _transposed,
    "MaxPool": _max,
    "AvgPool": _average,
    "LPPool": _l2,
    "AdaptiveAvgPool": lambda layer, size: _adaptive(layer, size, "average"),
    "AdaptiveMaxPool": lambda layer, size: _adaptive(layer, size, "max"),
}
_PADS = {
    "ZeroPad": "zeros",
    "ConstantPad": "zeros",
    "ReflectionPad": "reflect",
    "ReplicationPad": "replicate",
    "CircularPad": "circular",
}
KINDS = {f"{stem}{n}d": build for stem, build in _KINDS.items() for n in (1, 2, 3)}
PADS = {f"{stem}{n}d": mode for stem, mode in _PADS.items() for n in (1, 2, 3)}

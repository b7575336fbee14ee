"""PyTorch's functions that are no layers: each gives the values of the tensors that it makes, or None."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .folding import sliced
from .torch_calls import Calls, Handled, Handler
from .torch_names import ALIASES, CELLWISE, JOINS
from .trace import Dims, Value, inserted, permuted, removed, reshaped

MODES = {"constant": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


def _same(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    return [calls.same(name, takes[0], one) for one in made]


def _along_channels(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    """A function along one dimension, such as softmax or glu: of each cell where that isn't an axis."""
    place = {"normalize": 2, "softmax": 1, "log_softmax": 1, "glu": 1, "index_select": 1}.get(name, 1)
    default = {"normalize": 1, "glu": -1}.get(name)
    dim = kwargs.get("dim", args[place] if len(args) > place else default)
    if takes[0].dims is None or not isinstance(dim, int) or dim % len(takes[0].shape) in takes[0].dims:
        return None
    return [calls.same(name, takes[0], one) for one in made]


def _normalised(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    rank = len(takes[0].shape)
    along = range(2, rank)
    if name in ("layer_norm", "native_layer_norm", "rms_norm"):
        along = range(rank - len(kwargs.get("normalized_shape", args[1] if len(args) > 1 else ())), rank)
    if name == "instance_norm" and kwargs.get("use_input_stats", args[5] if len(args) > 5 else True) is False:
        along = range(0)
    calls._note(name)
    return [calls.trace.normalised(calls.name(name), takes[0], made[0].shape, along)]


def _alias(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    return [takes[0] for _ in made]


def _linear(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    """A matrix times the last dimension: of each cell where that isn't an axis."""
    if takes[0].dims is None or len(takes[0].shape) - 1 in takes[0].dims:
        return None
    return [calls.same(name, takes[0], made[0])]


def _embedding(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    return [calls.same(name, takes[0], made[0])]


def _joined(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    if len(takes) == 1:
        known = takes[0].dims is not None and len(made[0].shape) == len(takes[0].shape)
        grown = any(made[0].shape[one] != takes[0].shape[one] for one in takes[0].dims or () if one is not None)
        return [calls.same(name, takes[0], made[0])] if known and not grown else None
    calls._note(name)
    return [calls.trace.join(JOINS[name], calls.name(name), takes, made[0].shape)]


def _concatenated(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    tensors = kwargs.get("tensors", args[0] if args else None)
    dim = kwargs.get("dim", kwargs.get("axis", args[1] if len(args) > 1 else 0)) % made[0].ndim
    dims = next((one.dims for one in takes if one.dims is not None), None)
    if dims is None:
        return None
    if dim not in dims:
        calls._note(name)
        if len(takes) == 1:
            return [calls.same(name, takes[0], made[0])]
        return [calls.trace.join("concatenation", calls.name(name), takes, made[0].shape)]
    places = [n for n, one in enumerate(tensors) if calls.value(one) is not None]
    if len(places) != 1 or any(one.is_meta or bool(one.any()) for n, one in enumerate(tensors) if n not in places):
        return None
    pads = tuple(sum(one.shape[dim] for one in part) for part in (tensors[: places[0]], tensors[places[0] + 1 :]))
    value = calls.padding(takes[0], {dim: pads}, made[0].shape, function=name, kind="zeros beside it")
    return None if value is None else [value]


def _padded(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    given = dict(zip(("input", "pad", "mode", "value"), args, strict=False)) | kwargs
    if name == "constant_pad_nd":
        given = dict(zip(("input", "pad", "value"), args, strict=False)) | kwargs
    sides, rank = [int(one) for one in given["pad"]], made[0].ndim
    pads = {rank - 1 - n: (sides[2 * n], sides[2 * n + 1]) for n in range(len(sides) // 2)}
    value = float(given.get("value") or 0)
    axes = {dim: row for dim, row in pads.items() if any(row) and dim in (takes[0].dims or ())}
    mode = MODES.get(given.get("mode", "constant"), "")
    if not mode:
        return None
    if not axes and takes[0].dims is not None and mode == "zeros":  # of the channels
        return [calls.same(name, takes[0], made[0])]
    padded = calls.padding(
        takes[0],
        axes if mode == "zeros" else pads,
        made[0].shape,
        function="pad",
        kind="pad",
        mode=mode if value == 0 or mode != "zeros" else "constant",
        value=value,
    )
    return None if padded is None else [padded]


def _item(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    """`x[...]` with slices, numbers, None and an Ellipsis; other indices take any cells."""
    index = args[1] if isinstance(args[1], tuple) else (args[1],)
    value = calls.value(args[0])
    if value is None or value.dims is None or any(isinstance(one, torch.Tensor | list) for one in index):
        return None
    used = sum(one is not None and one is not Ellipsis for one in index)
    at = next((n for n, one in enumerate(index) if one is Ellipsis), len(index))
    rest = [slice(None)] * (len(value.shape) - used)
    return _sliced(calls, value, [*index[:at], *rest, *index[at + 1 :]], made[0])


def _sliced(calls: Calls, value: Value, index: Sequence[Any], made: Any) -> Handled:
    """The value of a slice: what is cut along the axes, and where they are then."""
    if value.dims is None:
        return None
    gone: list[int] = []
    new: list[int] = []
    parts: dict[int | None, slice] = {}
    dim, place = 0, 0
    for one in index:
        if one is None:
            new.append(place)
            place += 1
            continue
        if isinstance(one, slice):
            parts[dim] = one
            place += 1
        else:
            gone.append(dim)
            if dim in value.dims and value.shape[dim] > 1:
                return None
        dim += 1
    cut = sliced(
        "slice", "a slice", value.size, (slice(None) if d is None else parts.get(d, slice(None)) for d in value.dims)
    )
    if cut is None:
        return None
    if cut.is_nothing:
        left = calls.trace.same("slice", value, value.shape)
    else:
        pads = {d: pair for d, pair in zip(value.dims, cut.pads, strict=True) if d is not None}
        found = calls.padding(value, pads, value.shape, function="slice", kind=cut.kind, steps=cut.steps)
        if found is None:
            return None
        left = found
    dims = removed(left.dims, gone)
    for one in new:
        dims = inserted(dims, one)
    calls._note("")
    return [Value(left.step, tuple(made.shape), dims)]


def _of_dim(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    """`narrow`, `select`, and ATen's `slice`."""
    names = {
        "narrow": ("input", "dim", "start", "length"),
        "select": ("input", "dim", "index"),
        "slice": ("input", "dim", "start", "end", "step"),
    }[name]
    given = dict(zip(names, args, strict=False)) | kwargs
    rank = len(takes[0].shape)
    one: Any = given.get("index", 0)
    if name == "narrow":
        one = slice(int(given["start"]), int(given["start"]) + int(given["length"]))
    elif name == "slice":
        one = slice(given.get("start"), given.get("end"), given.get("step", 1))
    index = [slice(None)] * rank
    index[given.get("dim", 0) % rank] = one
    return _sliced(calls, takes[0], index, made[0])


def _parts(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    """`chunk` and `split`: slices along one dimension."""
    dim = kwargs.get("dim", args[2] if len(args) > 2 else 0) % len(takes[0].shape)
    start, values = 0, []
    for one in made:
        index = [slice(None)] * len(takes[0].shape)
        index[dim] = slice(start, start + one.shape[dim])
        start += one.shape[dim]
        value = _sliced(calls, takes[0], index, one)
        if value is None:
            return None
        values += value
    return values


def _unbound(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    dim = kwargs.get("dim", args[1] if len(args) > 1 else 0) % len(takes[0].shape)
    if takes[0].dims is None or dim in takes[0].dims:
        return None
    dims = removed(takes[0].dims, [dim])
    return [Value(calls.trace.same(name, takes[0], one.shape).step, tuple(one.shape), dims) for one in made]


def _reshaped(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    return _rearranged(calls, name, takes[0], made[0], reshaped(takes[0].shape, takes[0].dims, made[0].shape))


def _rearranged(calls: Calls, name: str, value: Value, made: Any, dims: Dims) -> Handled:
    if dims is None and value.dims is not None:
        return None
    calls._note("")
    return [calls.trace.rearranged(name, "", value, made.shape, dims)]


def _permuted(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    """Where the dimensions are after a transposition, which a tensor of other sizes shows."""
    rank = len(takes[0].shape)
    probe = torch.empty(tuple(range(1, rank + 1)), device="meta")
    attribute = getattr(probe, name.removeprefix("get_"))
    moved = attribute if name.startswith("get_") else attribute(*args[1:], **kwargs)
    order = [n - 1 for n in moved.shape]
    return _rearranged(calls, name, takes[0], made[0], permuted(takes[0].dims, order))


def _squeezed(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    shape = takes[0].shape
    asked = kwargs.get("dim", args[1] if len(args) > 1 else range(len(shape)))
    gone = [n % len(shape) for n in (asked if isinstance(asked, list | tuple | range) else [asked])]
    return _rearranged(calls, name, takes[0], made[0], removed(takes[0].dims, [n for n in gone if shape[n] == 1]))


def _unsqueezed(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    dim = kwargs.get("dim", args[1] if len(args) > 1 else 0) % made[0].ndim
    return _rearranged(calls, name, takes[0], made[0], inserted(takes[0].dims, dim))


def _expanded(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    """`expand` and `repeat`: an axis of one cell is spread, others stay."""
    value, shape = takes[0], tuple(made[0].shape)
    shift = len(shape) - len(value.shape)
    if value.dims is None:
        return None
    dims = tuple(one if one is None else one + shift for one in value.dims)
    whole = tuple(1 if one is None else shape[one] for one in dims)
    if whole == value.size:
        return [Value(calls.trace.same(name, value, shape).step, shape, dims)]
    if any(n not in (1, wanted) for n, wanted in zip(value.size, whole, strict=True)):
        return None
    return [Value(calls.trace.spread(name, value, value.size, whole), shape, dims)]


def _resized(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    """`interpolate`: from one cell it is copied to all, to the same size nothing changes.

    With a scale_factor, cells of the same size may still be others: by 1.1, the five cells 0 0 1 2 3 of five.
    """
    value = takes[0]
    given = dict(zip(("input", "size", "scale_factor", "mode"), args, strict=False)) | kwargs
    whole = tuple(made[0].shape[one] for one in value.dims or () if one is not None)
    scaled = given.get("scale_factor") is not None and not given.get("recompute_scale_factor")
    scales = given["scale_factor"] if scaled else 1
    same = all(one == 1 for one in (scales if isinstance(scales, list | tuple) else [scales]))
    if whole and whole == value.size and same:
        return [calls.same(name, value, made[0])]
    if len(whole) == len(value.size) and {*value.size} == {1}:
        calls._note("")
        return [Value(calls.trace.spread(name, value, value.size, whole), tuple(made[0].shape), value.dims)]
    return None


def _reduced(calls: Calls, name: str, args: Any, kwargs: Any, made: list[Any], takes: list[Value]) -> Handled:
    """A reduction over some dimensions: of each cell, where no axis is among them; `mean` and `amax` over axes are an
    adaptive pooling to one cell.
    """
    value = takes[0]
    given = dict(zip(("input", *REDUCED[name], "keepdim"), args, strict=False)) | kwargs
    asked = given.get("dim", given.get("axis"))
    if asked is None or value.dims is None or not isinstance(asked, int | list | tuple):
        return None
    rank = len(value.shape)
    dims = {n % rank for n in (asked if isinstance(asked, list | tuple) else [asked])}
    keep = bool(given.get("keepdim", given.get("keepdims", False)))
    left = value.dims if keep else removed(value.dims, [*dims])
    if not dims & {*value.dims}:
        return [Value(calls.same(name, value, one).step, tuple(one.shape), left) for one in made]
    if not dims <= {*value.dims} or None in value.dims or name not in ("mean", "amax"):
        return None
    label = calls.name(name)
    calls.called().append("layer")
    mode = "average" if name == "mean" else "max"
    return [calls.trace.pooled(label, value, dims, mode, made[0].shape, left)]


# the parameters between the input and keepdim
REDUCED = {
    **dict.fromkeys(("mean", "amax", "amin", "sum", "max", "min", "prod", "logsumexp", "argmax", "argmin"), ("dim",)),
    **dict.fromkeys(("nansum", "nanmean", "median", "any", "all"), ("dim",)),
    "norm": ("p", "dim"),
}
HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(CELLWISE, _same),
    **dict.fromkeys(("instance_norm", "group_norm", "layer_norm", "rms_norm"), _normalised),
    **dict.fromkeys(("native_layer_norm", "native_group_norm"), _normalised),
    **dict.fromkeys(ALIASES, _alias),
    **dict.fromkeys(JOINS, _joined),
    **dict.fromkeys(("cat", "concat", "concatenate"), _concatenated),
    **dict.fromkeys(
        ("softmax", "_softmax", "log_softmax", "_log_softmax", "glu", "normalize", "index_select"), _along_channels
    ),
    **dict.fromkeys(("pad", "constant_pad_nd"), _padded),
    **dict.fromkeys(("narrow", "select", "slice"), _of_dim),
    **dict.fromkeys(("chunk", "split", "tensor_split", "split_with_sizes"), _parts),
    **dict.fromkeys(("view", "reshape", "flatten", "unflatten", "_unsafe_view", "view_as", "reshape_as"), _reshaped),
    **dict.fromkeys(("permute", "transpose", "swapaxes", "swapdims", "movedim", "moveaxis"), _permuted),
    **dict.fromkeys(("t", "get_T", "get_mT", "adjoint"), _permuted),
    **dict.fromkeys(("expand", "expand_as", "repeat", "broadcast_to", "tile"), _expanded),
    **dict.fromkeys(REDUCED, _reduced),
    "__getitem__": _item,
    "unbind": _unbound,
    "squeeze": _squeezed,
    "unsqueeze": _unsqueezed,
    "interpolate": _resized,
    "linear": _linear,
    "embedding": _embedding,
}

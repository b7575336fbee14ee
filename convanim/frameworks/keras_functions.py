"""Keras' layers and functions that are no operations: each gives what it makes, or None."""

from __future__ import annotations

from typing import Any

from .folding import Padding, sliced
from .keras_calls import Calls, Handler, name_in_keras
from .keras_names import CELLWISE, JOINS, REDUCED
from .trace import Value, inserted, permuted, removed, reshaped

MODES = {"constant": "zeros", "reflect": "reflect"}  # "symmetric" isn't the same in all of Keras' backends


def _same(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    return calls.trace.same(layer.name, takes[0], made.shape)


def _normalised(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    axis, rank = getattr(layer, "axis", -1), len(takes[0].shape)
    along = [n % rank for n in (axis if isinstance(axis, list | tuple) else [axis])]
    if name_in_keras(layer) == "GroupNormalization":
        along = [*range(1, rank)]
    return calls.trace.normalised(layer.name, takes[0], made.shape, along)


def _dense(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    """A matrix times the last dimension, or a function along one: of each cell where that isn't an axis."""
    axis = getattr(layer, "axis", -1)
    if takes[0].dims is None or not isinstance(axis, int) or axis % len(takes[0].shape) in takes[0].dims:
        return None
    return calls.trace.same(layer.name, takes[0], made.shape)


def _joined(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    kind = JOINS[name_in_keras(layer)]
    if kind == "concatenation":
        axis = getattr(layer, "axis", -1) % len(made.shape)
        if any(one.dims is None or axis in one.dims for one in takes):
            return None
    if len(takes) == 1:
        return calls.trace.same(layer.name, takes[0], made.shape) if len(made.shape) == len(takes[0].shape) else None
    return calls.trace.join(kind, layer.name, takes, made.shape)


def _reshaped(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    dims = reshaped(takes[0].shape, takes[0].dims, tuple(made.shape))
    return None if dims is None else Value(takes[0].step, tuple(made.shape), dims)


def _permuted(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    order = getattr(layer, "dims", None) or getattr(layer, "axes", None)
    if order is None:
        return None
    whole = (0, *order) if len(order) < len(made.shape) else tuple(order)
    return Value(takes[0].step, tuple(made.shape), permuted(takes[0].dims, whole))


def _expanded(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    """`expand_dims` and `squeeze` at one place."""
    axis, rank = getattr(layer, "axis", None), len(takes[0].shape)
    if not isinstance(axis, int) or takes[0].dims is None:
        return None
    grown = len(made.shape) > rank
    dims = inserted(takes[0].dims, axis % (rank + 1)) if grown else removed(takes[0].dims, [axis % rank])
    return Value(takes[0].step, tuple(made.shape), dims)


def _reduced(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    """A reduction over some dimensions: of each cell, where no axis is among them; `mean` and `max` over axes are an
    adaptive pooling to one cell.
    """
    value, axis = takes[0], getattr(layer, "axis", None)
    if axis is None or value.dims is None or None in value.dims:
        return None
    dims = {n % len(value.shape) for n in (axis if isinstance(axis, list | tuple) else [axis])}
    left = value.dims if getattr(layer, "keepdims", False) else removed(value.dims, [*dims])
    if not dims & {*value.dims}:
        return Value(calls.trace.same(layer.name, value, made.shape).step, tuple(made.shape), left)
    if not dims <= {*value.dims} or name_in_keras(layer) not in ("Mean", "Max"):
        return None
    mode = "average" if name_in_keras(layer) == "Mean" else "max"
    return calls.trace.pooled(layer.name, value, dims, mode, made.shape, left)


def _item(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    """`x[...]` with slices; other indices take any cells."""
    args, words = given
    index = words.get("key", args[1] if len(args) > 1 else None)
    index = index if isinstance(index, tuple) else (index,)
    value = takes[0]
    if value.dims is None or not all(isinstance(one, slice) or one is Ellipsis for one in index):
        return None
    at = next((n for n, one in enumerate(index) if one is Ellipsis), len(index))
    rest = [slice(None)] * (len(value.shape) - sum(one is not Ellipsis for one in index))
    whole = [*index[:at], *rest, *index[at + 1 :]]
    cut = sliced(layer.name, "a slice", value.size, (slice(None) if d is None else whole[d] for d in value.dims))
    if cut is None:
        return None
    if cut.is_nothing:
        return calls.trace.same(layer.name, value, made.shape)
    return calls.trace.padding(cut, value, made.shape)


def _padded(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    """`keras.ops.pad`: a pair a dimension."""
    value, mode = takes[0], MODES.get(getattr(layer, "mode", ""), "")
    rows = getattr(layer, "pad_width", None)
    if value.dims is None or None in value.dims or not mode or rows is None or len(takes) > 1:
        return None
    if any(any(row) for d, row in enumerate(rows) if d not in value.dims):
        return None
    pads = tuple((int(rows[d][0]), int(rows[d][1])) for d in value.dims if d is not None)
    args, words = given
    constant = words.get("constant_values", args[1] if len(args) > 1 else None)
    filled = float(constant or 0)
    padding = Padding(layer.name, "pad", value.size, pads, "constant" if filled else mode, filled)
    return calls.trace.padding(padding, value, made.shape)


def _resized(calls: Calls, layer: Any, given: Any, takes: list[Value], made: Any) -> Value | None:
    """From one cell, upsampling copies it to all."""
    value = takes[0]
    if value.dims is None or {*value.size} != {1} or len(made.shape) != len(value.shape):
        return None
    whole = tuple(made.shape[d] for d in value.dims if d is not None)
    return Value(calls.trace.spread(layer.name, value, value.size, whole), tuple(made.shape), value.dims)


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(CELLWISE, _same),
    **dict.fromkeys(("LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization"), _normalised),
    **dict.fromkeys(("Dense", "Softmax", "LogSoftmax"), _dense),
    **dict.fromkeys(JOINS, _joined),
    **dict.fromkeys(("Reshape", "Flatten"), _reshaped),
    **dict.fromkeys(("Permute", "Transpose"), _permuted),
    **dict.fromkeys(("ExpandDims", "Squeeze"), _expanded),
    **dict.fromkeys(REDUCED, _reduced),
    **dict.fromkeys(("UpSampling1D", "UpSampling2D", "UpSampling3D"), _resized),
    "GetItem": _item,
    "Pad": _padded,
}

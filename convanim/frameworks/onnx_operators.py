"""ONNX' operators that are no layers: each gives what it makes, or None where it isn't understood."""

from __future__ import annotations

from typing import Any

from ..errors import ConvanimError
from ..geometry.axis import Cell
from .folding import Padding, sliced
from .onnx_graph import name_of
from .onnx_layers import pairs_of
from .onnx_names import CELLWISE, JOINS, NORMALISATIONS, REDUCED
from .onnx_walk import Handler, Made, Walk
from .trace import Dims, Value, inserted, permuted, removed, reshaped

MODES = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


def _alias(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    return takes[0]


def _same(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    return walk.trace.same(name_of(node), takes[0], walk.shape(node.output[0]) or takes[0].shape)


def _normalised(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    rank = len(takes[0].shape)
    along = range(2, rank)
    if node.op_type in ("LayerNormalization", "RMSNormalization"):
        along = range(given.get("axis", -1) % max(rank, 1), rank)
    shape = walk.shape(node.output[0]) or takes[0].shape
    return walk.trace.normalised(name_of(node), takes[0], shape, along)


def _along_channels(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    """A function along one dimension: of each cell where that isn't an axis.

    Before opset 13, all but LpNormalization are along all dimensions from the given one on.
    """
    rank = max(len(takes[0].shape), 1)
    if walk.graph.opsets.get("", 13) < 13 and node.op_type != "LpNormalization":
        axis = given.get("axis", 1) % rank
        if takes[0].dims is None or any(d is not None and d >= axis for d in takes[0].dims):
            return None
        return _same(walk, node, given, takes)
    axis = given.get("axis", -1) % rank
    return None if takes[0].dims is None or axis in takes[0].dims else _same(walk, node, given, takes)


def _joined(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    shape = walk.shape(node.output[0])
    if not shape:
        _check_join(walk, node, takes)
        shape = max((one.shape for one in takes), key=len)
    if len(takes) > 1:
        return walk.trace.join(JOINS[node.op_type], name_of(node), takes, shape)
    grown = len(shape) != len(takes[0].shape) or any(
        shape[d] != takes[0].shape[d] for d in takes[0].dims or () if d is not None
    )
    return None if takes[0].dims is None or grown else walk.trace.same(name_of(node), takes[0], shape)


def _check_join(walk: Walk, node: Any, takes: list[Value]) -> None:
    """Raise ConvanimError where the sizes of the parts differ, with those of both and the layers before."""
    for one in takes[1:]:
        if one.size and takes[0].size and one.size != takes[0].size:
            first, second = (" and ".join(walk.trace.names_before(part.step)) for part in (takes[0], one))
            raise ConvanimError(
                f"{name_of(node)} joins {takes[0].size} from {first} with {one.size} from {second}: their sizes must be"
                " the same"
            )


def _concatenated(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    shape = walk.shape(node.output[0])
    if not shape:
        _check_join(walk, node, takes)
        return None
    axis = given.get("axis", 1) % len(shape)
    dims = next((one.dims for one in takes if one.dims is not None), None)
    if dims is None:
        return None
    if axis in dims:
        return _beside_zeros(walk, node, axis, takes, shape)
    if len(takes) == 1:
        return walk.trace.same(name_of(node), takes[0], shape)
    return walk.trace.join("concatenation", name_of(node), takes, shape)


def _beside_zeros(walk: Walk, node: Any, axis: int, takes: list[Value], shape: tuple[int, ...]) -> Made:
    """A concatenation along an axis, which is a padding where all but one part are zeros."""
    parts = [None if name in walk.values else walk.graph.value(name) for name in node.input]
    places = [n for n, name in enumerate(node.input) if name in walk.values]
    zeros = all(one is not None and not one.any() for n, one in enumerate(parts) if n not in places)
    if len(places) != 1 or not zeros:
        return None
    before, after = (
        sum(one.shape[axis] for one in side if one is not None) for side in (parts[: places[0]], parts[places[0] + 1 :])
    )
    pads = tuple((before, after) if d == axis else (0, 0) for d in takes[0].dims or ())
    return walk.trace.padding(Padding(name_of(node), "Concat", takes[0].size, pads), takes[0], shape)


def _numbers(walk: Walk, node: Any, place: int) -> list[int] | None:
    """The whole numbers of a constant input; None where it is left out."""
    if place >= len(node.input) or not node.input[place]:
        return None
    values = walk.graph.value(node.input[place])
    if values is None:
        raise ConvanimError(f"{node.input[place]!r} is only known when the model runs")
    return [int(n) for n in values.reshape(-1)]


def _padded(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    """A Pad node; its numbers are an attribute, or since opset 11 an input."""
    value, rank = takes[0], len(takes[0].shape)
    try:
        pads = given.get("pads", given.get("paddings")) or _numbers(walk, node, 1)
        axes = _numbers(walk, node, 3)
    except ConvanimError:
        pads = None
    if pads is None:
        raise ConvanimError("its pads are only known when the model runs")
    named = range(rank) if axes is None else [axis % rank for axis in axes]
    rows = dict(zip(named, pairs_of(pads, len(named)), strict=True))
    if value.dims is None:
        return None
    if any(any(row) for axis, row in rows.items() if axis not in value.dims):
        walk.trace.skip(name_of(node), "Pad: it pads the batch or the channels")
        value = walk.trace.same(name_of(node), value, value.shape)
    filled = given.get("value", 0.0)
    if len(node.input) > 2 and node.input[2]:
        constant = walk.graph.value(node.input[2])
        if constant is None:
            raise ConvanimError("the value of its cells is only known when the model runs")
        filled = float(constant.flat[0]) if constant.size else 0.0
    mode = MODES[given.get("mode", "constant")]
    mode = "constant" if filled and mode == "zeros" else mode
    sides = tuple((0, 0) if d is None else rows.get(d, (0, 0)) for d in value.dims or ())
    padding = Padding(name_of(node), "Pad", value.size, sides, mode, float(filled))
    return walk.trace.padding(padding, value, walk.shape(node.output[0]) or _put(value, padding.output_size))


def _put(value: Value, size: Cell) -> tuple[int, ...]:
    """The shape of a value with another size along its axes."""
    shape = list(value.shape)
    for d, n in zip(value.dims or (), size, strict=True):
        if d is not None:
            shape[d] = n
    return tuple(shape)


def _sliced(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    value, rank = takes[0], len(takes[0].shape)
    starts, ends = given.get("starts") or _numbers(walk, node, 1), given.get("ends") or _numbers(walk, node, 2)
    if starts is None or ends is None or value.dims is None:
        return None
    axes = given.get("axes") or _numbers(walk, node, 3) or range(len(starts))
    steps = _numbers(walk, node, 4) or [1] * len(starts)
    parts = {}
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        if step < 1 and axis % rank in value.dims:
            return None
        parts[axis % rank] = slice(start, end, step)
    return cut(walk, name_of(node), "Slice", value, parts, walk.shape(node.output[0]))


def cut(
    walk: Walk, name: str, kind: str, value: Value, parts: dict[int, slice], shape: tuple[int, ...]
) -> Value | None:
    """The rest after slices of some dimensions; along the axes, cells are cut."""
    padding = sliced(
        name, kind, value.size, (slice(None) if d is None else parts.get(d, slice(None)) for d in value.dims or ())
    )
    if padding is None:
        return None
    if padding.is_nothing:
        return walk.trace.same(name, value, shape)
    return walk.trace.padding(padding, value, shape or _put(value, padding.output_size))


def _parts(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    """`Split`: slices along one dimension."""
    value = takes[0]
    axis = given.get("axis", 0) % max(len(value.shape), 1)
    if value.dims is None:
        return None
    begin, made = 0, []
    for output in node.output:
        shape = walk.shape(output)
        if not shape:
            return None
        part = cut(walk, name_of(node), "Split", value, {axis: slice(begin, begin + shape[axis])}, shape)
        if part is None:
            return None
        begin += shape[axis]
        made.append(part)
    return made


def _gathered(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    """Some channels, or an embedding: of each cell where that isn't along an axis."""
    shape = walk.shape(node.output[0])
    if node.input[0] not in walk.values:
        return walk.trace.same(name_of(node), takes[0], shape)
    axis, dims = given.get("axis", 0) % max(len(takes[0].shape), 1), takes[0].dims
    if dims is None or axis in dims or len(shape) > len(takes[0].shape):
        return None
    same = walk.trace.same(name_of(node), takes[0], shape)
    return Value(same.step, shape, removed(dims, [axis]) if len(shape) < len(takes[0].shape) else dims)


def _moved(walk: Walk, node: Any, value: Value, dims: Dims) -> Made:
    shape = walk.shape(node.output[0])
    if dims is None and value.dims is not None:
        return None
    return walk.trace.rearranged(name_of(node), node.op_type, value, shape, dims)


def _transposed_dims(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    order = given.get("perm") or range(len(takes[0].shape) - 1, -1, -1)
    return _moved(walk, node, takes[0], permuted(takes[0].dims, [int(n) for n in order]))


def _reshaped(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    shape = walk.shape(node.output[0])
    return _moved(walk, node, takes[0], reshaped(takes[0].shape, takes[0].dims, shape) if shape else None)


def _squeezed(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    shape = takes[0].shape
    gone = given.get("axes") or _numbers(walk, node, 1) or [n for n, one in enumerate(shape) if one == 1]
    return _moved(walk, node, takes[0], removed(takes[0].dims, [n % len(shape) for n in gone]))


def _unsqueezed(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    new = given.get("axes") or _numbers(walk, node, 1) or []
    dims = takes[0].dims
    for n in sorted(one % (len(takes[0].shape) + len(new)) for one in new):
        dims = inserted(dims, n)
    return _moved(walk, node, takes[0], dims)


def _expanded(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    """`Expand` and `Resize`: an axis of one cell is spread, others stay."""
    value, shape = takes[0], walk.shape(node.output[0])
    shift = len(shape) - len(value.shape)
    if value.dims is None or not shape:
        return None
    dims = tuple(d if d is None else d + shift for d in value.dims)
    whole = tuple(1 if d is None else shape[d] for d in dims)
    if node.op_type != "Expand" and not _is_plain(walk, node, given, value.size == whole):
        return None
    if whole == value.size:
        return Value(walk.trace.same(name_of(node), value, shape).step, shape, dims)
    one_cell = all(n in (1, wanted) for n, wanted in zip(value.size, whole, strict=True))
    if not one_cell or (node.op_type == "Resize" and {*value.size} != {1}):
        return None
    return Value(walk.trace.spread(name_of(node), value, value.size, whole), shape, dims)


def _is_plain(walk: Walk, node: Any, given: dict[str, Any], keeps: bool) -> bool:
    """Whether a Resize takes the whole input; and where it keeps the size, whether no scale but 1 moves its cells."""
    if given.get("coordinate_transformation_mode") == "tf_crop_and_resize":
        return False
    place = {"Upsample": 1, "Resize": 2 if walk.graph.opsets.get("", 13) > 10 else 1}[node.op_type]
    scales = walk.graph.value(node.input[place]) if place < len(node.input) and node.input[place] else None
    listed = given.get("scales", () if scales is None else scales.reshape(-1))
    return not keeps or all(one == 1 for one in listed)


def _multiplied(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    """A matrix times the last dimension: of each cell where that isn't an axis."""
    value = takes[0]
    if len(takes) > 1 or value.dims is None or len(value.shape) - 1 in value.dims or node.input[0] not in walk.values:
        return None
    return _same(walk, node, given, takes)


def _reduced(walk: Walk, node: Any, given: dict[str, Any], takes: list[Value]) -> Made:
    """A reduction over some dimensions: of each cell, where no axis is among them; `ReduceMean` and `ReduceMax` over
    axes are an adaptive pooling to one cell.
    """
    value, rank = takes[0], len(takes[0].shape)
    asked = given.get("axes") or ([given.get("axis", 0)] if node.op_type[:3] == "Arg" else _numbers(walk, node, 1))
    if asked is None or value.dims is None or None in value.dims:
        return None
    dims, shape = {n % rank for n in asked}, walk.shape(node.output[0])
    left = value.dims if given.get("keepdims", 1) else removed(value.dims, [*dims])
    if not dims & {*value.dims}:
        return Value(walk.trace.same(name_of(node), value, shape).step, shape, left)
    if not dims <= {*value.dims} or node.op_type not in ("ReduceMean", "ReduceMax"):
        return None
    mode = "average" if node.op_type == "ReduceMean" else "max"
    return walk.trace.pooled(name_of(node), value, dims, mode, shape, left)


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(CELLWISE, _same),
    **dict.fromkeys(NORMALISATIONS, _normalised),
    **dict.fromkeys(("Identity", "Dropout"), _alias),
    **dict.fromkeys(JOINS, _joined),
    **dict.fromkeys(("Softmax", "LogSoftmax", "LpNormalization", "Hardmax"), _along_channels),
    **dict.fromkeys(("Reshape", "Flatten"), _reshaped),
    **dict.fromkeys(("Expand", "Resize", "Upsample"), _expanded),
    **dict.fromkeys(("MatMul", "Gemm"), _multiplied),
    **dict.fromkeys(REDUCED, _reduced),
    "Concat": _concatenated,
    "Pad": _padded,
    "Slice": _sliced,
    "Split": _parts,
    "Gather": _gathered,
    "Transpose": _transposed_dims,
    "Squeeze": _squeezed,
    "Unsqueeze": _unsqueezed,
}

"""An operation as an ONNX model of a few nodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from .snippet import Pads, Raw, any_pad, call, chosen, counted, divisor, numpy_mode, reach, to_crop, unless, wrapped

Nodes = tuple[str, ...]

# The opset is the first with a dilation in AveragePool and with Pad's mode "wrap", and the ir_version is its own:
# programs that read models are often older than the package that writes them.
MODEL = """\
from onnx import TensorProto, helper

{nodes}
graph = helper.make_graph(
    nodes,
    "layer",
    [{inputs}],
    [{output}],
)
layer = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
"""

ADAPTIVE = """\
nodes, y = [], "x"
for axis, size, windows in {axes}:
    nodes.append(helper.make_node("Constant", [], [f"axis{{axis}}"], value_ints=[axis]))
    parts = [f"part{{axis}}_{{o}}" for o in range(windows)]
    for o, part in enumerate(parts):
        cells = list(range(o * size // windows, -(-(o + 1) * size // windows)))
        nodes += [
            helper.make_node("Constant", [], [f"cells_{{part}}"], value_ints=cells),
            helper.make_node("Gather", [y, f"cells_{{part}}"], [f"window_{{part}}"], axis=axis),
            helper.make_node("{reduce}", [f"window_{{part}}", f"axis{{axis}}"], [part]),
        ]
    y = "y" if axis == {last} else f"y{{axis}}"
    nodes.append(helper.make_node("Concat", parts, [y], axis=axis))
"""


def code(op: Operation) -> str:
    """The code of an ONNX model `layer`: its inputs are x (N, C, ...) and, for a convolution, w in PyTorch's layout and
    b.
    """
    channels: tuple[object, object] = "C", "C"
    weights: dict[str, Sequence[object]] = {}
    if op.weighted:
        channels = op.in_channels, op.out_channels
        weights = {"w": op.kernel_shape, **({"b": (op.out_channels,)} if op.bias else {})}
    inputs = {"x": ["N", channels[0], *op.input_size], **weights}
    rows = chosen(CODES, op, "ONNX")(op)
    nodes = (
        rows
        if isinstance(rows, str)
        else "nodes = [\n" + "".join(f"    {node}{'' if node[0] == '#' else ','}\n" for node in rows) + "]"
    )
    listed = [_info(name, shape) for name, shape in inputs.items()]
    row = ", ".join(listed) if len(listed) == 1 else "".join(f"\n        {one}," for one in listed) + "\n    "
    output = _info("y", ["N", channels[1], *op.output_size])
    return wrapped(MODEL.format(nodes=nodes, inputs=row, output=output))


def _info(name: str, shape: Sequence[object]) -> str:
    return call("helper.make_tensor_value_info", name, Raw("TensorProto.FLOAT"), list(shape))


def _node(kind: str, inputs: str, output: str = "y", **attributes: object) -> str:
    """helper.make_node, with its inputs as words; attributes of None are left out."""
    return call("helper.make_node", kind, inputs.split(), [output], **attributes)


FLIP = {Conv: "a true convolution", ConvTranspose: "the adjoint of a true convolution"}


def _constant(name: str, values: Sequence[int]) -> str:
    return _node("Constant", "", name, value_ints=list(values))


def _flat(pads: Pads) -> list[int] | None:
    """All that stands before, then all that stands after, as ONNX has it."""
    return [before for before, _ in pads] + [after for _, after in pads] if any_pad(pads) else None


def _listed(usual: int, values: Sequence[int]) -> list[int] | None:
    return None if set(values) == {usual} else list(values)


def _conv(op: Conv) -> Nodes:
    mode = numpy_mode(op)
    if mode is None:
        return _weighted(op, "Conv", "x", op.flip, pads=_flat(op.pads))
    nodes = _gathered(op) if mode == "symmetric" else _padded(op.pads, mode=mode)
    return (*nodes, *_weighted(op, "Conv", "padded", op.flip))


def _gathered(op: Conv) -> Nodes:
    """Pad has no mode "symmetric": the cells are gathered, along each axis that has any padding."""
    nodes, x, padded = ['# Pad has no mode "symmetric"'], "x", [n for n, pads in enumerate(op.pads) if any(pads)]
    for n in padded:
        axis = op.axes[n]
        output = "padded" if n == padded[-1] else f"padded{n}"
        end = axis.before + axis.input
        before, after = (
            [str(axis.source(cell)) for cell in cells] for cells in (range(axis.before), range(end, axis.padded))
        )
        cells = Raw(f"[{', '.join([*before, f'*range({axis.input})', *after])}]")
        nodes += [
            _node("Constant", "", f"cells{n}", value_ints=cells),
            _node("Gather", f"{x} cells{n}", output, axis=n + 2),
        ]
        x = output
    return tuple(nodes)


def _padded(pads: Pads, value: str = "", **options: object) -> Nodes:
    """x with its padding, as `padded`."""
    nodes = (
        _constant("pads", _flat(((0, 0), (0, 0), *pads)) or []),
        _node("Pad", f"x pads {value}", "padded", **options),
    )
    return (_node("Constant", "", value, value_float=Raw('float("-inf")')), *nodes) if value else nodes


def _weighted(op: Conv | ConvTranspose, kind: str, x: str, flip: bool, **options: object) -> Nodes:
    """Conv or ConvTranspose; a Slice flips the kernel."""
    axes = range(2, len(op.axes) + 2)
    flipped: Nodes = (
        ()
        if not flip
        else (
            f"# {FLIP[type(op)]}: w is flipped, by a Slice that goes backwards",
            _constant("axes", axes),
            _constant("back", [-1] * len(axes)),
            _constant("ends", [-(2**31)] * len(axes)),
            _node("Slice", "w back ends axes back", "flipped"),
        )
    )
    inputs = f"{x} {'flipped' if flip else 'w'}{' b' if op.bias else ''}"
    attributes: dict[str, Any] = {
        "strides": _listed(1, op.stride),
        "dilations": _listed(1, op.dilation),
        "group": unless(1, [op.groups]),
        **options,
    }
    return (*flipped, _node(kind, inputs, **attributes))


def _transposed(op: ConvTranspose) -> Nodes:
    """An output_padding of the stride or more, which runtimes refuse, is taken from the pads, or made by zeros at the
    input's end.
    """
    if all(extra < stride for extra, stride in zip(op.output_padding, op.stride, strict=True)):
        return _weighted(
            op, "ConvTranspose", "x", op.flip, pads=_flat(op.pads), output_padding=_listed(0, op.output_padding)
        )
    more = [max(-after, 0) // stride for (_, after), stride in zip(to_crop(op), op.stride, strict=True)]
    crops = [
        (before, after + n * stride) for (before, after), n, stride in zip(to_crop(op), more, op.stride, strict=True)
    ]
    pads, extra = (
        _flat(tuple((before, max(after, 0)) for before, after in crops)),
        _listed(0, [max(-after, 0) for _, after in crops]),
    )
    zeros = _padded(tuple((0, n) for n in more)) if any(more) else ()
    return (
        *zeros,
        *_weighted(op, "ConvTranspose", "padded" if zeros else "x", op.flip, pads=pads, output_padding=extra),
    )


def _pool(op: Pool) -> Nodes:
    return POOLS[op.mode](op)


def _windows(op: Pool, kind: str, x: str, pads: Pads, output: str = "y", **options: object) -> str:
    steps = {"strides": _listed(1, op.stride), "dilations": _listed(1, op.dilation)}
    return _node(kind, x, output, kernel_shape=list(op.kernel_size), **steps, pads=_flat(pads), **options)


def _ceil(op: Pool) -> int | None:
    return int(any(op.overhang)) or None


def _fits(op: Pool) -> bool:
    """Whether a pooling may have these pads: runtimes want them smaller than the kernel, whatever its dilation."""
    return all(max(pads) < kernel for pads, kernel in zip(reach(op), op.kernel_size, strict=True))


def _max(op: Pool) -> Nodes:
    if not _fits(op):
        return (*_padded(reach(op), "low"), _windows(op, "MaxPool", "padded", ()))
    return (_windows(op, "MaxPool", "x", op.pads, ceil_mode=_ceil(op)),)


def _average(op: Pool) -> Nodes:
    zeros, uncounted = counted(op)
    if op.divisor_override:
        mean = (
            (*_padded(zeros), _windows(op, "AveragePool", "padded", (), "mean"))
            if any_pad(zeros)
            else (_windows(op, "AveragePool", "x", (), "mean"),)
        )
        return (
            *mean,
            _node("Constant", "", "scale", value_float=Raw(f"{math.prod(op.kernel_size)} / {divisor(op)}")),
            _node("Mul", "mean scale"),
        )
    if not _fits(op):
        return _ratio(op, zeros, uncounted)
    # programs disagree whether cells beyond the end count, with count_include_pad
    if any_pad(zeros) and any_pad(uncounted):
        return (*_padded(zeros), _windows(op, "AveragePool", "padded", uncounted))
    return (
        _windows(op, "AveragePool", "x", op.pads, ceil_mode=_ceil(op), count_include_pad=1 if any_pad(zeros) else None),
    )


def _ratio(op: Pool, zeros: Pads, uncounted: Pads) -> Nodes:
    """The average of the cells that count: the padded input's averages by padded ones' averages."""
    x, nodes = "x", _padded(zeros) if any_pad(zeros) else ()
    if nodes:
        x = "padded"
    if not any_pad(uncounted):
        return (*nodes, _windows(op, "AveragePool", x, ()))
    one = Raw('helper.make_tensor("one", TensorProto.FLOAT, [1], [1])')
    return (
        *nodes,
        _node("Shape", x, "shape"),
        _node("ConstantOfShape", "shape", "ones", value=one),
        _constant("around", _flat(((0, 0), (0, 0), *uncounted)) or []),
        _node("Pad", f"{x} around", "values"),
        _node("Pad", "ones around", "there"),
        _windows(op, "AveragePool", "values", (), "mean"),
        _windows(op, "AveragePool", "there", (), "share"),
        _node("Div", "mean share"),
    )


def _l2(op: Pool) -> Nodes:
    return (
        (_windows(op, "LpPool", "x", reach(op)),)
        if _fits(op)
        else (*_padded(reach(op)), _windows(op, "LpPool", "padded", ()))
    )


def _adaptive(op: AdaptivePool) -> Nodes | str:
    average = op.mode == "average"
    if set(op.output_size) == {1}:
        return (_node("GlobalAveragePool" if average else "GlobalMaxPool", "x"),)
    if all(i % n == 0 for i, n in zip(op.input_size, op.output_size, strict=True)):
        sizes = list(op.kernel_size)
        return (_node("AveragePool" if average else "MaxPool", "x", kernel_shape=sizes, strides=_listed(1, sizes)),)
    rows = list(zip(range(2, len(op.axes) + 2), op.input_size, op.output_size, strict=True))
    return ADAPTIVE.format(axes=rows, last=rows[-1][0], reduce="ReduceMean" if average else "ReduceMax")


CODES: dict[type, Callable[[Any], Nodes | str]] = {
    Conv: _conv,
    ConvTranspose: _transposed,
    Pool: _pool,
    AdaptivePool: _adaptive,
}
POOLS: dict[str, Callable[[Pool], Nodes]] = {"max": _max, "average": _average, "l2": _l2}

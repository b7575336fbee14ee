"""An operation as the Keras code of a layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from ..geometry.padding import Pair
from .snippet import (
    Pads,
    Snippet,
    any_pad,
    call,
    chosen,
    counted,
    divisor,
    doubled,
    is_named,
    need_axes,
    numpy_mode,
    reach,
    short,
    to_crop,
    unless,
    wrapped,
)

COPIES = """
def pad(x):
    for axis, pads in enumerate({pads}, 1):
        cells = np.pad(np.arange(x.shape[axis]), pads, mode="{mode}")
        x = ops.take(x, cells, axis)
    return x


"""

DILATED = '''
def dilated(x):
    """Keras' pooling has no dilation: along each axis, the cells of every window are taken."""
    for axis, (windows, kernel, stride, dilation) in enumerate({windows}, 1):
        cells = stride * np.arange(windows)[:, None] + dilation * np.arange(kernel)
        x = ops.{reduce}(ops.take(x, cells, axis), axis + 1)
    return x


'''

GROUPS = """\
x = keras.Input({shape})
parts = ops.split({x}, {groups}, axis=-1)  # Keras' transposed convolutions have no groups
parts = [{layer}(part) for part in parts]
layer = keras.Model(x, {y})"""

LOAD = '''


def load(*weights):
    """{why}"""
    layer.set_weights([{value} if w.ndim > 1 else w for w in weights])'''

SPREAD = '''


def spread(kernel):
    """Keras has no strides with a dilation_rate: the kernel's cells are set apart, with zeros between them."""
    cells = np.zeros(({size}, *kernel.shape[{ndim}:]))
    cells[{steps}] = kernel
    return cells'''

FLIPPED = {
    Conv: "A true convolution: Keras doesn't flip the kernel",
    ConvTranspose: "The adjoint of a true convolution, which has the kernel flipped",
}


def code(op: Operation) -> str:
    """The Keras code of an operation; it defines `layer`, for (N, ..., C), and `load(*weights)` where these are changed
    before they are set.
    """
    need_axes(op, 3, "Keras")
    snippet = chosen(CODES, op, "Keras")(op)
    body = snippet.assigned("keras.Sequential", "[", "]") if isinstance(snippet, Snippet) else snippet
    text = f"{snippet.above}{body}" if isinstance(snippet, Snippet) else body
    if op.weighted:
        text += _load(op)
    modules = [f"import {name}" for name, used in (("keras", "keras."), ("numpy as np", "np.")) if used in text]
    names = [name for name in ("layers", "ops") if f"{name}." in text]
    return wrapped("\n".join([*modules, f"from keras import {', '.join(names)}", "", text]) + "\n")


def _load(op: Operation) -> str:
    """The function that changes the weights as they are set; nothing where they needn't be."""
    backwards, ndim = ", ".join(["::-1"] * len(op.axes)), len(op.axes)
    value, why, above = "w", "", ""
    if op.flip:
        value, why = f"w[{backwards}]", f"{FLIPPED[type(op)]}, so it is flipped when it is loaded."
    if op.transposed and _strided_and_dilated(op):
        steps = ", ".join(f"::{d}" for d in op.dilation)
        above = SPREAD.format(size=", ".join(map(str, op.effective_kernel_size)), ndim=ndim, steps=steps)
        value, why = f"spread({value})", why or "Set the weights, the kernel's cells set apart."
    grouped = op.transposed and op.groups > 1
    built = "" if grouped else f"\nlayer.build({(None, *op.input_size, op.in_channels)})"
    return built + above + LOAD.format(why=why, value=value) if why else ""


def _strided_and_dilated(op: Operation) -> bool:
    """Whether there is a stride and a dilation, on any axes, which Keras' layers refuse."""
    return bool(max(op.stride) > 1 and max(op.dilation) > 1)


def _pad(pads: Pads, layer: str = "ZeroPadding") -> str:
    """ZeroPadding or Cropping, in the shortest of its forms."""
    values: object = (
        short(pads[0]) if len(pads) == 1 else short([before for before, _ in pads]) if doubled(pads) else pads
    )
    return call(f"layers.{layer}{len(pads)}D", values)


def _conv(op: Conv) -> Snippet:
    stride = (1,) * len(op.axes) if _strided_and_dilated(op) else op.stride
    mode, padding, pad, above = numpy_mode(op), None, "", ""
    if mode:
        pad, above = "layers.Lambda(pad)", COPIES.format(pads=list(op.pads), mode=mode)
    elif is_named(op, "same_upper", op.pads, stride):
        padding = "same"
    elif len(op.axes) == 1 and is_named(op, "causal", op.pads):
        padding = "causal"
    elif any_pad(op.pads):
        pad = _pad(op.pads)
    layer = call(
        f"layers.Conv{len(op.axes)}D",
        op.out_channels,
        short(op.kernel_size),
        strides=unless(1, stride),
        padding=padding,
        dilation_rate=unless(1, op.dilation),
        groups=unless(1, [op.groups]),
        use_bias=None if op.bias else False,
    )
    if stride == op.stride:
        snippet = Snippet((layer,))
    else:
        pick = call(f"layers.MaxPooling{len(op.axes)}D", 1, strides=short(op.stride))
        snippet = Snippet((layer, pick), note="Keras has no strides with a dilation_rate: every n-th output is picked")
    return snippet.with_pad(pad, above) if pad else snippet


def _transposed(op: ConvTranspose) -> Snippet | str:
    spread = _strided_and_dilated(op)
    start, padding, extra, end = _cropping(list(zip(to_crop(op), op.effective_kernel_size, op.stride, strict=True)))
    layer = call(
        f"layers.Conv{len(op.axes)}DTranspose",
        op.out_channels // op.groups,
        short(op.effective_kernel_size if spread else op.kernel_size),
        strides=unless(1, op.stride),
        padding=padding,
        output_padding=extra and short(extra),
        use_bias=None if op.bias else False,
        dilation_rate=None if spread else unless(1, op.dilation),
    )
    pad, crop = (_pad(start),) if any_pad(start) else (), (_pad(end, "Cropping"),) if any_pad(end) else ()
    if op.groups == 1:
        return Snippet((*pad, layer, *crop))
    x, y = f"{pad[0]}(x)" if pad else "x", "ops.concatenate(parts, axis=-1)"
    y = f"{crop[0]}({y})" if crop else y
    return GROUPS.format(shape=(*op.input_size, op.in_channels), layer=layer, x=x, groups=op.groups, y=y)


def _cropping(rows: list[tuple[Pair, int, int]]) -> tuple[Pads, str | None, tuple[int, ...] | None, Pads]:
    """The input's padding, `padding`, `output_padding` and the output's cropping, for (cells to crop, window, stride)
    of each axis.
    """
    nothing = ((0, 0),) * len(rows)
    for padding in ("valid", "same"):
        name = None if padding == "valid" else padding
        if all(keras_crop(padding, None, window, stride) == crop for crop, window, stride in rows):
            return nothing, name, None, nothing
        fitting = [
            [o for o in range(stride) if keras_crop(padding, o, window, stride) == crop]
            for crop, window, stride in rows
        ]
        if all(fitting):
            return nothing, name, tuple(found[0] for found in fitting), nothing
    if any(-after > max(stride - 1, stride - window) for (_, after), window, stride in rows):
        # more cells than output_padding may add: zeros at the input's end add a stride each
        more = [max(-(-(-after - max(stride - window, 0)) // stride), 0) for (_, after), window, stride in rows]
    else:
        more = [0] * len(rows)
    natural = [n * stride + max(stride - window, 0) for n, (_, window, stride) in zip(more, rows, strict=True)]
    if all(after + n >= 0 for ((_, after), _, _), n in zip(rows, natural, strict=True)):
        end = tuple((before, after + n) for ((before, after), _, _), n in zip(rows, natural, strict=True))
        return tuple((0, n) for n in more), None, None, end
    return (
        nothing,
        None,
        tuple(max(-after, 0) for (_, after), _, _ in rows),
        tuple((before, max(after, 0)) for (before, after), _, _ in rows),
    )


def keras_crop(padding: str, output_padding: int | None, window: int, stride: int) -> Pair:
    """The cells that Keras' transposed convolution crops before and after, of `(i - 1) s + window`: (0, 1) for "same",
    window 3 and stride 2.

    A negative number is added (keras/src/backend/common/backend_utils.py, which says it as the padding of a
    convolution).
    """
    if padding == "valid":
        return 0, -(max(stride - window, 0) if output_padding is None else output_padding)
    total = stride + window - 2 if output_padding is None else window + window % 2 - 2 + output_padding
    before = min(total - total // 2, window - 1)
    return window - 1 - before, window - 1 - (total - before)


def _pool(op: Pool) -> Snippet:
    return POOLS[op.mode](op)


def _windows(op: Pool, kind: str, padding: str | None = None) -> Snippet:
    """Keras' pooling, or the function in its place where there is a dilation."""
    if unless(1, op.dilation) is None:
        stride = None if op.stride == op.kernel_size else short(op.stride)
        return Snippet(
            (call(f"layers.{kind}Pooling{len(op.axes)}D", short(op.kernel_size), strides=stride, padding=padding),)
        )
    windows = list(zip(op.output_size, op.kernel_size, op.stride, op.dilation, strict=True))
    return Snippet(
        ("layers.Lambda(dilated)",), DILATED.format(windows=windows, reduce="mean" if kind == "Average" else "max")
    )


def _is_same(op: Pool) -> bool:
    """Whether Keras' "same" pads, without counting them, the cells that this operation doesn't count."""
    return not any_pad(counted(op)[0]) and unless(1, op.dilation) is None and is_named(op, "same_upper", reach(op))


def _max(op: Pool) -> Snippet:
    if _is_same(op):
        return _windows(op, "Max", "same")
    one = _windows(op, "Max")
    pads = ((0, 0), *reach(op), (0, 0))
    return (
        one.with_pad(f'layers.Lambda(lambda x: ops.pad(x, {pads}, constant_values=-float("inf")))')
        if any_pad(reach(op))
        else one
    )


def _average(op: Pool) -> Snippet:
    if _is_same(op):
        return _windows(op, "Average", "same")
    zeros, uncounted = counted(op)
    one = _windows(op, "Average")
    if any_pad(uncounted):  # the average of the cells that count: pooled x by pooled ones
        pool = f"pool = keras.Sequential([{_pad(uncounted)}, {one.parts[0]}])\n"
        one = Snippet(("layers.Lambda(lambda x: pool(x) / pool(ops.ones_like(x)))",), one.above + pool)
    elif op.divisor_override:
        one = Snippet((*one.parts, f"layers.Rescaling({math.prod(op.kernel_size)} / {divisor(op)})"), one.above)
    return one.with_pad(_pad(zeros)) if any_pad(zeros) else one


def _l2(op: Pool) -> Snippet:
    one = _windows(op, "Average")
    root = f"layers.Lambda(lambda x: ops.sqrt({math.prod(op.kernel_size)} * pool(x * x)))"
    one = Snippet((root,), f"{one.above}pool = {one.parts[0]}\n")
    return one.with_pad(_pad(reach(op))) if any_pad(reach(op)) else one


def _adaptive(op: AdaptivePool) -> Snippet:
    kind = "Average" if op.mode == "average" else "Max"
    if set(op.output_size) == {1}:
        return Snippet((call(f"layers.Global{kind}Pooling{len(op.axes)}D", keepdims=True),))
    return Snippet((call(f"layers.Adaptive{kind}Pooling{len(op.axes)}D", short(op.output_size)),))


CODES: dict[type, Callable[[Any], Snippet | str]] = {
    Conv: _conv,
    ConvTranspose: _transposed,
    Pool: _pool,
    AdaptivePool: _adaptive,
}
POOLS: dict[str, Callable[[Pool], Snippet]] = {"max": _max, "average": _average, "l2": _l2}

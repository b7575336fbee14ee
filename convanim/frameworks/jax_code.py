"""An operation as a function of JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from .snippet import (
    Pads,
    Raw,
    any_pad,
    call,
    chosen,
    counted,
    divisor,
    doubled,
    is_named,
    numpy_mode,
    reach,
    unless,
    wrapped,
)

Lines = tuple[str, ...]  # the body of the function: statements, and last the value to return

ADAPTIVE = """\
for axis, windows in enumerate({windows}, 2):
    size = x.shape[axis]
    spans = [(o * size // windows, -(-(o + 1) * size // windows)) for o in range(windows)]
    x = jnp.stack([lax.slice_in_dim(x, *span, axis=axis).{reduce}(axis) for span in spans], axis)"""


def code(op: Operation) -> str:
    """The JAX code of an operation: a function `layer` of x (N, C, ...) and, for a convolution, w in PyTorch's layout
    and b.
    """
    *body, value = chosen(CODES, op, "JAX")(op)
    inputs = ["x", "w", "b"][: 1 + op.weighted + op.bias]
    rows = "\n".join([*body, f"return {value}"]).lstrip().split("\n")
    text = f"def layer({', '.join(inputs)}):\n" + "\n".join(f"    {row}" if row else "" for row in rows)
    imports = [f"from jax import {name}" for word, name in NAMES.items() if f"{word}." in text]
    return wrapped("\n".join([*imports, "", "", text]) + "\n")


NAMES = {"lax": "lax", "jnp": "numpy as jnp"}


def _conv(op: Conv) -> Lines:
    padding: Any = list(op.pads) if any_pad(op.pads) else "VALID"
    body: Lines = ()
    mode = numpy_mode(op)
    if mode:
        body = (f"x = {_pad(op.pads, mode=mode)}",)
        padding = "VALID"
    elif is_named(op, "same_upper", op.pads) and not (
        doubled(op.pads) and unless(1, op.stride)
    ):  # numbers where they are for any input size
        padding = "SAME"
    axes = tuple(range(2, len(op.axes) + 2))
    w = call("jnp.flip", Raw("w"), axes) if op.flip else Raw("w")
    body = (*body, "# a true convolution: the kernel is flipped") if op.flip else body
    value = call(
        "lax.conv_general_dilated",
        Raw("x"),
        w,
        window_strides=op.stride,
        padding=padding,
        rhs_dilation=None if unless(1, op.dilation) is None else op.dilation,
        feature_group_count=unless(1, [op.groups]),
    )
    return _biased(op, body, value)


def _transposed(op: ConvTranspose) -> Lines:
    """As convanim draws it: stride 1 over the input with zeros between its cells, the kernel flipped."""
    axes, letters = (
        tuple(range(2, len(op.axes) + 2)),
        "DHW"[-len(op.axes) :] if len(op.axes) <= 3 else "".join(map(str, range(len(op.axes)))),
    )
    inside, outside, groups = op.in_channels // op.groups, op.out_channels // op.groups, op.groups
    body: Lines = ()
    spec: Any = (f"NC{letters}", f"IO{letters}", f"NC{letters}")
    if groups > 1:
        kernel = ", ".join(map(str, op.kernel_size))
        body = (
            "# (in, out / groups, ...) of PyTorch as (out, in / groups, ...)",
            (
                f"w = w.reshape({groups}, {inside}, {outside}, {kernel}).swapaxes(1, 2).reshape({op.out_channels},"
                f" {inside}, {kernel})"
            ),
        )
        spec = None
    value = call(
        "lax.conv_general_dilated",
        Raw("x"),
        Raw("w") if op.flip else call("jnp.flip", Raw("w"), axes),
        window_strides=(1,) * len(op.axes),
        padding=[(axis.before, axis.after) for axis in op.axes],
        lhs_dilation=None if unless(1, op.stride) is None else op.stride,
        rhs_dilation=None if unless(1, op.dilation) is None else op.dilation,
        dimension_numbers=spec,
        feature_group_count=unless(1, [groups]),
    )
    return _biased(op, body, value)


def _biased(op: Conv | ConvTranspose, body: Lines, value: str) -> Lines:
    return (*body, f"{value} + b[:, {', '.join(['None'] * len(op.axes))}]") if op.bias else (*body, value)


def _pad(pads: Pads, **options: object) -> str:
    return call("jnp.pad", Raw("x"), ((0, 0), (0, 0), *pads), **options)


def _pool(op: Pool) -> Lines:
    return POOLS[op.mode](op)


def _reduce(op: Pool, value: str, start: str, reduce: str, pads: Pads) -> str:
    """lax.reduce_window over the last axes; its padding has the value `start`."""
    dilation = None if unless(1, op.dilation) is None else (1, 1, *op.dilation)
    padding: Any = (
        "SAME"
        if pads == reach(op) and is_named(op, "same_upper", pads)
        else [(0, 0), (0, 0), *pads]
        if any_pad(pads)
        else "VALID"
    )
    return call(
        "lax.reduce_window",
        Raw(value),
        Raw(start),
        Raw(reduce),
        (1, 1, *op.kernel_size),
        (1, 1, *op.stride),
        padding,
        window_dilation=dilation,
    )


def _max(op: Pool) -> Lines:
    return (_reduce(op, "x", "-jnp.inf", "lax.max", reach(op)),)


def _average(op: Pool) -> Lines:
    zeros, uncounted = counted(op)
    if not any_pad(uncounted):
        return (f"{_reduce(op, 'x', '0.0', 'lax.add', zeros)} / {divisor(op)}",)
    pad = (f"x = {_pad(zeros)}",) if any_pad(zeros) else ()
    return (
        *pad,
        "",
        "def total(x):",
        f"    return {_reduce(op, 'x', '0.0', 'lax.add', uncounted)}",
        "",
        "total(x) / total(jnp.ones_like(x))",
    )


def _l2(op: Pool) -> Lines:
    return (f"jnp.sqrt({_reduce(op, 'x * x', '0.0', 'lax.add', reach(op))})",)


def _adaptive(op: AdaptivePool) -> Lines:
    reduce = "mean" if op.mode == "average" else "max"
    if set(op.output_size) == {1}:
        return (f"x.{reduce}({tuple(range(2, len(op.axes) + 2))}, keepdims=True)",)
    return (ADAPTIVE.format(windows=op.output_size, reduce=reduce), "x")


CODES: dict[type, Callable[[Any], Lines]] = {
    Conv: _conv,
    ConvTranspose: _transposed,
    Pool: _pool,
    AdaptivePool: _adaptive,
}
POOLS: dict[str, Callable[[Pool], Lines]] = {"max": _max, "average": _average, "l2": _l2}

"""An operation as the PyTorch code of a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..errors import ConvanimError
from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from .snippet import (
    Pads,
    Raw,
    Snippet,
    any_pad,
    befores,
    call,
    chosen,
    counted,
    doubled,
    is_named,
    need_axes,
    padding_mode,
    reach,
    short,
    to_crop,
    unless,
    wrapped,
)

PAD_LAYERS = {"zeros": "ZeroPad", "reflect": "ReflectionPad", "replicate": "ReplicationPad", "circular": "CircularPad"}

SYMMETRIC = '''\
class SymmetricPad(nn.Module):
    """The input mirrored at its edges, the last cell repeated, which PyTorch doesn't have."""

    def __init__(self, *pads):
        super().__init__()
        self.pads = pads

    def forward(self, x):
        for axis, (before, after) in enumerate(self.pads, 2):
            start, end = x.narrow(axis, 0, before), x.narrow(axis, x.shape[axis] - after, after)
            x = torch.cat([start.flip(axis), x, end.flip(axis)], axis)
        return x
'''

UNCOUNTED = '''\
class AveragePool(nn.Module):
    """The average of the cells that are there: the pooled input is divided by pooled ones."""

    def __init__(self):
        super().__init__()
        self.pool = nn.Sequential({pool})

    def forward(self, x):
        return self.pool(x) / self.pool(torch.ones_like(x))
'''

DILATED = '''\
class DilatedPool(nn.Module):
    """PyTorch has a dilation for the maximum alone: this takes every n-th cell of larger windows."""

    def forward(self, x):{prepare}
        for axis, (window, stride, dilation) in enumerate({windows}, 2):
            x = x.unfold(axis, window, stride)[..., ::dilation].{reduce}(-1)
        return {finish}
'''

FLIP = '''


def load(kernel{bias}):
    """A true convolution: PyTorch doesn't flip the kernel, so it is flipped when it is loaded."""
    {layer}.weight.data = kernel.flip({axes}){set_bias}
'''

FLIP_TRANSPOSED = FLIP.replace(
    "A true convolution: PyTorch doesn't flip the kernel",
    "The adjoint of a true convolution, which has the kernel flipped",
)


def code(op: Operation) -> str:
    """The PyTorch code of an operation; it defines `layer`, an nn.Module, and for a flipped kernel `load(kernel)`."""
    need_axes(op, 3, "PyTorch")
    snippet: Snippet = chosen(CODES, op, "PyTorch")(op)
    body = snippet.assigned("nn.Sequential")
    if op.flip:
        axes = ", ".join(str(axis) for axis in range(-len(op.axes), 0))
        body += (
            (FLIP_TRANSPOSED if op.transposed else FLIP)
            .format(
                layer=snippet.weighted(),
                axes=axes,
                bias=", bias" if op.bias else "",
                set_bias=f"\n    {snippet.weighted()}.bias.data = bias" if op.bias else "",
            )
            .rstrip()
        )
    imports = "import torch\nfrom torch import nn" if "torch." in snippet.above else "from torch import nn"
    return wrapped("\n\n".join(filter(None, [imports, snippet.above and f"\n{snippet.above}", body])) + "\n")


def _pad(pads: Pads, layer: str = "ZeroPad", *value: object) -> str:
    """A padding layer; PyTorch lists the last axis first. Negative numbers crop."""
    sides = [side for pair in reversed(pads) for side in pair]
    return call(f"nn.{layer}{len(pads)}d", short(sides), *value)


def _conv(op: Conv) -> Snippet:
    mode = padding_mode(op)
    padding: Any = None
    pad = above = ""
    if mode == "symmetric":
        pad, above = f"SymmetricPad({', '.join(map(repr, op.pads))})", SYMMETRIC
    elif doubled(op.pads):
        padding = unless(0, befores(op.pads))
    elif set(op.stride) == {1} and is_named(op, "same", op.pads):
        padding = "same"
    else:
        pad = _pad(op.pads, PAD_LAYERS[mode])
    layer = call(
        f"nn.Conv{len(op.axes)}d",
        op.in_channels,
        op.out_channels,
        short(op.kernel_size),
        stride=unless(1, op.stride),
        padding=padding,
        dilation=unless(1, op.dilation),
        groups=unless(1, [op.groups]),
        bias=None if op.bias else False,
        padding_mode=mode if padding is not None and mode != "zeros" else None,
    )
    snippet = Snippet((layer,), where=0)
    return snippet.with_pad(pad, above) if pad else snippet


def _transposed(op: ConvTranspose) -> Snippet:
    """PyTorch crops both sides alike and adds to the end; a negative ZeroPad crops the rest."""
    padding, extra, left = zip(*map(_crop, to_crop(op), op.stride, op.dilation), strict=True)
    layer = call(
        f"nn.ConvTranspose{len(op.axes)}d",
        op.in_channels,
        op.out_channels,
        short(op.kernel_size),
        stride=unless(1, op.stride),
        padding=unless(0, padding),
        output_padding=unless(0, extra),
        groups=unless(1, [op.groups]),
        bias=None if op.bias else False,
        dilation=unless(1, op.dilation),
    )
    parts = (layer, _pad(left)) if any_pad(left) else (layer,)
    return Snippet(parts, where=0)


def _crop(crop: tuple[int, int], stride: int, dilation: int) -> tuple[int, int, tuple[int, int]]:
    """Padding, output_padding and the cells to crop after the layer, to crop these cells in all: (1, 1, (0, 0)) for (1,
    0) and stride 2.
    """
    before, after = crop
    if 0 <= before - after < max(stride, dilation):
        return before, before - after, (0, 0)
    padding = max(min(before, after), 0)
    return padding, max(-after, 0), (padding - before, padding - max(after, 0))


def _pool(op: Pool) -> Snippet:
    return POOLS[op.mode](op)


def _native(op: Pool, layer: str, *values: object, **options: object) -> Raw:
    """A pooling layer of PyTorch's."""
    stride = None if op.stride == op.kernel_size else short(op.stride)
    return call(f"nn.{layer}{len(op.axes)}d", *values, short(op.kernel_size), stride=stride, **options)


def _ceil_mode(op: Pool) -> bool | None:
    """The `ceil_mode` that has the same windows with the padding at the start on both sides; None where neither has."""
    for ceil_mode in (False, True):
        try:
            if replace(op, padding=befores(op.pads), ceil_mode=ceil_mode).output_size == op.output_size:
                return ceil_mode
        except ConvanimError:
            return None
    return None


def _max(op: Pool) -> Snippet:
    ceil_mode, dilation = _ceil_mode(op), unless(1, op.dilation)
    if ceil_mode is None:
        return Snippet(
            (_pad(reach(op), "ConstantPad", Raw('float("-inf")')), _native(op, "MaxPool", dilation=dilation))
        )
    return Snippet(
        (_native(op, "MaxPool", padding=unless(0, befores(op.pads)), dilation=dilation, ceil_mode=ceil_mode or None),)
    )


def _average(op: Pool) -> Snippet:
    zeros, uncounted = counted(op)
    ceil_mode = _ceil_mode(op) if doubled(op.pads) or op.divisor_override or not any_pad(zeros) else None
    # AvgPool3d refuses an input smaller than the kernel, whatever its padding
    refused = len(op.axes) == 3 and any(i < k for i, k in zip(op.input_size, op.kernel_size, strict=True))
    if set(op.dilation) == {1} and ceil_mode is not None and not refused:
        return _mean(op, befores(op.pads), ceil_mode)
    one = (
        Snippet(("DilatedPool()",), _dilated(op)) if set(op.dilation) != {1} else _mean(op, (0,) * len(op.axes), False)
    )
    if any_pad(uncounted):
        above = f"{one.above}\n\n{UNCOUNTED}" if one.above else UNCOUNTED
        one = Snippet(("AveragePool()",), above.replace("{pool}", f"{_pad(uncounted)}, {one.parts[0]}"))
    return one.with_pad(_pad(zeros)) if any_pad(zeros) else one


def _mean(op: Pool, padding: tuple[int, ...], ceil_mode: bool) -> Snippet:
    """AvgPool, or AvgPool2d in the place of AvgPool1d, which has no divisor_override."""
    include = False if any(padding) and not op.count_include_pad and op.divisor_override is None else None
    options = {"ceil_mode": ceil_mode or None, "count_include_pad": include, "divisor_override": op.divisor_override}
    if op.divisor_override is None or len(op.axes) > 1:
        return Snippet((_native(op, "AvgPool", padding=unless(0, padding), **options),))
    stride = None if op.stride == op.kernel_size else (1, *op.stride)
    part = call(
        "nn.AvgPool2d", (1, *op.kernel_size), stride=stride, padding=(0, *padding) if any(padding) else None, **options
    )
    return Snippet((part,), note="AvgPool1d has no divisor_override; AvgPool2d takes (N, C, L) as one picture")


def _l2(op: Pool) -> Snippet:
    """LPPool has no padding, and with `ceil_mode` it scales windows that hang over the end, so these cells are padded
    too.
    """
    one = Snippet((_native(op, "LPPool", 2),)) if set(op.dilation) == {1} else Snippet(("DilatedPool()",), _dilated(op))
    return one.with_pad(_pad(reach(op))) if any_pad(reach(op)) else one


def _dilated(op: Pool) -> str:
    prepare, reduce, finish = "", "sum", f"x / {op.divisor_override}"
    if op.mode == "l2":
        prepare, finish = "\n        x = x * x", "x.sqrt()"
    elif op.divisor_override is None:
        reduce, finish = "mean", "x"
    windows = list(zip(op.effective_kernel_size, op.stride, op.dilation, strict=True))
    return DILATED.format(prepare=prepare, windows=windows, reduce=reduce, finish=finish)


def _adaptive(op: AdaptivePool) -> Snippet:
    return Snippet(
        (call(f"nn.Adaptive{'Avg' if op.mode == 'average' else 'Max'}Pool{len(op.axes)}d", short(op.output_size)),)
    )


CODES: dict[type, Callable[[Any], Snippet]] = {
    Conv: _conv,
    ConvTranspose: _transposed,
    Pool: _pool,
    AdaptivePool: _adaptive,
}
POOLS: dict[str, Callable[[Pool], Snippet]] = {"max": _max, "average": _average, "l2": _l2}

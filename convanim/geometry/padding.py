"""Padding by name, and the contents of padded cells: two tables, a row for each.

`PADDINGS` turns a name into (before, after) along one axis; `PADDING_MODES` says which input cell a padded cell copies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Pair = tuple[int, int]


Crop = tuple[int, int, int]  # cells cropped before and after, and cells of output_padding


@dataclass(frozen=True, slots=True)
class PaddingRule:
    """A padding by name, which has all of the meaning that it has in its frameworks.

    `direct(input, window, stride)` gives (before, after) along one axis; a window is the cells that the dilated kernel
    spans, d (k - 1) + 1. `transposed(input, window, stride, output_padding)` gives the cells cropped from the output
    and the output_padding, whose last argument is None where none is given. It is None where a name has no meaning.
    `reached(cells, extra, wanted)` gives the same for an output of `wanted` cells, of `cells` that there are and
    `extra` that output_padding adds; None in the names that have no output_shape. `pools` is whether poolings have
    the name, and `counted` whether their average counts the padding where nothing else is said.
    """

    about: str
    direct: Callable[[int, int, int], Pair]
    transposed: Callable[[int, int, int, int | None], Crop] | None
    reached: Callable[[int, int, int], Crop] | None = None
    pools: bool = True
    counted: bool = True


def upper(total: int) -> Pair:
    """Halves with the larger one at the end: (0, 1) for 1."""
    return total // 2, total - total // 2


def lower(total: int) -> Pair:
    """Halves with the larger one at the start: (1, 0) for 1."""
    return total - total // 2, total // 2


def cropped(total: int, halves: Callable[[int], Pair], extra: int = 0) -> Crop:
    """The cells to crop of `total` more than are wanted, `extra` of them added by output_padding; cells that lack, a
    negative total, are added at the end.
    """
    return (*halves(total), extra) if total > 0 else (0, 0, extra - total)


def _same(i: int, w: int, s: int) -> int:
    """The fewest zeros for which `ceil(input / stride)` windows fit: 1 for 6, 3 and 2, 2 for 5, 3 and 2 (TensorFlow's
    `SAME`).
    """
    return max((-(-i // s) - 1) * s + w - i, 0)


def _keras(i: int, w: int, s: int, extra: int | None) -> Crop:
    """Keras' Conv2DTranspose(padding="same"): an output of `input * stride`, or where an output_padding is given of
    `(input - 1) * stride + window % 2 + output_padding`: 6 for 3, 3 and 2, and 5 with an output_padding of 0.
    """
    return cropped(w - s if extra is None else w - w % 2 - extra, upper)


def _sides(about: str, sides: Callable[[int, int, int], Pair]) -> PaddingRule:
    """A padding that is the same numbers for both kinds of convolution."""
    return PaddingRule(about, sides, lambda i, w, s, extra: (*sides(i, w, s), extra or 0))


def _keras_same(about: str, reached: Callable[[int, int, int], Crop] | None = None) -> PaddingRule:
    return PaddingRule(about, lambda i, w, s: upper(_same(i, w, s)), _keras, reached, counted=False)


def _onnx_same(about: str, halves: Callable[[int], Pair]) -> PaddingRule:
    """ONNX' auto_pad: a transposed output has `input * stride` cells, whatever output_padding adds before they are
    cropped (https://onnx.ai/onnx/operators/onnx__ConvTranspose.html).
    """
    return PaddingRule(
        about,
        lambda i, w, s: halves(_same(i, w, s)),
        lambda i, w, s, extra: cropped(w + (extra or 0) - s, halves, extra or 0),
        lambda cells, extra, wanted: cropped(cells + extra - wanted, halves, extra),
        counted=False,
    )


PADDINGS = {
    "valid": _sides("none", lambda i, w, s: (0, 0)),
    "full": _sides(
        "every overlap of kernel and input, window - 1 on both sides (the guide's)", lambda i, w, s: (w - 1, w - 1)
    ),
    "half": _sides("half of the window on both sides, rounded down (the guide's)", lambda i, w, s: (w // 2, w // 2)),
    "same": _keras_same(
        "the output's size is the input's, the odd cell at the end: PyTorch's, for a stride of 1; of a transposed"
        " convolution or a pooling, Keras'"
    ),
    "SAME": _keras_same(
        "the input's size over the stride, rounded up, the odd cell at the end (TensorFlow's, JAX', Keras' with a"
        " stride)",
        lambda cells, extra, wanted: cropped(cells - wanted, upper),
    ),
    "same_upper": _onnx_same("ONNX' SAME_UPPER: as SAME, with ONNX' output_padding and output_shape", upper),
    "same_lower": _onnx_same("ONNX' SAME_LOWER: the same with the odd cell at the start", lower),
    "same_numpy": PaddingRule(
        "numpy's and scipy's same: the output's size is the input's, the odd cell at the start",
        lambda i, w, s: (w // 2, (w - 1) // 2),
        None,
        pools=False,
    ),
    "causal": PaddingRule(
        "window - 1 at the start alone, so that no output sees what comes later (Keras, WaveNet)",
        lambda i, w, s: (w - 1, 0),
        None,
    ),
}

# words as TensorFlow, JAX and ONNX write them, where ours differ from them in nothing but their letters
SPELLINGS = {"VALID": "valid", "SAME_UPPER": "same_upper", "SAME_LOWER": "same_lower"}


@dataclass(frozen=True, slots=True)
class PaddingMode:
    """A padding mode: `source(cell, n)` is the input cell that stands in for `cell` outside of an input of n cells,
    None for zeros.

    `most(n)` is the largest padding of one side, and `rule` the sentence that says so. The sources are written so that
    they work for an int and for an array of cells alike.
    """

    about: str
    source: Callable[[Any, int], Any] | None = None
    most: Callable[[int], int] | None = None
    rule: str = ""


PADDING_MODES = {
    "zeros": PaddingMode("zeros"),
    "reflect": PaddingMode(
        "the input mirrored at its last cell, which isn't repeated: 3 2 | 1 2 3 | 2 1",
        lambda c, n: n - 1 - abs(n - 1 - c % max(2 * n - 2, 1)),
        lambda n: n - 1,
        "Padding size should be less than the corresponding input dimension",
    ),
    "replicate": PaddingMode(
        "the last cell again and again: 1 1 | 1 2 3 | 3 3", lambda c, n: (abs(c) - abs(c - n + 1) + n - 1) // 2
    ),  # clip(c, 0, n - 1)
    "circular": PaddingMode(
        "the other end of the input: 2 3 | 1 2 3 | 1 2",
        lambda c, n: c % n,
        lambda n: n,
        "Padding value causes wrapping around more than once",
    ),
    "symmetric": PaddingMode(
        "the input mirrored at its edge, the last cell repeated: 2 1 | 1 2 3 | 3 2",
        lambda c, n: (2 * n - 1 - abs(2 * n - 1 - 2 * (c % (2 * n)))) // 2,
        lambda n: n,
        "symmetric padding should not be larger than the corresponding input dimension",
    ),
}

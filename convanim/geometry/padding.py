"""Padding by name, and the contents of padded cells: two tables, a row for each.

`PADDINGS` turns a name into (before, after) along one axis; `PADDING_MODES` says which input cell a padded cell copies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PaddingRule:
    """A padding by name: `direct(input, window, stride)` and `transposed(input, window, stride)` give (before, after)
    along one axis.

    A window is the cells that the dilated kernel spans, d (k - 1) + 1. `transposed` gives the cells cropped from the
    output; a negative number is added to it. None where a name has no meaning. `halves` is how a total is shared by the
    two sides, in the names that have one.
    """

    about: str
    direct: Callable[[int, int, int], Pair]
    transposed: Callable[[int, int, int], Pair] | None
    strided: bool = True  # whether a stride above 1 is allowed
    halves: Callable[[int], Pair] | None = None


def _upper(total: int) -> Pair:
    """Halves with the larger one at the end; a negative number, cells to add, goes to the end as a whole."""
    return (total // 2, total - total // 2) if total > 0 else (0, total)


def _lower(total: int) -> Pair:
    """Halves with the larger one at the start; a negative number, cells to add, goes to the end as a whole."""
    return (total - total // 2, total // 2) if total > 0 else (0, total)


def _same(about: str, halves: Callable[[int], Pair], strided: bool = True) -> PaddingRule:
    """A padding for which `ceil(input / stride)` windows fit: 1 zero for 6, 3 and 2, 2 for 5, 3 and 2 (TensorFlow's
    `SAME`).

    Transposed, the cells to crop from `(input - 1) * stride + window` for an output of `input * stride`.
    """
    return PaddingRule(
        about,
        lambda i, w, s: halves(max((-(-i // s) - 1) * s + w - i, 0)),
        lambda i, w, s: halves(w - s),
        strided,
        halves,
    )


def _sides(about: str, sides: Callable[[int, int, int], Pair]) -> PaddingRule:
    """A padding that is the same numbers for both kinds of convolution."""
    return PaddingRule(about, sides, sides)


PADDINGS = {
    "valid": _sides("none", lambda i, w, s: (0, 0)),
    "full": _sides(
        "every overlap of kernel and input, window - 1 on both sides (the guide's)", lambda i, w, s: (w - 1, w - 1)
    ),
    "half": _sides("half of the window on both sides, rounded down (the guide's)", lambda i, w, s: (w // 2, w // 2)),
    "same": _same(
        "the output's size is the input's, the odd cell at the end (PyTorch's: stride 1 only)", _upper, strided=False
    ),
    "same_upper": _same(
        "the input's size over the stride, rounded up, the odd cell at the end (Keras, TensorFlow, JAX, ONNX"
        " SAME_UPPER)",
        _upper,
    ),
    "same_lower": _same("the same with the odd cell at the start (ONNX SAME_LOWER)", _lower),
    "causal": PaddingRule(
        "window - 1 at the start alone, so that no output sees what comes later (Keras, WaveNet)",
        lambda i, w, s: (w - 1, 0),
        None,
    ),
}


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

"""Padding by name, and what stands in a padded cell: two tables, a row for each.

`PADDINGS` turns a name into (before, after) along one axis; `PADDING_MODES` says which input cell a padded cell copies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Named:
    """A padding by name: `direct(input, window, stride)` and `transposed(input, window, stride)` give (before, after) along one axis.

    A window is the cells that the dilated kernel spans, d (k - 1) + 1. `transposed` gives what is cropped from the output; a
    negative number there is added to it. None where a name has no meaning.
    """

    about: str
    direct: Callable[[int, int, int], Pair]
    transposed: Callable[[int, int, int], Pair] | None
    strided: bool = True  # whether a stride above 1 is allowed


def _same(input: int, window: int, stride: int) -> int:  # noqa: A002 - the field's word
    """The zeros that make `ceil(input / stride)` windows fit: 1 for 6, 3 and 2, 2 for 5, 3 and 2 (TensorFlow's `SAME`)."""
    return max((-(-input // stride) - 1) * stride + window - input, 0)


def _same_transposed(input: int, window: int, stride: int) -> int:  # noqa: A002
    """The cells to crop for an output of `input * stride`, of `(input - 1) * stride + window`; negative: cells to add."""
    return window - stride


def _upper(total: int) -> Pair:
    """The larger half at the end; what is to be added all at the end."""
    return (total // 2, total - total // 2) if total > 0 else (0, total)


def _lower(total: int) -> Pair:
    return (total - total // 2, total // 2) if total > 0 else (0, total)


PADDINGS = {
    "valid": Named("none", lambda i, w, s: (0, 0), lambda i, w, s: (0, 0)),
    "full": Named("every overlap of kernel and input, window - 1 on both sides (the guide's)", lambda i, w, s: (w - 1, w - 1), lambda i, w, s: (w - 1, w - 1)),
    "half": Named("half of the window on both sides, rounded down (the guide's)", lambda i, w, s: (w // 2, w // 2), lambda i, w, s: (w // 2, w // 2)),
    "same": Named("the output's size is the input's, the odd cell at the end (PyTorch's: stride 1 only)",
                  lambda i, w, s: _upper(_same(i, w, s)), lambda i, w, s: _upper(_same_transposed(i, w, s)), strided=False),
    "same_upper": Named("the input's size over the stride, rounded up, the odd cell at the end (Keras, TensorFlow, JAX, ONNX SAME_UPPER)",
                        lambda i, w, s: _upper(_same(i, w, s)), lambda i, w, s: _upper(_same_transposed(i, w, s))),
    "same_lower": Named("the same with the odd cell at the start (ONNX SAME_LOWER)",
                        lambda i, w, s: _lower(_same(i, w, s)), lambda i, w, s: _lower(_same_transposed(i, w, s))),
    "causal": Named("window - 1 at the start alone, so that no output sees what comes later (Keras, WaveNet)", lambda i, w, s: (w - 1, 0), None),
}


@dataclass(frozen=True, slots=True)
class Copying:
    """A padding mode: `source(cell, n)` is the input cell that stands in for `cell` outside of an input of n cells, None for zeros.

    `most(n)` is the largest padding of one side, and `rule` the sentence that says so. The sources are written so that they work
    for an int and for an array of cells alike.
    """

    about: str
    source: Callable[[Any, int], Any] | None = None
    most: Callable[[int], int] | None = None
    rule: str = ""


PADDING_MODES = {
    "zeros": Copying("zeros"),
    "reflect": Copying(
        "the input mirrored at its last cell, which isn't repeated: 3 2 | 1 2 3 | 2 1",
        lambda c, n: n - 1 - abs(n - 1 - c % max(2 * n - 2, 1)), lambda n: n - 1,
        "Padding size should be less than the corresponding input dimension",
    ),
    "replicate": Copying("the last cell again and again: 1 1 | 1 2 3 | 3 3", lambda c, n: (abs(c) - abs(c - n + 1) + n - 1) // 2),  # clip(c, 0, n - 1)
    "circular": Copying(
        "the other end of the input: 2 3 | 1 2 3 | 1 2", lambda c, n: c % n, lambda n: n,
        "Padding value causes wrapping around more than once",
    ),
    "symmetric": Copying(
        "the input mirrored at its edge, the last cell repeated: 2 1 | 1 2 3 | 3 2",
        lambda c, n: (2 * n - 1 - abs(2 * n - 1 - 2 * (c % (2 * n)))) // 2, lambda n: n,
        "symmetric padding should not be larger than the corresponding input dimension",
    ),
}

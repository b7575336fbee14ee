"""Padding names of the frameworks as numbers. If frameworks disagree about a name, it is refused; the message says how
to write each meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import ConvanimError
from .padding import PADDINGS, Crop, Pair, cropped, lower


class Along(NamedTuple):
    """What a word is understood from, along one axis: the cells of the input and of the window, the stride, and a
    transposed convolution's output_padding, None where none is given.
    """

    input: int
    window: int
    stride: int
    extra: int | None = None

    @property
    def cells(self) -> int:
        """The output cells of a transposed convolution before cropping and adding: 7 for 3, 3 and 2."""
        return (self.input - 1) * self.stride + self.window


def direct(name: str, rows: Sequence[Along], flip: bool) -> list[Pair]:
    """The (before, after) of each axis of a convolution."""
    strided, even = any(row.stride > 1 for row in rows), any(row.window % 2 == 0 for row in rows)
    if name == "same" and strided:
        raise ConvanimError(
            "padding='same' is not supported for strided convolutions, in PyTorch: take padding='SAME', which is what"
            " Keras, TensorFlow and JAX call 'same' (ONNX: 'same_upper'), or a number"
        )
    if name == "same" and flip and any(row.window > row.input for row in rows):
        raise ConvanimError(
            "padding='same' with flip=True and a window larger than the input has two meanings: take"
            " padding='same_lower' for scipy's, or 'SAME' for PyTorch's, with the input's size, or exchange input and"
            " kernel for numpy's, with the window's"
        )
    if name == "same" and flip and even:
        raise ConvanimError(
            "padding='same' with flip=True and an even window has two meanings: take padding='same_numpy' for numpy's"
            " and scipy's, which has the odd zero at the start, or padding='SAME' for PyTorch's, which has it at the"
            " end"
        )
    if name == "same_numpy":
        _check_numpy(rows)
    return [PADDINGS[name].direct(row.input, row.window, row.stride) for row in rows]


def _check_numpy(rows: Sequence[Along]) -> None:
    for n, (i, w, s, _) in enumerate(rows):
        if s > 1:
            raise ConvanimError(
                f"padding='same_numpy' with stride={s} along axis {n}: numpy and scipy have no stride; take a pair,"
                f" padding={[(w // 2, (w - 1) // 2) for _, w, _, _ in rows]}"
            )
        if w > i:
            raise ConvanimError(
                f"padding='same_numpy' with a window of {w} along axis {n}, larger than the input of {i}: numpy then"
                f" gives the window's size, and scipy the input's; take padding='same_lower' for scipy's, or exchange"
                " input and kernel for numpy's"
            )


def pooled(name: str, rows: Sequence[Along], stride_given: bool) -> list[Pair]:
    """The (before, after) of each axis of a pooling."""
    if not PADDINGS[name].pools:
        names = ", ".join(known for known, other in PADDINGS.items() if other.pools)
        raise ConvanimError(f"padding={name!r} is not defined for a pooling: take a number, or one of {names}")
    if name in ("same_upper", "same_lower") and not stride_given and any(row.stride > 1 for row in rows):
        keras = ", or padding='SAME' for Keras'" if name == "same_upper" else ""
        raise ConvanimError(
            f"padding={name!r} without a stride: ONNX' poolings have then a stride of 1, and PyTorch's and Keras' that"
            f" of the kernel's size; write stride=1 for ONNX'{keras}, or another stride"
        )
    return [PADDINGS[name].direct(row.input, row.window, row.stride) for row in rows]


def transposed(name: str, rows: Sequence[Along]) -> list[Crop]:
    """The cells that a transposed convolution crops and adds along each axis."""
    rule = PADDINGS[name].transposed
    if rule is None:
        names = ", ".join(known for known, other in PADDINGS.items() if other.transposed)
        raise ConvanimError(
            f"padding={name!r} is not defined for a transposed convolution: take a number, or one of {names}"
        )
    for n, (_, w, s, extra) in enumerate(rows):
        if name in ("same", "SAME") and extra is not None and extra >= s:
            raise ConvanimError(
                f"output_padding={extra} along axis {n} must be smaller than stride={s}, with padding={name!r}, in"
                f" Keras: take at most {s - 1}"
            )
        if name == "valid" and extra is None and s > w:
            raise ConvanimError(
                f"padding='valid' with stride={s} along axis {n}, larger than the window of {w}: write"
                f" output_padding={[max(s - w, 0) for _, w, s, _ in rows]} for Keras', TensorFlow's and JAX', which add"
                " cells at the end, or output_padding=0 for ONNX', which adds none"
            )
        if name in ("same_upper", "same_lower") and s > w + (extra or 0):
            raise ConvanimError(
                f"padding={name!r} with stride={s} along axis {n}, larger than the window of {w}, lacks cells that"
                " ONNX and its programs add in different ways: take padding='SAME', which adds them at the end, or"
                " a number, which adds none"
            )
    return [rule(*row) for row in rows]


def reached(name: str, rows: Sequence[Along], wanted: Sequence[int]) -> list[Crop]:
    """The cells to crop and add for the requested output size, with a padding name."""
    rule = PADDINGS[name].reached
    if rule is None:
        names = ", ".join(repr(known) for known, other in PADDINGS.items() if other.reached)
        raise ConvanimError(f"output_shape with padding={name!r}: take a number, 'valid', or one of {names}")
    for n, ((i, _, s, extra), size) in enumerate(zip(rows, wanted, strict=True)):
        if name == "SAME" and extra:
            raise ConvanimError(
                f"output_padding={extra} along axis {n} with output_shape and padding='SAME', which TensorFlow hasn't:"
                " leave it out, or take padding='same_upper' for ONNX', which counts it in"
            )
        if name == "SAME" and -(-size // s) != i:
            raise ConvanimError(
                f"requested an output size of {size} along axis {n}, but TensorFlow's SAME gives an input of {i} with"
                f" stride={s} sizes from {(i - 1) * s + 1} to {i * s}: take one of them, or padding='same_upper'"
            )
        cells = rows[n].cells
        if size >= cells + s and size > cells + (extra or 0):
            raise ConvanimError(
                f"requested an output size of {size} along axis {n}, but there are {cells} cells, and fewer than"
                f" stride={s} can be added: take at most {cells + s - 1}"
            )
    return [rule(row.cells, row.extra or 0, size) for row, size in zip(rows, wanted, strict=True)]


def reached_by_numbers(pads: Sequence[Pair], rows: Sequence[Along], wanted: Sequence[int]) -> list[Crop]:
    """What is added for an output of the wanted size, PyTorch's `output_size=`. Where no padding is given a smaller
    size is cropped to, the odd cell at the start, as ONNX' output_shape is.
    """
    if any(row.extra for row in rows):
        raise ConvanimError(
            f"output_padding={tuple(row.extra for row in rows)} with output_shape: PyTorch leaves it out, and ONNX"
            " counts it in; leave it out for PyTorch's, or take padding='same_lower' for ONNX'"
        )
    least = tuple(row.cells - before - after for row, (before, after) in zip(rows, pads, strict=True))
    most = tuple(n + row.stride - 1 for n, row in zip(least, rows, strict=True))  # as in PyTorch, for any dilation
    unpadded = not any(map(any, pads))
    low = [size < n for size, n in zip(wanted, least, strict=True)]
    if any(size > n for size, n in zip(wanted, most, strict=True)) or (any(low) and not unpadded):
        advice = "; leave out padding= for a smaller one, which ONNX crops to" if any(low) and not unpadded else ""
        raise ConvanimError(
            f"requested an output size of {tuple(wanted)}, but valid sizes range from {least} to {most}{advice}"
        )
    return [
        cropped(n - size, lower) if size < n else (*pair, size - n)
        for pair, n, size in zip(pads, least, wanted, strict=True)
    ]

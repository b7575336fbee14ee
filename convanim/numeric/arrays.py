"""Checks arrays: those that `evaluate` and `unrolled` are given, and those of figures, whose decimals it reads."""

from __future__ import annotations

import math
import os
from numbers import Real
from typing import Any

import numpy as np

from ..errors import ConvanimError, short_repr
from ..geometry import Operation
from ..geometry.parameters import MOST_AXES, MOST_BYTES
from .refusals import check_bias, no_bias, no_kernel, not_finite, size, wrong_shape

Array = np.ndarray[Any, np.dtype[Any]]
# by numpy's letter for them: the kinds of values that are no real numbers
KINDS = {"U": "text", "S": "text in bytes", "c": "complex numbers", "M": "dates", "m": "spans of time", "V": "records"}


def numbers(name: str, values: object, shape: tuple[int, ...]) -> Array:
    """The values as int64 or float64 of this shape; one ConvanimError line for anything that isn't finite numbers of
    this shape.
    """
    converted = finite(name, values, shape)
    if converted.shape != shape:
        raise wrong_shape(name, converted.shape, shape)
    return converted


def finite(name: str, values: object, shape: tuple[int, ...]) -> Array:
    """As `numbers`, of any shape; `shape` is the one that messages ask for."""
    if isinstance(values, str | bytes | os.PathLike):
        raise ConvanimError(
            f"{name} is text ({short_repr(values)}): give {size(shape)} numbers; Python takes arrays, as"
            ' numpy.loadtxt("x.csv", delimiter=",") and numpy.load("x.npy") read them, and the command line takes files'
        )
    _check_nesting(name, values, shape)
    try:
        array = np.asarray(values)
    except Exception:  # a user's object may raise anything here
        raise ConvanimError(
            f"{name} is not an array, or has rows of different lengths: give {size(shape)} numbers"
        ) from None
    if array.dtype.kind not in "biuf":
        held = KINDS.get(array.dtype.kind, "values that are no numbers")
        raise ConvanimError(f"{name} holds {held} ({short_repr(values)}): give {size(shape)} real numbers")
    whole = array.dtype.kind in "biu" and (array.size == 0 or int(array.max()) < 2**63)
    with np.errstate(over="ignore"):
        converted = array.astype(np.int64 if whole else np.float64)
    if not np.isfinite(converted).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(converted))[0])
        raise not_finite(name, array[where], where)
    return converted


def decimals(name: str, values: object, shape: tuple[int, ...]) -> object:
    """The values with the decimals that numpy writes: an array, or lists of Python's numbers.

    0.1 as float32 is 0.1, and not 0.10000000149, the float64 of the same bits. An array with whole numbers beyond int64
    is turned into lists. Raises ConvanimError for masked arrays and for lists that are too large.
    """
    _check_nesting(name, values, shape)
    try:
        return _decimals(values, inside=False)
    except Exception:  # a user's object may raise anything here; `finite` says what is wrong with it
        return values


def _decimals(values: object, *, inside: bool) -> object:
    if isinstance(values, list | tuple):
        return [_decimals(one, inside=True) for one in values]
    if type(values) in (int, float, bool):
        return values
    array = np.asarray(values)
    if array.dtype.kind not in "biufO":
        return values
    if array.dtype.kind == "f" and array.dtype.itemsize < 8:
        array = array.astype(str).astype(np.float64)
    large = array.dtype.kind == "O" or (array.dtype.kind == "u" and array.size > 0 and int(array.max()) >= 2**63)
    return array.tolist() if inside or large else array


def _check_nesting(name: str, values: object, shape: tuple[int, ...]) -> None:
    """Raise ConvanimError for masked arrays, and for lists that hold themselves or too many numbers."""
    count, masked = _nested(values)
    if masked:
        raise ConvanimError(
            f"{name} is a masked array, and figures have no masked cells: give numbers for them, as in {name}.filled(0)"
        )
    if count * 8 > MOST_BYTES:
        raise ConvanimError(
            f"{name} holds itself, or more than {MOST_BYTES // 8:,} numbers: give {size(shape)} numbers"
        )


def _nested(values: object) -> tuple[float, bool]:
    """How many numbers there are in lists of lists, and whether some are masked, which numpy leaves out without a word.

    The number is infinite for a list that holds itself, and for more dimensions than there may be: numpy would go
    around in it until the memory is full.
    """
    counts: dict[int, float] = {}
    masked = False

    def count(one: object, depth: int) -> float:
        nonlocal masked
        if isinstance(one, np.ndarray):
            masked = masked or np.ma.is_masked(one)
            return one.size
        if not isinstance(one, list | tuple):
            return len(one) if isinstance(one, range) else 1
        if id(one) not in counts:
            counts[id(one)] = math.inf  # until all that it holds is counted
            counts[id(one)] = sum(count(part, depth + 1) for part in one) if depth <= MOST_AXES else math.inf
        return counts[id(one)]

    return count(values, 0), masked


def given_input(op: Operation, values: object) -> tuple[Array, bool]:
    """The input as (channels, *size), and whether it was given with its channels."""
    wanted = op.in_channels if op.weighted else None  # None: any number
    shape = op.input_size if wanted in (1, None) else (wanted, *op.input_size)
    x = finite("input", values, shape)
    if x.shape == op.input_size and wanted in (1, None):
        return x[None], False
    if x.shape[1:] == op.input_size and x.ndim == len(op.axes) + 1 and len(x) == (wanted or len(x)) > 0:
        return x, True
    raise wrong_shape("input", x.shape, shape)


def given_kernel(op: Operation, kernel: object | None) -> Array | None:
    """The kernel as `op.kernel_shape`; None for pooling."""
    if not op.weighted:
        if kernel is not None:
            raise no_kernel(op)
        return None
    shape = op.kernel_size if math.prod(op.kernel_shape[:2]) == 1 else op.kernel_shape
    if kernel is None:
        raise ConvanimError(f"the kernel's values are missing: give kernel= as {size(shape)} numbers")
    w = finite("kernel", kernel, shape)
    if w.shape not in (shape, op.kernel_shape):
        raise wrong_shape("kernel", w.shape, shape)
    return w.reshape(op.kernel_shape)


def given_bias(op: Operation, bias: object | None) -> Array | None:
    """The bias as one number per channel of the output, which may be given without brackets for one channel; None where
    the operation has none.
    """
    if op.bias:
        if bias is None:
            raise ConvanimError(
                "the bias is missing: give bias= with one number per channel of the output, or take bias=False for the"
                " operation"
            )
        check_bias(bias)
        single = op.out_channels == 1 and isinstance(bias, Real | np.number)
        return numbers("bias", [bias] if single else bias, (op.out_channels,))
    if bias is not None:
        raise no_bias()
    return None

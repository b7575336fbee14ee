"""The errors for numbers that a figure or an evaluation can't take, and for results that have no room in memory."""

from __future__ import annotations

import math

from ..errors import ConvanimError, short_repr
from ..geometry import Operation
from ..geometry.axis import Cell
from ..geometry.parameters import MOST_BYTES

TOO_LARGE = "the output's values are too large for float64: take smaller values for input= and kernel="


def wrong_shape(name: str, shape: Cell, wanted: Cell) -> ConvanimError:
    """The error for an array of another shape."""
    if shape == ():
        return ConvanimError(f"{name} is a single value: this figure needs numbers of the shape {wanted}")
    return ConvanimError(f"{name} has the shape {shape}: this figure needs {wanted}")


def not_finite(name: str, value: object, where: Cell) -> ConvanimError:
    """The error for NaN and infinity."""
    return ConvanimError(f"{name} holds {value} at {where}: every value must be a finite number")


def too_large(name: str, where: Cell) -> ConvanimError:
    """The error for a whole number or a fraction that no float is near to."""
    return ConvanimError(f"{name} holds a number at {where} that is too large for float64: take smaller values")


def no_float(name: str, value: object, where: Cell) -> ConvanimError:
    """The error for a fraction that has no end as a decimal, or more digits than a float."""
    return ConvanimError(
        f"{name} holds {short_repr(value)} at {where}: a fraction must be a decimal number that a float can hold; take"
        " float() of it, or whole numbers"
    )


def no_kernel(op: Operation) -> ConvanimError:
    """The error for the kernel of a pooling."""
    return ConvanimError(f"{op.reduction.name} pooling has no kernel values: leave out kernel=")


def check_bias(value: object) -> None:
    """Raise ConvanimError for text, and for True and False, Python's or numpy's, which the operation's bias= takes."""
    if isinstance(value, str | bytes) or type(value).__name__ in ("bool", "bool_"):
        raise ConvanimError(
            f"bias={short_repr(value)} is not a number: give one number per output channel, such as bias=0.5"
        )


def no_bias() -> ConvanimError:
    """The error for a bias that the operation doesn't have."""
    return ConvanimError("this operation has no bias: leave out bias=, or take bias=True for the operation")


def check_memory(what: str, shape: Cell) -> None:
    """Raise ConvanimError for an array of this size, 8 bytes a number, that is larger than MOST_BYTES."""
    needed = math.prod(shape) * 8
    if needed > MOST_BYTES:
        raise ConvanimError(
            f"the {what} of {size(shape)} would need {needed / 2**30:,.0f} GB, and {MOST_BYTES >> 30} GB are the most"
        )


def size(shape: Cell) -> str:
    """A shape as messages have it: (5, 7) is "5 x 7"."""
    return " x ".join(map(str, shape))


def no_average(cell: Cell) -> ConvanimError:
    """The error for a window of an average without a cell that counts."""
    return ConvanimError(
        f"the window of output cell {cell} has no cell that counts, so there is no average: take"
        " count_include_pad=True, or less padding"
    )

"""The record of an imported layer, and the errors that all imports share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import ConvanimError, short_repr
from ..geometry import AdaptivePool, Operation
from ..geometry.axis import Cell
from ..geometry.parameters import is_many

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"


def shortest_decimals(exact: Array, rounded: Callable[[Array], Array]) -> Array:
    """The numbers of a type that numpy lacks as float32, with the fewest decimal digits that `rounded` maps back.

    `exact` has the type's numbers in float32, and `rounded` rounds a float32 array to the type. The bfloat16
    0.10009765625 is 0.1, since bfloat16 has no number nearer to 0.1.
    """
    import numpy as np

    known, places = np.unique(exact, return_inverse=True)  # a type of 16 bits has few numbers
    short = known.astype(np.float32)
    left = np.flatnonzero(np.isfinite(known))
    for digits in range(9):  # 9 digits tell any two float32 apart
        tried = np.array([float(f"{value:.{digits}e}") for value in known[left].tolist()], np.float32)
        same = rounded(tried) == known[left]
        short[left[same]] = tried[same]
        left = left[~same]
        if not left.size:
            break
    return short[places].reshape(exact.shape)


@dataclass(frozen=True, eq=False)
class Imported:
    """A layer of a framework: its name there, the operation that it computes, and its weights.

    `kernel` has PyTorch's layout, `op.kernel_shape`, whatever the framework; it is None for pooling, and where the
    layer has no values yet. `bias` has one number per channel of the output. float16 weights stay float16. Weights of
    types that numpy lacks (bfloat16, float8) are float32, with the shortest decimals that the type rounds to the same
    number: 0.1, and not 0.10009765625.
    """

    name: str
    op: Operation
    kernel: Array | None = field(default=None, repr=False)
    bias: Array | None = field(default=None, repr=False)


def size_of(input_size: Any, ndim: int, what: str) -> Cell:
    """The input size with one value per axis; one clear line for one that is missing or none."""
    if input_size is None:
        raise ConvanimError(
            f"input_size is missing, and {what} doesn't specify it: give input_size=32, or one value per axis"
        )
    if is_many(input_size) and not isinstance(input_size, str | bytes) and len(input_size) != ndim:
        raise ConvanimError(
            f"input_size={short_repr(input_size)} is for {len(input_size)} axes, and {what} has {ndim}: leave out batch"
            " and channels"
        )
    checked: Cell = AdaptivePool(input_size, 1, ndim=ndim).input_size
    return checked


def need(framework: str, package: str) -> ConvanimError:
    """The error for a framework that isn't installed."""
    return ConvanimError(f"{framework} is not installed: pip install {package}")

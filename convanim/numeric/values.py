"""The values of a figure: the given arrays, and random numbers for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ConvanimError, short_repr
from ..geometry import Operation, check_operation
from ..geometry.axis import Cell
from .arrays import Array, check_memory, given_bias, given_input, given_kernel
from .evaluation import TOO_LARGE, evaluate
from .exact import Exact, exact_output


@dataclass(frozen=True, eq=False)
class Values:
    """The arrays behind a figure: input, kernel (None for pooling) and output; the value of padding (None where it
    doesn't count), and whether the kernel is flipped.

    `exact` is the output without rounding, row by row; `output` has the floats next to it.
    """

    input: Array
    kernel: Array | None
    output: Array
    exact: Sequence[Exact]
    padding: float | None
    flipped: bool
    bias: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether input, kernel and bias hold whole numbers alone."""
        return self.bias == round(self.bias) and all(
            bool((a == np.round(a)).all()) for a in (self.input, self.kernel) if a is not None
        )


def values(
    op: Operation,
    *,
    input: object | None = None,  # noqa: A002 - the field's word
    kernel: object | None = None,
    bias: object | None = None,
    seed: int = 1234,
) -> Values:
    """The values of a figure: the given arrays, and whole numbers drawn from `seed` for the others; a bias that isn't
    given is 0.

    The guide's figures have seed 1234: an input of 0 to 3, then a kernel of 0 to 2, from numpy's legacy generator,
    whose numbers never change between versions. Raises ConvanimError as `evaluate`, for a seed outside of 0 to 2**32 -
    1, and for more than one channel, whose sums one plane can't show.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ConvanimError(f"seed={short_repr(seed)}: it must be a whole number from 0 to {2**32 - 1}")
    check_operation(op)
    for what, size in (("input", op.input_size), ("kernel", op.kernel_size), ("output", op.output_size)):
        check_memory(what, size)
    check_one_channel(op)
    random = np.random.RandomState(seed)
    # always both, in this order: the numbers drawn for one don't depend on whether the other is given
    drawn: list[Array] = [
        np.asarray(random.randint(0, high, size)) for high, size in ((4, op.input_size), (3, op.kernel_size))
    ]
    x = drawn[0] if input is None else given_input(op, input)[0][0]
    if op.weighted:
        kernel = drawn[1] if kernel is None else kernel
        bias = np.zeros(1, np.int64) if bias is None and op.bias else bias
    weights, added = given_kernel(op, kernel), given_bias(op, bias)
    output = evaluate(op, x, weights, added)
    exact = exact_output(op, x[None], weights, added, output)
    return Values(
        x,
        None if weights is None else weights[0, 0],
        output if output.dtype.kind == "i" else _floats(exact, op.output_size),
        exact,
        op.padding_value,
        op.flipped,
        0.0 if added is None else float(added[0]),
    )


def _floats(exact: Sequence[Exact], size: Cell) -> Array:
    """The floats next to exact numbers."""
    try:
        return np.reshape([float(value) for value in exact], size)
    except OverflowError:  # the exact sum may be a little larger than that of floats
        raise ConvanimError(TOO_LARGE) from None


def computed_from(op: Operation, inputs: list[bool], kernel: list[bool]) -> frozenset[int]:
    """The output cells that are computed from some of the cells of the input, or of the kernel, that are marked; all
    are counted row by row.

    The last input cell of four is read by the last of three outputs of a kernel of 2: {2}.
    """
    x, w = (
        np.reshape(inputs, op.input_size).astype(int),
        np.reshape(kernel, op.kernel_size).astype(int) if kernel else None,
    )
    bias = [0] if op.bias else None
    found = evaluate(op, x, None if w is None else np.ones_like(w), bias) > 0
    if w is not None:
        found |= evaluate(op, np.ones_like(x), w, bias) > 0
    return frozenset(np.flatnonzero(found).tolist())


def check_one_channel(op: Operation) -> None:
    """Raise ConvanimError for an operation of several channels, whose sums a plane can't show."""
    if op.in_channels * op.out_channels > 1:
        raise ConvanimError(
            f"values are shown of one channel, and this has {op.in_channels} to {op.out_channels}: take the isometric"
            " view, or in_channels, out_channels and groups of 1 and the values of one channel"
        )

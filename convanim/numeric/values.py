"""The values of a figure: the given numbers, and random ones for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from operator import index

from ..errors import ConvanimError, short_repr
from ..geometry import Operation, check_operation
from .exact import Exact, exact_output
from .given import Number, figures_bias, figures_input, figures_kernel
from .legacy_random import RandomState
from .refusals import TOO_LARGE, check_memory
from .taps import meetings


@dataclass(frozen=True, eq=False)
class Values:
    """The numbers behind a figure, row by row: input, kernel (None for pooling) and output; the value of padding (None
    where it doesn't count), and whether the kernel is flipped.

    `exact` is the output without rounding; `output` has whole numbers, and the floats next to the others.
    """

    input: tuple[Number, ...]
    kernel: tuple[Number, ...] | None
    output: tuple[Number, ...]
    exact: tuple[Exact, ...]
    padding: float | None
    flipped: bool
    bias: Number = 0.0

    @property
    def whole(self) -> bool:
        """Whether input, kernel and bias hold whole numbers alone."""
        return all(value == int(value) for value in (*self.input, *(self.kernel or ()), self.bias))


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
    number = _seed(seed)
    check_operation(op)
    for what, size in (("input", op.input_size), ("kernel", op.kernel_size), ("output", op.output_size)):
        check_memory(what, size)
    check_one_channel(op)
    random = RandomState(number)
    # always both, in this order: the numbers drawn for one don't depend on whether the other is given
    drawn_x, drawn_w = random.randint(4, prod(op.input_size)), random.randint(3, prod(op.kernel_size))
    x = drawn_x if input is None else figures_input(op, input)
    w = drawn_w if kernel is None and op.weighted else figures_kernel(op, kernel)
    added = 0 if bias is None and op.bias else figures_bias(op, bias)
    exact = exact_output(op, x, w, added)
    return Values(
        tuple(x),
        None if w is None else tuple(w),
        _rounded(exact),
        tuple(exact),
        op.padding_value,
        op.flipped,
        0.0 if added is None else added,
    )


def _seed(seed: object) -> int:
    """The seed as a whole number: numpy's count too."""
    try:
        number = -1 if isinstance(seed, bool) else index(seed)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if not 0 <= number < 2**32:
        raise ConvanimError(f"seed={short_repr(seed)}: it must be a whole number from 0 to {2**32 - 1}")
    return number


def _rounded(exact: Sequence[Exact]) -> tuple[Number, ...]:
    """Whole numbers, and the floats next to the others."""
    try:
        floats = [float(value) for value in exact]
    except OverflowError:
        raise ConvanimError(TOO_LARGE) from None
    return tuple(value if isinstance(value, int) else near for value, near in zip(exact, floats, strict=True))


def computed_from(op: Operation, inputs: list[bool], kernel: list[bool]) -> frozenset[int]:
    """The output cells that are computed from some of the cells of the input, or of the kernel, that are marked; all
    are counted row by row.

    The last input cell of four is read by the last of three outputs of a kernel of 2: {2}.
    """
    weights = kernel or [False] * prod(op.kernel_size)
    return frozenset(n for n, met in enumerate(meetings(op)) if any(weights[k] or inputs[i] for k, i in met))


def check_one_channel(op: Operation) -> None:
    """Raise ConvanimError for an operation of several channels, whose sums a plane can't show."""
    if op.in_channels * op.out_channels > 1:
        raise ConvanimError(
            f"values can be shown for one channel, and this operation has {op.in_channels} to"
            f" {op.out_channels}: take the isometric"
            " view, or in_channels, out_channels and groups of 1 and the values of one channel"
        )

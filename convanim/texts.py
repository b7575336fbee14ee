"""What stands in the cells of a figure: its values as text, or symbols with the cells' indices in their place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from . import words
from .axis import Cell
from .errors import ConvanimError
from .geometry import Operation
from .numeric import Values, absent, check_one_channel, divisors
from .operation import Weighted

X, W, Y, B = "𝑥", "𝑤", "𝑦", "𝑏"  # input, kernel, output and bias, as in formulas
LOWERED = str.maketrans("0123456789", "".join(words.INDICES))


@dataclass(frozen=True)
class Texts:
    """The texts of a figure's cells, row by row: of the input, the kernel (none for pooling) and the output.

    `padding` is what stands for a cell without a value, "" where it doesn't count, and `bias` what is added, "" for nothing.
    `exact` is whether the texts of input, kernel and bias are their values, `rounded` are the outputs whose texts aren't.
    """

    input: tuple[str, ...]
    kernel: tuple[str, ...]
    output: tuple[str, ...]
    padding: str
    bias: str = ""
    exact: bool = True
    rounded: frozenset[int] = frozenset()


def numbers(values: Values, *, biased: bool = False) -> Texts:
    """The values as the figure writes them; `biased` operations have a bias even if it is 0."""
    inputs, kernel = values.input.ravel().tolist(), [] if values.kernel is None else values.kernel.ravel().tolist()
    results = values.output.ravel().tolist()
    output = words.results(results, whole=values.whole)
    shown = [words.number(value) for value in (*inputs, *kernel, values.bias)]
    return Texts(
        tuple(shown[: len(inputs)]), tuple(shown[len(inputs) : -1]), tuple(output),
        "" if values.padding is None else words.number(values.padding), shown[-1] if biased else "",
        all(_says(text, value) for text, value in zip(shown, (*inputs, *kernel, values.bias), strict=True)),
        frozenset(n for n, (value, text) in enumerate(zip(results, output, strict=True)) if not _says(text, value)),
    )


def _says(text: str, value: float) -> bool:
    """Whether a text is the value: .3 is also what .1 * 3 gives in binary."""
    return math.isclose(words.read(text), value, rel_tol=1e-12)


def symbols(op: Operation) -> Texts:
    """Symbols for the values: x, w, y, each with its indices (row and column from 0), and b for the bias.

    Raises ConvanimError for several channels, whose sums a plane can't show, and for an average over nothing.
    """
    check_one_channel(op)
    divisors(op)
    sizes = (op.input_size, op.kernel_size, op.output_size)
    comma = "," if max(max(size) for size in sizes) > 10 else ""  # 1 and 12, not 11 and 2
    padding = absent(op)
    return Texts(
        tuple(_indexed(X, op.input_size, comma)), tuple(_indexed(W, op.kernel_size, comma)) if isinstance(op, Weighted) else (),
        tuple(_indexed(Y, op.output_size, comma)), "" if padding is None else words.number(padding), B if isinstance(op, Weighted) and op.bias else "",
    )


def can_be_symbols(op: Operation) -> bool:
    """Whether `symbols` has no reason to refuse."""
    try:
        check_one_channel(op)
        divisors(op)
    except ConvanimError:
        return False
    return True


def _indexed(letter: str, size: Cell, comma: str) -> Iterable[str]:
    for cell in product(*(range(n) for n in size)):
        yield letter + comma.join(str(n).translate(LOWERED) for n in cell)

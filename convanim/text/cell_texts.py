"""The texts in the cells of a figure: its values, or symbols with the cells' indices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

from ..geometry import Operation
from ..geometry.axis import Cell, unravel
from ..numeric import Values, check_one_channel, computed_from, divisors
from .numbers import INDICES, number, read, results

X, W, Y, B = "𝑥", "𝑤", "𝑦", "𝑏"  # input, kernel, output and bias, as in formulas
LOWERED = str.maketrans("0123456789", "".join(INDICES))


@dataclass(frozen=True)
class Texts:
    """The texts of a figure's cells, row by row: of the input, the kernel (none for pooling) and the output.

    `padding` is the text of a cell without a value, "" where it doesn't count; `bias` is the text of the bias, ""
    without one. `exact` is whether the texts of input, kernel and bias are their values, `rounded` are the outputs
    whose texts aren't. `values` are the numbers that they are the texts of, None for symbols.
    """

    input: Sequence[str]
    kernel: Sequence[str]
    output: Sequence[str]
    padding: str
    bias: str = ""
    exact: bool = True
    rounded: frozenset[int] = frozenset()
    values: Values | None = field(default=None, repr=False, compare=False)

    @property
    def symbolic(self) -> bool:
        """Whether the cells hold symbols in place of numbers."""
        return self.values is None


def numbers(values: Values, *, biased: bool = False, op: Operation | None = None) -> Texts:
    """The values as the figure writes them; `biased` operations have a bias even if it is 0.

    With the operation, outputs that are computed from cells whose texts aren't their values are among the `rounded`;
    without it all are that, if there is such a cell.
    """
    inputs, kernel = values.input.ravel().tolist(), [] if values.kernel is None else values.kernel.ravel().tolist()
    computed = values.output.ravel().tolist()
    output = results(computed, whole=values.whole)
    shown = [number(value) for value in (*inputs, *kernel, values.bias)]
    rough = [not _says(text, value) for text, value in zip(shown, (*inputs, *kernel, values.bias), strict=True)]
    rounded = frozenset(
        n for n, (value, text) in enumerate(zip(computed, output, strict=True)) if not _says(text, value)
    )
    if op is not None and any(rough[:-1]):
        rounded |= computed_from(op, rough[: len(inputs)], rough[len(inputs) : -1])
    return Texts(
        tuple(shown[: len(inputs)]),
        tuple(shown[len(inputs) : -1]),
        tuple(output),
        "" if values.padding is None else number(values.padding),
        shown[-1] if biased else "",
        not rough[-1] and (op is not None or not any(rough)),
        rounded,
        values,
    )


def whole(texts: Texts) -> Texts:
    """The texts with outputs that are whole numbers, all of them, written so: 10, not the guide's 10.0."""
    if texts.rounded or not all(text.endswith(".0") for text in texts.output):
        return texts
    return replace(texts, output=tuple(text.removesuffix(".0") for text in texts.output))


def _says(text: str, value: float) -> bool:
    """Whether a text is the value, up to the rounding of binary numbers: .3 is also .1 * 3."""
    return math.isclose(read(text), value, rel_tol=1e-12)


def symbols(op: Operation) -> Texts:
    """Symbols for the values: x, w, y, each with its indices (row and column from 0), and b for the bias.

    Raises ConvanimError for several channels, whose sums a plane can't show, and for an average over nothing.
    """
    check_symbols(op)
    sizes = (op.input_size, op.kernel_size, op.output_size)
    comma = "," if max(max(size) for size in sizes) > 10 else ""  # 1 and 12, not 11 and 2
    return Texts(
        Indexed(X, op.input_size, comma),
        Indexed(W, op.kernel_size, comma) if op.weighted else (),
        Indexed(Y, op.output_size, comma),
        "" if op.padding_value is None else number(op.padding_value),
        B if op.bias else "",
    )


def check_symbols(op: Operation) -> None:
    """Raise ConvanimError for several channels, whose sums a plane can't show, and for an average over nothing."""
    check_one_channel(op)
    divisors(op)


@dataclass(frozen=True)
class Indexed(Sequence[str]):
    """A letter with the index of each cell, row by row, made when it is asked for: a million of them cost nothing."""

    letter: str
    size: Cell
    comma: str

    def __len__(self) -> int:
        return math.prod(self.size)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        cells = range(len(self))[index]
        return self._text(cells) if isinstance(cells, int) else tuple(map(self._text, cells))

    def __iter__(self) -> Iterator[str]:
        return map(self._text, range(len(self)))

    def _text(self, index: int) -> str:
        return self.letter + self.comma.join(str(n).translate(LOWERED) for n in unravel(index, self.size))

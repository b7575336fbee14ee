"""The texts in the cells of a figure: its values, or symbols with the cells' indices."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import overload

from ..geometry import Operation
from ..geometry.axis import Cell, unravel
from ..numeric import Exact, Values, check_one_channel, computed_from, divisors
from .numbers import INDICES, SUMS, SUMS_OF_WHOLE, guide_texts, map_texts, number, says

X, W, Y, B = "𝑥", "𝑤", "𝑦", "𝑏"  # input, kernel, output and bias, as in formulas
LOWERED = str.maketrans("0123456789", "".join(INDICES))


@dataclass(frozen=True)
class Texts:
    """The texts of a figure's cells, row by row: of the input, the kernel (none for pooling) and the output.

    `padding` is the text of a cell without a value, "" where it doesn't count; `bias` is the text of the bias, ""
    without one. `exact` is whether the texts of input, kernel and bias are their values, `rounded` are the outputs
    whose texts aren't. `values` are the numbers that they are the texts of, None for symbols. `precision` is the number
    of decimals that was asked for.
    """

    input: Sequence[str]
    kernel: Sequence[str]
    output: Sequence[str]
    padding: str
    bias: str = ""
    exact: bool = True
    rounded: frozenset[int] = frozenset()
    values: Values | None = field(default=None, repr=False, compare=False)
    precision: int | None = None

    def of_map(self, values: Iterable[Exact]) -> list[str]:
        """The texts of other numbers that stand in one map of the figure: of terms, or of sums on their way."""
        return map_texts(values, precision=self.precision, rule=_rule(self.values))

    @property
    def symbolic(self) -> bool:
        """Whether the cells hold symbols in place of numbers."""
        return self.values is None


def numbers(
    values: Values,
    *,
    biased: bool = False,
    op: Operation | None = None,
    precision: int | None = None,
    guide: bool = False,
) -> Texts:
    """The values as the figure writes them; `biased` operations have a bias even if it is 0.

    With the operation, outputs that are computed from cells whose texts aren't their values are among the `rounded`;
    without it all are that, if there is such a cell. With `precision`, numbers that aren't whole have so many decimals;
    without it, as `guide`, results of whole numbers have one.
    """
    inputs, kernel = values.input, values.kernel or ()
    x, w, (b,) = (map_texts(own, precision=precision) for own in (inputs, kernel, [values.bias]))
    rough_x, rough_w, rough_b = (
        [not says(text, value) for text, value in zip(texts, own, strict=True)]
        for texts, own in ((x, inputs), (w, kernel), ([b], [values.bias]))
    )
    if guide and precision is None and values.whole:
        output = guide_texts(values.exact)
    elif op is not None and op.reduction.picks:  # outputs are values of the input, and look like these
        output = map_texts([*inputs, *values.exact], precision=precision)[len(inputs) :]
    else:
        output = map_texts(values.exact, precision=precision, rule=_rule(values))
    rounded = frozenset(n for n, text in enumerate(output) if not says(text, values.exact[n]))
    rough = any(rough_x) or any(rough_w)
    if op is not None and rough:
        rounded |= computed_from(op, rough_x, rough_w)
    return Texts(
        tuple(x),
        tuple(w),
        tuple(output),
        "" if values.padding is None else number(values.padding),
        b if biased else "",
        not any(rough_b) and (op is not None or not rough),
        rounded,
        values,
        precision,
    )


def _rule(values: Values | None) -> tuple[int, int]:
    return SUMS_OF_WHOLE if values is not None and values.whole else SUMS


def symbols(op: Operation) -> Texts:
    """Symbols for the values: x, w, y, each with its indices (row and column from 0), and b for the bias.

    Raises ConvanimError for several channels, whose sums a plane can't show, and for an average over nothing.
    """
    check_symbols(op)
    sizes = (op.input_size, op.kernel_size, op.whole.output_size)
    comma = "," if max(max(size) for size in sizes) > 10 else ""  # 1 and 12, not 11 and 2
    starts = tuple(axis.start for axis in op.axes)
    return Texts(
        Indexed(X, op.input_size, comma),
        Indexed(W, op.kernel_size, comma) if op.weighted else (),
        Indexed(Y, op.output_size, comma, starts),
        "" if op.padding_value is None else number(op.padding_value),
        B if op.bias else "",
    )


def check_symbols(op: Operation) -> None:
    """Raise ConvanimError for several channels, whose sums a plane can't show, and for an average over nothing."""
    check_one_channel(op)
    divisors(op)


@dataclass(frozen=True)
class Indexed(Sequence[str]):
    """A letter with the index of each cell, row by row, made when it is asked for: a million of them cost nothing.

    Cells of a detail begin at the index `start`.
    """

    letter: str
    size: Cell
    comma: str
    start: Cell = ()

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
        cell = unravel(index, self.size)
        if self.start:
            cell = tuple(map(add, cell, self.start))
        return self.letter + self.comma.join(str(n).translate(LOWERED) for n in cell)

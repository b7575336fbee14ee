"""The terms of a sum in the line view: products with the weights, squares or the cells themselves, and their signs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ...geometry import Operation
from ...geometry.axis import Axis
from ...text.numbers import MINUS, bracketed, number, read

if TYPE_CHECKING:
    from ...text.cell_texts import Texts


@dataclass(frozen=True, slots=True)
class Term:
    """The text that one padded cell adds to an output; `exact` says that it is the product itself, not rounded."""

    cell: int
    text: str
    exact: bool = True


@dataclass(frozen=True)
class Terms:
    """The terms of every output of a row, from the texts in its cells."""

    op: Operation
    axis: Axis
    texts: Texts
    _products: dict[tuple[str, str], tuple[str, bool]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def crowded(self) -> bool:
        """Whether signs stand between terms that are side by side."""
        return bool(self.op.reduction.sign) and self.axis.dilation == 1 < self.axis.kernel

    def value(self, cell: int) -> str:
        """The text of a padded cell; "" for a cell that is empty or doesn't count."""
        source = self.axis.source(cell)
        return "" if cell >= self.axis.padded else self.texts.padding if source is None else self.texts.input[source]

    def weight(self, tap: int) -> int:
        """Which weight is the window's first, second, ...: the last one first where the kernel is flipped."""
        return self.axis.kernel - 1 - tap if self.op.flipped else tap

    def of(self, output: int) -> list[Term]:
        """The terms of an output: of all cells under its window that count."""
        return [self._term(tap, cell) for tap, cell in enumerate(self.axis.taps(output)) if self.value(cell)]

    def operator(self, output: int) -> str:
        """The signs from the terms to the output: "=", "+ 0.5 =" with a bias, "÷ 3 =" for an average; "≈" for "=" where
        a text is rounded.
        """
        terms, bias = self.of(output), self.texts.bias
        exact = self.texts.exact and output not in self.texts.rounded and all(term.exact for term in terms)
        count, reduction = self.op.divisor_override or len(terms), self.op.reduction
        sign = MINUS if bias.startswith(MINUS) else "+"
        added = f"{sign} {bias.removeprefix(MINUS)} " if bias not in ("", "0") else ""
        changed = reduction.term != "{}"  # a single term too isn't the output
        done = f"÷ {count} " if reduction.divides else f"{reduction.function} " if reduction.function else ""
        return f"{done if count > 1 or changed else ''}{added}{'=' if exact else '≈'}"

    @cached_property
    def longest(self) -> str:
        """The longest text of all terms."""
        return max((term.text for output in range(self.axis.output) for term in self.of(output)), key=len, default="0")

    def picked(self, output: int) -> list[Term]:
        """The terms that equal the output, as for a maximum; [] for symbols."""
        picks, terms = self.op.reduction.picks, self.of(output)
        if picks is None or self.texts.symbolic or not terms:
            return []
        result = picks(read(term.text) for term in terms)
        return [term for term in terms if read(term.text) == result]

    def _term(self, tap: int, cell: int) -> Term:
        value = self.value(cell)
        if not self.texts.kernel:
            term = self.op.reduction.term
            return Term(cell, term.format(value if term == "{}" else bracketed(value)))
        pair = value, self.texts.kernel[self.weight(tap)]
        if pair not in self._products:
            self._products[pair] = self._product(*pair)
        return Term(cell, *self._products[pair])

    def _product(self, value: str, weight: str) -> tuple[str, bool]:
        if self.texts.symbolic:
            return ("0", True) if value == "0" else (value + weight, True)
        product = read(value) * read(weight)
        text = number(product)
        return text, math.isclose(read(text), product, rel_tol=1e-12)

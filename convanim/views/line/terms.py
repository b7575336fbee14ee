"""The terms of a sum in the line view: products with the weights, squares or the cells themselves, and their signs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ...geometry import Operation
from ...geometry.axis import Axis
from ...text.numbers import MINUS, bracketed, says
from ..text_size import ems

if TYPE_CHECKING:
    from ...numeric import Exact
    from ...text.cell_texts import Texts


@dataclass(frozen=True, slots=True)
class Term:
    """The text that one padded cell adds to an output; `exact` says that it is the product itself, and that of the
    texts above it, not rounded.
    """

    cell: int
    text: str
    exact: bool = True


@dataclass(frozen=True)
class Terms:
    """The terms of every output of a row: from the values in its cells, or from their symbols."""

    op: Operation
    axis: Axis
    texts: Texts

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
        """The widest text of all terms."""
        return max((term.text for output in range(self.axis.output) for term in self.of(output)), key=ems, default="0")

    def picked(self, output: int) -> list[Term]:
        """The terms whose values equal the output, as for a maximum; [] for symbols."""
        picks, terms = self.op.reduction.picks, self.of(output)
        if picks is None or self.texts.symbolic or not terms:
            return []
        values = [self._number(term.cell) for term in terms]
        result = picks(values)
        return [term for term, value in zip(terms, values, strict=True) if value == result]

    def _term(self, tap: int, cell: int) -> Term:
        value = self.value(cell)
        if not self.texts.kernel:
            term = self.op.reduction.term
            return Term(cell, term.format(value if term == "{}" else bracketed(value)))
        weight = self.weight(tap)
        if self.texts.symbolic:
            return Term(cell, value if value == "0" else value + self.texts.kernel[weight])
        return Term(cell, *self._products[self.axis.source(cell), weight])

    def _number(self, cell: int) -> Exact:
        """The value of a padded cell that counts."""
        source = self.axis.source(cell)
        return self.op.reduction.padding_value if source is None else self._values[0][source]

    @cached_property
    def _values(self) -> tuple[list[Exact], list[Exact]]:
        """The decimals of the input and of the kernel."""
        from ...numeric import exact

        assert self.texts.values is not None
        x, w = self.texts.values.input, self.texts.values.kernel or ()
        return [exact(value) for value in x], [exact(value) for value in w]

    @cached_property
    def _products(self) -> dict[tuple[int | None, int], tuple[str, bool]]:
        """(input cell, None for a padded cell without one; kernel cell) -> their product's text, and whether it, and
        the texts of its factors, are exact.
        """
        (x, w), texts = self._values, self.texts
        pairs = {
            (self.axis.source(cell), self.weight(tap))
            for output in range(self.axis.output)
            for tap, cell in enumerate(self.axis.taps(output))
        }
        cells = sorted(pairs, key=lambda pair: (-1 if pair[0] is None else pair[0], pair[1]))
        products = [0 if cell is None else x[cell] * w[weight] for cell, weight in cells]
        true_x, true_w = (
            [says(text, value) for text, value in zip(own, values, strict=True)]
            for own, values in ((texts.input, x), (texts.kernel, w))
        )
        return {
            (cell, weight): (text, says(text, product) and (cell is None or (true_x[cell] and true_w[weight])))
            for (cell, weight), product, text in zip(cells, products, texts.of_map(products), strict=True)
        }

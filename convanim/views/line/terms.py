"""What the cells of a window become on the way to their output: products with the weights, squares, or themselves; and
what joins them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ...geometry import Operation
from ...geometry.axis import Axis
from ...geometry.operation import Weighted
from ...text import describe

if TYPE_CHECKING:
    from ...text.cell_texts import Texts


@dataclass(frozen=True, slots=True)
class Term:
    """What one padded cell adds to an output, and whether the text is just what the two above it give: a long product
    is rounded.
    """

    cell: int
    text: str
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """How terms become an output: what stands between them, what is done to them (to one alone too, if `always`), how
    each is written.

    With `marked` the largest is told from the others.
    """

    joined: str = "+"
    done: str = ""
    always: bool = False
    written: str = "{}"
    marked: bool = False


# by what becomes of a window's values: a convolution's sum of products, and pooling's modes
FORMS = {
    "sum": Form(),
    "average": Form(done="÷ {count} "),
    "max": Form("", "max ", marked=True),
    "l2": Form(done="√ ", always=True, written="{}²"),
}


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
    def form(self) -> Form:
        """The row of FORMS that the operation has."""
        return FORMS["sum" if isinstance(self.op, Weighted) else self.op.mode]

    @cached_property
    def symbolic(self) -> bool:
        """Whether letters stand in the cells."""
        return self.texts.input[0].endswith(describe.INDICES)

    @property
    def crowded(self) -> bool:
        """Whether signs stand between terms that are side by side."""
        return bool(self.form.joined) and self.axis.dilation == 1 < self.axis.kernel

    def value(self, cell: int) -> str:
        """What stands in a padded cell; "" where nothing does, or what doesn't count."""
        source = self.axis.source(cell)
        return "" if cell >= self.axis.padded else self.texts.padding if source is None else self.texts.input[source]

    def weight(self, tap: int) -> int:
        """Which weight is the window's first, second, ...: the last one first where the kernel is flipped."""
        return self.axis.kernel - 1 - tap if self.op.flipped else tap

    def of(self, output: int) -> list[Term]:
        """The terms of an output: of all cells under its window that count."""
        return [self._term(tap, cell) for tap, cell in enumerate(self.axis.taps(output)) if self.value(cell)]

    def operator(self, output: int) -> str:
        """What leads from the terms to the output: "=", "+ 0.5 =" with a bias, "÷ 3 =" for an average, with "≈" where a
        text is rounded.
        """
        terms, bias = self.of(output), self.texts.bias
        said = self.texts.exact and output not in self.texts.rounded and all(term.exact for term in terms)
        count = getattr(self.op, "divisor_override", None) or len(terms)
        sign = describe.MINUS if bias.startswith(describe.MINUS) else "+"
        added = f"{sign} {bias.removeprefix(describe.MINUS)} " if bias not in ("", "0") else ""
        done = self.form.done.format(count=count) if count > 1 or self.form.always else ""
        return f"{done}{added}{'=' if said else '≈'}"

    @cached_property
    def longest(self) -> str:
        """The longest text of all terms."""
        return max((term.text for output in range(self.axis.output) for term in self.of(output)), key=len, default="0")

    def largest(self, output: int) -> list[Term]:
        """The terms that the output is equal to, of a maximum in numbers."""
        terms = self.of(output) if self.form.marked and not self.symbolic else []
        most = max((describe.read(term.text) for term in terms), default=0.0)
        return [term for term in terms if describe.read(term.text) == most]

    def _term(self, tap: int, cell: int) -> Term:
        value = self.value(cell)
        if not self.texts.kernel:
            bracketed = f"({value})" if value.startswith(describe.MINUS) and self.form.written != "{}" else value
            return Term(cell, self.form.written.format(bracketed))
        pair = value, self.texts.kernel[self.weight(tap)]
        if pair not in self._products:
            self._products[pair] = self._product(*pair)
        return Term(cell, *self._products[pair])

    def _product(self, value: str, weight: str) -> tuple[str, bool]:
        if self.symbolic:
            return ("0", True) if value == "0" else (value + weight, True)
        product = describe.read(value) * describe.read(weight)
        text = describe.number(product)
        return text, math.isclose(describe.read(text), product, rel_tol=1e-12)

"""The stamps of a transposed convolution: the cells that each one reaches, and the sums and counts after each step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from ...geometry.axis import Axis, Cell
from ...scene import Equation
from ...text.numbers import MINUS, bracketed, says

if TYPE_CHECKING:
    from ...numeric import Exact, Values
    from ...text.cell_texts import Texts

DOT = "\N{MIDDLE DOT}"

Change = tuple[int, str]  # a cell's text, and its first step


@dataclass(frozen=True, slots=True)
class Stamp:
    """One input cell's kernel on the output: its first cell, and its rows and columns that aren't cropped."""

    corner: Cell
    rows: range
    columns: range

    def cells(self, height: Axis, width: Axis) -> Iterator[tuple[int, int]]:
        """(output cell, kernel cell) of all cells that aren't cropped; cells are counted row by row."""
        (top, left), m = self.corner, width.kernel
        for y, x in product(self.rows, self.columns):
            yield (top + y * height.dilation) * width.output + left + x * width.dilation, y * m + x


@dataclass(frozen=True)
class Stamps:
    """The stamps of a transposed convolution, one for each input cell, row by row."""

    height: Axis
    width: Axis

    @property
    def size(self) -> Cell:
        """The cells that a stamp spans, with the gaps of a dilation."""
        return self.height.effective_kernel, self.width.effective_kernel

    def __len__(self) -> int:
        return self.height.input * self.width.input

    def of(self, step: int) -> Stamp:
        """The stamp of one input cell."""
        (top, rows), (left, columns) = (
            _along(axis, cell)
            for axis, cell in zip((self.height, self.width), divmod(step, self.width.input), strict=True)
        )
        return Stamp((top, left), rows, columns)

    def all(self) -> Iterator[Stamp]:
        """The stamps of all input cells."""
        return map(self.of, range(len(self)))


def _along(axis: Axis, cell: int) -> tuple[int, range]:
    """The first output cell of an input cell's stamp, `i s - p`, and the kernel cells that aren't cropped."""
    # an axis has d (k - 1) - p zeros before; a detail's first window may begin later
    start = cell * axis.spacing + axis.before - axis.effective_kernel + 1 - axis.window(0)[0]
    first = max(0, -(start // axis.dilation))
    return start, range(first, max(first, min(axis.kernel, (axis.output - 1 - start) // axis.dilation + 1)))


@dataclass(frozen=True, slots=True)
class Add:
    """The product that a stamp adds to one output cell: `cell`, the kernel cell `weight`, and the texts of the sum
    `before` and `after`, and of the product that is `added`. `exact` says that none of them, nor of the factors, is
    rounded.
    """

    cell: int
    weight: int
    before: str
    after: str
    added: str
    exact: bool = True


Adds = tuple[tuple[Add, ...], ...]


def additions(stamps: Stamps, texts: Texts, *, flip: bool) -> Adds:
    """The products of each step. With its last product a cell has the output's text, in symbols its only one."""
    steps = [list(stamp.cells(stamps.height, stamps.width)) for stamp in stamps.all()]
    last = {cell: step for step, cells in enumerate(steps) for cell, _ in cells}
    if texts.values is not None:
        return tuple(_numbers(steps, last, texts, texts.values, flip=flip))
    kernel = tuple(reversed(texts.kernel)) if flip else tuple(texts.kernel)
    return tuple(
        tuple(Add(cell, k, "", texts.output[cell] if last[cell] == step else "", kernel[k]) for cell, k in cells)
        for step, cells in enumerate(steps)
    )


def _numbers(
    steps: list[list[tuple[int, int]]], last: dict[int, int], texts: Texts, values: Values, *, flip: bool
) -> Iterator[tuple[Add, ...]]:
    """The products of each step with the sums as numbers, which begin with the bias."""
    from ...numeric import exact

    assert values.kernel is not None
    x, w = ([exact(value) for value in one] for one in (values.input, values.kernel))
    own_x, own_w = tuple(texts.input), tuple(texts.kernel)
    if flip:
        w, own_w = w[::-1], own_w[::-1]
    true_x, true_w = ([says(*pair) for pair in zip(own, of, strict=True)] for own, of in ((own_x, x), (own_w, w)))
    products = {(step, k): x[step] * w[k] for step, cells in enumerate(steps) for _, k in cells}
    added = dict(zip(products, texts.of_map(products.values()), strict=True))
    passed = _passed(steps, products, exact(values.bias))
    shown = iter([(text, says(text, total)) for text, total in zip(texts.of_map(passed), passed, strict=True)])
    before = dict.fromkeys(last, next(shown))
    for step, cells in enumerate(steps):
        found = []
        for cell, k in cells:
            after = next(shown)
            if last[cell] == step:
                after = texts.output[cell], says(texts.output[cell], values.exact[cell])
            text = added[step, k]
            right = before[cell][1] and after[1] and true_x[step] and true_w[k]
            found.append(Add(cell, k, before[cell][0], after[0], ("" if text[0] == MINUS else "+") + text, right))
            before[cell] = after
        yield tuple(found)


def _passed(steps: list[list[tuple[int, int]]], products: dict[tuple[int, int], Exact], bias: Exact) -> list[Exact]:
    """The sums that are passed through: the bias, and the sum on a cell after each product, in their order."""
    total: dict[int, Exact] = {}
    found = [bias]
    for step, cells in enumerate(steps):
        for cell, k in cells:
            total[cell] = total.get(cell, bias) + products[step, k]
            found.append(total[cell])
    return found


def sums(adds: Adds, texts: Texts, *, reveal: bool) -> list[list[Change]]:
    """The texts of each output cell with their first steps. Numbers begin with the bias or 0; a symbol is a whole sum.

    With `reveal`, cells have no text before their first stamp; those that no stamp reaches appear in
    the last step.
    """
    begin = None if texts.values is None else next((add.before for own in adds for add in own), texts.bias or "0")
    changes: list[list[Change]] = [[(0, "" if reveal or begin is None else begin)] for _ in texts.output]
    for step, found in enumerate(adds):
        for one in found:
            changes[one.cell].append((step, one.after))
    for cell, own in enumerate(changes):
        if len(own) == 1:
            own.append((len(adds) - 1 if reveal else 0, texts.output[cell]))
    return changes


def counts(adds: Adds, cells: int) -> list[list[Change]]:
    """The number of stamps on each output cell as texts, "" for none."""
    changes: list[list[Change]] = [[(0, "")] for _ in range(cells)]
    for step, found in enumerate(adds):
        for one in found:
            changes[one.cell].append((step, str(len(changes[one.cell]))))
    return changes


def spans(changes: Iterable[Change], steps: int) -> Iterator[tuple[int, int, str]]:
    """(first step, step after the last, text) of one cell's texts, without empty ones; equal neighbours are one."""
    merged: list[Change] = []
    for step, text in changes:
        if merged and merged[-1][0] == step:
            merged.pop()
        if not merged or merged[-1][1] != text:
            merged.append((step, text))
    for (start, text), (stop, _) in zip(merged, [*merged[1:], (steps, "")], strict=True):
        if text:
            yield start, stop, text


def reached(steps: Iterable[Iterable[int]], cells: int) -> tuple[tuple[int, ...], ...]:
    """The output cells that each step is the first to reach. The last step gets the cells that no step reaches."""
    left, found = set(range(cells)), []
    for own in steps:
        found.append(tuple(cell for cell in own if cell in left))
        left -= {*found[-1]}
    return (*found[:-1], (*found[-1], *sorted(left)))


@dataclass(frozen=True)
class Equations:
    """The equations of a step: "2 + 3·1 = 5" for each output cell of a stamp, or in symbols "y += x·w"."""

    adds: Adds
    input: tuple[str, ...]
    kernel: tuple[str, ...]
    output: tuple[str, ...] = ()  # in symbols alone

    def __call__(self, step: int) -> Equation:
        found, x = self.adds[step], self.input[step]
        if not found:
            return Equation((), "", "")
        return Equation((self._one(x, add) for add in found[:-1]), self._one(x, found[-1]), "", ",  ")

    def _one(self, x: str, add: Add) -> str:
        what = f"{bracketed(x)}{DOT}{bracketed(self.kernel[add.weight])}"
        if self.output:
            return f"{self.output[add.cell]} += {what}"
        return f"{add.before} + {what} {'=' if add.exact else '≈'} {add.after}"

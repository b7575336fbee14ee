"""The stamps of a transposed convolution: the cells that each one reaches, and the sums and counts after each step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from ...geometry.axis import Axis, Cell
from ...scene import Equation
from ...text.numbers import bracketed, number, read

if TYPE_CHECKING:
    from ...numeric import Values
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
    start = cell * axis.spacing + axis.before - axis.effective_kernel + 1  # an axis has d (k - 1) - p zeros before
    first = max(0, -(start // axis.dilation))
    return start, range(first, max(first, min(axis.kernel, (axis.output - 1 - start) // axis.dilation + 1)))


@dataclass(frozen=True, slots=True)
class Add:
    """The product that a stamp adds to one output cell: `cell`, the kernel cell `weight`, and the texts of the sum
    `before` and `after`, and of the product that is `added`.
    """

    cell: int
    weight: int
    before: str
    after: str
    added: str


Adds = tuple[tuple[Add, ...], ...]


def additions(stamps: Stamps, texts: Texts, *, flip: bool) -> Adds:
    """The products of each step. With its last product a cell has the output's text, in symbols its only one."""
    steps = [list(stamp.cells(stamps.height, stamps.width)) for stamp in stamps.all()]
    last = {cell: step for step, cells in enumerate(steps) for cell, _ in cells}
    if texts.values is not None:
        return tuple(_numbers(steps, last, texts.values, flip=flip))
    kernel = tuple(reversed(texts.kernel)) if flip else tuple(texts.kernel)
    return tuple(
        tuple(Add(cell, k, "", texts.output[cell] if last[cell] == step else "", kernel[k]) for cell, k in cells)
        for step, cells in enumerate(steps)
    )


def _numbers(
    steps: list[list[tuple[int, int]]], last: dict[int, int], values: Values, *, flip: bool
) -> Iterator[tuple[Add, ...]]:
    """The products of each step with the sums as numbers, which begin with the bias."""
    from ...numeric.values import NOISE

    assert values.kernel is not None
    inputs, kernel, output = (
        values.input.ravel().tolist(),
        values.kernel.ravel().tolist(),
        values.output.ravel().tolist(),
    )
    if flip:
        kernel.reverse()
    total = dict.fromkeys(last, int(values.bias) if values.whole else values.bias)
    sizes = dict.fromkeys(last, abs(values.bias))
    for step, cells in enumerate(steps):
        found = []
        for cell, k in cells:
            more, before = inputs[step] * kernel[k], total[cell]
            sizes[cell] += abs(more)
            # The order of the sum may change its last digit, so the last sum is the output. A rest of rounding is 0.
            total[cell] = (
                output[cell]
                if last[cell] == step
                else before + more
                if abs(before + more) >= NOISE * sizes[cell]
                else 0.0
            )
            found.append(Add(cell, k, number(before), number(total[cell]), ("" if more < 0 else "+") + number(more)))
        yield tuple(found)


def sums(adds: Adds, texts: Texts, *, reveal: bool) -> list[list[Change]]:
    """The texts of each output cell with their first steps. Numbers begin with the bias or 0; a symbol is a whole sum.

    With `reveal`, cells have no text before their first stamp; those that no stamp reaches appear in
    the last step.
    """
    begin = None if texts.values is None else number(texts.values.bias)
    changes: list[list[Change]] = [[(0, "" if reveal or begin is None else begin)] for _ in texts.output]
    for step, found in enumerate(adds):
        for one in found:
            changes[one.cell].append((step, one.after))
    for cell, own in enumerate(changes):
        if len(own) == 1:
            own.append((len(adds) - 1 if reveal else 0, texts.output[cell] if begin is None else begin))
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
        total = read(add.before) + read(x) * read(self.kernel[add.weight])
        equal = "=" if math.isclose(total, read(add.after), rel_tol=1e-12, abs_tol=1e-12) else "≈"
        return f"{add.before} + {what} {equal} {add.after}"

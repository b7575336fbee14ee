"""The steps that explain most where only one or two are seen: in a still picture, on a cover, in print."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from ..geometry import Operation
from ..geometry.axis import Axis, ravel, unravel
from ..geometry.seen import endless

if TYPE_CHECKING:
    from ..text.cell_texts import Texts


def stills(op: Operation, texts: Texts | None = None) -> tuple[int, int]:
    """The poster's step and a corner's, of a view whose steps are the output's cells, row by row.

    The poster's window meets most cells of the input, and its result isn't 0. The other shows a corner with its
    padding, for two pictures. A 3x3 kernel on 5x5 with padding 1: step 12, the middle, and step 0.
    """
    results = () if texts is None or texts.values is None else texts.values.output
    return chosen([[inputs(axis, output) for output in range(axis.output)] for axis in op.axes], results)


def chosen(counts: Sequence[Sequence[int]], results: Sequence[float] = ()) -> tuple[int, int]:
    """The cell that meets most, and the corner that meets least, counted row by row.

    `counts` are how much each row meets, each column, and so on; a cell meets the product. `results` are the cells'
    values. The first cell has a result other than 0, if there is one, and of several it is the middlemost. The corner
    is another cell, if there is one, and of several it has a result other than 0.
    """
    size = tuple(map(len, counts))

    def met(cell: tuple[int, ...]) -> int:
        return prod(along[n] for along, n in zip(counts, cell, strict=True))

    def differs(cell: tuple[int, ...]) -> bool:
        return bool(results) and results[ravel(cell, size)] != 0

    def rank(n: int) -> tuple[bool, int, int]:
        cell = unravel(n, size)
        return differs(cell), met(cell), -sum(abs(at - of // 2) for at, of in zip(cell, size, strict=True))

    best = tuple(map(_most, counts))
    poster = ravel(best if met(best) else tuple(of // 2 for of in size), size)
    if results and not results[poster]:
        poster = max(range(prod(size)), key=rank)
    corners = product(*((0, of - 1) for of in size))
    return poster, ravel(min(corners, key=lambda at: (ravel(at, size) == poster, met(at), not differs(at))), size)


def _most(counts: Sequence[int]) -> int:
    """The number of the largest count; of several, the middlemost."""
    return max(range(len(counts)), key=lambda n: (counts[n], -abs(n - len(counts) // 2)))


def inputs(axis: Axis, output: int) -> int:
    """How many of the input's own cells, not zeros nor copies, an output cell's window meets along an axis."""
    cells = endless(axis, output)
    first = max(0, -(cells.start // cells.step))
    return len(cells[first : max(first, -((cells.start - axis.input) // cells.step))])

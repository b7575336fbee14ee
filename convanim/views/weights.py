"""The roles of a kernel's weights, weight_1 to weight_25 and edge_1 to edge_25, which give them their colours."""

from __future__ import annotations

from math import isqrt, prod

from ..geometry.axis import Cell, ravel
from ..themes.theme import WEIGHTS

SIDE = isqrt(len(WEIGHTS))


def weight_role(kernel_size: Cell, cell: Cell) -> str:
    """The role of the cells that hold a kernel cell's weight: "weight_5" for the middle of 3 x 3.

    In a kernel of up to 25 cells, each cell has its own role. In a larger one, every fifth row and every fifth column
    share their roles; one of fewer rows or columns has more before they are shared, a single row 25.
    """
    return f"weight_{_number(kernel_size, cell)}"


def edge_role(kernel_size: Cell, cell: Cell) -> str:
    """The role of the connections with a kernel cell's weight: "edge_5" for the middle of 3 x 3."""
    return f"edge_{_number(kernel_size, cell)}"


def _number(kernel_size: Cell, cell: Cell) -> int:
    kept = [(n, c) for n, c in zip(kernel_size, cell, strict=True) if n > 1]  # 1 x 10 is the same row as 10
    kernel_size, cell = tuple(n for n, _ in kept), tuple(c for _, c in kept)
    if prod(kernel_size) <= len(WEIGHTS):
        return ravel(cell, kernel_size) + 1
    if len(kernel_size) == 1:
        return cell[0] % len(WEIGHTS) + 1
    rows, columns = (min(n, max(SIDE, len(WEIGHTS) // other)) for n, other in (kernel_size, kernel_size[::-1]))
    return cell[0] % rows * columns + cell[1] % columns + 1

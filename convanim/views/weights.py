"""The roles of a kernel's weights, weight_1 to weight_9 and edge_1 to edge_9, which give them their colours."""

from __future__ import annotations

from math import prod

from ..geometry.axis import Cell, ravel
from ..themes.theme import WEIGHTS


def weight_role(kernel_size: Cell, cell: Cell) -> str:
    """The role of the cells that hold a kernel cell's weight: "weight_5" for the middle of 3 x 3.

    In a kernel of up to nine cells, each cell has its own role. In a larger one, every third row and every third column
    share their roles.
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
    return cell[-2] % 3 * 3 + cell[-1] % 3 + 1

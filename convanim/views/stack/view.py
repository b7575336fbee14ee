"""The view "stack": layers above each other, and the cells of each map that an output cell sees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...geometry import Operation
from ...scene import Scene
from ..flags import ViewFlags
from . import planes, rows

if TYPE_CHECKING:
    from ...text.cell_texts import Texts

MOST_LAYERS = 12
MOST_CELLS = 4096  # of all maps together, with padding: more can't be told apart
MOST_LINES = 4096  # of connections between rows


def draw(ops: tuple[Operation, ...], texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of layers, without values: as rows in one dimension, as planes in two."""
    return rows.draw(ops, flags) if len(ops[0].axes) == 1 else planes.draw(ops, flags)


def refuses(ops: tuple[Operation, ...]) -> str:
    """The reason why the view can't draw these layers, or ""."""
    dimensions = len(ops[0].axes)
    if dimensions > 2:
        return f"draws 1 or 2 dimensions, and these layers have {dimensions}"
    if len(ops) > MOST_LAYERS:
        return f"draws at most {MOST_LAYERS} layers, and these are {len(ops)}"
    cells = sum(math.prod(axis.extent for axis in op.axes) for op in ops) + math.prod(ops[-1].output_size)
    if cells > MOST_CELLS:
        return f"draws at most {MOST_CELLS:,} cells in all layers together, and these have {cells:,}"
    lines = sum(op.axes[0].output * op.axes[0].kernel for op in ops) if dimensions == 1 else 0
    return f"draws at most {MOST_LINES:,} connections, and these layers have {lines:,}" if lines > MOST_LINES else ""

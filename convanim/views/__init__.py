"""The views: functions from an operation and its values to a scene."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..geometry import Operation
from ..scene import Scene
from . import flat, isometric

if TYPE_CHECKING:
    from ..texts import Texts


@dataclass(frozen=True, slots=True)
class View:
    """A view's function, what it shows in one line, and whether it shows values.

    `draw` gets what stands in the cells, and the roles that are wanted: those that the theme styles, "pending" only if the output's
    cells are to appear one by one. It leaves out the others.
    """

    draw: Callable[[Operation, Texts | None, Collection[str]], Scene]
    about: str
    shows_values: bool


VIEWS = {
    "isometric": View(isometric.draw, "planes above each other, rays between window and output cell; no values", False),
    "flat": View(flat.draw, "input and output side by side, with their values", True),
}

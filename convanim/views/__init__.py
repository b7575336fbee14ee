"""The views: functions from an operation, its cell texts and flags to a scene. A view of several modules has a folder.

A new view is a module here and a row of VIEWS. Imports: `geometry`, `numeric`, `scene`, `text`, `themes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from ..errors import ConvanimError
from ..geometry import Operation
from ..scene import Scene
from .flags import ViewFlags, view_flags
from .sliding_window import one_channel, one_or_two

if TYPE_CHECKING:
    from ..text.cell_texts import Texts


__all__ = ["VIEWS", "View", "ViewFlags", "check_view", "refusal", "view_flags"]


@dataclass(frozen=True, slots=True)
class View:
    """A row of VIEWS: the function that draws, a line about the view, its cells' content, and the operations it takes.

    `draw` gets an operation (a tuple of operations if the view `takes_layers`), the texts of its cells, and the flags
    of the figure. `shows` is the content of cells that no option asks for: "nothing", "numbers" or "symbols". `refuses`
    returns the reason why the view can't draw an operation, to be read after "the flat view", or "" if it can. A view
    with `guide_numbers` writes 10.0 for 10 in the guide's theme, as the guide does. A view that `shades` can give cells
    the colours of their values; one with a `kernel_plane` can show the kernel beside the input. A view that can show a
    `detail` of a map has so many cells of it if no option asks for another number. A step computes a cell of the
    output, of each channel in turn, or handles one of the "inputs".
    """

    draw: Callable[[Any, Texts | None, ViewFlags], Scene]
    about: str
    shows: Literal["nothing", "numbers", "symbols"] = "nothing"
    refuses: Callable[[Any], str] = one_or_two
    takes_layers: bool = False
    guide_numbers: bool = False
    shades: bool = False
    kernel_plane: bool = False
    detail: int = 0
    steps: Literal["outputs", "channels", "inputs"] = "outputs"

    @property
    def shows_values(self) -> bool:
        """Whether its cells have texts."""
        return self.shows != "nothing"


def _of(module: str, name: str) -> Callable[..., Any]:
    """A function of a view's module, which is imported when the function is called."""
    return lambda *given: getattr(import_module(f".{module}", __name__), name)(*given)


VIEWS = {
    "isometric": View(
        _of("isometric", "draw"), "planes above each other, rays between window and output cell; no values", detail=16
    ),
    "flat": View(
        _of("flat", "draw"),
        "input and output side by side, with their values",
        "numbers",
        one_channel,
        guide_numbers=True,
        shades=True,
        kernel_plane=True,
        detail=12,
    ),
    "line": View(
        _of("line.view", "draw"),
        "one dimension as on paper: kernel below input, their products and the sum",
        "numbers",
        _of("line.view", "refuses"),
        detail=16,
    ),
    "matrix": View(
        _of("matrix.view", "draw"),
        "the window beside the sparse matrix, with the input as a row above its columns",
        "symbols",
        _of("matrix.view", "refuses"),
    ),
    "dense": View(
        _of("dense.view", "draw"),
        "a layer of a network: a node for each cell, connections in the colours of their weights",
        "symbols",
        _of("dense.view", "refuses"),
        detail=6,
    ),
    "im2col": View(
        _of("im2col.view", "draw"),
        "the windows as columns of a matrix, the kernel as a row, and their product",
        "symbols",
        _of("im2col.view", "refuses"),
        detail=6,
    ),
    "scatter": View(
        _of("scatter.view", "draw"),
        "a transposed convolution stamps its kernel onto the output for each input cell, and counts the stamps on each"
        " output",
        "numbers",
        _of("scatter.view", "refuses"),
        detail=9,
        steps="inputs",
    ),
    "pair": View(
        _of("pair", "draw"),
        "a convolution and its transpose side by side: the same cells take part in a step of both; no values",
        refuses=_of("pair", "refuses"),
    ),
    "channels": View(
        _of("channels.view", "draw"),
        "a plane for each channel: which input channels feed which output channel, group by group; no values",
        refuses=_of("channels.view", "refuses"),
        detail=8,
        steps="channels",
    ),
    "stack": View(
        _of("stack.view", "draw"),
        "layers above each other, with all that an output cell sees of each",
        refuses=_of("stack.view", "refuses"),
        takes_layers=True,
        detail=20,
    ),
}


def check_view(view: str, op: Operation | tuple[Operation, ...]) -> None:
    """Raise ConvanimError for what a view can't draw, with those that can."""
    if reason := refusal(view, op):
        fit = [name for name in VIEWS if not refusal(name, op)]
        raise ConvanimError(
            f"the {view} view {reason}: take"
            f" {'view=' + ' or '.join(map(repr, fit)) if fit else 'another operation; no view draws this one'}"
        )


def refusal(view: str, op: Operation | tuple[Operation, ...]) -> str:
    """Why a view can't draw an operation, or several: "" where it can."""
    row = VIEWS[view]
    if row.takes_layers != isinstance(op, tuple):
        return (
            "draws several layers, given as a list"
            if row.takes_layers
            else "draws one operation, and this is a list of layers"
        )
    return row.refuses(op)

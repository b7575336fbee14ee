"""The view "isometric", the guide's figures: the input's plane, the output's plane above it, and rays between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..geometry import Operation
from ..scene import Accumulating, Box, Layer, Line, Marks, MeasuredPlane, PerStep, Scene
from ..scene.plane import Plane
from ..themes.theme import BORDER, CELL_BP, THICK
from .flags import ViewFlags
from .input_plane import padded_input
from .links import MIDDLES
from .poster import stills
from .rays import ray
from .sliding_window import AppearingCells, SlidingWindow, drawn_axes, drawn_crops, drawn_output_padding
from .torn import reach

if TYPE_CHECKING:
    from ..text.cell_texts import Texts

RIGHT, DOWN = (1.0, -0.5), (0.7, 0.65)  # TikZ's xslant -0.7, then yslant 0.5, as in the guide: 0.65 = 1 - 0.7 * 0.5
LIFT_X = -2.49069 / CELL_BP  # the guide's xshift of -5 pt, halved by its picture's scale


def draw(op: Operation, texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of an operation of one or two dimensions, without its values."""
    height, width = drawn_axes(op)
    rows, columns = height.output, width.output
    deep, wide = height.extent, width.extent
    (top, bottom), (left, right) = around = drawn_crops(op, flags)
    below = Plane((-DOWN[0] * deep, -DOWN[1] * deep), RIGHT, DOWN)
    # The lift is one row more than the input has, as in the guide, so that planes never overlap. Wide planes get more:
    # their rays would be too flat.
    lift = max(deep, (deep + wide) / 2) + 1 + reach(height.torn)[0] + reach(height.torn_output)[1]
    corner = Plane((LIFT_X, -lift), RIGHT, DOWN)  # the lower left of the output with its cropped cells
    above = Plane(corner.point(left, -rows - bottom), RIGHT, DOWN)
    extra = drawn_output_padding(op, flags)
    sliding = SlidingWindow.of((height, width), (below, above), flags, output_padding=extra, lanes=MIDDLES)
    still = Layer((*padded_input(below, height, width, flags), *sliding.cropped(around), *sliding.output()))
    cells = AppearingCells(sliding)
    growing = [Accumulating(cells, cells.roles)] if sliding.reveal else []
    # Rays from the right cross the right edge of a narrow output, so that a number has room beyond the first row alone.
    far = width.window(columns - 1)[1]
    over = any(above.coordinates(below.point(far, y))[0] > columns + right for y in (0, deep))
    measured = (
        MeasuredPlane("input", below, (deep, wide), "left", "bottom"),
        MeasuredPlane("output", above, (rows, columns), "right", "top", around, rows_at=0.0 if over else 0.5),
    )
    whole = (-top, rows + bottom), (-left, columns + right)
    box = Box.around((*below.rectangle((0, deep), (0, wide)), *above.rectangle(*whole)), THICK / 2 + BORDER)
    poster, beside = stills(op)
    return Scene(
        box,
        (still, *growing, PerStep(IsometricMotion(sliding), sliding.roles | {"ray"})),
        sliding.steps,
        poster,
        measured,
        corner=beside,
    )


@dataclass(frozen=True)
class IsometricMotion:
    """The moving marks: the window, its rays, and the current output cell."""

    sliding: SlidingWindow

    def __call__(self, step: int) -> Marks:
        sliding, below, above = self.sliding, self.sliding.input_plane, self.sliding.output_plane
        (top, left), (r, q) = sliding.corners(step)
        rows, columns = sliding.shapes(step)
        # rows that appear later hide nothing
        hiding = sliding.width.output, r + 1 if sliding.reveal else sliding.height.output
        rays = tuple(
            part
            for y in (0, 1)
            for x in (0, 1)
            for part in ray(below.point(left + x * columns.cells, top + y * rows.cells), above, (q + x, r + y), hiding)
        )
        return (*sliding.window(step), Line("ray", rays), sliding.current(step))

"""The arithmetic figures of the guide: the input plane below, the output plane above it, rays between window and output cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..geometry import Operation
from ..scene import Box, Layer, Line, Mark, Moving, Point, Scene
from ..theme import BORDER, CELL_BP, THICK
from .planes import Plane, Sliding, two_axes

if TYPE_CHECKING:
    from ..numeric import Values

RIGHT, DOWN = (1.0, -0.5), (0.7, 0.65)  # TikZ's xslant -0.7, then yslant 0.5, as in the guide: 0.65 = 1 - 0.7 * 0.5
LIFT_X = -2.49069 / CELL_BP  # the guide's xshift of -5 pt, halved by its picture's scale


def draw(op: Operation, values: Values | None = None) -> Scene:
    """The scene of an operation of one or two dimensions; its values aren't shown."""
    height, width = two_axes(op, "isometric")
    rows, columns = height.output, width.output
    below = Plane((-DOWN[0] * height.padded, -DOWN[1] * height.padded), RIGHT, DOWN)
    # one row more than the input has, as in the guide: the planes then never overlap; more for wide ones, where rays would lie flat
    lift = max(height.padded, (height.padded + width.padded) / 2) + 1
    above = Plane((LIFT_X - DOWN[0] * rows, -lift - DOWN[1] * rows), RIGHT, DOWN)
    sliding = Sliding(height, width, below, above)
    still = Layer((below.grid("grid", height.padded, width.padded), *below.units(height, width), *sliding.output()))
    edge = THICK / 2 + BORDER
    x0 = min(-DOWN[0] * height.padded, LIFT_X - DOWN[0] * rows) - edge
    x1 = max(width.padded, LIFT_X + columns) + edge
    top = max(0.5 * width.padded + DOWN[1] * height.padded, lift + 0.5 * columns + DOWN[1] * rows) + edge
    return Scene(Box(x0, -top, x1 - x0, top + edge), (still, Moving(_Steps(sliding))), sliding.steps, sliding.poster)


@dataclass(frozen=True)
class _Steps:
    """What moves: the window, its rays, and the current output cell."""

    sliding: Sliding

    def __call__(self, step: int) -> tuple[Mark, ...]:
        height, width, below, above = self.sliding.height, self.sliding.width, self.sliding.below, self.sliding.above
        (top, left), (r, q) = self.sliding.corners(step)
        rays = tuple(
            _ray(below.point(left + x * width.effective_kernel, top + y * height.effective_kernel), above, (q + x, r + y), (width.output, height.output))
            for y in (0, 1) for x in (0, 1)
        )
        window, cell = self.sliding.groups(step)
        return (window, Line("ray", rays), cell)


def _ray(start: Point, above: Plane, cell: tuple[int, int], size: tuple[int, int]) -> tuple[Point, Point]:
    """From a corner of the window to a corner of the output cell, up to where it goes behind the output plane.

    Cutting it there, instead of painting the plane over it, lets all that moves be drawn over all that stands still.
    """
    end = above.point(*cell)
    enter = 0.0
    for at, to, limit in zip(above.coordinates(start), cell, size, strict=True):
        if at < 0 or at > limit:
            bound = 0 if at < 0 else limit
            enter = max(enter, (bound - at) / (to - at))
    return start, (start[0] + enter * (end[0] - start[0]), start[1] + enter * (end[1] - start[1]))

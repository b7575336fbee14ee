"""The marks of the view "scatter": kernels, stamps, veils and outlines, below the digits and above them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from ...geometry.axis import Cell
from ...scene import UPRIGHT, Group, Line, Marks, Polygon, Text, roles
from ...scene.plane import Plane, joined
from ..sliding_window import AppearingCells, SlidingWindow
from .stamps import Stamp, Stamps


@dataclass(frozen=True)
class StampMarks:
    """The marks of stamps around their own corners. Stamps that are cropped in the same way share them."""

    stamps: Stamps
    weights: tuple[str, ...]  # a role for each cell of the kernel, as it is stamped
    planes: tuple[Plane, Plane]  # of the input and the output
    _made: dict[tuple[str, range, range], Marks] = field(default_factory=dict, init=False, repr=False, compare=False)

    def kernel(self, plane: Plane) -> Marks:
        """The kernel's own plane."""
        k, m = self.stamps.height.kernel, self.stamps.width.kernel
        return (*self._cells(range(k), range(m), plane, 1, 1), Line("output_grid", plane.lines((0, k), (0, m))))

    def fill(self, stamp: Stamp) -> Marks:
        """The cells of a stamp that aren't cropped, in their weights' colours."""
        return self._kept("fill", stamp)

    def veil(self, stamp: Stamp) -> Marks:
        """A veil over these cells."""
        return self._kept("veil", stamp)

    def _kept(self, what: str, stamp: Stamp) -> Marks:
        key = (what, stamp.rows, stamp.columns)
        if key not in self._made:
            down, across = self.stamps.height.dilation, self.stamps.width.dilation
            if what == "fill":
                self._made[key] = self._cells(stamp.rows, stamp.columns, UPRIGHT, down, across)
            else:
                parts = UPRIGHT.rectangles(
                    joined(y * down for y in stamp.rows), joined(x * across for x in stamp.columns)
                )
                self._made[key] = (Polygon("stamp", parts),) if parts else ()
        return self._made[key]

    def _cells(self, rows: range, columns: range, plane: Plane, down: int, across: int) -> Marks:
        """The cells of these rows and columns of the kernel, with these strides: a polygon for each role."""
        found: dict[str, list[Cell]] = {}
        for y, x in product(rows, columns):
            found.setdefault(self.weights[y * self.stamps.width.kernel + x], []).append((y * down, x * across))
        return tuple(
            Polygon(role, tuple(part for y, x in cells for part in plane.rectangles([(y, y + 1)], [(x, x + 1)])), plane)
            for role, cells in found.items()
        )


@dataclass(frozen=True)
class ReachedCells:
    """The output cells that each step is the first to reach."""

    sliding: SlidingWindow
    cells: tuple[tuple[int, ...], ...]

    def __call__(self, step: int) -> Marks:
        return tuple(self.sliding.appearing(cell) for cell in self.cells[step])

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all these marks."""
        return AppearingCells(self.sliding).roles


@dataclass(frozen=True)
class StampVeils:
    """A veil for each stamp, above the veils of earlier stamps."""

    stamp_marks: StampMarks
    plane: Plane
    roles: frozenset[str] = frozenset({"stamp"})

    def __call__(self, step: int) -> Marks:
        stamp = self.stamp_marks.stamps.of(step)
        marks = self.stamp_marks.veil(stamp)
        return (Group(self.plane.point(*stamp.corner[::-1]), marks),) if marks else ()


@dataclass(frozen=True)
class StampFills:
    """The moving marks below the digits: the veil over the input cell, and the stamp in its colours."""

    stamp_marks: StampMarks

    def __call__(self, step: int) -> Marks:
        stamp = self.stamp_marks.stamps.of(step)
        below, above = self.stamp_marks.planes
        r, q = divmod(step, self.stamp_marks.stamps.width.input)
        veil = Polygon("tap", below.rectangles([(r, r + 1)], [(q, q + 1)]), below)
        marks = self.stamp_marks.fill(stamp)
        return (veil, Group(above.point(*stamp.corner[::-1]), marks)) if marks else (veil,)

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all steps."""
        return frozenset({"tap"}).union(
            *(roles(self.stamp_marks.fill(stamp)) for stamp in self.stamp_marks.stamps.all())
        )


@dataclass(frozen=True)
class ScatterMotion:
    """The moving marks above the digits: the outlines of the input cell and of its stamp, and the products."""

    stamp_marks: StampMarks
    products: tuple[tuple[Text, ...], ...]

    def __call__(self, step: int) -> Marks:
        stamps, (below, above) = self.stamp_marks.stamps, self.stamp_marks.planes
        r, q = divmod(step, stamps.width.input)
        (top, left), (deep, wide) = stamps.of(step).corner, stamps.size
        lines = below.lines((r, r + 1), (q, q + 1)) + above.lines((top, top + deep), (left, left + wide))
        return (Line("window", lines), *self.products[step])

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all steps."""
        return frozenset({"window"} | {text.role for texts in self.products for text in texts})

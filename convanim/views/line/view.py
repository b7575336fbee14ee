"""The view "line", one dimension as on paper: the kernel slides below the input, with products and sum below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import ConvanimError
from ...geometry import Operation
from ...scene import Accumulating, Box, Layer, Marks, MeasuredPlane, PerStep, Scene, Text
from ...scene.plane import Plane
from ...themes.theme import BORDER, THICK
from ..flags import ViewFlags
from ..input_plane import padded_input
from ..poster import stills
from ..sliding_window import SlidingWindow, drawn_axes, drawn_crops, drawn_output_padding, one_channel
from ..text_size import same_size
from .rows import CLOSE, FALL, GAP, RULE, LineMotion, column, large
from .spread import OutputRow
from .terms import Terms

if TYPE_CHECKING:
    from ...text.cell_texts import Texts

MOST = 1000  # cells of a row: more can't be read
MOST_PRODUCTS = 20_000  # each product is a text


def refuses(op: Operation) -> str:
    """The reason why the view can't draw an operation, or ""."""
    if len(op.axes) > 1:
        return f"draws one dimension (ndim=1), and this operation has {len(op.axes)}"
    if reason := one_channel(op):
        return reason
    (axis,) = op.axes
    cells, products = max(axis.extent, axis.output), axis.output * axis.kernel
    if cells > MOST:
        return f"draws rows of at most {MOST:,} cells, and this operation has {cells:,}"
    return (
        f"draws {MOST_PRODUCTS:,} products at most in all steps, and this operation has {products:,}"
        if products > MOST_PRODUCTS
        else ""
    )


def draw(op: Operation, texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of an operation of one dimension, with its values."""
    if texts is None:
        raise ConvanimError("the line view shows values: give input= (and kernel=), or a seed")
    _, axis = drawn_axes(op)
    terms = Terms(op, axis, texts)
    wide = column(terms)
    row = Plane((0.0, 0.0), (wide, 0.0), (0.0, 1.0))
    top = 2 + 2 * GAP if texts.kernel else 1 + CLOSE
    _, around = drawn_crops(op, flags)
    out = OutputRow.below(row, axis, top + RULE + FALL, added=drawn_output_padding(op, flags)[1], reveal=flags.reveal)
    sliding = SlidingWindow.of(drawn_axes(op), (row, out.plane), flags, output_padding=(0, out.added))
    results = tuple(
        same_size(
            [
                Text("output_value", row.point(out.left(o) + 0.5, top + RULE + FALL + 0.5), text, *large(row))
                for o, text in enumerate(texts.output)
            ]
        )
    )
    motion = LineMotion(sliding, out, terms, top, _inputs(row, terms), results)
    cells = AppearingLineCells(out, results)
    still = Layer(
        (
            *padded_input(row, sliding.height, axis, flags),
            *(text for text in motion.inputs if text.text),
            *sliding.cropped(((0, 0), around)),
            *out.still(),
            *(() if out.reveal else results),
        )
    )
    growing = [Accumulating(cells, cells.roles)] if out.reveal else []
    x0, x1 = wide * min(0.0, out.first - around[0]), wide * max(axis.extent, out.first + out.length + around[1])
    box = Box.around([(x0, 0.0), (x1, out.plane.origin[1] + 1)], BORDER + THICK)
    measured = (
        MeasuredPlane("input", row, (1, axis.extent), None, "top"),
        MeasuredPlane("output", out.ruled, (1, out.count), None, "bottom"),
    )
    poster, corner = stills(op, texts)
    moving = PerStep(motion, motion.roles)
    return Scene(box, (still, *growing, moving), out.count, poster, measured, corner=corner)


def _inputs(row: Plane, terms: Terms) -> tuple[Text, ...]:
    """The value of each padded cell: of the input, a copy, a zero, or minus infinity; "" if the cell doesn't count."""
    axis = terms.axis
    found = [
        Text("input_value", row.point(cell + 0.5, 0.5), terms.value(cell), *large(row)) for cell in range(axis.padded)
    ]
    given = [
        cell for cell in range(axis.padded) if axis.source(cell) is not None or len(found[cell].text) == 1
    ]  # all but minus infinity
    same = dict(zip(given, same_size([found[cell] for cell in given]), strict=True))
    return tuple(same.get(cell, text) for cell, text in enumerate(found))


@dataclass(frozen=True)
class AppearingLineCells:
    """The output cells that appear one by one, each with its value."""

    out: OutputRow
    results: tuple[Text, ...]

    def __call__(self, step: int) -> Marks:
        return (self.out.appearing(step), self.results[step])

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all these marks."""
        return frozenset({"output", "output_grid", "output_value"} | ({"output_padding"} if self.out.added else set()))

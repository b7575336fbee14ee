"""The places of the planes of the scatter view: in a row, or the outputs below input and kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...geometry import Operation
from ...geometry.axis import rows_and_columns
from ...scene import Box, MeasuredPlane, Side, Text
from ...scene.plane import Plane, Point
from ...themes.theme import BORDER, THICK
from ..sliding_window import Pair, crops, torn_outputs
from ..text_size import RATIO
from .stamps import Stamps

Kind = Literal["row", "square", "column"]

SIGN = 0.8  # the size of × and →, in cells
APART, BESIDE = 1.7, 1.5  # between planes side by side, with a sign and without
BELOW = 2.0  # between planes below each other, with labels
WIDE = 2  # an output that is so many times as wide as high is above its counts, not beside them
NAMED = 2.8  # the least room of the kernel, which its name needs
# where the input's columns, the rows and columns of the output, and those of the counts are measured: the texts of
# neighbours are on different sides, or grow apart
SIDES: dict[Kind, tuple[Side, Side | None, Side, Side | None, Side]] = {
    "row": ("bottom", None, "bottom", "right", "top"),
    "square": ("top", "left", "bottom", "right", "bottom"),
    "column": ("top", "left", "bottom", None, "bottom"),
}


@dataclass(frozen=True)
class StampLayout:
    """The planes of input, kernel, output (with the cropped cells `around` it) and counts, and the signs between."""

    kind: Kind
    sizes: tuple[Pair, Pair, Pair]
    around: tuple[Pair, Pair]
    planes: tuple[Plane, Plane, Plane, Plane]
    signs: tuple[Text, Text]
    box: Box

    @staticmethod
    def of(op: Operation, stamps: Stamps) -> StampLayout:
        """The planes side by side, or the output and its counts below input and kernel, whichever is larger in a
        picture of RATIO; a wide output is above its counts.

        There is room for what padding takes away from the output, whether it is drawn or not: stamps reach there.
        """
        (top, bottom), (left, right) = crops(op)
        rows, columns = stamps.height.output, stamps.width.output
        if left + columns + right >= WIDE * (top + rows + bottom):
            return _places(op, stamps, "column")
        both = (_places(op, stamps, kind) for kind in ("row", "square"))
        return min(both, key=lambda at: max(at.box.width, at.box.height * RATIO))

    def measured(self, op: Operation) -> tuple[MeasuredPlane, ...]:
        """The planes that labels measure."""
        (plane, *others), (inputs, kernel, outputs) = self.planes, self.sizes
        first, rows, columns, beside, counted = SIDES[self.kind]
        return (
            MeasuredPlane("input", plane, inputs, "left", first, padded=False, read=False),
            MeasuredPlane("kernel", others[0], kernel, None, "top"),
            MeasuredPlane("output", others[1], outputs, rows, columns, self.around),
            MeasuredPlane(
                "stamps",
                others[2],
                outputs,
                beside if len(op.axes) == 2 else None,
                counted,
                torn=torn_outputs(op),
                whole=rows_and_columns(op.whole.output_size, 1),
            ),
        )


def _places(op: Operation, stamps: Stamps, kind: Kind) -> StampLayout:
    """The places of one arrangement."""
    a, b = stamps.height, stamps.width
    (i, j), (k, m), (o, p) = sizes = (a.input, b.input), (a.kernel, b.kernel), (a.output, b.output)
    (top, bottom), (left, right) = around = crops(op)
    tall, wide, first = top + o + bottom, left + p + right, j + APART + max(m, NAMED)
    if kind == "row":
        start, middle, out = 0.0, top + o / 2, (first + APART + left, float(top))
        count, sign = (out[0] + p + right + BESIDE, float(top)), ("→", first + APART / 2, middle)
        low, high, across = min(0.0, middle - max(i, k) / 2), max(tall, middle + max(i, k) / 2), count[0] + p
    else:
        pair = wide + BESIDE + p if kind == "square" else wide
        across, above = max(first, pair), max(i, k)
        start, middle, sign = (across - first) / 2, above / 2, ("↓", across / 2, above + BELOW / 2)
        out = ((across - pair) / 2 + left, above + BELOW + top)
        count = (out[0] + p + right + BESIDE, out[1]) if kind == "square" else (out[0], out[1] + o + bottom + BELOW)
        low, high = 0.0, max(out[1] + o + bottom, count[1] + o)
    corners: tuple[Point, ...] = ((start, middle - i / 2), (start + j + APART, middle - k / 2), out, count)
    inputs, kernel, output, counts = (Plane(corner, (1.0, 0.0), (0.0, 1.0)) for corner in corners)
    times, to = (Text("sign", (x, y), text, SIGN, 1.0) for text, x, y in (("×", start + j + APART / 2, middle), sign))
    box = Box.around([(0.0, low), (across, high)], BORDER + THICK)
    return StampLayout(kind, sizes, around, (inputs, kernel, output, counts), (times, to), box)

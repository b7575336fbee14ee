"""The moving marks of the view "line": the window, the kernel below it, their terms, and lines to the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from math import fsum

from ...geometry.axis import Axis
from ...scene import Group, Line, Marks, Polygon, Text, roles
from ...scene.plane import Plane, Point, joined
from ..sliding_window import SlidingWindow
from ..text_size import LARGE, ROOM, ems, no_larger, same_size
from ..weights import weight_role
from .spread import OutputRow
from .terms import Terms

GAP, CLOSE = 0.56, 0.2  # between the rows, with a sign in it and without one
SIGN = (0.5, ROOM, 1.0)  # size, width, stretch of × and =
PLUS, PLUS_ROOM = 0.37, 0.48  # the size of signs between terms, and their share of a column's width
TERM, RULE = 0.36, 0.76  # how far below their top the terms' middles and the line under them lie
FALL = 1.05  # from this line to the output
RING, INSET = 0.08, 0.14  # from a cell's edge to the square around a maximum, and to the end of the line under terms
# the text of what is done to the terms: its share of the way down to the output, half its height, room at its sides
DONE, HALF, CLEAR = 0.42, 0.17, 0.08
WIDTHS = (1.0, 1.25, 1.5, 2.0)  # of a column: it has the first in which the longest text is legible
LEGIBLE = 0.8  # how far a text may shrink
LETTERS, SMALLEST = (0.15, 0.25), 0.55  # this text's length, fixed and per character; how far it may shrink


@dataclass(frozen=True)
class LineMotion:
    """The moving marks: the window, the kernel and the terms below it, and the current output cell.

    The terms begin at the row `top`; `inputs` are the texts of all padded cells, some of which may be empty.
    """

    sliding: SlidingWindow
    out: OutputRow
    terms: Terms
    top: float
    inputs: tuple[Text, ...]
    results: tuple[Text, ...]
    _kept: dict[object, Marks] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def axis(self) -> Axis:
        """The axis of the operation."""
        return self.sliding.width

    @property
    def row(self) -> Plane:
        """The plane of the input's row, which goes on below it."""
        return self.sliding.input_plane

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of all moving marks."""
        return self.sliding.roles | roles(self._kernel) | {"input_value", "output_value", "sign", "ray"}

    def __call__(self, step: int) -> Marks:
        start, stop = self.axis.window(step)
        terms, row = self.terms.of(step), self.row
        columns = tuple((term.cell - start, term.exact) for term in terms)
        return (
            *self.sliding.window(step),
            *(self.inputs[term.cell] for term in terms),
            Group(row.point(start, 1 + GAP), self._kernel),
            Group(row.point(start, self.top), self._shared(columns, lambda: self._signs(columns))),
            *(replace(self._term, at=row.point(term.cell + 0.5, self.top + TERM), text=term.text) for term in terms),
            *self._rings(step),
            *self._lines(step, start, stop),
            self.out.current(step),
            self.results[step],
        )

    def _shared(self, key: object, made: Callable[[], Marks]) -> Marks:
        """Marks that steps with the same key share, so that they are drawn, and written, once."""
        if key not in self._kept:
            self._kept[key] = made()
        return self._kept[key]

    @cached_property
    def _kernel(self) -> Marks:
        """The kernel's cells, in the order in which they meet the input, around the window's corner."""
        kernel, row = self.terms.texts.kernel, self.row
        if not kernel:
            return ()
        taps = [(tap * self.axis.dilation, self.terms.weight(tap)) for tap in range(self.axis.kernel)]
        colours: dict[str, list[tuple[int, int]]] = {}
        for x, number in taps:
            colours.setdefault(weight_role((self.axis.kernel,), (number,)), []).append((x, x + 1))
        cells = [Polygon(role, row.rectangles([(0, 1)], colours[role]), row) for role in sorted(colours)]
        edges = tuple(line for run in joined(x for x, _ in taps) for line in row.lines((0, 1), run))
        size = no_larger(large(row), self.inputs)
        texts = same_size([Text("kernel_value", row.point(x + 0.5, 0.5), kernel[number], *size) for x, number in taps])
        return (*cells, Line("output_grid", edges), *texts)

    def _signs(self, columns: tuple[tuple[int, bool], ...]) -> Marks:
        """The signs around the terms in these columns: × and = above and below the kernel, + between terms."""
        y, point = -GAP / 2, self.row.point
        found = [
            Text("sign", point(x + 0.5, at), sign, *SIGN)
            for x, exact in columns
            for sign, at in (("×", y - 1 - GAP), ("=" if exact else "≈", y))
        ]
        plus = self.terms.op.reduction.sign
        between = (
            [Text("sign", point((a + b + 1) / 2, TERM), plus, PLUS, ROOM) for (a, _), (b, _) in pairwise(columns)]
            if plus
            else []
        )
        return (*(found if self.terms.texts.kernel else ()), *between)

    @cached_property
    def _term(self) -> Text:
        """A term without its text, in the size in which all terms fit between the signs."""
        longest, (size, room, stretch) = self.terms.longest, large(self.row)
        room = self.row.right[0] - PLUS_ROOM if self.terms.crowded else room
        return Text("sign", (0.0, 0.0), "", size, room, stretch, like=longest if len(longest) > 1 else "")

    def _rings(self, step: int) -> Iterator[Line]:
        """A square around each term that is the maximum."""
        wide = self.row.right[0] / 2 - RING
        for x, y in (self.row.point(term.cell + 0.5, self.top + TERM) for term in self.terms.picked(step)):
            r = 0.5 - RING
            yield Line(
                "window",
                (((x - wide, y - r), (x + wide, y - r), (x + wide, y + r), (x - wide, y + r), (x - wide, y - r)),),
            )

    def _lines(self, step: int, start: int, stop: int) -> Marks:
        """The line under the terms, lines from its ends to the output cell, and between them what is done to the terms.

        Below a single cell there is room for a sign alone; what is longer stands there without lines on both sides.
        """
        text, wide, shift = self.terms.operator(step), self.row.right[0], self.out.left(step) - start
        slanted = stop - start > 1 or len(text) == 1
        ends, cell = (INSET, (stop - start) * wide - INSET), (shift * wide, (shift + 1) * wide)
        rule, (left, right) = tuple((x, RULE) for x in ends), tuple((x, RULE + FALL) for x in cell)
        line = Line("ray", ((left, *rule, right) if slanted else rule,))
        x, room = (
            _between(ends, cell, LETTERS[0] + LETTERS[1] * len(text)) if slanted else (fsum(ends + cell) / 4, 2 * ROOM)
        )
        (x0, y0) = at = self.row.point(start, self.top)
        return (
            Group(at, self._shared((shift, stop - start, slanted), lambda: (line,))),
            Text("sign", (x0 + x, y0 + RULE + DONE * FALL), text, SIGN[0], room),
        )


def _between(ends: Point, cell: Point, length: float) -> Point:
    """The place of a text of this length between the lines from these ends to the output cell's corners, and its room.

    Lines that are too slanted for that, from a small input to more outputs, have it on the side that they lean away
    from.
    """
    left, right = (
        [a + (b - a) * share for share in (DONE - HALF / FALL, DONE + HALF / FALL)]
        for a, b in zip(ends, cell, strict=True)
    )
    room = min(right) - max(left) - 2 * CLEAR
    if room >= length * SMALLEST:
        return (max(left) + min(right)) / 2, room
    away = max(right) + CLEAR + length / 2 if sum(cell) < sum(ends) else min(left) - CLEAR - length / 2
    return away, length


def column(terms: Terms) -> float:
    """The width of columns in which the longest texts can be read: cells are square if values are short."""
    texts = terms.texts
    cells = max(ems(text) for of in (texts.input, texts.kernel, texts.output) for text in of)
    room, length = (PLUS_ROOM, 1.0) if terms.crowded else (0.0, ROOM)
    size = LARGE[0] * LARGE[2] * LEGIBLE
    return next(
        (wide for wide in WIDTHS if size * cells <= ROOM * wide and size * ems(terms.longest) <= length * wide - room),
        WIDTHS[-1],
    )


def large(row: Plane) -> tuple[float, float, float]:
    """Size, width and stretch of a text in a cell of this row."""
    size, room, stretch = LARGE
    return size, room * row.right[0], stretch

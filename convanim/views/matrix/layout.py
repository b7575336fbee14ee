"""The places of the matrix view: the planes left of the matrix or above it, and a small matrix where it is large."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from ...geometry import Operation
from ...scene import Side
from ...scene.plane import Part, Plane
from ...themes.theme import BORDER, THIN
from ..sliding_window import Pair, drawn_axes
from ..text_size import RATIO, READABLE, ROOM
from .table import SIZE, STRETCH

APART = 1.0  # between planes, the line beside them, the matrix, the signs, and the vectors
LOW = 3.0  # the least distance of the planes' middles: the numbers beside them need room
ADDEND, LETTER = 1.6, 0.3  # the most room of the bias, and the room of each of its letters
ASIDE = 0.7  # from the bias to the signs beside it
WIDEST, HIGHEST = SIZE / READABLE, 32.0  # cells: larger figures have a matrix of small cells, without letters
SMALL = (15.0, 24.0)  # the most cells in width and height that a matrix of small cells takes
LEAST, MOST = 0.2, 0.5  # the edges of small cells
TAG_SIZE = 0.42  # of the letters of a kernel's tags
LARGER = 1.5  # the most that the planes' cells are larger, so that their tags can be read


@dataclass(frozen=True)
class MatrixLayout:
    """The places of all parts: the planes, a line, the matrix, the input above it, a bias, and the output.

    `vector` is the input's row, whose plane's rows go to the right. `cell` is the edge of a cell of matrix, row and
    output; `large` is that of the planes' cells.
    """

    input_plane: Plane
    output_plane: Plane
    line: Part
    matrix: Plane
    vector: Plane
    result: Plane
    signs: tuple[tuple[str, tuple[float, float]], ...]
    bias: tuple[float, float]
    width: float
    height: float
    cell: float
    large: float
    above: bool

    @staticmethod
    def of(op: Operation, around: tuple[Pair, Pair], bias: str) -> MatrixLayout:
        """The places of an operation's parts. `around` are the drawn cropped cells; `bias` is its text, "" for none."""
        columns, rows = prod(op.input_size), prod(op.output_size)
        found = _better(op, around, bias, 1.0)
        if found.shown > WIDEST or found.height > HIGHEST:
            found = _better(op, around, bias, max(LEAST, min(MOST, SMALL[0] / columns, SMALL[1] / rows)))
        return found

    @property
    def shown(self) -> float:
        """The width of the whole figure."""
        return self.width + 2 * BORDER

    @property
    def value(self) -> tuple[float, float, float]:
        """Size, width and stretch of the values on the planes."""
        return (SIZE * self.large, ROOM * self.large, STRETCH)

    @property
    def sides(self) -> tuple[Side, Side, Side]:
        """Where the rows of input and output, and the input's columns, are measured."""
        return ("left", "right", "top") if self.above else ("left", "left", "bottom")


def _better(op: Operation, around: tuple[Pair, Pair], bias: str, cell: float) -> MatrixLayout:
    """The planes left of the matrix or above it: the figure that is larger in a picture of RATIO."""
    both = (_places(op, around, bias, cell, above=above) for above in (False, True))
    return min(both, key=lambda at: max(at.width, at.height * RATIO))


def _places(op: Operation, around: tuple[Pair, Pair], bias: str, cell: float, *, above: bool) -> MatrixLayout:
    """The places with cells of this edge in the matrix, and the planes above it or left of it."""
    height, width = drawn_axes(op)
    (top, bottom), (left, right) = around
    m, n = prod(op.output_size), prod(op.input_size)
    tall, across = top + height.output + bottom, left + width.output + right
    room = min(ADDEND, LETTER * (len(bias) + 1))
    # the product, from its top left corner: the signs' middles, the column, and the lower end
    plus = n * cell + APART
    equal = plus + room + 2 * ASIDE if bias else plus
    down, wide, high = cell + APART, equal + APART + cell, cell + APART + m * cell
    beside = 0 if above else max(across, width.extent)
    large = _larger(beside, wide + 2 * BORDER + (0.0 if above else 2 * APART), SIZE * cell)
    if above:
        planes, deep = (width.extent + across) * large + LOW, max(height.extent, tall) * large
        whole = max(planes, wide), deep + 2 * APART + high
        start = (whole[0] - planes) / 2
        x, y = (whole[0] - wide) / 2, deep + 2 * APART
        below = start, (deep - height.extent * large) / 2
        over = start + width.extent * large + LOW, (deep - tall * large) / 2
        line = _bar(0.0, deep + APART, whole[0], deep + APART)
    else:
        gap = max(APART, LOW - (height.output + height.extent) / 2)
        planes, side = (tall + height.extent) * large + gap, max(across, width.extent) * large
        whole = side + 2 * APART + wide, float(max(planes, high))
        start = (whole[1] - planes) / 2
        x, y = side + 2 * APART, (whole[1] - high) / 2
        below = (side - width.extent * large) / 2, start + tall * large + gap
        over = (side - across * large) / 2, start
        line = _bar(side + APART, 0.0, side + APART, whole[1])
    middle = y + down + m * cell / 2
    signs = [("×", (x + n * cell / 2, y + cell + APART / 2)), ("=", (x + equal, middle))]
    return MatrixLayout(
        _upright(*below, large),
        _upright(over[0] + left * large, over[1] + top * large, large),
        line,
        _upright(x, y + down, cell),
        Plane((x, y), (0.0, cell), (cell, 0.0)),
        _upright(x + equal + APART, y + down, cell),
        (signs[0], *([("+", (x + plus, middle))] if bias else []), signs[1]),
        (x + (plus + equal) / 2, middle),
        *whole,
        cell,
        large,
        above,
    )


def _larger(side: int, rest: float, size: float) -> float:
    """The edge of the planes' cells with which tags can be read in a figure of `side` such cells and the `rest`.

    It is 1 where even LARGER isn't enough, and where letters of this size in the matrix could no longer be read.
    """
    room = TAG_SIZE / READABLE - side
    needed = rest / room if room > 0 else LARGER + 1
    lost = READABLE * (side + rest) <= size < READABLE * (side * needed + rest)
    return max(1.0, needed) if needed <= LARGER and not lost else 1.0


def _upright(x: float, y: float, cell: float = 1.0) -> Plane:
    return Plane((x, y), (cell, 0.0), (0.0, cell))


def _bar(x0: float, y0: float, x1: float, y1: float) -> Part:
    """A level or upright line as a narrow area."""
    x, y = (THIN, 0.0) if x0 == x1 else (0.0, THIN)
    return ((x0 - x, y0 - y), (x1 + x, y0 - y), (x1 + x, y1 + y), (x0 - x, y1 + y))

"""The equations of a figure's steps in pieces, each cut and measured once, however often a page is laid out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ..render import glyphs
from ..scene import Equation
from .layout import FACE

ELLIPSIS = "…"
MOST_LAYOUTS = 4  # that a step's lines are kept of: those of the page that is laid out


class Piece:
    """A part of a line, after which the line may break: its text, and its width in ems with and without the space at
    its end.
    """

    __slots__ = ("bare", "text", "wide")

    def __init__(self, text: str) -> None:
        self.text, self.wide = text, glyphs.width(text, FACE)
        bare = text.rstrip()
        self.bare = self.wide if bare == text else glyphs.width(bare, FACE)


class Pieces:
    """The pieces of one equation: what stands before it, its terms, and its end.

    Terms are made as they are asked for: lines have room for the first few of a thousand.
    """

    def __init__(self, start: str, equation: Equation) -> None:
        self._start, self._joined, self._more = start, equation.joined, iter(equation.terms)
        self._terms: list[Piece] = []
        self._last = equation.last + equation.end
        self._lines: dict[tuple[float, float, int], list[str]] = {}

    def lines(self, em: float, room: float, most: int) -> list[str]:
        """The equation in at most so many lines: with as many of its terms as fit, and always the last of them."""
        key = em, room, most
        if key not in self._lines:
            if len(self._lines) >= MOST_LAYOUTS:
                self._lines.clear()
            self._lines[key] = self._arranged(em, room, most)
        return self._lines[key]

    def _term(self, n: int) -> Piece | None:
        """The piece of a term, the first with what stands before it; None after the last but one."""
        if n == len(self._terms):
            term = next(self._more, None)
            if term is None:
                return None
            self._terms.append(Piece(f"{'' if n else self._start}{term}{self._joined}"))
        return self._terms[n]

    def _arranged(self, em: float, room: float, most: int) -> list[str]:
        line = Filling(em, room)
        states, n = [line.state], 0  # before each term, how many lines there are, and the spare room of the last
        while piece := self._term(n):
            line.add(piece)
            if len(line.starts) > most:
                break
            n += 1
            states.append(line.state)
        else:
            end = Piece(("" if n else self._start) + self._last)
            if line.add(end) <= most:
                return _joined([*self._terms, end], line.starts)
        rest = [Piece(ELLIPSIS + self._joined), Piece(self._last)]
        for kept in range(len(states) - 1, 0, -1):
            line.back(states[kept])
            if [line.add(piece) for piece in rest][-1] <= most:
                return _joined([*self._terms[:kept], *rest], line.starts)
        line.back(states[0])
        alone = [Piece(self._start), *rest]
        for piece in alone:
            line.add(piece)
        return _joined(alone, line.starts)


class Filling:
    """Lines that are filled piece by piece, each piece on the line that has room for it: the numbers of the pieces that
    begin a line.

    A piece may be wider than a line, and is then a line that is drawn smaller.
    """

    def __init__(self, em: float, room: float) -> None:
        self._em, self._room = em, room
        self.starts: list[int] = []
        self._spare, self._count = 0.0, 0

    def add(self, piece: Piece) -> int:
        """Add a piece; how many lines there are then."""
        if not self.starts or piece.bare * self._em > self._spare:
            self.starts.append(self._count)
            self._spare = self._room
        self._spare -= piece.wide * self._em
        self._count += 1
        return len(self.starts)

    @property
    def state(self) -> tuple[int, float, int]:
        """The number of lines, the spare room of the last one, and the number of pieces."""
        return len(self.starts), self._spare, self._count

    def back(self, state: tuple[int, float, int]) -> None:
        """Go back to an earlier state."""
        lines, self._spare, self._count = state
        del self.starts[lines:]


def _joined(pieces: Sequence[Piece], starts: list[int]) -> list[str]:
    """The texts of the lines that begin with these pieces."""
    return ["".join(piece.text for piece in pieces[a:b]).rstrip() for a, b in pairwise([*starts, len(pieces)])]


def broken(words: Iterable[str], em: float, room: float) -> list[str]:
    """A sentence in as many lines as it needs."""
    line, pieces = Filling(em, room), [Piece(word) for word in words]
    for piece in pieces:
        line.add(piece)
    return _joined(pieces, line.starts)

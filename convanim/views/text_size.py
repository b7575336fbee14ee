"""Values in cells: the sizes of their letters, and one size for those that belong together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..scene import Text
from ..scene.plane import Plane
from ..themes.theme import CELL_BP

ROOM = 0.9  # of a cell's width, for a text in it
# CMR8 at 7.97 bp and CMR5 at 4.98 bp; their digits are .531 and .681 em wide, those of CMR10, which is drawn, .5
LARGE = (7.97011 / CELL_BP, ROOM, 1.062)  # size, width, stretch of a Text
SMALL = (4.98132 / CELL_BP, ROOM, 1.362)


def same_size(texts: list[Text]) -> list[Text]:
    """The texts, all in the size at which the longest fits."""
    longest = max((text.text for text in texts), key=len, default="")
    return [replace(text, like=longest) for text in texts] if len(longest) > 1 else texts


def cell_values(
    role: str, plane: Plane, columns: int, texts: Iterable[str], size: tuple[float, float, float] = SMALL
) -> tuple[Text, ...]:
    """Texts in the middles of a plane's cells, row by row, all in one size; `size` is LARGE, SMALL or alike."""
    return tuple(
        same_size(
            [
                Text(role, plane.point(n % columns + 0.5, n // columns + 0.5), text, *size)
                for n, text in enumerate(texts)
            ]
        )
    )

"""What each frame changes of the one before it: what the formats of frames upon frames write, APNG and WebP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..progress import Progress, counted

if TYPE_CHECKING:
    from ..clip import Clip

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Change:
    """The part of a step's picture that differs from the one before: its left and top, its RGBA pixels, and its time in
    milliseconds.

    Where it is laid `over` what is there, pixels that stay as they were are transparent; otherwise it takes their
    place.
    """

    left: int
    top: int
    pixels: Pixels
    ms: int
    over: bool


def changes(clip: Clip, progress: Progress | None, grid: int = 1) -> Iterator[Change]:
    """The first picture whole, then what changes from step to step; left and top are multiples of `grid`. Memory is
    that of two pictures.
    """
    canvas = clip.canvas()
    over = not clip.theme.transparent  # a transparent pixel can't be laid over another
    steps = counted(range(len(clip)), progress)
    shown = _packed(canvas.draw(next(steps)))
    yield Change(0, 0, _unpacked(shown), clip.duration(0), over=False)
    for step in steps:
        pixels, (rows, columns) = canvas.draw(step), canvas.changed
        area = slice(rows.start // grid * grid, rows.stop), slice(columns.start // grid * grid, columns.stop)
        now = _packed(pixels[area])
        changed = now != shown[area]
        shown[area] = now
        top, bottom, left, right = bounds(changed)
        top, left = top // grid * grid, left // grid * grid
        part = np.s_[top:bottom, left:right]
        packed = np.where(changed[part], now[part], np.uint32(0)) if over else now[part]
        yield Change(area[1].start + left, area[0].start + top, _unpacked(packed), clip.duration(step), over)


def _packed(pixels: Pixels) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """RGBA pixels as one number each, the caller's own; what can't be seen is one colour."""
    packed: np.ndarray[Any, np.dtype[np.uint32]] = pixels.view("<u4")[..., 0].copy()
    packed[pixels[..., 3] == 0] = 0
    return packed


def _unpacked(packed: np.ndarray[Any, np.dtype[np.uint32]]) -> Pixels:
    return np.ascontiguousarray(packed).view(np.uint8).reshape(*packed.shape, 4)


def bounds(changed: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[int, int, int, int]:
    """(top, bottom, left, right) of what is true; one pixel where nothing is."""
    rows = np.flatnonzero(changed.any(1))
    if not rows.size:
        return 0, 1, 0, 1
    columns = np.flatnonzero(changed[rows[0] : rows[-1] + 1].any(0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1

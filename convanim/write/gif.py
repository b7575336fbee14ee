"""GIF files: frames are written one by one, each only where it differs from the one before."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from ..errors import ConvanimError
from .files import replacing

if TYPE_CHECKING:
    from ..animation import Animation

TICK_MS = 10  # GIF counts time in hundredths of a second
SHORTEST_MS = 20  # browsers show anything faster at ten frames a second
LARGEST_SIDE = 0xFFFF
TOLERANCE = 20  # most that a channel of an anti-aliased pixel may differ from frame(i), of 255: fewer colours, a smaller file
LIMIT = 24  # the same for a colour that no sampled frame had, before its frame gets a palette of its own
SAMPLES = 3  # frames whose colours make the palette

Array = np.ndarray[Any, np.dtype[Any]]


def write(animation: Animation, path: Path) -> None:
    """Write the whole animation as a GIF that loops for ever."""
    _check(animation)
    with replacing(path) as file:
        for block in blocks(animation):
            file.write(block)


def _check(animation: Animation) -> None:
    ms, (width, height) = animation.step_ms, animation.size
    if ms % TICK_MS or ms < SHORTEST_MS:
        low = max(ms // TICK_MS * TICK_MS, SHORTEST_MS)
        raise ConvanimError(
            f"step_ms={ms}: a GIF counts in steps of {TICK_MS} ms, and browsers slow down anything under {SHORTEST_MS} ms; "
            f"take step_ms={low}" + (f" or {low + TICK_MS}" if low < ms else "") + ", or write .svg"
        )
    if ms // TICK_MS > LARGEST_SIDE:
        raise ConvanimError(f"step_ms={ms}: a GIF's frame lasts at most {LARGEST_SIDE * TICK_MS} ms")
    if max(width, height) > LARGEST_SIDE:
        raise ConvanimError(f"the picture would be {width}x{height} pixels, and a GIF's side has at most {LARGEST_SIDE}: take a smaller dpi")



"""SVG files, PNG files, and sequences of either: one picture per step."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from ..progress import Progress

if TYPE_CHECKING:
    from ..clip import Clip
    from ..render.agg import Canvas


def animated_svg(clip: Clip, progress: Progress | None = None) -> str:
    """The whole clip as the text of one SVG."""
    from ..render import svg

    timing = svg.Timing(clip.scene.steps, clip.step_ms, clip.hold_ms, clip.loop)
    return svg.animated(clip.scene, clip.theme, clip.size, timing, progress)


def write_animated_svg(clip: Clip, file: BinaryIO, progress: Progress | None) -> None:
    """Write the whole clip as one SVG."""
    file.write(animated_svg(clip, progress).encode())


def svgs(clip: Clip, steps: Iterator[int]) -> Iterator[bytes]:
    """The given steps as an SVG each."""
    from ..render import svg

    for step in steps:
        yield svg.still(clip.scene, clip.theme, clip.size, step).encode()


def pngs(clip: Clip, steps: Iterator[int]) -> Iterator[bytes]:
    """The given steps as a PNG each."""
    canvas = clip.canvas()
    for step in steps:
        yield _png(clip, canvas, step)


def png(clip: Clip, step: int) -> bytes:
    """One step as a PNG."""
    return _png(clip, clip.canvas(), step)


def _png(clip: Clip, canvas: Canvas, step: int) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(canvas.picture(step)).save(file, "PNG", dpi=(clip.dpi, clip.dpi))
    return file.getvalue()

"""SVG files, PNG files, and sequences of either: one picture a step."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .files import replacing

if TYPE_CHECKING:
    from ..clip import Clip
    from ..render.agg import Canvas


def animated_svg(clip: Clip) -> str:
    """The whole clip as the text of one SVG."""
    from ..render import svg

    timing = svg.Timing(clip.scene.steps, clip.step_ms, clip.hold_ms, clip.loop)
    return svg.animated(clip.scene, clip.theme, clip.size, timing)


def write_animated_svg(clip: Clip, path: Path) -> None:
    """Write the whole clip as one SVG."""
    text = animated_svg(clip)
    with replacing(path) as file:
        file.write(text.encode())


def write_svgs(clip: Clip, pictures: Iterator[tuple[int, Path]]) -> None:
    """Write the given steps as an SVG each."""
    from ..render import svg

    for step, path in pictures:
        with replacing(path) as file:
            file.write(svg.still(clip.scene, clip.theme, clip.size, step).encode())


def write_pngs(clip: Clip, pictures: Iterator[tuple[int, Path]]) -> None:
    """Write the given steps as a PNG each."""
    canvas = clip.canvas()
    for step, path in pictures:
        with replacing(path) as file:
            _png(clip, canvas, step, file)


def png(clip: Clip, step: int) -> bytes:
    """One step as a PNG."""
    file = io.BytesIO()
    _png(clip, clip.canvas(), step, file)
    return file.getvalue()


def _png(clip: Clip, canvas: Canvas, step: int, file: BinaryIO) -> None:
    from PIL import Image

    Image.fromarray(canvas.picture(step)).save(file, "PNG", dpi=(clip.dpi, clip.dpi))

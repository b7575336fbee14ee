"""SVG files, PNG files, and sequences of either: one picture a step."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .files import replacing

if TYPE_CHECKING:
    from ..animation import Animation
    from ..render.agg import Canvas


def animated_svg(animation: Animation) -> str:
    """The whole animation as the text of one SVG."""
    from ..render import svg

    timing = svg.Timing(animation.scene.steps, animation.step_ms, animation.hold_ms, animation.loop)
    return svg.animated(animation.scene, animation.theme, animation.size, timing)


def write_animated_svg(animation: Animation, path: Path) -> None:
    """Write the whole animation as one SVG."""
    text = animated_svg(animation)
    with replacing(path) as file:
        file.write(text.encode())


def write_svgs(animation: Animation, pictures: Iterator[tuple[int, Path]]) -> None:
    """Write the given steps as an SVG each."""
    for step, path in pictures:
        with replacing(path) as file:
            file.write(animation.svg(step).encode())


def write_pngs(animation: Animation, pictures: Iterator[tuple[int, Path]]) -> None:
    """Write the given steps as a PNG each."""
    canvas = animation.canvas()
    for step, path in pictures:
        with replacing(path) as file:
            _png(animation, canvas, step, file)


def png(animation: Animation, step: int) -> bytes:
    """One step as a PNG."""
    file = io.BytesIO()
    _png(animation, animation.canvas(), step, file)
    return file.getvalue()


def _png(animation: Animation, canvas: Canvas, step: int, file: BinaryIO) -> None:
    from PIL import Image

    Image.fromarray(canvas.picture(step)).save(file, "PNG", dpi=(animation.dpi, animation.dpi))

"""A scene with a theme, a time and a resolution: what users get, and what writers take."""

from __future__ import annotations

import operator
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from . import write
from .errors import ConvanimError, shown
from .scene import Scene
from .theme import Theme, pixel_size

if TYPE_CHECKING:
    import numpy as np

    from .render.agg import Canvas


@dataclass(frozen=True)
class Animation:
    """A figure that can be saved: one frame a step, `step_ms` milliseconds each, at `dpi` pixels an inch.

    At 150 dpi, the guide's, a cell is 29.5 pixels wide.
    """

    scene: Scene
    theme: Theme
    step_ms: int
    dpi: float

    @cached_property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return pixel_size(self.scene.box.width, self.scene.box.height, self.dpi)

    def __len__(self) -> int:
        """The number of steps, which is that of the output's cells."""
        return self.scene.steps

    def save(self, path: str | os.PathLike[str], *, step: int | None = None) -> list[Path]:
        """Write the animation in the format of the path's suffix, or one `step` of it; returns the paths written.

        "x.gif" and "x.svg" move; "frames/{step:03d}.png" or ".svg" is a file for each step. The file appears when it is
        complete, and an existing one stays as it was if anything fails. Raises ConvanimError for an unknown suffix, a place
        that can't be written, and figures of more than 100,000 steps or 2 GB.
        """
        return write.save(self, path, step)

    def frame(self, step: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The picture of one step, counted from 0: uint8 (height, width, 3), RGB, or RGBA (height, width, 4) on a transparent background."""
        self.check_step(step)
        write.check_cost(self, write.FORMATS[".png"].bytes_a_pixel)
        with self._lock:
            return self._canvas.picture(step)

    def svg(self, step: int) -> str:
        """The picture of one step, counted from 0, as the text of an SVG document."""
        from .render import svg

        self.check_step(step)
        return svg.still(self.scene, self.theme, self.size, step)

    def check_step(self, step: int) -> None:
        """Raise ConvanimError for what isn't one of the steps."""
        try:
            inside = not isinstance(step, bool) and 0 <= operator.index(step) < self.scene.steps
        except TypeError:
            inside = False
        if not inside:
            raise ConvanimError(f"step={shown(step)}: this figure has the steps 0 to {self.scene.steps - 1}")

    def canvas(self) -> Canvas:
        """A fresh canvas that draws this animation's steps."""
        from .render.agg import Canvas

        return Canvas(self.scene, self.theme, self.size)

    @cached_property
    def _canvas(self) -> Canvas:
        return self.canvas()

    @cached_property
    def _lock(self) -> Lock:  # one buffer serves all frames
        return Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("scene", "theme", "step_ms", "dpi")}

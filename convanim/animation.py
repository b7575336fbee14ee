"""A scene with a theme, a time and a resolution: what users get, and what writers take."""

from __future__ import annotations

import operator
import os
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from . import write
from .errors import ConvanimError, shown
from .scene import Scene
from .theme import Theme, dpi_of, pixel_size

if TYPE_CHECKING:
    import numpy as np

    from .labels.labelling import Labelling
    from .render.agg import Canvas


@dataclass(frozen=True)
class Animation:
    """A figure that can be saved: one frame a step, `step_ms` milliseconds each, at `dpi` pixels an inch.

    At 150 dpi, the guide's, a cell is 29.5 pixels wide. The last step is held for `hold_ms` more, and all is played `loop` times,
    0 for ever. `fps` are the frames a second of a video, if it isn't to be chosen by the times of the steps. `labelling` is the
    figure without its labels, for other arrangements of it.
    """

    scene: Scene
    theme: Theme
    step_ms: int
    dpi: float
    hold_ms: int
    loop: int
    fps: int | None
    labelling: Labelling = field(repr=False)

    @cached_property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return pixel_size(self.scene.box.width, self.scene.box.height, self.dpi)

    def __len__(self) -> int:
        """The number of steps, which is that of the output's cells."""
        return self.scene.steps

    @property
    def poster(self) -> int:
        """The step that explains most where only one is seen, counted from 0."""
        return self.scene.poster

    def duration(self, step: int) -> int:
        """For how many milliseconds a step is seen: the last one is held longer."""
        return self.step_ms + (self.hold_ms if step == self.scene.steps - 1 else 0)

    @property
    def formula(self) -> tuple[str, ...]:
        """The formula of the output's size in letters and with its numbers, "o = floor((i + 2p − k)/s) + 1 = ... = 3", a line for each that differs."""
        return self.labelling.formula()

    def equation(self, step: int) -> str:
        """How the value of a step comes about, in numbers or in symbols: "3·0 + 2·1 + 1·2 = 4"; "" where a figure has none."""
        self.check_step(step)
        return self.labelling.equation(step)

    @property
    def alt(self) -> str:
        """What the figure shows, for those who don't see it: its title, what moves over what, the sizes, and what comes of it."""
        from .alt import text

        return text(self.scene, self.labelling.op, self.labelling.texts)

    def storyboard(self, steps: int | Iterable[int] = 6, *, columns: int | None = None, width: int | None = None) -> Animation:
        """A still figure of several steps in a grid, row by row, for print: so many from the first to the last, or those that are listed.

        `columns` are the pictures in a row; if left out, as many as make the page about one and a half times as wide as high. `width`
        is that of the whole in pixels, for which all of it is scaled; if left out, pictures keep their size. It is
        saved like any other: `a.storyboard(6).save("steps.pdf")`. Raises ConvanimError for steps that there aren't.

        >>> len(animate(Conv(5, 3)).storyboard(4))
        1
        """
        from .storyboard import board

        labelling = board(self, steps, columns)
        scene = labelling.at(self.dpi)
        dpi = self.dpi if width is None else dpi_of(width, scene.box.width)
        return replace(self, scene=scene, dpi=dpi, hold_ms=0, labelling=labelling)

    def save(self, path: str | os.PathLike[str], *, step: int | str | None = None) -> list[Path]:
        """Write the animation in the format of the path's suffix, or one `step` of it; returns the paths written.

        "x.gif" and "x.svg" move; "frames/{step:03d}.png" or ".svg" is a file for each step; `step="poster"`, and a PNG without
        a step, is the one that explains most. The file appears when it is complete, and an existing one stays as it was if
        anything fails. Raises ConvanimError for an unknown suffix, a place that can't be written, and figures of more than
        100,000 steps or 2 GB.
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

    def html(self) -> str:
        """The player as a part of a page of your own, which may have several; `save("x.html")` writes a page with it alone."""
        from .write.html import fragment

        return fragment(self)

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

    def embed(self, place: str, src: str | None = None) -> str:
        """The snippet that shows the figure in a place, a row of EMBEDS: "markdown", "html", "rst", "latex", "typst", ...

        It names the file that `save` writes in the place's own format, "figure.svg" and the like, or `src`, a file or an address,
        and has the figure's size, and its title or what `alt` says. Raises ConvanimError for a place that there isn't.
        """
        from .embed import snippet

        return snippet(self, place, src)

    def __repr__(self) -> str:
        """One line: the steps, the size, the title."""
        from .mime import line

        return line(self)

    def _repr_mimebundle_(self, include: Container[str] | None = None, exclude: Container[str] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a notebook shows: the figure moving, or the picture that explains most where a page doesn't take SVG."""
        from .mime import bundle

        return bundle(self, include, exclude)

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

"""The façade that users get: a clip with the ways out of the package, each imported when it is used."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from . import write
from .clip import Clip
from .progress import Progress, shown

if TYPE_CHECKING:
    import numpy as np

    from .publish.snippets import Saved
    from .render.agg import Canvas


@dataclass(frozen=True)
class Animation(Clip):
    """A figure that can be saved, shown and embedded: a Clip, and the ways out of the package.

    `saved` are the files that it and its storyboards were saved to; `whole` is the figure whose steps a storyboard
    shows.
    """

    whole: Animation | None = field(default=None, repr=False, compare=False)
    saved: list[Saved] = field(default_factory=list, repr=False, compare=False)

    def storyboard(
        self,
        steps: int | Iterable[int] = 6,
        *,
        columns: int | None = None,
        width: int | None = None,
        width_pt: float | None = None,
    ) -> Animation:
        """A still figure of several steps in a grid, row by row, for print: so many from the first to the last, or
        those that are listed. One is the poster, two are a corner with its padding and the poster.

        `columns` are the pictures in a row; if left out, as many as make the page about one and a half times as wide as
        high. `width` is that of the whole in pixels, `width_pt` the one in points at which it will be shown: letters
        can be read there. If both are left out, pictures keep their size. Labels stand once on the page, but for each
        step's number and sum. It is saved like any other: `a.storyboard(6).save("steps.pdf")`. Raises ConvanimError for
        steps that there aren't, and for a page that is too small for its labels.

        >>> len(animate(Conv(5, 3)).storyboard(4))
        1
        """
        from .storyboard import board, page_of

        labelling, scene, dpi = board(self, steps, columns, page_of(self, width, width_pt))
        return replace(self, scene=scene, dpi=dpi, hold_ms=0, labelling=labelling, thinned=(), whole=self)

    def save(
        self, path: str | os.PathLike[str], *, step: int | str | None = None, progress: bool | Progress | None = None
    ) -> list[Path]:
        """Write the animation in the format of the path's suffix, or one `step` of it; returns the paths written.

        "x.gif" and "x.svg" move; "frames/{step:03d}.png" or ".svg" is a file for each step; `step="poster"`, and a PNG
        without a step, is the one that explains most. The file appears when it is complete, and an existing one stays
        as it was if anything fails.

        Work of more than a second shows a bar in notebooks, and with `progress=True` everywhere. A function instead is
        told after each step how many are done, and of how many: `progress=print`. A picture of more than 4,000 pixels a
        side warns, a ConvanimWarning, before it is drawn, and names a smaller `width`. Raises ConvanimError for an
        unknown suffix, a place that can't be written, and figures of more than 100,000 steps or 2 GB.
        """
        from .publish.snippets import Saved

        with shown(progress, "save") as told:
            paths = write.save(self, path, step, told)
        self.saved.append(Saved(self, os.fspath(path), tuple(paths), step))
        return paths

    def frame(self, step: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The picture of one step, counted from 0: uint8 (height, width, 3), RGB, or RGBA (height, width, 4) on a
        transparent background.
        """
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
        """The player as a part of a page of your own, which may have several; `save("x.html")` writes a page with it
        alone.
        """
        from .write.html import fragment

        return fragment(self.played)

    @cached_property
    def _canvas(self) -> Canvas:
        return self.canvas()

    @cached_property
    def _lock(self) -> Lock:  # one buffer serves all frames
        return Lock()

    def embed(self, place: str, src: str | None = None) -> str:
        """The snippet that shows the figure in a place, a row of EMBEDS: "markdown", "html", "rst", "latex", "typst",
        ...

        It names `src`, a file or an address, or the file that the figure or its storyboard was saved to last, in the
        format that the place shows best. Before any is saved, the name is one that no other figure has. It has the
        figure's size, and its title or what `alt` says. Raises ConvanimError for a place that there isn't.
        """
        from .publish.snippets import snippet

        own = [one for one in self.saved if self in (one.clip, getattr(one.clip, "whole", None))]
        return snippet(self, place, src, own)

    def __repr__(self) -> str:
        """One line: the steps, the size, the title."""
        from .publish.notebook_repr import line

        return line(self)

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a notebook shows: the figure moving, or the picture that explains most where a page doesn't take SVG."""
        from .publish.notebook_repr import bundle

        return bundle(self, include, exclude)

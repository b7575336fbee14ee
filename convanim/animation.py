"""The façade for users: a clip with methods that write it. Their modules are imported when they are used."""

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
    """A figure that can be saved, shown and embedded: a Clip with methods that write it.

    `saved` lists the files written for it and for its storyboards. `whole` is the figure whose steps a storyboard
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
        """A still figure of several steps in a grid, row by row, for print: a number of evenly spread steps, or a list
        of steps. One step is the poster; two are a corner with its padding and the poster.

        `columns` is the number of pictures in a row; by default the page is about one and a half times as wide as high.
        `width` is the width of the whole page in pixels. `width_pt` is the width in points at which the page is shown;
        letters stay readable there. Without either, pictures keep their size. Labels appear once on the page, except
        each step's number and sum. Save it like any other figure: `a.storyboard(6).save("steps.pdf")`. Raises
        ConvanimError for steps out of range, and for a page that is too small for its labels.

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

        "x.gif" and "x.svg" are animations; "frames/{step:03d}.png" or ".svg" writes one file per step; `step="poster"`
        and a PNG without a step show the step that explains most. A file appears when it is complete; if writing fails,
        an existing file is unchanged.

        Work of more than a second shows a progress bar in notebooks, and everywhere if `progress=True`. A function is
        called after each step with the number of finished steps and of all steps: `progress=print`. Before a picture
        with a side of more than 4,000 pixels is drawn, a ConvanimWarning suggests a smaller `width`. Raises
        ConvanimError for an unknown suffix, a path that can't be written, and figures of more than 100,000 steps or 2
        GB.
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
        """The player as HTML for a page of your own, which may have several players. `save("x.html")` writes a complete
        page.
        """
        from .write.html import fragment

        return fragment(self.played)

    @cached_property
    def _canvas(self) -> Canvas:
        return self.canvas()

    @cached_property
    def _lock(self) -> Lock:  # all frames share one buffer
        return Lock()

    def embed(self, place: str, src: str | None = None) -> str:
        """The snippet that embeds the figure in a target, a row of EMBEDS: "markdown", "html", "rst", "latex", "typst",
        ...

        It refers to `src`, a file or an address. By default this is the last saved file of the figure or of its
        storyboard, in the best format for the target; if nothing was saved, a unique file name. The snippet contains
        the figure's size, and `alt` or the title. Raises ConvanimError for an unknown target.
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
        """The display in notebooks: the animated SVG, and a picture of the poster for pages without SVG."""
        from .publish.notebook_repr import bundle

        return bundle(self, include, exclude)

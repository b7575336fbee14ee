"""Labels of a figure: marks around its scene, or texts for other formats. The modules that draw them are imported when
they are needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..errors import ConvanimError
from ..text.lang import language
from ..themes.theme import BORDER
from . import LAYOUTS
from .kept import Kept
from .page import Page, fitted

if TYPE_CHECKING:
    from ..geometry import Operation
    from ..scene import Scene
    from ..text.cell_texts import Texts
    from .layout import LabelContext


LEAST_ROOM = 24  # ems that a text has at least before it is broken into lines, if the page has so many
NARROWEST = 10  # ems that a text has on any page


@dataclass(frozen=True)
class Labelling:
    """A figure without its labels: the scene, its operation and texts, the names of its labels, and its page. `kept` is
    what labels of all sizes have in common.
    """

    scene: Scene
    op: Operation
    texts: Texts | None
    names: tuple[str, ...]
    page: Page
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    def at(self, letters: float) -> Scene:
        """The scene with its labels around it, in letters of this size, in cells."""
        if self.bare:
            return self.scene
        from .placing import labelled

        return labelled(self.context(letters), self.names, self.page.layout)

    @property
    def bare(self) -> bool:
        """Whether nothing stands around the figure, and its page is its box."""
        return not self.names and not LAYOUTS[self.page.layout].width

    def context(self, letters: float) -> LabelContext:
        """What labels of letters of this size, in cells, are made from."""
        from .layout import LabelContext

        room = max(NARROWEST, min(LEAST_ROOM, self.page.ems - 2 * BORDER / letters)) * letters
        lang = language(self.scene.lang)
        return LabelContext(self.op, self.scene, self.texts, lang, letters, room, self.page.spare, kept=self.kept)

    def fitted(self) -> tuple[Scene, float]:
        """The scene with its labels in letters that can be read on its page, and its resolution."""
        if self.bare:
            return self.scene, self.page.resolution(self.scene.box.width)
        _, scene = fitted(lambda page, em: replace(self, page=page).at(em), self.page, self.scene.box.width)
        return scene, self.page.resolution(scene.box.width)

    def formula(self) -> tuple[str, ...]:
        """The formula of the output's size in letters and with its numbers, a line for each that differs."""
        from .formula import formula_lines

        lang, ops = language(self.scene.lang), self.scene.ops or (self.op,)
        starts = [lang.say("label.nth", n=n) for n in range(1, len(ops) + 1)] if len(ops) > 1 else [""]
        return tuple(
            line for start, op in zip(starts, ops, strict=True) for line in formula_lines(op.whole, lang, start)
        )

    def equation(self, step: int) -> str:
        """The equation of the value of a step of `scene` in one line; "" for a figure without equations."""
        from ..text.cell_texts import check_symbols
        from .equation import OutputCells, whole

        equation = self.scene.equation
        if equation is None and self.texts is None:
            try:
                check_symbols(self.op)
            except ConvanimError:  # of several channels, or of nothing
                return ""
        return whole((equation or OutputCells(self.op, self.texts))(step), language(self.scene.lang))

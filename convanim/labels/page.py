"""How large a figure is, and how large the letters of its labels are for it: in pixels, or in points where it is shown.

The size of letters is a number of pixels, or a share of the figure's width; and a figure grows with its letters. So
`fitted` looks for the size of letters at which both are right.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..errors import ConvanimError
from ..scene import Scene
from ..themes.theme import CELL_BP, GUIDE_DPI, dpi_of
from . import LAYOUTS, USUAL

LETTER_PX = 13  # pixels of an em at the guide's resolution
LEAST_PX = 10.1  # of an em at any resolution, so that even the digits of a subscript have 7
LETTER_PT = 8  # points of an em at `width_pt`: TeX's \footnotesize, the size of captions
LEAST_PT = 6  # of an em where there is no room for more
POINTS = 72.27  # of TeX in an inch
# the width at which values have to be read: in pixels, as READMEs have, where they have 5.5 pixels then; in points of
# paper, so that they have 5 points at any `width_pt`; and how much larger slides are than that, looked at from afar
SMALL_PX, SMALL_PT, ON_SCREEN = 300, 275, 2.0
# of the search for the size of letters: how often they are doubled at most, and how near to the best size they come
DOUBLINGS, NEAR, ROUNDED = 6, 1.002, 1 + 1e-9
NEAR_WIDTH, LARGEST = 1.1, 65_535  # of the search for a width with room: how near to the best it comes, and its end
LETTER = LETTER_PX / (CELL_BP * GUIDE_DPI / 72)  # an em in cells: .44

Draw = Callable[["Page", float], Scene]  # a figure on a page, with letters of a size in cells


@dataclass(frozen=True)
class Page:
    """How large a figure is: its resolution, or its `width` in pixels, or `width_pt`, at which it will be shown.

    With `width_pt`, in points of TeX, letters have LETTER_PT points there; a resolution or a width in pixels may be
    given too. All letters are `label_size` times as large. `layout` is a row of LAYOUTS, which may have a width, and
    `share_of_layout` the one that is taken of its shares.
    """

    dpi: float | None = None
    width: int | None = None
    width_pt: float | None = None
    label_size: float = 1.0
    layout: str = USUAL
    share_of_layout: int = 0

    @property
    def share(self) -> float:
        """The least size of letters as a share of the figure's width; 0 where it depends on the resolution alone."""
        if self.width_pt is not None:
            return self.label_size * LETTER_PT / self.width_pt
        least = LEAST_PX / self.pixels if self.pixels else 0.0
        return self.label_size * max(LAYOUTS[self.layout].shares[self.share_of_layout], least)

    @property
    def least(self) -> float:
        """The least size of letters in cells: .44 at 150 dpi and more, larger where 10 pixels are larger."""
        if self.width_pt is not None:
            return 0.0
        dpi = GUIDE_DPI if self.dpi is None else self.dpi
        if LAYOUTS[self.layout].width:
            return 0.0 if self.dpi is None else self.label_size * LEAST_PX / (CELL_BP * dpi / 72)
        return self.label_size * max(LETTER, LEAST_PX / (CELL_BP * dpi / 72))

    @property
    def spare(self) -> float:
        """The letters' size over the least size allowed."""
        shares = LAYOUTS[self.layout].shares
        wanted, least = (
            (LETTER_PT, LEAST_PT) if self.width_pt is not None else (shares[self.share_of_layout], shares[-1])
        )
        return max(self.label_size, 1) * (wanted / least if least else 1)

    @property
    def ems(self) -> float:
        """How many ems there are from the left of the figure to its right, if their size is a share of its width."""
        return 1 / self.share if self.share else math.inf

    @property
    def pixels(self) -> int | None:
        """The width in pixels that is asked for, or that the layout has where no size is asked for."""
        sized = self.width is not None or self.dpi is not None or self.width_pt is not None
        return self.width if sized else LAYOUTS[self.layout].width

    @property
    def enlarged(self) -> float:
        """The figure's width over that of a small picture, SMALL_PX or SMALL_PT; 1 if no width is specified."""
        if LAYOUTS[self.layout].width:  # a page that fills a screen, however many pixels it has
            return ON_SCREEN
        if self.width_pt:
            return self.width_pt / SMALL_PT
        return max((self.width or 0) / SMALL_PX, 1.0)

    def resolution(self, cells: float) -> float:
        """The resolution of a figure that is so many cells wide."""
        if self.pixels is not None:
            return dpi_of(self.pixels, cells)
        if self.dpi is None and self.width_pt is not None:  # no wider than that, after pixels are rounded
            return dpi_of(max(math.floor(self.width_pt * GUIDE_DPI / POINTS), 1), cells)
        return float(GUIDE_DPI) if self.dpi is None else self.dpi


def fitted(draw: Draw, page: Page, plain: float, fewer: str = "fewer labels") -> tuple[float, Scene]:
    """The size of letters in cells, and the scene that `draw` makes with them; without labels it is `plain` cells wide.

    `fewer` says in the error what to take less of. Raises ConvanimError for a page that is too small for its labels.
    """
    found = _readable(draw, page, plain)
    if found is None:
        raise _too_small(page, lambda other: _fits(draw, other, plain), fewer)
    return found


def _too_small(page: Page, fits: Callable[[Page], bool], fewer: str) -> ConvanimError:
    """How to mend a page that is too small for its labels: a larger width, or smaller letters, that were tried.

    The message starts with the options that were set, as each of them may be the one to change.
    """
    name, unit = ("width", "pixels") if page.width_pt is None else ("width_pt", "points")
    value = getattr(page, name)
    given = [] if value is None else [f"{name}={value:g}"]
    given += [f"label_size={page.label_size:g}"] if page.label_size != 1 else []
    given += [f"layout={page.layout!r}"] if page.layout != USUAL else []
    needed = None if value is None else _wide_enough(page, name, fits)
    if needed is not None:
        return ConvanimError(
            f"{', '.join(given)}: labels whose letters can be read need {needed} {unit}: take a larger {name}, a"
            f' smaller label_size, {fewer}, or labels="none"'
        )
    sizes = (round(page.label_size * share / 10, 2) for share in range(9, 2, -1))
    smaller = next((size for size in sizes if fits(replace(page, label_size=size))), None)
    instead = "" if smaller is None else f"label_size={smaller:g}, "
    return ConvanimError(
        f'{", ".join(given)}: labels whose letters can be read have no room: take {instead}{fewer}, or labels="none"'
    )


def _wide_enough(page: Page, name: str, fits: Callable[[Page], bool]) -> int | None:
    """A width in whole pixels or points at which a page that is too small fits, at most NEAR_WIDTH times the least."""
    low, high = getattr(page, name), LARGEST

    def at(width: int) -> Page:
        return replace(page, width=width) if name == "width" else replace(page, width_pt=width)

    if not fits(at(high)):
        return None
    while high > low * NEAR_WIDTH:
        middle = math.ceil(math.sqrt(low * high))
        low, high = (low, middle) if fits(at(middle)) else (middle, high)
    return high


def _readable(draw: Draw, page: Page, plain: float) -> tuple[float, Scene] | None:
    """The size of letters and the scene, in the first of the layout's sizes of letters that fits."""
    pages = (replace(page, share_of_layout=n) for n in range(len(LAYOUTS[page.layout].shares)))
    return next((found for one in pages if (found := fitting(draw, one, plain))), None)


def _fits(draw: Draw, page: Page, plain: float) -> bool:
    """Whether letters that can be read fit on a page: the smallest that its layout has."""
    smallest = replace(page, share_of_layout=len(LAYOUTS[page.layout].shares) - 1)
    return _Search(draw, smallest, plain).enough() is not None


def fitting(draw: Draw, page: Page, plain: float) -> tuple[float, Scene] | None:
    """The size of letters and the scene, if there is a size that fits: if letters grew, the figure would grow less."""
    search = _Search(draw, page, plain)
    high = search.enough()
    return None if high is None else search.least(high)


class _Search:
    """Looks for the least size of letters that is at least the page's share of the figure's width, with few layouts.

    A figure grows with its letters. So its width lies between those with smaller and with larger letters, and if these
    are near to each other, whether letters fit is known without a layout.
    """

    def __init__(self, draw: Draw, page: Page, plain: float) -> None:
        self._draw, self._page = draw, page
        self._low = max(page.least, page.share * plain)
        self._under, self._over = 0.0, math.inf  # the sizes that a narrower and a wider figure ask for
        self._found: tuple[float, Scene] | None = None

    def _fits(self, letters: float) -> bool:
        """Lay the page out with letters of a size; whether they are large enough for it."""
        scene = self._draw(self._page, letters)
        wanted = self._page.share * scene.box.width
        if wanted <= letters * ROUNDED:
            self._over, self._found = wanted, (letters, scene)
            return True
        self._under = wanted
        return False

    def enough(self) -> float | None:
        """A size that fits: the least of all, or at most twice the least that does."""
        letters = self._low
        for _ in range(DOUBLINGS):
            if self._fits(letters):
                return letters
            self._low, letters = letters, 2 * letters
        return None

    def least(self, high: float) -> tuple[float, Scene]:
        """The least size that fits, to a factor of NEAR, and the scene."""
        letters = self._between(self._low, high)
        if not (self._found and self._found[0] == letters) and not self._fits(letters):
            letters = self._between(self._low, high, sure=True)  # its lines break elsewhere, and it is wider for that
            self._fits(letters)
        assert self._found
        return self._found

    def _between(self, low: float, high: float, *, sure: bool = False) -> float:
        """The least size that fits, if `low` doesn't and `high` does; to be `sure`, each is tried."""
        while high > low * NEAR:
            middle = math.sqrt(low * high)
            if sure or self._under <= middle * ROUNDED < self._over:
                fits = self._fits(middle)
            else:
                fits = self._over <= middle * ROUNDED
            low, high = (low, middle) if fits else (middle, high)
        return high

"""Several steps of a figure beside and below each other, as one still figure for print."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product
from typing import TYPE_CHECKING

from .errors import ConvanimError, short_repr
from .geometry.parameters import integer
from .labels import LABELS, LAYOUTS
from .labels.labelling import Labelling
from .labels.layout import FACE, LabelContext
from .labels.page import Page, fitted, fitting
from .labels.placing import around, measures
from .options import checked
from .scene import Box, Equation, Group, Layer, Marks, Scene, Text, moved
from .scene.plane import Point
from .text.lang import language
from .themes.theme import BORDER
from .views.text_size import LARGE, READABLE, is_value, legible, letters, texts_of

if TYPE_CHECKING:
    from .clip import Clip

MOST_PICTURES = 10_000  # that a list may contain
CAPTION = 2.0  # the height of a caption, in ems
# the largest height of a page: the points of a printed page, or in widths where there are no points
PAPER_PT, HIGHEST = 650, 1.5
PICTURE = 8  # ems across that a picture has at least, and the lines of its sum: 64 of the 240 points of a column
# labels of every picture, and of the first picture alone; the others stand once, around all of them
EACH, FIRST = ("step", "sum"), "sizes"


def board(clip: Clip, steps: object, columns: object, page: Page) -> tuple[Labelling, Scene, float]:
    """Build a storyboard: the figure without labels, the scene with labels, and the resolution. It has a picture for
    each step, row by row, with the step's number below it. Labels that all steps share appear once.

    Pictures share their borders. The arrangement with the largest values is chosen. Values that are still unreadable
    are omitted.
    """
    labelling = replace(clip.labelling, page=page)
    chosen = [labelling.scene.step_of(clip.scene.number(step)) for step in _chosen(steps, clip.scene)]
    best = _best(labelling, chosen, _counts(columns, len(chosen), page))
    if best.digits < 1:
        shown = legible(labelling.scene, best.scene.box.width / page.enlarged)
        best = _tried(replace(best.labelling, scene=shown), chosen, best.in_row, best.beside) or best
    return best.made, best.scene, page.resolution(best.scene.box.width)


@dataclass(frozen=True)
class Arrangement:
    """A page with `in_row` pictures in a row, and the sizes `beside` the first picture or in words. `made` is the page
    without its labels, `scene` with them.

    `digits` is the size of the smallest values over the smallest readable size, at most 1. `high`: the page is higher
    than paper. `shape` is the distance from the layout's shape.
    """

    labelling: Labelling
    in_row: int
    beside: bool
    made: Labelling
    scene: Scene
    digits: float
    high: bool
    shape: float


def _best(labelling: Labelling, chosen: list[int], counts: list[int]) -> Arrangement:
    """The best arrangement. If values are too small to read, try sizes in words and smaller letters."""
    page, found = labelling.page, []
    shares = range(len(LAYOUTS[page.layout].shares) if page.width_pt is None else 1)
    places = (True, False) if FIRST in labelling.names and page.share else (True,)
    for share, beside in product(shares, places):
        own = replace(labelling, page=replace(page, share_of_layout=share))
        found += [one for in_row in counts if (one := _tried(own, chosen, in_row, beside))]
        if any(one.digits == 1 and not one.high for one in found):
            break
    if not found:  # the error states a sufficient width
        draw = partial(_drawn, labelling, chosen, counts[-1], False)
        fitted(draw, page, labelling.scene.box.width, fewer="fewer steps, fewer labels")
    return min(found, key=lambda one: (one.high, -round(one.digits, 2), one.shape))


def _tried(labelling: Labelling, chosen: list[int], in_row: int, beside: bool) -> Arrangement | None:
    """The arrangement, or None if readable letters don't fit."""
    page, picture = labelling.page, labelling.scene
    found = fitting(partial(_drawn, labelling, chosen, in_row, beside), page, picture.box.width)
    if found is None:
        return None
    em, scene = found
    made = _board(labelling, chosen, in_row, beside, em)
    least = READABLE * scene.box.width / page.enlarged if page.share else 0.0
    box = made.scene.box
    return Arrangement(
        labelling,
        in_row,
        beside,
        made,
        scene,
        min(1.0, _smallest(picture, chosen) / least) if least else 1.0,
        scene.box.height > scene.box.width * (PAPER_PT / page.width_pt if page.width_pt else HIGHEST),
        abs(math.log(box.width / box.height / LAYOUTS[page.layout].shape)) + (-len(chosen) % in_row) / in_row,
    )


def _smallest(scene: Scene, steps: list[int]) -> float:
    """The size of the smallest values in these steps, in cells; the usual size for a figure without values."""
    texts = (text for step in steps for text in texts_of(scene.seen(step)) if is_value(text))
    return min(map(letters, texts), default=LARGE[0])


def _counts(columns: object, count: int, page: Page) -> list[int]:
    """The candidate numbers of pictures in a row: the requested number, or all that leave room for each picture."""
    if columns is None:
        return list(range(1, max(int(min(page.ems / PICTURE, count)), 1) + 1))
    found = integer(columns)
    if found is None or found < 1:
        raise ConvanimError(
            f"columns={short_repr(columns)}: the number of pictures in a row is a whole number, 1 or more"
        )
    return [min(found, count)]


def _drawn(labelling: Labelling, steps: list[int], in_row: int, beside: bool, page: Page, em: float) -> Scene:
    """The page with all labels."""
    return _board(replace(labelling, page=page), steps, in_row, beside, em).at(em)


def page_of(clip: Clip, width: object, width_pt: object) -> Page:
    """The page of a storyboard with this width in pixels or points. Without a width, pictures keep their size."""
    page = clip.labelling.page
    if width_pt is not None:
        page = replace(page, width=None, width_pt=checked("width_pt", width_pt))
    if width is not None:
        return replace(page, dpi=None, width=checked("width", width))
    in_points = page.width_pt is not None and page.dpi is None and page.width is None
    return page if in_points or LAYOUTS[page.layout].width else replace(page, dpi=clip.dpi, width=None)


def _board(labelling: Labelling, steps: list[int], in_row: int, beside: bool, em: float) -> Labelling:
    """The pictures of these steps on one page, in letters of this size, and what is still to be said around them: sizes
    too, unless they are `beside` the first picture.
    """
    scene, lang = labelling.scene, language(labelling.scene.lang)
    numbers = [scene.number(step) + 1 for step in steps]
    captions = [lang.say("label.step", n=f"{number:,}", steps=f"{scene.whole:,}") for number in numbers]
    context = labelling.context(em)
    context = replace(context, room=max(PICTURE * em, scene.box.width - 2 * BORDER))
    total = LABELS["sum"].block(context) if "sum" in labelling.names else None
    sizes = _sizes(context, steps[0]) if beside and FIRST in labelling.names else ()
    texts = max(*map(context.length, captions), total.width if total else 0.0)
    grid = Grid(
        scene.box,
        around(scene.box, sizes) if sizes else scene.box,
        texts,
        (CAPTION + 0.4 * bool(total)) * em + (total.height if total else 0.0),
    )
    marks = sizes
    seen: dict[int, Marks] = labelling.kept.get("pictures", (scene,), dict)
    for n, (step, caption) in enumerate(zip(steps, captions, strict=True)):
        x, y = grid.at(*divmod(n, in_row))
        below = grid.below(n // in_row)
        if step not in seen:
            seen[step] = scene.seen(step)
        marks += (Group((x, y), seen[step]),)
        middle = x + scene.box.x + scene.box.width / 2
        if total and total.moving:  # both start at the same edge
            marks += moved(total.moving(step), x + grid.left + BORDER, below + CAPTION * em)
            middle = x + grid.left + BORDER + context.length(caption) / 2
        marks += (Text("label", (middle, below + 0.8 * em), caption, em, math.inf, face=FACE),)
    listed = ", ".join(map(str, numbers))
    made = replace(
        scene,
        box=grid.box(-(-len(steps) // in_row), in_row),
        layers=(Layer(marks),),
        steps=1,
        poster=0,
        corner=0,
        largest_label=0.0,  # sizes don't fit between the pictures
        equation=_nothing,
        description=f"{scene.description} {lang.say('description.storyboard', steps=listed, whole=scene.whole)}",
        numbers=(),
        total=0,
    )
    return replace(
        labelling, scene=made, names=tuple(n for n in labelling.names if n not in EACH and not (sizes and n == FIRST))
    )


def _sizes(context: LabelContext, step: int) -> Marks:
    """The sizes along the axes in a step."""
    measured = measures(context)
    if measured is None:
        return ()
    return (*measured.marks, *(mark for windows in measured.windows for mark in windows(step)))


@dataclass(frozen=True)
class Grid:
    """Where pictures stand on a page: each has the `box`, the first one the `outer` box, and all have lines of text
    below them, so wide and so high.

    Boxes have a border, which neighbours share. Lengths are in cells.
    """

    picture: Box
    outer: Box
    texts: float
    lines: float

    @property
    def _wide(self) -> float:
        """How far the texts extend beyond the picture on each side."""
        return max(self.texts + 2 * BORDER - self.picture.width, 0.0) / 2

    @property
    def left(self) -> float:
        """The left edge of a picture with its texts."""
        return self.picture.x - self._wide

    @property
    def across(self) -> float:
        """From a picture to the next one in its row."""
        return self.picture.width + 2 * self._wide - BORDER

    @property
    def down(self) -> float:
        """From a picture to the one below it."""
        return self.picture.height - BORDER + self.lines

    @property
    def _corner(self) -> Point:
        """The room that the first picture needs beyond the others: on its right, and below it."""
        right = self.picture.corners[1][0] + self._wide
        return max(self.outer.corners[1][0] - right, 0.0), self.outer.corners[1][1] - self.picture.corners[1][1]

    def at(self, row: int, column: int) -> Point:
        """How far a picture is moved."""
        right, below = self._corner
        return column * self.across + (right if column else 0.0), row * self.down + (below if row else 0.0)

    def below(self, row: int) -> float:
        """Where the lines below the pictures of a row begin."""
        return self.picture.corners[1][1] - BORDER + self._corner[1] + row * self.down

    def box(self, rows: int, columns: int) -> Box:
        """The page."""
        left, top = min(self.left, self.outer.x), self.outer.y
        right, below = self._corner
        width = self.left + columns * self.across + right + BORDER - left
        return Box(left, top, width, self.picture.y + rows * self.down + below + BORDER - top)


def _nothing(step: int) -> Equation:
    """A page of several steps has no equation."""
    return Equation((), "", "")


def _chosen(steps: object, scene: Scene) -> list[int]:
    """The requested steps: a list, or a number of steps spread evenly from the first to the last.

    One step is the poster; two are a corner with its padding and the poster.
    """
    if isinstance(steps, Iterable) and not isinstance(steps, str | bytes) and getattr(steps, "ndim", 1) != 0:
        listed = list(islice(steps, MOST_PICTURES + 1))
        found = [integer(n) for n in listed]
        if len(found) > MOST_PICTURES:
            raise ConvanimError(f"steps={short_repr(steps)}: a storyboard has at most {MOST_PICTURES:,} pictures")
        if not found or any(n is None or not 0 <= n < scene.steps for n in found):
            raise ConvanimError(
                f"steps={short_repr(listed)}: list steps of this figure, which are 0 to {scene.steps - 1}"
            )
        return [n for n in found if n is not None]
    count = integer(steps)
    if count is None or count < 1:
        raise ConvanimError(
            f"steps={short_repr(steps)}: a storyboard takes a number of steps, 1 or more, or a list of them such as [0,"
            " 4, 8]"
        )
    count = min(count, scene.steps)
    best = sorted({scene.poster, scene.corner} if count == 2 else {scene.poster})
    return best if len(best) == count else [round(n * (scene.steps - 1) / (count - 1)) for n in range(count)]

"""Labels: titles, formulas, sizes, sums and legends around the scene that a view has drawn.

A new label is a row of LABELS and a function, a new layout a row of LAYOUTS and a function. Imports: `geometry`,
`render`, `scene`, `text`, `themes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from ..errors import ConvanimError, expected_one_of, short_repr

if TYPE_CHECKING:
    from ..scene import Box
    from .layout import Arranged, Block, LabelContext


@dataclass(frozen=True, slots=True)
class Label:
    """A label's content in one line, its place, and its function from the context to a block of marks.

    The function is named as "module.function" of this folder, and imported when a figure has the label. Sizes stand
    "around" the planes and have no block.
    """

    about: str
    place: Literal["above", "around", "below"]
    function: str = ""

    def block(self, context: LabelContext) -> Block:
        """Draw the label for a figure."""
        made: Block = _function(self.function)(context)
        return made


def _function(name: str) -> Callable[..., Any]:
    """The function of a "module.function" of this folder, which is imported only when it is needed."""
    module, _, own = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f".{module}", __name__), own)
    return found


# in order from the top
LABELS = {
    "title": Label("the title", "above", "layout.title"),
    "parameters": Label("the parameters, k=3 s=2 p=1", "above", "formula.parameters"),
    "formula": Label("the formula of the output's size, with its numbers", "above", "formula.formula"),
    "sizes": Label("the sizes along the axes of input, kernel and output", "around"),
    "step": Label("which step it is, step 5 of 9", "below", "equation.step"),
    "sum": Label("how the step's value comes about", "below", "equation.total"),
    "legend": Label("what the colours that occur stand for", "below", "legend.legend"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where texts stand around a figure: in one line, and the function that places them, named as "module.function".

    A page of a layout may have a `width` of its own, in pixels, where no size is asked for. Its letters are then the
    first of `shares` of its width at which all has room. A storyboard's pictures together are about `shape` times as
    wide as high.
    """

    about: str
    function: str
    shape: float
    width: int | None = None
    shares: tuple[float, ...] = (0.0,)

    def place(self, context: LabelContext, names: tuple[str, ...], box: Box) -> Arranged:
        """The page, and the texts with their places, for a figure in its box."""
        made: Arranged = _function(self.function)(context, names, box)
        return made


SLIDE = 16 / 9  # the width of a slide over its height
LAYOUTS = {
    "portrait": Layout("texts above and below the figure", "placing.portrait", shape=1.5),
    # letters of 18 points, or 15 or 12, on a slide of 960, which is PowerPoint's
    "landscape": Layout(
        "a page of 16:9 for slides, with the texts beside the figure",
        "landscape.landscape",
        shape=1.0,
        width=1280,
        shares=(18 / 960, 15 / 960, 12 / 960),
    ),
}
USUAL = "portrait"

MOST_NAMES = 100  # in a list of labels, some of which may stand there again
OF_THEME = "theme"  # in place of names: the theme's own labels, without a title that is given


def labels_of(given: object, own: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """The labels meant by "all", "none", "theme", a list of names, or names with commas between.

    "theme" stands for `own`, the labels of a theme; it is refused without them. Raises ConvanimError for another name.

    >>> labels_of("step,title")
    ('title', 'step')
    """
    chosen = listed(given)
    groups = {"all": tuple(LABELS), "none": (), **({} if own is None else {OF_THEME: own})}
    if (word := label_group(chosen)) in groups:
        return groups[word]
    for name in chosen:
        if isinstance(name, str) and name.lower() in groups:
            raise ConvanimError(
                f"labels={short_repr(chosen)}: {name!r} stands alone; take it, or a list of {', '.join(LABELS)}"
            )
        if not isinstance(name, str) or name not in LABELS:
            raise expected_one_of("label", name, [*groups, *LABELS])
    return tuple(name for name in LABELS if name in chosen)


def label_group(given: object) -> str:
    """The word "all", "none" or "theme" where it is given alone, as a text or in a list; "" for anything else."""
    try:
        chosen = listed(given)
    except ConvanimError:
        return ""
    word = chosen[0].lower() if len(chosen) == 1 and isinstance(chosen[0], str) else ""
    return word if word in ("all", "none", OF_THEME) else ""


def listed(given: object) -> list[Any]:
    """The labels one by one, as specified. Raises ConvanimError for anything but text or a list."""
    if isinstance(given, str):
        return [word.strip() for word in given.split(",")]
    try:
        chosen = list(islice(given, MOST_NAMES + 1))  # type: ignore[call-overload]
    except TypeError:
        chosen = None
    if chosen is None or len(chosen) > MOST_NAMES:
        raise ConvanimError(f'labels={short_repr(given)}: give "all", "none", or a list of {", ".join(LABELS)}')
    return chosen


def titled(given: object) -> object:
    """The labels of a figure including its title. "theme" becomes None, which means the theme's labels.

    Any other value is returned unchanged.
    """
    try:
        return [*labels_of(given), "title"]
    except ConvanimError:
        return None if label_group(given) == OF_THEME else given

"""How a figure may look and be played: what is checked before anything is drawn, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from numbers import Integral, Real
from typing import Any

from .errors import ConvanimError, expected_one_of, short_repr
from .labels import labels_of
from .text.lang import language
from .themes.table import theme_of
from .themes.theme import COLOUR, Theme
from .views import VIEWS, View

STEP_MS, DPI = 1000, 150  # the guide's
LARGEST_DPI = 9600
NEVER_NONE = ("lang", "reveal", "symbols", "step_ms", "hold_ms", "loop", "theme")  # options in which None means nothing


def check_look(options: Mapping[str, Any]) -> Theme:
    """Raise ConvanimError for what isn't an option's value; those that are left out, or None where that has a meaning,
    are right.

    Returns the theme, which may be a file that is then read once.
    """
    given = {word: value for word, value in options.items() if value is not None or word in NEVER_NONE}
    if "view" in given:
        _row_of_views(given["view"])
    look = _look(given.get("theme", "classic"), given.get("background"))
    labels_of(given.get("labels", look.labels))
    language(given.get("lang", "en"))
    for word in ("reveal", "symbols"):
        if not isinstance(given.get(word, False), bool):
            raise ConvanimError(f"{word}={short_repr(given[word])} is neither True nor False")
    for word in ("title", "description"):
        if not isinstance(given.get(word, ""), str):
            raise ConvanimError(f"{word}={short_repr(given[word])} is not text: write it in quotes")
    _check_numbers(given)
    return look


def _row_of_views(view: object) -> View:
    if not isinstance(view, str) or view not in VIEWS:
        raise expected_one_of("view", view, VIEWS)
    return VIEWS[view]


LONGEST_MS, MOST_LOOPS, MOST_FPS, WIDEST = 3_600_000, 65_535, 240, 65_535

# what is a whole number: from where to where, and what is said of it
WHOLE = {
    "step_ms": (1, LONGEST_MS, f"the time of a step is a whole number of milliseconds, from 1 to {LONGEST_MS}"),
    "hold_ms": (
        0,
        LONGEST_MS,
        f"how much longer the last step is seen is a whole number of milliseconds, from 0 to {LONGEST_MS}",
    ),
    "loop": (0, MOST_LOOPS, f"how many times a figure is played is a whole number up to {MOST_LOOPS}; 0 is for ever"),
    "fps": (1, MOST_FPS, f"the frames a second of a video are a whole number from 1 to {MOST_FPS}"),
    "width": (16, WIDEST, f"the width is a whole number of pixels, from 16 to {WIDEST}"),
}


def _check_numbers(given: Mapping[str, Any]) -> None:
    for word, (low, high, rule) in WHOLE.items():
        value = given.get(word)
        if word in given and (
            isinstance(value, bool) or not isinstance(value, Integral) or not low <= int(value) <= high
        ):
            raise ConvanimError(f"{word}={short_repr(value)}: {rule}")
    sizes = [word for word in ("dpi", "scale", "width") if word in given]
    if len(sizes) > 1:
        raise ConvanimError(f"{sizes[0]} and {sizes[1]} both say how large the figure is: leave one of them out")
    for word, most, rule in (
        ("dpi", LARGEST_DPI, "the resolution is a number from 1 to {}; the guide's figures have 150"),
        (
            "scale",
            LARGEST_DPI / DPI,
            "the scale is a number up to {:.0f}; at 1 the figures are as large as the guide's",
        ),
    ):
        value = given.get(word)
        least = 1 / DPI if word == "scale" else 1.0
        if word in given and (
            isinstance(value, bool) or not isinstance(value, Real) or not least <= float(value) <= most
        ):
            raise ConvanimError(f"{word}={short_repr(value)}: {rule.format(most)}")


def _look(theme: object, background: object) -> Theme:
    """The theme that is asked for, on the background that is asked for."""
    look = theme_of(theme)
    if background is None:
        return look
    if isinstance(background, str) and background == "transparent":
        return replace(look, transparent=True)
    if not (isinstance(background, str) and COLOUR.fullmatch(background)):
        raise ConvanimError(
            f"background={short_repr(background)} is neither 'transparent' nor a colour: write it as '#rrggbb'"
        )
    return replace(look, background=background, dark=None)  # letters for another page can't be read on this one

"""Colours of themes."""

from __future__ import annotations

from dataclasses import fields

import pytest

import convanim as ca
from convanim.themes.theme import Style

HELD = {name: theme for name, theme in ca.THEMES.items() if name not in ("classic", "auto")}  # auto is clear, and dark


MARK = "#817263"  # a colour that no theme has, on which dark and light letters can be read


def each(table):
    return pytest.mark.parametrize("theme", table.values(), ids=table)


def rgb(colour):
    return tuple(bytes.fromhex(colour[1:]))


def colours(theme):
    """ "role's field" -> colour, and the background."""
    words = [one.name for one in fields(Style)]
    found = {
        f"{role}'s {word}": getattr(style, word)
        for role, style in theme.styles.items()
        for word in words
        if "width" not in word
    }
    return {
        "background": theme.background,
        **{name: value for name, value in found.items() if isinstance(value, str) and value.startswith("#")},
    }


def coloured(theme):
    """The colours of a theme that are no greys."""
    return [name for name, colour in colours(theme).items() if len(set(rgb(colour))) > 1]


SHOWN = [  # operations that have all kinds of cells, with a window over each of those that are padded
    ca.ConvTranspose((3, 4), 3, stride=2, padding=((0, 1), (1, 0)), output_padding=1),
    ca.Conv((4, 5), 3, padding=1, padding_mode="circular"),
    ca.Pool(6, 2, stride=3, ceil_mode=True),
    ca.Conv(6, 3, stride=4),
    ca.Pool((5, 6), 3, stride=2, ceil_mode=True),
]


# roles that the views of two planes don't have, by the beginnings of their names: a figure that has them
ELSEWHERE = {
    "weight": (ca.Conv(6, 5), "matrix"),
    "edge": (ca.Conv(6, 5), "dense"),
    "stamp": (ca.ConvTranspose((3, 4), 5, stride=2), "scatter"),
    "sign": (ca.Conv(4, 3), "matrix"),
    "hidden": ([ca.Conv(5, 3), ca.Conv(3, 2)], "stack"),
}

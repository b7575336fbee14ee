"""Scenes as the package draws them."""

from __future__ import annotations

import convanim as ca
from convanim.numeric import values
from convanim.scene import Text
from convanim.text.cell_texts import numbers
from convanim.themes.table import CLEAR
from convanim.views import VIEWS, view_flags
from oracle.labels import label_lines
from oracle.scenes import leaves, marks_of


def draw(op, view, theme=CLEAR, **given):
    """A figure that is shown large, so that no values are left out."""
    texts = numbers(values(op, **given)) if VIEWS[view].shows_values else None
    return VIEWS[view].draw(op, texts, view_flags(theme, enlarged=100))


ROWS = {"en": ("height:", "width:"), "zh": ("高：", "宽：")}


SMALL = {"view": "isometric", "theme": "classic"}  # what is quick to draw


def said(op, labels, step=0, **look):
    """What a label says, in one line."""
    return " ".join(label_lines(ca.animate(op, labels=[labels], **{**SMALL, **look}), step))


def drawn(op, **look):
    return ca.animate(list(op) if isinstance(op, tuple) else op, **look)


def seen_steps(a):
    return sorted({0, len(a) // 2, len(a) - 1})


def saved_svg(a, folder):
    a.save(folder / "x.svg")
    return (folder / "x.svg").read_text(encoding="utf-8")


def revealed(op, view, theme=CLEAR):
    """A figure whose outputs appear as they are computed, shown as large as that of `draw`."""
    texts = numbers(values(op)) if VIEWS[view].shows_values else None
    return VIEWS[view].draw(op, texts, view_flags(theme, reveal=True, enlarged=100))


def seen_texts(a, steps):
    return [
        mark.text
        for step in steps
        for mark in leaves(marks_of(a.scene, step))
        if isinstance(mark, Text) and mark.face == "sans"
    ]


HALVED = ca.Conv(5, 3, stride=2, padding=1)
# (operation, view): a figure of each view
EACH_VIEW = {
    **{name: (HALVED, name) for name in ca.VIEWS if name not in ("line", "scatter", "channels", "stack")},
    "line": (ca.Conv(7, 3, ndim=1), "line"),
    "scatter": (HALVED.transpose(), "scatter"),
    "channels": (ca.Conv(3, 2, in_channels=2, out_channels=2), "channels"),
    "stack": ([ca.Conv(5, 3), ca.Conv(3, 2)], "stack"),
}

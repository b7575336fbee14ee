"""Scenes as the package draws them."""

from __future__ import annotations

from convanim.numeric import values
from convanim.text.cell_texts import numbers
from convanim.themes.table import CLEAR
from convanim.views import VIEWS, view_flags


def draw(op, view, theme=CLEAR, **given):
    return VIEWS[view].draw(op, numbers(values(op, **given)) if VIEWS[view].shows_values else None, view_flags(theme))

"""Records of themes."""

from __future__ import annotations

import pytest

import convanim as ca
from convanim.errors import ConvanimError
from convanim.themes.table import CLASSIC


def test_a_theme_without_a_style_that_every_view_needs_is_refused_at_once():
    with pytest.raises(ConvanimError, match=r"theme 'x' has no style for grid, input, "):
        ca.Theme("x", "#ffffff", {})
    ca.animate(ca.Conv(5, 3), theme=ca.Theme("x", "#ffffff", CLASSIC.styles)).frame(0)

"""Colour maps are matplotlib's own, and texts on any of their colours can be read."""

from __future__ import annotations

import matplotlib
import pytest
from matplotlib.colors import to_hex

import convanim as ca
from convanim.scene import ReadableOn, Shade
from convanim.themes.colormaps import COLORMAPS
from convanim.themes.contrast import blended, contrast, readable
from convanim.themes.theme import derived
from oracle.vision import contrast as measured


@pytest.mark.parametrize("name", COLORMAPS)
def test_a_colour_map_has_matplotlibs_colours(name):
    assert COLORMAPS[name] == tuple(to_hex(matplotlib.colormaps[name](n)) for n in range(256))


@pytest.mark.parametrize("theme", ca.THEMES)
@pytest.mark.parametrize("veil", ["", "tap", "stamp", "current"])
def test_a_text_can_be_read_on_each_shade_and_under_each_veil(theme, veil):
    look = ca.THEMES[theme]
    for name in COLORMAPS:
        for index in range(256):
            fill = look.style("input_value", ReadableOn(Shade(name, index), "input", veil)).fill
            below = look.style("input", Shade(name, index)).fill
            if veil:
                below = blended(below, look.styles[veil].fill, look.styles[veil].opacity)
            assert measured(fill, below) >= 4.5, (name, index)


def test_a_text_keeps_the_colour_of_its_theme_where_that_can_be_read():
    assert readable("#aa0000", "#ffffff") == "#aa0000"
    assert readable("#aa0000", "#880000") == "#ffffff" and readable("#aa0000", "#909090") == "#000000"
    assert readable(None, "#000000") == "#ffffff"


def test_a_text_can_be_read_on_cells_that_let_the_background_through():
    look = derived(ca.THEMES["dark"], "mine", {"input": {"opacity": 0.3}})
    fill = look.style("input_value", ReadableOn(Shade("gray", 255), "input")).fill
    assert fill == "#ffffff" and look.style("input_value", ReadableOn(Shade("gray", 255), "output")).fill == "#000000"


def test_contrast_and_blending_are_those_of_the_specification():
    assert contrast("#000000", "#ffffff") == pytest.approx(21) and contrast("#777777", "#ffffff") == pytest.approx(
        4.48, abs=0.01
    )
    assert blended("#000000", "#ffffff", 0.25) == "#404040" and blended("#102030", "#ffffff", 0.0) == "#102030"

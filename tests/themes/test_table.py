"""The themes that ship: contrasts, looks without colour, and colours as others see them, by ColorAide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from coloraide import Color

import convanim as ca
from convanim.themes.table import CLASSIC, CLEAR, DARK
from convanim.themes.theme import NEEDED, ROLES
from helpers.colours import HELD, coloured, each
from oracle import vision


@each(HELD)
def test_every_text_has_the_contrast_of_wcag_on_all_on_which_it_can_stand(theme):
    assert vision.text_faults(theme) == []


@each(HELD)
def test_every_shape_has_the_contrast_of_wcag_against_all_on_which_it_can_lie(theme):
    assert vision.shape_faults(theme) == []


@each(HELD)
def test_cells_of_a_plane_are_told_apart_by_more_than_colour(theme):
    assert vision.signature_faults(theme) == []


@pytest.mark.parametrize("seen", vision.VISIONS)
@each(HELD)
def test_cells_of_a_plane_are_told_apart_in_every_vision(theme, seen):
    assert vision.vision_faults(theme, seen) == []


@pytest.mark.parametrize("seen", vision.VISIONS)
@each(HELD)
def test_the_veil_shows_on_every_cell_in_every_vision(theme, seen):
    assert vision.veil_faults(theme, seen) == []


@pytest.mark.parametrize("seen", ["normal", *vision.IMPAIRED])
def test_the_fills_of_colorblind_alone_are_told_apart_in_every_vision_of_colour(seen):
    assert vision.fill_faults(ca.THEMES["colorblind"], seen) == []


def test_print_is_grey():
    assert coloured(ca.THEMES["print"]) == []


@each(HELD)
def test_light_themes_are_white_and_dark_is_dark(theme):
    assert Color(theme.background).luminance() < 0.05 if theme.name == "dark" else theme.background == "#ffffff"


def test_auto_is_clear_with_dark():
    assert ca.THEMES["auto"] == replace(CLEAR, name="auto", dark=DARK)
    assert CLEAR.dark is None and DARK.dark is None


@each(HELD)
def test_every_theme_has_a_look_for_every_role(theme):
    assert set(theme.styles) == set(ROLES) and set(CLASSIC.styles) == set(NEEDED)

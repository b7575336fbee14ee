"""The comparison of pictures sees small differences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convanim.scene import Group, Line, Text
from convanim.themes.table import CLASSIC
from convanim.themes.theme import Theme
from helpers.guide import ALL, EXAMPLES, animation
from oracle.pictures import differences
from oracle.rasteriser import rasterised
from oracle.scenes import redrawn


def without_a_ray(marks):
    return tuple(
        Line(mark.role, mark.parts[:-1]) if isinstance(mark, Line) and mark.role == "ray" else mark for mark in marks
    )


def without_a_text(marks):
    texts = [n for n, mark in enumerate(marks) if isinstance(mark, Text)]
    return tuple(mark for n, mark in enumerate(marks) if n not in texts[-1:])


def with_a_moved_window(marks):
    first, *rest = marks
    return (Group((first.at[0] + 0.1, first.at[1]), first.marks), *rest) if isinstance(first, Group) else marks


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_comparison_of_pictures_sees_another_step(name):
    a = animation(name)
    for step in range(1, len(a), 3):
        assert differences(rasterised(a.svg(step)), a.frame(step - 1))


@pytest.mark.parametrize("name", ALL[::3])
def test_the_comparison_of_pictures_sees_a_window_a_tenth_of_a_cell_off(name):
    a = animation(name)
    assert differences(rasterised(redrawn(a, with_a_moved_window).svg(0)), a.frame(0))


NUMBERED = [name for name in ALL if "numerical" in name or "flat" in name]
RAYS = [name for name in ALL if name not in NUMBERED and animation(name).scene.poster]


@pytest.mark.parametrize("name", RAYS[::2])
def test_the_comparison_of_pictures_sees_a_missing_ray(name):
    a = animation(name)
    step = a.scene.poster
    assert differences(rasterised(redrawn(a, without_a_ray).svg(step)), a.frame(step))


@pytest.mark.parametrize("name", NUMBERED[::2])
def test_the_comparison_of_pictures_sees_a_missing_digit(name):
    a = animation(name)
    step = a.scene.poster
    assert differences(rasterised(redrawn(a, without_a_text).svg(step)), a.frame(step))


def test_the_comparison_of_pictures_sees_a_slightly_different_blue():
    a = animation("padding_strides")
    styles = {
        **CLASSIC.styles,
        "input": replace(CLASSIC.styles["input"], fill="#2690d2"),
    }  # 5 of 255 off in one channel
    other = redrawn(a, lambda marks: marks, Theme("other", CLASSIC.background, styles))
    assert "flat" in differences(rasterised(other.svg(4)), a.frame(4))


def test_the_comparison_of_pictures_sees_another_size():
    a = animation("padding_strides")
    assert "shape" in differences(rasterised(a.svg(0)), a.frame(0)[1:])

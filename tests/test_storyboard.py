"""Storyboards: what all pictures have in common is said once, and letters can be read at the page's final width."""

from __future__ import annotations

import itertools

import pytest

import convanim as ca
from convanim.render import glyphs
from convanim.scene import Text
from helpers.figures import EACH_VIEW
from helpers.refusals import refusal
from oracle.labels import label_lines
from oracle.places import step_faults
from oracle.scenes import leaves, marks_of

CONV = ca.Conv(5, 3, stride=2, padding=1)
VIEWS = {
    "isometric": CONV,
    "flat": CONV,
    "matrix": ca.Conv(3, 2),
    "scatter": ca.ConvTranspose(2, 2),
    "line": ca.Conv(6, 3, ndim=1),
}


def texts(a):
    return [mark for mark in leaves(marks_of(a.scene, 0)) if mark.role == "label"]


def board(view, steps=4, **look):
    return ca.animate(VIEWS[view], view=view, **{"theme": "clear", "labels": "all"} | look).storyboard(steps)


@pytest.mark.parametrize("view", VIEWS)
def test_each_step_has_its_number_and_its_sum_and_all_else_is_said_once(view):
    a = ca.animate(VIEWS[view], view=view, theme="clear", labels="all")
    lines = label_lines(board(view))
    steps = [round(n * (len(a) - 1) / 3) for n in range(4)]
    assert [line for line in lines if line.startswith("step ")] == [f"step {n + 1} of {len(a)}" for n in steps]
    once = label_lines(
        ca.animate(VIEWS[view], view=view, theme="clear", labels=["title", "formula", "legend", "sizes"])
    )
    assert all(lines.count(line) == once.count(line) for line in once if "=" not in line), "the sizes, the legend"
    alone = label_lines(ca.animate(VIEWS[view], view=view, theme="clear", labels=["formula"]))
    assert " ".join(lines).count(" ".join(alone)) == 1
    sums = [label_lines(ca.animate(VIEWS[view], view=view, theme="clear", labels="sum"), n) for n in steps]
    assert "".join(sums[0])[:6] in "".join(lines) and "".join(sums[-1])[:6] in "".join(lines)
    assert not set(label_lines(board(view, labels="sizes"))) & {*alone}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("steps", [1, 2, 4, 6])
def test_nothing_is_over_anything_else_or_outside_of_the_page(view, steps):
    turn = list(VIEWS).index(view) + (1, 2, 4, 6).index(steps)
    looks = ({"width_pt": 240}, {"width_pt": 516, "label_size": 1.2}, {"labels": "none"}, {"label_size": 2})
    for look in ({}, looks[turn % 4]):
        a = board(view, steps, **look)
        plain = board(view, steps, **look | {"labels": "none"}) if not look else None
        assert step_faults(a, 0) == [], look
        assert plain is None or step_faults(plain, 0) == []


@pytest.mark.parametrize("view", VIEWS)
def test_letters_can_be_read_at_the_width_in_points_or_pixels(view):
    def least(a, width):
        return min(mark.size for mark in texts(a)) * width / a.scene.box.width

    a = ca.animate(VIEWS[view], view=view, theme="clear")
    for width, steps in itertools.product((240, 516), (2, 6)):
        points = a.storyboard(steps, width_pt=width)
        assert least(points, width) >= (6 if view == "scatter" else 7.999), "6 between planes"
        assert points.size[0] == int(width * 150 / 72.27)
        pixels = a.storyboard(steps, width=2 * width)
        assert least(pixels, 2 * width) >= 10 and pixels.size[0] == 2 * width
    assert least(a.storyboard(6), 240) < 7, "the comparison sees letters that are too small"


def test_a_storyboard_of_a_figure_that_is_shown_at_a_width_is_shown_there_too():
    a = ca.animate(CONV, theme="clear", width_pt=240)
    assert a.storyboard(4) == ca.animate(CONV, theme="clear").storyboard(4, width_pt=240)
    fine = ca.animate(CONV, theme="clear", width_pt=240, dpi=300).storyboard(4)
    assert fine.scene == a.storyboard(4).scene and fine.dpi == 300
    assert a.storyboard(4, width=1000).scene == a.storyboard(4).scene and a.storyboard(4, width=1000).size[0] == 1000
    for wrong in (15, True, "wide", 70_000):
        assert f"width_pt={wrong!r}" in refusal(lambda wrong=wrong: a.storyboard(4, width_pt=wrong))


def test_pictures_in_a_row_are_as_many_as_asked_for_and_fewer_where_the_page_is_narrow():
    def in_row(**look):
        a = ca.animate(CONV, theme="clear", labels="step").storyboard(6, **look)
        return len({round(mark.at[0], 3) for mark in texts(a)})

    assert [in_row(columns=n) for n in (1, 2, 3, 6)] == [1, 2, 3, 6]
    assert in_row() == 3 and in_row(width_pt=516) == 3 and in_row(width_pt=120) == 1
    assert "need" in refusal(lambda: ca.animate(CONV, theme="clear").storyboard(6, columns=6, width_pt=200))


def test_the_command_line_and_a_table_say_the_width_too(command, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[a]\noperation = "conv"\ninput_size = 5\nkernel_size = 3\nstride = 2\npadding = 1\ntheme = "clear"\n'
        "width_pt = 240\nlabel_size = 1.1\n",
        encoding="utf-8",
    )
    a = ca.animate(CONV, theme="clear", width_pt=240, label_size=1.1)
    assert ca.figure("a", path) == a
    shape = ["-i", 5, "-k", 3, "-s", 2, "-p", 1, "--theme", "clear", "--width-pt", 240, "--label-size", 1.1]
    command("draw", "conv", *shape, "--storyboard", 4, "-o", tmp_path / "x.svg")
    assert (tmp_path / "x.svg").read_text(encoding="utf-8") == a.storyboard(4).svg(0)


FIGURES = {
    "flat": ca.Conv(5, 3, padding=1),
    "scatter": ca.ConvTranspose(3, 3, stride=2),
    "im2col": ca.Conv(4, 3),
    "matrix": ca.Conv(4, 3),
}


def smallest_value(a, width):
    """The size of the smallest value's letters where the page is so wide; 99 for a page without values."""
    sizes = [
        min(t.size, t.width / (t.stretch * glyphs.width(t.like or t.text, "roman")))
        for t in leaves(marks_of(a.scene, 0))
        if isinstance(t, Text) and t.role.endswith("_value") and any(map(str.isalnum, t.text))
    ]
    return min(sizes, default=99) * width / a.scene.box.width


@pytest.mark.parametrize("view", FIGURES)
def test_values_can_be_read_or_are_left_out_and_this_is_said(view):
    for look, width in (({"width_pt": 240}, 240), ({"width_pt": 480}, 480), ({"layout": "landscape"}, 960)):
        a = ca.animate(FIGURES[view], view=view, theme="clear", seed=1, **look)
        for steps in (2, 6):
            made = a.storyboard(steps)
            assert smallest_value(made, width) >= (7 if width == 960 else 4), (look, steps)
            left_out = any("too small to read" in line for line in label_lines(made))
            assert left_out or smallest_value(made, width) < 99, (look, steps)
            assert made.scene.box.height * width / made.scene.box.width < 651


def test_sizes_that_have_no_room_beside_the_first_picture_are_words():
    a = ca.animate(ca.Conv((5, 6), 3, padding=(1, 0)), view="flat", theme="clear", width_pt=240)
    assert "input (1 + 5 + 1) x 6, output 5x4, kernel 3" in " ".join(label_lines(a.storyboard(6)))
    wide = label_lines(ca.animate(CONV, view="flat", theme="clear").storyboard(6))
    assert "input 1 + 5 + 1" in wide and not any("input 1 + 5 + 1, output" in line for line in wide)


def test_a_pair_whose_letters_are_too_large_for_sizes_between_its_planes_has_them_as_words():
    a = ca.animate(CONV, view="pair", theme="clear", labels="sizes", dpi=60)
    assert " ".join(label_lines(a)) == "input 1 + 5 + 1, output 3, input 3, output 5"
    assert "input 1 + 5 + 1" in label_lines(ca.animate(CONV, view="pair", theme="clear", labels="sizes"))


VALUES = ("input_value", "kernel_value", "output_value")


def points(scene, width):
    """The size of each value's letters, in points where the page is so many points wide; an index is smaller."""
    found = [mark for mark in leaves(marks_of(scene, 0)) if isinstance(mark, Text) and mark.role in VALUES]
    named = [mark for mark in found if any(map(str.isalnum, mark.text))]
    return [max(letter.size for letter in glyphs.letters(mark)) * width / scene.box.width for mark in named]


@pytest.mark.parametrize("name", EACH_VIEW)
def test_values_have_five_points_in_a_column_or_are_left_out_and_this_is_said(name):
    op, view = EACH_VIEW[name]
    for steps, width in itertools.product((1, 2, 6), (240, 345)):
        a = ca.animate(op, view=view, theme="clear").storyboard(steps, width_pt=width)
        sizes = points(a.scene, width)
        assert min(sizes, default=5) > 4.58, "long numbers are pressed together, to 11/12"
        assert sizes or not ca.VIEWS[view].shows_values or "too small to read" in a.alt
        one = ca.animate(op, view=view, theme="clear", width_pt=width)
        assert min(points(one.scene, width), default=5) > 4.58


def test_values_of_less_than_five_points_are_seen():
    a = ca.animate(CONV, view="flat", theme="clear").storyboard(4, width_pt=516)
    assert min(points(a.scene, 516)) > 5 and min(points(a.scene, 200)) < 4.58

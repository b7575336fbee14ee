"""The layout "landscape": pages of 16:9 with the texts beside the figure."""

from __future__ import annotations

import itertools
import re

import pytest

import convanim as ca
from convanim.labels import LAYOUTS
from helpers.figures import EACH_VIEW
from helpers.refusals import refusal
from oracle.labels import label_lines
from oracle.places import step_faults
from oracle.scenes import leaves, marks_of

LOOK = {"theme": "clear", "layout": "landscape"}


def drawn(name, **look):
    op, view = EACH_VIEW[name]
    return ca.animate(op, view=view, **LOOK | look)


def letters(a):
    return [mark for mark in leaves(marks_of(a.scene, 0)) if mark.role == "label"]


def slide_points(a):
    """The size of the smallest label on a slide of 960 points."""
    return min(mark.size for mark in letters(a)) * 960 / a.scene.box.width


@pytest.mark.parametrize("name", EACH_VIEW)
def test_a_slide_is_filled_with_letters_that_can_be_read_over_nothing_else(name):
    faults = []
    for labels, lang in (("all", "en"), ("all", "zh"), ("legend", "zh"), ("title,sizes", "en"), (None, "zh")):
        a = drawn(name, labels=labels, lang=lang)
        plain = a.labelling.scene
        assert a.size == (1280, 720) and slide_points(a) >= 12 * 0.99, (labels, slide_points(a))
        faults += [fault for step in {0, len(a) - 1} for fault in step_faults(a, step, plain)]
    assert faults == []


def test_pages_have_the_width_that_is_asked_for_and_their_height_follows():
    for name, labels in itertools.product(("isometric", "matrix", "line"), ("all", "none")):
        assert drawn(name, labels=labels, width=1920).size == (1920, 1080)
        assert drawn(name, labels=labels, width=3840).size == (3840, 2160)
        assert drawn(name, labels=labels, width=1920).scene == drawn(name, labels=labels).scene
        assert drawn(name, labels=labels, width_pt=516).size == (1070, 602)
        width, height = drawn(name, labels=labels, dpi=100).size
        assert (
            width / height == pytest.approx(16 / 9, rel=2 / height) and drawn(name, labels=labels, dpi=100).dpi == 100
        )


def test_texts_stand_beside_a_figure_and_above_and_below_one_that_is_wide_itself():
    beside = drawn("isometric", labels="formula,step,sum,legend")
    right = beside.labelling.scene.box.x + beside.labelling.scene.box.width
    assert all(mark.at[0] > right for mark in letters(beside))
    lines = label_lines(beside)
    places = [next(n for n, line in enumerate(lines) if words in line) for words in ("o = ", "step 1", "·𝑤", "input")]
    assert places == sorted(places), "in the order of labels"
    box = ca.animate(ca.Conv(24, 3, ndim=1), view="line", **LOOK).labelling.scene.box
    below = letters(ca.animate(ca.Conv(24, 3, ndim=1), view="line", labels="formula,step,legend", **LOOK))
    assert all(not box.y + 0.71 < mark.at[1] < box.y + box.height - 0.71 for mark in below), "beyond the border"


def test_a_figure_says_the_same_in_every_layout():
    for name in EACH_VIEW:
        beside, usual = (" ".join(label_lines(a)) for a in (drawn(name), drawn(name, layout="portrait", width=600)))
        assert sorted(beside.split()) == sorted(usual.split()) or "pair" in name or "stack" in name, name
    assert drawn("flat", layout="portrait") == ca.animate(EACH_VIEW["flat"][0], view="flat", theme="clear")


@pytest.mark.parametrize(("name", "steps"), [("isometric", 6), ("flat", 1), ("flat", 4), ("matrix", 6), ("line", 1)])
def test_a_storyboard_is_a_slide_too(name, steps):
    plain = drawn(name)
    a = plain.storyboard(steps)
    assert a.size == (1280, 720) and slide_points(a) >= 12 * 0.99
    assert step_faults(a, 0) == []
    larger = drawn(name, width=1920).storyboard(steps) if steps == 6 else plain.storyboard(steps, width=1920)
    assert larger.size == (1920, 1080)


def test_a_slide_that_has_no_room_for_its_labels_says_how_small_they_would_have_to_be():
    def crowded(**look):
        return drawn("flat", labels="all", title="A long title of a figure " * 100, **look).storyboard(9, columns=2)

    text = refusal(crowded)
    assert "layout='landscape'" in text
    smaller = float(re.search(r"label_size=([\d.]+)", text)[1])
    assert crowded(label_size=smaller).size == (1280, 720)


def test_the_layouts_are_those_of_the_table_in_python_a_table_and_on_the_command_line(command, tmp_path):
    assert [*LAYOUTS] == ["portrait", "landscape"]
    assert "landscape" in refusal(lambda: ca.animate(ca.Conv(3, 2), layout="landscap"))
    path = tmp_path / "mine.toml"
    path.write_text('[a]\noperation = "conv"\ninput_size = 5\nkernel_size = 3\ntheme = "clear"\nlayout = "landscape"\n')
    a = ca.animate(ca.Conv(5, 3), **LOOK)
    assert ca.figure("a", path) == a
    shape = ["draw", "conv", "-i", 5, "-k", 3, "--theme", "clear", "--layout", "landscape", "-o", tmp_path / "x.svg"]
    command(*shape)
    assert 'width="1280" height="720"' in (tmp_path / "x.svg").read_text(encoding="utf-8")
    command(*shape, "--storyboard", 4)
    assert (tmp_path / "x.svg").read_text(encoding="utf-8") == a.storyboard(4).svg(0)

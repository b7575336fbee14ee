"""Labels around figures: where they stand, measured on the outlines of their letters."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.labels import LABELS
from convanim.scene import Group, Layer, Line, Polygon, Text
from helpers.cases import PLANAR
from helpers.operations import CHESS, LONG, some
from oracle.places import Figure, label_faults
from oracle.scenes import leaves, marks_of

DPIS = (150, 20, 60, 1200)


RECTANGLES = [(1, 40), (30, 2), (2, 30), (7, 11), (12, 5), (8, 10), (9, 9), (5, 8), (7, 2), (11, 1)]


SETS = ["all", None, *LABELS]


def looks(view, name):
    """(operation, what else `animate` gets, label sets) of figures of each size; the choices are drawn by a generator
    seeded by the names.
    """
    rng = random.Random(f"{view} {name}")
    for size in [*CHESS, *RECTANGLES]:
        look = {
            "view": view,
            "theme": rng.choice(["clear", "clear", "classic"]),
            "lang": rng.choice(["en", "zh"]),
            "reveal": rng.random() < 0.4,
            "dpi": rng.choice(DPIS),
        }
        if ca.VIEWS[view].shows_values and rng.random() < 0.4:
            look["symbols"] = True
        yield some(name, size), look, ["all", rng.choice(SETS[1:])]
    for op in LONG[name]:
        yield op, {"view": view, "theme": "clear", "reveal": rng.random() < 0.4, "lang": "en", "dpi": 150}, ["all"]


def seen_steps(count):
    return range(count) if count <= 3 else (0, count // 2, count - 1)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("view", PLANAR)
def test_labels_are_legible_inside_of_the_canvas_and_over_nothing_else(view, name):
    found = []
    for op, look, sets in looks(view, name):
        plain = ca.animate(op, labels="none", **look).scene
        figures = {step: Figure(plain, step) for step in seen_steps(plain.steps)}
        for labels in sets:
            a = ca.animate(op, labels=labels, **look)
            for step, figure in figures.items():
                found += [(fault, op, labels, look, step) for fault in label_faults(a, plain, step, figure)]
    assert not found, f"{len(found)} faults, such as {min(found, key=lambda one: math.prod(one[1].padded_size))}"


def test_the_figures_that_are_checked_have_every_pair_of_choices():
    pairs = Counter()
    for view, name in itertools.product(PLANAR, OPERATIONS):
        for op, look, sets in looks(view, name):
            for labels in sets:
                choices = {
                    **look,
                    "symbols": look.get("symbols", False),
                    "kind": name,
                    "labels": labels,
                    "ndim": len(op.axes),
                }
                pairs.update(itertools.combinations(choices.items(), 2))
    words = {
        "view": PLANAR,
        "theme": ("clear", "classic"),
        "lang": ("en", "zh"),
        "reveal": (False, True),
        "dpi": DPIS,
        "symbols": (False, True),
        "kind": OPERATIONS,
        "labels": SETS,
        "ndim": (1, 2),
    }
    for one, other in itertools.combinations(words, 2):
        for a, b in itertools.product(words[one], words[other]):
            if {"isometric", True} != {a, b} or "symbols" not in (one, other):
                assert pairs[(one, a), (other, b)] + pairs[(other, b), (one, a)], (one, a, other, b)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("view", PLANAR)
def test_a_scene_names_the_roles_of_all_marks_of_all_steps(view, name):
    for n, size in enumerate([*CHESS, *RECTANGLES]):
        op = some(name, size)
        if math.prod(op.output_size) > 40:
            continue
        for theme, reveal in (("clear", n % 2 == 0), ("classic", n % 2 == 1)):
            labels = ("all", "step", "sizes", "title")[n // 2 % 4]
            scene = ca.animate(op, view=view, theme=theme, reveal=reveal, labels=labels).scene
            assert scene.roles() == {
                mark.role for step in range(scene.steps) for mark in leaves(marks_of(scene, step))
            }, op


def test_above_the_resolution_of_the_guide_nothing_moves():
    for view in PLANAR:
        scenes = [
            ca.animate(ca.Conv((5, 4), 3, padding=1), view=view, labels="all", dpi=dpi).scene
            for dpi in (150, 151, 400, 9600)
        ]
        for scene in scenes[1:]:
            assert np.allclose(
                [scene.box.x, scene.box.width, scene.box.height],
                [scenes[0].box.x, scenes[0].box.width, scenes[0].box.height],
            )
            for one, other in zip(leaves(marks_of(scene, 4)), leaves(marks_of(scenes[0], 4)), strict=True):
                assert np.allclose(*([mark.at] if isinstance(mark, Text) else mark.parts for mark in (one, other)))


@pytest.mark.parametrize("theme", ca.THEMES)
@pytest.mark.parametrize("view", PLANAR)
def test_figures_with_all_labels_can_be_drawn_and_written_in_every_theme(view, theme):
    turn = list(ca.THEMES).index(theme) + PLANAR.index(view)
    for n in (turn % 4, (turn + 2) % 4):
        op = some(list(OPERATIONS)[n], [(4, 6), (3, 3), (6, 2), (12,)][n])
        bare, a = (
            ca.animate(op, view=view, theme=theme, labels=labels, lang="zh", reveal=True, dpi=20)
            for labels in ("none", "all")
        )
        for step in sorted({0, len(a) // 2, len(a) - 1}):
            frame = a.frame(step)
            assert frame.shape == (*a.size[::-1], 3) and frame.dtype == np.uint8
            dark = np.abs(frame.astype(int) - frame[0, 0]).sum(-1) > 150  # the page's corner is background
            assert (
                dark.sum() > 50 + (np.abs(bare.frame(step).astype(int) - frame[0, 0]).sum(-1) > 150).sum()
            )  # labels have ink
            svg = a.svg(step)
            root = ElementTree.fromstring(svg)
            assert [float(root.get(side)) for side in ("width", "height")] == list(a.size)
            assert svg.count("<use") > bare.svg(step).count("<use")


def with_layer(a, *marks):
    """The animation with these marks in a layer of their own."""
    return replace(a, scene=replace(a.scene, layers=(*a.scene.layers, Layer(marks))))


def test_the_check_of_places_sees_each_thing_that_can_be_wrong():
    look = {"theme": "clear", "view": "flat", "show_kernel": False}
    a, plain = ca.animate(ca.Conv(4, 3), labels="all", **look), ca.animate(ca.Conv(4, 3), labels="none", **look).scene
    box = a.scene.box
    assert not label_faults(a, plain, 1)
    (line,) = (mark for mark in leaves(marks_of(a.scene, 1)) if isinstance(mark, Text) and mark.text.startswith("step"))

    def wrong(*marks):
        return {re.sub("'.*?'", "T", fault) for fault in label_faults(with_layer(a, *marks), plain, 1)}

    def text(x, y, size=0.44, role="label", word="7"):
        return Text(role, (x, y), word, size, math.inf, face="sans")

    free = line.at[0] + 3, line.at[1]
    assert not wrong(text(*free))
    assert wrong(text(line.at[0] + 0.1, line.at[1])) == {"T is over the text T"}
    assert wrong(text(*free), text(free[0] + 0.1, free[1])) == {"T is over the text T"}
    assert {"T is over the input"} <= wrong(text(2.98, 3.9)) & wrong(text(4.0, 2.02))
    assert "T is over the output" in wrong(text(5.5, 2.0)) and "T is over the text T" in wrong(text(5.5, 1.6))
    assert wrong(
        Group(
            (1.0, 0.0),
            (text(free[0] - 1, free[1]), Line("measure", (((free[0] - 3, free[1] - 3), (free[0] + 1, free[1] + 1)),))),
        )
    ) >= {"T is crossed by a line"}
    assert wrong(Line("measure", (((1.0, 1.0), (1.5, 1.5)),))) >= {"a line that measures is over the input"}
    cell = Polygon("input", (((free[0], free[1] - 0.1), (free[0] + 0.2, free[1]), (free[0], free[1] + 0.1)),))
    assert wrong(cell, text(*free)) == {"T is over a legend's cell"}
    assert wrong(Polygon("tap", (((5.5, 1.5), (5.6, 1.5), (5.6, 1.6)),))) == {"a legend's cell is over the output"}
    assert wrong(text(box.x + 0.2, free[1])) == {"something is outside"} == wrong(text(free[0], box.y + box.height + 1))
    assert wrong(text(*free, size=0.23)) == {"T has letters of 6.8 px"} == wrong(text(*free, size=0.33, word="x₁"))
    assert wrong(text(*free, role="labels")) == {"no style for labels"}
    with pytest.raises(AssertionError, match="changed the figure"):
        label_faults(a, replace(plain, layers=(*plain.layers, Layer((text(*free),)))), 1)

"""Every view with every operation that it takes, by tables alone: what is drawn is inside, legible, in the theme's
roles, and labels keep clear of it.

What is said of views here knows nothing of what they show; each view has a file of its own for that,
test_view_<name>.py or test_views.py.
"""

from __future__ import annotations

import itertools
import pickle
import random
from collections import Counter
from dataclasses import replace

import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.geometry.parameters import parameters
from convanim.scene import Accumulating, Layer, Line, PerStep, Text
from convanim.views import VIEWS
from convanim.views import refusal as reason
from helpers.figures import drawn, seen_steps
from helpers.operations import SIZES, some, subjects
from helpers.refusals import refusal
from oracle.ink import boxed
from oracle.pictures import differences
from oracle.places import step_faults
from oracle.rasteriser import rasterised
from oracle.scenes import leaves, marks_of

THEMES = list(ca.THEMES)
NEAR = {"tile": 0.45, "flat": 8, "mean": 2}
SEEN = ["all", None, "none"]  # label sets, in turn
MANY = 16  # operations of a view; of the two views that take all of them, test_placing judges the labels of each


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_draws_the_operations_that_it_takes(view):
    """In all themes, label sets and languages in turn, with and without outputs that appear, first, middle and last
    frame.
    """
    found, seen = [], Counter()
    ops = subjects(view)
    for n, op in enumerate(ops[:: len(ops) // MANY + 1]):
        theme, labels = THEMES[n % len(THEMES)], SEEN[n // 2 % len(SEEN)]
        look = {
            "view": view,
            "theme": theme,
            "reveal": n % 4 == 1,
            "lang": ("en", "zh")[n // 3 % 2],
            "dpi": (20, 150, 72, 100)[n % 4],
            "symbols": bool(VIEWS[view].shows_values and n % 5 == 2 and getattr(op, "in_channels", 1) == 1),
        }
        a, plain = drawn(op, labels=labels, **look), drawn(op, labels="none", **look).scene
        seen.update((("theme", theme), ("labels", labels), ("reveal", look["reveal"]), ("lang", look["lang"])))
        assert 0 <= a.scene.poster < len(a) == a.scene.steps == plain.steps
        kinds = [type(layer) for layer in a.scene.layers]
        assert {*kinds} <= {Layer, PerStep, Accumulating}
        quick = itertools.dropwhile(lambda layer: isinstance(layer, Layer) and layer.span is None, a.scene.layers)
        assert not any(
            isinstance(layer, Accumulating)
            for layer in itertools.dropwhile(lambda layer: isinstance(layer, Accumulating), quick)
        ), "drawn anew in each step"
        for step in seen_steps(a):
            found += [(fault, op, look, labels, step) for fault in step_faults(a, step, plain)]
        if n % 5 == 0:
            small = replace(a, dpi=20.0)
            for step in [*seen_steps(a), *seen_steps(a)[::-1]]:
                frame = small.frame(step)
                assert (frame == small.canvas().picture(step)).all(), "something of another step is left"
                assert frame.shape == (*small.size[::-1], 3) and frame.min() < 128 < frame.max()
            assert (text := a.svg(a.scene.poster)).startswith("<svg ") and text.endswith("</svg>\n")
    assert not found, f"{len(found)} faults, such as {found[:3]}"
    assert len(seen) == len(THEMES) + len(SEEN) + 2 + 2, seen


# each view in the guide's theme, in the one with all looks, and in one of the others in turn
OTHERS = [theme for theme in THEMES if theme not in ("classic", "clear")]
LOOKS = [
    (view, theme, (n + m) % 2 == 0)
    for n, view in enumerate(VIEWS)
    for m, theme in enumerate(("classic", "clear", OTHERS[n % len(OTHERS)]))
]


@pytest.mark.parametrize(("view", "theme", "full"), LOOKS)
def test_an_svg_of_every_view_shows_what_the_frame_shows_in_every_theme(view, theme, full):
    """With labels and outputs that appear, or without both."""
    ops, compared = subjects(view), 0
    for op in random.Random(f"{view} {theme}").sample(ops, 8):
        if compared:
            break
        a = drawn(op, view=view, theme=theme, labels="all" if full else "none", dpi=150, reveal=full)
        if a.size[0] * a.size[1] > 2e6:
            continue
        # along many cells dashes are where their three decimals put them
        solid = {role: replace(style, dash=None) for role, style in a.theme.styles.items()}
        a = replace(a, theme=replace(a.theme, styles=solid))
        for step in {a.scene.poster, len(a) - 1}:
            apart = differences(rasterised(a.svg(step)), a.frame(step))
            # lines that lie on each other, and veils of many stamps, add up in another way; what is missing is further
            # apart
            assert all(value <= NEAR.get(key, 0) for key, value in apart.items()), (apart, op, step)
            compared += 1
    assert compared


@pytest.mark.parametrize("view", VIEWS)
def test_declared_roles_are_those_of_all_steps_and_scenes_can_be_copied(view):
    for n, op in enumerate(subjects(view)[:: len(subjects(view)) // 6 + 1]):
        a = drawn(op, view=view, theme="clear", labels=("none", "all")[n % 2], reveal=n % 3 == 0)
        if len(a) <= 60:
            told = {mark.role for step in range(len(a)) for mark in leaves(marks_of(a.scene, step))}
            spans = {mark.role for layer in a.scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)}
            assert a.scene.roles() == told | spans, op
        again = pickle.loads(pickle.dumps(a))
        assert again == a and again.svg(len(a) - 1) == a.svg(len(a) - 1)


@pytest.mark.parametrize("view", VIEWS)
def test_what_a_view_does_not_draw_is_refused_in_one_line_that_names_the_views_that_do(view):
    refused = 0
    for name, size in itertools.product(OPERATIONS, [(3, 4), (5,), (2, 3, 4)]):
        op = (some(name, size),) if VIEWS[view].takes_layers else some(name, size)
        if reason(view, op):
            refused += 1
            text = refusal(lambda op=op: drawn(op, view=view))
            assert text.startswith(f"the {view} view ")
            fit = [other for other in VIEWS if not reason(other, op)]
            assert all(repr(other) in text for other in fit) and (fit or "another operation" in text)
    assert refused


def test_the_checks_of_steps_see_what_is_outside_undeclared_over_others_and_unknown():
    a = ca.animate(ca.Conv((3, 4), 2), view="flat", theme="clear", labels="all", seed=1)
    plain = ca.animate(ca.Conv((3, 4), 2), view="flat", theme="clear", labels="none", seed=1).scene
    assert not step_faults(a, 1, plain)

    def spoiled(*marks, declared=True):
        layer = Layer(marks) if declared else PerStep(Fixed(marks), frozenset())
        return replace(a, scene=replace(a.scene, layers=(*a.scene.layers, layer)))

    (text, *_), _ = boxed(list(leaves(marks_of(a.scene, 1))))
    assert "something is outside" in step_faults(spoiled(Line("ray", (((0.0, 0.0), (99.0, 0.0)),))), 1)
    assert "undeclared role rai" in step_faults(spoiled(Line("rai", (((0.0, 0.0), (1.0, 0.0)),)), declared=False), 1)
    assert "no style for rai" in step_faults(spoiled(Line("rai", (((0.0, 0.0), (1.0, 0.0)),))), 1)
    assert any("is over" in fault for fault in step_faults(spoiled(replace(text, text="8")), 1))
    box = plain.box
    over = Text("label", (box.x + box.width / 4, box.y + box.height / 2), "over", 0.5, 9.0, face="sans")
    assert any("is over the figure" in fault for fault in step_faults(spoiled(over), 1, plain))
    assert any("px" in fault for fault in step_faults(spoiled(replace(over, size=0.1)), 1, plain))


class Fixed:
    def __init__(self, marks):
        self.marks = marks

    def __call__(self, step):
        return self.marks


SAID = {
    "choice": lambda one: set(one.choices),
    "switch": lambda one: {False, True},
    "cells": lambda one: {one.least, one.least + 1, one.least + 2},
}


def test_the_operations_that_are_drawn_have_every_parameter_at_several_values():
    for name, kind in OPERATIONS.items():
        ops = [some(name, size) for size in SIZES]
        for word, one in parameters(kind).items():
            if one.kind in SAID and word not in (
                "bias",
                "output_shape",
            ):  # channels leave a figure as it is, and a shape becomes output_padding
                given = [getattr(op, word) for op in ops]
                assert SAID[one.kind](one) <= {
                    part for value in given for part in (value if isinstance(value, tuple) else [value])
                }, (name, word)
        assert {len(op.axes) for op in ops} == {1, 2}
        pads = {pad for op in ops for pad in op.pads}
        assert name == "adaptive_pool" or (pads >= {(0, 0), (1, 1)} and any(before < after for before, after in pads))
        assert any(any(op.overhang) for op in ops) == (name == "pool")

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
from functools import cache

import numpy as np
import pytest
from test_labels import (
    LEAST_MARGIN,
    LEAST_PX,
    boxed,
    corners,
    crossed,
    gaps,
    ink_of,
    labels_in,
    leaves,
    marks_of,
    overlapping,
    segments,
)

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.scene import Accumulating, Layer, Line, PerStep, Polygon, Text
from convanim.themes.theme import CELL_BP
from convanim.views import VIEWS
from convanim.views import refusal as reason
from helpers.cases import PLANAR
from helpers.refusals import refusal
from oracle.pictures import differences
from oracle.rasteriser import rasterised
from test_design import SIZES, some

THEMES = list(ca.THEMES)
NEAR = {"tile": 0.4, "flat": 8, "mean": 2}
SEEN = ["all", None, "none"]  # label sets, in turn


@cache
def chains():
    """Lists of layers that fit together, of 2 to 4, of one and two dimensions."""
    found = []
    for size in [(1,), (2,), (5,), (12,), (1, 1), (3, 4), (6, 3), (12, 12)]:
        for seed in range(3):
            rng, ops = random.Random(f"{size} {seed}"), []
            while len(ops) < 2 + seed:
                at = ops[-1].output_size if ops else size
                op = some(rng.choice(list(OPERATIONS)), at)
                if max(op.output_size) <= 20 and max(axis.padded for axis in op.axes) <= 30:
                    ops.append(op)
                elif rng.random() < 0.5:
                    ops = []
            found.append(tuple(ops))
    return found


@cache
def subjects(view):
    """(operation, or list of layers) that a view takes, of all kinds and sizes."""
    if VIEWS[view].takes_layers:
        return [ops for ops in chains() if not reason(view, ops)]
    single = [some(name, size) for name, size in itertools.product(OPERATIONS, SIZES)]
    deep = [
        replace(op, in_channels=c * g, out_channels=d * g, groups=g)
        for (c, d, g), op in zip(
            itertools.cycle([(2, 1, 1), (1, 3, 1), (1, 1, 3), (2, 2, 2)]),
            [op for op in single if op.weighted][::3],
            strict=False,
        )
    ]
    taken = [op for op in [*single, *deep] if not reason(view, op)]
    return taken if view in PLANAR else taken[:: -(-len(taken) // 50)]


def drawn(op, **look):
    return ca.animate(list(op) if isinstance(op, tuple) else op, **look)


def seen_steps(a):
    return sorted({0, len(a) // 2, len(a) - 1})


def polygons(marks):
    """The parts of polygons, by their number of corners: [(n, corners, 2)]."""
    by_count = {}
    for mark in marks:
        if isinstance(mark, Polygon):
            for part in mark.parts:
                by_count.setdefault(len(part), []).append(part)
    return [np.array(parts, float) for parts in by_count.values()]


def extent(marks):
    points = [point for mark in marks if not isinstance(mark, Text) for part in mark.parts for point in part]
    _, boxes = boxed(marks)
    return np.concatenate([np.array(points, float).reshape(-1, 2), boxes.reshape(-1, 2)])


def faults(a, step, plain=None):
    """What is wrong with a step of an animation, and with its labels if the scene without them is given."""
    marks = list(leaves(marks_of(a.scene, step)))
    box, found = a.scene.box, []
    points = extent(marks)
    low, high = np.array([box.x, box.y]), np.array([box.x + box.width, box.y + box.height])
    if not np.isfinite(points).all() or (points < low + LEAST_MARGIN).any() or (points > high - LEAST_MARGIN).any():
        found.append("something is outside")
    declared = set().union(
        *(
            {mark.role for mark in leaves(layer.marks)} if isinstance(layer, Layer) else layer.roles
            for layer in a.scene.layers
        )
    )
    found += [f"undeclared role {role}" for role in sorted({mark.role for mark in marks} - declared)]
    found += [f"no style for {role}" for role in sorted({mark.role for mark in marks} - a.theme.styles.keys())]
    texts, boxes = boxed(marks)
    if len(texts) < 800:
        found += [
            f"{texts[n].text!r} is over {texts[m].text!r}"
            for n, m in np.argwhere(overlapping(boxes, boxes))
            if n < m and not (texts[n].text == texts[m].text and np.allclose(boxes[n], boxes[m], atol=0.02))
        ]
    if plain is None:
        return found
    added, own = labels_in(a.scene, plain, step), list(leaves(marks_of(plain, step)))
    labels, where = boxed([mark for mark in added if mark.role == "label"])
    if not len(labels):
        return found
    shapes = polygons(own)
    for label, place in zip(labels, corners(where), strict=True):
        found += [f"{label.text!r} is over the figure" for parts in shapes if (gaps(place, parts) <= 0).any()]
    found += [f"{labels[n].text!r} is crossed by a line" for n in np.flatnonzero(crossed(where, segments(own)).any(1))]
    pixels = CELL_BP * a.dpi / 72
    return found + [
        f"{label.text!r} has letters of {ink_of(label)[1] * pixels:.1f} px"
        for label in labels
        if ink_of(label)[1] * pixels < LEAST_PX
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_draws_every_operation_that_it_takes(view):
    """In all themes, label sets and languages in turn, with and without outputs that appear, first, middle and last
    frame.
    """
    found, seen = [], Counter()
    for n, op in enumerate(subjects(view)):
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
            found += [(fault, op, look, labels, step) for fault in faults(a, step, plain)]
        if n % 5 == 0:
            small = replace(a, dpi=20.0)
            for step in [*seen_steps(a), *seen_steps(a)[::-1]]:
                frame = small.frame(step)
                assert (frame == small.canvas().picture(step)).all(), "something of another step is left"
                assert frame.shape == (*small.size[::-1], 3) and frame.min() < 128 < frame.max()
            assert (text := a.svg(a.scene.poster)).startswith("<svg ") and text.endswith("</svg>\n")
    assert not found, f"{len(found)} faults, such as {found[:3]}"
    assert len(seen) == len(THEMES) + len(SEEN) + 2 + 2, seen


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("view", VIEWS)
def test_an_svg_of_every_view_shows_what_the_frame_shows_in_every_theme(view, theme):
    ops = subjects(view)
    for n, op in enumerate(random.Random(f"{view} {theme}").sample(ops, 2)):
        a = drawn(op, view=view, theme=theme, labels=("all", "none")[n % 2], dpi=150, reveal=n == 0)
        if a.size[0] * a.size[1] > 6e6:
            continue
        # along many cells dashes are where their three decimals put them
        solid = {role: replace(style, dash=None) for role, style in a.theme.styles.items()}
        a = replace(a, theme=replace(a.theme, styles=solid))
        for step in {a.scene.poster, len(a) - 1}:
            apart = differences(rasterised(a.svg(step)), a.frame(step))
            # lines that lie on each other, and veils of many stamps, add up in another way; what is missing is further
            # apart
            assert all(value <= NEAR.get(key, 0) for key, value in apart.items()), (apart, op, step)


@pytest.mark.parametrize("view", VIEWS)
def test_declared_roles_are_those_of_all_steps_and_scenes_can_be_copied(view):
    for n, op in enumerate(subjects(view)[::7]):
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
    assert not faults(a, 1, plain)

    def spoiled(*marks, declared=True):
        layer = Layer(marks) if declared else PerStep(Fixed(marks), frozenset())
        return replace(a, scene=replace(a.scene, layers=(*a.scene.layers, layer)))

    (text, *_), _ = boxed(list(leaves(marks_of(a.scene, 1))))
    assert "something is outside" in faults(spoiled(Line("ray", (((0.0, 0.0), (99.0, 0.0)),))), 1)
    assert "undeclared role rai" in faults(spoiled(Line("rai", (((0.0, 0.0), (1.0, 0.0)),)), declared=False), 1)
    assert "no style for rai" in faults(spoiled(Line("rai", (((0.0, 0.0), (1.0, 0.0)),))), 1)
    assert any("is over" in fault for fault in faults(spoiled(replace(text, text="8")), 1))
    box = plain.box
    over = Text("label", (box.x + box.width / 4, box.y + box.height / 2), "over", 0.5, 9.0, face="sans")
    assert any("is over the figure" in fault for fault in faults(spoiled(over), 1, plain))
    assert any("px" in fault for fault in faults(spoiled(replace(over, size=0.1)), 1, plain))


class Fixed:
    def __init__(self, marks):
        self.marks = marks

    def __call__(self, step):
        return self.marks

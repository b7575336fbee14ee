"""Animations as things: equal, copied, sent to other processes; and views of others' making, with labels, growing and
passing marks.
"""

from __future__ import annotations

import copy
import itertools
import pickle
from dataclasses import dataclass

import pytest

import convanim as ca
from convanim.scene import Accumulating, Box, Layer, Line, Marks, MeasuredPlane, PerStep, Polygon, Scene
from convanim.scene.plane import Plane
from convanim.views import VIEWS, View

LOOKS = [
    {},
    {"theme": "clear", "labels": "all"},
    {"theme": "dark", "labels": "all", "reveal": True, "lang": "zh"},
    {"theme": "auto", "background": "transparent"},
    {"view": "flat", "theme": "clear", "labels": "all", "reveal": True},
    {"symbols": True, "labels": ["sum", "legend"]},
    {"seed": 3, "theme": {"ray": {"width": 0.2}}},
]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_pickles_and_copies_of_an_animation_are_equal_to_it_and_draw_the_same(look):
    for op in (
        ca.Conv((3, 4), 2, padding=1, padding_mode="reflect"),
        ca.ConvTranspose(2, 3, stride=2, padding=1),
        ca.Pool(4, 2, ceil_mode=True),
    ):
        a = ca.animate(op, dpi=40, **look)
        frame = a.frame(1)
        for again in (pickle.loads(pickle.dumps(a)), copy.copy(a), copy.deepcopy(a), ca.animate(op, dpi=40, **look)):
            assert again == a and again.svg(1) == a.svg(1) and (again.frame(1) == frame).all()


def test_animations_that_differ_in_anything_are_not_equal():
    op = ca.Conv((3, 4), 2, padding=1)
    made = [ca.animate(op, dpi=40, **look) for look in LOOKS]
    made += [ca.animate(op, dpi=41), ca.animate(op, dpi=40, step_ms=500), ca.animate(ca.Conv((3, 4), 2), dpi=40)]
    for one, other in itertools.combinations(made, 2):
        assert one != other


# --- a view that is not the package's


@dataclass(frozen=True)
class Row:
    """A cell of the output, as a square in a row."""

    role: str

    def __call__(self, step: int) -> Marks:
        plane = Plane((float(step), 0.0), (1.0, 0.0), (0.0, 1.0))
        return (Polygon(self.role, plane.rectangles([(0, 1)], [(0, 1)]), plane),)


def toy(sheets, layers):
    def draw(op, texts, flags):
        steps = len(op.steps)
        frame = Layer(
            (Line("grid", (((0.0, 0.0), (float(steps), 0.0), (float(steps), 1.0), (0.0, 1.0), (0.0, 0.0)),)),)
        )
        plane = Plane((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
        return Scene(
            Box(-1.0, -1.0, steps + 2.0, 3.0),
            (frame, *layers),
            steps,
            steps - 1,
            (MeasuredPlane("output", plane, (1, steps), "left", "top"),) if sheets else (),
        )

    return View(draw, "a row", False)


SPANNED = Layer((Polygon("input", (((0.2, 0.2), (0.8, 0.2), (0.8, 0.8)),)),), range(1, 3))
LAYERS = {
    "nothing that moves": (SPANNED,),
    "what moves": (PerStep(Row("current"), frozenset({"current"})),),
    "what grows": (Accumulating(Row("output"), frozenset({"output"})),),
    "all, the passing one last": (
        Accumulating(Row("output"), frozenset({"output"})),
        PerStep(Row("current"), frozenset({"current"})),
        SPANNED,
    ),
}


@pytest.mark.parametrize("sheets", [False, True])
@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("theme", ["classic", "auto"])
def test_a_view_of_another_making_takes_labels_and_is_written(layers, sheets, theme, monkeypatch, tmp_path):
    monkeypatch.setitem(VIEWS, "toy", toy(sheets, LAYERS[layers]))
    op = ca.Conv((1, 5), 2, padding=((0, 1), (0, 0)))
    for labels in ("none", "all"):
        a = ca.animate(op, view="toy", theme=theme, labels=labels, dpi=60)
        frames = [a.frame(step) for step in range(len(a))]
        changes = [bool((one != other).any()) for one, other in itertools.pairwise(frames)]
        assert changes == (
            [True] * (len(a) - 1)
            if labels == "all" or layers != "nothing that moves"
            else [True, False, True, *[False] * (len(a) - 4)]
        )
        for suffix in (".gif", ".svg"):
            assert a.save(tmp_path / f"x{suffix}")
        assert len({a.svg(step) for step in range(len(a))}) > 1

"""The layout of the code: which way imports run, what is loaded when, and that every combination of the tables can be
drawn.
"""

from __future__ import annotations

import importlib.util
import itertools
import math
import random
import re
import tomllib
import zipfile
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import convanim as ca
from convanim.geometry import OPERATIONS, POOL_MODES
from convanim.geometry.padding import PADDING_MODES, PADDINGS
from convanim.geometry.parameters import parameters
from convanim.scene import Group, Layer, Line, Polygon, Text
from helpers.processes import ROOT, python

HEAVY = ("numpy", "matplotlib", "PIL", "imageio", "scipy")
LOADS = {
    "import convanim": "import convanim",
    "convanim --help": (
        "import sys; sys.argv = ['convanim', '--help']\nfrom convanim.cli import main\ntry: main()\nexcept SystemExit:"
        " pass"
    ),
    "convanim --version": (
        "import sys; sys.argv = ['convanim', '--version']\nfrom convanim.cli import main\ntry: main()\nexcept"
        " SystemExit: pass"
    ),
    "list": "import sys; sys.argv = ['convanim', 'list']\nfrom convanim.cli import main\nmain()",
    "an isometric SVG": (
        "import convanim as ca; ca.animate(ca.Conv(5, 3)).save('x.svg'); ca.figure('dilation').save('y_{step}.svg')"
    ),
}


@pytest.mark.parametrize("what", LOADS)
def test_what_needs_no_pixels_loads_no_large_library(what, tmp_path):
    run = python("-c", f"{LOADS[what]}\nimport sys\nprint(sorted(set(sys.modules) & set({HEAVY!r})))", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "[]"


def test_the_list_of_loaded_libraries_sees_one_that_is_loaded(tmp_path):
    code = (
        "import convanim as ca; ca.animate(ca.Conv(5, 3)).save('x.gif')\nimport sys\nprint(sorted(set(sys.modules) &"
        f" set({HEAVY!r})))"
    )
    run = python("-c", code, cwd=tmp_path)
    assert run.stdout == "['PIL', 'matplotlib', 'numpy']\n"


# --- every combination


@cache
def some(name, input_size):
    """An operation of this kind and input size; its other parameters come from a generator seeded by these."""
    rng = random.Random(f"{name} {input_size}")

    def each(low, high):
        return tuple(rng.randint(low, high) for _ in input_size)

    while True:
        pairs = tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in input_size)
        drawn = {
            "stride": each(1, 3),
            "dilation": each(1, 3),
            "padding": rng.choice([pairs, pairs, each(0, 2), *PADDINGS]),
            "output_padding": each(0, 2),
            "output_size": each(1, 8),
            "padding_mode": rng.choice([*PADDING_MODES]),
            "flip": rng.random() < 0.5,
            "ceil_mode": rng.random() < 0.7,
            "count_include_pad": rng.random() < 0.5,
            "kernel_size": each(1, 4),
            "mode": rng.choice(["average", "max"] if name == "adaptive_pool" else POOL_MODES),
        }
        taken = {word: drawn[word] for word in parameters(OPERATIONS[name]) if word in drawn}
        if drawn["mode"] != "average":
            taken.pop("count_include_pad", None)
        try:
            op = OPERATIONS[name](input_size, **taken)
            ca.evaluate(
                op, np.ones(op.input_size), np.ones(op.kernel_size) if "flip" in taken else None
            )  # not an average over nothing
            return op
        except ca.ConvanimError:
            continue


SIZES = [*itertools.product((1, 2, 3, 4, 6, 12), repeat=2), *((i,) for i in range(1, 13))]
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


def flattened(marks, x=0.0, y=0.0):
    """(role, points) of all marks, those of groups where they are placed."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from flattened(mark.marks, x + mark.at[0], y + mark.at[1])
        elif isinstance(mark, Text):
            yield mark.role, [(x + mark.at[0], y + mark.at[1])]
        else:
            assert isinstance(mark, Line | Polygon)
            yield mark.role, [(x + px, y + py) for part in mark.parts for px, py in part]


def drawn(scene, steps):
    return [row for layer in scene.layers for step in steps for row in flattened(layer.seen(step))]


def apart(one, other):
    """The distance between two convex shapes along the best of their edges' normals; not above 0 where they meet."""
    best = -math.inf
    for corners in (one, other):
        for (x0, y0), (x1, y1) in itertools.pairwise([*corners, corners[0]]):
            length = math.hypot(x1 - x0, y1 - y0)
            nx, ny = (y1 - y0) / length, (x0 - x1) / length
            a, b = ([nx * x + ny * y for x, y in shape] for shape in (one, other))
            best = max(best, min(a) - max(b), min(b) - max(a))
    return best


def hull(points):
    """The corners of the convex hull, in order (Andrew's monotone chain)."""

    def half(ordered):
        chain = []
        for x, y in ordered:
            while (
                len(chain) > 1
                and (chain[-1][0] - chain[-2][0]) * (y - chain[-2][1])
                - (chain[-1][1] - chain[-2][1]) * (x - chain[-2][0])
                <= 1e-12
            ):
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    ordered = sorted({(round(x, 9), round(y, 9)) for x, y in points})
    return half(ordered) + half(ordered[::-1])


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("theme", ca.THEMES)
def test_the_planes_of_the_isometric_view_never_overlap_cropped_cells_and_overhang_included(theme, name):
    for size in [*SIZES, (1, 40), (40, 1), (30, 2), (2, 30)]:
        op = some(name, size)
        rows = drawn(ca.animate(op, view="isometric", theme=theme, labels="none").scene, [0, len(op.steps) - 1])
        below, above = (
            hull([p for role, points in rows if role in wanted for p in points])
            for wanted in (("grid", "overhang", "window"), ("output_grid", "cropped", "current"))
        )
        assert min(len(below), len(above)) >= 4
        assert apart(below, above) > 0.1, op


def test_the_distance_of_planes_sees_an_overlap():
    square = hull([(0, 0), (1, 0), (1, 1), (0, 1), (0.5, 0.5)])
    assert len(square) == 4
    assert apart(square, [(x + 2, y) for x, y in square]) == pytest.approx(1)
    assert apart(square, [(x + 0.9, y + 0.9) for x, y in square]) < 0
    assert apart(square, [(x / 4 + 0.3, y / 4 + 0.3) for x, y in square]) < 0


# --- the package


def test_the_wheel_has_the_templates_and_the_mark_of_types(tmp_path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {"templates": "convanim/templates"}
    assert {path.name for path in (ROOT / "templates").glob("*.toml")} >= {"arithmetic.toml", "numerical.toml"}
    if importlib.util.find_spec("hatchling"):
        run = python("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
        assert run.returncode == 0, run.stderr
        (wheel,) = tmp_path.glob("*.whl")
        names = set(zipfile.ZipFile(wheel).namelist())
        assert {"convanim/templates/arithmetic.toml", "convanim/templates/numerical.toml", "convanim/cli.py"} <= names
        assert not [name for name in names if name.startswith(("tests/", "gallery/"))]


def test_a_layer_with_a_span_is_seen_in_its_steps_alone_in_pixels_and_in_svg(tmp_path):
    base = ca.animate(ca.Conv(4, 3))
    mark = Polygon("current", (((-1.0, -1.0), (1.0, -1.0), (1.0, -2.0), (-1.0, -2.0)),))
    spanned = replace(base, scene=replace(base.scene, layers=(*base.scene.layers, Layer((mark,), range(1, 3)))))
    changed = [bool((spanned.frame(n) != base.frame(n)).any()) for n in range(4)]
    assert changed == [False, True, True, False]
    assert [spanned.svg(n) != base.svg(n) for n in range(4)] == changed
    (path,) = spanned.save(tmp_path / "spanned.svg")
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"0%\{visibility:visible\}([\d.]+)%", text) == ["25", "50"]  # a step of four, and two of four
    assert re.search(
        r'<g class="c\w{5}k1"><g style="animation-delay:-3s">', text
    )  # from the second second on; the poster is the last step

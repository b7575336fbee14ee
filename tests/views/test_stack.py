"""The view of layers above each other: what is veiled is what perturbing a cell shows to matter."""

from __future__ import annotations

import itertools
import math
import pickle
import random
import re
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.errors import ConvanimError
from convanim.geometry.receptive_field import receptive_field
from convanim.render import glyphs
from convanim.scene import Accumulating, Layer, PerStep, Text
from convanim.themes.table import CLASSIC, CLEAR
from convanim.views import VIEWS, view_flags
from helpers.refusals import refusal
from oracle.scenes import leaves
from oracle.view_stack import (
    INVERSE,
    A,
    C,
    P,
    Planes,
    Rows,
    T,
    cells,
    moving,
    parts,
    plane_faults,
    response,
    row_faults,
    seen,
    still,
)

# --- the stacks


def fitting(rng, size, kinds="CCCPTA"):
    """A layer of any kind over an input of this size."""
    ndim = len(size)

    def each(low, high):
        return tuple(rng.randint(low, high) for _ in range(ndim))

    while True:
        kind = rng.choice(kinds)
        try:
            if kind == "C":
                pads = tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in range(ndim))
                mode = rng.choice(["zeros", "zeros", "reflect", "circular", "replicate", "symmetric"])
                op = C(size, each(1, 3), stride=each(1, 2), dilation=each(1, 2), padding=pads, padding_mode=mode)
            elif kind == "P":
                op = P(
                    size,
                    each(1, 3),
                    stride=each(1, 3),
                    padding=rng.randint(0, 1),
                    mode=rng.choice(["max", "average", "l2"]),
                )
            elif kind == "T":
                op = T(size, each(1, 3), stride=each(1, 3), padding=rng.randint(0, 1))
            else:
                op = A(size, each(1, 4), mode=rng.choice(["average", "max"]))
        except ConvanimError:
            continue
        if math.prod(op.output_size) <= 64 and math.prod(op.output_size):
            return op


def stacks(ndim, count, layers=(1, 2, 2, 3), largest=6, kinds="CCCPTA"):
    rng = random.Random(ndim)
    for _ in range(count):
        ops = []
        for _ in range(rng.choice(layers)):
            ops.append(
                fitting(rng, ops[-1].output_size if ops else tuple(rng.randint(1, largest) for _ in range(ndim)), kinds)
            )
        yield tuple(ops)


NAMED = [
    (C(7, 3), C(5, 3)),
    (C(7, 5),),
    (C(9, 3), C(7, 3), C(5, 3)),
    (C(7, 3, padding=1), C(7, 3, padding=1)),
    (C(9, 3, dilation=2), C(5, 3, dilation=2)),
    (C(7, 3, stride=2, padding=1), T(4, 3, stride=2, padding=1)),
    (C(8, 3, padding=1), P(8, 2), C(4, 3)),
    (T(3, 2, stride=3), C(8, 2)),
    (C(5, 3, padding=1), T(5, 1, stride=2)),
    (C((1, 7), (1, 3)), C((1, 5), (1, 2))),
]


WAVENET = tuple(C(16, 2, dilation=d, padding="causal", ndim=1) for d in (1, 2, 4, 8))


LINES = [
    WAVENET,
    (C(15, 3, stride=2, ndim=1), C(7, 3, stride=2, ndim=1)),
    (C(8, 3, stride=2, padding=1, ndim=1), T(4, 2, stride=2, ndim=1)),
    (A(1, 3, ndim=1),),
]


def drawn(ops, theme=CLEAR, reveal=False):
    return VIEWS["stack"].draw(ops, None, view_flags(theme, reveal=reveal))


# --- the claims


@pytest.mark.parametrize("ops", [*NAMED, *stacks(2, 60)], ids=str)
def test_on_every_plane_what_is_veiled_is_what_matters_and_rays_join_the_fields(ops):
    scene = drawn(ops)
    planes = Planes(ops, scene)
    assert scene.steps == math.prod(ops[-1].output_size)
    for step in range(scene.steps):
        assert not plane_faults(ops, scene, planes, step), step


@pytest.mark.parametrize("ops", [*LINES, *stacks(1, 150, (1, 2, 3, 4), 9)], ids=str)
def test_in_every_row_what_is_veiled_is_what_matters_and_all_connections_are_there(ops):
    scene = drawn(ops)
    rows = Rows(ops, scene)
    assert rows.links(parts(still(scene), "edge")) == {
        (n, int(s), int(o)) for n, op in enumerate(ops) for o, s in zip(*np.nonzero(response(op)), strict=True)
    }
    for step in range(scene.steps):
        assert not row_faults(ops, scene, rows, step), step


def test_windows_that_hang_over_the_edge_veil_what_is_there_alone():
    ops = (C(5, 3, padding=1), P(5, 2, ceil_mode=True))
    scene = drawn(ops)
    planes = Planes(ops, scene)
    planes.pads[1] = [(0, 1), (0, 1)]  # the last window starts at the last cell
    for step in range(9):
        veiled, frames = (
            planes.covered(parts(moving(scene, step), "tap")),
            planes.framed(parts(moving(scene, step), "window")),
        )
        assert veiled[1] == cells(seen(ops)[1][step], (5, 5))
        assert frames[1] == (2 * (step // 3), 2 * (step // 3) + 2, 2 * (step % 3), 2 * (step % 3) + 2)
        assert {(r, c) for r, c in veiled[0] if 0 <= r < 5 and 0 <= c < 5} == cells(seen(ops)[0][step], (5, 5))


def test_the_checks_find_a_veil_a_frame_a_cell_and_rays_that_are_not_so():
    ops = NAMED[3]
    scene = drawn(ops)
    planes = Planes(ops, scene)

    def faults(spoil):
        return plane_faults(
            ops, replace(scene, layers=(PerStep(lambda step: spoil(scene, step), frozenset()),)), planes, 24
        )

    assert faults(moving) == []
    assert set(faults(lambda scene, step: moving(scene, step + 1))) == {
        "current",
        "veil 0",
        "veil 1",
        "window 0",
        "window 1",
        "ray 0",
        "ray 1",
    }
    assert faults(lambda scene, step: [m for m in moving(scene, step) if m.role != "ray"]) == ["ray 0"] * 4 + [
        "ray 1"
    ] * 4 + ["rays"]
    assert faults(
        lambda scene, step: [replace(m, parts=m.parts[:-1]) if m.role == "ray" else m for m in moving(scene, step)]
    ) == ["ray 1", "rays"]
    assert faults(lambda scene, step: [m for n, m in enumerate(moving(scene, step)) if n]) == ["veil 0"]
    lines = LINES[1]
    late = PerStep(lambda step: moving(drawn(lines), step + 1), frozenset())
    assert row_faults(lines, replace(drawn(lines), layers=(late,)), Rows(lines, drawn(lines)), 0) == [
        "current",
        "tap",
        "window",
        "rays",
    ]


@pytest.mark.parametrize(
    "ops",
    [
        ops
        for ops in [*NAMED, *LINES, *stacks(2, 60, largest=9, kinds="CP")]
        if all(isinstance(op, C | P) and op.padded_size == op.input_size for op in ops)
    ],
    ids=str,
)
def test_without_padding_every_field_has_the_size_that_the_recurrence_gives(ops):
    scene = drawn(ops)
    sizes = [(1,) * len(ops[0].axes), *(receptive_field(ops[n:])[-1].size for n in range(len(ops) - 1, -1, -1))]
    for step in range(scene.steps):
        told = scene.equation(step)
        assert [*told.terms, told.last] == ["x".join(map(str, size)) for size in sizes]


def test_two_3x3_see_as_much_as_one_5x5_and_three_as_much_as_7x7():
    assert [drawn(ops).equation(0).last for ops in NAMED[:3]] == ["5x5", "5x5", "7x7"]


def test_the_causal_stack_is_wavenets_figure_3():
    scene = drawn(WAVENET)
    rows = Rows(WAVENET, scene)
    assert all(row == rows.cells[0] for row in rows.cells)  # a time step is a column
    assert scene.poster == 15
    wanted = (
        {(3, 15, 15), (3, 7, 15)}
        | {(2, s, o) for o in (7, 15) for s in (o - 4, o)}
        | {(1, s, o) for o in (3, 7, 11, 15) for s in (o - 2, o)}
    )
    assert rows.links(parts(moving(scene, 15), "ray")) == wanted | {
        (0, s, o) for o in range(1, 16, 2) for s in (o - 1, o)
    }
    assert rows.covered(parts(moving(scene, 15), "tap"))[0] == set(range(16))


@pytest.mark.parametrize(
    "ops",
    [
        (C(7, 3), C(5, 3)),
        (C(9, 3, stride=2), C(4, 2)),
        (C(7, 5, padding=2), C(7, 3, padding=1)),
        (C(9, 3, dilation=2), P(5, 3)),
    ],
    ids=str,
)
def test_the_field_of_a_middle_cell_lies_under_it(ops):
    scene = drawn(ops)
    planes, marks = Planes(ops, scene), moving(scene, scene.steps // 2)
    frames = planes.framed(parts(marks, "window"))
    middles = [planes.origins[n] + [(f[2] + f[3]) / 2, (f[0] + f[1]) / 2] for n, f in enumerate(frames[:-1])]
    corner = parts(marks, "current")[0] @ INVERSE.T
    middles.append((corner.min(0) + corner.max(0)) / 2)
    xs = [float(np.linalg.inv(INVERSE)[0] @ at) for at in middles]
    assert scene.steps % 2 and xs == pytest.approx([xs[0]] * len(xs))


def test_scenes_can_be_compared_and_pickled_before_and_after_they_are_drawn():
    for ops in (NAMED[5], WAVENET):
        scene = drawn(ops)
        assert pickle.loads(pickle.dumps(scene)) == scene == drawn(ops)
        before = moving(scene, 3)
        assert moving(pickle.loads(pickle.dumps(scene)), 3) == before and scene == drawn(ops)


@pytest.mark.parametrize("theme", [CLASSIC, CLEAR], ids=lambda theme: theme.name)
@pytest.mark.parametrize("reveal", [False, True])
def test_all_marks_are_in_the_box_and_of_the_roles_that_are_declared_and_wanted(theme, reveal):
    for ops in [*NAMED, *LINES, *stacks(1, 20), *stacks(2, 20)]:
        scene = drawn(ops, theme, reveal)
        box = scene.box
        for layer in scene.layers:
            all_marks = (
                [list(leaves(layer.marks))]
                if isinstance(layer, Layer)
                else [list(leaves(layer.at(step))) for step in range(scene.steps)]
            )
            if not isinstance(layer, Layer):
                assert layer.roles == {mark.role for marks in all_marks for mark in marks}, ops
            for mark in itertools.chain(*all_marks):
                assert mark.role in theme.styles
                assert all(
                    box.x < x < box.x + box.width and box.y < y < box.y + box.height
                    for part in mark.parts
                    for x, y in part
                ), (ops, mark.role)
        assert any(isinstance(layer, Accumulating) for layer in scene.layers) == reveal == ("pending" in scene.roles())


@pytest.mark.parametrize("ops", [*NAMED, *LINES], ids=str)
@pytest.mark.parametrize("dpi", [40, 150])
def test_the_names_of_maps_stand_beside_all_marks_and_apart(ops, dpi):
    bare, scene = drawn(ops), ca.animate(list(ops), theme="clear", labels=["sizes"], dpi=dpi).scene
    texts = [mark for mark in still(scene) if isinstance(mark, Text)]
    sizes = ["x".join(map(str, op.input_size)) for op in ops] + ["x".join(map(str, ops[-1].output_size))]
    assert [mark.text for mark in texts] == [
        f"{name} {size}" for name, size in zip(["input", *["map"] * (len(ops) - 1), "output"], sizes, strict=True)
    ]
    most = max(
        x
        for step in range(bare.steps)
        for mark in [*still(bare), *moving(bare, step)]
        for part in mark.parts
        for x, _ in part
    )
    for mark in texts:
        half = glyphs.width(mark.text, mark.face) * mark.size / 2
        assert most + 0.3 < mark.at[0] - half and mark.at[0] + half < scene.box.x + scene.box.width
    heights = sorted(mark.at[1] for mark in texts)
    assert all(b - a > 1.1 * texts[0].size for a, b in itertools.pairwise(heights))


def test_labels_speak_of_each_layer_and_the_legend_of_every_padding():
    ops = [C(6, 3, padding=1), P(6, 3, stride=2, padding=1), T(3, 2, stride=2)]
    scene = ca.animate(ops, theme="clear", labels="all").scene
    said = [
        mark.text
        for layer in scene.layers
        for mark in leaves(layer.marks if isinstance(layer, Layer) else layer.at(4))
        if isinstance(mark, Text)
    ]
    for line in (
        "1 convolution: k=3 s=1 p=1",
        "3 layers: 6x6 → 6x6 → 3x3 → 6x6",
        "padding (0 / \N{MINUS SIGN}∞)",
        "output of one layer, input of the next",
    ):
        assert line in said, line
    assert any(re.fullmatch(r"receptive field, from the top map down: 1x1( → \dx\d){3}", line) for line in said)
    assert sum("pooling: " in line for line in said) == 1
    assert "inserted" not in scene.roles()
    assert "at most 5x5" in scene.description
    assert "感受野" in " ".join(
        mark.text
        for mark in leaves(ca.animate(ops, labels=["sum"], lang="zh").scene.layers[-1].at(0))
        if isinstance(mark, Text)
    )


@pytest.mark.parametrize(
    ("ops", "said"),
    [
        ([C(80, 3)], "4,096 cells in all layers together, and these have 12,484"),
        ([C(3, 1, ndim=3)], "1 or 2 dimensions, and these layers have 3"),
        ([C(3, 1)] * 13, "at most 12 layers, and these are 13"),
        ([C(1000, 5, ndim=1)], "4,096 connections, and these layers have 4,980"),
    ],
)
def test_what_is_too_large_is_refused_with_the_number_and_the_limit(ops, said):
    assert said in refusal(lambda: ca.animate(ops, focus="off"))
    assert ca.animate(C(5, 3), view="stack") == ca.animate([C(5, 3)])


def told_sizes(scene, step):
    """The sizes that the equation of a step says, from the output down to the input, each as numbers."""
    equation = scene.equation(step)
    return [tuple(map(int, text.split("x"))) for text in (*equation.terms, equation.last)]


def test_the_sizes_of_the_fields_are_those_of_receptive_field_in_every_step_of_convolutions_and_poolings():
    for ops in (
        [C(7, 3), C(5, 3)],
        [C(6, 3, padding=1), C(6, 3, padding=1)],
        [C(12, 3, padding=1), ca.Pool(12, 2), C(6, 3, padding=1)],
        [C(9, 3, dilation=2, padding=((1, 0), (2, 2))), C((6, 9), 2, stride=2)],
        [C(16, 2, dilation=d, padding="causal", ndim=1) for d in (1, 2, 4)],
    ):
        scene = ca.animate(ops).scene
        meant = [ca.receptive_field(ops[n:])[-1].size for n in reversed(range(len(ops)))]
        assert all(told_sizes(scene, step) == [(1,) * len(meant[0]), *meant] for step in range(scene.steps)), ops


def test_below_a_transposed_layer_the_field_is_that_of_the_cells_that_it_reads():
    down, up = C(8, 4, stride=2, padding=1), ca.ConvTranspose(4, 4, stride=2, padding=1)
    scene, kernel = ca.animate([down, up]).scene, np.ones((4, 4))
    read = [
        np.argwhere([ca.evaluate(up, np.eye(16)[n].reshape(4, 4), kernel).ravel()[step] for n in range(16)]).ravel()
        for step in range(64)
    ]
    seen = set()
    for step, units in enumerate(read):
        rows, columns = np.ptp(units // 4) + 1, np.ptp(units % 4) + 1
        assert told_sizes(scene, step) == [(1, 1), (rows, columns), ((rows - 1) * 2 + 4, (columns - 1) * 2 + 4)], step
        seen.add((rows, columns))
    assert seen == {(1, 1), (1, 2), (2, 1), (2, 2)}

"""The view of layers above each other, read back from its marks: what is veiled is what perturbing a cell shows to
matter.

Nothing here follows taps: whether a cell counts is found by evaluating the layers, with weights of 1, on a map that is
0 but for it.
"""

from __future__ import annotations

import itertools
import math
import pickle
import random
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import convanim as ca
from convanim.errors import ConvanimError
from convanim.geometry.receptive_field import receptive_field
from convanim.render import glyphs
from convanim.scene import Accumulating, Layer, Line, PerStep, Polygon, Text
from convanim.themes.table import CLASSIC, CLEAR
from convanim.views import VIEWS, view_flags
from helpers.refusals import refusal
from oracle.scenes import leaves

INVERSE = np.linalg.inv(np.array([[1.0, 0.7], [-0.5, 0.65]]))  # of the guide's slants: scene to (column, row)
C, T, P, A = ca.Conv, ca.ConvTranspose, ca.Pool, ca.AdaptivePool


# --- what matters to what, by trying


@cache
def response(op):
    """(output cells, input cells): whether an input cell matters to an output cell of a layer."""
    kernel = {} if isinstance(op, P | A) else {"kernel": np.ones(op.kernel_shape)}
    columns = []
    for cell in np.ndindex(op.input_size):
        x = np.zeros(op.input_size)
        x[cell] = 1
        columns.append(np.asarray(ca.evaluate(op, x, **kernel)).ravel() != 0)
    return np.array(columns).T


@cache
def seen(ops):
    """For each map, the input first and the output last, (output cells, its cells): whether they matter."""
    found = [np.eye(math.prod(ops[-1].output_size), dtype=bool)]
    for n in range(len(ops) - 1, -1, -1):
        x = np.eye(math.prod(ops[n].input_size))  # a map that is 0 but for a cell, put through all layers that follow
        for op in ops[n:]:
            x = np.array([response(op) @ row for row in x])
        found.insert(0, x.T != 0)
    return found


def widened(op):
    """The layer over an input that has its padding as cells of its own."""
    pads = (
        [(p, p) if isinstance(p, int) else p for p in op.padding]
        if isinstance(op, C | P)
        else [(0, 0)] * len(op.input_size)
    )
    if isinstance(op, A | T):
        return op, pads
    size = tuple(i + sum(p) for i, p in zip(op.input_size, pads, strict=True))
    return replace(op, input_size=size, padding=0, **({"padding_mode": "zeros"} if isinstance(op, C) else {})), pads


def cells(flags, size, first=(0, 0)):
    """The cells where flags are set, (row, column), counted from `first`."""
    size = (1, *size)[-2:]
    return {(int(i) // size[1] - first[0], int(i) % size[1] - first[1]) for i in np.flatnonzero(flags)}


def meant(ops, step):
    """For each map but the output: (cells that matter, what windows read, the padding's included; copies aren't what
    they copy).
    """
    found = []
    for n, op in enumerate(ops):
        inside, (wide, pads) = cells(seen(ops)[n][step], op.input_size), widened(op)
        read = response(wide)[seen(ops)[n + 1][step]].any(0)
        found.append((inside, cells(read, wide.input_size, tuple(p for p, _ in ([(0, 0)] * 2 + pads)[-2:]))))
    return found


def bounds(some):
    """(first row, after the last, first column, after the last) of cells."""
    rows, columns = zip(*some, strict=True)
    return min(rows), max(rows) + 1, min(columns), max(columns) + 1


# --- what is drawn


def parts(marks, role, kind=Polygon | Line):
    return [np.array(part) for mark in marks if isinstance(mark, kind) and mark.role == role for part in mark.parts]


def still(scene):
    return [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]


def moving(scene, step):
    return list(leaves([mark for layer in scene.layers if isinstance(layer, PerStep) for mark in layer.at(step)]))


class Planes:
    """The maps of a scene of planes: (column, row) of each one's first cell, and its size, found from its fill."""

    def __init__(self, ops, scene):
        self.pads = [*(widened(op)[1] for op in ops), [(0, 0)] * 2]
        fills = [
            part @ INVERSE.T for role in ("input", "hidden", "output") for part in parts(still(scene), role, Polygon)
        ]
        self.origins = [part.min(0) for part in fills]
        self.sizes = [tuple(np.rint(np.ptp(part, 0)[::-1]).astype(int)) for part in fills]
        assert self.sizes == [tuple(op.input_size) for op in ops] + [tuple(ops[-1].output_size)]

    def corners(self, part):
        """(map, its whole corners as (column, row)) of what lies on the one plane that has room for it."""
        part = part @ INVERSE.T
        found = []
        for n, (origin, (rows, columns), ((top, bottom), (left, right))) in enumerate(
            zip(self.origins, self.sizes, self.pads, strict=True)
        ):
            at = part - origin
            if (at > np.array([-left, -top]) - 1e-6).all() and (
                at < np.array([columns + right, rows + bottom]) + 1e-6
            ).all():
                found.append((n, np.rint(at).astype(int)))
                assert np.abs(at - np.rint(at)).max() < 1e-6
        assert len(found) == 1, "on no plane, or on two"
        return found[0]

    def covered(self, polygons):
        """Each map's cells under some rectangles, which don't overlap."""
        found = [set() for _ in self.sizes]
        for part in polygons:
            n, at = self.corners(part)
            (x0, y0), (x1, y1) = at.min(0), at.max(0)
            new = set(itertools.product(range(y0, y1), range(x0, x1)))
            assert new and not new & found[n]
            found[n] |= new
        return found

    def framed(self, lines):
        """Each map's bounds of some lines; None without any."""
        found = [[] for _ in self.sizes]
        for part in lines:
            n, at = self.corners(part)
            found[n] += [(y, x) for x, y in at.tolist()]
        return [
            None
            if not points
            else (*(f(v[0] for v in points) for f in (min, max)), *(f(v[1] for v in points) for f in (min, max)))
            for points in found
        ]


def plane_faults(ops, scene, planes, step):
    """What a step shows that isn't so."""
    marks, told, faults = moving(scene, step), meant(ops, step), []
    veiled, frames = planes.covered(parts(marks, "tap")), planes.framed(parts(marks, "window"))
    rays = parts(marks, "ray")
    current = divmod(step, ops[-1].output_size[1])
    if planes.covered(parts(marks, "current"))[-1] != {current}:
        faults.append("current")
    inner = [inside for inside, _ in told] + [{current}]
    for n, (inside, read) in enumerate(told):
        if veiled[n] != read | inside:
            faults.append(f"veil {n}")
        frame = bounds(read) if read else None
        if frames[n] != frame:
            faults.append(f"window {n}")
        if not read:
            continue
        ends = [
            (np.array([x, y]), np.array([u, v]))
            for x, u in zip(frame[2:], bounds(inner[n + 1])[2:], strict=True)
            for y, v in zip(frame[:2], bounds(inner[n + 1])[:2], strict=True)
        ]
        faults += [f"ray {n}"] * sum(not any(leads(planes, n, ray, *end) for ray in rays) for end in ends)
    return faults + (["rays"] if len(rays) != 4 * sum(bool(read) for _, read in told) else [])


def leads(planes, n, ray, start, end):
    """Whether a ray leads from a corner on a map to one on the next, or to the edge of what is drawn there, behind
    which it goes on.
    """
    a, b = ray @ INVERSE.T
    goal = planes.origins[n + 1] + end
    if np.abs(a - planes.origins[n] - start).max() > 1e-6:
        return False
    way, rest = b - a, goal - a
    (top, bottom), (left, right) = planes.pads[n + 1]
    rows, columns = planes.sizes[n + 1]
    at = b - planes.origins[n + 1]
    edge = [abs(at[0] + left), abs(at[0] - columns - right), abs(at[1] + top), abs(at[1] - rows - bottom)]
    return abs(way[0] * rest[1] - way[1] * rest[0]) < 1e-6 and (np.abs(b - goal).max() < 1e-6 or min(edge) < 1e-6)


class Rows:
    """The maps of a scene of rows: where each one's cells are."""

    def __init__(self, ops, scene):
        marks = still(scene)
        found = {}
        for role in ("input", "hidden", "output"):
            for part in parts(marks, role, Polygon):
                found.setdefault(round(part[:, 1].min(), 6), []).append(round(part[:, 0].min(), 6))
        self.cells = [found[y] for y in sorted(found, reverse=True)]
        self.heights = sorted(found, reverse=True)
        assert [len(row) for row in self.cells] == [op.input_size[0] for op in ops] + [ops[-1].output_size[0]]

    def at(self, x, y):
        """(map, cell) with this top left corner."""
        n = self.heights.index(round(y, 6))
        return n, self.cells[n].index(round(x, 6))

    def covered(self, polygons):
        found = [set() for _ in self.cells]
        for part in polygons:
            n, cell = self.at(*part.min(0))
            assert np.ptp(part, 0) == pytest.approx([1, 1]) and cell not in found[n]
            found[n].add(cell)
        return found

    def links(self, lines):
        """(layer, source, output cell) of connections: from the middle of one cell's top to the middle of another's
        bottom.
        """
        found = [(self.at(a[0] - 0.5, a[1]), self.at(b[0] - 0.5, b[1] - 1)) for a, b in lines]
        assert all(m == n + 1 for (n, _), (m, _) in found) and len(set(found)) == len(found)
        return {(n, source, cell) for (n, source), (_, cell) in found}


def row_faults(ops, scene, rows, step):
    """What a step of rows shows that isn't so."""
    marks, faults = moving(scene, step), []
    inside = [set(np.flatnonzero(one[step]).tolist()) for one in seen(ops)]
    if rows.covered(parts(marks, "current"))[-1] != {step}:
        faults.append("current")
    faults += [role for role in ("tap", "window") if rows.covered(parts(marks, role))[:-1] != inside[:-1]]
    links = {(n, int(s), o) for n, op in enumerate(ops) for o in inside[n + 1] for s in np.flatnonzero(response(op)[o])}
    return faults + (["rays"] if rows.links(parts(marks, "ray")) != links else [])


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
        "map between two layers",
    ):
        assert line in said, line
    assert any(re.fullmatch(r"receptive field: 1x1( → \dx\d){3}", line) for line in said)
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
    assert said in refusal(lambda: ca.animate(ops))
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
    for step, cells in enumerate(read):
        rows, columns = np.ptp(cells // 4) + 1, np.ptp(cells % 4) + 1
        assert told_sizes(scene, step) == [(1, 1), (rows, columns), ((rows - 1) * 2 + 4, (columns - 1) * 2 + 4)], step
        seen.add((rows, columns))
    assert seen == {(1, 1), (1, 2), (2, 1), (2, 2)}

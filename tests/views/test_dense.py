"""The view of a layer as a network: its connections, read back from the scene's lines, against loops over windows and
stamps.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.render import glyphs
from convanim.scene import Accumulating, Group, Layer, Line, PerStep, Polygon, Text, roles
from convanim.spec import figures
from convanim.text.cell_texts import symbols
from convanim.themes.table import CLEAR
from convanim.views import VIEWS, view_flags
from helpers.processes import ROOT
from helpers.refusals import refusal
from oracle.scenes import leaves, misdeclared
from oracle.view_matrix import shared

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "symmetric": "symmetric"}
LOW = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))


# --- what the layer means, in loops


def along(op, n):
    """{output cell: [(kernel cell, input cell)]} along an axis; a transposed convolution's by its stamps."""
    i = op.input_size[n]
    if isinstance(op, ca.AdaptivePool):
        o = op.output_size[n]
        return {q: [(None, c) for c in range(math.floor(q * i / o), math.ceil((q + 1) * i / o))] for q in range(o)}
    k, s, d, o = (getattr(op, word)[n] for word in ("kernel_size", "stride", "dilation", "output_size"))
    p = op.padding[n] if isinstance(op.padding[n], tuple) else (op.padding[n],) * 2
    found = {q: [] for q in range(o)}
    if isinstance(op, ca.ConvTranspose):
        for c, j in itertools.product(range(i), range(k)):
            if 0 <= (q := c * s + j * d - p[0]) < o:
                found[q].append((j, c))
        return found
    mode = getattr(op, "padding_mode", "zeros")
    sources = np.pad(np.arange(i), p, **({"mode": MODES[mode]} if mode in MODES else {"constant_values": -1}))
    for q, j in itertools.product(range(o), range(k)):
        at = q * s + j * d
        if at < len(sources) and sources[at] >= 0:
            found[q].append((j, int(sources[at])))
    return found


def meant(op):
    """For each output node, how often each (input node, role of the connection) is connected with it."""
    axes = [along(op, n) for n in range(len(op.input_size))]
    found = []
    for output in itertools.product(*(range(n) for n in op.output_size)):
        pairs = Counter()
        for reads in itertools.product(*(axis[q] for axis, q in zip(axes, output, strict=True))):
            node = int(np.ravel_multi_index([c for _, c in reads], op.input_size))
            pairs[node, role_of(op, [j for j, _ in reads])] += 1
        found.append(pairs)
    return found


def role_of(op, cell):
    if isinstance(op, ca.Pool | ca.AdaptivePool):
        return "ray"
    if getattr(op, "flip", False):
        cell = [k - 1 - j for k, j in zip(op.kernel_size, cell, strict=True)]
    if math.prod(op.kernel_size) <= 25:
        return f"edge_{np.ravel_multi_index(cell, op.kernel_size) + 1}"
    return f"edge_{cell[0] % 25 + 1}" if len(cell) == 1 else f"edge_{shared(op.kernel_size, *cell) + 1}"


def matrix(op):
    """The layer's matrix, each weight counted as 1."""
    table = np.zeros((math.prod(op.output_size), math.prod(op.input_size)), int)
    for o, pairs in enumerate(meant(op)):
        for (i, _), count in pairs.items():
            table[o, i] += count
    return table


# --- what the scene shows


def round_ones(marks, role):
    """The middles and radii of the circles with a role."""
    found = []
    for mark in marks:
        if isinstance(mark, Polygon) and mark.role == role:
            for part in mark.parts:
                if len(part) > 8:
                    middle = tuple(np.mean(part, axis=0).round(6))
                    assert np.ptp([math.dist(middle, point) for point in part]) < 1e-5, "not round"
                    found.append((middle, round(math.dist(middle, part[0]), 6)))
    return found


class Network:
    """A scene's nodes from the top, and which of them its lines join."""

    def __init__(self, op, scene):
        self.op, self.scene = op, scene
        self.still = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
        self.inputs, self.outputs = (
            sorted(round_ones(self.still, role), key=lambda node: node[0][1]) for role in ("input", "output")
        )
        assert len({x for (x, _), _ in self.inputs}) == len({x for (x, _), _ in self.outputs}) == 1

    def step(self, step):
        return [mark for layer in self.scene.layers if isinstance(layer, PerStep) for mark in leaves(layer.at(step))]

    def on(self, nodes, point):
        """The node on whose edge a line ends."""
        distances = [abs(math.dist(middle, point) - radius) for middle, radius in nodes]
        best = int(np.argmin(distances))
        assert distances[best] < 1e-5, "a line that ends beside the nodes"
        return best

    def connections(self, marks, wanted):
        """How often (output, input, role) are joined by lines of these roles; a kernel's samples, which are level and
        short, left out.
        """
        found = Counter()
        for mark in marks:
            if isinstance(mark, Line) and wanted(mark.role):
                for start, end in (part for part in mark.parts if end_x(part) > self.inputs[0][0][0] + 1.5):
                    found[self.on(self.outputs, end), self.on(self.inputs, start), mark.role] += 1
        return found

    def faults(self, step, pairs):
        marks = self.step(step)
        found = self.connections(marks, lambda role: role.startswith("edge_") or role == "ray")
        bad = [] if found == {(step, node, role): count for (node, role), count in pairs.items()} else ["connections"]
        read = [self.on(self.inputs, (x + r, y)) for (x, y), r in round_ones(marks, "tap")]
        bad += [] if sorted(read) == sorted({node for node, _ in pairs}) else ["nodes read"]
        bad += (
            []
            if [self.on(self.outputs, (x + r, y)) for (x, y), r in round_ones(marks, "current")] == [step]
            else ["current"]
        )
        return bad


def end_x(part):
    return part[1][0] if abs(part[1][0] - part[0][0]) > 1 else -math.inf


def draw(op, *, reveal=False):
    return VIEWS["dense"].draw(op, symbols(op), view_flags(CLEAR, reveal=reveal))


def built(kind, *args, **kwargs):
    try:
        op = kind(*args, **kwargs)
    except ca.ConvanimError:
        return []
    return [] if VIEWS["dense"].refuses(op) else [op]


def small():
    for i, k, s, p, d in itertools.product((1, 2, 5), (1, 2, 3), (1, 2), ((0, 0), (1, 2)), (1, 2)):
        yield from built(ca.Conv, (i,), k, stride=s, padding=(p,), dilation=d)
        yield from built(ca.ConvTranspose, (i,), k, stride=s, padding=(p,), dilation=d, output_padding=s - 1)
        yield from built(ca.Pool, (i,), k, stride=s, dilation=d, ceil_mode=True)
    for i, j, k, p in itertools.product((1, 3, 4), (2, 5), ((1, 2), (3, 3), (2, 4)), (0, 1)):
        yield from built(ca.Conv, (i, j), k, stride=(1, 2), padding=p, flip=bool(p))
        yield from built(ca.ConvTranspose, (i, j), k, stride=(2, 1), padding=p)
        yield from built(ca.Pool, (i, j), k, stride=1, mode="average")
        yield from built(ca.AdaptivePool, (i, j), k)
    for mode in MODES:
        yield from built(ca.Conv, (3, 4), 3, padding=1 if mode == "reflect" else 2, padding_mode=mode)
    yield from built(ca.Conv, (6, 5), (4, 4))
    yield from built(ca.Conv, (12,), 11)
    yield from built(ca.Conv, 12, 3)


CASES = list(small())


def test_the_connections_of_every_step_are_those_of_its_window_in_the_colours_of_their_weights():
    assert len(CASES) > 150
    for op in CASES:
        seen = Network(op, draw(op))
        assert (len(seen.inputs), len(seen.outputs)) == (math.prod(op.input_size), math.prod(op.output_size)), op
        pairs, steps = meant(op), len(op.steps)
        for step in range(steps) if steps < 12 else (0, 1, steps // 2, steps - 1):
            assert not seen.faults(step, pairs[step]), (op, step)


def test_all_faint_lines_together_are_the_matrix_cells_that_are_not_zero():
    for op in CASES:
        seen = Network(op, draw(op))
        found = seen.connections(seen.still, lambda role: role == "edge")
        assert set(found) == {(o, i, "edge") for o, i in np.argwhere(matrix(op)).tolist()}, op
        assert set(found.values()) <= {1}


def test_the_matrix_of_these_loops_is_the_packages_and_the_guides():
    assert matrix(ca.Conv(4, 3)).sum() == 36 and (matrix(ca.Conv(4, 3)).sum(1) == 9).all()
    for op in CASES[::7]:
        if isinstance(op, ca.Conv | ca.ConvTranspose):
            assert (ca.unrolled(op, np.ones(op.kernel_size)).dense() == matrix(op)).all()


def test_nodes_carry_their_own_values_in_the_planes_order():
    for op in (ca.Conv((3, 4), 2), ca.Conv(5, 3, ndim=1), ca.ConvTranspose(2, 3), ca.AdaptivePool(4, 3)):
        seen = Network(op, draw(op))
        for nodes, size, role in (
            (seen.inputs, op.input_size, "input_value"),
            (seen.outputs, op.output_size, "output_value"),
        ):
            texts = [
                mark
                for mark in seen.still
                if isinstance(mark, Text) and mark.role == role and abs(mark.at[0] - nodes[0][0][0]) < 1e-6
            ]
            cells = [tuple(int(LOW[c]) for c in mark.text[1:]) for mark in sorted(texts, key=lambda mark: mark.at[1])]
            assert cells == list(np.ndindex(*size))
            assert [tuple(np.round(mark.at, 6)) for mark in texts] == [middle for middle, _ in nodes]


def boxes(marks):
    found = {}
    for mark in marks:
        if isinstance(mark, Text):
            xs, ys = zip(*(point for _, points in glyphs.outline(mark) for point in points), strict=True)
            found[mark.at, mark.text] = (
                mark.at[0] + min(xs),
                mark.at[1] + min(ys),
                mark.at[0] + max(xs),
                mark.at[1] + max(ys),
            )
    return found


def layout_faults(scene, step):
    """Texts that meet, marks outside the box, nodes that meet, and roles that weren't declared."""
    marks = [mark for layer in scene.layers for mark in leaves(layer.seen(step))]
    found = []
    for (one, (a, b, c, d)), (other, (e, f, g, h)) in itertools.combinations(boxes(marks).items(), 2):
        found += [("meet", one, other)] if a < g and e < c and b < h and f < d else []
    points = [point for mark in marks if not isinstance(mark, Text) for part in mark.parts for point in part]
    points += [point for a, b, c, d in boxes(marks).values() for point in ((a, b), (c, d))]
    box = scene.box
    found += (
        ["outside"]
        if any(not (box.x < x < box.x + box.width and box.y < y < box.y + box.height) for x, y in points)
        else []
    )
    nodes = [node for role in ("input", "output") for node in set(round_ones(marks, role))]
    found += ["nodes"] if any(math.dist(a, b) < r + q for (a, r), (b, q) in itertools.combinations(nodes, 2)) else []
    for layer in scene.layers:
        if isinstance(layer, PerStep | Accumulating) and not roles(layer.at(step)) <= layer.roles:
            found.append("roles")
    return found


def test_nothing_meets_anything_or_leaves_the_box_and_roles_are_those_declared():
    for n, op in enumerate(CASES[::5]):
        scene = draw(op, reveal=n % 2 == 0)
        assert not layout_faults(scene, scene.poster), op
        assert not misdeclared(scene), op


def test_values_that_would_be_too_small_are_left_out_and_this_is_said():
    left = []
    for op in (*small(), ca.ConvTranspose(2, 3), ca.Conv(8, 3), ca.Conv(4, 3), ca.Conv(60, 3, ndim=1), ca.Conv(9, 3)):
        scene = ca.animate(op, view="dense", theme="clear", labels="none", focus="off").scene
        texts = [
            mark
            for mark in leaves(scene.seen(0))
            if isinstance(mark, Text) and mark.role in ("input_value", "output_value", "kernel_value")
        ]
        assert all(mark.size * 300 / scene.box.width > 5.2 for mark in texts), op
        left.append(bool(scene.remark))
        read = op.steps[0].taps if op.weighted else ()
        cells = 2 * (math.prod(op.input_size) + math.prod(op.output_size))
        assert scene.remark or len(texts) >= cells + len(read), op
    assert 2 < sum(left) < len(left) / 2
    a = ca.animate(ca.ConvTranspose(2, 3), view="dense", theme="clear")
    assert a.scene.remark and a.alt.count("Values that would be too small to read are left out.") == 1


def test_with_reveal_output_nodes_come_one_by_one():
    op = ca.Conv(4, 3)
    scene = draw(op, reveal=True)
    growing = next(layer for layer in scene.layers if isinstance(layer, Accumulating))
    for step in range(4):
        marks = list(leaves(growing.seen(step)))
        assert len(round_ones(marks, "output")) == step + 1


def test_a_connection_elsewhere_in_another_colour_or_missing_is_seen():
    op = ca.Conv(4, 3)
    scene, pairs = draw(op), meant(op)
    moving = scene.layers[-1]

    def faults(change):
        marks = tuple(one for mark in moving.at(2) if (one := change(mark)) is not None)
        return Network(
            op, replace(scene, layers=(*scene.layers[:-1], PerStep(lambda step: marks, moving.roles)))
        ).faults(2, pairs[2])

    line = next(mark for mark in moving.at(2) if isinstance(mark, Line) and mark.role == "edge_4")
    assert faults(lambda mark: mark) == []
    assert faults(lambda mark: None if mark == line else mark) == ["connections"]
    assert faults(lambda mark: replace(mark, role="edge_5") if mark == line else mark) == ["connections"]
    assert faults(
        lambda mark: mark if not isinstance(mark, Group) or roles(mark.marks) != {"tap", "window"} else None
    ) == ["nodes read"]
    with pytest.raises(AssertionError, match="beside"):
        faults(lambda mark: replace(mark, parts=(((0.5, 0.0), line.parts[0][1]),)) if mark == line else mark)
    text = Text("input_value", (scene.layers[-1].at(0)[-1].at), "7", 0.4, 1.0)
    assert layout_faults(replace(scene, layers=(*scene.layers, Layer((text,)))), 0)


@pytest.mark.parametrize(
    ("op", "part"),
    [
        (ca.Conv((3, 3, 3), 2), "1 or 2 dimensions"),
        (ca.Conv(4, 3, in_channels=2), "one channel, and this has 2 to 1"),
        (ca.Conv(13, 3), "150 nodes on a side, and this input of 13x13 has 169"),
        (ca.ConvTranspose(6, 3, stride=3), "output of 18x18 has 324"),
        (ca.Conv(12, 5, padding=2), "2,000 connections, and this layer has 2,916"),
    ],
)
def test_what_is_too_large_or_has_channels_is_refused_with_the_views_that_fit(op, part):
    assert part in refusal(lambda: ca.animate(op, view="dense", focus="off"))


def test_the_number_of_connections_that_a_refusal_says_is_that_of_the_layer():
    assert matrix(ca.Conv(12, 5, padding=2)).sum() == 2916


def test_every_figure_of_dense_toml_can_be_drawn_and_is_light():
    found = figures(ROOT / "templates" / "dense.toml")
    assert len(found) >= 4
    for name, one in found.items():
        a = one.animate(dpi=40)
        assert a.theme.name == "clear" and "node" in a.scene.description
        assert not Network(one.op(), draw(one.op())).faults(0, meant(one.op())[0]), name
    counts = [sum(pairs.values()) for pairs in meant(found["dense_padding"].op())]
    assert counts == [4, 6, 4, 6, 9, 6, 4, 6, 4]
    transposed, direct = (matrix(found[name].op()) for name in ("dense_transposed", "dense_4x4"))
    assert (transposed == direct.T).all() and set(direct.sum(1)) == {9}

"""Reads the view of layers above each other: what is veiled on its planes and in its rows.

Nothing here follows taps: whether a cell counts is found by evaluating the layers, with weights of 1, on a map that is
0 but for it.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import convanim as ca
from convanim.scene import Layer, Line, PerStep, Polygon
from oracle.scenes import leaves

INVERSE = np.linalg.inv(np.array([[1.0, 0.7], [-0.5, 0.65]]))  # of the guide's slants: scene to (column, row)


C, T, P, A = ca.Conv, ca.ConvTranspose, ca.Pool, ca.AdaptivePool


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

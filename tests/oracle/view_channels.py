"""Reads the view of several channels: which planes are read, where, and by which kernels.

What depends on what comes from impulses through a grouped convolution that is written here, with `numpy.split` for the
groups.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache

import numpy as np

import convanim as ca
from convanim.scene import Layer, Line, PerStep, Polygon, Text
from oracle.scenes import leaves
from oracle.shapes import apart

C, D = 0.5, 0.6  # one row in the scene, for columns of 1; all may be smaller


INDICES = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def convolved(op, x):
    """The output (out_channels, ...) of an input with channels, all weights 1; of one dimension as one row."""
    pads = [(p, p) if isinstance(p, int) else p for p in op.padding]
    k, s, d = (np.array((1, *value)[-2:]) for value in (op.kernel_size, op.stride, op.dilation))
    pads = [(0, 0), *pads][-2:]
    outside = op.out_channels // op.groups
    taps = list(itertools.product(range(k[0]), range(k[1])))
    made = []
    for part in np.split(x, op.groups):
        total = part.sum(0)  # every channel of the group, with weights of 1
        if isinstance(op, ca.ConvTranspose):
            extra = (0, *op.output_padding)[-2:]
            whole = np.zeros(
                [
                    (n - 1) * t + e * (w - 1) + 1 + more
                    for n, t, e, w, more in zip(total.shape, s, d, k, extra, strict=True)
                ]
            )
            for (y, value_x), (a, b) in itertools.product(np.ndindex(*total.shape), taps):
                whole[y * s[0] + a * d[0], value_x * s[1] + b * d[1]] += total[y, value_x]
            result = whole[pads[0][0] : whole.shape[0] - pads[0][1], pads[1][0] : whole.shape[1] - pads[1][1]]
        else:
            padded = np.pad(total, pads)
            size = [(n - e * (w - 1) - 1) // t + 1 for n, t, e, w in zip(padded.shape, s, d, k, strict=True)]
            result = sum(
                padded[a * d[0] :, b * d[1] :][: (size[0] - 1) * s[0] + 1 : s[0], : (size[1] - 1) * s[1] + 1 : s[1]]
                for a, b in taps
            )
        made += [result] * outside
    return np.stack(made)


@cache
def read_by(op):
    """For each output cell (channel, row, column), the input cells (channel, row, column) that change it, by an impulse
    in each.
    """
    shape = op.in_channels, *(1, *op.input_size)[-2:]
    found = {}
    for cell in np.ndindex(*shape):
        impulse = np.zeros(shape)
        impulse[cell] = 1
        response = convolved(op, impulse)
        for out in zip(*map(np.ndarray.tolist, np.nonzero(response)), strict=True):
            found.setdefault(out, set()).add(cell)
    return found, convolved(op, np.ones(shape)).shape


def meant_taps(op, r, q):
    """The padded cells under the kernel: a transposed one moves by 1 over the input with zeros between, as the guide
    has it.
    """
    s = (1, 1) if isinstance(op, ca.ConvTranspose) else (1, *op.stride)[-2:]
    k, d = ((1, *value)[-2:] for value in (op.kernel_size, op.dilation))
    return {(r * s[0] + a * d[0], q * s[1] + b * d[1]) for a, b in itertools.product(range(k[0]), range(k[1]))}


def coordinates(point, origin=(0.0, 0.0), edge=1.0):
    """(column, row) on a plane with its first cell at `origin`, with cells of this edge."""
    x, y = (point[0] - origin[0]) / edge, (point[1] - origin[1]) / edge
    return x - C / D * y, y / D


def edge_of(mark):
    """The edge of a cell of a plane, from the distance of its lines along columns."""
    ys = [y for part in mark.parts for _, y in part]
    return (max(ys) - min(ys)) / (len({round(y, 6) for y in ys}) - 1) / D


@dataclass
class Sheet:
    """A plane: where its first cell lies, and its (rows, columns)."""

    origin: tuple[float, float]
    size: tuple[int, int]
    edge: float

    def cells(self, part):
        """The cells of a rectangle; None if it isn't one of whole cells on this plane."""
        corners = [coordinates(point, self.origin, self.edge) for point in part]
        if any(abs(v - round(v)) > 1e-6 for corner in corners for v in corner):
            return None
        xs, ys = ([round(corner[n]) for corner in corners] for n in (0, 1))
        if min(xs) < 0 or min(ys) < 0 or max(xs) > self.size[1] or max(ys) > self.size[0]:
            return None
        return set(itertools.product(range(min(ys), max(ys)), range(min(xs), max(xs))))

    def corners(self):
        (x, y), (rows, columns) = self.origin, (n * self.edge for n in self.size)
        return [(x + a * columns + C * b * rows, y + D * b * rows) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]


def sheets(marks, role):
    """The planes that lines of this role draw, from left to right."""
    found = []
    for mark in marks:
        if isinstance(mark, Line) and mark.role == role:
            edge = edge_of(mark)
            points = [coordinates(point, edge=edge) for part in mark.parts for point in part]
            x, y = min(p[0] for p in points), min(p[1] for p in points)
            size = round(max(p[1] for p in points) - y), round(max(p[0] for p in points) - x)
            found.append(Sheet(((x + C * y) * edge, D * y * edge), size, edge))
    return sorted(found, key=lambda sheet: sheet.origin)


def located(parts, planes):
    """{plane: cells} of rectangles, each of which lies on one plane."""
    found = {}
    for part in parts:
        where = [(n, cells) for n, plane in enumerate(planes) if (cells := plane.cells(part)) is not None]
        assert len(where) == 1, "on no plane, or on two"
        found.setdefault(where[0][0], []).extend(where[0][1])
    assert all(len(set(cells)) == len(cells) for cells in found.values()), "parts overlap"
    return {n: set(cells) for n, cells in found.items()}


def parts(marks, kind, role):
    return [part for mark in marks if isinstance(mark, kind) and mark.role == role for part in mark.parts]


class Seen:
    """A scene, read back."""

    def __init__(self, scene):
        self.scene = scene
        self.still = [
            mark
            for layer in scene.layers
            if isinstance(layer, Layer) and layer.span is None
            for mark in leaves(layer.marks)
        ]
        self.below, self.above = (
            sheets(self.still, "grid"),
            sheets(self.still, "output_grid") or sheets(self.still, "pending"),
        )
        inputs = located(parts(self.still, Polygon, "input"), self.below)
        assert len({frozenset(cells) for cells in inputs.values()}) == 1, "inputs differ"
        self.inputs = inputs[0]
        rows, columns = (sorted({cell[n] for cell in self.inputs}) for n in (0, 1))
        self.source = {(y, x): (rows.index(y), columns.index(x)) for y, x in self.inputs}

    def marks(self, step, kinds=(PerStep,)):
        return [mark for layer in self.scene.layers if isinstance(layer, kinds) for mark in leaves(layer.seen(step))]

    def texts(self, step):
        return [mark for mark in self.marks(step, (Layer,)) if isinstance(mark, Text)]

    def kernels(self, step):
        """(role, parts) of each kernel."""
        return [
            (mark.role, mark.parts)
            for mark in self.marks(step)
            if isinstance(mark, Polygon) and mark.role.startswith("weight_")
        ]


def wrong_step(seen, op, step):
    """What is wrong with the planes that are read in a step, and with the current cell: "" for nothing."""
    reads, shape = read_by(op)
    channel, r, q = (int(n) for n in np.unravel_index(step, shape))
    marks = seen.marks(step)
    if located(parts(marks, Polygon, "current"), seen.above) != {channel: {(r, q)}}:
        return "current"
    taps = located(parts(marks, Polygon, "tap"), seen.below)
    if any(cells != meant_taps(op, r, q) for cells in taps.values()):
        return "window"
    read = {(plane, *seen.source[cell]) for plane, cells in taps.items() for cell in cells & seen.source.keys()}
    if read != reads.get((channel, r, q), set()):
        return "read"
    group = channel // (op.out_channels // op.groups)
    inside = op.in_channels // op.groups
    return "" if set(taps) == set(range(group * inside, (group + 1) * inside)) else "planes"


def inside(point, sheet, edge=1e-6):
    x, y = coordinates(point, sheet.origin, sheet.edge)
    return edge < x < sheet.size[1] - edge and edge < y < sheet.size[0] - edge


def along(a, b, share):
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def wrong_rays(seen, step, drawn):
    """What is wrong with the rays and the kernels of a step; `drawn` are the output planes that are there."""
    marks = seen.marks(step)
    (cell,) = parts(marks, Polygon, "current")
    windows = [
        hull_of(part for part in mark.parts) for mark in marks if isinstance(mark, Line) and mark.role == "window"
    ]
    reading = [window for window in windows if min(y for _, y in window) > -1e-9]
    kernels = windows[len(reading) :]
    if len(reading) != len(kernels) or [len(group) for group in (reading,)] != [len(seen.kernels(step))]:
        return "a kernel for each window"
    segments = parts(marks, Line, "ray")
    meant = [(start, end) for window in reading for start, end in zip(window, hull_of([cell]), strict=True)]
    for a, b in segments:  # each lies on the way from a corner of a window to that of the cell
        if not any(abs(cross(start, end, a)) + abs(cross(start, end, b)) < 1e-6 for start, end in meant):
            return "a ray of its own"
        if any(inside(along(a, b, share / 20), sheet) for sheet in drawn for share in range(1, 20)):
            return "a ray before a plane that it goes behind"
    for start, end in meant:
        for share in range(1, 24):
            point = along(start, end, share / 24)
            on = any(
                abs(cross(a, b, point)) < 0.06 and min(a[1], b[1]) - 1e-9 <= point[1] <= max(a[1], b[1]) + 1e-9
                for a, b in segments
            )
            if not on and not any(inside(point, sheet, -0.06 / sheet.edge) for sheet in drawn):  # or on its outline
                return "a ray that has a gap"
    for window, kernel in zip(reading, kernels, strict=True):
        if any(
            abs(cross(start, end, point)) > 1e-6
            for start, end, point in zip(window, hull_of([cell]), kernel, strict=True)
        ):
            return "a kernel beside its rays"
        if any(apart(kernel, sheet.corners()) < 0.1 for sheet in (*seen.below, *seen.above)) or any(
            other is not kernel and apart(kernel, other) < 0.05 for other in kernels
        ):
            return "a kernel over a plane, or over another"
    return ""


def hull_of(shapes):
    """The four corners of what is drawn on a plane, from its first one on."""
    points = [coordinates(point) for shape in shapes for point in shape]
    xs, ys = ([pick(p[n] for p in points) for pick in (min, max)] for n in (0, 1))
    return [(x + C * y, D * y) for x, y in ((xs[0], ys[0]), (xs[1], ys[0]), (xs[1], ys[1]), (xs[0], ys[1]))]


def cross(start, end, point):
    """The distance of a point from a line."""
    (x, y), (a, b) = (end[0] - start[0], end[1] - start[1]), (point[0] - start[0], point[1] - start[1])
    return (x * b - y * a) / math.hypot(x, y)

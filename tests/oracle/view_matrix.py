"""Reads the view "matrix": the matrix from the texts in its cells, and the matrices that are meant, made with numpy
alone.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np

import convanim as ca
from convanim.scene import Layer, Line, PerStep, Polygon, Text
from oracle.scenes import leaves

NUMPY_MODES = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
    "symmetric": "symmetric",
}


LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉−", "0123456789-")


def spread(op):
    """(input, kernel, stride, (before, after), dilation) of each axis."""
    pads = [(p, p) if isinstance(p, int) else p for p in op.padding]
    return list(zip(op.input_size, op.kernel_size, op.stride, pads, op.dilation, strict=True))


def meant(op):
    """{(row, column): indices of the kernel cells that stand there}."""
    found = defaultdict(list)
    if isinstance(op, ca.ConvTranspose):  # every input cell stamps the kernel onto the output
        for n, cell in enumerate(itertools.product(*map(range, op.input_size))):
            for k, tap in enumerate(itertools.product(*map(range, op.kernel_size))):
                tap = tuple(size - 1 - t for size, t in zip(op.kernel_size, tap, strict=True)) if op.flip else tap
                at = [c * s + t * d - p[0] for c, t, (_, _, s, p, d) in zip(cell, tap, spread(op), strict=True)]
                if all(0 <= a < o for a, o in zip(at, op.output_size, strict=True)):
                    found[int(np.ravel_multi_index(at, op.output_size)), n].append(k)
        return {place: sorted(kernel) for place, kernel in found.items()}
    places = np.arange(math.prod(op.input_size)).reshape(op.input_size)
    adaptive = isinstance(op, ca.AdaptivePool)
    if not adaptive:
        mode = NUMPY_MODES[getattr(op, "padding_mode", "zeros")]
        over = [
            (p[0], p[1] + (k + d * k + s if getattr(op, "ceil_mode", False) else 0)) for _, k, s, p, d in spread(op)
        ]
        places = np.pad(places, over, mode=mode, **({"constant_values": -1} if mode == "constant" else {}))
    for row, out in enumerate(itertools.product(*map(range, op.output_size))):
        if adaptive:
            windows = [
                range(o * i // n, math.ceil(Fraction((o + 1) * i, n)))
                for o, i, n in zip(out, op.input_size, op.output_size, strict=True)
            ]
        else:
            windows = [range(o * s, o * s + d * k, d) for o, (_, k, s, _, d) in zip(out, spread(op), strict=True)]
        for k, at in enumerate(itertools.product(*windows)):
            if getattr(op, "flip", False):
                k = math.prod(op.kernel_size) - 1 - k
            if places[at] >= 0:
                found[row, int(places[at])].append(k)
    return {place: sorted(kernel) for place, kernel in found.items()}


def dense(op, weights):
    """The matrix in numbers; of an average, `weights` are the divisors of the rows."""
    matrix = np.zeros((math.prod(op.output_size), math.prod(op.input_size)))
    for (row, column), kernel in meant(op).items():
        matrix[row, column] = (
            1 / weights[row] if isinstance(op, ca.Pool | ca.AdaptivePool) else sum(weights[k] for k in kernel)
        )
    return matrix


def role_of(op, k):
    """The colour of a kernel cell, of kernels of up to 25 cells and of larger ones."""
    if math.prod(op.kernel_size) <= 25:
        return f"weight_{k + 1}"
    if len(op.kernel_size) == 1:
        return f"weight_{k % 25 + 1}"
    r, c = divmod(k, op.kernel_size[1])
    return f"weight_{shared(op.kernel_size, r, c) + 1}"


def shared(size, r, c):
    """The colour of a cell of a kernel of more than 25: blocks of 5 x 5, or of a whole side that is shorter."""
    rows, columns = {True: (5, 5), size[0] < 5: (size[0], 25 // size[0]), size[1] < 5: (25 // size[1], size[1])}[True]
    return r % rows * columns + c % columns


def bounds(parts):
    xs, ys = zip(*(point for part in parts for point in part), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def edge(lines):
    """The edge of a grid's cells, from top to bottom."""
    places = sorted({round(y, 9) for part in lines for _, y in part})
    return places[1] - places[0]


class Seen:
    """The parts of the scene, found from its lines, areas and texts: everything right of the upright line, or below the
    level one, belongs to the product, whose cells may be smaller than those of the planes.
    """

    def __init__(self, scene):
        self.scene = scene
        self.still = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
        bar = bounds(next(mark for mark in self.still if isinstance(mark, Polygon) and mark.role == "sign").parts)
        self.level = bar[2] - bar[0] > bar[3] - bar[1]
        self.bar = (bar[1] + bar[3]) / 2 if self.level else (bar[0] + bar[2]) / 2
        grids = [mark for mark in self.still if isinstance(mark, Line) and mark.role == "grid"]
        grid = next(mark for mark in grids if self.beyond(bounds(mark.parts)))
        inputs = [mark for mark in self.still if isinstance(mark, Polygon) and mark.role == "input"]
        edges = [
            bounds(mark.parts)
            for mark in self.still
            if isinstance(mark, Line) and mark.role in ("output_grid", "pending")
        ]
        self.grid = bounds(grid.parts)
        self.vector = bounds(next(mark for mark in inputs if self.beyond(bounds(mark.parts))).parts)
        self.below = bounds(grids[0].parts)
        (self.above,) = {box for box in edges if not self.beyond(box)}
        self.result = max(box for box in edges if self.beyond(box))
        cell = (self.result[3] - self.result[1]) / scene.steps  # small cells have no lines between
        self.edges = {box: edge(grids[0].parts) for box in (self.below, self.above)}
        self.edges |= dict.fromkeys((self.grid, self.vector, self.result), cell)
        left, top, right, bottom = self.grid
        self.shape = (round((bottom - top) / self.edges[self.grid]), round((right - left) / self.edges[self.grid]))

    def beyond(self, box):
        """Whether a box belongs to the product."""
        return box[self.level] > self.bar

    def texts(self, role, box, marks=None):
        """(row, column) within a box -> the texts there."""
        found, cell = defaultdict(list), self.edges.get(box, 1.0)
        for mark in self.still if marks is None else marks:
            if (
                isinstance(mark, Text)
                and mark.role == role
                and box[0] < mark.at[0] < box[2]
                and box[1] < mark.at[1] < box[3]
            ):
                at = math.floor((mark.at[1] - box[1]) / cell), math.floor((mark.at[0] - box[0]) / cell)
                found[at].append(mark.text)
        return found

    def cells(self, box, role, marks):
        """The cells within a box that areas of a role cover."""
        found, cell = set(), self.edges[box]
        for part in (part for mark in marks if isinstance(mark, Polygon) and mark.role == role for part in mark.parts):
            x0, y0, x1, y1 = bounds([part])
            if box[0] - 1e-6 < x0 and x1 < box[2] + 1e-6 and box[1] - 1e-6 < y0 and y1 < box[3] + 1e-6:
                x0, x1 = ((v - box[0]) / cell for v in (x0, x1))
                y0, y1 = ((v - box[1]) / cell for v in (y0, y1))
                assert all(abs(v - round(v)) < 1e-6 for v in (x0, y0, x1, y1))
                found |= set(itertools.product(range(round(y0), round(y1)), range(round(x0), round(x1))))
        return found

    def column(self, role, box):
        """The texts of a column or a row of cells, from its beginning."""
        found = self.texts(role, box)
        rows, columns = (round((box[n + 2] - box[n]) / self.edges[box]) for n in (1, 0))
        assert min(rows, columns) == 1 and all(len(texts) == 1 for texts in found.values())
        assert sorted(found) == list(itertools.product(range(rows), range(columns)))
        return [found[at][0] for at in sorted(found)]

    def bands(self):
        """(row, column) -> how often each colour is there, and the area that all of them take."""
        found, area = defaultdict(Counter), Counter()
        for mark in self.still:
            if isinstance(mark, Polygon) and mark.role.startswith("weight_"):
                for part in mark.parts:
                    x0, y0, x1, y1 = bounds([part])
                    cell = self.edges[self.grid]
                    at = (
                        math.floor(((y0 + y1) / 2 - self.grid[1]) / cell),
                        math.floor(((x0 + x1) / 2 - self.grid[0]) / cell),
                    )
                    found[at][mark.role] += 1
                    area[at] += (x1 - x0) * (y1 - y0) / cell**2
        assert all(math.isclose(one, 1, rel_tol=1e-6) for one in area.values()), "bands that don't fill their cell"
        return found

    def symbols(self, op):
        """(row, column) -> the indices of weights that are written there."""

        def index(digits):
            digits = digits.translate(LOWERED)
            return tuple(
                map(int, [digits] if len(op.kernel_size) == 1 else digits.split(",") if "," in digits else digits)
            )

        return {
            at: [index(digits) for text in texts for digits in re.findall("𝑤([₀-₉,]+)", text)]
            for at, texts in self.texts("kernel_value", self.grid).items()
        }

    def numbers(self):
        """The matrix in numbers, as they are written."""
        matrix = np.zeros(self.shape)
        for at, texts in self.texts("kernel_value", self.grid).items():
            assert len(texts) == 1
            matrix[at] = float(Fraction(texts[0].translate(LOWERED)))
        return matrix

    def moving(self, step):
        return [mark for layer in self.scene.layers if isinstance(layer, PerStep) for mark in leaves(layer.at(step))]


def value(text):
    return float(text.translate(LOWERED))


def symbol_faults(scene, op):
    """Where colours and symbols of a scene aren't those of the operation's matrix."""
    seen, wanted = Seen(scene), meant(op)
    found = [] if seen.shape == (math.prod(op.output_size), math.prod(op.input_size)) else ["shape"]
    written, bands = seen.symbols(op), seen.bands()
    if scene.remark:  # texts that would be too small are left out, and this is said
        found += [f"entries {set(written) - set(wanted)}"] if not set(written) <= set(wanted) else []
    else:
        found += [f"entries {set(written) ^ set(wanted)}"] if set(written) != set(wanted) else []
    for at, kernel in wanted.items():
        cells = [tuple(int(n) for n in np.unravel_index(k, op.kernel_size)) for k in kernel]
        cells = [cells[0], cells[-1]] if len(cells) > 4 else cells
        left_out = scene.remark and at not in written
        found += [f"{at} has {written.get(at)} for {cells}"] if written.get(at) != cells and not left_out else []
        colours = Counter(role_of(op, k) for k in kernel)
        found += [f"{at} has the colours {bands.get(at)} for {colours}"] if bands.get(at) != colours else []
    return found

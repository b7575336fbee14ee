"""Reads figures of two planes: which cells the polygons, lines and texts of a scene cover.

The planes are found from the scene's own grids. Of the package come the classes of marks and layers.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np

from convanim.scene import Accumulating, Layer, Line, PerStep, Polygon, Text
from oracle.scenes import leaves
from oracle.windows import STRENGTH, cells_of

# what one column and one row to the right and down mean in the scene: the slants of the guide's figures, and none
BASES = {"isometric": ((1.0, -0.5), (0.7, 0.65)), "flat": ((1.0, 0.0), (0.0, 1.0))}


class Grid:
    """A plane as the scene's own lines show it: the basis of its view, and the corner of the grid with this role."""

    def __init__(self, view, marks, role):
        (a, b), (c, d) = BASES[view]
        det = a * d - b * c
        self.inverse = (d / det, -c / det, -b / det, a / det)
        self.origin = (0.0, 0.0)
        points = [
            self.at(point)
            for mark in marks
            if isinstance(mark, Line | Polygon) and mark.role == role
            for part in mark.parts
            for point in part
        ]
        self.origin = min(x for x, _ in points), min(y for _, y in points)
        self.size = max(y for _, y in points) - self.origin[1], max(x for x, _ in points) - self.origin[0]

    def at(self, point):
        """(column, row) of a point of the scene."""
        x, y = point
        a, b, c, d = self.inverse
        return a * x + b * y - self.origin[0], c * x + d * y - self.origin[1]

    def cell(self, point):
        """(row, column) of the cell in which a point lies."""
        x, y = self.at(point)
        return math.floor(y + 1e-9), math.floor(x + 1e-9)

    def covered(self, parts):
        """How often each cell lies in one of the polygons; they must consist of whole cells, of which the shoelace area
        tells.
        """
        found = Counter()
        for part in parts:
            corners = [self.at(point) for point in part]
            assert all(abs(v - round(v)) < 1e-6 for corner in corners for v in corner), "not at corners of cells"
            corners = [(round(x), round(y)) for x, y in corners]
            rows, columns = ([v for corner in corners for v in corner[n::2]] for n in (1, 0))
            sides = list(itertools.pairwise([*corners, corners[0]]))
            inside = {
                (r, c)
                for r in range(min(rows), max(rows))
                for c in range(min(columns), max(columns))
                if sum(x0 == x1 and x0 > c and min(y0, y1) <= r < max(y0, y1) for (x0, y0), (x1, y1) in sides) % 2
            }
            area = abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in sides)) / 2
            assert area == len(inside) > 0
            found.update(inside)
        return found

    def edges(self, parts):
        """The unit edges that lines run along: (row, column, is it upright)."""
        found = set()
        for part in parts:
            (x0, y0), (x1, y1) = (tuple(round(v) for v in self.at(point)) for point in part)
            assert (x0 == x1) != (y0 == y1)
            found |= {(y0, c, False) for c in range(min(x0, x1), max(x0, x1))} | {
                (r, x0, True) for r in range(min(y0, y1), max(y0, y1))
            }
        return found


def framed(edges):
    """The cells with all four edges."""
    return {
        (r, c)
        for r, c, upright in edges
        if not upright and {(r + 1, c, False), (r, c, True), (r, c + 1, True)} <= edges
    }


def once(counter):
    assert set(counter.values()) <= {1}, "parts overlap"
    return set(counter)


class Seen:
    """A scene, read back."""

    def __init__(self, scene, view):
        self.scene, self.view = scene, view
        self.marks = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
        self.below, self.above = Grid(view, self.marks, "grid"), Grid(view, self.marks, "output_grid")
        self.roles = {mark.role for mark in self.marks}
        self.kernel = Grid(view, self.marks, "kernel") if "kernel" in self.roles else None
        self.moved = {}

    def parts(self, marks, kind, role):
        return [part for mark in marks if isinstance(mark, kind) and mark.role == role for part in mark.parts]

    def still(self):
        """role -> cells, of all that stands still."""
        found = {role: once(self.below.covered(self.parts(self.marks, Polygon, role))) for role in STRENGTH}
        found["unread"] = once(self.below.covered(self.parts(self.marks, Polygon, "unread")))
        found["grid"] = framed(self.below.edges(self.parts(self.marks, Line, "grid")))
        for role in ("output", "output_padding"):
            found[role] = once(self.above.covered(self.parts(self.marks, Polygon, role)))
        own = self.above.edges(self.parts(self.marks, Line, "output_grid"))
        assert framed(own) == found["output"]
        lines = self.above.edges(self.parts(self.marks, Line, "cropped"))
        found["cropped"] = framed(lines | own) - found["output"]
        return found

    def moving(self, step):
        if step not in self.moved:
            self.moved[step] = [
                mark for layer in self.scene.layers if isinstance(layer, PerStep) for mark in leaves(layer.at(step))
            ]
        return self.moved[step]

    def step(self, step):
        """What moves, in the form of `meant_step`."""
        marks = self.moving(step)
        window = framed(self.below.edges(self.parts(marks, Line, "window")))
        rows, columns = ([cell[n] for cell in window] for n in (0, 1))
        rectangle = min(rows), max(rows) + 1, min(columns), max(columns) + 1
        assert window == cells_of(range(*rectangle[:2]), range(*rectangle[2:]))
        lines = self.parts(marks, Line, "copy_link")
        starts = {tuple(np.round(part[0], 6)): part for part in lines}
        links = []
        for part in lines:
            last = part
            while (joined := starts.get(tuple(np.round(last[-1], 6)))) is not None:  # it goes on as another link
                last = joined
            links.append((self.below.cell(part[0]), self.below.cell(last[-1])))
        assert len(set(links)) == len(links)
        dots = [
            self.below.cell([sum(v) / len(part) for v in zip(*part, strict=True)])
            for part in self.parts(marks, Polygon, "copy_link")
        ]
        assert len(set(dots)) == len(dots)
        return {
            "window": rectangle,
            "tap": once(self.below.covered(self.parts(marks, Polygon, "tap"))),
            "current": once(self.above.covered(self.parts(marks, Polygon, "current"))),
            "copy_link": set(links),
            "dots": set(dots),
        }

    def rays(self, step):
        """(start in the input's plane, end in the output's plane) of each ray, as (column, row), and both points in the
        scene.
        """
        return [(self.below.at(a), self.above.at(b), a, b) for a, b in self.parts(self.moving(step), Line, "ray")]

    def texts(self, marks, role, grid):
        """cell -> text, for the texts of a role; a cell has one at most."""
        found = [(grid.cell(mark.at), mark.text) for mark in marks if isinstance(mark, Text) and mark.role == role]
        assert len(dict(found)) == len(found), "two texts in one cell"
        return dict(found)


def unlike(one, other):
    """The keys in which two of these records differ."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


class Revealed:
    """A scene whose outputs appear one by one, read back."""

    def __init__(self, scene, view):
        self.scene = scene
        self.still = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
        self.growing = [layer for layer in scene.layers if isinstance(layer, Accumulating)]
        self.grid = Grid(view, self.still, "pending")

    def read(self, marks):
        """role -> cells of the output, and the texts that stand in them."""
        parts = {
            key: [part for mark in marks if isinstance(mark, key[1]) and mark.role == key[0] for part in mark.parts]
            for key in (("output", Polygon), ("output_padding", Polygon), ("output_grid", Line), ("pending", Line))
        }
        texts = [
            (self.grid.cell(mark.at), mark.text)
            for mark in marks
            if isinstance(mark, Text) and mark.role == "output_value"
        ]
        assert len(dict(texts)) == len(texts), "two texts in one cell"
        return {
            "output": once(self.grid.covered(parts["output", Polygon])),
            "output_padding": once(self.grid.covered(parts["output_padding", Polygon])),
            "output_grid": framed(self.grid.edges(parts["output_grid", Line])),
            "pending": framed(self.grid.edges(parts["pending", Line])),
            "output_value": dict(texts),
        }

    def comes(self, step):
        """What is new in a step."""
        return self.read([mark for layer in self.growing for mark in leaves(layer.at(step))])

    def there(self, step):
        """All that stands in the output's plane in a step, but for what moves."""
        return self.read(
            [mark for layer in self.scene.layers if not isinstance(layer, PerStep) for mark in leaves(layer.seen(step))]
        )

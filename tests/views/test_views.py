"""The figures, cell by cell: what every scene shows in every step, read back from its polygons, lines and texts,
against plain formulas.

Nothing here asks `Axis` or `Plane`: the planes are found from the scene's own grids, the sources come from `numpy.pad`,
windows and roles from lists that are written out below.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from helpers.cases import PLANAR

import convanim as ca
from convanim.errors import ConvanimError
from convanim.numeric import values
from convanim.render import glyphs
from convanim.scene import Group, Layer, Line, PerStep, Polygon, Text
from convanim.text.cell_texts import numbers
from convanim.themes.table import CLASSIC, CLEAR
from convanim.views import VIEWS, view_flags

NEW = {"copy", "inserted", "padding", "odd_padding", "overhang", "unread", "copy_link", "output_padding", "cropped"}
STRENGTH = [
    "input",
    "copy",
    "inserted",
    "padding",
    "odd_padding",
    "overhang",
]  # where a row and a column disagree, the later wins
NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "symmetric": "symmetric"}
# what one column and one row to the right and down mean in the scene: the slants of the guide's figures, and none
BASES = {"isometric": ((1.0, -0.5), (0.7, 0.65)), "flat": ((1.0, 0.0), (0.0, 1.0))}


# --- what an operation means, along one axis, from its numbers alone


class Along:
    """One axis: the role and the source (-1: none) of each cell, overhang included; each window's (start, stop) and its
    taps.
    """

    def __init__(self, roles, sources, windows, dilation=1, padded=None, cropped=(0, 0), extra=0):
        self.roles, self.sources, self.windows = roles, sources, windows
        self.padded = len(roles) if padded is None else padded
        self.taps = [list(range(start, min(stop, self.padded), dilation)) for start, stop in windows]
        self.read = {cell for taps in self.taps for cell in taps}
        self.output = len(windows)
        self.cropped, self.extra = cropped, extra


def along_convolution(i, k, s, p0, p1, d, mode="zeros", ceil_mode=False):
    span, padded = d * (k - 1) + 1, p0 + i + p1
    sources = np.pad(
        np.arange(i), (p0, p1), **({"mode": NUMPY_MODES[mode]} if mode != "zeros" else {"constant_values": -1})
    ).tolist()
    roles = ["input" if p0 <= cell < p0 + i else "padding" if mode == "zeros" else "copy" for cell in range(padded)]
    if mode == "zeros":
        colour_odd_side(roles, p0, p1)
    starts = list(range(0, padded - span + 1, s))
    late = len(starts) * s
    if (
        ceil_mode and late - s + span < padded and late < p0 + i
    ):  # PyTorch: cells are left, and it starts in the input or before
        starts.append(late)
    over = max(0, starts[-1] + span - padded)
    return Along(
        roles + ["overhang"] * over, sources + [-1] * over, [(start, start + span) for start in starts], d, padded
    )


def along_transposed(i, k, s, p0, p1, d, extra):
    """The guide's way: zeros between the units, then padding, or cropping where it is negative, and a kernel that moves
    by 1.
    """
    span = d * (k - 1) + 1
    before, after = span - 1 - p0, span - 1 - p1 + extra
    far = 60
    sources, roles = [-1] * (2 * far + (i - 1) * s + 1), ["padding"] * (2 * far + (i - 1) * s + 1)
    roles[far : far + (i - 1) * s + 1] = ["inserted"] * ((i - 1) * s + 1)
    for unit in range(i):
        sources[far + unit * s], roles[far + unit * s] = unit, "input"
    shown = slice(far - before, far + (i - 1) * s + 1 + after)
    sources, roles = sources[shown], roles[shown]
    colour_odd_side(roles, max(before, 0), max(after, 0))
    count = (i - 1) * s - p0 - p1 + span + extra  # PyTorch's documentation
    assert len(roles) == count + span - 1
    return Along(
        roles, sources, [(o, o + span) for o in range(count)], d, cropped=(p0, max(p1 - extra, 0)), extra=extra
    )


def along_adaptive(i, n):
    windows = [(math.floor(Fraction(o * i, n)), math.ceil(Fraction((o + 1) * i, n))) for o in range(n)]
    return Along(["input"] * i, list(range(i)), windows)


def colour_odd_side(roles, before, after):
    odd = range(before - after) if before > after else range(len(roles) - (after - before), len(roles))
    for cell in odd:
        if 0 <= cell < len(roles) and roles[cell] == "padding":
            roles[cell] = "odd_padding"


@cache
def meaning(op):
    """The axes of rows and of columns; of one dimension, a single row."""
    if isinstance(op, ca.AdaptivePool):
        axes = [along_adaptive(i, n) for i, n in zip(op.input_size, op.output_size, strict=True)]
    else:
        pads = [(p, p) if isinstance(p, int) else p for p in op.padding]
        numbers = zip(op.input_size, op.kernel_size, op.stride, pads, op.dilation, strict=True)
        if isinstance(op, ca.ConvTranspose):
            axes = [
                along_transposed(i, k, s, *p, d, extra)
                for (i, k, s, p, d), extra in zip(numbers, op.output_padding, strict=True)
            ]
        elif isinstance(op, ca.Pool):
            axes = [along_convolution(i, k, s, *p, d, ceil_mode=op.ceil_mode) for i, k, s, p, d in numbers]
        else:
            axes = [along_convolution(i, k, s, *p, d, mode=op.padding_mode) for i, k, s, p, d in numbers]
    return axes if len(axes) == 2 else [Along(["input"], [0], [(0, 1)]), *axes]


def cells_of(rows, columns):
    return set(itertools.product(rows, columns))


def meant_still(op):
    """What stands still: role -> cells."""
    down, across = meaning(op)
    found = {role: set() for role in (*STRENGTH, "unread", "output", "output_padding", "cropped")}
    for (r, a), (c, b) in itertools.product(enumerate(down.roles), enumerate(across.roles)):
        found[max(a, b, key=STRENGTH.index)].add((r, c))
        if r < down.padded and c < across.padded and not (r in down.read and c in across.read):
            found["unread"].add((r, c))
    found["grid"] = cells_of(range(down.padded), range(across.padded))
    found["output"] = cells_of(range(down.output), range(across.output))
    found["output_padding"] = {
        (r, c) for r, c in found["output"] if r >= down.output - down.extra or c >= across.output - across.extra
    }
    rows, columns = (range(-axis.cropped[0], axis.output + axis.cropped[1]) for axis in (down, across))
    found["cropped"] = cells_of(rows, columns) - found["output"]
    return found


def meant_step(op, step):
    """What a step shows: the window's rectangle, the taps, the current cell, and from where to where links lead."""
    down, across = meaning(op)
    r, c = divmod(step, across.output)
    taps = cells_of(down.taps[r], across.taps[c])
    copied = {(y, x) for y, x in taps if max(down.roles[y], across.roles[x], key=STRENGTH.index) == "copy"}
    first = (
        down.roles.index("input") if "input" in down.roles else 0,
        across.roles.index("input") if "input" in across.roles else 0,
    )
    links = {((y, x), (first[0] + down.sources[y], first[1] + across.sources[x])) for y, x in copied}
    return {
        "window": (*down.windows[r], *across.windows[c]),
        "tap": taps,
        "current": {(r, c)},
        "copy_link": links,
        "dots": {to for _, to in links},
    }


# --- what a scene shows


def leaves(marks, x=0.0, y=0.0):
    """All marks, those of groups where they are placed."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from leaves(mark.marks, x + mark.at[0], y + mark.at[1])
        elif isinstance(mark, Text):
            yield Text(
                mark.role, (mark.at[0] + x, mark.at[1] + y), mark.text, mark.size, mark.width, mark.stretch, mark.like
            )
        elif not x and not y:
            yield mark
        else:
            yield type(mark)(mark.role, tuple(tuple((px + x, py + y) for px, py in part) for part in mark.parts))


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
            if isinstance(mark, Line) and mark.role == role
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
        links = [(self.below.cell(part[0]), self.below.cell(part[-1])) for part in lines]
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


def draw(op, view, theme=CLEAR, **given):
    return VIEWS[view].draw(op, numbers(values(op, **given)) if VIEWS[view].shows_values else None, view_flags(theme))


def unlike(one, other):
    """The keys in which two of these records differ."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


# --- the operations

PADS = [(0, 0), (1, 1), (0, 1), (2, 0), (1, 2)]


def built(kind, *args, **kwargs):
    try:
        return [kind(*args, **kwargs)]
    except ConvanimError:
        return []


def lines_of(kind):
    """All small operations of one dimension."""
    if kind == "conv":
        for i, k, s, p, d in itertools.product(range(1, 5), (1, 2, 3), (1, 2, 3), PADS, (1, 2)):
            yield from built(ca.Conv, (i,), k, stride=s, padding=(p,), dilation=d)
        for i, k, s, p, mode in itertools.product(range(1, 5), (1, 2, 3), (1, 2), PADS[1:], NUMPY_MODES):
            yield from built(ca.Conv, (i,), k, stride=s, padding=(p,), padding_mode=mode)
    elif kind == "pool":
        for i, k, s, p, d, ceil in itertools.product(
            range(1, 7), (1, 2, 3), (1, 2, 3, 4), (0, 1), (1, 2), (False, True)
        ):
            yield from built(ca.Pool, (i,), k, stride=s, padding=p, dilation=d, ceil_mode=ceil)
    elif kind == "transpose":
        for i, k, s, p, d, extra in itertools.product((1, 2, 3), (1, 2, 3), (1, 2, 3), PADS, (1, 2), (0, 1, 2)):
            yield from built(ca.ConvTranspose, (i,), k, stride=s, padding=(p,), dilation=d, output_padding=extra)
    else:
        yield from (ca.AdaptivePool((i,), n) for i, n in itertools.product(range(1, 9), repeat=2))


def drawn_at_random(kind, count, largest=6):
    """Rectangular operations of two dimensions, each axis its own."""
    rng = random.Random(kind)

    def two(low, high):
        return rng.randint(low, high), rng.randint(low, high)

    while count:
        common = {
            "stride": two(1, 4),
            "dilation": two(1, 3),
            "padding": ((rng.randint(0, 2), rng.randint(0, 2)), (rng.randint(0, 3), rng.randint(0, 2))),
        }
        if kind == "conv":
            mode = rng.choice(["zeros", *NUMPY_MODES])
            found = built(ca.Conv, two(1, largest), two(1, 4), padding_mode=mode, flip=rng.random() < 0.3, **common)
        elif kind == "pool":
            padding = rng.choice([0, 1, common["padding"]])
            mode = rng.choice(["max", "average", "l2"])
            found = built(
                ca.Pool,
                two(1, largest),
                two(1, 4),
                ceil_mode=rng.random() < 0.7,
                mode=mode,
                **{**common, "padding": padding},
            )
        elif kind == "transpose":
            found = built(
                ca.ConvTranspose, two(1, 4), two(1, 3), output_padding=two(0, 2), flip=rng.random() < 0.3, **common
            )
        else:
            found = built(ca.AdaptivePool, two(1, 8), two(1, 8), mode=rng.choice(["average", "max"]))
        if found and math.prod(found[0].output_size) <= 120:
            count -= 1
            yield found[0]


ODD = {
    "conv": [
        ca.Conv(6, 3, stride=2, padding="same_upper"),
        ca.Conv((6, 5), (3, 4), stride=2, padding="same_lower"),
        ca.Conv((1, 12), 1),
        ca.Conv((12, 1), (5, 1), padding=((4, 0), (0, 0))),
        ca.Conv(8, 3, dilation=2, padding="causal", ndim=1),
        ca.Conv(9, 2, dilation=4, stride=3),
        ca.Conv((9, 7), (2, 1), stride=(4, 3), padding=((0, 0), (2, 1))),
        ca.Conv(3, 2, padding=3, padding_mode="circular"),
        ca.Conv((4, 2), 4, padding=((4, 1), (2, 2)), padding_mode="symmetric"),
        ca.Conv(5, 5, padding=4, padding_mode="reflect", ndim=1),
        ca.Conv(1, 4, padding=5, padding_mode="replicate"),
        ca.Conv((3, 4), (3, 1), padding=((1, 1), (0, 0)), padding_mode="reflect"),
        ca.Conv(4, 9, padding=4, padding_mode="circular", ndim=1),
    ],
    "pool": [
        ca.Pool(6, 5, stride=4, ceil_mode=True),
        ca.Pool((3, 9), (3, 5), stride=(2, 7), ceil_mode=True),
        ca.Pool(5, 2, padding=1, ceil_mode=True),
        ca.Pool(7, 3, stride=3, dilation=3, ceil_mode=True),
        ca.Pool((1, 12), (1, 2), ceil_mode=True),
        ca.Pool(5, 1, stride=3, ceil_mode=True),
        ca.Pool(5, 4, stride=3, padding="same_upper", mode="average"),
    ],
    "transpose": [
        ca.ConvTranspose(3, 2, stride=2, dilation=4, output_padding=3),
        ca.ConvTranspose(4, 2, stride=2, padding=3),
        ca.ConvTranspose(1, 1, stride=11, padding=((5, 0), (0, 0)), output_padding=10),
        ca.ConvTranspose(3, 3, stride=2, padding="same_upper"),
        ca.ConvTranspose(3, 1, stride=3, padding="same_lower"),
        ca.ConvTranspose((2, 3), (1, 3), stride=(4, 2), output_padding=(3, 1)),
        ca.ConvTranspose(5, 3, stride=2, padding=((4, 0), (0, 5)), output_padding=1),
    ],
    "adaptive_pool": [
        ca.AdaptivePool(3, 7),
        ca.AdaptivePool((1, 12), (1, 5)),
        ca.AdaptivePool((12, 2), (5, 3)),
        ca.AdaptivePool((10, 9), (4, 7)),
    ],
}
OCCUR = {  # the roles that cells have somewhere among a kind's operations
    "conv": {"copy", "padding", "odd_padding", "unread"},
    "pool": {"padding", "odd_padding", "overhang", "unread"},
    "transpose": {"inserted", "padding", "odd_padding", "unread", "output_padding", "cropped"},
    "adaptive_pool": set(),
}


def operations(kind):
    return [*lines_of(kind), *drawn_at_random(kind, 40), *ODD[kind]]


# --- the claims


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_every_cell_that_stands_still_has_the_role_that_the_numbers_give(kind, view):
    total = Counter()
    for op in operations(kind):
        shown = Seen(draw(op, view), view)
        meant = meant_still(op)
        assert not unlike(shown.still(), meant), op
        assert {role for role in NEW if role in shown.roles} == {role for role in NEW if meant.get(role)}, op
        total.update({role: len(cells) for role, cells in meant.items()})
    assert {role for role in NEW if total[role]} == OCCUR[kind]


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_in_every_step_window_taps_current_cell_and_links_are_where_the_numbers_put_them(kind, view):
    linked = 0
    for op in operations(kind):
        shown = Seen(draw(op, view), view)
        assert shown.scene.steps == math.prod(op.output_size)
        for step in range(shown.scene.steps):
            meant = meant_step(op, step)
            assert not unlike(shown.step(step), meant), (op, step)
            linked += len(meant["copy_link"])
    assert (linked > 1000) == (kind == "conv")


@pytest.mark.parametrize("kind", ODD)
def test_the_taps_under_the_window_and_the_ground_under_them_are_those_of_the_steps(kind):
    for op in [*drawn_at_random(kind, 25), *ODD[kind]]:
        shown = Seen(draw(op, "flat"), "flat")
        ground = {cell: role for role, cells in shown.still().items() if role in STRENGTH for cell in cells}
        flat = len(op.input_size) == 1  # a single row
        for step in op.steps:
            found = shown.step(step.index)
            taps = {(0, *tap.padded) if flat else tap.padded: tap for tap in step.taps if tap.role != "overhang"}
            hang = [(0, *tap.padded) if flat else tap.padded for tap in step.taps if tap.role == "overhang"]
            window = cells_of(range(*found["window"][:2]), range(*found["window"][2:]))
            assert found["tap"] == set(taps)
            assert all(cell in window and ground[cell] == "overhang" for cell in hang)
            assert found["current"] == {(0, *step.output) if flat else step.output}
            for cell, tap in taps.items():
                assert ground[cell].removeprefix("odd_") == tap.role
            assert {cell for cell, _ in found["copy_link"]} == {
                cell for cell, tap in taps.items() if tap.role == "copy"
            }


@pytest.mark.parametrize(
    ("i", "k", "s", "p", "d"), [(5, 3, 2, 1, 1), (6, 3, 2, 1, 1), (7, 3, 1, 2, 2), (4, 4, 1, 3, 1), (9, 2, 3, 0, 2)]
)
@pytest.mark.parametrize("view", PLANAR)
def test_the_counts_of_a_square_convolution_are_those_of_the_guides_formulas(view, i, k, s, p, d):
    direct = Seen(draw(ca.Conv(i, k, stride=s, padding=p, dilation=d), view), view).still()
    o = (i + 2 * p - k - (k - 1) * (d - 1)) // s + 1  # Relationship 15
    assert len(direct["input"]) == i**2 and len(direct["output"]) == o**2
    assert len(direct["padding"]) == (i + 2 * p) ** 2 - i**2
    left = (i + 2 * p - k - (k - 1) * (d - 1)) % s
    if s <= k and d == 1:  # without gaps between windows
        assert len(direct["unread"]) == (i + 2 * p) ** 2 - (i + 2 * p - left) ** 2
    if d * (k - 1) >= p:
        turned = Seen(
            draw(ca.ConvTranspose(o, k, stride=s, padding=p, dilation=d, output_padding=left), view), view
        ).still()
        wide = s * (o - 1) + 1  # Relationship 13: i' - 1 zeros between, k - p - 1 around, a more at the end
        around = d * (k - 1) - p
        assert len(turned["output"]) == i**2 and len(turned["input"]) == o**2
        assert len(turned["inserted"]) == wide**2 - o**2
        assert len(turned["padding"]) == (wide + 2 * around) ** 2 - wide**2
        assert len(turned["odd_padding"]) == (wide + 2 * around + left) ** 2 - (wide + 2 * around) ** 2
        assert len(turned["output_padding"]) == i**2 - (i - left) ** 2
        assert len(turned["cropped"]) == (i + p + max(p - left, 0)) ** 2 - i**2


def ray_faults(shown, step):
    """Rays that don't lead from the window's corners to the output cell's, or to where they go behind the output's
    plane.
    """
    rows, columns = shown.above.size
    top, bottom, left, right = shown.step(step)["window"]
    ((r, c),) = shown.step(step)["current"]
    wanted = {
        (x, y): (c + u, r + v)
        for (v, y), (u, x) in itertools.product(enumerate((top, bottom)), enumerate((left, right)))
    }
    found, rays = [], shown.rays(step)
    for start, end, a, b in rays:
        corner = tuple(round(v) for v in start)
        if max(abs(v - w) for v, w in zip(start, corner, strict=True)) > 1e-6 or corner not in wanted:
            found.append("starts beside the window's corners")
            continue
        goal, begin = wanted.pop(corner), shown.above.at(a)
        way, rest = ([w - v for v, w in zip(begin, to, strict=True)] for to in (end, goal))
        if abs(way[0] * rest[1] - way[1] * rest[0]) > 1e-6:
            found.append("doesn't lead to the cell's corner")
        elif math.dist(end, goal) > 1e-6 and not (
            any(abs(v) < 1e-6 or abs(v - most) < 1e-6 for v, most in zip(end, (columns, rows), strict=True))
            and all(-1e-6 < v < most + 1e-6 for v, most in zip(end, (columns, rows), strict=True))
        ):
            found.append("ends before the plane")
    return found + ["missing"] * (len(rays) != 4)


@pytest.mark.parametrize("kind", ODD)
def test_rays_lead_from_the_windows_corners_to_the_output_cells(kind):
    for op in [*drawn_at_random(kind, 40), *ODD[kind]]:
        shown = Seen(draw(op, "isometric"), "isometric")
        for step in range(shown.scene.steps):
            assert not ray_faults(shown, step), (op, step)


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_nothing_lies_outside_the_picture_in_any_step(kind, view):
    for op, theme in itertools.product([*drawn_at_random(kind, 30), *ODD[kind]], (CLASSIC, CLEAR)):
        shown = Seen(draw(op, view, theme), view)
        box = shown.scene.box
        for marks in (shown.marks, *map(shown.moving, range(shown.scene.steps))):
            for mark in marks:
                points = [mark.at] if isinstance(mark, Text) else [point for part in mark.parts for point in part]
                assert all(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height for x, y in points), (
                    op,
                    theme.name,
                    mark.role,
                )


@pytest.mark.parametrize("kind", ODD)
def test_the_two_planes_of_the_flat_view_are_a_cell_apart_cropped_cells_and_overhang_included(kind):
    for op in [*drawn_at_random(kind, 40), *ODD[kind]]:
        shown = Seen(draw(op, "flat"), "flat")
        last, first = (
            [
                x
                for mark in shown.marks
                if isinstance(mark, Polygon | Line) and mark.role in roles
                for part in mark.parts
                for x, _ in part
            ]
            for roles in (("grid", "overhang"), ("output_grid", "cropped"))
        )
        assert min(first) - max(last) == pytest.approx(1), op


# --- values


def number(text):
    return float(text.replace("\N{MINUS SIGN}", "-").replace("\N{INFINITY}", "inf"))


def meant_values(op, x, w):
    """(cell -> value of the padded input, None where nothing counts; the kernel as it meets the input; cell -> output
    value).
    """
    down, across = meaning(op)
    x = np.asarray(x, float).reshape(-1, x.shape[-1])
    pooling = isinstance(op, ca.Pool | ca.AdaptivePool)
    counted = not (isinstance(op, ca.Pool) and op.mode == "average" and not op.count_include_pad)
    absent = -math.inf if pooling and op.mode == "max" else 0.0
    shown = {}
    for r, c in cells_of(range(down.padded), range(across.padded)):
        there = down.sources[r] >= 0 and across.sources[c] >= 0
        shown[r, c] = x[down.sources[r], across.sources[c]] if there else absent if counted else None
    if not pooling:
        w = np.asarray(w, float).reshape(-1, w.shape[-1])
        if isinstance(op, ca.ConvTranspose) != op.flip:
            w = w[::-1, ::-1]
    results = {}
    for (r, rows), (c, columns) in itertools.product(enumerate(down.taps), enumerate(across.taps)):
        window = np.array(
            [[math.nan if shown[cell] is None else shown[cell] for cell in ((y, z) for z in columns)] for y in rows]
        )
        window = window[~np.isnan(window)] if pooling else window
        if not pooling:
            results[r, c] = float((window * w).sum())
        elif op.mode == "max":
            results[r, c] = float(window.max())
        elif op.mode == "l2":
            results[r, c] = math.sqrt(float((window**2).sum()))
        else:
            results[r, c] = float(window.sum()) / (getattr(op, "divisor_override", None) or window.size)
    return shown, w, results


def value_faults(shown, op, x, w):
    """Texts that say another value than the one at their place, or stand where none should."""
    padded, w, results = meant_values(op, x, w)
    inputs = shown.texts(shown.marks, "input_value", shown.below)
    outputs = shown.texts(shown.marks, "output_value", shown.above)
    found = (
        []
        if {cell: number(text) for cell, text in inputs.items()}
        == {cell: v for cell, v in padded.items() if v is not None}
        else ["input"]
    )
    if set(outputs) != set(results) or any(
        abs(number(outputs[cell]) - v) > 0.0501 for cell, v in results.items() if math.isfinite(v)
    ):
        found.append("output")
    for step in range(shown.scene.steps):
        marks, place = shown.moving(step), shown.step(step)
        top, _, left, _ = place["window"]
        weights = {cell: number(text) for cell, text in shown.texts(marks, "kernel_value", shown.below).items()}
        meant = (
            {(top + j * d, left + i * e): w[j, i] for d, e in [(op.dilation * 2)[-2:]] for j, i in np.ndindex(w.shape)}
            if w is not None
            else {}
        )
        (current,) = place["current"]
        if weights != meant:
            found.append(f"kernel in step {step}")
        if shown.texts(marks, "output_value", shown.above) != {current: outputs.get(current)}:
            found.append(f"result in step {step}")
    return found


def given_values(op, rng):
    """An input and a kernel of whole numbers of one and two digits, with signs."""
    w = None if isinstance(op, ca.Pool | ca.AdaptivePool) else rng.integers(-3, 12, op.kernel_size)
    return rng.integers(-9, 30, op.input_size), w


@pytest.mark.parametrize("kind", ODD)
def test_every_number_of_the_flat_view_is_the_value_at_its_place(kind):
    rng = np.random.default_rng(7)
    for op in [*list(lines_of(kind))[::9], *drawn_at_random(kind, 40), *ODD[kind]]:
        x, w = given_values(op, rng)
        shown = Seen(draw(op, "flat", input=x, kernel=w), "flat")
        assert not value_faults(shown, op, x, w), op


def test_nothing_is_printed_where_nothing_counts():
    rng = np.random.default_rng(8)
    blank = 0
    for i, k, s, p in itertools.product((4, 5), (2, 3), (1, 2), (0, 1)):
        op = ca.Pool(i, k, stride=s, padding=p, mode="average", count_include_pad=False, ceil_mode=True)
        x, _ = given_values(op, rng)
        shown = Seen(draw(op, "flat", input=x), "flat")
        assert not value_faults(shown, op, x, None)
        texts = shown.texts(shown.marks, "input_value", shown.below)
        assert len(texts) == i * i
        blank += len(shown.still()["padding"])
    assert blank


def text_faults(shown, step):
    """Texts whose outlines leave their cell, or meet those of another text in it; a result is drawn again where it is
    the current one.
    """
    boxes, found = {}, []
    for mark in [*shown.marks, *shown.moving(step)]:
        if isinstance(mark, Text):
            xs, ys = zip(*(point for _, points in glyphs.outline(mark) for point in points), strict=True)
            grid = shown.above if mark.role == "output_value" else shown.below
            (left, top), (right, bottom) = (grid.at((mark.at[0] + at(xs), mark.at[1] + at(ys))) for at in (min, max))
            r, c = cell = grid.cell(mark.at)
            found += [("leaves its cell", mark.text)] if left < c or right > c + 1 or top < r or bottom > r + 1 else []
            here = boxes.setdefault((mark.role == "output_value", *cell), [])
            met = [text for text, (a, b, d, e) in here if left < d and a < right and top < e and b < bottom]
            found += [("meets", mark.text, text) for text in met if mark.role != "output_value"]
            here.append((mark.text, (left, top, right, bottom)))
    return found


NUMBERS = {
    "digits": ([1, 2, 3, 0], [1, 0, 2]),
    "two digits": ([10, 42, 7, 99], [1, 0, 2]),
    "signs": ([-1, 4, -38, 0], [-2, 1, 11]),
    "fractions": ([0.25, -1.125, 3, 117.5], [0.5, -0.333, 2]),
    "large": ([12345, -99999, 1, 2e7], [100, -1, 12]),
}


@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize("kind", ODD)
def test_every_number_stays_in_its_cell_and_clear_of_the_other_in_it(kind, numbers):
    x, w = NUMBERS[numbers]
    for op in [op for op in ODD[kind] if math.prod(op.output_size) < 40]:
        given = {"input": np.resize(x, op.input_size)} | (
            {} if kind in ("pool", "adaptive_pool") else {"kernel": np.resize(w, op.kernel_size)}
        )
        shown = Seen(draw(op, "flat", **given), "flat")
        for step in {0, shown.scene.poster, shown.scene.steps - 1}:
            assert not text_faults(shown, step), op


# --- themes


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_classic_draws_none_of_the_new_roles_and_all_else_where_clear_draws_it(kind, view):
    for op in [*drawn_at_random(kind, 20), *ODD[kind]]:
        classic, clear = (Seen(draw(op, view, theme), view) for theme in (CLASSIC, CLEAR))
        roles = classic.roles | {mark.role for mark in classic.moving(0)}
        assert roles <= set(CLASSIC.styles) and not roles & NEW
        still, full = classic.still(), clear.still()
        assert [role for role in full if still[role] != full[role] and role not in NEW] == []
        for step in range(0, classic.scene.steps, 3):
            assert set(unlike(classic.step(step), clear.step(step))) <= {"copy_link", "dots"}


PLAIN = [
    ca.Conv(5, 3),
    ca.Conv((4, 7), (2, 3), stride=(2, 1)),
    ca.Conv(7, 3, dilation=2),
    ca.Conv(6, 1, ndim=1),
    ca.Conv(4, 3, flip=True),
    ca.Pool(4, 2),
    ca.Pool(6, 2, ceil_mode=True, mode="average"),
    ca.ConvTranspose((3, 5), 1),
    ca.AdaptivePool(5, 3),
    ca.AdaptivePool((2, 3), (5, 7)),
]


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("op", PLAIN, ids=str)
def test_a_figure_without_new_roles_is_the_same_in_both_themes_but_for_styles(op, view):
    classic, clear = (draw(op, view, theme) for theme in (CLASSIC, CLEAR))
    assert (classic.box, classic.steps, classic.poster) == (clear.box, clear.steps, clear.poster)
    for one, other in zip(classic.layers, clear.layers, strict=True):
        for step in range(classic.steps):
            assert one.seen(step) == other.seen(step)


def test_clear_has_a_look_of_its_own_for_every_new_role():
    assert set(CLEAR.styles) - set(CLASSIC.styles) == NEW
    looks = [CLEAR.styles[role] for role in NEW]
    assert len(set(looks)) == len(looks)


# --- adaptive windows, windows that hang over, links


@pytest.mark.parametrize("view", PLANAR)
def test_windows_of_one_shape_are_one_group_of_marks_that_is_drawn_once(view):
    for op in (
        ca.Conv(6, 3, stride=2, padding=1),
        ca.Pool(5, 2, ceil_mode=True),
        ca.AdaptivePool(5, 3),
        ca.AdaptivePool(8, 3),
    ):
        scene = draw(op, view)
        (moving,) = (layer for layer in scene.layers if isinstance(layer, PerStep))
        groups = [moving.at(step)[0] for step in range(scene.steps)]
        shapes = {
            (len(rows), len(columns)) for rows, columns in itertools.product(*(axis.taps for axis in meaning(op)))
        }
        assert len({id(group.marks) for group in groups}) == len(shapes)


@pytest.mark.parametrize("view", PLANAR)
def test_links_in_one_row_or_column_never_run_along_one_another(view):
    for op in [*drawn_at_random("conv", 40), *ODD["conv"]]:
        shown = Seen(draw(op, view), view)
        for step in range(shown.scene.steps):
            assert not merged(shown, step), (op, step)


def merged(shown, step):
    """Pairs of straight links to different cells that lie in one line and overlap there."""
    links = [[shown.below.at(point) for point in part] for part in shown.parts(shown.moving(step), Line, "copy_link")]
    straight = [link for link in links if len(link) == 2]
    found = []
    for (a, b), (c, d) in itertools.combinations(straight, 2):
        for n in (0, 1):
            if (
                abs(a[n] - b[n]) < 1e-6
                and abs(c[n] - d[n]) < 1e-6
                and abs(a[n] - c[n]) < 1e-6
                and math.dist(b, d) > 1e-6
            ):
                (p, q), (r, s) = (sorted(point[1 - n] for point in link) for link in ((a, b), (c, d)))
                found += [(a, b, c, d)] if min(q, s) - max(p, r) > 1e-6 else []
    return found


# --- the figures of templates/padding.toml: what each title says


FIGURES = {name: one for name, one in ca.figures().items() if one.source == "padding.toml"}


def read_figure(name):
    """(the figure's operation, its scene read back, the input's texts, the output's texts)."""
    one = FIGURES[name]
    assert one.options["theme"] == "clear" and len(one.title) > 40
    view = one.options.get("view", "isometric")
    shown = Seen(one.animate(labels="none").scene, view)
    assert shown.scene.title == one.title
    numbers = [
        {cell: number(text) for cell, text in shown.texts(shown.marks, role, grid).items()}
        for role, grid in (("input_value", shown.below), ("output_value", shown.above))
    ]
    return one.op(), shown, *numbers


def windows(shown):
    """(first row, last row, first column, last column) of each step's window."""
    return [(a, b - 1, c, d - 1) for a, b, c, d in (shown.step(n)["window"] for n in range(shown.scene.steps))]


def bands(rows, columns, size):
    """The cells of these rows and these columns of a square."""
    return {(r, c) for r, c in cells_of(range(size), range(size)) if r in rows or c in columns}


def links_of(shown):
    return {link for step in range(shown.scene.steps) for link in shown.step(step)["copy_link"]}


def test_same_upper_strided_has_its_one_odd_row_and_column_at_the_end():
    op, shown, *_ = read_figure("same_upper_strided")
    still = shown.still()
    assert still["odd_padding"] == bands({6}, {6}, 7)
    assert not still["padding"] and not still["unread"]
    assert op.output_size == (3, 3)


def test_same_lower_strided_has_it_at_the_start_and_other_windows_of_the_same_sizes():
    op, shown, *_ = read_figure("same_lower_strided")
    other, upper, *_ = read_figure("same_upper_strided")
    assert shown.still()["odd_padding"] == bands({0}, {0}, 7)
    assert (op.input_size, op.kernel_size, op.stride, op.output_size) == (
        other.input_size,
        other.kernel_size,
        other.stride,
        other.output_size,
    )
    units = [sorted(one.still()["input"])[0] for one in (shown, upper)]
    assert units == [(1, 1), (0, 0)]
    for step in range(9):  # of the input, every window sees other cells
        one, two = (
            {(r - y, c - x) for r, c in which.step(step)["tap"]}
            for which, (y, x) in zip((shown, upper), units, strict=True)
        )
        assert one != two


def test_padding_1_strided_has_zeros_on_both_sides_and_never_reads_the_last_row_and_column():
    op, shown, *_ = read_figure("padding_1_strided")
    still = shown.still()
    assert still["padding"] == bands({0, 7}, {0, 7}, 8) and not still["odd_padding"]
    assert still["unread"] == bands({7}, {7}, 8)
    assert op.output_size == (3, 3)


def test_uncovered_cells_are_the_last_row_and_column_of_the_input():
    op, shown, *_ = read_figure("uncovered_cells")
    still = shown.still()
    assert still["unread"] == bands({5}, {5}, 6) <= still["input"]
    assert op.output_size == ((6 - 3) // 2 + 1,) * 2 == (2, 2)


def test_ceil_mode_has_last_windows_that_hang_over_and_take_the_maximum_of_what_is_there():
    _, shown, inputs, outputs = read_figure("ceil_mode")
    assert shown.still()["overhang"] == bands({5}, {5}, 6)
    assert windows(shown)[-1] == (4, 5, 4, 5) and shown.step(8)["tap"] == {(4, 4)}
    assert outputs == {
        (r, c): max(inputs[y, x] for y in range(2 * r, min(2 * r + 2, 5)) for x in range(2 * c, min(2 * c + 2, 5)))
        for r, c in cells_of(range(3), range(3))
    }


def test_ceil_mode_dropped_has_three_windows_and_leaves_only_padding_unread():
    op, shown, *_ = read_figure("ceil_mode_dropped")
    assert math.ceil((5 + 2 - 2) / 2) + 1 == 4 and op.output_size == (3, 3)
    still = shown.still()
    assert still["unread"] == bands({6}, {6}, 7) <= still["padding"]
    assert not still["overhang"] and 3 * 2 == 6 >= 5 + 1, (
        "a fourth window would start at 6, behind the input's cells 1 to 5"
    )


def test_count_include_pad_gives_4_in_the_corners_and_6_at_the_edges():
    _, shown, inputs, outputs = read_figure("count_include_pad")
    assert {outputs[cell] for cell in cells_of((0, 2), (0, 2))} == {4 * 9 / 9} == {4}
    assert {outputs[cell] for cell in ((0, 1), (1, 0), (1, 2), (2, 1))} == {6 * 9 / 9} == {6}
    assert outputs[1, 1] == 9
    assert Counter(inputs.values()) == {9: 25, 0: 24} and {inputs[cell] for cell in shown.still()["padding"]} == {0}


def test_count_exclude_pad_gives_9_everywhere_and_prints_nothing_in_the_padding():
    _, shown, inputs, outputs = read_figure("count_exclude_pad")
    assert set(outputs.values()) == {9} and len(outputs) == 9
    assert Counter(inputs.values()) == {9: 25} and set(inputs) == shown.still()["input"]
    assert len(shown.still()["padding"]) == 24


def test_max_pooling_pads_with_minus_infinity_and_stays_negative():
    _, shown, inputs, outputs = read_figure("max_pooling_padding")
    assert {inputs[cell] for cell in shown.still()["padding"]} == {-math.inf}
    assert max(outputs.values()) < 0 and outputs[0, 0] == -1 and outputs[2, 2] == -7


@pytest.mark.parametrize(("name", "pad"), [("reflect", 1), ("replicate", 2), ("circular", 1), ("symmetric", 1)])
def test_each_copy_has_the_value_that_numpy_pads_and_a_link_to_where_it_comes_from(name, pad):
    op, shown, inputs, outputs = read_figure(name)
    x = np.arange(1, 17).reshape(4, 4)
    assert op.padding_mode == name
    padded = np.pad(x, pad, NUMPY_MODES[name])
    assert inputs == {cell: padded[cell] for cell in np.ndindex(padded.shape)}
    still = shown.still()
    assert still["copy"] == set(np.ndindex(padded.shape)) - still["input"]
    links = links_of(shown)
    assert {start for start, _ in links} == still["copy"], "every copy is read, and has a link"
    assert all(end in still["input"] and inputs[start] == inputs[end] for start, end in links)
    assert outputs == {(r, c): padded[r + pad, c + 2 * pad] for r, c in cells_of(range(4), range(4))}, (
        "the kernel's one looks to the right"
    )


def test_reflect_leaves_out_the_last_cell_and_symmetric_repeats_it():
    for name, first in (
        ("reflect", [2, 1, 2]),
        ("symmetric", [1, 1, 2]),
        ("replicate", [1, 1, 1]),
        ("circular", [4, 1, 2]),
    ):
        _, shown, inputs, _ = read_figure(name)
        row = min(r for r, _ in shown.still()["input"])
        assert [inputs[row, c] for c in range(3)] == first


def test_circular_continues_on_the_other_side():
    _, shown, *_ = read_figure("circular")
    across = {(start, end) for start, end in links_of(shown) if start[0] == 2}
    assert across == {((2, 0), (2, 4)), ((2, 5), (2, 1))}


def test_causal_dilated_pads_at_the_start_alone_and_no_output_sees_later_cells():
    op, shown, inputs, outputs = read_figure("causal_dilated")
    assert op.pads == ((4, 0),) and op.output_size == op.input_size == (8,)
    assert shown.still()["odd_padding"] == {(0, c) for c in range(4)}
    for o in range(8):
        assert max(c for _, c in shown.step(o)["tap"]) == 4 + o
        assert outputs[0, o] == sum(inputs[0, c] for c in (o, o + 2, o + 4))


def test_output_padding_gives_back_the_last_row_and_column_of_those_that_padding_crops():
    op, shown, *_ = read_figure("output_padding")
    assert (3 - 1) * 2 + 3 == 7, "cells before any is cropped"
    assert op.output_size == (7 - 2 * 1 + 1,) * 2 == (6, 6)
    still = shown.still()
    assert still["output_padding"] == bands({5}, {5}, 6)
    assert still["cropped"] == {(-1, c) for c in range(-1, 6)} | {(r, -1) for r in range(6)}, (
        "none is cropped at the end"
    )
    x, w = np.arange(1, 10).reshape(3, 3), np.arange(1, 10).reshape(3, 3)
    given_back = ca.evaluate(op, x, w)[5]
    assert given_back.any(), "not zeros"
    assert (given_back == ca.evaluate(ca.ConvTranspose(3, 3, stride=2), x, w)[6, 1:]).all()


def seen_cells(shown):
    """How many input cells each output cell sees."""
    units = shown.still()["input"]
    return [len(shown.step(step)["tap"] & units) for step in range(shown.scene.steps)]


def test_transposed_k2_s2_has_outputs_that_see_one_input_cell_each():
    op, shown, *_ = read_figure("transposed_k2_s2")
    assert op.output_size == (6, 6) and seen_cells(shown) == [1] * 36


def test_transposed_k3_s2_has_outputs_that_see_1_2_and_4_input_cells_in_turn():
    op, shown, *_ = read_figure("transposed_k3_s2")
    counts = np.array(seen_cells(shown)).reshape(op.output_size)
    line = [1, 1, 2, 1, 2, 1, 1]
    assert (counts == np.outer(line, line)).all() and set(counts.ravel().tolist()) == {1, 2, 4}


def test_same_upper_transposed_crops_one_row_and_column_at_the_end_alone():
    op, shown, *_ = read_figure("same_upper_transposed")
    assert op.output_size == (6, 6)
    assert shown.still()["cropped"] == {(6, c) for c in range(7)} | {(r, 6) for r in range(6)}


def test_adaptive_pooling_has_windows_of_cells_0_to_1_then_1_to_3_then_3_to_4():
    _, shown, inputs, outputs = read_figure("adaptive_pooling")
    runs = [(0, 1), (1, 3), (3, 4)]
    assert windows(shown) == [(*rows, *columns) for rows, columns in itertools.product(runs, runs)]
    for (r, rows), (c, columns) in itertools.product(enumerate(runs), enumerate(runs)):
        mean = np.mean([inputs[y, x] for y in range(rows[0], rows[1] + 1) for x in range(columns[0], columns[1] + 1)])
        assert outputs[r, c] == pytest.approx(mean, abs=0.0501)


def test_every_figure_of_padding_toml_is_tested_here_and_shows_what_the_numbers_give():
    names = {name for name in FIGURES if any(name in text.__name__ for text in globals().values() if callable(text))}
    assert set(FIGURES) - names <= {"replicate", "max_pooling_padding"}, "a figure without a test that names it"
    for name, one in FIGURES.items():
        op, shown, *_ = read_figure(name)
        assert not unlike(shown.still(), meant_still(op)), name
        for step in range(shown.scene.steps):
            assert not unlike(shown.step(step), meant_step(op, step)), (name, step)
        assert one.op() == op


# --- that these readers can tell


def with_marks(scene, change):
    """The scene with `change` made to each mark that it returns something else for; None leaves the mark out."""

    def done(marks):
        kept = [replace(mark, marks=done(mark.marks)) if isinstance(mark, Group) else change(mark) for mark in marks]
        return tuple(mark for mark in kept if mark is not None)

    return replace(
        scene,
        layers=tuple(
            PerStep(lambda step, at=layer.at: done(at(step)), layer.roles)
            if isinstance(layer, PerStep)
            else Layer(done(layer.marks), layer.span)
            for layer in scene.layers
        ),
    )


def only(role, change, kind=(Line, Polygon, Text)):
    return lambda mark: change(mark) if mark.role == role and isinstance(mark, kind) else mark


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("role", sorted(NEW - {"copy_link"}))
def test_a_missing_role_and_one_in_other_cells_are_seen(role, view):
    op = next(op for kind in ODD for op in ODD[kind] if meant_still(op)[role])
    scene = draw(op, view)
    kind = Line if role == "cropped" else Polygon
    gone = Seen(with_marks(scene, only(role, lambda mark: None, kind)), view).still()
    assert unlike(gone, meant_still(op)) == [role]
    (a, b), _ = BASES[view]
    moved = only(
        role,
        lambda mark: replace(mark, parts=tuple(tuple((x + a, y + b) for x, y in part) for part in mark.parts)),
        kind,
    )
    assert unlike(Seen(with_marks(scene, moved), view).still(), meant_still(op)) == [role]


def test_parts_of_cells_are_refused():
    grid = Grid("flat", [Line("grid", (((0.0, 0.0), (3.0, 0.0)), ((0.0, 0.0), (0.0, 2.0))))], "grid")
    assert (grid.origin, grid.size) == ((0.0, 0.0), (2.0, 3.0))
    assert grid.covered([[(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]]) == {(0, 0): 1, (0, 1): 1, (1, 0): 1}
    with pytest.raises(AssertionError, match="corners"):
        grid.covered([[(0, 0), (1.5, 0), (1.5, 1), (0, 1)]])
    with pytest.raises(AssertionError):
        grid.covered([[(0, 0), (1, 0), (0, 1), (1, 1)]])
    with pytest.raises(AssertionError, match="overlap"):
        once(grid.covered([[(0, 0), (2, 0), (2, 1), (0, 1)], [(1, 0), (2, 0), (2, 1), (1, 1)]]))


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize(
    ("role", "keys"),
    [("tap", ["tap"]), ("window", ["window"]), ("current", ["current"]), ("copy_link", ["copy_link", "dots"])],
)
def test_what_moves_is_missed_where_it_is_a_cell_off(role, keys, view):
    op, step = ca.Conv((4, 5), 3, padding=1, padding_mode="circular"), 9
    scene = draw(op, view)
    assert not unlike(Seen(scene, view).step(step), meant_step(op, step))
    (_, down) = BASES[view]
    off = only(
        role,
        lambda mark: replace(
            mark, parts=tuple(tuple((x - down[0], y - down[1]) for x, y in part) for part in mark.parts)
        ),
    )
    assert unlike(Seen(with_marks(scene, off), view).step(step), meant_step(op, step)) == keys


def test_a_ray_to_another_corner_and_one_cut_short_are_seen():
    shown = Seen(draw(ca.Conv(5, 3, stride=2, padding=1), "isometric"), "isometric")
    assert ray_faults(shown, 4) == []

    def turned(scene, change):
        return ray_faults(Seen(with_marks(scene, only("ray", change)), "isometric"), 4)

    assert "starts beside the window's corners" in turned(
        shown.scene, lambda mark: replace(mark, parts=tuple((b, a) for a, b in mark.parts))
    )
    bent = turned(shown.scene, lambda mark: replace(mark, parts=tuple((a, (b[0] + 0.2, b[1])) for a, b in mark.parts)))
    assert bent == ["doesn't lead to the cell's corner"] * 4
    short = turned(
        shown.scene,
        lambda mark: replace(mark, parts=tuple((a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)) for a, b in mark.parts)),
    )
    assert short == ["ends before the plane"] * 4
    assert turned(shown.scene, lambda mark: replace(mark, parts=mark.parts[1:])) == ["missing"]


def test_another_value_a_missing_one_and_one_at_another_place_are_seen():
    op = ca.Conv(4, 3, padding=1)
    x, w = given_values(op, np.random.default_rng(3))
    scene = draw(op, "flat", input=x, kernel=w)
    assert value_faults(Seen(scene, "flat"), op, x, w) == []
    for role, fault in (("input_value", "input"), ("output_value", "output"), ("kernel_value", "kernel in step 0")):
        for change in (
            lambda mark: replace(mark, text="77"),
            lambda mark: replace(mark, at=(mark.at[0], mark.at[1] + 1)),
        ):
            assert fault in value_faults(Seen(with_marks(scene, only(role, change)), "flat"), op, x, w)
    assert "input" in value_faults(Seen(scene, "flat"), op, x + 1, w)
    assert "output" in value_faults(Seen(scene, "flat"), op, x, w[::-1])


def test_a_text_too_large_and_two_in_one_place_are_seen():
    op = ca.Conv(4, 3, padding=1)
    scene = draw(op, "flat", input=np.full((4, 4), 8), kernel=np.full((3, 3), 8))
    assert text_faults(Seen(scene, "flat"), 0) == []
    large = with_marks(scene, only("output_value", lambda mark: replace(mark, size=2.0, width=9.0)))
    assert ("leaves its cell", "256.0") in text_faults(Seen(large, "flat"), 0)
    close = with_marks(scene, only("kernel_value", lambda mark: replace(mark, at=(mark.at[0] - 0.2, mark.at[1] - 0.2))))
    assert ("meets", "8", "8") in text_faults(Seen(close, "flat"), 0)


def test_links_that_run_along_one_another_are_seen():
    op = ca.Conv(5, 3, padding=2, padding_mode="reflect", ndim=1)
    scene = draw(op, "flat")
    assert not merged(Seen(scene, "flat"), 0)
    straight = only(
        "copy_link", lambda mark: replace(mark, parts=tuple((part[0], part[-1]) for part in mark.parts)), Line
    )
    assert len(merged(Seen(with_marks(scene, straight), "flat"), 0)) == 1


def test_the_numbers_of_this_file_are_pytorchs_and_the_guides():
    """The oracle itself, on worked examples of PyTorch's documentation and the guide."""
    assert along_convolution(6, 3, 2, 1, 1, 1).output == 3
    assert along_convolution(5, 2, 2, 1, 1, 1, ceil_mode=True).output == 3, "the fourth would start in the padding"
    assert along_convolution(5, 2, 2, 0, 0, 1, ceil_mode=True).windows == [(0, 2), (2, 4), (4, 6)]
    assert along_convolution(4, 3, 1, 2, 2, 1, "reflect").sources == [2, 1, 0, 1, 2, 3, 2, 1]
    assert along_transposed(3, 3, 2, 1, 1, 1, 1).roles == [
        "padding",
        "input",
        "inserted",
        "input",
        "inserted",
        "input",
        "padding",
        "odd_padding",
    ]
    assert along_transposed(4, 2, 2, 3, 3, 1, 0).sources == [1, -1, 2]
    assert along_adaptive(5, 3).windows == [(0, 2), (1, 4), (3, 5)]


# --- the step that stands for all


@pytest.mark.parametrize("view", PLANAR)
def test_the_poster_in_clear_shows_every_kind_of_cell_that_one_window_can_have(view):
    ops = (
        ca.Conv(5, 3, padding=1),
        ca.Pool(5, 2, ceil_mode=True),
        ca.Conv((4, 7), 3, stride=2, padding="same_upper"),
        ca.ConvTranspose(3, 3, stride=2, padding=1),
    )
    for op in ops:
        kinds = [{tap.role for tap in step.taps} for step in op.steps]
        scene = ca.animate(op, view=view, theme="clear").scene
        assert len(kinds[scene.poster]) == max(map(len, kinds)), op
        assert (
            ca.animate(op, view=view).scene.poster
            == op.output_size[0] // 2 * op.output_size[1] + op.output_size[1] // 2
        )
    up = ca.ConvTranspose(3, 3, stride=2, padding=1, output_padding=1)
    assert up.steps[ca.animate(up, view=view, theme="clear").scene.poster].output in {(r, 5) for r in range(6)} | {
        (5, q) for q in range(6)
    }


# --- a bias


def test_a_bias_stands_between_the_planes_and_in_the_description_and_zero_does_not():
    def texts(a):
        return [
            mark.text
            for layer in a.scene.layers
            if isinstance(layer, Layer)
            for mark in layer.marks
            if isinstance(mark, Text)
        ]

    op = ca.Conv(3, 3, padding=1, bias=True, ndim=1)
    for bias, word in ((0.5, "+0.5"), (-2, "\N{MINUS SIGN}2")):
        a = ca.animate(op, input=[1, 2, 3], kernel=[1, 0, 0], bias=[bias])
        assert texts(a).count(word) == 1 and f"is added {word.removeprefix('+')}, the bias" in a.scene.description
        assert (
            5
            < next(
                mark.at[0]
                for layer in a.scene.layers
                if isinstance(layer, Layer)
                for mark in layer.marks
                if isinstance(mark, Text) and mark.text == word
            )
            < 6
        )
    none = ca.animate(op, input=[1, 2, 3], kernel=[1, 0, 0])
    assert not any(text.startswith("+") for text in texts(none)) and "bias" not in none.scene.description
    exact = ca.animate(ca.Conv(3, 1, bias=True, ndim=1), input=[1, 2, 3], kernel=[1], bias=[0.125])
    assert texts(exact)[-3:] == ["1.125", "2.125", "3.125"]


def test_a_theme_without_a_style_that_every_view_needs_is_refused_at_once():
    with pytest.raises(ConvanimError, match=r"theme 'x' has no style for grid, input, "):
        ca.Theme("x", "#ffffff", {})
    ca.animate(ca.Conv(5, 3), theme=ca.Theme("x", "#ffffff", CLASSIC.styles)).frame(0)

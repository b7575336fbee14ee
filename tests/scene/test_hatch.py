"""Hatches: their lines over cells, against a picture of one cell written out by hand; and that pixels and SVG show the
same of them.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from dataclasses import replace

import pytest

import convanim as ca
from convanim.scene import UPRIGHT, Polygon, moved
from convanim.scene.hatch import HATCHES, hatched
from convanim.scene.plane import Plane
from convanim.themes.table import CLEAR, theme_of
from helpers.cases import PLANAR
from oracle.pictures import differences
from oracle.rasteriser import rasterised

# the lines of one cell, x to the right and y down, as one draws them on squared paper
DOTS = [(0.15, 0.15), (0.85, 0.15)]
CELL = {
    "/": [((0, 0.5), (0.5, 0)), ((0.5, 1), (1, 0.5))],
    "\\": [((0, 0.5), (0.5, 1)), ((0.5, 0), (1, 0.5))],
    "x": [((0, 0), (1, 1)), ((0, 1), (1, 0))],
    "-": [((0, 0.15), (1, 0.15)), ((0, 0.85), (1, 0.85))],
    "|": [((0.15, 0), (0.15, 1)), ((0.85, 0), (0.85, 1))],
    ".": [((x - 0.045, y), (x + 0.045, y)) for x, y in DOTS],
    "+": [((0.07, 0.2), (0.33, 0.2)), ((0.2, 0.07), (0.2, 0.33))],
}
LENGTH = {
    "/": math.sqrt(2),
    "\\": math.sqrt(2),
    "x": 2 * math.sqrt(2),
    "-": 2,
    "|": 2,
    ".": 2 * 0.09,
    "+": 2 * 0.26,
}  # in a cell
PLANES = {
    "upright": UPRIGHT,
    "flat": Plane((3.25, -1.5), (1.0, 0.0), (0.0, 1.0)),
    "slanted": Plane((-2.1, -1.95), (1.0, -0.5), (0.7, 0.65)),
    "slanted, far away": Plane((-2048.7, 0.1 + 0.2), (1.0, -0.5), (0.7, 0.65)),
    "a legend's": Plane((0.3, 0.7), (0.506, 0.0), (0.0, 0.506)),
}
L_SHAPE = [
    (4, 0),
    (6, 0),
    (6, 5),
    (0, 5),
    (0, 3),
    (4, 3),
]  # as an overhang at the right and at the bottom: 6 x 5 cells without the first 4 x 3
RECTANGLES = [
    (0, 0, 1, 1),
    (0, 0, 5, 3),
    (2, 1, 3, 7),
    (-1, -2, 0, 4),
    (7, 9, 11, 10),
    (0, 0, 40, 1),
]  # columns and rows: x0, y0, x1, y1


def on(plane, corners):
    return Polygon("input", (tuple(plane.point(*corner) for corner in corners),), plane)


def rectangle(x0, y0, x1, y1):
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def cells_of(x0, y0, x1, y1):
    return set(itertools.product(range(x0, x1), range(y0, y1)))


SHAPES = {f"{box}": (rectangle(*box), cells_of(*box)) for box in RECTANGLES} | {
    "L": (L_SHAPE, cells_of(0, 0, 6, 5) - cells_of(0, 0, 4, 3)),
    "L the other way round": (L_SHAPE[::-1], cells_of(0, 0, 6, 5) - cells_of(0, 0, 4, 3)),
}


def in_cells(plane, lines):
    """The lines in the plane's cells, by solving for them."""
    (ox, oy), (a, b), (c, d) = plane.origin, plane.right, plane.down
    det = a * d - b * c
    return [
        tuple((((x - ox) * d - (y - oy) * c) / det, ((y - oy) * a - (x - ox) * b) / det) for x, y in line)
        for line in lines
    ]


def parted(lines):
    """The lines cut where they go from cell to cell: how often each piece is drawn, as (cell, the piece in a cell)."""
    found = Counter()
    for (x0, y0), (x1, y1) in lines:
        ways = [(start, end - start) for start, end in ((x0, x1), (y0, y1))]
        cuts = {0.0, 1.0}
        for start, way in ways:
            if abs(way) > 1e-9:
                cuts |= {
                    (n - start) / way
                    for n in range(math.floor(min(start, start + way)), math.ceil(max(start, start + way)) + 1)
                }
        inside = sorted({round(share, 7) for share in cuts if -1e-7 < share < 1 + 1e-7})
        for one, other in itertools.pairwise(inside):
            column, row = (math.floor(start + (one + other) / 2 * way) for start, way in ways)
            ends = [
                (round(x0 + share * (x1 - x0) - column, 4) + 0.0, round(y0 + share * (y1 - y0) - row, 4) + 0.0)
                for share in (one, other)
            ]
            found[(column, row), tuple(sorted(ends))] += 1
    return found


def meant(cells, pattern):
    lines = [tuple(sorted((round(x, 4), round(y, 4)) for x, y in line)) for line in CELL[pattern]]
    return Counter({(cell, line): 1 for cell in cells for line in lines})


def inside(point, corners):
    """Whether a point lies in a polygon: by the angle under which its outline is seen, which is whole turns or
    nothing.
    """
    x, y = point
    turn = 0.0
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        turn += math.remainder(math.atan2(by - y, bx - x) - math.atan2(ay - y, ax - x), math.tau)
    return abs(turn) > math.pi


def near(point, line):
    """How far a point is from a line's piece."""
    (x, y), ((ax, ay), (bx, by)) = point, line
    share = min(max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2), 0), 1)
    return math.dist(point, (ax + share * (bx - ax), ay + share * (by - ay)))


def at_edge(point, corners):
    return min(near(point, side) for side in zip(corners, [*corners[1:], corners[0]], strict=True)) < 1e-6


def along(line, *shares):
    (x0, y0), (x1, y1) = line
    return [(x0 + share * (x1 - x0), y0 + share * (y1 - y0)) for share in shares]


def length(lines):
    return sum(math.dist(*line) for line in lines)


# --- the lines of whole cells


def test_there_is_a_picture_of_a_cell_for_each_pattern():
    assert list(CELL) == list(HATCHES) == list(LENGTH)
    for pattern, lines in CELL.items():
        assert length(lines) == pytest.approx(LENGTH[pattern])


@pytest.mark.parametrize("plane", PLANES.values(), ids=PLANES)
@pytest.mark.parametrize("pattern", HATCHES)
def test_every_cell_of_a_polygon_has_the_lines_of_the_pattern_once_and_nothing_is_outside(pattern, plane):
    for corners, cells in SHAPES.values():
        lines = in_cells(plane, hatched(on(plane, corners), pattern))
        assert parted(lines) == meant(cells, pattern)
        assert length(lines) == pytest.approx(len(cells) * LENGTH[pattern])


@pytest.mark.parametrize("pattern", HATCHES)
def test_all_pieces_lie_in_the_polygon_in_the_middle_and_near_their_ends(pattern):
    for plane, (corners, _) in itertools.product(PLANES.values(), SHAPES.values()):
        polygon = on(plane, corners)
        for line in hatched(polygon, pattern):
            assert all(inside(point, polygon.parts[0]) for point in along(line, 0.5))
            ends = along(line, 0.001, 0.999)
            assert all(inside(point, polygon.parts[0]) for point in ends)


@pytest.mark.parametrize(
    "pattern", [pattern for pattern, families in HATCHES.items() if not any(family.dashes for family in families)]
)
def test_a_line_over_a_rectangle_is_one_piece(pattern):
    wide, high = 7, 4
    lines = in_cells(UPRIGHT, hatched(on(UPRIGHT, rectangle(0, 0, wide, high)), pattern))
    assert (
        len(lines)
        == {"/": wide + high, "\\": wide + high, "x": 2 * (wide + high - 1), "-": 2 * high, "|": 2 * wide}[pattern]
    )


def test_there_are_two_dots_and_one_plus_in_a_cell():
    box = rectangle(0, 0, 5, 3)
    dots = [along(line, 0.5)[0] for line in hatched(on(UPRIGHT, box), ".")]
    assert sorted((round(x, 9), round(y, 9)) for x, y in dots) == sorted(
        (round(c + x, 9), round(r + y, 9)) for c, r, (x, y) in itertools.product(range(5), range(3), DOTS)
    )
    crosses = Counter(tuple(round(v, 9) for v in along(line, 0.5)[0]) for line in hatched(on(UPRIGHT, box), "+"))
    assert crosses == {(round(c + 0.2, 9), round(r + 0.2, 9)): 2 for c, r in itertools.product(range(5), range(3))}


@pytest.mark.parametrize("plane", PLANES.values(), ids=PLANES)
@pytest.mark.parametrize("pattern", HATCHES)
def test_the_lines_of_neighbouring_rectangles_are_those_of_their_union(pattern, plane):
    pairs = [((0, 0, 2, 3), (2, 0, 5, 3)), ((1, 1, 4, 2), (1, 2, 4, 6)), ((-3, 0, -1, 1), (-1, 0, 2, 1))]
    for one, other in pairs:
        union = (*one[:2], *other[2:])
        both = Polygon("input", on(plane, rectangle(*one)).parts + on(plane, rectangle(*other)).parts, plane)
        whole = on(plane, rectangle(*union))
        assert parted(in_cells(plane, hatched(both, pattern))) == parted(in_cells(plane, hatched(whole, pattern)))


@pytest.mark.parametrize("pattern", HATCHES)
def test_the_pattern_moves_with_the_plane_and_a_group_at_its_origin_has_the_same(pattern):
    for plane, (x0, y0) in itertools.product(PLANES.values(), [(0, 0), (3, 2), (-4, 11)]):
        there = on(plane, rectangle(x0, y0, x0 + 2, y0 + 3))
        at = plane.point(x0, y0)
        alone = on(plane.at_origin(), rectangle(0, 0, 2, 3))
        placed = [v for line in hatched(alone, pattern) for x, y in line for v in (x + at[0], y + at[1])]
        assert placed == pytest.approx([v for line in hatched(there, pattern) for point in line for v in point])
        (shifted,) = moved((alone,), 0.37, -5.2)
        assert parted(in_cells(shifted.plane, hatched(shifted, pattern))) == meant(cells_of(0, 0, 2, 3), pattern)


CROSSED = {"x"}


def meets_the_middle(line):
    """Whether a line comes into the square of .35 to .65 around a cell's middle, on points that are close to each
    other.
    """
    return any(max(abs(x % 1 - 0.5), abs(y % 1 - 0.5)) < 0.15 for x, y in along(line, *(n / 200 for n in range(201))))


@pytest.mark.parametrize("pattern", HATCHES)
def test_the_middle_of_a_cell_is_clear_but_for_crossed_lines(pattern):
    lines = in_cells(UPRIGHT, hatched(on(UPRIGHT, rectangle(0, 0, 2, 2)), pattern))
    assert any(map(meets_the_middle, lines)) == (pattern in CROSSED)


# --- polygons that cut through cells


def ideal(pattern, low, high):
    """Points of the pattern over a square of cells, close to each other."""
    for row, column in itertools.product(range(low, high), repeat=2):
        for line in CELL[pattern]:
            count = max(round(math.dist(*line) * 25), 3)
            yield from ((column + x, row + y) for x, y in along(line, *((n + 0.5) / count for n in range(count))))


def any_polygon(seed):
    """Triangles, stars and the like, with corners anywhere, in the middle of 4 x 4 cells."""
    rng = random.Random(seed)
    angles = sorted(rng.uniform(0, math.tau) for _ in range(rng.randint(3, 7)))
    return [(2 + rng.uniform(0.5, 2) * math.cos(angle), 2 + rng.uniform(0.5, 2) * math.sin(angle)) for angle in angles]


def of_quarters(seed):
    """Rectangles whose corners lie where lines may run: multiples of a quarter, and .15, .2, .85."""
    rng = random.Random(seed)
    places = sorted({n / 4 for n in range(17)} | {0.15, 1.85, 3.2})
    (x0, x1), (y0, y1) = (sorted(rng.sample(places, 2)) for _ in range(2))
    return rectangle(x0, y0, x1, y1)


@pytest.mark.parametrize("pattern", HATCHES)
@pytest.mark.parametrize("shape", [any_polygon, of_quarters])
def test_of_any_polygon_the_points_of_the_pattern_are_drawn_that_lie_in_it_and_no_others(shape, pattern):
    points = list(ideal(pattern, 0, 4))
    seen = Counter()
    for seed in range(12):
        corners, plane = shape(seed), list(PLANES.values())[seed % len(PLANES)]
        lines = in_cells(plane, hatched(on(plane, corners), pattern))
        for point in points:
            if not at_edge(point, corners):
                drawn = any(near(point, line) < 1e-6 for line in lines)
                assert drawn == inside(point, corners), (seed, point)
                seen[drawn] += 1
        for line in lines:
            assert all(
                inside(point, corners) or at_edge(point, corners) for point in along(line, 0, 0.01, 0.5, 0.99, 1)
            )
    assert min(seen.values()) > 40 and set(seen) == {True, False}


# --- that these readers can tell


def test_the_readers_of_lines_see_a_line_too_many_one_cut_short_one_doubled_and_one_outside():
    box, cells = rectangle(0, 0, 3, 2), cells_of(0, 0, 3, 2)
    for pattern in HATCHES:
        lines = list(hatched(on(UPRIGHT, box), pattern))
        assert parted(lines) == meant(cells, pattern)
        first, *rest = lines
        shorter = (first[0], along(first, 0.9)[0])
        beyond = tuple((x + 3, y) for x, y in first)
        for wrong in (
            [*lines, first],
            rest,
            [shorter, *rest],
            [*lines, beyond],
            [tuple((x + 0.01, y) for x, y in line) for line in lines],
        ):
            assert parted(wrong) != meant(cells, pattern), pattern
        assert not all(inside(point, box) for point in along(beyond, 0.5))
    assert parted([((0, 0.5), (0.5, 0))]) != parted([((0, 0.5), (0.5, 1))])


def test_a_point_is_told_inside_outside_and_at_the_edge():
    assert (
        inside((5, 1), L_SHAPE)
        and inside((1, 4), L_SHAPE)
        and not inside((1, 1), L_SHAPE)
        and not inside((7, 1), L_SHAPE)
    )
    assert (
        at_edge((6, 1), L_SHAPE)
        and at_edge((4, 3), L_SHAPE)
        and not at_edge((6.01, 1), L_SHAPE)
        and not at_edge((5, 1), L_SHAPE)
    )
    assert near((1, 1), ((0, 0), (2, 0))) == 1 and near((3, 0), ((0, 0), (2, 0))) == 1


# --- pixels and SVG show the same

HATCHED = {  # figures in which all hatched roles of the themes occur
    "transposed": (ca.ConvTranspose((2, 3), 3, stride=2, padding=((0, 1), (1, 0)), output_padding=1), {}),
    "copies, flat": (ca.Conv((3, 4), 3, padding=1, padding_mode="reflect"), {"view": "flat"}),
    "unread, appearing": (ca.Conv((4, 6), 2, stride=3, padding=((0, 1), (0, 0))), {"reveal": True}),
    "symbols, appearing": (
        ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1),
        {"symbols": True, "reveal": True, "dpi": 200},
    ),
    "overhang": (ca.Pool((3, 5), 2, stride=(2, 3), ceil_mode=True), {}),
}
ROLES = {role for role, style in CLEAR.styles.items() if style.hatch}


def test_the_figures_that_are_compared_have_every_hatched_role():
    drawn = {
        role
        for op, look in HATCHED.values()
        for role in ca.animate(op, theme="clear", labels="none", **look).scene.roles()
    }
    assert drawn >= ROLES == {"copy", "inserted", "odd_padding", "unread", "output_padding"}


THEMES = ["clear", "dark", "print", "colorblind"]
# every figure in every theme, and with labels in half of the themes, in others than the figure before
PICTURES = [
    (name, theme, ("none", "all")[(n + m) % 2])
    for (n, name), (m, theme) in itertools.product(enumerate(HATCHED), enumerate(THEMES))
    if not n or (n + m) % 2
]


@pytest.mark.parametrize(("name", "theme", "labels"), PICTURES)
def test_an_svg_shows_the_hatches_and_labels_that_the_frame_shows(name, theme, labels):
    op, look = HATCHED[name]
    a = ca.animate(op, theme=theme, labels=labels, **look)
    for step in sorted({0, a.scene.poster, len(a) - 1}):
        assert not differences(rasterised(a.svg(step)), a.frame(step)), step


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("pattern", HATCHES)
def test_an_svg_shows_every_hatch_on_every_area_as_the_frame_does(pattern, view):
    look = {"hatch": pattern, "hatch_stroke": "#a61e4d", "hatch_width": 0.05}
    theme = dict.fromkeys(("input", "padding", "overhang", "tap", "output", "current", "unread"), look)
    a = ca.animate(
        ca.Pool((3, 4), 2, stride=(2, 3), padding=((0, 1), (0, 0)), ceil_mode=True),
        theme=theme,
        labels=["legend"],
        view=view,
        dpi=180,
    )
    step = len(a) - 1
    assert not differences(rasterised(a.svg(step)), a.frame(step))


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_comparison_of_pictures_sees_another_hatch_a_missing_one_and_one_in_another_colour(role):
    op, look = next(
        (op, look) for op, look in HATCHED.values() if role in ca.animate(op, theme="clear", **look).scene.roles()
    )
    a = ca.animate(op, theme="clear", labels="none", **look)
    step = len(a) - 1
    other = "x" if CLEAR.styles[role].hatch != "x" else "/"
    for change in ({"hatch": "none"}, {"hatch": other}, {"hatch_stroke": "#ffffff"}):
        assert differences(rasterised(replace(a, theme=theme_of({role: change})).svg(step)), a.frame(step)), change

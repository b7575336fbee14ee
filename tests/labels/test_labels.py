"""Labels around figures: where they stand, measured on the outlines of their letters, and what they say, against plain
formulas.

What is a label and what is figure is told apart by drawing the figure without labels too: its marks must be there
unchanged, and all others are labels. Nothing here asks for the room, the blocks or the edges that the package places
labels by.
"""

from __future__ import annotations

import itertools
import math
import random
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache, lru_cache
from xml.etree import ElementTree

import numpy as np
import pytest

import convanim as ca
from convanim.errors import ConvanimError
from convanim.geometry import OPERATIONS
from convanim.labels import LABELS, labels_of
from convanim.render import glyphs
from convanim.scene import Group, Layer, Line, Polygon, Text
from convanim.text.lang import language
from convanim.themes.theme import CELL_BP, ROLES
from helpers.cases import PLANAR
from helpers.refusals import refusal
from oracle.planes import BASES, Grid
from oracle.windows import STRENGTH, meaning
from test_design import SIZES, hull, some

MINUS, DOT, ELLIPSIS = "−", "·", "…"

# --- what is drawn


def leaves(marks, x=0.0, y=0.0):
    """All marks, those of groups where they are placed."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from leaves(mark.marks, x + mark.at[0], y + mark.at[1])
        elif isinstance(mark, Text):
            yield replace(mark, at=(mark.at[0] + x, mark.at[1] + y)) if x or y else mark
        elif not x and not y:
            yield mark
        else:
            yield type(mark)(mark.role, tuple(tuple((px + x, py + y) for px, py in part) for part in mark.parts))


def marks_of(scene, step):
    return [mark for layer in scene.layers for mark in layer.seen(step)]


def labels_in(scene, plain, step):
    """The marks of a scene beyond those of the one without labels, which must all be there, in their order."""
    own, found = iter(marks_of(plain, step)), []
    expected = next(own, None)
    for mark in marks_of(scene, step):
        if mark == expected:
            expected = next(own, None)
        else:
            found.append(mark)
    assert expected is None, "labels have changed the figure"
    return list(leaves(found))


@cache
def ink_of_letter(character, face):
    """The box of a letter from the start of its baseline, in ems."""
    points = [point for _, points in glyphs.glyph(character, face).outline for point in points]
    return [pick(v) for pick in (min, max) for v in zip(*points, strict=True)]


@lru_cache(maxsize=1 << 15)
def ink(text, face, size, width, stretch, like):
    """The box of a text's outlines around its centre, (x0, y0, x1, y1), and the size of its smallest letter; None for
    one of blanks.
    """
    letters = glyphs.letters(Text("label", (0.0, 0.0), text, size, width, stretch, like, face))
    boxes = []
    for letter in letters:
        x0, y0, x1, y1 = ink_of_letter(letter.character, face)
        (x, y), wide, high = letter.at, letter.wide, letter.size
        boxes.append((x + x0 * wide, y + y0 * high, x + x1 * wide, y + y1 * high))
    if not boxes:
        return None
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (min(x0), min(y0), max(x1), max(y1)), min(letter.size for letter in letters)


def ink_of(mark):
    return ink(mark.text, mark.face, mark.size, mark.width, mark.stretch, mark.like)


def boxed(marks):
    """The texts among the marks that have ink, and their boxes: (n, 4)."""
    texts = [mark for mark in marks if isinstance(mark, Text) and ink_of(mark)]
    return texts, np.array([np.add(ink_of(mark)[0], mark.at * 2) for mark in texts]).reshape(-1, 4)


def parts(marks, roles=ROLES):
    return [part for mark in marks if not isinstance(mark, Text) and mark.role in roles for part in mark.parts]


def segments(marks):
    """The straight pieces of lines: (n, 2, 2)."""
    pieces = [
        pair for mark in marks if isinstance(mark, Line) for part in mark.parts for pair in itertools.pairwise(part)
    ]
    return np.array(pieces, float).reshape(-1, 2, 2)


def corners(boxes):
    return boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]


def overlapping(one, other):
    """(n, m): whether boxes have an area in common."""
    (a, b), (c, d) = ((boxes[:, :2], boxes[:, 2:]) for boxes in (one, other))
    return ((a[:, None] < d[None]) & (c[None] < b[:, None])).all(-1)


def normals(shapes):
    edges = np.roll(shapes, -1, -2) - shapes
    across = np.stack([edges[..., 1], -edges[..., 0]], -1)
    length = np.linalg.norm(across, axis=-1, keepdims=True)
    return np.where(length > 1e-12, across / np.maximum(length, 1e-12), np.array([1.0, 0.0]))


def gaps(shape, others):
    """How far apart a convex shape (p, 2) is from others (n, q, 2), along the best of all edges' normals; not above 0
    where they meet.
    """
    shape, axes = np.asarray(shape, float), normals(np.asarray(shape, float))
    a, b = shape @ axes.T, others @ axes.T
    best = np.maximum(a.min(0) - b.max(1), b.min(1) - a.max(0)).max(-1)
    axes = normals(others)
    a, b = np.einsum("pd,nkd->nkp", shape, axes), np.einsum("nqd,nkd->nkq", others, axes)
    return np.maximum(best, np.maximum(a.min(-1) - b.max(-1), b.min(-1) - a.max(-1)).max(-1))


def crossed(boxes, lines):
    """(n, m): whether segments have a point in a box: no side of the box parts them, and its corners lie on both sides
    of the segment.
    """
    start, along = lines[:, 0], lines[:, 1] - lines[:, 0]
    far = (lines.max(1)[None] < boxes[:, None, :2]).any(-1) | (lines.min(1)[None] > boxes[:, None, 2:]).any(-1)
    from_start = corners(boxes)[:, :, None] - start
    side = along[:, 0] * from_start[..., 1] - along[:, 1] * from_start[..., 0]
    return ~far & ~(side > 0).all(1) & ~(side < 0).all(1)


# --- what is wrong with where labels stand

BELOW, ABOVE = {"grid", "input", "overhang", "window"}, {"output_grid", "output", "cropped", "pending", "current"}
LEAST_MARGIN, LEAST_PX = 0.3, 7.0  # cells around all that is drawn; pixels of an em, of a subscript too


class Figure:
    """One step of a figure without labels, as far as labels must keep away from it."""

    def __init__(self, plain, step):
        self.marks = list(leaves(marks_of(plain, step)))
        self.texts, self.boxes = boxed(self.marks)
        self.planes = {
            what: hull([point for part in parts(self.marks, roles) for point in part])
            for what, roles in (("input", BELOW), ("output", ABOVE))
        }
        self.lines = segments(self.marks)
        self.points = np.array([point for part in parts(self.marks) for point in part])
        over = (
            np.argwhere(overlapping(self.boxes, self.boxes)) if step == 0 and len(self.texts) < 500 else []
        )  # takes long
        self.faults = [
            f"the cells' {self.texts[n].text!r} is over {self.texts[m].text!r}"
            for n, m in over
            if self.texts[n] != self.texts[m]
        ]


def faults(a, plain, step, figure=None):
    """What is wrong with the labels in a step of an animation, `plain` being its scene without them."""
    figure, added = figure or Figure(plain, step), labels_in(a.scene, plain, step)
    texts, boxes = boxed(added)
    labels = np.array([text.role == "label" for text in texts], bool)
    measures = segments([mark for mark in added if mark.role == "measure"])
    swatches = np.array(
        [
            [pick(v) for pick in (min, max) for v in zip(*part, strict=True)]
            for part in parts(added, ROLES.keys() - {"measure"})
        ]
    ).reshape(-1, 4)
    found = [*figure.faults]
    for others, other_boxes in ((texts, boxes), (figure.texts, figure.boxes)):
        over = [(texts[n], others[m]) for n, m in np.argwhere(overlapping(boxes, other_boxes))]
        found += [f"{one.text!r} is over the text {other.text!r}" for one, other in over if one is not other]
    found += [
        f"{texts[n].text!r} is over a legend's cell"
        for n in np.flatnonzero(overlapping(boxes, swatches).any(1) & labels)
    ]
    for what, plane in figure.planes.items():
        found += [f"{texts[n].text!r} is over the {what}" for n in np.flatnonzero(gaps(plane, corners(boxes)) <= 0)]
        found += [f"a legend's cell is over the {what}"] * bool(
            len(swatches) and (gaps(plane, corners(swatches)) <= 0).any()
        )
        found += [f"a line that measures is over the {what}"] * bool(
            len(measures) and (gaps(plane, measures) <= 0).any()
        )
    lines = np.concatenate([figure.lines, segments(added)])
    found += [f"{texts[n].text!r} is crossed by a line" for n in np.flatnonzero(crossed(boxes, lines).any(1) & labels)]
    points = np.concatenate(
        [*(part.reshape(-1, 2) for part in (boxes, swatches, measures, figure.boxes)), figure.points]
    )
    low, high = np.array([a.scene.box.x, a.scene.box.y]), np.array([a.scene.box.width, a.scene.box.height])
    found += ["something is outside"] * bool(
        (points < low + LEAST_MARGIN).any() or (points > low + high - LEAST_MARGIN).any()
    )
    pixels = CELL_BP * a.dpi / 72
    sizes = {mark.text: ink_of(mark)[1] * pixels for mark in itertools.compress(texts, labels)}
    found += [f"{text!r} has letters of {size:.1f} px" for text, size in sizes.items() if size < LEAST_PX]
    return found + [
        f"no style for {role}"
        for role in sorted({mark.role for mark in (*figure.marks, *added)} - (a.theme.styles.keys() & ROLES.keys()))
    ]


# --- where labels stand, over the tables

DPIS = (150, 20, 60, 1200)
RECTANGLES = [(1, 40), (30, 2), (2, 30), (7, 11), (12, 5), (8, 10), (9, 9), (5, 8), (7, 2), (11, 1)]
SETS = ["all", None, *LABELS]


# where rays, or links between copies, run along a plane's side
LONG = {
    "conv": [
        ca.Conv((2, 9), (1, 9)),
        ca.Conv((3, 12), (2, 11)),
        ca.Conv((12, 3), (11, 2)),
        ca.Conv((9, 2), (9, 1)),
        ca.Conv(12, 12, ndim=1),
        ca.Conv((3, 1), (3, 1), padding=((2, 0), (0, 0)), padding_mode="reflect"),
        ca.Conv(6, 3, padding=((4, 0), (1, 1)), padding_mode="circular"),
    ],
    "pool": [ca.Pool((3, 7), (1, 7)), ca.Pool((5, 12), (2, 5), stride=(1, 7))],
    "transpose": [
        ca.ConvTranspose((2, 12), (1, 3), padding=(0, 6)),
        ca.ConvTranspose((12, 2), 3, padding=((5, 6), (0, 0))),
    ],
    "adaptive_pool": [
        ca.AdaptivePool((5, 12), (3, 1)),
        ca.AdaptivePool((2, 12), (7, 2)),
        ca.AdaptivePool((12, 2), (1, 7)),
        ca.AdaptivePool((26, 2), (3, 1)),
    ],
}


def looks(view, name):
    """(operation, what else `animate` gets, label sets) of figures of each size; the choices are drawn by a generator
    seeded by the names.
    """
    rng = random.Random(f"{view} {name}")
    for size in [*SIZES, *RECTANGLES, *SIZES]:
        look = {
            "view": view,
            "theme": rng.choice(["clear", "clear", "classic"]),
            "lang": rng.choice(["en", "zh"]),
            "reveal": rng.random() < 0.4,
            "dpi": rng.choice(DPIS),
        }
        if ca.VIEWS[view].shows_values and rng.random() < 0.4:
            look["symbols"] = True
        yield some(name, size), look, ["all", rng.choice(SETS[1:])]
    for op in LONG[name]:
        yield op, {"view": view, "theme": "clear", "reveal": rng.random() < 0.4, "lang": "en", "dpi": 150}, ["all"]


def seen_steps(count):
    return range(count) if count <= 6 else (0, count // 2, count - 1)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("view", PLANAR)
def test_labels_are_legible_inside_of_the_canvas_and_over_nothing_else(view, name):
    found = []
    for op, look, sets in looks(view, name):
        plain = ca.animate(op, labels="none", **look).scene
        figures = {step: Figure(plain, step) for step in seen_steps(plain.steps)}
        for labels in sets:
            a = ca.animate(op, labels=labels, **look)
            for step, figure in figures.items():
                found += [(fault, op, labels, look, step) for fault in faults(a, plain, step, figure)]
    assert not found, f"{len(found)} faults, such as {min(found, key=lambda one: math.prod(one[1].padded_size))}"


def test_the_figures_that_are_checked_have_every_pair_of_choices():
    pairs = Counter()
    for view, name in itertools.product(PLANAR, OPERATIONS):
        for op, look, sets in looks(view, name):
            for labels in sets:
                choices = {
                    **look,
                    "symbols": look.get("symbols", False),
                    "kind": name,
                    "labels": labels,
                    "ndim": len(op.axes),
                }
                pairs.update(itertools.combinations(choices.items(), 2))
    words = {
        "view": PLANAR,
        "theme": ("clear", "classic"),
        "lang": ("en", "zh"),
        "reveal": (False, True),
        "dpi": DPIS,
        "symbols": (False, True),
        "kind": OPERATIONS,
        "labels": SETS,
        "ndim": (1, 2),
    }
    for one, other in itertools.combinations(words, 2):
        for a, b in itertools.product(words[one], words[other]):
            if {"isometric", True} != {a, b} or "symbols" not in (one, other):
                assert pairs[(one, a), (other, b)] + pairs[(other, b), (one, a)], (one, a, other, b)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("view", PLANAR)
def test_a_scene_names_the_roles_of_all_marks_of_all_steps(view, name):
    for n, size in enumerate([*SIZES, *RECTANGLES]):
        op = some(name, size)
        if math.prod(op.output_size) > 40:
            continue
        for theme, reveal in (("clear", n % 2 == 0), ("classic", n % 2 == 1)):
            labels = ("all", "step", "sizes", "title")[n // 2 % 4]
            scene = ca.animate(op, view=view, theme=theme, reveal=reveal, labels=labels).scene
            assert scene.roles() == {
                mark.role for step in range(scene.steps) for mark in leaves(marks_of(scene, step))
            }, op


def test_above_the_resolution_of_the_guide_nothing_moves():
    for view in PLANAR:
        scenes = [
            ca.animate(ca.Conv((5, 4), 3, padding=1), view=view, labels="all", dpi=dpi).scene
            for dpi in (150, 151, 400, 9600)
        ]
        for scene in scenes[1:]:
            assert np.allclose(
                [scene.box.x, scene.box.width, scene.box.height],
                [scenes[0].box.x, scenes[0].box.width, scenes[0].box.height],
            )
            for one, other in zip(leaves(marks_of(scene, 4)), leaves(marks_of(scenes[0], 4)), strict=True):
                assert np.allclose(*([mark.at] if isinstance(mark, Text) else mark.parts for mark in (one, other)))


@pytest.mark.parametrize("theme", ca.THEMES)
@pytest.mark.parametrize("view", PLANAR)
def test_figures_with_all_labels_can_be_drawn_and_written_in_every_theme(view, theme):
    for n, name in enumerate(OPERATIONS):
        op = some(name, [(4, 6), (3, 3), (6, 2), (12,)][n])
        bare, a = (
            ca.animate(op, view=view, theme=theme, labels=labels, lang="zh", reveal=True, dpi=20)
            for labels in ("none", "all")
        )
        for step in sorted({0, len(a) // 2, len(a) - 1}):
            frame = a.frame(step)
            assert frame.shape == (*a.size[::-1], 3) and frame.dtype == np.uint8
            dark = np.abs(frame.astype(int) - frame[0, 0]).sum(-1) > 150  # the page's corner is background
            assert (
                dark.sum() > 50 + (np.abs(bare.frame(step).astype(int) - frame[0, 0]).sum(-1) > 150).sum()
            )  # labels have ink
            root = ElementTree.fromstring(a.svg(step))
            assert [float(root.get(side)) for side in ("width", "height")] == list(a.size)
            assert a.svg(step).count("<use") > bare.svg(step).count("<use")


# --- the checks of places can fail


def with_layer(a, *marks):
    """The animation with these marks in a layer of their own."""
    return replace(a, scene=replace(a.scene, layers=(*a.scene.layers, Layer(marks))))


def test_the_check_of_places_sees_each_thing_that_can_be_wrong():
    a = ca.animate(ca.Conv(4, 3), theme="clear", view="flat", labels="all")
    plain, box = ca.animate(ca.Conv(4, 3), theme="clear", view="flat", labels="none").scene, a.scene.box
    assert not faults(a, plain, 1)
    (line,) = (mark for mark in leaves(marks_of(a.scene, 1)) if isinstance(mark, Text) and mark.text.startswith("step"))

    def wrong(*marks):
        return {re.sub("'.*?'", "T", fault) for fault in faults(with_layer(a, *marks), plain, 1)}

    def text(x, y, size=0.44, role="label", word="7"):
        return Text(role, (x, y), word, size, math.inf, face="sans")

    free = line.at[0] + 3, line.at[1]
    assert not wrong(text(*free))
    assert wrong(text(line.at[0] + 0.1, line.at[1])) == {"T is over the text T"}
    assert wrong(text(*free), text(free[0] + 0.1, free[1])) == {"T is over the text T"}
    assert {"T is over the input"} <= wrong(text(2.98, 3.9)) & wrong(text(4.0, 2.02))
    assert "T is over the output" in wrong(text(5.5, 2.0)) and "T is over the text T" in wrong(text(5.5, 1.6))
    assert wrong(
        Group(
            (1.0, 0.0),
            (text(free[0] - 1, free[1]), Line("measure", (((free[0] - 3, free[1] - 3), (free[0] + 1, free[1] + 1)),))),
        )
    ) >= {"T is crossed by a line"}
    assert wrong(Line("measure", (((1.0, 1.0), (1.5, 1.5)),))) >= {"a line that measures is over the input"}
    cell = Polygon("input", (((free[0], free[1] - 0.1), (free[0] + 0.2, free[1]), (free[0], free[1] + 0.1)),))
    assert wrong(cell, text(*free)) == {"T is over a legend's cell"}
    assert wrong(Polygon("tap", (((5.5, 1.5), (5.6, 1.5), (5.6, 1.6)),))) == {"a legend's cell is over the output"}
    assert wrong(text(box.x + 0.2, free[1])) == {"something is outside"} == wrong(text(free[0], box.y + box.height + 1))
    assert wrong(text(*free, size=0.23)) == {"T has letters of 6.8 px"} == wrong(text(*free, size=0.33, word="x₁"))
    assert wrong(text(*free, role="labels")) == {"no style for labels"}
    with pytest.raises(AssertionError, match="changed the figure"):
        faults(a, replace(plain, layers=(*plain.layers, Layer((text(*free),)))), 1)


def test_the_boxes_of_texts_are_those_of_their_outlines_and_segments_are_told_from_boxes_as_points_tell():
    words = Text("label", (0.0, 0.0), "k=3 x₁₂,₃·w − 填充（gy）", 0.44, math.inf, face="sans")
    for text in (words, Text("input_value", (0.0, 0.0), "−12.5", 0.6, 0.9, 1.2, "−12.55")):
        points = np.array([point for _, points in glyphs.outline(text) for point in points])
        assert np.allclose(ink_of(text)[0], [*points.min(0), *points.max(0)])
    rng = np.random.default_rng(1)
    boxes = np.sort(rng.uniform(0, 4, (40, 2, 2)), axis=1).reshape(-1, 4)
    lines = rng.uniform(0, 4, (60, 2, 2))
    on = lines[:, 0] + np.linspace(0, 1, 4001)[:, None, None] * (lines[:, 1] - lines[:, 0])
    near = crossed(boxes, lines)
    inside = np.array([((on > box[:2]) & (on < box[2:])).all(-1).any(0) for box in boxes])
    assert (
        200 < inside.sum() <= near.sum() <= inside.sum() + 5 and (near | ~inside).all()
    )  # a corner may be cut between two points
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    moved = np.array([np.add(square, by) for by in ([2.5, 0], [0.9, 0.9])] + [square / 4 + 0.3])
    assert gaps(square, moved) == pytest.approx([1.5, -0.1, -0.55])
    beside, through = gaps(square, np.array([[[1.1, -1.0], [3.0, 0.9]], [[0.9, -1.0], [1.1, 2.0]]]))
    assert beside == pytest.approx(1.1 / math.sqrt(2)) and through < 0


# --- what labels say

FLOOR = {"floor": math.floor, "ceil": math.ceil, "__builtins__": {}}
ROWS = {"en": ("height:", "width:"), "zh": ("高：", "宽：")}
UNSTARTED = {"en": "(itwouldstartbeyondtheinput)", "zh": "（否则会从输入之外开始）"}
SMALL = {"view": "isometric", "theme": "classic"}  # what is quick to draw


def lines_of(a, step=0):
    """The texts of a figure's labels in a step, from the top; legend cells have texts of their own, which are no
    labels.
    """
    return [
        mark.text
        for mark in sorted(
            (mark for mark in leaves(marks_of(a.scene, step)) if mark.role == "label"),
            key=lambda mark: (mark.at[1], mark.at[0]),
        )
    ]


def said(op, labels, step=0, **look):
    """What a label says, in one line."""
    return " ".join(lines_of(ca.animate(op, labels=[labels], **{**SMALL, **look}), step))


def numbers_of(op):
    """(i, k, s, (before, after), d, output_padding) of each axis."""
    pads = [(p, p) if isinstance(p, int) else p for p in op.padding]
    extra = op.output_padding if isinstance(op, ca.ConvTranspose) else (0,) * len(pads)
    return list(zip(op.input_size, op.kernel_size, op.stride, pads, op.dilation, extra, strict=True))


def documented(op, axis):
    """The output size by the formulas of PyTorch's documentation of Conv2d, ConvTranspose2d and MaxPool2d, and whether
    `ceil_mode` dropped a window.
    """
    i, k, s, (before, after), d, extra = numbers_of(op)[axis]
    if isinstance(op, ca.ConvTranspose):
        return (i - 1) * s - before - after + d * (k - 1) + extra + 1, False
    inside = Fraction(i + before + after - d * (k - 1) - 1, s) + 1
    if not (isinstance(op, ca.Pool) and op.ceil_mode):
        return math.floor(inside), False
    dropped = (math.ceil(inside) - 1) * s >= i + before
    return math.ceil(inside) - dropped, dropped


def value_of(formula):
    return eval(formula.replace(MINUS, "-").replace(DOT, "*"), FLOOR)


TOKEN = re.compile(r"output_padding|floor|ceil|p′|[ikspd]|\d+|[-+*/(),−]")


def with_numbers(letters, values):
    """A formula in letters with the letters' values, and a dot where a product was not written."""
    tokens = TOKEN.findall(letters)
    assert "".join(tokens) == letters, letters
    written = tokens[:1]
    for one, other in itertools.pairwise(tokens):
        product_ = (one[-1] in "ikspd′)" or one.isdigit() or one == "output_padding") and (
            other[0] in "ikspd(" or other == "output_padding"
        )
        written += [DOT, other] if product_ else [other]
    return "".join(str(values[token]) if token in values else token for token in written)


def wrong_formula(op, text, lang):
    """What is wrong with the text of a formula: "" for nothing."""
    text = text.replace(" ", "")
    per_axis = re.split("|".join(ROWS[lang]), text)[1:] or [text] * len(op.input_size)
    assert len(per_axis) == len(op.input_size)
    letters = None
    for axis, one in enumerate(per_axis):
        i, k, s, (before, after), d, extra = numbers_of(op)[axis]
        right, dropped = documented(op, axis)
        o, *sides, result = one.split("=")
        if len(sides) == 2:
            letters = sides.pop(0)
        (numbers,) = sides
        if dropped != numbers.endswith(UNSTARTED[lang]):
            return "why a window is dropped"
        numbers = numbers.removesuffix(UNSTARTED[lang])
        if o != "o" or not right == op.output_size[axis] == int(result) == value_of(numbers):
            return "the result"
        values = {"i": i, "k": k, "s": s, "p": before, "p′": after, "d": d, "output_padding": extra}
        if before != after and "p′" not in letters:
            return "one padding for two"
        if with_numbers(letters, values) != numbers or value_of(with_numbers(letters, values)) != right:
            return "the letters"
    return ""


PADS = [((0, 0),), ((1, 1),), ((0, 1),), ((2, 1),)]


def built(kind, *args, **kwargs):
    try:
        return [kind(*args, **kwargs)]
    except ConvanimError:
        return []


def small(kind):
    """All small operations of one dimension, with a bit of everything that changes the output's size."""
    if kind == "conv":
        for i, k, s, p, d in itertools.product(range(1, 7), (1, 2, 3), (1, 2, 3), PADS, (1, 2, 3)):
            yield from built(ca.Conv, (i,), k, stride=s, padding=p, dilation=d)
    elif kind == "pool":
        for i, k, s, p, d, ceil in itertools.product(
            range(1, 7), (1, 2, 3), (1, 2, 3, 4), [0, 1, ((0, 1),)], (1, 2), (False, True)
        ):
            yield from built(ca.Pool, (i,), k, stride=s, padding=p, dilation=d, ceil_mode=ceil)
    elif kind == "transpose":
        for i, k, s, p, d, extra in itertools.product((1, 2, 4), (1, 2, 3), (1, 2, 3), PADS, (1, 2), (0, 1, 2)):
            yield from built(ca.ConvTranspose, (i,), k, stride=s, padding=p, dilation=d, output_padding=extra)


SIZED = ("conv", "pool", "transpose")


@pytest.mark.parametrize("kind", SIZED)
def test_the_formula_holds_with_its_letters_and_with_its_numbers_for_all_small_operations(kind):
    seen = Counter()
    for n, op in enumerate(small(kind)):
        lang = ("en", "zh")[n % 2]
        text = said(op, "formula", lang=lang)
        assert not wrong_formula(op, text, lang), (op, text)
        parts_of_it = {"p′": "p′", "d": "d(k", "ceil": "ceil", "extra": "output_padding"}
        seen.update(
            {"all": 1, "dropped": documented(op, 0)[1], **{name: part in text for name, part in parts_of_it.items()}}
        )
    assert seen["all"] > 400 and seen["p′"] > 100 and seen["d"] > 100
    assert (seen["dropped"] > 50, seen["ceil"] > 100, seen["extra"] > 100) == (
        kind == "pool",
        kind == "pool",
        kind == "transpose",
    )


@pytest.mark.parametrize("view", PLANAR)
def test_the_formula_names_rows_and_columns_where_they_differ(view):
    named = Counter()
    for kind, size, lang in itertools.product(SIZED, [*SIZES, (30, 2)], ROWS):
        op = some(kind, size)
        text = said(op, "formula", lang=lang, view=view, dpi=60 if len(size) == 1 else 150)
        assert not wrong_formula(op, text, lang), (op, text)
        differ = len(set(numbers_of(op))) > 1
        assert [text.count(name) for name in ROWS[lang]] == [int(differ)] * 2
        named[differ] += 1
    assert min(named.values()) > 20
    op = ca.Conv((7, 5), 3, padding=((1, 1), (1, 2)), stride=(2, 1), dilation=(1, 2))
    assert said(op, "formula") == (
        "height: o = floor((i + 2p − k)/s) + 1 = floor((7 + 2·1 − 3)/2) + 1 = 4 "
        "width: o = floor((i + p + p′ − (d(k − 1) + 1))/s) + 1 = floor((5 + 1 + 2 − (2·(3 − 1) + 1))/1) + 1 = 4"
    )


@pytest.mark.parametrize("lang", ROWS)
def test_the_words_of_adaptive_pooling_give_the_cells_of_every_window(lang):
    for i, n in itertools.product(range(1, 13), repeat=2):
        text = said(ca.AdaptivePool((i,), n), "formula", lang=lang).replace(" ", "")
        first, last = re.search(r"(floor\(.*?n/\d+\)).*?(ceil\(.*?\)/\d+\)−1)", text).groups()
        assert re.search(rf"(?<!\d){n}(?!\d)", text)
        for o, (start, stop) in enumerate(meaning(ca.AdaptivePool((i,), n))[1].windows):
            assert [eval(side.replace(MINUS, "-").replace(DOT, "*"), {**FLOOR, "n": o}) for side in (first, last)] == [
                start,
                stop - 1,
            ]
    names = ROWS[lang]
    assert [
        said(ca.AdaptivePool(size, 2), "formula", lang=lang).count(name) for size in ((5, 5), (5, 4)) for name in names
    ] == [0, 0, 1, 1]


def test_the_check_of_formulas_sees_wrong_numbers_letters_and_results():
    op, dropped = ca.Conv((5,), 3, stride=2, padding=1), ca.Pool((5,), 2, padding=1, ceil_mode=True)
    good = said(op, "formula")
    assert good == "o = floor((i + 2p − k)/s) + 1 = floor((5 + 2·1 − 3)/2) + 1 = 3" and not wrong_formula(
        op, good, "en"
    )
    for old, new, fault in (
        ("= 3", "= 4", "the result"),
        ("(5 +", "(6 +", "the letters"),
        ("5 + 2·1", "2·1 + 5", "the letters"),
        ("2p", "p", "the letters"),
        ("(5 +", "(9 +", "the result"),
        ("k)/s", "s)/k", "the letters"),
        ("o = ", "i = ", "the result"),
    ):
        assert wrong_formula(op, good.replace(old, new, 1), "en") == fault
    assert wrong_formula(ca.Conv((5,), 3, stride=2, padding=((1, 2),)), good, "en") == "one padding for two"
    assert (
        wrong_formula(dropped, said(dropped, "formula").replace("(it would start beyond the input)", ""), "en")
        == "why a window is dropped"
    )
    assert (
        with_numbers("(i−1)s−2p+d(k−1)+1+output_padding", {"i": 1, "s": 2, "p": 3, "d": 4, "k": 5, "output_padding": 6})
        == "(1−1)·2−2·3+4·(5−1)+1+6"
    )


USUAL = {
    "stride": None,
    "padding": None,
    "kernel_size": None,
    "dilation": 1,
    "output_padding": 0,
    "padding_mode": "zeros",
    "flip": False,
    "ceil_mode": False,
    "count_include_pad": True,
    "divisor_override": None,
    "in_channels": 1,
    "out_channels": 1,
    "groups": 1,
    "bias": False,
}
LETTERS = {"k": "kernel_size", "s": "stride", "p": "padding", "d": "dilation"}


def read_parameters(text, ndim):
    """{parameter: value as text, or a tuple of an axis each}, of "k=3x2 p=1:2 flip=True"."""
    found = {}
    for word in text.split():
        name, value = word.split("=")
        name = LETTERS.get(name, name)
        if name in ("kernel_size", "stride", "padding", "dilation", "output_padding"):
            each = [tuple(map(int, one.split(":"))) if ":" in one else int(one) for one in value.split("x")]
            value = tuple(each * ndim if len(each) == 1 else each)
        assert name not in found
        found[name] = value
    return found


def test_the_parameters_are_those_of_the_operation_and_all_that_is_not_usual_is_among_them():
    channels = [
        ca.Conv(4, 3, in_channels=4, out_channels=8, groups=2, bias=True),
        ca.Pool(4, 2, mode="average", divisor_override=3),
    ]
    for n, op in enumerate([*(some(kind, size) for kind in SIZED for size in SIZES), *channels]):
        text = said(op, "parameters", lang=("en", "zh")[n % 2], dpi=(150, 60)[n // 2 % 2])
        unusual = {
            word: getattr(op, word)
            for word, usual in USUAL.items()
            if hasattr(op, word) and getattr(op, word) not in (usual, (usual,) * len(op.input_size))
        }
        assert read_parameters(text, len(op.input_size)) == {
            word: value if isinstance(value, tuple) else str(value) for word, value in unusual.items()
        }
    assert said(ca.Conv((5, 4), 3, padding=((1, 2), (0, 0))), "parameters") == "k=3 s=1 p=1:2x0:0"
    assert (
        said(ca.AdaptivePool((5, 4), (3, 2)), "parameters") == "o=3x2"
        and said(ca.AdaptivePool((5, 4), 2), "parameters") == "o=2"
    )


# --- the sum

NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
FORMS = {"sum": r"()(.*)()", "average": r"(\()(.*)\)/(\d+)", "max": r"(max\()(.*)\)()", "l2": r"(√\()(.*)\)()"}


def mode_of(op):
    return getattr(op, "mode", "sum")


def read_number(text):
    text = text.removeprefix("(").removesuffix(")").removesuffix("²").removeprefix("(").removesuffix(")")
    sign, text = (-1, text[1:]) if text.startswith(MINUS) else (1, text)
    assert text == "∞" or re.fullmatch(NUMBER, text), text
    return sign * (math.inf if text == "∞" else Fraction(text))


def read_sum(op, text, bias):
    """(terms as tuples of numbers, None for an ellipsis; divisor; bias; sign; result) of the text of a sum."""
    left, sign, result = re.fullmatch(r"(.*) ([=≈]) (\S+)", text).groups()
    added = Fraction(0)
    if bias:
        left, way, number = re.fullmatch(r"(.*) ([+−]) (\S+)", left).groups()
        added = Fraction(number) * (1 if way == "+" else -1)
    _, terms, divisor = re.fullmatch(FORMS[mode_of(op)], left).groups()
    terms = terms.split(", " if mode_of(op) == "max" else " + ")
    assert all(term.endswith("²") == (mode_of(op) == "l2") for term in terms if term != ELLIPSIS)
    assert all(not re.search(f"(^|{DOT}){MINUS}", term) for term in terms) or mode_of(op) == "max", (
        "a negative factor without brackets"
    )
    return (
        [None if term == ELLIPSIS else tuple(map(read_number, term.split(DOT))) for term in terms],
        int(divisor or 1),
        added,
        sign,
        result,
    )


def counted(op, step):
    """The taps of a step that count."""
    alone = mode_of(op) == "average" and not getattr(op, "count_include_pad", True)
    return [tap for tap in step.taps if tap.role != "overhang" and not (alone and tap.source is None)]


def meant_terms(op, step, x, w):
    """The terms of a step, from its taps."""
    none = -math.inf if mode_of(op) == "max" else 0
    return [
        (none if tap.source is None else x[tap.source], *([] if w is None else [w[tap.kernel]]))
        for tap in counted(op, step)
    ]


def total(op, terms, divisor, bias):
    """The value of a sum in exact numbers; of "l2" its square."""
    if mode_of(op) == "max":
        return max(value for (value,) in terms)
    if mode_of(op) == "l2":
        return sum(value**2 for (value,) in terms)
    return sum(math.prod(term) for term in terms) / Fraction(divisor) + bias


def spread(result):
    """By how much a printed number may be off: half of its last place."""
    mantissa, _, power = result.replace(MINUS, "-").lstrip("-").partition("e")
    return Fraction(1, 2) * Fraction(10) ** (int(power or 0) - len(mantissa.partition(".")[2]))


def wrong_sum(op, step, text, x, w, bias, value):
    """What is wrong with the text of a step's sum, `value` being what `ca.evaluate` gives: "" for nothing."""
    terms, divisor, added, sign, result = read_sum(op, text, bias or getattr(op, "bias", False))
    meant = meant_terms(op, step, x, w)
    count = 1 if mode_of(op) != "average" else getattr(op, "divisor_override", None) or len(meant)
    if (divisor, added) != (count, Fraction(bias)):
        return "divisor or bias"
    if None in terms:
        cut = terms.index(None)
        if terms[:cut] != meant[:cut] or terms[cut + 1 :] != meant[-1:] or cut + 1 >= len(meant):
            return "shortened terms"
        terms = meant
    elif terms != meant:
        return "terms"
    exact, printed = total(op, terms, divisor, added), read_number(result)
    square = mode_of(op) == "l2"
    if not math.isclose(math.sqrt(exact) if square else exact, value, rel_tol=1e-12):
        return "the value"
    if (sign == "=") != (printed**2 == exact and printed >= 0 if square else printed == exact):
        return "equal or nearly so"
    if sign == "≈" and abs(float(printed) - value) > float(spread(result)) * (1 + 1e-9):
        return "rounding"
    return ""


SUMMED = {
    "conv": [
        ca.Conv((3, 4), 2, bias=True),
        ca.Conv((3, 3), 3, padding=((1, 2), (0, 1)), bias=True),
        ca.Conv((5, 4), 2, dilation=2, flip=True, padding=1),
        ca.Conv(4, (3, 2), padding=1, padding_mode="reflect", stride=2),
        ca.Conv(4, 3, padding=2, padding_mode="circular", bias=True),
        ca.Conv((6,), 3, stride=2, padding=2),
        ca.Conv((8, 9), 8, bias=True),
    ],
    "transpose": [
        ca.ConvTranspose((2, 3), 3, stride=2, padding=1, output_padding=1, bias=True),
        ca.ConvTranspose(3, 2, stride=2, flip=True),
        ca.ConvTranspose((3,), 3, dilation=2, padding=1),
        ca.ConvTranspose((2, 2), (1, 3), stride=(1, 3)),
        ca.ConvTranspose((8, 9), 8, padding=7),
    ],
    "pool": [
        ca.Pool(4, 2, padding=1, mode="average"),
        ca.Pool((5, 4), 3, stride=2, padding=1, mode="average", count_include_pad=False, ceil_mode=True),
        ca.Pool(4, 2, mode="average", divisor_override=7),
        ca.Pool(5, 2, mode="average", ceil_mode=True),
        ca.Pool(4, 3, padding=1, stride=2),
        ca.Pool((5, 3), 2, padding=1, ceil_mode=True, dilation=2),
        ca.Pool(4, 3, padding=1, stride=2, mode="l2"),
        ca.Pool((7,), 3, ceil_mode=True),
        ca.Pool((2, 2), (2, 2), stride=1, padding=((1, 1), (1, 0))),
        ca.Pool((12, 13), 12, stride=1, mode="average"),
    ],
    "adaptive_pool": [
        ca.AdaptivePool((5, 4), 3),
        ca.AdaptivePool((5, 7), (3, 2), mode="max"),
        ca.AdaptivePool((3,), 7),
        ca.AdaptivePool((12, 24), (1, 2)),
    ],
}
VALUES = {  # what stands in the cells, and the bias: none is longer than it is printed
    "whole": (lambda rng, size: rng.integers(0, 4, size), 0),
    "negative": (lambda rng, size: rng.integers(-9, 10, size), -3),
    "fractions": (lambda rng, size: rng.integers(-40, 41, size) / 8, 0.125),
    "large": (lambda rng, size: rng.integers(-(10**6), 10**6, size), 99_000),
    "tenths": (lambda rng, size: rng.integers(-30, 31, size) / 4, -1.75),
}


def summed(kind):
    """(operation, input, kernel, bias, what `ca.evaluate` gives) with values of every kind."""
    rng = np.random.default_rng(7)
    for n, op in enumerate([*SUMMED[kind], *(some(kind, size) for size in [(3, 3), (4, 2), (2, 6), (5,), (12,)])]):
        for draw, bias in VALUES.values() if n < len(SUMMED[kind]) else [VALUES["tenths"]]:
            x, w = draw(rng, op.input_size), draw(rng, op.kernel_size) if mode_of(op) == "sum" else None
            b = bias if getattr(op, "bias", False) else 0
            yield op, x, w, b, ca.evaluate(op, x, w, [b] if getattr(op, "bias", False) else None)


def exactly(array):
    """The array in exact numbers."""
    return (
        None if array is None else np.array([Fraction(v) for v in array.ravel().tolist()], object).reshape(array.shape)
    )


@pytest.mark.parametrize("kind", SUMMED)
def test_the_sum_of_each_step_has_the_terms_of_its_taps_and_gives_the_value_that_is_computed(kind):
    seen = Counter()
    for op, x, w, b, values in summed(kind):
        a = ca.animate(op, view="flat", labels=["sum"], input=x, kernel=w, bias=[b] if b else None)
        exact = exactly(x), exactly(w)
        for step in op.steps:
            text = " ".join(lines := lines_of(a, step.index))
            wrong = wrong_sum(op, step, text, *exact, b, values[step.output])
            assert not wrong, (wrong, text, op, step.index)
            seen.update(
                {
                    "cut": ELLIPSIS in text,
                    "whole": ELLIPSIS not in text,
                    "=": "=" in text,
                    "≈": "≈" in text,
                    "several lines": len(lines) > 1,
                }
            )
            assert len(lines) <= 3
    assert min(seen.values()) >= 8 and min(seen[word] for word in ("whole", "=", "≈")) > 20, seen


def test_the_check_of_sums_sees_wrong_terms_values_signs_and_roundings():
    op, x, w = ca.Conv((2, 2), 2), exactly(np.array([[1, -2], [3, 4]])), exactly(np.array([[2, 1], [0, 5]]))
    pool, y = ca.Pool((3,), 3, mode="average"), exactly(np.array([1, 2, 2]))
    (step,), (mean,) = op.steps, pool.steps
    good = "1·2 + (−2)·1 + 3·0 + 4·5 = 20.0"
    assert not wrong_sum(op, step, good, x, w, 0, 20) and not wrong_sum(op, step, "1·2 + … + 4·5 = 20.0", x, w, 0, 20)
    assert not wrong_sum(pool, mean, "(1 + 2 + 2)/3 ≈ 1.67", y, None, 0, 5 / 3)
    for text, fault in (
        (good.replace("3·0", "3·1"), "terms"),
        ("1·2 + … + 3·0 = 20.0", "shortened terms"),
        ("(−2)·1 + … + 4·5 = 20.0", "shortened terms"),
        (good.replace("+ 3·0 ", "+ … "), ""),
        ("1·2 + (−2)·1 + 3·0 + … + 4·5 = 20.0", "shortened terms"),
        (good.replace("= 20.0", "= 21.0"), "equal or nearly so"),
        (good.replace("=", "≈"), "equal or nearly so"),
        (good.replace("= 20.0", "≈ 20.1"), "rounding"),
    ):
        assert wrong_sum(op, step, text, x, w, 0, 20) == fault, text
    assert wrong_sum(op, step, good, x, w, 0, 19) == "the value"
    assert wrong_sum(op, step, good.replace(" =", " + 1 ="), x, w, 2, 22) == "divisor or bias"
    assert wrong_sum(pool, mean, "(1 + 2 + 2)/4 ≈ 1.67", y, None, 0, 5 / 3) == "divisor or bias"
    assert wrong_sum(pool, mean, "(1 + 2 + 2)/3 ≈ 1.66", y, None, 0, 5 / 3) == "rounding"
    assert wrong_sum(pool, mean, "(1 + 2 + 2)/3 = 1.67", y, None, 0, 5 / 3) == "equal or nearly so"
    with pytest.raises(AssertionError, match="brackets"):
        wrong_sum(op, step, good.replace("(−2)", "−2"), x, w, 0, 20)


LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def read_symbol(text, letter, ndim):
    """The cell of 𝑥₁₂ or 𝑥₁₀,₂."""
    assert text[0] == letter, text
    parts = text[1:].translate(LOWERED)
    return tuple(map(int, parts.split(",") if "," in parts or ndim == 1 else parts))


def meant_symbols(op, step):
    none = "−∞" if mode_of(op) == "max" else "0"
    return [
        (none if tap.source is None else tap.source, *([tap.kernel] if mode_of(op) == "sum" else []))
        for tap in counted(op, step)
    ]


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", SUMMED)
def test_with_symbols_the_sum_has_the_letters_and_indices_of_the_taps(kind, view):
    cut = Counter()
    for op in [*SUMMED[kind], *(some(kind, size) for size in [(12, 2), (2, 12), (12,), (4, 6)])]:
        a = ca.animate(op, view=view, labels=["sum"], theme="classic", symbols=ca.VIEWS[view].shows_values)
        ndim = len(op.input_size)
        for step in op.steps:
            text = " ".join(lines_of(a, step.index))
            left, result = text.split(" = ")
            if getattr(op, "bias", False):
                left, b = left.rsplit(" + ", 1)
                assert b == "𝑏"
            _, terms, divisor = re.fullmatch(FORMS[mode_of(op)], left).groups()
            meant = meant_symbols(op, step)
            assert read_symbol(result, "𝑦", ndim) == step.output
            assert int(divisor or 1) == (
                1 if mode_of(op) != "average" else getattr(op, "divisor_override", None) or len(meant)
            )
            found = []
            for term in terms.split(", " if mode_of(op) == "max" else " + "):
                x, *w = (term.removesuffix("²") if mode_of(op) == "l2" else term).split(DOT)
                found.append(
                    None
                    if term == ELLIPSIS
                    else (
                        x if x in ("0", "−∞") else read_symbol(x, "𝑥", ndim),
                        *(read_symbol(one, "𝑤", ndim) for one in w),
                    )
                )
            if None in found:
                n = found.index(None)
                assert found == [*meant[:n], None, meant[-1]] and n + 1 < len(meant), (op, text)
            else:
                assert found == meant, (op, text)
            cut[None in found] += 1
    assert cut[False] > 20 and cut[True] >= 2


@pytest.mark.parametrize("dpi", [150, 20])
def test_the_longest_numbers_fit_into_the_line_of_a_sum(dpi):
    for x, w, b in [
        (-999_999_999, -999_999_999, -999_999_999),
        (-1.23e-100, -1.23e-111, -99_999.9),
        (0.001234, -1.23e300, -0.5),
    ]:
        mean = ca.Pool((3,), 2, mode="average", divisor_override=10**9)
        for op in (
            ca.Conv((3,), 2, bias=True),
            ca.ConvTranspose((2,), 2, bias=True),
            ca.Pool((3,), 2),
            ca.Pool((3,), 2, mode="l2"),
            mean,
        ):
            weighted = mode_of(op) == "sum"
            given = {
                "input": np.full(op.input_size, x),
                "kernel": np.full(op.kernel_size, w) if weighted else None,
                "bias": [b] if weighted else None,
            }
            a, plain = (ca.animate(op, view="flat", labels=labels, dpi=dpi, **given) for labels in ("sum", "none"))
            for step in range(len(a)):
                assert not faults(a, plain.scene, step), lines_of(a, step)


def test_an_equals_sign_stands_only_where_the_numbers_that_are_printed_are_equal():
    for x, w in [
        ([1 / 3], [3]),
        ([1 / 3, 2 / 3], [1, 1]),
        ([0.1, 0.2], [1, 1]),
        ([1 / 3, 1 / 6], [2, 2]),
        ([0.12345], [10_000]),
    ]:
        op = ca.Conv((len(x),), len(x))
        (text,) = lines_of(ca.animate(op, view="flat", labels="sum", input=x, kernel=w))
        terms, divisor, added, sign, result = read_sum(op, text, 0)
        assert sign == "≈" or total(op, terms, divisor, added) == read_number(result), text


def test_one_cell_that_is_rounded_leaves_the_equals_signs_of_the_steps_that_do_not_read_it():
    whole, cases = [1, 2, 3, 4], [([1, 2, 3, 0.12345], [1, 2], "==≈"), ([0.12345, 1, 2, 3], [1, 2], "≈==")]
    for x, w, signs in [*cases, (whole, [0.12345, 2], "≈≈≈"), (whole, [1, 2], "===")]:
        for view in ("flat", "line"):
            a = ca.animate(ca.Conv((4,), 2), view=view, labels=["sum"], input=x, kernel=w)
            assert [re.search("[=≈]", lines_of(a, step)[-1])[0] for step in range(3)] == list(signs), (x, view)
    pool = ca.animate(ca.Pool((4,), 2, stride=1), view="flat", labels=["sum"], input=[1, 2, 3, 0.12345])
    assert [re.search("[=≈]", lines_of(pool, step)[-1])[0] for step in range(3)] == ["=", "=", "≈"]


def has(op, labels, names, **look):
    """Whether these labels are those of the names."""
    return ca.animate(op, labels=labels, **look).scene == ca.animate(op, labels=sorted(names), **look).scene


def test_the_sum_is_left_out_where_there_is_nothing_to_add_up_unless_it_is_asked_for_by_name():
    one, many, every = ca.Conv((1, 2), 1), ca.Conv((1, 2), 1, in_channels=2), set(LABELS)
    explained = set(ca.THEMES["clear"].labels)
    assert "sum" in explained and not ca.THEMES["classic"].labels
    assert has(one, None, explained - {"sum"}, theme="clear") and has(many, None, explained - {"sum"}, theme="clear")
    assert has(one, None, explained, theme="clear", view="flat") and has(
        one, None, explained, theme="clear", symbols=True
    )
    assert has(one, None, ()) and has(one, "none", (), theme="clear")
    assert (
        has(one, "all", every)
        and has(many, "all", every - {"sum"})
        and has(many, "all", every - {"sum"}, theme="clear")
    )
    assert not has(one, "all", every - {"sum"}) and not has(one, None, explained - {"sum"}, theme="clear", view="flat")
    for names in (["sum"], "step,sum", [*LABELS]):
        assert "one channel, and this has 2 to 1" in refusal(lambda names=names: ca.animate(many, labels=names))


def test_all_means_the_same_however_it_is_written():
    many = ca.Conv((1, 2), 1, in_channels=2)
    for written in ("ALL", " all"):
        assert ca.animate(many, labels=written).scene == ca.animate(many, labels="all").scene


def test_an_average_over_padding_alone_that_is_not_counted_has_a_sum_too_where_its_divisor_is_given():
    op = ca.Pool((2,), 2, stride=1, padding=1, dilation=3, mode="average", count_include_pad=False, divisor_override=3)
    assert ca.evaluate(op, [5, 6]).tolist() == [0]
    for view in PLANAR:
        (text,) = lines_of(ca.animate(op, view=view, labels="sum"))
        assert re.fullmatch(r"\(?0?\)?/3 = (0\.0|𝑦₀)", text), text


def test_any_iterable_of_names_will_do():
    expected = ca.animate(ca.Conv(3, 2), labels=["title", "step"]).scene
    for given in (
        ("step", "title"),
        {"title": 1, "step": 2},
        (name for name in ["step", "title"]),
        "step,title",
        np.array(["title", "step"]),
    ):
        assert ca.animate(ca.Conv(3, 2), labels=given).scene == expected


# --- sizes


def measures(marks):
    """(where the ticks are, the text beside it) of each dimension line; ticks stand across the line, the outer ones at
    its ends.
    """
    found = []
    for line, text in itertools.pairwise(mark for mark in marks if mark.role in ("measure", "label")):
        if line.role == "measure":
            (start, end), *ticks = (np.array(part) for part in line.parts)
            along = (end - start) / np.linalg.norm(end - start)
            assert all(abs((tick[1] - tick[0]) @ along) < 1e-9 for tick in ticks)
            middles = [tick.mean(0) for tick in ticks]
            assert np.allclose([middles[0], middles[-1]], [start, end])
            box = np.add(ink_of(text)[0], text.at * 2)[None]
            assert 0 < gaps(corners(box)[0], np.array([[start, end]]))[0] < text.size, "a text far from its line"
            found.append((middles, text.text))
    return found


class Rulers:
    """Reads dimension lines back onto the planes, whose places come from the scene's own grids."""

    def __init__(self, op, view, plain):
        marks = list(leaves(marks_of(plain, 0)))
        self.basis, down, across = np.array(BASES[view]), *meaning(op)  # (right, down)
        below, above = (np.array(Grid(view, marks, role).origin) @ self.basis for role in ("grid", "output_grid"))
        told = {mark.role for mark in marks}
        top, right = (down.cropped[0], across.cropped[1]) if "cropped" in told else (0, 0)
        # by plane and direction (1: down): the corner where the edge begins that is measured
        self.starts = {
            ("input", 0): below + len(down.roles) * self.basis[1],
            ("input", 1): below,
            ("output", 0): above - top * self.basis[1],
            ("output", 1): above + (across.output + right) * self.basis[0],
        }
        self.centres = {
            "input": below + np.array([len(across.roles), len(down.roles)]) / 2 @ self.basis,
            "output": above + np.array([across.output, down.output]) / 2 @ self.basis,
        }

    def read(self, marks, plane):
        """{direction: (cells at which the ticks are, the text)} of the lines beside a plane."""
        found = {}
        for middles, text in measures(marks):
            along = middles[-1] - middles[0]
            (direction,) = (n for n, (x, y) in enumerate(self.basis) if abs(along[0] * y - along[1] * x) < 1e-9)
            if plane == self.plane(middles, direction):
                step = self.basis[direction]
                cells = [(middle - self.starts[plane, direction]) @ step / (step @ step) for middle in middles]
                assert np.allclose(cells, np.round(cells), atol=1e-6) and direction not in found
                found[direction] = [round(cell) for cell in cells], text
        return found

    def plane(self, middles, direction):
        """The plane along whose edge a line lies nearest."""

        def distance(plane):
            (x, y), (u, v) = (middles[0] + middles[-1]) / 2 - self.starts[plane, direction], self.basis[direction]
            return abs(x * v - y * u)

        return min(self.centres, key=distance)


WORDS = {"en": {"input": "input ", "output": "output "}, "zh": {"input": "输入 ", "output": "输出 "}}


def meant_sizes(axis):
    """The bounds of the parts of a padded axis, and what they are called."""
    inside = [n for n, role in enumerate(axis.roles) if role in ("input", "inserted")]
    padded = axis.padded
    if not inside:
        return [0, padded], f"{padded} + 0"
    first, last = inside[0], inside[-1] + 1
    counts = Counter(axis.roles)
    middle = (
        f"{counts['input']} + {counts['inserted']}" if counts["input"] and counts["inserted"] else str(last - first)
    )
    around = first > 0, last < padded
    middle = f"({middle})" if "+" in middle and any(around) else middle
    return sorted({0, first, last, padded}), " + ".join(
        [str(first)] * around[0] + [middle] + [str(padded - last)] * around[1]
    )


def meant_window(op, axis, o):
    start, stop = meaning(op)[axis - len(op.input_size)].windows[o]
    if isinstance(op, ca.AdaptivePool):
        return [start, stop], str(stop - start)
    k = op.kernel_size[axis]
    return [start, stop], f"k={k}" if k == stop - start else f"k={k} → {stop - start}"


def wrong_sizes(op, scene, plain, view, lang):
    """What the dimension lines of a scene say or span that they should not."""
    ruler, ndim = Rulers(op, view, plain), len(op.input_size)
    axes = range(ndim)
    direction = {axis: int(axis < ndim - 1) for axis in axes}  # 1: down
    still = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
    meant = {
        "input": {direction[axis]: meant_sizes(meaning(op)[axis - ndim]) for axis in axes},
        "output": {direction[axis]: ([0, op.output_size[axis]], str(op.output_size[axis])) for axis in axes},
    }
    found = []
    for plane, rows in meant.items():
        bounds, text = rows[0]
        rows[0] = bounds, WORDS[lang][plane] + text
        if ruler.read(still, plane) != rows:
            found.append((plane, ruler.read(still, plane), rows))
    for step in range(scene.steps) if scene.steps <= 150 else range(0, scene.steps, 7):
        moving = [mark for layer in scene.layers if not isinstance(layer, Layer) for mark in leaves(layer.at(step))]
        output = np.unravel_index(step, op.output_size)
        rows = {direction[axis]: meant_window(op, axis, output[axis]) for axis in axes}
        if ruler.read(moving, "input") != rows or ruler.read(moving, "output"):
            found.append((step, ruler.read(moving, "input"), rows))
    return found


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize("view", PLANAR)
def test_the_sizes_and_the_lines_beside_them_are_those_of_planes_parts_and_windows(view, kind):
    windows = Counter()
    for n, size in enumerate([*SIZES, (1, 40), (30, 2), (7, 11)]):
        op = some(kind, size)
        look = {
            "view": view,
            "theme": ("clear", "classic")[n % 2],
            "lang": ("en", "zh")[n // 2 % 2],
            "dpi": (150, 40)[n // 4 % 2],
        }
        a, plain = (ca.animate(op, labels=labels, **look) for labels in ("sizes", "none"))
        assert not wrong_sizes(op, a.scene, plain.scene, view, look["lang"]), op
        for axis, padded in zip(meaning(op)[-len(size) :], op.padded_size, strict=True):
            assert value_of(meant_sizes(axis)[1]) == padded == axis.padded
        windows[len(size)] += 1
    assert windows == {2: 39, 1: 12}


def test_the_check_of_sizes_sees_a_wrong_number_a_line_that_is_too_long_and_one_that_is_missing():
    op = ca.Conv((5, 4), 3, padding=1, dilation=(1, 2))
    a, plain = (ca.animate(op, view="flat", labels=labels).scene for labels in ("sizes", "none"))
    assert not wrong_sizes(op, a, plain, "flat", "en")
    assert len(wrong_sizes(ca.Conv((5, 4), 3, padding=((1, 1), (2, 0)), dilation=(1, 2)), a, plain, "flat", "en")) == 1
    texts = [mark.text for mark in leaves(marks_of(a, 0)) if mark.role == "label"]
    assert sorted(texts) == sorted(["1 + 5 + 1", "input 1 + 4 + 1", "5", "output 2", "k=3", "k=3 → 5"])
    still, labels, *rest = a.layers
    longer = replace(labels.marks[0], parts=tuple(tuple((x, y * 2) for x, y in part) for part in labels.marks[0].parts))
    for spoiled in (
        [longer, *labels.marks[1:]],
        labels.marks[2:],
        [labels.marks[0], replace(labels.marks[1], text="1 + 5 + 2"), *labels.marks[2:]],
    ):
        assert wrong_sizes(op, replace(a, layers=(still, Layer(tuple(spoiled)), *rest)), plain, "flat", "en")
    with pytest.raises(AssertionError, match="far from its line"):
        measures([labels.marks[0], replace(labels.marks[1], at=(-9.0, 3.0))])


# --- step, legend and title


@pytest.mark.parametrize(("lang", "said_of_it"), [("en", "step {} of {}"), ("zh", "第 {} 步，共 {} 步")])
def test_every_step_says_which_it_is(lang, said_of_it):
    for view, op in itertools.product(
        PLANAR,
        [ca.Conv((5, 4), 3, padding=1), ca.Conv((7,), 2), ca.AdaptivePool(1, 1), ca.ConvTranspose(3, 3, stride=3)],
    ):
        a = ca.animate(op, view=view, labels="step", lang=lang)
        assert [lines_of(a, n) for n in range(len(a))] == [
            [said_of_it.format(n + 1, math.prod(op.output_size))] for n in range(len(a))
        ]


# roles that stand for something; a grid's dashed cells only where the theme has no look for what they are
STAND = {
    "input",
    "copy",
    "copy_link",
    "inserted",
    "padding",
    "odd_padding",
    "overhang",
    "unread",
    "tap",
    "kernel_value",
    "output",
    "output_padding",
    "cropped",
    "current",
    "pending",
}


def legend_of(scene, plain):
    """[(roles of a cell, the words beside it)] in the order of drawing; each cell is left of its words, at their
    height, and no cell is without.
    """
    found, cell = [], []
    for mark in labels_in(scene, plain, 0):
        if mark.role != "label":
            cell.append(mark)
            continue
        assert cell, "words without a cell"
        points = [point for part in parts(cell) for point in part] + [one.at for one in cell if isinstance(one, Text)]
        low, high = np.min(points, axis=0), np.max(points, axis=0)
        size, left = mark.size, mark.at[0] + ink_of(mark)[0][0]
        assert 0 < left - high[0] < size and abs((low + high)[1] / 2 - mark.at[1]) < 0.2 * size, (
            "a cell far from its words"
        )
        found.append((frozenset(one.role for one in cell), mark.text))
        cell = []
    assert not cell, "a cell without words"
    return found


def seen_roles(scene):
    """The roles of all marks, of all steps, that leave something on the paper."""
    return {
        mark.role
        for step in range(scene.steps)
        for mark in leaves(marks_of(scene, step))
        if (mark.text if isinstance(mark, Text) else mark.parts)
    }


def meant_legend(op, plain, theme, lang):
    """{role: words} of what occurs in a figure."""
    say = language(lang).words
    pad = "−∞" if mode_of(op) == "max" else "0"
    pad = say["legend.not_counted"] if mode_of(op) == "average" and not getattr(op, "count_include_pad", True) else pad
    meant = {
        role: say[f"legend.{role}"].format(value=pad)
        for role in seen_roles(plain) & STAND - ({"pending"} if plain.steps == 1 else set())
    }
    down, across = meaning(op)
    cells = {
        max(a, b, key=STRENGTH.index)
        for a, b in itertools.product(down.roles[: down.padded], across.roles[: across.padded])
    }
    kinds = {role.removeprefix("odd_") for role in cells} - {"input"}
    if theme == "classic" and kinds:
        meant["grid"] = say[f"legend.{min(kinds) if len(kinds) == 1 else 'zeros'}"].format(value=pad)
    return meant


def wrong_legend(legend, meant):
    """What is wrong with a legend: "" for nothing."""
    if sorted(words for _, words in legend) != sorted(meant.values()):
        return "its words"
    if len(set(legend)) < len(legend) or len({roles for roles, _ in legend}) < len(legend):
        return "two that look the same"
    by_words = {words: role for role, words in meant.items()}
    if any(by_words[words] not in roles for roles, words in legend):
        return "a cell of another role"
    return ""


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize("view", PLANAR)
def test_the_legend_explains_the_roles_that_occur_and_no_others(view, kind):
    seen = Counter()
    for n, op in enumerate([*(some(kind, size) for size in SIZES), *LONG[kind], *SUMMED[kind]]):
        look = {
            "view": view,
            "theme": ("clear", "classic")[n % 2],
            "lang": ("en", "zh")[n // 2 % 2],
            "reveal": n % 5 == 0,
        }
        if math.prod(op.output_size) > 150:
            continue
        a, plain = (ca.animate(op, labels=labels, **look).scene for labels in ("legend", "none"))
        meant = meant_legend(op, plain, look["theme"], look["lang"])
        legend = legend_of(a, plain)
        assert not wrong_legend(legend, meant), (wrong_legend(legend, meant), op, look, legend, meant)
        seen.update(meant.keys())
    always = {"input", "tap", "output", "current", "pending"} | (
        {"kernel_value"} if view == "flat" and kind in ("conv", "transpose") else set()
    )
    assert (
        set(seen)
        == always
        | {
            "conv": {"copy", "copy_link", "padding", "odd_padding", "unread", "grid"},
            "pool": {"padding", "odd_padding", "overhang", "unread", "grid"},
            "transpose": {"inserted", "padding", "odd_padding", "unread", "output_padding", "cropped", "grid"},
            "adaptive_pool": set(),
        }[kind]
    )


def test_the_words_of_the_legend_are_those_of_the_figures():
    def words(op, theme="clear", **look):
        return [
            text
            for _, text in legend_of(
                *(ca.animate(op, theme=theme, labels=labels, **look).scene for labels in ("legend", "none"))
            )
        ]

    plain = ["input", "read in this step", "output", "output of this step"]
    assert words(ca.Conv(4, 3)) == plain == words(ca.Conv(4, 3), "classic")
    assert words(ca.Conv(4, 3, padding=1)) == ["input", "padding (0)", *plain[1:]]
    assert sorted(words(ca.Conv(4, 3, padding=1), "classic")) == sorted(words(ca.Conv(4, 3, padding=1)))
    assert sorted(words(ca.ConvTranspose(4, 3, stride=2), "classic")) == sorted([*plain, "zero"])
    assert sorted(words(ca.ConvTranspose(4, 1, stride=2), "classic")) == sorted([*plain, "inserted zero"])
    pools = [
        ca.Pool(4, 2, padding=1),
        ca.Pool(4, 2, padding=1, mode="average"),
        ca.Pool(4, 2, padding=1, mode="average", count_include_pad=False),
    ]
    assert [words(op)[1] for op in pools] == ["padding (−∞)", "padding (0)", "padding (not counted)"]
    assert "kernel" in words(ca.Conv(4, 3), view="flat") and "kernel" not in words(ca.Pool(4, 2), view="flat")
    assert "output of a later step" in words(ca.Conv(4, 3), reveal=True)


def test_in_classic_dashed_cells_are_called_what_they_are_where_the_rows_of_the_input_are_cropped():
    op = ca.ConvTranspose((1, 2), 1, stride=4, padding=(1, 0), output_padding=(2, 0))
    assert (
        "input" not in meaning(op)[0].roles and "inserted" in meaning(op)[1].roles
    )  # a row of padding is left, and no other
    a, plain = (ca.animate(op, labels=labels).scene for labels in ("legend", "none"))
    assert not wrong_legend(legend_of(a, plain), meant_legend(op, plain, "classic", "en")), legend_of(a, plain)


def test_the_check_of_legends_sees_what_is_missing_too_much_without_words_or_mixed_up():
    op = ca.Conv((4, 3), 3, padding=1)
    a, plain = (ca.animate(op, theme="clear", labels=labels).scene for labels in ("legend", "none"))
    legend, meant = legend_of(a, plain), meant_legend(op, plain, "clear", "en")
    assert not wrong_legend(legend, meant) and len(legend) == len(meant) == 5
    assert (
        wrong_legend(legend[1:], meant)
        == wrong_legend([*legend, (frozenset({"unread"}), "never read")], meant)
        == "its words"
    )
    assert (
        wrong_legend([(legend[1][0], legend[0][1]), (legend[0][0], legend[1][1]), *legend[2:]], meant)
        == "a cell of another role"
    )
    assert wrong_legend([(legend[1][0], legend[0][1]), *legend[1:]], meant) == "two that look the same"
    figure, labels, *rest = a.layers
    words = [n for n, mark in enumerate(labels.marks) if isinstance(mark, Text)]

    def spoiled(marks):
        return replace(a, layers=(figure, Layer(tuple(marks)), *rest))

    moved = replace(labels.marks[words[0]], at=(40.0, 0.0))
    for marks, fault in (
        ([*labels.marks[: words[0]], moved, *labels.marks[words[0] + 1 :]], "far from its words"),
        (labels.marks[:-1], "without words"),
        ([moved, *labels.marks], "without a cell"),
    ):
        with pytest.raises(AssertionError, match=fault):
            legend_of(spoiled(marks), plain)
    ground, *moving = plain.layers
    hidden = replace(plain, layers=(Layer(tuple(mark for mark in ground.marks if mark.role != "padding")), *moving))
    assert meant_legend(op, hidden, "clear", "en").keys() == meant.keys() - {"padding"}


WIDE = "一二三四五六七八九十输入输出卷积步幅填充"


def titles():
    """Titles of words of many lengths, of Chinese, and of both."""
    rng = random.Random(3)
    for n in range(120):
        words = ["".join(rng.choices("abcdefgimwoW", k=rng.randint(1, 14))) for _ in range(rng.randint(1, 25))]
        chinese = "".join(rng.choice(WIDE) + ("，" if rng.random() < 0.1 else "") for _ in range(rng.randint(2, 80)))
        yield (" ".join(words), chinese, " ".join([*words[:5], chinese, *words[5:]]))[n % 3]


def wrong_lines(title, lines):
    """What is wrong with the lines of a title: "" for nothing. Lines end at spaces, or beside a Chinese character."""
    if "".join(lines).replace(" ", "") != title.replace(" ", ""):
        return "letters"
    rest = title
    for line, following in itertools.pairwise([*lines, ""]):
        if not rest.startswith(line):
            return "spaces"
        spaced = rest[len(line) :].startswith(" ")
        rest = rest[len(line) :].strip()
        if following and not spaced and not any(c in WIDE + "，" for c in (line[-1], following[0])):
            return "a word is parted"
        if following[:1] == "，":
            return "a comma begins a line"
    return ""


@pytest.mark.parametrize("dpi", [150, 20])
def test_a_title_is_shown_whole_in_lines_that_end_between_words_or_chinese_characters(dpi):
    op, several = ca.Conv((3,), 2), 0
    plain = ca.animate(op, labels="none", dpi=dpi).scene
    for n, title in enumerate(titles()):
        a = ca.animate(op, labels="title", title=title, dpi=dpi, lang=("en", "zh")[n % 2])
        lines = lines_of(a)
        assert not wrong_lines(title, lines), (title, lines)
        several += len(lines) > 1
        if n % 4 == 0:
            assert not faults(a, plain, 0)
        widths = [
            ink_of(mark)[0][2] - ink_of(mark)[0][0] for mark in leaves(marks_of(a.scene, 0)) if mark.role == "label"
        ]
        assert max(widths) > 0.6 * a.scene.box.width or len(lines) == 1  # no line ends before it is nearly full
    assert several > 60


def test_a_word_that_is_longer_than_a_line_is_broken_and_blanks_are_as_good_as_one_space():
    op = ca.Conv((3,), 2)
    long = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3
    a, plain = (ca.animate(op, labels=labels, title=f"A {long} is  broken\n anywhere") for labels in ("title", "none"))
    lines = lines_of(a)
    assert not faults(a, plain.scene, 0) and len(lines) > 3
    assert "".join(lines).replace(" ", "") == f"A{long}isbrokenanywhere" and lines[-1].endswith("is broken anywhere")
    for view, given in itertools.product(
        PLANAR, (ca.Conv((12, 3), 3, stride=2, padding=1), ca.ConvTranspose(3, 3, stride=2), ca.Pool((2, 9), 2))
    ):
        for lang in ROWS:
            a = ca.animate(given, view=view, labels="title", lang=lang)
            assert "".join(lines_of(a)).replace(" ", "") == a.scene.title.replace(" ", "")


def test_the_check_of_lines_sees_lost_letters_and_spaces_parted_words_and_a_comma_at_the_beginning():
    assert not wrong_lines("one two 三四，五", ["one two", "三四，", "五"])
    for lines, fault in (
        (["one two", "三四，"], "letters"),
        (["onetwo", "三四，五"], "spaces"),
        (["one", "t", "wo 三四，五"], "a word is parted"),
        (["one two 三四", "，五"], "a comma begins a line"),
    ):
        assert wrong_lines("one two 三四，五", lines) == fault


def test_labels_are_given_as_all_none_a_list_or_names_with_commas_and_stand_in_one_order():
    names = tuple(LABELS)
    assert names == ("title", "parameters", "formula", "sizes", "step", "sum", "legend")
    assert labels_of("all") == labels_of(" ALL ") == labels_of(["all"]) == labels_of(list(names)) == names
    assert labels_of(reversed(names)) == labels_of(",".join(names)) == names
    assert labels_of("none") == labels_of([]) == labels_of(()) == ()
    assert (
        labels_of("step,title")
        == labels_of(["title", "step", "title"])
        == labels_of(" title , step ")
        == labels_of({"step", "title"})
        == ("title", "step")
    )
    assert labels_of("sum") == labels_of(("sum",)) == ("sum",)


WRONG = [
    "legnd",
    "title,legnd",
    ["title", "legnd"],
    ["title", 3],
    ["title", "all"],
    "",
    "title,,step",
    3,
    True,
    [None],
    [["title"]],
    {"legend": 1, "x": 2},
]


@pytest.mark.parametrize("given", WRONG)
def test_a_label_that_there_is_not_is_refused_in_one_line_that_names_those_that_there_are(given):
    for refuse in (lambda: labels_of(given), lambda: ca.animate(ca.Conv(3, 2), labels=given)):
        text = refusal(refuse)
        assert all(name in text for name in LABELS)
        assert "legnd" not in str(given) or "did you mean 'legend'?" in text

"""What is wrong with where labels stand.

What is a label and what is figure is told apart by drawing the figure without labels too: its marks must be there
unchanged, and all others are labels. Nothing here asks for the room, the blocks or the edges that the package places
labels by.
"""

from __future__ import annotations

import itertools

import numpy as np

from convanim.render import glyphs
from convanim.scene import Layer, Polygon, Text
from convanim.themes.theme import CELL_BP, ROLES
from oracle.ink import boxed, ink_of
from oracle.scenes import labels_in, leaves, marks_of, parts, segments
from oracle.shapes import corners, crossed, gaps, hull, overlapping

BELOW, ABOVE = {"grid", "input", "overhang", "window"}, {"output_grid", "output", "cropped", "pending", "current"}


LEAST_MARGIN, LEAST_PX = 0.3, 7.0  # cells around all that is drawn; pixels of an em, of a subscript too


class Figure:
    """One step of a figure without labels, as far as labels must keep away from it."""

    def __init__(self, plain, step):
        self.marks = list(leaves(marks_of(plain, step)))
        self.texts, self.boxes = boxed(self.marks)
        self.planes = {
            what: hull([point for part in parts(self.marks, roles) for point in part])
            for what, roles in (("input", BELOW), ("output", ABOVE), ("kernel", {"kernel"}))
            if what != "kernel" or parts(self.marks, roles)
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


def label_faults(a, plain, step, figure=None):
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


def polygons(marks):
    """The parts of polygons, by their number of corners: [(n, corners, 2)]."""
    by_count = {}
    for mark in marks:
        if isinstance(mark, Polygon):
            for part in mark.parts:
                by_count.setdefault(len(part), []).append(part)
    return [np.array(parts, float) for parts in by_count.values()]


def extent(marks):
    points = [point for mark in marks if not isinstance(mark, Text) for part in mark.parts for point in part]
    _, boxes = boxed(marks)
    return np.concatenate([np.array(points, float).reshape(-1, 2), boxes.reshape(-1, 2)])


def step_faults(a, step, plain=None):
    """What is wrong with a step of an animation, and with its labels if the scene without them is given."""
    marks = list(leaves(marks_of(a.scene, step)))
    box, found = a.scene.box, []
    points = extent(marks)
    low, high = np.array([box.x, box.y]), np.array([box.x + box.width, box.y + box.height])
    if not np.isfinite(points).all() or (points < low + LEAST_MARGIN).any() or (points > high - LEAST_MARGIN).any():
        found.append("something is outside")
    declared = set().union(
        *(
            {mark.role for mark in leaves(layer.marks)} if isinstance(layer, Layer) else layer.roles
            for layer in a.scene.layers
        )
    )
    found += [f"undeclared role {role}" for role in sorted({mark.role for mark in marks} - declared)]
    found += [f"no style for {role}" for role in sorted({mark.role for mark in marks} - a.theme.styles.keys())]
    texts, boxes = boxed(marks)
    if len(texts) < 800:
        found += [
            f"{texts[n].text!r} is over {texts[m].text!r}"
            for n, m in np.argwhere(overlapping(boxes, boxes))
            if n < m and not (texts[n].text == texts[m].text and np.allclose(boxes[n], boxes[m], atol=0.02))
        ]
    if plain is None:
        return found
    added, own = labels_in(a.scene, plain, step), list(leaves(marks_of(plain, step)))
    labels, where = boxed([mark for mark in added if mark.role == "label"])
    if not len(labels):
        return found
    shapes = polygons(own)
    for label, place in zip(labels, corners(where), strict=True):
        low, high = place.min(0), place.max(0)  # what ends before the label's box begins can't meet it
        near = [parts[((parts.min(1) <= high) & (parts.max(1) >= low)).all(1)] for parts in shapes]
        found += [f"{label.text!r} is over the figure" for parts in near if (gaps(place, parts) <= 0).any()]
    found += [f"{labels[n].text!r} is crossed by a line" for n in np.flatnonzero(crossed(where, segments(own)).any(1))]
    pixels = CELL_BP * a.dpi / 72
    return found + [
        f"{label.text!r} has letters of {ink_of(label)[1] * pixels:.1f} px"
        for label in labels
        if ink_of(label)[1] * pixels < LEAST_PX
    ]


def text_faults(shown, step):
    """Texts whose outlines leave their cell, or meet those of another text in it; a result is drawn again where it is
    the current one.
    """
    boxes, found = {}, []
    for mark in [*shown.marks, *shown.moving(step)]:
        if isinstance(mark, Text):
            xs, ys = zip(*(point for _, points in glyphs.outline(mark) for point in points), strict=True)
            own = mark.role == "kernel_value" and mark in shown.marks  # in the kernel's own plane
            grid = shown.above if mark.role == "output_value" else shown.kernel if own else shown.below
            (left, top), (right, bottom) = (grid.at((mark.at[0] + at(xs), mark.at[1] + at(ys))) for at in (min, max))
            r, c = cell = grid.cell(mark.at)
            found += [("leaves its cell", mark.text)] if left < c or right > c + 1 or top < r or bottom > r + 1 else []
            here = boxes.setdefault((mark.role == "output_value", own, *cell), [])
            met = [text for text, (a, b, d, e) in here if left < d and a < right and top < e and b < bottom]
            found += [("meets", mark.text, text) for text in met if mark.role != "output_value"]
            here.append((mark.text, (left, top, right, bottom)))
    return found

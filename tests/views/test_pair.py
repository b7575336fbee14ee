"""A convolution beside its transpose, read back from the scene: in every step both show the cells that the matrix of
the convolution links.
"""

from __future__ import annotations

import itertools
import math
import pickle
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.labels.equation import whole
from convanim.render import glyphs
from convanim.scene import Accumulating, Group, Layer, Line, PerStep, Polygon, Text
from convanim.text.lang import language
from convanim.themes.table import THEMES
from convanim.views import refusal as view_refusal
from convanim.views.pair import both
from helpers.operations import PADS, built
from helpers.processes import ROOT
from helpers.refusals import refusal
from oracle.scenes import leaves

(A, B), (C, D) = (1.0, -0.5), (0.7, 0.65)  # one column to the right and one row down, in the scene: the guide's slants


# --- the oracle: matrices, made of single products


def along(i, k, s, p, d, o):
    """The places in the input that each output of a convolution reads, those in the padding included."""
    return [[r * s - p + j * d for j in range(k)] for r in range(o)]


def linked(op):
    """For each cell of the convolution's output, the cells that it reads, and the rows of the matrix that says so:
    (outputs, inputs).
    """
    pads = [(p, p) if isinstance(p, int) else p for p in op.padding]
    inner, outer = op.output_size, op.input_size
    if isinstance(op, ca.ConvTranspose):
        inner, outer = outer, inner
    axes = [
        along(i, k, s, p[0], d, o)
        for i, k, s, p, d, o in zip(outer, op.kernel_size, op.stride, pads, op.dilation, inner, strict=True)
    ]
    if len(axes) == 1:
        axes, inner, outer = [[[0]], *axes], (1, *inner), (1, *outer)
    matrix = np.zeros((math.prod(inner), math.prod(outer)), int)
    taps = []
    for r, c in np.ndindex(*inner):
        taps.append(set(itertools.product(axes[0][r], axes[1][c])))
        for y, x in taps[-1]:
            if 0 <= y < outer[0] and 0 <= x < outer[1]:
                matrix[r * inner[1] + c, y * outer[1] + x] += 1
    return taps, matrix, inner, outer


# --- the reader


def seen(scene, step):
    return [mark for layer in scene.layers for mark in leaves(layer.seen(step))]


def flat(point):
    """(column, row) of a point of the scene, from the scene's own origin."""
    det = A * D - B * C
    return (point[0] * D - point[1] * C) / det, (point[1] * A - point[0] * B) / det


def corner(mark):
    points = [flat(p) for part in mark.parts for p in part]
    return min(x for x, _ in points), min(y for _, y in points)


class Planes:
    """The corners of the four planes, as (column, row): the figure at the left is the convolution."""

    def __init__(self, scene, late=False):
        still = list(leaves(scene.layers[0].marks))
        inputs = [mark for mark in still if mark.role == "input" and isinstance(mark, Polygon)]
        outputs = [mark for mark in still if mark.role == ("pending" if late else "output")]
        self.below, self.start = sorted(map(corner, inputs), key=lambda at: A * at[0] + C * at[1])
        self.above, self.end = sorted(map(corner, outputs), key=lambda at: A * at[0] + C * at[1])

    @property
    def all(self):
        return {"below": self.below, "above": self.above, "start": self.start, "end": self.end}


def cells(parts, at):
    """The cells of rectangles of whole cells on a plane, or None where they don't lie on its corners."""
    found = []
    for part in parts:
        points = [flat(p) for p in part]
        xs, ys = [x - at[0] for x, _ in points], [y - at[1] for _, y in points]
        if any(abs(v - round(v)) > 1e-6 for v in xs + ys):
            return None
        found += itertools.product(range(round(min(ys)), round(max(ys))), range(round(min(xs)), round(max(xs))))
    return found


def short_repr(scene, planes, step):
    """role -> plane -> cells, of what moves: each mark on the plane that it lies next to."""
    found = {}
    layer = scene.layers[-1]
    assert isinstance(layer, PerStep)
    for mark in leaves(layer.at(step)):
        if isinstance(mark, Polygon):
            places = [(name, set(got)) for name, at in planes.all.items() if (got := cells(mark.parts, at))]
            name, got = min(places, key=lambda one: sum(abs(v) for cell in one[1] for v in cell) / len(one[1]))
            found.setdefault(mark.role, {})[name] = got
    return found


def step_faults(scene, op, step, planes, told):
    """What a step shows that the matrix doesn't say."""
    taps, matrix, inner, outer = told
    got, here, faults = short_repr(scene, planes, step), divmod(step, inner[1]), []
    left, right = got["tap"].get("below"), got["tap"].get("end")
    faults += ["left"] * (left != taps[step])
    faults += ["right"] * (right != taps[step])
    faults += ["start"] * (got["tap"].get("start") != {here})
    faults += ["above"] * (got["current"] != {"above": {here}})
    inside = {(y, x) for y, x in left or () if 0 <= y < outer[0] and 0 <= x < outer[1]}
    row = {divmod(int(n), outer[1]) for n in np.flatnonzero(matrix[step])}
    faults += ["matrix"] * (inside != row)
    said = whole(scene.equation(step), language("en"))
    return faults + ["equation"] * (said != meant_sentences(here, row, len(op.input_size)))


def meant_sentences(here, row, ndim):
    """What a step says, from its cell of the smaller planes and the cells of the larger ones that it links."""
    at = f"({here[0]},{here[1]})" if ndim == 2 else f"{here[1]}"
    if not row:
        return f"left: output {at} reads only padding; right: input {at} adds only to cropped cells"
    nouns = ("row", "column") if ndim == 2 else ("cell",)
    runs = [
        f"{noun}{'s' if len(cells) > 1 else ''} {run_of(cells)}"
        for noun, cells in zip(nouns, [sorted({cell[n] for cell in row}) for n in (0, 1)][-ndim:], strict=True)
    ]
    assert len(row) == math.prod(len({cell[n] for cell in row}) for n in (0, 1)), "rows times columns"
    cells = ", ".join(runs)
    return f"left: output {at} reads input {cells}; right: input {at} adds to output {cells}"


def run_of(cells):
    if cells == list(range(cells[0], cells[0] + len(cells))) and len(cells) > 1:
        return f"{cells[0]}–{cells[-1]}"
    if len(cells) > 4:
        assert len(set(np.diff(cells))) == 1
        return f"{cells[0]}, {cells[1]}, …, {cells[-1]}"
    return ", ".join(map(str, cells))


def faults(scene, op, late=False):
    told = linked(op)
    assert scene.steps == len(told[0])
    planes = Planes(scene, late)
    return sorted({fault for step in range(scene.steps) for fault in step_faults(scene, op, step, planes, told)})


def conv_lines():
    for i, k, s, p, d in itertools.product(range(1, 7), (1, 2, 3), (1, 2, 3), PADS, (1, 2)):
        yield from built(ca.Conv, (i,), k, stride=s, padding=(p,), dilation=d)


def conv_planes():
    lines = [op for n, op in enumerate(conv_lines()) if n % 9 == 4]
    for a, b in zip(lines, lines[7:] + lines[:7], strict=True):
        yield ca.Conv(
            *((getattr(a, word)[0], getattr(b, word)[0]) for word in ("input_size", "kernel_size")),
            **{word: (getattr(a, word)[0], getattr(b, word)[0]) for word in ("stride", "dilation")},
            padding=(a.pads[0], b.pads[0]),
        )


def transposed():
    for i, k, s, p, d, extra in itertools.product((1, 2, 3), (1, 3), (1, 2), PADS[:4], (1, 2), (0, 1)):
        for op in built(ca.ConvTranspose, (i,), k, stride=s, padding=(p,), dilation=d, output_padding=extra):
            if not view_refusal("pair", op):
                yield op
    yield ca.ConvTranspose((2, 3), 3, stride=2, padding=1, output_padding=(1, 0))


LINES, FIELDS, TRANSPOSED = list(conv_lines()), list(conv_planes()), list(transposed())


def scene_of(op, **look):
    return ca.animate(op, view="pair", **{"theme": "clear", "labels": "none", **look}).scene


# --- the tests


@pytest.mark.parametrize("ops", [LINES, FIELDS, TRANSPOSED], ids=["lines", "planes", "transposed"])
def test_in_every_step_both_figures_show_the_cells_of_a_row_of_the_matrix(ops):
    assert len(ops) > 50
    for op in ops:
        assert faults(scene_of(op), op) == [], op


def test_the_matrix_of_this_file_is_that_of_both_operations():
    """The transpose's own definition, in numbers: what it computes is the matrix turned over, times its input."""
    rng = np.random.default_rng(2)
    for op in FIELDS[::4] + TRANSPOSED[::3]:
        _, matrix, _, _ = linked(op)
        conv, other = both(op)
        x, y = (rng.integers(0, 9, one.input_size) for one in (conv, other))
        ones = np.ones(op.kernel_size, int)
        assert np.array_equal(matrix @ x.ravel(), ca.evaluate(conv, x, ones).ravel())
        assert np.array_equal(matrix.T @ y.ravel(), ca.evaluate(other, y, ones).ravel())


def test_with_reveal_outputs_appear_at_the_left_as_they_are_computed_and_at_the_right_as_they_are_reached():
    for op in FIELDS[::3] + TRANSPOSED[::5]:
        scene = scene_of(op, reveal=True)
        assert faults(scene, op, late=True) == []
        taps, _, inner, outer = linked(op)
        planes, field = Planes(scene, late=True), set(itertools.product(*map(range, outer)))
        for step in range(scene.steps):
            got = {"above": set(), "end": set()}
            for layer, name in zip(
                [layer for layer in scene.layers if isinstance(layer, Accumulating)], got, strict=True
            ):
                for mark in leaves(layer.seen(step)):
                    if mark.role == "output":
                        got[name] |= set(cells(mark.parts, planes.all[name]))
            assert got["above"] == {divmod(n, inner[1]) for n in range(step + 1)}
            assert got["end"] == (field if step == scene.steps - 1 else field & set().union(*taps[: step + 1]))


def inside(point, at, size):
    """How far inside of a plane's cells a point is seen, in cells; negative outside."""
    x, y = (a - b for a, b in zip(flat(point), at, strict=True))
    return min(x, y, size[1] - x, size[0] - y)


def ray_faults(scene, op, step):
    """Rays from each corner of the window and the cell, seen wherever the plane above doesn't hide them."""
    taps, _, inner, outer = linked(op)
    planes, (r, c) = Planes(scene), divmod(step, inner[1])
    rows, columns = sorted({y for y, _ in taps[step]}), sorted({x for _, x in taps[step]})
    parts = [part for mark in leaves(scene.layers[-1].at(step)) if mark.role == "ray" for part in mark.parts]

    def point(at, x, y):
        x, y = at[0] + x, at[1] + y
        return A * x + C * y, B * x + D * y

    found, used = [], set()
    for a, b in itertools.product((0, 1), (0, 1)):
        far, near = (columns[-a] + a, rows[-b] + b), (c + a, r + b)
        for low, high, at, size in (
            (point(planes.below, *far), point(planes.above, *near), planes.above, inner),
            (point(planes.start, *near), point(planes.end, *far), planes.end, outer),
        ):
            dx, dy = high[0] - low[0], high[1] - low[1]
            spans = []
            for n, part in enumerate(parts):
                shares = [((x - low[0]) * dx + (y - low[1]) * dy) / (dx * dx + dy * dy) for x, y in part]
                off = max(abs((x - low[0]) * dy - (y - low[1]) * dx) for x, y in part) / math.hypot(dx, dy)
                if off < 1e-6 and all(-1e-6 < share < 1 + 1e-6 for share in shares):
                    spans.append(shares)
                    used.add(n)
            for n in range(1, 60):
                share = n / 60
                depth = inside((low[0] + share * dx, low[1] + share * dy), at, size)
                drawn = any(s - 1e-9 <= share <= e + 1e-9 for s, e in spans)
                if abs(depth) > 1e-3 and drawn == (depth > 0):
                    found.append("hidden" if depth < 0 else "over the plane")
    return found + ["stray"] * (len(used) < len(parts))


def test_rays_lead_from_corner_to_corner_and_go_behind_the_planes_above():
    for op in FIELDS[::3] + TRANSPOSED[::5] + LINES[::25]:
        scene = scene_of(op)
        for step in {0, scene.steps // 2, scene.steps - 1}:
            assert ray_faults(scene, op, step) == [], (op, step)


def corners(mark, at):
    points = [flat(p) for part in mark.parts for p in part]
    xs, ys = [round(x - at[0]) for x, _ in points], [round(y - at[1]) for _, y in points]
    return min(ys), max(ys), min(xs), max(xs)


def test_what_is_padding_at_the_left_is_cropped_at_the_right_and_the_window_is_the_same_mark():
    op = ca.Conv((5, 4), 3, stride=2, padding=((1, 2), (0, 1)))
    scene = scene_of(op)
    planes, still = Planes(scene), list(leaves(scene.layers[0].marks))
    cropped = next(mark for mark in still if mark.role == "cropped")
    assert corners(cropped, planes.end) == (-1, 6, 0, 5)  # the last padded row isn't read
    assert scene.layers[-1].at(0)[0].marks is scene.layers[-1].at(3)[1].marks
    assert not {"cropped", "padding"} & scene_of(op, theme="classic").roles()


def text_boxes(scene, step):
    for mark in seen(scene, step):
        if isinstance(mark, Text):
            points = [p for _, points in glyphs.outline(mark) for p in points]
            xs, ys = [mark.at[0] + x for x, _ in points], [mark.at[1] + y for _, y in points]
            yield mark.text, (min(xs), min(ys), max(xs), max(ys))


def crosses(box, start, end):
    """Whether a straight line meets a box (Liang and Barsky's clipping)."""
    low, high = 0.0, 1.0
    for at, to, least, most in zip(start, end, box[:2], box[2:], strict=True):
        if at == to:
            if not least < at < most:
                return False
            continue
        ends = sorted(((least - at) / (to - at), (most - at) / (to - at)))
        low, high = max(low, ends[0]), min(high, ends[1])
    return low < high


def layout_faults(scene, step):
    """Texts that meet another or a line, and marks outside of the box."""
    boxes, box = list(text_boxes(scene, step)), scene.box
    found = [
        f"{a} meets {b}"
        for (a, one), (b, other) in itertools.combinations(boxes, 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]
    shapes = [mark for mark in seen(scene, step) if not isinstance(mark, Text)]
    sides = [
        side
        for mark in shapes
        for part in mark.parts
        for side in itertools.pairwise([*part, *(part[:1] if isinstance(mark, Polygon) else ())])
    ]
    found += [f"a line through {text}" for text, where in boxes if any(crosses(where, *side) for side in sides)]
    points = [p for mark in shapes for part in mark.parts for p in part] + [
        p for _, (x0, y0, x1, y1) in boxes for p in ((x0, y0), (x1, y1))
    ]
    outside = not all(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height for x, y in points)
    return found + ["outside"] * outside


WIDE = [
    ca.Conv((2, 12), 3, padding=1),
    ca.Conv((12, 2), (3, 2), stride=2),
    ca.Conv(9, 3, stride=3, ndim=1),
    ca.Conv(1, 1),
    ca.Conv((1, 7), (1, 3)),
]


def test_no_label_meets_the_figures_or_another_and_nothing_leaves_the_box():
    for n, op in enumerate(FIELDS[::12] + TRANSPOSED[::18] + WIDE):
        look = {
            "theme": list(THEMES)[n % len(THEMES)],
            "labels": "all",
            "lang": ("en", "zh")[n % 2],
            "dpi": (100, 150, 300)[n % 3],
            "reveal": n % 5 == 0,
        }
        scene = scene_of(op, **look)
        for step in {0, scene.steps - 1}:
            assert layout_faults(scene, step) == [], (op, step, look)


def test_layers_declare_the_roles_that_they_draw_and_scenes_can_be_compared_and_pickled():
    for op, reveal in itertools.product(FIELDS[::4] + TRANSPOSED[::4], (False, True)):
        scene = scene_of(op, reveal=reveal)
        for layer in scene.layers:
            if isinstance(layer, PerStep | Accumulating):
                assert layer.roles == {mark.role for step in range(scene.steps) for mark in leaves(layer.at(step))}, (
                    op,
                    layer,
                )
        assert scene == scene_of(op, reveal=reveal) == pickle.loads(pickle.dumps(scene))


def test_labels_speak_of_both_operations():
    scene = scene_of(ca.Conv(6, 3, stride=2, padding=1), labels="all")
    words = {mark.text for mark in seen(scene, 4) if isinstance(mark, Text)}
    assert {"1 convolution: k=3 s=2 p=1", "2 transposed convolution: k=3 s=2 p=1 output_padding=1"} <= words
    assert {"takes part in this step", "input 1 + 6 + 1", "output 6", "input 3", "output 3"} <= words
    assert scene.ops == (
        ca.Conv(6, 3, stride=2, padding=1),
        ca.ConvTranspose(3, 3, stride=2, padding=1, output_padding=1),
    )
    given = scene_of(ca.ConvTranspose(3, 3, stride=2, padding=1, output_padding=1), theme="classic", labels="all")
    assert given.ops == scene.ops and "padding (0)" in {mark.text for mark in seen(given, 0) if isinstance(mark, Text)}


def test_the_description_is_of_the_same_two_whichever_is_given():
    two = ca.Conv(6, 3, stride=2), ca.ConvTranspose(2, 3, stride=2, output_padding=1)
    told = [scene_of(op, lang=lang).description for lang in ("en", "zh") for op in two]
    assert told[0] == told[1] and told[2] == told[3]
    assert (
        "output of 2x2 reads the cells of its input of 6x6 under a window of 3x3 cells" in told[0]
        and "3x3 窗口" in told[2]
    )


@pytest.mark.parametrize(
    ("op", "part"),
    [
        (ca.Pool(4, 2), "beside its transpose, and this is max pooling"),
        (
            ca.Conv(4, 3, padding=1, padding_mode="reflect"),
            "padding_mode='reflect' copies cells, which a ConvTranspose can't undo: take view='isometric'",
        ),
        (
            ca.ConvTranspose(3, 3, dilation=2, output_padding=1),
            "no convolution has this input size as its output size: take view=",
        ),
        (ca.Conv((3, 3, 3), 2), "draws 1 or 2 dimensions, and this operation has 3"),
    ],
)
def test_what_the_view_does_not_draw_is_refused_with_the_reason(op, part):
    assert part in refusal(lambda: ca.animate(op, view="pair"))


def test_every_figure_of_pair_toml_and_scatter_toml_has_a_title_and_draws_what_the_matrix_says():
    for name, one in ca.figures(ROOT / "templates" / "pair.toml", ROOT / "templates" / "scatter.toml").items():
        assert one.title.endswith(".") and len(one.title) < 160
        scene = one.animate(labels="none").scene
        assert name.startswith("pair_") == (len(scene.ops) == 2)
        assert not scene.ops or faults(scene, one.op()) == []


# --- that these readers can tell


def changed(scene, change):
    def done(marks):
        return tuple(
            replace(mark, marks=done(mark.marks)) if isinstance(mark, Group) else change(mark) for mark in marks
        )

    return replace(
        scene,
        layers=tuple(
            Layer(done(layer.marks), layer.span)
            if isinstance(layer, Layer)
            else type(layer)(lambda step, at=layer.at: done(at(step)), layer.roles)
            for layer in scene.layers
        ),
    )


def test_cells_beside_the_right_ones_are_seen():
    op = ca.Conv(5, 3, stride=2, padding=1)
    scene = scene_of(op)
    assert faults(scene, op) == []

    def off(role):
        def moved(mark):
            return (
                replace(mark, parts=tuple(tuple((x + A, y + B) for x, y in part) for part in mark.parts))
                if mark.role == role
                else mark
            )

        return changed(scene, moved)

    assert faults(off("tap"), op) == ["left", "matrix", "right", "start"]
    assert faults(off("current"), op) == ["above"]
    assert faults(scene, ca.Conv(5, 3, stride=2, padding=((2, 0), (1, 1)))) == ["equation", "left", "matrix", "right"]
    assert "stray" in ray_faults(off("ray"), op, 4) and ray_faults(scene, op, 4) == []
    short = changed(scene, lambda mark: replace(mark, parts=mark.parts[1:]) if mark.role == "ray" else mark)
    assert set(ray_faults(short, op, 4)) == {"hidden"}


def test_a_line_through_a_text_and_a_mark_outside_are_seen():
    scene = scene_of(ca.Conv(5, 3), labels="all")
    (x, y) = next(mark.at for mark in seen(scene, 0) if isinstance(mark, Text) and mark.role == "sign")
    through = replace(scene, layers=(Layer((Line("ray", (((x - 3, y - 0.1), (x + 3, y + 0.1)),)),)), *scene.layers))
    assert layout_faults(scene, 0) == [] and layout_faults(through, 0) == ["a line through ⇄"]
    assert "outside" in layout_faults(replace(scene, box=replace(scene.box, height=2)), 0)

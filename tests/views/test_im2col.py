"""The view of im2col: its matrices, read back from the scene's texts and colours, against numpy's sliding windows and
products.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.numeric import values
from convanim.render import glyphs
from convanim.scene import Accumulating, Layer, Line, PerStep, Polygon, Text
from convanim.spec import figures
from convanim.text.cell_texts import numbers
from convanim.themes.table import CLASSIC, CLEAR
from convanim.views import VIEWS, view_flags
from helpers.processes import ROOT
from helpers.refusals import refusal
from oracle.scenes import leaves, misdeclared

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "symmetric": "symmetric"}
ZERO = {"padding", "odd_padding", "inserted"}


# --- what im2col means, with numpy


def pads_of(op):
    return [p if isinstance(p, tuple) else (p, p) for p in op.padding]


def widened(op, x):
    """The input with its padding; of a transposed convolution with zeros inserted, and cropped where it has to be."""
    if isinstance(op, ca.Conv):
        return np.pad(x, pads_of(op), mode=MODES.get(op.padding_mode, "constant"))
    spread = np.zeros([(n - 1) * s + 1 for n, s in zip(x.shape, op.stride, strict=True)], x.dtype)
    spread[tuple(slice(None, None, s) for s in op.stride)] = x
    far = [d * (k - 1) for d, k in zip(op.dilation, op.kernel_size, strict=True)]
    spread = np.pad(spread, [(n, n + e) for n, e in zip(far, op.output_padding, strict=True)])
    return spread[tuple(slice(p0, n - p1) for n, (p0, p1) in zip(spread.shape, pads_of(op), strict=True))]


def columns_of(op, x):
    """The matrix of windows: a row for each cell of the kernel, a column for each window."""
    padded, strides = widened(op, x), op.stride if isinstance(op, ca.Conv) else (1,) * x.ndim
    view = np.lib.stride_tricks.sliding_window_view(
        padded, [d * (k - 1) + 1 for d, k in zip(op.dilation, op.kernel_size, strict=True)]
    )
    view = view[tuple(slice(None, None, s) for s in strides) + tuple(slice(None, None, d) for d in op.dilation)]
    return view.reshape(-1, math.prod(op.kernel_size)).T


def kernel_row(op, w):
    turned = isinstance(op, ca.ConvTranspose) != op.flip
    return np.flip(w).ravel() if turned else w.ravel()


# --- what the scene shows


def read(text):
    return float(text.replace("\N{MINUS SIGN}", "-"))


class Product:
    """A scene read back: the texts and colours in the cells of the sheets that it says it has."""

    def __init__(self, op, scene):
        self.op, self.scene = op, scene
        self.rows, self.columns = math.prod(op.kernel_size), math.prod(op.output_size)
        self.still = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
        sheets = {sheet.role: sheet for sheet in scene.measured}
        self.kernel_at, self.matrix_at = sheets["kernel"].plane.origin, sheets["columns_of_windows"].plane.origin
        assert sheets["columns_of_windows"].size == (self.rows, self.columns) and sheets["kernel"].size == (
            1,
            self.rows,
        )
        self.output_at = sheets["output"].plane.origin

    def marks(self, step):
        return [mark for layer in self.scene.layers if isinstance(layer, PerStep) for mark in leaves(layer.at(step))]

    def texts(self, marks, role, at, size):
        """The numbers in a plane's cells; NaN where there is none, an error where there are two."""
        found = np.full(size, np.nan)
        for mark in marks:
            r, c = (
                (math.floor(mark.at[n] - at[n]) for n in (1, 0))
                if isinstance(mark, Text) and mark.role == role
                else (-1, -1)
            )
            if 0 <= r < size[0] and 0 <= c < size[1]:
                assert np.isnan(found[r, c]), "two texts in one cell"
                found[r, c] = read(mark.text)
        return found

    def colours(self, marks, at, size, wanted):
        """{cell: role} of the polygons of these roles."""
        found = {}
        for mark in marks:
            if isinstance(mark, Polygon) and wanted(mark.role):
                for part in mark.parts:
                    (x0, y0), (x1, y1) = (
                        tuple(round(f(p[n] for p in part) - at[n], 6) for n in (0, 1)) for f in (min, max)
                    )
                    for cell in itertools.product(range(int(y0), int(y1)), range(int(x0), int(x1))):
                        if 0 <= cell[0] < size[0] and 0 <= cell[1] < size[1] and x0 == int(x0):
                            assert cell not in found
                            found[cell] = mark.role
        return found

    @property
    def row_at(self):
        """Where the product's row begins: below the matrix, in the rows' own order."""
        ys = {
            mark.at[1]
            for mark in self.still
            if isinstance(mark, Text) and mark.role == "output_value" and 0 <= mark.at[0] < self.columns
        }
        return (self.matrix_at[0], max(ys) - 0.5)

    def faults(self, x, w, bias=0.0, steps=()):
        matrix, row, size = columns_of(self.op, x), kernel_row(self.op, w), (self.rows, self.columns)
        out = row @ matrix + bias
        bad = [] if (self.texts(self.still, "input_value", self.matrix_at, size) == matrix).all() else ["columns"]
        bad += (
            [] if (self.texts(self.still, "kernel_value", self.kernel_at, (1, self.rows)) == row).all() else ["kernel"]
        )
        bad += (
            [] if (self.texts(self.still, "output_value", self.row_at, (1, self.columns)) == out).all() else ["product"]
        )
        plane = self.texts(self.still, "output_value", self.output_at, (1, *self.op.output_size)[-2:])
        bad += [] if (plane.ravel() == out).all() else ["output"]
        for step in steps:
            marks, column = self.marks(step), (self.matrix_at[0] + step, self.matrix_at[1])
            bad += (
                []
                if (self.texts(marks, "input_value", self.matrix_at, size)[:, step] == matrix[:, step]).all()
                else ["current column"]
            )
            tint = self.colours(marks, self.matrix_at, size, lambda role: role.startswith("weight"))
            kernel = self.colours(self.still, self.kernel_at, (1, self.rows), lambda role: role.startswith("weight"))
            bad += [] if tint == {(n, step): kernel[0, n] for n in range(self.rows)} else ["colours"]
            lines = [part for mark in marks if isinstance(mark, Line) and mark.role == "window" for part in mark.parts]
            bad += [] if ((column[0], column[1] + self.rows), (column[0], column[1])) in lines else ["outline"]
            current = [
                part[0] for mark in marks if isinstance(mark, Polygon) and mark.role == "current" for part in mark.parts
            ]
            r, c = divmod(step, self.op.output_size[-1])
            places = {(self.row_at[0] + step, self.row_at[1]), (self.output_at[0] + c, self.output_at[1] + r)}
            bad += (
                []
                if {tuple(np.round(p, 6)) for p in current} == {tuple(np.round(p, 6)) for p in places}
                else ["current"]
            )
        return bad


def draw(op, *, reveal=False, **given):
    return VIEWS["im2col"].draw(op, numbers(values(op, **given), biased=op.bias), view_flags(CLEAR, reveal=reveal))


def built(kind, *args, **kwargs):
    try:
        return [kind(*args, **kwargs)]
    except ca.ConvanimError:
        return []


def small():
    for i, k, s, p, d in itertools.product((1, 2, 4, 7), (1, 2, 3), (1, 2), ((0, 0), (1, 2)), (1, 2)):
        yield from built(ca.Conv, (i,), k, stride=s, padding=(p,), dilation=d)
        yield from built(ca.ConvTranspose, (i,), k, stride=s, padding=(p,), dilation=d, output_padding=s - 1)
    for i, j, k, p, flip in itertools.product(
        (1, 3, 5), (2, 4), ((1, 1), (1, 2), (3, 3), (2, 4)), (0, ((0, 1), (2, 1))), (False, True)
    ):
        yield from built(ca.Conv, (i, j), k, stride=(1, 2), padding=p, flip=flip)
        yield from built(ca.ConvTranspose, (i, j), k, stride=(2, 1), padding=p, flip=flip, output_padding=(1, 0))
    for mode in MODES:
        yield from built(ca.Conv, (3, 4), 3, padding=1 if mode == "reflect" else 2, padding_mode=mode)


CASES = list(small())


def given(op, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(-9, 30, op.input_size), rng.integers(-3, 4, op.kernel_size)


def test_the_columns_are_numpys_windows_and_the_kernel_times_them_is_the_output():
    assert len(CASES) > 120
    for op in CASES:
        x, w = given(op)
        steps = {0, len(op.steps) // 2, len(op.steps) - 1}
        assert not Product(op, draw(op, input=x, kernel=w)).faults(x, w, steps=steps), op


def test_the_product_of_these_oracles_is_what_the_package_computes():
    for op in CASES:
        x, w = given(op, 1)
        assert (kernel_row(op, w) @ columns_of(op, x) == ca.evaluate(op, x, w).ravel()).all(), op


def test_every_size_from_1_to_12_is_drawn_right():
    for n in range(1, 13):
        for op in (ca.Conv(n, min(n, 3)), ca.Conv((n,), max(n - 1, 1)), ca.Conv(n, n), ca.ConvTranspose((n,), 3)):
            x, w = given(op, n)
            assert not Product(op, draw(op, input=x, kernel=w)).faults(x, w, steps={0, len(op.steps) - 1}), op


def test_a_bias_is_added_to_the_product_and_stands_right_of_the_matrix():
    for bias, word in ((2, "+ 2"), (-3, "\N{MINUS SIGN} 3")):
        op = ca.Conv(4, 3, bias=True)
        x, w = given(op)
        scene = draw(op, input=x, kernel=w, bias=[bias])
        assert not Product(op, scene).faults(x, w, bias, steps=range(4))
        signs = {mark.text: mark.at[0] for mark in Product(op, scene).still if mark.role == "sign"}
        assert set(signs) == {"×", "=", word} and signs["×"] < 0 and signs[word] > 4
    op = ca.Conv(4, 3)
    assert {mark.text for mark in Product(op, draw(op)).still if mark.role == "sign"} == {"×", "="}


def test_the_cells_of_the_columns_look_as_they_do_in_the_input():
    for op in (
        ca.Conv(3, 3, padding=((0, 1), (1, 1))),
        ca.ConvTranspose(2, 3, stride=2, padding=1),
        ca.Conv((4,), 3, padding=2, padding_mode="circular"),
    ):
        ones = np.ones(op.input_size, int)
        seen = Product(op, draw(op, input=ones))
        found = seen.colours(
            seen.still, seen.matrix_at, (seen.rows, seen.columns), lambda role: role in ZERO | {"input", "copy"}
        )
        matrix = columns_of(op, ones)
        assert len(found) == matrix.size
        assert all((role in ZERO) == (matrix[cell] == 0) for cell, role in found.items())
        assert ("copy" in found.values()) == (getattr(op, "padding_mode", "") == "circular")
        assert ("inserted" in found.values()) == isinstance(op, ca.ConvTranspose)
    assert "padding" not in VIEWS["im2col"].draw(op, numbers(values(op)), view_flags(CLASSIC)).roles()


def test_a_kernel_of_one_cell_copies_nothing_and_a_stride_of_the_kernel_reads_each_cell_once():
    for op, times in ((ca.Conv(4, 1), 1), (ca.Conv(6, 2, stride=2), 1), (ca.Conv(4, 3), 4)):
        x = np.arange(math.prod(op.input_size)).reshape(op.input_size)
        seen = Product(op, draw(op, input=x))
        shown = seen.texts(seen.still, "input_value", seen.matrix_at, (seen.rows, seen.columns))
        assert np.unique(shown, return_counts=True)[1].max() == times


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
    """Texts that meet, marks outside the box, and texts that a filled cell is painted over."""
    marks = [mark for layer in scene.layers for mark in leaves(layer.seen(step))]
    found = [
        ("meet", one, other)
        for (one, (a, b, c, d)), (other, (e, f, g, h)) in itertools.combinations(boxes(marks).items(), 2)
        if a < g and e < c and b < h and f < d
    ]
    points = [point for mark in marks if not isinstance(mark, Text) for part in mark.parts for point in part]
    points += [point for a, b, c, d in boxes(marks).values() for point in ((a, b), (c, d))]
    box = scene.box
    found += (
        ["outside"]
        if any(not (box.x < x < box.x + box.width and box.y < y < box.y + box.height) for x, y in points)
        else []
    )
    last = {(mark.at, mark.text): n for n, mark in enumerate(marks) if isinstance(mark, Text)}
    for n, mark in enumerate(marks):
        for part in mark.parts if isinstance(mark, Polygon) and mark.role != "tap" else ():
            (x0, y0), (x1, y1) = (tuple(f(p[i] for p in part) for i in (0, 1)) for f in (min, max))
            found += [
                ("covered", text)
                for (at, text), when in last.items()
                if when < n and x0 < at[0] < x1 and y0 < at[1] < y1
            ]
    return found


def test_nothing_meets_or_covers_a_text_or_leaves_the_box_and_roles_are_those_declared():
    for op in CASES[::9]:
        for reveal in (False, True):
            scene = draw(op, reveal=reveal)
            assert not layout_faults(scene, scene.poster), op
            assert not misdeclared(scene), op


def test_with_reveal_columns_come_one_by_one_with_their_outputs():
    op = ca.Conv(4, 3, padding=1)
    x, w = given(op)
    scene = draw(op, reveal=True, input=x, kernel=w)
    growing = next(layer for layer in scene.layers if isinstance(layer, Accumulating))
    seen, matrix = Product(op, scene), columns_of(op, x)
    for step in range(16):
        shown = seen.texts(leaves(growing.seen(step)), "input_value", seen.matrix_at, matrix.shape)
        assert (shown[:, : step + 1] == matrix[:, : step + 1]).all() and np.isnan(shown[:, step + 1 :]).all()


def test_another_number_another_colour_and_a_column_elsewhere_are_seen():
    op = ca.Conv(4, 3, padding=1, stride=2)
    x, w = given(op)
    scene = draw(op, input=x, kernel=w)
    assert Product(op, scene).faults(x, w, steps=range(4)) == []
    assert "columns" in Product(op, scene).faults(x + 1, w) and "kernel" in Product(op, scene).faults(x, w.T)
    assert Product(op, scene).faults(x, w, 1) == ["product", "output"]
    moving = scene.layers[-1]
    late = replace(scene, layers=(*scene.layers[:-1], PerStep(lambda step: moving.at((step + 1) % 4), moving.roles)))
    assert set(Product(op, late).faults(x, w, steps=[0])) == {"current column", "colours", "outline", "current"}
    over = Layer(
        (
            Polygon("output", (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),)),
            Text("sign", (-99.0, 0.0), "7", 0.5, 1.0),
        )
    )
    faults = layout_faults(replace(scene, layers=(*scene.layers, over)), 2)
    assert "outside" in faults and any(fault[0] == "covered" for fault in faults)


@pytest.mark.parametrize(
    ("op", "part"),
    [
        (ca.Conv((3, 3, 3), 2), "1 or 2 dimensions"),
        (ca.Pool(4, 2), "max pooling has none"),
        (ca.AdaptivePool(4, 2), "adaptive average pooling has none"),
        (ca.Conv(4, 3, out_channels=3), "one channel, and this has 1 to 3"),
        (ca.Conv(40, 3), "9 rows (the kernel's cells) of 1,444 columns (the windows) have 12,996"),
    ],
)
def test_what_has_no_kernel_is_too_large_or_has_channels_is_refused(op, part):
    assert part in refusal(lambda: ca.animate(op, view="im2col", focus="off"))


def test_every_figure_of_im2col_toml_can_be_drawn_and_says_what_is_so():
    found = figures(ROOT / "templates" / "im2col.toml")
    assert len(found) >= 5
    for name, one in found.items():
        op, x, w = one.op(), *given(one.op())
        assert "product of matrices" in one.animate(dpi=40).scene.description
        assert not Product(op, draw(op, input=x, kernel=w)).faults(x, w, steps=range(len(op.steps))), name
    padded = columns_of(found["im2col_padding"].op(), np.ones((3, 3)))
    assert (padded.size, (padded == 0).sum()) == (81, 32)
    line = columns_of(found["im2col_line"].op(), np.arange(8))
    assert (line[1:, :-1] == line[:-1, 1:]).all()


def test_the_kernel_stands_on_the_window_where_it_can_be_read_and_else_the_figure_says_that_it_does_not():
    seen = set()
    for op in (ca.Conv(3, 2), ca.Conv(8, 3, ndim=1), ca.Conv(4, 3), ca.Conv(3, 3, padding=1)):
        scene = draw(op, input=np.ones(op.input_size), kernel=np.ones(op.kernel_size))
        texts = [mark for mark in leaves(scene.layers[-1].at(0)) if isinstance(mark, Text)]
        on_window = [mark.size * 300 / scene.box.width for mark in texts if mark.role == "kernel_value"]
        assert len(on_window) == (0 if scene.remark else math.prod(op.kernel_size)), op
        assert all(size > 5.4 for size in on_window), op
        seen.add(bool(scene.remark))
    assert seen == {True, False}

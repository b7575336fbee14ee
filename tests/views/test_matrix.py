"""The view "matrix": the matrix that is read back from its cells, against matrices of numpy's."""

from __future__ import annotations

import gzip
import itertools
import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import convanim as ca
from convanim.render import glyphs
from convanim.scene import Accumulating, Layer, Line, PerStep, Polygon, Text
from helpers.cases import random_cases
from helpers.refusals import refusal
from oracle.scenes import leaves
from oracle.view_matrix import Seen, bounds, dense, meant, symbol_faults, value


def drawn(op, **look):
    return ca.animate(op, view="matrix", **{"theme": "clear", "labels": "none"} | look).scene


# --- operations


def convolutions():
    for i, k, s, p, d in random_cases(11, 30, ndims=(1, 2), largest=5):
        yield ca.Conv(i, k, stride=s, padding=p, dilation=d, flip=sum(i) % 3 == 0)
    for mode in ("reflect", "replicate", "circular", "symmetric"):
        yield from (
            ca.Conv(4, 3, padding=2, padding_mode=mode),
            ca.Conv((3, 4), (1, 5), padding=((0, 0), (2, 1)), padding_mode=mode),
            ca.Conv(3, 5, padding=2, padding_mode=mode, ndim=1, flip=True),
        )
    yield from (
        ca.Conv(2, 5, padding=2, padding_mode="replicate"),
        ca.Conv(1, 1),
        ca.Conv(12, 12, ndim=1),
        ca.Conv((1, 9), (1, 3), stride=(1, 4)),
    )


def transposed():
    for i, k, s, p, d in random_cases(12, 30, ndims=(1, 2), largest=4):
        extra = tuple(min(sum(i) % 2, max(a, b) - 1) for a, b in zip(s, d, strict=True))
        room = all(
            (a - 1) * c + e * (b - 1) + 1 - sum(q) + x > 0
            for a, b, c, q, e, x in zip(i, k, s, p, d, extra, strict=True)
        )
        if room:
            yield ca.ConvTranspose(i, k, stride=s, padding=p, dilation=d, output_padding=extra, flip=sum(k) % 3 == 0)


def averages():
    """(operation, what each row divides by)."""
    for i, k, s, c in ((5, 2, 2, False), (4, 3, 1, False), (5, 2, 2, True), (6, 3, 2, True), (3, 1, 2, False)):
        op = ca.Pool(i, k, stride=s, mode="average", ceil_mode=c)
        along = [len([c for c in range(o * s, o * s + k) if c < i]) for o in range(op.output_size[0])]
        yield op, [a * b for a in along for b in along]
    op = ca.Pool(4, 3, stride=2, padding=1, mode="average", count_include_pad=False, ndim=1)
    yield op, [2, 3]
    yield ca.Pool(4, 3, stride=2, padding=1, mode="average", ndim=1), [3, 3]
    yield ca.Pool(4, 2, mode="average", divisor_override=5), [5] * 4
    for i, n in ((5, 3), (4, 2), (2, 3), (7, 1)):
        along = [math.ceil(Fraction((o + 1) * i, n)) - o * i // n for o in range(n)]
        yield ca.AdaptivePool((i, i), (n, n)), [a * b for a in along for b in along]


def whole(*ops):
    """Those of the operations whose figures have all values."""
    found = [op for op in ops if not drawn(op, symbols=True).remark]
    assert len(found) > len(ops) / 2
    return found


# --- the matrix


def test_the_matrix_holds_each_weight_in_its_colour_where_it_meets_an_input_cell():
    for op in (*convolutions(), *transposed()):
        assert symbol_faults(drawn(op), op) == [], op


def test_the_check_sees_a_weight_in_another_column_and_one_of_another_colour():
    op = ca.Conv(4, 3)
    scene = drawn(op)

    def spoiled(change):
        return replace(
            scene,
            layers=tuple(
                replace(layer, marks=tuple(map(change, layer.marks))) if isinstance(layer, Layer) else layer
                for layer in scene.layers
            ),
        )

    at = next(mark.at for mark in scene.layers[0].marks if isinstance(mark, Text) and mark.role == "kernel_value")
    assert symbol_faults(scene, op) == []
    assert symbol_faults(
        spoiled(lambda m: replace(m, at=(at[0] + 3, at[1])) if isinstance(m, Text) and m.at == at else m), op
    )
    assert symbol_faults(
        spoiled(lambda m: replace(m, role="weight_5") if isinstance(m, Polygon) and m.role == "weight_4" else m), op
    )
    assert symbol_faults(drawn(ca.Conv(4, 3, flip=True)), op)


def test_the_matrix_times_the_column_read_from_the_figure_is_the_output_read_from_the_figure_and_numpys():
    rng = np.random.default_rng(5)
    for n, op in enumerate(whole(*convolutions(), *transposed())):
        x, w = rng.integers(-9, 9, op.input_size), rng.integers(-4, 9, op.kernel_size)
        bias = [None, 0, 3, -2][n % 4]
        op = op if bias is None else replace(op, bias=True)
        scene = drawn(op, input=x, kernel=w, bias=bias)
        if scene.remark:  # a bias makes the figure wider
            continue
        seen = Seen(scene)
        matrix, column, result = (
            seen.numbers(),
            seen.column("input_value", seen.vector),
            seen.column("output_value", seen.result),
        )
        signs = [mark.text for mark in seen.still if isinstance(mark, Text) and mark.role == "sign"]
        assert signs == (["×", "=", *[]] if not bias else ["×", "+" if bias > 0 else "−", "="])
        between = (seen.grid[2], seen.grid[1], seen.result[0], seen.grid[3])
        told = [text for texts in seen.texts("output_value", between).values() for text in texts]
        assert told == ([str(abs(bias))] if bias else [])
        assert (matrix == dense(op, w.ravel())).all(), op
        assert list(map(value, column)) == x.ravel().tolist()
        assert (matrix @ list(map(value, column)) + (bias or 0) == list(map(value, result))).all(), op
        plane = seen.texts("output_value", seen.above)
        width = op.output_size[-1]
        assert {at: texts[0] for at, texts in plane.items()} == {
            divmod(n, width): text for n, text in enumerate(result)
        }


def test_an_average_has_a_share_in_each_cell_that_it_reads_and_rows_add_up_to_one():
    divided = dict(averages())
    for op, divisors in ((op, divided[op]) for op in whole(*divided)):
        seen = Seen(drawn(op, symbols=True))
        matrix = seen.numbers()
        assert np.allclose(matrix, dense(op, divisors)), op
        texts = seen.texts("kernel_value", seen.grid)
        assert all(texts[at] == [f"1/{divisors[at[0]]}" if divisors[at[0]] > 1 else "1"] for at in texts)
        colours = {(divisors[at[0]], *found) for at, found in seen.bands().items()}
        assert len(colours) == len({n for n, _ in colours}) == len({role for _, role in colours})
        x = np.arange(math.prod(op.input_size))
        numbers = Seen(drawn(op, input=x.reshape(op.input_size)))
        result = list(map(value, numbers.column("output_value", numbers.result)))
        assert np.abs(matrix @ x - result).max() <= 0.0501, op  # one decimal, or two


def test_the_transposed_convolutions_matrix_is_the_transpose_of_the_convolutions():
    for op in (
        op
        for op in convolutions()
        if op.padding_mode == "zeros" and math.prod(op.output_size) * math.prod(op.input_size) < 500
    ):
        one, other = Seen(drawn(op)), Seen(drawn(op.transpose()))
        assert one.shape == other.shape[::-1]
        if not one.scene.remark and not other.scene.remark:
            assert {(c, r): weights for (r, c), weights in one.symbols(op).items()} == other.symbols(op)
        assert {(c, r): colours for (r, c), colours in one.bands().items()} == other.bands()
    assert Seen(ca.figure("alphabet_transposed_conv_s2", labels="none").scene).shape == (25, 9)


# --- the steps


def test_a_step_outlines_its_row_and_veils_what_the_window_reads_in_matrix_column_and_plane():
    for op in whole(*convolutions(), *transposed(), *(op for op, _ in averages())):
        seen, wanted = Seen(drawn(op, symbols=True)), meant(op)
        rows = seen.shape[0]
        padded = seen.texts("input_value", seen.below)
        letters = seen.column("input_value", seen.vector)
        for step in {0, rows // 2, rows - 1}:
            marks = seen.moving(step)
            reads = {c for r, c in wanted if r == step}
            assert seen.cells(seen.grid, "tap", marks) == {(step, c) for c in reads}
            assert seen.cells(seen.vector, "tap", marks) == {(0, c) for c in reads}
            under = {padded[at][0] for at in seen.cells(seen.below, "tap", marks) if at in padded}
            assert under - {"0"} == {letters[c] for c in reads}
            assert seen.cells(seen.above, "current", marks) == {divmod(step, op.output_size[-1])}
            assert seen.cells(seen.result, "current", marks) == {(step, 0)}
            outline = [bounds(mark.parts) for mark in marks if isinstance(mark, Line) and mark.role == "window"]
            left, top, right, _ = seen.grid
            assert any(np.allclose(box, (left, top + step, right, top + step + 1)) for box in outline)


def test_the_input_stands_above_the_columns_of_the_matrix_and_the_output_beside_its_rows():
    for op in (*convolutions(), *transposed()):
        seen = Seen(drawn(op))
        assert np.allclose(seen.grid[1::2], seen.result[1::2]) and np.allclose(seen.grid[::2], seen.vector[::2])
        assert seen.vector[3] < seen.grid[1] and seen.grid[2] < seen.result[0]
        assert seen.bar < seen.vector[seen.level] and max(seen.below[2 + seen.level], seen.above[2 + seen.level]) < (
            seen.bar
        )


def test_of_two_arrangements_the_one_is_taken_that_fills_a_picture_better():
    for op in (*convolutions(), *transposed(), ca.Conv(9, 3), ca.ConvTranspose(4, 4, stride=2, padding=1)):
        scene = drawn(op)
        seen, (i, o) = Seen(scene), (math.prod(op.input_size), math.prod(op.output_size))
        cell = seen.edges[seen.grid]
        assert math.isclose(cell, 1) or (max(i, o) > 25 and 0.2 <= cell <= 0.5 and scene.remark)
        assert max(scene.box.width, scene.box.height) < 34
    wide, tall = Seen(drawn(ca.Conv(5, 3))), Seen(drawn(ca.ConvTranspose(3, 3)))
    assert (wide.level, tall.level) == (True, False)


def test_no_value_is_smaller_than_can_be_read_in_a_small_picture_and_what_is_left_out_is_said():
    left = []
    for op in (*convolutions(), *transposed(), ca.Conv(7, 3, padding=1), ca.Conv(12, 3, padding=1), ca.Conv(6, 3)):
        broken = {"input": np.full(op.input_size, 0.0123), "kernel": np.ones(op.kernel_size) / 7}
        for given in ({}, {"seed": 3}, broken):
            scene = drawn(op, **given)
            texts = [
                mark
                for layer in scene.layers
                for mark in leaves(layer.seen(0))
                if isinstance(mark, Text) and mark.role.endswith("_value") and mark.text != "+"
            ]
            px = 300 / scene.box.width
            assert all(mark.size * px >= 5.3 and glyphs.letters(mark)[0].size * px >= 3.4 for mark in texts), op
            left.append(bool(scene.remark))
            assert scene.remark or {"input_value", "output_value", "kernel_value"} <= {mark.role for mark in texts}
    assert 10 < sum(left) < len(left) / 2
    a = ca.animate(ca.Conv(12, 3, padding=1), view="matrix", theme="clear")
    words = "Values that would be too small to read are left out."
    told = [mark.text for mark in leaves(a.scene.layers[1].seen(0)) if isinstance(mark, Text)]
    assert a.alt.count(words) == 1 and told.count(words) == 1


def test_every_text_under_a_veil_is_drawn_again_above_it():
    for op in (
        ca.Conv(5, 3, stride=2, padding=1),
        ca.ConvTranspose(3, 3, stride=2, padding=1),
        ca.AdaptivePool(5, 3),
        ca.Conv(3, 3, padding=1, padding_mode="replicate"),
    ):
        seen = Seen(drawn(op))
        for step in range(seen.scene.steps):
            marks = seen.moving(step)
            for n, mark in enumerate(marks):
                if isinstance(mark, Polygon):
                    covered = [
                        text
                        for text in (*seen.still, *marks[:n])
                        if isinstance(text, Text) and any(inside(text, part) for part in mark.parts)
                    ]
                    again = {
                        (text.role, text.text, *(round(v, 6) for v in text.at))
                        for text in marks[n:]
                        if isinstance(text, Text)
                    }
                    assert {(text.role, text.text, *(round(v, 6) for v in text.at)) for text in covered} <= again


def inside(text, part):
    x0, y0, x1, y1 = bounds([part])
    return x0 < text.at[0] < x1 and y0 < text.at[1] < y1


def test_outputs_appear_on_the_plane_and_in_the_column_as_they_are_computed():
    for op in (
        ca.Conv(4, 3, padding=1),
        ca.ConvTranspose(2, 3, stride=2, output_padding=1, padding=1),
        ca.Pool(4, 2, mode="average"),
        ca.Conv(5, 2, ndim=1),
    ):
        scene = drawn(op, reveal=True)
        for step in range(scene.steps):
            shown = [
                mark
                for layer in scene.layers
                if isinstance(layer, Layer | Accumulating)
                for mark in leaves(layer.seen(step))
            ]
            assert Counter(
                mark.text for mark in shown if isinstance(mark, Text) and mark.role == "output_value"
            ) == Counter(
                2
                * [
                    text
                    for text, _ in zip(
                        Seen(drawn(op)).column("output_value", Seen(drawn(op)).result), range(step + 1), strict=False
                    )
                ]
            )
            assert sum(
                len(mark.parts) for mark in shown if isinstance(mark, Polygon) and mark.role == "output"
            ) == 2 * (step + 1)


LOOKS = [
    {"labels": "all", "dpi": 150},
    {"labels": "all", "lang": "zh", "reveal": True, "dpi": 60},
    {"labels": "none", "seed": 3},
    {"labels": ["sizes"], "dpi": 20},
]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_no_text_meets_another_or_leaves_the_figure(look):
    odd = [
        ca.Conv((1, 1), 1),
        ca.Conv((1, 2), 1),
        ca.Conv((2, 3), 2, padding=((1, 0), (0, 2)), bias=True),
        ca.Conv(1, 1, ndim=1),
        ca.Conv(9, 9, ndim=1),
        ca.Conv((2, 6), (2, 6)),
        ca.ConvTranspose((1, 2), 3, padding=(1, 0)),
        ca.Conv(3, 3, padding=1, padding_mode="replicate"),
        ca.Conv(2, 5, padding=2, padding_mode="symmetric"),
        ca.AdaptivePool((5, 2), (3, 3)),
        ca.Conv(12, 3, ndim=1, padding=1),
    ]
    for op in odd:
        scene = ca.animate(op, view="matrix", theme="clear", **look).scene
        assert text_faults(scene, {0, scene.steps // 2}) == [], op


def test_the_check_of_texts_sees_two_that_meet_and_one_outside():
    scene = drawn(ca.Conv(3, 2))
    text = next(mark for mark in scene.layers[0].marks if isinstance(mark, Text))
    near, far = (Layer((replace(text, text="9", at=(text.at[0] + x, text.at[1])),)) for x in (0.1, -50))
    assert text_faults(replace(scene, layers=(near, *scene.layers)), [0]) and text_faults(
        replace(scene, layers=(far, *scene.layers)), [0]
    )


def test_what_moves_declares_its_roles_stays_in_the_box_and_does_not_grow_with_the_matrix():
    for op in (*convolutions(), *transposed(), *(op for op, _ in averages())):
        for reveal, theme in ((False, "classic"), (True, "clear")):
            scene = drawn(op, symbols=True, reveal=reveal, theme=theme)
            for layer in (layer for layer in scene.layers if isinstance(layer, PerStep | Accumulating)):
                roles = set()
                for step in range(scene.steps):
                    marks = list(leaves(layer.at(step)))
                    roles |= {mark.role for mark in marks}
                    assert all(isinstance(mark, Text) or inside_box(mark, scene.box) for mark in marks)
                assert roles == layer.roles, op
            assert all(
                inside_box(mark, scene.box) for mark in leaves(scene.layers[0].marks) if not isinstance(mark, Text)
            )
            assert isinstance(scene.layers[0], Layer) and isinstance(scene.layers[-1], PerStep)
    scenes = [drawn(ca.Conv(i, 3, padding=1, ndim=1)) for i in (4, 10)]
    assert len({max(len(scene.layers[-1].at(n)) for n in range(scene.steps)) for scene in scenes}) == 1


# --- what isn't drawn


@pytest.mark.parametrize(
    ("op", "part"),
    [
        (ca.Pool(4, 2), "max pooling isn't linear"),
        (ca.Pool(4, 2, mode="l2"), "l2 pooling isn't linear"),
        (ca.AdaptivePool(4, 2, mode="max"), "adaptive max pooling isn't linear"),
        (ca.Conv(4, 2, in_channels=2, out_channels=3), "2 to 3"),
        (ca.Conv((3, 3, 3), 2), "3"),
        (ca.Conv(20, 3, padding=1), "400x400, 160,000 cells"),
        (ca.Conv(500, 500, ndim=1), "1x500"),
    ],
)
def test_what_has_no_matrix_that_can_be_drawn_is_refused(op, part):
    assert part in refusal(lambda: drawn(op))


def test_a_same_convolution_of_12_x_12_is_drawn():
    assert Seen(drawn(ca.Conv(12, 3, padding=1))).shape == (144, 144)


# --- the figures


@pytest.mark.parametrize(
    "name", ["alphabet_conv", "alphabet_transposed_conv", "alphabet_transposed_conv_s2", "replicate_matrix"]
)
def test_the_figures_are_small(name, tmp_path):
    a = ca.figure(name)
    a.save(tmp_path / "x.svg")
    text = (tmp_path / "x.svg").read_bytes()
    assert len(text) <= 100_000 and len(gzip.compress(text)) <= 12_000


def test_the_description_says_what_the_matrix_is():
    told = drawn(ca.ConvTranspose(3, 3, stride=2, padding=1)).description
    assert "25x9" in told and "row" in told
    assert "25x9" in drawn(ca.ConvTranspose(3, 3, stride=2, padding=1), lang="zh").description


def boxes(scene, step):
    """(text, left, top, right, bottom) of all texts of a step, as large as they are drawn; what is drawn twice in one
    place counts once.
    """
    found = {}
    for mark in (mark for layer in scene.layers for mark in leaves(layer.seen(step))):
        if isinstance(mark, Text):
            length = glyphs.width(mark.text, mark.face) * mark.size * mark.stretch
            shrunk = min(
                1.0, mark.width / max(length, glyphs.width(mark.like, mark.face) * mark.size * mark.stretch, 1e-9)
            )
            (x, y), half, high = mark.at, length * shrunk / 2, mark.size * shrunk * 0.3
            found[mark.text, round(x, 4), round(y, 4)] = (mark.text, x - half, y - high, x + half, y + high)
    return list(found.values())


def text_faults(scene, steps):
    faults, frame = [], scene.box
    for step in steps:
        listed = sorted(boxes(scene, step), key=lambda box: box[1])
        for n, (text, x0, y0, x1, y1) in enumerate(listed):
            faults += (
                [f"{text} outside"]
                if x0 < frame.x or y0 < frame.y or x1 > frame.x + frame.width or y1 > frame.y + frame.height
                else []
            )
            for other in itertools.takewhile(lambda box, end=x1: box[1] < end, listed[n + 1 :]):
                faults += [f"{text} meets {other[0]}"] if other[2] < y1 and other[4] > y0 else []
    return faults


def inside_box(mark, box):
    x0, y0, x1, y1 = bounds(mark.parts)
    return box.x <= x0 and box.y <= y0 and x1 <= box.x + box.width and y1 <= box.y + box.height

"""The view of stamps, read back from its marks in every step, against loops that add each product to an array of
numpy's.
"""

from __future__ import annotations

import itertools
import math
import pickle
import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.errors import ConvanimError
from convanim.render import glyphs
from convanim.scene import Accumulating, Group, Layer, Line, PerStep, Polygon, Text
from convanim.themes.table import THEMES
from helpers.processes import ROOT
from helpers.refusals import refusal
from oracle.scenes import leaves
from oracle.view_scatter import (
    Planes,
    Stamped,
    corner,
    covered,
    faults,
    seen,
    texts,
    value,
)


def some(rng, ndim=None):
    """A random transposed convolution that isn't cropped away, with its values."""
    while True:
        n = ndim or rng.choice((1, 2, 2))
        i, k, s, d = (tuple(rng.randint(1, most) for _ in range(n)) for most in (4, 4, 3, 3))
        pads = tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in range(n))
        extra = tuple(rng.randint(0, max(a, b) - 1) for a, b in zip(s, d, strict=True))
        try:
            op = ca.ConvTranspose(
                i,
                k,
                stride=s,
                dilation=d,
                padding=pads,
                output_padding=extra,
                flip=rng.random() < 0.3,
                bias=rng.random() < 0.3,
            )
        except ConvanimError:
            continue
        if math.prod(i) * math.prod(k) <= 60:
            return (
                op,
                *(np.array([rng.randint(-3, 6) for _ in range(math.prod(size))]).reshape(size) for size in (i, k)),
                rng.randint(-2, 2) * op.bias,
            )


def scene_of(op, x, w, bias=0, theme="clear", width=2000, **look):
    given = {"bias": bias} if op.bias else {}
    return ca.animate(
        op, view="scatter", theme=theme, labels="none", input=x, kernel=w, width=width, **given, **look
    ).scene


CASES = [some(random.Random(n)) for n in range(110)]


# --- the tests


def test_sums_counts_products_and_colours_are_right_in_every_step_of_many_operations():
    for op, x, w, bias in CASES:
        assert faults(scene_of(op, x, w, bias), op, x, w, bias) == [], op
        final = ca.evaluate(op, x, w, [bias] if op.bias else None)
        assert np.array_equal(Stamped(op, x, w, bias).sums[-1].reshape(final.shape), final), op
    kinds = [op for op, *_ in CASES]
    assert (
        any(op.flip for op in kinds)
        and any(any(op.output_padding) for op in kinds)
        and any(len(op.axes) == 1 for op in kinds)
    )
    assert any(not all(Stamped(op, x, w).added) for op, x, w, _ in CASES), "a stamp that is cropped as a whole"
    assert any((Stamped(op, x, w).counts[-1] == 0).any() for op, x, w, _ in CASES), "an output that is never stamped"


def test_products_that_would_be_too_small_are_left_out_and_this_is_said():
    left = []
    for op, x, w, bias in CASES:
        scene = scene_of(op, x, w, bias, width=None)
        sizes = [
            mark.size * 300 / scene.box.width
            for step in range(scene.steps)
            for mark in seen(scene, step)
            if isinstance(mark, Text) and mark.role.endswith("_value")
        ]
        assert min(sizes) >= 5.4 and (not scene.remark or scene.box.width > 19), op
        left.append(bool(scene.remark))
    assert 5 < sum(left) < 20
    a = ca.animate(ca.ConvTranspose(5, 3, stride=2), view="scatter", theme="clear")
    words = "Values that would be too small to read are left out."
    assert a.scene.remark and a.alt.count(words) == 1
    assert [mark.text for mark in seen(a.scene, 0) if isinstance(mark, Text)].count(words) == 1


def test_the_outputs_stand_below_the_input_where_all_in_a_row_would_be_smaller_in_a_picture():
    kinds = Counter()
    for op, x, w, bias in CASES:
        scene = scene_of(op, x, w, bias)
        box, planes = scene.box, Planes(scene)
        (i, j), (k, m), (o, p) = ((1, *size)[-2:] for size in (op.input_size, op.kernel_size, op.output_size))
        (top, bottom), (left, right) = ((0, 0), *op.cropped)[-2:]
        first, wide, tall = j + 1.7 + max(m, 2.8), left + p + right, top + o + bottom
        middle, reach = top + o / 2, max(i, k) / 2
        row = first + 1.7 + wide + 1.5 + p, max(tall, middle + reach) - min(0, middle - reach)
        square = max(first, wide + 1.5 + p), 2 * reach + 2 + tall
        below = planes.output[1] > planes.input[1] + i - 1e-6
        kind = "column" if planes.counts[1] > planes.output[1] else "square" if below else "row"
        assert (kind == "column") == (wide >= 2 * tall), op
        if kind != "column":
            one, other = (row, square) if kind == "row" else (square, row)
            edges = box.width - one[0]
            assert math.isclose(box.width - one[0], box.height - one[1]), op
            assert max(one[0] + edges, (one[1] + edges) * 4 / 3) <= max(other[0] + edges, (other[1] + edges) * 4 / 3)
        kinds[kind] += 1
    assert min(kinds.values()) > 2 and len(kinds) == 3


def test_with_reveal_cells_appear_when_they_are_stamped_first_and_the_others_at_the_end():
    for op, x, w, bias in CASES[:40]:
        scene, told = scene_of(op, x, w, bias, reveal=True), Stamped(op, x, w, bias)
        assert faults(scene, op, x, w, bias, late=True) == [], op
        planes = Planes(scene, late=True)
        for step in range(scene.steps):
            shown = {at for mark in seen(scene, step) if mark.role == "output" for at in covered(mark, planes.output)}
            last = step == scene.steps - 1
            assert shown == {at for at, n in np.ndenumerate(told.counts[step]) if n or last}


def test_numbers_that_are_not_whole_end_at_the_operations_own_result():
    rng = np.random.default_rng(5)
    for op in (ca.ConvTranspose(3, 3, stride=2, bias=True), ca.ConvTranspose(5, 4, dilation=2, padding=1, ndim=1)):
        x, w, bias = rng.normal(size=op.input_size), rng.normal(size=op.kernel_size), 0.1234567 * op.bias
        assert faults(scene_of(op, x, w, bias), op, x, w, bias) == []
    op = ca.ConvTranspose(3, 3, ndim=1)  # .1 + .2 + .3, in whichever order
    assert "0.6" in [mark.text for mark in seen(scene_of(op, [1, 1, 1], [0.1, 0.2, 0.3]), 2) if isinstance(mark, Text)]


def test_the_counts_of_kernel_3_and_stride_2_are_the_checkerboard_and_those_of_kernel_4_are_even_inside():
    figures = ca.figures(ROOT / "templates" / "scatter.toml")
    odd, even, apart = (
        figures[name].animate(labels="none").scene for name in ("checkerboard", "even_stamps", "stamps_apart")
    )
    for scene, line in ((odd, [1, 1, 2, 1, 2, 1, 1]), (even, [1, 1, 2, 2, 2, 2, 1, 1]), (apart, [1] * 6)):
        n = len(line)
        marks, planes = seen(scene, scene.poster), Planes(scene)
        wanted = {(r, c): str(line[r] * line[c]) for r in range(n) for c in range(n)}
        assert texts(marks, "output_value", planes.counts, (n, n)) == wanted
        assert scene is apart or texts(marks, "output_value", planes.output, (n, n)) == wanted, "an even input of ones"


def test_cropped_cells_are_dashed_where_the_theme_has_them_and_output_padding_is_marked():
    op, x, w, _ = (
        ca.ConvTranspose((2, 3), 3, stride=2, padding=((1, 1), (0, 2)), output_padding=1),
        np.ones((2, 3)),
        np.ones((3, 3)),
        0,
    )
    rows, columns = op.output_size
    for theme in ("clear", "classic"):
        scene = scene_of(op, x, w, theme=theme)
        planes, marks = Planes(scene), seen(scene, 0)
        lines = [part for mark in marks if mark.role == "cropped" for part in mark.parts]
        extra = {at for mark in marks if mark.role == "output_padding" for at in covered(mark, planes.output)}
        if theme == "classic":
            assert not lines and not extra
            continue
        xs, ys = ([round(p[n] - planes.output[n]) for part in lines for p in part] for n in (0, 1))
        (top, bottom), (left, right) = Stamped(op, x, w).around
        assert (
            (min(ys), max(ys), min(xs), max(xs))
            == (-top, rows + bottom, -left, columns + right)
            == (-1, rows, 0, columns + 1)
        )
        assert extra == {(r, c) for r in range(rows) for c in range(columns) if r == rows - 1 or c == columns - 1}


def all_texts(scene, step):
    """(text, its box) of all that is seen, from the letters' outlines."""
    for mark in seen(scene, step):
        if isinstance(mark, Text):
            points = [p for _, points in glyphs.outline(mark) for p in points]
            xs, ys = [mark.at[0] + x for x, _ in points], [mark.at[1] + y for _, y in points]
            yield mark, (min(xs), min(ys), max(xs), max(ys))


def test_the_grid_of_the_counts_lies_above_the_veils_and_every_text_above_all_fills():
    scene = scene_of(ca.ConvTranspose(4, 3), np.ones((4, 4)), np.ones((3, 3)), reveal=True)
    counts = Planes(scene, late=True).counts
    order = seen(scene, 15)
    last = max(n for n, mark in enumerate(order) if isinstance(mark, Polygon))
    assert (
        order[last].role.startswith("weight_")
        and min(n for n, mark in enumerate(order) if isinstance(mark, Text) and mark.role != "sign") > last
    )
    assert max(n for n, mark in enumerate(order) if mark.role == "stamp") < next(
        n
        for n, mark in enumerate(order)
        if mark.role == "output_grid" and isinstance(mark, Line) and corner([mark]) == counts
    )


def layout_faults(scene, step):
    """Texts that meet, marks outside of the box, and roles that a layer doesn't declare."""
    found, box = [], scene.box
    boxes = list(all_texts(scene, step))
    for (a, one), (b, other) in itertools.combinations(boxes, 2):
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]:
            found.append(f"{a.text} meets {b.text}")
    points = [p for mark in seen(scene, step) if not isinstance(mark, Text) for part in mark.parts for p in part]
    points += [p for _, (x0, y0, x1, y1) in boxes for p in ((x0, y0), (x1, y1))]
    if not all(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height for x, y in points):
        found.append("outside")
    return found


def test_no_text_meets_another_and_nothing_leaves_the_box():
    for n, (op, x, w, bias) in enumerate(CASES[:45:3]):
        look = {"theme": list(THEMES)[n % len(THEMES)]}
        scenes = [
            scene_of(op, x, w, bias, **look),
            scene_of(op, x * 12.25, w * -1.5, bias, **look),
            ca.animate(op, view="scatter", symbols=True, labels="none", **look).scene,
        ]
        for scene in scenes:
            for step in {0, scene.steps // 2, scene.steps - 1}:
                assert layout_faults(scene, step) == [], (op, step)
    for op in (
        ca.ConvTranspose(3, 3, stride=2, padding=1),
        ca.ConvTranspose(4, 2, stride=2, ndim=1),
        ca.ConvTranspose((1, 5), (1, 4), stride=2),
        ca.ConvTranspose((6, 2), (5, 2)),
    ):
        for lang, dpi in itertools.product(("en", "zh"), (72, 150, 300)):
            scene = ca.animate(op, view="scatter", theme="clear", labels="all", lang=lang, dpi=dpi).scene
            assert layout_faults(scene, scene.poster) == [], (op, lang, dpi)


def test_layers_declare_the_roles_that_they_draw_and_scenes_can_be_compared_and_pickled():
    for op, x, w, bias in CASES[:60]:
        for reveal in (False, True):
            scene = scene_of(op, x, w, bias, reveal=reveal)
            for layer in scene.layers:
                if isinstance(layer, PerStep | Accumulating):
                    drawn = {mark.role for step in range(scene.steps) for mark in leaves(layer.at(step))}
                    assert layer.roles == drawn, (op, layer)
            assert scene == scene_of(op, x, w, bias, reveal=reveal) == pickle.loads(pickle.dumps(scene))


def test_the_equation_of_a_step_is_what_its_marks_show():
    for op, x, w, bias in CASES[:30]:
        scene, told = scene_of(op, x, w, bias), Stamped(op, x, w, bias)
        before = told.begin
        for step in range(scene.steps):
            equation = scene.equation(step)
            terms = [*equation.terms, equation.last] if told.added[step] else []
            assert equation.before == equation.end == ""
            for term, (at, (more, weight)) in zip(terms, sorted(told.added[step].items()), strict=True):
                left, right = term.split(" = ")
                sum_, product = left.split(" + ")
                factors = [value(factor.strip("()")) for factor in product.split("·")]
                assert factors == [told.inputs.flat[step], told.kernel[weight]] and factors[0] * factors[1] == more
                assert (value(sum_), value(right)) == (before[at], told.sums[step][at])
            before = told.sums[step]


def test_symbols_stand_where_a_sum_is_complete():
    op = ca.ConvTranspose(3, 3, stride=2, bias=True, ndim=1)
    scene = ca.animate(op, view="scatter", symbols=True, labels="none").scene
    planes, told = Planes(scene), Stamped(op, np.ones(3), np.ones(3))
    for step in range(3):
        done = {at: f"𝑦{'₀₁₂₃₄₅₆'[at[1]]}" for at in np.ndindex(1, 7) if told.counts[step][at] == told.counts[-1][at]}
        assert texts(seen(scene, step), "output_value", planes.output, (1, 7)) == done
    equation = scene.equation(1)
    assert [*equation.terms, equation.last] == [f"𝑦{a} += 𝑥₁·𝑤{b}" for a, b in zip("₂₃₄", "₀₁₂", strict=True)]


def test_a_factor_or_a_sum_that_is_rounded_is_not_called_equal():
    op = ca.ConvTranspose(1, 1, ndim=1)
    last = scene_of(op, [0.12345], [0.5]).equation(0).last
    assert last == "0.000 + 0.123·0.5 ≈ 0.062"
    assert scene_of(op, [0.25], [0.5]).equation(0).last == "0.000 + 0.25·0.5 = 0.125"


@pytest.mark.parametrize(
    ("op", "part"),
    [
        (ca.Conv(4, 3), "transposed convolutions, and this is a convolution: take view='isometric'"),
        (ca.Pool(4, 2), "and this is max pooling"),
        (ca.ConvTranspose(3, 3, in_channels=2), "one channel, and this has 2 to 1"),
        (ca.ConvTranspose(40, 3), "6,000 products at most, and an input of 40x40 with a kernel of 3x3 has 14,400"),
        (ca.ConvTranspose((3, 3, 3), 2), "draws 1 or 2 dimensions, and this operation has 3"),
    ],
)
def test_what_the_view_does_not_draw_is_refused_with_the_reason(op, part):
    assert part in refusal(lambda: ca.animate(op, view="scatter", focus="off"))


def test_the_description_names_the_sizes_and_what_the_sums_begin_with():
    op = ca.ConvTranspose(3, 2, stride=2, dilation=3, bias=True)
    text = ca.animate(op, view="scatter", bias=0.5).scene.description
    for part in (
        "input of 3x3",
        "kernel of 2x2",
        f"output of {op.output_size[0]}x{op.output_size[1]}",
        "over 4x4 cells",
        "stride of 2x2",
        "begin with 0.5",
    ):
        assert part in text
    assert "begin with 0," in ca.animate(ca.ConvTranspose(3, 2), view="scatter").scene.description
    assert "begin with the bias" in ca.animate(op, view="scatter", symbols=True).scene.description
    assert "从偏置开始" in ca.animate(op, view="scatter", symbols=True, lang="zh").scene.description


def changed(scene, change):
    """The scene with `change` made to every mark; None leaves it out."""

    def done(marks):
        kept = [replace(mark, marks=done(mark.marks)) if isinstance(mark, Group) else change(mark) for mark in marks]
        return tuple(mark for mark in kept if mark is not None)

    return replace(
        scene,
        layers=tuple(
            Layer(done(layer.marks), layer.span)
            if isinstance(layer, Layer)
            else type(layer)(lambda step, at=layer.at: done(at(step)), layer.roles)
            for layer in scene.layers
        ),
    )


@pytest.mark.parametrize(
    ("role", "kind", "found"),
    [
        ("output_value", Text, ["counts", "sums"]),
        ("kernel_value", Text, ["added", "kernel"]),
        ("input_value", Text, ["inputs"]),
        ("stamp", Polygon, ["veils"]),
        ("tap", Polygon, ["read"]),
        ("window", Line, ["outline"]),
    ],
)
def test_what_is_missing_or_a_cell_off_is_seen(role, kind, found):
    op, x, w = ca.ConvTranspose(3, 3, stride=2, padding=1), np.arange(1, 10).reshape(3, 3), np.arange(9).reshape(3, 3)
    scene = scene_of(op, x, w)
    assert faults(scene, op, x, w) == []

    def gone(mark):
        return None if mark.role == role and isinstance(mark, kind) else mark

    def moved(mark):
        if mark.role != role or not isinstance(mark, kind):
            return mark
        if kind is Text:
            return replace(mark, text="77")
        return replace(mark, parts=tuple(tuple((x + 1, y) for x, y in part) for part in mark.parts))

    assert faults(changed(scene, gone), op, x, w) == found
    assert faults(changed(scene, moved), op, x, w) == found
    assert faults(scene, op, x + 1, w) and faults(scene, op, x, w[::-1]) and faults(scene, op, x, w, bias=1)


def test_texts_that_meet_and_marks_outside_are_seen():
    scene = scene_of(ca.ConvTranspose(3, 3, stride=2), np.ones((3, 3)), np.ones((3, 3)))
    raised = changed(
        scene, lambda mark: replace(mark, at=(mark.at[0], mark.at[1] - 0.3)) if mark.role == "kernel_value" else mark
    )
    assert layout_faults(scene, 4) == [] and any("meets" in fault for fault in layout_faults(raised, 4))
    assert "outside" in layout_faults(replace(scene, box=replace(scene.box, width=scene.box.width / 2)), 4)


def test_the_kernels_label_says_both_sizes_where_its_rows_are_not_measured_and_one_in_one_dimension():
    for op, said in (
        (ca.ConvTranspose(3, (2, 5)), "kernel 2x5"),
        (ca.ConvTranspose((3, 3), (1, 3)), "kernel 1x3"),
        (ca.ConvTranspose((4,), 3), "kernel 3"),
    ):
        scene = ca.animate(op, view="scatter", labels=["sizes"]).scene
        assert [
            text for text in (mark.text for mark in seen(scene, 0) if isinstance(mark, Text)) if "kernel" in text
        ] == [said]

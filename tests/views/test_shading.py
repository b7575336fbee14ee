"""Cells shaded by their values: colours read back from pixels, scales and their bars, texts that can be read on all."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import matplotlib
import numpy as np
import pytest

import convanim as ca
from convanim.render import glyphs
from convanim.scene import Group, Layer, PerStep, Polygon, Raster, Text, extremes
from convanim.text.numbers import INFINITY, MINUS, number
from convanim.themes import theme as themes
from convanim.views.shading import Scale
from convanim.views.text_size import roman_width
from helpers.refusals import refusal
from oracle.ink import boxed
from oracle.pictures import differences
from oracle.rasteriser import rasterised
from oracle.scenes import leaves, misdeclared
from oracle.vision import contrast, over

SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def drawn(seed, least, most, size):
    """Whole numbers from `least` to `most` - 1 from a generator of their own."""
    return np.random.RandomState(seed).randint(least, most, size)


FIGURES = {
    "both signs": lambda **more: ca.animate(
        ca.Conv((4, 5), 2, bias=True), input=drawn(5, -9, 9, (4, 5)), kernel=[[1, -2], [0, 3]], bias=1, **more
    ),
    "padding": lambda **more: ca.animate(ca.Conv(5, 3, padding=1, stride=2), seed=3, **more),
    "copies": lambda **more: ca.animate(ca.Conv(4, 3, padding=1, padding_mode="reflect"), seed=4, **more),
    "copies of a row": lambda **more: ca.animate(
        ca.Conv(4, 3, ndim=1, padding=2, padding_mode="circular"), input=[-3, 5, 1, 2], kernel=[1, 0, -1], **more
    ),
    "dilation": lambda **more: ca.animate(ca.Conv(7, 3, dilation=2), kernel=SOBEL, seed=1, **more),
    "transposed": lambda **more: ca.animate(
        ca.ConvTranspose(3, 3, stride=2, padding=1, output_padding=1), seed=9, **more
    ),
    "average": lambda **more: ca.animate(ca.Pool(6, 2, mode="average"), seed=2, **more),
    "largest": lambda **more: ca.animate(
        ca.Pool((5, 6), 2, stride=2, ceil_mode=True), input=-drawn(6, 1, 99, (5, 6)), **more
    ),
    "a row": lambda **more: ca.animate(
        ca.Conv(6, 3, ndim=1), input=drawn(7, 0, 1000, 6) / 1000, kernel=[-0.25, 0.5, -0.25], **more
    ),
    "input cut off": lambda **more: ca.animate(ca.ConvTranspose(6, 2, padding=2), seed=7, **more),
    "one value": lambda **more: ca.animate(ca.Conv(3, 2), input=np.full((3, 3), 4), kernel=np.zeros((2, 2)), **more),
}


def wanted(values, scale_of):
    """The colours that matplotlib gives values on the scale of all of `scale_of`."""
    least, most = scale_of.min(), scale_of.max()
    if least < 0 < most:
        name, least, most = "RdBu", -max(-least, most), max(-least, most)
    else:
        name = "viridis"
        if least == most:
            least, most = min(least, 0), max(most, 0)
    norm = matplotlib.colors.Normalize(least, most if most > least else least + 1)
    return np.rint(matplotlib.colormaps[name](norm(values))[..., :3] * 255).astype(int)


def misshaded(a, picture, step):
    """The cells of a picture whose colour isn't that of their value: [("input", row, column), ...].

    Cells that take part in the step lie below the theme's veil.
    """
    labelling = a.labelling
    values, op = labelling.texts.values, labelling.op
    given, computed = (np.atleast_2d(np.asarray(part)) for part in (values.input, values.output))
    own = isinstance(op, ca.Conv | ca.ConvTranspose)
    colours = {
        "input": wanted(given, given if own else np.append(given, computed)),
        "output": wanted(computed, computed if own else np.append(given, computed)),
    }
    below, above = a.scene.measured
    axes = ([op.axes[0]] if len(op.axes) == 2 else []) + [op.axes[-1]]
    rows, columns = axes if len(axes) == 2 else (None, axes[0])
    r, q = divmod(step, computed.shape[1])
    taps = {(y, x) for y in (rows.taps(r) if rows else [0]) for x in columns.taps(q)}
    found, veil = [], a.theme.styles["tap"]
    for y, x in np.ndindex(*given.shape):
        places = [
            (row, column)
            for row in (range(rows.padded) if rows else [0])
            for column in range(columns.padded)
            if ((rows.source(row) if rows else 0), columns.source(column)) == (y, x)
        ]
        for row, column in places:
            if not _has(a, picture, below.plane, row, column, colours["input"][y, x], (row, column) in taps and veil):
                found.append(("input", y, x))
    for y, x in np.ndindex(*computed.shape):
        if not _has(a, picture, above.plane, y, x, colours["output"][y, x], (y, x) == (r, q) and veil):
            found.append(("output", y, x))
    return found


def _has(a, picture, plane, row, column, colour, veil):
    """Whether a cell has a colour, in a corner that no text and no link covers."""
    code = "#" + bytes(colour.tolist()).hex()
    if veil:
        code = over(veil.fill, veil.opacity, code)
    scale = picture.shape[1] / a.scene.box.width
    for corner in ((0.18, 0.18), (0.82, 0.18), (0.18, 0.82)):
        x, y = plane.point(column + corner[0], row + corner[1])
        seen = picture[int((y - a.scene.box.y) * scale), int((x - a.scene.box.x) * scale)]
        if np.abs(seen.astype(int) - list(bytes.fromhex(code[1:]))).max() <= 1:
            return True
    return False


@pytest.mark.parametrize("theme", ["classic", "dark", "print"])
@pytest.mark.parametrize("name", FIGURES)
def test_each_cell_has_the_colour_of_its_value(name, theme):
    a = FIGURES[name](shade=True, theme=theme, labels="none", dpi=300)
    for step in {0, a.poster, len(a) - 1}:
        picture = rasterised(a.svg(step))
        assert misshaded(a, picture, step) == []
        # dark edges of light cells differ more than the tiles' limit by where they begin to be anti-aliased
        assert {*differences(a.frame(step), picture)} <= {"tile"}


def test_a_wrong_colour_is_found():
    a = ca.animate(
        ca.Conv(5, 3), input=np.arange(25).reshape(5, 5), kernel=np.eye(3), shade=True, labels="none", dpi=300
    )
    values = a.labelling.texts.values
    values.input[2, 3] += 3
    assert misshaded(a, rasterised(a.svg(5)), 5) == [("input", 2, 3)]
    values.output[1, 0] -= 9
    assert misshaded(a, rasterised(a.svg(5)), 5) == [("input", 2, 3), ("output", 1, 0)]


# --- copies and zeros in the padding

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "symmetric": "symmetric"}  # and numpy's word


# in a cell, beside its texts; hatches and links cover some of them
PLACES = ((0.22, 0.25), (0.78, 0.25), (0.08, 0.5), (0.92, 0.55), (0.15, 0.7))


def cell_of(a, picture, row, column, at=(0.18, 0.18)):
    """The pixel of a place in a cell of the padded input."""
    scale = picture.shape[1] / a.scene.box.width
    x, y = a.scene.measured[0].plane.point(column + at[0], row + at[1])
    return picture[int((y - a.scene.box.y) * scale), int((x - a.scene.box.x) * scale)].astype(int)


def miscopied(a, given, mode, size):
    """The cells of the padded input that haven't the colour of the value that numpy pads with, in step 0."""
    padded = np.pad(np.array(given), 2, mode)
    colours, picture = wanted(padded, np.array(given)), a.frame(0)
    veil = a.theme.styles["tap"]
    found = []
    for row, column in np.ndindex(*padded.shape):
        code = "#" + bytes(colours[row, column].tolist()).hex()
        if row < size and column < size:
            code = over(veil.fill, veil.opacity, code)
        seen = [cell_of(a, picture, row, column, at) for at in PLACES]
        if min(np.abs(one - list(bytes.fromhex(code[1:]))).max() for one in seen) > 1:
            found.append((row, column))
    return found


@pytest.mark.parametrize("theme", ["classic", "clear", "dark", "print"])
@pytest.mark.parametrize("mode", MODES)
def test_copies_have_the_colour_of_what_numpy_pads_with(mode, theme):
    given = drawn(9, -9, 9, (4, 4))
    a = ca.animate(
        ca.Conv(4, 3, padding=2, padding_mode=mode),
        input=given,
        seed=1,
        shade=True,
        theme=theme,
        labels="none",
        dpi=300,
    )
    assert miscopied(a, given, MODES[mode], 3) == []
    others = [one for one in MODES.values() if one != MODES[mode]]
    assert all(miscopied(a, given, other, 3) for other in others)


@pytest.mark.parametrize("theme", ["clear", "dark", "print", "colorblind"])
def test_copies_keep_their_hatch(theme):
    a = ca.animate(ca.Conv(4, 3, padding=1, padding_mode="reflect"), seed=1, shade=True, theme=theme, labels="none")
    copies = [mark for mark in leaves(a.scene.layers[0].marks) if isinstance(mark, Polygon) and mark.role == "copy"]
    assert sum(len(mark.parts) for mark in copies) == 36 - 16
    assert all(a.theme.style("copy", mark.colour).hatch == "-" for mark in copies)


@pytest.mark.parametrize("theme", ["classic", "clear", "dark"])
@pytest.mark.parametrize(
    "op", [ca.Conv(4, 3, padding=1), ca.ConvTranspose(3, 3, stride=2), ca.Pool(4, 2, padding=1)], ids=str
)
def test_zeros_and_cells_that_do_not_count_keep_their_look(op, theme):
    zeros = [
        (r, q)
        for r, q in np.ndindex(*(axis.padded for axis in op.axes))
        if op.axes[0].source(r) is None or op.axes[1].source(q) is None
    ]
    units = [*product(*(axis.units for axis in op.axes))]
    shaded, plain = (
        ca.animate(op, seed=1, shade=shade, theme=theme, labels="none", dpi=300) for shade in (True, False)
    )
    shown, below = (a.frame(len(a) - 1) for a in (shaded, plain))

    def apart(cells):
        return [np.abs(cell_of(shaded, shown, *at) - cell_of(plain, below, *at)).max() for at in cells]

    assert max(apart(zeros)) <= 10 and len(zeros) > 9  # dots begin at other parts of a pixel
    assert min(apart(units)) > 10


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize("name", FIGURES)
def test_layers_declare_their_roles_and_all_marks_are_in_the_box(name, reveal):
    scene = FIGURES[name](shade=True, reveal=reveal, theme="clear", labels="none").scene
    assert misdeclared(scene) == []
    (left, top), (right, bottom) = scene.box.corners
    for step in range(scene.steps):
        for x, y in extremes(scene.seen(step), lambda text: 0.5 * text.size * len(text.text)):
            assert left < x < right and top < y < bottom


def test_outputs_appear_in_their_colours_with_reveal():
    a = FIGURES["padding"](shade=True, reveal=True, labels="none", dpi=300)
    picture = rasterised(a.svg(4))
    found = misshaded(a, picture, 4)
    assert found == [("output", *divmod(n, 3)) for n in range(5, 9)]  # those of later steps
    assert misshaded(a, rasterised(a.svg(8)), 8) == []


# --- scales and their bars


def test_a_scale_is_around_zero_where_values_have_both_signs():
    assert Scale.of([-3, 0, 12]) == Scale("RdBu", -12, 12)
    assert [Scale.of([-3, 12]).shade(value).index for value in (-12, 0, 12, 99)] == [0, 128, 255, 255]
    assert Scale.of([2, 5]) == Scale("viridis", 2, 5) and Scale.of([-5, -2]) == Scale("viridis", -5, -2)
    assert Scale.of([0, 4]) == Scale("viridis", 0, 4) and Scale.of([4, 4]) == Scale("viridis", 0, 4)
    assert Scale.of([-4]) == Scale("viridis", -4, 0) and Scale.of([0, 0]) == Scale("viridis", 0, 1)
    assert Scale.of([-np.inf, 1, 2]) == Scale("viridis", 1, 2) and Scale.of([-np.inf]) == Scale("viridis", 0, 1)
    assert Scale.of([1, 2]).shade(-np.inf).index == 0


def exact_index(value, least, most):
    """The index of a value into a map of 256 colours, in fractions."""
    share = (Fraction(min(max(value, least), most)) - Fraction(least)) / (Fraction(most) - Fraction(least))
    return min(int(share * 256), 255)


HUGE, TINY = sys.float_info.max, 5e-324


@pytest.mark.parametrize(
    "values",
    [
        [-HUGE, HUGE, 0.0, 1e308, -9e307],
        [HUGE, 1e308, 0.0],
        [HUGE / 2, HUGE],
        [-HUGE, -1.0, -1e308],
        [-1.0, 3.0, HUGE],
        [0.0, TINY],
        [-TINY, TINY, 0.0],
        [TINY * n for n in range(100)],
        [TINY, 2e-308, 1e-310],
        [1.0, 1.0 + 2**-52, 1.0 + 2**-51],
        [-0.3, 0.7, 0.1, -0.1],
    ],
    ids=str,
)
def test_shares_of_huge_and_tiny_values_are_those_of_fractions(values):
    scale = Scale.of(values)
    found = [scale.shade(value).index for value in values]
    assert np.abs(np.subtract(found, [exact_index(v, scale.least, scale.most) for v in values])).max() <= 1
    ends = (scale.least, scale.most)
    assert [scale.shade(value).index for value in ends] == [0, 255] and len(set(found)) > 1


@pytest.mark.parametrize("value", [1e308, 1.7e308, TINY, 1e-320])
@pytest.mark.parametrize("signs", [(1, -1), (1, 0), (-1, 0)])
def test_figures_of_huge_and_of_tiny_values_are_shaded(value, signs):
    a = ca.animate(ca.Conv(2, 1), input=[[value * signs[0], value * signs[1]], [0, 0]], kernel=[[1]], shade=True)
    input_cells = [mark for mark in leaves(a.scene.seen(0)) if isinstance(mark, Polygon) and mark.role == "input"]
    assert {mark.colour.index for mark in input_cells} >= {0, 255}
    a.svg(0)


def bars(scene):
    """(left, right, pixels, numbers) of the colour bars of a scene without labels."""
    marks = list(scene.layers[0].marks)
    texts = [mark for mark in marks if isinstance(mark, Text) and mark.role == "label"]
    found = []
    for mark in (mark for mark in marks if isinstance(mark, Raster)):
        (x0, _), (x1, _) = mark.outline[:2]
        found.append((x0, x1, mark.pixels, [text.text for text in texts if x0 - 1e-9 <= text.at[0] <= x1 + 1e-9]))
    return found


def test_a_bar_has_the_map_from_end_to_end_and_the_numbers_at_its_ends():
    a = ca.animate(ca.Conv(5, 3), input=np.arange(25).reshape(5, 5), kernel=SOBEL, shade=True)
    (left, right, pixels, numbers), (_, _, _, computed) = bars(a.scene)
    assert (left, right, numbers, computed) == (0.5, 4.5, ["0", "24"], ["0", "8"])
    inverse = np.linspace(0, 1, len(pixels) // 3)
    expected = np.rint(matplotlib.colormaps["viridis"](inverse)[:, :3] * 255)
    assert np.abs(np.frombuffer(pixels, np.uint8).reshape(-1, 3) - expected).max() < 6  # a colour for four of the map


def test_a_pooling_has_one_scale_and_a_sum_of_products_two():
    assert [len(bars(FIGURES[name](shade=True, labels="none").scene)) for name in ("average", "both signs")] == [1, 2]
    (left, right, _, numbers) = bars(FIGURES["average"](shade=True, labels="none").scene)[0]
    assert (left, right, numbers) == (0.5, 9.5, ["0", "3"])


def test_numbers_of_a_bar_of_both_signs_have_a_zero_in_the_middle():
    input_ = [[-4, 1, 2], [0, 3, 1], [1, 1, 1]]
    scene = ca.animate(ca.Conv(3, 2), input=input_, kernel=[[1, 0], [0, 0]], shade=True).scene
    (_, _, _, given), (_, _, _, computed) = bars(scene)
    assert (given, computed) == (["\N{MINUS SIGN}4", "0", "4"],) * 2
    long = [[-1234.5, 1, 2], [0, 3, 1], [1, 1, 1]]
    scene = ca.animate(ca.Conv(3, 2), input=long, kernel=[[1, 0], [0, 0]], shade=True).scene
    assert [len(numbers) for _, _, _, numbers in bars(scene)] == [2, 2]  # too short for a zero
    wide = ca.animate(ca.Conv(5, 2), input=drawn(8, -4, 9, (5, 5)), kernel=[[1, 0], [0, 0]], shade=True).scene
    assert [numbers[1] for _, _, _, numbers in bars(wide)] == ["0", "0"]


def test_numbers_at_the_ends_of_a_bar_differ():
    input_ = [[1000.01, 1000.02], [1000.03, 1000.02]]
    (_, _, _, given), (_, _, _, computed) = bars(
        ca.animate(ca.Conv(2, 1), input=input_, kernel=[[1]], shade=True).scene
    )
    assert given == computed == ["1000.01", "1000.03"]


@pytest.mark.parametrize("base", ["clear", "dark", "print"])
def test_a_bar_is_as_opaque_as_the_cells_that_have_its_colours(base):
    for faded in ("input", "output"):
        theme = {"base": base, faded: {"opacity": 0.3}}
        a = ca.animate(
            ca.Conv(5, 3), input=drawn(3, 0, 9, (5, 5)), kernel=SOBEL, shade=True, theme=theme, labels="none", dpi=300
        )
        marks = [mark for mark in a.scene.layers[0].marks if isinstance(mark, Raster)]
        picture = rasterised(a.svg(0))
        scale, ground = picture.shape[1] / a.scene.box.width, a.theme.background
        for role, mark in zip(("input", "output"), marks, strict=True):
            for tone in (5, 60):
                x, y = mark.plane.point(tone + 0.5, 0.5)
                seen = picture[int((y - a.scene.box.y) * scale), int((x - a.scene.box.x) * scale)].astype(int)
                expected = over(mark.colour(0, tone), 0.3 if role == faded else 1.0, ground)
                assert np.abs(seen - list(bytes.fromhex(expected[1:]))).max() <= 16, (
                    faded,
                    role,
                    tone,
                )  # perhaps the next tone


def overprinted(scene):
    """Pairs of what meets: the numbers of the bars, by the boxes of their ink, bars, and planes of cells."""
    texts = [mark for mark in scene.layers[0].marks if isinstance(mark, Text) and mark.role == "label"]
    kept, boxes = boxed(texts)
    assert len(kept) == len(texts)
    found = [("text", tuple(box)) for box in boxes]
    found += [("bar", box_of(mark.outline)) for mark in scene.layers[0].marks if isinstance(mark, Raster)]
    planes = [plane.plane.rectangle(*((0, cells) for cells in plane.size)) for plane in scene.measured]
    found += [("plane", box_of(corners)) for corners in planes]
    return [
        (one, other)
        for (one, a), (other, b) in combinations(found, 2)
        if a[0] < b[2] + 0.05 and b[0] < a[2] + 0.05 and a[1] < b[3] + 0.05 and b[1] < a[3] + 0.05
    ]


def box_of(points):
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


# values of the input's cells in turn
LONG = {
    "short": [3, 0, 1, 2],
    "both signs": [-9, 4, 7, -3],
    "long": [-2698.6, -86.79, 1234.56, 7],
    "near": [1000.01, 1000.03, 1000.02],
    "exponents": [-1.23e-300, 1.23e-299, 4.5e-301],
    "digits": [0.1234567890123456, 0.1234567890123457],
}


@pytest.mark.parametrize("values", LONG)
def test_no_number_of_a_bar_meets_another_a_bar_or_a_plane(values):
    count = 0
    for size in product(range(1, 5), range(1, 6)):
        input_ = np.resize(LONG[values], size)
        for kernel in product(range(1, 4), repeat=2):
            if kernel[0] > size[0] or kernel[1] > size[1]:
                continue
            weights = np.resize([-1.2345, 2, 0.5], kernel)
            scene = ca.animate(ca.Conv(size, kernel), input=input_, kernel=weights, shade=True, labels="none").scene
            pooled = ca.animate(ca.Pool(size, kernel), input=input_, shade=True, labels="none").scene
            for one in (scene, pooled):
                assert overprinted(one) == [], (size, kernel)
                (left, top), (right, bottom) = one.box.corners
                texts = [mark for mark in one.layers[0].marks if isinstance(mark, Text) and mark.role == "label"]
                for x0, y0, x1, y1 in boxed(texts)[1]:
                    assert left < x0 and x1 < right and top < y0 and y1 < bottom
                count += 1
    assert count == 2 * (1 + 2 + 3 + 3) * (1 + 2 + 3 + 3 + 3)


def test_numbers_that_meet_are_found():
    scene = ca.animate(ca.Conv(1, 1), seed=1, shade=True, labels="none").scene
    first = [mark for mark in scene.layers[0].marks if isinstance(mark, Text) and mark.role == "label"]

    def moved_to(x, y):
        still = [replace(mark, at=(x, y)) if mark is first[1] else mark for mark in scene.layers[0].marks]
        return overprinted(replace(scene, layers=(Layer(tuple(still)), *scene.layers[1:])))

    (x, y), (bar, *_) = first[0].at, [mark for mark in scene.layers[0].marks if isinstance(mark, Raster)]
    assert moved_to(x + 0.1, y) == [("text", "text")]
    assert moved_to(x, bar.plane.point(0, 0.5)[1]) == [("text", "bar")]
    assert moved_to(0.5, 0.5) == [("text", "plane")]


def test_widths_of_numbers_are_those_of_the_glyphs():
    for text in [*"0123456789.e+", MINUS, INFINITY, *map(number, (-1234.5, 1.23e-300, -9, 0.25, float("-inf")))]:
        assert 0 <= roman_width(text) - glyphs.width(text, "roman") < 0.001 * len(text)


def test_whole_outputs_are_written_without_decimals_in_shaded_figures():
    a = ca.animate(ca.Conv(4, 3), seed=1, shade=True)
    assert not any("." in text for text in a.labelling.texts.output)
    assert all(text.endswith(".0") for text in ca.animate(ca.Conv(4, 3), seed=1).labelling.texts.output)


# --- texts


def without_texts(scene):
    """The scene without its texts."""

    def bare(marks):
        return tuple(
            replace(mark, marks=bare(mark.marks)) if isinstance(mark, Group) else mark
            for mark in marks
            if not isinstance(mark, Text)
        )

    return [Layer(bare(scene.seen(step))) for step in range(scene.steps)]


def faint(a, step):
    """The texts of a step whose contrast to what is below them is less than 4.5 in pixels: [(text, contrast), ...].

    The contrast is that of the pixel, within the text, that differs most from the picture without texts.
    """
    bare = replace(a, scene=replace(a.scene, layers=(without_texts(a.scene)[step],), steps=1, poster=0))
    drawn, below = a.frame(step), bare.frame(0)
    scale, found = drawn.shape[1] / a.scene.box.width, []
    for text in (mark for mark in leaves(a.scene.seen(step)) if isinstance(mark, Text)):
        x, y = ((text.at[n] - (a.scene.box.x, a.scene.box.y)[n]) * scale for n in (0, 1))
        wide, high = int(min(0.25 * len(text.text), 0.4) * scale), int(0.16 * scale)
        part = np.s_[int(y) - high : int(y) + high + 1, int(x) - wide : int(x) + wide + 1]
        apart = np.abs(drawn[part].astype(int) - below[part]).sum(-1)
        at = np.unravel_index(apart.argmax(), apart.shape)
        inks = ("#" + bytes(picture[part][at].tolist()).hex() for picture in (drawn, below))
        if (value := contrast(*inks)) < 4.5:
            found.append((text.text, round(value, 2)))
    return found


def random_figure(seed, **more):
    """A figure of random values with many shades."""
    rng = random.Random(seed)
    size, values = rng.randint(4, 6), np.random.RandomState(seed)
    low, high = rng.choice([(-9, 10), (0, 10), (0, 100), (-99, 0)])
    op = rng.choice(
        [
            ca.Conv(size, rng.randint(2, 3), padding=rng.randint(0, 1), stride=rng.randint(1, 2)),
            ca.Conv(size + 1, 2, dilation=2),
            ca.Pool(size, 2, mode=rng.choice(["max", "average"])),
        ]
    )
    return ca.animate(op, input=values.randint(low, high, op.input_size), seed=seed, shade=True, labels="none", **more)


@pytest.mark.parametrize("theme", ca.THEMES)
def test_texts_can_be_read_on_all_that_is_below_them(theme):
    for seed in range(8):
        a = random_figure(seed, theme=theme, dpi=450)
        for step in {0, a.poster, len(a) - 1}:
            assert faint(a, step) == [], (seed, step)


def test_texts_that_can_not_be_read_are_found(monkeypatch):
    monkeypatch.setattr(themes, "readable", lambda wanted, below: wanted)
    themes._readable.cache_clear()
    try:
        assert any(faint(random_figure(seed, theme="classic", dpi=450), 0) for seed in range(8))
    finally:
        themes._readable.cache_clear()


def test_texts_outside_of_shaded_cells_are_as_they_were():
    op = ca.Conv((4, 5), 2, bias=True, padding=1)
    plain, shaded = (
        ca.animate(op, seed=1, bias=123.456, shade=shade, labels="none").scene.layers[0].marks
        for shade in (False, True)
    )
    ours, theirs = (
        [mark for mark in marks if isinstance(mark, Text) and mark.role != "label" and mark.colour is None]
        for marks in (shaded, plain)
    )
    assert "+123.5" in [text.text for text in ours] and len(ours) > 1 and set(ours) <= set(theirs)


# --- with other options


def test_without_shade_a_figure_is_as_it_was():
    plain, off = (ca.animate(ca.Conv(5, 3), seed=1, **more) for more in ({}, {"shade": False}))
    assert plain.scene == off.scene and not any(
        isinstance(mark, Raster) or getattr(mark, "colour", None) for mark in leaves(plain.scene.seen(3))
    )
    assert plain.svg(3) == off.svg(3)


def test_only_views_that_shade_take_it_and_only_with_values():
    assert ca.animate(ca.Conv(4, 3), shade=True).labelling.texts is not None  # the flat view is taken
    for view in ca.VIEWS:
        if view not in ("flat", "stack", "line", "scatter"):
            told = refusal(lambda view=view: ca.animate(ca.Conv(4, 3), view=view, shade=True))
            assert (
                told
                == f"the {view} view shades no cells, so shade= has no place in it: take view='flat', or leave it out"
            )
    told = refusal(lambda: ca.animate(ca.Conv(4, 3), symbols=True, shade=True))
    assert told == "symbols have no values, so shade= has no place beside symbols=True: leave one of them out"
    assert refusal(lambda: ca.animate(ca.Conv(4, 3), shade=1)) == "shade=1 is neither True nor False"


def test_a_figure_of_a_file_is_shaded_and_takes_symbols_in_place_of_it(tmp_path):
    (tmp_path / "x.toml").write_text(
        '[x]\noperation = "conv"\ninput_size = 4\nkernel_size = 3\nshade = true\n', encoding="utf-8"
    )
    assert bars(ca.figure("x", tmp_path / "x.toml").scene)
    assert not bars(ca.figure("x", tmp_path / "x.toml", symbols=True).scene)
    assert not bars(ca.figure("x", tmp_path / "x.toml", view="isometric").scene)


def test_the_legend_leaves_out_fills_that_a_shaded_figure_does_not_have():
    a = ca.animate(ca.Conv(4, 3, padding=1), seed=1, shade=True, theme="clear", labels="legend")
    texts = [mark.text for mark in leaves(a.scene.seen(0)) if isinstance(mark, Text) and mark.face == "sans"]
    assert texts == ["padding (0)", "read in this step", "kernel"]
    plain = [mark for mark in leaves(a.scene.seen(0)) if isinstance(mark, Polygon) and mark.role == "input"]
    assert plain and all(mark.colour for mark in plain)


def test_moving_marks_are_made_a_step_at_a_time():
    scene = FIGURES["both signs"](shade=True, labels="none").scene
    assert [type(layer) for layer in scene.layers] == [Layer, PerStep]

"""The scales of shaded cells, and the bars that show them."""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import matplotlib
import numpy as np
import pytest

import convanim as ca
from convanim.render import glyphs
from convanim.scene import Layer, Polygon, Raster, Text
from convanim.text.numbers import INFINITY, MINUS, number
from convanim.views.shading import Scale
from convanim.views.text_size import ems
from helpers.shaded import FIGURES, SOBEL, bars, drawn
from oracle.ink import boxed
from oracle.rasteriser import rasterised
from oracle.scenes import leaves
from oracle.vision import over


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
    for size in product((1, 2, 4), (1, 3, 5)):
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
    assert count == 2 * (1 + 2 + 3) * (1 + 3 + 3)


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
        assert 0 <= ems(text) - glyphs.width(text, "roman") < 0.001 * len(text)


def test_whole_outputs_are_written_without_decimals_in_shaded_figures():
    a = ca.animate(ca.Conv(4, 3), seed=1, shade=True)
    assert not any("." in text for text in a.labelling.texts.output)
    assert all(text.endswith(".0") for text in ca.animate(ca.Conv(4, 3), seed=1).labelling.texts.output)

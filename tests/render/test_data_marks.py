"""Marks that carry data, in every format: files are read back by other programs, colours compared cell by cell."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from PIL import Image

import convanim as ca
from convanim.render.agg import Canvas
from convanim.render.png import png
from convanim.scene import Box, Group, Layer, PerStep, Polygon, Raster, ReadableOn, Scene, Shade, Text, extremes, moved
from convanim.scene.plane import Plane
from helpers.data_marks import CELL, GREY, RGB, SHADES, UPRIGHT, figure, moving, wrong
from oracle.rasteriser import rasterised
from oracle.readers import read_back

EXACT = (".png", ".apng", ".webp", ".gif", ".svg", ".pdf")
# PDFium rounds the colours of slanted pictures, and videos keep less of colours than of light
TOLERANCE = dict.fromkeys(EXACT, 0) | {".pdf": 2, ".mp4": 14, ".webm": 14}


def matplotlibs(shade):
    """The colour of a shade as matplotlib has it."""
    red, green, blue, _ = matplotlib.colormaps[shade.colormap](shade.index)
    return round(red * 255), round(green * 255), round(blue * 255)


def saved(a, folder, suffix, step):
    """A file of the figure: all steps where the format has them, this step alone in an SVG or a PNG."""
    single = step if suffix in (".svg", ".png") else None
    (path,) = a.save(folder / f"x{suffix}", step=single)
    return path


@pytest.mark.parametrize("suffix", TOLERANCE)
def test_each_cell_has_its_colour_in_a_file_that_another_program_reads(tmp_path, suffix):
    a = figure()
    for step in (0, 2):
        picture = read_back(saved(a, tmp_path, suffix, step), a.size, step)
        assert wrong(picture, step, matplotlibs, TOLERANCE[suffix]) == []


@pytest.mark.parametrize("suffix", TOLERANCE)
def test_a_wrong_colour_is_found_in_each_format(tmp_path, suffix):
    def spoiled(marks):
        first, second, third, polygon, *rest = marks
        yield replace(first, pixels=RGB[:3] + bytes([0, 200, 0]) + RGB[6:])
        yield second
        yield replace(third, pixels=GREY[:5] + b"\xd7")
        yield replace(polygon, colour=Shade("viridis", 60))
        yield from rest

    a = figure(spoiled)
    found = wrong(read_back(saved(a, tmp_path, suffix, 1), a.size, 1), 1, matplotlibs, TOLERANCE[suffix])
    assert found == [(2.5, 1.5), (2.0 + 1.25 * 1.5 - 0.75 * 1.5 + 1.25, 6.5), (1.5, 8.5)]


def test_the_animated_and_the_stepped_svg_have_the_colours_of_the_poster(tmp_path):
    a = figure()
    (path,) = a.save(tmp_path / "x.svg")
    for text in (path.read_text(encoding="utf-8"), a.svg(1)):
        assert wrong(rasterised(text), 1, matplotlibs) == []


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.parametrize("plane", [((40.0, 0.0), (0.0, 40.0)), ((40.0, 10.0), (-15.0, 30.0))])
def test_two_by_two_pixels_are_four_flat_colours_but_for_their_edges(tmp_path, suffix, plane):
    right, down = (tuple(side / CELL for side in step) for step in plane)
    raster = Raster("input", Plane((1.0125, 1.0375), right, down), 2, 2, RGB[:12])
    a = replace(figure(), scene=Scene(Box(0, 0, 4, 4), (Layer((raster,)),), 1, 0))
    picture = read_back(saved(a, tmp_path, suffix, 0), a.size, 0)
    colours, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    area = abs(plane[0][0] * plane[1][1] - plane[0][1] * plane[1][0])
    flat = {tuple(colour): count for colour, count in zip(colours.tolist(), counts, strict=True) if count > 0.8 * area}
    wanted = sorted([(255, 255, 255), *(tuple(RGB[n : n + 3]) for n in range(0, 12, 3))])
    assert np.abs(np.subtract(sorted(flat), wanted)).max() <= TOLERANCE[suffix]
    # no more pixels than the edges have are of another colour
    assert picture.shape[0] * picture.shape[1] - sum(flat.values()) <= 6 * 2 * 45 * 2
    assert not _gaps(picture, raster)


def _gaps(picture, raster):
    """The places between two cells of a raster where the background shines through."""
    found = []
    for along in np.linspace(0.1, 1.9, 181):
        for x, y in ((1.0, along), (along, 1.0)):
            column, row = (int(side * CELL) for side in raster.plane.point(x, y))
            if (picture[row, column] > 235).all():
                found.append((x, y))
    return found


def test_a_gap_between_pixels_would_be_found():
    raster = Raster("input", UPRIGHT, 2, 2, RGB[:12])
    a = replace(figure(), scene=Scene(Box(0, 0, 4, 4), (Layer((raster,)),), 1, 0))
    picture = a.frame(0).copy()
    assert not _gaps(picture, raster)
    picture[:, 2 * CELL] = 255
    assert _gaps(picture, raster)


def test_pngs_are_read_back_by_pillow_pixel_by_pixel():
    for mode, pixels in (("RGB", RGB), ("L", GREY)):
        with Image.open(io.BytesIO(png(Raster("input", UPRIGHT, 2, 3, pixels)))) as picture:
            assert (picture.mode, picture.size, picture.tobytes()) == (mode, (3, 2), pixels)


def test_a_raster_has_as_many_bytes_as_pixels_or_three_times_as_many():
    for rows, columns, pixels in ((2, 2, b"abc"), (0, 3, b""), (1, 2, b"abcd")):
        with pytest.raises(ca.ConvanimError, match="one byte of grey or three"):
            Raster("input", UPRIGHT, rows, columns, pixels)
    raster = Raster("input", UPRIGHT, 2, 3, RGB)
    assert raster == Raster("input", UPRIGHT, 2, 3, bytes(RGB)) and hash(raster) == hash(replace(raster))
    assert (raster.colour(1, 2), Raster("input", UPRIGHT, 2, 3, GREY).colour(0, 1)) == ("#c86432", "#3c3c3c")


def test_moved_marks_and_their_extremes_know_colours_and_rasters():
    polygon = Polygon("input", UPRIGHT.rectangles([(0, 1)], [(0, 1)]), UPRIGHT, SHADES[0])
    text = Text("input_value", (1.0, 1.0), "5", 0.5, 0.8, colour=ReadableOn(SHADES[0], "input"))
    raster = Raster("output", UPRIGHT, 2, 3, RGB)
    shifted = moved((polygon, text, raster, Group((1.0, 0.0), (raster,))), 2.0, 3.0)
    assert (shifted[0].colour, shifted[1].colour) == (polygon.colour, text.colour)
    assert shifted[2] == replace(raster, plane=Plane((3.0, 4.0), UPRIGHT.right, UPRIGHT.down))
    box = Box.around(extremes(shifted[2:]))
    assert (box.x, box.y, box.width, box.height) == (3.0, 4.0, 4.0, 2.0)


def test_marks_that_differ_in_colour_alone_share_no_definition(tmp_path):
    def groups(step):
        square = UPRIGHT.rectangles([(0, 1)], [(0, 1)])
        return tuple(
            Group((x, 0.0), (Polygon("input", square, UPRIGHT, shade), Text("input_value", (1.5, 1.5), "12", 0.5, 1.0)))
            for x, shade in ((0.0, SHADES[0]), (2.0, SHADES[1]), (4.0, SHADES[0]), (6.0, SHADES[1]))
        )

    a = replace(figure(), scene=Scene(Box(0, 0, 9, 4), (PerStep(groups, frozenset({"input", "input_value"})),), 2, 0))
    for suffix in (".png", ".svg", ".pdf"):
        picture = read_back(saved(a, tmp_path, suffix, 1), a.size, 1)
        seen = [tuple(picture[int(1.2 * CELL), int((x + 1.15) * CELL)]) for x in (0, 2, 4, 6)]
        assert seen == [matplotlibs(SHADES[n]) for n in (0, 1, 0, 1)]
    used = re.findall(r'<use href="#(\w+)"(?: x="\d")?/>', a.svg(0))
    assert len(used) == 4 and used[0] == used[2] != used[1] == used[3]


def test_texts_that_differ_in_colour_alone_are_kept_apart_between_steps():
    on = ReadableOn(Shade("gray", 0), "input"), ReadableOn(Shade("gray", 255), "input")

    def texts(step):
        return (Text("input_value", (1.0, 1.0), "1", 0.9, 1.0, colour=on[step]),)

    a = figure(background="#808080")
    a = replace(a, scene=Scene(Box(0, 0, 2, 2), (PerStep(texts, frozenset({"input_value"})),), 2, 0))
    canvas = Canvas(a.scene, a.theme, a.size)
    frames = [canvas.draw(n)[..., :3].copy() for n in (0, 1, 0)]
    assert [frame.max() for frame in frames] == [255, 128, 255] and frames[1].min() == 0


def test_a_raster_that_comes_back_is_written_once(tmp_path):
    raster = Raster("input", UPRIGHT, 2, 3, RGB)

    def steps(step):
        return (Raster("input", UPRIGHT.moved(step, 0.0), 2, 3, RGB), Group((0.0, 3.0), (raster,)))

    a = replace(figure(), scene=Scene(Box(0, 0, 9, 9), (PerStep(steps, frozenset({"input"})),), 4, 0))
    (svg,), (pdf,) = a.save(tmp_path / "x.svg"), a.save(tmp_path / "x.pdf")
    data = base64.b64encode(png(raster)).decode()
    assert svg.read_text(encoding="utf-8").count(data) == 1  # also for the group
    assert pdf.read_bytes().count(b"/Subtype /Image") == 1


def test_a_raster_is_as_opaque_as_its_role(tmp_path):
    a = figure(theme={"base": "classic", "background": "#ffffff", "tap": {"opacity": 0.4}})
    raster = Raster("tap", UPRIGHT, 1, 1, bytes([100, 0, 200]))
    a = replace(a, scene=Scene(Box(0, 0, 3, 3), (Layer((raster,)),), 1, 0))
    for suffix in (".png", ".svg", ".pdf"):
        picture = read_back(saved(a, tmp_path, suffix, 0), a.size, 0).astype(int)
        assert abs(picture[60, 60] - (193, 153, 233)).max() <= 1
    clear = replace(a, theme=replace(a.theme, transparent=True))
    assert (clear.frame(0)[60, 60] == (100, 0, 200, 102)).all() and not clear.frame(0)[5, 5, 3]


def test_colours_stay_in_an_svg_on_a_dark_page_while_the_roles_change():
    a = figure(theme="auto")
    text = a.svg(1)
    rules = text[text.index("@media") : text.index("</style>")]
    dark = re.sub(r"@media\(prefers-color-scheme:dark\)\{(.*)\}(?=</style>)", r"\1", text)
    assert rules and dark != text
    assert wrong(rasterised(dark), 1, matplotlibs) == []
    own = re.sub(
        r"\.[A-Z]\w{3}\.f\w{6}\{fill:#\w+\}", "", dark
    )  # without the rules of the colours, the roles' fill is seen
    assert len(wrong(rasterised(own), 1, matplotlibs)) == len(SHADES) + 2


def test_a_text_takes_the_colour_that_can_be_read_on_each_page():
    on = ReadableOn(Shade("gray", 110), "input", "tap")  # the veil is dark on a light page and light on a dark one
    a = figure(theme="auto")
    scene = Scene(Box(0, 0, 2, 2), (Layer((Text("input_value", (1, 1), "1", 0.9, 1.0, colour=on),)),), 1, 0)
    text = replace(a, scene=scene).svg(0)
    assert re.search(r'<g class="[A-Z]\w{3} input_value f(\w{6})" fill="#fff">', text)
    assert re.search(r"\.f(\w{6})\{fill:#\w+\}", text)


def test_tikz_says_each_colour_and_defines_what_it_needs_first(tmp_path):
    (path,) = figure().save(tmp_path / "x.tex")
    text = path.read_text(encoding="utf-8")
    for shade in SHADES:
        assert f"\\convanimcoloured{{input}}{{{bytes(matplotlibs(shade)).hex().upper()}}}" in text
    pixels = re.findall(r"\\convanimpixels\{(\w{6})\}", text)
    assert pixels[:6] == [RGB[n : n + 3].hex().upper() for n in range(0, 18, 3)]
    for name in ("coloured", "pixels", "raster"):
        assert text.index(f"\\def\\convanim{name}") < text.index(f"\\convanim{name}{{")
    plain = ca.animate(ca.Conv(3, 2)).save(tmp_path / "y.tex")[0].read_text(encoding="utf-8")
    assert "convanimown" not in plain


def test_runs_of_one_colour_are_one_area_in_tikz(tmp_path):
    raster = Raster("input", UPRIGHT, 2, 4, bytes([9, 9, 9, 0, 5, 5, 5, 5]))
    a = replace(figure(), scene=Scene(Box(0, 0, 6, 6), (Layer((raster,)),), 1, 0))
    text = a.save(tmp_path / "x.tex")[0].read_text(encoding="utf-8")
    assert re.findall(r"\\convanimpixels\{(\w{6})\}", text) == ["090909", "000000", "050505"]


def test_the_moving_marks_declare_their_roles():
    assert {mark.role for step in range(3) for mark in moving(step) if not isinstance(mark, Group)} == {
        "input",
        "input_value",
    }

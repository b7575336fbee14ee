"""A figure of all marks that carry data, and the colour that each of its cells must have."""

from __future__ import annotations

from dataclasses import replace

import convanim as ca
from convanim.scene import Box, Group, Layer, PerStep, Polygon, Raster, ReadableOn, Scene, Shade, Text
from convanim.scene.plane import Plane

CELL = 40  # pixels
UPRIGHT = Plane((1.0, 1.0), (1.0, 0.0), (0.0, 1.0))
SLANTED = Plane((5.5, 1.0), (1.0, 0.25), (-0.5, 0.75))
LEANING = Plane((2.0, 5.0), (1.25, 0.0), (-0.75, 1.0))
RGB = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 250, 220, 20, 10, 20, 30, 200, 100, 50])
GREY = bytes([0, 60, 120, 200, 230, 255])
SHADES = tuple(Shade(name, index) for name in ("viridis", "magma", "RdBu", "gray") for index in (0, 97, 255))


def shaded(shades, plane):
    """A polygon for each shade, in a row of a plane."""
    return tuple(Polygon("input", plane.rectangles([(0, 1)], [(n, n + 1)]), plane, s) for n, s in enumerate(shades))


def moving(step):
    """A raster and two shaded polygons that move on, one of them in a group."""
    x = 1.0 + step
    cells = shaded(SHADES[step : step + 2], Plane((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    return (
        Raster("input", Plane((x, 9.5), (1.0, 0.0), (0.0, 1.0)), 1, 2, RGB[6:12]),
        Group((x + 4, 9.5), cells),
        Text("input_value", (x + 4.2, 9.7), "3", 0.2, 1.0, colour=ReadableOn(SHADES[step], "input")),
    )


def figure(change=lambda marks: marks, **options):
    """An animation of three steps: rasters in three planes, shaded polygons, and both in what moves. `change` may spoil
    the marks of the first layer.
    """
    a = ca.animate(ca.Conv(3, 2), dpi=CELL * 72 / 14.1734, **options)
    still = (
        Raster("input", UPRIGHT, 2, 3, RGB),
        Raster("input", SLANTED, 2, 3, RGB),
        Raster("output", LEANING, 2, 3, GREY),
        *shaded(SHADES, Plane((1.0, 8.0), (1.0, 0.0), (0.0, 1.0))),
    )
    layers = (Layer(tuple(change(still))), PerStep(moving, frozenset({"input", "input_value"})))
    return replace(a, scene=Scene(Box(0.0, 0.0, 14.0, 11.5), layers, 3, 1))


def expected(step, colormaps):
    """(x, y, colour) of the middle of each cell of the figure, in cells; `colormaps` gives the colour of a shade."""
    found = []
    for plane, pixels in ((UPRIGHT, _triples(RGB)), (SLANTED, _triples(RGB)), (LEANING, [(g, g, g) for g in GREY])):
        found += [(*plane.point(n % 3 + 0.5, n // 3 + 0.5), colour) for n, colour in enumerate(pixels)]
    found += [(1.5 + n, 8.5, colormaps(shade)) for n, shade in enumerate(SHADES)]
    found += [(1.5 + step + n, 10.0, colour) for n, colour in enumerate(_triples(RGB[6:12]))]
    found += [(5.5 + step + n, 10.0, colormaps(shade)) for n, shade in enumerate(SHADES[step : step + 2])]
    return found


def wrong(picture, step, colormaps, tolerance=0):
    """The cells of a picture whose colour isn't the one that they must have: [(x, y), ...]."""
    found = []
    for x, y, colour in expected(step, colormaps):
        row, column = int(y * CELL), int(x * CELL)
        seen = picture[row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3).astype(int)
        if abs(seen - colour).max() > tolerance:
            found.append((x, y))
    return found


def _triples(pixels):
    return [tuple(pixels[n : n + 3]) for n in range(0, len(pixels), 3)]

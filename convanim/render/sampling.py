"""Rasters in pixels: each pixel takes the colour of the cell that it lies in; only edges are mixed."""

from __future__ import annotations

from math import ceil, floor
from typing import Any

import numpy as np

from ..scene import Raster
from ..scene.plane import Plane

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
BAND = 64  # rows of pixels at a time, so that memory is that of a few rows
SAMPLES = 4  # points along each side of a pixel in which the raster is looked up


def paint(buffer: Pixels, raster: Raster, plane: Plane, opacity: float) -> None:
    """Draw a raster onto a uint8 (height, width, 4) buffer of RGBA; `plane` holds the raster's cells, in pixels."""
    corners = [plane.point(x, y) for x in (0, raster.columns) for y in (0, raster.rows)]
    (left, right), (top, bottom) = (
        (max(floor(min(ends)), 0), min(ceil(max(ends)), size))
        for ends, size in zip(zip(*corners, strict=True), buffer.shape[1::-1], strict=True)
    )
    if left < right:
        for start in range(top, bottom, BAND):
            stop = min(start + BAND, bottom)
            _blend(buffer[start:stop, left:right], *_sampled(raster, plane, (left, right), (start, stop)), opacity)


def _blend(part: Pixels, sums: Any, counts: Any, opacity: float) -> None:
    """Lay the mean colour of each pixel's samples over a part of the buffer, as opaque as many of them are inside."""
    alpha = counts[..., None] * (opacity / SAMPLES**2)
    below = part[..., 3:] / 255 * (1 - alpha)  # the share of the buffer that is still seen
    whole = np.maximum(alpha + below, 1e-9)
    colour = sums * (alpha / np.maximum(counts, 1)[..., None]) + part[..., :3] * below
    part[..., :3] = np.where(alpha > 0, np.rint(colour / whole), part[..., :3])
    part[..., 3] = np.rint(whole[..., 0] * 255)


def _sampled(raster: Raster, plane: Plane, across: tuple[int, int], down: tuple[int, int]) -> tuple[Any, Any]:
    """For each pixel the sum of the colours at its samples, and how many of them lie in the raster."""
    colours = np.frombuffer(raster.pixels, np.uint8).reshape(raster.rows, raster.columns, raster.channels)
    shape = (down[1] - down[0], across[1] - across[0])
    sums, counts = np.zeros((*shape, 3)), np.zeros(shape, np.int64)
    for n in range(SAMPLES**2):
        dy, dx = ((part + 0.5) / SAMPLES for part in divmod(n, SAMPLES))
        x, y = np.meshgrid(np.arange(*across) + dx, np.arange(*down) + dy)
        column, row = (np.floor(value).astype(np.int64) for value in plane.coordinates((x, y)))
        inside = (column >= 0) & (column < raster.columns) & (row >= 0) & (row < raster.rows)
        sums[inside] += colours[row[inside], column[inside]]
        counts += inside
    return sums, counts

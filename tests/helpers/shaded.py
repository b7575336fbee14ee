"""Figures with shaded cells, and a reader of their colour bars."""

from __future__ import annotations

import numpy as np

import convanim as ca
from convanim.scene import Raster, Text

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


def bars(scene):
    """(left, right, pixels, numbers) of the colour bars of a scene without labels."""
    marks = list(scene.layers[0].marks)
    texts = [mark for mark in marks if isinstance(mark, Text) and mark.role == "label"]
    found = []
    for mark in (mark for mark in marks if isinstance(mark, Raster)):
        (x0, _), (x1, _) = mark.outline[:2]
        found.append((x0, x1, mark.pixels, [text.text for text in texts if x0 - 1e-9 <= text.at[0] <= x1 + 1e-9]))
    return found

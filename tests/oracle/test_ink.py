"""The boxes of texts and the distances of shapes, against outlines and points."""

from __future__ import annotations

import math

import numpy as np
import pytest

from convanim.render import glyphs
from convanim.scene import Text
from oracle.ink import ink_of
from oracle.shapes import crossed, gaps


def test_the_boxes_of_texts_are_those_of_their_outlines_and_segments_are_told_from_boxes_as_points_tell():
    words = Text("label", (0.0, 0.0), "k=3 x₁₂,₃·w − 填充（gy）", 0.44, math.inf, face="sans")
    for text in (words, Text("input_value", (0.0, 0.0), "−12.5", 0.6, 0.9, 1.2, "−12.55")):
        points = np.array([point for _, points in glyphs.outline(text) for point in points])
        assert np.allclose(ink_of(text)[0], [*points.min(0), *points.max(0)])
    rng = np.random.default_rng(1)
    boxes = np.sort(rng.uniform(0, 4, (40, 2, 2)), axis=1).reshape(-1, 4)
    lines = rng.uniform(0, 4, (60, 2, 2))
    on = lines[:, 0] + np.linspace(0, 1, 4001)[:, None, None] * (lines[:, 1] - lines[:, 0])
    near = crossed(boxes, lines)
    inside = np.array([((on > box[:2]) & (on < box[2:])).all(-1).any(0) for box in boxes])
    assert (
        200 < inside.sum() <= near.sum() <= inside.sum() + 5 and (near | ~inside).all()
    )  # a corner may be cut between two points
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    moved = np.array([np.add(square, by) for by in ([2.5, 0], [0.9, 0.9])] + [square / 4 + 0.3])
    assert gaps(square, moved) == pytest.approx([1.5, -0.1, -0.55])
    beside, through = gaps(square, np.array([[[1.1, -1.0], [3.0, 0.9]], [[0.9, -1.0], [1.1, 2.0]]]))
    assert beside == pytest.approx(1.1 / math.sqrt(2)) and through < 0

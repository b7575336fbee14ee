"""What is drawn: marks in units of one cell, in layers, without colours or formats.

A new mark is a class in `marks`, which every renderer draws. Imports: `geometry`.
"""

from __future__ import annotations

from .marks import (
    UPRIGHT,
    Colour,
    Group,
    Line,
    Mark,
    Marks,
    Polygon,
    Raster,
    ReadableOn,
    Shade,
    Side,
    Text,
    extremes,
    moved,
    roles,
)
from .scene import Accumulating, AnyLayer, Box, Equation, Layer, MeasuredPlane, PerStep, Said, Scene

__all__ = [
    "UPRIGHT",
    "Accumulating",
    "AnyLayer",
    "Box",
    "Colour",
    "Equation",
    "Group",
    "Layer",
    "Line",
    "Mark",
    "Marks",
    "MeasuredPlane",
    "PerStep",
    "Polygon",
    "Raster",
    "ReadableOn",
    "Said",
    "Scene",
    "Shade",
    "Side",
    "Text",
    "extremes",
    "moved",
    "roles",
]

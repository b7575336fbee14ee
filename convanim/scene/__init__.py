"""What is drawn: marks in units of one cell, in layers, without colours or formats.

A new mark is a class in `marks`, which every renderer draws. Imports: `geometry`, for types.
"""

from __future__ import annotations

from .marks import UPRIGHT, Group, Line, Mark, Marks, Polygon, Side, Text, extremes, moved, roles
from .scene import Accumulating, AnyLayer, Box, Equation, Layer, MeasuredPlane, PerStep, Scene

__all__ = [
    "UPRIGHT",
    "Accumulating",
    "AnyLayer",
    "Box",
    "Equation",
    "Group",
    "Layer",
    "Line",
    "Mark",
    "Marks",
    "MeasuredPlane",
    "PerStep",
    "Polygon",
    "Scene",
    "Side",
    "Text",
    "extremes",
    "moved",
    "roles",
]

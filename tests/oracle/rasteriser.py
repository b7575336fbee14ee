"""Pictures of SVG texts, made by a program that shares nothing with the package."""

from __future__ import annotations

import io

import numpy as np
import resvg_py
from PIL import Image


def rasterised(svg):
    """The picture that resvg makes of an SVG text: uint8 (height, width, 3)."""
    stretched = svg.replace("<svg", '<svg preserveAspectRatio="none"', 1)  # the page fills its pixels, as the frames do
    return np.asarray(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=stretched)))).convert("RGB"))


def with_alpha(svg):
    """What resvg makes of an SVG: uint8 (height, width, 4)."""
    stretched = svg.replace("<svg", '<svg preserveAspectRatio="none"', 1)
    return np.asarray(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=stretched)))).convert("RGBA"))

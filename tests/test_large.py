"""Figures of large inputs: what a still picture of many steps costs, and how large it is."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET

import pytest

import convanim as ca

MANY = ca.Conv(400, 2, stride=1)  # 399 x 399 = 159,201 steps, more than an animation has


def test_a_figure_of_more_steps_than_an_animation_has_still_pictures_and_texts(tmp_path):
    a = ca.animate(MANY, dpi=4)
    assert len(a) == 159_201
    assert "399x399" in a.alt and "399" in a.formula[-1]
    a.save(tmp_path / "last.svg", step=159_200)
    a.save(tmp_path / "poster.png")
    a.storyboard([0, 159_200]).save(tmp_path / "board.svg")
    a.embed("html")
    for name in ("last.svg", "board.svg"):
        ET.parse(tmp_path / name)
    assert png_size(tmp_path / "poster.png") == a.size
    assert a.frame(159_200).shape[:2] == a.size[::-1]


def test_a_transposed_layer_of_many_steps_has_its_still():
    op = ca.ConvTranspose((10, 15), 64, stride=32, padding=16)
    assert op.output_size == (320, 480)
    assert ET.fromstring(ca.animate(op).svg(153_599)).tag.endswith("svg")


@pytest.mark.parametrize(("cells", "said"), [(250, True), (150, False)])
def test_a_png_of_more_than_4000_pixels_a_side_says_so_and_how_to_get_a_smaller_one(cells, said, command, tmp_path):
    words = ("draw", "conv", "-i", f"1x{cells}", "-k", f"1x{cells - 2}", "--dpi", 100)
    status, _, err = command(*words, "-o", "x.png")
    width, height = png_size(tmp_path / "x.png")
    assert status == 0 and said == (max(width, height) > 4000) == bool(err)
    if said:
        assert f"x.png: {width:,} x {height:,} pixels" in err
        smaller = err.split("--width ")[1].split(".")[0]
        command(*words[:-2], "--width", smaller, "-o", "y.png")
        assert 1000 < max(png_size(tmp_path / "y.png")) <= 4000


def png_size(path):
    """(width, height) from the header of the file (PNG specification, section 11.2.2)."""
    return struct.unpack(">II", path.read_bytes()[16:24])

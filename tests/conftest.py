"""What several test files share: where the repository is, how to run the package in a process of its own, and pictures
of SVG texts.
"""

from __future__ import annotations

import io
import random
import sys

import numpy as np
import pytest
import resvg_py
from PIL import Image
from processes import ROOT, child_environment, python  # noqa: F401 - for those who ask for them here

from convanim.errors import ConvanimError

PLANAR = [
    "isometric",
    "flat",
]  # the views of the guide: the input's plane, the output's, and a step for each output cell


def rasterised(svg):
    """The picture that resvg, a program that shares nothing with the package, makes of an SVG text: uint8 (height,
    width, 3).
    """
    stretched = svg.replace("<svg", '<svg preserveAspectRatio="none"', 1)  # the page fills its pixels, as the frames do
    return np.asarray(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=stretched)))).convert("RGB"))


def random_cases(seed, count, ndims=(1, 2, 3), largest=7):
    """Rectangular (input, kernel, stride, pads, dilation), each axis its own, padding a (before, after) pair; windows
    that fit alone.
    """
    rng = random.Random(seed)
    while count:
        n = rng.choice(ndims)
        i, k, s, d = (tuple(rng.randint(1, top) for _ in range(n)) for top in (largest, 4, 3, 3))
        p = tuple((rng.randint(0, 3), rng.randint(0, 3)) for _ in range(n))
        if all(a + sum(c) > e * (b - 1) for a, b, c, e in zip(i, k, p, d, strict=True)):
            count -= 1
            yield i, k, s, p, d


def refusal(make):
    """The line that a refusal says; AssertionError where it isn't one line that tells something."""
    with pytest.raises(ConvanimError) as error:
        make()
    text = str(error.value)
    assert text == text.strip() and len(text.splitlines()) == 1 and len(text) > 15
    return text


@pytest.fixture
def command(monkeypatch, capfd, tmp_path):
    """Run the command line in an empty folder, errors handled as by the program: (exit status, output, errors)."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        from convanim.cli import main

        monkeypatch.setattr(sys, "argv", ["convanim", *map(str, words)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        out, err = capfd.readouterr()
        return status, out, err

    return run

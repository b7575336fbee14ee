"""Sizes and the lines that measure them, read back onto the planes."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.scene import Layer
from helpers.cases import PLANAR
from helpers.operations import CHESS, some
from oracle.ink import ink_of
from oracle.labels import value_of
from oracle.planes import BASES, Grid
from oracle.scenes import leaves, marks_of
from oracle.shapes import corners, gaps
from oracle.windows import meaning


def measures(marks):
    """(where the ticks are, the text beside it) of each dimension line; ticks stand across the line, the outer ones at
    its ends.
    """
    found = []
    for line, text in itertools.pairwise(mark for mark in marks if mark.role in ("measure", "label")):
        if line.role == "measure":
            (start, end), *ticks = (np.array(part) for part in line.parts)
            along = (end - start) / np.linalg.norm(end - start)
            assert all(abs((tick[1] - tick[0]) @ along) < 1e-9 for tick in ticks)
            middles = [tick.mean(0) for tick in ticks]
            assert np.allclose([middles[0], middles[-1]], [start, end])
            box = np.add(ink_of(text)[0], text.at * 2)[None]
            assert 0 < gaps(corners(box)[0], np.array([[start, end]]))[0] < text.size, "a text far from its line"
            found.append((middles, text.text))
    return found


class Rulers:
    """Reads dimension lines back onto the planes, whose places come from the scene's own grids."""

    def __init__(self, op, view, plain):
        marks = list(leaves(marks_of(plain, 0)))
        self.basis, down, across = np.array(BASES[view]), *meaning(op)  # (right, down)
        below, above = (np.array(Grid(view, marks, role).origin) @ self.basis for role in ("grid", "output_grid"))
        told = {mark.role for mark in marks}
        (top, bottom), (_, right) = (down.cropped, across.cropped) if "cropped" in told else ((0, 0), (0, 0))
        # by plane and direction (1: down): the corner where the edge begins that is measured
        self.starts = {
            ("input", 0): below + len(down.roles) * self.basis[1],
            ("input", 1): below,
            ("output", 0): above + (down.output + bottom if "kernel" in told else -top) * self.basis[1],
            ("output", 1): above + (across.output + right) * self.basis[0],
        }
        self.kernel = [1, *op.kernel_size][-2:] if "kernel" in told else None
        self.centres = {
            "input": below + np.array([len(across.roles), len(down.roles)]) / 2 @ self.basis,
            "output": above + np.array([across.output, down.output]) / 2 @ self.basis,
        }
        self.lengths = {
            "input": (len(across.roles), len(down.roles)),
            "output": (across.output, down.output),
            "kernel": (self.kernel or [0, 0])[::-1],
        }
        if self.kernel:
            own = np.array(Grid(view, marks, "kernel").origin) @ self.basis
            self.starts |= {("kernel", 0): own, ("kernel", 1): own + self.kernel[1] * self.basis[0]}
            self.centres["kernel"] = own + np.array(self.kernel[::-1]) / 2 @ self.basis

    def read(self, marks, plane):
        """{direction: (cells at which the ticks are, the text)} of the lines beside a plane."""
        found = {}
        for middles, text in measures(marks):
            along = middles[-1] - middles[0]
            (direction,) = (n for n, (x, y) in enumerate(self.basis) if abs(along[0] * y - along[1] * x) < 1e-9)
            if plane == self.plane(middles, direction):
                step = self.basis[direction]
                cells = [(middle - self.starts[plane, direction]) @ step / (step @ step) for middle in middles]
                assert np.allclose(cells, np.round(cells), atol=1e-6) and direction not in found
                found[direction] = [round(cell) for cell in cells], text
        return found

    def plane(self, middles, direction):
        """The plane along whose edge a line lies nearest; None for a line that is longer than each."""

        step = self.basis[direction]

        def distance(plane):
            (x, y), (u, v) = (middles[0] + middles[-1]) / 2 - self.starts[plane, direction], step
            return abs(x * v - y * u)

        def beside(plane):
            ends = [(middle - self.starts[plane, direction]) @ step / (step @ step) for middle in middles]
            return min(ends) > -1e-6 and max(ends) < self.lengths[plane][direction] + 1e-6

        return min(filter(beside, self.centres), key=distance, default=None)


WORDS = {
    "en": {"input": "input {}", "output": "output {}", "kernel": "kernel {}", "flipped": "kernel {}, flipped"},
    "zh": {"input": "输入 {}", "output": "输出 {}", "kernel": "卷积核 {}", "flipped": "卷积核 {}（翻转）"},
}


def meant_sizes(axis):
    """The bounds of the parts of a drawn axis, and what they are called."""
    inside = [n for n, role in enumerate(axis.roles) if role in ("input", "inserted")]
    padded, first, last = axis.padded, inside[0], inside[-1] + 1
    text = str(last - first)
    if first:
        text = f"{first} + {text}"
    if last < padded:
        text += f" + {padded - last}"
    before, after = axis.cut  # each at its side
    text = (f"−{before} + " if before else "") + text + (f" − {after}" if after else "")
    if "inserted" in axis.roles:
        text = f"{axis.roles.count('input')} → {text}"
    return sorted({0, first, last, padded, axis.cut[0], padded - axis.cut[1]}), text


def meant_window(op, axis, o):
    start, stop = meaning(op)[axis - len(op.input_size)].windows[o]
    if isinstance(op, ca.AdaptivePool):
        return [start, stop], str(stop - start)
    k = op.kernel_size[axis]
    return [start, stop], f"k={k}" if k == stop - start else f"k={k} → {stop - start}"


def wrong_sizes(op, scene, plain, view, lang):
    """What the dimension lines of a scene say or span that they should not."""
    ruler, ndim = Rulers(op, view, plain), len(op.input_size)
    axes = range(ndim)
    direction = {axis: int(axis < ndim - 1) for axis in axes}  # 1: down
    still = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
    meant = {
        "input": {direction[axis]: meant_sizes(meaning(op)[axis - ndim]) for axis in axes},
        "output": {direction[axis]: ([0, op.output_size[axis]], str(op.output_size[axis])) for axis in axes},
    }
    if ruler.kernel:
        meant["kernel"] = {direction[axis]: ([0, op.kernel_size[axis]], str(op.kernel_size[axis])) for axis in axes}
    flipped = isinstance(op, ca.ConvTranspose) != getattr(op, "flip", False) and max(op.kernel_size) > 1
    found = []
    for plane, rows in meant.items():
        bounds, text = rows[0]
        rows[0] = bounds, WORDS[lang]["flipped" if plane == "kernel" and flipped else plane].format(text)
        if ruler.read(still, plane) != rows:
            found.append((plane, ruler.read(still, plane), rows))
    for step in range(scene.steps) if scene.steps <= 12 else range(0, scene.steps, 7):
        moving = [mark for layer in scene.layers if not isinstance(layer, Layer) for mark in leaves(layer.at(step))]
        output = np.unravel_index(step, op.output_size)
        rows = {direction[axis]: meant_window(op, axis, output[axis]) for axis in axes}
        if ruler.read(moving, "input") != rows or ruler.read(moving, "output"):
            found.append((step, ruler.read(moving, "input"), rows))
    return found


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize("view", PLANAR)
def test_the_sizes_and_the_lines_beside_them_are_those_of_planes_parts_and_windows(view, kind):
    windows = Counter()
    for n, size in enumerate([*CHESS, (1, 40), (30, 2), (7, 11)]):
        op = some(kind, size)
        look = {
            "view": view,
            "theme": ("clear", "classic")[n % 2],
            "lang": ("en", "zh")[n // 2 % 2],
            "dpi": (150, 40)[n // 4 % 2],
            "focus": "off",
        }
        a, plain = (ca.animate(op, labels=labels, **look) for labels in ("sizes", "none"))
        assert not wrong_sizes(op, a.scene, plain.scene, view, look["lang"]), op
        for axis, padded in zip(meaning(op)[-len(size) :], op.padded_size, strict=True):
            text = meant_sizes(axis)[1].split(" → ")[-1]
            assert value_of(text) == padded == axis.padded - sum(axis.cut)
        windows[len(size)] += 1
    assert windows == {2: 21, 1: 6}


def test_the_check_of_sizes_sees_a_wrong_number_a_line_that_is_too_long_and_one_that_is_missing():
    op = ca.Conv((5, 4), 3, padding=1, dilation=(1, 2))
    a, plain = (ca.animate(op, view="flat", labels=labels).scene for labels in ("sizes", "none"))
    assert not wrong_sizes(op, a, plain, "flat", "en")
    assert len(wrong_sizes(ca.Conv((5, 4), 3, padding=((1, 1), (2, 0)), dilation=(1, 2)), a, plain, "flat", "en")) == 1
    texts = [mark.text for mark in leaves(marks_of(a, 0)) if mark.role == "label"]
    assert sorted(texts) == sorted(["1 + 5 + 1", "input 1 + 4 + 1", "5", "output 2", "k=3", "k=3 → 5"])
    still, labels, *rest = a.layers
    longer = replace(labels.marks[0], parts=tuple(tuple((x, y * 2) for x, y in part) for part in labels.marks[0].parts))
    for spoiled in (
        [longer, *labels.marks[1:]],
        labels.marks[2:],
        [labels.marks[0], replace(labels.marks[1], text="1 + 5 + 2"), *labels.marks[2:]],
    ):
        assert wrong_sizes(op, replace(a, layers=(still, Layer(tuple(spoiled)), *rest)), plain, "flat", "en")
    with pytest.raises(AssertionError, match="far from its line"):
        measures([labels.marks[0], replace(labels.marks[1], at=(-9.0, 3.0))])

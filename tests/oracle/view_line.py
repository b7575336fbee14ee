"""Reads the view "line": every step's kernel, terms and output, out of the scene's texts and cells.

Columns are found from the input's grid; what stands in the padded row comes from the oracle of windows.
"""

from __future__ import annotations

import itertools

import numpy as np

import convanim as ca
from convanim.scene import Layer, Line, Polygon, Text
from oracle.scenes import leaves
from oracle.windows import meaning


def number(text):
    return float(text.replace("−", "-").replace("∞", "inf"))


class Shown:
    """The rows of a step, each as {column: text}; a column is where its middle is."""

    def __init__(self, scene, step, cells):
        self.marks = [mark for layer in scene.layers for mark in leaves(layer.seen(step))]
        still = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
        xs = [
            x
            for mark in still
            if isinstance(mark, Line) and mark.role == "grid"
            for part in mark.parts
            for x, _ in part
        ]
        assert min(xs) == 0
        self.wide = max(xs) / cells
        texts = [mark for mark in self.marks if isinstance(mark, Text)]
        self.input, self.kernel, self.output = (
            self.row([t for t in texts if t.role == role]) for role in ("input_value", "kernel_value", "output_value")
        )
        signs = [mark for mark in texts if mark.role == "sign"]
        heights = sorted({round(mark.at[1], 6) for mark in signs})
        *self.signs, terms, (self.done,) = ([mark for mark in signs if round(mark.at[1], 6) == y] for y in heights)
        self.terms = self.row([mark for mark in terms if mark.text != "+"])
        self.plus = self.row([mark for mark in terms if mark.text == "+"])
        self.signs = [self.row(row) for row in self.signs]
        self.heights = [1.0, *heights, max(mark.at[1] for mark in texts if mark.role == "output_value")]

    def column(self, x):
        return round(x / self.wide - 0.5, 6)

    def row(self, texts):
        found = {}
        for text in texts:
            column = self.column(text.at[0])
            assert found.get(column, text.text) == text.text, "another text in its place"
            found[column] = text.text
        return dict(sorted(found.items()))

    def cells(self, role):
        """The middles of this role's cells, (column, top)."""
        found = []
        for mark in self.marks:
            if isinstance(mark, Polygon) and mark.role == role:
                for part in mark.parts:
                    (x0, y0), (x1, y1) = map(min, zip(*part, strict=True)), map(max, zip(*part, strict=True))
                    assert round(y1 - y0, 6) == 1
                    count = round((x1 - x0) / self.wide)
                    assert round(count * self.wide, 6) == round(x1 - x0, 6)
                    found += [(self.column(x0 + (n + 0.5) * self.wide), round(y0, 6)) for n in range(count)]
        return sorted(found)

    @property
    def ringed(self):
        """The columns of the squares around the largest."""
        squares = [
            mark.parts[0]
            for mark in self.marks
            if isinstance(mark, Line) and mark.role == "window" and len(mark.parts[0]) == 5
        ]
        return {self.column(sum(x for x, _ in square[:4]) / 4) for square in squares}

    @property
    def funnel(self):
        (line,) = [mark for mark in self.marks if isinstance(mark, Line) and mark.role == "ray"]
        return line.parts[0]


def weights_of(op, w):
    """The kernel as it meets the input, with each weight's number: turned around for a true and for a transposed
    convolution.
    """
    pairs = list(enumerate(np.asarray(w).tolist()))
    turned = op.flip != isinstance(op, ca.ConvTranspose)
    return pairs[::-1] if turned else pairs


def wrong(scene, op, x, w=None, bias=0.0):
    """What is wrong with a scene in numbers, of all its steps: a set of words."""
    (_, axis), found = meaning(op), set()
    absent = -np.inf if getattr(op, "mode", "") == "max" else 0
    padded = [x[source] if source >= 0 else absent for source in axis.sources[: axis.padded]]
    for step, taps in enumerate(axis.taps):
        shown = Shown(scene, step, axis.padded)
        if {c: number(t) for c, t in shown.input.items()} != dict(enumerate(padded)):
            found.add("input")
        if w is not None:
            met = dict(zip(taps, weights_of(op, w), strict=True))
            found |= wrong_kernel(shown, met, len(w))
            terms = {c: padded[c] * value for c, (_, value) in met.items()}
        else:
            terms = {c: padded[c] for c in taps}
        if {c: number(t) for c, t in shown.terms.items()} != terms:
            found.add("terms")
        spots = list(itertools.pairwise(taps)) if getattr(op, "mode", "") != "max" else []
        if shown.plus != {(a + b) / 2: "+" for a, b in spots}:
            found.add("plus")
        found |= wrong_output(shown, op, axis, step, list(terms.values()), bias)
    return found


def wrong_kernel(shown, met, size):
    found = set()
    if {c: number(t) for c, t in shown.kernel.items()} != {c: value for c, (_, value) in met.items()}:
        found.add("kernel")
    for c, (n, _) in met.items():
        if c not in [column for column, _ in shown.cells(f"weight_{n % 25 + 1}")]:
            found.add("colour")
    if sum(len(shown.cells(f"weight_{n}")) for n in range(1, 26)) != size:
        found.add("number of weights")
    times, equal = shown.signs
    if times != dict.fromkeys(met, "×") or equal.keys() != met.keys() or set(equal.values()) != {"="}:
        found.add("signs")
    return found


def place(op, axis, o):
    """The column of an output: below its own input cell where padding gives as many as there are, otherwise below its
    window's middle.
    """
    start, stop = axis.windows[o]
    if isinstance(op, ca.AdaptivePool):
        n, count = len(axis.roles), len(axis.windows)
        apart = max(1, n / count)
        return (n - 1) / 2 + (o - (count - 1) / 2) * apart
    (before, after), reach = pads(op), stop - start - 1
    own = min(before, after) >= 0 and before + after == reach
    return start + before if own else start + reach / 2


def pads(op):
    """Zeros before and after the row that the window slides over."""
    (p,) = op.padding
    before, after = (p, p) if isinstance(p, int) else p
    if isinstance(op, ca.ConvTranspose):
        reach = op.dilation[0] * (op.kernel_size[0] - 1)
        return reach - before, reach - after + op.output_padding[0]
    return before, after


def wrong_output(shown, op, axis, step, terms, bias):
    mode = getattr(op, "mode", "sum")
    total = max(terms) if mode == "max" else sum(terms) / (len(terms) if mode == "average" else 1) + bias
    found, outputs = set(), [place(op, axis, o) for o in range(axis.output)]
    if not np.allclose(sorted(shown.output), outputs):
        return {"output's columns"}
    current = shown.cells("current")
    if len(current) != 1 or abs(current[0][0] - outputs[step]) > 1e-5:
        found.add("current")
    elif abs(number(list(shown.output.values())[step]) - total) > (0.0501 if mode == "average" else 1e-9):
        found.add("output")
    if mode == "max" and shown.ringed != {c for c, text in shown.terms.items() if number(text) == total}:
        found.add("largest")
    start, stop = axis.windows[step]
    ends = [point[0] / shown.wide for point in shown.funnel]
    if len(ends) == 4 and not (abs(ends[0] - outputs[step]) < 1e-5 and abs(ends[3] - outputs[step] - 1) < 1e-5):
        found.add("lines to the output")
    if not (
        start < ends[-3 if len(ends) == 4 else 0] < start + 0.5
        and stop - 0.5 < ends[-2 if len(ends) == 4 else 1] < stop
    ):
        found.add("line under the terms")
    if shown.heights != sorted(shown.heights):
        found.add("order of rows")
    return found

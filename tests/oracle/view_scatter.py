"""The view of stamps, read back from its marks in every step, and loops that add each product to an array of sums."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

import numpy as np

from convanim.scene import Layer, Text
from oracle.scenes import leaves

MINUS = "\N{MINUS SIGN}"


# --- the oracle


class Stamped:
    """What the steps of a transposed convolution are, by its definition: one product after the other, added where it
    belongs.
    """

    def __init__(self, op, x, w, bias=0):
        i, k, s, d, extra = op.input_size, op.kernel_size, op.stride, op.dilation, op.output_padding
        pads = [(p, p) if isinstance(p, int) else p for p in op.padding]
        if len(i) == 1:  # is one row
            (i, k, s, d), extra, pads = ((1, *size) for size in (i, k, s, d)), (0, *extra), [(0, 0), *pads]
        self.window = [b * (a - 1) + 1 for a, b in zip(k, d, strict=True)]
        full = [(a - 1) * b + c + e for a, b, c, e in zip(i, s, self.window, extra, strict=True)]
        inside = tuple(slice(p, n - q) for n, (p, q) in zip(full, pads, strict=True))
        x, w = np.reshape(x, i), np.reshape(w, k)
        w = w[::-1, ::-1] if op.flip else w
        total, count = np.full(full, bias, np.result_type(x, w, np.asarray(bias))), np.zeros(full, int)
        self.kernel, self.inputs, self.sums, self.counts, self.added, self.corners = w, x, [], [], [], []
        self.begin = total[inside].copy()
        for r, c in np.ndindex(*i):
            added = {}
            for a, b in np.ndindex(*k):
                y, z = r * s[0] + a * d[0], c * s[1] + b * d[1]
                total[y, z] += x[r, c] * w[a, b]
                count[y, z] += 1
                y, z = y - pads[0][0], z - pads[1][0]
                if 0 <= y < full[0] - sum(pads[0]) and 0 <= z < full[1] - sum(pads[1]):
                    added[y, z] = (x[r, c] * w[a, b], (a, b))
            self.sums.append(total[inside].copy())
            self.counts.append(count[inside].copy())
            self.added.append(added)
            self.corners.append((r * s[0] - pads[0][0], c * s[1] - pads[1][0]))
        self.around = [(p, max(q - e, 0)) for (p, q), e in zip(pads, extra, strict=True)]


# --- the reader


def seen(scene, step):
    return [mark for layer in scene.layers for mark in leaves(layer.seen(step))]


def corner(marks):
    points = [point for mark in marks for part in mark.parts for point in part]
    return min(x for x, _ in points), min(y for _, y in points)


class Planes:
    """Where the planes lie, from the grids of what stands still: a grid of three is the kernel's, the output's or the
    counts'.
    """

    def __init__(self, scene, late=False):
        layers = [layer.marks for layer in scene.layers if isinstance(layer, Layer) and layer.span is None]
        still = [mark for marks in layers for mark in leaves(marks) if not isinstance(mark, Text)]
        self.input = corner([mark for mark in still if mark.role == "input"])
        self.kernel = corner([mark for mark in still if mark.role.startswith("weight_")])
        self.output = corner([mark for mark in still if mark.role == ("pending" if late else "output")])
        grids = [corner([mark]) for mark in still if mark.role == "output_grid"]
        self.counts = next(at for at in reversed(grids) if at not in (self.kernel, self.output))


def cell(at, plane):
    return math.floor(at[1] - plane[1] + 1e-6), math.floor(at[0] - plane[0] + 1e-6)


def texts(marks, role, plane, size):
    """cell -> text on one plane; a cell has one."""
    found = [(cell(mark.at, plane), mark.text) for mark in marks if isinstance(mark, Text) and mark.role == role]
    found = [(at, text) for at, text in found if all(0 <= a < n for a, n in zip(at, size, strict=True))]
    assert len(dict(found)) == len(found), "two texts in one cell"
    return dict(found)


def covered(mark, plane):
    """The cells under a polygon, all of whose parts are rectangles of whole cells."""
    for part in mark.parts:
        xs, ys = ([p[n] - plane[n] for p in part] for n in (0, 1))
        assert len(part) == 4 and all(abs(v - round(v)) < 1e-6 for v in xs + ys)
        yield from itertools.product(range(round(min(ys)), round(max(ys))), range(round(min(xs)), round(max(xs))))


def value(text):
    return float(text.replace(MINUS, "-"))


def near(text, number):
    return math.isclose(value(text), number, rel_tol=1e-3, abs_tol=6e-4)


def adds(text, meant):
    """Whether a text such as "5+3" says what there was, if it does, and what is added."""
    (before, more), told = meant, re.fullmatch(rf"({MINUS}?[\d.]+(?:e{MINUS}?\d+)?)?([+{MINUS}].+)", text)
    return told is not None and (told[1] is None or near(told[1], before)) and near(told[2], more)


def wrong_values(found, wanted, fits=near):
    return found.keys() != wanted.keys() or not all(fits(text, wanted[at]) for at, text in found.items())


def step_faults(scene, planes, told, step, late=False):
    """What one step shows that isn't so."""
    marks, faults = seen(scene, step), []
    size, added = told.counts[0].shape, told.added[step]
    sums = {
        at: told.sums[step][at]
        for at in np.ndindex(*size)
        if not late or told.counts[step][at] or step == len(told.sums) - 1
    }
    counts = {at: told.counts[step][at] for at in np.ndindex(*size) if told.counts[step][at]}
    faults += ["sums"] * wrong_values(texts(marks, "output_value", planes.output, size), sums)
    faults += ["counts"] * wrong_values(
        texts(marks, "output_value", planes.counts, size), counts, lambda text, n: text == str(n)
    )
    shown = texts(marks, "kernel_value", planes.output, size)
    products = {} if scene.remark else {at: (told.sums[step][at] - n, n) for at, (n, _) in added.items()}
    faults += ["added"] * wrong_values(shown, products, adds)
    faults += ["inputs"] * wrong_values(
        texts(marks, "input_value", planes.input, told.inputs.shape), dict(np.ndenumerate(told.inputs))
    )
    faults += ["kernel"] * wrong_values(
        texts(marks, "kernel_value", planes.kernel, told.kernel.shape), dict(np.ndenumerate(told.kernel))
    )
    veils = Counter(at for mark in marks if mark.role == "stamp" for at in covered(mark, planes.counts))
    faults += ["veils"] * (veils != Counter(counts))
    coloured = [(mark.role, mark) for mark in marks if mark.role.startswith("weight_")]
    still = [mark for mark in leaves(scene.layers[0].marks) if mark.role.startswith("weight_")]
    colour = {at: mark.role for mark in still for at in covered(mark, planes.kernel)}
    fills = {at: role for role, mark in coloured if mark not in still for at in covered(mark, planes.output)}
    faults += ["colours"] * (fills != {at: colour[weight] for at, (_, weight) in added.items()})
    here = divmod(step, told.inputs.shape[1])
    faults += ["read"] * ([at for mark in marks if mark.role == "tap" for at in covered(mark, planes.input)] != [here])
    points = [p for mark in marks if mark.role == "window" for part in mark.parts for p in part]
    (top, left), (tall, wide) = told.corners[step], told.window
    wanted = {(planes.input[0] + here[1] + x, planes.input[1] + here[0] + y) for x in (0, 1) for y in (0, 1)}
    wanted |= {(planes.output[0] + left + x, planes.output[1] + top + y) for x in range(wide + 1) for y in (0, tall)}
    wanted |= {(planes.output[0] + left + x, planes.output[1] + top + y) for x in (0, wide) for y in range(tall + 1)}
    faults += ["outline"] * (
        {(round(x, 6), round(y, 6)) for x, y in points} != {(round(x, 6), round(y, 6)) for x, y in wanted}
    )
    return faults


def faults(scene, op, x, w, bias=0, late=False):
    told = Stamped(op, x, w, bias)
    assert len(told.sums) == scene.steps == math.prod(op.input_size)
    planes = Planes(scene, late)
    return sorted({fault for step in range(scene.steps) for fault in step_faults(scene, planes, told, step, late)})

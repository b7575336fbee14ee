"""What an operation means, cell by cell, from its numbers alone: the padded input, its windows, and the values.

Nothing here asks `Axis` or `Plane`: sources come from `numpy.pad`, windows and roles from lists that are written out
here. Of the package come the classes of operations, to tell them apart.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import cache

import numpy as np

import convanim as ca

# the roles that `classic` does not draw
NEW = {"copy", "inserted", "padding", "odd_padding", "overhang", "unread", "copy_link", "output_padding", "cropped"}
STRENGTH = ["input", "copy", "inserted", "padding", "odd_padding", "overhang"]  # of a row and a column, the later wins
NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "symmetric": "symmetric"}


class Along:
    """One axis: the role and the source (-1: none) of each cell, overhang included; each window's (start, stop) and its
    taps.
    """

    def __init__(self, roles, sources, windows, dilation=1, padded=None, cropped=(0, 0), extra=0, cut=(0, 0)):
        self.roles, self.sources, self.windows = roles, sources, windows
        self.padded = len(roles) if padded is None else padded
        self.taps = [list(range(start, min(stop, self.padded), dilation)) for start, stop in windows]
        self.read = {cell for taps in self.taps for cell in taps}
        self.output = len(windows)
        self.cropped, self.extra, self.cut = cropped, extra, cut


def along_convolution(i, k, s, p0, p1, d, mode="zeros", ceil_mode=False):
    span, padded = d * (k - 1) + 1, p0 + i + p1
    sources = np.pad(
        np.arange(i), (p0, p1), **({"mode": NUMPY_MODES[mode]} if mode != "zeros" else {"constant_values": -1})
    ).tolist()
    roles = ["input" if p0 <= cell < p0 + i else "padding" if mode == "zeros" else "copy" for cell in range(padded)]
    if mode == "zeros":
        colour_odd_side(roles, p0, p1)
    starts = list(range(0, padded - span + 1, s))
    late = len(starts) * s
    if (
        ceil_mode and late - s + span < padded and late < p0 + i
    ):  # PyTorch: cells are left, and it starts in the input or before
        starts.append(late)
    over = max(0, starts[-1] + span - padded)
    return Along(
        roles + ["overhang"] * over, sources + [-1] * over, [(start, start + span) for start in starts], d, padded
    )


def along_transposed(i, k, s, p0, p1, d, extra):
    """The guide's way: zeros between the units, then padding, and a kernel that moves by 1. A negative padding cuts
    cells off, which no window reads; they are drawn.
    """
    span = d * (k - 1) + 1
    before, after = span - 1 - p0, span - 1 - p1 + extra
    cut = [max(-before, 0), max(-after, 0)]
    before, after = max(before, 0), max(after, 0)
    far = 60
    sources, roles = [-1] * (2 * far + (i - 1) * s + 1), ["padding"] * (2 * far + (i - 1) * s + 1)
    roles[far : far + (i - 1) * s + 1] = ["inserted"] * ((i - 1) * s + 1)
    for unit in range(i):
        sources[far + unit * s], roles[far + unit * s] = unit, "input"
    shown = slice(far - before, far + (i - 1) * s + 1 + after)
    sources, roles = sources[shown], roles[shown]
    colour_odd_side(roles, before, after)
    count = (i - 1) * s - p0 - p1 + span + extra  # PyTorch's documentation
    assert len(roles) - sum(cut) == count + span - 1
    windows = [(cut[0] + o, cut[0] + o + span) for o in range(count)]
    return Along(roles, sources, windows, d, cropped=(p0, max(p1 - extra, 0)), extra=extra, cut=cut)


def along_adaptive(i, n):
    windows = [(math.floor(Fraction(o * i, n)), math.ceil(Fraction((o + 1) * i, n))) for o in range(n)]
    return Along(["input"] * i, list(range(i)), windows)


def colour_odd_side(roles, before, after):
    odd = range(before - after) if before > after else range(len(roles) - (after - before), len(roles))
    for cell in odd:
        if 0 <= cell < len(roles) and roles[cell] == "padding":
            roles[cell] = "odd_padding"


@cache
def meaning(op):
    """The axes of rows and of columns; of one dimension, a single row."""
    if isinstance(op, ca.AdaptivePool):
        axes = [along_adaptive(i, n) for i, n in zip(op.input_size, op.output_size, strict=True)]
    else:
        pads = [(p, p) if isinstance(p, int) else p for p in op.padding]
        numbers = zip(op.input_size, op.kernel_size, op.stride, pads, op.dilation, strict=True)
        if isinstance(op, ca.ConvTranspose):
            axes = [
                along_transposed(i, k, s, *p, d, extra)
                for (i, k, s, p, d), extra in zip(numbers, op.output_padding, strict=True)
            ]
        elif isinstance(op, ca.Pool):
            axes = [along_convolution(i, k, s, *p, d, ceil_mode=op.ceil_mode) for i, k, s, p, d in numbers]
        else:
            axes = [along_convolution(i, k, s, *p, d, mode=op.padding_mode) for i, k, s, p, d in numbers]
    return axes if len(axes) == 2 else [Along(["input"], [0], [(0, 1)]), *axes]


def cells_of(rows, columns):
    return set(itertools.product(rows, columns))


def meant_still(op):
    """What stands still: role -> cells."""
    down, across = meaning(op)
    found = {role: set() for role in (*STRENGTH, "unread", "output", "output_padding", "cropped")}
    for (r, a), (c, b) in itertools.product(enumerate(down.roles), enumerate(across.roles)):
        found[max(a, b, key=STRENGTH.index)].add((r, c))
        if r < down.padded and c < across.padded and not (r in down.read and c in across.read):
            found["unread"].add((r, c))
    found["grid"] = cells_of(range(down.padded), range(across.padded))
    found["output"] = cells_of(range(down.output), range(across.output))
    found["output_padding"] = {
        (r, c) for r, c in found["output"] if r >= down.output - down.extra or c >= across.output - across.extra
    }
    rows, columns = (range(-axis.cropped[0], axis.output + axis.cropped[1]) for axis in (down, across))
    found["cropped"] = cells_of(rows, columns) - found["output"]
    return found


def meant_step(op, step):
    """What a step shows: the window's rectangle, the taps, the current cell, and from where to where links lead."""
    down, across = meaning(op)
    r, c = divmod(step, across.output)
    taps = cells_of(down.taps[r], across.taps[c])
    copied = {(y, x) for y, x in taps if max(down.roles[y], across.roles[x], key=STRENGTH.index) == "copy"}
    first = (
        down.roles.index("input") if "input" in down.roles else 0,
        across.roles.index("input") if "input" in across.roles else 0,
    )
    links = {((y, x), (first[0] + down.sources[y], first[1] + across.sources[x])) for y, x in copied}
    return {
        "window": (*down.windows[r], *across.windows[c]),
        "tap": taps,
        "current": {(r, c)},
        "copy_link": links,
        "dots": {to for _, to in links},
    }


def meant_values(op, x, w):
    """(cell -> value of the padded input, None where nothing counts; the kernel as it meets the input; cell -> output
    value).
    """
    down, across = meaning(op)
    x = np.asarray(x, float).reshape(-1, x.shape[-1])
    pooling = isinstance(op, ca.Pool | ca.AdaptivePool)
    counted = not (isinstance(op, ca.Pool) and op.mode == "average" and not op.count_include_pad)
    absent = -math.inf if pooling and op.mode == "max" else 0.0
    shown = {}
    for r, c in cells_of(range(down.padded), range(across.padded)):
        there = down.sources[r] >= 0 and across.sources[c] >= 0
        shown[r, c] = x[down.sources[r], across.sources[c]] if there else absent if counted else None
    if not pooling:
        w = np.asarray(w, float).reshape(-1, w.shape[-1])
        if isinstance(op, ca.ConvTranspose) != op.flip:
            w = w[::-1, ::-1]
    results = {}
    for (r, rows), (c, columns) in itertools.product(enumerate(down.taps), enumerate(across.taps)):
        window = np.array(
            [[math.nan if shown[cell] is None else shown[cell] for cell in ((y, z) for z in columns)] for y in rows]
        )
        window = window[~np.isnan(window)] if pooling else window
        if not pooling:
            results[r, c] = float((window * w).sum())
        elif op.mode == "max":
            results[r, c] = float(window.max())
        elif op.mode == "l2":
            results[r, c] = math.sqrt(float((window**2).sum()))
        else:
            results[r, c] = float(window.sum()) / (getattr(op, "divisor_override", None) or window.size)
    return shown, w, results

"""Lists that are padded, stuffed and walked by hand."""

from __future__ import annotations

import itertools

from convanim import ConvTranspose
from oracle.relationships import windows


def padded_by_hand(i, before, after, spacing=1):
    """The padded cells as markers: an input cell's number, "padding" or "inserted"; a negative side is cut off."""
    line = [0]
    for n in range(1, i):
        line += ["inserted"] * (spacing - 1) + [n]
    line = ["padding"] * before + line + ["padding"] * after
    return line[max(0, -before) : len(line) + min(0, after)]


def line_of(op, n):
    """The markers of axis n, from the operation's words alone."""
    i, k, s, d, (p0, p1) = (values[n] for values in (op.input_size, op.kernel_size, op.stride, op.dilation, op.pads))
    if isinstance(op, ConvTranspose):
        return padded_by_hand(i, d * (k - 1) - p0, d * (k - 1) - p1 + op.output_padding[n], s)
    return padded_by_hand(i, p0, p1)


def steps_by_hand(op):
    """All steps as (output cell, [(kernel cell, padded cell, source, role)])."""
    lines = [line_of(op, n) for n in range(op.ndim)]
    up = isinstance(op, ConvTranspose)
    strides = [1] * op.ndim if up else op.stride
    starts = [
        windows(len(line), k, s, d) for line, k, s, d in zip(lines, op.kernel_size, strides, op.dilation, strict=True)
    ]
    for o in itertools.product(*(range(len(one)) for one in starts)):
        taps = []
        for window in itertools.product(*(range(k) for k in op.kernel_size)):
            cell = tuple(one[a] + b * d for one, a, b, d in zip(starts, o, window, op.dilation, strict=True))
            marks = [line[c] for line, c in zip(lines, cell, strict=True)]
            kernel = tuple(k - 1 - b for k, b in zip(op.kernel_size, window, strict=True)) if up else window
            if all(isinstance(mark, int) for mark in marks):
                taps.append((kernel, cell, tuple(marks), "input"))
            else:
                taps.append((kernel, cell, None, "padding" if "padding" in marks else "inserted"))
        yield o, taps


def window(k, d):
    """Cells from the first to the last that a dilated kernel reads."""
    return len(range(d * (k - 1) + 1))

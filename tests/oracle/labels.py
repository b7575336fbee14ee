"""Reads what labels say: the texts of a figure's labels, and formulas in letters and numbers."""

from __future__ import annotations

import math

import convanim as ca
from oracle.scenes import leaves, marks_of

MINUS, DOT, ELLIPSIS = "−", "·", "…"


FLOOR = {"floor": math.floor, "ceil": math.ceil, "__builtins__": {}}


def label_lines(a, step=0):
    """The texts of a figure's labels in a step, from the top; legend cells have texts of their own, which are no
    labels.
    """
    return [
        mark.text
        for mark in sorted(
            (mark for mark in leaves(marks_of(a.scene, step)) if mark.role == "label"),
            key=lambda mark: (mark.at[1], mark.at[0]),
        )
    ]


def numbers_of(op):
    """(i, k, s, (before, after), d, output_padding) of each axis."""
    pads = [(p, p) if isinstance(p, int) else p for p in op.padding]
    extra = op.output_padding if isinstance(op, ca.ConvTranspose) else (0,) * len(pads)
    return list(zip(op.input_size, op.kernel_size, op.stride, pads, op.dilation, extra, strict=True))


def value_of(formula):
    return eval(formula.replace(MINUS, "-").replace(DOT, "*"), FLOOR)


def mode_of(op):
    return getattr(op, "mode", "sum")

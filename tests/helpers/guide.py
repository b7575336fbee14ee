"""The figures of the guide, and others of every shape, that renderers and writers are tried on."""

from __future__ import annotations

import itertools

import convanim as ca
from helpers.cases import PLANAR

GUIDE = [name for name, one in ca.figures().items() if one.source in ("arithmetic.toml", "numerical.toml")]


OPERATIONS = {
    "rectangular": ca.Conv((3, 6), (2, 3)),
    "one row": ca.Conv(7, 3, padding=1, ndim=1),
    "cropped": ca.ConvTranspose(4, 2, stride=2, padding=2),
    "dilated": ca.Conv(9, 3, dilation=3),
    "asymmetric padding": ca.Conv((4, 5), 3, padding=((1, 2), (0, 1))),
    "pooling": ca.Pool((4, 6), 2),
    "uneven transposed": ca.ConvTranspose((3, 2), 3, stride=(2, 3), padding=((0, 2), (1, 0)), output_padding=(1, 0)),
    "one step": ca.Conv(3, 3),
}


def animation(name):
    """A figure of the guide, or "rectangular, flat" and the like."""
    if name in GUIDE:
        return ca.figure(name)
    kind, view = name.split(", ")
    return ca.animate(OPERATIONS[kind], view=view)


ALL = [*GUIDE, *(f"{kind}, {view}" for kind, view in itertools.product(OPERATIONS, PLANAR))]


EXAMPLES = ["padding_strides_odd_transposed", "dilation", "numerical_padding_strides"]

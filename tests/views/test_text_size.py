"""The sizes of values: a kernel's digits are no larger than those of the input that they are multiplied with."""

from __future__ import annotations

import numpy
import pytest

import convanim as ca
from convanim.render import glyphs
from convanim.scene import Text
from oracle.scenes import leaves, marks_of

INPUTS = {"short": 1, "decimals": 1.25, "long": -1234.5}
KERNELS = {"short": 1, "decimals": 0.125, "long": -12.75}
VIEWS = {  # the views of single values, with an operation of each
    "flat": ca.Conv(4, 3, padding=1),
    "im2col": ca.Conv(4, 3),
    "matrix": ca.Conv(4, 3),
    "dense": ca.Conv(4, 3),
    "line": ca.Conv((5,), 3),
    "scatter": ca.ConvTranspose(3, 3),
}


def heights(a, role):
    """The sizes of all letters of a role that are seen in the first step, in cells: those of the drawn outlines."""
    texts = [mark for mark in leaves(marks_of(a.scene, 0)) if isinstance(mark, Text) and mark.role == role]
    return [letter.size for text in texts for letter in glyphs.letters(text)]


def drawn(view, x, w):
    """A figure whose input has the number x among ones, and whose kernel has w, drawn so large that it has both."""
    op = VIEWS[view]
    inputs, kernel = numpy.ones(op.input_size), numpy.ones(op.kernel_size)
    inputs.flat[0], kernel.flat[0] = x, w
    return ca.animate(op, view=view, input=inputs, kernel=kernel, theme="clear", width=4000)


@pytest.mark.parametrize("view", VIEWS)
def test_a_kernels_digits_are_no_larger_than_the_inputs(view):
    for x in INPUTS.values():
        for w in KERNELS.values():
            a = drawn(view, x, w)
            kernel, inputs = heights(a, "kernel_value"), heights(a, "input_value")
            assert kernel and inputs and max(kernel) < 1.02 * min(inputs), (x, w)


def test_a_larger_kernel_is_seen():
    a = drawn("flat", INPUTS["long"], KERNELS["short"])
    assert max(heights(a, "kernel_value")) > 0.5 * min(heights(a, "input_value"))
    assert max(heights(drawn("flat", 1, 1), "kernel_value")) > 1.2 * min(heights(a, "input_value"))

"""Paddings that fold into the layers beside them."""

from __future__ import annotations

import pytest

import convanim as ca
from convanim.frameworks import Imported
from convanim.frameworks.walk import Padding, Walk, folded


def padding(*pads, mode="zeros", value=0.0, size=(6, 6)):
    return Padding("pad", "Pad", size, pads, mode, value)


def test_a_padding_folds_into_a_convolution_and_becomes_its_own():
    op = ca.Conv((7, 9), 3, padding=1, stride=2)
    assert folded(op, padding((0, 1), (1, 2))) == ca.Conv(6, 3, padding=((1, 2), (2, 3)), stride=2)
    assert folded(ca.Conv((7, 9), 3), padding((0, 1), (1, 2), mode="reflect")) == ca.Conv(
        6, 3, padding=((0, 1), (1, 2)), padding_mode="reflect"
    )


def test_a_crop_folds_into_the_transposed_convolution_before_it_alone():
    walk = Walk()
    walk.layer(Imported("up", ca.ConvTranspose(3, 3, stride=2, padding=1)), "x", "u")
    walk.padding(Padding("crop", "Crop", (5, 5), ((-1, 0), (0, -2))), "u", "c")
    assert walk.finish()[0].op == ca.ConvTranspose(3, 3, stride=2, padding=((2, 1), (1, 3)))
    walk = Walk()
    walk.layer(Imported("conv", ca.Conv(5, 3)), "x", "u")
    walk.padding(Padding("crop", "Crop", (3, 3), ((-1, 0), (0, -2))), "u", "c")
    with pytest.warns(ca.ConvanimWarning, match=r"crop \(Crop: no layer that it folds into"):
        walk.finish()


def test_a_padding_that_two_layers_take_folds_into_each():
    walk = Walk()
    walk.padding(padding((1, 1), (1, 1)), "x", "p")
    walk.layer(Imported("a", ca.Conv(8, 3)), "p", "a")
    walk.layer(Imported("b", ca.Conv(8, 1)), "p", "b")
    with pytest.warns(ca.ConvanimWarning, match="no chain of layers: .* before b"):
        assert [one.op.padding for one in walk.finish()] == [(1, 1), (1, 1)]

"""What Keras crops of a transposed convolution."""

from __future__ import annotations

import itertools

import pytest

from convanim.frameworks.keras_code import keras_crop


@pytest.mark.parametrize(
    ("padding", "extra", "window", "stride", "crop"),
    [
        ("valid", None, 3, 2, (0, 0)),
        ("valid", None, 2, 3, (0, -1)),
        ("valid", 1, 3, 2, (0, -1)),
        ("same", None, 3, 2, (0, 1)),
        ("same", None, 4, 2, (1, 1)),
        ("same", None, 2, 3, (0, -1)),
        ("same", 0, 3, 2, (1, 1)),
        ("same", 1, 3, 2, (0, 1)),
        ("same", None, 3, 1, (1, 1)),
    ],
)
def test_what_keras_crops_of_a_transposed_convolution(padding, extra, window, stride, crop):
    assert keras_crop(padding, extra, window, stride) == crop


def test_keras_same_gives_the_input_times_the_stride():
    for window, stride in itertools.product(range(1, 9), range(1, 6)):
        assert sum(keras_crop("same", None, window, stride)) == window - stride

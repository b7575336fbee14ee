"""The oracle of windows on worked examples of PyTorch's documentation and the guide."""

from __future__ import annotations

from oracle.windows import along_adaptive, along_convolution, along_transposed


def test_the_numbers_of_the_windows_are_pytorchs_and_the_guides():
    assert along_convolution(6, 3, 2, 1, 1, 1).output == 3
    assert along_convolution(5, 2, 2, 1, 1, 1, ceil_mode=True).output == 3, "the fourth would start in the padding"
    assert along_convolution(5, 2, 2, 0, 0, 1, ceil_mode=True).windows == [(0, 2), (2, 4), (4, 6)]
    assert along_convolution(4, 3, 1, 2, 2, 1, "reflect").sources == [2, 1, 0, 1, 2, 3, 2, 1]
    assert along_transposed(3, 3, 2, 1, 1, 1, 1).roles == [
        "padding",
        "input",
        "inserted",
        "input",
        "inserted",
        "input",
        "padding",
        "odd_padding",
    ]
    cut = along_transposed(4, 2, 2, 3, 3, 1, 0)
    assert cut.sources == [0, -1, 1, -1, 2, -1, 3] and cut.cut == [2, 2] and cut.windows[0] == (2, 4)
    assert along_adaptive(5, 3).windows == [(0, 2), (1, 4), (3, 5)]

"""What the tests of imports share: models of a function, computing what was imported, and the lines that an import
warns or refuses with.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from convanim.errors import ConvanimError
from convanim.frameworks import ConvanimWarning
from convanim.numeric.evaluation import evaluate

LOWEST = np.finfo(np.float32).min  # what onnxruntime has as the maximum over nothing


def computed(found, x):
    """What the imported layers compute, one after the other."""
    for one in found if isinstance(found, list) else [found]:
        weights = [array for array in (one.kernel, one.bias) if array is not None]
        x = evaluate(one.op, x, *weights)
    return x


def close(mine, other):
    """Whether two results have the same shape and values, nothing's maximum being what it is."""
    mine, other = (np.where(np.isneginf(values), LOWEST, values) for values in (mine, other))
    return mine.shape == other.shape and np.allclose(mine, other, rtol=1e-5, atol=1e-4)


def recorded(load, *args, **options):
    """What an import gives, and the lines that it warns with."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = load(*args, **options)
    lines = [one for one in caught if one.category is ConvanimWarning]
    assert all(one.filename == __file__ for one in lines)  # they point at the caller, which is here
    return found, [str(one.message) for one in lines]


def refusal(load, *args, **options):
    """The one line with which an import refuses."""
    with pytest.raises(ConvanimError) as error:
        load(*args, **options)
    text = str(error.value)
    assert len(text.splitlines()) == 1
    return text


BROKEN = "; the chain is broken, since convanim doesn't know which cells these read: "


def net_of(function, *modules):
    """A model whose `forward` is a function of its modules and its input."""
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(modules)

        def forward(self, x):
            return function(self.layers, x)

    return Net()

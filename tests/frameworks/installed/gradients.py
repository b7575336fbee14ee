"""The cells that an output cell sees, from PyTorch's gradients: an oracle that knows nothing of convanim.

While a model runs, kernels are positive, activations and normalisations are left out and maxima become averages, so
that no gradient cancels out or vanishes.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

torch.set_num_threads(1)  # threads that wait for each other are slower where processors are shared

PASSED = {
    "relu", "relu6", "hardtanh", "leaky_relu", "silu", "gelu", "sigmoid", "tanh", "batch_norm", "layer_norm",
    "log_softmax", "dropout",
}  # fmt: skip
LAYERS = ("conv", "max_pool", "avg_pool", "adaptive_avg_pool", "lp_pool")


class Positive(TorchFunctionMode):
    """Runs a model as a net of positive linear layers, and keeps what each convolution and pooling gives, in order."""

    def __init__(self):
        super().__init__()
        self.outputs = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "").strip("_")
        if name in PASSED:
            return args[0].clone() if args else kwargs["input"].clone()
        if name.startswith("conv") and name[-1] == "d":
            args = (args[0], torch.full_like(args[1], 1 / args[1][0].numel()), None, *args[3:])
        if name.startswith("max_pool"):
            n = name[8]
            args, kwargs = args[:4], {k: v for k, v in kwargs.items() if k in ("stride", "padding")}
            func = getattr(F, f"avg_pool{n}d")
        if name == "linear":
            args = (args[0], torch.full_like(args[1], 1 / args[1].shape[1]))
        made = func(*args, **kwargs)
        if name.startswith(LAYERS) and not name.startswith(("contiguous", "convert")):
            self.outputs.append(made)
        return made


def run(model, size, channels=None):
    """The input and, in order of execution, the outputs of the layers, and last the model's own."""
    first = next(m for m in model.modules() if isinstance(m, nn.Conv1d | nn.Conv2d | nn.ConvTranspose1d))
    shape = (1, first.in_channels, *size) if channels is None else (1, *size)
    x = torch.ones(shape, dtype=torch.float64, requires_grad=True)
    mode = Positive()
    with mode:
        y = model.eval().double()(x)
    return x, [*mode.outputs, y]


def seen(x, y, cell):
    """The cells of the input that a cell of an output depends on, by its gradient."""
    (gradient,) = torch.autograd.grad(y[(slice(None), slice(None), *cell)].sum(), x, retain_graph=True)
    rank = y.ndim - 2
    assert torch.isfinite(gradient).all()
    cells = gradient.abs().sum(tuple(range(gradient.ndim - rank))) > 0
    return {tuple(one) for one in cells.nonzero().tolist()}

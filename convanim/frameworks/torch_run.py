"""A model of PyTorch is run once, and its calls become a trace."""

from __future__ import annotations

import math
import warnings
from contextlib import ExitStack, suppress
from typing import Any

import torch

from ..errors import ConvanimError
from ..geometry.parameters import MOST_BYTES
from .torch_calls import Calls
from .torch_functions import HANDLERS
from .torch_tensors import tensors_in
from .trace import Trace

# of the zeros that a model runs on; of a single layer, which isn't computed, as many as PyTorch counts with its padding
MOST_CELLS = {False: MOST_BYTES // 4, True: 1 << 56}


def followed(model: Any, shape: tuple[int, ...], dims: tuple[int, ...], kind: str, *, alone: bool = False) -> Trace:
    """Run a model once on zeros, in eval mode, and follow its input; the model is left as it was.

    `dims` are the dimensions of the input's axes. With `alone` the model is one of PyTorch's layers, which isn't
    computed, and an operation that can't be raises its ConvanimError.
    """
    calls = Calls(model, alone, HANDLERS)
    parameter = next((p for p in model.parameters() if p.is_floating_point()), torch.empty(0))
    dtype = torch.int64 if kind == "int" else parameter.dtype
    if math.prod(shape) > MOST_CELLS[alone]:
        raise ConvanimError(f"an input of the shape {shape} has too many cells for PyTorch: take a smaller input_size")
    zeros = torch.zeros(shape, dtype=dtype, device="meta" if alone else parameter.device)
    calls.keep(zeros, calls.trace.input("the input", shape, dims))
    training = [(module, module.training) for module in model.modules() if hasattr(module, "training")]  # not if frozen
    handles = calls.hook(model)
    try:
        with ExitStack() as stack:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            stack.enter_context(torch.no_grad())
            if hasattr(torch.compiler, "set_stance"):
                stack.enter_context(torch.compiler.set_stance("force_eager"))
            with suppress(NotImplementedError):  # of an exported program, which has one mode
                model.eval()
            stack.enter_context(calls)
            if not alone:
                stack.enter_context(calls.dispatched())
            output = model(zeros)
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in training:
            module.training = mode
    if not alone:
        calls.trace.outputs += [value.step for one in tensors_in(output) if (value := calls.value(one))]
    return calls.trace

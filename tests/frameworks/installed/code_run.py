"""Runs a snippet in its framework, with arrays in PyTorch's layout, and compares what it computes with convanim.

As a program it reads operations, one a line, and prints how the snippets of a framework differ: for another Keras
backend.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

# read when the frameworks are imported; XLA's own optimisation takes longer than what is to be computed
os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_cpu_multi_thread_eigen=false")

import numpy as np

from convanim.geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from convanim.numeric.evaluation import evaluate

Arrays = dict[str, np.ndarray]
TOLERANCE = 1e-5  # relative, and absolute against the largest value


def drawn(op: Operation, seed: int = 0) -> Arrays:
    """Whole numbers of both signs, whose sums of products are exact in float32: x, and for a convolution w and b."""
    random = np.random.RandomState(seed)
    weighted = isinstance(op, Conv | ConvTranspose)
    shapes = {"x": (op.in_channels if weighted else 3, *op.input_size)}
    if weighted:
        shapes["w"] = op.kernel_shape
        if op.bias:
            shapes["b"] = (op.out_channels,)
    return {name: random.randint(-9, 10, shape).astype(np.float64) for name, shape in shapes.items()}


def executed(code: str) -> dict[str, Any]:
    """What a snippet defines."""
    names: dict[str, Any] = {}
    exec(compile(code, "<snippet>", "exec"), names)
    return names


def one_thread() -> None:
    """Small sums in several processes: more threads only wait for each other."""
    import torch

    torch.set_num_threads(1)


def run_torch(op: Operation, code: str, arrays: Arrays) -> np.ndarray:
    import torch

    one_thread()
    names = executed(code)
    layer = names["layer"].double()
    with torch.no_grad():
        for module in layer.modules():
            if hasattr(module, "weight"):
                weights = [torch.tensor(arrays[name]) for name in ("w", "b") if name in arrays]
                for name, value in zip(("weight", "bias"), weights, strict=False):
                    getattr(module, name).data = value
                if "load" in names:
                    names["load"](*weights)
        return layer(torch.tensor(arrays["x"])[None])[0].numpy()


def run_keras(op: Operation, code: str, arrays: Arrays) -> np.ndarray:
    import keras

    if keras.backend.backend() == "torch":
        import torch

        one_thread()
        torch.backends.mkldnn.enabled = (
            False  # https://github.com/pytorch/pytorch/issues/169688: wrong where a strided last axis has one output
        )
    names = executed(code)
    layer = names["layer"]
    x = np.moveaxis(arrays["x"], 0, -1)[None].astype(np.float32)
    layer(x)  # builds it
    if isinstance(op, Conv | ConvTranspose):
        names.get("load", lambda *weights: layer.set_weights(weights))(*keras_weights(op, arrays))
    return np.moveaxis(keras.ops.convert_to_numpy(layer(x))[0], -1, 0)


def keras_weights(op: Conv | ConvTranspose, arrays: Arrays) -> Iterator[np.ndarray]:
    """The kernel (..., in, out) and the bias; of a transposed convolution (..., out, in), those of each group in
    turn.
    """
    if isinstance(op, Conv):
        yield np.moveaxis(arrays["w"], (1, 0), (-2, -1))
        yield from (arrays[name] for name in arrays if name == "b")
        return
    for group in range(op.groups):
        inside, outside = op.in_channels // op.groups, op.out_channels // op.groups
        yield np.moveaxis(arrays["w"][group * inside : (group + 1) * inside], (1, 0), (-2, -1))
        if op.bias:
            yield arrays["b"][group * outside : (group + 1) * outside]


def run_jax(op: Operation, code: str, arrays: Arrays) -> np.ndarray:
    from jax import numpy as jnp

    x, *weights = (jnp.asarray(array, jnp.float32) for array in arrays.values())
    return np.asarray(executed(code)["layer"](x[None], *weights)[0])


def run_onnx(op: Operation, code: str, arrays: Arrays) -> np.ndarray:
    """By onnxruntime; what its float32 has as the maximum over nothing is the lowest number."""
    import onnxruntime

    model = executed(code)["layer"]
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads, options.inter_op_num_threads = 4, 1, 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    (value,) = session.run(
        None, {name: (array[None] if name == "x" else array).astype(np.float32) for name, array in arrays.items()}
    )
    return np.where(value[0] == np.finfo(np.float32).min, -np.inf, value[0])


RUN: dict[str, Callable[[Operation, str, Arrays], np.ndarray]] = {
    "torch": run_torch,
    "keras": run_keras,
    "jax": run_jax,
    "onnx": run_onnx,
}


def difference(op: Operation, framework: str, code: str, seed: int = 0) -> str:
    """How what a snippet computes differs from convanim: "" where it doesn't."""
    arrays = drawn(op, seed)
    expected = np.asarray(evaluate(op, *arrays.values()), np.float64)
    try:
        value = RUN[framework](op, code, arrays)
    except Exception as error:  # whatever a framework raises for code that it can't run
        return f"{type(error).__name__}: {error}"
    if value.shape != expected.shape:
        return f"the shape is {value.shape}, and convanim's {expected.shape}"
    finite = np.isfinite(expected)
    largest = max(1.0, float(np.abs(expected[finite]).max(initial=0)))
    if not np.allclose(value, expected, rtol=TOLERANCE, atol=TOLERANCE * largest):
        return f"the values are {value.ravel()[:8]}, and convanim's {expected.ravel()[:8]}"
    return ""


def averages_copies(code: str) -> bool:
    """Keras' "same" average: where the two sides differ, PyTorch's takes in copies of the edge
    (https://github.com/keras-team/keras/pull/23233).
    """
    return "AveragePooling" in code and 'padding="same"' in code


def main(framework: str) -> None:
    for line in sys.stdin.read().splitlines():
        op = eval(line, {kind.__name__: kind for kind in (AdaptivePool, Conv, ConvTranspose, Pool)})
        found = difference(op, framework, op.to_code(framework))
        if found:
            print(f"{line}: {found}")


if __name__ == "__main__":
    main(sys.argv[1])

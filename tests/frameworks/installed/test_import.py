"""Random layers of each framework are imported as what they compute; and operations come back from code, layers and
imports as they were.
"""

from __future__ import annotations

from dataclasses import replace

import code_run
import numpy as np
import pytest
from code_import import close, computed, recorded
from code_layers import MAKE, samples
from code_ops import HAND_PICKED, random_operations

from convanim.errors import ConvanimError
from convanim.frameworks import from_keras, from_onnx, from_torch
from convanim.geometry import Conv
from convanim.numeric.evaluation import evaluate

FROM = {"torch": from_torch, "keras": from_keras, "onnx": from_onnx}

pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter; ours are recorded


# --- layers in the framework's words


@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("framework", MAKE)
def test_random_layers_of_a_framework_are_imported_as_what_they_compute(framework, part, request):
    seed = request.config.getoption("--seed", default=0)
    refused = 0
    for sample in samples(MAKE[framework], f"{seed} {part}", 100):
        try:
            found, lines = recorded(
                FROM[framework], sample.layer, input_size=sample.size, **({"node": "y"} if framework == "onnx" else {})
            )
        except ConvanimError as error:
            # onnxruntime gives one cell, or none, where the window is too large
            # (https://github.com/microsoft/onnxruntime/issues/25234)
            assert framework == "onnx" and "larger than the padded input" in str(error), sample.text
            refused += 1
            continue
        assert not lines
        assert all(
            one.kernel is None or one.kernel.shape == one.op.kernel_shape
            for one in (found if isinstance(found, list) else [found])
        )
        assert close(computed(found, sample.x), sample.y), f"{sample.text}: {found}"
    assert refused < 5


@pytest.mark.parametrize("framework", MAKE)
def test_the_comparison_sees_a_kernel_and_an_operation_that_were_misread(framework):
    count = 0
    for sample in samples(MAKE[framework], "misread", 30):
        try:
            found = FROM[framework](sample.layer, input_size=sample.size)
        except ConvanimError:  # what onnxruntime makes of too large a window
            continue
        (first, *rest) = found if isinstance(found, list) else [found]
        if isinstance(first.op, Conv) and not rest and np.any(sample.x):
            wrong = [replace(first, kernel=first.kernel + 1), replace(first, op=replace(first.op, flip=True))][
                : 2 - (set(first.op.kernel_size) == {1})
            ]
            assert not any(close(computed(one, sample.x), sample.y) for one in wrong), sample.text
            count += 1
    assert count > 2


# --- there and back: operation, code, layer, operation, code, layer


def loaded(op, framework, code, arrays):
    """The layer that a snippet builds, with the weights in it; of ONNX, where they are inputs, the model."""
    kept = {}
    run = code_run.executed

    def executed(text):
        kept.update(run(text))
        return kept

    code_run.executed = executed
    try:
        value = code_run.RUN[framework](op, code, arrays)
    finally:
        code_run.executed = run
    return kept["layer"], value


@pytest.mark.parametrize("framework", FROM)
def test_there_and_back_computes_the_same(framework, request):
    whole = 0
    ops = [*HAND_PICKED, *random_operations(f"round {request.config.getoption('--seed', default=0)}", 100)]
    for n, op in enumerate(ops):
        code, arrays = op.to_code(framework), code_run.drawn(op, n)
        if code_run.averages_copies(code):
            continue
        layer, value = loaded(op, framework, code, arrays)
        try:
            found, lines = recorded(FROM[framework], layer, input_size=op.input_size)
        except ConvanimError as error:
            # what is written as a function or a module of its own; and the AvgPool2d that stands for an AvgPool1d
            assert "convolution or pooling" in str(error) or "AvgPool2d((1, " in code
            continue
        found = found if isinstance(found, list) else [found]
        if (
            lines or "class " in code or "Model(" in code
        ):  # a pad or a function was skipped, saying so; layers are not in a row
            continue
        if len(found) > 1:
            assert close(computed(found, arrays["x"]), value), (op, found)
            continue
        (one,) = found
        kernel, bias = (arrays.get("w"), arrays.get("b")) if framework == "onnx" else (one.kernel, one.bias)
        again = {name: array for name, array in (("x", arrays["x"]), ("w", kernel), ("b", bias)) if array is not None}
        assert close(evaluate(one.op, *again.values()), value), (op, one)
        again = {name: np.asarray(array, np.float64) for name, array in again.items()}
        _, second = loaded(one.op, framework, one.op.to_code(framework), again)
        assert close(second, value), (op, one)
        whole += 1
    assert whole > len(ops) * 0.4, f"{whole} of {len(ops)}"

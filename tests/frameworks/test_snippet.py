"""The texts of snippets, refusals, and what is imported when; installed/ runs snippets in each framework."""

from __future__ import annotations

import ast
import itertools
import sys

import pytest

import convanim as ca
from convanim.frameworks import FRAMEWORKS, Imported, to_code
from convanim.geometry.padding import PADDING_MODES
from helpers.processes import python
from helpers.refusals import refusal

CONV = ca.Conv(5, 3, stride=2, padding=1)


SAME = ca.Conv(6, 3, stride=2, padding="same_upper")


UP = ca.ConvTranspose(3, 3, stride=2, padding=((1, 0), (0, 1)), output_padding=1)


AVERAGE = ca.Pool(6, 3, stride=2, padding="same_upper", mode="average", count_include_pad=False)


TEXTS = [
    (
        CONV,
        "torch",
        """\
from torch import nn

layer = nn.Conv2d(1, 1, 3, stride=2, padding=1, bias=False)
""",
    ),
    (
        CONV,
        "keras",
        """\
from keras import layers

layer = layers.Conv2D(1, 3, strides=2, padding="same", use_bias=False)
""",
    ),
    (
        CONV,
        "jax",
        """\
from jax import lax


def layer(x, w):
    return lax.conv_general_dilated(x, w, window_strides=(2, 2), padding=[(1, 1), (1, 1)])
""",
    ),
    (
        CONV,
        "onnx",
        """\
from onnx import TensorProto, helper

nodes = [
    helper.make_node("Conv", ["x", "w"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1]),
]
graph = helper.make_graph(
    nodes,
    "layer",
    [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, 5, 5]),
        helper.make_tensor_value_info("w", TensorProto.FLOAT, [1, 1, 3, 3]),
    ],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 1, 3, 3])],
)
layer = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
""",
    ),
    (
        SAME,
        "torch",
        """\
from torch import nn

layer = nn.Sequential(
    nn.ZeroPad2d((0, 1, 0, 1)),
    nn.Conv2d(1, 1, 3, stride=2, bias=False),
)
""",
    ),
    (
        SAME,
        "keras",
        """\
from keras import layers

layer = layers.Conv2D(1, 3, strides=2, padding="same", use_bias=False)
""",
    ),
    (
        SAME,
        "jax",
        """\
from jax import lax


def layer(x, w):
    return lax.conv_general_dilated(x, w, window_strides=(2, 2), padding="SAME")
""",
    ),
    (
        UP,
        "torch",
        """\
from torch import nn

layer = nn.Sequential(
    nn.ConvTranspose2d(1, 1, 3, stride=2, output_padding=(1, 0), bias=False),
    nn.ZeroPad2d((0, 0, -1, 0)),
)
""",
    ),
    (
        UP,
        "keras",
        """\
import keras
from keras import layers

layer = keras.Sequential([
    layers.Conv2DTranspose(1, 3, strides=2, output_padding=(1, 0), use_bias=False),
    layers.Cropping2D(((1, 0), (0, 0))),
])
""",
    ),
    (
        UP,
        "jax",
        """\
from jax import lax
from jax import numpy as jnp


def layer(x, w):
    return lax.conv_general_dilated(
        x, jnp.flip(w, (2, 3)), window_strides=(1, 1), padding=[(1, 3), (2, 2)],
        lhs_dilation=(2, 2), dimension_numbers=("NCHW", "IOHW", "NCHW"),
    )
""",
    ),
    (
        AVERAGE,
        "torch",
        """\
from torch import nn

layer = nn.AvgPool2d(3, stride=2, ceil_mode=True)
""",
    ),
    (
        AVERAGE,
        "keras",
        """\
from keras import layers

layer = layers.AveragePooling2D(3, strides=2, padding="same")
""",
    ),
    (
        AVERAGE,
        "jax",
        """\
from jax import lax
from jax import numpy as jnp


def layer(x):
    def total(x):
        return lax.reduce_window(x, 0.0, lax.add, (1, 1, 3, 3), (1, 1, 2, 2), "SAME")

    return total(x) / total(jnp.ones_like(x))
""",
    ),
    (
        ca.Conv(5, 3, flip=True, ndim=1),
        "torch",
        '''\
from torch import nn

layer = nn.Conv1d(1, 1, 3, bias=False)


def load(kernel):
    """A true convolution: PyTorch doesn't flip the kernel, so it is flipped when it is loaded."""
    layer.weight.data = kernel.flip(-1)
''',
    ),
    (
        ca.Conv(7, 3, padding="causal", dilation=2, ndim=1),
        "keras",
        """\
from keras import layers

layer = layers.Conv1D(1, 3, padding="causal", dilation_rate=2, use_bias=False)
""",
    ),
    (
        ca.Conv(6, 2, padding="same"),
        "torch",
        """\
from torch import nn

layer = nn.Conv2d(1, 1, 2, padding="same", bias=False)
""",
    ),
    (
        ca.Conv(6, 3, padding=1, padding_mode="symmetric"),
        "torch",
        """\
from torch import nn

layer = nn.Conv2d(1, 1, 3, padding=1, bias=False, padding_mode="replicate")
""",
    ),
    (
        ca.Conv(6, (3, 1), in_channels=4, out_channels=8, groups=4, bias=True, stride=(2, 1)),
        "torch",
        """\
from torch import nn

layer = nn.Conv2d(4, 8, (3, 1), stride=(2, 1), groups=4)
""",
    ),
    (
        ca.Pool(6, 3, stride=2, padding="same_upper"),
        "torch",
        """\
from torch import nn

layer = nn.MaxPool2d(3, stride=2, ceil_mode=True)
""",
    ),
    (
        ca.AdaptivePool(5, 1),
        "keras",
        """\
from keras import layers

layer = layers.GlobalAveragePooling2D(keepdims=True)
""",
    ),
]


@pytest.mark.parametrize(("op", "framework", "text"), TEXTS)
def test_the_text_of_a_snippet(op, framework, text):
    assert op.to_code(framework) == text


def operations():
    """A few thousand small operations of all kinds that are allowed, of 1 to 3 axes."""
    for i, k, s, d, p, n in itertools.product(
        (6,), (1, 2, 3), (1, 2), (1, 2), (0, 1, ((0, 1),), ((2, 0),), "same_upper", "same_lower"), (1, 2, 3)
    ):
        padding = p * n if isinstance(p, tuple) else p
        for kind, more in (
            *((ca.Conv, {"padding_mode": mode, "flip": n == 1}) for mode in PADDING_MODES),
            (ca.ConvTranspose, {"output_padding": s - 1, "flip": n == 2}),
            *(
                (ca.Pool, {"mode": mode, "ceil_mode": ceil})
                for mode in ("max", "average", "l2")
                for ceil in (False, True)
            ),
            (ca.Pool, {"mode": "average", "count_include_pad": False, "ceil_mode": True}),
            (ca.Pool, {"mode": "average", "divisor_override": 3}),
        ):
            try:
                yield kind(i, k, stride=s, dilation=d, padding=padding, ndim=n, **more)
            except ca.ConvanimError:
                continue


def test_every_snippet_is_python_with_clean_lines_that_defines_layer():
    for op in itertools.islice(operations(), 0, None, 3):
        for name in FRAMEWORKS:
            code = op.to_code(name)
            tree = ast.parse(code)
            defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            defined |= {
                target.id
                for node in tree.body
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            assert "layer" in defined, code
            assert code.endswith("\n") and not code.endswith("\n\n") and "\n\n\n\n" not in code
            assert all(line == line.rstrip() and len(line) <= 120 for line in code.splitlines()), code
            # every name that is used is imported, defined or built in
            bound = defined | {
                alias.asname or alias.name
                for node in tree.body
                if isinstance(node, ast.Import | ast.ImportFrom)
                for alias in node.names
            }
            bound |= {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
            heads = {
                node.value.id
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            }
            assert (
                heads
                - {
                    "self",
                    "x",
                    "w",
                    "layer",
                    "nodes",
                    "start",
                    "end",
                    "ones",
                    "part",
                    "kernel",
                    "pool",
                    "cells",
                    "weights",
                }
                <= bound
            ), code
            assert {
                alias.asname or alias.name
                for node in tree.body
                if isinstance(node, ast.Import | ast.ImportFrom)
                for alias in node.names
            } <= ({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}), code


def test_to_code_says_what_it_has():
    assert (
        refusal(lambda: CONV.to_code("pytorch"))
        == "unknown framework 'pytorch': did you mean 'torch'? Expected one of torch, keras, jax, onnx"
    )
    assert refusal(lambda: CONV.to_code(None)).startswith("unknown framework None")
    assert refusal(lambda: to_code("conv", "torch")).startswith("'conv' is not an operation")


def test_more_than_three_dimensions_are_for_jax_and_onnx():
    op = ca.Conv(3, 2, ndim=4)
    assert refusal(lambda: op.to_code("torch")) == (
        "PyTorch has layers of 1 to 3 dimensions, and this has 4: take 'jax' or 'onnx', which have any number"
    )
    assert refusal(lambda: op.to_code("keras")).startswith("Keras has layers of 1 to 3 dimensions")
    assert "lax.conv_general_dilated" in op.to_code("jax")
    assert '"Conv"' in op.to_code("onnx")


@pytest.mark.parametrize(
    ("load", "package", "given"),
    [(ca.from_torch, "torch", "layer"), (ca.from_keras, "keras", "layer"), (ca.from_onnx, "onnx", "model.onnx")],
)
def test_a_framework_that_is_not_installed_is_named_with_the_line_that_installs_it(load, package, given, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    assert refusal(lambda: load(given)).endswith(f"is not installed: pip install {package}")


def test_no_framework_and_no_numpy_is_imported_by_writing_code(tmp_path):
    code = f"""
import sys
import convanim.frameworks
from convanim import Conv, Pool
for name in convanim.frameworks.FRAMEWORKS:
    Conv(5, 3, padding=((1, 2), (0, 1)), padding_mode="symmetric", flip=True).to_code(name)
    Pool(5, 3, mode="average", dilation=2, padding=((1, 2), (0, 1)), count_include_pad=False).to_code(name)
print(sorted(set(sys.modules) & { ({*FRAMEWORKS, "numpy"})!r}))
"""
    run = python("-c", code, cwd=tmp_path)
    assert (run.stdout, run.stderr) == ("[]\n", "")


def test_an_imported_layer_is_shown_without_its_arrays():
    assert repr(Imported("conv", CONV)) == f"Imported(name='conv', op={CONV!r})"

"""The command line with an ONNX model: drawing a node, its sizes, and what is refused in one line."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper


@pytest.fixture
def command(tmp_path):
    weights = numpy_helper.from_array(np.ones((1, 1, 3, 3), np.float32), "w")
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], name="first", auto_pad="SAME_UPPER", strides=[2, 2]),
        helper.make_node("Relu", ["c"], ["r"], name="relu"),
        helper.make_node("MaxPool", ["r"], ["y"], name="pool", kernel_shape=[2, 2]),
    ]
    shapes = (
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, "H", "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    onnx.save(helper.make_model(helper.make_graph(nodes, "g", *shapes, [weights])), tmp_path / "m.onnx")

    def run(*words):
        done = subprocess.run(
            [sys.executable, "-m", "convanim", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return run


def test_a_node_of_a_model_is_drawn_and_one_size_is_for_all_its_axes(command, tmp_path):
    assert command("draw", "--onnx", "m.onnx", "--node", "first", "-i", "6", "--view", "flat", "-o", "x.gif") == (
        0,
        "x.gif\n",
        "",
    )
    assert (tmp_path / "x.gif").stat().st_size > 1000
    status, out, err = command("info", "--onnx", "m.onnx", "--node", "pool", "-i", "6x8")
    assert (status, err) == (0, "") and out.startswith("Max pooling of a 3x4 input, kernel 2x2")


def test_what_the_command_line_cannot_draw_of_a_model_is_one_line(command):
    status, out, err = command("info", "--onnx", "m.onnx", "-i", "6")
    assert (status, out) == (2, "")
    assert err.splitlines() == [
        "convanim: skipped, neither convolution nor pooling: relu (Relu)",
        "convanim: m.onnx has 2 layers that can be drawn, first, pool: choose one with --node NAME",
    ]
    for words, part in (
        (("--onnx", "no.onnx"), "can't be read"),
        (("--onnx", "m.onnx", "--node", "frist", "-i", "6"), "did you mean 'first'"),
        (("--node", "first"), "add --onnx"),
        (("conv", "--onnx", "m.onnx"), "conv can't be combined with --onnx"),
    ):
        status, out, err = command("info", *words)
        assert (status, out, err.count("\n")) == (2, "", 1) and part in err

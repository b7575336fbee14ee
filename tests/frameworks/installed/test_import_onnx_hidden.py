"""`from_onnx` where the input goes hidden ways: computed weights, graphs inside nodes, operators of other domains and
versions; and functions that only seem to keep each cell. The oracle is onnxruntime, on inputs that differ in a cell.
"""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from code_import import recorded, refusal
from onnx import TensorProto, helper, numpy_helper

import convanim as ca
from convanim.frameworks import from_onnx

onnxruntime = pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter; ours are recorded
node = helper.make_node


def kernel(*shape):
    return np.random.RandomState(1).rand(*shape).astype(np.float32) + 0.1


WEIGHTS = {"w": kernel(1, 1, 3), "w1": kernel(1, 1, 1), "w2": kernel(2, 1, 3), "w3": kernel(1, 2, 3)}


def model(*nodes, opset=17, size=(1, 1, 8), domain="", **constants):
    initial = [numpy_helper.from_array(np.asarray(value), name) for name, value in (WEIGHTS | constants).items()]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, one) for name, one in (("x", size), ("y", None)))
    graph = helper.make_graph(list(nodes), "g", [x], [y], initial)
    opsets = [helper.make_opsetid("", opset), *([helper.make_opsetid(domain, 1)] if domain else [])]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def reached(made, size):
    """The cells of the input that each cell of the output depends on."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    x = np.random.RandomState(0).rand(1, 1, *size).astype(np.float32) + 0.5
    y = session.run(None, {"x": x})[0]
    found = {cell: set() for cell in itertools.product(*map(range, y.shape[2:]))}
    for cell in itertools.product(*map(range, size)):
        for by in (10, -10):
            other = x.copy()
            other[(0, 0, *cell)] += by
            moved = np.abs(session.run(None, {"x": other})[0] - y).max((0, 1)) > 1e-6
            for one in zip(*np.nonzero(moved), strict=True):
                found[tuple(map(int, one))].add(cell)
    return found


def numbers(*values):
    return np.array(values, np.int64)


FOLLOWED = {
    "slice with a step and an end": (
        node("Conv", ["x", "w"], ["a"]),
        node("Slice", ["a", "starts", "ends", "axes", "steps"], ["b"]),
        node("Conv", ["b", "w"], ["y"]),
    ),
    "reduction of channels": (
        node("Conv", ["x", "w2"], ["a"]),
        node("ReduceL2", ["a"], ["b"], axes=[1], keepdims=1),
        node("Conv", ["b", "w"], ["y"]),
    ),
    "softmax of channels": (
        node("Conv", ["x", "w2"], ["a"]),
        node("Softmax", ["a"], ["b"], axis=1),
        node("Conv", ["b", "w3"], ["y"]),
    ),
    "comparison": (
        node("Conv", ["x", "w"], ["a"], pads=[1, 1]),
        node("Greater", ["a", "x"], ["b"]),
        node("Where", ["b", "a", "x"], ["y"]),
    ),
}
SLICED = {"starts": numbers(0), "ends": numbers(5), "axes": numbers(2), "steps": numbers(2)}


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_keeps_or_picks_cells_is_followed(name):
    made = model(*FOLLOWED[name], **SLICED)
    found, _ = recorded(from_onnx, made)
    for cell, cells in reached(made, (8,)).items():
        assert ca.sources(found, cell) == cells, (name, cell)


def test_the_models_input_is_the_data_wherever_its_weights_stand():
    sizes = {"k": [1, 1, 3], "b": [1], "x": ["N", 1, "T"]}
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in sizes.items()]
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([node("Conv", ["x", "k", "b"], ["y"])], "g", inputs, [output])
    (found,), lines = recorded(from_onnx, helper.make_model(graph), input_size=8)
    assert found.op == ca.Conv(8, 3, ndim=1, bias=True) and lines == []


def test_zeros_beside_the_input_are_its_padding():
    nodes = (node("Concat", ["left", "x", "right"], ["a"], axis=2), node("Conv", ["a", "w"], ["y"]))
    sides = {name: np.zeros((1, 1, n), np.float32) for name, n in (("left", 3), ("right", 0))}
    (found,), lines = recorded(from_onnx, model(*nodes, **sides))
    assert found.op == ca.Conv(8, 3, padding=((3, 0),), ndim=1) and lines == []
    sides["left"][:] = 1
    (found,), lines = recorded(from_onnx, model(*nodes, **sides))
    assert found.op == ca.Conv(11, 3, ndim=1) and "a (Concat) stands between" in lines[0]


def branch(*nodes):
    output = helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)
    return helper.make_graph(list(nodes), "g", [], [output])


IF = node(
    "If",
    ["yes"],
    ["b"],
    name="if",
    then_branch=branch(node("Conv", ["a", "w"], ["t"], pads=[1, 1])),
    else_branch=branch(node("Neg", ["a"], ["e"])),
)
BROKEN = {
    "an If, whose graphs take a tensor from outside": ((IF,), 17),
    "softmax before opset 13": ((node("Softmax", ["a"], ["b"], name="s", axis=1),), 11),
    "softmax before opset 13, by default": ((node("Softmax", ["a"], ["b"], name="s"),), 11),
    "resize by 1.1": (
        (node("Resize", ["a", "", "scales"], ["b"], coordinate_transformation_mode="asymmetric"),),
        17,
    ),
    "resize of a part": (
        (node("Resize", ["a", "roi", "ones"], ["b"], coordinate_transformation_mode="tf_crop_and_resize"),),
        17,
    ),
    "upsampling by 1.1": ((node("Upsample", ["a", "scales"], ["b"]),), 9),
    "slopes computed from the input": (
        (node("ReduceMean", ["a"], ["m"], axes=[2], keepdims=1), node("PRelu", ["x", "m"], ["b"])),
        17,
    ),
    "limits computed from the input": (
        (node("ReduceMax", ["a"], ["m"], keepdims=0), node("Clip", ["a", "", "m"], ["b"])),
        17,
    ),
    "padding computed from the input": (
        (node("ReduceMax", ["a"], ["m"], keepdims=0), node("Pad", ["a", "pads", "m"], ["b"])),
        17,
    ),
    "a convolution of another domain": ((node("Conv", ["a", "w"], ["b"], domain="my"),), 17),
    "weights computed from the input": (
        (node("Slice", ["a", "starts", "ends", "axes"], ["k"]), node("Conv", ["x", "k"], ["b"], name="dynamic")),
        17,
    ),
}
CONSTANTS = {
    "yes": np.array(True),
    "scales": np.array([1, 1, 1.1], np.float32),
    "ones": np.array([1, 1, 1], np.float32),
    "roi": np.array([0, 0, 0, 1, 1, 0.5], np.float32),
    "pads": numbers(0, 0, 1, 0, 0, 0),
    "starts": numbers(0),
    "ends": numbers(3),
    "axes": numbers(2),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_reads_other_cells_breaks_the_chain(name):
    between, opset = BROKEN[name]
    unknown_size = "domain" in name or name.startswith("an If")  # of b, so that the last layer's is unknown too
    nodes = (
        node("Conv", ["x", "w"], ["a"], pads=[1, 1], name="first"),
        *between,
        node("Add", ["b", "a"] if unknown_size else ["b", "b"], ["c"]),
        node("Conv", ["c", "w"], ["y"], name="last"),
    )
    found, lines = recorded(from_onnx, model(*nodes, opset=opset, domain="my", **CONSTANTS))
    assert isinstance(found, ca.Network) or "last" in lines[0], (name, found)
    if isinstance(found, ca.Network):
        stands = r"stands after first$" if unknown_size else r"stands between (x, \w+|first|x, first) and last$"
        assert found.breaks and re.search(stands, lines[0]), lines


def test_operators_of_another_domain_are_no_layers():
    other = node("Conv", ["x", "w"], ["a"], domain="my", name="other")
    made = model(other, node("Conv", ["x", "w"], ["y"], name="own"), domain="my")
    assert from_onnx(made, node="own").op == ca.Conv(8, 3, ndim=1)
    assert "node 'other' is a Conv, no convolution or pooling: take one of own" in refusal(
        from_onnx, made, node="other"
    )
    assert "there is nothing to import" in refusal(from_onnx, model(other, domain="my"))


def test_quantised_weights_are_numbers_at_each_opset():
    whole = {"q": np.array([[[1, 2, 3]], [[4, 5, 6]]], np.int8), "scale": np.array([0.5, 0.25], np.float32)}
    whole["zero"] = np.array([0, 1], np.int8)
    nodes = (node("DequantizeLinear", ["q", "scale", "zero"], ["k"], axis=0), node("Conv", ["x", "k"], ["y"]))
    for opset in (13, 17, 19, 21):
        (found,), _ = recorded(from_onnx, model(*nodes, opset=opset, **whole))
        assert found.kernel.tolist() == [[[0.5, 1.0, 1.5]], [[0.75, 1.0, 1.25]]]


def test_what_is_lost_behind_the_last_layer_or_beside_it_is_named():
    back = {"starts": numbers(-1), "ends": numbers(-99), "axes": numbers(2), "steps": numbers(-1)}
    turned = (
        node("Conv", ["x", "w1"], ["a"], name="conv"),
        node("Slice", ["a", *back], ["b"]),
        node("Add", ["b", "x"], ["y"], name="add"),
    )
    _, lines = recorded(from_onnx, model(*turned, **back))
    assert "after the last layer, convanim doesn't know which cells these read: add of conv, x" in lines[0]
    beside = (
        node("Slice", ["x", *back], ["b"], name="turn"),
        node("Conv", ["x", "w1"], ["a"], name="conv"),
        node("Add", ["b", "a"], ["y"], name="add"),
    )
    net, lines = recorded(from_onnx, model(*beside, **back))
    assert [one.kind for one in net.nodes if one.kind != "cells"] == ["input", "input", "layer", "sum"]
    assert "turn (Slice) reads the model's input directly, not through a layer" in lines[0]
    norm = (
        node("Conv", ["x", "w"], ["a"]),
        node("InstanceNormalization", ["a", "one", "one"], ["b"], name="norm"),
        node("Conv", ["b", "w"], ["y"]),
    )
    _, lines = recorded(from_onnx, model(*norm, one=np.ones(1, np.float32)))
    assert "leave out the means that norm take over all cells" in lines[0]
    assert "its weights are computed" in refusal(
        from_onnx, model(node("Neg", ["x"], ["k"]), node("Conv", ["x", "k"], ["y"]))
    )

"""`from_onnx`: a graph with its weights and open sizes, one node of it, pads, and refusals."""

from __future__ import annotations

import code_run
import numpy as np
import pytest
from code_import import close, computed, recorded, refusal

from convanim.frameworks import Imported, from_onnx
from convanim.geometry import AdaptivePool, Conv, ConvTranspose, Pool
from convanim.geometry.network import Network
from convanim.numeric.evaluation import evaluate

pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter; ours are recorded


def graph(**inputs):
    """Pad - Conv - Relu - MaxPool - ConvTranspose and a branch with an AveragePool, a global pooling and an L1
    pooling.
    """
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.RandomState(3)
    w, v, b = (random.randint(-5, 6, shape).astype(np.float32) for shape in ((8, 3, 3, 3), (8, 4, 2, 2), (8,)))
    nodes = [
        helper.make_node("Constant", [], ["pads"], value_ints=[0, 0, 1, 1, 0, 0, 1, 1]),
        helper.make_node("Pad", ["x", "pads"], ["xp"], name="pad"),
        helper.make_node("Constant", [], ["w"], value=numpy_helper.from_array(w)),
        helper.make_node("Conv", ["xp", "w", "b"], ["c"], name="conv", pads=[0, 0, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"], name="relu"),
        helper.make_node("MaxPool", ["r"], ["m"], name="max", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        helper.make_node("ConvTranspose", ["m", "v"], ["t"], strides=[2, 2], output_shape=[21, 21]),
        helper.make_node("AveragePool", ["m"], ["a"], name="average", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("GlobalAveragePool", ["t"], ["y"], name="global"),
        helper.make_node("LpPool", ["m"], ["l1"], name="l1", kernel_shape=[2, 2], p=1),
    ]
    sides = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (inputs or {"x": ["N", 3, "H", "W"]}).items()
    ]
    made = helper.make_graph(
        nodes,
        "net",
        sides,
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(v, "v"), numpy_helper.from_array(b, "b")],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 19)], ir_version=9), w, v, b


def test_an_onnx_graph_is_a_list_in_its_order_with_weights_from_initialisers_and_constants():
    model, w, v, b = graph()
    found, lines = recorded(from_onnx, model, input_size=20)
    assert [(one.name, one.op) for one in found] == [
        ("conv", Conv(20, 3, padding=((1, 2), (1, 2)), in_channels=3, out_channels=8, bias=True)),
        ("max", Pool(21, 2, stride=2, ceil_mode=True)),
        (
            "t",
            ConvTranspose(11, 2, stride=2, padding=((1, 0), (1, 0)), in_channels=8, out_channels=4),
        ),  # without SAME_UPPER the odd cell is at the start
        ("average", Pool(11, 3, stride=1, padding=1, mode="average", count_include_pad=False)),
        ("global", AdaptivePool(21, 1)),
    ]
    assert isinstance(found, Network)
    assert [[layer.name for layer in path] for path in found.paths] == [
        ["conv", "max", "t", "global"],
        ["conv", "max", "average"],
    ]
    assert (found[0].kernel == w).all()
    assert (found[0].bias == b).all()
    assert (found[2].kernel == v).all()
    assert lines == [
        "skipped, neither convolution nor pooling: l1 (LpPool: p=1: only the L2 pooling is supported, p=2), relu (Relu)"
    ]


@pytest.mark.parametrize(
    "inputs", [{"x": ["N", 3, 20, 20]}, {"x": ["N", 3, "H", 20]}, {"x": None}, {"x": [0, 3, 0, 0]}]
)
def test_the_given_size_stands_for_what_an_onnx_input_leaves_open(inputs):
    model, *_ = graph(**inputs)
    expected = [one.op for one in recorded(from_onnx, graph()[0], input_size=20)[0]]
    assert [one.op for one in recorded(from_onnx, model, input_size=(20, 20))[0]] == expected
    if inputs["x"] == ["N", 3, 20, 20]:
        assert [one.op for one in recorded(from_onnx, model)[0]] == expected


@pytest.mark.parametrize(
    ("node", "kind"), [("conv", Conv), ("c", Conv), ("t", ConvTranspose), ("average", Pool), ("y", AdaptivePool)]
)
def test_one_onnx_node_is_picked_by_its_name_or_its_outputs(node, kind, tmp_path):
    import onnx

    model, *_ = graph()
    found, lines = recorded(from_onnx, model, node=node, input_size=20)
    assert isinstance(found, Imported)
    assert type(found.op) is kind
    assert not lines
    path = tmp_path / "net.onnx"
    onnx.save(model, path)
    assert (
        recorded(from_onnx, path, node=node, input_size=20)[0].op
        == recorded(from_onnx, str(path), node=node, input_size=20)[0].op
        == found.op
    )


def test_an_onnx_node_with_its_pad_computes_what_the_runtime_does():
    from code_layers import run_model
    from onnx import helper

    model, *_ = graph()
    for wanted, n in (("c", 4), ("m", 6), ("t", 7)):  # the outputs of the first nodes
        del (part := type(model).FromString(model.SerializeToString())).graph.node[n:]
        part.graph.output[0].CopyFrom(helper.make_tensor_value_info(wanted, 1, None))
        x = np.random.RandomState(1).randint(-5, 6, (3, 20, 20)).astype(np.float64)
        found, _ = recorded(from_onnx, part, input_size=20)
        y = evaluate(found[0].op, x, found[0].kernel, found[0].bias)
        if wanted != "c":
            y = computed(found[1:], np.maximum(y, 0))
        assert close(y, run_model(part, x))


def test_onnx_pads_are_an_attribute_an_input_or_of_some_axes_only():
    from onnx import TensorProto, helper

    def model(opset, *nodes):
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 6, 6])
        pool = helper.make_node("LpPool", ["p"], ["y"], kernel_shape=[3, 3])
        made = helper.make_graph(
            [*nodes, pool], "g", [x], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
        )
        return helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)])

    def constant(name, values):
        return helper.make_node("Constant", [], [name], value_ints=values)

    op = Pool(6, 3, stride=1, padding=((1, 0), (2, 0)), mode="l2")
    rows = [
        (2, [helper.make_node("Pad", ["x"], ["p"], pads=[0, 0, 1, 2, 0, 0, 0, 0])]),
        (13, [constant("n", [0, 0, 1, 2, 0, 0, 0, 0]), helper.make_node("Pad", ["x", "n"], ["p"])]),
        (
            19,
            [
                constant("n", [2, 1, 0, 0]),
                constant("axes", [-1, 2]),
                helper.make_node("Pad", ["x", "n", "", "axes"], ["p"]),
            ],
        ),
    ]
    for opset, nodes in rows:
        (found,) = from_onnx(model(opset, *nodes))
        assert found.op == op
    channels = [constant("n", [0, 1, 0, 0, 0, 0, 0, 0]), helper.make_node("Pad", ["x", "n"], ["p"], name="pad")]
    (found,), lines = recorded(from_onnx, model(13, *channels))
    assert found.op.input_size == (6, 6)
    assert lines == ["skipped, neither convolution nor pooling: pad (Pad: it pads the batch or the channels)"]


def test_onnx_weights_that_are_inputs_have_a_shape_and_no_values():
    op = Conv(5, 3, stride=2, padding=1, in_channels=2, out_channels=4, groups=2, bias=True)
    (found,) = from_onnx(code_run.executed(op.to_code("onnx"))["layer"])
    assert (found.op, found.kernel, found.bias) == (op, None, None)


def test_onnx_errors_are_one_line(tmp_path):
    import onnx
    from onnx import helper

    model, *_ = graph()
    assert "is not an ONNX model" in refusal(from_onnx, 3)
    assert "can't be read: No such file" in refusal(from_onnx, tmp_path / "none.onnx")
    assert "can't be read" in refusal(from_onnx, tmp_path)
    for n, data in enumerate((b"", b"hello\n", b"\x00" * 40, b"GIF89a" * 10)):
        path = tmp_path / f"{n}.onnx"
        path.write_bytes(data)
        assert f"{path} is not an ONNX model" in refusal(from_onnx, path)
    assert "leaves the size of 'xp' open: give input_size" in refusal(from_onnx, model)
    assert "leaves the size of 'xp' open" in refusal(from_onnx, model, "conv")
    assert (
        refusal(from_onnx, model, "cnov", 20)
        == "unknown node 'cnov': did you mean 'conv'? Expected one of conv, max, t, average, global, l1"
    )
    assert "node 'relu' is a Relu, no convolution or pooling: take one of conv" in refusal(from_onnx, model, "relu", 20)
    assert "p=1: only the L2 pooling is supported" in refusal(from_onnx, model, "l1", 20)
    assert "is for 3 axes, and the model's input 'x' has 2" in refusal(from_onnx, model, None, (3, 20, 20))
    assert "is not what the model's input 'x' has, (20, 20)" in refusal(from_onnx, graph(x=[1, 3, 20, 20])[0], None, 8)
    empty = helper.make_model(helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [], []))
    assert "nothing to import" in refusal(from_onnx, empty)
    onnx.save(model, tmp_path / "net.onnx")
    assert isinstance(recorded(from_onnx, tmp_path / "net.onnx", input_size=20)[0], Network)

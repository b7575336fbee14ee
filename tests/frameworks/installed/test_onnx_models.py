"""`from_onnx` on whole models that PyTorch's exporters write, on ONNX' own node tests, and on broken files."""

from __future__ import annotations

import io
import logging
import random
import subprocess
import sys
import warnings
from functools import cache

import numpy as np
import onnx
import pytest
import torch
from code_import import close, recorded, refusal
from models import MODELS
from onnx import TensorProto, helper, numpy_helper
from torch import nn

import convanim as ca
from convanim.frameworks import from_onnx
from convanim.numeric.evaluation import evaluate

pytestmark = pytest.mark.filterwarnings("ignore")
torch.set_num_threads(1)


def exported(model, x, opset, dynamo=False, **options):
    """The model that one of PyTorch's two exporters writes."""
    stream = io.BytesIO()
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dynamo:
            options["external_data"] = False
        torch.onnx.export(model.eval(), (x,), stream, opset_version=opset, dynamo=dynamo, verbose=False, **options)
    logging.disable(logging.NOTSET)
    return onnx.load_from_string(stream.getvalue())


@cache
def narrow(name):
    """A model, an input for it, and what `from_torch` gives."""
    torch.manual_seed(0)
    make, size = MODELS[name]
    model = make().eval()
    first = next(module for module in model.modules() if hasattr(module, "in_channels"))
    shape = (1, *size) if name == "keyword_spotting" else (1, first.in_channels, *size)
    return model, torch.zeros(shape), recorded(ca.from_torch, model, input_size=size)[0]


def without_bias(layers):
    """The operations in an order of their own; the exporters fold normalisations into a bias."""
    return sorted(str(ca.Conv(**words(one.op)) if isinstance(one.op, ca.Conv) else one.op) for one in layers)


def words(op):
    names = ("input_size", "kernel_size", "stride", "padding", "dilation", "padding_mode", "in_channels")
    return {name: getattr(op, name) for name in (*names, "out_channels", "groups")}


EXPORTS = [(False, 11), (False, 13), (False, 17), (True, 18), (True, 20)]
WHOLE = [
    name for name in MODELS if name not in ("vgg16", "resnet50", "efficientnet_without_se")
]  # 2x2 to 7x7 isn't exported


@pytest.mark.parametrize(
    ("name", "dynamo", "opset"),
    [
        (name, *export)
        for n, name in enumerate(WHOLE)
        for m, export in enumerate(EXPORTS)
        if n % 5 == m or export[1] in (11, 18)  # both exporters for each model, each opset for some
    ],
)
def test_a_model_means_the_same_through_an_exporter(name, dynamo, opset):
    model, x, mine = narrow(name)
    theirs = recorded(from_onnx, exported(model, x, opset, dynamo))[0]
    assert type(mine) is type(theirs)
    unused = 1 if name == "wavenet" else 0  # the last residual, which exporters leave out
    assert len(theirs) == len(mine) - unused
    mine_ops, their_ops = without_bias(mine), without_bias(theirs)
    assert all(their_ops.count(one) <= mine_ops.count(one) for one in their_ops)
    assert ca.receptive_field(theirs)[-1] == ca.receptive_field(mine)[-1]
    assert (
        sum(one.op.macs for one in theirs if hasattr(one.op, "macs"))
        == sum(one.op.macs for one in [*mine][: len(mine)] if hasattr(one.op, "macs")) - unused * 4 * 4 * 80
    )
    if isinstance(mine, ca.Network) and not unused:
        kinds = ("sum", "concatenation")
        assert [sum(j.kind == k for j in mine.joins) for k in kinds] == [
            sum(j.kind == k for j in theirs.joins) for k in kinds
        ]


@pytest.mark.parametrize("opset", range(11, 18))
def test_a_zero_pad_before_a_convolution_folds_at_each_opset(opset):
    net = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 2, 3, stride=2))
    op = ca.Conv(9, 3, stride=2, padding=((0, 1), (0, 1)), out_channels=2, bias=True)
    found, lines = recorded(from_onnx, exported(net, torch.zeros(1, 1, 9, 9), opset))
    assert [one.op for one in found] == [op] and lines == []
    names = {"input_names": ["x"], "dynamic_axes": {"x": {0: "batch", 2: "h", 3: "w"}}}
    model = exported(net, torch.zeros(1, 1, 9, 9), opset, **names)
    for size in (9, (9, 9), {"h": 9, "w": 9}):
        assert [one.op for one in recorded(from_onnx, model, input_size=size)[0]] == [op]


class Sound(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv1d(1, 2, 5, 2), nn.Conv1d(2, 2, 3)

    def forward(self, x):
        return self.two(torch.relu(self.one(x.unsqueeze(1))))


class Last(nn.Module):
    """Takes channels last."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 5, 2)

    def forward(self, x):
        return self.conv(x.permute(0, 3, 1, 2))


def test_the_size_belongs_to_the_axes_of_the_first_layer_wherever_they_are():
    names = {"input_names": ["x"], "dynamic_axes": {"x": {0: "batch", 1: "time"}}}
    model = exported(Sound(), torch.zeros(1, 100), 13, **names)
    for size in (16000, (16000,), {"time": 16000}):
        found, lines = recorded(from_onnx, model, input_size=size)
        assert [one.op.input_size for one in found] == [(16000,), (7998,)]
        assert "first layer" not in lines[0] and "broken" not in lines[0]
    assert "give input_size=32" in refusal(from_onnx, model) and "{'time': 32}" in refusal(from_onnx, model)
    model = exported(Last(), torch.zeros(1, 12, 14, 3), 13)
    for size in (None, (12, 14)):
        found, lines = recorded(from_onnx, model, input_size=size)
        assert [one.op.input_size for one in found] == [(12, 14)]
        assert "first layer" not in lines[0] and "broken" not in lines[0]
    assert "input_size=(20, 20) is not what the model's input" in (text := refusal(from_onnx, model, None, 20))
    assert "has, (12, 14): leave it out" in text
    model = exported(Last(), torch.zeros(1, 12, 14, 3), 13, input_names=["x"], dynamic_axes={"x": {1: "h", 2: "w"}})
    assert recorded(from_onnx, model, input_size=(20, 21))[0][0].op.input_size == (20, 21)
    assert "give sizes for w too" in refusal(from_onnx, model, None, {"h": 9})
    assert "has a size for 'q', and the model leaves open h, w" in refusal(from_onnx, model, None, {"q": 9})


# --- ONNX' own tests


def onnx_cases():
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    kinds = ("Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "GlobalMaxPool", "GlobalAveragePool")
    return [one for one in cases if len(one.model.graph.node) == 1 and one.model.graph.node[0].op_type in
            (*kinds, "QLinearConv", "ConvInteger")]  # fmt: skip


def with_weights(model, inputs):
    """The model with all inputs but the first as constants."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for value, array in zip(list(model.graph.input)[1:], inputs[1:], strict=True):
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(array), value.name))
    del model.graph.input[1:]
    return model


def test_onnxs_own_node_tests_compute_what_they_expect():
    refused, compared = [], 0
    for case in onnx_cases():
        inputs, outputs = case.data_sets[0]
        kind = case.model.graph.node[0].op_type
        model = with_weights(case.model, inputs)
        try:
            (found,) = recorded(from_onnx, model)[0]
        except ca.ConvanimError as error:
            assert "p=" in str(error) and "L2 pooling" in str(error), case.name
            refused.append(case.name)
            continue
        x = np.asarray(inputs[0], float)
        if kind == "ConvInteger":
            x = x - inputs[2]
        if kind == "QLinearConv":
            x = (x - inputs[2]) * inputs[1]
        weights = [one for one in (found.kernel, found.bias) if one is not None]
        made = np.stack([evaluate(found.op, one, *weights) for one in x])
        if kind == "QLinearConv":
            made = np.clip(np.round(made / inputs[6]) + inputs[7], 0, 255)
        assert close(made, np.asarray(outputs[0], float)), case.name
        compared += 1
    assert compared >= 60 and len(refused) == 5


# --- what breaks a chain, and broken files


def model_of(*nodes, shape=(1, 1, 8, 8), weights=((1, 1, 3, 3),)):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, list(shape))
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    initial = [numpy_helper.from_array(np.ones(one, np.float32), f"w{n}") for n, one in enumerate(weights)]
    graph = helper.make_graph(list(nodes), "g", [x], [y], initial)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])


def test_an_operator_that_is_not_known_breaks_the_chain():
    nodes = [
        helper.make_node("Conv", ["x", "w0"], ["a"], name="first"),
        helper.make_node("DepthToSpace", ["a"], ["b"], name="shuffle", blocksize=2),
        helper.make_node("Conv", ["b", "w1"], ["y"], name="last"),
    ]
    net, lines = recorded(from_onnx, model_of(*nodes, weights=((4, 1, 3, 3), (1, 1, 3, 3))))
    assert isinstance(net, ca.Network) and len(net.breaks) == 1
    assert lines == [
        "skipped, neither convolution nor pooling: shuffle (DepthToSpace); the chain is broken, since convanim doesn't"
        " know which cells these read: shuffle (DepthToSpace) stands between first and last"
    ]
    with pytest.raises(ca.ConvanimError, match=r"shuffle .* stands between first and last"):
        ca.receptive_field(net)
    assert [len(path) for path in net.paths] == [1, 1]


def test_a_slice_between_two_layers_is_a_step_of_its_own():
    ends = numpy_helper.from_array(np.array([-2]), "ends")
    rest = {name: numpy_helper.from_array(np.array([n]), name) for name, n in (("starts", 1), ("axes", 2))}
    nodes = [
        helper.make_node("Conv", ["x", "w0"], ["a"], name="first"),
        helper.make_node("Relu", ["a"], ["r"]),
        helper.make_node("Slice", ["r", "starts", "ends", "axes"], ["b"], name="slice"),
        helper.make_node("Conv", ["b", "w0"], ["c"], name="cut"),
        helper.make_node("Add", ["c", "c"], ["d"]),
        helper.make_node("Sub", ["d", "r2"], ["y"]),
        helper.make_node("Slice", ["r", "starts", "ends", "axes"], ["q"]),
    ]
    model = model_of(*nodes[:4])
    model.graph.output[0].name = "c"
    model.graph.initializer.extend([ends, *rest.values()])
    model.graph.node.append(helper.make_node("MaxPool", ["r"], ["y"], name="other", kernel_shape=[2, 2]))
    net, lines = recorded(from_onnx, model)
    assert isinstance(net, ca.Network) and "slice (Slice: it crops the input)" in lines[0]
    assert [node.kind for node in net.nodes] == ["input", "layer", "cells", "layer", "layer"]
    field = ca.receptive_field(net)[1]
    assert (field.size, field.start) == ((5, 5), (1, 0))


def test_broken_models_are_one_line():
    conv = helper.make_node("Conv", ["x", "w0"], ["y"], name="c")
    one_input = helper.make_node("Conv", ["x"], ["y"], name="c")
    assert "a Conv takes 2 inputs or more, and this one 1" in refusal(from_onnx, model_of(one_input))
    odd = helper.make_node("Conv", ["x", "w0"], ["y"], name="c", auto_pad=b"\xff")
    assert "unknown padding" in refusal(from_onnx, model_of(odd)).lower() or "padding" in refusal(
        from_onnx, model_of(odd)
    )
    pads = helper.make_node("Conv", ["x", "w0"], ["y"], name="c", pads=[1, 1, 1])
    assert "3 numbers, and 2 axes need 4" in refusal(from_onnx, model_of(pads))
    no_output = helper.make_node("Conv", ["x", "w0"], [], name="c")
    assert "nothing to import" in refusal(from_onnx, model_of(no_output))
    assert [one.name for one in recorded(from_onnx, model_of(helper.make_node("Relu", ["x"], []), conv))[0]] == ["c"]
    short = model_of(conv)
    short.graph.initializer[0].raw_data = b"1234"
    assert "doesn't fit its shape" in refusal(from_onnx, short)
    unknown = model_of(conv)
    unknown.graph.initializer[0].data_type = 99
    assert "\n" not in refusal(from_onnx, unknown)


def test_broken_files_are_refused_in_one_line_or_imported(tmp_path, request):
    seed = request.config.getoption("--seed", default=0)
    bases = [
        exported(narrow(name)[0], narrow(name)[1], 13).SerializeToString() for name in ("tcn", "se_net", "shufflenet")
    ]
    path, refused = tmp_path / "broken.onnx", 0
    for n in range(600):
        drawn = random.Random(f"{seed} {n}")
        data = bytearray(drawn.choice(bases))
        for _ in range(drawn.choice([1, 1, 2, 5])):
            place = drawn.randrange(len(data))
            if drawn.random() < 0.6:
                data[place] = drawn.randrange(256)
            else:
                del data[place : place + drawn.randrange(1, 9)]
        path.write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                from_onnx(path)
            except ca.ConvanimError as error:
                assert "\n" not in str(error)
                refused += 1
    assert 100 < refused < 600


BOMBS = {
    "ConstantOfShape": [25614222880669700],
    "Expand": [1 << 40, 1 << 20],
    "Tile": [1 << 50],
    "Range": [1 << 60],
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_file_that_asks_for_all_memory_is_read_within_bounds(kind, tmp_path):
    """The pads are computed from a tensor of 2 ** 54 cells, which is never made."""
    numbers = helper.make_node("Constant", [], ["n"], value_ints=BOMBS[kind])
    given = {"ConstantOfShape": ["n"], "Expand": ["one", "n"], "Tile": ["one", "n"], "Range": ["zero", "limit", "step"]}
    nodes = [
        numbers,
        helper.make_node("Constant", [], ["one"], value_ints=[1]),
        helper.make_node("Constant", [], ["zero"], value_int=0),
        helper.make_node("Constant", [], ["limit"], value_int=BOMBS[kind][0]),
        helper.make_node("Constant", [], ["step"], value_int=1),
        helper.make_node(kind, given[kind], ["p"]),
        helper.make_node("Pad", ["x", "p"], ["padded"]),
        helper.make_node("Conv", ["padded", "w0"], ["y"], name="c"),
    ]
    onnx.save(model_of(*nodes), tmp_path / "bomb.onnx")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        "import convanim as ca\n"
        "try: ca.from_onnx(sys.argv[1])\n"
        "except ca.ConvanimError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "bomb.onnx"], capture_output=True, text=True, timeout=60, check=True
    )
    assert "only known when the model runs" in done.stdout and done.stdout.count("\n") == 1

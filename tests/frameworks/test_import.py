"""What `from_torch`, `from_keras` and `from_onnx` import computes what the framework's own layers do."""

from __future__ import annotations

import warnings
from dataclasses import replace

import code_run
import numpy as np
import pytest
from code_layers import MAKE, samples
from code_ops import HAND_PICKED, random_operations

from convanim.errors import ConvanimError
from convanim.frameworks import ConvanimWarning, Imported, from_keras, from_onnx, from_torch
from convanim.geometry import AdaptivePool, Conv, ConvTranspose, Pool
from convanim.numeric import evaluate

FROM = {"torch": from_torch, "keras": from_keras, "onnx": from_onnx}
pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter; ours are recorded


def computed(found, x):
    """What the imported layers compute, one after the other."""
    for one in found if isinstance(found, list) else [found]:
        weights = [array for array in (one.kernel, one.bias) if array is not None]
        x = evaluate(one.op, x, *weights)
    return x


def close(mine, other):
    mine = np.where(np.isneginf(mine), np.finfo(np.float32).min, mine)  # what ONNX has as the maximum over nothing
    return np.shape(mine) == np.shape(other) and np.allclose(mine, np.where(np.isneginf(other), np.finfo(np.float32).min, other), rtol=1e-5, atol=1e-4)


def recorded(load, *args, **options):
    """What an import gives, and the lines that it warns with."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = load(*args, **options)
    lines = [one for one in caught if one.category is ConvanimWarning]
    assert all(one.filename == __file__ for one in lines)  # they point at the caller
    return found, [str(one.message) for one in lines]


def refusal(load, *args, **options):
    with pytest.raises(ConvanimError) as error:
        load(*args, **options)
    text = str(error.value)
    assert len(text.splitlines()) == 1
    return text


# --- layers in the framework's words


@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("framework", MAKE)
def test_random_layers_of_a_framework_are_imported_as_what_they_compute(framework, part, request):
    seed = request.config.getoption("--seed", default=0)
    refused = 0
    for sample in samples(MAKE[framework], f"{seed} {part}", 100):
        try:
            found, lines = recorded(FROM[framework], sample.layer, input_size=sample.size, **({"node": "y"} if framework == "onnx" else {}))
        except ConvanimError as error:
            # onnxruntime gives one cell, or none, where the window is too large (https://github.com/microsoft/onnxruntime/issues/25234)
            assert framework == "onnx" and "larger than the padded input" in str(error), sample.text
            refused += 1
            continue
        assert not lines
        assert all(one.kernel is None or one.kernel.shape == one.op.kernel_shape for one in (found if isinstance(found, list) else [found]))
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
            wrong = [replace(first, kernel=first.kernel + 1), replace(first, op=replace(first.op, flip=True))][: 2 - (set(first.op.kernel_size) == {1})]
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
            assert "no convolution or pooling" in str(error) or "AvgPool2d((1, " in code
            continue
        found = found if isinstance(found, list) else [found]
        if lines or "class " in code or "Model(" in code:  # a pad or a function was skipped, saying so; layers are not in a row
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


# --- PyTorch


def test_torch_layers_of_each_kind_become_these_operations():
    from torch import nn

    rows = [
        (nn.Conv2d(3, 8, 3, stride=2, padding=1), Conv(32, 3, stride=2, padding=1, in_channels=3, out_channels=8, bias=True)),
        (nn.Conv1d(2, 2, 4, padding="same", groups=2, bias=False), Conv(32, 4, padding="same", in_channels=2, out_channels=2, groups=2, ndim=1)),
        (nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"), Conv(32, 3, padding=1, padding_mode="circular", bias=True)),
        (nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1, output_padding=1),
         ConvTranspose(32, 3, stride=2, padding=1, output_padding=1, in_channels=4, out_channels=2, bias=True)),
        (nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), Pool(32, 3, stride=2, padding=1, ceil_mode=True)),
        (nn.AvgPool2d(3, count_include_pad=False, padding=1), Pool(32, 3, padding=1, mode="average", count_include_pad=False)),
        (nn.AvgPool3d(2, divisor_override=3), Pool(32, 2, mode="average", divisor_override=3, ndim=3)), (nn.LPPool1d(2, 3), Pool(32, 3, mode="l2", ndim=1)),
        (nn.AdaptiveMaxPool2d((None, 5)), AdaptivePool(32, (32, 5), mode="max")), (nn.AdaptiveAvgPool1d(4), AdaptivePool(32, 4, ndim=1)),
    ]
    for layer, op in rows:
        found = from_torch(layer, input_size=32)
        assert isinstance(found, Imported)
        assert (found.op, found.name) == (op, type(layer).__name__)


def test_a_torch_kernel_is_a_copy():
    import torch

    layer = torch.nn.Conv2d(1, 1, 3)
    found = from_torch(layer, input_size=5)
    before = found.kernel.copy()
    with torch.no_grad():
        layer.weight.zero_()
    assert (found.kernel == before).all()


def small_torch():
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, stride=2), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(16, 10),
    )


def test_a_small_torch_net_is_a_list_with_sizes_and_one_line_of_what_was_skipped():
    found, lines = recorded(from_torch, small_torch(), input_size=32)
    assert [(one.name, one.op.input_size, one.op.output_size) for one in found] == [
        ("0", (32, 32), (32, 32)), ("3", (32, 32), (16, 16)), ("4", (16, 16), (7, 7)), ("5", (7, 7), (1, 1))]
    assert lines == ["skipped what is no convolution or pooling: 1 (BatchNorm2d), 2 (ReLU), 6 (Flatten), 7 (Linear)"]
    assert found[2].kernel.shape == (16, 8, 3, 3)
    assert found[2].bias.shape == (16,)


def test_importing_a_torch_net_leaves_it_as_it_was():
    import torch

    net = small_torch()
    net[1].eval()
    training, state = [module.training for module in net.modules()], {name: value.clone() for name, value in net.state_dict().items()}
    recorded(from_torch, net, input_size=8)
    assert [module.training for module in net.modules()] == training
    assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())
    assert not any(module._forward_hooks for module in net.modules())


def test_a_torch_model_that_branches_and_calls_a_layer_twice_is_read_as_it_runs():
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Conv2d(8, 1, 1)  # first in the list, last to be executed
            self.stem = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.Upsample(scale_factor=2))
            self.block = nn.Conv2d(4, 4, 3, padding=1)
            self.up = nn.ConvTranspose2d(4, 4, 2, stride=2)

        def forward(self, x):
            x = self.stem(x)
            y = self.block(self.block(x))[:, :, :7]
            return self.head(torch.cat([self.up(y), self.up(y)], 1))

    found, lines = recorded(from_torch, Net(), input_size=(5, 4))
    assert [(one.name, one.op.input_size) for one in found] == [
        ("stem.0", (5, 4)), ("block", (10, 8)), ("block", (10, 8)), ("up", (7, 8)), ("up", (7, 8)), ("head", (14, 16))]
    assert lines == ["skipped what is no convolution or pooling: stem.1 (Upsample)"]


def test_a_transposed_convolution_called_with_an_output_size_has_the_output_padding_for_it():
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.up = nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1)

        def forward(self, x):
            return self.up(x, output_size=(6, 5))

    (found,) = from_torch(Net(), input_size=3)
    assert found.op.output_size == (6, 5)
    assert found.op.output_padding == (1, 0)


def test_weight_norm_lazy_and_half_precision_layers():
    import torch
    from torch import nn

    normed = nn.utils.parametrizations.weight_norm(nn.Conv2d(2, 3, 3))
    found, lines = recorded(from_torch, nn.Sequential(normed, nn.ReLU()), input_size=5)
    assert np.allclose(found[0].kernel, normed.weight.detach())
    assert lines == ["skipped what is no convolution or pooling: 1 (ReLU)"]
    lazy = nn.LazyConv2d(3, 3)
    assert "lazy" in refusal(from_torch, lazy, 5)
    lazy(torch.zeros(1, 2, 5, 5))
    assert from_torch(lazy, 5).op.in_channels == 2
    assert from_torch(nn.Conv2d(1, 1, 3).to(torch.bfloat16), 5).kernel.dtype == np.float32


def test_a_torch_layer_with_a_forward_of_its_own_is_not_taken_for_what_it_inherits():
    from torch import nn

    class Twice(nn.Conv2d):
        def forward(self, x):
            return 2 * super().forward(x)

    assert "Twice is no convolution" in refusal(from_torch, Twice(1, 1, 3), 5)
    found, lines = recorded(from_torch, nn.Sequential(Twice(1, 1, 3), nn.MaxPool2d(2)), input_size=6)
    assert [one.name for one in found] == ["1"]
    assert "0 (Twice)" in lines[0]


FOLDS = [  # layers, and the one operation of an input of 9 that they are
    ("[nn.ZeroPad2d(1), nn.Conv2d(1, 1, 3)]", Conv(9, 3, padding=1, bias=True)),
    ("[nn.ZeroPad2d((0, 1, 2, 0)), nn.Conv2d(1, 1, 3, padding=1)]", Conv(9, 3, padding=((3, 1), (1, 2)), bias=True)),
    ("[nn.ConstantPad2d(1, 0.0), nn.ZeroPad2d((1, 0, 0, 0)), nn.Conv2d(1, 1, 3)]", Conv(9, 3, padding=((1, 1), (2, 1)), bias=True)),
    ("[nn.ReflectionPad2d(2), nn.Conv2d(1, 1, 3)]", Conv(9, 3, padding=2, padding_mode="reflect", bias=True)),
    ("[nn.ReplicationPad2d(2), nn.Conv2d(1, 1, 3, padding=1, padding_mode='replicate')]", Conv(9, 3, padding=3, padding_mode="replicate", bias=True)),
    ("[nn.CircularPad2d((1, 0, 0, 0)), nn.Conv2d(1, 1, 3)]", Conv(9, 3, padding=((0, 0), (1, 0)), padding_mode="circular", bias=True)),
    ("[nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 1, 4, padding='same')]", Conv(9, 4, padding=((1, 3), (1, 3)), bias=True)),
    ("[nn.ZeroPad2d(1), nn.AvgPool2d(3)]", Pool(9, 3, padding=1, mode="average")),
    ("[nn.ZeroPad2d((0, 1, 0, 1)), nn.AvgPool2d(3, 2, count_include_pad=False)]", Pool(9, 3, stride=2, padding=((0, 1), (0, 1)), mode="average")),
    ("[nn.ZeroPad2d(1), nn.LPPool2d(2, 3)]", Pool(9, 3, padding=1, mode="l2")),
    ("[nn.ConstantPad2d(1, float('-inf')), nn.MaxPool2d(3)]", Pool(9, 3, padding=1)),
    ("[nn.ZeroPad2d(0), nn.MaxPool2d(3)]", Pool(9, 3)),
    ("[nn.ConvTranspose2d(1, 1, 3), nn.ZeroPad2d((-1, 0, 0, -2))]", ConvTranspose(9, 3, padding=((0, 2), (1, 0)), bias=True)),
]


@pytest.mark.parametrize(("text", "op"), FOLDS)
def test_a_torch_padding_layer_folds_into_the_layer_after_it(text, op):
    import torch
    from torch import nn

    net = nn.Sequential(*eval(text, {"nn": nn})).double()
    found, lines = recorded(from_torch, net, input_size=9)
    assert not lines
    assert [one.op for one in found] == [op]
    x = code_run.drawn(op)["x"][:1]
    assert close(computed(found, x), net(torch.tensor(x)[None])[0].detach().numpy())


KEPT = [  # layers, and why the first doesn't fold
    ("[nn.ZeroPad2d(1), nn.MaxPool2d(3)]", "its cells take part in the maximum"),
    ("[nn.ReflectionPad2d(1), nn.AvgPool2d(3)]", "pooling has no padding_mode='reflect'"),
    ("[nn.ReflectionPad2d(1), nn.Conv2d(1, 1, 3, padding=1)]", "are not one padding"),
    ("[nn.ReflectionPad2d(1), nn.Conv2d(1, 1, 3, padding=1, padding_mode='reflect')]", "are not one padding"),
    ("[nn.ConstantPad2d(1, 2.0), nn.Conv2d(1, 1, 3)]", "its cells are 2"),
    ("[nn.ZeroPad2d(1), nn.AvgPool2d(3, padding=1, count_include_pad=False)]", "its zeros count"),
    ("[nn.ZeroPad2d(3), nn.AvgPool2d(3)]", "too large"),
    ("[nn.ZeroPad2d((0, 2, 0, 2)), nn.AvgPool2d(3, ceil_mode=True)]", "ceil_mode"),
    ("[nn.ZeroPad2d(-1), nn.Conv2d(1, 1, 3, padding=1)]", "it crops"),
    ("[nn.ZeroPad2d(1), nn.ConvTranspose2d(1, 1, 3)]", "crops its output"),
    ("[nn.ZeroPad2d(1), nn.AdaptiveAvgPool2d(3)]", "adaptive pooling has no padding"),
    ("[nn.ZeroPad2d(1), nn.ReLU(), nn.Conv2d(1, 1, 3)]", "no layer that it folds into"),
]


@pytest.mark.parametrize(("text", "reason"), KEPT)
def test_a_torch_padding_layer_that_does_not_fold_is_named_with_the_reason(text, reason):
    import torch
    from torch import nn

    layers = eval(text, {"nn": nn})
    found, lines = recorded(from_torch, nn.Sequential(*layers).double(), input_size=9)
    assert len(lines) == 1
    assert f"0 ({type(layers[0]).__name__}: " in lines[0]
    assert reason in lines[0]
    x = layers[0](torch.tensor(code_run.drawn(Conv(9, 1))["x"])[None])
    assert found[0].op.input_size == tuple(x.shape[2:])
    assert close(computed(found, x[0].numpy()), layers[-1](x)[0].detach().numpy())


def test_torch_errors_are_one_line():
    from torch import nn

    conv = nn.Conv2d(1, 1, 3)
    assert "input_size is missing, which a Conv2d doesn't know" in refusal(from_torch, conv)
    assert "input_size is missing" in refusal(from_torch, nn.Sequential(conv, conv))
    assert "is for 3 axes, and a Conv2d has 2: leave out batch and channels" in refusal(from_torch, conv, (1, 5, 5))
    assert "is not a whole number" in refusal(from_torch, conv, "5")
    assert "out of range" in refusal(from_torch, conv, 0)
    assert "larger than the padded input" in refusal(from_torch, conv, 2)
    assert "does not run on zeros of the shape (1, 1, 2, 2)" in refusal(from_torch, nn.Sequential(conv), 2)
    assert "is not a layer of PyTorch" in refusal(from_torch, "resnet18", 5)
    assert "ReLU is no convolution" in refusal(from_torch, nn.ReLU(), 5)
    assert "nothing to import" in refusal(from_torch, nn.Sequential(nn.Linear(2, 2)), 5)
    assert "norm_type=3" in refusal(from_torch, nn.LPPool2d(3, 2), 5)
    assert "no root of a sum of squares" in refusal(from_torch, nn.LPPool2d(2, 3, 2, ceil_mode=True), 6)
    assert "complex" in refusal(from_torch, nn.Conv2d(1, 1, 3, dtype=__import__("torch").complex64), 5)


def test_what_a_torch_model_has_and_convanim_refuses_is_skipped_with_the_reason():
    from torch import nn

    found, lines = recorded(from_torch, nn.Sequential(nn.Conv2d(1, 1, 3), nn.LPPool2d(2, 3, 2, ceil_mode=True)), input_size=8)
    assert [one.name for one in found] == ["0"]
    assert "1 (LPPool2d: PyTorch's LPPool2d with ceil_mode" in lines[0]


def test_a_long_list_of_skipped_layers_is_cut():
    from torch import nn

    _, lines = recorded(from_torch, nn.Sequential(nn.Conv2d(1, 1, 1), *(nn.ReLU() for _ in range(12))), input_size=3)
    assert lines[0].endswith("8 (ReLU) and 4 more")


# --- Keras


def small_keras(size=(32, 32)):
    import keras
    from keras import layers

    return keras.Sequential([
        keras.Input((*size, 3)), layers.Conv2D(8, 3, padding="same", use_bias=False, name="one"), layers.BatchNormalization(name="norm"), layers.ReLU(name="relu"),
        layers.MaxPooling2D(2, name="pool"), layers.Conv2D(16, 3, strides=2, padding="same", activation="relu", name="two"),
        layers.GlobalAveragePooling2D(name="average"), layers.Dense(10, name="dense"),
    ])


@pytest.mark.parametrize(("size", "given"), [((32, 32), None), ((32, 32), 32), ((None, None), 32), ((None, 32), (32, 32))])
def test_a_small_keras_net_is_a_list_with_sizes_and_one_line_of_what_was_skipped(size, given):
    found, lines = recorded(from_keras, small_keras(size), input_size=given)
    assert [(one.name, one.op.input_size, one.op.output_size) for one in found] == [
        ("one", (32, 32), (32, 32)), ("pool", (32, 32), (16, 16)), ("two", (16, 16), (8, 8)), ("average", (8, 8), (1, 1))]
    assert lines == ["skipped what is no convolution or pooling: norm (BatchNormalization), relu (ReLU), two.activation (relu), dense (Dense)"]
    assert found[2].op.pads == ((0, 1), (0, 1))
    assert found[2].kernel.shape == (16, 8, 3, 3)


def test_importing_a_keras_net_leaves_it_as_it_was():
    net = small_keras()
    before = net.get_weights()
    nodes = [len(layer._inbound_nodes) for layer in net.layers]
    recorded(from_keras, net)
    assert all((a == b).all() for a, b in zip(before, net.get_weights(), strict=True))
    assert [len(layer._inbound_nodes) for layer in net.layers] == nodes
    assert not any("call" in vars(layer) for layer in net.layers)


def test_a_functional_keras_model_with_branches_and_a_model_inside_is_read_as_it_runs():
    import keras
    from keras import layers

    inner = keras.Sequential([keras.Input((None, None, 4)), layers.Conv2D(4, 3, name="inside")], name="inner")
    x = keras.Input((16, 12, 2))
    one, other = layers.Conv2D(4, 3, padding="same", name="a")(x), layers.Conv2D(4, 1, name="b")(x)
    y = inner(layers.Add(name="add")([one, other]))
    y = layers.Conv2DTranspose(1, 3, strides=2, padding="same", name="up")(y)
    model = keras.Model(x, layers.AveragePooling2D(3, 2, padding="same", name="pool")(y))
    found, lines = recorded(from_keras, model)
    assert [(layer.name, layer.op.input_size) for layer in found] == [("a", (16, 12)), ("b", (16, 12)), ("inside", (16, 12)), ("up", (14, 10)), ("pool", (28, 20))]
    assert lines == ["skipped what is no convolution or pooling: add (Add)"]
    assert not found[-1].op.count_include_pad
    assert from_keras(model.get_layer("pool")).op == found[-1].op  # its size is known from the model


def test_keras_paddings_fold_and_croppings_after_a_transposed_convolution():
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((9, 9, 2)), layers.ZeroPadding2D(((1, 0), (2, 1))), layers.Conv2D(3, 3, strides=2, padding="same"), layers.ZeroPadding2D(1, name="kept"),
        layers.MaxPooling2D(2), layers.Conv2DTranspose(2, 3, strides=2), layers.Cropping2D(((1, 0), (0, 2))), layers.ZeroPadding2D(1), layers.AveragePooling2D(3),
    ])
    model.set_weights([np.random.RandomState(0).randint(-5, 6, weight.shape) for weight in model.get_weights()])
    found, lines = recorded(from_keras, model)
    assert [type(one.op) for one in found] == [Conv, Pool, ConvTranspose, Pool]
    assert found[0].op.pads == ((1, 1), (2, 2))  # "same" pads the 10x12 by 0 before and 1 after, along both
    assert found[2].op.pads == ((1, 0), (0, 2))
    assert found[3].op.pads == ((1, 1), (1, 1))
    assert lines == ["skipped what is no convolution or pooling: kept (ZeroPadding2D: its cells take part in the maximum, which a max pooling's own padding doesn't)"]


def test_keras_layers_that_are_not_built_have_no_kernel():
    import keras
    from keras import layers

    for layer, op in [
        (layers.Conv2D(6, 3, groups=2), Conv(5, 3, in_channels=2, out_channels=6, groups=2, bias=True)),
        (layers.Conv2DTranspose(6, 3), ConvTranspose(5, 3, out_channels=6, bias=True)), (layers.DepthwiseConv2D(3, depth_multiplier=2), Conv(5, 3, out_channels=2, bias=True)),
    ]:
        found = from_keras(layer, input_size=5)
        assert (found.op, found.kernel, found.bias) == (op, None, None)
    pair = from_keras(layers.SeparableConv1D(3, 2, name="sep"), 5)
    assert [one.name for one in pair] == ["sep.depthwise", "sep.pointwise"]
    assert isinstance(layers.Conv2D(1, 1), keras.Layer)


def test_keras_errors_are_one_line():
    import keras
    from keras import layers

    net = small_keras()
    assert "input_size is missing, which a Conv2D doesn't know" in refusal(from_keras, layers.Conv2D(1, 3))
    assert "is for 3 axes, and a Conv2D has 2" in refusal(from_keras, layers.Conv2D(1, 3), (5, 5, 3))
    assert "is not what the model takes, (32, 32)" in refusal(from_keras, net, 16)
    assert "input_size is missing" in refusal(from_keras, small_keras((None, None)))
    assert "is not a layer of Keras 3" in refusal(from_keras, 3)
    assert "ReLU is no convolution" in refusal(from_keras, layers.ReLU(), 5)
    assert "begin it with keras.Input" in refusal(from_keras, keras.Sequential([layers.Conv2D(1, 3)]), 5)
    assert "nothing to import" in refusal(from_keras, keras.Sequential([keras.Input((3,)), layers.Dense(1)]), 5)
    assert "does not run on zeros" in refusal(from_keras, small_keras((None, None)), 1)


# --- ONNX


def graph(**inputs):
    """Pad - Conv - Relu - MaxPool - ConvTranspose and a branch with an AveragePool, a global pooling and an L1 pooling."""
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.RandomState(3)
    w, v, b = (random.randint(-5, 6, shape).astype(np.float32) for shape in ((8, 3, 3, 3), (8, 4, 2, 2), (8,)))
    nodes = [
        helper.make_node("Constant", [], ["pads"], value_ints=[0, 0, 1, 1, 0, 0, 1, 1]), helper.make_node("Pad", ["x", "pads"], ["xp"], name="pad"),
        helper.make_node("Constant", [], ["w"], value=numpy_helper.from_array(w)), helper.make_node("Conv", ["xp", "w", "b"], ["c"], name="conv", pads=[0, 0, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"], name="relu"), helper.make_node("MaxPool", ["r"], ["m"], name="max", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        helper.make_node("ConvTranspose", ["m", "v"], ["t"], strides=[2, 2], output_shape=[21, 21]),
        helper.make_node("AveragePool", ["m"], ["a"], name="average", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("GlobalAveragePool", ["t"], ["y"], name="global"), helper.make_node("LpPool", ["m"], ["l1"], name="l1", kernel_shape=[2, 2], p=1),
    ]
    sides = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in (inputs or {"x": ["N", 3, "H", "W"]}).items()]
    made = helper.make_graph(nodes, "net", sides, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                             [numpy_helper.from_array(v, "v"), numpy_helper.from_array(b, "b")])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 19)], ir_version=9), w, v, b


def test_an_onnx_graph_is_a_list_in_its_order_with_weights_from_initialisers_and_constants():
    model, w, v, b = graph()
    found, lines = recorded(from_onnx, model, input_size=20)
    assert [(one.name, one.op) for one in found] == [
        ("conv", Conv(20, 3, padding=((1, 2), (1, 2)), in_channels=3, out_channels=8, bias=True)), ("max", Pool(21, 2, stride=2, ceil_mode=True)),
        ("t", ConvTranspose(11, 2, stride=2, padding=((1, 0), (1, 0)), in_channels=8, out_channels=4)),  # without SAME_UPPER the odd cell is at the start
        ("average", Pool(11, 3, stride=1, padding=1, mode="average", count_include_pad=False)), ("global", AdaptivePool(21, 1)),
    ]
    assert (found[0].kernel == w).all()
    assert (found[0].bias == b).all()
    assert (found[2].kernel == v).all()
    assert lines == ["skipped what is no convolution or pooling: relu (Relu), l1 (LpPool: p=1: convanim has the L2 pooling, p=2)"]


@pytest.mark.parametrize("inputs", [{"x": ["N", 3, 20, 20]}, {"x": ["N", 3, "H", 20]}, {"x": None}, {"x": [0, 3, 0, 0]}])
def test_the_given_size_stands_for_what_an_onnx_input_leaves_open(inputs):
    model, *_ = graph(**inputs)
    expected = [one.op for one in recorded(from_onnx, graph()[0], input_size=20)[0]]
    assert [one.op for one in recorded(from_onnx, model, input_size=(20, 20))[0]] == expected
    if inputs["x"] == ["N", 3, 20, 20]:
        assert [one.op for one in recorded(from_onnx, model)[0]] == expected


@pytest.mark.parametrize(("node", "kind"), [("conv", Conv), ("c", Conv), ("t", ConvTranspose), ("average", Pool), ("y", AdaptivePool)])
def test_one_onnx_node_is_picked_by_its_name_or_its_outputs(node, kind, tmp_path):
    import onnx

    model, *_ = graph()
    found, lines = recorded(from_onnx, model, node=node, input_size=20)
    assert isinstance(found, Imported)
    assert type(found.op) is kind
    assert not lines
    path = tmp_path / "net.onnx"
    onnx.save(model, path)
    assert recorded(from_onnx, path, node=node, input_size=20)[0].op == recorded(from_onnx, str(path), node=node, input_size=20)[0].op == found.op


def test_an_onnx_node_with_its_pad_computes_what_the_runtime_does():
    from code_layers import run_model
    from onnx import helper

    model, *_ = graph()
    for wanted, n in (("c", 4), ("m", 6), ("t", 7)):  # the outputs of the first nodes
        del (part := type(model).FromString(model.SerializeToString())).graph.node[n:]
        part.graph.output[0].CopyFrom(helper.make_tensor_value_info(wanted, 1, None))
        x = np.random.RandomState(1).randint(-5, 6, (3, 20, 20)).astype(np.float64)
        found = [one for one in recorded(from_onnx, part, input_size=20)[0]]
        y = evaluate(found[0].op, x, found[0].kernel, found[0].bias)
        if wanted != "c":
            y = computed(found[1:], np.maximum(y, 0))
        assert close(y, run_model(part, x))


def test_onnx_pads_are_an_attribute_an_input_or_of_some_axes_only():
    from onnx import TensorProto, helper

    def model(opset, *nodes):
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 6, 6])
        pool = helper.make_node("LpPool", ["p"], ["y"], kernel_shape=[3, 3])
        made = helper.make_graph([*nodes, pool], "g", [x], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
        return helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)])

    def constant(name, values):
        return helper.make_node("Constant", [], [name], value_ints=values)

    op = Pool(6, 3, stride=1, padding=((1, 0), (2, 0)), mode="l2")
    rows = [
        (2, [helper.make_node("Pad", ["x"], ["p"], pads=[0, 0, 1, 2, 0, 0, 0, 0])]),
        (13, [constant("n", [0, 0, 1, 2, 0, 0, 0, 0]), helper.make_node("Pad", ["x", "n"], ["p"])]),
        (19, [constant("n", [2, 1, 0, 0]), constant("axes", [-1, 2]), helper.make_node("Pad", ["x", "n", "", "axes"], ["p"])]),
    ]
    for opset, nodes in rows:
        (found,) = from_onnx(model(opset, *nodes))
        assert found.op == op
    channels = [constant("n", [0, 1, 0, 0, 0, 0, 0, 0]), helper.make_node("Pad", ["x", "n"], ["p"], name="pad")]
    (found,), lines = recorded(from_onnx, model(13, *channels))
    assert found.op.input_size == (6, 6)
    assert lines == ["skipped what is no convolution or pooling: pad (Pad: it pads the batch or the channels)"]


def test_onnx_weights_that_are_inputs_have_a_shape_and_no_values():
    op = Conv(5, 3, stride=2, padding=1, in_channels=2, out_channels=4, groups=2, bias=True)
    (found,) = from_onnx(code_run.executed(op.to_code("onnx"))["layer"])
    assert (found.op, found.kernel, found.bias) == (op, None, None)


def test_onnx_errors_are_one_line(tmp_path):
    import onnx
    from onnx import helper

    model, *_ = graph()
    assert "is no ONNX model" in refusal(from_onnx, 3)
    assert "can't be read: No such file" in refusal(from_onnx, tmp_path / "none.onnx")
    assert "can't be read" in refusal(from_onnx, tmp_path)
    for n, data in enumerate((b"", b"hello\n", b"\x00" * 40, b"GIF89a" * 10)):
        path = tmp_path / f"{n}.onnx"
        path.write_bytes(data)
        assert f"{path} is not an ONNX model" in refusal(from_onnx, path)
    assert "leaves the size of 'xp' open: give input_size" in refusal(from_onnx, model)
    assert "leaves the size of 'xp' open" in refusal(from_onnx, model, "conv")
    assert refusal(from_onnx, model, "cnov", 20) == "unknown node 'cnov': did you mean 'conv'? Expected one of conv, max, t, average, global, l1"
    assert "node 'relu' is a Relu, no convolution or pooling: take one of conv" in refusal(from_onnx, model, "relu", 20)
    assert "p=1: convanim has the L2 pooling" in refusal(from_onnx, model, "l1", 20)
    assert "is for 3 axes, and the model's input 'x' has 2" in refusal(from_onnx, model, None, (3, 20, 20))
    assert "is not what the model's input 'x' has, (20, 20)" in refusal(from_onnx, graph(x=[1, 3, 20, 20])[0], None, 8)
    empty = helper.make_model(helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [], []))
    assert "nothing to import" in refusal(from_onnx, empty)
    onnx.save(model, tmp_path / "net.onnx")
    assert isinstance(recorded(from_onnx, tmp_path / "net.onnx", input_size=20)[0], list)

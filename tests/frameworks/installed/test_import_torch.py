"""`from_torch`: each kind of layer, models as they run, paddings that fold and those that don't, and refusals."""

from __future__ import annotations

import code_run
import numpy as np
import pytest
from code_import import BROKEN, close, computed, recorded, refusal

from convanim.frameworks import Imported, from_torch
from convanim.geometry import AdaptivePool, Conv, ConvTranspose, Pool
from convanim.geometry.network import Network

pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter; ours are recorded


def test_torch_layers_of_each_kind_become_these_operations():
    from torch import nn

    rows = [
        (
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            Conv(32, 3, stride=2, padding=1, in_channels=3, out_channels=8, bias=True),
        ),
        (
            nn.Conv1d(2, 2, 4, padding="same", groups=2, bias=False),
            Conv(32, 4, padding="same", in_channels=2, out_channels=2, groups=2, ndim=1),
        ),
        (
            nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"),
            Conv(32, 3, padding=1, padding_mode="circular", bias=True),
        ),
        (
            nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1, output_padding=1),
            ConvTranspose(32, 3, stride=2, padding=1, output_padding=1, in_channels=4, out_channels=2, bias=True),
        ),
        (nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), Pool(32, 3, stride=2, padding=1, ceil_mode=True)),
        (
            nn.AvgPool2d(3, count_include_pad=False, padding=1),
            Pool(32, 3, padding=1, mode="average", count_include_pad=False),
        ),
        (nn.AvgPool3d(2, divisor_override=3), Pool(32, 2, mode="average", divisor_override=3, ndim=3)),
        (nn.LPPool1d(2, 3), Pool(32, 3, mode="l2", ndim=1)),
        (nn.AdaptiveMaxPool2d((None, 5)), AdaptivePool(32, (32, 5), mode="max")),
        (nn.AdaptiveAvgPool1d(4), AdaptivePool(32, 4, ndim=1)),
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
        nn.Conv2d(3, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, stride=2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 10),
    )


def test_a_small_torch_net_is_a_list_with_sizes_and_one_line_of_what_was_skipped():
    found, lines = recorded(from_torch, small_torch(), input_size=32)
    assert [(one.name, one.op.input_size, one.op.output_size) for one in found] == [
        ("0", (32, 32), (32, 32)),
        ("3", (32, 32), (16, 16)),
        ("4", (16, 16), (7, 7)),
        ("5", (7, 7), (1, 1)),
    ]
    assert lines == ["skipped, neither convolution nor pooling: 1 (BatchNorm2d), 2 (ReLU), 6 (Flatten), 7 (Linear)"]
    assert found[2].kernel.shape == (16, 8, 3, 3)
    assert found[2].bias.shape == (16,)


def test_each_layer_of_a_small_torch_net_computes_what_was_imported():
    import torch

    net = small_torch().double()
    for one in recorded(from_torch, net, input_size=32)[0]:
        layer = net.get_submodule(one.name)
        x = np.random.RandomState(0).randn(getattr(layer, "in_channels", 2), *one.op.input_size)
        assert close(computed(one, x), layer(torch.tensor(x)[None])[0].detach().numpy())


def test_importing_a_torch_net_leaves_it_as_it_was():
    import torch

    net = small_torch()
    net[1].eval()
    training, state = (
        [module.training for module in net.modules()],
        {name: value.clone() for name, value in net.state_dict().items()},
    )
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
        ("stem.0", (5, 4)),
        ("block", (10, 8)),
        ("block", (10, 8)),
        ("up", (7, 8)),
        ("up", (7, 8)),
        ("head", (14, 16)),
    ]
    assert lines == [
        "skipped, neither convolution nor pooling: stem.1 (Upsample); steps of the network, and not of a layer: slice"
        " (a slice: it crops the input)"
        f"{BROKEN}stem.1 (Upsample) stands between stem.0"
        " and block"
    ]
    assert isinstance(found, Network)
    (join,) = found.joins
    assert (join.kind, join.parts, join.sizes) == ("concatenation", (("up",), ("up",)), ((14, 16), (14, 16)))


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
    assert lines == ["skipped, neither convolution nor pooling: 1 (ReLU)"]
    lazy = nn.LazyConv2d(3, 3)
    assert "lazy" in refusal(from_torch, lazy, 5)
    lazy(torch.zeros(1, 2, 5, 5))
    assert from_torch(lazy, 5).op.in_channels == 2
    assert from_torch(nn.Conv2d(1, 1, 3).to(torch.bfloat16), 5).kernel.dtype == np.float32


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float32"])
def test_weights_of_narrow_types_have_the_shortest_decimals_of_their_type(name):
    """Against a search in ever more digits, which asks PyTorch itself whether the decimal is the same number."""
    import torch
    from torch import nn

    dtype = getattr(torch, name)
    layer = nn.Conv1d(1, 1, 40).to(dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.linspace(-3.1, 2.9, 40).reshape(1, 1, 40).to(dtype))
    found = from_torch(layer, 40).kernel
    assert torch.equal(torch.tensor(found).to(dtype).float(), layer.weight.float())
    exact = layer.weight.detach().float().ravel().tolist()
    for value, given in zip(exact, found.ravel(), strict=True):
        candidates = (f"{value:.{digits}e}" for digits in range(12))
        short = next(text for text in candidates if torch.tensor(float(text)).to(dtype).float().item() == value)
        assert float(str(given)) == float(short)


def test_a_torch_layer_with_a_forward_of_its_own_is_not_taken_for_what_it_inherits():
    from torch import nn

    class Twice(nn.Conv2d):
        def forward(self, x):
            return 2 * super().forward(x)

    assert "Twice is not a supported convolution" in refusal(from_torch, Twice(1, 1, 3), 5)
    found, lines = recorded(from_torch, nn.Sequential(Twice(1, 1, 3), nn.MaxPool2d(2)), input_size=6)
    assert [one.name for one in found] == ["0", "1"]  # what it computes: a convolution, and a product
    assert "mul in 0 (Twice)" in lines[0]


FOLDS = [  # layers, and the one operation of an input of 9 that they are
    ("[nn.ZeroPad2d(1), nn.Conv2d(1, 1, 3)]", Conv(9, 3, padding=1, bias=True)),
    ("[nn.ZeroPad2d((0, 1, 2, 0)), nn.Conv2d(1, 1, 3, padding=1)]", Conv(9, 3, padding=((3, 1), (1, 2)), bias=True)),
    (
        "[nn.ConstantPad2d(1, 0.0), nn.ZeroPad2d((1, 0, 0, 0)), nn.Conv2d(1, 1, 3)]",
        Conv(9, 3, padding=((1, 1), (2, 1)), bias=True),
    ),
    ("[nn.ReflectionPad2d(2), nn.Conv2d(1, 1, 3)]", Conv(9, 3, padding=2, padding_mode="reflect", bias=True)),
    (
        "[nn.ReplicationPad2d(2), nn.Conv2d(1, 1, 3, padding=1, padding_mode='replicate')]",
        Conv(9, 3, padding=3, padding_mode="replicate", bias=True),
    ),
    (
        "[nn.CircularPad2d((1, 0, 0, 0)), nn.Conv2d(1, 1, 3)]",
        Conv(9, 3, padding=((0, 0), (1, 0)), padding_mode="circular", bias=True),
    ),
    (
        "[nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 1, 4, padding='same')]",
        Conv(9, 4, padding=((1, 3), (1, 3)), bias=True),
    ),
    ("[nn.ZeroPad2d(1), nn.AvgPool2d(3)]", Pool(9, 3, padding=1, mode="average")),
    (
        "[nn.ZeroPad2d((0, 1, 0, 1)), nn.AvgPool2d(3, 2, count_include_pad=False)]",
        Pool(9, 3, stride=2, padding=((0, 1), (0, 1)), mode="average"),
    ),
    ("[nn.ZeroPad2d(1), nn.LPPool2d(2, 3)]", Pool(9, 3, padding=1, mode="l2")),
    ("[nn.ConstantPad2d(1, float('-inf')), nn.MaxPool2d(3)]", Pool(9, 3, padding=1)),
    ("[nn.ZeroPad2d(0), nn.MaxPool2d(3)]", Pool(9, 3)),
    (
        "[nn.ConvTranspose2d(1, 1, 3), nn.ZeroPad2d((-1, 0, 0, -2))]",
        ConvTranspose(9, 3, padding=((0, 2), (1, 0)), bias=True),
    ),
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
    import torch
    from torch import nn

    conv = nn.Conv2d(1, 1, 3)
    assert "input_size is missing, and a Conv2d doesn't specify it" in refusal(from_torch, conv)
    assert "input_size is missing" in refusal(from_torch, nn.Sequential(conv, conv))
    assert "is for 3 axes, and a Conv2d has 2: leave out batch and channels" in refusal(from_torch, conv, (1, 5, 5))
    assert "is not a whole number" in refusal(from_torch, conv, "5")
    assert "out of range" in refusal(from_torch, conv, 0)
    assert "larger than the padded input" in refusal(from_torch, conv, 2)
    assert "does not run on zeros of the shape (1, 1, 2, 2)" in refusal(from_torch, nn.Sequential(conv), 2)
    assert "is not a layer of PyTorch" in refusal(from_torch, "resnet18", 5)
    assert "ReLU is not a supported convolution" in refusal(from_torch, nn.ReLU(), 5)
    assert "nothing to import" in refusal(from_torch, nn.Sequential(nn.Linear(2, 2)), 5)
    assert "norm_type=3" in refusal(from_torch, nn.LPPool2d(3, 2), 5)
    assert "no root of a sum of squares" in refusal(from_torch, nn.LPPool2d(2, 3, 2, ceil_mode=True), 6)
    assert "complex" in refusal(from_torch, nn.Conv2d(1, 1, 3, dtype=torch.complex64), 5)


def test_what_a_torch_model_has_and_convanim_refuses_is_skipped_with_the_reason():
    from torch import nn

    found, lines = recorded(
        from_torch, nn.Sequential(nn.Conv2d(1, 1, 3), nn.LPPool2d(2, 3, 2, ceil_mode=True)), input_size=8
    )
    assert [one.name for one in found] == ["0"]
    assert "1 (LPPool2d: PyTorch's LPPool2d with ceil_mode" in lines[0]


def test_a_long_list_of_skipped_layers_is_cut():
    from torch import nn

    _, lines = recorded(from_torch, nn.Sequential(nn.Conv2d(1, 1, 1), *(nn.ReLU() for _ in range(12))), input_size=3)
    assert lines[0].endswith("8 (ReLU) and 4 more")


# --- what is no chain


def test_a_function_that_shrinks_between_two_layers_is_noticed_and_one_that_keeps_the_size_is_not():
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self, between):
            super().__init__()
            self.between, self.first, self.second = between, nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)

        def forward(self, x):
            return self.second(self.between(self.first(x)))

    found, said = recorded(from_torch, Net(lambda x: nn.functional.max_pool2d(x, 2)), input_size=32)
    assert isinstance(found, list)
    assert [one.name for one in found] == ["first", "max_pool2d", "second"]
    assert found[1].op == Pool(28, 2)
    assert said == []
    found, said = recorded(from_torch, Net(torch.relu), input_size=32)
    assert [one.name for one in found] == ["first", "second"]
    assert said == []


def test_branches_are_noticed_and_a_sequential_is_a_chain():
    import torch
    from torch import nn

    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.three, self.five = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(1, 2, 5, padding=2)

        def forward(self, x):
            return torch.cat([self.three(x), self.five(x)], 1)

    found, said = recorded(from_torch, Branches(), input_size=8)
    assert said == [] and isinstance(found, Network)
    (join,) = found.joins
    assert (join.kind, join.parts, join.sizes) == ("concatenation", (("three",), ("five",)), ((8, 8), (8, 8)))
    row = nn.Sequential(
        nn.Conv2d(1, 2, 3),
        nn.BatchNorm2d(2),
        nn.ReLU(inplace=True),
        nn.ZeroPad2d(1),
        nn.Conv2d(2, 2, 3),
        nn.Dropout(),
        nn.MaxPool2d(2),
    )
    assert isinstance(recorded(from_torch, row, input_size=8)[0], list)


def test_a_layer_that_works_in_place_between_a_padding_and_a_convolution_keeps_them_apart():
    from torch import nn

    for inplace in (False, True):
        net = nn.Sequential(nn.ZeroPad2d(1), nn.Hardsigmoid(inplace=inplace), nn.Conv2d(1, 1, 3))
        found, said = recorded(from_torch, net, input_size=5)
        assert (
            [one.op.input_size for one in found] == [(7, 7)]
            and found[0].op.pads == ((0, 0), (0, 0))
            and "ZeroPad2d" in said[0]
        )

    class Added(nn.Module):
        def __init__(self):
            super().__init__()
            self.pad, self.conv = nn.ZeroPad2d(1), nn.Conv2d(1, 1, 3)

        def forward(self, x):
            y = self.pad(x)
            y += 1
            return self.conv(y)

    assert recorded(from_torch, Added(), input_size=5)[0][0].op.input_size == (7, 7)


def test_a_crop_doesnt_fold_into_a_transposed_convolution_that_another_layer_takes_uncropped():
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self, both):
            super().__init__()
            self.both, self.up, self.crop = both, nn.ConvTranspose2d(1, 1, 3, stride=2), nn.ZeroPad2d(-1)
            self.one, self.two = nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3)

        def forward(self, x):
            up = self.up(x)
            return self.one(self.crop(up)).sum() + (self.two(up).sum() if self.both else torch.zeros(()))

    assert [one.op.output_size for one in recorded(from_torch, Net(True), input_size=5)[0]] == [
        (11, 11),
        (7, 7),
        (9, 9),
    ]
    assert [one.op.output_size for one in recorded(from_torch, Net(False), input_size=5)[0]] == [(9, 9), (7, 7)]

"""`from_torch` on functions in `forward`: pads, slices, own convolutions, breaks, and odd kinds of models."""

from __future__ import annotations

import numpy as np
import pytest
from code_import import close, computed, net_of, recorded, refusal

from convanim.errors import ConvanimError
from convanim.frameworks import Imported, from_torch
from convanim.geometry import Conv
from convanim.geometry.network import Network
from convanim.geometry.receptive_field import receptive_field

pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter; ours are recorded


@pytest.mark.parametrize(
    ("pad", "words"),
    [
        ("F.pad(x, (4, 0))", {"padding": ((4, 0),)}),
        ("F.pad(x, (2, 1), mode='reflect')", {"padding": ((2, 1),), "padding_mode": "reflect"}),
        ("F.pad(x, (2, 1), mode='replicate')", {"padding": ((2, 1),), "padding_mode": "replicate"}),
        ("F.pad(x, (2, 1), mode='circular')", {"padding": ((2, 1),), "padding_mode": "circular"}),
        ("F.pad(F.pad(x, (2, 2)), (0, -1))", {"padding": ((2, 1),)}),
        ("F.pad(x, (3, 3))[:, :, :-2]", {"padding": ((3, 1),)}),
        ("torch.cat([x.new_zeros(1, 1, 3), x], -1)", {"padding": ((3, 0),)}),
        ("nn.functional.dropout(F.pad(x, (1, 1)), training=False)", {"padding": 1}),
    ],
)
def test_a_pad_in_forward_is_the_layers_padding(pad, words):
    import torch
    from torch import nn

    function = eval(f"lambda layers, x: layers[0]({pad})", {"F": nn.functional, "nn": nn, "torch": torch})
    net = net_of(function, nn.Conv1d(1, 1, 3)).double()
    found, lines = recorded(from_torch, net, input_size=9)
    assert [one.op for one in found] == [Conv(9, 3, bias=True, ndim=1, **words)] and lines == []
    x = np.random.RandomState(0).randn(1, 9)
    assert close(computed(found, x), net(torch.tensor(x)[None])[0].detach().numpy())


def test_a_slice_behind_a_layer_is_less_of_its_padding():
    import torch
    from torch import nn

    rows = [
        (lambda layers, x: layers[0](x)[:, :, :-4], nn.Conv1d(1, 1, 3, padding=4, dilation=2), ((4, 0),)),
        (lambda layers, x: layers[0](x)[..., 1:], nn.Conv1d(1, 1, 3, padding=2), ((1, 2),)),
        (
            lambda layers, x: torch.relu(layers[0](x)).narrow(2, 0, 4),
            nn.Conv1d(1, 1, 3, stride=2, padding=2),
            ((2, 0),),
        ),
        (lambda layers, x: layers[0](x)[:, :, 1:-1], nn.ConvTranspose1d(1, 1, 3, stride=2), ((1, 1),)),
        (lambda layers, x: layers[0](x).split([8, 1], 2)[0], nn.Conv1d(1, 1, 2, padding=1), None),
    ]
    for function, layer, pads in rows:
        net = net_of(function, layer)
        found, lines = recorded(from_torch, net, input_size=8)
        assert net(torch.zeros(1, 1, 8)).shape[2:] == found[0].op.output_size or pads is None
        if pads is not None:
            assert found[0].op.pads == pads and lines == []


def test_a_convolution_with_a_forward_of_its_own_is_what_it_computes():
    from models import Conv2dSame
    from torch import nn

    found = from_torch(Conv2dSame(1, 2, 3, stride=2), input_size=(8, 9))
    assert isinstance(found, Imported)
    assert found.op == Conv((8, 9), 3, stride=2, padding=((0, 1), (1, 1)), out_channels=2, bias=True)
    found, lines = recorded(from_torch, nn.Sequential(Conv2dSame(1, 2, 3, stride=2), nn.MaxPool2d(2)), input_size=8)
    assert [one.op.pads for one in found] == [((0, 1), (0, 1)), ((0, 0), (0, 0))] and lines == []


def test_what_is_not_known_between_two_layers_breaks_the_chain():
    import torch
    from torch import nn

    functions = [
        (nn.PixelShuffle(2), "layers.1 (PixelShuffle)"),
        (nn.Upsample(scale_factor=2), "layers.1 (Upsample)"),
        (lambda x: nn.functional.interpolate(x, scale_factor=2), "interpolate"),
        (lambda x: torch.roll(x, 1, 2), "roll"),
        (lambda x: x.flip(3), "flip"),
        (lambda x: x.flatten(2).unflatten(2, (7, 7)), "flatten"),
        (lambda x: torch.fft.fft2(x).real, "fft_fft2"),
        (lambda x: torch.from_numpy(x.numpy()[..., ::-1].copy()), "a function that can't be followed"),
    ]
    for function, name in functions:
        channels = 1 if isinstance(function, nn.PixelShuffle) else 4
        first, last = nn.Conv2d(1, 4, 3), nn.Conv2d(channels, 1, 3)
        if isinstance(function, nn.Module):
            net = net_of(lambda layers, x: layers[2](layers[1](layers[0](x))), first, function, last)
        else:
            net = net_of(lambda layers, x, f=function: layers[1](f(layers[0](x))), first, last)
        found, lines = recorded(from_torch, net, input_size=9)
        assert isinstance(found, Network) and len(found.breaks) == 1, name
        assert f"{name} stands between layers.0 and layers." in lines[0], lines
        with pytest.raises(ConvanimError, match="no receptive field crosses it"):
            receptive_field(found)
    pool, unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)
    net = net_of(lambda layers, x: layers[2](layers[1](*layers[0](x))), pool, unpool, nn.Conv2d(1, 1, 3))
    assert (
        "layers.1 (MaxUnpool2d) stands between layers.0 and layers.2" in recorded(from_torch, net, input_size=8)[1][0]
    )


def test_a_first_layer_whose_input_is_not_the_models_is_named():
    import torch
    from torch import nn

    def focus(layers, x):
        parts = [x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]]
        return layers[0](torch.cat(parts, 1))

    rows = [
        (focus, 4, "cat"),
        (lambda layers, x: layers[0](x[:, :, 1:, 1:]), 1, "slice"),
        (lambda layers, x: layers[0](nn.functional.interpolate(x, scale_factor=2)), 1, "interpolate"),
    ]
    for function, channels, name in rows:
        net = net_of(function, nn.Conv2d(channels, 1, 3))
        net.in_channels = 1
        found, lines = recorded(from_torch, net, input_size=8)
        assert lines and (f"{name}" in lines[0] or isinstance(found, Network)), lines


def test_models_on_the_meta_device_and_compiled():
    import torch
    from torch import nn

    with torch.device("meta"):
        (found,) = from_torch(net_of(lambda layers, x: layers[0](x), nn.Conv2d(1, 1, 3)), input_size=5)
        assert found.op == Conv(5, 3, bias=True) and found.kernel is None
    assert from_torch(nn.Conv2d(1, 1, 3, device="meta"), 5).op == Conv(5, 3, bias=True)
    assert from_torch(torch.compile(nn.Sequential(nn.Conv2d(1, 1, 3))), 5)[0].op == Conv(5, 3, bias=True)
    script = torch.jit.script(nn.Sequential(nn.Conv2d(1, 1, 3)))
    assert refusal(from_torch, script, 5).startswith("Sequential is a ScriptModule")


def test_scripted_parts_of_a_model_are_followed_by_their_operators():
    import torch
    from torch import nn

    class Causal(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.pool = nn.Conv2d(1, 1, 3, dilation=2), nn.MaxPool2d(2)

        def forward(self, x):
            return self.pool(self.conv(nn.functional.pad(x, (4, 0, 4, 0)))) + nn.functional.avg_pool2d(x, 2)

    parts = [Causal(), torch.jit.script(Causal()), torch.jit.trace(Causal(), torch.zeros(1, 1, 12, 12))]
    parts.append(torch.jit.freeze(torch.jit.script(Causal().eval())))
    for part in parts:
        net, lines = recorded(from_torch, nn.Sequential(nn.Conv2d(1, 1, 1), part), input_size=12)
        assert net[1].op == Conv(12, 3, padding=((4, 0), (4, 0)), dilation=2, bias=True)
        assert [node.kind for node in net.nodes] == ["input", "layer", "layer", "layer", "layer", "sum"]
        assert [field.size[0] for field in receptive_field(net)] == [1, 5, 6, 2] and lines == []


def test_operators_of_scripted_parts_are_what_functions_are():
    import torch
    from torch import nn

    part = nn.Sequential(
        nn.BatchNorm2d(2), nn.ReLU(), nn.GroupNorm(1, 2), nn.LayerNorm(6), nn.Softmax(1), nn.AdaptiveAvgPool2d(2)
    )
    net = nn.Sequential(nn.Conv2d(1, 2, 3), torch.jit.script(part), nn.Conv2d(2, 1, 2))
    found, (line,) = recorded(from_torch, net, input_size=8)
    assert [type(one.op).__name__ for one in found] == ["Conv", "AdaptivePool", "Conv"]
    assert line == (
        "receptive fields leave out the means that native_group_norm, native_layer_norm take over all cells"
    )


def test_an_input_of_more_cells_than_the_memory_has_is_refused_or_not_made():
    from torch import nn

    op = from_torch(nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"), 10**8).op
    assert op == Conv(10**8, 3, padding=1, padding_mode="reflect", bias=True)
    for layer in (nn.MaxPool3d(1), nn.Sequential(nn.Conv1d(1, 1, 3))):
        assert "has too many cells" in refusal(from_torch, layer, 10**9)


def test_what_is_written_into_a_tensor_breaks_the_chain():
    from torch import nn

    def written(layers, x):
        y = layers[0](x)
        y[:, :, 0] = 0
        return layers[1](y)

    net, lines = recorded(from_torch, net_of(written, nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3)), input_size=9)
    assert isinstance(net, Network) and "__setitem__" in lines[0]


def test_an_exported_program_is_followed_too():
    import torch
    from torch import nn

    net = nn.Sequential(
        nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 2, 3, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(2, 1, 1)
    )
    program = torch.export.export(net, (torch.zeros(1, 1, 12, 12),)).module()
    found, _ = recorded(from_torch, program, input_size=12)
    assert [one.op for one in found] == [one.op for one in recorded(from_torch, net, input_size=12)[0]]

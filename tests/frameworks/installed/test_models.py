"""Real nets of PyTorch: their layers against PyTorch's own, and their receptive fields against its gradients."""

from __future__ import annotations

import itertools
import random
import warnings

import gradients
import numpy as np
import pytest
import torch
from models import MODELS, deeplab
from nets_image import resnet18, resnet50, unet, vgg16
from nets_sound import tcn, wavenet
from torch import nn
from torch.nn import functional as F

import convanim as ca
from convanim.frameworks import ConvanimWarning

pytestmark = pytest.mark.filterwarnings("ignore")

MOST_CELLS = 8  # of a layer's output that are compared with gradients: its corners, and others drawn by chance


def imported(model, size):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvanimWarning)
        return ca.from_torch(model, input_size=size)


def as_network(found):
    """A chain as a network, too, so that both can be compared in one way."""
    if isinstance(found, ca.Network):
        return found
    nodes = [ca.Node("input", "x", (), found[0].op.input_size)]
    nodes += [ca.Node("layer", one.name, (n,), one.op.output_size, one) for n, one in enumerate(found)]
    return ca.Network(tuple(nodes))


def some(size, seed):
    cells = list(itertools.product(*map(range, size)))
    corners = {*itertools.product(*((0, n - 1) for n in size))}
    drawn = random.Random(seed).sample(cells, min(len(cells), MOST_CELLS))
    return sorted({*corners, *drawn})


@pytest.mark.parametrize("name", MODELS)
def test_the_layers_of_a_net_have_pytorchs_sizes_parameters_and_macs(name):
    make, size = MODELS[name]
    model = make()
    found = imported(model, size)
    layers = [layer for layer in found if isinstance(layer.op, ca.Conv | ca.ConvTranspose)]
    convs = [m for m in model.modules() if isinstance(m, nn.modules.conv._ConvNd)]
    met = []
    hooks = [m.register_forward_hook(lambda m, x, y: met.append((m, x[0], y))) for m in convs]
    first = next(m for m in convs)
    shape = (1, *size) if name == "keyword_spotting" else (1, first.in_channels, *size)
    with torch.no_grad():
        model.eval()(torch.zeros(shape))
    for hook in hooks:
        hook.remove()
    assert len(met) == len(layers)
    for layer, (module, x, y) in zip(layers, met, strict=True):
        weights = sum(one.numel() for one in (module.weight, module.bias) if one is not None)
        cells = layer.op.output_size if isinstance(layer.op, ca.Conv) else layer.op.input_size
        assert layer.op.parameters == weights
        assert layer.op.macs == module.weight.numel() * np.prod(cells)
        assert np.allclose(layer.kernel, module.weight.detach())
        if "tcn" not in name and "wavenet" not in name and "efficientnet" not in name:
            assert (layer.op.input_size, layer.op.output_size) == (tuple(x.shape[2:]), tuple(y.shape[2:]))


@pytest.mark.parametrize("name", MODELS)
def test_what_each_layer_of_a_net_sees_is_what_its_gradient_reaches(name):
    make, size = MODELS[name]
    model = make()
    network = as_network(imported(model, size))
    x, outputs = gradients.run(model, size, channels=() if name == "keyword_spotting" else None)
    places = [index for index, node in enumerate(network.nodes) if node.kind == "layer"]
    fields = ca.receptive_field(network)
    assert len(places) == len(outputs) - 1
    for n, (place, y, field) in enumerate(zip(places, outputs, fields, strict=False)):
        part = ca.Network(network.nodes[: place + 1])
        spread = {n for n, node in enumerate(part.nodes) if node.kind == "cells" and node.axes[0].input == 1}
        for cell in some(field.output_size, n):
            cells = ca.sources(part, cell)
            assert cells == gradients.seen(x, y, cell), (name, part.nodes[-1].name, cell)
            for axis, c in enumerate(cell):
                low, high = min(one[axis] for one in cells), max(one[axis] for one in cells)
                assert high - low < field.size[axis]
                if not spread and not any(node.reads and node.reads[axis].spacing > 1 for node in part.nodes):
                    shift = c * field.jump[axis]
                    assert low >= np.floor(field.start[axis] + shift)
                    assert high <= np.ceil(field.end[axis] + shift)
    if outputs[-1].ndim == x.ndim and tuple(outputs[-1].shape[2:]) == network.nodes[-1].output_size:
        for cell in itertools.product(*map(range, network.nodes[-1].output_size)):
            assert ca.sources(network, cell) == gradients.seen(x, outputs[-1], cell), (name, cell)


def last_of(found, prefix):
    fields = ca.receptive_field(found)
    index = max(n for n, layer in enumerate(found) if layer.name.startswith(prefix))
    return fields[index].size


def test_the_receptive_fields_that_papers_and_blogs_give():
    assert last_of(imported(resnet18(2), 224), "layer4") == (435, 435)
    net = imported(resnet50(1), 224)
    assert last_of(net, "layer3") == (267, 267)
    assert last_of(net, "layer4") == (427, 427)
    assert last_of(imported(vgg16(1), 224), "features") == (212, 212)
    assert last_of(imported(tcn(2, 4, 3), 100), "") == (61,)
    assert last_of(imported(wavenet(2, 6), 100), "") == (64,)


@pytest.mark.parametrize(("between", "field"), [("pool", 9), ("conv", 7), ("none", 5)])
def test_a_function_between_two_convolutions_counts(between, field):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3)
            self.weight = nn.Parameter(torch.ones(1, 1, 3, 3))

        def forward(self, x):
            x = self.a(x)
            if between == "pool":
                x = F.max_pool2d(x, 5, 1, 2)
            if between == "conv":
                x = F.conv2d(x, self.weight)
            return self.b(x)

    found = ca.from_torch(Net(), input_size=20)
    assert isinstance(found, list)
    assert ca.receptive_field(found)[-1].size == (field, field)


def test_a_join_whose_sizes_differ_is_named_with_both_sizes_and_both_layers():
    with pytest.raises(ca.ConvanimError) as error:
        ca.from_torch(unet(2, 2, pads=False), input_size=(21, 20))
    text = str(error.value)
    assert "(21, 20) from inc.double_conv.1.0" in text and "(20, 20) from up.1.up" in text and "\n" not in text


def test_a_view_names_the_paths_of_a_network_and_draws_one():
    net = imported(deeplab(2, (2, 4)), 24)
    with pytest.raises(ca.ConvanimError, match=r"1 concatenation.*paths\[0\] \(0\.0 to 4, 6 layers\).*paths\[1\]"):
        ca.animate(net)
    assert {layer.name for path in net.paths for layer in path} == {layer.name for layer in net.layers}
    net = imported(tcn(3, 2), 8)
    assert [len(path) for path in net.paths] == [4, 3]
    assert ca.receptive_field(net.paths[0])[-1].size == (13,)
    block = imported(nn.Sequential(MODELS["inception"][0]()), (24, 21))
    assert len(ca.receptive_field(block.paths[0])) == len(block.paths[0])


# --- small graphs drawn by chance, all cells of which are compared


class Drawn(nn.Module):
    """A graph of convolutions, poolings, transposed convolutions, crops, pads, sums and concatenations."""

    def __init__(self, seed, ndim):
        super().__init__()
        self.random, self.ndim = random.Random(seed), ndim
        self.layers = nn.ModuleList()
        self.plan = None

    def conv(self, kind, x, **words):
        layer = getattr(nn, f"{kind}{self.ndim}d")(2, 2, **words)
        self.layers.append(layer)
        return layer

    def build(self, x):
        """Draw steps that fit an input; returns them as functions of the values so far."""
        draw, values, plan = self.random, [x], []
        for _ in range(draw.randint(3, 7)):
            value = draw.randrange(len(values))
            size = values[value].shape[2:]
            kind = draw.choice(["conv", "conv", "pool", "up", "pad", "crop", "join", "join", "stride"])
            small = min(size)
            if kind == "conv":
                k, d = draw.choice([(1, 1), (2, 1), (3, 1), (2, 2)]), draw.choice([1, 2])
                if (k[0] - 1) * k[1] >= small:
                    continue
                layer = self.conv("Conv", x, kernel_size=k[0], dilation=k[1], stride=d, padding=draw.choice([0, 0, 1]))
                step = (value,), lambda v, layer=layer: layer(v)
            elif kind == "pool" and small >= 3:
                words = draw.choice([(3, 1, 1), (2, 2, 0), (3, 2, 1)])
                step = (value,), lambda v, w=words: getattr(F, f"avg_pool{self.ndim}d")(v, *w)
            elif kind == "up" and max(size) < 9:
                layer = self.conv(
                    "ConvTranspose", x, kernel_size=draw.choice([2, 3]), stride=2, padding=draw.choice([0, 1])
                )
                step = (value,), lambda v, layer=layer: layer(v)
            elif kind == "pad":
                pad = [draw.randint(0, 2) for _ in range(2 * self.ndim)]
                step = (value,), lambda v, pad=pad: F.pad(v, pad)
            elif kind == "crop" and small >= 4:
                a, b = draw.randint(0, 1), draw.randint(0, 2)
                step = (value,), lambda v, a=a, b=b: v[:, :, a : v.shape[2] - b]
            elif kind == "stride" and small >= 4:
                step = (value,), lambda v: v[:, :, 1::2]
            elif kind == "join":
                fit = [n for n, one in enumerate(values) if one.shape == values[value].shape]
                other = draw.choice(fit)
                step = (
                    (value, other),
                    draw.choice([torch.add, torch.mul, lambda a, b: torch.cat([a[:, :1], b[:, 1:]], 1)]),
                )
            else:
                continue
            made = step[1](*(values[n] for n in step[0]))
            if min(made.shape[2:]) < 1 or max(made.shape[2:]) > 16:
                continue
            plan.append(step)
            values.append(made)
        layer = self.conv("Conv", x, kernel_size=1)
        plan.append(((len(values) - 1,), lambda v: layer(v)))
        self.plan = plan

    def forward(self, x):
        values = [x]
        for takes, function in self.plan:
            values.append(function(*(values[n] for n in takes)))
        return values[-1]


@pytest.mark.parametrize("part", range(4))
def test_graphs_drawn_by_chance_see_what_gradients_reach(part, request):
    seed = request.config.getoption("--seed", default=0)
    count = 0
    for n in range(40):
        ndim = 1 + n % 2
        size = (9,) if ndim == 1 else (7, 6)
        model = Drawn(f"{seed} {part} {n}", ndim)
        with torch.no_grad():
            model.build(torch.zeros(1, 2, *size))
        found = as_network(imported(model, size))
        assert not found.breaks
        x, outputs = gradients.run(model, size)
        if found.nodes[0].output_size != size:  # a crop or stride stands alone before a chain: not the input's cells
            continue
        for cell in itertools.product(*map(range, outputs[-1].shape[2:])):
            assert ca.sources(found, cell) == gradients.seen(x, outputs[-1], cell), (part, n, cell, found.nodes)
        count += 1
    assert count > 20

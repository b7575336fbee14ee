"""`from_torch` where the input goes hidden ways: computed weights, masks, operators that no call of Python shows, and
values that the model looks at; and functions that only seem to keep each cell.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import torch
from code_import import net_of, recorded, refusal
from gradients import run, seen
from torch import nn
from torch.nn import functional as F

import convanim as ca
from convanim.frameworks import from_torch

pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter; ours are recorded


def conv(kernel=3, channels=1, out=1, **words):
    return nn.Conv1d(channels, out, kernel, **words)


def imported(function, *layers, size=9):
    return recorded(from_torch, net_of(function, *layers), input_size=size)


def turned(x: torch.Tensor):
    return x.flip(2)


def scripted(x):
    return torch.jit.script(turned)(x)


class Turned(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.ops.aten.flip(x, [2])


# of each, a branch that is easily overlooked, and what it does to the first layer's output
BRANCHES = {
    "masked_fill": (lambda x, y: x.masked_fill(y > 0, 0.0), "combination"),
    "clamp": (lambda x, y: torch.clamp(x, max=y), "combination"),
    "greater": (lambda x, y: (x > y) * 1.0, "combination"),
    "scripted": (lambda x, y: x + scripted(y), "break"),
    "autograd": (lambda x, y: x + Turned.apply(y), "break"),
    "vmap": (lambda x, y: x + torch.vmap(lambda z: z.flip(1))(y), "break"),
    "prelu": (lambda x, y: F.prelu(x, y.mean((0, 2))), "break"),
    "norm": (lambda x, y: F.group_norm(x, 1, weight=y.mean((0, 2))), "break"),
    "linear": (lambda x, y: F.linear(x.transpose(1, 2), y[:, :, 0]).transpose(1, 2), "break"),
    "copy into a view": (lambda x, y: x + torch.zeros(1, 1, 9).index_fill_(2, torch.tensor(0), 0).copy_(y), "break"),
    "resized": (lambda x, y: x + F.interpolate(y, scale_factor=1.1)[..., :9], "break"),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_a_branch_is_never_overlooked(name):
    function, kind = BRANCHES[name]
    layers = conv(1), conv(3, padding=1), conv(1)
    net, lines = imported(lambda layers, x: layers[2](function(layers[0](x), layers[1](x))), *layers)
    assert isinstance(net, ca.Network) and kind in [node.kind for node in net.nodes]
    before = {net.nodes[one].name for one in ancestors(net)}
    assert {"layers.0", "layers.1"} <= before
    assert ("the chain is broken" in " ".join(lines)) == (kind == "break")
    assert kind == "break" or ca.sources(net, 4) == {(3,), (4,), (5,)}


def ancestors(net):
    found, waiting = set(), [len(net.nodes) - 1]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting += [n for n in net.nodes[one].takes if n not in found]
    return found


@pytest.mark.parametrize("last", [True, False])
def test_a_view_that_is_written_into_carries_its_values(last):
    def written(layers, x):
        buffer = torch.zeros(1, 1, 11)
        buffer[:, :, 2:].copy_(layers[0](x))
        made = buffer + layers[1](x)
        return layers[2](made) if last else made

    net, lines = imported(written, conv(1), conv(3, padding=2), conv(1))
    assert net.breaks and "a function that can't be followed stands" in lines[0]
    assert ("after layers.0" in lines[0]) is not last


def test_a_convolution_whose_weights_are_computed_from_the_input_is_named():
    def dynamic(layers, x):
        return layers[1](F.conv1d(x, layers[0](x).mean(2).view(1, 1, 3), padding=1))

    net, lines = imported(dynamic, conv(1, out=3), conv(3))
    assert [layer.name for layer in net] == ["layers.0", "mean", "layers.1"] and len(net.breaks) == 1
    assert "conv1d (conv1d: its weights are computed from the model's input" in lines[0]
    kernel = torch.ones(1, 1, 2)
    found, lines = imported(lambda layers, x: F.conv1d(x, F.conv1d(layers[0].weight, kernel, padding=1)), conv(3))
    assert [one.op for one in found] == [ca.Conv(9, 4, ndim=1)] and lines == []


def test_a_model_that_looks_at_values_says_so():
    looks = [lambda x: x.sum() > 0, lambda x: x.max().item() > 0, lambda x: float(x[0, 0, 0]), lambda x: x.any()]
    for look in looks:
        found, lines = imported(lambda layers, x, f=look: layers[0](x) if f(x) else layers[1](x), conv(3), conv(5))
        assert [one.name for one in found] == ["layers.1"]
        assert "the model's code depends on values of its input" in lines[0]
    found, lines = imported(lambda layers, x: layers[0](x) if x.shape[2] > 8 and x.dim() > 2 else x, conv(3))
    assert len(found) == 1 and lines == []


def test_threads_and_constants():
    def threaded(layers, x):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(layers[0], x).result() + layers[1](x)

    assert "layers.0 runs in its own thread" in refusal(from_torch, net_of(threaded, conv(1), conv(1)), 9)
    made = [torch.zeros_like, lambda x: x.new_ones(1, 1, 1), lambda x: torch.ones(1).to(x), lambda x: torch.arange(9.0)]
    for constant in made:
        found, lines = imported(lambda layers, x, f=constant: layers[0](x + f(x)), conv(3))
        assert [one.op for one in found] == [ca.Conv(9, 3, ndim=1, bias=True)] and lines == []


@pytest.mark.parametrize(
    ("part", "size"),
    [(slice(0, 5, 2), 3), (slice(1, 9, 2), 4), (slice(None, -2, 3), 3), (slice(4, None, 4), 2), (slice(8, 9), 1)],
)
def test_a_slice_with_a_step_and_an_end_has_the_cells_that_it_leaves(part, size):
    net = net_of(lambda layers, x: layers[1](layers[0](x)[:, :, part]), conv(1), conv(1))
    found, _ = recorded(from_torch, net, input_size=9)
    assert found.layers[-1].op.input_size == (size,)
    x, outputs = run(net, (9,))
    for cell in range(size):
        assert ca.sources(found, cell) == seen(x, outputs[-1], (cell,))


def test_a_resize_to_the_same_size_may_move_cells():
    x = torch.arange(5.0)[None, None]
    assert not torch.equal(F.interpolate(x, scale_factor=1.1), x)
    rows = [({"scale_factor": 1.1}, False), ({"size": 5}, True), ({"scale_factor": 1}, True)]
    for words, keeps in rows:
        found, _ = imported(
            lambda layers, x, w=words: layers[1](F.interpolate(layers[0](x), **w)), conv(3), conv(3), size=7
        )
        assert isinstance(found, list) == keeps


def test_reductions_over_channels_keep_the_cells():
    functions = [
        lambda x: x.sum(1, keepdim=True),
        lambda x: x.max(1, keepdim=True).values,
        lambda x: torch.amin(x, dim=1, keepdim=True),
        lambda x: x.norm(dim=1, keepdim=True),
        lambda x: torch.logsumexp(x, 1).unsqueeze(1),
        lambda x: x.argmax(1)[:, None].double(),
    ]
    for function in functions:
        net = net_of(lambda layers, x, f=function: layers[1](f(layers[0](x))), conv(3, out=2), conv(3)).double()
        found, lines = recorded(from_torch, net, input_size=9)
        assert not found.breaks and lines == []  # no list, since its channels don't fit
        assert [field.size for field in ca.receptive_field(found)] == [(3,), (5,)]
    for function in (lambda x: x.sum(2, keepdim=True), lambda x: x.max(2, keepdim=True)[0]):
        net, _ = imported(lambda layers, x, f=function: layers[1](layers[0](x) * f(x)), conv(1), conv(3))
        assert isinstance(net, ca.Network) and len(net.breaks) + sum(n.kind == "input" for n in net.nodes) > 1


@pytest.mark.parametrize(
    ("module", "over"),
    [
        (nn.GroupNorm(1, 2), True),
        (nn.InstanceNorm1d(2), True),
        (nn.InstanceNorm1d(2, track_running_stats=True), False),
        (nn.LayerNorm([2, 7]), True),
        (nn.BatchNorm1d(2), False),
    ],
)
def test_a_normalisation_over_cells_is_named(module, over):
    found, lines = imported(lambda layers, x: layers[2](layers[1](layers[0](x))), conv(3, out=2), module, conv(3, 2))
    assert ca.receptive_field(found)[-1].size == (5,)
    assert ("receptive fields leave out the means that layers.1 take over all cells" in lines[0]) == over
    x = torch.randn(1, 2, 7, requires_grad=True)
    (gradient,) = torch.autograd.grad(module.eval()(x)[0, 0, 0] ** 2, x)
    assert (gradient[0, :, 1:].abs().max() > 0) == over


def test_what_is_lost_behind_the_last_layer_is_named():
    functions = [lambda x, y: x + y.flip(2), lambda x, y: torch.stack([x, y]), lambda x, y: x @ y.transpose(1, 2)]
    for function in functions:
        _, lines = imported(
            lambda layers, x, f=function: f(layers[0](x), layers[1](x)), conv(1, out=2), conv(3, out=2, padding=1)
        )
        assert "layers.1" in lines[0] and "convanim doesn't know which cells these read" in lines[0]
    assert imported(lambda layers, x: layers[0](x).flip(2), conv(3))[1] == []


def test_a_shift_before_the_first_layer_is_no_chain():
    found, lines = imported(lambda layers, x: layers[0](F.pad(x, (2, 0))[..., :-2]), conv(1))
    assert [one.op.pads for one in found] == [((2, -2),)] if isinstance(found, list) else found.nodes[1].kind == "cells"
    assert ca.sources(found, 0) == set() and ca.sources(found, 4) == {(2,)} and "pad: it crops the input" in lines[0]


@pytest.mark.parametrize("channels", [1, 2, 5, 7])
def test_a_model_whose_first_layer_takes_other_channels_than_the_model_runs_on_its_own(channels):
    def with_coordinates(layers, x):
        place = torch.linspace(0, 1, x.shape[2]).expand(1, 1, -1)
        return layers[0](torch.cat([x, x, place], 1))

    found, _ = imported(with_coordinates, conv(3, 2 * channels + 1))
    assert [one.op.in_channels for one in found] == [2 * channels + 1]


@dataclass
class Both:
    first: torch.Tensor
    second: torch.Tensor


def test_an_output_in_a_record_is_one():
    layer = conv(3, padding=2)
    cut = imported(lambda layers, x: layers[0](x)[..., :-2], layer)[0]
    whole = imported(lambda layers, x: Both(y := layers[0](x), y[..., :-2]), layer)[0]
    assert (cut[0].op.pads, whole[0].op.pads) == (((2, 0),), ((2, 2),))

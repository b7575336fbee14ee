"""Traces: paddings and crops that fold into layers, joins, breaks, and where axes are after a reshape."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

import convanim as ca
from convanim.frameworks import Imported
from convanim.frameworks.assemble import finish
from convanim.frameworks.folding import Padding, both, folded, sliced
from convanim.frameworks.trace import Trace, reshaped


def padding(*pads, mode="zeros", value=0.0, size=(6, 6)):
    return Padding("pad", "Pad", size, pads, mode, value)


def test_a_padding_folds_into_a_convolution_and_becomes_its_own():
    op = ca.Conv((7, 9), 3, padding=1, stride=2)
    assert folded(op, padding((0, 1), (1, 2))) == ca.Conv(6, 3, padding=((1, 2), (2, 3)), stride=2)
    assert folded(ca.Conv((7, 9), 3), padding((0, 1), (1, 2), mode="reflect")) == ca.Conv(
        6, 3, padding=((0, 1), (1, 2)), padding_mode="reflect"
    )


def traced(*steps, size=(5, 5), outputs=()):
    """A trace of steps from an input of this size on, each a function of the trace and the values so far."""
    trace = Trace()
    values = [trace.input("x", (1, 1, *size), (2, 3))]
    for step in steps:
        values.append(step(trace, values))
    trace.outputs += [values[n].step for n in outputs]
    return trace


def layer(name, op, takes=-1):
    return lambda trace, values: trace.layer(Imported(name, op), values[takes], (1, 1, *op.output_size), (2, 3))


def padded(name, *pads, takes=-1, **words):
    def step(trace, values):
        one = Padding(name, "Pad", values[takes].size, pads, **words)
        return trace.padding(one, values[takes], (1, 1, *one.output_size))

    return step


def joined(kind, *takes):
    return lambda trace, values: trace.join(kind, kind, [values[n] for n in takes], values[takes[0]].shape)


def test_a_crop_folds_into_the_layer_before_it():
    crop = padded("crop", (-1, 0), (0, -2))
    up = ca.ConvTranspose(3, 3, stride=2, padding=1)
    assert finish(traced(layer("up", up), crop, size=(3, 3)))[0].op == replace(up, padding=((2, 1), (1, 3)))
    causal = finish(traced(layer("c", ca.Conv(5, 3, padding=2)), padded("chomp", (0, -2), (0, -2))))
    assert [one.op for one in causal] == [ca.Conv(5, 3, padding=((2, 0), (2, 0)))]
    strided = ca.Conv(9, 3, stride=2, padding=2)
    found = finish(traced(layer("c", strided), padded("chomp", (0, -1), (-1, 0)), size=(9, 9)))
    assert found[0].op == replace(strided, padding=((2, 0), (0, 2)))
    with pytest.warns(ca.ConvanimWarning, match=r"crop \(Pad: no layer that it folds into"):
        finish(traced(layer("conv", ca.Conv(5, 3)), crop))


def test_a_crop_stays_a_step_where_the_uncropped_cells_are_taken_too():
    steps = (layer("c", ca.Conv(5, 3, padding=2)), padded("chomp", (0, -2), (0, -2)), layer("d", ca.Conv(5, 1)))
    with pytest.warns(ca.ConvanimWarning, match=r"chomp \(Pad: it crops the input"):
        net = finish(traced(*steps, layer("e", ca.Conv(7, 1), takes=1)))
    assert [node.kind for node in net.nodes] == ["input", "layer", "cells", "layer", "layer"]
    assert ca.receptive_field(net)[1] == ca.Field((3, 3), (1, 1), (-2, -2), (0, 0), (5, 5))
    assert ca.sources(ca.Network(net.nodes[:4]), (0, 0)) == {(0, 0)}


def test_a_padding_that_two_layers_take_folds_into_each():
    steps = (padded("pad", (1, 1), (1, 1)), layer("a", ca.Conv(8, 3)), layer("b", ca.Conv(8, 1), takes=1))
    net = finish(traced(*steps, size=(6, 6)))
    assert [one.op.padding for one in net] == [(1, 1), (1, 1)]
    assert net.edges == ((0, 1), (0, 2))
    assert [[one.name for one in path] for path in net.paths] == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("first", "second", "mode", "whole"),
    [
        (((1, 2),) * 2, ((3, 0),) * 2, "zeros", ((4, 2),) * 2),
        (((2, 2),) * 2, ((1, 0),) * 2, "replicate", ((3, 2),) * 2),
        (((2, 2),) * 2, ((0, -1),) * 2, "reflect", ((2, 1),) * 2),
        (((2, 2),) * 2, ((0, -3),) * 2, "zeros", ((2, -1),) * 2),
        (((1, 1),) * 2, ((1, 1),) * 2, "reflect", None),
        (((0, -3),) * 2, ((0, 2),) * 2, "zeros", None),
        (((1, 1),) * 2, ((0, -3),) * 2, "circular", None),
    ],
)
def test_two_paddings_are_one_where_that_is_exact(first, second, mode, whole):
    modes = {"mode": mode}
    made = both(padding(*first, **modes), padding(*second, **(modes if min(map(min, second)) >= 0 else {})))
    assert (made and (made.pads, made.mode, made.input_size)) == (whole and (whole, mode, (6, 6)))


# --- graphs


def test_joins_have_both_sizes_and_sizes_that_differ_are_named():
    a, b = layer("a", ca.Conv(5, 3, padding=1)), layer("b", ca.Conv(5, 1), takes=0)
    net = finish(traced(a, b, joined("sum", 1, 2)))
    assert net.joins == (ca.Join("sum", "sum", (("a",), ("b",)), ((5, 5), (5, 5))),)
    assert repr(net) == "Network(2 layers, 1 sum)" and len(net) == 2 and net[0].name == "a"
    x = ca.Node("input", "x", (), (5, 5))
    nodes = [
        ca.Node("layer", name, (0,), op.output_size, op) for name, op in (("a", ca.Conv(5, 3)), ("b", ca.Conv(5, 1)))
    ]
    with pytest.raises(ca.ConvanimError, match=r"the sum s joins \(3, 3\) from a and \(5, 5\) from b: their sizes"):
        ca.Network((x, *nodes, ca.Node("sum", "s", (1, 2), (5, 5))))
    with pytest.raises(ca.ConvanimError, match=r"c has input_size=\(4, 4\), and a before it gives \(3, 3\)"):
        ca.Network((x, *nodes, ca.Node("layer", "c", (1,), (4, 4), ca.Conv(4, 1))))
    with pytest.raises(ca.ConvanimError, match="a node takes nodes before it"):
        ca.Network((x, ca.Node("layer", "c", (1,), (4, 4), ca.Conv(4, 1))))


def test_the_field_behind_a_join_spans_all_branches():
    a, b = layer("a", ca.Conv(9, (3, 1), padding=(1, 0))), layer("b", ca.Conv(9, (1, 5), padding=(0, 2)), takes=0)
    net = finish(traced(a, b, joined("sum", 1, 2), layer("c", ca.Conv(9, 3, padding=1)), size=(9, 9)))
    assert [field.size for field in ca.receptive_field(net)] == [(3, 1), (1, 5), (5, 7)]
    middle = ca.sources(ca.Network(net.nodes[:4]), (4, 4))
    assert middle == {(r, 4) for r in (3, 4, 5)} | {(4, c) for c in range(2, 7)}  # a cross, and not its rectangle
    assert len(ca.sources(net, (4, 4))) == 15 + 21 - 9


def test_a_path_that_branches_join_says_so_in_its_figure():
    a, b = layer("a", ca.Conv(7, 3, padding=1)), layer("b", ca.Conv(7, 3, padding=1))
    net = finish(traced(a, b, joined("sum", 1, 2), layer("c", ca.Conv(7, 3)), size=(7, 7)))
    (path,) = net.paths
    assert [one.name for one in path] == ["a", "b", "c"] and path.joins == 1
    figure = ca.animate(path, theme="clear")
    assert figure.scene.remark == "joined" and figure.alt.count("Branches that join this path are not drawn.") == 1
    assert ca.animate(list(path), theme="clear").scene.remark == ""


def test_what_is_not_known_breaks_the_chain_and_everything_says_so():
    def unknown(trace, values):
        return trace.unknown("up", "Upsample", [values[-1]], (1, 1, 6, 6), (2, 3))

    steps = (layer("a", ca.Conv(5, 3)), unknown, layer("b", ca.Conv(6, 3)), layer("c", ca.Conv(4, 3)))
    with pytest.warns(ca.ConvanimWarning, match=r"the chain is broken.*: up \(Upsample\) stands between a and b$"):
        net = finish(traced(*steps))
    assert [node.name for node in net.breaks] == ["up (Upsample)"] and repr(net) == "Network(3 layers, 1 break)"
    for ask in (ca.receptive_field, lambda one: ca.sources(one, (0, 0))):
        with pytest.raises(
            ca.ConvanimError, match=r"up \(Upsample\) stands between a and b, and .* no receptive field"
        ):
            ask(net)
    assert [[one.name for one in path] for path in net.paths] == [["b", "c"], ["a"]]
    assert ca.receptive_field(net.paths[0])[-1].size == (5, 5)
    assert ca.animate(net.paths[0]).scene.title
    with pytest.raises(ca.ConvanimError, match=r"take one of its paths, paths\[0\] \(b to c, 2 layers\), paths\[1\]"):
        ca.animate(net)
    for view in (None, *ca.VIEWS):
        with pytest.raises(ca.ConvanimError, match=r"\(1 break at up \(Upsample\)\): .*paths\[1\] \(a, 1 layer\)$"):
            ca.animate(net, **({"view": view} if view else {}))


def test_a_first_layer_whose_input_is_not_the_models_is_never_silent():
    def unknown(trace, values):
        return trace.unknown("focus", "", [values[-1]], (1, 4, 3, 3), (2, 3))

    with pytest.warns(
        ca.ConvanimWarning, match=r"the first layer, a, takes an input of \(3, 3\), and the model one of"
    ):
        assert isinstance(finish(traced(unknown, layer("a", ca.Conv(3, 3)), size=(6, 6)), (6, 6)), list)
    with pytest.warns(ca.ConvanimWarning, match="that focus made of the model's input"):
        finish(traced(unknown, layer("a", ca.Conv(3, 3)), size=(3, 3)), (3, 3))


def test_a_path_goes_through_a_concatenation():
    wide = ca.Conv(5, 3, in_channels=2)
    steps = (layer("a", ca.Conv(5, 1)), layer("b", ca.Conv(5, 1), takes=0), joined("concatenation", 1, 2))
    net = finish(traced(*steps, layer("c", wide)))
    assert [[one.name for one in path] for path in net.paths] == [["a", "c"], ["b", "c"]]
    assert repr(net.paths[0]) == "Path(a -> c)"
    assert ca.receptive_field(net.paths[0])[-1].size == (3, 3)
    with pytest.raises(ca.ConvanimError, match="layer 2 has in_channels=2"):
        ca.receptive_field(list(net.paths[0]))


@pytest.mark.parametrize(
    ("shape", "dims", "new", "there"),
    [
        ((1, 8, 5, 4), (2, 3), (1, 2, 4, 5, 4), (3, 4)),  # a channel shuffle
        ((1, 8, 5, 4), (2, 3), (1, 8, 20), None),
        ((1, 8, 1, 1), (2, 3), (1, 8), (None, None)),
        ((1, 8), (None, None), (1, 8, 1, 1), (2, 3)),
        ((1, 16), (1,), (1, 1, 16), (2,)),
        ((1, 16, 3), (1,), (1, 48), None),
        ((1, 5, 4, 8), (1, 2), (1, 5, 4, 2, 4), (1, 2)),
        ((1, 8, 1, 7), (2, 3), (1, 4, 2, 1, 7), (3, 4)),
    ],
)
def test_where_the_axes_are_after_a_reshape(shape, dims, new, there):
    assert reshaped(shape, dims, new) == there


# --- what is said


@pytest.mark.parametrize("cells", range(1, 7))
def test_a_slice_leaves_the_cells_that_python_leaves(cells):
    ends = [None, *range(-cells - 1, cells + 2)]
    for part in itertools.starmap(slice, itertools.product(ends, ends, (None, 1, 2, 3))):
        kept = list(range(cells))[part]
        cut = sliced("s", "a slice", (cells,), (part,))
        assert (cut is None) == (not kept)
        if cut is not None:
            (axis,) = cut.axes
            assert cut.output_size == (len(kept),)
            assert [axis.window(n)[0] - axis.before for n in range(axis.output)] == kept
            assert cut.is_nothing == (len(kept) == cells)
    assert sliced("s", "a slice", (cells,), (slice(None, None, -1),)) is None or cells == 0


def test_layers_whose_channels_change_on_the_way_are_no_list():
    steps = (layer("a", ca.Conv(5, 3, out_channels=2)), layer("b", ca.Conv(3, 3)))
    net = finish(traced(*steps))
    assert isinstance(net, ca.Network) and ca.receptive_field(net)[-1].size == (5, 5)
    with pytest.raises(ca.ConvanimError, match=r"channels that change .*: take one of its paths, paths\[0\] \(a to b"):
        ca.animate(net)
    assert ca.animate(net.paths[0]).scene.steps == 1
    with pytest.raises(ca.ConvanimError, match="layer 2 has in_channels=1, and 2 channels come from"):
        ca.animate([*net])
    pooled = (layer("a", ca.Conv(5, 2, out_channels=2)), layer("p", ca.Pool(4, 2)))
    assert isinstance(finish(traced(*pooled, layer("b", ca.Conv(2, 1, in_channels=2)))), list)
    assert isinstance(finish(traced(*pooled, layer("b", ca.Conv(2, 1)))), ca.Network)


def test_means_over_cells_looks_and_lost_joins_are_said():
    def norm(along):
        return lambda trace, values: trace.normalised("norm", values[-1], values[-1].shape, along)

    for along, said in (((1,), False), ((1, 2, 3), True), ((3,), True), ((0,), False)):
        trace = traced(layer("a", ca.Conv(5, 3)), norm(along))
        assert bool(trace.means) == said
    with pytest.warns(ca.ConvanimWarning, match="leave out the means that norm take over all cells$"):
        finish(traced(layer("a", ca.Conv(5, 3)), norm((2,))))
    trace = traced(layer("a", ca.Conv(5, 3)))
    trace.looks["item"] = None
    with pytest.warns(
        ca.ConvanimWarning, match=r"depends on values of its input \(item\)\. It was followed with zeros"
    ):
        finish(trace)

    def turned(trace, values):
        return trace.unknown("turn", "Flip", [values[-1]], values[-1].shape, (2, 3))

    lost = (layer("a", ca.Conv(5, 1)), turned, joined("sum", 2, 0))
    with pytest.warns(ca.ConvanimWarning, match="after the last layer, .* which cells these read: sum of a, x$"):
        finish(traced(*lost))
    beside = (turned, layer("a", ca.Conv(5, 1), takes=0), joined("sum", 1, 2))
    with pytest.warns(
        ca.ConvanimWarning, match=r"^turn \(Flip\) reads the model's input directly, not through a layer"
    ):
        finish(traced(*beside))


def test_the_inputs_behind_a_step_are_found():
    trace = traced(layer("a", ca.Conv(5, 1)), layer("b", ca.Conv(5, 1), takes=0))
    other = trace.input("w", (1, 1, 5, 5), (2, 3))
    both_parts = trace.join("sum", "sum", [trace.same("s", other, other.shape), other], other.shape)
    assert trace.inputs_before(1, 2) == {0} and trace.inputs_before(both_parts.step) == {other.step}
    assert trace.inputs_before(both_parts.step, 1) == {0, other.step}

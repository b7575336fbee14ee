"""`from_keras`: models with their sizes, paddings and croppings, layers that aren't built, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from code_import import close, computed, recorded, refusal

from convanim.errors import ConvanimError
from convanim.frameworks import from_keras
from convanim.geometry import Conv, ConvTranspose, Pool
from convanim.geometry.network import Network
from convanim.geometry.receptive_field import receptive_field, sources

pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter; ours are recorded


def small_keras(size=(32, 32)):
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((*size, 3)),
            layers.Conv2D(8, 3, padding="same", use_bias=False, name="one"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(name="relu"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu", name="two"),
            layers.GlobalAveragePooling2D(name="average"),
            layers.Dense(10, name="dense"),
        ]
    )


@pytest.mark.parametrize(
    ("size", "given"), [((32, 32), None), ((32, 32), 32), ((None, None), 32), ((None, 32), (32, 32))]
)
def test_a_small_keras_net_is_a_list_with_sizes_and_one_line_of_what_was_skipped(size, given):
    found, lines = recorded(from_keras, small_keras(size), input_size=given)
    assert [(one.name, one.op.input_size, one.op.output_size) for one in found] == [
        ("one", (32, 32), (32, 32)),
        ("pool", (32, 32), (16, 16)),
        ("two", (16, 16), (8, 8)),
        ("average", (8, 8), (1, 1)),
    ]
    assert lines == [
        "skipped, neither convolution nor pooling: norm (BatchNormalization), relu (ReLU), two.activation (relu),"
        " dense (Dense)"
    ]
    assert found[2].op.pads == ((0, 1), (0, 1))
    assert found[2].kernel.shape == (16, 8, 3, 3)


def test_each_layer_of_a_small_keras_net_computes_what_was_imported():
    import keras

    net = small_keras()
    net.set_weights([np.random.RandomState(0).randint(-3, 4, weight.shape) for weight in net.get_weights()])
    for one in recorded(from_keras, net)[0]:
        layer = net.get_layer(one.name)
        channels = one.op.in_channels if isinstance(one.op, Conv) else 2
        x = np.random.RandomState(1).randint(-9, 10, (channels, *one.op.input_size)).astype(float)
        y = keras.ops.convert_to_numpy(layer(np.moveaxis(x, 0, -1)[None].astype(np.float32)))[0]
        mine = computed(one, x)
        mine = np.maximum(mine, 0) if one.name == "two" else mine  # its activation, which isn't part of the operation
        assert close(mine.reshape(y.shape) if y.ndim == 1 else mine, y if y.ndim == 1 else np.moveaxis(y, -1, 0))


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
    assert [(layer.name, layer.op.input_size) for layer in found] == [
        ("a", (16, 12)),
        ("b", (16, 12)),
        ("inside", (16, 12)),
        ("up", (14, 10)),
        ("pool", (28, 20)),
    ]
    assert lines == []
    assert isinstance(found, Network)
    (join,) = found.joins
    assert (join.kind, join.name, join.parts, join.sizes) == ("sum", "add", (("a",), ("b",)), ((16, 12), (16, 12)))
    assert not found[-1].op.count_include_pad
    assert from_keras(model.get_layer("pool")).op == found[-1].op  # its size is known from the model


def test_keras_paddings_fold_and_croppings_after_a_transposed_convolution():
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((9, 9, 2)),
            layers.ZeroPadding2D(((1, 0), (2, 1))),
            layers.Conv2D(3, 3, strides=2, padding="same"),
            layers.ZeroPadding2D(1, name="kept"),
            layers.MaxPooling2D(2),
            layers.Conv2DTranspose(2, 3, strides=2),
            layers.Cropping2D(((1, 0), (0, 2))),
            layers.ZeroPadding2D(1),
            layers.AveragePooling2D(3),
        ]
    )
    model.set_weights([np.random.RandomState(0).randint(-5, 6, weight.shape) for weight in model.get_weights()])
    found, lines = recorded(from_keras, model)
    assert [type(one.op) for one in found] == [Conv, Pool, ConvTranspose, Pool]
    assert found[0].op.pads == ((1, 1), (2, 2))  # "same" pads the 10x12 by 0 before and 1 after, along both
    assert found[2].op.pads == ((1, 0), (0, 2))
    assert found[3].op.pads == ((1, 1), (1, 1))
    reason = "its cells take part in the maximum, which a max pooling's own padding doesn't"
    assert lines == [f"steps of the network, and not of a layer: kept (ZeroPadding2D: {reason})"]


def test_keras_layers_that_are_not_built_have_no_kernel():
    from keras import layers

    for layer, op in [
        (layers.Conv2D(6, 3, groups=2), Conv(5, 3, in_channels=2, out_channels=6, groups=2, bias=True)),
        (layers.Conv2DTranspose(6, 3), ConvTranspose(5, 3, out_channels=6, bias=True)),
        (layers.DepthwiseConv2D(3, depth_multiplier=2), Conv(5, 3, out_channels=2, bias=True)),
    ]:
        found = from_keras(layer, input_size=5)
        assert (found.op, found.kernel, found.bias) == (op, None, None)
    pair = from_keras(layers.SeparableConv1D(3, 2, name="sep"), 5)
    assert [one.name for one in pair] == ["sep.depthwise", "sep.pointwise"]


def test_keras_errors_are_one_line():
    import keras
    from keras import layers

    net = small_keras()
    assert "input_size is missing, and a Conv2D doesn't specify it" in refusal(from_keras, layers.Conv2D(1, 3))
    assert "is for 3 axes, and a Conv2D has 2" in refusal(from_keras, layers.Conv2D(1, 3), (5, 5, 3))
    assert "doesn't fit the model, which takes (32, 32)" in refusal(from_keras, net, 16)
    assert "input_size is missing" in refusal(from_keras, small_keras((None, None)))
    assert "is not a layer of Keras 3" in refusal(from_keras, 3)
    assert "ReLU is not a supported convolution" in refusal(from_keras, layers.ReLU(), 5)
    assert "begin it with keras.Input" in refusal(from_keras, keras.Sequential([layers.Conv2D(1, 3)]), 5)
    assert "nothing to import" in refusal(from_keras, keras.Sequential([keras.Input((3,)), layers.Dense(1)]), 5)
    assert "does not run on zeros" in refusal(from_keras, small_keras((None, None)), 1)


# --- what is computed, and what breaks the chain


def built(function, size=(20, 20, 2)):
    """The functional model of a function of its input."""
    import keras

    x = keras.Input(size)
    return keras.Model(x, function(x))


def test_functions_of_keras_ops_are_followed():
    import keras
    from keras import layers

    def causal(x):
        y = layers.Conv1D(2, 3, dilation_rate=2)(keras.ops.pad(x, ((0, 0), (4, 0), (0, 0))))
        return layers.Conv1D(2, 3, padding="causal")(y)

    found, lines = recorded(from_keras, built(causal, (None, 1)), input_size=30)
    assert [one.op.pads for one in found] == [((4, 0),), ((2, 0),)] and lines == []
    assert receptive_field(found)[-1].size == (7,)

    def cropped(x):
        y = layers.Conv2D(2, 3, name="b")(layers.Conv2D(2, 3, name="a")(x))
        return layers.Conv2D(1, 3, name="c")(y + x[:, 2:-2, 2:-2])

    net, lines = recorded(from_keras, built(cropped))
    assert [node.kind for node in net.nodes] == ["input", "layer", "layer", "cells", "sum", "layer"]
    assert "get_item (a slice: it stays a step of its own before a join)" in lines[0]
    assert receptive_field(net)[-1].size == (7, 7)
    assert sources(net, (0, 0)) == {(r, c) for r in range(7) for c in range(7)}

    def sound(x):
        return keras.ops.mean(layers.Conv1D(2, 3, strides=2)(layers.Reshape((-1, 1))(x)), axis=1)

    found, _ = recorded(from_keras, built(sound, (None,)), input_size=300)
    assert [one.op.input_size for one in found] == [(300,), (149,)]


def test_a_gate_by_a_global_pooling_sees_everything():
    from keras import layers

    def gated(x):
        y = layers.Conv2D(4, 3, padding="same")(x)
        gate = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D()(y))
        return layers.Conv2D(2, 3)(layers.Multiply()([y, layers.Reshape((1, 1, 4))(gate)]))

    net, _ = recorded(from_keras, built(gated, (7, 6, 2)))
    assert [join.kind for join in net.joins] == ["product"]
    assert len(sources(net, (0, 0))) == 42


def test_what_keras_computes_and_convanim_does_not_know_breaks_the_chain():
    import keras
    from keras import layers

    class Roll(layers.Layer):
        def call(self, x):
            return keras.ops.roll(x, 1, axis=1)

    class Own(layers.Layer):
        def __init__(self, **words):
            super().__init__(**words)
            self.one, self.two = layers.Conv2D(2, 3, name="one"), layers.Conv2D(2, 3, name="two")

        def call(self, x):
            return self.two(keras.ops.flip(self.one(x), 1))

    rows = [
        (lambda x: layers.UpSampling2D(2, name="up")(x), "up (UpSampling2D) stands between a and b"),
        (lambda x: Roll(name="roll")(x), "roll (Roll) stands between a and b"),
        (lambda x: keras.ops.flip(x, 1), "(Flip) stands between a and b"),
        (lambda x: Own(name="own")(x), "a function in own stands between one and two"),
    ]
    for between, text in rows:
        model = built(lambda x, f=between: layers.Conv2D(1, 3, name="b")(f(layers.Conv2D(2, 3, name="a")(x))))
        net, lines = recorded(from_keras, model)
        assert isinstance(net, Network) and len(net.breaks) == 1
        assert text in lines[-1]
        with pytest.raises(ConvanimError, match="no receptive field crosses it"):
            receptive_field(net)


def test_a_pad_of_keras_ops_has_its_mode_and_its_value():
    import keras
    from keras import layers

    rows = [
        ({}, {"padding": ((2, 0),)}),
        ({"constant_values": 0}, {"padding": ((2, 0),)}),
        ({"mode": "reflect"}, {"padding": ((2, 0),), "padding_mode": "reflect"}),
        ({"constant_values": 3.0}, None),
    ]
    for words, right in rows:
        pads = [[0, 0], [2, 0], [0, 0]]
        model = built(lambda x, w=words, p=pads: layers.Conv1D(1, 3)(keras.ops.pad(x, p, **w)), (9, 1))
        (found,), lines = recorded(from_keras, model)
        assert found.op == (Conv(9, 3, bias=True, **right) if right else Conv(11, 3, ndim=1, bias=True))
        assert (lines == []) == bool(right) and (right or "its cells are 3" in lines[0])
        x = np.random.RandomState(0).rand(1, 9, 1).astype(np.float32)
        if right:
            assert close(computed(found, x[0].T), keras.ops.convert_to_numpy(model(x))[0].T)


def test_slices_reductions_and_comparisons_of_keras_ops():
    import keras
    from keras import layers

    def sliced(x):
        return layers.Conv1D(1, 2, name="b")(layers.Conv1D(1, 3, name="a")(x)[:, 0:5:2])

    net, _ = recorded(from_keras, built(sliced, (12, 1)))
    assert [node.output_size for node in net.nodes] == [(12,), (10,), (3,), (2,)]
    assert sources(net, 1) == {(n,) for n in range(2, 7)}
    for name in ("sum", "min", "std", "max"):
        model = built(
            lambda x, f=getattr(keras.ops, name): layers.Conv1D(1, 3)(f(layers.Conv1D(4, 3)(x), -1, keepdims=True)),
            (12, 1),
        )
        found, lines = recorded(from_keras, model)
        assert not found.breaks and receptive_field(found)[-1].size == (5,) and lines == []

    def gated(x):
        a = layers.Conv1D(1, 3, padding="same", name="a")(x)
        return keras.ops.where(a > 0, x, layers.Conv1D(1, 5, padding="same", name="b")(x))

    net, lines = recorded(from_keras, built(gated, (12, 1)))
    assert not net.breaks and lines == [] and sources(net, 5) == {(n,) for n in range(3, 8)}


def test_what_keras_does_before_the_first_layer_or_behind_the_last_is_named():
    import keras
    from keras import layers

    _, lines = recorded(from_keras, built(lambda x: layers.Conv1D(1, 2)(x[:, :, 0]), (12, 4, 1)))
    assert "that get_item" in lines[0] and "made of the model's input" in lines[0]
    _, lines = recorded(from_keras, built(lambda x: x + keras.ops.flip(layers.Conv1D(1, 1, name="a")(x), 1), (9, 1)))
    assert "after the last layer, convanim doesn't know which cells these read" in lines[0]
    model = built(
        lambda x: layers.Conv1D(1, 3)(layers.LayerNormalization(axis=[1, 2], name="norm")(layers.Conv1D(2, 3)(x))),
        (9, 1),
    )
    assert "leave out the means that norm take over all cells" in recorded(from_keras, model)[1][0]


def test_whole_models_of_keras_have_its_parameters_and_known_receptive_fields():
    import keras

    model = keras.applications.ResNet50(weights=None, input_shape=(224, 224, 3), include_top=False)
    net, _ = recorded(from_keras, model)
    fields = {layer.name: field.size for layer, field in zip(net, receptive_field(net), strict=True)}
    assert fields["conv4_block6_3_conv"] == (291, 291) and fields["conv5_block3_3_conv"] == (483, 483)  # strides in 1x1
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert sum(layer.op.parameters for layer in net if isinstance(layer.op, Conv)) == sum(
        layer.count_params() for layer in convolutions
    )

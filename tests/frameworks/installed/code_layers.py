"""Random layers, made in each framework's own words, to import: what they compute, and on which input."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import code_run  # says which backend Keras has, before it is imported
import numpy as np


@dataclass(frozen=True)
class Sample:
    """A layer, the input's size, an input (channels, ...), and the output (channels, ...) that the framework has for
    it.
    """

    layer: Any
    size: tuple[int, ...]
    x: np.ndarray
    y: np.ndarray
    text: str


def numbers(rng: random.Random, *shape: int) -> np.ndarray:
    """Whole numbers, exact in float32."""
    return np.random.RandomState(rng.randrange(2**31)).randint(-9, 10, shape).astype(np.float64)


def many(rng: random.Random, n: int, draw: Any) -> Any:
    """One number, or one an axis."""
    return draw() if rng.random() < 0.5 else tuple(draw() for _ in range(n))


def samples(make: Any, seed: Any, count: int) -> list[Sample]:
    """This many layers; what the framework refuses is drawn again."""
    rng = random.Random(str(seed))
    found: list[Sample] = []
    while len(found) < count:
        try:
            found.append(make(rng))
        except (ValueError, RuntimeError, TypeError, ZeroDivisionError):
            continue
    return found


def _size(rng: random.Random, n: int, least: int = 1) -> tuple[int, ...]:
    return tuple(rng.randint(least, 9 if n < 3 else 6) for _ in range(n))


# --- PyTorch

TORCH = (
    "Conv",
    "Conv",
    "ConvTranspose",
    "ConvTranspose",
    "MaxPool",
    "AvgPool",
    "LPPool",
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
)


def torch_layer(rng: random.Random) -> Sample:
    import torch
    from torch import nn

    code_run.one_thread()
    stem, n = rng.choice(TORCH), rng.choice((1, 2, 2, 3))
    size, inside = _size(rng, n, 3), rng.randint(1, 3)
    layer = TORCH_ARGUMENTS[stem](
        rng, n, inside, lambda *args, **options: getattr(nn, f"{stem}{n}d")(*args, **options)
    ).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.tensor(numbers(rng, *parameter.shape)))
        inside = getattr(layer, "in_channels", inside)
        x = numbers(rng, inside, *size)
        y = layer(torch.tensor(x)[None])[0].numpy()
    return Sample(layer, size, x, y, repr(layer))


def _torch_conv(rng: random.Random, n: int, inside: int, make: Any) -> Any:
    padding = rng.choice(("same", "valid", many(rng, n, lambda: rng.randint(0, 2))))
    groups = rng.choice((1, 1, inside))
    stride = 1 if padding == "same" else many(rng, n, lambda: rng.randint(1, 3))
    return make(
        inside,
        groups * rng.randint(1, 2),
        many(rng, n, lambda: rng.randint(1, 4)),
        stride=stride,
        padding=padding,
        dilation=many(rng, n, lambda: rng.randint(1, 2)),
        groups=groups,
        bias=rng.random() < 0.5,
        padding_mode=rng.choice(("zeros", "zeros", "reflect", "replicate", "circular")),
    )


def _torch_transposed(rng: random.Random, n: int, inside: int, make: Any) -> Any:
    groups = rng.choice((1, 1, inside))
    return make(
        inside,
        groups * rng.randint(1, 2),
        many(rng, n, lambda: rng.randint(1, 4)),
        stride=many(rng, n, lambda: rng.randint(1, 3)),
        padding=many(rng, n, lambda: rng.randint(0, 2)),
        output_padding=many(rng, n, lambda: rng.randint(0, 1)),
        groups=groups,
        dilation=many(rng, n, lambda: rng.randint(1, 2)),
        bias=rng.random() < 0.5,
    )


def _torch_pool(rng: random.Random, n: int, inside: int, make: Any, **more: Any) -> Any:
    stride = None if rng.random() < 0.3 else many(rng, n, lambda: rng.randint(1, 3))
    return make(
        many(rng, n, lambda: rng.randint(2, 4)),
        stride=stride,
        padding=many(rng, n, lambda: rng.randint(0, 1)),
        ceil_mode=rng.random() < 0.5,
        **more,
    )


def _torch_average(rng: random.Random, n: int, inside: int, make: Any) -> Any:
    more = {"divisor_override": rng.randint(1, 5)} if n > 1 and rng.random() < 0.3 else {}
    return _torch_pool(rng, n, inside, make, count_include_pad=rng.random() < 0.5, **more)


def _torch_adaptive(rng: random.Random, n: int, inside: int, make: Any) -> Any:
    if rng.random() < 0.5:
        return make(rng.randint(1, 4))
    return make(tuple(rng.choice((None, 1, 2, 3, 5)) for _ in range(n)))


TORCH_ARGUMENTS: dict[str, Any] = {
    "Conv": _torch_conv,
    "ConvTranspose": _torch_transposed,
    "AvgPool": _torch_average,
    "MaxPool": lambda rng, n, inside, make: _torch_pool(
        rng, n, inside, make, dilation=many(rng, n, lambda: rng.randint(1, 2))
    ),
    "LPPool": lambda rng, n, inside, make: make(
        2, many(rng, n, lambda: rng.randint(1, 3)), stride=rng.choice((None, 1, 2))
    ),
    "AdaptiveAvgPool": _torch_adaptive,
    "AdaptiveMaxPool": _torch_adaptive,
}


# --- Keras

KERAS = (
    "Conv{}D",
    "Conv{}D",
    "DepthwiseConv{}D",
    "SeparableConv{}D",
    "Conv{}DTranspose",
    "Conv{}DTranspose",
    "MaxPooling{}D",
    "AveragePooling{}D",
    "GlobalAveragePooling{}D",
    "GlobalMaxPooling{}D",
    "AdaptiveAveragePooling{}D",
    "AdaptiveMaxPooling{}D",
)


def keras_layer(rng: random.Random) -> Sample:
    import keras
    import torch

    code_run.one_thread()
    torch.backends.mkldnn.enabled = False  # as in code_run
    stem = rng.choice(KERAS)
    n = rng.choice((1, 2) if stem.startswith(("Depth", "Sep")) else (1, 2, 2, 3))
    size, inside, first = _size(rng, n, 3), rng.randint(1, 3), rng.random() < 0.3
    options = {
        "data_format": "channels_first" if first else "channels_last",
        **KERAS_OPTIONS[stem.format("")](rng, n, inside),
    }
    if "Global" in stem:
        options["keepdims"] = True
    layer = getattr(keras.layers, stem.format(n))(**options)
    if (
        stem == "AveragePooling{}D" and layer.padding == "same"
    ):  # on PyTorch it takes in copies of the edge where the two sides differ
        size = tuple(
            k + s * rng.randint(0, 2) - 2 * ((k - 1) // 2) for k, s in zip(layer.pool_size, layer.strides, strict=True)
        )
        if any(k % 2 == 0 for k in layer.pool_size):
            raise ValueError
    x = numbers(rng, inside, *size)
    given = (x if first else np.moveaxis(x, 0, -1))[None].astype(np.float32)
    layer(given)
    layer.set_weights([numbers(rng, *weight.shape) for weight in layer.weights])
    y = keras.ops.convert_to_numpy(layer(given))[0]
    return Sample(
        layer, size, x, y if first else np.moveaxis(y, -1, 0), f"{type(layer).__name__}(**{options}) on {size}"
    )


def _keras_conv(rng: random.Random, n: int, inside: int) -> dict[str, Any]:
    strided = rng.random() < 0.5
    words = ("valid", "same", "causal") if n == 1 else ("valid", "same")
    groups = rng.choice((1, 1, inside))
    return {
        "filters": groups * rng.randint(1, 2),
        "groups": groups,
        "kernel_size": many(rng, n, lambda: rng.randint(1, 4)),
        "padding": rng.choice(words),
        "use_bias": rng.random() < 0.5,
        ("strides" if strided else "dilation_rate"): many(rng, n, lambda: rng.randint(1, 3)),
    }


def _keras_depthwise(rng: random.Random, n: int, inside: int) -> dict[str, Any]:
    options = {
        **_keras_conv(rng, 2, inside),
        "kernel_size": many(rng, n, lambda: rng.randint(1, 4)),
        "depth_multiplier": rng.randint(1, 3),
    }
    options["strides"] = rng.randint(1, 2)
    return {name: value for name, value in options.items() if name not in ("filters", "groups", "dilation_rate")}


def _keras_separable(rng: random.Random, n: int, inside: int) -> dict[str, Any]:
    return {**_keras_depthwise(rng, n, inside), "filters": rng.randint(1, 3)}


def _keras_transposed(rng: random.Random, n: int, inside: int) -> dict[str, Any]:
    options = {name: value for name, value in _keras_conv(rng, n, inside).items() if name != "groups"}
    options["padding"] = rng.choice(("valid", "same"))
    if rng.random() < 0.4:
        options["output_padding"] = many(rng, n, lambda: rng.randint(0, 2))
    return options


def _keras_pool(rng: random.Random, n: int, inside: int) -> dict[str, Any]:
    strides = None if rng.random() < 0.3 else many(rng, n, lambda: rng.randint(1, 3))
    return {
        "pool_size": many(rng, n, lambda: rng.randint(1, 4)),
        "strides": strides,
        "padding": rng.choice(("valid", "same")),
    }


KERAS_OPTIONS: dict[str, Any] = {
    "ConvD": _keras_conv,
    "DepthwiseConvD": _keras_depthwise,
    "SeparableConvD": _keras_separable,
    "ConvDTranspose": _keras_transposed,
    "MaxPoolingD": _keras_pool,
    "AveragePoolingD": _keras_pool,
    **dict.fromkeys(("GlobalAveragePoolingD", "GlobalMaxPoolingD"), lambda rng, n, inside: {}),
    **dict.fromkeys(
        ("AdaptiveAveragePoolingD", "AdaptiveMaxPoolingD"),
        lambda rng, n, inside: {"output_size": many(rng, n, lambda: rng.randint(1, 4))},
    ),
}


# --- ONNX

ONNX = (
    "Conv",
    "Conv",
    "ConvTranspose",
    "ConvTranspose",
    "MaxPool",
    "AveragePool",
    "LpPool",
    "GlobalMaxPool",
    "GlobalAveragePool",
)


def onnx_node(rng: random.Random) -> Sample:
    """A model of one node, its weights among the initialisers or from Constant nodes; run by onnxruntime."""
    from onnx import TensorProto, helper, numpy_helper

    kind, n, inside = rng.choice(ONNX), rng.choice((1, 2, 2, 3)), rng.randint(1, 3)
    size = _size(rng, n, 3)
    options, shapes = ONNX_OPTIONS[kind](rng, n, inside, size)
    weights = {name: numbers(rng, *shape).astype(np.float32) for name, shape in zip("wb", shapes, strict=False)}
    tensors = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    constant = rng.random() < 0.5
    nodes = [helper.make_node("Constant", [], [tensor.name], value=tensor) for tensor in tensors] if constant else []
    nodes.append(helper.make_node(kind, ["x", *weights], ["y"], **options))
    sides = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", inside, *size]),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, None),
    ]
    graph = helper.make_graph(nodes, "graph", sides[:1], sides[1:], [] if constant else tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    x = numbers(rng, inside, *size)
    return Sample(model, size, x, run_model(model, x), f"{kind}({options}) on {x.shape}")


def run_model(model: Any, x: np.ndarray) -> np.ndarray:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads, options.inter_op_num_threads = 4, 1, 1
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return np.asarray(session.run(None, {"x": x[None].astype(np.float32)})[0][0])
    except Exception as error:  # of onnxruntime's own kinds
        raise ValueError(str(error)) from None


def _onnx_shared(rng: random.Random, n: int, most: int) -> dict[str, Any]:
    options: dict[str, Any] = {"strides": [rng.randint(1, 3) for _ in range(n)]} if rng.random() < 0.7 else {}
    word = rng.choice(("NOTSET", None, None, None, "VALID", "SAME_UPPER", "SAME_LOWER"))
    if word:
        options["auto_pad"] = word
    if word in (None, "NOTSET"):
        options["pads"] = [rng.randint(0, most) for _ in range(2 * n)]
        if rng.random() < 0.5:
            options["dilations"] = [rng.randint(1, 2) for _ in range(n)]
    return options


def _onnx_conv(
    rng: random.Random, n: int, inside: int, size: tuple[int, ...]
) -> tuple[dict[str, Any], list[tuple[int, ...]]]:
    kernel, groups = tuple(rng.randint(1, 3) for _ in range(n)), rng.choice((1, 1, inside))
    outside = groups * rng.randint(1, 2)
    options = {**_onnx_shared(rng, n, 2), "group": groups, **({"kernel_shape": kernel} if rng.random() < 0.5 else {})}
    return options, [(outside, inside // groups, *kernel), (outside,)][: rng.randint(1, 2)]


def _onnx_transposed(
    rng: random.Random, n: int, inside: int, size: tuple[int, ...]
) -> tuple[dict[str, Any], list[tuple[int, ...]]]:
    kernel, groups = tuple(rng.randint(1, 4) for _ in range(n)), rng.choice((1, 1, inside))
    options = {**_onnx_shared(rng, n, 1), "group": groups}
    strides = options.get("strides", [1] * n)
    same = str(options.get("auto_pad", "")).startswith("SAME")
    if same and any(k < s for k, s in zip(kernel, strides, strict=True)):
        raise ValueError  # runtimes differ where cells are missing
    if not same and rng.random() < 0.5:
        options["output_padding"] = [rng.randint(0, s - 1) for s in strides]
    elif rng.random() < 0.3 and options.get("auto_pad") != "VALID" and "dilations" not in options:
        options.pop("pads", None)
        options["output_shape"] = [
            (i - 1) * s + k - rng.randint(0, min(k, 2)) for i, s, k in zip(size, strides, kernel, strict=True)
        ]
    outside = rng.randint(1, 2)
    return options, [(inside, outside, *kernel), (outside * groups,)][: rng.randint(1, 2)]


def _onnx_pool(average: bool, lp: bool = False) -> Any:
    def options(
        rng: random.Random, n: int, inside: int, size: tuple[int, ...]
    ) -> tuple[dict[str, Any], list[tuple[int, ...]]]:
        given = {**_onnx_shared(rng, n, 1), "kernel_shape": [rng.randint(2, 3) for _ in range(n)]}
        if "auto_pad" not in given and rng.random() < 0.5 and not lp:
            given["ceil_mode"] = 1
        if average and rng.random() < 0.5:
            given["count_include_pad"] = 1
            given.pop("ceil_mode", None)
        return given, []

    return options


ONNX_OPTIONS: dict[str, Any] = {
    "Conv": _onnx_conv,
    "ConvTranspose": _onnx_transposed,
    "MaxPool": _onnx_pool(False),
    "AveragePool": _onnx_pool(True),
    "LpPool": _onnx_pool(False, True),
    **dict.fromkeys(("GlobalMaxPool", "GlobalAveragePool"), lambda rng, n, inside, size: ({}, [])),
}
MAKE = {"torch": torch_layer, "keras": keras_layer, "onnx": onnx_node}

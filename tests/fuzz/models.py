"""ONNX files: graphs of a few nodes with attributes, tensors and types that may not fit, and some bytes changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from .case import Case
from .tables import changed

LAYERS = ["Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "GlobalMaxPool", "QLinearConv", "ConvInteger"]
OTHERS = [
    "Relu",
    "Pad",
    "Slice",
    "Add",
    "Concat",
    "Reshape",
    "Transpose",
    "Squeeze",
    "Unsqueeze",
    "ReduceMean",
    "Shape",
]
OTHERS += [
    "Gather",
    "Constant",
    "ConstantOfShape",
    "Expand",
    "Tile",
    "Range",
    "Resize",
    "Split",
    "If",
    "Identity",
    "Nothing",
]
ATTRIBUTES: dict[str, list[Any]] = {
    "kernel_shape": [[2, 2], [3, 3], [2], [0, 0], [-1, 2], [2**62, 2], []],
    "strides": [[1, 1], [2, 2], [0, 0], [5, 5], [2**31, 1]],
    "pads": [[0, 0, 0, 0], [1, 1, 1, 1], [1, 0], [-1, 0, 0, 0], [2**40] * 4, [0] * 8, [0, 0, 1, 1, 0, 0, 1, 1]],
    "dilations": [[1, 1], [2, 2], [0, 1]],
    "auto_pad": ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", b"\xff", ""],
    "group": [1, 0, -1, 2, 2**33],
    "output_padding": [[0, 0], [1, 1], [9, 9]],
    "output_shape": [[5, 5], [0, 0], [1, 2, 3]],
    "ceil_mode": [0, 1, 7],
    "count_include_pad": [0, 1],
    "p": [1, 2, 0],
    "axis": [0, 1, -1, 99],
    "axes": [[2, 3], [0], [9], [-1]],
    "perm": [[0, 2, 3, 1], [0, 0, 0, 0], [3, 2, 1, 0], [7]],
    "keepdims": [0, 1],
    "mode": ["constant", "reflect", "edge", "wrap", "nearest", b"\xfe"],
    "value": [0.0, 1.5, "x", [1, 2]],
    "value_ints": [[1, 1], [0, 0, 1, 1, 0, 0, 1, 1], [2**62], [2**54], []],
    "to": [1, 7, 99],
    "starts": [[0, 0], [1], [-99]],
    "ends": [[4, 4], [2**62], [0]],
}
SHAPES = [
    [1, 1, 6, 6],
    [1, 2, 5],
    [1, 1, "h", "w"],
    ["n", 1, 6, 6],
    [1, 6, 6, 1],
    [0, 0, 0, 0],
    [-1, 2, 3, 4],
    [],
    [1, 1, 2**40, 2**40],
]
WEIGHTS = [[1, 1, 2, 2], [1, 1, 3, 3], [2, 1, 1], [1, 2, 2, 2], [0, 1, 2, 2], [2, 2], []]
NAMES = ["x", "w", "b", "a0", "a1", "a2", "y", ""]
LARGEST = 6000  # bytes of a model that can be printed
SIZES = ["None", "None", "6", "(6, 6)", "{'h': 6, 'w': 5}", "{'h': 2**40}", "0", "10**9", "'x'", "(1, 2, 3)"]
NODES = ["None", "None", "None", "'a1'", "'x'", "''", "3", "'a' * 10_000"]


def cases() -> st.SearchStrategy[Case]:
    """A file, and its import."""
    whole = st.sampled_from(shipped()).map(Path.read_bytes)
    data = st.one_of(graphs(), graphs(), changed(graphs(), 3), changed(whole), changed(whole, 3))
    return st.tuples(data, st.sampled_from(SIZES), st.sampled_from(NODES), st.booleans()).map(
        lambda row: Case(
            f"found = ca.from_onnx('x.onnx', input_size={row[1]}, node={row[2]})"
            + ("\nca.receptive_field([found] if isinstance(found, ca.Imported) else found)" if row[3] else ""),
            {"x.onnx": row[0]},
        )
    )


def shipped() -> list[Path]:
    """The small models that come with onnx, for its own tests."""
    import onnx.backend.test

    found = sorted(Path(onnx.backend.test.__file__).parent.rglob("*.onnx"))
    return [path for path in found if path.stat().st_size < LARGEST]


def graphs() -> st.SearchStrategy[bytes]:
    """A model of one to four nodes in a row, more or less."""
    attributes = st.dictionaries(st.sampled_from(sorted(ATTRIBUTES)), st.integers(0, 9), max_size=4).map(
        lambda rows: {name: ATTRIBUTES[name][n % len(ATTRIBUTES[name])] for name, n in rows.items()}
    )
    kind = st.one_of(st.sampled_from(LAYERS), st.sampled_from(OTHERS))
    more = st.lists(st.sampled_from(NAMES), max_size=2)
    node = st.tuples(kind, st.one_of(st.just(["w"]), st.just([]), more), attributes, st.integers(0, 20))
    tensor = st.tuples(st.sampled_from(WEIGHTS), st.sampled_from([1, 1, 1, 7, 2, 10, 16, 0, 77]), st.integers(0, 8))
    return st.tuples(
        st.lists(node, min_size=1, max_size=4),
        tensor,
        tensor,
        st.sampled_from(SHAPES),
        st.sampled_from([17, 17, 11, 1, 0, 99]),
    ).map(lambda row: _model(*row))


def _model(nodes: list[Any], w: Any, b: Any, shape: list[Any], opset: int) -> bytes:
    from onnx import GraphProto, ModelProto, helper

    graph = GraphProto(name="g")
    takes = "x"
    for n, (kind, more, attributes, odd) in enumerate(nodes):
        node = graph.node.add(op_type=kind, output=[f"a{n}"], input=[takes, *more])
        for name, value in attributes.items():
            node.attribute.append(helper.make_attribute(name, value, attr_type=None if value != [] else 7))
        if odd == 0:
            del node.output[:]
        elif odd == 1:
            node.input[0] = node.output[0]  # a ring
        elif odd == 2:
            node.domain = "my.domain"
        takes = f"a{n}"
    for name, (dims, kind, missing) in (("w", w), ("b", b)):
        tensor = graph.initializer.add(name=name, dims=dims, data_type=kind)
        count = 1
        for size in dims:
            count *= size
        tensor.raw_data = b"\0\0\x80?" * (count - (missing == 0))
    graph.input.append(helper.make_tensor_value_info("x", 1, shape or None))
    graph.output.append(helper.make_tensor_value_info(takes, 1, None))
    model = ModelProto(ir_version=8, graph=graph)
    if opset:
        model.opset_import.add(domain="", version=opset)
    return bytes(model.SerializeToString(deterministic=True))

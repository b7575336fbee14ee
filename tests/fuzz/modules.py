"""Models of PyTorch: layers in a row, branches, and what is no model."""

from __future__ import annotations

from hypothesis import strategies as st

from .case import Case
from .values import mostly, per_axis, whole

Source = st.SearchStrategy[str]
OTHERS = ["ReLU()", "Flatten()", "ZeroPad2d(1)", "ReflectionPad2d((1, 0, 0, 1))", "Identity()", "LazyConv2d(1, 1)"]
OTHERS += [
    "PixelShuffle(1)",
    "Upsample(scale_factor=2)",
    "BatchNorm2d(1)",
    "Dropout()",
    "Softmax(1)",
    "Unflatten(1, (1, 1))",
]
OTHERS += ["AdaptiveAvgPool2d(1)", "AdaptiveMaxPool2d((None, 2))", "Linear(4, 2)", "Embedding(3, 2)", "MaxUnpool2d(2)"]
USES = ["", "ca.receptive_field(a)", "ca.animate(a, dpi=20).svg(0)", "[one.op for one in a]", "repr(a)"]


def cases() -> st.SearchStrategy[Case]:
    """A model, its import, and a use of what comes."""
    size = mostly(per_axis(whole(1, 9)), 5)
    return st.tuples(mostly(model(), 15), size, st.sampled_from(USES)).map(
        lambda row: Case(f"a = ca.from_torch({row[0]}, input_size={row[1]})\n{_on_a_chain(row[2])}")
    )


def _on_a_chain(use: str) -> str:
    """The use of a list alone: of one layer, and of a graph, some mean nothing."""
    return f"if isinstance(a, list):\n    {use}" if use else "repr(a)"


def model() -> Source:
    number = whole(1, 3)
    ndim = st.sampled_from(["1d", "2d", "2d", "3d"])
    conv = st.tuples(st.sampled_from(["Conv", "ConvTranspose"]), ndim, number, number, number, number, whole(0, 2)).map(
        lambda row: f"torch.nn.{row[0]}{row[1]}({', '.join(row[2:])})"
    )
    meta = conv.map(lambda one: f"{one[:-1]}, device='meta')")
    pool = st.tuples(st.sampled_from(["Max", "Avg"]), ndim, number).map(
        lambda row: f"torch.nn.{row[0]}Pool{row[1]}({row[2]})"
    )
    other = st.sampled_from(OTHERS).map("torch.nn.{}".format)
    one = st.one_of(conv, conv, pool, other, meta)
    return st.one_of(
        one,
        st.lists(one, max_size=4).map(lambda rows: f"torch.nn.Sequential({', '.join(rows)})"),
    )

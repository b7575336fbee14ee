"""A new kind of operation is a class, a row of OPERATIONS and a name in the catalogues; no other module changes."""

from __future__ import annotations

import dataclasses
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.lib.stride_tricks import sliding_window_view

import convanim as ca
from convanim.cli import cli
from convanim.errors import ConvanimError
from convanim.geometry import OPERATIONS, REDUCTIONS, Axis, Reduction, check_operation
from convanim.geometry.operation import CELLS_OF_INPUT, CELLS_OF_KERNEL, PADDING, Cells, Pads, Sized
from convanim.geometry.parameters import normalise, parameter
from convanim.numeric.matrix import unrolled
from convanim.scene import Text
from convanim.text import describe
from convanim.text.formula import number_formula
from convanim.text.lang import LANGUAGES, language
from convanim.views.line.terms import Terms
from oracle.scenes import leaves

MIN = Reduction("min", "minimum", padding_value=float("inf"), sign="", function="min", picks=min)


@dataclass(frozen=True, repr=False)
class MinPool(Sized):
    """Pooling that takes the least of each window."""

    input_size: Cells = field(metadata=CELLS_OF_INPUT)
    kernel_size: Cells = field(metadata=CELLS_OF_KERNEL)
    _: KW_ONLY
    stride: Cells = field(default=1, metadata=parameter("cells", "Cells from window to window."))
    padding: Pads = field(default=0, metadata=PADDING)
    ndim: int | None = field(default=None, repr=False, compare=False)

    reduction: ClassVar[Reduction] = MIN
    kind: ClassVar[str] = "min_pool"

    def __post_init__(self) -> None:
        normalise(self)
        self.name_to_padding()
        self.check_windows()

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        return self.sliding()


class SumPool(MinPool):
    """Pooling that adds up each window."""

    reduction: ClassVar[Reduction] = REDUCTIONS["sum"]
    kind: ClassVar[str] = "sum_pool"


KINDS = {"min_pool": MinPool, "sum_pool": SumPool}
NAMES = {"min_pool": "min pooling", "sum_pool": "sum pooling"}


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    for kind, made in KINDS.items():
        monkeypatch.setitem(OPERATIONS, kind, made)
        for code in LANGUAGES:
            monkeypatch.setitem(language(code).words, f"operation.{kind}", NAMES[kind])


def windows(x, kernel, stride, padding, value):
    """The windows of a plane, each as a row of its cells: (rows, columns, cells)."""
    padded = np.pad(np.asarray(x, float), padding, constant_values=value)
    found = sliding_window_view(padded, (kernel, kernel))[::stride, ::stride]
    return found.reshape(*found.shape[:2], -1)


def shapes(scene, step):
    """The areas and lines that are seen in a step, without the texts."""
    marks = [mark for layer in scene.layers for mark in leaves(layer.seen(step))]
    return sorted(map(repr, (mark for mark in marks if not isinstance(mark, Text))))


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(2, 1, 0), (3, 2, 1), (2, 3, 1), (1, 2, 0)])
def test_it_is_computed(kernel, stride, padding):
    x = np.random.RandomState(5).randint(-9, 9, (6, 7))
    for kind, value, expected in ((MinPool, np.inf, np.min), (SumPool, 0, np.sum)):
        op = kind(x.shape, kernel, stride=stride, padding=padding)
        assert (ca.evaluate(op, x) == expected(windows(x, kernel, stride, padding, value), -1)).all()
        assert (ca.evaluate(op, x / 4) == expected(windows(x / 4, kernel, stride, padding, value), -1)).all()
    assert ca.evaluate(MinPool((1, 1), 1, padding=1), [[3]]).tolist()[0] == [np.inf] * 3
    with pytest.raises(ConvanimError, match="min pooling is not linear"):
        unrolled(MinPool(5, 2))
    op = SumPool((6, 7), 3, stride=2, padding=1)
    assert (unrolled(op).dense() @ x.ravel() == ca.evaluate(op, x).ravel()).all()


@pytest.mark.parametrize("view", ["isometric", "flat", "dense", "line", "matrix", "stack"])
@pytest.mark.parametrize("kind", KINDS.values())
def test_it_is_drawn_as_pooling_of_the_same_windows_is(kind, view):
    sizes = ((6,), 3) if view in ("line", "dense") else ((4, 5), 2)
    op, pool = kind(*sizes), ca.Pool(*sizes, stride=1, mode="average" if view == "matrix" else "max")
    if kind is MinPool and view == "matrix":
        with pytest.raises(ConvanimError, match="min pooling isn't linear, so it has none"):
            ca.animate(op, view=view)
        return
    if view == "stack":
        op, pool = [op, kind(op.output_size, 2)], [pool, ca.Pool(op.output_size, 2, stride=1)]
    drawn, known = (ca.animate(one, view=view).scene for one in (op, pool))
    assert drawn.steps == known.steps > 1
    if view != "line":  # where the largest cell is told from the others
        for step in range(drawn.steps):
            assert shapes(drawn, step) == shapes(known, step)


def test_its_values_and_labels_are_those_of_its_reduction():
    x = [[3, 1, 2], [0, 5, -4]]
    for kind, sums, words in (
        (MinPool, ["min(3, 1, 0, 5) = 0.0", "min(1, 2, 5, −4) = −4.0"], "min pooling"),
        (SumPool, ["3 + 1 + 0 + 5 = 9.0", "1 + 2 + 5 + (−4) = 4.0"], "sum pooling"),
    ):
        op = kind((2, 3), 2)
        figure = ca.animate(op, view="flat", input=x, labels="all")
        assert [figure.equation(step) for step in range(2)] == sums
        assert figure.formula == (
            "height: o = floor((i + 2p − k)/s) + 1 = floor((2 + 2·0 − 2)/1) + 1 = 1",
            "width: o = floor((3 + 2·0 − 2)/1) + 1 = 2",
        )
        assert words.capitalize() in figure.svg(0) and words in figure.alt.lower()


def test_a_row_of_it_tells_which_cell_was_picked():
    op = MinPool((4,), 2)
    figure = ca.animate(op, view="line", input=[2, 7, 1, 5])
    assert [figure.equation(step) for step in range(3)] == ["min(2, 7) = 2", "min(7, 1) = 1", "min(1, 5) = 1"]
    terms = Terms(op, op.axes[0], figure.labelling.texts)
    assert [terms.operator(output) for output in range(3)] == ["min ="] * 3
    assert [[term.cell for term in terms.picked(output)] for output in range(3)] == [[0], [2], [2]]


def test_it_is_described():
    op = MinPool((5, 6), 3, stride=2, padding=1)
    assert describe.title(op) == "Min pooling of a 5x6 input, kernel 3x3, stride 2x2, padding 1x1"
    assert "3x3" in describe.description(op) and "7x8" in describe.description(op)
    facts = dict(describe.facts(op))
    assert facts["output"] == "3x3" and facts["height"] == number_formula(op, 0, language("en"))
    assert facts["height"] == "floor((5 + 2·1 − 3)/2) + 1 = 3"
    assert not {"parameters", "MACs", "cropped"} & {*facts}


def test_it_is_an_operation_everywhere():
    op = MinPool(7, 3)
    check_operation(op)
    assert repr(op) == "MinPool(input_size=(7, 7), kernel_size=(3, 3))"
    assert dataclasses.replace(op, stride=2).output_size == (3, 3)
    assert ca.receptive_field([ca.Conv(9, 3, in_channels=2, out_channels=3), op])[-1].size == (5, 5)
    with pytest.raises(ConvanimError, match="give a Conv, ConvTranspose, Pool, AdaptivePool, MinPool or SumPool"):
        check_operation(3)
    for framework in ("torch", "keras", "jax", "onnx"):
        with pytest.raises(ConvanimError, match="has no code for a MinPool"):
            op.to_code(framework)


def test_it_is_a_word_of_the_command_line_and_of_specs(tmp_path):
    done = CliRunner().invoke(cli, ["info", "min_pool", "-i", "5", "-k", "2"])
    assert done.exit_code == 0 and "floor((5 + 2·0 − 2)/1) + 1 = 4" in done.output
    spec = tmp_path / "one.toml"
    spec.write_text(
        '[least]\noperation = "min_pool"\ninput_size = 5\nkernel_size = 2\nview = "flat"\n', encoding="utf-8"
    )
    assert ca.figures(spec)["least"].op() == MinPool(5, 2)

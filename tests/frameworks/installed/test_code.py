"""Every snippet of `to_code` is executed in its framework, and computes what convanim computes."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import code_run
import pytest
from code_ops import HAND_PICKED, random_operations
from code_run import RUN, averages_copies, difference

from convanim.frameworks import FRAMEWORKS
from convanim.geometry import Conv, ConvTranspose, Pool

ROOT = Path(__file__).resolve().parents[3]
COUNTS = {"torch": 600, "keras": 400, "jax": 100, "onnx": 600}  # of random operations; JAX compiles each
PARTS = 4
pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter


def seed(request):
    return request.config.getoption("--seed", default=0)


def test_every_framework_is_run():
    assert set(RUN) == set(FRAMEWORKS) == set(COUNTS)


@pytest.mark.parametrize("framework", RUN)
@pytest.mark.parametrize("op", HAND_PICKED, ids=repr)
def test_a_snippet_computes_what_the_operation_does(op, framework):
    code = op.to_code(framework)
    if framework == "keras" and averages_copies(code):
        return  # in a process of its own, below
    assert not difference(op, framework, code), code


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("framework", RUN)
def test_random_operations_snippets_compute_what_they_do(framework, part, request):
    for n, op in enumerate(random_operations(f"{seed(request)} {part}", COUNTS[framework] // PARTS)):
        code = op.to_code(framework)
        if framework != "keras" or not averages_copies(code):
            assert not difference(op, framework, code, n), f"{op!r}\n{code}"


def test_keras_same_average_is_right_where_keras_itself_is():
    sizes = [(i, k, s) for i in (6, (7, 4)) for k in (2, 3, 4) for s in (1, 2)]
    pools = [Pool(i, k, stride=s, padding="same_upper", mode="average", count_include_pad=False) for i, k, s in sizes]
    ops = [op for op in [*HAND_PICKED, *pools] if averages_copies(op.to_code("keras"))]
    assert len(ops) > 8
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    run = subprocess.run(
        [sys.executable, code_run.__file__, "keras"],
        input="\n".join(map(repr, ops)),
        text=True,
        capture_output=True,
        env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": path},
    )
    assert run.returncode == 0, run.stderr
    assert not run.stdout


@pytest.mark.parametrize(
    "op",
    [
        Conv(3, 2, ndim=4, padding=((0, 1),) * 4, bias=True),
        ConvTranspose(2, 2, ndim=4, stride=2, padding=((1, 0),) * 4),
    ],
    ids=repr,
)
@pytest.mark.parametrize("framework", ["jax", "onnx"])
def test_a_snippet_may_have_more_than_three_dimensions(op, framework):
    assert not difference(op, framework, op.to_code(framework))


PERTURBED = [
    (Conv(7, 3, stride=2, padding=1), "torch", "padding=1", "padding=0"),
    (Conv(7, 3, stride=2, padding=1), "torch", "nn.Conv2d", "nn.Conv1d"),
    (Conv(7, 3, padding=1, padding_mode="reflect"), "torch", "reflect", "replicate"),
    (Conv(6, 3, stride=2, padding="same_lower"), "keras", "((1, 0), (1, 0))", "((0, 1), (0, 1))"),
    (Conv(5, 3, flip=True), "keras", "w[::-1, ::-1]", "w[::-1]"),
    (Conv(7, 3, stride=2, padding=1), "jax", "(1, 1), (1, 1)", "(0, 2), (0, 2)"),
    (Pool(7, 3, stride=2, mode="average"), "jax", "/ 9", "/ 8"),
    (Pool(6, 3, stride=2, padding="same_upper"), "onnx", "pads=[0, 0, 1, 1]", "pads=[1, 1, 0, 0]"),
    (
        ConvTranspose(3, 3, stride=2, padding=1, output_padding=1),
        "onnx",
        "output_padding=[1, 1]",
        "output_padding=[0, 1]",
    ),
]


@pytest.mark.parametrize(("op", "framework", "old", "new"), PERTURBED)
def test_a_perturbed_snippet_is_reported(op, framework, old, new):
    code = op.to_code(framework)
    assert old in code
    assert not difference(op, framework, code)
    assert difference(op, framework, code.replace(old, new))


@pytest.mark.parametrize("framework", RUN)
def test_a_snippet_of_another_operation_is_reported(framework):
    op = Conv(7, 3, stride=2, padding=1, bias=True)
    for other in (
        replace(op, stride=1),
        replace(op, padding=((0, 2), (1, 1))),
        replace(op, dilation=2, padding=2),
        replace(op, flip=True),
    ):
        assert difference(op, framework, other.to_code(framework)), other


def test_the_average_with_copies_is_a_fault_of_keras_that_the_comparison_sees():
    op = Pool(6, 3, stride=2, padding="same_upper", mode="average", count_include_pad=False)
    code = op.to_code("keras")
    assert averages_copies(code)
    assert difference(op, "keras", code).startswith("the values are")


def test_random_operations_hold_every_parameter():
    ops = random_operations(0, 600)
    for kind, names in {
        Conv: ("padding_mode", "flip", "bias", "groups", "dilation", "stride"),
        ConvTranspose: ("output_padding", "flip", "groups", "dilation"),
        Pool: ("ceil_mode", "count_include_pad", "divisor_override", "dilation", "mode"),
    }.items():
        for name in names:
            assert len({getattr(op, name) for op in ops if type(op) is kind}) > 1, name
    uneven = [op for op in ops if hasattr(op, "stride") and any(before != after for before, after in op.pads)]
    assert len(uneven) > 100
    assert {len(op.axes) for op in ops} == {1, 2, 3}
    assert any(
        extra >= stride
        for op in ops
        if type(op) is ConvTranspose
        for extra, stride in zip(op.output_padding, op.stride, strict=True)
    )


def test_every_snippet_compiles_without_a_warning_and_has_clean_lines():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for op in HAND_PICKED:
            for name in FRAMEWORKS:
                code = op.to_code(name)
                compile(code, "<snippet>", "exec")
                assert code.endswith("\n")
                assert not code.endswith("\n\n")
                assert max(map(len, code.splitlines())) <= 120
                assert not any(line != line.rstrip() for line in code.splitlines())

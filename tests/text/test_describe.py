"""What is said of an operation: every number in a sentence is compared with one counted without the package."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace

import pytest

import convanim as ca
from convanim.geometry import AdaptivePool, Conv, ConvTranspose, Pool
from convanim.geometry.parameters import parameters
from convanim.text.describe import description, facts, name, title
from convanim.text.formula import number_formula
from convanim.text.lang import language
from convanim.text.numbers import size
from helpers.cases import ALL
from helpers.operations import new_ops
from oracle.expressions import assert_says, worked_out


def test_sizes_and_names():
    assert (size((5,)), size((5, 7)), size((2, 3, 4))) == ("5", "5x7", "2x3x4")
    assert [name(op) for op in (Conv(5, 3), ConvTranspose(5, 3), Pool(5, 3), Pool(5, 3, mode="average"))] == [
        "convolution",
        "transposed convolution",
        "max pooling",
        "average pooling",
    ]


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (Conv(5, 3), "Convolution of a 5x5 input, kernel 3x3"),
        (Conv(5, 3, stride=2, padding=1), "Convolution of a 5x5 input, kernel 3x3, stride 2x2, padding 1x1"),
        (
            Conv((5, 7), (3, 1), stride=(1, 2), dilation=(2, 1)),
            "Convolution of a 5x7 input, kernel 3x1, stride 1x2, dilation 2x1",
        ),
        (Conv((5,), 3, padding=[(1, 2)]), "Convolution of a row of 5, kernel 3, padding 1:2"),
        (Conv(5, 3, padding=(1, (0, 2))), "Convolution of a 5x5 input, kernel 3x3, padding 1:1x0:2"),
        (
            ConvTranspose(3, 3, stride=2, padding=1, output_padding=1),
            "Transposed convolution of a 3x3 input, kernel 3x3, stride 2x2, padding 1x1, output_padding 1x1",
        ),
        (Pool(4, 2, mode="average"), "Average pooling of a 4x4 input, kernel 2x2, stride 2x2"),
    ],
)
def test_the_title_names_what_differs_from_the_defaults(op, text):
    assert title(op) == text


def test_titles_of_different_operations_differ():
    ops = [Conv((i,), (k,), stride=s, padding=p, dilation=d) for i, k, s, p, d in ALL if i + 2 * p > d * (k - 1)]
    ops += [op.transpose() for op in ops]
    assert len({title(op) for op in ops}) == len(set(ops))


def test_the_numbers_of_a_description_are_those_counted():
    text = description(Conv(6, 3, stride=2, padding=1))
    assert (
        text
        == "A window of 3x3 cells with 9 kernel cells moves over an input of 6x6 padded to 8x8, row by row from the top"
        " left. In 9 steps it computes the output of 3x3, one cell each. The last cells along its axes (1x1) are"
        " never read."
    )
    assert "A window of 5x5 cells with 9 kernel cells" in description(Conv(7, 3, dilation=2))
    assert "an input of 2x2 widened by zeros to 7x7, row" in description(ConvTranspose(2, 3, stride=2))
    assert "an input of 3x3, of which padding cuts off 1:1x1:1 cells at the ends of its axes, row" in description(
        ConvTranspose(3, 1, padding=1)
    )
    assert "an input of 4 widened by zeros to 8, of which padding cuts off 0:2 cells at" in description(
        ConvTranspose((4,), 2, stride=2, padding=((0, 3),))
    )
    for op in (Conv(5, 3), Conv((5,), 3), Pool((4, 4, 4), 2)):
        assert "padded" not in description(op) and "never read" not in description(op)


def test_a_description_is_one_line_with_the_sizes_for_every_small_size():
    for i, k, s, p, d in ALL[::5]:
        if i + 2 * p > d * (k - 1):
            n = (i + 2 * p - d * (k - 1) - 1) // s + 1
            text = description(Conv(i, k, stride=s, padding=p, dilation=d))
            assert (
                f"A window of {d * (k - 1) + 1}x{d * (k - 1) + 1} cells with {k * k} kernel cell{'s' * (k > 1)} moves"
                in text
            )
            assert f"In {n * n} step{'s' * (n > 1)} it computes the output of {n}x{n}, one cell each." in text
            assert (f"padded to {i + 2 * p}x{i + 2 * p}" in text) == (p > 0) and "\n" not in text
            left = (i + 2 * p - d * (k - 1) - 1) % s
            assert (f"The last cells along its axes ({left}x{left}) are never read" in text) == (left > 0)


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (Conv(5, 3, in_channels=3, out_channels=3, groups=3), "depthwise convolution"),
        (Conv(5, 3, in_channels=3, out_channels=6, groups=3), "depthwise convolution"),
        (Conv(5, 3, in_channels=4, out_channels=4, groups=2), "convolution"),
        (Conv(5, 1, in_channels=4, out_channels=2), "pointwise convolution"),
        (Conv(5, 1, in_channels=2), "pointwise convolution"),
        (Conv(5, 1, out_channels=2), "pointwise convolution"),
        (Conv(5, (1, 3), in_channels=4, out_channels=2), "convolution"),
        (Conv(5, 1), "convolution"),
        (Conv(5, 3, in_channels=3, out_channels=8), "convolution"),
        (Conv(5, 3, flip=True), "convolution"),
        (ConvTranspose(5, 3, in_channels=3, out_channels=3, groups=3), "depthwise transposed convolution"),
        (ConvTranspose(5, 1, in_channels=3), "pointwise transposed convolution"),
        (Pool(5, 3, mode="l2"), "l2 pooling"),
        (AdaptivePool(5, 3), "adaptive average pooling"),
        (AdaptivePool(5, 3, mode="max"), "adaptive max pooling"),
    ],
)
def test_names_of_the_special_cases(op, text):
    assert name(op) == text


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (
            Conv(5, 3, padding="same", padding_mode="reflect", flip=True),
            "Convolution of a 5x5 input, kernel 3x3, padding 1x1, padding_mode reflect, flip",
        ),
        (
            Conv(5, 1, in_channels=3, out_channels=8, bias=True),
            "Pointwise convolution of a 5x5 input, kernel 1x1, in_channels 3, out_channels 8, bias",
        ),
        (
            Conv((4,), (3,), in_channels=2, out_channels=2, groups=2),
            "Depthwise convolution of a row of 4, kernel 3, in_channels 2, out_channels 2, groups 2",
        ),
        (
            ConvTranspose(3, 2, stride=2, output_shape=7, flip=True),
            "Transposed convolution of a 3x3 input, kernel 2x2, stride 2x2, output_padding 1x1, flip",
        ),
        (
            Pool(6, 3, stride=2, ceil_mode=True, mode="l2"),
            "L2 pooling of a 6x6 input, kernel 3x3, stride 2x2, ceil_mode",
        ),
        (
            Pool(6, 3, padding=1, mode="average", count_include_pad=False, divisor_override=1),
            (
                "Average pooling of a 6x6 input, kernel 3x3, stride 3x3, padding 1x1, count_include_pad off,"
                " divisor_override 1"
            ),
        ),
        (AdaptivePool((5, 4), (3, 2), mode="max"), "Adaptive max pooling of a 5x4 input, output 3x2"),
    ],
)
def test_the_title_names_what_differs_from_the_defaults_of_the_new_parameters(op, text):
    assert title(op) == text


def test_titles_of_different_operations_of_the_new_kinds_differ():
    ops = set(new_ops())
    assert len(ops) > 400 and len({title(op) for op in ops}) == len(ops)
    for kind in (Conv, ConvTranspose, Pool, AdaptivePool):
        varied = [word for word in parameters(kind) if len({getattr(op, word) for op in ops if type(op) is kind}) > 1]
        assert set(parameters(kind)) - set(varied) <= {"dilation", "output_padding", "output_shape", "mode"}


def counted(op):
    """Sizes by walking the steps: output cells, cells that are read beyond the padded input, rows that are never read,
    windows' sizes.
    """
    steps = op.steps
    read = [{tap.padded[n] for step in steps for tap in step.taps} for n in range(2)]
    last = [max(cells) for cells in read]
    return {
        "output": tuple(o + 1 for o in steps[-1].output),
        "kernel": tuple(max(tap.kernel[n] for step in steps for tap in step.taps) + 1 for n in range(2)),
        "left at the end": tuple(max(p - 1 - a, 0) for p, a in zip(op.padded_size, last, strict=True)),
        "hangs over": tuple(max(a - p + 1, 0) for p, a in zip(op.padded_size, last, strict=True)),
        "windows": {len(step.taps) for step in steps},
    }


def test_the_facts_of_every_operation_are_those_counted():
    for op in list(new_ops())[::9]:
        rows, sizes = dict(facts(op)), counted(op)
        assert len(rows) == len(facts(op)) and all("\n" not in text for row in facts(op) for text in row)
        assert rows["input"] == size(op.input_size) and rows["padded"] == size(op.padded_size)
        for word in ("output", "kernel", "left at the end"):
            assert rows[word] == size(sizes[word]), (op, word)
        assert rows.get("hangs over", "0x0") == size(sizes["hangs over"])
        assert (rows["height"], rows["width"]) == tuple(number_formula(op, axis, language("en")) for axis in (0, 1))
        assert ("cropped" in rows) == isinstance(op, ConvTranspose)
        assert ("parameters" in rows) == ("MACs" in rows) == isinstance(op, Conv | ConvTranspose)
        if "MACs" in rows:
            assert_says(rows["parameters"].replace("x", "*"), op.parameters)
            weights, cells, result = re.fullmatch(
                r"([\d,]+) \* ([\d,]+) = ([\d,]+) \(weights \* cells of the (?:input|output)\)", rows["MACs"]
            ).groups()
            assert worked_out(f"{weights} * {cells}") == worked_out(result) == op.macs
            kernel = [worked_out(n) for n in rows["parameters"].split(" ")[0].split("x")]
            assert (
                math.prod(kernel) == worked_out(weights)
                and op.parameters == math.prod(kernel) + op.bias * op.out_channels
            )


def test_the_facts_name_the_axes_and_what_is_cropped():
    assert [row for row, _ in facts(Pool((4,), 2))][-1] == "width" and [row for row, _ in facts(Pool((4, 4, 4), 2))][
        -3:
    ] == ["depth", "height", "width"]
    assert [row for row, _ in facts(Pool(4, 2, ndim=4))][-4:] == ["axis 0", "axis 1", "axis 2", "axis 3"]
    assert dict(facts(ConvTranspose(3, 3, stride=2, padding=1, output_padding=1)))["cropped"] == "1:0x1:0"
    hanging = Pool((6, 7), 3, stride=2, ceil_mode=True)
    assert dict(facts(hanging))["hangs over"] == "1x0" and "the last windows hang over by 1x0 cells" in description(
        hanging
    )
    big = dict(facts(Conv(7, 3, in_channels=64, out_channels=128, bias=True)))
    assert (big["parameters"], big["MACs"]) == (
        "128x64x3x3 + 128 = 73,856",
        "73,728 * 25 = 1,843,200 (weights * cells of the output)",
    )


@pytest.mark.parametrize(
    ("size", "extra", "words"),
    [
        ((3, 3), 1, "by 1 row at the bottom and by 1 column on the right"),
        ((3, 4), (2, 0), "by 2 rows at the bottom"),
        ((3, 4), (0, 1), "by 1 column on the right"),
        ((3, 4), (1, 2), "by 1 row at the bottom and by 2 columns on the right"),
        ((4,), 2, "by 2 cells on the right"),
        ((2, 2, 2), (1, 0, 2), "by 1x0x2 cells at the ends of its axes"),
    ],
)
def test_words_say_what_output_padding_adds_and_on_which_side(size, extra, words):
    op = ConvTranspose(size, 3, stride=3, padding=1, output_padding=extra)
    assert f"output_padding makes the output larger, {words}; these cells are" in description(op)
    assert dict(facts(op))["output_padding"] == f"makes the output larger, {words}"
    without = replace(op, output_padding=0)
    assert "output_padding" not in description(without) and "output_padding" not in dict(facts(without))
    grown = [large - small for large, small in zip(op.output_size, without.output_size, strict=True)]
    assert [int(n) for n in re.findall(r"\d+", words)] == [n for n in grown if n or len(size) > 2]
    if len(size) < 3:
        assert words in ca.animate(op, view="scatter").alt


def test_the_descriptions_of_the_new_kinds_say_what_is_counted():
    for op in list(new_ops())[::9]:
        text, sizes = description(op), counted(op)
        assert (
            f"over an input of {size(op.input_size)}" in text
            and f"computes the output of {size(sizes['output'])}, one cell each." in text
        )
        assert ("The last cells along its axes (" in text) == any(sizes["left at the end"]) and (
            "hang over by" in text
        ) == any(sizes["hangs over"])
        assert f"hang over by {size(sizes['hangs over'])} cells" in text or not any(sizes["hangs over"])
        copies = any(tap.role == "copy" for step in op.steps for tap in step.taps)
        assert ("with copies of its own cells" in text) == copies and "\n" not in text


def test_the_description_of_a_transposed_convolution_says_whether_cells_of_its_input_are_cut_off():
    for k, p0, p1 in itertools.product((1, 2, 3), range(4), range(4)):
        text = description(ConvTranspose((4, 4), k, stride=2, padding=((p0, p1), (0, 0))))
        cut = [max(p - (k - 1), 0) for p in (p0, p1)]  # beyond the kernel's reach
        said = f", of which padding cuts off {cut[0]}:{cut[1]}x0:0 cells at the ends of its axes, row"
        assert (said in text) == ("cuts off" in text) == any(cut), (k, p0, p1)
        assert "widened by zeros to" in text


def test_the_description_of_adaptive_pooling_says_whether_its_windows_differ():
    for i, n in itertools.product(range(1, 9), repeat=2):
        pool = AdaptivePool((i, 1), (n, 1))
        windows = counted(pool)["windows"]
        text = (
            f"A window of up to {max(windows)}x1 cells, not always of one size, moves"
            if len(windows) > 1
            else f"A window of {max(windows)}x1 cells moves"
        )
        assert description(pool).startswith(text), (i, n)


@pytest.mark.parametrize(
    ("bias", "precision", "said"),
    [(2.00049, 5, "2.00049"), (2.00049, 1, "≈ 2.0"), (1.5, None, "1.5"), (123456.75, 2, "123456.75"), (7, None, "7")],
)
def test_a_description_has_the_bias_as_the_figure_writes_it(bias, precision, said):
    conv = Conv(1, 1, bias=True)
    a = ca.animate(conv, view="flat", input=[[1]], kernel=[[1]], bias=bias, precision=precision)
    assert f"To each is added {said}, the bias." in a.alt
    assert said.removeprefix("≈ ") in a.equation(0)

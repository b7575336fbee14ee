"""Symbols in the place of numbers: which stand in which cell, against indices counted here, and how subscripts are
drawn.
"""

from __future__ import annotations

import importlib
import itertools
import math
import random
import re

import numpy as np
import pytest

import convanim as ca
from convanim.errors import ConvanimError
from convanim.render import glyphs
from convanim.scene import Text
from convanim.themes.table import CLEAR
from convanim.views import VIEWS, view_flags
from helpers.operations import ODD, drawn_at_random, lines_of
from helpers.refusals import refusal
from oracle.places import text_faults
from oracle.planes import Seen
from oracle.scenes import leaves, with_marks
from oracle.windows import NUMPY_MODES, cells_of, meaning

LOWER = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True))
LETTERS = {
    "input": "\N{MATHEMATICAL ITALIC SMALL X}",
    "kernel": "\N{MATHEMATICAL ITALIC SMALL W}",
    "output": "\N{MATHEMATICAL ITALIC SMALL Y}",
}
BIAS = "\N{MATHEMATICAL ITALIC SMALL B}"
ZERO, NONE = "0", "\N{MINUS SIGN}\N{INFINITY}"


def drawn(op, view="flat"):
    from convanim.text import cell_texts

    return VIEWS[view].draw(op, cell_texts.symbols(op), view_flags(CLEAR, enlarged=100))


def called(letter, cell, op):
    """A letter with a cell's indices; those of a single row have one. With more than ten cells along an axis there are
    commas between them.
    """
    long = max(*op.input_size, *op.output_size, *(largest(op) if op.adaptive else op.kernel_size)) > 10
    indices = cell if len(op.input_size) == 2 else cell[1:]
    return LETTERS[letter] + (",".join if long else "".join)("".join(LOWER[digit] for digit in str(n)) for n in indices)


def largest(op):
    """The largest windows of adaptive pooling."""
    return [max(len(taps) for taps in axis.taps) for axis in meaning(op)][-len(op.input_size) :]


def meant_symbols(op):
    """(cell -> symbol of the padded input; the symbols of the kernel's cells as they meet the input, or None; cell ->
    symbol of the output).
    """
    down, across = meaning(op)
    pooling = isinstance(op, ca.Pool | ca.AdaptivePool)
    skipped = isinstance(op, ca.Pool) and op.mode == "average" and not op.count_include_pad
    empty = None if skipped else NONE if pooling and op.mode == "max" else ZERO
    inputs = {}
    for r, c in cells_of(range(down.padded), range(across.padded)):
        there = down.sources[r] >= 0 and across.sources[c] >= 0
        inputs[r, c] = called("input", (down.sources[r], across.sources[c]), op) if there else empty
    outputs = {cell: called("output", cell, op) for cell in cells_of(range(down.output), range(across.output))}
    if pooling:
        return inputs, None, outputs
    rows, columns = (1, *op.kernel_size)[-2:]
    turned = isinstance(op, ca.ConvTranspose) != op.flip
    kernel = {
        (j, i): called("kernel", (rows - 1 - j, columns - 1 - i) if turned else (j, i), op)
        for j, i in np.ndindex(rows, columns)
    }
    return inputs, kernel, outputs


def symbol_faults(shown, op):
    """Texts that aren't the symbol of their place, or stand where none should."""
    inputs, kernel, outputs = meant_symbols(op)
    found = []
    if shown.texts(shown.marks, "input_value", shown.below) != {cell: text for cell, text in inputs.items() if text}:
        found.append("input")
    standing = {
        cell: text
        for cell, text in shown.texts(shown.marks, "output_value", shown.above).items()
        if not text.startswith("+")
    }
    if standing != outputs:
        found.append("output")
    for step in sorted({0, 1, shown.scene.steps // 2, shown.scene.steps - 1} & set(range(shown.scene.steps))):
        marks, place = shown.moving(step), shown.step(step)
        top, _, left, _ = place["window"]
        down, across = (1, *getattr(op, "dilation", (1, 1)))[-2:]
        met = {(top + j * down, left + i * across): text for (j, i), text in (kernel or {}).items()}
        if shown.texts(marks, "kernel_value", shown.below) != met:
            found.append(f"kernel in step {step}")
        (current,) = place["current"]
        if shown.texts(marks, "output_value", shown.above) != {current: outputs[current]}:
            found.append(f"result in step {step}")
    return found


# --- which stand where


@pytest.mark.parametrize("kind", ODD)
def test_every_cell_has_the_symbol_of_its_place(kind):
    longer = 0
    for op in [*list(lines_of(kind))[::7], *drawn_at_random(kind, 30), *ODD[kind]]:
        try:
            scene = drawn(op)
        except ConvanimError as error:
            assert "no average" in str(error)
            continue
        assert not symbol_faults(Seen(scene, "flat"), op), op
        longer += max(*op.input_size, *op.output_size) > 10
    assert longer


def texts_at(op, role):
    shown = Seen(drawn(op), "flat")
    grid = shown.above if role == "output_value" else shown.below
    marks = shown.moving(0) if role == "kernel_value" else shown.marks
    return shown.texts(marks, role, grid)


def test_symbols_on_worked_examples():
    op = ca.Conv((2, 3), 2, padding=((0, 1), (0, 0)))
    assert texts_at(op, "input_value") == {
        (0, 0): "𝑥₀₀",
        (0, 1): "𝑥₀₁",
        (0, 2): "𝑥₀₂",
        (1, 0): "𝑥₁₀",
        (1, 1): "𝑥₁₁",
        (1, 2): "𝑥₁₂",
        (2, 0): "0",
        (2, 1): "0",
        (2, 2): "0",
    }
    assert texts_at(op, "kernel_value") == {(0, 0): "𝑤₀₀", (0, 1): "𝑤₀₁", (1, 0): "𝑤₁₀", (1, 1): "𝑤₁₁"}
    assert texts_at(op, "output_value") == {(0, 0): "𝑦₀₀", (0, 1): "𝑦₀₁", (1, 0): "𝑦₁₀", (1, 1): "𝑦₁₁"}
    assert texts_at(ca.Conv(3, 2, ndim=1), "input_value") == {(0, 0): "𝑥₀", (0, 1): "𝑥₁", (0, 2): "𝑥₂"}


def test_a_transposed_or_flipped_kernel_meets_the_input_reversed_and_both_together_as_it_is():
    forward = {(0, 0): "𝑤₀", (0, 1): "𝑤₁", (0, 2): "𝑤₂"}
    back = {(0, 0): "𝑤₂", (0, 1): "𝑤₁", (0, 2): "𝑤₀"}
    for kind, flip, meant in (
        (ca.Conv, False, forward),
        (ca.Conv, True, back),
        (ca.ConvTranspose, False, back),
        (ca.ConvTranspose, True, forward),
    ):
        assert texts_at(kind(4, 3, flip=flip, ndim=1), "kernel_value") == meant


@pytest.mark.parametrize("mode", NUMPY_MODES)
def test_copies_show_the_symbol_of_the_cell_that_they_copy(mode):
    op = ca.Conv(4, 2, padding=2, padding_mode=mode, ndim=1)
    sources = np.pad(np.arange(4), 2, NUMPY_MODES[mode])
    assert list(texts_at(op, "input_value").values()) == [f"𝑥{LOWER[str(n)]}" for n in sources]


@pytest.mark.parametrize(
    ("op", "text"),
    [
        (ca.Conv(2, 2, padding=1, ndim=1), "0"),
        (ca.Pool(2, 2, padding=1, mode="max", ndim=1), "−∞"),
        (ca.Pool(2, 2, padding=1, mode="average", ndim=1), "0"),
        (ca.Pool(2, 2, padding=1, mode="l2", ndim=1), "0"),
        (ca.Pool(2, 2, padding=1, mode="average", count_include_pad=False, ndim=1), None),
        (ca.ConvTranspose(2, 2, stride=2, ndim=1), "0"),
    ],
)
def test_what_is_no_input_cell_shows_what_it_counts_as(op, text):
    found = texts_at(op, "input_value")
    padding = {cell for cell in cells_of(range(1), range(op.padded_size[0])) if found.get(cell) not in ("𝑥₀", "𝑥₁")}
    assert len(padding) == op.padded_size[0] - 2 > 0
    assert {found.get(cell) for cell in padding} == {text}


@pytest.mark.parametrize("largest", [9, 10, 11, 12, 40])
def test_from_eleven_cells_on_there_is_a_comma_between_indices_and_symbols_are_never_alike(largest):
    for op in (
        ca.Conv((2, largest), 1),
        ca.Conv((largest, 2), (largest, 1)),
        ca.ConvTranspose((1, 2), (1, largest - 1)),
        ca.Conv((3, largest), (3, largest)),
    ):
        scene = drawn(op)
        for role in ("input_value", "output_value"):
            texts = [text for text in texts_at(op, role).values() if text != ZERO]
            assert (
                len(set(texts)) == len(texts) == math.prod(op.input_size if role == "input_value" else op.output_size)
            )
            sizes = max(*op.input_size, *op.kernel_size, *op.output_size)
            assert all(("," in text) == (sizes > 10) for text in texts), op
        assert symbol_faults(Seen(scene, "flat"), op) == []
    assert list(texts_at(ca.Conv((1, 12), 1), "input_value").values())[-2:] == ["𝑥₀,₁₀", "𝑥₀,₁₁"]
    assert list(texts_at(ca.Conv(12, 1, ndim=1), "input_value").values())[-2:] == ["𝑥₁₀", "𝑥₁₁"]


def test_a_bias_is_added_as_a_symbol_of_its_own_and_only_where_the_operation_has_one():
    for bias in (False, True):
        a = ca.animate(ca.Conv(3, 2, bias=bias), symbols=True)
        texts = [mark.text for layer in a.scene.layers[:1] for mark in leaves(layer.marks) if isinstance(mark, Text)]
        assert texts.count(f"+{BIAS}") == bias and sum(BIAS in text for text in texts) == bias
        assert "bias" not in a.scene.description


@pytest.mark.parametrize(
    "op",
    [
        ca.Conv((2, 3), 2, padding=1),
        ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1),
        ca.Pool(4, 2, padding=1),
        ca.Pool((2, 12), 2),
        ca.AdaptivePool((1, 120), (1, 118)),
        ca.Conv(5, 3, ndim=1, dilation=2),
        ca.Conv((3, 12), (2, 11)),
    ],
    ids=str,
)
def test_every_symbol_stays_in_its_cell_and_clear_of_the_other_in_it(op):
    shown = Seen(drawn(op), "flat")
    for step in {0, shown.scene.steps - 1}:
        assert not text_faults(shown, step), op


def test_no_number_is_drawn_or_computed(monkeypatch):
    def none(*args, **rest):
        raise AssertionError("a value was drawn or computed")

    for module, name in (
        ("convanim.numeric.values", "values"),
        ("convanim.numeric", "values"),
        ("convanim.numeric.values", "exact_output"),
        ("convanim.numeric.values", "RandomState"),
    ):
        monkeypatch.setattr(importlib.import_module(module), name, none)
    for op in (ca.Conv(4, 3, padding=1), ca.ConvTranspose(2, 3, stride=2), ca.Pool(4, 2), ca.AdaptivePool(5, 3)):
        a = ca.animate(op, symbols=True, labels="all", theme="clear", dpi=40)
        a.frame(0)
        assert any("𝑦" in mark.text for mark in leaves(a.scene.layers[0].seen(0)) if isinstance(mark, Text))
    with pytest.raises(AssertionError, match="drawn or computed"):
        ca.animate(ca.Conv(4, 3, padding=1), seed=1)


# --- that this reader can tell


def test_another_symbol_and_one_in_another_cell_are_seen():
    op = ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1)
    scene = drawn(op)
    assert symbol_faults(Seen(scene, "flat"), op) == []

    def spoiled(role, text, other):
        def change(mark):
            return (
                Text(mark.role, mark.at, other, mark.size, mark.width)
                if isinstance(mark, Text) and mark.role == role and mark.text == text
                else mark
            )

        return symbol_faults(Seen(with_marks(scene, change), "flat"), op)

    assert spoiled("input_value", "𝑥₀₁", "𝑥₁₀") == ["input"] and spoiled("input_value", "0", NONE) == ["input"]
    assert spoiled("output_value", "𝑦₀₁", "𝑦₁₀") == ["output", "result in step 1"]
    assert len(spoiled("kernel_value", "𝑤₂₂", "𝑤₀₀")) == 4
    assert "kernel in step 0" in symbol_faults(Seen(drawn(ca.Conv(4, 3, flip=True)), "flat"), ca.Conv(4, 3))
    assert "kernel in step 0" in symbol_faults(
        Seen(drawn(ca.Conv(3, 2)), "flat"), ca.ConvTranspose(2, 2, padding=((0, 0), (0, 0)))
    )


# --- what can't be


@pytest.mark.parametrize(
    "given",
    [{"input": np.ones((4, 4))}, {"kernel": np.ones((3, 3))}, {"seed": 5}, {"bias": [1]}, {"input": 0, "seed": 0}],
)
def test_values_have_no_place_beside_symbols(given):
    text = refusal(lambda: ca.animate(ca.Conv(4, 3), symbols=True, **given))
    assert f"{next(iter(given))}= can't be combined with symbols=True" in text


def test_the_isometric_view_shows_no_symbols_and_without_a_view_it_is_the_flat_one():
    assert (
        "the isometric view shows no values: take view='flat' or 'matrix' or 'dense' or 'im2col', or leave symbols= out"
        in refusal(lambda: ca.animate(ca.Conv(4, 3), symbols=True, view="isometric"))
    )
    assert ca.animate(ca.Conv(4, 3), symbols=True).scene == ca.animate(ca.Conv(4, 3), symbols=True, view="flat").scene
    assert ca.animate(ca.Conv(4, 3), symbols=False).scene == ca.animate(ca.Conv(4, 3)).scene


@pytest.mark.parametrize("given", [1, "true", None, [True]])
def test_what_is_neither_true_nor_false_is_refused(given):
    assert refusal(lambda: ca.animate(ca.Conv(4, 3), symbols=given)) == f"symbols={given!r} is neither True nor False"


@pytest.mark.parametrize(
    ("op", "part"),
    [
        (ca.Conv(4, 3, in_channels=2), "one channel"),
        (ca.ConvTranspose(4, 3, out_channels=3), "one channel"),
        (ca.Conv((4, 4, 4), 3), "1 or 2 dimensions"),
    ],
)
def test_what_no_plane_of_symbols_can_show_is_refused(op, part):
    assert part in refusal(lambda: ca.animate(op, symbols=True))


def test_an_average_over_nothing_has_no_symbol():
    ops = list(lines_of_averages())
    nothing = [op for op in ops if not averages(op)]
    assert 0 < len(nothing) < len(ops)
    for op in ops:
        if op in nothing:
            assert "so there is no average" in refusal(lambda op=op: ca.animate(op, symbols=True))
        else:
            ca.animate(op, symbols=True)


def lines_of_averages():
    for i, k, s, p, d in itertools.product((1, 2, 3), (1, 2, 3), (1, 2, 3), (0, 1), (1, 2)):
        try:
            yield ca.Pool(
                (i,), k, stride=s, padding=p, dilation=d, mode="average", count_include_pad=False, ceil_mode=True
            )
        except ConvanimError:
            continue


def averages(op):
    """Whether every window has a cell of the input."""
    _, across = meaning(op)
    return all(any(across.sources[cell] >= 0 for cell in taps) for taps in across.taps)


# --- how they are drawn


def boxes(text, face="roman", **rest):
    """(character, left, top, right, bottom) of each letter, in ems from the text's centre."""
    found = []
    for letter in glyphs.letters(Text("x", (0.0, 0.0), text, 1.0, math.inf, face=face, **rest)):
        points = [point for _, points in letter.outline() for point in points]
        (left, right), (top, bottom) = ((min(v), max(v)) for v in zip(*points, strict=True))
        x, y = letter.at
        found.append((letter.character, x + left, y + top, x + right, y + bottom))
    return found


@pytest.mark.parametrize("face", glyphs.FACES)
def test_subscripts_are_the_digits_smaller_and_lower(face):
    for digit, lowered in LOWER.items():
        ((_, left, top, right, bottom),) = boxes(digit, face)
        (_, *letter), (character, sleft, stop, sright, sbottom) = boxes(f"𝑥{lowered}", face)
        assert character == digit
        assert (sright - sleft, sbottom - stop) == pytest.approx((0.7 * (right - left), 0.7 * (bottom - top)))
        rest = glyphs.FACES[face].digits / 2  # from the centre to the line
        assert sbottom - rest == pytest.approx(0.7 * (bottom - rest) + 0.15), "below the line"
        assert stop > top + 0.1 and letter[0] < sleft
    assert glyphs.width("𝑥₁", face) == pytest.approx(glyphs.width("𝑥", face) + 0.7 * glyphs.width("1", face))


@pytest.mark.parametrize("face", glyphs.FACES)
def test_a_comma_is_a_subscript_between_subscripts_alone(face):
    ((_, _, top, _, bottom),) = boxes(",", face)
    full, small = bottom - top, 0.7 * (bottom - top)
    for text, height in (
        ("𝑥₁,₁₀", small),
        ("𝑥₁₀,₁", small),
        ("𝑥₁, 𝑥₂", full),
        ("1,2", full),
        ("𝑥₁,2", full),
        ("1,₂", full),
        (",₂", full),
        ("𝑥₁,", full),
    ):
        (comma,) = (box for box in boxes(text, face) if box[0] == ",")
        assert comma[4] - comma[2] == pytest.approx(height), text
        assert (comma[2] > top + 0.1) == (height == small)


def test_the_letters_of_a_symbol_follow_each_other_and_are_centred():
    rng = random.Random(3)
    for _ in range(40):
        text = rng.choice("𝑥𝑤𝑦") + ",".join(
            "".join(LOWER[c] for c in str(rng.randrange(0, 130))) for _ in range(rng.randint(1, 2))
        )
        found = boxes(text)
        assert [re.sub("[₀-₉]", lambda m: str("₀₁₂₃₄₅₆₇₈₉".index(m[0])), c) for c in text] == [box[0] for box in found]
        lefts = [box[1] for box in found]
        assert lefts == sorted(lefts)
        wide = glyphs.width(text, "roman")
        assert -wide / 2 - 0.1 < lefts[0] and found[-1][3] < wide / 2 + 0.1
        assert glyphs.letters(Text("x", (0, 0), text, 1.0, math.inf))[0].at[0] == pytest.approx(-wide / 2)


def test_a_symbol_that_has_less_room_is_smaller_as_a_whole():
    text = "𝑥₁₀,₁₁"
    full, half = (
        glyphs.letters(Text("x", (0, 0), text, 1.0, room)) for room in (math.inf, glyphs.width(text, "roman") / 2)
    )
    assert [letter.size / 2 for letter in full] == pytest.approx([letter.size for letter in half])
    assert [v / 2 for letter in full for v in letter.at] == pytest.approx([v for letter in half for v in letter.at])

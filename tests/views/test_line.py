"""The view "line": every step's kernel, terms and output, against numpy and against plain loops."""

from __future__ import annotations

import itertools
import pickle
import random
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.scene import Accumulating, Layer, Line, Polygon, Text
from convanim.text.numbers import MINUS
from convanim.views import VIEWS, ViewFlags
from helpers.operations import built
from helpers.processes import ROOT
from helpers.refusals import refusal
from oracle.places import step_faults
from oracle.scenes import leaves, only, with_marks
from oracle.view_line import Shown, number, wrong

KERNELS = range(1, 7)


NAMES = (
    "by_hand_full",
    "by_hand_same",
    "by_hand_valid",
    "by_hand_strided",
    "by_hand_dilated",
    "by_hand_causal",
    "by_hand_transposed",
    "by_hand_circular",
    "by_hand_max_pooling",
    "by_hand_adaptive",
    "by_hand_symbols",
)


def animated(op, **given):
    return ca.animate(op, **{"view": "line", "theme": "clear", "labels": "none", "width": 4000, **given})


def values_for(op, rng, low=-4, high=10):
    x = rng.integers(low, high, op.input_size)
    return (x, rng.integers(low, high, op.kernel_size)) if isinstance(op, ca.Conv | ca.ConvTranspose) else (x, None)


def given(x, w):
    return {"input": x} if w is None else {"input": x, "kernel": w}


def outputs_of(a):
    shown = Shown(a.scene, len(a) - 1, a.scene.measured[0].size[1])
    return [number(text) for text in shown.output.values()]


def line(i, k, **more):
    return ca.Conv((i,), (k,), **more)


# --- numpy's convolve and correlate


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_outputs_are_those_of_numpy_convolve_with_flip_and_of_correlate_without(mode):
    rng, seen = np.random.default_rng(1), 0
    for i, k, flip in itertools.product(range(1, 13), KERNELS, (True, False)):
        if k > i and mode != "full":
            continue
        words = {"full": "full", "valid": 0, "same": "same_numpy"}
        op = line(i, k, padding=words[mode], flip=flip)
        x, w = values_for(op, rng)
        expected = np.convolve(x, w, mode) if flip else np.correlate(x, w, mode)
        assert outputs_of(animated(op, input=x, kernel=w)) == expected.tolist(), (i, k, flip)
        seen += 1
    assert seen >= 100


def test_the_worked_example_is_1_4_10_16_17_12_with_these_products():
    op = line(4, 3, padding="full", flip=True)
    a = animated(op, input=[1, 2, 3, 4], kernel=[1, 2, 3])
    table = [Shown(a.scene, step, 8) for step in range(6)]
    assert list(table[0].output.values()) == ["1", "4", "10", "16", "17", "12"]
    assert [list(shown.terms.values()) for shown in table] == [
        ["0", "0", "1"],
        ["0", "2", "2"],
        ["3", "4", "3"],
        ["6", "6", "4"],
        ["9", "8", "0"],
        ["12", "0", "0"],
    ]
    assert all(
        list(shown.kernel.values()) == ["3", "2", "1"] and list(shown.terms) == [n, n + 1, n + 2]
        for n, shown in enumerate(table)
    )
    assert all(shown.done.text == "=" for shown in table)


# --- every step against lists


def small(kind, count, seed=0):
    """Operations of one dimension with all parameters at random, input 1 to 12, kernel 1 to 6."""
    rng = random.Random(f"{kind} {seed}")
    while count:
        common = {
            "stride": rng.randint(1, 4),
            "dilation": rng.choice((1, 1, 2, 3)),
            "padding": ((rng.randint(0, 4), rng.randint(0, 4)),),
        }
        if kind == "conv":
            mode = rng.choice(["zeros", "zeros", "reflect", "replicate", "circular", "symmetric"])
            found = built(
                line, rng.randint(1, 12), rng.randint(1, 6), padding_mode=mode, flip=rng.random() < 0.5, **common
            )
        elif kind == "transpose":
            found = built(
                ca.ConvTranspose,
                (rng.randint(1, 6),),
                rng.randint(1, 6),
                output_padding=rng.randint(0, 2),
                flip=rng.random() < 0.3,
                **common,
            )
        elif kind == "pool":
            found = built(
                ca.Pool,
                (rng.randint(1, 12),),
                rng.randint(1, 5),
                mode=rng.choice(["max", "average"]),
                ceil_mode=rng.random() < 0.5,
                **common,
            )
        else:
            found = [ca.AdaptivePool((rng.randint(1, 12),), rng.randint(1, 12), mode=rng.choice(["max", "average"]))]
        count -= len(found)
        yield from found


@pytest.mark.parametrize("kind", ["conv", "transpose", "pool", "adaptive"])
def test_every_step_has_its_terms_below_the_cells_that_they_come_from_and_their_sum_as_its_output(kind):
    rng = np.random.default_rng(2)
    ops = list(small(kind, 70))
    for op in ops:
        x, w = values_for(op, rng)
        assert not wrong(animated(op, **given(x, w)).scene, op, x, w), op
    assert {len(op.axes) for op in ops} == {1} and max(len(op.steps) for op in ops) > 8


def test_strided_dilated_and_causal_rows_are_those_of_plain_loops():
    rng = np.random.default_rng(3)
    for i, k, s, d in itertools.product((5, 8, 12), (1, 2, 3), (1, 2, 3), (1, 2)):
        op = line(i, k, stride=s, dilation=d, padding="causal")
        x, w = values_for(op, rng)
        a = animated(op, input=x, kernel=w)
        expected = [
            sum(int(w[k - 1 - n]) * (int(x[t - n * d]) if t >= n * d else 0) for n in range(k)) for t in range(0, i, s)
        ]
        assert outputs_of(a) == expected
        columns = list(Shown(a.scene, 0, i + d * (k - 1)).output)
        assert columns == [t + d * (k - 1) for t in range(0, i, s)], (
            "each output stands below the last input cell that it sees"
        )


def test_transposed_rows_are_what_stamping_the_kernel_gives():
    rng = np.random.default_rng(4)
    for i, k, s, p in itertools.product((1, 2, 3, 5), KERNELS, (1, 2, 3), (0, 1)):
        for op in built(ca.ConvTranspose, (i,), k, stride=s, padding=p):
            x, w = values_for(op, rng)
            stamped = np.zeros((i - 1) * s + k, int)
            for n in range(i):
                stamped[n * s : n * s + k] += x[n] * w
            assert outputs_of(animated(op, input=x, kernel=w)) == stamped[p : len(stamped) - p].tolist()


def test_a_kernel_of_more_than_25_cells_has_the_first_colours_again():
    op = line(29, 27)
    x, w = values_for(op, np.random.default_rng(5))
    assert not wrong(animated(op, input=x, kernel=w).scene, op, x, w)


def test_a_bias_is_added_on_the_way_to_the_output():
    x, w = [1, 2, 3, 4], [1, 0, 2]
    for k, bias, text in ((3, 5, "+ 5 ="), (3, -5, f"{MINUS} 5 ="), (1, 0.5, "+ 0.5 ="), (3, 0, "=")):
        op = line(4, k, padding=k // 2, bias=True)
        a = animated(op, input=x, kernel=w[:k], bias=[bias])
        assert not wrong(a.scene, op, x, w[:k], bias)
        assert Shown(a.scene, 0, 4 + 2 * (k // 2)).done.text == text


# --- pooling


def test_pooling_says_what_is_done_and_leaves_out_what_does_not_count():
    def table(op, **more):
        a = animated(op, **more)
        return [Shown(a.scene, step, op.axes[0].drawn.padded) for step in range(len(a))]

    mean = table(
        ca.Pool((6,), 3, stride=3, padding=1, mode="average", count_include_pad=False), input=[2, 4, 6, 8, 9, 1]
    )
    assert [(list(shown.terms.values()), shown.done.text) for shown in mean] == [
        (["2", "4"], "÷ 2 ="),
        (["6", "8", "9"], "÷ 3 ≈"),
    ]
    most = table(ca.Pool((6,), 3, stride=3, padding=1), input=[2, 4, 6, 9, 9, 1])
    assert [(list(shown.terms.values()), shown.ringed) for shown in most] == [
        ([f"{MINUS}∞", "2", "4"], {2}),
        (["6", "9", "9"], {4, 5}),
    ]
    assert all(shown.done.text == "max =" and not shown.plus and not shown.kernel and not shown.signs for shown in most)
    root = table(ca.Pool((2,), 2, mode="l2"), input=[-3, 4])
    assert (
        list(root[0].terms.values()) == [f"({MINUS}3)²", "4²"]
        and root[0].done.text == "√ ="
        and list(root[0].output.values()) == ["5"]
    )
    same = table(ca.Pool((4,), 2, mode="average", divisor_override=5), input=[1, 2, 3, 4])
    assert [shown.done.text for shown in same] == ["÷ 5 ="] * 2
    alone = table(ca.AdaptivePool((2,), 2), input=[1, 2])
    assert [shown.done.text for shown in alone] == ["="] * 2


# --- how numbers are written


def test_products_that_are_rounded_have_another_sign_and_so_have_their_sums():
    a = animated(line(3, 2), input=[0.0625, -12.5, 4], kernel=[0.25, 0.5])
    first, second = (Shown(a.scene, step, 3) for step in (0, 1))
    assert [first.input[0], first.kernel[0], first.terms[0]] == ["0.063", "0.25", "0.016"], "of .0625 and .25: .015625"
    assert list(first.signs[1].values()) == ["≈", "="] and list(second.signs[1].values()) == ["=", "="]
    assert [number(text) for text in (*first.terms.values(), *second.terms.values())][1:] == [
        -6.25,
        -3.125,
        2,
    ] and first.done.text == "≈"


def test_whole_outputs_are_written_as_on_paper_in_cells_and_in_the_sum_and_others_are_not():
    a = animated(line(3, 2), input=[1, 2, 3], kernel=[1, 1], labels=["sum"])
    texts = [mark.text for layer in a.scene.layers for mark in leaves(layer.seen(0)) if isinstance(mark, Text)]
    assert "1·1 + 2·1 = 3" in texts and not any(text.endswith(".0") for text in texts)
    half = animated(line(3, 2), input=[1, 2, 3], kernel=[0.5, 1])
    assert list(Shown(half.scene, 0, 3).output.values()) == ["2.5", "4.0"]
    third = animated(ca.Pool((4,), 3, mode="average", stride=1), input=[3, 3, 4, 2])
    assert list(Shown(third.scene, 0, 4).output.values()) == ["3.3", "3.0"]
    for look, text in ({"theme": "classic"}, "3.0"), ({"theme": "clear"}, "3"):
        flat = ca.animate(line(3, 2), view="flat", input=[1, 2, 3], kernel=[1, 1], **look)
        assert flat.labelling.texts.output[0] == text, "the guide's way stays in the guide's theme"


def test_columns_are_as_wide_as_long_values_need():
    wide = [
        Shown(animated(line(3, 3, padding=1), input=x, kernel=w).scene, 0, 5).wide
        for x, w in (
            ([1, 2, 3], [1, 2, 3]),
            ([1, -2, 3], [1, 2, 3]),
            ([10, 20, 30], [1, -25, 3]),
            ([0.125, 0.25, -12.625], [0.25, -1.5, 3]),
        )
    ]
    assert wide[0] == 1 and wide == sorted(wide) and wide[-1] > wide[0]


def test_symbols_show_each_product_as_letters_and_zero_where_a_zero_is():
    op = line(3, 3, padding=1, flip=True, bias=True)
    a = animated(op, symbols=True)
    x, w, lowered = "𝑥", "𝑤", "₀₁₂₃"
    for step in range(3):
        shown = Shown(a.scene, step, 5)
        terms = [
            f"{x}{lowered[c - 1]}{w}{lowered[2 - n]}" if 0 < c < 4 else "0" for n, c in enumerate(range(step, step + 3))
        ]
        assert list(shown.terms.values()) == terms and shown.done.text == "+ 𝑏 ="
        assert (
            list(shown.kernel.values()) == [f"{w}₂", f"{w}₁", f"{w}₀"] and shown.output[step + 1] == f"𝑦{lowered[step]}"
        )
    pool = animated(ca.Pool((4,), 2), symbols=True)
    assert list(Shown(pool.scene, 1, 4).terms.values()) == [f"{x}₂", f"{x}₃"] and not Shown(pool.scene, 1, 4).ringed


# --- the scene


def subjects():
    return [op for kind in ("conv", "transpose", "pool", "adaptive") for op in small(kind, 12, seed=1)]


def covered(scene, step):
    """The texts that a cell or a veil is drawn over and that aren't drawn again above it."""
    marks, found = [mark for layer in scene.layers for mark in leaves(layer.seen(step))], []
    for n, mark in enumerate(marks):
        if isinstance(mark, Text):
            later = [other for other in marks[n + 1 :] if isinstance(other, Polygon)]
            hidden = any(
                min(x for x, _ in part) < mark.at[0] < max(x for x, _ in part)
                and min(y for _, y in part) < mark.at[1] < max(y for _, y in part)
                for other in later
                for part in other.parts
            )
            last = max(i for i, other in enumerate(marks) if other == mark)
            if hidden and last == n:
                found.append(mark.text)
    return found


def test_nothing_is_outside_nor_over_another_text_and_no_text_is_covered():
    rng = np.random.default_rng(6)
    for n, op in enumerate(subjects()):
        x, w = values_for(op, rng)
        for reveal, scale in ((n % 2 == 0, 1), (n % 2 == 1, 0.375)):
            a = animated(op, reveal=reveal, theme=("clear", "classic", "dark", "print")[n % 4], **given(x * scale, w))
            for step in {0, len(a) // 2, len(a) - 1}:
                assert not step_faults(a, step) and not covered(a.scene, step), (op, step)
            again = pickle.loads(pickle.dumps(a))
            assert again == a


def test_with_reveal_outputs_come_one_by_one_and_their_places_are_there_before():
    for op in subjects()[::3]:
        x, w = values_for(op, np.random.default_rng(7))
        full, a = animated(op, **given(x, w)), animated(op, reveal=True, **given(x, w))
        assert not [layer for layer in full.scene.layers if isinstance(layer, Accumulating)]
        last = list(Shown(full.scene, 0, op.axes[0].drawn.padded).output.items())
        for step in range(len(a)):
            shown = Shown(a.scene, step, op.axes[0].drawn.padded)
            assert list(shown.output.items()) == last[: step + 1]
            assert len(shown.cells("output")) == step + 1
            assert any(mark.role == "pending" for mark in shown.marks)


def test_output_padding_and_cropped_cells_are_where_they_belong():
    op = ca.ConvTranspose((3,), 3, stride=2, padding=1, output_padding=1)
    a = animated(op, seed=1)
    shown = Shown(a.scene, 5, 8)
    bottom = shown.cells("current")[0][1]
    assert shown.cells("output_padding") == [(6, bottom)] and [c for c, _ in shown.cells("output")] == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]
    (line_,) = [mark for mark in shown.marks if mark.role == "cropped"]
    assert {x for part in line_.parts for x, _ in part} == {0, 1}, "one before, none after"


def test_labels_measure_the_padded_row_and_the_outputs():
    a = animated(line(6, 3, stride=2, padding=1), labels="all", seed=1)
    texts = [
        mark.text
        for layer in a.scene.layers
        for mark in leaves(layer.seen(0))
        if isinstance(mark, Text) and mark.role == "label"
    ]
    assert {"input 1 + 6 + 1", "output 3", "k=3", "step 1 of 3"} <= set(texts)
    assert "kernel" not in texts and "weights" in texts, "the kernel has cells of its own, not corners of the input's"


def test_the_description_tells_of_the_rows_below_the_window_in_each_language():
    for op in (line(5, 3), ca.Pool((6,), 2)):
        for lang, words in (("en", "column by column"), ("zh", "计算过程")):
            assert words in animated(op, lang=lang).scene.description


# --- what it doesn't draw


def test_two_dimensions_channels_and_rows_that_are_too_long_are_refused():
    assert "draws one dimension (ndim=1), and this operation has 2" in refusal(lambda: animated(ca.Conv(5, 3)))
    assert "shows the values of one channel, and this has 3 to 8" in refusal(
        lambda: animated(line(5, 3, in_channels=3, out_channels=8))
    )
    assert "at most 1,000 cells, and this operation has 1,002" in refusal(
        lambda: animated(line(1000, 3, padding=1), focus="off")
    )
    assert "1,001" in refusal(lambda: animated(ca.AdaptivePool((5,), 1001), focus="off"))
    assert len(animated(line(1000, 3), focus="off")) == 998
    with pytest.raises(ca.ConvanimError, match="shows values"):
        VIEWS["line"].draw(line(5, 3), None, ViewFlags())


# --- its figures


def test_the_figures_are_those_of_numpy():
    specs = ca.figures(ROOT / "templates" / "line.toml")
    assert set(specs) == set(NAMES)
    for name, spec in specs.items():
        op, a = spec.op(), ca.figure(name, labels="none", reveal=False)
        assert len(a) == op.output_size[0]
        if name == "by_hand_symbols":
            continue
        x, w = spec.options["input"], spec.options.get("kernel")
        assert not wrong(a.scene, op, x, w), name
    expected = {
        "by_hand_full": np.convolve([1, 2, 3, 4], [1, 2, 3]),
        "by_hand_same": np.convolve(range(1, 7), [1, 0, -1], "same"),
        "by_hand_valid": np.correlate([3, 1, 4, 1, 5, 9, 2], [1, 2, 3], "valid"),
        "by_hand_strided": np.correlate([0, 3, 1, 4, 1, 5, 9, 2, 0], [1, 2, 1], "valid")[::2],
        "by_hand_dilated": np.correlate([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0], [1, 0, 10, 0, 1], "valid"),
        "by_hand_causal": np.convolve(range(1, 7), [1, 1, 1])[:6],
        "by_hand_transposed": np.convolve([1, 0, 2, 0, 3, 0], [1, 2, 3])[1:7],
        "by_hand_circular": np.roll(range(1, 7), 2) + np.roll(range(1, 7), -2),
        "by_hand_max_pooling": [3, 4, 9, 6],
        "by_hand_adaptive": [4, 8, 12],
    }
    for name, outputs in expected.items():
        a = ca.figure(name, labels="none", reveal=False)
        shown = Shown(a.scene, len(a) - 1, a.scene.measured[0].size[1])
        assert [number(text) for text in shown.output.values()] == list(outputs), name


# --- that these readers can tell


def test_a_spoiled_scene_is_reported():
    op, x, w = line(6, 3, padding=1, flip=True), [1, 2, 3, 4, 5, 6], [1, 2, 3]
    scene = animated(op, input=x, kernel=w).scene
    assert not wrong(scene, op, x, w)

    def right(mark):
        if isinstance(mark, Text):
            return replace(mark, at=(mark.at[0] + 1, mark.at[1]))
        return replace(mark, parts=tuple(tuple((a + 1, b) for a, b in part) for part in mark.parts))

    def spoiled(role, change, kind=Text):
        return wrong(with_marks(scene, only(role, change, kind)), op, x, w)

    assert spoiled("kernel_value", lambda mark: replace(mark, text="7")) == {"kernel"}
    assert spoiled("kernel_value", right) == {"kernel"}
    assert spoiled("input_value", lambda mark: replace(mark, text="7") if mark.text == "4" else mark) == {"input"}
    assert spoiled("sign", lambda mark: replace(mark, text="9") if mark.text == "4" else mark) == {"terms"}
    assert spoiled("sign", lambda mark: replace(mark, text="+") if mark.text == "×" else mark) == {"signs"}
    assert spoiled("sign", lambda mark: None if mark.text == "+" else mark) == {"plus"}
    assert spoiled("output_value", lambda mark: replace(mark, text="0") if mark.text == "10" else mark) == {"output"}
    assert spoiled("current", right, Polygon) == {"current"}
    assert spoiled("ray", right, Line) >= {"lines to the output", "line under the terms"}
    assert "colour" in spoiled("weight_1", right, Polygon)
    assert spoiled("weight_3", lambda mark: replace(mark, role="weight_4"), Polygon) == {"colour"}
    assert wrong(scene, op, x, [3, 2, 1]) >= {"kernel", "terms", "output"}, "a kernel that isn't turned around"
    pool = ca.Pool((4,), 2)
    most = animated(pool, input=[1, 2, 4, 3]).scene
    assert not wrong(most, pool, [1, 2, 4, 3])
    moved = with_marks(most, lambda mark: right(mark) if mark.role == "window" and len(mark.parts[0]) == 5 else mark)
    assert wrong(moved, pool, [1, 2, 4, 3]) == {"largest"}


def test_a_covered_text_is_reported():
    scene = animated(line(4, 3), seed=1).scene
    assert not covered(scene, 0)
    assert covered(
        replace(scene, layers=(*scene.layers, Layer((Polygon("stamp", (((0, 0), (1, 0), (1, 1), (0, 1)),)),)))), 0
    )

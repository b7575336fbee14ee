"""The legend: it explains the roles that occur, in the words of the figure."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.scene import Layer, Text
from convanim.text.lang import language
from helpers.cases import PLANAR
from helpers.operations import CHESS, LONG, SUMMED, some
from oracle.ink import ink_of
from oracle.labels import mode_of
from oracle.scenes import labels_in, leaves, marks_of, parts
from oracle.windows import STRENGTH, meaning

# roles that stand for something; a grid's dashed cells only where the theme has no look for what they are
STAND = {
    "input",
    "copy",
    "copy_link",
    "inserted",
    "padding",
    "odd_padding",
    "overhang",
    "unread",
    "tap",
    "kernel_value",
    "kernel",
    "output",
    "output_padding",
    "cropped",
    "current",
    "pending",
}


def legend_of(scene, plain):
    """[(roles of a cell, the words beside it)] in the order of drawing; each cell is left of its words, at their
    height, and no cell is without.
    """
    found, cell = [], []
    for mark in labels_in(scene, plain, 0):
        if mark.role != "label":
            cell.append(mark)
            continue
        assert cell, "words without a cell"
        points = [point for part in parts(cell) for point in part] + [one.at for one in cell if isinstance(one, Text)]
        low, high = np.min(points, axis=0), np.max(points, axis=0)
        size, left = mark.size, mark.at[0] + ink_of(mark)[0][0]
        assert 0 < left - high[0] < size and abs((low + high)[1] / 2 - mark.at[1]) < 0.2 * size, (
            "a cell far from its words"
        )
        found.append((frozenset(one.role for one in cell), mark.text))
        cell = []
    assert not cell, "a cell without words"
    return found


def seen_roles(scene):
    """The roles of all marks, of all steps, that leave something on the paper."""
    return {
        mark.role
        for step in range(scene.steps)
        for mark in leaves(marks_of(scene, step))
        if (mark.text if isinstance(mark, Text) else mark.parts)
    }


SIDES = {
    "en": {"10": "bottom", "01": "right", "11": "bottom and right"},
    "zh": {"10": "下边", "01": "右边", "11": "下边，右边"},
}


def added_side(op, lang):
    """Where outputs stand that are there for output_padding alone: below, or on the right, or both."""
    extra = (0, *getattr(op, "output_padding", (0,)))[-2:]
    return SIDES[lang].get("".join(str(int(n > 0)) for n in extra), "")


def meant_legend(op, plain, theme, lang):
    """{role: words} of what occurs in a figure."""
    say = language(lang).words
    pad = "−∞" if mode_of(op) == "max" else "0"
    pad = say["legend.not_counted"] if mode_of(op) == "average" and not getattr(op, "count_include_pad", True) else pad
    meant = {
        role: say[f"legend.{role}"].format(value=pad, side=added_side(op, lang))
        for role in seen_roles(plain) & STAND - ({"pending"} if plain.steps == 1 else set())
    }
    if "kernel" in meant:  # the plane explains the digits in the window
        del meant["kernel_value"]
    down, across = meaning(op)
    cells = {
        max(a, b, key=STRENGTH.index)
        for a, b in itertools.product(down.roles[: down.padded], across.roles[: across.padded])
    }
    kinds = {role.removeprefix("odd_") for role in cells} - {"input"}
    if theme == "classic" and kinds:
        meant["grid"] = say[f"legend.{min(kinds) if len(kinds) == 1 else 'zeros'}"].format(value=pad)
    return meant


def wrong_legend(legend, meant):
    """What is wrong with a legend: "" for nothing."""
    if sorted(words for _, words in legend) != sorted(meant.values()):
        return "its words"
    if len(set(legend)) < len(legend) or len({roles for roles, _ in legend}) < len(legend):
        return "two that look the same"
    by_words = {words: role for role, words in meant.items()}
    if any(by_words[words] not in roles for roles, words in legend):
        return "a cell of another role"
    return ""


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize("view", PLANAR)
def test_the_legend_explains_the_roles_that_occur_and_no_others(view, kind):
    seen = Counter()
    for n, op in enumerate([*(some(kind, size) for size in CHESS), *LONG[kind], *SUMMED[kind]]):
        look = {
            "view": view,
            "theme": ("clear", "classic")[n % 2],
            "lang": ("en", "zh")[n // 2 % 2],
            "reveal": n % 5 == 0,
            "width": 2000,  # so that no values are left out
        }
        if math.prod(op.output_size) > 150:
            continue
        a, plain = (ca.animate(op, labels=labels, **look).scene for labels in ("legend", "none"))
        meant = meant_legend(op, plain, look["theme"], look["lang"])
        legend = legend_of(a, plain)
        assert not wrong_legend(legend, meant), (wrong_legend(legend, meant), op, look, legend, meant)
        seen.update(meant.keys())
    always = {"input", "tap", "output", "current", "pending"} | (
        {"kernel_value", "kernel"} if view == "flat" and kind in ("conv", "transpose") else set()
    )
    assert (
        set(seen)
        == always
        | {
            "conv": {"copy", "copy_link", "padding", "odd_padding", "unread", "grid"},
            "pool": {"padding", "odd_padding", "overhang", "unread", "grid"},
            "transpose": {"inserted", "padding", "odd_padding", "unread", "output_padding", "cropped", "grid"},
            "adaptive_pool": set(),
        }[kind]
    )


def test_the_words_of_the_legend_are_those_of_the_figures():
    def words(op, theme="clear", **look):
        return [
            text
            for _, text in legend_of(
                *(ca.animate(op, theme=theme, labels=labels, **look).scene for labels in ("legend", "none"))
            )
        ]

    plain = ["input", "read in this step", "output", "output of this step"]
    assert words(ca.Conv(4, 3)) == plain == words(ca.Conv(4, 3), "classic")
    assert words(ca.Conv(4, 3, padding=1)) == ["input", "padding (0)", *plain[1:]]
    assert sorted(words(ca.Conv(4, 3, padding=1), "classic")) == sorted(words(ca.Conv(4, 3, padding=1)))
    assert sorted(words(ca.ConvTranspose(4, 3, stride=2), "classic")) == sorted([*plain, "zero"])
    assert sorted(words(ca.ConvTranspose(4, 1, stride=2), "classic")) == sorted([*plain, "inserted zero"])
    pools = [
        ca.Pool(4, 2, padding=1),
        ca.Pool(4, 2, padding=1, mode="average"),
        ca.Pool(4, 2, padding=1, mode="average", count_include_pad=False),
    ]
    assert [words(op)[1] for op in pools] == ["padding (−∞)", "padding (0)", "padding (not counted)"]
    assert "kernel" in words(ca.Conv(4, 3), view="flat") and "kernel" not in words(ca.Pool(4, 2), view="flat")
    assert "output of a later step" in words(ca.Conv(4, 3), reveal=True)


def test_in_classic_dashed_cells_are_called_what_they_are_where_the_rows_of_the_input_are_cut_off():
    op = ca.ConvTranspose((1, 2), 1, stride=4, padding=(1, 0), output_padding=(2, 0))
    down, across = meaning(op)
    assert down.roles[0] == "input" and 0 not in down.read and "inserted" in across.roles  # a row of padding is read
    a, plain = (ca.animate(op, labels=labels).scene for labels in ("legend", "none"))
    assert not wrong_legend(legend_of(a, plain), meant_legend(op, plain, "classic", "en")), legend_of(a, plain)


def test_the_check_of_legends_sees_what_is_missing_too_much_without_words_or_mixed_up():
    op = ca.Conv((4, 3), 3, padding=1)
    a, plain = (ca.animate(op, theme="clear", labels=labels).scene for labels in ("legend", "none"))
    legend, meant = legend_of(a, plain), meant_legend(op, plain, "clear", "en")
    assert not wrong_legend(legend, meant) and len(legend) == len(meant) == 5
    assert (
        wrong_legend(legend[1:], meant)
        == wrong_legend([*legend, (frozenset({"unread"}), "never read")], meant)
        == "its words"
    )
    assert (
        wrong_legend([(legend[1][0], legend[0][1]), (legend[0][0], legend[1][1]), *legend[2:]], meant)
        == "a cell of another role"
    )
    assert wrong_legend([(legend[1][0], legend[0][1]), *legend[1:]], meant) == "two that look the same"
    figure, labels, *rest = a.layers
    words = [n for n, mark in enumerate(labels.marks) if isinstance(mark, Text)]

    def spoiled(marks):
        return replace(a, layers=(figure, Layer(tuple(marks)), *rest))

    moved = replace(labels.marks[words[0]], at=(40.0, 0.0))
    for marks, fault in (
        ([*labels.marks[: words[0]], moved, *labels.marks[words[0] + 1 :]], "far from its words"),
        (labels.marks[:-1], "without words"),
        ([moved, *labels.marks], "without a cell"),
    ):
        with pytest.raises(AssertionError, match=fault):
            legend_of(spoiled(marks), plain)
    ground, *moving = plain.layers
    hidden = replace(plain, layers=(Layer(tuple(mark for mark in ground.marks if mark.role != "padding")), *moving))
    assert meant_legend(op, hidden, "clear", "en").keys() == meant.keys() - {"padding"}

"""The lines of titles."""

from __future__ import annotations

import itertools
import random

import pytest

import convanim as ca
from helpers.cases import PLANAR
from helpers.figures import ROWS
from oracle.ink import ink_of
from oracle.labels import label_lines
from oracle.places import label_faults
from oracle.scenes import leaves, marks_of

WIDE = "一二上下左右中大小边输入输出卷积步幅填充"  # of the font that ships


def titles():
    """Titles of words of many lengths, of Chinese, and of both."""
    rng = random.Random(3)
    for n in range(120):
        words = ["".join(rng.choices("abcdefgimwoW", k=rng.randint(1, 14))) for _ in range(rng.randint(1, 25))]
        chinese = "".join(rng.choice(WIDE) + ("，" if rng.random() < 0.1 else "") for _ in range(rng.randint(2, 80)))
        yield (" ".join(words), chinese, " ".join([*words[:5], chinese, *words[5:]]))[n % 3]


def wrong_lines(title, lines):
    """What is wrong with the lines of a title: "" for nothing. Lines end at spaces, or beside a Chinese character."""
    if "".join(lines).replace(" ", "") != title.replace(" ", ""):
        return "letters"
    rest = title
    for line, following in itertools.pairwise([*lines, ""]):
        if not rest.startswith(line):
            return "spaces"
        spaced = rest[len(line) :].startswith(" ")
        rest = rest[len(line) :].strip()
        if following and not spaced and not any(c in WIDE + "，" for c in (line[-1], following[0])):
            return "a word is parted"
        if following[:1] == "，":
            return "a comma begins a line"
    return ""


@pytest.mark.parametrize("dpi", [150, 20])
def test_a_title_is_shown_whole_in_lines_that_end_between_words_or_chinese_characters(dpi):
    op, several = ca.Conv((3,), 2), 0
    plain = ca.animate(op, labels="none", dpi=dpi).scene
    for n, title in enumerate(titles()):
        a = ca.animate(op, labels="title", title=title, dpi=dpi, lang=("en", "zh")[n % 2])
        lines = label_lines(a)
        assert not wrong_lines(title, lines), (title, lines)
        several += len(lines) > 1
        if n % 4 == 0:
            assert not label_faults(a, plain, 0)
        widths = [
            ink_of(mark)[0][2] - ink_of(mark)[0][0] for mark in leaves(marks_of(a.scene, 0)) if mark.role == "label"
        ]
        assert max(widths) > 0.6 * a.scene.box.width or len(lines) == 1  # no line ends before it is nearly full
    assert several > 60


def test_a_word_that_is_longer_than_a_line_is_broken_and_blanks_are_as_good_as_one_space():
    op = ca.Conv((3,), 2)
    long = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3
    a, plain = (ca.animate(op, labels=labels, title=f"A {long} is  broken\n anywhere") for labels in ("title", "none"))
    lines = label_lines(a)
    assert not label_faults(a, plain.scene, 0) and len(lines) > 3
    assert "".join(lines).replace(" ", "") == f"A{long}isbrokenanywhere" and lines[-1].endswith("is broken anywhere")
    for view, given in itertools.product(
        PLANAR, (ca.Conv((12, 3), 3, stride=2, padding=1), ca.ConvTranspose(3, 3, stride=2), ca.Pool((2, 9), 2))
    ):
        for lang in ROWS:
            a = ca.animate(given, view=view, labels="title", lang=lang)
            assert "".join(label_lines(a)).replace(" ", "") == a.scene.title.replace(" ", "")


def test_the_check_of_lines_sees_lost_letters_and_spaces_parted_words_and_a_comma_at_the_beginning():
    assert not wrong_lines("one two 上下，左", ["one two", "上下，", "左"])
    for lines, fault in (
        (["one two", "上下，"], "letters"),
        (["onetwo", "上下，左"], "spaces"),
        (["one", "t", "wo 上下，左"], "a word is parted"),
        (["one two 上下", "，左"], "a comma begins a line"),
    ):
        assert wrong_lines("one two 上下，左", lines) == fault

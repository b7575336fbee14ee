"""How labels are asked for, and what the label of the step says."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

import convanim as ca
from convanim.labels import LABELS, labels_of
from helpers.cases import PLANAR
from helpers.refusals import refusal
from oracle.labels import label_lines


def test_all_means_the_same_however_it_is_written():
    many = ca.Conv((1, 2), 1, in_channels=2)
    for written in ("ALL", " all"):
        assert ca.animate(many, labels=written).scene == ca.animate(many, labels="all").scene


def test_any_iterable_of_names_will_do():
    expected = ca.animate(ca.Conv(3, 2), labels=["title", "step"]).scene
    for given in (
        ("step", "title"),
        {"title": 1, "step": 2},
        (name for name in ["step", "title"]),
        "step,title",
        np.array(["title", "step"]),
    ):
        assert ca.animate(ca.Conv(3, 2), labels=given).scene == expected


@pytest.mark.parametrize(("lang", "said_of_it"), [("en", "step {} of {}"), ("zh", "第 {} 步，共 {} 步")])
def test_every_step_says_which_it_is(lang, said_of_it):
    for view, op in itertools.product(
        PLANAR,
        [ca.Conv((5, 4), 3, padding=1), ca.Conv((7,), 2), ca.AdaptivePool(1, 1), ca.ConvTranspose(3, 3, stride=3)],
    ):
        a = ca.animate(op, view=view, labels="step", lang=lang)
        assert [label_lines(a, n) for n in range(len(a))] == [
            [said_of_it.format(n + 1, math.prod(op.output_size))] for n in range(len(a))
        ]


def test_labels_are_given_as_all_none_a_list_or_names_with_commas_and_stand_in_one_order():
    names = tuple(LABELS)
    assert names == ("title", "parameters", "formula", "sizes", "step", "sum", "legend")
    assert labels_of("all") == labels_of(" ALL ") == labels_of(["all"]) == labels_of(list(names)) == names
    assert labels_of(reversed(names)) == labels_of(",".join(names)) == names
    assert labels_of("none") == labels_of([]) == labels_of(()) == ()
    assert (
        labels_of("step,title")
        == labels_of(["title", "step", "title"])
        == labels_of(" title , step ")
        == labels_of({"step", "title"})
        == ("title", "step")
    )
    assert labels_of("sum") == labels_of(("sum",)) == ("sum",)


WRONG = [
    "legnd",
    "title,legnd",
    ["title", "legnd"],
    ["title", 3],
    ["title", "all"],
    ["ALL", "none"],
    "theme,title",
    ["Theme", "title"],
    ["theme", "theme"],
    "",
    "title,,step",
    3,
    True,
    [None],
    [["title"]],
    {"legend": 1, "x": 2},
]


@pytest.mark.parametrize("given", WRONG)
def test_a_label_that_there_is_not_is_refused_in_one_line_that_names_those_that_there_are(given):
    for refuse in (lambda: labels_of(given), lambda: ca.animate(ca.Conv(3, 2), labels=given)):
        text = refusal(refuse)
        assert all(name in text for name in LABELS)
        assert "legnd" not in str(given) or "did you mean 'legend'?" in text
    assert not re.search("unknown label '(theme|all|none)'", text, re.I), "animate has these words"
    assert ("stands alone" in text) == any(word in str(given).lower() for word in ("theme", "all", "none'"))


@pytest.mark.parametrize("word", ["all", "none", "theme"])
@pytest.mark.parametrize(
    "write", [str.upper, lambda word: f" {word} ", lambda word: [word], lambda word: iter((word,))]
)
@pytest.mark.parametrize("op", [ca.Conv(3, 2), ca.Conv(3, 2, in_channels=2)], ids=["symbols", "no symbols"])
def test_a_word_for_several_labels_means_the_same_in_a_list(word, write, op):
    one, other = (ca.animate(op, labels=labels, title="Mine", theme="clear") for labels in (word, write(word)))
    assert one.labelling.names == other.labelling.names and label_lines(one) == label_lines(other)


TITLE = "My layer"


@pytest.mark.parametrize("theme", ca.THEMES)
def test_a_given_title_is_drawn_with_the_labels_of_the_theme_unless_labels_are_given(theme):
    def lines(**options):
        return label_lines(ca.animate(ca.Conv(3, 2), theme=theme, **options))

    own = lines()
    assert lines(title=TITLE) == [TITLE, *own] and TITLE not in own
    assert lines(title=TITLE, labels="theme") == lines(labels=" Theme") == own
    assert lines(title=TITLE, labels="none") == lines(title=TITLE, labels=[]) == []
    assert lines(title=TITLE, labels=["step"]) == lines(labels=["step"])
    assert lines(title=TITLE, labels=["title"]) == [TITLE]
    assert lines(title=" \u200b ") == own, "there is nothing to see of it"


def test_a_title_in_a_table_is_drawn_and_one_given_later_goes_before_the_labels_of_the_table(tmp_path):
    bodies = {"plain": "", "theme": 'labels = ["theme"]', "listed": 'labels = ["step"]', "none": 'labels = "none"'}
    text = "".join(
        f'[{name}]\noperation = "conv"\ninput_size = 3\nkernel_size = 2\ntitle = "{TITLE}"\n{body}\n\n'
        f'[{name}_like]\nlike = "{name}"\ntitle = "Another"\n\n'
        for name, body in bodies.items()
    )
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    step = "step 1 of 4"
    own = {"plain": [TITLE], "theme": [], "listed": [step], "none": []}
    assert {name: label_lines(ca.figure(name, path)) for name in bodies} == own
    later = {"plain": ["Another"], "theme": ["Another"], "listed": ["Another", step], "none": ["Another"]}
    assert {name: label_lines(ca.figure(name, path, title="Another")) for name in bodies} == later
    assert {name: label_lines(ca.figure(f"{name}_like", path)) for name in bodies} == later
    assert label_lines(ca.figure("listed", path, title="Another", labels="none")) == []
    assert label_lines(ca.figure("dilation")) == [] and label_lines(ca.figure("dilation", title="Mine")) == ["Mine"]


def test_wrong_labels_of_a_table_are_refused_with_its_name_whatever_title_is_given(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[a]\noperation = "conv"\ninput_size = 3\nkernel_size = 2\nlabels = ["stp"]\n', encoding="utf-8")
    for title in ({}, {"title": "Mine"}):
        text = refusal(lambda title=title: ca.figure("a", path, **title))
        assert "mine.toml, figure 'a'" in text and "did you mean 'step'?" in text


def test_the_labels_of_a_theme_can_not_be_those_of_a_theme():
    assert "theme" in refusal(lambda: ca.animate(ca.Conv(3, 2), theme={"labels": ["theme"]}))

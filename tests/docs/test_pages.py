"""The documentation's pages: their examples run as printed, and two computations agree on each number in an answer."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import convanim as ca
from helpers.documents import blocks, run
from helpers.processes import ROOT

pytestmark = pytest.mark.places

DOCS = ROOT / "docs"
PAGES = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
# the recipes of the architecture have a test of their own
EXAMPLES = {name: blocks(text) for name, text in PAGES.items() if name != "architecture.md" and blocks(text)}
DROPDOWN = re.compile(r"^:::\{dropdown\}[^\n]*\n(.*?)^:::$", re.M | re.S)
CHECK = re.compile(r"^% check (.+?) \| (.+)$", re.M)
COURSE = {name: text for name, text in PAGES.items() if DROPDOWN.search(text)}


# files that the examples of a page must write
WRITTEN = {
    "start.md": ["first.gif", "wide.svg", "figure.pdf"],
    "shell.md": ["x.svg", "out/padding_strides.gif", "stack.svg", "frames/000.png", "steps.pdf"],
    "python.md": ["laplace.svg", "wide.gif", "line.svg"],
    "formats.md": ["slow.gif", "grid.png"],
    "views.md": ["matrix.svg", "stamps.gif", "two_layers.svg"],
    "looks.md": ["clear.svg", "chinese.gif", "mine.gif", "orange.svg"],
    "places.md": ["large.gif", "column.pdf", "slide.mp4"],
    "collections.md": ["mine/halve.svg", "out/sharpen.svg"],
    "howto.md": ["column.pdf", "blog.gif", "mine/halve.svg"],
}


def written(value: object) -> str:
    """A result as an answer writes it: "3x3" for a size, "1 4 10" for a row, "2,336" for a number."""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    values = np.asarray(value).ravel()
    return " ".join(f"{int(one):,}" if one == int(one) else f"{one:g}" for one in values)


def wrong(answer: str) -> list[str]:
    """The faults of an answer: a result in bold that no check has, or that one of its two computations denies."""
    checks, bold = CHECK.findall(answer), re.findall(r"\*\*(.+?)\*\*", answer)
    faults = [] if checks and len(checks) == len(bold) else [f"{len(bold)} results, {len(checks)} checks"]
    for result, expressions in zip(bold, checks, strict=False):
        values = [written(eval(one, {"ca": ca, "np": np})) for one in expressions]
        faults += [f"{result} is {value}" for value in values if value != result]
    return faults


def test_the_pages_have_examples_and_questions() -> None:
    assert {*WRITTEN} <= {*EXAMPLES} and sum(map(len, EXAMPLES.values())) >= 30
    assert sum(len(DROPDOWN.findall(text)) for text in COURSE.values()) >= 10


@pytest.mark.parametrize("page", EXAMPLES)
def test_every_example_of_a_page_runs_as_printed_one_after_the_other(page: str, tmp_path: Path) -> None:
    for kind, text in EXAMPLES[page]:
        done = run(kind, text, tmp_path)
        assert done.returncode == 0, f"{text}\n{done.stderr}"
    for name in WRITTEN.get(page, []):
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize(("kind", "text"), [("python", "assert False"), ("sh", "convanim draw conv -i 1 -k 2\ntrue")])
def test_an_example_that_fails_is_noticed(kind: str, text: str, tmp_path: Path) -> None:
    assert run(kind, text, tmp_path).returncode != 0


@pytest.mark.parametrize("page", COURSE)
def test_convanim_and_an_independent_computation_agree_with_every_answer_of_a_page(page: str) -> None:
    for answer in DROPDOWN.findall(COURSE[page]):
        assert not wrong(answer), answer


@pytest.mark.parametrize(
    "answer",
    [
        "**3x3**.",
        "% check (3, 3) | (3, 4)\n**3x3**.",
        "% check (3, 4) | (3, 3)\n**3x3**.",
        "% check 3 | 3\n**3** or **4**.",
        "% check 2336 | 2336\n**2336**.",
    ],
)
def test_a_wrong_answer_and_one_without_a_check_are_noticed(answer: str) -> None:
    assert wrong(answer)
    assert not wrong("% check (3, 3) | (1 + 2,) * 2\n**3x3**.\n% check 2336 | 2336\n**2,336**.")


FIGURE = re.compile(r"^```\{convanim\} .+$", re.M)
NUMBER = re.compile(r"\d+(?:[.,x]\d+)*")
ENGLISH = sorted(name for name in PAGES if name.startswith("course/"))


def numbers(text: str) -> Counter[str]:
    """The numbers that a reader sees."""
    return Counter(NUMBER.findall(re.sub(r"^%.*$", "", text, flags=re.M)))


def test_the_course_has_the_same_pages_in_both_languages() -> None:
    assert [name.replace("zh/", "course/") for name in sorted(PAGES) if name.startswith("zh/")] == ENGLISH
    assert [name for name in ENGLISH if name not in COURSE] == ["course/index.md"]
    contents = [re.findall(r"^[a-z_]+$", PAGES[f"{folder}/index.md"], re.M) for folder in ("course", "zh")]
    assert contents[0] == contents[1] and sorted(f"course/{name}.md" for name in contents[0]) == [
        name for name in ENGLISH if name in COURSE
    ]


@pytest.mark.parametrize("page", [name for name in ENGLISH if name in COURSE])
def test_a_page_in_chinese_has_the_figures_questions_and_numbers_of_the_page_in_english(page: str) -> None:
    english, chinese = PAGES[page], PAGES[page.replace("course/", "zh/")]
    for found in (CHECK, re.compile(r"\*\*(.+?)\*\*"), FIGURE):
        assert found.findall(english) == found.findall(chinese) != []
    assert len(DROPDOWN.findall(english)) == len(DROPDOWN.findall(chinese))
    assert len(re.findall(r"^#", english, re.M)) == len(re.findall(r"^#", chinese, re.M))
    assert numbers(english) == numbers(chinese)
    assert chinese.count(":lang: zh\n") == chinese.count("```{convanim}")


def test_a_number_that_differs_is_noticed() -> None:
    assert numbers("3x3, 2,336 and 9\n% check 4 | 4") == Counter(["3x3", "2,336", "9"]) != numbers("3x3 2,337 9")

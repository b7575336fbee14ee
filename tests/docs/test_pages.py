"""The documentation's pages: their examples run as printed, and two computations agree on each number in an answer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import convanim as ca
from helpers.processes import ROOT, child_environment

pytestmark = pytest.mark.places

DOCS = ROOT / "docs"
PAGES = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
EXAMPLE = re.compile(r"^```(python|sh)\n(.*?)^```", re.M | re.S)
# the recipes of the architecture have a test of their own
EXAMPLES = {
    name: EXAMPLE.findall(text) for name, text in PAGES.items() if name != "architecture.md" and EXAMPLE.search(text)
}
DROPDOWN = re.compile(r"^:::\{dropdown\}[^\n]*\n(.*?)^:::$", re.M | re.S)
CHECK = re.compile(r"^% check (.+?) \| (.+)$", re.M)
COURSE = {name: text for name, text in PAGES.items() if DROPDOWN.search(text)}


def run(kind: str, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A block as a reader runs it, with `convanim` on the path; a shell stops at the first failure."""
    tools = folder / ".bin"
    tools.mkdir(exist_ok=True)
    script = tools / "convanim"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m convanim "$@"\n')
    script.chmod(0o755)
    environment = child_environment(PATH=f"{tools}{os.pathsep}{os.environ['PATH']}")
    command = [sys.executable, "-c", text] if kind == "python" else ["sh", "-ec", text]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


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
    assert "start.md" in EXAMPLES and sum(len(DROPDOWN.findall(text)) for text in COURSE.values()) >= 10


@pytest.mark.parametrize("page", EXAMPLES)
def test_every_example_of_a_page_runs_as_printed_one_after_the_other(page: str, tmp_path: Path) -> None:
    for kind, text in EXAMPLES[page]:
        done = run(kind, text, tmp_path)
        assert done.returncode == 0, f"{text}\n{done.stderr}"


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


@pytest.mark.parametrize("page", [name for name in COURSE if name.startswith("zh/")])
def test_a_page_in_chinese_has_the_checks_the_results_and_the_figures_of_the_page_in_english(page: str) -> None:
    english, chinese = COURSE[page.replace("zh/", "course/")], COURSE[page]
    for found in (CHECK, re.compile(r"\*\*(.+?)\*\*"), re.compile(r"^```\{convanim\} .+$", re.M)):
        assert found.findall(english) == found.findall(chinese) != []
    assert chinese.count(":lang: zh\n") == chinese.count("```{convanim}")

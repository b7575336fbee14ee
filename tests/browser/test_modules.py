"""The modules of the player and of the gallery's page, in Node's own test runner; and Python typesets as they do."""

from __future__ import annotations

import html
import json
import random
import re
from pathlib import Path

import pytest

import convanim as ca
from convanim.write.html import _typeset
from helpers.processes import node

JS = Path(__file__).parent / "js"
LEAST = 50  # tests that Node must find


def reported(*files):
    """Node's tests of some files: the process, and the numbers at the end of its report, by their names."""
    done = node("--test", "--test-reporter=tap", *files)
    return done, {name: int(count) for name, count in re.findall(r"^# (\w+) (\d+)$", done.stdout, re.MULTILINE)}


def test_the_tests_of_the_modules_pass():
    done, counts = reported(*sorted(JS.glob("*.test.mjs")))
    assert done.returncode == 0, done.stdout + done.stderr
    assert counts["tests"] == counts["pass"] >= LEAST
    print(f"\n{counts['pass']} tests in Node")


def test_a_test_that_fails_is_seen(tmp_path):
    fails = tmp_path / "fails.test.mjs"
    fails.write_text("import { test } from 'node:test';\ntest('no', () => { throw new Error('told'); });\n")
    done, counts = reported(fails)
    assert done.returncode and counts["fail"] == 1 and "told" in done.stdout


def texts():
    """Real sums, and random texts of all that could be taken for something else."""
    figures = [figure.animate() for figure in ca.figures().values()]
    sums = [a.equation(step) for a in figures for step in {0, len(a) - 1, a.poster}]
    signs = [*"𝑎𝑔𝑖𝑤𝑥𝑦𝑧₀₁₅₉,, .·+=()[]<>&\"'`${}\\x0𝑨𝐱ℎ²₊ₐ…−\n", "<b>", "&amp;", "</script>", "\u2028", "\u202e"]
    draw = random.Random(1)
    return [*sums, *("".join(draw.choices(signs, k=draw.randrange(12))) for _ in range(5000))]


def test_python_and_the_page_typeset_every_text_alike():
    given = texts()
    done = node(JS / "pieces.mjs", given=json.dumps(given))
    assert done.returncode == 0, done.stderr
    marked = 0
    for text, pieces in zip(given, json.loads(done.stdout), strict=True):
        written = "".join(f"<{tag}>{inside}</{tag}>" if tag else html.escape(inside) for tag, inside in pieces)
        assert written == _typeset(text), text
        marked += "<i>" in written and "<sub>" in written
    assert marked > 500, "most texts have letters and indices"


@pytest.mark.parametrize("symbols", [True, False])
def test_the_sum_in_the_page_is_the_one_that_python_wrote(symbols, opened, tmp_path):
    a = ca.animate(ca.Conv(12, 3), symbols=symbols, seed=None if symbols else 1)
    path = a.save(tmp_path / "x.html")[0]
    sums = [opened(path, calm=True, script=script).locator("[data-part=sum]").inner_html() for script in (True, False)]
    assert sums[0] == sums[1] and ("<i>" in sums[0]) == symbols

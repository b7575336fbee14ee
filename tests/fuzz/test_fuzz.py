"""The fuzzer itself: each rule is seen to be broken, a planted fault is found, and shrunk to the smallest case."""

from __future__ import annotations

import contextlib
import importlib
import subprocess
import sys
import time

import pytest

pytest.importorskip("hypothesis", reason="make setup installs it")

from hypothesis import strategies as st

import convanim as ca
from fuzz import child
from fuzz.__main__ import KINDS, Hunt, hunt
from fuzz.case import Case
from fuzz.child import Finding, verdict
from helpers.processes import ROOT, child_environment

LATER = time.monotonic() + 10**6
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux'")


def drawn(kind, seed, count):
    """The cases of a kind, with nothing wrong in them."""
    cases = []
    hunt(importlib.import_module(f"fuzz.{kind}").cases(), seed, count, Hunt((), LATER, judge=cases.append))
    return cases


@pytest.mark.parametrize(
    "code", ["ca.Conv(5, 3).output_size", "ca.animate(ca.Conv(3, 2)).save('x.svg')", "ca.Conv(0, 3)"]
)
def test_what_is_right_or_refused_in_one_line_breaks_no_rule(code):
    assert verdict(Case(code)) is None


BROKEN = {
    "KeyError in <case>": "{}['x']",
    "SystemExit in <case>": "raise SystemExit(3)",
    "UserWarning in <case>": "import warnings; warnings.warn('x')",
    "a message that is too short": "raise ca.ConvanimError('no')",
    "a message that isn't one line": "error = ca.ConvanimError('x' * 20); error.args = ('x\\n' * 20,); raise error",
    "standard error": "import sys; print('hello', file=sys.stderr)",
    "left in the temporary folder": "import tempfile; tempfile.mkstemp()",
    "a refused call left a file": "Path('x.txt').write_text('x' * 30); ca.Conv(0, 3)",
    "half a file: .svg": "Path('x.svg').write_text('<svg>' + 'x' * 30)",
    "MemoryError": "x = bytearray(100 << 30)",
    "exit 3": "import os; os._exit(3)",
}


@pytest.mark.parametrize("signature", BROKEN)
def test_each_rule_is_seen_to_be_broken(signature):
    found = verdict(Case(BROKEN[signature]))
    assert found and found.signature.startswith(signature), found


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        ("SIGXCPU", "ca.receptive_field([ca.AdaptivePool(300, 300)] * 9000)"),  # all its seconds are in geometry
        ("SIGABRT", "import signal; signal.pause()"),
    ],
)
def test_what_takes_too_long_is_ended_and_seen(signature, code, monkeypatch):
    monkeypatch.setattr(child, "CPU_SECONDS", 1)
    monkeypatch.setattr(child, "WALL_SECONDS", 2 if signature == "SIGABRT" else 600)
    found = verdict(Case(code))
    assert found and found.signature.startswith(signature), found
    if signature == "SIGXCPU":
        assert "geometry" in found.signature, "where it was"


def test_a_fault_is_shrunk_to_the_smallest_case_and_a_known_one_is_passed_over():
    def judge(case):
        number = int(case.code)
        return Finding("large" if number < 5000 else "huge", str(number)) if number >= 1000 else None

    strategy = st.integers(0, 10**6).map(lambda number: Case(str(number)))
    for known, wanted in (({"large"}, ("huge", "5000")), ({"huge"}, ("large", "1000"))):
        one = hunt(strategy, 1, 500, Hunt(known, LATER, judge=judge))
        assert (one.found.signature, one.found.detail) == wanted and one.case.code == one.found.detail
    assert hunt(strategy, 1, 200, Hunt({"huge", "large"}, LATER, judge=judge)).found is None


def test_nothing_is_drawn_after_the_end():
    assert hunt(st.just(Case("1")), 1, 200, Hunt((), time.monotonic() - 1)).count == 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("models", "modules")])
def test_a_seed_draws_the_same_cases_again_and_each_is_a_program(kind):
    cases = drawn(kind, 7, 12)
    assert [case.text for case in cases] == [case.text for case in drawn(kind, 7, 12)]
    assert [case.text for case in cases] != [case.text for case in drawn(kind, 8, 12)]
    for case in cases:
        compile(case.text, "<case>", "exec")


def test_a_wrong_number_is_found_and_shrunk(monkeypatch):
    computed = importlib.import_module("convanim.numeric.exact")
    right = computed.divisors
    monkeypatch.setattr(computed, "divisors", lambda op: [n * (1 if op.weighted else 2) for n in right(op)])

    def judge(case):
        try:
            with contextlib.suppress(ca.ConvanimError):
                exec(case.program, {})
        except AssertionError as error:
            return Finding("wrong", str(error))

    found = hunt(importlib.import_module("fuzz.exact").cases(), 3, 30, Hunt((), LATER, judge=judge))
    assert found.found and "average" in found.case.code


def test_a_printed_case_runs_by_itself(tmp_path):
    case = Case(
        "run('render', 'x.toml', '-f', 'svg')\nraise SystemExit(len(Path('x.toml').read_bytes()) + 40)",
        {"x.toml": b"\xff"},
    )
    done = subprocess.run(
        [sys.executable, "-c", case.text],
        cwd=tmp_path,
        env=child_environment(PYTHONPATH=f"{ROOT}:{ROOT / 'tests'}"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 41, done.stderr

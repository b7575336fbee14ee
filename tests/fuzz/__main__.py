"""`python -m fuzz --seed 0 --seconds 60`: draw cases of each kind until the time or the count is over.

The same seed and count draw the same cases. Each fault is printed once, as the shortest program that Hypothesis finds;
the status is 1 if there is one.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from zlib import crc32

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from .case import Case
from .child import Finding, verdict

KINDS = {
    "calls": "Python calls",
    "tables": "TOML files",
    "words": "command lines",
    "arrays": "files of numbers",
    "models": "ONNX files",
    "modules": "PyTorch models",
    "requests": "HTTP requests",
    "exact": "numbers",
}
# the first case of a kind, which imports what the others need, once for all of them
FIRST = {
    "models": "from onnx import helper, reference, shape_inference",
    "modules": "torch.set_num_threads(1)\nca.from_torch(torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1)), 2)",
    "words": "import convanim.cli",
    "arrays": "import convanim.cli, convanim.numeric.files",
    "requests": "import convanim.publish.server",
}
FIGURE = "a = ca.animate(ca.Conv(3, 2), theme='clear', labels='all', dpi=20)\na.frame(0), a.svg(0), ca.figures()"
ROUND = 60  # cases, of which one fault is shrunk
SHRINKING = 90.0  # seconds for one finding


class Broken(Exception):
    """A case that breaks a rule, for Hypothesis to make smaller."""


@dataclass
class Hunt:
    """One round of cases: the first fault that isn't known yet is shrunk."""

    known: Collection[str]
    end: float  # of drawing, on the clock of time.monotonic
    judge: Callable[[Case], Finding | None] = verdict
    found: Finding | None = None
    case: Case | None = None
    count: int = 0
    judged: dict[str, Finding | None] = field(default_factory=dict)
    shrunk_by: float = 0.0

    def look(self, case: Case) -> None:
        """Judge a case; raises Broken for the fault of this round."""
        finding = self._of(case)
        if finding is None or finding.signature in self.known:
            return
        if self.found is None:
            self.found, self.shrunk_by = finding, time.monotonic() + SHRINKING
        if finding.signature == self.found.signature:
            self.found, self.case = finding, case
            raise Broken(finding.signature)

    def _of(self, case: Case) -> Finding | None:
        key = case.text
        if key not in self.judged:
            over = time.monotonic() > (self.shrunk_by if self.found else self.end)
            if over:  # what is known already is still said, since Hypothesis asks again
                return None
            self.count += 1
            self.judged[key] = self.judge(case)
        return self.judged[key]


def hunt(strategy: st.SearchStrategy[Case], number: int, cases: int, one: Hunt) -> Hunt:
    """Draw so many cases from a seed; the hunt then has the shrunk fault, if there was one."""

    @seeded(number)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(strategy)
    def look(case: Case) -> None:
        one.look(case)

    with suppress(Broken):
        look()
    return one


def main() -> int:
    """Hunt for one kind of case, or for all of them at the same time, in a process for each."""
    given = _arguments()
    if given.only:
        return _hunt_for(given.only, given.seed, given.seconds, given.count)
    shared = ["--seed", str(given.seed), "--seconds", str(given.seconds), "--count", str(-(-given.count // len(KINDS)))]
    command = [sys.executable, "-m", __package__, *shared, "--only"]
    running = [subprocess.Popen([*command, kind]) for kind in KINDS]
    return max(map(abs, [one.wait() for one in running]))


def _hunt_for(kind: str, seed: int, seconds: float, most: int) -> int:
    """Draw, print what is found, and count."""
    cases = import_module(f".{kind}", __package__).cases()
    _preload(FIRST.get(kind, "import PIL.Image"))
    end = time.monotonic() + seconds
    known: set[str] = set()
    count = turn = 0
    while time.monotonic() < end and count < most:
        number = crc32(f"{seed} {kind} {turn}".encode())
        one = hunt(cases, number, min(ROUND, most - count), Hunt(known, end))
        count, turn = count + max(one.count, 1), turn + 1
        if one.found and one.case:
            known.add(one.found.signature)
            print(f"--- {one.found.signature}\n{one.found.detail.strip()}\n\n{one.case.text}\n", flush=True)
    print(f"seed {seed}: {count} {KINDS[kind]}, {len(known)} faults", flush=True)
    return 1 if known else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=10**9, help="cases at most")
    parser.add_argument("--only", choices=KINDS)
    return parser.parse_args()


def _preload(first: str) -> None:
    for code in (FIGURE, first):
        try:
            exec(Case(code).program, {})
        except ImportError as error:
            print(f"{error}: these cases are refused for that")
    gc.freeze()  # a child needn't look at what is here already


if __name__ == "__main__":
    sys.exit(main())

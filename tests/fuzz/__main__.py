"""`python -m fuzz --seed 0 --seconds 60`: draw cases, kind after kind, until the time or the count is over.

The same seed and count draw the same cases. Each fault is printed once, as the shortest program that Hypothesis finds;
the status is 1 if there is one.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
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
    "models": "ONNX files",
    "requests": "HTTP requests",
    "exact": "numbers",
}
ROUND = 40  # cases of a kind before the next kind's turn
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
    """Draw, print what is found, and count."""
    given = _arguments()
    kinds = {name: import_module(f".{name}", __package__).cases() for name in given.only or KINDS}
    _preload()
    end = time.monotonic() + given.seconds
    known: dict[str, Case] = {}
    counts: Counter[str] = Counter()
    turn = 0
    while time.monotonic() < end and sum(counts.values()) < given.count:
        for name, strategy in kinds.items():
            left = min(ROUND, given.count - sum(counts.values()))
            if left > 0 and time.monotonic() < end:
                number = crc32(f"{given.seed} {name} {turn}".encode())
                one = hunt(strategy, number, left, Hunt({*known}, end))
                counts[name] += one.count
                if one.found and one.case:
                    known[one.found.signature] = one.case
                    _say(one.found, one.case)
        turn += 1
    drawn = ", ".join(f"{counts[name]} {KINDS[name]}" for name in kinds)
    print(f"seed {given.seed}: {drawn}; {len(known)} faults")
    return 1 if known else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=10**9, help="cases at most")
    parser.add_argument("--only", action="append", choices=KINDS)
    return parser.parse_args()


def _preload() -> None:
    """Import what cases need, once for all of them."""
    import convanim as ca

    a = ca.animate(ca.Conv(3, 2), theme="clear", labels="all", dpi=20)
    a.frame(0)
    a.svg(0)
    ca.figures()
    for name in ("convanim.cli", "convanim.publish.server", "PIL.Image", "torch", "onnx"):
        try:
            import_module(name)
        except ImportError:
            print(f"{name} is not installed: some cases are refused for that")


def _say(finding: Finding, case: Case) -> None:
    print(f"--- {finding.signature}\n{finding.detail.strip()}\n\n{case.text}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())

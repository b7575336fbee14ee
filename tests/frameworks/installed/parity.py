"""Compares convanim with a framework on random configurations, and prints what differs as a program, made as small as
it gets.

    python tests/frameworks/installed/parity.py torch --seed 7 --count 3000

`make test-frameworks SEED=7 COUNT=3000` does the same for all four.
"""

from __future__ import annotations

import argparse
import importlib
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from cases import KINDS, Case, Config
from draws import features
from faults import FAULTS, Fault, Finding
from shrink import shrunk

from convanim import AdaptivePool, Conv, ConvanimError, ConvTranspose, Pool, evaluate

FRAMEWORKS = ("torch", "keras", "onnx", "jax")
# what a user types, with the framework's words and defaults; numpy and scipy have no layers, so all of theirs is typed
TYPED = ("torch_typed", "keras_typed", "onnx_typed", "jax_typed", "numpy_typed")
# relative and absolute: the values are such that sums are exact, so only divisions and roots need any; onnxruntime
# computes in float32
TOLERANCE = {"onnxruntime": 1e-5}
OTHERS_TOLERANCE = 1e-9
OURS = {"AdaptivePool": AdaptivePool, "Conv": Conv, "ConvTranspose": ConvTranspose, "Pool": Pool, "np": np}
BUGS = (NameError, SyntaxError, AttributeError, ImportError)  # of the lines that we write, and no refusal


@dataclass(frozen=True)
class Refused:
    """What stands for a result where there is none: the reason."""

    reason: str


Result = np.ndarray | Refused


@dataclass
class Report:
    """What a run counted, and its counter-examples."""

    agreed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faulty: int = 0  # configurations where no judge agrees, and a documented fault explains each difference
    faults: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Take in what another run counted."""
        self.faulty += other.faulty
        self.differences += other.differences
        for name in ("agreed", "refused", "faults", "features"):
            getattr(self, name).update(getattr(other, name))


def framework(name: str) -> ModuleType:
    """The file of a framework, made ready: `JUDGES` names each way in which it computes, `NAMES` has what each one's
    lines know.
    """
    module = imported(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module.prepare()
        module.JUDGES = getattr(module, "JUDGES", {module.NAME: getattr(module, "SETUP", "")})
        module.NAMES = {}
        for judge, setup in module.JUDGES.items():
            module.NAMES[judge] = {"np": np}
            exec(setup, module.NAMES[judge])
    return module


def imported(name: str) -> Any:
    """The file of a framework; for what a user types, with the draws and cases of typed_*.py."""
    if name not in TYPED:
        return importlib.import_module(f"cases_{name}")
    base = name.removesuffix("_typed")
    module = SimpleNamespace(**(vars(importlib.import_module(f"cases_{base}")) if base in FRAMEWORKS else {}))
    for word, value in vars(importlib.import_module(f"typed_{base}")).items():
        setattr(module, word, value)
    if not hasattr(module, "JUDGES"):  # faults are told apart by their judges, whose names stay
        module.JUDGES = {module.NAME: module.SETUP}
    module.NAME = f"{module.NAME}, typed"
    return module


def configuration(module: ModuleType, seed: int, index: int) -> Config:
    """Configuration `index` of a seed: the same one whatever else is drawn."""
    return module.draw(random.Random(f"{module.NAME} {seed} {index}"))


def ours(case: Case, arrays: dict[str, np.ndarray]) -> Result:
    """What convanim computes; its output must have the size that it announces."""
    try:
        op = understood(case)
        value = evaluate(op, *arrays.values())
    except ConvanimError as error:
        return Refused(str(error))
    assert value.shape[1:] == op.output_size, (
        f"{case.operation}: output_size is {op.output_size}, and the output has {value.shape[1:]}"
    )
    return value


def understood(case: Case) -> Any:
    """The operation as it was typed; where a word of it is refused, as the refusal says how to write it."""
    try:
        return eval(case.operation, OURS)
    except ConvanimError as error:
        if case.instead and case.says in str(error):
            return eval(case.instead, OURS)
        raise


def compute(
    names: dict[str, Any],
    cases: Sequence[Case],
    arrays: Sequence[dict[str, np.ndarray]],
    refusals: tuple[type[Exception], ...],
) -> list[Any]:
    """What each case's lines give, or what they raise."""
    results: list[Any] = []
    for case, given in zip(cases, arrays, strict=True):
        known = {**names, **given}
        try:
            exec(case.theirs, known)
            results.append(known["theirs"])
        except BUGS:
            raise
        except refusals as error:
            results.append(error)
    return results


def theirs(
    module: ModuleType, judge: str, cases: Sequence[Case], arrays: Sequence[dict[str, np.ndarray]]
) -> list[Result]:
    """What the framework computes. An output without cells counts as a refusal: convanim draws no figure of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a framework warns about is its own matter here
        together = getattr(module, "compute", None)
        values = (
            together(module.NAMES[judge], cases, arrays)
            if together
            else compute(module.NAMES[judge], cases, arrays, module.REFUSALS)
        )
    results: list[Result] = []
    for value in values:
        if isinstance(value, Exception):
            results.append(Refused(f"{type(value).__name__}: {value}"))
        else:
            array = np.asarray(value)
            results.append(array if array.size else Refused(f"empty output of shape {array.shape}"))
    return results


def difference(module: ModuleType, judge: str, mine: Result, other: Result) -> str | None:
    """How two results differ, in one line that begins with the sort of difference; None where they don't."""
    if isinstance(mine, Refused) and isinstance(other, Refused):
        reasons = getattr(module, "REASONS", [("", "")])
        if any(re.search(a, other.reason) and b in mine.reason for a, b in reasons):
            return None
        return f"reason: convanim says {mine.reason!r}, and {judge} {other.reason!r}"
    if isinstance(mine, Refused):
        return f"refused: by convanim alone ({mine.reason}), {judge} gives {other.shape}"
    if isinstance(other, Refused):
        return f"accepted: by convanim alone, {mine.shape}; {judge} says {other.reason}"
    if mine.shape != other.shape:
        return f"size: convanim's output is {mine.shape}, {judge}'s {other.shape}"
    tolerance = TOLERANCE.get(judge, OTHERS_TOLERANCE)
    same = np.isclose(mine, other, rtol=tolerance, atol=tolerance)
    return None if same.all() else f"values: {np.sum(~same)} of {mine.size} differ from {judge}'s"


@dataclass(frozen=True)
class Verdict:
    """What became of one configuration: our result, the judges that agree, the faults that explain a difference, and
    the differences left.
    """

    mine: Result
    agreeing: list[str]
    faults: list[Fault]
    left: dict[str, str]


def judged(module: ModuleType, config: Config, case: Case, mine: Result, results: dict[str, Result]) -> Verdict:
    """Compare our result with each judge's."""
    checking = getattr(module, "CHECKING", module.JUDGES) if isinstance(mine, Refused) else module.JUDGES
    found = {judge: difference(module, judge, mine, results[judge]) for judge in checking}
    agreeing = [judge for judge, line in found.items() if line is None]
    faults, left = [], {}
    for judge, line in found.items():
        if line is not None:
            one = Finding(judge, config, case, line, mine, results[judge], bool(agreeing))
            row = next((row for row in FAULTS if row.judge == judge and row.explains(one)), None)
            if row:
                faults.append(row)
            else:
                left[judge] = line
    return Verdict(mine, agreeing, faults, left)


def check(module: ModuleType, configs: Sequence[Config]) -> Iterator[Verdict]:
    """Compute configurations on both sides, and compare."""
    cases = [module.case(config) for config in configs]
    arrays = [case.drawn() for case in cases]
    others = {judge: theirs(module, judge, cases, arrays) for judge in module.JUDGES}
    for n, (config, case) in enumerate(zip(configs, cases, strict=True)):
        yield judged(
            module, config, case, ours(case, arrays[n]), {judge: results[n] for judge, results in others.items()}
        )


def counter_example(module: ModuleType, config: Config, judge: str, found: str) -> str:
    """A difference as text: what differs, and a program that shows it for the smallest configuration that fails in the
    same way.
    """
    sort = found.partition(":")[0]

    def fails(other: Config) -> bool:
        try:
            again = next(check(module, [other])).left.get(judge, "")
        except Exception:  # a configuration that has no meaning, or a crash, is another matter
            return False
        return again.partition(":")[0] == sort

    small = shrunk(config, fails)
    line = next(check(module, [small])).left.get(judge, found)
    return f"{line}\nconfiguration {small}\n\n{module.case(small).code(module.JUDGES[judge])}"


def verdicts(module: ModuleType, seed: int, indices: Sequence[int]) -> Iterator[tuple[int, Config, Verdict]]:
    """The verdict on each configuration, as many at a time as the framework likes."""
    size = getattr(module, "BATCH", 1)
    for start in range(0, len(indices), size):
        some = indices[start : start + size]
        configs = [configuration(module, seed, index) for index in some]
        yield from zip(some, configs, check(module, configs), strict=True)


def run(name: str, seed: int, indices: Sequence[int], most: int = 3) -> Report:
    """Compare these configurations of a seed; at most `most` counter-examples are worked out."""
    module, report = framework(name), Report()
    for index, config, verdict in verdicts(module, seed, indices):
        report.features.update(features(config))
        report.faults.update(row.name for row in verdict.faults)
        for judge, found in verdict.left.items():
            shown = counter_example(module, config, judge, found) if len(report.differences) < most else found
            report.differences.append(f"configuration {index} of seed {seed}: {shown}")
        if verdict.left:
            continue
        if isinstance(verdict.mine, Refused):
            report.refused[config["kind"]] += 1
        elif verdict.agreeing:
            report.agreed[config["kind"]] += 1
        else:
            report.faulty += 1
    return report


def table(reports: dict[str, Report]) -> list[str]:
    """The counts as a Markdown table, a column for each framework."""
    columns = list(reports.values())
    rows = {label: [report.agreed[kind] for report in columns] for kind, label in KINDS.items()}
    rows["Refused by both"] = [sum(report.refused.values()) for report in columns]
    rows["A documented fault of the framework"] = [report.faulty for report in columns]
    rows["Differences"] = [len(report.differences) for report in columns]
    names = [imported(name).NAME for name in reports]
    lines = [f"| layers | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    return [
        *lines,
        *(f"| {label} | {' | '.join(f'{n:,}' if n else '-' for n in row)} |" for label, row in rows.items()),
    ]


def page(reports: dict[str, Report], seed: int, count: int) -> str:
    """The part of the documentation that shows the counts: a table of what a framework computes, and one of what a
    user types.
    """
    drawn = f"{count:,} random layers for each framework, seed {seed}"
    text = f"<!-- `make measured` writes this file. -->\n\n{drawn}. The numbers are layers with the same result.\n\n"
    text += "\n".join(table({name: reports[name] for name in FRAMEWORKS}))
    text += "\n\nAs a user types them, with the framework's words, and its defaults left out:\n\n"
    return text + "\n".join(table({name: reports[name] for name in TYPED})) + "\n"


def details(reports: dict[str, Report]) -> list[str]:
    """What the table leaves out: the refusals of each kind, the faults with their links, and how often each thing was
    drawn.
    """
    lines = []
    links = {row.name: f"{row.judge}: {row.name}\n    {row.link}" for row in FAULTS}
    for name, report in reports.items():
        lines.append(f"{name}, refused by both: {listed(report.refused)}")
    for report in reports.values():
        lines += [f"{n:6,} x {links[fault]}" for fault, n in sorted(report.faults.items())]
    return [*lines, *(f"{name}, drawn: {listed(report.features)}" for name, report in reports.items())]


def listed(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {n:,}" for what, n in sorted(counts.items())) or "none"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare convanim with a framework on random configurations.")
    parser.add_argument("framework", choices=(*FRAMEWORKS, *TYPED))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--start", type=int, default=0, help="the index of the first configuration")
    given = parser.parse_args(arguments)
    report = run(given.framework, given.seed, range(given.start, given.start + given.count))
    reports = {given.framework: report}
    print("\n".join([*table(reports), "", *details(reports), *("\n" + one for one in report.differences)]))
    return bool(report.differences)


if __name__ == "__main__":
    sys.exit(main())

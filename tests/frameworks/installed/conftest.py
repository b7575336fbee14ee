"""`--seed` and `--count`, and the tables of what was compared, gathered from all workers."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest
from parity import FRAMEWORKS, TYPED, Report, details, page, table

os.environ.setdefault("KERAS_BACKEND", "torch")  # before a test imports Keras


def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=0, help="the seed of the random configurations")
    parser.addoption("--count", type=int, default=3000, help="how many configurations to compare with each framework")
    parser.addoption("--write", type=Path, help="the file to write with the tables for the documentation")


@pytest.fixture
def counted(record_property):
    """Hands a report to the process that prints the tables."""
    return lambda name, report: record_property(
        "parity", json.dumps([name, {field.name: getattr(report, field.name) for field in fields(report)}])
    )


def pytest_terminal_summary(terminalreporter, config):
    reports = {name: Report() for name in (*FRAMEWORKS, *TYPED)}
    for outcome in ("passed", "failed"):
        for test in terminalreporter.stats.get(outcome, ()):
            for key, value in getattr(test, "user_properties", ()):
                if key == "parity":
                    name, fields = json.loads(value)
                    one = Report(faulty=fields.pop("faulty"), differences=fields.pop("differences"))
                    one.add(Report(**{kind: Counter(counts) for kind, counts in fields.items()}))
                    reports[name].add(one)
    if (path := config.getoption("--write")) and all(report.features for report in reports.values()):
        path.write_text(page(reports, config.getoption("--seed"), config.getoption("--count")), encoding="utf-8")
    reports = {name: report for name, report in reports.items() if report.features}
    if reports:
        seed, count = config.getoption("--seed"), config.getoption("--count")
        terminalreporter.section(f"convanim and the frameworks: {count:,} random configurations each, seed {seed}")
        terminalreporter.write_line("\n".join([*details(reports), "", *table(reports)]))

"""The least versions of the libraries: those that `make test-oldest` installs are those that pyproject.toml allows."""

from __future__ import annotations

import re
import tomllib

from helpers.processes import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ELSEWHERE = {"dask", "remote"}  # extras whose tests are those of `make test-cluster`, with the newest versions


def least_allowed():
    """The least version of each library of the package and its extras, as numbers."""
    extras = [row for name, rows in PROJECT["optional-dependencies"].items() if name not in ELSEWHERE for row in rows]
    rows = [re.fullmatch(r"([\w-]+)>=([\d.]+)", row) for row in [*PROJECT["dependencies"], *extras]]
    return {row[1].lower(): numbers(row[2]) for row in rows}


def pinned():
    """The versions that are installed."""
    text = (ROOT / "tests" / "oldest" / "constraints.txt").read_text(encoding="utf-8")
    return {name.lower(): numbers(version) for name, version in re.findall(r"^([\w-]+)==([\d.]+)$", text, re.M)}


def numbers(version):
    """(8, 1) for 8.1 and for 8.1.0."""
    parts = [int(part) for part in version.split(".")]
    while parts[-1] == 0 and len(parts) > 1:
        parts.pop()
    return tuple(parts)


def test_the_oldest_versions_that_are_tested_are_the_least_that_are_allowed():
    assert len(least_allowed()) >= 7
    assert least_allowed().items() <= pinned().items()
    assert numbers("8.1.0") == numbers("8.1") != numbers("8.2")

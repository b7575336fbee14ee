"""The fixtures of all tests, and which tests run when nobody asks for others."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    """Leave out the tests marked `places`, unless -m says which run or a path below tests/ asks for them."""
    paths = [Path(config.invocation_params.dir, arg.split("::")[0]).resolve() for arg in config.args]
    if config.option.markexpr or any(TESTS in path.parents for path in paths):
        return
    left_out = [item for item in items if item.get_closest_marker("places")]
    items[:] = [item for item in items if not item.get_closest_marker("places")]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def command(monkeypatch, capfd, tmp_path):
    """Run the command line in an empty folder, errors handled as by the program: (exit status, output, errors)."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        from convanim.cli import main

        monkeypatch.setattr(sys, "argv", ["convanim", *map(str, words)])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        out, err = capfd.readouterr()
        return status, out, err

    return run

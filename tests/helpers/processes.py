"""Where the repository is, and the package in a process of its own: what all suites share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python(*args, cwd=None, **environment):
    """Run Python with these arguments, with the package importable from any folder."""
    return subprocess.run(
        [sys.executable, *map(str, args)], cwd=cwd, env=child_environment(**environment), capture_output=True, text=True
    )


def child_environment(**changed):
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, **changed}


def node(*arguments, given=None):
    """What Node does: the process, with its output as text."""
    program = shutil.which("node")
    assert program, "no Node: install the package nodejs"
    return subprocess.run(
        [program, *map(str, arguments)], input=given, capture_output=True, encoding="utf-8", timeout=600
    )

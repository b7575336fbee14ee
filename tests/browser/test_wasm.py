"""Python compiled to WebAssembly draws vector figures byte for byte as this Python does, without any library."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from helpers.processes import ROOT, node
from helpers.vector_figures import drawn

PYODIDE = Path(sys.prefix) / "node_modules/pyodide/pyodide.mjs"
ROUNDS = 8
LEAST = 400  # figures


@pytest.fixture(scope="module")
def webassembly():
    assert PYODIDE.exists(), "no Pyodide: make test-browser installs it"
    done = node(Path(__file__).with_name("wasm.mjs"), PYODIDE, ROOT, ROUNDS)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_every_view_theme_language_and_vector_format_is_the_same_under_webassembly(webassembly, tmp_path):
    figures = webassembly["figures"]
    assert drawn(tmp_path, ROUNDS) == figures
    assert sum(not value.startswith("refused") for value in figures.values()) >= LEAST


def test_it_was_another_python_and_had_no_library(webassembly):
    assert webassembly["platform"] == "emscripten" != sys.platform
    assert not webassembly["libraries"]

"""Vector figures need the standard library alone, and are byte for byte what they are beside the libraries."""

from __future__ import annotations

import json

import pytest

from helpers.processes import ROOT, python
from helpers.vector_figures import FORMATS, HEAVY, drawn

BLOCK = "import sys; from helpers.vector_figures import HEAVY, Blocked; sys.meta_path.insert(0, Blocked(HEAVY));"


@pytest.fixture(scope="module")
def without():
    run = python("-m", "helpers.vector_figures", *HEAVY, cwd=ROOT / "tests")
    assert not run.stderr, run.stderr[-2000:]
    return json.loads(run.stdout)


@pytest.mark.places  # starts processes, which takes long
def test_every_view_theme_language_and_vector_format_is_the_same_without_any_library(without, tmp_path):
    assert drawn(tmp_path, rounds=1) == without
    figures = [key.split()[:4] for key, value in without.items() if not value.startswith("refused")]
    assert len(figures) > 50
    views, _, themes, langs = map(set, zip(*figures, strict=True))
    from convanim.text.lang import LANGUAGES
    from convanim.themes.table import THEMES
    from convanim.views import VIEWS

    assert (views, themes, langs) == ({*VIEWS}, {*THEMES}, {*LANGUAGES}) and len(FORMATS) == 4


@pytest.mark.places  # starts processes, which takes long
def test_the_digests_tell_figures_apart_and_the_block_holds(without):
    digests = [value for value in without.values() if not value.startswith("refused")]
    assert len({*digests}) == len(digests)
    run = python("-c", BLOCK + "import numpy", cwd=ROOT / "tests")
    assert "numpy is blocked" in run.stderr


def test_storyboards_and_code_need_no_library():
    code = BLOCK + (
        "import convanim as ca; op = ca.Conv(5, 3, padding=1); a = ca.animate(op, theme='clear');"
        "print(len(a.storyboard(steps=[0, 12]).svg(0)));"
        "print(*(len(op.to_code(framework)) for framework in ('torch', 'keras', 'jax', 'onnx')))"
    )
    run = python("-c", code, cwd=ROOT / "tests")
    assert not run.stderr and min(map(int, run.stdout.split())) > 20, run.stderr


@pytest.mark.parametrize(("missing", "library"), [("numpy", "numpy"), ("PIL", "pillow")])
def test_a_format_that_needs_a_missing_library_says_which(missing, library, tmp_path):
    code = (
        f"import sys; sys.modules[{missing!r}] = None; import convanim as ca; ca.animate(ca.Conv(3, 2)).save('x.gif')"
    )
    run = python("-c", code, cwd=tmp_path)
    assert run.stderr.splitlines()[-1].endswith(
        f"this format needs {library}, which isn't installed: pip install {library}"
    )
    assert not list(tmp_path.iterdir())

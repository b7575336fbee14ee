"""README's claims: its examples run as printed, its table of figures is that of the templates."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, child_environment

import convanim as ca

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [block for needs, *block in re.findall(r"(<!-- needs torch -->\n)?^```(python|sh)\n(.*?)^```", README, re.M | re.S) if not needs]
GUIDE = {name: one for name, one in ca.figures().items() if one.source in ("arithmetic.toml", "numerical.toml")}


def run(kind: str, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A block as a newcomer runs it, with `convanim` on the path; a shell stops at the first failure."""
    tools = folder / ".bin"
    tools.mkdir(exist_ok=True)
    script = tools / "convanim"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m convanim "$@"\n')
    script.chmod(0o755)
    environment = child_environment(PATH=f"{tools}{os.pathsep}{os.environ['PATH']}")
    command = [sys.executable, "-c", text] if kind == "python" else ["sh", "-ec", text]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_example_of_the_readme_runs_as_printed_one_after_the_other(tmp_path: Path) -> None:
    assert len(BLOCKS) >= 8
    for kind, text in BLOCKS:
        done = run(kind, text, tmp_path)
        assert done.returncode == 0, f"{text}\n{done.stderr}"
    for name in ("strides.gif", "x.svg", "out/padding_strides.gif", "laplace.svg", "wide.gif", "mine/halve.svg"):
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize(("kind", "text"), [("python", "assert False"), ("sh", "convanim draw conv -i 1 -k 2 -o x.gif\ntrue")])
def test_an_example_that_fails_is_noticed(kind: str, text: str, tmp_path: Path) -> None:
    assert run(kind, text, tmp_path).returncode != 0


def test_the_table_of_figures_has_the_sizes_of_every_figure() -> None:
    rows = re.findall(r"^\| `(\w+)` \| \[gif\]\((\S+)\) \[svg\]\((\S+)\) \| (\d) \| (\d) \| (\d) \| (\d) \| (\d) \|", README, re.M)
    assert [name for name, *_ in rows] and {name for name, *_ in rows} == set(GUIDE)
    for name, gif, svg, *numbers in rows:
        op = GUIDE[name].op()
        sizes = (op.input_size, op.kernel_size, op.stride, op.padding, op.output_size)
        assert sizes == tuple((int(n),) * 2 for n in numbers), name
        assert (ROOT / gif).is_file() and (ROOT / svg).is_file()


def test_the_table_of_questions_has_the_title_of_every_other_figure() -> None:
    rows = re.findall(r'^\| <img src="(\S+)" .*?> \| `(\w+)` \[gif\]\((\S+)\) \[svg\]\((\S+)\) \| (.*) \|$', README, re.M)
    assert {name: title for _, name, _, _, title in rows} == {name: one.title for name, one in ca.figures().items() if name not in GUIDE}
    for picture, name, gif, svg, _ in rows:
        assert (picture, gif, svg) == (f"gallery/{name}.svg", f"gallery/{name}.gif", f"gallery/{name}.svg")
        assert (ROOT / gif).is_file() and (ROOT / svg).is_file()

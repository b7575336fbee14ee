"""What is loaded when, and what the wheel holds."""

from __future__ import annotations

import importlib.util
import re
import tomllib
import zipfile

import pytest

from helpers.processes import ROOT, python

HEAVY = ("numpy", "matplotlib", "PIL", "imageio", "scipy")


LOADS = {
    "import convanim": "import convanim",
    "convanim --help": (
        "import sys; sys.argv = ['convanim', '--help']\nfrom convanim.cli import main\ntry: main()\nexcept SystemExit:"
        " pass"
    ),
    "convanim --version": (
        "import sys; sys.argv = ['convanim', '--version']\nfrom convanim.cli import main\ntry: main()\nexcept"
        " SystemExit: pass"
    ),
    "list": "import sys; sys.argv = ['convanim', 'list']\nfrom convanim.cli import main\nmain()",
    "an isometric SVG": (
        "import convanim as ca; ca.animate(ca.Conv(5, 3)).save('x.svg'); ca.figure('dilation').save('y_{step}.svg')"
    ),
}


@pytest.mark.parametrize("what", LOADS)
def test_what_needs_no_pixels_loads_no_large_library(what, tmp_path):
    run = python("-c", f"{LOADS[what]}\nimport sys\nprint(sorted(set(sys.modules) & set({HEAVY!r})))", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "[]"


def test_the_list_of_loaded_libraries_sees_one_that_is_loaded(tmp_path):
    code = (
        "import convanim as ca; ca.animate(ca.Conv(5, 3)).save('x.gif')\nimport sys\nprint(sorted(set(sys.modules) &"
        f" set({HEAVY!r})))"
    )
    run = python("-c", code, cwd=tmp_path)
    assert run.stdout == "['PIL', 'matplotlib', 'numpy']\n"


def test_the_wheel_has_the_templates_and_the_mark_of_types(tmp_path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {"templates": "convanim/templates"}
    assert {path.name for path in (ROOT / "templates").glob("*.toml")} >= {"arithmetic.toml", "numerical.toml"}
    if importlib.util.find_spec("hatchling"):
        run = python("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
        assert run.returncode == 0, run.stderr
        (wheel,) = tmp_path.glob("*.whl")
        listed = [re.sub(r"^convanim-[^/]*\.dist-info", "dist-info", n) for n in zipfile.ZipFile(wheel).namelist()]
        kept = (ROOT / "tests" / "dist" / "wheel.txt").read_text(encoding="utf-8").splitlines()
        assert sorted(listed) == kept, "if a file of the package is new, or gone, say so in tests/dist/wheel.txt"
        names = set(listed)
        assert {"convanim/templates/arithmetic.toml", "convanim/templates/numerical.toml", "convanim/clip.py"} <= names
        assert {"convanim/write/player/player.mjs", "convanim/publish/page/page.css"} <= names
        assert not [name for name in names if name.startswith(("tests/", "gallery/"))]

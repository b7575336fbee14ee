"""The layout of the tests: each folder of the package has one here, and no test file leans on another.

tests/oracle/ holds the arithmetic and the readers that the package is compared with: of the package an oracle takes
data alone, and a few names more that stand below with their reason. tests/helpers/ holds what several test files share.
"""

from __future__ import annotations

import ast

import pytest

from helpers.processes import ROOT

TESTS = ROOT / "tests"
FILES = sorted(path for path in TESTS.rglob("*.py") if "__pycache__" not in path.parts)
FOLDERS = sorted(path.parent.name for path in (ROOT / "convanim").glob("*/__init__.py"))
MOST_LINES = 500
DATA = {
    "convanim.Conv",
    "convanim.ConvTranspose",
    "convanim.Pool",
    "convanim.AdaptivePool",
    *(
        f"convanim.scene.{name}"
        for name in ("Accumulating", "Group", "Layer", "Line", "PerStep", "Polygon", "Raster", "Text")
    ),
    "convanim.themes.table.THEMES",
    "convanim.themes.theme.CELL_BP",
    "convanim.themes.theme.ROLES",
}
ALSO = {
    "ink": {"convanim.render.glyphs": "where a renderer draws a letter, no other reader knows"},
    "places": {"convanim.render.glyphs": "the same"},
    "view_stack": {
        "convanim.evaluate": "whether a cell matters is found by trying, with values that have tests of their own"
    },
}


def module(path):
    """The name by which a file of tests/ is imported."""
    return ".".join(path.relative_to(TESTS).with_suffix("").parts)


def imported(tree):
    """All modules and names that a file imports, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)


def of_tests(names):
    """The test files among these imported names, by any of the ways in which they can be named."""
    return sorted(
        name for name in names if any(part.startswith(("test_", "conftest")) for part in name.split(".")[:-1])
    )


def taken(tree):
    """What a file takes from the package: `ca.Conv` counts as convanim.Conv."""
    names = {name for name in imported(tree) if name.split(".")[0] == "convanim"}
    attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    own = {f"convanim.{one.attr}" for one in attributes if isinstance(one.value, ast.Name) and one.value.id == "ca"}
    return (names - {"convanim"}) | own


def read(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_folder_of_the_package_has_a_folder_of_tests(folder):
    assert list((TESTS / folder).glob("test_*.py"))


def test_each_folder_of_tests_is_that_of_the_package_or_named_here():
    found = {path.parent.relative_to(TESTS).parts[0] for path in FILES if path.parent != TESTS}
    assert found == {
        *FOLDERS,
        "oracle",
        "helpers",
        "browser",
        "cluster",
        "dist",
        "latex",
        "benchmarks",
        "docs",
        "fonts",
        "fuzz",
    }


def test_no_test_file_imports_another():
    leaning = {module(path): of_tests(imported(read(path))) for path in FILES}
    assert {name: found for name, found in leaning.items() if found} == {}


def test_no_file_is_longer_than_a_reader_takes_in():
    lines = {module(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_oracles_take_data_alone_from_the_package():
    oracles = [path for path in FILES if path.parent.name == "oracle" and not path.name.startswith("test_")]
    more = {path.stem: taken(read(path)) - DATA for path in oracles}
    assert {name: found for name, found in more.items() if found} == {name: set(named) for name, named in ALSO.items()}


def test_the_reader_of_imports_sees_each_way():
    tree = ast.parse(
        "import test_a.x\nfrom test_b import x\nfrom views.test_c import (\n    x,\n)\nfrom conftest import y\n"
        "import convanim as ca\nfrom convanim.scene import Line\nca.animate\nimport numpy"
    )
    assert of_tests(imported(tree)) == ["conftest.y", "test_a.x", "test_b.x", "views.test_c.x"]
    assert taken(tree) == {"convanim.scene.Line", "convanim.animate"}

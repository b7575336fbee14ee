"""The direction of imports: each folder may import the folders before it, and nothing imports itself through others."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter

import pytest

from helpers.processes import ROOT

PACKAGE = ROOT / "convanim"

# From the bottom up: a module or folder may import those above it in this list. A folder stands for its modules,
# except for modules that the list names themselves.
ORDER = [
    "errors",
    "progress",
    "geometry",
    "numeric",
    "scene",
    "text",
    "themes",
    "frameworks",
    "views",
    "render",
    "labels",
    "option_kinds",
    "options",
    "clip",
    "storyboard",
    "write",
    "publish.snippets",
    "publish.notebook_repr",
    "animation",
    "drawing",
    "spec",
    "parsing",
    "publish",
    "cli",
    "sphinx",
]
RANK = {name: rank for rank, name in enumerate(ORDER)}
EXCEPTIONS = {
    ("geometry.operation", "frameworks"): "op.to_code is where users look for the code of a layer",
}
STANDARD_LIBRARY_ONLY = (
    "clip",
    "errors",
    "labels",
    "options",
    "option_kinds",
    "render.svg",
    "storyboard",
    "text.cell_texts",
    "geometry",
    "scene",
    "text.lang",
    "text.describe",
    "text.formula",
    "text.numbers",
    "text.escaping",
    "themes",
    "views",
)


def module_name(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(source, package):
    """The names that a module imports, those of the package without its name: ("geometry", "numpy", ...).

    Imports for types and inside of functions count too. `package` is where relative imports begin, "" at the top.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".") if package else []
            base = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
            for alias in node.names:
                inner = f"{base}.{alias.name}".lstrip(".")
                found.add(inner if inner in MODULES else base)
    return {name.removeprefix("convanim.") for name in found if name}


def of_module(name):
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return imports(path.read_text(encoding="utf-8"), package)


def place(name):
    """The row of ORDER that a module belongs to: its own, or its folder's."""
    return name if name in RANK else name.split(".")[0]


def upward(name, imported):
    """The imports of a module that don't go to a row before its own."""
    own = {other for other in imported if other in MODULES and place(other) != place(name)}
    return {other for other in own if RANK[place(other)] >= RANK[place(name)] and (name, other) not in EXCEPTIONS}


@pytest.mark.parametrize("name", [name for name in MODULES if name not in ("", "__main__")])
def test_imports_run_one_way(name):
    assert not upward(name, of_module(name))


def test_no_module_imports_itself_through_others():
    graph = {
        name: {other for other in of_module(name) & {*MODULES} - {name} if (name, other) not in EXCEPTIONS}
        for name in MODULES
        if name  # the package's own page imports all public names, for types
    }
    assert list(TopologicalSorter(graph).static_order())


def test_the_package_itself_imports_modules_for_types_alone():
    tree = ast.parse(MODULES[""].read_text(encoding="utf-8"))
    assert not imports(ast.unparse([node for node in tree.body if not isinstance(node, ast.If)]), "") & {*MODULES} - {
        ""
    }


def test_the_order_has_each_module_and_no_other():
    assert {place(name) for name in MODULES} - {"", "__main__"} == {*RANK}


def test_each_exception_is_needed():
    for name, other in EXCEPTIONS:
        assert other in of_module(name) and RANK[place(other)] >= RANK[place(name)]


def test_the_reader_of_imports_sees_each_way_to_import():
    source = "if TYPE_CHECKING:\n    from .. import cli\nimport numpy as np\ndef f():\n    from ..render import svg\n"
    source += "    from ..text import describe\nfrom . import gif"
    assert imports(source, "write") == {"cli", "numpy", "render.svg", "text.describe", "write.gif"}
    assert upward("write.files", {"animation", "render.svg", "write.gif", "spec"}) == {"animation", "spec"}
    assert upward("animation", {"publish.snippets", "publish.gallery"}) == {"publish.gallery"}
    with pytest.raises(CycleError):
        list(TopologicalSorter({"a": {"b"}, "b": {"a"}}).static_order())


FOLDERS = sorted({path.parent for path in MODULES.values()} - {PACKAGE})


@pytest.mark.parametrize("folder", FOLDERS, ids=[path.name for path in FOLDERS])
def test_each_folder_says_what_lives_there(folder):
    doc = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    assert doc and 1 <= len(doc.splitlines()) <= 5


@pytest.mark.parametrize("room", [path.name for path in FOLDERS if path.parent == PACKAGE])
def test_each_room_says_which_rooms_and_libraries_it_imports(room):
    rooms, libraries = said(ast.get_docstring(ast.parse(MODULES[room].read_text(encoding="utf-8"))))
    inside = [name for name in MODULES if name.split(".")[0] == room]
    imported = {other for name in inside for other in of_module(name)}
    used = {other.split(".")[0] for other in imported & {*MODULES}} - {room, "errors", ""}
    assert rooms == "all" or {*rooms} - {"errors"} == used
    foreign = {other.split(".")[0] for other in imported - {*MODULES}} - sys.stdlib_module_names
    assert {*libraries} == foreign - {"keras", "onnx", "torch"}


def said(doc):
    """The rooms and the libraries of a room's docstring, whose last words they are."""
    found = re.search(r"Imports: (.*?)\.(?: Libraries: (.*?)\.)?$", doc.replace("\n", " "))
    rooms = "all" if found[1] == "all rooms above" else re.findall(r"`(\w+)`", found[1])
    return rooms, [word for word in (found[2] or "").split(", ") if " " not in word and word]


def test_the_reader_of_docstrings_reads_rooms_and_libraries():
    assert said("A.\n\nImports: `a`, `b`. Libraries: x, y.") == (["a", "b"], ["x", "y"])
    assert said("Imports: all rooms above.") == ("all", [])


@cache
def imports_of(name):
    """The import statements of a module, also those within functions."""
    nodes = ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize(
    ("library", "places"),
    [
        ("matplotlib", {"render"}),
        ("PIL", {"write"}),
        ("imageio", {"write"}),
        ("click", {"cli"}),
        ("IPython", {"progress"}),
        ("sphinx", {"sphinx"}),
        ("ipywidgets", {"publish"}),
        *((name, {"frameworks"}) for name in ("torch", "keras", "jax", "onnx")),
    ],
)
def test_each_library_is_imported_in_one_place(library, places):
    users = {
        name.split(".")[0]
        for name in MODULES
        for node in imports_of(name)
        for other in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
        if other.split(".")[0] == library
    }
    assert users <= places


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith(STANDARD_LIBRARY_ONLY)])
def test_what_describes_a_figure_needs_the_standard_library_alone(name):
    foreign = {other.split(".")[0] for other in of_module(name) if other not in MODULES} - sys.stdlib_module_names
    assert not foreign

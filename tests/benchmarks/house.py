"""Counts what makes a house easy or hard to live in: modules, circles of imports, tests of types, long files.

    python tests/benchmarks/house.py [FOLDER]

FOLDER is a checkout, this one if it is left out, so that two versions can be compared.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

KINDS = "Conv|ConvTranspose|Pool|AdaptivePool|Weighted|Sized|AdaptiveAxis|Operation"
LONG_LINE = 120
SHOWN = 5


def module_name(path: Path, package: Path) -> str:
    """The dotted name below the package: "views.flat"; a folder's own page has the folder's name."""
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, name: str, modules: dict[str, Path]) -> Iterator[str]:
    """The package's modules that a module imports, also inside of functions and for types alone."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    parts = package.split(".") if package else []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
            for alias in node.names:
                inner = f"{base}.{alias.name}".lstrip(".")
                found = inner if inner in modules else base
                if found and found != name:
                    yield found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other, directly or through others."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [*graph[start]]
        while waiting:
            if (one := waiting.pop()) not in seen:
                seen.add(one)
                waiting += graph.get(one, ())
        return seen

    reach = {name: reached(name) for name in graph}
    groups = {
        frozenset({name, *(other for other in reach[name] if name in reach.get(other, ()))})
        for name in graph
        if name in reach[name]
    }
    return sorted(map(sorted, groups))


def functions(path: Path) -> Iterator[tuple[int, str]]:
    """(lines, name) of each function, without its docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            first = node.body[0]
            doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            docs = (first.end_lineno or 0) - first.lineno + 1 if doc else 0
            yield node.end_lineno - node.lineno + 1 - docs, f"{path}:{node.lineno} {node.name}"


def type_tests(path: Path) -> int:
    """How often a module asks for the kind of an operation or axis with isinstance."""
    found = 0
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            found += bool(re.search(rf"\b({KINDS})\b", ast.unparse(node.args[1])))
    return found


def rows(root: Path) -> Iterator[tuple[str, object]]:
    """(what is counted, count) of a checkout."""
    package, tests = root / "convanim", root / "tests"
    modules = {module_name(path, package): path for path in sorted(package.rglob("*.py"))}
    graph = {name: {*imported(path, name, modules)} for name, path in modules.items() if name}
    yield "modules", len(modules)
    yield "modules at the top", sum("." not in name and modules[name].name != "__init__.py" for name in modules)
    yield (
        "folders at the top",
        len({path for path in package.iterdir() if path.is_dir() and path.name != "__pycache__"}),
    )
    yield "circles of modules, imports for types included", len(found := circles(graph))
    for circle in found:
        yield "  circle", " ".join(circle)
    kinds = {name: count for name, path in modules.items() if (count := type_tests(path))}
    yield "isinstance tests on kinds of operations", f"{sum(kinds.values())} in {len(kinds)} modules"
    defined = Counter(
        node.name
        for path in modules.values()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    yield "classes of one name", ", ".join(f"{name} {n}" for name, n in sorted(defined.items()) if n > 1) or "none"
    for what, paths in (("package", modules.values()), ("tests", tests.rglob("*.py"))):
        listed = sorted(paths)
        texts = {path: path.read_text(encoding="utf-8").splitlines() for path in listed}
        yield f"{what}: lines", sum(map(len, texts.values()))
        long = sum(len(line) > LONG_LINE for lines in texts.values() for line in lines)
        yield f"{what}: lines of more than {LONG_LINE} characters", long
        for path in sorted(listed, key=lambda path: -len(texts[path]))[:SHOWN]:
            yield f"{what}: longest files", f"{len(texts[path])} {path.relative_to(root)}"
    longest = sorted((one for path in modules.values() for one in functions(path)), reverse=True)
    yield "functions of more than 40 lines", sum(lines > 40 for lines, _ in longest)
    for lines, name in longest[:SHOWN]:
        yield "longest functions", f"{lines} {name.removeprefix(f'{package}/')}"


def main() -> None:
    """Print the rows."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2])
    for what, count in rows(root):
        print(f"{what:55} {count}")


if __name__ == "__main__":
    main()

"""docs/architecture.md is true: it names every room, and each of its recipes works on a copy of the package."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass

import pytest

from helpers.processes import ROOT, python

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"^### To add (?:a|an) (.+?)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
NEW = re.compile(r"# (\S+\.\w+)\n")  # the first line of a block: a new file
ROW = re.compile(r"# (\S+\.\w+), below `(.+)`\n")  # or lines to add below one that begins so
NUMBERS = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4}


@dataclass
class Recipe:
    """The files that a recipe makes, the lines that it adds to existing files, and the commands that try it."""

    files: list[tuple[str, str]]
    rows: list[tuple[str, str, str]]
    copies: list[str]
    commands: list[str]

    def apply(self, root):
        """Carry it out on a copy of the package."""
        for command in self.copies:
            _, old, new = command.split(" ")
            assert not (root / new).exists()
            shutil.copy(root / old, root / new)
        for name, text in self.files:
            assert not (root / name).exists()
            (root / name).write_text(text, encoding="utf-8")
        for name, anchor, text in self.rows:
            lines = (root / name).read_text(encoding="utf-8").splitlines(keepends=True)
            (at,) = [n for n, line in enumerate(lines) if line.startswith(anchor)]
            (root / name).write_text("".join([*lines[: at + 1], text, *lines[at + 1 :]]), encoding="utf-8")


def read(text):
    """A recipe of the page."""
    recipe = Recipe([], [], [], [])
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if language == "sh":
            lines = block.splitlines()
            recipe.copies += [line for line in lines if line.startswith("cp ")]
            recipe.commands += [line for line in lines if not line.startswith("cp ")]
        elif row := ROW.match(block):
            recipe.rows.append((*row.groups(), block[row.end() :]))
        else:
            found = NEW.match(block)
            assert found, f"this block names no file:\n{block}"
            recipe.files.append((found[1], block[found.end() :].lstrip("\n")))
    return recipe


def copied(folder):
    """A copy of the package in a folder of its own, where `python` in that folder imports it."""
    for name in ("convanim", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(command, root):
    """Run a command of a recipe in a copy: `convanim ...`, or a line of Python."""
    words = command.split(" ")
    if words[0] == "convanim":
        return python("-m", "convanim", *words[1:], cwd=root)
    line = re.fullmatch(r"python -c '(.+)'", command)
    assert line, command
    return python("-c", line[1], cwd=root)


def test_there_is_a_recipe_for_each_kind_of_thing():
    assert {name for name, _ in RECIPES} == {
        "view", "format", "theme", "language", "option", "operation", "importer", "label"
    }  # fmt: skip


@pytest.mark.places  # each starts processes, which takes long
@pytest.mark.parametrize(("name", "text"), RECIPES, ids=[name for name, _ in RECIPES])
def test_each_recipe_works_on_a_copy_of_the_package(name, text, tmp_path):
    recipe, root = read(text), copied(tmp_path)
    assert recipe.commands
    assert any(run(line, root).returncode for line in recipe.commands), "it must fail before the recipe is carried out"
    recipe.apply(root)
    for command in recipe.commands:
        done = run(command, root)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    count = re.search(r"(\w+) lines? in existing\s+files", text)
    assert count, "it says how many lines it adds to existing files"
    assert NUMBERS[count[1].lower()] == sum(len(lines.splitlines()) for *_, lines in recipe.rows)


@pytest.mark.places
def test_all_recipes_work_together(tmp_path):
    root = copied(tmp_path)
    recipes = [read(text) for _, text in RECIPES]
    for recipe in recipes:
        recipe.apply(root)
    for recipe in recipes:
        for command in recipe.commands:
            done = run(command, root)
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_the_table_of_rooms_names_each_folder_and_each_module_at_the_top():
    table = PAGE[PAGE.index("## The rooms") : PAGE.index("## Words")]
    named = {
        word.rstrip("/")
        for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
        for word in re.findall(r"`(.+?)`", row)
    }
    there = {path.stem for path in (ROOT / "convanim").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert named == there - {"__init__", "__main__", "__pycache__"}


def test_a_recipe_that_names_a_wrong_line_or_an_existing_file_is_seen(tmp_path):
    root = copied(tmp_path)
    with pytest.raises(ValueError, match="unpack"):
        read("```python\n# convanim/views/__init__.py, below `NOTHING = {`\nx\n```\n").apply(root)
    with pytest.raises(AssertionError):
        read("```python\n# convanim/errors.py\nx\n```\n").apply(root)
    with pytest.raises(AssertionError, match="names no file"):
        read("```python\nx = 1\n```\n")
    assert run("python -c 'import convanim; print(convanim.__file__)'", root).stdout.startswith(str(root))
    assert sys.version_info >= (3, 11)

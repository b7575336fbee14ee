"""Writes the pages of docs/generated/ from the code's own tables; conf.py calls it before each build."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

import convanim as ca
from convanim.cli import cli
from convanim.labels import LABELS
from convanim.themes.theme import ROLES

FENCE = "```"
ROOT = Path(__file__).resolve().parents[1]
COLLECTIONS = {
    "arithmetic": "The guide's figures",
    "numerical": "The guide's figures with numbers",
    "explained": "The guide's figures with labels",
    "looks": "Themes and other looks",
    "padding": "What people ask",
    "line": "One dimension, as on paper",
    "matrix": "As a sparse matrix",
    "dense": "As a layer of a network",
    "im2col": "As columns times a row",
    "scatter": "As stamps that add up",
    "pair": "A convolution and its transpose",
    "channels": "Channels and groups",
    "stack": "Several layers, and what an output sees",
    "shaded": "Values as colours",
    "large": "Layers of real networks",
}


def table(title: str, rows: Iterator[tuple[str, str]] | list[tuple[str, str]], head: str) -> str:
    """A section with a table of two columns."""
    lines = [f"| `{name}` | {' '.join(str(text).split()).replace('|', chr(92) + '|')} |" for name, text in rows]
    return "\n".join([f"## {title}", "", f"| {head} | meaning |", "|---|---|", *lines, "", ""])


def names() -> str:
    """The names that options take: views, labels, roles, and words without a text of their own."""
    roles = [(name, about) for name, about in ROLES.items() if not name[-1].isdigit()]
    text = "# Names\n\nEach table is made from the code's own.\n\n"
    text += table("Views", [(name, view.about) for name, view in ca.VIEWS.items()], "view")
    text += table("Roles of a theme", roles, "role")
    tables = {
        "Formats": ca.FORMATS,
        "Padding by name": ca.PADDINGS,
        "Padding modes": ca.PADDING_MODES,
        "Places for snippets": ca.EMBEDS,
        "Labels": LABELS,
        "Themes": ca.THEMES,
    }
    for title, found in tables.items():
        abouts = [(name, getattr(one, "about", None)) for name, one in found.items()]
        if all(isinstance(about, str) for _, about in abouts):
            text += table(title, abouts, "name")
        else:
            text += f"## {title}\n\n{', '.join(f'`{name}`' for name in found)}\n\n"
    return text


def command_line() -> str:
    """The help of each command."""
    text = "# Command line\n\nThis is the help that `convanim COMMAND --help` prints.\n\n"
    for name, command in [("convanim", cli), *(commands(cli, "convanim"))]:
        # the settings of the group too: a command keeps the help option of its first context
        settings = {**cli.context_settings, "max_content_width": 100, "terminal_width": 100}
        context = click.Context(command, info_name=name, **settings)
        text += f"## {name}\n\n{FENCE}text\n{command.get_help(context)}\n{FENCE}\n\n"
    return text


def commands(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, and those of the groups in it."""
    for name, command in group.commands.items():
        yield f"{before} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")


def python() -> str:
    """Every public class and function, with its docstring."""
    text = "# Python\n\nEvery public class and function. [Names](names.md) lists what the tables hold.\n\n"
    for name in ca.__all__:
        one = getattr(ca, name)
        if not callable(one):
            continue
        kind = "autoclass" if inspect.isclass(one) else "autofunction"
        members = "\n   :members:" if inspect.isclass(one) else ""
        text += f"## {name}\n\n{FENCE}{{eval-rst}}\n.. {kind}:: {one.__module__}.{name}{members}\n{FENCE}\n\n"
    return text


def gallery() -> str:
    """Every figure of the package with its title, by collection."""
    text = "# Gallery\n\nThe name of a figure is that for `ca.figure(NAME)` and `convanim render NAME`.\n\n"
    collection, shown = "", pages_with_figures()
    for name, one in ca.figures().items():
        if one.source != collection:
            collection = one.source
            name_of_file = collection.removesuffix(".toml")
            text += f"## {COLLECTIONS.get(name_of_file, name_of_file)}\n\n"
        pages = ", ".join(f"[{title}](../{page})" for page, title in shown.get(name, {}).items())
        text += f"### {name}\n\n{FENCE}{{convanim}} {name}\n{look(one)}{one.title}\n{FENCE}\n\n"
        text += f"Explained in: {pages}\n\n" if pages else ""
    return text


def look(one: ca.Figure) -> str:
    """The options with which a figure can be read on light pages and on dark ones: the themes clear and auto follow the
    page, and the others keep their own background.
    """
    theme = one.animate().theme
    if theme.name in ("clear", "auto"):
        return ":theme: auto\n\n"
    return f':theme: {theme.name}\n:background: "{theme.background}"\n\n'


def with_links(text: str, page: str) -> str:
    """A page's text with a link to the gallery below each figure of the package; `page` is its path below docs/."""
    gallery_page = "../" * page.count("/") + "generated/gallery.md"

    def linked(found: re.Match[str]) -> str:
        block, name = found.group(0), found.group(1)
        if name not in ca.figures():
            return block
        return f"{block}\n:::{{div}} figure-name\n[`{name}`]({gallery_page}#{name})\n:::\n"

    return re.sub(rf"^{FENCE}\{{convanim\}} (\w+)\n.*?^{FENCE}\n", linked, text, flags=re.M | re.S)


def pages_with_figures() -> dict[str, dict[str, str]]:
    """The pages of each figure of the package, with their titles; those in Chinese are left out."""
    found: dict[str, dict[str, str]] = {}
    for folder in ("course", "."):
        for path in sorted((ROOT / "docs" / folder).glob("*.md")):
            text = path.read_text(encoding="utf-8")
            for name in re.findall(rf"^{FENCE}\{{convanim\}} (\w+)$", text, re.M):
                place = path.relative_to(ROOT / "docs").as_posix()
                found.setdefault(name, {})[place] = text.partition("\n")[0].removeprefix("# ")
    return found


def faults() -> str:
    """The documented faults of the frameworks, from the table of their tests."""
    folder = str(ROOT / "tests" / "frameworks" / "installed")
    sys.path.insert(0, folder)
    try:
        rows = importlib.import_module("faults").FAULTS
    finally:
        sys.path.remove(folder)
    lines = [f"| {one.judge} | [{one.name}]({one.link}) |" for one in rows]
    return "\n".join(["| framework | fault |", "|---|---|", *lines, ""])


PAGES = {"names": names, "command_line": command_line, "python": python, "gallery": gallery, "faults": faults}


def write(folder: Path) -> None:
    """Write each page that changed."""
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        path, text = folder / f"{name}.md", page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")

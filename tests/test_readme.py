"""README's claims: its examples run as printed, its table of figures is that of the templates."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import convanim as ca
from convanim.labels import LABELS
from convanim.publish.snippets import EMBEDS
from convanim.render.glyphs import letters
from convanim.scene import Group, Text, moved
from convanim.themes.theme import ROLES
from helpers.processes import ROOT, child_environment

pytestmark = pytest.mark.places

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"(<!-- needs torch -->\n)?^```(python|sh)\n(.*?)^```", re.M | re.S)
TEXTS = {text.splitlines()[0].strip("# "): text for text in re.split(r"^(?=## )", README, flags=re.M)}
SECTIONS = {name: [block for needs, *block in EXAMPLE.findall(text) if not needs] for name, text in TEXTS.items()}
SECTIONS = {name: blocks for name, blocks in SECTIONS.items() if blocks}
PLACES = "Into slides, papers, notebooks and blogs"
FIGURES = ca.figures()
GUIDE = {name: one for name, one in FIGURES.items() if one.source in ("arithmetic.toml", "numerical.toml")}


def leaves(marks):
    """All marks, those of groups where they are placed."""
    return [
        one for mark in marks for one in (leaves(moved(mark.marks, *mark.at)) if isinstance(mark, Group) else [mark])
    ]


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


WRITTEN = {
    "convanim": ["strides.gif"],
    "Command line": ["x.svg", "out/padding_strides.gif"],
    "Python": ["laplace.svg", "wide.gif"],
    "Views": ["matrix.svg"],
    "Labels and themes": ["clear.svg"],
    "Your own collection": ["mine/halve.svg"],
}


def test_the_examples_are_in_the_sections_that_have_some() -> None:
    assert {*WRITTEN} < {*SECTIONS} and sum(map(len, SECTIONS.values())) >= 15


@pytest.mark.parametrize("section", SECTIONS)
def test_every_example_of_a_section_runs_as_printed_one_after_the_other(section: str, tmp_path: Path) -> None:
    for kind, text in SECTIONS[section]:
        done = run(kind, text, tmp_path)
        assert done.returncode == 0, f"{text}\n{done.stderr}"
    for name in WRITTEN.get(section, []):
        assert (tmp_path / name).stat().st_size > 1000


def test_each_line_of_the_table_of_places_runs_and_writes_what_it_names(tmp_path: Path) -> None:
    rows = re.findall(r"^\| (.+?) \|(.*?)\| (.*) \|$", TEXTS[PLACES], re.M)[1:]
    start = SECTIONS[PLACES][0][1]
    lines = [(place, line) for place, _, cell in rows for line in re.findall(r"`((?:a|ca)\.\w+\(.*?\)+)`", cell)]
    assert len(rows) >= 12 and len(lines) >= 18
    code = start + "".join(f"assert {line}, {place!r}\n" for place, line in lines)
    done = run("python", code, tmp_path)
    assert done.returncode == 0, done.stderr
    written = {path.name for path in tmp_path.iterdir()}
    assert {
        "figure.svg",
        "figure.html",
        "figure.mp4",
        "figure.gif",
        "figure_0.svg",
        "figure.pdf",
        "figure.tex",
        "steps.pdf",
        "poster.png",
    } <= written
    named = {name for _, line in lines if "save" in line for name in re.findall(r'"(.+?)"', line)}
    assert all(name.replace("{step}", "8") in written for name in named)


def test_every_suffix_and_every_place_is_in_readme_and_every_suffix_of_readme_is_one() -> None:
    assert all(f"`{suffix}`" in TEXTS["Command line"] for suffix in ca.FORMATS)
    assert {*re.findall(r'embed\("(\w+)"\)', TEXTS[PLACES])} <= {*EMBEDS}


@pytest.mark.parametrize(
    ("kind", "text"), [("python", "assert False"), ("sh", "convanim draw conv -i 1 -k 2 -o x.gif\ntrue")]
)
def test_an_example_that_fails_is_noticed(kind: str, text: str, tmp_path: Path) -> None:
    assert run(kind, text, tmp_path).returncode != 0


def test_the_table_of_figures_has_the_sizes_of_every_figure() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| \[gif\]\((\S+)\) \[svg\]\((\S+)\) \| (\d) \| (\d) \| (\d) \| (\d) \| (\d) \|", README, re.M
    )
    assert [name for name, *_ in rows] and {name for name, *_ in rows} == set(GUIDE)
    for name, gif, svg, *numbers in rows:
        op = GUIDE[name].op()
        sizes = (op.input_size, op.kernel_size, op.stride, op.padding, op.output_size)
        assert sizes == tuple((int(n),) * 2 for n in numbers), name
        assert (ROOT / gif).is_file() and (ROOT / svg).is_file()


def test_the_tables_of_questions_and_of_views_have_the_title_of_every_other_figure() -> None:
    rows = re.findall(
        r'^\| <img src="(\S+)" .*?> \| `(\w+)` \[gif\]\((\S+)\) \[svg\]\((\S+)\) \| (.*) \|$', README, re.M
    )
    elsewhere = ("arithmetic.toml", "numerical.toml", "explained.toml", "looks.toml")
    assert {name: title for _, name, _, _, title in rows} == {
        name: one.title for name, one in FIGURES.items() if one.source not in elsewhere
    }
    for picture, name, gif, svg, _ in rows:
        assert (picture, gif, svg) == (f"gallery/{name}.svg", f"gallery/{name}.gif", f"gallery/{name}.svg")
        assert (ROOT / gif).is_file() and (ROOT / svg).is_file()


def test_every_figure_of_the_guide_stands_beside_itself_with_labels() -> None:
    picture = r'<img src="gallery/(\S+).svg" .*?>'
    rows = re.findall(rf"^\| {picture} \| {picture} \| `(\w+)` \[gif\]\((\S+)\) \[svg\]\((\S+)\) \|$", README, re.M)
    assert [classic for classic, *_ in rows] == list(GUIDE)
    assert all(
        explained == name == f"{classic}_explained" and (ROOT / gif).is_file() and (ROOT / svg).is_file()
        for classic, explained, name, gif, svg in rows
    )
    assert {name for name, one in FIGURES.items() if one.source == "explained.toml"} == {
        name for _, _, name, _, _ in rows
    }


def test_every_look_and_every_theme_has_its_picture() -> None:
    for name in (name for name, one in FIGURES.items() if one.source == "looks.toml"):
        assert f'src="gallery/{name}.svg"' in README
    assert all(f"| `{name}` |" in README for name in ca.THEMES)
    assert all(f"| `{name}` |" in README for name in LABELS)
    numbered = [role for role in ROLES if role[-1].isdigit()]  # 25 of a kind in a row
    assert all(f"`{role}` ({about})" in README for role, about in ROLES.items() if role not in numbered)
    assert sorted(numbered) == sorted(f"{kind}_{n}" for kind in ("weight", "edge") for n in range(1, 26))
    assert all(f"`{kind}_1` to `{kind}_25`" in README for kind in ("weight", "edge"))


def test_every_view_is_in_the_table_of_views_with_a_picture_of_it() -> None:
    rows = re.findall(r'^\| `(\w+)` \| <img src="gallery/(\w+)\.svg" .*?> \| (.*) \|$', README, re.M)
    assert [view for view, *_ in rows] == list(ca.VIEWS)
    for view, name, _ in rows:
        one = FIGURES[name]
        default = "stack" if len(one.layers) > 1 else "isometric"
        assert one.options.get("view", default) == view


def smallest_letter(name: str, kind: str, shown: int) -> float:
    """The size in pixels of the smallest letters of a figure's labels where its picture is `shown` pixels wide, or
    high; infinite without labels.
    """
    a = FIGURES[name].animate()
    marks = [mark for layer in a.scene.layers for mark in leaves(layer.seen(0))]
    sizes = [
        letter.size for mark in marks if isinstance(mark, Text) and mark.role == "label" for letter in letters(mark)
    ]
    across = {"width": a.scene.box.width, "height": a.scene.box.height}[kind]
    return min(sizes, default=math.inf) * shown / across


def test_the_labels_of_every_picture_can_be_read_at_the_size_at_which_it_is_shown() -> None:
    pictures = re.findall(r'<img src="gallery/(\w+)\.svg" (width|height)="(\d+)"', README)
    assert len(pictures) > 60
    small = {name: size for name, kind, shown in pictures if (size := smallest_letter(name, kind, int(shown))) < 7}
    assert not small
    assert (
        smallest_letter("padding_strides_explained", "height", 180)
        < 7
        < smallest_letter("padding_strides_explained", "width", 392)
        < 13
    )
    assert smallest_letter("padding_strides", "height", 20) == math.inf

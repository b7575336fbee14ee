"""README is short, its examples run as printed, its links lead somewhere, and its pictures can be read."""

from __future__ import annotations

import importlib.util
import re
import sys
import types

import pytest

import convanim as ca
from helpers.documents import blocks, run, smallest_letter
from helpers.processes import ROOT

pytestmark = pytest.mark.places

README = (ROOT / "README.md").read_text(encoding="utf-8")
FIGURES = ca.figures()
PICTURE = re.compile(r'src(?:set)?="gallery/(\w+)\.svg"(?: (width|height)="(\d+)")?')
LINK = re.compile(r'\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"')


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_every_example_runs_as_printed_one_after_the_other(tmp_path) -> None:
    examples = blocks(README)
    assert {kind for kind, _ in examples} == {"python", "sh"}
    for kind, text in examples:
        done = run(kind, text, tmp_path)
        assert done.returncode == 0, f"{text}\n{done.stderr}"
    assert {"strides.gif", "strides.svg"} <= {path.name for path in tmp_path.iterdir() if path.is_file()}


def targets(text: str) -> list[str]:
    """The links to files of the repository."""
    return [one for pair in LINK.findall(text) for one in pair if one and not one.startswith("https://")]


def test_every_link_leads_to_a_file_and_to_a_heading_of_it() -> None:
    assert len(targets(README)) > 25
    assert not [one for one in targets(README) if not leads(one)]
    assert not leads("docs/nowhere.md") and not leads("docs/checked.md#nowhere")
    assert targets('[a](b.md) <img src="c.svg">') == ["b.md", "c.svg"]


def leads(target: str) -> bool:
    """Whether there is such a file, with a heading that has this anchor on GitHub."""
    path, _, anchor = target.partition("#")
    if not (ROOT / path).is_file():
        return False
    headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(encoding="utf-8"), re.M) if anchor else []
    return not anchor or anchor in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def test_the_documentation_has_readmes_citations() -> None:
    page = (ROOT / "docs" / "citing.md").read_text(encoding="utf-8")
    start, end = (re.search(rf':{word}: "(.+)"', page)[1] for word in ("start-after", "end-before"))
    included = README.partition(start)[2].partition(end)[0]
    assert re.findall(r"^@(\w+)\{(\w+),$", included, re.M) == [
        ("article", "dumoulin2016guide"),
        ("software", "convanim"),
    ]


def test_every_command_of_make_in_readme_is_a_target() -> None:
    named = {*re.findall(r"make ([a-z-]+)", README)} - {"them"}
    known = {*re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)}
    assert {"gallery", "test", "docs"} <= named <= known


def test_the_numbers_of_readme_are_those_that_were_measured() -> None:
    costs = (ROOT / "docs" / "measured" / "costs.md").read_text(encoding="utf-8")
    (measured,) = re.findall(r"^\| 19 GIFs and 19 SVGs, one fresh process, CPU \| ([\d.]+) s", costs, re.M)
    assert f"take {float(measured):.1f} s of CPU time" in README
    compared = (ROOT / "docs" / "measured" / "frameworks.md").read_text(encoding="utf-8")
    (each,) = re.findall(r"([\d,]+) random layers for each framework", compared)
    assert f"{4 * int(each.replace(',', '')):,} random layers agree" in README
    assert re.findall(r"^\| Differences \| (.*) \|$", compared, re.M) == [" | ".join("-" * n) for n in (4, 5)]
    assert f"version = {{{ca.__version__}}}" in README
    assert len(ca.VIEWS) == len(ca.FORMATS) == 10


def test_the_labels_of_every_picture_can_be_read_at_the_size_at_which_it_is_shown() -> None:
    pictures = PICTURE.findall(README)
    assert len(pictures) > 7
    shown = {name: (kind, int(size)) for name, kind, size in pictures if kind}
    assert not {name for name, (kind, size) in shown.items() if smallest_letter(FIGURES[name], kind, size) < 7}
    one = FIGURES["padding_strides_explained"]
    assert smallest_letter(one, "height", 180) < 7 < smallest_letter(one, "width", 392) < 13
    assert smallest_letter(FIGURES["padding_strides"], "height", 20) == float("inf")


def test_a_picture_for_dark_pages_has_the_shape_of_the_one_in_its_place() -> None:
    pairs = re.findall(r'dark\)" srcset="gallery/(\w+)\.svg"><img src="gallery/(\w+)\.svg"', README)
    assert len(pairs) == 3
    for dark, light in pairs:
        assert FIGURES[dark].animate().theme.name == "dark" != FIGURES[light].animate().theme.name
        (w, h), (width, height) = FIGURES[dark].animate().size, FIGURES[light].animate().size
        assert abs(w / h - width / height) < 0.15


def test_the_readme_of_a_release_has_links_that_an_index_can_follow(monkeypatch) -> None:
    class Hook:
        root = str(ROOT)

    interface = types.ModuleType("hatchling.metadata.plugin.interface")
    interface.MetadataHookInterface = Hook  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    for ref in ("v0.1.0", "main"):
        if ref == "main":
            monkeypatch.delenv("GITHUB_REF_NAME", raising=False)
        else:
            monkeypatch.setenv("GITHUB_REF_NAME", ref)
        made: dict = {"urls": {"Homepage": "https://github.com/someone/convanim"}}
        build.Readme().update(made)
        assert made["readme"]["content-type"] == "text/markdown"
        text = made["readme"]["text"]
        assert targets(text) == []
        pages = f"https://github.com/someone/convanim/blob/{ref}/"
        files = f"https://raw.githubusercontent.com/someone/convanim/{ref}/"
        assert text.replace(pages, "").replace(files, "") == README
        assert len(re.findall(re.escape(f'="{files}gallery/'), text)) == README.count('="gallery/')

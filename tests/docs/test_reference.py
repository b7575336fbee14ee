"""The generated pages have every name of the code, and only what the code has."""

from __future__ import annotations

import importlib.util
import re

import convanim as ca
from convanim.cli import cli
from convanim.labels import LABELS
from helpers.processes import ROOT

SPEC = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
reference = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(reference)


def test_the_tables_have_every_name() -> None:
    page = reference.names()
    for names in (ca.VIEWS, ca.FORMATS, ca.PADDINGS, ca.PADDING_MODES, ca.EMBEDS, ca.THEMES, LABELS):
        assert all(f"`{name}`" in page for name in names)
    rows = re.findall(r"^\| .*$", page, re.M)
    assert rows and all(len(re.findall(r"(?<!\\)\|", row)) == 3 for row in rows)


def test_the_command_line_has_the_help_of_every_command() -> None:
    page = reference.command_line()
    assert {f"convanim {name}" for name in cli.commands} <= {*re.findall(r"^## (.+)$", page, re.M)}
    assert "--step-ms" in page


def test_every_public_class_and_function_is_documented_once() -> None:
    found = re.findall(r"^\.\. auto\w+:: .*\.(\w+)$", reference.python(), re.M)
    assert found == [name for name in ca.__all__ if callable(getattr(ca, name))]


def test_the_gallery_has_every_figure_once() -> None:
    page = reference.gallery()
    found = re.findall(r"^```\{convanim\} (\w+)\n(?::.*\n)+\n(.*)\n```$", page, re.M)
    assert found == [(name, one.title) for name, one in ca.figures().items()]
    assert {*reference.COLLECTIONS} == {one.source.removesuffix(".toml") for one in ca.figures().values()}


def test_the_faults_are_those_of_the_tests_and_each_has_its_link() -> None:
    source = (ROOT / "tests" / "frameworks" / "installed" / "faults.py").read_text(encoding="utf-8")
    links = re.findall(r"^        \"(https://\S+)\",$", source, re.M)
    assert re.findall(r"\]\((\S+)\) \|$", reference.faults(), re.M) == links != []


def test_pages_are_written_once(tmp_path) -> None:
    reference.write(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    reference.write(tmp_path)
    assert len(before) == 5 and before == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_every_figure_of_the_gallery_leads_to_the_pages_that_show_it() -> None:
    page = reference.gallery()
    assert "](../course/transposed.md)" in page.partition("### checkerboard\n")[2].partition("###")[0]
    links = re.findall(r"\]\(\.\./(\S+)\)", page)
    assert len(links) > 50 and all((ROOT / "docs" / one).is_file() for one in links)


def test_figures_of_the_gallery_can_be_read_on_dark_pages() -> None:
    found = re.findall(
        r"^```\{convanim\} (\w+)\n:theme: (\w+)\n(:background: \"#\w{6}\"\n)?\n", reference.gallery(), re.M
    )
    assert len(found) == len(ca.figures())
    for name, theme, background in found:
        own = ca.figures()[name].options.get("theme", "classic")
        assert theme == ("auto" if own == "clear" else own) and bool(background) == (theme != "auto"), name


def test_a_figure_of_the_package_leads_to_the_gallery() -> None:
    figure = "```{convanim} dilation\n:theme: auto\n```\n"
    own = "```{convanim} conv\n:input-size: 5\n```\n"
    text = reference.with_links(f"{own}\n{figure}\nend", "course/dilation")
    assert re.findall(r"\]\((\S+)\)", text) == ["../generated/gallery.md#dilation"]
    assert text.startswith(own) and text.replace(re.search(r":::.*?:::\n", text, re.S)[0], "").count("```") == 4
    assert "](generated/gallery.md#dilation)" in reference.with_links(figure, "views")

"""The check of the built documentation notices each kind of fault."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from helpers.processes import ROOT

SPEC = importlib.util.spec_from_file_location("check_site", ROOT / "docs" / "check_site.py")
check_site = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_site)


def site(folder: Path, body: str) -> Path:
    """A site of two pages: index.html with this body, and sub/two.html with the anchor `here`."""
    (folder / "sub").mkdir()
    (folder / "index.html").write_text(body, encoding="utf-8")
    (folder / "sub" / "two.html").write_text('<p id="here"><a href="../index.html">x</a></p>', encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "body",
    [
        '<a href="sub/two.html#here">x</a><a href="sub/two.html">x</a>',
        '<a href="https://example.org/">x</a><link rel="canonical" href="https://example.org/">',
        '<h1 id="ä b"></h1><a href="#%C3%A4%20b">x</a><img src="data:image/png;base64,">',
    ],
)
def test_a_sound_site_has_no_fault(body: str, tmp_path: Path) -> None:
    assert check_site.faults(site(tmp_path, body)) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="sub/three.html">x</a>', "no file"),
        ('<a href="sub/two.html#there">x</a>', "no anchor"),
        ('<a href="#here">x</a>', "no anchor"),
        ('<img src="missing.svg">', "no file"),
        ('<script src="https://example.org/x.js"></script>', "loads"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "loads"),
    ],
)
def test_each_kind_of_fault_is_noticed(body: str, fault: str, tmp_path: Path) -> None:
    (line,) = check_site.faults(site(tmp_path, body))
    assert fault in line


def test_a_folder_without_pages_is_a_fault(tmp_path: Path) -> None:
    assert check_site.faults(tmp_path)

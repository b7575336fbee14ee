"""What is published: sdist and wheel of dist/, which `make dist` has built. Each is installed into a fresh environment
far from the checkout, and draws there.
"""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import tarfile
import venv
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from readme_renderer import markdown

from oracle.readers import READERS, read_back

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "dist"
KEPT = Path(__file__).with_name("wheel.txt")
UNPUBLISHED = ("gallery/", ".ci/", ".github/")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# how far a pixel is from the PNG's on average: palettes and vector edges, and a video's colours
FAR = dict.fromkeys(READERS, 2.0) | {".mp4": 6.0, ".webm": 6.0}


def only(pattern):
    """The one file of dist/ that matches."""
    (path,) = BUILT.glob(pattern)
    return path


def wheel_names():
    with zipfile.ZipFile(only("*.whl")) as file:
        return sorted(re.sub(r"^convanim-[^/]*\.dist-info", "dist-info", name) for name in file.namelist())


def sdist_names():
    with tarfile.open(only("*.tar.gz")) as file:
        return sorted(name.partition("/")[2] for name in file.getnames())


def metadata():
    with zipfile.ZipFile(only("*.whl")) as file:
        (name,) = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(file.read(name))


def test_the_wheel_holds_the_files_of_the_list_and_no_other():
    names, kept = wheel_names(), KEPT.read_text(encoding="utf-8").splitlines()
    gone, new = sorted({*kept} - {*names}), sorted({*names} - {*kept})
    assert names == kept, f"the wheel lacks {gone}, and {new} are new: if both are meant, change {KEPT}"


def test_the_sdist_holds_all_files_of_the_repository_but_the_gallery_and_what_serves_the_checks():
    run = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = {name for name in run.stdout.splitlines() if not name.startswith(UNPUBLISHED)}
    assert {*sdist_names()} == tracked | {"PKG-INFO"}
    assert only("*.tar.gz").stat().st_size < 3_000_000


def test_the_metadata_say_what_an_index_shows():
    told = metadata()
    assert told["Name"] == "convanim" and told["Version"] == only("*.whl").name.split("-")[1]
    assert told["Requires-Python"] == ">=3.11" and told["License-Expression"].startswith("MIT")
    classifiers = told.get_all("Classifier")
    assert {f"Programming Language :: Python :: {version}" for version in PYTHONS} <= {*classifiers}
    assert {one.split(",")[0] for one in told.get_all("Project-URL")} == {
        "Homepage",
        "Documentation",
        "Changes",
        "Issues",
    }
    needed = {re.match(r"[\w-]+", row)[0] for row in told.get_all("Requires-Dist") if "extra" not in row}
    assert needed == {"click", "matplotlib", "numpy", "pillow"}


class Links(HTMLParser):
    """The addresses that a page links to, and those of its pictures."""

    def __init__(self, page):
        super().__init__()
        self.links, self.pictures = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.links += [given["href"]] if tag == "a" and "href" in given else []
        self.pictures += [given["src"]] if tag == "img" else []


def test_readme_is_rendered_as_an_index_does_and_each_link_and_picture_is_a_file_of_the_repository():
    page = markdown.render(metadata().get_payload(decode=True).decode())
    assert page and "<h1" in page
    found = Links(page)
    assert found.links and found.pictures
    ref = os.environ.get("GITHUB_REF_NAME", "main")
    places = tuple(f"https://{place}/{ref}/" for place in ("raw.githubusercontent.com/convanim/convanim", "github.com/convanim/convanim/blob"))
    own = "#user-content-"  # the renderer's link of a heading to itself
    for address in [*found.pictures, *(one for one in found.links if not one.startswith(own))]:
        assert address.startswith("https://"), address
        if address.startswith(places):
            name = re.sub(r"[#?].*", "", address.partition(f"/{ref}/")[2])
            assert (ROOT / name).exists(), address
    assert all(address.startswith(places[0]) for address in found.pictures)


def test_the_reader_of_links_sees_a_relative_one():
    found = Links('<a href="docs/x.md">x</a><img src="gallery/x.svg">')
    assert (found.links, found.pictures) == (["docs/x.md"], ["gallery/x.svg"])


@pytest.fixture(scope="module", params=["*.whl", "*.tar.gz"])
def installed(request, tmp_path_factory):
    """What `draw.py` tells, run by a fresh Python that has this file and its dependencies, and the folder."""
    place = tmp_path_factory.mktemp("fresh")
    assert ROOT not in place.parents
    venv.create(place / "env", with_pip=True)
    python = place / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    options = {"cwd": place, "env": environment, "capture_output": True, "text": True}
    words = ["-m", "pip", "install", "--disable-pip-version-check", "-c", ROOT / "tests" / "constraints.txt"]
    done = subprocess.run([python, *words, f"{only(request.param)}[video]"], **options)
    assert done.returncode == 0, done.stderr
    (place / "draw.py").write_bytes(Path(__file__).with_name("draw.py").read_bytes())
    done = subprocess.run([python, "draw.py"], **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), place


def test_it_is_the_installed_package_and_all_its_parts_tell_one_version(installed):
    told, place = installed
    assert Path(told["from"]).is_relative_to(place / "env")
    assert {*told["version"]} == {metadata()["Version"]}
    assert told["listed"] > 100


def test_a_figure_in_each_format_is_read_back_by_another_program(installed):
    told, place = installed
    suffixes = {Path(name).suffix for name in told["files"]}
    assert suffixes == {*READERS, ".tex", ".html"}
    size = tuple(told["size"])
    last = told["steps"] - 1
    with Image.open(place / f"step_{last}.png") as picture:
        expected = np.asarray(picture.convert("RGB")).astype(int)
    assert expected.shape == (size[1], size[0], 3) and expected.std() > 10
    for suffix in READERS:
        if suffix not in (".svg", ".png"):  # of which the file shows another step
            pixels = read_back(place / f"figure{suffix}", size, last).astype(int)
            assert abs(pixels - expected).mean() < FAR[suffix], suffix
    assert read_back(place / "figure.svg", size, 0).std() > 10 and ET.parse(place / "figure.svg").getroot() is not None
    tex = (place / "figure.tex").read_text(encoding="utf-8")
    assert tex.count("\\begin{tikzpicture}") >= 1 and "\\documentclass" in tex
    page = (place / "figure.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") or page.startswith("<!DOCTYPE html>")
    assert (place / "shell.gif").read_bytes() == (place / "figure.gif").read_bytes()


def test_the_comparison_sees_another_step(installed):
    told, place = installed
    with Image.open(place / "step_0.png") as picture:
        first = np.asarray(picture.convert("RGB")).astype(int)
    for suffix, far in FAR.items():
        if suffix not in (".svg", ".png"):
            pixels = read_back(place / f"figure{suffix}", tuple(told["size"]), told["steps"] - 1).astype(int)
            assert abs(pixels - first).mean() > far, suffix


def test_the_citation_is_valid_and_names_the_version_and_the_repository():
    command = [Path(sys.executable).with_name("cffconvert"), "-i", ROOT / "CITATION.cff"]
    done = subprocess.run([*command, "--validate"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run([*command, "-f", "bibtex"], capture_output=True, text=True, check=True)
    urls = dict(one.split(", ") for one in metadata().get_all("Project-URL"))
    assert f"url = {{{urls['Homepage']}}}" in done.stdout
    assert f"version: {metadata()['Version']}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")

"""The gallery's page: what it tells of each figure is right, the code runs, and nothing is from elsewhere."""

from __future__ import annotations

import html.parser
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

import convanim as ca
from convanim.publish.gallery_page import DETAILS, PAGE, pages
from convanim.publish.gallery_told import COLLECTIONS, python
from convanim.publish.snippets import EMBEDS
from helpers.processes import ROOT
from helpers.refusals import refusal
from oracle.details import details

pytestmark = pytest.mark.places


FIGURES = ca.figures()


INDEX, TOLD = ((ROOT / "gallery" / name).read_text(encoding="utf-8") for name in (PAGE, DETAILS))


class Reader(html.parser.HTMLParser):
    """The elements of a page: (name, attributes), and what is open when it ends."""

    EMPTY = ("meta", "input", "img", "link", "br")

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs)), attrs
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_has_every_figure_with_its_title_its_size_its_words_and_its_file():
    page = Reader(INDEX)
    assert page.open == []
    cards = [attrs for tag, attrs in page.elements if tag == "li" and attrs.get("class") == "card"]
    assert sorted(card["data-name"] for card in cards) == sorted(FIGURES)
    images = [attrs for tag, attrs in page.elements if tag == "img" and "data-src" in attrs]
    for card, image in zip(cards, images, strict=True):
        a = FIGURES[card["data-name"]].animate()
        assert (image["data-src"], int(image["width"]), int(image["height"]), image["alt"]) == (
            f"{card['data-name']}.svg",
            *a.size,
            a.alt,
        )
        assert (ROOT / "gallery" / image["data-src"]).is_file()
        assert FIGURES[card["data-name"]].title in "".join(page.text)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_collection_that_ships_has_a_heading_of_its_own():
    assert {one.source for one in FIGURES.values()} == set(COLLECTIONS)
    assert INDEX.count("<section ") == len(COLLECTIONS) == len({title for title, _ in COLLECTIONS.values()})


def test_neither_the_page_nor_its_details_ask_for_anything_from_elsewhere_and_the_page_is_small():
    for text in (INDEX, TOLD):
        assert not re.findall(r"(?:src|href)=\"?(?:https?:)?//", text)
    assert len(INDEX.encode()) < 200_000


def test_what_is_told_of_each_figure_is_what_the_package_says():
    told = details(TOLD)
    assert list(told) == list(FIGURES)
    for name, one in FIGURES.items():
        a, op = one.animate(), one.op()
        assert tuple(told[name]["formula"]) == a.formula
        assert told[name]["files"] == [[suffix, name + suffix] for suffix in (".gif", ".svg")]
        assert set(told[name]["embed"]) == {place for place, row in EMBEDS.items() if not row.each}
        assert told[name]["embed"]["html"] == a.embed("html", f"{name}.svg")
        if not isinstance(op, tuple):
            assert dict(told[name]["facts"])["output"] == "x".join(map(str, op.output_size))
            assert (
                ("Conv" in told[name]["code"]["torch"])
                or "Pool" in told[name]["code"]["torch"]
                or told[name]["code"]["torch"].startswith("#")
            )


def test_the_python_of_every_figure_draws_that_figure(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = details(TOLD)
    for name, one in FIGURES.items():
        if one.source == "looks.toml":  # themes that are files of their own
            continue
        exec(told[name]["code"]["convanim"], {})
        assert (tmp_path / f"{name}.svg").read_bytes() == (ROOT / "gallery" / f"{name}.svg").read_bytes(), name


HOSTILE = "</script><script>alert(1)</script><!-- \"'&\\u2028 `${x}` \u202eabc"


MINE = f"""
["a'b & c"]
operation = "conv"
input_size = 4
kernel_size = 3
title = '''{HOSTILE}'''
["b"]
operation = "pool"
input_size = 4
kernel_size = 2
view = "flat"
input = [[1, 2, 3, 4], [5, 6, 7, 8], [1, 2, 3, 4], [5, 6, 7, 8]]
theme = {{ base = "clear", background = "#fffdf5" }}
["too_fast"]
operation = "conv"
input_size = 4
kernel_size = 3
step_ms = 15
"""


def test_a_collection_of_ones_own_is_shown_under_its_files_name_and_titles_are_text(tmp_path):
    (tmp_path / "my figures.toml").write_text(MINE)
    with ThreadPoolExecutor(1) as pool:
        ca.gallery(tmp_path / "my figures.toml", tmp_path / "out", pool, suffixes=(".gif", ".svg", ".pdf"))
    text, told = ((tmp_path / "out" / name).read_text(encoding="utf-8") for name in (PAGE, DETAILS))
    page = Reader(text)
    assert [attrs["data-name"] for tag, attrs in page.elements if attrs.get("class") == "card"] == ["a'b & c", "b"], (
        "what failed isn't shown"
    )
    assert "my figures" in page.text and HOSTILE in page.text
    assert sum(tag == "script" for tag, _ in page.elements) == 3 and "</script><script>alert" not in told
    assert [suffix for suffix, _ in details(told)["b"]["files"]] == [".gif", ".svg", ".pdf"]
    assert details(told)["a'b & c"]["files"][0][1] == "a%27b%20%26%20c.gif"
    for name in ("a'b & c", "b"):
        code = details(told)[name]["code"]["convanim"]
        made = {}
        exec(code.replace("a.save", "b = a.svg(0) #"), made)
        assert made["b"] == ca.figure(name, tmp_path / "my figures.toml").svg(0)


def test_the_same_figures_give_the_same_page_and_others_another():
    some = list(FIGURES.values())[:5]
    assert [*pages(some, [".svg"])] == [*pages(some, [".svg"])] != [*pages(some[:4], [".svg"])]
    assert "animate" in python(some[0])


def test_a_page_shows_a_picture_whatever_the_formats_and_snippets_name_a_file_that_is_there(tmp_path):
    (tmp_path / "mine.toml").write_text(MINE.replace("a'b & c", "search").replace("step_ms = 15", "step_ms = 20"))
    with ThreadPoolExecutor(1) as pool:
        for out, suffixes, shown in (("one", (".pdf",), ".svg"), ("two", (".gif", ".pdf"), ".gif")):
            ca.gallery(tmp_path / "mine.toml", tmp_path / out, pool, suffixes=suffixes)
            text, told = ((tmp_path / out / name).read_text(encoding="utf-8") for name in (PAGE, DETAILS))
            images = [attrs["data-src"] for tag, attrs in Reader(text).elements if "data-src" in attrs]
            assert images == [f"{name}{shown}" for name in ("search", "b", "too_fast")] and all(
                (tmp_path / out / name).is_file() for name in images
            )
            assert (
                f'src="b{shown}"' in details(told)["b"]["embed"]["html"]
                and "b.pdf" in details(told)["b"]["embed"]["latex"]
            )
            ids = [attrs["id"] for _, attrs in Reader(text).elements if "id" in attrs]
            assert len(ids) == len(set(ids)), "a figure's name is no other element's"


def test_an_unknown_format_of_a_gallery_is_refused_before_anything_is_drawn(tmp_path):
    assert "did you mean '.gif'" in refusal(lambda: ca.gallery(None, tmp_path, suffixes=[".gfi"]))
    assert not list(tmp_path.iterdir())

"""The files that snippets name: those that were saved, from every page of a site, and never one for two figures."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from dataclasses import replace
from urllib.parse import unquote

import pytest

import convanim as ca
from convanim.publish.snippets import EMBEDS
from helpers.hostile import HOSTILE, lined
from oracle.snippets import READERS, Tags

pytestmark = pytest.mark.places


def figure(title="A title", **look):
    return ca.animate(ca.Conv(4, 3), **({"seed": 1, "labels": "none"} | look), title=title)


@pytest.mark.parametrize("place", EMBEDS)
def test_a_snippet_names_the_file_that_was_saved_last_for_its_place(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a, row = figure(), EMBEDS[place]
    for name in ("first", "sub/last"):
        for suffix in reversed(row.suffixes):  # the best comes last
            a.save(f"{name}_{{step}}{suffix}" if row.each else name + suffix)
    a.save("other.gif" if row.each else "other_{step}.svg" if ".svg" not in row.suffixes else "other.tex")
    sources = READERS[place](a.embed(place))[0]
    assert sources == [row.file("sub/last").format(step=n) for n in range(len(a))][: None if row.each else 1]
    assert all((tmp_path / source).is_file() for source in sources)
    a.save(tmp_path / row.file("first"))
    assert READERS[place](a.embed(place))[0] == [source.replace("sub/last", "first") for source in sources]
    assert READERS[place](pickle.loads(pickle.dumps(a)).embed(place))[0][0].startswith("first")
    assert READERS[place](figure().embed(place))[0] != sources, "another figure that looks the same was never saved"


def test_storyboards_and_single_steps_are_named_with_their_own_size_and_pages(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a = ca.animate(ca.Conv(5, 3), poster=7)
    a.save("a.pdf")
    assert "[page=8, " in a.embed("latex") and a.embed("latex").endswith(
        "{a.pdf}\n  \\caption{" + a.scene.title + "}\n\\end{figure}"
    )
    board = a.storyboard(6)
    board.save("steps.pdf")
    assert a.embed("latex") == board.embed("latex") == a.storyboard(6).embed("latex")
    assert "{steps.pdf}" in a.embed("latex") and "page=" not in a.embed("latex")
    assert f"{board.size[0] * 72 / 150:.2f}".rstrip("0").rstrip(".") + "bp>" in a.embed("latex")
    assert "steps.pdf" not in a.storyboard(4).embed("latex")
    a.save("one.pdf", step=3)
    assert "{one.pdf}" in a.embed("latex") and "page=" not in a.embed("latex")
    a.save("all_{step:02d}.pdf")
    assert "{all_07.pdf}" in a.embed("latex") and "page=" not in a.embed("latex")
    a.save("up_{step}.svg")
    assert '"up_7.svg"' in a.embed("typst") and 'src="up_7.svg"' in a.embed("markdown")
    assert re.findall(r'data-src="(.*?)"', a.embed("revealjs")) == [f"up_{n}.svg" for n in range(9)]
    a.save("up_{step}.svg", step=2)  # a single file, which is no series
    assert '"up_2.svg"' in a.embed("typst") and len(re.findall("up_[0-9].svg", a.embed("revealjs"))) == 9
    a.save("b{{x}}.svg")
    assert "b{x}.svg" in unquote(re.search('src="(.*?)"', a.embed("html"))[1])
    a.save("moving.gif")
    assert "b%7Bx%7D.svg" in a.embed("html"), "an SVG is shown better than a GIF"
    a.save("up_{step}.svg")  # for slides
    assert "b%7Bx%7D.svg" in a.embed("html") and '"up_7.svg"' in a.embed("typst")
    assert "moving.gif" not in replace(a, dpi=75.0).embed("html"), "another size is another figure"
    gif = ca.animate(ca.Conv(5, 3))
    gif.save("moving.gif")
    assert 'src="moving.gif"' in gif.embed("html")


@pytest.mark.parametrize("place", EMBEDS)
def test_two_figures_of_one_paper_never_have_one_name(place, tmp_path):
    """Nor a label, an id: every mark of one snippet that names something is missing in the other."""
    figures = [
        figure(),
        figure("Another"),
        figure(theme="clear"),
        figure(view="isometric", seed=None),
        figure(step_ms=500),
        figure(poster=1),
        ca.animate(ca.Conv(5, 3), seed=1),
    ]
    sources = [tuple(READERS[place](a.embed(place))[0]) for a in figures]
    assert len(set(sources)) == len(figures)
    assert sources[0] == tuple(READERS[place](figure().embed(place))[0])
    assert all(
        re.fullmatch(r"figure-[0-9a-f]{6}(_0)?" + re.escape(EMBEDS[place].suffixes[0]), names[0]) for names in sources
    )
    assert not re.search(r"\bid=|\\label|\{#|:name:", figures[0].embed(place), re.MULTILINE)
    assert re.search(r"\bid=|\\label", r"\label{fig:x}")


def test_mkdocs_finds_the_file_from_every_page_and_shows_the_title(tmp_path):
    """A site of two pages in two folders, each with a snippet for each title, beside it the file that it names."""
    figures = [figure(title) for title in HOSTILE]
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ntheme: {name: null, custom_dir: theme}\n", encoding="utf-8")
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / "main.html").write_text("{{ page.content }}", encoding="utf-8")
    for place, page in (("mkdocs", "index.md"), ("mkdocs", "sub/page.md"), ("markdown", "sub/html.md")):
        path = tmp_path / "docs" / page
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "\n\n".join(a.embed(place, f"a b{n}.svg") for n, a in enumerate(figures))
        path.write_text(f"# Title\n\n{text}\n", encoding="utf-8")
        for n, a in enumerate(figures):
            a.save(path.parent / f"a b{n}.svg", step=0)
    made = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"], cwd=tmp_path, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    pages = {}
    for page in ("index.html", "sub/page/index.html", "sub/html/index.html"):
        path = tmp_path / "site" / page
        shown = [attrs for tag, attrs in Tags(path.read_text(encoding="utf-8")).found if tag == "img"]
        assert [attrs["alt"] for attrs in shown] == [lined(a.alt) for a in figures], page
        pages[page] = [(path.parent / unquote(attrs["src"])).is_file() for attrs in shown]
    assert all(pages["index.html"]) and all(pages["sub/page/index.html"])
    assert not any(pages["sub/html/index.html"]), "MkDocs leaves paths in HTML as they are"

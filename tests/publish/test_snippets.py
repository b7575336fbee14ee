"""Snippets to paste: each is read by a parser of its place, names a file that `save` writes, and takes hostile titles
for text.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote, urlsplit

import html5lib
import pypdfium2
import pytest
import typst
from markdown_it import MarkdownIt

import convanim as ca
from convanim.publish import snippets
from convanim.publish.snippets import EMBEDS
from convanim.text import escaping
from convanim.write import FORMATS
from helpers.hostile import HOSTILE, lined
from helpers.refusals import refusal
from oracle.snippets import READERS, UNSEEN, Tags, expected, tex_text

pytestmark = pytest.mark.places

PLAIN = "A title"


def figure(title=PLAIN, **look):
    return ca.animate(ca.Conv(4, 3), **({"seed": 1, "labels": "none"} | look), title=title)


def test_every_place_has_a_reader():
    assert set(READERS) == set(EMBEDS)
    assert all(set(row.suffixes) <= set(FORMATS) and row.about for row in EMBEDS.values())


def named(place):
    """The file "figure" of a place."""
    return EMBEDS[place].file("figure")


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("place", EMBEDS)
def test_a_hostile_title_is_text_in_every_place(place, title):
    plain, hostile = (
        READERS[place](figure().embed(place, named(place))),
        READERS[place](figure(title).embed(place, named(place))),
    )
    assert hostile[3] == plain[3]  # the same tags, nodes, commands: nothing more was parsed
    assert hostile[0] == plain[0]
    a = figure(title)
    if hostile[1] is not None and place != "player":
        assert hostile[1] == expected(place, a.alt)
    assert hostile[2] == [expected(place, a.scene.title)] * len(hostile[2])
    assert expected(place, a.scene.title) in (hostile[1] or "") + "".join(hostile[2])


@pytest.mark.parametrize("place", EMBEDS)
def test_the_reader_of_a_place_sees_a_title_that_is_not_escaped(place, monkeypatch):
    """Without the escaping, some of the titles change what is parsed, or what is read isn't the title."""

    for name in ("attribute", "markdown", "reference", "tex", "quoted", "one_line"):
        monkeypatch.setattr(snippets, name, (lambda text: f'"{text}"') if name == "quoted" else lambda text: text)
    monkeypatch.setattr(snippets, "typst", lambda text: f'"{text}"')
    plain, seen = READERS[place](figure().embed(place, named(place))), 0
    for title in HOSTILE:
        try:
            found = READERS[place](figure(title).embed(place, named(place)))
            seen += found[3] != plain[3] or found[1:3] != (
                figure(title).alt,
                [figure(title).scene.title] * len(found[2]),
            )
        except Exception:  # parsers refuse in their own ways
            seen += 1
    assert seen >= 2


NAMES = [
    "a b.svg",
    "sub/ü.svg",
    "100%.svg",
    "a#b?c.svg",
    "it's.svg",
    "q&a=1.svg",
    "a(b)[c].svg",
    "x_y-z.svg",
    "a:b.svg",
    "../up.svg",
    "a`b.svg",
    'a"b<c>.svg',
]
ADDRESSES = ["https://example.com/a.svg", "https://example.com/a%20b.svg?x=1&y=2#z", "https://example.com/(a)/b_c.svg"]


@pytest.mark.parametrize("place", [place for place in EMBEDS if not EMBEDS[place].each])
def test_a_source_of_ones_own_is_that_file_or_address(place):
    for name in [*NAMES, *(ADDRESSES if EMBEDS[place].addresses else [])]:
        if place in UNSEEN and set(name) & set('%#&"<>`'):
            assert "TeX" in refusal(lambda name=name: figure().embed(place, name))
            continue
        sources, words, titles, skeleton = READERS[place](figure().embed(place, name))
        assert sources == [unquote(name) if "://" in name and place not in ("rst", "myst") else name]
        assert (words, titles, skeleton) == READERS[place](figure().embed(place, named(place)))[1:]
        if "://" in name and place not in ("rst", "myst", "asciidoc"):
            tags = Tags(MarkdownIt("commonmark", {"html": True}).render(figure().embed(place, name))).found
            (address,) = [attrs["src"] for _, attrs in tags if "src" in attrs]  # of an image, a frame, a video
            assert urlsplit(address)[:5] == urlsplit(name)[:5]


@pytest.mark.parametrize("src", ["", "  ", "a\nb.svg", "a\0b.svg", 7, ["x"]])
def test_what_is_no_source_is_refused_in_one_line(src):
    assert "src=" in refusal(lambda: figure().embed("html", src))


def test_places_that_read_files_alone_refuse_addresses_and_unknown_places_are_told_the_likeliest():
    for place in (place for place, row in EMBEDS.items() if not row.addresses):
        assert place in refusal(lambda place=place: figure().embed(place, "https://example.com/x.svg"))
    assert "did you mean 'markdown'" in refusal(lambda: figure().embed("markdwon"))
    assert "Expected one of markdown" in refusal(lambda: figure().embed(None))
    for src in ("x.svg", "x_{stop}.svg", "x_{step!r}.svg", "x_{step:x}.svg", "x_{.svg"):
        assert "{step}" in refusal(lambda src=src: figure().embed("revealjs", src))


def test_sizes_are_those_of_the_file(tmp_path):
    for look in ({}, {"width": 300}, {"scale": 2}, {"labels": "all"}):
        a = figure(**look)
        width, height = a.size
        for place in ("markdown", "html", "figure", "revealjs"):
            attrs = next(attrs for tag, attrs in Tags(a.embed(place)).found if tag == "img")
            assert (attrs["width"], attrs["height"]) == (str(width), str(height))
        assert (
            f":width: {width}px" in a.embed("rst")
            and f":width: {width}px" in a.embed("myst")
            and f" width={width}}}" in a.embed("quarto")
        )
        with pypdfium2.PdfDocument(str(a.save(tmp_path / "figure.pdf")[0])) as document:
            page = document[0].get_size()[0]
        wide, limited = re.search(
            r"width=\\ifdim([\d.]+)bp>\\linewidth\\linewidth\\else([\d.]+)bp\\fi", a.embed("latex")
        ).groups()
        assert wide == limited and float(wide) == pytest.approx(page, abs=0.01), (
            "as large as the page, or as there is room"
        )
        assert float(re.search(r"width: ([\d.]+)pt", a.embed("typst"))[1]) == pytest.approx(width * 0.75)


def test_a_slide_steps_through_all_pictures_one_at_a_time():
    a = ca.animate(ca.Conv(5, 3))
    pictures = [attrs for tag, attrs in Tags(a.embed("revealjs", "f/{step:03d}.svg")).found if tag == "img"]
    assert [attrs["data-src"] for attrs in pictures] == [f"f/{n:03d}.svg" for n in range(9)]

    def visible(clicks):
        """What reveal.js shows after so many clicks: by its documentation of fragments."""
        index, seen = clicks - 1, []
        for n, attrs in enumerate(pictures):
            kinds, own = attrs["class"].split(), int(attrs["data-fragment-index"])
            shown = own > index if "fade-out" in kinds else own == index if "current-visible" in kinds else own <= index
            seen += [n] if shown else []
        return seen

    assert [visible(clicks) for clicks in range(9)] == [[n] for n in range(9)]
    assert "fragment" not in ca.animate(ca.Conv(3, 3)).embed("revealjs")
    two = [
        attrs["class"] for tag, attrs in Tags(ca.animate(ca.Conv((3, 4), 3)).embed("revealjs")).found if tag == "img"
    ]
    assert two == ["fragment fade-out", "fragment"]


@pytest.mark.parametrize("title", HOSTILE)
def test_typst_compiles_the_snippet_and_shows_the_title(title, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a = figure(title)
    a.save(tmp_path / "figure.svg")
    (tmp_path / "x.typ").write_text(a.embed("typst"), encoding="utf-8")
    compiled = typst.compile(str(tmp_path / "x.typ"), format="svg")
    assert compiled.startswith(b"<svg")
    caption = json.loads(typst.query(str(tmp_path / "x.typ"), "figure", field="caption", one=True))
    assert caption["body"] == {"func": "text", "text": lined(a.scene.title)}


def test_every_view_and_language_has_a_snippet_in_every_place():
    for a in (
        ca.figure("chinese"),
        ca.animate(ca.Conv(5, 3, ndim=1), view="line", theme="auto"),
        ca.animate([ca.Conv(7, 3), ca.Conv(5, 3)]),
        ca.animate(ca.Conv(3, 3), background="transparent"),
        ca.animate(ca.Conv(66, 3)),
    ):
        for place in EMBEDS:
            sources, words, titles, _ = READERS[place](a.embed(place))
            assert len(sources) == (len(a) if EMBEDS[place].each else 1)
            assert words is None or place == "player" or words == lined(a.alt)
            assert titles == [lined(a.scene.title)] * len(titles)


# --- hostile titles in files


def read_svg(text):
    root = ET.fromstring(text)
    title = root.find("{http://www.w3.org/2000/svg}title").text
    return title, [(element.tag, sorted(element.attrib)) for element in root.iter()]


def read_page(text):
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(text)
    return tree.find("head/title").text, [
        (element.tag, sorted(element.attrib)) for element in tree.iter() if isinstance(element.tag, str)
    ]


# how a text format's title is read, and what else is in the file; TeX's is compiled elsewhere, by itself
FILES = {".svg": read_svg, ".html": read_page}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_hostile_title_is_text_in_every_file_that_is_text(suffix, tmp_path):
    (path,) = figure(labels="none").save(tmp_path / f"plain{suffix}")
    try:
        plain = path.read_bytes().decode()
    except UnicodeDecodeError:
        assert suffix not in FILES
        return
    for title in HOSTILE:
        (path,) = figure(title, labels="none").save(tmp_path / f"x{suffix}")
        text = path.read_bytes().decode()
        if suffix not in FILES:
            assert all(
                line.lstrip().startswith("%")
                for line in text.splitlines()
                if "/etc/passwd" in line and suffix == ".tex"
            )
            continue
        shown, skeleton = FILES[suffix](text)
        assert (lined(shown), skeleton) == (lined(figure(title).scene.title), FILES[suffix](plain)[1])


def test_the_reader_of_files_sees_a_title_that_is_not_escaped(monkeypatch, tmp_path):
    from convanim.render import svg

    (path,) = figure(labels="none").save(tmp_path / "plain.svg")
    plain = read_svg(path.read_text(encoding="utf-8"))[1]
    monkeypatch.setattr(svg, "xml_text", lambda text: text)
    (path,) = figure("x</title><script>1</script><title>", labels="none").save(tmp_path / "x.svg")
    assert read_svg(path.read_text(encoding="utf-8"))[1] != plain


# --- the functions that escape, and the command


def test_tex_reads_every_printable_character_as_itself():
    ascii_ = "".join(map(chr, range(33, 127)))
    assert tex_text(escaping.tex(ascii_)) == ascii_
    assert tex_text(escaping.tex("-- --- '' ,,")) == "-- --- '' ,,"
    assert not re.search(r"--|''|,,", escaping.tex("-- --- '' ,,"))
    with pytest.raises(AssertionError):
        tex_text("100% \\input{x}")


def test_the_command_prints_the_snippet_of_the_file_that_render_writes(command, tmp_path):
    status, out, err = command("embed", "padding_strides", "markdown", "--theme", "dark", "--width", "300")
    assert (status, err) == (0, "")
    assert out == ca.figure("padding_strides", theme="dark", width=300).embed("markdown", "padding_strides.svg") + "\n"
    assert command("embed", "padding_strides", "html", "--src", "https://x.y/z.svg")[1].startswith(
        '<img src="https://x.y/z.svg"'
    )
    (tmp_path / "own.toml").write_text(
        '[a]\noperation="conv"\ninput_size=4\nkernel_size=3\n[b]\nlike="a"\n', encoding="utf-8"
    )
    status, out, _ = command("embed", "own.toml", "html")
    assert status == 0 and re.findall('src="(.*?)"', out) == ["a.svg", "b.svg"]
    command("render", "own.toml", "-f", "svg")
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == ["a.svg", "b.svg"]
    for wrong, said in (
        (("own.toml", "html", "--src", "x.svg"), "--src"),
        (("padding_strides", "wiki"), "unknown place 'wiki'"),
        (("pading_strides", "html"), "did you mean 'padding_strides'"),
    ):
        status, out, err = command("embed", *wrong)
        assert (status, out, err.count("\n")) == (2, "", 1) and said in err

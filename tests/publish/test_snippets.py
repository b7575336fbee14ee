"""Snippets to paste: each is read by a parser of its place, names a file that `save` writes, and takes hostile titles
for text.
"""

from __future__ import annotations

import html
import html.parser
import json
import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote, urlsplit

import docutils.core
import docutils.nodes
import html5lib
import pypdfium2
import pytest
import typst
from markdown_it import MarkdownIt
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import DocutilsRenderer
from myst_parser.parsers.mdit import create_md_parser

import convanim as ca
from convanim.publish import snippets
from convanim.publish.snippets import EMBEDS
from convanim.text import escaping
from convanim.write import FORMATS
from helpers.hostile import HOSTILE, lined
from helpers.refusals import refusal

pytestmark = pytest.mark.places

PLAIN = "A title"


def figure(title=PLAIN, **look):
    return ca.animate(ca.Conv(4, 3), **({"seed": 1, "labels": "none"} | look), title=title)


class Tags(html.parser.HTMLParser):
    """The tags of a text, with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.found, self.data = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        self.data.append(data)


# a reader for each place: (sources, words in place of the figure, title if it is shown for itself, skeleton of all that
# was parsed)


def read_html(text):
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(text)
    tags = [element for element in tree.iter() if isinstance(element.tag, str) and element.tag != "DOCUMENT_FRAGMENT"]
    assert [(element.tag, dict(element.attrib)) for element in tags] == Tags(text).found  # two parsers agree
    shown = [element for element in tags if element.tag in ("img", "iframe", "video")]
    titles = ["".join(element.itertext()).strip() for element in tags if element.tag in ("h2", "figcaption")]
    sources = [unquote(element.get("src") or element.get("data-src")) for element in shown]
    words = next(shown[0].get(name) for name in ("alt", "title", "aria-label") if shown[0].get(name))
    return sources, words, titles, [(element.tag, sorted(element.attrib)) for element in tags]


def read_markdown(text):
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    inner = [child for token in tokens for child in (token.children or [])]
    pictures = [child for child in inner if child.type == "image"]
    raw = "".join(one.content for one in [*tokens, *inner] if one.type in ("html_inline", "html_block"))
    if raw:
        sources, words, titles, skeleton = read_html(raw)
        return sources, words, titles, [[one.type for one in [*tokens, *inner]], *skeleton]
    words = "".join(child.content for child in pictures[0].children)
    return (
        [unquote(pictures[0].attrs["src"])],
        words,
        [],
        [[child.type for child in inner], {child.type for child in pictures[0].children} - {"text_special"}],
    )


def read_quarto(text):
    """The image as CommonMark has it, and the attributes, quoted, with references, as Pandoc reads them."""
    found = re.fullmatch(r'(!\[.*\]\(<[^<>]*>\))\{fig-alt="([^"\\]*)" width=(\d+)\}', text)
    sources, title, _, skeleton = read_markdown(found[1])
    assert not re.search(r"[{}<>`$@]", found[2])  # nothing of a shortcode either
    return sources, html.unescape(found[2]), [title], skeleton


def read_asciidoc(text):
    found = re.fullmatch(r'image::([^\s\[]+)\["([^"\[\]{}<>`*_+\\]*)",(\d+),(\d+)\]', text)
    return [unquote(found[1])], html.unescape(found[2]), [], []


def read_rst(text):
    strict = {"report_level": 1, "halt_level": 2}
    document = docutils.core.publish_doctree(f"Before\n\n{text}\n\nAfter", settings_overrides=strict)
    (picture,) = document.findall(docutils.nodes.image)
    return [picture["uri"]], picture["alt"], [], [type(node).__name__ for node in document.findall()]


def read_myst(text):
    config = MdParserConfig()
    parser = create_md_parser(config, DocutilsRenderer)
    document = docutils.utils.new_document("x", docutils.frontend.get_default_settings())
    document.settings.report_level, document.settings.halt_level = 1, 2
    parser.options["document"] = document
    parser.render(f"Before\n\n{text}\n\nAfter")
    (picture,) = document.findall(docutils.nodes.image)
    return [picture["uri"]], picture["alt"], [], [type(node).__name__ for node in document.findall()]


TEX_TEXT = {
    r"\textbackslash{}": "\\",
    r"\{": "{",
    r"\}": "}",
    r"\#": "#",
    r"\$": "$",
    r"\%": "%",
    r"\&": "&",
    r"\_": "_",
    r"\textasciicircum{}": "^",
    r"\textasciitilde{}": "~",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\textbar{}": "|",
    r"\symbol{34}": '"',
    r"\textasciigrave{}": "`",
    r"\ensuremath{-}": "−",
    r"\ensuremath{\times}": "×",
    r"\ensuremath{\rightarrow}": "→",
    r"\ensuremath{\approx}": "≈",
    r"\ensuremath{\infty}": "∞",
    r"\ensuremath{_1}": "₁",
    "{}": "",
}
TEX_TOKEN = re.compile(
    "|".join(re.escape(token) for token in sorted(TEX_TEXT, key=len, reverse=True)) + r"|[^\\{}#$%&_^~<>|\"`]|(.)",
    re.DOTALL,
)


def tex_text(text):
    """What TeX sets for an escaped text; AssertionError for anything that it wouldn't take as letters."""
    found = list(TEX_TOKEN.finditer(text))
    assert not [match[0] for match in found if match[1]], text
    return "".join(TEX_TEXT.get(match[0], match[0]) for match in found)


def read_tex(text):
    lines = [line for line in text.split("\n") if not line.startswith("%")]
    (source,) = re.findall(r"(?:\\input|\\includegraphics\[.*\])\{([^{}]*)\}$", "\n".join(lines), re.MULTILINE)
    title = next(
        re.fullmatch(r"(?:  \\caption|\\begin\{frame\})\{(.*)\}", line)[1]
        for line in lines
        if re.match(r"  \\caption|\\begin\{frame", line)
    )
    words = re.search(r"\[(?:page=\d+, )?width=[\d.]+bp, alt=\{(.*)\}\]\{", text)
    assert len(lines) == len([line for line in lines if line.strip().startswith("\\")])
    return (
        [source],
        tex_text(words[1]) if words else None,
        [tex_text(title)],
        [line.split("{")[0].split("[")[0] for line in lines],
    )


def read_typst(text):
    string = r'("(?:[^"\\]|\\["\\])*")'
    found = re.fullmatch(
        rf"#figure\(\n  image\({string}, width: ([\d.]+)pt, alt: {string}\),\n  caption: {string},\n\)", text
    )
    source, words, title = (re.sub(r"\\(.)", r"\1", found[n][1:-1]) for n in (1, 3, 4))
    return [source], words, [title], []


READERS = {
    "markdown": read_markdown,
    "commonmark": read_markdown,
    "html": read_html,
    "figure": read_html,
    "player": read_html,
    "video": read_html,
    "rst": read_rst,
    "myst": read_myst,
    "quarto": read_quarto,
    "asciidoc": read_asciidoc,
    "latex": read_tex,
    "tikz": read_tex,
    "beamer": read_tex,
    "revealjs": read_html,
    "typst": read_typst,
}
UNSEEN = {
    place: "".join(chr(c) for c in range(0x200B, 0x2070)) for place in ("latex", "tikz", "beamer")
}  # TeX has no letters for marks of direction


def expected(place, text):
    return "".join(c for c in lined(text) if c not in UNSEEN.get(place, ""))


def test_every_place_has_a_reader():
    assert set(READERS) == set(EMBEDS)
    assert all(set(row.suffixes) <= {".svg", ".pdf", ".tex", ".html", ".mp4"} and row.about for row in EMBEDS.values())


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("place", EMBEDS)
def test_a_hostile_title_is_text_in_every_place(place, title):
    plain, hostile = READERS[place](figure().embed(place)), READERS[place](figure(title).embed(place))
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
    plain, seen = READERS[place](figure().embed(place)), 0
    for title in HOSTILE:
        try:
            found = READERS[place](figure(title).embed(place))
            seen += found[3] != plain[3] or found[1:3] != (
                figure(title).alt,
                [figure(title).scene.title] * len(found[2]),
            )
        except Exception:  # parsers refuse in their own ways
            seen += 1
    assert seen >= 2


@pytest.mark.parametrize("place", EMBEDS)
def test_a_snippet_names_the_file_that_save_writes(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a, row = figure(), EMBEDS[place]
    sources = READERS[place](a.embed(place))[0]
    name = row.file("figure")
    assert (
        name.endswith(row.suffixes)
        and sources == [name.format(step=n) for n in range(len(a))][: None if row.each else 1]
    )
    if not any(suffix in FORMATS for suffix in row.suffixes):
        pytest.skip(f"no format {row.suffixes[0]}")
    a.save(name)
    assert all((tmp_path / source).is_file() for source in sources)


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
        assert (words, titles, skeleton) == READERS[place](figure().embed(place))[1:]
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
def test_typst_compiles_the_snippet_and_shows_the_title(title, tmp_path):
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

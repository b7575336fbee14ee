"""Readers of snippets: a parser of each place, and what it sees of a figure."""

from __future__ import annotations

import html
import html.parser
import re
from urllib.parse import unquote

import docutils.core
import docutils.nodes
import html5lib
from markdown_it import MarkdownIt
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import DocutilsRenderer
from myst_parser.parsers.mdit import create_md_parser

from helpers.hostile import lined


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
    "mkdocs": read_markdown,
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

"""The Sphinx extension: projects that are built, for pages, LaTeX, EPUB and plain text, from reStructuredText and
MyST.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser

import myst_parser
import pytest
from sphinx.application import Sphinx
from sphinx.util.console import nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils

import convanim as ca
from convanim import parsing
from convanim.animation import Animation
from convanim.drawing import animate
from convanim.geometry import OPERATIONS
from convanim.geometry.parameters import parameters
from convanim.options import OPTIONS, TEXT_OPTIONS
from convanim.publish.directive import Recipe
from helpers.hostile import HOSTILE, lined

pytestmark = pytest.mark.places

CONF = (
    'extensions = ["convanim.sphinx", "myst_parser"]\nproject = "x"\nauthor = copyright = version = "x"\nepub_show_urls'
    ' = "no"\n'
)

RST = """
Title
=====

.. convanim:: conv
   :input-size: 5x7
   :kernel-size: 3
   :stride: 2
   :padding: 1:2x0:1
   :theme: clear
   :labels: sizes, step
   :align: center
   :name: mine

   A caption with *emphasis*.

   And a legend.

.. convanim:: padding_strides
   :alt: In my own words.
   :align: center
   :class: wide

.. convanim:: one
   :file: figures.toml
   :width: 300
   :caption: Another *caption*.

See `mine`_.
"""
MYST = """
# Title

```{convanim} conv
:input-size: 5x7
:kernel-size: 3
:stride: 2
:padding: "1:2x0:1"
:theme: clear
:labels: sizes, step
:align: center
:name: mine

A caption with *emphasis*.

And a legend.
```

```{convanim} padding_strides
:alt: In my own words.
:align: center
:class: wide
```

```{convanim} one
:file: figures.toml
:width: 300
:caption: Another *caption*.
```
"""
TOML = '[one]\noperation = "pool"\ninput_size = 4\nkernel_size = 2\nview = "flat"\n'


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def images(self):
        return [attrs for tag, attrs in self.found if tag == "img" and "convanim" in (attrs.get("class") or "").split()]


@pytest.fixture
def build(tmp_path, capfd):
    """Write a project's files and build it: (where the result is, the lines of warnings and errors)."""
    source = tmp_path / "docs"
    (source / "sub").mkdir(parents=True)

    def run(builder="html", *, jobs=1, conf="", **files):
        nocolor()
        for name, text in {"conf_py": CONF + conf, **files}.items():
            (source / re.sub("_(py|rst|md|toml)$", r".\1", name).replace("__", "/")).write_text(text, encoding="utf-8")
        lines = []

        class Warnings:
            def write(self, text):
                lines.extend(filter(None, text.split("\n")))

            def flush(self):
                pass

        with patch_docutils(source), docutils_namespace():
            app = Sphinx(
                source,
                source,
                tmp_path / builder,
                tmp_path / "doctrees",
                builder,
                status=None,
                warning=Warnings(),
                parallel=jobs,
            )
            app.build()
        capfd.readouterr()
        return tmp_path / builder, lines

    return run


def expected():
    return [
        (
            ca.animate(ca.Conv((5, 7), 3, stride=2, padding=((1, 2), (0, 1))), theme="clear", labels=["sizes", "step"]),
            None,
        ),
        (ca.figure("padding_strides"), "In my own words."),
        (ca.animate(ca.Pool(4, 2), view="flat", width=300), None),
    ]


@pytest.mark.parametrize("name", ["rst", "md"])
def test_a_page_shows_the_moving_figures_with_size_and_words_and_loads_them_when_they_are_near(name, build):
    folder, lines = build(**{f"index_{name}": {"rst": RST, "md": MYST}[name], "figures_toml": TOML})
    assert lines == []
    page = Tags((folder / "index.html").read_text(encoding="utf-8"))
    images = page.images()
    assert len(images) == 3
    for attrs, (a, alt) in zip(images, expected(), strict=True):
        assert attrs["alt"] == (alt or a.alt) and (attrs["width"], attrs["height"], attrs["loading"]) == (
            *map(str, a.size),
            "lazy",
        )
        a.save(folder / "own.svg")
        assert (folder / attrs["src"]).read_bytes() == (folder / "own.svg").read_bytes()
    assert "align-center" in images[1]["class"] and "wide" in images[1]["class"]
    figures = [attrs for tag, attrs in page.found if tag == "figure"]
    assert len(figures) == 2 and figures[0]["id"] == "mine" and "align-center" in figures[0]["class"]
    text = " ".join("".join(page.texts).split())
    assert "A caption with emphasis." in text and "And a legend." in text and "Another caption." in text
    assert page.found.count(("em", {})) == 2


def test_a_pdf_gets_the_poster_as_vectors_and_an_epub_a_still(build):
    folder, lines = build("latex", index_rst=RST, figures_toml=TOML)
    assert lines == []
    tex = (folder / "x.tex").read_text(encoding="utf-8")
    names = re.findall(r"\\sphinxincludegraphics\[width=(\d+)\\sphinxpxdimen\]\{\{(.*?)\}\.pdf\}", tex)
    assert [int(width) for width, _ in names] == [a.size[0] for a, _ in expected()]
    for (_, name), (a, _) in zip(names, expected(), strict=True):
        a.save(folder / "own.pdf", step="poster")
        assert (folder / f"{name}.pdf").read_bytes() == (folder / "own.pdf").read_bytes()
    folder, lines = build("epub", index_rst=RST, figures_toml=TOML)
    assert lines == []
    with zipfile.ZipFile(folder / "x.epub") as book:
        page = Tags(book.read("index.xhtml").decode())
        assert ET.fromstring(book.read("index.xhtml")) is not None
        for attrs, (a, _) in zip(page.images(), expected(), strict=True):
            still = book.read(attrs["src"]).decode()
            assert still == a.svg(a.poster) and "@keyframes" not in still
            assert attrs["src"] in book.read("content.opf").decode()


def test_an_array_may_be_a_file_beside_the_page_and_a_change_of_it_is_seen(build, tmp_path):
    page = "T\n=\n\n.. convanim:: conv\n   :input-size: 5\n   :kernel-size: 3\n   :kernel: k.csv\n"
    shown = []
    for last in (-1, 2):
        (tmp_path / "docs" / "sub" / "k.csv").write_text(f"1,0,-1\n2,0,-2\n1,0,{last}\n", encoding="utf-8")
        folder, lines = build(index_rst="T\n=\n\n.. toctree::\n\n   sub/page\n", sub__page_rst=page)
        assert lines == []
        (attrs,) = Tags((folder / "sub" / "page.html").read_text(encoding="utf-8")).images()
        a = ca.animate(ca.Conv(5, 3), kernel=[[1, 0, -1], [2, 0, -2], [1, 0, last]])
        shown.append((folder / "sub" / attrs["src"]).read_bytes())
        assert shown[-1] == a.save(folder / "own.svg")[0].read_bytes()
    assert shown[0] != shown[1]


def test_a_width_may_be_a_part_of_the_page_or_a_length(build):
    def page(*options, name="conv", **more):
        lines = "".join(f"   :{option}\n" for option in options)
        sizes = "   :input-size: 4\n   :kernel-size: 3\n"
        return f".. convanim:: {name}\n{sizes}{lines}\n"

    widths = {"50%": "50%", "7.5 cm": "7.5cm", ".5em": ".5em", "300": "", "300px": "", "250 px": ""}
    rst = "T\n=\n\n" + "".join(page(f"width: {width}") for width in widths)
    rst += page() + page("scale: 2") + page("width: 40%", "player:")
    folder, lines = build(index_rst=rst, conf='convanim_options = {"width": "80%", "theme": "clear"}\n')
    assert lines == []
    text = (folder / "index.html").read_text(encoding="utf-8")
    a = ca.animate(ca.Conv(4, 3), theme="clear")
    small, middle, large = (
        ca.animate(ca.Conv(4, 3), theme="clear", **size) for size in ({"width": 300}, {"width": 250}, {"scale": 2})
    )
    shown = [(attrs["style"].split("max-width")[0].strip(), attrs["width"]) for attrs in Tags(text).images()]
    assert shown == [
        *((f"width: {width};", str(a.size[0])) for width in ("50%", "7.5cm", ".5em")),
        *(("", str(one.size[0])) for one in (small, small, middle)),
        ("width: 80%;", str(a.size[0])),
        ("width: 80%;", str(large.size[0])),
    ]
    assert all("; height: auto" in attrs["style"] for attrs in Tags(text).images())
    assert '<div style="width: 40%">' in text
    folder, lines = build("latex", index_rst=rst)
    assert lines == []
    found = re.findall(r"\\sphinxincludegraphics\[width=(.*?)\]", (folder / "x.tex").read_text(encoding="utf-8"))
    assert found[:5] == ["0.500\\linewidth", "7.5cm", ".5em", "300\\sphinxpxdimen", "300\\sphinxpxdimen"]
    folder, lines = build("epub", index_rst=rst)
    with zipfile.ZipFile(folder / "x.epub") as book:
        assert "width: 50%;" in Tags(book.read("index.xhtml").decode()).images()[0]["style"]


@pytest.mark.parametrize(("builder", "file"), [("text", "index.txt"), ("man", "x.1"), ("texinfo", "x.texi")])
def test_places_of_text_alone_say_the_alternative_text(builder, file, build):
    conf = 'man_pages = [("index", "x", "x", ["x"], 1)]\n'
    folder, lines = build(builder, index_rst=RST, figures_toml=TOML, conf=conf)
    assert lines == []
    text = " ".join((folder / file).read_text(encoding="utf-8").replace("@comma{}", ",").split())
    assert all(" ".join((alt or a.alt).split()) in text for a, alt in expected())
    assert ".svg" not in text


def test_a_second_build_draws_nothing_and_a_change_draws_what_changed(build, monkeypatch):
    drawn = []
    save = Animation.save
    monkeypatch.setattr(
        Animation, "save", lambda self, path, **rest: drawn.append(str(path)) or save(self, path, **rest)
    )
    files = {"index_rst": RST + "\n.. toctree::\n\n   other\n", "figures_toml": TOML}
    other = RST.replace("mine", "other")
    build(**files, other_rst=other)
    assert len(drawn) == 3  # the other page has the same
    build(**files, other_rst=other + "\nMore.\n")
    assert len(drawn) == 3
    build(**files, other_rst=other + "\nMore.\n", conf="nitpicky = True\n")
    assert len(drawn) == 3
    _, lines = build(**{**files, "figures_toml": TOML.replace("input_size = 4", "input_size = 6")}, other_rst=other)
    assert len(drawn) == 4 and not lines
    build("epub", **files, other_rst=other)
    assert len(drawn) == 7 and all("-still" in path for path in drawn[4:])


def test_several_jobs_give_the_same_pages(build):
    pages = {f"p{n}_rst": RST.replace("mine", f"mine{n}").replace("5x7", f"5x{n + 5}") for n in range(6)}
    index = "T\n=\n\n.. toctree::\n\n" + "".join(f"   p{n}\n" for n in range(6))
    one, lines = build(index_rst=index, figures_toml=TOML, **pages)
    assert not lines
    texts = {path.name: path.read_bytes() for path in [*one.glob("p*.html"), *one.glob("_images/*")]}
    other, lines = build("dirhtml", jobs=2, index_rst=index, figures_toml=TOML, **pages)
    assert not lines
    assert {path.name: path.read_bytes() for path in other.glob("_images/*")} == {
        name: text for name, text in texts.items() if name.startswith("convanim-")
    }
    assert len(texts) == 6 + 6 + 2


OLD_MYST = myst_parser.__version__ < "5"  # which gives a directive its text without the options: no line of them
WRONG = [
    (":strid: 2", 3, "unknown option ':strid:': did you mean ':stride:'?"),
    (":stride: 0", 3, "stride=0 is out of range"),
    (":stride: two", 3, ":stride: 'two' is not a size"),
    (":view: flt", 3, "unknown view 'flt': did you mean 'flat'?"),
    (":padding: sam", 3, ":padding: 'sam' is not a size"),
    (":step-ms: 1.5", 3, ":step-ms: '1.5' is not a whole number"),
    (":reveal: maybe", 3, ":reveal: 'maybe' is neither true nor false"),
    (":width: wide", 3, ":width: 'wide': write pixels such as 300, or a measure of the page such as 50% or 8cm"),
    (":width: 0%", 3, ":width: '0%'"),
    (":width: 50 %%", 3, ":width: '50 %%'"),
    (":dpi: x", 3, ":dpi: 'x' is not a number"),
    (":kernel: [1, 2", 3, ":kernel: '[1, 2' is not an array"),
    (":kernel: [[1, 2]]", 3, "kernel has the shape"),
    (":mode: max", 3, "unknown option ':mode:'"),
    (":file: none.toml", 3, "can't read"),
    (":theme: none.toml", 3, "can't read the theme"),
    (":ndim: 1.0", 3, ":ndim: '1.0' is not a whole number"),
]


@pytest.mark.parametrize(("option", "line", "said"), WRONG)
def test_what_is_wrong_is_one_line_at_the_line_of_the_option(option, line, said, build):
    rst = f"T\n=\n\nText.\n\n.. convanim:: conv\n   :input-size: 5\n   :kernel-size: 3\n   {option}\n   :name: x\n"
    quoted = option.replace(": ", ": '", 1) + "'"
    md = f"# T\n\nText.\n\n\n```{{convanim}} conv\n:input-size: 5\n:kernel-size: 3\n{quoted}\n:name: x\n```\n"
    _, lines = build(index_rst=rst + "\n.. toctree::\n\n   m\n", m_md=md)
    shown = [text for text in lines if "ERROR" in text]
    assert len(lines) == len(shown) == 2 and all(said in text for text in shown), lines
    at = 6 + line if not option.startswith(":file") else None
    for text, name in zip(sorted(shown), ("index.rst", "m.md"), strict=True):
        if name == "m.md" and OLD_MYST:
            at = at and 6
        assert name in text and (at is None or f"{name}:{at}: ERROR: convanim: " in text), text


def test_names_that_there_are_not_and_parameters_of_a_figure_that_has_its_own_are_told(build):
    rst = (
        "T\n=\n\n.. convanim:: pading_strides\n\n.. convanim:: padding_strides\n   :stride: 3\n\n.. convanim:: conv\n  "
        " :kernel-size: 3\n\nAfter.\n"
    )
    folder, lines = build(index_rst=rst, conf="convanim_options = {}\n")
    assert [re.sub(r".*index.rst:(\d+).*", r"\1", line) for line in lines] == ["4", "7", "9"]
    assert (
        "did you mean 'padding_strides'" in lines[0]
        and ":stride: doesn't apply" in lines[1]
        and "needs :input-size:" in lines[2]
    )
    assert "After." in (folder / "index.html").read_text(encoding="utf-8")
    _, lines = build(index_rst="T\n=\n\n.. convanim:: padding_strides\n", conf='convanim_options = {"colour": 1}\n')
    assert len(lines) == 1 and "unknown option in convanim_options 'colour'" in lines[0]


def test_what_a_project_says_of_all_figures_gives_way_to_what_a_figure_says(build):
    rst = RST.replace(":theme: clear\n", ":scale: 2\n").replace("padding_strides", "numerical_no_padding_no_strides")
    folder, _ = build(
        index_rst=rst,
        figures_toml=TOML + 'theme = "dark"\n',
        conf='convanim_options = {"theme": "print", "width": 400, "labels": "none"}\n',
    )
    found = [
        (folder / attrs["src"]).read_text(encoding="utf-8")
        for attrs in Tags((folder / "index.html").read_text(encoding="utf-8")).images()
    ]
    wanted = [
        ca.animate(
            ca.Conv((5, 7), 3, stride=2, padding=((1, 2), (0, 1))), theme="print", labels=["sizes", "step"], scale=2
        ),
        ca.figure("numerical_no_padding_no_strides", theme="print", width=400, labels="none"),
        ca.animate(ca.Pool(4, 2), view="flat", theme="dark", width=300, labels="none"),
    ]
    assert found == [a._repr_mimebundle_()[0]["image/svg+xml"] for a in wanted]


def test_files_are_found_beside_the_document(build):
    sub = (
        "T\n=\n\n.. convanim:: one\n   :file: own.toml\n\n.. convanim:: conv\n   :input-size: 4\n   :kernel-size: 3\n  "
        " :theme: look.toml\n"
    )
    folder, lines = build(
        index_rst="T\n=\n\n.. toctree::\n\n   sub/a\n",
        sub__a_rst=sub,
        sub__own_toml=TOML,
        sub__look_toml='base = "dark"\n',
    )
    assert lines == []
    page = Tags((folder / "sub" / "a.html").read_text(encoding="utf-8")).images()
    a = ca.animate(ca.Conv(4, 3), theme="dark")
    assert (folder / "sub" / page[1]["src"]).resolve().read_text(encoding="utf-8") == a._repr_mimebundle_()[0][
        "image/svg+xml"
    ]
    assert page[0]["alt"] == ca.animate(ca.Pool(4, 2), view="flat").alt


def test_a_player_is_the_html_of_the_animation_on_pages_and_a_picture_elsewhere(build):
    rst = "T\n=\n\n.. convanim:: conv\n   :input-size: 4\n   :kernel-size: 3\n   :player:\n"
    folder, lines = build(index_rst=rst)
    assert lines == [] and ca.animate(ca.Conv(4, 3)).html().strip() in (folder / "index.html").read_text(
        encoding="utf-8"
    )
    folder, lines = build("epub", index_rst=rst)
    assert lines == [] and len(list(folder.glob("_images/*.svg"))) == 1


def test_what_can_not_be_drawn_is_one_line_and_words_in_its_place(build, monkeypatch):
    def full(self, path, **_):
        raise ca.ConvanimError(f"can't write {path}: No space left on device")

    monkeypatch.setattr(Animation, "save", full)
    folder, lines = build(index_rst="T\n=\n\n.. convanim:: conv\n   :input-size: 4\n   :kernel-size: 3\n\nAfter.\n")
    assert len(lines) == 1 and "index.rst:4: ERROR: convanim: can't write" in lines[0]
    assert f"[{ca.animate(ca.Conv(4, 3)).alt}]" in (folder / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("builder", ["html", "text"])
def test_hostile_titles_and_captions_are_text(builder, build):
    def pages(titles):
        rst = "T\n=\n\n" + "".join(
            f".. convanim:: conv\n   :input-size: 4\n   :kernel-size: 3\n   :labels: none\n   :title: {title}\n\n"
            for title in titles
        )
        quoted = ["'" + title.replace("'", "''") + "'" for title in titles]
        md = "# T\n\n" + "".join(
            f"~~~{{convanim}} conv\n:input-size: 4\n:kernel-size: 3\n:labels: none\n:title: {title}\n~~~\n\n"
            for title in quoted
        )
        folder, lines = build(builder, index_rst=rst + "\n.. toctree::\n\n   m\n", m_md=md)
        assert lines == []
        return [
            path.read_text(encoding="utf-8")
            for path in sorted(folder.glob("*.html" if builder == "html" else "*.txt"))
            if path.stem in ("index", "m")
        ]

    titles = [lined(title) for title in HOSTILE]
    wanted = [ca.animate(ca.Conv(4, 3), title=title, labels="none").alt for title in titles]
    plain, hostile = pages([f"Title {n}" for n in range(len(titles))]), pages(titles)
    assert len(hostile) == 2
    for one, other in zip(plain, hostile, strict=True):
        if builder == "text":
            text = " ".join(other.split())
            assert all(" ".join(alt.split()) in text for alt in wanted)
        else:
            assert [attrs["alt"] for attrs in Tags(other).images()] == wanted
            assert [(tag, sorted(attrs)) for tag, attrs in Tags(other).found] == [
                (tag, sorted(attrs)) for tag, attrs in Tags(one).found
            ]


# --- words to values


def test_every_kind_of_option_and_of_parameter_has_a_reader_of_its_text():
    kinds = {row.kind for row in OPTIONS.values()}
    assert kinds | {one.kind for kind in OPERATIONS.values() for one in parameters(kind).values()} == set(
        parsing.READERS
    )


@pytest.mark.parametrize(
    "words",
    [
        {"input_size": "5x7", "kernel_size": "3", "padding": "1:2x0:1"},
        {"input_size": "5", "kernel_size": "3", "padding": "same_upper", "stride": "1x2"},
        {"input_size": "5", "kernel_size": "3", "ndim": "1", "flip": "", "padding_mode": "reflect", "padding": "1"},
        {"input_size": "6", "kernel_size": "3", "in_channels": "4", "out_channels": "2", "groups": "2", "bias": "true"},
        {
            "input_size": "4",
            "kernel_size": "3",
            "kernel": "[[1,2,3],[0,0,0],[1,1,1]]",
            "view": "flat",
            "title": "x",
            "step_ms": "50",
            "scale": "0.5",
            "reveal": "yes",
        },
    ],
)
def test_words_mean_what_the_same_values_mean(words):
    meant = {"5x7": (5, 7), "1:2x0:1": ((1, 2), (0, 1)), "1x2": (1, 2), "": True, "true": True, "yes": True, "0.5": 0.5}

    def value(text):
        return meant.get(
            text, int(text) if text.isdecimal() else [[1, 2, 3], [0, 0, 0], [1, 1, 1]] if text.startswith("[") else text
        )

    values = {name: value(text) for name, text in words.items()}
    look = {name: values.pop(name) for name in [*values] if name in TEXT_OPTIONS}
    a, b = Recipe.of("conv", words).animate(), animate(ca.Conv(**values), **look)
    assert (a.scene.title, a.alt, a.size, a.svg(0), a.step_ms) == (b.scene.title, b.alt, b.size, b.svg(0), b.step_ms)

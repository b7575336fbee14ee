"""The tables and figures that pages have by hand hold every row of the code's tables."""

from __future__ import annotations

import re

import pytest

import convanim as ca
from convanim.labels import LABELS
from convanim.publish.snippets import EMBEDS
from helpers.documents import blocks, run
from helpers.processes import ROOT

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
FIGURES = ca.figures()
GUIDE = {name: one for name, one in FIGURES.items() if one.source in ("arithmetic.toml", "numerical.toml")}


@pytest.mark.places
def test_each_line_of_the_table_of_places_runs_and_writes_what_it_names(tmp_path) -> None:
    rows = re.findall(r"^\| (.+?) \|(.*?)\| (.*) \|$", PAGES["places"], re.M)[1:]
    start = blocks(PAGES["places"])[0][1]
    lines = [(place, line) for place, _, cell in rows for line in re.findall(r"`((?:a|ca)\.\w+\(.*?\)+)`", cell)]
    assert len(rows) >= 12 and len(lines) >= 18
    code = start + "".join(f"assert {line}, {place!r}\n" for place, line in lines)
    done = run("python", code, tmp_path)
    assert done.returncode == 0, done.stderr
    written = {path.name for path in tmp_path.iterdir()}
    named = {name for _, line in lines if "save" in line for name in re.findall(r'"(.+?)"', line)}
    assert {"figure.svg", "figure.html", "figure.mp4", "figure.tex", "steps.pdf", "poster.png"} <= named
    assert all(name.replace("{step}", "8") in written for name in named)


def test_every_place_that_is_named_is_one() -> None:
    named = {*re.findall(r'embed\("(\w+)"\)', PAGES["places"] + PAGES["howto"])}
    assert len(named) > 9 and named <= {*EMBEDS}


def test_every_suffix_is_in_the_table_of_formats_once() -> None:
    first = "".join(re.findall(r"^\|(.*?)\|", PAGES["formats"], re.M))
    assert sorted(re.findall(r"`(\.\w+)`", first)) == sorted(ca.FORMATS)


def test_every_padding_by_name_is_in_the_table() -> None:
    first = "".join(re.findall(r"^\|(.*?)\|", PAGES["layers"], re.M))
    assert sorted(re.findall(r'`"(\w+)"`', first)) == sorted(ca.PADDINGS)


def test_the_table_of_the_guides_figures_has_their_sizes() -> None:
    rows = re.findall(
        r"^\| \[`(\w+)`\]\(generated/gallery.md#(\w+)\) \| (\d) \| (\d) \| (\d) \| (\d) \| (\d) \|",
        PAGES["guide"],
        re.M,
    )
    assert [name for name, *_ in rows] and {name for name, *_ in rows} == set(GUIDE)
    for name, anchor, *numbers in rows:
        op = GUIDE[name].op()
        sizes = (op.input_size, op.kernel_size, op.stride, op.padding, op.output_size)
        assert anchor == name and sizes == tuple((int(n),) * 2 for n in numbers), name
        assert f"{name}_explained" in FIGURES
    assert {name for name, one in FIGURES.items() if one.source == "explained.toml"} == {
        f"{name}_explained" for name in GUIDE
    }


def test_every_figure_has_its_files_in_the_gallery() -> None:
    for name in FIGURES:
        assert all((ROOT / "gallery" / f"{name}{suffix}").is_file() for suffix in (".gif", ".svg"))


def sections(page: str, level: str) -> dict[str, list[str]]:
    """The figures below each heading of this level."""
    parts = re.split(rf"^{level} ", PAGES[page], flags=re.M)[1:]
    return {part.splitlines()[0]: re.findall(r"^```\{convanim\} (\w+)$", part, re.M) for part in parts}


def test_every_view_has_a_figure_that_shows_it() -> None:
    found = sections("views", "##")
    assert list(found) == list(ca.VIEWS)
    for view, (name,) in found.items():
        one = FIGURES[name]
        default = "stack" if len(one.layers) > 1 else "isometric"
        assert one.options.get("view", default) == view


def test_every_theme_every_look_and_every_label_is_on_its_page() -> None:
    themes = {name: names[0] for name, names in sections("looks", "###").items()}
    assert sorted(themes) == sorted(ca.THEMES)
    assert all(FIGURES[name].options.get("theme", "classic") == theme for theme, name in themes.items())
    shown = re.findall(r"^```\{convanim\} (\w+)$", PAGES["looks"], re.M)
    assert {name for name, one in FIGURES.items() if one.source == "looks.toml"} <= {*shown}
    assert re.findall(r"^\| `(\w+)` \|", PAGES["looks"], re.M) == list(LABELS)


def test_every_target_in_the_table_of_contributing_is_one_of_make() -> None:
    known = {*re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)}
    named = re.findall(r"^\| `make ([a-z-]+)", PAGES["contributing"], re.M)
    assert len(named) > 9 and {*named} <= known


def grounds(text: str) -> dict[str, tuple[str, str]]:
    """The theme and the background of each figure of the package on a page; the defaults are those of conf.py."""
    found = {}
    for name, options in re.findall(r"^```\{convanim\} (\w+)\n((?::.*\n)*)", text, re.M):
        if name in FIGURES:
            given = dict(re.findall(r"^:([\w-]+): \"?(.+?)\"?$", options, re.M))
            theme = given.get("theme", FIGURES[name].options.get("theme", "auto"))
            found[name] = (theme, given.get("background", "transparent"))
    return found


ALL_PAGES = {path.relative_to(ROOT / "docs").as_posix(): path for path in (ROOT / "docs").rglob("*.md")}


@pytest.mark.parametrize("page", [name for name in ALL_PAGES if not name.startswith("generated/")])
def test_no_figure_has_dark_letters_on_a_dark_page(page: str) -> None:
    found = grounds(ALL_PAGES[page].read_text(encoding="utf-8"))
    assert not {name for name, (theme, ground) in found.items() if (theme == "auto") != (ground == "transparent")}


def test_dark_letters_on_a_dark_page_are_noticed() -> None:
    assert grounds("```{convanim} dilation\n```\n") == {"dilation": ("auto", "transparent")}
    assert grounds("```{convanim} checkerboard\n```\n") == {"checkerboard": ("clear", "transparent")}
    assert grounds("```{convanim} checkerboard\n:theme: auto\n```\n")["checkerboard"][0] == "auto"
    assert grounds('```{convanim} dilation\n:background: "#ffffff"\n```\n')["dilation"][1] == "#ffffff"


def test_each_theme_is_shown_by_itself() -> None:
    assert {theme for theme, _ in grounds(PAGES["looks"].partition("## Other looks")[0]).values()} == {*ca.THEMES}

"""The pages of a gallery: all figures, each with its formula, its code, its files, and snippets for other places.

A gallery of some hundreds of figures is one page. One of more is split into parts, each with a page, and a search that
finds the figures of all of them; parts are made one by one, by any worker, so that no process has all in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from ..spec import Figure
from ..text.escaping import script
from ..themes.table import THEMES, theme_of
from ..themes.theme import Theme
from ..write.inline import filled, inlined
from .gallery_told import COLLECTIONS, card, detail, row, text
from .snippets import PICTURES

PAGE, DETAILS = "index.html", "details.js"
MOST = 300  # figures on a page: what is told of them is about 2 MB, which a dialog waits for


@dataclass(frozen=True)
class Part:
    """The figures of one page, and what the page says of the others."""

    number: int  # from 1
    of: int  # how many parts there are
    total: int  # figures in all parts
    figures: tuple[Figure, ...]
    themes: tuple[Theme | str, ...]  # of each figure: a worker may have no theme's file
    collections: tuple[tuple[str, int], ...]  # each source, and the part in which it begins
    suffixes: tuple[str, ...]
    made_by: str  # the versions that the pages are made with

    @property
    def files(self) -> list[str]:
        """The names of the part's files, the page first."""
        if self.of == 1:
            return [PAGE, DETAILS]
        return [page_of(self.number), *(f"{name}{_ending(self.number)}.js" for name in ("details", "search"))]


def page_of(number: int) -> str:
    """The file of a page; the first is the one that a reader opens."""
    return PAGE if number == 1 else f"page{_ending(number)}.html"


def _ending(number: int) -> str:
    return "" if number == 1 else f"-{number}"


def themes_of(figures: Iterable[Figure]) -> list[Theme | str]:
    """The theme of each figure: the name of a theme that convanim has, or else the theme itself, read once."""
    read: dict[str, Theme | str] = {}
    found = []
    for figure in figures:
        asked = figure.options.get("theme", "classic")
        if repr(asked) not in read:
            read[repr(asked)] = asked if isinstance(asked, str) and asked in THEMES else theme_of(asked)
        found.append(read[repr(asked)])
    return found


def parts_of(
    figures: Iterable[Figure], themes: Iterable[Theme | str], suffixes: Iterable[str], made_by: str
) -> list[Part]:
    """The parts of a gallery. Each figure has a file beside the pages in each format of `suffixes`, of which one at
    least is in PICTURES.
    """
    chosen = list(zip(figures, themes, strict=True))
    of = max(1, -(-len(chosen) // MOST))
    places = {source: n for n, source in enumerate(_sources(figure for figure, _ in chosen))}
    if of > 1:
        chosen.sort(key=lambda one: places[one[0].source])
    starts: dict[str, int] = {}
    for n, (figure, _) in enumerate(chosen):
        starts.setdefault(figure.source, n // MOST + 1)
    collections = tuple((source, starts[source]) for source in places)
    found = []
    for number in range(1, of + 1):
        some = chosen[(number - 1) * MOST : number * MOST]
        own, looks = tuple(one for one, _ in some), tuple(theme for _, theme in some)
        found.append(Part(number, of, len(chosen), own, looks, collections, tuple(suffixes), made_by))
    return found


def pages(figures: Iterable[Figure], suffixes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The name and the text of each file of a gallery's pages."""
    chosen = list(figures)
    for part in parts_of(chosen, themes_of(chosen), suffixes, ""):
        yield from written(part).items()


def written(part: Part) -> dict[str, str]:
    """The text of each file of a part, by file name."""
    shown = next(suffix for suffix in PICTURES if suffix in part.suffixes)
    cards: dict[str, list[str]] = {}
    details, rows = [], []
    for figure, theme in zip(part.figures, part.themes, strict=True):  # one animation at a time is in memory
        animation = figure.animate(theme=theme)
        cards.setdefault(figure.source, []).append(card(figure, animation, shown))
        told = detail(figure, animation, list(part.suffixes))
        if part.of > 1:  # a figure that the search found has no card with a description
            told["alt"] = animation.alt
            rows.append(script(row(figure, animation)))
        details.append(f"{script(figure.name)}:{script(told)}")
    texts = [_page(part, cards, shown), _js("convanimDetails", "{}", details), _js("convanimRows", "[]", rows)]
    return dict(zip(part.files, texts, strict=False))


def _js(name: str, brackets: str, rows: list[str]) -> str:
    """A script that sets a value: a page that is a file can load scripts, and no data."""
    lines = ",\n".join(rows)
    return f"window.{name}={brackets[0]}\n{lines}\n{brackets[1]};\n"


def _page(part: Part, cards: dict[str, list[str]], shown: str) -> str:
    sections, chips = [], []
    for n, (source, start) in enumerate(part.collections):
        title, about = COLLECTIONS.get(source, (PurePath(source).stem, ""))
        page = "" if start == part.number else page_of(start)
        chips.append(f'<li><a href="{page}#collection-{n}">{text(title)}</a></li>')
        if source in cards:
            heading = text(title) if start == part.number else f"{text(title)}, continued"
            line = f"<p>{text(about)}</p>" if about else ""
            sections.append(
                f'<section id="collection-{n}" aria-labelledby="title-{n}"><h2 id="title-{n}">{heading}</h2>\n'
                f'{line}<ul class="grid">\n{"".join(cards[source])}</ul></section>\n'
            )
    data: dict[str, object] = {"details": part.files[1]}
    if part.of > 1:
        data |= {"parts": part.of, "shown": shown}
        sections += [FOUND, _pager(part, "More pages")]
    return filled(
        "publish/page/page.html",
        count=str(part.total),
        css=inlined("publish/page/page.css"),
        js=inlined("publish/page/page.mjs" if part.of == 1 else "publish/page/split.mjs"),
        data=script(data),
        chips="".join(chips),
        pager="" if part.of == 1 else _pager(part, "Pages"),
        which="" if part.of == 1 else f", page {part.number} of {part.of}",
        sections="".join(sections),
    )


FOUND = (
    '<section id="found" aria-labelledby="title-found" hidden><h2 id="title-found">Found on all pages</h2>\n'
    '<ul class="grid"></ul></section>\n'
)
BESIDE = 2  # pages before and after this one that the list of pages has, beside the first and the last


def _pager(part: Part, label: str) -> str:
    """The list of pages: this one, those beside it, the first and the last."""
    listed = sorted({1, part.of, *range(max(1, part.number - BESIDE), min(part.of, part.number + BESIDE) + 1)})
    items, before = [], 0
    for number in listed:
        if number > before + 1:
            items.append("<li>…</li>")
        here = ' aria-current="page"' if number == part.number else ""
        items.append(f'<li><a href="{page_of(number)}"{here}>{number}</a></li>')
        before = number
    if part.number > 1:
        items.insert(0, f'<li><a rel="prev" href="{page_of(part.number - 1)}">Previous</a></li>')
    if part.number < part.of:
        items.append(f'<li><a rel="next" href="{page_of(part.number + 1)}">Next</a></li>')
    return f'<nav class="pager" aria-label="{label}"><ul class="chips">{"".join(items)}</ul></nav>\n'


def _sources(figures: Iterable[Figure]) -> list[str]:
    """The files that figures are of, the package's first, in the order of the page."""
    return sorted(dict.fromkeys(figure.source for figure in figures), key=lambda one: [*COLLECTIONS, one].index(one))

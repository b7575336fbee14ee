"""Checks a built site, and lists its faults: python docs/check_site.py docs/_build/html

Every link within the site leads to a file, and to an anchor of it. No page loads anything from elsewhere.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"img": "src", "script": "src", "iframe": "src", "video": "src", "source": "src", "link": "href"}
NOT_LOADED = {"canonical", "next", "prev", "search", "index", "genindex", "author"}  # links that browsers don't follow


class Page(HTMLParser):
    """A page's anchors, its links, and the files it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = {""}
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what a tag names, links to or loads."""
        found = {name: value or "" for name, value in attributes}
        self.anchors.add(found.get("id", ""))
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in LOADED and LOADED[tag] in found and not {*found.get("rel", "").split()} & NOT_LOADED:
            self.loaded.append(found[LOADED[tag]])


def elsewhere(target: str) -> bool:
    """Whether a browser asks another machine for a file."""
    return urlsplit(target).scheme not in ("", "data") or bool(urlsplit(target).netloc)


def faults(site: Path) -> list[str]:
    """A line for each fault of the pages in a folder."""
    pages = {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = [] if pages else [f"{site} has no page"]
    for path, page in pages.items():
        found += [
            f"{path.name} loads {target}: keep the file in the site" for target in page.loaded if elsewhere(target)
        ]
        for target in [*page.links, *page.loaded]:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not there.is_file():
                found.append(f"{path.name} links to {target}, which is no file")
            elif there in pages and unquote(parts.fragment) not in pages[there].anchors:
                found.append(f"{path.name} links to {target}, which is no anchor of that page")
    return found


if __name__ == "__main__":
    lines = faults(Path(sys.argv[1]))
    print(*lines, sep="\n", end="\n" if lines else "")
    sys.exit(1 if lines else 0)

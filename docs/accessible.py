"""What the theme's pages lack for people who use a keyboard or a screen reader; conf.py adds it after each build."""

from __future__ import annotations

import re
from pathlib import Path

FIXES = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    '<aside class="toc-drawer no-toc">': '<aside class="toc-drawer no-toc" aria-label="On this page">',
    # wide code and tables scroll: the arrow keys need the focus for that
    "<pre>": '<pre tabindex="0">',
    '<div id="search-results">': '<h1>Search</h1><div id="search-results" role="region" aria-label="Results">',
}
TABLE = re.compile(r'(<div class="table-wrapper[^"]*")>')
CHINESE = '<article role="main" id="furo-main-content">'


def mended(text: str, chinese: bool = False) -> str:
    """A page with these attributes; a page that has them stays as it is."""
    for old, new in FIXES.items():
        text = text.replace(old, new)
    text = TABLE.sub(r'\1 tabindex="0">', text)
    return text.replace(CHINESE, CHINESE.replace(">", ' lang="zh">')) if chinese else text


def mend(site: Path) -> None:
    """Mend all pages of a built site."""
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        new = mended(text, chinese=path.parent == site / "zh")
        if new != text:
            path.write_text(new, encoding="utf-8")

"""The mended pages of the documentation have what the theme lacks, once."""

from __future__ import annotations

import importlib.util

from helpers.processes import ROOT

SPEC = importlib.util.spec_from_file_location("accessible", ROOT / "docs" / "accessible.py")
accessible = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(accessible)
PAGE = '<aside class="sidebar-drawer"><pre>x</pre><div class="table-wrapper docutils">' + accessible.CHINESE


def test_a_page_is_mended_once() -> None:
    once = accessible.mended(PAGE, chinese=True)
    assert once == accessible.mended(once, chinese=True) != PAGE
    assert once.count('tabindex="0"') == 2 and once.count("aria-label") == 1 and once.count('lang="zh"') == 1
    assert "lang" not in accessible.mended(PAGE).partition("furo")[2]


def test_all_pages_of_a_site_are_mended_and_those_in_chinese_named(tmp_path) -> None:
    (tmp_path / "zh").mkdir()
    for name in ("index.html", "zh/index.html"):
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    accessible.mend(tmp_path)
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == accessible.mended(PAGE)
    assert (tmp_path / "zh" / "index.html").read_text(encoding="utf-8") == accessible.mended(PAGE, chinese=True)

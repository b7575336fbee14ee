"""Snippets of papers and slides, and Sphinx' LaTeX, compiled by pdfLaTeX and read by Poppler."""

from __future__ import annotations

import re
import subprocess
import unicodedata

import pytest

import convanim as ca
from convanim.publish.snippets import EMBEDS
from convanim.write import FORMATS
from helpers.hostile import HOSTILE, lined
from helpers.processes import python

LATIN = [
    title
    for title in HOSTILE
    if not any(unicodedata.name(c, "").startswith(("HEBREW", "CJK", "MATHEMATICAL")) for c in title)
]
PREAMBLE = {
    "latex": "\\documentclass{article}\\usepackage{graphicx}",
    "tikz": "\\documentclass{article}\\usepackage{tikz}",
    "beamer": "\\documentclass{beamer}\\usepackage{tikz}",
}


def compiled(text, folder, times=1):
    """The text of the PDF that pdfLaTeX makes; nothing may be run from it."""
    (folder / "x.tex").write_text(text, encoding="utf-8")
    for _ in range(times):
        run = subprocess.run(
            ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "x.tex"],
            cwd=folder,
            capture_output=True,
        )
        assert run.returncode == 0, run.stdout[-3000:].decode(errors="replace")
    return subprocess.run(
        ["pdftotext", "-layout", "x.pdf", "-"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def letters(text):
    """What can be compared: TeX's quotation marks and accents are other characters than the keyboard's."""
    return re.sub(r"[\s\"'`”’‘“^ˆ~˜_-]", "", text)


@pytest.mark.parametrize("place", PREAMBLE)
def test_a_paper_or_slide_shows_the_figure_and_its_title_as_text(place, tmp_path):
    if EMBEDS[place].suffixes[0] not in FORMATS:
        pytest.skip(f"no format {EMBEDS[place].suffixes[0]}")
    body = []
    for n, title in enumerate(LATIN):
        a = ca.animate(ca.Conv(4, 3), seed=1, title=title)
        name = EMBEDS[place].file(f"figure{n}")
        a.save(tmp_path / name)
        body.append(a.embed(place, name))
    text = compiled(
        f"{PREAMBLE[place]}\n\\begin{{document}}\n" + "\n\\clearpage\n".join(body) + "\n\\end{document}\n", tmp_path
    )
    for title in LATIN:
        assert letters(lined(title)) in letters(text), title


def test_a_title_that_is_not_escaped_is_not_found_or_does_not_compile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a = ca.animate(ca.Conv(4, 3), seed=1, title="100 % of #1")
    a.save(tmp_path / "figure.pdf")
    snippet = a.embed("latex")
    text = compiled(f"{PREAMBLE['latex']}\n\\begin{{document}}\n{snippet}\n\\end{{document}}\n", tmp_path)
    assert "100 % of #1" in text
    with pytest.raises(AssertionError):
        compiled(
            f"{PREAMBLE['latex']}\n\\begin{{document}}\n{snippet.replace(chr(92) + '%', '%')}\n\\end{{document}}\n",
            tmp_path,
        )


def test_a_paper_shows_the_step_that_explains_most(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a = ca.animate(ca.Conv(5, 3), poster=7)
    a.save(tmp_path / "figure.pdf")
    pages = []
    for number, step in enumerate((7, 6)):
        (tmp_path / f"{number}.png").unlink(missing_ok=True)
        snippet = a.embed("latex").replace("page=8", f"page={step + 1}").replace("\\caption", "% \\caption")
        compiled(
            f"{PREAMBLE['latex']}\\pagestyle{{empty}}\n\\begin{{document}}\n{snippet}\n\\end{{document}}\n", tmp_path
        )
        subprocess.run(["pdftoppm", "-r", "72", "-png", "-singlefile", "x.pdf", str(number)], cwd=tmp_path, check=True)
        pages.append((tmp_path / f"{number}.png").read_bytes())
    a.save(tmp_path / "figure.pdf", step=7)
    own = a.embed("latex").replace("\\caption", "%")
    compiled(f"{PREAMBLE['latex']}\\pagestyle{{empty}}\n\\begin{{document}}\n{own}\n\\end{{document}}\n", tmp_path)
    subprocess.run(["pdftoppm", "-r", "72", "-png", "-singlefile", "x.pdf", "own"], cwd=tmp_path, check=True)
    assert (tmp_path / "own.png").read_bytes() == pages[0] != pages[1]


def test_the_latex_of_sphinx_compiles_with_figures_in_it(tmp_path):
    source = tmp_path / "docs"
    source.mkdir()
    fonts = 'latex_elements = {"fontpkg": "", "fontenc": ""}\n'  # TeX's own, which every installation has
    (source / "conf.py").write_text(f'extensions = ["convanim.sphinx"]\nproject = "x"\n{fonts}', encoding="utf-8")
    rst = "T\n=\n\n" + "".join(
        f".. convanim:: conv\n   :input-size: 4\n   :kernel-size: 3\n   :title: {lined(title)}\n\n   Caption {n}.\n\n"
        for n, title in enumerate(LATIN)
    )
    (source / "index.rst").write_text(rst, encoding="utf-8")
    run = python("-m", "sphinx", "-q", "-W", "-b", "latex", source, tmp_path / "latex")
    assert run.returncode == 0, run.stderr
    text = compiled((tmp_path / "latex" / "x.tex").read_text(encoding="utf-8"), tmp_path / "latex", times=2)
    assert all(f"Caption {n}." in text for n in range(len(LATIN)))
    found = subprocess.run(
        ["pdfimages", "-list", "x.pdf"], cwd=tmp_path / "latex", capture_output=True, text=True, check=True
    ).stdout
    assert len(found.splitlines()) == 2  # the head of the table alone: figures are vectors

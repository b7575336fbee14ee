"""The letters of TikZ files and PDFs in the column of a paper, for which they are made."""

from __future__ import annotations

import re
import subprocess

import pytest

import convanim as ca
from helpers.tex import compiled

COLUMN = r"""\documentclass[10pt]{article}\usepackage{tikz}\usepackage{graphicx}\pagestyle{empty}
\setlength\textwidth{240pt}\setlength\textheight{680pt}\setlength\parindent{0pt}
\begin{document}
{\fontsize{8}{8}\selectfont reference}

%s
\end{document}
"""


def heights(path):
    """The height of each word of a PDF in points, as Poppler tells it: that of its font."""
    out = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True, text=True).stdout
    found = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]+)<', out)
    return {word: float(bottom) - float(top) for top, bottom, word in found}


@pytest.mark.parametrize("board", [False, True])
@pytest.mark.parametrize("view", ["isometric", "flat", "matrix"])
def test_letters_have_eight_points_in_the_column_of_a_paper_for_which_a_figure_is_made(view, board, tmp_path):
    def read(name, **look):
        a = ca.animate(ca.Conv(5, 3, padding=1), view=view, theme="clear", **look)
        a = a.storyboard(4) if board else a
        a.save(tmp_path / f"{name}.tex")
        path = compiled(tmp_path, f"paper_{name}", COLUMN % rf"\input{{{name}}}\convanimposter")
        assert "Overfull" not in path.with_suffix(".log").read_text(errors="replace")
        found = heights(path)
        return min(found[word] for word in ("step", "input", "padding")) / found["reference"]

    assert 0.95 < read("made", width_pt=240) < 1.1
    # the figure is drawn smaller to fit into the column, and its letters with it
    assert read("usual") < 0.85, "the comparison sees letters that are too small"


def test_a_page_of_a_pdf_fits_into_the_column_for_which_it_is_made(tmp_path):
    ca.animate(ca.Conv(5, 3), theme="clear", width_pt=240).save(tmp_path / "x.pdf", step="poster")
    for width, overfull in ((240, False), (239, True)):
        text = COLUMN.replace("240pt", f"{width}pt") % r"\includegraphics{x}"
        log = compiled(tmp_path, "paper", text).with_suffix(".log").read_text(errors="replace")
        assert ("Overfull" in log) == overfull

"""TikZ files and PDFs in real programs: pdfLaTeX compiles them alone, in a paper and in slides, and their pages look
like the figure's frames.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from PIL import Image

import convanim as ca
from helpers import data_marks
from helpers.tex import compiled
from oracle.pictures import differences

SHARP = 4  # pixels for one, so that lines thinner than a pixel look alike in all programs


def pages(path):
    """(width, height) of each page in points."""
    out = subprocess.run(["pdfinfo", "-l", "100000", path], capture_output=True, check=True, text=True).stdout
    return [(float(w), float(h)) for w, h in re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+) pts", out)]


def pictured(path, page, size):
    """A page, counted from 0, as Poppler draws it, `size` (width, height) in pixels."""
    place = path.with_suffix("")
    subprocess.run(
        [
            "pdftoppm",
            "-png",
            "-f",
            str(page + 1),
            "-l",
            str(page + 1),
            "-singlefile",
            "-scale-to-x",
            str(size[0] * SHARP),
            "-scale-to-y",
            str(size[1] * SHARP),
            path,
            place,
        ],
        check=True,
    )
    with Image.open(f"{place}.png") as picture:
        return np.asarray(picture.convert("RGB").resize(size, Image.BOX))


def sharp(a, step):
    """A frame, drawn in as many pixels for one."""
    return np.asarray(Image.fromarray(replace(a, dpi=a.dpi * SHARP).frame(step)).resize(a.size, Image.BOX))


def words(path):
    """All text of a PDF."""
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout


WORDLESS = {
    "classic": lambda: ca.figure("padding_strides"),
    "hatches": lambda: ca.animate(ca.Conv((4, 5), 3, padding=((2, 0), (1, 0)), stride=2), theme="print", labels="none"),
    "dark": lambda: ca.animate(
        ca.ConvTranspose(3, 2, stride=2, output_padding=1), theme="dark", labels="none", reveal=True
    ),
    "connections": lambda: ca.animate(
        [ca.Conv(6, 2, ndim=1), ca.Conv(5, 2, dilation=2, ndim=1)], theme="clear", labels="none"
    ),
    "channels": lambda: ca.animate(
        ca.Conv(3, 2, in_channels=2, groups=2, out_channels=2), view="isometric", theme="colorblind", labels="none"
    ),
    "larger": lambda: ca.animate(ca.Conv(3, 2), scale=1.5),
}
WORDED = {
    "numbers": lambda **look: ca.figure("numerical_padding_strides_explained", **look),
    "letters": lambda **look: ca.figure("alphabet_conv", **look),
    "Chinese": lambda **look: ca.figure("chinese", **look),
    "stamps": lambda **look: ca.figure("even_stamps", **look),
    "by hand": lambda **look: ca.figure("by_hand_full", **look),
    "symbols": lambda **look: ca.figure("symbols_reveal", **look),
}


@pytest.mark.parametrize("name", WORDLESS)
def test_a_figure_without_words_compiles_alone_to_pages_that_look_like_its_frames(name, tmp_path):
    a = WORDLESS[name]()
    a.save(tmp_path / "x.tex")
    path = compiled(tmp_path, "x")
    sizes = pages(path)
    assert len(sizes) == len(a)
    assert sizes[0] == pytest.approx([side * 72 / 150 for side in a.size], abs=0.5)
    for step in sorted({0, a.poster, len(a) - 1}):
        assert not differences(pictured(path, step, a.size), sharp(a, step)), step
        assert differences(pictured(path, step, a.size), sharp(a, (step + 1) % len(a))), (
            "the comparison sees another step"
        )


@pytest.mark.parametrize("name", WORDED)
def test_a_figure_with_words_compiles_alone_and_says_them_in_tex_own_letters(name, tmp_path):
    a = WORDED[name]()
    a.save(tmp_path / "x.tex")
    path = compiled(tmp_path, "x")
    assert len(pages(path)) == len(a)
    step = a.poster
    far = np.abs(pictured(path, step, a.size).astype(int) - sharp(a, step)).mean()
    other = np.abs(pictured(path, (step + 1) % len(a), a.size).astype(int) - sharp(a, step)).mean()
    assert far < 9 and far < other, "other fonts, but the same figure"
    text = words(path)
    assert name == "Chinese" or f"step {step + 1} of {len(a)}" in text
    fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout
    assert re.search(r"CM(R|MI)\d+ .* yes yes", fonts), "embedded Computer Modern"


PAPER = r"""\documentclass{article}
\usepackage{tikz}
\renewcommand\familydefault{\sfdefault}
\begin{document}
Before. \begin{figure}\centering\input{one.tex}\convanimposter\caption{The first.}\end{figure}
\begin{figure}\input{other.tex}\convanimstep{2}\hfill\convanimstep{\convanimsteps}%
\caption{Two steps of the second.}\end{figure}
\input{one}\convanimstep{1}
\end{document}
"""


def test_a_paper_reads_two_figures_in_its_own_font(tmp_path):
    one = WORDED["numbers"]()
    one.save(tmp_path / "one.tex")
    WORDED["symbols"]().save(tmp_path / "other.tex")
    text = words(compiled(tmp_path, "paper", PAPER))
    assert (
        text.count("of 9") == 2
        and "step 2 of 4" in text
        and "step 4 of 4" in text
        and f"step {one.poster + 1} of 9" in text
    )
    fonts = subprocess.run(["pdffonts", tmp_path / "paper.pdf"], capture_output=True, check=True, text=True).stdout
    assert re.search(r"CMSS\d+", fonts)


BEAMER = r"""\documentclass{beamer}
\usepackage{tikz}
\begin{document}
\begin{frame}{Overlays}\centering\input{one.tex}\convanimoverlays\end{frame}
\begin{frame}{Still}\centering\input{one.tex}\convanimposter\end{frame}
\end{document}
"""


def test_in_beamer_each_step_is_a_slide(tmp_path):
    a = ca.animate(ca.Conv(4, 3), theme="clear", scale=0.6, labels=["step"])
    a.save(tmp_path / "one.tex")
    path = compiled(tmp_path, "slides", BEAMER, runs=2)
    assert len(pages(path)) == len(a) + 1
    assert [f"step {n} of 4" in page for n, page in enumerate(words(path).split("\f")[:4], 1)] == [True] * 4


ANIMATED = r"""\documentclass{article}
\usepackage{tikz,animate}
\begin{document}
\input{one.tex}\convanimanimate{2}
\end{document}
"""


def test_the_package_animate_plays_all_steps(tmp_path):
    a = ca.animate(ca.Conv(4, 3), theme="clear", labels="none")
    a.save(tmp_path / "one.tex")
    path = compiled(tmp_path, "animated", ANIMATED, runs=2)
    told = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True).stdout
    assert len(pages(path)) == 1 and re.search(r"JavaScript: +yes", told)


def test_a_single_step_is_a_single_page(tmp_path):
    a = WORDLESS["classic"]()
    a.save(tmp_path / "x.tex", step=3)
    path = compiled(tmp_path, "x")
    assert len(pages(path)) == 1 and not differences(pictured(path, 0, a.size), sharp(a, 3))


HOSTILE = [
    "\\input{secret}",
    "100 % of $x$ & y_1 #2 ^3 ~ {a} \\end{document}",
    "\"quoted\" 'text' `ticks` <script> --- ,,",
    "ends\nhere\n\\csname x",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_come_out_as_text(title, tmp_path):
    (tmp_path / "secret.tex").write_text("LEAKED")
    a = ca.animate(ca.Conv(3, 2), title=title, labels=["title"], theme="clear")
    a.save(tmp_path / "x.tex")
    text = "".join(words(compiled(tmp_path, "x")).split("\f")[0].split())
    assert "LEAKED" not in text
    for old, new in (("’", "'"), ("‘", "`"), ("”", '"'), ("∼", "~"), ("˜", "~"), ("ˆ", "^")):
        text = text.replace(old, new)
    assert text == "".join(title.split()).replace("_", ""), (
        "all but the underscore, which Computer Modern has as a line"
    )


# --- in documents that aren't like others


def measured(folder, body, preamble=""):
    """The widths in points that a document prints with \\typeout{IS ...}."""
    compiled(
        folder,
        "paper",
        f"\\documentclass{{article}}\n\\usepackage{{tikz}}{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n",
    )
    return [float(width) for width in re.findall(r"IS ([\d.]+)pt", (folder / "paper.log").read_text(errors="replace"))]


def test_reading_a_figure_amid_a_line_leaves_no_blank(tmp_path):
    WORDED["numbers"]().save(tmp_path / "x.tex")
    line = r"\setbox0\hbox{A%sB}\typeout{IS \the\wd0}"
    plain, read, blank = measured(tmp_path, "".join(line % amid for amid in ("", r"\input{x}", " ")))
    assert read == plain < blank


def test_a_figure_is_as_wide_as_its_box_wherever_it_stands(tmp_path):
    a = WORDED["numbers"]()
    a.save(tmp_path / "x.tex")
    (width,) = measured(tmp_path, r"\setbox0\hbox{\input{x}\convanimposter}\typeout{IS \the\wd0}")
    assert width == pytest.approx(a.scene.box.width * 14.1734 * 72.27 / 72, abs=0.02)


ACTIVE = "".join(rf"\catcode{ord(c)}=13 " for c in ";:!\"'>-|")  # as languages make some of them
EVERY = (
    r"\tikzset{every node/.style={draw,circle,inner sep=9pt},every path/.style={line width=3pt,red},every"
    r" scope/.style={rotate=30},"
    r"every picture/.style={scale=.5}}"
)
ALONE_ON_A_PAGE = (
    r"\setbox1\hbox{\convanimposter}\pdfpagewidth\wd1 \pdfpageheight\ht1 \hoffset-1in \voffset-1in \shipout\box1 "
)


@pytest.mark.parametrize(("before", "after"), [(ACTIVE, ACTIVE.replace("13", "12")), (EVERY, "")])
def test_what_a_document_changes_for_itself_leaves_a_figure_as_it_is(before, after, tmp_path):
    a = WORDED["numbers"]()
    a.save(tmp_path / "x.tex")
    pictures = []
    for text in (rf"\input{{x}}{ALONE_ON_A_PAGE}", rf"{before}\input{{x}}{after}{ALONE_ON_A_PAGE}"):
        path = compiled(
            tmp_path, "paper", rf"\documentclass{{article}}\usepackage{{tikz}}\begin{{document}}{text}\end{{document}}"
        )
        pictures.append(pictured(path, 0, a.size))
    assert (pictures[0] == pictures[1]).all() and np.ptp(pictures[0]) > 200


def test_of_two_figures_that_differ_in_their_values_alone_each_keeps_its_own(tmp_path):
    for n in (1, 2):
        ca.animate(ca.Conv(4, 3), seed=n, title="the same", labels="none").save(tmp_path / f"{n}.tex")
    pair = (
        r"\input{1}\let\first\convanimstep\input{2}\first{2}\newpage\convanimstep{2}\newpage\input{1}\convanimstep{2}"
    )
    text = rf"\documentclass{{article}}\usepackage{{tikz}}\pagestyle{{empty}}\begin{{document}}{pair}\end{{document}}"
    one, two, again = words(compiled(tmp_path, "paper", text)).split("\f")[:3]
    assert one == again != two


def test_a_paper_gives_a_role_another_colour(tmp_path):
    a = WORDLESS["classic"]()
    a.save(tmp_path / "x.tex")
    body = ALONE_ON_A_PAGE + r"\tikzset{convanim/input/.style={fill=red}}" + ALONE_ON_A_PAGE
    path = compiled(
        tmp_path,
        "paper",
        rf"\documentclass{{article}}\usepackage{{tikz}}\begin{{document}}\input{{x}}{body}\end{{document}}",
    )
    blue, red = ({tuple(colour) for colour in pictured(path, page, a.size).reshape(-1, 3).tolist()} for page in (0, 1))
    assert (38, 139, 210) in blue - red and (255, 0, 0) in red - blue


def test_letters_grow_with_the_figure_beyond_the_sizes_that_a_font_has(tmp_path):
    sizes = []
    for scale in (1, 5):
        a = ca.animate(ca.Conv(3, 2), seed=1, scale=scale)
        a.save(tmp_path / f"x{scale}.tex", step=0)
        path = compiled(tmp_path, f"x{scale}")
        assert "Font Warning" not in path.with_suffix(".log").read_text(errors="replace")
        out = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True, text=True).stdout
        sizes.append(
            [
                float(bottom) - float(top)
                for top, bottom in re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)"', out)
            ]
        )
    assert sizes[0] and sizes[1] == pytest.approx([5 * size for size in sizes[0]], rel=0.01)


def test_the_last_step_is_held_in_slides_that_play(tmp_path):
    a = ca.animate(ca.Conv(4, 3), labels="none", step_ms=500, hold_ms=1500, loop=1)
    a.save(tmp_path / "one.tex")
    text = (tmp_path / "one.tex").read_text(encoding="utf-8")
    assert "\\newframe[0.5]" in text and "[autoplay,controls]" in text
    compiled(tmp_path, "animated", ANIMATED, runs=2)


def test_what_grows_is_seen_in_every_order_of_steps(tmp_path):
    a = WORDLESS["dark"]()
    a.save(tmp_path / "x.tex")
    order = [5, 0, len(a) - 1, 2]
    body = "".join(ALONE_ON_A_PAGE.replace("\\convanimposter", f"\\convanimstep{{{step + 1}}}") for step in order)
    path = compiled(
        tmp_path,
        "p",
        rf"\documentclass{{article}}\usepackage{{tikz}}\begin{{document}}\input{{x}}{body}\end{{document}}",
    )
    for page, step in enumerate(order):
        assert not differences(pictured(path, page, a.size), sharp(a, step)), step
    a.save(tmp_path / "y.tex", step=5)
    assert not differences(pictured(compiled(tmp_path, "y"), 0, a.size), sharp(a, 5))


def test_hundreds_of_pages_need_hardly_more_of_tex_memory_than_a_few(tmp_path):
    used = []
    for size in (4, 22):
        ca.animate(ca.Conv(size, 3), seed=1, theme="clear", labels=["step", "sum"]).save(tmp_path / "x.tex")
        path = compiled(tmp_path, "x")
        assert len(pages(path)) == (size - 2) ** 2
        used.append(int(re.search(r"(\d+) words of memory", path.with_suffix(".log").read_text(errors="replace"))[1]))
    assert used[1] - used[0] < 400_000, "of 5,000,000; what stands still takes most of it"


def test_other_engines_compile_it_too(tmp_path):
    there = subprocess.run(["kpsewhich", "luatex85.sty"], capture_output=True, check=False).stdout
    for engine in filter(shutil.which, ["xelatex", *(["lualatex"] if there else [])]):
        WORDED["numbers"]().save(tmp_path / "x.tex")
        assert len(pages(compiled(tmp_path, "x", engine=engine))) == 9


@pytest.mark.parametrize("engine", [name for name in ("pdflatex", "lualatex") if shutil.which(name)])
def test_what_stands_still_is_in_the_file_once_and_its_veils_are_veils(engine, tmp_path):
    a = ca.animate(ca.Conv(5, 3, padding=1), theme="clear", labels="none", reveal=True)
    a.save(tmp_path / "x.tex")
    # what the class for single pictures does, which not every LuaTeX has all of
    alone = (
        r"\documentclass{article}\usepackage{tikz}\newenvironment{convanimsheet}{\newpage}{}\def\convanimalone{}\pagestyle{empty}"
        r"\begin{document}\parindent0pt\input{x}"
    )
    path = compiled(tmp_path, "alone", alone, engine=engine)
    assert len(pages(path)) == len(a)
    read = subprocess.run(["pdftoppm", "-r", "20", path, tmp_path / "page"], capture_output=True, check=True)
    assert read.stderr == b"", "no fault in the forms' resources"
    for step in (0, len(a) - 1):
        colours, counts = np.unique(sharp(a, step).reshape(-1, 3), axis=0, return_counts=True)
        flat = {tuple(colour) for colour in colours[counts > 400].tolist()}  # fills, those under the veil mixed with it
        picture = {tuple(colour) for colour in pictured(path, step, (1224, 1584)).reshape(-1, 3).tolist()}
        missing = {
            colour
            for colour in flat
            if not any(max(abs(x - y) for x, y in zip(colour, other, strict=True)) <= 1 for other in picture)
        }
        assert len(flat) > 3 and not missing


# --- PDF, in Poppler


@pytest.mark.parametrize("name", [*WORDLESS, *WORDED])
def test_every_page_of_a_pdf_looks_like_its_frame_in_poppler_too(name, tmp_path):
    a = (WORDLESS | WORDED)[name]()
    (path,) = a.save(tmp_path / "x.pdf")
    assert len(pages(path)) == len(a)
    for step in sorted({0, a.poster, len(a) - 1}):
        assert not differences(pictured(path, step, a.size), sharp(a, step)), step
    fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout
    assert len(fonts.splitlines()) == 2, "letters are outlines"


def test_what_pdfinfo_says_of_a_pdf(tmp_path):
    a = ca.animate(ca.Conv(3, 2), title="Größe <b> 卷积", theme="clear", labels="none")
    (path,) = a.save(tmp_path / "x.pdf")
    told = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True)
    assert (
        "Größe <b> 卷积" in told.stdout
        and "Creator:         convanim" in told.stdout
        and "CreationDate" not in told.stdout
        and told.stderr == ""
    )


def overfull(text, folder):
    """The lines in which TeX says that something is too large for its place."""
    compiled(folder, "wide", text, runs=1)
    return re.findall("Overfull .*", (folder / "wide.log").read_text(encoding="utf-8", errors="replace"))


def test_a_figure_that_is_too_large_for_its_column_or_slide_is_drawn_smaller(tmp_path):
    for n, a in enumerate(
        (
            ca.animate(ca.Conv((6, 8), (2, 3)), theme="clear"),
            ca.animate(ca.ConvTranspose((3, 8), 2, stride=2), view="flat", theme="clear"),
        )
    ):
        a.save(tmp_path / f"one{n}.tex")
        a.save(tmp_path / f"one{n}.pdf")
        paper = "\n".join(a.embed(place, f"one{n}{suffix}") for place, suffix in (("latex", ".pdf"), ("tikz", ".tex")))
        assert (
            overfull(
                f"\\documentclass[twocolumn]{{article}}\\usepackage{{tikz}}\n\\begin{{document}}\n{paper}\n\\end{{document}}\n",
                tmp_path,
            )
            == []
        )
        slide = a.embed("beamer", f"one{n}.tex")
        assert (
            overfull(
                f"\\documentclass{{beamer}}\\usepackage{{tikz}}\n\\begin{{document}}\n{slide}\n\\end{{document}}\n",
                tmp_path,
            )
            == []
        )
        free = slide.replace("0.75\\textheight", "99cm").replace(
            "\\convanimoverlays", "\\def\\convanimwidth{99cm}\\convanimoverlays"
        )
        assert overfull(
            f"\\documentclass{{beamer}}\\usepackage{{tikz}}\n\\begin{{document}}\n{free}\n\\end{{document}}\n", tmp_path
        ), "but for its limits"


def test_a_step_that_there_is_not_is_an_error(tmp_path):
    ca.animate(ca.Conv(3, 2)).save(tmp_path / "one.tex")
    for step in (0, 5):
        with pytest.raises(AssertionError, match=f"There is no step {step} in this figure"):
            compiled(tmp_path, "none", PAPER.replace("\\convanimposter", f"\\convanimstep{{{step}}}"))


def matplotlibs(shade):
    """The colour of a shade as matplotlib has it."""
    return [round(channel * 255) for channel in matplotlib.colormaps[shade.colormap](shade.index)[:3]]


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_rasters_and_shaded_marks_have_their_colours(tmp_path, engine):
    a = data_marks.figure()
    (path,) = a.save(tmp_path / "data.tex")
    pdf = compiled(tmp_path, "data", engine=engine)
    for step in (0, 2):
        assert data_marks.wrong(pictured(pdf, step, a.size), step, matplotlibs, 1) == []
    spoiled = path.read_text(encoding="utf-8").replace("{00FF00}", "{00E000}", 1)
    pdf = compiled(tmp_path, "spoiled", spoiled, engine=engine)
    assert data_marks.wrong(pictured(pdf, 0, a.size), 0, matplotlibs, 1) == [(2.5, 1.5)]


def test_rasters_and_shaded_marks_have_their_colours_in_a_paper(tmp_path):
    a = data_marks.figure()
    a.save(tmp_path / "data.tex")
    paper = (
        "\\documentclass{article}\\usepackage{tikz}\\usepackage[active,tightpage]{preview}\\PreviewBorder=0pt\n"
        "\\def\\convanimwidth{50cm}\\def\\convanimheight{50cm}\\begin{document}\\input data\n"
        "\\begin{preview}\\convanimstep{3}\\end{preview}\\end{document}\n"
    )
    pdf = compiled(tmp_path, "paper", paper)
    assert data_marks.wrong(pictured(pdf, 0, a.size), 2, matplotlibs, 1) == []

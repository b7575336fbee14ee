"""TikZ files: they compile alone, a page a step, and can be read by a paper or by slides, in whose fonts their texts are then set."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..escaping import one_line
from ..render.tikz import Picture
from ..theme import CELL_BP
from .files import replacing

if TYPE_CHECKING:
    from ..animation import Animation

GUIDE_DPI = 150  # pixels an inch at which a cell is as large as in the guide, 0.5 cm
READABLE = {*string.ascii_letters, *string.digits, *" .,:;-+=()/"}  # what a comment of TeX holds in any encoding

USE = r"""% {title}
% Compile it alone for a page a step; or in a document with \usepackage{{tikz}} in its preamble:
%   \input this file, then \convanimposter draws the step that explains most, and \convanimstep{{3}} step 3 of {steps}
%   \convanimoverlays     in a frame of beamer: a step a slide
%   \convanimanimate{{{rate}}}    with \usepackage{{animate}}: playing, {rate} steps a second
% \renewcommand\convanimfont{{\sffamily}} sets its texts in another font, \tikzset{{convanim/input/.style={{fill=yellow}}}} its cells in another colour.
"""

# before a document class was read there is no list of its options
ALONE = r"""\expandafter\ifx\csname @classoptionslist\endcsname\relax
  \documentclass[border=0pt,multi=tikzpicture]{standalone}
  \usepackage{tikz}
  \def\convanimalone{}
\fi
\providecommand\convanimfont{}
\def\convanimfit#1#2#3{\setbox0\hbox{\fontsize{#1bp}{#1bp}\convanimfont\selectfont#3}\ifdim\wd0>#2bp\resizebox{#2bp}{!}{\box0}\else\box0\fi}
"""


def write(animation: Animation, path: Path) -> None:
    """Write all steps."""
    with replacing(path) as file:
        for text in _document(animation, range(len(animation))):
            file.write(text.encode())


def write_steps(animation: Animation, pictures: Iterator[tuple[int, Path]]) -> None:
    """Write the given steps, a file each."""
    for step, path in pictures:
        with replacing(path) as file:
            for text in _document(animation, [step]):
                file.write(text.encode())


def _document(animation: Animation, steps: Iterable[int]) -> Iterator[str]:
    chosen = list(steps)
    name = "cv" + _letters(hashlib.sha256(repr((animation.scene.title, animation.scene.description, animation.scene.box, animation.theme)).encode()).digest())
    bp = CELL_BP * animation.dpi / GUIDE_DPI
    picture = Picture(animation.scene, animation.theme, name, bp)
    poster = chosen.index(animation.poster) + 1 if animation.poster in chosen else 1
    yield USE.format(title=_comment(animation.scene.title), steps=len(chosen), rate=f"{1000 / animation.step_ms:.3g}") + ALONE
    yield "".join(f"\\definecolor{{{colour}}}{{HTML}}{{{code}}}\n" for colour, code in picture.colours())
    yield "".join(f"\\tikzset{{{style}/.style={{{options}}}}}\n" for style, options in picture.styles())
    for part, text in picture.kept():
        yield _defined(f"{name}@{part}", text)
    for n, step in enumerate(chosen, 1):
        yield _defined(f"{name}@{n}", picture.step(step))
    overlays = "".join(f"\\only<{n}>{{\\convanimstep{{{n}}}}}" for n in range(1, len(chosen) + 1))
    yield (f"\\def\\convanimsteps{{{len(chosen)}}}\n"
           f"\\def\\convanimstep#1{{\\begin{{tikzpicture}}[x={bp:.4f}bp, y=-{bp:.4f}bp, line cap=butt, line join=miter, miter limit=4]\n{picture.ground()}\n"
           f"\\csname {name}@\\number#1\\endcsname\n\\end{{tikzpicture}}}}\n"
           f"\\def\\convanimposter{{\\convanimstep{{{poster}}}}}\n"
           f"\\def\\convanimoverlays{{{overlays}}}\n"
           f"\\def\\convanimanimate#1{{\\begin{{animateinline}}[autoplay,loop,controls]{{#1}}\\multiframe{{{len(chosen)}}}{{iconvanim=1+1}}"
           "{\\convanimstep{\\iconvanim}}\\end{animateinline}}\n")
    yield "\\expandafter\\ifx\\csname convanimalone\\endcsname\\relax\\expandafter\\endinput\\fi\n\\begin{document}\n"
    yield "".join(f"\\convanimstep{{{n}}}\n" for n in range(1, len(chosen) + 1))
    yield "\\end{document}\n"


def _defined(name: str, text: str) -> str:
    return f"\\expandafter\\def\\csname {name}\\endcsname{{%\n{text}}}\n"


def _comment(text: str) -> str:
    """What of a text a comment may hold: no end of line, and no letter that an encoding has its own idea of."""
    return "".join(c if c in READABLE else "?" if not c.isascii() else c if c.isprintable() and c not in "\\%{}^" else "?" for c in one_line(text))


def _letters(digest: bytes) -> str:
    """A few letters that are the same for the same figure; a name in TeX has no digits."""
    return "".join(string.ascii_lowercase[byte % 26] for byte in digest[:8])

"""TikZ files: they compile alone, a page per step, and can be read by a paper or by slides, in whose fonts their texts
are then set.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from ..progress import Progress, counted, stepwise
from ..render.tikz import Look, Picture
from ..text.escaping import one_line
from ..themes.theme import CELL_BP, GUIDE_DPI
from .tex_macros import ALONE, AT_EASE, MACROS, USE

if TYPE_CHECKING:
    from ..clip import Clip

READABLE = {*string.ascii_letters, *string.digits, *" .,:;-+=()/"}  # what a comment of TeX holds in any encoding


def write(clip: Clip, file: BinaryIO, progress: Progress | None) -> None:
    """Write all steps."""
    file.writelines(_document(clip, range(len(clip)), progress))


def steps_alone(clip: Clip, steps: Iterator[int]) -> Iterator[bytes]:
    """The given steps, a file each."""
    for step in steps:
        yield b"".join(_document(clip, [step], None))


def _document(clip: Clip, steps: Sequence[int], progress: Progress | None) -> Iterator[bytes]:
    """The file's parts, one after the other."""
    bp = CELL_BP * clip.dpi / GUIDE_DPI
    scene, theme = clip.scene, clip.theme
    digest = hashlib.sha256(repr((scene.box, theme, bp)).encode())
    # made twice, rather than kept: a long clip is larger than what else is in memory
    twice = counted([*steps, *steps], stepwise(progress, len(steps)))
    for text in _body(clip, islice(twice, len(steps)), bp):
        digest.update(text.encode())
    name = "cv" + _letters(digest.digest())
    for text in (_head(clip, steps), _look(Look(scene, theme, name, bp)), *_macros(clip, steps, name, bp)):
        yield text.encode()
    for text in _body(clip, twice, bp):
        yield text.encode()
    yield b"\\convanimend\n\\end{document}\n"


def _head(clip: Clip, steps: Sequence[int]) -> str:
    return (
        USE.format(title=_comment(clip.scene.title), steps=len(steps), rate=f"{1000 / clip.step_ms:.6g}")
        + ALONE
        + AT_EASE
    )


def _look(look: Look) -> str:
    """The colours, and the styles of the roles."""
    colours = "".join(f"\\definecolor{{{colour}}}{{HTML}}{{{code}}}\n" for colour, code in look.colours())
    styles = "".join(f"\\tikzset{{{style}/.style={{{options}}}}}\n" for style, options in look.styles())
    return f"{colours}{styles}\\def\\convanimbounds{{{look.bounds()}}}\n\\def\\convanimground{{{look.ground()}}}\n"


def _macros(clip: Clip, steps: Sequence[int], name: str, bp: float) -> Iterator[str]:
    box, count = clip.scene.box, len(steps)
    poster = steps.index(clip.poster) + 1 if clip.poster in steps else 1
    longer = clip.duration(steps[-1])
    # the last step is a frame of its own rate, which holds it longer
    last = f"[{1000 / longer:.6g}]" if count > 1 and longer != clip.step_ms else ""
    frames = rf"\multiframe{{{count - 1}}}{{iconvanim=1+1}}{{\convanimstep{{\iconvanim}}}}\newframe{last}"
    overlays = "".join(rf"\only<{n}>{{\convanimstep{{{n}}}}}" for n in range(1, count + 1))
    looped = "" if clip.loop == 1 else ",loop"
    yield MACROS
    yield (
        rf"\def\convanimname{{{name}}}"
        "\n"
        rf"\def\convanimcell{{{bp:.4f}bp}}"
        "\n"
        rf"\def\convanimcorner{{{box.x:.3f},{box.y:.3f}}}"
        "\n"
        rf"\def\convanimsteps{{{count}}}"
        "\n"
        rf"\def\convanimposter{{\convanimstep{{{poster}}}}}"
        "\n"
        rf"\def\convanimoverlays{{{overlays}}}"
        "\n"
        rf"\def\convanimanimate#1{{\begin{{animateinline}}[autoplay,controls{looped}]{{#1}}"
        rf"{frames if count > 1 else ''}\convanimstep{{{count}}}\end{{animateinline}}}}"
        "\n"
        # the macro itself holds all that belongs to this figure, so that \let keeps it when another figure is read
        rf"\edef\convanimstep#1{{\noexpand\leavevmode\begingroup\def\noexpand\convanimname{{{name}}}"
        r"\def\noexpand\convanimcell{\convanimcell}\setbox4\hbox{\noexpand\convanimpicture"
        r"{\unexpanded\expandafter{\convanimground}\noexpand\convanimdraw{#1}}}\noexpand\convanimwithin\endgroup}"
        "\n"
    )


def _body(clip: Clip, steps: Iterator[int], bp: float) -> Iterator[str]:
    """What is drawn: the same for figures that look the same, whatever their names."""
    picture = Picture(clip.scene, clip.theme, bp)
    yield picture.still()
    for page, step in enumerate(steps, 1):
        yield picture.step(step, page)


def _comment(text: str) -> str:
    """The text as a comment of TeX: one line, with characters that are safe in every encoding."""
    return "".join(
        c if c in READABLE else "?" if not c.isascii() else c if c.isprintable() and c not in "\\%{}^" else "?"
        for c in one_line(text)
    )


def _letters(digest: bytes) -> str:
    """A few letters that are the same for the same figure; a name in TeX has no digits."""
    return "".join(string.ascii_lowercase[byte % 26] for byte in digest[:8])

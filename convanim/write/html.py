"""A page with a player: the figure as SVG, a script that shows its steps, and the sum of each step.

The page needs no other file.
"""

from __future__ import annotations

import base64
import hashlib
import html
import math
import re
import unicodedata
from typing import TYPE_CHECKING, BinaryIO

from ..progress import Progress
from ..render import svg
from ..text.escaping import readable, script
from ..text.lang import language
from .inline import filled, inlined

if TYPE_CHECKING:
    from ..clip import Clip

SCRIPT = "write/player/player.mjs"
MOST_SUMS = 22_000  # bytes of the steps' sums; of a figure with more they are shortened, or left out
LONGEST = 800  # characters of a sum; one that is longer is shortened
SHORT = 60  # characters of a sum that is shortened, from its end: what comes last, and the value
MARKED = re.compile("([\U0001d44e-\U0001d467])|[₀-₉]+(?:,[₀-₉]+)*")  # a letter, or indices


def write(clip: Clip, file: BinaryIO, progress: Progress | None) -> None:
    """Write the page."""
    file.write(page(clip, progress).encode())


def page(clip: Clip, progress: Progress | None = None) -> str:
    """A page with one player, which fills the window, gets all keys, and keeps its step in the page's address."""
    scene = clip.scene
    scripts = (
        f"'sha256-{base64.b64encode(hashlib.sha256(inlined(SCRIPT).encode()).digest()).decode()}'"
        if len(clip) > 1
        else "'none'"
    )
    return filled(
        "write/player/page.html",
        css=inlined("write/player/page.css"),
        lang=_text(scene.lang),
        title=_text(scene.title),
        description=_text(clip.alt),
        scripts=scripts,
        fragment=fragment(clip, progress, page=True),
    )


def fragment(clip: Clip, progress: Progress | None = None, *, page: bool = False) -> str:
    """The player as a part of a page, which may have several. If scripts are off, the poster is seen."""
    return _fragment(clip, progress, page, inlined("write/player/player.css"), f"<script>{inlined(SCRIPT)}</script>\n")


def inner(clip: Clip) -> str:
    """The player for a page that has its style sheet and its script already, and starts it itself."""
    return _fragment(clip, None, False, "", "")


def _fragment(clip: Clip, progress: Progress | None, page: bool, css: str, js: str) -> str:
    scene, (width, height) = clip.scene, clip.size
    seen = clip.labelling.names  # labels of the figure: the same texts below it are for screen readers only
    formula = "".join(f'<p class="{_class("formula", seen)}">{_text(line)}</p>\n' for line in clip.formula)
    moves, sums = len(clip) > 1, _sums(clip)
    return filled(
        "write/player/fragment.html",
        title=_text(scene.title),
        lang=_text(scene.lang),
        width=str(max(width, 320)),
        ratio=f"{width / height:.3f}",
        style=f"<style>{css}</style>\n" if css else "",
        look=_look(clip, page),
        svg=svg.stepped(scene, clip.theme, clip.size, progress),
        formula=formula,
        sum=_typeset(sums[clip.poster] if sums else _cut(clip.equation(clip.poster))),
        sum_class=_class("sum", seen),
        controls=_controls(clip) if moves else "",
        script=_played(clip, sums, page) + js if moves else "",
    )


def _look(clip: Clip, page: bool) -> str:
    """The attributes of the element around the figure.

    A tabindex lets keys work after a click. A page of its own may be dark: a transparent figure for light pages gets
    its background there.
    """
    theme = clip.theme
    ground = f' style="background:{theme.background}"' if page and theme.transparent and not theme.dark else ""
    return (' tabindex="-1"' if len(clip) > 1 else "") + ground


def _controls(clip: Clip) -> str:
    say = language(clip.scene.lang).say
    words = {
        word: _text(say(f"player.{word}")) for word in ("restart", "back", "play", "pause", "next", "scrub", "speed")
    }
    at = say("label.step", n=f"{clip.scene.number(clip.poster) + 1:,}", steps=f"{clip.scene.whole:,}")
    return filled("write/player/controls.html", last=str(len(clip) - 1), poster=str(clip.poster), at=_text(at), **words)


def _played(clip: Clip, sums: list[str], page: bool) -> str:
    """The data of the player."""
    say = language(clip.scene.lang).say
    cells = _cells(clip)
    times = {name: getattr(clip, name) for name in ("step_ms", "hold_ms", "loop", "poster")}
    data = {
        "steps": len(clip),
        **times,
        "sums": sums,
        "at": say("label.step", n="{n}", steps=f"{clip.scene.whole:,}"),
        **({"numbers": clip.scene.numbers} if clip.scene.numbers else {}),
        "cell": say("player.cell", cell="{cell}") if not sums and cells else "",
        "cells": cells,
        "page": page,
    }
    return f'<script type="application/json">{script(data)}</script>\n'


def _class(name: str, seen: tuple[str, ...]) -> str:
    return f"{name} said" if name in seen else name


def _cells(clip: Clip) -> list[int]:
    """The output's sizes, if each step computes one cell, row by row; [] for views with other steps."""
    scene, sizes = clip.labelling.scene, list(clip.labelling.op.whole.output_size)
    return sizes if scene.equation is None and not scene.ops and math.prod(sizes) == clip.scene.whole else []


def _sums(clip: Clip) -> list[str]:
    """The sum of each step: whole; or, if all together are too long, its end; or none at all."""
    whole, cut, bytes_whole, bytes_cut = [], [], 0, 0
    for step in range(len(clip)):
        equation = clip.equation(step)
        if not equation:
            return []
        whole.append(_cut(equation, LONGEST))
        cut.append(_cut(equation, SHORT))
        bytes_whole += _bytes(whole[-1])
        bytes_cut += _bytes(cut[-1])
        if bytes_cut > MOST_SUMS:  # before more of them are made
            return []
    return whole if bytes_whole <= MOST_SUMS else cut


def _bytes(text: str) -> int:
    return len(script(text).encode()) + 1  # a comma


def _cut(equation: str, most: int = LONGEST) -> str:
    """A sum of at most `most` characters: its end, after an ellipsis and the bracket that the end closes."""
    if len(equation) <= most:
        return equation
    end = equation[-SHORT:].partition(" ")[2]
    opened = equation[: equation.index("(") + 1] if end.count(")") > end.count("(") else ""
    return f"{opened}… {end}"


def _typeset(text: str) -> str:
    """A text as HTML: letters in italic, indices below the line. typeset.mjs does the same in the page."""

    def marked(found: re.Match[str]) -> str:
        tag = "i" if found[1] else "sub"
        return f"<{tag}>{unicodedata.normalize('NFKC', found[0])}</{tag}>"

    return MARKED.sub(marked, _text(text))


def _text(text: str) -> str:
    return html.escape(readable(text))

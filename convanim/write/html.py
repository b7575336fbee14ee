"""A page with a player: the figure as SVG, a script that shows its steps, and what each of them computes. It asks for
nothing from anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import html
import math
import re
from functools import cache
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from ..render import svg
from ..text.escaping import readable, script
from ..text.lang import language
from .files import replacing

if TYPE_CHECKING:
    from ..clip import Clip

MOST_SUMS = 22_000  # bytes of the steps' sums; of a figure with more they are shortened, or left out
LONGEST = 800  # characters of a sum; one that is longer is shortened
SHORT = 60  # characters of a sum that is shortened, from its end: what comes last, and the value


def write(clip: Clip, path: Path) -> None:
    """Write the page."""
    with replacing(path) as file:
        file.write(page(clip).encode())


def page(clip: Clip) -> str:
    """A whole page with the player alone: it fills the window, has all keys, and says its step in the address."""
    scene = clip.scene
    scripts = (
        f"'sha256-{base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()}'"
        if len(clip) > 1
        else "'none'"
    )
    return _filled(
        "page.html",
        lang=_text(scene.lang),
        title=_text(scene.title),
        description=_text(clip.alt),
        scripts=scripts,
        fragment=fragment(clip, page=True),
    )


def fragment(clip: Clip, *, page: bool = False) -> str:
    """The player as a part of another page, of which there may be others. Without a script, the poster is seen."""
    scene, (width, height) = clip.scene, clip.size
    seen = clip.labelling.names  # what the figure itself says is for those alone who don't see it
    formula = "".join(f'<p class="{_class("formula", seen)}">{_typeset(line)}</p>\n' for line in clip.formula)
    moves, sums = len(clip) > 1, _sums(clip)
    return _filled(
        "fragment.html",
        title=_text(scene.title),
        lang=_text(scene.lang),
        width=str(max(width, 320)),
        ratio=f"{width / height:.3f}",
        css=_read("player.css"),
        look=_look(clip, page),
        svg=svg.stepped(scene, clip.theme, clip.size),
        formula=formula,
        sum=_typeset(sums[clip.poster] if sums else _cut(clip.equation(clip.poster))),
        sum_class=_class("sum", seen),
        controls=_controls(clip) if moves else "",
        script=_played(clip, sums, page) if moves else "",
    )


def _look(clip: Clip, page: bool) -> str:
    """The attributes of what is around the figure. Keys work after a click on it; on a page of our own, which may be
    dark, what is drawn for paper has it.
    """
    theme = clip.theme
    ground = f' style="background:{theme.background}"' if page and theme.transparent and not theme.dark else ""
    return (' tabindex="-1"' if len(clip) > 1 else "") + ground


def _controls(clip: Clip) -> str:
    say = language(clip.scene.lang).say
    words = {
        word: _text(say(f"player.{word}")) for word in ("restart", "back", "play", "pause", "next", "scrub", "speed")
    }
    at = say("label.step", n=clip.poster + 1, steps=len(clip))
    return _filled("controls.html", last=str(len(clip) - 1), poster=str(clip.poster), at=_text(at), **words)


def _played(clip: Clip, sums: list[str], page: bool) -> str:
    """What the script plays, and the script."""
    say = language(clip.scene.lang).say
    times = {name: getattr(clip, name) for name in ("step_ms", "hold_ms", "loop", "poster")}
    data = {
        "steps": len(clip),
        **times,
        "sums": sums,
        "at": say("label.step", n="{n}", steps=len(clip)),
        "cell": say("player.cell", cell="{cell}"),
        "cells": _cells(clip),
        "page": page,
    }
    return f'<script type="application/json">{script(data)}</script>\n<script>{_script()}</script>\n'


def _class(name: str, seen: tuple[str, ...]) -> str:
    return f"{name} said" if name in seen else name


def _cells(clip: Clip) -> list[int]:
    """The sizes of the output whose cells the steps are, one by one; none where a view's steps are something else."""
    labelling = clip.labelling
    sizes = list(labelling.op.output_size)
    return (
        sizes if labelling.scene.equation is None and not labelling.scene.ops and math.prod(sizes) == len(clip) else []
    )


def _sums(clip: Clip) -> list[str]:
    """How each step's value comes about: whole, or its end where all of them would be too long, or nothing."""
    whole, cut, bytes_whole, bytes_cut = [], [], 0, 0
    for step in range(len(clip)):
        told = clip.equation(step)
        if not told:
            return []
        whole.append(_cut(told, LONGEST))
        cut.append(_cut(told, SHORT))
        bytes_whole += _bytes(whole[-1])
        bytes_cut += _bytes(cut[-1])
        if bytes_cut > MOST_SUMS:  # before more of them are made
            return []
    return whole if bytes_whole <= MOST_SUMS else cut


def _bytes(text: str) -> int:
    return len(script(text).encode()) + 1  # a comma


def _cut(told: str, most: int = LONGEST) -> str:
    """A sum of at most so many characters: its end, after an ellipsis and what opens the brackets that its end closes."""
    if len(told) <= most:
        return told
    end = told[-SHORT:].partition(" ")[2]
    opened = told[: told.index("(") + 1] if end.count(")") > end.count("(") else ""
    return f"{opened}… {end}"


def _typeset(text: str) -> str:
    """Letters with indices as HTML: italic, and below the line."""

    def written(found: re.Match[str]) -> str:
        if found[1]:
            return f"<i>{chr(ord(found[1]) - 0x1D44E + ord('a'))}</i>"
        return f"<sub>{found[0].translate({0x2080 + digit: str(digit) for digit in range(10)})}</sub>"

    return re.sub("([\U0001d44e-\U0001d467])|[₀-₉]+(?:,[₀-₉]+)*", written, _text(text))


def _text(text: str) -> str:
    return html.escape(readable(text))


@cache
def _read(name: str) -> str:
    return resources.files(__package__).joinpath("player", name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    """The script without its comments and the space before its lines."""
    lines = (line.strip() for line in _read("player.js").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _filled(name: str, **places: str) -> str:
    return Template(_read(name)).substitute(places)

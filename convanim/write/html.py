"""A page with a player: the figure as SVG, a script that shows its steps, and what each of them computes. It asks for nothing from anywhere."""

from __future__ import annotations

import html
import json
import re
from functools import cache
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from ..lang import language
from ..render import svg
from .files import replacing

if TYPE_CHECKING:
    from ..animation import Animation

MOST_SUMS = 22_000  # bytes of the steps' sums; of a figure with more they are shortened, or left out
SHORT = 60  # characters of a sum that is shortened, from its end: what comes last, and the value


def write(animation: Animation, path: Path) -> None:
    """Write the page."""
    with replacing(path) as file:
        file.write(page(animation).encode())


def page(animation: Animation) -> str:
    """A whole page with the player alone: it fills the window, has all keys, and says its step in the address."""
    scene = animation.scene
    return _filled("page.html", lang=_text(scene.lang), title=_text(scene.title), description=_text(animation.alt), fragment=fragment(animation, page=True))


def fragment(animation: Animation, *, page: bool = False) -> str:
    """The player as a part of another page, of which there may be others. Without a script, the poster is seen."""
    scene, say = animation.scene, language(animation.scene.lang).say
    width = animation.size[0]
    seen = animation.labelling.names  # what the figure itself says is for those alone who don't see it
    formula = "".join(f'<p class="{_class("formula", seen)}">{_typeset(line)}</p>\n' for line in animation.formula)
    last, poster, at = len(animation) - 1, animation.poster, say("label.step", n="{n}", steps=len(animation))
    sums = _sums(animation)
    controls = "" if not last else _filled(
        "controls.html", last=str(last), poster=str(poster), at=_text(at.replace("{n}", str(poster + 1))),
        **{word: _text(say(f"player.{word}")) for word in ("restart", "back", "play", "pause", "next", "scrub", "speed")})
    text = _filled("fragment.html", title=_text(scene.title), lang=_text(scene.lang), width=str(max(width, 320)), css=_read("player.css"), controls=controls,
                   svg=svg.stepped(scene, animation.theme, animation.size), sum=_typeset(animation.equation(poster)),
                   sum_class=_class("sum", seen), formula=formula)
    if not last:
        return text
    data = {"times": [animation.duration(step) for step in range(last + 1)], "loop": animation.loop, "poster": poster, "sums": sums, "at": at, "page": page}
    script = f'<script type="application/json">{_json(data)}</script>\n<script>{_script()}</script>\n'
    return text.removesuffix("</div>\n") + script + "</div>\n"


def _class(name: str, seen: tuple[str, ...]) -> str:
    return f"{name} said" if name in seen else name


def _sums(animation: Animation) -> list[str]:
    """How each step's value comes about: whole, or its end where all of them would be too long, or nothing."""
    steps = range(len(animation))
    if len(animation) * 4 > MOST_SUMS or not animation.equation(0):
        return []
    sums = [animation.equation(step) for step in steps]
    if len(_json(sums)) <= MOST_SUMS:
        return sums
    short = [text if len(text) <= SHORT else "… " + text[-SHORT:].partition(" ")[2] for text in sums]
    return short if len(_json(short)) <= MOST_SUMS else []


def _json(data: object) -> str:
    """Data inside of a script element, which nothing in a text can end."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _typeset(text: str) -> str:
    """Letters with indices as HTML: italic, and below the line."""
    def written(found: re.Match[str]) -> str:
        if found[1]:
            return f"<i>{chr(ord(found[1]) - 0x1D44E + ord('a'))}</i>"
        return f"<sub>{found[0].translate({0x2080 + digit: str(digit) for digit in range(10)})}</sub>"

    return re.sub("([\U0001d44e-\U0001d467])|[₀-₉]+(?:,[₀-₉]+)*", written, _text(text))


def _text(text: str) -> str:
    return html.escape(svg.readable(text))


@cache
def _read(name: str) -> str:
    return resources.files("convanim").joinpath("player", name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    """The script without its comments and the space before its lines."""
    lines = (line.strip() for line in _read("player.js").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _filled(name: str, **places: str) -> str:
    return Template(_read(name)).substitute(places)

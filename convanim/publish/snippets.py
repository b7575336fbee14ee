"""Snippets to paste: the code that embeds a figure's file in a README, a paper, a deck and other targets, with its size
and an alternative text.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConvanimError, expected_one_of, short_repr
from ..text.escaping import address, attribute, directive, markdown, one_line, quoted, reference, tex, typst
from ..text.lang import language
from ..themes.theme import GUIDE_DPI
from ..write import FORMATS, has_step

if TYPE_CHECKING:
    from ..clip import Clip

PICTURES = (".svg", ".webp", ".gif", ".apng", ".png")  # formats formats formats that browsers show, the best first
CSS_PX = 96  # per inch, for targets with paper units
MATHEMATICAL = "\U0001d400"  # the first mathematical letter; screen readers read these badly
UNREADABLE = set('%#{}\\~^$&"<>|`')  # characters that TeX can't read in file names


@dataclass(frozen=True, slots=True)
class Embed:
    """A target: its description, the suffixes it supports (the best first), and the function that writes the snippet.

    `each`: the target shows one file per step, and the source contains {step}. Without `addresses`, it accepts files
    only. `moving`: the target is for animations.
    """

    about: str
    suffixes: tuple[str, ...]
    write: Callable[[Clip, str], str]
    each: bool = False
    addresses: bool = True
    moving: bool = False

    def best(self, saved: Iterable[Saved]) -> Saved | None:
        """The saved files in the best format for this target. If there are several in this format, the last saved.

        A `moving` target uses a single picture only if nothing else was saved.
        """
        listed = [one for one in saved if one.suffix in self.suffixes and (one.several or not self.each)]
        if self.moving:
            listed = [one for one in listed if not one.several] or listed
        return min(reversed(listed), key=lambda one: self.suffixes.index(one.suffix), default=None)

    def file(self, name: str) -> str:
        """The file name to save for this target: with the first supported suffix that is a row of FORMATS."""
        suffix = next((suffix for suffix in self.suffixes if suffix in FORMATS), self.suffixes[0])
        return f"{name}_{{step}}{suffix}" if self.each else f"{name}{suffix}"


@dataclass(frozen=True, slots=True, eq=False)
class Saved:
    """The result of saving a clip: the given name, the paths, and the step if only one was saved.

    `several`: there is one file per step. `step` is also None if the format shows only one step.
    """

    clip: Clip
    name: str
    paths: tuple[Path, ...]
    step: int | str | None

    @property
    def suffix(self) -> str:
        """The suffix, which determines the format."""
        return Path(self.name).suffix.lower()

    @property
    def several(self) -> bool:
        """Whether there is a file for each step."""
        return self.step is None and bool(has_step(self.name))

    def source(self, *, each: bool) -> str:
        """The path for the snippet, relative to the current folder: the poster's file, or a name with {step} for
        `each`.
        """
        path = Path(self.name) if each else self.paths[self.clip.poster if self.several else 0]
        if path.is_absolute():  # web pages and Typst resolve absolute paths from their root
            with suppress(ValueError):  # another drive
                path = Path(os.path.relpath(path))
        return path.as_posix()

    def shown(self) -> Clip:
        """The clip as saved: a single picture has one step."""
        if self.step is None and not self.several:
            return self.clip
        return replace(self.clip, scene=replace(self.clip.scene, steps=1, poster=0))


def place_named(word: object) -> str:
    """The target with this name or other name. Raises ConvanimError for an unknown name."""
    place = PLACES_TOO.get(word, word) if isinstance(word, str) else word
    if not isinstance(place, str) or place not in EMBEDS:
        raise expected_one_of("place", place, EMBEDS)
    return place


def snippet(clip: Clip, place: str, src: str | None = None, saved: Iterable[Saved] = ()) -> str:
    """The snippet of a clip for a target, a row of EMBEDS, with the source `src`.

    The default source is the last `saved` file in the target's best format; if nothing was saved, a unique file name.
    """
    place = place_named(place)
    row = EMBEDS[place]
    source: object = src
    if src is None:
        found = row.best(saved)
        source = found.source(each=row.each) if found else row.file(_own_name(clip))
        clip = found.clip if found and row.each else found.shown() if found else clip
    if not isinstance(source, str) or not source.strip() or one_line(source) != source:
        raise ConvanimError(
            f"src={short_repr(source)} is neither a file name nor an address: give one such as 'figure.svg'"
        )
    if "://" in source and not row.addresses:
        raise ConvanimError(
            f"src={short_repr(source)}: {place} supports no addresses; save the file beside the document and"
            f" give its name"
        )
    return row.write(clip, source)


def _own_name(clip: Clip) -> str:
    """A file name from a hash of the figure's look: "figure-3f9a2c"."""
    from ..render import svg

    looks = svg.still(clip.scene, clip.theme, clip.size, clip.poster)
    return f"figure-{hashlib.sha256(repr((looks, len(clip), clip.step_ms)).encode()).hexdigest()[:6]}"


def _sized(a: Clip, src: str, alt: str, escaped: Callable[[str], str] = attribute) -> str:
    """The attributes that all HTML images share."""
    return f'src="{attribute(address(src))}" width="{a.size[0]}" height="{a.size[1]}" alt="{escaped(alt)}"'


def _html(a: Clip, src: str) -> str:
    return f'<img {_sized(a, src, a.alt)} loading="lazy" decoding="async" style="max-width: 100%; height: auto">'


def _figure(a: Clip, src: str) -> str:
    return f"<figure>\n  {_html(a, src)}\n  <figcaption>{attribute(a.scene.title)}</figcaption>\n</figure>"


def _player(a: Clip, src: str) -> str:
    height = a.size[1] + 240  # space for the controls and the formula
    return (
        f'<iframe src="{attribute(address(src))}" title="{attribute(a.scene.title)}" width="{a.size[0] + 60}"'
        f' height="{height}" loading="lazy" style="max-width: 100%; border: 0"></iframe>'
    )


def _video(a: Clip, src: str) -> str:
    width, height = (side + side % 2 for side in a.size)  # codecs need even sides
    return (
        f'<video src="{attribute(address(src))}" width="{width}" height="{height}" aria-label="{attribute(a.alt)}"'
        ' autoplay loop muted playsinline style="max-width: 100%; height: auto"></video>'
    )


def _markdown(a: Clip, src: str) -> str:
    return f"<img {_sized(a, src, a.alt, reference)}>"  # some dialects also interpret links and templates in HTML


def _commonmark(a: Clip, src: str) -> str:
    return f"![{markdown(a.alt)}](<{attribute(address(src))}>)"


def _rst(a: Clip, src: str) -> str:
    return f".. image:: {directive(src)}\n   :alt: {one_line(a.alt)}\n   :width: {a.size[0]}px"


def _myst(a: Clip, src: str) -> str:
    fence = "~~~" if "`" in src else "```"
    return f"{fence}{{image}} {directive(src)}\n:alt: {quoted(a.alt)}\n:width: {a.size[0]}px\n{fence}"


def _quarto(a: Clip, src: str) -> str:
    return (
        f'![{markdown(a.scene.title)}](<{attribute(address(src))}>){{fig-alt="{reference(a.alt)}" width={a.size[0]}}}'
    )


def _asciidoc(a: Clip, src: str) -> str:
    return f'image::{address(src)}["{reference(a.alt)}",{a.size[0]},{a.size[1]}]'


def _typst(a: Clip, src: str) -> str:
    points = a.size[0] * 72 / CSS_PX
    return (
        f"#figure(\n  image({typst(src)}, width: {points:g}pt, alt: {typst(a.alt)}),\n"
        f"  caption: {typst(a.scene.title)},\n)"
    )


def _latex(a: Clip, src: str) -> str:
    width = f"{a.size[0] * 72 / GUIDE_DPI:.2f}".rstrip("0").rstrip(".") + "bp"
    width = f"\\ifdim{width}>\\linewidth\\linewidth\\else{width}\\fi"  # at most as wide as its column
    page = f"page={a.poster + 1}, " if src.lower().endswith(".pdf") and len(a) > 1 else ""  # one page per step
    return _float(a, f"\\includegraphics[{page}width={width}, alt={{{tex(a.alt)}}}]{{{_readable(src)}}}")


def _tikz(a: Clip, src: str) -> str:
    return "% \\usepackage{tikz} in the preamble; \\convanimstep{1} is the first step\n" + _float(
        a, f"\\input{{{_readable(src)}}}", "\\convanimposter"
    )


def _float(a: Clip, *lines: str) -> str:
    inner = "\n".join(f"  {line}" for line in ("\\centering", *lines, f"\\caption{{{tex(a.scene.title)}}}"))
    return f"\\begin{{figure}}\n{inner}\n\\end{{figure}}"


def _beamer(a: Clip, src: str) -> str:
    return (
        f"% \\usepackage{{tikz}} in the preamble\n\\begin{{frame}}{{{tex(a.scene.title)}}}\n  \\centering\n "
        f" \\input{{{_readable(src)}}}\n  \\def\\convanimheight{{0.75\\textheight}}\n "
        " \\convanimoverlays\n\\end{frame}"
    )


def _readable(src: str) -> str:
    """Return a file's name. Raises ConvanimError if TeX can't read it."""
    if UNREADABLE & {*src}:
        raise ConvanimError(f"src={short_repr(src)}: TeX can't read this file name; use letters, digits, - and _")
    return src


def _revealjs(a: Clip, src: str) -> str:
    """A slide that shows one step at a time as fragments. Pictures may be transparent, so they must not overlap."""
    say, last = language(a.scene.lang).say, len(a) - 1
    lines = []
    for step, name in enumerate(_each(a, src)):
        words = say("label.step", n=f"{a.scene.number(step) + 1:,}", steps=f"{a.scene.whole:,}")
        words = (
            a.alt
            if step == 0
            else f"{words}: {equation}"
            if (equation := a.equation(step)) and max(equation) < MATHEMATICAL
            else words
        )
        sized = _sized(a, name, words).replace("src=", "data-src=", 1)  # loaded shortly before the slide is shown
        fragment = {
            0: 'class="fragment fade-out" data-fragment-index="0" ',
            last: f'class="fragment" data-fragment-index="{step - 1}" ',
        }
        kind = fragment.get(step, f'class="fragment current-visible" data-fragment-index="{step - 1}" ') if last else ""
        lines.append(f"    <img {kind}{sized}>")
    inner = "\n".join(lines)
    return f'<section>\n  <h2>{attribute(a.scene.title)}</h2>\n  <div class="r-stack">\n{inner}\n  </div>\n</section>'


def _each(a: Clip, src: str) -> list[str]:
    """Expand a source with {step}: one name per step."""
    if not has_step(src):
        raise ConvanimError(
            f"src={short_repr(src)}: this place shows a picture for each step, so write {{step}} in it, as in"
            " 'figure_{step}.svg'"
        )
    return [src.format(step=n) for n in range(len(a))]


def _picture(about: str, write: Callable[[Clip, str], str]) -> Embed:
    """A target for animations, in any format that browsers show."""
    return Embed(about, PICTURES, write, moving=True)


EMBEDS = {
    "markdown": _picture("README and pages of GitHub, GitLab, PyPI and others", _markdown),
    "commonmark": _picture("Markdown without HTML: Hugo, and others", _commonmark),
    "mkdocs": _picture("MkDocs, which finds the file from each page", _commonmark),
    "html": _picture("web page", _html),
    "figure": _picture("web page, with a caption", _figure),
    "player": Embed("web page, with the player's controls", (".html",), _player),
    "video": Embed("web page, as a video", (".mp4", ".webm"), _video),
    "rst": _picture("reStructuredText: Sphinx, PyPI", _rst),
    "myst": _picture("Markdown of MyST: Sphinx, Jupyter Book", _myst),
    "quarto": _picture("Quarto and Pandoc", _quarto),
    "asciidoc": _picture("AsciiDoc", _asciidoc),
    "latex": Embed("paper: the step that explains most", (".pdf", ".png"), _latex, addresses=False),
    "tikz": Embed("paper, drawn by TikZ in its own fonts", (".tex",), _tikz, addresses=False),
    "beamer": Embed("slide of Beamer, a step a click", (".tex",), _beamer, addresses=False),
    "revealjs": Embed("slide of reveal.js, a step a click", (".svg", ".png", ".webp"), _revealjs, each=True),
    "typst": Embed("Typst: the step that explains most", (".svg", ".png", ".gif", ".webp"), _typst, addresses=False),
}
PLACES_TOO = {"github": "markdown"}  # aliases

"""The gallery's page: every figure playing while it is seen, with its formula, its code, and the lines that put it
elsewhere.
"""

from __future__ import annotations

import html
import shlex
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from ..animation import Animation
from ..errors import ConvanimError
from ..frameworks import FRAMEWORKS
from ..frameworks.snippet import Raw, call, written
from ..geometry import OPERATIONS, Operation
from ..spec import Figure
from ..text import describe
from ..text.escaping import readable, script
from ..write import FORMATS
from ..write.inline import filled, inlined
from .snippets import EMBEDS, Embed

PAGE, DETAILS = "index.html", "details.js"
PICTURES = (".svg", ".webp", ".gif", ".apng", ".png")  # what a card can show, the best first

# what the collections that come with the package are called, in the order in which they are shown; others have the name
# of their file
COLLECTIONS = {
    "arithmetic.toml": (
        "The guide's arithmetic",
        "Padding, strides, dilation and transposed convolutions, as Dumoulin and Visin drew them.",
    ),
    "numerical.toml": ("The guide's numbers", "A convolution and poolings with values in their cells."),
    "explained.toml": (
        "Explained",
        "The same figures with their sizes, the formula with its numbers, the step and a legend.",
    ),
    "padding.toml": (
        "Padding, rounding and poolings",
        "What happens at the edges: SAME on either side, ceil_mode, unread cells, modes of padding.",
    ),
    "matrix.toml": (
        "As a matrix",
        "What a convolution is to linear algebra: a sparse matrix times the input as one column.",
    ),
    "dense.toml": ("As a network", "Connections of a dense layer, most of them left out, and weights that are shared."),
    "im2col.toml": ("As columns times a row", "How libraries compute it."),
    "line.toml": ("By hand, in one dimension", "The kernel slides, products, and their sum."),
    "scatter.toml": (
        "As stamps that overlap",
        "A transposed convolution adds its kernel to the output again and again; where checkerboards come from.",
    ),
    "pair.toml": ("Beside its transpose", "The cells that take part in the one take part in the other."),
    "channels.toml": ("Channels and groups", "Which input channels feed which output channel."),
    "stack.toml": ("Layer upon layer", "All that one output sees of the maps below it."),
    "looks.toml": ("Looks", "Themes, languages, symbols."),
}


def pages(figures: Iterable[Figure], suffixes: Iterable[str]) -> dict[str, str]:
    """The text of each file of the page, by name; `suffixes` are the formats in which each figure lies beside it, one
    of PICTURES among them.
    """
    made = [(one, one.animate()) for one in figures]
    listed = list(suffixes)
    shown = next(suffix for suffix in PICTURES if suffix in listed)
    found: dict[str, list[str]] = {}
    for one, animation in made:
        found.setdefault(one.source, []).append(_card(one, animation, shown))
    names = sorted(found, key=lambda source: [*COLLECTIONS, source].index(source))
    sections, chips = [], []
    for n, source in enumerate(names):
        title, about = COLLECTIONS.get(source, (PurePath(source).stem, ""))
        chips.append(f'<li><a href="#collection-{n}">{_text(title)}</a></li>')
        sections.append(
            f'<section id="collection-{n}" aria-labelledby="title-{n}"><h2 id="title-{n}">{_text(title)}</h2>\n'
            f'{f"<p>{_text(about)}</p>" if about else ""}<ul class="grid">\n{"".join(found[source])}</ul></section>\n'
        )
    page = filled(
        "publish/page/page.html",
        count=str(len(made)),
        css=inlined("publish/page/page.css"),
        js=inlined("publish/page/page.mjs"),
        data=script({"details": DETAILS}),
        chips="".join(chips),
        sections="".join(sections),
    )
    details = ",\n".join(f"{script(one.name)}:{script(_detail(one, animation, listed))}" for one, animation in made)
    return {PAGE: page, DETAILS: f"window.convanimDetails={{\n{details}\n}};\n"}


def _card(one: Figure, animation: Animation, suffix: str) -> str:
    width, height = animation.size
    ops = _ops(one)
    kinds = " ".join(describe.name(op) for op in ops)
    said = (
        f"{one.name} {one.options.get('view', '')} {one.options.get('theme', '')} {kinds} {PurePath(one.source).stem}"
    )
    parameters = describe.title(ops[0] if len(ops) == 1 else ops)
    more = f" · {_text(parameters)}" if parameters != one.title else ""
    file = quote(one.name + suffix)
    return (
        f'<li class="card" id="figure:{_text(one.name)}" data-name="{_text(one.name)}" data-words="{_text(said)}">'
        f'<div class="picture" style="--ground-of:{animation.theme.background}">'
        f'<img data-src="{file}" width="{width}" height="{height}" alt="{_text(animation.alt)}"></div>'
        f'<h3><a href="{file}">{_text(one.title)}</a></h3><p><code>{_text(one.name)}</code>{more}</p></li>\n'
    )


def _detail(one: Figure, animation: Animation, suffixes: list[str]) -> dict[str, Any]:
    """What is told of a figure when it is opened."""
    ops = _ops(one)
    facts = [
        (f"{f'layer {n}: ' if len(ops) > 1 else ''}{what}", value)
        for n, op in enumerate(ops, 1)
        for what, value in describe.facts(op)
    ]
    more = ", ".join(word[1:] for word in FORMATS)
    code = {
        "convanim": python(one),
        "shell": f"convanim render {shlex.quote(_named(one))} -f svg -o out/\n# -f also takes {more}",
    }
    for framework in FRAMEWORKS:
        code[framework] = "\n\n".join(_code(op, framework) for op in ops)
    embed = {}
    for place, row in EMBEDS.items():
        if not row.each:  # as many lines as steps
            with suppress(ConvanimError):  # TeX can't read every name
                embed[place] = animation.embed(place, _file(one.name, row, suffixes))
    files = [(suffix, quote(one.name + suffix)) for suffix in suffixes]
    return {"formula": animation.formula, "facts": facts, "code": code, "embed": embed, "files": files}


def _file(name: str, row: Embed, suffixes: list[str]) -> str:
    """The file that a place shows: one that lies beside the page, if there is one that fits."""
    there = next(
        (suffix for suffix in (*row.suffixes, *(PICTURES if ".svg" in row.suffixes else ())) if suffix in suffixes),
        None,
    )
    return name + there if there else row.file(name)


def python(one: Figure) -> str:
    """The Python that draws a figure."""
    layers = []
    for op, layer in zip(_ops(one), one.layers, strict=True):
        given = {"input_size": op.input_size} | {word: _plain(value) for word, value in layer.parameters.items()}
        layers.append(call(f"ca.{OPERATIONS[layer.operation].__name__}", **given))
    subject = layers[0] if len(layers) == 1 else f"[{', '.join(layers)}]"
    options = [f"{word}={written(_plain(value))}" for word, value in one.options.items()]
    lines = "".join(f"    {line},\n" for line in (subject, *options))
    return f"import convanim as ca\n\na = ca.animate(\n{lines})\na.save({script(one.name + '.svg')})"


def _plain(value: Any) -> Any:
    """A value of TOML as code has it: a list of a list's numbers stays one, one of sizes becomes a tuple; texts are
    quoted.
    """
    if isinstance(value, list):
        return tuple(map(_plain, value))
    if isinstance(value, Mapping):
        return Raw(repr(dict(value)))
    return Raw(script(value)) if isinstance(value, str) else value


def _named(one: Figure) -> str:
    return one.name if one.source in COLLECTIONS else one.source


def _code(op: Operation, framework: str) -> str:
    """The layer as code of a framework, or its reason why it can't be."""
    try:
        return op.to_code(framework).rstrip()
    except ConvanimError as error:
        return f"# {error}"


def _ops(one: Figure) -> tuple[Operation, ...]:
    op = one.op()
    return op if isinstance(op, tuple) else (op,)


def _text(text: str) -> str:
    return html.escape(readable(text))

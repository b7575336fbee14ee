"""What the gallery's pages tell of one figure: its card, its row in the search, and what its dialog says."""

from __future__ import annotations

import html
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from ..animation import Animation
from ..errors import ConvanimError
from ..frameworks import FRAMEWORKS
from ..frameworks.snippet import Raw, call, written
from ..geometry import OPERATIONS, Operation
from ..geometry.parameters import parameters
from ..options import TEXT_OPTIONS
from ..parsing import SHORT, flag, size_text, value_text
from ..spec import Figure, LayerSpec
from ..text import describe
from ..text.escaping import readable, script
from ..write import FORMATS
from .snippets import EMBEDS, Embed

# the title of each collection of the package and a line about it, in the order of the page; the title of another
# collection is the name of its file
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
        "What a convolution is to linear algebra: a sparse matrix, with the input as a row above its columns.",
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
    "shaded.toml": ("Values as colours", "Cells shaded by their values, with colour bars."),
    "large.toml": ("Layers of real networks", "Details of large maps, with torn edges where the maps go on."),
    "looks.toml": ("Looks", "Themes, languages, symbols, slides."),
}


def card(figure: Figure, animation: Animation, suffix: str) -> str:
    """A figure's card: the picture, which the script loads when it is near the window, the title, and the name."""
    width, height = animation.size
    parameters = _parameters(figure)
    more = f" · {text(parameters)}" if parameters else ""
    name, file = text(figure.name), quote(figure.name + suffix)
    return (
        f'<li class="card" id="figure:{name}" data-name="{name}" data-words="{name} {text(_words(figure))}">'
        f'<div class="picture" style="--ground-of:{animation.theme.background}">'
        f'<img data-src="{file}" width="{width}" height="{height}" alt="{text(animation.alt)}"></div>'
        f'<h3><a href="{file}">{text(figure.title)}</a></h3><p><code>{name}</code>{more}</p></li>\n'
    )


def row(figure: Figure, animation: Animation) -> list[Any]:
    """What the search of a gallery of several pages knows of a figure: all that it needs to make a card."""
    texts = map(readable, (figure.name, figure.title, _parameters(figure), _words(figure)))
    return [*texts, *animation.size, animation.theme.background]


def _parameters(figure: Figure) -> str:
    """The operation in one line, for figures that have a title of their own."""
    ops = _ops(figure)
    parameters = describe.title(ops[0] if len(ops) == 1 else ops)
    return parameters if parameters != figure.title else ""


def _words(figure: Figure) -> str:
    """Words that find a figure, beside its name and its title."""
    ops = _ops(figure)
    kinds = " ".join(describe.name(op) for op in ops)
    look = [figure.options.get(option, "") for option in ("view", "theme")]
    return f"{' '.join(map(str, look))} {'stack' * (len(ops) > 1)} {kinds} {PurePath(figure.source).stem}"


def detail(figure: Figure, animation: Animation, suffixes: list[str]) -> dict[str, Any]:
    """The content of the dialog of a figure: formula, facts, code, snippets, and files as (suffix, address)."""
    ops = _ops(figure)
    facts = [
        (f"{f'layer {n}: ' if len(ops) > 1 else ''}{fact}", value)
        for n, op in enumerate(ops, 1)
        for fact, value in describe.facts(op)
    ]
    more = ", ".join(word[1:] for word in FORMATS)
    named = f"convanim render {shlex.quote(_named(figure))} -f svg -o out/\n# -f also takes {more}"
    code = {"convanim": python(figure), "shell": named if figure.source else shell(figure)}
    for framework in FRAMEWORKS:
        code[framework] = "\n\n".join(_code(op, framework) for op in ops)
    embed = {}
    for place, one in EMBEDS.items():
        if not one.each:  # as many lines as steps
            with suppress(ConvanimError):  # TeX can't read some file names
                embed[place] = animation.embed(place, _file(figure.name, one, suffixes))
    files = [(suffix, quote(figure.name + suffix)) for suffix in suffixes]
    return {"formula": animation.formula, "facts": facts, "code": code, "embed": embed, "files": files}


def _file(name: str, row: Embed, suffixes: list[str]) -> str:
    """The file that a snippet names: one of those beside the page, if the place can show it."""
    beside = next((suffix for suffix in row.suffixes if suffix in suffixes), None)
    return name + beside if beside else row.file(name)


def python(figure: Figure) -> str:
    """The Python that draws a figure."""
    layers = []
    for op, layer in zip(_ops(figure), figure.layers, strict=True):
        given = {"input_size": op.input_size} | {word: _plain(value) for word, value in layer.parameters.items()}
        layers.append(call(f"ca.{OPERATIONS[layer.operation].__name__}", **given))
    subject = layers[0] if len(layers) == 1 else f"[{', '.join(layers)}]"
    options = [f"{word}={written(_plain(value))}" for word, value in figure.options.items()]
    lines = "".join(f"    {line},\n" for line in (subject, *options))
    return f"import convanim as ca\n\na = ca.animate(\n{lines})\na.save({script(figure.name + '.svg')})"


def shell(figure: Figure) -> str:
    """The line of the command line that draws a figure of no file."""
    layers = [f"{layer.operation}{''.join(_flags(layer))}" for layer in figure.layers]
    ndim = figure.layers[0].parameters.get("ndim")
    subject = layers[0] if len(layers) == 1 else f"--layers {shlex.quote(', '.join(layers))}"
    subject += f" --ndim {ndim}" if ndim else ""
    options = [_flag(name, value) for name, value in figure.options.items() if name in TEXT_OPTIONS]
    return f"convanim draw {subject}{''.join(options)} -o {shlex.quote(figure.name + '.svg')}"


def _flags(layer: LayerSpec) -> Iterator[str]:
    known = parameters(OPERATIONS[layer.operation])
    for name, value in layer.parameters.items():
        if value is None or name == "ndim":
            continue
        if name in known and known[name].kind in ("cells", "padding"):
            yield f" {_spelt(name)} {shlex.quote(size_text(value))}"
        else:
            yield _flag(name, value)


def _spelt(name: str) -> str:
    short = SHORT.get(name)
    return f"-{short}" if short else flag(name)


def _flag(name: str, value: Any) -> str:
    """A flag with its value, after a blank."""
    if isinstance(value, bool):
        return f" {flag(name if value else f'no_{name}')}"
    return f" {_spelt(name)} {shlex.quote(value_text(name, value))}"


def _plain(value: Any) -> Any:
    """A value of TOML as a value of Python code: lists become tuples, tables become dicts, texts are quoted."""
    if isinstance(value, list):
        return tuple(map(_plain, value))
    if isinstance(value, Mapping):
        return Raw(repr(dict(value)))
    return Raw(script(value)) if isinstance(value, str) else value


def _named(figure: Figure) -> str:
    """The name that the command line takes: a figure of the package, or else the file that it is in."""
    return figure.name if figure.source in COLLECTIONS else figure.source


def _code(op: Operation, framework: str) -> str:
    """The layer as code of a framework, or the reason why the framework has no such layer, as a comment."""
    try:
        return op.to_code(framework).rstrip()
    except ConvanimError as error:
        return f"# {error}"


def _ops(figure: Figure) -> tuple[Operation, ...]:
    op = figure.op()
    return op if isinstance(op, tuple) else (op,)


def text(of: str) -> str:
    """A text as one of HTML."""
    return html.escape(readable(of))

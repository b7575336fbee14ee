"""The command line: words in, one-line errors out; no drawing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import __version__, parsing
from .errors import ConvanimError, expected_one_of, short_repr
from .frameworks import FRAMEWORKS
from .geometry import OPERATIONS
from .geometry.padding import PADDINGS
from .geometry.parameters import Parameter
from .labels import LABELS, Label
from .publish.snippets import EMBEDS, Embed
from .text.lang import LANGUAGES
from .themes.table import THEMES
from .views import VIEWS, View
from .write import FORMATS, Format, literal, planned

if TYPE_CHECKING:
    from .animation import Animation
    from .spec import Figure


def _table(rows: Mapping[str, View] | Mapping[str, Format] | Mapping[str, Label] | Mapping[str, Embed]) -> str:
    """The rows of a table for a help text: their names, and what each is."""
    return " ".join(f"{name}: {row.about}." for name, row in rows.items())


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="convanim")
def cli() -> None:
    """Animated figures of convolution arithmetic.

    \b
    convanim list
    convanim render padding_strides -o out/
    convanim draw conv -i 5x7 -k 3 -s 2 -p 1 -o x.gif -o x.svg
    convanim info conv -i 5 -k 3 -s 2 -p 1 --code torch
    """


@cli.command("list")
def list_() -> None:
    """List the figures that come with convanim."""
    from .spec import figures

    known = figures()
    width = max(map(len, known))
    for name, figure in known.items():
        click.echo(f"{name:{width}}  {figure.title}")


SHORT = {"input_size": "-i", "kernel_size": "-k", "stride": "-s", "padding": "-p", "dilation": "-d"}


def operation_options(command: Callable[..., None]) -> Callable[..., None]:
    """The parameters of all operations, in PyTorch's words, and an ONNX file to take one from."""
    options = [
        click.argument("operation", metavar=f"[{'|'.join(OPERATIONS)}]", required=False),
        *(_option(name, one) for name, one in parsing.KNOWN.items()),
        click.option(
            "--ndim", type=int, metavar="N", help="Number of dimensions where all sizes are single numbers (2)."
        ),
        click.option(
            "--onnx", metavar="FILE", help="Take the operation from an ONNX model, in place of the words above."
        ),
        click.option("--node", metavar="NAME", help="The node of the ONNX model, by its name or its output's."),
    ]
    for decorate in reversed(options):
        command = decorate(command)
    return command


def _option(name: str, one: Parameter) -> Callable[..., Any]:
    """A parameter as an option; one that isn't given is None, so that the operation's own default holds."""
    word = f"--{name.replace('_', '-')}"
    words = [SHORT[name], word] if name in SHORT else [word]
    names = f" One of {', '.join(one.choices or PADDINGS)}." if one.choices or one.kind == "padding" else ""
    if one.kind == "switch":
        return click.option(f"{word}/--no-{word[2:]}", default=None, help=one.about)
    if one.kind == "count":
        return click.option(*words, type=int, metavar="N", help=one.about)
    return click.option(
        *words, metavar="NAME" if one.kind == "choice" else "SIZE", help=f"{one.about}{_EXAMPLES.get(name, '')}{names}"
    )


_EXAMPLES = {"input_size": " 5, or 5x7 for rows x columns.", "padding": " 1, 1x2, or before:after as in 1:2x0:1."}


LOOKS = {  # how a figure looks; what isn't given is None, so that the figure's own value holds
    "view": click.option(
        "--view",
        metavar="VIEW",
        help=f"{_table(VIEWS)} If not given, flat where there is a seed or symbols, otherwise isometric.",
    ),
    "theme": click.option(
        "--theme",
        metavar="THEME",
        help=f"One of {', '.join(THEMES)} (classic), or a TOML file with a theme of your own.",
    ),
    "labels": click.option(
        "--labels", metavar="LABELS", help=f"all, none, or some with commas between (the theme's own). {_table(LABELS)}"
    ),
    "lang": click.option(
        "--lang",
        metavar="LANG",
        help=f"Language of the labels and of what screen readers say: {', '.join(LANGUAGES)} (en).",
    ),
    "reveal": click.option("--reveal/--no-reveal", default=None, help="Output cells appear as they are computed."),
    "symbols": click.option(
        "--symbols/--no-symbols", default=None, help="x, w and y with their indices in place of numbers."
    ),
    "background": click.option("--background", metavar="COLOUR", help="transparent, or a colour as #rrggbb."),
    "title": click.option(
        "--title", metavar="TEXT", help="The title, in the label of this name and for screen readers."
    ),
    "step_ms": click.option("--step-ms", type=int, metavar="MS", help="Time of a step (1000)."),
    "hold_ms": click.option("--hold-ms", type=int, metavar="MS", help="How much longer the last step is seen (0)."),
    "loop": click.option("--loop", type=int, metavar="N", help="How many times it is played; 0 is for ever (0)."),
    "fps": click.option(
        "--fps",
        type=int,
        metavar="N",
        help="Frames a second of a video (the fewest from 10 on that give each step its time).",
    ),
    "poster": click.option(
        "--poster",
        type=int,
        metavar="N",
        help="The step that is shown where only one is, counted from 0 (the view's own).",
    ),
    "dpi": click.option("--dpi", type=float, metavar="DPI", help="Resolution (150)."),
    "scale": click.option(
        "--scale", type=float, metavar="X", help="How large, in place of a resolution: 2 is twice the guide's size."
    ),
    "width": click.option("--width", type=int, metavar="PX", help="How wide in pixels, in place of a resolution."),
    "seed": click.option("--seed", type=int, metavar="N", help="Where the values of the flat view come from (1234)."),
}


def figure_options(command: Callable[..., None]) -> Callable[..., None]:
    """All of LOOKS."""
    for decorate in reversed(LOOKS.values()):
        command = decorate(command)
    return command


def _still(animation: Animation, storyboard: int | None, step: int | str | None, width: int | None) -> Animation:
    """The animation, or its storyboard: then the width is that of the whole."""
    if storyboard is None:
        return animation
    if step is not None:
        raise ConvanimError("--step has no place beside --storyboard, which shows several: leave one of them out")
    return animation.storyboard(storyboard, width=width)


def _step(context: click.Context, option: click.Parameter, value: str | None) -> int | str | None:
    """A step's number, or "poster"; what is neither is refused with the figure's steps."""
    return int(value) if value is not None and value.removeprefix("-").isdecimal() else value


def still_options(command: Callable[..., None]) -> Callable[..., None]:
    """What makes a still picture of a figure."""
    step = click.option(
        "--step",
        metavar="N",
        callback=_step,
        help="This step alone, counted from 0, or poster, the one that explains most.",
    )
    return step(
        click.option("--storyboard", type=int, metavar="N", help="So many steps in a grid, as one still figure.")(
            command
        )
    )


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a figure's look that were given, taken out of all options."""
    return {name: value for name in LOOKS if (value := options.pop(name)) is not None}


@cli.command()
@operation_options
@click.option(
    "-o",
    "--output",
    multiple=True,
    required=True,
    metavar="FILE",
    help=f"May be given again; frames/{{step:03d}}.png is a file for each step. {_table(FORMATS)}",
)
@still_options
@figure_options
def draw(output: tuple[str, ...], step: int | str | None, storyboard: int | None, **options: Any) -> None:
    """Draw an animation of your own."""
    from .drawing import animate

    look = _given(options)
    width = look.pop("width", None) if storyboard is not None else None
    animation = _still(animate(_operation(**options), **look), storyboard, step, width)
    for name in output:
        planned(animation, name, step)  # nothing is written if one of them can't be
    for name in output:
        _wrote(animation.save(name, step=step))


@cli.command()
@operation_options
@click.option(
    "--code", multiple=True, metavar="FRAMEWORK", help=f"Print the layer as Python code: {', '.join(FRAMEWORKS)}."
)
def info(code: tuple[str, ...], **operation: Any) -> None:
    """Print the sizes of an operation, the formula with its numbers, and what it costs."""
    from .text import describe

    given = _operation(**operation)
    op = getattr(given, "op", given)
    snippets = [op.to_code(framework) for framework in code]
    comment = "# " if snippets else ""  # so that all that is printed is Python
    click.echo(f"{comment}{describe.title(op)}")
    for name, text in describe.facts(op):
        click.echo(f"{comment}  {name:16}  {text}")
    for snippet in snippets:
        click.echo(f"\n{snippet.rstrip()}")


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME|TOML...")
@click.option("-o", "--output", default=".", show_default=True, metavar="DIR", help="Folder to write to.")
@click.option("-f", "--format", "suffixes", multiple=True, default=("gif", "svg"), show_default=True, metavar="SUFFIX")
@still_options
@figure_options
def render(
    names: tuple[str, ...],
    output: str,
    suffixes: tuple[str, ...],
    step: int | str | None,
    storyboard: int | None,
    **options: Any,
) -> None:
    """Render named figures, or all figures of TOML files, as GIF and SVG; what is said here of their look goes before
    what they say.
    """
    from tqdm import tqdm

    look = _given(options)
    width = look.pop("width", None) if storyboard is not None else None
    paths = []
    for figure in tqdm(_figures(names), desc="render", unit="figure", leave=False, disable=None):
        try:
            animation = figure.animate(**look)
        except ConvanimError as error:
            raise ConvanimError(f"figure {figure.name!r}: {error}") from None
        animation = _still(animation, storyboard, step, width)
        for suffix in (f".{word.removeprefix('.')}" for word in suffixes):
            each = (
                step is None and len(animation) > 1 and suffix in FORMATS and FORMATS[suffix].animated is None
            )  # a file for each step
            paths += animation.save(
                Path(literal(output), f"{figure.name}{'_{step:03d}' if each else ''}{suffix}"), step=step
            )
    _wrote(paths)


def _figures(names: tuple[str, ...]) -> list[Figure]:
    """The figures of these names, and all of TOML files."""
    from .spec import figures

    chosen = []
    known = figures()
    for name in names:
        if name.lower().endswith(".toml"):
            chosen += list(figures(name).values())
        elif name in known:
            chosen.append(known[name])
        else:
            raise expected_one_of("figure", name, known)
    return chosen


@cli.command(epilog=f"Places: {_table(EMBEDS)}")
@click.argument("name", metavar="NAME|TOML")
@click.argument("place", metavar="PLACE")
@click.option(
    "--src",
    metavar="FILE|URL",
    help="Where the figure's file is, if not beside the page under the name that render gives it.",
)
@figure_options
def embed(name: str, place: str, src: str | None, **options: Any) -> None:
    """Print the snippet that shows a figure in a PLACE such as markdown, html, latex or typst; of a TOML file, those of
    all its figures.
    """
    if place not in EMBEDS:
        raise expected_one_of("place", place, EMBEDS)
    look, chosen = _given(options), _figures((name,))
    if src is not None and len(chosen) > 1:
        raise ConvanimError(f"--src {short_repr(src)} is one file, and {name} has {len(chosen)} figures: leave it out")
    for figure in chosen:
        click.echo(figure.animate(**look).embed(place, EMBEDS[place].file(figure.name) if src is None else src))


@cli.command()
@click.argument("specs", nargs=-1, metavar="[TOML...]")
@click.option("-o", "--output", required=True, metavar="DIR", help="Folder to write to.")
@click.option("-f", "--format", "suffixes", multiple=True, default=("gif", "svg"), show_default=True, metavar="SUFFIX")
def gallery(specs: tuple[str, ...], output: str, suffixes: tuple[str, ...]) -> None:
    """Build all figures of TOML files (those of convanim if none) in parallel, and a page, index.html, that plays them."""
    from tqdm import tqdm

    from .publish.gallery import gallery as build
    from .spec import figures

    with tqdm(total=len(figures(*specs)), desc="gallery", unit="figure", leave=False, disable=None) as bar:
        built = build(
            specs, output, suffixes=[f".{word.removeprefix('.')}" for word in suffixes], done=lambda _: bar.update()
        )
    failed = [one for one in built if one.error]
    for one in failed:
        click.echo(f"failed: {one.name}: {one.error}", err=True)
    click.echo(f"{len(built) - len(failed)} of {len(built)} figures in {output}")
    if failed:
        sys.exit(2)


@cli.command()
@click.argument("specs", nargs=-1, metavar="[TOML...]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    metavar="N",
    help="Port on this machine; 0 takes one that is free.",
)
def serve(specs: tuple[str, ...], port: int) -> None:
    """Show the gallery's page of TOML files (those of convanim if none) in a browser, every figure in every format,
    drawn when it is asked for.
    """
    from .publish.server import server
    from .spec import figures

    with server(figures(*specs).values(), port) as running:
        click.echo(f"http://127.0.0.1:{running.server_port}/ shows the figures; Ctrl-C ends it")
        sys.stdout.flush()
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            click.echo()


def _operation(*, operation: str | None, ndim: int | None, onnx: str | None, node: str | None, **given: Any) -> Any:
    """The operation of the command line's words, or the layer of an ONNX model."""
    words = {name: value for name, value in given.items() if value is not None}
    if onnx is not None:
        return _from_onnx(onnx, node, operation, words, ndim)
    if node is not None:
        raise ConvanimError(f"--node {short_repr(node)} is a node of an ONNX model: add --onnx FILE")
    if operation is None:
        raise ConvanimError(
            f"no operation was given: begin with one of {', '.join(OPERATIONS)}, or take one from a model with --onnx"
            " FILE"
        )
    return parsing.operation(operation, words, _flag, ndim)


def _from_onnx(path: str, node: str | None, operation: str | None, words: dict[str, Any], ndim: int | None) -> Any:
    """The layer of an ONNX model; of a model with several, the one that --node names."""
    import warnings

    from .frameworks import ConvanimWarning, from_onnx

    others = [
        *([operation] if operation else []),
        *(_flag(name) for name in words if name != "input_size"),
        *(["--ndim"] if ndim else []),
    ]
    if others:
        raise ConvanimError(f"{others[0]} has no place beside --onnx, whose model says it: leave it out")
    size = parsing.size("input_size", words["input_size"], _flag) if "input_size" in words else None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvanimWarning)
        found = from_onnx(path, node=node, input_size=size[0] if size and len(size) == 1 else size and tuple(size))
    for one in caught:
        if issubclass(one.category, ConvanimWarning):
            click.echo(f"convanim: {one.message}", err=True)
    if not isinstance(found, list):
        return found
    if len(found) == 1:
        return found[0]
    names = ", ".join(layer.name for layer in found) or "none"
    raise ConvanimError(f"{path} has {len(found)} layers that can be drawn, {names}: choose one with --node NAME")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _wrote(paths: list[Path]) -> None:
    few = paths if len(paths) <= 4 else [paths[0], paths[-1]]
    click.echo(("\n" if len(paths) <= 4 else " ... ").join(map(str, few)))


def main() -> None:
    """Run the command line; bad input is one line and exit status 2."""
    try:
        cli.main(standalone_mode=False)
        sys.stdout.flush()
    except ConvanimError as error:
        click.echo(f"convanim: {error}", err=True)
        sys.exit(2)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.ClickException as error:
        click.echo(f"convanim: {' '.join(error.format_message().split())}", err=True)
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except OSError as error:  # the reader of our output has gone, or its disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            click.echo(f"convanim: can't write the output: {error.strerror}", err=True)
        sys.exit(2)

"""The commands. Each parses its arguments and calls the module that does the work."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from ..errors import ConvanimError, ConvanimWarning, expected_one_of, one_line, short_repr
from ..frameworks import FRAMEWORKS
from ..progress import Count, bar
from ..publish.snippets import EMBEDS, place_named
from ..write import FORMATS, literal
from . import streams
from .flags import figure_options, operation_options, specified, still_options, table
from .layers import layers_of
from .long import announce
from .operation import operation_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..animation import Animation
    from ..spec import Figure


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
    from ..spec import figures

    known = figures()
    width = max(map(len, known))
    for name, figure in known.items():
        click.echo(f"{name:{width}}  {figure.title}")


layers_option = click.option(
    "--layers",
    metavar="TEXT",
    help="Several layers in place of an operation, each in its words, with commas between:"
    ' "conv -i 9 -k 3, pool -k 2, conv -k 3".',
)


@cli.command()
@operation_options
@layers_option
@click.option(
    "-o",
    "--output",
    multiple=True,
    required=True,
    metavar="FILE",
    help=f"Repeat it for several files. frames/{{step:03d}}.png writes one file per step. {table(FORMATS)}",
)
@still_options
@figure_options
def draw(
    output: tuple[str, ...], step: int | str | None, storyboard: int | None, layers: str | None, **options: Any
) -> None:
    """Draw an animation of your own."""
    from ..drawing import animate

    given = specified(options)
    width = _storyboard_width(given, storyboard, step)
    subject = operation_of(**options) if layers is None else layers_of(layers, options)
    animation, step = _around(partial(animate, subject), given, step)
    if storyboard is not None:
        animation = animation.storyboard(storyboard, width=width)
    announce(animation, output, step)  # if one file is refused, none is written
    with bar("draw", terminal=True) as told:
        written = _saved(animation, output, step, told)
    for paths in written:
        _wrote(paths)


@cli.command()
@operation_options
@layers_option
@click.option(
    "--code", multiple=True, metavar="FRAMEWORK", help=f"Print the layer as Python code: {', '.join(FRAMEWORKS)}."
)
def info(code: tuple[str, ...], layers: str | None, **operation: Any) -> None:
    """Print the sizes of an operation, the formula with its numbers, and its cost. For layers also the totals."""
    from ..text import describe

    given = [operation_of(**operation)] if layers is None else layers_of(layers, operation)
    ops = [getattr(one, "op", one) for one in given]
    snippets = [op.to_code(framework) for framework in code for op in ops]
    comment = "# " if snippets else ""  # then the whole output is Python
    if layers is not None:
        click.echo(f"{comment}{describe.title(tuple(ops))}")
        _echo(comment, describe.stack_facts(ops))
    for n, op in enumerate(ops, 1):
        click.echo(f"{comment}{describe.title(op)}" if layers is None else f"\n{comment}{n}. {describe.title(op)}")
        _echo(comment, describe.facts(op))
    for snippet in snippets:
        click.echo(f"\n{snippet.rstrip()}")


def _echo(comment: str, facts: list[tuple[str, str]]) -> None:
    """Print one fact per line: its name, then its text."""
    for name, text in facts:
        click.echo(f"{comment}  {name:16}  {text}")


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME|TOML...")
@click.option("-o", "--output", default=".", show_default=True, metavar="DIR", help="Folder to write to.")
@click.option(
    "-f",
    "--format",
    "suffixes",
    multiple=True,
    default=("gif", "svg"),
    show_default=True,
    metavar="SUFFIX",
    help="Repeat it for several formats. png shows the step that explains most; {step}.png or {step:03d}.svg write one"
    " file per step.",
)
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
    """Render named figures, or all figures of TOML files, as GIF and SVG. Options override those of the figures."""
    given = specified(options)
    width = _storyboard_width(given, storyboard, step)
    chosen = _figures(names)
    paths: list[Path] = []
    with bar("render", "figure", terminal=True) as told:
        for before, figure in enumerate(chosen):
            try:
                animation, own = _around(figure.animate, given, step)
            except ConvanimError as error:
                raise ConvanimError(f"figure {figure.name!r}: {error}") from None
            if storyboard is not None:
                animation = animation.storyboard(storyboard, width=width)
            files = [Path(literal(output), _file(figure.name, suffix)) for suffix in suffixes]
            announce(animation, files, own)
            paths += chain(*_saved(animation, files, own, partial(_part, told, before, len(chosen))))
    _wrote(paths)


def _around(
    draw: Callable[..., Animation], given: dict[str, Any], step: int | str | None
) -> tuple[Animation, int | str | None]:
    """The figure, and the step of it that is wanted: of a detail it is one of the whole, around which the detail is."""
    animation = draw(**given)
    if animation.is_detail and isinstance(step, int) and len(animation) == animation.labelling.scene.steps:
        return draw(**{**given, "poster": step}), "poster"
    return animation, step


def _file(name: str, ending: str) -> str:
    """The file name of a figure: "png" appends ".png", and "{step}.png" appends "_{step}.png", a file per step."""
    if "{" in ending:
        return f"{literal(name)}{'_' if ending.startswith('{') else ''}{ending}"
    return f"{literal(name)}.{ending.removeprefix('.')}"


def _saved(animation: Animation, files: Sequence[str | Path], step: int | str | None, told: Count) -> list[list[Path]]:
    """Save an animation under each of these names; return the paths written for each name. `told` gets the progress."""
    parts = (partial(_part, told, before, len(files)) for before in range(len(files)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvanimWarning)  # of large pictures, which `announce` has told
        return [animation.save(file, step=step, progress=part) for file, part in zip(files, parts, strict=True)]


def _part(told: Count, before: int, parts: int, done: float, total: float) -> None:
    """Report the progress of several parts: the parts before this one, and the finished share of this one."""
    told(before + done / total, parts)


def _storyboard_width(given: dict[str, Any], storyboard: int | None, step: int | str | None) -> int | None:
    """Remove the width from the options of a storyboard's pictures: it is the width of the whole storyboard."""
    if storyboard is None:
        return None
    if step is not None:
        raise ConvanimError(
            "--step can't be combined with --storyboard, which shows several steps: leave one of them out"
        )
    width: int | None = given.pop("width", None)
    return width


def _figures(names: tuple[str, ...]) -> list[Figure]:
    """The figures with these names, and all figures of the TOML files."""
    from ..spec import figures

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


@cli.command(epilog=f"Places: {table(EMBEDS)}")
@click.argument("name", metavar="NAME|TOML")
@click.argument("place", metavar="PLACE")
@click.option(
    "--src",
    metavar="FILE|URL",
    help="Path or address of the figure's file. Default: the file name that render writes, beside the page.",
)
@figure_options
def embed(name: str, place: str, src: str | None, **options: Any) -> None:
    """Print the snippet that embeds a figure in a PLACE such as markdown, html, latex or typst, or the snippets of all
    figures of a TOML file.
    """
    place = place_named(place)
    if Path(name).suffix.lower() in FORMATS:
        raise ConvanimError(
            f"{short_repr(name)} is a drawn file: give the name of its figure, and the file with --src, as in"
            f" convanim embed NAME {place} --src {name[:100]}"
        )
    given, chosen = specified(options), _figures((name,))
    if src is not None and len(chosen) > 1:
        raise ConvanimError(f"--src {short_repr(src)} is one file, and {name} has {len(chosen)} figures: leave it out")
    for figure in chosen:
        click.echo(figure.animate(**given).embed(place, EMBEDS[place].file(figure.name) if src is None else src))


@cli.command()
@click.argument("specs", nargs=-1, metavar="[TOML...]")
@click.option(
    "-o", "--output", required=True, metavar="DIR|URL", help="Folder to write to, or a URL such as s3://bucket/figures."
)
@click.option("-f", "--format", "suffixes", multiple=True, default=("gif", "svg"), show_default=True, metavar="SUFFIX")
@click.option("--all", "redraw", is_flag=True, help="Also redraw unchanged figures.")
@click.option(
    "--dask", "scheduler", metavar="ADDRESS", help="Draw on the Dask cluster with this scheduler: tcp://10.0.0.5:8786."
)
def gallery(
    specs: tuple[str, ...], output: str, suffixes: tuple[str, ...], redraw: bool, scheduler: str | None
) -> None:
    """Draw all figures of TOML files (default: convanim's own figures) in parallel, and write a page, index.html, that
    plays them. Unchanged figures are not drawn again.
    """
    from ..publish.gallery import run
    from ..publish.gallery_cluster import cluster
    from ..publish.gallery_page import PAGE
    from ..publish.gallery_places import place_of
    from ..spec import figures

    chosen = list(figures(*specs).values())
    total, formats = len(chosen), [f".{word.removeprefix('.')}" for word in suffixes]
    click.echo(f"drawing {total} figures as {' and '.join(formats)} into {output}")
    sys.stdout.flush()
    workers = cluster(scheduler) if scheduler else nullcontext()
    with workers as executor, bar("gallery", "figure", terminal=True) as told:
        finished = count(1)
        outcome = run(
            specs,
            output,
            executor,
            suffixes=formats,
            done=lambda _: told(next(finished), total),
            redraw=redraw,
            chosen=chosen,
        )
    failed = [one for one in outcome.built if one.error]
    for one in failed:
        click.echo(f"failed: {one.name}: {one.error}", err=True)
    if outcome.removed:
        click.echo(f"removed, because their figures are gone: {', '.join(outcome.removed)}")
    kept = sum(one.kept for one in outcome.built)
    unchanged = f", {kept} of them unchanged" if kept else ""
    click.echo(f"{total - len(failed)} of {total} figures in {output}{unchanged}: open {place_of(output).path(PAGE)}")
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
    help="Port on this machine; 0 chooses a free port.",
)
def serve(specs: tuple[str, ...], port: int) -> None:
    """Serve the gallery page of TOML files (default: convanim's own figures) to a browser. Figures are drawn on demand,
    in any format.
    """
    from ..publish.server import server
    from ..spec import figures

    with server(figures(*specs).values(), port) as running:
        click.echo(
            f"http://127.0.0.1:{running.server_port}/ shows the figures, and /explorer any other; Ctrl-C ends it"
        )
        sys.stdout.flush()
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            click.echo()


@cli.command()
@click.option("-o", "--output", required=True, metavar="DIR", help="Folder to write to.")
@click.option(
    "--pyodide",
    required=True,
    metavar="DIR",
    help="The folder of the npm package pyodide, as npm install makes it: node_modules/pyodide.",
)
@click.option("--link", metavar="QUERY", help="The link of the first figure, such as op=conv&i=5&k=3&s=2.")
def explorer(output: str, pyodide: str, link: str | None) -> None:
    """Write the explorer as a static site: Python runs in the browser, so that any web server can serve it."""
    from ..publish.explorer.site import site

    paths = site(output, pyodide, **({} if link is None else {"query": link}))
    click.echo(f"{paths[0]} and {len(paths) - 1} other files: serve the folder {output}")


def _wrote(paths: list[Path]) -> None:
    """Print the paths of the written files. If there are more than four, print the first and the last."""
    few = paths if len(paths) <= 4 else [paths[0], paths[-1]]
    click.echo(("\n" if len(paths) <= 4 else " ... ").join(map(str, few)))


def main() -> None:
    """Run the command line; bad input is one line and exit status 2."""
    streams.prepare()
    try:
        cli.main(standalone_mode=False)
        sys.stdout.flush()
    except ConvanimError as error:
        click.echo(f"convanim: {error}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # click 8.2 and newer; older ones print the help themselves
            click.echo(error.format_message())
        else:
            click.echo(f"convanim: {one_line(error.format_message())}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except OSError as error:  # the program that reads our output ended, or the disk is full
        streams.give_up()
        if not streams.reader_has_gone(error):
            with suppress(OSError):  # standard error may be on the same disk
                click.echo(f"convanim: can't write the output: {error.strerror}", err=True)
        sys.exit(2)

"""The command line: words in, one-line errors out; no drawing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from . import __version__
from .errors import ConvanimError, expected_one_of, shown
from .geometry import OPERATIONS, POOL_MODES
from .theme import THEMES
from .views import VIEWS, View
from .write import FORMATS, Format, literal


def _table(rows: Mapping[str, View] | Mapping[str, Format]) -> str:
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
    convanim info conv -i 5 -k 3 -s 2 -p 1
    """


@cli.command("list")
def list_() -> None:
    """List the guide's figures."""
    from .spec import figures

    known = figures()
    width = max(map(len, known))
    for name, figure in known.items():
        click.echo(f"{name:{width}}  {figure.title}")


def operation_options(command: Callable[..., None]) -> Callable[..., None]:
    """The parameters of an operation, in PyTorch's words."""
    for decorate in reversed([
        click.argument("operation", metavar=f"[{'|'.join(OPERATIONS)}]"),
        click.option("-i", "--input-size", metavar="SIZE", required=True, help="Cells of the input: 5, or 5x7 for rows x columns."),
        click.option("-k", "--kernel-size", metavar="SIZE", required=True, help="Cells of the kernel."),
        click.option("-s", "--stride", metavar="SIZE", help="Cells from window to window (1; for pool the kernel size)."),
        click.option("-p", "--padding", metavar="SIZE", help="Zeros around the input: 1, 1x2, or before:after as in 1:2x0:1."),
        click.option("-d", "--dilation", metavar="SIZE", help="Cells from tap to tap (1)."),
        click.option("--output-padding", metavar="SIZE", help="Rows and columns that a transposed convolution adds at the end (0)."),
        click.option("--mode", metavar="MODE", help=f"Pooling: {' or '.join(POOL_MODES)}."),
        click.option("--ndim", type=int, metavar="N", help="Number of dimensions where all sizes are single numbers (2)."),
    ]):
        command = decorate(command)
    return command


@cli.command()
@operation_options
@click.option("-o", "--output", multiple=True, required=True, metavar="FILE",
              help=f"May be given again; frames/{{step:03d}}.png is a file for each step. {_table(FORMATS)}")
@click.option("--view", metavar="VIEW", help=f"{_table(VIEWS)} Flat where there is a seed, otherwise isometric.")
@click.option("--theme", default="classic", show_default=True, metavar="THEME", help=f"One of {', '.join(THEMES)}.")
@click.option("--step", type=int, metavar="N", help="Write this step alone, counted from 0, as .svg or .png.")
@click.option("--step-ms", type=int, default=1000, show_default=True, metavar="MS", help="Time of a step.")
@click.option("--dpi", type=float, default=150, show_default=True)
@click.option("--seed", type=int, metavar="N", help="Where the values of the flat view come from (1234).")
def draw(output: tuple[str, ...], view: str | None, theme: str, step: int | None, step_ms: int, dpi: float, seed: int | None, **operation: Any) -> None:
    """Draw an animation of your own."""
    from .spec import animate

    animation = animate(_operation(**operation), view=view, theme=theme, step_ms=step_ms, dpi=dpi, seed=seed)
    for name in output:
        _wrote(animation.save(name, step=step))


@cli.command()
@operation_options
def info(**operation: Any) -> None:
    """Print the sizes of an operation, and the formula with its numbers."""
    from . import words

    op = _operation(**operation)
    click.echo(words.title(op))
    rows = [("input", op.input_size), ("padded", op.padded_size), ("kernel", op.kernel_size), ("effective kernel", op.effective_kernel_size)]
    rows += [("output", op.output_size), ("never read", op.remainder)]
    for name, cells in rows:
        click.echo(f"  {name:16}  {words.size(cells)}")
    formulas = [words.formula(op, axis) for axis in range(len(op.axes))]
    names = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}.get(len(formulas)) or tuple(f"axis {n}" for n in range(len(formulas)))
    for name, formula in zip(names, formulas, strict=True):
        click.echo(f"  {name:16}  {formula}")


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME|TOML...")
@click.option("-o", "--output", default=".", show_default=True, metavar="DIR", help="Folder to write to.")
@click.option("-f", "--format", "suffixes", multiple=True, default=("gif", "svg"), show_default=True, metavar="SUFFIX")
def render(names: tuple[str, ...], output: str, suffixes: tuple[str, ...]) -> None:
    """Render named figures, or all figures of TOML files, as GIF and SVG."""
    from tqdm import tqdm

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
    paths = []
    for figure in tqdm(chosen, desc="render", unit="figure", leave=False, disable=None):
        try:
            animation = figure.animate()
        except ConvanimError as error:
            raise ConvanimError(f"figure {figure.name!r}: {error}") from None
        for suffix in (f".{word.removeprefix('.')}" for word in suffixes):
            each = suffix in FORMATS and FORMATS[suffix].animated is None  # a file for each step
            paths += animation.save(Path(literal(output), f"{figure.name}{'_{step:03d}' if each else ''}{suffix}"))
    _wrote(paths)


@cli.command()
@click.argument("specs", nargs=-1, metavar="[TOML...]")
@click.option("-o", "--output", required=True, metavar="DIR", help="Folder to write to.")
def gallery(specs: tuple[str, ...], output: str) -> None:
    """Build all figures of TOML files (the guide's if none) in parallel, as GIF and SVG."""
    from tqdm import tqdm

    from .batch import gallery as build
    from .spec import figures

    with tqdm(total=len(figures(*specs)), desc="gallery", unit="figure", leave=False, disable=None) as bar:
        built = build(specs, output, done=lambda _: bar.update())
    failed = [one for one in built if one.error]
    for one in failed:
        click.echo(f"failed: {one.name}: {one.error}", err=True)
    click.echo(f"{len(built) - len(failed)} of {len(built)} figures in {output}")
    if failed:
        sys.exit(2)


def _operation(*, operation: str, ndim: int | None, **given: str | None) -> Any:
    """The operation of the command line's words."""
    from dataclasses import fields

    if operation not in OPERATIONS:
        raise expected_one_of("operation", operation, OPERATIONS)
    kind = OPERATIONS[operation]
    words = {name: value for name, value in given.items() if value is not None}
    known = {field.name for field in fields(kind)}
    for name in words:
        if name not in known:
            raise ConvanimError(f"{operation} has no --{name.replace('_', '-')}: it takes {', '.join(sorted('--' + k.replace('_', '-') for k in known))}")
    sizes: dict[str, Any] = {name: value if name == "mode" else _size(name, value) for name, value in words.items()}
    axes = max([ndim or 0, *(len(value) for name, value in sizes.items() if name != "mode")])
    for name, value in sizes.items():
        if name != "mode" and len(value) == 1:  # one value is for all axes
            sizes[name] = value * (axes if axes > 1 or ndim else 2)
    return kind(**sizes, ndim=ndim)


def _size(name: str, text: str) -> list[Any]:
    """5, 5x7, and for paddings 1:2x0:1."""
    values: list[Any] = []
    for part in text.lower().split("x"):
        try:
            sides = [int(side) for side in part.split(":")]
        except ValueError:
            sides = []
        if not sides or len(sides) > (2 if name == "padding" else 1):
            pair = ", or before:after as in 1:2" if name == "padding" else ""
            raise ConvanimError(f"--{name.replace('_', '-')} {shown(text)} is not a size: write 3, or 3x5 for rows x columns{pair}")
        values.append(sides[0] if len(sides) == 1 else tuple(sides))
    return values


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

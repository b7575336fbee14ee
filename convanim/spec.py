"""The record behind a table of a TOML file, a call of the command line or of `animate`, and the animation that it makes."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from importlib import resources
from inspect import signature
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from . import words
from .animation import Animation
from .errors import ConvanimError, expected_one_of, shown
from .frameworks import Imported
from .geometry import OPERATIONS, Operation, check_operation
from .theme import THEMES, Theme
from .views import VIEWS
from .write import MOST_STEPS

STEP_MS, DPI, SEED = 1000, 150, 1234  # the guide's
LARGEST_DPI = 9600
MOST_CELLS = 4_000_000  # of the padded input or the output: what a drawing of single cells can hold in 2 GB


def animate(
    op: Operation | Imported,
    *,
    view: str | None = None,
    theme: str | Theme = "classic",
    step_ms: int = STEP_MS,
    dpi: float = DPI,
    input: object | None = None,  # noqa: A002 - the field's word
    kernel: object | None = None,
    bias: object | None = None,
    seed: int | None = None,
    title: str | None = None,
    description: str | None = None,
) -> Animation:
    """The animation of an operation of one or two dimensions, or of a layer that `from_torch` and its like give.

    `view` is a row of VIEWS: "isometric", or "flat" with values, which is taken when `input`, `kernel` (arrays of
    `op.input_size` and `op.kernel_size`), `bias` (one number, where the operation has one) or `seed` are given. A layer's weights
    are its kernel and bias. Values that aren't given are drawn from `seed`, but for a bias, which is 0. `step_ms` is the
    time of a step in milliseconds; `dpi` 150 gives the guide's size. `title` and `description` are for screen readers.
    Raises ConvanimError for what isn't one of these, for more than two dimensions, and for a figure that is too large.
    """
    kernel_of, bias_of = (op.kernel, op.bias) if isinstance(op, Imported) else (None, None)
    op = op.op if isinstance(op, Imported) else op
    check_operation(op)
    given = [name for name, value in (("input", input), ("kernel", kernel), ("bias", bias), ("seed", seed)) if value is not None]
    if view is None:
        view = "flat" if given else "isometric"
    if not isinstance(view, str) or view not in VIEWS:
        raise expected_one_of("view", view, VIEWS)
    if given and not VIEWS[view].shows_values:
        raise ConvanimError(f"the {view} view shows no values, so {given[0]}= has no place in it: take view='flat', or leave it out")
    if not isinstance(theme, Theme):
        if not isinstance(theme, str) or theme not in THEMES:
            raise expected_one_of("theme", theme, THEMES)
        theme = THEMES[theme]
    for what, text in (("title", title), ("description", description)):
        if text is not None and not isinstance(text, str):
            raise ConvanimError(f"{what}={shown(text)} is not text: write it in quotes")
    _check_numbers(step_ms, dpi)
    _check_size(op)
    shown_values = None
    if VIEWS[view].shows_values:
        from .numeric import values

        kernel, bias = kernel_of if kernel is None else kernel, bias_of if bias is None else bias
        shown_values = values(op, input=input, kernel=kernel, bias=bias, seed=SEED if seed is None else seed)
    scene = VIEWS[view].draw(op, shown_values, theme.styles.keys())
    scene = replace(scene, title=title or words.title(op), description=description or words.description(op, bias=shown_values.bias if shown_values else 0))
    return Animation(scene, theme, int(step_ms), float(dpi))


def _check_numbers(step_ms: object, dpi: object) -> None:
    if isinstance(step_ms, bool) or not isinstance(step_ms, Integral) or not 1 <= int(step_ms) <= 3_600_000:
        raise ConvanimError(f"step_ms={shown(step_ms)}: the time of a step is a whole number of milliseconds, from 1 to 3600000")
    if isinstance(dpi, bool) or not isinstance(dpi, Real) or not 1 <= float(dpi) <= LARGEST_DPI:
        raise ConvanimError(f"dpi={shown(dpi)}: the resolution is a number from 1 to {LARGEST_DPI}; the guide's figures have 150")


def _check_size(op: Operation) -> None:
    steps = math.prod(op.output_size)
    if steps > MOST_STEPS:
        raise ConvanimError(
            f"an output of {words.size(op.output_size)} would need {steps:,} frames, and {MOST_STEPS:,} are the most: "
            "take a smaller input_size or a larger stride"
        )
    drawn = tuple(axis.extent for axis in op.axes)
    for what, size in (("padded input", drawn), ("window", op.effective_kernel_size)):
        cells = math.prod(size)
        if cells > MOST_CELLS:
            raise ConvanimError(
                f"a {what} of {words.size(size)} has {cells:,} cells and would need {cells * 500 / 2**30:,.1f} GB to draw; "
                f"{MOST_CELLS:,} cells (2 GB) are the most: take smaller sizes"
            )


# what a table may hold beside its operation's parameters: what `animate` takes
OPTIONS = [name for name in signature(animate).parameters if name not in ("op", "bias")]  # a table's `bias` is the operation's


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One named figure: a TOML table. What it leaves out has the operation's or `animate`'s own value."""

    name: str
    operation: str
    parameters: Mapping[str, Any] = field(hash=False)  # of the operation
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)  # of `animate`
    source: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        """What to look at, in a sentence; if the table has none, the operation in one line."""
        given = self.options.get("title")
        return given if isinstance(given, str) else words.title(self.op())

    def op(self) -> Operation:
        """The operation that the figure shows."""
        return OPERATIONS[self.operation](**self.parameters)

    def animate(self) -> Animation:
        """The figure's animation."""
        return animate(self.op(), **self.options)


def figures(*specs: str | os.PathLike[str]) -> dict[str, Figure]:
    """The figures of TOML files by name; without any, those that come with the package: the guide's, and more.

    Raises ConvanimError for a file that can't be read or parsed, and for a key or value that a figure can't have.
    """
    return {name: _figure(where, name, table) for name, (where, table) in _tables(specs).items()}


def figure(name: str, *specs: str | os.PathLike[str]) -> Animation:
    """The animation of a named figure, one of the package's or of the given TOML files: `figure("padding_strides").save("x.gif")`."""
    tables = _tables(specs)
    if not isinstance(name, str) or name not in tables:
        raise expected_one_of("figure", name, tables)
    where, table = tables[name]
    return _figure(where, name, table).animate()


def _tables(specs: tuple[str | os.PathLike[str], ...]) -> dict[str, tuple[str, object]]:
    """The tables of TOML files by name, each with the file that it is in."""
    found: dict[str, tuple[str, object]] = {}
    for where, text in _texts(specs):
        try:
            tables = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise ConvanimError(f"{where} is not TOML: {error}") from None
        for name, table in tables.items():
            if name in found:
                raise ConvanimError(f"{where}: a figure named {name!r} is in {found[name][0]} already; give it another name")
            if not name or name.startswith(".") or not name.isprintable() or any(c in name for c in '/\\{}:*?"<>|'):
                raise ConvanimError(f"{where}, figure {name!r}: a figure's name becomes a file's name; take letters, digits, - and _")
            found[name] = where, table
    if not found:
        raise ConvanimError(f"{', '.join(map(str, specs))} has no figures: begin one with a line such as [my_figure]")
    return found


def _figure(where: str, name: str, table: object) -> Figure:
    place = f"{where}, figure {name!r}"
    if not isinstance(table, dict):
        raise ConvanimError(f"{place}: {shown(table)} is not a table; begin each figure with a line [{name}]")
    operation = table.get("operation")
    if operation is None:
        raise ConvanimError(f"{place} has no operation: add operation = \"conv\", or one of {', '.join(OPERATIONS)}")
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise _at(place, expected_one_of("operation", operation, OPERATIONS))
    taken = {one.name: one.default is MISSING for one in fields(OPERATIONS[operation])}
    known = sorted([*taken, *OPTIONS, "operation"])
    for key in table:
        if key not in known:
            raise _at(place, expected_one_of("key", key, known))
    for key in taken:
        if taken[key] and key not in table:
            raise ConvanimError(f"{place} has no {key}: add a line such as {key} = 3, or [3, 5] for rows and columns")
    made = Figure(name=name, operation=operation, source=where, parameters={key: table[key] for key in table if key in taken},
                  options={key: table[key] for key in table if key in OPTIONS})
    try:
        made.op()
        for key, choices in (("view", VIEWS), ("theme", THEMES)):
            value = table.get(key)
            if value is not None and (not isinstance(value, str) or value not in choices):
                raise expected_one_of(key, value, choices)
    except ConvanimError as error:
        raise _at(place, error) from None
    return made


def _at(place: str, error: ConvanimError) -> ConvanimError:
    return ConvanimError(f"{place}: {error}")


def _texts(specs: tuple[str | os.PathLike[str], ...]) -> list[tuple[str, str]]:
    """(where, text) of the TOML files."""
    if not specs:
        return [(path.name, path.read_text(encoding="utf-8")) for path in shipped()]
    texts = []
    for spec in specs:
        try:
            texts.append((str(spec), Path(spec).read_text(encoding="utf-8-sig")))
        except UnicodeDecodeError:
            raise ConvanimError(f"{spec} is not TOML: it isn't UTF-8 text") from None
        except (OSError, TypeError, ValueError) as error:
            raise ConvanimError(f"can't read {shown(str(spec))}: {getattr(error, 'strerror', None) or error}; give the path of a TOML file") from None
    return texts


def shipped() -> list[Any]:
    """The TOML files of the guide's figures: in the installed package, or in a checkout beside it."""
    package = resources.files("convanim")
    for folder in (package / "templates", Path(str(package)).parent / "templates"):
        if folder.is_dir():
            return sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: str(path.name))
    raise ConvanimError("the package's templates are missing: install convanim again")

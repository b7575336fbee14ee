"""Figures described in TOML: the record of a table, and its animation."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from .animation import Animation
from .drawing import animate, check_figure
from .errors import ConvanimError, expected_one_of, short_repr
from .geometry import OPERATIONS, Operation
from .geometry.parameters import parameters
from .labels import titled
from .options import OPTIONS, TEXT_OPTIONS, Options, check_names, names_in
from .text import describe
from .themes.table import beside, toml
from .views import VIEWS

MOST_LIKES = 100  # length of a chain of figures, each `like` the next


@dataclass(frozen=True)
class LayerSpec:
    """One operation of a figure: its kind (a row of OPERATIONS) and its parameters."""

    operation: str
    parameters: Mapping[str, Any] = field(hash=False)

    def op(self) -> Operation:
        """The operation."""
        return OPERATIONS[self.operation](**self.parameters)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A named figure: a TOML table. Omitted parameters and options have their defaults.

    It has one layer, or several if the table has a list of `layers`.
    """

    name: str
    layers: tuple[LayerSpec, ...]
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)  # of `animate`
    source: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        """The title of the table, a sentence that says what to look at; otherwise the operation in one line."""
        given = self.options.get("title")
        return given if isinstance(given, str) else describe.title(self.op(), self.options.get("lang", "en"))

    def op(self) -> Operation | tuple[Operation, ...]:
        """The operation of the figure, or a tuple of several.

        A layer without `input_size` takes the output size of the previous layer.
        """
        made: list[Operation] = []
        for layer in self.layers:
            sized = {"input_size": made[-1].output_size} if made else {}
            made.append(LayerSpec(layer.operation, sized | {**layer.parameters}).op())
        return made[0] if len(made) == 1 else tuple(made)

    def animate(self, **options: Any) -> Animation:
        """The figure's animation. `options` of `animate` override those of the figure.

        Contradicting options of the figure are dropped: values if the view shows none or symbols, title and description
        if the language differs, the poster if the view differs. A specified title is always drawn, whatever labels the
        figure has. Raises ConvanimError for an unknown option.
        """
        check_names(options)
        return animate(self.op(), **_over(self.options, options))


def _over(own: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The figure's own options merged with `more`, without own options that contradict `more`."""
    gone: set[str] = set()
    view = more.get("view")
    if isinstance(view, str) and view in VIEWS:
        gone |= {name for name, row in OPTIONS.items() if row.views and not row.views.takes(VIEWS[view])}
    if more.get("symbols") is True:
        gone |= {*names_in("values"), "shade"}
    if more.get("shade") is True or any(name in more for name in names_in("values")):
        gone |= {"symbols"}
    if any(name in more for name in names_in("size")):
        gone |= {*names_in("size")}
    if "view" in more or any(name not in OPTIONS for name in more):  # the number of steps may differ
        gone |= {"poster", "steps"}
    if more.get("lang", own.get("lang", "en")) != own.get("lang", "en"):
        gone |= {name for name, row in OPTIONS.items() if row.kind == "text"}
    kept = {name: value for name, value in own.items() if name not in gone}
    if "title" in more and "labels" in kept:
        kept["labels"] = titled(kept["labels"])
    return {**kept, **more}


def figures(*specs: str | os.PathLike[str]) -> dict[str, Figure]:
    """The figures of TOML files by name; without files, the figures of the package: the guide's, and more.

    Raises ConvanimError for a file that can't be read or parsed, and for a wrong key or value.
    """
    tables = _tables(specs)
    return {name: _figure(name, tables) for name in tables}


def figure(name: str, *specs: str | os.PathLike[str], **options: Any) -> Animation:
    """The animation of a figure of TOML files, or of the package: `figure("padding_strides").save("x.gif")`.

    `options` of `animate` override those of the figure: `figure("padding_strides", theme="dark", labels="all")`.
    """
    tables = _tables(specs)
    if not isinstance(name, str) or name not in tables:
        raise expected_one_of("figure", name, tables)
    return _figure(name, tables).animate(**options)


Tables = Mapping[str, tuple[str, object]]  # figure name -> the file, and the figure's table


def _tables(specs: tuple[str | os.PathLike[str], ...]) -> Tables:
    return _parsed(_texts(specs), specs) if specs else _packages()


@cache
def _packages() -> Tables:
    """The tables of the packaged figures."""
    return _parsed([(path.name, path.read_text(encoding="utf-8")) for path in shipped()], ())


def _parsed(texts: list[tuple[str, str]], specs: tuple[str | os.PathLike[str], ...]) -> Tables:
    """Parse the tables of TOML texts. Paths of themes become relative to the folder of their file."""
    found: dict[str, tuple[str, object]] = {}
    for where, text in texts:
        for name, table in toml(text, where).items():
            if name in found:
                raise ConvanimError(
                    f"{where}: a figure named {name!r} is in {found[name][0]} already; give it another name"
                )
            if not name or name.startswith(".") or not name.isprintable() or any(c in name for c in '/\\{}:*?"<>|'):
                raise ConvanimError(
                    f"{where}, figure {name!r}: a figure's name becomes a file name; use letters, digits, - and _"
                )
            if isinstance(table, dict) and "theme" in table:
                table["theme"] = beside(table["theme"], Path(where).parent)
            found[name] = where, table
    if not found:
        raise ConvanimError(f"{', '.join(map(str, specs))} has no figures: begin one with a line such as [my_figure]")
    return found


def _whole(name: str, tables: Tables, after: tuple[str, ...] = ()) -> dict[str, Any]:
    """A figure's table merged with that of the figure it is `like`, which may be a packaged figure."""
    where, table = tables[name]
    place = f"{where}, figure {name!r}"
    if not isinstance(table, dict):
        raise ConvanimError(f"{place}: {short_repr(table)} is not a table; begin each figure with a line [{name}]")
    if "like" not in table:
        return dict(table)
    base = table["like"]
    if base in (name, *after) or len(after) >= MOST_LIKES:
        way = "back to itself" if base in (name, *after) else f"through more than {MOST_LIKES} figures"
        raise ConvanimError(
            f"{place}: like = {short_repr(base)} leads {way}: name a figure that has an operation of its own"
        )
    known = tables if isinstance(base, str) and base in tables else {**_tables(()), **tables}
    if not isinstance(base, str) or base not in known:
        raise _at(place, expected_one_of("figure", base, known))
    own = {key: value for key, value in table.items() if key != "like"}
    return _over(_whole(base, known, (*after, name)), own)


def _figure(name: str, tables: Tables) -> Figure:
    """Build the figure of a table. If that fails, raises ConvanimError with the file and the figure's name."""
    where, table = tables[name][0], _whole(name, tables)
    place = f"{where}, figure {name!r}"
    options = {key: value for key, value in table.items() if key in TEXT_OPTIONS}
    rest = {key: value for key, value in table.items() if key not in (*TEXT_OPTIONS, "like")}
    if "layers" in table:
        layers = _listed_layers(rest, place)
    else:
        layer = _layer(rest, place, first=True, alone=True)
        bias = layer.parameters.get("bias", False)
        if not isinstance(bias, bool):  # a number is the bias's value, so the operation has a bias
            options["bias"] = bias
            layer = LayerSpec(layer.operation, {**layer.parameters, "bias": True})
        layers = (layer,)
    made = Figure(name=name, layers=layers, source=where, options=options)
    try:
        checked = Options(**options)
        check_figure(made.op(), checked)
    except ConvanimError as error:
        raise _at(place, error) from None
    return made


def _listed_layers(table: Mapping[str, Any], place: str) -> tuple[LayerSpec, ...]:
    """The layers of a table with `layers`. Such a table must not have parameters of an operation."""
    listed = table["layers"]
    if not isinstance(listed, list) or len(listed) < 2 or not all(isinstance(one, dict) for one in listed):
        raise ConvanimError(
            f"{place} has layers = {short_repr(listed)}: give a list of two tables or more such as {{ operation ="
            ' "conv", kernel_size = 3 }'
        )
    for key in table:
        if any(key in parameters(kind) for kind in OPERATIONS.values()):
            raise ConvanimError(f"{place}: {key} can't be combined with layers: move it into the table of its layer")
        if key != "layers":
            raise _at(place, expected_one_of("key", key, sorted([*TEXT_OPTIONS, "layers", "like"])))
    return tuple(_layer(one, f"{place}, layer {n}", first=n == 1, alone=False) for n, one in enumerate(listed, 1))


def _layer(table: Mapping[str, Any], place: str, *, first: bool, alone: bool) -> LayerSpec:
    """Build the operation of a table. `alone`: the figure has no list of layers.

    Only the first layer needs an input size.
    """
    operation = table.get("operation")
    if operation is None:
        raise ConvanimError(f'{place} has no operation: add operation = "conv", or one of {", ".join(OPERATIONS)}')
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise _at(place, expected_one_of("operation", operation, OPERATIONS))
    needed = {one.name: one.default is MISSING for one in fields(OPERATIONS[operation])}
    known = [*needed, "operation", *([*TEXT_OPTIONS, "like", "layers"] if alone else [])]
    for key in table:
        if key in TEXT_OPTIONS:
            raise ConvanimError(f"{place}: {key} applies to the whole figure: put it beside layers, not into a layer")
        if key not in (*needed, "operation"):
            raise _at(place, expected_one_of("key", key, sorted(known)))
    for key in needed:
        if needed[key] and key not in table and (first or key != "input_size"):
            raise ConvanimError(f"{place} has no {key}: add a line such as {key} = 3, or [3, 5] for rows and columns")
    return LayerSpec(operation, {key: value for key, value in table.items() if key != "operation"})


def _at(place: str, error: ConvanimError) -> ConvanimError:
    return ConvanimError(f"{place}: {error}")


def _texts(specs: tuple[str | os.PathLike[str], ...]) -> list[tuple[str, str]]:
    """Read each TOML file: its path and its text."""
    texts = []
    for spec in specs:
        try:
            texts.append((os.fspath(spec), Path(spec).read_text(encoding="utf-8-sig")))
        except UnicodeDecodeError:
            raise ConvanimError(f"{spec} is not TOML: it isn't UTF-8 text") from None
        except (OSError, TypeError, ValueError) as error:
            raise ConvanimError(
                f"can't read {_named(spec)}: {getattr(error, 'strerror', None) or error}; give the path of a TOML file"
            ) from None
    return texts


def _named(spec: object) -> str:
    return short_repr(str(spec) if isinstance(spec, os.PathLike) else spec)


def shipped() -> list[Any]:
    """The TOML files of the packaged figures: in the installed package, or beside it in a checkout."""
    package = resources.files("convanim")
    for folder in (package / "templates", Path(str(package)).parent / "templates"):
        if folder.is_dir():
            return sorted(
                (path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: str(path.name)
            )
    raise ConvanimError("the package's templates are missing: install convanim again")

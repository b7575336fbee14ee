"""The flags of the commands, generated from the tables of parameters, options and formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from .. import parsing
from ..geometry import OPERATIONS
from ..geometry.padding import PADDINGS
from ..geometry.parameters import Parameter
from ..option_kinds import Explained, Option
from ..options import TEXT_OPTIONS
from ..parsing import flag

Decorator = Callable[[Callable[..., None]], Callable[..., None]]
EXAMPLES = {"input_size": " 5, or 5x7 for rows x columns.", "padding": " 1, 1x2, or before:after as in 1:2x0:1."}
FILES = " Or a .npy or .csv file."
NUMBER_TYPES: dict[str, type] = {"count": int, "number": float}  # by kind; all other flags take text


def table(rows: Mapping[str, Explained]) -> str:
    """The rows of a table for a help text: each name with its description."""
    return " ".join(f"{name}: {row.about}." for name, row in rows.items())


def operation_options(command: Callable[..., None]) -> Callable[..., None]:
    """The parameters of all operations, and the ONNX file of an operation."""
    ndim, onnx, node = (
        click.option("--ndim", type=int, metavar="N", help="Number of dimensions where all sizes are numbers (2)."),
        click.option("--onnx", metavar="FILE", help="Take the operation from an ONNX model."),
        click.option("--node", metavar="NAME", help="The node of the ONNX model: its name or the name of its output."),
    )
    return _decorated(command, [*_operation(), ndim, onnx, node])


def layer_parameters() -> list[click.Parameter]:
    """The parameters of all operations, as flags for one layer of --layers."""

    def layer() -> None: ...

    _decorated(layer, _operation())
    return list(reversed(layer.__click_params__))  # type: ignore[attr-defined]


def _operation() -> list[Decorator]:
    """The operation and its parameters."""
    operation = click.argument("operation", metavar=f"[{'|'.join(OPERATIONS)}]", required=False)
    return [operation, *(_parameter(name, one) for name, one in parsing.KNOWN.items())]


def figure_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a figure whose values can be written as text."""
    return _decorated(command, [_option(name, row) for name, row in TEXT_OPTIONS.items()])


def still_options(command: Callable[..., None]) -> Callable[..., None]:
    """The flags for still pictures."""
    step = click.option(
        "--step",
        metavar="N",
        callback=_step,
        help="Write only this step, counted from 0, or poster, the step that explains most.",
    )
    board = click.option(
        "--storyboard",
        type=int,
        metavar="N",
        help="Write one still figure with this many steps side by side. With 2 steps, one is at a corner and one is the"
        " poster.",
    )
    return _decorated(command, [step, board])


def specified(flags: dict[str, Any]) -> dict[str, Any]:
    """The specified options of a figure. All options of figures are removed from the command's `flags`."""
    return {name: value for name in TEXT_OPTIONS if (value := flags.pop(name)) is not None}


def _decorated(command: Callable[..., None], decorators: list[Decorator]) -> Callable[..., None]:
    """The command with flags in this order."""
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


# an omitted flag is None, so the value of the operation or of the figure applies


def _parameter(name: str, one: Parameter) -> Decorator:
    """The flag of an operation's parameter."""
    if one.kind == "switch":
        return _switch(name, one.about)
    choices = one.choices or (PADDINGS if one.kind == "padding" else ())
    names = f" One of {', '.join(choices)}." if choices else ""
    metavar = {"count": "N", "choice": "NAME"}.get(one.kind, "SIZE")
    return click.option(
        *([f"-{parsing.SHORT[name]}"] if name in parsing.SHORT else []),
        flag(name),
        type=NUMBER_TYPES.get(one.kind),
        metavar=metavar,
        help=f"{one.about}{EXAMPLES.get(name, '')}{names}",
    )


def _option(name: str, row: Option) -> Decorator:
    """The flag of an option of a figure."""
    if row.kind == "switch":
        return _switch(name, row.help)
    return click.option(
        flag(name),
        type=NUMBER_TYPES.get(row.kind),
        metavar=row.metavar or None,
        callback=_array if row.kind == "array" else None,
        help=f"{row.summary} {table(row.explained)}" if row.explained else row.help + FILES * (row.kind == "array"),
    )


def _switch(name: str, about: str) -> Decorator:
    return click.option(f"{flag(name)}/--no-{flag(name)[2:]}", default=None, help=about)


def _array(context: click.Context, option: click.Parameter, value: str | None) -> Any:
    """Read numbers from JSON text or from a file."""
    return None if value is None else parsing.array(flag(str(option.name)), value)


def _step(context: click.Context, option: click.Parameter, value: str | None) -> int | str | None:
    """Parse a step: a number, or text, which is refused later unless it is "poster"."""
    try:
        return None if value is None else int(value)
    except ValueError:  # not a number, or too many digits for Python
        return value

"""Parse several layers from one text, each with the flags of `draw`: "conv -i 9 -k 3 -p 1, pool -k 2, conv -k 3"."""

from __future__ import annotations

import shlex
from functools import cache
from typing import Any

import click

from .. import parsing
from ..errors import ConvanimError, short_repr
from ..geometry import Operation
from ..parsing import flag
from .flags import layer_parameters

EXAMPLE = '"conv -i 9 -k 3, pool -k 2"'


def layers_of(text: str, beside: dict[str, Any]) -> list[Operation]:
    """Parse a list of layers separated by commas. Each layer after the first takes the previous layer's output as
    input.

    `beside` are the flags of the command: -i and --ndim apply to the first layer, and all others are refused. Raises
    ConvanimError for an invalid layer.
    """
    given = {name: value for name, value in beside.items() if value is not None}
    size, ndim = given.pop("input_size", None), given.pop("ndim", None)
    if "operation" in given:
        raise ConvanimError(
            f"{given['operation']} can't be combined with --layers, which lists all layers: write --layers {EXAMPLE}"
        )
    for name in given:
        remedy = "write it into its layer" if name in parsing.KNOWN else "leave it out"
        raise ConvanimError(f"{flag(name)} can't be combined with --layers: {remedy}")
    made: list[Operation] = []
    for n, words in enumerate(text.split(","), 1):
        place = f"--layers, layer {n}, {short_repr(words.strip())}"
        try:
            made.append(_layer(words, size, ndim, first=n == 1))
        except click.UsageError as error:
            raise ConvanimError(f"{place}: {error.format_message()}") from None
        except ValueError as error:  # of shlex, and ConvanimError
            raise ConvanimError(f"{place}: {error}") from None
        size, ndim = "x".join(map(str, made[-1].output_size)), len(made[-1].output_size)
    return made


def _layer(text: str, size: str | None, ndim: int | None, *, first: bool) -> Operation:
    """Parse one layer. `size` is its input size, if the text doesn't specify one.

    The command's -i specifies the size of the first layer; the text must not specify it again.
    """
    words = shlex.split(text)
    if not words:
        raise ConvanimError(f"a layer is empty: write an operation with its parameters, as in --layers {EXAMPLE}")
    with _reader().make_context("layer", words) as context:
        given = {name: value for name, value in context.params.items() if value is not None}
    operation = given.pop("operation", None)
    if operation is None:
        raise ConvanimError(f"a layer begins with its operation, as in --layers {EXAMPLE}")
    if first and size is not None and "input_size" in given:
        raise ConvanimError(f"-i {size} and --layers both specify the input size: leave one of them out")
    if size is not None:
        given.setdefault("input_size", size)
    return parsing.operation(operation, given, flag, ndim)


@cache
def _reader() -> click.Command:
    """Parses the flags of one layer."""
    return click.Command("layer", params=layer_parameters(), add_help_option=False)

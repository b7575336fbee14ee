"""Parse option strings for the command line, links and Sphinx directives."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from .errors import ConvanimError, expected_one_of, short_repr
from .geometry import OPERATIONS, Operation
from .geometry.padding import PADDING_MODES, PADDINGS
from .geometry.parameters import MOST_AXES, Parameter, is_many, parameters
from .options import TEXT_OPTIONS

Spelling = Callable[[str], str]  # how a name is spelled: "input_size" as --input-size or :input-size:


# parameters that have a letter, as a flag of the command line and in links
SHORT = {"input_size": "i", "kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d"}


def flag(name: str) -> str:
    """A parameter's or an option's name as a flag of the command line: "input_size" is "--input-size"."""
    return f"--{name.replace('_', '-')}"


def operation(name: str, given: Mapping[str, Any], spelt: Spelling, ndim: int | None = None) -> Operation:
    """Build an operation (a row of OPERATIONS) from parameters as text: {"input_size": "5x7", "kernel_size": "3"}.

    A single value applies to all axes. Raises ConvanimError for an unknown operation, and for an unknown or missing
    parameter.
    """
    values = operation_values(name, given, spelt, ndim)  # refuses an unknown name
    return OPERATIONS[name](**values)


def operation_values(name: str, given: Mapping[str, Any], spelt: Spelling, ndim: int | None = None) -> dict[str, Any]:
    """The keyword arguments for the operation: its parameters, and `ndim`."""
    if name not in OPERATIONS:
        raise expected_one_of("operation", name, OPERATIONS)
    known = parameters(kind := OPERATIONS[name])
    for key in given:
        if key not in known:
            raise ConvanimError(f"{name} has no {spelt(key)}: it takes {', '.join(sorted(map(spelt, known)))}")
    for one in fields(kind):
        if one.default is MISSING and one.name not in given:
            raise ConvanimError(
                f"{name} needs {spelt(one.name)}: add one such as {spelt(one.name)} 3, or 3x5 for rows x columns"
            )
    named = {"padding"} if str(given.get("padding", "")).lower() in {*PADDINGS, *PADDING_MODES} else set()
    sizes = {
        word: size(word, value, spelt)
        for word, value in given.items()
        if known[word].kind in ("cells", "padding") and word not in named
    }
    if ndim is not None and not 0 < ndim <= MOST_AXES:  # before that many values are made
        raise ConvanimError(f"ndim={ndim} is out of range: it must be from 1 to {MOST_AXES}")
    axes = max([ndim or 0, *map(len, sizes.values())])
    count = axes if axes > 1 or ndim else 2
    full = {word: value * count if len(value) == 1 else value for word, value in sizes.items()}
    return {**given, **full, "ndim": ndim}


def size(name: str, text: str, spelt: Spelling) -> list[Any]:
    """Parse a size, one value per axis: "5" is [5], "5x7" is [5, 7], and the padding "1:2x0:1" is [(1, 2), (0, 1)]."""
    values: list[Any] = []
    for part in text.lower().split("x"):
        try:
            sides = [int(side) for side in part.split(":")]
        except ValueError:
            sides = []
        if not sides or len(sides) > (2 if name == "padding" else 1):
            pair = f", before:after as in 1:2, or one of {', '.join(PADDINGS)}" if name == "padding" else ""
            raise ConvanimError(
                f"{spelt(name)} {short_repr(text)} is not a size: write 3, or 3x5 for rows x columns{pair}"
            )
        values.append(sides[0] if len(sides) == 1 else tuple(sides))
    return values


def whole(name: str, text: str) -> int:
    """Parse a whole number. Messages call it `name`."""
    try:
        return int(text)
    except ValueError:
        raise ConvanimError(f"{name} {short_repr(text)} is not a whole number: write one such as 3") from None


def _real(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConvanimError(f"{name} {short_repr(text)} is not a number: write one such as 1.5") from None


SWITCH = {"": True, "true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def _switch(name: str, text: str) -> bool:
    found = SWITCH.get(text.strip().lower())
    if found is None:
        raise ConvanimError(
            f"{name} {short_repr(text)} is neither true nor false: write one of them, or {name} alone for true"
        )
    return found


def is_array_file(text: str) -> bool:
    """Whether an array's text names a file."""
    return text.strip().lower().endswith((".npy", ".csv"))


def array(name: str, text: str) -> Any:
    """Read numbers from JSON text, row by row, or from the .npy or .csv file that the text names."""
    if is_array_file(text):
        from .numeric.files import array_file

        return array_file(name, text.strip())
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ConvanimError(
            f"{name} {short_repr(text)} is not an array: write its rows as in [[1, 2], [3, 4]], or give a .npy or"
            " .csv file"
        ) from None


def _text(name: str, text: str) -> str:
    return text


# parsers by the kind of an option or of a parameter; sizes stay text
READERS: dict[str, Callable[[str, str], Any]] = {
    "array": array,
    "cells": _text,
    "choice": _text,
    "colour": _text,
    "count": whole,
    "focus": _text,
    "labels": _text,
    "number": _real,
    "padding": _text,
    "steps": _text,
    "switch": _switch,
    "text": _text,
    "theme": _text,
}


def option(name: str, text: str, spelt: Spelling) -> Any:
    """Parse an option of a figure. Raises ConvanimError for invalid text."""
    return READERS[TEXT_OPTIONS[name].kind](spelt(name), text)


def parameter(name: str, text: str, spelt: Spelling) -> Any:
    """Parse a parameter of an operation for `operation`."""
    return READERS[KNOWN[name].kind](spelt(name), text)


# the parameters of all operations; if several share a name, the first operation's
KNOWN: dict[str, Parameter] = {
    name: one for kind in reversed(OPERATIONS.values()) for name, one in parameters(kind).items()
}


def size_text(value: Any) -> str:
    """A size or a padding as the text that `size` reads; one value stands for all axes.

    >>> size_text((5, 7)), size_text([(1, 2), (1, 2)]), size_text("same")
    ('5x7', '1:2', 'same')
    """
    if isinstance(value, str) or not is_many(value):
        return str(value)
    texts = [":".join(map(str, part)) if is_many(part) else str(part) for part in value]
    return texts[0] if len({*texts}) == 1 else "x".join(texts)


def value_text(name: str, value: Any) -> str:
    """The value of an option, or of a parameter that isn't a size, as the text that its reader takes."""
    kind = TEXT_OPTIONS[name].kind if name in TEXT_OPTIONS else ""
    if kind == "focus":
        return "off" if value is False else size_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if kind == "array":
        return array_text(value)
    if isinstance(value, str) or not is_many(value):
        return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
    if kind == "labels" and not value:
        return "none"
    return ",".join(map(str, value)) + "," * (kind == "steps" and len(value) == 1)


def array_text(value: Any) -> str:
    """Numbers as the text that `array` reads."""
    return json.dumps(value.tolist() if hasattr(value, "tolist") else value, separators=(",", ":"))

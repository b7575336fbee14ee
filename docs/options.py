"""Writes options.md, the page of the options of a figure, from their one table: python docs/options.py"""

from pathlib import Path
from typing import Any

from convanim.geometry import OPERATIONS
from convanim.geometry.parameters import Parameter, parameters
from convanim.options import documentation_rows

PAGE = """# Options of a figure

Each option is a keyword of `ca.animate` and `ca.figure`, a key of a figure's table in TOML, a flag of the command
line (`step_ms` is `--step-ms`), and an option of the Sphinx directive (`:step-ms:`). `bias` is a value in Python; in
TOML it is the operation's. This page is made from the tables in `convanim/options.py` and `convanim/geometry/` by
`docs/options.py`.

| option | values | default | meaning |
|---|---|---|---|
{options}
## Parameters of an operation

These are the fields of `ca.Conv`, `ca.ConvTranspose`, `ca.Pool` and `ca.AdaptivePool`, and keys of a figure's table
in TOML, whose `operation` is `conv`, `transpose`, `pool` or `adaptive_pool`.

| parameter | operations | values | default | meaning |
|---|---|---|---|---|
{parameters}
`ndim` is the number of dimensions, if all sizes are single numbers; the default is 2.

For a pooling, a padding in numbers is at most half of the kernel. The padding counts as minus infinity for the
maximum, and as zeros for L2 and for an average that counts it. `count_include_pad` is true by default for a padding
in numbers, and false for `"same"`, `"SAME"`, `"same_upper"` and `"same_lower"`. Values are shown of one channel.
"""
VALUES = {
    "cells": "a whole number from {least}, or one for each axis",
    "padding": "a whole number, one or a (before, after) pair for each axis, or a [name](layers.md#padding-by-name)",
    "count": "a whole number from {least}",
    "switch": "`True`, `False`",
    "choice": "{choices}",
}


def parameter_rows() -> list[tuple[str, ...]]:
    """A row for each parameter, with the operations that have it; two rows if its meaning differs between them."""
    found: dict[tuple[str, ...], list[str]] = {}
    for operation, kind in OPERATIONS.items():
        for name, one in parameters(kind).items():
            default = getattr(kind, name, None)
            default = one.usual if default is None else default
            text = "" if default is None else f"`{default}`"
            found.setdefault((f"`{name}`", values(one), text, one.about.removesuffix(".")), []).append(operation)
    return [(name, ", ".join(f"`{one}`" for one in operations), *rest) for (name, *rest), operations in found.items()]


def values(one: Parameter) -> str:
    """The values of a parameter in words."""
    choices: Any = ", ".join(f"`{choice}`" for choice in one.choices)
    return VALUES[one.kind].format(least=one.least, choices=choices)


def page() -> str:
    """The text of the page."""
    tables: dict[str, list[tuple[str, ...]]] = {"options": [*documentation_rows()], "parameters": parameter_rows()}
    return PAGE.format(**{name: "".join(f"| {' | '.join(row)} |\n" for row in rows) for name, rows in tables.items()})


if __name__ == "__main__":
    Path(__file__).with_name("options.md").write_text(page(), encoding="utf-8")

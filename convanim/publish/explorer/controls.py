"""The controls of the explorer: a row for each parameter of an operation and for each option of a figure."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from ... import parsing
from ...geometry import OPERATIONS
from ...geometry.padding import PADDINGS
from ...geometry.parameters import Parameter, parameters
from ...option_kinds import Option
from ...options import TEXT_OPTIONS
from ...themes.table import THEMES


def controls() -> dict[str, Any]:
    """The controls by operation, and those of every figure: each with its name in links, its kind and its values.

    >>> controls()["operations"]["conv"][1]["link"]
    'k'
    """
    return {
        "operations": {
            name: [_parameter(kind, word, one) for word, one in parameters(kind).items()]
            for name, kind in OPERATIONS.items()
        },
        "options": [_option(name, row) for name, row in TEXT_OPTIONS.items()],
    }


def _parameter(kind: type, name: str, one: Parameter) -> dict[str, Any]:
    """The row of a parameter; its default is None if it has none, or one that depends on the others."""
    default = {field.name: field.default for field in fields(kind)}[name]
    return {
        "name": name,
        "link": parsing.SHORT.get(name, name),
        "kind": one.kind,
        "about": one.about,
        "choices": list(one.choices or (PADDINGS if one.kind == "padding" else ())),
        "least": one.least,
        "needed": default is MISSING,
        "default": None if default is MISSING else default,
        "optional": one.optional,
    }


def _option(name: str, row: Option) -> dict[str, Any]:
    return {
        "name": name,
        "link": name,
        "kind": "choice" if row.kind == "theme" else row.kind,  # of the package's alone
        "about": row.about,
        "choices": list(THEMES if row.kind == "theme" else row.choices),
        "least": row.least,
        "most": row.most,
        "default": row.default,
        "unset": row.unset,
    }

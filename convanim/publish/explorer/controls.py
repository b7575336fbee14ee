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
            name: [_parameter(word, one, _default(kind, word)) for word, one in parameters(kind).items()]
            for name, kind in OPERATIONS.items()
        },
        "options": [_option(name, row) for name, row in TEXT_OPTIONS.items()],
    }


def _default(kind: type, name: str) -> Any:
    """The default of a parameter; None if it has none, or one that depends on the others."""
    default = {one.name: one.default for one in fields(kind)}[name]
    return None if default is MISSING else default


def _parameter(name: str, one: Parameter, default: Any) -> dict[str, Any]:
    return {
        "name": name,
        "link": parsing.SHORT.get(name, name),
        "kind": one.kind,
        "about": one.about,
        "choices": list(one.choices or (PADDINGS if one.kind == "padding" else ())),
        "least": one.least,
        "default": default,
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

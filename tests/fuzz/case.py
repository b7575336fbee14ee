"""A case: the files that are there, and a program. It is data, so that it can be shrunk, printed, and run elsewhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# what a program may use without saying so; each line stands in a printed program only if its name does
PRELUDE = {
    "base64": "import base64",
    "ca": "import convanim as ca",
    "np": "import numpy as np",
    "replace": "from dataclasses import replace",
    "Path": "from pathlib import Path",
    "Decimal": "from decimal import Decimal",
    "Fraction": "from fractions import Fraction",
    "torch": "import torch",
    "run": "from fuzz.words import run",
    "ask": "from fuzz.requests import ask",
    "agree": "from fuzz.exact import agree",
    "ring": "ring = []; ring.append(ring)",
    "table": "table = {}; table['base'] = table",
}


@dataclass(frozen=True)
class Case:
    """A program and its files."""

    code: str
    files: Mapping[str, bytes] = field(default_factory=dict, hash=False)

    @property
    def program(self) -> str:
        """The program with what it needs; its files are there already."""
        return _with_needed(self.code)

    @property
    def text(self) -> str:
        """A whole program: it writes its files first."""
        return _with_needed("\n".join([*(_written(name, data) for name, data in self.files.items()), self.code]))


def _with_needed(code: str) -> str:
    return "\n".join([*(line for word, line in PRELUDE.items() if _has(code, word)), code])


def _written(name: str, data: bytes) -> str:
    try:
        return f"Path({name!r}).write_bytes({data.decode()!r}.encode())"
    except UnicodeDecodeError:
        return f"Path({name!r}).write_bytes(base64.b64decode({base64.b64encode(data).decode()!r}))"


def _has(code: str, word: str) -> bool:
    """Whether the code has this name, and not in quotes."""
    return re.search(rf"(?<![\w'.]){word}(?![\w'])", code) is not None

"""The command line: words in, one-line errors out; no drawing.

A new command is a function in `commands`; flags of figures come from `Options`. Imports: all rooms above. Libraries:
click.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .. import __version__

if TYPE_CHECKING:
    from .commands import cli

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command line; bad input is one line and exit status 2. The version alone loads no commands."""
    if sys.argv[1:] == ["--version"]:
        with suppress(OSError):  # of a stream that can't be written, which the commands report
            print(f"convanim, version {__version__}", flush=True)
            return
    from . import commands

    commands.main()


def __getattr__(name: str) -> Any:
    if name != "cli":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .commands import cli

    return cli

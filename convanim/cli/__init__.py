"""The command line: words in, one-line errors out; no drawing.

A new command is a function in `commands`; flags of figures come from `Options`. Imports: all rooms above. Libraries:
click.
"""

from .commands import cli, main

__all__ = ["cli", "main"]

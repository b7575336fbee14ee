"""Standard streams on every system: closed ones, those of few letters, and readers that go away."""

from __future__ import annotations

import codecs
import errno
import os
import sys

# What the commands print beyond ASCII, for a terminal or file that has no such letter.
PLAIN = {"−": "-", "×": "x", "·": "*", "→": "->", "≈": "~", "∞": "inf", "…": "...", "–": "-", "—": "-"}


def prepare() -> None:
    """Make the standard streams fit to be written to.

    A closed stream (`convanim list >&-`) gets the null device: a file that is opened later would otherwise take its
    place, and get what is meant for it. On Windows, a file or pipe gets UTF-8, as it does elsewhere; its own encoding
    has no letter for half of what `embed` writes. A stream that lacks a letter gets a similar one, or the letter's
    number.
    """
    codecs.register_error("convanim", _similar)
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            null = os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free, the closed stream's
            setattr(sys, name, os.fdopen(null, "r" if name == "stdin" else "w"))
        elif name != "stdin" and hasattr(stream, "reconfigure"):
            windows_file = sys.platform == "win32" and not stream.isatty() and "PYTHONIOENCODING" not in os.environ
            stream.reconfigure(encoding="utf-8" if windows_file else None, errors="convanim")


def give_up() -> None:
    """Send the rest of the output to the null device, so that Python's own last words don't fail too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def reader_has_gone(error: OSError) -> bool:
    """Whether the program that reads our output has ended; Windows calls that an invalid argument."""
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL)


def _similar(error: UnicodeError) -> tuple[str | bytes, int]:
    """What is written for letters that the stream's encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(PLAIN.get(one) or one.encode("ascii", "backslashreplace").decode() for one in letters), error.end

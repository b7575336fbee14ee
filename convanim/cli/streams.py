"""Standard streams on every system: closed streams, limited encodings, and readers that end early."""

from __future__ import annotations

import codecs
import errno
import os
import sys

# Replacements for the non-ASCII characters that commands print, if the stream's encoding lacks them.
PLAIN = {"−": "-", "×": "x", "·": "*", "→": "->", "≈": "~", "∞": "inf", "…": "...", "–": "-", "—": "-"}


def prepare() -> None:
    """Prepare the standard streams for writing.

    A closed stream (`convanim list >&-`) becomes the null device: otherwise the next opened file would take its
    descriptor and receive the output. On Windows, output to a file or pipe is UTF-8, as on other systems: the default
    encoding lacks characters that `embed` writes. If an encoding lacks a character, a similar one or the code point is
    written.
    """
    codecs.register_error("convanim", _similar)
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            null = os.open(os.devnull, os.O_RDWR)  # gets the lowest free descriptor, which is that of the closed stream
            setattr(sys, name, os.fdopen(null, "r" if name == "stdin" else "w"))
        elif name != "stdin" and hasattr(stream, "reconfigure"):
            windows_file = sys.platform == "win32" and not stream.isatty() and "PYTHONIOENCODING" not in os.environ
            stream.reconfigure(encoding="utf-8" if windows_file else None, errors="convanim")


def give_up() -> None:
    """Redirect standard output to the null device, so that Python's flush at exit doesn't fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def reader_has_gone(error: OSError) -> bool:
    """Whether the program that reads our output has ended. Windows reports this as an invalid argument."""
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL)


def _similar(error: UnicodeError) -> tuple[str | bytes, int]:
    """The replacement for characters that the stream's encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(PLAIN.get(one) or one.encode("ascii", "backslashreplace").decode() for one in letters), error.end

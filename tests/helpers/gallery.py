"""What is in a gallery's folder."""

from __future__ import annotations

from pathlib import Path

RECORD = ".convanim-record"


def files(folder):
    """The names of a gallery's files, in order, but for the record."""
    return sorted(path.name for path in Path(folder).iterdir() if path.name != RECORD)

"""A record beside a gallery's files with a hash of each file's ingredients, so that the next call draws only changed
figures.

The record has a line of JSON for each file of the gallery. A line is added when its file is complete, so a killed
gallery resumes where it stopped. Unreadable lines are ignored: their files are drawn again.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
import zlib
from dataclasses import dataclass, fields
from functools import cache
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

from .. import __version__
from .gallery_places import Place

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

RECORD = ".convanim-record"
LIBRARIES = ("numpy", "matplotlib", "pillow", "imageio-ffmpeg")  # libraries that affect the bytes of some formats
NOT_DRAWING = ("cli", "publish", "sphinx.py")  # parts of the package that don't affect the bytes of figures
SAVED_EVERY_S = 5  # if the place doesn't support appending


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the gallery: `key` is a hash of what it is made of, `mark` what its place says of its content, `figure`
    the figure's name ("" for a page), `of` a hash of where the figure's table is.
    """

    file: str
    key: str
    mark: str
    figure: str
    of: str


NAMES = sorted(one.name for one in fields(Entry))


class Record:
    """The entries of a place, by file."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._stored = _entries(place.read(RECORD))
        self.entries = dict(self._stored)
        self._dropped: set[str] = set()
        self._saved = time.monotonic()

    def add(self, entry: Entry) -> None:
        """Record a file that is complete."""
        self.entries[entry.file] = entry
        # start with a line break: the previous line may be incomplete
        if self._place.append(RECORD, f"\n{_line(entry)}\n".encode()):
            self._stored[entry.file] = entry
        elif time.monotonic() - self._saved > SAVED_EVERY_S:
            self.save()

    def drop(self, file: str) -> None:
        """Forget a file."""
        self.entries.pop(file, None)
        self._dropped.add(file)

    def save(self) -> None:
        """Rewrite the whole record in the order of names, including entries that others added meanwhile."""
        stored = self._place.read(RECORD)
        now = _entries(stored)
        added = {file: one for file, one in now.items() if self._stored.get(file) != one and file not in self._dropped}
        whole = added | self.entries
        text = "".join(f"{_line(whole[file])}\n" for file in sorted(whole)).encode()
        if text != stored:
            self._place.put(RECORD, text)
        self._stored, self._saved = whole, time.monotonic()


def _line(entry: Entry) -> str:
    return json.dumps({name: getattr(entry, name) for name in NAMES}, ensure_ascii=True)


def _entries(text: bytes | None) -> dict[str, Entry]:
    """The entries of all readable lines. If a file has several, the last one."""
    found = {}
    for line in (text or b"").split(b"\n"):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and sorted(row) == NAMES and all(isinstance(value, str) for value in row.values()):
            found[row["file"]] = Entry(**row)
    return found


def key(*parts: Any) -> str:
    """A hash of the parts' representations."""
    return hashlib.sha256("\n".join(map(repr, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def drawing() -> tuple[str, ...]:
    """The versions that affect figures: of convanim, Python and libraries, and a hash of convanim's own files."""
    libraries = [f"{name} {_version(name)}" for name in LIBRARIES]
    python = ".".join(platform.python_version_tuple()[:2])
    code = key(*_files(NOT_DRAWING))
    return (
        f"convanim {__version__}",
        f"code {code}",
        f"python {python}",
        f"zlib {zlib.ZLIB_RUNTIME_VERSION}",
        *libraries,
    )


@cache
def telling() -> str:
    """What makes the gallery's page: a hash of all files of convanim."""
    return key(*_files(()), *drawing())


def _files(without: tuple[str, ...]) -> list[tuple[str, str]]:
    """(path, hash of the content) of the package's files, in the order of the paths."""
    found: list[tuple[str, str]] = []
    _walk(resources.files("convanim"), "", without, found)
    return sorted(found)


def _walk(folder: Traversable, inside: str, without: tuple[str, ...], found: list[tuple[str, str]]) -> None:
    for one in folder.iterdir():
        path = f"{inside}{one.name}"
        if path in without or one.name in ("__pycache__", "templates"):  # a figure's table is in its key
            continue
        if one.is_dir():
            _walk(one, f"{path}/", without, found)
        elif not one.name.endswith(".pyc"):
            found.append((path, hashlib.sha256(one.read_bytes()).hexdigest()))


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "none"

"""Where a gallery's files are: a folder of this machine. Files are there whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import ConvanimError, short_repr
from ..write.files import replacing


class Place(Protocol):
    """Files by name. A file's mark is a text that changes with its content. Places are pickled and sent to workers."""

    def put(self, name: str, content: bytes) -> str:
        """Write a file, whole or not at all, and return its mark."""
        ...

    def marks(self, names: Iterable[str]) -> dict[str, str]:
        """The marks of the files that are there."""
        ...

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none, or if it can't be read."""
        ...

    def append(self, name: str, content: bytes) -> bool:
        """Add to a file's end at once; False where that can't be done."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        ...

    def path(self, name: str) -> Path | str:
        """Where a reader finds a file."""
        ...


@dataclass(frozen=True)
class Folder:
    """A folder of this machine. A mark is a hash of the whole content: reading is cheap here, drawing isn't."""

    folder: str

    def put(self, name: str, content: bytes) -> str:
        """Write a file, whole or not at all, and return its mark."""
        with replacing(Path(self.folder, name)) as file:
            file.write(content)
        return mark(content)

    def marks(self, names: Iterable[str]) -> dict[str, str]:
        """The marks of the files that are there."""
        wanted = list(names)
        with ThreadPoolExecutor(4) as threads:  # hashing lets other threads run
            found = zip(wanted, threads.map(self._mark, wanted), strict=True)
            return {name: one for name, one in found if one is not None}

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none, or if it can't be read."""
        with suppress(OSError):
            return Path(self.folder, name).read_bytes()
        return None

    def append(self, name: str, content: bytes) -> bool:
        """Add to a file's end at once, so that several processes can."""
        try:
            Path(self.folder).mkdir(parents=True, exist_ok=True)
            file = os.open(Path(self.folder, name), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                return os.write(file, content) == len(content)
            finally:
                os.close(file)
        except OSError:
            return False

    def remove(self, name: str) -> None:
        """Remove a file, if it is there and may be removed."""
        with suppress(OSError):
            Path(self.folder, name).unlink()

    def path(self, name: str) -> Path:
        """The file's path."""
        return Path(self.folder, name)

    def _mark(self, name: str) -> str | None:
        content = self.read(name)
        return None if content is None else mark(content)


def mark(content: bytes) -> str:
    """The mark of a content: its size and a hash."""
    return f"{len(content)}:{hashlib.sha256(content).hexdigest()[:32]}"


def place_of(out: str | os.PathLike[str]) -> Place:
    """The place that is meant by a path. Raises ConvanimError if it is a file, or can't be a folder."""
    folder = os.fsdecode(out)
    try:
        in_the_way = Path(folder).exists() and not Path(folder).is_dir()
    except OSError as error:  # a name that is too long, or that may not be looked at
        raise ConvanimError(f"{short_repr(folder)} can't be a folder: {error.strerror}") from None
    if in_the_way:
        raise ConvanimError(f"{folder} is a file, and the gallery needs a folder to write to")
    return Folder(folder)

"""Files that are there whole or not at all: written without a name, or under another one, then moved into place."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import ConvanimError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file that takes the place of `path` when the block ends well; until then, and after any failure, `path`
    stays as it was.

    Where the system can (Linux), the new file has no name while it is written, so that even a killed process leaves
    nothing. Missing folders are made. Raises ConvanimError where the file can't be written.
    """
    try:
        target = Path(os.path.realpath(path))  # a link stays a link, to the new file
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise ConvanimError(f"can't write {path}: it is a folder; add a file's name")
            memory = io.BytesIO()  # a device or pipe can't be replaced, nor go back
            yield memory
            target.write_bytes(memory.getvalue())
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(13, "it is read-only")
        with tempfile.TemporaryFile(dir=target.parent) as file:
            yield file
            file.flush()
            _name(file.fileno(), target, mode)
    except OSError as error:
        raise ConvanimError(
            f"can't write {path}: {error.strerror or error}; give another place with -o or save()"
        ) from error


def _name(descriptor: int, target: Path, mode: int) -> None:
    """Give an open file without a name the target's name."""
    temporary = target.with_name(f".convanim-{os.urandom(8).hex()}.tmp")
    os.chmod(descriptor, mode)
    if _linked(descriptor, target):  # at once, where there is no old file
        return
    try:
        if not _linked(descriptor, temporary):
            _copy(descriptor, temporary, mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _linked(descriptor: int, path: Path) -> bool:
    """Whether an open file without a name has this one now. Some systems and file systems have no links."""
    try:
        os.link(f"/proc/self/fd/{descriptor}", path, follow_symlinks=True)
    except (AttributeError, OSError, NotImplementedError):
        return False
    return True


def _copy(descriptor: int, path: Path, mode: int) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with path.open("wb") as copy:
        while block := os.read(descriptor, 1 << 20):
            copy.write(block)
    path.chmod(mode)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

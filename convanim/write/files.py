"""Atomic files: written without a name or under a temporary name, then moved into place."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..errors import ConvanimError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file that replaces `path` if the block succeeds. Until then, and after a failure, `path` is unchanged.

    On Linux the new file has no name while it is written, so even a killed process leaves nothing. Missing folders are
    created. Raises ConvanimError if the file can't be written.
    """
    try:
        target = Path(os.path.realpath(path))  # a link is kept and points to the new file
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise ConvanimError(f"can't write {path}: it is a folder; add a file name")
            memory = io.BytesIO()  # a device or pipe can't be replaced and isn't seekable
            yield memory
            target.write_bytes(memory.getvalue())
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(13, "it is read-only")
        with unnamed(target.parent) as file:
            yield file
            file.flush()
            _name(file.fileno(), target, mode)
    except OSError as error:
        raise ConvanimError(
            f"can't write {path}: {error.strerror or error}; {_remedy(error)}give another place with -o or save()"
        ) from error


def unnamed(folder: Path | None = None) -> BinaryIO:
    """A temporary file that disappears with this process. It has no name, except on Windows."""
    if flag := getattr(os, "O_TMPFILE", 0):  # Linux can give it a name later; Python's own temporary files forbid that
        with contextlib.suppress(OSError):  # not every file system has them
            return os.fdopen(os.open(folder or tempfile.gettempdir(), flag | os.O_RDWR, 0o600), "w+b")
    file: BinaryIO = cast("Any", tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 - the caller closes it
    return file


def _remedy(error: OSError) -> str:
    """Windows refuses to replace a file that a program has open: 5 is a denied access, 32 a file in use."""
    in_use = getattr(error, "winerror", None) in (5, 32)
    return "close the programs that show this file, or " if in_use else ""


def _name(descriptor: int, target: Path, mode: int) -> None:
    """Move an open, unnamed file to the target."""
    temporary = target.with_name(f".convanim-{os.urandom(8).hex()}.tmp")
    if _linked(descriptor, target, mode):  # in one step, if there is no old file
        return
    try:
        if not _linked(descriptor, temporary, mode):
            _copy(descriptor, temporary, mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _linked(descriptor: int, path: Path, mode: int) -> bool:
    """Try to give an open, unnamed file this name and mode. Returns whether that worked.

    It works on Linux if the file system has hard links. macOS has no /proc; Windows can't set the mode of an open file.
    """
    try:
        os.chmod(descriptor, mode)
        # with a folder's descriptor, which isn't used, Python calls linkat, and that alone follows the link in /proc
        os.link(f"/proc/self/fd/{descriptor}", path, src_dir_fd=descriptor, follow_symlinks=True)
    except (AttributeError, OSError, NotImplementedError, TypeError):
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

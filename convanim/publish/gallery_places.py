"""The place of a gallery's files: a local folder or a URL. Files are written completely or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..errors import ConvanimError, short_repr
from ..write.files import replacing

LEFT_S = 3600  # seconds after which a temporary file is abandoned


class Place(Protocol):
    """A store of files by name. A file's mark is text that changes with its content. Places are pickled for workers."""

    def put(self, name: str, content: bytes) -> str:
        """Write a file, whole or not at all, and return its mark."""
        ...

    def marks(self, names: Iterable[str]) -> dict[str, str]:
        """The marks of the existing files."""
        ...

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none, or if it can't be read."""
        ...

    def append(self, name: str, content: bytes) -> bool:
        """Append to a file atomically. Returns False if the place can't."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file, if it exists."""
        ...

    def tidy(self) -> None:
        """Remove old temporary files of killed writers."""
        ...

    def path(self, name: str) -> Path | str:
        """Where a reader finds a file."""
        ...


@dataclass(frozen=True)
class Folder:
    """A local folder. A mark is a hash of the whole content, since reading is much cheaper than drawing."""

    folder: str

    def put(self, name: str, content: bytes) -> str:
        """Write a file, whole or not at all, and return its mark."""
        with replacing(Path(self.folder, name)) as file:
            file.write(content)
        return mark(content)

    def marks(self, names: Iterable[str]) -> dict[str, str]:
        """The marks of the existing files."""
        wanted = list(names)
        with ThreadPoolExecutor(4) as threads:  # hashing releases the interpreter lock
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

    def tidy(self) -> None:
        """Remove what killed writers left, files under another name; those that are new may be another writer's."""
        with suppress(OSError):
            for path in Path(self.folder).glob(".convanim-*.tmp"):
                if time.time() - path.stat().st_mtime > LEFT_S:
                    path.unlink()

    def path(self, name: str) -> Path:
        """The file's path."""
        return Path(self.folder, name)

    def _mark(self, name: str) -> str | None:
        content = self.read(name)
        return None if content is None else mark(content)


# these write an object at once or not at all; on others a file is written under another name, and moved
STORES = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "memory"}
STATES = ("ETag", "etag", "md5Hash", "content_md5", "mtime")  # what stores say of a content, the best first


@dataclass(frozen=True)
class Bucket:
    """A folder at a URL that fsspec reads. A mark is the size and what the store says of the content (S3: its ETag), so
    that no file is read.
    """

    url: str

    def put(self, name: str, content: bytes) -> str:
        """Write a file, whole or not at all, and return its mark."""
        with self._said("write", name):
            fs, root = self._opened()
            path = f"{root}/{name}"
            if {*([fs.protocol] if isinstance(fs.protocol, str) else fs.protocol)} & STORES:
                fs.pipe_file(path, content)
            else:
                temporary = f"{root}/.convanim-{os.urandom(8).hex()}.tmp"
                fs.makedirs(root, exist_ok=True)
                try:
                    fs.pipe_file(temporary, content)
                    fs.mv(temporary, path)
                except BaseException:
                    with suppress(Exception):
                        fs.rm_file(temporary)
                    raise
            fs.invalidate_cache()
            return _told(fs.info(path))

    def marks(self, names: Iterable[str]) -> dict[str, str]:
        """The marks of the files that are there, by a list of all."""
        with self._said("read", ""):
            fs, root = self._opened()
            fs.invalidate_cache()
            found = {path.rpartition("/")[2]: _told(info) for path, info in _list(fs, root).items()}
        return {name: found[name] for name in names if name in found}

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none."""
        with self._said("read", name):
            fs, root = self._opened()
            fs.invalidate_cache()
            try:
                content: bytes = fs.cat_file(f"{root}/{name}")
            except FileNotFoundError:
                return None
            return content

    def append(self, name: str, content: bytes) -> bool:
        """Stores don't support appending."""
        return False

    def remove(self, name: str) -> None:
        """Remove a file, if it exists."""
        with self._said("remove", name), suppress(FileNotFoundError):
            fs, root = self._opened()
            fs.rm_file(f"{root}/{name}")

    def tidy(self) -> None:
        """Leave all: stores have no halves, and elsewhere a list of all files costs more than they do."""

    def path(self, name: str) -> str:
        """The file's URL."""
        return f"{self.url.rstrip('/')}/{name}"

    def _opened(self) -> tuple[Any, str]:
        """The file system, and the folder's path in it."""
        from fsspec.core import url_to_fs

        fs, root = url_to_fs(self.url)
        return fs, root.rstrip("/")

    @contextmanager
    def _said(self, does: str, name: str) -> Iterator[None]:
        """Convert errors of any store to ConvanimError."""
        try:
            yield
        except ImportError as error:
            raise ConvanimError(f"can't {does} {self.url}: {error}; pip install 'convanim[remote]'") from None
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            raise ConvanimError(f"can't {does} {self.path(name)}: {told}; check the address") from error


def _list(fs: Any, root: str) -> dict[str, dict[str, Any]]:
    try:
        return {one["name"]: one for one in fs.ls(root, detail=True)}
    except FileNotFoundError:
        return {}


def _told(info: Mapping[str, Any]) -> str:
    """The mark of a file from the metadata of the store."""
    state = next((str(info[word]) for word in STATES if info.get(word)), "")
    return f"{info['size']}:{state}"


def mark(content: bytes) -> str:
    """The mark of a content: its size and a hash."""
    return f"{len(content)}:{hashlib.sha256(content).hexdigest()[:32]}"


def place_of(out: str | os.PathLike[str]) -> Place:
    """The place for a path or a URL. Raises ConvanimError if the path is a file or can't be a folder."""
    folder = os.fsdecode(out)
    if isinstance(out, str) and "://" in out:
        return Bucket(out)
    try:
        in_the_way = Path(folder).exists() and not Path(folder).is_dir()
    except OSError as error:  # the name is too long, or access is denied
        raise ConvanimError(f"{short_repr(folder)} can't be a folder: {error.strerror}") from None
    if in_the_way:
        raise ConvanimError(f"{folder} is a file, and the gallery needs a folder to write to")
    return Folder(folder)

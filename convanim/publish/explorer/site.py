"""The explorer as a folder of files, which any web server can serve: Python runs in the reader's browser."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from ...errors import ConvanimError
from ...spec import shipped
from ...write.files import replacing
from .document import FIRST, WORKER, page

# the npm package pyodide of this version, its core alone: the files that a page loads, and their SHA-256
VERSION = "314.0.7"
PYODIDE = {
    "pyodide.mjs": "6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109",
    "pyodide.asm.mjs": "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
    "pyodide.asm.wasm": "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
    "python_stdlib.zip": "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
    "pyodide-lock.json": "5dc2fc119108bc148c7457dc86e7675b5c87e1cafd420b9c34c1eaef7b36c010",
}
LIBRARY = "python_stdlib.zip"
# of the standard library, what drawing needs never: a smaller file loads sooner
NOT_NEEDED = (
    *("_pyrepl", "bdb", "configparser", "ctypes", "doctest", "email", "ftplib", "http", "imaplib", "mailbox"),
    *("multiprocessing", "optparse", "pdb", "pickletools", "pydoc", "pydoc_data", "smtplib", "sqlite3", "tkinter"),
    *("unittest", "wsgiref", "xml", "xmlrpc"),
)
ENCODINGS = ("__init__", "aliases", "ascii", "cp437", "idna", "latin_1", "punycode", "utf_16", "utf_8")
SOURCES = (".py", ".toml", ".html", ".css", ".mjs", ".gz", ".txt")
LEFT_OUT = ("cli", "sphinx.py", "__main__.py", "__pycache__", "templates")  # of the package: other ways in
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes each time


def site(folder: str | os.PathLike[str], pyodide: str | os.PathLike[str], query: str = FIRST) -> list[Path]:
    """Write the explorer into a folder, which is made if it is missing; returns the files.

    `pyodide` is the folder of the npm package pyodide, of the pinned version; `query` is the link of the first figure.
    Raises ConvanimError for other files of Pyodide, a link that can't be drawn, and a folder that can't be written.
    """
    texts = {"index.html": page(query, WORKER).encode(), WORKER: _source("worker.mjs"), "convanim.zip": archive()}
    files = texts | {f"pyodide/{name}": _checked(Path(pyodide) / name, digest) for name, digest in PYODIDE.items()}
    files[f"pyodide/{LIBRARY}"] = _smaller(files[f"pyodide/{LIBRARY}"])
    paths = []
    for name, content in files.items():
        path = Path(folder, name)
        with replacing(path) as file:
            file.write(content)
        paths.append(path)
    return paths


def _source(name: str) -> bytes:
    return resources.files(__package__).joinpath("page", name).read_bytes()


def _checked(path: Path, digest: str) -> bytes:
    """The content of a file of Pyodide, if it is the pinned one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConvanimError(
            f"can't read {path}, {error.strerror}: npm install pyodide@{VERSION} makes the folder node_modules/pyodide"
        ) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise ConvanimError(f"{path} isn't the file of pyodide {VERSION}: install this version")
    return content


def _smaller(library: bytes) -> bytes:
    """The standard library without the modules that nobody asks for here."""
    with zipfile.ZipFile(io.BytesIO(library)) as whole:
        return _packed((name, whole.read(name)) for name in whole.namelist() if _needed(name))


def _needed(name: str) -> bool:
    first, _, rest = name.partition("/")
    if first == "encodings":
        return rest.partition(".")[0] in ENCODINGS
    return first.partition(".")[0] not in NOT_NEEDED


def _packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip file of these files, the same bytes each time."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as packed:
        for name, content in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED, 9)
    return found.getvalue()


def archive() -> bytes:
    """The package as a zip file for Python in a browser: all that draws vectors, and no way in of its own."""
    return _packed(_package())


def _package() -> Iterator[tuple[str, bytes]]:
    root = resources.files(__package__.partition(".")[0])
    yield from _files(root, root.name)
    for path in shipped():
        yield f"{root.name}/templates/{path.name}", path.read_bytes()


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for one in folder.iterdir():
        if one.name in LEFT_OUT:
            continue
        if one.is_dir():
            yield from _files(one, f"{name}/{one.name}")
        elif one.name.endswith(SOURCES):
            yield f"{name}/{one.name}", one.read_bytes()

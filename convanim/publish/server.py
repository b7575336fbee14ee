"""A local server of the gallery's page. It draws a figure's file at the first request, and keeps it until it ends."""

from __future__ import annotations

import mimetypes
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import ConvanimError
from ..spec import Figure
from ..write import FORMATS, literal
from .gallery_page import PAGE, pages

TYPES = {
    ".apng": "image/apng",
    ".webp": "image/webp",
    ".tex": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}


def server(figures: Iterable[Figure], port: int) -> ThreadingHTTPServer:
    """A server of these figures, which only this machine can reach; `serve_forever` runs it.

    Raises ConvanimError if the port is not free or not allowed.
    """
    chosen = list(figures)
    shelf = Shelf({figure.name: figure for figure in chosen}, pages(chosen, FORMATS))
    try:
        return Server(("127.0.0.1", port), partial(Handler, shelf=shelf), shelf)
    except OSError as error:
        raise ConvanimError(
            f"port {port} of this machine can't be had ({error.strerror}): choose another with --port, or 0 for one"
            " that is free"
        ) from None


class Shelf:
    """The files of the page, and the files of figures that were drawn."""

    def __init__(self, figures: Mapping[str, Figure], texts: Mapping[str, str]) -> None:
        self._figures, self._texts = figures, texts
        self._folder = tempfile.TemporaryDirectory(prefix="convanim-")
        self._lock = Lock()  # one figure is drawn at a time

    def file(self, name: str) -> bytes | None:
        """The content of a file; None if there is no file of this name."""
        if name in self._texts:
            return self._texts[name].encode()
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        if stem not in self._figures or suffix not in FORMATS or name != stem + suffix:
            return None
        path = Path(self._folder.name, name)
        with self._lock:
            if not path.exists():
                self._figures[stem].animate().save(literal(path))
            return path.read_bytes()

    def close(self) -> None:
        """Delete the files that were drawn."""
        self._folder.cleanup()


class Server(ThreadingHTTPServer):
    """A server that answers each request in a thread of its own."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: Any, shelf: Shelf) -> None:
        self._shelf = shelf
        super().__init__(address, handler)

    def server_close(self) -> None:
        """Stop listening, and delete the files that were drawn."""
        super().server_close()
        self._shelf.close()


class Handler(BaseHTTPRequestHandler):
    """Answers requests for the page and for the figures' files, by their names; all other names are unknown."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, shelf: Shelf) -> None:
        self._shelf = shelf
        super().__init__(*args)

    def do_GET(self) -> None:
        """Send a file."""
        self._answer(whole=True)

    def do_HEAD(self) -> None:
        """Send the headers of a file."""
        self._answer(whole=False)

    def _answer(self, *, whole: bool) -> None:
        try:
            name = unquote(urlsplit(self.path).path).removeprefix("/") or PAGE
        except ValueError:  # not an address
            name = "?"
        try:
            body, status = self._shelf.file(name), HTTPStatus.OK
        except ConvanimError as error:  # a format that this figure can't have, or that needs a missing library
            body, status, name = f"{error}\n".encode(), HTTPStatus.UNPROCESSABLE_ENTITY, "error.txt"
        if body is None:
            body, status, name = b"There is no figure, or no format, of this name.\n", HTTPStatus.NOT_FOUND, "error.txt"
        suffix = PurePosixPath(name).suffix
        self.send_response(status)
        self.send_header(
            "Content-Type", TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        )
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if whole:
            with suppress(ConnectionError):  # the browser closed the connection
                self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Log nothing."""

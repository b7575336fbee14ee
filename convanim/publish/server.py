"""A local server for the gallery's pages. It draws a file at the first request, and keeps it until the server stops."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from threading import Lock, Semaphore
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import ConvanimError
from ..spec import Figure
from ..write import FORMATS, planned
from ..write.files import unnamed
from .explorer import PARTS, answer
from .explorer.document import page
from .gallery_page import PAGE, Part, parts_of, themes_of, written

EXPLORER = "explorer"  # the address of the explorer
ANSWER = "answer"  # the address of the explorer's answers, with a link's query
TYPES = {  # not `mimetypes`: Windows gives it the types that installed programs have claimed
    ".json": "application/json",
    ".apng": "image/apng",
    ".webp": "image/webp",
    ".tex": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".gif": "image/gif",
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
}
DRAWN_AT_ONCE = 4  # files: a small one needn't wait for a large one, and memory stays that of a few
REQUEST_S = 30  # seconds for a client to send its request
ANSWER_S = 120  # seconds for a client to receive the answer
MOST_CONNECTIONS = 64
# names of this machine, with any port: a tunnel may use another port
HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d*)?", re.IGNORECASE)
NO_HOST = "This server answers to the names 127.0.0.1 and localhost alone.\n"


def server(figures: Iterable[Figure], port: int) -> ThreadingHTTPServer:
    """A server for these figures, reachable from this machine only. Run it with `serve_forever`.

    Raises ConvanimError if the port is not free or not allowed.
    """
    chosen = list(figures)
    parts = parts_of(chosen, themes_of(chosen), FORMATS, "")
    shelf = Shelf({figure.name: figure for figure in chosen}, {file: part for part in parts for file in part.files})
    shelf.make(parts[0])  # requested first by readers
    try:
        return Server(("127.0.0.1", port), partial(Handler, shelf=shelf), shelf)
    except OSError as error:
        raise ConvanimError(
            f"port {port} is not available ({error.strerror}): choose another with --port, or 0 for one that is free"
        ) from None


class Shelf:
    """The files of the pages and of the figures, each made on demand.

    All files are stored in a single unnamed file: the number of open files is limited, and an unnamed file disappears
    with the process, even if it is killed.
    """

    def __init__(self, figures: Mapping[str, Figure], pages: Mapping[str, Part]) -> None:
        self._figures, self._pages = figures, pages
        self._store = unnamed()
        self._drawn: dict[str, tuple[int, int]] = {}  # where a file begins in the store, and its length
        self._locks: dict[str, Lock] = defaultdict(Lock)  # a file is drawn once
        self._one = Lock()  # reads or writes the store at a time
        self._room = Semaphore(DRAWN_AT_ONCE)

    def file(self, name: str) -> bytes | None:
        """The content of a file, or None for an unknown name."""
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        if name in self._pages:
            self.make(self._pages[name])
        elif stem not in self._figures or suffix not in FORMATS or name != stem + suffix:
            return None
        else:
            with self._locks[name]:
                if name not in self._drawn:
                    with self._room:
                        self._drawn[name] = self._draw(self._figures[stem], suffix)
        begin, length = self._drawn[name]
        with self._one:
            self._store.seek(begin)
            return self._store.read(length)

    def make(self, part: Part) -> None:
        """Make the files of a part of the pages, unless they exist."""
        with self._locks[part.files[0]]:
            if part.files[0] not in self._drawn:
                with self._room:
                    self._drawn |= {file: self._keep(text.encode()) for file, text in written(part).items()}

    def _keep(self, content: bytes) -> tuple[int, int]:
        """Store a content. Returns its offset in the store and its length."""
        with self._one:
            begin = self._store.seek(0, os.SEEK_END)
            self._store.write(content)
            return begin, len(content)

    def answer(self, query: str) -> bytes:
        """The answer of the explorer to a link's query; `parts=still,words&` before it names the parts that are wanted.

        Raises ConvanimError for an unknown part.
        """
        first, _, rest = query.partition("&")
        link, parts = (rest, unquote(first[6:]).split(",")) if first.startswith("parts=") else (query, list(PARTS))
        with self._room:
            return json.dumps(answer(link, parts, capped=True)).encode()

    def close(self) -> None:
        """Delete the files."""
        self._store.close()

    def _draw(self, figure: Figure, suffix: str) -> tuple[int, int]:
        """Where the drawn file begins in the store, and its length."""
        animation = figure.animate()
        form, _, _ = planned(animation, f"x{suffix}")
        with unnamed() as file:
            form.write(animation, file)
            file.seek(0)
            with self._one:
                begin = self._store.seek(0, os.SEEK_END)
                shutil.copyfileobj(file, self._store)
                return begin, self._store.tell() - begin


class Server(ThreadingHTTPServer):
    """A server with a thread for each request. It closes the connections of slow clients."""

    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # on Windows two servers could then have the same port

    def __init__(self, address: tuple[str, int], handler: Any, shelf: Shelf) -> None:
        self._shelf = shelf
        self._deadlines: dict[socket.socket, float] = {}  # of open connections
        self._lock = Lock()
        super().__init__(address, handler)

    def server_close(self) -> None:
        """Stop listening, and delete the drawn files."""
        super().server_close()
        self._shelf.close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread. If there are too many connections, close this one."""
        with self._lock:
            if len(self._deadlines) < MOST_CONNECTIONS:
                self._deadlines[request] = time.monotonic() + REQUEST_S
        if request in self._deadlines:
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def allow(self, connection: socket.socket, seconds: float | None) -> None:
        """Set the deadline of a connection in seconds from now; None means no deadline."""
        with self._lock:
            self._deadlines[connection] = time.monotonic() + (float("inf") if seconds is None else seconds)

    def service_actions(self) -> None:
        """Close connections past their deadline. Called twice a second."""
        now = time.monotonic()
        with self._lock:
            for connection in [one for one, end in self._deadlines.items() if end <= now]:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)  # its thread sees the end, and closes it

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        with self._lock:
            self._deadlines.pop(request, None)
        super().shutdown_request(request)


class Handler(BaseHTTPRequestHandler):
    """Answers requests for the page and for the figures' files, by their names; all other names are unknown."""

    protocol_version = "HTTP/1.1"
    server: Server

    def __init__(self, *args: Any, shelf: Shelf) -> None:
        self._shelf = shelf
        super().__init__(*args)

    def handle_one_request(self) -> None:
        """Read a request and answer it; a client has its time for each."""
        self.server.allow(self.connection, REQUEST_S)
        with suppress(ConnectionError):  # the browser closed the connection, or was too slow
            super().handle_one_request()
            return
        self.close_connection = True

    def do_GET(self) -> None:
        """Send a file."""
        self._answer(whole=True)

    def do_HEAD(self) -> None:
        """Send the headers of a file."""
        self._answer(whole=False)

    def _answer(self, *, whole: bool) -> None:
        self.server.allow(self.connection, None)  # no deadline while drawing
        status, suffix, body = self._found()
        self.server.allow(self.connection, ANSWER_S)
        self.send_response(status)
        self.send_header("Content-Type", TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if whole:
            self.wfile.write(body)

    def _found(self) -> tuple[HTTPStatus, str, bytes]:
        """The status, the suffix of the file's name, and its content."""
        if not self._for_this_machine():
            return HTTPStatus.MISDIRECTED_REQUEST, ".txt", NO_HOST.encode()
        try:
            address = urlsplit(self.path)
            name = unquote(address.path).removeprefix("/") or PAGE
        except ValueError:  # not an address
            name = "?"
        try:
            if name == EXPLORER:
                return HTTPStatus.OK, ".html", page().encode()
            if name == ANSWER:
                return HTTPStatus.OK, ".json", self._shelf.answer(address.query)
            body = self._shelf.file(name)
        except ConvanimError as error:  # a format that this figure can't have, or that needs a missing library
            return HTTPStatus.UNPROCESSABLE_ENTITY, ".txt", f"{error}\n".encode()
        if body is None:
            return HTTPStatus.NOT_FOUND, ".txt", b"There is no figure, or no format, of this name.\n"
        return HTTPStatus.OK, PurePosixPath(name).suffix, body

    def _for_this_machine(self) -> bool:
        """Whether the request names this machine.

        A page elsewhere can let its own name lead here (DNS rebinding), and would read the figures.
        """
        hosts = self.headers.get_all("Host") or []
        return len(hosts) == 1 and HOST.fullmatch(hosts[0].strip()) is not None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Log nothing."""

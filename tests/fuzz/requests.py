"""Requests to `serve`: whatever is sent, it is answered or closed, and the next good request gets its figure."""

from __future__ import annotations

import socket
import threading

from hypothesis import strategies as st

from .case import Case
from .tables import changed

FIGURE = '[a]\noperation = "conv"\ninput_size = 3\nkernel_size = 2\ndpi = 20\n'
METHODS = ["GET", "HEAD", "POST", "PUT", "get", "", "GET GET", "\x00"]
PATHS = [
    "/",
    "/a.svg",
    "/a.gif",
    "/a.png",
    "/a.mp9",
    "/b.svg",
    "a.svg",
    "//a.svg",
    "/../a.svg",
    "/%2e%2e/a.svg",
    "/%00",
    "/%",
]
PATHS += [
    "/a.svg?x=1#y",
    "http://127.0.0.1/a.svg",
    "http://[",
    "*",
    "/" + "a" * 70_000,
    "/é",
    "/%ff",
    "/index.html",
    "/gallery.mjs",
]
HEADS = ["Host: 127.0.0.1", "Host: localhost:1", "Host: example.com", "Host:", "Host: 127.0.0.1\r\nHost: x", "", "x"]
MORE = [
    "",
    "Connection: close",
    "Content-Length: -1",
    "Content-Length: 10",
    "Range: bytes=0-1",
    "X: " + "y" * 70_000,
    "\x00: \x00",
]
VERSIONS = ["HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "HTTP/1", "", "HTTP/1.1 x", "SMTP"]


def ask(data: bytes) -> None:
    """Send bytes to a server of one figure, read what comes, and then ask for the figure."""
    import convanim as ca
    from convanim.publish.server import server

    with server(ca.figures("x.toml").values(), 0) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        answer = _exchanged(running.server_port, data)
        old = len(data.partition(b"\n")[0].split()) < 3  # HTTP/0.9 knows no status
        assert old or not answer or answer.startswith(b"HTTP/1.") or b"Error response" in answer, answer[:80]
        assert b"Traceback" not in answer
        good = _exchanged(running.server_port, b"GET /a.svg HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert good.startswith(b"HTTP/1.1 200") and good.rstrip().endswith(b"</svg>"), f"no figure: {good[:80]!r}"
        running.shutdown()


def _exchanged(port: int, data: bytes) -> bytes:
    answer = b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while block := connection.recv(1 << 16):
                answer += block
        except ConnectionError:  # it may close on the rest of what it doesn't want
            pass
    return answer


def cases() -> st.SearchStrategy[Case]:
    """Bytes that begin as a request."""
    line = st.tuples(st.sampled_from(METHODS), st.sampled_from(PATHS), st.sampled_from(VERSIONS)).map(" ".join)
    usual = st.sampled_from(PATHS).map("GET {} HTTP/1.1".format)
    heads = st.lists(st.sampled_from([*HEADS, *MORE]), max_size=3)
    end = st.sampled_from(["\r\n\r\n", "\n\n", "\r\n", "", "\r\n\r\nGET / HTTP/1.1\r\n\r\n"])
    request = st.tuples(st.one_of(line, usual), st.one_of(st.just(["Host: 127.0.0.1"]), heads), end).map(
        lambda row: ("\r\n".join([row[0], *row[1]]) + row[2]).encode()
    )
    data = st.one_of(request, request, changed(request), st.binary(max_size=60))
    return data.map(lambda one: Case(f"ask({one!r})", {"x.toml": FIGURE.encode()}))

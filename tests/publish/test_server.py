"""The server of the gallery's page: every format of a figure, and nothing else."""

from __future__ import annotations

import contextlib
import http.client
import threading

import pytest

import convanim as ca
from convanim.publish.server import server
from convanim.write import FORMATS
from helpers.refusals import refusal
from oracle.details import details

pytestmark = pytest.mark.places


FIGURES = ca.figures()


@contextlib.contextmanager
def running(figures):
    with server(figures, 0) as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        try:
            yield one.server_port
        finally:
            one.shutdown()
            thread.join()


def asked(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.getheader("Content-Type"), int(answer.getheader("Content-Length")), body


def test_every_format_of_a_figure_is_served_as_save_writes_it(tmp_path):
    with running([FIGURES["padding_strides"], FIGURES["dilation"]]) as port:
        for suffix in FORMATS:
            status, kind, length, body = asked(port, f"/padding_strides{suffix}")
            (path,) = FIGURES["padding_strides"].animate().save(tmp_path / f"x{suffix}")
            assert (status, length) == (200, len(body)) and body == path.read_bytes(), suffix
            assert (
                kind.split("/")[0] in {"image", "video", "application", "text"} and kind != "application/octet-stream"
            )
            assert asked(port, f"/padding_strides{suffix}", "HEAD")[:3] == (200, kind, length)
        status, kind, _, body = asked(port, "/")
        assert (
            status == 200
            and kind.startswith("text/html")
            and b"padding_strides" in body
            and asked(port, "/index.html")[3] == body
        )
        told = details(asked(port, "/details.js")[3].decode())
        assert [suffix for suffix, _ in told["dilation"]["files"]] == list(FORMATS)


NOT_THERE = [
    "/nothing.svg",
    "/dilation.exe",
    "/../pyproject.toml",
    "/%2e%2e/pyproject.toml",
    "/..%2f..%2fetc%2fpasswd",
    "/gallery/dilation.svg",
    "/dilation",
    "/.svg",
    "/dilation.svg%00.gif",
    "//etc/passwd",
    "/dilation_{step}.svg",
    "/x/../dilation.svg",
    "//[",
    "/%",
]


def test_there_is_nothing_else_to_be_had():
    with running([FIGURES["dilation"]]) as port:
        assert {path: asked(port, path)[0] for path in NOT_THERE} == dict.fromkeys(NOT_THERE, 404)
        assert asked(port, "/dilation.svg?x=1")[0] == 200


def test_a_port_that_is_taken_is_one_line():
    with running([FIGURES["dilation"]]) as port:
        assert f"port {port}" in refusal(lambda: server([FIGURES["dilation"]], port))

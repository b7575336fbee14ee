"""The server of the gallery's page: every format of a figure, and nothing else."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import types

import pytest

import convanim as ca
from convanim.publish import server as serving
from convanim.publish.explorer import answer
from convanim.publish.server import server
from convanim.write import FORMATS
from helpers.processes import child_environment
from helpers.refusals import refusal
from oracle.details import details

pytestmark = pytest.mark.places


FIGURES = ca.figures()


END_S = 60  # seconds after which a thread that hasn't ended never will


def ended(threads):
    """Wait for the end of threads, which they must come to."""
    for thread in threads:
        thread.join(END_S)
        assert not thread.is_alive(), thread.name


@contextlib.contextmanager
def running(figures):
    with server(figures, 0) as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        try:
            yield one.server_port
        finally:
            one.shutdown()
            ended([thread])


def asked(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=END_S)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.getheader("Content-Type"), int(answer.getheader("Content-Length")), body


def test_answers_of_the_explorer_are_those_of_the_package_and_a_long_one_is_refused():
    with running([FIGURES["dilation"]]) as port:
        for query in (
            "op=conv&i=5&k=3&s=2&p=1&view=matrix&lang=zh",
            "op=conv&i=5&k=9",
            "op=pool&i=4&k=2&title=%3Cb%3E",
        ):
            status, kind, _, body = asked(port, f"/answer?{query}")
            assert (status, kind) == (200, "application/json")
            assert json.loads(body) == json.loads(json.dumps(answer(query)))
        _, _, _, body = asked(port, "/answer?parts=words,taps&op=conv&i=5&k=3")
        assert json.loads(body) == json.loads(json.dumps(answer("op=conv&i=5&k=3", ["words", "taps"])))
        assert asked(port, "/answer?parts=word&op=conv&i=5&k=3")[0] == 422
        for query, at in (("op=conv&i=400&k=3", "input_size"), ("op=conv&i=64&k=9&steps=all&view=flat", "steps")):
            told = json.loads(asked(port, f"/answer?{query}")[3])
            assert "long to draw" in told["refusal"] and told["at"] == [at]
            assert "refusal" not in answer(query, ["words"])


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


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (["127.0.0.1:{port}"], 200),
        (["localhost:{port}"], 200),
        (["LOCALHOST"], 200),
        (["localhost:9"], 200),
        (["[::1]:{port}"], 200),
        (["evil.example:{port}"], 421),
        (["evil.example"], 421),
        (["localhost.evil.example"], 421),
        (["127.0.0.1.evil.example:{port}"], 421),
        (["evil.example@localhost"], 421),
        (["localhost:80:80"], 421),
        ([""], 421),
        ([], 421),
        (["localhost", "evil.example"], 421),
    ],
)
def test_a_request_that_names_another_machine_gets_no_figure(hosts, status):
    with running([FIGURES["dilation"]]) as port:
        for path, part in (("/", b"dilation"), ("/dilation.svg", b"<svg")):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=END_S)
            connection.putrequest("GET", path, skip_host=True)
            for host in hosts:
                connection.putheader("Host", host.format(port=port))
            connection.endheaders()
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            assert (answer.status, part in body) == (status, status == 200)


def held(monkeypatch, figure):
    """Let this figure be drawn when the test says so: (it has begun, let it go on)."""
    begun, go = threading.Event(), threading.Event()
    draw = serving.Shelf._draw

    def when_told(self, one, suffix):
        if one is figure:
            begun.set()
            assert go.wait(END_S)
        return draw(self, one, suffix)

    monkeypatch.setattr(serving.Shelf, "_draw", when_told)
    return begun, go


def test_other_figures_are_drawn_and_served_while_one_is_being_drawn(monkeypatch):
    quick, slow, answers = FIGURES["dilation"], FIGURES["padding_strides"], []
    begun, go = held(monkeypatch, slow)
    with running([quick, slow]) as port:
        drawn = asked(port, "/dilation.svg")
        waiting = [threading.Thread(target=lambda: answers.append(asked(port, "/padding_strides.svg"))) for _ in "ab"]
        for thread in waiting:
            thread.start()
        assert begun.wait(END_S)
        others = asked(port, "/dilation.svg"), asked(port, "/dilation.pdf"), asked(port, "/"), list(answers)
        go.set()
        ended(waiting)
    assert others[0] == drawn and others[1][0] == others[2][0] == 200 and others[3] == []
    assert [answer[0] for answer in answers] == [200, 200] and answers[0] == answers[1] != drawn


def test_a_file_is_drawn_once(monkeypatch):
    drawn = []
    draw = serving.Shelf._draw
    monkeypatch.setattr(serving.Shelf, "_draw", lambda self, *what: drawn.append(what) or draw(self, *what))
    with running([FIGURES["dilation"]]) as port:
        threads = [threading.Thread(target=asked, args=(port, "/dilation.gif")) for _ in range(5)]
        for thread in threads:
            thread.start()
        ended(threads)
    assert len(drawn) == 1


def test_any_number_of_drawn_files_takes_one_open_file():
    names = [*FIGURES][:40]
    shelf = serving.Shelf(FIGURES, {})
    shelf.file(f"{names[0]}.svg")  # what is imported at the first drawing is open from then on
    before = open_files()
    drawn = {name: shelf.file(f"{name}.svg") for name in names}
    assert open_files() == before and len({*drawn.values()}) == len(names)
    assert {name: shelf.file(f"{name}.svg") for name in reversed(names)} == drawn
    shelf.close()
    assert open_files() < before


def open_files():
    """How many files this process has open."""
    return sum(is_open(number) for number in range(1024))


def is_open(number):
    with contextlib.suppress(OSError):
        os.fstat(number)
        return True
    return False


def handlers(before):
    """The threads that answer requests."""
    return [one for one in {*threading.enumerate()} - before if "process_request" in one.name and one.is_alive()]


SLOW_CLIENTS = {
    "says nothing": b"",
    "says half of a line": b"GET /dilat",
    "says half of a request": b"GET / HTTP/1.1\r\nHost: localhost\r\n",
    "keeps a connection": b"GET /details.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("name", SLOW_CLIENTS)
def test_a_slow_client_is_left_and_its_thread_ends(name, monkeypatch):
    before = {*threading.enumerate()}
    monkeypatch.setattr(serving, "REQUEST_S", 0)
    with running([FIGURES["dilation"]]) as port, connected(port) as client:
        client.sendall(SLOW_CLIENTS[name])
        with contextlib.suppress(ConnectionError):
            while client.recv(1 << 16):  # until the server closes
                pass
        ended(handlers(before))


def test_a_client_that_sends_a_letter_at_a_time_is_left_too(monkeypatch):
    monkeypatch.setattr(serving, "REQUEST_S", 0.1)
    with running([FIGURES["dilation"]]) as port, connected(port) as client:
        dribble(client)


def connected(port):
    """A connection to the server, which waits for no answer for ever."""
    return socket.create_connection(("127.0.0.1", port), timeout=END_S)


def dribble(client):
    """Send a letter at a time, until the server closes."""
    with contextlib.suppress(ConnectionError):
        while True:
            client.sendall(b"x")
            time.sleep(0.01)


def test_a_client_that_takes_no_answer_is_left(monkeypatch):
    threads, answering = [], threading.Event()

    def large(self, name):
        threads.append(threading.current_thread())
        answering.set()
        return bytes(1 << 26)

    monkeypatch.setattr(serving, "ANSWER_S", 0)
    monkeypatch.setattr(serving.Shelf, "file", large)
    with running([FIGURES["dilation"]]) as port, connected(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answering.wait(END_S)
        ended(threads)


def test_drawing_may_take_longer_than_a_client_has(monkeypatch):
    begun, go = held(monkeypatch, FIGURES["dilation"])
    answers, checked = [], threading.Event()
    with running([FIGURES["dilation"]]) as port:
        thread = threading.Thread(target=lambda: answers.append(asked(port, "/dilation.svg")))
        thread.start()
        assert begun.wait(END_S)
        actions = serving.Server.service_actions
        late = types.SimpleNamespace(monotonic=lambda: time.monotonic() + 3600)

        def an_hour_later(self):
            with monkeypatch.context() as patch:
                patch.setattr(serving, "time", late)
                actions(self)
            checked.set()

        monkeypatch.setattr(serving.Server, "service_actions", an_hour_later)
        assert checked.wait(END_S)
        monkeypatch.setattr(serving.Server, "service_actions", actions)
        go.set()
        ended([thread])
    assert answers[0][0] == 200


def test_more_connections_than_there_is_room_for_are_closed(monkeypatch):
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 2)
    with running([FIGURES["dilation"]]) as port, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connected(port)) for _ in range(3)]
        with contextlib.suppress(ConnectionError):
            assert clients[2].recv(1) == b""
        clients[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert clients[0].recv(12) == b"HTTP/1.1 200"


def test_a_server_that_is_killed_leaves_no_file(tmp_path):
    command = [sys.executable, "-m", "convanim", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=child_environment(TMPDIR=str(tmp_path))) as child:
        try:
            port = int(re.search(rb":(\d+)/", child.stdout.readline())[1])
            assert asked(port, "/dilation.gif")[0] == 200
        finally:
            child.kill()
    assert not list(tmp_path.iterdir())

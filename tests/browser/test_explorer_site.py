"""The explorer as a static site: Python in the browser answers as Python does here, and the page lives with it."""

from __future__ import annotations

import functools
import http.server
import json
import random
import sys
import threading
from pathlib import Path

import pytest

from convanim.publish.explorer import answer
from convanim.publish.explorer.site import site
from helpers.links import randomly
from helpers.processes import node

PYODIDE = Path(sys.prefix) / "node_modules/pyodide"
JS = Path(__file__).parent / "js"
COUNT = 400  # random links
LEAST = 120  # of them that can be drawn
MOST_BYTES = 15_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The site."""
    made = tmp_path_factory.mktemp("site")
    assert len(site(made, PYODIDE)) == 8
    return made


def test_python_in_webassembly_answers_random_links_as_python_does_here(folder):
    choose = random.Random(99)
    queries = [randomly(choose) for _ in range(COUNT)]
    done = node(JS / "answers.mjs", folder, given=json.dumps(queries))
    assert done.returncode == 0, done.stderr[-2000:]
    own = [json.dumps(answer(query, capped=True)) for query in queries]
    for query, one, other in zip(queries, json.loads(done.stdout), own, strict=True):
        assert one == other, query
    assert sum("refusal" not in one for one in own) >= LEAST
    assert len({one for one in own if "refusal" not in one}) >= LEAST


def test_the_site_is_the_same_bytes_each_time_and_small(folder, tmp_path):
    paths = site(tmp_path, PYODIDE)
    for path in paths:
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes(), path
    assert sum(path.stat().st_size for path in paths) < MOST_BYTES


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def end_headers(self):
        policy = "default-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob: data:"
        self.send_header("Content-Security-Policy", policy)
        super().end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def address(folder):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{one.server_port}"
        one.shutdown()
        thread.join()


def settled(page, query):
    """Wait until the page shows a link's figure, which is the one that Python draws."""
    title = answer(query, ["words"])["words"]["title"]
    page.wait_for_function("title => document.title.startsWith(title)", arg=title, timeout=120_000)
    sums = answer(query, ["sums"])["sums"]
    assert page.locator("#player [data-part=sum]").count() == bool(sums)


def test_the_first_figure_plays_before_python_is_there_and_changes_are_drawn_when_it_is(opened, address):
    page = opened(f"{address}/index.html", allowed=address)
    page.wait_for_function("document.querySelector('#player svg .on') && !document.querySelector('.old')")
    page.locator("[data-control=kernel_size] input[type=text]").fill("2")
    page.locator("[data-control=stride] input[type=text]").fill("1")  # the last one wins
    settled(page, "op=conv&i=5&k=2&s=1&p=1&view=flat&theme=clear")
    assert page.locator("#loading").is_hidden()
    page.locator("[data-control=kernel_size] input[type=text]").fill("20")
    page.wait_for_selector("#player.old")
    assert page.locator("#refusal").inner_text().startswith("kernel_size=20 along axis 0 is larger")


def test_a_page_that_is_a_file_plays_and_says_why_changes_are_not_drawn(opened, folder):
    page = opened(folder / "index.html")
    page.wait_for_function("document.querySelector('#player svg .on') && !document.querySelector('.old')")
    page.wait_for_timeout(500)
    assert page.locator("#refusal").inner_text() == ""
    page.locator("[data-control=kernel_size] input[type=text]").fill("2")
    page.wait_for_function("document.getElementById('refusal').textContent.startsWith('Controls need Python')")

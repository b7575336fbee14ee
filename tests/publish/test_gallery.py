"""The gallery: it is what a rebuild gives, and goes on where a figure fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import convanim as ca
from helpers.gallery import files
from helpers.guide import GUIDE
from helpers.processes import ROOT, python


@pytest.mark.places  # all figures are drawn, which takes long
def test_the_gallery_in_the_repository_is_what_a_rebuild_gives(tmp_path):
    built = ca.gallery(None, tmp_path, ThreadPoolExecutor(2))
    assert len(GUIDE) == 19 and [one.error for one in built] == [None] * len(ca.figures())
    names = {f"{name}.{suffix}" for name in ca.figures() for suffix in ("gif", "svg")} | {"index.html", "details.js"}
    assert {*files(tmp_path)} == names
    committed = {*files(ROOT / "gallery")}
    assert committed == names
    changed = [
        name for name in sorted(names) if (ROOT / "gallery" / name).read_bytes() != (tmp_path / name).read_bytes()
    ]
    assert not changed


FIGURES_OF_WHICH_ONE_FAILS = """
[first]
operation = "conv"
input_size = 4
kernel_size = 2
[too_fast]
operation = "conv"
input_size = 4
kernel_size = 2
step_ms = 15
[last]
operation = "pool"
input_size = 4
kernel_size = 2
view = "flat"
"""


def test_a_gallery_over_threads_goes_on_where_a_figure_fails(tmp_path):
    spec = tmp_path / "mine.toml"
    spec.write_text(FIGURES_OF_WHICH_ONE_FAILS)
    seen = []
    with ThreadPoolExecutor(2) as pool:
        built = ca.gallery(spec, tmp_path / "out", pool, done=seen.append)
        assert pool.submit(int, "1").result() == 1, "the executor is the caller's to close"
    check_the_failure(built, tmp_path / "out")
    assert sorted(one.name for one in seen) == ["first", "last", "too_fast"]


GALLERY = """
import sys, convanim as ca
for one in ca.gallery([sys.argv[1]], sys.argv[2], suffixes=(".gif", ".svg")):
    print(one.name, len(one.paths), one.error, sep="|")
"""


@pytest.mark.places  # starts processes, which takes long
def test_a_gallery_over_processes_the_default_goes_on_where_a_figure_fails(tmp_path):
    (tmp_path / "mine.toml").write_text(FIGURES_OF_WHICH_ONE_FAILS)
    run = python("-c", GALLERY, tmp_path / "mine.toml", tmp_path / "out")
    assert run.returncode == 0, run.stderr
    rows = [line.split("|") for line in run.stdout.splitlines()]
    assert [row[:2] for row in rows] == [["first", "2"], ["too_fast", "0"], ["last", "2"]]
    assert "15" in rows[1][2]
    assert files(tmp_path / "out") == [
        "details.js",
        "first.gif",
        "first.svg",
        "index.html",
        "last.gif",
        "last.svg",
    ]


def check_the_failure(built, out):
    assert [one.name for one in built] == ["first", "too_fast", "last"]
    assert [len(one.paths) for one in built] == [2, 0, 2]
    assert built[0].error is None is built[2].error
    assert "step_ms=15" in built[1].error
    assert files(out) == [
        "details.js",
        "first.gif",
        "first.svg",
        "index.html",
        "last.gif",
        "last.svg",
    ]


def test_a_failure_in_a_callers_executor_cancels_what_is_pending(tmp_path):
    spec = tmp_path / "mine.toml"
    spec.write_text(FIGURES_OF_WHICH_ONE_FAILS)
    submitted, blocked = [], threading.Event()

    class Blocking(ThreadPoolExecutor):
        """One thread, which waits after the first figure until the test lets it go on."""

        def submit(self, *job):
            submitted.append(super().submit(*job))
            if len(submitted) == 1:
                super().submit(blocked.wait)
            return submitted[-1]

    def stop(built):
        raise KeyboardInterrupt

    with Blocking(1) as pool:
        with pytest.raises(KeyboardInterrupt):
            ca.gallery(spec, tmp_path / "out", pool, done=stop)
        blocked.set()
    assert [future.cancelled() for future in submitted] == [False, True, True]
    assert files(tmp_path / "out") == ["first.gif", "first.svg"]

"""Progress: what a callback and a bar are told, of every format."""

from __future__ import annotations

import itertools
import re
import sys
import types

import nbclient
import nbformat
import pytest

import convanim as ca
from convanim import progress
from convanim.write import FORMATS
from helpers.figures import EACH_VIEW
from helpers.formats import FIGURES, VIDEOS
from helpers.processes import child_environment
from helpers.refusals import refusal


@pytest.mark.parametrize("suffix", [suffix for suffix, form in FORMATS.items() if form.animated])
@pytest.mark.parametrize("look", [{}, {"theme": "dark", "reveal": True}, {"hold_ms": 900, "loop": 3, "fps": 3}])
def test_a_callback_is_told_that_steps_are_done_from_the_first_to_the_last(suffix, look, tmp_path):
    assert counts(ca.animate(ca.Conv((3, 5), 2), dpi=40, **look), tmp_path / f"x{suffix}") == [
        (n, 8) for n in range(1, 9)
    ]


def counts(a, path):
    """All that a callback is told."""
    told = []
    a.save(path, progress=lambda *counts: told.append(counts))
    return told


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_still_is_one_step(suffix, tmp_path):
    assert counts(ca.animate(ca.Conv(3, 2), dpi=40).storyboard(2), tmp_path / f"x{suffix}") == [(1, 1)]


@pytest.mark.parametrize("view", EACH_VIEW)
def test_each_step_is_told_once_whatever_layers_a_view_has(view, tmp_path):
    op, name = EACH_VIEW[view]
    for reveal in (False, True):
        a = ca.animate(op, view=name, reveal=reveal)
        for suffix in (".svg", ".html"):
            assert counts(a, tmp_path / f"x{suffix}") == [(n, len(a)) for n in range(1, len(a) + 1)]


def test_a_callback_is_told_a_step_when_its_share_of_the_parts_is_done():
    for steps, parts in itertools.product(range(1, 7), range(1, 15)):
        told = []
        tell = progress.stepwise(lambda done, total, told=told: told.append((done, total)), steps)
        for done in range(1, parts + 1):
            tell(done, parts)
            assert told == [(n, steps) for n in range(1, steps + 1) if n * parts <= done * steps]
    assert progress.stepwise(None, 3) is None


def test_a_sequence_is_counted_by_its_files(tmp_path):
    assert counts(FIGURES["classic"](dpi=40), tmp_path / "{step}.png") == [(n, 9) for n in range(1, 10)]


def test_what_is_written_is_the_same_with_and_without_progress(tmp_path):
    for suffix in [suffix for suffix in FORMATS if suffix not in VIDEOS]:
        a = FIGURES["classic"](dpi=40)
        (one,), (other,) = (
            a.save(tmp_path / f"{n}{suffix}", progress=told) for n, told in enumerate((None, lambda *_: None))
        )
        assert one.read_bytes() == other.read_bytes(), suffix


def test_a_bar_is_shown_where_it_is_asked_for_after_a_second_and_is_silent_before(tmp_path, monkeypatch, capsys):
    FIGURES["classic"](dpi=40).save(tmp_path / "x.svg", progress=True)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "QUIET_S", 0)  # a second is over at once
    monkeypatch.setattr(progress, "REDRAW_S", 0)
    FIGURES["classic"](dpi=40).save(tmp_path / "x.gif", progress=True)
    lines = capsys.readouterr().err.split("\r")
    bars = [line for line in lines if line.strip()]
    assert [re.search(r"(\d) of 9 steps, .* gone, .* left", line)[1] for line in bars] == [*"123456789"]
    assert [line.count("#") for line in bars] == [round(24 * n / 9) for n in range(1, 10)]
    assert lines[-1] == "" and not lines[-2].strip(), "the line is empty in the end"
    FIGURES["classic"](dpi=40).save(tmp_path / "x.gif")
    assert capsys.readouterr().err == "", "outside of notebooks"


class Clock:
    """A clock that the test moves."""

    now = 100.0

    def monotonic(self):
        return self.now


def test_a_bar_is_drawn_after_a_second_ten_times_a_second_at_most_and_says_how_long_is_left(monkeypatch, capsys):
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    monkeypatch.setattr(progress.shutil, "get_terminal_size", lambda: types.SimpleNamespace(columns=60))
    with progress.bar("draw", "step") as tell:
        for passed, done in ((0.5, 1), (1.5, 2), (1.51, 3), (1.7, 4)):
            clock.now = 100 + passed
            tell(done, 400)
        clock.now = 200
        tell(10, 400)
        first, second, third = capsys.readouterr().err.split("\r")[1:]
        assert first.startswith("draw:   0% [") and second.startswith("draw:   1% [") and len(third) == 59
        progress.say("a line")
        assert capsys.readouterr().err == f"\r{' ' * 59}\ra line\n", "the bar gives way to the line"
        clock.now = 201
        tell(400, 400)
    assert capsys.readouterr().err.split("\r")[1].startswith("draw: 100% [########################] 400 of 400")
    assert progress._text("x", "", 10, 400, 100) == f"x:   2% [#{'-' * 23}] 01:40 gone, 1:05:00 left"
    assert progress._text("x", "", 0, 0, 100).endswith("01:40 gone, 00:00 left")


def test_a_bar_for_terminals_is_silent_elsewhere_also_without_any_standard_error(monkeypatch, capsys):
    monkeypatch.setattr(progress, "QUIET_S", 0)
    for stream in (sys.stderr, None):  # None: a program of Windows without a console
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.bar("draw", terminal=True) as tell:
            tell(1, 2)
    with progress.bar("draw") as tell:
        tell(1, 2)
    assert "draw" not in capsys.readouterr().err


def test_a_notebook_has_a_bar_by_itself(monkeypatch):
    shell = types.SimpleNamespace(kernel=object())
    with progress.shown(None, "save") as told:
        assert told is None
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(progress, "_notebook_output", lambda: print)
    with progress.shown(None, "save") as told:
        assert told is not None
    with progress.shown(False, "save") as told:
        assert told is None
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    with progress.shown(None, "save") as told:
        assert told is None, "IPython is imported, but no notebook runs"


WORK = """
from convanim import progress
progress.QUIET_S = progress.REDRAW_S = 0
with progress.shown(None, "save") as tell:
    tell(1, 2)
    tell(2, 2)
"""


@pytest.mark.places  # runs a notebook
def test_a_notebook_replaces_its_bar_and_has_none_in_the_end(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", child_environment()["PYTHONPATH"])
    seen = []

    class Client(nbclient.NotebookClient):
        def process_message(self, message, cell, cell_index):
            if "data" in message["content"]:
                seen.append((message["msg_type"], message["content"]["data"]["text/plain"]))
            return super().process_message(message, cell, cell_index)

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(WORK)])
    Client(notebook, kernel_name="python3").execute()
    assert [kind for kind, _ in seen] == ["display_data", "update_display_data", "update_display_data"]
    assert [text.partition(" steps")[0] for _, text in seen] == [
        f"save:  50% [{'#' * 12}{'-' * 12}] 1 of 2",
        f"save: 100% [{'#' * 24}] 2 of 2",
        "",
    ]
    assert [output["data"] for output in notebook.cells[0].outputs] == [{"text/plain": ""}]


def test_what_is_no_progress_is_refused(tmp_path):
    assert "progress='yes'" in refusal(lambda: FIGURES["classic"]().save(tmp_path / "x.gif", progress="yes"))
    assert not list(tmp_path.iterdir())

"""Progress: what a callback and a bar are told, of every format."""

from __future__ import annotations

import itertools
import sys
import types

import pytest

import convanim as ca
from convanim import progress
from convanim.write import FORMATS
from helpers.figures import EACH_VIEW
from helpers.formats import FIGURES, VIDEOS
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
    monkeypatch.setattr(progress, "QUIET_S", 1e-9)  # a second is over at once
    monkeypatch.setattr("tqdm.tqdm.__init__", _eager(sys.modules["tqdm"].tqdm.__init__))
    FIGURES["classic"](dpi=40).save(tmp_path / "x.gif", progress=True)
    err = capsys.readouterr().err
    assert "of 9 steps" in err and "left" in err
    FIGURES["classic"](dpi=40).save(tmp_path / "x.gif")
    assert capsys.readouterr().err == "", "outside of notebooks"


def _eager(init):
    """A bar that is drawn at each step."""
    return lambda self, *args, **given: init(self, *args, **given, mininterval=0, miniters=0)


def test_a_notebook_has_a_bar_by_itself(monkeypatch):
    shell = types.SimpleNamespace(kernel=object())
    with progress.shown(None, "save") as told:
        assert told is None
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(progress, "find_spec", lambda name: None)  # without widgets, a bar of letters
    with progress.shown(None, "save") as told:
        assert told is not None
    with progress.shown(False, "save") as told:
        assert told is None
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    with progress.shown(None, "save") as told:
        assert told is None, "IPython is imported, but no notebook runs"


def test_what_is_no_progress_is_refused(tmp_path):
    assert "progress='yes'" in refusal(lambda: FIGURES["classic"]().save(tmp_path / "x.gif", progress="yes"))
    assert not list(tmp_path.iterdir())

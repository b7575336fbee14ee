"""Progress: what a callback and a bar are told, of every format."""

from __future__ import annotations

import sys
import types

import pytest

import convanim as ca
from convanim import progress
from convanim.write import FORMATS
from helpers.formats import FIGURES, VIDEOS
from helpers.refusals import refusal


@pytest.mark.parametrize("suffix", [suffix for suffix, form in FORMATS.items() if form.animated])
@pytest.mark.parametrize("look", [{}, {"theme": "dark", "reveal": True}])
def test_a_callback_is_told_that_steps_are_done_from_the_first_to_the_last(suffix, look, tmp_path):
    told = []
    ca.animate(ca.Conv((3, 5), 2), dpi=40, **look).save(
        tmp_path / f"x{suffix}", progress=lambda *counts: told.append(counts)
    )
    done, totals = zip(*told, strict=True)
    assert len({*totals}) == 1 and totals[0] in (8, 16), "TikZ is made twice"
    assert list(done) == sorted(done) and done[-1] == totals[0]
    assert suffix in (".svg", ".html") or list(done) == list(range(1, totals[0] + 1))


def test_a_sequence_is_counted_by_its_files(tmp_path):
    told = []
    FIGURES["classic"](dpi=40).save(tmp_path / "{step}.png", progress=lambda done, total: told.append((done, total)))
    assert told == [(n, 9) for n in range(1, 10)]


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

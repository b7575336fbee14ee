"""macOS and Windows: what Linux alone has is taken away, and nothing changes but for what a killed process leaves."""

from __future__ import annotations

import ast
import errno
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import types

import pytest

import convanim as ca
from convanim.cli import streams
from convanim.publish import gallery_workers, server
from helpers.processes import ROOT, child_environment, python
from helpers.refusals import refusal

PACKAGE = ROOT / "convanim"
LINUX_ALONE = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "select", "termios", "tty"}


def test_no_module_imports_what_windows_lacks():
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            found |= {name: path.name for name in names if name.split(".")[0] in LINUX_ALONE}
    assert not found


# --- files


@pytest.fixture
def without_proc(monkeypatch):
    """No /proc, no mode of an open file, no link to a file without a name: Windows, and but for the mode macOS."""
    chmod, is_dir = os.chmod, pathlib.Path.is_dir

    def change(path, mode, **given):
        if isinstance(path, int):
            raise TypeError("chmod: path should be string, bytes or os.PathLike, not int")
        chmod(path, mode, **given)

    monkeypatch.delattr(os, "link")
    monkeypatch.setattr(os, "chmod", change)
    monkeypatch.setattr(pathlib.Path, "is_dir", lambda self: not str(self).startswith("/proc") and is_dir(self))


@pytest.mark.parametrize("suffix", [".gif", ".svg", ".mp4"])
def test_files_are_the_same_without_proc_and_modes_are_kept(suffix, tmp_path, request, monkeypatch):
    a = ca.animate(ca.Conv(3, 2), dpi=20)
    (path,) = a.save(tmp_path / f"one{suffix}")
    expected, mode = path.read_bytes(), path.stat().st_mode
    request.getfixturevalue("without_proc")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    (tmp_path / f"old{suffix}").write_bytes(b"old")
    (tmp_path / f"old{suffix}").chmod(0o640)
    for name in ("old", "new"):
        (path,) = a.save(tmp_path / f"{name}{suffix}")
        assert path.read_bytes() == expected
    assert (tmp_path / f"old{suffix}").stat().st_mode & 0o777 == 0o640 and path.stat().st_mode == mode
    names = {f"{name}{suffix}" for name in ("one", "old", "new")} | {"temporary"}
    assert {one.name for one in tmp_path.iterdir()} == names and not list(temporary.iterdir())


@pytest.mark.parametrize("code", [5, 32])
def test_a_file_that_a_program_of_windows_has_open_stays_and_the_message_says_what_to_do(
    code, tmp_path, monkeypatch, without_proc
):
    def refuse(self, target):
        error = PermissionError(13, "The process cannot access the file because it is being used by another process")
        error.winerror = code
        raise error

    (tmp_path / "x.svg").write_text("old")
    monkeypatch.setattr(pathlib.Path, "replace", refuse)
    said = refusal(lambda: ca.animate(ca.Conv(3, 2)).save(tmp_path / "x.svg"))
    assert "close the programs that show this file" in said
    assert [one.name for one in tmp_path.iterdir()] == ["x.svg"] and (tmp_path / "x.svg").read_text() == "old"


def test_another_failure_is_not_said_to_be_a_program_that_has_the_file_open(tmp_path, monkeypatch, without_proc):
    monkeypatch.setattr(pathlib.Path, "replace", lambda self, target: (_ for _ in ()).throw(OSError(28, "No space")))
    assert "close the programs" not in refusal(lambda: ca.animate(ca.Conv(3, 2)).save(tmp_path / "x.svg"))


def test_names_that_are_one_file_on_macos_and_windows_are_refused(tmp_path):
    (tmp_path / "x.toml").write_text(
        "".join(f'[{name}]\noperation = "conv"\ninput_size = 3\nkernel_size = 2\n' for name in ("blur", "Blur"))
    )
    assert "'blur' and 'Blur'" in refusal(lambda: ca.gallery(tmp_path / "x.toml", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


# --- processes


def test_the_cores_are_counted_without_affinity_and_windows_takes_no_more_than_it_can_wait_for(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    assert gallery_workers._cores() == 128
    monkeypatch.setattr(sys, "platform", "win32")
    assert gallery_workers._cores() == 61
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert gallery_workers._cores() == 1


SPEC = '[one]\noperation = "conv"\ninput_size = 4\nkernel_size = 2\ndpi = 20\n'
SCRIPT = """
import multiprocessing, sys
import convanim as ca

{guard}
    if multiprocessing.parent_process() is None:
        multiprocessing.set_start_method(sys.argv[1])
    print([(one.name, one.error) for one in ca.gallery([*sys.argv[2:]], "out")])
"""


@pytest.mark.places  # starts processes
@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_a_gallery_is_the_same_however_workers_begin(method, tmp_path):
    (tmp_path / "mine.toml").write_text(SPEC + SPEC.replace("one", "two"))
    (tmp_path / "guarded.py").write_text(SCRIPT.format(guard='if __name__ == "__main__":'))
    run = python("guarded.py", method, "mine.toml", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "[('one', None), ('two', None)]\n"), run.stderr
    expected = ca.figure("one", tmp_path / "mine.toml")
    (path,) = expected.save(tmp_path / "expected.gif")
    assert (tmp_path / "out" / "one.gif").read_bytes() == path.read_bytes()


@pytest.mark.places  # starts processes
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_script_that_its_workers_would_run_again_ends_with_what_to_do(method, tmp_path):
    (tmp_path / "mine.toml").write_text(SPEC + SPEC.replace("one", "two"))
    (tmp_path / "bare.py").write_text(SCRIPT.format(guard="if True:"))
    run = python("bare.py", method, "mine.toml", cwd=tmp_path)
    assert run.returncode == 1 and "ConvanimError" in run.stderr
    assert "put the call of gallery() below a line 'if __name__ == \"__main__\":'" in run.stderr.replace("\n", " ")


# --- the console


COMMANDS = {
    "list": "down_and_up",
    "info conv -i 5 -k 3 -s 2 -p 1": "(5 + 2\N{MIDDLE DOT}1 - 3)/2",
    "info --layers conv:-i:9:-k:3,pool:-k:2": "receptive field",
    "embed padding_strides markdown --lang zh": "\\u5377\\u79ef",
}


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "latin-1"])
@pytest.mark.parametrize("words", COMMANDS)
def test_a_console_of_few_letters_gets_similar_ones(words, encoding):
    command = [word.replace(":", " ") for word in words.split()]
    environment = child_environment(PYTHONIOENCODING=encoding)
    run = subprocess.run([sys.executable, "-m", "convanim", *command], capture_output=True, env=environment)
    assert (run.returncode, run.stderr) == (0, b"")
    assert COMMANDS[words] in run.stdout.decode(encoding)


def test_a_file_of_windows_gets_utf_8_unless_the_user_says_otherwise(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    text = "5×5 → 卷积"
    for chosen, expected in ((None, text.encode()), ("cp1252", "5\xd75 -> \\u5377\\u79ef".encode("cp1252"))):
        stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.delenv("PYTHONIOENCODING", raising=False)
        if chosen:
            monkeypatch.setenv("PYTHONIOENCODING", chosen)
        streams.prepare()
        print(text, end="", flush=True)
        assert stream.buffer.getvalue() == expected


def test_a_terminal_of_windows_keeps_its_encoding(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp437")
    stream.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", stream)
    streams.prepare()
    assert stream.encoding == "cp437"


def test_a_reader_that_goes_away_is_known_on_each_system(monkeypatch):
    assert streams.reader_has_gone(BrokenPipeError()) and not streams.reader_has_gone(OSError(errno.EINVAL, "x"))
    monkeypatch.setattr(sys, "platform", "win32")
    assert streams.reader_has_gone(OSError(errno.EINVAL, "x")) and not streams.reader_has_gone(OSError(28, "full"))


# --- paths and types


def test_a_snippet_names_a_file_with_slashes_also_where_paths_have_backslashes(monkeypatch):
    from convanim.publish import snippets

    path = pathlib.PureWindowsPath("figures\\one.svg")
    saved = snippets.Saved(types.SimpleNamespace(poster=0), "figures\\one.svg", (path,), None)
    assert saved.source(each=False) == "figures/one.svg"


def test_the_server_knows_the_type_of_each_file_and_asks_no_registry():
    from convanim.publish.gallery_page import MOST, parts_of

    figures = [*ca.figures().values()][:1] * (2 * MOST)
    pages = [file for part in parts_of(figures, ["clear"] * len(figures), ".svg", "") for file in part.files]
    names = {*ca.FORMATS, *(pathlib.PurePath(name).suffix for name in pages)}
    assert len(pages) == 6
    assert names <= {*server.TYPES}

"""Runs a case in a process of its own, within limits, and says which rule it breaks.

The rules: a call ends by itself or with a ConvanimError of one line and bounded length; nothing else is said; each file
is whole, and a refused call leaves none; nothing stays in the temporary folder; time and memory have bounds.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import re
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from .case import Case

CPU_SECONDS = 20  # of a case; the longest honest ones take 3
WALL_SECONDS = 120  # for one that waits for something, on a machine with much to do
MEMORY = 3 << 30  # bytes beyond those of the fuzzer itself; a figure may take 2 GB
LONGEST = 1200  # characters of a message
OF_OTHERS = ("torchinductor_",)  # folders that PyTorch leaves
PACKAGE = f"{os.sep}convanim{os.sep}"


@dataclass(frozen=True)
class Finding:
    """A broken rule. Findings of one `signature` are one fault."""

    signature: str
    detail: str


def verdict(case: Case) -> Finding | None:
    """The rule that a case breaks, None for none."""
    base = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        for name in ("work", "tmp"):
            (base / name).mkdir()
        for name, data in case.files.items():
            (base / "work" / name).write_bytes(data)
        report, status = _run(case, base)
        return _judged(case, base, report, status)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _run(case: Case, base: Path) -> tuple[dict[str, Any] | None, int]:
    """What the program reports, None where it was ended; and its status."""
    ours, theirs = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads, of which there are none
        pid = os.fork()
    if pid == 0:
        os.close(ours)
        _be_child(case, base, theirs)
    os.close(theirs)
    text = b""
    end = time.monotonic() + WALL_SECONDS
    while time.monotonic() < end and select.select([ours], [], [], max(end - time.monotonic(), 0))[0]:
        block = os.read(ours, 1 << 16)
        if not block:
            break
        text += block
    else:
        os.kill(pid, signal.SIGABRT)
    os.close(ours)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # those that it started
    return (json.loads(text) if text else None), status


def _be_child(case: Case, base: Path, pipe: int) -> None:
    """Run the program, and report; it never returns."""
    report: dict[str, Any] = {"end": "error", "type": "?", "message": "", "where": ""}
    try:
        os.setpgid(0, 0)
        os.chdir(base / "work")
        os.environ["TMPDIR"] = tempfile.tempdir = str(base / "tmp")
        for number, name in ((0, os.devnull), (1, str(base / "out")), (2, str(base / "err"))):
            file = os.open(name, os.O_RDWR | os.O_CREAT)
            os.dup2(file, number)
            os.close(file)
        sys.stdout, sys.stderr = map(_stream, (1, 2))
        _limit(base)
        report = _ended(case.program)
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os.write(pipe, json.dumps(report).encode())
        os._exit(0)


def _stream(number: int) -> TextIO:
    return open(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False)


def _limit(base: Path) -> None:
    trace = open(base / "trace", "w")  # noqa: SIM115 - it is open until the process ends
    faulthandler.enable(trace, all_threads=False)
    faulthandler.register(signal.SIGXCPU, trace, all_threads=False, chain=True)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _ended(program: str) -> dict[str, Any]:
    """How the program ends."""
    from convanim import ConvanimError, ConvanimWarning

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ConvanimWarning)
            exec(compile(program, "<case>", "exec"), {"__name__": "__case__"})
    except ConvanimError as error:
        return {"end": "refused", "message": str(error), "where": _place(error)}
    except BaseException as error:
        said = f"{type(error).__name__}: {error}"[:2000]
        return {"end": "error", "type": type(error).__name__, "message": said, "where": _place(error)}
    return {"end": "done"}


def _place(error: BaseException) -> str:
    """The last line of the package that an error came through, and the last of all."""
    try:
        rows = traceback.extract_tb(error.__traceback__, limit=-40)
        own = [row for row in rows if PACKAGE in row.filename]
        return " < ".join(f"{Path(row.filename).name}:{row.lineno} {row.name}" for row in (*own[-1:], rows[-1]))
    except Exception:  # no memory is left for it
        return "?"


def _judged(case: Case, base: Path, report: dict[str, Any] | None, status: int) -> Finding | None:
    err = (base / "err").read_text(errors="replace") if (base / "err").exists() else ""
    if report is None:
        code = os.waitstatus_to_exitcode(status)
        name = signal.Signals(-code).name if code < 0 else f"exit {code}"
        trace = (base / "trace").read_text(errors="replace") if (base / "trace").exists() else ""
        rows = re.findall(rf'File "[^"]*{PACKAGE}([^"]+)", line (\d+) in (\w+)', trace)
        place = f"{rows[0][0]} {rows[0][2]}" if rows else "?"  # a loop ends on any of its lines
        return Finding(f"{name} in {place}", f"ended by {name} after {CPU_SECONDS} s or more\n{trace[-1500:]}")
    if report["end"] == "error":
        return Finding(
            f"{report['type']} in {report['where']}", f"{report['message']}\n{report['where']}\n{err[-500:]}"
        )
    found = _message(report["message"]) if report["end"] == "refused" else None
    if found:
        return Finding(f"{found} in {report['where']}", report["message"][:2000])
    said = [line for line in err.splitlines() if line.strip()]
    if said:
        return Finding(f"standard error: {said[-1][:60]}", err[-1500:])
    if left := [path.name for path in (base / "tmp").iterdir() if not path.name.startswith(OF_OTHERS)]:
        return Finding("left in the temporary folder", str(left))
    return _files(case, base, report)


def _message(text: str) -> str | None:
    """What is wrong with a refusal."""
    if len(text.splitlines()) != 1 or text != text.strip():
        return "a message that isn't one line"
    if not 15 < len(text) <= LONGEST:
        return "a message that is too short or too long"
    return None


def _files(case: Case, base: Path, report: dict[str, Any]) -> Finding | None:
    for path in sorted((base / "work").rglob("*")):
        if path.name in case.files or path.is_dir():
            continue
        if report["end"] == "refused":
            return Finding("a refused call left a file", f"{path.name}: {report['message']}")
        if not _whole(path):
            return Finding(f"half a file: {path.suffix}", f"{path.name} has {path.stat().st_size} bytes")
    return None


ENDS = {".png": b"IEND\xaeB`\x82", ".gif": b";", ".pdf": b"%%EOF", ".html": b"</html>", ".svg": b"</svg>"}


def _whole(path: Path) -> bool:
    data = path.read_bytes()
    return len(data) > 20 and data.rstrip().endswith(ENDS.get(path.suffix.lower(), b""))

"""Long work: what is said before it, the bar on a terminal, and signals, after which nothing is left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest

import convanim as ca
from convanim.cli import long
from convanim.write import FORMATS
from helpers.figures import EACH_VIEW
from helpers.gallery import files
from helpers.processes import child_environment

split = str.split
pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="reads which processes live from /proc")


def test_a_long_figure_says_its_steps_time_and_bytes_and_how_to_make_it_shorter(command, tmp_path):
    status, out, err = command(*split("draw conv -i 15 -k 1 --dpi 20 -o big.gif -o big.svg -o big_{step}.png"))
    assert status == 0 and out
    first, *files = err.splitlines()
    assert first.startswith("225 steps, 4 minutes of playing. Shorter: ")
    ways = ("smaller input", "--step-ms 100 (22 seconds)", "--storyboard", "--step poster")
    assert all(way in first for way in ways)
    assert [line.split(":")[0] for line in files] == ["big.gif", "big.svg", "big_{step}.png"]
    sizes = {"big.gif": 0, "big.svg": 0, "big_{step}.png": 0}
    for path in tmp_path.iterdir():
        sizes[path.name if path.name in sizes else "big_{step}.png"] += path.stat().st_size
    for line in files:
        name, number, unit = re.fullmatch(r"(.+): about ([\d.,]+) (kB|MB)", line).groups()
        told = float(number.replace(",", "")) * {"kB": 1e3, "MB": 1e6}[unit]
        assert 0.75 < told / sizes[name] < 1.25


@pytest.mark.parametrize(
    "words",
    [
        "draw conv -i 5 -k 3 -o x.gif",
        "draw conv -i 15 -k 1 --dpi 20 --step-ms 100 -o x.gif",
        "draw conv -i 15 -k 1 --dpi 20 --step poster -o x.png",
        "draw conv -i 15 -k 1 --dpi 20 -o x.png",
        "draw conv -i 15 -k 1 --dpi 20 --storyboard 4 -o x.gif",
        "draw conv -i 3 -k 2 --dpi 20 --step-ms 60000 --storyboard 2 -o x.gif",
        "draw conv -i 3 -k 3 --dpi 20 --step-ms 60000 --hold-ms 200000 -o x.gif",
    ],
)
def test_nothing_is_said_of_what_is_short(words, command):
    status, _, err = command(*words.split())
    assert (status, err) == (0, "")


LONG = {  # figures of many steps, and their looks
    "isometric": (ca.Conv(34, 3, padding=1), {"dpi": 12}),
    "clear": (ca.Conv(16, 3, padding=1), {"theme": "clear", "dpi": 30}),
    "transposed": (ca.ConvTranspose(7, 5, stride=3, padding=1), {"dpi": 25}),
    "flat": (ca.Conv(40, 3, padding=1), {"view": "flat", "dpi": 40}),
    "pool": (ca.Pool(32, 2, stride=2), {"view": "flat", "theme": "clear", "dpi": 20}),
    "shaded": (ca.Conv(16, 3), {"view": "flat", "shade": True, "theme": "clear", "dpi": 25}),
    "reveal": (ca.Conv(24, 3, stride=2), {"view": "flat", "reveal": True, "theme": "clear", "dpi": 40}),
    "matrix": (ca.Conv((16, 8), 3), {"view": "matrix", "theme": "clear", "dpi": 20}),
}


@pytest.mark.parametrize(
    ("name", "suffixes"),
    [
        ("isometric", ".gif .svg"),
        ("clear", ".gif .svg .html .pdf"),
        ("transposed", ".gif"),
        ("flat", ".gif .html .tex"),
        ("pool", ".apng .webp .webm"),
        ("shaded", ".gif .svg .mp4"),
        ("reveal", ".gif .svg"),
        ("matrix", ".gif .pdf"),
    ],
)
def test_the_bytes_of_a_file_are_foretold_within_a_quarter(name, suffixes, tmp_path):
    op, look = LONG[name]
    a = ca.animate(op, steps="all", **look)
    assert len(a) > long.RUNS * long.LONG
    for suffix in suffixes.split():
        (path,) = a.save(tmp_path / f"x{suffix}")
        told = long._bytes(a, FORMATS[suffix], single=False) / path.stat().st_size
        assert 0.75 < told < 1.25, (suffix, told)


def test_samples_are_runs_of_neighbouring_steps_in_all_parts_of_a_figure():
    for steps in (49, 100, 1024, 4096, 90_000):
        short, longer = (long._runs(steps, length) for length in (long.SHORT, long.LONG))
        assert short == sorted(set(short)) and set(short) < set(longer) < set(range(steps))
        if steps > 1000:
            assert len(longer) == long.RUNS * long.LONG and len(short) == long.RUNS * long.SHORT
            assert {step * long.RUNS // steps for step in short} == set(range(long.RUNS))
    columns = {step % 64 for step in long._runs(64 * 64, long.LONG)}
    assert len(columns) > 30


@pytest.mark.parametrize("view", EACH_VIEW)
@pytest.mark.parametrize("times", [{"step_ms": 60_000}, {"hold_ms": 600_000}])
def test_a_long_figure_of_few_steps_is_announced_with_the_bytes_that_it_has(view, times, tmp_path, capsys):
    op, name = EACH_VIEW[view]
    a = ca.animate(op, view=name, dpi=20, **times)
    assert 1 < len(a) <= long.RUNS * long.LONG
    (path,) = a.save(tmp_path / "x.svg")
    assert long._bytes(a, FORMATS[".svg"], single=False) == path.stat().st_size
    long.announce(a, [path], None)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"{len(a)} steps, ") and second.endswith(f": about {long._amount(path.stat().st_size)}")


def test_each_way_to_make_a_figure_shorter_helps(capsys):
    def ways(size, **times):
        long.announce(ca.animate(ca.Conv(size, 1), dpi=20, steps="all", **times), ["x.gif"], None)
        line = capsys.readouterr().err.splitlines()[0]
        return line, {way for way in ("smaller input", "larger stride", "--step-ms", "--hold-ms") if way in line}

    assert ways(32, step_ms=20)[1] == {"smaller input", "larger stride"}
    line, found = ways(32, step_ms=30)
    assert found == {"smaller input", "larger stride", "--step-ms"} and "--step-ms 20 (20 seconds)" in line
    assert ways(2, hold_ms=180_000)[1] == {"--hold-ms"}
    assert ways(32, step_ms=20, hold_ms=180_000)[1] == {"smaller input", "larger stride", "--hold-ms"}


SLOW = """
import sys, time
from convanim.render.agg import Canvas
draw = Canvas.draw
def slow(self, step):
    time.sleep(0.15)
    return draw(self, step)
Canvas.draw = slow
from convanim.cli import main
main()
"""


@pytest.mark.places  # starts processes, which takes long
def test_a_terminal_sees_how_far_work_is_and_how_long_it_takes(tmp_path):
    shown = on_a_terminal("-c", SLOW, *split("draw conv -i 4 -k 1 --dpi 20 -o x.gif"), cwd=tmp_path)
    shares = [int(share) for share in re.findall(r"draw: +(\d+)%", shown)]
    assert shares == sorted(shares) and len(shares) > 3
    assert re.search(r"00:01 gone, 00:0\d left", shown)
    shown = on_a_terminal("-c", SLOW, *split("render padding_strides -f gif --dpi 20"), cwd=tmp_path)
    assert re.search(r"render: +\d+%.* of 1 figures, 00:01 gone, 00:0\d left", shown)


def on_a_terminal(*args, cwd):
    """What a program writes on a terminal of 100 x 30 letters."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    with subprocess.Popen(
        [sys.executable, *args], stdin=theirs, stdout=theirs, stderr=theirs, env=child_environment(), cwd=cwd
    ):
        os.close(theirs)
        text = b""
        with contextlib.suppress(OSError):  # the terminal ends with its last program
            while block := os.read(ours, 1 << 16):
                text += block
    os.close(ours)
    return text.decode()


def living(pids):
    """Those processes that live; a zombie doesn't."""
    found = []
    for pid in pids:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as file:
            found += [pid] if file.read().rpartition(")")[2].split()[0] not in "ZX" else []
    return found


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def until(condition):
    """Wait for an event, however long it takes."""
    while not condition():
        time.sleep(0.02)


def test_the_reader_of_processes_sees_one_that_lives():
    with subprocess.Popen(["sleep", "1000"]) as one:
        assert living([one.pid]) == [one.pid] and children(os.getpid()).count(one.pid) == 1
        one.kill()
    assert living([one.pid]) == []


SIGNALS = {
    "Ctrl-C": (signal.SIGINT, os.killpg),  # a terminal sends it to all
    "SIGINT": (signal.SIGINT, os.kill),
    "SIGTERM": (signal.SIGTERM, os.kill),
    "SIGKILL": (signal.SIGKILL, os.kill),
}
STATUS = {"Ctrl-C": 130, "SIGINT": 130, "SIGTERM": -signal.SIGTERM, "SIGKILL": -signal.SIGKILL}
HUGE = 'operation = "conv"\ninput_size = 300\nkernel_size = 1\ndpi = 10\n'  # 90,000 steps


@pytest.mark.places  # starts processes, which takes long
@pytest.mark.parametrize("name", SIGNALS)
def test_a_gallery_that_is_stopped_leaves_no_worker_and_no_half_file_and_draws_nothing_more(name, tmp_path):
    small = HUGE.replace("300", "3")
    (tmp_path / "mine.toml").write_text(f"[small]\n{small}" + "".join(f"[huge{n}]\n{HUGE}" for n in range(6)))
    with started(tmp_path, "-m", "convanim", "gallery", "mine.toml", "-o", "out") as (child, temporary):
        until((tmp_path / "out" / "small.svg").exists)
        workers = children(child.pid)
        assert living(workers)
        stop(child, name)
        until(lambda: not living(workers))
    assert files(tmp_path / "out") == ["small.gif", "small.svg"]
    assert not list(temporary.iterdir())


VIDEO = """
import os, signal, sys
from convanim.render.agg import Canvas
draw = Canvas.draw
def ready(self, step):
    if step == 100:
        print("ready", flush=True)
        signal.pause()
    return draw(self, step)
Canvas.draw = ready
from convanim.cli import main
main()
"""


@pytest.mark.places  # starts processes, which takes long
@pytest.mark.parametrize(("name", "suffix"), [*zip(SIGNALS, [".mp4", ".webm"] * 2, strict=True)])
def test_a_video_that_is_stopped_leaves_no_ffmpeg_no_file_and_no_line(name, suffix, tmp_path):
    words = f"draw conv -i 12 -k 1 --dpi 20 -o out{suffix}".split()
    with started(tmp_path, "-c", VIDEO, *words) as (child, temporary):
        assert child.stdout.readline() == b"ready\n"
        ffmpeg = children(child.pid)
        assert len(living(ffmpeg)) == 1
        stop(child, name)
        until(lambda: not living(ffmpeg))
    assert [path.name for path in tmp_path.iterdir()] == ["temporary"]
    assert not list(temporary.iterdir())


@contextlib.contextmanager
def started(folder, *args):
    """A program in a process group of its own, with a temporary folder of its own."""
    temporary = folder / "temporary"
    temporary.mkdir()
    environment = child_environment(TMPDIR=str(temporary))
    with subprocess.Popen(
        [sys.executable, *args],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
        preexec_fn=hears_ctrl_c,
    ) as child:
        try:
            yield child, temporary
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def hears_ctrl_c():
    """Let the program hear Ctrl-C: a shell that starts the tests in its background has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def stop(child, name):
    """Send a signal, and check the status and that nothing but a line's end is said."""
    number, send = SIGNALS[name]
    send(child.pid, number)
    err = child.stderr.read()
    assert (child.wait(), err.strip()) == (STATUS[name], b"")


@pytest.mark.places  # starts processes, which takes long
@pytest.mark.parametrize("closed", [(1,), (0, 1, 2), (2,)])
def test_a_closed_standard_stream_is_no_fault_and_no_file_takes_its_place(closed, tmp_path):
    shell = " ".join(f"{number}>&-" if number else "<&-" for number in closed)
    words = "draw conv -i 3 -k 2 --dpi 20 -o x.mp4 -o x.svg"
    for line in (words, "list --nothing"):
        run = subprocess.run(
            ["sh", "-c", f'"$0" -m convanim {line} {shell}', sys.executable],
            cwd=tmp_path,
            env=child_environment(),
            capture_output=True,
        )
        assert (run.returncode, b"Traceback" in run.stderr) == (2 if "nothing" in line else 0, False)
    ca.animate(ca.Conv(3, 2), dpi=20).save(tmp_path / "y.mp4")
    assert (tmp_path / "x.mp4").read_bytes() == (tmp_path / "y.mp4").read_bytes()

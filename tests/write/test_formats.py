"""What holds for every format: the same bytes, little memory, whole files in pipes, and no half files."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import convanim as ca
from convanim.write import FORMATS
from helpers.formats import FIGURES, saved
from helpers.memory import peak
from helpers.processes import child_environment
from helpers.refusals import refusal

pytestmark = pytest.mark.places


def test_the_same_figure_is_the_same_file_in_every_format(tmp_path):
    for suffix in FORMATS:
        one, other = (saved(tmp_path, FIGURES["labels"](dpi=60), suffix).read_bytes() for _ in range(2))
        assert one == other and len(one) > 1000, suffix


def test_a_figure_of_one_step_is_written_in_every_format(tmp_path):
    for suffix in FORMATS:
        assert saved(tmp_path, FIGURES["one step"](), suffix).stat().st_size > 500


STREAMED = [suffix for suffix, form in FORMATS.items() if form.animated and (form.bytes_a_pixel or suffix == ".pdf")]


@pytest.mark.parametrize("suffix", STREAMED)
def test_512_steps_need_no_more_memory_than_64(suffix, tmp_path):
    few, many = (ca.animate(ca.Conv(size, 1), dpi=16, step_ms=100) for size in ((2, 32), (16, 32)))
    pixels = many.size[0] * many.size[1] * 4
    saved(tmp_path, FIGURES["one step"](), suffix)  # imports stay
    peaks = [peak(lambda a=a: saved(tmp_path, a, suffix)) for a in (few, many)]
    assert peaks[1] - peaks[0] < 60 * pixels < 448 * pixels / 7


STOPS = {
    "while it is drawn": """
from convanim.render.agg import Canvas
draw = Canvas.draw
Canvas.draw = lambda self, step: wait() if step == 100 else draw(self, step)
""",
    "before it has its name": """
from convanim.write import files
files._name = lambda *args: wait()
""",
}


CHILD = """
import signal, sys
import convanim as ca
def wait():
    print("ready", flush=True)
    signal.pause()
{stop}
ca.animate(ca.Conv(12, 1), dpi=20, step_ms=100).save(sys.argv[1], step=100 if sys.argv[1].endswith(".png") else None)
"""


MOMENTS = [
    (".gif", "before it has its name"),
    *(
        (suffix, "while it is drawn" if form.bytes_a_pixel else "before it has its name")
        for suffix, form in FORMATS.items()
    ),
]


@pytest.mark.skipif(not hasattr(signal, "pause"), reason="needs a system with SIGKILL")
@pytest.mark.parametrize(("suffix", "stop"), MOMENTS)
def test_a_process_killed_in_the_middle_of_writing_leaves_the_old_file_and_nothing_else(suffix, stop, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "temporary").mkdir()
    target = tmp_path / "out" / f"x{suffix}"
    target.write_bytes(b"old")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(stop=STOPS[stop]), str(target)],
        stdout=subprocess.PIPE,
        env=child_environment(TMPDIR=str(tmp_path / "temporary")),
    )
    with child:
        try:
            assert child.stdout.readline() == b"ready\n"
        finally:
            child.kill()
    assert child.returncode == -signal.SIGKILL
    assert [path.name for path in (tmp_path / "out").iterdir()] == [target.name] and target.read_bytes() == b"old"
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with pipes that have names")
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_format_goes_into_a_pipe_whole(suffix, tmp_path):
    a = FIGURES["classic"](dpi=40)
    (path,) = a.save(tmp_path / f"x{suffix}")
    os.mkfifo(tmp_path / f"pipe{suffix}")
    with subprocess.Popen(["cat", str(tmp_path / f"pipe{suffix}")], stdout=subprocess.PIPE) as reader:
        a.save(tmp_path / f"pipe{suffix}")
        assert reader.communicate()[0] == path.read_bytes()


LIMITS = [
    (".webp", {}, "16383"),
    (".apng", {"step_ms": 65_537}, "65537"),
    (".mp4", {"step_ms": 10, "fps": 30}, "34 ms"),
    (".webm", {"step_ms": 20, "fps": 30}, "34 ms"),
    (".gif", {"hold_ms": 5}, "hold_ms=5"),
    (".gif", {"step_ms": 600_000, "hold_ms": 60_000}, "655350"),
]


@pytest.mark.parametrize(("suffix", "look", "part"), LIMITS)
def test_what_a_format_can_not_hold_is_refused_before_anything_is_written(suffix, look, part, tmp_path):
    a = (
        ca.animate(ca.Conv(600, 1, ndim=1), view="flat", seed=1, focus="off")
        if suffix == ".webp"
        else FIGURES["classic"](**look)
    )
    assert part in refusal(lambda: a.save(tmp_path / f"x{suffix}"))
    assert not list(tmp_path.iterdir())


def test_stills_of_a_picture_format_are_exact(tmp_path):
    a = FIGURES["labels"]()
    with Image.open(io.BytesIO(a.save(tmp_path / "x.png")[0].read_bytes())) as picture:
        assert (np.asarray(picture) == a.frame(a.poster)).all()

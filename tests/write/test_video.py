"""Videos, read back by PyAV: which step is on at each time, and areas that keep their colour."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from itertools import groupby

import av
import imageio_ffmpeg
import numpy as np
import pytest
from pptx import Presentation
from pptx.util import Inches

from convanim.render.agg import Canvas
from convanim.write import video
from helpers.formats import FIGURES, VIDEOS, saved
from helpers.refusals import refusal
from oracle.pictures import flat_areas

pytestmark = pytest.mark.places


def opened(path):
    """(what is said of the video, its frames, their times in seconds)."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [(frame.to_ndarray(format="rgb24"), float(frame.time)) for frame in container.decode(stream)]
        return stream, container.duration / 1e6, [pixels for pixels, _ in frames], [time for _, time in frames]


def shown_at(a, seconds):
    """The step that is on at a time."""
    ends = np.cumsum([a.duration(step) for step in range(len(a))]) / 1000
    return int(np.searchsorted(ends, seconds % ends[-1] + 1e-9, side="right"))


@pytest.mark.parametrize("name", ["classic", "dark", "odd and even sides", "transparent", "one step"])
@pytest.mark.parametrize("suffix", VIDEOS)
def test_every_frame_of_a_video_shows_the_step_that_is_on_and_areas_keep_their_colour(suffix, name, tmp_path):
    a = FIGURES[name]()
    painted = replace(a, theme=replace(a.theme, transparent=False))  # a video has a background
    stream, _, frames, times = opened(saved(tmp_path, a, suffix))
    width, height = a.size
    assert (stream.width, stream.height) == (width + width % 2, height + height % 2)
    assert (
        stream.codec_context.pix_fmt == "yuv420p"
        and stream.codec_context.name == {".mp4": "h264", ".webm": "vp9"}[suffix]
    )
    for pixels, time in zip(frames, times, strict=True):
        true = painted.frame(shown_at(a, time))
        far = np.abs(pixels[:height, :width].astype(int) - true)
        assert far.mean() < 4 and far[flat_areas(true)].mean() < 2.5, time
        other = np.abs(pixels[:height, :width].astype(int) - painted.frame((shown_at(a, time) + len(a) // 2) % len(a)))
        assert len(a) == 1 or other.mean() > 1.2 * far.mean(), "another step is further away"


TIMES = [
    {},
    {"step_ms": 250, "hold_ms": 750},
    {"step_ms": 330, "hold_ms": 20, "loop": 3},
    {"step_ms": 40, "loop": 2},
    {"step_ms": 7, "hold_ms": 1000},
]


@pytest.mark.parametrize("suffix", VIDEOS)
@pytest.mark.parametrize("look", TIMES)
@pytest.mark.parametrize("name", ["classic", "one step"])
def test_each_step_is_one_frame_that_comes_at_its_millisecond_and_a_video_lasts_as_long_as_the_figure(
    name, suffix, look, tmp_path
):
    a = FIGURES[name](dpi=40, **look)
    _, seconds, frames, times = opened(saved(tmp_path, a, suffix))
    durations = [a.duration(step) for step in range(len(a))] * max(a.loop, 1)
    starts = [sum(durations[:n]) for n in range(len(durations))]
    ends = [*starts[1:], sum(durations)]
    held = [end - a.step_ms for end in ends[len(a) - 1 :: len(a)] if a.hold_ms]
    assert [round(time * 1000, 3) for time in times] == sorted(starts + held), "a held step comes again"
    assert round(seconds * 1000, 3) == sum(durations)
    assert len(frames) == len(times)


def test_ffmpeg_shows_the_last_step_for_its_whole_time(tmp_path):
    a = FIGURES["classic"](dpi=40, step_ms=300, hold_ms=900)
    saved(tmp_path, a, ".mp4")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", tmp_path / "x.mp4", "-vf", "fps=10,showinfo", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True).stderr
    sums = re.findall(r" checksum:(\w+) ", said)
    lengths = [len(list(run)) for _, run in groupby(sums)]
    assert lengths == [3] * 8 + [12], "at ten pictures a second"


@pytest.mark.parametrize("suffix", VIDEOS)
def test_a_given_frame_rate_is_constant_with_no_step_early_or_late_by_more_than_half_a_frame(suffix, tmp_path):
    a = FIGURES["classic"](dpi=40, step_ms=330, hold_ms=500, fps=24)
    stream, seconds, frames, times = opened(saved(tmp_path, a, suffix))
    total = sum(a.duration(step) for step in range(9)) / 1000
    assert stream.average_rate == 24 and abs(seconds - total) <= 1 / 24 and abs(len(frames) - total * 24) <= 0.5
    assert times == pytest.approx([n / 24 for n in range(len(frames))], abs=0.002)
    counts = list(video.frames(a, 24))
    ends, due = np.cumsum(counts) / 24, np.cumsum([a.duration(step) for step in range(9)]) / 1000
    assert np.abs(ends - due).max() <= 0.5 / 24 + 1e-9 and min(counts) >= 1


def test_ffmpeg_gets_each_step_once_and_a_canvas_draws_it_once(tmp_path, monkeypatch):
    drawn = []
    draw = Canvas.draw
    monkeypatch.setattr(Canvas, "draw", lambda self, step: drawn.append(step) or draw(self, step))
    saved(tmp_path, FIGURES["classic"](dpi=40, hold_ms=2000), ".mp4")
    assert drawn == list(range(9))


@pytest.mark.parametrize("step_ms", [20, 100, 1000, 5000])
def test_frames_are_as_good_whatever_their_time(step_ms, tmp_path):
    """x264 gives frames that are seen for longer more bits, which is made up for."""
    sizes = [saved(tmp_path, FIGURES["labels"](step_ms=ms, hold_ms=0), ".mp4").stat().st_size for ms in (step_ms, 1000)]
    assert abs(sizes[0] / sizes[1] - 1) < 0.1


def test_an_mp4_can_be_played_before_all_of_it_is_there(tmp_path):
    data = saved(tmp_path, FIGURES["classic"](), ".mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_an_mp4_of_the_guides_figures_has_half_of_the_bytes_of_its_gif_at_most(tmp_path):
    sizes = {suffix: saved(tmp_path, FIGURES["classic"](), suffix).stat().st_size for suffix in (".gif", ".mp4")}
    assert sizes[".mp4"] <= sizes[".gif"] / 2


def test_a_deck_takes_the_gif_and_the_video_as_they_are(tmp_path):
    a = FIGURES["classic"]()
    for suffix in (".gif", ".mp4", ".png"):
        saved(tmp_path, a, suffix)
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_picture(str(tmp_path / "x.gif"), Inches(0.5), Inches(1), height=Inches(3))
    slide.shapes.add_movie(
        str(tmp_path / "x.mp4"),
        Inches(5),
        Inches(1),
        Inches(3.1),
        Inches(3),
        mime_type="video/mp4",
        poster_frame_image=str(tmp_path / "x.png"),
    )
    deck.save(tmp_path / "deck.pptx")
    blobs = [part.blob for part in Presentation(tmp_path / "deck.pptx").part.package.iter_parts()]
    assert all((tmp_path / f"x{suffix}").read_bytes() in blobs for suffix in (".gif", ".mp4", ".png"))


def test_without_ffmpeg_the_error_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert 'pip install "convanim[video]"' in refusal(lambda: FIGURES["classic"]().save(tmp_path / "x.mp4"))
    assert not list(tmp_path.iterdir())


def test_a_failure_of_ffmpeg_is_one_line_and_leaves_the_old_file(tmp_path, monkeypatch):
    monkeypatch.setattr(video, "H264", ["-f", "mp4", "-c:v", "no_such_codec"])
    (tmp_path / "x.mp4").write_bytes(b"old")
    assert "no_such_codec" in refusal(lambda: FIGURES["classic"]().save(tmp_path / "x.mp4"))
    assert (tmp_path / "x.mp4").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1

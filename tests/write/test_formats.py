"""Every format, read back by programs that share nothing with its writer: the pictures, their times, how often they are
played, what is there when it fails.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import struct
import subprocess
import sys
import zlib
from dataclasses import replace

import av
import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pptx import Presentation
from pptx.util import Inches

import convanim as ca
from convanim.write import FORMATS, video
from helpers.memory import peak
from helpers.processes import child_environment
from helpers.refusals import refusal
from oracle.gif import decoded, gif_blocks
from oracle.pictures import differences, flat_areas

pytestmark = pytest.mark.places

FIGURES = {
    "classic": lambda **look: ca.figure("padding_strides", **look),
    "labels": lambda **look: ca.figure("numerical_padding_strides_explained", **look),
    "dark": lambda **look: ca.animate(ca.Conv((3, 5), 2), theme="dark", reveal=True, **look),
    "hatches": lambda **look: ca.animate(ca.ConvTranspose(2, 3, stride=2), theme="print", **look),
    "transparent": lambda **look: ca.animate(ca.Conv(4, 3), theme="clear", background="transparent", **look),
    "stamps": lambda **look: ca.figure("even_stamps", **look),
    "thin": lambda **look: ca.figure("wavenet", **look),
    "Chinese": lambda **look: ca.figure("chinese", **look),
    "one step": lambda **look: ca.animate(ca.Conv(3, 3), **look),
    "odd and even sides": lambda **look: ca.animate(ca.Conv((3, 4), 2), dpi=83, **look),
}
TIMES = {
    "usual": {},
    "held": {"step_ms": 250, "hold_ms": 750},
    "three times": {"loop": 3},
    "once": {"loop": 1, "step_ms": 40, "hold_ms": 20},
}
LOSSLESS, VIDEOS = (".apng", ".webp"), (".mp4", ".webm")


def saved(tmp_path, a, suffix):
    return a.save(tmp_path / f"x{suffix}")[0]


def seen(pixels):
    """RGBA pixels with what can't be seen as nothing."""
    pixels = pixels.copy()
    if pixels.shape[-1] == 4:
        pixels[pixels[..., 3] == 0] = 0
    return pixels


# --- APNG and WebP


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("suffix", LOSSLESS)
def test_every_frame_of_a_lossless_format_is_that_of_the_figure_pixel_by_pixel(suffix, name, tmp_path):
    a = FIGURES[name]()
    path = saved(tmp_path, a, suffix)
    frames = decoded(path, a.size, "rgba" if a.theme.transparent else "rgb24")
    assert len(frames) == len(a)
    for step, pixels in enumerate(frames):
        assert (seen(pixels) == seen(a.frame(step))).all(), step


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_the_comparison_of_pixels_sees_another_step(suffix, tmp_path):
    a = FIGURES["classic"]()
    frames = decoded(saved(tmp_path, a, suffix), a.size)
    assert all((frames[step] != a.frame((step + 1) % 9)).any() for step in range(9))


def apng_chunks(data):
    """(name, data) of all chunks; AssertionError where a sum is wrong or something stands after the end."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, found = 8, []
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert zlib.crc32(name + body) == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        found.append((name, body))
        at += 12 + length
    assert found[-1] == (b"IEND", b"")
    return found


@pytest.mark.parametrize("times", TIMES)
def test_an_apng_has_the_times_and_plays_that_are_asked_for_and_its_chunks_in_order(times, tmp_path):
    a = FIGURES["classic"](**TIMES[times])
    chunks = apng_chunks(saved(tmp_path, a, ".apng").read_bytes())
    assert [name for name, _ in chunks[:4]] == [b"IHDR", b"acTL", b"pHYs", b"fcTL"]
    assert struct.unpack(">II", dict(chunks)[b"acTL"]) == (9, a.loop)
    assert struct.unpack(">IIB", dict(chunks)[b"pHYs"]) == (5906, 5906, 1)  # 150 dpi
    controls = [struct.unpack(">IIIIIHHBB", body) for name, body in chunks if name == b"fcTL"]
    assert [1000 * over / under for *_, over, under, _, _ in controls] == [a.duration(step) for step in range(9)]
    order = [struct.unpack(">I", body[:4])[0] for name, body in chunks if name in (b"fcTL", b"fdAT")]
    assert order == [*range(len(order))]
    for _, width, height, left, top, *_ in controls:
        assert left + width <= a.size[0] and top + height <= a.size[1]
    assert np.mean([width * height for _, width, height, *_ in controls[1:]]) < 0.8 * a.size[0] * a.size[1], (
        "only what changes is written"
    )


def webp_frames(data):
    """(plays, times) of a WebP, read chunk by chunk."""
    assert (data[:4], data[8:12]) == (b"RIFF", b"WEBP") and struct.unpack("<I", data[4:8])[0] == len(data) - 8
    at, plays, times = 12, None, []
    while at < len(data):
        name, length = data[at : at + 4], struct.unpack("<I", data[at + 4 : at + 8])[0]
        if name == b"ANIM":
            plays = struct.unpack("<H", data[at + 12 : at + 14])[0]
        elif name == b"ANMF":
            times.append(int.from_bytes(data[at + 20 : at + 23], "little"))
        at += 8 + length + length % 2
    assert at == len(data)
    return plays, times


@pytest.mark.parametrize("times", TIMES)
def test_a_webp_and_a_gif_have_the_times_and_plays_that_are_asked_for(times, tmp_path):
    a = FIGURES["classic"](**TIMES[times])
    wanted = [a.duration(step) for step in range(9)]
    path = saved(tmp_path, a, ".webp")
    assert webp_frames(path.read_bytes()) == (a.loop, wanted)
    with Image.open(path) as other:
        assert other.n_frames == 9 and other.info["loop"] == a.loop
    _, again, frames = gif_blocks(saved(tmp_path, a, ".gif").read_bytes())
    assert [delay * 10 for delay, *_ in frames] == wanted
    assert again == {0: 0, 1: None, 3: 2}[a.loop], "a GIF counts how often it is played once more"


def test_the_readers_of_chunks_see_a_file_that_is_cut_or_changed(tmp_path):
    a = FIGURES["classic"]()
    for suffix, reader in ((".apng", apng_chunks), (".webp", webp_frames)):
        data = saved(tmp_path, a, suffix).read_bytes()
        for broken in (data[:-1], data[: len(data) // 2], data + b"\0"):
            with pytest.raises((AssertionError, struct.error, IndexError)):
                reader(broken)
    data = bytearray(saved(tmp_path, a, ".apng").read_bytes())
    data[60] ^= 1
    with pytest.raises(AssertionError):
        apng_chunks(bytes(data))


def test_a_step_of_a_webp_is_a_still_picture(tmp_path):
    a = FIGURES["transparent"]()
    (path,) = a.save(tmp_path / "x.webp", step=2)
    with Image.open(path) as picture:
        assert getattr(picture, "n_frames", 1) == 1 and (seen(np.asarray(picture)) == seen(a.frame(2))).all()
    assert len(a.save(tmp_path / "s{step}.webp")) == 4


# --- videos


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


@pytest.mark.parametrize("suffix", VIDEOS)
@pytest.mark.parametrize(
    ("look", "fps"),
    [
        ({}, 10),
        ({"step_ms": 250, "hold_ms": 750}, 12),
        ({"step_ms": 330}, 30),
        ({"fps": 24}, 24),
        ({"step_ms": 40, "loop": 2}, 25),
    ],
)
def test_a_video_lasts_as_long_as_the_figure_with_no_step_early_or_late_by_more_than_half_a_frame(
    suffix, look, fps, tmp_path
):
    a = FIGURES["classic"](dpi=40, **look)
    stream, seconds, frames, times = opened(saved(tmp_path, a, suffix))
    total = sum(a.duration(step) for step in range(9)) / 1000 * max(a.loop, 1)
    assert stream.average_rate == fps and abs(seconds - total) <= 1 / fps and abs(len(frames) - total * fps) <= 0.5
    assert times == pytest.approx([n / fps for n in range(len(frames))], abs=0.002)
    counts = list(video.frames(a))
    ends, due = np.cumsum(counts) / fps, np.cumsum([a.duration(step) for step in range(9)]) / 1000
    assert np.abs(ends - due).max() <= 0.5 / fps + 1e-9 and min(counts) >= 1


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


# --- PDF


SHARP = 4  # PDFium draws no line thinner than a pixel, so pages are looked at in this many pixels for one


def pages(path, size):
    """Each page of a PDF as PDFium draws it, `size` (width, height) in pixels."""
    document = pypdfium2.PdfDocument(str(path))
    try:
        drawn = [
            page.render(scale=(size[0] * SHARP - 1e-3) / page.get_size()[0]).to_pil().convert("RGB")
            for page in document
        ]
        return [np.asarray(picture.resize(size, Image.BOX)) for picture in drawn], [
            page.get_size() for page in document
        ]
    finally:
        document.close()


def sharp(a, step):
    """A frame, drawn in as many pixels for one."""
    return np.asarray(Image.fromarray(replace(a, dpi=a.dpi * SHARP).frame(step)).resize(a.size, Image.BOX))


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "transparent"])
def test_every_page_of_a_pdf_shows_its_step(name, tmp_path):
    a = FIGURES[name]()
    pictures, sizes = pages(saved(tmp_path, a, ".pdf"), a.size)
    assert len(pictures) == len(a) and {tuple(size) for size in sizes} == {sizes[0]}
    assert sizes[0] == pytest.approx([side * 72 / 150 for side in a.size], abs=0.01)
    for step in sorted({a.poster, len(a) - 1}):
        assert not differences(pictures[step], sharp(a, step)), step
        assert len(a) == 1 or differences(pictures[step], sharp(a, (step + 1) % len(a))), (
            "the comparison sees another step"
        )


def test_a_pdf_has_the_title_the_description_and_no_background_where_it_is_transparent(tmp_path):
    a = FIGURES["transparent"](title="Größe <&> (x) \\ 卷积", description="a \u202e b")
    document = pypdfium2.PdfDocument(str(saved(tmp_path, a, ".pdf")))
    told = document.get_metadata_dict()
    assert (told["Title"], told["Subject"], told["CreationDate"]) == (a.scene.title, a.scene.description, "")
    shown = np.asarray(document[0].render(scale=1, fill_color=(255, 0, 255, 255)).to_pil().convert("RGB"))
    assert (shown[2, 2] == (255, 0, 255)).all()
    document.close()


def test_single_pages_and_posters_of_a_pdf(tmp_path):
    a = FIGURES["classic"]()
    for step, path in (
        (3, a.save(tmp_path / "x.pdf", step=3)[0]),
        (a.poster, a.save(tmp_path / "p.pdf", step="poster")[0]),
    ):
        pictures, _ = pages(path, a.size)
        assert len(pictures) == 1 and not differences(pictures[0], sharp(a, step))
    assert len(a.save(tmp_path / "{step}.pdf")) == 9


# --- all formats


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
    (".mp4", {"step_ms": 10}, "34 ms"),
    (".webm", {"step_ms": 20, "fps": 30}, "34 ms"),
    (".gif", {"hold_ms": 5}, "hold_ms=5"),
    (".gif", {"step_ms": 600_000, "hold_ms": 60_000}, "655350"),
]


@pytest.mark.parametrize(("suffix", "look", "part"), LIMITS)
def test_what_a_format_can_not_hold_is_refused_before_anything_is_written(suffix, look, part, tmp_path):
    a = ca.animate(ca.Conv(600, 1, ndim=1), view="flat", seed=1) if suffix == ".webp" else FIGURES["classic"](**look)
    assert part in refusal(lambda: a.save(tmp_path / f"x{suffix}"))
    assert not list(tmp_path.iterdir())


def test_without_ffmpeg_the_error_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    assert 'pip install "convanim[video]"' in refusal(lambda: FIGURES["classic"]().save(tmp_path / "x.mp4"))
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # imageio leaves the pipe of a process that ended to the collector
def test_a_failure_of_ffmpeg_is_one_line_and_leaves_the_old_file(tmp_path, monkeypatch):
    monkeypatch.setitem(video.CODECS, ".mp4", ("no_such_codec", []))
    (tmp_path / "x.mp4").write_bytes(b"old")
    assert "ffmpeg" in refusal(lambda: FIGURES["classic"]().save(tmp_path / "x.mp4"))
    assert (tmp_path / "x.mp4").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1
    gc.collect()


def test_stills_of_a_picture_format_are_exact(tmp_path):
    a = FIGURES["labels"]()
    with Image.open(io.BytesIO(a.save(tmp_path / "x.png")[0].read_bytes())) as picture:
        assert (np.asarray(picture) == a.frame(a.poster)).all()

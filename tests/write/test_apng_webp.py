"""APNG and WebP, read back by FFmpeg, Pillow and chunk by chunk: pixels, times, and how often they are played."""

from __future__ import annotations

import struct
import zlib

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from helpers.formats import FIGURES, LOSSLESS, TIMES, saved, seen
from oracle.gif import decoded, gif_blocks

pytestmark = pytest.mark.places
FFMPEG = int(imageio_ffmpeg.get_ffmpeg_version().lstrip("n").partition(".")[0])
READ = LOSSLESS if FFMPEG >= 8 else (".apng",)  # older ones read no animated WebP


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("suffix", READ)
def test_every_frame_of_a_lossless_format_is_that_of_the_figure_pixel_by_pixel(suffix, name, tmp_path):
    a = FIGURES[name]()
    path = saved(tmp_path, a, suffix)
    frames = decoded(path, a.size, "rgba" if a.theme.transparent else "rgb24")
    assert len(frames) == len(a)
    for step, pixels in enumerate(frames):
        assert (seen(pixels) == seen(a.frame(step))).all(), step


@pytest.mark.parametrize("suffix", READ)
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

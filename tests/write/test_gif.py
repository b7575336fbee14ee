"""GIFs, read back by ffmpeg and block by block, against the frames that the Agg renderer draws."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import convanim as ca
from convanim.scene import PerStep
from convanim.themes.table import CLASSIC
from convanim.themes.theme import Theme
from helpers.guide import ALL, EXAMPLES, animation
from oracle.gif import decoded, gif_blocks, gif_faults
from oracle.scenes import redrawn


@pytest.mark.parametrize("name", ALL[::2])  # the others are compared as SVG
def test_a_gif_read_back_has_every_frame_within_24_of_255_and_flat_colours_exact(name, tmp_path):
    a = animation(name)
    assert a.save(tmp_path / "x.gif") == [tmp_path / "x.gif"]
    assert not gif_faults(tmp_path / "x.gif", a)
    size, loops, frames = gif_blocks((tmp_path / "x.gif").read_bytes())
    assert size == a.size
    assert loops == (0 if len(a) > 1 else None)
    assert [delay for delay, _, _ in frames] == [100] * len(a)
    assert {disposal for _, disposal, _ in frames} <= {0, 1}
    assert frames[0][2] == (0, 0, *a.size)
    assert all(left + w <= size[0] and top + h <= size[1] for _, _, (left, top, w, h) in frames)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_gif_has_the_themes_colours_as_they_are(name, tmp_path):
    a = animation(name)
    a.save(tmp_path / "x.gif")
    packed = decoded(tmp_path / "x.gif", a.size).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours = {tuple(int(colour).to_bytes(3, "big")) for colour in np.unique(packed)}
    for colour in (a.theme.background, *(a.theme.styles[role].fill for role in ("input", "output", "current"))):
        assert tuple(bytes.fromhex(colour[1:])) in colours, colour


@pytest.mark.parametrize("step_ms", [20, 250, 655_350])
def test_a_gif_keeps_the_time_of_a_step(step_ms, tmp_path):
    a = ca.animate(ca.Conv(3, 2), step_ms=step_ms)
    a.save(tmp_path / "x.gif")
    assert [delay * 10 for delay, _, _ in gif_blocks((tmp_path / "x.gif").read_bytes())[2]] == [step_ms] * 4


def test_a_gif_of_more_colours_than_a_palette_holds_is_whole(tmp_path):
    a = ca.animate(ca.Conv(3, 2), dpi=15)
    noise = np.random.default_rng(5).integers(0, 256, (len(a), *a.size[::-1], 4), np.uint8)

    class Noisy:
        changed = slice(0, a.size[1]), slice(0, a.size[0])

        def draw(self, step):
            return noise[step].copy()

    object.__setattr__(a, "canvas", Noisy)
    a.save(tmp_path / "noise.gif")
    frames = decoded(tmp_path / "noise.gif", a.size)
    assert len(frames) == len(gif_blocks((tmp_path / "noise.gif").read_bytes())[2]) == len(a)
    assert np.abs(frames.astype(int) - noise[..., :3]).mean() < 24


def test_the_decoder_gives_exact_colours(tmp_path):
    colours = np.random.default_rng(3).integers(0, 256, (256, 3), np.uint8)
    index = np.arange(32 * 24, dtype=np.uint8).reshape(24, 32)
    picture = Image.frombytes("P", (32, 24), index.tobytes())
    picture.putpalette(colours.tobytes())
    picture.save(tmp_path / "exact.gif", optimize=False)
    assert (decoded(tmp_path / "exact.gif", (32, 24)) == colours[index]).all()


def test_the_comparison_of_gifs_sees_other_frames_missing_frames_and_colours_one_off(tmp_path):
    a = animation("padding_strides")
    late = replace(a, scene=redrawn(a, lambda marks: marks).scene)
    moving = late.scene.layers[-1]
    late = replace(
        late,
        scene=replace(
            late.scene, layers=(*late.scene.layers[:-1], PerStep(lambda step: moving.at((step + 1) % 9), moving.roles))
        ),
    )
    late.save(tmp_path / "late.gif")
    assert len(gif_faults(tmp_path / "late.gif", a)) == 9
    fewer = replace(a, scene=replace(a.scene, steps=8))
    fewer.save(tmp_path / "fewer.gif")
    assert gif_faults(tmp_path / "fewer.gif", a) == {"frames": 8}
    styles = {**CLASSIC.styles, "input": replace(CLASSIC.styles["input"], fill="#268cd2")}
    replace(a, theme=Theme("other", CLASSIC.background, styles)).save(tmp_path / "other.gif")
    assert "a flat colour isn't exact" in gif_faults(tmp_path / "other.gif", a).values()


def test_the_parser_of_gif_blocks_sees_a_file_cut_short(tmp_path):
    animation("padding_strides").save(tmp_path / "x.gif")
    data = (tmp_path / "x.gif").read_bytes()
    for broken in (data[:-1], data[: len(data) // 2], data + b"\0"):
        with pytest.raises((AssertionError, IndexError, struct.error)):
            gif_blocks(broken)

"""Backgrounds: transparent ones and those of one's own, in pixels, SVG, PNG and GIF."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

import convanim as ca
from convanim.options import Options
from helpers.figures import saved_svg
from helpers.refusals import refusal
from oracle.gif import decoded, gif_blocks
from oracle.pictures import differences, flat_areas
from oracle.rasteriser import with_alpha

LEAST = 64  # alpha from which on a pixel is there in a GIF


MARK = "#817263"  # dark and light letters can be read on it


FIGURES = {
    "isometric": (ca.Conv(4, 3, padding=1), {"theme": "classic"}),
    "hatches and labels": (ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1), {"theme": "clear"}),
    "links, dark": (
        ca.Conv((3, 4), 3, padding=1, padding_mode="circular"),
        {"theme": "dark", "view": "flat", "labels": ["step", "sum"]},
    ),
    "appearing": (ca.Pool((4, 6), 2), {"theme": "print", "reveal": True, "labels": ["step"]}),
    "one step": (ca.Conv(3, 3), {"theme": "colorblind"}),
}


def rgb(colour):
    return np.array(list(bytes.fromhex(colour[1:])), float)


@cache
def figure(name, background=None):
    op, look = FIGURES[name]
    return ca.animate(op, background=background, dpi=100, **look)


def over(pixels, colour):
    """RGBA pixels on a background of one colour: uint8 (height, width, 3)."""
    alpha = pixels[..., 3:] / 255
    return np.rint(pixels[..., :3] * alpha + rgb(colour) * (1 - alpha)).astype(np.uint8)


def nearly(one, other):
    """Whether two pictures are within 2 of 255, but for one pixel in a thousand, where many edges meet and rounding
    adds up, up to 4.
    """
    far = np.abs(one.astype(int) - other).max(-1)
    return far.max() <= 4 and (far > 2).mean() < 0.001


def seen_steps(a):
    return sorted({0, 1, a.scene.poster, len(a) - 1} & set(range(len(a))))


@pytest.mark.parametrize("name", FIGURES)
def test_a_transparent_frame_is_empty_in_its_corners_opaque_in_its_cells_and_over_the_background_the_opaque_one(name):
    clear, opaque = figure(name, "transparent"), figure(name)
    assert clear.theme.transparent and not opaque.theme.transparent and clear.size == opaque.size
    for step in seen_steps(clear):
        pixels, whole = clear.frame(step), opaque.frame(step)
        assert (pixels.dtype, pixels.shape, whole.shape) == (np.uint8, (*clear.size[::-1], 4), (*clear.size[::-1], 3))
        assert not pixels[[0, 0, -1, -1], [0, -1, 0, -1], 3].any()
        veil = round(255 * opaque.theme.styles["tap"].opacity)
        filled = (whole != rgb(opaque.theme.background)).any(-1) & flat_areas(whole)
        assert set(pixels[filled, 3]) <= {255, veil} and (pixels[filled, 3] == 255).mean() > 0.8
        assert nearly(over(pixels, opaque.theme.background), whole)


@pytest.mark.parametrize("name", FIGURES)
def test_over_any_colour_a_transparent_frame_is_the_one_with_this_background(name):
    clear = figure(name, "transparent")
    for colour in (MARK, "#001a66" if FIGURES[name][1]["theme"] == "dark" else "#ffee00"):
        other = figure(name, colour)
        for step in seen_steps(clear):
            assert nearly(over(clear.frame(step), colour), other.frame(step))


def test_the_comparison_with_what_lies_below_sees_a_wrong_alpha():
    clear, opaque = figure("isometric", "transparent"), figure("isometric")
    pixels = clear.frame(4)
    pixels[..., 3] = np.where(pixels[..., 3] == 255, 250, pixels[..., 3])
    assert not nearly(over(pixels, opaque.theme.background), opaque.frame(4))
    assert not nearly(over(clear.frame(4), "#fafafa"), opaque.frame(4)) and nearly(opaque.frame(4), opaque.frame(4))


def test_frames_with_a_transparent_background_are_the_callers_own_and_do_not_depend_on_their_order():
    a = ca.animate(ca.Conv(4, 3), background="transparent", dpi=60)
    frames = [a.frame(step) for step in range(4)]
    kept = [frame.copy() for frame in frames]
    frames[2][:] = 7
    for step in (3, 1, 2, 0):
        assert (a.frame(step) == kept[step]).all()


@pytest.mark.parametrize("name", FIGURES)
def test_a_png_holds_the_frame_with_its_alpha(name, tmp_path):
    clear = figure(name, "transparent")
    for step in seen_steps(clear):
        (path,) = clear.save(tmp_path / "x.png", step=step)
        with Image.open(path) as picture:
            assert picture.mode == "RGBA" and (np.asarray(picture) == clear.frame(step)).all()


BACKGROUND = re.compile(r'(?<=</desc>)<path fill="([^"]+)" d="M[-.\d ]+h[.\d]+v[.\d]+h-[.\d]+z"/>')


def unhashed(svg):
    """An SVG without the hash of its content."""
    return svg.replace(re.search(r'id="([A-Z][a-z0-9]{3})t"', svg)[1], "")


@pytest.mark.parametrize("name", FIGURES)
def test_a_transparent_svg_has_no_background_and_is_what_the_frame_is_on_any_page(name, tmp_path):
    clear, opaque = figure(name, "transparent"), figure(name)
    for text, whole in (
        (clear.svg(clear.scene.poster), opaque.svg(opaque.scene.poster)),
        (saved_svg(clear, tmp_path), saved_svg(opaque, tmp_path)),
    ):
        assert len(BACKGROUND.findall(whole)) == 1 and not BACKGROUND.findall(text)
        assert unhashed(text) == unhashed(BACKGROUND.sub("", whole))
        pixels, frame = with_alpha(text), clear.frame(clear.scene.poster)
        assert not pixels[0, 0].any()
        for page in ("#a0b0c0", "#505860"):
            assert not differences(over(pixels, page), over(frame, page))
    assert differences(over(with_alpha(opaque.svg(0)), "#a0b0c0"), over(clear.frame(0), "#a0b0c0"))


def by_ffmpeg(path, size):
    return decoded(path, size, "rgba")


def by_pillow(path, size):
    with Image.open(path) as picture:
        return np.stack([np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(picture)])


def by_gifsicle(path, size):
    """All frames as gifsicle takes them apart: each whole, and alone in a file of its own."""
    program = Path(sys.executable).with_name("gifsicle")
    subprocess.run(
        [str(program), "--unoptimize", "--explode", str(path), "-o", str(path.with_suffix(".part"))],
        check=True,
        capture_output=True,
    )
    parts = sorted(path.parent.glob(f"{path.stem}.part.*"))
    found = [by_pillow(part, size)[0] for part in parts]
    for part in parts:
        part.unlink()
    return np.stack(found)


READERS = {"ffmpeg": by_ffmpeg, "pillow": by_pillow, "gifsicle": by_gifsicle}


def at_steps(frames, data, a):
    """Of a GIF's frames those that are seen at the end of each step's time, which may be divided among several."""
    ends = np.cumsum([delay * 10 for delay, _, _ in gif_blocks(data)[2]])
    assert len(frames) == len(ends)
    times = np.cumsum([a.duration(step) for step in range(len(a))])
    assert ends[-1] == times[-1] and set(times) <= set(ends), "steps begin and end with frames"
    return frames[np.searchsorted(ends, times)]


def faults(frames, a):
    """What is wrong with a transparent GIF's steps: their number, what is there and shouldn't be, holes, and colours
    over 24 off.
    """
    if len(frames) != len(a):
        return {"frames": len(frames)}
    found = {}
    for step, pixels in enumerate(frames):
        true = a.frame(step)
        there = true[..., 3] >= LEAST
        far = np.abs(pixels[..., :3].astype(int) - over(true, a.theme.background)).max(-1)
        if (pixels[~there, 3] != 0).any():
            found[step] = f"{(pixels[~there, 3] != 0).sum()} pixels are left that should be empty"
        elif (pixels[there, 3] != 255).any():
            found[step] = "holes"
        elif far[there].max(initial=0) > 24:
            found[step] = f"{far[there].max()} of 255 off"
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_each_step_of_a_transparent_gif_is_there_where_the_frame_is_and_nothing_stays_behind(name, tmp_path):
    a = figure(name, "transparent")
    a.save(tmp_path / "x.gif")
    data = (tmp_path / "x.gif").read_bytes()
    for reader in READERS:
        assert faults(at_steps(READERS[reader](tmp_path / "x.gif", a.size), data, a), a) == {}, reader
    size, loops, frames = gif_blocks(data)
    assert size == a.size and loops == (0 if len(a) > 1 else None)
    if name == "appearing":  # outputs that stay come in a frame of their own before each step
        expected = [(100, 2), *[(2, 1), (98, 3)] * (len(a) - 1)]
    else:
        expected = [(100, 2), (2, 1), (98, 3), *[(100, 3)] * (len(a) - 2)][: 3 * len(a) - 2]
    assert [(delay, disposal) for delay, disposal, _ in frames] == expected


@pytest.mark.parametrize("view", ca.VIEWS)
def test_every_view_keeps_its_pixels_in_a_transparent_gif_and_its_size(view, tmp_path):
    ops = {
        "scatter": ca.ConvTranspose(3, 2),
        "channels": ca.Conv(4, 3, in_channels=2, out_channels=2),
        "line": ca.Conv((6,), 3, padding=1),
        "stack": [ca.Conv(7, 3), ca.Conv(5, 3)],
    }
    op = ops.get(view, ca.Conv((4, 5), 3, padding=1))
    for reveal in (False, True):
        try:
            clear, opaque = (
                ca.animate(op, view=view, reveal=reveal, background=background, theme="clear", dpi=60)
                for background in ("transparent", None)
            )
        except ca.ConvanimError as error:
            assert reveal and "reveal" in str(error)
            continue
        clear.save(tmp_path / "x.gif")
        opaque.save(tmp_path / "y.gif")
        frames = at_steps(by_pillow(tmp_path / "x.gif", clear.size), (tmp_path / "x.gif").read_bytes(), clear)
        assert faults(frames, clear) == {}
        one, other = ((tmp_path / name).stat().st_size for name in ("x.gif", "y.gif"))
        assert one < 2 * other, f"{one} bytes, and {other} on a background"


def test_a_transparent_gif_whose_steps_are_too_short_for_their_parts_is_refused(tmp_path):
    quick = ca.animate(ca.Conv(4, 3), background="transparent", step_ms=30)
    text = refusal(lambda: quick.save(tmp_path / "x.gif"))
    assert text.startswith("step_ms=30: a GIF with a transparent background") and "take step_ms=40" in text
    assert not (tmp_path / "x.gif").exists()
    for a in (replace(quick, step_ms=40), ca.animate(ca.Conv(3, 3), background="transparent", step_ms=20)):
        a.save(tmp_path / "x.gif")


def test_the_comparison_of_transparent_gifs_sees_what_stays_behind_holes_other_steps_and_colours(tmp_path):
    a = figure("isometric", "transparent")
    a.save(tmp_path / "x.gif")
    data = (tmp_path / "x.gif").read_bytes()
    changed, times = re.subn(rb"\x21\xf9\x04\x0d", b"\x21\xf9\x04\x05", data)  # frames are kept when the next one comes
    (tmp_path / "x.gif").write_bytes(changed)
    assert times > 3
    for reader in READERS.values():
        kept = faults(at_steps(reader(tmp_path / "x.gif", a.size), changed, a), a)
        assert len(kept) >= times - 1 and any("should be empty" in text for text in kept.values())
    (tmp_path / "x.gif").write_bytes(data)
    frames = at_steps(by_pillow(tmp_path / "x.gif", a.size), data, a)
    assert faults(frames[:-1], a) == {"frames": len(a) - 1}
    assert len(faults(np.roll(frames, 1, 0), a)) == len(a)
    holes, dark = frames.copy(), frames.copy()
    holes[3, 100:110, 80:140, 3] = 0
    dark[5, ..., :3] //= 2
    assert faults(holes, a) == {3: "holes"} and set(faults(dark, a)) == {5}


@pytest.mark.parametrize("name", FIGURES)
def test_another_background_changes_the_background_alone(name):
    usual, other = figure(name), figure(name, MARK)
    assert usual.scene == other.scene
    assert other.theme == replace(usual.theme, background=MARK)
    for step in seen_steps(usual):
        before, after, alpha = usual.frame(step), other.frame(step), figure(name, "transparent").frame(step)[..., 3]
        assert (
            np.abs(after[alpha == 255].astype(int) - before[alpha == 255]).max() <= 1
            and (after[alpha == 0] == rgb(MARK)).all()
        )
        assert (alpha == 255).mean() > 0.05 and (alpha == 0).mean() > 0.3
        one, two = (unhashed(a.svg(step)) for a in (usual, other))
        assert BACKGROUND.search(two)[1] == MARK and BACKGROUND.sub("", one) == BACKGROUND.sub("", two)


@pytest.mark.parametrize(
    "given",
    [
        "whit",
        "#ff",
        "#12345",
        "#1234567",
        "#12345g",
        "123456",
        "",
        "none",
        "Transparent",
        " transparent",
        "#123456\n",
        5,
        True,
        False,
        b"#123456",
        ["transparent"],
        ("#123456",),
        {"fill": "#123456"},
        0.5,
    ],
)
def test_what_is_no_background_is_refused_in_one_line(given):
    text = refusal(lambda: ca.animate(ca.Conv(4, 3), background=given))
    assert text.startswith("background=") and " is neither 'transparent' nor a colour: " in text
    assert text.endswith("rite a name of CSS such as 'tomato', '#f60', or '#ff6600'")


def test_an_array_is_no_background_either():
    assert "write a name of CSS" in refusal(lambda: ca.animate(ca.Conv(4, 3), background=np.array([1, 2])))


@pytest.mark.parametrize("theme", ca.THEMES)
def test_a_background_on_which_the_letters_cannot_be_read_is_refused(theme):
    """Every grey, with WCAG's contrast from its own formula: relative luminance of greys is that of one channel."""

    def luminance(colour):
        channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    ink, refused = luminance(ca.THEMES[theme].styles["label"].fill), []
    for grey in range(0, 256, 5):
        background = f"#{grey:02x}{grey:02x}{grey:02x}"
        low, high = sorted((ink, luminance(background)))
        if (high + 0.05) / (low + 0.05) >= 3:
            Options(theme=theme, background=background).painted()
        else:
            refused.append(grey)
            text = refusal(lambda background=background: ca.animate(ca.Conv(4, 3), theme=theme, background=background))
            assert text.startswith(f"background='{background}' hides the letters of the theme '{theme}'")
            assert ("'dark'" in text.split(";")[1]) == (theme != "dark"), text
    assert len(refused) > 10

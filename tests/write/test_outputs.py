"""The files, read back by programs that share nothing with the writers, against the frames that the Agg renderer draws."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import struct
import subprocess
import tracemalloc
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

import convanim as ca
from convanim.render.agg import Canvas
from convanim.scene import Group, Layer, Line, PerStep, Text
from convanim.themes.table import CLASSIC
from convanim.themes.theme import Theme
from helpers.cases import PLANAR
from helpers.processes import ROOT, python
from oracle.pictures import differences, flat_areas
from oracle.rasteriser import rasterised

GUIDE = [name for name, one in ca.figures().items() if one.source in ("arithmetic.toml", "numerical.toml")]
OPERATIONS = {
    "rectangular": ca.Conv((3, 6), (2, 3)),
    "one row": ca.Conv(7, 3, padding=1, ndim=1),
    "cropped": ca.ConvTranspose(4, 2, stride=2, padding=2),
    "dilated": ca.Conv(9, 3, dilation=3),
    "asymmetric padding": ca.Conv((4, 5), 3, padding=((1, 2), (0, 1))),
    "pooling": ca.Pool((4, 6), 2),
    "uneven transposed": ca.ConvTranspose((3, 2), 3, stride=(2, 3), padding=((0, 2), (1, 0)), output_padding=(1, 0)),
    "one step": ca.Conv(3, 3),
}
SVG = "{http://www.w3.org/2000/svg}"


def animation(name):
    """A figure of the guide, or "rectangular, flat" and the like."""
    if name in GUIDE:
        return ca.figure(name)
    kind, view = name.split(", ")
    return ca.animate(OPERATIONS[kind], view=view)


ALL = [*GUIDE, *(f"{kind}, {view}" for kind, view in itertools.product(OPERATIONS, PLANAR))]
EXAMPLES = ["padding_strides_odd_transposed", "dilation", "numerical_padding_strides"]


# --- two renderers' pictures of one step


def redrawn(a, change, theme=None):
    """The animation with `change` made to the marks of every layer, or another theme."""
    layers = tuple(
        (
            PerStep(lambda step, at=layer.at: change(at(step)), layer.roles)
            if isinstance(layer, PerStep)
            else Layer(change(layer.marks), layer.span)
        )
        for layer in a.scene.layers
    )
    return replace(a, scene=replace(a.scene, layers=layers), theme=theme or a.theme)


def without_a_ray(marks):
    return tuple(
        Line(mark.role, mark.parts[:-1]) if isinstance(mark, Line) and mark.role == "ray" else mark for mark in marks
    )


def without_a_text(marks):
    texts = [n for n, mark in enumerate(marks) if isinstance(mark, Text)]
    return tuple(mark for n, mark in enumerate(marks) if n not in texts[-1:])


def with_a_moved_window(marks):
    first, *rest = marks
    return (Group((first.at[0] + 0.1, first.at[1]), first.marks), *rest) if isinstance(first, Group) else marks


@pytest.mark.parametrize("name", ALL)
def test_an_svg_still_shows_what_the_frame_shows(name):
    a = animation(name)
    for step in sorted({0, a.scene.poster, len(a) - 1}):
        assert not differences(rasterised(a.svg(step)), a.frame(step)), step


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_comparison_of_pictures_sees_another_step(name):
    a = animation(name)
    for step in range(1, len(a), 3):
        assert differences(rasterised(a.svg(step)), a.frame(step - 1))


@pytest.mark.parametrize("name", ALL)
def test_the_comparison_of_pictures_sees_a_window_a_tenth_of_a_cell_off(name):
    a = animation(name)
    assert differences(rasterised(redrawn(a, with_a_moved_window).svg(0)), a.frame(0))


@pytest.mark.parametrize(
    "name", [name for name in ALL if animation(name).scene.poster and "numerical" not in name and "flat" not in name]
)
def test_the_comparison_of_pictures_sees_a_missing_ray(name):
    a = animation(name)
    step = a.scene.poster
    assert differences(rasterised(redrawn(a, without_a_ray).svg(step)), a.frame(step))


@pytest.mark.parametrize("name", [name for name in ALL if "numerical" in name or "flat" in name])
def test_the_comparison_of_pictures_sees_a_missing_digit(name):
    a = animation(name)
    step = a.scene.poster
    assert differences(rasterised(redrawn(a, without_a_text).svg(step)), a.frame(step))


def test_the_comparison_of_pictures_sees_a_slightly_different_blue():
    a = animation("padding_strides")
    styles = {
        **CLASSIC.styles,
        "input": replace(CLASSIC.styles["input"], fill="#2690d2"),
    }  # 5 of 255 off in one channel
    other = redrawn(a, lambda marks: marks, Theme("other", CLASSIC.background, styles))
    assert "flat" in differences(rasterised(other.svg(4)), a.frame(4))


def test_the_comparison_of_pictures_sees_another_size():
    a = animation("padding_strides")
    assert "shape" in differences(rasterised(a.svg(0)), a.frame(0)[1:])


# --- GIF


def decoded(path, size, pixels="rgb24"):
    """All frames of a GIF as ffmpeg's decoder has them: uint8 (frames, height, width, 3), or 4 where the pixels are
    "rgba".
    """
    raw = subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            "-v",
            "error",
            "-i",
            str(path),
            "-fps_mode",
            "passthrough",
            "-f",
            "rawvideo",
            "-pix_fmt",
            pixels,
            "-",
        ],
        capture_output=True,
        check=True,
    ).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], len(pixels.rstrip("24")))


def gif_blocks(data):
    """(size, loops, frames) of a GIF, read block by block; frames are (delay in ticks, disposal, (left, top, width,
    height)).

    `loops` is None without the extension that asks for it, and 0 for ever.
    """
    assert data[:6] == b"GIF89a"
    width, height, flags = struct.unpack("<HHB", data[6:11])
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    loops, frames, delay, disposal = None, [], None, None

    def sub_blocks():
        nonlocal at
        joined = b""
        while length := data[at]:
            joined += data[at + 1 : at + 1 + length]
            at += 1 + length
        at += 1
        return joined

    while (kind := data[at]) != 0x3B:
        if kind == 0x21:
            label = data[at + 1]
            at += 2
            body = sub_blocks()
            if label == 0xF9:
                disposal, delay = body[0] >> 2 & 7, struct.unpack("<H", body[1:3])[0]
            elif label == 0xFF and body[:11] == b"NETSCAPE2.0":
                loops = struct.unpack("<H", body[12:14])[0]
        else:
            assert kind == 0x2C, f"no block begins with {kind:#x}"
            *place, flags = struct.unpack("<HHHHB", data[at + 1 : at + 10])
            at += 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0) + 1
            sub_blocks()
            frames.append((delay, disposal, tuple(place)))
    assert at == len(data) - 1, "something stands after the end"
    return (width, height), loops, frames


def gif_faults(path, a):
    """What is wrong with the pixels of a GIF of an animation: the number of frames, distances over 24, flat colours
    that aren't exact.
    """
    frames = decoded(path, a.size)
    if len(frames) != len(a):
        return {"frames": len(frames)}
    found = {}
    for step, pixels in enumerate(frames):
        true = a.frame(step)
        far = np.abs(pixels.astype(int) - true).max(-1)
        if far.max() > 24:
            found[step] = f"{far.max()} of 255 off"
        elif far[flat_areas(true)].any():
            found[step] = "a flat colour isn't exact"
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("outputs")


@pytest.mark.parametrize("name", ALL)
def test_a_gif_read_back_has_every_frame_within_24_of_255_and_flat_colours_exact(name, folder):
    a = animation(name)
    assert a.save(folder / "x.gif") == [folder / "x.gif"]
    assert not gif_faults(folder / "x.gif", a)
    size, loops, frames = gif_blocks((folder / "x.gif").read_bytes())
    assert size == a.size
    assert loops == (0 if len(a) > 1 else None)
    assert [delay for delay, _, _ in frames] == [100] * len(a)
    assert {disposal for _, disposal, _ in frames} <= {0, 1}
    assert frames[0][2] == (0, 0, *a.size)
    assert all(left + w <= size[0] and top + h <= size[1] for _, _, (left, top, w, h) in frames)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_gif_has_the_themes_colours_as_they_are(name, folder):
    a = animation(name)
    a.save(folder / "x.gif")
    colours = {tuple(colour) for colour in decoded(folder / "x.gif", a.size).reshape(-1, 3)[::3].tolist()}
    for colour in (a.theme.background, *(a.theme.styles[role].fill for role in ("input", "output", "current"))):
        assert tuple(bytes.fromhex(colour[1:])) in colours, colour


@pytest.mark.parametrize("step_ms", [20, 250, 655_350])
def test_a_gif_keeps_the_time_of_a_step(step_ms, folder):
    a = ca.animate(ca.Conv(3, 2), step_ms=step_ms)
    a.save(folder / "x.gif")
    assert [delay * 10 for delay, _, _ in gif_blocks((folder / "x.gif").read_bytes())[2]] == [step_ms] * 4


def test_a_gif_of_more_colours_than_a_palette_holds_is_whole(folder):
    a = ca.animate(ca.Conv(3, 2), dpi=15)
    noise = np.random.default_rng(5).integers(0, 256, (len(a), *a.size[::-1], 4), np.uint8)

    class Noisy:
        def draw(self, step):
            return noise[step].copy()

    object.__setattr__(a, "canvas", Noisy)
    a.save(folder / "noise.gif")
    frames = decoded(folder / "noise.gif", a.size)
    assert len(frames) == len(gif_blocks((folder / "noise.gif").read_bytes())[2]) == len(a)
    assert np.abs(frames.astype(int) - noise[..., :3]).mean() < 24


def test_the_decoder_gives_exact_colours(folder):
    colours = np.random.default_rng(3).integers(0, 256, (256, 3), np.uint8)
    index = np.arange(32 * 24, dtype=np.uint8).reshape(24, 32)
    picture = Image.frombytes("P", (32, 24), index.tobytes())
    picture.putpalette(colours.tobytes())
    picture.save(folder / "exact.gif", optimize=False)
    assert (decoded(folder / "exact.gif", (32, 24)) == colours[index]).all()


def test_the_comparison_of_gifs_sees_other_frames_missing_frames_and_colours_one_off(folder):
    a = animation("padding_strides")
    late = replace(a, scene=redrawn(a, lambda marks: marks).scene)
    moving = late.scene.layers[-1]
    late = replace(
        late,
        scene=replace(
            late.scene, layers=(*late.scene.layers[:-1], PerStep(lambda step: moving.at((step + 1) % 9), moving.roles))
        ),
    )
    late.save(folder / "late.gif")
    assert len(gif_faults(folder / "late.gif", a)) == 9
    fewer = replace(a, scene=replace(a.scene, steps=8))
    fewer.save(folder / "fewer.gif")
    assert gif_faults(folder / "fewer.gif", a) == {"frames": 8}
    styles = {**CLASSIC.styles, "input": replace(CLASSIC.styles["input"], fill="#268cd2")}
    replace(a, theme=Theme("other", CLASSIC.background, styles)).save(folder / "other.gif")
    assert set(gif_faults(folder / "other.gif", a).values()) == {"a flat colour isn't exact"}


def test_the_parser_of_gif_blocks_sees_a_file_cut_short(folder):
    animation("padding_strides").save(folder / "x.gif")
    data = (folder / "x.gif").read_bytes()
    for broken in (data[:-1], data[: len(data) // 2], data + b"\0"):
        with pytest.raises((AssertionError, IndexError, struct.error)):
            gif_blocks(broken)


# --- animated SVG


def saved_svg(a, folder):
    a.save(folder / "x.svg")
    return (folder / "x.svg").read_text(encoding="utf-8")


def ids(text):
    return re.findall(r'\bid="([^"]*)"', text)


def timed_groups(root):
    """For every element whose children are played: the seconds that each child's animation is ahead."""
    style = root.find(f"{SVG}style").text
    kinds = re.findall(r"@keyframes (\w+)", style)
    played = [element for element in root.iter() if set(element.get("class", "").split()) & set(kinds)]
    return [[lead(child) for child in element] for element in played]


def lead(element):
    found = re.search(r"animation-delay:-([\d.]+)s", element.get("style", ""))
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize("name", [name for name in ALL if len(animation(name)) > 1])
def test_an_animated_svg_plays_every_step_once_without_script_or_anything_from_outside(name, folder):
    a = animation(name)
    text = saved_svg(a, folder)
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert (int(root.get("width")), int(root.get("height"))) == a.size
    assert root.findtext(f"{SVG}title") == a.scene.title != ""
    assert root.findtext(f"{SVG}desc") == a.scene.description != ""
    assert len(root.findall(f".//{SVG}script")) == 0
    assert not [key for element in root.iter() for key in element.attrib if key.lower().startswith("on")]
    assert set(re.findall(r"https?://[^\"'\s]*", text)) == {"http://www.w3.org/2000/svg"}

    defined = ids(text)
    assert len(set(defined)) == len(defined)
    used = re.findall(r'href="([^"]*)"', text) + re.findall(r"url\(([^)]*)\)", text)
    assert all(reference[:1] == "#" for reference in used)
    assert {reference[1:] for reference in used} | set(root.get("aria-labelledby").split()) == set(defined)

    style = root.find(f"{SVG}style").text
    prefix = re.match(r"c[0-9a-f]{5}", defined[0])[0]
    assert all(one.startswith(prefix) for one in defined)
    assert all(kind.startswith(prefix) for kind in re.findall(r"@keyframes (\w+)", style))
    selectors = re.findall(r"([^{}]+)\{", re.sub(r"@keyframes \w+\{(?:[^{}]*\{[^{}]*\})*\}", "", style))
    assert all(one.startswith((f".{prefix}", "@media")) for line in selectors for one in line.split(","))
    assert "prefers-reduced-motion:reduce" in style
    assert style.split("prefers-reduced-motion:reduce")[1].count("animation:none") == 1

    seconds = a.step_ms / 1000
    assert re.findall(r"animation:\w+ ([\d.]+)s step-end infinite", style) == [f"{len(a) * seconds:g}"] * len(
        re.findall("@keyframes", style)
    )
    for ahead in timed_groups(root):  # a child starts again when its lead has passed: the i-th at i steps
        starts = [(len(a) * seconds - seconds_ahead) % (len(a) * seconds) for seconds_ahead in ahead]
        assert starts == pytest.approx([n * seconds for n in range(len(a))])
    for end in re.findall(r"0%\{visibility:visible\}([\d.]+)%\{visibility:hidden\}", style):
        assert 100 - 1e-5 < float(end) * len(a) <= 100 + 1e-12  # a step has gone when the next one comes, and at once
    posters = root.findall(f".//{SVG}g[@class='poster']")
    assert len(posters) == len(timed_groups(root)) >= 1


def test_the_reader_of_animated_svgs_sees_a_step_that_comes_twice(folder):
    text = saved_svg(animation("padding_strides"), folder)
    assert len(set(timed_groups(ET.fromstring(text))[0])) == 9
    assert len(set(timed_groups(ET.fromstring(text.replace("delay:-8s", "delay:-7s")))[0])) == 8


@pytest.mark.parametrize(
    "name", ["padding_strides_odd_transposed", "numerical_padding_strides", "rectangular, isometric"]
)
def test_each_group_of_an_animated_svg_shows_its_step_and_the_poster_without_animation(name, folder):
    a = animation(name)
    text = saved_svg(a, folder)
    assert a.scene.poster == a.scene.poster % len(a) != 0
    assert not differences(rasterised(text), a.frame(a.scene.poster))  # resvg knows no animation
    groups = list(
        re.finditer(r'<g(?: class="poster")?(?: style="animation-delay:[^"]*")?>', text[text.index("</style>") :])
    )
    assert len(groups) == len(a)
    head, body = text.split("</style>", 1)
    body = "</style>" + body
    for step, group in enumerate(groups):
        alone = (
            body[: group.start()].replace(' class="poster"', "")
            + '<g class="poster">'
            + body[group.end() :].replace(' class="poster"', "")
        )
        assert not differences(rasterised(head + alone), a.frame(step)), step


def test_two_figures_in_one_page_share_no_id(folder):
    texts = [saved_svg(animation(name), folder) for name in ALL] + [animation(name).svg(0) for name in GUIDE]
    for one, other in itertools.combinations(texts, 2):
        assert one == other or not set(ids(one)) & set(ids(other))


def test_the_poster_is_the_step_in_the_middle_of_the_output():
    assert [ca.animate(ca.Conv(i, 1)).scene.poster for i in (1, 2, 3, 4, 5)] == [0, 3, 4, 10, 12]
    assert ca.animate(ca.Conv((3, 5), 1)).scene.poster == 7


@pytest.mark.parametrize("view", PLANAR)
def test_titles_with_signs_of_xml_come_back_as_they_were(view, folder):
    title = """<b> & "quoted" 'so' \N{INFINITY} ]]>"""
    a = ca.animate(ca.Conv(3, 2), view=view, title=title, description=title + "\0\ud800")
    for text in (a.svg(0), saved_svg(a, folder)):
        root = ET.fromstring(text)
        assert (root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == (title, title)


# --- the same bytes

WRITE_AND_HASH = """
import hashlib, json, sys, tempfile
from pathlib import Path
import convanim as ca
found = {}
with tempfile.TemporaryDirectory() as folder:
    for name in ("padding_strides", "dilation", "numerical_average_pooling"):
        a = ca.figure(name)
        for path in ("x.gif", "x.svg", "x_{step}.svg", "x_{step}.png"):
            for file in a.save(Path(folder, path)):
                found[name + " " + file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
print(json.dumps(found))
"""


def test_two_processes_with_other_hash_seeds_and_this_one_twice_write_the_same_bytes(tmp_path):
    there = [python("-c", WRITE_AND_HASH, PYTHONHASHSEED=seed) for seed in ("0", "4711")]
    assert [run.stderr for run in there] == ["", ""]
    first, second = (json.loads(run.stdout) for run in there)
    assert len(first) >= 60
    assert first == second
    for _ in range(2):
        a = ca.figure("dilation")
        for path in (*a.save(tmp_path / "x.gif"), *a.save(tmp_path / "x.svg"), *a.save(tmp_path / "x_{step}.png")):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == first[f"dilation {path.name}"]


def test_frames_do_not_depend_on_the_order_in_which_they_are_asked_for():
    for name in EXAMPLES:
        a, b = animation(name), animation(name)
        forward = [a.frame(n) for n in range(len(a))]
        assert all((b.frame(n) == forward[n]).all() for n in (*reversed(range(len(b))), 0, len(b) - 1))


def test_a_frame_is_the_callers_own():
    a = animation("padding_strides")
    first = a.frame(0)
    kept = first.copy()
    a.frame(5)
    assert (first == kept).all()
    first[:] = 0
    assert (a.frame(0) == kept).all()
    assert (kept.dtype, kept.shape) == (np.uint8, (*a.size[::-1], 3))


def test_frames_from_several_threads_are_those_of_one():
    a = animation("padding_strides")
    alone = [animation("padding_strides").frame(n) for n in range(9)]
    with ThreadPoolExecutor(4) as pool:
        assert all(
            (frame == alone[n % 9]).all() for n, frame in enumerate(pool.map(a.frame, [n % 9 for n in range(45)]))
        )


# --- sequences and single pictures


def test_a_sequence_of_png_holds_the_frames_exactly(tmp_path):
    a = animation("numerical_padding_strides")
    paths = a.save(tmp_path / "new" / "frames_{step:03d}.png")
    assert paths == [tmp_path / "new" / f"frames_{n:03d}.png" for n in range(9)]
    assert sorted((tmp_path / "new").iterdir()) == paths
    for n, path in enumerate(paths):
        with Image.open(path) as picture:
            assert picture.mode == "RGB"
            assert (np.asarray(picture) == a.frame(n)).all()


def test_a_sequence_of_svg_holds_the_stills_as_they_are(tmp_path):
    a = animation("padding_strides")
    paths = a.save(tmp_path / "{step}" / "x.svg")
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [f"{n}/x.svg" for n in range(9)]
    assert [path.read_text(encoding="utf-8") for path in paths] == [a.svg(n) for n in range(9)]


@pytest.mark.parametrize(
    ("name", "written"),
    [("x.png", "x.png"), ("x.SVG", "x.SVG"), ("x{step:02}.png", "x04.png"), ("{{x}}.svg", "{x}.svg")],
)
def test_one_step_is_one_file(name, written, tmp_path):
    a = animation("padding_strides")
    assert a.save(tmp_path / name, step=4) == [tmp_path / written]
    assert [path.name for path in tmp_path.iterdir()] == [written]
    if written.endswith(".png"):
        with Image.open(tmp_path / written) as picture:
            assert (np.asarray(picture) == a.frame(4)).all()
    else:
        assert (tmp_path / written).read_text(encoding="utf-8") == a.svg(4)


def test_a_figure_of_one_step_is_one_picture_in_every_format(tmp_path):
    a = ca.animate(ca.Conv(3, 3))
    for suffix in ca.FORMATS:
        assert a.save(tmp_path / f"x{suffix}") == [tmp_path / f"x{suffix}"]
    assert (tmp_path / "x.svg").read_text(encoding="utf-8") == a.svg(0)
    assert not re.search("@keyframes|<style", a.svg(0))


def test_a_link_stays_a_link_and_a_files_mode_stays_its_own(tmp_path):
    (tmp_path / "real.svg").write_text("old")
    (tmp_path / "real.svg").chmod(0o640)
    (tmp_path / "link.svg").symlink_to("real.svg")
    animation("padding_strides").save(tmp_path / "link.svg", step=0)
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "real.svg").read_text(encoding="utf-8") == animation("padding_strides").svg(0)
    assert (tmp_path / "real.svg").stat().st_mode & 0o777 == 0o640


# --- the gallery


def test_the_gallery_in_the_repository_is_what_a_rebuild_gives(tmp_path):
    built = ca.gallery(None, tmp_path, ThreadPoolExecutor(2))
    assert len(GUIDE) == 19 and [one.error for one in built] == [None] * len(ca.figures())
    names = {f"{name}.{suffix}" for name in ca.figures() for suffix in ("gif", "svg")} | {"index.html", "details.js"}
    assert {path.name for path in tmp_path.iterdir()} == names
    committed = {path.name for path in (ROOT / "gallery").iterdir()}
    assert committed == names
    changed = [
        name for name in sorted(names) if (ROOT / "gallery" / name).read_bytes() != (tmp_path / name).read_bytes()
    ]
    assert not changed


FIGURES_OF_WHICH_ONE_FAILS = """
[first]
operation = "conv"
input_size = 4
kernel_size = 2
[too_fast]
operation = "conv"
input_size = 4
kernel_size = 2
step_ms = 15
[last]
operation = "pool"
input_size = 4
kernel_size = 2
view = "flat"
"""


def test_a_gallery_over_threads_goes_on_where_a_figure_fails(tmp_path):
    spec = tmp_path / "mine.toml"
    spec.write_text(FIGURES_OF_WHICH_ONE_FAILS)
    seen = []
    with ThreadPoolExecutor(2) as pool:
        built = ca.gallery(spec, tmp_path / "out", pool, done=seen.append)
        assert pool.submit(int, "1").result() == 1, "the executor is the caller's to close"
    check_the_failure(built, tmp_path / "out")
    assert sorted(one.name for one in seen) == ["first", "last", "too_fast"]


GALLERY = """
import sys, convanim as ca
for one in ca.gallery([sys.argv[1]], sys.argv[2], suffixes=(".gif", ".svg")):
    print(one.name, len(one.paths), one.error, sep="|")
"""


def test_a_gallery_over_processes_the_default_goes_on_where_a_figure_fails(tmp_path):
    (tmp_path / "mine.toml").write_text(FIGURES_OF_WHICH_ONE_FAILS)
    run = python("-c", GALLERY, tmp_path / "mine.toml", tmp_path / "out")
    assert run.returncode == 0, run.stderr
    rows = [line.split("|") for line in run.stdout.splitlines()]
    assert [row[:2] for row in rows] == [["first", "2"], ["too_fast", "0"], ["last", "2"]]
    assert "15" in rows[1][2]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "details.js",
        "first.gif",
        "first.svg",
        "index.html",
        "last.gif",
        "last.svg",
    ]


def check_the_failure(built, out):
    assert [one.name for one in built] == ["first", "too_fast", "last"]
    assert [len(one.paths) for one in built] == [2, 0, 2]
    assert built[0].error is None is built[2].error
    assert "step_ms=15" in built[1].error
    assert sorted(path.name for path in out.iterdir()) == [
        "details.js",
        "first.gif",
        "first.svg",
        "index.html",
        "last.gif",
        "last.svg",
    ]


# --- memory


def peak(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_measure_of_memory_sees_frames_that_are_kept():
    a = ca.animate(ca.Conv(8, 1), dpi=30)
    pixels = a.size[0] * a.size[1] * 3
    assert peak(lambda: [a.frame(n) for n in range(64)]) > 60 * pixels


def test_each_png_of_a_sequence_is_written_before_the_next_is_drawn(tmp_path, monkeypatch):
    files = []
    draw = Canvas.draw
    monkeypatch.setattr(
        Canvas, "draw", lambda self, step: files.append(len(list(tmp_path.iterdir()))) or draw(self, step)
    )
    animation("padding_strides").save(tmp_path / "{step}.png")
    assert files == list(range(9))

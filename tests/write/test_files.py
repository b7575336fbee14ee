"""Files: the same bytes always, a file for each step where that is asked for, links and modes kept."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

import convanim as ca
from convanim.render.agg import Canvas
from convanim.write import FORMATS, files
from helpers.guide import animation
from helpers.memory import peak
from helpers.processes import python

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


@pytest.mark.places  # starts processes, which takes long
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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere files have a name at once")
def test_on_linux_a_file_has_no_name_until_it_is_whole_and_isnt_copied(tmp_path, monkeypatch):
    try:
        os.close(os.open(tmp_path, os.O_TMPFILE | os.O_RDWR))
    except OSError:
        pytest.skip("this file system has no files without a name")
    monkeypatch.setattr(files, "_copy", None)
    for content in (b"one", b"two"):
        with files.replacing(tmp_path / "new" / "x.svg") as file:
            file.write(content)
            file.flush()
            there = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
            assert there == ({} if content == b"one" else {"x.svg": b"one"})
        assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == {"x.svg": content}


@pytest.mark.parametrize("suffix", [suffix for suffix, form in FORMATS.items() if form.bytes_a_pixel])
def test_a_picture_of_very_many_pixels_warns_before_it_is_drawn_and_names_a_smaller_width(suffix, tmp_path):
    a = ca.animate(ca.Conv((3, 5), 3), width=4040)
    path = tmp_path / f"large{suffix}"
    with pytest.raises(ca.ConvanimWarning) as found:  # an error in tests: nothing is drawn after it
        a.save(path)
    assert not path.exists()
    width, height, smaller = re.fullmatch(
        re.escape(f"{path}: ") + r"([\d,]+) x ([\d,]+) pixels\. Smaller: width=(\d+)\.", str(found.value)
    ).groups()
    assert (int(width.replace(",", "")), int(height.replace(",", ""))) == a.size
    assert 1000 < int(smaller) <= 2000
    ca.animate(ca.Conv((3, 5), 3), width=int(smaller)).save(path)


def test_the_warning_of_a_large_picture_names_the_line_that_saves_it_and_can_be_turned_off(tmp_path):
    ca.animate(ca.Conv(3, 3), width=4040).save(tmp_path / "x.svg")  # vectors have no pixels
    a = ca.animate(ca.Conv(2, 2), width=4001)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        a.save(tmp_path / "x.png")
        warnings.simplefilter("ignore", ca.ConvanimWarning)
        a.save(tmp_path / "x.png")
    (one,) = found
    assert one.filename == __file__ and issubclass(one.category, UserWarning)

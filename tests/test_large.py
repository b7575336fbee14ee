"""Figures of large inputs: still pictures of many steps, how large they are, and figures of some of the steps."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

import convanim as ca
from convanim.scene.choice import spread
from helpers.figures import EACH_VIEW

MANY = ca.Conv(400, 2, stride=1)  # 399 x 399 = 159,201 steps, more than an animation has


def test_a_figure_of_more_steps_than_an_animation_has_still_pictures_and_texts(tmp_path):
    a = ca.animate(MANY, dpi=4, focus="off")
    assert len(a) == 159_201
    assert "399x399" in a.alt and "399" in a.formula[-1]
    a.save(tmp_path / "last.svg", step=159_200)
    a.save(tmp_path / "poster.png")
    a.storyboard([0, 159_200]).save(tmp_path / "board.svg")
    a.embed("html")
    for name in ("last.svg", "board.svg"):
        ET.parse(tmp_path / name)
    assert png_size(tmp_path / "poster.png") == a.size
    assert a.frame(159_200).shape[:2] == a.size[::-1]


def test_a_transposed_layer_of_many_steps_has_its_still():
    op = ca.ConvTranspose((10, 15), 64, stride=32, padding=16)
    assert op.output_size == (320, 480)
    assert ET.fromstring(ca.animate(op, focus="off").svg(153_599)).tag.endswith("svg")
    a = ca.animate(op, poster=153_599)  # and a detail, which is small
    assert a.scene.number(a.poster) == 153_599 and max(a.size) <= 1600
    assert ET.fromstring(a.svg(a.poster)).tag.endswith("svg")


@pytest.mark.parametrize(("cells", "said"), [(250, True), (150, False)])
def test_a_png_of_more_than_4000_pixels_a_side_says_so_and_how_to_get_a_smaller_one(cells, said, command, tmp_path):
    words = ("draw", "conv", "-i", f"1x{cells}", "-k", f"1x{cells - 2}", "--focus", "off", "--dpi", 100)
    status, _, err = command(*words, "-o", "x.png")
    width, height = png_size(tmp_path / "x.png")
    assert status == 0 and said == (max(width, height) > 4000) == bool(err)
    if said:
        assert f"x.png: {width:,} x {height:,} pixels" in err
        smaller = err.split("--width ")[1].split(".")[0]
        command(*words[:-2], "--width", smaller, "-o", "y.png")
        assert 1000 < max(png_size(tmp_path / "y.png")) <= 4000


def png_size(path):
    """(width, height) from the header of the file (PNG specification, section 11.2.2)."""
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize("view", EACH_VIEW)
def test_each_chosen_step_shows_what_it_shows_among_all(view, reveal):
    op, name = EACH_VIEW[view]
    every = ca.animate(op, view=name, theme="clear", labels="all", reveal=reveal)
    for numbers in ([0, 2], [1], [len(every) - 1], range(1, len(every), 2)):
        some = ca.animate(op, view=name, theme="clear", labels="all", reveal=reveal, steps=numbers)
        assert len(some) == len(numbers)
        for n, number in enumerate(numbers):
            assert set(some.scene.seen(n)) == set(every.scene.seen(number))
            assert some.equation(n) == every.equation(number)
            assert some.scene.seen(n) != every.scene.seen((number + 1) % len(every))
        assert f"Of {len(every)} steps, {len(numbers)} are shown." in some.alt


def test_spread_steps_have_all_corners_and_come_row_by_row():
    for rows in range(1, 13):
        for columns in range(1, 13):
            for count in range(2, rows * columns + 1):
                found = spread((rows, columns), count)
                assert found == sorted({*found}) and found[-1] < rows * columns
                assert {0, columns - 1, (rows - 1) * columns, rows * columns - 1} <= {*found}
                assert len(found) <= max(2 * count, 4)
            assert spread((rows, columns), rows * columns) == list(range(rows * columns))
    assert len(spread((112, 112), 36)) == 36 and len(spread((112, 112), 100)) == 100


def test_the_words_for_steps_say_what_lists_say():
    op = ca.Conv(14, 3, padding=1)
    for words, numbers in (("0,4,8", (0, 4, 8)), ("7,", (7,)), ("0:100:25", (0, 25, 50, 75)), ("10:13", (10, 11, 12))):
        assert ca.animate(op, steps=words).scene.numbers == ca.animate(op, steps=list(numbers)).scene.numbers == numbers
    assert len(ca.animate(op, steps="36")) == len(ca.animate(op, steps=36)) == 36
    assert len(ca.animate(op, steps="all")) == len(ca.animate(op, steps=1000)) == 196
    for wrong in ("", "some", "1-3", "5:2", [], [196], [-1], [1.5], True, 0, "0:9:0"):
        with pytest.raises(ca.ConvanimError, match="steps="):
            ca.animate(op, steps=wrong)


def test_a_figure_of_some_steps_tells_the_number_among_all(command, tmp_path):
    words = ["draw", "conv", *"-i 224 -k 7 -s 2 -p 3 --theme clear --labels step --width 200".split()]  # noqa: SIM905
    for name in ("x.gif", "x.svg", "x.html", "{step}.svg"):
        assert command(*words, "--steps", "0,4032", "-o", name)[0] == 0
    frames = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("[0-9]*.svg")))
    assert frames.count(b"</svg>") == 2
    assert "[0,4032]" in (tmp_path / "x.html").read_text().replace(" ", "")
    board = ca.animate(ca.Conv(224, 7, stride=2, padding=3), steps=[0, 4032], labels="step").storyboard([1])
    texts = {mark.text for mark in board.scene.seen(0) if hasattr(mark, "text")}
    assert "step 4,033 of 12,544" in texts


LAYER = ca.Conv(224, 7, stride=2, padding=3)  # 112 x 112 = 12,544 steps


def test_an_animation_of_more_than_1000_steps_plays_about_100_and_its_pictures_keep_their_numbers(command, tmp_path):
    whole = ca.animate(LAYER, theme="clear", labels="step", width=300, focus="off")
    played = whole.played
    assert len(whole) == 12_544 and 100 <= len(played) <= 110
    assert {0, 111, 12_432, 12_543, whole.poster} <= {*played.scene.numbers}
    assert played.scene.number(played.poster) == whole.poster
    for n, number in enumerate(played.scene.numbers):
        assert set(played.scene.seen(n)) == set(whole.scene.seen(number))
    assert f"Of 12,544 steps, {len(played)} are shown." in played.alt and "are shown" not in whole.alt
    words = "draw conv -i 224 -k 7 -s 2 -p 3 --theme clear --labels step --width 300 --focus off".split()  # noqa: SIM905
    status, _, err = command(*words, "-o", "x.svg", "-o", "x.gif")
    assert status == 0 and f"12,544 steps, of which {len(played)} are played. All of them: --steps all." in err
    with Image.open(tmp_path / "x.gif") as gif:
        assert gif.n_frames == len(played)
    status, _, err = command(*words, "--step", "4032", "-o", "y.svg")
    assert status == 0 and not err
    assert (tmp_path / "y.svg").read_text() == whole.svg(4032) != whole.svg(4033)
    for n in ("0", "12543"):
        assert "step" in whole.storyboard([int(n)]).alt
    with pytest.raises(ca.ConvanimError, match="0 to 12543"):
        whole.svg(12_544)


def test_steps_all_plays_all_and_the_limit_is_1000():
    for cells, thinned in ((1000, False), (1001, True)):
        a = ca.animate(ca.Conv(cells, 1, ndim=1), focus="off")
        assert (len(a.played) < len(a) == cells) == thinned
    every = ca.animate(ca.Conv(1001, 1, ndim=1), steps="all")
    assert every.played is every and len(every) == 1001
    listed = ca.animate(ca.Conv(1001, 1, ndim=1), steps=range(1001))
    assert len(listed.played) == 1001
    board = ca.animate(ca.Conv(1001, 1, ndim=1), theme="clear", focus="off").storyboard([0, 1000])
    assert board.played is board and len(board) == 1

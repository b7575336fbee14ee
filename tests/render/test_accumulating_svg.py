"""Outputs that appear one by one, in an animated SVG: its style sheet is played, and resvg shows what the frame
shows.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from xml.etree import ElementTree

import pytest

import convanim as ca
from helpers.figures import saved_svg
from oracle.css import StyleSheet, shown_at
from oracle.pictures import differences
from oracle.rasteriser import rasterised


def times(a, step):
    """The very beginning of a step, its middle, and just before its end."""
    length = Fraction(a.step_ms, 1000)
    return [(step + share) * length for share in (0, Fraction(1, 2), Fraction(999_999, 1_000_000))]


PLAYED = {
    "isometric": (ca.Conv(5, 3, stride=2, padding=1), {}),
    "one row": (ca.Conv(7, 2, ndim=1), {"theme": "dark"}),
    "output_padding": (
        ca.ConvTranspose((1, 2), 3, stride=2, padding=1, output_padding=1),
        {"theme": "print", "step_ms": 70},
    ),
    "labels": (ca.Pool((4, 6), 2), {"theme": "clear", "labels": ["step", "sizes"], "step_ms": 333}),
    "flat": (ca.Conv((3, 4), 2), {"view": "flat", "theme": "clear"}),
    "one output of its kind": (
        ca.ConvTranspose(1, 1, stride=2, output_padding=1),
        {"theme": "clear", "labels": "none"},
    ),
}


@cache
def played(name):
    op, look = PLAYED[name]
    return ca.animate(op, reveal=True, dpi=75, **{"labels": "none", **look})


@pytest.mark.parametrize("name", PLAYED)
def test_an_animated_svg_shows_each_step_from_its_very_beginning_to_its_end(name, tmp_path):
    a = played(name)
    text = saved_svg(a, tmp_path)
    for step in range(len(a)):
        first, *later = (
            shown_at(text, time + cycle * len(a) * Fraction(a.step_ms, 1000))
            for time in times(a, step)
            for cycle in (0, 3)
        )
        assert all(one == first for one in later), step
        assert not differences(rasterised(first), rasterised(a.svg(step))), step


@pytest.mark.parametrize("name", PLAYED)
def test_for_readers_who_want_no_motion_and_programs_that_know_none_the_poster_is_shown(name, tmp_path):
    a = played(name)
    text = saved_svg(a, tmp_path)
    wanted = rasterised(a.svg(a.scene.poster))
    assert not differences(rasterised(text), wanted)  # resvg knows no animation
    still = {
        shown_at(text, time, ["prefers-reduced-motion:reduce"]) for step in range(len(a)) for time in times(a, step)
    }
    assert len(still) == 1
    assert not differences(rasterised(still.pop()), wanted)


def test_the_groups_of_a_growing_layer_come_at_the_beginning_of_their_steps_and_stay(tmp_path):
    for n in range(2, 14):
        a = ca.animate(ca.Conv(n, 1, ndim=1), reveal=True, step_ms=n * 37)
        root = ElementTree.fromstring(saved_svg(a, tmp_path))
        sheet = StyleSheet(root.find("{*}style").text)
        coming = [group.get("class") for group in root.iter() if "animation-name" in group.get("style", "")]
        assert coming == ["poster"] * a.scene.poster + [None] * (n - 1 - a.scene.poster), (
            "all up to the poster's step, without motion"
        )
        grown = {name: frames for name, frames in sheet.keyframes.items() if re.search(r"s\d+$", name)}
        assert len(grown) == n - 1
        for step, (name, frames) in enumerate(grown.items(), 1):
            assert name.endswith(f"s{step}")
            assert [frame["visibility"] for _, frame in frames] == ["hidden", "visible", "visible"]
            assert [share for share, _ in frames][::2] == [0, 1]
            assert 0 <= Fraction(step, n) - frames[1][0] < Fraction(1, 10**9) * 100  # not late


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (
            lambda text: re.sub(r"(@keyframes \w+s4\{0%\{visibility:hidden\})[\d.]+", r"\g<1>66", text),
            {5},
        ),  # comes late: in step 4 the current cell is over it
        (
            lambda text: re.sub(r"(@keyframes \w+s4\{0%\{visibility:hidden\})[\d.]+", r"\g<1>22.3", text),
            {2, 3},
        ),  # comes early
        (
            lambda text: text.replace(",to{visibility:visible}", "{visibility:visible}99%{visibility:hidden}"),
            {8},
        ),  # goes too early
        (
            lambda text: text.replace("animation-delay:-4s", "animation-delay:-3s"),
            {5, 6},
        ),  # a step of what moves is late
    ],
)
def test_the_player_sees_what_comes_late_or_early_or_goes_too_early(change, broken, tmp_path):
    a = played("isometric")
    text = change(saved_svg(a, tmp_path))
    found = set()
    for step in range(len(a)):
        pictures = {shown_at(text, time) for time in times(a, step)}
        if len(pictures) > 1 or differences(rasterised(pictures.pop()), rasterised(a.svg(step))):
            found.add(step)
    assert found == broken

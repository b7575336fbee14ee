"""What an animation says of itself as text, and which options change how large and how long it is: by own arithmetic on
what the texts say.
"""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.text.numbers import MINUS
from helpers.cases import random_cases
from helpers.refusals import refusal


def value_of(told):
    """Both sides of an equation in numbers, the left one computed by Python."""
    left, equal, right = re.fullmatch(r"(.*) ([=≈]) (\S+)", told).groups()
    code = left.replace(MINUS, "-").replace("·", "*").replace("²", "**2").replace("√", "root")
    return eval(code, {"max": max, "root": lambda v: v**0.5}), equal, float(right.replace(MINUS, "-"))


@pytest.mark.parametrize(
    "op",
    [
        ca.Conv(5, 3, padding=1),
        ca.Conv((4, 6), (2, 3), stride=(1, 2), dilation=(1, 2), padding=((1, 0), (0, 2)), bias=True),
        ca.ConvTranspose(3, 3, stride=2),
        ca.Pool(6, 2),
        ca.Pool(5, 3, padding=1, mode="average"),
        ca.Pool(5, 2, mode="l2"),
        ca.AdaptivePool((5, 7), 3),
        ca.Conv(9, 4, ndim=1, stride=2),
    ],
)
def test_the_equation_of_each_step_gives_the_output_that_is_computed_with_none_of_its_terms_left_out(op):
    rng = np.random.default_rng(3)
    x, w = rng.integers(-4, 5, op.input_size), rng.integers(-2, 3, op.kernel_size)
    weighted = op.weighted
    values = {
        "input": x,
        **({"kernel": w} if weighted else {}),
        **({"bias": 0.5} if getattr(op, "bias", False) else {}),
    }
    a = ca.animate(op, **values)
    y = ca.evaluate(op, x, w if weighted else None, **({"bias": 0.5} if "bias" in values else {})).ravel()
    for step in range(len(a)):
        left, equal, right = value_of(a.equation(step))
        assert left == pytest.approx(y[step], abs=1e-9)
        assert right == pytest.approx(y[step], abs=1e-9 if equal == "=" else 0.051)


def test_the_reader_of_equations_sees_a_wrong_sum():
    assert value_of("2·3 + (−1)·4 = 3.0") == (2, "=", 3.0)
    assert value_of("(1 + 2)/2 ≈ 1.5")[0] == 1.5


def test_without_numbers_the_equation_has_a_product_of_letters_for_each_tap():
    for i, k, s, p, d in random_cases(seed=6, count=40, ndims=(1, 2)):
        op = ca.Conv(i, k, stride=s, padding=p, dilation=d)
        a = ca.animate(op)
        for step in {0, len(a) // 2, len(a) - 1}:
            inside = sum(tap.source is not None for tap in op.steps[step].taps)
            told = a.equation(step)
            assert told.count("𝑥") == inside and told.count("𝑤") == told.count("·") == len(op.steps[step].taps), op
            assert told.rpartition(" = ")[2].startswith("𝑦")


def test_what_can_not_be_summed_up_in_a_line_has_no_equation_and_what_a_view_tells_stands_as_it_does_there():
    several = ca.Conv(4, 3, in_channels=2, out_channels=2)
    assert ca.animate(several).equation(0) == ""
    assert ca.animate(several, view="channels").equation(0).count("·") == 2
    assert ca.animate([ca.Conv(6, 3), ca.Conv(4, 3)]).equation(0).endswith("5x5")
    assert ca.animate(ca.Conv(5, 3)).storyboard(2).equation(0) == ""
    assert "0 to 8" in refusal(lambda: ca.animate(ca.Conv(5, 3)).equation(9))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_formula_ends_in_the_output_size_of_each_axis_and_has_one_line_where_all_are_alike(lang):
    for i, k, s, p, d in random_cases(seed=8, count=60, ndims=(1, 2)):
        for op in (
            ca.Conv(i, k, stride=s, padding=p, dilation=d),
            ca.Pool(tuple(map(max, i, k)), k, stride=s, ceil_mode=True),
        ):
            sizes = [int(re.search(r"(\d+)$", line)[1]) for line in ca.animate(op, lang=lang).formula]
            assert sizes == list(op.output_size) or (len(sizes) == 1 and set(op.output_size) == set(sizes)), op
    assert len(ca.animate([ca.Conv(7, 3), ca.Conv(5, 3)]).formula) == 2
    assert ca.animate(ca.Conv(5, 3, stride=2, padding=1)).formula == (
        "o = floor((i + 2p − k)/s) + 1 = floor((5 + 2·1 − 3)/2) + 1 = 3",
    )


def test_figures_of_every_operation_tell_their_formula_and_go_through_pickle():
    made = {
        "conv": ca.Conv(5, 3),
        "transpose": ca.ConvTranspose(3, 2),
        "pool": ca.Pool(4, 2),
        "adaptive_pool": ca.AdaptivePool(5, 2),
    }
    assert set(made) == set(OPERATIONS)
    for op in made.values():
        a = ca.animate(op, theme="clear", hold_ms=400, loop=3, fps=12)
        other = pickle.loads(pickle.dumps(a))
        assert other == a and other.formula == a.formula and (other.frame(0) == a.frame(0)).all()
        assert [a.duration(step) for step in (0, len(a) - 1)] == [1000, 1400]


# --- the command line and collections


def test_a_step_a_poster_and_a_storyboard_are_written_by_draw_and_by_render(command, tmp_path):
    one = ["draw", "conv", "-i", 4, "-k", 3, "-o", tmp_path / "x.svg"]
    a = ca.animate(ca.Conv(4, 3))
    for words, text in (
        (["--step", 2], a.svg(2)),
        (["--step", "poster"], a.svg(a.poster)),
        (["--poster", 1, "--step", "poster"], a.svg(1)),
        (["--storyboard", 3], a.storyboard(3).svg(0)),
    ):
        command(*one, *words)
        assert (tmp_path / "x.svg").read_text(encoding="utf-8") == text
    command("render", "dilation", "-o", tmp_path, "-f", "svg", "-f", "png", "--step", "poster")
    assert (tmp_path / "dilation.svg").read_text(encoding="utf-8") == ca.figure("dilation").svg(
        ca.figure("dilation").poster
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dilation.png", "dilation.svg", "x.svg"]


SIZED = """
[wide]
operation = "conv"
input_size = 5
kernel_size = 3
theme = "clear"
width = 640
hold_ms = 1000
loop = 2
poster = 3
"""


def test_a_collection_says_how_large_and_how_long_a_figure_is_and_what_is_asked_for_goes_before_it(tmp_path):
    (tmp_path / "mine.toml").write_text(SIZED)
    a = ca.figure("wide", tmp_path / "mine.toml")
    assert (a.size[0], a.poster, a.loop, a.duration(8)) == (640, 3, 2, 2000)
    assert ca.figure("wide", tmp_path / "mine.toml", dpi=75).dpi == 75
    assert ca.figure("wide", tmp_path / "mine.toml", scale=2).dpi == 300
    (tmp_path / "both.toml").write_text(SIZED + "dpi = 100\n")
    assert "dpi and width" in refusal(lambda: ca.figures(tmp_path / "both.toml"))
    (tmp_path / "far.toml").write_text(SIZED.replace("poster = 3", "poster = 9"))
    assert "steps 0 to 8" in refusal(lambda: ca.figure("wide", tmp_path / "far.toml"))


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"hold_ms": -1}, "hold_ms=-1"),
        ({"hold_ms": True}, "hold_ms=True"),
        ({"loop": 1.5}, "loop=1.5"),
        ({"loop": None}, "loop=None"),
        ({"fps": 0}, "fps=0"),
        ({"fps": 241}, "240"),
        ({"poster": 9}, "0 to 8"),
        ({"poster": "first"}, "poster='first'"),
        ({"width": 15}, "from 16"),
        ({"width": 3.0}, "width=3.0"),
        ({"scale": 0}, "scale=0"),
        ({"scale": 2, "dpi": 2}, "dpi and scale"),
        ({"width": 100, "theme": "clear"}, "need"),
    ],
)
def test_an_option_that_can_not_be_is_refused(options, part):
    assert part in refusal(lambda: ca.animate(ca.Conv(5, 3), **options))


def test_a_storyboard_has_the_width_that_is_asked_for(command, tmp_path):
    for look in ({}, {"theme": "clear"}):
        assert ca.animate(ca.Conv(4, 3), **look).storyboard(3, width=700).size[0] == 700
    command("draw", "conv", "-i", 4, "-k", 3, "--storyboard", 3, "--width", 700, "-o", tmp_path / "x.svg")
    assert 'width="700"' in (tmp_path / "x.svg").read_text(encoding="utf-8")
    for width in (0, True, "wide", 15, 70_000):
        assert "width=" in refusal(lambda width=width: ca.animate(ca.Conv(4, 3)).storyboard(3, width=width))
    assert "--storyboard" in command("draw", "conv", "-i", 4, "-k", 3, "--storyboard", 3, "--step", 1, "-o", "x.svg")[2]

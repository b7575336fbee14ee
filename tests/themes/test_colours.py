"""Colours as people write them: against other libraries, and in every place that takes one."""

from __future__ import annotations

import coloraide
import matplotlib.colors
from PIL import ImageColor

import convanim as ca
from convanim.themes.colours import NAMES, colour_of
from convanim.themes.theme import Style
from helpers.refusals import refusal

CONV = ca.Conv(4, 3)


def hexadecimal(text):
    return coloraide.Color(text).to_string(hex=True, compress=False)


def test_every_name_of_css_is_the_colour_of_two_libraries():
    assert set(NAMES) == set(matplotlib.colors.CSS4_COLORS) == set(ImageColor.colormap)
    for name, code in NAMES.items():
        assert matplotlib.colors.to_hex(name) == code
        assert ImageColor.getrgb(name) == tuple(bytes.fromhex(code[1:]))
        assert colour_of(name) == colour_of(name.upper()) == colour_of(name.title()) == code


def test_short_colours_have_each_digit_twice_and_long_ones_stay():
    for n in range(0, 16**3, 7):
        short = f"#{n:03x}"
        assert colour_of(short) == matplotlib.colors.to_hex(short) == hexadecimal(short)
    assert colour_of("#F0a") == "#FF00aa" and colour_of("#A1b2C3") == "#A1b2C3"


def test_what_is_no_colour_is_none():
    for text in (
        "",
        "#",
        "#12",
        "#1234",
        "#12345",
        "#1234567",
        "f00",
        "#ggg",
        " red",
        "red\n",
        "#f00 ",
        5,
        None,
        b"red",
    ):
        assert colour_of(text) is None


def test_a_name_means_its_colour_in_every_place_that_takes_one(tmp_path, command):
    def drawn(**look):
        return ca.animate(CONV, **look).svg(0)

    named = {
        "background": "ivory",
        "input": {"fill": "tomato", "stroke": "#0f8"},
        "unread": {"hatch_stroke": "Navy"},
    }
    coded = {
        "background": "#fffff0",
        "input": {"fill": "#ff6347", "stroke": "#00ff88"},
        "unread": {"hatch_stroke": "#000080"},
    }
    assert drawn(theme=named) == drawn(theme=coded) != drawn(theme="clear")
    assert drawn(background="tomato") == drawn(background="#ff6347")
    assert drawn(background="red") == drawn(background="#ff0000") != drawn(background="tomato")
    assert Style(fill="#F00", stroke="Gold") == Style(fill="#FF0000", stroke="#ffd700")
    clear = ca.THEMES["clear"]
    assert ca.Theme("mine", "white", clear.styles) == ca.Theme("mine", "#ffffff", clear.styles)
    assert drawn(theme={"window": {"stroke": "transparent"}}) == drawn(theme={"window": {"stroke": "none"}})
    (tmp_path / "mine.toml").write_text('background = "ivory"\ninput = { fill = "tomato" }\n', encoding="utf-8")
    assert '"#ff6347"' in drawn(theme=tmp_path / "mine.toml") and '"#ff6347"' not in drawn(theme="clear")
    own = tmp_path / "own.toml"
    own.write_text('[a]\noperation="conv"\ninput_size=4\nkernel_size=3\nbackground="#fe0"\n', encoding="utf-8")
    assert ca.figure("a", own).svg(0) == drawn(background="#ffee00")
    path = tmp_path / "x.svg"
    assert command("draw", "conv", "-i", 4, "-k", 3, "--background", "Tomato", "--step", 0, "-o", path)[0] == 0
    assert path.read_text(encoding="utf-8") == drawn(background="#ff6347")


def test_a_misspelt_name_is_told_the_likeliest():
    assert "did you mean 'rebeccapurple'?" in refusal(lambda: ca.animate(CONV, background="rebecapurple"))
    assert "'#ff6600'" in refusal(lambda: ca.animate(CONV, theme={"input": {"fill": "?"}}))

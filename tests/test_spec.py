"""Figures in TOML: tables that are like others, themes beside their file, and figures in another look than theirs."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

import convanim as ca
from convanim.drawing import animate
from convanim.options import TEXT_OPTIONS
from helpers.processes import ROOT
from helpers.refusals import refusal

OWN = """
[mine]
operation = "conv"
input_size = [3, 4]
kernel_size = 2
seed = 5

[shown]
like = "mine"
theme = "clear"
labels = ["sizes"]

[shown_again]
like = "shown"
stride = 2
lang = "zh"
"""


def write(folder, text, name="own.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def same(one, other):
    return (
        one.size == other.size
        and len(one) == len(other)
        and all((one.frame(n) == other.frame(n)).all() for n in range(len(one)))
    )


def test_a_figure_that_is_like_another_has_all_that_it_does_not_say_itself(tmp_path):
    found = ca.figures(write(tmp_path, OWN))
    assert found["shown"].op() == found["mine"].op() and found["shown"].options == {
        "seed": 5,
        "theme": "clear",
        "labels": ["sizes"],
    }
    assert found["shown_again"].op() == replace(found["mine"].op(), stride=2)
    assert found["shown_again"].options == {"seed": 5, "theme": "clear", "labels": ["sizes"], "lang": "zh"}
    assert same(found["shown"].animate(), animate(ca.Conv((3, 4), 2), seed=5, theme="clear", labels="sizes"))
    assert not same(found["shown"].animate(), found["mine"].animate())


def test_a_figure_may_be_like_one_of_the_packages(tmp_path):
    path = write(tmp_path, '[dark]\nlike = "padding_strides"\ntheme = "dark"')
    assert ca.figures(path)["dark"].op() == ca.Conv(5, 3, stride=2, padding=1)
    assert same(ca.figure("dark", path), ca.figure("padding_strides", theme="dark"))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[x]\nlike = "paddding_strides"', "did you mean 'padding_strides'"),
        ('[x]\nlike = "x"', "leads back"),
        ('[x]\nlike = "y"\n[y]\nlike = "z"\n[z]\nlike = "y"', "leads back"),
        ("[x]\nlike = 3", "unknown figure 3"),
        ('[x]\nlike = ["padding_strides"]', "unknown figure"),
        ('[x]\nlike = "padding_strides"\nstrid = 1', "did you mean 'stride'"),
        ('[x]\nlike = "padding_strides"\noutput_padding = 1', "output_padding"),
        ('[x]\nlike = "padding_strides"\nlabels = ["size"]', "did you mean 'sizes'"),
        ('[x]\nlike = "padding_strides"\nlang = "cn"', "unknown language 'cn'"),
        ('[x]\nlike = "padding_strides"\ntheme = { base = "drak" }', "did you mean 'dark'"),
        ('[x]\nlike = "padding_strides"\ntheme = "nowhere.toml"', "can't read the theme"),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_its_place(text, part, tmp_path):
    line = refusal(lambda: ca.figures(write(tmp_path, text)))
    assert part in line and "own.toml" in line and "figure 'x'" in line.replace("'y'", "'x'").replace("'z'", "'x'")


def test_the_same_figures_are_explained_as_are_in_the_guide():
    tables = {
        name: tomllib.loads((ROOT / "templates" / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("arithmetic", "numerical", "explained")
    }
    guide = tables["arithmetic"] | tables["numerical"]
    assert {one["like"] for one in tables["explained"].values()} == set(guide)
    for name, one in ca.figures().items():
        if one.source == "explained.toml":
            base = ca.figures()[tables["explained"][name]["like"]]
            a = one.animate()
            assert (
                name == f"{base.name}_explained"
                and one.op() == base.op()
                and a.theme.name == "clear"
                and a.scene.steps == len(base.op().steps)
            )
            assert not a.scene.title.startswith(("Its", "The same")), "a title that needs the figure before it"


def test_a_theme_is_looked_for_beside_the_file_that_names_it(tmp_path, monkeypatch):
    write(tmp_path, 'base = "dark"\ninput = { fill = "#123456" }', "look.toml")
    path = write(tmp_path, '[x]\nlike = "dilation"\ntheme = "look.toml"')
    monkeypatch.chdir("/")
    a = ca.figure("x", path)
    assert a.theme.name == "look" and (a.frame(0) == (0x12, 0x34, 0x56)).all(-1).sum() > 1000


def test_what_is_said_in_python_goes_before_what_the_figure_says():
    a = ca.figure("numerical_padding_strides", view="isometric", theme="dark", labels="none")
    assert a.scene.box == ca.figure("padding_strides").scene.box and a.theme.name == "dark"
    symbols = ca.figure("numerical_padding_strides", symbols=True)
    assert same(symbols, animate(ca.Conv(5, 3, stride=2, padding=1), symbols=True))
    other = ca.figure("numerical_padding_strides", seed=3)
    assert same(other, animate(ca.Conv(5, 3, stride=2, padding=1), seed=3)) and not same(
        other, ca.figure("numerical_padding_strides")
    )


def test_options_that_a_figure_cannot_have_are_refused():
    assert "did you mean 'theme'" in refusal(lambda: ca.figure("dilation", thme="dark"))
    assert "unknown option 'kernel_size'" in refusal(lambda: ca.figure("dilation", kernel_size=2))
    assert set(TEXT_OPTIONS) >= {"view", "theme", "labels", "lang", "reveal", "symbols", "background", "title", "seed"}


def test_the_comparison_of_figures_sees_one_cell_of_another_colour():
    a = ca.figure("no_padding_strides")
    assert same(a, ca.figure("no_padding_strides"))
    assert not same(a, ca.figure("no_padding_strides", theme={"base": "classic", "current": {"fill": "#4c9a8f"}}))


def test_a_theme_that_names_another_file_finds_it_beside_itself(tmp_path, monkeypatch):
    (tmp_path / "looks").mkdir()
    write(tmp_path / "looks", 'base = "dark"\nray = { stroke = "#123456" }', "base.toml")
    write(tmp_path / "looks", 'base = "base.toml"\npadding = { stroke = "#654321" }', "top.toml")
    path = write(tmp_path, '[x]\nlike = "dilation"\ntheme = "looks/top.toml"')
    monkeypatch.chdir("/")
    styles = ca.figure("x", path).theme.styles
    assert (
        styles["ray"].stroke == "#123456" and styles["padding"].stroke == "#654321" and styles["padding"].width > 0
    ), "a stroke without a width is seen"


def test_symbols_and_numbers_of_the_one_that_a_figure_is_like_give_way_to_what_it_says_itself(tmp_path):
    path = write(
        tmp_path,
        '[sharp]\noperation = "conv"\ninput_size = 2\nkernel_size = 2\ninput = [[1, 2], [3, 4]]\nkernel = [[0, 1], [1,'
        ' 0]]\n[letters]\nlike = "sharp"\nsymbols = true\n[again]\nlike = "letters"\nseed = 3\n[planes]\nlike ='
        ' "sharp"\nview = "isometric"',
    )
    op = ca.Conv(2, 2)
    assert same(ca.figure("letters", path), animate(op, symbols=True))
    assert same(ca.figure("again", path), animate(op, seed=3))
    assert same(ca.figure("planes", path), animate(op))
    assert same(ca.figure("sharp", path), animate(op, input=[[1, 2], [3, 4]], kernel=[[0, 1], [1, 0]]))


def test_the_number_of_a_bias_is_the_operations_bias_and_its_value(tmp_path):
    path = write(
        tmp_path,
        '[x]\noperation = "conv"\ninput_size = 3\nkernel_size = 2\nview = "flat"\nbias = -2.5\n'
        '[y]\nlike = "x"\nbias = false\n[z]\nlike = "x"\nbias = true',
    )
    found = ca.figures(path)
    assert [found[name].op().bias for name in "xyz"] == [True, False, True]
    assert same(found["x"].animate(), animate(ca.Conv(3, 2, bias=True), view="flat", bias=[-2.5]))
    assert same(found["z"].animate(), animate(ca.Conv(3, 2, bias=True), view="flat"))
    assert not same(found["x"].animate(), found["z"].animate())


LAYERS = (
    '[x]\nlayers = [{ operation = "conv", input_size = 7, kernel_size = 3 }, { operation = "conv", kernel_size = 3,'
    ' stride = 2 }, { operation = "pool", kernel_size = 2 }]'
)


def test_a_list_of_layers_is_several_operations_each_of_the_size_that_the_one_before_gives(tmp_path):
    found = ca.figures(write(tmp_path, LAYERS))["x"]
    assert found.op() == (ca.Conv(7, 3), ca.Conv(5, 3, stride=2), ca.Pool(2, 2))
    assert "7x7" in found.title and "5x5" in found.title and "1x1" in found.title


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[x]\nlayers = 3", "layers = 3: give a list"),
        ("[x]\nlayers = []", "give a list"),
        ('[x]\nlayers = [{ operation = "conv", input_size = 5, kernel_size = 3 }]', "two tables or more"),
        (
            '[x]\nlayers = [{ operation = "conv", kernel_size = 3 }, { operation = "conv", kernel_size = 3 }]',
            "layer 1 has no input_size",
        ),
        (
            '[x]\nlayers = [{ operation = "conv", input_size = 5, kernel_size = 3 }, { operation = "conv" }]',
            "layer 2 has no kernel_size",
        ),
        (
            (
                '[x]\nlayers = [{ operation = "conv", input_size = 5, kernel_size = 3 }, { operation = "conf",'
                " kernel_size = 3 }]"
            ),
            "did you mean 'conv'",
        ),
        (
            (
                '[x]\nlayers = [{ operation = "conv", input_size = 5, kernel_size = 3 }, { operation = "conv",'
                ' kernel_size = 3, view = "flat" }]'
            ),
            "view applies to the whole figure",
        ),
        (
            (
                '[x]\noperation = "conv"\nlayers = [{ operation = "conv", input_size = 5, kernel_size = 3 }, {'
                ' operation = "conv", kernel_size = 3 }]'
            ),
            "'operation'",
        ),
        (
            (
                '[x]\nlayers = [{ operation = "conv", input_size = 5, kernel_size = 3 }, { operation = "conv",'
                " kernel_size = 9 }]"
            ),
            "kernel_size=9",
        ),
    ],
)
def test_a_list_of_layers_that_cannot_be_is_refused_with_its_place(text, part, tmp_path):
    line = refusal(lambda: ca.figures(write(tmp_path, text)))
    assert part in line and "own.toml, figure 'x'" in line


FIRST, SECOND = 'operation = "conv", input_size = 5, kernel_size = 3', 'operation = "conv", kernel_size = 3'


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            f'[x]\nlayers = [{{ {FIRST}, theme = "dark" }}, {{ {SECOND} }}]',
            "layer 1: theme applies to the whole figure: put it beside layers",
        ),
        (f"[x]\nlayers = [{{ {FIRST} }}, {{ {SECOND} }}]\ninput_size = 5", "input_size can't be combined with"),
        (f"[x]\nlayers = [{{ {FIRST} }}, {{ {SECOND}, input_size = 9 }}]", "layer 2 has input_size=(9, 9)"),
        ('[x]\noperation = "conv"\ninput_size = 5\nkernel_size = 3\nview = "scatter"', "the scatter view draws"),
        (
            '[x]\noperation = "conv"\ninput_size = 5\nkernel_size = 3\nview = "pair"\nseed = 3',
            "the pair view shows no values",
        ),
    ],
)
def test_what_a_view_cannot_draw_and_keys_in_the_wrong_table_are_said_when_the_file_is_read(text, part, tmp_path):
    line = refusal(lambda: ca.figures(write(tmp_path, text)))
    assert part in line and "own.toml, figure 'x'" in line

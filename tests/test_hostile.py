"""Input that nobody means: numbers of thousands of digits, endless names, tables in tables without end."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import convanim as ca
from convanim.cli import main
from convanim.errors import LONGEST_LINE, LONGEST_WARNING, ConvanimError, expected_one_of, one_line
from convanim.geometry.padding import PADDINGS
from convanim.spec import MOST_LIKES
from convanim.themes.table import MOST_BASES
from helpers.processes import python
from helpers.refusals import refusal

CONV = ca.Conv(5, 3)
GOOD = 'operation = "conv"\ninput_size = 5\nkernel_size = 3\n'
DIGITS = "9" * (sys.get_int_max_str_digits() + 700)
NAME = "a" * 10_000


@pytest.fixture
def toml(tmp_path):
    def written(text, name="mine.toml"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return written


# --- numbers


@pytest.mark.parametrize("line", [f"dpi = {DIGITS}", f"input_size = {DIGITS}", f"input = [[{DIGITS}]]"])
def test_a_whole_number_of_thousands_of_digits_in_toml_is_refused(line, toml):
    assert "mine.toml has a whole number of more than" in refusal(lambda: ca.figures(toml(f"[x]\n{GOOD}{line}")))


def test_a_whole_number_of_thousands_of_digits_in_a_theme_is_refused(toml):
    theme = toml(f"[input]\nfill = {DIGITS}", "theme.toml")
    assert "has a whole number of more than 4300 digits" in refusal(lambda: ca.animate(CONV, theme=theme))


@pytest.mark.parametrize("name", ["dpi", "scale", "width", "step_ms", "hold_ms", "loop", "fps", "poster", "seed"])
def test_an_option_of_thousands_of_digits_is_refused(name):
    for value in (10**5000, -(10**5000)):
        assert name in refusal(lambda: ca.animate(CONV, view="flat", **{name: value}))


@pytest.mark.parametrize("flag", ["--step", "--dpi", "--seed", "--storyboard", "--groups", "--input-size", "--input"])
def test_a_flag_of_thousands_of_digits_is_refused_in_one_line(flag, monkeypatch, capfd, tmp_path):
    words = ["draw", "conv", "-i", "5", "-k", "3", "--view", "flat", "-o", str(tmp_path / "x.png"), flag, DIGITS]
    monkeypatch.setattr(sys, "argv", ["convanim", *words])
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capfd.readouterr()
    assert (end.value.code, out, err.count("\n")) == (2, "", 1) and 20 < len(err) < LONGEST_LINE
    assert not list(tmp_path.iterdir())


# --- what leads on and on


def like(count):
    return f"[f0]\n{GOOD}stride = 2\n" + "".join(f'[f{n}]\nlike = "f{n - 1}"\n' for n in range(1, count))


def test_figures_that_are_like_one_another_have_a_longest_chain(toml):
    chain = ca.figures(toml(like(MOST_LIKES + 1)))
    assert chain[f"f{MOST_LIKES}"].op() == ca.Conv(5, 3, stride=2)
    for count in (MOST_LIKES + 2, 3000):
        assert "leads through more than 100 figures" in refusal(lambda: ca.figures(toml(like(count))))


def based(count, key):
    table = {"base": "dark"}
    for _ in range(count):
        table = {key: table}
    return table


@pytest.mark.parametrize("key", ["base", "dark"])
def test_themes_in_themes_have_a_deepest_one_and_a_table_that_holds_itself_is_refused(key, toml):
    ca.animate(CONV, theme=based(MOST_BASES - 1, key))
    ring = {}
    ring[key] = ring
    for theme in (based(MOST_BASES, key), based(5000, key), ring):
        assert "has more than 20 bases" in refusal(lambda: ca.animate(CONV, theme=theme))
    nested = f"[x]\n{GOOD}[x.theme.{'.'.join([key] * 5000)}]\nbackground = '#ffffff'"
    assert "has more than 20 bases" in refusal(lambda: ca.figures(toml(nested)))


def test_toml_of_lists_in_lists_without_end_is_refused(toml):
    for text in (f"[x]\n{GOOD}input = {'[' * 5000}{']' * 5000}", f"x = {'{a=' * 5000}1{'}' * 5000}"):
        assert "nested too deeply" in refusal(lambda: ca.figures(toml(text)))


def rings():
    one, two, three = [], [], []
    one.append(one)
    two += [two, two]
    three.append((three, three))
    return one, two, three


@pytest.mark.parametrize("place", ["input", "kernel", "labels", "lang", "theme", "dpi", "title"])
def test_a_list_that_holds_itself_is_refused(place):
    for ring in rings():
        refusal(lambda: ca.animate(CONV, view="flat", **{place: ring}))


def test_a_list_that_holds_itself_is_neither_size_nor_layer():
    for ring in rings():
        refusal(lambda: ca.Conv(ring, 3))
        refusal(lambda: ca.Conv(5, 3, padding=ring))
        refusal(lambda: ca.animate(ring))
        refusal(lambda: ca.receptive_field(ring))
        refusal(lambda: ca.evaluate(CONV, ring, np.ones((3, 3))))


# --- arrays in the place of words


ARRAYS = [np.array(["en", "zh"]), np.array([1, 2]), np.zeros((2, 2)), np.array(["x"], object)]


@pytest.mark.parametrize("name", ["lang", "view", "theme", "labels", "background", "title", "reveal", "step_ms", "dpi"])
def test_an_array_in_the_place_of_another_value_is_refused(name):
    for value in ARRAYS:
        refusal(lambda: ca.animate(CONV, **{name: value}))


@pytest.mark.parametrize("key", ["base", "dark", "background", "labels", "input"])
def test_an_array_in_a_theme_is_refused(key):
    for value in ARRAYS:
        refusal(lambda: ca.animate(CONV, theme={key: value}))
        refusal(lambda: ca.animate(CONV, theme={"input": {"fill": value}}))


def test_an_array_is_no_step(tmp_path):
    for value in ARRAYS:
        refusal(lambda: ca.animate(CONV).save(tmp_path / "x.png", step=value))
    assert not list(tmp_path.iterdir())


# --- messages


def test_a_message_has_an_end_whatever_its_words_are():
    for text in (NAME, "a b " * 10_000, f"{NAME} {NAME} {NAME} {NAME}", "é" * 5000):
        short = str(ConvanimError(f"{text}: take less"))
        assert len(short) <= LONGEST_LINE and short.startswith(text[:100]) and short.endswith(": take less")
        assert len(str(ca.ConvanimWarning(f"{text}: take less"))) <= LONGEST_WARNING
    path = f"{'/folder' * 40}/x.gif"
    assert one_line(f"can't write\n{path}") == f"can't write {path}"


def test_a_long_list_of_choices_ends_with_how_many_more_there_are():
    names = [f"name{n:03}" for n in range(500)]
    error = str(expected_one_of("figure", "name2x", names))
    shown = error.partition("Expected one of ")[2].split(", ")
    last, _, more = shown[-1].partition(" and ")
    assert [*shown[:-1], last] == names[: len(shown)] and more == f"{500 - len(shown)} more"
    assert "did you mean 'name" in error and len(error) < LONGEST_LINE
    assert str(expected_one_of("x", "y", names[:50])).endswith("name048, name049")


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: ca.figure(NAME),
        lambda folder: ca.figures(folder / f"{NAME}.toml"),
        lambda folder: ca.animate(CONV, theme={"name": NAME, "input": 1}),
        lambda folder: ca.animate(CONV, theme={NAME: 1}),
        lambda folder: ca.animate(CONV, **{NAME: 1}),
        lambda folder: ca.animate(CONV, labels=NAME),
        lambda folder: ca.animate(CONV).save(folder / f"{NAME}.gif"),
        lambda folder: ca.animate(CONV).save(folder / f"x.{NAME}"),
        lambda folder: ca.animate(CONV).embed(NAME),
        lambda folder: ca.Conv(5, 3, padding=NAME),
    ],
)
def test_a_name_of_10000_characters_comes_back_short(make, tmp_path):
    assert len(refusal(lambda: make(tmp_path))) <= 800


def test_the_name_of_a_figure_in_toml_comes_back_short(toml):
    assert len(refusal(lambda: ca.figures(toml(f"[{NAME}]\nx = 1")))) <= 800


# --- the machine


@pytest.mark.places  # starts processes, which takes long
def test_a_home_that_cannot_be_written_is_no_news(tmp_path):
    """matplotlib would say that it has no folder for its settings and its list of fonts."""
    nowhere = str(tmp_path / "file" / "folder")
    (tmp_path / "file").write_text("no folder")
    words = "-m convanim draw conv -i 3 -k 2 --theme clear --labels title --title ☃中 -o x.png -o x.pdf"
    run = python(*words.split(), cwd=tmp_path, HOME=nowhere, MPLCONFIGDIR=nowhere)
    assert (run.returncode, run.stdout, run.stderr) == (0, "x.png\nx.pdf\n", "")
    loud = python("-c", "import matplotlib", cwd=tmp_path, HOME=nowhere, MPLCONFIGDIR=nowhere)
    assert "MPLCONFIGDIR" in loud.stderr


# --- a copy with another padding


def test_an_output_padding_that_was_not_given_follows_the_padding_of_a_copy():
    def made(make):
        try:
            return make()
        except ConvanimError as error:
            return str(error)

    seen = 0
    for old, new, stride, kernel in product([*PADDINGS, 0, 1], PADDINGS, (1, 2, 3), (1, 2, 3)):
        sizes = {"input_size": 4, "kernel_size": kernel, "stride": stride, "ndim": 1}
        op = made(lambda: ca.ConvTranspose(**sizes, padding=old))
        if not isinstance(op, str):
            wanted = made(lambda: ca.ConvTranspose(**sizes, padding=new))
            assert made(lambda: replace(op, padding=new)) == wanted
            assert made(lambda: replace(replace(op, bias=True), padding=new, bias=False)) == wanted
            assert replace(op, bias=True).output_size == op.output_size
            seen += not isinstance(wanted, str)
    assert seen > 300
    given, implied = (ca.ConvTranspose(3, 3, stride=2, output_padding=extra, ndim=1) for extra in (0, None))
    assert given == implied and hash(given) == hash(implied) and repr(given) == repr(implied)
    sizes = [replace(op, padding="SAME").output_size for op in (given, implied)]
    assert sizes == [(5,), (6,)]  # Keras' with output_padding=0, and without


# --- paths and names that are none


@pytest.mark.parametrize(
    "make",
    [
        lambda: ca.figures(10**5000),
        lambda: ca.figures(b"x.toml"),
        lambda: ca.gallery([], NAME),
        lambda: ca.gallery(np.array([1, 2], "M8[s]"), "x"),
        lambda: ca.gallery([], "x", suffixes=10**5000),
        lambda: ca.gallery([], 3),
        lambda: ca.animate(CONV, theme={"name": 10**5000, "x": 1}),
        lambda: ca.animate(CONV, theme={10**5000: 1}),
        lambda: ca.animate(CONV, theme={"input": {"stroke": np.array([1, 2])}}),
        lambda: replace(ca.THEMES["dark"], labels=None),
        lambda: replace(ca.THEMES["dark"], labels=3.0),
        lambda: ca.animate(CONV, labels=range(10**9)),
        lambda: ca.animate(CONV, view="flat", input=range(10**9)),
        lambda: ca.Conv(range(10**9), 3),
        lambda: ca.AdaptivePool(1, range(10**9), ndim=1),
        lambda: ca.Pool(5, 2, padding=range(10**9)),
        lambda: ca.Conv(5, 3, padding=[range(10**9)] * 2),
        lambda: ca.sources([CONV], range(10**9)),
        lambda: ca.animate(CONV).storyboard(range(10**9)),
        lambda: ca.animate(CONV).storyboard(np.array(None)),
    ],
)
def test_what_is_no_path_no_name_and_no_list_of_suffixes_is_refused(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refusal(make)
    assert not list(tmp_path.iterdir())

"""Bad input: one line that says what was given and what to do, exit status 2, no traceback; files stay as they were."""

from __future__ import annotations

import itertools
import math
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import convanim as ca
from convanim.cli import main
from convanim.errors import ConvanimError, expected_one_of, short_repr
from convanim.geometry import OPERATIONS
from convanim.write import files

CONV = ca.Conv(5, 3)
SLIDING = [name for name in OPERATIONS if name != "adaptive_pool"]
NAN = float("nan")


def one_line(caught):
    """The message of a caught error, which must be a ConvanimError of one line that says something."""
    assert type(caught.value) is ca.ConvanimError
    text = str(caught.value)
    assert text == text.strip() and len(text) > 20
    assert len(text.splitlines()) == 1
    return text


def test_the_check_of_messages_sees_two_lines_and_other_errors():
    for error in (ValueError("a message that is long enough"), ca.ConvanimError("short")):
        with pytest.raises(ValueError) as caught:
            raise error
        with pytest.raises(AssertionError):
            one_line(caught)
    assert len(str(ca.ConvanimError("two\nlines")).splitlines()) == 1


@pytest.fixture
def command(monkeypatch, capfd, tmp_path):
    """Run the command line with its own handling of errors; gives the line that it fails with."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["convanim", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        assert (end.value.code, out) == (2, "")
        assert re.fullmatch(r"convanim: [^\n]{20,}\n", err)
        return err

    return run


# --- operations: what is given in Python, the same on the command line, and what the line must hold

OPERATION_FAULTS = [
    ("conv", {"input_size": 3, "kernel_size": 6, "padding": 1}, "kernel_size=6"),
    ("conv", {"input_size": 5, "kernel_size": 3, "dilation": 3}, "spans 7 cells"),
    ("conv", {"input_size": (5, 2), "kernel_size": 3}, "axis 1"),
    ("pool", {"input_size": 3, "kernel_size": 4}, "kernel_size=4"),
    ("pool", {"input_size": 5, "kernel_size": 3, "padding": 2}, "padding=2"),
    ("pool", {"input_size": 5, "kernel_size": 3, "mode": "mean"}, "'mean'"),
    *(
        (name, {"input_size": 5, "kernel_size": 3, word: value}, f"{word}={value}")
        for name in SLIDING
        for word, value in itertools.product(("input_size", "kernel_size", "stride", "dilation"), (0, -1))
    ),
    *((name, {"input_size": 5, "kernel_size": 3, "padding": -1}, "padding=-1") for name in SLIDING),
    ("transpose", {"input_size": 3, "kernel_size": 3, "stride": 2, "output_padding": 2}, "output_padding=2"),
    ("transpose", {"input_size": 3, "kernel_size": 3, "output_padding": -1}, "output_padding=-1"),
    ("transpose", {"input_size": 3, "kernel_size": 3, "padding": 3}, "padding=(3, 3)"),
    ("conv", {"input_size": (5, 5), "kernel_size": (3, 3, 3)}, "axes"),
    ("conv", {"input_size": (5, 5, 5), "kernel_size": 3, "padding": (1, 1)}, "axes"),
    ("conv", {"input_size": 10**10, "kernel_size": 3}, "10000000000"),
]


def as_words(values):
    """Sizes as the command line has them."""

    def text(value):
        return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)

    return [f"--{name.replace('_', '-')}={text(value)}" for name, value in values.items()]


@pytest.mark.parametrize(("name", "values", "part"), OPERATION_FAULTS)
def test_an_operation_that_cannot_be_is_refused_in_python_and_on_the_command_line(
    name, values, part, command, tmp_path
):
    with pytest.raises(ca.ConvanimError) as caught:
        OPERATIONS[name](**values)
    assert part in one_line(caught)
    assert part in command("info", name, *as_words(values))
    assert part in command("draw", name, *as_words(values), "-o", "x.gif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["input_size", "kernel_size", "stride", "padding", "dilation"])
@pytest.mark.parametrize(
    "value", [2.0, 1.5, "2", b"2", True, NAN, (2, 1.5), (2, "2"), (), {2: 3}, [[1, 2, 3], 1], object()]
)
def test_what_is_no_whole_number_is_refused(word, value):
    with pytest.raises(ca.ConvanimError) as caught:
        ca.Conv(**{"input_size": 5, "kernel_size": 3, word: value})
    assert word in one_line(caught)


# --- animate

ANIMATE_FAULTS = [
    *(({"view": view}, "unknown view") for view in ("isometrc", "", True, 3, ["flat"])),
    *(({"theme": theme}, "unknown theme") for theme in ("clasic", "", True, None, {})),
    *(({"step_ms": ms}, "step_ms") for ms in (0, -10, True, None, 100.0, "100", 10**9)),
    *(({"dpi": dpi}, "dpi") for dpi in (0, -1, True, "150", NAN, math.inf, 1e9)),
    *(({"seed": seed}, "seed") for seed in (True, -1, 1.5, "x")),
    ({"input": np.zeros((4, 5))}, "(4, 5)"),
    ({"input": np.full((5, 5), NAN)}, "nan"),
    ({"input": [[1, 2], [3]]}, "different lengths"),
    ({"input": np.full((5, 5), "x")}, "input"),
    ({"kernel": np.zeros(9)}, "(9,)"),
    ({"kernel": np.full((3, 3), math.inf)}, "inf"),
    ({"view": "isometric", "seed": 1}, "shows no values"),
    ({"view": "isometric", "bias": False}, "shows no values"),
    ({"view": "isometric", "input": np.zeros((5, 5))}, "shows no values"),
]


@pytest.mark.parametrize(("values", "part"), ANIMATE_FAULTS)
def test_what_cannot_be_drawn_is_refused(values, part):
    with pytest.raises(ca.ConvanimError) as caught:
        ca.animate(CONV, **values)
    assert part in one_line(caught)


@pytest.mark.parametrize("op", [None, 5, "conv", ca.Conv, {"input_size": 5}])
def test_what_is_no_operation_is_refused(op):
    with pytest.raises(ca.ConvanimError) as caught:
        ca.animate(op)
    assert "operation" in one_line(caught)


@pytest.mark.parametrize("view", ca.VIEWS)
def test_three_dimensions_are_not_drawn(view):
    with pytest.raises(ca.ConvanimError) as caught:
        ca.animate([ca.Conv((3, 3, 3), 2)] if ca.VIEWS[view].takes_layers else ca.Conv((3, 3, 3), 2), view=view)
    assert "3" in one_line(caught)


def test_a_pool_has_no_kernel_values():
    with pytest.raises(ca.ConvanimError) as caught:
        ca.animate(ca.Pool(4, 2), kernel=np.ones((2, 2)))
    assert "kernel" in one_line(caught)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("--view isometrc", "did you mean 'isometric'"),
        ("--theme clasic", "did you mean 'classic'"),
        ("--step-ms 0", "step_ms=0"),
        ("--dpi 0", "dpi"),
        ("--step-ms 15", "step_ms=15"),
        ("--step-ms 10", "step_ms=10"),
        ("--seed -1", "seed"),
    ],
)
def test_what_cannot_be_drawn_is_refused_on_the_command_line(words, part, command, tmp_path):
    assert part in command("draw", "conv", "-i", 5, "-k", 3, *words.split(), "-o", "x.gif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("input_size", "part"), [((400, 400), "160,000 steps")])
def test_more_than_100_000_frames_are_refused_before_any_work(input_size, part, command, tmp_path):
    a = ca.animate(ca.Conv(input_size, 1), dpi=1, steps="all")
    for name in ("x.gif", "x.svg", "x.html", "{step}.svg"):
        with pytest.raises(ca.ConvanimError) as caught:
            a.save(tmp_path / name)
        assert part in one_line(caught) and "100,000" in str(caught.value)
    size = "x".join(map(str, input_size))
    assert part in command("draw", "conv", "-i", size, "-k", 1, "--dpi", 1, "--steps", "all", "-o", "x.gif")
    assert list(tmp_path.iterdir()) == []


def test_more_than_two_gigabytes_are_refused_before_any_work(command, tmp_path):
    with pytest.raises(ca.ConvanimError) as caught:
        ca.animate(ca.Conv(10**6, 3, stride=10**5))
    assert "GB" in one_line(caught)
    a = ca.animate(ca.Conv(300, 3, stride=100), dpi=1200)
    for work in (lambda: a.frame(0), lambda: a.save(tmp_path / "x.gif"), lambda: a.save(tmp_path / "{step}.png")):
        with pytest.raises(ca.ConvanimError) as caught:
            work()
        assert "GB" in one_line(caught)
    assert "GB" in command("draw", "conv", "-i", 300, "-k", 3, "-s", 100, "--dpi", 1200, "-o", "x.gif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", [-1, 9, 1.0, "0", NAN, (0,)])
def test_a_step_that_is_not_there_is_refused(step, tmp_path):
    a = ca.animate(CONV)
    for work in (
        a.frame,
        a.svg,
        lambda step: a.save(tmp_path / "x.svg", step=step),
        lambda step: a.save(tmp_path / "x.png", step=step),
    ):
        with pytest.raises(ca.ConvanimError) as caught:
            work(step)
        assert "0 to 8" in one_line(caught)
    assert list(tmp_path.iterdir()) == []


# --- names of files

NAMES = {
    "x.gfi": "did you mean '.gif'",
    "x": "suffix",
    "x.bmp": "unknown format",
    "": "",
    "x.": "suffix",
    "{}.png": "braces",
    "{step": "",
    "x{stp}.png": "braces",
    "{step:q}.png": "braces",
    "{step!x}.svg": "braces",
    "{step.real.x}.png": "braces",
    "x{step.png": "braces",
    "x}.svg": "braces",
    "{step}.gif": "whole animation",
    "{step:.0}.png": "",
    "x\0.gif": "name",
    "{step.__class__}.png": "braces",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ca.ConvanimError) as caught:
        ca.animate(CONV).save(name)
    assert NAMES[name] in one_line(caught)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in NAMES if "\0" not in name])
def test_a_name_that_cannot_be_is_refused_on_the_command_line(name, command, tmp_path):
    assert NAMES[name] in command("draw", "conv", "-i", 5, "-k", 3, "-o", name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", [None, 5, b"x.gif", ["x.gif"], True])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ca.ConvanimError) as caught:
        ca.animate(CONV).save(path)
    one_line(caught)


# --- specs

GOOD = 'operation = "conv"\ninput_size = 5\nkernel_size = 3\n'
SPECS = {
    "not TOML": ("[x\n", "not TOML"),
    "no text": (b"\xff\xfe\x00", "not TOML"),
    "no table": ("x = 3", "not a table"),
    "no operation": ("[x]\ninput_size = 5\nkernel_size = 3", "no operation"),
    "an unknown operation": ('[x]\noperation = "cnv"\ninput_size = 5\nkernel_size = 3', "did you mean 'conv'"),
    "an unknown key": (f"[x]\n{GOOD}strid = 2", "did you mean 'stride'"),
    "a key of another operation": (f"[x]\n{GOOD}output_padding = 1", "output_padding"),
    "no size": ('[x]\noperation = "conv"\nkernel_size = 3', "input_size"),
    "a size of text": ('[x]\noperation = "conv"\ninput_size = "5"\nkernel_size = 3', "input_size"),
    "a size of a truth": (f"[x]\n{GOOD}stride = true", "stride"),
    "a date": (f"[x]\n{GOOD}padding = 2020-01-01", "padding"),
    "a kernel that is too large": ('[x]\noperation = "conv"\ninput_size = 2\nkernel_size = 3', "kernel_size=3"),
    "an unknown view": (f'[x]\n{GOOD}view = "falt"', "did you mean 'flat'"),
    "an unknown theme": (f'[x]\n{GOOD}theme = "clasic"', "did you mean 'classic'"),
    "a view that is a number": (f"[x]\n{GOOD}view = 3", "unknown view"),
    "a name with a slash": (f'["a/b"]\n{GOOD}', "letters"),
    "a name that goes up": (f'[".."]\n{GOOD}', "letters"),
}


@pytest.mark.parametrize("what", SPECS)
def test_a_spec_with_a_fault_is_refused(what, command, tmp_path):
    text, part = SPECS[what]
    spec = tmp_path / "mine.toml"
    spec.write_bytes(text if isinstance(text, bytes) else text.encode())
    for work in (lambda: ca.figures(spec), lambda: ca.figure("x", spec), lambda: ca.gallery(spec, tmp_path / "out")):
        with pytest.raises(ca.ConvanimError) as caught:
            work()
        assert part in one_line(caught) and "mine.toml" in str(caught.value)
    assert part in command("render", "mine.toml", "-o", "out")
    assert part in command("gallery", "mine.toml", "-o", "out")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


@pytest.mark.parametrize(
    "line",
    ["step_ms = true", "dpi = 'x'", "seed = 'x'", "input = [1, 2]", "kernel = [[nan, 0, 0], [0, 0, 0], [0, 0, 0]]"],
)
def test_a_figure_whose_values_cannot_be_drawn_is_refused(line, tmp_path):
    spec = tmp_path / "mine.toml"
    spec.write_text(f'[x]\n{GOOD}view = "flat"\n{line}')
    with pytest.raises(ca.ConvanimError) as caught:
        ca.figure("x", spec)
    assert line.split()[0] in one_line(caught)


@pytest.mark.parametrize("name", ["paddin_strides", "", None, 3])
def test_an_unknown_figure_is_refused(name):
    with pytest.raises(ca.ConvanimError) as caught:
        ca.figure(name)
    assert "unknown figure" in one_line(caught)


def test_two_figures_of_one_name_and_missing_files_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(f"[x]\n{GOOD}")
    for specs in ([tmp_path / "a.toml", tmp_path / "b.toml"], [tmp_path / "none.toml"], [tmp_path]):
        with pytest.raises(ca.ConvanimError) as caught:
            ca.figures(*specs)
        one_line(caught)


# --- places that can't be written


@pytest.mark.parametrize("name", ["x.gif", "x.svg", "{step}.png"])
@pytest.mark.parametrize("place", ["file", "file/deeper", *(["/proc"] if Path("/proc/self").exists() else [])])
def test_a_place_that_cannot_be_written_is_refused(name, place, command, tmp_path):
    (tmp_path / "file").write_text("a regular file")
    with pytest.raises(ca.ConvanimError) as caught:
        ca.animate(CONV).save(tmp_path / place / name)  # "/proc" stays as it is
    assert "can't write" in one_line(caught)
    assert "can't write" in command("draw", "conv", "-i", 5, "-k", 3, "-o", f"{place}/{name}")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "a regular file"


@pytest.mark.parametrize("suffix", ca.FORMATS)
def test_a_folder_is_not_overwritten(suffix, tmp_path):
    (tmp_path / f"x{suffix}").mkdir()
    with pytest.raises(ca.ConvanimError) as caught:
        ca.animate(ca.Conv(3, 3)).save(tmp_path / f"x{suffix}")
    assert "folder" in one_line(caught)


# --- what was there stays


@pytest.mark.parametrize("suffix", ca.FORMATS)
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_a_failure_at_the_very_end_leaves_the_old_file_and_nothing_else(suffix, error, tmp_path, monkeypatch):
    old = tmp_path / f"x{suffix}"
    old.write_bytes(b"old")

    def fails(self, target):
        raise error

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(ca.ConvanimError if isinstance(error, OSError) else type(error)):
        ca.animate(ca.Conv(3, 3)).save(old)
    assert [path.name for path in tmp_path.iterdir()] == [old.name]
    assert old.read_bytes() == b"old"


def test_an_error_while_frames_are_drawn_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    from convanim.render.agg import Canvas

    (tmp_path / "x.gif").write_bytes(b"old")
    draw, drawn = Canvas.draw, []

    def fails_later(self, step):
        drawn.append(step)
        if len(drawn) > 6:
            raise RuntimeError("in the middle")
        return draw(self, step)

    monkeypatch.setattr(Canvas, "draw", fails_later)
    with pytest.raises(RuntimeError):
        ca.animate(CONV).save(tmp_path / "x.gif")
    assert [path.name for path in tmp_path.iterdir()] == ["x.gif"]
    assert (tmp_path / "x.gif").read_bytes() == b"old"


def test_a_refused_figure_leaves_the_old_file(tmp_path):
    (tmp_path / "x.gif").write_bytes(b"old")
    with pytest.raises(ca.ConvanimError):
        ca.animate(CONV, step_ms=25).save(tmp_path / "x.gif")
    assert (tmp_path / "x.gif").read_bytes() == b"old"


def test_the_replacing_file_is_not_seen_before_it_is_complete(tmp_path):
    (tmp_path / "x").write_bytes(b"old")
    with files.replacing(tmp_path / "x") as file:
        file.write(b"new")
        assert (tmp_path / "x").read_bytes() == b"old"
    assert (tmp_path / "x").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_an_error_is_one_line_whatever_the_input_held():
    for text in ("a\nb", "a\r\nb", "  a\tb\n", "a\x0bb", "a\u2028b"):
        assert len(str(ConvanimError(text)).splitlines()) == 1 and str(ConvanimError(text)) == "a b"
    assert issubclass(ConvanimError, ValueError)


def test_a_shown_value_is_cut_and_never_raises():
    class Shy:
        def __repr__(self):
            raise RuntimeError

    assert short_repr("x" * 100) == "'" + "x" * 56 + "..." and len(short_repr("x" * 100)) == 60
    assert short_repr("x" * 58) == repr("x" * 58)
    assert short_repr(Shy()) == "<Shy>" and short_repr(10**6000) == "<int>"


def test_an_unknown_name_gets_the_choices_and_the_likeliest_of_them():
    assert (
        str(expected_one_of("view", "isometrc", ["flat", "isometric"]))
        == "unknown view 'isometrc': did you mean 'isometric'? Expected one of flat, isometric"
    )
    assert (
        str(expected_one_of("view", "zzz", iter(["flat", "isometric"])))
        == "unknown view 'zzz': Expected one of flat, isometric"
    )


@pytest.mark.parametrize(
    ("name", "op"),
    [
        ("Conv1d", ca.Conv(3, 1, ndim=1)),
        ("Conv2d", ca.Conv(3, 1)),
        ("Conv3d", ca.Conv(3, 1, ndim=3)),
        ("Conv2DTranspose", ca.ConvTranspose(3, 1)),
        ("ConvTranspose3d", ca.ConvTranspose(3, 1, ndim=3)),
        ("MaxPool", ca.Pool(3, 1)),
        ("MaxPooling1D", ca.Pool(3, 1, ndim=1)),
        ("AvgPool2d", ca.Pool(3, 1, mode="average")),
        ("AveragePooling3D", ca.Pool(3, 1, mode="average", ndim=3)),
        ("LPPool1d", ca.Pool(3, 1, mode="l2", ndim=1)),
        ("AdaptiveAvgPool1d", ca.AdaptivePool(3, 1, ndim=1)),
        ("AdaptiveMaxPool2d", ca.AdaptivePool(3, 1, mode="max")),
    ],
)
def test_the_name_of_a_frameworks_layer_gets_the_operation_that_it_is_here(name, op):
    with pytest.raises(AttributeError) as caught:
        getattr(ca, name)
    start, take = str(caught.value).split(": take convanim.")
    assert start == f"module 'convanim' has no attribute {name!r}"
    assert eval(take.replace("...", "3, 1"), vars(ca)) == op


def test_a_name_that_convanim_lacks_gets_the_nearest_one():
    for name, end in (("animte", ": did you mean 'animate'?"), ("xyzzy", ""), ("__animate__", "")):
        with pytest.raises(AttributeError) as caught:
            getattr(ca, name)
        assert str(caught.value) == f"module 'convanim' has no attribute {name!r}{end}"

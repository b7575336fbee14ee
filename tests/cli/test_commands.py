"""The command line: what each command prints and writes, in processes of its own where that matters."""

from __future__ import annotations

import math
import re
from collections import Counter

import pytest

import convanim as ca
from helpers.gallery import files
from helpers.processes import python

COMMANDS = ["list", "render", "draw", "info", "embed", "gallery"]


def rows(text):
    """The rows "name  value" of `convanim info`, as a dict."""
    return dict(re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in text.splitlines()[1:])


def test_python_m_convanim_is_the_program():
    run = python("-m", "convanim", "--version")
    assert (run.returncode, run.stdout, run.stderr) == (0, f"convanim, version {ca.__version__}\n", "")
    bad = python("-m", "convanim", "info", "conv", "-i", "0", "-k", "3")
    assert (bad.returncode, bad.stdout, bad.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_each_command_explains_itself(name, flag, command):
    status, out, err = command(name, flag)
    assert (status, err) == (0, "")
    assert f"convanim {name}" in out


def test_the_help_names_every_command(command):
    status, out, _ = command("--help")
    assert status == 0
    assert all(re.search(rf"^  {name} ", out, re.MULTILINE) for name in COMMANDS)


def test_list_has_a_line_for_each_figure_with_its_title(command):
    status, out, err = command("list")
    assert (status, err) == (0, "")
    known = ca.figures()
    assert [line.split(maxsplit=1) for line in out.splitlines()] == [
        [name, figure.title] for name, figure in known.items()
    ]
    assert Counter(one.source for one in known.values()) == {
        "arithmetic.toml": 15,
        "numerical.toml": 4,
        "padding.toml": 19,
        "explained.toml": 19,
        "looks.toml": 10,
        "line.toml": 11,
        "matrix.toml": 9,
        "dense.toml": 6,
        "im2col.toml": 7,
        "scatter.toml": 6,
        "pair.toml": 6,
        "channels.toml": 7,
        "stack.toml": 11,
        "shaded.toml": 2,
        "large.toml": 3,
    }


def test_render_takes_names_and_toml_files(command, tmp_path):
    (tmp_path / "mine.toml").write_text('[own]\noperation = "pool"\ninput_size = [2, 4]\nkernel_size = 2\n')
    status, out, err = command("render", "padding_strides", "mine.toml", "-o", "out")
    assert (status, err) == (0, "")
    names = ["own.gif", "own.svg", "padding_strides.gif", "padding_strides.svg"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert sorted(out.split()) == [f"out/{name}" for name in names]
    ca.figure("padding_strides").save("there.gif")
    assert (tmp_path / "out" / "padding_strides.gif").read_bytes() == (tmp_path / "there.gif").read_bytes()


def test_render_writes_the_formats_asked_for(command, tmp_path):
    assert command("render", "dilation", "-f", "svg", "-o", tmp_path / "out")[0] == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["dilation.svg"]


DRAWN = {
    "conv -i 5x7 -k 3 -s 2 -p 1": ca.Conv((5, 7), 3, stride=2, padding=1),
    "conv -i 5 -k 3 -p 1:2x0:1 -d 2x1": ca.Conv(5, 3, padding=((1, 2), (0, 1)), dilation=(2, 1)),
    "conv -i 7 -k 3 -s 2 --ndim 1": ca.Conv(7, 3, stride=2, ndim=1),
    "conv -i 7 -k 3 -p 2:0 --ndim 1": ca.Conv(7, 3, padding=((2, 0),), ndim=1),
    "conv -i 5 -k 3 -p 1:0": ca.Conv(5, 3, padding=((1, 0), (1, 0))),
    "transpose -i 3 -k 3 -s 2 -p 1 --output-padding 1x0": ca.ConvTranspose(
        3, 3, stride=2, padding=1, output_padding=(1, 0)
    ),
    "pool -i 4X6 -k 2 --mode average": ca.Pool((4, 6), 2, mode="average"),
}


@pytest.mark.parametrize("words", DRAWN)
def test_draw_writes_every_file_asked_for_as_python_does(words, command, tmp_path):
    names = ["x.gif", "x.svg", "p/{step:02d}.png"]
    status, out, err = command("draw", *words.split(), *(word for name in names for word in ("-o", name)))
    assert (status, err) == (0, "")
    a = ca.animate(DRAWN[words])
    for name in names:
        for path in a.save(tmp_path / "python" / name):
            other = tmp_path / path.relative_to(tmp_path / "python")
            assert other.read_bytes() == path.read_bytes()
            assert other.name in out or len(a) > 4


def test_draw_passes_on_view_theme_step_time_resolution_and_seed(command, tmp_path):
    words = ["--view", "flat", "--theme", "classic", "--step-ms", "250", "--dpi", "90", "--seed", "7", "-o", "x.gif"]
    assert command("draw", "conv", "-i", 3, "-k", 2, *words)[0] == 0
    a = ca.animate(ca.Conv(3, 2), view="flat", step_ms=250, dpi=90, seed=7)
    a.save("y.gif")
    assert (tmp_path / "x.gif").read_bytes() == (tmp_path / "y.gif").read_bytes()
    assert command("draw", "conv", "-i", 3, "-k", 2, "--step", 3, "-o", "s.svg")[0] == 0
    assert (tmp_path / "s.svg").read_text(encoding="utf-8") == ca.animate(ca.Conv(3, 2)).svg(3)


@pytest.mark.parametrize(
    ("i", "k", "s", "p", "d"), [(5, 3, 2, 1, 1), (7, 3, 1, 0, 2), (6, 3, 2, 1, 1), (224, 7, 2, 3, 1), (9, 2, 4, 0, 3)]
)
def test_info_of_a_convolution_prints_the_sizes_of_the_formulas(i, k, s, p, d, command):
    status, out, err = command("info", "conv", "-i", i, "-k", k, "-s", s, "-p", p, "-d", d)
    assert (status, err) == (0, "")
    reach = d * (k - 1) + 1
    size = math.floor((i + 2 * p - d * (k - 1) - 1) / s) + 1
    unread = (i + 2 * p - reach) - (size - 1) * s
    expected = {
        "input": i,
        "padded": i + 2 * p,
        "kernel": k,
        "effective kernel": reach,
        "output": size,
        "left at the end": unread,
    }
    found = rows(out)
    assert {name: found[name] for name in expected} == {name: f"{n}x{n}" for name, n in expected.items()}
    check_formulas(found, [size, size])


@pytest.mark.parametrize(
    ("i", "k", "s", "p", "d", "extra"), [(3, 3, 2, 1, 1, 1), (5, 4, 1, 2, 1, 0), (4, 3, 3, 0, 2, 2)]
)
def test_info_of_a_transposed_convolution_prints_the_sizes_of_the_formulas(i, k, s, p, d, extra, command):
    status, out, _ = command(
        "info", "transpose", "-i", i, "-k", k, "-s", s, "-p", p, "-d", d, "--output-padding", extra
    )
    assert status == 0
    size = (i - 1) * s - 2 * p + d * (k - 1) + extra + 1
    found = rows(out)
    assert found["output"] == f"{size}x{size}"
    assert found["padded"] == "x".join([str(size + d * (k - 1))] * 2)
    check_formulas(found, [size, size])


def test_info_of_other_axes_names_them(command):
    assert set(rows(command("info", "pool", "-i", 9, "-k", 2, "--ndim", 1)[1])) >= {"width"}
    found = rows(command("info", "conv", "-i", "4x5x6", "-k", 3)[1])
    assert found["output"] == "2x3x4"
    check_formulas(found, [2, 3, 4], ["depth", "height", "width"])
    found = rows(command("info", "conv", "-i", "5x7", "-k", 3, "-p", "1:2x0:1")[1])
    assert (found["padded"], found["output"]) == ("8x8", "6x6")
    check_formulas(found, [6, 6])


def test_info_of_layers_prints_the_whole_and_each_layer(command):
    status, out, err = command("info", "--layers", "conv -i 9x11 -k 3, pool -k 2, transpose -k 3 -s 2")
    assert (status, err) == (0, "")
    whole, *each = out.split("\n\n")
    assert whole.splitlines()[0] == "3 layers: 9x11 → 7x9 → 3x4 → 7x9"
    found, layers = rows(whole), [rows(text) for text in each]
    assert found["parameters"] == "9 + 9 = 18" and found["MACs"] == f"{9 * 63} + {9 * 12} = {9 * 75}"
    # a cell of the last map sees 2 cells of 3x4 (k=3, s=2), so 4 of 7x9, and 6 of the input; s=2 after s=2 is 1
    assert (found["receptive field"], found["jump"]) == ("6x6", "1x1")
    assert [one["output"] for one in layers] == ["7x9", "3x4", "7x9"]
    assert each[2].startswith("3. Transposed convolution of a 3x4 input")
    code = command("info", "--layers", "conv -i 9 -k 3, conv -k 5", "--code", "torch")[1]
    compile(code, "info", "exec")
    assert "nn.Conv2d(1, 1, 3" in code and "nn.Conv2d(1, 1, 5" in code
    assert "can't be combined with --layers" in command("info", "conv", "--layers", "conv -i 9 -k 3")[2]


def check_formulas(found, sizes, names=("height", "width")):
    """Each formula, worked out by Python, must give the number that it ends with."""
    for name, size in zip(names, sizes, strict=True):
        left, right = found[name].replace("·", "*").replace("−", "-").split(" = ")
        left = left.removesuffix(" (added at the end)")
        assert re.fullmatch(r"[floor\d+*/() -]+", left)
        assert eval(left, {"__builtins__": {}, "floor": math.floor}) == int(right) == size


def test_the_check_of_formulas_sees_a_wrong_number():
    with pytest.raises(AssertionError):
        check_formulas({"width": "floor((5 + 2*1 - 2*(3 - 1) - 1) / 2) + 1 = 3"}, [3], ["width"])


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("info conv -i 5 -k 3 --output-padding 1", "conv has no --output-padding"),
        ("info conv -i 5 -k 3 --mode max", "conv has no --mode"),
        ("info pool -i 5 -k 3 --output-padding 1", "pool has no --output-padding"),
        ("info transpose -i 5 -k 3 --mode max", "transpose has no --mode"),
        ("info pool -i 5 -k 3 --mode mean", "unknown mode 'mean'"),
        ("info konv -i 5 -k 3", "did you mean 'conv'"),
        ("info conv -i 5x -k 3", "--input-size '5x' is not a size"),
        ("info conv -i 5.5 -k 3", "--input-size '5.5' is not a size"),
        ("info conv -i 1:2 -k 3", "--input-size '1:2' is not a size"),
        ("info conv -i 5 -k 3 -p 1:2:3", "--padding '1:2:3' is not a size"),
        ("info conv -i 5x5 -k 3x3x3", "axes"),
        ("info conv -i 5x5 -k 3 --ndim 1", "axes"),
        ("info conv -i 5", "kernel-size"),
        ("draw conv -i 5 -k 3", "output"),
        ("draw conv -i 5 -k 3 --nonsense 1 -o x.gif", "nonsense"),
        ("draw conv -i 5 -k 3 --dpi fine -o x.gif", "dpi"),
        ("draw conv -i 5 -k 3 --dpi nan -o x.gif", "dpi=nan"),
        ("draw conv -i 5 -k 3 --seed 1 --view isometric -o x.gif", "shows no values"),
        ("draw conv -i 5 -k 3 --step 9 -o x.svg", "step=9"),
        ("draw conv -i 5x5x5 -k 3 -o x.svg", "dimensions"),
        ("render paddin_strides", "did you mean 'padding_strides'"),
        ("render nowhere.toml", "nowhere.toml"),
        ("render dilation -f bmp", "'.bmp'"),
        ("render", "NAME"),
        ("lst", "lst"),
    ],
)
def test_a_wrong_word_is_one_line_and_exit_status_2(words, part, command, tmp_path):
    status, out, err = command(*words.split())
    assert (status, out) == (2, "")
    assert re.fullmatch(r"convanim: [^\n]*\n", err)
    assert part.lower() in err.lower()
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_told_in_the_same_words_with_and_without_the_commands(command):
    from click.testing import CliRunner

    from convanim.cli import cli

    told = CliRunner().invoke(cli, ["--version"], prog_name="convanim").output
    assert command("--version") == (0, told, "") and told.split()[-1] == ca.__version__


@pytest.mark.places  # starts processes, which takes long
def test_gallery_says_which_figure_failed_and_builds_the_rest(tmp_path):
    table = 'operation = "conv"\ninput_size = 4\nkernel_size = 2\n'
    (tmp_path / "mine.toml").write_text(f"[one]\n{table}[bad]\n{table}step_ms = 15\n[two]\n{table}")
    run = python("-m", "convanim", "gallery", "mine.toml", "-o", "out", cwd=tmp_path)
    assert run.returncode == 2
    told, ends = run.stdout.splitlines()
    assert told == "drawing 3 figures as .gif and .svg into out"
    assert ends == "2 of 3 figures in out: open out/index.html"
    lines = [line for line in re.split(r"[\r\n]", run.stderr) if line.startswith("failed")]
    assert len(lines) == 1 and lines[0].startswith("failed: bad: step_ms=15")
    assert "Traceback" not in run.stderr
    assert files(tmp_path / "out") == [
        "details.js",
        "index.html",
        "one.gif",
        "one.svg",
        "two.gif",
        "two.svg",
    ]


@pytest.mark.places  # starts processes, which takes long
def test_gallery_without_a_failure_ends_well(tmp_path):
    (tmp_path / "mine.toml").write_text('[one]\noperation = "conv"\ninput_size = 3\nkernel_size = 2\n')
    run = python("-m", "convanim", "gallery", "mine.toml", "-o", "out", cwd=tmp_path)
    assert run.returncode == 0 and run.stdout.splitlines()[1:] == ["1 of 1 figures in out: open out/index.html"]


def test_code_that_info_prints_is_python_as_a_whole(command):
    _, out, _ = command("info", "adaptive_pool", "-i", "5", "--output-size", "3", "--code", "torch")
    compile(out, "layer.py", "exec")
    assert "kernel            up to 3x3" in out and out.startswith("# Adaptive")


def test_a_place_has_other_names_and_a_drawn_file_in_place_of_a_figure_is_told_what_to_type(command):
    status, snippet, _ = command("embed", "padding_strides", "github")
    assert status == 0 and snippet == command("embed", "padding_strides", "markdown")[1] != ""
    status, _, error = command("embed", "fig.svg", "markdown")
    assert status == 2 and "convanim embed NAME markdown --src fig.svg" in error

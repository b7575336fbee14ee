"""Values from files and layers in one text, on the command line: the same figures as in Python."""

from __future__ import annotations

import numpy as np
import pytest

import convanim as ca

SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
DRAW = ("draw", "conv", "-i", 5, "-k", 3)


def test_input_and_kernel_are_inline_numbers_or_files(tmp_path, command):
    x = np.arange(25).reshape(5, 5) % 4
    a = ca.animate(ca.Conv(5, 3), input=x, kernel=SOBEL)
    np.save(tmp_path / "x.npy", x)
    np.savetxt(tmp_path / "k.csv", SOBEL, fmt="%d", delimiter=",")
    inline = "[[1, 0, -1], [2, 0, -2], [1, 0, -1]]"
    for given, weights in (("x.npy", "k.csv"), (str(x.tolist()), inline), (tmp_path / "x.npy", inline)):
        assert command(*DRAW, "--input", given, "--kernel", weights, "-o", "x.svg")[0] == 0
        assert (tmp_path / "x.svg").read_bytes() == a.save(tmp_path / "own.svg")[0].read_bytes()
    assert command("render", "no_padding_no_strides", "--kernel", "k.csv", "--view", "flat", "-f", "svg")[0] == 0
    own = ca.figure("no_padding_no_strides", kernel=SOBEL, view="flat").save(tmp_path / "own.svg")[0]
    assert (tmp_path / "no_padding_no_strides.svg").read_bytes() == own.read_bytes()
    for wrong in ("y.npy", "[[1, 2], [3", "k.txt"):
        status, out, err = command(*DRAW, "--kernel", wrong, "-o", "y.svg")
        assert (status, out, err.count("\n")) == (2, "", 1) and err.startswith(f"convanim: --kernel '{wrong}'")
    assert ".npy or .csv" in err and not (tmp_path / "y.svg").exists()


LAYERS = {
    "conv -i 9 -k 3 -p 1, pool -k 2, conv -k 3": [ca.Conv(9, 3, padding=1), ca.Pool(9, 2), ca.Conv(4, 3)],
    "conv -i 9x7 -k 3x1,transpose -k 2 -s 2": [ca.Conv((9, 7), (3, 1)), ca.ConvTranspose((7, 7), 2, stride=2)],
    "conv --input-size 8 -k 3 -p same --no-bias": [ca.Conv(8, 3, padding="same")],
    "conv -i 6 -k 3, conv -i 4 -k 2": [ca.Conv(6, 3), ca.Conv(4, 2)],
}


@pytest.mark.parametrize("text", LAYERS)
def test_layers_are_written_in_the_words_of_draw(text, tmp_path, command):
    assert command("draw", "--layers", text, "--theme", "clear", "-o", "x.svg")[0] == 0
    own = ca.animate(LAYERS[text], theme="clear").save(tmp_path / "own.svg")[0]
    assert (tmp_path / "x.svg").read_bytes() == own.read_bytes()


def test_the_size_of_the_input_and_the_dimensions_may_stand_beside_the_layers(tmp_path, command):
    for words, layers in (
        (("-i", 9, "--layers", "conv -k 3, pool -k 2"), [ca.Conv(9, 3), ca.Pool(7, 2)]),
        (
            ("--ndim", 1, "-i", 9, "--layers", "conv -k 3, conv -k 2 -d 2"),
            [ca.Conv(9, 3, ndim=1), ca.Conv(7, 2, dilation=2, ndim=1)],
        ),
    ):
        assert command("draw", *words, "-o", "x.svg")[0] == 0
        assert (tmp_path / "x.svg").read_bytes() == ca.animate(layers).save(tmp_path / "own.svg")[0].read_bytes()


WRONG = {
    ("--layers", ""): "layer 1, '': a layer is empty",
    ("--layers", "conv -i 9 -k 3,"): "layer 2, '': a layer is empty",
    ("--layers", "conv -k 3"): "conv needs --input-size",
    ("--layers", "-i 9 -k 3"): "a layer begins with its operation",
    **{
        ("--layers", f"conv {words} -k 3, pool -k 2", "-i", 5): "both specify the input size: leave one of them out"
        for words in ("-i 9", "-i9", "--input-size 9", "--input-size=9", "-k 3 -i '9'")
    },
    **{
        ("--layers", "conv -i 9 -k 3", flag, "x"): f"{flag} can't be combined with --layers: leave it out"
        for flag in ("--onnx", "--node")
    },
    ("--layers", "conv -i 9 -k 3, pol -k 2"): "layer 2, 'pol -k 2': unknown operation 'pol': did you mean 'pool'?",
    ("--layers", "conv -i 9 -q 3"): "layer 1, 'conv -i 9 -q 3': No such option",
    ("--layers", "conv -i 9 -k '3"): "No closing quotation",
    ("--layers", "conv -i 9 -k 3, conv -k 9"): "layer 2, 'conv -k 9': ",
    ("--layers", "conv -i 9 -k 3, conv -i 9 -k 2"): "layer 2 has input_size=(9, 9)",
    ("--layers", "conv -i 9 -k 3 -h"): "No such option",
    ("conv", "--layers", "conv -i 9 -k 3"): "conv can't be combined with --layers",
    ("-k", 3, "--layers", "conv -i 9"): "--kernel-size can't be combined with --layers",
    ("-i", 9, "--layers", "conv -i 9 -k 3"): "both specify the input size",
    ("--layers", "conv -i 9 -k 3, conv -k 3", "--view", "flat"): "the flat view draws one operation",
}


@pytest.mark.parametrize("words", WRONG)
def test_layers_that_cannot_be_are_refused_in_one_line(words, tmp_path, command):
    status, out, err = command("draw", *words, "-o", "x.svg")
    assert (status, out, err.count("\n")) == (2, "", 1) and WRONG[words] in err, err
    assert not (tmp_path / "x.svg").exists()


def test_render_writes_the_poster_as_draw_does_and_all_steps_where_the_suffix_has_a_step(tmp_path, command):
    a = ca.figure("dilation")
    command("render", "dilation", "-f", "png", "-o", "one")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["dilation.png"]
    assert (tmp_path / "one" / "dilation.png").read_bytes() == a.save(tmp_path / "own.png")[0].read_bytes()
    command("render", "dilation", "-f", "{step}.png", "-f", "-{step:02d}.svg", "-o", "all")
    names = [f"dilation_{n}.png" for n in range(9)] + [f"dilation-{n:02d}.svg" for n in range(9)]
    assert {path.name for path in (tmp_path / "all").iterdir()} == {*names}
    for n in range(9):
        assert (tmp_path / "all" / names[9 + n]).read_text(encoding="utf-8") == a.svg(n)
        assert (tmp_path / "all" / names[n]).read_bytes() == a.save(tmp_path / "own.png", step=n)[0].read_bytes()
    status, _, err = command("render", "dilation", "-f", "{stop}.png")
    assert status == 2 and "{step}" in err and err.count("\n") == 1
    status, _, err = command("render", "dilation", "-f", "{step}.gif")
    assert status == 2 and "holds the whole animation" in err

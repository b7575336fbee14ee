"""Cells shaded by their values: colours read back from pixels, scales and their bars, texts that can be read on all."""

from __future__ import annotations

import dataclasses
import random
from dataclasses import replace
from itertools import product

import matplotlib
import numpy as np
import pytest

import convanim as ca
from convanim.scene import Group, Layer, PerStep, Polygon, Raster, Text, extremes
from convanim.themes import theme as themes
from helpers.refusals import refusal
from helpers.shaded import FIGURES, bars, drawn
from oracle.pictures import differences
from oracle.rasteriser import rasterised
from oracle.scenes import leaves, misdeclared
from oracle.vision import contrast, over


def wanted(values, scale_of):
    """The colours that matplotlib gives values on the scale of all of `scale_of`."""
    least, most = scale_of.min(), scale_of.max()
    if least < 0 < most:
        name, least, most = "RdBu", -max(-least, most), max(-least, most)
    else:
        name = "viridis"
        if least == most:
            least, most = min(least, 0), max(most, 0)
    norm = matplotlib.colors.Normalize(least, most if most > least else least + 1)
    return np.rint(matplotlib.colormaps[name](norm(values))[..., :3] * 255).astype(int)


def misshaded(a, picture, step):
    """The cells of a picture whose colour isn't that of their value: [("input", row, column), ...].

    Cells that take part in the step lie below the theme's veil.
    """
    labelling = a.labelling
    values, op = labelling.texts.values, labelling.op
    given = np.atleast_2d(np.reshape(values.input, op.input_size))
    computed = np.atleast_2d(np.reshape(values.output, op.output_size))
    own = isinstance(op, ca.Conv | ca.ConvTranspose)
    colours = {
        "input": wanted(given, given if own else np.append(given, computed)),
        "output": wanted(computed, computed if own else np.append(given, computed)),
    }
    below, above, *_ = a.scene.measured
    axes = [axis.drawn for axis in op.axes]
    rows, columns = axes if len(axes) == 2 else (None, axes[0])
    r, q = divmod(step, computed.shape[1])
    taps = {(y, x) for y in (rows.taps(r) if rows else [0]) for x in columns.taps(q)}
    found, veil = [], a.theme.styles["tap"]
    for y, x in np.ndindex(*given.shape):
        places = [
            (row, column)
            for row in (range(rows.padded) if rows else [0])
            for column in range(columns.padded)
            if ((rows.source(row) if rows else 0), columns.source(column)) == (y, x)
        ]
        for row, column in places:
            if not _has(a, picture, below.plane, row, column, colours["input"][y, x], (row, column) in taps and veil):
                found.append(("input", y, x))
    for y, x in np.ndindex(*computed.shape):
        if not _has(a, picture, above.plane, y, x, colours["output"][y, x], (y, x) == (r, q) and veil):
            found.append(("output", y, x))
    return found


def _has(a, picture, plane, row, column, colour, veil):
    """Whether a cell has a colour, in a corner that no text and no link covers."""
    code = "#" + bytes(colour.tolist()).hex()
    if veil:
        code = over(veil.fill, veil.opacity, code)
    scale = picture.shape[1] / a.scene.box.width
    for corner in ((0.18, 0.18), (0.82, 0.18), (0.18, 0.82)):
        x, y = plane.point(column + corner[0], row + corner[1])
        seen = picture[int((y - a.scene.box.y) * scale), int((x - a.scene.box.x) * scale)]
        if np.abs(seen.astype(int) - list(bytes.fromhex(code[1:]))).max() <= 1:
            return True
    return False


SHADED = ["classic", "dark", "print"]


@pytest.mark.parametrize(
    ("name", "theme"),
    [(name, theme) for n, name in enumerate(FIGURES) for m, theme in enumerate(SHADED) if not n or n % 3 == m],
)
def test_each_cell_has_the_colour_of_its_value(name, theme):
    a = FIGURES[name](shade=True, theme=theme, labels="none", dpi=300)
    for step in {0, a.poster, len(a) - 1}:
        picture = rasterised(a.svg(step))
        assert misshaded(a, picture, step) == []
        # dark edges of light cells differ more than the tiles' limit by where they begin to be anti-aliased
        assert {*differences(a.frame(step), picture)} <= {"tile"}


def _with(numbers, index, more):
    return tuple(number + more * (n == index) for n, number in enumerate(numbers))


def _showing(a, values):
    """The figure as it is, for a reader who takes these values for its own."""
    texts = dataclasses.replace(a.labelling.texts, values=values)
    return dataclasses.replace(a, labelling=dataclasses.replace(a.labelling, texts=texts))


def test_a_wrong_colour_is_found():
    a = ca.animate(
        ca.Conv(5, 3), input=np.arange(25).reshape(5, 5), kernel=np.eye(3), shade=True, labels="none", dpi=300
    )
    values = a.labelling.texts.values
    changed = dataclasses.replace(values, input=_with(values.input, 2 * 5 + 3, 3))
    a = _showing(a, changed)
    assert misshaded(a, rasterised(a.svg(5)), 5) == [("input", 2, 3)]
    a = _showing(a, dataclasses.replace(changed, output=_with(values.output, 1 * 3 + 0, -9)))
    assert misshaded(a, rasterised(a.svg(5)), 5) == [("input", 2, 3), ("output", 1, 0)]


# --- copies and zeros in the padding

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "symmetric": "symmetric"}  # and numpy's word


# in a cell, beside its texts; hatches and links cover some of them
PLACES = ((0.22, 0.25), (0.78, 0.25), (0.08, 0.5), (0.92, 0.55), (0.15, 0.7))


def cell_of(a, picture, row, column, at=(0.18, 0.18)):
    """The pixel of a place in a cell of the padded input."""
    scale = picture.shape[1] / a.scene.box.width
    x, y = a.scene.measured[0].plane.point(column + at[0], row + at[1])
    return picture[int((y - a.scene.box.y) * scale), int((x - a.scene.box.x) * scale)].astype(int)


def miscopied(a, given, mode, size):
    """The cells of the padded input that haven't the colour of the value that numpy pads with, in step 0."""
    padded = np.pad(np.array(given), 2, mode)
    colours, picture = wanted(padded, np.array(given)), a.frame(0)
    veil = a.theme.styles["tap"]
    found = []
    for row, column in np.ndindex(*padded.shape):
        code = "#" + bytes(colours[row, column].tolist()).hex()
        if row < size and column < size:
            code = over(veil.fill, veil.opacity, code)
        seen = [cell_of(a, picture, row, column, at) for at in PLACES]
        if min(np.abs(one - list(bytes.fromhex(code[1:]))).max() for one in seen) > 1:
            found.append((row, column))
    return found


@pytest.mark.parametrize("theme", ["classic", "clear", "dark", "print"])
@pytest.mark.parametrize("mode", MODES)
def test_copies_have_the_colour_of_what_numpy_pads_with(mode, theme):
    given = drawn(9, -9, 9, (4, 4))
    a = ca.animate(
        ca.Conv(4, 3, padding=2, padding_mode=mode),
        input=given,
        seed=1,
        shade=True,
        theme=theme,
        labels="none",
        dpi=300,
    )
    assert miscopied(a, given, MODES[mode], 3) == []
    others = [one for one in MODES.values() if one != MODES[mode]]
    assert all(miscopied(a, given, other, 3) for other in others)


@pytest.mark.parametrize("theme", ["clear", "dark", "print", "colorblind"])
def test_copies_keep_their_hatch(theme):
    a = ca.animate(ca.Conv(4, 3, padding=1, padding_mode="reflect"), seed=1, shade=True, theme=theme, labels="none")
    copies = [mark for mark in leaves(a.scene.layers[0].marks) if isinstance(mark, Polygon) and mark.role == "copy"]
    assert sum(len(mark.parts) for mark in copies) == 36 - 16
    assert all(a.theme.style("copy", mark.colour).hatch == "-" for mark in copies)


@pytest.mark.parametrize("theme", ["classic", "clear", "dark"])
@pytest.mark.parametrize(
    "op", [ca.Conv(4, 3, padding=1), ca.ConvTranspose(3, 3, stride=2), ca.Pool(4, 2, padding=1)], ids=str
)
def test_zeros_and_cells_that_do_not_count_keep_their_look(op, theme):
    zeros = [
        (r, q)
        for r, q in np.ndindex(*(axis.padded for axis in op.axes))
        if op.axes[0].source(r) is None or op.axes[1].source(q) is None
    ]
    units = [*product(*(axis.units for axis in op.axes))]
    shaded, plain = (
        ca.animate(op, seed=1, shade=shade, theme=theme, labels="none", dpi=300) for shade in (True, False)
    )
    shown, below = (a.frame(len(a) - 1) for a in (shaded, plain))

    def apart(cells):
        return [np.abs(cell_of(shaded, shown, *at) - cell_of(plain, below, *at)).max() for at in cells]

    assert max(apart(zeros)) <= 10 and len(zeros) > 9  # dots begin at other parts of a pixel
    assert min(apart(units)) > 10


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize("name", FIGURES)
def test_layers_declare_their_roles_and_all_marks_are_in_the_box(name, reveal):
    scene = FIGURES[name](shade=True, reveal=reveal, theme="clear", labels="none").scene
    assert misdeclared(scene) == []
    (left, top), (right, bottom) = scene.box.corners
    for step in range(scene.steps):
        for x, y in extremes(scene.seen(step), lambda text: 0.5 * text.size * len(text.text)):
            assert left < x < right and top < y < bottom


def test_outputs_appear_in_their_colours_with_reveal():
    a = FIGURES["padding"](shade=True, reveal=True, labels="none", dpi=300)
    picture = rasterised(a.svg(4))
    found = misshaded(a, picture, 4)
    assert found == [("output", *divmod(n, 3)) for n in range(5, 9)]  # those of later steps
    assert misshaded(a, rasterised(a.svg(8)), 8) == []


# --- texts


def without_texts(scene, step):
    """What a step shows, without its texts."""

    def bare(marks):
        return tuple(
            replace(mark, marks=bare(mark.marks)) if isinstance(mark, Group) else mark
            for mark in marks
            if not isinstance(mark, Text)
        )

    return Layer(bare(scene.seen(step)))


def faint(a, step):
    """The texts of a step whose contrast to what is below them is less than 4.5 in pixels: [(text, contrast), ...].

    The contrast is that of the pixel, within the text, that differs most from the picture without texts.
    """
    bare = replace(a, scene=replace(a.scene, layers=(without_texts(a.scene, step),), steps=1, poster=0))
    drawn, below = a.frame(step), bare.frame(0)
    scale, found = drawn.shape[1] / a.scene.box.width, []
    for text in (mark for mark in leaves(a.scene.seen(step)) if isinstance(mark, Text)):
        x, y = ((text.at[n] - (a.scene.box.x, a.scene.box.y)[n]) * scale for n in (0, 1))
        wide, high = int(min(0.25 * len(text.text), 0.4) * scale), int(0.16 * scale)
        part = np.s_[int(y) - high : int(y) + high + 1, int(x) - wide : int(x) + wide + 1]
        apart = np.abs(drawn[part].astype(int) - below[part]).sum(-1)
        at = np.unravel_index(apart.argmax(), apart.shape)
        inks = ("#" + bytes(picture[part][at].tolist()).hex() for picture in (drawn, below))
        if (value := contrast(*inks)) < 4.5:
            found.append((text.text, round(value, 2)))
    return found


def random_figure(seed, **more):
    """A figure of random values with many shades."""
    rng = random.Random(seed)
    size, values = rng.randint(4, 6), np.random.RandomState(seed)
    low, high = rng.choice([(-9, 10), (0, 10), (0, 100), (-99, 0)])
    op = rng.choice(
        [
            ca.Conv(size, rng.randint(2, 3), padding=rng.randint(0, 1), stride=rng.randint(1, 2)),
            ca.Conv(size + 1, 2, dilation=2),
            ca.Pool(size, 2, mode=rng.choice(["max", "average"])),
        ]
    )
    return ca.animate(op, input=values.randint(low, high, op.input_size), seed=seed, shade=True, labels="none", **more)


@pytest.mark.parametrize("theme", ca.THEMES)
def test_texts_can_be_read_on_all_that_is_below_them(theme):
    turn = list(ca.THEMES).index(theme)
    for seed in range(turn, turn + 3):
        a = random_figure(seed, theme=theme, dpi=450)
        for step in {0, a.poster, len(a) - 1}:
            assert faint(a, step) == [], (seed, step)


def test_texts_that_can_not_be_read_are_found(monkeypatch):
    monkeypatch.setattr(themes, "readable", lambda wanted, below: wanted)
    themes._readable.cache_clear()
    try:
        assert any(faint(random_figure(seed, theme="classic", dpi=450), 0) for seed in range(8))
    finally:
        themes._readable.cache_clear()


def test_texts_outside_of_shaded_cells_are_as_they_were():
    op = ca.Conv((4, 5), 2, bias=True, padding=1)
    plain, shaded = (
        ca.animate(op, seed=1, bias=123.456, shade=shade, labels="none", width=600).scene.layers[0].marks
        for shade in (False, True)
    )
    ours, theirs = (
        [mark for mark in marks if isinstance(mark, Text) and mark.role != "label" and mark.colour is None]
        for marks in (shaded, plain)
    )
    assert "+123.5" in [text.text for text in ours] and len(ours) > 1 and set(ours) <= set(theirs)


# --- with other options


def test_without_shade_a_figure_is_as_it_was():
    plain, off = (ca.animate(ca.Conv(5, 3), seed=1, **more) for more in ({}, {"shade": False}))
    assert plain.scene == off.scene and not any(
        isinstance(mark, Raster) or getattr(mark, "colour", None) for mark in leaves(plain.scene.seen(3))
    )
    assert plain.svg(3) == off.svg(3)


def test_only_views_that_shade_take_it_and_only_with_values():
    assert ca.animate(ca.Conv(4, 3), shade=True).labelling.texts is not None  # the flat view is taken
    for view in ca.VIEWS:
        if view not in ("flat", "stack", "line", "scatter"):
            told = refusal(lambda view=view: ca.animate(ca.Conv(4, 3), view=view, shade=True))
            assert told == f"the {view} view shades no cells: take view='flat', or leave shade= out"
    told = refusal(lambda: ca.animate(ca.Conv(4, 3), symbols=True, shade=True))
    assert told == "symbols have no values, so shade= can't be combined with symbols=True: leave one of them out"
    assert refusal(lambda: ca.animate(ca.Conv(4, 3), shade=1)) == "shade=1 is neither True nor False"


def test_a_figure_of_a_file_is_shaded_and_takes_symbols_in_place_of_it(tmp_path):
    (tmp_path / "x.toml").write_text(
        '[x]\noperation = "conv"\ninput_size = 4\nkernel_size = 3\nshade = true\n', encoding="utf-8"
    )
    assert bars(ca.figure("x", tmp_path / "x.toml").scene)
    assert not bars(ca.figure("x", tmp_path / "x.toml", symbols=True).scene)
    assert not bars(ca.figure("x", tmp_path / "x.toml", view="isometric").scene)


def test_the_legend_leaves_out_fills_that_a_shaded_figure_does_not_have():
    a = ca.animate(ca.Conv(4, 3, padding=1), seed=1, shade=True, theme="clear", labels="legend")
    texts = [mark.text for mark in leaves(a.scene.seen(0)) if isinstance(mark, Text) and mark.face == "sans"]
    assert texts == ["padding (0)", "read in this step", "kernel"]
    plain = [mark for mark in leaves(a.scene.seen(0)) if isinstance(mark, Polygon) and mark.role == "input"]
    assert plain and all(mark.colour for mark in plain)


def test_moving_marks_are_made_a_step_at_a_time():
    scene = FIGURES["both signs"](shade=True, labels="none").scene
    assert [type(layer) for layer in scene.layers] == [Layer, PerStep]

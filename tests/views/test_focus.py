"""Details of large maps: which part is drawn, that it shows what the whole shows there, and its torn edges."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.scene import Line, Polygon, Text
from convanim.scene.scene import MeasuredPlane
from convanim.themes.theme import CELL_BP, Style
from convanim.views import refusal as refusal_of
from helpers.refusals import refusal
from oracle.pictures import differences
from oracle.places import label_faults
from oracle.rasteriser import rasterised
from oracle.scenes import leaves, misdeclared

LAYER = ca.Conv(224, 7, stride=2, padding=3)  # ResNet's first
RED = "#fe01fd"  # no theme has it
CASES = {
    "isometric": ca.Conv(9, 3, stride=2, padding=1),
    "flat": ca.Conv((9, 8), (3, 2), padding=1),
    "flat, transposed": ca.ConvTranspose((4, 5), 3, stride=2, padding=1, output_padding=1),
    "flat, copies": ca.Conv(8, 3, padding=2, padding_mode="circular"),
    "flat, one dimension": ca.Conv(20, 3, stride=2, padding=1, ndim=1),
    "flat, pooling": ca.Pool(9, 2, ceil_mode=True),
    "isometric, adaptive": ca.AdaptivePool((9, 12), (5, 7)),
    "line": ca.Conv(20, 3, stride=2, padding=1, ndim=1),
    "line, pooling": ca.Pool(21, 3, ndim=1),
    "dense": ca.Conv(9, 3, padding=1),
    "dense, copies": ca.Conv(9, 3, padding=2, padding_mode="circular"),
    "dense, one dimension": ca.Conv(30, 3, ndim=1),
    "im2col": ca.Conv(9, 3, padding=1),
    "im2col, one dimension": ca.Conv(20, 3, ndim=1),
    "scatter": ca.ConvTranspose(9, 3, stride=2, padding=1),
    "scatter, one dimension": ca.ConvTranspose(12, 3, stride=2, ndim=1),
    "channels": ca.Conv(9, 3, padding=1, in_channels=2, out_channels=2),
    "stack": [ca.Conv(20, 3, stride=2, padding=1), ca.Pool(10, 2)],
    "stack, one dimension": [ca.Conv(30, 2, ndim=1), ca.Conv(29, 2, dilation=2, ndim=1)],
}


def drawn(name, **options):
    return ca.animate(CASES[name], **{"view": name.partition(",")[0], "theme": "clear", "labels": "all", **options})


def texts(a, step, role):
    return [mark for mark in leaves(a.scene.seen(step)) if isinstance(mark, Text) and mark.role == role]


def labels(a, step=0):
    return [mark.text for mark in texts(a, step, "label")]


@pytest.mark.parametrize("name", CASES)
def test_every_step_of_every_detail_says_and_marks_what_it_does_in_the_whole(name):
    whole = drawn(name, focus="off")
    shown = set()
    for poster in range(len(whole)):
        a = drawn(name, focus=5, poster=poster)
        numbers = [a.scene.number(n) for n in range(len(a))]
        shown.update(numbers)
        assert (a.is_detail and numbers == sorted(numbers) and a.scene.whole == len(whole) == len({*numbers})) or len(
            a
        ) < len(whole)
        assert poster in numbers or "scatter" in name
        if poster % 7:
            continue
        for step, number in enumerate(numbers):
            assert a.equation(step) == whole.equation(number)
            for role in ("current", "tap", "window"):
                areas = [
                    sum(len(mark.parts) > 0 for mark in leaves(one.scene.layers[-1].seen(n)) if mark.role == role)
                    for one, n in ((a, step), (whole, number))
                ]
                assert areas[0] == areas[1] or name == "dense, copies"
    assert len(shown) == len(whole) or "scatter" in name  # stamps that an edge cuts aren't played


def grid(a, role, plane):
    """The texts of a role by their (row, column) on a plane, of one step."""
    found = {}
    for mark in texts(a, 0, role):
        x, y = plane.coordinates(mark.at)
        found[int(y // 1), int(x // 1)] = mark.text
    return found


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("flat")])
@pytest.mark.parametrize("symbols", [False, True])
def test_the_cells_of_a_detail_have_the_texts_that_they_have_in_the_whole(name, symbols):
    look = {"symbols": symbols, "width": 3000}  # all texts can be read
    whole = drawn(name, focus="off", **look)
    for poster in range(0, len(whole), 3):
        a = drawn(name, focus=5, poster=poster, **look)
        op = a.labelling.op
        heights = [(0, *(getattr(axis, which) for axis in op.axes))[-2:] for which in ("first", "start")]
        for role, sheet, (down, right) in (("input_value", 0, heights[0]), ("output_value", 1, heights[1])):
            mine, all_of_them = (grid(one, role, one.labelling.scene.measured[sheet].plane) for one in (a, whole))
            own = {cell: text for cell, text in mine.items() if cell in cells_of(a, sheet)}
            assert own == {
                (r - down, q - right): text
                for (r, q), text in all_of_them.items()
                if (r - down, q - right) in cells_of(a, sheet) and (r, q) in cells_of(whole, sheet)
            }
            assert own


def cells_of(a, sheet):
    rows, columns = a.labelling.scene.measured[sheet].size
    return {(r, q) for r in range(rows) for q in range(columns)}


def sizes_said(a):
    """The labels that say sizes of planes or of a window, of the first step."""
    starts = ("input ", "output ", "kernel ", "windows ", "map ", "k=", "stamps ")
    return {text for text in labels(a) if text.startswith(starts) and "s=" not in text} - {"output of this step"}


@pytest.mark.parametrize("name", CASES)
def test_title_formula_parameters_sizes_and_alternative_text_tell_the_whole(name):
    whole, a = (drawn(name, focus=focus, width=1500) for focus in ("off", 5))
    assert len(a) < len(whole)
    kinds = {"output of a later step", "output of one layer, input of the next"}
    assert sizes_said(a) - kinds == sizes_said(whole) - kinds
    said = " ".join(labels(a))
    for line in (a.scene.title, *a.formula):
        assert line in said, line
    assert a.formula == whole.formula and a.scene.title == whole.scene.title
    assert whole.scene.description in a.alt
    assert "A detail is drawn" in a.alt and "A detail is drawn" not in whole.alt
    assert "The output is" not in a.alt
    assert "torn off: the map goes on" in said and "torn off: the map goes on" not in labels(whole)
    assert f"of {len(whole):,}" in said


@pytest.mark.parametrize("name", CASES)
def test_the_marks_and_labels_of_a_detail_keep_apart(name):
    for look in ({}, {"reveal": True}):
        a, plain = (drawn(name, focus=5, labels=names, **look) for names in ("all", "none"))
        assert not misdeclared(a.scene) or "scatter" in name  # some of its steps aren't played
        every, bare = (drawn(name, focus="off", labels=names, **look) for names in ("all", "none"))
        usual = label_faults(every, bare.scene, 0)
        usual = {fault.partition(" is ")[2] for fault in usual}  # what the oracle says of nodes, and of other planes
        for step in (0, len(a) - 1):
            faults = label_faults(a, plain.scene, step)
            assert all(fault.partition(" is ")[2] in usual for fault in faults), faults


def teeth(a):
    return [mark for mark in leaves(a.scene.seen(0)) if isinstance(mark, Line) and mark.role == "torn"]


@pytest.mark.parametrize("name", CASES)
def test_torn_edges_lie_around_each_cut_plane_in_the_box_and_the_whole_has_none(name):
    whole, a = drawn(name, focus="off", labels="none"), drawn(name, focus=5, labels="none")
    assert not teeth(whole) and teeth(a)
    (x0, y0), (x1, y1) = a.scene.box.corners
    for mark in teeth(a):
        for part in mark.parts:
            assert all(x0 < x < x1 and y0 < y < y1 for x, y in part)
    corner = drawn(name, focus=5, labels="none", poster=0)
    assert (
        sum(len(part) for mark in teeth(corner) for part in mark.parts)
        < sum(len(part) for mark in teeth(a) for part in mark.parts)
        or "scatter" in name
    )


def test_the_teeth_of_a_side_stand_one_at_each_cell_around_all_torn_sides():
    a = ca.animate(ca.Conv(30, 3), view="flat", theme="clear", labels="none", focus=6, poster=400)
    below = a.scene.measured[0].plane
    first, second = teeth(a)
    (part,) = first.parts
    points = np.array([below.coordinates(point) for point in part])
    assert part[0] == part[-1]  # all four sides are torn
    outside = np.maximum.reduce([-points[:, 0], -points[:, 1], points[:, 0] - 6, points[:, 1] - 6])
    assert (outside > 0).all() and (outside < 0.5).all()
    assert (outside > 0.4).sum() == 4 * 6
    assert len(second.parts) == 1


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".tex", ".png"])
def test_every_renderer_draws_torn_edges(suffix, tmp_path):
    theme = replace(
        ca.THEMES["clear"], styles={**ca.THEMES["clear"].styles, "torn": Style(stroke=RED, width=0.1)}, dark=None
    )
    found = []
    for focus in (8, "off"):
        a = ca.animate(ca.Conv(14, 3), theme=theme, labels="none", focus=focus)
        path = tmp_path / f"{focus}{suffix}"
        a.save(path, step="poster")
        if suffix == ".png":
            found.append(int((np.abs(a.frame(a.poster).astype(int) - (0xFE, 0x01, 0xFD)).max(axis=-1) < 20).sum()))
        else:
            found.append(said(suffix, path.read_bytes()))
    assert found[0] and not found[1]


def said(suffix, data):
    """How often a format says the colour of the teeth."""
    if suffix != ".pdf":
        return data.lower().count(RED[1:].encode())
    streams = [zlib.decompress(one) for one in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.S)]
    colours = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) RG", b"\n".join(streams))
    return sum(max(abs(float(x) * 255 - y) for x, y in zip(one, (254, 1, 253), strict=True)) < 1 for one in colours)


@pytest.mark.parametrize("name", ["isometric", "flat", "line", "stack", "scatter"])
def test_an_svg_of_a_detail_shows_what_the_frame_shows(name):
    a = drawn(name, focus=5)
    for step in {0, a.poster, len(a) - 1}:
        assert not differences(rasterised(a.svg(step)), a.frame(step)), step


def test_a_theme_of_one_s_own_without_a_style_for_torn_edges_has_that_of_the_output_s_edges():
    styles = {role: style for role, style in ca.THEMES["dark"].styles.items() if role != "torn"}
    theme = ca.Theme("own", "#000000", styles)
    assert theme.styles["torn"] == styles["output_grid"]
    ca.animate(ca.Conv(9, 3), theme=theme, focus=4).svg(0)


# --- which part is drawn


def test_a_figure_is_a_detail_where_its_cells_would_be_too_small_and_no_option_asks_for_the_whole():
    for cells, detail in ((48, False), (49, True)):
        for op in (
            ca.Conv(cells, 3),
            ca.Conv((3, cells), 3),
            ca.ConvTranspose(cells // 2, 3, stride=2),
        ):
            sides = max(max(one.drawn.extent, one.output) for one in (op[0] if isinstance(op, list) else op).axes)
            assert ca.animate(op).is_detail == (sides > 48)
        assert ca.animate(ca.Conv(cells, 3)).is_detail == detail
    assert not ca.animate(ca.Conv(100, 3), width=700).is_detail
    assert ca.animate(ca.Conv(150, 3), width=700).is_detail
    assert not ca.animate(ca.Conv(60, 3), steps="all").is_detail
    assert not ca.animate(ca.Conv(60, 3), focus="off").is_detail
    assert not ca.animate(ca.Conv(60, 3), focus=False).is_detail
    assert not ca.animate(ca.Conv(60, 3), steps=[0, 3363]).is_detail
    near = ca.animate(ca.Conv(60, 3), steps=[100, 102])
    assert near.is_detail and near.scene.numbers == (100, 102)
    assert ca.animate(ca.Conv(60, 3), focus="auto").is_detail


@pytest.mark.parametrize(
    ("view", "op"),
    [
        ("dense", ca.Conv(28, 3)),
        ("im2col", ca.Conv(28, 5)),
        ("scatter", ca.ConvTranspose(112, 3, stride=2)),
        ("channels", ca.Conv(32, 3, in_channels=3, out_channels=8)),
        ("line", ca.Conv(5000, 3, ndim=1)),
    ],
)
def test_a_view_that_refuses_the_whole_shows_a_detail(view, op):
    assert "at most" in refusal(lambda: ca.animate(op, view=view, focus="off")) or "up to" in refusal(
        lambda: ca.animate(op, view=view, focus="off")
    )
    a = ca.animate(op, view=view)
    assert a.is_detail and len(a) > 1
    a.svg(0)


def test_a_detail_has_the_asked_number_of_cells_around_the_poster_and_no_window_is_cut():
    for focus, sizes in ((12, (11, 11)), ((12, 20), (11, 19)), ("8x30", (7, 29)), (1, (7, 7)), (7, (7, 7))):
        a = ca.animate(LAYER, focus=focus, poster=4032)
        assert a.scene.measured[0].size == sizes
        assert a.scene.number(a.poster) == 4032
    assert ca.animate(LAYER, focus=230).is_detail is False
    assert len(ca.animate(LAYER, focus=16, steps=4)) == 4
    far = ca.animate(LAYER, focus=8, steps=[0, 5])  # more than 8, as both are to be seen
    assert far.scene.numbers == (0, 5) and far.scene.measured[0].size[1] == 17


def test_views_without_details_refuse_one_and_name_the_others():
    for view in ("matrix", "pair"):
        text = refusal(lambda: ca.animate(ca.Conv(5, 3), view=view, focus=4))
        assert f"the {view} view shows no detail" in text and "'isometric'" in text and "'flat'" in text
        assert "'matrix'" not in text and "'pair'" not in text
        for free in ("auto", "off", False):
            ca.animate(ca.Conv(5, 3), view=view, focus=free)


@pytest.mark.parametrize(
    "wrong", ["", "some", "0", "12x", "x", "1x2x3", 0, -3, True, 2.5, (1, 2, 3), (), (0, 4), 10**9, None, [None]]
)
def test_a_wrong_focus_is_refused_with_what_fits(wrong):
    assert "focus=" in refusal(lambda: ca.animate(LAYER, focus=wrong))


def test_one_step_of_a_large_figure_on_the_command_line_is_drawn_with_its_surroundings(command, tmp_path):
    words = "draw conv -i 224 -k 7 -s 2 -p 3 --theme clear --labels step".split()  # noqa: SIM905
    status, _, err = command(*words, "--step", "4032", "-o", "x.svg")
    assert status == 0 and not err
    a = ca.animate(LAYER, theme="clear", labels="step", poster=4032)
    assert (tmp_path / "x.svg").read_text() == a.svg(a.poster)
    assert labels(a, a.poster) == ["step 4,033 of 12,544"]
    assert command(*words, "--step", "12544", "-o", "y.svg")[0] == 2
    assert command(*words, "--focus", "9x12", "-o", "z.gif")[0] == 0
    assert "detail" in refusal(lambda: a.svg(4032))


def test_a_storyboard_of_a_detail_names_the_steps_of_the_whole():
    a = ca.animate(LAYER, theme="clear", labels="step", poster=4032)
    board = a.storyboard([0, a.poster])
    first = a.scene.number(0) + 1
    assert {f"step {first:,} of 12,544", "step 4,033 of 12,544"} <= {*labels(board)}
    assert "4033" in board.alt and len(board) == 1


def test_the_player_of_a_detail_tells_the_numbers_and_cells_of_the_whole():
    a = ca.animate(LAYER, view="flat", theme="clear", focus=9, poster=4032)
    html = a.html().replace(" ", "")
    numbers = ",".join(str(a.scene.number(n)) for n in range(len(a)))
    assert f"[{numbers}]" in html


@pytest.mark.parametrize("theme", ["clear", "classic", "dark", "print"])
def test_no_line_of_a_detail_is_thinner_than_a_pixel_and_it_is_no_wider_than_a_screen(theme):
    for op, width in ((LAYER, 300), (LAYER, 200), (ca.Conv((320, 480), 64, stride=32, padding=16), None)):
        a = ca.animate(op, theme=theme, width=width)
        assert max(a.size) <= 1600
        cell = a.dpi * CELL_BP / 72
        for look in (a.theme, a.theme.dark):
            for style in look.styles.values() if look else ():
                assert style.stroke is None or style.width == 0 or style.width * cell > 0.999
    for options in ({"dpi": 300}, {"focus": "off", "width": 400}):
        assert ca.animate(LAYER, theme=theme, **options).theme == ca.THEMES[theme]


def test_a_figure_that_is_drawn_whole_is_as_without_the_option():
    for op, view in ((ca.Conv(5, 3), "isometric"), (ca.Conv(5, 3), "flat"), (ca.Pool(6, 2, ndim=1), "line")):
        plain = ca.animate(op, view=view, theme="clear", labels="all")
        for focus in ("auto", "off", 40):
            assert ca.animate(op, view=view, theme="clear", labels="all", focus=focus) == plain
        assert plain.scene.numbers == () and all(isinstance(one, MeasuredPlane) for one in plain.scene.measured)


def test_a_detail_can_be_shaded():
    a = ca.animate(ca.Conv(60, 3), view="flat", theme="clear", shade=True, focus=6)
    assert any(isinstance(mark, Polygon) and mark.colour for mark in leaves(a.scene.seen(0)))
    a.svg(0)


@pytest.mark.parametrize("op", [ca.Conv(8, 1, padding=3), ca.Conv(100, 3, padding=10), ca.Pool(9, 1, stride=3)])
def test_a_detail_that_lies_in_the_padding_is_drawn_in_every_view(op):
    for view in ("isometric", "flat", "dense", "channels", "im2col"):
        if not refusal_of(view, op):
            a = ca.animate(op, view=view, focus=1, poster=0, theme="clear")
            assert a.svg(a.poster) and a.frame(a.poster).size

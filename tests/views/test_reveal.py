"""Outputs that appear one by one: which cells each step has, that pixels don't depend on the way to a step, and that an
SVG plays the same.

The cells are read back from the scene as in test_views; the CSS of a file that moves is played by a small reader of
style sheets.
"""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import replace
from fractions import Fraction
from functools import cache
from xml.etree import ElementTree

import numpy as np
import pytest

import convanim as ca
from convanim.numeric import values
from convanim.render.agg import seen
from convanim.scene import Accumulating, Layer, Line, PerStep, Polygon, Text
from convanim.text.cell_texts import numbers
from convanim.themes.table import CLASSIC, CLEAR
from convanim.views import VIEWS, view_flags
from convanim.views.sliding_window import AppearingCells
from helpers.cases import PLANAR
from helpers.figures import draw
from helpers.operations import ODD, drawn_at_random, lines_of
from helpers.refusals import refusal
from oracle.planes import Grid, framed, once
from oracle.rasteriser import rasterised
from oracle.scenes import leaves
from oracle.windows import cells_of, meaning
from write.test_outputs import decoded, differences, gif_faults, peak, saved_svg

# --- which cells are there


def revealed(op, view, theme=CLEAR):
    return VIEWS[view].draw(
        op, numbers(values(op)) if VIEWS[view].shows_values else None, view_flags(theme, reveal=True)
    )


class Shown:
    """A scene whose outputs appear one by one, read back."""

    def __init__(self, scene, view):
        self.scene = scene
        self.still = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
        self.growing = [layer for layer in scene.layers if isinstance(layer, Accumulating)]
        self.grid = Grid(view, self.still, "pending")

    def read(self, marks):
        """role -> cells of the output, and the texts that stand in them."""
        parts = {
            key: [part for mark in marks if isinstance(mark, key[1]) and mark.role == key[0] for part in mark.parts]
            for key in (("output", Polygon), ("output_padding", Polygon), ("output_grid", Line), ("pending", Line))
        }
        texts = [
            (self.grid.cell(mark.at), mark.text)
            for mark in marks
            if isinstance(mark, Text) and mark.role == "output_value"
        ]
        assert len(dict(texts)) == len(texts), "two texts in one cell"
        return {
            "output": once(self.grid.covered(parts["output", Polygon])),
            "output_padding": once(self.grid.covered(parts["output_padding", Polygon])),
            "output_grid": framed(self.grid.edges(parts["output_grid", Line])),
            "pending": framed(self.grid.edges(parts["pending", Line])),
            "output_value": dict(texts),
        }

    def comes(self, step):
        """What is new in a step."""
        return self.read([mark for layer in self.growing for mark in leaves(layer.at(step))])

    def there(self, step):
        """All that stands in the output's plane in a step, but for what moves."""
        return self.read(
            [mark for layer in self.scene.layers if not isinstance(layer, PerStep) for mark in leaves(layer.seen(step))]
        )


def order(op):
    """The cells of the output, row by row, and those that output_padding adds."""
    down, across = meaning(op)
    cells = list(itertools.product(range(down.output), range(across.output)))
    return cells, {(r, c) for r, c in cells if r >= down.output - down.extra or c >= across.output - across.extra}


def whole_texts(op, view):
    """cell -> text, of the figure whose outputs are all there; nothing in a view without values."""
    scene = draw(op, view)
    marks = [mark for layer in scene.layers if isinstance(layer, Layer) for mark in leaves(layer.marks)]
    grid = Grid(view, marks, "output_grid")
    return {grid.cell(mark.at): mark.text for mark in marks if isinstance(mark, Text) and mark.role == "output_value"}


def growth_faults(shown, op, texts):
    """Steps in which another cell comes than the next one, or with another look or text; and cells that stand there at
    once.
    """
    cells, added = order(op)
    bare = shown.read(shown.still)
    found = (
        []
        if bare
        == {
            "output": set(),
            "output_padding": set(),
            "output_grid": set(),
            "pending": set(cells),
            "output_value": {},
        }
        else ["still"]
    )
    if shown.scene.steps != len(cells) or len(shown.growing) != 1:
        return [*found, "steps"]
    for step, cell in enumerate(cells):
        meant = {
            "output": {cell},
            "output_padding": {cell} & added,
            "output_grid": {cell},
            "pending": set(),
            "output_value": {cell: texts[cell]} if texts else {},
        }
        found += [step] if shown.comes(step) != meant else []
    for step in {0, len(cells) // 2, len(cells) - 1}:
        first, there = cells[: step + 1], shown.there(step)
        said = {cell: texts[cell] for cell in first} if texts else {}
        meant = {
            "output": set(first),
            "output_padding": set(first) & added,
            "pending": set(cells),
            "output_value": said,
            "output_grid": there["output_grid"] | set(first),
        }  # a cell between others has their edges
        found += [f"in all of {step}"] if there != meant else []
    return found


def operations(kind):
    """All sizes of small operations of one dimension, and others of two."""
    sizes = {
        (op.input_size, op.output_size, op.padded_size, getattr(op, "output_padding", 0)): op for op in lines_of(kind)
    }
    return [*sizes.values(), *drawn_at_random(kind, 10), *ODD[kind]]


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_in_each_step_the_outputs_up_to_it_are_filled_and_no_others(kind, view):
    extra = 0
    for op in operations(kind):
        shown = Shown(revealed(op, view), view)
        assert growth_faults(shown, op, whole_texts(op, view)) == [], op
        extra += len(order(op)[1])
    assert (extra > 100) == (kind == "transpose")


@pytest.mark.parametrize("view", PLANAR)
def test_all_else_is_as_in_the_figure_whose_outputs_are_there_at_once_but_for_rays(view):
    for op in [op for kind in ODD for op in [*drawn_at_random(kind, 6), *ODD[kind]]]:
        for theme in (CLEAR, CLASSIC):
            one, other = revealed(op, view, theme), draw(op, view, theme)
            assert (one.box, one.steps, one.poster, one.measured) == (
                other.box,
                other.steps,
                other.poster,
                other.measured,
            )
            own = {"pending", "output", "output_padding", "output_grid", "output_value"}
            still = [[mark for mark in scene.layers[0].marks if mark.role not in own] for scene in (one, other)]
            assert still[0] == still[1]
            for step in {0, one.poster, one.steps - 1}:
                moving = [
                    [mark for mark in scene.layers[-1].at(step) if getattr(mark, "role", "") != "ray"]
                    for scene in (one, other)
                ]
                assert moving[0] == moving[1]
            assert one.layers[-1].at(one.steps - 1) == other.layers[-1].at(one.steps - 1), (
                "in the last step all cells hide what is behind them"
            )


def test_without_it_nothing_grows_and_no_cell_is_pending():
    for view in PLANAR:
        scene = ca.animate(ca.Conv(4, 3), view=view).scene
        assert "pending" not in scene.roles() and not any(isinstance(layer, Accumulating) for layer in scene.layers)
        scene = ca.animate(ca.Conv(4, 3), view=view, reveal=True).scene
        assert "pending" in scene.roles() and any(isinstance(layer, Accumulating) for layer in scene.layers)


@pytest.mark.parametrize("given", [1, 0, None, "true", [True]])
def test_what_is_neither_true_nor_false_is_refused(given):
    assert refusal(lambda: ca.animate(ca.Conv(4, 3), reveal=given)) == f"reveal={given!r} is neither True nor False"


# --- that this reader can tell


def other_growth(scene, at):
    return replace(
        scene,
        layers=tuple(
            Accumulating(at(layer.at), layer.roles) if isinstance(layer, Accumulating) else layer
            for layer in scene.layers
        ),
    )


@pytest.mark.parametrize("view", PLANAR)
def test_cells_that_come_late_early_twice_or_elsewhere_are_seen(view):
    op = ca.ConvTranspose(2, 3, stride=2, padding=1, output_padding=1)
    scene, texts = revealed(op, view), whole_texts(op, view)
    assert growth_faults(Shown(scene, view), op, texts) == []
    late = other_growth(scene, lambda at: lambda step: at(step - 1) if step else ())
    assert growth_faults(Shown(late, view), op, texts)[:16] == list(range(16))
    with pytest.raises(AssertionError, match=r"overlap|two texts"):
        growth_faults(Shown(other_growth(scene, lambda at: lambda step: (*at(step), *at(step))), view), op, texts)
    plain = other_growth(
        scene, lambda at: lambda step: (replace(at(step)[0], marks=at(0)[0].marks), *at(step)[1:])
    )  # none of output_padding
    assert set(growth_faults(Shown(plain, view), op, texts)) >= {
        step for step in range(16) if step % 4 == 3 or step >= 12
    }
    silent = other_growth(scene, lambda at: lambda step: at(step)[:1])
    assert bool(growth_faults(Shown(silent, view), op, texts)) == VIEWS[view].shows_values
    filled = replace(scene, layers=(Layer((*scene.layers[0].marks, *scene.layers[1].at(3))), *scene.layers[1:]))
    with pytest.raises(AssertionError, match=r"overlap|two texts"):
        growth_faults(Shown(filled, view), op, texts)


# --- pixels

FIGURES = {
    "flat": (
        ca.Conv((3, 4), 2, padding=((0, 1), (0, 0))),
        {"view": "flat", "theme": "clear", "labels": ["step", "sum"]},
    ),
    "isometric": (ca.Conv(5, 3, stride=2, padding=1), {"theme": "classic"}),
    "output_padding": (
        ca.ConvTranspose((1, 2), 3, stride=2, padding=1, output_padding=1),
        {"theme": "dark", "labels": "none"},
    ),
    "one row": (ca.Pool(6, 2, ndim=1), {"view": "flat", "theme": "print", "labels": "none"}),
}


@cache
def figure(name, reveal=True):
    op, look = FIGURES[name]
    return ca.animate(op, reveal=reveal, dpi=90, **look)


def fresh(name):
    op, look = FIGURES[name]
    return ca.animate(op, reveal=True, dpi=90, **look)


@cache
def forward(name):
    a = fresh(name)
    return [a.frame(step) for step in range(len(a))]


@pytest.mark.parametrize("name", FIGURES)
def test_frames_are_the_same_in_any_order_and_on_a_fresh_canvas(name):
    a, frames = fresh(name), forward(name)
    steps = [step for step in range(len(a)) for _ in range(2)] + [0, len(a) - 1, 0]
    random.Random(name).shuffle(steps)
    for step in steps:
        assert (a.frame(step) == frames[step]).all(), steps
    for step, frame in enumerate(frames):
        assert (seen(a.canvas().draw(step), a.theme) == frame).all()
    assert len({frame.tobytes() for frame in frames}) == len(a)


@pytest.mark.parametrize("name", FIGURES)
def test_frames_are_those_of_a_figure_that_draws_all_cells_up_to_the_step_anew(name):
    a = figure(name)

    def anew(layer):
        return (
            PerStep(lambda step: tuple(mark for n in range(step + 1) for mark in layer.at(n)), layer.roles)
            if isinstance(layer, Accumulating)
            else layer
        )

    other = replace(a, scene=replace(a.scene, layers=tuple(map(anew, a.scene.layers))))
    assert not any(isinstance(layer, Accumulating) for layer in other.scene.layers)
    for step, frame in enumerate(forward(name)):
        assert (other.frame(step) == frame).all(), step


def interiors(a, grid):
    """cell -> (rows, columns) of the pixels in its middle."""
    (ox, oy), box, (width, height) = grid.origin, a.scene.box, a.size
    view = np.linalg.inv(np.array(grid.inverse).reshape(2, 2))  # from (column, row) to the scene
    found = {}
    rows, columns = (round(v) for v in grid.size)
    share = np.linspace(0.2, 0.8, 12)
    for r, c in cells_of(range(rows), range(columns)):
        x, y = view @ np.stack([v.ravel() for v in np.meshgrid(share + c + ox, share + r + oy)])
        found[r, c] = (((y - box.y) * height / box.height).astype(int), ((x - box.x) * width / box.width).astype(int))
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_the_pixels_in_the_cells_that_are_there_are_those_of_the_whole_figure_and_the_others_are_empty(name):
    a, whole = figure(name), figure(name, reveal=False)
    assert a.size == whole.size
    view = FIGURES[name][1].get("view", "isometric")
    where = interiors(a, Shown(a.scene, view).grid)
    ground = np.array(list(bytes.fromhex(a.theme.background[1:])))
    empty = 0
    for step, frame in enumerate(forward(name)):
        full = whole.frame(step)
        for n, (cell, at) in enumerate(sorted(where.items())):
            if n <= step:
                assert (frame[at] == full[at]).all(), (step, cell)
                assert (frame[at] != ground).any(-1).mean() > 0.9
            else:
                empty += (frame[at] == ground).all(-1).mean()
                assert (full[at] != ground).any(-1).mean() > 0.9
    pending = len(a) * (len(a) - 1) / 2
    assert empty == pending if view == "flat" else empty > 0.9 * pending  # rays may run over them


# --- the cost of a step


def test_a_step_after_the_one_before_draws_only_what_is_new_and_one_before_it_draws_all_again(monkeypatch):
    asked = []
    monkeypatch.setattr(
        AppearingCells,
        "__call__",
        lambda self, step, call=AppearingCells.__call__: asked.append(step) or call(self, step),
    )
    a = fresh("isometric")
    canvas = a.canvas()
    for steps, drawn in [
        ([0], [0]),
        ([1], [1]),
        ([1], []),
        ([2, 3], [2, 3]),
        ([6], [4, 5, 6]),
        ([6], []),
        ([2], [0, 1, 2]),
        ([3], [3]),
    ]:
        asked.clear()
        for step in steps:
            canvas.draw(step)
        assert asked == drawn
    asked.clear()
    for step in range(len(a)):
        a.frame(step)
    assert asked == list(range(len(a)))


@pytest.mark.parametrize("view", PLANAR)
def test_the_last_steps_cost_as_many_strokes_as_the_first_and_few_more_than_without(view, monkeypatch):
    from matplotlib.backends.backend_agg import RendererAgg

    strokes = []
    draw_path = RendererAgg.draw_path
    monkeypatch.setattr(RendererAgg, "draw_path", lambda self, *given: strokes.append(given) or draw_path(self, *given))
    counts = []
    for reveal in (False, True):
        a = ca.animate(ca.Conv((3, 20), (2, 3)), view=view, reveal=reveal, dpi=30)
        canvas = a.canvas()
        before = [strokes.clear() or canvas.draw(step) is None or len(strokes) for step in range(len(a))]
        counts.append(before)
    plain, growing = counts
    assert len(set(plain)) == 1 and len(set(growing)) == 1 and len(growing) == 36
    assert growing[0] - plain[0] == (3 if view == "flat" else 2)  # the cell, its edges, its text


def test_a_gif_of_many_outputs_that_appear_needs_no_more_memory_than_one_of_few(tmp_path):
    few, many = (ca.animate(ca.Conv((2, n), 1), dpi=100, reveal=True) for n in (4, 40))
    many = replace(many, scene=replace(many.scene, box=few.scene.box))  # the same pixels
    frame = few.size[0] * few.size[1] * 4
    assert few.size == many.size and peak(lambda: [few.frame(n) for n in range(8)]) > 8 * frame * 3 / 4, (
        "the measure sees frames that are kept"
    )
    peaks = [peak(lambda a=a: a.save(tmp_path / "x.gif")) for a in (few, many)]
    assert peaks[1] - peaks[0] < 8 * frame


# --- GIF


LATE = ()


@pytest.mark.parametrize("name", [pytest.param(name, marks=[]) for name in FIGURES])
def test_the_frames_of_a_gif_are_the_frames(name, tmp_path):
    a = figure(name)
    a.save(tmp_path / "x.gif")
    assert gif_faults(tmp_path / "x.gif", a) == {}
    assert len(decoded(tmp_path / "x.gif", a.size)) == len(a)


def test_the_comparison_of_gifs_sees_outputs_that_are_all_there(tmp_path):
    a = figure("isometric")
    figure("isometric", reveal=False).save(tmp_path / "x.gif")
    assert set(gif_faults(tmp_path / "x.gif", a)) >= set(range(len(a) - 1))


# --- the CSS of a file that moves, played


def blocks(text):
    """(what stands before the braces, what in them) of each block of a style sheet."""
    found, at = [], 0
    while (start := text.find("{", at)) >= 0:
        depth, end = 1, start + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        found.append((text[at:start].strip(), text[start + 1 : end - 1]))
        at = end
    assert not text[at:].strip(), text[at:]
    return found


def declarations(text):
    return dict(tuple(part.split(":", 1)) for part in text.split(";") if part)


class MeasuredPlane:
    """The rules of a style sheet, in their order: `always`, of each @media, and the @keyframes, name -> [(share,
    declarations)].
    """

    def __init__(self, text):
        self.always, self.media, self.keyframes = [], {}, {}
        for head, body in blocks(text):
            if head.startswith("@keyframes "):
                stops = [(stop, declarations(look)) for several, look in blocks(body) for stop in several.split(",")]
                self.keyframes[head.split()[1]] = [
                    (Fraction(stop.replace("to", "100%").removesuffix("%")) / 100, look) for stop, look in stops
                ]
            elif head.startswith("@media"):
                self.media.setdefault(re.search(r"\((.*)\)", head)[1].replace(" ", ""), []).extend(self.rules(body))
            else:
                self.always += self.rules(f"{head}{{{body}}}")

    @staticmethod
    def rules(text):
        return [(selector, declarations(body)) for head, body in blocks(text) for selector in head.split(",")]


def matches(selector, element, parents):
    """Whether an element is one that a selector means: .a.b, tag, and > between."""
    *above, own = selector.split(">")
    tag, *classes = own.split(".")
    if tag not in ("", element.tag.split("}")[1]) or not set(classes) <= set(element.get("class", "").split()):
        return False
    return not above or (element in parents and matches(">".join(above), parents[element], parents))


def cascaded(rules, element, parents):
    """The declarations that hold for an element: the important ones, then those of its own style, then those of the
    strongest selectors.
    """
    found = {}
    ranked = [
        (len(re.findall(r"\.", selector)), len(re.findall(r"(?:^|>)[a-z]", selector)), n, body)
        for n, (selector, body) in enumerate(rules)
        if matches(selector, element, parents)
    ]
    own = declarations(element.get("style", ""))
    for *rank, body in [*sorted(ranked, key=lambda one: one[:3]), (9, 9, 9, own)]:
        for key, value in body.items():
            strength = (value.endswith("!important"), rank)
            if key == "animation":  # sets its parts: the time, and the name or none
                words = value.removesuffix("!important").split()
                name = next((word for word in words if not re.match(r"[\d.]+s$|step-end$|infinite$", word)), "none")
                parts = {
                    "animation-duration": next((word for word in words if re.match(r"[\d.]+s$", word)), "0s"),
                    "animation-name": name,
                    "animation-delay": "0s",
                    "steps": "step-end" in words and "infinite" in words,
                }
            else:
                parts = {key: value.removesuffix("!important")}
            for part, given in parts.items():
                if part not in found or found[part][0] <= strength:
                    found[part] = strength, given
    return {key: value for key, (_, value) in found.items()}


def seconds(text):
    return Fraction(text.removesuffix("s"))


def shown_at(text, time, media=()):
    """The SVG as it is seen at a time, in seconds: still, with a visibility for each element that has rules for it."""
    root = ElementTree.fromstring(text)
    parents = {child: parent for parent in root.iter() for child in parent}
    style = root.find("{*}style")
    sheet = MeasuredPlane(style.text)
    rules = [*sheet.always, *(rule for one in media for rule in sheet.media[one])]
    parents[style].remove(style)
    for element in root.iter():
        held = cascaded(rules, element, parents)
        element.attrib.pop("style", None)
        visible = held.get("visibility")
        if held.get("animation-name", "none") != "none":
            assert held["steps"] is True
            whole = seconds(held["animation-duration"])
            share = (time - seconds(held["animation-delay"])) % whole / whole
            frames = sheet.keyframes[held["animation-name"]]
            assert frames[0][0] == 0
            visible = max((one for one in frames if one[0] <= share), key=lambda one: one[0])[1]["visibility"]
        if visible:
            element.set("visibility", visible)
    return ElementTree.tostring(root, encoding="unicode").replace("ns0:", "").replace("xmlns:ns0", "xmlns")


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
        sheet = MeasuredPlane(root.find("{*}style").text)
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


BROWSERS = """<svg xmlns="http://www.w3.org/2000/svg"><style>
.a>g{visibility:hidden;animation:4s step-end infinite}.a>.p{visibility:visible}@keyframes x{0%{visibility:hidden}50%,to{visibility:visible}}
@media(prefers-reduced-motion:reduce){.a>g{animation:none!important}}</style>
<g class="a"><g id="1"/><g id="2" class="p"/><g id="3" style="animation-name:x"/><g id="4" class="p" style="animation-name:x;animation-delay:-1s"/></g>
<g id="5"/></svg>"""


def test_the_player_obeys_rules_as_browsers_do():
    def shown(time, media=()):
        root = ElementTree.fromstring(shown_at(BROWSERS, Fraction(time), media))
        return {element.get("id"): element.get("visibility") for element in root.iter() if element.get("id")}

    still = {"1": "hidden", "2": "visible", "5": None}
    assert shown(0) == {**still, "3": "hidden", "4": "hidden"}
    assert shown(1) == {**still, "3": "hidden", "4": "visible"}
    assert shown("1.9") == shown(1) and shown("5.9") == shown(1)
    assert shown(2) == {**still, "3": "visible", "4": "visible"}
    assert shown(3) == {**still, "3": "visible", "4": "hidden"}
    assert shown(0, ["prefers-reduced-motion:reduce"]) == {**still, "3": "hidden", "4": "visible"}

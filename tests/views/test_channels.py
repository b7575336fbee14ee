"""The view of several channels: which planes are read, where, by which kernels, and what the sum says."""

from __future__ import annotations

import itertools
import math
import pickle
import random
import re
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.errors import ConvanimError
from convanim.render import glyphs
from convanim.scene import Accumulating, Layer, Line, PerStep, Polygon, Text
from convanim.spec import figures
from convanim.themes.table import CLASSIC, CLEAR
from convanim.views import VIEWS, view_flags
from helpers.processes import ROOT
from helpers.refusals import refusal
from oracle.places import Figure, label_faults
from oracle.scenes import leaves, marks_of
from oracle.shapes import apart, hull
from oracle.view_channels import (
    INDICES,
    Seen,
    convolved,
    hull_of,
    located,
    parts,
    read_by,
    wrong_rays,
    wrong_step,
)


def draw(op, theme=CLEAR, reveal=False):
    return VIEWS["channels"].draw(op, None, view_flags(theme, reveal=reveal))


# --- the operations


def built(kind, *args, **kwargs):
    try:
        return [kind(*args, **kwargs)]
    except ConvanimError:
        return []


def channels():
    """(in, out, groups), all up to 6 that there are."""
    return [(i, o, g) for i, o, g in itertools.product(range(1, 7), range(1, 7), range(1, 7)) if i % g == o % g == 0]


def at_random(count, seed, copies=False):
    """Operations of both kinds, sizes of each axis their own."""
    rng = random.Random(seed)
    while count:
        n, (i, o, g) = rng.choice([1, 2, 2]), rng.choice(channels())
        sizes, k, s, d = (tuple(rng.randint(1, top) for _ in range(n)) for top in (5, 3, 3, 2))
        kind = rng.choice([ca.Conv, ca.ConvTranspose])
        more = {"in_channels": i, "out_channels": o, "groups": g, "bias": rng.random() < 0.3}
        pads = [(rng.randint(0, 2), rng.randint(0, 2)) for _ in range(n)]
        if kind is ca.ConvTranspose:
            more["output_padding"] = tuple(rng.randrange(max(pair)) for pair in zip(s, d, strict=True))
            pads = [(min(a, e * (w - 1)), min(b, e * (w - 1))) for (a, b), e, w in zip(pads, d, k, strict=True)]
        elif copies:
            more["padding_mode"] = rng.choice(["reflect", "replicate", "circular", "symmetric"])
        for op in built(kind, sizes, k, stride=s, padding=tuple(pads), dilation=d, **more):
            if not VIEWS["channels"].refuses(op):
                count -= 1
                yield op


MORE = [
    ca.Conv(12, 1, in_channels=2),
    ca.Conv((1, 12), (1, 3), in_channels=3, out_channels=2),
    ca.Conv((12, 1), (5, 1), out_channels=3),
    ca.Conv(12, 12, in_channels=2, out_channels=2),
    ca.Conv(1, 1, in_channels=32, out_channels=32, groups=16),
    ca.Conv(2, 1, in_channels=11, out_channels=12),
    ca.ConvTranspose((1, 4), (1, 3), stride=3, out_channels=12),
    ca.Conv(3, 2, in_channels=63),
    ca.Conv((4,), 2, out_channels=63, bias=True),
]


def seen_steps(count, most=6):
    return range(count) if count <= most else sorted({0, count - 1, *random.Random(count).sample(range(count), most)})


# --- which planes, and where


@pytest.mark.parametrize("kind", [ca.Conv, ca.ConvTranspose])
def test_in_each_step_the_planes_are_read_that_change_the_output_at_the_cells_that_do(kind):
    for n, (i, o, g) in enumerate(channels()):
        size, k = ((3, 2), 2) if n % 3 else ((4,), (3,))
        op = kind(size, k, stride=1 + n % 2, padding=n % 2, in_channels=i, out_channels=o, groups=g)
        seen, shape = Seen(draw(op, (CLEAR, CLASSIC)[n % 2])), read_by(op)[1]
        assert (len(seen.below), len(seen.above), seen.scene.steps) == (i, o, math.prod(shape))
        assert {sheet.size for sheet in seen.above} == {shape[1:]}
        assert not any(wrong_step(seen, op, step) for step in seen_steps(seen.scene.steps, 24)), op


def test_windows_are_at_their_cells_for_all_kinds_of_sizes():
    for n, op in enumerate([*at_random(45, "sizes"), *MORE]):
        seen = Seen(draw(op, reveal=n % 3 == 0))
        assert not any(wrong_step(seen, op, step) for step in seen_steps(seen.scene.steps)), op


def test_the_oracle_knows_what_a_group_is():
    """By hand: 4 channels to 6 in 2 groups; the fourth output reads the last two channels."""
    reads, shape = read_by(ca.Conv(2, 1, in_channels=4, out_channels=6, groups=2))
    assert shape == (6, 2, 2) and reads[3, 0, 1] == {(2, 0, 1), (3, 0, 1)} and reads[2, 1, 1] == {(0, 1, 1), (1, 1, 1)}
    x = np.arange(8.0).reshape(2, 2, 2)
    assert np.array_equal(
        convolved(ca.ConvTranspose(2, 2, stride=2, in_channels=2), x)[0], np.kron(x.sum(0), np.ones((2, 2)))
    )
    assert convolved(ca.Conv(2, 2, padding=1, in_channels=2, out_channels=2, groups=2), x)[1].tolist() == [
        [4, 9, 5],
        [10, 22, 12],
        [6, 13, 7],
    ]


def test_the_check_of_steps_sees_a_wrong_plane_a_wrong_place_and_a_wrong_group():
    op = ca.Conv(3, 2, padding=1, in_channels=4, out_channels=2, groups=2)
    scene = draw(op)
    *still, moving = scene.layers

    class Spoiled:
        def __init__(self, change):
            self.change = change

        def __call__(self, step):
            return self.change(step)

    def seen(change):
        return Seen(replace(scene, layers=(*still, PerStep(Spoiled(change), moving.roles))))

    assert not any(wrong_step(seen(moving.at), op, step) for step in range(scene.steps))
    assert wrong_step(seen(lambda step: moving.at((step + 16) % 32)), op, 3) == "current"
    assert wrong_step(seen(lambda step: (*moving.at(step - 1)[:-1], moving.at(step)[-1])), op, 6) == "window"
    assert wrong_step(seen(lambda step: (*moving.at(step + 16)[:-1], moving.at(step)[-1])), op, 6) == "read"
    assert wrong_step(seen(lambda step: moving.at(step)[1:]), op, 6) == "read"


@pytest.mark.parametrize("reveal", [False, True])
def test_rays_lead_through_kernels_to_the_output_and_go_behind_its_planes(reveal):
    for op in [*at_random(16, "rays"), *MORE[:7]]:
        seen = Seen(draw(op, reveal=reveal))
        rows, columns = seen.above[0].size
        for step in seen_steps(seen.scene.steps, 2):
            channel, r = divmod(step // columns, rows)
            current = seen.above[channel]
            there = [*seen.above[:channel], replace(current, size=(r + 1, columns))] if reveal else seen.above
            assert not wrong_rays(seen, step, there), (op, step)


def test_the_check_of_rays_sees_one_that_is_missing_and_one_that_is_not_cut():
    op = ca.Conv(5, 3, in_channels=2, out_channels=2)
    seen = Seen(draw(op))
    marks = {4: seen.marks(4)}
    seen.marks = lambda step: marks[step]
    assert not wrong_rays(seen, 4, seen.above)
    at = [n for n, mark in enumerate(marks[4]) if mark.role == "ray"]
    whole, (first, *rest) = list(marks[4]), marks[4][at[0]].parts
    marks[4][at[0]] = Line("ray", tuple(rest))
    assert wrong_rays(seen, 4, seen.above) == "a ray that has a gap"
    (cell,) = parts(whole, Polygon, "current")
    marks[4][at[0]] = Line("ray", ((first[0], hull_of([cell])[0]), *rest))
    assert wrong_rays(seen, 4, seen.above) == "a ray before a plane that it goes behind"
    marks[4] = [mark for mark in whole if not mark.role.startswith("weight_")]
    assert wrong_rays(seen, 4, seen.above) == "a kernel for each window"


def test_each_pair_of_an_output_and_an_input_channel_has_a_kernel_of_its_own_colour():
    for i, o, g in channels():
        op = ca.Conv((2,), (1,), in_channels=i, out_channels=o, groups=g)
        seen, colours = Seen(draw(op)), []
        for channel in range(o):
            of_cells = [[role for role, _ in seen.kernels(step)] for step in (2 * channel, 2 * channel + 1)]
            assert of_cells[0] == of_cells[1] and len(of_cells[0]) == i // g
            colours += of_cells[0]
        assert len(colours) == op.parameters and len(set(colours)) == min(len(colours), 25)
        assert all(colours[n] != colours[n + m] for m in range(1, 9) for n in range(len(colours) - m))
        assert "weight_1" in colours, "the legend knows kernels by the first colour"
    for k in ((1, 1), (2, 3), (3, 2)):
        seen = Seen(draw(ca.Conv(7, k, dilation=2, in_channels=2)))
        areas = [sum(abs(cross_area(part)) for part in of_kernel) for _, of_kernel in seen.kernels(0)]
        whole = abs(cross_area(hull_of(seen.kernels(0)[0][1])))
        assert areas[0] / whole == pytest.approx(math.prod(k) / math.prod(2 * n - 1 for n in k)), "gaps are left free"


def cross_area(corners):
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise([*corners, corners[0]])) / 2


# --- texts


def numbers(text):
    return [int(n.translate(INDICES)) for n in re.findall("[₀-₉]+", text)]


def read_term(text, op):
    """(output, input) of the kernel in a term, or the input of a name alone."""
    start = "Σ " if math.prod(op.kernel_size) > 1 else ""
    if "·" not in text:
        assert re.fullmatch("𝑥[₀-₉]+", text)
        return numbers(text)[0]
    found = re.fullmatch(rf"{start}𝑥([₀-₉]+)·𝑤\(([0-9]+)→([0-9]+)\)", text)
    assert found, text
    assert numbers(found[1]) == [int(found[2])], "a plane with the kernel of another"
    return int(found[3]), int(found[2])


def test_the_terms_below_the_planes_are_those_of_the_equation_and_of_the_planes_that_are_read():
    for op in [
        *(ca.Conv((2,), 1 + i % 2, in_channels=i, out_channels=o, groups=g, bias=o % 2 == 0) for i, o, g in channels()),
        *MORE,
        *at_random(20, "terms"),
    ]:
        scene = draw(op)
        seen, (reads, shape) = Seen(scene), read_by(op)
        for step in seen_steps(scene.steps, 4):
            channel = step // math.prod(shape[1:])
            texts = {(mark.at, mark.text) for mark in seen.texts(step)}
            under = sorted((at, text) for at, text in texts if at[1] > 0 and "𝑥" in text)
            told = [read_term(text, op) for _, text in under]
            read = {i for (o, *_), cells in reads.items() if o == channel for i, *_ in cells}
            inside = op.in_channels // op.groups
            assert [one if isinstance(one, int) else one[1] for one in told] == list(range(op.in_channels)), (
                "a name for each plane, in order"
            )
            assert {one for one in told if not isinstance(one, int)} >= {(channel, i) for i in read}
            assert len([one for one in told if not isinstance(one, int)]) == inside
            for (at, _), sheet in zip(under, seen.below, strict=True):
                left, right = sheet.corners()[3][0], sheet.corners()[2][0]
                assert at[0] == pytest.approx((left + right) / 2) and 0 < at[1] - sheet.corners()[3][1] < 1
            said = scene.equation(step)
            bias = f" + 𝑏{''.join(chr(0x2080 + int(n)) for n in str(channel))}" if op.bias else ""
            name = f"𝑦{''.join(chr(0x2080 + int(n)) for n in str(channel))}"
            assert (
                [*said.terms, said.last] == [text for _, text in under if "·" in text]
                and said.end == f"{bias} = {name}"
                and said.joined == " + "
            )
            signs = sorted((at, text) for at, text in texts if text.startswith("+"))
            assert [text for _, text in signs] == ["+"] * (inside - 1) + [bias[1:]] * bool(bias)
            assert [text for _, text in sorted((at, text) for at, text in texts if "𝑦" in text)] == [
                "𝑦" + "".join(chr(0x2080 + int(n)) for n in str(o)) for o in range(op.out_channels)
            ]


def boxes(marks):
    """The boxes of texts, as they are drawn."""
    found = []
    for mark in marks:
        if isinstance(mark, Text):
            wide = (
                max(glyphs.width(text, mark.face) for text in (mark.text, mark.like) if text) * mark.size * mark.stretch
            )
            size = mark.size * min(1, mark.width / wide)
            half = glyphs.width(mark.text, mark.face) * size * mark.stretch / 2
            found.append((mark.at[0] - half, mark.at[1] - 0.4 * size, mark.at[0] + half, mark.at[1] + 0.5 * size))
    return found


def faults(scene, step):
    """What is wrong with a step: texts over texts or planes, marks outside of the box, roles that a layer doesn't
    declare.
    """
    found = []
    marks = [mark for layer in scene.layers for mark in leaves(layer.seen(step))]
    texts = boxes(marks)
    found += [
        "text over text"
        for a, b in itertools.combinations(texts, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    shapes = [list(part) for mark in marks if isinstance(mark, Polygon) for part in mark.parts]
    for x0, y0, x1, y1 in texts:
        near = [shape for shape in shapes if min(y for _, y in shape) < y1 and max(y for _, y in shape) > y0]
        found += ["text over a cell" for shape in near if apart([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], shape) <= 0]
    points = [point for mark in marks if not isinstance(mark, Text) for part in mark.parts for point in part]
    points += [corner for x0, y0, x1, y1 in texts for corner in ((x0, y0), (x1, y1))]
    box = scene.box
    found += ["outside"] * any(
        not (box.x + 0.5 < x < box.x + box.width - 0.5 and box.y + 0.5 < y < box.y + box.height - 0.5)
        for x, y in points
    )
    for layer in scene.layers:
        used = {mark.role for mark in leaves(layer.seen(step))}
        found += ["roles"] * (isinstance(layer, Accumulating | PerStep) and not used <= layer.roles)
    return found


def test_texts_stand_free_and_all_is_in_the_box():
    for n, op in enumerate([*at_random(24, "box"), *at_random(10, "copies", copies=True), *MORE]):
        scene = draw(op, (CLEAR, CLASSIC)[n % 4 == 3], reveal=n % 2 == 0)
        for step in seen_steps(scene.steps, 2):
            assert not faults(scene, step), (op, step, faults(scene, step))
        if scene.steps < 80:
            for layer in scene.layers:
                if isinstance(layer, Accumulating | PerStep):
                    assert layer.roles == {
                        mark.role for step in range(scene.steps) for mark in leaves(layer.at(step))
                    }, op
        assert scene.roles() <= CLEAR.styles.keys() - (set() if n % 2 == 0 else {"pending"})


def test_the_check_of_places_sees_text_over_text_over_cells_and_outside():
    scene = draw(ca.Conv(3, 2, in_channels=2))
    ((x, y),) = [mark.at for mark in Seen(scene).texts(0) if mark.text == "+"]
    for text, what in (
        (Text("sign", (x, y), "7", 0.6, 1.0), "text over text"),
        (Text("sign", (x - 3, y - 1.2), "7", 0.6, 1.0), "text over a cell"),
        (Text("sign", (x, y + 1), "7", 0.6, 1.0), "outside"),
    ):
        assert set(faults(replace(scene, layers=(*scene.layers, Layer((text,)))), 0)) == {what}
    *rest, moving = scene.layers
    assert faults(replace(scene, layers=(*rest, PerStep(moving.at, moving.roles - {"ray"}))), 0) == ["roles"]


@pytest.mark.parametrize("dpi", [150, 60])
def test_labels_stand_beside_the_figure(dpi):
    for n, op in enumerate([*at_random(12, f"labels {dpi}"), *MORE[:7]]):
        look = {
            "view": "channels",
            "theme": ("clear", "classic", "dark")[n % 3],
            "lang": ("en", "zh")[n % 2],
            "reveal": n % 4 == 0,
            "dpi": dpi,
        }
        a, plain = (ca.animate(op, labels=labels, **look) for labels in ("all", "none"))
        for step in (0, len(a) - 1):
            figure = Figure(plain.scene, step)
            figure.planes["input"] = hull(
                [point for part in parts(leaves(marks_of(plain.scene, step)), Line, "grid") for point in part]
            )
            assert not label_faults(a, plain.scene, step, figure), (op, look, step)


# --- the rest


def test_outputs_appear_channel_by_channel():
    op = ca.Conv(4, 2, stride=2, in_channels=2, out_channels=3)
    seen = Seen(draw(op, reveal=True))
    for step in range(12):
        there = located(parts(seen.marks(step, (Accumulating,)), Polygon, "output"), seen.above)
        assert {(o, *cell) for o, cells in there.items() for cell in cells} == set(
            itertools.islice(itertools.product(range(3), range(2), range(2)), step + 1)
        )


def test_what_has_no_channels_to_add_up_or_is_too_large_is_refused_in_one_line():
    assert "pooling treats each channel alone" in refusal(lambda: ca.animate(ca.Pool(4, 2), view="channels"))
    assert "pooling treats each channel alone" in refusal(lambda: ca.animate(ca.AdaptivePool(4, 2), view="channels"))
    assert "3" in refusal(lambda: ca.animate(ca.Conv((3, 3, 3), 2), view="channels"))
    assert "64 planes at most, and 3 + 62 channels are 65" in refusal(
        lambda: ca.animate(ca.Conv(4, 2, in_channels=3, out_channels=62), view="channels")
    )
    assert "5,000 steps at most" in refusal(
        lambda: ca.animate(ca.Conv(51, 1, out_channels=2), view="channels", focus="off")
    )
    assert "10,000 windows at most" in refusal(
        lambda: ca.animate(ca.Conv(11, 3, in_channels=8, out_channels=56), view="channels", focus="off")
    )
    assert len(ca.animate(ca.Conv(50, 1, out_channels=2), view="channels", focus="off")) == 5000
    assert "shows no values" in refusal(lambda: ca.animate(ca.Conv(4, 2, in_channels=2), view="channels", seed=1))


def test_figures_can_be_compared_pickled_and_say_how_many_channels_they_have():
    op = ca.Conv(5, 3, padding=1, in_channels=4, out_channels=2, groups=2)
    a = ca.animate(op, view="channels", theme="clear", labels="all")
    assert pickle.loads(pickle.dumps(a)) == a == ca.animate(op, view="channels", theme="clear", labels="all")
    said = [
        mark.text
        for mark in leaves([mark for layer in a.scene.layers for mark in layer.seen(30)])
        if isinstance(mark, Text)
    ]
    assert "k=3 s=1 p=1 in_channels=4 out_channels=2 groups=2" in " ".join(said).replace("  ", " ")
    assert (
        "Σ 𝑥₂·𝑤(2→1) + Σ 𝑥₃·𝑤(3→1) = 𝑦₁" in said
        and "kernels w(input channel→output channel)" in said
        and "weights" not in said
    )
    for words in (
        "input's channels (4, each of 5x5 cells)",
        "output's (2, each of 5x5)",
        "in groups (2)",
        "kernel of 3x3",
    ):
        assert words in a.scene.description


def test_the_figures_show_what_their_titles_say():
    made = {
        name: figure.animate(labels="none") for name, figure in figures(ROOT / "templates" / "channels.toml").items()
    }
    ops = {name: figure.op() for name, figure in figures(ROOT / "templates" / "channels.toml").items()}
    for name, op in ops.items():
        seen = Seen(made[name].scene)
        assert not wrong_step(seen, op, seen.scene.poster)
    kernels = {name: len(Seen(a.scene).kernels(a.scene.poster)) for name, a in made.items()}
    assert (kernels["rgb_to_one_map"], kernels["two_groups"], kernels["depthwise"], kernels["pointwise"]) == (
        3,
        2,
        1,
        4,
    )
    assert ops["two_channels_to_three"].parameters == 2 * 3 * 4
    groups = Seen(made["two_groups"].scene)
    assert min(located(parts(groups.marks(groups.scene.poster), Polygon, "tap"), groups.below)) == 2, (
        "the poster is in the later group"
    )


def test_cells_are_smaller_where_planes_are_many_so_that_letters_stay_large():
    for op, smaller in (
        (ca.Conv(5, 3, padding=1, in_channels=2, out_channels=2), False),
        (ca.Conv(5, 3, padding=1, in_channels=4, out_channels=2, groups=2), True),
        (ca.Conv(6, 3, in_channels=3, out_channels=2, ndim=1), False),
    ):
        scene = draw(op)
        (edge,) = {round(sheet.edge, 6) for sheet in (*Seen(scene).below, *Seen(scene).above)}
        letters = [mark.size for mark in leaves(scene.seen(0)) if isinstance(mark, Text)]
        assert (edge < 0.99) == smaller and scene.box.width < 25 and min(letters) * 300 / scene.box.width > 7

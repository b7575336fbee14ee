"""The cells of the input and the output that stand still: which role each has in every figure, read back from the
scene, against plain formulas.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

import convanim as ca
from convanim.scene import Line, Polygon
from convanim.themes.table import CLASSIC, CLEAR
from helpers.cases import PLANAR
from helpers.figures import draw
from helpers.operations import ODD, drawn_at_random, operations
from oracle.planes import BASES, Seen, unlike
from oracle.scenes import only, with_marks
from oracle.windows import NEW, meant_still

OCCUR = {  # the roles that cells have somewhere among a kind's operations
    "conv": {"copy", "padding", "odd_padding", "unread"},
    "pool": {"padding", "odd_padding", "overhang", "unread"},
    "transpose": {"inserted", "padding", "odd_padding", "unread", "output_padding", "cropped"},
    "adaptive_pool": set(),
}


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_every_cell_that_stands_still_has_the_role_that_the_numbers_give(kind, view):
    total = Counter()
    for op in operations(kind):
        shown = Seen(draw(op, view), view)
        meant = meant_still(op)
        assert not unlike(shown.still(), meant), op
        assert {role for role in NEW if role in shown.roles} == {role for role in NEW if meant.get(role)}, op
        total.update({role: len(cells) for role, cells in meant.items()})
    assert {role for role in NEW if total[role]} == OCCUR[kind]


@pytest.mark.parametrize(
    ("i", "k", "s", "p", "d"), [(5, 3, 2, 1, 1), (6, 3, 2, 1, 1), (7, 3, 1, 2, 2), (4, 4, 1, 3, 1), (9, 2, 3, 0, 2)]
)
@pytest.mark.parametrize("view", PLANAR)
def test_the_counts_of_a_square_convolution_are_those_of_the_guides_formulas(view, i, k, s, p, d):
    direct = Seen(draw(ca.Conv(i, k, stride=s, padding=p, dilation=d), view), view).still()
    o = (i + 2 * p - k - (k - 1) * (d - 1)) // s + 1  # Relationship 15
    assert len(direct["input"]) == i**2 and len(direct["output"]) == o**2
    assert len(direct["padding"]) == (i + 2 * p) ** 2 - i**2
    left = (i + 2 * p - k - (k - 1) * (d - 1)) % s
    if s <= k and d == 1:  # without gaps between windows
        assert len(direct["unread"]) == (i + 2 * p) ** 2 - (i + 2 * p - left) ** 2
    if d * (k - 1) >= p:
        turned = Seen(
            draw(ca.ConvTranspose(o, k, stride=s, padding=p, dilation=d, output_padding=left), view), view
        ).still()
        wide = s * (o - 1) + 1  # Relationship 13: i' - 1 zeros between, k - p - 1 around, a more at the end
        around = d * (k - 1) - p
        assert len(turned["output"]) == i**2 and len(turned["input"]) == o**2
        assert len(turned["inserted"]) == wide**2 - o**2
        assert len(turned["padding"]) == (wide + 2 * around) ** 2 - wide**2
        assert len(turned["odd_padding"]) == (wide + 2 * around + left) ** 2 - (wide + 2 * around) ** 2
        assert len(turned["output_padding"]) == i**2 - (i - left) ** 2
        assert len(turned["cropped"]) == (i + p + max(p - left, 0)) ** 2 - i**2


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("kind", ODD)
def test_classic_draws_none_of_the_new_roles_and_all_else_where_clear_draws_it(kind, view):
    for op in [*drawn_at_random(kind, 20), *ODD[kind]]:
        classic, clear = (Seen(draw(op, view, theme), view) for theme in (CLASSIC, CLEAR))
        roles = classic.roles | {mark.role for mark in classic.moving(0)}
        assert roles <= set(CLASSIC.styles) and not roles & NEW
        still, full = classic.still(), clear.still()
        assert [role for role in full if still[role] != full[role] and role not in NEW] == []
        for step in range(0, classic.scene.steps, 3):
            assert set(unlike(classic.step(step), clear.step(step))) <= {"copy_link", "dots"}


PLAIN = [
    ca.Conv(5, 3),
    ca.Conv((4, 7), (2, 3), stride=(2, 1)),
    ca.Conv(7, 3, dilation=2),
    ca.Conv(6, 1, ndim=1),
    ca.Conv(4, 3, flip=True),
    ca.Pool(4, 2),
    ca.Pool(6, 2, ceil_mode=True, mode="average"),
    ca.ConvTranspose((3, 5), 1),
    ca.AdaptivePool(5, 3),
    ca.AdaptivePool((2, 3), (5, 7)),
]


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("op", PLAIN, ids=str)
def test_a_figure_without_new_roles_is_the_same_in_both_themes_but_for_styles(op, view):
    classic, clear = (draw(op, view, theme) for theme in (CLASSIC, replace(CLEAR, guide_numbers=True)))
    assert (classic.box, classic.steps, classic.poster) == (clear.box, clear.steps, clear.poster)
    for one, other in zip(classic.layers, clear.layers, strict=True):
        for step in range(classic.steps):
            assert one.seen(step) == other.seen(step)


def test_clear_has_a_look_of_its_own_for_every_new_role():
    assert set(CLEAR.styles) - set(CLASSIC.styles) == NEW
    looks = [CLEAR.styles[role] for role in NEW]
    assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("view", PLANAR)
@pytest.mark.parametrize("role", sorted(NEW - {"copy_link"}))
def test_a_missing_role_and_one_in_other_cells_are_seen(role, view):
    op = next(op for kind in ODD for op in ODD[kind] if meant_still(op)[role])
    scene = draw(op, view)
    kind = Line if role == "cropped" else Polygon
    gone = Seen(with_marks(scene, only(role, lambda mark: None, kind)), view).still()
    assert unlike(gone, meant_still(op)) == [role]
    (a, b), _ = BASES[view]
    moved = only(
        role,
        lambda mark: replace(mark, parts=tuple(tuple((x + a, y + b) for x, y in part) for part in mark.parts)),
        kind,
    )
    assert unlike(Seen(with_marks(scene, moved), view).still(), meant_still(op)) == [role]

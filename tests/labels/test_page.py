"""How large the letters of labels are: times a factor, and in points at the width at which a figure is shown."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace

import pypdfium2
import pytest

import convanim as ca
from convanim.labels import page as pages
from helpers.cases import PLANAR
from helpers.figures import EACH_VIEW
from helpers.refusals import refusal
from oracle.labels import label_lines
from oracle.places import label_faults
from oracle.scenes import leaves, marks_of

CONV, PT = ca.Conv(5, 3, stride=2, padding=1), 72.27  # TeX's points in an inch


def drawn(name, **look):
    op, view = EACH_VIEW[name]
    return ca.animate(op, view=view, **{"theme": "clear"} | look)


def sizes(a, step=0):
    """The sizes of the letters of labels, in cells, those of colour bars aside, which belong to the view."""
    return {round(mark.size, 6) for mark in leaves(marks_of(a.scene, step)) if mark.role == "label"}


@pytest.mark.parametrize("name", EACH_VIEW)
def test_labels_are_as_much_larger_as_is_asked_for_and_the_figure_stays_as_it_is(name):
    usual = drawn(name, labels="all", width=None)
    (em,) = sizes(usual)
    assert em * 150 / 72 * 14.1734 == pytest.approx(13), "pixels at 150 dpi"
    for factor in (0.5, 1.5, 3):
        a = drawn(name, labels="all", label_size=factor)
        largest = max(sizes(a))
        assert largest == pytest.approx(em * factor, rel=1e-5)
        # sizes between planes are as large as there is room for
        assert sizes(a) <= {largest, round(a.labelling.scene.largest_label, 6)} and a.dpi == usual.dpi
        assert a.labelling.scene == usual.labelling.scene


@pytest.mark.parametrize("view", PLANAR)
def test_larger_letters_stand_over_nothing_else(view):
    faults = []
    for op, factor, lang in itertools.product(
        (CONV, ca.Pool((3, 8), 2), ca.ConvTranspose(2, 3)), (0.8, 2), ("en", "zh")
    ):
        plain = ca.animate(op, view=view, theme="clear", labels="none", lang=lang).scene
        a = ca.animate(op, view=view, theme="clear", labels="all", lang=lang, label_size=factor)
        faults += [fault for step in (0, plain.steps - 1) for fault in label_faults(a, plain, step)]
    assert [fault for fault in faults if " px" not in fault] == []


@pytest.mark.parametrize("name", EACH_VIEW)
def test_letters_have_eight_points_where_the_figure_is_shown(name):
    for width, factor in ((240, 1), (516, 1), (516, 1.25), (200, 0.75)):
        a = drawn(name, width_pt=width, label_size=factor)
        points = max(sizes(a)) / a.scene.box.width * width
        assert 8 * factor <= points * 1.00001 < 8 * factor * 1.01, (width, factor)
        assert label_lines(a) and a.size[0] == math.floor(width * 150 / PT)
    without = max(sizes(drawn(name))) / drawn(name).scene.box.width * 200
    assert without < 8 or name in ("isometric", "stack"), "the comparison sees letters that are too small"


def test_a_page_is_as_wide_as_the_figure_is_shown_and_never_wider(tmp_path):
    for width in (200, 240, 252.0, 345.5, 516):
        (path,) = drawn("isometric", width_pt=width).save(tmp_path / "x.pdf", step="poster")
        page = pypdfium2.PdfDocument(str(path))[0].get_width() * PT / 72
        assert width - 0.5 < page <= width
        (path,) = drawn("isometric", width_pt=width).save(tmp_path / "x.tex", step=0)
        text = path.read_text(encoding="utf-8")
        cell = float(re.search(r"\\def\\convanimcell\{([\d.]+)bp\}", text)[1])
        left, right = map(
            float, re.search(r"\\def\\convanimbounds\{\(([-\d.]+),.*?rectangle \(([-\d.]+),", text).groups()
        )
        assert (right - left) * cell * PT / 72 == pytest.approx(page, abs=0.05)


def test_pixels_may_be_said_beside_the_width_at_which_they_are_shown():
    usual = drawn("flat", width_pt=240)
    for look, width in (({"width": 1200}, 1200), ({"dpi": 300}, None), ({"scale": 2}, None)):
        a = drawn("flat", width_pt=240, **look)
        assert a.scene == usual.scene
        assert a.size[0] == (width or round(usual.size[0] * 300 / usual.dpi))


def test_letters_are_never_less_than_ten_pixels_at_a_width_in_pixels():
    for name, width in itertools.product(EACH_VIEW, (300, 400, 640)):
        a = drawn(name, width=width)
        assert max(sizes(a)) * width / a.scene.box.width >= 10, name
        assert a.size[0] == width


@pytest.mark.parametrize(("option", "unit"), [("width", "pixels"), ("width_pt", "points")])
def test_a_page_that_is_too_narrow_is_refused_and_the_width_that_the_message_names_is_enough(option, unit):
    text = refusal(lambda: drawn("isometric", **{option: 40}))
    needed = int(re.search(rf"need (\d+) {unit}", text)[1])
    assert f"{option}=40:" in text and "label_size" in text and 'labels="none"' in text
    assert drawn("isometric", **{option: needed})
    assert "need" in refusal(lambda: drawn("isometric", **{option: int(needed / 1.13)}))
    assert drawn("isometric", labels="none", **{option: 40}).size[0] in (40, 83)


@pytest.mark.parametrize(
    "given",
    [{"width": 16, "label_size": 8}, {"width": 16, "layout": "landscape"}, {"width_pt": 16.5, "label_size": 3}],
    ids=str,
)
def test_a_page_without_room_names_what_was_set_and_a_width_that_has_room(given):
    conv = ca.Conv(4, 3)
    name = next(iter(given))
    text = refusal(lambda: ca.animate(conv, theme="clear", **given))
    assert text.startswith(f"{', '.join(f'{key}={value!r}' for key, value in given.items())}: ")
    needed = int(re.search(r"need (\d+) (?:pixels|points)", text)[1])
    ca.animate(conv, theme="clear", **given | {name: needed})
    refusal(lambda: ca.animate(conv, theme="clear", **given | {name: int(needed / 1.11)}))


def test_where_no_width_has_room_a_size_of_letters_is_named_and_a_storyboard_may_have_fewer_steps():
    slide = {"theme": "clear", "layout": "landscape"}
    text = refusal(lambda: ca.animate(ca.Conv(4, 3), width=1280, label_size=8, **slide))
    assert text.startswith("width=1280, label_size=8, layout='landscape': ")
    ca.animate(ca.Conv(4, 3), label_size=float(re.search(r"take label_size=([\d.]+)", text)[1]), **slide)
    assert "steps" not in text
    narrow = ca.animate(ca.Conv(4, 3), theme="clear")
    assert "fewer steps, fewer labels" in refusal(lambda: narrow.storyboard(4, width=16))


def searched(draw, page, plain):
    """The size of letters by a search that lays the page out with each size that it tries, and the number of these."""
    low = letters = max(page.least, page.share * plain)
    tried = []

    def fits(size):
        tried.append(size)
        return page.share * draw(page, size).box.width <= size * pages.ROUNDED

    while not fits(letters):
        low, letters = letters, 2 * letters
        if len(tried) == pages.DOUBLINGS:
            return None, len(tried)
    while letters > low * pages.NEAR:
        middle = math.sqrt(low * letters)
        low, letters = (low, middle) if fits(middle) else (middle, letters)
    return letters, len(tried)


@pytest.mark.parametrize("name", EACH_VIEW)
def test_few_layouts_find_the_size_of_letters_that_a_search_with_all_of_them_finds(name):
    many = few = 0
    for look in ({"width": 300}, {"width": 420}, {"width_pt": 240}, {"width": 40}, {"layout": "landscape"}):
        labelling = drawn(name, labels="all").labelling
        page, plain = pages.Page(**look), labelling.scene.box.width
        laid_out = []

        def draw(page, letters, labelling=labelling, laid_out=laid_out):
            laid_out.append(letters)
            return replace(labelling, page=page).at(letters)

        found = pages.fitting(draw, page, plain)
        few += len(laid_out)
        letters, count = searched(draw, page, plain)
        many += count
        assert (found and found[0]) == letters, look
        if found:
            assert found[1] == draw(page, letters)
    assert few < many or name == "pair"  # its long lines make each size as wide as it must be


def test_a_page_that_becomes_narrower_with_larger_letters_is_searched_with_all_layouts():
    scene, page = drawn("flat").scene, pages.Page(width_pt=240)

    def draw(page, letters):
        wide = letters / page.share * (0.9 if letters > 0.9 else 1.1 if letters > 0.6 else 1.9)
        return replace(scene, box=replace(scene.box, width=wide))

    for plain in (10.0, 12.0, 15.0, 20.0):
        letters, made = pages.fitting(draw, page, plain)
        assert page.share * made.box.width <= letters * pages.ROUNDED
        assert letters == searched(draw, page, plain)[0]

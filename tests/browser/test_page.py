"""The gallery's page in a real browser: what plays, what is found, what the keyboard reaches, and what is loaded before
a reader scrolls.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import convanim as ca
from browser.screens import violations
from convanim.publish.gallery_page import MOST_DETAILS, pages
from convanim.text import describe
from convanim.write import FORMATS

GALLERY = Path(__file__).resolve().parents[2] / "gallery"
PAGE = GALLERY / "index.html"


def playing(page):
    """The figures that are loaded, and so play."""
    return page.evaluate(
        "[...document.querySelectorAll('.card img[src]')].map(image => image.closest('.card').dataset.name)"
    )


def seen(page):
    """The figures of which some is in the window."""
    return page.evaluate(
        """[...document.querySelectorAll('.card')].filter(card => {
        const box = card.querySelector('img').getBoundingClientRect();
        return box.width && box.bottom > 0 && box.top < innerHeight; }).map(card => card.dataset.name)"""
    )


def test_figures_play_while_they_are_seen_and_are_put_away_afterwards(opened):
    page = opened(PAGE)
    page.wait_for_function("document.querySelectorAll('.card img[src]').length > 2")
    start = playing(page)
    assert {*seen(page)} <= {*start} and len(start) < 20 and "dilation" not in start
    page.locator("[data-name=dilation]").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('[data-name=dilation] img').hasAttribute('src')")
    page.wait_for_function("!document.querySelector('[data-name=no_padding_no_strides] img').hasAttribute('src')")
    assert {*seen(page)} <= {*playing(page)} and len(playing(page)) < 20


def test_nothing_jumps_when_figures_come_and_less_than_a_megabyte_is_loaded_before_scrolling(opened):
    page = opened(PAGE)
    page.wait_for_function("[...document.querySelectorAll('.card img[src]')].every(image => image.complete)")
    loaded = PAGE.stat().st_size + sum(os.path.getsize(GALLERY / f"{name}.svg") for name in playing(page))
    print(f"\nbefore scrolling: {loaded / 1000:.0f} kB")
    assert loaded < 1_000_000
    shift = page.evaluate("""() => new Promise(done => { let sum = 0;
        new PerformanceObserver(list => list.getEntries().forEach(entry => sum += entry.value))
            .observe({type: 'layout-shift', buffered: true});
        scrollTo(0, 4000); setTimeout(() => { scrollTo(0, 0); setTimeout(() => done(sum), 400); }, 400); })""")
    assert shift < 0.02


def test_the_first_figure_is_there_soon_and_moves(opened):
    page = opened(PAGE)
    page.wait_for_function(
        "document.querySelector('.card img').complete && document.querySelector('.card img').naturalWidth > 0"
    )
    print(f"\nfirst figure after {page.evaluate('performance.now()'):.0f} ms")
    first = page.locator(".card img").first
    pictures = {first.screenshot()}
    for _ in range(30):
        page.wait_for_timeout(100)
        pictures.add(first.screenshot())
        if len(pictures) > 2:
            break
    assert len(pictures) > 2


def test_the_search_finds_all_words_anywhere_and_says_how_many(opened):
    page = opened(PAGE)
    page.keyboard.press("/")
    page.keyboard.type("transposed stride")
    shown = page.evaluate("[...document.querySelectorAll('.card:not([hidden])')].map(card => card.dataset.name)")
    single = {name: one for name, one in ca.figures().items() if len(one.layers) == 1}
    texts = {name: f"{name} {one.title} {describe.title(one.op())}".lower() for name, one in single.items()}
    wanted = {name for name, text in texts.items() if "transposed" in text and "stride" in text}
    assert wanted <= {*shown} and 5 < len(shown) < 60
    assert page.locator("#count").text_content() == f"{len(shown)} figures"
    page.locator("#search").fill("xyzzy")
    assert page.locator("#count").text_content() == "No figures" and page.locator("main section:visible").count() == 0
    page.locator("#search").fill("")
    assert page.locator(".card:visible").count() == len(ca.figures())


# what a reader types -> figures that are found, and some that aren't
ASKED = {
    "receptive field": ({"two_3x3", "wavenet", "down_and_up"}, {"dilation", "checkerboard"}),
    "deconvolution": ({"padding_strides_transposed", "by_hand_transposed", "down_and_up"}, {"padding_strides"}),
    "atrous": ({"dilation", "by_hand_dilated", "wavenet"}, {"padding_strides"}),
    "Fractionally strided": ({"no_padding_strides_transposed", "transposed_k2_s2"}, {"no_padding_strides"}),
    "U-Net": ({"down_and_up", "transposed_k2_s2"}, {"two_3x3"}),
    "VGG": ({"two_3x3", "three_3x3"}, {"wavenet", "dilation"}),
    "depthwise separable": ({"depthwise", "pointwise"}, {"two_groups"}),
    "checkerboard artefacts": ({"checkerboard", "even_stamps", "transposed_k3_s2"}, {"stamps_cropped"}),
    "'same'": ({"same_upper_strided", "by_hand_same", "same_padding_no_strides"}, {"full_padding_no_strides"}),
    "stamps": ({"stamps_apart", "checkerboard", "pair_dilation"}, {"dilation"}),
    "overlap-add": ({"stamps_apart", "checkerboard"}, {"dilation"}),
    "strides": ({"padding_strides", "by_hand_strided"}, {"toeplitz", "depthwise"}),
    "感受野": ({"two_3x3", "wavenet"}, {"dilation"}),
}


def test_the_search_knows_the_words_of_other_people(opened):
    page = opened(PAGE)
    for asked, (wanted, others) in ASKED.items():
        page.locator("#search").fill(asked)
        shown = page.evaluate("[...document.querySelectorAll('.card:not([hidden])')].map(card => card.dataset.name)")
        assert wanted <= {*shown} and not others & {*shown}, asked
        assert len(shown) < len(ca.figures())


def test_the_picture_the_title_the_name_and_the_small_line_open_a_figure_and_what_one_wants_most_comes_first(opened):
    page = opened(PAGE)
    card = page.locator("[data-name=padding_strides]")
    for part in (".picture", "h3 a", "p code", "p"):
        card.locator(part).click()
        page.locator("#detail[open]").wait_for()
        assert page.url.endswith("#figure:padding_strides")
        page.keyboard.press("Escape")
        page.wait_for_function("!document.querySelector('#detail[open]')")
    card.locator("p").click()
    page.locator("#detail[open]").wait_for()
    parts = [".files", ".copy:nth-child(1)", ".copy:nth-child(2)", ".formula", ".facts"]
    tops = [page.locator(f"#detail {part}").bounding_box()["y"] for part in parts]
    assert tops == sorted(tops)
    assert page.locator(".copy h3").all_text_contents() == ["Put it into", "Code"]
    saved = [link.get_attribute("download") for link in page.locator(".files a").all()]
    assert saved == ["padding_strides.gif", "padding_strides.svg"]


def test_with_the_keyboard_alone_a_figure_is_opened_read_and_closed_and_the_focus_is_where_it_was(opened):
    page = opened(PAGE)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.card')?.dataset.name") == "no_padding_no_strides":
            break
    page.keyboard.press("Enter")
    page.locator("#detail[open]").wait_for()
    assert page.url.endswith("#figure:no_padding_no_strides")
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.closest('dialog') ? document.activeElement.tagName : 'outside'")
        )
    assert reached - {"outside", "DIALOG"} == {"BUTTON", "SELECT", "PRE", "A"}
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('#detail[open]') && !location.hash")
    assert page.evaluate("document.activeElement.closest('.card')?.dataset.name") == "no_padding_no_strides"


def test_what_is_copied_is_what_is_shown_and_the_choice_is_kept(opened):
    page = opened(f"{PAGE.as_uri()}#figure:padding_strides")
    page.locator("#detail[open]").wait_for()
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async text => { window.taken = text; }}})"
    )
    page.get_by_label("Put it into").first.select_option("rst")
    page.locator(".copy button").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert (
        page.evaluate("taken")
        == page.locator(".copy pre").first.text_content()
        == ca.figure("padding_strides").embed("rst", "padding_strides.svg")
    )
    page.keyboard.press("Escape")
    page.locator("[data-name=dilation] h3 a").click()
    page.locator("#detail[open]").wait_for()
    assert page.locator(".copy pre").first.text_content() == ca.figure("dilation").embed("rst", "dilation.svg")


def test_colours_are_switched_remembered_and_go_to_the_figures(opened):
    page = opened(PAGE, dark=True)
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.locator("#mode").click()
    light = page.evaluate(ground)
    assert light != dark and page.locator("#mode").get_attribute("aria-label") == "Colours: light"
    assert page.evaluate("getComputedStyle(document.querySelector('.card img')).colorScheme") == "light"
    page.reload()
    assert page.evaluate(ground) == light
    page.locator("#mode").click()
    page.locator("#mode").click()
    assert page.evaluate(ground) == dark


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("place", ["", "#figure:padding_strides_explained", "#figure:down_and_up"])
def test_axe_finds_nothing(place, dark, opened):
    page = opened(f"{PAGE.as_uri()}{place}", dark=dark)
    if place:
        page.locator("#detail[open]").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 360, 1280, 3840])
def test_no_width_needs_scrolling_sideways(width, opened):
    for place in ("", "#figure:pair_dilation"):
        page = opened(f"{PAGE.as_uri()}{place}", width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if place:
            page.locator("#detail[open]").wait_for()
            assert (
                page.evaluate(
                    "document.querySelector('dialog').scrollWidth - document.querySelector('dialog').clientWidth"
                )
                <= 0
            )


def test_without_a_script_every_figures_name_leads_to_its_file(opened):
    page = opened(PAGE, script=False)
    assert (
        page.locator("[data-name=dilation] h3 a").get_attribute("href") == "dilation.svg"
        and page.locator("noscript p").count() == 1
    )


def test_a_server_shows_the_page_with_every_format(opened):
    import threading

    from convanim.publish.server import server

    with server([ca.figures()["dilation"]], 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{running.server_port}/"
            page = opened(address, allowed=address)
            page.wait_for_function("document.querySelector('.card img').naturalWidth > 0")
            page.locator("[data-name=dilation] h3 a").click()
            page.locator("#detail[open]").wait_for()
            assert page.locator(".files a").all_text_contents() == list(FORMATS)
        finally:
            running.shutdown()
            thread.join()


def test_a_page_of_many_figures_tells_of_each_from_a_file_that_has_few(opened, tmp_path):
    figures = [replace(ca.figures()["dilation"], name=f"figure{n}") for n in range(2 * MOST_DETAILS + 1)]
    for name, text in pages(figures, [".svg"]).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for one in figures:
        (tmp_path / f"{one.name}.svg").write_bytes((GALLERY / "dilation.svg").read_bytes())
    assert len(list(tmp_path.glob("details*.js"))) == 3
    page = opened(tmp_path / PAGE.name)
    for n in (2 * MOST_DETAILS, 0, MOST_DETAILS):
        page.evaluate(f"location.hash = '#figure:figure{n}'")
        page.wait_for_selector(f"#detail[open] .files a[download='figure{n}.svg']")

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
from convanim.publish.gallery_page import MOST, pages
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


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A gallery of three pages; its figures are numbered, and those after the first page are transposed."""
    folder, known = tmp_path_factory.mktemp("large"), ca.figures()
    kinds = [known["dilation"], known["padding_strides_transposed"], known["two_3x3"]]
    figures = [replace(kinds[n // MOST], name=f"figure {n}", source="mine.toml") for n in range(2 * MOST + 1)]
    for name, text in pages(figures, [".svg"]):
        (folder / name).write_text(text, encoding="utf-8")
    for n, one in enumerate(figures):
        (folder / f"{one.name}.svg").write_bytes((GALLERY / f"{kinds[n // MOST].name}.svg").read_bytes())
    return folder


def names(page, selector):
    return page.evaluate(f"[...document.querySelectorAll('{selector}')].map(card => card.dataset.name)")


def test_a_large_gallery_has_pages_that_lead_to_each_other_and_have_every_figure_once(opened, large):
    assert sorted(path.name for path in large.glob("*.html")) == ["index.html", "page-2.html", "page-3.html"]
    page, found = opened(large / PAGE.name, script=False), []
    while True:
        found += names(page, "main section:not(#found) .card")
        here = page.locator(".pager [aria-current]").first.text_content()
        assert page.title().startswith(f"Figures of convolution arithmetic, page {here} of 3")
        if not page.locator("[rel=next]").count():
            break
        page.locator("[rel=next]").first.click()
    assert found == [f"figure {n}" for n in range(2 * MOST + 1)]
    page.locator(".pager a", has_text="1").first.click()
    assert page.url.endswith("/index.html")


@pytest.mark.parametrize("start", ["index.html", "page-3.html"])
def test_the_search_of_any_page_finds_the_figures_of_all_pages_and_opens_them(opened, large, start):
    page = opened(large / start)
    cards = page.locator("main section:not(#found) .card:visible").count()
    page.keyboard.press("/")
    page.keyboard.type("receptive field")
    page.locator("#found .card").wait_for()
    assert names(page, ".card:is(#found *)") == [f"figure {2 * MOST}"]
    assert page.locator("#count").text_content() == "1 figure" and page.locator(".pager:visible").count() == 0
    page.locator("#search").fill("transposed stride")
    page.wait_for_function(f"document.querySelector('#count').textContent === '{MOST} figures'")
    first = names(page, ".card:is(#found *)")
    assert 0 < len(first) < MOST and page.locator("section:not(#found) .card:visible").count() == 0
    page.wait_for_function("document.querySelector('#found img').naturalWidth > 0")
    while len(shown := names(page, ".card:is(#found *)")) < MOST:
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(20)
    assert shown == [f"figure {n}" for n in range(MOST, 2 * MOST)]
    page.locator("#found .card a").first.click()
    page.wait_for_selector(f"#detail[open] .files a[download='figure {MOST}.svg']")
    expected = ca.figures()["padding_strides_transposed"].animate()
    assert page.locator("#detail .big img").get_attribute("alt") == expected.alt
    assert page.locator("#detail-title").text_content() == ca.figures()["padding_strides_transposed"].title
    assert page.url.endswith(f"#figure:figure%20{MOST}")
    page.keyboard.press("Escape")
    page.locator("#search").fill("xyzzy")
    page.wait_for_function("document.querySelector('#count').textContent === 'No figures'")
    page.locator("#search").fill("")
    assert (
        page.locator("main section:not(#found) .card:visible").count() == cards
        and not page.locator("#found").is_visible()
    )


def test_an_address_opens_a_figure_of_any_page_and_of_one_that_isnt_there_nothing(opened, large):
    page = opened(large / PAGE.name)
    for n in (2 * MOST, 0, MOST):
        page.evaluate(f"location.hash = '#figure:figure%20{n}'")
        page.wait_for_selector(f"#detail[open] .files a[download='figure {n}.svg']")
    page.evaluate("location.hash = '#figure:nothing'")
    page.wait_for_function("!document.querySelector('#detail[open]')")
    page = opened(f"{(large / 'page-2.html').as_uri()}#figure:figure%201")
    page.wait_for_selector("#detail[open] .files a[download='figure 1.svg']")


def test_a_search_whose_files_are_missing_says_so(opened, large, tmp_path):
    for name in ("index.html", "details.js", "figure 0.svg", "search.js", "search-3.js"):
        (tmp_path / name).write_bytes((large / name).read_bytes())
    page = opened(tmp_path / PAGE.name)
    page.locator("#search").fill("stride")
    page.wait_for_function("document.querySelector('#count').textContent.includes('missing')")
    assert [fault for fault in opened.faults if "ERR_FILE_NOT_FOUND" not in fault] == []
    opened.faults.clear()


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_on_a_page_of_several_nor_in_what_was_found(opened, large, dark):
    page = opened(large / "page-2.html", dark=dark)
    assert violations(page) == []
    page.locator("#search").fill("receptive field")
    page.locator("#found .card").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 900

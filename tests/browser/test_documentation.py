"""The built documentation in a browser: on phones and desks, light and dark, by keyboard, and without a server.

`make test-browser` builds it first; `make docs` does it too.
"""

from __future__ import annotations

import pytest

from browser.screens import violations
from helpers.processes import ROOT

SITE = ROOT / "docs" / "_build" / "html"
PAGES = [
    "index.html",
    "start.html",
    "looks.html",
    "options.html",
    "checked.html",
    "course/sliding.html",
    "zh/sizes.html",
    "generated/command_line.html",
]


@pytest.fixture(scope="module", autouse=True)
def built():
    assert (SITE / "index.html").is_file(), "run `make docs` first"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (1440, False), (1440, True)])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(page, width, dark, opened):
    shown = opened(SITE / page, width=width, dark=dark, calm=True)
    assert violations(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_sees_a_picture_without_a_text(opened):
    page = opened(SITE / "index.html", calm=True)
    page.evaluate("document.querySelector('img.convanim').removeAttribute('alt')")
    assert any("image-alt" in one for one in violations(page))


def test_the_figures_are_drawn_and_follow_the_switch_of_colours(opened):
    page = opened(SITE / "index.html", width=1440)
    figure = page.locator("img.convanim").first
    figure.scroll_into_view_if_needed()
    assert figure.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
    schemes, scheme = [], "getComputedStyle(document.querySelector('img.convanim')).colorScheme"
    for _ in range(3):
        schemes.append(page.evaluate(scheme))
        page.locator("button.theme-toggle:visible").click()
    assert {*schemes} == {"light", "dark"}


def focus(page, wanted):
    """Press Tab until the focus is on an element with this text."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body ? '' : document.activeElement.innerText") == wanted:
            return
    raise AssertionError(f"Tab never reaches {wanted}")


def test_the_keyboard_alone_reaches_a_page_of_the_course_and_opens_an_answer(opened):
    page = opened(SITE / "index.html", width=1440)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#furo-main-content", "first a link that skips the menu"
    for link, place in (("The course", "course/index.html"), ("Slide, multiply, add", "course/sliding.html")):
        focus(page, link)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{place}")
    question = "What does numpy.convolve compute for these numbers?"
    answer = page.locator("details", has_text=question)
    assert answer.get_attribute("open") is None
    focus(page, question)
    page.keyboard.press("Enter")
    assert answer.get_attribute("open") is not None
    assert answer.get_by_text("1 4 10 16 17 12").is_visible()


def test_code_that_is_wider_than_a_phone_scrolls_by_keyboard(opened):
    page = opened(SITE / "start.html", width=360)
    code = page.locator("pre").nth(1)
    code.focus()
    assert code.evaluate("one => one.scrollWidth > one.clientWidth")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=code.element_handle())


@pytest.mark.parametrize(("words", "expected"), [("dilation", "dilation.html"), ("checkerboard", "views.html")])
def test_the_search_finds_pages_without_a_server(words, expected, opened):
    page = opened(SITE / "index.html", width=1440)
    page.locator("input[name=q]").first.fill(words)
    page.keyboard.press("Enter")
    page.locator(f"#search-results a[href*='{expected}']").first.wait_for()
    assert violations(page) == []


def test_pages_in_chinese_say_so_to_screen_readers(opened):
    page = opened(SITE / "zh" / "sizes.html")
    assert page.locator("#furo-main-content").get_attribute("lang") == "zh"
    assert opened(SITE / "start.html").locator("#furo-main-content").get_attribute("lang") is None

"""A real browser for the tests: Chromium, without a network, whose console must stay silent."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]


@pytest.fixture(scope="session")
def browser():
    program = next(filter(None, map(shutil.which, NAMES)), None)
    assert program, "no Chromium: install the package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser):
    """Opens a file, or an address, as a reader with these wishes; at the end, errors and requests to anywhere else fail
    the test.
    """
    contexts, faults = [], []

    def open_(place, *, width=900, height=900, dark=False, calm=False, script=True, touch=False, allowed="file://"):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if calm else "no-preference",
            java_script_enabled=script,
            has_touch=touch,
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((allowed, "data:", "blob:"))
                else faults.append(f"asked for {request.url}")
            ),
        )
        page.goto(place if "://" in str(place) else Path(place).resolve().as_uri())
        return page

    open_.faults = faults
    yield open_
    for context in contexts:
        context.close()
    assert not faults

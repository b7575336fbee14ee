"""Animated SVGs in a real browser, at chosen moments: the step that is on looks like its frame, however it is held,
repeated, darkened or stilled.
"""

from __future__ import annotations

import pytest

import convanim as ca
from browser.screens import apart

LOOKS = {
    "plain": {},
    "held": {"hold_ms": 700},
    "twice": {"loop": 2},
    "once, held": {"loop": 1, "hold_ms": 1300},
    "revealed": {"reveal": True, "theme": "clear"},
    "revealed twice": {"reveal": True, "theme": "clear", "loop": 2, "hold_ms": 500},
}


def at(page, ms):
    """Hold all animations at a moment."""
    page.evaluate(
        """(ms) => { for (const one of document.getAnimations()) { one.pause();
        one.currentTime = ms + -one.effect.getComputedTiming().delay * 0; } }""",
        ms,
    )


@pytest.mark.parametrize("look", LOOKS)
def test_at_every_moment_the_step_that_is_on_is_seen(look, opened, tmp_path):
    a = ca.animate(ca.Conv((3, 4), 2, stride=(1, 2)), **LOOKS[look])
    (path,) = a.save(tmp_path / "x.svg")
    page = opened(path, width=a.size[0], height=a.size[1])
    total = sum(map(a.duration, range(len(a))))
    plays = a.loop or 3
    for play in range(min(plays, 2)):
        start = play * total
        for step in range(len(a)):
            for moment in (start + 1, start + a.duration(step) - 1):
                at(page, moment)
                assert not apart(page.locator("svg"), a, step), (play, step, moment)
            start += a.duration(step)
    at(page, plays * total + 5000)
    end = len(a) - 1 if a.loop else 5000 // 1000 % len(a) if not a.hold_ms else None
    if end is not None:
        assert not apart(page.locator("svg"), a, end), "after all plays"


def test_the_comparison_sees_another_moment(opened, tmp_path):
    a = ca.animate(ca.Conv((3, 4), 2))
    (path,) = a.save(tmp_path / "x.svg")
    page = opened(path, width=a.size[0], height=a.size[1])
    at(page, 1500)
    assert apart(page.locator("svg"), a, 0) and not apart(page.locator("svg"), a, 1)


def test_for_readers_who_ask_for_it_the_poster_stands_still(opened, tmp_path):
    for n, look in enumerate(LOOKS.values()):
        a = ca.animate(ca.Conv((3, 4), 2), **look, poster=2)
        (path,) = a.save(tmp_path / f"{n}.svg")
        page = opened(path, width=a.size[0], height=a.size[1], calm=True)
        assert page.evaluate("document.getAnimations().length") == 0
        assert not apart(page.locator("svg"), a, 2)


def test_the_theme_auto_is_dark_on_a_dark_page_as_a_picture_too(opened, tmp_path):
    a, dark = (ca.animate(ca.Conv(4, 3, padding=1), theme=theme, seed=1) for theme in ("auto", "dark"))
    a.save(tmp_path / "x.svg")
    (tmp_path / "page.html").write_text(
        '<!doctype html><meta name=color-scheme content="light dark"><img src="x.svg" alt="">', encoding="utf-8"
    )
    for is_dark, same in ((True, dark), (False, a)):
        page = opened(tmp_path / "page.html", dark=is_dark)
        assert [n for n in range(len(a)) if not apart(page.locator("img"), same, n)][:1], "none of its steps is seen"

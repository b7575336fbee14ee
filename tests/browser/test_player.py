"""The player in a real browser: every control does what it says, each step looks like its frame, and nothing is asked
for from anywhere.
"""

from __future__ import annotations

import itertools
import json

import pytest

import convanim as ca
from browser.screens import apart, violations

FIGURES = {
    "numbers": lambda **look: ca.figure("numerical_padding_strides", **look),
    "labels": lambda **look: ca.animate(ca.Conv(4, 3, padding=1), theme="clear", seed=3, **look),
    "reveal": lambda **look: ca.animate(
        ca.ConvTranspose(2, 2, stride=2), symbols=True, reveal=True, theme="clear", **look
    ),
    "many steps": lambda **look: ca.animate(  # whose marks are comments until they are seen
        ca.Conv(23, 1), view="flat", theme="clear", labels=["step"], reveal=True, steps="all", width=1200, **look
    ),
    "spans": lambda **look: ca.figure("even_stamps", **look),
    "layers": lambda **look: ca.figure("wavenet", **look),
    "line": lambda **look: ca.animate(
        ca.Conv(6, 3, ndim=1), view="line", input=[1, 2, 3, 4, 5, 6], kernel=[1, 0, -1], theme="dark", **look
    ),
}


def saved(tmp_path, a, name="x.html"):
    return a.save(tmp_path / name)[0]


def step(page):
    return int(page.locator("[data-part=figure]").get_attribute("data-step"))


def held(page):
    """The page, loaded anew, whose time goes on only when it is told to."""
    page.clock.install(time=0)
    page.reload()
    page.clock.pause_at(3600)
    return page


def says(page, name):
    return page.locator(f"[data-part={name}]").text_content()


@pytest.mark.parametrize("name", FIGURES)
def test_every_step_looks_like_its_frame_and_says_its_sum(name, opened, tmp_path):
    a = FIGURES[name]()
    page = opened(saved(tmp_path, a), width=a.size[0] + 32, calm=True)
    svg = page.locator(".figure svg")
    scrub = page.locator("[data-part=scrub]")
    sums = {}
    for n in sorted({0, 1, len(a) // 2, len(a) - 1, a.poster}):
        scrub.evaluate("(input, n) => { input.value = n; input.dispatchEvent(new Event('input')); }", n)
        assert step(page) == n + 1 and str(n + 1) in says(page, "at")
        assert not apart(svg, a, n), n
        sums[n] = says(page, "sum")
    plain = str.maketrans(
        {chr(0x1D44E + n): chr(97 + n) for n in range(26)} | {chr(0x2080 + n): str(n) for n in range(10)}
    )
    assert sums == {n: a.equation(n).translate(plain) for n in sums}
    assert apart(svg, a, (n + 1) % len(a)), "the comparison sees another step"


def test_buttons_keys_speed_and_the_address_lead_to_the_steps_that_they_name(opened, tmp_path):
    path = saved(tmp_path, FIGURES["labels"](step_ms=60_000))
    page = opened(path)
    click = lambda part: page.locator(f"[data-part={part}]").click()  # noqa: E731
    assert step(page) == 1 and page.locator("[data-part=play]").get_attribute("aria-label") == "pause"
    click("play")
    assert page.locator("[data-part=play]").get_attribute("aria-label") == "play"
    for part, at in (("next", 2), ("next", 3), ("back", 2)):
        click(part)
        assert step(page) == at and page.url.endswith(f"#step={at}")
    for key, at in (
        ("ArrowRight", 3),
        ("End", 16),
        ("ArrowRight", 16),
        ("Home", 1),
        ("ArrowLeft", 1),
        ("ArrowRight", 2),
    ):
        page.locator("body").press(key)
        assert step(page) == at, key
    page.locator("body").press("+")
    assert page.locator("[data-part=speed]").input_value() == "2"
    page.locator("body").press("-")
    page.locator("body").press("-")
    assert page.locator("[data-part=speed]").input_value() == "0.5"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")
    assert page.locator(".bar.playing").count() == 1
    click("restart")
    assert step(page) == 1 and page.locator(".bar.playing").count() == 1
    for wanted, at in ((7, 7), (99, 16), (0, 1)):
        page = opened(f"{path.as_uri()}#step={wanted}")
        assert step(page) == at and page.locator(".bar.standing").count() == 1
        page.evaluate("location.hash = 'step=3'")
        page.wait_for_function("document.querySelector('[data-part=figure]').dataset.step === '3'")


def test_it_plays_on_its_own_in_order_and_stands_still_for_readers_who_ask_for_it(opened, tmp_path):
    a = FIGURES["numbers"](step_ms=40, loop=1)
    page = opened(saved(tmp_path, a))
    page.locator(".bar.standing").wait_for()
    assert step(page) == 9, "played once, it stays at the last step"
    page.evaluate(
        """() => { window.seen = []; const figure = document.querySelector('[data-part=figure]');
        new MutationObserver(() => seen.push(+figure.dataset.step))
            .observe(figure, {attributes: true, attributeFilter: ['data-step']}); }"""
    )
    page.locator("[data-part=play]").click()
    page.locator(".bar.standing").wait_for()
    seen = page.evaluate("seen")
    assert seen[0] == 1 and seen == sorted(seen) and seen[-1] == 9
    page = opened(saved(tmp_path, FIGURES["numbers"](step_ms=40)), calm=True)
    page.wait_for_timeout(300)
    assert step(page) == a.poster + 1 and page.locator(".bar.standing").count() == 1


def test_the_last_step_is_held_and_speed_divides_the_time(opened, tmp_path):
    path = saved(tmp_path, FIGURES["numbers"](step_ms=2000, hold_ms=8000))
    for key, rate in ((None, 1), ("+", 2), ("-", 0.5)):
        page = held(opened(f"{path.as_uri()}#step=7"))
        if key:
            page.keyboard.press(key)
        page.locator("[data-part=play]").click()
        for seconds, at in ((1.5, 7), (1, 8), (2, 9), (7.5, 9), (1, 9), (2, 1)):
            page.clock.run_for(seconds * 1000 / rate)
            assert step(page) == at, (rate, seconds)


def test_a_drag_on_the_figure_turns_the_pages_and_a_tap_stops(opened, tmp_path):
    page = opened(saved(tmp_path, FIGURES["labels"](step_ms=60_000)), touch=True)
    box = page.locator("[data-part=figure]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for way, at in ((-80, 2), (-80, 3), (80, 2)):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + way, y)
        page.mouse.up()
        assert step(page) == at
    page.touchscreen.tap(x, y)
    assert page.locator(".bar.playing").count() == 1
    page.touchscreen.tap(x, y)
    assert page.locator(".bar.standing").count() == 1


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_small_phone(name, dark, opened, tmp_path):
    for lang in ("en", "zh"):
        page = opened(saved(tmp_path, FIGURES[name](lang=lang)), width=320, dark=dark, calm=True)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.locator("html").get_attribute("lang") == lang


def test_axe_sees_a_button_without_a_name(opened, tmp_path):
    path = saved(tmp_path, FIGURES["numbers"]())
    path.write_text(
        path.read_text(encoding="utf-8").replace('aria-label="next step" title="next step"', ""), encoding="utf-8"
    )
    assert any("button-name" in one for one in violations(opened(path, calm=True)))


def test_without_a_script_the_poster_is_seen_and_no_control(opened, tmp_path):
    a = FIGURES["numbers"]()
    page = opened(saved(tmp_path, a), width=a.size[0] + 32, script=False)
    assert not apart(page.locator(".figure svg"), a, a.poster)
    assert not page.locator("[data-part=bar]").is_visible()


def test_two_players_of_one_figure_and_one_of_another_on_a_page_do_not_meet(opened, tmp_path):
    one, other = FIGURES["numbers"](step_ms=60_000), FIGURES["labels"](step_ms=60_000)
    text = (
        "<!doctype html><html"
        f" lang=en><title>three</title><main><h1>Three</h1>{one.html()}{other.html()}{one.html()}</main>"
    )
    (tmp_path / "three.html").write_text(text, encoding="utf-8")
    page = opened(tmp_path / "three.html", calm=True)
    figures = page.locator("[data-part=figure]")
    start = [figures.nth(n).get_attribute("data-step") for n in range(3)]
    page.locator("[data-part=back]").nth(1).click()
    page.locator("[data-part=back]").nth(1).press("ArrowLeft")
    assert [figures.nth(n).get_attribute("data-step") for n in range(3)] == [start[0], str(int(start[1]) - 2), start[2]]
    for n, at in enumerate((start[0], str(int(start[1]) - 2), start[2])):
        on = figures.nth(n).evaluate("figure => [...figure.querySelectorAll('.on')].map(group => group.dataset.s)")
        assert on == [str(int(at) - 1)], "each shows its own step"
    assert "#" not in page.url


def test_text_and_controls_can_be_read_on_a_page_of_any_colour_whatever_the_reader_prefers(opened, tmp_path):
    one, other = (
        ca.animate(ca.Conv(5, 3, padding=1), seed=3, theme=theme, labels=[]).html() for theme in ("classic", "auto")
    )
    for (paper, ink), dark in itertools.product((("#fff", "#222"), ("#10141a", "#eee")), (False, True)):
        text = (
            "<!doctype html><html lang=en><title>two</title><body"
            f" style='background:{paper};color:{ink}'><main><h1>Two</h1>{one}{other}</main>"
        )
        (tmp_path / "two.html").write_text(text, encoding="utf-8")
        assert violations(opened(tmp_path / "two.html", dark=dark, calm=True)) == []


def test_players_that_a_notebook_puts_into_a_page_start_wherever_their_script_runs(opened, tmp_path):
    (tmp_path / "empty.html").write_text("<!doctype html><html lang=en><title>empty</title><body>", encoding="utf-8")
    page, shown = opened(tmp_path / "empty.html", calm=True), [FIGURES["numbers"](), FIGURES["labels"]()]
    page.evaluate(
        """(html) => { const place = document.createElement("div"); place.innerHTML = html; document.body.append(place);
        for (const old of place.querySelectorAll("script:not([type])")) {
            const script = document.createElement("script");
            script.textContent = old.textContent;
            document.head.append(script); } }""",
        "".join(a.html() for a in shown),
    )
    bars = page.locator("[data-part=bar]")
    assert [bars.nth(n).is_visible() for n in range(2)] == [True, True]
    start = page.locator("[data-part=at]").all_text_contents()
    page.locator("[data-part=back]").nth(1).click()
    one, other = (a.poster for a in shown)
    assert (start, page.locator("[data-part=at]").all_text_contents()) == (
        [f"step {one + 1} of 9", f"step {other + 1} of 16"],
        [f"step {one + 1} of 9", f"step {other} of 16"],
    )


def test_keys_are_for_the_player_that_was_clicked_or_has_the_focus(opened, tmp_path):
    text = FIGURES["numbers"](step_ms=60_000).html()
    (tmp_path / "two.html").write_text(
        f"<!doctype html><html lang=en><title>two</title><main><h1>Two</h1>{text}{text}</main>", encoding="utf-8"
    )
    page = opened(tmp_path / "two.html")
    page.keyboard.press("End")
    assert page.locator("[data-part=figure][data-step='9']").count() == 0, "no focus, no keys"
    page.locator("[data-part=figure]").nth(1).click()
    page.keyboard.press("End")
    assert [page.locator("[data-part=figure]").nth(n).get_attribute("data-step") for n in range(2)] == ["1", "9"]


def test_where_not_all_sums_have_room_each_step_names_its_own_cell(opened, tmp_path):
    a = ca.animate(ca.Conv((20, 24), 7, padding=3))
    page = opened(saved(tmp_path, a), calm=True)
    for n in (0, 25, len(a) - 1):
        page.evaluate(f"location.hash = 'step={n + 1}'")
        page.wait_for_function(f"document.querySelector('[data-part=figure]').dataset.step === '{n + 1}'")
        assert says(page, "sum") == f"output cell ({n // 24}, {n % 24})"


def test_another_speed_goes_on_from_where_the_step_is(opened, tmp_path):
    page = held(opened(f"{saved(tmp_path, FIGURES['labels'](step_ms=8000)).as_uri()}#step=1"))
    page.locator("[data-part=play]").click()
    page.clock.run_for(7000)
    assert step(page) == 1
    for _ in range(2):
        page.keyboard.press("+")
    page.clock.run_for(150)
    assert step(page) == 1, "a quarter of a second is left of it"
    page.clock.run_for(200)
    assert step(page) == 2
    page.clock.run_for(2000)
    assert step(page) == 3


def test_played_so_often_as_is_asked_and_once_more_from_the_start(opened, tmp_path):
    page = opened(saved(tmp_path, FIGURES["numbers"](step_ms=60_000, loop=1)))
    page.keyboard.press("End")
    page.keyboard.press(" ")
    assert step(page) == 1 and page.locator(".bar.playing").count() == 1


def test_other_buttons_and_ways_of_a_pointer_do_nothing(opened, tmp_path):
    page = opened(saved(tmp_path, FIGURES["labels"](step_ms=60_000)))
    page.locator("[data-part=figure]").click(button="right")
    box = page.locator("[data-part=figure]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
    for across, down in ((0, 150), (20, 5)):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + across, y + down)
        page.mouse.up()
    assert step(page) == 1 and page.locator(".bar.playing").count() == 1


def test_the_poster_is_printed_without_controls_and_the_step_comes_back(opened, tmp_path):
    a = FIGURES["numbers"]()
    page = opened(saved(tmp_path, a), calm=True)
    page.keyboard.press("Home")
    page.evaluate(
        """() => { const figure = document.querySelector('[data-part=figure]');
        addEventListener('beforeprint', () => { window.printed = figure.dataset.step; }); }"""
    )
    page.pdf()
    assert page.evaluate("window.printed") == str(a.poster + 1) and step(page) == 1
    page.emulate_media(media="print")
    assert not page.locator("[data-part=bar]").is_visible()


def test_targets_are_large_enough_for_a_finger(opened, tmp_path):
    for width in (320, 900, 3840):
        page = opened(saved(tmp_path, FIGURES["labels"]()), width=width, calm=True)
        boxes = [one.bounding_box() for one in page.locator(".bar button, .bar select, .bar input").all()]
        assert len(boxes) == 6 and all(box["height"] >= 44 and box["width"] >= 44 for box in boxes)


def test_for_readers_who_come_to_ask_for_it_it_stops(opened, tmp_path):
    page = opened(saved(tmp_path, FIGURES["labels"](step_ms=60_000)))
    assert page.locator(".bar.playing").count() == 1
    page.emulate_media(reduced_motion="reduce")
    page.locator(".bar.standing").wait_for()


def test_what_follows_the_sums_does_not_move(opened, tmp_path):
    a = ca.animate(
        ca.Pool(5, 3, stride=1, padding=1, mode="average", count_include_pad=False), symbols=True
    )  # of 4, 6 and 9 terms
    page = opened(saved(tmp_path, a), width=320, calm=True)

    def tops():
        found = set()
        for key in ("Home", *["ArrowRight"] * 8):
            page.locator("body").press(key)
            found.add(page.locator(".formula").first.bounding_box()["y"])
        return found

    assert len(tops()) == 1
    page.locator("[data-part=sum]").evaluate("sum => { sum.style.minHeight = '0'; }")
    assert len(tops()) > 1, "sums of other lengths would move it"


HOSTILE = "</script><script>document.title='no'</script><!-- & \"q\" 'a' \u2028 \u202eabc"


@pytest.mark.parametrize("suffix", [".svg", ".html"])
def test_a_figure_of_4096_steps_with_numbers_is_light_for_a_browser(suffix, opened, tmp_path):
    a = ca.animate(ca.Conv(64, 3, padding=1), view="flat", steps="all", width=3000)
    assert not a.scene.remark  # its numbers are drawn
    page = opened(a.save(tmp_path / f"x{suffix}")[0])
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable")
    nodes = {one["name"]: one["value"] for one in metrics.send("Performance.getMetrics")["metrics"]}["Nodes"]
    # 288,000 took 7 s to open; a browser takes 4 to 10 microseconds for each
    assert nodes < (150_000 if suffix == ".svg" else 100_000)


def test_a_hostile_title_is_text(opened, tmp_path):
    page = opened(saved(tmp_path, FIGURES["numbers"](title=HOSTILE, description=HOSTILE)), calm=True)
    assert page.title().split() == HOSTILE.split()
    assert page.locator("script").count() == 2 and page.locator("h1").text_content().split() == HOSTILE.split()


WATCHED = """() => new Promise((done) => {
    const figure = document.querySelector('[data-part=figure]'); let frames = 0, steps = 0, long = 0;
    new MutationObserver(() => steps++).observe(figure, {attributes: true, attributeFilter: ['data-step']});
    new PerformanceObserver((list) => { long += list.getEntries().length; }).observe({type: 'longtask'});
    const count = () => { if (++frames < 120) requestAnimationFrame(count);
        else { const ready = performance.getEntriesByName('convanim')[0].startTime;
            done(JSON.stringify({frames, steps, long, ready})); } };
    requestAnimationFrame(count); })"""


def test_a_figure_of_64_steps_moves_at_the_screens_pace_without_a_long_task(opened, tmp_path):
    a = ca.animate(ca.Conv(8, 3, padding=1), theme="clear", seed=1, step_ms=16)
    path, runs = saved(tmp_path, a), []
    for _ in range(8):  # other programs run beside this one, and take their time from it: one run without them will do
        page = opened(path)
        runs.append(json.loads(page.evaluate(WATCHED)))
        page.close()
        if runs[-1]["long"] == 0:
            break
    best = min(runs, key=lambda run: (run["long"], -run["steps"]))
    print(
        f"\n64 steps: {best['steps']} steps in {best['frames']} frames, {best['long']} long tasks, ready after"
        f" {min(run['ready'] for run in runs):.0f} ms"
    )
    assert best["long"] == 0 and best["steps"] >= 0.8 * best["frames"]

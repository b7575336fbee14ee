"""The player as text, read by Python's own parsers: the steps, their sums, the escaping and the bytes. tests/browser
plays it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import xml.etree.ElementTree as ET
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest

import convanim as ca
from convanim.render import svg
from convanim.text.escaping import script
from convanim.views import VIEWS
from convanim.write import html
from helpers.refusals import refusal
from oracle.rasteriser import rasterised

pytestmark = pytest.mark.places

SVG = "{http://www.w3.org/2000/svg}"
ROOM = 40_000  # bytes that a page may have over the SVG that plays
LAYERS = [ca.Conv(6, 3), ca.Conv(4, 2)]
SEVERAL = ca.Conv(4, 3, padding=1, in_channels=2, out_channels=2)
OPS = {"stack": LAYERS, "channels": SEVERAL, "line": ca.Conv(6, 3, ndim=1), "scatter": ca.ConvTranspose(3, 2, stride=2)}
LARGE = {
    "4096 steps": lambda: ca.animate(ca.Conv(64, 1), steps="all"),
    "4096 steps, revealed": lambda: ca.animate(ca.Conv(64, 1), steps="all", reveal=True, lang="zh"),
    "one kernel cell": lambda: ca.animate(ca.Conv(30, 1), symbols=True),
    "long sums": lambda: ca.animate(ca.Conv(12, 5, padding=2), symbols=True, lang="zh"),
    "one sum of 4096 products": lambda: ca.animate(ca.Conv(64, 64)),
    "few sums of 900 products": lambda: ca.animate(ca.Conv(33, 30), symbols=True),
    "averages": lambda: ca.animate(ca.Pool(24, 6, stride=1, mode="average"), seed=1),
    "held for long": lambda: ca.animate(ca.Conv(22, 3), step_ms=100_000, hold_ms=100_000, loop=1000),
}


class Page(HTMLParser):
    """The elements of a page, as (name, attributes), and the texts of each name."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self._open = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "input"):
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)

    def closed(self):
        return not self._open

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def data(self):
        return json.loads(self.texts["script"][0])


@cache
def drawn(view):
    values = {"seed": 1} if VIEWS[view].shows_values and view != "channels" else {}
    return ca.animate(OPS.get(view, ca.Conv(4, 3, padding=1)), view=view, theme="auto", **values)


def picture(text):
    """The figure's SVG, of a page's text."""
    return ET.fromstring(re.search(r"<svg xmlns.*?</svg>\n", text, re.DOTALL)[0])


def seen(text, step):
    """The SVG of a page as it is when a script shows a step, by what groups say of themselves alone, without its
    rules.
    """
    root = picture(text)
    for parent in list(root.iter()):
        for child in list(parent):
            first, dash, end = child.get("data-s", "0-").partition("-")
            if child.tag == f"{SVG}style" or not int(first) <= step <= (
                int(end) if end else math.inf if dash else int(first)
            ):
                parent.remove(child)
    ET.register_namespace("", SVG[1:-1])
    return ET.tostring(root, encoding="unicode")


def apart(one, other):
    """How many pixels differ by more than what letters do that are a thousandth of a cell off: a quarter of all
    shades.
    """
    return int((np.abs(one.astype(int) - other).max(-1) > 64).sum())


def over(a, tmp_path):
    """How many bytes a page has over the SVG."""
    return a.save(tmp_path / "x.html")[0].stat().st_size - a.save(tmp_path / "x.svg")[0].stat().st_size


@pytest.mark.parametrize(
    ("view", "reveal"),
    [(view, reveal) for n, view in enumerate(VIEWS) for reveal in ([False, True] if n < 2 else [n % 2 == 0])],
)
def test_what_is_seen_in_each_step_is_what_its_still_shows(view, reveal):
    a = ca.animate(OPS.get(view, ca.Conv(4, 3, padding=1)), view=view, theme="auto", reveal=reveal, dpi=45)
    text, stills = a.html(), {}
    for step in (0, len(a) - 1):
        stills[step] = rasterised(re.sub("<style>.*?</style>", "", a.svg(step)))
        assert not apart(rasterised(seen(text, step)), stills[step]), step
    assert apart(rasterised(seen(text, 1)), stills[0]) > 100, "the comparison sees another step"


def test_of_many_steps_the_marks_of_hidden_ones_are_comments_which_hold_what_a_script_shows(monkeypatch):
    look = {"theme": "auto", "reveal": True, "steps": "all", "dpi": 20}
    few, many = (ca.animate(ca.Conv(cells, 1), **look).html() for cells in (22, 23))  # 484 and 529 steps
    assert "<!--" not in few and many.count("<!--") > 2 * 200
    asleep = re.findall(r'<g([^>]*) data-s="[^"]*"><!--', many)
    assert asleep and not any("on" in group for group in asleep), "what is seen without a script is no comment"
    monkeypatch.setattr(svg, "AWAKE", 529)
    awake = ca.animate(ca.Conv(23, 1), **look).html()
    names = [re.search(r'<title id="(\w+)t"', text)[1] for text in (many, awake)]  # a hash of the content
    assert re.sub("<!--(.*?)-->", r"\1", many).replace(*names) == awake


@pytest.mark.parametrize("view", VIEWS)
def test_without_a_script_the_groups_of_the_poster_and_no_others_are_on(view):
    a = drawn(view)
    groups = [group for group in picture(a.html()).iter() if group.get("data-s")]
    on = [group.get("data-s") for group in groups if group.get("class") == "on"]
    within = [
        span
        for span in (group.get("data-s") for group in groups)
        if int(span.split("-")[0]) <= a.poster <= int(span.split("-")[-1] or len(a))
    ]
    assert on == within and 0 < len(on) < len(groups)
    rules = picture(a.html()).findtext(f"{SVG}style")
    assert "[data-s]{display:none}" in rules and "prefers-color-scheme:dark" in rules and "animation" not in rules


@pytest.mark.parametrize("name", ca.figures())
def test_a_page_of_every_figure_is_at_most_40_kb_over_its_svg(name, tmp_path):
    assert over(ca.figure(name), tmp_path) <= ROOM


@pytest.mark.parametrize("name", LARGE)
def test_a_page_of_a_large_figure_is_too(name, tmp_path):
    assert over(LARGE[name](), tmp_path) <= ROOM


def test_the_measure_sees_sums_that_are_all_written(tmp_path, monkeypatch):
    monkeypatch.setattr(html, "MOST_SUMS", 10**9)
    assert over(LARGE["long sums"](), tmp_path) > ROOM


@pytest.mark.parametrize(
    "make",
    [
        *(lambda view=view: drawn(view) for view in VIEWS),
        *LARGE.values(),
        lambda: ca.animate(ca.Pool(9, 5, stride=1, padding=2)),
        lambda: ca.animate(ca.Pool(20, 7, stride=2), seed=2),
        lambda: ca.animate(ca.Conv(14, 7, padding=3, bias=True), seed=2),
    ],
)
def test_each_step_has_its_own_sum_whole_or_its_end_or_no_step_has_one(make):
    a = make()
    if len(a) == 1:
        return
    data = Page(a.html()).data()
    assert data["steps"] == len(a) and (data["poster"], data["loop"]) == (a.poster, a.loop)
    assert [data["step_ms"] + (data["hold_ms"] if step == len(a) - 1 else 0) for step in range(len(a))] == list(
        map(a.duration, range(len(a)))
    )
    for step, said in enumerate(data["sums"]):
        before, cut, end = said.rpartition("… ")
        told = a.equation(step)
        assert told == said if not cut else told.startswith(before) and told.endswith(f" {end}") and " " in end, step
        assert said.count("(") == said.count(")")
    assert len(data["sums"]) in (0, len(a))
    if data["cells"]:
        assert math.prod(data["cells"]) == len(a)


def test_where_there_are_too_many_sums_the_cell_is_said_if_the_steps_are_the_outputs_cells():
    data = Page(ca.animate(ca.Conv((40, 30), (11, 11), padding=5), steps="all").html()).data()
    assert data["sums"] == [] and data["cells"] == [40, 30] and "{cell}" in data["cell"]
    for view in ("stack", "channels"):
        assert Page(drawn(view).html()).data()["cells"] == []


def test_a_sum_that_is_cut_keeps_what_opens_its_brackets():
    told = f"max({', '.join('123456789' * 20)}) = 9"
    assert html._cut(told, 60).startswith("max(… ") and html._cut(told, 60).endswith("9) = 9")
    assert html._cut("1·2 = 2", 60) == "1·2 = 2"


def test_a_page_asks_for_nothing_and_its_policy_names_its_one_script():
    for a in (ca.figure("numerical_padding_strides"), drawn("dense"), ca.animate(ca.Conv(3, 3))):
        text = html.page(a)
        page = Page(text)
        assert page.closed() and text.isprintable() is False and text.startswith("<!doctype html>")
        for _, attributes in page.elements:
            assert not attributes.keys() & {"src", "srcset", "data", "action", "ping", "background"}
            assert not any(name.startswith("on") for name in attributes)
            assert attributes.get("href", "#").startswith(("#", "data:,"))
        assert set(re.findall(r"https?://[^\"'<> ]*", text)) == {"http://www.w3.org/2000/svg"}
        assert not re.search(r"url\(|@import|fetch\(|XMLHttp|import\(", text)
        policy = next(one["content"] for one in page.all("meta") if one.get("http-equiv"))
        assert policy.startswith("default-src 'none'")
        hashes = {
            base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            for script in page.texts.get("script", [])[1:]
        }
        assert set(re.findall(r"sha256-([^']+)", policy)) == hashes and len(hashes) == (len(a) > 1)


HOSTILE = [
    "</script><script>alert(1)</script>",
    "</style><!-- ",
    "--> ]]> $title ${css} {n} {cell}",
    "\"q\" 'a' & &amp; <b>",
    "\u2028\u2029\u202eabc",
    "</svg></title>",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_titles_and_descriptions_are_text(words):
    a = ca.animate(ca.Conv(5, 3), title=words, description=words, labels="none")
    plain, page = Page(html.page(ca.animate(ca.Conv(5, 3)))), Page(html.page(a))
    assert page.closed() and [name for name, _ in page.elements] == [name for name, _ in plain.elements]
    assert (
        a.scene.title in page.texts["title"]
        and page.texts["h1"] == [a.scene.title]
        and a.scene.description in page.texts["desc"]
    )
    assert next(one["aria-label"] for one in page.all("div") if one.get("role") == "group") == a.scene.title
    assert next(one["content"] for one in page.all("meta") if one.get("name") == "description") == a.alt


def test_the_parser_sees_a_title_that_is_not_escaped(monkeypatch):
    monkeypatch.setattr(html, "_text", lambda text: text)
    page, plain = (
        Page(html.page(ca.animate(ca.Conv(5, 3), title="<b>x</b>", labels="none"))),
        Page(html.page(ca.animate(ca.Conv(5, 3)))),
    )
    assert len(page.elements) > len(plain.elements)


def test_data_inside_of_a_script_can_not_end_it():
    text = script(["</script>", "<!--", "\u2028", "&", "𝑥₀"])
    assert not set("<>&\u2028\u2029") & set(text) and json.loads(text) == ["</script>", "<!--", "\u2028", "&", "𝑥₀"]


def test_a_figure_of_one_step_is_a_picture_with_its_formula_and_no_controls():
    for a in (ca.animate(ca.Conv(3, 3)), ca.animate(ca.Conv(5, 3)).storyboard(4)):
        page = Page(html.page(a))
        assert (
            not page.all("button")
            and not page.all("script")
            and not page.all("input")
            and "".join(page.texts["p"]).strip()
        )


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", {"play", "restart", "next step", "previous step", "speed", "step"}),
        ("zh", {"播放", "重新开始", "下一步", "上一步", "速度", "步骤"}),
    ],
)
def test_controls_are_named_in_the_figures_language(lang, words):
    page = Page(html.page(ca.animate(ca.Conv(5, 3), lang=lang)))
    named = [one.get("aria-label") for name, one in page.elements if name in ("button", "input", "select")]
    assert set(named) == words and page.all("html")[0]["lang"] == lang
    assert not [one for one in page.all("input") + page.all("button") if not one.get("aria-label")]


def test_parts_of_two_figures_share_no_id_have_no_blank_line_and_no_address():
    one, other = (ca.animate(ca.Conv(n, 3), seed=1).html() for n in (5, 6))
    ids = [{one["id"] for _, one in Page(text).elements if "id" in one} for text in (one, other)]
    assert ids[0] and ids[1] and not ids[0] & ids[1]
    for text in (one, other):  # a blank line ends HTML in Markdown
        assert (
            "\n\n" not in text
            and text.startswith("<div ")
            and text.endswith("</div>\n")
            and Page(text).closed()
            and not Page(text).data()["page"]
        )


def test_a_transparent_figure_has_its_paper_on_a_page_of_its_own_alone():
    def grounds(text):
        return [one.get("style") for one in Page(text).all("div") if one.get("class") == "figure"]

    a, follows = (ca.animate(ca.Conv(5, 3), background="transparent", theme=theme) for theme in ("classic", "auto"))
    assert grounds(html.page(a)) == ["background:#ffffff"]
    assert grounds(a.html()) == grounds(html.page(follows)) == grounds(html.page(ca.animate(ca.Conv(5, 3)))) == [None]


def test_the_same_figure_is_the_same_page_and_a_single_step_is_no_page(tmp_path):
    one, other = (ca.figure("numerical_padding_strides") for _ in range(2))
    assert html.page(one) == html.page(other) == one.save(tmp_path / "x.html")[0].read_text(encoding="utf-8")
    assert ".html holds the whole animation" in refusal(lambda: one.save(tmp_path / "y.html", step=1))
    assert not (tmp_path / "y.html").exists()

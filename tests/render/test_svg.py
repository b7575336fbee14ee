"""SVGs, still and animated: resvg shows what the frame shows; nothing comes from outside."""

from __future__ import annotations

import functools
import itertools
import re
import xml.etree.ElementTree as ET

import pytest

import convanim as ca
from convanim.render import svg_marks
from helpers.cases import PLANAR
from helpers.figures import saved_svg
from helpers.guide import ALL, GUIDE, animation
from oracle.pictures import differences
from oracle.rasteriser import rasterised

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ALL[1::2])  # the others are compared as GIF
def test_an_svg_still_shows_what_the_frame_shows(name):
    a = animation(name)
    for step in sorted({0, a.scene.poster, len(a) - 1}):
        assert not differences(rasterised(a.svg(step)), a.frame(step)), step


@pytest.mark.parametrize("labels", ["none", "all"])
def test_an_svg_of_many_steps_has_letters_in_one_outline_and_shows_what_the_frame_shows(labels, monkeypatch, tmp_path):
    a = ca.animate(ca.Conv(24, 2), view="flat", theme="clear", seed=2, labels=labels, steps="all", width=1500)
    assert len(a) == 529 and not a.scene.remark

    def text():
        return a.save(tmp_path / "x.svg")[0].read_text(encoding="utf-8")

    one = text()
    monkeypatch.setattr(svg_marks, "MANY", len(a) ** 2)
    apart = text()
    assert nodes(one) < 0.75 * nodes(apart)
    still = rasterised(a.svg(a.poster))
    for drawn in (one, apart):  # without animations, the poster is seen
        assert not differences(rasterised(drawn), still)
    assert differences(rasterised(one), rasterised(a.svg(a.poster + 1)))


def nodes(text):
    """How many elements a browser makes of a document: those that references copy count, too."""
    root = ET.fromstring(text)
    known = {element.get("id"): element for element in root.iter() if element.get("id")}

    @functools.cache
    def count(element):
        own = count(known[element.get("href")[1:]]) if element.tag == f"{SVG}use" else 0
        return 1 + own + sum(map(count, element))

    return count(root)


def ids(text):
    return re.findall(r'\bid="([^"]*)"', text)


def timed_groups(root):
    """For every element whose children are played: the seconds that each child's animation is ahead."""
    style = root.find(f"{SVG}style").text
    kinds = re.findall(r"@keyframes (\w+)", style)
    played = [element for element in root.iter() if set(element.get("class", "").split()) & set(kinds)]
    return [[lead(child) for child in element] for element in played]


def lead(element):
    found = re.search(r"animation-delay:-([\d.]+)s", element.get("style", ""))
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize("name", [name for name in ALL if len(animation(name)) > 1])
def test_an_animated_svg_plays_every_step_once_without_script_or_anything_from_outside(name, tmp_path):
    a = animation(name)
    text = saved_svg(a, tmp_path)
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert (int(root.get("width")), int(root.get("height"))) == a.size
    assert root.findtext(f"{SVG}title") == a.scene.title != ""
    assert root.findtext(f"{SVG}desc") == a.scene.description != ""
    assert len(root.findall(f".//{SVG}script")) == 0
    assert not [key for element in root.iter() for key in element.attrib if key.lower().startswith("on")]
    assert set(re.findall(r"https?://[^\"'\s]*", text)) == {"http://www.w3.org/2000/svg"}

    defined = ids(text)
    assert len(set(defined)) == len(defined)
    used = re.findall(r'href="([^"]*)"', text) + re.findall(r"url\(([^)]*)\)", text)
    assert all(reference[:1] == "#" for reference in used)
    assert {reference[1:] for reference in used} | set(root.get("aria-labelledby").split()) == set(defined)

    style = root.find(f"{SVG}style").text
    prefix = re.match(r"[A-Z][a-z0-9]{3}", defined[0])[0]
    assert all(one.startswith(prefix) for one in defined)
    assert all(kind.startswith(prefix) for kind in re.findall(r"@keyframes (\w+)", style))
    selectors = re.findall(r"([^{}]+)\{", re.sub(r"@keyframes \w+\{(?:[^{}]*\{[^{}]*\})*\}", "", style))
    assert all(one.startswith((f".{prefix}", "@media")) for line in selectors for one in line.split(","))
    assert "prefers-reduced-motion:reduce" in style
    assert style.split("prefers-reduced-motion:reduce")[1].count("animation:none") == 1

    seconds = a.step_ms / 1000
    assert re.findall(r"animation:\w+ ([\d.]+)s step-end infinite", style) == [f"{len(a) * seconds:g}"] * len(
        re.findall("@keyframes", style)
    )
    for ahead in timed_groups(root):  # a child starts again when its lead has passed: the i-th at i steps
        starts = [(len(a) * seconds - seconds_ahead) % (len(a) * seconds) for seconds_ahead in ahead]
        assert starts == pytest.approx([n * seconds for n in range(len(a))])
    for end in re.findall(r"0%\{visibility:visible\}([\d.]+)%\{visibility:hidden\}", style):
        assert 100 - 1e-5 < float(end) * len(a) <= 100 + 1e-12  # a step has gone when the next one comes, and at once
    posters = root.findall(f".//{SVG}g[@class='poster']")
    assert len(posters) == len(timed_groups(root)) >= 1


def test_the_reader_of_animated_svgs_sees_a_step_that_comes_twice(tmp_path):
    text = saved_svg(animation("padding_strides"), tmp_path)
    assert len(set(timed_groups(ET.fromstring(text))[0])) == 9
    assert len(set(timed_groups(ET.fromstring(text.replace("delay:-8s", "delay:-7s")))[0])) == 8


@pytest.mark.parametrize(
    "name", ["padding_strides_odd_transposed", "numerical_padding_strides", "rectangular, isometric"]
)
def test_each_group_of_an_animated_svg_shows_its_step_and_the_poster_without_animation(name, tmp_path):
    a = animation(name)
    text = saved_svg(a, tmp_path)
    assert a.scene.poster == a.scene.poster % len(a) != 0
    assert not differences(rasterised(text), a.frame(a.scene.poster))  # resvg knows no animation
    groups = list(
        re.finditer(r'<g(?: class="poster")?(?: style="animation-delay:[^"]*")?>', text[text.index("</style>") :])
    )
    assert len(groups) == len(a)
    head, body = text.split("</style>", 1)
    body = "</style>" + body
    for step, group in enumerate(groups):
        alone = (
            body[: group.start()].replace(' class="poster"', "")
            + '<g class="poster">'
            + body[group.end() :].replace(' class="poster"', "")
        )
        assert not differences(rasterised(head + alone), a.frame(step)), step


def test_two_figures_in_one_page_share_no_id(tmp_path):
    texts = [saved_svg(animation(name), tmp_path) for name in ALL] + [animation(name).svg(0) for name in GUIDE]
    for one, other in itertools.combinations(texts, 2):
        assert one == other or not set(ids(one)) & set(ids(other))


@pytest.mark.parametrize("view", PLANAR)
def test_titles_with_signs_of_xml_come_back_as_they_were(view, tmp_path):
    title = """<b> & "quoted" 'so' \N{INFINITY} ]]>"""
    a = ca.animate(ca.Conv(3, 2), view=view, title=title, description=title + "\0\ud800")
    for text in (a.svg(0), saved_svg(a, tmp_path)):
        root = ET.fromstring(text)
        assert (root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == (title, title)

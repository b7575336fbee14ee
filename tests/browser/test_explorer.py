"""The explorer: the cells that meet as the page finds them, in Node, and the page in a real browser."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import threading
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

import convanim as ca
from browser.screens import violations
from convanim.publish.explorer import answer, read
from convanim.publish.server import server
from helpers.processes import node

JS = Path(__file__).parent / "js"
QUERIES = (
    *(
        f"op=conv&i=5x6&k=3x2&s=2x1&p=1:2x0:1&view={view}"
        for view in ("isometric", "flat", "dense", "im2col", "matrix", "pair")
    ),
    "op=conv&i=5&k=3&d=2&p=2&padding_mode=circular&view=flat",
    "op=conv&i=4x5&k=3&flip=true&view=im2col",
    "op=transpose&i=2x3&k=3x2&s=2&p=1&output_padding=1&view=flat",
    "op=transpose&i=4&k=2&p=2&view=flat",
    "op=transpose&i=3x2&k=3&s=2&view=scatter",
    "op=transpose&i=3x2&k=3&s=2&flip=true&view=scatter",
    "op=transpose&i=3&k=3&s=2&p=1&view=pair",
    "op=transpose&i=2x3&k=2&s=2&view=matrix",
    "op=pool&i=6x5&k=3&s=2&ceil_mode=true&view=flat",
    "op=adaptive_pool&i=7x5&output_size=3x2&view=flat",
    "op=conv&i=7&k=3&p=1&ndim=1&view=line",
    "op=conv&i=7&k=3&s=2&ndim=1&view=matrix",
    "op=conv&i=8&k=3&p=1&op=pool&k=2&op=conv&k=3&p=1",
    "op=conv&i=9&k=3&p=1&ndim=1&op=conv&k=3&s=2&op=conv&k=2",
    "op=conv&i=64&k=3&s=2&p=1&view=flat&seed=1&poster=0",
    "op=conv&i=60x70&k=3&p=1&view=isometric&focus=4",
)


def flat(cell):
    return tuple(map(int, (0, *cell)[-2:]))


def cell_of(role, plane, products, op, view):
    """The cell of a plane that a product has, from the steps; None where it has none. Written apart from the rules."""
    step, n, tap = products
    ravel, order = np.ravel_multi_index, np.unravel_index(n, op.kernel_size) if not op.adaptive else None
    rows = plane["size"][0]
    if view == "pair" and plane["other"]:
        if role == "input":  # a convolution's: with its padding around the output of the transposed one
            return flat(
                [o + p for o, (p, _) in zip(step.output, op.transpose().pads, strict=True)]
                if op.transposed
                else step.output
            )
        return tap.source and flat(tap.source)
    if role == "input" and view != "scatter" and not (view == "pair" and op.transposed):
        return flat([c + axis.cut[0] for c, axis in zip(tap.padded, op.axes, strict=True)])
    if role == "input":
        return tap.source and flat(tap.source)
    if role in ("output", "stamps"):
        return flat(step.output)
    if role == "kernel" and view == "im2col":
        return 0, int(ravel(order, op.kernel_size))
    if role == "kernel" and view == "scatter" and op.flip:
        return flat([k - 1 - one for k, one in zip(op.kernel_size, tap.kernel, strict=True)])
    if role == "kernel":
        return flat(tap.kernel)
    if role == "flipped_kernel":
        return flat(order)
    if role == "matrix":
        return tap.source and (step.index, int(ravel(tap.source, op.input_size)))
    assert role == "columns_of_windows" and rows == np.prod(op.kernel_size)
    return int(ravel(order, op.kernel_size)), step.index


def expected(query, told, plane, cell):
    """The cells of each plane that meet a cell, as sets; of a detail, counted from its first cells."""
    figure = read(query).figure
    op, view = figure.op(), figure.options.get("view", "isometric")
    part = figure.animate().labelling.op
    spans = [(axis.start, axis.start + axis.output) for axis in part.axes]
    products = [
        (step, n, tap)
        for step in op.steps
        if all(first <= o < last for o, (first, last) in zip(step.output, spans, strict=True))
        for n, tap in enumerate(step.taps)
    ]
    before = {"input": [axis.first for axis in part.axes], "output": [first for first, _ in spans]}

    def drawn(one, product):
        at = cell_of(one["role"], one, product, op, view)
        return at and tuple(np.subtract(at, flat(before.get(one["role"], (0, 0)))).tolist())

    planes = told["planes"]
    chosen = [one for one in products if drawn(planes[plane], one) == cell]
    return [{drawn(one, product) for product in chosen} - {None} for one in planes]


def chain(ops, level, cell):
    """The same for a chain: what a cell sees below it, and what sees it, layer by layer."""
    found = {level: {cell}}
    for n in range(level - 1, -1, -1):
        found[n] = {
            flat(tap.source)
            for step in ops[n].steps
            if flat(step.output) in found[n + 1]
            for tap in step.taps
            if tap.source is not None
        }
    for n in range(level, len(ops)):
        found[n + 1] = {
            flat(step.output)
            for step in ops[n].steps
            if any(tap.source is not None and flat(tap.source) in found[n] for tap in step.taps)
        }
    return [found[n] for n in range(len(ops) + 1)]


@pytest.fixture(scope="module")
def compared():
    """For each query, plane and cell: the question, what the steps say, and what the page's module says."""
    asked, wanted = [], []
    for query in QUERIES:
        told = answer(query, ["planes", "taps"])
        half = len(told["planes"]) // 2
        for n, plane in enumerate(told["planes"]):
            figure = read(query).figure
            own = figure.op()
            plane["other"] = "view=pair" in query and (n >= half) != getattr(own, "transposed", False)
        questions = [
            {"plane": n, "cell": cell}
            for n, plane in enumerate(told["planes"])
            for cell in itertools.product(*map(range, plane["size"]))
        ]
        op = read(query).figure.op()
        one = (
            (lambda n, cell, op=op: chain(op, n, cell))
            if isinstance(op, tuple)
            else (lambda n, cell, query=query, told=told: expected(query, told, n, cell))
        )
        asked.append({"layers": told["taps"], "planes": told["planes"], "questions": questions})
        wanted.append([one(question["plane"], question["cell"]) for question in questions])
    done = node(JS / "meet.mjs", given=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    return list(zip(asked, wanted, json.loads(done.stdout), strict=True))


def test_the_cells_that_light_up_are_those_that_the_steps_name_cell_by_cell(compared):
    count = 0
    for query, (asked, wanted, found) in zip(QUERIES, compared, strict=True):
        for question, true, told in zip(asked["questions"], wanted, found, strict=True):
            cells = [{tuple(map(int, cell.split(","))) for cell in plane} for plane in told["met"]]
            assert cells == true, (query, question)
            count += any(map(len, true))
    assert count > 1500


def test_the_cell_under_the_pointer_is_found_in_every_plane(compared):
    for query, (asked, _, found) in zip(QUERIES, compared, strict=True):
        for question, told in zip(asked["questions"], found, strict=True):
            at = told["found"]
            later = at and at["plane"] > question["plane"]  # one that is drawn over it
            assert later or at == {"plane": question["plane"], "cell": list(question["cell"])}, (query, question)


def test_a_wrong_table_is_seen_in_the_cells_that_light_up():
    told = answer("op=conv&i=5&k=3&view=flat&show_kernel=true&seed=1", ["planes", "taps"])
    told["taps"][0][0]["flipped"] = True
    question = {"plane": 1, "cell": [0, 0]}
    given = [{"layers": told["taps"], "planes": told["planes"], "questions": [{"plane": 2, "cell": [0, 1]}, question]}]
    ((first, _),) = json.loads(node(JS / "meet.mjs", given=json.dumps(given)).stdout)
    for plane in told["planes"]:
        plane["other"] = False
    true = expected("op=conv&i=5&k=3&view=flat&show_kernel=true&seed=1", told, 2, (0, 1))
    assert [{tuple(map(int, cell.split(","))) for cell in plane} for plane in first["met"]] != true


@pytest.fixture
def explorer(opened):
    """The explorer's page, from a server on this machine, as a reader with these wishes."""
    with server([ca.figures()["dilation"]], 0) as one, contextlib.ExitStack() as ends:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        ends.callback(thread.join)
        ends.callback(one.shutdown)
        address = f"http://127.0.0.1:{one.server_port}"

        def open_(query="", **wishes):
            page = opened(f"{address}/explorer{'?' if query else ''}{query}", allowed=address, **wishes)
            page.wait_for_selector("#controls [data-control=kernel_size], #controls [data-control=output_size]")
            return page

        yield open_


def settled(page, query):
    """Wait until the page shows a link's figure, which is the one that Python draws."""
    page.wait_for_function("query => location.search === '?' + query && !document.querySelector('.old')", arg=query)
    title = answer(query, ["words"])["words"]["title"]
    page.wait_for_function("title => document.title.startsWith(title)", arg=title)


def test_a_slider_draws_the_figure_anew_and_back_leads_to_the_one_before(explorer):
    page = explorer("op=conv&i=5&k=3&s=2&view=flat&theme=clear")
    settled(page, "op=conv&i=5&k=3&s=2&view=flat&theme=clear")
    slider = page.locator("[data-control=kernel_size] input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    settled(page, "op=conv&i=5&k=4&s=2&view=flat&theme=clear")
    page.locator("[data-control=padding] input[type=text]").fill("1:2x0:1")
    settled(page, "op=conv&i=5&k=4&s=2&p=1:2x0:1&view=flat&theme=clear")
    page.go_back()
    settled(page, "op=conv&i=5&k=4&s=2&view=flat&theme=clear")
    assert page.locator("[data-control=padding] input[type=text]").input_value() == ""


def test_what_cannot_be_is_said_in_the_packages_line_beside_the_last_figure(explorer):
    page = explorer("op=conv&i=5&k=3&view=flat&theme=clear")
    settled(page, "op=conv&i=5&k=3&view=flat&theme=clear")
    page.locator("[data-control=kernel_size] input[type=text]").fill("9")
    page.wait_for_selector("#player.old")
    assert (
        page.locator("#refusal").inner_text().startswith("kernel_size=9 along axis 0 is larger than the padded input")
    )
    assert page.locator("[data-control].fault").get_attribute("data-control") == "kernel_size"
    page.locator("[data-control=kernel_size] input[type=text]").fill("2")
    settled(page, "op=conv&i=5&k=2&view=flat&theme=clear")
    assert page.locator("#refusal").inner_text() == "" and page.locator(".fault").count() == 0


def test_a_cell_that_is_pointed_at_lights_up_with_its_sum_and_a_click_keeps_it(explorer):
    query = "op=conv&i=4&k=3&view=flat&theme=clear"
    page = explorer(query, calm=True)
    settled(page, query)
    told = answer(query)
    plane = next(one for one in told["planes"] if one["role"] == "output")
    x, y = (plane["origin"][n] + 1.5 * plane["right"][n] + 0.5 * plane["down"][n] for n in range(2))
    at = page.evaluate(
        """([x, y]) => { const svg = document.querySelector('#player .figure svg');
        const { x: px, y: py } = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM()); return [px, py]; }""",
        [x, y],
    )
    page.mouse.move(*at)
    page.wait_for_selector("#player .met polygon.own")
    assert page.locator("#met").inner_text() == f"output (0, 1): {told['sums'][1]}"
    assert page.locator("#player .met polygon").count() == 9 + 9 + 1
    page.mouse.click(*at)
    page.mouse.move(1, 1)
    assert page.locator("#player .met polygon.own").count() == 1
    page.mouse.click(*at)
    page.mouse.move(1, 1)
    page.wait_for_function("!document.querySelector('#player .met')")


def test_random_changes_end_with_the_figure_that_python_draws(explorer):
    page = explorer()
    choose = random.Random(3)
    for _ in range(40):
        name = choose.choice(["input_size", "kernel_size", "stride", "padding", "dilation"])
        control = page.locator(f"[data-control={name}] input[type=text]")
        if control.count():
            control.fill(str(choose.randint(1, 6)))
        if choose.random() < 0.2:
            page.locator("[data-control=operation] select").select_option(choose.choice(["conv", "transpose", "pool"]))
        if choose.random() < 0.2:
            view = choose.choice(["flat", "isometric", "matrix", "dense", "im2col"])
            page.locator("[data-control=view] select").select_option(view)
    page.locator("[data-control=input_size] input[type=text]").fill("7")
    page.locator("[data-control=kernel_size] input[type=text]").fill("2")
    page.locator("[data-control=dilation] input[type=text]").first.fill("1")
    page.wait_for_function("/i=7&k=2/.test(location.search)")
    page.wait_for_timeout(500)
    query = urlsplit(page.url).query
    told = answer(query)
    page.wait_for_function(
        "refusal => document.getElementById('refusal').textContent === refusal", arg=told.get("refusal", "")
    )
    if "refusal" not in told:
        settled(page, query)
    assert dict(parse_qsl(query))["k"] == "2"


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_fits_and_is_accessible(explorer, width, dark):
    page = explorer(width=width, dark=dark, calm=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_layers_are_added_and_taken_away(explorer):
    page = explorer("op=conv&i=9&k=3&theme=clear")
    settled(page, "op=conv&i=9&k=3&theme=clear")
    page.get_by_role("button", name="Add a layer").click()
    settled(page, "op=conv&i=9&k=3&op=conv&k=3&theme=clear")
    page.get_by_role("button", name="Remove this layer").first.click()
    settled(page, "op=conv&k=3&i=9&theme=clear")


def test_another_operation_keeps_what_it_has_too_and_gets_what_it_needs(explorer):
    page = explorer("op=conv&i=7&k=3&s=2&theme=clear")
    settled(page, "op=conv&i=7&k=3&s=2&theme=clear")
    page.locator("[data-control=operation] select").select_option("adaptive_pool")
    settled(page, "op=adaptive_pool&i=7&output_size=3&theme=clear")
    page.locator("[data-control=operation] select").select_option("pool")
    settled(page, "op=pool&i=7&k=3&theme=clear")

"""The explorer's links and answers: links hold every figure, and what an answer says of a cell is what the steps do."""

from __future__ import annotations

import inspect
import itertools
import json
import random
import shlex
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, quote

import numpy as np
import pytest

import convanim as ca
from convanim.cli.commands import cli
from convanim.geometry import OPERATIONS
from convanim.options import TEXT_OPTIONS
from convanim.publish.explorer import PARTS, answer, controls, linked, read
from convanim.publish.explorer.cells import rules
from convanim.publish.explorer.link import BIAS
from convanim.publish.explorer.site import PYODIDE, archive, site
from convanim.scene import Group, Text, moved
from convanim.spec import Figure, LayerSpec
from convanim.views import VIEWS
from helpers.links import randomly
from helpers.refusals import refusal

COUNT = 150  # random links


def test_every_figure_of_the_gallery_has_a_link_that_leads_back_to_it():
    for n, (name, figure) in enumerate(ca.figures().items()):
        query = linked(figure)
        back = read(query).figure
        assert back.op() == figure.op() and {*back.options} == {*figure.options}, name
        assert linked(back) == query and read(linked(back, 2)).step == 2
        if n % 5 == 0 or BIAS in figure.options:
            one, other = figure.animate(), back.animate()
            assert (one.scene, one.theme, one.step_ms) == (other.scene, other.theme, other.step_ms), name


@pytest.fixture(scope="module")
def answers():
    """Random links, and the answers to them."""
    choose = random.Random(17)
    queries = [randomly(choose) for _ in range(COUNT)]
    return [(query, answer(query, ["still", "words", "planes", "taps", "sums"])) for query in queries]


def test_random_links_are_drawn_or_refused_in_one_line_that_names_a_control(answers):
    drawn = [told for _, told in answers if "refusal" not in told]
    assert len(drawn) > COUNT / 5
    names = {*TEXT_OPTIONS, *(row["name"] for rows in controls()["operations"].values() for row in rows)}
    for query, told in answers:
        json.dumps(told, allow_nan=False)
        if "refusal" in told:
            assert told["at"] and {*told["at"]} <= names, (query, told)


def test_the_link_of_an_answer_is_shorter_or_as_long_and_gives_the_same_answer(answers):
    for query, told in answers:
        if "refusal" not in told:
            assert answer(told["link"], ["still"])["still"] == told["still"], query
            assert read(told["link"]).figure.op() == read(query).figure.op()
            assert len(parse_qsl(told["link"])) <= len(parse_qsl(query, keep_blank_values=True))


def test_an_answer_shows_what_animate_draws(answers):
    for query, told in answers:
        if "refusal" not in told:
            figure = read(query).figure
            a = ca.animate(figure.op(), **figure.options)
            assert told["still"] == a.svg(a.poster) and told["words"]["alt"] == a.alt
            assert (told["steps"], told["step"], tuple(told["size"])) == (len(a), a.poster, a.size)
            assert told["sums"] == [a.equation(step) for step in range(len(a))]


def steps_of(told):
    """The taps of each output cell, from the tables of an answer: (kernel cell, padded cell, input cell, role)."""
    (axes,) = told["taps"]
    order = ["input", "copy", "inserted", "padding", "overhang"]
    found = []
    for output in itertools.product(*(range(len(axis["reads"])) for axis in axes)):
        along = []
        for axis, o in zip(axes, output, strict=True):
            cells = axis["reads"][o]
            last = axis["kernel"] - 1
            kernel = [last - n if axis["flipped"] else n for n in range(len(cells))]
            along.append([(k, c, axis["sources"][c], axis["roles"][c]) for k, c in zip(kernel, cells, strict=True)])
        taps = []
        for read_ in itertools.product(*along):
            kernel, padded, sources, roles = zip(*read_, strict=True)
            taps.append((kernel, padded, None if None in sources else sources, max(roles, key=order.index)))
        found.append((output, taps))
    return found


def test_the_tables_of_taps_say_of_every_cell_what_the_steps_do(answers):
    seen = set()
    for query, told in answers:
        if "refusal" in told or len(told["taps"]) > 1:
            continue
        op = read(query).figure.op()
        cut = [axis.cut[0] for axis in op.axes]  # cells that are drawn before the ones that windows read
        steps = [
            (s.output, [(t.kernel, tuple(map(sum, zip(t.padded, cut, strict=True))), t.source, t.role) for t in s.taps])
            for s in op.steps
        ]
        assert steps_of(json.loads(json.dumps(told))) == steps_of(told) == steps, query
        seen.add(type(op))
    assert seen == {*OPERATIONS.values()}


def test_a_wrong_table_of_taps_is_seen():
    told = answer("op=conv&i=5&k=3&p=1", ["taps"])
    op = ca.Conv(5, 3, padding=1)
    told["taps"][0][0]["reads"][1][0] += 1
    assert steps_of(told) != [(s.output, [(t.kernel, t.padded, t.source, t.role) for t in s.taps]) for s in op.steps]


@pytest.mark.parametrize("view", VIEWS)
def test_the_planes_of_every_view_lie_on_the_page_and_have_the_operations_sizes(view):
    query = {
        "scatter": "op=transpose&i=3&k=2&s=2",
        "line": "op=conv&i=7&k=3&ndim=1&p=1",
        "stack": "op=conv&i=7&k=3&op=conv&k=3",
    }.get(view, "op=conv&i=5x6&k=3&p=1")
    told = answer(f"{query}&view={view}", ["planes"])
    left, top, width, height = told["box"]
    assert {"input", "output"} <= {one["role"] for one in told["planes"]}
    op = read(query).figure.op()
    for one in told["planes"]:
        rows, columns = one["size"]
        for row, column in itertools.product((0, rows), (0, columns)):
            x, y = (
                one["origin"][n] + column * one["right"][n] + row * one["down"][n] for n in range(2)
            )  # a corner of the plane
            assert left <= x <= left + width and top <= y <= top + height
        if one["role"] == "output" and view not in ("stack", "pair", "line"):
            assert (rows, columns) == op.output_size


SHOWN = (
    ("flat", ca.Conv((4, 5), (3, 2), padding=1)),
    ("flat", ca.Conv((4, 5), (3, 2), padding=1, flip=True)),
    ("flat", ca.ConvTranspose((2, 3), (3, 2), stride=2, padding=1)),
    ("flat", ca.ConvTranspose(4, 2, padding=2)),
    ("flat", ca.Conv((5,), 3, padding=1)),
    ("dense", ca.Conv((4, 5), (3, 2), padding=1)),
    ("dense", ca.ConvTranspose((2, 3), (3, 2))),
    ("matrix", ca.Conv((4, 5), (3, 2))),
    ("matrix", ca.ConvTranspose((2, 3), (3, 2), padding=1)),
    ("matrix", ca.Conv((5,), 3, flip=True)),
    ("im2col", ca.Conv((4, 5), (3, 2), padding=1)),
    ("im2col", ca.ConvTranspose((2, 3), (3, 2))),
    ("im2col", ca.Conv((5,), 3, flip=True)),
    ("scatter", ca.ConvTranspose((2, 3), (3, 2), stride=2)),
    ("scatter", ca.ConvTranspose((2, 3), (3, 2), stride=2, flip=True)),
    ("scatter", ca.ConvTranspose((4,), 3, stride=2, padding=1)),
    ("line", ca.Conv((6,), 3, padding=1)),
)
VALUES = {"input": "input_value", "kernel": "kernel_value", "flipped_kernel": "kernel_value", "output": "output_value"}


def texts_of(marks):
    """All texts of marks, where they stand."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from texts_of(moved(mark.marks, *mark.at))
        elif isinstance(mark, Text):
            yield mark


def values_by_rule(op, found, arrays):
    """The value of each product's cell, by a rule: from the steps alone."""
    x, w, y = arrays
    sizes = {"output": op.output_size, "tap": op.kernel_size, "source": op.input_size}
    ravel = np.ravel_multi_index
    values = {}
    for step in op.steps:
        for n, tap in enumerate(step.taps):
            padded = tuple(c + axis.cut[0] for c, axis in zip(tap.padded, op.axes, strict=True))
            order = np.unravel_index(n, op.kernel_size)
            turned = tuple(k - 1 - one for k, one in zip(op.kernel_size, order, strict=True))
            cells = {"padded": padded, "source": tap.source, "output": step.output, "kernel": tap.kernel}
            cells |= {"tap": order, "reversed_tap": turned}
            if isinstance(found, str):
                cell = cells[found]
            else:
                named = [name.removesuffix("_index") for name in found]
                cell = [0 if name == "only" else cells[name] and ravel(cells[name], sizes[name]) for name in named]
                cell = None if None in cell else tuple(map(int, cell))
            if cell is None:
                continue
            cell = (0, *map(int, cell))[-2:]
            inside = 0 if tap.source is None else x[tap.source]
            values[cell] = {"input": inside, "kernel": w[tap.kernel], "output": y[step.output]}
    return values


def compared(view, op):
    """The roles of the planes in whose cells numbers stand; each is compared with the one that the rule leads to."""
    x = np.arange(1, 1 + np.prod(op.input_size)).reshape(op.input_size)
    w = np.arange(1, 1 + np.prod(op.kernel_size)).reshape(op.kernel_size)
    a = ca.animate(op, view=view, input=x, kernel=w, theme="clear", labels="none", dpi=600)
    y, found_in = ca.evaluate(op, x, w), set()
    marks = [mark for step in range(len(a)) for mark in a.scene.seen(step)]
    texts = {(text.role, text.at): text.text for text in texts_of(marks)}
    for one, found in zip(a.scene.measured, rules(a.scene.measured, op), strict=True):
        if one.role not in VALUES:
            continue
        values = values_by_rule(op, found, (x, w, y))
        for (role, at), text in texts.items():
            column, row = one.plane.coordinates(at)
            cell = (int(row // 1), int(column // 1))
            if role == VALUES[one.role] and cell in values and text.lstrip("−-").isdigit():
                assert text == str(values[cell][one.role.removeprefix("flipped_")]), (one.role, cell)
                found_in.add(one.role)
    return found_in


def test_the_number_in_a_cell_of_a_plane_is_the_one_that_its_rule_leads_to():
    reached = {}
    for view, op in SHOWN:  # digits that are too small to be read are left out in some
        reached.setdefault(view, set()).update(compared(view, op))
    assert all("input" in planes for planes in reached.values()), reached
    assert {"kernel", "flipped_kernel", "output"} <= reached["flat"], reached
    assert "kernel" in reached["im2col"] and "kernel" in reached["scatter"], reached


def test_a_part_is_made_only_where_it_is_wanted_and_all_are_values_of_json():
    told = answer("op=transpose&i=3&k=3&s=2&view=flat&labels=all&seed=3")
    assert {*PARTS} < {*told} and json.loads(json.dumps(told))["moving"]["numbers"] == list(range(told["steps"]))
    assert {*answer("op=conv&i=5&k=3", ["taps"])} == {"link", "size", "box", "steps", "step", "taps"}
    assert {*told["told"]["code"]} == {"convanim", "shell", "torch", "keras", "jax", "onnx"}
    assert "unknown part 'tap'" in refusal(lambda: answer("op=conv&i=5&k=3", ["tap"]))


def test_the_controls_have_every_parameter_and_every_option_once():
    rows = controls()
    for name, kind in OPERATIONS.items():
        taken = {*inspect.signature(kind).parameters} - {"ndim"}
        assert {row["name"] for row in rows["operations"][name]} == taken
    assert [row["name"] for row in rows["options"]] == [*TEXT_OPTIONS]
    needed = {op: [row["link"] for row in listed if row["needed"]] for op, listed in rows["operations"].items()}
    assert needed == {
        "conv": ["i", "k"],
        "transpose": ["i", "k"],
        "pool": ["i", "k"],
        "adaptive_pool": ["i", "output_size"],
    }
    json.dumps(rows)


@pytest.mark.parametrize(
    ("query", "begin", "at"),
    [
        ("i=5", "i='5' is of no operation", None),
        ("", "a link has 0 layers", None),
        ("op=con&i=5", "unknown operation 'con': did you mean 'conv'?", None),
        ("op=conv&i=5&k=3&k=4", "k stands twice", None),
        ("op=conv&i=5&k=3&strid=2", "unknown name in a link 'strid'", None),
        ("op=conv&i=5&k=9", "kernel_size=9 along axis 0 is larger", ["kernel_size"]),
        ("op=conv&i=5&k=three", "k 'three' is not a size", ["kernel_size"]),
        ("op=conv&i=5&k=3&p=-1", "padding=-1 is out of range", ["padding"]),
        ("op=conv&i=5&k=3&view=scatter", "the scatter view draws transposed", ["view"]),
        ("op=conv&i=5&k=3&in_channels=3&groups=2", "in_channels=3 must be divisible", ["in_channels", "groups"]),
        ("op=conv&i=5&k=3&step=9", "step=9: this figure has steps 0 to 8", ["step"]),
        ("op=conv&i=5&k=3&input=[[1", "input='[[1' is not an array", ["input"]),
        ("op=conv&i=5&k=3&input=[[1]]", "input has the shape (1, 1)", ["input"]),
        ("op=conv&i=5&k=3&theme=mine.toml", "unknown theme 'mine.toml'", ["theme"]),
        ("op=conv&i=5&k=3&kernel=/tmp/x.npy", "kernel='/tmp/x.npy' is a file", ["kernel"]),
        ("op=conv&i=5&k=3&input=x.CSV", "input='x.CSV' is a file", ["input"]),
        ("op=conv&i=5&k=3&bias=x.csv", "bias='x.csv' is a file", ["bias"]),
        ("op=conv&i=1&k=1&ndim=1000000000", "ndim=1000000000 is out of range", None),
        ('op=conv&i=5&k=3&input=["x"]', "input holds text", ["input"]),
        ("op=conv&i=9&k=3&op=conv&k=3&bias=[0.5]", "several layers show no values", None),
        ("op=conv&i=5&k=3&title=" + "x" * 20_000, "a link of 20,022 characters is too long", None),
        ("op=conv&i=5&k=3" + "&op=pool&k=1" * 20, "a link has 21 layers", None),
    ],
)
def test_a_link_that_cannot_be_drawn_is_refused_in_one_line_with_the_controls_at_fault(query, begin, at):
    told = answer(query)
    assert {*told} == {"refusal", "at"} and told["refusal"].startswith(begin), told
    assert at is None or told["at"] == at


def test_values_in_links_are_texts_numbers_or_arrays():
    asked = read(
        "op=conv&i=2x3&k=1&input=[[1,2,3],[4,5,6.5]]&kernel=[[2]]&bias=[0.5]&labels=title,sum&steps=0,&title=a%26b"
    )
    assert asked.figure.options["input"] == [[1, 2, 3], [4, 5, 6.5]] and asked.figure.options[BIAS] == [0.5]
    a = asked.figure.animate()
    assert a.equation(0) == "1.0·2 + 0.5 = 2.5" and len(a) == 1 and a.scene.title == "a&b"
    assert "input=[[1,2,3],[4,5,6.5]]" in linked(asked.figure) and "steps=0," in linked(asked.figure)
    assert read(linked(asked.figure)) == asked


@pytest.mark.parametrize(
    "options",
    [{"focus": (4, 5)}, {"focus": False}, {"focus": 3}, {"labels": []}, {"dpi": 123.4567891}, {"scale": 1 / 3}],
    ids=str,
)
def test_every_value_of_an_option_comes_back_from_a_link(options):
    figure = Figure(name="f", layers=(LayerSpec("conv", {"input_size": 90, "kernel_size": 3}),), options=options)
    back = read(linked(figure)).figure
    one, other = figure.animate(), back.animate()
    assert one.scene == other.scene and one.dpi == other.dpi


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        self.found |= {tag, *(name for name, _ in attrs)}


def test_hostile_texts_in_a_link_come_out_as_texts():
    hostile = "</title></svg><script>alert(1)</script><img src=x onerror=alert(1)>"
    told = answer(f"op=conv&i=5&k=3&title={quote(hostile)}&description={quote(hostile)}&labels=all")
    assert told["words"]["title"] == hostile
    for text in (told["still"], told["moving"]["html"]):
        tags = Tags()
        tags.feed(text)
        assert (
            not tags.found & {"img", "onerror"} and "path" in tags.found and text.count("<script") == text.count("json")
        )
    assert "<script" not in told["told"]["embed"]["html"]


def test_an_answer_needs_the_standard_library_alone():
    program = (
        "import sys, json; sys.path.insert(0, sys.argv[1])\n"
        "from helpers.vector_figures import HEAVY, Blocked\n"
        "sys.meta_path.insert(0, Blocked(HEAVY))\n"
        "from convanim.publish.explorer import answer\n"
        "print(json.dumps([answer(query) for query in sys.argv[2:]]))"
    )
    queries = ["op=conv&i=5&k=3&p=1&view=flat&theme=clear&labels=all", "op=pool&i=6&k=2&view=matrix", "op=conv&i=5&k=9"]
    tests = str(Path(__file__).parents[1])
    out = subprocess.run([sys.executable, "-c", program, tests, *queries], capture_output=True, text=True, check=True)
    assert json.loads(out.stdout) == json.loads(json.dumps([answer(query) for query in queries]))


def test_a_site_needs_the_pinned_pyodide_and_says_how_to_get_it(tmp_path):
    assert "npm install pyodide@" in refusal(lambda: site(tmp_path / "out", tmp_path))
    for name in PYODIDE:
        (tmp_path / name).write_bytes(b"another")
    assert "isn't the file of pyodide" in refusal(lambda: site(tmp_path / "out", tmp_path))
    assert "kernel_size=9" in refusal(lambda: site(tmp_path / "out", tmp_path, "op=conv&i=5&k=9"))
    assert not (tmp_path / "out").exists()


def test_the_archive_for_the_browser_draws_without_the_package_beside_it(tmp_path):
    content = archive()
    assert content == archive()
    (tmp_path / "convanim.zip").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "convanim.zip") as packed:
        names = packed.namelist()
        packed.extractall(tmp_path / "out")
    assert not [name for name in names if "/cli/" in name or name.endswith(".pyc")] and len(names) > 150
    program = (
        "import json, sys; sys.path.insert(0, sys.argv[1])\n"
        "from convanim.publish.explorer import answer, answering\n"
        "print(answering.__file__); print(json.dumps(answer(sys.argv[2])))"
    )
    query = "op=conv&i=5&k=3&view=flat&theme=clear&lang=zh"
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "out"), query],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    where, _, told = done.stdout.partition("\n")
    assert where.startswith(str(tmp_path)) and json.loads(told) == json.loads(json.dumps(answer(query)))


def test_the_shell_line_of_an_answer_draws_its_figure(answers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    extra = (
        "op=conv&i=9&k=3&p=1&op=pool&k=2&theme=clear",
        "op=conv&i=2x3&k=1&input=[[1,2,3],[4,5,6.5]]&kernel=[[2]]&labels=title,sum&steps=0,&title=it%27s",
        "op=transpose&i=4&k=3&s=2&p=0:1&ndim=1&view=scatter&reveal=true",
        "op=conv&i=5&k=3&p=same_upper&s=2&flip=true&bias=true",
    )
    drawn = [query for query, told in answers if "refusal" not in told][:20]
    for query in (*drawn, *extra):
        words = shlex.split(answer(query, ["told"])["told"]["code"]["shell"])
        cli.main(words[1:], standalone_mode=False)
        read(query).figure.animate().save("own.svg")
        assert Path("figure.svg").read_bytes() == Path("own.svg").read_bytes(), (query, words)

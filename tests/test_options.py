"""The table of options: its rules, and that a new field is found in every place that options are read."""

from __future__ import annotations

import importlib.util
import inspect
import json
import pydoc
import re
import shutil
import subprocess
import sys
import typing

import numpy as np
import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.geometry.parameters import parameters
from convanim.option_kinds import KINDS
from convanim.options import OPTIONS, TEXT_OPTIONS, Options, documentation_rows
from helpers.processes import ROOT, python
from helpers.refusals import refusal

CONV = ca.Conv(4, 3)

# --- one new line in the table

ANCHOR = "    reveal: bool = option("  # the new lines stand before this one
NEW = """\
    tempo: str = option("slow", "choice", "How fast it looks.", metavar="TEMPO", choices=("slow", "fast"))
    glow: bool = option(
        False, "switch", "Cells glow.", views=ViewRule("has no glow", lambda view: view is VIEWS["flat"])
    )
"""

FIND = """
import inspect, json, pathlib, pydoc
import convanim as ca
from convanim.options import Options, documentation_rows
from convanim.publish.directive import Recipe

def error(make):
    try:
        make()
    except ca.ConvanimError as refusal:
        return str(refusal)

def controls(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from controls(child)

conv, words = ca.Conv(4, 3), {"input_size": "4", "kernel_size": "3"}
table = '[x]\\noperation = "conv"\\ninput_size = 4\\nkernel_size = 3\\ntempo = "%s"\\n'
for tempo in ("fast", "quick"):
    pathlib.Path(tempo + ".toml").write_text(table % tempo)
found = {one.description: one for one in controls(ca.explore(conv)) if hasattr(one, "description")}
print(json.dumps({
    "signature": {name: inspect.signature(ca.animate).parameters[name].default for name in ("tempo", "glow")},
    "help": pydoc.render_doc(ca.animate, renderer=pydoc.plaintext),
    "record": [Options(tempo="fast").tempo, Options(glow=True).glow],
    "wrong value": error(lambda: ca.animate(conv, tempo="quick")),
    "no switch": error(lambda: ca.animate(conv, glow=1)),
    "right value": [len(ca.animate(conv, tempo="fast", view=view)) for view in ("isometric", "flat")],
    "TOML": ca.figures("fast.toml")["x"].options["tempo"],
    "wrong TOML": error(lambda: ca.figures("quick.toml")),
    "figure": len(ca.figure("dilation", tempo="fast")),
    "Sphinx": sorted(Recipe.options("conv") & {"tempo", "glow"}),
    "wrong Sphinx": error(lambda: Recipe.of("conv", {**words, "tempo": "quick"}).animate()),
    "wrong switch in Sphinx": error(lambda: Recipe.of("conv", {**words, "glow": "maybe"}).animate()),
    "all figures": error(lambda: Recipe.of("conv", words, "", {"tempo": "quick"}).animate()),
    "choices of a control": [choice for choice in found["tempo"].options],
    "switch of a control": found["glow"].value,
    "documentation": [row for row in documentation_rows() if row[0] in ("`tempo`", "`glow`")],
    "default view": [
        ca.animate(conv, glow=glow).scene.box == ca.animate(conv, view="flat").scene.box for glow in (True, False)
    ],
    "other view": error(lambda: ca.animate(conv, glow=True, view="isometric")),
    "unknown": error(lambda: ca.animate(conv, temp="fast")),
}))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the package with two more options, each of which is one line, in a folder where Python imports it."""
    root = tmp_path_factory.mktemp("copy")
    for name in ("convanim", "templates"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    path = root / "convanim" / "options.py"
    text = path.read_text(encoding="utf-8")
    assert text.count(ANCHOR) == 1
    path.write_text(text.replace(ANCHOR, NEW + ANCHOR), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def found(copy):
    done = python("-c", FIND, cwd=copy)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


UNKNOWN = "unknown tempo 'quick': Expected one of slow, fast"


def test_python_has_a_new_option(found):
    assert found["signature"] == {"tempo": "slow", "glow": False} and found["record"] == ["fast", True]
    assert "tempo: str = 'slow'" in found["help"]
    assert (
        "tempo: How fast it looks (slow). One of slow, fast." in found["help"] and "glow: Cells glow." in found["help"]
    )
    assert found["wrong value"] == UNKNOWN and found["right value"] == [4, 4]
    assert found["no switch"] == "glow=1 is neither True nor False"
    assert "unknown option 'temp': did you mean 'tempo'?" in found["unknown"]


def test_a_toml_table_has_a_new_option(found):
    assert found["TOML"] == "fast" and found["figure"] == 9
    assert found["wrong TOML"] == f"quick.toml, figure 'x': {UNKNOWN}"


def test_the_sphinx_directive_has_a_new_option(found):
    assert found["Sphinx"] == ["glow", "tempo"] and found["wrong Sphinx"] == found["all figures"] == UNKNOWN
    assert ":glow: 'maybe' is neither true nor false" in found["wrong switch in Sphinx"]


def test_explore_has_a_control_of_a_new_option(found):
    assert [choice for _, choice in found["choices of a control"]][1:] == ["slow", "fast"]
    assert found["switch of a control"] is False


def test_the_documentation_has_a_new_option(found):
    assert found["documentation"] == [
        ["`tempo`", "`slow`, `fast`", "slow", "How fast it looks"],
        ["`glow`", "`True`, `False`", "False", "Cells glow"],
    ]


def test_a_new_option_of_some_views_is_refused_by_the_others_with_those_views(found):
    assert found["default view"] == [True, False]
    assert found["other view"] == ("the isometric view has no glow: take view='flat', or leave glow= out")


def test_the_command_line_has_a_new_option(copy):
    draw = ("-m", "convanim", "draw")
    text = " ".join(python(*draw, "--help", cwd=copy).stdout.split())
    assert "--tempo TEMPO How fast it looks (slow). One of slow, fast." in text
    assert "--glow / --no-glow Cells glow." in text
    conv = ("conv", "-i", "4", "-k", "3", "-o", "x.svg")
    assert python(*draw, *conv, "--tempo", "fast", "--glow", cwd=copy).returncode == 0
    wrong = python(*draw, *conv, "--tempo", "quick", cwd=copy)
    assert (wrong.returncode, wrong.stderr) == (2, f"convanim: {UNKNOWN}\n")
    embed = python("-m", "convanim", "embed", "dilation", "html", "--tempo", "fast", cwd=copy)
    assert embed.returncode == 0 and embed.stdout.startswith("<img ")


def test_the_package_itself_has_no_such_options():
    assert not {"tempo", "glow"} & {*OPTIONS}
    assert "unknown option 'tempo'" in refusal(lambda: ca.animate(CONV, tempo="fast"))


# --- what the table says of each option


def test_animate_has_the_options_of_the_table_with_their_defaults():
    operation, *options = inspect.signature(ca.animate).parameters.values()
    assert operation.name == "op" and operation.default is operation.empty
    assert {one.name: one.default for one in options} == {name: row.default for name, row in OPTIONS.items()}
    assert all(one.kind is one.KEYWORD_ONLY for one in options)
    hints = typing.get_type_hints(ca.animate)
    assert [*hints] == ["op", *OPTIONS, "return"] and hints["return"] is ca.Animation and hints["fps"] == int | None
    text = pydoc.render_doc(ca.animate)
    assert all(f"{name}: {row.help}" in text for name, row in OPTIONS.items()) and "{options}" not in text


def test_animate_takes_its_operation_by_name_and_nothing_else_by_position():
    assert ca.animate(op=CONV) == ca.animate(CONV)
    with pytest.raises(TypeError, match=r"animate\(\) takes 1 positional argument but 2 were given"):
        ca.animate(CONV, "flat")
    with pytest.raises(TypeError, match="animate"):
        ca.animate(theme="dark")


@pytest.mark.parametrize("name", OPTIONS)
def test_none_is_a_value_where_it_is_the_default_and_nowhere_else(name):
    if OPTIONS[name].default is None:
        assert getattr(Options(**{name: None}), name) is None
    else:
        assert {"lang": "language"}.get(name, name) in refusal(lambda: Options(**{name: None}))


NUMBERS = {name: row for name, row in OPTIONS.items() if row.kind in ("count", "number") and row.most is not None}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_checked_from_the_least_to_the_most(name):
    row = NUMBERS[name]
    below, above = (row.least / 2, row.most * 1.01) if row.kind == "number" else (row.least - 1, row.most + 1)
    for value in (row.least, row.most, np.int64(row.most)):
        stored = getattr(Options(**{name: value}), name)
        assert stored == value and type(stored) is (int if row.kind == "count" else float)
    for value in (below, above, True, "1", float("nan"), [1], *([1.0] if row.kind == "count" else [])):
        line = refusal(lambda value=value: Options(**{name: value}))
        assert line.startswith(f"{name}=") and str(row.most) in line


def test_the_limits_are_those_that_have_been_published():
    assert {name: (row.least, row.most) for name, row in NUMBERS.items()} == {
        "step_ms": (1, 3_600_000),
        "hold_ms": (0, 3_600_000),
        "loop": (0, 65_535),
        "fps": (1, 240),
        "dpi": (1, 9600),
        "scale": (1 / 150, 64),
        "width": (16, 65_535),
        "precision": (0, 15),
        "width_pt": (16, 65_535),
        "label_size": (0.25, 8),
    }


@pytest.mark.parametrize("width", [15, 65_536, 1.5, True, "300"])
def test_a_storyboard_and_a_figure_refuse_the_same_widths_in_the_same_words(width):
    lines = [
        refusal(lambda: ca.animate(CONV, width=width)),
        refusal(lambda: ca.animate(CONV).storyboard(2, width=width)),
    ]
    assert lines[0] == lines[1]


def test_every_kind_is_one_of_some_option_and_every_option_says_what_it_is():
    assert {row.kind for row in OPTIONS.values()} == {*KINDS}
    for row in OPTIONS.values():
        assert row.about.endswith(".") and row.values and (row.metavar or row.kind == "switch")
    assert all(row.choices for row in OPTIONS.values() if row.kind in ("choice", "labels", "theme"))


def test_a_name_belongs_to_an_option_or_to_a_parameter_but_for_the_bias_which_is_said_to_be_python_alone():
    of_operations = {name for kind in OPERATIONS.values() for name in parameters(kind)} | {"ndim"}
    assert {*OPTIONS} & of_operations == {*OPTIONS} - {*TEXT_OPTIONS} == {"bias"}


def test_a_generator_of_labels_is_read_once():
    a = ca.animate(CONV, labels=iter(["step", "title"]))
    assert a == ca.animate(CONV, labels="title,step") != ca.animate(CONV)


# --- documentation


def test_the_documentation_has_a_row_of_text_for_each_option():
    rows = documentation_rows()
    assert [row[0] for row in rows] == [f"`{name}`" for name in OPTIONS]
    assert all("|" not in cell and "\n" not in cell for row in rows for cell in row)


def test_the_table_of_options_in_the_documentation_is_that_of_the_package():
    text = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"^\| option \| values \| default \| .*\n\|[-|]+\n((?:\|.*\n)+)", text, re.M)
    made = "".join(f"| {' | '.join(row)} |\n" for row in documentation_rows())
    assert table == made, "python docs/options.py writes it anew"
    assert len(table.splitlines()) == len(OPTIONS) > 20


def test_the_page_of_options_has_every_parameter_of_every_operation():
    spec = importlib.util.spec_from_file_location("docs_options", ROOT / "docs" / "options.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    assert text == module.page(), "python docs/options.py writes it anew"
    rows = re.findall(r"^\| `(\w+)` \| (`\w+`(?:, `\w+`)*) \| .* \|$", text.partition("## Parameters")[2], re.M)
    found = [(operation, name) for name, operations in rows for operation in re.findall(r"\w+", operations)]
    assert sorted(found) == sorted((name, one) for name, kind in OPERATIONS.items() for one in parameters(kind))


# --- types

TYPED = """
import convanim as ca

conv = ca.Conv(5, 3)
a: ca.Animation = ca.animate(conv, view="flat", theme={"base": "dark"}, labels=["sum"], dpi=90, seed=3, title="x")
b: ca.Animation = ca.animate([conv, ca.Pool(3, 2)], width=300, loop=1, reveal=True)
"""
WRONG = {
    'ca.animate(conv, veiw="flat")': 'Unexpected keyword argument "veiw"',
    "ca.animate(conv, view=3)": 'Argument "view"',
    "ca.animate(conv, reveal=None)": 'Argument "reveal"',
    "ca.animate(conv).nonsense": '"Animation" has no attribute "nonsense"',
}


@pytest.mark.places
def test_a_type_checker_knows_every_option(tmp_path):
    (tmp_path / "right.py").write_text(TYPED)
    (tmp_path / "wrong.py").write_text(TYPED + "\n".join(WRONG))
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(ROOT / ".mypy_cache"),
        "right.py",
        "wrong.py",
    ]
    done = subprocess.run(command, cwd=tmp_path, env=None, capture_output=True, text=True, check=False)
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert len(errors) == len(WRONG) and all(line.startswith("wrong.py") for line in errors), done.stdout
    assert all(part in line for part, line in zip(WRONG.values(), errors, strict=True))

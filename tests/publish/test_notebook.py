"""Notebooks: what is shown of an animation, and a figure with a control for each parameter, driven in Python and in a
notebook that is run.
"""

from __future__ import annotations

import base64
import io
import re
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import nbclient
import nbformat
import numpy as np
import pytest
from PIL import Image

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.geometry.parameters import parameters
from convanim.publish import notebook_repr
from helpers.processes import child_environment
from helpers.refusals import refusal

pytestmark = pytest.mark.places

SVG, PNG, PLAIN = "image/svg+xml", "image/png", "text/plain"


# --- what is shown of an animation


def test_a_notebook_gets_the_moving_svg_the_posters_picture_and_one_line():
    a = ca.animate(ca.Conv(5, 3, padding=1), theme="auto", poster=4)
    data, meta = a._repr_mimebundle_()
    assert list(data) == [SVG, PNG, PLAIN]
    assert "@keyframes" in data[SVG] and ET.fromstring(data[SVG]).get("width") == str(a.size[0])
    picture = np.asarray(Image.open(io.BytesIO(data[PNG])))
    assert np.array_equal(picture, a.frame(4)) and not np.array_equal(picture, a.frame(5))
    assert meta == {kind: dict(zip(("width", "height"), a.size, strict=True)) for kind in (SVG, PNG)}
    assert (
        data[PLAIN]
        == repr(a)
        == f"Animation of 25 steps, {a.size[0]} x {a.size[1]} px: Convolution of a 5x5 input, kernel 3x3, padding 1x1"
    )


def test_a_notebook_may_ask_for_some_kinds_alone():
    a = ca.animate(ca.Conv(5, 3))
    assert list(a._repr_mimebundle_(include={PLAIN, PNG})[0]) == [PNG, PLAIN]
    assert list(a._repr_mimebundle_(exclude={PNG})[0]) == [SVG, PLAIN]


def test_what_is_too_large_for_a_notebook_is_left_out(monkeypatch):
    a = ca.animate(ca.Conv(5, 3))
    size = len(a._repr_mimebundle_()[0][SVG].encode())
    for most, kinds in ((size, [SVG, PNG, PLAIN]), (size - 1, [PNG, PLAIN])):
        monkeypatch.setattr(notebook_repr, "MOST_BYTES", most)
        assert list(a._repr_mimebundle_()[0]) == kinds
    assert list(ca.animate(ca.Conv((1, 10_002), (1, 2)), scale=0.01)._repr_mimebundle_(exclude={PNG})[0]) == [PLAIN]
    assert list(ca.animate(ca.Conv(4, 3), dpi=9600, scale=None)._repr_mimebundle_()[0]) == [
        SVG,
        PLAIN,
    ]  # more pixels than can be drawn


def test_the_repr_is_one_short_line_whatever_the_title():
    one = ca.animate(ca.Conv(3, 3), title="two\nlines " + "x" * 500)
    assert "\n" not in repr(one) and len(repr(one)) < 200 and repr(one).startswith("Animation of 1 step, ")
    assert repr(ca.animate(ca.Conv((42, 70), 1), focus="off")).startswith("Animation of 2,940 steps, ")


# --- a figure with controls


def widgets_of(widget):
    """All widgets within one, those with a name by their name."""
    found = {}

    def walk(one):
        name = getattr(one, "description", "")
        if name:
            assert name not in found
            found[name] = one
        for child in getattr(one, "children", ()):
            walk(child)

    walk(widget)
    return found


def seen(widget):
    """(picture's source as an SVG or PNG, alternative text, opacity, error) that a figure with controls shows."""
    error, picture = widget.children[1].children
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, dict(attrs)))

    Reader().feed(picture.value)
    (_, image), around = found[-1], found[:-1]
    opacity = around[0][1]["style"].removeprefix("opacity: ") if around else "1"
    kind, content = re.fullmatch(r"data:(.*?);base64,(.*)", image["src"]).groups()
    return kind, base64.b64decode(content), image["alt"], opacity, error.value


SUBJECTS = [
    ca.Conv((5, 7), 3, padding=((1, 2), (0, 1))),
    ca.Conv(6, (3, 2), padding=(1, 0)),
    ca.ConvTranspose(3, 3, stride=2),
    ca.Pool(6, 2),
    ca.AdaptivePool(7, 3),
    ca.Conv(9, 3, ndim=1),
]


@pytest.mark.parametrize("op", SUBJECTS, ids=repr)
def test_every_parameter_has_a_control_that_begins_at_the_operations_own_value(op):
    widget = ca.explore(op)
    found = widgets_of(widget)
    for name, one in parameters(type(op)).items():
        value = getattr(op, name)
        own = [control for label, control in found.items() if re.fullmatch(rf"{name}(, .*| \(.*\))?", label)]
        assert own or (one.optional and value is None and one.kind != "count"), name
        if one.kind == "cells" and own:
            assert [control.value for control in own] == ([value[0]] if len(set(value)) == 1 else list(value))
        elif one.kind == "padding":
            flat = [side for pad in value for side in (pad if isinstance(pad, tuple) else [pad])]
            assert [control.value for control in own] in (flat, flat[:1] if len(set(flat)) == 1 else flat)
        elif own and value is not None:
            assert own[0].value == value
    assert {"view", "theme", "labels"} <= set(found)
    kind, content, alt, opacity, error = seen(widget)
    a = ca.animate(op)
    assert (kind, alt, error) == (SVG, a.alt, "") and content.decode() == a._repr_mimebundle_()[0][SVG]
    assert opacity == "1"


def test_a_change_draws_the_figure_anew_and_what_can_not_be_is_said_beside_the_last_one_faded():
    widget = ca.explore(ca.Conv(5, 3), labels="sizes")
    found = widgets_of(widget)
    found["stride"].value = 2
    assert seen(widget)[2:] == (ca.animate(ca.Conv(5, 3, stride=2)).alt, "1", "")
    found["theme"].value = "dark"
    assert (
        seen(widget)[1].decode()
        == ca.animate(ca.Conv(5, 3, stride=2), theme="dark", labels="sizes")._repr_mimebundle_()[0][SVG]
    )
    last = seen(widget)
    found["kernel_size"].value = 7
    kind, content, alt, opacity, error = seen(widget)
    assert (kind, content, alt) == last[:3] and opacity == "0.3"
    assert (
        "kernel_size=7 along axis 0 is larger than the padded input of 5 cells" in error
        and 'role="alert"' in error
        and "<script" not in error
    )
    found["padding is"].value = "same_upper"
    assert seen(widget)[2:] == (ca.animate(ca.Conv(5, 7, stride=2, padding="same_upper")).alt, "1", "")
    found["view"].value = "flat"
    assert seen(widget)[2] == ca.animate(ca.Conv(5, 7, stride=2, padding="same_upper"), view="flat", theme="dark").alt
    found["view"].value = "scatter"
    assert "the scatter view draws transposed convolutions" in seen(widget)[4]


def test_a_padding_by_name_has_its_meaning_with_what_is_left_out_where_controls_are_at_their_defaults():
    found = widgets_of(widget := ca.explore(up := ca.ConvTranspose(3, 3, stride=2)))
    for name, extra in (("SAME", None), ("SAME", 1), ("same_upper", 1)):
        found["padding is"].value, found["output_padding"].value = name, extra or 0
        expected = ca.ConvTranspose(3, 3, stride=2, padding=name, output_padding=extra)
        assert expected.output_size == (6, 6) and seen(widget)[2:] == (ca.animate(expected).alt, "1", ""), up
    found = widgets_of(widget := ca.explore(ca.Pool(5, 3, stride=2, mode="average"), seed=1))
    found["padding is"].value = "SAME"
    pool = ca.Pool(5, 3, stride=2, mode="average", padding="SAME")
    assert seen(widget)[1].decode() == ca.animate(pool, seed=1)._repr_mimebundle_()[0][SVG]


def test_sliders_of_axes_and_sides_that_differ_change_them_alone():
    widget = ca.explore(ca.Conv((5, 7), 3, padding=((1, 2), (0, 1))))
    found = widgets_of(widget)
    found["padding, rows after"].value = 0
    found["input_size, columns"].value = 9
    assert seen(widget)[2] == ca.animate(ca.Conv((5, 9), 3, padding=((1, 0), (0, 1)))).alt
    widget = ca.explore(ca.Pool(6, 2, mode="average"))
    widgets_of(widget)["divisor_override (0: none)"].value = 3
    assert seen(widget)[2] == ca.animate(ca.Pool(6, 2, mode="average", divisor_override=3)).alt


def test_a_layer_with_weights_keeps_them_and_options_that_are_no_names_stay():
    op = ca.Conv(4, 3)
    layer = ca.Imported(op=op, kernel=np.arange(9).reshape(3, 3), bias=None, name="x")
    widget = ca.explore(layer, view="flat", theme={"base": "dark"}, seed=3)
    assert seen(widget)[2] == ca.animate(layer, view="flat", theme="dark", seed=3).alt
    widgets_of(widget)["input_size"].value = 5
    again = ca.Imported(op=ca.Conv(5, 3), kernel=layer.kernel, bias=None, name="x")
    assert seen(widget)[2] == ca.animate(again, view="flat", theme="dark", seed=3).alt
    assert (
        seen(widget)[1].decode()
        == ca.animate(again, view="flat", theme={"base": "dark"}, seed=3)._repr_mimebundle_()[0][SVG]
    )


def test_a_figure_too_large_for_a_notebook_is_a_picture(monkeypatch):
    monkeypatch.setattr(notebook_repr, "MOST_BYTES", 10)
    kind, content, *_ = seen(ca.explore(ca.Conv(5, 3)))
    a = ca.animate(ca.Conv(5, 3))
    assert kind == PNG and np.array_equal(np.asarray(Image.open(io.BytesIO(content))), a.frame(a.poster))


def test_what_can_not_be_explored_is_refused_in_one_line(monkeypatch):
    assert "is not an operation" in refusal(lambda: ca.explore([ca.Conv(5, 3), ca.Conv(3, 2)]))
    assert "unknown view" in refusal(lambda: ca.explore(ca.Conv(5, 3), view="flt"))
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert 'pip install "convanim[notebook]"' in refusal(lambda: ca.explore(ca.Conv(5, 3)))


def test_every_kind_of_parameter_has_a_control():
    from convanim.publish.notebook import CONTROLS

    assert {one.kind for kind in OPERATIONS.values() for one in parameters(kind).values()} == set(CONTROLS)


def test_a_notebook_that_is_run_holds_the_moving_figure_and_the_controls(tmp_path, monkeypatch):
    for name, value in child_environment(IPYTHONDIR=str(tmp_path), JUPYTER_PLATFORM_DIRS="1").items():
        monkeypatch.setenv(name, value)
    cells = [
        "import convanim as ca",
        "ca.animate(ca.Conv(5, 3))",
        "w = ca.explore(ca.Conv(5, 3)); w",
        "w.children[0].children[1].value = 9; w.children[1].children[0].value",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    (shown,), (controls,), (error,) = (cell.outputs for cell in book.cells[1:])
    a = ca.animate(ca.Conv(5, 3))
    assert shown.data[SVG] == a._repr_mimebundle_()[0][SVG]
    assert base64.b64decode(shown.data[PNG]) == a._repr_mimebundle_()[0][PNG] and shown.data[PLAIN] == repr(a)
    assert shown.metadata[SVG] == {"width": a.size[0], "height": a.size[1]}
    assert "application/vnd.jupyter.widget-view+json" in controls.data
    assert "is larger than the padded input of 5 cells" in error.data[PLAIN]

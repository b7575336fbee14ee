"""A theme of one's own is drawn: every role and hatch in its colour, from Python, TOML and the command line."""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
import pytest

import convanim as ca
from convanim.cli import main
from convanim.scene.hatch import HATCHES
from convanim.themes.table import CLEAR
from convanim.themes.theme import ROLES
from helpers.colours import ELSEWHERE, MARK, SHOWN, rgb
from helpers.refusals import refusal


def has(animation, colour=MARK):
    """Whether the first, the last or the step that tells most has pixels of exactly this colour."""
    return any(
        (animation.frame(step) == rgb(colour)).all(-1).any() for step in {0, animation.scene.poster, len(animation) - 1}
    )


TEXT_ROLES = ("label", "sign", "input_value", "kernel_value", "output_value")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_drawn_in_the_colour_that_is_asked_for(role):
    look = {"fill": MARK, "stroke": MARK, "width": 0.2, "opacity": 1.0, "dash": None, "hatch": None}
    if role in TEXT_ROLES:
        look |= {"stroke": None}
    options = {"dpi": 200 if role in TEXT_ROLES else 60, "reveal": role == "pending", "labels": ("sizes",)}
    options["focus"] = 3 if role == "torn" else "off"
    place = ELSEWHERE.get(role.split("_")[0] if not role.endswith("value") else "")
    shown = [place] if place else [(op, "isometric" if role == "ray" else "flat") for op in SHOWN]
    assert any(has(ca.animate(op, view=view, theme={role: look}, **options)) for op, view in shown)
    op, view = shown[0]
    assert not has_by_itself(tuple(op) if isinstance(op, list) else op, view, *options.values())


@cache  # the same figure is asked for many roles
def has_by_itself(op, view, dpi, reveal, labels, focus):
    return has(ca.animate(op, view=view, theme=CLEAR, dpi=dpi, reveal=reveal, labels=labels, focus=focus))


@pytest.mark.parametrize("hatch", HATCHES)
def test_every_hatch_is_drawn_in_the_colour_that_is_asked_for(hatch):
    look = {"hatch": hatch, "hatch_stroke": MARK, "hatch_width": 0.1}
    assert has(ca.animate(ca.Conv(4, 3, padding=1), theme={"padding": look}, labels="none"))
    assert not has(ca.animate(ca.Conv(4, 3, padding=1), theme={"padding": {**look, "hatch": "none"}}, labels="none"))


def test_the_background_is_the_one_asked_for_and_animates_own_goes_before_it():
    assert has(ca.animate(ca.Conv(4, 3), theme={"background": MARK}))
    assert not has(ca.animate(ca.Conv(4, 3), theme={"background": MARK}, background="#ffffff"))


def test_labels_of_a_theme_are_those_that_a_figure_has_if_none_are_asked_for():
    op = ca.Conv(4, 3, padding=1)
    for labels in (["step"], ["sizes", "legend"], []):
        assert (
            ca.animate(op, theme={"labels": labels}).scene
            == ca.animate(op, theme="clear", labels=labels or "none").scene
        )
    assert (
        ca.animate(op, theme={"labels": ["step"]}, labels=["legend"]).scene
        == ca.animate(op, theme="clear", labels=["legend"]).scene
    )


def test_a_dark_theme_of_ones_own_is_in_the_svg_alone():
    a = ca.animate(
        ca.Conv(4, 3), theme={"dark": {"base": "dark", "background": "#102030", "input": {"fill": MARK}}}, labels="none"
    )
    light = ca.animate(ca.Conv(4, 3), theme="clear", labels="none")
    assert "prefers-color-scheme:dark" in a.svg(0) and MARK in a.svg(0) and "#102030" in a.svg(0)
    assert "prefers-color-scheme" not in light.svg(0) and np.array_equal(a.frame(0), light.frame(0))


OWN = {"base": "dark", "input": {"fill": MARK}, "labels": ["step"]}


OWN_FILE = f'base = "dark"\nlabels = ["step"]\ninput = {{ fill = "{MARK}" }}\n'


OWN_SPEC = f"""
[fig]
operation = "conv"
input_size = 4
kernel_size = 3
padding = 1
theme = {{ base = "dark", labels = ["step"], input = {{ fill = "{MARK}" }} }}
"""


@pytest.mark.parametrize("suffix", [".gif", ".svg"])
def test_python_a_spec_and_the_command_line_draw_the_same_in_a_theme_of_ones_own(suffix, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text(OWN_FILE)
    (tmp_path / "spec.toml").write_text(OWN_SPEC)
    a = ca.animate(ca.Conv(4, 3, padding=1), theme=OWN)
    a.save(f"python{suffix}")
    ca.figure("fig", "spec.toml").save(f"spec{suffix}")
    monkeypatch.setattr(
        sys,
        "argv",
        ["convanim", "draw", "conv", "-i", "4", "-k", "3", "-p", "1", "--theme", "own.toml", "-o", f"command{suffix}"],
    )
    main()
    assert capfd.readouterr().err == ""
    assert (
        (tmp_path / f"python{suffix}").read_bytes()
        == (tmp_path / f"spec{suffix}").read_bytes()
        == (tmp_path / f"command{suffix}").read_bytes()
    )
    assert has(a) and not has(ca.animate(ca.Conv(4, 3, padding=1), theme="dark"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [('input = { fil = "#123456" }', "did you mean 'fill'"), (None, "can't read the theme 'own.toml'")],
)
def test_the_command_line_refuses_a_wrong_theme_in_one_line_and_writes_nothing(
    text, expected, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "own.toml").write_text(text)
    monkeypatch.setattr(
        sys, "argv", ["convanim", "draw", "conv", "-i", "4", "-k", "3", "--theme", "own.toml", "-o", "x.svg"]
    )
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capfd.readouterr()
    assert (end.value.code, out, err.count("\n")) == (2, "", 1) and expected in err and "Traceback" not in err
    assert not (tmp_path / "x.svg").exists()


def test_a_spec_refuses_a_wrong_theme_and_names_the_figure(tmp_path):
    path = tmp_path / "spec.toml"
    path.write_text(OWN_SPEC.replace("input = { fill", "ray = { strke"))
    text = refusal(lambda: ca.figures(path))
    assert "figure 'fig'" in text and "role 'ray'" in text and "did you mean 'stroke'" in text

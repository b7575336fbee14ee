"""Reads and changes scenes. Of the package come the classes of marks and layers."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from convanim.scene import Accumulating, Group, Layer, Line, PerStep, Polygon, Raster, Text
from convanim.themes.theme import ROLES


def leaves(marks, x=0.0, y=0.0):
    """All marks, those of groups where they are placed."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from leaves(mark.marks, x + mark.at[0], y + mark.at[1])
        elif not x and not y:
            yield mark
        elif isinstance(mark, Text):
            yield replace(mark, at=(mark.at[0] + x, mark.at[1] + y))
        elif isinstance(mark, Raster):
            yield replace(mark, plane=mark.plane.moved(x, y))
        else:
            yield replace(mark, parts=tuple(tuple((px + x, py + y) for px, py in part) for part in mark.parts))


def misdeclared(scene):
    """The layers that declare other roles than those of their marks in all steps."""
    return [
        layer
        for layer in scene.layers
        if isinstance(layer, PerStep | Accumulating)
        and layer.roles != {mark.role for step in range(scene.steps) for mark in leaves(layer.at(step))}
    ]


def number(text):
    return float(text.replace("\N{MINUS SIGN}", "-").replace("\N{INFINITY}", "inf"))


def with_marks(scene, change):
    """The scene with `change` made to each mark that it returns something else for; None leaves the mark out."""

    def done(marks):
        kept = [replace(mark, marks=done(mark.marks)) if isinstance(mark, Group) else change(mark) for mark in marks]
        return tuple(mark for mark in kept if mark is not None)

    return replace(
        scene,
        layers=tuple(
            PerStep(lambda step, at=layer.at: done(at(step)), layer.roles)
            if isinstance(layer, PerStep)
            else Layer(done(layer.marks), layer.span)
            for layer in scene.layers
        ),
    )


def only(role, change, kind=(Line, Polygon, Text)):
    return lambda mark: change(mark) if mark.role == role and isinstance(mark, kind) else mark


def marks_of(scene, step):
    return [mark for layer in scene.layers for mark in layer.seen(step)]


def labels_in(scene, plain, step):
    """The marks of a scene beyond those of the one without labels, which must all be there, in their order."""
    own, found = iter(marks_of(plain, step)), []
    expected = next(own, None)
    for mark in marks_of(scene, step):
        if mark == expected:
            expected = next(own, None)
        else:
            found.append(mark)
    assert expected is None, "labels have changed the figure"
    return list(leaves(found))


def parts(marks, roles=ROLES):
    return [part for mark in marks if not isinstance(mark, Text) and mark.role in roles for part in mark.parts]


def segments(marks):
    """The straight pieces of lines: (n, 2, 2)."""
    pieces = [
        pair for mark in marks if isinstance(mark, Line) for part in mark.parts for pair in itertools.pairwise(part)
    ]
    return np.array(pieces, float).reshape(-1, 2, 2)


def redrawn(a, change, theme=None):
    """The animation with `change` made to the marks of every layer, or another theme."""
    layers = tuple(
        (
            PerStep(lambda step, at=layer.at: change(at(step)), layer.roles)
            if isinstance(layer, PerStep)
            else Layer(change(layer.marks), layer.span)
        )
        for layer in a.scene.layers
    )
    return replace(a, scene=replace(a.scene, layers=layers), theme=theme or a.theme)

"""Reads scenes: what the tests of several views look at a scene with."""

from __future__ import annotations

from dataclasses import replace

from convanim.scene import Accumulating, Group, PerStep, Text, roles


def leaves(marks, x=0.0, y=0.0):
    """All marks, those of groups where they are placed."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from leaves(mark.marks, x + mark.at[0], y + mark.at[1])
        elif isinstance(mark, Text):
            yield replace(mark, at=(mark.at[0] + x, mark.at[1] + y))
        else:
            yield type(mark)(mark.role, tuple(tuple((px + x, py + y) for px, py in part) for part in mark.parts))


def misdeclared(scene):
    """The layers that declare other roles than those of their marks in all steps."""
    return [
        layer
        for layer in scene.layers
        if isinstance(layer, PerStep | Accumulating)
        and layer.roles != frozenset().union(*(roles(layer.at(step)) for step in range(scene.steps)))
    ]

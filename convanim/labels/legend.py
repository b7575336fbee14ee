"""The legend: a sample cell and the meaning of each role that occurs in a figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

from ..geometry import Operation
from ..geometry.axis import strongest
from ..scene import Line, Marks, Polygon, Text, moved
from ..scene.plane import Plane
from ..text.cell_texts import W
from ..text.describe import added_sides
from ..text.numbers import number
from ..themes.theme import WEIGHTS
from .layout import LINE, Block, LabelContext, paragraph, wrapped

SWATCH = 1.15  # the edge of a legend's cell, in ems
AFTER, BETWEEN = 0.45, 1.5  # from the cell to its words, from the words to the next cell, in ems
ROWS = 1.55  # from row to row, in ems
NOTE = 0.3  # from the last row to the remark, in ems


def _cell(plane: Plane, role: str) -> Polygon:
    return Polygon(role, plane.rectangles([(0, 1)], [(0, 1)]), plane)


def _edges(plane: Plane, role: str) -> Line:
    return Line(role, plane.lines((0, 1), (0, 1)))


def _area(role: str, *edges: str) -> Callable[[Plane, LabelContext], Marks]:
    """A cell filled as the role, with edges of another."""
    return lambda plane, context: (_cell(plane, role), *(_edges(plane, edge) for edge in edges))


def _outline(role: str) -> Callable[[Plane, LabelContext], Marks]:
    return lambda plane, context: (_edges(plane, role),)


def _input(plane: Plane, context: LabelContext, share: float = 1.0) -> Marks:
    """A share of an input cell; nothing if the figure's input cells have the colours of their values."""
    shaded = dict(context.scene.meanings).get("input") == ""
    return () if shaded else (Polygon("input", plane.rectangles([(0, 1)], [(0, share)]), plane),)


def _window(plane: Plane, context: LabelContext) -> Marks:
    """The veil, half over an input cell and half over a padded one."""
    return (
        *_input(plane, context, 0.5),
        _cell(plane, "tap"),
        _edges(plane, "window"),
    )


def _link(plane: Plane, context: LabelContext) -> Marks:
    return (
        Line("copy_link", ((plane.point(0.1, 0.85), plane.point(0.85, 0.2)),)),
        Polygon("copy_link", plane.rectangles([(0.1, 0.3)], [(0.75, 0.95)]), plane),
    )


def _torn(plane: Plane, context: LabelContext) -> Marks:
    teeth = ((0.0, 0.45), (0.25, 0.8), (0.5, 0.45), (0.75, 0.8), (1.0, 0.45))
    return (
        Polygon("output", (tuple(plane.point(*at) for at in ((0.0, 0.0), *teeth, (1.0, 0.0))),), plane),
        Line("torn", (tuple(plane.point(*at) for at in teeth),)),
    )


def _digit(plane: Plane, context: LabelContext) -> Marks:
    text = min(context.texts.kernel, key=len) if context.texts else ""
    if (context.texts and context.texts.symbolic) or len(text) > 2:  # a long number couldn't be read here
        text = W
    return (
        *_input(plane, context),
        _cell(plane, "tap"),
        _edges(plane, "window"),
        Text("kernel_value", plane.point(0.5, 0.5), text, 0.8 * context.em, SWATCH * 0.9 * context.em),
    )


def _numbered(kind: str, context: LabelContext) -> list[str]:
    """The first three of a kind's roles that the figure has."""
    roles = context.scene.roles()
    return [role for role in (f"{kind}_{n}" for n in WEIGHTS) if role in roles][:3]


def _weights(plane: Plane, context: LabelContext) -> Marks:
    """The first three weights that the figure has, side by side."""
    roles = _numbered("weight", context)
    ends = [n / len(roles) for n in range(len(roles) + 1)]
    cells = [
        Polygon(role, plane.rectangles([(0, 1)], [(x0, x1)]), plane)
        for role, x0, x1 in zip(roles, ends, ends[1:], strict=False)
    ]
    return (*cells, _edges(plane, "output_grid"))


def _connection(plane: Plane, context: LabelContext) -> Marks:
    """The first three connections that the figure has, above each other."""
    roles = _numbered("edge", context)
    return tuple(
        Line(role, ((plane.point(0, (n + 0.5) / len(roles)), plane.point(1, (n + 0.5) / len(roles))),))
        for n, role in enumerate(roles)
    )


# the sample cells, in the order of the legend: on each plane static roles come before moving ones
ENTRIES: dict[str, Callable[[Plane, LabelContext], Marks]] = {
    "input": _area("input"),
    "copy": _area("copy", "grid"),
    "copy_link": _link,
    "inserted": _area("inserted", "grid"),
    "padding": _area("padding", "grid"),
    "odd_padding": _area("odd_padding", "grid"),
    "grid": _outline("grid"),  # padded cells of all kinds, where the theme has one look for them
    "overhang": _area("overhang"),
    "unread": _area("unread", "grid"),
    "tap": _window,
    "kernel": _area("kernel"),
    "kernel_value": _digit,
    "weight_1": _weights,
    "edge_1": _connection,
    "ray": lambda plane, context: (Line("ray", ((plane.point(0, 1), plane.point(1, 0)),)),),
    "edge": lambda plane, context: (Line("edge", ((plane.point(0, 1), plane.point(1, 0)),)),),
    "hidden": _area("hidden", "output_grid"),
    "stamp": lambda plane, context: (_cell(plane, "stamp"), _edges(plane, "output_grid")),
    "output": _area("output", "output_grid"),
    "output_padding": lambda plane, context: (
        _cell(plane, "output"),
        _cell(plane, "output_padding"),
        _edges(plane, "output_grid"),
    ),
    "cropped": _outline("cropped"),
    "current": _area("current"),
    "pending": _outline("pending"),
    "torn": _torn,
}


def entries(context: LabelContext) -> list[tuple[str, str]]:
    """(role, words) of the roles that occur, in the order of ENTRIES."""
    scene = context.scene
    roles = scene.roles() - ({"pending"} if scene.steps == 1 else frozenset())  # nothing comes later
    figure = context.op, context.texts, context.lang, scene.ops, scene.meanings
    known: dict[frozenset[str], list[tuple[str, str]]] = context.kept.get("legend", figure, dict)
    if roles not in known:
        known[roles] = [(role, text) for role in ENTRIES if role in roles and (text := _words(role, context, roles))]
    return known[roles]


def _words(role: str, context: LabelContext, roles: frozenset[str]) -> str:
    """The meaning of a role; "" for a role that needs no explanation."""
    say = context.lang.say
    counts = (op.padding_value for op in _padded(context))
    padding = " / ".join(
        dict.fromkeys(say("legend.not_counted") if value is None else number(value) for value in counts)
    )
    if (meaning := dict(context.scene.meanings).get(role)) is not None:
        return say(f"legend.{meaning}", value=padding) if meaning else ""
    if role == "ray":  # in planes above each other it goes without saying
        return ""
    if role == "grid":
        key = _zeros(context, roles)
        return say(f"legend.{key}", value=padding) if key else ""
    if role == "kernel_value" and ({"weight_1", "kernel"} & roles or not (context.texts and context.texts.kernel)):
        return ""
    side = added_sides(_added(context), context.lang.code) if role == "output_padding" else ""
    return say(f"legend.{role}", value=padding, side=side)


def _added(context: LabelContext) -> Operation:
    """The operation whose output_padding is drawn: of several, the last that has one."""
    return next((op for op in reversed(context.scene.ops) if any(op.output_padding)), context.op)


def _zeros(context: LabelContext, drawn: frozenset[str]) -> str:
    """The row of [legend] for the dashed cells, which the theme has no look for; "" where there are none."""
    shown = [[axis.drawn for axis in op.axes] for op in _padded(context)]
    along = [[{axis.role(cell) for cell in range(axis.padded)} for axis in axes] for axes in shown]
    named = {"padding" if role == "odd_padding" else role for role in drawn}
    kinds = {strongest(roles) for axes in along for roles in product(*axes)} - named - {"input"}
    return "" if not kinds else kinds.pop() if len(kinds) == 1 else "zeros"


def _padded(context: LabelContext) -> list[Operation]:
    """The operations whose padding is drawn: of several layers those that have one, without the zeros of transposed
    ones.
    """
    layers = [op for op in context.scene.ops if not op.transposed]
    return [op for op in layers if op.padded_size != op.input_size] or layers[:1] or [context.op]


def legend(context: LabelContext) -> Block:
    """The legend in rows, as many entries in each as there is room for, and the figure's remark below them."""
    cells, scene, space = _rows(context), context.scene, NOTE * context.em
    remark = paragraph(context, [context.lang.say(f"remark.{scene.remark}")] if scene.remark else [])
    return Block(
        max(cells.width, remark.width),
        cells.height + (remark.height + space if scene.remark else 0.0),
        (*cells.marks, *moved(remark.marks, 0.0, cells.height + space)),
    )


def _rows(context: LabelContext) -> Block:
    """The entries in rows; one that is too long has several lines."""
    em, marks, rows, more, x, widest = context.em, [], 0.0, 0.0, 0.0, 0.0
    before = (SWATCH + AFTER) * em
    narrower = replace(context, room=context.room - before)
    for role, words in entries(context):
        lines = wrapped(words, narrower)
        length = before + max(map(context.length, lines))
        if x and (context.listed or x + length > context.room):
            rows, more, x = rows + more, 0.0, 0.0
        middle = (rows + 0.5) * ROWS * em
        plane = Plane((x, middle - SWATCH / 2 * em), (SWATCH * em, 0.0), (0.0, SWATCH * em))
        texts = [context.text(line, x + before, middle + n * LINE * em) for n, line in enumerate(lines)]
        marks += [*ENTRIES[role](plane, context), *texts]
        widest, more = max(widest, x + length), max(more, 1 + (len(lines) - 1) * LINE / ROWS)
        x += length + BETWEEN * em
    return Block(widest, (rows + more) * ROWS * em, tuple(marks))

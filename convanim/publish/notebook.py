"""`explore`: a figure in a notebook, with controls for the parameters of its operation and for its options."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..animation import Animation
from ..drawing import animate
from ..errors import ConvanimError
from ..frameworks import Imported
from ..geometry import Operation, check_operation
from ..geometry.padding import PADDINGS
from ..geometry.parameters import Parameter, parameters
from ..option_kinds import Option
from ..options import OPTIONS
from ..text.escaping import attribute
from . import notebook_repr

if TYPE_CHECKING:
    from ipywidgets import Widget

MOST = {
    "input_size": 16,
    "output_size": 16,
}  # slider limits: larger sizes can't be taken in at a glance
MOST_ELSE, ROOM = (
    8,
    2,
)  # the end of other sliders, and how many times the operation's own value a slider reaches at least
NUMBERS = "in numbers"  # for a padding, which may also be a name
AS_GIVEN, AT_DEFAULT = -1, -2  # in a list of choices
DEFAULT = object()  # stands for an omitted option


@dataclass(frozen=True)
class Control:
    """The widgets of a parameter or an option, and the value that they represent."""

    name: str
    widgets: tuple[Any, ...]
    value: Callable[[], Any]


def explore(op: Operation | Imported, **options: Any) -> Widget:
    """A figure with controls, for Jupyter. Each change draws the figure again, or shows an error in one line.

    `op` is an operation or an imported layer, and `options` are those of `animate`. A size has one slider, or one per
    axis if its values differ. Raises ConvanimError if `animate` refuses the figure that comes first, and if ipywidgets
    isn't installed: `pip install "convanim[notebook]"`.
    """
    widgets = _ipywidgets()
    begun = op.op if isinstance(op, Imported) else op
    check_operation(begun)
    first = animate(op, **options)
    of_operation = _controls(widgets, begun)
    of_figure = [
        control
        for name, row in OPTIONS.items()
        if (control := _option(widgets, name, row, options.get(name, row.default))) is not None
    ]

    def changed() -> Animation:
        made = type(begun)(**_given(begun, of_operation), ndim=len(begun.axes))
        values = {control.name: control.value() for control in of_figure}
        kept = {name: value for name, value in {**options, **values}.items() if value is not DEFAULT}
        return animate(replace(op, op=made) if isinstance(op, Imported) else made, **kept)

    return _panel(widgets, first, [*of_operation, *of_figure], changed)


def _controls(widgets: Any, op: Operation) -> list[Control]:
    """The controls of an operation's parameters."""
    return [
        control
        for name, one in parameters(type(op)).items()
        if (control := _control(widgets, name, one, getattr(op, name))) is not None
    ]


def _given(op: Operation, controls: list[Control]) -> dict[str, Any]:
    """The values of the controls. If the default is None, values at their usual value are omitted, because the meaning
    of a padding's name depends on whether they are specified.
    """
    known = parameters(type(op))
    usual = {name: (one.usual, (one.usual,) * len(op.axes)) for name, one in known.items() if one.usual is not None}
    values = {control.name: control.value() for control in controls}
    return {name: value for name, value in values.items() if value not in usual.get(name, ())}


def _panel(widgets: Any, first: Animation, controls: list[Control], changed: Callable[[], Animation]) -> Widget:
    """The controls, the figure beside them, and an error above the figure. Each change redraws the figure."""
    picture, error = widgets.HTML(_picture(first)), widgets.HTML("")
    last = picture.value

    def draw(_: object = None) -> None:
        nonlocal last
        try:
            last = picture.value = _picture(changed())
            error.value = ""
        except ConvanimError as refusal:  # fade the last figure, because it doesn't match the controls
            picture.value, error.value = f'<div style="opacity: 0.3">{last}</div>', _alert(refusal)

    listed = [widget for control in controls for widget in control.widgets]
    for widget in listed:
        widget.observe(draw, names="value")
    column = widgets.VBox(listed, layout=widgets.Layout(min_width="28em"))
    return widgets.HBox([column, widgets.VBox([error, picture])], layout=widgets.Layout(flex_flow="row wrap"))


def _ipywidgets() -> Any:
    try:
        import ipywidgets
    except ImportError:
        raise ConvanimError('explore needs ipywidgets: pip install "convanim[notebook]"') from None
    return ipywidgets


def _picture(animation: Animation) -> str:
    """The figure as an image with embedded data: the SVG, or the poster if the SVG is too large."""
    text = notebook_repr.svg(animation)
    kind, content = (
        (notebook_repr.SVG, text.encode())
        if text is not None
        else (notebook_repr.PNG, notebook_repr.png(animation) or b"")
    )
    width, height = animation.size
    return (
        f'<img src="data:{kind};base64,{base64.b64encode(content).decode()}" width="{width}" height="{height}"'
        f' alt="{attribute(animation.alt)}" style="max-width: 100%; height: auto">'
    )


def _alert(refusal: ConvanimError) -> str:
    """An error message as HTML."""
    return (
        '<p role="alert" style="color: var(--jp-error-color1, #b42318); line-height: 1.4; max-width: 40em; margin:'
        f' 0">{html.escape(str(refusal))}</p>'
    )


def _control(widgets: Any, name: str, one: Parameter, value: Any) -> Control | None:
    """The control of a parameter, or None if it is unset and no slider can set it."""
    if value is None and one.kind != "count":
        return None
    return CONTROLS[one.kind](widgets, name, one, value)


def _wide(widgets: Any) -> dict[str, Any]:
    """A layout with space for the longest name and the slider beside it."""
    return {"style": {"description_width": "13em"}, "layout": widgets.Layout(width="27em")}


def _slider(widgets: Any, name: str, label: str, value: int, least: int) -> Any:
    most = max(MOST.get(name, MOST_ELSE), ROOM * value)
    return widgets.IntSlider(
        value=value, min=least, max=most, description=label, continuous_update=False, **_wide(widgets)
    )


def _sliders(widgets: Any, name: str, least: int, values: tuple[int, ...], along: tuple[str, ...]) -> tuple[Any, ...]:
    """One slider if all values are equal, otherwise one per value."""
    if len(set(values)) == 1:
        return (_slider(widgets, name, name, values[0], least),)
    return tuple(
        _slider(widgets, name, f"{name}, {word}", value, least) for word, value in zip(along, values, strict=True)
    )


def _along(count: int) -> tuple[str, ...]:
    return ("rows", "columns") if count == 2 else tuple(f"axis {n}" for n in range(count))


def _cells(widgets: Any, name: str, one: Parameter, value: tuple[int, ...]) -> Control:
    found, count = _sliders(widgets, name, one.least, value, _along(len(value))), len(value)
    return Control(name, found, lambda: tuple(widget.value for widget in found) * (count if len(found) == 1 else 1))


def _padding(widgets: Any, name: str, one: Parameter, value: tuple[Any, ...]) -> Control:
    """A padding as numbers (one per side if the sides of an axis differ) or as a name."""
    paired = any(not isinstance(pad, int) for pad in value)
    flat = tuple(side for pad in value for side in pad) if paired else value
    along = _along(len(value))
    sides = tuple(f"{word} {side}" for word in along for side in ("before", "after")) if paired else along
    found = (
        tuple(_slider(widgets, name, f"{name}, {word}", side, 0) for word, side in zip(sides, flat, strict=True))
        if paired
        else _sliders(widgets, name, 0, flat, sides)
    )
    named = widgets.Dropdown(options=[NUMBERS, *PADDINGS], value=NUMBERS, description=f"{name} is", **_wide(widgets))

    def read() -> Any:
        numbers = tuple(widget.value for widget in found)
        if named.value != NUMBERS:
            return named.value
        return (
            tuple(zip(numbers[::2], numbers[1::2], strict=True))
            if paired
            else numbers * (len(value) if len(found) == 1 else 1)
        )

    return Control(name, (named, *found), read)


def _count(widgets: Any, name: str, one: Parameter, value: int | None) -> Control:
    label = f"{name} (0: none)" if one.optional else name
    found = _slider(widgets, name, label, value or (0 if one.optional else one.least), 0 if one.optional else one.least)
    return Control(name, (found,), lambda: (found.value or None) if one.optional else found.value)


def _switch(widgets: Any, name: str, one: Parameter | Option, value: bool) -> Control:
    found = widgets.Checkbox(value=value, description=name, **_wide(widgets))
    return Control(name, (found,), lambda: found.value)


def _switch_or_default(widgets: Any, name: str, given: bool | None) -> Control:
    choices = [("(default)", AT_DEFAULT), ("on", True), ("off", False)]
    begin = AT_DEFAULT if given is None else given
    found = widgets.Dropdown(options=choices, value=begin, description=name, **_wide(widgets))
    return Control(name, (found,), lambda: DEFAULT if found.value == AT_DEFAULT else found.value)


def _choice(widgets: Any, name: str, one: Parameter, value: str) -> Control:
    found = widgets.Dropdown(options=list(one.choices), value=value, description=name, **_wide(widgets))
    return Control(name, (found,), lambda: found.value)


def _option(widgets: Any, name: str, row: Option, given: Any) -> Control | None:
    """The control of a figure's option, or None if the option is neither a switch nor a choice."""
    if row.kind == "switch" and row.default is None:
        return _switch_or_default(widgets, name, given)
    if row.kind == "switch":
        return _switch(widgets, name, row, given)
    return _names(widgets, name, row, given) if row.choices else None


def _names(widgets: Any, name: str, row: Option, given: Any) -> Control:
    """A list of the choices of an option. A value that was given and is no choice comes first, as "(as given)"."""
    own = given is not row.default and not (isinstance(given, str) and given in row.choices)
    choices = [
        *([("(as given)", AS_GIVEN)] if own else []),
        ("(default)", AT_DEFAULT),
        *((choice, choice) for choice in row.choices),
    ]
    begin = AS_GIVEN if own else AT_DEFAULT if given is row.default else given
    found = widgets.Dropdown(options=choices, value=begin, description=name, **_wide(widgets))
    return Control(name, (found,), lambda: {AS_GIVEN: given, AT_DEFAULT: DEFAULT}.get(found.value, found.value))


CONTROLS: dict[str, Callable[..., Control]] = {
    "cells": _cells,
    "padding": _padding,
    "count": _count,
    "switch": _switch,
    "choice": _choice,
}

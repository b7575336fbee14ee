"""The look of each role: `Style`, `Theme`, and themes that override others. The themes themselves are in table.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from math import floor
from typing import Any

from ..errors import ConvanimError, expected_one_of, short_repr
from ..scene import Colour, Shade
from ..scene.hatch import HATCHES
from .colormaps import COLORMAPS
from .colours import check_colour, colour_of
from .contrast import blended, readable

GUIDE_DPI = 150  # pixels per inch of the guide's figures, in which a cell is 0.5 cm wide
CELL_BP = 14.1734  # one cell of the guide in bp (1/72 inch): TeX's rounding of 0.5 cm
THICK = 0.79701 / CELL_BP  # TikZ's "thick" line, in cells
THIN = 0.3985 / CELL_BP  # TikZ's default line
DASH = 2.98883 / CELL_BP  # TikZ's "dashed": as much on as off
BORDER = 9.96264 / CELL_BP  # 10 pt around every figure


def pixel_size(width: float, height: float, dpi: float) -> tuple[int, int]:
    """(width, height) in pixels of a box in cells. The guide renders at four times the resolution and shrinks, halves
    rounded up.
    """
    across, down = (floor(round(cells * CELL_BP * 4 * dpi / 72) / 4 + 0.5) for cells in (width, height))
    return max(across, 1), max(down, 1)


def dpi_of(width: int, cells: float) -> float:
    """The resolution at which a number of cells has a given width in pixels."""
    return width * 72 / (cells * CELL_BP)


# weights with a colour of their own, as many as a kernel of 5 x 5 has; in a larger one, every fifth row and column have
# the same colours
WEIGHTS = range(1, 26)

# every role with its meaning. Every theme has styles for the roles in NEEDED; of the others, a view omits marks without
# a style
NEEDED = {
    "grid": "edges of the padded cells",
    "input": "cells of the input",
    "tap": "the veil over the cells that are read",
    "window": "the grid of the window",
    "ray": "from the window to the output cell",
    "output": "cells of the output",
    "output_grid": "edges of the output's cells",
    "current": "the output cell of the step",
    "input_value": "values of the padded cells",
    "kernel_value": "values of the kernel",
    "kernel": "cells of the kernel, in a plane of its own",
    "output_value": "values of the output",
    "pending": "edges of outputs that come later",
    "label": "the text of labels",
    "measure": "lines along what a label measures",
    "hidden": "cells that are one layer's output and the next one's input",
    "stamp": "the veil that each stamp of a kernel adds",
    "sign": "signs such as × and = between the parts",
    "torn": "the torn edges of a detail",
    "edge": "connections of other steps",
    **{f"weight_{n}": f"cells that hold weight {n} of {len(WEIGHTS)}" for n in WEIGHTS},
    **{f"edge_{n}": f"connections with weight {n} of {len(WEIGHTS)}" for n in WEIGHTS},
}
EXTRA = {
    "copy": "copies of input cells in the padding",
    "inserted": "zeros between the input's cells",
    "padding": "zeros around the input",
    "odd_padding": "zeros that one side has more than the other",
    "overhang": "places beyond the edge that a window reaches",
    "unread": "cells that no window reads",
    "copy_link": "from a copy to what it copies",
    "output_padding": "outputs that output_padding adds",
    "cropped": "outputs that padding takes away",
}
ROLES = NEEDED | EXTRA


@dataclass(frozen=True, slots=True)
class Style:
    """The look of one role: colours as `#rrggbb` or None, widths and dashes in cells. A name of CSS and `#rgb` become
    that.

    `hatch` is a pattern of HATCHES over the fill, drawn in `hatch_stroke` with lines `hatch_width` wide.
    """

    fill: str | None = None
    opacity: float = 1.0  # of the fill
    stroke: str | None = None
    width: float = 0.0
    dash: float | None = None
    hatch: str | None = None
    hatch_stroke: str = "#000000"
    hatch_width: float = THIN

    def __post_init__(self) -> None:
        for name in ("fill", "stroke", "hatch_stroke"):
            given = getattr(self, name)
            if (found := colour_of(given)) is not None and found is not given:  # a theme refuses what isn't one
                object.__setattr__(self, name, found)

    @property
    def hatching(self) -> Style:
        """The style of the hatch's lines."""
        return Style(stroke=self.hatch_stroke, width=self.hatch_width)


KEYS = [one.name for one in fields(Style)]  # of a role's table


@dataclass(frozen=True)
class Theme:
    """A theme: its name, the background, and one style per role.

    `labels` are a figure's default labels. `dark` is the theme of an SVG if the reader prefers dark pages.
    `transparent`: the background is not painted, and only blended into the edges of a GIF. `guide_numbers`: the flat
    view shows numbers as in the guide, with small results and one decimal.
    """

    name: str
    background: str
    styles: Mapping[str, Style] = field(hash=False)
    labels: tuple[str, ...] = ()
    dark: Theme | None = None
    transparent: bool = False
    guide_numbers: bool = False

    def __post_init__(self) -> None:
        place = f"theme {short_repr(self.name)}"
        if not isinstance(self.name, str):
            raise ConvanimError(f"{place}: a theme's name is text; write it in quotes")
        if not isinstance(self.styles, Mapping) or not all(isinstance(style, Style) for style in self.styles.values()):
            raise ConvanimError(f"{place} has the styles {short_repr(self.styles)}: give a Style for each role")
        styles = dict(self.styles)  # what is checked stays as it is
        if "output_grid" in styles:  # a theme of one's own may be older than torn edges
            styles.setdefault("torn", styles["output_grid"])
        object.__setattr__(self, "styles", styles)
        if not isinstance(self.labels, list | tuple) or not all(isinstance(label, str) for label in self.labels):
            raise ConvanimError(
                f'{place} has labels={short_repr(self.labels)}: give a list of names such as ["step", "legend"]'
            )
        object.__setattr__(self, "labels", tuple(self.labels))
        if not (self.dark is None or isinstance(self.dark, Theme)) or not isinstance(self.transparent, bool):
            raise ConvanimError(
                f"{place} has dark={short_repr(self.dark)} and transparent={short_repr(self.transparent)}: give another"
                " Theme or None, and True or False"
            )
        if not isinstance(self.guide_numbers, bool):
            raise ConvanimError(f"{place} has guide_numbers={short_repr(self.guide_numbers)}: give True or False")
        if missing := [role for role in NEEDED if role not in self.styles]:
            raise ConvanimError(
                f"{place} has no style for {', '.join(missing)}: begin with another, as in"
                " {**THEMES['classic'].styles, ...}"
            )
        object.__setattr__(self, "background", check_colour(f"{place} has the", self.background))
        for role, style in self.styles.items():
            if role not in ROLES:
                raise ConvanimError(f"{place}: {expected_one_of('role', role, ROLES)}")
            _check(f"{place}, role {role!r}", style)

    def style(self, role: str, colour: Colour | None = None) -> Style:
        """The style of a mark with this role and its own colour."""
        style = self.styles[role]
        if colour is None:
            return style
        if isinstance(colour, Shade):
            return _shaded(style, colour)
        cell = self.style(colour.role, colour.shade)
        return _readable(style, self.background, (cell, self.styles.get(colour.veil)))


@lru_cache(maxsize=1 << 12)
def _readable(style: Style, below: str, layers: tuple[Style | None, ...]) -> Style:
    """The style of a text, in a readable colour for a background under the fills of these styles."""
    for layer in layers:
        if layer and layer.fill:
            below = blended(below, layer.fill, layer.opacity)
    return replace(style, fill=readable(style.fill, below))


@lru_cache(maxsize=1 << 12)
def _shaded(style: Style, shade: Shade) -> Style:
    return replace(style, fill=COLORMAPS[shade.colormap][shade.index])


def _check(place: str, style: Style) -> None:
    """Raise ConvanimError for an invalid style."""
    for colour in (style.fill, style.stroke):
        if colour is not None:
            check_colour(f"{place} has the", colour)
    check_colour(f"{place} has the", style.hatch_stroke)
    if style.hatch is not None and not (isinstance(style.hatch, str) and style.hatch in HATCHES):
        raise ConvanimError(f"{place}: {expected_one_of('hatch', style.hatch, HATCHES)}")
    numbers = {
        "opacity": (style.opacity, 0.0, 1.0),
        "width": (style.width, 0.0, 1.0),
        "hatch_width": (style.hatch_width, 0.0, 1.0),
        "dash": (style.dash if style.dash is not None else 1.0, 0.01, 10.0),
    }
    for word, (value, least, most) in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ConvanimError(
                f"{place} has {word}={short_repr(value)}: it is a number from {least:g} to {most:g}, in cells; opacity"
                " is a share"
            )


def with_lines(theme: Theme, least: float) -> Theme:
    """The theme with lines that are at least so wide, in cells; where a style has no line, there is none."""

    def drawn(style: Style) -> Style:
        wide = max(style.width, least) if style.stroke is not None and style.width else style.width
        return replace(style, width=min(wide, 1.0), hatch_width=min(max(style.hatch_width, least), 1.0))

    dark = None if theme.dark is None else with_lines(theme.dark, least)
    return replace(theme, styles={role: drawn(style) for role, style in theme.styles.items()}, dark=dark)


def derived(base: Theme, name: str, styles: Mapping[str, Any], **rest: Any) -> Theme:
    """A copy of `base` with other `styles`: role -> a Style, a table of a style's fields, or None to remove the style.

    `rest` are other fields of the Theme. Raises ConvanimError for an unknown role, field, colour or hatch, and for an
    invalid number.
    """
    made = dict(base.styles)
    for role, changes in styles.items():
        if role not in ROLES:
            raise ConvanimError(f"theme {name!r}: {expected_one_of('role', role, ROLES)}")
        if changes is None or changes is False:  # a required role becomes an invisible style
            made.pop(role, None)
            made |= {role: Style()} if role in NEEDED else {}
        elif isinstance(changes, Style):
            made[role] = changes
        elif isinstance(changes, Mapping):
            for word in changes:
                if word not in KEYS:
                    raise ConvanimError(f"theme {name!r}, role {role!r}: {expected_one_of('key', word, KEYS)}")
            values: dict[str, Any] = {
                word: None if value is False or (isinstance(value, str) and value in ("none", "transparent")) else value
                for word, value in changes.items()
            }
            if values.get("stroke") is not None and "width" not in values and not made.get(role, Style()).width:
                values["width"] = THIN  # a specified stroke is visible
            made[role] = replace(made.get(role, Style()), **values)
        else:
            raise ConvanimError(
                f'theme {name!r}, role {role!r} is {short_repr(changes)}: give a table such as {{ fill = "#74c0fc" }},'
                " or false for none"
            )
    return replace(base, name=name, styles=made, **rest)

"""How each role of a scene looks. A new theme is `replace(CLASSIC, ...)` and a row in THEMES."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import floor

from .errors import ConvanimError, shown

COLOUR = re.compile("#[0-9a-fA-F]{6}")
CELL_BP = 14.1734  # one cell of the guide in bp (1/72 inch): TeX's rounding of 0.5 cm
THICK = 0.79701 / CELL_BP  # TikZ's "thick" line, in cells
THIN = 0.3985 / CELL_BP  # TikZ's default line
DASH = 2.98883 / CELL_BP  # TikZ's "dashed": as much on as off
BORDER = 9.96264 / CELL_BP  # 10 pt around every figure


def pixel_size(width: float, height: float, dpi: float) -> tuple[int, int]:
    """(width, height) in pixels of a box in cells. The guide renders at four times the resolution and shrinks, halves rounded up."""
    across, down = (floor(round(cells * CELL_BP * 4 * dpi / 72) / 4 + 0.5) for cells in (width, height))
    return max(across, 1), max(down, 1)


@dataclass(frozen=True, slots=True)
class Style:
    """The look of one role: colours as `#rrggbb` or None, widths and dashes in cells."""

    fill: str | None = None
    opacity: float = 1.0  # of the fill
    stroke: str | None = None
    width: float = 0.0
    dash: float | None = None


# the roles that every view draws; a role that a theme leaves out beyond these isn't drawn
NEEDED = ("grid", "input", "tap", "window", "ray", "output", "output_grid", "current", "input_value", "kernel_value", "output_value")


@dataclass(frozen=True)
class Theme:
    """A name, the background, and one style for each role."""

    name: str
    background: str
    styles: Mapping[str, Style] = field(hash=False)

    def __post_init__(self) -> None:
        if missing := [role for role in NEEDED if role not in self.styles]:
            raise ConvanimError(f"theme {self.name!r} has no style for {', '.join(missing)}: begin with another, as in {{**THEMES['classic'].styles, ...}}")
        for colour in (self.background, *(c for style in self.styles.values() for c in (style.fill, style.stroke))):
            if colour is not None and not (isinstance(colour, str) and COLOUR.fullmatch(colour)):
                raise ConvanimError(f"theme {self.name!r} has the colour {shown(colour)}: write it as '#rrggbb'")


BASE02, BASE03, BLUE, CYAN = "#073642", "#002b36", "#268bd2", "#2aa198"  # Solarized, as the guide has them

CLASSIC = Theme(
    "classic",
    "#ffffff",
    {
        "grid": Style(stroke=BASE03, width=THICK, dash=DASH),
        "input": Style(fill=BLUE, stroke=BASE03, width=THICK),
        "tap": Style(fill=BASE02, opacity=0.4),
        "window": Style(stroke=BASE03, width=THICK),
        "ray": Style(stroke="#000000", width=THIN),
        "output": Style(fill=CYAN, stroke="#000000", width=THIN),
        "output_grid": Style(stroke=BASE03, width=THICK),
        # the veil of .4 base02 over cyan, mixed: opaque, so that it can be drawn over everything that stands still
        "current": Style(fill="#1c7676", stroke=BASE03, width=THICK),
        "input_value": Style(fill="#000000"),
        "kernel_value": Style(fill="#000000"),
        "output_value": Style(fill="#000000"),
    },
)

INK, GREY = "#1f2d3d", "#868e96"

# every role that classic leaves out has a look of its own: padding against inserted zeros, copies, cells that no window reads ...
CLEAR = replace(
    CLASSIC,
    name="clear",
    styles={
        **CLASSIC.styles,
        "grid": Style(stroke=GREY, width=THIN, dash=DASH),
        "input": Style(fill="#4dabf7", stroke=INK, width=THIN * 1.5),
        "copy": Style(fill="#d0ebff"),
        "inserted": Style(fill="#e5dbff"),
        "padding": Style(fill="#f1f3f5"),
        "odd_padding": Style(fill="#ffd8a8"),
        "overhang": Style(fill="#ffe3e3", stroke="#e03131", width=THIN, dash=DASH / 2),
        "unread": Style(stroke="#c92a2a", width=THIN * 1.5),
        "copy_link": Style(fill="#d9480f", stroke="#d9480f", width=THIN * 1.5),
        "tap": Style(fill=INK, opacity=0.35),
        "window": Style(stroke=INK, width=THICK),
        "ray": Style(stroke=INK, width=THIN),
        "output": Style(fill="#63e6be", stroke=INK, width=THIN),
        "output_padding": Style(fill="#ffe066"),
        "output_grid": Style(stroke=INK, width=THIN * 1.5),
        "cropped": Style(stroke="#495057", width=THIN, dash=DASH / 2),
        "current": Style(fill="#0ca678", stroke=INK, width=THICK),
    },
)

THEMES = {theme.name: theme for theme in (CLASSIC, CLEAR)}

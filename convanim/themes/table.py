"""The themes: each is a table that overrides another one. A custom theme is the same table in TOML, see `theme_of`."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle, product
from pathlib import Path
from typing import Any

from ..errors import ConvanimError, expected_one_of, short_repr
from .contrast import LEAST_SHAPE, contrast
from .theme import DASH, THICK, THIN, WEIGHTS, Style, Theme, derived

BASE02, BASE03, BLUE, CYAN = "#073642", "#002b36", "#268bd2", "#2aa198"  # Solarized, as the guide has them

# The weights of a kernel. Dashes and widths of connections tell nine of them apart, in a kernel of 3 x 3 its rows and
# its columns. Each colour after the ninth was chosen as far from those before it as it can be: by CIEDE2000, any two
# fills of clear are 7.3 and more apart, any two lines 10 and more.
DASHES, WIDTHS = (None, 0.22, 0.07), (THIN * 1.5, THIN * 2.5, THIN * 4)


def _weights(fills: Sequence[str], strokes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The styles of the cells that hold a weight, and of the connections with it, one a colour."""
    cells: dict[str, dict[str, Any]] = {f"weight_{n}": {"fill": fill} for n, fill in zip(WEIGHTS, fills, strict=True)}
    looks = cycle(product(DASHES, WIDTHS))
    lines = {
        f"edge_{n}": {"stroke": stroke, "width": width, "dash": dash}
        for (n, stroke), (dash, width) in zip(zip(WEIGHTS, strokes, strict=True), looks, strict=False)
    }
    return cells | lines


SOLARIZED = (
    *("#cb4b16", "#dc322f", "#6c71c4", "#b58900", "#d33682", "#859900", "#586e75", "#268bd2", "#2aa198"),
    *("#005000", "#000078", "#680020", "#583800", "#484058", "#b08888", "#003838", "#807058", "#880088"),
    *("#189048", "#005088", "#b880c0", "#280020", "#805858", "#007060", "#606000"),
)

CLASSIC = Theme(
    "classic",
    "#ffffff",
    {
        "grid": Style(stroke=BASE03, width=THICK, dash=DASH),
        "input": Style(fill=BLUE, stroke=BASE03, width=THICK),
        "tap": Style(fill=BASE02, opacity=0.4),
        "window": Style(stroke=BASE03, width=THICK),
        "ray": Style(stroke="#000000", width=THIN),
        "kernel": Style(fill="#b58900", stroke=BASE03, width=THICK),
        "output": Style(fill=CYAN, stroke="#000000", width=THIN),
        "output_grid": Style(stroke=BASE03, width=THICK),
        # .4 base02 mixed with cyan: opaque, so that it can cover the static background
        "current": Style(fill="#1c7676", stroke=BASE03, width=THICK),
        "input_value": Style(fill="#000000"),
        "kernel_value": Style(fill="#000000"),
        "output_value": Style(fill="#000000"),
        # the guide has none of these: they are for labels, and for outputs that appear one by one
        "pending": Style(stroke=BASE03, width=THIN, dash=DASH),
        "label": Style(fill="#000000"),
        "measure": Style(stroke="#000000", width=THIN),
        "hidden": Style(fill="#93a1a1", stroke="#000000", width=THIN),
        "stamp": Style(fill=BLUE, opacity=0.25),
        "sign": Style(fill="#000000"),
        "torn": Style(stroke=BASE03, width=THICK),
        "edge": Style(stroke="#657b83", width=THIN / 2),
        **{role: Style(**look) for role, look in _weights(["#ffffff"] * len(WEIGHTS), SOLARIZED).items()},
    },
    guide_numbers=True,
)

INK, GREY = "#1f2d3d", "#6c757d"
EXPLAINING = (
    "parameters",
    "formula",
    "sizes",
    "step",
    "sum",
    "legend",
)  # the labels that explain a figure to a first-time viewer

# every role that classic omits has a look beyond colour: a hatch, dots, a mark, dashes or links
CLEAR = derived(
    CLASSIC,
    "clear",
    labels=EXPLAINING,
    guide_numbers=False,
    styles={
        "grid": {"stroke": GREY, "width": THIN},
        "input": {"fill": "#74c0fc", "stroke": INK, "width": THIN * 1.5},
        "copy": {"fill": "#d0ebff", "hatch": "-", "hatch_stroke": "#1971c2"},
        "inserted": {"fill": "#e5dbff", "hatch": ".", "hatch_stroke": "#6741d9", "hatch_width": 0.09},
        "padding": {"fill": "#f1f3f5"},
        "odd_padding": {"fill": "#ffe8cc", "hatch": "\\", "hatch_stroke": "#d9480f"},
        "overhang": {"fill": "#ffe3e3", "stroke": "#e03131", "width": THIN, "dash": DASH / 2},
        "unread": {"hatch": "/", "hatch_stroke": "#a61e4d", "hatch_width": THIN * 1.5},
        "copy_link": {"fill": "#7a2200", "stroke": "#7a2200", "width": THIN * 1.5},
        "tap": {"fill": INK, "opacity": 0.28},
        "window": {"stroke": INK},
        "ray": {"stroke": INK},
        "kernel": {"fill": "#ffc078", "stroke": INK, "width": THIN * 1.5},
        "output": {"fill": "#96f2d7", "stroke": INK},
        "output_padding": {"fill": "#ffec99", "hatch": "|", "hatch_stroke": "#846200"},
        "output_grid": {"stroke": INK, "width": THIN * 1.5},
        "cropped": {"stroke": GREY, "width": THIN, "dash": DASH / 2},
        "current": {"fill": "#20c997", "stroke": INK, "width": THICK * 2},
        "pending": {"stroke": GREY, "dash": None},
        "label": {"fill": INK},
        "measure": {"stroke": GREY},
        "hidden": {"fill": "#dee2e6", "stroke": INK, "width": THIN * 1.5},
        "stamp": {"fill": "#4dabf7", "opacity": 0.22},
        "sign": {"fill": INK},
        "torn": {"stroke": INK},
        "edge": {"stroke": "#868e96"},
        **_weights(
            (
                *("#ffd8a8", "#ffc9c9", "#eebefa", "#fff3bf", "#d8f5a2", "#99e9f2", "#e9ecef", "#bac8ff", "#fcc2d7"),
                *("#48c090", "#40b8f8", "#a8b0a0", "#f09870", "#b8b058", "#b8a8a8", "#b0f8d8", "#00c0c0", "#f89098"),
                *("#c0a888", "#98b0c0", "#98c078", "#f090c8", "#b0a8c8", "#d0e0c8", "#f0e0f8"),
            ),
            (
                *("#c2410c", "#c92a2a", "#862e9c", "#846200", "#487a06", "#0b7285", "#495057", "#364fc7", "#a61e4d"),
                *("#002800", "#401800", "#300028", "#886880", "#006850", "#484020", "#785848", "#e00898", "#787858"),
                *("#0078c8", "#504060", "#084040", "#300090", "#800010", "#687098", "#000030"),
            ),
        ),
    },
)

SNOW = "#e6edf3"

DARK = derived(
    CLEAR,
    "dark",
    background="#0d1117",
    styles={
        "grid": {"stroke": "#8b949e"},
        "input": {"fill": "#1b4f91", "stroke": SNOW},
        "copy": {"fill": "#14304d", "hatch_stroke": "#79c0ff"},
        "inserted": {"fill": "#2b2350", "hatch_stroke": "#b197fc"},
        "padding": {"fill": "#21262d"},
        "odd_padding": {"fill": "#4a2a10", "hatch_stroke": "#ffa94d"},
        "overhang": {"fill": "#4a1518", "stroke": "#ff8787"},
        "unread": {"hatch_stroke": "#ff8fab"},
        "copy_link": {"fill": "#ffd43b", "stroke": "#ffd43b"},
        "tap": {"fill": "#ffffff", "opacity": 0.2},
        "window": {"stroke": "#ffffff"},
        "ray": {"stroke": SNOW},
        "kernel": {"fill": "#7a4510", "stroke": SNOW},
        "output": {"fill": "#0b4a3c", "stroke": SNOW},
        "output_padding": {"fill": "#4d3d00", "hatch_stroke": "#ffe066"},
        "output_grid": {"stroke": SNOW},
        "cropped": {"stroke": "#8b949e"},
        "current": {"fill": "#177a5e", "stroke": "#ffffff"},
        **{role: {"fill": "#ffffff"} for role in ("input_value", "kernel_value", "output_value")},
        "pending": {"stroke": "#8b949e"},
        "label": {"fill": SNOW},
        "measure": {"stroke": "#8b949e"},
        "hidden": {"fill": "#343b44", "stroke": SNOW},
        "stamp": {"fill": "#2f6fc0", "opacity": 0.2},
        "sign": {"fill": SNOW},
        "torn": {"stroke": SNOW},
        "edge": {"stroke": "#7d8590"},
        **_weights(
            (
                *("#5a3210", "#5c1a1f", "#4a2256", "#4d3d00", "#2d4708", "#0c4650", "#343b44", "#1f2f6e", "#57203a"),
                *("#002010", "#201808", "#006048", "#005890", "#604848", "#505040", "#201828", "#883870", "#884030"),
                *("#504868", "#903048", "#002028", "#301000", "#282800", "#304838", "#181040"),
            ),
            (
                *("#ffa94d", "#ff8787", "#da77f2", "#ffd43b", "#a9e34b", "#66d9e8", "#ced4da", "#91a7ff", "#faa2c1"),
                *("#009050", "#908010", "#d85000", "#00f8c0", "#f00080", "#a0a888", "#289090", "#a88870", "#987090"),
                *("#f8f8c8", "#00a0d8", "#f0c8b8", "#7068f8", "#f02840", "#70a018", "#d8c0f8"),
            ),
        ),
    },
)

BLACK = "#000000"
# digits are unreadable on darker ones
GREYS = (
    *(236, 212, 188, 228, 204, 180, 220, 196, 172, 248, 200, 176, 240, 216, 192, 244),
    *(232, 208, 184, 224, 252, 178, 194, 210, 226),
)

PRINT = derived(
    CLEAR,
    "print",
    styles={
        "grid": {"stroke": "#595959"},
        "input": {"fill": "#c4c4c4", "stroke": BLACK},
        "copy": {"fill": "#e6e6e6", "hatch_stroke": "#595959"},
        "inserted": {"fill": "#ffffff", "hatch_stroke": "#404040"},
        "padding": {"fill": "#ffffff"},
        "odd_padding": {"fill": "#ffffff", "hatch_stroke": "#707070"},
        "overhang": {"fill": "#ffffff", "stroke": BLACK},
        "unread": {"hatch_stroke": "#404040"},
        "copy_link": {"fill": BLACK, "stroke": BLACK},
        "tap": {"fill": BLACK, "opacity": 0.3},
        "window": {"stroke": BLACK, "width": THICK * 1.5},
        "ray": {"stroke": BLACK},
        "kernel": {"fill": "#dadada", "stroke": BLACK},
        "output": {"fill": "#f0f0f0", "stroke": BLACK},
        "output_padding": {"fill": "#ffffff", "hatch_stroke": BLACK},
        "output_grid": {"stroke": BLACK},
        "cropped": {"stroke": "#595959"},
        "current": {"fill": "#b0b0b0", "stroke": BLACK, "width": THICK * 3},
        "pending": {"stroke": "#595959"},
        "label": {"fill": BLACK},
        "measure": {"stroke": "#595959"},
        "hidden": {"fill": "#dadada", "stroke": BLACK},
        "stamp": {"fill": BLACK, "opacity": 0.07},
        "sign": {"fill": BLACK},
        "torn": {"stroke": BLACK},
        "edge": {"stroke": "#8c8c8c"},
        **_weights(
            [f"#{grey:02x}{grey:02x}{grey:02x}" for grey in GREYS],
            # with dashes and widths no two are alike
            [grey for n in range(9) for grey in [(BLACK, "#404040", "#6b6b6b")[(n + n // 3) % 3]] * 3][: len(WEIGHTS)],
        ),
    },
)

# input, output and current are Okabe & Ito's, "Color Universal Design" (2008); the others were chosen so that every two
# fills of a plane
# are at least 10 apart (CIEDE2000) for protan, deutan and tritan vision
COLORBLIND = derived(
    CLEAR,
    "colorblind",
    styles={
        "grid": {"stroke": "#495057"},
        "input": {"fill": "#56b4e9"},
        "copy": {"fill": "#cbe9fc", "hatch_stroke": "#005a8e"},
        "inserted": {"fill": "#fec8cc", "hatch_stroke": "#7d1f52"},
        "padding": {"fill": "#ffffff"},
        "odd_padding": {"fill": "#fff0ab", "hatch_stroke": "#8a5200"},
        "overhang": {"fill": "#f3a579", "stroke": "#7a2500"},
        "unread": {"hatch_stroke": "#7a2500"},
        "copy_link": {"fill": "#4d1500", "stroke": "#4d1500"},
        "kernel": {"fill": "#e0a3c4"},
        "output": {"fill": "#f0e442"},
        "output_padding": {"fill": "#ffffff", "hatch_stroke": BLACK},
        "current": {"fill": "#e69f00"},
        "stamp": {"fill": "#56b4e9"},
    },
)

AUTO = replace(CLEAR, name="auto", dark=DARK)
MOST_BASES = 20  # length of a chain of base themes, in files and tables

THEMES = {
    theme.name: theme
    for theme in (
        CLASSIC,
        CLEAR,
        DARK,
        PRINT,
        COLORBLIND,
        AUTO,
    )
}


def theme_of(value: object, folder: str | os.PathLike[str] = ".") -> Theme:
    """The theme for a name of THEMES, a path of a TOML file (relative to `folder`), a table, or a Theme.

    A table has `base`, the theme that it changes ("clear" if it is left out), and of `background`, `labels`, `dark` and
    the roles what is to be changed: `{"base": "dark", "input": {"fill": "#345678"}}`. Raises ConvanimError for what is
    none of these.
    """
    return _theme(value, Path(folder), ())


def check_letters(theme: Theme, background: str) -> None:
    """Raise ConvanimError if a theme's labels and lines can't be read on this background: black on #333333 has a
    contrast of 1.7, and 3 is the least.
    """

    def seen(other: Theme) -> float:
        return contrast(other.styles["label"].fill or background, background)

    if seen(theme) < LEAST_SHAPE:
        fit = [repr(name) for name, other in THEMES.items() if seen(other) >= LEAST_SHAPE]
        remedy = f"take theme={' or '.join(fit)}, or another background" if fit else "take another background"
        raise ConvanimError(
            f"background={background!r} hides the letters of the theme {short_repr(theme.name)}: their contrast is"
            f" {seen(theme):.1f}, and {LEAST_SHAPE:g} is the least; {remedy}"
        )


def beside(value: object, folder: Path, depth: int = 0) -> object:
    """A theme's name, path or table, with paths resolved from this folder."""
    if isinstance(value, Mapping) and depth <= MOST_BASES:  # deeper ones are refused when they are read
        return {key: beside(one, folder, depth + 1) if key in ("base", "dark") else one for key, one in value.items()}
    return str(Path(folder, value)) if _is_path(value) else value  # type: ignore[arg-type]


def _is_path(value: object) -> bool:
    return isinstance(value, os.PathLike) or (isinstance(value, str) and value.lower().endswith(".toml"))


def _theme(value: object, folder: Path, after: tuple[Path | None, ...]) -> Theme:
    """`after` are the files that led here, with None for a table."""
    if isinstance(value, Theme):
        return value
    if len(after) > MOST_BASES:  # or a table that contains itself
        raise ConvanimError(f"a theme has more than {MOST_BASES} bases: use the name of a theme as its base")
    if isinstance(value, Mapping) and value:
        return _of_table(dict(value), value.get("name", "custom"), folder, (*after, None))
    if _is_path(value):
        path = Path(folder, value)  # type: ignore[arg-type]
        table, place = _read(path), path.resolve()
        if place in after:
            raise ConvanimError(
                f"theme {short_repr(str(path))} leads back to itself: take the name of a theme as its base"
            )
        return _of_table(table, path.stem, path.parent, (*after, place))
    if not isinstance(value, str) or value not in THEMES:
        raise expected_one_of("theme", value, THEMES)
    return THEMES[value]


def _of_table(table: dict[str, Any], name: str, folder: Path, after: tuple[Path | None, ...]) -> Theme:
    table.pop("name", None)
    if not isinstance(name, str):
        raise ConvanimError(f"theme {short_repr(name)}: a theme's name is text; write it in quotes")
    base = _theme(table.pop("base", "clear"), folder, after)
    rest: dict[str, Any] = {}
    if "background" in table:
        ground = table.pop("background")
        rest |= {"transparent": True} if isinstance(ground, str) and ground == "transparent" else {"background": ground}
    if "labels" in table:
        given = table.pop("labels")
        words = given.split(",") if isinstance(given, str) else given
        if not isinstance(words, list | tuple) or not all(isinstance(one, str) for one in words):
            raise ConvanimError(
                f'theme {name!r} has labels={short_repr(given)}: give "all", "none", or a list of names such as'
                ' ["step", "legend"]'
            )
        rest["labels"] = tuple(word.strip() for word in words)
    if "dark" in table:
        rest["dark"] = _theme(table.pop("dark"), folder, after)
    return derived(base, name, table, **rest)


def _read(path: Path) -> dict[str, Any]:
    place = f"theme {short_repr(str(path))}"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConvanimError(f"{place} is not TOML: {error}") from None
    except (OSError, ValueError) as error:  # a name with a NUL, or an impossible file name
        raise ConvanimError(
            f"can't read the {place}: {getattr(error, 'strerror', None) or error}; give the path of a TOML file"
        ) from None
    return toml(text, place)


def toml(text: str, place: str) -> dict[str, Any]:
    """The tables of a text in TOML; raises ConvanimError, with the place, for another text, and for one that Python
    can't read: with whole numbers of thousands of digits, or tables in tables without end.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConvanimError(f"{place} is not TOML: {error}") from None
    except RecursionError:
        raise ConvanimError(
            f"{place} is not TOML that Python can read: its tables or lists are nested too deeply"
        ) from None
    except ValueError:  # of int, which refuses more digits
        digits = sys.get_int_max_str_digits()
        raise ConvanimError(f"{place} has a whole number of more than {digits} digits: take a smaller one") from None

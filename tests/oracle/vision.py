"""How well a theme can be seen, by ColorAide, which knows nothing of the package: contrasts after WCAG 2.1, colours as
others see them.

`python tests/oracle/vision.py` prints the numbers of every theme as JSON; `make bench` makes rows of them, the tests
hold the themes to limits.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from functools import cache, partial

from coloraide import Color

from convanim.themes.table import THEMES

TEXT, SHAPE = 4.5, 3.0  # WCAG 2.1, 1.4.3 and 1.4.11 (level AA)
# CIEDE2000. About 1 is seen where two large fields touch; cells are small, lie apart and are looked up in a legend, so
# several times
# that. The guide's blue and cyan, alike but for the hue, are 3.9 to 6.4 apart for tritan vision, its cyan and its
# veiled cyan 15
APART = 8.0
STEP = 1.5  # dashes and widths are told apart where one is this many times the other

PADDED = ("input", "copy", "inserted", "padding", "odd_padding")  # cells that have a value, and that windows read
PLANES = {
    "input": (*PADDED, "overhang", "unread"),
    "output": ("output", "output_padding", "current", "cropped", "pending"),
}
# whose lines are the edges of a cell that has no stroke of its own
EDGES = {**dict.fromkeys(PADDED[1:], "grid"), "output": "output_grid", "output_padding": "output_grid", "tap": "window"}

UNDER = " under the veil"
ON = ("background", *PADDED)
VEILED = tuple(name + UNDER for name in ON)
WEIGHT_CELLS = tuple(
    f"weight_{n}" for n in range(1, 26)
)  # hold a text each, which tells them apart; their colours only help
STAMPS = tuple(f"{n} stamps" for n in (1, 4, 9))  # veils that add up over the background: how many is written on them

# what lies on what: role -> the surfaces on which its ink must be seen
TEXTS = {
    "label": ("background",),
    "input_value": (*ON, *VEILED),
    "kernel_value": (*VEILED, "kernel", *WEIGHT_CELLS, *(name + UNDER for name in WEIGHT_CELLS)),
    "output_value": ("output", "output_padding", "current", "background", *STAMPS),
    "sign": ("background",),
}
SHAPES = {
    ("grid", "stroke"): (
        "background",
        *PADDED[1:],
    ),  # cells of the input have edges of their own, those under the veil the window's
    ("input", "stroke"): ("input", "background"),
    ("kernel", "stroke"): ("kernel", "background"),
    ("window", "stroke"): (*ON, *VEILED, "overhang"),
    ("ray", "stroke"): (*ON, *VEILED, "overhang"),
    ("output_grid", "stroke"): ("output", "output_padding", "background", "hidden"),
    ("torn", "stroke"): (*PADDED, "output", "hidden", "overhang", "background"),  # what goes on inside, nothing outside
    ("hidden", "stroke"): ("hidden", "background"),
    ("edge", "stroke"): ("background",),
    **{(f"edge_{n}", "stroke"): ("background",) for n in range(1, 26)},
    ("current", "stroke"): ("output", "output_padding", "background"),
    ("pending", "stroke"): ("background",),
    ("cropped", "stroke"): ("background",),
    ("measure", "stroke"): ("background",),
    ("overhang", "stroke"): ("overhang", "background"),
    ("copy_link", "stroke"): (
        "input",
        "copy",
        "input" + UNDER,
        "copy" + UNDER,
    ),
    ("copy_link", "fill"): ("input", "input" + UNDER),
    ("copy", "hatch_stroke"): ("copy", "copy" + UNDER),
    ("inserted", "hatch_stroke"): ("inserted", "inserted" + UNDER),
    ("odd_padding", "hatch_stroke"): ("odd_padding", "odd_padding" + UNDER),
    ("unread", "hatch_stroke"): ON,
    ("output_padding", "hatch_stroke"): ("output_padding",),
}

VISIONS = {
    "normal": None,
    **{
        f"{kind} ({method})": (kind, {"method": method})
        for kind in ("protan", "deutan", "tritan")
        for method in ("machado", "brettel")
    },
    "grey": ("grayscale", {"space": "srgb-linear"}),  # in linear light, where it keeps the luminance
}
IMPAIRED = [name for name in VISIONS if name not in ("normal", "grey")]


@cache
def contrast(one, other):
    """WCAG's contrast of two colours, 1 to 21."""
    return Color(one).contrast(other, method="wcag21")


@cache
def over(top, opacity, below):
    """What a colour looks like over another: mixed in sRGB, as browsers and Agg do."""
    return Color.layer([Color(top).set("alpha", opacity), Color(below)], space="srgb").to_string(hex=True)


@cache
def as_seen(colour, vision):
    """A colour as it looks in one of VISIONS: another colour of a screen."""
    if VISIONS[vision] is None:
        return Color(colour)
    kind, options = VISIONS[vision]
    return Color(colour).filter(kind, 1, **options).convert("srgb").clip()


@cache
def distance(one, other, vision="normal"):
    """How far two colours are apart in one of VISIONS, by CIEDE2000."""
    return as_seen(one, vision).delta_e(as_seen(other, vision), method="2000")


def fills(theme):
    """The fills of a theme's cells as they are seen: role -> colour."""
    roles = [role for roles in PLANES.values() for role in roles if role in theme.styles and theme.styles[role].fill]
    return {role: over(style.fill, style.opacity, theme.background) for role in roles for style in [theme.styles[role]]}


def surfaces(theme):
    """All that something can lie on: its name -> colour."""
    others = {
        role: over(style.fill, style.opacity, theme.background)
        for role in ("hidden", "kernel", *WEIGHT_CELLS)
        for style in [theme.styles[role]]
        if style.fill
    }
    found = {
        "background": theme.background,
        **fills(theme),
        **others,
        **dict(zip(STAMPS, map(partial(stamped, theme), (1, 4, 9)), strict=True)),
    }
    return found | {name + UNDER: veiled(theme, found[name]) for name in (*ON, *WEIGHT_CELLS) if name in found}


def stamped(theme, times):
    """The background under as many veils of a stamp."""
    colour, stamp = theme.background, theme.styles["stamp"]
    for _ in range(times if stamp.fill else 0):
        colour = over(stamp.fill, stamp.opacity, colour)
    return colour


def veiled(theme, colour):
    tap = theme.styles["tap"]
    return over(tap.fill, tap.opacity, colour) if tap.fill else colour


def text_contrasts(theme):
    """ "role on surface" -> contrast, for all texts."""
    known, found = surfaces(theme), {}
    for role, names in TEXTS.items():
        style = theme.styles[role]
        for name in filter(known.get, names):
            found[f"{role} on {name}"] = _contrast(
                theme, known, name, style.fill, style.opacity, still=role == "input_value"
            )
    return found


def shape_contrasts(theme):
    """ "role's ink on surface" -> contrast, for all that tells something by its shape; a line that has no width can't
    be seen.
    """
    known, found = surfaces(theme), {}
    for (role, ink), names in SHAPES.items():
        style = theme.styles.get(role)
        if style and (ink != "hatch_stroke" or style.hatch):
            colour = getattr(style, ink) if ink == "fill" or getattr(style, ink.replace("stroke", "width")) else None
            found |= {
                f"{role}'s {ink} on {name}": _contrast(theme, known, name, colour, still=ink == "hatch_stroke")
                for name in names
                if name in known
            }
    return found


def _contrast(theme, known, name, ink, opacity=1.0, *, still):
    """The contrast of an ink, None for none, on a surface; what stands still is below the veil, which then changes it
    too.
    """
    if ink is None:
        return 1.0
    if still and name.endswith(UNDER):
        return contrast(veiled(theme, over(ink, opacity, known[name.removesuffix(UNDER)])), known[name])
    return contrast(over(ink, opacity, known[name]), known[name])


def distances(theme, vision, pairs):
    """ "role and role" -> how far apart their fills are, for those of the pairs that have both."""
    known = fills(theme)
    return {
        f"{one} and {other}": distance(known[one], known[other], vision)
        for one, other in pairs
        if one in known and other in known
    }


WITHIN = [pair for roles in PLANES.values() for pair in itertools.combinations(roles, 2)]
ACROSS = [("input", "output")]


def classics(theme):
    """What was measured of the guide's own figures, MEASURED in test_themes.py."""
    known = surfaces(theme)
    return {
        "input to output": contrast(known["input"], known["output"]),
        "input to veiled input": contrast(known["input"], known["input" + UNDER]),
        "output to current output": contrast(known["output"], known["current"]),
        "digits under the veil on input": text_contrasts(theme)["input_value on input" + UNDER],
    }


@dataclass(frozen=True)
class Signature:
    """What is left of a role's look in one colour."""

    hatch: str | None
    filled: bool
    dash: float  # of its edge, 0 for a solid one
    width: float  # of its edge, 0 for none
    linked: bool  # by lines to other cells


def signature(theme, role):
    style, edge = theme.styles[role], theme.styles[EDGES.get(role, role)]
    seen = edge.stroke is not None and edge.width > 0
    return Signature(
        style.hatch,
        style.fill is not None,
        (edge.dash or 0) if seen else 0,
        edge.width if seen else 0,
        linked=f"{role}_link" in theme.styles,
    )


def differences(one, other):
    """The ways in which two signatures differ, enough to be seen."""
    ways = {
        "hatch": one.hatch != other.hatch,
        "fill": one.filled != other.filled,
        "dash": _unlike(one.dash, other.dash),
        "width": _unlike(one.width, other.width),
        "links": one.linked != other.linked,
    }
    return {way for way, differ in ways.items() if differ}


def _unlike(one, other):
    low, high = sorted((one, other))
    return high > 0 and high >= STEP * low


def low(values, least):
    return [f"{name}: {value:.2f}, must be {least:g}" for name, value in values.items() if value < least]


def text_faults(theme):
    return low(text_contrasts(theme), TEXT)


def shape_faults(theme):
    return low(shape_contrasts(theme), SHAPE)


def signature_faults(theme, pairs=WITHIN):
    return [
        f"{one} and {other}: nothing but colour tells them apart"
        for one, other in pairs
        if {one, other} <= theme.styles.keys() and not differences(signature(theme, one), signature(theme, other))
    ]


def veil_faults(theme, vision):
    """The cells on which the veil can't be seen."""
    known = surfaces(theme)
    return low(
        {f"{name} and{UNDER}": distance(known[name], known[name + UNDER], vision) for name in ON if name in known},
        APART,
    )


def vision_faults(theme, vision):
    """The pairs of roles of a plane that neither their fills nor anything else tell apart."""
    known = distances(theme, vision, WITHIN)
    close = [pair for pair in WITHIN if known.get(" and ".join(pair), 0) < APART]
    return [
        f"{line}, nor do their fills ({known.get(line.split(':')[0], 0):.2f}, must be {APART:g})"
        for line in signature_faults(theme, close)
    ]


def fill_faults(theme, vision):
    """The pairs of roles that fills alone don't tell apart."""
    return low(distances(theme, vision, [*WITHIN, *ACROSS]), APART)


def least(values):
    name = min(values, key=values.get)
    return round(values[name], 4), name


def measured(theme):
    """The least of each, as (value, where)."""
    return {
        "text": least(text_contrasts(theme)),
        "shape": least(shape_contrasts(theme)),
        "apart": {vision: least(distances(theme, vision, [*WITHIN, *ACROSS])) for vision in VISIONS},
        "classics": {name: round(value, 4) for name, value in classics(theme).items()},
    }


def main():
    print(json.dumps({name: measured(theme) for name, theme in THEMES.items() if theme.dark is None}, indent=1))


if __name__ == "__main__":
    main()

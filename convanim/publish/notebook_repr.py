"""The display of a clip in notebooks: the animated SVG, a picture for pages without SVG, and a line of text."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

from ..errors import ConvanimError
from ..progress import shown
from ..write import FORMATS, check_cost, pictures

if TYPE_CHECKING:
    from ..clip import Clip

MOST_BYTES = 2_000_000  # limit for an SVG, which is stored in the notebook
MOST_STEPS = 10_000
MOST_LETTERS = 120  # limit for the title in the line of text

SVG, PNG, PLAIN = "image/svg+xml", "image/png", "text/plain"


def line(clip: Clip) -> str:
    """The clip in one line: "Animation of 9 steps, 392 x 507 px: Convolution of a 5x5 input, kernel 3x3"."""
    steps, (width, height) = len(clip), clip.size
    title = " ".join(clip.scene.title.split())
    title = title if len(title) <= MOST_LETTERS else f"{title[: MOST_LETTERS - 1]}…"
    return (
        f"Animation of {steps:,} step{'s' if steps != 1 else ''}, {width} x {height} px{': ' if title else ''}{title}"
    )


def svg(clip: Clip) -> str | None:
    """The animated SVG, or None if it is too large for a notebook or has too many steps."""
    clip = clip.played
    if len(clip) > MOST_STEPS:
        return None
    with shown(None, "figure") as told:
        text = pictures.animated_svg(clip, told)
    return text if len(text.encode()) <= MOST_BYTES else None


def png(clip: Clip) -> bytes | None:
    """The poster as a PNG, or None if it is too large to draw."""
    try:
        check_cost(clip, FORMATS[".png"].bytes_a_pixel)
    except ConvanimError:
        return None
    return pictures.png(clip, clip.poster)


def bundle(
    clip: Clip, include: Container[str] | None = None, exclude: Container[str] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data, metadata) by MIME type, for IPython. `include` and `exclude` select the types."""
    made: dict[str, Any] = {}
    for kind, make in (SVG, svg), (PNG, png), (PLAIN, line):
        if (
            (include is None or kind in include)
            and not (exclude and kind in exclude)
            and (content := make(clip)) is not None
        ):
            made[kind] = content
    width, height = clip.size
    return made, {kind: {"width": width, "height": height} for kind in made if kind != PLAIN}

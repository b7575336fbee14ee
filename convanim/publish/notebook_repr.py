"""What a notebook shows of a clip: the moving SVG, the picture of one step where that isn't shown, and a line of
text.
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

from ..errors import ConvanimError
from ..progress import shown
from ..write import FORMATS, check_cost, pictures

if TYPE_CHECKING:
    from ..clip import Clip

MOST_BYTES = 2_000_000  # of an SVG: it is stored in the notebook
MOST_STEPS = 10_000
MOST_LETTERS = 120  # of a title in one line

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
    """The moving SVG; None for one that is too large for a notebook, or has too many steps."""
    clip = clip.played
    if len(clip) > MOST_STEPS:
        return None
    with shown(None, "figure") as told:
        text = pictures.animated_svg(clip, told)
    return text if len(text.encode()) <= MOST_BYTES else None


def png(clip: Clip) -> bytes | None:
    """The picture of the poster's step as a PNG; None for one that is too large to draw."""
    try:
        check_cost(clip, FORMATS[".png"].bytes_a_pixel)
    except ConvanimError:
        return None
    return pictures.png(clip, clip.poster)


def bundle(
    clip: Clip, include: Container[str] | None = None, exclude: Container[str] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data, metadata) by MIME type, as IPython asks for them; `include` and `exclude` are the types that are wanted,
    or aren't.
    """
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

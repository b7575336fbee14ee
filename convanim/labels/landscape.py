"""The layout "landscape": a page of 16:9, as slides and screens are, with the texts beside the figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import fsum

from ..scene import Box, Text
from ..themes.theme import BORDER
from . import SLIDE
from .equation import LOOKED_AT
from .layout import Arranged, Block, LabelContext, Placed
from .placing import APART, blocks_of, portrait

GAP, MARGIN = 2.0, 1.0  # from the figure to the texts beside it, and around all, in ems
COLUMN, WIDER, WIDENED = 16, 1.15, 8  # the least width of the texts in ems, and how much and how often it grows


def landscape(context: LabelContext, names: tuple[str, ...], box: Box) -> Arranged:
    """The texts at the right of the figure in its box, or above and below it where the page is smaller then, as with
    figures that are wide themselves. The page is as small as can be.
    """
    page, placed = portrait(context, names, box)
    below = _framed(context, page, placed)
    return below if not placed else min((*_beside(context, names, box), below), key=lambda one: round(one[0].width, 6))


def _beside(context: LabelContext, names: tuple[str, ...], box: Box) -> Iterator[Arranged]:
    """The texts in columns of several widths, from the one that a page as high as the figure has room for. A legend has
    a row for each of its entries, if the page isn't larger for that.
    """
    em = context.em
    room = max(SLIDE * (box.height + 2 * MARGIN * em) - box.width - (GAP + 2 * MARGIN) * em, COLUMN * em)
    for _ in range(WIDENED):
        for listed in (True, False):
            blocks = [block for _, block in blocks_of(replace(context, room=room, listed=listed), names)]
            page, height = _column(context, box, blocks)
            yield page
            if height + 2 * BORDER <= box.height:
                return  # wider texts would only make the page wider
        room *= WIDER


def _column(context: LabelContext, box: Box, blocks: list[Block]) -> tuple[Arranged, float]:
    """The texts below each other, at the right of the box, and their height: their middle is at that of the box."""
    apart = APART * context.em
    height = fsum(block.height + apart for block in blocks) - apart
    left, top = box.x + box.width - BORDER + GAP * context.em, box.y + (box.height - height) / 2
    placed: Placed = []
    for block in blocks:
        placed.append(((left, top), block))
        top += block.height + apart
    high = max(box.height, height + 2 * BORDER)
    right = left + max(_width(context, block) for block in blocks) + BORDER
    return _framed(context, Box(box.x, box.y - (high - box.height) / 2, right - box.x, high), placed), height


def _width(context: LabelContext, block: Block) -> float:
    """The width of a text. For a text that changes, the largest width of all steps, unless there are many."""
    if block.moving is None or context.scene.steps > LOOKED_AT:
        return block.width
    texts = [text for step in range(context.scene.steps) for text in block.moving(step) if isinstance(text, Text)]
    return max((text.at[0] + min(context.length(text.text), text.width) / 2 for text in texts), default=0.0)


def _framed(context: LabelContext, box: Box, placed: Placed) -> Arranged:
    """The page around the middle of a box, with a margin."""
    margin = MARGIN * context.em if placed else 0.0
    width = max(box.width + 2 * margin, SLIDE * (box.height + 2 * margin))
    height = width / SLIDE
    return Box(box.x - (width - box.width) / 2, box.y - (height - box.height) / 2, width, height), placed

"""Readable colours: relative luminance and contrast as defined by WCAG 2.2."""

from __future__ import annotations

LEAST_CONTRAST = 4.5  # of a text and the colour below it
LEAST_SHAPE = 3.0  # of a line or a large letter and the colour below it
BLACK, WHITE = "#000000", "#ffffff"


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, from 0 for black to 1 for white."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in bytes.fromhex(colour[1:]))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 for the same to 21 for black and white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def blended(below: str, above: str, opacity: float) -> str:
    """The result of drawing a colour over another with an opacity from 0 to 1."""
    pairs = zip(bytes.fromhex(below[1:]), bytes.fromhex(above[1:]), strict=True)
    return "#" + bytes(round(low + (high - low) * opacity) for low, high in pairs).hex()


def readable(wanted: str | None, below: str) -> str:
    """The requested text colour if it is readable on the colour below; otherwise black or white, whichever has more
    contrast. One of the two always has at least 4.58.
    """
    if wanted and contrast(wanted, below) >= LEAST_CONTRAST:
        return wanted
    return max(BLACK, WHITE, key=lambda colour: contrast(colour, below))

"""Animated PNG: lossless, with half-transparent edges, frame by frame; each holds only what it changes (PNG
specification, third edition, 11.3.6).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

from ..errors import ConvanimError
from ..progress import Progress
from ..render.png import chunk
from .frame_diff import Change, changes

if TYPE_CHECKING:
    from ..clip import Clip

SIGNATURE = b"\x89PNG\r\n\x1a\n"
UNITS = (1000, 100, 10, 1)  # parts of a second in which a time may be counted
MOST = 0xFFFF  # of them
SOURCE, OVER = 0, 1  # whether a frame takes the place of what is there, or is laid over it
INCH = 0.0254  # in metres, in which PNG says its resolution


def write(clip: Clip, file: BinaryIO, progress: Progress | None) -> None:
    """Write the whole clip. A program without animation support shows the first step."""
    per_metre = round(clip.dpi / INCH)
    file.write(SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", *clip.size, 8, 6, 0, 0, 0)))  # 8 bits of RGBA
    file.write(
        chunk(b"acTL", struct.pack(">II", len(clip), clip.loop))
        + chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    )
    order = 0
    for change in changes(clip, progress):
        file.write(chunk(b"fcTL", struct.pack(">I", order) + _control(change)))
        data = _data(change)
        if order == 0:  # the first frame is the picture of programs that know no animation
            file.write(b"".join(chunk(b"IDAT", part) for part in data))
            order = 1
        else:
            parts = [struct.pack(">I", order + n) + part for n, part in enumerate(data, 1)]
            file.write(b"".join(chunk(b"fdAT", part) for part in parts))
            order += 1 + len(parts)
    file.write(chunk(b"IEND", b""))


def check(clip: Clip) -> None:
    """Raise ConvanimError for times that an APNG can't store."""
    for word, ms in (("step_ms", clip.step_ms), ("step_ms and hold_ms", clip.duration(len(clip) - 1))):
        if not any(ms * unit % 1000 == 0 and ms * unit // 1000 <= MOST for unit in UNITS):
            raise ConvanimError(
                f"{word} make a frame of {ms} ms: an APNG counts to {MOST} ms, or in tenths of a second to {MOST // 10}"
                " s; take a multiple of 1000, or write .svg"
            )


def _control(change: Change) -> bytes:
    """The place, time and disposal of a frame."""
    height, width = change.pixels.shape[:2]
    unit = next(unit for unit in UNITS if change.ms * unit % 1000 == 0 and change.ms * unit // 1000 <= MOST)
    return struct.pack(
        ">IIIIHHBB",
        width,
        height,
        change.left,
        change.top,
        change.ms * unit // 1000,
        unit,
        0,
        OVER if change.over else SOURCE,
    )


def _data(change: Change) -> list[bytes]:
    """The compressed pixels, as Pillow writes them."""
    picture = io.BytesIO()
    Image.fromarray(change.pixels).save(picture, "PNG")
    return [data for name, data in _chunks(picture.getvalue()) if name == b"IDAT"]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12

"""WebP: lossless, still or animated, frame by frame; each holds only what it changes (RFC 9649)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image

from ..errors import ConvanimError
from ..progress import Progress, counted
from .frame_diff import Change, Pixels, changes

if TYPE_CHECKING:
    from ..clip import Clip

LARGEST_SIDE = 16_383
EFFORT = {"lossless": True, "method": 2, "quality": 50}  # higher values are slower and save nothing for figures
ALPHA, ANIMATED = 0x10, 0x02  # flags of the file
IN_PLACE = 0x02  # a frame that takes the place of what is there
ONE_PICTURE = (b"VP8L", b"ALPH", b"VP8 ")  # the chunks that hold pixels


def write(clip: Clip, file: BinaryIO, progress: Progress | None) -> None:
    """Write the whole clip."""
    if len(clip) == 1:
        file.writelines(stills(clip, counted([0], progress)))
        return
    width, height = clip.size
    head = struct.pack("<B3x", ALPHA | ANIMATED) + _three(width - 1) + _three(height - 1)
    file.write(b"RIFF\0\0\0\0WEBP" + _chunk(b"VP8X", head) + _chunk(b"ANIM", struct.pack("<4xH", clip.loop)))
    for change in changes(clip, progress, grid=2):
        file.write(_chunk(b"ANMF", _frame(change)))
    length = file.tell() - 8
    file.seek(4)
    file.write(struct.pack("<I", length))


def stills(clip: Clip, steps: Iterator[int]) -> Iterator[bytes]:
    """The given steps as a picture each."""
    canvas = clip.canvas()
    for step in steps:
        yield _encoded(canvas.picture(step))


def check(clip: Clip) -> None:
    """Raise ConvanimError for sides that are too long."""
    if max(clip.size) > LARGEST_SIDE:
        width, height = clip.size
        raise ConvanimError(
            f"the picture would be {width}x{height} pixels, and a WebP's side has at most {LARGEST_SIDE}: take a"
            " smaller dpi"
        )


def _frame(change: Change) -> bytes:
    """Where a frame lies, for how long it is seen, and its pixels."""
    height, width = change.pixels.shape[:2]
    place = b"".join(map(_three, (change.left // 2, change.top // 2, width - 1, height - 1, change.ms)))
    pixels = [_chunk(name, data) for name, data in _chunks(_encoded(change.pixels)) if name in ONE_PICTURE]
    return place + bytes([0 if change.over else IN_PLACE]) + b"".join(pixels)


def _encoded(pixels: Pixels) -> bytes:
    """The pixels as a WebP file of their own, as Pillow writes it."""
    picture = io.BytesIO()
    Image.fromarray(pixels).save(picture, "WEBP", **EFFORT)
    return picture.getvalue()


def _chunks(webp: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at < len(webp):
        (length,) = struct.unpack_from("<I", webp, at + 4)
        yield webp[at : at + 4], webp[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _three(value: int) -> bytes:
    return value.to_bytes(3, "little")

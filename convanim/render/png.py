"""A raster as a PNG file, with the standard library alone (PNG specification, third edition)."""

from __future__ import annotations

import struct
import zlib

from ..scene import Raster

GREY, RGB = 0, 2  # colour types
COLOUR_TYPES = {1: GREY, 3: RGB}


def png(raster: Raster) -> bytes:
    """The pixels as a PNG of `columns` x `rows`, 8 bits a channel."""
    header = struct.pack(">IIBBBBB", raster.columns, raster.rows, 8, COLOUR_TYPES[raster.channels], 0, 0, 0)
    wide = raster.columns * raster.channels
    rows = b"".join(b"\0" + raster.pixels[n : n + wide] for n in range(0, len(raster.pixels), wide))  # 0: no filter
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG: length, kind, data and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

"""Reads GIFs: frames by ffmpeg, which shares nothing with the package, and blocks one after the other."""

from __future__ import annotations

import struct
import subprocess

import imageio_ffmpeg
import numpy as np

from oracle.pictures import flat_areas, largest


def decoded(path, size, pixels="rgb24"):
    """All frames of a GIF as ffmpeg's decoder has them: uint8 (frames, height, width, 3), or 4 where the pixels are
    "rgba".
    """
    raw = subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            "-v",
            "error",
            "-i",
            str(path),
            "-fps_mode",
            "passthrough",
            "-f",
            "rawvideo",
            "-pix_fmt",
            pixels,
            "-",
        ],
        capture_output=True,
        check=True,
    ).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], len(pixels.rstrip("24")))


def gif_blocks(data):
    """(size, loops, frames) of a GIF, read block by block; frames are (delay in ticks, disposal, (left, top, width,
    height)).

    `loops` is None without the extension that asks for it, and 0 for ever.
    """
    assert data[:6] == b"GIF89a"
    width, height, flags = struct.unpack("<HHB", data[6:11])
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    loops, frames, delay, disposal = None, [], None, None

    def sub_blocks():
        nonlocal at
        joined = b""
        while length := data[at]:
            joined += data[at + 1 : at + 1 + length]
            at += 1 + length
        at += 1
        return joined

    while (kind := data[at]) != 0x3B:
        if kind == 0x21:
            label = data[at + 1]
            at += 2
            body = sub_blocks()
            if label == 0xF9:
                disposal, delay = body[0] >> 2 & 7, struct.unpack("<H", body[1:3])[0]
            elif label == 0xFF and body[:11] == b"NETSCAPE2.0":
                loops = struct.unpack("<H", body[12:14])[0]
        else:
            assert kind == 0x2C, f"no block begins with {kind:#x}"
            *place, flags = struct.unpack("<HHHHB", data[at + 1 : at + 10])
            at += 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0) + 1
            sub_blocks()
            frames.append((delay, disposal, tuple(place)))
    assert at == len(data) - 1, "something stands after the end"
    return (width, height), loops, frames


def gif_faults(path, a):
    """What is wrong with the pixels of a GIF of an animation: the number of frames, distances over 24, flat colours
    that aren't exact.
    """
    frames = decoded(path, a.size)
    if len(frames) != len(a):
        return {"frames": len(frames)}
    found = {}
    for step, pixels in enumerate(frames):
        true = a.frame(step)
        far = largest(np.abs(pixels.astype(np.int16) - true))
        if far.max() > 24:
            found[step] = f"{far.max()} of 255 off"
        elif far[flat_areas(true)].any():
            found[step] = "a flat colour isn't exact"
    return found

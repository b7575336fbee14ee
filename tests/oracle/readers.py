"""Pictures of files, made by programs that share nothing with the package: Pillow, FFmpeg, resvg and PDFium."""

from __future__ import annotations

import subprocess

import imageio_ffmpeg
import numpy as np
import pypdfium2
from PIL import Image

from .rasteriser import rasterised


def read_back(path, size, step):
    """A step of a file as uint8 (height, width, 3), `size` (width, height) in pixels; an SVG has one step alone."""
    return READERS[path.suffix](path, size, step)


def _pillow(path, size, step):
    with Image.open(path) as picture:
        if getattr(picture, "n_frames", 1) > 1:
            picture.seek(step)
        return np.asarray(picture.convert("RGB"))


def _ffmpeg(path, size, step):
    order = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(path),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    raw = subprocess.run(order, capture_output=True, check=True).stdout
    width, height = (side + side % 2 for side in size)  # videos have even sides
    frames = np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)
    seconds = len(frames) // 3
    return frames[step * seconds + seconds // 2, : size[1], : size[0]]


def _resvg(path, size, step):
    return rasterised(path.read_text(encoding="utf-8"))


def _pdfium(path, size, step):
    document = pypdfium2.PdfDocument(str(path))
    try:
        page = document[min(step, len(document) - 1)]
        return np.asarray(page.render(scale=(size[0] - 1e-3) / page.get_size()[0]).to_pil().convert("RGB"))
    finally:
        document.close()


READERS = {
    **dict.fromkeys((".png", ".apng", ".gif", ".webp"), _pillow),
    **dict.fromkeys((".mp4", ".webm"), _ffmpeg),
    ".svg": _resvg,
    ".pdf": _pdfium,
}

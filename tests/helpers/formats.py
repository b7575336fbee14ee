"""Figures and times that all formats are tried on."""

from __future__ import annotations

import convanim as ca

FIGURES = {
    "classic": lambda **look: ca.figure("padding_strides", **look),
    "labels": lambda **look: ca.figure("numerical_padding_strides_explained", **look),
    "dark": lambda **look: ca.animate(ca.Conv((3, 5), 2), theme="dark", reveal=True, **look),
    "hatches": lambda **look: ca.animate(ca.ConvTranspose(2, 3, stride=2), theme="print", **look),
    "transparent": lambda **look: ca.animate(ca.Conv(4, 3), theme="clear", background="transparent", **look),
    "stamps": lambda **look: ca.figure("even_stamps", **look),
    "thin": lambda **look: ca.figure("wavenet", **look),
    "Chinese": lambda **look: ca.figure("chinese", **look),
    "one step": lambda **look: ca.animate(ca.Conv(3, 3), **look),
    "odd and even sides": lambda **look: ca.animate(ca.Conv((3, 4), 2), dpi=83, **look),
}


TIMES = {
    "usual": {},
    "held": {"step_ms": 250, "hold_ms": 750},
    "three times": {"loop": 3},
    "once": {"loop": 1, "step_ms": 40, "hold_ms": 20},
}


LOSSLESS, VIDEOS = (".apng", ".webp"), (".mp4", ".webm")


def saved(tmp_path, a, suffix):
    return a.save(tmp_path / f"x{suffix}")[0]


def seen(pixels):
    """RGBA pixels with what can't be seen as nothing."""
    pixels = pixels.copy()
    if pixels.shape[-1] == 4:
        pixels[pixels[..., 3] == 0] = 0
    return pixels

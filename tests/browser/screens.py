"""What is seen of a page, and what is wrong with it for those who don't see it."""

from __future__ import annotations

import io

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from oracle.pictures import differences


def violations(page):
    """What axe-core finds against WCAG and good practice; it loads no style sheets itself, which a browser refuses to
    pages from a folder.
    """
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:120]}" for one in found]


def pictured(element):
    """An element as it is seen: uint8 (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(element.screenshot())).convert("RGB"))


# of a tile that may differ: the browser draws lines that are thinner than a pixel in another way, and lays pictures
# between pixels
SHARE = 0.3


def apart(element, a, step):
    """What tells an element from the frame of a step; an empty dict where they look the same. The rounded corners don't
    count.
    """
    one, other = pictured(element), a.frame(step)
    height, width = (min(sizes) for sizes in zip(one.shape[:2], other.shape[:2], strict=True))
    assert abs(one.shape[0] - other.shape[0]) <= 1 and abs(one.shape[1] - other.shape[1]) <= 1, (one.shape, other.shape)
    inside = np.s_[8 : height - 8, 8 : width - 8]
    found = differences(one[inside], other[inside])
    return {what: value for what, value in found.items() if what == "flat" or (what == "tile" and value > SHARE)}

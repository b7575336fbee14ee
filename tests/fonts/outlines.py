"""Makes the table of outlines that ships in convanim/render/fonts: all letters of Computer Modern (cmr10) and of the
subset of Noto Sans in this folder, and from matplotlib's other fonts the signs that these two lack.

    python tests/fonts/outlines.py

Needed after tests/fonts/subset.py, and when `FACES` in convanim/render/glyphs.py changes. The fonts' licences are
beside the table. The same fonts give the same bytes.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import matplotlib
from matplotlib.ft2font import FT2Font, LoadFlags

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from subset import characters  # noqa: E402

from convanim.render.glyphs import FACES  # noqa: E402
from convanim.render.outlines import TABLE  # noqa: E402

TARGET = ROOT / "convanim" / "render" / "fonts" / TABLE
SIGNS = "\N{PRIME}\N{RIGHTWARDS ARROW OVER LEFTWARDS ARROW}"  # of formulas and the pair view, from DejaVu Sans
WHOLE = ("cmr10.ttf", "NotoSansSC-subset.otf")  # a letter that these have is never looked for in the font behind them
COMMANDS = {1: ("M", 1), 2: ("L", 1), 3: ("Q", 2), 4: ("C", 3), 79: ("Z", 0)}  # matplotlib.path.Path's codes
UNITS = 64  # FreeType's units in a pixel, and an em has 1,000 pixels


def opened(name: str) -> FT2Font:
    font = FT2Font(str(HERE / name if (HERE / name).exists() else Path(matplotlib.get_data_path(), "fonts/ttf", name)))
    font.set_size(1000, 72)
    return font


def wanted() -> set[tuple[str, int]]:
    """The letters of the table: a font's file and the place in it."""
    fonts = {name: opened(name) for face in FACES.values() for name in face.fonts}
    letters = {(name, code) for name in WHOLE for code in fonts[name].get_charmap()}
    letters |= {place for face in FACES.values() for place in face.elsewhere.values()}
    asked = {ord(c) for c in characters() | set(SIGNS)}
    return letters | {(name, code) for name in fonts for code in asked if fonts[name].get_char_index(code)}


def line(font: FT2Font, code: int) -> str:
    """An advance and a path, as convanim/render/outlines.py reads them."""
    advance = font.load_char(code, flags=LoadFlags.NO_HINTING).linearHoriAdvance
    vertices, codes = font.get_path()
    points = [(round(x * UNITS), round(-y * UNITS)) for x, y in vertices.tolist()]
    if [(x / UNITS, -y / UNITS) for x, y in points] != [tuple(point) for point in vertices.tolist()]:
        raise ValueError(f"{font.fname}: the outline at {code:#x} isn't in whole units")
    written, n, last = f"{advance} ", 0, (0, 0)
    while n < len(codes):
        letter, count = COMMANDS[int(codes[n])]
        steps = []
        for x, y in points[n : n + count]:
            steps += [x - last[0], y - last[1]]
            last = x, y
        written += letter + " ".join(map(str, steps))
        n += max(count, 1)
    return written


def made() -> bytes:
    fonts = {name: opened(name) for name, _ in wanted()}
    table: dict[str, dict[str, str]] = {name: {} for name in sorted(fonts)}
    for name, code in sorted(wanted()):
        table[name][f"{code:x}"] = line(fonts[name], code)
    return gzip.compress(json.dumps(table, separators=(",", ":")).encode(), 9, mtime=0)


if __name__ == "__main__":
    TARGET.write_bytes(made())
    print(f"{TARGET.name}: {len(wanted())} letters, {TARGET.stat().st_size:,} bytes")

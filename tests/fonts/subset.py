"""Makes the font that ships in convanim/render/fonts: of Noto Sans CJK SC the characters that the catalogues of words
and the templates use, and Latin.

    python tests/fonts/subset.py /path/to/NotoSansCJK-Regular.ttc

Needed when a catalogue in convanim/text/lang, or a title in templates, gains a character. Debian has the font in
fonts-noto-cjk; the SIL Open Font License is beside the subset. The same font and catalogues give the same bytes.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "convanim"
TARGET = Path(__file__).resolve().parent / "NotoSansSC-subset.otf"
# of the letters of Latin, Greek and Cyrillic what the font has; punctuation and signs of formulas
ALWAYS = [
    range(0x20, 0x7F),
    range(0xA0, 0x180),
    range(0x391, 0x3CA),
    range(0x410, 0x450),
    range(0x2010, 0x2028),
    range(0x3000, 0x3003),
    range(0x3008, 0x3012),
]
PLAYER = re.compile(
    r"(#.*\n)*\[player\][\s\S]*"
)  # the last sections of a catalogue: texts of pages, in the reader's own fonts
SIGNS = "€™←↑→↓−∕·√∞≈≠≤≥×÷…⌈⌉⌊⌋₀₁₂₃₄₅₆₇₈₉²³，。、；：？！（）《》"


def characters() -> set[str]:
    catalogues = [path.read_text(encoding="utf-8") for path in (PACKAGE / "text" / "lang").glob("*.toml")]
    drawn = [PLAYER.sub("", text) for text in catalogues]
    texts = "".join(
        [*drawn, *(path.read_text(encoding="utf-8") for path in (PACKAGE.parent / "templates").glob("*.toml"))]
    )
    return {*texts, *SIGNS, *(chr(code) for block in ALWAYS for code in block)} - {"\n"}


def main(source: str) -> None:
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    from fontTools import subset

    options = subset.Options(
        font_number=2,
        layout_features=[],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13, 14],
        hinting=False,
        desubroutinize=True,
        notdef_outline=True,
        recalc_timestamp=False,
        drop_tables=["vhea", "vmtx", "VORG", "BASE", "GPOS", "GSUB", "GDEF", "DSIG"],
    )
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(characters())))
    subsetter.subset(font)
    subset.save_font(font, str(TARGET), options)
    print(f"{TARGET.name}: {len(font.getBestCmap())} characters, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])

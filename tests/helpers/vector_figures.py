"""Vector figures of every view, theme, language and format as digests, made with the standard library alone.

`python -m helpers.vector_figures numpy matplotlib` makes these libraries unimportable first.
"""

from __future__ import annotations

import hashlib
import importlib.abc
import json
import sys
import tempfile
from itertools import cycle
from pathlib import Path

HEAVY = ("numpy", "matplotlib", "PIL", "IPython", "imageio", "imageio_ffmpeg", "click")
FORMATS = ("svg", "pdf", "tex", "html")
LOOKS = (
    {},
    {"symbols": True},
    {"labels": "all"},
    {"reveal": True, "labels": "none"},
    {"seed": 7, "precision": 2},
)


class Blocked(importlib.abc.MetaPathFinder):
    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.names:
            raise ImportError(f"{name} is blocked")


def operations(ca):
    """Of each kind, with and without each thing that a figure shows."""
    return (
        (ca.Conv((4, 5), 3, stride=2, padding=((0, 2), (1, 1)), bias=True), {"bias": [-0.5]}),
        (ca.Conv(4, 3, padding=2, padding_mode="reflect"), {"kernel": [[0.1, 0.2, -0.3], [1, 0, 0], [1e-4, 2, 1e6]]}),
        (ca.Conv((7,), 3, dilation=2, flip=True), {"input": [1e15, 1.0, -1e15, 0.5, 2, 3, 4]}),
        (ca.ConvTranspose((2, 3), 3, stride=2, padding=1, output_padding=1), {}),
        (ca.ConvTranspose((3,), 4, stride=2), {"kernel": [1, 2, 3, 4]}),
        (ca.Pool(5, 2, padding=1, ceil_mode=True), {}),
        (ca.Pool((5, 4), 3, padding=1, mode="average", count_include_pad=False), {"input": [[0.25, 1, 2, -3]] * 5}),
        (ca.Pool((4,), 2, mode="l2"), {}),
        (ca.AdaptivePool((5, 4), (3, 2)), {}),
    )


def drawn(folder, rounds=2):
    """The configuration of each figure, and the digest of its files and texts or its refusal. A round draws each
    operation in each view once, with the next theme, language, look and format.
    """
    import convanim as ca
    from convanim.text.lang import LANGUAGES
    from convanim.themes.table import THEMES
    from convanim.views import VIEWS

    found, themes, langs, looks, formats = {}, cycle(THEMES), cycle(LANGUAGES), cycle(LOOKS), cycle(FORMATS)
    for view in VIEWS:
        for n, (op, given) in enumerate(operations(ca)):
            for theme, lang, look in ((next(themes), next(langs), next(looks)) for _ in range(rounds)):
                values = given if VIEWS[view].shows_values and "symbols" not in look else {}
                key = f"{view} {n} {theme} {lang} {' '.join(look)}"
                try:
                    a = ca.animate(op, view=view, theme=theme, lang=lang, **look, **values)
                    found[key] = digest(a, Path(folder, f"figure.{next(formats)}"))
                except ca.ConvanimError as error:
                    found[key] = f"refused: {error}"
    return found


def digest(a, path):
    a.save(path)
    texts = [a.svg(a.poster), a.alt, repr(a.formula), path.read_bytes().hex()]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


if __name__ == "__main__":
    sys.meta_path.insert(0, Blocked(sys.argv[1:]))
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(drawn(folder, rounds=1)))

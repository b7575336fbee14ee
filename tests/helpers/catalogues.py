"""The catalogues of languages, read without the package."""

from __future__ import annotations

import tomllib

from helpers.processes import ROOT

FOLDER = ROOT / "convanim" / "text" / "lang"


TABLES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


def texts_of(code):
    """(section, key) -> its texts, one for each plural form."""
    return {
        (section, key): texts if isinstance(texts, list) else [texts]
        for section, table in TABLES[code].items()
        if section != "language"
        for key, texts in table.items()
    }

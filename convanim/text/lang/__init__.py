"""The words of figures: one catalogue a language, `en.toml`, `zh.toml`, all with the same keys.

A text may have {places}. One that depends on a count is a list, from which the language's `plural`, a rule of GNU
gettext, chooses: `n != 1` takes the second text for any count but 1.
"""

from __future__ import annotations

import gettext
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from ...errors import expected_one_of

LANGUAGES = tuple(
    sorted(
        path.name.removesuffix(".toml") for path in resources.files(__name__).iterdir() if path.name.endswith(".toml")
    )
)


@dataclass(frozen=True)
class Language:
    """A language: its code, and its words by key, "legend.padding"."""

    code: str
    words: Mapping[str, str | list[str]] = field(hash=False, repr=False)
    plural: Callable[[int], int] = field(repr=False)

    def say(self, key: str, count: int = 1, **places: object) -> str:
        """The text of a key, with its places filled; `count` chooses among plural forms."""
        text = self.words[key]
        return (text if isinstance(text, str) else text[self.plural(count)]).format(**places)

    def __reduce__(self) -> tuple[Callable[[str], Language], tuple[str]]:
        return language, (self.code,)  # a rule for plurals can't be pickled

    def has(self, key: str) -> bool:
        """Whether there is such a key."""
        return key in self.words


def language(code: str) -> Language:
    """The language with this code, one of LANGUAGES; raises ConvanimError for another."""
    if not isinstance(code, str) or code not in LANGUAGES:
        raise expected_one_of("language", code, LANGUAGES)
    return _read(code)


@cache
def _read(code: str) -> Language:
    tables = tomllib.loads(resources.files(__name__).joinpath(f"{code}.toml").read_text(encoding="utf-8"))
    plural: Callable[[int], int] = gettext.c2py(tables["language"]["plural"])
    return Language(
        code, {f"{section}.{key}": text for section, texts in tables.items() for key, text in texts.items()}, plural
    )

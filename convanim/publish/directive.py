"""What a directive says of a figure, as plain data: it can be kept, compared, and drawn later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__, parsing
from ..animation import Animation
from ..drawing import animate
from ..errors import ConvanimError, expected_one_of
from ..geometry import OPERATIONS
from ..geometry.parameters import parameters
from ..spec import OPTIONS, figures

SIZES = {"dpi", "scale", "width"}  # of which one alone may be said


def spelt(name: str) -> str:
    """A parameter's name as an option of a directive: "input_size" is ":input-size:"."""
    return f":{name.replace('_', '-')}:"


@dataclass(frozen=True)
class Recipe:
    """The name of an operation, or of a figure of `file` or of the package, with options as texts, and the values of
    all figures' `defaults`.
    """

    name: str
    words: tuple[tuple[str, str], ...]
    file: str = ""
    defaults: tuple[tuple[str, Any], ...] = ()

    @staticmethod
    def of(name: str, words: Mapping[str, str], file: str = "", defaults: Mapping[str, Any] | None = None) -> Recipe:
        """The recipe of these words."""
        return Recipe(name, tuple(sorted(words.items())), file, tuple(sorted((defaults or {}).items())))

    @staticmethod
    def options(name: str) -> frozenset[str]:
        """The options that there are: of `animate` and of the operation of this name, or of all of them."""
        own = parameters(OPERATIONS[name]) if name in OPERATIONS else parsing.KNOWN
        return frozenset({*parsing.LOOKS, *own, "ndim"})

    def animate(self) -> Animation:
        """The animation; raises ConvanimError for what can't be."""
        for word, _ in self.defaults:
            if word not in OPTIONS:
                raise expected_one_of("option in convanim_options", word, OPTIONS)
        if self.file or self.name not in OPERATIONS:
            return self._figure()
        known = {*parameters(OPERATIONS[self.name]), "ndim"}
        own = {word: text for word, text in self.words if word in known or word not in parsing.LOOKS}
        given = {word: parsing.parameter(word, text, spelt) for word, text in own.items() if word != "ndim"}
        op = parsing.operation(self.name, given, spelt, parsing.whole(":ndim:", own["ndim"]) if "ndim" in own else None)
        look = parsing.looks({word: text for word, text in self.words if word not in own}, spelt)
        return animate(op, **self._under(look, {}))

    def _figure(self) -> Animation:
        known = figures(*([self.file] if self.file else []))
        if self.name not in known:
            raise expected_one_of(
                "figure" if self.file else "operation or figure",
                self.name,
                known if self.file else [*OPERATIONS, *known],
            )
        one = known[self.name]
        for word, _ in self.words:
            if word not in parsing.LOOKS:
                raise ConvanimError(
                    f"{self.name} is a figure whose operation is known, so {spelt(word)} has no place: leave it out, or"
                    " name an operation"
                )
        return one.animate(**self._under(parsing.looks(dict(self.words), spelt), one.options))

    def _under(self, look: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
        """What is said here, and the defaults of what neither this says nor the figure itself."""
        said = {*look, *own}
        said |= SIZES if said & SIZES else set()
        return {**{word: value for word, value in self.defaults if word not in said}, **look}

    def files(self) -> list[str]:
        """The files that are read for it: when they change, so may the figure."""
        themes = [value for word, value in (*self.words, *self.defaults) if word == "theme"]
        if self.file:
            themes += [one.options.get("theme") for one in figures(self.file).values() if one.name == self.name]
        return [
            *([self.file] if self.file else []),
            *(str(theme) for theme in themes if str(theme).lower().endswith(".toml")),
        ]

    def digest(self, animation: Animation) -> str:
        """A name for all that the figure is made of: the version, what is said here and in its file, and how a step
        looks.
        """
        text = Path(self.file).read_text(encoding="utf-8", errors="replace") if self.file else ""
        said = json.dumps(
            [__version__, self.name, self.words, self.defaults, text, animation.svg(animation.poster)], default=repr
        )
        return hashlib.sha256(said.encode()).hexdigest()[:16]

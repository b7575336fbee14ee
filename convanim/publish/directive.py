"""The figure of a Sphinx directive as plain data, which can be stored, compared and drawn later."""

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
from ..labels import OF_THEME, label_group
from ..options import TEXT_OPTIONS, names_in
from ..spec import figures


def spelt(name: str) -> str:
    """The directive's option for a parameter: ":input-size:" for "input_size"."""
    return f":{name.replace('_', '-')}:"


def is_file(name: str, value: object) -> bool:
    """Whether the value of an option is a path: of a theme or of an array."""
    kind = TEXT_OPTIONS[name].kind if name in TEXT_OPTIONS else ""
    if kind == "array":
        return isinstance(value, str) and parsing.is_array_file(value)
    return kind == "theme" and str(value).lower().endswith(".toml")


@dataclass(frozen=True)
class Recipe:
    """A named operation or figure, with parameters and options as text.

    Figures come from `file` or from the package. `defaults` are the options that a document sets for all figures.
    """

    name: str
    texts: tuple[tuple[str, str], ...]
    file: str = ""
    defaults: tuple[tuple[str, Any], ...] = ()

    @staticmethod
    def of(name: str, texts: Mapping[str, str], file: str = "", defaults: Mapping[str, Any] | None = None) -> Recipe:
        """Build the recipe from texts by name."""
        return Recipe(name, tuple(sorted(texts.items())), file, tuple(sorted((defaults or {}).items())))

    @staticmethod
    def options(name: str) -> frozenset[str]:
        """The names of all valid options: the options of figures, and the parameters of the operation (or of all
        operations).
        """
        own = parameters(OPERATIONS[name]) if name in OPERATIONS else parsing.KNOWN
        return frozenset({*TEXT_OPTIONS, *own, "ndim"})

    def animate(self) -> Animation:
        """The animation; raises ConvanimError for a wrong name or value."""
        for name, _ in self.defaults:
            if name not in TEXT_OPTIONS:
                raise expected_one_of("option in convanim_options", name, TEXT_OPTIONS)
        if self.file or self.name not in OPERATIONS:
            return self._figure()
        of_operation = {*parameters(OPERATIONS[self.name]), "ndim"}
        own = {name: text for name, text in self.texts if name in of_operation or name not in TEXT_OPTIONS}
        given = {name: parsing.parameter(name, text, spelt) for name, text in own.items() if name != "ndim"}
        ndim = parsing.whole(":ndim:", own["ndim"]) if "ndim" in own else None
        op = parsing.operation(self.name, given, spelt, ndim)
        return animate(op, **self._options([name for name, _ in self.texts if name not in own], {}))

    def _figure(self) -> Animation:
        """The animation of a named figure. Such a figure has its own operation."""
        known = figures(*([self.file] if self.file else []))
        if self.name not in known:
            raise expected_one_of(
                "figure" if self.file else "operation or figure",
                self.name,
                known if self.file else [*OPERATIONS, *known],
            )
        figure = known[self.name]
        for name, _ in self.texts:
            if name not in TEXT_OPTIONS:
                raise ConvanimError(
                    f"{self.name} is a figure with its own operation, so {spelt(name)} doesn't apply: leave it out, or"
                    " name an operation"
                )
        return figure.animate(**self._options([name for name, _ in self.texts], figure.options))

    def _options(self, names: list[str], own: Mapping[str, Any]) -> dict[str, Any]:
        """The named options, plus the defaults that neither the directive nor the figure (`own`) specifies."""
        options = {name: parsing.option(name, text, spelt) for name, text in self.texts if name in names}
        # labels="theme" would drop a figure's title
        chosen = {name for name, value in own.items() if name != "labels" or label_group(value) != OF_THEME}
        specified = {*options, *chosen}
        if specified & {*names_in("size")}:
            specified |= {*names_in("size")}
        return {**{name: value for name, value in self.defaults if name not in specified}, **options}

    def files(self) -> list[str]:
        """The files that the figure depends on."""
        named = [*self.texts, *self.defaults]
        if self.file:
            named += [
                pair for one in figures(self.file).values() if one.name == self.name for pair in one.options.items()
            ]
        return [*([self.file] if self.file else []), *(str(value) for word, value in named if is_file(word, value))]

    def digest(self, animation: Animation) -> str:
        """A hash of everything the figure depends on: the version, its texts and file, and its poster."""
        text = Path(self.file).read_text(encoding="utf-8", errors="replace") if self.file else ""
        content = json.dumps(
            [__version__, self.name, self.texts, self.defaults, text, animation.svg(animation.poster)], default=repr
        )
        return hashlib.sha256(content.encode()).hexdigest()[:16]

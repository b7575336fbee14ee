"""The columns of the table `Options`, and the validation of each kind of option."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice
from numbers import Integral, Real
from typing import Any, Literal, Protocol

from .errors import ConvanimError, expected_one_of, short_repr
from .labels import label_group, labels_of, listed
from .themes.colours import colour_of, remedy
from .themes.table import theme_of
from .views import View


class Explained(Protocol):
    """A table row with a one-line description."""

    @property
    def about(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ViewRule:
    """Which views use an option, and why the others refuse it: a reason that follows "the flat view"."""

    reason: str
    takes: Callable[[View], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of a figure: its values and its help.

    `kind` is a row of KINDS. If the default is None, `unset` describes what None means. Numbers range from `least` to
    `most`, and `rule` describes the range in messages; `most` is None if it depends on the figure. `noun` is the
    option's name in messages. Help lists the `choices`, or explains the rows of a table. A figure takes one option of
    the group "size"; options of the group "values" are numbers in cells. `views` are the views that use the option;
    None means all. If `python_only`, TOML files and the command line don't have the option.
    """

    kind: str
    about: str
    default: Any
    metavar: str = ""
    unset: str = ""
    choices: Collection[str] = ()
    explained: Mapping[str, Explained] | None = None
    noun: str = ""
    least: float = 0
    most: int | None = None
    rule: str = ""
    group: Literal["", "size", "values"] = ""
    views: ViewRule | None = None
    python_only: bool = False

    @property
    def default_text(self) -> str:
        """The default in words: "1000", "the theme's own"."""
        return self.unset if self.default is None else str(self.default)

    @property
    def values(self) -> str:
        """The valid values in words: "a whole number from 0 to 240"."""
        return KINDS[self.kind].values(self)

    @property
    def summary(self) -> str:
        """The effect of the option, and its default."""
        default = f" ({self.default_text})" if self.default_text and self.kind != "switch" else ""
        return f"{self.about.removesuffix('.')}{default}."

    @property
    def help(self) -> str:
        """The effect of the option, its default and its choices, in one line."""
        return f"{self.summary} One of {', '.join(self.choices)}." if self.choices else self.summary


def option(default: Any, kind: str, about: str, **rest: Any) -> Any:
    """A field of `Options`; Any, because a type checker reads the field's own annotation."""
    return field(default=default, metadata={"option": Option(default=default, kind=kind, about=about, **rest)})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of option. `check` returns the stored value, or raises ConvanimError; `values` describes valid ones."""

    check: Callable[[str, Option, Any], Any]
    values: Callable[[Option], str]


def _choice(name: str, option: Option, value: Any) -> str:
    if not isinstance(value, str) or value not in option.choices:
        raise expected_one_of(option.noun or name, value, option.choices)
    return value


def _switch(name: str, option: Option, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ConvanimError(f"{name}={short_repr(value)} is neither True nor False")
    return value


def _text(name: str, option: Option, value: Any) -> str:
    if not isinstance(value, str):
        raise ConvanimError(f"{name}={short_repr(value)} is not text: write it in quotes")
    return value


def _count(name: str, option: Option, value: Any) -> Any:
    return value if option.most is None else int(_within(name, option, value, Integral))


def _number(name: str, option: Option, value: Any) -> float:
    return float(_within(name, option, value, Real))


def _within(name: str, option: Option, value: Any, accepted: type) -> Any:
    """Check that the value is a number of the accepted type within the range."""
    assert option.most is not None
    if isinstance(value, bool) or not isinstance(value, accepted) or not option.least <= value <= option.most:  # type: ignore[operator]
        raise ConvanimError(f"{name}={short_repr(value)}: {option.rule.format(least=option.least, most=option.most)}")
    return value


def _labels(name: str, option: Option, value: Any) -> str | tuple[str, ...]:
    chosen = listed(value)  # a generator can be read only once
    names = labels_of(chosen, own=())
    return label_group(chosen) or (value if isinstance(value, str) else names)


def _colour(name: str, option: Option, value: Any) -> str:
    if isinstance(value, str) and value == "transparent":
        return value
    if (found := colour_of(value)) is None:
        raise ConvanimError(f"{name}={short_repr(value)} is neither 'transparent' nor a colour: {remedy(value)}")
    return found


MOST_LISTED = 100_000  # an animation has at most this many steps
STEPS = 'give "all", about how many, or a list of steps such as [0, 4, 8]'


def _steps(name: str, option: Option, value: Any) -> str | int | tuple[int, ...]:
    """Validate `steps`: "all", a number of steps, or an ascending list; also as text."""
    wrong = ConvanimError(f"{name}={short_repr(value)}: {STEPS}, counted from 0")
    found = _steps_of(value.strip().lower()) if isinstance(value, str) else value
    if found == "all" and isinstance(found, str):
        return "all"
    if isinstance(found, Integral) and not isinstance(found, bool):
        if found < 1:
            raise wrong
        return int(found)
    try:
        listed = list(islice(found, MOST_LISTED + 1))
    except TypeError:
        raise wrong from None
    if not 0 < len(listed) <= MOST_LISTED or not all(
        isinstance(n, Integral) and not isinstance(n, bool) and int(n) >= 0 for n in listed
    ):
        raise wrong
    return tuple(sorted({int(n) for n in listed}))


def _steps_of(text: str) -> Any:
    """Parse steps from text: "all", "36", "0,4,8" or "0:100:5". Returns None for any other text."""
    try:
        if ":" in text:
            first, end, *by = map(int, text.split(":"))
            return range(first, end, *by)
        numbers = [int(word) for word in text.removesuffix(",").split(",")]
    except (TypeError, ValueError):
        return text if text == "all" else None
    return numbers if "," in text else numbers[0]


MOST_FOCUS = 10_000  # cells of a side: no figure has more
FOCUS = 'give "auto", "off", or the cells of a detail, as 12 or (12, 16)'


def _focus(name: str, option: Option, value: Any) -> str | bool | tuple[int, ...]:
    """ "auto", False for "off", or the cells of a detail: a number for all axes, or one an axis; texts say the same."""
    found = value
    if isinstance(value, str):
        words = value.strip().lower()
        if words in ("auto", "off"):
            return str(option.default) if words == "auto" else False
        found = [int(word) if word.isdecimal() and len(word) < 9 else None for word in words.split("x")]
    if found is False:
        return False
    listed = [found] if isinstance(found, Integral) else found
    if (
        not isinstance(listed, list | tuple)
        or not 1 <= len(listed) <= 2
        or not all(isinstance(n, Integral) and not isinstance(n, bool) and 1 <= int(n) <= MOST_FOCUS for n in listed)
    ):
        raise ConvanimError(f"{name}={short_repr(value)}: {FOCUS}")
    return tuple(int(n) for n in listed)


def _listed(option: Option) -> str:
    return ", ".join(f"`{choice}`" for choice in option.choices)


def _range(option: Option) -> str:
    noun = "a whole number" if option.kind == "count" else "a number"
    return noun if option.most is None else f"{noun} from {option.least:.3g} to {option.most}"


KINDS = {
    "choice": Kind(_choice, _listed),
    "switch": Kind(_switch, lambda option: "`True`, `False`"),
    "text": Kind(_text, lambda option: "text"),
    "count": Kind(_count, _range),
    "number": Kind(_number, _range),
    "labels": Kind(_labels, lambda option: f"{_listed(option)}, or a list of labels"),
    "theme": Kind(lambda name, option, value: theme_of(value), lambda option: f"{_listed(option)}, a file, or a table"),
    "colour": Kind(_colour, lambda option: "`transparent`, a name of CSS, `#rgb`, or `#rrggbb`"),
    "steps": Kind(_steps, lambda option: "`all`, a whole number, or a list of steps"),
    "focus": Kind(_focus, lambda option: "`auto`, `off`, a whole number, or two: height and width"),
    "array": Kind(lambda name, option, value: value, lambda option: "numbers"),  # validated where it is used
}

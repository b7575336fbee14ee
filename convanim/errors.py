"""The one exception that bad input raises, and the sentence that lists what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ConvanimError(ValueError):
    """Bad input, said in one line: what was given, what the rule is, what to do.

    The line never holds a line break, whatever the input held, so that the command line can print it as it is.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def short_repr(value: object, limit: int = 60) -> str:
    """The value as Python writes it, cut to `limit` characters, for use in a message.

    >>> short_repr(2.5)
    '2.5'
    """
    try:
        text = repr(value)
    except Exception:  # a user's object may refuse to be printed; the message must still come out
        text = f"<{type(value).__name__}>"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def expected_one_of(what: str, given: object, choices: Iterable[str]) -> ConvanimError:
    """The error for a name that is in no table: what was given, the choices and the likeliest of them.

    >>> print(expected_one_of("view", "isometrc", ["flat", "isometric"]))
    unknown view 'isometrc': did you mean 'isometric'? Expected one of flat, isometric
    """
    names = list(choices)
    near = get_close_matches(given.lower(), names, n=1) if isinstance(given, str) else []
    hint = f"did you mean {near[0]!r}? " if near else ""
    listed = ", ".join(names)
    return ConvanimError(f"unknown {what} {short_repr(given)}: {hint}Expected one of {listed}")

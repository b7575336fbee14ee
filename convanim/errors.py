"""The exception for invalid input, the warning, and the message that lists the valid choices."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import accumulate

LONGEST_WORD = 300  # characters; a path may have as many
LONGEST_LINE = 1200  # the last third is kept, since it contains the remedy
LONGEST_WARNING = 8000  # characters; it may name many layers
LONGEST_LIST = 600  # characters for the listed choices


class ConvanimError(ValueError):
    """Invalid input. The message is one line: the given value, the rule, the remedy.

    It contains no line break and at most 1,200 characters for any input, so the command line can print it unchanged.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class ConvanimWarning(UserWarning):
    """A warning in one line about a figure that may mislead or be large: part of a model was left out, or a picture has
    very many pixels.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message, LONGEST_WARNING))


def one_line(message: str, most: int = LONGEST_LINE) -> str:
    """The message on one line of at most `most` characters: long words and long lines are cut in the middle.

    >>> one_line("a  message of\\ntwo lines")
    'a message of two lines'

    """
    return _cut(" ".join(_cut(word, LONGEST_WORD) for word in message.split()), most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most * 2 // 3 - 3]}...{text[-(most // 3) :]}"


def short_repr(value: object, limit: int = 60) -> str:
    """The value as Python writes it, cut to `limit` characters, for use in a message.

    >>> short_repr(2.5)
    '2.5'
    """
    try:
        text = repr(value)
    except Exception:  # repr() of a user's object may fail; the message must still be created
        text = f"<{type(value).__name__}>"
    return text if len(text) <= limit else text[: limit - 3] + "..."


def expected_one_of(what: str, given: object, choices: Iterable[str]) -> ConvanimError:
    """The error for an unknown name: the given name, the most similar choice, and all choices.

    >>> print(expected_one_of("view", "isometrc", ["flat", "isometric"]))
    unknown view 'isometrc': did you mean 'isometric'? Expected one of flat, isometric

    """
    names = list(choices)
    near = get_close_matches(given.lower(), names, n=1) if isinstance(given, str) else []
    hint = f"did you mean {near[0]!r}? " if near else ""
    shown = sum(end <= LONGEST_LIST for end in accumulate(len(name) + 2 for name in names))
    listed = ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if shown < len(names) else "")
    return ConvanimError(f"unknown {what} {short_repr(given)}: {hint}Expected one of {listed}")

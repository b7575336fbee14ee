"""How far long work is: a callback that is told each step, and a bar for terminals and notebooks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, TypeVar

from .errors import ConvanimError, short_repr

Progress = Callable[[int, int], None]  # told after each step how many are done, and how many there are
Count = Callable[[float, float], None]  # the same in parts of any size
Item = TypeVar("Item")
QUIET_S = 1  # seconds for which nothing is shown: short work needs no bar


def counted(items: Sequence[Item], progress: Progress | None) -> Iterator[Item]:
    """The items one by one; `progress` is told that one is done when the next one is asked for.

    >>> [n for n in counted("ab", lambda done, total: print(done, "of", total))]
    1 of 2
    2 of 2
    ['a', 'b']
    """
    for done, item in enumerate(items, 1):
        yield item
        if progress:
            progress(done, len(items))


def stepwise(progress: Progress | None, steps: int) -> Progress | None:
    """A callback for work whose parts aren't the steps: `progress` is told each step once, from 1 to `steps`, when that
    share of the parts is done.

    >>> told = stepwise(print, 2)
    >>> for done in range(1, 6):
    ...     told(done, 5)
    1 2
    2 2
    """
    if progress is None:
        return None
    last = 0

    def told(done: int, parts: int) -> None:
        nonlocal last
        while last < done * steps // parts:
            last += 1
            progress(last, steps)

    return told


@contextlib.contextmanager
def shown(progress: bool | Progress | None, about: str) -> Iterator[Progress | None]:
    """What a writer tells its steps: for True a bar with the word `about`, for False nothing, or the given callback.

    None is a bar in a notebook, and nothing elsewhere. Raises ConvanimError for anything else.
    """
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise ConvanimError(
            f"progress={short_repr(progress)}: give True, False, or a function of the steps that are done and of all"
        )
    if callable(progress):
        yield progress
    elif _in_notebook() if progress is None else progress:
        with bar(about, "step") as told:
            yield told
    else:
        yield None


@contextlib.contextmanager
def bar(about: str, unit: str = "", *, terminal: bool = False) -> Iterator[Count]:
    """A bar with an estimate of the time that is left, for work of more than a second; it goes when the work ends.

    `unit` is the name of what is counted, if that is to be shown. `terminal`: only where standard error is a terminal.
    """
    counts = f"{{n:.0f}} of {{total:.0f}} {unit}s, " if unit else ""
    form = f"{{l_bar}}{{bar}}| {counts}{{elapsed}} gone, {{remaining}} left"
    one = _tqdm()(desc=about, total=1, bar_format=form, delay=QUIET_S, leave=False, disable=None if terminal else False)
    with one:

        def told(done: float, total: float) -> None:
            one.total = total
            one.update(done - one.n)

        yield told


def say(text: str) -> None:
    """Write a line on standard error, above a bar that is there."""
    from tqdm import tqdm

    tqdm.write(text, file=sys.stderr)


def _tqdm() -> Any:
    """The bar of a notebook that has widgets, otherwise the bar of letters."""
    if _in_notebook() and find_spec("ipywidgets"):
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm
    return tqdm


def _in_notebook() -> bool:
    """Whether a notebook's kernel runs this code; IPython isn't imported for the question."""
    ipython = sys.modules.get("IPython")
    return getattr(ipython and ipython.get_ipython(), "kernel", None) is not None

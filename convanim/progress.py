"""Progress of long work: callbacks, and a bar for terminals and notebooks."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from .errors import ConvanimError, short_repr

Progress = Callable[[int, int], None]  # called after each step with the number of finished steps and of all steps
Count = Callable[[float, float], None]  # the same, with parts of any size
Item = TypeVar("Item")
QUIET_S = 1.0  # seconds for which nothing is shown: short work needs no bar
REDRAW_S = 0.1  # seconds between two drawings: a slow terminal must not slow the work down
BAR_WIDTH = 24  # letters, so that the whole line fits a terminal of 80


def counted(items: Sequence[Item], progress: Progress | None) -> Iterator[Item]:
    """Yield the items. `progress` is called for an item when the next one is requested.

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
    """A callback for work whose parts aren't steps. It converts parts to steps: `progress` is called once for each step
    from 1 to `steps`, when that share of the parts is finished.

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
    """The callback for a writer: True shows a bar with the word `about`, False shows nothing, a function is used as it
    is.

    None shows a bar in notebooks only. Raises ConvanimError for other values.
    """
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise ConvanimError(
            f"progress={short_repr(progress)}: give True, False, or a function of two numbers, the finished"
            f" steps and all steps"
        )
    if callable(progress):
        yield progress
    elif in_notebook() if progress is None else progress:
        with bar(about, "step") as told:
            yield told
    else:
        yield None


@contextlib.contextmanager
def bar(about: str, unit: str = "", *, terminal: bool = False) -> Iterator[Count]:
    """A bar with an estimate of the time that is left, for work of more than a second. The bar disappears when the work
    ends.

    `unit` names what is counted; without it the bar shows the percentage alone. `terminal`: show the bar only if
    standard error is a terminal.
    """
    if terminal and not (sys.stderr and sys.stderr.isatty()):
        yield lambda done, total: None
        return
    one = _Bar(about, unit, _notebook_output() if in_notebook() else _write_line)
    _bars.append(one)
    try:
        yield one.tell
    finally:
        _bars.remove(one)
        one.hide()


def say(text: str) -> None:
    """Write a line on standard error, above the bar if one is shown."""
    for one in _bars:
        one.hide()
    print(text, file=sys.stderr, flush=True)


class _Bar:
    """The state of one bar: when the work began, and when the bar was last drawn."""

    def __init__(self, about: str, unit: str, show: Callable[[str], None]) -> None:
        self.about, self.unit, self.show = about, unit, show
        self.start = time.monotonic()
        self.drawn: float | None = None  # None while nothing is shown

    def tell(self, done: float, total: float) -> None:
        """Draw the bar, unless the work is young or the bar was drawn just before."""
        now = time.monotonic()
        if now - self.start < QUIET_S or (self.drawn is not None and now - self.drawn < REDRAW_S):
            return
        self.drawn = now
        self.show(_text(self.about, self.unit, done, total, now - self.start))

    def hide(self) -> None:
        """Remove the bar, if it is shown."""
        if self.drawn is not None:
            self.show("")
            self.drawn = None


_bars: list[_Bar] = []  # bars of running work: `say` writes above them


def _text(about: str, unit: str, done: float, total: float, elapsed: float) -> str:
    """The bar as ASCII, which every terminal shows: "draw:  50% [###---] 4 of 8 steps, 00:02 gone, 00:02 left"."""
    share = min(done / total, 1) if total else 1
    full = round(share * BAR_WIDTH)
    counts = f"{done:.0f} of {total:.0f} {unit}s, " if unit else ""
    left = _clock(elapsed / share - elapsed) if share else "?"
    return f"{about}: {share:4.0%} [{'#' * full}{'-' * (BAR_WIDTH - full)}] {counts}{_clock(elapsed)} gone, {left} left"


def _clock(seconds: float) -> str:
    """Minutes and seconds, and hours if the time has any: 01:05, 2:00:00.

    >>> _clock(65), _clock(7200)
    ('01:05', '2:00:00')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def _write_line(text: str) -> None:
    """Replace the current line of standard error, without escape sequences, which some Windows consoles print."""
    width = shutil.get_terminal_size().columns - 1  # a full line would wrap, and a wrapped line can't be replaced
    print(f"\r{text[:width]:{width}}", end="" if text else "\r", file=sys.stderr, flush=True)


def _notebook_output() -> Callable[[str], None]:
    """A function that shows a text in the output of the current cell, and replaces it the next time."""
    from IPython.display import display

    handle: Any = None

    def show(text: str) -> None:
        nonlocal handle
        data = {"text/plain": text}
        if handle is None:
            handle = display(data, raw=True, display_id=True)
        else:
            handle.update(data, raw=True)

    return show


def in_notebook() -> bool:
    """Whether this code runs in a notebook. Doesn't import IPython: a notebook has imported it."""
    ipython = sys.modules.get("IPython")
    return getattr(ipython and ipython.get_ipython(), "kernel", None) is not None

"""Long work in a terminal: an announcement of its steps, time and bytes before it starts."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..clip import Clip
from ..progress import say
from ..scene import Equation
from ..scene.choice import only
from ..write import Format, planned, told_if_large

LONG_MS = 180_000  # of playing time: nobody watches longer
MANY_STEPS = 1000
# A file's bytes are estimated by two samples: RUNS of SHORT and of LONG neighbouring steps, spread over the figure.
# Shorter runs make videos seem larger than they are, by half
RUNS, SHORT, LONG = 6, 3, 8
GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples spread evenly, so that runs begin in different columns
UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
STILL = "or one picture with --storyboard 6 or --step poster"


def announce(clip: Clip, names: Iterable[str | Path], step: int | str | None) -> None:
    """Announce a long figure on standard error: its steps, time and bytes, and how to shorten it. Announce a large
    picture: its pixels, and how to make it smaller. Print nothing for other figures.

    Raises the same errors as `save` with these names.
    """
    files = [(str(name), *planned(clip, name, step)) for name in names]
    for name, form, _, _ in files:
        if large := told_if_large(clip, name, form, "--width "):
            say(large)
    whole = [(name, form, single) for name, form, named, single in files if not single or len(named) > 1]
    if clip.thinned and not all(single for _, _, single in whole):
        say(f"{clip.scene.whole:,} steps, of which {len(clip.thinned)} are played. All of them: --steps all.")
    if not any(single for _, _, single in whole):
        clip = clip.played
    total = sum(map(clip.duration, range(len(clip))))
    if not whole or len(clip) == 1 or (total < LONG_MS and len(clip) < MANY_STEPS):
        return
    say(f"{len(clip):,} steps, {_time(total)} of playing. Shorter: {', '.join([*_shorter(clip), STILL])}.")
    for name, form, single in whole:
        say(f"{name}: about {_amount(_bytes(clip, form, single))}")


def _shorter(clip: Clip) -> list[str]:
    """The ways to shorten a figure: fewer and faster steps, or a shorter hold if the hold is most of the playing time.

    The faster step takes a tenth of the time, rounded to what a GIF can store. The message adds the resulting playing
    time.
    """
    moving = clip.step_ms * len(clip)
    ways = []
    if moving > clip.hold_ms or len(clip) >= MANY_STEPS:
        ways += ["a smaller input", "a larger stride"]
        if (ms := max(clip.step_ms // 100 * 10, 20)) < clip.step_ms:
            ways.append(f"--step-ms {ms} ({_time(ms * len(clip) + clip.hold_ms)})")
    return ways if moving > clip.hold_ms else [*ways, "a smaller --hold-ms"]


def _bytes(clip: Clip, form: Format, single: bool) -> float:
    """The bytes of all files of a name, by samples: those of RUNS steps, and for each further step what the steps
    between the samples take. Steps in the middle of a figure may take other bytes than its first ones.
    """
    steps = len(clip)
    if single:
        sizes = [len(picture) for picture in form.draw(clip, iter(_runs(steps, SHORT)))]
        return sum(sizes) / len(sizes) * steps
    if steps <= RUNS * LONG:
        return _written(clip, form)
    (few, short), (more, long) = (
        (len(numbers), _written(_only(clip, numbers), form)) for numbers in (_runs(steps, SHORT), _runs(steps, LONG))
    )
    return short + (long - short) / (more - few) * (steps - few)


def _runs(steps: int, length: int) -> list[int]:
    """The numbers of RUNS runs of neighbouring steps, each in its part of the figure, but not at the same place of it,
    since parts may be whole rows.
    """
    starts = [min(int(steps * (run + run * GOLDEN % 1) / RUNS), steps - LONG) for run in range(RUNS)]
    return sorted({min(max(start, 0) + n, steps - 1) for start in starts for n in range(length)})


def _only(clip: Clip, numbers: list[int]) -> Clip:
    """The clip of these steps alone, which keep their numbers. They have no sums as texts: a page has those of all
    steps in few bytes, or of none.
    """
    scene = replace(only(clip.scene, numbers), numbers=tuple(map(clip.scene.number, numbers)), total=clip.scene.whole)
    unsaid = replace(clip.labelling, scene=replace(clip.labelling.scene, equation=_unsaid))
    return replace(clip, scene=scene, labelling=unsaid)


def _unsaid(step: int) -> Equation:
    return Equation((), "", "")


def _written(clip: Clip, form: Format) -> int:
    """The size of the whole clip in bytes."""
    file = io.BytesIO()
    form.write(clip, file)
    return len(file.getvalue())


def _time(ms: float) -> str:
    """A time in a suitable unit: "68 minutes"."""
    seconds = ms / 1000
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _amount(count: float) -> str:
    """A number of bytes with two digits: "8.1 MB"."""
    size, unit = next(((size, unit) for size, unit in UNITS if count >= size), (1, "bytes"))
    return f"{count / size:,.0f} {unit}" if count >= 10 * size else f"{count / size:.1f} {unit}"

"""Long work on a terminal: what it will be, said before it starts."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..clip import Clip
from ..progress import say
from ..write import Format, planned

LONG_MS = 180_000  # of playing: nobody watches longer
MANY_STEPS = 1000
FEW, MORE = 8, 24  # steps of the two samples by which a file's bytes are estimated, within twice or half
LARGE_PX = 4000  # a side of a picture: more than a screen of 3840 shows
UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
STILL = "or one picture with --storyboard 6 or --step poster"


def announce(clip: Clip, names: Iterable[str | Path], step: int | str | None) -> None:
    """Say on standard error what a long figure will be, and how to make it shorter, and how many pixels a large picture
    will have, and how to make it smaller; nothing of others.

    Raises what `save` raises for these names.
    """
    files = [(str(name), *planned(clip, name, step)) for name in names]
    for name, form, _, _ in files:
        if form.bytes_a_pixel and max(clip.size) > LARGE_PX:
            say(f"{name}: {clip.size[0]:,} x {clip.size[1]:,} pixels. Smaller: --width {_smaller(*clip.size)}.")
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


def _smaller(width: int, height: int) -> int:
    """A round width at which no side is large: 2100 for 11635 x 10867, which is then 2100 x 1961."""
    most = width * LARGE_PX / max(width, height) / 2
    unit = 10 ** max(len(str(int(most))) - 2, 0)
    return max(int(most // unit * unit), 16)


def _shorter(clip: Clip) -> list[str]:
    """The ways that help: fewer and faster steps unless the hold is most of the playing, and then a shorter hold.

    The faster step is a tenth of the step's time, which a GIF can count, and is said with how long the figure then
    plays.
    """
    moving = clip.step_ms * len(clip)
    ways = []
    if moving > clip.hold_ms or len(clip) >= MANY_STEPS:
        ways += ["a smaller input", "a larger stride"]
        if (ms := max(clip.step_ms // 100 * 10, 20)) < clip.step_ms:
            ways.append(f"--step-ms {ms} ({_time(ms * len(clip) + clip.hold_ms)})")
    return ways if moving > clip.hold_ms else [*ways, "a smaller --hold-ms"]


def _bytes(clip: Clip, form: Format, single: bool) -> float:
    """The bytes of all files of a name, by samples: those of few steps, and the same again for each further one."""
    if single:
        sizes = [len(picture) for picture in form.draw(clip, iter(range(0, len(clip), -(-len(clip) // FEW))))]
        return sum(sizes) / len(sizes) * len(clip)
    if len(clip) <= MORE:
        return _written(clip, form)
    few, more = (_sample(clip, form, steps) for steps in (FEW, MORE))
    return few + (more - few) / (MORE - FEW) * (len(clip) - FEW)


def _sample(clip: Clip, form: Format, steps: int) -> int:
    """The bytes of the first steps alone."""
    return _written(replace(clip, scene=replace(clip.scene, steps=steps, poster=0)), form)


def _written(clip: Clip, form: Format) -> int:
    """The bytes of the whole clip."""
    file = io.BytesIO()
    form.write(clip, file)
    return len(file.getvalue())


def _time(ms: float) -> str:
    """A time in a unit that suits it: "68 minutes"."""
    seconds = ms / 1000
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _amount(count: float) -> str:
    """Bytes with two digits: "8.1 MB"."""
    size, unit = next(((size, unit) for size, unit in UNITS if count >= size), (1, "bytes"))
    return f"{count / size:,.0f} {unit}" if count >= 10 * size else f"{count / size:.1f} {unit}"

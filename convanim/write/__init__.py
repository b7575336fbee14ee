"""The writers: they turn a clip into a file. The suffix of the file name selects the format.

A writer doesn't know the path: it writes to an open file, or yields the bytes of each step. A new format is a module
here and a row of FORMATS. Imports: `clip`, `geometry`, `progress`, `render`, `scene`, `text`, `themes`. Libraries:
numpy, PIL, imageio_ffmpeg.
"""

from __future__ import annotations

import os
import re
import string
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import ConvanimError, ConvanimWarning, expected_one_of, short_repr
from ..geometry.parameters import MOST_BYTES
from ..progress import Progress, counted
from .files import replacing

if TYPE_CHECKING:
    from ..clip import Clip
    from ..scene import Scene

STEP = re.compile(r"(0?[1-9]?d?)")  # what may follow {step: - a number of digits
MOST_STEPS = 100_000
LARGE_PX = 4000  # width or height of a picture: more than a screen of 3840 pixels shows


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: the module beside this one and its functions, which write all steps to one file, or one picture
    per step.

    `bytes_a_pixel` is the memory for drawing. `checked`: the module has a `check`, which raises ConvanimError if the
    format can't store the clip or a library is missing. A format without animations writes the step that explains most,
    unless a step is specified.
    """

    about: str
    module: str
    animated: str | None = None
    pictures: str | None = None
    bytes_a_pixel: int = 0
    checked: bool = False

    def check(self, clip: Clip) -> None:
        """Raise ConvanimError if the format can't store the clip."""
        if self.checked:
            self._function("check")(clip)

    def write(self, clip: Clip, file: BinaryIO, progress: Progress | None = None) -> None:
        """Write the animation to an open, seekable file; a format without animations writes the poster."""
        if self.animated is None:
            file.writelines(self.draw(clip, iter([clip.poster])))
        else:
            self._function(self.animated)(clip.played, file, progress)

    def draw(self, clip: Clip, steps: Iterator[int]) -> Iterator[bytes]:
        """Yield single steps, each as the content of a file."""
        pictures: Iterator[bytes] = self._function(self.pictures)(clip, steps)
        return pictures

    def _function(self, name: str | None) -> Callable[..., Any]:
        """A function of the format's module. The module is imported only now, because it may need a missing library."""
        assert name is not None
        try:
            module = import_module(f".{self.module}", __name__)
        except ModuleNotFoundError as error:
            library = (error.name or "").partition(".")[0].replace("PIL", "pillow")
            raise ConvanimError(f"this format needs {library}, which isn't installed: pip install {library}") from None
        found: Callable[..., Any] = getattr(module, name)
        return found


FORMATS = {
    ".gif": Format("animated", "gif", animated="write", bytes_a_pixel=24, checked=True),
    ".svg": Format(
        "animated, no script; with {step} or one step a still picture",
        "pictures",
        animated="write_animated_svg",
        pictures="svgs",
    ),
    ".apng": Format("animated, lossless", "apng", animated="write", bytes_a_pixel=24, checked=True),
    ".webp": Format(
        "animated, lossless; with {step} or one step a still picture",
        "webp",
        animated="write",
        pictures="stills",
        bytes_a_pixel=24,
        checked=True,
    ),
    ".mp4": Format("a video, for slides", "video", animated="write_mp4", bytes_a_pixel=24, checked=True),
    ".webm": Format("a video, for pages", "video", animated="write_webm", bytes_a_pixel=24, checked=True),
    ".pdf": Format(
        "vectors, a page per step; with {step} or one step a single page", "pdf", animated="write", pictures="pages"
    ),
    ".tex": Format(
        "TikZ in the document's own fonts, alone, in a paper or in beamer",
        "tex",
        animated="write",
        pictures="steps_alone",
    ),
    ".html": Format("a page with a player", "html", animated="write"),
    ".png": Format(
        "the step that explains most; {step} in the name for all steps",
        "pictures",
        pictures="pngs",
        bytes_a_pixel=16,
    ),
}


def save(
    clip: Clip,
    path: str | os.PathLike[str],
    step: int | str | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write a clip in the format of the path's suffix, and return the written paths.

    A name with `{step}` or `{step:03d}` is a sequence, a file for each step; `step` writes that one alone, "poster" the
    one that explains most, which is also what a format of single pictures shows if nothing else is asked for.
    `progress` is told each step that is done. Warns of a picture of very many pixels before it is drawn. Raises
    ConvanimError before anything is written for a suffix that isn't in FORMATS, a name that can't be, a figure of more
    than 100,000 steps or 2 GB, and for a place that can't be written.
    """
    form, named, single = planned(clip, path, step)
    if large := told_if_large(clip, os.fspath(path), form, "width="):
        warnings.warn(large, ConvanimWarning, stacklevel=3)
    if single:
        pictures = form.draw(clip, iter([step for step, _ in named]))
        for _, name in counted(named, progress):
            with replacing(name) as file:
                file.write(next(pictures))
    else:
        with replacing(named[0][1]) as file:
            form.write(clip, file, progress)
    return [name for _, name in named]


def planned(
    clip: Clip, path: str | os.PathLike[str], step: int | str | None = None
) -> tuple[Format, list[tuple[int, Path]], bool]:
    """Plan a `save` without writing: the format, (step, path) of each file, and whether they are single pictures.
    Raises the same errors as `save`.
    """
    try:
        target = Path(os.fspath(path))
    except TypeError:
        raise ConvanimError(f"{short_repr(path)} is not a path: give a name such as 'strides.gif'") from None
    if not target.name or not _writable(str(target)):
        raise ConvanimError(f"{short_repr(str(path))} is not a file name: give one such as 'strides.gif'")
    suffix = target.suffix.lower()
    if suffix not in FORMATS:
        raise expected_one_of(f"format of {str(target)!r}: suffix", suffix, FORMATS)
    form = FORMATS[suffix]
    if isinstance(step, str) and step == "poster":
        step = clip.scene.poster
    if step is not None:
        clip.check_step(step)  # type: ignore[arg-type]
    named, sequence = _named(target, clip.scene, step)  # type: ignore[arg-type]
    single = step is not None or sequence
    pictures = single or form.animated is None
    check_cost(clip, form.bytes_a_pixel, len(named) if pictures else len(clip.played))
    if single and form.pictures is None:
        others = " or ".join(name for name, row in FORMATS.items() if row.pictures)
        raise ConvanimError(f"{named[0][1]}: a {suffix} holds the whole animation; write single pictures as {others}")
    form.check(clip if pictures else clip.played)
    return form, named, pictures


def told_if_large(clip: Clip, name: object, form: Format, option: str) -> str:
    """How many pixels a picture with a side of more than LARGE_PX has, and a smaller width, as `option`; "" for
    others.
    """
    width, height = clip.size
    if not form.bytes_a_pixel or max(width, height) <= LARGE_PX:
        return ""
    # half as large as may be, and a round number: 2100 for 11635 x 10867, which is then 2100 x 1961
    most = width * LARGE_PX / max(width, height) / 2
    unit = 10 ** max(len(str(int(most))) - 2, 0)
    return f"{name}: {width:,} x {height:,} pixels. Smaller: {option}{max(int(most // unit * unit), 16)}."


def check_cost(clip: Clip, bytes_a_pixel: int, steps: int = 1) -> None:
    """Raise ConvanimError if this number of steps would take too long or too much memory. The message states what it
    would need.
    """
    width, height = clip.size
    if steps > MOST_STEPS:
        raise ConvanimError(
            f"the figure would need {clip.scene.steps:,} steps, a frame each, and {MOST_STEPS:,} are the most: save"
            ' one step, as with step="poster", or take a smaller input or a larger stride'
        )
    needed = width * height * bytes_a_pixel
    if needed > MOST_BYTES:
        raise ConvanimError(
            f"a frame would be {width:,} x {height:,} pixels and need {needed / 2**30:,.1f} GB to draw;"
            f" {MOST_BYTES / 2**30:.0f} GB are the most: take a smaller dpi or a smaller figure"
        )


def literal(path: str | os.PathLike[str]) -> str:
    """Escape the braces of a path for `save`."""
    return os.fspath(path).replace("{", "{{").replace("}", "}}")


def _writable(name: str) -> bool:
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:  # half a surrogate
        return False


def _named(target: Path, scene: Scene, step: int | None) -> tuple[list[tuple[int, Path]], bool]:
    """(step, path) of each file to write, and whether the name contains {step}. Without {step} there is one file."""
    pattern = str(target)
    found = has_step(pattern)
    if found is None:
        raise ConvanimError(
            f"{short_repr(pattern)}: braces in a file name contain the step, as in 'frames_{{step}}.png' or"
            " 'frames_{step:03d}.png'; write {{ and }} for braces"
        )
    wanted = range(scene.steps) if step is None and found else [scene.poster if step is None else step]
    return [(n, Path(pattern.format(step=n))) for n in wanted[: MOST_STEPS + 1]], found


def has_step(pattern: str) -> bool | None:
    """Whether a name contains `{step}` or a form such as `{step:03d}`. None for any other braces."""
    try:
        parts = [part for part in string.Formatter().parse(pattern) if part[1] is not None]
    except ValueError:
        return None
    if any(field != "step" or conversion or not STEP.fullmatch(spec or "") for _, field, spec, conversion in parts):
        return None
    return bool(parts)

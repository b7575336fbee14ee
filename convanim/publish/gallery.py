"""Builds all figures of a set of specs with several workers. A failing figure doesn't stop the others; unchanged
figures are kept.
"""

from __future__ import annotations

import hashlib
import io
import os
import unicodedata
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..errors import ConvanimError, expected_one_of, one_line
from ..spec import Figure, figures
from ..themes.theme import Theme
from ..write import FORMATS, planned
from .gallery_page import Part, parts_of, themes_of, written
from .gallery_places import Folder, Place, place_of
from .gallery_record import RECORD, Entry, Record, drawing, key, telling
from .gallery_workers import over
from .snippets import PICTURES

SUFFIXES = (".gif", ".svg")


@dataclass(frozen=True, slots=True)
class Built:
    """The result for one figure: its files, or the error. `kept`: all files existed already and are up to date."""

    name: str
    paths: tuple[Path | str, ...] = ()
    error: str | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for a gallery: its figures in the order of the specs, and the removed files of deleted figures."""

    built: list[Built]
    removed: list[str]


@dataclass(frozen=True)
class Job:
    """Files of one figure to draw. A worker needs convanim only: a custom theme is included here."""

    figure: Figure
    theme: Theme | str
    suffixes: tuple[str, ...]
    drawing: tuple[str, ...]  # versions of the drawing code on the machine that created the job


def gallery(
    specs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
    out: str | os.PathLike[str] = "gallery",
    executor: Executor | None = None,
    *,
    suffixes: Iterable[str] = SUFFIXES,
    done: Callable[[Built], None] | None = None,
    redraw: bool = False,
) -> list[Built]:
    """Write every figure of the TOML files `specs` (those of the package if none) into the folder `out`, and a page,
    index.html, that plays them.

    `suffixes` are the formats; the default is GIF and animated SVG. If a page can show none of them, SVG is added.
    Existing files are kept if a record in the folder shows that figure, theme, and the versions of convanim and of the
    libraries are unchanged; `redraw` draws them anyway. Files of figures that were deleted from their TOML file are
    removed, unless they were modified.

    `out` may be a URL supported by fsspec, such as "s3://bucket/figures" (extra `remote`): then the workers write
    there.

    `executor` is any `concurrent.futures.Executor`; the default is one process per core. Workers need convanim but no
    shared disk, since they return the content of the files. `done` is called with each finished figure. Returns the
    result of each figure in the order of the specs: a failing figure has an `error`, isn't on the page, and doesn't
    stop the others. Raises ConvanimError for unreadable specs and unknown formats.
    """
    return run(specs, out, executor, suffixes=suffixes, done=done, redraw=redraw).built


def run(
    specs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None,
    out: str | os.PathLike[str],
    executor: Executor | None = None,
    *,
    suffixes: Iterable[str] = SUFFIXES,
    done: Callable[[Built], None] | None = None,
    redraw: bool = False,
    chosen: Sequence[Figure] | None = None,
) -> Outcome:
    """The same as `gallery`, and also returns the removed files. `chosen` are the figures, if the specs were already
    read.
    """
    try:
        paths = [specs] if isinstance(specs, str | os.PathLike) else list(() if specs is None else specs)
        place = place_of(out)
        wanted = (suffixes,) if isinstance(suffixes, str) else tuple(suffixes)
    except TypeError as error:
        raise ConvanimError(f"gallery takes paths of TOML files, a folder, and suffixes: {error}") from None
    for suffix in wanted:
        if suffix not in FORMATS:
            raise expected_one_of("format: suffix", suffix, FORMATS)
    wanted = tuple(dict.fromkeys(wanted))
    wanted += () if {*wanted} & {*PICTURES} else PICTURES[:1]  # which the page shows
    all_ = list(figures(*paths).values()) if chosen is None else list(chosen)
    jobs = [Job(one, theme, wanted, drawing()) for one, theme in zip(all_, themes_of(all_), strict=True)]
    _check_names(jobs, {RECORD, *(file for part in _parts(jobs) for file in part.files)})
    record = Record(place)
    place.tidy()
    try:
        built = _build(jobs, place, record, executor, done, redraw)
        parts = _parts([job for job, one in zip(jobs, built, strict=True) if not one.error])
        _write_pages(parts, place, record, executor, redraw)
        return Outcome(built, _remove_gone(jobs, parts, paths, place, record))
    finally:
        record.save()


def _check_names(jobs: Iterable[Job], taken: Iterable[str]) -> None:
    """Raise ConvanimError if two files of a gallery would have one name."""
    known = {_same(file): "" for file in taken}
    for job in jobs:
        name = job.figure.name
        for suffix in job.suffixes:
            other = known.setdefault(_same(name + suffix), name)
            if not other:
                raise ConvanimError(f"figure {name!r} as {suffix} has the name of the gallery's page: give it another")
            if other != name:
                raise ConvanimError(
                    f"figures {other!r} and {name!r} would be one file on macOS and Windows, which don't tell"
                    " capitals from small letters, nor composed letters from others: give one another name"
                )


def _same(file: str) -> str:
    """The name as a case-insensitive and normalizing file system compares it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", file).casefold())


def _parts(jobs: Sequence[Job]) -> list[Part]:
    suffixes = jobs[0].suffixes if jobs else SUFFIXES
    return parts_of([job.figure for job in jobs], [job.theme for job in jobs], suffixes, telling())


def _build(
    jobs: list[Job],
    place: Place,
    record: Record,
    executor: Executor | None,
    done: Callable[[Built], None] | None,
    redraw: bool,
) -> list[Built]:
    """Draw what isn't there, and record it; what became of each figure, in the order of the jobs."""
    keys = {file: one for job in jobs for file, one in _keys(job).items()}
    there = set() if redraw else _there(keys, place, record)
    results: dict[str, Built] = {}

    def finish(job: Job, error: str | None = None, *, kept: bool = False) -> None:
        paths = () if error else tuple(place.path(job.figure.name + suffix) for suffix in job.suffixes)
        results[job.figure.name] = one = Built(job.figure.name, paths, error, kept)
        if done:
            done(one)

    todo: list[Job] = []
    for job in jobs:
        missing = tuple(suffix for suffix in job.suffixes if job.figure.name + suffix not in there)
        if missing:
            todo.append(Job(job.figure, job.theme, missing, job.drawing))
        else:
            finish(job, kept=True)
    whole = {job.figure.name: job for job in jobs}
    if todo:
        # own workers write the files; workers of another executor may have other disks
        work = partial(draw, place=None if executor and isinstance(place, Folder) else place)
        with closing(over(executor, work, todo)) as finished:
            for job, result in finished:
                finish(whole[job.figure.name], _recorded(job, result, keys, place, record))
    return [results[job.figure.name] for job in jobs]


def _recorded(
    job: Job, result: dict[str, bytes | str] | str | Exception, keys: dict[str, str], place: Place, record: Record
) -> str | None:
    """Write the files that the worker didn't write, and record all files. Returns the error, if any."""
    if isinstance(result, Exception):
        return one_line(f"{type(result).__name__}: {result}")
    if isinstance(result, str):
        return result
    try:
        for file, content in result.items():
            put = place.put(file, content) if isinstance(content, bytes) else content
            record.add(Entry(file, keys[file], put, job.figure.name, _source(job.figure.source)))
    except ConvanimError as error:
        return str(error)
    return None


def _keys(job: Job) -> dict[str, str]:
    """A hash of the ingredients of each file of a figure, by file name."""
    figure = job.figure
    made_of = [(layer.operation, dict(layer.parameters)) for layer in figure.layers], dict(figure.options), job.theme
    common = key(made_of, job.drawing)
    return {figure.name + suffix: key(common, suffix) for suffix in job.suffixes}


def _there(keys: dict[str, str], place: Place, record: Record) -> set[str]:
    """The existing files that are up to date and unmodified."""
    entries = record.entries
    same = [file for file, one in keys.items() if file in entries and entries[file].key == one]
    marks = place.marks(same)
    return {file for file in same if marks.get(file) == entries[file].mark}


def draw(job: Job, place: Place | None) -> dict[str, bytes | str] | str:
    """Draw the files of a figure. Returns the content of each, or its mark if it was written; or the error."""
    here = drawing()
    if here != job.drawing:
        other = next(f"{one}, not {two}" for one, two in zip(here, job.drawing, strict=True) if one != two)
        return f"this worker draws with {other} as the caller does: install the same on both"
    try:
        animation = job.figure.animate(theme=job.theme)
        contents: dict[str, bytes | str] = {}
        for suffix in job.suffixes:
            form, _, _ = planned(animation, f"x{suffix}")
            file = io.BytesIO()
            form.write(animation, file)
            contents[job.figure.name + suffix] = file.getvalue()
        if place is None:
            return contents
        return {name: place.put(name, content) for name, content in contents.items()}  # type: ignore[arg-type]
    except ConvanimError as error:
        return str(error)


def _write_pages(parts: list[Part], place: Place, record: Record, executor: Executor | None, redraw: bool) -> None:
    """Write the files of the pages, unless they are up to date."""
    keys = {file: made_of for part in parts for made_of in [key(part)] for file in part.files}
    there = set() if redraw else _there(keys, place, record)
    todo = [part for part in parts if not there.issuperset(part.files)]
    with closing(_told(todo, place, executor)) as finished:
        for result in finished:
            if isinstance(result, Exception):
                raise result
            if isinstance(result, str):
                raise ConvanimError(result)
            for file, content in result.items():
                put = place.put(file, content) if isinstance(content, bytes) else content
                record.add(Entry(file, keys[file], put, "", ""))


def _told(
    todo: list[Part], place: Place, executor: Executor | None
) -> Generator[dict[str, bytes | str] | str | Exception, None, None]:
    """What became of each part: one is made here, several by workers."""
    if len(todo) == 1:
        yield {file: text.encode() for file, text in written(todo[0]).items()}
    elif todo:
        work = partial(tell, place=None if executor and isinstance(place, Folder) else place)
        with closing(over(executor, work, todo)) as finished:
            for _, result in finished:
                yield result


def tell(part: Part, place: Place | None) -> dict[str, bytes | str] | str:
    """Make the files of a part of the pages: the content of each, or its mark if it was written; or the error."""
    if part.made_by != telling():
        return "a worker makes other pages than the caller does: install the same convanim on both"
    try:
        contents = {file: text.encode() for file, text in written(part).items()}
        return {file: content if place is None else place.put(file, content) for file, content in contents.items()}
    except ConvanimError as error:
        return str(error)


def _remove_gone(
    jobs: list[Job], parts: list[Part], specs: Sequence[str | os.PathLike[str]], place: Place, record: Record
) -> list[str]:
    """Remove files of figures that are no longer in these specs, and return their names; and pages that are too many.

    Files that were changed since they were written stay, as do those of figures of other specs.
    """
    sources = {_source(os.fspath(spec)) for spec in specs} if specs else {_source(job.figure.source) for job in jobs}
    names = {job.figure.name for job in jobs}
    pages = {file for part in parts for file in part.files}
    gone = [
        one
        for one in record.entries.values()
        if (one.figure not in names and one.of in sources if one.figure else one.file not in pages)
    ]
    marks = place.marks([one.file for one in gone])
    removed = [one.file for one in gone if marks.get(one.file) == one.mark]
    for file in removed:
        place.remove(file)
    for one in gone:
        record.drop(one.file)
    return sorted(one.file for one in gone if one.figure and one.file in {*removed})


def _source(spec: str) -> str:
    """A hash of the path of a figure's table. The record may be published; the author's folder names must not be."""
    return hashlib.sha256(os.path.realpath(spec).encode("utf-8", "surrogateescape")).hexdigest()[:16]

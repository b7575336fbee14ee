"""Builds every figure of a set of specs, side by side in processes, and goes on where one fails."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from ..errors import ConvanimError, expected_one_of, one_line, short_repr
from ..spec import Figure, figures
from ..write import FORMATS, literal
from ..write.files import replacing
from .gallery_page import pages
from .snippets import PICTURES

SUFFIXES = (".gif", ".svg")


@dataclass(frozen=True, slots=True)
class Built:
    """What became of one figure: the files written, or the line that says why there are none."""

    name: str
    paths: tuple[Path, ...] = ()
    error: str | None = None


def gallery(
    specs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
    out: str | os.PathLike[str] = "gallery",
    executor: Executor | None = None,
    *,
    suffixes: Iterable[str] = SUFFIXES,
    done: Callable[[Built], None] | None = None,
) -> list[Built]:
    """Write every figure of the TOML files `specs` (those of the package if none) into the folder `out`, and a page,
    index.html, that plays them.

    `suffixes` are the formats, GIF and animated SVG if nothing else is asked for; without one that a page can show, SVG
    comes to them. The figures are built over any `concurrent.futures.Executor`, by default one process a core; `done`
    is called with each as it is finished. Returns what became of each, in the order of the specs: a figure that fails
    has an `error`, isn't on the page, and doesn't stop the others. Raises ConvanimError for specs that can't be read,
    and for unknown formats.
    """
    try:
        paths = [specs] if isinstance(specs, str | os.PathLike) else list(() if specs is None else specs)
        folder = os.fsdecode(out)
        wanted = (suffixes,) if isinstance(suffixes, str) else tuple(suffixes)
        in_the_way = Path(folder).exists() and not Path(folder).is_dir()
    except TypeError as error:
        raise ConvanimError(f"gallery takes paths of TOML files, a folder, and suffixes: {error}") from None
    except OSError as error:  # a name that is too long, or that may not be looked at
        raise ConvanimError(f"{short_repr(os.fsdecode(out))} can't be a folder: {error.strerror}") from None
    if in_the_way:
        raise ConvanimError(f"{folder} is a file, and the gallery needs a folder to write to")
    for suffix in wanted:
        if suffix not in FORMATS:
            raise expected_one_of("format: suffix", suffix, FORMATS)
    wanted += () if {*wanted} & {*PICTURES} else PICTURES[:1]  # which the page shows
    jobs = [(one, folder, wanted) for one in figures(*paths).values()]
    built = _over(jobs, executor, done)
    _write_page([job[0] for job, one in zip(jobs, built, strict=True) if not one.error], folder, wanted)
    return built


def _over(
    jobs: list[tuple[Figure, str, tuple[str, ...]]], executor: Executor | None, done: Callable[[Built], None] | None
) -> list[Built]:
    """The jobs over an executor, or over processes, one a core."""
    if executor is None:
        with _processes(len(jobs)) as pool:
            return _build(jobs, pool, done, cancels=False)
    return _build(jobs, executor, done, cancels=True)


@contextlib.contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    """Processes, one a core and no more than there are jobs. They end with this one, and at once if the block fails."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told, tell = multiprocessing.Pipe(duplex=False)
    with tell, told, ProcessPoolExecutor(max(1, min(cores, jobs)), initializer=_end_with, initargs=(told,)) as pool:
        try:
            yield pool
        except BaseException:  # Ctrl-C above all
            tell.send_bytes(b"end")
            raise


def _end_with(told: Connection) -> None:
    """End this worker when its parent ends or sends a message, even while it draws: unfinished files have no name.

    The worker ignores Ctrl-C, which a terminal sends to all processes: the parent handles it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None
    sentinel = parent.sentinel

    def end() -> None:
        wait([sentinel, told])
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


def _write_page(drawn: list[Figure], folder: str, suffixes: tuple[str, ...]) -> None:
    for name, text in pages(drawn, suffixes).items():
        with replacing(Path(folder, name)) as file:
            file.write(text.encode())


def _build(
    jobs: list[tuple[Figure, str, tuple[str, ...]]],
    executor: Executor,
    done: Callable[[Built], None] | None,
    *,
    cancels: bool,
) -> list[Built]:
    """Build over an executor. `cancels`: a failure, Ctrl-C above all, cancels what is pending.

    Processes of our own are ended instead; Python's thread for them fails on futures that were cancelled before.
    """
    running = {executor.submit(build, *job): n for n, job in enumerate(jobs)}
    results: dict[int, Built] = {}
    try:
        for future in as_completed(running):
            n = running[future]
            results[n] = _result(future, jobs[n][0].name)
            if done:
                done(results[n])
    except BaseException:
        for future in running if cancels else ():
            future.cancel()
        raise
    return [results[n] for n in sorted(results)]


def _result(future: Future[Built], name: str) -> Built:
    """What became of a figure; where its process died, or the executor lost it, the others go on."""
    try:
        return future.result()
    except Exception as error:
        return Built(name, error=one_line(f"{type(error).__name__}: {error}"))


def build(figure: Figure, out: str, suffixes: tuple[str, ...]) -> Built:
    """Write one figure in each format."""
    try:
        animation = figure.animate()
        paths = [path for suffix in suffixes for path in animation.save(Path(literal(out), figure.name + suffix))]
    except ConvanimError as error:
        return Built(figure.name, error=str(error))
    return Built(figure.name, tuple(paths))

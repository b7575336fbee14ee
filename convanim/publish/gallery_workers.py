"""Run jobs in processes or in any executor: a few jobs at a time, with retries after a lost worker."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from functools import partial
from itertools import chain
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import ConvanimError

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

Job = TypeVar("Job")
Result = TypeVar("Result")

AT_ONCE = 512  # jobs that an executor has at a time: their results wait in memory until they are taken
TOGETHER = 4  # jobs that it gets as one: each costs a caller of Dask some 2 ms, where a figure costs its worker 60
SPREAD = 128  # into so many at least, so that many workers have something to do
MOST_WINDOWS = 61  # processes: Windows waits for 63 things at most, and two are pipes
# macOS and Windows, and Linux since Python 3.14, begin each worker by importing the script that started it.
GUARD = (
    "the processes that draw run this script from its start: put the call of gallery() below a line"
    " 'if __name__ == \"__main__\":', or pass an executor such as ThreadPoolExecutor()"
)
TRIES = 2  # of a job that ends with an exception: its worker may have been lost


def over(
    executor: Executor | None, work: Callable[[Job], Result], jobs: Sequence[Job]
) -> Generator[tuple[Job, Result | Exception], None, None]:
    """Yield each job with its result or its exception, as soon as it is finished.

    Without an executor, use one process per core. If a worker is lost, its job is repeated.
    """
    return _over_own(work, jobs) if executor is None else _over_given(executor, work, jobs)


def _over_given(
    executor: Executor, work: Callable[[Job], Result], jobs: Sequence[Job]
) -> Generator[tuple[Job, Result | Exception], None, None]:
    size = max(1, min(TOGETHER, len(jobs) // SPREAD))
    waiting = deque(list(jobs[n : n + size]) for n in range(0, len(jobs), size))
    tried = Counter[int]()
    for some, result in _finished(executor, partial(_each, work), waiting, AT_ONCE // size, cancels=True):
        if not isinstance(result, Exception):
            yield from zip(some, result, strict=True)
            continue
        tried.update(map(id, some))
        for job in some:  # alone, so that the one at fault takes no other with it
            if tried[id(job)] < TRIES:
                waiting.append([job])
            else:
                yield job, result
    for job in chain.from_iterable(waiting):
        yield job, BrokenExecutor("the executor accepts no more work")


def _each(work: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]:
    return [work(job) for job in jobs]


def _over_own(
    work: Callable[[Job], Result], jobs: Sequence[Job]
) -> Generator[tuple[Job, Result | Exception], None, None]:
    """If a process dies, the running jobs are suspects: each is repeated in its own process."""
    waiting, suspects = deque(jobs), list[Job]()
    while waiting:
        workers = min(_cores(), len(waiting))
        with _processes(workers) as (pool, begun):
            for job, result in _finished(pool, work, waiting, 4 * workers, cancels=False):
                if isinstance(result, BrokenExecutor):
                    if not begun() and multiprocessing.get_start_method() != "fork":
                        raise ConvanimError(GUARD)
                    suspects.append(job)
                else:
                    yield job, result
    for job in suspects:
        with _processes(1) as (pool, _):
            yield from _finished(pool, work, deque([job]), 1, cancels=False)


def _finished(
    executor: Executor, work: Callable[[Job], Result], waiting: deque[Job], at_once: int, *, cancels: bool
) -> Generator[tuple[Job, Result | Exception], None, None]:
    """Take jobs from those that wait, so many at a time, until there are none or the executor takes no more.

    `cancels`: on a failure such as Ctrl-C, cancel pending jobs. Own processes are ended instead, because Python's
    manager thread fails on cancelled futures.
    """
    running: dict[Future[Result], Job] = {}
    takes = True
    try:
        while running or (waiting and takes):
            while waiting and takes and len(running) < at_once:
                try:
                    running[executor.submit(work, waiting[0])] = waiting[0]
                    waiting.popleft()
                except BrokenExecutor:
                    takes = False
                except RuntimeError:  # the executor is shut down; or this is a worker that runs its parent's script
                    if not cancels:
                        raise ConvanimError(GUARD) from None
                    takes = False
            for future in wait_for(running, return_when=FIRST_COMPLETED).done:
                result = _result(future)
                yield running.pop(future), result
    except BaseException:
        for future in running if cancels else ():
            future.cancel()
        raise


def _result(future: Future[Result]) -> Result | Exception:
    try:
        return future.result()
    except Exception as error:
        return error


def _cores() -> int:
    """The cores that this process may use; on Windows at most as many as a process can wait for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_WINDOWS) if sys.platform == "win32" else cores


@contextlib.contextmanager
def _processes(workers: int) -> Iterator[tuple[Executor, Callable[[], bool]]]:
    """An executor of this many processes, and whether one of them has begun to work.

    They end with this process, and at once if the block fails.
    """
    told, tell = multiprocessing.Pipe(duplex=False)
    begun = multiprocessing.Event()
    with tell, told, ProcessPoolExecutor(workers, initializer=_begin, initargs=(told, begun)) as pool:
        try:
            yield pool, begun.is_set
        except BaseException:  # Ctrl-C above all
            tell.send_bytes(b"end")
            raise


def _begin(told: Any, begun: Event) -> None:
    """Say that this worker has begun, and end it when its parent ends or sends a message, even while it draws:
    unfinished files have no name.

    The worker ignores Ctrl-C, which a terminal sends to all processes: the parent handles it.
    """
    begun.set()
    gc.freeze()  # what the parent had, ten thousand figures maybe, is never looked through for what can go
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None
    sentinel = parent.sentinel

    def end() -> None:
        wait([sentinel, told])
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()

"""`make bench-gallery`: what a gallery of 10,000 different figures costs, as a Markdown table.

    python tests/benchmarks/gallery.py [COUNT] [FORMATS] [FOLDER]

COUNT figures, 10,000 if it is left out, are drawn by all cores, and a tenth of them by one core, as GIF and SVG if
FORMATS, such as "svg", doesn't say otherwise. FOLDER keeps the gallery afterwards. Seconds are those of a clock, and
CPU seconds as the system counts them: on a machine that does other things too, figures a second of CPU time are what
one core of it would do alone. What the pages cost a browser, and what a Dask cluster does, is measured where `make
test-browser` and `make test-cluster` have set up what that needs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LOOKS = ('view = "isometric"', "symbols = true", "", "shade = true")  # those without symbols have numbers
THEMES = ("clear", "dark", "print")
OPERATIONS = ("conv", "pool", "transpose")
MB = 1e6

# how a gallery is made: the seconds, the CPU seconds of this process and of its workers, the bytes that they have in
# memory when a tenth, a half and all of the figures are drawn, and the most that this one ever had
BUILD = """
import json, multiprocessing, resource, sys, time
import convanim as ca

def resident(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

spec, out, total, suffixes = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4].split(",")
marks, memory, seen = {max(1, total // 10), total // 2, total}, [], 0

def done(built):
    global seen
    seen += 1
    assert built.error is None, built
    kept.append(built.kept)
    if seen in marks:
        memory.append([resident("self"), *(resident(one.pid) for one in multiprocessing.active_children())])

kept, began = [], time.perf_counter()
ca.gallery(spec, out, suffixes=suffixes, done=done)
clock = time.perf_counter() - began
cpu = [sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
peak = [resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"clock": clock, "cpu": cpu, "peak": peak, "memory": memory, "kept": sum(kept)}))
"""

# reading a file of figures, and what each takes in memory
READ = """
import json, resource, sys, time
import convanim as ca
ca.figures()
base, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
found = ca.figures(sys.argv[1])
more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base
print(json.dumps([len(found), time.process_time() - began, more * 1024]))
"""


@dataclass(frozen=True)
class Built:
    """What making a gallery took."""

    clock: float
    cpu: list[float]  # of the parent, of the workers
    peak: list[int]  # of the parent, of the largest worker
    memory: list[list[int]]  # of the parent and the workers, after a tenth, a half and all
    kept: int


def table(n: int) -> str:
    """The n-th figure of the collection: no two are alike, and each 1,200 in a row have all sizes in all looks."""
    digits, rest = [], n
    for size in (len(LOOKS), len(THEMES), 5, 5, 2, 2, 2):
        rest, digit = divmod(rest, size)
        digits.append(digit)
    look, theme, height, width, kernel, stride, padding = digits
    lines = [
        f"[figure_{n:05}]",
        f'operation = "{OPERATIONS[rest % 3]}"',
        f"input_size = [{4 + height}, {4 + width}]",
        f"kernel_size = {2 + kernel}",
        f"stride = {1 + stride}",
        f"padding = {padding}",
        f'theme = "{THEMES[theme]}"',
        'labels = "all"',
        LOOKS[look],
        f"seed = {rest}" if look > 1 else f"step_ms = {1000 + 10 * rest}",  # where there are no numbers
        'view = "flat"' if look else "",
    ]
    return "\n".join(filter(None, lines)) + "\n"


def told(code: str, *arguments: object, cores: set[int] | None = None) -> Any:
    """What a program prints, as JSON; it runs on some cores alone if that is asked for."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    child = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True, env=environment
    )
    if cores:
        os.sched_setaffinity(child.pid, cores)
    output, _ = child.communicate()
    if child.returncode:
        raise SystemExit(f"bench: a program failed with status {child.returncode}")
    return json.loads(output)


def rows(count: int, formats: str, folder: Path) -> Iterator[tuple[str, str]]:
    """What is measured, and what was found."""
    cores, few = sorted(os.sched_getaffinity(0)), max(1, count // 10)
    spec, some, out = folder / "figures.toml", folder / "some.toml", folder / "out"
    spec.write_text("\n".join(map(table, range(count))))
    some.write_text("\n".join(map(table, range(few))))
    found, seconds, more = told(READ, spec)
    assert found == count
    yield f"figures() of {count:,}", f"{seconds:.2f} s CPU, {more / MB:.0f} MB"
    one = Built(**told(BUILD, some, folder / "few", few, formats, cores={cores[0]}))
    yield f"one core, {few:,} figures", speed(one, few)
    whole = Built(**told(BUILD, spec, out, count, formats))
    yield f"{len(cores)} cores, {count:,} figures", speed(whole, count)
    yield "against one core, by the clock", f"{count / whole.clock / (few / one.clock):.2f}x"
    yield "of the CPU time, the parent's", f"{whole.cpu[0] / sum(whole.cpu):.1%} ({share(whole, count)})"
    for part, sizes in zip(("10 %", "50 %", "100 %"), whole.memory, strict=True):
        workers = ", ".join(f"{size / MB:.0f}" for size in sizes[1:])
        yield f"memory after {part}", f"parent {sizes[0] / MB:.0f} MB, workers {workers} MB"
    yield "most memory, the pages included", f"parent {whole.peak[0] / MB:.0f} MB, worker {whole.peak[1] / MB:.0f} MB"
    again = Built(**told(BUILD, spec, out, count, formats))
    assert again.kept == count, "nothing changed"
    yield "a second call, nothing changed", f"{again.clock:.1f} s, {sum(again.cpu):.1f} s CPU"
    yield f"bytes of the figures, {formats}", f"{size_of(out, 'figure_*') / count / 1000:.1f} kB each"
    for what, pattern in (("pages", "*.html"), ("what dialogs tell", "details*.js"), ("the search", "search*.js")):
        files = [path.stat().st_size for path in out.glob(pattern)]
        yield (
            f"bytes of {what}",
            f"{sum(files) / MB:.1f} MB in {len(files)} files, {max(files, default=0) / 1e3:.0f} kB",
        )
    yield from in_browser(out)
    yield from on_cluster(some, few)


def speed(built: Built, count: int) -> str:
    """Figures a second by the clock, and by the CPU time."""
    return f"{count / built.clock:.1f} figures a second; {count / sum(built.cpu):.1f} a second of CPU time"


def share(built: Built, count: int) -> str:
    return f"{built.cpu[0] / count * 1000:.2f} ms a figure; workers {built.cpu[1] / count * 1000:.1f} ms"


def size_of(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern))


def in_browser(out: Path) -> Iterator[tuple[str, str]]:
    """What the first page costs Chromium."""
    yield from other(".venv-browser", "test-browser", "gallery_page.py", out)


def on_cluster(spec: Path, count: int) -> Iterator[tuple[str, str]]:
    """Figures a second of a Dask cluster of 1, 2 and 4 workers on this machine."""
    yield from other(".venv-cluster", "test-cluster", "gallery_dask.py", spec, count)


def other(environment: str, target: str, script: str, *arguments: object) -> Iterator[tuple[str, str]]:
    """The rows of a script that needs another environment."""
    python = Path(os.environ.get(environment.upper().strip(".").replace("-", "_"), ROOT / environment), "bin", "python")
    if not python.exists():
        yield script, f"left out: make {target} sets up what it needs"
        return
    child = subprocess.run(
        [str(python), str(HERE / script), *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if child.returncode:
        raise SystemExit(f"bench: {script} failed")
    yield from map(tuple, json.loads(child.stdout))


def main(words: list[str]) -> None:
    count = int(words[0]) if words else 10_000
    formats = ",".join(f".{word.removeprefix('.')}" for word in (words[1] if words[1:] else "gif,svg").split(","))
    print("| gallery | measured |\n|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(words[2] if words[2:] else temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name, found in rows(count, formats, folder):
            print(f"| {name} | {found} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

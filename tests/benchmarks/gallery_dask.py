"""Figures a second of a Dask cluster of processes on this machine: rows as JSON, for gallery.py.

    .venv-cluster/bin/python tests/benchmarks/gallery_dask.py TOML COUNT

The least of some runs, which take turns, so that what else the machine does meets all alike.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import psutil
from distributed import Client, LocalCluster

import convanim as ca

WORKERS = (1, 2, 4)
RUNS = 3
WARM = '[warm]\noperation = "conv"\ninput_size = 4\nkernel_size = 2\nview = "flat"\nseed = 1\ntheme = "clear"\n'


def cpu() -> float:
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


def run(spec: Path, workers: int) -> tuple[float, float, float]:
    """The seconds of a gallery, and the CPU seconds of the workers and of this process, the scheduler included."""
    with (
        LocalCluster(workers, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        tempfile.TemporaryDirectory() as out,
    ):
        warm = Path(out, "warm.toml")
        warm.write_text(WARM + "".join(WARM.replace("[warm]", f"[warm{n}]") for n in range(4 * workers)))
        executor = client.get_executor(pure=False)
        ca.gallery(warm, Path(out, "warm"), executor)  # libraries are loaded
        pids = client.run(os.getpid).values()
        before, own, began = used(pids), cpu(), time.perf_counter()
        built = ca.gallery(spec, Path(out, "out"), executor)
        clock = time.perf_counter() - began
        assert not [one for one in built if one.error]
        return clock, used(pids) - before, cpu() - own


def used(pids: object) -> float:
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)  # type: ignore[attr-defined]


def main(spec: Path, count: int) -> None:
    runs = {workers: [] for workers in WORKERS}
    for _ in range(RUNS):
        for workers in WORKERS:
            runs[workers].append(run(spec, workers))
    rows, first = [], min(runs[1])
    for workers, found in runs.items():
        clock, busy, own = (min(values) for values in zip(*found, strict=True))
        told = f"{count / clock:.1f} figures a second, {first[0] / clock:.2f}x"
        each = f"{busy / count * 1000:.1f} ms CPU a figure in workers, {own / count * 1000:.1f} in the caller"
        rows.append((f"Dask, workers: {workers}; {count:,} figures", f"{told}; {each}"))
    print(json.dumps(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

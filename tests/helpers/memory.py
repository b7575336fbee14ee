"""How much memory work needs."""

from __future__ import annotations

import tracemalloc


def peak(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

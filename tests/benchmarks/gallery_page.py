"""What the first page of a gallery costs Chromium: rows as JSON, for gallery.py.

    .venv-browser/bin/python tests/benchmarks/gallery_page.py FOLDER

Each row is the least of some runs, each in a new browser, from files, without a server.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

RUNS = 5
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FIRST = "document.querySelector('.card img')?.naturalWidth > 0"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# the milliseconds until the line below the search says how many figures were found, and they are painted
SEARCH = """(text) => new Promise((done) => {
  const search = document.getElementById("search"), count = document.getElementById("count");
  const began = performance.now();
  const watch = new MutationObserver(() => {
    if (!/figure/.test(count.textContent)) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done([performance.now() - began, count.textContent])));
  });
  watch.observe(count, { childList: true, characterData: true, subtree: true });
  search.value = text;
  search.dispatchEvent(new Event("input"));
})"""


def measured(page: Any, address: str, last: str) -> dict[str, Any]:
    """What one page costs, in milliseconds and bytes."""
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")
    page.goto(address)
    page.wait_for_function(FIRST)
    found = {"figure": page.evaluate("performance.now()"), "paint": page.evaluate(PAINT)}
    found["nodes"] = page.evaluate("document.querySelectorAll('*').length")
    found["heap"] = heap(client)
    for name, text in (("first", "convolution stride"), ("second", "7x5 dark"), ("one", last)):
        found[name], found[f"{name} found"] = page.evaluate(SEARCH, text)
    found["searched"] = heap(client)
    began = page.evaluate("performance.now()")
    page.evaluate(f"location.hash = '#figure:{last}'")
    page.wait_for_selector("#detail[open] .files a")
    found["dialog"] = page.evaluate("performance.now()") - began
    return found


def heap(client: Any) -> float:
    """The bytes of JavaScript's objects after what can go is gone."""
    client.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"]


def main(folder: Path) -> None:
    program = next(filter(None, map(shutil.which, NAMES)))
    last = max(folder.glob("figure_*.svg")).stem
    runs = []
    with sync_playwright() as playwright:
        for _ in range(RUNS):
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            runs.append(measured(page, (folder / "index.html").resolve().as_uri(), last))
            browser.close()
    least = {name: min(run[name] for run in runs) for name in runs[0]}
    rows = [
        ("Chromium: first paint", f"{least['paint']:.0f} ms (median {median(run['paint'] for run in runs):.0f})"),
        ("Chromium: the first figure is there", f"{least['figure']:.0f} ms"),
        ("Chromium: elements; JavaScript's memory", f"{least['nodes']:,}; {least['heap'] / 1e6:.1f} MB"),
        ("Chromium: the first search, its files included", f"{least['first']:.0f} ms ({least['first found']})"),
        ("Chromium: the next searches", f"{least['second']:.0f} ms ({least['second found']}), {least['one']:.0f} ms"),
        ("Chromium: JavaScript's memory after them", f"{least['searched'] / 1e6:.1f} MB"),
        ("Chromium: a dialog of the last page's figure", f"{least['dialog']:.0f} ms"),
    ]
    print(json.dumps(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Large galleries: pages that are split, galleries that write at once or are killed, and names that clash."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import convanim as ca
from convanim.publish.gallery_page import MOST
from convanim.publish.gallery_workers import SPREAD, TOGETHER, over
from helpers.gallery import RECORD, files
from helpers.processes import ROOT, child_environment, python
from oracle.details import details

SMALL = 'operation = "conv"\ninput_size = 2\nkernel_size = 2\n'


def write(path, count, first=0, **more):
    """A file of figures that differ in their title, all in one step."""
    lines = "".join(f"{key} = {value}\n" for key, value in more.items())
    path.write_text("".join(f'[f{n}]\n{SMALL}title = "number {n}"\n{lines}' for n in range(first, first + count)))
    return path


def build(specs, out, **options):
    with ThreadPoolExecutor(2) as pool:
        return ca.gallery(specs, out, pool, suffixes=".svg", **options)


def shown(page):
    return re.findall(r'<li class="card" id="figure:(.*?)"', page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    """A gallery of two files of figures, on two pages."""
    folder = tmp_path_factory.mktemp("split")
    specs = [write(folder / "first.toml", MOST - 2), write(folder / "second.toml", 5, MOST - 2)]
    assert not [one.error for one in build(specs, folder / "out") if one.error]
    return folder


def test_a_gallery_of_many_figures_is_split_and_each_figure_is_on_one_page_and_in_one_file_of_each_kind(split):
    out, names = split / "out", [f"f{n}" for n in range(MOST + 3)]
    parts = [("index.html", "details.js", "search.js"), ("page-2.html", "details-2.js", "search-2.js")]
    assert {*files(out)} == {*(f"{name}.svg" for name in names), *(file for part in parts for file in part)}
    for (page, told, search), some in zip(parts, (names[:MOST], names[MOST:]), strict=True):
        assert shown(out / page) == some
        assert [*details((out / told).read_text(encoding="utf-8"))] == some
        rows = re.findall(r'^\["(f\d+)","number \d+",', (out / search).read_text(encoding="utf-8"), re.MULTILINE)
        assert rows == some
    first, second = ((out / page).read_text(encoding="utf-8") for page, *_ in parts)
    assert '<a href="#collection-1">second</a>' in first and ">second, continued</h2>" in second
    assert '<a href="index.html#collection-1">second</a>' in second


def test_what_changed_makes_its_page_again_and_no_other_and_a_gallery_that_is_small_again_has_one_page(split, tmp_path):
    for spec in ("first.toml", "second.toml"):
        (tmp_path / spec).write_bytes((split / spec).read_bytes())
    specs = [tmp_path / "first.toml", tmp_path / "second.toml"]
    build(specs, tmp_path / "out")
    before = {name: (tmp_path / "out" / name).stat().st_ino for name in files(tmp_path / "out")}
    specs[1].write_text(specs[1].read_text().replace(f"number {MOST + 2}", "another"))
    build(specs, tmp_path / "out")
    after = {name: (tmp_path / "out" / name).stat().st_ino for name in files(tmp_path / "out")}
    assert {name for name in after if after[name] != before[name]} == {
        "page-2.html",
        "details-2.js",
        "search-2.js",
        f"f{MOST + 2}.svg",
    }
    mine = tmp_path / "out" / "search.js"
    mine.write_text("mine")
    write(specs[1], 1, MOST - 2)
    build(specs, tmp_path / "out")
    left = {*files(tmp_path / "out")} - {f"f{n}.svg" for n in range(MOST)}
    assert left == {"index.html", "details.js", "search.js"} and mine.read_text() == "mine", "what was altered stays"


@pytest.mark.parametrize(
    "names, suffix",
    [(("Halve", "halve"), ".svg"), (("caf\u00e9", "cafe\u0301"), ".gif"), (("stra\u00dfe", "STRASSE"), ".svg")],
)
def test_names_that_are_one_file_on_some_systems_are_refused_in_one_line(names, suffix, tmp_path):
    (tmp_path / "spec.toml").write_text("".join(f'["{name}"]\n{SMALL}' for name in names), encoding="utf-8")
    with pytest.raises(ca.ConvanimError, match="one file on macOS and Windows") as refused:
        ca.gallery(tmp_path / "spec.toml", tmp_path / "out", suffixes=suffix)
    assert "\n" not in str(refused.value) and all(repr(name) in str(refused.value) for name in names)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name, count, refused", [("page-2", MOST, True), ("page-2", 2, False), ("Index", 2, True)])
def test_a_page_s_name_is_refused_where_there_is_such_a_page(name, count, refused, tmp_path):
    spec = write(tmp_path / "spec.toml", 1)
    spec.write_text(f"[{name}]\n{SMALL}" + write(tmp_path / "more.toml", count).read_text())
    if refused:
        with pytest.raises(ca.ConvanimError, match="name of the gallery's page"):
            ca.gallery(spec, tmp_path / "out", suffixes=".html")
        assert not (tmp_path / "out").exists()
    else:
        with ThreadPoolExecutor(1) as pool:
            ca.gallery(spec, tmp_path / "out", pool, suffixes=".html")
        assert (tmp_path / "out" / f"{name}.html").exists()


RUN = """
import sys, convanim as ca
for one in ca.gallery(sys.argv[2:], sys.argv[1], suffixes=".svg"):
    assert one.error is None, one
    print(one.name, "kept" if one.kept else "drawn")
"""


def started(out, *specs):
    """A gallery in a process of its own, and in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(out), *map(str, specs)],
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(child):
    """What a gallery says of each figure, by name."""
    output, errors = child.communicate()
    assert child.returncode == 0, errors
    return dict(line.split() for line in output.splitlines())


def contents(folder):
    """The files but for those that had no place yet when their writer was killed; the next call removes them later."""
    return {name: (folder / name).read_bytes() for name in files(folder) if not name.startswith(".convanim-")}


@pytest.mark.places  # starts processes, which takes long
def test_two_galleries_write_into_one_folder_at_once_and_both_are_whole(tmp_path):
    one, two = write(tmp_path / "one.toml", 60), write(tmp_path / "two.toml", 60, first=30)
    same = [started(tmp_path / "same", one) for _ in range(2)]
    assert [len(ended(child)) for child in same] == [60, 60]
    build(one, tmp_path / "alone")
    assert contents(tmp_path / "same") == contents(tmp_path / "alone")
    assert {*ended(started(tmp_path / "same", one)).values()} == {"kept"}
    both = [started(tmp_path / "both", spec) for spec in (one, two)]
    for child in both:
        ended(child)
    for spec in (one, two):
        assert [*ended(started(tmp_path / "both", spec)).values()] == ["kept"] * 60
    assert {*files(tmp_path / "both")} == {*(f"f{n}.svg" for n in range(90)), "index.html", "details.js"}


def there_now(folder):
    """The names of the files in a folder, which may not be there yet."""
    return os.listdir(folder) if folder.exists() else []


@pytest.mark.places  # starts processes, which takes long
def test_a_gallery_that_is_killed_again_and_again_goes_on_and_no_file_is_ever_lost_or_half(tmp_path):
    spec, out = write(tmp_path / "spec.toml", 200, reveal="true", view='"flat"'), tmp_path / "out"
    build(spec, tmp_path / "alone")
    expected, draw, there, killed = contents(tmp_path / "alone"), random.Random(15), 0, 0
    for _ in range(30):
        child = started(out, spec)
        more = draw.randint(1, 40)  # files, after which it is killed
        while child.poll() is None and len(there_now(out)) < there + more:
            time.sleep(0.002)
        alive = child.poll() is None
        child.kill()
        child.communicate()
        killed += alive
        found = contents(out) if out.exists() else {}
        assert all(expected[name] == content for name, content in found.items()), "a file is half, or another"
        assert len(found) >= there, "a file is lost"
        there = len(found)
        if not alive:
            break
    said = ended(started(out, spec))
    assert contents(out) == expected and len(said) == 200
    assert killed >= 2 and [*said.values()].count("kept") >= there - len(("index.html", "details.js"))
    assert (out / RECORD).exists() and {*ended(started(out, spec)).values()} == {"kept"}


def test_files_that_a_killed_writer_left_are_removed_when_they_are_old(tmp_path):
    spec, out = write(tmp_path / "spec.toml", 1), tmp_path / "out"
    build(spec, out)
    old, new, other = (out / name for name in (".convanim-0123456789abcdef.tmp", ".convanim-1.tmp", "x.tmp"))
    for path, age in ((old, 7200), (new, 60), (other, 7200)):
        path.write_text("half")
        os.utime(path, (time.time() - age,) * 2)
    build(spec, out)
    assert [path.exists() for path in (old, new, other)] == [False, True, True]


class Counting(ThreadPoolExecutor):
    """Counts what it is given."""

    given = 0

    def submit(self, *job):
        self.given += 1
        return super().submit(*job)


@pytest.mark.parametrize("count", [1, SPREAD, 2 * SPREAD - 1, 2 * SPREAD, 9 * SPREAD + 1])
def test_an_executor_gets_several_jobs_as_one_if_there_are_many_and_each_has_its_result(count):
    with Counting(2) as pool:
        assert sorted(over(pool, str, range(count))) == [(n, str(n)) for n in range(count)]
    assert min(count, SPREAD) <= pool.given <= max(count / 2, 2 * SPREAD)
    assert count < TOGETHER * SPREAD or pool.given == -(-count // TOGETHER)


def test_a_job_that_fails_takes_none_with_it_and_is_tried_twice():
    calls = []

    def work(n):
        calls.append(n)
        if n == 100 or (n == 200 and calls.count(n) == 1):
            raise OSError("lost")
        return str(n)

    count = TOGETHER * SPREAD
    with ThreadPoolExecutor(2) as pool:
        found = dict(over(pool, work, range(count)))
    assert {n for n in range(count) if found[n] != str(n)} == {100}
    assert isinstance(found[100], OSError) and calls.count(100) == 2


@pytest.mark.places  # starts processes, which takes long
def test_the_bench_measures_a_gallery_of_figures_that_all_differ(tmp_path):
    nowhere = {name: str(tmp_path) for name in ("VENV_BROWSER", "VENV_CLUSTER")}
    run = python(ROOT / "tests" / "benchmarks" / "gallery.py", 12, "svg", tmp_path / "kept", **nowhere)
    assert run.returncode == 0, run.stderr
    rows = dict(line.strip("| ").split(" | ", 1) for line in run.stdout.splitlines()[2:])
    assert rows["figures() of 12"].endswith("MB") and "figures a second" in rows["one core, 1 figures"]
    assert [name for name in rows if name.startswith("memory after")] == [f"memory after {n} %" for n in (10, 50, 100)]
    assert rows["gallery_page.py"].startswith("left out") and rows["gallery_dask.py"].startswith("left out")
    drawn = [path.read_bytes() for path in (tmp_path / "kept" / "out").glob("figure_*.svg")]
    assert len(drawn) == len({*drawn}) == 12

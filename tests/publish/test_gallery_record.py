"""The gallery's record: what changed is drawn, what didn't is kept, and the record never keeps what isn't right."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

import convanim as ca
from convanim.publish import gallery_record
from convanim.publish.gallery import run
from helpers.gallery import RECORD, files
from helpers.processes import ROOT, python

TABLES = {
    "one": 'operation = "conv"\ninput_size = 4\nkernel_size = 2\ntheme = "mine.toml"\n',
    "two": 'operation = "pool"\ninput_size = 4\nkernel_size = 2\nview = "flat"\n',
    "three": 'operation = "conv"\ninput_size = [4, 3]\nkernel_size = 2\nseed = 3\nview = "flat"\n',
}
PAGES = ["details.js", "index.html"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A gallery of three figures, drawn once; tests work on copies."""
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "mine.toml").write_text('background = "#fafafa"\n')
    write(folder, TABLES)
    assert build(folder) == ["one", "three", "two"]
    return folder


@pytest.fixture
def copy(drawn, tmp_path):
    """A copy of the gallery at the place of the original, whose paths are in the record, and back afterwards."""
    kept = tmp_path / "kept"
    shutil.copytree(drawn, kept)
    yield drawn
    shutil.rmtree(drawn)
    shutil.copytree(kept, drawn)


def write(folder, tables):
    (folder / "spec.toml").write_text("".join(f"[{name}]\n{table}" for name, table in tables.items()))


def build(folder, **options):
    """Build, and return the names of the figures that were drawn; the folder is as one that was drawn anew."""
    with ThreadPoolExecutor(2) as pool:
        built = ca.gallery(folder / "spec.toml", folder / "out", pool, suffixes=[".svg", ".png"], **options)
    assert not [one.error for one in built if one.error]
    return sorted(one.name for one in built if not one.kept)


def contents(folder):
    return {name: (folder / "out" / name).read_bytes() for name in files(folder / "out")}


def anew(folder):
    """The files of a gallery that is drawn without a record."""
    with ThreadPoolExecutor(2) as pool:
        ca.gallery(folder / "spec.toml", folder / "anew", pool, suffixes=[".svg", ".png"])
    return {name: (folder / "anew" / name).read_bytes() for name in files(folder / "anew")}


def test_nothing_is_drawn_nor_written_if_nothing_changed_and_all_if_that_is_asked(copy):
    before = {path: path.stat().st_ino for path in (copy / "out").iterdir()}
    assert build(copy) == []
    assert {path: path.stat().st_ino for path in (copy / "out").iterdir()} == before
    assert build(copy, redraw=True) == ["one", "three", "two"]


CHANGES = {
    "seed": (
        "three",
        lambda folder: write(folder, {**TABLES, "three": TABLES["three"].replace("seed = 3", "seed = 4")}),
    ),
    "view": ("two", lambda folder: write(folder, {**TABLES, "two": TABLES["two"].replace("flat", "isometric")})),
    "size": ("two", lambda folder: write(folder, {**TABLES, "two": TABLES["two"].replace("= 4", "= 5")})),
    "theme's file": ("one", lambda folder: (folder / "mine.toml").write_text('background = "#fbfbfb"\n')),
    "missing": ("two", lambda folder: (folder / "out" / "two.png").unlink()),
    "cut": ("two", lambda folder: os.truncate(folder / "out" / "two.svg", 100)),
    "altered": ("three", lambda folder: flip(folder / "out" / "three.svg")),
}


def flip(path):
    """Change one bit, so that the size stays."""
    content = bytearray(path.read_bytes())
    content[50] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_drawn_and_nothing_else(change, copy):
    name, do = CHANGES[change]
    do(copy)
    assert build(copy) == [name]
    assert contents(copy) == anew(copy)
    assert build(copy) == []


def test_an_altered_page_is_made_again(copy):
    flip(copy / "out" / "details.js")
    assert build(copy) == []
    assert contents(copy) == anew(copy)


def test_another_format_draws_that_alone(copy):
    before = (copy / "out" / "two.svg").stat().st_ino
    with ThreadPoolExecutor(2) as pool:
        ca.gallery(copy / "spec.toml", copy / "out", pool, suffixes=[".svg", ".gif"])
    assert (copy / "out" / "two.svg").stat().st_ino == before and (copy / "out" / "two.gif").exists()
    assert build(copy) == []


@pytest.mark.parametrize("part", [0, 1, 2, 3])
def test_another_version_draws_all(part, copy, monkeypatch):
    versions = list(gallery_record.drawing())
    versions[part] += "1"
    monkeypatch.setattr("convanim.publish.gallery.drawing", lambda: tuple(versions))
    assert build(copy) == ["one", "three", "two"]


CODE = "import convanim.publish.gallery_record as r; print(r.drawing()[1], r.telling())"


def test_any_change_of_the_code_or_data_that_draws_counts_and_of_the_page_for_pages_alone(tmp_path):
    shutil.copytree(ROOT / "convanim", tmp_path / "convanim", ignore=shutil.ignore_patterns("__pycache__"))

    def said():
        code = python("-c", CODE, cwd=tmp_path)  # whose convanim comes before ours
        assert code.returncode == 0, code.stderr
        return code.stdout.rsplit(" ", 1)

    first = said()
    assert said() == first
    for inside, both in (("scene/marks.py", True), ("text/lang/en.toml", True), ("publish/page/page.css", False)):
        path = tmp_path / "convanim" / inside
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        second = said()
        assert (second[0] != first[0]) is both and second[1] != first[1], inside
        first = second


DAMAGES = {
    "gone": lambda text: None,
    "empty": lambda text: b"",
    "no text": lambda text: os.urandom(500),
    "other JSON": lambda text: b'[1]\n{"file": 3}\n' + b"[" * 100_000,
    "a line cut": lambda text: text[:-40],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_draws_what_it_doesnt_say_and_is_whole_afterwards(damage, copy):
    record = copy / "out" / RECORD
    text, damaged = record.read_bytes(), DAMAGES[damage](record.read_bytes())
    record.unlink() if damaged is None else record.write_bytes(damaged)
    assert build(copy) == (["two"] if damage == "a line cut" else ["one", "three", "two"])
    assert record.read_bytes() == text


def test_a_record_that_claims_what_isnt_there_is_not_believed(copy):
    record = copy / "out" / RECORD
    lines = record.read_bytes().replace(b"two.svg", b"x.svg").replace(b"three.svg", b"two.svg")
    record.write_bytes(lines)
    assert build(copy) == ["three", "two"]
    assert contents(copy) == anew(copy)


def test_a_gallery_that_is_stopped_goes_on_where_it_was(copy):
    class Stopped(BaseException):
        pass

    shutil.rmtree(copy / "out")
    seen = []

    def stop(one):
        seen.append(one.name)
        if len(seen) == 2:
            raise Stopped

    with ThreadPoolExecutor(1) as pool, pytest.raises(Stopped):
        ca.gallery(copy / "spec.toml", copy / "out", pool, suffixes=[".svg", ".png"], done=stop)
    assert build(copy) == sorted({*TABLES} - {*seen})
    assert contents(copy) == anew(copy)


def test_files_of_figures_that_are_gone_are_removed_but_changed_ones_and_other_files_stay(copy):
    (copy / "out" / "mine.svg").write_text("mine")
    flip(copy / "out" / "one.png")
    write(copy, {"three": TABLES["three"]})
    with ThreadPoolExecutor(2) as pool:
        outcome = run(copy / "spec.toml", copy / "out", pool, suffixes=[".svg", ".png"])
    assert outcome.removed == ["one.svg", "two.png", "two.svg"]
    assert files(copy / "out") == sorted([*PAGES, "mine.svg", "one.png", "three.png", "three.svg"])


def test_another_gallery_in_the_same_folder_keeps_the_first_ones_files(copy):
    (copy / "other.toml").write_text(f"[other]\n{TABLES['two']}")
    with ThreadPoolExecutor(2) as pool:
        ca.gallery(copy / "other.toml", copy / "out", pool, suffixes=[".svg"])
    assert (copy / "out" / "one.svg").exists() and (copy / "out" / "other.svg").exists()
    assert build(copy) == []


def test_a_figure_may_not_take_the_pages_name(tmp_path):
    (tmp_path / "spec.toml").write_text(f"[index]\n{TABLES['two']}")
    with pytest.raises(ca.ConvanimError, match="name of the gallery's page"):
        ca.gallery(tmp_path / "spec.toml", tmp_path / "out", suffixes=".html")
    assert not (tmp_path / "out").exists()


DYING = """
import os, sys, convanim.publish.gallery as g
draw = g.draw
def dying(job, place):
    if job.figure.name == "two" and (sys.argv[1] == "always" or not os.path.exists("died")):
        open("died", "w").close()
        os._exit(1)
    return draw(job, place)
g.draw = dying
for one in g.gallery("spec.toml", "out", suffixes=".svg"):
    print(one.name, bool(one.error))
"""


@pytest.mark.places  # starts processes, which takes long
@pytest.mark.parametrize("how", ["once", "always"])
def test_figures_whose_process_dies_are_drawn_again_and_one_that_always_dies_is_alone_in_error(how, tmp_path):
    write(
        tmp_path, {f"{name}{n}" if name != "two" else name: TABLES[name] for name in ("two", "three") for n in range(9)}
    )
    child = python("-c", DYING, how, cwd=tmp_path)
    assert child.returncode == 0, child.stderr
    failed = [line.split()[0] for line in child.stdout.splitlines() if line.endswith("True")]
    assert len(child.stdout.splitlines()) == 10 and failed == (["two"] if how == "always" else [])

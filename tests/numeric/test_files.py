"""Arrays from files: what numpy and the csv module write comes back, and anything else is refused in one line."""

from __future__ import annotations

import csv
import io
import pickle
import zipfile
from itertools import chain

import numpy as np
import pytest

import convanim as ca
from convanim.numeric.files import array_file
from convanim.numeric.given import Table
from helpers.refusals import refusal

DTYPES = ("<i2", ">i8", "u1", "?", "<f4", ">f8", "f2")


class Trap:
    """Writes a file when it is read as a pickle."""

    def __reduce__(self):
        return (open, ("sprung", "w"))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", "CF")
def test_an_array_that_numpy_saved_comes_back(dtype, order, tmp_path):
    x = np.array([[1, 0, 1], [0, 1, 1]], dtype=dtype, order=order)
    np.save(tmp_path / "x.NPY.npy", x)
    found = array_file("--input", tmp_path / "x.NPY.npy")
    assert found.dtype == x.dtype and (found == x).all()
    values = ca.animate(ca.Conv((2, 3), 1), input=found, kernel=[[2]], view="flat").labelling.texts.values
    assert list(values.output) == [2 * value for value in x.ravel().tolist()]


@pytest.mark.parametrize("between", [",", ";", "\t", ", ", " ", "  "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_rows_of_a_csv_file_come_back_as_the_numbers_that_they_say(between, end, tmp_path):
    rows = [["1", "-2.5", "1e3"], ["0", "+7", ".5"]]
    path = tmp_path / "x.csv"
    path.write_bytes(("\ufeff" + end + end.join(between.join(row) for row in rows) + end + end).encode())
    found = array_file("--input", path)
    assert found == [[1, -2.5, 1000.0], [0, 7, 0.5]] and [type(one) for one in found[0]] == [int, float, float]
    assert found == np.loadtxt(io.StringIO("\n".join(" ".join(row) for row in rows))).tolist()


def test_in_one_dimension_a_row_or_a_column_is_the_line_and_in_two_it_stays(tmp_path):
    for name, rows in (("row.csv", [[1, 0, -1]]), ("column.csv", [[1], [0], [-1]])):
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        table = array_file("--kernel", tmp_path / name)
        a = ca.animate(ca.Conv(5, 3, ndim=1), kernel=table, input=[5, 1, 4, 1, 2], view="line")
        assert a.labelling.texts.values.output == (1, 0, 2)
        op = ca.Conv(5, (len(rows), len(rows[0])))
        assert ca.animate(op, kernel=table, view="flat").labelling.texts.values.kernel == tuple(chain(*rows))
    assert Table([[1, 2], [3, 4]]).along(1) == [[1, 2], [3, 4]]
    wide = refusal(lambda: ca.animate(ca.Conv(5, 3, ndim=1), kernel=Table([[1, 2], [3, 4]]), view="line"))
    assert "kernel has the shape (2, 2): this figure needs (3,)" in wide


def wrong_files(folder):
    """(name, part of the message) of files that hold no numbers."""
    np.save(folder / "objects.npy", np.array([Trap(), 1], object), allow_pickle=True)
    (folder / "pickle.npy").write_bytes(pickle.dumps(Trap()))
    with zipfile.ZipFile(folder / "zip.npy", "w") as file:
        file.writestr("x.npy", b"")
    np.save(folder / "whole.npy", np.arange(6.0))
    whole = (folder / "whole.npy").read_bytes()
    (folder / "cut.npy").write_bytes(whole[:-8])
    (folder / "header.npy").write_bytes(whole[:40])
    (folder / "huge.npy").write_bytes(whole.replace(b"(6,), }", b"(6000000000000,), }"[:19]))
    (folder / "code.npy").write_bytes(whole.replace(b"'descr': '<f8'", b"'descr': open("))
    (folder / "folder.npy").mkdir()
    for name, text in {
        "empty.csv": "\n\n",
        "words.csv": "a,b\n1,2\n",
        "ragged.csv": "1,2\n3\n",
        "hole.csv": "1,,2\n",
        "decimal.csv": "1,5;2,5\n",
        "python.csv": "1_0,2\n",
        "blanks.csv": "1,5 2,5\n",
        "late.csv": "\n1;2\n\n\n3;x\n",
        "short.csv": "\n\n1 2\n\n3\n",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "latin.csv").write_bytes(b"1,\xe9\n")
    (folder / "nul.csv").write_bytes(b"1,\0\n")
    yield from {
        "objects.npy": "Python's objects",
        "pickle.npy": "not numpy's format",
        "zip.npy": "not numpy's format",
        "cut.npy": "is broken",
        "header.npy": "is broken",
        "huge.npy": "is broken",
        "code.npy": "is broken",
        "folder.npy": "is not a file",
        "none.npy": "No such file",
        "a\0b.csv": "null",
        "empty.csv": "holds no numbers",
        "words.csv": "row 1: 'a' is not a number",
        "ragged.csv": "2 numbers in row 1 and 1 in row 2",
        "hole.csv": "'' is not a number",
        "decimal.csv": "row 1: '1,5' is not a number: write decimals with a point, as in 1.5",
        "python.csv": "row 1: '1_0' is not a number: write numbers without _",
        "blanks.csv": "'5 2' is not a number: write one sign between numbers, and decimals with a point",
        "late.csv": "row 5: 'x' is not a number: take numbers alone, without names",
        "short.csv": "2 numbers in row 3 and 1 in row 5",
        "latin.csv": "not text in UTF-8",
        "nul.csv": "not a number",
    }.items()


def test_what_holds_no_numbers_is_refused_in_one_line_and_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, part in wrong_files(tmp_path):
        said = refusal(lambda name=name: array_file("--input", name))
        assert said.startswith("--input ") and part in said, (name, said)
    assert not (tmp_path / "sprung").exists()
    pickle.loads((tmp_path / "pickle.npy").read_bytes()).close()
    assert (tmp_path / "sprung").exists(), "the trap is one"


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("convanim.numeric.files.MOST_BYTES", 100)
    (tmp_path / "x.csv").write_text("1," * 60 + "1")
    assert "MB: save fewer numbers" in refusal(lambda: array_file("--input", tmp_path / "x.csv"))

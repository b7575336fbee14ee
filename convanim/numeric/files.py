"""Arrays from files: numpy's .npy, and .csv. A file that isn't one of them is refused in one line, and runs nothing."""

from __future__ import annotations

import csv
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConvanimError, short_repr
from .given import Number, Table

if TYPE_CHECKING:
    from .arrays import Array

MAGIC = b"\x93NUMPY"
MOST_BYTES = 100_000_000  # of a file: no figure shows so many numbers
DELIMITERS = (";", "\t", ",")  # the first that is found; where none is, blanks


def array_file(place: str, name: str | os.PathLike[str]) -> Array | Table:
    """The numbers of a .npy or .csv file.

    Raises ConvanimError, which begins with the place, for a file that can't be read, is too large, or has something
    else than numbers in it, Python's objects (pickles) among them.
    """
    path = Path(name)
    said = f"{place} {short_repr(str(name))}"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConvanimError(f"{said} has more than {MOST_BYTES // 10**6} MB: save fewer numbers")
        if not path.is_file():
            raise ConvanimError(f"{said} is not a file: give the path of a .npy or .csv file")
        return _npy(said, path) if path.suffix.lower() == ".npy" else _csv(said, path)
    except ConvanimError:
        raise
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise ConvanimError(f"{said} can't be read, {reason}: give the path of a .npy or .csv file") from None


def _npy(said: str, path: Path) -> Array:
    import numpy as np

    with path.open("rb") as file:
        begin = file.read(len(MAGIC))
    if begin != MAGIC:
        raise ConvanimError(f"{said} is not numpy's format: write it with numpy.save, or give numbers in a .csv file")
    try:
        # mapped, so that a header that promises more than there is can't take memory
        found: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # numpy raises many kinds for broken headers
        if "object" in str(error).lower():
            raise ConvanimError(
                f"{said} holds Python's objects, which can run code when they are read: save numbers, as"
                " numpy.save(path, x.astype(float)) does"
            ) from None
        raise ConvanimError(f"{said} is broken: write it again with numpy.save") from None
    return np.asarray(found)


def _csv(said: str, path: Path) -> Table:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConvanimError(f"{said} is not text in UTF-8: save it again as CSV in that encoding") from None
    between = next((sign for sign in DELIMITERS if sign in text), " ")
    reader = csv.reader(text.splitlines(), delimiter=between, skipinitialspace=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(row)]  # with their lines in the file: blank ones count
    except csv.Error as error:
        raise ConvanimError(f"{said} is not CSV, {error}: write one row of numbers per line") from None
    if not rows:
        raise ConvanimError(f"{said} holds no numbers: write a row of them a line, with commas between")
    if between == " ":
        rows = [(n, [word for word in row if word]) for n, row in rows]
    first, many = rows[0][0], len(rows[0][1])
    table = Table([[_number(said, word, n) for word in row] for n, row in rows])
    for n, row in rows:
        if len(row) != many:
            raise ConvanimError(
                f"{said} has {many} numbers in row {first} and {len(row)} in row {n}: all rows need the same number"
            )
    return table


def _number(said: str, word: str, row: int) -> Number:
    """A whole number where it is written as one."""
    for kind in (int, float) if "_" not in word else ():  # Python reads 1_0 as 10
        with suppress(ValueError):
            return kind(word)
    remedy = "take numbers alone, without names"
    with suppress(ValueError):
        remedy = f"write decimals with a point, as in {float(word.replace(',', '.', 1))}"
    with suppress(ValueError):
        if len([float(part) for part in word.split()]) > 1:  # "1,5 2,5" is cut at its commas
            remedy = "write one sign between numbers, and decimals with a point"
    if "_" in word:
        remedy = "write numbers without _"
    raise ConvanimError(f"{said}, row {row}: {short_repr(word)} is not a number: {remedy}")

"""Arrays in files: CSV and numpy's format, nearly right, with a wrong header, or with bytes changed."""

from __future__ import annotations

from hypothesis import strategies as st

from .case import Case
from .tables import changed

CELLS = [
    "0",
    "1",
    "-2.5",
    "1e400",
    "nan",
    "",
    " ",
    "x",
    "1_0",
    "٣",
    '"1"',
    '"',
    "1;2",
    "9" * 5000,
    "\x00",
    "True",
    "0x1",
    "é",
]
ENDS = ["\n", "\r\n", "\r", "\n\n", ""]
SHAPES = [
    "(2, 2)",
    "(3, 3)",
    "(4,)",
    "()",
    "(0, 2)",
    "(2,)",
    "(-1,)",
    "(10**12, 10**12)",
    "(2**62,)",
    "(1,) * 40",
    "2",
    "(True,)",
]
TYPES = ["<f8", "<i8", "|u1", ">f4", "|O", "<c16", "<M8[s]", "|S3", "<U2", "|b1", "f8, i4", "<f999", "", "<m8"]
USES = [
    "run('draw', 'conv', '-i', '2', '-k', '1', '--view', 'flat', '--input', {!r}, '-o', 'out.svg')",
    "run('draw', 'conv', '-i', '3', '-k', '2', '--ndim', '1', '--kernel', {!r}, '--view', 'line', '-o', 'out.svg')",
    "run('draw', 'pool', '-i', '4', '-k', '2', '--view', 'matrix', '--input', {!r}, '-o', 'out.svg')",
]


def cases() -> st.SearchStrategy[Case]:
    """A file, and a figure of its numbers."""
    files = st.one_of(
        st.tuples(st.just("x.csv"), st.one_of(tables(), changed(tables()))),
        st.tuples(st.just("x.npy"), st.one_of(blocks(), changed(blocks()))),
    )
    return st.tuples(files, st.sampled_from(USES)).map(lambda row: Case(row[1].format(row[0][0]), dict([row[0]])))


def tables() -> st.SearchStrategy[bytes]:
    cell = st.one_of(st.sampled_from(CELLS[:3]), st.sampled_from(CELLS))
    row = st.tuples(st.lists(cell, min_size=1, max_size=3), st.sampled_from([",", ";", "\t", " "])).map(
        lambda one: one[1].join(one[0])
    )
    return st.tuples(st.lists(row, max_size=4), st.sampled_from(ENDS), st.sampled_from(["", "\ufeff"])).map(
        lambda one: (one[2] + one[1].join(one[0])).encode()
    )


def blocks() -> st.SearchStrategy[bytes]:
    """A header of numpy's format, version 1, and bytes."""
    return st.tuples(
        st.sampled_from(TYPES),
        st.sampled_from(SHAPES),
        st.sampled_from(["False", "True", "0", "{}"]),
        st.integers(0, 80),
    ).map(_block)


def _block(row: tuple[str, str, str, int]) -> bytes:
    kind, shape, order, count = row
    header = f"{{'descr': {kind!r}, 'fortran_order': {order}, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + b"\x01" * count

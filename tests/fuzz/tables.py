"""Figures in TOML: tables that are nearly right, and texts that are hardly any."""

from __future__ import annotations

from hypothesis import strategies as st

from convanim.geometry import OPERATIONS
from convanim.geometry.parameters import parameters
from convanim.options import TEXT_OPTIONS

from .case import Case

KEYS = sorted(
    {"operation", "like", "layers", "ndim", *TEXT_OPTIONS, *(p for k in OPERATIONS.values() for p in parameters(k))}
)
GOOD = [
    'operation = "conv"\ninput_size = 4\nkernel_size = 2',
    'like = "dilation"',
    'operation = "pool"\ninput_size = 4\nkernel_size = 2',
]
VALUES = [
    "0",
    "1",
    "3",
    "-1",
    "true",
    "1.5",
    "nan",
    "inf",
    "1e400",
    "9" * 5000,
    "0x" + "f" * 5000,
    '""',
    '"same"',
    '"flat"',
    '"all"',
    '"dark"',
    '"x.toml"',
    '"../x.toml"',
    '"\\u0000"',
    '"\\u202e"',
    f'"{"a" * 10_000}"',
    '"conv"',
    '"a"',
    '"b"',
    "[]",
    "[1, 2]",
    "[[1, 2], [3, 4]]",
    "[[1, 2], [3]]",
    '["step", 1]',
    "[" * 200 + "]" * 200,
    "{}",
    '{base = "dark"}',
    '{input = {fill = "#123456"}}',
    "1979-05-27",
    "07:32:00",
    "1979-05-27T07:32:00Z",
    '[{operation = "conv", input_size = 5, kernel_size = 2}, {operation = "pool", kernel_size = 2}]',
    "[1, {a = 1}]",
]
NAMES = [
    "a",
    "b",
    '"a b"',
    '"\\u0000"',
    '"../a"',
    '"é"',
    f'"{"a" * 300}"',
    '""',
    '".a"',
    "a.b",
    "a.theme",
    "a.theme.base.base",
]
LINES = ["", "=", "[", "[[a]]", "\ufeff", "# c", "a = ", "a.a.a = 1", "\r", '"""', "[a]\n[a]", "x" * 3000]
USES = [
    "for one in ca.figures('x.toml').values(): one.animate(dpi=20).save('out.svg')",
    "ca.figure('a', 'x.toml', dpi=20).save('out.gif')",
    "ca.figure('b', 'x.toml', theme='x.toml').svg(0)",
    "ca.animate(ca.Conv(3, 2), theme='x.toml').svg(0)",
    "[(one.op(), one.title) for one in ca.figures('x.toml').values()]",
]


def cases() -> st.SearchStrategy[Case]:
    """A file and a use of it."""
    line = st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)).map(" = ".join)
    table = st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from([*GOOD, *GOOD, ""]),
        st.lists(line, max_size=3),
        st.sampled_from(["", *LINES]),
    ).map(lambda row: "\n".join([f"[{row[0]}]", row[1], *row[2], row[3]]))
    text = st.lists(table, min_size=1, max_size=3).map("\n".join)
    data = st.one_of(text.map(str.encode), text.map(str.encode), changed(text.map(str.encode)))
    return st.tuples(data, st.sampled_from(USES)).map(lambda row: Case(row[1], {"x.toml": row[0]}))


def changed(data: st.SearchStrategy[bytes], most: int = 6) -> st.SearchStrategy[bytes]:
    """Bytes of which some are others, are missing, or come again."""
    change = st.tuples(st.integers(0, 1 << 14), st.sampled_from("=-+<"), st.integers(0, 255))
    return st.tuples(data, st.lists(change, min_size=1, max_size=most)).map(lambda row: _changed(*row))


def _changed(data: bytes, changes: list[tuple[int, str, int]]) -> bytes:
    made = bytearray(data)
    for place, how, value in changes:
        at = place % (len(made) + 1)
        if how == "=":
            made[at : at + 1] = bytes([value])
        elif how == "-":
            del made[at : at + 1 + value % 16]
        elif how == "+":
            made[at:at] = bytes([value])
        else:
            made[at:at] = made[at : at + 1 + value % 32]
    return bytes(made)

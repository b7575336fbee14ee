"""Command lines: all commands, with flags that fit and flags that don't."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr

from hypothesis import strategies as st

from convanim.geometry import OPERATIONS
from convanim.geometry.parameters import parameters
from convanim.options import OPTIONS, TEXT_OPTIONS

from .case import Case

VALUES = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "-1",
    "3x4",
    "2x",
    "x",
    "1:2",
    "1:2x0:1",
    "1.5",
    "nan",
    "inf",
    "",
    " ",
    "٣",
    "9" * 5000,
]
VALUES += ["same", "flat", "pair", "stack", "dark", "all", "none", "zh", "#123456", "true", "poster", "a" * 10_000]
VALUES += [
    "[[1, 2], [3, 4]]",
    "[[",
    "null",
    "[1e400]",
    "\ud800",
    "x.toml",
    "../x",
    "/dev/null",
    "/proc/x/y.svg",
    "conv",
    "20",
]
FILES = [
    "x.svg",
    "x.gif",
    "x.png",
    "x.pdf",
    "x.html",
    "x.tex",
    "x_{step}.png",
    "x",
    ".svg",
    "x.{}.svg",
    "no/x.svg",
    "x.mp9",
]
NUMBERS = {
    "-i": ["3", "4", "5x4"],
    "-k": ["1", "2", "3", "2x3"],
    "-s": ["1", "2"],
    "-p": ["0", "1", "1:0x0:1", "same"],
    "-d": ["1", "2"],
}
FLAGS = sorted(
    f"--{name.replace('_', '-')}" for name in {*TEXT_OPTIONS, *(p for k in OPERATIONS.values() for p in parameters(k))}
)
SWITCHES = sorted(f"--{how}{name}" for name, row in OPTIONS.items() if row.kind == "switch" for how in ("", "no-"))
TOML = '[a]\noperation = "conv"\ninput_size = 3\nkernel_size = 2\n[b]\nlike = "a"\nstride = 2\n'
LONGEST = 1300  # characters of a refusal


def run(*words: str) -> None:
    """Run the command line; its status is 0 or 2, and a refusal is one line."""
    from convanim.cli import main

    sys.argv = ["convanim", *words]
    code: object = 0
    with redirect_stderr(io.StringIO()) as file:
        try:
            main()
        except SystemExit as end:
            code = end.code
    said = file.getvalue()
    assert code in (0, None, 2), f"status {code}: {said[-300:]}"
    assert len(said) < LONGEST and said.count("\n") <= (1 if code else 3), f"no single line: {said[:300]!r}"
    assert not code or not said or said.startswith("convanim: "), said


def cases() -> st.SearchStrategy[Case]:
    """A command line in a folder with a TOML file."""
    return words().map(lambda row: Case(f"run({', '.join(map(repr, row))})", {"x.toml": TOML.encode()}))


def words() -> st.SearchStrategy[list[str]]:
    value = st.sampled_from(VALUES)
    numbers = st.fixed_dictionaries(
        {flag: st.sampled_from(NUMBERS[flag]) for flag in ("-i", "-k")},
        optional={flag: st.sampled_from(NUMBERS[flag]) for flag in ("-s", "-p", "-d")},
    ).map(lambda given: [word for row in given.items() for word in row])
    operation = st.tuples(st.sampled_from([*OPERATIONS, *OPERATIONS, "x"]), numbers).map(lambda row: [row[0], *row[1]])
    flag = st.one_of(
        st.tuples(st.sampled_from(FLAGS), value).map(list),
        st.tuples(
            st.sampled_from(["--step", "--storyboard", "--ndim", "--node", "--onnx", "--code", "-o", "-x"]), value
        ).map(list),
        st.sampled_from([[one] for one in SWITCHES]),
    )
    flags = st.lists(flag, max_size=3).map(lambda rows: [word for row in rows for word in row])
    file = st.sampled_from(FILES)
    figure = st.sampled_from(["dilation", "padding_strides", "x.toml", "no.toml", "a" * 10_000])
    between = st.sampled_from([", ", ",", ",,", ";", " , '"])
    layers = st.tuples(st.lists(st.one_of(operation, flag), max_size=3), between).map(
        lambda row: row[1].join(" ".join(words) for words in row[0])
    )
    return st.one_of(
        st.tuples(layers, file, flags).map(
            lambda row: ["draw", "--layers", row[0], "--dpi", "20", "-o", row[1], *row[2]]
        ),
        st.tuples(operation, file, flags).map(lambda row: ["draw", *row[0], "--dpi", "20", "-o", row[1], *row[2]]),
        st.tuples(operation, file, flags).map(lambda row: ["draw", *row[0], *row[2], "-o", row[1]]),
        st.tuples(operation, flags).map(lambda row: ["info", *row[0], *row[1]]),
        st.tuples(
            figure, st.sampled_from(["svg", "png", "x", ".", "{step}.png", "{}", "{step", "../x.svg"]), flags
        ).map(lambda row: ["render", row[0], "-f", row[1], "--dpi", "20", *row[2]]),
        st.tuples(figure, st.sampled_from(["html", "latex", "x"]), flags).map(
            lambda row: ["embed", row[0], row[1], *row[2]]
        ),
        st.lists(value, max_size=3).map(lambda row: ["serve", "no.toml", *row]),
        st.lists(st.one_of(value, st.sampled_from(["list", "draw", "info", "-h", "--help", "--version"])), max_size=4),
    )

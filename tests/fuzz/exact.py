"""Figures whose numbers are compared with exact fractions: each equation says what is true, or says that it rounds."""

from __future__ import annotations

import itertools
import math
import re
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from .case import Case

NUMBER = r"−?\d+\.?\d*(?:e−?\d+)?"
FAR, FAR_BELOW_1 = Fraction(1, 150), Fraction(1, 20)  # of a value: three digits, or two below 1


def agree(op: Any, x: list[Any], kernel: list[Any] | None = None, bias: Any = None) -> None:
    """Compare what a figure says, and what is computed, with exact fractions."""
    import convanim as ca

    weighted = {} if kernel is None else {"kernel": kernel}
    more = {} if bias is None else {"bias": bias}
    a = ca.animate(op, view="flat", input=x, **weighted, **more)
    computed = ca.evaluate(op, x, kernel, None if bias is None else [bias])
    for step, (value, terms) in enumerate(outputs(op, x, kernel, bias or 0)):
        cell = divmod(step, op.output_size[-1])
        found = computed[cell if computed.ndim == 2 else cell[1]]
        size = sum(map(abs, terms)) + abs(value)
        wanted = value if op.reduction.name != "l2" else Fraction(math.sqrt(value))
        assert abs(Fraction(float(found)) - wanted) <= size * Fraction(1, 10**12), (
            f"computed {found}, not {float(wanted)}"
        )
        _said(a.equation(step), value, op.reduction.name == "l2")


def _said(text: str, value: Fraction, root: bool) -> None:
    """Check both sides of an equation; `root` says that the output is the root of the value."""
    found = re.fullmatch(rf"(.+) ([=≈]) ({NUMBER})", text)
    if not found:
        assert not text, f"no result in {text!r}"
        return
    left, sign, number = found.groups()
    shown = Fraction(number.replace("−", "-"))
    true = Fraction(math.sqrt(value)) if root else value
    if sign == "=":
        power = 2 if root else 1
        assert shown**power == value == _calculated(left.removeprefix("√")), f"{text!r}, where it is {float(true)!r}"
    assert (shown == 0) == (true == 0), f"{text!r}, where it is {float(true)!r}"
    near = max(abs(true) * FAR, Fraction(1, 19)) if abs(true) >= 1 else abs(true) * FAR_BELOW_1
    assert abs(shown - true) <= near, f"{text!r}, where it is {float(true)!r}"


def _calculated(text: str) -> Fraction:
    """The value of a printed sum, maximum or mean."""
    words = re.sub(NUMBER, lambda one: f"Fraction('{one[0].replace('−', '-')}')", text)
    for sign, word in (("·", "*"), ("²", "**2"), ("∞", "Fraction(10**999)"), ("−", "-")):
        words = words.replace(sign, word)
    return Fraction(eval(words, {"Fraction": Fraction, "max": lambda *values: max(values)}))


def outputs(op: Any, x: list[Any], kernel: list[Any] | None, bias: Any) -> list[tuple[Fraction, list[Fraction]]]:
    """Each output value (of L2 pooling its square) and its terms, from windows that are walked by hand."""
    from oracle.windows import meaning

    down, across = meaning(op)
    cells = [[Fraction(repr(v)) for v in row] for row in (x if len(op.input_size) == 2 else [x])]
    weights = (
        [[Fraction(repr(v)) for v in row] for row in (kernel if len(op.input_size) == 2 else [kernel])]
        if kernel
        else None
    )
    if weights and op.transposed != op.flip:
        weights = [row[::-1] for row in weights[::-1]]
    return [
        _output(op, down, across, rows, columns, cells, weights, Fraction(repr(bias)))
        for rows, columns in itertools.product(down.taps, across.taps)
    ]


def _output(op: Any, down: Any, across: Any, rows: Any, columns: Any, x: Any, w: Any, bias: Fraction) -> Any:
    values = []
    for (r, y), (c, z) in itertools.product(enumerate(rows), enumerate(columns)):
        there = down.sources[y] >= 0 and across.sources[z] >= 0
        value = x[down.sources[y]][across.sources[z]] if there else None
        values.append(value if w is None else (value or 0) * w[r][c])
    seen = [value for value in values if value is not None]
    mode = op.reduction.name
    if w is not None:
        return sum(values, bias), [*values, bias]
    if mode == "max":
        return max(seen), seen
    if mode == "l2":
        return sum(v * v for v in seen), [v * v for v in seen]
    divisor = getattr(op, "divisor_override", None) or (
        len(values) if getattr(op, "count_include_pad", True) else len(seen)
    )
    return sum(seen, Fraction(0)) / divisor, seen


def cases() -> st.SearchStrategy[Case]:
    """An operation on numbers that are small, far apart, or nearly cancel each other."""
    number = st.one_of(
        st.integers(-9, 9),
        st.integers(-9, 9),
        st.integers(-(10**15), 10**15),
        st.sampled_from([1e15, -1e15, 1e-3, 0.0015, 0.1, 0.2, 0.3, 1e-9, 1 / 3, 10**13, 2**53 + 1, 1e16]),
        st.decimals(-10, 10, allow_nan=False, places=2).map(float),
    )
    return st.tuples(st.integers(1, 2), st.sampled_from(["Conv", "ConvTranspose", "max", "average", "l2"])).flatmap(
        lambda row: _case(*row, number)
    )


def _case(ndim: int, kind: str, number: st.SearchStrategy[Any]) -> st.SearchStrategy[Case]:
    def rows(sizes: tuple[int, ...]) -> st.SearchStrategy[Any]:
        row = st.lists(number, min_size=sizes[-1], max_size=sizes[-1])
        return row if ndim == 1 else st.lists(row, min_size=sizes[0], max_size=sizes[0])

    def with_values(row: tuple[tuple[int, ...], tuple[int, ...], int, int, Any]) -> st.SearchStrategy[Case]:
        size, kernel, stride, padding, bias = row
        weighted = kind.startswith("Conv")
        name = f"ca.{kind}({size}, {kernel}, " if weighted else f"ca.Pool({size}, {kernel}, mode={kind!r}, "
        pads = 0 if weighted else min(padding, min(kernel) // 2)
        op = f"{name}stride={stride}, padding={padding if weighted else pads}{f', bias={bias is not None}' * weighted})"
        return st.tuples(rows(size), rows(kernel)).map(
            lambda values: Case(f"agree({op}, {values[0]!r}{f', {values[1]!r}, {bias!r}' if weighted else ''})")
        )

    sizes = st.tuples(*[st.integers(2, 4)] * ndim)
    kernels = st.tuples(*[st.integers(1, 2)] * ndim)
    bias = st.one_of(st.none(), number)
    return st.tuples(sizes, kernels, st.integers(1, 2), st.integers(0, 1), bias).flatmap(with_values)

"""Values, as Python writes them: mostly those that fit, and some that nobody would give."""

from __future__ import annotations

from hypothesis import strategies as st

ODD = [
    "None",
    "True",
    "-1",
    "2.0",
    "2.5",
    "'3'",
    "b'3'",
    "''",
    "()",
    "[]",
    "{}",
    "{1: 2}",
    "(1, 2, 3)",
    "[[1, 2], 3]",
    "1j",
    "float('nan')",
    "float('inf')",
    "-float('inf')",
    "1e300",
    "5e-324",
    "10**8",
    "10**9 + 1",
    "2**63",
    "10**400",
    "10**5000",
    "-10**5000",
    "object()",
    "object",
    "range(2)",
    "range(10**9)",
    "ring",
    "table",
    "np.int64(2)",
    "np.float32(1.5)",
    "np.bool_(True)",
    "np.array(2)",
    "np.array([1, 2])",
    "np.array([])",
    "np.zeros((2, 2))",
    "np.array(['x'])",
    "np.array([None])",
    "np.array([1, 2], 'M8[s]')",
    "np.ma.masked_array([1, 2], [0, 1])",
    "Decimal('1.5')",
    "Decimal('NaN')",
    "Fraction(1, 3)",
    "lambda: 0",
    "iter([1, 2])",
    "{1, 2}",
    "'a' * 10_000",
    "'\\n'",
    "'\\0'",
    "'\\ud800'",
    "'{'",
    "'{step}'",
    "'../x'",
    "'中文'",
    "'\\u202e'",
    "'<b>&'",
    "Path('x')",
]


def odd() -> st.SearchStrategy[str]:
    """A value that fits hardly anywhere."""
    return st.sampled_from(ODD)


def mostly(usual: st.SearchStrategy[str], share: int = 12) -> st.SearchStrategy[str]:
    """A usual value, or one in so many an odd one."""
    return st.integers(0, share - 1).flatmap(lambda n: odd() if n == share - 1 else usual)


def whole(least: int, most: int) -> st.SearchStrategy[str]:
    return st.integers(least, most).map(str)


def per_axis(one: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One value for all axes, or one an axis."""
    return st.one_of(one, st.lists(one, min_size=1, max_size=3).map(lambda row: f"({', '.join(row)},)"))


def real() -> st.SearchStrategy[str]:
    """A number of an array."""
    return st.one_of(
        st.integers(-9, 9).map(str),
        st.integers(-(10**16), 10**16).map(str),
        st.floats(allow_nan=False, allow_infinity=False).map(repr),
        st.decimals(-100, 100, allow_nan=False, places=2).map(str),
    )


def array(least: int = 1, most: int = 4) -> st.SearchStrategy[str]:
    """Rows of numbers, now and then of different lengths."""
    row = st.lists(mostly(real(), 40), min_size=least, max_size=most).map(lambda one: f"[{', '.join(one)}]")
    square = st.integers(least, most).flatmap(
        lambda n: st.lists(
            st.lists(real(), min_size=n, max_size=n).map(lambda one: f"[{', '.join(one)}]"), min_size=n, max_size=n
        ).map(lambda rows: f"[{', '.join(rows)}]")
    )
    return st.one_of(
        square, square, row, st.lists(row, min_size=1, max_size=3).map(lambda rows: f"[{', '.join(rows)}]")
    )


def text() -> st.SearchStrategy[str]:
    """A text of any characters."""
    return st.text(max_size=12).map(repr)

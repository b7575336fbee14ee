"""The table of reductions: how a window's values are reduced to one value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Reduction:
    """How the values under a window become one value, how that is computed, and how it is written.

    The computation: `prepare` changes each value; `combine` is the name of numpy's function that joins two values;
    `finish(total, count)` gives the result, where `count` is the number that an average divides by. These functions
    take arrays. `padding_value` stands where there is no value, and changes nothing when it is joined to another one.
    A `linear` reduction has a matrix; one that `divides` is an average. One that `squares` is the root of a sum of
    squares: the values of a window are first divided by a power of two about as large as they are, and the result is
    multiplied by it, so that no square overflows or vanishes. The root of the square of 1e-200 is 1e-200.

    The writing: `sign` stands between two terms, "" for the arguments of a function; `function` is the name or sign
    before the terms; `term` is how each term is written. `picks` gives the result where it is one of the values.
    """

    name: str
    combine: Literal["add", "maximum", "minimum"] = "add"
    prepare: Callable[[Any], Any] = lambda values: values
    finish: Callable[[Any, Any], Any] = lambda total, count: total
    padding_value: float = 0
    linear: bool = False
    divides: bool = False
    squares: bool = False
    sign: str = "+"
    function: str = ""
    term: str = "{}"
    picks: Callable[[Iterable[Any]], Any] | None = None


SUM = Reduction("sum", linear=True)

REDUCTIONS = {
    one.name: one
    for one in (
        SUM,
        Reduction(
            "average",
            prepare=lambda values: values.astype("float64"),
            finish=lambda total, count: total / count,
            linear=True,
            divides=True,
        ),
        Reduction("max", "maximum", padding_value=float("-inf"), sign="", function="max", picks=max),
        Reduction(
            "l2",
            prepare=lambda values: values.astype("float64") ** 2,
            finish=lambda total, count: total**0.5,
            squares=True,
            function="√",
            term="{}²",
        ),
    )
}

"""The values behind a figure: operations evaluated tap by tap, and the sparse matrix of the guide's section 4.1.

Imports: `geometry`. Libraries: numpy.
"""

from __future__ import annotations

from .arrays import numbers
from .evaluation import divisors, evaluate
from .exact import Exact, exact
from .matrix import Unrolled, unrolled
from .values import Values, check_one_channel, computed_from, values

__all__ = [
    "Exact",
    "Unrolled",
    "Values",
    "check_one_channel",
    "computed_from",
    "divisors",
    "evaluate",
    "exact",
    "numbers",
    "unrolled",
    "values",
]

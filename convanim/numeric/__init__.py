"""The values behind a figure: operations evaluated tap by tap, and the sparse matrix of the guide's section 4.1.

Figures take their numbers from `values`, in plain Python. `evaluation` and `matrix` compute with arrays, for users.

Imports: `geometry`. Libraries: numpy, in `evaluation` and `matrix`.
"""

from __future__ import annotations

from .exact import Exact, exact
from .taps import divisors, meetings
from .values import Values, check_one_channel, computed_from, values

__all__ = [
    "Exact",
    "Values",
    "check_one_channel",
    "computed_from",
    "divisors",
    "exact",
    "meetings",
    "values",
]

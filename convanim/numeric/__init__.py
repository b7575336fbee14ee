"""Evaluates a convolution through its taps: the values behind a figure, and the sparse matrix of the guide's section 4.1."""

from __future__ import annotations

from .arrays import numbers
from .evaluation import divisors, evaluate
from .matrix import Unrolled, unrolled
from .values import Values, absent, check_one_channel, computed_from, values

__all__ = ["Unrolled", "Values", "absent", "check_one_channel", "computed_from", "divisors", "evaluate", "numbers", "unrolled", "values"]

"""The formula of the output's size along an axis, as a template: the text of a figure fills its places."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SizeFormula:
    """One formula in two ways of writing: the guide's `short` one, and the `full` one of PyTorch's documentation.

    Places are the letters `i` (input), `k` (kernel), `s` (stride) and `d` (dilation), as letters or numbers, and texts
    made of them: `reach` is d*(k - 1); `span` is k, or d*(k - 1) + 1 with a dilation; `window` is the same in brackets;
    `added` and `cropped` are the padding of both sides, as a sum or one subtracted after the other; `round` is floor or
    ceil; `less` is " - 1" where a last window is dropped; `more` is output_padding, and `extra` the same with its plus
    sign, "" for 0.
    """

    short: str
    full: str


# Dumoulin & Visin 2016, Relationships 6 and 15
SLIDING = SizeFormula(
    "{round}(({i} + {added} - {window})/{s}) + 1{less}", "{round}(({i} + {added} - {reach} - 1) / {s}) + 1{less}"
)
# Dumoulin & Visin 2016, Relationship 14
TRANSPOSED = SizeFormula(
    "({i} - 1)*{s} - {cropped} + {span}{extra}", "({i} - 1)*{s} - {cropped} + {reach} + {more} + 1"
)

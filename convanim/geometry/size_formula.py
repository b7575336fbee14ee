"""The formula of the output's size along an axis, as a template: the text of a figure fills its places.

Places are the letters `i` (input), `k` (kernel) and `s` (stride), as letters or numbers, and texts made of them: `span`
is k, or d*(k - 1) + 1 with a dilation; `window` is the same in brackets; `added` and `cropped` are the padding of both
sides, as a sum or one subtracted after the other; `round` is floor or ceil; `less` is " - 1" where a last window is
dropped; `extra` is output_padding with its plus sign, "" for 0.
"""

from __future__ import annotations

SLIDING = "{round}(({i} + {added} - {window})/{s}) + 1{less}"  # Dumoulin & Visin 2016, Relationships 6 and 15
TRANSPOSED = "({i} - 1)*{s} - {cropped} + {span}{extra}"  # Dumoulin & Visin 2016, Relationship 14

"""The explorer: a figure of any configuration, which a link holds, and all that a page shows of it.

Vectors alone, from the standard library: it runs in a browser too. Imports: `spec`, `parsing`, and `publish`'s texts.
"""

from __future__ import annotations

from .answering import PARTS, answer
from .controls import controls
from .link import Asked, linked, read

__all__ = ["PARTS", "Asked", "answer", "controls", "linked", "read"]

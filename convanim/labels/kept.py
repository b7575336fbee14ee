"""What a figure's labels have in common in all sizes of letters, so that a page is laid out often at little cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


class Kept:
    """What was made for a figure, by name. Each belongs to the objects that it was made from, and is made again for
    others. Copies, which other processes get, begin empty.
    """

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[object, ...], object]] = {}

    def __reduce__(self) -> tuple[type[Kept], tuple[()]]:
        return Kept, ()

    def get(self, name: str, source: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What `make` made, or makes now, from these objects."""
        known = self._made.get(name)
        if known is None or any(one is not other for one, other in zip(known[0], source, strict=True)):
            known = self._made[name] = source, make()
        made: Made = known[1]  # type: ignore[assignment]  # a name has one kind of value
        return made

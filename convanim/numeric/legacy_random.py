"""The numbers of numpy's legacy generator, which never change between versions, from the standard library alone."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

WORDS = 624  # of the Mersenne Twister's state


class RandomState:
    """numpy.random.RandomState(seed), for whole numbers: RandomState(1234).randint(4, 5) is [3, 3, 2, 1, 0]."""

    def __init__(self, seed: int) -> None:
        """`seed` is from 0 to 2**32 - 1. The state grows from it by Knuth's recurrence (Matsumoto & Nishimura 2002)."""
        self._words = Random()
        self._words.setstate((3, (*_state(seed), WORDS), None))

    def randint(self, high: int, count: int) -> list[int]:
        """`count` numbers from 0 to high - 1: the low bits of a word, drawn again where they are too large."""
        if high == 1:
            return [0] * count  # numpy draws no word for them
        mask = (1 << (high - 1).bit_length()) - 1
        found: list[int] = []
        while len(found) < count:
            number = self._words.getrandbits(32) & mask
            if number < high:
                found.append(number)
        return found


def _state(seed: int) -> Iterator[int]:
    for n in range(1, WORDS + 1):
        yield seed
        seed = (1812433253 * (seed ^ (seed >> 30)) + n) & 0xFFFFFFFF

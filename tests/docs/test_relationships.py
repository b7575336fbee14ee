"""The size formulas that the course prints are right, for all small sizes that meet their conditions."""

from __future__ import annotations

import math
import re
from itertools import product
from pathlib import Path

import pytest

from helpers.processes import ROOT

COURSE, CHINESE = ROOT / "docs" / "course", ROOT / "docs" / "zh"


def relationships(folder: Path) -> list[tuple[str, str]]:
    """The numbers and formulas of a page in one language."""
    text = (folder / "relationships.md").read_text(encoding="utf-8")
    return re.findall(r"^## (?:Relationship|关系) (\d+)\n\n.*?o = (.+)$", text, re.M)


def configurations(folder: Path) -> list[tuple[str, str, str]]:
    """The names, conditions and formulas of the table in one language."""
    text = (folder / "sizes.md").read_text(encoding="utf-8")
    return re.findall(r"^\| ([^|]+?) \| (.*?) ?\| ([^|]*i.*) \|$", text, re.M)[-7:]


RELATIONSHIPS, CONFIGURATIONS = relationships(COURSE), configurations(COURSE)
CONDITIONS = {  # by relationship; for 8 to 14 those of the convolution that is transposed
    1: lambda i, k, s, p, d: s == d == 1 and p == 0,
    2: lambda i, k, s, p, d: s == d == 1,
    3: lambda i, k, s, p, d: s == d == 1 and k == 2 * p + 1,
    4: lambda i, k, s, p, d: s == d == 1 and p == k - 1,
    5: lambda i, k, s, p, d: d == 1 and p == 0,
    6: lambda i, k, s, p, d: d == 1,
    7: lambda i, k, s, p, d: d == 1 and p == 0,
    8: lambda i, k, s, p, d: s == d == 1 and p == 0,
    9: lambda i, k, s, p, d: s == d == 1,
    10: lambda i, k, s, p, d: s == d == 1 and k == 2 * p + 1,
    11: lambda i, k, s, p, d: s == d == 1 and p == k - 1,
    12: lambda i, k, s, p, d: d == 1 and p == 0 and (i - k) % s == 0,
    13: lambda i, k, s, p, d: d == 1 and (i + 2 * p - k) % s == 0,
    14: lambda i, k, s, p, d: d == 1,
    15: lambda i, k, s, p, d: True,
}


def windows(i: int, k: int, s: int, p: int, d: int) -> int:
    """The windows that fit, counted one by one."""
    return sum(1 for start in range(0, i + 2 * p, s) if start + d * (k - 1) < i + 2 * p)


def computed(formula: str, **letters: int) -> int:
    """A formula's value."""
    code = re.sub(r"(\d)([a-z])", r"\1*\2", formula).replace(")(", ")*(").replace("s (", "s*(")
    return eval(code, {"floor": math.floor, **letters})


def agrees(number: int, formula: str) -> bool:
    """Whether a relationship holds for all small sizes; those of transposed convolutions give back the input's size."""
    cases = 0
    for i, k, s, p, d in product(range(1, 10), range(1, 5), range(1, 4), range(4), range(1, 4)):
        o = windows(i, k, s, p, d)
        if o and CONDITIONS[number](i, k, s, p, d):
            cases += 1
            own, expected = (o, i) if 8 <= number <= 14 else (i, o)
            if computed(formula, i=own, k=k, s=s, p=p, d=d, a=(i + 2 * p - k) % s) != expected:
                return False
    return cases > 9


@pytest.mark.parametrize(("number", "formula"), RELATIONSHIPS)
def test_every_relationship_of_the_page_holds(number: str, formula: str) -> None:
    assert agrees(int(number), formula)


def test_all_relationships_are_there_and_a_wrong_one_is_noticed() -> None:
    assert [int(number) for number, _ in RELATIONSHIPS] == [*range(1, 16)]
    assert not agrees(6, "floor((i + p - k) / s) + 1")
    assert not agrees(14, "s (i - 1) + k - 2p")


def test_the_seven_configurations_have_the_formulas_of_the_relationships() -> None:
    assert len(CONFIGURATIONS) == 7
    for number, (_, _, formula) in zip((1, 2, 3, 4, 5, 6, 15), CONFIGURATIONS, strict=True):
        assert agrees(number, formula), formula


def test_the_pages_in_chinese_have_the_same_formulas() -> None:
    assert relationships(CHINESE) == RELATIONSHIPS
    assert [formula for *_, formula in configurations(CHINESE)] == [formula for *_, formula in CONFIGURATIONS]

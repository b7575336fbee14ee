"""What a parameter of an operation may be: checked once, and stored as a tuple with one value an axis."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from .errors import ConvanimError, shown

LARGEST = 10**9  # far above what can be drawn or computed
MOST_AXES = 32  # what numpy can index
MOST_BYTES = 2 << 30  # of memory for a picture or an array


def normalise(op: Any, positive: tuple[str, ...], natural: tuple[str, ...] = ()) -> None:
    """Check every field once and store it as a tuple with one value an axis; `ndim` becomes the number of axes."""
    names = positive + natural + ("padding",)
    ndim = _count_axes({name: getattr(op, name) for name in names}, op.ndim)
    for name in positive + natural:
        least = 1 if name in positive else 0
        value = getattr(op, name)
        object.__setattr__(op, name, tuple(_whole(name, v, least) for v in (value if _is_many(value) else [value] * ndim)))
    object.__setattr__(op, "padding", _paddings(op.padding, ndim))
    object.__setattr__(op, "ndim", ndim)


def _count_axes(given: dict[str, object], ndim: object) -> int:
    """The number of axes that all tuples agree on; 2 where everything is an int."""
    counts = {"ndim": _whole("ndim", ndim, 1)} if ndim is not None else {}
    if counts.get("ndim", 0) > MOST_AXES:
        raise ConvanimError(f"ndim={ndim} is out of range: it must be at most {MOST_AXES}")
    for name, value in given.items():
        if isinstance(value, str | bytes):
            raise ConvanimError(f"{name}={shown(value)} is not a whole number: write {name}=3, or one value an axis, {name}=(3, 5)")
        if _is_many(value):
            counts[name] = len(value)  # type: ignore[arg-type]
    if not counts:
        return 2
    first, count = next(iter(counts.items()))
    for name, other in counts.items():
        if other != count:
            pair = f"; a (before, after) pair for {count} {_axes(count)} is {name}={((1, 2),) * count}" if name == "padding" and other == 2 else ""
            raise ConvanimError(f"{name} is for {other} {_axes(other)}, {first} for {count}: give one value for all axes, or one an axis{pair}")
    if count > MOST_AXES:
        raise ConvanimError(f"{first} has {count} values: there can be at most {MOST_AXES} axes")
    if count < 1:
        raise ConvanimError(f"{first} is empty: give one value for all axes, or one an axis")
    return count


def _axes(count: int) -> str:
    return "axis" if count == 1 else "axes"


def _is_many(value: object) -> bool:
    """Whether the value lists one value an axis: a sequence, or an array of at least one dimension."""
    return isinstance(value, Sequence) or getattr(value, "ndim", 0) > 0


def _whole(name: str, value: object, least: int) -> int:
    """The value as an int, or the one line that says why it is none."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ConvanimError(f"{name}={shown(value)} is not a whole number: write {name}={max(least, 1)}, or one whole number an axis") from None
    if not least <= number <= LARGEST:
        rule = f"at least {least}" if number < least else f"at most {LARGEST}"
        raise ConvanimError(f"{name}={shown(number)} is out of range: it must be {rule}")
    return number


def _paddings(value: Any, ndim: int) -> tuple[int, ...] | tuple[tuple[int, int], ...]:
    """One int an axis where every axis has the same padding on both sides, otherwise a (before, after) pair an axis."""
    pairs = []
    for one in value if _is_many(value) else [value] * ndim:
        sides = tuple(one) if _is_many(one) and not isinstance(one, str | bytes) else (one, one)
        if len(sides) != 2:
            raise ConvanimError(f"padding={shown(one)} of one axis: write a whole number, or a pair (before, after)")
        pairs.append((_whole("padding", sides[0], 0), _whole("padding", sides[1], 0)))
    return tuple(p0 for p0, _ in pairs) if all(p0 == p1 for p0, p1 in pairs) else tuple(pairs)

"""The valid values of an operation's parameters: each field's metadata defines them; `normalise` validates and stores
values.

The command line and the specs read the same metadata, so a new parameter is a new field and nothing else.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from ..errors import ConvanimError, expected_one_of, short_repr
from .padding import PADDING_MODES, PADDINGS, SPELLINGS

LARGEST = 10**9  # far beyond what can be drawn or computed
MOST_AXES = 32  # numpy's limit
MOST_BYTES = 2 << 30  # of memory for a picture or an array


@dataclass(frozen=True, slots=True)
class Parameter:
    """The values that one field may have.

    "cells" is a whole number, or one per axis; "padding" also a (before, after) pair per axis, or a name; "count" one
    whole number; "switch" True or False; "choice" a name. `optional` ones may be None. `usual` is what None, the
    default, stands for in most operations.
    """

    kind: Literal["cells", "padding", "count", "switch", "choice"]
    about: str
    least: int = 1
    choices: Collection[str] = ()
    optional: bool = False
    usual: Any = None


def parameter(
    kind: Literal["cells", "padding", "count", "switch", "choice"], about: str, **rest: Any
) -> dict[str, Parameter]:
    """The metadata of a field."""
    return {"parameter": Parameter(kind, about, **rest)}


def parameters(kind: type) -> dict[str, Parameter]:
    """The parameters of an operation class by name, in the order of its fields, without `ndim`."""
    return {field.name: field.metadata["parameter"] for field in fields(kind) if "parameter" in field.metadata}


def normalise(op: Any) -> None:
    """Check every field once and store sizes as a tuple with one value per axis; `ndim` becomes the number of axes.

    A padding's name is kept: `words` turns it into numbers when the other sizes are known.
    """
    known = parameters(type(op))
    given = {
        name: getattr(op, name)
        for name, one in known.items()
        if one.kind in ("cells", "padding") and not (one.optional and getattr(op, name) is None)
    }
    if isinstance(given.get("padding"), str):
        if given["padding"] in SPELLINGS:
            object.__setattr__(op, "padding", SPELLINGS[given["padding"]])
        elif given["padding"] not in PADDINGS:
            if given["padding"] in PADDING_MODES:
                raise ConvanimError(
                    f"unknown padding {given['padding']!r}, which is a padding mode: write"
                    f" padding_mode={given['padding']!r}, and in padding a number, or one of {', '.join(PADDINGS)}"
                )
            raise expected_one_of("padding", given.pop("padding"), PADDINGS)
        del given["padding"]
    ndim = _count_axes(given, op.ndim)
    for name, one in known.items():
        value = getattr(op, name)
        if name in given:
            stored: Any = _paddings(value, ndim) if one.kind == "padding" else _cells(name, value, one.least, ndim)
        elif one.kind in ("cells", "padding") or (one.optional and value is None):
            continue
        else:
            stored = _single(name, one, value)
        object.__setattr__(op, name, stored)
    object.__setattr__(op, "ndim", ndim)


def _single(name: str, one: Parameter, value: object) -> Any:
    if one.kind == "count":
        return _whole(name, value, one.least, many="")
    if one.kind == "switch":
        if getattr(getattr(value, "dtype", None), "kind", "") == "b" and getattr(value, "ndim", 1) == 0:
            return bool(value)  # numpy's
        if not isinstance(value, bool):
            raise ConvanimError(f"{name}={short_repr(value)} is neither True nor False")
        return value
    if not isinstance(value, str) or value not in one.choices:
        raise expected_one_of(name, value, one.choices)
    return value


def _cells(name: str, value: Any, least: int, ndim: int) -> tuple[int, ...]:
    return tuple(_whole(name, v, least) for v in (value if is_many(value) else [value] * ndim))


def _count_axes(given: Mapping[str, object], ndim: object) -> int:
    """The number of axes, on which all tuples must agree; 2 if all values are ints."""
    counts = {"ndim": _whole("ndim", ndim, 1)} if ndim is not None else {}
    if counts.get("ndim", 0) > MOST_AXES:
        raise ConvanimError(f"ndim={ndim} is out of range: it must be at most {MOST_AXES}")
    for name, value in given.items():
        if isinstance(value, str | bytes):
            raise ConvanimError(
                f"{name}={short_repr(value)} is not a whole number: write {name}=3, or one value per axis,"
                f" {name}=(3, 5)"
            )
        if is_many(value):
            counts[name] = len(value)  # type: ignore[arg-type]
    if not counts:
        return 2
    first, count = next(iter(counts.items()))
    for name, other in counts.items():
        if other != count:
            pair = (
                f"; a (before, after) pair for {count} {_axes(count)} is {name}={((1, 2),) * count}"
                if name == "padding" and other == 2
                else ""
            )
            raise ConvanimError(
                f"{name} is for {other} {_axes(other)}, {first} for {count}: give one value for all axes, or one per"
                f" axis{pair}"
            )
    if count > MOST_AXES:
        raise ConvanimError(f"{first} has {count} values: at most {MOST_AXES} axes are supported")
    if count < 1:
        raise ConvanimError(f"{first} is empty: give one value for all axes, or one per axis")
    return count


def _axes(count: int) -> str:
    return "axis" if count == 1 else "axes"


def is_many(value: object) -> bool:
    """Whether the value lists one value per axis: a sequence, or an array of at least one dimension."""
    ndim = getattr(value, "ndim", 0)
    return (isinstance(value, Sequence) or (isinstance(ndim, int) and ndim > 0)) and hasattr(value, "__len__")


def integer(value: object) -> int | None:
    """An integer of any kind, numpy's too, as an int; None for anything else. True and False are no numbers here.

    >>> integer(3), integer(3.0), integer(True)
    (3, None, None)
    """
    if isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b":
        return None  # numpy 1 takes its own True for 1, and warns
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def _whole(name: str, value: object, least: int, many: str = ", or one whole number per axis") -> int:
    """The value as an int. Raises ConvanimError for anything else."""
    number = integer(value)
    if number is None:
        example = (
            int(value)
            if isinstance(value, float) and value.is_integer() and value >= least and value <= LARGEST
            else max(least, 1)
        )
        raise ConvanimError(f"{name}={short_repr(value)} is not a whole number: write {name}={example}{many}")
    if not least <= number <= LARGEST:
        rule = f"at least {least}" if number < least else f"at most {LARGEST}"
        raise ConvanimError(f"{name}={short_repr(number)} is out of range: it must be {rule}")
    return number


def _paddings(value: Any, ndim: int) -> tuple[int, ...] | tuple[tuple[int, int], ...]:
    """The padding of each axis, from an int, or from an int or a pair per axis."""
    pairs = []
    for one in value if is_many(value) else [value] * ndim:
        sides = one if is_many(one) and not isinstance(one, str | bytes) else (one, one)
        if len(sides) != 2:
            raise ConvanimError(
                f"padding={short_repr(one)} of one axis: write a whole number, or a pair (before, after)"
            )
        pairs.append((_whole("padding", sides[0], 0), _whole("padding", sides[1], 0)))
    return shortest(pairs)


def shortest(pairs: Sequence[tuple[int, int]]) -> tuple[int, ...] | tuple[tuple[int, int], ...]:
    """One int per axis if each axis has equal padding on both sides, otherwise a (before, after) pair per axis."""
    return tuple(p0 for p0, _ in pairs) if all(p0 == p1 for p0, p1 in pairs) else tuple(pairs)

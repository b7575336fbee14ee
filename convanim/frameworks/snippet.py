"""Parts that the code for all frameworks shares: calls without defaults, layers in a row, and a pooling's two kinds of
padding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ..errors import ConvanimError
from ..geometry import Conv, ConvTranspose, Operation, Pool
from ..geometry.padding import PADDINGS, Pair

Pads = tuple[Pair, ...]
Code = TypeVar("Code")
LETTERS = {1: "L", 2: "HW", 3: "DHW"}  # the axes of a tensor, as the frameworks name them


class Raw(str):
    """Code, which is written as it stands and not as a text in quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Snippet:
    """Code in its parts: layers that run one after the other, definitions above them, and a comment; the layer with
    weights is number `where`.
    """

    parts: tuple[str, ...]
    above: str = ""
    where: int = 0
    note: str = ""

    def with_pad(self, part: str, above: str = "") -> Snippet:
        """The same with one more layer in front."""
        return Snippet((part, *self.parts), above or self.above, self.where + 1, self.note)

    def assigned(self, container: str, opened: str = "", closed: str = "") -> str:
        """`layer = ...`: the one part, or the container with a part a line; `opened` and `closed` are the brackets of
        its list.
        """
        note = self.note and f"# {self.note}\n"
        if len(self.parts) == 1:
            return f"{note}layer = {self.parts[0]}"
        rows = "".join(f"    {part},\n" for part in self.parts)
        return f"{note}layer = {container}({opened}\n{rows}{closed})"

    def weighted(self) -> str:
        """The layer that has the weights: "layer", or "layer[1]"."""
        return "layer" if len(self.parts) == 1 else f"layer[{self.where}]"


def call(name: str, *values: object, **options: object) -> Raw:
    """A call, without the options that are None."""
    given = [written(value) for value in values] + [
        f"{word}={written(value)}" for word, value in options.items() if value is not None
    ]
    return Raw(f"{name}({', '.join(given)})")


def written(value: object) -> str:
    """A value as code, texts in double quotes."""
    if isinstance(value, tuple | list):
        inside = ", ".join(map(written, value)) + ("," if isinstance(value, tuple) and len(value) == 1 else "")
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    return f'"{value}"' if isinstance(value, str) and not isinstance(value, Raw) else repr(value)


def wrapped(text: str, width: int = 100) -> str:
    """The code with the first call of each line that is too long spread over several, and so on inside of it."""
    return "\n".join(
        line if len(line) <= width or "(" not in line else _wrapped(line, width) for line in text.split("\n")
    )


def _wrapped(line: str, width: int) -> str:
    indent = " " * (len(line) - len(line.lstrip()))
    opened = line.index("(")
    depth, rows, word = 1, [indent + "   "], ""
    for n, letter in enumerate(line[opened + 1 :], opened + 1):
        depth += (letter in "([{") - (letter in ")]}")
        word += letter
        if depth == 0 or (letter == "," and depth == 1):
            word = word[:-1].strip()
            if word:
                fits = len(rows[-1]) + len(word) + 2 <= width or not rows[-1].strip()
                rows = [*rows[:-1], f"{rows[-1]} {word},"] if fits else [*rows, f"{indent}    {word},"]
            word = ""
        if depth == 0:
            return "\n".join([line[: opened + 1], *(wrapped(row, width) for row in rows), f"{indent}{line[n:]}"])
    return line


def short(values: Sequence[int]) -> int | tuple[int, ...]:
    """One int where all axes agree, otherwise one per axis."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def unless(usual: int, values: Sequence[int]) -> int | tuple[int, ...] | None:
    """The values as `short` has them; None, which `call` leaves out, where all are the usual one."""
    return None if set(values) == {usual} else short(values)


def doubled(pads: Pads) -> bool:
    """Whether each axis has the same padding on both sides."""
    return all(before == after for before, after in pads)


def befores(pads: Pads) -> tuple[int, ...]:
    """The first side's padding of each axis."""
    return tuple(before for before, _ in pads)


def is_named(op: Conv | Pool, name: str, pads: Pads, stride: Sequence[int] | None = None) -> bool:
    """Whether a padding's name gives these numbers, and they aren't all 0; `stride` is another one than the operation's
    own.
    """
    rows = zip(op.input_size, op.effective_kernel_size, stride or op.stride, strict=True)
    return any(map(any, pads)) and pads == tuple(PADDINGS[name].direct(*row) for row in rows)


def reach(op: Pool) -> Pads:
    """The padding with the cells that a last window of `ceil_mode` reads beyond it; so padded, the windows need no
    `ceil_mode`.
    """
    return tuple((before, after + over) for (before, after), over in zip(op.pads, op.overhang, strict=True))


def counted(op: Pool) -> tuple[Pads, Pads]:
    """The padding in two parts: cells that count as zeros in the windows, and cells that don't count, all of them for
    the maximum.

    Where the second is all 0, an average divides by the same number everywhere, `divisor(op)`.
    """
    nothing = ((0, 0),) * len(op.axes)
    if op.mode == "max" or (op.mode == "average" and not op.count_include_pad and op.divisor_override is None):
        return nothing, reach(op)
    if op.mode == "average" and op.divisor_override is None:
        return op.pads, tuple((0, over) for over in op.overhang)
    return reach(op), nothing


def divisor(op: Pool) -> int:
    """The number that a full window's sum is divided by."""
    return op.divisor_override or math.prod(op.kernel_size)


def any_pad(pads: Pads) -> bool:
    """Whether there is any padding."""
    return any(map(any, pads))


def chosen(codes: Mapping[type, Callable[[Any], Code]], op: Operation, framework: str) -> Callable[[Any], Code]:
    """The function of a table that writes this kind of operation; raises ConvanimError for a kind without one."""
    if type(op) not in codes:
        raise ConvanimError(f"{framework} has no code for a {type(op).__name__}: take another kind of operation")
    return codes[type(op)]


NUMPY_MODES = {"replicate": "edge", "circular": "wrap"}


def padding_mode(op: Conv) -> str:
    """The padding mode; one cell mirrored at the edge is that cell, so "symmetric" may be "replicate", which more
    frameworks have.
    """
    if not any_pad(op.pads):
        return "zeros"
    return "replicate" if op.padding_mode == "symmetric" and max(map(max, op.pads)) == 1 else op.padding_mode


def numpy_mode(op: Conv) -> str | None:
    """The name of a padding mode that copies in numpy.pad, and in JAX and ONNX, which follow it; None for zeros."""
    mode = padding_mode(op)
    return None if mode == "zeros" else NUMPY_MODES.get(mode, mode)


def need_axes(op: Operation, most: int, framework: str) -> None:
    """Raise the one line that says that a framework has no layers of so many dimensions."""
    if len(op.axes) > most:
        raise ConvanimError(
            f"{framework} has layers of 1 to {most} dimensions, and this has {len(op.axes)}: take 'jax' or 'onnx',"
            " which have any number"
        )


def to_crop(op: ConvTranspose) -> Pads:
    """The cells to crop before and after, of the `(i - 1) s + d (k - 1) + 1` that there are; a negative number is to be
    added.
    """
    return tuple((before, after - extra) for (before, after), extra in zip(op.pads, op.output_padding, strict=True))

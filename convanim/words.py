"""What figures and messages say of an operation: its name, its formula with numbers, a description, numbers as text."""

from __future__ import annotations

import math
from collections.abc import Iterable

from .geometry import Axis, Cell, ConvTranspose, Operation, Pool

MINUS, TIMES, INFINITY = "\N{MINUS SIGN}", "x", "\N{INFINITY}"


def size(cells: Cell) -> str:
    """A size as words have it: (5, 7) is "5x7"."""
    return TIMES.join(map(str, cells))


def number(value: float) -> str:
    """A value in few characters, with a true minus sign: 3, −0.25, 123.4, 1.23e6, −∞."""
    magnitude = abs(value)
    if math.isinf(value):
        text = INFINITY
    elif value == int(value) and magnitude < 1e9:
        text = str(int(magnitude))
    elif 0.001 <= magnitude < 1e5:
        places = 3 if magnitude < 10 else 2 if magnitude < 100 else 1
        text = f"{magnitude:.{places}f}".rstrip("0")
        text += "0" if text.endswith(".") else ""  # 1000.0 for 999.96: not a whole number
    else:
        text = f"{magnitude:.3g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", MINUS)
    return MINUS + text if value < 0 else text


def results(values: Iterable[float], *, whole: bool) -> list[str]:
    """Output values: with one decimal, as the guide prints them, where the input's and kernel's values are whole numbers.

    With two where that is exact and one isn't (0.25, an average of 2 x 2). Other values, and those that one decimal would turn
    to zero or make too long, are written as `number` does.
    """
    listed = list(values)
    if whole and all(v == 0 or 0.05 <= abs(v) < 1e5 for v in listed):
        exact = [all(float(f"{v:.{places}f}") == v for v in listed) for places in (1, 2)]
        places = 2 if exact == [False, True] else 1
        return [f"{v + 0.0:.{places}f}".replace("-", MINUS) for v in listed]
    return [number(v) for v in listed]


def name(op: Operation) -> str:
    """What kind of operation this is: "convolution", "transposed convolution", "max pooling"."""
    if isinstance(op, Pool):
        return f"{op.mode} pooling"
    return "transposed convolution" if isinstance(op, ConvTranspose) else "convolution"


def title(op: Operation) -> str:
    """The operation in one line: "Convolution of a 5x5 input, kernel 3x3, stride 2x2, padding 1x1"."""
    return f"{name(op).capitalize()} of a {size(op.input_size)} input, kernel {size(op.kernel_size)}{_parameters(op)}"


def description(op: Operation) -> str:
    """What a figure of the operation shows, for those who don't see it; every number is computed."""
    drawn = ""
    if op.padded_size != op.input_size:
        how = "padded to"
        if isinstance(op, ConvTranspose):
            how = "with zeros added and the edge cropped drawn as" if any(a.before < 0 or a.after < 0 for a in op.axes) else "widened by zeros to"
        drawn = f" {how} {size(op.padded_size)}"
    unread = f" At the end of its axes, {size(op.remainder)} rows of cells are never read." if any(op.remainder) else ""
    return (
        f"A window of {size(op.effective_kernel_size)} cells with {_count(math.prod(op.kernel_size), 'kernel cell')} moves over an input of "
        f"{size(op.input_size)}{drawn}, row by row from the top left. In {_count(math.prod(op.output_size), 'step')} it computes "
        f"the output of {size(op.output_size)}, one cell each.{unread}"
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _parameters(op: Operation) -> str:
    given = [("stride", op.stride, 1), ("padding", op.padding, 0), ("dilation", op.dilation, 1)]
    if isinstance(op, ConvTranspose):
        given.append(("output_padding", op.output_padding, 0))
    return "".join(f", {word} {_values(values)}" for word, values, usual in given if any(v != usual for v in values))


def _values(values: Iterable[int | tuple[int, int]]) -> str:
    return TIMES.join(str(v) if isinstance(v, int) else f"{v[0]}:{v[1]}" for v in values)


def formula(op: Operation, axis: int) -> str:
    """The output size along one axis with its numbers: "floor((5 + 2*1 - 1*(3 - 1) - 1) / 2) + 1 = 3" (PyTorch's documentation; Relationship 15)."""
    (before, after), a = op.pads[axis], op.axes[axis]
    if isinstance(op, ConvTranspose):
        return _transposed_formula(op, axis)
    pads = f" + 2*{before}" if before == after else f" + {before} + {after}"
    return f"floor(({a.input}{pads} - {_reach(a)} - 1) / {a.stride}) + 1 = {a.output}"


def _transposed_formula(op: ConvTranspose, axis: int) -> str:
    (before, after), a = op.pads[axis], op.axes[axis]
    pads = f" - 2*{before}" if before == after else f" - {before} - {after}"
    return f"({a.input} - 1)*{op.stride[axis]}{pads} + {_reach(a)} + {op.output_padding[axis]} + 1 = {a.output}"


def _reach(axis: Axis) -> str:
    return f"{axis.dilation}*({axis.kernel} - 1)"



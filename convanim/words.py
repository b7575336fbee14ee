"""What figures and messages say of an operation: its name, its formula with numbers, a description, numbers as text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from .axis import AdaptiveAxis, Axis, Cell
from .checks import parameters
from .geometry import AdaptivePool, ConvTranspose, Operation, Pool

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
        return [_rounded(v, places) for v in listed]
    return [number(v) for v in listed]


def _rounded(value: float, places: int) -> str:
    """The value with this many decimals, halves away from zero, as one rounds by hand: 1.25 is 1.3."""
    text = str(Decimal(repr(value + 0.0)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    return text.replace("-", MINUS)


def name(op: Operation) -> str:
    """What kind of operation this is: "convolution", "depthwise convolution", "transposed convolution", "max pooling"."""
    if isinstance(op, Pool):
        return f"{op.mode} pooling"
    if isinstance(op, AdaptivePool):
        return f"adaptive {op.mode} pooling"
    kind = "transposed convolution" if isinstance(op, ConvTranspose) else "convolution"
    if op.groups == op.in_channels > 1:
        return f"depthwise {kind}"
    if max(op.kernel_size) == 1 and op.in_channels * op.out_channels > 1:
        return f"pointwise {kind}"
    return kind


def title(op: Operation) -> str:
    """The operation in one line: "Convolution of a 5x5 input, kernel 3x3, stride 2x2, padding 1x1"."""
    shape = f"output {size(op.output_size)}" if isinstance(op, AdaptivePool) else f"kernel {size(op.kernel_size)}"
    article = "an" if str(op.input_size[0]).startswith("8") or op.input_size[0] in (11, 18) else "a"
    return f"{name(op).capitalize()} of {article} {size(op.input_size)} input, {shape}{_parameters(op)}"


def description(op: Operation, bias: float = 0) -> str:
    """What a figure of the operation shows, for those who don't see it; every number is computed."""
    drawn = ""
    if op.padded_size != op.input_size:
        how = "padded to"
        if isinstance(op, ConvTranspose):
            how = "with zeros added and the edge cropped drawn as" if any(a.before < 0 or a.after < 0 for a in op.axes) else "widened by zeros to"
        drawn = f" {how} {size(op.padded_size)}"
        if any(axis.copies for axis in op.axes):
            drawn += " with copies of its own cells"
    window = f"A window of {_cells(op.effective_kernel_size)} with {_count(math.prod(op.kernel_size), 'kernel cell')}"
    if isinstance(op, AdaptivePool):
        window = f"A window of up to {size(op.kernel_size)} cells, not always of one size," if _differ(op) else f"A window of {_cells(op.kernel_size)}"
    more = ""
    if any(op.remainder):
        more += f" At the end of its axes, {size(op.remainder)} rows of cells are never read."
    if any(op.overhang):
        more += f" At the end of its axes, the last windows hang over by {size(op.overhang)} cells, which count for nothing."
    if bias:
        more += f" To each is added {number(bias)}, the bias."
    return (
        f"{window} moves over an input of {size(op.input_size)}{drawn}, row by row from the top left. In "
        f"{_count(math.prod(op.output_size), 'step')} it computes the output of {size(op.output_size)}, one cell each.{more}"
    )


def _differ(op: AdaptivePool) -> bool:
    """Whether the windows have more than one size; the first is the smallest."""
    return any(axis.kernel > len(axis.taps(0)) for axis in op.axes)


def _cells(cells: Cell) -> str:
    return f"{size(cells)} cell" + ("" if cells == (1,) else "s")


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _parameters(op: Operation) -> str:
    """All that isn't at its default, in the parameters' own words; what the name or the sizes say already is left out."""
    said = {"input_size", "output_size", "kernel_size", "mode"}
    usual = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0, "in_channels": 1, "out_channels": 1, "groups": 1,
             "padding_mode": "zeros", "count_include_pad": True}
    words = []
    for word, one in parameters(type(op)).items():
        value = getattr(op, word)
        if word in said or value in (usual.get(word, False), None) or (isinstance(value, tuple) and all(v == usual.get(word) for v in value)):
            continue
        if isinstance(value, tuple):
            words.append(f"{word} {_values(value)}")
        elif one.kind == "switch":
            words.append(word if value else f"{word} off")
        else:
            words.append(f"{word} {value}")
    return "".join(f", {word}" for word in words)


def _values(values: Iterable[int | tuple[int, int]]) -> str:
    return TIMES.join(str(v) if isinstance(v, int) else f"{v[0]}:{v[1]}" for v in values)


def formula(op: Operation, axis: int) -> str:
    """The output size along one axis with its numbers: "floor((5 + 2*1 - 1*(3 - 1) - 1) / 2) + 1 = 3" (PyTorch's documentation; Relationship 15)."""
    (before, after), a = op.pads[axis], op.axes[axis]
    if isinstance(op, ConvTranspose):
        return _transposed_formula(op, axis)
    if isinstance(a, AdaptiveAxis):
        return f"{a.output} windows over {a.input}: from floor(o*{a.input}/{a.output}) up to ceil((o + 1)*{a.input}/{a.output})"
    pads = f" + 2*{before}" if before == after else f" + {before} + {after}"
    rounded = "ceil" if a.ceil_mode else "floor"
    inside = f"({a.input}{pads} - {_reach(a)} - 1) / {a.stride}"
    dropped = a.ceil_mode and a.output < -(-(a.padded - a.effective_kernel) // a.stride) + 1
    last = " - 1 (it would start beyond the input)" if dropped else ""
    return f"{rounded}({inside}) + 1{last} = {a.output}"


def _transposed_formula(op: ConvTranspose, axis: int) -> str:
    (before, after), a = op.pads[axis], op.axes[axis]
    pads = f" - 2*{before}" if before == after else f" - {before} - {after}"
    return f"({a.input} - 1)*{op.stride[axis]}{pads} + {_reach(a)} + {op.output_padding[axis]} + 1 = {a.output}"


def _reach(axis: Axis) -> str:
    return f"{axis.dilation}*({axis.kernel} - 1)"


def facts(op: Operation) -> list[tuple[str, str]]:
    """What `convanim info` prints, line by line: names, and sizes, formulas or counts."""
    up_to = "up to " if isinstance(op, AdaptivePool) and _differ(op) else ""
    rows = [("input", size(op.input_size)), ("padded", size(op.padded_size)), ("kernel", f"{up_to}{size(op.kernel_size)}"),
            ("effective kernel", f"{up_to}{size(op.effective_kernel_size)}"), ("output", size(op.output_size)), ("left at the end", size(op.remainder))]
    if any(op.overhang):
        rows.append(("hangs over", size(op.overhang)))
    if isinstance(op, ConvTranspose):
        rows.append(("cropped", _values(op.cropped)))
    count = len(op.axes)
    names = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}.get(count) or tuple(f"axis {n}" for n in range(count))
    rows += [(name, formula(op, axis)) for axis, name in enumerate(names)]
    if not isinstance(op, Pool | AdaptivePool):
        kernel = f"{TIMES.join(map(str, op.kernel_shape))}{f' + {op.out_channels}' if op.bias else ''}"
        cells, what = (op.input_size, "input") if isinstance(op, ConvTranspose) else (op.output_size, "output")
        rows += [("parameters", f"{kernel} = {op.parameters:,}"),
                 ("MACs", f"{math.prod(op.kernel_shape):,} * {math.prod(cells):,} = {op.macs:,} (weights * cells of the {what})")]
    return rows

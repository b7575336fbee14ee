"""What figures and messages say of an operation: its name, its formula with numbers, a description, numbers as text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..geometry import AdaptivePool, ConvTranspose, Operation, Pool
from ..geometry.axis import AdaptiveAxis, Axis, Cell
from ..geometry.parameters import parameters
from ..geometry.receptive_field import receptive_field
from .lang import Language, language

INDICES = tuple("₀₁₂₃₄₅₆₇₈₉")
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


def bracketed(text: str) -> str:
    """A value as a factor: a negative one in brackets."""
    return f"({text})" if text.startswith(MINUS) else text


def read(text: str) -> float:
    """The value that a text of `number` or `results` says."""
    return float(text.replace(MINUS, "-").replace(INFINITY, "inf"))


def results(values: Iterable[float], *, whole: bool) -> list[str]:
    """Output values: with one decimal, as the guide prints them, where the input's and kernel's values are whole
    numbers.

    With two where that is exact and one isn't (0.25, an average of 2 x 2). Other values, and those that one decimal
    would turn to zero or make too long, are written as `number` does.
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


def name(op: Operation, lang: str = "en") -> str:
    """What kind of operation this is: "convolution", "depthwise convolution", "transposed convolution", "max pooling"."""
    return language(lang).say(f"operation.{_kind(op)}")


def _kind(op: Operation) -> str:
    if isinstance(op, Pool):
        return f"{op.mode}_pool"
    if isinstance(op, AdaptivePool):
        return f"{op.mode}_adaptive_pool"
    kind = "transpose" if isinstance(op, ConvTranspose) else "conv"
    if op.groups == op.in_channels > 1:
        return f"depthwise_{kind}"
    if max(op.kernel_size) == 1 and op.in_channels * op.out_channels > 1:
        return f"pointwise_{kind}"
    return kind


def title(op: Operation | tuple[Operation, ...], lang: str = "en") -> str:
    """The operation in one line: "Convolution of a 5x5 input, kernel 3x3, stride 2x2, padding 1x1"; of several, how
    many, and the sizes.
    """
    say = language(lang).say
    layers = op if isinstance(op, tuple) else (op,)
    op = layers[0]
    if len(layers) > 1:
        return say(
            "title.layers",
            n=len(layers),
            sizes=say("title.to").join(map(size, (op.input_size, *(one.output_size for one in layers)))),
        )
    shape = (
        say("title.output", size=size(op.output_size))
        if isinstance(op, AdaptivePool)
        else say("title.kernel", size=size(op.kernel_size))
    )
    article = "an" if str(op.input_size[0]).startswith("8") or op.input_size[0] in (11, 18) else "a"
    kind = name(op, lang)
    return say(
        "title.row" if len(op.axes) == 1 else "title.title",
        operation=kind,
        Operation=kind.capitalize(),
        a=article,
        input=size(op.input_size),
        shape=shape,
        parameters=_parameters(op, language(lang)),
    )


def description(op: Operation | tuple[Operation, ...], bias: float = 0, lang: str = "en", view: str = "") -> str:
    """What a view shows of an operation, or of several, for those who don't see it; every number is computed.

    A view may have a text of its own in the catalogue's [whole], or one in [more] that comes after the usual one.
    """
    layers, told, several = op if isinstance(op, tuple) else (op,), language(lang), isinstance(op, tuple)
    op = layers[0]
    if not (told.has(f"whole.{view}") or told.has(f"more.{view}")):
        return _usual_description(op, bias, lang)
    last = layers[-1]
    numbers: dict[str, Any] = {
        "input": size(op.input_size),
        "kernel": size(op.kernel_size),
        "output": size(last.output_size),
        "layers": len(layers),
        "inputs": math.prod(op.input_size),
        "outputs": math.prod(last.output_size),
        "taps": math.prod(op.kernel_size),
        "channels": getattr(op, "in_channels", 1),
        "maps": getattr(op, "out_channels", 1),
        "groups": getattr(op, "groups", 1),
        "sizes": told.say("title.to").join(size(one.output_size) for one in layers),
        "window": size(op.effective_kernel_size),
        "stride": size(getattr(op, "stride", ())),
        "bias": _begins(op, bias, told),
        "outer": size(
            last.output_size if isinstance(op, ConvTranspose) else op.input_size
        ),  # of a convolution and its transpose, whichever this is
        "inner": size(op.input_size if isinstance(op, ConvTranspose) else last.output_size),
    }
    if several:
        numbers["field"] = size(receptive_field(layers)[-1].size)
    if told.has(f"whole.{view}"):
        return told.say(f"whole.{view}", 1, **numbers)
    return f"{_usual_description(op, bias, lang)} {told.say(f'more.{view}', 1, **numbers)}"


def _begins(op: Operation, bias: float, told: Language) -> str:
    """What sums begin with: 0, or the bias, of which symbols don't tell the value."""
    return number(bias) if bias or not getattr(op, "bias", False) else told.say("description.of_bias")


def _usual_description(op: Operation, bias: float, lang: str) -> str:
    """How a window moves over the input, and what comes of it."""

    def say(key: str, count: int = 1, **places: object) -> str:
        return language(lang).say(f"description.{key}", count, **places)

    drawn = ""
    if op.padded_size != op.input_size:
        how = "padded"
        if isinstance(op, ConvTranspose):
            how = "cropped" if any(a.before < 0 or a.after < 0 for a in op.axes) else "widened"
        drawn = say(how, size=size(op.padded_size)) + (say("copies") if any(axis.copies for axis in op.axes) else "")
    if isinstance(op, AdaptivePool):
        window = (
            say("window_uneven", size=size(op.kernel_size))
            if differ(op)
            else say("window_even", cells=_cells(op.kernel_size, lang))
        )
    else:
        taps = math.prod(op.kernel_size)
        window = say("window", cells=_cells(op.effective_kernel_size, lang), taps=say("taps", taps, n=taps))
    more = [say("unread", size=size(op.remainder))] if any(op.remainder) else []
    more += [say("overhang", size=size(op.overhang))] if any(op.overhang) else []
    more += [say("bias", bias=number(bias))] if bias else []
    steps = math.prod(op.output_size)
    return say(
        "text",
        window=window,
        input=size(op.input_size),
        drawn=drawn,
        steps=say("steps", steps, n=steps),
        output=size(op.output_size),
        more="".join(more),
    )


def differ(op: AdaptivePool) -> bool:
    """Whether the windows have more than one size; the first is the smallest."""
    return any(axis.kernel > len(axis.taps(0)) for axis in op.axes)


def _cells(cells: Cell, lang: str) -> str:
    return language(lang).say("description.cells", 1 if cells == (1,) else 2, size=size(cells))


USUAL = {
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "output_padding": 0,
    "in_channels": 1,
    "out_channels": 1,
    "groups": 1,
    "padding_mode": "zeros",
    "count_include_pad": True,
}


def unusual(op: Operation) -> dict[str, Any]:
    """The parameters that aren't at their default, by name; what the name of the operation or its sizes say already is
    left out.
    """
    said = {"input_size", "output_size", "kernel_size", "mode"}
    found = {}
    for word in parameters(type(op)):
        value, usual = getattr(op, word), USUAL.get(word, False)
        if (
            word not in said
            and value not in (usual, None)
            and not (isinstance(value, tuple) and all(v == usual for v in value))
        ):
            found[word] = value
    return found


def _parameters(op: Operation, lang: Language) -> str:
    """All that isn't at its default, in the parameters' own words."""
    words = []
    for word, value in unusual(op).items():
        called = lang.say(f"parameter.{word}") if lang.has(f"parameter.{word}") else word
        if parameters(type(op))[word].kind == "switch":
            words.append(lang.say("title.on" if value else "title.off", word=called))
        else:
            words.append(
                lang.say("title.parameter", word=called, value=values(value) if isinstance(value, tuple) else value)
            )
    return "".join(words)


def values(each: Iterable[int | tuple[int, int]]) -> str:
    """One value an axis, as words have it: (1, 2) is "1x2", and pairs ((1, 1), (0, 2)) are "1:1x0:2"."""
    return TIMES.join(str(v) if isinstance(v, int) else f"{v[0]}:{v[1]}" for v in each)


def formula(op: Operation, axis: int) -> str:
    """The output size along one axis with its numbers: "floor((5 + 2*1 - 1*(3 - 1) - 1) / 2) + 1 = 3" (PyTorch's
    documentation; Relationship 15).
    """
    (before, after), a = op.pads[axis], op.axes[axis]
    if isinstance(op, ConvTranspose):
        return _transposed_formula(op, axis)
    if isinstance(a, AdaptiveAxis):
        return (
            f"{a.output} windows over {a.input}: from floor(o*{a.input}/{a.output}) up to ceil((o +"
            f" 1)*{a.input}/{a.output})"
        )
    pads = f" + 2*{before}" if before == after else f" + {before} + {after}"
    rounded = "ceil" if a.ceil_mode else "floor"
    inside = f"({a.input}{pads} - {_reach(a)} - 1) / {a.stride}"
    last = " - 1 (it would start beyond the input)" if a.dropped else ""
    return f"{rounded}({inside}) + 1{last} = {a.output}"


def _transposed_formula(op: ConvTranspose, axis: int) -> str:
    (before, after), a = op.pads[axis], op.axes[axis]
    pads = f" - 2*{before}" if before == after else f" - {before} - {after}"
    return f"({a.input} - 1)*{op.stride[axis]}{pads} + {_reach(a)} + {op.output_padding[axis]} + 1 = {a.output}"


def _reach(axis: Axis) -> str:
    return f"{axis.dilation}*({axis.kernel} - 1)"


def facts(op: Operation) -> list[tuple[str, str]]:
    """What `convanim info` prints, line by line: names, and sizes, formulas or counts."""
    up_to = "up to " if isinstance(op, AdaptivePool) and differ(op) else ""
    rows = [
        ("input", size(op.input_size)),
        ("padded", size(op.padded_size)),
        ("kernel", f"{up_to}{size(op.kernel_size)}"),
        ("effective kernel", f"{up_to}{size(op.effective_kernel_size)}"),
        ("output", size(op.output_size)),
        ("left at the end", size(op.remainder)),
    ]
    if any(op.overhang):
        rows.append(("hangs over", size(op.overhang)))
    if isinstance(op, ConvTranspose):
        rows.append(("cropped", values(op.cropped)))
    count = len(op.axes)
    names = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}.get(count) or tuple(
        f"axis {n}" for n in range(count)
    )
    rows += [(name, formula(op, axis)) for axis, name in enumerate(names)]
    if not isinstance(op, Pool | AdaptivePool):
        kernel = f"{TIMES.join(map(str, op.kernel_shape))}{f' + {op.out_channels}' if op.bias else ''}"
        cells, what = (op.input_size, "input") if isinstance(op, ConvTranspose) else (op.output_size, "output")
        rows += [
            ("parameters", f"{kernel} = {op.parameters:,}"),
            (
                "MACs",
                f"{math.prod(op.kernel_shape):,} * {math.prod(cells):,} = {op.macs:,} (weights * cells of the {what})",
            ),
        ]
    return rows

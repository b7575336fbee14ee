"""Texts about an operation: its name, title and description, and the facts that `convanim info` prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

from ..geometry import Operation
from ..geometry.axis import Cell
from ..geometry.network import Path
from ..geometry.parameters import parameters
from ..geometry.receptive_field import receptive_field
from .formula import number_formula
from .lang import Language, language
from .numbers import TIMES, map_texts, number, per_axis, says, size

ABOUT = "≈ "


def name(op: Operation, lang: str = "en") -> str:
    """The name of the operation's kind: "convolution", "depthwise transposed convolution", "max pooling"."""
    return language(lang).say(f"operation.{op.kind}")


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
        if op.adaptive
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


def description(
    op: Operation | tuple[Operation, ...],
    bias: float = 0,
    lang: str = "en",
    view: str = "",
    precision: int | None = None,
) -> str:
    """A text about a figure of an operation, or of several, for readers who don't see it; every number is computed.

    A view may have a text of its own in the catalogue's [whole], or one in [more] that comes after the usual one.
    """
    layers, catalogue, several = op if isinstance(op, tuple) else (op,), language(lang), isinstance(op, tuple)
    op, said = layers[0], _said_bias(bias, precision)
    if not (catalogue.has(f"whole.{view}") or catalogue.has(f"more.{view}")):
        return _usual_description(op, said, lang)
    last = layers[-1]
    numbers: dict[str, Any] = {
        "input": size(op.input_size),
        "kernel": size(op.kernel_size),
        "output": size(last.output_size),
        "layers": len(layers),
        "inputs": math.prod(op.input_size),
        "outputs": math.prod(last.output_size),
        "taps": math.prod(op.kernel_size),
        "channels": op.in_channels,
        "maps": op.out_channels,
        "groups": op.groups,
        "sizes": catalogue.say("title.to").join(size(one.output_size) for one in layers),
        "window": size(op.effective_kernel_size),
        "stride": size(op.stride),
        "bias": (said or catalogue.say("description.of_bias")) if op.bias else number(0),
        "outer": size(op.outer_size),
        "inner": size(op.inner_size),
    }
    if several:
        numbers["field"] = size(receptive_field(Path(layers))[-1].size)  # their channels may change between them
    if catalogue.has(f"whole.{view}"):
        shown = last if last.transposed or view != "pair" else last.transpose()  # a pair shows both
        return catalogue.say(f"whole.{view}", 1, **numbers) + _said_added(shown, lang)
    return f"{_usual_description(op, said, lang)} {catalogue.say(f'more.{view}', 1, **numbers)}"


def detail(layers: Sequence[Operation], lang: str = "en") -> str:
    """The sentence about a detail of layers: which of their cells are drawn. It follows the description."""
    at = ", ".join(str(axis.start) for axis in layers[-1].axes)
    cells = tuple(axis.extent for axis in layers[0].axes)
    return language(lang).say("description.detail", at=at, output=size(layers[-1].output_size), cells=size(cells))


def _said_bias(bias: float, precision: int | None) -> str:
    """The bias as figures write it, marked where it is rounded; "" for 0, and for a bias whose value symbols don't
    show.
    """
    (text,) = map_texts([bias], precision=precision)
    return "" if not bias else text if says(text, bias) else f"{ABOUT}{text}"


def _usual_description(op: Operation, bias: str, lang: str) -> str:
    """The description of a window that moves over the input, and of its output."""

    def say(key: str, count: int = 1, **places: object) -> str:
        return language(lang).say(f"description.{key}", count, **places)

    drawn, cells, cuts = "", tuple(axis.drawn.padded for axis in op.axes), [axis.cut for axis in op.axes]
    if cells != op.input_size:
        drawn = say("widened" if op.transposed else "padded", size=size(cells))
        drawn += say("copies") if any(axis.copies for axis in op.axes) else ""
    drawn += say("cut", cut=per_axis(cuts)) if any(map(any, cuts)) else ""
    if op.adaptive:
        window = (
            say("window_uneven", size=size(op.kernel_size))
            if op.uneven
            else say("window_even", cells=_cells(op.kernel_size, lang))
        )
    else:
        taps = math.prod(op.kernel_size)
        window = say("window", cells=_cells(op.effective_kernel_size, lang), taps=say("taps", taps, n=taps))
    more = [say("unread", size=size(op.remainder))] if any(op.remainder) else []
    more += [say("overhang", size=size(op.overhang))] if any(op.overhang) else []
    more += [_said_added(op, lang)] + ([say("bias", bias=bias)] if bias else [])
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


def _said_added(op: Operation, lang: str) -> str:
    """What output_padding does, as a sentence; "" where it adds nothing."""
    added = added_cells(op, lang)
    return language(lang).say("description.output_padding", added=added) if added else ""


def added_cells(op: Operation, lang: str = "en") -> str:
    """How many cells output_padding adds, and on which sides: "by 1 row at the bottom and 2 columns on the right"; ""
    where it adds none.
    """
    say, extra = language(lang).say, op.output_padding
    if len(extra) > 2:
        return say("added.axes", n=per_axis(extra)) if any(extra) else ""
    words = ("cells",) if len(extra) == 1 else ("rows", "columns")
    return _and([say(f"added.{word}", n, n=n) for word, n in zip(words, extra, strict=True) if n], lang)


def added_sides(op: Operation, lang: str = "en") -> str:
    """The sides of an output on which output_padding adds cells: "at the bottom and on the right"; "" for none."""
    sides = ("bottom", "right")[-len(op.output_padding) :]
    return _and(
        [language(lang).say(f"added.{side}") for side, n in zip(sides, op.output_padding, strict=True) if n], lang
    )


def _and(parts: list[str], lang: str) -> str:
    return reduce(lambda one, other: language(lang).say("added.and", one=one, other=other), parts) if parts else ""


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
    """The parameters that aren't at their default, by name, without the ones that the operation's name or sizes say."""
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
                lang.say("title.parameter", word=called, value=per_axis(value) if isinstance(value, tuple) else value)
            )
    return "".join(words)


def facts(op: Operation) -> list[tuple[str, str]]:
    """The lines of `convanim info`: names, with sizes, formulas or counts."""
    up_to = "up to " if op.uneven else ""
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
    if op.transposed:
        rows.append(("cropped", per_axis(op.cropped)))
    if added := added_cells(op):
        rows.append(("output_padding", f"makes the output larger, {added}"))
    if any(any(axis.cut) for axis in op.axes):
        rows.append(("input cut off", per_axis(axis.cut for axis in op.axes)))
    count = len(op.axes)
    names = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}.get(count) or tuple(
        f"axis {n}" for n in range(count)
    )
    rows += [(name, number_formula(op, axis, language("en"))) for axis, name in enumerate(names)]
    if op.weighted:
        kernel = f"{TIMES.join(map(str, op.kernel_shape))}{f' + {op.out_channels}' if op.bias else ''}"
        weights, cells, side = (
            math.prod(op.kernel_shape),
            math.prod(op.inner_size),
            "input" if op.transposed else "output",
        )
        rows += [
            ("parameters", f"{kernel} = {op.parameters:,}"),
            ("MACs", f"{weights:,} * {cells:,} = {op.macs:,} (weights * cells of the {side})"),
        ]
    return rows


def stack_facts(ops: Sequence[Operation]) -> list[tuple[str, str]]:
    """The lines of `convanim info --layers` on the layers as a whole.

    The receptive field is that of a cell of the last layer's output, and its jump the distance of neighbouring cells'
    fields: 8x8 and 2x2 for a 3x3 convolution, a pooling of 2 and a 3x3 convolution.
    """
    field = receptive_field(Path(ops))[-1]  # their channels may change between them
    rows = [("receptive field", size(field.size)), ("jump", TIMES.join(f"{jump:g}" for jump in field.jump))]
    weighted = [op for op in ops if op.weighted]
    if weighted:
        rows += [
            (word, f"{' + '.join(f'{one:,}' for one in costs)} = {sum(costs):,}")
            for word, costs in (
                ("parameters", [op.parameters for op in weighted]),
                ("MACs", [op.macs for op in weighted]),
            )
        ]
    return rows

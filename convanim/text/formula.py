"""The formula of the output's size as text, in letters and with numbers: one for figures, pages and `convanim info`."""

from __future__ import annotations

from collections.abc import Callable

from ..geometry import Operation
from .lang import Language
from .numbers import MINUS

DOT = "\N{MIDDLE DOT}"


def letter_formula(op: Operation, axis: int) -> str:
    """The formula in letters: "floor((i + 2p − k)/s) + 1" (Dumoulin & Visin 2016, Relationships 6, 14 and 15).

    "" for an operation whose output size is given, as in adaptive pooling.
    """
    if op.size_formula is None:
        return ""
    return _filled(op.size_formula, op, axis, lambda letter, value: letter).replace("*", "").replace("-", MINUS)


def number_formula(op: Operation, axis: int, lang: Language) -> str:
    """The formula with its numbers and the result: "floor((5 + 2·1 − 3)/2) + 1 = 3"."""
    a = op.axes[axis]
    if op.size_formula is None:
        return lang.say("label.adaptive", input=a.input, output=a.output)
    text = _filled(op.size_formula, op, axis, _number).replace("*", DOT).replace("-", MINUS)
    text += f" {lang.say('label.at_the_end')}" if op.output_padding[axis] else ""
    dropped = " " + lang.say("label.unstarted") if a.dropped else ""
    return f"{text}{dropped} = {a.output}"


def _number(letter: str, value: int) -> str:
    return str(value)


def _filled(template: str, op: Operation, axis: int, write: Callable[[str, int], str]) -> str:
    """The template with its places filled; `write` turns a letter and its value into text."""
    a, (before, after) = op.axes[axis], op.pads[axis]
    k, d = write("k", a.kernel), write("d", a.dilation)
    reach = f"{d}*({k} - 1)"
    pads = [f"2*{write('p', before)}"] if before == after else [write("p", before), write("p′", after)]
    return template.format(
        i=write("i", a.input),
        k=k,
        s=write("s", op.stride[axis]),
        span=k if a.dilation == 1 else f"{reach} + 1",
        window=k if a.dilation == 1 else f"({reach} + 1)",
        added=" + ".join(pads),
        cropped=" - ".join(pads),
        round="ceil" if a.ceil_mode else "floor",
        less=" - 1" if a.dropped else "",
        extra=f" + {write('output_padding', op.output_padding[axis])}" if op.output_padding[axis] else "",
    )

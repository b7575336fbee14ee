"""The parameters and the size formula with their numbers."""

from __future__ import annotations

from collections.abc import Callable

from ..geometry import AdaptivePool, ConvTranspose, Operation
from ..geometry.axis import AdaptiveAxis
from ..text import describe
from ..text.lang import Language
from .layout import Block, LabelContext, paragraph

LETTERS = {"kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d"}
DOT, MINUS = "\N{MIDDLE DOT}", describe.MINUS


def parameters(setting: LabelContext) -> Block:
    """The parameters in the letters of the guide: k=3 s=2 p=1; what has no letter there by its name, where it isn't
    usual.
    """
    return paragraph(setting, [name + "  ".join(parameter_words(op)) for name, op in setting.named_ops("nth_named")])


def parameter_words(op: Operation) -> list[str]:
    """Each parameter as "k=3", or "k=3x5" where the axes differ."""
    if isinstance(op, AdaptivePool):
        return [f"o={_each(op.output_size)}"]
    named = {word: getattr(op, word) for word in ("kernel_size", "stride", "padding")} | describe.unusual(op)
    return [
        f"{LETTERS.get(word, word)}={_each(value) if isinstance(value, tuple) else value}"
        for word, value in named.items()
    ]


def _each(value: tuple[int | tuple[int, int], ...]) -> str:
    """One value an axis, or the one that all have."""
    return describe.values(value[:1] if len(set(value)) == 1 else value)


def formula(setting: LabelContext) -> Block:
    """The formula of the output's size with its letters, and with its numbers: once where both axes have the same."""
    return paragraph(
        setting,
        [line for name, op in setting.named_ops("nth") for line in formula_lines(op, setting.lang, name, setting.fits)],
    )


def formula_lines(
    op: Operation, lang: Language, start: str = "", fits: Callable[[str], bool] = lambda line: True
) -> list[str]:
    """The lines of one operation, the first after `start`; one that doesn't fit is two."""
    lines: list[str] = []
    numbers = [number_formula(op, axis, lang) for axis in range(len(op.axes))]
    names = [start] if len(set(numbers)) == 1 else [start + lang.say("label.rows"), lang.say("label.columns")]
    letters = [letter_formula(op, axis) for axis in range(len(op.axes))]
    for name, letter, number in zip(names, letters, numbers, strict=False):
        left = f"{name}o = {letter}" if letter and (not lines or letter != letters[0]) else f"{name}o"
        whole = f"{left} = {number}" if letter else f"{name}{number}"
        lines += [whole] if not letter or fits(whole) else [left, f"= {number}"]
    return lines


def letter_formula(op: Operation, axis: int) -> str:
    """The formula in letters: "floor((i + 2p − k)/s) + 1" (Dumoulin & Visin 2016, Relationships 6, 14 and 15); "" for
    adaptive pooling.
    """
    return _formula(op, axis, lambda letter, value: letter, "")


def number_formula(op: Operation, axis: int, lang: Language) -> str:
    """The formula with its numbers and what it gives: "floor((5 + 2·1 − 3)/2) + 1 = 3"."""
    a = op.axes[axis]
    if isinstance(a, AdaptiveAxis):
        return lang.say("label.adaptive", input=a.input, output=a.output)
    text = _formula(op, axis, lambda letter, value: str(value), DOT)
    dropped = " " + lang.say("label.unstarted") if a.dropped else ""
    return f"{text}{dropped} = {a.output}"


def _formula(op: Operation, axis: int, write: Callable[[str, int], str], dot: str) -> str:
    """The formula of one axis; `write` turns a letter and its value into text, `dot` stands between factors."""
    a, (before, after) = op.axes[axis], op.pads[axis]
    if isinstance(a, AdaptiveAxis):
        return ""
    i, k, d = write("i", a.input), write("k", a.kernel), write("d", a.dilation)
    p0, p1 = write("p", before), write("p′", after)
    reach = f"{d}{dot}({k} {MINUS} 1)"  # of the dilated kernel, less one
    pads = [f"2{dot}{p0}"] if before == after else [p0, p1]
    if isinstance(op, ConvTranspose):
        cropped = "".join(f" {MINUS} {pad}" for pad in pads)
        kernel = k if a.dilation == 1 else f"{reach} + 1"
        extra = op.output_padding[axis]
        more = f" + {write('output_padding', extra)}" if extra else ""
        return f"({i} {MINUS} 1){dot}{write('s', op.stride[axis])}{cropped} + {kernel}{more}"
    kernel = k if a.dilation == 1 else f"({reach} + 1)"
    rounded = "ceil" if a.ceil_mode else "floor"
    less = f" {MINUS} 1" if a.dropped else ""
    return f"{rounded}(({' + '.join([i, *pads])} {MINUS} {kernel})/{write('s', a.stride)}) + 1{less}"

"""The parameters and the size formula with their numbers."""

from __future__ import annotations

from collections.abc import Callable

from ..geometry import Operation
from ..geometry.parameters import parameters as parameters_of
from ..text.describe import unusual
from ..text.formula import letter_formula, number_formula
from ..text.lang import Language
from ..text.numbers import per_axis
from .layout import Block, LabelContext, paragraph

LETTERS = {"output_size": "o", "kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d"}
ALWAYS = ("output_size", "kernel_size", "stride", "padding")  # shown at their defaults too


def parameters(context: LabelContext) -> Block:
    """The parameters in the letters of the guide: k=3 s=2 p=1. Parameters without a letter have their name and are
    omitted at their default.
    """
    return paragraph(context, [name + "  ".join(parameter_words(op)) for name, op in context.named_ops("nth_named")])


def parameter_words(op: Operation) -> list[str]:
    """Each parameter as "k=3", or as "k=3x5" if the axes differ."""
    named = {word: getattr(op, word) for word in ALWAYS if word in parameters_of(type(op))} | unusual(op)
    return [
        f"{LETTERS.get(word, word)}={_each(value) if isinstance(value, tuple) else value}"
        for word, value in named.items()
    ]


def _each(value: tuple[int | tuple[int, int], ...]) -> str:
    """One value per axis, or the one that all have."""
    return per_axis(value[:1] if len(set(value)) == 1 else value)


def formula(context: LabelContext) -> Block:
    """The formula of the output's size with its letters, and with its numbers: once where both axes have the same."""
    return paragraph(
        context,
        [line for name, op in context.named_ops("nth") for line in formula_lines(op, context.lang, name, context.fits)],
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

"""The labels of a step: its number, and the equation of its value, shortened if necessary."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product

from ..geometry import Operation
from ..geometry.axis import unravel
from ..scene import Equation, Said
from ..text.cell_texts import Texts, symbols
from ..text.formula import DOT
from ..text.lang import Language
from ..text.numbers import MINUS, bracketed
from .layout import Block, Changing, LabelContext
from .pieces import Pieces, broken

MOST_KEPT = 1024  # steps whose equations are kept in pieces: more than a layout looks at
MOST_LINES = 3  # of a sum; 9 products of short numbers take one or two
LOOKED_AT = 256  # steps that are looked at for how many lines they need


@dataclass(frozen=True)
class Count:
    """Which step it is: "step 5 of 9"."""

    context: LabelContext

    def __call__(self, step: int) -> list[str]:
        scene = self.context.scene
        return [self.context.lang.say("label.step", n=f"{scene.number(step) + 1:,}", steps=f"{scene.whole:,}")]


def step(context: LabelContext) -> Block:
    """The step's number and the number of steps."""
    return Changing(context, Count(context)).block()


def total(context: LabelContext) -> Block:
    """The computation of the step's value, in the figure's numbers, or in symbols if it shows none."""
    steps = context.scene.steps
    said, most = Sum(context), 0
    for step in range(0, steps, -(-steps // LOOKED_AT)):
        most = max(most, len(said(step)))
        if most == MOST_LINES and not said.sentences:  # no other step has more
            break
    return Changing(context, replace(said, most=most)).block(most)


def whole(equation: Equation, lang: Language) -> str:
    """An equation in one line of any length: "3·0 + 2·1 + 1·2 = 4"."""
    if equation.sentences:
        return lang.say("alt.row").join(spoken(one, lang) for one in equation.sentences)
    word = lang.say(f"label.{equation.word}") if equation.word else ""
    return f"{word}{equation.before}{equation.joined.join([*equation.terms, equation.last])}{equation.end}"


def spoken(said: Said, lang: Language) -> str:
    """A text of the catalogue with its placeholders filled."""
    places = {name: one if isinstance(one, str) else spoken(one, lang) for name, one in said.places}
    return lang.say(f"label.{said.key}", said.count, **places)


class Equations:
    """The equations of a figure's steps in pieces, a step each; those of the first MOST_KEPT that are asked for are
    kept.
    """

    def __init__(self, equation: Callable[[int], Equation], lang: Language) -> None:
        self._equation, self._lang = equation, lang
        self._kept: dict[int, Pieces | list[list[str]]] = {}
        self.sentences = False  # whether any was asked for that isn't an equation

    def lines(self, step: int, em: float, room: float, most: int) -> list[str]:
        """The lines of a step: `most` of an equation, with as many of its terms as fit, always the last of them, or
        those of sentences, as many as they need.
        """
        found = self._kept.get(step)
        if found is None:
            found = self._pieces(self._equation(step))
            if len(self._kept) < MOST_KEPT:
                self._kept[step] = found
        if isinstance(found, Pieces):
            return found.lines(em, room, most)
        return [line for words in found for line in broken(words, em, room)]

    def _pieces(self, equation: Equation) -> Pieces | list[list[str]]:
        """The pieces of an equation, or the words of its sentences."""
        if equation.sentences:
            self.sentences = True
            said = (spoken(one, self._lang).split(" ") for one in equation.sentences)
            return [[*(f"{word} " for word in words), last] for *words, last in said]
        word = self._lang.say(f"label.{equation.word}") if equation.word else ""
        return Pieces(word + equation.before, equation)


@dataclass(frozen=True)
class Sum:
    """The equation of a step, "3·0 + 2·1 + … + 1·2 = 9", in `most` lines."""

    context: LabelContext
    most: int = MOST_LINES

    def __call__(self, step: int) -> list[str]:
        return self._equations.lines(step, self.context.em, self.context.room, self.most)

    @property
    def sentences(self) -> bool:
        """Whether any step has sentences in place of an equation, of those that were asked for."""
        return self._equations.sentences

    @property
    def _equations(self) -> Equations:
        context = self.context
        scene, op, texts, lang = context.scene, context.op, context.texts, context.lang
        return context.kept.get(
            "equations",
            (scene.equation, op, texts, lang),
            lambda: Equations(scene.equation or OutputCells(op, texts), lang),
        )


@dataclass(frozen=True)
class OutputCells:
    """The equations of an operation's output cells, a step each: in the figure's numbers, or in symbols if it shows
    none.
    """

    op: Operation
    given: Texts | None

    @cached_property
    def texts(self) -> Texts:
        """The texts of the cells."""
        return self.given or symbols(self.op)

    @cached_property
    def _reads(self) -> tuple[tuple[tuple[tuple[int, int | None], ...], ...], ...]:
        """(kernel cell, input cell) of all padded cells that count, for each output cell along each axis."""
        counts = self.op.padding_value is not None
        return tuple(
            tuple(
                tuple(
                    (j, source)
                    for j, cell in enumerate(axis.taps(o))
                    if cell < axis.padded and ((source := axis.source(cell)) is not None or counts)
                )
                for o in range(axis.output)
            )
            for axis in self.op.axes
        )

    def __call__(self, step: int) -> Equation:
        texts, reduction = self.texts, self.op.reduction
        reads = [of_axis[o] for of_axis, o in zip(self._reads, unravel(step, self.op.output_size), strict=True)]
        bias = (
            ""
            if not texts.bias
            else f" {MINUS} {texts.bias.removeprefix(MINUS)}"
            if texts.bias.startswith(MINUS)
            else f" + {texts.bias}"
        )
        before = f"{reduction.function}(" if reduction.function or reduction.divides else ""
        after = (")" if before else "") + (f"/{self._count(reads)}" if reduction.divides else "")
        equal = "=" if texts.exact and step not in texts.rounded else "≈"
        end = f"{bias} {equal} {texts.output[step]}"
        if not all(reads):  # no cell is counted
            return Equation((), "0", after + end, before=before)
        terms = map(self._term, islice(product(*reads), math.prod(map(len, reads)) - 1))
        joined = f" {reduction.sign} " if reduction.sign else ", "
        return Equation(terms, self._term(tuple(read[-1] for read in reads)), after + end, joined, before)

    def _count(self, reads: list[tuple[tuple[int, int | None], ...]]) -> int:
        """The number that an average divides by: the operation's own, or the count of cells."""
        return self.op.divisor_override or math.prod(map(len, reads))

    def _term(self, term: tuple[tuple[int, int | None], ...]) -> str:
        """The product of an input cell and a kernel cell, or the input cell alone."""
        op, cell, weight = self.op, 0, 0
        for (j, source), n, k in zip(term, op.input_size, op.kernel_size, strict=True):
            weight = weight * k + (k - 1 - j if op.flipped else j)
            cell = -1 if source is None or cell < 0 else cell * n + source
        value = self.texts.padding if cell < 0 else self.texts.input[cell]
        if self.op.reduction.sign:
            value = self.op.reduction.term.format(bracketed(value))
        return f"{value}{DOT}{bracketed(self.texts.kernel[weight])}" if self.texts.kernel else value

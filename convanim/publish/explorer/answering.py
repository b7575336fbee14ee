"""What the explorer shows of a configuration: `answer` gives it, or the refusal, to every page in the same form."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from ... import parsing
from ...animation import Animation
from ...errors import ConvanimError, expected_one_of, short_repr
from ...geometry import Operation
from ...geometry.axis import Axis
from ...options import TEXT_OPTIONS
from ...scene import MeasuredPlane
from ...text.lang import language
from ...write import FORMATS, html
from ..gallery_told import detail
from .cells import Rule, rules, shift
from .link import STEP, Asked, linked, read, spelt

WITH_COUNT = ("input", "padding", "kernel")
PHRASES = (
    "hint",
    "output",
    *WITH_COUNT,
    *(f"{role}_once" for role in WITH_COUNT),
    "matrix",
    "columns_of_windows",
    "hidden",
)
MOST_SUMS = 1000  # steps whose sums are written out
MOST_CELLS, MOST_READS = 40_000, 60_000  # of a capped answer: cells of a map, and cells read in all played steps
EACH = 40  # cells that a step costs beside those that it reads
# a size in words that a message has for a parameter
WORDS = {"kernel": "kernel_size", "input": "input_size", "window": "kernel_size", "view": "view", "theme": "theme"}


@dataclass(frozen=True)
class Shown:
    """A configuration and its figure, and the step that is seen."""

    asked: Asked
    animation: Animation
    ops: tuple[Operation, ...]  # that are drawn; of one operation with large maps a detail
    step: int


def _still(shown: Shown) -> str:
    """The step as an SVG document."""
    return shown.animation.svg(shown.step)


def _moving(shown: Shown) -> dict[str, Any]:
    """The player of the steps that an animation plays, and their numbers."""
    played = shown.animation.played
    return {"html": html.inner(played), "numbers": [played.scene.number(step) for step in range(len(played))]}


def _planes(shown: Shown) -> list[dict[str, Any]]:
    """The planes of cells: a cell's corner is at origin + column * right + row * down, in the SVG's units.

    `rule` says which cell of a plane takes part in a product. Its name has a place for each axis; a pair has the place
    of the row and that of the column, as indices. `shift` rows and columns come before the first of these cells.
    """
    measured = shown.animation.scene.measured
    return [
        {
            "role": one.role,
            "rule": found,
            "shift": shift(one, shown.ops[0]),
            "origin": one.plane.origin,
            "right": one.plane.right,
            "down": one.plane.down,
            "size": one.size,
        }
        for one, found in zip(measured, _rules(shown, measured), strict=True)
    ]


def _rules(shown: Shown, measured: tuple[MeasuredPlane, ...]) -> list[Rule | None]:
    """The rules of the planes; none for a detail of several layers, whose planes begin at cells of their own."""
    if len(shown.ops) > 1 and shown.animation.is_detail:
        return [None] * len(measured)
    return rules(measured, shown.ops[0])


def _taps(shown: Shown) -> list[list[dict[str, Any]]]:
    """Of each layer, of each axis, the cells of the drawn input that each output cell reads, and what is in each."""
    return [[_axis(axis.drawn, op.flipped) for axis in op.axes] for op in shown.ops]


def _axis(axis: Axis, flipped: bool) -> dict[str, Any]:
    return {
        "input": axis.input,
        "outputs": axis.whole.output,
        "start": axis.start,  # of a detail, the first output that is drawn
        "kernel": axis.kernel,
        "flipped": flipped,  # the last kernel cell meets the first cell
        "reads": [list(axis.taps(output)) for output in range(axis.output)],
        "sources": [axis.source(cell) for cell in range(axis.extent)],
        "roles": [axis.role(cell) for cell in range(axis.extent)],
    }


def _sums(shown: Shown) -> list[str]:
    """How the value of each step that is played comes about."""
    played = shown.animation.played
    return [played.equation(step) for step in range(min(len(played), MOST_SUMS))]


def _words(shown: Shown) -> dict[str, str]:
    """What a screen reader says."""
    scene = shown.animation.scene
    return {"title": scene.title, "description": scene.description, "alt": shown.animation.alt}


def _phrases(shown: Shown) -> dict[str, str]:
    """What a page says of a cell, by the role of its plane; {cell}, {n}, {row} and {column} are places."""
    say = language(shown.animation.scene.lang).say
    return {role: say(f"explorer.{role}", cell="{cell}", n="{n}", row="{row}", column="{column}") for role in PHRASES}


def _told(shown: Shown) -> dict[str, Any]:
    """Formula, facts, code of four frameworks, and the ways to take the figure away."""
    return detail(shown.asked.figure, shown.animation, list(FORMATS))


# each part of an answer, in the order in which a page wants them
PARTS: dict[str, Callable[[Shown], Any]] = {
    "still": _still,
    "words": _words,
    "planes": _planes,
    "taps": _taps,
    "moving": _moving,
    "sums": _sums,
    "phrases": _phrases,
    "told": _told,
}


def answer(query: str, parts: Collection[str] = tuple(PARTS), *, capped: bool = False) -> dict[str, Any]:
    """All that a page shows of the configuration of a link, as values of JSON.

    `link` is the shortest link to it, `size` the figure's width and height in pixels, `box` the left, top, width and
    height of its plane, `steps` their number, `step` the one that is seen; `parts` are rows of PARTS. A configuration
    that can't be drawn has a `refusal`, the package's line, and `at`, the names of the controls that it is about. If
    `capped`, so has one that would take more than some seconds.

    >>> answer("op=conv&i=5&k=3&s=2&p=1", ["words"])["words"]["title"]
    'Convolution of a 5x5 input, kernel 3x3, stride 2x2, padding 1x1'
    >>> answer("op=conv&i=5&k=9", [])["at"]
    ['kernel_size']
    """
    for part in parts:
        if part not in PARTS:
            raise expected_one_of("part", part, PARTS)
    try:
        shown = _shown(query, capped)
        a = shown.animation
        box = a.scene.box
        told = {part: PARTS[part](shown) for part in PARTS if part in parts}
        link = linked(shown.asked.figure, shown.asked.step)
    except ConvanimError as error:
        return {"refusal": str(error), "at": at_fault(str(error))}
    return {
        "link": link,
        "size": a.size,
        "box": (box.x, box.y, box.width, box.height),
        "steps": len(a),
        "step": shown.step,
        **told,
    }


def _shown(query: str, capped: bool) -> Shown:
    asked = read(query)
    op = asked.figure.op()
    ops = op if isinstance(op, tuple) else (op,)
    cells = max(math.prod(size) for op in ops for size in (op.padded_size, op.output_size))
    if capped and cells > MOST_CELLS:
        raise ConvanimError(
            f"input_size={short_repr(ops[0].input_size)}: a map of {cells:,} cells takes long to draw; at most"
            f" {MOST_CELLS:,} fit here"
        )
    animation = asked.figure.animate()
    steps, window = len(animation.played), max(math.prod(op.kernel_size) for op in ops)
    if capped and steps * (window + EACH) > MOST_READS:
        raise ConvanimError(
            f"steps={steps}: with a window of {window:,} cells they take long to draw; write"
            f" steps={MOST_READS // (window + EACH)}"
        )
    step = animation.poster if asked.step is None else asked.step
    animation.check_step(step)
    drawn = ops if len(ops) > 1 else (animation.labelling.op,)
    return Shown(asked, animation, drawn, step)


def at_fault(message: str) -> list[str]:
    """The parameters and options that a refusal is about, the first first.

    >>> at_fault("step_ms=0: the time of a step is a whole number")
    ['step_ms']
    """
    known = {name: name for name in (*parsing.KNOWN, *TEXT_OPTIONS, STEP)}
    known |= {spelt(name): name for name in parsing.KNOWN}
    given = message.partition(": ")[0]
    begin = re.match(r"(\w+) (?:['\d\[]|has the shape|is not an array|holds )", given)  # "k '3a' is not a size"
    if begin and begin[1] in known:
        return [known[begin[1]]]
    exact = [known[word] for word in re.findall(r"\b(\w+)=", given) if word in known]
    words = {**{name: name for name in known.values()}, **WORDS}
    loose = [words[word] for word in re.findall(r"\w+", given.lower()) if word in words]
    return list(dict.fromkeys(exact or loose))

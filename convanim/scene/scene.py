"""Scenes: marks in layers, of which some differ from step to step. A scene knows no colour and no format."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .marks import Marks, Side, roles
from .plane import Plane, Point

if TYPE_CHECKING:
    from ..geometry import Operation


@dataclass(frozen=True, slots=True)
class Layer:
    """Marks that are seen during a span of steps; a span of None means all steps."""

    marks: Marks
    span: range | None = None
    lasts: ClassVar[bool] = True
    stays: ClassVar[bool] = False

    @property
    def static(self) -> bool:
        """Whether all steps show the same marks."""
        return self.span is None

    @property
    def roles(self) -> frozenset[str]:
        """The roles of its marks."""
        return roles(self.marks)

    def at(self, step: int) -> Marks:
        """The marks, which are the same in each step of the span."""
        return self.marks

    def spans(self, steps: int) -> list[range]:
        """The one span, of a scene with so many steps."""
        return [range(steps) if self.span is None else self.span]

    def starts(self, step: int) -> range:
        """The first step of the span, if the span has this step."""
        first = 0 if self.span is None else self.span.start
        return range(first, first + (self.span is None or step in self.span))

    def seen(self, step: int) -> Marks:
        """The marks that are seen in a step."""
        return self.marks if self.span is None or step in self.span else ()


@dataclass(frozen=True, slots=True)
class PerStep:
    """Marks that differ in every step, made when the step is drawn: memory and the cost of a step stay those of one
    step.

    `at` is a frozen record with a `__call__`, not a closure, so that scenes can be compared and sent to other
    processes. `roles` are those of its marks, of all steps.
    """

    at: Callable[[int], Marks]
    roles: frozenset[str]
    static: ClassVar[bool] = False
    lasts: ClassVar[bool] = False
    stays: ClassVar[bool] = False

    def spans(self, steps: int) -> list[range]:
        """A span for each step."""
        return [range(step, step + 1) for step in range(steps)]

    def starts(self, step: int) -> range:
        """The step itself."""
        return range(step, step + 1)

    def seen(self, step: int) -> Marks:
        """The marks that are seen in a step."""
        return self.at(step)


@dataclass(frozen=True, slots=True)
class Accumulating:
    """Marks that come in a step of their own and stay from then on: `at` gives what comes in a step, `roles` are those
    of all.
    """

    at: Callable[[int], Marks]
    roles: frozenset[str]
    static: ClassVar[bool] = False
    lasts: ClassVar[bool] = True
    stays: ClassVar[bool] = True

    def spans(self, steps: int) -> list[range]:
        """From each step to the last."""
        return [range(step, steps) for step in range(steps)]

    def starts(self, step: int) -> range:
        """All steps up to this one."""
        return range(step + 1)

    def seen(self, step: int) -> Marks:
        """The marks that are seen in a step."""
        return tuple(mark for start in self.starts(step) for mark in self.at(start))


# A layer has parts, each seen during a span of steps: `spans` lists them, `starts(step)` the first steps of the parts
# that are seen in a step, and `at(start)` gives the marks of a part. `static`: one part, in all steps. `lasts`: a part
# may be seen in more than one step. `stays`: each step adds a part, which is then seen to the end.
AnyLayer = Layer | PerStep | Accumulating


@dataclass(frozen=True, slots=True)
class Box:
    """The rectangle of the scene's plane that is shown, in cells."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def around(cls, points: Iterable[Point], border: float = 0.0) -> Box:
        """The smallest box that holds all points, with a border on each side."""
        xs, ys = zip(*points, strict=True)
        x, y = min(xs) - border, min(ys) - border
        return cls(x, y, max(xs) + border - x, max(ys) + border - y)

    @property
    def corners(self) -> tuple[Point, Point]:
        """The top left and the bottom right corner."""
        return (self.x, self.y), (self.x + self.width, self.y + self.height)


@dataclass(frozen=True, slots=True)
class MeasuredPlane:
    """A plane of cells whose sizes labels show.

    `role` is a row of [label] in the catalogue: an "input", an "output", or another plane, whose cells are counted.
    `op` is the operation that it belongs to, if that isn't the figure's. A `padded` input is measured with its
    padding. Over an input that is `read` the window moves by output cells, a step each, and is measured too. `rows`
    and `columns` are the sides along which there is room to measure them, None where that isn't wanted; a text that
    is longer than its side reaches out to where the rows are measured. `around` are the cells that are drawn beyond
    its own, (before, after) of rows and of columns; `rise` and `drop` are how far other marks go beyond its top and
    its bottom, in cells. `rows_at` is where along its side the number of rows stands: 0 at the first, .5 in the
    middle. Where no side is free, its name and its size may begin at a point, `named_at`, to the right of all
    marks. A plane that shows a detail is `torn` (before, after) its rows and its columns, and its `whole` has so many
    rows and columns; both are None where they follow from the detail's operation.
    """

    role: str
    plane: Plane
    size: tuple[int, int]
    rows: Side | None
    columns: Side | None
    around: tuple[tuple[float, float], tuple[float, float]] = ((0, 0), (0, 0))
    rise: float = 0.0
    drop: float = 0.0
    rows_at: float = 0.5
    op: Operation | None = None
    padded: bool = True
    read: bool = True
    named_at: Point | None = None
    torn: tuple[tuple[bool, bool], tuple[bool, bool]] | None = None
    whole: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A text of [label] in the catalogue, with its places filled: by texts, or by other texts of the catalogue.

    `count` chooses among its plural forms.
    """

    key: str
    places: tuple[tuple[str, str | Said], ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Equation:
    """How the value of a step comes about: terms, all but the `last`, what joins them, and what stands before and after
    them.

    "1·2 + 3·0 = 2" has the term "1·2", the last one "3·0" and the end " = 2". `word` is a row of [label] in the
    catalogue that names the result, before the terms, if it isn't a value. A step that computes no value has
    `sentences` in place of all these.
    """

    terms: Iterable[str]
    last: str
    end: str
    joined: str = " + "
    before: str = ""
    word: str = ""
    sentences: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A figure: its box, the layers in drawing order, the number of steps, and the `poster`, the step that explains
    most when only one is seen; `corner` is the step beside it where two are.

    `measured` are the planes that labels may measure, `lang` the language of its words. A view whose steps aren't the
    output's cells one by one says with `equation` what each computes, and with `ops` which operations it shows, if that
    isn't one. `largest_label` is the size, in cells, of the largest letters that fit between the planes; larger size
    labels are left out. `meanings` gives rows of [legend] for roles that have another meaning in this scene, "" for
    none. `remark` is a row of [remark], which the legend and the alternative text end with, "" for none. Where only
    some steps are shown, or those of a detail, `numbers` are theirs among all `total` steps, in ascending order.
    """

    box: Box
    layers: tuple[AnyLayer, ...]
    steps: int
    poster: int
    measured: tuple[MeasuredPlane, ...] = ()
    title: str = ""
    description: str = ""
    lang: str = "en"
    largest_label: float = math.inf
    equation: Callable[[int], Equation] | None = None
    ops: tuple[Operation, ...] = ()
    meanings: tuple[tuple[str, str], ...] = ()
    corner: int = 0
    remark: str = ""
    numbers: tuple[int, ...] = ()
    total: int = 0

    def number(self, step: int) -> int:
        """The number of a step among all steps of the figure, counted from 0."""
        return self.numbers[step] if self.numbers else step

    def step_of(self, number: int) -> int:
        """The step that has this number among all steps of the figure."""
        return bisect_left(self.numbers, number) if self.numbers else number

    @property
    def whole(self) -> int:
        """How many steps the figure has, also those that are left out."""
        return self.total or self.steps

    def seen(self, step: int) -> Marks:
        """The marks of a step, in drawing order."""
        return tuple(mark for layer in self.layers for mark in layer.seen(step))

    def roles(self) -> frozenset[str]:
        """The roles of all marks of all steps."""
        return frozenset().union(*(layer.roles for layer in self.layers))

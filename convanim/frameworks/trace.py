"""A model as the steps that its input goes through, in any framework: layers, paddings, joins, functions."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from ..errors import ConvanimError
from ..geometry import AdaptivePool
from ..geometry.axis import AdaptiveAxis, Axis, Cell
from .folding import Padding
from .imported import Imported

StepKind = Literal["input", "layer", "padding", "same", "join", "spread", "unknown"]
Dims: TypeAlias = "tuple[int | None, ...] | None"


@dataclass(frozen=True)
class Value:
    """A tensor of a trace: the step that made it, its shape, and the dimension of each spatial axis.

    An axis of one cell may have no dimension, None, as after a flattened global pooling. `dims` is None where the
    dimensions of the axes are unknown.
    """

    step: int
    shape: tuple[int, ...]
    dims: Dims

    @property
    def size(self) -> Cell:
        """Cells along each axis; () where they aren't known."""
        return tuple(1 if one is None else self.shape[one] for one in self.dims or ())


@dataclass
class Step:
    """One step of a trace; `takes` has the steps whose outputs it takes.

    "same" keeps the cells and changes their values; "spread" copies one cell to a whole axis; "unknown" may read any
    cell. `what` names an "unknown" step in messages. `kind_of_join` is a row of geometry's JOINS.
    """

    kind: StepKind
    name: str
    takes: tuple[int, ...]
    size: Cell
    layer: Imported | None = None
    padding: Padding | None = None
    axes: tuple[Axis, ...] = ()
    what: str = ""
    kind_of_join: str = ""


@dataclass
class Trace:
    """The steps that were met so far, in the order of execution, and the names of the parts that aren't layers."""

    steps: list[Step] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)  # by name: the kind, or with ": " why it was skipped
    outputs: list[int] = field(default_factory=list)  # the steps that make the model's output
    means: dict[str, None] = field(default_factory=dict)  # normalisations whose mean is over cells
    looks: dict[str, None] = field(default_factory=dict)  # functions that told the model values of its input

    def _add(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    def input(self, name: str, shape: Sequence[int], dims: Dims) -> Value:
        """An input of the model."""
        value = Value(len(self.steps), tuple(shape), dims)
        self._add(Step("input", name, (), value.size))
        return value

    def skip(self, name: str, kind: str) -> None:
        """A part of the model that is to be named in the warning."""
        self.skipped.setdefault(name, kind)

    def layer(self, imported: Imported, takes: Value, shape: Sequence[int], dims: tuple[int, ...]) -> Value:
        """A layer, which slides along these dimensions, those of its input and of its output alike."""
        if takes.dims is not None and takes.dims != dims:
            takes = self.unknown(f"{imported.name}.axes", "other axes than before", [takes], takes.shape, dims)
        step = self._add(Step("layer", imported.name, (takes.step,), imported.op.output_size, layer=imported))
        return Value(step, tuple(shape), dims)

    def padding(self, padding: Padding, takes: Value, shape: Sequence[int]) -> Value:
        """Cells that are added or cut."""
        if padding.is_nothing:
            return replace(takes, shape=tuple(shape))
        step = self._add(Step("padding", padding.name, (takes.step,), padding.output_size, padding=padding))
        return Value(step, tuple(shape), takes.dims)

    def same(self, name: str, takes: Value, shape: Sequence[int]) -> Value:
        """A function of each cell, such as an activation or a normalisation."""
        step = self._add(Step("same", name, (takes.step,), takes.size))
        return Value(step, tuple(shape), takes.dims)

    def normalised(self, name: str, takes: Value, shape: Sequence[int], along: Sequence[int]) -> Value:
        """A normalisation, whose mean is along these dimensions; it counts as a function of each cell."""
        if any(d is not None and d in along and takes.shape[d] != 1 for d in takes.dims or ()):
            self.means.setdefault(name)
        return self.same(name, takes, shape)

    def pooled(
        self, name: str, takes: Value, along: Collection[int], mode: str, shape: Sequence[int], dims: Dims
    ) -> Value:
        """A mean ("average") or a maximum ("max") along axes, which is an adaptive pooling to one cell."""
        axes = tuple(d for d in takes.dims or () if d is not None)
        size = tuple(1 if d in along else n for d, n in zip(axes, takes.size, strict=True))
        made = self.layer(Imported(name, AdaptivePool(takes.size, size, mode=mode)), takes, takes.shape, axes)
        return Value(made.step, tuple(shape), dims)

    def unknown(self, name: str, what: str, takes: Sequence[Value], shape: Sequence[int], dims: Dims = None) -> Value:
        """A function that may read any cell; `dims` are those of its output, if they are known."""
        value = Value(len(self.steps), tuple(shape), dims)
        steps = tuple(dict.fromkeys(one.step for one in takes))
        self._add(Step("unknown", name, steps, value.size, what=f"{name} ({what})" if what else name))
        return value

    def rearranged(self, name: str, what: str, takes: Value, shape: Sequence[int], dims: Dims) -> Value:
        """The same cells in another shape; a function that isn't known where their axes are lost."""
        if dims is None and takes.dims is not None:
            return self.unknown(name, what, [takes], shape)
        return replace(takes, shape=tuple(shape), dims=dims)

    def join(self, kind: str, name: str, takes: Sequence[Value], shape: Sequence[int]) -> Value:
        """Branches that meet cell by cell (or, in a concatenation, channel by channel), with axes of one cell spread as
        broadcasting does.
        """
        shape = tuple(shape)
        known = [one for one in takes if one.dims is not None]
        if not known or any(0 in one.size for one in takes):  # 0 stands for a size that isn't known
            return self.unknown(name, "", takes, shape)
        main = max(known, key=lambda one: (len(one.shape) == len(shape), math.prod(one.size)))
        shift = len(shape) - len(main.shape)
        dims = tuple(one if one is None else one + shift for one in main.dims or ())
        steps = []
        for one in takes:
            if one.dims is not None and not _fits(one, dims, len(shape)):
                return self.unknown(name, "", takes, shape)
            steps.append(self._spread(name, one, dims, shape))
        kinds = dict.fromkeys(steps)
        if len(kinds) == 1:
            step = self._add(Step("same", name, tuple(kinds), self.steps[steps[0]].size))
        else:
            size = Value(0, shape, dims).size
            step = self._add(Step("join", name, tuple(kinds), size, kind_of_join=kind))
        return Value(step, shape, dims)

    def _spread(self, name: str, one: Value, dims: tuple[int | None, ...], shape: tuple[int, ...]) -> int:
        """The step of a part of a join, with its axes of one cell spread to the size of the whole."""
        shift = len(shape) - len(one.shape)
        own = tuple(1 if d is None or d < shift else one.shape[d - shift] for d in dims)
        whole = tuple(1 if d is None else shape[d] for d in dims)
        if own == whole:
            return one.step
        if any(n not in (1, wanted) for n, wanted in zip(own, whole, strict=True)):
            raise ConvanimError(f"{name} joins {own} with {whole}: their sizes must be the same")
        return self.spread(name, one, own, whole)

    def spread(self, name: str, one: Value, own: Cell, whole: Cell) -> int:
        """The step that copies axes of one cell to a larger size."""
        axes = tuple(AdaptiveAxis.over(n, wanted) for n, wanted in zip(own, whole, strict=True))
        return self._add(Step("spread", name, (one.step,), whole, axes=axes))

    def inputs_before(self, *steps: int) -> set[int]:
        """The inputs that the outputs of these steps come from."""
        return {*self._before(steps, ("input",))}

    def names_before(self, step: int) -> list[str]:
        """The layers, or inputs, that a step's output comes from."""
        return [*dict.fromkeys(self.steps[one].name for one in self._before([step], ("layer", "input")))]

    def _before(self, steps: Sequence[int], kinds: Sequence[StepKind]) -> list[int]:
        """The first steps of these kinds on the ways back from some steps, the nearest first."""
        found, waiting, seen = [], [*steps], {*steps}
        while waiting:
            step = waiting.pop(0)
            if self.steps[step].kind in kinds:
                found.append(step)
                continue
            waiting += [other for other in self.steps[step].takes if other not in seen]
            seen |= {*self.steps[step].takes}
        return found


def _fits(one: Value, dims: tuple[int | None, ...], rank: int) -> bool:
    """Whether the axes of a part of a join lie along those of the whole; an axis of one cell may lie anywhere."""
    shift = rank - len(one.shape)
    own = tuple(d if d is None else d + shift for d in one.dims or ())
    return len(own) == len(dims) and all(
        a == b or a is None or one.shape[a - shift] == 1 for a, b in zip(own, dims, strict=True)
    )


# --- where the axes are after a tensor got another shape


def permuted(dims: Dims, order: Sequence[int]) -> Dims:
    """The dimensions of the axes after a transposition, whose output has the dimensions `order` of the input."""
    return None if dims is None else tuple(None if one is None else list(order).index(one) for one in dims)


def inserted(dims: Dims, at: int) -> Dims:
    """The dimensions of the axes after a new one at this place."""
    return None if dims is None else tuple(one if one is None or one < at else one + 1 for one in dims)


def removed(dims: Dims, at: Sequence[int]) -> Dims:
    """The dimensions of the axes without some dimensions, each of one cell."""
    if dims is None:
        return None
    return tuple(None if one is None or one in at else one - sum(other < one for other in at) for one in dims)


def reshaped(shape: Sequence[int], dims: Dims, new: Sequence[int]) -> Dims:
    """The dimensions of the axes after a reshape; None where one of several cells is put together with another
    dimension, or split.
    """
    if dims is None:
        return None
    if tuple(shape) == tuple(new):
        return dims
    found: list[int | None] = []
    for one in dims:
        if one is None or shape[one] == 1:
            found.append(None)
            continue
        before = math.prod(shape[:one])
        places = [n for n in range(len(new)) if new[n] == shape[one] and math.prod(new[:n]) == before]
        if not places:
            return None
        found.append(places[0])
    if all(one is None for one in found):  # one cell a channel, as after a global pooling
        last = range(len(new) - len(dims), len(new))
        return tuple(last) if len(new) > len(dims) and all(new[n] == 1 for n in last) else (None,) * len(dims)
    for n, (one, old) in enumerate(zip(found, dims, strict=True)):  # an axis of one cell stays beside its neighbours
        if one is None and old is not None:
            near = [
                other + n - m for m, other in enumerate(found) if other is not None and 0 <= other + n - m < len(new)
            ]
            place = next((p for p in near if new[p] == 1 and p not in found), None)
            found[n] = place
    return tuple(found)

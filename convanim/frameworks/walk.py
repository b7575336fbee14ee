"""Parts that imports from all frameworks share: the list that grows as layers are met, and paddings that fold into the
layer after them.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import ConvanimError, short_repr
from ..geometry import AdaptivePool, Conv, ConvTranspose, Operation, Pool
from ..geometry.axis import Cell
from ..geometry.parameters import is_many, shortest
from .snippet import Pads, any_pad

if TYPE_CHECKING:
    import numpy as np

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"

JOINED = -2  # where several branches come together, or nothing is known
MOST_NAMES = 8  # of skipped layers, in a warning that is to stay one line


class ConvanimWarning(UserWarning):
    """A part of a model that could not be imported, in one line."""


@dataclass(frozen=True, eq=False)
class Imported:
    """A layer of a framework: its name there, the operation that it computes, and its weights.

    `kernel` has PyTorch's layout, `op.kernel_shape`, whatever the framework; it is None for pooling, and where the
    layer has no values yet. `bias` has one number a channel of the output.
    """

    name: str
    op: Operation
    kernel: Array | None = field(default=None, repr=False)
    bias: Array | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Padding:
    """A padding layer: the cells that it adds before and after each axis of an input of this size; `mode` is one of
    PADDING_MODES, or "constant".
    """

    name: str
    kind: str
    input_size: Cell
    pads: Pads
    mode: str = "zeros"
    value: float = 0


@dataclass
class Walk:
    """The layers found so far, in the order of execution; tensors are known by any key.

    `pending` has the paddings whose output no layer has taken yet. For each tensor, `made` has the found layer that
    returned it, and `after` the found layer that it comes after, -1 for the input. `apart` has the layers that don't
    follow the one before.
    """

    found: list[Imported] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)  # by name: what it is, or why it was skipped
    pending: dict[Hashable, Padding] = field(default_factory=dict)
    made: dict[Hashable, int] = field(default_factory=dict)
    after: dict[Hashable, int] = field(default_factory=dict)
    apart: dict[str, None] = field(default_factory=dict)  # in order, each once
    taken: Counter[Hashable] = field(default_factory=Counter)  # how many layers take a tensor, known before the walk

    def layer(self, imported: Imported, takes: Hashable, gives: Hashable) -> None:
        """A layer that computes an operation; a padding in front of it is folded into it, where that is exact."""
        padding = self.pending.get(takes)
        if padding:
            op = folded(imported.op, padding)
            if isinstance(op, str):
                self.skipped[padding.name] = f"{padding.kind}: {op}"
            else:
                imported = replace(imported, op=op)
                self.skipped.pop(padding.name, None)
        before = len(self.found) - 1
        come = before if takes is None else self._after([takes])
        # a tensor that no layer made may come from a function of the model's own; one that keeps the size is taken for
        # an activation
        unseen = come is None and (before < 0 or self.found[before].op.output_size == imported.op.input_size)
        if come != before and not unseen:
            self.apart[imported.name] = None
        self.found.append(imported)
        self.made[gives] = self.after[gives] = before + 1

    def padding(self, padding: Padding, takes: Hashable, gives: Hashable) -> None:
        """A padding layer: it waits for the layer after it; one that crops folds into a transposed convolution before
        it.
        """
        before = self.pending.get(takes)
        self._goes_on([takes], gives)
        if not any_pad(padding.pads):
            self._pass(takes, gives)
        elif takes in self.made and self.taken[takes] <= 1 and _crop(self, self.made[takes], padding):
            self.made[gives] = self.made[takes]
        else:
            if before and before.mode == padding.mode == "zeros" and _is_growing(before) and _is_growing(padding):
                self.skipped.pop(before.name, None)
                padding = replace(padding, input_size=before.input_size, pads=_sum(before.pads, padding.pads))
            self.pending[gives] = padding
            self.skipped[padding.name] = f"{padding.kind}: no layer that it folds into takes its output"

    def _pass(self, takes: Hashable, gives: Hashable) -> None:
        if takes in self.pending:
            self.pending[gives] = self.pending[takes]
        if takes in self.made:
            self.made[gives] = self.made[takes]

    def skip(self, name: str, kind: str, takes: Sequence[Hashable] = (), gives: Hashable = None) -> None:
        """A layer that isn't an operation."""
        self.skipped.setdefault(name, kind)
        if takes:
            self._goes_on(takes, gives)

    def _after(self, takes: Sequence[Hashable]) -> int | None:
        """After which found layer these tensors come; None where that isn't known, or isn't one."""
        if not self.after:
            self.after[takes[0]] = -1
        come = {self.after.get(one) for one in takes}
        return come.pop() if len(come) == 1 else None

    def _goes_on(self, takes: Sequence[Hashable], gives: Hashable) -> None:
        come = self._after(takes)
        self.after[gives] = JOINED if come is None and len(takes) > 1 else self.after.get(takes[0], JOINED)

    def finish(self, stacklevel: int = 3) -> list[Imported]:
        """The layers found, with one warning about skipped layers; ConvanimError where no layer was found."""
        rows = sorted(self.skipped.items(), key=lambda row: ": " not in row[1])  # those with a reason first
        names = [f"{name} ({what})" for name, what in rows]
        rest = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        text = f"{', '.join(names[:MOST_NAMES])}{rest}"
        if not self.found:
            raise ConvanimError(f"there is nothing to import: {text or 'no layer was executed'}")
        said = [f"skipped what is no convolution or pooling: {text}"] if names else []
        if self.apart:
            rest = f" and {len(self.apart) - MOST_NAMES} more" if len(self.apart) > MOST_NAMES else ""
            apart = ", ".join([*self.apart][:MOST_NAMES])
            said.append(
                f"this is no chain of layers: a branch, or a function such as max_pool2d, stands before {apart}{rest}"
            )
        if said:
            warnings.warn("; ".join(said), ConvanimWarning, stacklevel=stacklevel)
        return self.found


def _is_growing(padding: Padding) -> bool:
    return min(map(min, padding.pads)) >= 0


def _sum(one: Iterable[tuple[int, int]], other: Iterable[tuple[int, int]]) -> Pads:
    return tuple((a + c, b + d) for (a, b), (c, d) in zip(one, other, strict=True))


def _crop(walk: Walk, index: int, padding: Padding) -> bool:
    """Fold a cropping layer into the transposed convolution before it; False where it isn't one."""
    layer = walk.found[index]
    if not layer.op.transposed or max(map(max, padding.pads)) > 0:
        return False
    pads = tuple(
        (before - crop[0], after - crop[1]) for (before, after), crop in zip(layer.op.pads, padding.pads, strict=True)
    )
    walk.found[index] = replace(layer, op=replace(layer.op, padding=shortest(pads)))
    return True


def folded(op: Operation, padding: Padding) -> Operation | str:
    """The operation with a padding layer's cells as its own padding, or the reason why that isn't the same."""
    if not _is_growing(padding):
        return "it crops the input"
    return FOLDS[type(op)](op, padding)


def _into_conv(op: Conv, padding: Padding) -> Operation | str:
    own = op.padding_mode if any_pad(op.pads) else padding.mode
    if padding.mode == "constant":
        return f"its cells are {padding.value:g}, and a convolution's padding is 0"
    if own != padding.mode or (any_pad(op.pads) and own not in ("zeros", "replicate")):
        return f"{padding.mode} cells in front of a padding of {op.padding_mode} are not one padding"
    return replace(
        op, input_size=padding.input_size, padding=shortest(_sum(op.pads, padding.pads)), padding_mode=padding.mode
    )


def _into_pool(op: Pool, padding: Padding) -> Operation | str:
    if padding.mode not in ("zeros", "constant"):
        return f"pooling has no padding_mode={padding.mode!r}"
    if op.mode == "max" and padding.value != -math.inf:
        return "its cells take part in the maximum, which a max pooling's own padding doesn't"
    if op.mode != "max" and padding.value != 0:
        return f"its cells are {padding.value:g}, and a pooling's padding is 0"
    if op.mode == "average" and any_pad(op.pads) and not op.count_include_pad and op.divisor_override is None:
        return "its zeros count in the average, and the pooling's own don't"
    try:
        new = replace(op, input_size=padding.input_size, padding=_sum(op.pads, padding.pads), count_include_pad=True)
    except ConvanimError:
        return "it is too large for a pooling's padding"
    return (
        new
        if new.output_size == op.output_size
        else "with ceil_mode, windows may start in it, but not in the pooling's own padding"
    )


FOLDS: dict[type, Callable[[Any, Padding], Operation | str]] = {
    Conv: _into_conv,
    Pool: _into_pool,
    ConvTranspose: lambda op, padding: "a transposed convolution's padding crops its output",
    AdaptivePool: lambda op, padding: "adaptive pooling has no padding",
}


def size_of(input_size: Any, ndim: int, what: str) -> Cell:
    """The input size with one value an axis; one clear line for one that is missing or none."""
    if input_size is None:
        raise ConvanimError(
            f"input_size is missing, which {what} doesn't know: give input_size=32, or one value an axis"
        )
    if is_many(input_size) and not isinstance(input_size, str | bytes) and len(input_size) != ndim:
        raise ConvanimError(
            f"input_size={short_repr(input_size)} is for {len(input_size)} axes, and {what} has {ndim}: leave out batch"
            " and channels"
        )
    checked: Cell = AdaptivePool(input_size, 1, ndim=ndim).input_size
    return checked


def need(framework: str, package: str) -> ConvanimError:
    """The error for a framework that isn't installed."""
    return ConvanimError(f"{framework} is not installed: pip install {package}")

"""Networks: layers with branches, which meet in sums and concatenations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..errors import ConvanimError
from .axis import Axis, Cell

MOST_PATHS_NAMED = 3  # in a message of one line

# What a node can be. Layers compute an operation; joins put branches together, cell by cell or channel by channel;
# "cells" takes other cells of its input, as a crop or a stride does, and computes nothing; a "break" is a function
# that convanim doesn't know.
JOINS = {
    "sum": "adds its parts",
    "product": "multiplies its parts",
    "combination": "computes each cell from the same cell of its parts",
    "concatenation": "puts the channels of its parts behind each other",
}
KINDS = ("input", "layer", *JOINS, "cells", "break")


@dataclass(frozen=True, eq=False)
class Node:
    """One step of a network, a row of KINDS; `takes` has the indices of the nodes whose outputs it takes.

    `layer` is what a "layer" computes, an operation or what an import gives; `axes` says for "cells" which cells of its
    input the output cells are.
    """

    kind: str
    name: str
    takes: tuple[int, ...]
    output_size: Cell
    layer: Any = field(default=None, repr=False)
    axes: tuple[Axis, ...] = field(default=(), repr=False)

    @property
    def reads(self) -> tuple[Axis, ...]:
        """The axes that say which cells of the input an output cell reads; () for the same cell."""
        return tuple(_operation(self.layer).axes) if self.kind == "layer" else self.axes


@dataclass(frozen=True)
class Join:
    """Where branches meet: `kind` is a row of JOINS, `parts` names the layers, or the input, whose outputs meet, and
    `sizes` has the size of each part.
    """

    kind: str
    name: str
    parts: tuple[tuple[str, ...], ...]
    sizes: tuple[Cell, ...]


class Path(tuple[Any, ...]):
    """The layers of one path through a network, in the order of the data; branches that join it aren't in it, so that
    a layer may take more channels than the previous layer gives. `joins` says how many times branches join it.
    """

    joins: int = 0

    def __repr__(self) -> str:
        """One line: the names of the layers."""
        return f"Path({' -> '.join(name_of(layer) for layer in self)})"


@dataclass(frozen=True, eq=False)
class Network:
    """A network of layers, returned by `from_torch` and the other imports: `nodes` in the order of the data, each after
    its inputs.

    `len`, iteration and indices are those of `layers`. `receptive_field` and `sources` take a network; a view draws one
    of its `paths`. Raises ConvanimError for nodes whose sizes don't fit together.
    """

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        for index, node in enumerate(self.nodes):
            if any(not 0 <= one < index for one in node.takes) or (node.kind == "input") == bool(node.takes):
                raise ConvanimError(f"{node.name} takes {node.takes}: a node takes nodes before it, and an input none")
            _check_sizes(self, node)

    @cached_property
    def layers(self) -> tuple[Any, ...]:
        """The layers in the order of the data."""
        return tuple(node.layer for node in self.nodes if node.kind == "layer")

    @cached_property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """The pairs of nodes, by index, of which the second takes the output of the first."""
        return tuple((one, index) for index, node in enumerate(self.nodes) for one in node.takes)

    @cached_property
    def joins(self) -> tuple[Join, ...]:
        """The sums, products and concatenations, with the layers that meet in them."""
        return tuple(
            Join(
                node.kind,
                node.name,
                tuple(self.names_before(one) for one in node.takes),
                tuple(self.nodes[one].output_size for one in node.takes),
            )
            for node in self.nodes
            if node.kind in JOINS
        )

    @cached_property
    def breaks(self) -> tuple[Node, ...]:
        """The unknown functions between two layers."""
        return tuple(node for node in self.nodes if node.kind == "break")

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """Chains that together contain every layer: the longest chain, then for each layer not yet contained the
        longest chain through it. A path goes through joins and ends at breaks.
        """
        before = {index: self._layers_before(index) for index, node in enumerate(self.nodes) if node.kind == "layer"}
        after: dict[int, list[int]] = {index: [] for index in before}
        for index, sources in before.items():
            for one in sources:
                after[one].append(index)
        to, fro = _longest(before, before), _longest(after, dict.fromkeys(reversed(before)))
        found: list[Path] = []
        seen: set[int] = set()
        for index in sorted(before, key=lambda one: (-len(to[one]) - len(fro[one]), one)):
            if index not in seen:
                chain = [*to[index], *reversed(fro[index][:-1])]
                seen |= {*chain}
                found.append(Path(self.nodes[one].layer for one in chain))
                found[-1].joins = len(set().union(*(self._joins_before(one) for one in chain)))
        return tuple(found)

    def _joins_before(self, index: int) -> set[int]:
        """The joins that a layer takes, directly or through others."""
        found: set[int] = set()
        waiting = list(self.nodes[index].takes)
        while waiting:
            one = waiting.pop()
            if self.nodes[one].kind in JOINS and one not in found:
                found.add(one)
                waiting += self.nodes[one].takes
        return found

    def _layers_before(self, index: int) -> list[int]:
        """The layers whose outputs, or joins of them, a layer takes as they are."""
        found: dict[int, None] = {}
        waiting = list(self.nodes[index].takes)
        while waiting:
            one = waiting.pop(0)
            node = self.nodes[one]
            if node.kind == "layer":
                found[one] = None
            elif node.kind in JOINS:
                waiting += node.takes
        return list(found)

    def names_before(self, index: int) -> tuple[str, ...]:
        """The names of the layers, breaks and inputs that a node's output comes from: its own, or through joins."""
        found: dict[str, None] = {}
        waiting, seen = [index], {index}
        while waiting:
            node = self.nodes[waiting.pop(0)]
            if node.kind in ("layer", "break", "input"):
                found[node.name] = None
                continue
            waiting += [one for one in node.takes if one not in seen]
            seen |= {*node.takes}
        return tuple(found)

    def names_after(self, index: int) -> tuple[str, ...]:
        """The names of the layers that take a node's output, as it is or through joins."""
        reached = {index}
        found: dict[str, None] = {}
        for later, node in enumerate(self.nodes):
            if reached & {*node.takes}:
                if node.kind == "layer":
                    found[node.name] = None
                else:
                    reached.add(later)
        return tuple(found)

    def no_chain(self) -> ConvanimError:
        """The error of a view or a function that accepts only chains. It names the available paths."""
        named = [
            f"paths[{n}] ({name_of(path[0])}{f' to {name_of(path[-1])}' if len(path) > 1 else ''},"
            f" {count(len(path), 'layer')})"
            for n, path in enumerate(self.paths[:MOST_PATHS_NAMED])
        ]
        more = len(self.paths) - len(named)
        breaks = [node.name for node in self.nodes if node.kind == "break"][:MOST_PATHS_NAMED]
        at = f" at {', '.join(breaks)}" if breaks else ""
        return ConvanimError(
            f"this needs a chain of layers, and the network of {count(len(self.layers), 'layer')} is none"
            f" ({self._kinds()}{at}): take one of its paths, {', '.join(named)}{f' or {more} more' if more else ''}"
        )

    def _kinds(self) -> str:
        words = [count(n, word) for word in (*JOINS, "break") if (n := sum(node.kind == word for node in self.nodes))]
        return ", ".join(words) or "branches, or cells or channels that change between layers"

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.layers)

    def __getitem__(self, index: Any) -> Any:
        return self.layers[index]

    def __repr__(self) -> str:
        """One line: the numbers of layers, joins and breaks."""
        return f"Network({count(len(self.layers), 'layer')}, {self._kinds()})"


def _longest(sources: dict[int, list[int]], order: Any) -> dict[int, list[int]]:
    """For each layer the longest chain that ends in it, the first of those that are as long."""
    best: dict[int, list[int]] = {}
    for index in order:
        best[index] = [*max((best[one] for one in sources[index]), key=len, default=[]), index]
    return best


def _check_sizes(network: Network, node: Node) -> None:
    """Raise ConvanimError if a node doesn't accept the size of its input."""
    sizes = [network.nodes[one].output_size for one in node.takes]
    if node.kind in JOINS and len({*sizes} - {()}) > 1:  # () follows a break, whose output size is unknown
        parts = " and ".join(
            f"{size} from {' and '.join(network.names_before(one))}"
            for size, one in zip(sizes, node.takes, strict=True)
        )
        raise ConvanimError(f"the {node.kind} {node.name} joins {parts}: their sizes must be the same")
    wanted = tuple(axis.input for axis in node.reads)
    if wanted and sizes not in ([wanted], [()]):
        given = " and ".join(map(str, sizes))
        raise ConvanimError(
            f"{node.name} has input_size={wanted}, and {' and '.join(network.names_before(node.takes[0]))} before it"
            f" gives {given}: they must be the same"
        )


def _operation(layer: Any) -> Any:
    return getattr(layer, "op", layer)


def name_of(layer: Any) -> str:
    """A layer's name. An operation is named by its description."""
    return str(getattr(layer, "name", layer))


def count(number: int, word: str) -> str:
    """A number with its noun: "1 layer", "3 layers", "2 branches"."""
    return f"{number} {word}{'' if number == 1 else 's'}"

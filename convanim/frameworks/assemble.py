"""From the steps of a trace to the result of an import: a list of layers for a chain, otherwise a Network."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from itertools import pairwise

from ..errors import ConvanimError, ConvanimWarning
from ..geometry.axis import Cell
from ..geometry.network import Network, Node
from .folding import both, cropped, folded
from .imported import Imported
from .trace import Step, StepKind, Trace

MOST_NAMES = 8  # of skipped layers, in a warning that is to stay one line
MOST_FUNCTIONS = 3  # of those that stand between two layers


def finish(trace: Trace, input_size: Cell = (), stacklevel: int = 3) -> list[Imported] | Network:
    """The layers of a trace, and the one warning that says what was skipped, what breaks the chain, and where the first
    layer's input isn't the model's.

    Raises ConvanimError where there is no layer.
    """
    if not any(step.kind == "layer" for step in trace.steps):
        text = _names(_rows(trace))
        raise ConvanimError(f"there is nothing to import: {text or 'no layer was executed'}")
    fold(trace)
    network, leading = _network(trace)
    chain = _chain(network)
    said = [*_skipped(trace, network, chain is not None), *_broken(network), *_lost(trace)]
    said += _first(network, leading, input_size)
    if trace.means:
        said.append(
            f"receptive fields leave out the means that {_names([*trace.means], MOST_FUNCTIONS)} take over all cells"
        )
    if trace.looks:
        said.append(
            f"the model's code depends on values of its input ({_names([*trace.looks], MOST_FUNCTIONS)}). It was"
            " followed with zeros; other inputs may take another path"
        )
    if said:
        warnings.warn("; ".join(said), ConvanimWarning, stacklevel=stacklevel)
    return network if chain is None else chain


def fold(trace: Trace) -> None:
    """Put what is cut off behind layers, and what is added before them, into the layers."""
    _fold_crops(trace)
    _fold_paddings(trace)


# --- what is said


def _rows(trace: Trace, names: Collection[str] | None = None) -> list[str]:
    """What is to be named, with its kind, those with a reason first; only some names, or all."""
    rows = sorted(trace.skipped.items(), key=lambda row: ": " not in row[1])
    return [f"{name} ({what})" for name, what in rows if names is None or name in names]


def _skipped(trace: Trace, network: Network, is_chain: bool) -> list[str]:
    """A line for what isn't in the result, and one for paddings and crops that are, in a network, but in no layer."""
    own = set() if is_chain else {node.name for node in network.nodes if node.kind == "cells"} & {*trace.skipped}
    skipped = _rows(trace, {*trace.skipped} - own)
    said = [f"skipped, neither convolution nor pooling: {_names(skipped)}"] if skipped else []
    if own:
        said.append(f"steps of the network, and not of a layer: {_names(_rows(trace, own))}")
    return said


def _names(names: list[str], most: int = MOST_NAMES) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{rest}"


def _broken(network: Network) -> list[str]:
    """A line for each function that isn't known and stands between two layers, as far as a line has room."""
    rows = []
    for index, node in enumerate(network.nodes):
        if node.kind == "break":
            before = {name: None for one in node.takes for name in network.names_before(one)}
            after = network.names_after(index)
            behind = _names([*before], MOST_FUNCTIONS)
            between = f"between {behind} and {_names([*after], MOST_FUNCTIONS)}" if after else f"after {behind}"
            rows.append(f"{node.name} stands {between}")
    if not rows:
        return []
    return [f"the chain is broken, since convanim doesn't know which cells these read: {_names(rows)}"]


def _lost(trace: Trace) -> list[str]:
    """A line for functions that put outputs of several layers together after the last layer, where it isn't known how,
    and for joins of such functions' results.
    """
    needed, rows = _needed(trace), []
    layers = {step.name for step in trace.steps if step.layer is not None}
    for index, step in enumerate(trace.steps):
        if step.kind in ("unknown", "join") and index not in needed and len(step.takes) > 1:
            parts = dict.fromkeys(tuple(trace.names_before(one)) for one in step.takes)
            names = dict.fromkeys(name for part in parts for name in part)
            if len(parts) > 1 and layers & {*names}:
                rows.append(f"{step.what or step.name} of {_names([*names], MOST_FUNCTIONS)}")
    if not rows:
        return []
    return [f"after the last layer, convanim doesn't know which cells these read: {_names(rows, MOST_FUNCTIONS)}"]


def _first(network: Network, leading: list[str], input_size: Cell) -> list[str]:
    """Where the first layer takes another size than the model, or another thing than its input."""
    index = next(n for n, node in enumerate(network.nodes) if node.kind == "layer")
    first = network.layers[0]
    made = [name for name in leading if name in network.names_before(network.nodes[index].takes[0])]
    said = [
        f"{name} reads the model's input directly, not through a layer, and convanim doesn't know which cells it reads"
        for name in leading
        if name not in made
    ]
    if not made and first.op.input_size == (input_size or first.op.input_size):
        return said
    if not made and len({node.name for node in network.nodes if node.kind == "input"}) > 1:
        return said
    taken = f"the first layer, {first.name}, takes an input of {first.op.input_size}"
    if first.op.input_size == (input_size or first.op.input_size):
        return [f"{taken} that {', '.join(made)} made of the model's input", *said]
    between = f": {', '.join(made)} stands between" if made else ""
    return [f"{taken}, and the model one of {input_size}{between}", *said]


def _chain(network: Network) -> list[Imported] | None:
    """The layers of a network as a list, where each takes the one before it, all channels of it; None for others."""
    nodes = list(network.nodes)
    shifted = len(nodes) > 2 and nodes[1].output_size == nodes[0].output_size
    if len(nodes) > 2 and nodes[1].kind == "cells" and not shifted:  # before the first layer, named in the warning
        del nodes[1]
        nodes = [replace(node, takes=tuple(max(0, one - 1) for one in node.takes)) for node in nodes]
    linear = all(
        node.kind == ("layer" if index else "input") and node.takes == ((index - 1,) if index else ())
        for index, node in enumerate(nodes)
    )
    layers = [node.layer for node in nodes[1:]]
    weighted = [layer.op for layer in layers if linear and layer.op.weighted]  # others keep the channels
    fits = all(one.out_channels == other.in_channels for one, other in pairwise(weighted))
    return layers if linear and fits else None


# --- folding


def _consumers(trace: Trace) -> Counter[int]:
    """How many steps take each step's output, the model's own output counted as one."""
    return Counter([*(one for step in trace.steps for one in step.takes), *trace.outputs])


def _fold_crops(trace: Trace) -> None:
    """A crop behind a layer becomes less of the layer's padding, where nothing else takes the uncropped output."""
    taken = _consumers(trace)
    for index, step in enumerate(trace.steps):
        if step.padding is None:
            continue
        chain = [step.takes[0]]
        while (
            trace.steps[chain[-1]].kind == "same" and taken[chain[-1]] == 1 and len(trace.steps[chain[-1]].takes) == 1
        ):
            chain.append(trace.steps[chain[-1]].takes[0])
        source = trace.steps[chain[-1]]
        if source.layer is None or taken[chain[-1]] != 1:
            continue
        op = cropped(source.layer.op, step.padding)
        if op is None:
            continue
        source.layer = replace(source.layer, op=op)
        for one in chain:
            trace.steps[one].size = op.output_size
        trace.steps[index] = Step("same", step.name, step.takes, step.size)


def _fold_paddings(trace: Trace) -> None:
    """A padding before a layer becomes the layer's own, where that is exact."""
    reasons: dict[int, str] = {}
    taken, used = _consumers(trace), Counter[int]()  # used: by layers and paddings that took it over
    for index, step in enumerate(trace.steps):
        source = step.takes[0] if step.takes else index
        before = trace.steps[source].padding
        if step.padding is not None:
            reasons[index] = "no layer that it folds into takes its output"
            if before:
                reasons[source] = (
                    f"{before.mode} cells in front of a padding of {step.padding.mode} are not one padding"
                )
            whole = before and both(before, step.padding)
            if whole:
                used[source] += 1
                kind: StepKind = "same" if whole.is_nothing else "padding"
                trace.steps[index] = replace(
                    step, kind=kind, padding=None if whole.is_nothing else whole, takes=trace.steps[source].takes
                )
        elif step.layer is not None and before is not None:
            op = folded(step.layer.op, before)
            if isinstance(op, str):
                reasons[source] = op
            else:
                used[source] += 1
                layer = replace(step.layer, op=op)
                trace.steps[index] = replace(step, layer=layer, takes=trace.steps[source].takes)
        elif step.kind in ("join", "spread"):
            for one in map(partial(_through, trace), step.takes):
                if one in reasons:
                    reasons[one] = "it stays a step of its own before a join"
    for index, reason in reasons.items():
        padding = trace.steps[index].padding
        if padding is not None and not 0 < taken[index] == used[index]:
            trace.skip(padding.name, f"{padding.kind}: {reason}")


def _through(trace: Trace, index: int) -> int:
    """The step whose cells these are, through functions of each cell."""
    while trace.steps[index].kind == "same" and len(trace.steps[index].takes) == 1:
        index = trace.steps[index].takes[0]
    return index


# --- the graph


def _needed(trace: Trace) -> set[int]:
    """The steps on the way to a layer, and joins of layers behind the last one."""
    found: set[int] = set()
    behind: set[int] = set()  # a layer, with known functions behind it
    for index, step in enumerate(trace.steps):
        if step.layer is not None or (step.kind != "unknown" and behind & {*step.takes}):
            behind.add(index)
    for index in range(len(trace.steps) - 1, -1, -1):
        step = trace.steps[index]
        if index in found or step.layer is not None or (step.kind == "join" and index in behind):
            found |= {index, *step.takes}
    return found


def _network(trace: Trace) -> tuple[Network, list[str]]:
    """The steps that matter as a network, and the name of the functions that stand between the model's input and all
    layers.
    """
    needed = _needed(trace)
    nodes: list[Node] = []
    places: dict[int, int] = {}  # of each step, the node that makes its output
    labels: dict[int, tuple[str, ...]] = {}  # of a break or input that functions made, their names
    leading: dict[str, None] = {}
    for index, step in enumerate(trace.steps):
        if index not in needed:
            continue
        takes = tuple(dict.fromkeys(places[one] for one in step.takes))
        if step.kind == "unknown" or (step.kind == "same" and len(takes) != 1):
            places[index] = _unknown(step, takes, nodes, labels)
            if nodes[places[index]].kind == "input":
                leading[nodes[places[index]].name] = None
        elif step.kind == "same" or (step.kind == "join" and len(takes) == 1):
            places[index] = takes[0]
        else:
            places[index] = len(nodes)
            nodes.append(_node(step, takes))
    network = _pruned(nodes)
    return network, [name for name in leading if name in {node.name for node in network.nodes}]


def _node(step: Step, takes: tuple[int, ...]) -> Node:
    if step.layer is not None:
        return Node("layer", step.name, takes, step.layer.op.output_size, step.layer)
    if step.padding is not None:
        return Node("cells", step.name, takes, step.padding.output_size, axes=step.padding.axes)
    if step.kind == "join":
        return Node(step.kind_of_join, step.name, takes, step.size)
    return Node("cells" if step.axes else "input", step.name, takes, step.size, axes=step.axes)


def _unknown(step: Step, takes: tuple[int, ...], nodes: list[Node], labels: dict[int, tuple[str, ...]]) -> int:
    """The node of a function that isn't known: a break behind layers, an input of its own before them; several in a row
    are one.
    """
    names = (*(label for one in takes for label in labels.get(one, ())), step.what or step.name)
    origins = tuple(
        dict.fromkeys(origin for one in takes for origin in (nodes[one].takes if one in labels else (one,)))
    )
    behind = any(_sees_layer(nodes, one) for one in origins)
    text = _names(list(dict.fromkeys(names)), MOST_FUNCTIONS)
    if behind:
        nodes.append(Node("break", text, origins, step.size))
    else:
        nodes.append(Node("input", text, (), step.size))
    labels[len(nodes) - 1] = names
    return len(nodes) - 1


def _sees_layer(nodes: list[Node], index: int) -> bool:
    waiting = [index]
    seen = {index}
    while waiting:
        node = nodes[waiting.pop()]
        if node.kind == "layer":
            return True
        waiting += [one for one in node.takes if one not in seen]
        seen |= {*node.takes}
    return False


def _pruned(nodes: list[Node]) -> Network:
    """A network of the nodes from which a layer, or a join of layers, can be reached."""
    wanted: set[int] = set()
    for index in range(len(nodes) - 1, -1, -1):
        if (
            index in wanted
            or nodes[index].kind == "layer"
            or (nodes[index].kind not in ("input", "cells", "break") and _sees_layer(nodes, index))
        ):
            wanted |= {index, *nodes[index].takes}
    places = {old: new for new, old in enumerate(sorted(wanted))}
    return Network(
        tuple(replace(nodes[old], takes=tuple(places[one] for one in nodes[old].takes)) for old in sorted(wanted))
    )

"""Receptive fields in networks: the input cells that an output cell depends on through all branches."""

from __future__ import annotations

import math
from fractions import Fraction

from ..errors import ConvanimError
from .axis import AdaptiveAxis, Axis, Cell
from .network import Network, Node, name_of
from .seen import Field, Span, cells_read, check_count, endless, output_cell


def network_fields(network: Network) -> list[Field]:
    """The receptive field after each layer of a network, in the order of its layers."""
    _check_whole(network, len(network.nodes) - 1)
    axes = range(max(len(node.output_size) for node in network.nodes))
    jumps = [_jumps(network, axis) for axis in axes]
    fields = []
    for index, node in enumerate(network.nodes):
        if node.kind != "layer":
            continue
        rows = []
        for axis, output in enumerate(node.output_size):
            jump, period = jumps[axis][index]
            cells = {*range(min(period, output)), output - 1}
            check_count("the receptive fields of these layers differ over", len(cells) * (index + 1))
            spans = [_network_span(network, index, axis, cell) for cell in sorted(cells)]
            whole = int(jump) if jump.denominator == 1 else float(jump)
            rows.append((max(b - a + 1 for a, b in spans), whole, *spans[0]))
        size, jump_sizes, start, end = zip(*rows, strict=True)
        fields.append(Field(size, jump_sizes, start, end, node.output_size))
    return fields


def _check_whole(network: Network, last: int) -> None:
    """Raise ConvanimError if a break or a second input precedes a layer."""
    before = _ancestors(network, last) if last < len(network.nodes) - 1 else {*range(len(network.nodes))}
    ways = f"take a part of the network, such as paths[0] ({', '.join(map(name_of, network.paths[0][:3]))}, ...)"
    for index in sorted(before):
        node = network.nodes[index]
        if node.kind == "break":
            raise ConvanimError(
                f"{node.name} stands between {_listed(network.names_before(node.takes[0]))} and"
                f" {_listed(network.names_after(index))}, and convanim doesn't know which cells it reads, so no"
                f" receptive field crosses it: {ways}"
            )
    inputs = [network.nodes[index].name for index in sorted(before) if network.nodes[index].kind == "input"]
    if len(inputs) > 1:
        raise ConvanimError(
            f"the layers see {_listed(tuple(inputs))}, and a receptive field refers to one input: {ways}"
        )


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _ancestors(network: Network, index: int) -> set[int]:
    found, waiting = {index}, [index]
    while waiting:
        new = [one for one in network.nodes[waiting.pop()].takes if one not in found]
        found |= {*new}
        waiting += new
    return found


def _jumps(network: Network, axis: int) -> list[tuple[Fraction, int]]:
    """After each node, how far the fields of neighbouring output cells are apart along an axis, and after how many
    output cells they repeat.

    Where all output cells see the same, as behind a cell that is copied to a whole row, the jump is 0.
    """
    rows: list[tuple[Fraction, int]] = []
    for node in network.nodes:
        before = [rows[one] for one in node.takes] or [(Fraction(1), 1)]
        jump = max(row[0] for row in before)
        period = math.lcm(*(row[1] for row in before))
        if len({row[0] for row in before} - {0}) > 1:  # nothing repeats if branches drift apart
            period = math.prod(node.output_size)
        if len(node.reads) > axis:
            own = node.reads[axis]
            step = Fraction(0) if own.input == 1 and isinstance(own, AdaptiveAxis) and own.output > 1 else own.jump
            jump, period = jump * step, period * step.denominator
        rows.append((jump, period))
    return rows


def _network_span(network: Network, target: int, axis: int, cell: int) -> Span:
    """The first and last cell of the input that an output cell of a node sees, as if all went on without end."""
    seen: dict[int, set[int] | Span] = {target: {cell}}
    spaced = _spaced(network, axis)
    for index in range(target, -1, -1):
        cells = seen.pop(index, None)
        node = network.nodes[index]
        if cells is None or (isinstance(cells, set) and not cells):
            continue
        if not spaced[index] and isinstance(cells, set):
            cells = (min(cells), max(cells))
        if node.kind == "input":
            return cells if isinstance(cells, tuple) else (min(cells), max(cells))
        own = node.reads[axis] if len(node.reads) > axis else None
        read = cells if own is None else _network_read(own, cells)
        for one in node.takes:
            seen[one] = _union(seen.get(one), read)
    return 0, -1


def _spaced(network: Network, axis: int) -> list[bool]:
    """Whether a transposed convolution stands before each node, or is it: between its input's cells some read nothing,
    so that all cells have to be followed; elsewhere the first and the last say it.
    """
    found: list[bool] = []
    for node in network.nodes:
        own = len(node.reads) > axis and node.reads[axis].spacing > 1
        found.append(own or any(found[one] for one in node.takes))
    return found


def _network_read(axis: Axis, cells: set[int] | Span) -> set[int] | Span:
    if isinstance(cells, tuple):
        return axis.window(cells[0])[0] - axis.before, axis.window(cells[1])[1] - 1 - axis.before
    check_count("an output cell reads", len(cells) * axis.kernel)
    return set().union(*(endless(axis, output) for output in cells))


def _union(one: set[int] | Span | None, other: set[int] | Span) -> set[int] | Span:
    if one is None:
        return other
    if isinstance(one, set) and isinstance(other, set):
        return one | other
    low, high = zip(*((min(cells), max(cells)) for cells in (one, other) if cells), strict=True)
    return min(low), max(high)


def network_sources(network: Network, cell: object) -> set[Cell]:
    """The cells of a network's input that an output cell of its last layer sees, padding excluded."""
    last = len(network.nodes) - 1
    _check_whole(network, last)
    *rows, column = output_cell(network.nodes[last], cell)
    seen: dict[int, dict[Cell, int]] = {last: {tuple(rows): 1 << column}}  # the cells of a row, as bits of a number
    for index in range(last, -1, -1):
        cells = seen.pop(index, None)
        node = network.nodes[index]
        if cells is None:
            continue
        if node.kind == "input":
            check_count("this output cell sees", sum(bits.bit_count() for bits in cells.values()))
            return {(*row, one) for row, bits in cells.items() for one in range(bits.bit_length()) if bits >> one & 1}
        read = _read_rows(node, cells)
        for one in node.takes:
            into = seen.setdefault(one, {})
            for row, bits in read.items():
                into[row] = into.get(row, 0) | bits
    return set()


def _read_rows(node: Node, cells: dict[Cell, int]) -> dict[Cell, int]:
    """The cells that a node reads for these output cells, row by row."""
    if not node.reads:
        return cells
    *leading, last = node.reads
    known: dict[int, int] = {}
    for bits in cells.values():
        if bits not in known:
            outputs = {one for one in range(bits.bit_length()) if bits >> one & 1}
            known[bits] = sum(1 << one for one in cells_read(last, outputs))
    rows = {row: known[bits] for row, bits in cells.items()}
    for n, axis in enumerate(leading):
        made: dict[Cell, int] = {}
        reads = {one: cells_read(axis, {one}) for one in {row[n] for row in rows}}
        check_count("this output cell reads", sum(len(reads[row[n]]) for row in rows))
        for row, bits in rows.items():
            for one in reads[row[n]]:
                new = (*row[:n], one, *row[n + 1 :])
                made[new] = made.get(new, 0) | bits
        rows = made
    return rows

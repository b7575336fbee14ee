"""The view "dense": a layer of a network, with a node for each cell and connections in the weights' colours."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from ...errors import ConvanimError
from ...geometry import Operation
from ...geometry.axis import Cell, ravel
from ...scene import Accumulating, Group, Layer, Line, Marks, PerStep, Polygon, Scene, Text, moved
from ...scene import roles as roles_of
from ...scene.plane import Part, Plane
from ...text import numbers
from ..flags import ViewFlags
from ..flat import bias_text, plane_texts
from ..input_plane import padded_input
from ..poster import stills
from ..sliding_window import AppearingCells, SlidingWindow, one_channel, shown_inputs
from ..text_size import ROOM, Size, cell_values, no_larger, same_size
from ..weights import edge_role, weight_role
from .nodes import STRETCH, VALUE, DenseLayout, Nodes, kernel_size

if TYPE_CHECKING:
    from ...text.cell_texts import Texts

MOST_NODES, MOST_CONNECTIONS = 150, 2000  # of a side, and of the layer: more would be a grey area
MOST_CELLS = 4_096  # of the padded input
STRAND = 0.14  # between connections of one pair of nodes, in cells
ACROSS = 1.2  # the most that all of these take, in radii of a node
SAMPLE = 0.8  # how far down in a kernel's cell a piece of its connections is drawn, below the value
RISEN = 0.42  # how far down the value is


def refuses(op: Operation) -> str:
    """The reason why the view can't draw an operation, or ""."""
    if reason := one_channel(op):
        return reason
    sides = {"input": math.prod(map(len, op.shown)), "output": math.prod(op.output_size)}
    for side, nodes in sides.items():
        if nodes > MOST_NODES:
            return (
                f"draws up to {MOST_NODES} nodes on a side, and this {side} of"
                f" {numbers.size(getattr(op, f'{side}_size'))} has {nodes:,}"
            )
    cells = math.prod(axis.extent for axis in op.axes)
    if cells > MOST_CELLS:
        return f"draws up to {MOST_CELLS:,} cells of the padded input, and this one has {cells:,}"
    # an output's connections are the product of its connections along each axis
    count = math.prod(
        sum(axis.source(cell) in axis.shown for o in range(axis.output) for cell in axis.taps(o)) for axis in op.axes
    )
    return (
        f"draws up to {MOST_CONNECTIONS:,} connections, and this layer has {count:,}"
        if count > MOST_CONNECTIONS
        else ""
    )


def draw(op: Operation, texts: Texts | None, flags: ViewFlags) -> Scene:
    """The scene of a layer of one or two dimensions and one channel, with its planes beside it."""
    if texts is None:
        raise ConvanimError("the dense view shows values: give input= (and kernel=), a seed, or symbols")
    layout = DenseLayout.of(op, flags)
    height, width = layout.height, layout.width
    planes, bias = (layout.input_plane, layout.output_plane), bias_text(texts, layout.bias)
    sliding = SlidingWindow.of((height, width), planes, flags, output_padding=layout.added)
    box = layout.box(sliding, biased=bool(bias))
    inputs, weights = plane_texts(height, width, texts, flipped=op.flipped, shown=box.width / flags.enlarged)
    results = cell_values("output_value", layout.output_plane, width.output, texts.output)
    sliding = replace(sliding, window_marks=weights)
    before, values = (
        layout.before.texts("input_value", shown_inputs(op, texts.input)),
        layout.after.texts("output_value", texts.output),
    )
    motion = DenseMotion(op, sliding, layout.before, layout.after, results, values)
    still = Layer(
        (
            *padded_input(layout.input_plane, height, width, flags),
            *moved(tuple(inputs), *layout.input_plane.origin),
            *sliding.cropped(layout.around),
            *sliding.output(),
            *_kernel(op, texts, layout.kernel, no_larger((VALUE, ROOM, STRETCH), [*inputs, *before])),
            *motion.all(),
            *layout.before.all(layout.before.shape("input")),
            *before,
            *bias,
            *(
                layout.after.all(layout.after.outline("pending"))
                if sliding.reveal
                else (*results, *motion.outputs(), *values)
            ),
        )
    )
    cells = AppearingNodes(motion, AppearingCells(sliding, results))
    growing = [Accumulating(cells, cells.roles)] if sliding.reveal else []
    poster, corner = stills(op, texts)
    return Scene(
        box,
        (still, *growing, PerStep(motion, motion.roles)),
        sliding.steps,
        poster,
        layout.measured(sliding),
        corner=corner,
        meanings=(("ray", "ray"),),
        remark="" if before and values and (weights or not texts.kernel) else "small",
    )


def _kernel(op: Operation, texts: Texts, plane: Plane, letters: Size) -> Marks:
    """The kernel: each weight in its colour, with a piece of its connections, in letters of this size."""
    size = kernel_size(op)
    if size is None:
        return ()
    cells: dict[str, list[Cell]] = {}
    for cell in product(*map(range, op.kernel_size)):
        cells.setdefault(weight_role(op.kernel_size, cell), []).append(cell)
    marks: list[Polygon | Line] = []
    for role, alike_cells in cells.items():
        places = [(0, *cell)[-2:] for cell in alike_cells]
        marks.append(
            Polygon(
                role, tuple(part for r, q in places for part in plane.rectangles([(r, r + 1)], [(q, q + 1)])), plane
            )
        )
        samples = tuple((plane.point(q + 0.15, r + SAMPLE), plane.point(q + 0.85, r + SAMPLE)) for r, q in places)
        marks.append(Line(edge_role(op.kernel_size, alike_cells[0]), samples))
    values = [
        Text("kernel_value", plane.point(q + 0.5, r + RISEN), text, *letters)
        for (r, q), text in zip(product(*map(range, size)), texts.kernel, strict=True)
    ]
    return (
        *marks,
        Line("output_grid", plane.lines((0, size[0]), (0, size[1]))),
        *same_size(values),
    )


@dataclass(frozen=True)
class DenseMotion:
    """The moving marks: the window and the output cell, their nodes, and the connections between these.

    `results` are the texts of the output's plane and `values` those of its nodes; both may have none.
    """

    op: Operation
    sliding: SlidingWindow
    before: Nodes
    after: Nodes
    results: tuple[Text, ...]
    values: tuple[Text, ...]

    def read(self, step: int) -> dict[int, list[Cell]]:
        """The input nodes of a step's output node, each with its kernel cells, several for a copied cell.

        A detail has no node for a cell beyond it, which a copy in its padding may copy.
        """
        found: dict[int, list[Cell]] = {}
        shown = self.op.shown
        for tap in self.op.steps[step].taps:
            if tap.source is not None and all(c in own for c, own in zip(tap.source, shown, strict=True)):
                cell = tuple(c - own.start for c, own in zip(tap.source, shown, strict=True))
                found.setdefault(ravel(cell, tuple(map(len, shown))), []).append(tap.kernel)
        return found

    def all(self) -> Marks:
        """The connections of all steps, one for each pair of nodes."""
        parts = tuple(self._line(node, step) for step in range(self.sliding.steps) for node in self.read(step))
        return (Line("edge", parts),) if parts else ()

    def _line(self, node: int, output: int, aside: float = 0.0) -> Part:
        """The connection of an input node and an output node, so far below their middles."""
        starts, ends = (math.sqrt(nodes.radius**2 - aside**2) for nodes in (self.before, self.after))
        return (self.before.x + starts, self.before.ys[node] + aside), (
            self.after.x - ends,
            self.after.ys[output] + aside,
        )

    def _connections(self, step: int) -> Marks:
        """The connections of a step, grouped by weight."""
        lines: dict[str, list[Part]] = {}
        for node, kernels in self.read(step).items():
            apart = min(STRAND, ACROSS * min(self.before.radius, self.after.radius) / max(len(kernels) - 1, 1))
            for n, cell in enumerate(kernels):
                role = edge_role(self.op.kernel_size, cell) if self.op.weighted else "ray"
                lines.setdefault(role, []).append(self._line(node, step, (n - (len(kernels) - 1) / 2) * apart))
        return tuple(Line(role, tuple(parts)) for role, parts in lines.items())

    @cached_property
    def _node(self) -> tuple[Marks, Marks]:
        """The marks of an input node that is read, and of the current output node."""
        return (*self.before.shape("tap"), *self.before.outline("window")), self.after.shape("current")

    def __call__(self, step: int) -> Marks:
        taken, current = self._node
        read = (Group((self.before.x, self.before.ys[node]), taken) for node in self.read(step))
        return (
            *self.sliding.window(step),
            self.sliding.current(step),
            *self.results[step : step + 1],
            *self._connections(step),
            *read,
            Group((self.after.x, self.after.ys[step]), current),
            *self.values[step : step + 1],
        )

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of all moving marks."""
        lines = (
            mark.role
            for step in range(self.sliding.steps)
            for mark in self._connections(step)
            if isinstance(mark, Line)
        )
        return self.sliding.roles | roles_of((*self.results, *self.values)) | frozenset(lines)

    @cached_property
    def _output(self) -> tuple[Marks, Marks]:
        """The marks of an output node, and of one that `output_padding` adds."""
        shape, outline = self.after.shape("output"), self.after.outline("output_grid")
        return (*shape, *outline), (*shape, *self.after.shape("output_padding"), *outline)

    def output(self, step: int) -> Group:
        """The output node of a step."""
        r, q = divmod(step, self.sliding.width.output)
        down, right = self.sliding.output_padding
        extra = r >= self.sliding.height.output - down or q >= self.sliding.width.output - right
        return Group((self.after.x, self.after.ys[step]), self._output[extra])

    def outputs(self) -> Marks:
        """All output nodes."""
        return tuple(map(self.output, range(self.sliding.steps)))


@dataclass(frozen=True)
class AppearingNodes:
    """The output's cells and nodes that appear one by one."""

    motion: DenseMotion
    cells: AppearingCells

    def __call__(self, step: int) -> Marks:
        return (*self.cells(step), self.motion.output(step), *self.motion.values[step : step + 1])

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all these marks."""
        return self.cells.roles | roles_of(self.motion.values)

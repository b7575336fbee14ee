"""The walk over an ONNX graph's nodes, in their order, told to a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..errors import ConvanimError
from .imported import Imported
from .onnx_graph import Graph, attributes, name_of
from .onnx_layers import BIASES, KINDS, WEIGHTS, weights_of
from .onnx_names import DOMAINS, QUIET
from .trace import Trace, Value

Made: TypeAlias = "Value | list[Value] | None"
Handler: TypeAlias = "Callable[[Walk, Any, dict[str, Any], list[Value]], Value | list[Value] | None]"


@dataclass(eq=False)
class Walk:
    """A trace of the graph's nodes, in their order; tensors are known by their names."""

    graph: Graph
    handlers: Mapping[str, Handler]
    dims: tuple[int, ...]  # of the input's axes
    trace: Trace = field(default_factory=Trace)
    values: dict[str, Value] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)  # by output, the step
    refused: dict[str, ConvanimError] = field(default_factory=dict)  # by output

    def run(self, shapes: dict[str, list[int | None] | None]) -> None:
        """Walk over all nodes, from the inputs on."""
        dims = self.dims
        for n, (name, shape) in enumerate(shapes.items()):
            rank = len(shape) if shape is not None else len(dims) + 2
            sizes = [one or 0 for one in shape or [0] * rank]
            fits = rank > max(dims) and (n == 0 or rank == len(next(iter(shapes.values())) or sizes))
            self.values[name] = self.trace.input(name, sizes, dims if fits else None)
        for node in self.graph.nodes:
            if not all(self.graph.is_constant(one) for one in node.output if one):
                self._meet(node)
        self.trace.outputs += [self.values[name].step for name in self.graph.outputs if name in self.values]

    def reached(self) -> bool:
        """Whether the first layer is reached through operators that are known."""
        first = next((step for step in self.trace.steps if step.layer is not None), None)
        waiting = list(first.takes) if first else []
        while waiting:
            step = self.trace.steps[waiting.pop()]
            if step.kind == "unknown":
                return False
            waiting += step.takes
        return first is not None

    def takes(self, node: Any) -> list[Value]:
        """The values that a node takes, and those that the graphs inside it do; constants left out."""
        return [self.values[name] for name in dict.fromkeys(names_in(node)) if name in self.values]

    def shape(self, name: str) -> tuple[int, ...]:
        """A shape with 0 for what is open."""
        return tuple(n or 0 for n in self.graph.shape(name))

    def _meet(self, node: Any) -> None:
        takes = self.takes(node)
        if not takes:
            return
        name = name_of(node)
        reason = ""
        try:
            made = self._made(node, takes)
        except ConvanimError as error:
            self.refused[node.output[0]] = error
            made, reason = None, str(error)
        except Exception as error:  # of a broken file
            broken = ConvanimError(f"{name} is broken: {next(iter(str(error).splitlines()), type(error).__name__)}")
            self.refused[node.output[0]] = broken
            made, reason = None, str(broken)
        quiet = node.op_type in QUIET and len({one.step for one in takes}) > 1
        if not quiet and (made is None or node.op_type not in (*KINDS, "Pad", "Slice", "Split", "Concat")):
            self.trace.skip(name, f"{node.op_type}: {reason}" if reason else node.op_type)
        if made is None:
            made = [self.unknown(node, takes, one) for one in node.output]
        for output, value in zip(node.output, made, strict=False):
            if output:
                self.values[output] = value

    def unknown(self, node: Any, takes: list[Value], output: str) -> Value:
        """The output of an operator that convanim doesn't know."""
        shape = self.shape(output)
        dims = takes[0].dims if len(shape) == len(takes[0].shape) else None
        if node.op_type in KINDS and len(shape) > 2:
            dims = tuple(range(2, len(shape)))
        return self.trace.unknown(name_of(node), node.op_type, takes, shape, dims)

    def _made(self, node: Any, takes: list[Value]) -> list[Value] | None:
        """The outputs of a node; None for an operator that convanim doesn't know."""
        if node.domain not in DOMAINS:
            return None
        if node.op_type in KINDS:
            return [self._layer(node)]
        if node.op_type not in self.handlers or not (node.op_type in QUIET or self._takes_one(node, takes)):
            return None
        made = self.handlers[node.op_type](self, node, attributes(node), takes)
        return [made] if isinstance(made, Value) else made

    def _takes_one(self, node: Any, takes: list[Value]) -> bool:
        """Whether the model's input reaches a node through its first input alone, as all handlers but joins think."""
        others = takes[1:] if node.op_type != "CastLike" else ()
        tensors = {node.input[0]} if node.op_type not in ("Gather", "MatMul") else {*node.input}
        return bool(tensors & {*self.values}) and all(one.step == takes[0].step for one in others)

    def _layer(self, node: Any) -> Value:
        kind = node.op_type
        if len(node.input) <= max(0, WEIGHTS.get(kind, 0)) or not node.input[0]:
            raise ConvanimError(
                f"a {kind} takes {WEIGHTS.get(kind, 0) + 1} inputs or more, and this one {len(node.input)}"
            )
        if node.input[0] not in self.values:
            raise ConvanimError("it reads a constant instead of the model's input")
        value, graph = self.values[node.input[0]], self.graph
        given = [node.input[n] for n in (WEIGHTS.get(kind, 0), BIASES.get(kind, 0)) if 0 < n < len(node.input)]
        computed = [self.values[one].step for one in given if one in self.values]
        if computed and self.trace.inputs_before(*computed) & self.trace.inputs_before(value.step):
            raise ConvanimError("its weights are computed from the model's input, so that they read cells as well")
        op = KINDS[kind](graph, node, graph.size(node.input[0]), attributes(node))
        kernel, bias = weights_of(graph, node) if op.weighted else (None, None)
        if kernel is not None and kernel.shape != op.kernel_shape:
            raise ConvanimError(f"its weights have the shape {kernel.shape}, and the node needs {op.kernel_shape}")
        rank = len(op.input_size) + 2
        shape = (*(value.shape[:1] or (0,)), 0, *op.output_size)
        made = self.trace.layer(Imported(name_of(node), op, kernel, bias), value, shape, tuple(range(2, rank)))
        self.layers[node.output[0]] = made.step
        return made


def names_in(node: Any) -> Iterator[str]:
    """The tensors that a node takes: its inputs, and what the graphs in its attributes take from outside."""
    yield from node.input
    for one in node.attribute:
        for graph in (one.g, *one.graphs):
            for inner in graph.node:
                yield from names_in(inner)
            yield from (output.name for output in graph.output)

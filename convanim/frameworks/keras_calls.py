"""The calls of layers and functions of a running Keras model, as a trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..errors import ConvanimError
from .folding import Padding
from .imported import Imported
from .keras_layers import KINDS, PADS, axes_of, known_kind
from .keras_names import JOINS
from .trace import Trace, Value

Handler: TypeAlias = "Callable[[Calls, Any, Any, list[Value], Any], Value | None]"


class Calls:
    """The calls of a running model, told to a trace; tensors are known by their id, and kept so that it stays."""

    def __init__(self, keras: Any, handlers: Mapping[str, Handler]) -> None:
        self.keras = keras
        self.handlers = handlers
        self.trace = Trace()
        self.kept: dict[int, tuple[Any, Value]] = {}
        self.running: list[Any] = []

    def keep(self, tensor: Any, value: Value) -> None:
        """Remember what a tensor is."""
        self.kept[id(tensor)] = (tensor, value)

    def value(self, tensor: Any) -> Value | None:
        """The value of a tensor, None for an unknown one."""
        row = self.kept.get(id(tensor))
        return row[1] if row else None

    def taken(self, tensor: Any) -> Value:
        """The value of a tensor. An unknown one is the last one in another number type, or comes from a function that
        can't be followed.
        """
        if (value := self.value(tensor)) is not None:
            return value
        last, before = [*self.kept.values()][-1]
        if tuple(tensor.shape) == before.shape and str(tensor.dtype) != str(last.dtype):
            return before
        where = next((f" in {one.name}" for one in reversed(self.running)), "")
        value = self.trace.unknown(f"a function{where}", "", [before], tensor.shape)
        self.keep(tensor, value)
        return value

    def traced(self, layer: Any, call: Callable[..., Any]) -> Callable[..., Any]:
        """The `call` of a layer, or of a function of keras.ops, that tells of what it makes."""
        composite = bool(not known_kind(layer) and getattr(layer, "_flatten_layers", None)) and bool(
            layer._flatten_layers(include_self=False)
        )

        def run(*args: Any, **kwargs: Any) -> Any:
            self.running.append(layer)
            made = call(*args, **kwargs)
            self.running.pop()
            tensors = [one for one in self.keras.tree.flatten([args, kwargs]) if hasattr(one, "shape")]
            if composite:
                for one in self.keras.tree.flatten(made):
                    if self.value(one) is None and hasattr(one, "shape"):
                        takes = [self.taken(tensor) for tensor in tensors] + [[*self.kept.values()][-1][1]]
                        self.keep(one, self.trace.unknown(layer.name, type(layer).__name__, takes, one.shape))
            elif tensors:
                self._meet(layer, args, kwargs, [self.taken(one) for one in tensors], made)
            return made

        return run

    def _meet(self, layer: Any, args: Any, kwargs: Any, takes: list[Value], made: Any) -> None:
        known, kind = known_kind(layer), type(layer).__name__
        outputs = [one for one in self.keras.tree.flatten(made) if hasattr(one, "shape")]
        value, reason = None, ""
        try:
            if known in KINDS:
                value = self.layers(layer, known, takes[0])
                dropped = len(outputs[0].shape) < len(value.shape)  # by a global pooling
                value = Value(value.step, tuple(outputs[0].shape), (None,) * len(value.size) if dropped else value.dims)
            elif known in PADS:
                value = self._padding(layer, known, takes[0], outputs[0])
            else:
                handler = self.handlers.get(name_in_keras(layer))
                value = (
                    handler(self, layer, (args, kwargs), takes, outputs[0]) if handler and len(outputs) == 1 else None
                )
        except ConvanimError as error:
            reason = str(error)
        if not known and name_in_keras(layer) not in JOINS and isinstance(layer, self.keras.Layer):
            self.trace.skip(layer.name, kind)
        if reason:
            self.trace.skip(layer.name, f"{kind}: {reason}")
        for one in outputs:
            if value is None:
                dims = takes[0].dims if len(one.shape) == len(takes[0].shape) else None
                self.keep(one, self.trace.unknown(layer.name, kind, takes, one.shape, dims))
            elif any(one is tensor for tensor, _ in [self.kept.get(id(one), (None, None))]):
                continue
            else:
                self.keep(one, value)

    def layers(self, layer: Any, known: str, value: Value) -> Value:
        """A layer; a separable convolution is two."""
        dims = axes_of(layer, KINDS[known][1])
        size = tuple(value.shape[d] for d in dims)
        for suffix, op, kernel, bias in KINDS[known][0](layer, size):
            shape = list(value.shape)
            for d, n in zip(dims, op.output_size, strict=True):
                shape[d] = n
            value = self.trace.layer(Imported(layer.name + suffix, op, kernel, bias), value, shape, dims)
        activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
        if activation != "linear":
            self.trace.skip(f"{layer.name}.activation", activation)
            value = self.trace.same(layer.name, value, value.shape)
        return value

    def _padding(self, layer: Any, known: str, value: Value, made: Any) -> Value | None:
        sign, attribute = PADS[known]
        sides = getattr(layer, attribute)
        rows = sides if isinstance(sides[0], list | tuple) else [sides]
        pads = tuple((sign * int(before), sign * int(after)) for before, after in rows)
        if value.dims is not None and value.dims != axes_of(layer, len(pads)):
            return None
        size = tuple(value.shape[d] for d in axes_of(layer, len(pads)))
        return self.trace.padding(Padding(layer.name, type(layer).__name__, size, pads), value, made.shape)


def name_in_keras(layer: Any) -> str:
    """The name of Keras' layer, or function of keras.ops, that this is; "" for one with a `call` of its own."""
    for kind in type(layer).__mro__:
        if kind.__module__.startswith(("keras.src.layers.", "keras.src.ops.")):
            same = type(layer).call is kind.call  # type: ignore[attr-defined]
            return kind.__name__ if same else ""
    return ""

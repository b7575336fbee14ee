"""Which tensors of a running PyTorch model come from its input, and what they are in the trace."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from .trace import Trace, Value

UNFOLLOWED = "a function that can't be followed"


def tensors_in(value: Any) -> Iterator[Any]:
    """The tensors in an output, or an argument, of any form."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from tensors_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from tensors_in(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from tensors_in(getattr(value, field.name, None))


class Tensors:
    """Which value of the trace each tensor holds.

    For a tensor that no traced call made, the values that reached it.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.rows: dict[int, tuple[Any, int, Value]] = {}
        self.reached: dict[int, tuple[Any, dict[int, Value]]] = {}  # the values by their steps

    def keep(self, tensor: Any, value: Value) -> None:
        """Remember what a tensor is now."""
        self.rows[id(tensor)] = (weakref.ref(tensor), _version(tensor), value)

    def told(self, tensor: Any) -> Value | None:
        """The value that a tensor was kept with; None where none was."""
        kept, _, value = self.rows.get(id(tensor), (lambda: None, 0, None))
        return value if value is not None and kept() is tensor else None

    def is_told(self, tensor: Any) -> bool:
        """Whether it is known what a tensor is now."""
        return self.told(tensor) is not None and self.rows[id(tensor)][1] == _version(tensor)

    def value(self, tensor: Any) -> Value | None:
        """The value of a tensor, None for one that doesn't come from the input.

        One that changed through another tensor that shares its memory, or that comes from the input in a way that no
        call of a function told of, is an unknown function's.
        """
        value = self.told(tensor)
        if value is not None and self.is_told(tensor):
            return value
        made_of = self.made_of(tensor)
        if value is not None:
            takes = {value.step: value} | made_of
            value = self.trace.unknown("change in place", "", [*takes.values()], value.shape, value.dims)
        elif made_of:
            value = self.trace.unknown(UNFOLLOWED, "", [*made_of.values()], tensor.shape)
        else:
            return None
        self.keep(tensor, value)
        return value

    def unfollowed(self, tensor: Any) -> Value:
        """A tensor that may come from the value that was kept last."""
        value = self.trace.unknown(UNFOLLOWED, "", [[*self.rows.values()][-1][2]], tensor.shape)
        self.keep(tensor, value)
        return value

    def made_of(self, tensor: Any) -> dict[int, Value]:
        """The values that an operator computed a tensor from; of a batch that vmap hides, those of the batch."""
        if not isinstance(tensor, torch.Tensor):
            return {}
        if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
            tensor = torch._C._functorch.get_unwrapped(tensor)
            if (value := self.told(tensor)) is not None:
                return {value.step: value}
        kept, values = self.reached.get(id(tensor), (lambda: None, {}))
        return values if values and kept() is tensor else {}

    def computed(self, given: Any, made: Any) -> None:
        """An operator computed these tensors from those, or wrote into them, and so into what they are views of."""
        values: dict[int, Value] = {}
        for one in tensors_in(given):
            told = self.told(one)
            values |= self.made_of(one) if told is None else {told.step: told}
        for one in tensors_in(made) if values else ():
            for tensor in (one, one._base):
                if tensor is not None:
                    self.reached[id(tensor)] = (weakref.ref(tensor), self.made_of(tensor) | values)

    def forget(self, tensors: Iterable[Any]) -> None:
        """These tensors don't come from the input, but for their shape."""
        for one in tensors:
            self.reached.pop(id(one), None)


class Dispatched(TorchDispatchMode):  # type: ignore[misc]  # PyTorch isn't read by the checker of types
    """Sees all operators, also those that compiled functions call; a TorchFunctionMode sees calls of Python alone."""

    def __init__(self, tensors: Tensors) -> None:
        super().__init__()
        self.tensors = tensors

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        name = func._schema.name.split("::")[-1]
        if not (name.startswith("new_") or name.endswith("_like")):
            self.tensors.computed([args, kwargs], out)
        return out


def _version(tensor: Any) -> int:
    try:
        return int(tensor._version)
    except RuntimeError:  # in inference mode there are none
        return 0

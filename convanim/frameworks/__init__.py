"""Into and out of the frameworks: `op.to_code("torch")`, `from_torch(layer)`, `from_keras`, `from_onnx`.

A framework, and its module here, is imported only when it is needed. Imports: `geometry`. Libraries: numpy, and each
framework when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import ConvanimWarning, expected_one_of
from ..geometry import Operation, check_operation
from .imported import Imported

if TYPE_CHECKING:
    from .keras import from_keras
    from .onnx import from_onnx
    from .torch import from_torch


@dataclass(frozen=True)
class Framework:
    """A framework that operations can be written for; `code(op)` is the snippet."""

    about: str
    code: Callable[[Operation], str]


def _code(module: str) -> Callable[[Operation], str]:
    """The function of a module that writes code, which is imported when it is called."""
    return lambda op: str(import_module(f".{module}", __name__).code(op))


FRAMEWORKS = {
    "torch": Framework("PyTorch: `layer` is an nn.Module", _code("torch_code")),
    "keras": Framework("Keras 3: `layer` is a Layer, channels last", _code("keras_code")),
    "jax": Framework(
        "JAX: `layer(x)`, `layer(x, w)` or `layer(x, w, b)` is a function, in PyTorch's layout", _code("jax_code")
    ),
    "onnx": Framework("ONNX: `layer` is a model with inputs x, w and b", _code("onnx_code")),
}
_LOADERS = {"from_torch": "torch", "from_keras": "keras", "from_onnx": "onnx"}


def to_code(op: Operation, framework: str) -> str:
    """The shortest Python that builds this operation's layer, as `layer`, in one of FRAMEWORKS.

    Where the framework can't say it directly, the code pads or crops explicitly. Where weights are changed before they
    are set, as by a flipped kernel, the code of PyTorch and that of Keras have a function `load(kernel)`, or
    `load(kernel, bias)`; functions of JAX and models of ONNX change them themselves. Raises ConvanimError for another
    name, and for more dimensions than there are.
    """
    check_operation(op)
    if not isinstance(framework, str) or framework not in FRAMEWORKS:
        raise expected_one_of("framework", framework, FRAMEWORKS)
    return FRAMEWORKS[framework].code(op)


def __getattr__(name: str) -> Any:
    if name not in _LOADERS:
        raise AttributeError(f"module 'convanim.frameworks' has no attribute {name!r}")
    return getattr(import_module(f".{_LOADERS[name]}", __name__), name)


__all__ = ["FRAMEWORKS", "ConvanimWarning", "Framework", "Imported", "from_keras", "from_onnx", "from_torch", "to_code"]

"""Operations: their kinds and parameters, and which kernel cell meets which input cell.

A new kind of operation is a module here and a row of OPERATIONS. Imports: `errors`; `frameworks` for `op.to_code`.
"""

from __future__ import annotations

from ..errors import ConvanimError, short_repr
from .axis import Axis, Cell, Role, Step, Steps, Tap, unravel
from .convolution import Conv, ConvTranspose
from .operation import Operation
from .pooling import ADAPTIVE_MODES, POOL_MODES, AdaptivePool, Pool
from .reduction import REDUCTIONS, Reduction

# the one list of the kinds of operation: TOML's `operation`, the commands of the CLI
OPERATIONS: dict[str, type[Operation]] = {
    "conv": Conv,
    "transpose": ConvTranspose,
    "pool": Pool,
    "adaptive_pool": AdaptivePool,
}


def check_operation(op: object) -> None:
    """Raise ConvanimError for an object that is not an operation."""
    if not isinstance(op, Operation):
        raise ConvanimError(f"{short_repr(op)} is not an operation: give a {kinds()}")


def kinds() -> str:
    """The kinds of operation as messages list them: "Conv, ConvTranspose, Pool or AdaptivePool"."""
    *names, last = (kind.__name__ for kind in OPERATIONS.values())
    return f"{', '.join(names)} or {last}"


__all__ = [
    "ADAPTIVE_MODES",
    "OPERATIONS",
    "POOL_MODES",
    "REDUCTIONS",
    "AdaptivePool",
    "Axis",
    "Cell",
    "Conv",
    "ConvTranspose",
    "Operation",
    "Pool",
    "Reduction",
    "Role",
    "Step",
    "Steps",
    "Tap",
    "check_operation",
    "kinds",
    "unravel",
]

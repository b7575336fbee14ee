"""What is computed: the kinds of operation, their parameters, and which kernel cell meets which input cell.

A new kind of operation is a module here and a row of OPERATIONS. Imports: `errors`.
"""

from __future__ import annotations

from ..errors import ConvanimError, short_repr
from .axis import Axis, Cell, Role, Step, Steps, Tap, unravel
from .convolution import Conv, ConvTranspose
from .pooling import ADAPTIVE_MODES, POOL_MODES, AdaptivePool, Pool

Operation = Conv | ConvTranspose | Pool | AdaptivePool


def check_operation(op: object) -> None:
    """Raise ConvanimError for what is none of the kinds."""
    if not isinstance(op, Operation):
        raise ConvanimError(f"{short_repr(op)} is not an operation: give a Conv, ConvTranspose, Pool or AdaptivePool")


# the one list of the kinds of convolution: TOML's `operation`, the commands of the CLI
OPERATIONS: dict[str, type[Conv] | type[ConvTranspose] | type[Pool] | type[AdaptivePool]] = {
    "conv": Conv,
    "transpose": ConvTranspose,
    "pool": Pool,
    "adaptive_pool": AdaptivePool,
}


__all__ = [
    "ADAPTIVE_MODES",
    "OPERATIONS",
    "POOL_MODES",
    "AdaptivePool",
    "Axis",
    "Cell",
    "Conv",
    "ConvTranspose",
    "Operation",
    "Pool",
    "Role",
    "Step",
    "Steps",
    "Tap",
    "check_operation",
    "unravel",
]

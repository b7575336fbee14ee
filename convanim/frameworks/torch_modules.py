"""Which of PyTorch's layers a module is."""

from __future__ import annotations

from typing import Any

LAYERS = ("Conv", "ConvTranspose", "MaxPool", "AvgPool", "LPPool", "AdaptiveAvgPool", "AdaptiveMaxPool")
PADDINGS = ("ZeroPad", "ConstantPad", "ReflectionPad", "ReplicationPad", "CircularPad")
KINDS = {f"{stem}{n}d": n for stem in LAYERS for n in (1, 2, 3)}
PADS = {f"{stem}{n}d": n for stem in PADDINGS for n in (1, 2, 3)}


def base_kind(module: Any) -> str:
    """The name of the first of PyTorch's layers among a module's classes, "" for none."""
    kinds = (kind for kind in type(module).__mro__ if kind.__module__.startswith("torch.nn.modules."))
    return next((kind.__name__ for kind in kinds if kind.__name__ in KINDS or kind.__name__ in PADS), "")


def known_kind(module: Any) -> str:
    """The name of PyTorch's layer that a module is, or "" for none; one whose `forward` is another computes something
    else.
    """
    for kind in type(module).__mro__:
        if kind.__name__ == base_kind(module) and kind.__module__.startswith("torch.nn.modules."):
            same = all(
                getattr(type(module), name, None) is getattr(kind, name, None) for name in ("forward", "_conv_forward")
            )
            return kind.__name__ if same else ""
    return ""

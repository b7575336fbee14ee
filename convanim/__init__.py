"""convanim: animated figures of convolution arithmetic.

>>> import convanim as ca
>>> ca.Conv(input_size=5, kernel_size=3, stride=2, padding=1).output_size
(3, 3)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .animation import Animation
    from .batch import gallery
    from .errors import ConvanimError
    from .geometry import Axis, Conv, ConvTranspose, Pool, Step, Tap
    from .numeric import Unrolled, evaluate, unrolled
    from .spec import Figure, animate, figure, figures
    from .theme import THEMES, Style, Theme
    from .views import VIEWS
    from .write import FORMATS

_PLACES = {
    "animation": ("Animation",),
    "errors": ("ConvanimError",),
    "spec": ("Figure", "animate", "figure", "figures"),
    "batch": ("gallery",),
    "geometry": ("Axis", "Conv", "ConvTranspose", "Pool", "Step", "Tap"),
    "numeric": ("Unrolled", "evaluate", "unrolled"),
    "theme": ("THEMES", "Style", "Theme"),
    "views": ("VIEWS",),
    "write": ("FORMATS",),
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'convanim' has no attribute {name!r}")
    value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})


__all__ = [
    "FORMATS", "THEMES", "VIEWS", "Animation", "Axis", "Conv", "ConvTranspose", "ConvanimError", "Figure", "Pool", "Step", "Style", "Tap",
    "Theme", "Unrolled", "__version__", "animate", "evaluate", "figure", "figures", "gallery", "unrolled",
]

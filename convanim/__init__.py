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
    from .drawing import animate
    from .errors import ConvanimError, ConvanimWarning
    from .frameworks import Imported, from_keras, from_onnx, from_torch
    from .geometry import AdaptivePool, Conv, ConvTranspose, Pool
    from .geometry.axis import Axis, Step, Tap
    from .geometry.network import Join, Network, Node
    from .geometry.padding import PADDING_MODES, PADDINGS
    from .geometry.receptive_field import receptive_field, sources
    from .geometry.seen import Field
    from .numeric.evaluation import evaluate
    from .numeric.matrix import Unrolled, unrolled
    from .publish.gallery import gallery
    from .publish.notebook import explore
    from .publish.snippets import EMBEDS
    from .spec import Figure, figure, figures
    from .themes.table import THEMES
    from .themes.theme import Style, Theme
    from .views import VIEWS
    from .write import FORMATS

_PLACES = {
    "animation": ("Animation",),
    "errors": ("ConvanimError", "ConvanimWarning"),
    "drawing": ("animate",),
    "publish.snippets": ("EMBEDS",),
    "spec": ("Figure", "figure", "figures"),
    "publish.gallery": ("gallery",),
    "geometry.axis": ("Axis", "Step", "Tap"),
    "geometry.network": ("Join", "Network", "Node"),
    "geometry": ("AdaptivePool", "Conv", "ConvTranspose", "Pool"),
    "geometry.padding": ("PADDINGS", "PADDING_MODES"),
    "geometry.receptive_field": ("receptive_field", "sources"),
    "geometry.seen": ("Field",),
    "frameworks": ("Imported", "from_keras", "from_onnx", "from_torch"),
    "publish.notebook": ("explore",),
    "numeric.evaluation": ("evaluate",),
    "numeric.matrix": ("Unrolled", "unrolled"),
    "themes.theme": ("Style", "Theme"),
    "themes.table": ("THEMES",),
    "views": ("VIEWS",),
    "write": ("FORMATS",),
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names}
_FRAMEWORKS = {  # names of layers without 1d, 2d or 3d, in lower case: of PyTorch, and of Keras where others
    "conv": ("Conv", ""),
    "convtranspose": ("ConvTranspose", ""),
    "maxpool": ("Pool", ""),
    "maxpooling": ("Pool", ""),
    "avgpool": ("Pool", 'mode="average"'),
    "averagepooling": ("Pool", 'mode="average"'),
    "lppool": ("Pool", 'mode="l2"'),
    "adaptiveavgpool": ("AdaptivePool", ""),
    "adaptiveaveragepooling": ("AdaptivePool", ""),
    "adaptivemaxpool": ("AdaptivePool", 'mode="max"'),
    "adaptivemaxpooling": ("AdaptivePool", 'mode="max"'),
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'convanim' has no attribute {name!r}{_instead(name)}")
    value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value
    return value


def _instead(name: str) -> str:
    """What to take for a name that isn't here: the operation, for a layer of a framework, or the nearest name."""
    layer, ndim = name.lower(), None
    for n in (1, 2, 3):
        if f"{n}d" in layer:
            layer, ndim = layer.replace(f"{n}d", ""), n
    if layer in _FRAMEWORKS:
        operation, mode = _FRAMEWORKS[layer]
        words = ["...", *([mode] if mode else []), *([f"ndim={ndim}"] if ndim in (1, 3) else [])]
        return f": take convanim.{operation}({', '.join(words)})"
    near = import_module("difflib").get_close_matches(name, _MODULES, n=1) if not name.startswith("_") else []
    return f": did you mean {near[0]!r}?" if near else ""


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})


__all__ = [
    "EMBEDS",
    "FORMATS",
    "PADDINGS",
    "PADDING_MODES",
    "THEMES",
    "VIEWS",
    "AdaptivePool",
    "Animation",
    "Axis",
    "Conv",
    "ConvTranspose",
    "ConvanimError",
    "ConvanimWarning",
    "Field",
    "Figure",
    "Imported",
    "Join",
    "Network",
    "Node",
    "Pool",
    "Step",
    "Style",
    "Tap",
    "Theme",
    "Unrolled",
    "__version__",
    "animate",
    "evaluate",
    "explore",
    "figure",
    "figures",
    "from_keras",
    "from_onnx",
    "from_torch",
    "gallery",
    "receptive_field",
    "sources",
    "unrolled",
]

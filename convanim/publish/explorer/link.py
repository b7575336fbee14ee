"""Links: a figure as the query of an address, in PyTorch's words, "op=conv&i=5x7&k=3&s=2&p=1&view=matrix", and back.

A parameter or an option that is left out has its default, so that old links keep their meaning when new ones come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from ... import parsing
from ...errors import ConvanimError, expected_one_of, short_repr
from ...geometry import OPERATIONS
from ...geometry.parameters import Parameter, is_many, parameters
from ...options import TEXT_OPTIONS
from ...spec import Figure, LayerSpec
from ...themes.table import THEMES

NAME = "figure"  # of the figure that a link describes, and of its files
OPERATION, NDIM, STEP, BIAS = "op", "ndim", "step", "bias"
NAMES = {short: name for name, short in parsing.SHORT.items()} | {name: name for name in parsing.KNOWN}
MOST_CHARACTERS, MOST_LAYERS = 20_000, 20
PLAIN = "[],:/"  # characters that a query may hold as they are


@dataclass(frozen=True)
class Asked:
    """What a link asks for: a figure, and the step that is seen first, None for the poster."""

    figure: Figure
    step: int | None = None


def spelt(name: str) -> str:
    """The name of a parameter in a link: "i" for the input's size."""
    return parsing.SHORT.get(name, name)


def read(query: str) -> Asked:
    """The figure of a link, and its step.

    Each `op` begins a layer; a layer without `i` has the output of the one before it as input. Raises ConvanimError for
    unknown names, for values of another kind, and for names of files, which a link may not read.

    >>> read("op=conv&i=5&k=3&p=1&theme=clear").figure.op()
    Conv(input_size=(5, 5), kernel_size=(3, 3), padding=(1, 1))
    """
    if len(query) > MOST_CHARACTERS:
        raise ConvanimError(f"a link of {len(query):,} characters is too long: at most {MOST_CHARACTERS:,} fit")
    layers: list[tuple[str, dict[str, Any]]] = []
    options: dict[str, Any] = {}
    for key, text in parse_qsl(query.removeprefix("?"), keep_blank_values=True):
        if key == OPERATION:
            if text not in OPERATIONS:
                raise expected_one_of("operation", text, OPERATIONS)
            layers.append((text, {}))
        elif key in NAMES or key == NDIM:
            if not layers:
                raise ConvanimError(f"{key}={short_repr(text)} is of no operation: begin a link with op=conv")
            if key == BIAS and text.strip().lower() not in parsing.SWITCH:  # its value, so the operation has one
                _put(options, key, key, _array(key, text))
                text = "true"
            name = NAMES.get(key, key)
            _put(layers[-1][1], key, name, parsing.whole(key, text) if name == NDIM else _parameter(name, text))
        elif key in TEXT_OPTIONS or key == STEP:
            _put(options, key, key, parsing.whole(key, text) if key == STEP else _option(key, text))
        else:
            known = (OPERATION, *map(spelt, parsing.KNOWN), NDIM, STEP, *TEXT_OPTIONS)
            raise expected_one_of("name in a link", key, known)
    if BIAS in options and len(layers) > 1:
        raise ConvanimError("several layers show no values, so bias= is true or false there")
    if not 0 < len(layers) <= MOST_LAYERS:
        raise ConvanimError(f"a link has {len(layers)} layers: begin each with op=conv, and take up to {MOST_LAYERS}")
    step = options.pop(STEP, None)
    return Asked(Figure(name=NAME, layers=tuple(_layers(layers)), options=options), step)


def _put(values: dict[str, Any], key: str, name: str, value: Any) -> None:
    if name in values:
        raise ConvanimError(f"{key} stands twice: leave one of them out")
    values[name] = value


def _parameter(name: str, text: str) -> Any:
    return parsing.parameter(name, text, spelt)


def _option(name: str, text: str) -> Any:
    """The value of an option; files are refused, since a link can be anybody's."""
    if TEXT_OPTIONS[name].kind == "theme" and text not in THEMES:
        raise expected_one_of("theme", text, THEMES)
    if TEXT_OPTIONS[name].kind == "array":
        return _array(name, text)
    return parsing.option(name, text, lambda word: word)


def _array(name: str, text: str) -> Any:
    if parsing.is_array_file(text):
        raise ConvanimError(f"{name}={short_repr(text)} is a file: write the numbers into the link, [[1,2],[3,4]]")
    try:
        return parsing.array(name, text)
    except ConvanimError:
        raise ConvanimError(f"{name}={short_repr(text)} is not an array: write its rows as in [[1,2],[3,4]]") from None


def _layers(given: list[tuple[str, dict[str, Any]]]) -> Iterator[LayerSpec]:
    """The layers; those after the first have as many axes as the one before."""
    size: tuple[int, ...] = ()
    for operation, texts in given:
        ndim = texts.pop(NDIM, len(size) or None)
        own = {"input_size": "x".join(map(str, size)), **texts} if size else texts
        values = parsing.operation_values(operation, own, spelt, ndim)
        size = OPERATIONS[operation](**values).output_size
        yield LayerSpec(operation, {name: value for name, value in values.items() if name in texts or name == NDIM})


def linked(figure: Figure, step: int | None = None) -> str:
    """The query of a link to a figure, without the values that are defaults.

    Raises ConvanimError for a figure that no link can hold: a theme of its own, or too many values.

    >>> linked(read("op=conv&i=5x5&k=3&s=1&theme=clear").figure, step=2)
    'op=conv&i=5&k=3&theme=clear&step=2'
    """
    pairs = [pair for layer in figure.layers for pair in _layer_pairs(layer)]
    if BIAS in figure.options:
        pairs = [(name, parsing.array_text(figure.options[BIAS]) if name == BIAS else text) for name, text in pairs]
    for name, value in figure.options.items():
        if name == BIAS:
            continue
        if value is not None and value != TEXT_OPTIONS[name].default:
            pairs.append((name, _option_text(name, value)))
    if step is not None:
        pairs.append((STEP, str(step)))
    query = urlencode(pairs, safe=PLAIN, quote_via=quote)
    if len(query) > MOST_CHARACTERS:
        raise ConvanimError(f"this figure's link has {len(query):,} characters, and at most {MOST_CHARACTERS:,} fit")
    return query


def _layer_pairs(layer: LayerSpec) -> Iterator[tuple[str, str]]:
    known, given = parameters(OPERATIONS[layer.operation]), layer.parameters
    defaults = {name: one.default for name, one in OPERATIONS[layer.operation].__dataclass_fields__.items()}
    many = False  # whether a size tells the number of axes
    yield OPERATION, layer.operation
    sized = [one for one in given.values() if is_many(one) and not isinstance(one, str)]
    axes = given.get(NDIM) or max(map(len, sized), default=2)
    for name, one in known.items():
        if name in given and given[name] is not None:
            text = _parameter_text(one, given[name])
            if text != _parameter_text(one, defaults[name]):
                yield spelt(name), text
            many |= one.kind in ("cells", "padding") and "x" in text
    if axes != 2 and not many:
        yield NDIM, str(axes)


def _parameter_text(one: Parameter, value: Any) -> str:
    """A parameter as a text; one value stands for all axes."""
    return parsing.size_text(value) if one.kind in ("cells", "padding") else parsing.value_text("", value)


def _option_text(name: str, value: Any) -> str:
    """An option as a text, which `read` takes."""
    if TEXT_OPTIONS[name].kind == "theme" and not (isinstance(value, str) and value in THEMES):
        raise ConvanimError("a link holds the name of a theme, and not a theme of your own")
    return parsing.value_text(name, value)

"""From an operation, and words for how it shall look, to an animation: where all that a figure may have is checked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from . import words
from .animation import Animation
from .chain import chained
from .errors import ConvanimError, expected_one_of, shown
from .frameworks import Imported
from .geometry import Operation, check_operation
from .labels import labels_of
from .lang import language
from .operation import Weighted
from .theme import COLOUR, Theme
from .themes import theme_of
from .views import VIEWS, View, check_view, refusal
from .write import MOST_STEPS

if TYPE_CHECKING:
    from .texts import Texts

STEP_MS, DPI, SEED = 1000, 150, 1234  # the guide's
LARGEST_DPI = 9600
MOST_CELLS = 4_000_000  # of the padded input or the output: what a drawing of single cells can hold in 2 GB


def animate(
    op: Operation | Imported | Sequence[Operation | Imported],
    *,
    view: str | None = None,
    theme: str | Mapping[str, Any] | Theme = "classic",
    labels: str | Iterable[str] | None = None,
    lang: str = "en",
    reveal: bool = False,
    symbols: bool = False,
    background: str | None = None,
    step_ms: int = STEP_MS,
    dpi: float = DPI,
    input: object | None = None,  # noqa: A002 - the field's word
    kernel: object | None = None,
    bias: object | None = None,
    seed: int | None = None,
    title: str | None = None,
    description: str | None = None,
) -> Animation:
    """The animation of an operation of one or two dimensions, of a layer that `from_torch` and its like give, or of a list of layers.

    `view` is a row of VIEWS: "isometric", "flat" with values, which is taken when `input`, `kernel` (arrays of
    `op.input_size` and `op.kernel_size`), `bias` (one number, where the operation has one), `seed` or `symbols` are given, or
    another that explains the operation in its own way. A layer's weights are its kernel and bias. Values that aren't given are
    drawn from `seed`, but for a bias, which is 0; with `symbols` the cells hold x, w and y with their indices in place of
    numbers. With `reveal` outputs appear as they are computed. A list of layers, the first next to the input, is drawn one
    above the other in the view "stack".

    `theme` is a row of THEMES, the path of a TOML file, a table of overrides, or a Theme; `background` a colour as "#rrggbb", or
    "transparent". `labels` is "all", "none" or some of LABELS, the theme's own if left out, in the language `lang`.
    `step_ms` is the time of a step in milliseconds; `dpi` 150 gives the guide's size. `title` and `description` are for screen
    readers, the title also for the label of this name. Raises ConvanimError for what isn't one of these, for more than two
    dimensions, and for a figure that is too large.

    >>> animate(Conv(5, 3, padding=1), theme="clear", labels=["sizes", "step"]).scene.title
    'Convolution of a 5x5 input, kernel 3x3, padding 1x1'
    """
    op, own_kernel, own_bias = _subject(op, view)
    given = {"input": input, "kernel": kernel, "bias": bias, "seed": seed}
    words_of = labels if labels is None or isinstance(labels, str) else labels_of(labels)  # once: it may be a generator
    look = check_look({"view": view, "theme": theme, "labels": words_of, "lang": lang, "reveal": reveal, "symbols": symbols,
                       "background": background, "title": title, "description": description, "step_ms": step_ms, "dpi": dpi})
    asked = [name for name, value in given.items() if value is not None]
    view = view_of(view, asked, symbols, op)
    check_view(view, op)
    names = labels_of(look.labels if words_of is None else words_of)
    layers = op if isinstance(op, tuple) else (op,)
    for layer in layers:
        _check_size(layer)
    texts, added = None, 0.0
    if VIEWS[view].shows_values and not isinstance(op, tuple):
        kernel, bias = own_kernel if kernel is None else kernel, own_bias if bias is None else bias
        symbols = symbols or (VIEWS[view].shows == "symbols" and not asked and own_kernel is None)
        texts, added = _cells(op, symbols, input=input, kernel=kernel, bias=bias, seed=SEED if seed is None else seed, whole=VIEWS[view].whole)
    scene = VIEWS[view].draw(op, texts, {role for role in look.styles if role != "pending" or reveal})
    named, told = (text if words.seen(text := words.readable(given_text or "")) else "" for given_text in (title, description))
    scene = replace(scene, title=named or words.title(op, lang), description=told or words.description(op, added, lang, view), lang=lang)
    if texts is None and scene.equation is None and "sum" in names and not _sums(layers, labels):
        names = tuple(name for name in names if name != "sum")
    if names:
        from .labels.placing import labelled

        scene = labelled(scene, layers[0], texts, names, float(dpi))
    return Animation(scene, look, int(step_ms), float(dpi))


def _subject(op: object, view: object) -> tuple[Operation | tuple[Operation, ...], object | None, object | None]:
    """What is drawn, an operation or several, and the kernel and the bias that an imported layer brings; a view of layers takes one too."""
    if isinstance(op, list | tuple):
        return tuple(chained(op)), None, None
    if isinstance(view, str) and view in VIEWS and VIEWS[view].layers:
        return tuple(chained([op])), None, None
    found = op.op if isinstance(op, Imported) else op
    check_operation(found)
    return (found, op.kernel, op.bias) if isinstance(op, Imported) else (found, None, None)  # type: ignore[return-value]


def check_figure(op: Operation | tuple[Operation, ...], options: Mapping[str, Any]) -> None:
    """Raise ConvanimError for layers that don't fit together, and for what the view that is asked for can't draw or show."""
    subject, _, _ = _subject(op, options.get("view"))
    given = [name for name in ("input", "kernel", "bias", "seed") if name in options]
    check_view(view_of(options.get("view"), given, bool(options.get("symbols")), subject), subject)


def view_of(view: str | None, given: list[str], symbols: bool, op: Operation | tuple[Operation, ...]) -> str:
    """The view that is asked for; if none is, the one with values where values or symbols are, and that of layers for several."""
    if symbols and given:
        raise ConvanimError(f"symbols stand in place of numbers, so {given[0]}= has no place beside symbols=True: leave one of them out")
    asked = [*given, *(["symbols"] if symbols else [])]
    if view is None:
        view = "stack" if isinstance(op, tuple) else "flat" if asked else "isometric"
    if asked and not VIEWS[view].shows_values:
        fit = [repr(name) for name, row in VIEWS.items() if row.shows_values and not refusal(name, op)]
        instead = f"take view={' or '.join(fit)}, or leave it out" if fit else "leave it out"
        raise ConvanimError(f"the {view} view shows no values, so {asked[0]}= has no place in it: {instead}")
    return view


def _look(theme: object, background: object) -> Theme:
    """The theme that is asked for, on the background that is asked for."""
    look = theme_of(theme)
    if background is None:
        return look
    if isinstance(background, str) and background == "transparent":
        return replace(look, transparent=True)
    if not (isinstance(background, str) and COLOUR.fullmatch(background)):
        raise ConvanimError(f"background={shown(background)} is neither 'transparent' nor a colour: write it as '#rrggbb'")
    return replace(look, background=background, dark=None)  # letters for another page can't be read on this one


def _cells(op: Operation, symbols: bool, *, whole: bool, **given: Any) -> tuple[Texts, float]:
    """What stands in the cells, and the bias."""
    from . import texts
    from .numeric import values

    if symbols:
        return texts.symbols(op), 0.0
    shown_values = values(op, **given)
    written = texts.numbers(shown_values, biased=isinstance(op, Weighted) and op.bias, op=op)
    return texts.whole(written) if whole else written, shown_values.bias


def _sums(layers: tuple[Operation, ...], labels: object) -> bool:
    """Whether a figure without values has a sum, in symbols: not by itself, and of several channels or of nothing only if asked for by name."""
    if labels is None or len(layers) > 1:
        return False
    if isinstance(labels, str) and labels.strip().lower() == "all":
        from .texts import check_symbols

        try:
            check_symbols(layers[0])
        except ConvanimError:
            return False
    return True


def check_look(options: Mapping[str, Any]) -> Theme:
    """Raise ConvanimError for what isn't an option's value; those that are left out, or None where that has a meaning, are right.

    Returns the theme, which may be a file that is then read once.
    """
    given = {word: value for word, value in options.items() if value is not None or word in ("lang", "reveal", "symbols", "step_ms", "dpi", "theme")}
    if "view" in given:
        _row_of_views(given["view"])
    look = _look(given.get("theme", "classic"), given.get("background"))
    labels_of(given.get("labels", look.labels))
    language(given.get("lang", "en"))
    for word in ("reveal", "symbols"):
        if not isinstance(given.get(word, False), bool):
            raise ConvanimError(f"{word}={shown(given[word])} is neither True nor False")
    for word in ("title", "description"):
        if not isinstance(given.get(word, ""), str):
            raise ConvanimError(f"{word}={shown(given[word])} is not text: write it in quotes")
    _check_numbers(given.get("step_ms", STEP_MS), given.get("dpi", DPI))
    return look


def _row_of_views(view: object) -> View:
    if not isinstance(view, str) or view not in VIEWS:
        raise expected_one_of("view", view, VIEWS)
    return VIEWS[view]


def _check_numbers(step_ms: object, dpi: object) -> None:
    if isinstance(step_ms, bool) or not isinstance(step_ms, Integral) or not 1 <= int(step_ms) <= 3_600_000:
        raise ConvanimError(f"step_ms={shown(step_ms)}: the time of a step is a whole number of milliseconds, from 1 to 3600000")
    if isinstance(dpi, bool) or not isinstance(dpi, Real) or not 1 <= float(dpi) <= LARGEST_DPI:
        raise ConvanimError(f"dpi={shown(dpi)}: the resolution is a number from 1 to {LARGEST_DPI}; the guide's figures have 150")


def _check_size(op: Operation) -> None:
    steps = math.prod(op.output_size)
    if steps > MOST_STEPS:
        raise ConvanimError(
            f"an output of {words.size(op.output_size)} would need {steps:,} frames, and {MOST_STEPS:,} are the most: "
            "take a smaller input_size or a larger stride"
        )
    drawn = tuple(axis.extent for axis in op.axes)
    for what, size in (("padded input", drawn), ("window", op.effective_kernel_size)):
        cells = math.prod(size)
        if cells > MOST_CELLS:
            raise ConvanimError(
                f"a {what} of {words.size(size)} has {cells:,} cells and would need {cells * 500 / 2**30:,.1f} GB to draw; "
                f"{MOST_CELLS:,} cells (2 GB) are the most: take smaller sizes"
            )



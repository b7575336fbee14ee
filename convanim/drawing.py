"""From an operation, and words for how it shall look, to an animation: where all that a figure may have is checked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING, Any

from .animation import Animation
from .errors import ConvanimError, short_repr
from .frameworks import Imported
from .geometry import Operation, check_operation
from .geometry.receptive_field import chained
from .labels import labels_of
from .labels.labelling import Labelling
from .options import DPI, STEP_MS, check_look
from .scene import Scene
from .text import describe, numbers
from .text.escaping import readable, visible
from .themes.theme import Theme, dpi_of
from .views import VIEWS, check_view, refusal, view_flags
from .write import MOST_STEPS

if TYPE_CHECKING:
    from .text.cell_texts import Texts

SEED = 1234  # the guide's
LOWEST_DPI, ROUNDS = (
    10.0,
    10,
)  # from where, and in how many halvings, a figure with labels finds its resolution for a width
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
    hold_ms: int = 0,
    loop: int = 0,
    fps: int | None = None,
    poster: int | None = None,
    dpi: float | None = None,
    scale: float | None = None,
    width: int | None = None,
    input: object | None = None,  # noqa: A002 - the field's word
    kernel: object | None = None,
    bias: object | None = None,
    seed: int | None = None,
    title: str | None = None,
    description: str | None = None,
) -> Animation:
    """The animation of an operation of one or two dimensions, of a layer that `from_torch` and its like give, or of a
    list of layers.

    `view` is a row of VIEWS: "isometric", "flat" with values, which is taken when `input`, `kernel` (arrays of
    `op.input_size` and `op.kernel_size`), `bias` (one number, where the operation has one), `seed` or `symbols` are
    given, or another that explains the operation in its own way. A layer's weights are its kernel and bias. Values that
    aren't given are drawn from `seed`, but for a bias, which is 0; with `symbols` the cells hold x, w and y with their
    indices in place of numbers. With `reveal` outputs appear as they are computed. A list of layers, the first next to
    the input, is drawn one above the other in the view "stack".

    `theme` is a row of THEMES, the path of a TOML file, a table of overrides, or a Theme; `background` a colour as
    "#rrggbb", or "transparent". `labels` is "all", "none" or some of LABELS, the theme's own if left out, in the
    language `lang`. `step_ms` is the time of a step in milliseconds, to which `hold_ms` comes for the last one; the
    figure is played `loop` times, 0 for ever. A video has `fps` frames a second, if left out the fewest from 10 on that
    give each step its time. `poster` is the step that is shown where only one is. How large it is says one of `dpi`,
    where 150 gives the guide's size, `scale`, a multiple of that, and `width` in pixels. `title` and `description` are
    for screen readers, the title also for the label of this name. Raises ConvanimError for what isn't one of these, for
    more than two dimensions, and for a figure that is too large.

    >>> animate(Conv(5, 3, padding=1), theme="clear", labels=["sizes", "step"]).scene.title
    'Convolution of a 5x5 input, kernel 3x3, padding 1x1'
    """
    op, own_kernel, own_bias = _subject(op, view)
    given = {"input": input, "kernel": kernel, "bias": bias, "seed": seed}
    words_of = labels if labels is None or isinstance(labels, str) else labels_of(labels)  # once: it may be a generator
    look = check_look(
        {
            "view": view,
            "theme": theme,
            "labels": words_of,
            "lang": lang,
            "reveal": reveal,
            "symbols": symbols,
            "background": background,
            "title": title,
            "description": description,
            "step_ms": step_ms,
            "hold_ms": hold_ms,
            "loop": loop,
            "fps": fps,
            "dpi": dpi,
            "scale": scale,
            "width": width,
        }
    )
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
        texts, added = _cells(
            op,
            symbols,
            input=input,
            kernel=kernel,
            bias=bias,
            seed=SEED if seed is None else seed,
            whole=VIEWS[view].whole_numbers,
        )
    scene = VIEWS[view].draw(op, texts, view_flags(look, reveal=reveal))
    scene = replace(
        scene,
        title=_own_text(title) or describe.title(op, lang),
        description=_own_text(description) or describe.description(op, added, lang, view),
        lang=lang,
    )
    if texts is None and scene.equation is None and "sum" in names and not _sums(layers, labels):
        names = tuple(name for name in names if name != "sum")
    scene = replace(scene, poster=_poster(poster, scene))
    labelling = Labelling(scene, layers[0], texts, names)
    resolution = (
        _for_width(labelling, int(width))
        if width is not None
        else float(DPI * (scale or 1))
        if dpi is None
        else float(dpi)
    )
    labelled = labelling.at(resolution)
    if width is not None:
        resolution = dpi_of(int(width), labelled.box.width)
    return Animation(
        labelled, look, int(step_ms), resolution, int(hold_ms), int(loop), fps if fps is None else int(fps), labelling
    )


def _own_text(given: str | None) -> str:
    """A user's title or description without what can't be read; "" if nothing of it is visible."""
    text = readable(given or "").strip()
    return text if visible(text) else ""


def _for_width(labelling: Labelling, width: int) -> float:
    """The highest resolution at which a figure has room for its labels in so many pixels.

    Letters have a size in pixels, so that the figure grows in cells where its resolution falls.
    """
    if not labelling.names or dpi_of(width, labelling.at(DPI).box.width) >= DPI:
        return dpi_of(width, labelling.at(DPI).box.width)
    low, high = LOWEST_DPI, float(DPI)
    if (needed := low / dpi_of(width, labelling.at(low).box.width)) > 1:
        raise ConvanimError(
            f"width={width}: labels whose letters can be read need {math.ceil(width * needed)} pixels: "
            'take a larger width, fewer labels, or labels="none"'
        )
    for _ in range(ROUNDS):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if dpi_of(width, labelling.at(middle).box.width) >= middle else (low, middle)
    return low


def _poster(given: object, scene: Scene) -> int:
    """The step that is shown where only one is: the one that is asked for, or the view's own."""
    if given is None:
        return scene.poster
    if isinstance(given, bool) or not isinstance(given, Integral) or not 0 <= int(given) < scene.steps:
        raise ConvanimError(f"poster={short_repr(given)}: this figure has the steps 0 to {scene.steps - 1}")
    return int(given)


def _subject(op: object, view: object) -> tuple[Operation | tuple[Operation, ...], object | None, object | None]:
    """What is drawn, an operation or several, and the kernel and the bias that an imported layer brings; a view of
    layers takes one too.
    """
    if isinstance(op, list | tuple):
        return tuple(chained(op)), None, None
    if isinstance(view, str) and view in VIEWS and VIEWS[view].takes_layers:
        return tuple(chained([op])), None, None
    found = op.op if isinstance(op, Imported) else op
    check_operation(found)
    return (found, op.kernel, op.bias) if isinstance(op, Imported) else (found, None, None)  # type: ignore[return-value]


def check_figure(op: Operation | tuple[Operation, ...], options: Mapping[str, Any]) -> None:
    """Raise ConvanimError for layers that don't fit together, and for what the view that is asked for can't draw or
    show.
    """
    subject, _, _ = _subject(op, options.get("view"))
    given = [name for name in ("input", "kernel", "bias", "seed") if name in options]
    check_view(view_of(options.get("view"), given, bool(options.get("symbols")), subject), subject)


def view_of(view: str | None, given: list[str], symbols: bool, op: Operation | tuple[Operation, ...]) -> str:
    """The view that is asked for; if none is, the one with values where values or symbols are, and that of layers for
    several.
    """
    if symbols and given:
        raise ConvanimError(
            f"symbols stand in place of numbers, so {given[0]}= has no place beside symbols=True: leave one of them out"
        )
    asked = [*given, *(["symbols"] if symbols else [])]
    if view is None:
        view = "stack" if isinstance(op, tuple) else "flat" if asked else "isometric"
    if asked and not VIEWS[view].shows_values:
        fit = [repr(name) for name, row in VIEWS.items() if row.shows_values and not refusal(name, op)]
        instead = f"take view={' or '.join(fit)}, or leave it out" if fit else "leave it out"
        raise ConvanimError(f"the {view} view shows no values, so {asked[0]}= has no place in it: {instead}")
    return view


def _cells(op: Operation, symbols: bool, *, whole: bool, **given: Any) -> tuple[Texts, float]:
    """What stands in the cells, and the bias."""
    from .numeric import values
    from .text import cell_texts

    if symbols:
        return cell_texts.symbols(op), 0.0
    shown_values = values(op, **given)
    written = cell_texts.numbers(shown_values, biased=op.bias, op=op)
    return cell_texts.whole(written) if whole else written, shown_values.bias


def _sums(layers: tuple[Operation, ...], labels: object) -> bool:
    """Whether a figure without values has a sum, in symbols: not by itself, and of several channels or of nothing only
    if asked for by name.
    """
    if labels is None or len(layers) > 1:
        return False
    if isinstance(labels, str) and labels.strip().lower() == "all":
        from .text.cell_texts import check_symbols

        try:
            check_symbols(layers[0])
        except ConvanimError:
            return False
    return True


def _check_size(op: Operation) -> None:
    steps = math.prod(op.output_size)
    if steps > MOST_STEPS:
        raise ConvanimError(
            f"an output of {numbers.size(op.output_size)} would need {steps:,} frames, and {MOST_STEPS:,} are the"
            " most: take a smaller input_size or a larger stride"
        )
    drawn = tuple(axis.extent for axis in op.axes)
    for what, size in (("padded input", drawn), ("window", op.effective_kernel_size)):
        cells = math.prod(size)
        if cells > MOST_CELLS:
            raise ConvanimError(
                f"a {what} of {numbers.size(size)} has {cells:,} cells and would need {cells * 500 / 2**30:,.1f} GB to"
                f" draw; {MOST_CELLS:,} cells (2 GB) are the most: take smaller sizes"
            )

"""From an operation and its options to an animation: each function makes one part of the figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .animation import Animation
from .clip import chosen
from .errors import ConvanimError, short_repr
from .frameworks import Imported
from .geometry import Operation, check_operation
from .geometry.network import Network, Path
from .geometry.receptive_field import chained
from .labels import OF_THEME
from .labels.labelling import Labelling
from .labels.page import Page
from .options import Options, checked, choose_view, takes_options
from .scene import Scene
from .scene.choice import spread
from .text import describe, numbers
from .text.escaping import shown
from .themes.theme import CELL_BP, GUIDE_DPI, THIN, with_lines
from .views import VIEWS, View, check_view, view_flags
from .views.focus import focused, placed
from .views.text_size import legible

if TYPE_CHECKING:
    from .text.cell_texts import Texts

SEED = 1234  # the guide's
MANY_STEPS, PLAYED = 1000, 100  # an animation with more steps than the first number plays about as many as the second
WIDEST = 1600  # pixels of a detail, if no size is asked for
MOST_CELLS = 4_000_000  # of the padded input or the output: as single cells they take 2 GB to draw


@takes_options(Options)
def animate(op: Operation | Imported | Sequence[Operation | Imported] | Network, options: Options) -> Animation:
    """The animation of an operation of one or two dimensions, of an imported layer, or of a list of layers.

    Layers are what `from_torch` and its like return; their weights are kernel and bias of the figure. A list of layers
    begins at the input, and is drawn in the view "stack"; of a Network, take one of its `paths`. Arrays have the shape
    of `op.input_size` and `op.kernel_size`. A theme may also be a table of overrides or a Theme, labels may be a list.
    Raises ConvanimError for a wrong option, for more than two dimensions, and for a figure that is too large.

    Options:
        {options}

    >>> animate(Conv(5, 3, padding=1), theme="clear", labels=["sizes", "step"]).scene.title
    'Convolution of a 5x5 input, kernel 3x3, padding 1x1'
    """
    subject = _subject(op, options.view)
    view = choose_view(options, subject.op)
    subject = _focused(subject, view, options)
    check_view(view, subject.op)
    for layer in subject.layers:
        _check_size(layer)
    texts, bias = _cell_texts(subject, VIEWS[view], options)
    scene = _scene(subject, view, texts, bias, options)
    page, theme = options.page(), options.painted()
    if subject.is_detail:
        page = _page_of_detail(page, scene.box.width)
    labelling = Labelling(scene, subject.layers[0], texts, _label_names(subject, scene, texts, options), page)
    labelled, dpi = labelling.fitted()
    shown = legible(scene, labelled.box.width / labelling.page.enlarged)
    if shown is not scene and (options.width or options.width_pt):  # labels make it wider, and values smaller there
        labelling = replace(labelling, scene=shown)
        labelled, dpi = labelling.fitted()
    if subject.is_detail and (cell := dpi * CELL_BP / 72) < 1 / THIN:
        theme = with_lines(theme, 1 / cell)
    thinned: tuple[int, ...] = ()
    if options.steps is None and labelled.steps > MANY_STEPS:
        numbers = _chosen_steps(PLAYED, labelled, subject.layers[-1]) or []
        thinned = tuple(sorted({*numbers, labelled.poster}))
    elif (listed := _chosen_steps(options.steps, labelled, subject.layers[-1])) is not None:
        labelled = chosen(labelled, listed)
    return Animation(
        labelled,
        theme,
        options.step_ms,
        dpi,
        options.hold_ms,
        options.loop,
        options.fps,
        labelling,
        thinned,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Subject:
    """The subject of a figure: one operation or several, and the weights of an imported layer."""

    op: Operation | tuple[Operation, ...]
    kernel: object | None = None
    bias: object | None = None
    joined: bool = False  # whether branches join the layers, which aren't drawn

    @property
    def layers(self) -> tuple[Operation, ...]:
        return self.op if isinstance(self.op, tuple) else (self.op,)

    @property
    def is_detail(self) -> bool:
        """Whether only a part of the maps is drawn."""
        return any(op.whole is not op for op in self.layers)

    @property
    def whole(self) -> Operation | tuple[Operation, ...]:
        """What is drawn, or what it is a detail of."""
        return tuple(op.whole for op in self.op) if isinstance(self.op, tuple) else self.op.whole


def _subject(op: object, view: str | None) -> _Subject:
    """The operation or the layers to draw. A view of layers also accepts a single layer."""
    if isinstance(op, list | tuple | Network):
        return _Subject(tuple(chained(op)), joined=isinstance(op, Path) and op.joins > 0)
    if view is not None and VIEWS[view].takes_layers:
        return _Subject(tuple(chained([op])))
    if isinstance(op, Imported):
        check_operation(op.op)
        return _Subject(op.op, op.kernel, op.bias)
    check_operation(op)
    return _Subject(op)  # type: ignore[arg-type]  # the check says so


def _page_of_detail(page: Page, cells: float) -> Page:
    """The page of a detail that is so many cells wide: one that no option says the size of is at most WIDEST pixels
    wide, since large windows have many cells.
    """
    sized = page.dpi is not None or page.pixels is not None or page.width_pt is not None
    return page if sized or cells * CELL_BP * GUIDE_DPI / 72 <= WIDEST else replace(page, width=WIDEST)


def _focused(subject: _Subject, view: str, options: Options) -> _Subject:
    """The subject, or the detail of it that is drawn."""
    focus, enlarged = options.focus, options.page().enlarged
    return replace(subject, op=focused(subject.op, view, focus, options.steps, options.poster, enlarged))  # type: ignore[arg-type]  # checked


def _chosen_steps(wanted: Any, scene: Scene, op: Operation) -> list[int] | None:
    """The steps of a scene that the option `steps` chooses; None for all. Numbers that are listed are the whole's."""
    if wanted is None or wanted == "all":
        return None
    steps = scene.steps
    if isinstance(wanted, int):
        size: tuple[int, ...] = op.output_size if math.prod(op.output_size) == steps else (steps,)
        numbers = spread(size, wanted)
    else:
        numbers = sorted({*wanted})
        if numbers[-1] >= scene.whole:
            raise ConvanimError(
                f"steps={short_repr(wanted)}: list steps of this figure, which are 0 to {scene.whole - 1}"
            )
        numbers = [scene.step_of(number) for number in numbers]
    return None if len(numbers) == steps else numbers


def check_figure(op: Operation | tuple[Operation, ...], options: Options) -> None:
    """Raise ConvanimError if layers don't fit together, or if the view refuses the operation or an option."""
    subject = _subject(op, options.view)
    view = choose_view(options, subject.op)
    check_view(view, _focused(subject, view, options).op)


def _check_size(op: Operation) -> None:
    """Raise ConvanimError if an operation has too many cells."""
    drawn = tuple(axis.drawn.extent for axis in op.axes)
    for one, size in (("a padded input", drawn), ("a window", op.effective_kernel_size), ("an output", op.output_size)):
        cells = math.prod(size)
        if cells > MOST_CELLS:
            raise ConvanimError(
                f"{one} of {numbers.size(size)} has {cells:,} cells and would need {cells * 500 / 2**30:,.1f} GB to"
                f" draw; {MOST_CELLS:,} cells (2 GB) are the most: take smaller sizes"
            )


def _cell_texts(subject: _Subject, view: View, options: Options) -> tuple[Texts | None, float]:
    """The texts of the cells, or None for a view without texts, and the bias."""
    op = subject.op
    if not view.shows_values or isinstance(op, tuple):
        return None, 0.0
    from .numeric import values
    from .text import cell_texts

    own = options.specified("values") or subject.kernel is not None
    if options.symbols or (view.shows == "symbols" and not own):
        return cell_texts.symbols(op), 0.0
    computed = values(
        op,
        input=options.input,
        kernel=subject.kernel if options.kernel is None else options.kernel,
        bias=subject.bias if options.bias is None else options.bias,
        seed=SEED if options.seed is None else options.seed,
    )
    guide = view.guide_numbers and options.painted().guide_numbers and not options.shade
    texts = cell_texts.numbers(computed, biased=op.bias, op=op, precision=options.precision, guide=guide)
    return texts, computed.bias


def _scene(subject: _Subject, view: str, texts: Texts | None, bias: float, options: Options) -> Scene:
    """The figure without labels, with its title, description and poster."""
    lang = options.lang
    enlarged = options.page().enlarged
    flags = view_flags(
        options.painted(),
        reveal=options.reveal,
        shade=options.shade,
        show_kernel=options.show_kernel,
        enlarged=enlarged,
    )
    scene = VIEWS[view].draw(subject.op, texts, flags)
    op = subject.whole
    if subject.is_detail:
        scene = placed(scene, subject.layers[-1], view)
    scene = legible(scene, scene.box.width / enlarged)
    poster = scene.poster
    if options.poster is not None:
        poster = scene.step_of(checked("poster", options.poster, most=scene.whole - 1))
    described = describe.description(op, bias, lang, view, options.precision)
    if subject.is_detail:
        described += describe.detail(subject.layers, lang)
    return replace(
        scene,
        title=shown(options.title) or describe.title(op, lang),
        description=shown(options.description) or described,
        lang=lang,
        poster=poster,
        remark=scene.remark or ("joined" if subject.joined else ""),
    )


def _label_names(subject: _Subject, scene: Scene, texts: Texts | None, options: Options) -> tuple[str, ...]:
    """The labels of the figure. The sum is omitted if the cells have no values."""
    names = options.label_names()
    if texts is None and scene.equation is None and not _has_sum(subject.layers, options.labels):
        return tuple(name for name in names if name != "sum")
    return names


def _has_sum(layers: tuple[Operation, ...], labels: object) -> bool:
    """Whether a figure without values shows a symbolic sum: only if `labels` request it.

    labels="all" omits the sum if symbols can't show it: for several channels, or for windows without cells.
    """
    if labels is None or len(layers) > 1 or labels == OF_THEME:
        return False
    if labels == "all":
        from .text.cell_texts import check_symbols

        try:
            check_symbols(layers[0])
        except ConvanimError:
            return False
    return True

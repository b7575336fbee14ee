"""The options of a figure: the fields of `Options`.

`animate`, the command line, TOML, Sphinx, `explore` and the documentation read it. To add an option, add a field here,
and use it where it acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import update_wrapper
from inspect import signature
from typing import Any, Concatenate, ParamSpec, TypeVar

from .errors import ConvanimError, expected_one_of
from .geometry import Operation
from .labels import LABELS, LAYOUTS, OF_THEME, USUAL, labels_of
from .labels.page import Page
from .option_kinds import KINDS, Option, ViewRule, option
from .text import describe
from .text.escaping import shown
from .text.lang import LANGUAGES
from .themes.table import THEMES, check_letters, theme_of
from .themes.theme import GUIDE_DPI, Theme
from .views import VIEWS, refusal

LONGEST_MS, LARGEST_DPI, MOST_DECIMALS = 3_600_000, 9600, 15
TIME = "a whole number of milliseconds, from {least} to {most}"
VALUES = ViewRule("shows no values", lambda view: view.shows_values)
SHADES = ViewRule("shades no cells", lambda view: view.shades)
DETAILS = ViewRule("shows no detail", lambda view: view.detail > 0)
KERNELS = ViewRule("has no kernel plane", lambda view: view.kernel_plane)


@dataclass(frozen=True, kw_only=True, eq=False)
class Options:
    """All options of a figure. Each field is validated once; raises ConvanimError for an invalid value.

    After validation `theme` is a Theme, `labels` is text or a tuple of names, and numbers are int or float.
    """

    view: str | None = option(
        None,
        "choice",
        "How the operation is drawn.",
        metavar="VIEW",
        choices=VIEWS,
        explained=VIEWS,
        unset="flat if values or symbols are specified, stack for several layers, otherwise isometric",
    )
    theme: str | Mapping[str, Any] | Theme = option(  # noqa: RUF009 - it makes a field
        "classic",
        "theme",
        "The name of a theme, or a TOML file with a theme of your own.",
        metavar="THEME",
        choices=THEMES,
    )
    labels: str | Iterable[str] | None = option(
        None,
        "labels",
        "The labels: all, none, theme for the theme's own, or some with commas between.",
        metavar="LABELS",
        choices=("all", "none", OF_THEME, *LABELS),
        explained=LABELS,
        unset="the theme's own, and the title if one is given",
    )
    lang: str = option(
        "en",
        "choice",
        "The language of labels and of what screen readers say.",
        metavar="LANG",
        noun="language",
        choices=LANGUAGES,
    )
    reveal: bool = option(False, "switch", "Output cells appear as they are computed.")
    symbols: bool = option(False, "switch", "x, w and y with their indices in place of numbers.", views=VALUES)
    precision: int | None = option(
        None,
        "count",
        "Decimals of numbers in cells that aren't whole.",
        metavar="N",
        most=MOST_DECIMALS,
        group="values",
        rule="the decimals of numbers in cells are a whole number from {least} to {most}",
        views=VALUES,
        unset="as many as the values of a map need, at most three in most maps",
    )
    shade: bool = option(
        False,
        "switch",
        "Cells have the colours of their values, and copies in the padding those of the copied values; zeros of the"
        " padding keep their look. Colour bars show the scales.",
        views=SHADES,
    )
    show_kernel: bool | None = option(
        None,
        "switch",
        "The kernel as a plane of its own beside the input. A transposed convolution's kernel is shown flipped, as it"
        " meets the input.",
        views=KERNELS,
        unset="on in flat where the kernel has values, but not in classic",
    )
    background: str | None = option(
        None,
        "colour",
        "transparent, or a colour: a name of CSS, #rgb or #rrggbb.",
        metavar="COLOUR",
        unset="the theme's own",
    )
    step_ms: int = option(
        1000,
        "count",
        "The time of a step in milliseconds.",
        metavar="MS",
        least=1,
        most=LONGEST_MS,
        rule=f"the time of a step is {TIME}",
    )
    hold_ms: int = option(
        0,
        "count",
        "How much longer the last step is shown, in milliseconds.",
        metavar="MS",
        least=0,
        most=LONGEST_MS,
        rule=f"how much longer the last step is seen is {TIME}",
    )
    loop: int = option(
        0,
        "count",
        "How many times the figure is played; 0 is for ever.",
        metavar="N",
        least=0,
        most=65_535,
        rule="how many times a figure is played is a whole number up to {most}; 0 is for ever",
    )
    fps: int | None = option(
        None,
        "count",
        "Frames per second of a video, for programs that need them evenly.",
        metavar="N",
        least=1,
        most=240,
        rule="the frames per second of a video are a whole number from {least} to {most}",
        unset="one frame per step, seen for its time",
    )
    steps: int | str | Iterable[int] | None = option(
        None,
        "steps",
        "The steps that are shown: all, or about how many, evenly spread with the corners among them, or a list of"
        " steps, counted from 0, as 0,4,8 or as first:end or first:end:by.",
        metavar="STEPS",
        unset="all; an animation of more than 1,000 plays about 100",
    )
    focus: str | int | Sequence[int] | bool = option(
        "auto",
        "focus",
        "The part of a large map that is drawn, a detail with torn edges: how many of its cells around the window, as"
        " 12 or 12x16; off for the whole map; auto for a detail where cells would be too small at the figure's width.",
        metavar="CELLS",
        views=DETAILS,
    )
    poster: int | None = option(
        None,
        "count",
        "The step of a still picture, counted from 0.",
        metavar="N",
        rule="this figure has steps 0 to {most}",
        unset="the step that explains most",
    )
    dpi: float | None = option(
        None,
        "number",
        "The resolution in pixels per inch.",
        metavar="DPI",
        group="size",
        least=1,
        most=LARGEST_DPI,
        rule="the resolution is a number from {least} to {most}; the guide's figures have 150",
        unset=str(GUIDE_DPI),
    )
    scale: float | None = option(
        None,
        "number",
        "The size, in place of a resolution: 2 is twice the guide's size.",
        metavar="X",
        group="size",
        least=1 / GUIDE_DPI,
        most=LARGEST_DPI // GUIDE_DPI,
        rule="the scale is a number up to {most}; at 1 the figures are as large as the guide's",
    )
    width: int | None = option(
        None,
        "count",
        "The width in pixels, in place of a resolution.",
        metavar="PX",
        group="size",
        least=16,
        most=65_535,
        rule="the width is a whole number of pixels, from {least} to {most}",
    )
    layout: str = option(
        USUAL,
        "choice",
        "Where the texts stand; landscape is a page of 16:9 for slides.",
        metavar="LAYOUT",
        choices=LAYOUTS,
        explained=LAYOUTS,
    )
    width_pt: float | None = option(
        None,
        "number",
        "The width in points at which the figure is shown, such as TeX's \\columnwidth: letters of labels have 8 points"
        " there. Pages of PDF and TikZ are this wide unless dpi, scale or width is given.",
        metavar="PT",
        least=16,
        most=65_535,
        rule="the width at which the figure is shown is a number of points, from {least} to {most}",
        unset="letters are laid out for the figure's pixels",
    )
    label_size: float = option(
        1.0,
        "number",
        "How large the letters of labels are: 1.5 is half as large again.",
        metavar="X",
        least=0.25,
        most=8,
        rule="the size of labels' letters is a number from {least} to {most}; 1 is the usual size",
    )
    input: object | None = option(
        None,
        "array",
        "The input's values, row by row: [[1, 2], [3, 4]].",
        metavar="ARRAY",
        group="values",
        views=VALUES,
        unset="drawn from the seed",
    )
    kernel: object | None = option(
        None,
        "array",
        "The kernel's values, row by row: [[1, 2], [3, 4]].",
        metavar="ARRAY",
        group="values",
        views=VALUES,
        unset="a layer's own weights, or drawn from the seed",
    )
    bias: object | None = option(
        None,
        "array",
        "The value of the bias, if the operation has one.",
        metavar="NUMBER",
        group="values",
        views=VALUES,
        unset="a layer's own, or 0",
        python_only=True,  # elsewhere the name belongs to a parameter of the operation; TOML takes a number there
    )
    seed: int | None = option(
        None,
        "count",
        "The seed of the values that aren't specified.",
        metavar="N",
        group="values",
        views=VALUES,
        unset="1234",
    )
    title: str | None = option(
        None,
        "text",
        "The title, for screen readers, and drawn unless `labels` are given without it.",
        metavar="TEXT",
        unset="the operation with its parameters",
    )
    description: str | None = option(
        None,
        "text",
        "What screen readers say after the title.",
        metavar="TEXT",
        unset="the motion and the sizes in words",
    )

    def __post_init__(self) -> None:
        for name, row in OPTIONS.items():
            value = getattr(self, name)
            if value is not None or row.default is not None:
                object.__setattr__(self, name, KINDS[row.kind].check(name, row, value))
        sizes = self.specified("size")
        if len(sizes) > 1:
            raise ConvanimError(f"{sizes[0]} and {sizes[1]} both specify the size of the figure: leave one of them out")
        self.label_names()

    def specified(self, group: str) -> list[str]:
        """The names of the options of a group that are specified."""
        return [name for name in names_in(group) if getattr(self, name) is not None]

    def painted(self) -> Theme:
        """The theme, on the specified background."""
        theme = theme_of(self.theme)
        if self.background is None:
            return theme
        if self.background == "transparent":
            return replace(theme, transparent=True)
        check_letters(theme, self.background)
        return replace(theme, background=self.background, dark=None)  # the letters of `dark` can't be read on it

    def page(self) -> Page:
        """The size of the figure and of its letters."""
        dpi = self.dpi if self.scale is None else GUIDE_DPI * self.scale
        return Page(dpi, self.width, self.width_pt, self.label_size, self.layout)

    def label_names(self) -> tuple[str, ...]:
        """The labels of the figure in order. If `labels` is omitted: the theme's labels, and the title if one is
        specified.
        """
        own = labels_of(theme_of(self.theme).labels)
        if self.labels is None:
            return labels_of([*own, "title"]) if shown(self.title) else own
        return labels_of(self.labels, own)


OPTIONS: dict[str, Option] = {one.name: one.metadata["option"] for one in fields(Options)}
TEXT_OPTIONS = {name: row for name, row in OPTIONS.items() if not row.python_only}  # of files and the command line


def names_in(group: str) -> list[str]:
    """The names of the options of a group, "size" or "values"."""
    return [name for name, row in OPTIONS.items() if row.group == group]


def checked(name: str, value: object, *, most: int | None = None) -> Any:
    """Validate an option and return the stored value. Raises ConvanimError for an invalid value.

    `most` is the maximum, if it depends on the figure.
    """
    row = OPTIONS[name] if most is None else replace(OPTIONS[name], most=most)
    return KINDS[row.kind].check(name, row, value)


def check_names(given: Iterable[str], known: Iterable[str] = TEXT_OPTIONS) -> None:
    """Raise ConvanimError for an unknown option; the message lists the `known` ones."""
    for name in given:
        if name not in OPTIONS:
            raise expected_one_of("option", name, known)


def choose_view(options: Options, op: Operation | tuple[Operation, ...]) -> str:
    """The specified view; otherwise "stack" for several layers, or "isometric", or "flat" if that takes the options.

    Raises ConvanimError for options that the view doesn't use.
    """
    values = options.specified("values")
    if options.symbols and values:
        raise ConvanimError(
            f"symbols replace numbers, so {values[0]}= can't be combined with symbols=True: leave one of them out"
        )
    if options.symbols and options.shade:
        raise ConvanimError(
            "symbols have no values, so shade= can't be combined with symbols=True: leave one of them out"
        )
    if options.show_kernel and not (isinstance(op, tuple) or op.weighted):
        raise ConvanimError(
            f"{describe.name(op)} has no weights to show, so there is no kernel plane: leave show_kernel= out"
        )
    limited = {  # values may be arrays, whose == returns an array
        name: row.views
        for name, row in OPTIONS.items()
        if row.views
        and (value := getattr(options, name)) is not row.default
        and (value is not False or row.kind == "array")  # a switch that is off has no effect; bias=False is a value
    }
    view = options.view
    if view is None:
        plain = all(rule.takes(VIEWS["isometric"]) for rule in limited.values())
        view = "stack" if isinstance(op, tuple) else "isometric" if plain else "flat"
    for name, rule in limited.items():
        if not rule.takes(VIEWS[view]):
            fit = [repr(other) for other, row in VIEWS.items() if rule.takes(row) and not refusal(other, op)]
            instead = f"take view={' or '.join(fit)}, or leave {name}= out" if fit else f"leave {name}= out"
            raise ConvanimError(f"the {view} view {rule.reason}: {instead}")
    return view


def documentation_rows() -> list[tuple[str, str, str, str]]:
    """A Markdown table of the options: name, values, default, effect."""
    return [(f"`{name}`", row.values, row.default_text, row.about.removesuffix(".")) for name, row in OPTIONS.items()]


P = ParamSpec("P")
Subject = TypeVar("Subject")
Result = TypeVar("Result")


def takes_options(
    constructor: Callable[P, Options],
) -> Callable[[Callable[[Subject, Options], Result]], Callable[Concatenate[Subject, P], Result]]:
    """Let a function of a subject and an `Options` take each option as a keyword.

    Type checkers, `inspect.signature` and `help` see the keywords. {options} in the docstring is replaced by their
    help. An unknown keyword raises ConvanimError.
    """

    def decorate(function: Callable[[Subject, Options], Result]) -> Callable[Concatenate[Subject, P], Result]:
        def taking(op: Subject, *args: P.args, **given: P.kwargs) -> Result:
            if args:
                raise TypeError(f"{function.__name__}() takes 1 positional argument but {len(args) + 1} were given")
            check_names(given, known=OPTIONS)
            return function(op, constructor(*args, **given))

        update_wrapper(taking, function)
        own, table = signature(function, eval_str=True), signature(constructor, eval_str=True)
        subject = next(iter(own.parameters.values()))
        made = own.replace(parameters=[subject, *table.parameters.values()])
        taking.__signature__ = made  # type: ignore[attr-defined]
        taking.__annotations__ = {name: one.annotation for name, one in made.parameters.items()} | {
            "return": made.return_annotation
        }
        lines = "\n        ".join(f"{name}: {row.help}" for name, row in OPTIONS.items())
        taking.__doc__ = (function.__doc__ or "").replace("{options}", lines)
        return taking  # type: ignore[return-value]  # `op` may be a keyword too

    return decorate

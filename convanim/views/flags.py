"""The choices that a view is drawn with: `ViewFlags`, made from the theme and the options of a figure."""

from __future__ import annotations

from dataclasses import dataclass

from ..themes.theme import WEIGHTS, Theme

# kinds of padded cells besides the input's; a theme may have a style for each
CELL_KINDS = ("copy", "inserted", "padding", "odd_padding", "overhang")


@dataclass(frozen=True, slots=True)
class ViewFlags:
    """What a view draws besides what every figure has. A view may ignore each of these flags.

    With `reveal`, output cells appear one by one, as they are computed. With `distinguish_kinds`, zeros of the padding
    look unlike input cells. `links` lead from copies in the padding to the cells that they copy. `cropped` output cells
    are drawn around the output, `output_padding` and `unread` input cells are marked. `cell_kinds` are the rows of
    CELL_KINDS that are filled in the padded input. With `shade`, cells have the colours of their values. With
    `guide_numbers`, outputs have the guide's small letters. With `white_weights` no colour tells which cells have a
    weight. With `show_kernel` the kernel has a plane of its own. `enlarged` is the width at which the figure is shown
    over that of a small picture; values must be readable there.
    """

    reveal: bool = False
    distinguish_kinds: bool = False
    links: bool = False
    cropped: bool = False
    output_padding: bool = False
    unread: bool = False
    cell_kinds: frozenset[str] = frozenset()
    shade: bool = False
    guide_numbers: bool = False
    show_kernel: bool = False
    white_weights: bool = False
    enlarged: float = 1.0


def view_flags(
    theme: Theme,
    *,
    reveal: bool = False,
    shade: bool = False,
    show_kernel: bool | None = None,
    enlarged: float = 1.0,
) -> ViewFlags:
    """The flags of a figure in this theme: a view draws what the theme has a style for.

    Without `show_kernel`, the kernel's plane is shown in themes that aren't the guide's.
    """
    return ViewFlags(
        reveal=reveal,
        shade=shade,
        enlarged=enlarged,
        guide_numbers=theme.guide_numbers,
        show_kernel=not theme.guide_numbers if show_kernel is None else show_kernel,
        white_weights=len({theme.styles[f"weight_{n}"] for n in WEIGHTS}) == 1,
        distinguish_kinds="padding" in theme.styles,
        links="copy_link" in theme.styles,
        cropped="cropped" in theme.styles,
        output_padding="output_padding" in theme.styles,
        unread="unread" in theme.styles,
        cell_kinds=frozenset(kind for kind in CELL_KINDS if kind in theme.styles),
    )
